"""How far a calendar has to be laid out to answer a question.

The span follows from the arguments alone: it begins with the calendar years of the moments that were given
and grows until the answer lies inside, so that no calendar runs out and no question runs for ever.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np

from leadflow.calendars.timeline import Timeline
from leadflow.errors import DefinitionError, InputError

__all__ = ["LineMemo", "LineOf", "reach"]

_DAY = 86400
_YEAR = 366 * _DAY
_SLACK = 7 * _DAY
# Weekdays and 29 February come together again after at most 40 years (across 2100): what the rules of a week
# and a year do not open in that time, they never open.
_QUIET_YEARS = 41
_QUIET = _QUIET_YEARS * _YEAR
_EARLIEST = int(datetime(2, 1, 1, tzinfo=UTC).timestamp())
_LATEST = int(datetime(9998, 1, 1, tzinfo=UTC).timestamp())
_KEPT = 8

LineOf: TypeAlias = Callable[[int, int], Timeline]
"""Lays out a calendar from one moment to another (seconds UTC), or further."""


class LineMemo:
    """Keeps what was laid out, so that a calendar is not laid out again for every question.

    It holds nothing that could not be computed again: copies and pickles start empty.

    Example:
        >>> len(LineMemo())
        0
    """

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        self._lines: tuple[Timeline, ...] = ()

    def __len__(self) -> int:
        return len(self._lines)

    def __reduce__(self) -> tuple[type["LineMemo"], tuple[()]]:
        """Pickle and copy as empty."""
        return (LineMemo, ())

    def cover(self, first: int, last: int, build: LineOf) -> Timeline:
        """Return a timeline that covers a span, from the memory or newly built for whole years.

        Args:
            first: the beginning of the span, seconds UTC.
            last: its end.
            build: lays out a span.

        Example:
            >>> from leadflow.calendars import BusinessCalendar
            >>> calendar = BusinessCalendar.always()
            >>> LineMemo().cover(0, 10, calendar.lay_out).total // 86400
            379
        """
        for line in self._lines:
            if line.first <= first and last <= line.last:
                return line
        begin, end = _year_start(first, 0) - _SLACK, _year_start(last, 1) + _SLACK
        for line in self._lines:
            if line.first <= end and begin <= line.last:
                begin, end = min(begin, line.first), max(end, line.last)
        built = build(begin, end)
        apart = tuple(line for line in self._lines if line.last < begin or end < line.first)
        self._lines = (built, *apart)[:_KEPT]
        return built


def reach(
    line_of: LineOf,
    first: int,
    last: int,
    *,
    ahead: bool,
    enough: Callable[[Timeline, bool], bool],
) -> Timeline:
    """Lay out a calendar from the given moments as far as an answer needs.

    Args:
        line_of: lays out the calendar.
        first: the earliest moment that was given, seconds UTC.
        last: the latest.
        ahead: whether the answer lies after the moments.
        enough: whether a timeline contains the answer; the second argument says that nothing lies beyond it.

    Raises:
        DefinitionError: the calendar does not open for more than 40 years, so that there is no answer.
        InputError: the answer lies outside of the years 2 to 9997.

    Example:
        >>> from leadflow.calendars import BusinessCalendar
        >>> days = BusinessCalendar.always()
        >>> line = reach(days.lay_out, 0, 0, ahead=True, enough=lambda line, complete: line.total > 86400 * 1000)
        >>> line.last > 86400 * 1000
        True
    """
    step = 0
    while True:
        begin, end = (first, last + step) if ahead else (first - step, last)
        line = line_of(max(begin, _EARLIEST), min(end, _LATEST))
        cut = _before_long_quiet(line, first, last, ahead=ahead)
        if enough(cut or line, cut is not None):
            return cut or line
        if cut is not None:
            message = (
                f"The calendar has no open time in the {_QUIET_YEARS} years {'after' if ahead else 'before'} a moment "
                "that matters; give it opening hours (of its own, of the calendars within which it works, or "
                "overrides), or end its absence."
            )
            raise DefinitionError(message)
        if begin <= _EARLIEST or end >= _LATEST:
            message = (
                "The answer lies outside of the years 2 to 9997; use a shorter duration or another moment."
            )
            raise InputError(message)
        step = max(2 * step, _YEAR)


def _before_long_quiet(line: Timeline, first: int, last: int, *, ahead: bool) -> Timeline | None:
    # Cutting where patience ends, rather than where the line happens to, keeps answers independent of what
    # was laid out for earlier questions.
    if line.last - line.first <= _QUIET:
        return None
    closed_from = np.append(line.first, line.ends)
    closed_to = np.append(line.starts, line.last)
    if ahead:
        closed_from = np.maximum(closed_from, last)
    else:
        closed_to = np.minimum(closed_to, first)
    quiet = np.flatnonzero(closed_to - closed_from > _QUIET)
    if not quiet.size:
        return None
    kept = slice(0, int(quiet[0])) if ahead else slice(int(quiet[-1]), None)
    return Timeline.of(
        line.starts[kept], line.ends[kept], line.days[kept], first=line.first, last=line.last, zone=line.zone
    )


def _year_start(seconds: int, years: int) -> int:
    year = datetime.fromtimestamp(seconds, UTC).year + years
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
