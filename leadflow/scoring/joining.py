"""Joining ids: where each of many texts stands among others, without a Python loop.

A dictionary look-up of a million texts in random order costs three cache misses each. Here either side
becomes one array of eight-byte words in a single pass, is hashed word by word and joined in sorted order;
every match is then compared in full, so that a collision of hashes cannot join two ids.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from leadflow.columns import Codes
from leadflow.errors import InputError

if TYPE_CHECKING:
    from leadflow.scoring.kernels import Texts

__all__ = ["places_of"]

_SMALL: Final = 4096
_WIDEST: Final = 64
_SEPARATOR: Final = "\n"
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(29)

_Words = npt.NDArray[np.uint64]


def places_of(
    values: Sequence[Hashable], ids: Sequence[str], *, pool: ThreadPoolExecutor | None = None
) -> Codes:
    """Return the place of each value among ids, or -1.

    Args:
        values: (k,) texts; anything else stands nowhere.
        ids: (n,) texts.
        pool: threads for the compiled kernels; None does it in numpy.

    Returns:
        (k,) int32.

    Raises:
        InputError: a value stands at several places.

    References:
        Steele, G. L., Lea, D., Flood, C. H. (2014). Fast splittable pseudorandom number generators, OOPSLA
        (the odd multiplier of the mixing step).

    Example:
        >>> places_of(("b", "x"), ("a", "b")).tolist()
        [1, -1]
    """
    if len(values) > _SMALL and len(ids) > _SMALL:
        found = None if pool is None else _join_compiled(values, ids, pool)
        if found is not None:
            return found
        own, other = _words(values), _words(ids)
        joined = None if own is None or other is None else _join(own, other)
        if joined is not None:
            return joined
    place_of: dict[Hashable, int] = dict(zip(ids, range(len(ids)), strict=True))
    if len(place_of) < len(ids):
        _refuse_repeated(values, ids)
    return np.fromiter((place_of.get(value, -1) for value in values), np.int32, len(values))


def _refuse_repeated(values: Sequence[Hashable], ids: Sequence[str]) -> None:
    times = Counter(ids)
    repeated = sum(times[value] > 1 for value in values if isinstance(value, str))
    if repeated:
        raise InputError(
            f"{repeated} lead ids that are asked for stand in several rows of the batch, so that it is not clear whose "
            "they are: give each lead an id of its own."
        )


def _words(values: Sequence[Hashable]) -> _Words | None:
    """Return texts as rows of words, padded with zeros; None where they are not short plain texts."""
    try:
        text = _SEPARATOR.join(values)  # type: ignore[arg-type]  # anything but a text is refused by join
    except TypeError:
        return None
    raw = text.encode(errors="surrogatepass")
    flat = np.frombuffer(raw, np.uint8)
    ends = np.append(np.flatnonzero(flat == ord(_SEPARATOR)), len(flat))
    if len(ends) != len(values) or b"\0" in raw:
        return None
    lengths = np.diff(ends, prepend=-1) - 1
    longest = int(lengths.max())
    if longest > _WIDEST:
        return None
    table = np.zeros((len(values), max(8, -(-longest // 8) * 8)), np.uint8)
    if int(lengths.min()) == longest:
        table[:, :longest] = np.append(flat, np.uint8(0)).reshape(len(values), -1)[:, :longest]
    else:
        table[np.arange(table.shape[1]) < lengths[:, None]] = flat[flat != ord(_SEPARATOR)]
    return table.view(np.uint64)


def _join(values: _Words, ids: _Words) -> Codes | None:
    width = max(values.shape[1], ids.shape[1])
    values, ids = _widened(values, width), _widened(ids, width)
    own, other = _hashes(values), _hashes(ids)
    order = np.argsort(other)
    ordered = other[order]
    if bool((ordered[1:] == ordered[:-1]).any()):
        return None
    asked = np.argsort(own)
    found = np.empty(len(values), np.int64)
    found[asked] = np.searchsorted(ordered, own[asked])
    np.minimum(found, len(ids) - 1, out=found)
    places = order[found].astype(np.int32)
    for word in range(width):
        places[ids[places, word] != values[:, word]] = -1
    return places


def _widened(words: _Words, width: int) -> _Words:
    return np.pad(words, ((0, 0), (0, width - words.shape[1]))) if words.shape[1] < width else words


def _hashes(words: _Words) -> _Words:
    hashes = np.zeros(len(words), np.uint64)
    for word in range(words.shape[1]):
        hashes ^= words[:, word]
        hashes *= _MULTIPLIER
        hashes ^= hashes >> _SHIFT
    return hashes


def _join_compiled(values: Sequence[Hashable], ids: Sequence[str], pool: ThreadPoolExecutor) -> Codes | None:
    """Join by a hash table; None where the texts are not plain or the ids not different."""
    from leadflow.scoring import kernels  # noqa: PLC0415  # loads numba: only large populations come here

    hashing = pool.submit(_hashed, values)
    texts = _hashed(ids)
    asked = hashing.result()
    if texts is None or asked is None:
        return None
    slots = np.zeros(1 << (2 * len(ids)).bit_length(), np.int64)
    if not kernels.insert_places(texts, slots):
        return None
    places = np.empty(len(values), np.int32)
    half = len(values) // 2
    searching = pool.submit(kernels.find_places, texts, slots, asked, 0, half, places)
    kernels.find_places(texts, slots, asked, half, len(values), places)
    searching.result()
    return places


def _hashed(values: Sequence[Hashable]) -> "Texts | None":
    """Return texts joined in one piece with their hashes, or None where they are not plain texts."""
    from leadflow.scoring import kernels  # noqa: PLC0415  # loads numba: only large populations come here

    try:
        text = _SEPARATOR.join(values)  # type: ignore[arg-type]  # anything but a text is refused by join
    except TypeError:
        return None
    flat = np.frombuffer((text + _SEPARATOR).encode(errors="surrogatepass"), np.uint8)
    texts = kernels.Texts(
        flat=flat, ends=np.empty(len(values), np.int64), hashes=np.empty(len(values), np.uint64)
    )
    return texts if kernels.hash_texts(texts, ord(_SEPARATOR)) == len(values) else None
