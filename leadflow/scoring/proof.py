"""Back-tests: did the scores of then foretell what happened since?"""

import datetime as dt
import html
from collections.abc import Iterator

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.errors import InputError
from leadflow.records.activities import ActivityLog
from leadflow.records.batches import LeadBatch, Seconds, to_seconds
from leadflow.records.events import Json
from leadflow.scoring.metrics import (
    Interval,
    Outcomes,
    checked,
    log_loss,
    mean_interval,
    roc_auc_interval,
    weighted_precision,
    wilson_interval,
)
from leadflow.scoring.points import Points
from leadflow.seeds import generator

__all__ = ["BackTest", "CalibrationRow", "GainsRow", "GradeRow", "TimeSplit", "back_test", "time_split"]

_RESAMPLES = 200


@attrs.frozen(kw_only=True)
class GainsRow:
    """One tenth of the leads, the best tenth first.

    Attributes:
        part: from 1.
        leads: how many.
        conversions: how many converted.
        rate: conversions per lead.
        lift: the rate divided by that of all leads.
        cumulative_leads: the part of all leads down to here, from 0 to 1.
        cumulative_gain: the part of all conversions found down to here, from 0 to 1.
    """

    part: int
    leads: int
    conversions: int
    rate: Interval
    lift: float
    cumulative_leads: float
    cumulative_gain: float

    def to_dict(self) -> dict[str, Json]:
        """Return the row as plain data."""
        return {
            "part": self.part,
            "leads": self.leads,
            "conversions": self.conversions,
            "rate": self.rate.estimate,
            "rate_low": self.rate.low,
            "rate_high": self.rate.high,
            "lift": self.lift,
            "cumulative_leads": self.cumulative_leads,
            "cumulative_gain": self.cumulative_gain,
        }


@attrs.frozen(kw_only=True)
class GradeRow:
    """The leads of one grade.

    Attributes:
        grade: the grade.
        leads: how many.
        conversions: how many converted.
        rate: conversions per lead.
        lift: the rate divided by that of all leads.
    """

    grade: str
    leads: int
    conversions: int
    rate: Interval
    lift: float

    def to_dict(self) -> dict[str, Json]:
        """Return the row as plain data."""
        return {
            "grade": self.grade,
            "leads": self.leads,
            "conversions": self.conversions,
            "rate": self.rate.estimate,
            "rate_low": self.rate.low,
            "rate_high": self.rate.high,
            "lift": self.lift,
        }


@attrs.frozen(kw_only=True)
class CalibrationRow:
    """Leads with like probabilities.

    Attributes:
        leads: how many.
        predicted: the mean probability.
        observed: conversions per lead.
        believable: whether the mean probability lies within the interval of the observed rate.
    """

    leads: int
    predicted: float
    observed: Interval

    @property
    def believable(self) -> bool:
        """Whether the prediction lies within the interval of what was observed."""
        return self.observed.low <= self.predicted <= self.observed.high

    def to_dict(self) -> dict[str, Json]:
        """Return the row as plain data."""
        return {
            "leads": self.leads,
            "predicted": self.predicted,
            "observed": self.observed.estimate,
            "observed_low": self.observed.low,
            "observed_high": self.observed.high,
            "believable": self.believable,
        }


@attrs.frozen(kw_only=True)
class BackTest:
    """What the scores of then were worth.

    Attributes:
        leads: how many were judged.
        conversions: how many converted.
        base_rate: conversions per lead.
        roc_auc: with DeLong's interval.
        pr_auc: average precision, with a percentile bootstrap interval.
        brier: with a normal interval; None for points that are no probabilities. So are the next two.
        log_loss: in nats.
        calibration: predicted against observed, tenth by tenth.
        gains: conversion, lift and gain by tenths, best first.
        grades: conversion by grade, best first; empty without grades.

    Example:
        >>> test = back_test([True, False] * 50, [0.9, 0.2] * 50)
        >>> test.roc_auc.estimate, test.gains[0].lift
        (1.0, 2.0)
    """

    leads: int
    conversions: int
    base_rate: Interval
    roc_auc: Interval
    pr_auc: Interval
    brier: Interval | None
    log_loss: float | None
    calibration: tuple[CalibrationRow, ...]
    gains: tuple[GainsRow, ...]
    grades: tuple[GradeRow, ...]

    def text(self) -> str:
        """Return the figures in a few lines."""
        lines = [
            f"{self.conversions} of {self.leads} leads converted: {self.base_rate.text()}",
            f"ROC AUC {self.roc_auc.text()}, PR AUC {self.pr_auc.text()}",
        ]
        if self.brier is not None:
            lines.append(f"Brier {self.brier.text()}, log loss {self.log_loss:.3f}")
        top = self.gains[0]
        lines.append(
            f"best {top.cumulative_leads:.0%}: rate {top.rate.text()}, lift {top.lift:.2f}, {top.cumulative_gain:.0%} of conversions"
        )
        lines += [f"{row.grade}: {row.conversions} of {row.leads}, {row.rate.text()}" for row in self.grades]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Json]:
        """Return all figures and tables as plain data."""
        return {
            "leads": self.leads,
            "conversions": self.conversions,
            "base_rate": [*self.base_rate.to_list()],
            "roc_auc": [*self.roc_auc.to_list()],
            "pr_auc": [*self.pr_auc.to_list()],
            "brier": None if self.brier is None else [*self.brier.to_list()],
            "log_loss": self.log_loss,
            "calibration": [row.to_dict() for row in self.calibration],
            "gains": [row.to_dict() for row in self.gains],
            "grades": [row.to_dict() for row in self.grades],
        }

    def __iter__(self) -> Iterator[GainsRow]:
        return iter(self.gains)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text())}</pre>"


