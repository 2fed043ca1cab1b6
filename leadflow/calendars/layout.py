"""From weekly hours and exceptions to the open intervals of a span of time."""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from leadflow.calendars.holidays import NationalHolidays, YearlyClosure, national_holidays
from leadflow.calendars.timeline import Timeline
from leadflow.calendars.windows import DayHours, WeekHours
from leadflow.calendars.zones import ZoneTable

__all__ = ["day_number", "lay_out"]

_DAY = 86400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_EPOCH_WEEKDAY = date(1970, 1, 1).weekday()
# A window begins at most one day before the span, and a zone is at most a day from UTC.
_MARGIN = 3


def day_number(day: date) -> int:
    """Return a date as days since 1970-01-01.

    Example:
        >>> day_number(date(1970, 1, 31))
        30
    """
    return day.toordinal() - _EPOCH_ORDINAL


def lay_out(
    hours: WeekHours,
    *,
    time_zone: str,
    national: NationalHolidays,
    closures: Sequence[YearlyClosure],
    holidays: Iterable[date],
    overrides: Sequence[tuple[date, DayHours]],
    first: int,
    last: int,
) -> Timeline:
    """Lay out the open time of one calendar.

    Args:
        hours: the windows of each weekday.
        time_zone: the IANA name of the zone in which they are read.
        national: whose national holidays are closed.
        closures: yearly closures.
        holidays: further closed days.
        overrides: days with windows of their own, which win over all of the above.
        first: the beginning of the span, seconds UTC.
        last: its end.

    Returns:
        The intervals, exact over the whole span.

    Example:
        >>> from leadflow.calendars.windows import TimeWindow
        >>> day = (TimeWindow.parse("09:00-18:00"),)
        >>> line = lay_out((day,) * 7, time_zone="UTC", national=NationalHolidays.NONE, closures=(), holidays=(),
        ...                overrides=(), first=0, last=86400 * 2)
        >>> line.total // 3600
        18
    """
    days = np.arange(first // _DAY - _MARGIN, last // _DAY + _MARGIN + 1, dtype=np.int64)
    zone = ZoneTable.of(time_zone, int(days[0] - 1) * _DAY, int(days[-1] + 3) * _DAY)
    special = {day_number(day): windows for day, windows in overrides}
    plain = ~(
        _marked(days, (day_number(day) for day in holidays))
        | _marked(
            days, (day_number(day) for day in national_holidays(national, _date(days[0]), _date(days[-1])))
        )
        | _closed_yearly(days, closures)
        | _marked(days, special)
    )
    weekday = (days + _EPOCH_WEEKDAY) % 7
    opened: list[npt.NDArray[np.int64]] = []
    closed: list[npt.NDArray[np.int64]] = []
    owner: list[npt.NDArray[np.int64]] = []

    def open_on(which: npt.NDArray[np.int64], windows: DayHours) -> None:
        for window in windows:
            opened.append(zone.first_at(which * _DAY + window.opens))
            closed.append(zone.last_at(which * _DAY + window.closes))
            owner.append(which)

    for number, windows in enumerate(hours):
        open_on(days[plain & (weekday == number)], windows)
    for day, windows in special.items():
        if days[0] <= day <= days[-1]:
            open_on(np.array([day], dtype=np.int64), windows)
    nothing = np.empty(0, dtype=np.int64)
    return Timeline.of(
        np.concatenate((nothing, *opened)),
        np.concatenate((nothing, *closed)),
        np.concatenate((nothing, *owner)),
        first=first,
        last=last,
        zone=zone,
    )


def _marked(days: npt.NDArray[np.int64], marked: Iterable[int]) -> npt.NDArray[np.bool_]:
    return np.isin(days, np.fromiter(marked, dtype=np.int64))


def _closed_yearly(days: npt.NDArray[np.int64], closures: Sequence[YearlyClosure]) -> npt.NDArray[np.bool_]:
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    month_day = (
        (months.astype(np.int64) % 12 + 1) * 100
        + (dates - months.astype("datetime64[D]")).astype(np.int64)
        + 1
    )
    closed = np.zeros(days.shape, dtype=np.bool_)
    for closure in closures:
        first, last = (month * 100 + day for month, day in (closure.first, closure.last))
        after, before = month_day >= first, month_day <= last
        closed |= after & before if first <= last else after | before
    return closed


def _date(number: np.int64) -> date:
    ordinal = int(number) + _EPOCH_ORDINAL
    return date.fromordinal(min(max(ordinal, date.min.toordinal()), date.max.toordinal()))
