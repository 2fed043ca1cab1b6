"""A list as it arrived: headers and text cells, column by column, before anything is interpreted."""

import hashlib
import itertools
import operator
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs
import numpy as np

from leadflow.capture.rejects import Reject
from leadflow.capture.synonyms import header_key
from leadflow.columns import Codes, Column
from leadflow.errors import InputError

__all__ = ["EXTRA_HEADER", "CellTable", "CellTableBuilder", "InputFacts", "unique_headers"]

EXTRA_HEADER: Final = "leadflow:extra"
"""Where a reject file keeps the cells beyond the last header."""

MAX_COLUMNS: Final = 2_000
MAX_CELL: Final = 131_072

_UNDECODED: Final = re.compile("[\udc80-\udcff]")
_OWN: Final = "leadflow"
_OWN_EXTRA: Final = header_key(EXTRA_HEADER)
_LONG_CELL = (
    "{place}: a cell of the column {header} holds {length:,} characters; a cell may hold {limit:,}. "
    "Usually a quotation mark is opened and never closed, or the file is not a list."
)


@attrs.frozen(kw_only=True)
class InputFacts:
    """What the reader of a format found out about its input.

    Attributes:
        name: the file's name or what stands for it in messages.
        format: such as ``"csv"``, ``"xlsx"`` or ``"pandas"``.
        encoding: the codec that decoded the bytes; empty if there were none.
        encoding_why: why that one.
        delimiter: between the cells; empty if the format has none.
        sheet: the sheet that was read; empty if the format has none.
        other_sheets: sheets that were not read.
        header_row: the line or sheet row of the header, from 1; 0 if the format has none.
        preamble: the text of the lines before the header.
        content_hash: 32 hexadecimal digits over the content; empty for tables in memory.
        notes: further remarks for the reader of the report.
        damaged: whether a few lines hold bytes that do not fit the encoding.
    """

    name: str
    format: str
    encoding: str = ""
    encoding_why: str = ""
    delimiter: str = ""
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    header_row: int = 0
    preamble: tuple[str, ...] = ()
    content_hash: str = ""
    notes: tuple[str, ...] = ()
    damaged: bool = False


@attrs.frozen(kw_only=True, eq=False, repr=False)
class CellTable:
    """Headers and text cells of a list, and where each row stands.

    Attributes:
        columns: header to ``Column`` of n texts; an empty cell is missing. Headers are unique.
        rows: (n,) int32, read-only: the physical line or sheet row of each row, from 1.
        digests: (n,) the 12-byte content hash of each row, equal for equal rows, whatever the order of the columns.
        refused: the rows that are no rows of this list: too many cells, a torn line.
        blank_rows: how many rows without any text were passed over.
        facts: what the reader found out.

    Example:
        >>> builder = CellTableBuilder(["氏名", "Email"], facts=InputFacts(name="x.csv", format="csv"))
        >>> builder.add([["佐藤", "a@example.jp"], ["", ""]], [2, 3])
        >>> table = builder.build()
        >>> table.columns["氏名"].to_list(), table.rows.tolist(), table.blank_rows
        (['佐藤'], [2], 1)
    """

    columns: Mapping[str, Column]
    rows: Codes
    digests: Sequence[bytes]
    refused: tuple[Reject, ...]
    blank_rows: int
    facts: InputFacts

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<CellTable of {len(self)} rows: {', '.join(self.columns)}>"


def _dictionary() -> defaultdict[str, int]:
    """Return a dictionary that gives each text a code at its first appearance, and the empty text 0."""
    return defaultdict(itertools.count(1).__next__, {"": 0})


