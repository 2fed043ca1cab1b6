"""Similarities and levels of pairs of short texts, compiled; equal to rapidfuzz's and the array code's by test.

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

__all__ = ["LONGEST", "UNDECIDED", "Texts", "Wanted", "edits", "jaro_winkler", "levels", "load"]

LONGEST: Final = 64
"""Characters of the longest text that fits."""

UNDECIDED: Final = 255
"""Stands for the level of a pair of which a text is longer."""

_SLOTS: Final = 256
_SLOT_BITS: Final = np.uint64(_SLOTS - 1)
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
_CHUNK: Final = 1024
_ROUNDING: Final = 1e-6
"""More than a similarity loses in 32 bits."""

Points = npt.NDArray[np.unsignedinteger]
Words = npt.NDArray[np.uint64]


class Texts(NamedTuple):
    """Texts end to end.

    Attributes:
        points: the code points of all texts.
        starts: (k + 1,) where each text begins.
        signs: (k,) the texts' sets of hashed characters, as ``Measures.masks``.
    """

    points: Points
    starts: Int64
    signs: Words


class Wanted(NamedTuple):
    """What decides the level of two texts that are not the same.

    Attributes:
        steps: the least closeness of each level after "the same", descending.
        by_edits: whether closeness is minus the edits, not the Jaro-Winkler similarity.
    """

    steps: npt.NDArray[np.float64]
    by_edits: bool


class Spelled(NamedTuple):
    """The text whose characters are noted.

    Attributes:
        held: the characters, by slot of an open table.
        masks: the places of the character in each slot, 0 where the slot is free.
        used: the slots that are not free.
        text: (2,) the text's number, -1 before the first, and how many slots are used.
    """

    held: Words
    masks: Words
    used: Int32
    text: Int32


@compiled
def _no_text() -> Spelled:
    return Spelled(
        np.zeros(_SLOTS, np.uint64),
        np.zeros(_SLOTS, np.uint64),
        np.zeros(LONGEST, np.int32),
        np.array([-1, 0], np.int32),
    )


@compiled
def _slot(spelled: Spelled, point: np.uint64) -> np.int64:
    """The slot of a character, or the free one where it would go."""
    # A character is the slot of itself, so that narrow ones never clash.
    slot = np.int64(point & _SLOT_BITS)
    while spelled.masks[slot] != _ZERO and spelled.held[slot] != point:
        slot = (slot + 1) % _SLOTS
    return slot


@compiled
def _spell(spelled: Spelled, points: Points, text: int, start: int, size: int) -> None:
    """Note at which places of a text each character stands, unless that is noted already."""
    if spelled.text[0] == text:
        return
    for place in range(spelled.text[1]):
        spelled.masks[spelled.used[place]] = _ZERO
    count = 0
    for place in range(size):
        point = np.uint64(points[start + place])
        slot = _slot(spelled, point)
        if spelled.masks[slot] == _ZERO:
            spelled.held[slot] = point
            spelled.used[count] = slot
            count += 1
        spelled.masks[slot] |= _ONE << np.uint64(place)
    spelled.text[0] = text
    spelled.text[1] = count


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
def _jaro(spelled: Spelled, points: Points, start: int, other: int, size: int, least: float) -> float:
    """The Jaro similarity of a spelled text of some size and another, 0 if fewer than the least characters match."""
    masks = spelled.masks
    reach = max(max(size, other) // 2 - 1, 0)
    mine = _ZERO
    theirs = _ZERO
    spare = other - least
    for place in range(other):
        free = masks[_slot(spelled, np.uint64(points[start + place]))] & ~mine
        free &= _within_reach(place, reach, size)
        if free != _ZERO:
            mine |= free & (~free + _ONE)
            theirs |= _ONE << np.uint64(place)
        else:
            spare -= 1.0
            if spare < 0.0:
                return 0.0
    common = _bits_set(mine)
    if common == 0:
        return 0.0
    swapped = 0
    for place in range(other):
        if theirs >> np.uint64(place) & _ONE:
            lowest = mine & (~mine + _ONE)
            if masks[_slot(spelled, np.uint64(points[start + place]))] & lowest == _ZERO:
                swapped += 1
            mine ^= lowest
    return (common / size + common / other + (common - swapped // 2) / common) / 3.0


@compiled
def _most_alike(texts: Texts, a: int, b: int, size: int, other: int) -> int:
    """The characters of two texts that can match at most."""
    left, right = np.uint64(texts.signs[a]), np.uint64(texts.signs[b])
    return int(min(size - _bits_set(left & ~right), other - _bits_set(right & ~left)))


@compiled
def _jaro_winkler(texts: Texts, spelled: Spelled, a: int, b: int, cutoff: float) -> float:
    """The Jaro-Winkler similarity of two texts, 0 where it is under the cutoff."""
    points, starts, _ = texts
    first, second = int(starts[a]), int(starts[b])
    size, other = int(starts[a + 1]) - first, int(starts[b + 1]) - second
    if size == 0 or other == 0:
        return 1.0 if size == other else 0.0
    prefix = 0
    while prefix < min(size, other, _PREFIX) and points[first + prefix] == points[second + prefix]:
        prefix += 1
    # The characters that must match for the similarity to reach the cutoff.
    needed = (cutoff - 0.1 * prefix) / (1.0 - 0.1 * prefix) if cutoff > _BOOST_FROM else cutoff
    least = (3.0 * needed - 1.0) * size * other / (size + other) - _ROUNDING
    if _most_alike(texts, a, b, size, other) < least:
        return 0.0
    _spell(spelled, points, a, first, size)
    alike = _jaro(spelled, points, second, other, size, least)
    if alike > _BOOST_FROM:
        alike += prefix * 0.1 * (1.0 - alike)
    return alike if alike >= cutoff else 0.0


@compiled
def _edits(texts: Texts, spelled: Spelled, a: int, b: int, most: int) -> int:
    """The optimal string alignment distance of two texts, or one more than the most of interest."""
    points, starts, _ = texts
    first, second = int(starts[a]), int(starts[b])
    size, other = int(starts[a + 1]) - first, int(starts[b + 1]) - second
    if max(size, other) - _most_alike(texts, a, b, size, other) > most:
        return most + 1
    if size == 0:
        return other
    _spell(spelled, points, a, first, size)
    return min(_distance(spelled, points, second, other, size, most), most + 1)


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
    spelled = _no_text()
    for pair in range(len(ia)):
        out[pair] = _jaro_winkler(texts, spelled, ia[pair], ib[pair], cutoff)


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
    spelled = _no_text()
    for pair in range(len(ia)):
        out[pair] = _edits(texts, spelled, ia[pair], ib[pair], int(cutoff))


@compiled
def levels(
    texts: Texts,
    codes: tuple[Int32, Int32, Int32],
    wanted: Wanted,
    out: npt.NDArray[np.uint8],
) -> None:
    """Fill in the levels of pairs that one text decides: missing, the same, close enough for a step, different.

    Args:
        texts: what the pairs are of.
        codes: (u,) the text of each cell, and (n_pairs,) cells on the left and on the right; negative where
            there is none.
        wanted: what decides.
        out: (n_pairs,) filled in; ``UNDECIDED`` where a text is too long.
    """
    spelled = _no_text()
    text_of, ia, ib = codes
    steps, by_edits = wanted
    count = len(steps)
    pairs = np.empty(_CHUNK, np.int64)
    left = np.empty(_CHUNK, np.int32)
    right = np.empty(_CHUNK, np.int32)
    # In short steps, so that fetches from far-off places, which do not wait for each other, overlap.
    for begin in range(0, len(ia), _CHUNK):
        open_pairs = 0
        for pair in range(begin, min(begin + _CHUNK, len(ia))):
            a = text_of[ia[pair]] if ia[pair] >= 0 else np.int32(-1)
            b = text_of[ib[pair]] if ib[pair] >= 0 else np.int32(-1)
            out[pair] = 0 if a < 0 or b < 0 else 1 if a == b else 2
            if count and out[pair] == 2:
                pairs[open_pairs], left[open_pairs], right[open_pairs] = pair, a, b
                open_pairs += 1
        open_pairs = _undecided(texts, (pairs, left, right), open_pairs, wanted, out)
        for place in range(open_pairs):
            a, b = left[place], right[place]
            if by_edits:
                close = -float(_edits(texts, spelled, a, b, int(-steps[count - 1])))
            else:
                close = float(np.float32(_jaro_winkler(texts, spelled, a, b, steps[count - 1] - _ROUNDING)))
            level = 2
            while level < count + 2 and close < steps[level - 2]:
                level += 1
            out[pairs[place]] = level


@compiled
def _undecided(
    texts: Texts,
    chunk: tuple[Int64, Int32, Int32],
    size: int,
    wanted: Wanted,
    out: npt.NDArray[np.uint8],
) -> int:
    """Keep, in front, the pairs of a chunk whose characters may be alike enough; return how many."""
    pairs, left, right = chunk
    steps, by_edits = wanted
    different = len(steps) + 2
    lowest = steps[len(steps) - 1]
    long = np.empty(size, np.int32)
    short = np.empty(size, np.int32)
    shared = np.empty(size, np.int32)
    heads = np.empty(size, np.uint8)
    for place in range(size):
        a, b = left[place], right[place]
        first = int(texts.starts[a + 1] - texts.starts[a])
        second = int(texts.starts[b + 1] - texts.starts[b])
        long[place], short[place] = max(first, second), min(first, second)
        shared[place] = _most_alike(texts, a, b, first, second)
    for place in range(size):
        a, b = texts.starts[left[place]], texts.starts[right[place]]
        heads[place] = 0 if short[place] == 0 else texts.points[a] == texts.points[b]
    kept = 0
    for place in range(size):
        if long[place] > LONGEST:
            out[pairs[place]] = UNDECIDED
            continue
        if by_edits:
            far = long[place] - shared[place] > -lowest
        else:
            # A common beginning adds at most what four characters do.
            least = (lowest - _ROUNDING - 0.4 * heads[place]) / (1.0 - 0.4 * heads[place])
            far = (
                shared[place] * (long[place] + short[place])
                < (3.0 * least - 1.0) * long[place] * short[place] - _ROUNDING
            )
        out[pairs[place]] = different
        if not far:
            pairs[kept], left[kept], right[kept] = pairs[place], left[place], right[place]
            kept += 1
    return kept


@compiled
def _distance(spelled: Spelled, points: Points, start: int, other: int, size: int, most: int) -> int:
    """The edits between a spelled text of some size and another, or any number over the most of interest."""
    masks = spelled.masks
    last = _ONE << np.uint64(size - 1)
    distance = size
    up, down, diagonal, before = _ALL, _ZERO, _ZERO, _ZERO
    for place in range(other):
        here = masks[_slot(spelled, np.uint64(points[start + place]))]
        swapped = ((~diagonal & here) << _ONE) & before
        diagonal = (((here & up) + up) ^ up) | here | down | swapped
        rise = down | ~(diagonal | up)
        fall = diagonal & up
        if rise & last:
            distance += 1
        if fall & last:
            distance -= 1
        if distance - (other - place - 1) > most:
            return most + 1
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
    levels(texts, (none, none, none), Wanted(steps=np.empty(0), by_edits=False), np.empty(0, np.uint8))
