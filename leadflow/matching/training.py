"""Learning match weights from a table, with or without labelled pairs.

Pairs are drawn at random and, for every comparison, among those that agree on it. Each sample shows the
other comparisons without the selection that blocking makes; expectation maximisation over distinct
patterns separates matches from coincidences in all samples together.
"""

import itertools
import math
from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.matching.blocking import KeyCodes, blocks_of, count_pairs, pairs_within
from leadflow.matching.columns import ComparedColumns, Levels, compare
from leadflow.matching.comparison import Comparison
from leadflow.matching.encoding import Floats, Int32, Int64, UInt64, mixed
from leadflow.matching.expectations import (
    domain_of_employer,
    expected_m,
    expected_u,
    expected_u_together,
    nothing_but_names,
    one_employer,
    one_thing,
    untrained,
)
from leadflow.matching.frequencies import count_frequencies, token_frequencies
from leadflow.matching.sorting import distinct_keys, stable_order
from leadflow.matching.threads import PIECE, in_threads
from leadflow.matching.weights import Frequencies, Weights, probability, token_weights
from leadflow.seeds import generator

__all__ = ["KEY_FEATURES", "Sample", "train"]

KEY_FEATURES: Final = {
    "person_name": "full",
    "company": "core",
    "email": "personal",
    "phone": "number",
    "fixed_phone": "number",
    "mobile_phone": "number",
    "date": "date",
    "number": "text",
    "postal_code": "code",
    "corporate_number": "number",
    "url": "host",
}
"""The feature on whose equality pairs are drawn, per kind; ``text`` where not listed."""

COARSE_FEATURES: Final = {
    "company": "tokens",
    "phrase": "tokens",
    "title": "tokens",
    "phone": "area",
    "fixed_phone": "area",
    "postal_code": "area",
    "address": "place",
}
"""The feature on whose equality pairs are drawn that agree in part, per kind."""

_PERSONAL: Final = frozenset({"person_name", "email", "mobile_phone", "date", "identifier"})
_NAMING: Final = frozenset({"person_name", "company", "title", "email"})
"""What names an entity: that it differs is never explained by something else that differs."""

_NAMES: Final = frozenset({"person_name", "company", "title"})
"""What entities are called."""

_UNSHARED: Final = frozenset({"email", "mobile_phone", "date", "identifier"})
"""What different people hardly ever share, so that nothing else can come with sharing it."""

_OWN: Final = frozenset({"mobile_phone", "date", "identifier"})
"""What sharing something else never explains: who shares it as well is the same."""

_RANDOM_PAIRS: Final = (100_000, 400_000)
_AGREEING_PAIRS: Final = (25_000, 50_000)
"""The fewest and the most that are drawn: the more records, the rarer the coincidences that count."""
_ROUNDS: Final = 40
_WARM_UP: Final = 6
_PRIOR_STRENGTH: Final = 4.0
_FEW_PAIRS: Final = 50.0
_ENOUGH_COINCIDENCES: Final = 10.0
_DEPENDENT: Final = 1.5
_ANCHOR_PAIRS: Final = 20.0
_SETTLED: Final = 1e-4


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Sample:
    """Pairs drawn for training.

    Attributes:
        i: (s,) rows.
        j: (s,) rows.
        scale: how many pairs of the table each stands for.
        agrees_on: the comparison on whose key all agree, or -1 for random pairs.
        in_part: the comparison on whose coarse key all agree, or -1.
    """

    i: Int32
    j: Int32
    scale: float
    agrees_on: int = -1
    in_part: int = -1


@attrs.define(eq=False, repr=False)
class _Patterns:
    """Distinct patterns of all samples.

    Attributes:
        levels: (p, k) uint8.
        keyed: (p, k) bool, the pair has the same key in a comparison.
        tally: (samples, p) float64, pairs of the table that each stands for.
        back: per sample the pattern of each pair.
    """

    levels: Levels
    keyed: npt.NDArray[np.bool_]
    tally: Floats
    back: list[Int64]


