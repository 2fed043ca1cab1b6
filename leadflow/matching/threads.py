"""Work in threads, on pairs in pieces that fit a processor's cache.

Array kernels release the interpreter, so that threads share the cores; results come in the order of the
pieces, so that they do not depend on timing.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

from leadflow.matching.encoding import Int32

__all__ = ["PIECE", "in_threads", "pieces"]

P = TypeVar("P")
T = TypeVar("T")

PIECE: Final = 1 << 16
"""Pairs of a piece."""

_AHEAD: Final = 16


def pieces(i: Int32, j: Int32, *, size: int = PIECE) -> Iterator[tuple[Int32, Int32]]:
    """Cut pairs into pieces.

    Example:
        >>> import numpy as np
        >>> [part.tolist() for part, _ in pieces(np.arange(3), np.arange(3), size=2)]
        [[0, 1], [2]]
    """
    for start in range(0, len(i), size):
        yield i[start : start + size], j[start : start + size]


def in_threads(work: Callable[[P], T], parts: Iterable[P]) -> Iterator[T]:
    """Do some work on every part and return the results in the order of the parts.

    Parts are taken a few ahead of the result that is waited for, so that memory stays bounded.

    Example:
        >>> import numpy as np
        >>> parts = pieces(np.arange(4), np.arange(4), size=2)
        >>> [int(total) for total in in_threads(lambda pair: (pair[0] + pair[1]).sum(), parts)]
        [2, 10]
    """
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor() as pool:
        try:
            for part in parts:
                waiting.append(pool.submit(work, part))
                if len(waiting) >= _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
