"""Fetching from SQLite as Arrow, several times faster than row by row; when the drivers are installed."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

from leadflow.adapters.sql.columns import Cells, Part
from leadflow.columns import Column

if TYPE_CHECKING:
    import pyarrow as pa
    from adbc_driver_manager.dbapi import Connection

__all__ = ["ArrowFetch"]

_ROWS = "65536"


class ArrowFetch:
    """A second view of one SQLite file, used only while it shows exactly what the first one shows."""

    def __init__(self, path: Path, writes: Callable[[], int]) -> None:
        """Prepare a view; nothing is opened before something is fetched.

        Args:
            path: the file.
            writes: how many sessions have written, as the first view sees it.
        """
        self._path = path
        self._writes = writes
        self._connection: Connection | None = None
        self._refused = False

    def __call__(self, statement: "Select[*tuple[Any, ...]]", parts: Sequence[Part]) -> list[Cells] | None:
        """Return one array per part; None without the drivers, or when a writer came between the two views."""
        connection = self._opened()
        if connection is None:
            return None
        text = str(statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
        table = _fetched(connection, text)
        return [_cells(table.column(place), part) for place, part in enumerate(parts)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._refused = True

    def _opened(self) -> "Connection | None":
        if self._connection is not None or self._refused:
            return self._connection
        try:
            import pyarrow  # noqa: ICN001, F401, PLC0415  # optional: the extra fast
            from adbc_driver_sqlite import dbapi  # noqa: PLC0415
        except ImportError:
            self._refused = True
            return None
        connection = dbapi.connect(f"{self._path.resolve().as_uri()}?mode=ro")
        seen = _fetched(connection, "SELECT value FROM leadflow_meta WHERE name = 'writes'").to_pylist()
        if [row["value"] for row in seen] != [str(self._writes())]:
            connection.close()
            self._refused = True
            return None
        self._connection = connection
        return connection


def _fetched(connection: "Connection", text: str) -> "pa.Table":
    with connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": _ROWS})
        cursor.execute(text)
        return cursor.fetch_arrow_table()


def _cells(column: "pa.ChunkedArray", part: Part) -> Cells:
    if not part.is_text:
        numbers = column.to_numpy()
        return np.ascontiguousarray(numbers, np.int64) if len(numbers) else np.empty(0, np.int64)
    if not len(column):
        return Column.of([])
    encoded = column.combine_chunks().dictionary_encode()
    codes = np.ascontiguousarray(encoded.indices.to_numpy(zero_copy_only=False), np.int32)
    codes.flags.writeable = False
    return Column(codes=codes, values=tuple(encoded.dictionary.to_pylist()))
