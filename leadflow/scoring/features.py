"""Features: what a learned model looks at, and how values become numbers."""

import datetime as dt
import enum
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.conditions import (
    Clause,
    Condition,
    Population,
    ValueRef,
    condition_from_data,
    condition_to_data,
    field,
)
from leadflow.conditions.literals import folded, ordinal
from leadflow.conditions.readings import Reading, StateReading
from leadflow.conditions.tree import AllOf, AnyOf, Not
from leadflow.conditions.truth import UNKNOWN
from leadflow.errors import DefinitionError
from leadflow.records.events import Json
from leadflow.scoring.points import Points
from leadflow.scoring.rules import filled

__all__ = ["Coding", "Encoder", "Feature", "FeatureKind", "feature", "fit_encoder"]

_MOST_LEVELS: Final = 30
_FEWEST_LEADS: Final = 10
_BINS: Final = 8


class FeatureKind(enum.StrEnum):
    """How the values of a feature are taken."""

    NUMBER = "number"
    """As a number; durations in days, dates are refused."""
    LOG_NUMBER = "log_number"
    """As the logarithm of one plus the number, for head counts and amounts."""
    CATEGORY = "category"
    """As one of some values."""
    TAGS = "tags"
    """As a set of members."""
    CONDITION = "condition"
    """As yes or no."""


@attrs.frozen(kw_only=True)
class Feature:
    """One thing that a learned model looks at.

    Attributes:
        name: how contributions call it.
        reading: where the value is; None for a condition.
        condition: what is asked; None for a value.
        kind: how values are taken; None to see from the data.
    """

    name: str
    reading: Reading | None = None
    condition: Condition | None = None
    kind: FeatureKind | None = None

    def column(self, population: Population) -> Column:
        """Return the feature for every lead."""
        if self.reading is not None:
            return self.reading.column(population)
        assert self.condition is not None  # noqa: S101  # feature() has set one of the two
        truth = self.condition.evaluate(population)
        codes = np.where(truth == UNKNOWN, -1, (truth > 0).astype(np.int32)).astype(np.int32)
        return Column(codes=codes, values=(False, True))

    def to_dict(self) -> dict[str, Json]:
        """Return the feature as plain data."""
        data: dict[str, Json] = {"name": self.name}
        if self.reading is not None:
            place = condition_to_data(filled(self.reading))
            del place["filled"]
            data["value"] = place
        if self.condition is not None:
            data["when"] = condition_to_data(self.condition)
        if self.kind is not None:
            data["kind"] = self.kind.value
        return data

    @classmethod
    def from_dict(cls, data: object, path: str = "$") -> "Feature":
        """Read a feature from plain data.

        Raises:
            DefinitionError: it is wrong.

        Example:
            >>> Feature.from_dict(feature("employees").to_dict()) == feature("employees")
            True
        """
        match data:
            case {"name": str() as name, "value": Mapping() as place, **others}:
                asked = condition_from_data({**place, "filled": True}, f"{path}.value")
                if isinstance(asked, Clause):
                    return cls(name=name, reading=asked.reading, kind=_kind(others, path))
            case {"name": str() as name, "when": when}:
                return cls(
                    name=name, condition=condition_from_data(when, f"{path}.when"), kind=FeatureKind.CONDITION
                )
        raise DefinitionError(f"{path} must be a table with 'name' and either 'value' or 'when'.", path=path)


def feature(
    what: str | ValueRef | Condition, *, name: str | None = None, kind: FeatureKind | str | None = None
) -> Feature:
    """Name something for a learned model to look at.

    Args:
        what: a field's name, a value such as ``activity("call").count()``, or a condition.
        name: how contributions call it; its text by default.
        kind: how values are taken; seen from the data by default.

    Raises:
        DefinitionError: it is the score, grade or stage, which know the outcome or come from the rules.

    Example:
        >>> feature("employees", kind="log_number").name
        'employees'
    """
    if isinstance(what, Clause | AllOf | AnyOf | Not):
        return Feature(name=name or what.text(), condition=what, kind=FeatureKind.CONDITION)
    reading = (field(what) if isinstance(what, str) else what).reading
    if isinstance(reading, StateReading):
        raise DefinitionError(f"'{reading.text()}' cannot be a feature: it may know the outcome.")
    return Feature(
        name=name or reading.text(), reading=reading, kind=None if kind is None else FeatureKind(kind)
    )


