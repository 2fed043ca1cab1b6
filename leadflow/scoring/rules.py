"""What a lead is worth by what it is: rules, numeric bands and the four BANT groups."""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import attrs

from leadflow.conditions import Clause, Condition, Subject, ValueRef, clauses, field
from leadflow.conditions.literals import Literal, ordinal
from leadflow.conditions.questions import Filled, Range
from leadflow.conditions.readings import ActivityReading, AgeReading, FieldReading, Reading, StateReading
from leadflow.conditions.tree import AllOf, AnyOf, Not
from leadflow.errors import DefinitionError
from leadflow.scoring.points import checked_points

__all__ = ["BANT", "Band", "Bant", "FitRule", "Rule", "Step", "band", "looked_at", "rule"]

BANT = ("budget", "authority", "need", "timeframe")
"""The four groups of BANT, in order."""


@attrs.frozen(kw_only=True)
class Rule:
    """Points for a condition that holds.

    Attributes:
        condition: asked of the lead; unknown counts as not holding.
        points: positive or negative.
        name: how reasons and differences between models call it; the condition's text by default.
        group: rules of one group can share a cap; empty for none.

    Example:
        >>> rule(field("employees") >= 300, 12).name
        'employees >= 300'
    """

    condition: Condition
    points: float
    name: str = ""
    group: str = ""

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.condition, Clause | AllOf | AnyOf | Not):
            raise DefinitionError(
                f"A rule needs a condition such as field('employees') >= 300, got {type(self.condition).__name__}."
            )
        if not self.name:
            object.__setattr__(self, "name", self.condition.text())
        for clause in clauses(self.condition):
            _refuse_state(clause.reading)
        object.__setattr__(self, "points", checked_points(self.points, "The points of a rule"))

    def points_for(self, subject: Subject) -> float:
        """Return the points that a lead gets.

        Example:
            >>> import datetime as dt
            >>> from leadflow.records import Lead
            >>> someone = Subject(lead=Lead(employees=500), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> rule(field("employees") >= 300, 12).points_for(someone)
            12.0
        """
        return self.points if self.condition.holds(subject) else 0.0

    def note(self, subject: Subject) -> str:
        """Return why a lead gets the points: nothing beyond the name, which is the condition."""
        del subject
        return ""

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What the condition looks at."""
        return tuple(clause.reading for clause in clauses(self.condition))


@attrs.frozen(kw_only=True)
class Step:
    """One step of a band: a half-open range and its points.

    Attributes:
        low: the smallest value in, or None.
        high: the smallest value above that is out, or None.
        points: positive or negative.

    Example:
        >>> Step(low=300, high=1000, points=12).text()
        'in [300, 1000)'
    """

    low: Literal | None
    high: Literal | None
    points: float
    _range: Range = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "points", checked_points(self.points, "The points of a step"))
        object.__setattr__(
            self, "_range", Range(low=self.low, high=self.high, high_open=self.high is not None)
        )

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the step begins and ends on the scale of its values."""
        low = -math.inf if self.low is None else ordinal(self.low)
        high = math.inf if self.high is None else ordinal(self.high)
        assert low is not None and high is not None  # noqa: S101, PT018  # the range has refused anything else
        return low, high

    def holds(self, value: object) -> bool:
        """Say whether a value lies on the step.

        Example:
            >>> Step(low=300, high=1000, points=12).holds(1000)
            False
        """
        return self._range.holds(value) is True

    def text(self) -> str:
        """Return the step as text."""
        return self._range.text()


