"""Learned scoring: the probability that a lead converts, from how earlier leads fared."""

import datetime as dt
import enum
import math
from collections.abc import Sequence
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.conditions import Condition, Population, ValueRef
from leadflow.errors import InputError
from leadflow.records.activities import ActivityLog
from leadflow.records.batches import LeadBatch, Seconds
from leadflow.records.events import Json
from leadflow.scoring.bayes import BayesTables, Smoothing, fit_bayes
from leadflow.scoring.calibration import Calibration, Calibrator, fit_calibrator, sigmoid
from leadflow.scoring.features import Encoder, Feature, feature, fit_encoder
from leadflow.scoring.logistic import LogisticWeights, fit_logistic
from leadflow.scoring.metrics import Outcomes
from leadflow.scoring.points import Points
from leadflow.seeds import generator

__all__ = ["Contribution", "FittedScoring", "LearnedScoring", "Method"]

_FOLDS = 5

_Learned: TypeAlias = LogisticWeights | BayesTables


class Method(enum.StrEnum):
    """What is learned."""

    LOGISTIC = "logistic"
    """Regularised logistic regression: features are weighed together."""
    NAIVE_BAYES = "naive_bayes"
    """Naive Bayes: every known value shifts the odds on its own."""


@attrs.frozen(kw_only=True)
class Contribution:
    """How far one feature shifts a lead's odds.

    Attributes:
        name: the feature; ``base`` for what holds without any.
        log_odds: the shift, in nats.
    """

    name: str
    log_odds: float

    @property
    def factor(self) -> float:
        """By what the odds are multiplied."""
        return math.exp(self.log_odds)


def _features(items: Sequence[str | ValueRef | Condition | Feature]) -> tuple[Feature, ...]:
    return tuple(item if isinstance(item, Feature) else feature(item) for item in items)


