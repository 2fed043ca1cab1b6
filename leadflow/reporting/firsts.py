"""What came first of each lead."""

import numpy as np
import numpy.typing as npt

from leadflow.records.batches import Seconds

__all__ = ["earliest", "note_earlier"]

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
    first, found = np.full(size, np.iinfo(np.int64).max), np.full(size, -1, np.int64)
    note_earlier(first, found, rows, times, np.arange(len(rows)))
    return found


def note_earlier(
    first: Seconds, found: Places, rows: npt.NDArray[np.integer], times: Seconds, positions: Places
) -> None:
    """Write down which of some further moments are the earliest of their rows so far.

    Args:
        first: (n,) int64 seconds, the earliest moment of each row so far; the largest int64 for none. Written into.
        found: (n,) int64, its position. Written into.
        rows: (k,) which row each further moment belongs to; 0 to n - 1.
        times: (k,) int64 seconds.
        positions: (k,) int64, rising, greater than those of ``found``.

    Example:
        >>> first, found = np.array([9, 5]), np.array([0, 1])
        >>> note_earlier(first, found, np.array([0, 1]), np.array([8, 5]), np.array([2, 3]))
        >>> first.tolist(), found.tolist()
        ([8, 5], [2, 1])
    """
    known = first[rows]
    np.minimum.at(first, rows, times)
    # no sort: of the earliest moments of a row the one that is written last, which is the first, stays
    fresh = np.flatnonzero((times == first[rows]) & (times < known))[::-1]
    found[rows[fresh]] = positions[fresh]