def train(
    columns: Sequence[ComparedColumns], order: UInt64, *, seed: int = 0, source: Int32 | None = None
) -> Weights:
    """Learn weights without labels.

    Args:
        columns: the encoded comparisons of a table of n distinct records.
        order: (n,) uint64 content hashes.
        seed: of the sampling.
        source: (n,) codes of lists when only pairs between lists count.

    References:
        Fellegi & Sunter, "A theory for record linkage" (1969); Winkler, "Using the EM algorithm for
        weight computation in the Fellegi-Sunter model" (1988); Enamorado, Fifield & Imai, "Using a
        probabilistic model to assist merging of large-scale administrative records" (2019).
    """
    comparisons = tuple(column.comparison for column in columns)
    rarity = [token_frequencies(column) for column in columns]
    n = len(order)
    samples = draw(columns, order, seed=seed, source=source)
    # A handful of records teaches nothing, and a name alone has nothing that it could be learnt from.
    if n * (n - 1) / 2 < _FEW_PAIRS or not samples or nothing_but_names(comparisons):
        return untrained(comparisons, rarity, rows=n)
    patterns = _patterns(columns, samples, rarity)
    state = _Expectation.start(comparisons, patterns, samples, n)
    for number in range(_ROUNDS):
        before = state.weights.prior
        state.step(number)
        if number > _WARM_UP + 2 and abs(state.weights.prior - before) < _SETTLED * before:
            break
    posterior = probability(state.weights.of_patterns(patterns.levels).total)
    frequencies = count_frequencies(
        columns,
        rarity,
        [
            (sample, 1.0 - posterior[back])
            for sample, back in zip(samples, patterns.back, strict=True)
            if sample.agrees_on >= 0
        ],
        state.weights.u,
        {k: KEY_FEATURES.get(c.kind, "text") for k, c in enumerate(comparisons)},
    )
    return attrs.evolve(state.weights, frequencies=frequencies)


