"""JSON Lines and JSON: one object per lead; nested objects become dotted columns."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from leadflow.adapters.frames import cell_text
from leadflow.adapters.reading_bytes import ByteSource
from leadflow.capture.cells import CellTable, CellTableBuilder, InputFacts
from leadflow.capture.encodings import decode_chunks, detect_encoding
from leadflow.errors import InputError, UnreadableFileError

__all__ = ["flatten", "read_json_lines", "read_objects"]

_DEEPEST: Final = 20
_HEADER_LINE: Final = "line"

Line = tuple[int, dict[str, object] | None, str, str]
"""Line number, the object or None, the reason when there is none, the text."""


def read_json_lines(source: ByteSource, *, encoding: str | None = None) -> CellTable:
    r"""Read a file of one JSON object per line, or one JSON array of objects.

    A line that is no object goes to the rejects; the others are read.

    Args:
        source: the file.
        encoding: found by the ladder when None.

    Returns:
        The cells as texts, column by column.

    Raises:
        InputError: the file is empty or holds no object.
        UnreadableFileError: it is neither JSON nor JSON Lines.

    Example:
        >>> table = read_json_lines(ByteSource.of(b'{"email":"a@example.jp","utm":{"source":"x"}}\nnull\n'))
        >>> list(table.columns), table.refused[0].reason
        (['email', 'utm.source'], 'the line is not a JSON object')
    """
    lines, facts = read_objects(source, encoding=encoding)
    rows = [(number, flatten(found)) for number, found, _, _ in lines if found is not None]
    headers = dict.fromkeys(header for _, row in rows for header in row)
    if not headers:
        raise InputError(
            f"{source.name}: holds no JSON object with a field. Each line should be an object such as "
            '{"email": "…", "company": "…"}.',
            place=source.name,
        )
    builder = CellTableBuilder(list(headers), facts=facts)
    for number, found, reason, text in lines:
        if found is None:
            builder.refuse(number, reason, {_HEADER_LINE: text})
        elif not found:
            builder.refuse(number, "the object is empty", {})
    filled = [(number, row) for number, row in rows if row]
    builder.add(
        ([cell_text(row.get(header)) for header in headers] for _, row in filled), (n for n, _ in filled)
    )
    return builder.build()


def read_objects(source: ByteSource, *, encoding: str | None = None) -> tuple[list[Line], InputFacts]:
    """Return the objects of a JSON or JSON Lines file with their line numbers.

    Raises:
        InputError: the file is empty.
        UnreadableFileError: it is neither JSON nor JSON Lines.

    Example:
        >>> lines, facts = read_objects(ByteSource.of(b'[{"a": 1}, {"a": 2}]'))
        >>> [found for _, found, _, _ in lines], facts.format
        ([{'a': 1}, {'a': 2}], 'json')
    """
    source.head()
    digest = source.text_hash()
    why = "as given"
    if encoding is None:
        found = detect_encoding(source.chunks, place=source.name)
        encoding, why = found.name, found.why
    text = "".join(decode_chunks(source.chunks(), encoding, place=source.name))
    whole = _whole(text)
    kind = "jsonl" if whole is None else "json"
    facts = InputFacts(
        name=source.name, format=kind, encoding=encoding, encoding_why=why, content_hash=digest
    )
    lines = list(_by_line(text) if whole is None else whole)
    if not any(found is not None for _, found, _, _ in lines):
        raise UnreadableFileError(
            f"{source.name}: no line is a JSON object. Each line should be an object such as "
            '{"email": "…", "company": "…"}.',
            place=source.name,
        )
    return lines, facts


def flatten(found: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Return an object without nesting: inner names follow the outer one after a dot.

    Example:
        >>> flatten({"a": 1, "b": {"c": [2, 3]}})
        {'a': 1, 'b.c': [2, 3]}
    """
    flat: dict[str, object] = {}
    for name, value in found.items():
        if isinstance(value, Mapping) and prefix.count(".") < _DEEPEST:
            flat.update(flatten(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _whole(text: str) -> Iterable[Line] | None:
    """Return the objects of a text that is one JSON array, or an object that holds one; else None."""
    start = text.lstrip()[:1]
    if start != "[" and not (start == "{" and "\n" in text.strip()):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        lists = [
            value
            for value in found.values()
            if isinstance(value, list) and value and isinstance(value[0], dict)
        ]
        found = lists[0] if lists else [found]
    return [_line(number, value, "") for number, value in enumerate(found, 1)]


def _by_line(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            yield number, None, "the line is not valid JSON", line.strip()
            continue
        yield _line(number, value, line.strip())


def _line(number: int, value: object, text: str) -> Line:
    if isinstance(value, dict):
        return number, {str(name): cell for name, cell in value.items()}, "", text
    return number, None, "the line is not a JSON object", text
