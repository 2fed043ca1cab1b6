"""Fetching from SQLite as Arrow on every core, several times faster than row by row; when the drivers are installed."""

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import attrs
import numpy as np
import numpy.typing as npt
from sqlalchemy import Select, func, literal, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ColumnElement

from leadflow.adapters.sql.columns import Cells, Part, PartKind
from leadflow.columns import MISSING, Column

if TYPE_CHECKING:
    import pyarrow as pa
    from adbc_driver_manager.dbapi import Connection

__all__ = ["ArrowFetch"]

_ROWS: Final = "65536"
_VIEWS: Final = 2
"""Views that read at the same time; SQLite and Arrow work outside Python's lock."""
_LEAST: Final = 50_000
"""Fewer rows than this are not worth a second thread."""
_SMALL: Final = 4
"""A table with so many times fewer rows than there are lead ids is looked up the other way round."""
_MOST: Final = 2_000_000
"""So many positions are read at once, so that texts that are not encoded yet stay few."""


class ArrowFetch:
    """Further views of one SQLite file, used only while they show exactly what the first one shows."""

    def __init__(self, path: Path, writes: Callable[[], int]) -> None:
        """Prepare the views; nothing is opened before something is fetched.

        Args:
            path: the file.
            writes: how many sessions have written, as the first view sees it.
        """
        self._path = path
        self._writes = writes
        self._connections: list[Connection] = []
        self._refused = False
        self._leads = _LeadIds()

    def __call__(
        self,
        statement: "Select[*tuple[Any, ...]]",
        parts: Sequence[Part],
        position: ColumnElement[int] | None,
    ) -> list[Cells] | None:
        """Return one array per part; None without the drivers, or when a writer came between the views.

        Columns of lead ids share one tuple of values, as far as they hold the same leads.
        """
        if not self._opened(1):
            return None
        pieces = [statement] if position is None else self._pieces(statement, position)
        if not self._opened(min(len(pieces), _VIEWS)):
            return None
        free = list(self._connections)

        def fetched(piece: "Select[*tuple[Any, ...]]") -> "list[pa.ChunkedArray | _Coded]":
            connection = free.pop()
            try:
                table = _fetched(connection, _text(piece))
            finally:
                free.append(connection)
            return [self._encoded(table.column(place), part) for place, part in enumerate(parts)]

        with ThreadPoolExecutor(len(free)) as pool:
            done = list(pool.map(fetched, pieces))
        return [self._joined([piece[place] for piece in done], part) for place, part in enumerate(parts)]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._refused = True

    def _opened(self, count: int) -> bool:
        """Have so many views at least: a small table needs one, and to open one after much was written takes a while."""
        if self._refused or len(self._connections) >= count:
            return not self._refused
        try:
            import pyarrow  # noqa: ICN001, F401, PLC0415  # optional: the extra fast
            from adbc_driver_sqlite import dbapi  # noqa: PLC0415
        except ImportError:
            self._refused = True
            return False
        while len(self._connections) < count:
            connection = dbapi.connect(f"{self._path.resolve().as_uri()}?mode=ro")
            self._connections.append(connection)
            seen = _fetched(connection, "SELECT value FROM leadflow_meta WHERE name = 'writes'").to_pylist()
            if [row["value"] for row in seen] != [str(self._writes())]:
                self.__exit__(None, None, None)
                return False
        return True

    def _pieces(
        self, statement: "Select[*tuple[Any, ...]]", position: ColumnElement[int]
    ) -> "list[Select[*tuple[Any, ...]]]":
        """Cut a statement into stretches of positions, one after the other."""
        ends = [
            _fetched(self._connections[0], _text(select(end))).column(0)[0].as_py()
            for end in (func.min(position), func.max(position))
        ]
        first, last = (0 if end is None else int(end) for end in ends)
        size = last - first + 1
        count = 1 if size < _LEAST else max(_VIEWS, -(-size // _MOST))
        cuts = [first + size * place // count for place in range(count + 1)]
        return [
            statement.where(position >= literal(begin), position < literal(end))
            for begin, end in itertools.pairwise(cuts)
        ]

    def _joined(self, pieces: "list[Any]", part: Part) -> Cells:
        match part.kind:
            case PartKind.NUMBER:
                return _numbers(pieces)
            case PartKind.TEXT:
                return _column(pieces)
            case PartKind.LEAD:
                return self._leads.column(pieces)

    def _encoded(self, column: "pa.ChunkedArray", part: Part) -> "pa.ChunkedArray | _Coded":
        """Replace texts by codes as soon as they are there."""
        if part.kind is PartKind.NUMBER:
            return column
        if not len(column):  # the driver takes a column of no rows for one of numbers
            column = column.cast("string")
        return self._leads.coded(column) if part.kind is PartKind.LEAD else column.dictionary_encode()


@attrs.frozen(kw_only=True, eq=False)
class _Coded:
    """Lead ids as numbers, with those that had none yet.

    Attributes:
        codes: (n,) int32; -1 for an id without a number.
        others: the texts of those, dictionary-encoded.
    """

    codes: npt.NDArray[np.int32]
    others: "pa.DictionaryArray"


class _LeadIds:
    """Numbers lead ids in the order in which they are fetched, so that a later table makes no texts of them again."""

    def __init__(self) -> None:
        self._values: tuple[str, ...] = ()
        self._known: pa.Array | None = None

    def coded(self, column: "pa.ChunkedArray") -> _Coded:
        """Return the numbers that ids have already; may run beside others of its kind."""
        import pyarrow.compute as pc  # noqa: PLC0415

        if self._known is None:
            return _Coded(
                codes=np.full(len(column), MISSING, np.int32),
                others=column.dictionary_encode().combine_chunks(),
            )
        if len(column) * _SMALL < len(self._known):
            return self._coded_few(column.dictionary_encode().combine_chunks(), self._known)
        found = pc.call_function("index_in", [column], pc.SetLookupOptions(value_set=self._known))
        others = column.filter(found.is_null()) if found.null_count else column.slice(0, 0)
        return _Coded(
            codes=found.fill_null(MISSING).to_numpy().astype(np.int32),
            others=others.dictionary_encode().combine_chunks(),
        )

    @staticmethod
    def _coded_few(texts: "pa.DictionaryArray", known: "pa.Array") -> _Coded:
        """Look for all known ids among a few texts: making an index of those takes less than one of all that are known."""
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.compute as pc  # noqa: PLC0415

        there = pc.call_function("index_in", [known], pc.SetLookupOptions(value_set=texts.dictionary))
        numbers = np.flatnonzero(there.is_valid().to_numpy(zero_copy_only=False))
        table = np.full(len(texts.dictionary), MISSING, np.int32)
        table[there.drop_null().to_numpy(zero_copy_only=False)] = numbers
        codes = table[texts.indices.to_numpy(zero_copy_only=False)]
        return _Coded(codes=codes, others=texts.filter(pa.array(codes < 0)))

    def column(self, pieces: Sequence[_Coded]) -> Column:
        """Give numbers to the ids that have none, and return all pieces as one column."""
        for piece in pieces:
            if len(piece.others):
                piece.codes[piece.codes < 0] = self._numbered(piece.others)
        codes = np.concatenate([piece.codes for piece in pieces])
        codes.flags.writeable = False
        return Column(codes=codes, values=self._values)

    def _numbered(self, texts: "pa.DictionaryArray") -> npt.NDArray[np.int32]:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.compute as pc  # noqa: PLC0415

        known = pa.array([], pa.string()) if self._known is None else self._known
        places = pc.call_function("index_in", [texts.dictionary], pc.SetLookupOptions(value_set=known))
        fresh = texts.dictionary.filter(places.is_null())
        table = places.fill_null(MISSING).to_numpy(zero_copy_only=False).astype(np.int32)
        table[table < 0] = np.arange(len(known), len(known) + len(fresh), dtype=np.int32)
        self._known = pa.concat_arrays([known, fresh])
        self._values = (*self._values, *fresh.to_pylist())
        codes: npt.NDArray[np.int32] = table[texts.indices.to_numpy()]
        return codes


def _text(statement: "Select[*tuple[Any, ...]]") -> str:
    return str(statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))


def _fetched(connection: "Connection", text: str) -> "pa.Table":
    with connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": _ROWS})
        cursor.execute(text)
        return cursor.fetch_arrow_table()


def _numbers(pieces: "Sequence[pa.ChunkedArray]") -> npt.NDArray[np.int64]:
    return np.concatenate(
        [np.asarray(piece.to_numpy(), np.int64) for piece in pieces if len(piece)] or [np.empty(0, np.int64)]
    )


def _column(pieces: "Sequence[pa.ChunkedArray]") -> Column:
    import pyarrow as pa  # noqa: PLC0415

    chunks = [chunk for piece in pieces for chunk in piece.chunks if len(chunk)]
    if not chunks:
        return Column.of([])
    encoded = pa.chunked_array(chunks).combine_chunks()
    codes = np.array(encoded.indices, np.int32)
    codes.flags.writeable = False
    return Column(codes=codes, values=tuple(encoded.dictionary.to_pylist()))
