"""Drift: whether today's leads still look like those that a model was made for."""

from collections.abc import Iterable, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.errors import InputError
from leadflow.records.batches import LeadBatch
from leadflow.records.events import Json

__all__ = ["Drift", "drift", "population_stability"]

_WATCH = 0.1
_ACT = 0.25


@attrs.frozen(kw_only=True)
class Drift:
    """How far one feature or score has moved.

    Attributes:
        name: the column or score.
        psi: population stability index; 0 is no drift.
        parts: bin or value to its part among the earlier and the later leads.

    Example:
        >>> Drift(name="title", psi=0.3, parts=()).verdict
        'act'
    """

    name: str
    psi: float
    parts: tuple[tuple[str, float, float], ...]

    @property
    def verdict(self) -> str:
        """``stable`` below 0.1, ``watch`` below 0.25, else ``act``.

        References:
            Siddiqi, N. (2006). Credit Risk Scorecards, chapter 9 (the customary bounds).
        """
        return "stable" if self.psi < _WATCH else "watch" if self.psi < _ACT else "act"

    def to_dict(self) -> dict[str, Json]:
        """Return the drift as plain data."""
        parts: list[Json] = [
            {"bin": name, "before": before, "after": after} for name, before, after in self.parts
        ]
        return {"name": self.name, "psi": self.psi, "verdict": self.verdict, "parts": parts}


def population_stability(before: npt.ArrayLike, after: npt.ArrayLike) -> float:
    """Return the population stability index of two counts over the same bins.

    Half a lead is added to every bin, so that an empty one does not make the index infinite.

    Args:
        before: (k,) counts.
        after: (k,) counts.

    References:
        Siddiqi, N. (2006). Credit Risk Scorecards, chapter 9. It is Jeffreys' divergence of the two
        distributions (Jeffreys, H. (1946)).

    Example:
        >>> population_stability([50, 50], [50, 50]), round(population_stability([50, 50], [80, 20]), 3)
        (0.0, 0.406)
    """
    one, other = np.asarray(before, np.float64) + 0.5, np.asarray(after, np.float64) + 0.5
    if one.shape != other.shape or one.ndim != 1:
        raise InputError("Two counts over the same bins are needed.")
    one, other = one / one.sum(), other / other.sum()
    return float(np.sum((other - one) * np.log(other / one)))


def drift(
    before: LeadBatch,
    after: LeadBatch,
    names: Iterable[str],
    *,
    scores: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]] | None = None,
    bins: int = 10,
) -> tuple[Drift, ...]:
    """Compare two populations, column by column, the largest drift first.

    Numbers are put into bins of equal size among the earlier leads; texts are compared by value, the ``bins`` most
    frequent ones and all others; missing values are a bin of their own.

    Args:
        before: the leads that the model was made for.
        after: today's leads.
        names: the columns to compare.
        scores: name to the (n,) scores before and after, such as fit or probabilities.
        bins: how many bins or values.

    Example:
        >>> then = LeadBatch.from_dicts([{"title": "部長"}] * 80 + [{"title": "担当"}] * 20)
        >>> now = LeadBatch.from_dicts([{"title": "部長"}] * 50 + [{"title": "担当"}] * 50)
        >>> [(found.name, found.verdict) for found in drift(then, now, ["title"])]
        [('title', 'act')]
    """
    found = [_column_drift(name, before[name], after[name], bins) for name in names]
    for name, (one, other) in (scores or {}).items():
        found.append(_number_drift(name, np.asarray(one, np.float64), np.asarray(other, np.float64), bins))
    return tuple(sorted(found, key=lambda each: -each.psi))


def _column_drift(name: str, before: Column, after: Column, bins: int) -> Drift:
    values = (*before.values, *after.values)
    if values and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return _number_drift(name, _floats(before), _floats(after), bins)
    together = Column.concatenate([before, after])
    n = len(before)
    k = len(together.values)
    counts = [
        np.bincount(np.where(codes < 0, k, codes), minlength=k + 1)
        for codes in (together.codes[:n], together.codes[n:])
    ]
    frequent = np.argsort(-(counts[0][:k] + counts[1][:k]), kind="stable")
    kept, rest = frequent[:bins], frequent[bins:]
    labels = [str(together.values[code]) for code in kept.tolist()] + ["(others)", "(missing)"]
    sides = [np.array([*count[kept], count[rest].sum(), count[k]]) for count in counts]
    return _drift(name, labels, sides)


def _number_drift(
    name: str, before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], bins: int
) -> Drift:
    known = before[~np.isnan(before)]
    edges = np.unique(np.quantile(known, np.arange(1, bins) / bins)) if len(known) else np.empty(0)
    bounds = [f"{edge:g}" for edge in edges]
    labels = [
        *(f"{low}..{high}" for low, high in zip(["", *bounds], [*bounds, ""], strict=True)),
        "(missing)",
    ]
    sides = []
    for values in (before, after):
        place = np.searchsorted(edges, values, side="right")
        place[np.isnan(values)] = len(edges) + 1
        sides.append(np.bincount(place, minlength=len(edges) + 2))
    return _drift(name, labels, sides)


def _drift(name: str, labels: Sequence[str], sides: Sequence[npt.NDArray[np.integer]]) -> Drift:
    used = (sides[0] + sides[1]) > 0
    one, other = (side[used] for side in sides)
    shares = [side / max(side.sum(), 1) for side in (one, other)]
    names = [label for label, there in zip(labels, used.tolist(), strict=True) if there]
    return Drift(
        name=name,
        psi=population_stability(one, other),
        parts=tuple(zip(names, shares[0].tolist(), shares[1].tolist(), strict=True)),
    )


def _floats(column: Column) -> npt.NDArray[np.float64]:
    table = np.array([*column.values, np.nan], np.float64)
    return table[np.maximum(column.codes, -1)]
