"""Labelled pairs: what people said of pairs of records, and learning from it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, overload

import attrs
import numpy as np

from leadflow.errors import InputError
from leadflow.matching.columns import ComparedColumns
from leadflow.matching.encoding import Floats
from leadflow.matching.results import RowNumbers
from leadflow.matching.scoring import Scorer
from leadflow.matching.verdicts import Verdict
from leadflow.matching.weights import Weights, probability

__all__ = ["LabelledPair", "LabelledPairs", "learn_from"]

_STRENGTH: Final = 10.0
_WIDEST_SHIFT: Final = 40.0
_MOST_PRIOR: Final = 0.3


@attrs.frozen(kw_only=True)
class LabelledPair:
    """What a person said of two records.

    Attributes:
        row_a: the smaller row.
        row_b: the larger row.
        record_a: the record id of ``row_a``.
        record_b: the record id of ``row_b``.
        same: whether they are one entity.
        weight: how many candidate pairs it stands for; 1 when it was not drawn as a sample.
    """

    row_a: int
    row_b: int
    record_a: str
    record_b: str
    same: bool
    weight: float = 1.0


@attrs.frozen(kw_only=True, repr=False)
class LabelledPairs(Sequence[tuple[int, int]]):
    """Pairs of rows, and of each whether it is one entity.

    Attributes:
        labels: one per pair.

    Example:
        >>> labels = LabelledPairs.of({(0, 1): True, (2, 0): False})
        >>> labels
        <LabelledPairs: 1 same, 1 distinct>
        >>> list(labels), [verdict.decision for verdict in labels.verdicts()]
        ([(0, 1), (0, 2)], ['same', 'distinct'])
    """

    labels: tuple[LabelledPair, ...]

    @classmethod
    def of(
        cls, decisions: Mapping[tuple[int, int], bool], *, record_ids: Sequence[str] | None = None
    ) -> "LabelledPairs":
        """Make labels from pairs of rows.

        Args:
            decisions: pairs of rows, in either order, to whether they are one entity.
            record_ids: (n,) the records' ids; row numbers when the table has none.

        Raises:
            InputError: a pair names one row twice, or in both orders with different labels.
        """
        ids = RowNumbers(1 + max(map(max, decisions), default=-1)) if record_ids is None else record_ids
        said: dict[tuple[int, int], bool] = {}
        for (one, other), same in decisions.items():
            pair = (min(one, other), max(one, other))
            if one == other or said.get(pair, same) != same:
                raise InputError(
                    f"Rows {one} and {other} cannot be labelled so: a label is of two different rows, and is given once."
                )
            if pair[0] < 0 or pair[1] >= len(ids):
                raise InputError(f"A label names row {pair[1]}; the table has rows 0 to {len(ids) - 1}.")
            said[pair] = bool(same)
        return cls(
            labels=tuple(
                LabelledPair(row_a=a, row_b=b, record_a=str(ids[a]), record_b=str(ids[b]), same=same)
                for (a, b), same in said.items()
            )
        )

    @property
    def same(self) -> tuple[tuple[int, int], ...]:
        """The pairs of rows that are one entity."""
        return tuple((each.row_a, each.row_b) for each in self.labels if each.same)

    @property
    def distinct(self) -> tuple[tuple[int, int], ...]:
        """The pairs of rows that are two."""
        return tuple((each.row_a, each.row_b) for each in self.labels if not each.same)

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return the labels as decisions that ``dedupe`` honours for ever."""
        return tuple(
            Verdict(each.record_a, each.record_b, "same" if each.same else "distinct") for each in self.labels
        )

    def to_dicts(self) -> list[dict[str, object]]:
        """Return one dict per pair."""
        return [attrs.asdict(each) for each in self.labels]

    def __len__(self) -> int:
        return len(self.labels)

    @overload
    def __getitem__(self, place: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[tuple[int, int], ...]: ...
    def __getitem__(self, place: int | slice) -> tuple[int, int] | tuple[tuple[int, int], ...]:
        if isinstance(place, slice):
            return tuple((each.row_a, each.row_b) for each in self.labels[place])
        return self.labels[place].row_a, self.labels[place].row_b

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self[:])

    def __repr__(self) -> str:
        return f"<LabelledPairs: {len(self.same)} same, {len(self.distinct)} distinct>"


