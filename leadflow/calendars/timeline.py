"""Open time laid out as intervals on one axis, with the open seconds before each.

With the running total, every question of business time is two lookups: from a moment to its open seconds,
and from open seconds back to a moment.
"""

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars.zones import Seconds, ZoneTable

__all__ = ["Timeline", "overlap", "subtract"]

_DAY = 86400


def _read_only(array: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    array = np.ascontiguousarray(array, dtype=np.int64)
    array.flags.writeable = False
    return array


@attrs.frozen(kw_only=True, eq=False)
class Timeline:
    """The open intervals of a calendar over a span of time.

    Attributes:
        first: the beginning of the span, seconds UTC; what lies before is not known.
        last: its end.
        starts: (n,) int64, read-only, first open second of each interval; ascending.
        ends: (n,) int64, read-only, first closed second after it; ``starts < ends <= next start``.
        days: (n,) int64, read-only, the local day (days since 1970-01-01) to which the interval belongs: that
            on which its window begins; ascending.
        zone: the offsets of the calendar's time zone.
        before: (n,) int64, read-only, open seconds before each interval.
        after: (n,) int64, read-only, open seconds up to its end.
        day_numbers: (d,) int64, read-only, the days that have open time.
        day_begins: (d + 1,) int64, read-only, where their intervals begin.
        day_positions: (n,) int64, read-only, the position in ``day_numbers`` of each interval's day.

    Example:
        >>> table = ZoneTable.of("UTC", 0, 200000)
        >>> nine_to_ten = np.array([32400, 32400 + 86400])
        >>> line = Timeline.of(nine_to_ten, nine_to_ten + 3600, np.array([0, 1]), first=0, last=172800, zone=table)
        >>> line.before.tolist(), line.total
        ([0, 3600], 7200)
    """

    first: int
    last: int
    starts: Seconds
    ends: Seconds
    days: npt.NDArray[np.int64]
    zone: ZoneTable = attrs.field(repr=False)
    before: Seconds
    after: Seconds
    day_numbers: npt.NDArray[np.int64]
    day_begins: npt.NDArray[np.int64]
    day_positions: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls,
        starts: Seconds,
        ends: Seconds,
        days: npt.NDArray[np.int64],
        *,
        first: int,
        last: int,
        zone: ZoneTable,
    ) -> "Timeline":
        """Lay out intervals.

        Args:
            starts: (m,) int64, seconds UTC, in any order.
            ends: (m,) int64. Where windows overlap, the one that begins first keeps the common time.
            days: (m,) int64, the day of each.
            first: the beginning of the span; intervals are cut to it.
            last: the end of the span.
            zone: the offsets of the calendar's time zone.

        Example:
            >>> table = ZoneTable.of("UTC", 0, 200000)
            >>> night = Timeline.of(np.array([10, 5]), np.array([30, 20]), np.array([0, 0]), first=0, last=99, zone=table)
            >>> night.starts.tolist(), night.ends.tolist()
            ([5, 20], [20, 30])
        """
        order = np.lexsort((starts, days))
        starts, ends, days = (np.asarray(array, dtype=np.int64)[order] for array in (starts, ends, days))
        ends = np.minimum(ends, last)
        if starts.size:
            taken = np.maximum.accumulate(ends)
            starts = np.maximum(starts, first)
            starts[1:] = np.maximum(starts[1:], taken[:-1])
        kept = starts < ends
        starts, ends, days = starts[kept], ends[kept], days[kept]
        after = np.cumsum(ends - starts, dtype=np.int64)
        day_numbers, day_begins, day_positions = np.unique(days, return_index=True, return_inverse=True)
        return cls(
            first=first,
            last=last,
            starts=_read_only(starts),
            ends=_read_only(ends),
            days=_read_only(days),
            zone=zone,
            before=_read_only(after - (ends - starts)),
            after=_read_only(after),
            day_numbers=_read_only(day_numbers),
            day_begins=_read_only(np.append(day_begins, starts.size)),
            day_positions=_read_only(day_positions),
        )

    @property
    def total(self) -> int:
        """Open seconds of the whole span."""
        return int(self.after[-1]) if self.after.size else 0

    def interval_at(self, times: Seconds) -> npt.NDArray[np.int64]:
        """Return the last interval that has begun at each moment.

        Args:
            times: (n,) int64, seconds UTC.

        Returns:
            (n,) int64, an index, or -1 before the first interval.

        Example:
            >>> table = ZoneTable.of("UTC", 0, 200000)
            >>> line = Timeline.of(np.array([10]), np.array([30]), np.array([0]), first=0, last=99, zone=table)
            >>> line.interval_at(np.array([5, 10, 80])).tolist()
            [-1, 0, 0]
        """
        return np.searchsorted(self.starts, times, side="right") - 1

    def is_open(self, times: Seconds) -> npt.NDArray[np.bool_]:
        """Return whether each moment is open.

        Args:
            times: (n,) int64, seconds UTC.

        Returns:
            (n,) bool.

        Example:
            >>> table = ZoneTable.of("UTC", 0, 200000)
            >>> line = Timeline.of(np.array([10]), np.array([30]), np.array([0]), first=0, last=99, zone=table)
            >>> line.is_open(np.array([9, 10, 29, 30])).tolist()
            [False, True, True, False]
        """
        if not self.starts.size:
            return np.zeros(times.shape, dtype=np.bool_)
        index = self.interval_at(times)
        return (index >= 0) & (times < self.ends[index])

    def open_before(self, times: Seconds) -> Seconds:
        """Return the open seconds from the beginning of the span to each moment.

        Args:
            times: (n,) int64, seconds UTC, within the span.

        Returns:
            (n,) int64.

        Example:
            >>> table = ZoneTable.of("UTC", 0, 200000)
            >>> line = Timeline.of(np.array([10]), np.array([30]), np.array([0]), first=0, last=99, zone=table)
            >>> line.open_before(np.array([5, 15, 80])).tolist()
            [0, 5, 20]
        """
        if not self.starts.size:
            return np.zeros(times.shape, dtype=np.int64)
        index = np.maximum(self.interval_at(times), 0)
        # An index is below zero only before the first interval, where the elapsed part is negative.
        passed: Seconds = np.maximum(times - self.starts[index], 0)
        passed += self.before[index]
        return np.minimum(passed, self.after[index], out=passed)

    def earliest(self, seconds: Seconds) -> Seconds:
        """Return the first moments at which so many open seconds are over.

        Args:
            seconds: (n,) int64, in [1, total].

        Returns:
            (n,) int64, seconds UTC.

        Example:
            >>> table = ZoneTable.of("UTC", 0, 200000)
            >>> line = Timeline.of(np.array([10, 50]), np.array([30, 60]), np.array([0, 0]), first=0, last=99, zone=table)
            >>> line.earliest(np.array([20, 21])).tolist()
            [30, 51]
        """
        index = np.searchsorted(self.after, seconds, side="left")
        return self.starts[index] + (seconds - self.before[index])

    def latest(self, seconds: Seconds) -> Seconds:
        """Return the last moments at which no more than so many open seconds are over.

        Args:
            seconds: (n,) int64, in [0, total).

        Returns:
            (n,) int64, seconds UTC.

        Example:
            >>> table = ZoneTable.of("UTC", 0, 200000)
            >>> line = Timeline.of(np.array([10, 50]), np.array([30, 60]), np.array([0, 0]), first=0, last=99, zone=table)
            >>> line.latest(np.array([19, 20])).tolist()
            [29, 50]
        """
        index = np.searchsorted(self.before, seconds, side="right") - 1
        return self.starts[index] + (seconds - self.before[index])

    def day_at(self, times: Seconds, *, ahead: bool) -> tuple[npt.NDArray[np.int64], Seconds]:
        """Return the working day of each moment, and the moment at which it counts.

        A moment at which a window closes belongs to the day that closes, unless another opens just then. A moment
        in closed time counts from the next opening (``ahead``) or the last closing.

        Args:
            times: (n,) int64, seconds UTC, with an interval on the side that is asked for.
            ahead: whether closed time counts to what follows.

        Returns:
            (n,) int64 positions in ``day_numbers``, and (n,) int64 seconds UTC.

        Example:
            >>> table = ZoneTable.of("UTC", 0, 200000)
            >>> line = Timeline.of(np.array([10, 90000]), np.array([30, 90060]), np.array([0, 1]), first=0, last=99999, zone=table)
            >>> line.day_at(np.array([20, 30, 31]), ahead=True)[0].tolist()
            [0, 0, 1]
        """
        index = self.interval_at(times)
        inside = (index >= 0) & (times <= self.ends[index])
        if ahead:
            index = np.where(inside, index, index + 1)
            moments = np.where(inside, times, self.starts[np.minimum(index, self.starts.size - 1)])
        else:
            moments = np.where(inside, times, self.ends[index])
        return self.day_positions[index], moments

    def on_day(
        self, moments: Seconds, origin: npt.NDArray[np.int64], target: npt.NDArray[np.int64], *, ahead: bool
    ) -> Seconds:
        """Return the same time of day on other working days.

        A time before the day's first opening is that opening, a time after its last closing is that closing; a
        time in a break is the end of the window before it (``ahead``) or the beginning of the one after.

        Args:
            moments: (n,) int64, seconds UTC.
            origin: (n,) int64, the position in ``day_numbers`` of the day of each.
            target: (n,) int64, the position of the day that is meant.
            ahead: whether the step goes forwards.

        Returns:
            (n,) int64, seconds UTC.

        Example:
            >>> table = ZoneTable.of("UTC", 0, 200000)
            >>> line = Timeline.of(np.array([10, 86400]), np.array([30, 86420]), np.array([0, 1]), first=0, last=99999, zone=table)
            >>> line.on_day(np.array([15, 25]), np.array([0, 0]), np.array([1, 1]), ahead=True).tolist()
            [86415, 86420]
        """
        wall = self.zone.local(moments) + (self.day_numbers[target] - self.day_numbers[origin]) * _DAY
        low, high = self.day_begins[target], self.day_begins[target + 1] - 1
        same = np.clip(self.zone.first_at(wall), self.starts[low], self.ends[high])
        if ahead:
            return np.minimum(same, self.ends[np.clip(self.interval_at(same), low, high)])
        index = np.searchsorted(self.ends, same, side="left")
        return np.maximum(same, self.starts[np.clip(index, low, high)])


