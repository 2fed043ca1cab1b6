"""A rendered list: its bytes, and the truth about each of its rows."""

import csv
import io
from collections.abc import Iterable, Sequence

import attrs

from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.population import TrueLead
from leadflow.testing.generator.rows import Label

__all__ = ["Record", "RenderedList", "delimited", "label", "mixed_in", "to_cp932"]


@attrs.frozen(kw_only=True)
class Record:
    """The cells of one row and what is true about it.

    Attributes:
        cells: as written, left to right.
        lead: whom the row is about, or None.
        usable: the row says who it is about and has the right number of columns.
        remark: what is wrong with the row, or empty.
        external_id: the id that the row carries, or empty.
        footer: the row closes the list, such as a total.
    """

    cells: tuple[str, ...]
    lead: TrueLead | None
    usable: bool = True
    remark: str = ""
    external_id: str = ""
    footer: bool = False


@attrs.frozen(kw_only=True)
class RenderedList:
    """A list as a file, with its truth.

    Attributes:
        source: the file's name without suffix.
        file_name: the file's name.
        content: the file's bytes.
        labels: one per record, in the file's order.
        external_ids: lead id to the ids that the list's rows of that lead carry.
    """

    source: str
    file_name: str
    content: bytes
    labels: tuple[Label, ...]
    external_ids: dict[str, tuple[str, ...]]


def label(record: Record, *, source: str, row: int, line: int) -> Label:
    """Return the truth about a record at its place in a list.

    Example:
        >>> label(Record(cells=("",), lead=None, usable=False), source="x", row=1, line=2).lead_id
        ''
    """
    lead = record.lead
    return Label(
        source=source,
        row=row,
        line=line,
        usable=record.usable,
        lead_id=lead.lead_id if lead else "",
        person_id=lead.person_id if lead else "",
        company_id=lead.company_id if lead else "",
        remark=record.remark,
    )


def external_ids(records: Iterable[Record]) -> dict[str, tuple[str, ...]]:
    """Return the ids that each lead has in a list.

    Example:
        >>> external_ids([Record(cells=(), lead=None, external_id="1")])
        {}
    """
    found: dict[str, tuple[str, ...]] = {}
    for record in records:
        if record.lead is not None and record.external_id and record.usable:
            found[record.lead.lead_id] = (*found.get(record.lead.lead_id, ()), record.external_id)
    return found


def delimited(
    records: Sequence[Record],
    header: Sequence[str],
    *,
    file_name: str,
    encoding: str,
    preamble: Sequence[str] = (),
    line_end: str = "\r\n",
) -> RenderedList:
    r"""Write records as a comma-separated file.

    Args:
        records: in the order of the file.
        header: the labels of the columns.
        file_name: the file's name; without suffix it names the list.
        encoding: "cp932", "utf-8" or "utf-8-sig".
        preamble: lines before the header, as export functions write them.
        line_end: what ends a line.

    Example:
        >>> rendered = delimited([Record(cells=("a,b",), lead=None)], ["x"], file_name="l.csv", encoding="utf-8")
        >>> rendered.content
        b'x\r\n"a,b"\r\n'
    """
    source = file_name.rsplit(".", 1)[0]
    buffer = io.StringIO(newline="")
    for text in preamble:
        buffer.write(text + line_end)
    writer = csv.writer(buffer, lineterminator=line_end)
    writer.writerow(header)
    line = len(preamble) + 2
    labels = []
    for row, record in enumerate(records, start=1):
        labels.append(label(record, source=source, row=row, line=line))
        writer.writerow(record.cells)
        line += 1 + sum(cell.count("\n") for cell in record.cells)
    text = buffer.getvalue()
    content = to_cp932(text) if encoding == "cp932" else text.encode(encoding)
    return RenderedList(
        source=source,
        file_name=file_name,
        content=content,
        labels=tuple(labels),
        external_ids=external_ids(records),
    )


def to_cp932(text: str) -> bytes:
    """Encode for old Windows software, which replaces the one name character that it lacks.

    Example:
        >>> to_cp932("𠮷田㈱").decode("cp932")
        '吉田㈱'
    """
    return text.replace("𠮷", "吉").encode("cp932")


def mixed_in(dice: Dice, records: Sequence[Record], others: Sequence[Record]) -> list[Record]:
    """Insert other records at random places, keeping the order of the first ones; footers go to the end.

    Example:
        >>> one = Record(cells=("a",), lead=None)
        >>> len(mixed_in(Dice.of(0, "doc"), [one, one], [one]))
        3
    """
    result = list(records)
    for other in others:
        if not other.footer:
            result.insert(dice.below(len(result) + 1), other)
    return result + [other for other in others if other.footer]