def effective(weights: Floats) -> float:
    """Return how many equally weighted labels tell as much as labels of these weights.

    References:
        Kish, "Survey Sampling" (1965).

    Example:
        >>> effective(np.array([1.0, 1.0])), round(effective(np.array([9.0, 1.0])), 2)
        (2.0, 1.22)
    """
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def learn_from(
    weights: Weights, columns: Sequence[ComparedColumns], labels: Sequence[tuple[int, int]]
) -> Weights:
    """Adjust a model by labelled pairs.

    Labelled matches move the probabilities of levels among matches, ``m``. The estimates without labels
    count as ten pairs, so that few labels adjust and many replace them.

    Labelled non-matches do not move ``u``: it is the share among *all* non-matches, and pairs that somebody
    looked at were chosen because they look alike. What they tell is how often a pair of this weight is no match
    after all. So where both kinds were labelled, the prior is moved until the model expects as many matches among
    the labelled pairs as there are; that a shift is small counts as ten pairs too.

    Args:
        weights: the model learnt without labels.
        columns: the encoded comparisons of the labelled table.
        labels: ``LabelledPairs``, or pairs of rows that are one entity.

    Raises:
        InputError: a label names a row that does not exist.

    References:
        King & Zeng, "Logistic regression in rare events data" (2001), for correcting the prior of a model whose
        labels were sampled.
    """
    if isinstance(labels, Mapping):  # iterating it would take every pair for a match
        labels = LabelledPairs.of(labels)
    held = labels.labels if isinstance(labels, LabelledPairs) else None
    try:
        pairs = np.array([(int(one), int(other)) for one, other in labels], np.int64).reshape(-1, 2)
    except (TypeError, ValueError):
        raise InputError("Labels must be LabelledPairs, or pairs of row numbers such as [(0, 7)].") from None
    n = len(columns[0].rows)
    if pairs.size and (pairs.min() < 0 or pairs.max() >= n):
        raise InputError(
            f"The labels name rows from {pairs.min()} to {pairs.max()}; the table has rows 0 to {n - 1}."
        )
    if not len(pairs):
        return weights
    same = np.array([each.same for each in held] if held is not None else [True] * len(pairs))
    counts = np.array([each.weight for each in held] if held is not None else [1.0] * len(pairs))
    i, j = pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32)
    if same.any():
        levels = Scorer.of(weights, columns).levels(i[same], j[same])
        known = counts[same] * effective(counts[same]) / counts[same].sum()
        m = []
        for k, before in enumerate(weights.m):
            seen = np.bincount(levels[:, k], weights=known, minlength=len(before))
            out = np.ones(len(before))
            out[1:] = (seen[1:] + _STRENGTH * before[1:]) / (seen[1:].sum() + _STRENGTH)
            m.append(out)
        weights = attrs.evolve(weights, m=tuple(m))
    if same.all() or not same.any():
        return weights
    bits = Scorer.of(weights, columns).score(i, j).bits
    shift = _shift(bits, same.astype(np.float64), counts * effective(counts) / counts.sum())
    prior = float(probability(np.array([weights.prior_bits + shift]))[0])
    return attrs.evolve(weights, prior=min(prior, _MOST_PRIOR))


def _shift(bits: Floats, same: Floats, counts: Floats) -> float:
    """Find the bits to add so that as many matches are expected as were labelled, by bisection."""
    low, high = -_WIDEST_SHIFT, _WIDEST_SHIFT
    while high - low > 1e-6:
        middle = (low + high) / 2.0
        excess = float((counts * (probability(bits + middle) - same)).sum())
        # Ten pairs of even odds say that nothing is to be moved.
        excess += _STRENGTH * float(probability(np.array([middle]))[0] - 0.5)
        low, high = (low, middle) if excess > 0 else (middle, high)
    return (low + high) / 2.0
