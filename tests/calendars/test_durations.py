"""Durations of elapsed and of business time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.calendars import (
    BusinessDuration,
    business_days,
    business_hours,
    business_minutes,
    days,
    duration_from_data,
    duration_text,
    hours,
    minutes,
    weeks,
)
from leadflow.errors import DefinitionError

business_durations = st.builds(
    lambda sign, day, second: BusinessDuration(days=sign * day, seconds=sign * second),
    st.sampled_from([1, -1]),
    st.integers(0, 400),
    st.integers(0, 10_000_000),
)


class TestTwoTypes:
    def test_plain_constructors_give_elapsed_time(self):
        expected = timedelta(hours=168)
        assert [expected] * 4 == [weeks(1), days(7), hours(168), minutes(168 * 60)]

    def test_business_constructors_give_business_time(self):
        assert BusinessDuration(seconds=5400) == business_hours(1.5) == business_minutes(90)

    def test_a_business_day_is_no_number_of_hours(self):
        assert all(business_days(1) != business_hours(n) for n in range(1, 25))

    @pytest.mark.parametrize(
        "mix", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: b + a]
    )
    def test_elapsed_and_business_time_do_not_mix(self, mix):
        with pytest.raises(TypeError):
            mix(business_hours(1), hours(1))

    def test_elapsed_time_never_equals_business_time(self):
        assert business_hours(1) != hours(1)

    def test_parts_that_point_both_ways_are_refused(self):
        with pytest.raises(DefinitionError, match="same sign"):
            business_days(1) - business_hours(1)

    @pytest.mark.parametrize("n", [0.0001, float("nan"), float("inf"), True])
    def test_business_hours_are_whole_seconds(self, n):
        with pytest.raises(DefinitionError):
            business_hours(n)

    def test_a_part_of_a_business_day_is_refused_and_names_the_way_out(self):
        with pytest.raises(DefinitionError, match="business_hours"):
            business_days(0.5)

    @given(business_durations, business_durations, st.integers(-5, 5))
    def test_business_durations_of_one_direction_add_and_scale(self, a, b, n):
        same_way = b if (a.days or a.seconds) >= 0 and (b.days or b.seconds) >= 0 else a
        assert a + same_way - same_way == a
        assert BusinessDuration(days=a.days * n, seconds=a.seconds * n) == n * a
        assert (a * 0, bool(a * 0)) == (BusinessDuration(), False)


class TestRoundTrip:
    @given(business_durations)
    def test_business_time_survives_its_text(self, duration):
        assert duration == duration_from_data(duration.to_data())

    @given(st.timedeltas())
    def test_elapsed_time_survives_its_text(self, duration):
        assert duration == duration_from_data(duration_text(duration))

    @pytest.mark.parametrize(
        ("duration", "text"),
        [
            (business_hours(4), "4 business hours"),
            (business_days(1), "1 business day"),
            (
                -(business_days(2) + business_minutes(61)),
                "-2 business days 1 business hour 1 business minute",
            ),
            (BusinessDuration(), "0 business seconds"),
            (timedelta(0), "0 seconds"),
            (timedelta(days=60), "60 days"),
            (timedelta(seconds=61, microseconds=500_000), "1 minute 1.5 seconds"),
        ],
    )
    def test_the_text_is_what_a_person_would_write(self, duration, text):
        assert text == duration_text(duration)


class TestFromData:
    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ("4 business hours", business_hours(4)),
            ("4business hours", business_hours(4)),
            ("1 Business Day, 30 business minutes", business_days(1) + business_minutes(30)),
            ("3営業日", business_days(3)),
            ("4営業時間30営業分", business_minutes(270)),
            ("2時間30分", minutes(150)),
            ("1.5 hours", minutes(90)),
            ("P2W", weeks(2)),
            ("P1DT12H", hours(36)),
            ("PT0.5S", timedelta(milliseconds=500)),
            ("-PT30M", -minutes(30)),
            ({"business_hours": 4}, business_hours(4)),
            ({"business_days": 1, "business_hours": 0.5}, business_days(1) + business_minutes(30)),
            ({"days": 1, "hours": 12}, hours(36)),
            (hours(1), hours(1)),
            (business_days(1), business_days(1)),
        ],
    )
    def test_reads(self, data, expected):
        assert expected == duration_from_data(data)

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ("", "empty"),
            ("soon", "character 1"),
            ("4", "character 1"),
            ("1 day x", "'day x' is not a unit"),
            ("1 day, soon", "character 8"),
            ("4 busines hours", "Did you mean 'business hour'"),
            ("1 month", "not a unit"),
            ("P1Y", "character 1"),
            ("P", "character 1"),
            ("PT", "character 1"),
            ("1 day 4 business hours", "cannot be mixed"),
            ("0.5 business days", "whole working days"),
            ("0.0001 business hours", "whole seconds"),
            ("99999999999 days", "longer"),
            ({"business_hours": "4"}, r"\$\.sla\.business_hours: expected a number, got str"),
            ({"business_hours": True}, "expected a number"),
            ({"hours": float("inf")}, "finite"),
            ({}, "empty"),
            (4, "got int"),
        ],
    )
    def test_refuses_with_the_path(self, data, message):
        with pytest.raises(DefinitionError, match=message) as caught:
            duration_from_data(data, path="$.sla")
        assert caught.value.path.startswith("$.sla")
