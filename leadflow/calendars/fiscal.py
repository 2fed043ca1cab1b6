"""Fiscal periods: the days, weeks, months, quarters, halves and years in which a company counts.

Months, quarters, halves and years nest. Weeks nest in nothing: a week is always seven whole days, also across
the border of a month or fiscal year, and it is listed once.
"""

import enum
from datetime import date, datetime, timedelta
from typing import assert_never

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import definition
from leadflow.calendars.business import BusinessCalendar
from leadflow.calendars.layout import day_number
from leadflow.calendars.windows import Weekday
from leadflow.calendars.zones import ZoneTable, from_seconds, zone_of
from leadflow.errors import DefinitionError, InputError, UnknownNameError, near_miss

__all__ = ["FiscalCalendar", "Period", "PeriodKind", "YearName"]

_DAY = 86400
_EPOCH = date(1970, 1, 1)
_HALVES = ("上期", "下期")


class PeriodKind(enum.StrEnum):
    """A length of fiscal period, from the shortest to the longest.

    Example:
        >>> [kind.value for kind in PeriodKind]
        ['day', 'week', 'month', 'quarter', 'half', 'year']
    """

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF: 6, PeriodKind.YEAR: 12}


class YearName(enum.StrEnum):
    """Which calendar year gives a fiscal year its name: that in which it starts (Japan) or ends (often US).

    Example:
        >>> FiscalCalendar(year_name=YearName.END).fiscal_year(date(2026, 4, 1))
        2027
    """

    START = "start"
    END = "end"


