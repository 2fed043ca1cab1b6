"""Writing lists: CSV, workbooks and JSON Lines in which no cell can act as a formula."""

import contextlib
import csv
import datetime as dt
import io
import json
import os
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from leadflow.adapters.frames import cell_text
from leadflow.capture.rejects import InvalidCells, Rejects
from leadflow.errors import EncodingError, InputError, MissingExtraError
from leadflow.records.batches import LeadBatch

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["Exportable", "Unencodable", "neutralise", "write_csv", "write_jsonl", "write_xlsx"]

Exportable: TypeAlias = LeadBatch | Rejects | InvalidCells | Iterable[Mapping[str, Hashable]]
"""A batch, the rejects of a reading, or any rows as mappings of name to cell."""

Unencodable: TypeAlias = Literal["raise", "map", "replace"]
"""What to do with characters that the encoding lacks: refuse with row and column; write the nearest character that
it has, and 〓 when there is none; write 〓."""

_FORMULA: Final = frozenset("=+-@\t\r\n＝＋－＠")
_HARMLESS: Final = re.compile(r"[+-]?[0-9][0-9,. ()\-]*(?:%|;ext=[0-9]+|E[+-]?[0-9]+)?|[-+]+", re.IGNORECASE)
_EXACT: Final = 1e15
_LONGEST_CELL: Final = 32_767
_GETA: Final = "〓"
_NEAREST: Final = str.maketrans(
    {
        "—": "―",
        "–": "－",
        "〜": "～",
        "−": "－",
        "‐": "－",
        "‑": "－",
        "¥": "￥",
        "\u00a0": " ",
        "\u200b": "",
        "\u200c": "",
        "\u200d": "",
        "\ufeff": "",
        "㍿": "株式会社",
        "㋿": "令和",
        "𠮷": "吉",
        "₂": "2",
        "•": "・",
        "©": "(c)",
        "®": "(R)",
        "™": "(TM)",
        "‖": "∥",
        "¢": "￠",
        "£": "￡",
        "¬": "￢",
    }
)


