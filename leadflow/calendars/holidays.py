"""Days on which business rests: national holidays and yearly company closures."""

import enum
import functools
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import TypeAlias

import attrs

from leadflow.errors import DefinitionError, InputError, MissingExtraError

__all__ = [
    "OBON",
    "YEAR_END",
    "Closure",
    "NationalHolidays",
    "YearlyClosure",
    "japanese_holidays",
    "national_holidays",
    "split_closures",
]

_ACT_IN_FORCE = date(1948, 7, 20)
_LAST_YEAR = 3000


class NationalHolidays(enum.StrEnum):
    """Whose national holidays a calendar observes.

    Example:
        >>> NationalHolidays("japan")
        <NationalHolidays.JAPAN: 'japan'>
    """

    NONE = "none"
    JAPAN = "japan"


def _check_month_day(month_day: tuple[int, int]) -> None:
    leap_year = 2000
    try:
        date(leap_year, *month_day)
    except ValueError:
        message = f"A yearly closure names month {month_day[0]}, day {month_day[1]}; there is no such day."
        raise DefinitionError(message) from None


@attrs.frozen(kw_only=True)
class YearlyClosure:
    """Days that a company closes every year, possibly across the turn of the year.

    Attributes:
        first: (month, day) of the first closed day.
        last: (month, day) of the last closed day; earlier than ``first`` means in the following year.

    Raises:
        DefinitionError: a month and day do not exist.

    Example:
        >>> YEAR_END.covers(date(2027, 1, 3)), YEAR_END.covers(date(2027, 1, 4))
        (True, False)
    """

    first: tuple[int, int]
    last: tuple[int, int]

    def __attrs_post_init__(self) -> None:
        _check_month_day(self.first)
        _check_month_day(self.last)

    @classmethod
    def parse(cls, text: str, *, path: str = "$") -> "YearlyClosure":
        """Read a closure such as ``12-29/01-03`` or ``06-01`` (one day).

        Args:
            text: month and day of the first and, after a slash, of the last closed day.
            path: where the text stands in the definition, for the error message.

        Raises:
            DefinitionError: the text is not a closure.

        Example:
            >>> YearlyClosure.parse("12-29/01-03") == YEAR_END
            True
        """
        first, _, last = text.partition("/")
        try:
            return cls(first=_month_day(first), last=_month_day(last or first))
        except ValueError:
            message = f"{path}: a yearly closure is written '12-29/01-03' or '06-01' (month-day)."
            raise DefinitionError(message, path=path) from None

    def __str__(self) -> str:
        """Return the text that `parse` reads back."""
        first, last = ("{:02d}-{:02d}".format(*day) for day in (self.first, self.last))
        return first if first == last else f"{first}/{last}"

    def covers(self, day: date) -> bool:
        """Return whether a day is closed.

        Example:
            >>> OBON.covers(date(2026, 8, 14))
            True
        """
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last

    def dates(self, first_year: int, last_year: int) -> frozenset[date]:
        """List the closed days of some calendar years.

        Args:
            first_year: the first year.
            last_year: the last year, included.

        Returns:
            Every closed day from 1 January of the first to 31 December of the last year.

        Example:
            >>> len(YEAR_END.dates(2026, 2026))
            6
        """
        return frozenset(
            day for year in range(first_year, last_year + 1) for day in _days(year) if self.covers(day)
        )


YEAR_END = YearlyClosure(first=(12, 29), last=(1, 3))
"""年末年始: 29 December to 3 January, as government offices close (行政機関の休日に関する法律, 1988, article 1)."""

OBON = YearlyClosure(first=(8, 13), last=(8, 16))
"""お盆 in August (月遅れ盆), 13 to 16: a custom, not a law; companies differ and set their own."""

Closure: TypeAlias = date | YearlyClosure
"""A day on which the company rests: once, or every year."""


