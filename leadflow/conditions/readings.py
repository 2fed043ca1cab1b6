"""What a condition looks at: a field, its age, a state of the lead, or a measure of its activities."""

import datetime as dt
import enum
import json
import math
import re
from collections.abc import Callable
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.conditions.literals import Literal, duration_to_text, folded, ordinal, to_text
from leadflow.conditions.population import STATES, Population, Subject
from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.records.activities import Activity

__all__ = ["ActivityReading", "AgeReading", "FieldReading", "Measure", "Reading", "StateReading"]

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_WORDS: Final = frozenset({"and", "or", "not", "always", "is", "in", "age", "of", "within", "true", "false"})


@attrs.frozen(kw_only=True)
class FieldReading:
    """The value of a field or custom column.

    Example:
        >>> FieldReading(name="title").text()
        'title'
    """

    name: str

    def column(self, population: Population) -> Column:
        """Return the field of every lead."""
        return population.batch[self.name]

    def value(self, subject: Subject) -> object:
        """Return the field of one lead."""
        return subject.lead.get(self.name)

    def text(self) -> str:
        """Return the reading as text; a name that is no plain word is quoted."""
        plain = _NAME.fullmatch(self.name) and self.name not in _WORDS and self.name not in set(Measure)
        return self.name if plain else json.dumps(self.name, ensure_ascii=False)


@attrs.frozen(kw_only=True)
class AgeReading:
    """How long ago a date or moment in a field was, as a duration; negative for the future.

    Example:
        >>> AgeReading(name="created_at").text()
        'age of created_at'
    """

    name: str

    def column(self, population: Population) -> Column:
        """Return the age for every lead."""
        return population.batch[self.name].map(lambda value: _age(value, population.as_of))

    def value(self, subject: Subject) -> object:
        """Return the age for one lead."""
        return _age(subject.lead.get(self.name), subject.as_of)

    def text(self) -> str:
        """Return the reading as text."""
        return f"age of {FieldReading(name=self.name).text()}"


@attrs.frozen(kw_only=True)
class StateReading:
    """The stage, grade or a score of the lead.

    Example:
        >>> StateReading(name="stage").text()
        '@stage'
    """

    name: str

    def __attrs_post_init__(self) -> None:
        if self.name not in STATES:
            raise UnknownNameError(f"'{self.name[:40]}' is no state of a lead.{near_miss(self.name, STATES)}")

    def column(self, population: Population) -> Column:
        """Return the state of every lead."""
        states = population.states.get(self.name)
        if states is None:
            return Column.constant(None, len(population))
        return states if isinstance(states, Column) else _numbers(states)

    def value(self, subject: Subject) -> object:
        """Return the state of one lead."""
        return subject.states.get(self.name)

    def text(self) -> str:
        """Return the reading as text."""
        return f"@{self.name}"


class Measure(enum.StrEnum):
    """What is measured of activities."""

    COUNT = "count"
    """How many there are; zero when there are none."""
    DAYS = "days"
    """On how many different days (UTC) there are any."""
    TOTAL = "total"
    """The sum of a numeric attribute; zero when there are none."""
    AGE = "age"
    """How long ago the latest was; missing when there are none."""


