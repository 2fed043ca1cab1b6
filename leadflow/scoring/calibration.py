"""Calibration: turning scores that rank into probabilities that can be believed."""

import enum
import math
from collections.abc import Mapping
from typing import TypeAlias

import attrs
import numpy as np

from leadflow.errors import DefinitionError
from leadflow.records.events import Json
from leadflow.scoring.metrics import Outcomes
from leadflow.scoring.points import Points

__all__ = [
    "Calibration",
    "Calibrator",
    "Isotonic",
    "Platt",
    "calibrator_from_dict",
    "fit_calibrator",
    "logit",
    "sigmoid",
]

_STEPS = 100


class Calibration(enum.StrEnum):
    """How raw scores become probabilities."""

    NONE = "none"
    """As the model says."""
    PLATT = "platt"
    """A logistic curve over the score: two numbers, for few outcomes."""
    ISOTONIC = "isotonic"
    """Any rising steps: for a thousand outcomes and more."""


@attrs.frozen(kw_only=True)
class Platt:
    """A logistic curve over raw scores.

    Attributes:
        slope: of the log-odds.
        intercept: of the log-odds.

    Example:
        >>> Platt(slope=1.0, intercept=0.0).apply(np.array([0.0])).tolist()
        [0.5]
    """

    slope: float
    intercept: float

    def apply(self, raw: Points) -> Points:
        """Return probabilities, (n,) float64."""
        return sigmoid(self.slope * raw + self.intercept)

    def to_dict(self) -> dict[str, Json]:
        """Return the curve as plain data."""
        return {"kind": "platt", "slope": self.slope, "intercept": self.intercept}


@attrs.frozen(kw_only=True)
class Isotonic:
    """Rising steps over raw scores, joined by straight lines.

    Attributes:
        raw: rising scores at which the line bends.
        probabilities: the probability at each.

    Example:
        >>> Isotonic(raw=(0.0, 1.0), probabilities=(0.1, 0.3)).apply(np.array([-5.0, 0.5])).tolist()
        [0.1, 0.2]
    """

    raw: tuple[float, ...]
    probabilities: tuple[float, ...]

    def apply(self, raw: Points) -> Points:
        """Return probabilities, (n,) float64."""
        return np.interp(raw, self.raw, self.probabilities)

    def to_dict(self) -> dict[str, Json]:
        """Return the line as plain data."""
        return {"kind": "isotonic", "raw": list(self.raw), "probabilities": list(self.probabilities)}


Calibrator: TypeAlias = Platt | Isotonic


def fit_calibrator(kind: Calibration, raw: Points, outcomes: Outcomes) -> Calibrator:
    """Fit a calibration on scores that the model gave to leads which it has not learned from.

    Args:
        kind: Platt or isotonic.
        raw: (n,) float64 scores.
        outcomes: (n,) bool.

    Raises:
        DefinitionError: the kind is ``none``.

    References:
        Platt, J. (1999). Probabilistic outputs for support vector machines, with the targets that it
        proposes; Lin, H.-T., Lin, C.-J., Weng, R. C. (2007) for the Newton steps. Barlow, R. E. et al.
        (1972). Statistical Inference under Order Restrictions (pool adjacent violators).

    Example:
        >>> raw, outcomes = np.array([0.0, 1.0, 2.0, 3.0]), np.array([False, True, False, True])
        >>> fit_calibrator(Calibration.ISOTONIC, raw, outcomes).apply(raw).tolist()
        [0.0, 0.5, 0.5, 1.0]
    """
    match kind:
        case Calibration.PLATT:
            return _fit_platt(raw, outcomes)
        case Calibration.ISOTONIC:
            return _fit_isotonic(raw, outcomes)
        case Calibration.NONE:
            raise DefinitionError("There is nothing to fit for the calibration 'none'.")


