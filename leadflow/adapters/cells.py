"""Cells as JSON: typed values to text and back exactly, a column at a time."""

import datetime as dt
import decimal
import json
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import chain
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Final

import numpy as np

from leadflow.columns import CLEARED, MISSING, Column
from leadflow.errors import StoreError
from leadflow.records import FIELDS, FieldKind
from leadflow.records.batches import NO_TIME, Seconds, from_seconds
from leadflow.records.compacting import compact
from leadflow.records.events import Json

__all__ = [
    "decode_arrays",
    "decode_row",
    "decode_rows",
    "dump",
    "encode_rows",
    "load",
    "moment_of",
    "moment_text",
    "seconds_of",
    "seconds_texts",
]

_ABSENT: Final = object()
_CHUNK: Final = 100_000


def encode_rows(columns: Mapping[str, Column], length: int, *, cleared: bool = True) -> list[str]:
    """Write each row as one JSON object; a missing cell is left out.

    Args:
        columns: name to column of ``length`` cells.
        length: the number of rows.
        cleared: whether a cleared cell is written as null, or left out.

    Returns:
        ``length`` JSON objects, keys in the order of ``columns``.

    Raises:
        StoreError: a value is of a type that cannot be stored.

    Example:
        >>> encode_rows({"title": Column.of(["部長", None]), "employees": Column.of([5, 7])}, 2)
        ['{"title":"部長","employees":5}', '{"employees":7}']
        >>> encode_rows({"amount": Column.of([float("nan")])}, 1)
        ['{"amount":null}']
    """
    if not columns:
        return ["{}"] * length
    if length == 1:
        cells = (_cell(name, column, cleared=cleared) for name, column in columns.items())
        return ["{" + ",".join(filter(None, cells)) + "}"]
    parts = [_fragments(name, column, cleared=cleared) for name, column in columns.items()]
    return [f"{{{''.join(row)[1:]}}}" for row in zip(*parts, strict=True)]


def decode_rows(rows: Sequence[str]) -> dict[str, Column]:
    """Read what ``encode_rows`` wrote: null is cleared, an absent key is missing.

    Example:
        >>> decode_rows(['{"title":"部長"}', '{"title":null}'])["title"].codes.tolist()
        [0, -2]
    """
    table: list[dict[str, Hashable]] = json.loads("[" + ",".join(rows) + "]")
    names = dict.fromkeys(chain.from_iterable(table))
    return {name: _column(name, [row.get(name, _ABSENT) for row in table]) for name in names}


def decode_row(text: str) -> tuple[dict[str, Hashable], frozenset[str]]:
    """Read one row that ``encode_rows`` wrote: its values, and the names that are cleared.

    Example:
        >>> decode_row('{"title":"部長","city":null}')
        ({'title': '部長'}, frozenset({'city'}))
    """
    row: dict[str, object] = json.loads(text)
    values = {
        name: _decode(cell, FIELDS[name].kind if name in FIELDS else None)
        for name, cell in row.items()
        if cell is not None
    }
    return values, frozenset(row.keys() - values.keys())


def decode_arrays(rows: Sequence[str], names: Sequence[str]) -> dict[str, Column]:
    """Read JSON arrays that hold one value per name, each as ``encode_rows`` wrote it; null is missing.

    Args:
        rows: the arrays.
        names: of the values, in their order; an array may be longer.

    Example:
        >>> decode_arrays(['["部長",5]', '[null,7]'], ["title", "employees"])["title"].to_list()
        ['部長', None]
    """
    parts: dict[str, list[Column]] = {name: [] for name in names}
    for first in range(0, max(len(rows), 1), _CHUNK):
        table: list[list[Hashable]] = json.loads("[" + ",".join(rows[first : first + _CHUNK]) + "]")
        for place, name in enumerate(names):
            cells = [row[place] for row in table]
            parts[name].append(_column(name, [_ABSENT if cell is None else cell for cell in cells]))
    return {name: Column.concatenate(columns) for name, columns in parts.items()}


