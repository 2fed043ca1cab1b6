"""Compiled loops of scoring a population; each gives, to the last bit, what the numpy code beside it gives.

Importing this module loads numba: ask ``leadflow.accelerate.numba_installed`` first.

Activities are added up in blocks of leads that fit into a processor's own cache: the first pass writes down what each
contributes, the second puts that into the block of its lead, and the third adds up block after block. Adding up where
the activities stand would touch a random place of main memory for each of them. For the same reason a loop works on
a chunk in short steps (choose, fetch, store), so that fetches which do not wait for each other overlap.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from leadflow.accelerate import compiled
from leadflow.columns import Codes
from leadflow.records.batches import Seconds
from leadflow.scoring.points import Points

__all__ = [
    "Happenings",
    "Texts",
    "Worths",
    "add_sums",
    "capacity",
    "collect",
    "find_places",
    "hash_texts",
    "insert_places",
    "sort_by_block",
]

_CHUNK: Final = 1024
_AGE: Final = 32
_AGE_MASK: Final = (1 << _AGE) - 1
_OFFSET: Final = 0xCBF29CE484222325
_PRIME: Final = 0x100000001B3

_PLACE: Final = (1 << 32) - 1

_Bytes = npt.NDArray[np.uint8]
_Integers = npt.NDArray[np.int64]


class Happenings(NamedTuple):
    """Activities and which signals count them.

    Attributes:
        kinds: (m,) the code of each activity's kind; negative for none.
        leads: (m,) the code of its lead; negative for none.
        at: (m,) its time.
        repeated: (m,) where it came before, or (0,) where none did.
        row_of_lead: (k + 2,) the row of each lead code, -1 for none; the last two stand for negative codes.
        now: the moment of the score.
        starts: (kinds + 1,) where the signals of each kind begin in ``members``.
        members: the signals of all kinds, kind after kind.
        longest: (kinds + 1,) the longest reach of the signals of each kind, and last 0 for no kind.
        reach: (signals,) the age from which activities no longer count.
    """

    kinds: Codes
    leads: Codes
    at: Seconds
    repeated: npt.NDArray[np.bool_]
    row_of_lead: Codes
    now: int
    starts: _Integers
    members: _Integers
    longest: _Integers
    reach: _Integers


class Worths(NamedTuple):
    """What signals give.

    Attributes:
        points: (signals,) points of a fresh activity.
        caps: (signals,) the most that each adds or takes away.
        groups: (signals,) the group whose cap it shares, or -1.
        group_caps: (groups,) the most that each adds or takes away.
        high: the factors of long ages of the signals that fade, one after the other; see ``Decay``.
        high_starts: (signals,) where those of each begin; -1 for a signal that does not fade.
        low: (signals, 2**low_bits) the factors of the remaining seconds.
        low_bits: how many bits of an age are the remaining seconds.
        scale: how many settled units a point has.
    """

    points: Points
    caps: Points
    groups: _Integers
    group_caps: Points
    high: Points
    high_starts: _Integers
    low: Points
    low_bits: int
    scale: float


class Texts(NamedTuple):
    """Texts joined in one piece.

    Attributes:
        flat: their bytes, a separator after each.
        ends: (n,) where the separator of each stands.
        hashes: (n,) their hashes.
    """

    flat: npt.NDArray[np.uint8]
    ends: _Integers
    hashes: npt.NDArray[np.uint64]


@compiled
def capacity(of: Happenings, first: int, stop: int) -> int:
    """Return how many records some activities can make at most.

    Args:
        of: the activities.
        first: the first to look at.
        stop: the one after the last.
    """
    kinds, starts = of.kinds, of.starts
    count = 0
    for i in range(first, stop):
        if kinds[i] >= 0:
            count += starts[kinds[i] + 1] - starts[kinds[i]]
    return int(count)


@compiled
def collect(
    of: Happenings,
    first: int,
    stop: int,
    rows: tuple[int, int],
    layout: tuple[int, int],
    raw: _Integers,
    counts: _Integers,
) -> int:
    """Write down what some activities contribute, in the order of the log.

    Args:
        of: the activities.
        first: the first to look at.
        stop: the one after the last.
        rows: the first lead to look at, and the one after the last.
        layout: how many bits of a place are the row within a block, and how many the signal.
        raw: filled with records: block, signal and row within the block (the place) in the high 32 bits, age in the low.
        counts: (blocks,) added to: how many records each block has.

    Returns:
        How many records there are.
    """
    kinds, leads, at, repeated, reach = of.kinds, of.leads, of.at, of.repeated, of.reach
    row_of_lead, starts, members, longest = of.row_of_lead, of.starts, of.members, of.longest
    now, no_kind, again = of.now, len(of.longest) - 1, len(of.repeated) > 0
    row_bits, signal_bits = layout
    mask = (1 << row_bits) - 1
    chosen = np.empty((4, _CHUNK), np.int64)
    count = 0
    for start in range(first, stop, _CHUNK):
        kept = 0
        for i in range(start, min(start + _CHUNK, stop)):
            kind = kinds[i] if kinds[i] >= 0 else no_kind
            age = now - at[i]
            chosen[0, kept], chosen[1, kept], chosen[2, kept] = leads[i], kind, age
            # one unsigned comparison is both: not in the future, and within reach
            kept += int(np.uint64(age) < np.uint64(longest[kind]) and not (again and repeated[i]))
        for j in range(kept):
            chosen[3, j] = row_of_lead[chosen[0, j]]
        for j in range(kept):
            row, kind, age = chosen[3, j], chosen[1, j], chosen[2, j]
            if not rows[0] <= row < rows[1]:
                continue
            local = row - rows[0]
            for member in range(starts[kind], starts[kind + 1]):
                signal = members[member]
                if age < reach[signal]:
                    place = ((local >> row_bits << signal_bits | signal) << row_bits) | (local & mask)
                    raw[count] = (place << _AGE) | age
                    counts[local >> row_bits] += 1
                    count += 1
    return count


@compiled
def sort_by_block(raw: _Integers, bits: int, next_place: _Integers, records: _Integers) -> None:
    """Put records into the blocks of their leads.

    Args:
        raw: the records; see ``collect``.
        bits: how many bits of a place lie below the block.
        next_place: (blocks,) where the next record of each block goes; moved on.
        records: filled with the records, block after block.
    """
    for record in raw:
        block = record >> _AGE >> bits
        records[next_place[block]] = record
        next_place[block] += 1


@compiled
def add_sums(
    records: _Integers,
    ends: _Integers,
    blocks: tuple[int, int],
    layout: tuple[int, int],
    worths: Worths,
    total: Points,
) -> None:
    """Add up the records of some blocks, hold signals and groups within their caps, and add that to the total.

    Args:
        records: block after block; see ``collect``.
        ends: (blocks + 1,) where each block begins and ends in ``records``.
        blocks: the first block to add up, and the one after the last.
        layout: how many bits of a place are the row within a block, and how many the signal.
        worths: what the signals give.
        total: (n,) added to.
    """
    points, high, high_starts, low, low_bits = (
        worths.points,
        worths.high,
        worths.high_starts,
        worths.low,
        worths.low_bits,
    )
    scale, remaining = worths.scale, (1 << worths.low_bits) - 1
    row_bits, signal_bits = layout
    height = 1 << row_bits
    mask = (1 << (row_bits + signal_bits)) - 1
    sums = np.zeros(mask + 1)
    grouped = np.zeros((len(worths.group_caps), height))
    given = np.empty(_CHUNK)
    for block in range(blocks[0], blocks[1]):
        for start in range(ends[block], ends[block + 1], _CHUNK):
            stop = min(start + _CHUNK, ends[block + 1])
            for i in range(start, stop):
                signal, age = (records[i] >> _AGE & mask) >> row_bits, records[i] & _AGE_MASK
                worth = points[signal]
                if high_starts[signal] >= 0:
                    factor = high[high_starts[signal] + (age >> low_bits)] * low[signal, age & remaining]
                    # the scale is a power of two, so that multiplying with its inverse is exact
                    worth = np.rint(factor * worth * scale) * (1.0 / scale)
                given[i - start] = worth
            for i in range(start, stop):
                sums[records[i] >> _AGE & mask] += given[i - start]
        above = block << row_bits
        rows = min(height, len(total) - above)
        for signal in range(len(points)):
            own = sums[signal << row_bits : (signal << row_bits) + rows]
            group = worths.groups[signal]
            onto = total[above : above + rows] if group < 0 else grouped[group, :rows]
            _move(own, worths.caps[signal], onto)
        for group in range(len(worths.group_caps)):
            _move(grouped[group, :rows], worths.group_caps[group], total[above : above + rows])


@compiled
def _move(own: Points, cap: float, onto: Points) -> None:
    for row in range(len(own)):
        onto[row] += min(max(own[row], -cap), cap)
        own[row] = 0.0


@compiled
def hash_texts(texts: Texts, separator: int) -> int:
    """Find where joined texts end, and hash each.

    Args:
        texts: their bytes; ends and hashes are filled.
        separator: the byte that ends each text.

    Returns:
        How many texts there are; more than n when a text contains the separator, which makes the rest useless.

    References:
        Fowler, G., Noll, L. C., Vo, K.-P., Eastlake, D. (2019). The FNV non-cryptographic hash algorithm (FNV-1a).
    """
    count = 0
    value = np.uint64(_OFFSET)
    for i in range(len(texts.flat)):
        byte = texts.flat[i]
        if byte != separator:
            value = (value ^ np.uint64(byte)) * np.uint64(_PRIME)
            continue
        if count < len(texts.ends):
            texts.ends[count] = i
            texts.hashes[count] = value ^ (value >> np.uint64(32))
        count += 1
        value = np.uint64(_OFFSET)
    return count


@compiled
def insert_places(texts: Texts, slots: _Integers) -> bool:
    """Put texts into a hash table, unless two of them are equal.

    Args:
        texts: n texts, below 2**31.
        slots: (a power of two above n,) all zero; filled with half of the hash and the place plus one.

    Returns:
        Whether all are different.
    """
    flat, ends, hashes = texts.flat, texts.ends, texts.hashes
    mask = np.uint64(len(slots) - 1)
    for i in range(len(ends)):
        if _find(flat, ends, slots, hashes[i], flat, ends, i) >= 0:
            return False
        slot = hashes[i] & mask
        while slots[slot]:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = np.int64(hashes[i] >> np.uint64(33)) << 32 | (i + 1)
    return True


@compiled
def find_places(texts: Texts, slots: _Integers, asked: Texts, first: int, stop: int, places: Codes) -> None:
    """Look some texts up in a hash table.

    Args:
        texts: those of the table.
        slots: the table; see ``insert_places``.
        asked: k texts to look up.
        first: the first to look up.
        stop: the one after the last.
        places: (k,) filled with the place of each, or -1.
    """
    flat, ends, asked_flat, asked_ends, hashes = texts.flat, texts.ends, asked.flat, asked.ends, asked.hashes
    mask = np.uint64(len(slots) - 1)
    likely = np.empty(_CHUNK, np.int64)
    for start in range(first, stop, _CHUNK):
        end = min(start + _CHUNK, stop)
        touched = 0
        # these steps only fetch what the comparison below needs, so that the fetches overlap
        for i in range(start, end):
            likely[i - start] = max((slots[hashes[i] & mask] & _PLACE) - 1, 0)
        for i in range(start, end):
            likely[i - start] = ends[likely[i - start]]
        for i in range(start, end):
            touched += flat[likely[i - start]]
        for i in range(start, end if touched else start):
            places[i] = _find(flat, ends, slots, hashes[i], asked_flat, asked_ends, i)


@compiled
def _find(
    flat: _Bytes, ends: _Integers, slots: _Integers, hashed: int, asked: _Bytes, asked_ends: _Integers, i: int
) -> int:
    mask = np.uint64(len(slots) - 1)
    tag = np.int64(hashed >> np.uint64(33))
    start = asked_ends[i - 1] + 1 if i else 0
    length = asked_ends[i] - start
    slot = hashed & mask
    while slots[slot]:
        place = (slots[slot] & _PLACE) - 1
        if slots[slot] >> 32 == tag:
            other = ends[place - 1] + 1 if place else 0
            if ends[place] - other == length:
                same = 0
                while same < length and flat[other + same] == asked[start + same]:
                    same += 1
                if same == length:
                    return int(place)
        slot = (slot + np.uint64(1)) & mask
    return -1
