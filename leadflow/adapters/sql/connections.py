"""Opening databases: full durability, one writer at a time, and waiting instead of failing."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from leadflow.adapters.sql.urls import check_schema, unreachable
from leadflow.errors import MissingExtraError, StoreError

__all__ = ["connected", "empty_log", "engine_of", "reading", "writing"]

_ADVISORY_KEY: Final = 0x6C656164_666C6F77  # "leadflow"
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(coalesce(current_schema(), ''), :key))")
_LOCK_NOT_AVAILABLE: Final = "55P03"
_BUSY: Final = frozenset({"SQLITE_BUSY", "SQLITE_BUSY_RECOVERY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"})
_POLL_MS: Final = 1000
_LOG_PAGES: Final = 4000
"""So long does the write-ahead log grow (16 MB) before it is taken into the file, which takes some 50 ms, or once in about
160 submissions. A submission writes some 25 pages all over the file, of which many are the same ones again."""


def engine_of(url: URL, *, schema: str | None, create: bool = True) -> Engine:
    """Make an engine whose connections are durable and see the schema.

    Args:
        url: of SQLite or PostgreSQL, as ``urls.url_of`` gives it.
        schema: the PostgreSQL schema for the tables; None for the connection's own.
        create: whether the schema is made when it is not there.

    Raises:
        StoreError: a schema was given for SQLite, or PostgreSQL cannot have one of that name.
        MissingExtraError: the driver is not installed.
    """
    match url.get_backend_name():
        case "sqlite":
            if schema is not None:
                raise StoreError("SQLite has no schemas: leave out `schema`, or use one file per store.")
            return _sqlite(url)
        case _:
            check_schema(schema)
            return _postgres(url, schema, create=create)


def connected(engine: Engine) -> Connection:
    """Connect to the database.

    Raises:
        StoreError: no PostgreSQL server can be reached under the URL, or it refuses the user.
    """
    try:
        return engine.connect()
    except OperationalError as error:
        if engine.dialect.name == "postgresql" and getattr(error.orig, "sqlstate", None) is None:
            raise unreachable(engine.url, str(error.orig)) from None
        raise


@contextmanager
def writing(connection: Connection, *, wait: float) -> Iterator[Connection]:
    """Run one transaction that holds the write lock.

    Args:
        connection: not in a transaction.
        wait: seconds to wait for other writers.

    Raises:
        StoreError: another process kept the lock longer than that.
    """
    if connection.dialect.name == "sqlite":
        with _begun_immediate(connection, wait):
            yield connection
        return
    with _begun_anew(connection, wait):
        try:
            connection.execute(_LOCK, {"key": _ADVISORY_KEY})
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            raise _timed_out(wait) from None
        yield connection


@contextmanager
def reading(connection: Connection) -> Iterator[Connection]:
    """Run one transaction that sees the database as of one moment and does not wait for writers."""
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        yield connection


def empty_log(connection: Connection) -> None:
    """Take the write-ahead log of an SQLite file into it and cut it off, so that nothing erased is left there.

    While a reader still looks at what was there before, or the disk is full, the log stays; closing the store or the next
    erasure ends it.

    Args:
        connection: not in a transaction.
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None, "connected"  # noqa: S101  # SQLAlchemy connects on demand
        with suppress(sqlite3.OperationalError):  # what is erased is erased, only the log stays
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _sqlite(url: URL) -> Engine:
    shared = {"timeout": _POLL_MS / 1000, "check_same_thread": False}  # threads take turns by themselves
    in_memory = url.database in {None, "", ":memory:"}
    engine = (
        create_engine(url, hide_parameters=True, poolclass=StaticPool, connect_args=shared)
        if in_memory
        else create_engine(url, hide_parameters=True, connect_args=shared)
    )

    def connected(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event says which kind of BEGIN
        cursor = connection.cursor()
        if not in_memory:
            _to_write_ahead(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(
            "PRAGMA secure_delete = ON"
        )  # what is erased leaves the file, however SQLite was built
        cursor.execute("PRAGMA cache_size = -65536")
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("leadflow_begin", "BEGIN"))

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _to_write_ahead(cursor: DBAPICursor) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:  # another process is opening the same new file
            if error.sqlite_errorname not in _BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _postgres(url: URL, schema: str | None, *, create: bool) -> Engine:
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)
    except ImportError as error:
        raise MissingExtraError.of("postgres", purpose="A PostgreSQL store") from error
    if schema is not None:
        quoted = engine.dialect.identifier_preparer.quote_identifier(schema)

        def connected(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
            cursor = connection.cursor()
            if create:
                # PostgreSQL lets two that create one schema at once collide, in spite of IF NOT EXISTS
                cursor.execute(f"SELECT pg_advisory_xact_lock({_ADVISORY_KEY})")
                cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted}")
            cursor.execute(f"SET search_path TO {quoted}")
            cursor.close()
            connection.commit()

        event.listen(engine, "connect", connected)
    return engine


@contextmanager
def _begun_anew(connection: Connection, wait: float) -> Iterator[None]:
    """Begin on a PostgreSQL server, once more where the connection was lost since the last transaction."""
    waiting = text(f"SET LOCAL lock_timeout = '{max(int(wait * 1000), 1)}ms'")
    transaction = connection.begin()
    try:
        connection.execute(waiting)
    except DBAPIError as error:
        transaction.close()
        if not error.connection_invalidated:
            raise
        transaction = connection.begin()
        connection.execute(waiting)
    with transaction:
        yield


@contextmanager
def _begun_immediate(connection: Connection, wait: float) -> Iterator[None]:
    deadline = time.monotonic() + wait
    connection.execution_options(leadflow_begin="BEGIN IMMEDIATE")
    while True:
        try:
            transaction = connection.begin()
        except OperationalError as error:
            if not _is_busy(error):
                raise
            if time.monotonic() > deadline:
                raise _timed_out(wait) from None
        else:
            break
    with transaction:
        yield


def _is_busy(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlite_errorname", "") in _BUSY


def _timed_out(wait: float) -> StoreError:
    return StoreError(
        f"Another process has been writing to the store for more than {wait:g} s: try again, or open it with a longer `wait`."
    )
