"""One view of every tabular thing: lead batches, frames, mappings of columns, lists of dicts."""

from collections.abc import Callable, Hashable, Mapping, Sequence, Sized
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import attrs
import numpy as np

from leadflow.columns import MISSING, Column
from leadflow.errors import InputError, UnknownNameError, near_miss
from leadflow.records.batches import LeadBatch

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Table", "Tabular"]

Tabular: TypeAlias = object
"""A LeadBatch, a Table, a mapping of columns, a list of dicts, or any frame that narwhals reads."""

T = TypeVar("T")

Loader: TypeAlias = Callable[[], Column]

_FRAME_METHODS: Final = (
    "__narwhals_dataframe__",
    "__narwhals_lazyframe__",
    "__arrow_c_stream__",
    "__dataframe__",
)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Table:
    """Columns of equal length, each dictionary-encoded when it is first asked for.

    Attributes:
        names: the column names in their order.
        ids: (n,) the records' ids when the table has them, as a lead batch does; else None.
        is_lead_batch: whether the columns are leadflow's fields with canonical values.

    Example:
        >>> table = Table.of({"name": ["佐藤", "佐藤", None], "age": [30, 31, float("nan")]})
        >>> len(table), table.names, table.column("age").to_list()
        (3, ('name', 'age'), [30, 31, None])
    """

    names: tuple[str, ...]
    ids: tuple[str, ...] | None = None
    is_lead_batch: bool = False
    _length: int = attrs.field(alias="length")
    _loaders: Mapping[str, Loader] = attrs.field(alias="loaders")
    _cache: dict[str, Column] = attrs.field(alias="cache", factory=dict)
    _derived: dict[Hashable, object] = attrs.field(alias="derived_values", factory=dict)

    @classmethod
    def of(cls, data: Tabular) -> "Table":
        """View data as a table without copying it.

        Args:
            data: a LeadBatch, a Table, a mapping of column name to cells or ``Column``, a sequence of
                dicts (an absent name is missing), or any frame: pandas, polars, pyarrow, a duckdb
                relation. A cell is a text, a number or None; NaN is missing.

        Raises:
            InputError: the data is not tabular, or its columns differ in length.

        Example:
            >>> Table.of([{"a": "x"}, {"b": 1}]).column("b").to_list()
            [None, 1]
        """
        if isinstance(data, Table):
            return data
        if isinstance(data, LeadBatch):
            loaders = {name: _given(column) for name, column in data.columns.items()}
            return cls(
                names=tuple(data.columns), length=len(data), loaders=loaders, ids=data.ids, is_lead_batch=True
            )
        if isinstance(data, Mapping):
            return _of_mapping({str(name): cells for name, cells in data.items()})
        if _is_frame(data):
            return _of_frame(data)
        if isinstance(data, Sequence) and not isinstance(data, str | bytes):
            return _of_rows(data)
        raise InputError(
            f"A table was expected, got {type(data).__name__}: pass a LeadBatch, a pandas, polars, pyarrow or "
            "duckdb frame, a mapping of columns or a list of dicts."
        )

    def column(self, name: str) -> Column:
        """Return one column, encoded on the first call.

        Raises:
            UnknownNameError: the table has no such column; the near miss is suggested.

        Example:
            >>> Table.of({"city": ["港区", "港区"]}).column("city").values
            ('港区',)
        """
        cached = self._cache.get(name)
        if cached is not None:
            return cached
        loader = self._loaders.get(name)
        if loader is None:
            raise UnknownNameError(f"The table has no column '{name}'.{near_miss(name, self.names)}")
        column = loader()
        self._cache[name] = column
        return column

    def derived(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was derived from the table under a key, deriving it on the first call.

        Args:
            key: names what is derived; equal keys mean equal things.
            make: derives it.

        Example:
            >>> table = Table.of({"a": ["x"]})
            >>> table.derived("size", lambda: len(table)), table.derived("size", lambda: 0)
            (1, 1)
        """
        if key not in self._derived:
            self._derived[key] = make()
        return self._derived[key]  # type: ignore[return-value]  # made under this key

    def take(self, rows: Sequence[int]) -> "Table":
        """Return some rows, in the order given.

        Example:
            >>> Table.of({"a": ["x", "y"]}).take([1]).column("a").to_list()
            ['y']
        """
        index = np.asarray(rows, dtype=np.intp)

        def picked(name: str) -> Loader:
            return lambda: self.column(name).take(index)

        return attrs.evolve(
            self,
            length=len(index),
            loaders={name: picked(name) for name in self.names},
            cache={},
            derived_values={},
            ids=None if self.ids is None else tuple(self.ids[row] for row in index.tolist()),
        )

    @classmethod
    def concatenate(cls, tables: Sequence["Table"]) -> "Table":
        """Join tables end to end; a column that a table does not have is missing in its rows.

        Example:
            >>> Table.concatenate([Table.of({"a": ["x"]}), Table.of({"b": ["y"]})]).column("a").to_list()
            ['x', None]
        """
        names = tuple(dict.fromkeys(name for table in tables for name in table.names))

        def joined(name: str) -> Loader:
            return lambda: Column.concatenate(
                [
                    table.column(name) if name in table.names else Column.constant(None, len(table))
                    for table in tables
                ]
            )

        ids = [table.ids for table in tables if table.ids is not None]
        return cls(
            names=names,
            length=sum(len(table) for table in tables),
            loaders={name: joined(name) for name in names},
            ids=tuple(one for each in ids for one in each) if len(ids) == len(tables) > 0 else None,
            is_lead_batch=bool(tables) and all(table.is_lead_batch for table in tables),
        )

    def with_missing(self, names: Sequence[str]) -> "Table":
        """Return the table with further columns in which every cell is missing.

        Example:
            >>> Table.of({"a": ["x"]}).with_missing(["b"]).column("b").to_list()
            [None]
        """
        new = [name for name in dict.fromkeys(names) if name not in self]
        if not new:
            return self
        empty = _given(Column.constant(None, len(self)))
        return attrs.evolve(
            self,
            names=(*self.names, *new),
            loaders={**self._loaders, **dict.fromkeys(new, empty)},
            cache=self._cache,
        )

    def row(self, row: int) -> dict[str, Hashable]:
        """Return one row as a dict.

        Example:
            >>> Table.of({"a": ["x"], "b": [None]}).row(0)
            {'a': 'x', 'b': None}
        """
        return {name: self.column(name)[row] for name in self.names}

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the encoded columns, not the frame that they were read from."""
        columns = {name: self.column(name) for name in self.names}
        return (_restored, (columns, self._length, self.ids, self.is_lead_batch))

    def __len__(self) -> int:
        return self._length

    def __contains__(self, name: object) -> bool:
        return name in self._loaders

    def __repr__(self) -> str:
        return f"<Table of {len(self)} rows: {', '.join(self.names)}>"


def _restored(
    columns: dict[str, Column],
    length: int,
    ids: tuple[str, ...] | None,
    is_lead_batch: bool,  # noqa: FBT001  # called by pickle
) -> Table:
    loaders = {name: _given(column) for name, column in columns.items()}
    return Table(names=tuple(columns), length=length, loaders=loaders, ids=ids, is_lead_batch=is_lead_batch)


def _given(column: Column) -> Loader:
    return lambda: column


def _is_frame(data: object) -> bool:
    if any(hasattr(data, method) for method in _FRAME_METHODS):
        return True
    module = type(data).__module__.partition(".")[0]
    return module in {
        "pandas",
        "polars",
        "pyarrow",
        "duckdb",
        "_duckdb",
        "pyspark",
        "dask",
        "ibis",
        "modin",
        "cudf",
    }


def _of_mapping(data: Mapping[str, object]) -> Table:
    lengths: dict[str, int] = {}
    for name, cells in data.items():
        if isinstance(cells, str | bytes) or not isinstance(cells, Sized):
            raise InputError(
                f"Column '{name}' is of type {type(cells).__name__}: a mapping of columns needs a sequence of cells each."
            )
        lengths[name] = len(cells)
    if len(set(lengths.values())) > 1:
        raise InputError(f"The columns of a table must have one length, got {lengths}.")

    def loader(cells: object) -> Loader:
        if isinstance(cells, Column):
            return _given(cells)
        return lambda: _encoded(cells)

    return Table(
        names=tuple(data),
        length=next(iter(lengths.values()), 0),
        loaders=MappingProxyType({name: loader(cells) for name, cells in data.items()}),
    )


def _of_rows(rows: Sequence[object]) -> Table:
    dicts: list[Mapping[str, object]] = []
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InputError(f"Row {number} is of type {type(row).__name__}: each row must be a dict.")
        dicts.append(row)
    names = tuple(dict.fromkeys(name for row in dicts for name in row))

    def loader(name: str) -> Loader:
        return lambda: Column.of(_cell(row.get(name)) for row in dicts)

    return Table(names=names, length=len(dicts), loaders={name: loader(name) for name in names})


def _of_frame(data: object) -> Table:
    import narwhals as nw  # noqa: PLC0415  # optional cost: only who passes a frame pays for it

    # Only pandas and pyarrow allow headers that are no texts, or occur twice.
    pandas = hasattr(data, "set_axis")
    headers = list(data.columns if pandas else getattr(data, "column_names", ()))  # type: ignore[attr-defined]
    names = ["_".join(map(str, header)) if isinstance(header, tuple) else str(header) for header in headers]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise InputError(f"Two columns are named '{twice}': give each column a name of its own.")
    if pandas and names != headers:
        data = data.set_axis(names, axis=1)  # type: ignore[attr-defined]
    try:
        frame = nw.from_native(data)  # type: ignore[call-overload]  # any object: narwhals decides
    except TypeError as error:
        raise InputError(
            f"A table was expected, got {type(data).__name__}, which narwhals does not read."
        ) from error
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame

    def loader(name: str) -> Loader:
        return lambda: _of_series(eager[name])

    return Table(
        names=tuple(map(str, eager.columns)),
        length=len(eager),
        loaders={str(name): loader(name) for name in eager.columns},
    )


def _of_series(series: object) -> Column:
    native = series.to_native()  # type: ignore[attr-defined]  # a narwhals Series
    arrow = _as_arrow(native)
    if arrow is not None:
        column = _of_arrow(arrow)
        if column is not None:
            return column
    return _encoded(series.to_list())  # type: ignore[attr-defined]


def _as_arrow(native: object) -> "pa.ChunkedArray | None":
    try:
        import pyarrow as pa  # noqa: PLC0415  # optional: the fast path when Arrow is there
    except ImportError:
        return None
    if isinstance(native, pa.ChunkedArray):
        return native
    if isinstance(native, pa.Array):
        return pa.chunked_array([native])
    if type(native).__module__.startswith("polars"):
        return pa.chunked_array([native.to_arrow()])  # type: ignore[attr-defined]
    if type(native).__module__.startswith("pandas"):
        try:
            return pa.chunked_array([pa.array(native, from_pandas=True)])
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, ValueError):
            return None
    return None


