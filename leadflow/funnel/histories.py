"""Questions to a lead's history, and the history of leads that turn out to be one."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

import attrs

from leadflow.calendars import BusinessCalendar, BusinessDuration
from leadflow.records.stages import StageHistory, StageInterval

__all__ = ["business_time_in_stage", "combine_histories", "entries", "time_in_stage"]


def entries(history: StageHistory, stage: str) -> int:
    """Return how many times the lead entered a stage; more than one is a re-entry.

    Example:
        >>> entries(StageHistory(lead_id="L1"), "MQL")
        0
    """
    return sum(interval.stage == stage for interval in history.intervals)


def time_in_stage(history: StageHistory, stage: str, *, now: dt.datetime) -> dt.timedelta:
    """Return the elapsed time that the lead spent in a stage, over all its stays.

    Args:
        history: the lead's history.
        stage: the stage.
        now: aware; where an open stay is cut.

    Example:
        >>> day = lambda d: dt.datetime(2026, 4, d, tzinfo=dt.UTC)
        >>> history = StageHistory(lead_id="L1", intervals=(StageInterval(stage="Lead", entered_at=day(1)),))
        >>> time_in_stage(history, "Lead", now=day(3)).days
        2
    """
    return sum((end - start for start, end in _stays(history, stage, now)), dt.timedelta())


def business_time_in_stage(
    history: StageHistory, stage: str, *, now: dt.datetime, calendar: BusinessCalendar
) -> BusinessDuration:
    """Return the open time that the lead spent in a stage, over all its stays.

    Args:
        history: the lead's history.
        stage: the stage.
        now: aware; where an open stay is cut.
        calendar: when the business is open.

    Example:
        >>> day = lambda d: dt.datetime(2026, 4, d, tzinfo=dt.UTC)
        >>> history = StageHistory(lead_id="L1", intervals=(StageInterval(stage="Lead", entered_at=day(1)),))
        >>> str(business_time_in_stage(history, "Lead", now=day(2), calendar=BusinessCalendar.always()))
        '24 business hours'
    """
    stays = (calendar.between(start, end) for start, end in _stays(history, stage, now))
    return sum(stays, BusinessDuration())


def combine_histories(
    histories: Iterable[StageHistory], *, lead_id: str, rank: Callable[[str], int]
) -> StageHistory:
    """Return the history of a lead that several turned out to be.

    At every moment the lead was in the highest-ranked stage in which one of them was, so a merge never takes
    progress back. The result does not depend on the order, and combining again changes nothing.

    Args:
        histories: of the leads that are one.
        lead_id: the id that stays.
        rank: how far a stage is.

    Example:
        >>> day = lambda d: dt.datetime(2026, 4, d, tzinfo=dt.UTC)
        >>> a = StageHistory(lead_id="A", intervals=(StageInterval(stage="Lead", entered_at=day(1)),))
        >>> b = StageHistory(lead_id="B", intervals=(StageInterval(stage="MQL", entered_at=day(2)),))
        >>> both = combine_histories([a, b], lead_id="A", rank=["Lead", "MQL"].index)
        >>> [(interval.stage, interval.entered_at.day) for interval in both.intervals]
        [('Lead', 1), ('MQL', 2)]
    """
    distinct = sorted({history.intervals for history in histories if history.intervals}, key=_begin)
    if len(distinct) < 2:
        return StageHistory(lead_id=lead_id, intervals=distinct[0] if distinct else ())
    moments = sorted({interval.entered_at for intervals in distinct for interval in intervals})
    joined: list[StageInterval] = []
    for moment in moments:
        here = [stay for intervals in distinct if (stay := _stay_at(intervals, moment)) is not None]
        best = min(
            here,
            key=lambda stay: (-rank(stay.stage), stay.entered_at, stay.actor, stay.reason, stay.definition),
        )
        if joined and joined[-1].stage == best.stage:
            continue
        if joined:
            joined[-1] = attrs.evolve(joined[-1], left_at=moment)
        joined.append(attrs.evolve(best, entered_at=moment, left_at=None))
    return StageHistory(lead_id=lead_id, intervals=tuple(joined))


def _begin(intervals: Sequence[StageInterval]) -> dt.datetime:
    return intervals[0].entered_at


def _stay_at(intervals: Sequence[StageInterval], moment: dt.datetime) -> StageInterval | None:
    return next((interval for interval in reversed(intervals) if interval.entered_at <= moment), None)


def _stays(history: StageHistory, stage: str, now: dt.datetime) -> list[tuple[dt.datetime, dt.datetime]]:
    return [
        (interval.entered_at, now if interval.left_at is None else min(interval.left_at, now))
        for interval in history.intervals
        if interval.stage == stage and interval.entered_at <= now
    ]