@attrs.frozen(kw_only=True)
class LearnedScoring:
    """How a probability is to be learned.

    Attributes:
        features: field names, values, conditions or ``feature(...)``; missing values are values too.
        method: logistic regression or naive Bayes.
        penalty: draws the weights of the logistic regression to zero; above zero.
        smoothing: how naive Bayes counts.
        calibration: how scores become probabilities, fitted on leads held out in five folds.
        fewest_leads: fewer are refused.
        fewest_outcomes: of either kind; fewer are refused.
        version: names the model in reports.

    Example:
        >>> dice = np.random.default_rng(0)
        >>> big = dice.random(400) < 0.5
        >>> people = LeadBatch.from_dicts([{"employees": 1000 if each else 10} for each in big])
        >>> won = dice.random(400) < np.where(big, 0.6, 0.2)
        >>> then = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        >>> fitted = LearnedScoring(features=["employees"]).fit(people, won, as_of=then, seed=0)
        >>> [round(float(p), 1) for p in fitted.probabilities(LeadBatch.from_dicts([{"employees": 1000}, {"employees": 10}]), as_of=then)]
        [0.6, 0.2]
    """

    features: tuple[Feature, ...] = attrs.field(converter=_features)
    method: Method = attrs.field(default=Method.LOGISTIC, converter=Method)
    penalty: float = attrs.field(default=1.0, validator=attrs.validators.gt(0))
    smoothing: Smoothing = attrs.field(default=Smoothing.LAPLACE, converter=Smoothing)
    calibration: Calibration = attrs.field(default=Calibration.PLATT, converter=Calibration)
    fewest_leads: int = 200
    fewest_outcomes: int = 30
    version: str = "learned-1"

    def fit(
        self,
        batch: LeadBatch,
        outcomes: npt.ArrayLike,
        activities: ActivityLog | None = None,
        *,
        as_of: dt.datetime,
        decided_at: Seconds | None = None,
        seed: int = 0,
    ) -> "FittedScoring":
        """Learn from leads whose outcome is known.

        Args:
            batch: n leads, as they were known at the cut-off.
            outcomes: (n,) bool, whether each converted after the cut-off.
            activities: what they did; what came after the cut-off is not looked at.
            as_of: the cut-off; aware.
            decided_at: (n,) int64 seconds since 1970 UTC, when each outcome was decided.
            seed: deals the leads into the folds of the calibration.

        Raises:
            InputError: there are too few leads or outcomes, or something of the future is among them.

        Example:
            >>> learned = LearnedScoring(features=["title"])
            >>> try:
            ...     learned.fit(LeadBatch.from_dicts([{}] * 3), [True, False, False], as_of=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
            ... except InputError as error:
            ...     print(error)
            Learning needs at least 200 leads with 30 conversions and 30 others, got 3 leads with 1 and 2: collect more, or lower fewest_leads and fewest_outcomes knowingly.
        """
        truth = np.asarray(outcomes).astype(np.bool_)
        population = Population(
            batch=batch,
            activities=ActivityLog.of([]) if activities is None else activities.unique(),
            as_of=as_of,
        )
        self._check(population, truth, decided_at)
        encoder = fit_encoder(self.features, population)
        inputs = self._inputs(encoder, population)
        learned = self._learn(encoder, inputs, truth)
        calibrator = None
        if self.calibration is not Calibration.NONE:
            held_out = self._held_out(encoder, inputs, truth, generator(seed))
            calibrator = fit_calibrator(self.calibration, held_out, truth)
        return FittedScoring(
            encoder=encoder,
            learned=learned,
            calibrator=calibrator,
            leads=len(truth),
            conversions=int(np.count_nonzero(truth)),
            as_of=as_of,
            version=self.version,
        )

    def _check(self, population: Population, truth: Outcomes, decided_at: Seconds | None) -> None:
        n, positives = len(truth), int(np.count_nonzero(truth))
        if n != len(population):
            raise InputError(f"There must be one outcome per lead: {len(population)} leads, {n} outcomes.")
        fewest = self.fewest_outcomes
        if n < self.fewest_leads or min(positives, n - positives) < max(fewest, 1):
            raise InputError(
                f"Learning needs at least {self.fewest_leads} leads with {fewest} conversions and {fewest} others, "
                f"got {n} leads with {positives} and {n - positives}: collect more, or lower fewest_leads and "
                "fewest_outcomes knowingly."
            )
        if decided_at is not None and (early := int(np.count_nonzero(decided_at <= population.now))):
            raise InputError(
                f"{early} outcomes were decided before the cut-off, so that features would know them: leave those "
                "leads out, or choose an earlier as_of."
            )
        if late := int(np.count_nonzero(population.batch.observed_at > population.now)):
            raise InputError(
                f"{late} leads were observed after the cut-off, so that fields could know the outcome: take them as "
                "they were known at as_of."
            )

    def _inputs(
        self, encoder: Encoder, population: Population
    ) -> npt.NDArray[np.float64] | npt.NDArray[np.int32]:
        return encoder.design(population) if self.method is Method.LOGISTIC else encoder.levels(population)

    def _learn(
        self, encoder: Encoder, inputs: npt.NDArray[np.float64] | npt.NDArray[np.int32], truth: Outcomes
    ) -> _Learned:
        if self.method is Method.LOGISTIC:
            return fit_logistic(inputs.astype(np.float64, copy=False), truth, penalty=self.penalty)
        sizes = [coding.size for coding in encoder.codings]
        return fit_bayes(inputs.astype(np.int32, copy=False), sizes, truth, smoothing=self.smoothing)

    def _held_out(
        self,
        encoder: Encoder,
        inputs: npt.NDArray[np.float64] | npt.NDArray[np.int32],
        truth: Outcomes,
        dice: np.random.Generator,
    ) -> Points:
        """Return for each lead the log-odds of a model that has not seen it; folds keep the share of conversions."""
        fold = np.empty(len(truth), np.int64)
        for kind in (truth, ~truth):
            rows = dice.permutation(np.flatnonzero(kind))
            fold[rows] = np.arange(len(rows)) % _FOLDS
        raw = np.empty(len(truth))
        for each in range(_FOLDS):
            out = fold == each
            raw[out] = _log_odds(self._learn(encoder, inputs[~out], truth[~out]), inputs[out])
        return raw


