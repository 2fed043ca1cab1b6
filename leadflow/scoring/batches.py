"""Scoring many leads: conditions over distinct values, signals kind by kind, no loop over rows."""

import datetime as dt
from functools import reduce
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs
import numpy as np

from leadflow.columns import Column
from leadflow.conditions import Population
from leadflow.conditions.readings import AgeReading, FieldReading
from leadflow.conditions.truth import TRUE
from leadflow.records.activities import Activity, ActivityLog
from leadflow.records.batches import LeadBatch
from leadflow.records.states import StateBatch
from leadflow.scoring.distinct import DistinctValues
from leadflow.scoring.engagement import ActivityIndex, signal_points
from leadflow.scoring.joining import places_of
from leadflow.scoring.points import Points
from leadflow.scoring.rules import Band, FitRule, Rule
from leadflow.scoring.scores import Limits, Score
from leadflow.scoring.single import moment, score_one
from leadflow.scoring.tables import ScoreTable

if TYPE_CHECKING:
    from leadflow.scoring.models import ScoringModel

__all__ = ["score_many"]


def score_many(
    model: "ScoringModel",
    batch: LeadBatch,
    activities: ActivityLog | None,
    as_of: dt.datetime | None,
    previous: Column | StateBatch | None,
) -> ScoreTable:
    """Score many leads; see ``ScoringModel.score_batch``."""
    now = moment(as_of)
    assert as_of is not None  # noqa: S101  # moment() has refused it
    log = ActivityLog.of([]) if activities is None else activities
    index = ActivityIndex.of(log, batch.ids, now)
    population = Population(
        batch=batch,
        activities=log.take(index.countable()) if model.asks_activities else ActivityLog.of([]),
        as_of=as_of,
    )
    fit = _fit(model, population)
    engagement = _engagement(model, index, len(batch))
    total = fit + engagement
    had = _grades_before(previous, batch)
    for points in (fit, engagement, total):
        points.flags.writeable = False
    return ScoreTable(
        lead_ids=batch.ids,
        fit=fit,
        engagement=engagement,
        total=total,
        grades=model.grade.of_all(fit, engagement, previous=had),
        as_of=as_of,
        version=model.version,
        ignored=MappingProxyType(index.ignored),
        absent_fields=tuple(name for name in model.fields if name not in batch.columns),
        score=_Appraiser(model=model, batch=batch, index=index, as_of=as_of, previous=had),
    )


def _grades_before(previous: Column | StateBatch | None, batch: LeadBatch) -> Column | None:
    if not isinstance(previous, StateBatch):
        return previous
    places = places_of(batch.ids, previous.ids)
    codes = np.append(previous.grades.codes, np.int32(-1)).astype(np.int32)[places]
    return Column(codes=codes, values=previous.grades.values)


def _fit(model: "ScoringModel", population: Population) -> Points:
    """Return the points of fit: one table lookup per column and group, whatever the number of rules."""
    n = len(population)
    groups: dict[str, list[FitRule]] = {}
    for item in model.rules:
        groups.setdefault(item.group if item.group in model.caps else "", []).append(item)
    total = np.zeros(n)
    for group, members in groups.items():
        points = total if not group else np.zeros(n)
        by_column: dict[str, list[FitRule]] = {}
        for item in members:
            name = _only_column(item)
            if name is None:
                points += _points_by_row(item, population)
            else:
                by_column.setdefault(name, []).append(item)
        for name, items in by_column.items():
            column = population.batch[name]
            if len(column.values) or any(_of_missing(item) for item in items):
                distinct = DistinctValues.of(name, column, population.as_of)
                table = reduce(np.add, map(distinct.points, items))
                points += np.take(table, np.maximum(column.codes, -1))
        if group:
            cap = model.caps[group]
            total += np.clip(points, -cap, cap, out=points)
    return _within(model.fit_limits, total)


def _only_column(item: FitRule) -> str | None:
    """Return the one column that decides about a rule, or None."""
    names = {
        reading.name if isinstance(reading, FieldReading | AgeReading) else None for reading in item.readings
    }
    return names.pop() if len(names) == 1 else None


def _of_missing(item: FitRule) -> bool:
    """Say whether a lead without any value can get points."""
    return True if isinstance(item, Rule) else bool(item.missing)


def _points_by_row(item: FitRule, population: Population) -> Points:
    if isinstance(item, Rule):
        return np.where(item.condition.evaluate(population) == TRUE, item.points, 0.0)
    return _band_points(item, population)


def _band_points(item: Band, population: Population) -> Points:
    column = item.reading.column(population)
    table = np.fromiter(map(item.points_of, (*column.values, None)), np.float64, len(column.values) + 1)
    return np.take(table, np.maximum(column.codes, -1))


def _engagement(model: "ScoringModel", index: ActivityIndex, n: int) -> Points:
    total = np.zeros(n)
    groups: dict[str, Points] = {}
    day_offset = int(model.day_offset.total_seconds())
    for kind, positions in model.listeners.items():
        rows = index.of_kind(kind)
        if not len(rows):
            continue
        for i in positions:
            signal = model.engagement[i]
            points = signal_points(signal, index, rows, n, day_offset)
            if signal.cap is not None:
                np.clip(points, -signal.cap, signal.cap, out=points)
            if signal.group not in model.caps:
                total += points
            elif signal.group in groups:
                groups[signal.group] += points
            else:
                groups[signal.group] = points
    index.release()
    for group, points in groups.items():
        cap = model.caps[group]
        total += np.clip(points, -cap, cap, out=points)
    return _within(model.engagement_limits, total)


def _within(limits: Limits, points: Points) -> Points:
    if limits.floor is not None or limits.ceiling is not None:
        np.clip(points, limits.floor, limits.ceiling, out=points)
    return points


@attrs.frozen(kw_only=True, eq=False)
class _Appraiser:
    """Scores one row of a table on request, from the same inputs."""

    model: "ScoringModel"
    batch: LeadBatch
    index: ActivityIndex
    as_of: dt.datetime
    previous: Column | None

    def __call__(self, row: int) -> Score:
        had = None if self.previous is None else self.previous[row]
        return score_one(
            self.model,
            self.batch.lead(row),
            [self._activity(position) for position in self.index.of_row(row)],
            self.as_of,
            None if had is None else str(had),
        )

    def _activity(self, position: int) -> Activity:
        activity = self.index.log.activity(position)
        # an activity without a key is its own occasion, also when another one looks the same
        key = f"#{position}" if self.index.log.keys.codes[position] < 0 else activity.key
        own_id = str(self.batch.ids[int(self.index.row(position))])
        return attrs.evolve(activity, key=key, lead_id=own_id)
