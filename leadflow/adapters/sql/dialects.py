"""What SQLite and PostgreSQL say differently: sets of ids as one parameter, and writing in bulk."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, count, islice
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Identity,
    Integer,
    MetaData,
    Table,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement, Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from leadflow.adapters.cells import dump
from leadflow.adapters.sql.statements import write_many

if TYPE_CHECKING:
    import psycopg

__all__ = [
    "Clash",
    "Row",
    "among",
    "holds",
    "holds_one_of",
    "ids",
    "insert",
    "insert_columns",
    "item",
    "members",
    "pairs",
    "seconds",
]

Row: TypeAlias = tuple[object, ...]
Clash: TypeAlias = Literal["error", "skip", "replace"]
"""What happens when a key is already there."""

_Insert: TypeAlias = PostgresInsert | SqliteInsert

_WITH_UNIXEPOCH: Final = (3, 38)
_FEW: Final = 40
"""Up to so many rows an ordinary INSERT is faster than setting up a COPY."""
_SEVERAL: Final = 50
"""So many rows are written by one statement of SQLite; more gain little."""
_PARAMETERS: Final = 999
"""So many parameters may a statement of SQLite have at least, however it was built."""
_MANY: Final = 10_000
"""From so many rows on making an index anew is faster than adding to it."""


class _Texts(FunctionElement[str]):
    """The members of a JSON array of texts, as rows."""

    name = "texts"
    inherit_cache = True


class _Items(FunctionElement[str]):
    """The members of a JSON array of arrays, as rows of JSON."""

    name = "items"
    inherit_cache = True


class _ItemFirst(FunctionElement[str]):
    name = "item_first"
    inherit_cache = True


class _ItemSecond(FunctionElement[str]):
    name = "item_second"
    inherit_cache = True


class _Seconds(FunctionElement[int]):
    """The whole seconds since 1970 of an ISO 8601 text in UTC."""

    name = "seconds"
    inherit_cache = True


class _Members(FunctionElement[str]):
    """Some members of a JSON object as one JSON array; absent ones are null."""

    name = "members"
    inherit_cache = True


class _Holds(FunctionElement[bool]):
    """Whether a text holds another."""

    name = "holds"
    inherit_cache = True


@compiles(_Seconds, "sqlite")
def _(element: FunctionElement[int], compiler: SQLCompiler, **options: Any) -> str:
    moment = f"substr({compiler.process(element.clauses, **options)}, 1, 19)"
    if sqlite3.sqlite_version_info >= _WITH_UNIXEPOCH:
        return f"unixepoch({moment})"
    return f"CAST(strftime('%s', {moment}) AS INTEGER)"


@compiles(_Seconds, "postgresql")
def _(element: _Seconds, compiler: SQLCompiler, **options: Any) -> str:
    text = f"substr({compiler.process(element.clauses, **options)}, 1, 19) || '+00'"
    return f"CAST(extract(epoch FROM CAST({text} AS TIMESTAMPTZ)) AS BIGINT)"


@compiles(_Members, "sqlite")
def _(element: FunctionElement[str], compiler: SQLCompiler, **options: Any) -> str:
    # with a single path json_extract returns the value instead of an array
    whole, *paths = [compiler.process(clause, **options) for clause in element.clauses]
    return f"json_extract({whole}, {', '.join(paths if len(paths) > 1 else paths * 2)})"


@compiles(_Members, "postgresql")
def _(element: _Members, compiler: SQLCompiler, **options: Any) -> str:
    whole, *names = [compiler.process(clause, **options) for clause in element.clauses]
    found = ", ".join(f"CAST({whole} AS JSON) -> CAST({name} AS TEXT)" for name in names)
    return f"CAST(json_build_array({found}) AS TEXT)"


@compiles(_Holds, "sqlite")
def _(element: FunctionElement[bool], compiler: SQLCompiler, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)}) > 0"


@compiles(_Holds, "postgresql")
def _(element: _Holds, compiler: SQLCompiler, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)}) > 0"


@compiles(_Texts, "sqlite")
@compiles(_Items, "sqlite")
def _(element: FunctionElement[str], compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Texts, "postgresql")
def _(element: _Texts, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSON))"


@compiles(_Items, "postgresql")
def _(element: _Items, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements(CAST({compiler.process(element.clauses, **options)} AS JSON))"


@compiles(_ItemFirst, "sqlite")
def _(element: _ItemFirst, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **options)}, '$[0]')"


@compiles(_ItemSecond, "sqlite")
def _(element: _ItemSecond, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **options)}, '$[1]')"


@compiles(_ItemFirst, "postgresql")
def _(element: _ItemFirst, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} ->> 0)"


@compiles(_ItemSecond, "postgresql")
def _(element: _ItemSecond, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)} ->> 1)"


def among(tested: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Test a column against a set of texts that is given as one parameter, made by ``ids``."""
    return tested.in_(texts(name))