def dump(value: Json) -> str:
    """Write plain data as compact JSON; text that is no valid Unicode is escaped.

    Raises:
        StoreError: a number in it is not finite.

    Example:
        >>> dump({"stage": "MQL", "rows": [1, 2]})
        '{"stage":"MQL","rows":[1,2]}'
    """
    # flat objects of texts and numbers are most of what a journal holds, and the general encoder is slow to start
    flat = _flat(value) if isinstance(value, dict) else None
    try:
        text = _COMPACT.encode(value) if flat is None else flat
    except ValueError:
        raise StoreError(
            "A number that is not finite cannot be stored: give None where it is unknown."
        ) from None
    return text if _storable(text) else _ESCAPED.encode(value)


def load(text: str) -> Json:
    """Read plain data.

    Example:
        >>> load('{"stage":"MQL"}')
        {'stage': 'MQL'}
    """
    value: Json = _DECODER.raw_decode(text)[0]
    return value


def moment_text(moment: dt.datetime) -> str:
    """Write a moment as ISO 8601 in UTC; the texts sort as the moments do.

    Example:
        >>> moment_text(dt.datetime(2026, 4, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=9))))
        '2026-04-01T00:00:00+00:00'
    """
    if moment.tzinfo is None:
        raise StoreError("A moment without time zone cannot be stored: pass an aware datetime.")
    return moment.astimezone(dt.UTC).isoformat()


def moment_of(text: str) -> dt.datetime:
    """Read a moment.

    Example:
        >>> moment_of("2026-04-01T00:00:00+00:00").hour
        0
    """
    return dt.datetime.fromisoformat(text)


def seconds_texts(seconds: Seconds) -> list[str | None]:
    """Write an array of seconds as ISO 8601 texts, ``NO_TIME`` as None.

    Example:
        >>> seconds_texts(np.array([0, NO_TIME]))
        ['1970-01-01T00:00:00+00:00', None]
    """
    if len(seconds) == 1:
        moment = from_seconds(seconds.item(0))
        return [None if moment is None else moment.isoformat()]
    distinct, inverse = np.unique(seconds, return_inverse=True)
    moments = (from_seconds(value) for value in distinct.tolist())
    texts = [None if moment is None else moment.isoformat() for moment in moments]
    return [texts[i] for i in inverse.tolist()]


def seconds_of(texts: Sequence[str | None]) -> Seconds:
    """Read ISO 8601 texts into an array of seconds.

    Example:
        >>> seconds_of(["1970-01-01T00:01:00+00:00", None]).tolist()[0]
        60
    """
    table = {text: NO_TIME if text is None else int(moment_of(text).timestamp() // 1) for text in set(texts)}
    return np.fromiter((table[text] for text in texts), np.int64, len(texts))


_COMPACT: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_ESCAPED: Final = json.JSONEncoder(separators=(",", ":"))
_DECODER: Final = json.JSONDecoder()
_MOMENTS: Final = frozenset({FieldKind.DATE, FieldKind.TIME})
_PLAIN: Final = frozenset({str, int, float, bool, type(None), type(_ABSENT)})
"""The types of JSON cells that mean what they are."""


def _flat(value: dict[str, Json]) -> str | None:
    members = []
    for name, member in value.items():
        if type(member) is str:
            text = encode_basestring(member)
        elif member is None:
            text = "null"
        elif type(member) is float and math.isfinite(member):
            text = float.__repr__(member)
        else:
            return None
        members.append(f"{encode_basestring(name)}:{text}")
    return "{" + ",".join(members) + "}"


def _storable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: str) -> str:
    return encode_basestring(value) if _storable(value) else encode_basestring_ascii(value)


def _fragments(name: str, column: Column, *, cleared: bool) -> list[str]:
    """Return the member of each row, behind a comma; nothing where it is left out."""
    column = compact(column)
    key = f",{_text(name)}:"
    kind = FIELDS[name].kind if name in FIELDS else None
    pieces = [key + text for text in _encode_all(column.values, kind, name)]
    empty = key + "null" if cleared else ""
    lookup = np.fromiter((*pieces, empty, ""), object, len(pieces) + 2)
    fragments: list[str] = lookup[column.codes].tolist()  # CLEARED and MISSING are -2 and -1
    return fragments


def _cell(name: str, column: Column, *, cleared: bool) -> str | None:
    """Return the fragment of a column of one cell."""
    code: int = column.codes.item(0)
    if code < 0:
        return _text(name) + ":null" if code == CLEARED and cleared else None
    kind = FIELDS[name].kind if name in FIELDS else None
    return f"{_text(name)}:{_encode(column.values[code], kind, name)}"


def _encode_all(values: Sequence[Hashable], kind: FieldKind | None, name: str) -> Iterable[str]:
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) == len(values) and kind not in _MOMENTS and _storable("".join(texts)):
        return map(encode_basestring, texts)
    return [_encode(value, kind, name) for value in values]


