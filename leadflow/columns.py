"""Dictionary-encoded columns: the one shape in which populations of values travel.

A column of a million cells holds each distinct value once and a code per cell. Whatever is done to
values (parsing, comparing, testing) is done to the distinct ones and spread by the codes.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

__all__ = ["CLEARED", "MISSING", "Cell", "Codes", "Column", "Flags", "encode"]

Codes: TypeAlias = npt.NDArray[np.int32]
Flags: TypeAlias = npt.NDArray[np.bool_]

MISSING = -1
"""The code of a cell that was not sent: it says nothing."""

CLEARED = -2
"""The code of a cell that says "there is no value": it empties what was there."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Column:
    """A column of values, each distinct one stored once.

    Attributes:
        codes: (n,) int32, read-only; an index into ``values``, or ``MISSING`` or ``CLEARED``.
        values: (k,) the distinct values; immutable, hashable, never None.

    Example:
        >>> column = Column.of(["a", None, "b", "a"])
        >>> column.codes.tolist(), column.values
        ([0, -1, 1, 0], ('a', 'b'))
    """

    codes: Codes
    values: tuple[Hashable, ...]

    @classmethod
    def of(cls, cells: Iterable[Hashable]) -> "Column":
        """Encode cells in order of first appearance; None is missing.

        Example:
            >>> len(Column.of([None, None]))
            2
        """
        if type(cells) is list and len(cells) == 1:
            (cell,) = cells
            return _NO_CELL if cell is None else cls(codes=_FIRST, values=(cell,))
        codes, values = encode(cells)
        return cls(codes=codes, values=values)

    @classmethod
    def constant(cls, value: Hashable, length: int) -> "Column":
        """Return a column that holds one value in every cell.

        Example:
            >>> Column.constant("Marketo", 3).to_list()
            ['Marketo', 'Marketo', 'Marketo']
        """
        if length == 1:
            return cls.of([value])
        if value is None:
            return cls(codes=_frozen(np.full(length, MISSING, np.int32)), values=())
        return cls(codes=_frozen(np.zeros(length, np.int32)), values=(value,))

    @classmethod
    def concatenate(cls, columns: Sequence["Column"]) -> "Column":
        """Join columns end to end, sharing equal values.

        Example:
            >>> Column.concatenate([Column.of(["a"]), Column.of(["b", "a"])]).values
            ('a', 'b')
        """
        if len(columns) == 1:
            return columns[0]
        index: dict[Hashable, int] = {}
        parts = []
        for column in columns:
            new = np.fromiter(
                (index.setdefault(value, len(index)) for value in column.values), np.int32, len(column.values)
            )
            parts.append(_spread(column.codes, new))
        codes = np.concatenate(parts) if parts else np.empty(0, np.int32)
        return cls(codes=_frozen(codes), values=tuple(index))

    @property
    def filled(self) -> Flags:
        """(n,) bool, true where the cell holds a value.

        Example:
            >>> Column.of(["a", None]).filled.tolist()
            [True, False]
        """
        return self.codes >= 0

    def map(self, function: Callable[[Hashable], Hashable]) -> "Column":
        """Apply a function to every distinct value; None makes its cells missing.

        Example:
            >>> Column.of(["A", "a", "-"]).map(lambda v: None if v == "-" else v.lower()).to_list()
            ['a', 'a', None]
        """
        if len(self.values) == len(self.codes) == 1 and self.codes.item() == 0:
            return Column.of([function(self.values[0])])
        codes, values = encode(list(map(function, self.values)))
        return Column(codes=_frozen(_spread(self.codes, codes)), values=values)

    def filled_from(self, other: "Column") -> "Column":
        """Return the column with its missing cells filled from another; cleared cells stay cleared.

        Example:
            >>> Column.of(["a", None]).filled_from(Column.of(["x", "y"])).to_list()
            ['a', 'y']
        """
        gaps = (self.codes == MISSING) & other.filled
        if not gaps.any():
            return self
        joined = Column.concatenate([self, other.take(gaps)])
        codes = self.codes.copy()
        codes[gaps] = joined.codes[len(self) :]
        return Column(codes=_frozen(codes), values=joined.values)

    def combined(self, function: Callable[..., Hashable], *others: "Column") -> "Column":
        """Apply a function to the cells of this column and others, once per distinct combination.

        Args:
            function: takes one cell per column, None where it is missing; None makes the cell missing.
            others: (n,) each.

        Example:
            >>> Column.of(["a", "a"]).combined(lambda a, b: (a, b), Column.of(["x", None])).to_list()
            [('a', 'x'), ('a', None)]
        """
        columns = [self, *others]
        key = np.zeros(len(self), np.int64)
        for column in columns:
            key = key * (len(column.values) + 1) + np.maximum(column.codes, -1) + 1
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        cells = [column.take(first).to_list() for column in columns]
        answers = Column.of(function(*row) for row in zip(*cells, strict=True))
        return Column(codes=_frozen(answers.codes[inverse]), values=answers.values)

    def test(self, predicate: Callable[[Hashable], bool]) -> Flags:
        """Test every distinct value and spread the answers; empty cells are False.

        Returns:
            (n,) bool.

        Example:
            >>> Column.of([1, 5, None]).test(lambda v: v > 2).tolist()
            [False, True, False]
        """
        answers = np.fromiter(map(predicate, self.values), np.bool_, len(self.values))
        return np.append(answers, False)[np.maximum(self.codes, -1)]

    def take(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_] | Sequence[int]) -> "Column":
        """Return the cells of some rows; a dictionary much longer than the rows is cut to what they use.

        Example:
            >>> Column.of(["a", "b"]).take([1, 1]).to_list()
            ['b', 'b']
        """
        index = np.asarray(rows)
        if index.size == 0 and index.dtype.kind == "f":
            index = index.astype(np.intp)
        codes = self.codes[index]
        if len(codes) * 4 >= len(self.values):
            return Column(codes=_frozen(codes), values=self.values)
        used, places = np.unique(codes, return_inverse=True)
        empty = int(np.searchsorted(used, 0))
        new = np.where(codes < 0, codes, places - empty).astype(np.int32)
        return Column(codes=_frozen(new), values=tuple(self.values[code] for code in used[empty:].tolist()))

    def to_list(self) -> list[Hashable]:
        """Return one object per cell; missing and cleared cells are None.

        Example:
            >>> Column.of(["a", None]).to_list()
            ['a', None]
        """
        if len(self.codes) == 1:
            return [self[0]]
        lookup = np.fromiter((*self.values, None), dtype=object, count=len(self.values) + 1)
        cells: list[Hashable] = lookup[np.maximum(self.codes, -1)].tolist()
        return cells

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.to_list())

    def __getitem__(self, row: int) -> Hashable:
        code: int = self.codes.item(row)
        return self.values[code] if code >= 0 else None

    def __repr__(self) -> str:
        return f"<Column of {len(self)} cells, {len(self.values)} distinct values>"


