"""Taking turns: one session of a store at a time, across threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from leadflow.errors import StoreError

__all__ = ["Ended", "Turns"]


class Ended:
    """Stands where a session had its database, so that nothing is read or written outside its transaction.

    Example:
        >>> Ended().tables
        Traceback (most recent call last):
        leadflow.errors.StoreError: The session has ended with its `with` block: read and write inside one.
    """

    def __getattr__(self, name: str) -> NoReturn:
        """Refuse whatever is asked for."""
        if name.startswith("__"):  # what Python itself asks for, such as when it copies
            raise AttributeError(name)
        raise StoreError("The session has ended with its `with` block: read and write inside one.")


class Turns:
    """Lets one thread at a time use a store, and refuses a session inside a session.

    Example:
        >>> turns = Turns(wait=1)
        >>> with turns.held():
        ...     pass
    """

    def __init__(self, *, wait: float) -> None:
        """Begin with nobody's turn.

        Args:
            wait: seconds that a thread waits for its turn before it gives up.
        """
        self._wait = wait
        self._lock = threading.RLock()
        self._taken = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the turn.

        Raises:
            StoreError: another thread kept it too long, or this thread already holds it.

        Example:
            >>> turns = Turns(wait=1)
            >>> with turns.held(), turns.held():
            ...     pass
            Traceback (most recent call last):
            leadflow.errors.StoreError: A session of this store is already open in this thread: end it first.
        """
        if not self._lock.acquire(timeout=self._wait):
            raise StoreError(
                f"Another thread has been using the store for more than {self._wait:g} s: try again."
            )
        try:
            if self._taken:
                raise StoreError("A session of this store is already open in this thread: end it first.")
            self._taken = True
            try:
                yield
            finally:
                self._taken = False
        finally:
            self._lock.release()
