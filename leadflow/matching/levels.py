"""Comparison levels: ordered statements about two records, the first true one decides.

A test reads encoded features only, so that a million pairs are tested at once and the same code
answers for one record against an index.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.matching.encoding import FeatureLike, Floats, Int32
from leadflow.matching.pair import Pair
from leadflow.matching.similarity import edit_closeness, jaro_winkler

__all__ = [
    "ELSE_LABEL",
    "MISSING_LABEL",
    "AllOf",
    "AnyOf",
    "Contains",
    "Crossed",
    "Custom",
    "Differs",
    "Known",
    "Level",
    "Operands",
    "Overlap",
    "Same",
    "Shares",
    "Similar",
    "Test",
    "Unknown",
    "Within",
]

Answers: TypeAlias = npt.NDArray[np.bool_]

MISSING_LABEL: Final = "missing"
ELSE_LABEL: Final = "different"

_EVEN: Final = np.ones(1)
_METRICS: Final = {"jaro_winkler": jaro_winkler, "edits": edit_closeness}


@attrs.define(eq=False, repr=False)
class Operands:
    """The two sides of some pairs, as their features.

    Attributes:
        left: feature name to feature on the left.
        right: feature name to feature on the right; codes of both sides mean the same texts.
        ia: (n_pairs,) distinct cells on the left.
        ib: (n_pairs,) distinct cells on the right.
        places: feature name to the left codes' places in the left bank, where they differ.
        rarity: feature name to (k + 1,) float64, the weight in bits of each token; the last is that of
            a token never seen.
        cutoffs: (feature, metric) to the lowest similarity of interest.
    """

    left: Mapping[str, FeatureLike]
    right: Mapping[str, FeatureLike]
    ia: Int32
    ib: Int32
    places: Mapping[str, Int32] = attrs.field(factory=dict)
    rarity: Mapping[str, Floats] = attrs.field(factory=dict)
    cutoffs: Mapping[tuple[str, str], float] = attrs.field(factory=dict)
    _known: dict[tuple[str, str], Floats] = attrs.field(factory=dict, init=False)

    def narrowed(self, keep: npt.NDArray[np.intp]) -> "Operands":
        """Return the operands of some of the pairs, with what is already known about them."""
        part = Operands(
            self.left,
            self.right,
            self.ia.take(keep),
            self.ib.take(keep),
            self.places,
            self.rarity,
            self.cutoffs,
        )
        part._known.update({name: values.take(keep) for name, values in self._known.items()})
        return part

    def codes(self, feature: str) -> tuple[Int32, Int32]:
        """(n_pairs,) int32 codes of both sides."""
        # Taking is several times as fast as indexing where a cell has several tokens.
        return self.left[feature].codes.take(self.ia, axis=0), self.right[feature].codes.take(self.ib, axis=0)

    def present(self, feature: str) -> Answers:
        """(n_pairs,) bool: both sides have the feature."""
        left, right = self.left[feature].codes, self.right[feature].codes
        if left.ndim > 1:
            left, right = left[:, 0], right[:, 0]
        return np.asarray((left.take(self.ia) >= 0) & (right.take(self.ib) >= 0))

    def similarity(self, feature: str, metric: str) -> Floats:
        """(n_pairs,) similarity of a text, minus infinity where absent."""
        known = self._known.get((feature, metric))
        if known is not None:
            return known
        cutoff = self.cutoffs.get((feature, metric), 0.0)
        out = np.full(len(self.ia), -np.inf)
        both = np.flatnonzero(self.present(feature))
        left, right = self.left[feature], self.right[feature]
        if both.size and left.bank is not None and right.bank is not None:
            places = self.places.get(feature, left.codes)
            out[both] = _METRICS[metric](
                left.bank,
                places.take(self.ia.take(both)),
                right.bank,
                right.codes.take(self.ib.take(both)),
                cutoff=cutoff,
            )
        self._known[feature, metric] = out
        return out

    def common(self, feature: str) -> tuple[Floats, Floats, Floats]:
        """(n_pairs,) weights of the shared tokens; where there are any, of the left and of the right ones too."""
        names = [(feature, part) for part in ("shared", "left", "right")]
        if names[0] not in self._known:
            rarity = self.rarity.get(feature, _EVEN)
            a, b = self.codes(feature)
            common = _common(a, b)
            out = np.zeros((3, len(a)))
            both = np.flatnonzero(np.logical_or.reduce(common))
            left = _weights(rarity, a.take(both, axis=0))
            out[:, both] = (
                np.where(common.take(both, axis=1).T, left, 0.0).sum(axis=1),
                left.sum(axis=1),
                _weights(rarity, b.take(both, axis=0)).sum(axis=1),
            )
            self._known.update(zip(names, out, strict=True))
        return self._known[names[0]], self._known[names[1]], self._known[names[2]]


class Test(Protocol):
    """A statement about pairs."""

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        ...

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair; None where a glance does not tell."""
        ...

    def features(self) -> tuple[str, ...]:
        """The features that must be there on both sides for the statement to be false."""
        ...


