"""How the rows of a table that are held are joined with those that were written since."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Join", "joining"]

Cells: TypeAlias = npt.NDArray[Any]
Join: TypeAlias = Callable[[str, Cells, Cells], Cells]
"""Joins the cells of rows that are held with those of fresh ones, given the name of their column."""


def joining(
    held: npt.NDArray[np.int64], stale: npt.NDArray[np.bool_] | None, fresh: npt.NDArray[np.int64]
) -> Join | None:
    """Return how a column of rows that are held is joined with one of fresh rows; None when these only come behind.

    Args:
        held: (n,) rising positions.
        stale: (n,) which rows are not to be kept; None when all are.
        fresh: (k,) rising positions.

    Example:
        >>> join = joining(np.array([1, 2]), np.array([True, False]), np.array([3]))
        >>> join("days", np.array([10, 20]), np.array([30])).tolist()
        [20, 30]
    """
    behind = not len(held) or not len(fresh) or bool(fresh[0] > held[-1])
    if stale is None and behind:
        return None
    rows = np.flatnonzero(~stale) if stale is not None else np.arange(len(held))
    if not len(rows) or not len(fresh) or fresh[0] > held[rows[-1]]:
        return lambda _, first, second: _followed(first, rows, second)
    place = np.searchsorted(held, fresh)
    more = int(np.searchsorted(place, len(held)))
    anew = place[:more]
    # rows that were written anew where they were, and others behind them, need no rows to be moved
    if (
        len(rows) + more == len(held)
        and stale is not None
        and stale[anew].all()
        and (held[anew] == fresh[:more]).all()
    ):

        def written(_: str, first: Cells, second: Cells) -> Cells:
            both = np.concatenate([first, second[more:]])
            both[anew] = second[:more]
            return both

        return written
    order = np.argsort(np.append(held[rows], fresh), kind="stable")
    return lambda _, first, second: _followed(first, rows, second)[order]


def _followed(first: Cells, rows: npt.NDArray[np.intp], second: Cells) -> Cells:
    """Return the cells of some rows and others behind them, written once where they stay."""
    both = np.empty(len(rows) + len(second), np.result_type(first, second))
    if both.dtype == first.dtype:
        np.take(
            first, rows, out=both[: len(rows)], mode="clip"
        )  # checks of each row would go through a buffer
    else:
        both[: len(rows)] = first[rows]
    both[len(rows) :] = second
    return both
