"""Reading lists and activity logs: one function for every file, frame and row."""

import datetime as dt
import os
from collections.abc import Mapping
from typing import Final

from leadflow.accelerate import collecting_rarely
from leadflow.adapters.delimited import Progress, read_delimited
from leadflow.adapters.excel import read_workbook
from leadflow.adapters.frames import read_frame
from leadflow.adapters.jsonlines import read_json_lines
from leadflow.adapters.reading_activities import read_activities
from leadflow.adapters.reading_bytes import ByteSource, Readable
from leadflow.capture.cells import CellTable
from leadflow.capture.imported import ImportedLeads
from leadflow.capture.importing import import_cells
from leadflow.errors import UnreadableFileError
from leadflow.records.tables import Tabular

__all__ = ["read_activities", "read_leads"]

_WORKBOOK_SUFFIXES: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
_JSON_SUFFIXES: Final = frozenset({".jsonl", ".ndjson", ".json"})
_FOREIGN: Final = (
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
)


def read_leads(
    data: Readable | Tabular,
    *,
    source: str | None = None,
    encoding: str | None = None,
    mapping: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    observed_at: dt.datetime | None = None,
    normalize: bool = True,
    progress: Progress | None = None,
) -> ImportedLeads:
    r"""Read a list of leads from whatever it is in.

    Delimited text in any usual Japanese or Western encoding, workbooks (xlsx, xls, xlsb, ods), JSON Lines and JSON,
    pandas, polars, pyarrow and duckdb frames, mappings of columns, lists of dicts. The format is told from the
    content, not from the file's ending.

    Args:
        data: a path, bytes, an open file, a frame, or a list of dicts.
        source: the source of the records, such as ``"Salesforce"``; when None the system that wrote the header,
            else the file's name without ending.
        encoding: a Python codec name; found when None.
        mapping: header to field name, over what is recognised: ``{"貴社名": "company"}``.
        sheet: of a workbook: a name, or a position from 0; the one with most known headers when None.
        observed_at: the moment for which all rows hold; taken from the rows' own times when None.
        normalize: False keeps the texts as they arrived: faster, for a look at the columns.
        progress: is told the rows read so far.

    Returns:
        The usable rows, the refused ones, and the account of both.

    Raises:
        InputError: the input is empty, has no known column, or holds a cell of more than 131,072 characters.
        EncodingError: the bytes are in no encoding of the ladder, or not in the one named.
        UnreadableFileError: the file is not the format that it claims to be, is encrypted or damaged.
        MissingExtraError: a workbook was given and the extra ``excel`` is not installed.

    Example:
        >>> imported = read_leads("氏名,会社名,メール\n佐藤　太郎,㈱山田,ＴＡＲＯ@example.jp\n".encode("cp932"), source="展示会")
        >>> imported.batch.lead(0).email, imported.report.encoding
        ('taro@example.jp', 'cp932')
    """
    with collecting_rarely():
        table, stem = _read(data, encoding=encoding, mapping=mapping, sheet=sheet, progress=progress)
        return import_cells(
            table,
            source=source,
            mapping=mapping,
            observed_at=observed_at,
            normalize=normalize,
            fallback_source=stem,
        )


def _read(
    data: Readable | Tabular,
    *,
    encoding: str | None,
    mapping: Mapping[str, str] | None,
    sheet: str | int | None,
    progress: Progress | None,
) -> tuple[CellTable, str]:
    if not isinstance(data, str | os.PathLike | bytes | bytearray | memoryview) and not hasattr(data, "read"):
        return read_frame(data), "table"
    source = ByteSource.of(data)  # type: ignore[arg-type]  # narrowed by what it can do
    stem = source.stem if "." in source.name else "list"
    return _read_bytes(source, encoding=encoding, mapping=mapping, sheet=sheet, progress=progress), stem


def _read_bytes(
    source: ByteSource,
    *,
    encoding: str | None,
    mapping: Mapping[str, str] | None,
    sheet: str | int | None,
    progress: Progress | None,
) -> CellTable:
    head = source.head()
    for mark, what in _FOREIGN:
        if head.startswith(mark):
            raise UnreadableFileError(
                f"{source.name}: is {what}, not a list. Export the list as CSV or .xlsx.", place=source.name
            )
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        return read_workbook(source, sheet=sheet, mapping=mapping)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in {b"{", b"["} and (
        source.suffix in _JSON_SUFFIXES or start[:1] == b"{" or start[:2] in {b"[{", b"[\n", b"[ ", b"[\r"}
    ):
        return read_json_lines(source, encoding=encoding)
    if source.suffix in _JSON_SUFFIXES:
        return read_json_lines(source, encoding=encoding)
    if start[:200].lower().startswith((b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta")):
        raise UnreadableFileError(
            f"{source.name}: is a web page or XML saved under another ending. Open it in a spreadsheet program and save "
            "it as .xlsx or CSV.",
            place=source.name,
        )
    if source.suffix in _WORKBOOK_SUFFIXES and b"\x00" in head:
        return read_workbook(source, sheet=sheet, mapping=mapping)
    return read_delimited(source, encoding=encoding, mapping=mapping, progress=progress)
