"""Regions: what conditions can tell apart, so that rules can be compared exactly instead of by chance.

For every place at which some conditions look, a few representative values answer all tests there in every way in
which they can be answered: each bound and what lies between bounds, each constant, something else, nothing. Their
combinations are the regions: two leads of one region are the same to every condition.
"""

import datetime as dt
import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.conditions.literals import folded, ordinal
from leadflow.conditions.questions import Contains, EndsWith, Filled, OneOf, Range, StartsWith, ValueTest
from leadflow.conditions.readings import ActivityReading, FieldReading, Measure, Reading, StateReading
from leadflow.conditions.tree import AllOf, AnyOf, Clause, Condition, Not, clauses
from leadflow.conditions.truth import FALSE, TRUE, Truth, truth_of
from leadflow.records.fields import FIELDS, FieldKind
from leadflow.records.leads import Lead
from leadflow.seeds import generator

__all__ = ["Regions", "readings_of", "regions_of", "representatives", "truth_over"]

_OTHER: Final = "（その他）"
_BETWEEN: Final = "│"
_SUBSETS: Final = 10
_TEXTS: Final = 20_000
_WHOLE: Final = frozenset({FieldKind.INTEGER, FieldKind.MONEY})


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Regions:
    """One representative of every region.

    Attributes:
        columns: every reading to (n,) what it finds.
        exact: whether every region is there; otherwise they are a sample.
        length: n.

    Example:
        >>> from leadflow.conditions import field
        >>> regions = regions_of([field("employees") >= 300])
        >>> regions.exact, [regions.describe(row) for row in range(regions.length)]
        (True, ['employees 300', 'employees 299', 'employees missing'])
    """

    columns: Mapping[Reading, Column]
    exact: bool
    length: int

    def evaluate(self, condition: Condition) -> Truth:
        """Return the truth of a condition in every region.

        Args:
            condition: one that looks where these regions do.

        Returns:
            (n,) int8.

        Example:
            >>> from leadflow.conditions import field
            >>> wish = field("employees") >= 300
            >>> regions_of([wish]).evaluate(wish).tolist()
            [1, -1, 0]
        """
        return truth_over(condition, self.columns, self.length)

    def lead(self, row: int) -> Lead:
        """Return a lead of a region, as far as its fields say.

        Example:
            >>> from leadflow.conditions import field
            >>> regions_of([field("employees") >= 300]).lead(0).employees
            300
        """
        values = {
            reading.name: column[row]
            for reading, column in self.columns.items()
            if isinstance(reading, FieldReading)
        }
        return Lead.of("example", values)

    def describe(self, row: int) -> str:
        """Return what characterises a region, as text.

        Example:
            >>> from leadflow.conditions import field
            >>> regions_of([field("city") == "港区"]).describe(0)
            'city 港区'
        """
        words = []
        for reading, column in self.columns.items():
            value = column[row]
            shown = (
                "missing" if value is None else ", ".join(value) if isinstance(value, tuple) else str(value)
            )
            words.append(f"{reading.text()} {shown}")
        return "; ".join(words)


def regions_of(
    conditions: Iterable[Condition],
    *,
    known: Mapping[str, Sequence[Hashable]] | None = None,
    limit: int = 200_000,
    samples: int = 20_000,
    seed: int = 0,
) -> Regions:
    """Return the regions that some conditions tell apart.

    Args:
        conditions: any.
        known: field name to values that occur, so that "something else" is one of them where possible.
        limit: the largest number of regions that are made one by one; beyond it they are sampled.
        samples: how many then; every representative of every reading comes at least once.
        seed: of the sample.

    Returns:
        The regions. They are exact if every combination of answers that the tests can give is there. A set of many
        members (more than ten) is represented by each member alone, which is exact as long as no condition asks for
        two members or for the absence of one.

    Example:
        >>> from leadflow.conditions import field
        >>> regions_of([field("prefecture") == "東京都", field("employees") >= 300]).length
        9
    """
    asked = tuple(conditions)
    values: dict[Reading, tuple[Hashable, ...]] = {}
    exact = True
    for reading in readings_of(*asked):
        extra = (known or {}).get(reading.name, ()) if isinstance(reading, FieldReading) else ()
        values[reading], whole = representatives(reading, asked, known=extra)
        exact = exact and whole
    sizes = [len(choices) for choices in values.values()]
    total = 1
    for size in sizes:
        total *= size
    if total <= limit:
        codes = np.unravel_index(np.arange(total), sizes) if sizes else ()
        return _regions(values, codes, total, exact=exact)
    rng = generator(seed)
    drawn = [rng.integers(0, size, samples) for size in sizes]
    for column, size in zip(drawn, sizes, strict=True):
        column[: min(size, samples)] = np.arange(min(size, samples))
        rng.shuffle(column)
    return _regions(values, drawn, samples, exact=False)


