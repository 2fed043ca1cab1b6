"""Opening a store by its URL."""

from leadflow.adapters.memory import MemoryStore
from leadflow.errors import InputError, MissingExtraError, StoreError
from leadflow.ports import LeadStore

__all__ = ["open_store"]


def open_store(url: str, *, schema: str | None = None, wait: float = 300.0, create: bool = True) -> LeadStore:
    """Open the store that a URL names, creating it when it is not there.

    Args:
        url: ``memory://``, ``sqlite:///leads.db`` or ``postgresql+psycopg://user@host/database``.
        schema: the PostgreSQL schema for the tables; the connection's own by default.
        wait: seconds that a writer waits for other writers before it gives up.
        create: whether one that is not there is made; otherwise it is an error, and nothing is changed.

    Returns:
        A store; use it as a context manager or close it.

    Raises:
        InputError: the URL cannot be read, or is no text.
        StoreError: the database cannot be used, or there is no store and none is to be made.
        MissingExtraError: the extra ``sql`` or ``postgres`` is not installed.

    Example:
        >>> with open_store("memory://") as store, store.session() as session:
        ...     session.put_document("greeting", "こんにちは")
        ...     session.document("greeting")
        'こんにちは'
    """
    if not isinstance(url, str):
        raise InputError(
            f"A store is named by a URL in a text, got {type(url).__name__}: write sqlite:///leads.db for a file."
        )
    if url.partition(":")[0] == "memory":
        if schema is not None:
            raise StoreError("A memory store has no schemas: leave out `schema`.")
        if not create:
            raise StoreError("A memory store is never there before it is made: name one in a database.")
        return MemoryStore(wait=wait)
    try:
        from leadflow.adapters.sql import SqlStore  # noqa: PLC0415  # only a store in a database needs SQLAlchemy
    except ImportError as error:
        raise MissingExtraError.of("sql", purpose="A store in a database") from error
    return SqlStore(url, schema=schema, wait=wait, create=create)
