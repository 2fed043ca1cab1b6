"""Two scorers on the same leads: which one foretells better, and is the difference more than chance?"""

import math

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.errors import InputError
from leadflow.records.events import Json
from leadflow.scoring.metrics import Interval, checked, mean_interval, normal_quantile, structural_components
from leadflow.scoring.points import Points
from leadflow.seeds import generator

__all__ = ["Comparison", "compare_scores"]

_RESAMPLES = 1000


@attrs.frozen(kw_only=True)
class Comparison:
    """How much better the second scorer is than the first; each interval is of the paired difference.

    Attributes:
        roc_auc: difference of ROC AUC; above zero the second is better.
        top_rate: difference of the conversion rate among the best part; above zero the second is better.
        brier: difference of the Brier score; below zero the second is better. None for points.
        top: the part that counts as best.
    """

    roc_auc: Interval
    top_rate: Interval
    brier: Interval | None
    top: float

    @property
    def decided(self) -> bool:
        """Whether the interval of the difference in ROC AUC leaves zero out."""
        return self.roc_auc.low > 0 or self.roc_auc.high < 0

    def text(self) -> str:
        """Return the comparison in a few lines."""
        lines = [
            f"ROC AUC difference {self.roc_auc.text()}",
            f"conversion among the best {self.top:.0%}: difference {self.top_rate.text()}",
        ]
        return "\n".join(lines if self.brier is None else [*lines, f"Brier difference {self.brier.text()}"])

    def to_dict(self) -> dict[str, Json]:
        """Return the comparison as plain data."""
        return {
            "roc_auc": [*self.roc_auc.to_list()],
            "top_rate": [*self.top_rate.to_list()],
            "brier": None if self.brier is None else [*self.brier.to_list()],
            "decided": self.decided,
        }


def compare_scores(
    outcomes: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    top: float = 0.1,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Compare two scorers on the same leads.

    Args:
        outcomes: (n,) bool.
        first: (n,) float64 probabilities or points of one scorer.
        second: (n,) float64 of the other.
        top: the best part of the leads, as sales would take them.
        confidence: of all intervals.
        seed: draws the paired bootstrap samples of the conversion among the best.

    Raises:
        InputError: the lengths differ, or ``top`` is not between 0 and 1.

    References:
        DeLong et al. (1988), for correlated areas; Efron, B., Tibshirani, R. (1993), 16 (paired bootstrap).

    Example:
        >>> won = [True, False, False, True] * 50
        >>> compare_scores(won, [0.4, 0.5, 0.1, 0.6] * 50, [0.9, 0.2, 0.1, 0.8] * 50).decided
        True
    """
    truth, one = checked(outcomes, first)
    _, other = checked(outcomes, second)
    if not 0 < top < 1:
        raise InputError(f"top must lie between 0 and 1, got {top:g}.")
    parts = [structural_components(truth, values) for values in (one, other)]
    gains = [parts[1][side] - parts[0][side] for side in (0, 1)]
    difference = float(parts[1][0].mean() - parts[0][0].mean())
    variance = sum(float(gain.var(ddof=1)) / len(gain) for gain in gains if len(gain) > 1)
    half = normal_quantile(confidence) * math.sqrt(variance)
    probable = min(one.min(), other.min()) >= 0 and max(one.max(), other.max()) <= 1
    dice = generator(seed)
    return Comparison(
        roc_auc=Interval(estimate=difference, low=difference - half, high=difference + half),
        top_rate=_top_difference(truth, (one, other), top=top, confidence=confidence, dice=dice),
        brier=mean_interval((other - truth) ** 2 - (one - truth) ** 2, confidence=confidence)
        if probable
        else None,
        top=top,
    )


def _top_difference(
    truth: npt.NDArray[np.bool_],
    sides: tuple[Points, Points],
    *,
    top: float,
    confidence: float,
    dice: np.random.Generator,
) -> Interval:
    n = len(truth)
    orders = [np.argsort(-values, kind="stable") for values in sides]
    estimate = _weighted_top(truth, orders, np.ones(n), top)
    samples = [
        _weighted_top(truth, orders, np.bincount(dice.integers(0, n, n), minlength=n).astype(np.float64), top)
        for _ in range(_RESAMPLES if n <= 20_000 else _RESAMPLES // 5)
    ]
    low, high = np.quantile(samples, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(estimate=estimate, low=float(low), high=float(high))


def _weighted_top(
    truth: npt.NDArray[np.bool_], orders: list[npt.NDArray[np.intp]], weights: Points, top: float
) -> float:
    rates = []
    for order in orders:
        ordered = weights[order]
        room = top * ordered.sum()
        # the lead at the border counts with the part that still fits
        taken = np.clip(room - (np.cumsum(ordered) - ordered), 0.0, ordered)
        rates.append(float(taken[truth[order]].sum() / room))
    return rates[1] - rates[0]
