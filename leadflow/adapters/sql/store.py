"""A store in SQLite or PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Self

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import StaticPool

from leadflow.adapters.sql.arrow import ArrowFetch
from leadflow.adapters.sql.changes import Changes
from leadflow.adapters.sql.connections import connected, empty_log, engine_of, file_of, reading, writing
from leadflow.adapters.sql.migrations import MIGRATIONS, migrate
from leadflow.adapters.sql.places import check_place
from leadflow.adapters.sql.session import SqlSession
from leadflow.adapters.turns import Turns
from leadflow.errors import InputError, StoreError

__all__ = ["SqlStore"]

_WAIT: Final = 300.0
_ADVICE: Final = {
    "CANTOPEN": " Check that the folder is there and that {file} may be written.",
    "NOTADB": " {file} is no SQLite database: name another one, or read a list with read_leads.",
    "CORRUPT": " {file} is damaged: go back to a backup, or take an export into a new store.",
    "READONLY": " Check that {file} and its folder may be written.",
    "FULL": " Make room on the disk, then do it again.",
}
"""What to do, by the first word of SQLite's code."""


class SqlStore:
    """Keeps everything in one SQLite file or PostgreSQL schema, with full durability.

    A second writer, in this or another process, waits; readers never do.

    Example:
        >>> with SqlStore("sqlite://") as store, store.session() as session:
        ...     session.counts()["records"]
        0
    """

    def __init__(
        self, url: str, *, schema: str | None = None, wait: float = _WAIT, create: bool = True
    ) -> None:
        """Open a store, creating its tables or bringing them to the present version.

        Args:
            url: ``sqlite:///leads.db``, ``sqlite://`` (in memory) or ``postgresql+psycopg://…``.
            schema: the PostgreSQL schema for the tables; made when it is not there.
            wait: seconds that a writer waits for other writers before it gives up.
            create: whether one that is not there is made.

        Raises:
            InputError: the URL cannot be read.
            StoreError: the database cannot be used, or there is no store and none is to be made.
            MissingExtraError: the driver is not installed.
        """
        try:
            parsed = make_url(url)
            self._engine: Engine = engine_of(parsed, schema=schema, create=create)
        except ArgumentError:
            raise InputError(
                "The store's URL cannot be read: write it like sqlite:///leads.db or postgresql+psycopg://…"
            ) from None
        path = file_of(parsed)
        if path is not None:
            check_place(path, create=create)
        self._wait = wait
        self._turns = Turns(wait=wait)
        self._writer: Connection | None = None
        self._process = os.getpid()
        self._closed = False
        try:
            with (
                _refusals(self._engine),
                self._turns.held(),
                writing(self._connection(), wait=wait) as connection,
            ):
                migrate(connection, MIGRATIONS, create=create)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def session(self) -> Iterator["SqlSession"]:
        """Open one transaction that holds the write lock.

        Example:
            >>> with SqlStore("sqlite://") as store:
            ...     with store.session() as session:
            ...         session.put_document("routing", {"turn": 1})
            ...     with store.snapshot() as reader:
            ...         reader.document("routing")
            {'turn': 1}
        """
        with (
            _refusals(self._engine),
            self._turns.held(),
            writing(self._connection(), wait=self._wait) as connection,
        ):
            session = SqlSession(connection)
            yield session
            session.flush()
        if session.erased:
            with _refusals(self._engine), self._turns.held():
                empty_log(self._connection())

    @contextmanager
    def snapshot(self) -> Iterator["SqlSession"]:
        """Open one consistent view without the write lock.

        Example:
            >>> with SqlStore("sqlite://") as store, store.snapshot() as reader:
            ...     reader.documents()
            ()
        """
        if isinstance(self._engine.pool, StaticPool):
            with _refusals(self._engine), self._turns.held(), reading(self._connection()) as connection:
                yield SqlSession(connection)
            return
        self._connection()
        with _refusals(self._engine), connected(self._engine) as fresh, reading(fresh) as connection:
            path = file_of(self._engine.url)
            if path is None:
                yield SqlSession(connection)
                return
            with ArrowFetch(path, Changes(connection).writes) as fetch:
                yield SqlSession(connection, fetch)

    def close(self) -> None:
        """Close every connection.

        Example:
            >>> SqlStore("sqlite://").close()
        """
        self._closed = True
        if self._writer is not None and self._process == os.getpid():
            self._writer.close()
        self._writer = None
        self._engine.dispose(close=self._process == os.getpid())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<SqlStore on {self._engine.dialect.name}>"

    def _connection(self) -> Connection:
        if self._closed:
            raise StoreError("The store is closed: open it again with open_store.")
        if self._process != os.getpid():  # after a fork the parent's connections must not be touched
            self._engine.dispose(close=False)
            self._process, self._writer = os.getpid(), None
        if self._writer is None:
            self._writer = connected(self._engine)
        return self._writer


@contextmanager
def _refusals(engine: Engine) -> Iterator[None]:
    driver = engine.dialect.dbapi
    assert driver is not None, "made with a driver"  # noqa: S101  # create_engine loads it
    try:
        yield
    except (DBAPIError, driver.Error) as error:
        refused = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(refused, "sqlite_errorname", None) or getattr(refused, "sqlstate", None) or "no code"
        advice = _ADVICE.get(
            code.partition("_")[2].partition("_")[0] if engine.dialect.name == "sqlite" else "", ""
        )
        path = file_of(engine.url)
        told = advice.format(file="The file" if path is None else f"'{path}'")
        raise StoreError(
            f"The database refused with {type(refused).__name__} ({code}); nothing of this session was stored.{told}"
        ) from None