@attrs.frozen(kw_only=True)
class Band:
    """Points by the step on which a number, date or duration lies.

    Attributes:
        reading: where the value is.
        steps: half-open ranges that do not overlap; a value on none of them gets nothing.
        missing: points when there is no value.
        name: how reasons and differences between models call it.
        group: rules of one group can share a cap; empty for none.

    Example:
        >>> band("employees", (1000, None, 20), (300, 1000, 12)).name
        'employees'
    """

    reading: Reading
    steps: tuple[Step, ...]
    missing: float = 0.0
    name: str
    group: str = ""

    def __attrs_post_init__(self) -> None:
        _refuse_state(self.reading)
        object.__setattr__(self, "missing", checked_points(self.missing, "The points for a missing value"))
        if not self.steps:
            raise DefinitionError("A band needs at least one step (from, below, points).")
        ordered = sorted(self.steps, key=lambda step: step.bounds)
        for step, following in itertools.pairwise(ordered):
            if following.bounds[0] < step.bounds[1]:
                raise DefinitionError(
                    f"The steps '{step.text()}' and '{following.text()}' of the band '{self.name}' overlap, so that one "
                    "value would have two answers: let each step end where the next begins."
                )

    def points_of(self, value: object) -> float:
        """Return the points of a value.

        Example:
            >>> band("employees", (1000, None, 20), (300, 1000, 12), missing=-1).points_of(None)
            -1.0
        """
        if value is None:
            return self.missing
        return next((step.points for step in self.steps if step.holds(value)), 0.0)

    def points_for(self, subject: Subject) -> float:
        """Return the points that a lead gets.

        Example:
            >>> import datetime as dt
            >>> from leadflow.records import Lead
            >>> someone = Subject(lead=Lead(employees=500), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> band("employees", (1000, None, 20), (300, 1000, 12)).points_for(someone)
            12.0
        """
        return self.points_of(self.reading.value(subject))

    def note(self, subject: Subject) -> str:
        """Return the step on which a lead lies."""
        value = self.reading.value(subject)
        if value is None:
            return "is missing"
        return next((step.text() for step in self.steps if step.holds(value)), "on no step")

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What the band looks at."""
        return (self.reading,)


FitRule: TypeAlias = Rule | Band


def _rules(items: Iterable[FitRule]) -> tuple[FitRule, ...]:
    return tuple(items)


@attrs.frozen(kw_only=True)
class Bant:
    """Rules by the four questions of BANT; their points count towards fit.

    Each rule belongs to the group of its question, so that ``caps={"budget": 20}`` limits it.

    Attributes:
        budget: is there money for it?
        authority: does the person decide, or come near to who does?
        need: is there a problem that the offer solves?
        timeframe: is it to be solved soon?

    Example:
        >>> Bant(authority=[rule(field("title").contains_any("部長"), 20)]).rules[0].group
        'authority'
    """

    budget: tuple[FitRule, ...] = attrs.field(default=(), converter=_rules)
    authority: tuple[FitRule, ...] = attrs.field(default=(), converter=_rules)
    need: tuple[FitRule, ...] = attrs.field(default=(), converter=_rules)
    timeframe: tuple[FitRule, ...] = attrs.field(default=(), converter=_rules)

    def __attrs_post_init__(self) -> None:
        for question in BANT:
            for i, item in enumerate(getattr(self, question)):
                if not isinstance(item, Rule | Band):
                    path = f"$.{question}[{i}]"
                    raise DefinitionError(
                        f"{path} must be a rule or a band, got {type(item).__name__}.", path=path
                    )
            members = tuple(attrs.evolve(item, group=question) for item in getattr(self, question))
            object.__setattr__(self, question, members)

    @property
    def rules(self) -> tuple[FitRule, ...]:
        """All rules, in the order of the questions."""
        return tuple(self)

    def __iter__(self) -> Iterator[FitRule]:
        for question in BANT:
            yield from getattr(self, question)


def rule(condition: Condition, points: float, *, name: str | None = None, group: str | None = None) -> Rule:
    """Give points for a condition.

    Args:
        condition: asked of the lead's fields or activities, not of its score or stage.
        points: positive or negative, within ±1,000,000.
        name: unique within the model; the condition's text by default.
        group: the group whose cap it shares.

    Raises:
        DefinitionError: the points are no finite number, or the condition asks for the score or stage.

    Example:
        >>> rule(field("title").contains_any("部長", "取締役"), 20).points
        20.0
    """
    return Rule(condition=condition, points=points, name=name or "", group=group or "")


def band(
    what: str | ValueRef,
    *steps: tuple[Literal | None, Literal | None, float],
    missing: float = 0,
    name: str | None = None,
    group: str | None = None,
) -> Band:
    """Give points by the range in which a number, date or duration lies.

    Args:
        what: a field's name, or a value such as ``activity("call").age()``.
        steps: (from, below, points): the first bound is in, the second is out; None is no bound.
        missing: points when there is no value.
        name: unique within the model; what it looks at by default.
        group: the group whose cap it shares.

    Raises:
        DefinitionError: two steps overlap, a step is empty, or the points are no finite number.

    Example:
        >>> employees = band("employees", (1000, None, 20), (300, 1000, 12), (None, 30, -5))
        >>> [employees.points_of(n) for n in (5, 30, 300, 999, 1000)]
        [-5.0, 0.0, 12.0, 12.0, 20.0]
    """
    reading = (field(what) if isinstance(what, str) else what).reading
    return Band(
        reading=reading,
        steps=tuple(Step(low=low, high=high, points=points) for low, high, points in steps),
        missing=missing,
        name=name or reading.text(),
        group=group or "",
    )


def looked_at(rules: Sequence[FitRule]) -> tuple[str, ...]:
    """Return the names of the fields that rules look at, each once, in order.

    Example:
        >>> looked_at([rule(field("title").is_filled() & field("email").is_filled(), 1)])
        ('title', 'email')
    """
    names: dict[str, None] = {}
    for item in rules:
        for reading in item.readings:
            if isinstance(reading, FieldReading | AgeReading):
                names[reading.name] = None
    return tuple(names)


def filled(reading: Reading) -> Clause:
    """Return the condition that a reading finds something.

    Example:
        >>> filled(FieldReading(name="title")).text()
        'title is filled'
    """
    return Clause(reading=reading, test=Filled())


def _refuse_state(reading: FieldReading | AgeReading | StateReading | ActivityReading) -> None:
    if isinstance(reading, StateReading):
        raise DefinitionError(
            f"A scoring rule cannot ask for '{reading.text()}': scores come before stages and grades. "
            "Ask for fields or activities."
        )
