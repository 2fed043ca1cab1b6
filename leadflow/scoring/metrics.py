"""How well probabilities or points foretell outcomes: the figures of ranking and calibration.

Every function takes ``outcomes``, (n,) bool, and ``predicted``, (n,) float64. Ranking figures take points
of any scale, calibration figures take probabilities.
"""

import math
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.errors import InputError
from leadflow.scoring.points import Points

__all__ = [
    "Interval",
    "Outcomes",
    "average_precision",
    "brier_score",
    "log_loss",
    "mean_interval",
    "normal_quantile",
    "roc_auc",
    "roc_auc_interval",
    "structural_components",
    "wilson_interval",
]

Outcomes: TypeAlias = npt.NDArray[np.bool_]
"""(n,) bool, whether each lead converted."""


@attrs.frozen(kw_only=True)
class Interval:
    """An estimate with its confidence interval.

    Attributes:
        estimate: the figure.
        low: lower bound.
        high: upper bound.

    Example:
        >>> Interval(estimate=0.5, low=0.4, high=0.6).text()
        '0.500 [0.400, 0.600]'
    """

    estimate: float
    low: float
    high: float

    def text(self) -> str:
        """Return the interval as text."""
        return f"{self.estimate:.3f} [{self.low:.3f}, {self.high:.3f}]"

    def to_list(self) -> list[float]:
        """Return estimate, lower and upper bound."""
        return [self.estimate, self.low, self.high]


def checked(
    outcomes: npt.ArrayLike, predicted: npt.ArrayLike, *, both: bool = True
) -> tuple[Outcomes, Points]:
    """Return outcomes and predictions as arrays, or refuse what cannot be judged.

    Raises:
        InputError: the lengths differ, a prediction is no finite number, or an outcome is all of one kind.

    Example:
        >>> checked([True, False], [0.9, 0.1])[0].tolist()
        [True, False]
    """
    truth, values = np.asarray(outcomes).astype(np.bool_), np.asarray(predicted, np.float64)
    if truth.shape != values.shape or truth.ndim != 1:
        raise InputError(
            f"Outcomes and predictions must have one length, got {truth.shape} and {values.shape}."
        )
    if not np.isfinite(values).all():
        raise InputError("Every prediction must be a finite number.")
    if both and not 0 < np.count_nonzero(truth) < len(truth):
        raise InputError(
            "Both outcomes must occur: without conversions and non-conversions nothing can be ranked."
        )
    return truth, values