class Cell:
    """A column of one cell, without arrays: what is done to populations, done to one lead.

    Attributes:
        value: None where the cell is missing.

    Example:
        >>> Cell("A").map(str.lower).values, Cell(None).map(str.lower).values
        (('a',), ())
    """

    __slots__ = ("value",)

    def __init__(self, value: Hashable) -> None:
        self.value = value

    @property
    def values(self) -> tuple[Hashable, ...]:
        """The distinct values: one or none."""
        return () if self.value is None else (self.value,)

    def map(self, function: Callable[[Any], Hashable]) -> "Cell":
        """Apply a function to the value, if there is one; None makes the cell missing."""
        return self if self.value is None else Cell(function(self.value))

    def filled_from(self, other: "Cell") -> "Cell":
        """Return the other cell if this one is missing."""
        return other if self.value is None else self

    def combined(self, function: Callable[..., Hashable], *others: "Cell") -> "Cell":
        """Apply a function to the values of this cell and others, None where one is missing."""
        return Cell(function(self.value, *[other.value for other in others]))

    def __repr__(self) -> str:
        return f"<Cell, {len(self.values)} values>"


def encode(cells: Iterable[Hashable]) -> tuple[Codes, tuple[Hashable, ...]]:
    """Give each distinct cell a code in order of first appearance; None is ``MISSING``.

    Returns:
        (n,) int32 codes, read-only, and the (k,) distinct values.

    Example:
        >>> codes, values = encode(["x", None, "x"])
        >>> codes.tolist(), values
        ([0, -1, 0], ('x',))
    """
    if isinstance(cells, list | tuple) and len(cells) == 1:
        return (_NONE, ()) if cells[0] is None else (_FIRST, (cells[0],))
    index: dict[Hashable, int] = {None: MISSING}
    if isinstance(cells, list | tuple) and len(cells) < _FEW:
        size = index.setdefault
        codes = np.fromiter((size(cell, len(index) - 1) for cell in cells), np.int32, len(cells))
        del index[None]
        return _frozen(codes), tuple(index)
    # Where each cell stood first, without a call into Python per cell; the first ones are then counted.
    first = np.fromiter(map(index.setdefault, cells, count()), np.int32)
    del index[None]
    numbers = np.cumsum(first == np.arange(len(first)), dtype=np.int32) - np.int32(1)
    return _frozen(np.where(first < 0, first, numbers[first])), tuple(index)


def _spread(codes: Codes, new: Codes) -> Codes:
    table = np.empty(len(new) + 2, np.int32)
    table[:-2] = new
    table[-2:] = CLEARED, MISSING
    return table[codes]


def _frozen(array: Codes) -> Codes:
    array.flags.writeable = False
    return array


_FEW: Final = 200
"""Up to so many cells counting them one by one is faster than arrays."""

_NONE: Final = _frozen(np.full(1, MISSING, np.int32))
_FIRST: Final = _frozen(np.zeros(1, np.int32))
"""The codes of a single cell, which columns of one row share."""

_NO_CELL: Final = Column(codes=_NONE, values=())