@attrs.frozen(kw_only=True)
class ActivityReading:
    """A measure of the activities of some kinds within a window that ends at the moment of the question.

    Attributes:
        kinds: activity kinds; any of them counts.
        measure: what is measured.
        attribute: the attribute that ``TOTAL`` adds up.
        where: attribute name to the constants of which it must have one; pairs, in order of name.
        within: the length of the window; the whole past when None. An activity exactly that old is out.

    Example:
        >>> ActivityReading(kinds=("webinar_attended",), within=dt.timedelta(days=30)).text()
        'count("webinar_attended", within 30 days)'
    """

    kinds: tuple[str, ...]
    measure: Measure = Measure.COUNT
    attribute: str | None = None
    where: tuple[tuple[str, tuple[Literal, ...]], ...] = ()
    within: dt.timedelta | None = None

    def __attrs_post_init__(self) -> None:
        if not self.kinds or not all(self.kinds):
            raise DefinitionError("An activity reading needs at least one kind of activity.")
        if (self.measure is Measure.TOTAL) != (self.attribute is not None):
            raise DefinitionError(
                "The measure 'total' needs the attribute that it adds up, and no other measure takes one."
            )
        if self.within is not None and self.within <= dt.timedelta(0):
            raise DefinitionError("A window must be longer than zero.")

    def column(self, population: Population) -> Column:
        """Return the measure for every lead."""
        rows = self._positions(population)
        log, lead_rows, n = population.activities, population.activity_rows, len(population)
        match self.measure:
            case Measure.COUNT:
                return _numbers(np.bincount(lead_rows[rows], minlength=n))
            case Measure.DAYS:
                days = np.unique(np.stack([lead_rows[rows].astype(np.int64), log.at[rows] // 86400]), axis=1)[
                    0
                ]
                return _numbers(np.bincount(days, minlength=n))
            case Measure.TOTAL:
                amounts = log.attributes.get(self.attribute or "", Column.constant(None, len(log)))
                values = np.append(
                    np.fromiter(map(_number, amounts.values), np.float64, len(amounts.values)), 0.0
                )
                return _numbers(
                    np.bincount(lead_rows[rows], values[np.maximum(amounts.codes[rows], -1)], minlength=n)
                )
            case Measure.AGE:
                latest = np.full(n, np.iinfo(np.int64).min)
                np.maximum.at(latest, lead_rows[rows], log.at[rows])
                present = latest > np.iinfo(np.int64).min
                unique, codes = np.unique(latest[present], return_inverse=True)
                cells = np.full(n, -1, np.int32)
                cells[present] = codes
                return Column(
                    codes=cells, values=tuple(dt.timedelta(seconds=population.now - int(at)) for at in unique)
                )

    def value(self, subject: Subject) -> object:
        """Return the measure for one lead."""
        matching = [activity for activity in subject.activities if self._matches(activity, subject.as_of)]
        match self.measure:
            case Measure.COUNT:
                return len(matching)
            case Measure.DAYS:
                return len({int(activity.at.timestamp() // 86400) for activity in matching})
            case Measure.TOTAL:
                return sum(_number(activity.attributes.get(self.attribute or "")) for activity in matching)
            case Measure.AGE:
                latest = max((int(activity.at.timestamp() // 1) for activity in matching), default=None)
                return (
                    None
                    if latest is None
                    else dt.timedelta(seconds=int(subject.as_of.timestamp() // 1) - latest)
                )

    def text(self) -> str:
        """Return the reading as text."""
        kinds = ", ".join(json.dumps(kind, ensure_ascii=False) for kind in self.kinds)
        parts = (
            [kinds] if self.attribute is None else [f"{FieldReading(name=self.attribute).text()} of {kinds}"]
        )
        for name, options in self.where:
            values = to_text(options[0]) if len(options) == 1 else f"[{', '.join(map(to_text, options))}]"
            parts.append(f"{FieldReading(name=name).text()} = {values}")
        if self.within is not None:
            parts.append(f"within {duration_to_text(self.within)}")
        return f"{self.measure.value}({', '.join(parts)})"

    def _positions(self, population: Population) -> npt.NDArray[np.intp]:
        rows = population.rows_of_kinds(self.kinds)
        log = population.activities
        if self.within is not None:
            rows = rows[log.at[rows] > population.now - int(self.within.total_seconds())]
        for name, options in self.where:
            column = log.attributes.get(name)
            rows = rows[:0] if column is None else rows[column.test(_is_among(options))[rows]]
        return rows

    def _matches(self, activity: Activity, as_of: dt.datetime) -> bool:
        at, now = int(activity.at.timestamp() // 1), int(as_of.timestamp() // 1)
        if activity.kind not in self.kinds or at > now:
            return False
        if self.within is not None and at <= now - int(self.within.total_seconds()):
            return False
        return all(
            (value := activity.attributes.get(name)) is not None and _is_among(options)(value)
            for name, options in self.where
        )


Reading: TypeAlias = FieldReading | AgeReading | StateReading | ActivityReading


def _is_among(options: tuple[Literal, ...]) -> Callable[[object], bool]:
    wanted = {folded(option) if isinstance(option, str) else option for option in options}
    return lambda value: (folded(value) if isinstance(value, str) else value) in wanted


def _age(value: object, as_of: dt.datetime) -> dt.timedelta | None:
    match value:
        case dt.datetime():
            return as_of - value
        case dt.date():
            return dt.timedelta(days=(as_of.date() - value).days)
        case _:
            return None


def _number(value: object) -> float:
    number = ordinal(value) if isinstance(value, int | float) else None
    return number if number is not None and math.isfinite(number) else 0.0


def _numbers(values: npt.NDArray[np.integer] | npt.NDArray[np.floating]) -> Column:
    unique, codes = np.unique(values, return_inverse=True)
    return Column(codes=codes.astype(np.int32), values=tuple(unique.tolist()))
