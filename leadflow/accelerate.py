"""What makes large inputs fast: compiled kernels, and a collector of garbage that looks less often.

Compiled kernels are optional, loaded on demand, and equal to the numpy code that they stand in for.

An engine with a loop that numpy cannot fuse keeps it in a module ``kernels`` of its own package, as functions
decorated with ``compiled``. The numpy code is the reference and always there; the kernels are used for large inputs
where numba is installed (extra ``fast``), and tests hold the two equal. numba compiles a kernel at its first call and
keeps the result on disk, so that only the first run on a machine waits.
"""

import gc
import importlib
import importlib.util
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final, TypeVar

__all__ = ["collecting_rarely", "compiled", "numba_installed"]

_Function = TypeVar("_Function", bound=Callable[..., object])


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
