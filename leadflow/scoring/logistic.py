"""Regularised logistic regression by Newton's method."""

from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.scoring.calibration import sigmoid
from leadflow.scoring.metrics import Outcomes
from leadflow.scoring.points import Points

__all__ = ["LogisticWeights", "fit_logistic"]

_Matrix: TypeAlias = npt.NDArray[np.float64]

_ROUNDS: Final = 50
_CHUNK: Final = 64
_ONE_THREAD: Final = 262_144
"""Multiplications up to which OpenBLAS stays on one thread; waiting for a second one costs more than it brings."""
_TOLERANCE: Final = 1e-9
_WARM_ROWS: Final = 20_000
_WARM_FACTOR: Final = 4


@attrs.frozen(kw_only=True, eq=False)
class LogisticWeights:
    """What a logistic regression has learned.

    Attributes:
        intercept: log-odds of a lead whose features are all zero.
        weights: (p,) float64 log-odds per unit of each feature, read-only.
        rounds: Newton steps over all rows.
    """

    intercept: float
    weights: Points
    rounds: int

    def log_odds(self, design: npt.NDArray[np.float64]) -> Points:
        """Return the log-odds of leads.

        Args:
            design: (n, p) float64.
        """
        values: Points = design @ self.weights + self.intercept
        return values


def fit_logistic(
    design: npt.NDArray[np.float64], outcomes: Outcomes, *, penalty: float = 1.0
) -> LogisticWeights:
    """Fit weights that minimise the log loss plus half the penalty times their squares.

    Of many rows every k-th one gives the start and the curvature, so that the whole needs little more than
    gradients; where that curvature does not do, it is formed anew, chunk by chunk. The intercept is not penalised. ``penalty`` is 1/C in scikit-learn's terms.

    Args:
        design: (n, p) float64.
        outcomes: (n,) bool, both kinds present.
        penalty: above zero; a larger one draws weights to zero.

    References:
        Hastie, T., Tibshirani, R., Friedman, J. (2009). The Elements of Statistical Learning, 4.4.1.

    Example:
        >>> learned = fit_logistic(np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([False, True, False, True]))
        >>> round(float(learned.weights[0]), 3)
        0.453
    """
    n, p = design.shape
    start = np.zeros(p + 1)
    rate = np.count_nonzero(outcomes) / n
    start[p] = np.log(rate / (1 - rate))
    curvature = None
    if n > _WARM_FACTOR * _WARM_ROWS:
        step = n // _WARM_ROWS
        some, some_outcomes = np.ascontiguousarray(design[::step]), outcomes[::step]
        if 0 < np.count_nonzero(some_outcomes) < len(some_outcomes):
            start, curvature, _ = _descend(some, some_outcomes, penalty * len(some) / n, start, None)
            curvature *= n / len(some)
    found, _, rounds = _descend(design, outcomes, penalty, start, curvature)
    weights = found[:p].copy()
    weights.flags.writeable = False
    return LogisticWeights(intercept=float(found[p]), weights=weights, rounds=rounds)


def _descend(
    design: _Matrix, outcomes: Outcomes, penalty: float, start: Points, curvature: _Matrix | None
) -> tuple[Points, _Matrix, int]:
    """Return the minimum, the last curvature and the number of steps.

    A given curvature is kept as long as each step leaves a tenth of the way or less; otherwise it is
    computed anew at every point.
    """
    p = design.shape[1]
    penalties = np.append(np.full(p, penalty), 0.0)
    point = start
    log_odds = design @ point[:p] + point[p]
    loss = _loss(log_odds, outcomes, penalties, point)
    kept, before = curvature is not None, np.inf
    steepness = np.eye(p + 1) if curvature is None else curvature
    for rounds in range(1, _ROUNDS + 1):
        probabilities = sigmoid(log_odds)
        residuals = probabilities - outcomes
        gradient = np.append(residuals @ design, residuals.sum()) + penalties * point
        if not kept:
            steepness = _curvature(design, probabilities, penalties)
        step = np.linalg.solve(steepness, gradient)
        decrement = float(gradient @ step)
        if decrement <= _TOLERANCE * max(1.0, loss):
            return point, steepness, rounds
        kept, before = kept and decrement < before / 10, decrement
        direction = design @ step[:p] + step[p]
        length = 1.0
        while True:
            trial = point - length * step
            trial_log_odds = log_odds - length * direction
            trial_loss = _loss(trial_log_odds, outcomes, penalties, trial)
            if trial_loss <= loss - 1e-4 * length * decrement or length < 1e-8:
                break
            length /= 2
        point, log_odds, loss = trial, trial_log_odds, trial_loss
    return point, steepness, _ROUNDS


def _loss(log_odds: Points, outcomes: Outcomes, penalties: Points, point: Points) -> float:
    # log(1 + e^x) - y x, without overflow
    softplus = np.log1p(np.exp(-np.abs(log_odds)))
    softplus += np.maximum(log_odds, 0.0)
    return float(softplus.sum() - log_odds[outcomes].sum() + 0.5 * np.sum(penalties * point * point))


def _curvature(design: _Matrix, probabilities: Points, penalties: Points) -> _Matrix:
    n, p = design.shape
    weights = probabilities * (1 - probabilities)
    curvature = np.zeros((p, p))
    border = np.zeros(p)
    chunk = max(_CHUNK, _ONE_THREAD // (p * p))
    for first in range(0, n, chunk):
        rows = design[first : first + chunk]
        weighted = rows.T * weights[first : first + chunk]
        curvature += weighted @ rows
        border += weighted.sum(axis=1)
    whole = np.empty((p + 1, p + 1))
    whole[:p, :p], whole[p, :p], whole[:p, p], whole[p, p] = curvature, border, border, weights.sum()
    whole[np.arange(p + 1), np.arange(p + 1)] += penalties + 1e-12
    return whole
