"""What was worked out of columns, kept for a later report that works it out of the same ones."""

import operator
import weakref
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

import numpy as np

__all__ = ["Memo"]

T = TypeVar("T")


class Memo:
    """Results by name, each with what it was worked out of; a name keeps its last result only.

    A report of a later moment works most of its figures out of columns that are still the same objects. Whoever asks
    gives the same result for equal inputs, so that it does not matter whether it was kept.

    Example:
        >>> memo, column = Memo(), np.arange(3)
        >>> total = memo.once("total", lambda: np.cumsum(column), of=(column,))
        >>> memo.once("total", lambda: np.cumsum(column), of=(column,)) is total
        True
        >>> memo.once("total", lambda: np.cumsum(column), of=(column.copy(),)) is total
        False
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[tuple[weakref.ref[object], ...], object, object]] = {}

    def once(self, name: Hashable, make: Callable[[], T], *, of: tuple[object, ...], at: object = None) -> T:
        """Return what was made of the same inputs, or make it.

        Args:
            name: of the result.
            make: works it out; an array that it returns becomes read-only.
            of: the columns that it is worked out of; the same when they are the same objects. They are not kept alive.
            at: what else it depends on; the same when it is equal.

        Example:
            >>> Memo().once("answer", lambda: 42, of=())
            42
        """
        known = self._kept.get(name)
        if known is not None:
            inputs, where, result = known
            kept = tuple(ref() for ref in inputs)
            if len(kept) == len(of) and all(map(operator.is_, kept, of)) and where == at:
                return cast("T", result)
        made = make()
        for part in made if isinstance(made, tuple) else (made,):
            if isinstance(part, np.ndarray):
                part.flags.writeable = False
        self._kept[name] = (tuple(map(weakref.ref, of)), at, made)
        return made

    def last(self, name: Hashable) -> object:
        """Return the result that is kept under a name, whatever it was made of; None when there is none.

        Example:
            >>> Memo().last("total") is None
            True
        """
        known = self._kept.get(name)
        return None if known is None else known[2]

    def grown(
        self,
        name: Hashable,
        make: Callable[[T | None, int], T],
        *,
        rows: object,
        since: tuple[object, int] | None,
        of: tuple[object, ...] = (),
        at: object = None,
    ) -> T:
        """Return what was made of rows that only become more, making it of those that came since.

        Args:
            name: of the result.
            make: works it out of the result for the rows before (None for no rows) and their number.
            rows: stands for the rows; the same object when there are no others.
            since: what stood for the rows when there were fewer, and their number; None when they are others now.
            of: the columns that it is worked out of besides.
            at: what else it depends on.

        Example:
            >>> memo, few, more = Memo(), np.array([1, 2]), np.array([1, 2, 3])
            >>> memo.grown("sum", lambda old, row: (old or 0) + few[row:].sum(), rows=few, since=None).item()
            3
            >>> memo.grown("sum", lambda old, row: (old or 0) + more[row:].sum(), rows=more, since=(few, 2)).item()
            6
        """
        known = self._kept.get(name)
        before, number = None, 0
        if known is not None and since is not None and known[1] == at:
            kept = tuple(ref() for ref in known[0])
            if len(kept) == len(of) + 1 and all(map(operator.is_, kept, (since[0], *of))):
                before, number = cast("T", known[2]), since[1]
        return self.once(name, lambda: make(before, number), of=(rows, *of), at=at)
