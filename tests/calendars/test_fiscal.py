"""Fiscal periods."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.calendars import BusinessCalendar, FiscalCalendar, PeriodKind, Weekday, YearName
from leadflow.errors import DefinitionError, InputError

days = st.dates(date(1900, 1, 1), date(2199, 12, 31))
kinds = st.sampled_from(PeriodKind)
fiscal_calendars = st.builds(
    FiscalCalendar,
    start_month=st.integers(1, 12),
    week_start=st.sampled_from(Weekday),
    year_name=st.sampled_from(YearName),
)
JAPAN = FiscalCalendar()


class TestJapaneseYear:
    @pytest.mark.parametrize(
        ("kind", "day", "expected"),
        [
            (PeriodKind.DAY, "2026-04-01", ("2026-04-01", "2026-04-01", "2026-04-01", "2026年4月1日")),
            (
                PeriodKind.WEEK,
                "2026-04-01",
                ("2026-03-30", "2026-04-05", "2026-03-30 week", "2026年3月30日の週"),
            ),
            (PeriodKind.MONTH, "2028-02-29", ("2028-02-01", "2028-02-29", "2028-02", "2028年2月")),
            (PeriodKind.QUARTER, "2026-04-01", ("2026-04-01", "2026-06-30", "2026-Q1", "2026年度 第1四半期")),
            (PeriodKind.QUARTER, "2026-03-31", ("2026-01-01", "2026-03-31", "2025-Q4", "2025年度 第4四半期")),
            (PeriodKind.HALF, "2026-09-30", ("2026-04-01", "2026-09-30", "2026-H1", "2026年度 上期")),
            (PeriodKind.HALF, "2027-03-31", ("2026-10-01", "2027-03-31", "2026-H2", "2026年度 下期")),
            (PeriodKind.YEAR, "2027-03-31", ("2026-04-01", "2027-03-31", "FY2026", "2026年度")),
        ],
    )
    def test_periods_and_their_names(self, kind, day, expected):
        period = JAPAN.period(kind, date.fromisoformat(day))
        assert expected == (period.start.isoformat(), period.last.isoformat(), period.label, period.label_ja)

    def test_a_fiscal_year_with_29_february_has_366_days(self):
        lengths = [JAPAN.period(PeriodKind.YEAR, date(year, 4, 1)).days for year in (2026, 2027)]
        assert lengths == [365, 366]

    def test_a_week_over_the_border_of_the_year_is_whole_and_listed_once(self):
        weeks = JAPAN.periods(PeriodKind.WEEK, date(2026, 3, 31), date(2026, 4, 1))
        assert [(week.start, week.days) for week in weeks] == [(date(2026, 3, 30), 7)]

    def test_a_week_to_date_may_begin_in_the_year_before(self):
        part = JAPAN.to_date(PeriodKind.WEEK, date(2026, 4, 1))
        assert (date(2026, 3, 30), 3) == (part.start, part.days)

    def test_quarter_to_date_ends_with_the_day(self):
        part = JAPAN.to_date(PeriodKind.QUARTER, date(2026, 8, 15))
        expected = (date(2026, 7, 1), date(2026, 8, 16), "2026年度 第2四半期 2026年8月15日まで")
        assert expected == (part.start, part.end, part.label_ja)

    def test_a_year_named_by_its_end(self):
        calendar = FiscalCalendar(start_month=10, year_name=YearName.END)
        labels = [
            calendar.period(PeriodKind.QUARTER, day).label for day in (date(2026, 9, 30), date(2026, 10, 1))
        ]
        assert labels == ["2026-Q4", "2027-Q1"]

    def test_a_calendar_year_is_named_alike_by_both(self):
        names = {
            FiscalCalendar(start_month=1, year_name=name).fiscal_year(date(2026, 5, 1)) for name in YearName
        }
        assert names == {2026}

    @pytest.mark.parametrize("month", [0, 13])
    def test_a_month_that_does_not_exist_is_refused(self, month):
        with pytest.raises(DefinitionError, match="1 to 12"):
            FiscalCalendar(start_month=month)


class TestLaws:
    @given(fiscal_calendars, kinds, days)
    def test_a_period_contains_its_day_and_every_day_of_it_gives_it_back(self, calendar, kind, day):
        period = calendar.period(kind, day)
        assert day in period
        assert {period} == {calendar.period(kind, edge) for edge in (period.start, period.last)}

    @given(fiscal_calendars, kinds, days)
    def test_periods_follow_each_other_without_gap(self, calendar, kind, day):
        period = calendar.period(kind, day)
        following = calendar.period(kind, period.end)
        assert period.end == following.start
        assert following == calendar.shift(period, 1)
        assert period == calendar.shift(calendar.to_date(kind, period.end), -1)

    @given(fiscal_calendars, days)
    def test_months_quarters_halves_and_years_nest(self, calendar, day):
        for kind, months in ((PeriodKind.QUARTER, 3), (PeriodKind.HALF, 6), (PeriodKind.YEAR, 12)):
            whole = calendar.period(kind, day)
            parts = calendar.periods(PeriodKind.MONTH, whole.start, whole.last)
            assert (months, whole.start, whole.end) == (len(parts), parts[0].start, parts[-1].end)
            assert calendar.start_month == calendar.period(PeriodKind.YEAR, day).start.month

    @given(fiscal_calendars, days)
    def test_weeks_begin_on_their_day_and_have_seven(self, calendar, day):
        week = calendar.period(PeriodKind.WEEK, day)
        assert (calendar.week_start, 7) == (week.start.weekday(), week.days)

    @given(fiscal_calendars, kinds, days, st.integers(0, 500))
    def test_listed_periods_cover_the_stretch(self, calendar, kind, first, length):
        last = first + timedelta(days=length)
        listed = calendar.periods(kind, first, last)
        assert first in listed[0]
        assert last in listed[-1]
        assert [period.end for period in listed[:-1]] == [period.start for period in listed[1:]]

    @given(fiscal_calendars, kinds, days, st.lists(st.integers(0, 1000), min_size=1, max_size=20))
    def test_many_days_at_once_are_as_one_by_one(self, calendar, kind, first, offsets):
        each = [first + timedelta(days=offset) for offset in offsets]
        codes = calendar.period_codes(np.array(each, dtype="datetime64[D]"), kind)
        assert [calendar.period(kind, day) for day in each] == [
            calendar.period_of_code(kind, code) for code in codes.tolist()
        ]

    @given(fiscal_calendars, kinds, st.lists(days, min_size=2, max_size=20))
    def test_labels_of_different_periods_differ_and_sort(self, calendar, kind, each):
        periods = sorted({calendar.period(kind, day) for day in each}, key=lambda period: period.start)
        labels = [period.label for period in periods]
        assert sorted(set(labels)) == labels
        assert len({period.label_ja for period in periods}) == len(periods)

    @given(fiscal_calendars, kinds, days)
    def test_to_date_is_the_beginning_of_the_period(self, calendar, kind, day):
        part, whole = calendar.to_date(kind, day), calendar.period(kind, day)
        assert (whole.start, day) == (part.start, part.last)


class TestWorkingDays:
    @pytest.mark.parametrize(("month", "expected"), [(4, 21), (5, 18), (9, 19), (12, 23)])
    def test_months_of_2026(self, month, expected):
        period = JAPAN.period(PeriodKind.MONTH, date(2026, month, 1))
        assert expected == JAPAN.working_days(period, BusinessCalendar.japan())

    def test_a_part_and_its_rest_make_the_whole(self):
        calendar = BusinessCalendar.japan()
        whole = JAPAN.period(PeriodKind.QUARTER, date(2026, 5, 1))
        parts = [
            JAPAN.working_days(month, calendar)
            for month in JAPAN.periods(PeriodKind.MONTH, whole.start, whole.last)
        ]
        assert sum(parts) == JAPAN.working_days(whole, calendar)


class TestMoments:
    def test_a_day_begins_and_ends_at_local_midnight(self):
        begin, end = JAPAN.period(PeriodKind.DAY, date(2026, 4, 1)).moments("Asia/Tokyo")
        assert (begin.isoformat(), end.isoformat()) == (
            "2026-04-01T00:00:00+09:00",
            "2026-04-02T00:00:00+09:00",
        )

    @given(
        kinds,
        days.filter(lambda day: day.year > 1970),
        st.sampled_from(["America/Havana", "Asia/Tokyo", "Europe/Berlin"]),
    )
    def test_periods_meet_in_one_moment(self, kind, day, zone):
        period = JAPAN.period(kind, day)
        assert period.moments(zone)[1] == JAPAN.shift(period, 1).moments(zone)[0]

    def test_a_midnight_that_is_skipped_is_the_moment_of_the_skip(self):
        begin, _ = JAPAN.period(PeriodKind.DAY, date(2026, 3, 8)).moments("America/Havana")
        assert begin == begin.astimezone(ZoneInfo("UTC")).replace(hour=5, minute=0)


class TestRefusals:
    def test_a_stretch_that_ends_before_it_begins(self):
        with pytest.raises(InputError, match="swap the two"):
            JAPAN.periods(PeriodKind.DAY, date(2026, 4, 2), date(2026, 4, 1))

    @pytest.mark.parametrize(
        "dates", [np.array([20_000]), np.array(["2026-04-01T00"], dtype="datetime64[h]")]
    )
    def test_arrays_of_anything_but_days(self, dates):
        with pytest.raises(InputError, match=r"expected datetime64\[D\]"):
            JAPAN.period_codes(dates, PeriodKind.DAY)

    def test_missing_dates_are_counted(self):
        with pytest.raises(InputError, match="1 of 2 dates are missing"):
            JAPAN.period_codes(np.array(["NaT", "2026-04-01"], dtype="datetime64[D]"), PeriodKind.YEAR)
