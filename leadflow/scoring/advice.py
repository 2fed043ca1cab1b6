"""What would make this an A2: the smallest changes that lift a lead to a grade."""

import datetime as dt
import itertools
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Final

import attrs

from leadflow.conditions import clauses
from leadflow.conditions.literals import Literal
from leadflow.conditions.questions import Contains, EndsWith, Filled, OneOf, Range, StartsWith
from leadflow.conditions.readings import FieldReading
from leadflow.records.activities import Activity
from leadflow.records.events import Json
from leadflow.records.leads import LEAD_FIELDS, Lead
from leadflow.scoring.models import ScoringModel
from leadflow.scoring.points import points_text
from leadflow.scoring.rules import FitRule, Rule
from leadflow.scoring.scores import Score
from leadflow.scoring.signals import Signal

__all__ = ["Advice", "Change", "what_would_make"]

_MOST_FIELDS: Final = 3
_MOST_TOGETHER: Final = 4
_MOST_ACTIVITIES: Final = 30
_KEPT_VALUES: Final = 4
_FILLED: Final = "(any value)"


@attrs.frozen(kw_only=True)
class Change:
    """One thing that would have to be different.

    Attributes:
        field: the field that would have another value; empty for an activity.
        value: the value that it would have; None for none.
        kind: the kind of activity that would have to happen; empty for a field.
        count: how often it would have to happen.

    Example:
        >>> Change(field="title", value="部長").text(), Change(kind="webinar_attended", count=2).text()
        ('title becomes 部長', 'webinar_attended happens 2 more times')
    """

    field: str = ""
    value: Hashable = None
    kind: str = ""
    count: int = 0

    def text(self) -> str:
        """Return the change in words."""
        if self.kind:
            return f"{self.kind} happens {'once more' if self.count == 1 else f'{self.count} more times'}"
        return f"{self.field} becomes {'empty' if self.value is None else self.value}"


@attrs.frozen(kw_only=True)
class Advice:
    """The smallest changes that lift a lead to a grade; each set has been scored, not estimated.

    Attributes:
        grade: the grade asked for, or better.
        now: the score now.
        then: the score after the changes; the best that was found when the grade is out of reach.
        changes: the fewest changes; empty when the lead has the grade already.
        reached: whether the changes lead to the grade.
    """

    grade: str
    now: Score
    then: Score
    changes: tuple[Change, ...]
    reached: bool

    def text(self) -> str:
        """Return the advice in a few lines."""
        if not self.changes:
            return (
                f"The lead is {self.now.grade} already."
                if self.reached
                else f"Nothing was found that leads to {self.grade}."
            )
        head = (
            f"{self.now.grade} -> {self.then.grade}: "
            if self.reached
            else f"{self.grade} is out of reach; nearest: "
        )
        points = f" (fit {points_text(self.then.fit)}, engagement {points_text(self.then.engagement)})"
        return head + "; ".join(change.text() for change in self.changes) + points

    def to_dict(self) -> dict[str, Json]:
        """Return the advice as plain data."""
        return {
            "grade": self.grade,
            "now": self.now.grade,
            "then": self.then.grade,
            "reached": self.reached,
            "changes": [change.text() for change in self.changes],
        }


def what_would_make(
    model: ScoringModel, grade: str, lead: Lead, activities: Iterable[Activity] = (), *, as_of: dt.datetime
) -> Advice:
    """Return the smallest changes that lift a lead to a grade or a better one.

    For fit, fields get values that the rules ask for; for engagement, activities are added that happen at ``as_of``.
    Fewest fields and fewest activities come first, then the smallest excess of points: exactly so for up to three
    fields and four activities, beyond that one after the other by what gives most.

    Args:
        model: the model.
        grade: the grade wanted, such as ``"A2"``.
        lead: the lead.
        activities: what it did.
        as_of: aware; the moment of the question.

    Raises:
        DefinitionError: the grade is not on the model's grid.

    Example:
        >>> from leadflow.conditions import field
        >>> from leadflow.scoring import Grade, rule, signal
        >>> model = ScoringModel(
        ...     fit=[rule(field("title").contains_any("部長"), 20), rule(field("employees") >= 300, 12)],
        ...     engagement=[signal("webinar_attended", points=20), signal("email_opened", points=1)],
        ...     grade=Grade(fit=(30, 20, 10), engagement=(40, 20, 10)),
        ... )
        >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> print(what_would_make(model, "A1", Lead(id="L1", employees=500), as_of=now).text())
        C4 -> A1: title becomes 部長; webinar_attended happens 2 more times (fit 32, engagement 40)
    """
    least_fit, least_engagement = model.grade.least(grade)
    own = list(activities)
    now = model.score(lead, own, as_of)
    assigned, fits = _fit_changes(model, lead, own, as_of, least_fit)
    changed = _with(lead, assigned)
    added, engages = _activity_changes(model, changed, own, as_of, least_engagement)
    counts: dict[str, int] = {}
    for activity in added:
        counts[activity.kind] = counts.get(activity.kind, 0) + 1
    changes = [Change(field=name, value=value) for name, value in assigned]
    changes += [Change(kind=kind, count=count) for kind, count in counts.items()]
    then = model.score(changed, [*own, *added], as_of)
    return Advice(grade=grade, now=now, then=then, changes=tuple(changes), reached=fits and engages)


_Assignment = tuple[str, Hashable]


