"""Compiled kernels: optional, loaded on demand, equal to the numpy code that they stand in for.

An engine with a loop that numpy cannot fuse keeps it in a module ``kernels`` of its own package, as functions
decorated with ``compiled``. The numpy code is the reference and always there; the kernels are used for large inputs
where numba is installed (extra ``fast``), and tests hold the two equal. numba compiles a kernel at its first call and
keeps the result on disk, so that only the first run on a machine waits.
"""

import importlib
import importlib.util
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

__all__ = ["compiled", "numba_installed"]

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
