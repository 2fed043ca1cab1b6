"""What came first of each lead."""

import numpy as np
import numpy.typing as npt

from leadflow.records.batches import Seconds

__all__ = ["earliest"]


def earliest(rows: npt.NDArray[np.integer], times: Seconds, size: int) -> npt.NDArray[np.int64]:
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
    first = np.full(size, np.iinfo(np.int64).max)
    np.minimum.at(first, rows, times)
    # no sort: of the earliest moments of a row the one that is written last, which is the first, stays
    best = np.flatnonzero(times == first[rows])[::-1]
    found = np.full(size, -1, np.int64)
    found[rows[best]] = best
    return found
