"""How well found clusters agree with the true ones: one code for every tool."""

import numpy as np

__all__ = ["pair_scores"]


def pair_scores(truth: np.ndarray, found: np.ndarray) -> tuple[float, float, float]:
    """Return precision, recall and F1 over the pairs of records that share a cluster.

    Args:
        truth: (n,) labels of the true entities.
        found: (n,) labels of the clusters.

    Example:
        >>> pair_scores(np.array([0, 0, 1]), np.array([0, 0, 0]))
        (0.3333333333333333, 1.0, 0.5)
    """

    def pairs(*labels: np.ndarray) -> int:
        sizes = np.unique(np.stack(labels), axis=1, return_counts=True)[1]
        return int((sizes * (sizes - 1) // 2).sum())

    both, right, said = pairs(truth, found), pairs(truth), pairs(found)
    precision, recall = both / max(said, 1), both / max(right, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)