@attrs.frozen(kw_only=True, eq=False, repr=False)
class FittedScoring:
    """A learned model: data, frozen.

    Attributes:
        encoder: the features and how they become numbers.
        learned: the weights or tables.
        calibrator: how log-odds become probabilities; None for the plain logistic curve.
        leads: how many it has learned from.
        conversions: how many of them converted.
        as_of: the cut-off; nothing later was looked at.
        version: names the model.
    """

    encoder: Encoder
    learned: _Learned
    calibrator: Calibrator | None
    leads: int
    conversions: int
    as_of: dt.datetime
    version: str

    def probabilities(
        self, batch: LeadBatch, activities: ActivityLog | None = None, *, as_of: dt.datetime
    ) -> Points:
        """Return the probability that each lead converts.

        Args:
            batch: n leads.
            activities: what they did.
            as_of: aware; the moment of the question. Later activities do not count.

        Returns:
            (n,) float64, from 0 to 1.
        """
        return self._calibrated(_log_odds(self.learned, self._inputs(_population(batch, activities, as_of))))

    def contributions(
        self, batch: LeadBatch, activities: ActivityLog | None = None, *, as_of: dt.datetime
    ) -> npt.NDArray[np.float64]:
        """Return how far the base and each feature shift the log-odds before calibration.

        Returns:
            (n, 1 + f) float64, nats; a row adds up to the lead's log-odds, except where Odoo's bounds hold it.
        """
        inputs = self._inputs(_population(batch, activities, as_of))
        if isinstance(self.learned, BayesTables):
            shifts = self.learned.contributions(inputs.astype(np.int32, copy=False))
            return np.column_stack([np.full(len(inputs), self.learned.prior), shifts])
        parts = [np.full(len(inputs), self.learned.intercept)]
        parts += [inputs[:, columns] @ self.learned.weights[columns] for columns in self.encoder.slices()]
        return np.column_stack(parts)

    def explain(
        self, batch: LeadBatch, row: int, activities: ActivityLog | None = None, *, as_of: dt.datetime
    ) -> tuple[Contribution, ...]:
        """Return the contributions to one lead's log-odds, the base first, then the largest.

        Args:
            batch: leads.
            row: the lead.
            activities: what they did.
            as_of: aware; the moment of the question.
        """
        shifts = self.contributions(batch.take([row]), activities, as_of=as_of)[0].tolist()
        names = [item.name for item in self.encoder.features]
        found = [
            Contribution(name=name, log_odds=shift) for name, shift in zip(names, shifts[1:], strict=True)
        ]
        found.sort(key=lambda item: -abs(item.log_odds))
        return (Contribution(name="base", log_odds=shifts[0]), *found)

    def to_dict(self) -> dict[str, Json]:
        """Return the model as plain data."""
        from leadflow.scoring.learned_data import fitted_to_data  # noqa: PLC0415  # the data form is made of this class

        return fitted_to_data(self)

    @classmethod
    def from_dict(cls, data: object) -> "FittedScoring":
        """Read a model from plain data.

        Raises:
            DefinitionError: it is wrong.
        """
        from leadflow.scoring.learned_data import fitted_from_data  # noqa: PLC0415  # the data form is made of this class

        return fitted_from_data(data)

    def __repr__(self) -> str:
        return f"<FittedScoring {self.version}: {len(self.encoder.features)} features, {self.leads} leads, {self.conversions} conversions>"

    def _inputs(self, population: Population) -> npt.NDArray[np.float64] | npt.NDArray[np.int32]:
        if isinstance(self.learned, BayesTables):
            return self.encoder.levels(population)
        return self.encoder.design(population)

    def _calibrated(self, raw: Points) -> Points:
        return sigmoid(raw) if self.calibrator is None else self.calibrator.apply(raw)


def _population(batch: LeadBatch, activities: ActivityLog | None, as_of: dt.datetime) -> Population:
    log = ActivityLog.of([]) if activities is None else activities.unique()
    return Population(batch=batch, activities=log, as_of=as_of)


def _log_odds(learned: _Learned, inputs: npt.NDArray[np.float64] | npt.NDArray[np.int32]) -> Points:
    if isinstance(learned, BayesTables):
        return learned.log_odds(inputs.astype(np.int32, copy=False))
    return learned.log_odds(inputs.astype(np.float64, copy=False))