@attrs.frozen(kw_only=True)
class Level:
    """One level of a comparison.

    Attributes:
        label: what an explanation calls it.
        test: when it applies.
        agrees: whether the level says that the two records have the value in common.
        frequency: the features whose values' frequency gives the weight of this agreement.
        share: how much of the frequency's effect counts, 1 for exact agreement.
        prior: the share of true matches expected at this level before anything is learnt.
        highest: the most bits that the level may be learnt to weigh.
    """

    label: str
    test: Test
    agrees: bool = False
    frequency: tuple[str, ...] = ()
    share: float = 1.0
    prior: float = 0.1
    highest: float = math.inf


@attrs.frozen
class Same:
    """Both sides have the same text, or the same set of tokens."""

    feature: str

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        left, right = pairs.codes(self.feature)
        return np.asarray((left == right) & (left >= 0))

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        return pair.same(self.feature, self.feature)

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.feature,)


@attrs.frozen
class Crossed:
    """The left side's first text is the right side's second and the other way round.

    Attributes:
        first: a feature.
        second: the feature it may have been swapped with.
        both: whether both must cross, or one crossing is enough.
    """

    first: str
    second: str
    both: bool = True

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        first_left, first_right = pairs.codes(self.first)
        second_left, second_right = pairs.codes(self.second)
        there = (first_left == second_right) & (first_left >= 0)
        back = (second_left == first_right) & (second_left >= 0)
        return np.asarray(there & back if self.both else there | back)

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        there = pair.same(self.first, self.second)
        if there is not self.both:  # the other crossing cannot change the answer
            return there
        return pair.same(self.second, self.first)

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.first, self.second)


@attrs.frozen
class Similar:
    """The texts are similar enough.

    Attributes:
        feature: a text feature.
        at_least: the lowest similarity; minus the number of edits for ``edits``.
        metric: ``jaro_winkler`` or ``edits``.
    """

    feature: str
    at_least: float
    metric: str = "jaro_winkler"

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        return np.asarray(pairs.similarity(self.feature, self.metric) >= self.at_least - 1e-6)

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        return pair.reaches(self.feature, self.metric, self.at_least)

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.feature,)


@attrs.frozen
class Shares:
    """At least one token is in both sets."""

    feature: str

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        return pairs.common(self.feature)[0] > 0

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        common = pair.common(self.feature)
        return None if common is None else common[0] > 0

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.feature,)


@attrs.frozen
class Overlap:
    """The shared tokens weigh at least this share of all tokens, each by its rarity."""

    feature: str
    at_least: float

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        shared, left, right = pairs.common(self.feature)
        return np.asarray((shared > 0) & (shared >= self.at_least * (left + right - shared) - 1e-9))

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        common = pair.common(self.feature)
        if common is None:
            return None
        shared, left, right = common
        return shared > 0 and shared >= self.at_least * (left + right - shared) - 1e-9

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.feature,)


@attrs.frozen
class Contains:
    """All tokens of one side are on the other, and they weigh at least so many bits."""

    feature: str
    bits: float = 0.0

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        shared, left, right = pairs.common(self.feature)
        least = np.minimum(left, right)
        return np.asarray((shared >= least - 1e-9) & (shared > 0) & (shared >= self.bits))

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        common = pair.common(self.feature)
        if common is None:
            return None
        shared, left, right = common
        return shared > 0 and shared >= min(left, right) - 1e-9 and shared >= self.bits

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.feature,)


@attrs.frozen
class Within:
    """Two numbers differ by no more than a limit.

    Attributes:
        feature: a number feature.
        limit: the largest difference.
        relative: whether the limit is a share of the larger magnitude.
    """

    feature: str
    limit: float
    relative: bool = False

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        left, right = pairs.left[self.feature].numbers, pairs.right[self.feature].numbers
        if left is None or right is None:
            return np.zeros(len(pairs.ia), np.bool_)
        a, b = left[pairs.ia], right[pairs.ib]
        limit = self.limit * np.maximum(np.abs(a), np.abs(b)) if self.relative else self.limit
        with np.errstate(invalid="ignore"):
            return np.asarray(np.abs(a - b) <= limit + 1e-12)

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        return None if pair.glancing else pair.within(self.feature, self.limit, relative=self.relative)

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.feature,)


