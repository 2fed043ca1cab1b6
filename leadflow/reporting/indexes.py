"""Where values stand in long tuples that only become longer."""

from collections.abc import Hashable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from leadflow.reporting.cells import places_of

__all__ = ["Indexes"]

V = TypeVar("V", bound=Hashable)
_Slots = npt.NDArray[np.int32]

_SLOTS: Final = 1 << 20
_FEW: Final = 1000


class Indexes:
    """The slots of hash tables in which values would stand, by name; a name keeps those of its last tuple only.

    A refreshed report asks for thousands among a million values. A dictionary of these would take ten times their room, and to
    look at each of them takes long; their slots are four bytes each, and all values in other slots are passed over at once.

    Example:
        >>> indexes = Indexes()
        >>> ids, places = indexes.lengthened("ids", ("a", "b"), ["b", "c"])
        >>> ids, places
        (('a', 'b', 'c'), {'b': 1, 'c': 2})
        >>> indexes.places("ids", ids, {"c", "x"})
        {'c': 2}
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[tuple[Hashable, ...], _Slots]] = {}

    def number(self, name: Hashable, values: tuple[Hashable, ...]) -> None:
        """Work the slots of values out now, and not when somebody first asks.

        Args:
            name: of the tuple.
            values: each once.

        Example:
            >>> Indexes().number("ids", ("a", "b"))
        """
        if len(values) > _FEW:
            self._slots_of(name, values)

    def places(self, name: Hashable, values: tuple[V, ...], wanted: AbstractSet[V]) -> dict[V, int]:
        """Return where some values stand; those that are not there are left out.

        Args:
            name: of the tuple.
            values: each once.
            wanted: which.

        Example:
            >>> Indexes().places("ids", ("a", "b"), {"b", "c"})
            {'b': 1}
        """
        if len(values) <= _FEW or not wanted:
            return places_of(values, wanted)
        taken = np.zeros(_SLOTS, np.bool_)
        taken[_slots(wanted)] = True
        near = np.flatnonzero(taken[self._slots_of(name, values)]).tolist()
        return {values[place]: place for place in near if values[place] in wanted}

    def lengthened(
        self, name: Hashable, values: tuple[V, ...], more: Sequence[V]
    ) -> tuple[tuple[V, ...], dict[V, int]]:
        """Return values with some more behind, as far as they are not there, and where each of these stands.

        Args:
            name: of the tuple.
            values: each once.
            more: each once.

        Example:
            >>> Indexes().lengthened("ids", ("a", "b"), ["a"])
            (('a', 'b'), {'a': 0})
        """
        places = self.places(name, values, frozenset(more))
        new = [value for value in more if value not in places]
        if not new:
            return values, places
        places |= zip(new, range(len(values), len(values) + len(new)), strict=True)
        longer = values + tuple(new)
        if len(longer) > _FEW:
            self._kept[name] = longer, np.append(self._slots_of(name, values), _slots(new))
        return longer, places

    def _slots_of(self, name: Hashable, values: tuple[Hashable, ...]) -> _Slots:
        kept = self._kept.get(name)
        if kept is None or kept[0] is not values:
            kept = self._kept[name] = values, _slots(values)
        return kept[1]


def _slots(values: Iterable[Hashable]) -> _Slots:
    return (np.fromiter(map(hash, values), np.int64) & (_SLOTS - 1)).astype(np.int32)
