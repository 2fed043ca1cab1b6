"""Similarities of many pairs of texts, by character, with bounds that spare most of the work."""

import sys
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from leadflow.accelerate import numba_installed
from leadflow.matching.encoding import Int32, TextBank
from leadflow.matching.sorting import distinct_keys

__all__ = [
    "Similarities",
    "compiled_levels",
    "edit_closeness",
    "jaro_winkler",
    "load_kernels",
    "shared_bound",
]

Similarities = npt.NDArray[np.float32]

_CHUNK: Final = 1 << 18
_SLACK: Final = 2e-6
_WORTH_CALLING: Final = 1 << 13
_KERNELS: Final = "leadflow.matching.kernels"


def load_kernels() -> None:
    """Load compiled kernels where numba is installed; from then on they compare what is large enough.

    Loading takes a second or two, for hundreds of thousands of records less than it saves. Results are the same.

    Example:
        >>> load_kernels()
    """
    if numba_installed():
        from leadflow.matching import kernels  # noqa: PLC0415  # numba is loaded only when it pays

        kernels.load()


def shared_bound(a: TextBank, ia: Int32, b: TextBank, ib: Int32) -> Int32:
    """Return how many characters of two texts can match at most.

    At least ``popcount(a & ~b)`` characters of ``a`` occur nowhere in ``b``, where ``a`` and ``b`` are
    the texts' 64-bit sets of hashed characters; so at most the rest can match. The same holds the other
    way round.

    Returns:
        (n_pairs,) int32.

    Example:
        >>> bank = TextBank.of(["abc", "abd"])
        >>> shared_bound(bank, np.array([0]), bank, np.array([1])).tolist()
        [2]
    """
    left, right = a.measures.masks.take(ia), b.measures.masks.take(ib)
    own = a.measures.lengths.take(ia) - np.bitwise_count(left & ~right)
    other = b.measures.lengths.take(ib) - np.bitwise_count(right & ~left)
    return np.asarray(np.minimum(own, other))


def jaro_winkler(a: TextBank, ia: Int32, b: TextBank, ib: Int32, *, cutoff: float = 0.0) -> Similarities:
    """Return the Jaro-Winkler similarity of pairs of texts, 0 where it is under the cutoff.

    Args:
        a: the texts on the left.
        ia: (n_pairs,) indices into ``a``.
        b: the texts on the right.
        ib: (n_pairs,) indices into ``b``.
        cutoff: similarities under it are not wanted; a higher cutoff is faster.

    Returns:
        (n_pairs,) float32 in [0, 1].

    References:
        Winkler, "String comparator metrics and enhanced decision rules in the Fellegi-Sunter model
        of record linkage" (1990).

    Example:
        >>> bank = TextBank.of(["martha", "marhta", "岡本", "岩本"])
        >>> jaro_winkler(bank, np.array([0, 2]), bank, np.array([1, 3])).round(3).tolist()
        [0.9610000252723694, 0.6669999957084656]
    """
    return _where_short(a, ia, b, ib, metric="jaro_winkler", cutoff=max(cutoff - _SLACK, 0.0))


def _jaro_winkler(a: TextBank, ia: Int32, b: TextBank, ib: Int32, cutoff: float) -> Similarities:
    keep = _may_be_alike(a, ia, b, ib, cutoff)
    out = np.zeros(len(ia), np.float32)
    out[keep] = _each_once(
        a, ia.take(keep), b, ib.take(keep), scorer=JaroWinkler.normalized_similarity, cutoff=cutoff
    )
    return out


def edit_closeness(a: TextBank, ia: Int32, b: TextBank, ib: Int32, *, cutoff: float = 0.0) -> Similarities:
    """Return minus the number of edits between texts, minus infinity where it is under the cutoff.

    An edit inserts, deletes or replaces a character or swaps two neighbours (optimal string alignment).

    Args:
        a: the texts on the left.
        ia: (n_pairs,) indices into ``a``.
        b: the texts on the right.
        ib: (n_pairs,) indices into ``b``.
        cutoff: minus the most edits that are of interest.

    Returns:
        (n_pairs,) float32, at most 0.

    References:
        Damerau, "A technique for computer detection and correction of spelling errors" (1964).

    Example:
        >>> bank = TextBank.of(["19840414", "19840441"])
        >>> edit_closeness(bank, np.array([0]), bank, np.array([1]), cutoff=-2).tolist()
        [-1.0]
    """
    limit = int(-cutoff)
    found = _where_short(a, ia, b, ib, metric="edits", cutoff=limit)
    return np.where(found <= limit, -found, np.float32(-np.inf))


def _edits(a: TextBank, ia: Int32, b: TextBank, ib: Int32, limit: float) -> Similarities:
    most = np.maximum(a.measures.lengths.take(ia), b.measures.lengths.take(ib)) - shared_bound(a, ia, b, ib)
    keep = np.flatnonzero(most <= limit)
    out = np.full(len(ia), limit + 1, np.float32)
    out[keep] = _each_once(a, ia.take(keep), b, ib.take(keep), scorer=OSA.distance, cutoff=limit)
    return out


