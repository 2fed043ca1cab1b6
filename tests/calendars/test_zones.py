"""Local and universal time for arrays."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.calendars import local_days
from leadflow.calendars.zones import ZoneTable, as_seconds, check_seconds, from_seconds, zone_of
from leadflow.errors import DefinitionError, InputError

ZONES = [
    "Africa/Casablanca",
    "America/Havana",
    "America/New_York",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "UTC",
]
moments = st.integers(0, 2_000_000_000)


class TestZoneTable:
    @given(st.sampled_from(ZONES), moments)
    def test_local_time_is_that_of_the_standard_library(self, zone, moment):
        table = ZoneTable.of(zone, moment - 200 * 86400, moment + 200 * 86400)
        times = np.arange(moment - 5 * 86400, moment + 5 * 86400, 7919)
        local = (datetime.fromtimestamp(int(time), ZoneInfo(zone)).replace(tzinfo=UTC) for time in times)
        assert [int(reading.timestamp()) for reading in local] == table.local(times).tolist()

    @given(st.sampled_from(ZONES), moments)
    def test_the_first_moment_of_a_reading_is_found_by_looking_at_the_clock(self, zone, moment):
        table = ZoneTable.of(zone, moment - 200 * 86400, moment + 200 * 86400)
        times = np.arange(moment - 86400, moment + 86400, 600)
        shown = table.local(times)
        wall = shown[len(shown) // 2]
        assert times[np.argmax(shown >= wall)] == table.first_at(np.array([wall]))[0]

    @pytest.mark.parametrize(
        "zone", ["America/New_York", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia"]
    )
    @pytest.mark.parametrize("year", [2011, 2026])
    def test_first_and_last_moments_agree_with_the_clock_minute_by_minute(self, zone, year):
        begin = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
        table = ZoneTable.of(zone, begin - 86400, begin + 366 * 86400)
        for change in table.begins[1:].tolist():
            times = np.arange(change - 1500 * 60, change + 1500 * 60, 60)
            shown = table.local(times)
            walls = np.arange(int(table.local(np.array([change]))[0]) - 7200, int(shown.max()) - 60, 300)
            first = [times[np.argmax(shown >= wall)] for wall in walls]
            last = [times[len(times) - 1 - np.argmax((shown < wall)[::-1])] + 60 for wall in walls]
            assert first == table.first_at(walls).tolist()
            assert last == table.last_at(walls).tolist()

    def test_a_zone_without_changes_has_one_offset(self):
        assert ZoneTable.of("Asia/Tokyo", 0, 86400 * 3000).offsets.tolist() == [32400]

    def test_arrays_are_read_only(self):
        with pytest.raises(ValueError, match="read-only"):
            ZoneTable.of("UTC", 0, 10).offsets[0] = 1


class TestMoments:
    @given(st.integers(-6_000_000_000, 200_000_000_000), st.integers(0, 999_999), st.sampled_from(ZONES))
    def test_seconds_lose_nothing(self, seconds, micro, zone):
        assert (seconds, micro) == as_seconds(from_seconds(seconds, micro, ZoneInfo(zone)))

    def test_both_readings_of_an_hour_that_comes_twice_are_told_apart(self):
        twice = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
        assert as_seconds(twice.replace(fold=1))[0] - as_seconds(twice)[0] == 3600

    def test_fixed_offsets_are_aware(self):
        assert as_seconds(datetime(1970, 1, 1, 9, tzinfo=timezone(timedelta(hours=9)))) == (0, 0)

    def test_a_naive_moment_is_refused_and_names_the_fix(self):
        with pytest.raises(InputError, match=r"start has no time zone.*ZoneInfo\('Asia/Tokyo'\)"):
            as_seconds(datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None), what="start")

    def test_an_unknown_zone_is_refused(self):
        with pytest.raises(DefinitionError, match=r"'Asia/Tokio' is not a time zone"):
            zone_of("Asia/Tokio")

    @pytest.mark.parametrize("name", ["", "../etc/passwd", "/absolute", "Asia"])
    def test_names_that_are_no_zone_are_refused(self, name):
        with pytest.raises(DefinitionError):
            zone_of(name)

    @pytest.mark.parametrize(
        "times",
        [np.array([1.5]), np.array([[1]]), np.array(["2026-01-01"], dtype="datetime64[s]"), np.array([True])],
    )
    def test_arrays_of_anything_but_whole_seconds_are_refused(self, times):
        with pytest.raises(InputError, match="int64 seconds"):
            check_seconds(times)

    def test_milliseconds_are_recognised_as_out_of_range(self):
        with pytest.raises(InputError, match="years 1 to 9999"):
            check_seconds(np.array([1_780_000_000_000]))

    def test_moments_at_the_rim_of_python_are_refused(self):
        with pytest.raises(InputError, match="years 1 to 9999"):
            as_seconds(datetime.max.replace(tzinfo=UTC))


class TestLocalDays:
    @given(st.sampled_from(ZONES), st.lists(moments, max_size=5))
    def test_the_local_date_is_that_of_the_standard_library(self, zone, times):
        expected = [datetime.fromtimestamp(time, ZoneInfo(zone)).date() for time in times]
        assert expected == local_days(np.array(times, dtype=np.int64), zone).tolist()

    def test_a_late_evening_in_london_is_tomorrow_in_tokyo(self):
        evening = int(datetime(2026, 3, 31, 20, tzinfo=UTC).timestamp())
        assert [date(2026, 4, 1)] == local_days(np.array([evening]), "Asia/Tokyo").tolist()
