"""National holidays and yearly closures."""

import sys
from datetime import date

import jpholiday
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.calendars import (
    OBON,
    YEAR_END,
    BusinessCalendar,
    NationalHolidays,
    YearlyClosure,
    japanese_holidays,
)
from leadflow.calendars import holidays as module
from leadflow.calendars.holidays import national_holidays
from leadflow.errors import DefinitionError, InputError, MissingExtraError

# Cabinet Office of Japan, 国民の祝日について: 令和8年（2026年）の国民の祝日・休日.
OFFICIAL_2026 = {
    *(date(2026, 1, day) for day in (1, 12)),
    *(date(2026, 2, day) for day in (11, 23)),
    date(2026, 3, 20),
    date(2026, 4, 29),
    *(date(2026, 5, day) for day in (3, 4, 5, 6)),
    date(2026, 7, 20),
    date(2026, 8, 11),
    *(date(2026, 9, day) for day in (21, 22, 23)),
    date(2026, 10, 12),
    *(date(2026, 11, day) for day in (3, 23)),
}


class TestJapaneseHolidays:
    def test_2026_is_as_the_government_publishes_it(self):
        assert japanese_holidays(2026, 2026) == OFFICIAL_2026

    def test_substitute_and_citizens_holidays_of_2026_are_there(self):
        assert {date(2026, 5, 6), date(2026, 9, 22)} <= japanese_holidays(2026, 2026)

    def test_one_off_changes_are_there(self):
        days = japanese_holidays(2019, 2021)
        added = {date(2019, 5, 1), date(2019, 10, 22), date(2020, 7, 24), date(2021, 8, 9)}
        moved_away = {date(2020, 7, 20), date(2021, 10, 11)}
        assert (added, set()) == (days & added, days & moved_away)

    def test_there_are_none_before_the_act_came_into_force(self):
        assert [date(1948, 9, 23), date(1948, 11, 3), date(1948, 11, 23)] == sorted(
            japanese_holidays(1940, 1948)
        )

    def test_several_years_are_the_union_of_each(self):
        assert japanese_holidays(2025, 2026) == japanese_holidays(2025, 2025) | japanese_holidays(2026, 2026)

    @pytest.mark.parametrize("years", [(2027, 2026), (0, 2026), (2026, 3001)])
    def test_impossible_years_are_refused(self, years):
        with pytest.raises(InputError, match="between 1 and 3000"):
            japanese_holidays(*years)

    def test_days_that_others_registered_with_the_library_do_not_leak_in(self):
        class Founded(jpholiday.OriginalHolidayCheckerInterface):
            def is_holiday(self, day):
                return (day.month, day.day) == (6, 1)

            def holiday_name(self, day):
                return "創立記念日"

        checker = Founded()
        jpholiday.register(checker)
        module._japan.cache_clear()
        try:
            assert jpholiday.is_holiday(date(2031, 6, 1))
            assert date(2031, 6, 1) not in japanese_holidays(2031, 2031)
        finally:
            jpholiday.unregister(checker)

    def test_a_missing_library_names_the_extra_when_the_calendar_is_made(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "jpholiday", None)
        module._source.cache_clear()
        module._japan.cache_clear()
        with pytest.raises(MissingExtraError, match=r"leadflow\[calendar\]"):
            BusinessCalendar.japan()

    def test_a_span_of_days_is_cut_to_its_days(self):
        assert {date(2026, 5, 5), date(2026, 5, 6)} == national_holidays(
            NationalHolidays.JAPAN, date(2026, 5, 5), date(2026, 7, 19)
        )

    def test_no_nation_has_no_holidays(self):
        assert frozenset() == national_holidays(NationalHolidays.NONE, date(2026, 1, 1), date(2026, 12, 31))


month_days = st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda day: (day.month, day.day))


class TestYearlyClosure:
    def test_the_turn_of_the_year_is_closed_at_both_ends(self):
        days = YEAR_END.dates(2026, 2027)
        expected = {date(year, 12, day) for year in (2026, 2027) for day in (29, 30, 31)}
        expected |= {date(year, 1, day) for year in (2026, 2027) for day in (1, 2, 3)}
        assert expected == days

    def test_obon_is_four_days_in_august(self):
        assert sorted(day.day for day in OBON.dates(2026, 2026)) == [13, 14, 15, 16]

    def test_29_february_is_closed_in_leap_years_only(self):
        leap_day = YearlyClosure.parse("02-29")
        assert {date(2024, 2, 29), date(2028, 2, 29)} == leap_day.dates(2023, 2028)

    @given(month_days, month_days)
    def test_survives_its_text(self, first, last):
        closure = YearlyClosure(first=first, last=last)
        assert closure == YearlyClosure.parse(str(closure))

    @given(month_days, month_days)
    def test_the_days_go_round_from_first_to_last(self, first, last):
        closure = YearlyClosure(first=first, last=last)
        year = (last < first) + 2000
        length = (date(year, *last) - date(2000, *first)).days + 1
        # 2000 is a leap year and 2001 is not, so a 29 February beyond the turn is counted in neither.
        around = {day for day in closure.dates(2000, 2001) if date(2000, *first) <= day <= date(year, *last)}
        assert length == len(around)

    @pytest.mark.parametrize(
        "text", ["", "12/29-01/03", "13-01", "02-30/03-01", "12-29/"[:-1] + "/x", "2026-12-29"]
    )
    def test_refuses_what_is_no_closure_with_its_path(self, text):
        with pytest.raises(DefinitionError) as caught:
            YearlyClosure.parse(text, path="$.closures[0]")
        assert caught.value.path == "$.closures[0]"