@attrs.frozen(kw_only=True)
class NumberCoding:
    """A number, standardised, with a column of its own for missing values.

    Attributes:
        kind: number or log_number.
        mean: of the known values.
        spread: their standard deviation, or 1.
        edges: rising bounds between the levels that naive Bayes counts.
        has_missing: whether missing values occurred.
    """

    kind: FeatureKind
    mean: float
    spread: float
    edges: tuple[float, ...]
    has_missing: bool

    @property
    def width(self) -> int:
        """How many columns of the design it takes."""
        return 1 + self.has_missing

    @property
    def size(self) -> int:
        """How many levels it has."""
        return len(self.edges) + 1

    def fill(self, column: Column, out: npt.NDArray[np.float64]) -> None:
        """Write the columns of the design."""
        numbers = self._numbers(column)
        known = ~np.isnan(numbers)
        out[:, 0] = np.where(known, (numbers - self.mean) / self.spread, 0.0)
        if self.has_missing:
            out[:, 1] = ~known

    def levels(self, column: Column) -> npt.NDArray[np.int32]:
        """Return the level of each lead, -1 where missing."""
        numbers = self._numbers(column)
        levels = np.searchsorted(np.array(self.edges), numbers, side="right").astype(np.int32)
        levels[np.isnan(numbers)] = -1
        return levels

    def _numbers(self, column: Column) -> Points:
        return numbers_of(column, self.kind)

    def to_dict(self) -> dict[str, Json]:
        """Return the coding as plain data."""
        return {
            "kind": self.kind.value,
            "mean": self.mean,
            "spread": self.spread,
            "edges": list(self.edges),
            "has_missing": self.has_missing,
        }


@attrs.frozen(kw_only=True)
class LevelCoding:
    """One of some values, or members of a set, each with a column of its own.

    Attributes:
        kind: category, tags or condition.
        names: the levels; texts are compared folded. Rarer values are one level behind them.
        has_missing: whether missing values occurred.
    """

    kind: FeatureKind
    names: tuple[str, ...]
    has_missing: bool

    @property
    def width(self) -> int:
        """How many columns of the design it takes."""
        return len(self.names) + 1 + self.has_missing

    @property
    def size(self) -> int:
        """How many levels it has: the named ones and all others."""
        return len(self.names) + 1

    def fill(self, column: Column, out: npt.NDArray[np.float64]) -> None:
        """Write the columns of the design."""
        table = np.zeros((len(column.values) + 1, self.width))
        places = {name: place for place, name in enumerate(self.names)}
        for row, value in enumerate(column.values):
            for member in members_of(value):
                table[row, places.get(member, len(self.names))] = 1.0
        if self.has_missing:
            table[-1, -1] = 1.0
        out[:] = table[np.maximum(column.codes, -1)]

    def levels(self, column: Column) -> npt.NDArray[np.int32]:
        """Return the level of each lead, -1 where missing; of a set, its most frequent known member."""
        places = {name: place for place, name in enumerate(self.names)}
        table = [
            min((places.get(member, len(self.names)) for member in members_of(value)), default=-1)
            for value in column.values
        ]
        return np.array([*table, -1], np.int32)[np.maximum(column.codes, -1)]

    def to_dict(self) -> dict[str, Json]:
        """Return the coding as plain data."""
        return {"kind": self.kind.value, "names": list(self.names), "has_missing": self.has_missing}


Coding: TypeAlias = NumberCoding | LevelCoding


@attrs.frozen(kw_only=True, eq=False)
class Encoder:
    """Features with their codings, fixed by the leads that were learned from.

    Attributes:
        features: what is looked at.
        codings: how each becomes numbers.
    """

    features: tuple[Feature, ...]
    codings: tuple[Coding, ...]

    @property
    def width(self) -> int:
        """How many columns the design has."""
        return sum(coding.width for coding in self.codings)

    def slices(self) -> Iterator[slice]:
        """Return which columns of the design belong to each feature."""
        first = 0
        for coding in self.codings:
            yield slice(first, first + coding.width)
            first += coding.width

    def design(self, population: Population) -> npt.NDArray[np.float64]:
        """Return the numbers that a logistic regression takes, (n, width) float64."""
        design = np.empty((len(population), self.width), np.float64)
        for item, coding, columns in zip(self.features, self.codings, self.slices(), strict=True):
            coding.fill(item.column(population), design[:, columns])
        return design

    def levels(self, population: Population) -> npt.NDArray[np.int32]:
        """Return the levels that naive Bayes takes, (n, f) int32, -1 where missing."""
        levels = np.empty((len(population), len(self.features)), np.int32)
        for place, (item, coding) in enumerate(zip(self.features, self.codings, strict=True)):
            levels[:, place] = coding.levels(item.column(population))
        return levels


