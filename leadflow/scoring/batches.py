"""Scoring many leads: conditions over distinct values, signals kind by kind, no loop over rows."""

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial, reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import attrs
import numpy as np

from leadflow.accelerate import numba_installed
from leadflow.columns import Column
from leadflow.conditions import Population
from leadflow.conditions.readings import AgeReading, FieldReading
from leadflow.conditions.truth import TRUE
from leadflow.errors import InputError
from leadflow.records.activities import Activity, ActivityLog
from leadflow.records.batches import LeadBatch
from leadflow.records.states import StateBatch
from leadflow.scoring.blocks import WORKERS, plain_signals, sum_by_blocks
from leadflow.scoring.distinct import DistinctValues
from leadflow.scoring.engagement import ActivityIndex, Positions, order_by_kind, signal_points
from leadflow.scoring.joining import places_of
from leadflow.scoring.points import Points
from leadflow.scoring.rules import Band, FitRule, Rule
from leadflow.scoring.scores import Limits, Score
from leadflow.scoring.signals import Signal
from leadflow.scoring.single import moment, score_one
from leadflow.scoring.tables import ScoreTable

if TYPE_CHECKING:
    from leadflow.scoring.models import ScoringModel

__all__ = ["score_many"]

_LARGE: Final = 200_000
"""Activities from which two threads are worth their start."""

_COMPILED: Final = 1_000_000
"""Activities from which compiled kernels are worth the loading of numba."""


def score_many(
    model: "ScoringModel",
    batch: LeadBatch,
    activities: Iterable[Activity] | None,
    as_of: dt.datetime | None,
    previous: Column | StateBatch | None,
) -> ScoreTable:
    """Score many leads; see ``ScoringModel.score_batch``."""
    now = moment(as_of)
    assert as_of is not None  # noqa: S101  # moment() has refused it
    if not isinstance(batch, LeadBatch):
        raise InputError(
            f"Scoring many needs a LeadBatch, got {type(batch).__name__}: make one with LeadBatch.from_leads or from_dicts."
        )
    log = activities if isinstance(activities, ActivityLog) else ActivityLog.of(activities or ())
    if len(batch) == 1 and len(log) < _LARGE:
        return _alone(model, batch, ActivityIndex.of(log, batch.ids, now), as_of, previous)
    if len(log) < _LARGE:
        index = ActivityIndex.of(log, batch.ids, now)
        fit = _fit(model, _population(model, batch, index, as_of))
        engagement = _engagement(model, map(_call, _signal_tasks(model, index, len(batch))), len(batch))
    else:
        index, fit, engagement = _side_by_side(model, batch, log, as_of)
    index.release()
    had = _grades_before(previous, batch)
    appraiser = _Appraiser(model=model, batch=batch, index=index, as_of=as_of, previous=had)
    grades = model.grade.of_all(fit, engagement, previous=had)
    return _table(appraiser, fit, engagement, grades, appraiser)


def _alone(
    model: "ScoringModel",
    batch: LeadBatch,
    index: ActivityIndex,
    as_of: dt.datetime,
    previous: Column | StateBatch | None,
) -> ScoreTable:
    """Score a batch of one lead with its reasons, which is quicker than arrays of one element."""
    had = _grades_before(previous, batch)
    appraiser = _Appraiser(model=model, batch=batch, index=index, as_of=as_of, previous=had)
    score = appraiser(0)
    return _table(
        appraiser,
        np.array([score.fit]),
        np.array([score.engagement]),
        Column.of([score.grade]),
        lambda _: score,
    )


def _table(
    appraiser: "_Appraiser",
    fit: Points,
    engagement: Points,
    grades: Column,
    score: Callable[[int], Score],
) -> ScoreTable:
    model, batch = appraiser.model, appraiser.batch
    total = fit + engagement
    for points in (fit, engagement, total):
        points.flags.writeable = False
    return ScoreTable(
        lead_ids=batch.ids,
        fit=fit,
        engagement=engagement,
        total=total,
        grades=grades,
        as_of=appraiser.as_of,
        version=model.version,
        ignored=MappingProxyType(appraiser.index.ignored),
        absent_fields=tuple(name for name in model.fields if name not in batch.columns),
        score=score,
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


_SignalTask: TypeAlias = Callable[[], tuple[Signal, Points]]


def _side_by_side(
    model: "ScoringModel", batch: LeadBatch, log: ActivityLog, as_of: dt.datetime
) -> tuple[ActivityIndex, Points, Points]:
    """Score a large population on two threads: numpy lets go of the interpreter in its long loops.

    The order in which parts are added is that of the model, whichever thread is first.
    """
    n = len(batch)
    compiled = len(log) >= _COMPILED and numba_installed()
    plain = plain_signals(model) if compiled else ()
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        order = None if compiled else pool.submit(order_by_kind, log.kinds)
        index = ActivityIndex.of(log, batch.ids, moment(as_of), pool=pool if compiled else None)
        if order is not None:
            index.remember(order.result())
        fit = pool.submit(lambda: _fit(model, _population(model, batch, index, as_of)))
        counted = sum_by_blocks(model, plain, index, n, pool) if plain else None
        parts = _in_turn(pool, _signal_tasks(model, index, n, without=plain))
        return index, fit.result(), _engagement(model, parts, n, counted)


def _in_turn(pool: ThreadPoolExecutor, tasks: Iterator[_SignalTask]) -> Iterator[tuple[Signal, Points]]:
    """Return the results of tasks in their order; few are under way at a time, to bound memory."""
    waiting: deque[Future[tuple[Signal, Points]]] = deque()
    for task in tasks:
        waiting.append(pool.submit(task))
        if len(waiting) > WORKERS:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _population(
    model: "ScoringModel", batch: LeadBatch, index: ActivityIndex, as_of: dt.datetime
) -> Population:
    counted = index.log.take(index.countable()) if model.asks_activities else ActivityLog.of([])
    return Population(batch=batch, activities=counted, as_of=as_of)


def _signal_tasks(
    model: "ScoringModel", index: ActivityIndex, n: int, *, without: Sequence[int] = ()
) -> Iterator[_SignalTask]:
    """Return the work of each signal whose kind occurs, kind by kind, without those that are counted already."""
    day_offset = int(model.day_offset.total_seconds())
    for kind, listening in model.listeners.items():
        places = [i for i in listening if i not in without]
        if not places:
            continue
        positions = index.of_kind(kind)
        for i in places if len(positions) else ():
            yield partial(_signal_part, model.engagement[i], index, positions, n, day_offset)


def _signal_part(
    signal: Signal, index: ActivityIndex, positions: Positions, n: int, day_offset: int
) -> tuple[Signal, Points]:
    points = signal_points(signal, index, positions, n, day_offset)
    if signal.cap is not None:
        np.clip(points, -signal.cap, signal.cap, out=points)
    return signal, points


def _call(task: _SignalTask) -> tuple[Signal, Points]:
    return task()


def _engagement(
    model: "ScoringModel", parts: Iterable[tuple[Signal, Points]], n: int, counted: Points | None = None
) -> Points:
    """Add up what signals give, onto what is counted already, within the caps of groups and the limits."""
    total = np.zeros(n) if counted is None else counted
    groups: dict[str, Points] = {}
    for signal, points in parts:
        if signal.group not in model.caps:
            total += points
        elif signal.group in groups:
            groups[signal.group] += points
        else:
            groups[signal.group] = points
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