def roc_auc(outcomes: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the probability that a lead that converted ranks above one that did not; ties count half.

    References:
        Mann, H. B., Whitney, D. R. (1947). On a test of whether one of two random variables is
        stochastically larger than the other.

    Example:
        >>> roc_auc([True, False, True, False], [0.9, 0.8, 0.7, 0.1])
        0.75
    """
    truth, values = checked(outcomes, predicted)
    positives = int(np.count_nonzero(truth))
    ranks = _midranks(values)
    return float(
        (ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * (len(truth) - positives))
    )


def roc_auc_interval(
    outcomes: npt.ArrayLike, predicted: npt.ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """Return ROC AUC with DeLong's interval.

    References:
        DeLong, E. R., DeLong, D. M., Clarke-Pearson, D. L. (1988). Comparing the areas under two or more
        correlated receiver operating characteristic curves. Biometrics 44.

    Example:
        >>> roc_auc_interval([True, False] * 50, list(range(100))).estimate
        0.49
    """
    truth, values = checked(outcomes, predicted)
    by_positive, by_negative = structural_components(truth, values)
    estimate = float(by_positive.mean())
    variance = _variance(by_positive) / len(by_positive) + _variance(by_negative) / len(by_negative)
    half = normal_quantile(confidence) * math.sqrt(variance)
    return Interval(estimate=estimate, low=max(0.0, estimate - half), high=min(1.0, estimate + half))


def structural_components(truth: Outcomes, values: Points) -> tuple[Points, Points]:
    """Return DeLong's components: for each converted lead the part of the others below it, and the reverse.

    Returns:
        (p,) float64 and (n - p,) float64; the mean of either is ROC AUC.

    References:
        Sun, X., Xu, W. (2014). Fast implementation of DeLong's algorithm. IEEE Signal Processing Letters 21.

    Example:
        >>> structural_components(np.array([True, False, False]), np.array([2.0, 1.0, 3.0]))[0].tolist()
        [0.5]
    """
    ranks = _midranks(values)
    positive, negative = values[truth], values[~truth]
    p, m = len(positive), len(negative)
    return (ranks[truth] - _midranks(positive)) / m, 1.0 - (ranks[~truth] - _midranks(negative)) / p


def average_precision(outcomes: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the area under the precision-recall curve as the sum of its steps.

    References:
        Manning, C. D., Raghavan, P., Schütze, H. (2008). Introduction to Information Retrieval, 8.4.

    Example:
        >>> round(average_precision([True, False, True, False], [0.9, 0.8, 0.7, 0.1]), 4)
        0.8333
    """
    truth, values = checked(outcomes, predicted)
    return weighted_precision(truth, values, np.ones(len(truth)))


def weighted_precision(truth: Outcomes, values: Points, weights: Points) -> float:
    """Return average precision where each lead counts with a weight, as a bootstrap needs it.

    Example:
        >>> weighted_precision(np.array([True, False]), np.array([0.9, 0.1]), np.array([2.0, 1.0]))
        1.0
    """
    order = np.argsort(-values, kind="stable")
    hits = np.cumsum(np.where(truth[order], weights[order], 0.0))
    seen = np.cumsum(weights[order])
    ends = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    hits, seen = hits[ends], seen[ends]
    gained = np.diff(hits, prepend=0.0)
    return float(np.sum(gained[seen > 0] * hits[seen > 0] / seen[seen > 0]) / hits[-1])


def brier_score(outcomes: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the mean squared difference between probability and outcome; 0 is perfect.

    References:
        Brier, G. W. (1950). Verification of forecasts expressed in terms of probability.

    Example:
        >>> round(brier_score([True, False], [0.9, 0.2]), 4)
        0.025
    """
    truth, values = checked(outcomes, predicted, both=False)
    return float(np.mean((values - truth) ** 2))


def log_loss(outcomes: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the mean negative logarithm of the probability given to what happened, in nats.

    Example:
        >>> round(log_loss([True, False], [0.5, 0.5]), 4)
        0.6931
    """
    truth, values = checked(outcomes, predicted, both=False)
    tiny = float(np.finfo(np.float64).eps)
    safe = np.clip(values, tiny, 1 - tiny)
    return float(-np.mean(np.where(truth, np.log(safe), np.log1p(-safe))))


def wilson_interval(hits: int, trials: int, *, confidence: float = 0.95) -> Interval:
    """Return a rate with Wilson's interval, which stays within 0 and 1 for few trials.

    References:
        Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.

    Example:
        >>> wilson_interval(5, 10).text()
        '0.500 [0.237, 0.763]'
    """
    if trials <= 0:
        return Interval(estimate=math.nan, low=0.0, high=1.0)
    z = normal_quantile(confidence)
    rate = hits / trials
    centre = (rate + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    return Interval(estimate=rate, low=max(0.0, centre - half), high=min(1.0, centre + half))


def mean_interval(values: Points, *, confidence: float = 0.95) -> Interval:
    """Return a mean with its normal interval.

    Example:
        >>> mean_interval(np.array([1.0, 1.0, 1.0])).to_list()
        [1.0, 1.0, 1.0]
    """
    estimate = float(values.mean())
    half = normal_quantile(confidence) * math.sqrt(_variance(values) / len(values))
    return Interval(estimate=estimate, low=estimate - half, high=estimate + half)


def normal_quantile(confidence: float) -> float:
    """Return how many standard errors a two-sided interval reaches to either side.

    Raises:
        InputError: the confidence is not between 0 and 1.

    Example:
        >>> round(normal_quantile(0.95), 4)
        1.96
    """
    if not 0 < confidence < 1:
        raise InputError(f"A confidence must lie between 0 and 1, got {confidence:g}.")
    from statistics import NormalDist  # noqa: PLC0415  # statistics loads fractions and random, which scoring does not need

    return NormalDist().inv_cdf(0.5 + confidence / 2)


def _variance(values: Points) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def _midranks(values: Points) -> Points:
    """Return ranks from 1, equal values sharing the mean of theirs."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    ends = np.append(starts[1:], len(values))
    shared = np.repeat((starts + ends + 1) / 2, ends - starts)
    ranks = np.empty(len(values))
    ranks[order] = shared
    return ranks
