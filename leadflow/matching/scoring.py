"""Weighing many candidate pairs: cheap evidence first, and no more than can still decide."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.matching.columns import ComparedColumns, Levels, compare
from leadflow.matching.encoding import Floats, Int32, Int64, mixed
from leadflow.matching.sorting import distinct_keys
from leadflow.matching.threads import in_threads, pieces
from leadflow.matching.weights import PatternWeights, Weights, token_weights

__all__ = ["Bounds", "PairWeights", "PatternRow", "Scored", "Scorer", "weigh"]

PatternRow: TypeAlias = tuple[float, Floats, Floats, Floats]
"""Total, parts, independent and together of one pattern, as in ``PatternWeights``."""

_CHEAP: Final = frozenset(
    {
        "exact",
        "corporate_number",
        "date",
        "postal_code",
        "number",
        "phone",
        "fixed_phone",
        "mobile_phone",
        "identifier",
    }
)
"""Kinds whose levels cost little beside those of names."""

_MOST_COMPARISONS: Final = 64
_SIGNATURES: Final = mixed(np.arange(256 * _MOST_COMPARISONS, dtype=np.uint64))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Scored:
    """Weighed pairs.

    Attributes:
        i: (n_pairs,) int32 rows.
        j: (n_pairs,) int32 rows.
        bits: (n_pairs,) float64 total weight, prior included.
        levels: (n_pairs, k) uint8.
    """

    i: Int32
    j: Int32
    bits: Floats
    levels: Levels

    @classmethod
    def concatenate(cls, parts: Sequence["Scored"], k: int) -> "Scored":
        """Join parts end to end."""
        if not parts:
            none = np.empty(0, np.int32)
            return cls(i=none, j=none, bits=np.empty(0), levels=np.empty((0, k), np.uint8))
        return cls(
            i=np.concatenate([part.i for part in parts]),
            j=np.concatenate([part.j for part in parts]),
            bits=np.concatenate([part.bits for part in parts]),
            levels=np.concatenate([part.levels for part in parts]),
        )

    def take(self, chosen: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> "Scored":
        """Return some of the pairs."""
        return Scored(i=self.i[chosen], j=self.j[chosen], bits=self.bits[chosen], levels=self.levels[chosen])

    def __len__(self) -> int:
        return len(self.i)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PairWeights:
    """The weights of pairs, comparison by comparison.

    Attributes:
        total: (n_pairs,) float64, bits, prior included.
        parts: (n_pairs, k) float64, bits of the level.
        adjusted: (n_pairs, k) float64, bits added because the value is rare or common.
    """

    total: Floats
    parts: Floats
    adjusted: Floats


def weigh(
    weights: Weights,
    levels: Levels,
    ratios: Sequence[tuple[Mapping[int, Floats], Int32, Mapping[int, Floats], Int32]],
    *,
    known: dict[bytes, PatternRow] | None = None,
) -> PairWeights:
    """Weigh pairs whose levels are known.

    Args:
        weights: the model.
        levels: (n_pairs, k) uint8.
        ratios: per comparison, the log2 frequency ratios of the left cells by level, the left cells of
            the pairs, and the same on the right.
        known: patterns weighed before, to look up and to add to; for few pairs at a time.
    """
    pattern, back = (
        _distinct_patterns(weights, levels) if known is None else _known_patterns(weights, levels, known)
    )
    adjusted = np.zeros(levels.shape)
    for k, (left, ia, right, ib) in enumerate(ratios):
        for code, ratio in left.items():
            here = (levels[:, k] == code).nonzero()[0]
            if here.size:
                # How much commoner than the mean the commoner of both values is; 0 adjusts nothing.
                commoner = np.maximum(ratio[ia[here]], right[code][ib[here]])
                alone, together = pattern.independent[back[here], k], pattern.together[back[here], k]
                adjusted[here, k] = -np.log2((alone * np.exp2(commoner) + together) / (alone + together))
    return PairWeights(
        total=pattern.total[back] + adjusted.sum(axis=1), parts=pattern.parts[back], adjusted=adjusted
    )


def _distinct_patterns(weights: Weights, levels: Levels) -> tuple[PatternWeights, Int64]:
    signature = np.zeros(len(levels), np.uint64)
    for k in range(levels.shape[1]):
        signature += _SIGNATURES[256 * (k % _MOST_COMPARISONS) + levels[:, k].astype(np.intp)]
    first, back = distinct_keys(signature)
    return weights.of_patterns(levels[first]), back


def _known_patterns(
    weights: Weights, levels: Levels, known: dict[bytes, PatternRow]
) -> tuple[PatternWeights, Int64]:
    if not len(levels):
        return weights.of_patterns(levels), np.arange(0)
    keys = [row.tobytes() for row in levels]
    new = [place for place, key in enumerate(keys) if key not in known]
    if new:
        made = weights.of_patterns(levels[new])
        for place, row in enumerate(new):
            known[keys[row]] = (
                float(made.total[place]),
                made.parts[place],
                made.independent[place],
                made.together[place],
            )
    rows = [known[key] for key in keys]
    pattern = PatternWeights(
        total=np.array([row[0] for row in rows]),
        parts=np.array([row[1] for row in rows]),
        independent=np.array([row[2] for row in rows]),
        together=np.array([row[3] for row in rows]),
    )
    return pattern, np.arange(len(rows))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Bounds:
    """The most that comparisons can add to a weight, so that a pair is given up as soon as it cannot reach a floor.

    Attributes:
        levels: per comparison the most bits that each level can give, whatever the others say.
        order: comparisons, cheap ones first, then those that decide most.
        prior: bits of the prior.
    """

    levels: tuple[Floats, ...]
    order: tuple[int, ...]
    prior: float

    @classmethod
    def of(cls, weights: Weights) -> "Bounds":
        """Find the bounds of a model."""
        levels = []
        for k, comparison in enumerate(weights.comparisons):
            likely, chance = weights.m[k], weights.u[k]
            for (target, *_), other in weights.moved.items():
                likely = np.maximum(likely, other) if target == k else likely
            for (target, *_), other in weights.given.items():
                chance = np.minimum(chance, other) if target == k else chance
            bound = np.log2(likely / chance)
            for code, ratio in weights.frequencies[k].lowest(comparison).items():
                bound[code] -= ratio
            bound[0] = 0.0
            levels.append(bound)
        order = sorted(
            range(len(levels)),
            key=lambda k: (weights.comparisons[k].kind not in _CHEAP, -float(levels[k].max())),
        )
        return cls(levels=tuple(levels), order=tuple(order), prior=weights.prior_bits)

    def surviving(
        self, count: int, floor: float, level: Callable[[int, npt.NDArray[np.intp]], Levels]
    ) -> tuple[npt.NDArray[np.intp], Levels]:
        """Find the pairs that may reach a floor, and their levels.

        Args:
            count: how many pairs there are.
            floor: bits.
            level: gives the levels of a comparison for some of the pairs.

        Returns:
            (s,) the pairs that may, in order, and (s, k) uint8.
        """
        keep = np.arange(count)
        levels = np.zeros((count, len(self.levels)), np.uint8)
        # A comparison adds no more than its best level while it is not known to be worse.
        most = [max(float(bound.max()), 0.0) for bound in self.levels]
        best = np.full(count, self.prior + sum(most))
        for k in self.order:
            found = level(k, keep)
            levels[:, k] = found
            best += (self.levels[k] - most[k])[found]
            alive = (best >= floor).nonzero()[0]
            if len(alive) < len(keep):
                keep, levels, best = keep.take(alive), levels.take(alive, axis=0), best.take(alive)
            if not len(keep):
                break
        return keep, levels


@attrs.define(eq=False, repr=False)
class Scorer:
    """Weighs pairs of rows of one table.

    Attributes:
        weights: the model.
        columns: the encoded comparisons of the table.
    """

    weights: Weights
    columns: Sequence[ComparedColumns]
    _rarity: list[dict[str, Floats]]
    _ratios: list[dict[int, Floats]]
    _bounds: Bounds

    @classmethod
    def of(cls, weights: Weights, columns: Sequence[ComparedColumns]) -> "Scorer":
        """Prepare a table for scoring."""
        both = list(zip(weights.frequencies, columns, strict=True))
        rarity = [token_weights(known, column) for known, column in both]
        ratios = [known.of_levels(column.comparison, column.features) for known, column in both]
        return cls(weights, columns, rarity, ratios, Bounds.of(weights))

    def levels(self, i: Int32, j: Int32) -> Levels:
        """(n_pairs, k) uint8 levels of pairs of rows."""
        return np.stack([self._level(k, i, j) for k in range(len(self.columns))], axis=1)

    def _level(self, k: int, i: Int32, j: Int32) -> Levels:
        column = self.columns[k]
        return compare(
            column.comparison,
            column.features,
            column.features,
            column.rows.take(i),
            column.rows.take(j),
            rarity=self._rarity[k],
        )

    def weigh(self, i: Int32, j: Int32, levels: Levels) -> PairWeights:
        """Weigh pairs whose levels are known."""
        ratios = [
            (self._ratios[k], column.rows[i], self._ratios[k], column.rows[j])
            for k, column in enumerate(self.columns)
        ]
        return weigh(self.weights, levels, ratios)

    def score(self, i: Int32, j: Int32, *, floor: float = -np.inf) -> Scored:
        """Weigh pairs of rows and keep those of at least ``floor`` bits."""
        keep, levels = self._bounds.surviving(
            len(i), floor, lambda k, some: self._level(k, i.take(some), j.take(some))
        )
        i, j = i.take(keep), j.take(keep)
        bits = self.weigh(i, j, levels).total
        scored = Scored(i=i, j=j, bits=bits, levels=levels)
        return scored if floor == -np.inf else scored.take((bits >= floor).nonzero()[0])

    def score_all(self, chunks: Iterable[tuple[Int32, Int32]], *, floor: float = -np.inf) -> Scored:
        """Weigh the pairs of all chunks as ``score`` does, in threads."""
        parts = (part for i, j in chunks for part in pieces(i, j))
        kept = list(in_threads(lambda pair: self.score(*pair, floor=floor), parts))
        return Scored.concatenate(kept, len(self.columns))