def overlap(line: Timeline, other: Timeline) -> Timeline:
    """Return the time that is open in both.

    Args:
        line: gives the days and the zone.
        other: spans at least as much time.

    Example:
        >>> table = ZoneTable.of("UTC", 0, 200000)
        >>> day = Timeline.of(np.array([10]), np.array([90]), np.array([0]), first=0, last=99, zone=table)
        >>> shifts = Timeline.of(np.array([0, 50]), np.array([20, 60]), np.array([0, 0]), first=0, last=99, zone=table)
        >>> overlap(day, shifts).starts.tolist(), overlap(day, shifts).ends.tolist()
        ([10, 50], [20, 60])
    """
    low = np.searchsorted(other.ends, line.starts, side="right")
    high = np.searchsorted(other.starts, line.ends, side="left")
    counts = np.maximum(high - low, 0)
    mine = np.repeat(np.arange(line.starts.size), counts)
    offset = np.arange(mine.size) - np.repeat(np.cumsum(counts) - counts, counts)
    theirs = low[mine] + offset
    return Timeline.of(
        np.maximum(line.starts[mine], other.starts[theirs]),
        np.minimum(line.ends[mine], other.ends[theirs]),
        line.days[mine],
        first=line.first,
        last=line.last,
        zone=line.zone,
    )


def subtract(line: Timeline, spans: Seconds) -> Timeline:
    """Return the open time outside of some spans.

    Args:
        line: the open time.
        spans: (m, 2) int64, starts and ends in seconds UTC; ascending and apart from each other.

    Example:
        >>> table = ZoneTable.of("UTC", 0, 200000)
        >>> day = Timeline.of(np.array([10]), np.array([90]), np.array([0]), first=0, last=99, zone=table)
        >>> subtract(day, np.array([[20, 30]])).starts.tolist()
        [10, 30]
    """
    starts = np.concatenate(([line.first], spans[:, 1]))
    ends = np.concatenate((spans[:, 0], [line.last]))
    rest = Timeline.of(
        starts, ends, np.zeros(starts.size, dtype=np.int64), first=line.first, last=line.last, zone=line.zone
    )
    return overlap(line, rest)