@attrs.frozen(kw_only=True, eq=False)
class TimeSplit:
    """History cut at a moment: what was known by then, and what happened since.

    Attributes:
        batch: the leads that existed at the cut and had not converted.
        activities: what had happened by the cut.
        outcomes: (n,) bool, whether each converted between the cut and the horizon.
        at: the cut.
    """

    batch: LeadBatch
    activities: ActivityLog
    outcomes: Outcomes
    at: dt.datetime


def time_split(
    batch: LeadBatch,
    activities: ActivityLog,
    *,
    created_at: Seconds,
    converted_at: Seconds,
    at: dt.datetime,
    horizon: dt.timedelta,
) -> TimeSplit:
    """Cut history so that scores can be judged by what they could not know.

    Args:
        batch: n leads.
        activities: what they did.
        created_at: (n,) int64 seconds since 1970 UTC; later leads are left out.
        converted_at: (n,) int64 seconds; ``NO_TIME`` for those that have not converted.
        at: the cut; aware.
        horizon: how long after the cut a conversion counts.

    Raises:
        InputError: the horizon is not above zero, or a column has not one entry per lead.

    Example:
        >>> people = LeadBatch.from_dicts([{}, {}, {}])
        >>> day, created = 86400, np.array([0, 0, 9 * 86400])
        >>> split = time_split(
        ...     people, ActivityLog.of([]), created_at=created, converted_at=np.array([3 * day, 99 * day, 9 * day]),
        ...     at=dt.datetime(1970, 1, 2, tzinfo=dt.UTC), horizon=dt.timedelta(days=30),
        ... )
        >>> split.outcomes.tolist()
        [True, False]
    """
    if horizon <= dt.timedelta(0):
        raise InputError("The horizon of a time split must be longer than zero.")
    if not len(batch) == len(created_at) == len(converted_at):
        raise InputError("created_at and converted_at must have one entry per lead.")
    cut = to_seconds(at)
    end = cut + int(horizon.total_seconds())
    undecided = (converted_at > cut) | (converted_at < 0)
    rows = np.flatnonzero((created_at <= cut) & undecided)
    converted = converted_at[rows]
    return TimeSplit(
        batch=batch.take(rows),
        activities=activities.take(np.flatnonzero(activities.at <= cut)),
        outcomes=(converted > cut) & (converted <= end),
        at=at,
    )


def back_test(
    outcomes: npt.ArrayLike,
    predicted: npt.ArrayLike,
    *,
    grades: Column | None = None,
    parts: int = 10,
    confidence: float = 0.95,
    seed: int = 0,
) -> BackTest:
    """Judge scores by what happened.

    Args:
        outcomes: (n,) bool, whether each lead converted after it was scored.
        predicted: (n,) float64, probabilities or points. Points are ranked only.
        grades: (n,) grades.
        parts: how many equal parts gains and calibration have.
        confidence: of all intervals.
        seed: draws the bootstrap samples of PR AUC.

    Raises:
        InputError: the lengths differ, a figure is not finite, or only one kind of outcome occurs.

    References:
        DeLong et al. (1988) for ROC AUC; Efron, B., Tibshirani, R. (1993). An Introduction to the Bootstrap,
        13.3 (percentile intervals); Wilson (1927) for rates.

    Example:
        >>> print(back_test([True, True, False, False] * 25, [0.8, 0.4, 0.4, 0.2] * 25).text().splitlines()[1])
        ROC AUC 0.875 [0.826, 0.924], PR AUC 0.833 [0.770, 0.888]
    """
    truth, values = checked(outcomes, predicted)
    conversions = int(np.count_nonzero(truth))
    probable = bool(values.min() >= 0 and values.max() <= 1)
    return BackTest(
        leads=len(truth),
        conversions=conversions,
        base_rate=wilson_interval(conversions, len(truth), confidence=confidence),
        roc_auc=roc_auc_interval(truth, values, confidence=confidence),
        pr_auc=_precision_interval(truth, values, confidence, generator(seed)),
        brier=mean_interval((values - truth) ** 2, confidence=confidence) if probable else None,
        log_loss=log_loss(truth, values) if probable else None,
        calibration=_calibration(truth, values, parts, confidence) if probable else (),
        gains=_gains(truth, values, parts, confidence),
        grades=() if grades is None else _by_grade(truth, grades, confidence),
    )


