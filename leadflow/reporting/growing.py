"""Long arrays that only become longer."""

from collections.abc import Hashable
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Growing"]

Cells = TypeVar("Cells", bound=npt.NDArray[Any])

_SHARE: Final = 16
"""Behind an array is room for a sixteenth of its cells; memory that is not written is not taken."""


class Growing:
    """Arrays by name, with room behind them: what is appended is written there, and nothing before it is copied.

    An array that was given out stays as it is, for it ends where it ended. A name keeps its last array only; whoever
    appends to another one gets a copy.

    Example:
        >>> growing, days = Growing(), np.array([1, 2])
        >>> longer = growing.appended("days", days, np.array([3]))
        >>> growing.appended("days", longer, np.array([4])).tolist(), longer.tolist()
        ([1, 2, 3, 4], [1, 2, 3])
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[npt.NDArray[Any], npt.NDArray[Any]]] = {}

    def appended(self, name: Hashable, first: Cells, second: npt.NDArray[Any]) -> Cells:
        """Return an array with further cells behind it, read-only.

        Args:
            name: of the array.
            first: (n,) cells.
            second: (k,) further ones; none to make room for those of later.

        Example:
            >>> Growing().appended("days", np.array([1]), np.array([2])).tolist()
            [1, 2]
        """
        size = len(first) + len(second)
        room, kept = self._kept.pop(
            name, (first, None)
        )  # taken, so that nobody else writes into the same room
        if kept is not first or len(room) < size:
            room = np.empty(size + size // _SHARE, first.dtype)
            room[: len(first)] = first
        room[len(first) : size] = second
        longer = room[:size]
        longer.flags.writeable = False
        self._kept[name] = room, longer
        return longer  # type: ignore[return-value]  # of the same type, as it has the same cells
