"""Moving moments by open time and by working days, on however much of a calendar that takes.

Each function takes a `LineOf`, which lays out any span of the calendar on request.
"""

from collections.abc import Callable

import numpy as np

from leadflow.calendars.horizon import LineOf, reach
from leadflow.calendars.timeline import Timeline
from leadflow.calendars.zones import Seconds

__all__ = ["add_days", "add_open", "by_chunks", "next_open", "one", "shift_days", "shift_open"]

_CHUNK = 1 << 14


def one(seconds: int) -> Seconds:
    """Return an array of one moment.

    Example:
        >>> one(5).shape
        (1,)
    """
    return np.array([seconds], dtype=np.int64)


def by_chunks(function: Callable[..., Seconds], *arrays: Seconds) -> Seconds:
    """Apply a function to arrays in pieces whose intermediate results stay in the processor's cache.

    Args:
        function: takes a piece of each array and returns a piece of the result.
        arrays: each (n,) int64.

    Returns:
        (n,) int64.

    Example:
        >>> by_chunks(np.add, np.array([1, 2]), np.array([10, 20])).tolist()
        [11, 22]
    """
    result = np.empty(arrays[0].shape, dtype=np.int64)
    for begin in range(0, result.size, _CHUNK):
        piece = slice(begin, begin + _CHUNK)
        result[piece] = function(*(array[piece] for array in arrays))
    return result


def shift_open(line_of: LineOf, times: Seconds, seconds: int) -> Seconds:
    """Move moments by open seconds.

    Args:
        line_of: lays out the calendar.
        times: (n,) int64, seconds UTC.
        seconds: open seconds; negative moves back.

    Returns:
        (n,) int64: the earliest moments at which the open seconds are over, or the latest from which they are
        still to come.

    Raises:
        DefinitionError: the calendar has too little open time.
        InputError: an answer lies beyond the years that Python knows.

    Example:
        >>> from leadflow.calendars import BusinessCalendar
        >>> shift_open(BusinessCalendar.always().lay_out, np.array([0, 100]), 60).tolist()
        [60, 160]
    """
    if not times.size or not seconds:
        return times.copy()
    first, last = int(times.min()), int(times.max())

    def enough(line: Timeline, complete: bool) -> bool:  # noqa: FBT001, ARG001  (called by position)
        if seconds > 0:
            return line.total - int(line.open_before(one(last))[0]) >= seconds
        return int(line.open_before(one(first))[0]) >= -seconds

    line = reach(line_of, first, last, ahead=seconds > 0, enough=enough)

    def move(some: Seconds) -> Seconds:
        passed = line.open_before(some)
        passed += seconds
        return line.earliest(passed) if seconds > 0 else line.latest(passed)

    return by_chunks(move, times)


def shift_days(line_of: LineOf, times: Seconds, days: int) -> Seconds:
    """Move moments by working days, to the same time of day where that is open.

    Args:
        line_of: lays out the calendar.
        times: (n,) int64, seconds UTC.
        days: working days; negative moves back.

    Returns:
        (n,) int64.

    Raises:
        DefinitionError: the calendar has too few working days.
        InputError: an answer lies beyond the years that Python knows.

    Example:
        >>> from leadflow.calendars import BusinessCalendar
        >>> shift_days(BusinessCalendar.always().lay_out, np.array([100]), 2).tolist()
        [172900]
    """
    if not times.size or not days:
        return times.copy()
    first, last = int(times.min()), int(times.max())

    def enough(line: Timeline, complete: bool) -> bool:  # noqa: FBT001  (called by position)
        # Unless nothing lies beyond, the outermost day may be cut off by the end of the line.
        rim = 0 if complete else 1
        if not line.starts.size:
            return False
        if days > 0:
            known = last <= int(line.ends[-1])
            return (
                known and int(line.day_at(one(last), ahead=True)[0][0]) + days < line.day_numbers.size - rim
            )
        known = int(line.starts[0]) <= first
        return known and int(line.day_at(one(first), ahead=False)[0][0]) + days >= rim

    line = reach(line_of, first, last, ahead=days > 0, enough=enough)

    def move(some: Seconds) -> Seconds:
        origin, moments = line.day_at(some, ahead=days > 0)
        return line.on_day(moments, origin, origin + days, ahead=days > 0)

    return by_chunks(move, times)


def next_open(line_of: LineOf, seconds: int, micro: int) -> tuple[int, int]:
    """Return a moment itself if it is open, or the next opening.

    Args:
        line_of: lays out the calendar.
        seconds: seconds UTC.
        micro: the microseconds beyond.

    Returns:
        (seconds, microseconds).

    Raises:
        DefinitionError: the calendar does not open again.

    Example:
        >>> from leadflow.calendars import BusinessCalendar
        >>> next_open(BusinessCalendar.always().lay_out, 7, 500)
        (7, 500)
    """
    at = one(seconds)
    line = reach(
        line_of,
        seconds,
        seconds,
        ahead=True,
        enough=lambda line, _: line.total > int(line.open_before(at)[0]),
    )
    if line.is_open(at)[0]:
        return seconds, micro
    return int(line.earliest(line.open_before(at) + 1)[0]) - 1, 0


def add_open(line_of: LineOf, seconds: int, micro: int, duration: int) -> tuple[int, int]:
    """Move one moment by open seconds, exact to the microsecond.

    Args:
        line_of: lays out the calendar.
        seconds: seconds UTC.
        micro: the microseconds beyond.
        duration: open seconds; negative moves back.

    Returns:
        (seconds, microseconds).

    Example:
        >>> from leadflow.calendars import BusinessCalendar
        >>> add_open(BusinessCalendar.always().lay_out, 7, 500, 60)
        (67, 500)
    """
    if not duration:
        return seconds, micro
    moved = int(shift_open(line_of, one(seconds), duration)[0])
    if not micro or not line_of(seconds, seconds + 1).is_open(one(seconds))[0]:
        return moved, 0
    # A fraction of a second that ran before the whole ones runs on after them, in open time.
    return next_open(line_of, moved, 0)[0], micro


def add_days(line_of: LineOf, seconds: int, micro: int, days: int) -> tuple[int, int]:
    """Move one moment by working days, exact to the microsecond.

    Args:
        line_of: lays out the calendar.
        seconds: seconds UTC.
        micro: the microseconds beyond.
        days: working days; negative moves back.

    Returns:
        (seconds, microseconds).

    Example:
        >>> from leadflow.calendars import BusinessCalendar
        >>> add_days(BusinessCalendar.always().lay_out, 7, 500, 1)
        (86407, 500)
    """
    if not days:
        return seconds, micro
    moved, after = shift_days(line_of, np.array([seconds, seconds + 1], dtype=np.int64), days).tolist()
    # Where the next second does not follow on, the answer is an edge of open time.
    return moved, micro if after == moved + 1 else 0
