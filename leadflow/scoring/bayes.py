"""Naive Bayes over levels: every known value of a feature shifts the log-odds on its own."""

import enum
from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.scoring.metrics import Outcomes
from leadflow.scoring.points import Points

__all__ = ["BayesTable", "BayesTables", "Smoothing", "fit_bayes"]

_ODOO_COUNT: Final = 0.1
_ODOO_CLAMP: Final = (0.0001, 0.9999)


class Smoothing(enum.StrEnum):
    """How counts become rates that are never zero."""

    LAPLACE = "laplace"
    """One is added to every count."""
    ODOO = "odoo"
    """A tenth is added to every count, and probabilities are held between 0.01 % and 99.99 %."""


@attrs.frozen(kw_only=True, eq=False)
class BayesTable:
    """How the levels of one feature shift the log-odds.

    Attributes:
        shifts: (k,) float64, read-only, in nats; a missing value shifts nothing.
    """

    shifts: Points


@attrs.frozen(kw_only=True, eq=False)
class BayesTables:
    """What naive Bayes has learned.

    Attributes:
        prior: log-odds before any feature is known.
        tables: one per feature.
        smoothing: how counts were smoothed.
    """

    prior: float
    tables: tuple[BayesTable, ...]
    smoothing: Smoothing

    def contributions(self, levels: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """Return how far each feature shifts each lead's log-odds.

        Args:
            levels: (n, f) int32, -1 where missing.

        Returns:
            (n, f) float64.
        """
        shifts = np.zeros(levels.shape)
        for place, table in enumerate(self.tables):
            shifts[:, place] = np.append(table.shifts, 0.0)[np.maximum(levels[:, place], -1)]
        return shifts

    def log_odds(self, levels: npt.NDArray[np.int32]) -> Points:
        """Return the log-odds of leads, (n,) float64; held within Odoo's bounds under its smoothing."""
        values: Points = self.prior + self.contributions(levels).sum(axis=1)
        if self.smoothing is Smoothing.ODOO:
            low, high = (float(np.log(bound / (1 - bound))) for bound in _ODOO_CLAMP)
            return np.clip(values, low, high)
        return values


def fit_bayes(
    levels: npt.NDArray[np.int32],
    sizes: Sequence[int],
    outcomes: Outcomes,
    *,
    smoothing: Smoothing = Smoothing.LAPLACE,
) -> BayesTables:
    """Count how often each level occurs among leads that converted and among the others.

    Each feature has a denominator of its own: the leads for which it is known.

    Args:
        levels: (n, f) int32, -1 where missing.
        sizes: (f,) how many levels each feature has.
        outcomes: (n,) bool, both kinds present.
        smoothing: Laplace's or Odoo's.

    References:
        Odoo 17, ``addons/crm/models/crm_lead.py`` (predictive lead scoring): each frequency starts at 0.1, a
        field's total is the sum of its frequencies. Manning, C. D. et al. (2008). Introduction to
        Information Retrieval, 13.2 (Laplace's smoothing).

    Example:
        >>> levels = np.array([[0], [0], [1], [1]], np.int32)
        >>> fitted = fit_bayes(levels, [2], np.array([True, True, False, True]), smoothing=Smoothing.ODOO)
        >>> [round(float(shift), 3) for shift in fitted.tables[0].shifts]
        [2.064, -0.981]
    """
    added = _ODOO_COUNT if smoothing is Smoothing.ODOO else 1.0
    tables = []
    for place, size in enumerate(sizes):
        column = levels[:, place]
        known = column >= 0
        won = np.bincount(column[known & outcomes], minlength=size) + added
        lost = np.bincount(column[known & ~outcomes], minlength=size) + added
        shifts = np.log(won / won.sum()) - np.log(lost / lost.sum())
        shifts.flags.writeable = False
        tables.append(BayesTable(shifts=shifts))
    positives = int(np.count_nonzero(outcomes))
    prior = float(np.log(positives / (len(outcomes) - positives)))
    return BayesTables(prior=prior, tables=tuple(tables), smoothing=smoothing)