def texts(name: str) -> Select[tuple[str]]:
    """Select the members of a set that is given as one parameter, made by ``ids``."""
    rows = _Texts(bindparam(name)).table_valued("value")
    return select(rows.c.value)


def item(name: str) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """Return both sides of the pairs that are given as one parameter, made by ``pairs``."""
    rows = _Items(bindparam(name)).table_valued("value")
    return _ItemFirst(rows.c.value), _ItemSecond(rows.c.value)


def seconds(moment: ColumnElement[str]) -> ColumnElement[int]:
    """Return the whole seconds since 1970 UTC of a moment as the tables keep it."""
    return _Seconds(moment)


def members(data: ColumnElement[str], names: Sequence[str], dialect: str) -> ColumnElement[str]:
    """Return some members of a JSON object as the text of one JSON array; absent ones are null."""
    keys = [f'$."{name}"' for name in names] if dialect == "sqlite" else list(names)
    return _Members(data, *map(literal, keys))


def holds(data: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Test whether the text of a JSON object may have a member; a value can look like a name."""
    return _Holds(data, literal(dump(name)))


def holds_one_of(text: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Test whether a text holds a member of a set that is given as one parameter, made by ``ids``."""
    rows = _Texts(bindparam(name)).table_valued("value")
    return select(rows.c.value).where(_Holds(text, rows.c.value)).exists()


def ids(wanted: Sequence[str]) -> str:
    """Return a set of texts as the one parameter that ``among`` takes."""
    return dump(list(wanted))


def pairs(mapping: Mapping[str, str]) -> str:
    """Return a mapping as the one parameter that ``item`` takes."""
    return dump([[old, new] for old, new in mapping.items()])


def insert(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row], *, clash: Clash = "error"
) -> int:
    """Write rows into a table as fast as the database takes them.

    Args:
        connection: in a transaction.
        table: where.
        names: the columns, in the order of the cells.
        rows: the cells.
        clash: what to do with a row whose key is there: refuse, pass over, or replace.

    Returns:
        How many rows were written.
    """
    if not rows:
        return 0
    columns = tuple(names)
    if clash == "replace" and connection.dialect.name == "postgresql":  # a statement may touch a row once
        places = [columns.index(name) for name in _key(table)]
        rows = list({tuple(row[place] for place in places): row for row in rows}.values())
    if connection.dialect.name == "postgresql" and len(rows) > _FEW:
        return _copy(connection, table, columns, rows, clash)
    statement = _compiled(connection.dialect, table, columns, clash)
    if connection.dialect.name == "postgresql":
        cells = [dict(zip(columns, row, strict=True)) for row in rows]
        return write_many(connection, statement, cells)
    if len(rows) >= _SEVERAL:
        return insert_columns(connection, table, columns, list(zip(*rows, strict=True)), clash=clash)
    return write_many(connection, statement, rows)


def insert_columns(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    columns: Sequence[Sequence[object]],
    *,
    clash: Clash = "error",
) -> int:
    """Write rows into a table that are there as columns; SQLite takes many of those fastest.

    Args:
        connection: in a transaction.
        table: where.
        names: the columns.
        columns: the cells of each, of equal number.
        clash: what to do with a row whose key is there: refuse, pass over, or replace.

    Returns:
        How many rows were written.
    """
    if connection.dialect.name != "sqlite" or len(columns[0]) < _SEVERAL:
        return insert(connection, table, names, list(zip(*columns, strict=True)), clash=clash)
    with _indexed_afterwards(connection, table, len(columns[0])):
        return _write(connection, _compiled(connection.dialect, table, tuple(names), clash), columns)