def _of_arrow(array: "pa.ChunkedArray") -> Column | None:
    import pyarrow as pa  # noqa: PLC0415  # the caller holds an Arrow array

    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.cast(kind.value_type)
        kind = array.type
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_boolean(kind)
    ):
        return None
    if pa.types.is_string_view(kind):
        array = array.cast(pa.large_string())
    encoded = (
        array.combine_chunks().dictionary_encode()
        if array.num_chunks != 1
        else array.chunk(0).dictionary_encode()
    )
    codes = np.asarray(encoded.indices.fill_null(MISSING).to_numpy(zero_copy_only=False), np.int32)
    codes = np.ascontiguousarray(codes)
    codes.flags.writeable = False
    return Column(codes=codes, values=tuple(encoded.dictionary.to_pylist()))


def _encoded(cells: object) -> Column:
    if isinstance(cells, np.ndarray):
        cells = cells.tolist()
    return Column.of(_cell(cell) for cell in cells)  # type: ignore[attr-defined]


def _cell(value: object) -> Hashable:
    if value is None or type(value) is str:
        return value
    if value != value:  # noqa: PLR0124  # only NaN and NaT differ from themselves
        return None
    if isinstance(value, np.generic):
        return value.item()  # type: ignore[no-any-return]
    if type(value).__name__ in {"NAType", "NaTType"}:
        return None
    if isinstance(value, Hashable):
        try:
            hash(value)
        except TypeError:
            return str(value)
        return value
    if isinstance(value, list | set | tuple):
        return tuple(_cell(item) for item in (sorted(value, key=str) if isinstance(value, set) else value))
    return str(value)