@attrs.frozen(kw_only=True)
class Period:
    """A stretch of whole days.

    Attributes:
        kind: what it is, or what it is the beginning of (quarter to date).
        start: the first day.
        end: the day after the last.
        label: for people and for sorting, such as ``2026-Q2``.
        label_ja: in Japanese, such as ``2026年度 第2四半期``.

    Example:
        >>> quarter = FiscalCalendar().period(PeriodKind.QUARTER, date(2026, 8, 15))
        >>> quarter.label_ja, quarter.last.isoformat(), quarter.days, date(2026, 7, 1) in quarter
        ('2026年度 第2四半期', '2026-09-30', 92, True)
    """

    kind: PeriodKind
    start: date
    end: date
    label: str
    label_ja: str

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def last(self) -> date:
        """The last day."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.end - self.start).days

    def moments(self, time_zone: str) -> tuple[datetime, datetime]:
        """Return the moments at which the period begins and ends somewhere.

        Args:
            time_zone: the IANA name of the zone whose midnights count; where clocks skip midnight it is the
                moment of the skip.

        Returns:
            (start, end), half-open, aware.

        Raises:
            DefinitionError: there is no such zone.

        Example:
            >>> begin, end = FiscalCalendar().period(PeriodKind.DAY, date(2026, 3, 29)).moments("Europe/Berlin")
            >>> end.timestamp() - begin.timestamp()  # the clocks go forward
            82800.0
        """
        walls = np.array([day_number(self.start) * _DAY, day_number(self.end) * _DAY], dtype=np.int64)
        table = ZoneTable.of(time_zone, int(walls[0]) - 2 * _DAY, int(walls[1]) + 2 * _DAY)
        begin, end = table.first_at(walls).tolist()
        zone = zone_of(time_zone)
        return from_seconds(begin, 0, zone), from_seconds(end, 0, zone)


@attrs.frozen(kw_only=True)
class FiscalCalendar:
    """How a company divides its years.

    Attributes:
        start_month: the month in which the fiscal year begins, 1 to 12.
        week_start: the first day of a week.
        year_name: which calendar year names the fiscal year.

    Raises:
        DefinitionError: there is no such month.

    Example:
        >>> FiscalCalendar().period(PeriodKind.YEAR, date(2027, 3, 31)).label
        'FY2026'
    """

    start_month: int = 4
    week_start: Weekday = Weekday.MONDAY
    year_name: YearName = YearName.START

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.start_month <= 12:
            message = f"The fiscal year begins in month {self.start_month}; expected 1 to 12."
            raise DefinitionError(message)

    def fiscal_year(self, day: date) -> int:
        """Return the fiscal year of a day.

        Args:
            day: any day of it.

        Example:
            >>> FiscalCalendar().fiscal_year(date(2027, 1, 1))
            2026
        """
        return self._year_of(self._code(PeriodKind.MONTH, day))

    def period(self, kind: PeriodKind, day: date) -> Period:
        """Return the period that contains a day.

        Args:
            kind: how long.
            day: any day of it.

        Example:
            >>> period = FiscalCalendar().period(PeriodKind.HALF, date(2026, 12, 1))
            >>> period.start.isoformat(), period.end.isoformat(), period.label
            ('2026-10-01', '2027-04-01', '2026-H2')
        """
        return self.period_of_code(kind, self._code(kind, day))

    def to_date(self, kind: PeriodKind, day: date) -> Period:
        """Return the part of a period up to a day: week to date, quarter to date, fiscal year to date.

        A week to date begins at the week's first day, also where that lies in the fiscal year before.

        Args:
            kind: how long the whole is.
            day: the last day that counts.

        Example:
            >>> part = FiscalCalendar().to_date(PeriodKind.QUARTER, date(2026, 5, 10))
            >>> part.start.isoformat(), part.last.isoformat(), part.label
            ('2026-04-01', '2026-05-10', '2026-Q1 to 2026-05-10')
        """
        whole = self.period(kind, day)
        return attrs.evolve(
            whole,
            end=day + timedelta(days=1),
            label=f"{whole.label} to {day.isoformat()}",
            label_ja=f"{whole.label_ja} {_day_ja(day)}まで",
        )

    def periods(self, kind: PeriodKind, first: date, last: date) -> tuple[Period, ...]:
        """List the periods that a stretch of days touches.

        Args:
            kind: how long each is.
            first: the first day.
            last: the last day, included.

        Returns:
            In order, without gaps; the first and the last may reach beyond the stretch.

        Raises:
            InputError: ``last`` is before ``first``.

        Example:
            >>> [period.label for period in FiscalCalendar().periods(PeriodKind.QUARTER, date(2026, 1, 5), date(2026, 4, 1))]
            ['2025-Q4', '2026-Q1']
        """
        if last < first:
            message = f"The stretch of days ends on {last}, before it begins on {first}; swap the two."
            raise InputError(message)
        codes = range(self._code(kind, first), self._code(kind, last) + 1)
        return tuple(self.period_of_code(kind, code) for code in codes)

    def shift(self, period: Period, count: int) -> Period:
        """Return the whole period so many periods later, or earlier.

        Args:
            period: from this calendar; a part up to a day stands for its whole.
            count: how many; negative goes back.

        Example:
            >>> calendar = FiscalCalendar()
            >>> calendar.shift(calendar.period(PeriodKind.QUARTER, date(2026, 4, 1)), -4).label
            '2025-Q1'
        """
        return self.period_of_code(period.kind, self._code(period.kind, period.start) + count)

    def working_days(self, period: Period, calendar: BusinessCalendar) -> int:
        """Count the working days of a period.

        Args:
            period: a period, whole or to date.
            calendar: says which days have open time.

        Example:
            >>> fiscal = FiscalCalendar()
            >>> fiscal.working_days(fiscal.period(PeriodKind.MONTH, date(2026, 9, 1)), BusinessCalendar.japan())
            19
        """
        return calendar.working_days(period.start, period.end)

    def period_codes(self, dates: npt.NDArray[np.datetime64], kind: PeriodKind) -> npt.NDArray[np.int64]:
        """Number the periods of many days.

        Args:
            dates: (n,) datetime64[D].
            kind: how long the periods are.

        Returns:
            (n,) int64: equal within a period, one more in the next; `period_of_code` turns one into its period.

        Raises:
            InputError: another dtype, or missing dates (NaT).

        Example:
            >>> days = np.array(["2026-03-31", "2026-04-01", "2026-06-30"], dtype="datetime64[D]")
            >>> codes = FiscalCalendar().period_codes(days, PeriodKind.QUARTER)
            >>> (codes - codes[0]).tolist(), FiscalCalendar().period_of_code(PeriodKind.QUARTER, int(codes[1])).label
            ([0, 1, 1], '2026-Q1')
        """
        array = np.asarray(dates)
        if array.dtype != np.dtype("datetime64[D]"):
            message = (
                f"The dates have the dtype {array.dtype}; expected datetime64[D], such as leadflow.calendars.local_days "
                "makes from moments."
            )
            raise InputError(message)
        missing = int(np.isnat(array).sum())
        if missing:
            message = f"{missing} of {array.size} dates are missing (NaT); leave those rows out."
            raise InputError(message)
        numbers = array.astype(np.int64)
        match kind:
            case PeriodKind.DAY:
                return numbers
            case PeriodKind.WEEK:
                return (numbers - self._first_week()) // 7
            case PeriodKind.MONTH | PeriodKind.QUARTER | PeriodKind.HALF | PeriodKind.YEAR:
                return (array.astype("datetime64[M]").astype(np.int64) - (self.start_month - 1)) // _MONTHS[
                    kind
                ]
            case _:
                assert_never(kind)

    def period_of_code(self, kind: PeriodKind, code: int) -> Period:
        """Return the period that `period_codes` gives a number.

        Args:
            kind: how long the period is.
            code: its number.

        Example:
            >>> FiscalCalendar().period_of_code(PeriodKind.DAY, 0).label
            '1970-01-01'
        """
        match kind:
            case PeriodKind.DAY:
                start, end = _date(code), _date(code + 1)
            case PeriodKind.WEEK:
                start, end = (_date(self._first_week() + 7 * n) for n in (code, code + 1))
            case PeriodKind.MONTH | PeriodKind.QUARTER | PeriodKind.HALF | PeriodKind.YEAR:
                start, end = (self._month_start(n * _MONTHS[kind]) for n in (code, code + 1))
            case _:
                assert_never(kind)
        label, label_ja = self._labels(kind, code, start)
        return Period(kind=kind, start=start, end=end, label=label, label_ja=label_ja)

    def to_dict(self) -> dict[str, object]:
        """Return the calendar as plain data for a definition file.

        Example:
            >>> FiscalCalendar().to_dict()
            {'start_month': 4, 'week_start': 'mon', 'year_name': 'start'}
        """
        return {
            "start_month": self.start_month,
            "week_start": self.week_start.short,
            "year_name": self.year_name.value,
        }

    @classmethod
    def from_dict(cls, data: object, *, path: str = "$.fiscal") -> "FiscalCalendar":
        """Read a calendar from the data of a definition file.

        Args:
            data: a table with ``start_month``, ``week_start`` and ``year_name``, each of which may be absent.
            path: where the data stands in the definition, for error messages.

        Raises:
            DefinitionError: something is wrong; the message and its ``path`` say where.
            UnknownNameError: a setting, weekday or name is not known.

        Example:
            >>> FiscalCalendar.from_dict({"start_month": 1, "week_start": "sun"}).week_start
            <Weekday.SUNDAY: 6>
        """
        table = definition.read_table(data, path=path, known=("start_month", "week_start", "year_name"))
        month = table.get("start_month", 4)
        if isinstance(month, bool) or not isinstance(month, int) or not 1 <= month <= 12:
            message = f"{path}.start_month: expected a month from 1 to 12."
            raise DefinitionError(message, path=f"{path}.start_month")
        weekdays = {weekday.short: weekday for weekday in Weekday}
        names = {name.value: name for name in YearName}
        week_start = definition.read_text(table.get("week_start", "mon"), path=f"{path}.week_start")
        year_name = definition.read_text(table.get("year_name", "start"), path=f"{path}.year_name")
        if week_start not in weekdays:
            message = f"{path}.week_start: '{week_start}' is not a day of the week.{near_miss(week_start, weekdays)}"
            raise UnknownNameError(message, path=f"{path}.week_start")
        if year_name not in names:
            message = f"{path}.year_name: '{year_name}' names no year.{near_miss(year_name, names)}"
            raise UnknownNameError(message, path=f"{path}.year_name")
        return cls(start_month=month, week_start=weekdays[week_start], year_name=names[year_name])

    def _code(self, kind: PeriodKind, day: date) -> int:
        return int(self.period_codes(np.array([day], dtype="datetime64[D]"), kind)[0])

    def _first_week(self) -> int:
        return self.week_start - _EPOCH.weekday()

    def _month_start(self, months: int) -> date:
        year, month = divmod(months + self.start_month - 1, 12)
        return date(_EPOCH.year + year, month + 1, 1)

    def _year_of(self, months: int) -> int:
        starts = _EPOCH.year + months // 12
        return starts + (self.year_name is YearName.END and self.start_month > 1)

    def _labels(self, kind: PeriodKind, code: int, start: date) -> tuple[str, str]:
        match kind:
            case PeriodKind.DAY:
                return start.isoformat(), _day_ja(start)
            case PeriodKind.WEEK:
                return f"{start.isoformat()} week", f"{_day_ja(start)}の週"
            case PeriodKind.MONTH:
                return f"{start.year:04d}-{start.month:02d}", f"{start.year}年{start.month}月"
            case PeriodKind.QUARTER:
                year, number = self._year_of(code * 3), code % 4 + 1
                return f"{year}-Q{number}", f"{year}年度 第{number}四半期"
            case PeriodKind.HALF:
                year, number = self._year_of(code * 6), code % 2
                return f"{year}-H{number + 1}", f"{year}年度 {_HALVES[number]}"
            case PeriodKind.YEAR:
                year = self._year_of(code * 12)
                return f"FY{year}", f"{year}年度"
            case _:
                assert_never(kind)


def _date(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def _day_ja(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
