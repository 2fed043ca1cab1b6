"""What came first of each lead."""

import numpy as np
import numpy.typing as npt

from leadflow.records.batches import Seconds

__all__ = ["earlier", "earliest"]

Places = npt.NDArray[np.int64]


def earliest(rows: npt.NDArray[np.integer], times: Seconds, size: int) -> Places:
    """Return for each row the position of the earliest of its moments; of equal ones the first.

    Args:
        rows: (k,) which row each moment belongs to; 0 to size - 1.
        times: (k,) int64 seconds.
        size: how many rows there are.

    Returns:
        (size,) int64 positions in ``times``; -1 for a row without.

    Example:
        >>> earliest(np.array([1, 1, 0, 1]), np.array([9, 5, 7, 5]), 3).tolist()
        [2, 1, -1]
    """
    never = np.full(size, np.iinfo(np.int64).max)
    return earlier(never, np.full(size, -1, np.int64), rows, times, np.arange(len(rows)))[1]


def earlier(
    first: Seconds, found: Places, rows: npt.NDArray[np.integer], times: Seconds, positions: Places
) -> tuple[Seconds, Places]:
    """Return the earliest moments of rows, and their positions, with some more that are looked at.

    Args:
        first: (n,) int64 seconds, the earliest moment of each row so far; the largest int64 for none.
        found: (n,) int64, its position.
        rows: (k,) which row each further moment belongs to; 0 to n - 1.
        times: (k,) int64 seconds.
        positions: (k,) int64, rising, greater than those of ``found``.

    Example:
        >>> first, found = earlier(np.array([9, 5]), np.array([0, 1]), np.array([0, 1]), np.array([8, 5]), np.array([2, 3]))
        >>> first.tolist(), found.tolist()
        ([8, 5], [2, 1])
    """
    known, best = first, first.copy()
    np.minimum.at(best, rows, times)
    # no sort: of the earliest moments of a row the one that is written last, which is the first, stays
    fresh = np.flatnonzero((times == best[rows]) & (times < known[rows]))[::-1]
    places = found.copy()
    places[rows[fresh]] = positions[fresh]
    return best, places