@attrs.frozen
class Unknown:
    """At least one side does not have the feature."""

    feature: str

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        return ~pairs.present(self.feature)

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        return not pair.present(self.feature)

    def features(self) -> tuple[str, ...]:
        """Nothing: absence never makes two records comparable."""
        return ()


@attrs.frozen
class Differs:
    """Both sides have the text, and it is not the same."""

    feature: str

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        left, right = pairs.codes(self.feature)
        return np.asarray((left != right) & (left >= 0) & (right >= 0))

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        return pair.present(self.feature) and not pair.same(self.feature, self.feature)

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.feature,)


@attrs.frozen
class Known:
    """Both sides have the feature."""

    feature: str

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        return pairs.present(self.feature)

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        return pair.present(self.feature)

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.feature,)


@attrs.frozen
class AllOf:
    """Every one of several tests holds."""

    tests: tuple[Test, ...]

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        out = np.zeros(len(pairs.ia), np.bool_)
        keep = np.arange(len(pairs.ia))
        rest = pairs
        for test in self.tests:
            answers = test.holds(rest)
            rest, keep = rest.narrowed(answers.nonzero()[0]), keep[answers]
        out[keep] = True
        return out

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        known: bool | None = True
        for test in self.tests:
            answer = test.holds_for(pair)
            if answer is False:
                return False
            known = known and answer
        return known

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return tuple(dict.fromkeys(name for test in self.tests for name in test.features()))


@attrs.frozen
class AnyOf:
    """At least one of several tests holds."""

    tests: tuple[Test, ...]

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        out = np.zeros(len(pairs.ia), np.bool_)
        for test in self.tests:
            out |= test.holds(pairs)
        return out

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        known: bool | None = False
        for test in self.tests:
            answer = test.holds_for(pair)
            if answer:
                return True
            known = None if answer is None else known
        return known

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return tuple(dict.fromkeys(name for test in self.tests for name in test.features()))


@attrs.frozen
class Custom:
    """A function of both texts gives a number of at least the limit.

    Attributes:
        feature: a text feature.
        function: takes the left and the right text, returns a number; it must be symmetric.
        at_least: the lowest number.
    """

    feature: str
    function: Callable[[str, str], float]
    at_least: float

    def holds(self, pairs: Operands) -> Answers:
        """(n_pairs,) bool."""
        out = np.zeros(len(pairs.ia), np.bool_)
        both = np.flatnonzero(pairs.present(self.feature))
        left, right = pairs.left[self.feature], pairs.right[self.feature]
        if not both.size or left.bank is None or right.bank is None:
            return out
        ia = pairs.places.get(self.feature, left.codes)[pairs.ia[both]].astype(np.int64)
        distinct, back = np.unique(ia * len(right.bank) + right.codes[pairs.ib[both]], return_inverse=True)
        texts = zip(
            left.bank.texts[distinct // len(right.bank)].tolist(),
            right.bank.texts[distinct % len(right.bank)].tolist(),
            strict=True,
        )
        answers = np.fromiter(
            (self.function(a, b) >= self.at_least for a, b in texts), np.bool_, len(distinct)
        )
        out[both] = answers[back]
        return out

    def holds_for(self, pair: Pair) -> bool | None:
        """The same of one pair."""
        if not pair.present(self.feature):
            return False
        return None if pair.glancing else bool(self.function(*pair.texts(self.feature)) >= self.at_least)

    def features(self) -> tuple[str, ...]:
        """What it reads."""
        return (self.feature,)


def _common(a: Int32, b: Int32) -> Answers:
    """(t, n) bool: which tokens of the (n, t) on the left are among those on the right.

    Short rows are slow to go along, so that tokens are compared one by one over all pairs.
    """
    left, right = np.ascontiguousarray(a.T), np.ascontiguousarray(b.T)
    out = np.empty(left.shape, np.bool_)
    for place, token in enumerate(left):
        out[place] = token == right[0]
        for other in right[1:]:
            out[place] |= token == other
        out[place] &= token >= 0
    return out


def _weights(rarity: Floats, codes: Int32) -> Floats:
    return np.where(codes >= 0, rarity[np.clip(codes, 0, len(rarity) - 1)], 0.0)
