"""Workbooks: xlsx, xlsm, xls, xlsb and ods, through python-calamine."""

import datetime as dt
import hashlib
import html
import io
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from leadflow.adapters.excel_compound import MAGIC, is_sound
from leadflow.adapters.frames import cell_text
from leadflow.adapters.reading_bytes import ByteSource
from leadflow.capture.cells import CellTable, CellTableBuilder, InputFacts
from leadflow.capture.headers import HEADER_SEARCH, complete_header, find_header, known_headers
from leadflow.capture.synonyms import header_key
from leadflow.errors import InputError, MissingExtraError, UnknownNameError, UnreadableFileError, near_miss

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

__all__ = ["read_small_table", "read_workbook"]

_LARGEST: Final = 2 << 30
_LARGEST_AREA: Final = 150_000_000
_ROW_NUMBER: Final = re.compile(rb'\br="([0-9]{1,9})"')
_WIDTHS: Final = (
    (26, re.compile(rb'<c r="[A-Z]{2,3}[0-9]')),
    (104, re.compile(rb'<c r="(?:[D-Z][A-Z]|[A-Z]{3})[0-9]')),
    (702, re.compile(rb'<c r="[A-Z]{3}[0-9]')),
)
_ROW: Final = re.compile(rb"<row\b[^<>]*>")
_HIDDEN: Final = re.compile(rb'\bhidden="(?:1|true)"')
_SHEET_TAG: Final = re.compile(r"<sheet\b[^<>]*>")


def read_workbook(
    source: ByteSource, *, sheet: str | int | None = None, mapping: Mapping[str, str] | None = None
) -> CellTable:
    r"""Read one sheet of a workbook.

    Whole numbers lose the ``.0`` that the file format gives them; dates are ISO 8601. Error cells such as #N/A
    are empty. Hidden rows are read like others, and counted in the notes.

    Args:
        source: the workbook.
        sheet: a sheet's name or its position from 0; the visible sheet with most known headers when None.
        mapping: header to field; its headers help to find the header row.

    Returns:
        The cells as texts, column by column.

    Raises:
        UnreadableFileError: the file is no workbook, is damaged or encrypted.
        InputError: the sheet has no header with a known column.
        UnknownNameError: there is no such sheet.
        MissingExtraError: the extra ``excel`` is not installed.

    Example:
        >>> read_workbook(ByteSource.of(b"PK\x03\x04 not a workbook"))
        Traceback (most recent call last):
        leadflow.errors.UnreadableFileError: the bytes: is a zip archive but not a workbook, or is damaged. Open it in a spreadsheet program and save it as .xlsx or CSV.
    """
    data = b"".join(source.chunks())
    _refuse_bomb(source.name, data)
    workbook = _open(source.name, data)
    names = list(workbook.sheet_names)
    if not names:
        raise InputError(f"{source.name}: the workbook has no sheet.", place=source.name)
    name, rows = _choose(workbook, names, sheet, mapping, source.name)
    place = f"{source.name}, sheet {name}"
    if not any(any(row) for row in rows):
        raise InputError(f"{place}: is empty. A list has a header row and rows under it.", place=place)
    first = [[cell_text(cell) for cell in row] for row in rows[:HEADER_SEARCH]]
    index = find_header(first, mapping=mapping, place=place)
    header = complete_header(first[index], first[index - 1] if index else ())
    hidden = _hidden_rows(data, name)
    facts = InputFacts(
        name=source.name,
        format=_format(data),
        sheet=name,
        other_sheets=tuple(other for other in names if other != name),
        header_row=index + 1,
        preamble=tuple(" ".join(filter(None, map(_short, row))) for row in rows[:index] if any(row)),
        content_hash=hashlib.blake2b(data, digest_size=16).hexdigest(),
        notes=(f"{hidden:,} hidden rows were read like the others.",) if hidden else (),
    )
    builder = CellTableBuilder(header, facts=facts)
    body = rows[index + 1 :]
    builder.add(([cell_text(cell) for cell in row] for row in body), range(index + 2, index + 2 + len(body)))
    return builder.build()


def read_small_table(source: ByteSource, names: Sequence[str]) -> list[tuple[str, dict[str, object]]] | None:
    r"""Read a table with columns of known names from the first sheet that has one, wherever its header row stands.

    Args:
        source: the workbook.
        names: of the columns that must be there; others are read too.

    Returns:
        The place of each row for messages, and its cells as the workbook has them; None when no sheet has the columns.

    Raises:
        UnreadableFileError: the file is no workbook, is damaged or encrypted.
        MissingExtraError: the extra ``excel`` is not installed.

    Example:
        >>> read_small_table(ByteSource.of(b"PK\x03\x04 not a workbook"), ["kpi"])
        Traceback (most recent call last):
        leadflow.errors.UnreadableFileError: the bytes: is a zip archive but not a workbook, or is damaged. Open it in a spreadsheet program and save it as .xlsx or CSV.
    """
    data = b"".join(source.chunks())
    _refuse_bomb(source.name, data)
    workbook = _open(source.name, data)
    for sheet in workbook.sheet_names:
        rows = _rows(workbook, sheet, source.name)
        for index, row in enumerate(rows[:HEADER_SEARCH]):
            header = [cell_text(cell).strip() for cell in row]
            if set(names) <= set(header):
                return [
                    (
                        f"sheet {sheet}, row {number}",
                        {name: cell for name, cell in zip(header, cells, strict=True) if name},
                    )
                    for number, cells in enumerate(rows[index + 1 :], index + 2)
                ]
    return None


