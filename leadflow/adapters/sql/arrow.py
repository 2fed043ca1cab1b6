"""Fetching from SQLite as Arrow in processes of their own, several times faster than row by row; when the drivers are installed."""

import importlib.util
import itertools
import json
import os
import subprocess
import sys
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

__all__ = ["ArrowFetch"]

_READER: Final = Path(__file__).with_name("arrow_reader.py")
_PYTHONS: Final = ("python", "pypy")
"""How the programs are called that can run it; in others `sys.executable` is the program that embeds Python."""
_VIEWS: Final = 2
"""Views that read at the same time."""
_LEAST: Final = 50_000
"""Fewer rows than this are not worth a second thread."""
_SMALL: Final = 4
"""A table with so many times fewer rows than there are lead ids is looked up the other way round."""
_MOST: Final = 2_000_000
"""So many positions are read at once, so that texts that are not encoded yet stay few."""


class ArrowFetch:
    """Further views of one SQLite file, used only while they show exactly what the first one shows.

    Each is a process (``arrow_reader``): the driver brings a second copy of SQLite, which in this process would break the locks
    of the first.
    """

    def __init__(self, path: Path, writes: Callable[[], int]) -> None:
        """Prepare the views; nothing is started before something is fetched.

        Args:
            path: the file.
            writes: how many sessions have written, as the first view sees it.
        """
        self._path = path
        self._writes = writes
        self._views: list[_View] = []
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
        if self._refused:
            return None
        try:
            return self._fetched(statement, parts, position)
        except _LostError:
            self.__exit__(None, None, None)
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for view in self._views:
            view.close()
        self._views.clear()
        self._refused = True

    def _fetched(
        self,
        statement: "Select[*tuple[Any, ...]]",
        parts: Sequence[Part],
        position: ColumnElement[int] | None,
    ) -> list[Cells]:
        self._open()
        pieces = [statement] if position is None else self._pieces(statement, position)
        free = list(self._views)

        def fetched(piece: "Select[*tuple[Any, ...]]") -> "list[pa.ChunkedArray | _Coded]":
            view = free.pop()
            try:
                table = view.fetch(_text(piece))
            finally:
                free.append(view)
            return [self._encoded(table.column(place), part) for place, part in enumerate(parts)]

        with ThreadPoolExecutor(len(free)) as pool:
            done = list(pool.map(fetched, pieces))
        return [self._joined([piece[place] for piece in done], part) for place, part in enumerate(parts)]

    def _open(self) -> None:
        """Start the views, unless they are there, and see that they show what the first view shows."""
        if self._views:
            return
        for _ in range(_VIEWS):
            self._views.append(_View.of(self._path))
        for view in self._views:
            seen = view.fetch("SELECT value FROM leadflow_meta WHERE name = 'writes'").to_pylist()
            if [row["value"] for row in seen] != [str(self._writes())]:
                raise _LostError

    def _pieces(
        self, statement: "Select[*tuple[Any, ...]]", position: ColumnElement[int]
    ) -> "list[Select[*tuple[Any, ...]]]":
        """Cut a statement into stretches of positions, one after the other."""
        ends = [
            self._views[0].fetch(_text(select(end))).column(0)[0].as_py()
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


class _LostError(Exception):
    """A view is not to be had, or shows something else."""


@attrs.frozen(eq=False)
class _View:
    """A process that reads the file."""

    process: "subprocess.Popen[bytes]"

    @classmethod
    def of(cls, path: Path) -> Self:
        drivers = all(importlib.util.find_spec(name) for name in ("pyarrow", "adbc_driver_sqlite"))
        runs = Path(sys.executable or "").stem.startswith(_PYTHONS) and _READER.is_file()
        if not drivers or not runs or hasattr(sys, "frozen"):
            raise _LostError
        uri = f"{path.resolve().as_uri()}?mode=ro"
        found = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        command = [sys.executable, "-P", str(_READER), uri]
        try:
            return cls(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing, env=found))  # noqa: S603  # this interpreter
        except OSError:
            raise _LostError from None

    def fetch(self, text: str) -> "pa.Table":
        """Return the answer to a query."""
        import pyarrow as pa  # noqa: PLC0415

        asked, answer = self.process.stdin, self.process.stdout
        assert asked is not None and answer is not None, "piped"  # noqa: PT018, S101  # as it was started
        try:
            asked.write(json.dumps(text).encode() + b"\n")
            asked.flush()
            with pa.ipc.open_stream(answer) as stream:
                return stream.read_all()
        except (OSError, pa.ArrowException):
            raise _LostError from None

    def close(self) -> None:
        """End the process; it has nothing to lose."""
        self.process.kill()
        self.process.communicate()


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
