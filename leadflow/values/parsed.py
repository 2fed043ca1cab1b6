"""A column of cells after parsing: values, what was empty and what was refused."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Generic, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import CLEARED, MISSING, Codes, Column
from leadflow.errors import InvalidValueError
from leadflow.values.filler import is_filler, is_filler_as
from leadflow.values.folding import tidy

__all__ = ["CellReader", "Cells", "ParsedColumn", "parse_cells"]

V = TypeVar("V", bound=Hashable)

Cells = Sequence[str | None] | Column
"""What whole columns are parsed from: texts and None, or a dictionary-encoded column of texts."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ParsedColumn(Generic[V]):
    """The cells of a column as values; each distinct text was parsed once.

    A cell is a value, empty (missing, blank or filler) or bad (refused). Nothing raises: the bad
    cells are listed with reasons.

    Attributes:
        codes: (n,) int32, read-only; an index into ``values``, or ``MISSING`` for empty and bad
            cells, or ``CLEARED`` where the input column said so.
        values: (k,) one parsed value per distinct text that was not empty and not refused.
        bad: (b,) int64, read-only, ascending; the rows whose text was refused.
        bad_codes: (b,) int32, read-only; an index into ``reasons`` for each bad row.
        reasons: one message per distinct refused text; it never quotes the text.

    Example:
        >>> from leadflow.values import PostalCode
        >>> parsed = PostalCode.parse_many(["〒100-0001", "なし", "12", None, "1000001"])
        >>> parsed.canonical.to_list()
        ['100-0001', None, None, None, '100-0001']
        >>> parsed.bad.tolist(), parsed.reason(2)
        ([2], 'Not a postal code (2 characters): it has 2 digits; expected 7, such as 100-0001.')
    """

    codes: Codes
    values: tuple[V, ...]
    bad: npt.NDArray[np.int64]
    bad_codes: Codes
    reasons: tuple[str, ...]

    @property
    def canonical(self) -> Column:
        """The column of canonical texts, equal ones shared.

        Example:
            >>> from leadflow.values import Kana
            >>> Kana.parse_many(["ｻﾄｳ", "さとう"]).canonical.values
            ('サトウ',)
        """
        dated = bool(self.values) and hasattr(self.values[0], "isoformat")
        return Column(codes=self.codes, values=self.values).map(_canonical if dated else str)

    @property
    def keys(self) -> Column:
        """The column of comparison keys; an empty key is missing, since it never matches.

        Example:
            >>> from leadflow.values import CompanyName
            >>> CompanyName.parse_many(["㈱髙島屋", "高島屋", "株式会社"]).keys.to_list()
            ['高島屋', '高島屋', None]
        """
        return Column(codes=self.codes, values=self.values).map(_key)

    def reason(self, row: int) -> str:
        """Return why a row was refused, or an empty text if it was not.

        Args:
            row: the position of the cell, from 0.

        Example:
            >>> from leadflow.values import PostalCode
            >>> PostalCode.parse_many(["100-0001"]).reason(0)
            ''
        """
        place = int(np.searchsorted(self.bad, row))
        if place == len(self.bad) or self.bad[place] != row:
            return ""
        return self.reasons[int(self.bad_codes[place])]

    def to_list(self) -> list[V | None]:
        """Return one value per cell; empty and bad cells are None.

        Example:
            >>> from leadflow.values import CorporateNumber
            >>> [str(cell) for cell in CorporateNumber.parse_many(["7000012050002", "-"]).to_list()]
            ['7000012050002', 'None']
        """
        values = self.values
        return [values[code] if code >= 0 else None for code in self.codes.tolist()]

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[V | None]:
        return iter(self.to_list())

    def __getitem__(self, row: int) -> V | None:
        code = self.codes[row]
        return self.values[code] if code >= 0 else None

    def __repr__(self) -> str:
        return f"<ParsedColumn of {len(self)} cells, {len(self.values)} distinct values, {len(self.bad)} bad>"


