"""Bringing a database to the present version of the tables, step by step, once."""

import secrets
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from sqlalchemy import Connection, insert, inspect, select, text, update

from leadflow.adapters.sql.places import absent, foreign_tables, occupied
from leadflow.adapters.sql.tables import METADATA, OVERVIEW, meta, touched
from leadflow.errors import StoreError

__all__ = ["MIGRATIONS", "Migration", "migrate", "version_of"]

Migration: TypeAlias = Callable[[Connection], None]
"""Changes the tables from one version to the next, inside the caller's transaction."""


def migrate(connection: Connection, steps: Sequence[Migration], *, create: bool = True) -> int:
    """Run the steps that the database has not seen, in order.

    Args:
        connection: in a transaction that holds the write lock.
        steps: the step at position i leads to version i + 1.
        create: whether the tables are made where there are none.

    Returns:
        The version that the database has now.

    Raises:
        StoreError: the database was written by a newer version, has tables of another program under the same names, or has
            none and none are to be made.
    """
    version = version_of(connection)
    if version == 0:
        looked = inspect(connection)
        foreign = foreign_tables([*looked.get_table_names(), *looked.get_view_names()])
        if foreign:
            raise occupied("The database", foreign)
        if not create:
            raise absent("in the database")
    if version > len(steps):
        raise StoreError(
            f"The store has version {version} and this leadflow knows versions up to {len(steps)}: upgrade leadflow."
        )
    for step in steps[version:]:
        step(connection)
    if version == 0:
        connection.execute(insert(meta), {"name": "version", "value": str(len(steps))})
    elif version < len(steps):
        connection.execute(update(meta).where(meta.c.name == "version").values(value=str(len(steps))))
    return len(steps)


def version_of(connection: Connection) -> int:
    """Return the version of the tables; 0 for an empty database."""
    if not inspect(connection).has_table(meta.name):
        return 0
    found = connection.execute(select(meta.c.value).where(meta.c.name == "version")).scalar()
    return int(found) if found is not None else 0


def _create(connection: Connection) -> None:
    METADATA.create_all(connection)
    overview = OVERVIEW.compile(dialect=connection.dialect)
    connection.execute(text(f"CREATE VIEW leads AS {overview}"))
    connection.execute(insert(meta), {"name": "secret", "value": secrets.token_hex(32)})


def _count_writes(connection: Connection) -> None:
    touched.create(connection, checkfirst=True)
    connection.execute(insert(meta), {"name": "writes", "value": "0"})


def _note_tables(connection: Connection) -> None:
    """Keep in which session the rows of each table were written; what was written before may have been any of them."""
    known = {column["name"] for column in inspect(connection).get_columns(touched.name)}
    for column in touched.columns:
        if column.name not in known:
            connection.execute(
                text(f"ALTER TABLE {touched.name} ADD COLUMN {column.name} BIGINT NOT NULL DEFAULT 0")
            )
            connection.execute(update(touched).values({column.name: touched.c.written_in}))


def _cover_changes(connection: Connection) -> None:
    """Read what was written since out of an index that has all of it, in place of one of the session's number alone."""
    known = {index["name"] for index in inspect(connection).get_indexes(touched.name)}
    if _FORMER_INDEX in known:
        connection.execute(text(f"DROP INDEX {_FORMER_INDEX}"))
    for index in touched.indexes:
        if index.name not in known:
            index.create(connection)


_FORMER_INDEX: Final = "ix_touched_written_in"

MIGRATIONS: Final[tuple[Migration, ...]] = (_create, _count_writes, _note_tables, _cover_changes)
"""The steps to the present version."""
