"""Windows of local time."""

from datetime import UTC, time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leadflow.calendars import TimeWindow, Weekday
from leadflow.calendars.windows import day_hours, week_hours
from leadflow.errors import DefinitionError

plain_times = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))


class TestTimeWindow:
    @given(plain_times, plain_times)
    def test_survives_its_text(self, opens, closes):
        assume(opens != closes or opens == time(0))
        window = TimeWindow.of(opens, closes)
        assert window == TimeWindow.parse(str(window))

    @given(plain_times, plain_times)
    def test_never_swaps_a_window_that_crosses_midnight(self, opens, closes):
        assume(opens > closes)
        window = TimeWindow.of(opens, closes)
        seconds = [moment.hour * 3600 + moment.minute * 60 + moment.second for moment in (opens, closes)]
        assert (seconds[0], seconds[1] + 86400) == (window.opens, window.closes)

    def test_midnight_to_midnight_is_the_whole_day(self):
        assert TimeWindow(opens=0, closes=86400) == TimeWindow.of(time(0), time(0))

    def test_the_same_time_twice_is_refused(self):
        with pytest.raises(DefinitionError, match="00:00-24:00"):
            TimeWindow.of(time(9), time(9))

    @pytest.mark.parametrize("moment", [time(9, tzinfo=UTC), time(9, microsecond=1)])
    def test_only_plain_whole_seconds_are_hours(self, moment):
        with pytest.raises(DefinitionError, match="local times"):
            TimeWindow.of(moment, time(18))

    @pytest.mark.parametrize(
        "text", ["9", "09:00", "25:00-26:00", "09:60-10:00", "09:00-18:00:61", "24:00-01:00", "9-18"]
    )
    def test_refuses_what_is_no_window_with_its_path(self, text):
        with pytest.raises(DefinitionError, match=r"\$\.hours\.mon\[0\]") as caught:
            TimeWindow.parse(text, path="$.hours.mon[0]")
        assert caught.value.path == "$.hours.mon[0]"

    @pytest.mark.parametrize(("opens", "closes"), [(-1, 5), (86400, 86500), (10, 10), (10, 86410)])
    def test_seconds_out_of_range_are_refused(self, opens, closes):
        with pytest.raises(DefinitionError):
            TimeWindow(opens=opens, closes=closes)

    def test_reads_the_dashes_that_people_type(self):
        expected = TimeWindow.of(time(9), time(18))
        assert [expected] * 3 == [
            TimeWindow.parse(text) for text in ("9:00〜18:00", "09:00–18:00", " 09:00 - 18:00 ")
        ]


class TestHours:
    def test_windows_are_put_in_order(self):
        morning, afternoon = TimeWindow.of(time(9), time(12)), TimeWindow.of(time(12), time(18))
        assert (morning, afternoon) == day_hours([afternoon, morning])

    def test_windows_that_overlap_are_refused(self):
        with pytest.raises(DefinitionError, match="09:00-12:00 and 11:00-18:00 overlap"):
            day_hours([TimeWindow.of(time(9), time(12)), TimeWindow.of(time(11), time(18))])

    def test_weekdays_that_are_absent_are_closed(self):
        week = week_hours({Weekday.SUNDAY: [(time(9), time(12))]})
        assert [len(day) for day in week] == [0, 0, 0, 0, 0, 0, 1]

    def test_weekdays_are_numbered_as_python_numbers_them(self):
        assert [(day.short, day.value) for day in (Weekday.MONDAY, Weekday.SUNDAY)] == [
            ("mon", 0),
            ("sun", 6),
        ]