def _write(connection: Connection, statement: str, columns: Sequence[Sequence[object]]) -> int:
    """Write rows into SQLite, many by one statement that is given once what all rows have in common.

    Args:
        connection: in a transaction.
        statement: writes one row.
        columns: their cells; those of the first are given for each row.
    """
    common = tuple(place for place, cells in enumerate(columns) if place and _all_same(cells))
    others = [cells for place, cells in enumerate(columns) if place not in common]
    size = min(_SEVERAL, (_PARAMETERS - len(common)) // len(others))
    whole = len(columns[0]) // size * size
    shared = tuple(columns[place][0] for place in common)
    cells = list(islice(chain.from_iterable(zip(*others, strict=True)), whole * len(others)))
    step = size * len(others)
    stretches = [(*shared, *cells[first : first + step]) for first in range(0, len(cells), step)]
    written = write_many(connection, _of_many(statement, len(columns), common, size), stretches)
    rest = list(zip(*(cells[whole:] for cells in columns), strict=True))
    return written + (write_many(connection, statement, rest) if rest else 0)


def _all_same(cells: Sequence[object]) -> bool:
    """Return whether one parameter can stand for all cells: 1, 1.0 and true are equal, but are not kept alike."""
    first = cells[0]
    if not (first is None or isinstance(first, str) or type(first) is int) or cells.count(first) < len(cells):
        return False
    return type(first) is not int or set(map(type, cells)) == {int}


@lru_cache(maxsize=128)
def _of_many(statement: str, width: int, common: tuple[int, ...], size: int) -> str:
    """Return a statement that writes many rows, from one for one row; its parameters begin with the common cells."""
    numbers = count(len(common) + 1)
    row = [f"?{common.index(place) + 1}" if place in common else "" for place in range(width)]
    rows = (", ".join(cell or f"?{next(numbers)}" for cell in row) for _ in range(size))
    one = f"({', '.join('?' * width)})"
    return statement.replace(one, ", ".join(f"({cells})" for cells in rows), 1)


@contextmanager
def _indexed_afterwards(connection: Connection, table: Table, adding: int) -> Iterator[None]:
    """Make the indexes of an SQLite table anew when it at least doubles: sorting is faster than as many searches.

    Others read the table as it was until the transaction is committed. PostgreSQL would have to lock them out.
    """
    doubles = adding >= _MANY and adding >= (connection.scalar(_last_row(table)) or 0)
    indexes = sorted(table.indexes, key=lambda index: str(index.name)) if doubles else []
    for index in indexes:
        index.drop(connection)
    try:
        yield
    finally:
        for index in indexes:
            index.create(connection)


@lru_cache(maxsize=64)
def _last_row(table: Table) -> Select[Any]:
    return select(func.max(literal_column("rowid", Integer))).select_from(table)


@lru_cache(maxsize=128)
def _compiled(dialect: Dialect, table: Table, names: tuple[str, ...], clash: Clash) -> str:
    build = postgres_insert if dialect.name == "postgresql" else sqlite_insert
    statement = _resolved(build(table), table, names, clash)
    return str(statement.compile(dialect=dialect, column_keys=list(names)))


def _resolved(statement: _Insert, table: Table, names: tuple[str, ...], clash: Clash) -> _Insert:
    keys = _key(table)
    fresh = {name: statement.excluded[name] for name in names if name not in keys}
    if clash == "error":
        return statement
    if clash == "skip" or not fresh:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(index_elements=list(keys), set_=fresh)


def _key(table: Table) -> tuple[str, ...]:
    unique = [found.name for found in table.columns if found.unique]
    return tuple(unique) if unique else tuple(found.name for found in table.primary_key.columns)


def _copy(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Row], clash: Clash
) -> int:
    if clash == "error":
        _stream(connection, table.name, names, rows)
        return len(rows)
    incoming = Table(
        f"incoming_{table.name}",
        MetaData(),
        Column("incoming_order", BigInteger, Identity(always=True)),
        *(Column(name, table.c[name].type) for name in names),
        prefixes=["TEMPORARY"],
    )
    incoming.create(connection)
    _stream(connection, incoming.name, names, rows)
    chosen = select(*(incoming.c[name] for name in names)).order_by(incoming.c.incoming_order)
    statement = _resolved(postgres_insert(table).from_select(list(names), chosen), table, names, clash)
    written = connection.execute(statement).rowcount
    incoming.drop(connection)
    return written


def _stream(connection: Connection, target: str, names: tuple[str, ...], rows: Sequence[Row]) -> None:
    from psycopg import sql  # noqa: PLC0415  # only PostgreSQL needs the driver

    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(target), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with driver.cursor() as cursor, cursor.copy(copy) as sink:
        for row in rows:
            sink.write_row(row)
