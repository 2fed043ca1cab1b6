"""Calendars as data of a definition file."""

import json
import tomllib
from datetime import UTC, date, datetime, time

import pytest

from leadflow.calendars import (
    YEAR_END,
    BusinessCalendar,
    FiscalCalendar,
    NationalHolidays,
    TimeWindow,
    Weekday,
)
from leadflow.errors import DefinitionError, UnknownNameError

TOML = """
time_zone = "Asia/Tokyo"
national = "japan"
closures = ["12-29/01-03"]
holidays = [2026-06-01, "2026-06-02"]

[hours]
mon-thu = ["09:00-12:00", "13:00-18:00"]
fri = ["09:00-12:00"]

[overrides]
2026-05-02 = ["09:00-12:00"]
2026-05-01 = []

[[absences]]
start = 2026-07-01T13:00:00+09:00
end = "2026-07-01T18:00:00+09:00"

[[within]]
time_zone = "UTC"
hours = { mon-sun = ["00:00-24:00"] }
"""


class TestBusinessCalendar:
    def test_a_file_says_what_the_constructors_say(self):
        expected = (
            BusinessCalendar(
                hours=(
                    *((TimeWindow.of(time(9), time(12)), TimeWindow.of(time(13), time(18))),) * 4,
                    (TimeWindow.of(time(9), time(12)),),
                    (),
                    (),
                ),
                time_zone="Asia/Tokyo",
                national=NationalHolidays.JAPAN,
            )
            .with_holidays([YEAR_END, date(2026, 6, 1), date(2026, 6, 2)])
            .with_override(date(2026, 5, 2), [(time(9), time(12))])
            .with_override(date(2026, 5, 1), [])
            .without([(datetime(2026, 7, 1, 4, tzinfo=UTC), datetime(2026, 7, 1, 9, tzinfo=UTC))])
            .intersect(BusinessCalendar.always())
        )
        assert expected == BusinessCalendar.from_dict(tomllib.loads(TOML))

    def test_the_data_is_plain_enough_for_json(self):
        calendar = BusinessCalendar.from_dict(tomllib.loads(TOML))
        assert calendar == BusinessCalendar.from_dict(json.loads(json.dumps(calendar.to_dict())))

    def test_a_range_of_weekdays_may_go_over_the_weekend(self):
        calendar = BusinessCalendar.from_dict({"time_zone": "UTC", "hours": {"sat-mon": ["09:00-10:00"]}})
        assert [day for day in Weekday if calendar.hours[day]] == [
            Weekday.MONDAY,
            Weekday.SATURDAY,
            Weekday.SUNDAY,
        ]

    @pytest.mark.parametrize(
        ("change", "path", "message"),
        [
            ({"hours": {"mon": ["9 to 5"]}}, "$.calendar.hours.mon[0]", "written '09:00-18:00'"),
            (
                {"hours": {"mon": ["09:00-12:00", "25:00-26:00"]}},
                "$.calendar.hours.mon[1]",
                "25:00 is not a time",
            ),
            ({"hours": {"mon": [900]}}, "$.calendar.hours.mon[0]", "expected a text, got int"),
            ({"hours": {"mon": "09:00-18:00"}}, "$.calendar.hours.mon", "expected a list, got str"),
            ({"hours": {"mon": ["09:00-12:00", "11:00-13:00"]}}, "$.calendar.hours.mon", "overlap"),
            ({"hours": {"mno": []}}, "$.calendar.hours.mno", "Did you mean 'mon'"),
            ({"hours": {"mon-": ["09:00-12:00"], "mon": []}}, "$.calendar.hours.mon", "given twice"),
            ({"hours": {"mon-fri": ["09:00-12:00"], "wed": []}}, "$.calendar.hours.wed", "given twice"),
            ({"hours": {}}, "$.calendar.hours", "no opening hours"),
            ({"hours": []}, "$.calendar.hours", "expected a table, got list"),
            ({"time_zone": "Asia/Tokio"}, "$.calendar.time_zone", "not a time zone"),
            ({"time_zone": 9}, "$.calendar.time_zone", "expected a text"),
            ({"national": "JP"}, "$.calendar.national", "Known: japan, none"),
            ({"closures": ["12/29"]}, "$.calendar.closures[0]", "written '12-29/01-03'"),
            ({"holidays": ["2026-02-30"]}, "$.calendar.holidays[0]", "expected a date"),
            ({"holidays": [datetime(2026, 1, 1, tzinfo=UTC)]}, "$.calendar.holidays[0]", "expected a date"),
            ({"overrides": {"tomorrow": []}}, "$.calendar.overrides.tomorrow", "expected a date"),
            ({"overrides": {"2026-01-01": [""]}}, "$.calendar.overrides.2026-01-01[0]", "written"),
            (
                {"absences": [{"start": "2026-01-01T00:00:00Z"}]},
                "$.calendar.absences[0].end",
                "'end' is needed",
            ),
            (
                {"absences": [{"start": "2026-01-01T00:00:00", "end": "2026-01-02T00:00:00Z"}]},
                "$.calendar.absences[0].start",
                "with a time zone",
            ),
            (
                {"absences": [{"start": "2026-01-03T00:00:00Z", "end": "2026-01-02T00:00:00Z"}]},
                "$.calendar.absences[0]",
                "ends before",
            ),
            ({"within": [{"time_zone": "UTC"}]}, "$.calendar.within[0].hours", "'hours' is needed"),
            ({"holiday": []}, "$.calendar.holiday", "Did you mean 'holidays'"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_path(self, change, path, message):
        data = {"time_zone": "Asia/Tokyo", "hours": {"mon": ["09:00-18:00"]}, **change}
        with pytest.raises(DefinitionError, match=message) as caught:
            BusinessCalendar.from_dict(data)
        assert caught.value.path == path

    def test_the_path_is_that_of_the_file(self):
        with pytest.raises(DefinitionError, match=r"\$\.teams\[2\]\.calendar: expected a table"):
            BusinessCalendar.from_dict("always", path="$.teams[2].calendar")


class TestFiscalCalendar:
    def test_every_calendar_survives_its_data(self):
        for month in range(1, 13):
            for weekday in Weekday:
                calendar = FiscalCalendar(start_month=month, week_start=weekday)
                assert calendar == FiscalCalendar.from_dict(calendar.to_dict())

    def test_nothing_said_is_the_japanese_year(self):
        assert FiscalCalendar(start_month=4) == FiscalCalendar.from_dict({})

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ({"start_month": 13}, "$.fiscal.start_month"),
            ({"start_month": "4"}, "$.fiscal.start_month"),
            ({"start_month": True}, "$.fiscal.start_month"),
            ({"week_start": "monday"}, "$.fiscal.week_start"),
            ({"year_name": "both"}, "$.fiscal.year_name"),
            ({"start": 4}, "$.fiscal.start"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_path(self, data, path):
        with pytest.raises(DefinitionError) as caught:
            FiscalCalendar.from_dict(data)
        assert caught.value.path == path

    def test_a_near_miss_is_suggested(self):
        with pytest.raises(UnknownNameError, match="Did you mean 'mon'"):
            FiscalCalendar.from_dict({"week_start": "mond"})
