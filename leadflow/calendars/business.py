"""Business time: when a team or a person works, and arithmetic that counts only that."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import assert_never

import attrs
import numpy as np

from leadflow.calendars import arithmetic, definition
from leadflow.calendars.durations import BusinessDuration, Duration
from leadflow.calendars.holidays import (
    Closure,
    NationalHolidays,
    YearlyClosure,
    japanese_holidays,
    national_holidays,
    split_closures,
)
from leadflow.calendars.horizon import LineMemo, LineOf
from leadflow.calendars.layout import day_number, lay_out
from leadflow.calendars.spans import join, shift_around, span_array
from leadflow.calendars.timeline import Timeline, overlap, subtract
from leadflow.calendars.windows import (
    DayHours,
    HoursOfDay,
    TimeWindow,
    Weekday,
    WeekHours,
    day_hours,
    week_hours,
)
from leadflow.calendars.zones import Seconds, as_seconds, check_seconds, from_seconds, zone_of
from leadflow.errors import DefinitionError, InputError

__all__ = ["BusinessCalendar"]

_DAY = 86400
_MICRO = 1_000_000
_WHOLE_DAY = TimeWindow(opens=0, closes=_DAY)
_SETTINGS = ("time_zone", "hours", "national", "closures", "holidays", "overrides", "absences", "within")


def _counted(items: object) -> str:
    return f"<{len(items)}>" if isinstance(items, frozenset | tuple) else repr(items)


@attrs.frozen(kw_only=True)
class BusinessCalendar:
    """When a team or a person works.

    A window belongs to the day on which it begins: Friday 22:00 to 06:00 is Friday's, also when Saturday is a
    holiday. Where windows overlap, common time counts once. When clocks change, a window opens when the clock
    first shows its opening (or skips it) and closes when it last shows its closing.

    The value holds rules, not years: national holidays and yearly closures are worked out for whatever years a
    question touches.

    Attributes:
        hours: the windows of each weekday, Monday first.
        time_zone: the IANA name of the zone in which they are read, and in which moments are returned.
        national: whose national holidays are closed.
        closures: days that are closed every year.
        holidays: further closed days.
        overrides: days with windows of their own, in order; they win over weekday, holidays and closures.
        absences: closed spans in seconds UTC, half-open, in order and apart.
        within: calendars that must be open as well.

    Raises:
        DefinitionError: there is no such zone, or there is no window at all.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> from leadflow.calendars import business_hours
        >>> calendar = BusinessCalendar.japan()
        >>> friday = datetime(2026, 5, 1, 17, tzinfo=ZoneInfo("Asia/Tokyo"))  # before Golden Week
        >>> calendar.add(friday, business_hours(4)).isoformat()
        '2026-05-07T12:00:00+09:00'
    """

    hours: WeekHours
    time_zone: str
    national: NationalHolidays = NationalHolidays.NONE
    closures: tuple[YearlyClosure, ...] = ()
    holidays: frozenset[date] = attrs.field(default=frozenset(), repr=_counted)
    overrides: tuple[tuple[date, DayHours], ...] = attrs.field(default=(), repr=_counted)
    absences: tuple[tuple[int, int], ...] = attrs.field(default=(), repr=_counted)
    within: tuple["BusinessCalendar", ...] = ()
    _memo: LineMemo = attrs.field(factory=LineMemo, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        zone_of(self.time_zone)
        if len(self.hours) != len(Weekday):
            message = f"A week has seven days of opening hours, Monday first; got {len(self.hours)}."
            raise DefinitionError(message)
        if not any(self.hours) and not any(windows for _, windows in self.overrides):
            message = "The calendar has no opening hours on any day; give at least one window, such as mon = ['09:00-18:00']."
            raise DefinitionError(message)

    @classmethod
    def weekly(
        cls,
        hours: Mapping[Weekday, HoursOfDay],
        *,
        time_zone: str,
        holidays: Iterable[Closure] = (),
    ) -> "BusinessCalendar":
        """Make a calendar from the hours of each weekday.

        Args:
            hours: windows for each weekday; weekdays that are absent are closed.
            time_zone: the IANA name.
            holidays: closed days, once or yearly.

        Raises:
            DefinitionError: windows overlap, there is none, or there is no such zone.

        Example:
            >>> shift = BusinessCalendar.weekly({Weekday.FRIDAY: [(time(22), time(6))]}, time_zone="Europe/Berlin")
            >>> shift.working_days(date(2026, 1, 1), date(2027, 1, 1))
            52
        """
        once, yearly = split_closures(holidays)
        return cls(hours=week_hours(hours), time_zone=time_zone, holidays=once, closures=yearly)

    @classmethod
    def japan(
        cls,
        hours: HoursOfDay = ((time(9), time(18)),),
        *,
        years: tuple[int, int] | None = None,
        company_holidays: Iterable[Closure] = (),
        time_zone: str = "Asia/Tokyo",
    ) -> "BusinessCalendar":
        """Make the calendar of a Japanese company: Monday to Friday without national holidays.

        Args:
            hours: the windows of every working day.
            years: first and last year whose national holidays are worked out now (some 50 ms each) rather than
                when a question first touches them. Other years are not excluded.
            company_holidays: closed days, once or yearly, such as ``[YEAR_END, OBON]``.
            time_zone: the IANA name.

        Raises:
            DefinitionError: windows overlap or there is none.
            MissingExtraError: jpholiday (extra ``calendar``) is not installed.

        Example:
            >>> from leadflow.calendars import YEAR_END
            >>> calendar = BusinessCalendar.japan(company_holidays=[YEAR_END])
            >>> calendar.is_working_day(date(2026, 9, 22)), calendar.is_working_day(date(2026, 12, 29))
            (False, False)
        """
        if years is None:
            # A missing library is said here, not at the first deadline.
            national_holidays(NationalHolidays.JAPAN, date(2000, 1, 1), date(2000, 1, 1))
        else:
            japanese_holidays(*years)
        once, yearly = split_closures(company_holidays)
        return cls(
            hours=week_hours(dict.fromkeys(tuple(Weekday)[:5], hours)),
            time_zone=time_zone,
            national=NationalHolidays.JAPAN,
            holidays=once,
            closures=yearly,
        )

    @classmethod
    def always(cls, time_zone: str = "UTC") -> "BusinessCalendar":
        """Make a calendar that is open day and night.

        Args:
            time_zone: the IANA name of the zone whose midnights divide the business days.

        Example:
            >>> calendar = BusinessCalendar.always()
            >>> from datetime import UTC
            >>> calendar.between(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)).seconds
            86400
        """
        return cls(hours=((_WHOLE_DAY,),) * len(Weekday), time_zone=time_zone)

    def with_holidays(self, days: Iterable[Closure]) -> "BusinessCalendar":
        """Close further days.

        Args:
            days: dates, or yearly closures.

        Example:
            >>> founded = BusinessCalendar.always().with_holidays([date(2026, 6, 1)])
            >>> founded.is_working_day(date(2026, 6, 1))
            False
        """
        once, yearly = split_closures(days)
        added = tuple(closure for closure in yearly if closure not in self.closures)
        return attrs.evolve(self, holidays=self.holidays | once, closures=self.closures + added)

    def with_override(self, day: date, hours: HoursOfDay) -> "BusinessCalendar":
        """Give one day hours of its own, whatever weekday or holiday it is.

        Args:
            day: the date.
            hours: its windows; empty closes it.

        Example:
            >>> calendar = BusinessCalendar.japan().with_override(date(2026, 5, 2), [(time(9), time(12))])
            >>> calendar.is_working_day(date(2026, 5, 2))  # a Saturday
            True
        """
        windows = day_hours((TimeWindow.of(*pair) for pair in hours), path=day.isoformat())
        return attrs.evolve(self, overrides=tuple(sorted({**dict(self.overrides), day: windows}.items())))

    def intersect(self, *others: "BusinessCalendar") -> "BusinessCalendar":
        """Return the time in which this calendar and all others are open.

        The working days, and the zone in which they are read, stay those of this calendar.

        Args:
            others: such as that of a person within a team.

        Example:
            >>> from datetime import UTC
            >>> mornings = BusinessCalendar.weekly({Weekday.MONDAY: [(time(9), time(12))]}, time_zone="UTC")
            >>> both = BusinessCalendar.always().intersect(mornings)
            >>> both.is_open(datetime(2026, 6, 1, 10, tzinfo=UTC)), both.is_open(datetime(2026, 6, 1, 13, tzinfo=UTC))
            (True, False)
        """
        return attrs.evolve(self, within=self.within + others)

    def without(self, absences: Iterable[tuple[datetime, datetime]]) -> "BusinessCalendar":
        """Close spans of time, such as a person's absences.

        For whole days `with_holidays` is the shorter way.

        Args:
            absences: (start, end), aware, half-open, taken to the whole second.

        Raises:
            InputError: a moment is naive, or an absence ends before it starts.

        Example:
            >>> from datetime import UTC
            >>> away = (datetime(2026, 6, 1, 13, tzinfo=UTC), datetime(2026, 6, 2, 9, tzinfo=UTC))
            >>> BusinessCalendar.always().without([away]).next_open(away[0]) == away[1]
            True
        """
        spans = join([*self.absences, *map(tuple, span_array(absences, what="absence").tolist())])
        return attrs.evolve(self, absences=tuple((start, end) for start, end in spans.tolist()))

    def is_open(self, moment: datetime) -> bool:
        """Return whether a moment is open.

        Args:
            moment: aware; a window is open from its first second until before its closing.

        Raises:
            InputError: the moment is naive.

        Example:
            >>> from zoneinfo import ZoneInfo
            >>> noon = datetime(2026, 5, 6, 12, tzinfo=ZoneInfo("Asia/Tokyo"))  # substitute holiday
            >>> BusinessCalendar.japan().is_open(noon)
            False
        """
        seconds, _ = as_seconds(moment)
        return bool(self._line(seconds, seconds).is_open(arithmetic.one(seconds))[0])

    def next_open(self, moment: datetime) -> datetime:
        """Return a moment itself if it is open, or the next opening.

        Args:
            moment: aware.

        Raises:
            InputError: the moment is naive.
            DefinitionError: the calendar never opens again.

        Example:
            >>> from zoneinfo import ZoneInfo
            >>> saturday = datetime(2026, 5, 2, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
            >>> BusinessCalendar.japan().next_open(saturday).isoformat()
            '2026-05-07T09:00:00+09:00'
        """
        seconds, micro = as_seconds(moment)
        opening, micro = arithmetic.next_open(self._line, seconds, micro)
        return self._moment(opening, micro)

    def add(
        self, moment: datetime, duration: Duration, *, pauses: Iterable[tuple[datetime, datetime]] = ()
    ) -> datetime:
        """Move a moment by a duration: a deadline, or with a negative duration a reminder before it.

        Elapsed time (`datetime.timedelta`) runs day and night. Open seconds run while the calendar is open: the
        answer is the earliest moment at which they are over (for a negative duration the latest from which they
        are still to come). A business day goes to the same time of day on the next working day; a time that is
        closed there becomes the end of the open time before it, or the day's first opening. What arrives in closed
        time counts from the next opening, what arrives at closing time belongs to the day that closes.

        Args:
            moment: aware.
            duration: elapsed or business time.
            pauses: (start, end), aware, half-open, taken to the whole second: spans during which the clock stands
                still. A day that is paused entirely is no working day.

        Returns:
            The moment in the calendar's time zone, exact (Python compares moments of one zone by their clocks).

        Raises:
            InputError: a moment is naive, a pause ends before it starts, or the answer lies beyond the year 9997.
            DefinitionError: the calendar has too little open time ever to reach the answer.

        Example:
            >>> from zoneinfo import ZoneInfo
            >>> from leadflow.calendars import business_days, hours
            >>> calendar = BusinessCalendar.japan()
            >>> friday = datetime(2026, 5, 1, 17, tzinfo=ZoneInfo("Asia/Tokyo"))
            >>> calendar.add(friday, business_days(1)).isoformat()
            '2026-05-07T17:00:00+09:00'
            >>> calendar.add(friday, hours(24)).isoformat()
            '2026-05-02T17:00:00+09:00'
        """
        seconds, micro = as_seconds(moment)
        spans = span_array(pauses, what="pause")
        match duration:
            case timedelta():
                length = duration // timedelta(microseconds=1)
                return self._moment(*divmod(shift_around(seconds * _MICRO + micro, length, spans), _MICRO))
            case BusinessDuration():
                line_of = self._line_of(spans)
                seconds, micro = arithmetic.add_days(line_of, seconds, micro, duration.days)
                return self._moment(*arithmetic.add_open(line_of, seconds, micro, duration.seconds))
            case _:
                assert_never(duration)

    def between(
        self, start: datetime, end: datetime, *, pauses: Iterable[tuple[datetime, datetime]] = ()
    ) -> BusinessDuration:
        """Return the open time from one moment to another.

        Args:
            start: aware; taken to the whole second, as is ``end``.
            end: aware; before ``start`` the result is negative.
            pauses: (start, end), aware, half-open: spans that do not count.

        Returns:
            Open seconds; its ``days`` are zero.

        Raises:
            InputError: a moment is naive or a pause ends before it starts.

        Example:
            >>> from zoneinfo import ZoneInfo
            >>> tokyo = ZoneInfo("Asia/Tokyo")
            >>> friday, monday = datetime(2026, 6, 5, 17, tzinfo=tokyo), datetime(2026, 6, 8, 10, tzinfo=tokyo)
            >>> str(BusinessCalendar.japan().between(friday, monday))
            '2 business hours'
        """
        moments = np.array(
            [as_seconds(start, what="start")[0], as_seconds(end, what="end")[0]], dtype=np.int64
        )
        line = self._line_of(span_array(pauses, what="pause"))(int(moments.min()), int(moments.max()))
        before, after = line.open_before(moments).tolist()
        return BusinessDuration(seconds=after - before)

    def open_spans(self, start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
        """List the open time from one moment to another: what `between` counts.

        Args:
            start: aware; taken to the whole second, as is ``end``.
            end: aware.

        Returns:
            (opening, closing), half-open, in the calendar's time zone; windows that touch are joined.

        Raises:
            InputError: a moment is naive.

        Example:
            >>> from zoneinfo import ZoneInfo
            >>> tokyo = ZoneInfo("Asia/Tokyo")
            >>> spans = BusinessCalendar.japan().open_spans(
            ...     datetime(2026, 6, 5, 17, tzinfo=tokyo), datetime(2026, 6, 8, 10, tzinfo=tokyo)
            ... )
            >>> [f"{opening:%a %H:%M}-{closing:%H:%M}" for opening, closing in spans]
            ['Fri 17:00-18:00', 'Mon 09:00-10:00']
        """
        first, last = as_seconds(start, what="start")[0], as_seconds(end, what="end")[0]
        if last <= first:
            return ()
        line = self._line(first, last)
        inside = (line.ends > first) & (line.starts < last)
        starts, ends = np.maximum(line.starts[inside], first), np.minimum(line.ends[inside], last)
        pairs = join(zip(starts.tolist(), ends.tolist(), strict=True)).tolist()
        return tuple((self._moment(opening, 0), self._moment(closing, 0)) for opening, closing in pairs)

    def is_working_day(self, day: date) -> bool:
        """Return whether a day has open time.

        Args:
            day: in the calendar's time zone.

        Example:
            >>> BusinessCalendar.japan().is_working_day(date(2026, 5, 6))
            False
        """
        return self.working_days(day, day + timedelta(days=1)) == 1

    def working_days(self, first: date, end: date) -> int:
        """Count the days that have open time.

        Args:
            first: the first day, in the calendar's time zone.
            end: the day after the last.

        Example:
            >>> BusinessCalendar.japan().working_days(date(2026, 5, 1), date(2026, 6, 1))
            18
        """
        return len(self.working_dates(first, end))

    def working_dates(self, first: date, end: date) -> tuple[date, ...]:
        """List the days that have open time.

        Args:
            first: the first day, in the calendar's time zone.
            end: the day after the last.

        Example:
            >>> [day.day for day in BusinessCalendar.japan().working_dates(date(2026, 5, 1), date(2026, 5, 9))]
            [1, 7, 8]
        """
        low, high = day_number(first), day_number(end)
        if high <= low:
            return ()
        numbers = self._line((low - 2) * _DAY, (high + 2) * _DAY).day_numbers
        inside = numbers[(numbers >= low) & (numbers < high)]
        return tuple(first + timedelta(days=number - low) for number in inside.tolist())

    def deadlines(self, times: Seconds, duration: Duration) -> Seconds:
        """Move many moments by a duration, each as `add` moves it.

        Args:
            times: (n,) int64, seconds since 1970-01-01 UTC.
            duration: elapsed or business time, in whole seconds.

        Returns:
            (n,) int64, seconds since 1970-01-01 UTC.

        Raises:
            InputError: ``times`` is not such an array, the duration has a fraction of a second, or an answer lies
                beyond the year 9997.
            DefinitionError: the calendar has too little open time ever to reach an answer.

        Example:
            >>> from leadflow.calendars import business_hours
            >>> noon = 1780282800  # Monday 2026-06-01 12:00 in Tokyo
            >>> (BusinessCalendar.japan().deadlines(np.array([noon]), business_hours(8)) - noon).tolist()
            [82800]
        """
        seconds = check_seconds(times)
        match duration:
            case timedelta():
                if duration.microseconds:
                    message = "The duration has a fraction of a second; arrays of seconds take whole seconds."
                    raise InputError(message)
                return seconds + (duration.days * _DAY + duration.seconds)
            case BusinessDuration():
                moved = arithmetic.shift_days(self._line, seconds, duration.days)
                return arithmetic.shift_open(self._line, moved, duration.seconds)
            case _:
                assert_never(duration)

    def elapsed(self, starts: Seconds, ends: Seconds) -> Seconds:
        """Return the open seconds between many pairs of moments, each as `between` counts them.

        Args:
            starts: (n,) int64, seconds since 1970-01-01 UTC.
            ends: (n,) int64; before the start the result is negative.

        Returns:
            (n,) int64.

        Raises:
            InputError: the arrays are not such, or differ in length.

        Example:
            >>> noon = 1780282800  # Monday 2026-06-01 12:00 in Tokyo
            >>> BusinessCalendar.japan().elapsed(np.array([noon]), np.array([noon + 86400])).tolist()
            [32400]
        """
        begun, ended = check_seconds(starts, what="starts"), check_seconds(ends, what="ends")
        if begun.shape != ended.shape:
            message = f"There are {begun.size} starts and {ended.size} ends; expected pairs."
            raise InputError(message)
        if not begun.size:
            return begun.copy()
        line = self._line(int(min(begun.min(), ended.min())), int(max(begun.max(), ended.max())))
        return arithmetic.by_chunks(lambda a, b: line.open_before(b) - line.open_before(a), begun, ended)

    def lay_out(self, first: int, last: int) -> Timeline:
        """Lay out the open time of a span as arrays.

        Args:
            first: the beginning, seconds UTC.
            last: the end.

        Example:
            >>> BusinessCalendar.always().lay_out(0, 86400 * 10).total
            864000
        """
        line = lay_out(
            self.hours,
            time_zone=self.time_zone,
            national=self.national,
            closures=self.closures,
            holidays=self.holidays,
            overrides=self.overrides,
            first=first,
            last=last,
        )
        for other in self.within:
            line = overlap(line, other.lay_out(first, last))
        return subtract(line, np.array(self.absences, dtype=np.int64)) if self.absences else line

    def to_dict(self) -> dict[str, object]:
        """Return the calendar as plain data for a definition file.

        Returns:
            Texts, lists and tables; settings that hold nothing are left out.

        Example:
            >>> BusinessCalendar.always().with_holidays([date(2026, 6, 1)]).to_dict()["holidays"]
            ['2026-06-01']
        """
        data: dict[str, object] = {
            "time_zone": self.time_zone,
            "hours": definition.write_hours(self.hours),
            "national": self.national.value if self.national is not NationalHolidays.NONE else None,
            "closures": [str(closure) for closure in self.closures],
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
            "overrides": {
                day.isoformat(): definition.write_day_hours(hours) for day, hours in self.overrides
            },
            "absences": definition.write_absences(self.absences),
            "within": [calendar.to_dict() for calendar in self.within],
        }
        return {key: value for key, value in data.items() if value or key == "hours"}

    @classmethod
    def from_dict(cls, data: object, *, path: str = "$.calendar") -> "BusinessCalendar":
        """Read a calendar from the data of a definition file.

        Args:
            data: a table with ``time_zone`` and ``hours`` and, as needed, ``national``, ``closures``, ``holidays``,
                ``overrides``, ``absences`` and ``within``.
            path: where the data stands in the definition, for error messages.

        Raises:
            DefinitionError: something is wrong; the message and its ``path`` say where.
            UnknownNameError: a setting, weekday or nation is not known.

        Example:
            >>> calendar = BusinessCalendar.from_dict({
            ...     "time_zone": "Asia/Tokyo", "national": "japan", "closures": ["12-29/01-03"],
            ...     "hours": {"mon-fri": ["09:00-12:00", "13:00-18:00"]},
            ... })
            >>> calendar == BusinessCalendar.from_dict(calendar.to_dict())
            True
        """
        table = definition.read_table(data, path=path, known=_SETTINGS, required=("time_zone", "hours"))
        zone = definition.read_text(table["time_zone"], path=f"{path}.time_zone")
        zone_of(zone, path=f"{path}.time_zone")
        within = definition.read_list(table.get("within", []), path=f"{path}.within")
        absences = definition.read_absences(table.get("absences", []), path=f"{path}.absences")
        hours = definition.read_hours(table["hours"], path=f"{path}.hours")
        overrides = definition.read_overrides(table.get("overrides", {}), path=f"{path}.overrides")
        if not any(hours) and not any(overrides.values()):
            message = f"{path}.hours: the calendar has no opening hours on any day; give at least one window."
            raise DefinitionError(message, path=f"{path}.hours")
        return cls(
            time_zone=zone,
            hours=hours,
            national=definition.read_national(table.get("national", "none"), path=f"{path}.national"),
            closures=definition.read_closures(table.get("closures", []), path=f"{path}.closures"),
            holidays=definition.read_dates(table.get("holidays", []), path=f"{path}.holidays"),
            overrides=tuple(sorted(overrides.items())),
            within=tuple(cls.from_dict(item, path=f"{path}.within[{n}]") for n, item in enumerate(within)),
        ).without(absences)

    def _line(self, first: int, last: int) -> Timeline:
        return self._memo.cover(first, last, self.lay_out)

    def _line_of(self, pauses: Seconds) -> LineOf:
        if not len(pauses):
            return self._line
        return lambda first, last: subtract(self._line(first, last), pauses)

    def _moment(self, seconds: int, micro: int) -> datetime:
        return from_seconds(seconds, micro, zone_of(self.time_zone))