def fit_encoder(features: Sequence[Feature], population: Population) -> Encoder:
    """See from the data how each feature becomes numbers.

    A value needs ten leads to be a level of its own, and at most thirty are.

    Raises:
        DefinitionError: a feature is a date, whose age is meant.

    Example:
        >>> from leadflow.records import LeadBatch
        >>> people = LeadBatch.from_dicts([{"employees": 10}, {"employees": 30}, {}])
        >>> population = Population(batch=people, as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> fit_encoder([feature("employees")], population).design(population).tolist()
        [[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    """
    return Encoder(
        features=tuple(features), codings=tuple(_coding(item, item.column(population)) for item in features)
    )


def coding_from_dict(data: object, path: str) -> Coding:
    """Read a coding from plain data.

    Raises:
        DefinitionError: it is wrong.

    Example:
        >>> coding_from_dict({"kind": "category", "names": ["a"], "has_missing": True}, "$").size
        2
    """
    match data:
        case {
            "kind": "number" | "log_number" as kind,
            "mean": mean,
            "spread": spread,
            "edges": list() as edges,
            "has_missing": bool() as missing,
        }:
            return NumberCoding(
                kind=FeatureKind(kind),
                mean=float(mean),
                spread=float(spread),
                edges=tuple(map(float, edges)),
                has_missing=missing,
            )
        case {
            "kind": "category" | "tags" | "condition" as kind,
            "names": list() as names,
            "has_missing": bool() as missing,
        }:
            return LevelCoding(kind=FeatureKind(kind), names=tuple(map(str, names)), has_missing=missing)
        case _:
            raise DefinitionError(f"{path} is no coding of a feature.", path=path)


def members_of(value: Hashable) -> tuple[str, ...]:
    """Return the levels that a value stands for, folded.

    Example:
        >>> members_of(("ロボット", "検査")), members_of(True)
        (('ロボット', '検査'), ('true',))
    """
    return (
        tuple(folded(str(member)) for member in value) if isinstance(value, tuple) else (folded(str(value)),)
    )


def numbers_of(column: Column, kind: FeatureKind) -> Points:
    """Return the numbers of a column, NaN where there is none; durations in days.

    Example:
        >>> numbers_of(Column.of([3, None]), FeatureKind.NUMBER).tolist()
        [3.0, nan]
    """
    table = np.full(len(column.values) + 1, np.nan)
    for row, value in enumerate(column.values):
        place = ordinal(value)
        if place is not None:
            table[row] = place / 86400 if isinstance(value, dt.timedelta) else place
    if kind is FeatureKind.LOG_NUMBER:
        table = np.log1p(np.maximum(table, 0.0))
    return table[np.maximum(column.codes, -1)]


def _coding(item: Feature, column: Column) -> Coding:
    kind = item.kind or _kind_of(item, column)
    has_missing = bool((column.codes < 0).any())
    if kind in {FeatureKind.NUMBER, FeatureKind.LOG_NUMBER}:
        numbers = numbers_of(column, kind)
        known = numbers[~np.isnan(numbers)]
        if not len(known):
            return NumberCoding(kind=kind, mean=0.0, spread=1.0, edges=(), has_missing=True)
        edges = np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS))
        return NumberCoding(
            kind=kind,
            mean=float(known.mean()),
            spread=float(known.std()) or 1.0,
            edges=tuple(edges.tolist()),
            has_missing=has_missing or len(known) < len(numbers),
        )
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    seen: dict[str, int] = {}
    for value, count in zip(column.values, counts.tolist(), strict=True):
        for member in members_of(value):
            seen[member] = seen.get(member, 0) + count
    names = sorted(
        (name for name, count in seen.items() if count >= _FEWEST_LEADS), key=lambda name: (-seen[name], name)
    )
    return LevelCoding(kind=kind, names=tuple(names[:_MOST_LEVELS]), has_missing=has_missing)


def _kind_of(item: Feature, column: Column) -> FeatureKind:
    kinds = {type(value) for value in column.values}
    if kinds and kinds <= {int, float, dt.timedelta}:
        return FeatureKind.NUMBER
    if dt.date in kinds or dt.datetime in kinds:
        raise DefinitionError(
            f"The feature '{item.name}' is a date: look at its age, field('{item.name}').age()."
        )
    return FeatureKind.TAGS if tuple in kinds else FeatureKind.CATEGORY


def _kind(data: Mapping[object, object], path: str) -> FeatureKind | None:
    kind = data.get("kind")
    if kind is None:
        return None
    if kind not in set(FeatureKind):
        raise DefinitionError(f"{path}.kind must be one of {', '.join(FeatureKind)}.", path=f"{path}.kind")
    return FeatureKind(str(kind))