def _where_short(
    a: TextBank, ia: Int32, b: TextBank, ib: Int32, *, metric: str, cutoff: float
) -> Similarities:
    """Compare many short texts of one bank by a compiled kernel, and whatever else by rapidfuzz."""
    otherwise = _jaro_winkler if metric == "jaro_winkler" else _edits
    if len(ia) < _WORTH_CALLING or a is not b or a.measures.spelling is None or _KERNELS not in sys.modules:
        return otherwise(a, ia, b, ib, cutoff)
    from leadflow.matching import kernels  # noqa: PLC0415  # loaded only by who asked for it

    kernel = kernels.jaro_winkler if metric == "jaro_winkler" else kernels.edits
    texts = kernels.Texts(*a.measures.spelling, a.measures.masks)
    short = np.flatnonzero(np.maximum(a.measures.lengths[ia], a.measures.lengths[ib]) <= kernels.LONGEST)
    part = np.empty(len(short), np.float32)
    kernel(texts, ia[short], ib[short], cutoff, part)
    if len(short) == len(ia):
        return part
    out = np.empty(len(ia), np.float32)
    out[short] = part
    long = np.setdiff1d(np.arange(len(ia)), short, assume_unique=True)
    out[long] = otherwise(a, ia[long], b, ib[long], cutoff)
    return out


def compiled_levels(
    bank: TextBank, codes: Int32, ia: Int32, ib: Int32, *, metric: str, steps: Sequence[float]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.intp]] | None:
    """Return the levels of many pairs that one text decides, where kernels were loaded and pay.

    Args:
        bank: the distinct texts.
        codes: (u,) the text of each distinct cell, negative where absent.
        ia: (n_pairs,) distinct cells on the left, negative where missing.
        ib: (n_pairs,) distinct cells on the right.
        metric: ``jaro_winkler`` or ``edits``.
        steps: the least closeness of each level after "the same", descending.

    Returns:
        (n_pairs,) uint8 as of ``compare``, and the pairs that are not decided as a text is too long; or None.
    """
    if len(ia) < _WORTH_CALLING or bank.measures.spelling is None or _KERNELS not in sys.modules:
        return None
    from leadflow.matching import kernels  # noqa: PLC0415  # loaded only by who asked for it

    out = np.empty(len(ia), np.uint8)
    texts = kernels.Texts(*bank.measures.spelling, bank.measures.masks)
    wanted = kernels.Wanted(steps=np.array(steps, np.float64), by_edits=metric == "edits")
    kernels.levels(texts, (codes, ia, ib), wanted, out)
    return out, (out == kernels.UNDECIDED).nonzero()[0]


def _may_be_alike(a: TextBank, ia: Int32, b: TextBank, ib: Int32, cutoff: float) -> npt.NDArray[np.intp]:
    """The pairs whose Jaro-Winkler similarity is not under the cutoff for certain."""
    shared = shared_bound(a, ia, b, ib)
    left, right = np.maximum(a.measures.lengths.take(ia), 1), np.maximum(b.measures.lengths.take(ib), 1)
    jaro = (shared / left + shared / right + 1.0) / 3.0
    # A common beginning of four characters adds 0.4 of what is missing, and is looked for only where that decides.
    keep = np.flatnonzero((jaro >= (cutoff - 0.4) / 0.6) & (shared > 0))
    near = keep[jaro[keep] < cutoff]
    if not near.size:
        return keep
    left_heads, right_heads = (
        a.measures.heads.take(ia.take(near), axis=0),
        b.measures.heads.take(ib.take(near), axis=0),
    )
    same = np.logical_and.accumulate(left_heads == right_heads, axis=1)
    boosted = jaro[near] + 0.1 * same.sum(axis=1) * (1.0 - jaro[near])
    jaro[near[boosted >= cutoff]] = 1.0
    return keep[jaro[keep] >= cutoff]


def _each_once(
    a: TextBank, ia: Int32, b: TextBank, ib: Int32, *, scorer: object, cutoff: float
) -> npt.NDArray[np.float32]:
    """Score each distinct pair once."""
    n = len(ia)
    if n == 0:
        return np.empty(0, np.float32)
    width = len(b)
    pairs = ia.astype(np.int64) * width + ib
    first, back = distinct_keys(pairs)
    out = np.empty(len(first), np.float32)
    for start in range(0, len(first), _CHUNK):
        part = pairs[first[start : start + _CHUNK]]
        out[start : start + _CHUNK] = process.cpdist(
            a.texts.take(part // width),
            b.texts.take(part % width),
            scorer=scorer,  # type: ignore[arg-type]  # rapidfuzz accepts its own scorers
            score_cutoff=cutoff,
            dtype=np.float32,
        )
    return out.take(back)