def _precision_interval(
    truth: Outcomes, values: Points, confidence: float, dice: np.random.Generator
) -> Interval:
    n = len(truth)
    order = np.argsort(-values, kind="stable")
    truth, values = truth[order], values[order]
    figures: list[float] = []
    while len(figures) < _RESAMPLES:
        weights = np.bincount(dice.integers(0, n, n), minlength=n).astype(np.float64)
        if 0 < weights[truth].sum() < n:
            figures.append(weighted_precision(truth, values, weights))
    low, high = np.quantile(figures, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(estimate=weighted_precision(truth, values, np.ones(n)), low=float(low), high=float(high))


def _parts_of(values: Points, parts: int) -> npt.NDArray[np.int64]:
    """Return the part of each lead, 0 the best; equal values fall in row order."""
    part = np.empty(len(values), np.int64)
    order = np.argsort(-values, kind="stable")
    part[order] = np.arange(len(values)) * parts // len(values)
    return part


def _gains(truth: Outcomes, values: Points, parts: int, confidence: float) -> tuple[GainsRow, ...]:
    part = _parts_of(values, parts)
    leads = np.bincount(part, minlength=parts)
    hits = np.bincount(part[truth], minlength=parts)
    base = hits.sum() / leads.sum()
    rows = []
    for i in np.flatnonzero(leads).tolist():
        rate = wilson_interval(int(hits[i]), int(leads[i]), confidence=confidence)
        rows.append(
            GainsRow(
                part=i + 1,
                leads=int(leads[i]),
                conversions=int(hits[i]),
                rate=rate,
                lift=float(rate.estimate / base),
                cumulative_leads=float(leads[: i + 1].sum() / leads.sum()),
                cumulative_gain=float(hits[: i + 1].sum() / hits.sum()),
            )
        )
    return tuple(rows)


def _calibration(
    truth: Outcomes, values: Points, parts: int, confidence: float
) -> tuple[CalibrationRow, ...]:
    # equal probabilities share a row, otherwise the row order would decide
    edges = np.unique(np.quantile(values, np.arange(1, parts) / parts))
    part = np.searchsorted(edges, values, side="right")
    leads = np.bincount(part, minlength=len(edges) + 1)
    hits = np.bincount(part[truth], minlength=len(edges) + 1)
    sums = np.bincount(part, values, minlength=len(edges) + 1)
    return tuple(
        CalibrationRow(
            leads=int(leads[i]),
            predicted=float(sums[i] / leads[i]),
            observed=wilson_interval(int(hits[i]), int(leads[i]), confidence=confidence),
        )
        for i in np.flatnonzero(leads).tolist()
    )


def _by_grade(truth: Outcomes, grades: Column, confidence: float) -> tuple[GradeRow, ...]:
    if len(grades) != len(truth):
        raise InputError(
            f"There must be one grade per outcome, got {len(grades)} grades and {len(truth)} outcomes."
        )
    known = grades.codes >= 0
    leads = np.bincount(grades.codes[known], minlength=len(grades.values))
    hits = np.bincount(grades.codes[known & truth], minlength=len(grades.values))
    base = float(np.count_nonzero(truth) / len(truth))
    rows = []
    for i in sorted(np.flatnonzero(leads).tolist(), key=lambda i: str(grades.values[i])):
        rate = wilson_interval(int(hits[i]), int(leads[i]), confidence=confidence)
        rows.append(
            GradeRow(
                grade=str(grades.values[i]),
                leads=int(leads[i]),
                conversions=int(hits[i]),
                rate=rate,
                lift=rate.estimate / base,
            )
        )
    return tuple(rows)
