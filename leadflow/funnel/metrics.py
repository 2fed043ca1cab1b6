"""What the funnel says: snapshot, flow, conversion, velocity, ageing and cohorts, all counted from one log.

Every figure can be asked by a dimension: a column with one value per stay (`StageLog.spread` makes one from a value
per lead), such as source, campaign, area or owner. Flows reconcile: what was there, plus what came, minus what left,
is what is there.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.errors import InputError
from leadflow.funnel.stage_logs import StageLog
from leadflow.funnel.tables import Cell, MetricTable
from leadflow.records.batches import Seconds, to_seconds

__all__ = ["ageing", "cohorts", "conversion", "flow", "flows_between", "snapshot", "velocity"]

_NEVER: Final = int(np.iinfo(np.int64).max)
_DAY: Final = 86400

_Mask = npt.NDArray[np.bool_]


def snapshot(log: StageLog, *, at: dt.datetime, by: Column | None = None) -> MetricTable:
    """Count the leads in every stage at a moment.

    Args:
        log: the stays.
        at: aware; who enters at this very moment is there, who leaves is not.
        by: (m,) a dimension of every stay.

    Returns:
        Columns ``stage`` and ``leads``, and ``by`` in front where a dimension is given.

    Example:
        >>> log = StageLog.from_columns(Column.of(["a", "a"]), Column.of(["Lead", "MQL"]), np.array([0, 50]), np.array([50, 99]))
        >>> snapshot(log, at=dt.datetime(1970, 1, 1, 0, 0, 50, tzinfo=dt.UTC)).to_dicts()
        [{'stage': 'Lead', 'leads': 0}, {'stage': 'MQL', 'leads': 1}]
    """
    there = _there(log, to_seconds(at))
    rows = [[value, stage, int((here & there).sum())] for value, stage, here in _cells(log, by)]
    return _table(f"Snapshot at {at.isoformat()}", ["stage", "leads"], rows, by)


def flow(log: StageLog, *, start: dt.datetime, end: dt.datetime, by: Column | None = None) -> MetricTable:
    """Count what came to and left every stage in a period.

    Args:
        log: the stays.
        start: aware, inclusive.
        end: aware, exclusive.
        by: (m,) a dimension of every stay.

    Returns:
        Columns ``stage``, ``opening`` (there just before the period), ``entered``, ``left`` and ``closing`` (there
        just before its end); opening + entered - left = closing in every row.

    Raises:
        InputError: the period ends before it begins.

    Example:
        >>> log = StageLog.from_columns(Column.of(["a", "a"]), Column.of(["Lead", "MQL"]), np.array([0, 50]), np.array([50, 99]))
        >>> moment = lambda s: dt.datetime(1970, 1, 1, 0, 0, s, tzinfo=dt.UTC)
        >>> flow(log, start=moment(10), end=moment(59)).to_dicts()[1]
        {'stage': 'MQL', 'opening': 0, 'entered': 1, 'left': 0, 'closing': 1}
    """
    first, last = _period(start, end)
    ends = log.ends()
    opening = _there(log, first - 1)
    entered = (log.entered_at >= first) & (log.entered_at < last)
    left = (ends >= first) & (ends < last)
    closing = _there(log, last - 1)
    rows = [
        [value, stage, *(int((here & part).sum()) for part in (opening, entered, left, closing))]
        for value, stage, here in _cells(log, by)
    ]
    title = f"Flow from {start.isoformat()} to {end.isoformat()}"
    return _table(title, ["stage", "opening", "entered", "left", "closing"], rows, by)


def flows_between(
    log: StageLog, *, start: dt.datetime, end: dt.datetime, by: Column | None = None
) -> MetricTable:
    """Count the moves from stage to stage in a period.

    Args:
        log: the stays; of each lead without gaps.
        start: aware, inclusive.
        end: aware, exclusive.
        by: (m,) a dimension of every stay.

    Returns:
        Columns ``from`` (None for a lead that enters the funnel), ``to`` and ``moves``; only moves that happened.

    Raises:
        InputError: the period ends before it begins.

    Example:
        >>> log = StageLog.from_columns(Column.of(["a", "a"]), Column.of(["Lead", "MQL"]), np.array([0, 50]), np.array([50, 99]))
        >>> moment = lambda s: dt.datetime(1970, 1, 1, 0, 0, s, tzinfo=dt.UTC)
        >>> flows_between(log, start=moment(0), end=moment(59)).to_dicts()
        [{'from': None, 'to': 'Lead', 'moves': 1}, {'from': 'Lead', 'to': 'MQL', 'moves': 1}]
    """
    first, last = _period(start, end)
    order = np.lexsort((log.ends(), log.entered_at, log.lead_ids.codes))
    lead, stage = log.lead_ids.codes[order], log.stages.codes[order]
    same = np.append(False, lead[1:] == lead[:-1]) if len(order) else np.empty(0, np.bool_)
    source = np.where(same, np.append(np.int32(-1), stage[:-1]), -1) if len(order) else stage
    entered = log.entered_at[order]
    counted = (entered >= first) & (entered < last)
    size = len(log.stages.values) + 1
    rows: list[list[Cell]] = []
    for value, part in _parts(log, by):
        mine = counted & part[order]
        pairs, numbers = np.unique((source[mine] + 1) * size + stage[mine], return_counts=True)
        for pair, number in zip(pairs.tolist(), numbers.tolist(), strict=True):
            before, after = divmod(pair, size)
            name = None if before == 0 else str(log.stages.values[before - 1])
            rows.append([value, name, str(log.stages.values[after]), number])
    return _table("Moves", ["from", "to", "moves"], rows, by)


def conversion(
    log: StageLog,
    source: str,
    to: str,
    *,
    start: dt.datetime,
    end: dt.datetime,
    as_of: dt.datetime,
    within: dt.timedelta | None = None,
    by: Column | None = None,
) -> MetricTable:
    """Count how many of the leads that entered a stage in a period reached another one.

    A lead counts once, at its first entry in the period; what it did before does not count.

    Args:
        log: the stays.
        source: the stage that is entered.
        to: the stage that is reached, by whatever way.
        start: aware, inclusive.
        end: aware, exclusive.
        as_of: aware; what happened after it is not known.
        within: the time that each lead has; those that have not had it yet are ``pending``, not failures.
        by: (m,) a dimension of every stay.

    Returns:
        Columns ``entered``, ``converted``, ``pending`` (not converted, and the time is not over; all that are not
        converted where no time is given) and ``rate``: converted in time among those whose time is over, None when
        there are none; without ``within`` converted among entered.

    Raises:
        InputError: the period ends before it begins.

    Example:
        >>> log = StageLog.from_columns(Column.of(["a", "a", "b"]), Column.of(["Lead", "MQL", "Lead"]), np.array([0, 50, 0]), np.array([50, 99, 99]))
        >>> moment = lambda s: dt.datetime(1970, 1, 1, 0, 0, s, tzinfo=dt.UTC)
        >>> conversion(log, "Lead", "MQL", start=moment(0), end=moment(10), as_of=moment(59)).to_dicts()
        [{'entered': 2, 'converted': 1, 'pending': 1, 'rate': 0.5}]
    """
    rows: list[list[Cell]] = []
    for value, entered, reached in _journeys(log, source, to, start=start, end=end, as_of=as_of, by=by):
        horizon = _NEVER if within is None else int(within.total_seconds())
        took = np.where(reached == _NEVER, _NEVER, reached - entered)
        converted = took <= horizon if within is not None else took < _NEVER
        over = np.full(len(entered), within is None) | (to_seconds(as_of) - entered >= horizon)
        pending = ~converted & ~over if within is not None else ~converted
        known = int(over.sum())
        rate = int((converted & over).sum()) / known if known else None
        rows.append([value, len(entered), int(converted.sum()), int(pending.sum()), rate])
    return _table(f"Conversion from {source} to {to}", ["entered", "converted", "pending", "rate"], rows, by)


def velocity(
    log: StageLog,
    source: str,
    to: str,
    *,
    start: dt.datetime,
    end: dt.datetime,
    as_of: dt.datetime,
    by: Column | None = None,
) -> MetricTable:
    """Measure how long leads take from entering a stage to reaching another.

    Leads that have not arrived yet are not left out, which would make the slow ones invisible: the median is the
    time by which half of all who entered have arrived, by the Kaplan-Meier estimate, and None while fewer have.

    Args:
        log: the stays.
        source: the stage that is entered.
        to: the stage that is reached.
        start: aware, inclusive.
        end: aware, exclusive.
        as_of: aware; what happened after it is not known.
        by: (m,) a dimension of every stay.

    Returns:
        Columns ``entered``, ``arrived``, ``median_days``, ``p90_days`` (of all who entered) and ``mean_days`` (of
        those who arrived).

    Raises:
        InputError: the period ends before it begins.

    References:
        Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal of the
        American Statistical Association 53(282), 457-481.

    Example:
        >>> day = 86400
        >>> log = StageLog.from_columns(Column.of(["a", "a", "b"]), Column.of(["Lead", "MQL", "Lead"]), np.array([0, 2 * day, 0]), np.array([2 * day, 9 * day, 9 * day]))
        >>> moment = lambda d: dt.datetime(1970, 1, 1 + d, tzinfo=dt.UTC)
        >>> velocity(log, "Lead", "MQL", start=moment(0), end=moment(1), as_of=moment(8)).to_dicts()[0]["median_days"]
        2.0
    """
    rows: list[list[Cell]] = []
    now = to_seconds(as_of)
    for value, entered, reached in _journeys(log, source, to, start=start, end=end, as_of=as_of, by=by):
        arrived = reached < _NEVER
        took = (reached[arrived] - entered[arrived]) / _DAY
        times, share = _incidence(np.where(arrived, reached, now) - entered, arrived)
        rows.append(
            [
                value,
                len(entered),
                int(arrived.sum()),
                _quantile(times, share, 0.5),
                _quantile(times, share, 0.9),
                float(took.mean()) if took.size else None,
            ]
        )
    names = ["entered", "arrived", "median_days", "p90_days", "mean_days"]
    return _table(f"Velocity from {source} to {to}", names, rows, by)


def ageing(
    log: StageLog, *, at: dt.datetime, bounds: Sequence[dt.timedelta], by: Column | None = None
) -> MetricTable:
    """Count the leads in every stage by how long they have been there.

    Args:
        log: the stays.
        at: aware.
        bounds: ascending; the first class is younger than the first bound, the last at least as old as the last.
        by: (m,) a dimension of every stay.

    Returns:
        Columns ``stage``, ``age`` (such as ``"7-30 days"``) and ``leads``.

    Raises:
        InputError: the bounds do not ascend.

    Example:
        >>> log = StageLog.from_columns(Column.of(["a"]), Column.of(["Lead"]), np.array([0]), np.array([99 * 86400]))
        >>> ageing(log, at=dt.datetime(1970, 1, 11, tzinfo=dt.UTC), bounds=[dt.timedelta(days=7)]).to_dicts()
        [{'stage': 'Lead', 'age': 'under 7 days', 'leads': 0}, {'stage': 'Lead', 'age': 'from 7 days', 'leads': 1}]
    """
    limits = [bound.total_seconds() for bound in bounds]
    if sorted(set(limits)) != limits or not limits:
        raise InputError("The bounds of an ageing must ascend, and there must be at least one.")
    now = to_seconds(at)
    there = _there(log, now)
    place = np.searchsorted(limits, now - log.entered_at, side="right")
    days = [f"{limit / _DAY:g}" for limit in limits]
    names = [f"under {days[0]} days"]
    names += [f"{low}-{high} days" for low, high in pairwise(days)]
    names.append(f"from {days[-1]} days")
    rows: list[list[Cell]] = [
        [value, stage, name, int((here & there & (place == i)).sum())]
        for value, stage, here in _cells(log, by)
        for i, name in enumerate(names)
    ]
    return _table(f"Ageing at {at.isoformat()}", ["stage", "age", "leads"], rows, by)


def cohorts(
    log: StageLog,
    source: str,
    to: str,
    *,
    edges: Sequence[dt.datetime],
    horizons: Sequence[dt.timedelta],
    as_of: dt.datetime,
    by: Column | None = None,
) -> MetricTable:
    """Follow the leads that entered a stage in the same period: which share has reached another one after how long.

    Young cohorts have not had their time yet. The share is the Kaplan-Meier estimate of the cumulative incidence,
    in which leads whose time is not over count for as long as they were seen. Leads that left the way stay in the
    denominator: being lost is not being unknown.

    Args:
        log: the stays.
        source: the stage that is entered.
        to: the stage that is reached.
        edges: ascending, aware; each period runs from one to the next, such as the months of a fiscal year.
        horizons: times since entry.
        as_of: aware; what happened after it is not known.
        by: (m,) a dimension of every stay.

    Returns:
        Columns ``cohort`` (the day on which its period begins), ``entered``, ``days``, ``observed`` (seen for the
        whole horizon, or converted within it), ``converted`` and ``share``, None for a horizon beyond what anybody
        of the cohort was seen for.

    Raises:
        InputError: the edges do not ascend.

    References:
        Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal of the
        American Statistical Association 53(282), 457-481.

    Example:
        >>> day = 86400
        >>> log = StageLog.from_columns(Column.of(["a", "a", "b"]), Column.of(["Lead", "MQL", "Lead"]), np.array([0, 2 * day, 0]), np.array([2 * day, 9 * day, 9 * day]))
        >>> moment = lambda d: dt.datetime(1970, 1, 1 + d, tzinfo=dt.UTC)
        >>> table = cohorts(log, "Lead", "MQL", edges=[moment(0), moment(5)], horizons=[dt.timedelta(days=3)], as_of=moment(8))
        >>> table.to_dicts()
        [{'cohort': '1970-01-01', 'entered': 2, 'days': 3.0, 'observed': 2, 'converted': 1, 'share': 0.5}]
    """
    rows: list[list[Cell]] = []
    now = to_seconds(as_of)
    for start, end in pairwise(edges):
        for value, entered, reached in _journeys(log, source, to, start=start, end=end, as_of=as_of, by=by):
            arrived = reached < _NEVER
            seen = np.where(arrived, reached, now) - entered
            times, share = _incidence(seen, arrived)
            for horizon in horizons:
                limit = horizon.total_seconds()
                converted = arrived & (seen <= limit)
                observed = converted | (now - entered >= limit)
                reachable = bool(len(entered)) and now - int(entered.min()) >= limit
                place = int(np.searchsorted(times, limit, side="right")) - 1
                estimate = (float(share[place]) if place >= 0 else 0.0) if reachable else None
                rows.append(
                    [
                        value,
                        start.date().isoformat(),
                        len(entered),
                        limit / _DAY,
                        int(observed.sum()),
                        int(converted.sum()),
                        estimate,
                    ]
                )
    names = ["cohort", "entered", "days", "observed", "converted", "share"]
    return _table(f"Cohorts from {source} to {to}", names, rows, by)


def _there(log: StageLog, moment: int) -> _Mask:
    return (log.entered_at <= moment) & (log.ends() > moment)


def _period(start: dt.datetime, end: dt.datetime) -> tuple[int, int]:
    first, last = to_seconds(start), to_seconds(end)
    if last < first:
        raise InputError("The period ends before it begins; swap start and end.")
    return first, last


def _parts(log: StageLog, by: Column | None) -> Iterator[tuple[Cell, _Mask]]:
    if by is None:
        yield None, np.ones(len(log), np.bool_)
        return
    if len(by) != len(log):
        raise InputError(
            f"A dimension needs one value per stay: {len(log)} stays, {len(by)} values; see StageLog.spread."
        )
    for code, value in enumerate(by.values):
        yield str(value), by.codes == code
    if not by.filled.all():
        yield None, ~by.filled


def _cells(log: StageLog, by: Column | None) -> Iterator[tuple[Cell, str, _Mask]]:
    for value, part in _parts(log, by):
        for code, stage in enumerate(log.stages.values):
            yield value, str(stage), part & (log.stages.codes == code)


def _journeys(
    log: StageLog,
    source: str,
    to: str,
    *,
    start: dt.datetime,
    end: dt.datetime,
    as_of: dt.datetime,
    by: Column | None,
) -> Iterator[tuple[Cell, Seconds, Seconds]]:
    first, last = _period(start, end)
    now = to_seconds(as_of)
    leads = len(log.lead_ids.values)
    began = np.full(leads, _NEVER)
    enters = (
        (log.stages.codes == log.code_of(source))
        & (log.entered_at >= first)
        & (log.entered_at < min(last, now + 1))
    )
    np.minimum.at(began, log.lead_ids.codes[enters], log.entered_at[enters])
    reached = log.first_entry(to, since=began)
    reached = np.where(reached > now, _NEVER, reached)
    for value, part in _parts(log, by):
        mine = np.zeros(leads, np.bool_)
        rows = enters & part
        rows &= log.entered_at == began[log.lead_ids.codes]
        mine[log.lead_ids.codes[rows]] = True
        yield value, began[mine], reached[mine]


def _incidence(seen: Seconds, arrived: _Mask) -> tuple[Seconds, npt.NDArray[np.float64]]:
    """Return the moments of arrivals and the share that has arrived by each."""
    times = np.unique(seen[arrived])
    at_risk = len(seen) - np.searchsorted(np.sort(seen), times, side="left")
    arrivals = (
        np.bincount(np.searchsorted(times, seen[arrived]), minlength=len(times))
        if times.size
        else np.empty(0)
    )
    share = np.asarray(1.0 - np.cumprod(1.0 - arrivals / at_risk), np.float64)
    return times, share


def _quantile(times: Seconds, share: npt.NDArray[np.float64], part: float) -> float | None:
    # A share that should be exactly one half can miss it by a rounding error.
    place = int(np.searchsorted(share, part - 1e-12, side="left"))
    return float(times[place]) / _DAY if place < len(times) else None


def _table(
    title: str, names: Sequence[str], rows: Sequence[Sequence[Cell]], by: Column | None
) -> MetricTable:
    if by is None:
        return MetricTable.of(title, names, [row[1:] for row in rows])
    return MetricTable.of(title, ["by", *names], rows)
