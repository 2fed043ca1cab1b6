"""Weighing many candidate pairs: cheap evidence first, and no more than can still decide."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.matching.columns import ComparedColumns, Levels, compare
from leadflow.matching.encoding import Floats, Int32, Int64, mixed
from leadflow.matching.sorting import distinct_keys
from leadflow.matching.threads import in_threads, pieces
from leadflow.matching.weights import PatternWeights, Weights, token_weights

__all__ = ["PairWeights", "PatternRow", "Scored", "Scorer", "weigh"]

PatternRow: TypeAlias = tuple[float, Floats, Floats, Floats]
"""Total, parts, independent and together of one pattern, as in ``PatternWeights``."""

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
            here = np.flatnonzero(levels[:, k] == code)
            if not here.size:
                continue
            both = np.maximum(ratio[ia[here]], right[code][ib[here]])
            alone = pattern.independent[back[here], k]
            together = pattern.together[back[here], k]
            adjusted[here, k] = -np.log2((alone * np.exp2(both) + together) / (alone + together))
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
    _bounds: list[Floats]

    @classmethod
    def of(cls, weights: Weights, columns: Sequence[ComparedColumns]) -> "Scorer":
        """Prepare a table for scoring."""
        both = list(zip(weights.frequencies, columns, strict=True))
        rarity = [token_weights(known, column) for known, column in both]
        ratios = [known.of_levels(column.comparison, column.features) for known, column in both]
        return cls(weights, columns, rarity, ratios, _bounds(weights, ratios))

    def levels(self, i: Int32, j: Int32) -> Levels:
        """(n_pairs, k) uint8 levels of pairs of rows."""
        out = np.empty((len(i), len(self.columns)), np.uint8)
        for k, column in enumerate(self.columns):
            out[:, k] = self._level(k, column, i, j)
        return out

    def _level(self, k: int, column: ComparedColumns, i: Int32, j: Int32) -> Levels:
        return compare(
            column.comparison,
            column.features,
            column.features,
            column.rows[i],
            column.rows[j],
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
        keep, levels = self._pruned(i, j, floor)
        i, j = i[keep], j[keep]
        bits = self.weigh(i, j, levels).total
        scored = Scored(i=i, j=j, bits=bits, levels=levels)
        return scored if floor == -np.inf else scored.take(np.flatnonzero(bits >= floor))

    def score_all(self, chunks: Iterable[tuple[Int32, Int32]], *, floor: float = -np.inf) -> Scored:
        """Weigh the pairs of all chunks as ``score`` does, in threads."""
        parts = (part for i, j in chunks for part in pieces(i, j))
        kept = list(in_threads(lambda pair: self.score(*pair, floor=floor), parts))
        return Scored.concatenate(kept, len(self.columns))

    def _pruned(self, i: Int32, j: Int32, floor: float) -> tuple[npt.NDArray[np.intp], Levels]:
        """Compute levels, dropping a pair once its best possible weight is under the floor."""
        keep = np.arange(len(i))
        levels = np.zeros((len(i), len(self.columns)), np.uint8)
        if floor == -np.inf or not len(i):
            return keep, self.levels(i, j)
        # A comparison adds no more than its best level while it is not known to be worse.
        most = [max(float(bound.max()), 0.0) for bound in self._bounds]
        best = np.full(len(i), self.weights.prior_bits + sum(most))
        for k in sorted(range(len(self.columns)), key=self._cost):
            found = self._level(k, self.columns[k], i, j)
            levels[:, k] = found
            best += (self._bounds[k] - most[k])[found]
            alive = np.flatnonzero(best >= floor)
            if len(alive) < len(i):
                i, j, keep, levels, best = i[alive], j[alive], keep[alive], levels[alive], best[alive]
        return keep, levels

    def _cost(self, k: int) -> tuple[int, float]:
        kinds = {
            "exact": 0,
            "corporate_number": 0,
            "date": 1,
            "postal_code": 1,
            "number": 1,
            "phone": 1,
            "identifier": 1,
        }
        return kinds.get(self.columns[k].comparison.kind, 2), -self.weights.highest(k)


def _bounds(weights: Weights, ratios: Sequence[Mapping[int, Floats]]) -> list[Floats]:
    """Per comparison the most bits that each level can give, whatever the others say."""
    out = []
    for k, per_level in enumerate(ratios):
        likely, chance = weights.m[k], weights.u[k]
        for (target, *_), other in weights.moved.items():
            likely = np.maximum(likely, other) if target == k else likely
        for (target, *_), other in weights.given.items():
            chance = np.minimum(chance, other) if target == k else chance
        bound = np.log2(likely / chance)
        for code, ratio in per_level.items():
            bound[code] += max(-float(ratio.min(initial=0.0)), 0.0)
        bound[0] = 0.0
        out.append(bound)
    return out
