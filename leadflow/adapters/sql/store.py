"""A store in SQLite or PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from leadflow.adapters.sql.arrow import ArrowFetch
from leadflow.adapters.sql.changes import Changes
from leadflow.adapters.sql.connections import connected, empty_log, engine_of, reading, writing
from leadflow.adapters.sql.migrations import MIGRATIONS, migrate
from leadflow.adapters.sql.places import check_identity, check_place, identity_of
from leadflow.adapters.sql.session import SqlSession
from leadflow.adapters.sql.urls import file_of, url_of
from leadflow.adapters.turns import Turns
from leadflow.errors import StoreError

__all__ = ["SqlStore"]

_WAIT: Final = 300.0
_ADVICE: Final = {
    "CANTOPEN": " Check that the folder is there and that {file} may be written.",
    "NOTADB": " {file} is no SQLite database: name another one, or read a list with read_leads.",
    "CORRUPT": " {file} is damaged: go back to a backup, or take an export into a new store.",
    "READONLY": " Check that {file} and its folder may be written.",
    "FULL": " Make room on the disk, then do it again.",
    "IOERR": " Check the disk of {file}, its quota and its limits, then do it again.",
    "42501": " Let the owner of the database give the user the right, such as GRANT CREATE, or name another schema.",
}
"""What to do, by the first word of SQLite's code, or by PostgreSQL's."""
_LOST: Final = (
    "The connection to the database was lost ({name}, {code}); nothing of this session was stored, unless it was just being"
    " committed. Do it again."
)
_LOSSES: Final = {"OperationalError", "InterfaceError"}
"""What psycopg raises, without a code, when the server is gone."""
_NO_CHARACTER: Final = (
    "A text holds {what}, which the database cannot keep; nothing of this session was stored. Read the text with its right"
    " encoding, or leave the character out."
)


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
        parsed = url_of(url)
        self._engine: Engine = engine_of(parsed, schema=schema, create=create)
        path = file_of(parsed)
        if path is not None:
            check_place(path, create=create)
        self._wait = wait
        self._turns = Turns(wait=wait)
        self._writer: Connection | None = None
        self._process = os.getpid()
        self._closed = False
        self._path = None if path is None else path.absolute()  # as the process may change its folder
        self._file: tuple[int, int] | None = None
        try:
            with (
                _refusals(self._engine),
                self._turns.held(),
                writing(self._connection(), wait=wait) as connection,
            ):
                migrate(connection, MIGRATIONS, create=create)
            self._file = None if path is None else identity_of(path)
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
            with _ending(session):
                yield session
                session.flush()
        if session.erased:
            with self._turns.held():
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
            with (
                _refusals(self._engine),
                self._turns.held(),
                reading(self._connection()) as connection,
                _ending(SqlSession(connection)) as session,
            ):
                yield session
            return
        self._connection()
        with _refusals(self._engine), connected(self._engine) as fresh, reading(fresh) as connection:
            if self._path is None:
                with _ending(SqlSession(connection)) as session:
                    yield session
                return
            with (
                ArrowFetch(self._path, Changes(connection).writes) as fetch,
                _ending(SqlSession(connection, fetch)) as session,
            ):
                yield session

    def close(self) -> None:
        """Wait for the session that is open, and close every connection.

        Raises:
            StoreError: this thread has a session open.

        Example:
            >>> SqlStore("sqlite://").close()
        """
        if self._process != os.getpid():  # after a fork the turn may be that of a thread that is not there
            self._close()
            return
        with self._turns.held():
            self._close()

    def _close(self) -> None:
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
        if self._path is not None and self._file is not None:
            check_identity(self._path, self._file)
        if self._process != os.getpid():  # after a fork the parent's connections must not be touched
            self._engine.dispose(close=False)
            self._process, self._writer = os.getpid(), None
        if self._writer is None:
            self._writer = connected(self._engine)
        return self._writer


@contextmanager
def _ending(session: SqlSession) -> Iterator[SqlSession]:
    try:
        yield session
    finally:
        session.end()


@contextmanager
def _refusals(engine: Engine) -> Iterator[None]:
    driver = engine.dialect.dbapi
    assert driver is not None, "made with a driver"  # noqa: S101  # create_engine loads it
    try:
        yield
    except UnicodeEncodeError:
        raise StoreError(_NO_CHARACTER.format(what="half of a surrogate pair")) from None
    except (DBAPIError, driver.Error) as error:
        refused = error.orig if isinstance(error, DBAPIError) else error
        assert refused is not None, "the driver's"  # noqa: S101  # SQLAlchemy wraps one
        raise StoreError(_told(engine, refused)) from None


def _told(engine: Engine, refused: BaseException) -> str:
    """Say what a database refused, without its own words, which may quote values."""
    kind, name = engine.dialect.name, type(refused).__name__
    code = getattr(refused, "sqlite_errorname", None) or getattr(refused, "sqlstate", None) or "no code"
    if kind == "postgresql":
        if "NUL (0x00)" in str(refused):
            return _NO_CHARACTER.format(what="the character NUL")
        if code.startswith(("08", "57P")) or (name in _LOSSES and code == "no code"):
            return _LOST.format(name=name, code=code)
    word = code.partition("_")[2].partition("_")[0] if kind == "sqlite" else code
    path = file_of(engine.url)
    advice = _ADVICE.get(word, "").format(file="the file" if path is None else f"'{path}'")
    return f"The database refused with {name} ({code}); nothing of this session was stored.{advice}"
