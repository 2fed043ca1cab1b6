"""How good clusters are: pairwise and exact scores and B-cubed, with intervals."""

from collections.abc import Hashable, Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.errors import InputError
from leadflow.matching.encoding import Floats, Int64
from leadflow.seeds import generator

__all__ = ["Score", "Scores", "evaluate"]

_BOOTSTRAPS: Final = 200


@attrs.frozen(kw_only=True)
class Score:
    """A figure with its 95 % confidence interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


@attrs.frozen(kw_only=True)
class Scores:
    """How clusters compare with the truth.

    Attributes:
        precision: share of found pairs that are true.
        recall: share of true pairs that were found.
        f1: their harmonic mean.
        cluster_precision: share of found clusters that are exactly a true one.
        cluster_recall: share of true clusters found exactly.
        cluster_f1: their harmonic mean.
        b_cubed_precision: mean over records of the share of its cluster that is its entity.
        b_cubed_recall: mean over records of the share of its entity that is in its cluster.
        b_cubed_f1: their harmonic mean.
    """

    precision: Score
    recall: Score
    f1: Score
    cluster_precision: Score
    cluster_recall: Score
    cluster_f1: Score
    b_cubed_precision: Score
    b_cubed_recall: Score
    b_cubed_f1: Score


def evaluate(truth: Sequence[Hashable], cluster_ids: npt.NDArray[np.integer], *, seed: int = 0) -> Scores:
    """Score clusters against the truth, with intervals from resampling entities.

    Args:
        truth: (n,) the true entity of each record.
        cluster_ids: (n,) the cluster of each record.
        seed: of the resampling.

    Raises:
        InputError: the lengths differ.

    References:
        Bagga & Baldwin, "Entity-based cross-document coreferencing using the vector space model"
        (1998), for B-cubed; Efron, "Bootstrap methods" (1979), for the intervals.

    Example:
        >>> scores = evaluate(["a", "a", "b"], np.array([0, 0, 1]))
        >>> scores.f1.value, scores.b_cubed_f1.value
        (1.0, 1.0)
    """
    if len(truth) != len(cluster_ids):
        raise InputError(f"The truth has {len(truth)} records, the result {len(cluster_ids)}.")
    index: dict[Hashable, int] = {}
    entity = np.fromiter((index.setdefault(one, len(index)) for one in truth), np.int64, len(truth))
    found = np.unique(cluster_ids, return_inverse=True)[1].astype(np.int64)
    if not len(entity):
        nothing = Score(value=1.0, low=1.0, high=1.0)
        return Scores(**dict.fromkeys((field.name for field in attrs.fields(Scores)), nothing))
    parts = _per_entity(entity, found)
    rng = generator(seed)
    n = len(parts)
    drawn = np.stack([_figures(parts[rng.integers(0, n, n)]) for _ in range(_BOOTSTRAPS)])
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    values = _figures(parts)
    names = [field.name for field in attrs.fields(Scores)]
    return Scores(
        **{
            name: Score(value=float(values[k]), low=float(low[k]), high=float(high[k]))
            for k, name in enumerate(names)
        }
    )


def _per_entity(entity: Int64, found: Int64) -> Floats:
    """(entities, 7): true pairs, found pairs' share, pairs in both, exact clusters, clusters' share, B³ sums, size."""
    cells, sizes = np.unique(np.stack([entity, found]), axis=1, return_counts=True)
    size_of_entity = np.bincount(entity)
    size_of_cluster = np.bincount(found)
    count = len(size_of_entity)
    out = np.zeros((count, 8))
    own, cluster = cells
    out[:, 0] = size_of_entity * (size_of_entity - 1) / 2
    # A found pair belongs half to the entity of each of its records, so that sums are those of pairs.
    np.add.at(out[:, 1], own, sizes * (size_of_cluster[cluster] - 1) / 2)
    np.add.at(out[:, 2], own, sizes * (sizes - 1) / 2)
    exact = (sizes == size_of_entity[own]) & (sizes == size_of_cluster[cluster])
    np.add.at(out[:, 3], own, exact.astype(np.float64))
    np.add.at(out[:, 4], own, sizes / size_of_cluster[cluster])
    np.add.at(out[:, 5], own, sizes * sizes / size_of_cluster[cluster])
    np.add.at(out[:, 6], own, sizes * sizes / size_of_entity[own])
    out[:, 7] = size_of_entity
    return out


def _figures(parts: Floats) -> Floats:
    true, said, both, exact, clusters, precise, complete, records = parts.sum(axis=0)
    precision, recall = both / said if said else 1.0, both / true if true else 1.0
    cluster_precision, cluster_recall = exact / clusters, exact / len(parts)
    b_precision, b_recall = precise / records, complete / records
    return np.array(
        [
            precision,
            recall,
            _harmonic(precision, recall),
            cluster_precision,
            cluster_recall,
            _harmonic(cluster_precision, cluster_recall),
            b_precision,
            b_recall,
            _harmonic(b_precision, b_recall),
        ]
    )


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0
