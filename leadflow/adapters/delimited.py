"""Text files of delimited cells: CSV, tabs, semicolons; any encoding of the ladder; header anywhere near the top."""

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from leadflow.adapters.reading_bytes import ByteSource
from leadflow.capture.cells import CellTable, CellTableBuilder, InputFacts
from leadflow.capture.encodings import decode_chunks, detect_encoding, first_failure
from leadflow.capture.headers import complete_header, find_header, known_headers
from leadflow.capture.synonyms import header_key
from leadflow.errors import EncodingError, InputError

__all__ = ["Progress", "read_delimited"]

Progress = Callable[[int], None]
"""Is told the number of rows read so far, every few ten thousand rows."""

_DELIMITERS: Final = (",", "\t", ";", "|")
_SAMPLE_LINES: Final = 120
_CHUNK_ROWS: Final = 2_000
_WIDE: Final = ("utf-16", "utf-32", "utf_16", "utf_32", "utf16", "utf32")


def read_delimited(
    source: ByteSource,
    *,
    encoding: str | None = None,
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> CellTable:
    r"""Read a delimited text file in bounded memory.

    Quoting is that of RFC 4180, read leniently: line breaks and doubled quotation marks inside quoted cells,
    any of the three line ends. The delimiter is the one under which most headers are known.

    Args:
        source: the file.
        encoding: a Python codec name; found by the ladder when None.
        mapping: header to field; its headers help to find the header row.
        progress: is told the rows read so far.

    Returns:
        The cells, column by column.

    Raises:
        InputError: there is no header with a known column, or a cell is too long.
        EncodingError: the bytes do not fit the encoding.
        UnreadableFileError: the file is not text.

    References:
        RFC 4180 (2005), "Common Format and MIME Type for Comma-Separated Values (CSV) Files".

    Example:
        >>> table = read_delimited(ByteSource.of("2025 list\n\n氏名;TEL\n佐藤;03-1234-5678\n".encode("cp932")))
        >>> table.facts.encoding, table.facts.delimiter, table.facts.header_row, table.rows.tolist()
        ('cp932', ';', 3, [4])
    """
    facts = _facts(source, encoding)
    sample = _sample(source, facts)
    delimiter, index = _layout(sample, mapping, source.name)
    with _open_text(source, facts) as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        try:
            return _read(reader, attrs.evolve(facts, delimiter=delimiter), index, progress)
        except csv.Error as error:
            raise _broken(source.name, reader.line_num, error) from error
        except UnicodeError as error:
            raise _undecodable(source, facts.encoding) from error


def _facts(source: ByteSource, encoding: str | None) -> InputFacts:
    source.head()
    if source.is_text:
        encoding = "utf-8"
    given = encoding is not None and encoding.lower().startswith(_WIDE)
    digest = "" if given else source.text_hash()
    if encoding is None:
        found = detect_encoding(source.chunks, place=source.name)
        notes = () if found.certain else (f"The encoding is not certain: {found.name}, because {found.why}.",)
        return InputFacts(
            name=source.name,
            format="delimited",
            encoding=found.name,
            encoding_why=found.why,
            content_hash=digest,
            notes=notes,
            damaged=found.damaged,
        )
    name = "utf-8-sig" if encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else encoding
    name = "iso-2022-jp" if name.lower().replace("_", "-") == "iso-2022-jp" else name
    name = "cp932" if name.lower().replace("-", "_") in {"shift_jis", "sjis", "shiftjis", "ms932"} else name
    next(iter(decode_chunks(iter(()), name, place=source.name)))
    return InputFacts(
        name=source.name, format="delimited", encoding=name, encoding_why="as given", content_hash=digest
    )


def _open_text(source: ByteSource, facts: InputFacts) -> io.TextIOBase:
    encoding = facts.encoding
    if encoding == "iso-2022-jp":
        return io.StringIO("".join(decode_chunks(source.chunks(), encoding, place=source.name)), newline="")
    errors = "surrogateescape" if facts.damaged else "strict"
    return io.TextIOWrapper(source.open(), encoding=encoding, errors=errors, newline="")


def _sample(source: ByteSource, facts: InputFacts) -> list[str]:
    """Return the first physical lines, with their ends."""
    limit = 1 << 20
    lines: list[str] = []
    with _open_text(source, facts) as stream:
        try:
            while len(lines) < _SAMPLE_LINES and (line := stream.readline(limit)):
                lines.append(line)
        except UnicodeError as error:
            raise _undecodable(source, facts.encoding) from error
    if "\x00" in "".join(lines):
        raise EncodingError(
            f"{source.name}: decoded as {facts.encoding} it holds NUL characters, so that is not its encoding. "
            "Leave encoding= out to let it be found, or name the right one.",
            place=source.name,
        )
    return lines


def _layout(lines: list[str], mapping: Mapping[str, str] | None, place: str) -> tuple[str, int]:
    """Return the delimiter and the index of the header row among the parsed rows."""
    extra = frozenset(header_key(header) for header in mapping or {})
    best: tuple[tuple[int, float], str, list[list[str]]] | None = None
    failure: csv.Error | None = None
    for delimiter in _DELIMITERS:
        rows: list[list[str]] = []
        try:
            rows.extend(csv.reader(lines, delimiter=delimiter))
        except csv.Error as error:
            failure = error
        if not rows:
            continue
        known = max(known_headers(row, extra) for row in rows)
        score = (known, _steadiness(rows))
        if best is None or score > best[0]:
            best = (score, delimiter, rows)
    if best is None:
        raise _broken(place, 1, failure or csv.Error("no row"))
    _, delimiter, rows = best
    return delimiter, find_header(rows, mapping=mapping, place=place)


def _steadiness(rows: Sequence[Sequence[str]]) -> float:
    """Return the share of rows of the most frequent width, weighed by that width; 0 for single cells."""
    widths = [len(row) for row in rows if row]
    common = max(set(widths), key=widths.count, default=1)
    return 0.0 if common < 2 else widths.count(common) / len(widths)


def _read(reader: "csv.Reader", facts: InputFacts, index: int, progress: Progress | None) -> CellTable:  # type: ignore[name-defined]  # the class has no public name before 3.12
    preamble: list[str] = []
    header: list[str] = []
    above: list[str] = []
    line = 0
    for position, row in enumerate(reader):
        if position == index:
            header = complete_header(row, above)
            break
        line, above = reader.line_num, row
        if any(row):
            preamble.append(" ".join(cell for cell in row if cell)[:200])
    builder = CellTableBuilder(
        header, facts=attrs.evolve(facts, header_row=line + 1, preamble=tuple(preamble))
    )
    done = 0
    for rows, numbers in _chunks(reader):
        builder.add(rows, numbers)
        done += len(rows)
        if progress is not None:
            progress(done)
    return builder.build()


def _chunks(reader: "csv.Reader") -> Iterator[tuple[list[list[str]], Sequence[int]]]:  # type: ignore[name-defined]  # the class has no public name before 3.12
    before = reader.line_num
    while rows := list(itertools.islice(reader, _CHUNK_ROWS)):
        after = reader.line_num
        if after - before == len(rows):
            yield rows, range(before + 1, after + 1)
        else:
            spans = itertools.accumulate((1 + _line_breaks(row) for row in rows), initial=before + 1)
            yield rows, list(spans)[:-1]
        before = after


def _line_breaks(row: list[str]) -> int:
    text = "\x1f".join(row)
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _undecodable(source: ByteSource, encoding: str) -> EncodingError:
    name = encoding.removesuffix("-sig")
    failure = first_failure(source.chunks, encoding)
    where = "" if failure is None else f": byte {failure[0]:,} in line {failure[1]:,} does not fit"
    try:
        found = detect_encoding(source.chunks, place=source.name)
        hint = f"Its bytes fit {found.name} ({found.why}): leave encoding= out."
    except EncodingError:
        hint = "Leave encoding= out to let it be found, or name the right one."
    return EncodingError(f"{source.name}: is not in {name}{where}. {hint}", place=source.name)


def _broken(place: str, line: int, error: csv.Error) -> InputError:
    if "field limit" in str(error):
        return InputError(
            f"{place}, line {line:,}: a cell is longer than {csv.field_size_limit():,} characters. Usually a quotation mark "
            "is opened there and never closed; correct the line and read the file again.",
            place=f"{place}, line {line}",
        )
    return InputError(
        f"{place}, line {line:,}: the line cannot be taken apart into cells. Save the file again as CSV.",
        place=f"{place}, line {line}",
    )
