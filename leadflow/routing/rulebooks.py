"""Rules made ready to be asked: which of many hold for one lead, or for every lead of a population."""

from collections.abc import Iterable, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Codes
from leadflow.conditions import TRUE, AllOf, AnyOf, Clause, Condition, Population, Subject
from leadflow.conditions.literals import folded
from leadflow.conditions.questions import Contains, OneOf, StartsWith
from leadflow.conditions.readings import Reading
from leadflow.conditions.regions import readings_of, truth_over

__all__ = ["Rulebook", "combine"]

_DENSE = 4_000_000


@attrs.frozen(kw_only=True, eq=False)
class Rulebook:
    """Conditions with an index, so that a lead is asked only about those that can hold.

    Attributes:
        conditions: in order.
        readings: where they look.
        keys: by reading, which conditions can hold for a value.
        rest: the positions of conditions that are always asked.

    Example:
        >>> from leadflow.conditions import field
        >>> book = Rulebook.of([field("prefecture") == "東京都", field("prefecture") == "大阪府"])
        >>> import datetime as dt
        >>> from leadflow.records import Lead
        >>> book.matches(Subject(lead=Lead(prefecture="大阪府"), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)))
        (1,)
    """

    conditions: tuple[Condition, ...]
    readings: tuple[Reading, ...]
    keys: Mapping[Reading, "_Keys"]
    rest: tuple[int, ...]

    @classmethod
    def of(cls, conditions: Iterable[Condition]) -> "Rulebook":
        """Make conditions ready.

        Example:
            >>> Rulebook.of([]).conditions
            ()
        """
        rules = tuple(conditions)
        keys: dict[Reading, _Keys] = {}
        rest = []
        for rule, condition in enumerate(rules):
            found = _clauses_to_find(condition)
            if found is None:
                rest.append(rule)
            for clause in found or ():
                keys.setdefault(clause.reading, _Keys()).add(clause.test, rule)  # type: ignore[arg-type]  # only indexed tests are found
        return cls(conditions=rules, readings=readings_of(*rules), keys=keys, rest=tuple(rest))

    def matches(self, subject: Subject) -> tuple[int, ...]:
        """Return the positions of the conditions that hold for a lead, in order.

        Args:
            subject: the lead with what is known about it.

        Example:
            >>> import datetime as dt
            >>> from leadflow.conditions import always
            >>> from leadflow.records import Lead
            >>> Rulebook.of([always]).matches(Subject(lead=Lead(), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)))
            (0,)
        """
        candidates = set(self.rest)
        for reading, keys in self.keys.items():
            value = reading.value(subject)
            if value is not None:
                keys.collect(value, candidates)
        return tuple(rule for rule in sorted(candidates) if self.conditions[rule].holds(subject))

    def match_batch(self, population: Population) -> tuple[Codes, tuple[tuple[int, ...], ...]]:
        """Return which conditions hold for every lead.

        The conditions are asked once per distinct combination of what they look at.

        Args:
            population: n leads.

        Returns:
            (n,) int32 indices, and for each index the positions of the conditions that hold.

        Example:
            >>> import datetime as dt
            >>> from leadflow.conditions import field
            >>> from leadflow.records import LeadBatch
            >>> people = Population(batch=LeadBatch.from_dicts([{"city": "港区"}, {}]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> codes, patterns = Rulebook.of([field("city") == "港区"]).match_batch(people)
            >>> [patterns[code] for code in codes]
            [(0,), ()]
        """
        columns = [reading.column(population) for reading in self.readings]
        codes, first = combine([(column.codes, len(column.values)) for column in columns], len(population))
        seen = {reading: column.take(first) for reading, column in zip(self.readings, columns, strict=True)}
        held = np.zeros((len(first), len(self.conditions)), np.bool_)
        for rule, condition in enumerate(self.conditions):
            held[:, rule] = truth_over(condition, seen, len(first)) == TRUE
        patterns, kinds = _distinct_rows(held)
        return kinds[codes], patterns