class CellTableBuilder:
    """Collects rows in chunks and encodes them column by column.

    Args:
        headers: the header cells; empty ones are named by position, repeated ones are numbered.
        facts: what the reader found out.

    Example:
        >>> builder = CellTableBuilder(["a", "a"], facts=InputFacts(name="x", format="csv"))
        >>> builder.add([["1", "2"]], [2])
        >>> list(builder.build().columns)
        ['a', 'a (2)']
    """

    def __init__(self, headers: Sequence[str], *, facts: InputFacts) -> None:
        if len(headers) > MAX_COLUMNS:
            raise InputError(
                f"{facts.name}: the header has {len(headers):,} columns; a list has at most {MAX_COLUMNS:,}. "
                "Perhaps the file is not a list, or its delimiter was not recognised.",
                place=facts.name,
            )
        self._headers = unique_headers(headers)
        self._facts = facts
        self._width = len(self._headers)
        self._dictionaries = [_dictionary() for _ in self._headers]
        self._codes: list[list[Codes]] = [[] for _ in self._headers]
        self._rows: list[Codes] = []
        self._digests: list[bytes] = []
        self._refused: list[Reject] = []
        self._blank = 0
        keys = [header_key(header) for header in self._headers]
        self._own = {i for i, key in enumerate(keys) if key.startswith(_OWN)}
        self._extras = [i for i in sorted(self._own) if keys[i].startswith(_OWN_EXTRA)]
        order = sorted((i for i in range(self._width) if i not in self._own), key=lambda i: (keys[i], i))
        self._unnamed = {self._headers[i] for i, header in enumerate(headers) if not header.strip()}
        # One column gives a text, not a tuple, and joining a text would take it apart.
        self._in_order = operator.itemgetter(*order) if len(order) > 1 else _one_cell(order)
        names = "\x1f".join(keys[i] for i in order)
        self._seed = hashlib.blake2b(names.encode("utf-8", "surrogatepass"), digest_size=12).digest()

    def add(self, rows: Iterable[list[str]], numbers: Iterable[int]) -> None:
        """Add rows: short ones are filled up, blank ones passed over, long ones kept with their surplus.

        Args:
            rows: the cells of each row.
            numbers: the physical line or sheet row of each.

        Raises:
            InputError: a cell is longer than a cell can be.

        Example:
            >>> builder = CellTableBuilder(["a", "b"], facts=InputFacts(name="x", format="csv"))
            >>> builder.add([["1"], ["1", "2", "3"]], [2, 3])
            >>> builder.build().refused[0].reason
            'the row has more cells than the header: 3 instead of 2'
        """
        kept, places = list(rows), list(numbers)
        if self._facts.damaged:
            kept, places = self._undamaged(kept, places)
        if self._extras or set(map(len, kept)) != {self._width}:
            kept, places = self._even(kept, places)
        if not kept:
            return
        codes = [
            np.fromiter(map(dictionary.__getitem__, cells), np.int32, len(kept))
            for dictionary, cells in zip(self._dictionaries, zip(*kept, strict=True), strict=True)
        ]
        digests = self._digest(kept)
        at = np.asarray(places, np.int32)
        filled = np.logical_or.reduce([column != 0 for column in codes])
        if not filled.all():
            self._blank += int(np.count_nonzero(~filled))
            codes, at = [column[filled] for column in codes], at[filled]
            digests = list(itertools.compress(digests, filled.tolist()))
        for chunks, column in zip(self._codes, codes, strict=True):
            chunks.append(column)
        self._rows.append(at)
        self._digests += digests

    def _undamaged(self, rows: list[list[str]], numbers: list[int]) -> tuple[list[list[str]], list[int]]:
        """Refuse the rows with bytes that were not decoded, which stand in the text as half surrogate pairs."""
        damaged = [_UNDECODED.search("\x1f".join(row)) is not None for row in rows]
        for row, number, bad in zip(rows, numbers, damaged, strict=True):
            if bad:
                shown = [_UNDECODED.sub("\ufffd", cell) for cell in row]
                raw = {header: cell for header, cell in zip(self._headers, shown, strict=False) if cell}
                self.refuse(number, f"the row has bytes that are not {self._facts.encoding.upper()}", raw)
        fine = [not bad for bad in damaged]
        return list(itertools.compress(rows, fine)), list(itertools.compress(numbers, fine))

    def _even(self, rows: list[list[str]], numbers: list[int]) -> tuple[list[list[str]], list[int]]:
        """Bring rows to the width of the header; those with more cells are refused."""
        width, extras = self._width, self._extras
        kept: list[list[str]] = []
        places: list[int] = []
        for row, number in zip(rows, numbers, strict=True):
            if not row:
                self._blank += 1
                continue
            beyond = row[width:]
            if any(cell.strip() for cell in beyond):
                self._refuse_surplus(number, row[:width], beyond)
                continue
            even = row[:width] if beyond else row + [""] * (width - len(row))
            if extras and any(even[i].strip() for i in extras):
                self._refuse_surplus(number, even, [even[i] for i in extras])
                continue
            kept.append(even)
            places.append(number)
        return kept, places

    def build(self) -> CellTable:
        """Return the table; columns without a header and without a cell are left out.

        Raises:
            InputError: a cell is longer than a cell can be.

        Example:
            >>> builder = CellTableBuilder(["a", ""], facts=InputFacts(name="x", format="csv"))
            >>> builder.add([["1", ""]], [2])
            >>> list(builder.build().columns)
            ['a']
        """
        columns: dict[str, Column] = {}
        for index, header in enumerate(self._headers):
            if index in self._own:
                continue
            dictionary = self._dictionaries[index]
            longest = max(map(len, dictionary))
            if longest > MAX_CELL:
                raise InputError(
                    _LONG_CELL.format(
                        place=self._facts.name, header=index + 1, length=longest, limit=MAX_CELL
                    ),
                    place=self._facts.name,
                )
            if len(dictionary) == 1 and header in self._unnamed:
                continue
            chunks = self._codes[index]
            codes = np.concatenate(chunks) - np.int32(1) if chunks else np.empty(0, np.int32)
            chunks.clear()
            codes.flags.writeable = False
            values: Iterator[Hashable] = iter(dictionary)
            next(values)
            columns[header] = Column(codes=codes, values=tuple(values))
            self._dictionaries[index] = _dictionary()
        rows = np.concatenate(self._rows) if self._rows else np.empty(0, np.int32)
        rows.flags.writeable = False
        return CellTable(
            columns=MappingProxyType(columns),
            rows=rows,
            digests=self._digests,
            refused=tuple(self._refused),
            blank_rows=self._blank,
            facts=self._facts,
        )

    def refuse(self, number: int, reason: str, raw: Mapping[str, str], column: str = "") -> None:
        """Note a row that is no row of this list.

        Args:
            number: its physical line.
            reason: why, without any value.
            raw: what stood there, by header.
            column: the header that the reason is about.

        Example:
            >>> builder = CellTableBuilder(["a"], facts=InputFacts(name="x", format="jsonl"))
            >>> builder.refuse(1, "the line is not a JSON object", {"line": "null"})
            >>> len(builder.build().refused)
            1
        """
        self._refused.append(Reject(row=number, column=column, reason=reason, raw=dict(raw)))

    def _refuse_surplus(self, number: int, row: list[str], beyond: list[str]) -> None:
        own = [
            (header, cell)
            for i, (header, cell) in enumerate(zip(self._headers, row, strict=True))
            if i not in self._own
        ]
        raw = {header: cell for header, cell in own if cell}
        raw |= {f"{EXTRA_HEADER} {place}": cell for place, cell in enumerate(beyond, 1)}
        width = len(own)
        reason = f"the row has more cells than the header: {width + len(beyond)} instead of {width}"
        self.refuse(number, reason, raw)

    def _digest(self, rows: list[list[str]]) -> list[bytes]:
        seed, in_order, blake2b = self._seed, self._in_order, hashlib.blake2b
        try:
            return [
                blake2b(seed + "\x1f".join(in_order(row)).encode(), digest_size=12).digest() for row in rows
            ]
        except UnicodeEncodeError:
            # Half of a surrogate pair can come out of frames and JSON, never out of strictly decoded bytes.
            texts = ("\x1f".join(in_order(row)).encode("utf-8", "surrogatepass") for row in rows)
            return [blake2b(seed + text, digest_size=12).digest() for text in texts]


def _one_cell(order: Sequence[int]) -> Callable[[list[str]], list[str]]:
    return operator.itemgetter(slice(order[0], order[0] + 1) if order else slice(0))


def unique_headers(headers: Sequence[str]) -> list[str]:
    """Return headers that are all different: trimmed, the empty ones named, the repeated ones numbered.

    Example:
        >>> unique_headers([" Email ", "", "Email"])
        ['Email', 'column 2', 'Email (2)']
    """
    seen: dict[str, int] = {}
    names: list[str] = []
    for position, header in enumerate(headers, 1):
        name = " ".join(header.split()) or f"column {position}"
        count = seen.get(name, 0) + 1
        seen[name] = count
        unique = name if count == 1 else f"{name} ({count})"
        while unique in seen and count > 1:
            count += 1
            unique = f"{name} ({count})"
        seen.setdefault(unique, 1)
        names.append(unique)
    return names