def calibrator_from_dict(data: Mapping[str, Json]) -> Calibrator:
    """Read a calibration from plain data.

    Raises:
        DefinitionError: it is of no known kind, or incomplete.

    Example:
        >>> calibrator_from_dict({"kind": "platt", "slope": 1.0, "intercept": 0.0})
        Platt(slope=1.0, intercept=0.0)
    """
    match data:
        case {"kind": "platt", "slope": int() | float() as slope, "intercept": int() | float() as intercept}:
            return Platt(slope=float(slope), intercept=float(intercept))
        case {"kind": "isotonic", "raw": list() as raw, "probabilities": list() as probabilities}:
            return Isotonic(raw=_floats(raw), probabilities=_floats(probabilities))
        case _:
            raise DefinitionError(
                "$.calibrator must be a table of kind 'platt' or 'isotonic' with its numbers.",
                path="$.calibrator",
            )


def sigmoid(values: Points) -> Points:
    """Return the probabilities of log-odds.

    Example:
        >>> sigmoid(np.array([0.0, 800.0, -800.0])).tolist()
        [0.5, 1.0, 0.0]
    """
    small = np.exp(-np.abs(values))
    probabilities: Points = np.where(values >= 0, 1.0, small) / (1.0 + small)
    return probabilities


def logit(probabilities: Points) -> Points:
    """Return the log-odds of probabilities; 0 and 1 become the largest that float64 tells apart from them.

    Example:
        >>> logit(np.array([0.5])).tolist()
        [0.0]
    """
    tiny = float(np.finfo(np.float64).eps)
    safe = np.clip(probabilities, tiny, 1 - tiny)
    odds: Points = np.log(safe) - np.log1p(-safe)
    return odds


def _fit_platt(raw: Points, outcomes: Outcomes) -> Platt:
    positives = int(np.count_nonzero(outcomes))
    negatives = len(outcomes) - positives
    targets = np.where(outcomes, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    centre, spread = float(raw.mean()), float(raw.std()) or 1.0
    scaled = (raw - centre) / spread
    design = np.column_stack([scaled, np.ones(len(raw))])
    weights = np.array([0.0, math.log((positives + 1) / (negatives + 1))])
    loss = _cross_entropy(design @ weights, targets)
    for _ in range(_STEPS):
        probabilities = sigmoid(design @ weights)
        gradient = design.T @ (probabilities - targets)
        curvature = (design * (probabilities * (1 - probabilities))[:, None]).T @ design + 1e-12 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        length = 1.0
        while (
            trial := _cross_entropy(design @ (weights - length * step), targets)
        ) > loss and length > 1e-10:
            length /= 2
        weights = weights - length * step
        done, loss = loss - trial <= 1e-12 * abs(loss), trial
        if done:
            break
    slope = float(weights[0]) / spread
    return Platt(slope=slope, intercept=float(weights[1]) - slope * centre)


def _cross_entropy(log_odds: Points, targets: Points) -> float:
    return float(np.sum(np.logaddexp(0.0, log_odds) - targets * log_odds))


def _fit_isotonic(raw: Points, outcomes: Outcomes) -> Isotonic:
    places, own = np.unique(raw, return_inverse=True)
    weights = np.bincount(own).astype(np.float64)
    hits = np.bincount(own, outcomes.astype(np.float64))
    blocks: list[tuple[float, float, int]] = []
    for hit, weight in zip(hits.tolist(), weights.tolist(), strict=True):
        block = (hit, weight, 1)
        while blocks and blocks[-1][0] * block[1] >= block[0] * blocks[-1][1]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    levels = np.repeat([hit / weight for hit, weight, _ in blocks], [size for _, _, size in blocks])
    # only the ends of a step bend the line
    bends = np.ones(len(places), np.bool_)
    bends[1:-1] = (levels[1:-1] != levels[:-2]) | (levels[1:-1] != levels[2:])
    return Isotonic(raw=tuple(places[bends].tolist()), probabilities=tuple(levels[bends].tolist()))


def _floats(values: list[Json]) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in values if isinstance(value, int | float))
    if len(numbers) != len(values) or not numbers:
        raise DefinitionError("$.calibrator must hold numbers.", path="$.calibrator")
    return numbers