def combine(parts: Sequence[tuple[Codes, int]], length: int) -> tuple[Codes, npt.NDArray[np.intp]]:
    """Number the distinct combinations of coded columns.

    Args:
        parts: (n,) codes, where everything below zero is one value more, and how many codes from zero there are.
        length: n.

    Returns:
        (n,) int32, the number of each row's combination, and for each number a row that has it.

    Example:
        >>> codes, first = combine([(np.array([0, 0, -1], np.int32), 1), (np.array([1, 1, 1], np.int32), 2)], 3)
        >>> codes.tolist(), first.tolist()
        ([1, 1, 0], [2, 0])
    """
    size = 1
    number: npt.NDArray[np.int64] = np.zeros(length, np.int64)
    for codes, values in parts:
        if size * (values + 1) > _DENSE and size > 1:
            narrow, rows = _renumber(number, size)
            number, size = narrow.astype(np.int64), len(rows)
        number = number * np.int64(values + 1) + (np.maximum(codes, -1) + 1).astype(np.int64)
        size *= values + 1
    return _renumber(number, size)


def _renumber(number: npt.NDArray[np.int64], size: int) -> tuple[Codes, npt.NDArray[np.intp]]:
    if size > _DENSE:
        _, rows, codes = np.unique(number, return_index=True, return_inverse=True)
        return codes.astype(np.int32), rows
    row_of = np.full(size, -1, np.int64)
    row_of[number[::-1]] = np.arange(len(number) - 1, -1, -1)
    used = np.flatnonzero(row_of >= 0)
    table = np.zeros(size, np.int32)
    table[used] = np.arange(len(used), dtype=np.int32)
    return table[number], row_of[used]


def _distinct_rows(held: npt.NDArray[np.bool_]) -> tuple[tuple[tuple[int, ...], ...], Codes]:
    if not held.shape[1]:
        return ((),), np.zeros(len(held), np.int32)
    packed = np.ascontiguousarray(np.packbits(held, axis=1))
    keys = packed.view(f"V{packed.shape[1]}").ravel()
    numbers: dict[bytes, int] = {}
    rows: list[int] = []
    codes = np.empty(len(held), np.int32)
    for row, key in enumerate(keys.tolist()):
        number = numbers.setdefault(bytes(key), len(numbers))
        if number == len(rows):
            rows.append(row)
        codes[row] = number
    return tuple(tuple(np.flatnonzero(held[row]).tolist()) for row in rows), codes


@attrs.define(eq=False)
class _Keys:
    """Which rules can hold for a value of one reading."""

    options: dict[object, list[int]] = attrs.field(factory=dict)
    parts: dict[str, list[int]] = attrs.field(factory=dict)
    prefixes: dict[str, list[int]] = attrs.field(factory=dict)
    lengths: tuple[int, ...] = ()

    def add(self, test: OneOf | Contains | StartsWith, rule: int) -> None:
        match test:
            case OneOf(options=options):
                for option in options:
                    self.options.setdefault(_key(option), []).append(rule)
            case Contains(parts=parts):
                for part in parts:
                    self.parts.setdefault(folded(part), []).append(rule)
            case StartsWith(parts=parts):
                for part in parts:
                    self.prefixes.setdefault(folded(part), []).append(rule)
                self.lengths = tuple(sorted({len(prefix) for prefix in self.prefixes}))

    def collect(self, value: object, candidates: set[int]) -> None:
        for member in value if isinstance(value, tuple) else (value,):
            key = _key(member)
            candidates.update(self.options.get(key, ()))
            if isinstance(key, str):
                for length in self.lengths:
                    candidates.update(self.prefixes.get(key[:length], ()))
            if isinstance(value, tuple):
                candidates.update(self.parts.get(folded(str(member)), ()))
            elif self.parts:
                text = folded(str(member))
                for part, rules in self.parts.items():
                    if part in text:
                        candidates.update(rules)


def _key(value: object) -> object:
    if isinstance(value, str):
        return folded(value)
    return (type(value), value) if isinstance(value, bool) else value


def _clauses_to_find(condition: Condition) -> tuple[Clause, ...] | None:
    """Return clauses of which one must hold for the condition to hold, or None when there are no such."""
    match condition:
        case Clause(test=OneOf() | Contains() | StartsWith()):
            return (condition,)
        case AllOf(parts=parts):
            return next((found for part in parts if (found := _clauses_to_find(part)) is not None), None)
        case AnyOf(parts=parts):
            each = [_clauses_to_find(part) for part in parts]
            known = [found for found in each if found is not None]
            return tuple(clause for found in known for clause in found) if len(known) == len(each) else None
        case _:
            return None
