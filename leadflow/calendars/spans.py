"""Spans of time that do not count: absences and pauses."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from leadflow.calendars.zones import Seconds, as_seconds
from leadflow.errors import InputError

__all__ = ["NO_SPANS", "join", "shift_around", "span_array"]

NO_SPANS: Seconds = np.empty((0, 2), dtype=np.int64)
NO_SPANS.flags.writeable = False

_MICRO = 1_000_000


def span_array(spans: Iterable[tuple[datetime, datetime]], *, what: str) -> Seconds:
    """Return spans in order and apart from each other.

    Args:
        spans: (start, end), aware, half-open, in any order; each moment is taken to the whole second before it.
        what: their role, such as ``"pause"``, for the error message.

    Returns:
        (m, 2) int64, seconds UTC; those that touch or overlap are joined, empty ones are left out.

    Raises:
        InputError: a moment is naive, or a span ends before it starts.

    Example:
        >>> from datetime import UTC
        >>> day = [datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in range(24)]
        >>> joined = span_array([(day[3], day[5]), (day[1], day[2]), (day[4], day[6])], what="pause")
        >>> ((joined - joined[0, 0]) // 3600).tolist()
        [[0, 1], [2, 5]]
    """
    pairs = []
    for n, (start, end) in enumerate(spans):
        begin = as_seconds(start, what=f"start of {what} {n + 1}")
        stop = as_seconds(end, what=f"end of {what} {n + 1}")
        if stop < begin:
            message = f"The {what} {n + 1} ends before it starts; swap or correct the two."
            raise InputError(message, place=f"{what} {n + 1}")
        pairs.append((begin[0], stop[0]))
    return join(pairs)


def join(pairs: Iterable[tuple[int, int]]) -> Seconds:
    """Join spans that touch or overlap.

    Args:
        pairs: (start, end) in seconds, ``start <= end``, in any order.

    Returns:
        (m, 2) int64, ascending and apart.

    Example:
        >>> join([(5, 9), (0, 2), (2, 3), (7, 7)]).tolist()
        [[0, 3], [5, 9]]
    """
    joined: list[list[int]] = []
    for start, end in sorted(pairs):
        if start == end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return np.array(joined, dtype=np.int64) if joined else NO_SPANS


def shift_around(moment: int, length: int, spans: Seconds) -> int:
    """Move a moment by elapsed time that does not run during some spans.

    Args:
        moment: microseconds UTC.
        length: microseconds; negative moves back.
        spans: (m, 2) int64, seconds UTC, ascending and apart.

    Returns:
        Microseconds UTC.

    Example:
        >>> shift_around(0, 10_000_000, np.array([[4, 6], [50, 60]])) // 1_000_000
        12
        >>> shift_around(12_000_000, -10_000_000, np.array([[4, 6]])) // 1_000_000
        0
    """
    if length < 0:
        return -shift_around(-moment, -length, -spans[::-1, ::-1])
    for start, end in (spans * _MICRO).tolist():
        if end <= moment:
            continue
        running = max(start - moment, 0)
        if running >= length:
            break
        length -= running
        moment = end
    return moment + length