def neutralise(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    A text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end gets an apostrophe before it, unless it is a
    number, a phone number such as ``+81312345678``, or dashes alone. ``read_leads`` takes the apostrophe away again.

    References:
        OWASP (2023), "CSV Injection".

    Example:
        >>> neutralise("=HYPERLINK(1)"), neutralise("+81-3-1234-5678"), neutralise("-12.5"), neutralise("-1+cmd|x")
        ("'=HYPERLINK(1)", '+81-3-1234-5678', '-12.5', "'-1+cmd|x")
    """
    if text[:1] not in _FORMULA:
        stripped = text.lstrip()
        if stripped[:1] not in _FORMULA or stripped is text:
            return text
        return text if _HARMLESS.fullmatch(stripped) else f"'{text}"
    return text if _HARMLESS.fullmatch(text) else f"'{text}"


def write_csv(
    rows: Exportable,
    path: str | os.PathLike[str],
    *,
    encoding: str = "utf-8-sig",
    unencodable: Unencodable = "raise",
    delimiter: str = ",",
) -> int:
    """Write rows as CSV (RFC 4180: CRLF, quoted where needed) with neutralised cells.

    Args:
        rows: what to write; the columns are those of the first appearance.
        path: the file, replaced when it is there.
        encoding: ``utf-8-sig``, which spreadsheets recognise, or ``cp932`` for programs that know nothing else.
        unencodable: what to do with characters that the encoding lacks, such as ``𠮷`` and ``é`` in CP932.
        delimiter: between the cells.

    Returns:
        The number of rows written.

    Raises:
        EncodingError: a character is not in the encoding, and ``unencodable`` is ``"raise"``; names row and column.
        InputError: the file cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     written = write_csv([{"会社名": "=1+1", "電話": "+81312345678"}], Path(folder) / "x.csv")
        ...     print(written, (Path(folder) / "x.csv").read_bytes()[3:].decode().splitlines()[1])
        1 '=1+1,+81312345678
    """
    names, table = _rows(rows)
    fit = _fitter(encoding, unencodable)
    count = 0
    with _replaced(path) as part, part.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow([fit(neutralise(name), 0, name) for name in names])
        for row in table:
            count += 1
            writer.writerow([fit(neutralise(cell_text(row.get(name))), count, name) for name in names])
    return count


def write_xlsx(rows: Exportable, path: str | os.PathLike[str], *, sheet: str = "leads") -> int:
    """Write rows as a workbook: texts as texts, so that leading zeros stay; numbers and dates as such.

    Args:
        rows: what to write.
        path: the file, replaced when it is there.
        sheet: the sheet's name.

    Returns:
        The number of rows written.

    Raises:
        MissingExtraError: the extra ``excel`` is not installed.
        InputError: there are more rows or columns than a sheet holds, or the file cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_xlsx([{"郵便番号": "060-0000", "従業員数": 12}], Path(folder) / "x.xlsx")
        1
    """
    try:
        import xlsxwriter  # noqa: PLC0415  # optional: only who writes workbooks pays for it
    except ImportError as error:
        raise MissingExtraError.of("excel", purpose="Writing a workbook") from error
    names, table = _rows(rows)
    if len(names) > 16_384:
        raise InputError(f"{len(names):,} columns do not fit into a sheet, which holds 16,384. Write CSV.")
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    page = book.add_worksheet(sheet[:31])
    write = _cell_writer(book, page)
    for place, name in enumerate(names):
        page.write_string(0, place, name)
    count = 0
    for count, row in enumerate(table, 1):
        if count > 1_048_575:
            book.close()
            raise InputError("More rows than a sheet holds (1,048,576). Write CSV, or several workbooks.")
        for place, name in enumerate(names):
            write(count, place, row.get(name))
    book.close()
    with _replaced(path) as part:
        part.write_bytes(buffer.getvalue())
    return count


def _cell_writer(book: "Workbook", page: "Worksheet") -> Callable[[int, int, Hashable], None]:
    """Return the function that writes a cell in its own type."""
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})

    def write(row: int, place: int, value: Hashable) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            page.write_boolean(row, place, value)
        elif isinstance(value, int | float) and abs(value) < _EXACT:
            page.write_number(row, place, value)
        elif isinstance(value, dt.datetime):
            page.write_datetime(row, place, value.replace(tzinfo=None), moment)
        elif isinstance(value, dt.date):
            page.write_datetime(row, place, dt.datetime.combine(value, dt.time()), day)
        else:
            page.write_string(row, place, neutralise(cell_text(value))[:_LONGEST_CELL])

    return write


def write_jsonl(rows: Exportable, path: str | os.PathLike[str]) -> int:
    """Write rows as JSON Lines in UTF-8; moments are ISO 8601, tuples are lists, missing cells are left out.

    Nothing is neutralised, since no spreadsheet opens JSON Lines.

    Args:
        rows: what to write.
        path: the file, replaced when it is there.

    Returns:
        The number of rows written.

    Raises:
        InputError: the file cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     written = write_jsonl([{"会社名": "山田", "役職": None}], Path(folder) / "x.jsonl")
        ...     print(written, (Path(folder) / "x.jsonl").read_text(encoding="utf-8").strip())
        1 {"会社名": "山田"}
    """
    _, table = _rows(rows)
    count = 0
    with _replaced(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        for row in table:
            count += 1
            filled = {name: value for name, value in row.items() if value is not None}
            stream.write(json.dumps(filled, ensure_ascii=False, default=_plain) + "\n")
    return count


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return sorted(map(str, value)) if isinstance(value, set | frozenset) else str(value)


def _rows(rows: Exportable) -> tuple[list[str], Iterator[Mapping[str, Hashable]]]:
    if isinstance(rows, LeadBatch):
        return ["id", *rows.columns], _of_batch(rows)
    table: list[Mapping[str, Hashable]] = list(
        rows.to_dicts() if isinstance(rows, Rejects | InvalidCells) else rows
    )
    return list(dict.fromkeys(name for row in table for name in row)), iter(table)


def _of_batch(batch: LeadBatch) -> Iterator[Mapping[str, Hashable]]:
    names = ["id", *batch.columns]
    for start in range(0, len(batch), 10_000):
        rows = range(start, min(start + 10_000, len(batch)))
        cells = [
            batch.ids[start : start + 10_000],
            *(column.take(rows).to_list() for column in batch.columns.values()),
        ]
        for row in zip(*cells, strict=True):
            yield dict(zip(names, row, strict=True))


def _fitter(encoding: str, unencodable: Unencodable) -> Callable[[str, int, str], str]:
    """Return the function that makes a cell encodable, or says where it is not."""
    try:
        "".encode(encoding)
    except LookupError as error:
        raise EncodingError(
            f"The encoding {encoding[:40]!r} is not known: use 'utf-8-sig' or 'cp932'."
        ) from error

    def fit(text: str, row: int, name: str) -> str:
        if text.isascii():
            return text
        try:
            text.encode(encoding)
        except UnicodeEncodeError as error:
            if unencodable == "raise":
                where = f"row {row}, column {name}" if row else f"the header of column {row}"
                raise EncodingError(
                    f"{where}: the character U+{ord(text[error.start]):04X} does not exist in {encoding}. Write utf-8-sig, or pass "
                    "unencodable='map' or 'replace'.",
                    place=where,
                ) from error
            mapped = text.translate(_NEAREST) if unencodable == "map" else text
            return "".join(character if _fits(character, encoding) else _GETA for character in mapped)
        return text

    return fit


def _fits(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@contextlib.contextmanager
def _replaced(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path to write to; it takes the place of the file only when all went well."""
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    try:
        yield part
        part.replace(target)
    except OSError as error:
        raise InputError(f"{target.name}: cannot be written: {error.strerror}.", place=target.name) from error
    finally:
        part.unlink(missing_ok=True)
