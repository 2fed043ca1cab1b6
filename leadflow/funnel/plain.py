"""Funnels as plain data: what definition files hold, and errors that name the path."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, TypeVar

from leadflow.calendars import duration_from_data, duration_text
from leadflow.calendars.definition import read_list, read_table, read_text
from leadflow.conditions import condition_from_data, condition_to_data
from leadflow.errors import DefinitionError, near_miss
from leadflow.funnel.graphs import check_stale
from leadflow.funnel.stages import FunnelStage, StageKind, StagePath
from leadflow.funnel.standard import standard_stages, standard_transitions
from leadflow.funnel.transitions import Transition
from leadflow.records.events import Json

__all__ = ["at", "funnel_from_data", "funnel_to_data"]

_STAGE: Final = ("name", "kind", "limit", "stale_to", "path", "final", "label")
_TRANSITION: Final = ("from", "to", "when", "automatic", "roles", "requires")
_T = TypeVar("_T")


def at(path: str, make: Callable[[], _T]) -> _T:
    """Return what a function makes, and give a definition error that has no path this one.

    Args:
        path: where the definition stands.
        make: makes the object.

    Raises:
        DefinitionError: the function raised it.

    Example:
        >>> at("$.funnel", lambda: 1)
        1
    """
    try:
        return make()
    except DefinitionError as error:
        if error.path:
            raise
        raise type(error)(f"{path}: {error.message}", path=path) from None


def funnel_to_data(
    stages: Sequence[FunnelStage], transitions: Sequence[Transition], version: str
) -> dict[str, Json]:
    """Return a funnel as plain data.

    Args:
        stages: in order.
        transitions: in order.
        version: the version.

    Example:
        >>> funnel_to_data([FunnelStage(name="Won", final=True)], [], "1")["stages"]
        [{'name': 'Won', 'final': True}]
    """
    return {
        "version": version,
        "stages": [_stage_data(stage) for stage in stages],
        "transitions": [_transition_data(way) for way in transitions],
    }


def funnel_from_data(
    data: object, path: str = "$.funnel"
) -> tuple[tuple[FunnelStage, ...], tuple[Transition, ...], str]:
    """Read stages, transitions and version from plain data.

    Args:
        data: a table with ``stages`` and ``transitions``, or with ``standard = true`` and, where another condition
            than the standard one qualifies a lead, ``qualified``.
        path: where it stands.

    Raises:
        DefinitionError: something is wrong; the message and its ``path`` say where.

    Example:
        >>> funnel_from_data({"stages": [{"name": "Won", "final": True}], "version": "1"})[2]
        '1'
    """
    table = read_table(data, path=path, known=("version", "stages", "transitions", "standard", "qualified"))
    version = read_text(table.get("version", ""), path=f"{path}.version")
    if _flag(table, "standard", path):
        for key in ("stages", "transitions"):
            if key in table:
                raise DefinitionError(
                    f"{path}: the standard funnel has its own {key}; remove one of the two.",
                    path=f"{path}.{key}",
                )
        rule = table.get("qualified")
        qualified = None if rule is None else condition_from_data(rule, f"{path}.qualified")
        return standard_stages(), standard_transitions(qualified), version
    if "qualified" in table:
        raise DefinitionError(f"{path}.qualified belongs to the standard funnel.", path=f"{path}.qualified")
    stages = read_list(table.get("stages", []), path=f"{path}.stages")
    transitions = read_list(table.get("transitions", []), path=f"{path}.transitions")
    read = tuple(_stage(item, f"{path}.stages[{i}]") for i, item in enumerate(stages))
    ways = tuple(_transition(item, f"{path}.transitions[{i}]") for i, item in enumerate(transitions))
    for i, stage in enumerate(read):
        at(f"{path}.stages[{i}].stale_to", partial(check_stale, stage, read, ways))
    return read, ways, version


def _stage_data(stage: FunnelStage) -> dict[str, Json]:
    data: dict[str, Json] = {"name": stage.name}
    if stage.kind is not StageKind.INVENTORY:
        data["kind"] = stage.kind.value
    if stage.limit is not None:
        data["limit"] = duration_text(stage.limit)
    if stage.stale_to:
        data["stale_to"] = stage.stale_to
    if stage.path is not StagePath.SUCCESS:
        data["path"] = stage.path.value
    if stage.final:
        data["final"] = True
    if stage.label:
        data["label"] = stage.label
    return data


def _transition_data(way: Transition) -> dict[str, Json]:
    data: dict[str, Json] = {"from": way.source, "to": way.to}
    if way.condition is not None:
        data["when"] = condition_to_data(way.condition)
    if way.automatic:
        data["automatic"] = True
    if way.roles:
        data["roles"] = list(way.roles)
    if way.requires:
        data["requires"] = list(way.requires)
    return data


def _stage(item: object, path: str) -> FunnelStage:
    if isinstance(item, str):
        return at(path, lambda: FunnelStage(name=item))
    table = read_table(item, path=path, known=_STAGE)
    name = _needed(table, "name", path)
    limit = table.get("limit")
    duration = None if limit is None else duration_from_data(limit, path=f"{path}.limit")
    kind = _choice(StageKind, table.get("kind", "inventory" if limit is None else "sla"), f"{path}.kind")
    line = _choice(StagePath, table.get("path", "success"), f"{path}.path")
    texts = {key: read_text(table.get(key, ""), path=f"{path}.{key}") for key in ("label", "stale_to")}
    final = _flag(table, "final", path)
    return at(
        path,
        lambda: FunnelStage(name=name, kind=kind, limit=duration, path=line, final=final, **texts),
    )


def _transition(item: object, path: str) -> Transition:
    table = read_table(item, path=path, known=_TRANSITION)
    source, to = _needed(table, "from", path), _needed(table, "to", path)
    when = table.get("when")
    condition = None if when is None else condition_from_data(when, f"{path}.when")
    automatic = _flag(table, "automatic", path)
    roles, requires = _texts(table, "roles", path), _texts(table, "requires", path)
    return at(
        path,
        lambda: Transition(
            source=source, to=to, condition=condition, automatic=automatic, roles=roles, requires=requires
        ),
    )


_E = TypeVar("_E", StageKind, StagePath)


def _choice(kind: type[_E], value: object, path: str) -> _E:
    known = [member.value for member in kind]
    if value not in known:
        raise DefinitionError(
            f"{path} must be one of {', '.join(known)}.{near_miss(str(value)[:40], known)}", path=path
        )
    return kind(value)


def _needed(table: Mapping[str, object], key: str, path: str) -> str:
    if key not in table:
        raise DefinitionError(f"{path} needs '{key}', which is missing.", path=f"{path}.{key}")
    return read_text(table[key], path=f"{path}.{key}")


def _flag(table: Mapping[str, object], key: str, path: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise DefinitionError(f"{path}.{key} must be true or false.", path=f"{path}.{key}")
    return value


def _texts(table: Mapping[str, object], key: str, path: str) -> tuple[str, ...]:
    items = read_list(table.get(key, []), path=f"{path}.{key}")
    return tuple(read_text(item, path=f"{path}.{key}[{i}]") for i, item in enumerate(items))
