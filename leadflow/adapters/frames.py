"""Frames and rows in memory: pandas, polars, pyarrow, duckdb, mappings of columns, lists of dicts."""

import datetime as dt
import json
import math
from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import Final

from leadflow.capture.cells import CellTable, CellTableBuilder, InputFacts
from leadflow.errors import InputError
from leadflow.records.tables import Table, Tabular

__all__ = ["cell_text", "read_frame"]

_CHUNK_ROWS: Final = 50_000
_NOTHING: Final = frozenset({"NaTType", "NAType"})


def read_frame(data: Tabular, *, name: str = "the table") -> CellTable:
    """Read a frame or a list of dicts; rows are numbered from 1.

    Args:
        data: anything that ``leadflow.records.Table`` can view.
        name: how messages name it.

    Returns:
        The cells as texts, column by column.

    Raises:
        InputError: the data is not tabular, or has no column or no row.

    Example:
        >>> read_frame([{"Email": "a@example.jp", "age": 3.0}]).columns["age"].to_list()
        ['3']
    """
    if isinstance(data, list) and not data:
        raise InputError(f"{name}: is empty. A list has at least one row.", place=name)
    table = Table.of(_plain(data))
    if not table.names:
        raise InputError(f"{name}: has no columns.", place=name)
    builder = CellTableBuilder(table.names, facts=InputFacts(name=name, format=_format(data)))
    columns = [table.column(header).map(_text_or_none) for header in table.names]
    cells = [["" if cell is None else str(cell) for cell in column.to_list()] for column in columns]
    rows = [list(row) for row in zip(*cells, strict=True)]
    for start in range(0, len(rows), _CHUNK_ROWS):
        chunk = rows[start : start + _CHUNK_ROWS]
        builder.add(chunk, range(start + 1, start + 1 + len(chunk)))
    return builder.build()


def cell_text(value: object) -> str:
    """Return the text of a cell, as a person would have typed it.

    Whole floats lose their ``.0`` (spreadsheets and frames make floats of integers), moments are ISO 8601,
    lists are joined with ``"; "``, NaN and None are empty.

    Example:
        >>> [cell_text(v) for v in (312345678.0, float("nan"), None, True, ["a", "b"], dt.date(2026, 4, 1))]
        ['312345678', '', '', 'true', 'a; b', '2026-04-01']
    """
    if isinstance(value, str):
        return value
    # pandas marks a missing moment by an instance of datetime, so it is told by its name.
    if value is None or type(value).__name__ in _NOTHING:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return _number_text(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat().replace("T", " ")
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, list | tuple | set | frozenset):
        texts = [cell_text(part) for part in value]
        return "; ".join(sorted(texts) if isinstance(value, set | frozenset) else texts)
    return str(value)


def _number_text(value: float | Decimal) -> str:
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e21 else repr(value)


def _text_or_none(value: Hashable) -> str | None:
    return cell_text(value) or None


def _plain(data: Tabular) -> Tabular:
    """Make cells hashable: lists and dicts inside rows become texts."""
    if isinstance(data, list | tuple):
        if not all(isinstance(row, Mapping) for row in data):
            raise InputError("A list of rows must hold a dict per row: header to cell.")
        return [{str(header): cell_text(cell) or None for header, cell in row.items()} for row in data]
    return data


def _format(data: Tabular) -> str:
    return type(data).__module__.split(".")[0] if not isinstance(data, list | tuple | dict) else "rows"
