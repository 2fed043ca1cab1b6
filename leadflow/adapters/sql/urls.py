"""The URL of a store in a database: what it names, and what is wrong with it."""

from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from leadflow.errors import InputError, StoreError

__all__ = ["check_schema", "file_of", "unreachable", "url_of"]

_DRIVERS: Final = {"sqlite": "pysqlite", "postgresql": "psycopg"}
"""The driver of each kind of database."""

_PORTS: Final = range(1, 65536)
_LONGEST: Final = 63
"""Bytes of a name in PostgreSQL, which cuts off the rest (PostgreSQL 18 documentation, 4.1.1)."""

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


def url_of(text: str) -> URL:
    """Read the URL of a store.

    Raises:
        InputError: it cannot be read.
        StoreError: no store can be in such a database, or not through that driver or port.

    Example:
        >>> str(url_of("postgresql://db/leads"))
        'postgresql+psycopg://db/leads'
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise InputError(
            "The store's URL cannot be read: write it like sqlite:///leads.db or postgresql+psycopg://…"
        ) from None
    except ValueError:
        raise InputError(
            "The port in the store's URL is no number: write it like postgresql+psycopg://user:password@host:5432/database,"
            " and signs such as @, : and / in the password as %40, %3A and %2F."
        ) from None
    kind, driver = url.get_backend_name(), url.drivername.partition("+")[2]
    if kind not in _DRIVERS:
        raise StoreError(
            f"No store for {kind!r} databases: use sqlite:///leads.db, postgresql+psycopg://…, or memory://."
        )
    if driver not in {"", _DRIVERS[kind]}:
        raise StoreError(
            f"No store through the driver {driver!r}: use {'sqlite:///leads.db' if kind == 'sqlite' else 'postgresql+psycopg://…'}."
        )
    if kind == "sqlite" and (url.host or url.port or url.username):
        raise InputError(
            "The store's URL names a computer, and SQLite has files: write three slashes before the file, as in"
            " sqlite:///leads.db, and four before a path from the root."
        )
    if url.port is not None and url.port not in _PORTS:
        raise StoreError(
            f"The store's URL names the port {url.port}, and ports go from 1 to 65535: PostgreSQL's usual one is 5432."
        )
    return url.set(drivername="postgresql+psycopg") if kind == "postgresql" else url


def file_of(url: URL) -> Path | None:
    """Return the file that a store in SQLite is in; None for PostgreSQL, and for a store in memory.

    Example:
        >>> from sqlalchemy import make_url
        >>> file_of(make_url("sqlite://")) is None
        True
    """
    named = url.database
    on_disk = url.get_backend_name() == "sqlite" and named not in {None, "", ":memory:"}
    return Path(named) if on_disk and named is not None and not named.startswith("file:") else None


def check_schema(schema: str | None) -> None:
    """Refuse a schema that PostgreSQL cannot have, or would take for another one.

    Raises:
        StoreError: it is empty or too long.

    Example:
        >>> check_schema("a" * 64)
        Traceback (most recent call last):
        ...
        leadflow.errors.StoreError: A schema's name has 1 to 63 bytes, and this one has 64: choose another.
    """
    if schema is not None and not 0 < len(schema.encode()) <= _LONGEST:
        raise StoreError(
            f"A schema's name has 1 to {_LONGEST} bytes, and this one has {len(schema.encode())}: choose another."
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
    if url.host and "@" in url.host:  # the rest of a password: none of it is shown
        url = url.set(host=url.host.rpartition("@")[2])
        cause, step = "its URL has more than one @", "Write an @ that is part of the password as %40"
    host = url.host or url.query.get("host") or "the local socket"
    port = url.port or url.query.get("port") or 5432
    database = url.database or url.query.get("dbname") or url.username or "of the user's name"
    return StoreError(
        f"PostgreSQL cannot be reached at host '{host}', port {port}, database '{database}': {cause}. {step} in the"
        " store's URL, which is written like postgresql+psycopg://user:password@host:5432/database."
    )