def representatives(
    reading: Reading, conditions: Iterable[Condition], *, known: Sequence[Hashable] = ()
) -> tuple[tuple[Hashable, ...], bool]:
    """Return values that answer the tests of a reading in every way in which they can be answered.

    Args:
        reading: the place.
        conditions: whose tests there count.
        known: values that occur, preferred where several answer alike.

    Returns:
        The values, None for a missing one, and whether no way of answering is left out.

    Example:
        >>> from leadflow.conditions import field
        >>> wish = field("employees").between(300, 1000)
        >>> representatives(wish.reading, [wish])
        ((300, 299, None), True)
    """
    every = tuple(conditions)
    tests = tuple(
        dict.fromkeys(
            clause.test for condition in every for clause in clauses(condition) if clause.reading == reading
        )
    )
    candidates: list[Hashable] = list(_constants(tests))
    exact = True
    if _is_set(reading):
        members, exact = _sets(tests, every, reading)
        candidates = [*((value,) for value in known), *members]
    else:
        texts, exact = _texts(tests)
        candidates = [*candidates, *_points(reading, tests), *known, *texts]
    if (
        isinstance(reading, FieldReading)
        and reading.name in FIELDS
        and FIELDS[reading.name].kind is FieldKind.FLAG
    ):
        candidates = [True, False]
    if not (isinstance(reading, ActivityReading) and reading.measure is not Measure.AGE):
        candidates.append(None)
    distinct: dict[tuple[int, ...], Hashable] = {}
    for value in candidates:
        distinct.setdefault(tuple(truth_of(test.holds(value)) for test in tests), value)
    return tuple(distinct.values()), exact


def readings_of(*conditions: Condition) -> tuple[Reading, ...]:
    """Return every place at which some conditions look, each once, in order of appearance.

    Example:
        >>> from leadflow.conditions import field
        >>> [reading.text() for reading in readings_of((field("city") == "港区") & field("title").is_filled())]
        ['city', 'title']
    """
    return tuple(dict.fromkeys(clause.reading for condition in conditions for clause in clauses(condition)))


def truth_over(condition: Condition, columns: Mapping[Reading, Column], length: int) -> Truth:
    """Return the truth of a condition over columns of what its readings find.

    Args:
        condition: the condition.
        columns: every reading of the condition to (n,) what it finds.
        length: n.

    Returns:
        (n,) int8, the same as ``evaluate`` of a population with these readings.

    Example:
        >>> from leadflow.conditions import field
        >>> wish = field("employees") >= 300
        >>> truth_over(wish, {wish.reading: Column.of([299, 300, None])}, 3).tolist()
        [-1, 1, 0]
    """
    match condition:
        case Clause(reading=reading, test=test):
            column = columns[reading]
            answers = [truth_of(test.holds(value)) for value in column.values]
            table = np.array([*answers, truth_of(test.holds(None))], np.int8)
            truth: Truth = table[np.maximum(column.codes, -1)]
            return truth
        case Not(part=part):
            return -truth_over(part, columns, length)
        case AllOf(parts=parts):
            every = np.full(length, TRUE, np.int8)
            for part in parts:
                every = np.minimum(every, truth_over(part, columns, length))
            return every
        case AnyOf(parts=parts):
            some = np.full(length, FALSE, np.int8)
            for part in parts:
                some = np.maximum(some, truth_over(part, columns, length))
            return some


def _regions(
    values: Mapping[Reading, tuple[Hashable, ...]],
    codes: Sequence[npt.NDArray[np.integer]],
    length: int,
    *,
    exact: bool,
) -> Regions:
    columns = {}
    for (reading, choices), chosen in zip(values.items(), codes, strict=True):
        filled = [value for value in choices if value is not None]
        table = np.array([-1 if value is None else filled.index(value) for value in choices], np.int32)
        cells = table[chosen]
        cells.flags.writeable = False
        columns[reading] = Column(codes=cells, values=tuple(filled))
    return Regions(columns=columns, exact=exact, length=length)


def _is_set(reading: Reading) -> bool:
    return (
        isinstance(reading, FieldReading)
        and reading.name in FIELDS
        and FIELDS[reading.name].kind is FieldKind.TAGS
    )


def _constants(tests: Sequence[ValueTest]) -> list[Hashable]:
    return [option for test in tests if isinstance(test, OneOf) for option in test.options]


