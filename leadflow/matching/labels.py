"""Learning from labelled pairs."""

from collections.abc import Sequence

import attrs
import numpy as np

from leadflow.errors import InputError
from leadflow.matching.columns import ComparedColumns
from leadflow.matching.scoring import Scorer
from leadflow.matching.weights import Weights

__all__ = ["learn_from"]

_STRENGTH = 10.0


def learn_from(
    weights: Weights, columns: Sequence[ComparedColumns], labels: Sequence[tuple[int, int]]
) -> Weights:
    """Adjust the probabilities of levels among matches by labelled matches.

    The estimates without labels count as ten pairs, so that few labels adjust and many replace them.

    Args:
        weights: the model learnt without labels.
        columns: the encoded comparisons of the labelled table.
        labels: pairs of rows that are one entity.

    Raises:
        InputError: a label names a row that does not exist.
    """
    pairs = np.array(labels, np.int64).reshape(-1, 2)
    n = len(columns[0].rows)
    if pairs.size and (pairs.min() < 0 or pairs.max() >= n):
        raise InputError(
            f"The labels name rows from {pairs.min()} to {pairs.max()}; the table has rows 0 to {n - 1}."
        )
    if not len(pairs):
        return weights
    levels = Scorer.of(weights, columns).levels(pairs[:, 0].astype(np.int32), pairs[:, 1].astype(np.int32))
    m = []
    for k, held in enumerate(weights.m):
        counts = np.bincount(levels[:, k], minlength=len(held)).astype(np.float64)
        out = np.ones(len(held))
        out[1:] = (counts[1:] + _STRENGTH * held[1:]) / (counts[1:].sum() + _STRENGTH)
        m.append(out)
    return attrs.evolve(weights, m=tuple(m))