@attrs.frozen
class CellReader(Generic[V]):
    """How cells of one kind are read: one by one, and whole columns with each distinct text once.

    Attributes:
        parse: makes a value of a text, or of a text and of what ``leadflow.values.folding.tidy`` makes of it; raises
            `InvalidValueError`.
        is_empty: tells of the same whether the text is filler of this kind.
        tidies: whether both are given the tidied text too.

    Example:
        >>> reader = CellReader.tidied(lambda text, shown: (text, shown))
        >>> reader.read("ｱ"), reader.read("なし"), reader.read_all(["ｱ", None, "なし"]).to_list()
        (('ｱ', 'ア'), None, [('ｱ', 'ア'), None, None])
    """

    parse: Callable[..., V]
    is_empty: Callable[..., bool] = is_filler
    tidies: bool = attrs.field(default=False, kw_only=True)

    @classmethod
    def tidied(cls, parse: Callable[[str, str], V]) -> "CellReader[V]":
        """Return a reader that tidies each text once."""
        return cls(parse, is_filler_as, tidies=True)

    def read(self, text: str) -> V | None:
        """Read one cell; None where it is empty.

        Raises:
            InvalidValueError: the text is refused.
        """
        if self.tidies:
            shown = tidy(text)
            return None if self.is_empty(text, shown) else self.parse(text, shown)
        return None if self.is_empty(text) else self.parse(text)

    def read_all(self, cells: Cells) -> ParsedColumn[V]:
        """Read the distinct texts of a column and spread the results over its rows.

        Args:
            cells: texts and None, or a column of texts. Other objects are read from their text.

        Returns:
            The parsed column, as long as the cells.
        """
        column = cells if isinstance(cells, Column) else Column.of(cells)
        values: list[V] = []
        reasons: list[str] = []
        # One entry per distinct text, then the two that the negative codes CLEARED and MISSING index.
        table: list[int] = []
        first_bad = -3
        for cell in column.values:
            try:
                value = self.read(cell if isinstance(cell, str) else str(cell))
            except InvalidValueError as error:
                table.append(first_bad - len(reasons))
                reasons.append(error.message)
                continue
            if value is None:
                table.append(MISSING)
                continue
            table.append(len(values))
            values.append(value)
        codes = np.array([*table, CLEARED, MISSING], np.int32)[column.codes]
        bad = np.flatnonzero(codes <= first_bad).astype(np.int64)
        bad_codes = (first_bad - codes[bad]).astype(np.int32)
        codes[bad] = MISSING
        for array in (codes, bad, bad_codes):
            array.flags.writeable = False
        return ParsedColumn(
            codes=codes, values=tuple(values), bad=bad, bad_codes=bad_codes, reasons=tuple(reasons)
        )


def parse_cells(
    cells: Cells, parse: Callable[[str], V], *, is_empty: Callable[[str], bool] = is_filler
) -> ParsedColumn[V]:
    """Parse the distinct texts of a column and spread the results over its rows.

    Args:
        cells: texts and None, or a column of texts. Other objects are parsed from their text.
        parse: makes a value of a text or raises `InvalidValueError`.
        is_empty: tells whether a text is filler of this kind; only asked about refused texts and
            texts short enough to be filler.

    Returns:
        The parsed column, as long as the cells.

    Example:
        >>> from leadflow.values import parse_date
        >>> parse_cells(["2026/4/1", "?"], parse_date).to_list()
        [datetime.date(2026, 4, 1), None]
    """
    return CellReader(parse, is_empty).read_all(cells)


def _canonical(value: Hashable) -> str:
    # Dates and times have no canonical method of their own: ISO 8601.
    isoformat = getattr(value, "isoformat", None)
    return str(value) if isoformat is None else str(isoformat())


def _key(value: Hashable) -> str | None:
    key = getattr(value, "key", None)
    return _canonical(value) if key is None else (str(key) or None)
