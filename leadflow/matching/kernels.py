"""Similarities of pairs of short texts, compiled; equal to rapidfuzz's by test.

Only what ``accelerate.numba_installed`` allows comes here. A text is a run of code points; both texts of a pair
must fit a 64-bit word, of which bit k stands for the k-th character.

References:
    Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances" (2003).
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from leadflow.accelerate import compiled
from leadflow.matching.encoding import Int32, Int64, spell

__all__ = ["LONGEST", "Texts", "edits", "jaro_winkler", "load"]

LONGEST: Final = 64
"""Characters of the longest text that fits."""

_SLOTS: Final = 128
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(57)
_ONE: Final = np.uint64(1)
_ZERO: Final = np.uint64(0)
_TWO: Final = np.uint64(2)
_FOUR: Final = np.uint64(4)
_ODD: Final = np.uint64(0x5555555555555555)
_PAIRS: Final = np.uint64(0x3333333333333333)
_NIBBLES: Final = np.uint64(0x0F0F0F0F0F0F0F0F)
_BYTES: Final = np.uint64(0x0101010101010101)
_ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_BOOST_FROM: Final = 0.7
_PREFIX: Final = 4

Points = npt.NDArray[np.unsignedinteger]
Words = npt.NDArray[np.uint64]


class Texts(NamedTuple):
    """Texts end to end.

    Attributes:
        points: the code points of all texts.
        starts: (k + 1,) where each text begins.
        signs: (k,) the texts' sets of hashed characters, as ``TextBank.masks``.
    """

    points: Points
    starts: Int64
    signs: Words


@compiled
def _slot(held: Words, masks: Words, point: np.uint64) -> np.int64:
    """The slot of a character in an open table of 128, or the free one where it would go."""
    slot = np.int64((point * _MULTIPLIER) >> _SHIFT)
    while masks[slot] != _ZERO and held[slot] != point:
        slot = (slot + 1) % _SLOTS
    return slot


@compiled
def _spell(held: Words, masks: Words, points: Points, start: int, size: int) -> None:
    """Note at which places of a text each character stands."""
    masks[:] = _ZERO
    for place in range(size):
        point = np.uint64(points[start + place])
        slot = _slot(held, masks, point)
        held[slot] = point
        masks[slot] |= _ONE << np.uint64(place)


@compiled
def _bits_set(word: np.uint64) -> np.int64:
    word -= (word >> _ONE) & _ODD
    word = (word & _PAIRS) + ((word >> _TWO) & _PAIRS)
    word = (word + (word >> _FOUR)) & _NIBBLES
    return np.int64((word * _BYTES) >> np.uint64(56))


@compiled
def _within_reach(place: int, reach: int, size: int) -> np.uint64:
    """The places of a text of some size that a character at a place of the other may match."""
    low, high = max(place - reach, 0), min(place + reach, size - 1)
    if low > high:
        return _ZERO
    return (_ALL >> np.uint64(63 - high + low)) << np.uint64(low)


@compiled
def _jaro(spelled: tuple[Words, Words], points: Points, start: int, other: int, size: int) -> float:
    """The Jaro similarity of a spelled text of some size and another, 0 if nothing matches."""
    held, masks = spelled
    reach = max(max(size, other) // 2 - 1, 0)
    mine = _ZERO
    theirs = _ZERO
    common = 0
    for place in range(other):
        free = masks[_slot(held, masks, np.uint64(points[start + place]))] & ~mine
        free &= _within_reach(place, reach, size)
        if free != _ZERO:
            mine |= free & (~free + _ONE)
            theirs |= _ONE << np.uint64(place)
            common += 1
    if common == 0:
        return 0.0
    swapped = 0
    for place in range(other):
        if theirs >> np.uint64(place) & _ONE:
            lowest = mine & (~mine + _ONE)
            if masks[_slot(held, masks, np.uint64(points[start + place]))] & lowest == _ZERO:
                swapped += 1
            mine ^= lowest
    return (common / size + common / other + (common - swapped // 2) / common) / 3.0


@compiled
def jaro_winkler(texts: Texts, ia: Int32, ib: Int32, cutoff: float, out: npt.NDArray[np.float32]) -> None:
    """Fill in the Jaro-Winkler similarity of pairs, 0 under the cutoff.

    Args:
        texts: what the pairs are of.
        ia: (n_pairs,) texts on the left; runs of one text are cheapest.
        ib: (n_pairs,) texts on the right.
        cutoff: similarities under it are not wanted.
        out: (n_pairs,) filled in.
    """
    points, starts, signs = texts
    held = np.zeros(_SLOTS, np.uint64)
    masks = np.zeros(_SLOTS, np.uint64)
    spelled = -1
    for pair in range(len(ia)):
        first, second = int(starts[ia[pair]]), int(starts[ib[pair]])
        size, other = int(starts[ia[pair] + 1]) - first, int(starts[ib[pair] + 1]) - second
        out[pair] = 0.0
        if size == 0 or other == 0:
            out[pair] = 1.0 if size == other else 0.0
            continue
        prefix = 0
        while prefix < min(size, other, _PREFIX) and points[first + prefix] == points[second + prefix]:
            prefix += 1
        left, right = np.uint64(signs[ia[pair]]), np.uint64(signs[ib[pair]])
        most = min(size - _bits_set(left & ~right), other - _bits_set(right & ~left))
        best = (most / size + most / other + 1.0) / 3.0
        if best + 0.1 * prefix * (1.0 - best) < cutoff:
            continue
        if ia[pair] != spelled:
            _spell(held, masks, points, first, size)
            spelled = ia[pair]
        alike = _jaro((held, masks), points, second, other, size)
        if alike > _BOOST_FROM:
            alike += prefix * 0.1 * (1.0 - alike)
        if alike >= cutoff:
            out[pair] = alike


@compiled
def edits(texts: Texts, ia: Int32, ib: Int32, cutoff: float, out: npt.NDArray[np.float32]) -> None:
    """Fill in the optimal string alignment distance of pairs; what is over the cutoff is one more than it.

    Args:
        texts: as in ``jaro_winkler``.
        ia: as in ``jaro_winkler``.
        ib: as in ``jaro_winkler``.
        cutoff: the most edits that are of interest.
        out: (n_pairs,) filled in.
    """
    points, starts, signs = texts
    held = np.zeros(_SLOTS, np.uint64)
    masks = np.zeros(_SLOTS, np.uint64)
    spelled = -1
    most = int(cutoff)
    for pair in range(len(ia)):
        first, second = int(starts[ia[pair]]), int(starts[ib[pair]])
        size, other = int(starts[ia[pair] + 1]) - first, int(starts[ib[pair] + 1]) - second
        out[pair] = most + 1
        left, right = np.uint64(signs[ia[pair]]), np.uint64(signs[ib[pair]])
        alike = min(size - _bits_set(left & ~right), other - _bits_set(right & ~left))
        if max(size, other) - alike > most:
            continue
        if size == 0:
            out[pair] = other
            continue
        if ia[pair] != spelled:
            _spell(held, masks, points, first, size)
            spelled = ia[pair]
        out[pair] = min(_distance((held, masks), points, second, other, size), most + 1)


@compiled
def _distance(spelled: tuple[Words, Words], points: Points, start: int, other: int, size: int) -> int:
    """The edits between a spelled text of some size and another."""
    held, masks = spelled
    last = _ONE << np.uint64(size - 1)
    distance = size
    up, down, diagonal, before = _ALL, _ZERO, _ZERO, _ZERO
    for place in range(other):
        here = masks[_slot(held, masks, np.uint64(points[start + place]))]
        swapped = ((~diagonal & here) << _ONE) & before
        diagonal = (((here & up) + up) ^ up) | here | down | swapped
        rise = down | ~(diagonal | up)
        fall = diagonal & up
        if rise & last:
            distance += 1
        if fall & last:
            distance -= 1
        rise = (rise << _ONE) | _ONE
        fall <<= _ONE
        up = fall | ~(diagonal | rise)
        down = rise & diagonal
        before = here
    return distance


def load() -> None:
    """Load or compile the kernels for texts of narrow characters, so that the first call does not wait."""
    texts = Texts(*spell(()), np.empty(0, np.uint64))
    none = np.empty(0, np.int32)
    for kernel in (jaro_winkler, edits):
        kernel(texts, none, none, 0.0, np.empty(0, np.float32))
