"""Where a store is to be: what stands in the way there, said before anything is changed."""

import os
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from leadflow.adapters.sql.tables import METADATA, meta
from leadflow.errors import StoreError

__all__ = ["absent", "check_place", "foreign_tables", "occupied", "unreachable"]

_HEADER: Final = b"SQLite format 3\0"
_LOGGED: Final = b"\2"
"""The byte in the header of a file that is written through a write-ahead log (sqlite.org, "Database File Format", 1.3.3)."""

_CAUSES: Final = (
    (("connection refused",), "nothing listens there", "Start the server, or check host and port"),
    (
        ("resolve host", "name or service", "nodename nor servname", "translate host name", "getaddrinfo"),
        "no computer is known by that name",
        "Check the host",
    ),
    (("password", "authentication", "role ", "pg_hba"), "it refused the user", "Check user and password"),
    (("does not exist",), "it has no such database", "Create the database, or check its name"),
    (("timeout", "timed out", "unreachable"), "it did not answer in time", "Check host, port and firewall"),
    (("no such file", "socket"), "no server has its socket there", "Start the server, or name a host"),
    (("too many", "slots are reserved"), "it takes no more connections", "Close others, then do it again"),
)
"""What the driver says in lower case, what it means, and what to do."""


def check_place(path: Path, *, create: bool = True) -> None:
    """Refuse a path at which no store in SQLite can be; nothing there is changed.

    Args:
        path: of the file that a store is in, or is to be in.
        create: whether it may be in none yet.

    Raises:
        StoreError: it is a folder or in none, may not be written, or is a file of something else; or it has no store yet.

    Example:
        >>> check_place(Path("/"))
        Traceback (most recent call last):
        ...
        leadflow.errors.StoreError: '/' is a folder, and a store is one file: name a file in it, such as '/leads.db'.
    """
    if path.is_dir():
        raise StoreError(
            f"'{path}' is a folder, and a store is one file: name a file in it, such as '{path / 'leads.db'}'."
        )
    if not create and not (path.is_file() and path.stat().st_size):
        raise absent(f"at '{path}'")
    folder = path.parent
    if not folder.is_dir():
        raise StoreError(
            f"The store '{path}' needs the folder '{folder}', which is not there: make it, or name another one."
        )
    for one in (folder, path):
        if one.exists() and not os.access(one, os.R_OK | os.W_OK):
            raise StoreError(
                f"The store '{path}' cannot be written, as '{one}' may not be: change what may be done with it, or name"
                " another file."
            )
    if not path.is_file() or not path.stat().st_size:
        return
    with path.open("rb") as file:
        begins = file.read(20)
    if not begins.startswith(_HEADER):
        raise StoreError(
            f"'{path}' is no SQLite database (its header is another one): name another file for the store, or read a"
            " list with read_leads."
        )
    names = _names_in(path, logged=begins[18:19] == _LOGGED)
    foreign = foreign_tables(names)
    if foreign:
        raise occupied(f"The database '{path}'", foreign)
    if names and not create and meta.name not in names:
        raise absent(f"in '{path}', which another program made")


def foreign_tables(names: Collection[str]) -> tuple[str, ...]:
    """Return which names of leadflow's are taken in a database that leadflow did not make.

    Args:
        names: of its tables and views.

    Example:
        >>> foreign_tables(["records", "invoices"])
        ('records',)
    """
    there = {name.casefold() for name in names}
    if meta.name in there:
        return ()
    return tuple(sorted(there & {"leads", *METADATA.tables}))


def absent(where: str) -> StoreError:
    """Return the refusal of a place that is looked at and has no store.

    Example:
        >>> str(absent("at 'leads.db'"))
        "There is no store at 'leads.db': make one with `leadflow run`, or correct the address. Nothing was changed."
    """
    return StoreError(
        f"There is no store {where}: make one with `leadflow run`, or correct the address. Nothing was changed."
    )


def occupied(where: str, foreign: Collection[str]) -> StoreError:
    """Return the refusal of a database whose tables are those of another program.

    Example:
        >>> str(occupied("The database 'crm.db'", ["records"])).partition(";")[0]
        "The database 'crm.db' has records already, which leadflow did not make"
    """
    return StoreError(
        f"{where} has {', '.join(foreign)} already, which leadflow did not make; a store needs these names for itself, so"
        " nothing was changed: name another file, or on PostgreSQL a schema of its own."
    )


def unreachable(url: URL, said: str) -> StoreError:
    """Return the refusal of a PostgreSQL server that cannot be reached, without what the driver said, and no password.

    Args:
        url: of the database.
        said: the driver's own words, by which the cause is told.

    Example:
        >>> from sqlalchemy import make_url
        >>> str(unreachable(make_url("postgresql://me:secret@db/leads"), "connection refused")).partition(".")[0]
        "PostgreSQL cannot be reached at host 'db', port 5432, database 'leads': nothing listens there"
    """
    words = said.casefold()
    found = ((cause, step) for needles, cause, step in _CAUSES if any(one in words for one in needles))
    cause, step = next(found, ("the connection failed", "Check host, port, database, user and password"))
    host = url.host or url.query.get("host") or "the local socket"
    port = url.port or url.query.get("port") or 5432
    database = url.database or url.query.get("dbname") or url.username or "of the user's name"
    return StoreError(
        f"PostgreSQL cannot be reached at host '{host}', port {port}, database '{database}': {cause}. {step} in the"
        " store's URL, which is written like postgresql+psycopg://user:password@host:5432/database."
    )


def _names_in(path: Path, *, logged: bool) -> list[str]:
    """Return the names of a file's tables and views; none when it cannot be read now, which opening it will tell.

    A file that was written through a log and has none now would get one by being read, so it is read as it lies there.
    """
    log = path.with_name(f"{path.name}-wal")
    lies_still = logged and not log.exists()
    address = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if lies_still else ''}"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            rows = database.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
            ).fetchall()
    except sqlite3.Error:
        return []
    if lies_still and log.exists():  # somebody has begun to write meanwhile
        return _names_in(path, logged=False)
    return [str(name) for (name,) in rows]