def _open(place: str, data: bytes) -> "CalamineWorkbook":
    try:
        import python_calamine as calamine  # noqa: PLC0415  # optional: only who reads workbooks pays for it
    except ImportError as error:
        raise MissingExtraError.of("excel", purpose="Reading a workbook") from error
    if data.startswith(MAGIC) and not is_sound(data):
        raise _unreadable(place, data, ValueError())
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise UnreadableFileError(
            f"{place}: the workbook is encrypted. Open it with its password and save it without one.",
            place=place,
        ) from error
    except BaseException as error:
        raise _unreadable(place, data, error) from error


def _unreadable(place: str, data: bytes, error: BaseException) -> BaseException:
    # The Rust library reports a broken invariant by a PanicException, which is not an Exception.
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        return error
    if _is_encrypted(data):
        return UnreadableFileError(
            f"{place}: the workbook is encrypted. Open it with its password and save it without one.",
            place=place,
        )
    kind = (
        "is a zip archive but not a workbook, or is damaged"
        if data[:2] == b"PK"
        else "is not a workbook, or is damaged"
    )
    return UnreadableFileError(
        f"{place}: {kind}. Open it in a spreadsheet program and save it as .xlsx or CSV.", place=place
    )


def _is_encrypted(data: bytes) -> bool:
    # The streams of MS-OFFCRYPTO (2023) 1.3.2 are named in UTF-16 in the compound file's directory.
    return data[:4] == b"\xd0\xcf\x11\xe0" and "EncryptedPackage".encode("utf-16-le") in data


def _choose(
    workbook: "CalamineWorkbook",
    names: Sequence[str],
    sheet: str | int | None,
    mapping: Mapping[str, str] | None,
    place: str,
) -> tuple[str, list[list[object]]]:
    if isinstance(sheet, int):
        if not 0 <= sheet < len(names):
            raise UnknownNameError(
                f"{place}: has {len(names)} sheets, numbered from 0; there is no sheet {sheet}."
            )
        sheet = names[sheet]
    if sheet is not None:
        if sheet not in names:
            raise UnknownNameError(f"{place}: has no sheet '{sheet[:40]}'.{near_miss(sheet, names)}")
        return sheet, _rows(workbook, sheet, place)
    extra = frozenset(header_key(header) for header in mapping or {})
    visible = {meta.name: "Visible" in str(meta.visible) for meta in workbook.sheets_metadata}
    best: tuple[tuple[int, bool], str, list[list[object]]] | None = None
    for name in names:
        rows = _rows(workbook, name, place)
        known = max(
            (known_headers([cell_text(cell) for cell in row], extra) for row in rows[:HEADER_SEARCH]),
            default=0,
        )
        score = (known, visible.get(name, True))
        if best is None or score > best[0]:
            best = (score, name, rows)
    assert best is not None, "a workbook with sheets has a best one"  # noqa: S101  # names is not empty
    return best[1], best[2]


def _rows(workbook: "CalamineWorkbook", name: str, place: str) -> list[list[object]]:
    try:
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except BaseException as error:
        raise _unreadable(place, b"", error) from error
    return [[_plain(cell) for cell in row] for row in rows]


def _plain(cell: object) -> object:
    if isinstance(cell, dt.timedelta):
        return str(cell)
    return cell


def _short(cell: object) -> str:
    return cell_text(cell)[:200]


def _format(data: bytes) -> str:
    if data[:2] != b"PK":
        return "xls"
    head = data[:200]
    if b"opendocument.spreadsheet" in head:
        return "ods"
    return "xlsb" if b"workbook.bin" in data else "xlsx"


def _refuse_bomb(place: str, data: bytes) -> None:
    """Refuse archives that unpack to more than memory holds, and sheets with a cell at the end of nowhere."""
    if data[:2] != b"PK":
        return
    size = area = 0
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        size = sum(entry.file_size for entry in archive.infolist())
        if size <= _LARGEST:
            sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
            area = max((_area(archive.read(name)) for name in sheets), default=0)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
        # The parser says what is wrong with a damaged archive.
        return
    if size > _LARGEST:
        raise UnreadableFileError(
            f"{place}: unpacks to {size >> 20:,} MB; a workbook may unpack to {_LARGEST >> 20:,} MB. Save it as CSV.",
            place=place,
        )
    if area > _LARGEST_AREA:
        raise UnreadableFileError(
            f"{place}: a sheet spans more than {_LARGEST_AREA:,} cells, perhaps by one cell far away from the others. "
            "Delete the empty rows and columns, or save the list as CSV.",
            place=place,
        )


def _area(sheet: bytes) -> int:
    """Return the rows times the columns that the cells of a sheet span, columns rounded up."""
    last = sheet.rfind(b"<row ")
    found = _ROW_NUMBER.search(sheet, last) if last >= 0 else None
    columns = next((width for width, beyond in _WIDTHS if beyond.search(sheet) is None), 16_384)
    return (int(found[1]) if found else 1) * columns


def _hidden_rows(data: bytes, name: str) -> int:
    """Count the hidden rows of a sheet of an xlsx file; 0 for the other formats."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        workbook = archive.read("xl/workbook.xml").decode()
        links = archive.read("xl/_rels/workbook.xml.rels").decode()
        for tag in _SHEET_TAG.findall(workbook):
            if html.unescape(_attribute(tag, "name")) != name:
                continue
            target = next(
                _attribute(link, "Target")
                for link in re.findall(r"<Relationship\b[^<>]*>", links)
                if _attribute(link, "Id") == _attribute(tag, "r:id")
            )
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return sum(bool(_HIDDEN.search(row)) for row in _ROW.findall(archive.read(path)))
    except (zipfile.BadZipFile, KeyError, StopIteration, UnicodeDecodeError, ValueError, OSError):
        return 0
    return 0


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""
