"""What can be wrong with the graph of stages and transitions, found before any lead walks it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.funnel.stages import FunnelStage, StageKind, StagePath
from leadflow.funnel.transitions import Transition

__all__ = ["automatic_order", "automatic_ways", "check_graph", "check_stale"]


def check_graph(stages: Sequence[FunnelStage], transitions: Sequence[Transition]) -> None:
    """Refuse a funnel that cannot work.

    Args:
        stages: the first one is where leads enter.
        transitions: in order of priority.

    Raises:
        DefinitionError: a name is used twice, a stage is unreachable or has no way out, a gate can hold a lead,
            or automatic transitions lead backwards or in a loop.
        UnknownNameError: a transition names a stage that is not there.

    Example:
        >>> check_graph([FunnelStage(name="Lead"), FunnelStage(name="Won", final=True)], [])
        Traceback (most recent call last):
            ...
        leadflow.errors.DefinitionError: The stage 'Won' cannot be reached from 'Lead': add a transition that leads to it.
    """
    _check_names(stages, transitions)
    if stages[0].path is not StagePath.SUCCESS:
        raise DefinitionError(
            f"Leads enter at the first stage, '{stages[0].name}', so it must be on the success path."
        )
    _check_reachable(stages, transitions)
    _check_exits(stages, transitions)
    _check_gates(stages, transitions)
    _check_forward(stages, transitions)
    for stage in stages:
        check_stale(stage, stages, transitions)
    automatic_order([stage.name for stage in stages], transitions)


def automatic_ways(transitions: Sequence[Transition]) -> dict[str, list[Transition]]:
    """Return by stage the automatic transitions that leave it, in the order given.

    Args:
        transitions: in order of priority.

    Example:
        >>> automatic_ways([Transition(source="a", to="b", automatic=True), Transition(source="b", to="a")]).keys()
        dict_keys(['a'])
    """
    ways: dict[str, list[Transition]] = {}
    for way in transitions:
        if way.automatic:
            ways.setdefault(way.source, []).append(way)
    return ways


def automatic_order(names: Sequence[str], transitions: Sequence[Transition]) -> tuple[str, ...]:
    """Return the stages so that automatic transitions lead only to later ones.

    Args:
        names: the stages.
        transitions: of which the automatic ones count.

    Raises:
        DefinitionError: they make a loop.

    Example:
        >>> automatic_order(["b", "a"], [Transition(source="a", to="b", automatic=True)])
        ('a', 'b')
    """
    ways = automatic_ways(transitions)
    order: list[str] = []
    done: dict[str, bool] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if done.get(name):
            return
        if name in done:
            loop = (*trail[trail.index(name) :], name)
            raise DefinitionError(
                f"Automatic transitions make a loop: {' -> '.join(loop)}. Let a person decide one of them."
            )
        done[name] = False
        for way in ways.get(name, ()):
            visit(way.to, (*trail, name))
        done[name] = True
        order.append(name)

    for name in names:
        visit(name, ())
    return tuple(reversed(order))


def _check_names(stages: Sequence[FunnelStage], transitions: Sequence[Transition]) -> None:
    if not stages:
        raise DefinitionError("A funnel needs at least one stage.")
    names = [stage.name for stage in stages]
    for name in _repeated(names):
        raise DefinitionError(f"Two stages are called '{name}'; give each its own name.")
    for way in transitions:
        for name in (way.source, way.to):
            if name not in names:
                raise UnknownNameError(
                    f"The transition {way.source} -> {way.to} names '{name}', which is no stage.{near_miss(name, names)}"
                )
    for text in _repeated([f"{way.source} -> {way.to}" for way in transitions]):
        raise DefinitionError(f"The transition {text} is given twice; join their conditions with 'any'.")


def _check_reachable(stages: Sequence[FunnelStage], transitions: Sequence[Transition]) -> None:
    seen = _closure(stages[0].name, [(way.source, way.to) for way in transitions])
    for stage in stages:
        if stage.name not in seen:
            raise DefinitionError(
                f"The stage '{stage.name}' cannot be reached from '{stages[0].name}': add a transition that leads to it."
            )


def _check_exits(stages: Sequence[FunnelStage], transitions: Sequence[Transition]) -> None:
    backwards = [(way.to, way.source) for way in transitions]
    ends = [stage.name for stage in stages if stage.final]
    if not ends:
        raise DefinitionError("No stage is final: mark where a lead may stay for good, such as a won deal.")
    leading = {name for end in ends for name in _closure(end, backwards)}
    for stage in stages:
        if stage.name not in leading:
            ways = [way.to for way in transitions if way.source == stage.name]
            found = f"leads only to {', '.join(ways)}, and never to an end" if ways else "has no way out"
            raise DefinitionError(f"The stage '{stage.name}' {found}: add a transition, or mark it as final.")


def _check_gates(stages: Sequence[FunnelStage], transitions: Sequence[Transition]) -> None:
    for stage in stages:
        ways = [way for way in transitions if way.source == stage.name and way.automatic]
        if stage.kind is StageKind.GATE and not any(way.condition is None for way in ways):
            raise DefinitionError(
                f"The gate '{stage.name}' can hold a lead: add an automatic transition without condition as the last resort."
            )
        for earlier, later in pairwise(ways):
            if earlier.condition is None:
                raise DefinitionError(
                    f"The transition {later.source} -> {later.to} is never taken, because {earlier.source} -> "
                    f"{earlier.to} comes first and has no condition; put it last."
                )


def _check_forward(stages: Sequence[FunnelStage], transitions: Sequence[Transition]) -> None:
    place = {stage.name: i for i, stage in enumerate(stages) if stage.path is StagePath.SUCCESS}
    for way in transitions:
        if way.automatic and way.source in place and way.to in place and place[way.to] < place[way.source]:
            raise DefinitionError(
                f"The automatic transition {way.source} -> {way.to} leads backwards; only people may take a lead back."
            )


def check_stale(stage: FunnelStage, stages: Sequence[FunnelStage], transitions: Sequence[Transition]) -> None:
    """Refuse a stage whose stale leads cannot go where it sends them.

    Args:
        stage: one of the stages.
        stages: of the funnel.
        transitions: of the funnel.

    Raises:
        DefinitionError: no transition leads there, or one that needs evidence.
        UnknownNameError: there is no such stage.

    Example:
        >>> check_stale(FunnelStage(name="Lead"), [FunnelStage(name="Lead")], [])
    """
    if not stage.stale_to:
        return
    names = [one.name for one in stages]
    if stage.stale_to not in names:
        raise UnknownNameError(
            f"Stale leads of '{stage.name}' go to '{stage.stale_to}', which is no stage.{near_miss(stage.stale_to, names)}"
        )
    way = next((way for way in transitions if (way.source, way.to) == (stage.name, stage.stale_to)), None)
    if way is None:
        raise DefinitionError(
            f"Stale leads of '{stage.name}' go to '{stage.stale_to}': add a transition that leads there."
        )
    if way.requires:
        raise DefinitionError(
            f"Stale leads of '{stage.name}' go to '{stage.stale_to}' by themselves, so nobody can give the evidence "
            f"that this transition requires ({', '.join(way.requires)})."
        )


def _closure(start: str, edges: Sequence[tuple[str, str]]) -> set[str]:
    ways: Mapping[str, list[str]] = {
        source: [to for other, to in edges if other == source] for source, _ in edges
    }
    seen, waiting = {start}, [start]
    while waiting:
        for name in ways.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def _repeated(names: Sequence[str]) -> Iterator[str]:
    return (name for i, name in enumerate(names) if name in names[:i])
