"""From rules to intervals."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.calendars import YEAR_END, BusinessCalendar, TimeWindow
from leadflow.calendars.layout import day_number
from leadflow.calendars.timeline import Timeline, overlap, subtract
from leadflow.calendars.zones import ZoneTable

NIGHTS = BusinessCalendar(
    hours=((TimeWindow.parse("22:00-06:00"), TimeWindow.parse("09:00-17:30")),) * 5 + ((),) * 2,
    time_zone="America/New_York",
    closures=(YEAR_END,),
    holidays=frozenset({date(2026, 3, 5)}),
    overrides=((date(2026, 3, 7), (TimeWindow.parse("00:00-24:00"),)),),
)


class TestLayOut:
    @settings(max_examples=60, deadline=None)
    @given(
        st.sampled_from(
            [
                NIGHTS,
                NIGHTS.intersect(BusinessCalendar.always("Asia/Tokyo").with_holidays([date(2026, 3, 4)])),
            ]
        ),
        st.integers(0, 60 * 86400),
        st.integers(0, 5 * 86400),
    )
    def test_a_part_is_a_part_of_the_whole(self, calendar, offset, length):
        begin = int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
        whole = calendar.lay_out(begin - 30 * 86400, begin + 100 * 86400)
        first, last = begin + offset, begin + offset + length
        part = calendar.lay_out(first, last)
        times = np.arange(first, last + 1, 1733)
        expected = whole.open_before(times) - whole.open_before(times[:1])
        assert expected.tolist() == part.open_before(times).tolist()
        ends_known = times[times < last]
        assert whole.is_open(ends_known).tolist() == part.is_open(ends_known).tolist()

    @pytest.mark.parametrize(
        ("zone", "day", "hours"),
        [
            ("America/Havana", date(2026, 10, 31), 24),  # 1:00 becomes 0:00: midnight and its hour come twice
            ("America/St_Johns", date(2006, 10, 28), 25),  # 0:01 becomes 23:01 of the day before
            ("America/Sao_Paulo", date(2019, 2, 16), 25),  # 0:00 becomes 23:00 of the day before
            ("America/Havana", date(2026, 3, 7), 24),  # 0:00 becomes 1:00: midnight is skipped
        ],
    )
    def test_a_day_has_all_its_hours_where_clocks_change_at_midnight(self, zone, day, hours):
        calendar = BusinessCalendar(
            hours=((),) * 7, time_zone=zone, overrides=((day, (TimeWindow.parse("00:00-24:00"),)),)
        )
        around = [datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=n) for n in (-2, 3)]
        assert hours * 3600 == calendar.between(*around).seconds

    def test_days_are_numbered_from_1970(self):
        days = [date(1969, 12, 31), date(1970, 1, 1), date(2026, 4, 1)]
        assert np.array(days, dtype="datetime64[D]").astype(int).tolist() == [day_number(day) for day in days]


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=8)
UTC_TABLE = ZoneTable.of("UTC", 0, 100)


def line_of(pairs):
    starts = np.array([start for start, _ in pairs], dtype=np.int64)
    ends = starts + np.array([length for _, length in pairs], dtype=np.int64)
    return Timeline.of(starts, ends, np.zeros_like(starts), first=0, last=60, zone=UTC_TABLE)


def seconds_of(pairs):
    return {second for start, length in pairs for second in range(start, min(start + length, 60))}


class TestTimeline:
    @given(spans)
    def test_holds_the_same_seconds_as_its_spans(self, pairs):
        line, times = line_of(pairs), np.arange(60)
        assert seconds_of(pairs) == set(times[line.is_open(times)].tolist())
        assert len(seconds_of(pairs)) == line.total

    @given(spans, spans)
    def test_overlap_is_the_intersection_and_subtract_the_difference(self, a, b):
        times = np.arange(60)
        both = overlap(line_of(a), line_of(b))
        assert seconds_of(a) & seconds_of(b) == set(times[both.is_open(times)].tolist())
        merged = sorted(seconds_of(b))
        breaks = np.array([(second, second + 1) for second in merged], dtype=np.int64).reshape(-1, 2)
        rest = subtract(line_of(a), breaks)
        assert seconds_of(a) - seconds_of(b) == set(times[rest.is_open(times)].tolist())

    @given(spans)
    def test_earliest_and_latest_bracket_the_moments_with_so_many_open_seconds(self, pairs):
        line = line_of(pairs)
        counted = line.open_before(np.arange(61))
        for seconds in range(1, line.total + 1):
            assert np.argmax(counted >= seconds) == line.earliest(np.array([seconds]))[0]
        for seconds in range(line.total):
            assert np.flatnonzero(counted <= seconds)[-1] == line.latest(np.array([seconds]))[0]

    @pytest.mark.parametrize(
        "name", ["starts", "ends", "days", "before", "after", "day_numbers", "day_begins"]
    )
    def test_arrays_are_read_only(self, name):
        with pytest.raises(ValueError, match="read-only"):
            getattr(line_of([(1, 5)]), name)[0] = 9