def draw(
    columns: Sequence[ComparedColumns], order: UInt64, *, seed: int, source: Int32 | None = None
) -> list[Sample]:
    """Draw random pairs, and per comparison pairs that agree on its key."""
    n = len(order)
    rng = generator(seed)
    total = n * (n - 1) // 2
    samples = []
    random_pairs = min(max(n, _RANDOM_PAIRS[0]), _RANDOM_PAIRS[1])
    agreeing_pairs = min(max(n // 4, _AGREEING_PAIRS[0]), _AGREEING_PAIRS[1])
    if total <= random_pairs:
        i, j = np.triu_indices(n, 1)
        scale = 1.0
    else:
        # Rows are in the order of their content, so that places drawn are the same for any row order.
        by_content = stable_order(order)
        first = rng.integers(0, n, random_pairs)
        i = by_content[first]
        j = by_content[(rng.integers(1, n, random_pairs) + first) % n]
        scale = total / random_pairs
    samples.append(_sample(i, j, scale, source))
    keys = [
        (column, feature, k, partly)
        for k, column in enumerate(columns)
        for partly, features in enumerate((KEY_FEATURES, COARSE_FEATURES))
        if (feature := features.get(column.comparison.kind, "" if partly else "text"))
    ]
    for (_, _, k, partly), blocks in zip(keys, in_threads(_blocks_on, keys), strict=True):
        drawn = _agreeing(*blocks, order, rng, agreeing_pairs)
        if drawn is not None:
            samples.append(
                _sample(*drawn, source, in_part=k) if partly else _sample(*drawn, source, agrees_on=k)
            )
    return samples


def _blocks_on(key: tuple[ComparedColumns, str, int, int]) -> tuple[Int64, Int64]:
    codes = key[0].codes(key[1])
    return blocks_of(KeyCodes(rows=np.arange(len(codes)), codes=codes, several=False))


def _agreeing(
    rows: Int64, starts: Int64, order: UInt64, rng: np.random.Generator, wanted: int
) -> tuple[Int64, Int64, float] | None:
    """Draw pairs within blocks; return them and how many pairs each stands for."""
    pairs = count_pairs(starts)
    if not pairs:
        return None
    if pairs <= wanted:
        return (*pairs_within(rows, starts), 1.0)
    i, j = _within_blocks(rows, starts, rng, order, wanted)
    return i, j, pairs / len(i)


def _sample(
    i: Int64, j: Int64, scale: float, source: Int32 | None, *, agrees_on: int = -1, in_part: int = -1
) -> Sample:
    if source is not None:
        keep = source[i] != source[j]
        i, j = i[keep], j[keep]
    return Sample(
        i=i.astype(np.int32), j=j.astype(np.int32), scale=scale, agrees_on=agrees_on, in_part=in_part
    )


def _within_blocks(
    rows: Int64, starts: Int64, rng: np.random.Generator, order: UInt64, wanted: int
) -> tuple[Int64, Int64]:
    sizes = np.diff(starts)
    # Blocks in the order of their content: codes count in the order of rows.
    lowest = np.minimum.reduceat(order[rows], starts[:-1])
    place = stable_order(mixed(lowest))
    ends = np.cumsum((sizes * (sizes - 1) // 2)[place])
    drawn = place[np.searchsorted(ends, rng.integers(0, int(ends[-1]), wanted), side="right")]
    size = sizes[drawn]
    first = (rng.random(wanted) * size).astype(np.int64)
    second = (first + 1 + (rng.random(wanted) * (size - 1)).astype(np.int64)) % size
    return rows[starts[drawn] + first], rows[starts[drawn] + second]


def _patterns(
    columns: Sequence[ComparedColumns], samples: Sequence[Sample], rarity: Sequence[Frequencies]
) -> _Patterns:
    i = np.concatenate([sample.i for sample in samples])
    j = np.concatenate([sample.j for sample in samples])
    count = len(columns)
    both = np.empty((2 * count, len(i)), np.uint8)
    weights = [token_weights(known, column) for known, column in zip(rarity, columns, strict=True)]

    def judged(place: tuple[int, int]) -> Levels:
        k, begin = place
        features, rows = columns[k].features, columns[k].rows
        here = slice(begin, begin + PIECE)
        return compare(
            columns[k].comparison,
            features,
            features,
            rows.take(i[here]),
            rows.take(j[here]),
            rarity=weights[k],
        )

    # Threads begin with different comparisons, so that none measures the texts that another is measuring.
    places = [(k, begin) for begin in range(0, len(i), PIECE) for k in range(count)]
    for (k, begin), found in zip(places, in_threads(judged, places), strict=True):
        both[k, begin : begin + PIECE] = found
    for k, column in enumerate(columns):
        key = column.codes(KEY_FEATURES.get(column.comparison.kind, "text"))
        left = key.take(i)
        both[count + k] = (left == key.take(j)) & (left >= 0)
    signature = np.zeros(len(i), np.uint64)
    for k, values in enumerate(both, 1):
        signature += mixed(np.arange(256, dtype=np.uint64) + np.uint64(256 * k)).take(values)
    first, back = distinct_keys(signature)
    distinct = np.ascontiguousarray(both.take(first, axis=1).T)
    edges = np.cumsum([0, *(len(sample.i) for sample in samples)])
    parts = [back[a:b] for a, b in itertools.pairwise(edges.tolist())]
    tally = np.stack(
        [
            np.bincount(part, minlength=len(first)) * sample.scale
            for part, sample in zip(parts, samples, strict=True)
        ]
    )
    return _Patterns(distinct[:, :count], distinct[:, count:] > 0, tally.astype(np.float64), parts)


@attrs.define(eq=False, repr=False)
class _Expectation:
    """The state of expectation maximisation."""

    weights: Weights
    patterns: _Patterns
    samples: Sequence[Sample]
    pairs: float
    anchors: tuple[int, ...]
    muted: tuple[int, ...]

    @classmethod
    def start(
        cls, comparisons: tuple[Comparison, ...], patterns: _Patterns, samples: Sequence[Sample], n: int
    ) -> "_Expectation":
        pairs = float(patterns.tally[0].sum()) if samples[0].scale == 1.0 else n * (n - 1) / 2
        pairs = max(pairs, 1.0)
        prior = min(0.2 * n / pairs, 0.1)
        weights = Weights(
            comparisons=comparisons,
            prior=prior,
            m=tuple(expected_m(comparison) for comparison in comparisons),
            u=tuple(expected_u(comparison) for comparison in comparisons),
            frequencies=tuple(Frequencies() for _ in comparisons),
        )
        # A pair that agrees on a city alone says nothing on how matches look: too many pairs do.
        sizes = {
            sample.agrees_on: float(tally.sum())
            for sample, tally in zip(samples, patterns.tally, strict=True)
            if sample.agrees_on >= 0
        }
        anchors = [j for j, size in sizes.items() if size <= _ANCHOR_PAIRS * n] or sorted(
            sizes, key=sizes.__getitem__
        )[:1]
        kinds = {comparison.kind for comparison in comparisons}
        colleagues = "person_name" in kinds and not kinds.isdisjoint({"company", "email"})
        muted = [
            k for k, comparison in enumerate(comparisons) if colleagues and comparison.kind not in _PERSONAL
        ]
        state = cls(weights, patterns, samples, pairs, tuple(sorted(anchors)), tuple(muted))
        # At first every pair is taken for a coincidence: weights start low and only rise.
        none = np.zeros(len(patterns.levels))
        state._coincidences(none, dependent=False)
        return state

    def step(self, number: int) -> None:
        """Do one round of expectation and maximisation.

        While warming up, dependence is not looked for yet, only outright agreement speaks for a match, names
        that do not agree outright count as different, and where people are listed with their companies or
        mail addresses, only what tells people apart decides: colleagues share all the rest. What comes together by
        coincidence is learnt from the last of these rounds, before all comparisons decide: else those who share company,
        domain and switchboard are taken for one before anybody has seen that these come together.

        Args:
            number: of the round, from 0.
        """
        warming = number < _WARM_UP
        weighed = self.weights.of_patterns(self.patterns.levels)
        total = weighed.total
        if warming:
            total = total - np.where(self._vague(), np.maximum(weighed.parts, 0.0), 0.0).sum(axis=1)
            total = total + self._unnamed().sum(axis=1)
        posterior = probability(total)
        self._coincidences(posterior, dependent=number >= _WARM_UP - 1)
        self.weights = attrs.evolve(
            self.weights,
            prior=self._prior(posterior),
            m=tuple(self._m(k, posterior) for k in range(len(self.weights.comparisons))),
        )
        if not warming:
            self.weights = attrs.evolve(self.weights, moved=self._moved(posterior))

    def _vague(self) -> npt.NDArray[np.bool_]:
        """(p, k) bool: a level that does not speak for a match while warming up."""
        out = np.zeros(self.patterns.levels.shape, np.bool_)
        for k, comparison in enumerate(self.weights.comparisons):
            agree = [code for code, level in enumerate(comparison.levels, 1) if level.agrees]
            out[:, k] = (k in self.muted) | ~np.isin(self.patterns.levels[:, k], agree)
        return out

    def _unnamed(self) -> Floats:
        """(p, k) bits, what names weigh that differ, where they do not agree outright."""
        out = np.zeros(self.patterns.levels.shape)
        for k, comparison in enumerate(self.weights.comparisons):
            if comparison.kind in _NAMES:
                agree = [code for code, level in enumerate(comparison.levels, 1) if level.agrees]
                doubtful = ~np.isin(self.patterns.levels[:, k], [0, *agree, len(comparison.levels) + 1])
                out[doubtful, k] = min(float(self.weights.level_weights(k)[-1]), 0.0)
        return out

    def _coincidences(self, posterior: Floats, *, dependent: bool) -> None:
        """Estimate u, and u given that another comparison agrees."""
        count = len(self.weights.comparisons)
        u = tuple(self._u(k, posterior) for k in range(count))
        given = {}
        for k in range(count):
            for j in range(k if self.weights.comparisons[k].kind not in _OWN else 0):
                if self.weights.comparisons[j].kind in _UNSHARED:
                    continue
                if not dependent and not one_thing(self.weights.comparisons, k, j):
                    continue
                for in_part in (False, True):
                    counts = self._seen_with(k, j, posterior, in_part=in_part)
                    chance = self._u_given(k, j, counts, u[k])
                    if chance is not None:
                        given[k, j, in_part] = chance
        self.weights = attrs.evolve(self.weights, u=u, given=given)

    def _levels(self, k: int, mass: Floats) -> Floats:
        size = len(self.weights.comparisons[k].levels) + 2
        counts = np.bincount(self.patterns.levels[:, k], weights=mass, minlength=size)
        counts[0] = 0.0
        return np.asarray(counts, np.float64)

    def _u(self, k: int, posterior: Floats) -> Floats:
        mass = np.where(self.patterns.keyed[:, k], 0.0, self.patterns.tally[0])
        floor = self.samples[0].scale
        for sample, tally in zip(self.samples, self.patterns.tally, strict=True):
            if sample.agrees_on == k:
                mass = mass + tally
        counts = self._levels(k, mass * (1.0 - posterior))
        total = counts.sum()
        size = len(counts)
        out = np.ones(size)
        if total <= 0:
            return expected_u(self.weights.comparisons[k])
        # A level that never occurred is given the chance of half a drawn pair.
        out[1:] = np.maximum(counts[1:], 0.5 * floor if floor > 1 else 0.25) / total
        keyed = [code for code in range(1, size - 1) if self._is_keyed(k, code)]
        for code in keyed:
            out[code] = max(counts[code], 0.25) / total
        out[1:] /= out[1:].sum()
        # A table of a few records shows too few coincidences to learn from.
        known = total / (total + _FEW_PAIRS)
        out[1:] = known * out[1:] + (1.0 - known) * expected_u(self.weights.comparisons[k])[1:]
        return out

    def _is_keyed(self, k: int, code: int) -> bool:
        here = self.patterns.levels[:, k] == code
        return bool(here.any() and self.patterns.keyed[here, k].all())

    def _seen_with(self, k: int, j: int, posterior: Floats, *, in_part: bool) -> Floats:
        """(levels + 2,) coincidences that were drawn for agreeing, or agreeing in part, on another comparison."""
        for sample, tally in zip(self.samples, self.patterns.tally, strict=True):
            if j == (sample.in_part if in_part else sample.agrees_on):
                mass = tally * (1.0 - posterior)
                if in_part:
                    mass = mass * np.isin(self.patterns.levels[:, j], self.weights.agreeing(j)[1])
                return self._levels(k, mass) / sample.scale
        return np.zeros(len(self.weights.m[k]))

    def _u_given(self, k: int, j: int, counts: Floats, u: Floats) -> Floats | None:
        comparisons = self.weights.comparisons
        total = counts.sum()
        few = total < _ENOUGH_COINCIDENCES
        # Any level but "different" is a coincidence that the other agreement may explain.
        share = counts[1:-1].sum() / max(total, 1.0)
        least = share - 1.64 * np.sqrt(max(share, 1.0 / max(total, 1.0)) / max(total, 1.0))
        if few or least <= _DEPENDENT * u[1:-1].sum():
            if one_thing(comparisons, k, j) or (few and one_employer(comparisons, k, j)):
                return expected_u_together(comparisons, k, j, u)
            domain = domain_of_employer(comparisons, k, j) if few else 0
            return _as_likely(domain, u, self.weights.m[k]) if domain else None
        out = np.ones(len(u))
        out[1:] = (counts[1:] + _ENOUGH_COINCIDENCES / 2 * u[1:]) / (total + _ENOUGH_COINCIDENCES / 2)
        # One agreement never makes another less likely; a level seen too seldom only looks so.
        out[1:-1] = np.maximum(out[1:-1], u[1:-1])
        return out

    def _m(self, k: int, posterior: Floats) -> Floats:
        mass = self._union(without=k) * posterior
        counts = self._levels(k, mass)
        prior = expected_m(self.weights.comparisons[k])
        out = np.ones(len(counts))
        out[1:] = (counts[1:] + _PRIOR_STRENGTH * prior[1:]) / (counts[1:].sum() + _PRIOR_STRENGTH)
        limit = self.weights.comparisons[k].different_limit
        if out[-1] > limit:
            out[1:-1] *= (1.0 - limit) / (1.0 - out[-1])
            out[-1] = limit
        return self._capped(k, out)

    def _moved(self, posterior: Floats) -> dict[tuple[int, int], Floats]:
        """Estimate m where another comparison differs: who moves changes the postal code as well."""
        out = {}
        count = len(self.weights.comparisons)
        for k in range(count):
            mass = self._union(without=k) * posterior
            naming = self.weights.comparisons[k].kind in _NAMING
            for j in range(k):
                if naming and self.weights.comparisons[j].kind != self.weights.comparisons[k].kind:
                    continue
                if self.weights.comparisons[j].kind in _UNSHARED | (
                    _NAMING - {self.weights.comparisons[k].kind}
                ):
                    continue
                differs = self.patterns.levels[:, j] == len(self.weights.comparisons[j].levels) + 1
                counts = self._levels(k, np.where(differs, mass, 0.0))
                total = counts.sum()
                usual = self.weights.m[k]
                if total < _ENOUGH_COINCIDENCES or counts[-1] / total <= _DEPENDENT * usual[-1]:
                    continue
                chance = np.ones(len(usual))
                strength = _ENOUGH_COINCIDENCES / 2
                chance[1:] = (counts[1:] + strength * usual[1:]) / (total + strength)
                out[k, j] = chance
        return out

    def _capped(self, k: int, m: Floats) -> Floats:
        """Let no level weigh more than equality does."""
        u = self.weights.u[k]
        equal = [code for code, level in enumerate(self.weights.comparisons[k].levels, 1) if level.frequency]
        if not equal:
            return m
        most = max(m[code] / u[code] for code in equal)
        others = [code for code in range(1, len(m) - 1) if code not in equal]
        m[others] = np.minimum(m[others], most / 2.0 * u[others])
        held = np.zeros(len(m), np.bool_)
        for code, level in enumerate(self.weights.comparisons[k].levels, 1):
            if math.isfinite(level.highest) and m[code] > u[code] * 2.0**level.highest:
                m[code], held[code] = u[code] * 2.0**level.highest, True
        for code, level in enumerate(self.weights.comparisons[k].levels, 1):
            # What nearly all agree on, such as the one company of a list, tells nothing; it never speaks against one.
            if level.agrees and not held[code] and m[code] < u[code]:
                m[code], held[code] = u[code], True
        # What a held level may not have, the others share.
        free = ~held
        free[0] = False
        m[free] *= (1.0 - m[held].sum()) / m[free].sum()
        return m

    def _union(self, *, without: int) -> Floats:
        """Pairs that agree on another comparison that few enough pairs agree on, each counted once."""
        drawn = self.anchors
        used = [j for j in drawn if j != without]
        times = self.patterns.keyed[:, used].sum(axis=1) if used else np.zeros(len(self.patterns.levels))
        mass = np.zeros(len(self.patterns.levels))
        for sample, tally in zip(self.samples, self.patterns.tally, strict=True):
            if sample.agrees_on in used:
                mass += tally
        return np.asarray(mass / np.maximum(times, 1))

    def _prior(self, posterior: Floats) -> float:
        matches = float((self._union(without=-2) * posterior).sum())
        if self.samples[0].scale == 1.0:
            matches = max(matches, float((self.patterns.tally[0] * posterior).sum()))
        return float(np.clip(matches / self.pairs, 0.1 / self.pairs, 0.3))


def _as_likely(code: int, u: Floats, m: Floats) -> Floats:
    """Return u with one level as likely as among matches, so that it tells nothing, at the cost of differing."""
    out = u.copy()
    out[code] = min(max(u[code], m[code]), u[code] + u[-1] / 2)
    out[-1] -= out[code] - u[code]
    return out
