"""The blocking keys of a live index, as sorted hashes beside a small dictionary of what came since."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import attrs
import numpy as np

from leadflow.matching.blocking import KeyCodes
from leadflow.matching.encoding import Int32, UInt64, content_hashes, mixed, mixed_one
from leadflow.matching.sorting import stable_order

__all__ = ["RuleKeys"]

_ALL_BITS = (1 << 64) - 1


@attrs.define(eq=False, repr=False)
class RuleKeys:
    """The blocking keys of one rule: a sorted base and what was added since.

    Attributes:
        keys: which of the index's keys are joined.
        hashes: sorted, of the base.
        rows: the row of each.
        starts: for each beginning of a hash, so many bits that there are about as many as rows, where it begins among
            the hashes; then their number.
        recent: hash to the rows added since.
    """

    keys: tuple[int, ...]
    hashes: UInt64
    rows: Int32
    starts: Int32
    recent: dict[int, list[int]] = attrs.field(factory=dict)
    _shift: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._shift = 65 - len(self.starts).bit_length()

    @classmethod
    def of(cls, keys: tuple[int, ...], parts: list[KeyCodes], n: int) -> "RuleKeys":
        """Hash the keys of a table of n rows, one part per key of the rule."""
        several = next((part for part in parts if part.several), None)
        rows = np.arange(n) if several is None else several.rows
        total = np.zeros(len(rows), np.uint64)
        filled = np.ones(len(rows), np.bool_)
        for place, part in enumerate(parts):
            codes = part.codes if part is several else part.codes[rows]
            hashes = np.append(content_hashes(part.texts), np.uint64(0))[codes]
            total = mixed(total * np.uint64(3) ^ hashes) if place else hashes
            filled &= codes >= 0
        total, rows = total[filled], rows[filled]
        order = stable_order(total)
        return cls(keys, total[order], rows[order].astype(np.int32), _starts(total[order]))

    def find(self, key: int) -> list[int]:
        """Return the rows that have a key."""
        begin, start = key >> self._shift, self.starts.item
        low, end = start(begin), start(begin + 1)
        found: list[int] = []
        if low < end:
            hashes = memoryview(self.hashes)  # type: ignore[arg-type]  # an array is a buffer
            low = bisect_left(hashes, key, low, end)
            found = self.rows[low : bisect_right(hashes, key, low, end)].tolist()
        return found + self.recent[key] if key in self.recent else found

    def joined(self, hashes: Sequence[list[int]]) -> list[int]:
        """Return the keys of a record for this rule: every value of one key with every value of the others.

        Args:
            hashes: of the values of each of the index's keys.
        """
        out = hashes[self.keys[0]]
        for place in self.keys[1:] if out else ():
            out = [mixed_one((one * 3 & _ALL_BITS) ^ other) for one in out for other in hashes[place]]
        return out


def _starts(hashes: UInt64) -> Int32:
    """(2**b + 1,) where the hashes begin whose first b bits are each number; b is such that most stand alone."""
    bits = max(len(hashes).bit_length(), 1)
    counts = np.bincount((hashes >> np.uint64(64 - bits)).astype(np.int64), minlength=1 << bits)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
