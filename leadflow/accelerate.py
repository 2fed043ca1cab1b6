"""What makes large inputs fast: compiled kernels, a collector of garbage that looks less often, and other processes that help.

Compiled kernels are optional, loaded on demand, and equal to the numpy code that they stand in for.

An engine with a loop that numpy cannot fuse keeps it in a module ``kernels`` of its own package, as functions
decorated with ``compiled``. The numpy code is the reference and always there; the kernels are used for large inputs
where numba is installed (extra ``fast``), and tests hold the two equal. numba compiles a kernel at its first call and
keeps the result on disk, so that only the first run on a machine waits.

Python runs one thing at a time in a process. Work on large inputs that falls into pieces is therefore shared with helpers:
processes that are handed a function and what it is given, and hand back what it returns. Who starts them is set from outside
(``HELPERS``); without them, or when they are lost, everything is done here, with the same result.
"""

import gc
import importlib
import importlib.util
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from queue import SimpleQueue
from typing import Any, Final, TypeAlias, TypeVar

__all__ = [
    "HELPERS",
    "HelperLostError",
    "Helpers",
    "Piece",
    "Start",
    "collecting_rarely",
    "compiled",
    "numba_installed",
    "spread",
]

_Function = TypeVar("_Function", bound=Callable[..., object])

Piece: TypeAlias = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function of a module, and what it is given; both can be pickled, and so can what it returns."""

Helper: TypeAlias = Callable[[Piece], Any]
"""Does a piece of work in another process."""

Start: TypeAlias = Callable[[Sequence[Callable[..., Any]]], AbstractContextManager[Helper]]
"""Starts a helper that knows the modules of some functions; the end of the context ends it."""

_Answer: TypeAlias = tuple[int, bool, Any]
"""The number of a piece, whether it was done, and what it returned."""


@lru_cache(maxsize=1)
def numba_installed() -> bool:
    """Say whether kernels can be compiled, without loading numba; ask before a module ``kernels`` is imported.

    Example:
        >>> numba_installed() in {True, False}
        True
    """
    return importlib.util.find_spec("numba") is not None


def compiled(function: _Function) -> _Function:
    """Return a function compiled at its first call, cached on disk, that runs without the interpreter's lock.

    Args:
        function: over arrays and numbers, within what numba compiles; it may call other compiled functions.
    """
    numba = importlib.import_module("numba")  # optional: only a module of kernels comes here
    kernel: _Function = numba.njit(cache=True, nogil=True)(function)
    return kernel


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Let the collector of reference cycles look a hundred times less often while a population is made.

    Millions of objects that all stay are looked through again and again otherwise, for a tenth of the time. It goes on
    collecting, and what others set is put back when the last of several threads is done; where it is switched off it
    stays so.

    Example:
        >>> before = gc.get_threshold()
        >>> with collecting_rarely():
        ...     gc.get_threshold() >= before
        True
        >>> gc.get_threshold() == before
        True
    """
    _population.enter()
    try:
        yield
    finally:
        _population.leave()


class _Rarely:
    """How many are at it, and what was set before the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entered = 0
        self._before = gc.get_threshold()

    def enter(self) -> None:
        with self._lock:
            if not self._entered:
                self._before = gc.get_threshold()
                youngest, *older = self._before
                if youngest:  # zero switches it off
                    gc.set_threshold(max(youngest, _YOUNGEST), *older)
            self._entered += 1

    def leave(self) -> None:
        with self._lock:
            self._entered -= 1
            if not self._entered:
                gc.set_threshold(*self._before)


_YOUNGEST: Final = 100_000
_population: Final = _Rarely()


class HelperLostError(Exception):
    """A helper could not be had, or did not do a piece."""


class Helpers:
    """Where helpers come from.

    Attributes:
        start: starts one; None without helpers.
        most: so many at the same time.
    """

    def __init__(self) -> None:
        self.start: Start | None = None
        self.most: Callable[[], int] = int


HELPERS: Final = Helpers()
"""Those of this process; the package sets them when it is imported."""


def spread(pieces: Sequence[Piece], *, size: int) -> list[Any]:
    """Do pieces of work, with helpers where the input is large, and return what they return, in order.

    Args:
        pieces: the longest first.
        size: rows of the input; small ones are not worth a helper.

    Example:
        >>> spread([(len, ("ab",)), (max, (1, 2))], size=2)
        [2, 2]
    """
    waiting, answers = deque(enumerate(pieces)), SimpleQueue[_Answer]()
    if size >= _WORTH_HELP and HELPERS.start is not None:
        functions = [work for work, _ in pieces]
        for _ in range(min(HELPERS.most(), len(pieces) - 1)):
            threading.Thread(
                target=_help, args=(HELPERS.start, functions, waiting, answers), daemon=True
            ).start()
    results: dict[int, Any] = {}
    while waiting:
        with suppress(IndexError):  # a helper was quicker
            place, (work, given) = waiting.popleft()
            results[place] = work(*given)
    while len(results) < len(pieces):
        place, done, value = answers.get()
        work, given = pieces[place]
        results[place] = value if done else work(*given)
    return [results[place] for place in range(len(pieces))]


def _help(
    start: Start,
    functions: Sequence[Callable[..., Any]],
    waiting: "deque[tuple[int, Piece]]",
    answers: "SimpleQueue[_Answer]",
) -> None:
    """Let a helper do what waits, until nothing does; nobody waits for one that is not ready yet."""
    with suppress(HelperLostError, IndexError), start(functions) as helper:
        while True:
            place, piece = waiting.popleft()
            try:
                answers.put((place, True, helper(piece)))
            except HelperLostError:
                answers.put((place, False, None))
                raise


_WORTH_HELP: Final = 50_000
"""Rows; for fewer a helper is hardly there before everything is done."""