def _points(reading: Reading, tests: Sequence[ValueTest]) -> list[Hashable]:
    bounds = [
        bound
        for test in tests
        if isinstance(test, Range)
        for bound in (test.low, test.high)
        if bound is not None
    ]
    bounds += [option for option in _constants(tests) if not isinstance(option, str | bool)]  # type: ignore[misc]  # options are literals
    if not bounds:
        return [0] if isinstance(reading, ActivityReading) else []
    points = sorted(set(bounds), key=lambda bound: ordinal(bound) or 0.0)
    whole = (
        isinstance(reading, FieldReading) and reading.name in FIELDS and FIELDS[reading.name].kind in _WHOLE
    ) or (isinstance(reading, ActivityReading) and reading.measure in {Measure.COUNT, Measure.DAYS})
    found: list[Hashable] = [*points, _step(points[0], -1), _step(points[-1], 1)]
    for low, high in itertools.pairwise(points):
        found += [_step(low, 1)] if whole else [_middle(low, high)]
    if whole or (isinstance(reading, StateReading) and reading.name in {"score", "fit", "engagement"}):
        found = [
            point for point in found if not isinstance(point, int | float) or point >= 0 or point in points
        ]
    # A step can jump onto or over the next bound: what lies between two bounds must lie between them.
    return [*dict.fromkeys(found)]


def _step(point: object, way: int) -> Hashable:
    match point:
        case dt.datetime() | dt.timedelta():
            return point + way * dt.timedelta(seconds=1)
        case dt.date():
            return point + way * dt.timedelta(days=1)
        case int() | float():
            return point + way
        case _:
            return None


def _middle(low: object, high: object) -> Hashable:
    match low, high:
        case dt.datetime(), dt.datetime():
            return low + (high - low) / 2
        case dt.timedelta(), dt.timedelta():
            return low + (high - low) / 2
        case dt.date(), dt.date():
            return low + dt.timedelta(days=(high - low).days // 2)
        case int() | float(), int() | float():
            return (low + high) / 2
        case _:
            return None


def _sets(
    tests: Sequence[ValueTest], conditions: Sequence[Condition], reading: Reading
) -> tuple[list[Hashable], bool]:
    members: list[str] = []
    for test in tests:
        match test:
            case OneOf(options=options):
                members += [str(option) for option in options]
            case Contains(parts=parts) | StartsWith(parts=parts) | EndsWith(parts=parts):
                members += parts
            case _:
                pass
    distinct = list({folded(member): member for member in members}.values())
    alone: list[Hashable] = [(member,) for member in distinct]
    if len(distinct) > _SUBSETS:
        return [*alone, (_OTHER,), tuple(distinct)], all(
            _asks_for_one(condition, reading) for condition in conditions
        )
    several: list[Hashable] = [
        subset for size in range(2, len(distinct) + 1) for subset in itertools.combinations(distinct, size)
    ]
    return [*alone, (_OTHER,), *several], True


def _asks_for_one(condition: Condition, reading: Reading) -> bool:
    here = [clause for clause in clauses(condition) if clause.reading == reading]
    if not here:
        return True
    plain = all(not (isinstance(clause.test, Contains) and clause.test.every) for clause in here)
    return plain and len(here) == 1 and not _negated(condition, reading)


def _negated(condition: Condition, reading: Reading) -> bool:
    match condition:
        case Not(part=part):
            return any(clause.reading == reading for clause in clauses(part))
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return any(_negated(part, reading) for part in parts)
        case Clause():
            return False


def _texts(tests: Sequence[ValueTest]) -> tuple[list[Hashable], bool]:
    if all(isinstance(test, Range) for test in tests):
        return [], True
    inner = [part for test in tests if isinstance(test, Contains) for part in test.parts]
    begins = [
        "",
        *dict.fromkeys(part for test in tests if isinstance(test, StartsWith) for part in test.parts),
    ]
    ends = ["", *dict.fromkeys(part for test in tests if isinstance(test, EndsWith) for part in test.parts)]
    parts = list(dict.fromkeys(inner))
    exact = len(parts) <= _SUBSETS and 2 ** len(parts) * len(begins) * len(ends) <= _TEXTS
    sizes = range(len(parts) + 1) if exact else range(2)
    middles = [subset for size in sizes for subset in itertools.combinations(parts, size)]
    found: list[Hashable] = []
    for begin, middle, end in itertools.islice(itertools.product(begins, middles, ends), _TEXTS):
        words = [word for word in (begin, *middle, end) if word]
        if words:
            # A mark at either side keeps a part from being a beginning or an end by accident.
            found.append(("" if begin else _BETWEEN) + _BETWEEN.join(words) + ("" if end else _BETWEEN))
    only_filled = all(isinstance(test, Filled) for test in tests)
    return [*found, _OTHER], exact or only_filled
