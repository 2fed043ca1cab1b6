"""A store in memory: the same promises as a database, except that it ends with the process."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from leadflow.adapters.memory.session import MemorySession
from leadflow.adapters.memory.tables import MemoryTables
from leadflow.adapters.turns import Turns
from leadflow.errors import StoreError

__all__ = ["MemoryStore"]


class MemoryStore:
    """Keeps everything in memory, with transactions that roll back.

    Example:
        >>> with MemoryStore() as store, store.session() as session:
        ...     session.put_document("routing", {"turn": 1})
        ...     session.document("routing")
        {'turn': 1}
    """

    def __init__(self, *, wait: float = 300.0) -> None:
        """Make an empty store.

        Args:
            wait: seconds that a session waits for another thread's session before it gives up.
        """
        self._tables = MemoryTables(secret=secrets.token_bytes(32))
        self._turns = Turns(wait=wait)
        self._closed = False

    @contextmanager
    def session(self) -> Iterator[MemorySession]:
        """Open one transaction that holds the write lock; an exception rolls it back.

        Example:
            >>> with MemoryStore() as store, store.session() as session:
            ...     session.documents()
            ()
        """
        self._refuse_when_closed()
        with self._turns.held():
            session = MemorySession(self._tables)
            try:
                yield session
            except BaseException:
                self._tables.roll_back()
                raise
            finally:
                session.end()
            self._tables.commit()

    @contextmanager
    def snapshot(self) -> Iterator[MemorySession]:
        """Open one consistent view.

        Example:
            >>> with MemoryStore() as store, store.snapshot() as reader:
            ...     reader.counts()["records"]
            0
        """
        self._refuse_when_closed()
        with self._turns.held():
            session = MemorySession(self._tables)
            try:
                yield session
            finally:
                session.end()

    def close(self) -> None:
        """Wait for the session that is open, and refuse further ones.

        Raises:
            StoreError: this thread has a session open.

        Example:
            >>> MemoryStore().close()
        """
        with self._turns.held():
            self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "<MemoryStore>"

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise StoreError("The store is closed: open it again with open_store.")
