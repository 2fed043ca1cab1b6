"""Scorers: anything that gives each lead a probability, and how several are combined."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.conditions import Condition, Population, ValueRef
from leadflow.errors import DefinitionError, InputError
from leadflow.records.activities import ActivityLog
from leadflow.records.batches import LeadBatch
from leadflow.scoring.calibration import Calibration, Calibrator, fit_calibrator, logit, sigmoid
from leadflow.scoring.features import Encoder, Feature, feature, fit_encoder
from leadflow.scoring.metrics import checked
from leadflow.scoring.models import ScoringModel
from leadflow.scoring.points import Points

__all__ = ["Blend", "EstimatorScorer", "RuleScorer", "Scorer"]


@runtime_checkable
class Scorer(Protocol):
    """Gives each lead the probability that it converts."""

    @property
    def version(self) -> str:
        """What names the scorer in reports."""
        ...

    def probabilities(
        self, batch: LeadBatch, activities: ActivityLog | None = None, *, as_of: dt.datetime
    ) -> Points:
        """Return (n,) float64, from 0 to 1; nothing later than ``as_of`` may be looked at."""
        ...


@runtime_checkable
class _Estimator(Protocol):
    def fit(self, design: npt.NDArray[np.float64], outcomes: npt.NDArray[np.bool_], /) -> object: ...

    def predict_proba(self, design: npt.NDArray[np.float64], /) -> npt.NDArray[np.float64]: ...


@attrs.frozen(kw_only=True, eq=False)
class EstimatorScorer:
    """Any estimator with ``fit`` and ``predict_proba``, as scikit-learn has them, behind ``Scorer``.

    Attributes:
        encoder: the features and how they become numbers.
        predict: (n, p) float64 to (n,) probabilities.
        version: names the scorer.
    """

    encoder: Encoder
    predict: Callable[[npt.NDArray[np.float64]], Points]
    version: str = "estimator"

    @classmethod
    def fit(
        cls,
        estimator: _Estimator,
        features: Sequence[str | ValueRef | Condition | Feature],
        batch: LeadBatch,
        outcomes: npt.ArrayLike,
        activities: ActivityLog | None = None,
        *,
        as_of: dt.datetime,
        version: str = "estimator",
    ) -> "EstimatorScorer":
        """Fit an estimator on the features as they stood at a cut-off.

        Args:
            estimator: fitted in place, as such estimators are.
            features: what it looks at.
            batch: n leads.
            outcomes: (n,) bool.
            activities: what they did; what came after the cut-off is not looked at.
            as_of: the cut-off; aware.
            version: names the scorer.
        """
        population = _population(batch, activities, as_of)
        chosen = [item if isinstance(item, Feature) else feature(item) for item in features]
        encoder = fit_encoder(chosen, population)
        estimator.fit(encoder.design(population), np.asarray(outcomes).astype(np.bool_))
        return cls(
            encoder=encoder,
            predict=lambda design: np.asarray(estimator.predict_proba(design)[:, 1], np.float64),
            version=version,
        )

    def probabilities(
        self, batch: LeadBatch, activities: ActivityLog | None = None, *, as_of: dt.datetime
    ) -> Points:
        """Return the probability that each lead converts, (n,) float64."""
        return self.predict(self.encoder.design(_population(batch, activities, as_of)))


@attrs.frozen(kw_only=True, eq=False)
class RuleScorer:
    """A rule model whose points have been calibrated to probabilities on history.

    Attributes:
        model: the rules.
        calibrator: points to probabilities.

    Example:
        >>> from leadflow.conditions import field
        >>> from leadflow.scoring import rule
        >>> people = LeadBatch.from_dicts([{"title": "部長"}] * 50 + [{"title": "担当"}] * 50)
        >>> won = [True] * 30 + [False] * 20 + [True] * 5 + [False] * 45
        >>> model = ScoringModel(fit=[rule(field("title") == "部長", 20)])
        >>> then = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        >>> scorer = RuleScorer.fit(model, people, won, as_of=then, calibration="isotonic")
        >>> [round(float(p), 3) for p in scorer.probabilities(people.take([0, 99]), as_of=then)]
        [0.6, 0.1]
    """

    model: ScoringModel
    calibrator: Calibrator

    @classmethod
    def fit(
        cls,
        model: ScoringModel,
        batch: LeadBatch,
        outcomes: npt.ArrayLike,
        activities: ActivityLog | None = None,
        *,
        as_of: dt.datetime,
        calibration: Calibration | str = Calibration.PLATT,
    ) -> "RuleScorer":
        """Learn what the points of a rule model have been worth.

        Args:
            model: the rules; they are not changed.
            batch: n leads.
            outcomes: (n,) bool, whether each converted after the cut-off.
            activities: what they did.
            as_of: the cut-off; aware.
            calibration: Platt or isotonic.

        Raises:
            InputError: only one kind of outcome occurs.
        """
        truth, points = checked(outcomes, model.score_batch(batch, activities, as_of).total)
        return cls(model=model, calibrator=fit_calibrator(Calibration(calibration), points, truth))

    @property
    def version(self) -> str:
        """The model's version."""
        return self.model.version

    def probabilities(
        self, batch: LeadBatch, activities: ActivityLog | None = None, *, as_of: dt.datetime
    ) -> Points:
        """Return the probability that each lead converts, (n,) float64."""
        return self.calibrator.apply(self.model.score_batch(batch, activities, as_of).total)


@attrs.frozen(kw_only=True, eq=False)
class Blend:
    """Several scorers together: the weighted mean of their log-odds.

    Attributes:
        scorers: what is combined.
        weights: one each, not negative, not all zero; they are scaled to add up to one.
        version: names the blend.

    References:
        Genest, C., Zidek, J. V. (1986). Combining probability distributions: a critique and an annotated
        bibliography. Statistical Science 1 (the logarithmic opinion pool).
    """

    scorers: tuple[Scorer, ...] = attrs.field(converter=tuple[Scorer, ...])
    weights: tuple[float, ...] = attrs.field(converter=tuple[float, ...])
    version: str = "blend"

    def __attrs_post_init__(self) -> None:
        if (
            len(self.scorers) != len(self.weights)
            or min(self.weights, default=-1.0) < 0
            or not sum(self.weights)
        ):
            raise DefinitionError(
                "A blend needs one weight per scorer, none negative and not all zero.", path="$.weights"
            )

    def probabilities(
        self, batch: LeadBatch, activities: ActivityLog | None = None, *, as_of: dt.datetime
    ) -> Points:
        """Return the probability that each lead converts, (n,) float64."""
        whole = sum(self.weights)
        odds = np.zeros(len(batch))
        for scorer, weight in zip(self.scorers, self.weights, strict=True):
            part = scorer.probabilities(batch, activities, as_of=as_of)
            if part.shape != odds.shape:
                raise InputError(f"The scorer '{scorer.version}' must give one probability per lead.")
            odds += weight / whole * logit(part)
        return sigmoid(odds)


def _population(batch: LeadBatch, activities: ActivityLog | None, as_of: dt.datetime) -> Population:
    log = ActivityLog.of([]) if activities is None else activities.unique()
    return Population(batch=batch, activities=log, as_of=as_of)