def _fit_changes(
    model: ScoringModel, lead: Lead, activities: Sequence[Activity], as_of: dt.datetime, least: float | None
) -> tuple[tuple[_Assignment, ...], bool]:
    def fit(assigned: tuple[_Assignment, ...]) -> float:
        return model.score(_with(lead, assigned), activities, as_of).fit

    start = fit(())
    if least is None or start >= least:
        return (), True
    singles = [
        (fit(((name, value),)), (name, value))
        for name in model.fields
        for value in _values(model.rules, name)
    ]
    useful = _best_per_field([single for single in singles if single[0] > start])
    best: tuple[float, tuple[_Assignment, ...]] = (start, ())
    for size in range(1, _MOST_FIELDS + 1):
        reached = []
        for chosen in itertools.combinations(useful, size):
            if len({name for name, _ in chosen}) < size:
                continue
            points = fit(chosen)
            best = max(best, (points, chosen), key=lambda found: found[0])
            if points >= least:
                reached.append((points, chosen))
        if reached:
            return min(reached, key=lambda found: found[0])[1], True
    return _one_by_one(best, useful, fit, least)


def _one_by_one(
    best: tuple[float, tuple[_Assignment, ...]],
    useful: Sequence[_Assignment],
    fit: Callable[[tuple[_Assignment, ...]], float],
    least: float,
) -> tuple[tuple[_Assignment, ...], bool]:
    """Add one field at a time, always the one that gives most."""
    while True:
        taken = {name for name, _ in best[1]}
        longer = [(*best[1], each) for each in useful if each[0] not in taken]
        points, chosen = max(
            ((fit(trial), trial) for trial in longer), key=lambda found: found[0], default=best
        )
        if points <= best[0]:
            return best[1], False
        if points >= least:
            return chosen, True
        best = (points, chosen)


def _best_per_field(singles: list[tuple[float, _Assignment]]) -> list[_Assignment]:
    """Keep for each field the values that give different points, the most first."""
    kept: dict[str, dict[float, _Assignment]] = {}
    for points, assignment in sorted(singles, key=lambda single: -single[0]):
        values = kept.setdefault(assignment[0], {})
        if len(values) < _KEPT_VALUES:
            values.setdefault(points, assignment)
    return [assignment for values in kept.values() for assignment in values.values()]


def _activity_changes(
    model: ScoringModel, lead: Lead, activities: Sequence[Activity], as_of: dt.datetime, least: float | None
) -> tuple[tuple[Activity, ...], bool]:
    def engagement(added: tuple[Activity, ...]) -> float:
        return model.score(lead, [*activities, *added], as_of).engagement

    start = engagement(())
    if least is None or start >= least:
        return (), True
    useful = [
        signal
        for i, signal in enumerate(model.engagement)
        if engagement((_another(lead, signal, i, 0, as_of),)) > start
    ]
    best: tuple[float, tuple[Activity, ...]] = (start, ())
    for size in range(1, _MOST_TOGETHER + 1):
        reached = []
        for chosen in itertools.combinations_with_replacement(useful, size):
            added = tuple(_another(lead, signal, i, i, as_of) for i, signal in enumerate(chosen))
            points = engagement(added)
            best = max(best, (points, added), key=lambda found: found[0])
            if points >= least:
                reached.append((points, added))
        if reached:
            return min(reached, key=lambda found: found[0])[1], True
    added = best[1]
    while len(added) < _MOST_ACTIVITIES and useful:
        tries = [(*added, _another(lead, signal, len(added), len(added), as_of)) for signal in useful]
        points, longer = max(((engagement(trial), trial) for trial in tries), key=lambda found: found[0])
        if points <= best[0]:
            break
        best, added = (points, longer), longer
        if points >= least:
            return added, True
    return added, False


def _another(lead: Lead, signal: Signal, i: int, occasion: int, as_of: dt.datetime) -> Activity:
    attributes: dict[str, Hashable] = {name: options[0] for name, options in signal.where}
    if signal.per is not None and signal.per not in attributes:
        attributes[signal.per] = f"another {occasion}"
    return Activity(lead_id=lead.id, kind=signal.kind, at=as_of, key=f"imagined {i}", attributes=attributes)


def _with(lead: Lead, assigned: Sequence[_Assignment]) -> Lead:
    return Lead.of(lead.id, {**lead.values(), **dict(assigned)}) if assigned else lead


def _values(rules: Iterable[FitRule], name: str) -> list[Hashable]:
    """Return the values of a field at which the rules change their mind, and none."""
    values: dict[Hashable, None] = {None: None}
    many = name in LEAD_FIELDS and isinstance(getattr(Lead(), name), tuple)
    for item in rules:
        if isinstance(item, Rule):
            for clause in clauses(item.condition):
                if isinstance(clause.reading, FieldReading) and clause.reading.name == name:
                    values |= dict.fromkeys(_asked(clause.test, many=many))
        elif isinstance(item.reading, FieldReading) and item.reading.name == name:
            for step in item.steps:
                values |= dict.fromkeys(_inside(step.low, step.high))
    return list(values)


def _asked(test: OneOf | Range | Contains | StartsWith | EndsWith | Filled, *, many: bool) -> list[Hashable]:
    match test:
        case OneOf(options=options):
            return [(option,) if many else option for option in options]
        case Contains(parts=parts, every=True):
            return [tuple(parts) if many else " ".join(parts)]
        case Contains(parts=parts) | StartsWith(parts=parts) | EndsWith(parts=parts):
            return [(part,) if many else part for part in parts]
        case Range(low=low, high=high, low_open=low_open):
            return _inside(low, high, after=low_open)
        case Filled():
            return [(_FILLED,) if many else _FILLED]


def _inside(low: Literal | None, high: Literal | None, *, after: bool = False) -> list[Hashable]:
    if low is not None:
        return [low + 1 if after and isinstance(low, int) and not isinstance(low, bool) else low]
    if isinstance(high, int) and not isinstance(high, bool):
        return [high - 1]
    return [high - dt.timedelta(days=1)] if isinstance(high, dt.date) else []