def japanese_holidays(first_year: int, last_year: int) -> frozenset[date]:
    """Return Japan's national holidays of some calendar years.

    Substitute holidays (振替休日), citizens' holidays (国民の休日) and the one-off holidays are included. The
    equinoxes are announced by the government in February of the year before; later years are computed
    astronomically.

    Args:
        first_year: the first year.
        last_year: the last year, included.

    Returns:
        The dates; none before 20 July 1948, when the act came into force.

    Raises:
        InputError: the years are in the wrong order or beyond 3000, where the computation is not valid.
        MissingExtraError: jpholiday (extra ``calendar``) is not installed.

    References:
        国民の祝日に関する法律 (Act on National Holidays, 1948, amended 2018); computed by jpholiday.

    Example:
        >>> sorted(day.isoformat() for day in japanese_holidays(2026, 2026) if day.month == 9)
        ['2026-09-21', '2026-09-22', '2026-09-23']
    """
    if not 1 <= first_year <= last_year <= _LAST_YEAR:
        message = (
            f"National holidays of the years {first_year} to {last_year} were asked for; expected first <= last "
            f"between 1 and {_LAST_YEAR}."
        )
        raise InputError(message)
    _source()
    return frozenset(
        day
        for year in range(first_year, last_year + 1)
        for month in range(1, 13)
        for day in _japan(year, month)
    )


def national_holidays(nation: NationalHolidays, first: date, last: date) -> frozenset[date]:
    """Return the national holidays of a span of days.

    Args:
        nation: whose.
        first: the first day.
        last: the last day, included.

    Returns:
        The dates; for Japan none before July 1948 or after the year 3000.

    Raises:
        MissingExtraError: the library that knows the holidays is not installed.

    Example:
        >>> national_holidays(NationalHolidays.JAPAN, date(2026, 5, 6), date(2026, 7, 1))
        frozenset({datetime.date(2026, 5, 6)})
    """
    match nation:
        case NationalHolidays.NONE:
            return frozenset()
        case NationalHolidays.JAPAN:
            months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
            found: Iterable[date] = (day for month in months for day in _japan(month // 12, month % 12 + 1))
            return frozenset(day for day in found if first <= day <= last)


def split_closures(days: Iterable[Closure]) -> tuple[frozenset[date], tuple[YearlyClosure, ...]]:
    """Tell closed days of one year from those of every year.

    Args:
        days: either kind, in any order.

    Returns:
        The dates, and the yearly closures without repetition.

    Raises:
        InputError: a day is a moment.

    Example:
        >>> split_closures([date(2026, 6, 1), OBON, OBON])[1] == (OBON,)
        True
    """
    once: set[date] = set()
    yearly: list[YearlyClosure] = []
    for day in days:
        match day:
            case YearlyClosure():
                yearly.append(day)
            case datetime():
                message = "A holiday is a date, not a moment; use moment.date() in the calendar's time zone."
                raise InputError(message)
            case date():
                once.add(day)
    return frozenset(once), tuple(dict.fromkeys(yearly))


@functools.cache
def _japan(year: int, month: int) -> tuple[date, ...]:
    if not _ACT_IN_FORCE.year <= year <= _LAST_YEAR:
        return ()
    return tuple(day for day in _source()(year, month) if day >= _ACT_IN_FORCE)


@functools.cache
def _source() -> Callable[[int, int], Iterable[date]]:
    # The module-level functions of jpholiday share one registry, into which any other code of the process
    # may have registered days of its own; an object of our own has the national holidays only.
    try:
        from jpholiday import JPHoliday  # noqa: PLC0415  (an optional extra)
    except ImportError:
        raise MissingExtraError.of("calendar", purpose="Knowing Japan's national holidays") from None
    table = JPHoliday()
    return lambda year, month: [holiday.date for holiday in table.month_holidays(year, month)]


def _days(year: int) -> Iterable[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))


def _month_day(text: str) -> tuple[int, int]:
    month, _, day = text.strip().partition("-")
    return int(month), int(day)
