"""The blocking keys of a live index, as sorted hashes beside a small dictionary of what came since."""

import attrs
import numpy as np

from leadflow.matching.blocking import KeyCodes
from leadflow.matching.encoding import Int32, UInt64, content_hashes, mixed, mixed_one
from leadflow.matching.sorting import stable_order

__all__ = ["RuleKeys", "joined"]

_ALL_BITS = (1 << 64) - 1


@attrs.define(eq=False, repr=False)
class RuleKeys:
    """The blocking keys of one rule: a sorted base and what was added since.

    Attributes:
        keys: which of the index's keys are joined.
        hashes: sorted, of the base.
        rows: the row of each.
        recent: hash to the rows added since.
    """

    keys: tuple[int, ...]
    hashes: UInt64
    rows: Int32
    recent: dict[int, list[int]]

    @classmethod
    def of(cls, keys: tuple[int, ...], parts: list[KeyCodes], n: int) -> "RuleKeys":
        """Hash the keys of a table of n rows, one part per key of the rule."""
        several = next((part for part in parts if part.several), None)
        rows = np.arange(n) if several is None else several.rows
        total = np.zeros(len(rows), np.uint64)
        filled = np.ones(len(rows), np.bool_)
        for part in parts:
            codes = part.codes if part is several else part.codes[rows]
            hashes = np.append(content_hashes(part.texts), np.uint64(0))[codes]
            total = mixed(total * np.uint64(3) ^ hashes)
            filled &= codes >= 0
        total, rows = total[filled], rows[filled]
        order = stable_order(total)
        return cls(keys, total[order], rows[order].astype(np.int32), {})

    def find(self, key: int) -> list[int]:
        """Return the rows that have a key."""
        wanted = np.uint64(key)
        low = int(self.hashes.searchsorted(wanted))
        found: list[int] = []
        if low < len(self.hashes) and self.hashes[low] == wanted:
            found = self.rows[low : int(self.hashes.searchsorted(wanted, side="right"))].tolist()
        return found + self.recent[key] if key in self.recent else found


def joined(parts: list[list[int]]) -> list[int]:
    """Join the hashes of the keys of one rule, every value of one with every value of the others.

    Example:
        >>> len(joined([[1, 2], [3]]))
        2
    """
    if not all(parts):
        return []
    out = [0]
    for hashes in parts:
        out = [mixed_one((one * 3 & _ALL_BITS) ^ other) for one in out for other in hashes]
    return out
