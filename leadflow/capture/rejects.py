"""Rows that were refused and cells that were not understood: where, why, and what stood there."""

import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import attrs
import numpy as np

from leadflow.capture.synonyms import REJECT_HEADERS
from leadflow.columns import Codes, Column

__all__ = ["InvalidCell", "InvalidCells", "Reject", "Rejects"]


@attrs.frozen(kw_only=True)
class Reject:
    """A row that was refused.

    Attributes:
        row: the physical line, sheet row or record number, from 1.
        column: the header that the reason is about; empty when it is the whole row.
        reason: why, in one sentence without any value.
        raw: the cells as they arrived, by header.
    """

    row: int
    column: str
    reason: str
    raw: Mapping[str, str]

    def __repr__(self) -> str:
        return f"<Reject of row {self.row}: {self.reason}>"


@attrs.frozen(kw_only=True)
class InvalidCell:
    """A cell that was not understood; its row was kept and the cell left empty.

    Attributes:
        row: the physical line, sheet row or record number, from 1.
        column: its header.
        reason: why, without the value.
    """

    row: int
    column: str
    reason: str


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Rejects:
    """The refused rows of a list, in its order.

    Attributes:
        items: one per refused row.
        headers: the headers of the list, so that a reject file has every column to correct.

    Example:
        >>> rejects = Rejects(items=(Reject(row=7, column="", reason="the row is empty", raw={"氏名": "-"}),))
        >>> len(rejects), rejects[0].row, rejects.reasons
        (1, 7, {'the row is empty': 1})
    """

    items: tuple[Reject, ...] = ()
    headers: tuple[str, ...] = ()

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were refused for each reason, most frequent first.

        Example:
            >>> Rejects().reasons
            {}
        """
        return dict(Counter(reject.reason for reject in self.items).most_common())

    def to_dicts(self) -> list[dict[str, str]]:
        """Return one dict per row: number, column, reason, then the cells as they arrived.

        The three leading names are those that ``read_leads`` skips, so that a corrected file can be read again.

        Example:
            >>> Rejects(items=(Reject(row=7, column="", reason="x", raw={"氏名": "-"}),)).to_dicts()
            [{'leadflow:row': '7', 'leadflow:column': '', 'leadflow:reason': 'x', '氏名': '-'}]
        """
        headers = dict.fromkeys((*self.headers, *(header for reject in self.items for header in reject.raw)))
        first, second, third = REJECT_HEADERS
        return [
            {
                first: str(reject.row),
                second: reject.column,
                third: reject.reason,
                **{header: reject.raw.get(header, "") for header in headers},
            }
            for reject in self.items
        ]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Reject]:
        return iter(self.items)

    def __getitem__(self, index: int) -> Reject:
        return self.items[index]

    def __repr__(self) -> str:
        return f"<Rejects: {len(self)} rows, {len(self.reasons)} reasons>"

    def _repr_html_(self) -> str:
        lines = "".join(
            f"<tr><td>{reject.row}</td><td>{html.escape(reject.column)}</td><td>{html.escape(reject.reason)}</td></tr>"
            for reject in self.items[:50]
        )
        more = f"<p>… and {len(self) - 50} more</p>" if len(self) > 50 else ""
        return f"<table><tr><th>row</th><th>column</th><th>reason</th></tr>{lines}</table>{more}"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class InvalidCells:
    """The cells that were not understood, column by column.

    Attributes:
        rows: (m,) int32, read-only: the physical line or sheet row of each.
        columns: (m,) headers.
        reasons: (m,) why.

    Example:
        >>> cells = InvalidCells.of([InvalidCell(row=3, column="TEL", reason="not a phone number")])
        >>> len(cells), cells.summary()
        (1, {('TEL', 'not a phone number'): 1})
    """

    rows: Codes
    columns: Column
    reasons: Column

    @classmethod
    def of(cls, cells: Sequence[InvalidCell]) -> "InvalidCells":
        """Make the column view of cells.

        Example:
            >>> len(InvalidCells.of([]))
            0
        """
        rows = np.fromiter((cell.row for cell in cells), np.int32, len(cells))
        rows.flags.writeable = False
        return cls(
            rows=rows,
            columns=Column.of(cell.column for cell in cells),
            reasons=Column.of(cell.reason for cell in cells),
        )

    def summary(self) -> Mapping[tuple[str, str], int]:
        """Return how often each reason stood against each column, most frequent first.

        Example:
            >>> InvalidCells.of([]).summary()
            {}
        """
        if not len(self):
            return {}
        width = len(self.reasons.values)
        pairs, counts = np.unique(
            self.columns.codes.astype(np.int64) * width + self.reasons.codes, return_counts=True
        )
        found = {
            (str(self.columns.values[pair // width]), str(self.reasons.values[pair % width])): int(count)
            for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True)
        }
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def to_dicts(self) -> list[dict[str, str | int]]:
        """Return one dict per cell.

        Example:
            >>> InvalidCells.of([InvalidCell(row=3, column="TEL", reason="x")]).to_dicts()
            [{'row': 3, 'column': 'TEL', 'reason': 'x'}]
        """
        return [{"row": cell.row, "column": cell.column, "reason": cell.reason} for cell in self]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[InvalidCell]:
        for row, column, reason in zip(self.rows.tolist(), self.columns, self.reasons, strict=True):
            yield InvalidCell(row=row, column=str(column), reason=str(reason))

    def __repr__(self) -> str:
        return f"<InvalidCells: {len(self)} cells>"
