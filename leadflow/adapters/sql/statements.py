"""Running statements as text: composed and compiled once, then given to the driver as they are."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql import Executable
from sqlalchemy.sql.elements import ClauseElement

__all__ = ["rows_of", "run", "write_many"]

_NOTHING: Final[Mapping[str, object]] = {}


def run(
    connection: Connection, statement: Executable, parameters: Mapping[str, object] = _NOTHING
) -> DBAPICursor:
    """Run a statement that is made once, such as a constant of a module.

    A capture runs some twenty of them, each of which takes the database a few microseconds; composing the text and
    wrapping the rows anew would take ten times as long.

    Args:
        connection: in a transaction.
        statement: the statement; it is remembered, so it must not be made for one call.
        parameters: the values that it does not have itself.
    """
    text, names, own = _text_of(statement, connection.dialect)
    values = {**own, **parameters}
    cursor = connection.connection.cursor()
    cursor.execute(text, values if names is None else [values[name] for name in names])
    return cursor


def rows_of(
    connection: Connection, statement: Executable, parameters: Mapping[str, object] = _NOTHING
) -> Sequence[Sequence[Any]]:
    """Run a question that is made once, and return every row of the answer."""
    return run(connection, statement, parameters).fetchall()


def write_many(connection: Connection, text: str, rows: Sequence[Any]) -> int:
    """Run a text once per row, and return how many rows were written."""
    cursor = connection.connection.cursor()
    cursor.executemany(text, rows)
    return cursor.rowcount


@lru_cache(maxsize=256)
def _text_of(
    statement: ClauseElement, dialect: Dialect
) -> tuple[str, Sequence[str] | None, Mapping[str, object]]:
    """Return a statement's text, the order of its values where the driver counts them, and values of its own."""
    compiled = statement.compile(dialect=dialect)
    return str(compiled), getattr(compiled, "positiontup", None), {**(compiled.params or {})}
