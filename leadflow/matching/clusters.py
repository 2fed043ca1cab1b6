"""From pairs to clusters: no chains of weak links, no contradictions, verdicts honoured."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from leadflow.matching.blocking import pairs_within
from leadflow.matching.encoding import Floats, Int32, Int64
from leadflow.matching.scoring import Scored
from leadflow.matching.sorting import distinct_keys, stable_order

__all__ = ["components", "resolve", "stable_ids"]

_FORCED: Final = 1e6
_CLIP: Final = 12.0
_DENSE: Final = 80


def components(n: int, i: npt.NDArray[np.integer], j: npt.NDArray[np.integer]) -> Int64:
    """Label connected components by pointer jumping.

    Returns:
        (n,) int64, the smallest row of each component.

    References:
        Shiloach & Vishkin, "An O(log n) parallel connectivity algorithm" (1982).

    Example:
        >>> components(4, np.array([2]), np.array([3])).tolist()
        [0, 1, 2, 2]
    """
    label = np.arange(n)
    a, b = np.asarray(i, np.int64), np.asarray(j, np.int64)
    while a.size:
        low, high = np.minimum(label[a], label[b]), np.maximum(label[a], label[b])
        np.minimum.at(label, high, low)
        while True:
            up = label[label]
            if np.array_equal(up, label):
                break
            label = up
        apart = label[a] != label[b]
        a, b = a[apart], b[apart]
    return label


def resolve(
    n: int,
    scored: Scored,
    score: Callable[[Int32, Int32], Floats],
    *,
    threshold: float,
    same: Sequence[tuple[int, int]] = (),
    distinct: Sequence[tuple[int, int]] = (),
) -> Int64:
    """Turn weighed pairs into clusters.

    Pairs at or over the threshold connect records. A component in which every pair agrees is a cluster.
    In any other, clusters are merged from single records up, always the two that fit best, while the
    mean weight between them supports it and no verdict forbids it.

    Args:
        n: records.
        scored: candidate pairs, each once.
        score: gives the bits of pairs of rows that were not candidates.
        threshold: bits from which a pair is a link.
        same: pairs of rows that are one entity, whatever they say.
        distinct: pairs of rows that are two.

    Returns:
        (n,) int64 labels, the smallest row of each cluster.

    References:
        Sokal & Michener, "A statistical method for evaluating systematic relationships" (1958), for
        average linkage; Bansal, Blum & Chawla, "Correlation clustering" (2004).
    """
    linked = np.flatnonzero(scored.bits >= threshold)
    i, j, bits = scored.i[linked].astype(np.int64), scored.j[linked].astype(np.int64), scored.bits[linked]
    if same:
        forced = np.array(same, np.int64)
        i, j = np.concatenate([i, forced.min(1)]), np.concatenate([j, forced.max(1)])
        bits = np.concatenate([bits, np.full(len(forced), _FORCED)])
    label = components(n, i, j)
    label = _without_giants(n, label, i, j, bits)
    return _split(label, scored, score, threshold, same=same, distinct=distinct)


def _without_giants(n: int, label: Int64, i: Int64, j: Int64, bits: Floats) -> Int64:
    """Cut components too large for all their pairs, weakest links first."""
    step = 1.0
    floor = float(bits.min(initial=0.0))
    while True:
        sizes = np.bincount(label, minlength=n)
        large = sizes[label[i]] > _DENSE
        if not large.any():
            return label
        floor = max(floor, float(bits[large].min())) + step
        if floor > _FORCED / 2:
            return label
        keep = ~large | (bits >= floor)
        i, j, bits = i[keep], j[keep], bits[keep]
        label = components(n, i, j)
        step *= 1.1


def _split(
    label: Int64,
    scored: Scored,
    score: Callable[[Int32, Int32], Floats],
    threshold: float,
    *,
    same: Sequence[tuple[int, int]],
    distinct: Sequence[tuple[int, int]],
) -> Int64:
    sizes = np.bincount(label, minlength=len(label))
    touched = {label[row] for pair in (*same, *distinct) for row in pair}
    rows = np.flatnonzero((sizes[label] > 2) & (sizes[label] <= 4 * _DENSE))  # pairs cannot be split
    if touched:
        rows = np.union1d(rows, np.flatnonzero(np.isin(label, sorted(touched)) & (sizes[label] > 1)))
    if not rows.size:
        return label
    rows = rows[stable_order(label[rows])]
    edges = np.flatnonzero(np.diff(label[rows], prepend=-1, append=-1))
    i, j = pairs_within(rows, edges)
    bits = _bits_of(i, j, len(label), scored, score)
    for pairs, value in ((same, _FORCED), (distinct, -_FORCED)):
        if pairs:
            keys = np.array([min(pair) * len(label) + max(pair) for pair in pairs])
            bits[np.isin(np.minimum(i, j) * len(label) + np.maximum(i, j), keys)] = value
    pair_sizes = np.diff(edges)
    spans = np.concatenate([[0], np.cumsum(pair_sizes * (pair_sizes - 1) // 2)])
    lowest = np.minimum.reduceat(bits, spans[:-1]) if bits.size else np.empty(0)
    out = label.copy()
    doubtful = np.flatnonzero(lowest < threshold)
    for size in np.unique(pair_sizes[doubtful]).tolist():
        here = doubtful[pair_sizes[doubtful] == size]
        members = rows[edges[here][:, None] + np.arange(size)]
        parts = agglomerate(bits[spans[here][:, None] + np.arange(size * (size - 1) // 2)], size, threshold)
        out[members] = np.take_along_axis(members, parts, axis=1)
    return out


def _bits_of(i: Int64, j: Int64, n: int, scored: Scored, score: Callable[[Int32, Int32], Floats]) -> Floats:
    known = scored.i.astype(np.int64) * n + scored.j
    order = stable_order(known)
    known = known[order]
    wanted = np.minimum(i, j) * n + np.maximum(i, j)
    place = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    found = known[place] == wanted if len(known) else np.zeros(len(wanted), np.bool_)
    bits = np.empty(len(wanted))
    bits[found] = scored.bits[order[place[found]]]
    rest = np.flatnonzero(~found)
    if rest.size:
        bits[rest] = score(np.minimum(i, j)[rest].astype(np.int32), np.maximum(i, j)[rest].astype(np.int32))
    return bits


def agglomerate(bits: Floats, size: int, threshold: float) -> Int64:
    """Merge the records of components of one size upwards by average linkage.

    Args:
        bits: (components, pairs) the weights of all pairs of each, in the order of ``numpy.triu_indices``.
        size: records of each component.
        threshold: bits that the mean between two clusters must reach.

    Returns:
        (components, size) int64, the first record of each one's cluster.

    Example:
        >>> agglomerate(np.array([[9.0, -9.0, -9.0], [-9.0, -9.0, 9.0]]), 3, 0.0).tolist()
        [[0, 0, 2], [0, 1, 1]]
    """
    count = len(bits)
    total = np.zeros((count, size, size))
    one, other = np.triu_indices(size, 1)
    excess = bits - threshold
    excess = np.where(np.abs(bits) >= _FORCED / 2, excess, np.clip(excess, -_CLIP, _CLIP))
    total[:, one, other] = total[:, other, one] = excess
    weight = np.ones((count, size))
    label = np.tile(np.arange(size), (count, 1))
    going = np.arange(count)
    while going.size:
        # A record that was merged into another has no weight left, and a mean of minus infinity.
        product = weight[going, :, None] * weight[going, None, :]
        mean = np.full(product.shape, -np.inf)
        np.divide(total[going], product, out=mean, where=product > 0)
        mean[:, np.arange(size), np.arange(size)] = -np.inf
        best = mean.reshape(len(going), -1).argmax(axis=1)
        a, b = np.divmod(best, size)  # of equals the first, so that a < b
        merging = mean[np.arange(len(going)), a, b] >= 0.0
        going, a, b = going[merging], a[merging], b[merging]
        total[going, a] += total[going, b]
        total[going, :, a] += total[going, :, b]
        weight[going, a] += weight[going, b]
        weight[going, b] = 0.0
        label[going] = np.where(label[going] == b[:, None], a[:, None], label[going])
    return label


def stable_ids(label: Int64, previous: dict[int, int]) -> Int64:
    """Number clusters, keeping the ids that their records had before.

    A cluster takes the earlier id of most of its records; of two clusters that would take the same id
    the one with more of its records does, the lower id winning a tie. New clusters count on.

    Args:
        label: (n,) labels of clusters.
        previous: row to its earlier cluster id.

    Returns:
        (n,) int64.

    Example:
        >>> stable_ids(np.array([0, 0, 2]), {0: 7, 1: 7}).tolist()
        [7, 7, 8]
        >>> stable_ids(np.array([0, 1, 0]), {}).tolist()
        [0, 1, 0]
    """
    first, back = distinct_keys(label)
    rank = np.empty(len(first), np.int64)
    rank[stable_order(first)] = np.arange(len(first))
    cluster = rank[back]
    votes: dict[tuple[int, int], int] = {}
    for row, old in previous.items():
        pair = (int(cluster[row]), old)
        votes[pair] = votes.get(pair, 0) + 1
    ids = np.full(len(first), -1, np.int64)
    used: set[int] = set()
    for (new, old), _ in sorted(votes.items(), key=lambda item: (-item[1], item[0][1], item[0][0])):
        if ids[new] < 0 and old not in used:
            ids[new] = old
            used.add(old)
    fresh = np.flatnonzero(ids < 0)
    ids[fresh] = np.arange(len(fresh)) + (max(previous.values()) + 1 if previous else 0)
    return np.asarray(ids[cluster])