def _encode(value: Hashable, kind: FieldKind | None, name: str) -> str:
    match value:
        case str():
            return _text(value) if kind not in _MOMENTS else '{"text":' + _text(value) + "}"
        case bool():
            return "true" if value else "false"
        case int():
            return int.__repr__(value)
        case float():
            return _float(value)
        case dt.datetime():
            text = f'"{value.isoformat()}"'
            return text if kind is FieldKind.TIME else '{"time":' + text + "}"
        case dt.date():
            text = f'"{value.isoformat()}"'
            return text if kind is FieldKind.DATE else '{"date":' + text + "}"
        case decimal.Decimal():
            return f'{{"decimal":"{value}"}}'
        case tuple():
            return "[" + ",".join(_encode(member, None, name) for member in value) + "]"
        case frozenset():
            members = sorted(_encode(member, None, name) for member in value)
            return '{"set":[' + ",".join(members) + "]}"
        case _:
            raise StoreError(
                f"A value of type {type(value).__name__} cannot be stored: use str, int, float, bool, date, "
                "datetime, Decimal, or a tuple or frozenset of them."
            )


def _float(value: float) -> str:
    if math.isinf(value):
        raise StoreError("An infinite number cannot be stored: leave the cell empty when it is unknown.")
    return "null" if math.isnan(value) else json.dumps(value)  # not a number is no JSON either


def _decode(value: object, kind: FieldKind | None) -> Hashable:
    match value:
        case str():
            if kind is FieldKind.DATE:
                return dt.date.fromisoformat(value)
            return dt.datetime.fromisoformat(value) if kind is FieldKind.TIME else value
        case list() | tuple():
            return tuple(_decode(member, None) for member in value)
        case dict():
            ((tag, inner),) = value.items()
            return _tagged(str(tag), inner)
        case _:
            assert isinstance(value, (bool, int, float)), "what _encode writes"  # noqa: S101  # JSON knows no other type
            return value


def _tagged(tag: str, inner: object) -> Hashable:
    if tag == "set":
        assert isinstance(inner, list), "what _encode writes"  # noqa: S101  # written by this module alone
        return frozenset(_decode(member, None) for member in inner)
    text = str(inner)
    match tag:
        case "text":
            return text
        case "date":
            return dt.date.fromisoformat(text)
        case "time":
            return dt.datetime.fromisoformat(text)
        case "decimal":
            return decimal.Decimal(text)
        case _:
            raise StoreError(
                f"The store holds a value tagged {tag!r}, which this version of leadflow does not know."
            )


def _column(name: str, cells: Sequence[Hashable]) -> Column:
    kind = FIELDS[name].kind if name in FIELDS else None
    plain = _PLAIN - {str} if kind in _MOMENTS else _PLAIN
    if not set(map(type, cells)) <= plain:
        cells = [cell if type(cell) in plain else _decode(cell, kind) for cell in cells]
    distinct = dict.fromkeys(cells)
    distinct.pop(_ABSENT, None)
    distinct.pop(None, None)
    values = tuple(distinct)
    index: dict[Hashable, int] = dict(zip(values, range(len(values)), strict=True))
    index[_ABSENT], index[None] = MISSING, CLEARED
    codes = np.fromiter(map(index.__getitem__, cells), np.int32, len(cells))
    codes.flags.writeable = False
    return Column(codes=codes, values=values)
