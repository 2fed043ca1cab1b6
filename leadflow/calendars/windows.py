"""Opening hours: windows of local time on the days of a week."""

import enum
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import TypeAlias

import attrs

from leadflow.errors import DefinitionError

__all__ = ["DayHours", "HoursOfDay", "TimeWindow", "WeekHours", "Weekday", "day_hours", "week_hours"]

_DAY = 86400
_TEXT = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*[-–~〜～]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?")


class Weekday(enum.IntEnum):
    """A day of the week, numbered as `datetime.date.weekday` numbers it.

    Example:
        >>> Weekday.MONDAY + 0, Weekday.SUNDAY.short
        (0, 'sun')
    """

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6

    @property
    def short(self) -> str:
        """The name in definition files: ``mon`` … ``sun``."""
        return self.name[:3].lower()


@attrs.frozen(kw_only=True)
class TimeWindow:
    """A stretch of local time that begins on one day and may end on the next.

    Attributes:
        opens: seconds after local midnight, in [0, 86400).
        closes: seconds after the same midnight, in (opens, opens + 86400); more than 86400 lies on the next day.
            Only the whole day, 0 to 86400, is 24 hours long.

    Raises:
        DefinitionError: the seconds are out of range.

    Example:
        >>> str(TimeWindow.of(time(22), time(6))), TimeWindow.of(time(22), time(6)).closes
        ('22:00-06:00', 108000)
    """

    opens: int
    closes: int

    def __attrs_post_init__(self) -> None:
        whole_day = self.opens == 0 and self.closes == _DAY
        if not (whole_day or (0 <= self.opens < _DAY and self.opens < self.closes < self.opens + _DAY)):
            message = (
                f"A time window opens {self.opens} s and closes {self.closes} s after midnight; expected "
                "0 <= opens < 86400 and opens < closes < opens + 86400, or the whole day (0 to 86400)."
            )
            raise DefinitionError(message)

    @classmethod
    def of(cls, opens: time, closes: time) -> "TimeWindow":
        """Make a window from two times of day.

        Args:
            opens: first moment that is open.
            closes: first moment that is closed again. Earlier than ``opens`` means on the next day; ``time(0)``
                is the midnight that ends the day.

        Raises:
            DefinitionError: both are the same (other than midnight to midnight, the whole day), or they are not
                plain local times of whole seconds.

        Example:
            >>> TimeWindow.of(time(9), time(18))
            TimeWindow(opens=32400, closes=64800)
            >>> str(TimeWindow.of(time(0), time(0)))
            '00:00-24:00'
        """
        for moment in (opens, closes):
            if moment.tzinfo is not None or moment.microsecond:
                message = "Opening hours are local times of whole seconds; remove the time zone or the microseconds."
                raise DefinitionError(message)
        return cls._between(_seconds(opens), _seconds(closes))

    @classmethod
    def parse(cls, text: str, *, path: str = "$") -> "TimeWindow":
        """Read a window such as ``09:00-18:00``, ``22:00-06:00`` or ``00:00-24:00``.

        Args:
            text: two times of day; seconds are optional.
            path: where the text stands in the definition, for the error message.

        Raises:
            DefinitionError: the text is not a window.

        Example:
            >>> TimeWindow.parse("9:00-12:30") == TimeWindow.of(time(9), time(12, 30))
            True
        """
        found = _TEXT.fullmatch(text.strip())
        if found is None:
            message = (
                f"{path}: opening hours are written '09:00-18:00', got a text of {len(text)} characters."
            )
            raise DefinitionError(message, path=path)
        numbers = [int(group or 0) for group in found.groups()]
        opens, closes = _clock(numbers[:3], path), _clock(numbers[3:], path)
        if opens == _DAY:
            message = f"{path}: opening hours cannot begin at 24:00; begin at 00:00 of the next day."
            raise DefinitionError(message, path=path)
        try:
            return cls._between(opens, closes)
        except DefinitionError as error:
            raise DefinitionError(f"{path}: {error.message}", path=path) from None

    @classmethod
    def _between(cls, opens: int, closes: int) -> "TimeWindow":
        if opens == closes and opens:
            message = (
                "Opening hours that begin and end at the same time could mean nothing or 24 hours; "
                "write 00:00-24:00 for a whole day, or leave the window out."
            )
            raise DefinitionError(message)
        return cls(opens=opens, closes=closes if closes > opens else closes + _DAY)

    def __str__(self) -> str:
        """Return the text that `parse` reads back."""
        closes = self.closes if self.closes <= _DAY else self.closes - _DAY
        return f"{_clock_text(self.opens)}-{_clock_text(closes)}"


HoursOfDay: TypeAlias = Sequence[tuple[time, time]]
"""Pairs (opens, closes) of one day; a close that is earlier than its opening is on the next day."""

DayHours: TypeAlias = tuple[TimeWindow, ...]
"""The windows that begin on one day, in order and without overlap; empty is closed."""

WeekHours: TypeAlias = tuple[DayHours, ...]
"""Seven `DayHours`, Monday first."""


def day_hours(windows: Iterable[TimeWindow], *, path: str = "$") -> DayHours:
    """Put the windows of one day in order.

    Args:
        windows: in any order.
        path: where they stand in the definition, for the error message.

    Raises:
        DefinitionError: two windows overlap.

    Example:
        >>> [str(window) for window in day_hours([TimeWindow.parse("13:00-18:00"), TimeWindow.parse("09:00-12:00")])]
        ['09:00-12:00', '13:00-18:00']
    """
    ordered = tuple(sorted(windows, key=lambda window: window.opens))
    for earlier, later in itertools.pairwise(ordered):
        if later.opens < earlier.closes:
            message = f"{path}: the windows {earlier} and {later} overlap; join them into one."
            raise DefinitionError(message, path=path)
    return ordered


def week_hours(hours: Mapping[Weekday, HoursOfDay]) -> WeekHours:
    """Lay out the opening hours of a week.

    Args:
        hours: pairs (opens, closes) for each weekday; weekdays that are absent are closed.

    Raises:
        DefinitionError: a window is not valid or two of a day overlap.

    Example:
        >>> [len(day) for day in week_hours({Weekday.MONDAY: [(time(9), time(12)), (time(13), time(18))]})]
        [2, 0, 0, 0, 0, 0, 0]
    """
    return tuple(
        day_hours((TimeWindow.of(*pair) for pair in hours.get(weekday, ())), path=weekday.short)
        for weekday in Weekday
    )


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _clock(numbers: Sequence[int], path: str) -> int:
    hour, minute, second = numbers
    seconds = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or seconds > _DAY:
        message = f"{path}: {hour:02d}:{minute:02d} is not a time of day; expected 00:00 to 24:00."
        raise DefinitionError(message, path=path)
    return seconds


def _clock_text(seconds: int) -> str:
    minute, second = divmod(seconds, 60)
    text = f"{minute // 60:02d}:{minute % 60:02d}"
    return f"{text}:{second:02d}" if second else text
