"""Where a store is to be: what stands in the way there, said before anything is changed."""

import os
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Final

from leadflow.adapters.sql.tables import METADATA, meta
from leadflow.errors import StoreError

__all__ = ["absent", "check_identity", "check_place", "foreign_tables", "identity_of", "occupied"]

_HEADER: Final = b"SQLite format 3\0"
_LOGGED: Final = b"\2"
"""The byte in the header of a file that is written through a write-ahead log (sqlite.org, "Database File Format", 1.3.3)."""


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


def identity_of(path: Path) -> tuple[int, int] | None:
    """Return which file is at a path, whatever it is called; None when there is none.

    Example:
        >>> identity_of(Path("/")) == identity_of(Path("/."))
        True
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def check_identity(path: Path, opened: tuple[int, int]) -> None:
    """Refuse a file that is not the one that was opened: what is written into one that was removed is lost.

    Args:
        path: of the file that a store is in.
        opened: what ``identity_of`` returned when it was opened.

    Raises:
        StoreError: it was removed, or another one was put in its place.
    """
    now = identity_of(path)
    if now != opened:
        what = "was removed" if now is None else "was replaced by another one"
        raise StoreError(
            f"The file '{path}' {what} while the store was open, so nothing is read or written any more: put it back,"
            " then close the store and open it again."
        )


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
