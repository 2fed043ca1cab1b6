"""Conditions over the distinct values of one column, a column at a time instead of a value at a time.

The answers are those of ``condition.evaluate``; only the way there is shorter: texts are folded in one
piece, numbers are compared as an array.
"""

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from functools import reduce

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.conditions import Clause, Condition, Population
from leadflow.conditions.literals import folded, ordinal
from leadflow.conditions.questions import Contains, EndsWith, OneOf, Range, StartsWith, ValueTest
from leadflow.conditions.readings import FieldReading
from leadflow.conditions.tree import AllOf, AnyOf, Not
from leadflow.conditions.truth import FALSE, TRUE, Truth, truth_of
from leadflow.records.batches import LeadBatch
from leadflow.scoring.points import Points
from leadflow.scoring.rules import Band, FitRule, Rule

__all__ = ["DistinctValues"]

_SEPARATOR = "\n"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class DistinctValues:
    """The distinct values of a column, and last the missing value.

    Attributes:
        name: the column's name.
        values: (k,) the distinct values.
        as_of: aware; the moment of the question, for ages.

    Example:
        >>> from leadflow.conditions import field
        >>> titles = DistinctValues.of("title", Column.of(["部長", "課長"]), dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> titles.truth(field("title").contains_any("部")).tolist()
        [1, -1, 0]
    """

    name: str
    values: tuple[Hashable, ...]
    as_of: dt.datetime
    _memo: dict[str, object] = attrs.field(init=False, factory=dict)

    @classmethod
    def of(cls, name: str, column: Column, as_of: dt.datetime) -> "DistinctValues":
        """Take the distinct values of a column."""
        return cls(name=name, values=column.values, as_of=as_of)

    def points(self, item: FitRule) -> Points:
        """Return the points that a rule or band gives each value, and last a missing one.

        Returns:
            (k + 1,) float64.
        """
        if isinstance(item, Rule):
            return np.where(self.truth(item.condition) == TRUE, item.points, 0.0)
        numbers = self._numbers() if isinstance(item.reading, FieldReading) else None
        if numbers is not None and all(
            _is_number(bound) for step in item.steps for bound in (step.low, step.high)
        ):
            return _band_points(item, numbers)
        column = item.reading.column(self._population())
        table = np.fromiter(map(item.points_of, (*column.values, None)), np.float64, len(column.values) + 1)
        return np.take(table, np.maximum(column.codes, -1))

    def truth(self, condition: Condition) -> Truth:
        """Return the truth of a condition for each value, and last for a missing one.

        Args:
            condition: looks at this column only.

        Returns:
            (k + 1,) int8.
        """
        match condition:
            case AllOf(parts=parts):
                start = np.full(len(self.values) + 1, TRUE, np.int8)
                return reduce(np.minimum, map(self.truth, parts), start)
            case AnyOf(parts=parts):
                start = np.full(len(self.values) + 1, FALSE, np.int8)
                return reduce(np.maximum, map(self.truth, parts), start)
            case Not(part=part):
                return -self.truth(part)
            case Clause(reading=FieldReading(), test=test):
                answers = self._answers(test)
                if answers is not None:
                    return np.append(answers, np.int8(truth_of(test.holds(None)))).astype(np.int8)
        return condition.evaluate(self._population())

    def _answers(self, test: ValueTest) -> Truth | None:
        """Return the truth for each value when there is a short way."""
        if isinstance(test, Range):
            numbers = self._numbers()
            if numbers is None or not (_is_number(test.low) and _is_number(test.high)):
                return None
            return _truth(_within(test, numbers))
        asks = _question(test)
        texts = None if asks is None else self._folded()
        if asks is None or texts is None:
            return None
        return _truth(np.fromiter(map(asks, texts), np.bool_, len(texts)))

    def _numbers(self) -> npt.NDArray[np.float64] | None:
        """Return the values as numbers when all are, else None."""
        if "numbers" not in self._memo:
            plain = bool(self.values) and set(map(type, self.values)) <= {int, float}
            numbers = _floats(self.values) if plain else np.array([np.nan])
            self._memo["numbers"] = None if np.isnan(numbers).any() else numbers
        kept = self._memo["numbers"]
        return kept if isinstance(kept, np.ndarray) else None

    def _folded(self) -> Sequence[str] | None:
        """Return the values folded when all are texts, else None."""
        if "folded" not in self._memo:
            texts = None
            if self.values and set(map(type, self.values)) == {str}:
                joined = _SEPARATOR.join(map(str, self.values))
                whole = joined.casefold() if joined.isascii() else folded.__wrapped__(joined)
                pieces = whole.split(_SEPARATOR)
                texts = pieces if len(pieces) == len(self.values) else None
            self._memo["folded"] = texts
        kept = self._memo["folded"]
        return kept if isinstance(kept, list) else None

    def _population(self) -> Population:
        k = len(self.values)
        codes = np.arange(k + 1, dtype=np.int32)
        codes[k] = -1
        batch = LeadBatch.of({self.name: Column(codes=codes, values=self.values)})
        return Population(batch=batch, as_of=self.as_of)


def _question(test: ValueTest) -> Callable[[str], bool] | None:
    match test:
        case Contains(parts=parts, every=every):
            wanted = tuple(map(folded, parts))
            if len(wanted) == 1:
                return lambda text: wanted[0] in text
            if every:
                return lambda text: all(part in text for part in wanted)
            return lambda text: any(part in text for part in wanted)
        case StartsWith(parts=parts):
            starts = tuple(map(folded, parts))
            return lambda text: text.startswith(starts)
        case EndsWith(parts=parts):
            ends = tuple(map(folded, parts))
            return lambda text: text.endswith(ends)
        case OneOf(options=options):
            chosen = frozenset(folded(option) for option in options if isinstance(option, str))
            return chosen.__contains__
        case _:
            return None


def _band_points(item: Band, numbers: npt.NDArray[np.float64]) -> Points:
    points = np.zeros(len(numbers) + 1)
    for step in item.steps:
        low, high = step.bounds
        below = np.ones(len(numbers), np.bool_) if step.high is None else numbers < high
        points[:-1][(numbers >= low) & below] = step.points
    points[-1] = item.missing
    return points


def _floats(values: Sequence[Hashable]) -> npt.NDArray[np.float64]:
    try:
        return np.array(values, np.float64)
    except OverflowError:  # an integer beyond all floats
        return np.array([ordinal(value) for value in values], np.float64)


def _is_number(bound: object) -> bool:
    return bound is None or (isinstance(bound, int | float) and not isinstance(bound, bool))


def _within(test: Range, numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    inside = np.ones(len(numbers), np.bool_)
    low, high = ordinal(test.low), ordinal(test.high)
    if low is not None:
        inside &= numbers > low if test.low_open else numbers >= low
    if high is not None:
        inside &= numbers < high if test.high_open else numbers <= high
    return inside


def _truth(holds: npt.NDArray[np.bool_]) -> Truth:
    return np.where(holds, np.int8(TRUE), np.int8(FALSE))
