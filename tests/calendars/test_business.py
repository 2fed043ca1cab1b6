"""The business calendar, by example."""

import copy
import pickle
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pytest

from leadflow.calendars import (
    OBON,
    YEAR_END,
    BusinessCalendar,
    BusinessDuration,
    Weekday,
    YearlyClosure,
    business_days,
    business_hours,
    business_minutes,
    days,
    hours,
    minutes,
)
from leadflow.errors import DefinitionError, InputError

TOKYO = ZoneInfo("Asia/Tokyo")
NINE_TO_SIX = ((time(9), time(18)),)
WITH_LUNCH = ((time(9), time(12)), (time(13), time(18)))


def tokyo(month, day, hour=0, minute=0, second=0, *, year=2026):
    return datetime(year, month, day, hour, minute, second, tzinfo=TOKYO)


@pytest.fixture(scope="module")
def office():
    return BusinessCalendar.japan(WITH_LUNCH, company_holidays=[YEAR_END, OBON, date(2026, 6, 1)])


class TestJapaneseOffice:
    @pytest.mark.parametrize(
        ("moment", "open_then"),
        [
            (tokyo(5, 1, 9), True),
            (tokyo(5, 1, 8, 59, 59), False),
            (tokyo(5, 1, 12), False),
            (tokyo(5, 1, 12, 59, 59), False),
            (tokyo(5, 1, 13), True),
            (tokyo(5, 1, 18), False),
            (tokyo(5, 2, 10), False),  # Saturday
            (tokyo(5, 6, 10), False),  # substitute holiday
            (tokyo(9, 22, 10), False),  # citizens' holiday
            (tokyo(6, 1, 10), False),  # the company's own
            (tokyo(8, 14, 10), False),  # お盆
            (tokyo(12, 29, 10), False),  # 年末年始
            (tokyo(1, 4, 10, year=2027), True),
            (datetime(2026, 5, 1, 0, 30, tzinfo=UTC), True),
        ],
    )
    def test_is_open_when_people_are_there(self, office, moment, open_then):
        assert open_then == office.is_open(moment)

    @pytest.mark.parametrize(
        ("start", "duration", "due"),
        [
            (tokyo(5, 1, 10), business_hours(1), tokyo(5, 1, 11)),
            (tokyo(5, 1, 10), business_hours(2), tokyo(5, 1, 12)),  # at closing, not after lunch
            (tokyo(5, 1, 10), business_hours(2) + BusinessDuration(seconds=1), tokyo(5, 1, 13, 0, 1)),
            (tokyo(5, 1, 17), business_hours(4), tokyo(5, 7, 12)),  # over Golden Week
            (tokyo(5, 2, 12), business_minutes(1), tokyo(5, 7, 9, 1)),
            (tokyo(12, 28, 17), business_hours(2), tokyo(1, 4, 10, year=2027)),
            (tokyo(5, 7, 10), -business_hours(2), tokyo(5, 1, 17)),
            (tokyo(5, 7, 9), -business_hours(1), tokyo(5, 1, 17)),
            (tokyo(5, 7, 10), -business_hours(1), tokyo(5, 7, 9)),  # at opening, not at the closing before
            (tokyo(5, 3, 12), BusinessDuration(), tokyo(5, 3, 12)),
            (tokyo(5, 1, 17), hours(24), tokyo(5, 2, 17)),
            (tokyo(5, 1, 17), -minutes(30), tokyo(5, 1, 16, 30)),
        ],
    )
    def test_adds_time(self, office, start, duration, due):
        assert due == office.add(start, duration)

    @pytest.mark.parametrize(
        ("start", "duration", "due"),
        [
            (tokyo(4, 27, 15), business_days(1), tokyo(4, 28, 15)),
            (tokyo(5, 1, 15), business_days(1), tokyo(5, 7, 15)),
            (tokyo(5, 1, 15), business_days(2), tokyo(5, 8, 15)),
            (tokyo(5, 8, 15), -business_days(2), tokyo(5, 1, 15)),
            (tokyo(5, 1, 18), business_days(1), tokyo(5, 7, 18)),  # at closing time
            (tokyo(5, 1, 20), business_days(1), tokyo(5, 8, 9)),  # received on the 7th
            (tokyo(5, 3, 12), business_days(1), tokyo(5, 8, 9)),
            (tokyo(5, 1, 12, 30), business_days(1), tokyo(5, 7, 13)),
            (tokyo(5, 3, 12), -business_days(1), tokyo(4, 30, 18)),
            (tokyo(5, 1, 17), business_days(1) + business_hours(2), tokyo(5, 8, 10)),
        ],
    )
    def test_adds_business_days(self, office, start, duration, due):
        assert due == office.add(start, duration)

    def test_a_time_of_day_that_a_half_day_does_not_have_becomes_its_closing(self):
        calendar = BusinessCalendar.japan().with_override(date(2026, 6, 9), [(time(9), time(12))])
        assert tokyo(6, 9, 12) == calendar.add(tokyo(6, 8, 15), business_days(1))

    def test_a_time_of_day_before_a_late_opening_becomes_that_opening(self):
        calendar = BusinessCalendar.japan().with_override(date(2026, 6, 9), [(time(13), time(18))])
        assert tokyo(6, 9, 13) == calendar.add(tokyo(6, 8, 10), business_days(1))

    def test_a_time_of_day_that_falls_into_a_break_becomes_the_end_of_the_window_before(self):
        calendar = BusinessCalendar.japan().with_override(date(2026, 6, 9), WITH_LUNCH)
        assert tokyo(6, 9, 12) == calendar.add(tokyo(6, 8, 12, 30), business_days(1))
        assert tokyo(6, 9, 13) == calendar.add(tokyo(6, 10, 12, 30), -business_days(1))

    def test_a_business_day_is_not_twenty_four_hours(self, office):
        friday = tokyo(6, 5, 15)
        assert (tokyo(6, 8, 15), tokyo(6, 6, 15)) == (
            office.add(friday, business_days(1)),
            office.add(friday, days(1)),
        )

    def test_counts_the_time_between(self, office):
        assert business_hours(8 + 2) == office.between(tokyo(5, 1, 9), tokyo(5, 7, 11))
        assert -business_hours(10) == office.between(tokyo(5, 7, 11), tokyo(5, 1, 9))

    def test_answers_are_in_the_calendars_zone(self, office):
        due = office.add(datetime(2026, 5, 1, 0, 30, tzinfo=UTC), business_hours(1))
        assert due.isoformat() == "2026-05-01T10:30:00+09:00"

    def test_microseconds_survive_in_open_time(self, office):
        start = tokyo(5, 1, 11, 30) + timedelta(microseconds=5)
        assert tokyo(5, 1, 13, 30) + timedelta(microseconds=5) == office.add(start, business_hours(1))
        assert tokyo(5, 1, 13) + timedelta(microseconds=5) == office.add(start, business_minutes(30))
        assert tokyo(4, 30, 11, 30) + timedelta(microseconds=5) == office.add(start, -business_days(1))

    def test_microseconds_do_not_pass_the_closing(self):
        calendar = BusinessCalendar.japan().with_override(date(2026, 6, 9), [(time(9), time(12))])
        assert tokyo(6, 9, 12) == calendar.add(tokyo(6, 8, 15) + timedelta(microseconds=5), business_days(1))
        assert tokyo(5, 7, 9, 1) == calendar.add(
            tokyo(5, 2, 15) + timedelta(microseconds=5), business_minutes(1)
        )

    def test_a_closing_at_the_turn_of_the_year_belongs_to_the_day_that_closes(self):
        late = BusinessCalendar.weekly(dict.fromkeys(Weekday, ((time(9), time(0)),)), time_zone="UTC")
        new_year = datetime(2027, 1, 1, tzinfo=UTC)
        assert new_year + days(1) == late.add(new_year, business_days(1))
        assert new_year - days(1) == late.add(new_year, -business_days(1))

    @pytest.mark.parametrize("offset", range(-2, 3))
    @pytest.mark.parametrize("back", [1, -1])
    def test_no_second_is_lost_where_the_laid_out_span_ends(self, offset, back):
        calendar, start = BusinessCalendar.always(), datetime(2026, 6, 1, tzinfo=UTC)
        seconds = int(start.timestamp())
        line = calendar._memo.cover(seconds, seconds, calendar.lay_out)
        length = (line.last - seconds + offset) if back > 0 else (line.first - seconds + offset)
        assert start + timedelta(seconds=length) == calendar.add(start, BusinessDuration(seconds=length))
        step = length // 86400
        assert start + days(step) == attrs.evolve(calendar).add(start, business_days(step))

    def test_lists_what_it_counts(self, office):
        expected = ((tokyo(5, 1, 17), tokyo(5, 1, 18)), (tokyo(5, 7, 9), tokyo(5, 7, 10)))
        assert expected == office.open_spans(tokyo(5, 1, 17), tokyo(5, 7, 10))
        assert office.open_spans(tokyo(5, 7, 10), tokyo(5, 1, 17)) == ()

    def test_years_may_be_worked_out_beforehand_without_changing_the_value(self):
        assert BusinessCalendar.japan() == BusinessCalendar.japan(years=(2026, 2027))

    def test_a_far_year_is_reached_without_being_asked_for(self):
        calendar = BusinessCalendar.weekly({Weekday.MONDAY: NINE_TO_SIX}, time_zone="Asia/Tokyo")
        due = calendar.add(tokyo(6, 1, 9), business_hours(9 * 52 * 300))
        assert (due.year, due.weekday()) == (2325, 0)


class TestTwoWindowsAndNights:
    def test_a_lunch_break_does_not_replace_the_morning(self, office):
        assert business_hours(8) == office.between(tokyo(5, 1), tokyo(5, 2))

    def test_a_night_shift_is_not_turned_round(self):
        night = BusinessCalendar.weekly({Weekday.FRIDAY: [(time(22), time(6))]}, time_zone="Asia/Tokyo")
        open_at = [night.is_open(tokyo(6, 5, hour)) for hour in (5, 12, 21, 22, 23)]
        assert open_at == [False, False, False, True, True]
        assert [night.is_open(tokyo(6, 6, hour)) for hour in (0, 5, 6)] == [True, True, False]

    def test_a_night_shift_belongs_to_the_day_on_which_it_begins(self):
        night = BusinessCalendar.weekly(
            {day: [(time(22), time(6))] for day in (Weekday.THURSDAY, Weekday.FRIDAY)},
            time_zone="Asia/Tokyo",
            holidays=[date(2026, 6, 6)],
        )
        assert night.is_open(tokyo(6, 6, 5))
        assert tokyo(6, 6, 2) == night.add(tokyo(6, 5, 2), business_days(1))

    def test_overlapping_nights_count_once(self):
        calendar = BusinessCalendar.weekly(
            {Weekday.MONDAY: [(time(20), time(8))], Weekday.TUESDAY: NINE_TO_SIX}, time_zone="UTC"
        ).with_override(date(2026, 6, 9), [(time(6), time(10))])
        monday = datetime(2026, 6, 8, tzinfo=UTC)
        assert business_hours(14) == calendar.between(monday, monday + days(2))


class TestExceptions:
    def test_an_override_opens_a_saturday(self):
        calendar = BusinessCalendar.japan().with_override(date(2026, 5, 2), [(time(9), time(12))])
        assert tokyo(5, 2, 10) == calendar.add(tokyo(5, 1, 17), business_hours(2))

    def test_an_override_wins_over_a_holiday_and_the_last_one_counts(self):
        calendar = BusinessCalendar.japan().with_override(date(2026, 5, 6), NINE_TO_SIX)
        assert calendar.is_working_day(date(2026, 5, 6))
        assert not calendar.with_override(date(2026, 5, 6), []).is_working_day(date(2026, 5, 6))

    def test_an_added_holiday_moves_the_deadline(self):
        calendar = BusinessCalendar.japan()
        later = calendar.with_holidays([date(2026, 6, 8)])
        friday = tokyo(6, 5, 17)
        expected = (tokyo(6, 8, 12), tokyo(6, 9, 12))
        assert expected == tuple(each.add(friday, business_hours(4)) for each in (calendar, later))

    def test_a_moment_is_no_holiday(self):
        with pytest.raises(InputError, match=r"moment\.date"):
            BusinessCalendar.always().with_holidays([tokyo(6, 1)])

    def test_a_person_is_away_for_an_afternoon(self):
        person = BusinessCalendar.japan().without([(tokyo(6, 5, 13), tokyo(6, 5, 20))])
        assert tokyo(6, 8, 10) == person.add(tokyo(6, 5, 12), business_hours(2))

    def test_absences_join(self):
        once = BusinessCalendar.always().without([(tokyo(6, 5), tokyo(6, 7))])
        twice = (
            BusinessCalendar.always()
            .without([(tokyo(6, 6), tokyo(6, 7))])
            .without([(tokyo(6, 5), tokyo(6, 6))])
        )
        assert once == twice

    def test_a_team_and_a_person_are_both_there(self):
        team = BusinessCalendar.japan()
        person = BusinessCalendar.weekly(
            {day: [(time(10), time(16))] for day in (Weekday.TUESDAY, Weekday.THURSDAY)},
            time_zone="Asia/Tokyo",
        )
        both = team.intersect(person)
        assert tokyo(5, 7, 11) == both.add(tokyo(5, 1, 17), business_hours(1))
        assert both.working_days(date(2026, 5, 1), date(2026, 6, 1)) == 7

    def test_a_person_in_another_zone_shares_few_hours(self):
        london = BusinessCalendar.weekly(dict.fromkeys(Weekday, NINE_TO_SIX), time_zone="Europe/London")
        both = BusinessCalendar.japan().intersect(london)
        summer, winter = (both.between(tokyo(month, 10), tokyo(month, 11)) for month in (6, 12))
        assert (business_hours(1), business_hours(0)) == (summer, winter)


class TestPauses:
    def test_the_clock_stands_still(self, office):
        pauses = [(tokyo(5, 1, 10), tokyo(5, 1, 11)), (tokyo(5, 1, 10, 30), tokyo(5, 1, 11, 30))]
        assert tokyo(5, 1, 13, 30) == office.add(tokyo(5, 1, 9), business_hours(2), pauses=pauses)

    def test_elapsed_time_stands_still_too(self, office):
        pauses = [(tokyo(5, 2), tokyo(5, 3))]
        assert tokyo(5, 3, 17) == office.add(tokyo(5, 1, 17), hours(24), pauses=pauses)
        assert tokyo(5, 1, 17) == office.add(tokyo(5, 3, 17), -hours(24), pauses=pauses)

    def test_time_between_leaves_pauses_out(self, office):
        pauses = [(tokyo(5, 1, 11), tokyo(5, 7, 10))]
        assert business_hours(2) + business_hours(1) == office.between(
            tokyo(5, 1, 9), tokyo(5, 7, 11), pauses=pauses
        )

    def test_a_day_that_is_paused_entirely_is_no_working_day(self, office):
        pauses = [(tokyo(5, 7), tokyo(5, 8))]
        assert tokyo(5, 8, 15) == office.add(tokyo(5, 1, 15), business_days(1), pauses=pauses)

    def test_a_pause_may_begin_before_the_clock_does(self, office):
        assert tokyo(5, 1, 14) == office.add(
            tokyo(5, 1, 9), business_hours(1), pauses=[(tokyo(4, 1), tokyo(5, 1, 13))]
        )


class TestClockChanges:
    def test_the_night_of_the_change_has_the_hours_that_it_has(self):
        calendar = BusinessCalendar.always("America/New_York")
        zone = ZoneInfo("America/New_York")
        lengths = [
            calendar.between(
                datetime(2026, month, day, tzinfo=zone), datetime(2026, month, day + 1, tzinfo=zone)
            ).seconds
            for month, day in ((3, 8), (11, 1), (6, 1))
        ]
        assert lengths == [23 * 3600, 25 * 3600, 24 * 3600]

    def test_a_business_day_keeps_the_local_time_over_the_change(self):
        zone = ZoneInfo("Europe/Berlin")
        calendar = BusinessCalendar.weekly(dict.fromkeys(Weekday, NINE_TO_SIX), time_zone="Europe/Berlin")
        due = calendar.add(datetime(2026, 3, 28, 15, tzinfo=zone), business_days(1))
        assert due.isoformat() == "2026-03-29T15:00:00+02:00"

    def test_opening_hours_stay_local_over_the_change(self):
        calendar = BusinessCalendar.weekly(dict.fromkeys(Weekday, NINE_TO_SIX), time_zone="America/New_York")
        openings = [
            calendar.next_open(datetime(2026, 3, day, 6, tzinfo=UTC)).astimezone(UTC).hour for day in (7, 8)
        ]
        assert openings == [14, 13]

    def test_a_window_in_the_skipped_hour_opens_when_it_is_skipped(self):
        calendar = BusinessCalendar.weekly(
            {Weekday.SUNDAY: [(time(2, 30), time(5))]}, time_zone="America/New_York"
        )
        assert datetime(2026, 3, 8, 7, tzinfo=UTC) == calendar.next_open(datetime(2026, 3, 8, tzinfo=UTC))

    def test_a_window_in_the_repeated_hour_closes_at_its_second_coming(self):
        calendar = BusinessCalendar.weekly(
            {Weekday.SUNDAY: [(time(0), time(1, 30))]}, time_zone="America/New_York"
        )
        start = datetime(2026, 11, 1, tzinfo=ZoneInfo("America/New_York"))
        assert business_hours(2.5) == calendar.between(start, start + timedelta(hours=12))


class TestNeverOpen:
    def test_a_calendar_without_any_window_is_refused(self):
        with pytest.raises(DefinitionError, match="no opening hours on any day"):
            BusinessCalendar.weekly({}, time_zone="UTC")

    @pytest.mark.parametrize(
        "question",
        [
            lambda calendar: calendar.add(tokyo(6, 1), business_hours(1)),
            lambda calendar: calendar.add(tokyo(6, 1), -business_days(1)),
            lambda calendar: calendar.next_open(tokyo(6, 1)),
            lambda calendar: calendar.deadlines(np.array([0]), business_days(1)),
        ],
    )
    def test_calendars_that_never_meet_give_an_error_and_no_endless_loop(self, question):
        monday, tuesday = (
            BusinessCalendar.weekly({day: NINE_TO_SIX}, time_zone="Asia/Tokyo")
            for day in (Weekday.MONDAY, Weekday.TUESDAY)
        )
        with pytest.raises(DefinitionError, match="no open time"):
            question(monday.intersect(tuesday))

    def test_a_calendar_of_overrides_ends_with_the_last(self):
        week = ((),) * 7
        window = BusinessCalendar.always().hours[0]
        calendar = BusinessCalendar(
            hours=week,
            time_zone="Asia/Tokyo",
            overrides=((date(2026, 6, 1), window), (date(2060, 6, 1), window)),
        )
        assert tokyo(6, 1, 1, year=2060) == calendar.add(tokyo(6, 1), business_hours(25))
        assert tokyo(6, 2, year=2060) == calendar.add(tokyo(6, 1), business_hours(48))
        assert tokyo(6, 1, 15, year=2060) == calendar.add(tokyo(6, 1, 15), business_days(1))
        assert tokyo(6, 1, 15) == calendar.add(tokyo(6, 1, 15, year=2060), -business_days(1))
        for beyond in (business_hours(49), business_days(2), -business_hours(1), -business_days(1)):
            with pytest.raises(DefinitionError, match="no open time in the 41 years"):
                calendar.add(tokyo(6, 1), beyond)

    def test_patience_does_not_depend_on_what_was_asked_before(self):
        window = BusinessCalendar.always().hours[0]
        calendar = BusinessCalendar(
            hours=((),) * 7,
            time_zone="UTC",
            overrides=((date(2000, 1, 1), window), (date(2060, 1, 1), window)),
        )
        calendar.between(tokyo(1, 1, year=1990), tokyo(1, 1, year=2080))
        for question in (calendar, attrs.evolve(calendar)):
            with pytest.raises(DefinitionError, match="no open time in the 41 years after"):
                question.add(tokyo(1, 1, year=2000), business_hours(40))
            with pytest.raises(DefinitionError, match="no open time in the 41 years before"):
                question.add(tokyo(1, 1, 12, year=2060), -business_hours(40))

    def test_other_questions_have_answers(self):
        closed = BusinessCalendar.weekly({Weekday.MONDAY: NINE_TO_SIX}, time_zone="UTC").intersect(
            BusinessCalendar.weekly({Weekday.TUESDAY: NINE_TO_SIX}, time_zone="UTC")
        )
        assert not closed.is_open(tokyo(6, 1))
        assert closed.between(tokyo(6, 1), tokyo(7, 1)) == BusinessDuration()
        assert closed.open_spans(tokyo(6, 1), tokyo(7, 1)) == ()
        assert closed.working_days(date(2026, 6, 1), date(2026, 7, 1)) == 0

    def test_a_day_that_comes_once_in_decades_is_waited_for(self):
        rare = BusinessCalendar.weekly({Weekday.MONDAY: NINE_TO_SIX}, time_zone="Asia/Tokyo").with_holidays(
            [YearlyClosure(first=(3, 1), last=(2, 28))]
        )
        assert tokyo(2, 29, 9, year=2044) == rare.next_open(tokyo(1, 1))

    def test_a_long_absence_is_waited_for_and_one_for_good_is_an_error(self):
        leave = BusinessCalendar.always().without([(tokyo(6, 1), tokyo(6, 1, year=2056))])
        assert tokyo(6, 1, year=2056) == leave.next_open(tokyo(7, 1))
        gone = BusinessCalendar.always().without([(tokyo(6, 1), tokyo(6, 1, year=9996))])
        with pytest.raises(DefinitionError, match="end its absence"):
            gone.next_open(tokyo(7, 1))

    def test_a_long_absence_in_the_past_or_future_stops_nobody_else(self):
        calendar = BusinessCalendar.always().without(
            [
                (tokyo(1, 1, year=1930), tokyo(1, 1, year=1980)),
                (tokyo(1, 1, year=2030), tokyo(1, 1, year=2080)),
            ]
        )
        calendar.between(tokyo(1, 1, year=1900), tokyo(1, 1, year=2100))
        for duration in (business_hours(1), -business_hours(1)):
            assert tokyo(6, 1) + hours(duration.seconds / 3600) == calendar.add(tokyo(6, 1), duration)

    def test_an_answer_beyond_the_last_year_is_refused(self):
        with pytest.raises(InputError, match="years 2 to 9997"):
            BusinessCalendar.always().add(tokyo(6, 1, year=9900), business_hours(24 * 366 * 200))


class TestRefusals:
    @pytest.mark.parametrize(
        "question",
        [
            lambda calendar, naive: calendar.is_open(naive),
            lambda calendar, naive: calendar.next_open(naive),
            lambda calendar, naive: calendar.add(naive, hours(1)),
            lambda calendar, naive: calendar.between(tokyo(6, 1), naive),
            lambda calendar, naive: calendar.open_spans(naive, tokyo(6, 1)),
            lambda calendar, naive: calendar.without([(naive, tokyo(6, 1))]),
            lambda calendar, naive: calendar.add(tokyo(6, 1), hours(1), pauses=[(naive, naive)]),
        ],
    )
    def test_naive_moments_are_refused_everywhere(self, office, question):
        with pytest.raises(InputError, match="has no time zone"):
            question(office, tokyo(6, 1).replace(tzinfo=None))

    def test_pairs_of_different_length_are_refused(self, office):
        with pytest.raises(InputError, match="1 starts and 2 ends"):
            office.elapsed(np.array([0]), np.array([0, 1]))

    def test_a_fraction_of_a_second_is_refused_for_arrays(self, office):
        with pytest.raises(InputError, match="fraction of a second"):
            office.deadlines(np.array([0]), timedelta(microseconds=1))

    def test_a_week_has_seven_days(self):
        with pytest.raises(DefinitionError, match="seven days"):
            BusinessCalendar(hours=(), time_zone="UTC")

    def test_an_unknown_zone_is_refused_when_the_calendar_is_made(self):
        with pytest.raises(DefinitionError, match="is not a time zone"):
            BusinessCalendar.always("Tokyo/Asia")


class TestValue:
    def test_equal_rules_are_equal_whatever_was_asked(self):
        asked, fresh = BusinessCalendar.japan(), BusinessCalendar.japan()
        asked.is_open(tokyo(6, 1))
        assert (asked, hash(asked)) == (fresh, hash(fresh))

    @pytest.mark.parametrize(
        "duplicate",
        [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))],
    )
    def test_copies_and_pickles_answer_alike(self, office, duplicate):
        other = duplicate(office)
        assert other == office
        assert tokyo(5, 7, 12) == other.add(tokyo(5, 1, 17), business_hours(4))

    def test_long_lists_of_days_do_not_fill_the_screen(self):
        calendar = BusinessCalendar.always().with_holidays(YEAR_END.dates(2000, 2100))
        assert len(repr(calendar)) < 1000

    def test_the_argument_arrays_are_left_alone(self, office):
        times = np.array([1_780_282_800])
        times.flags.writeable = False
        unmoved = office.deadlines(times, BusinessDuration())
        unmoved += 1
        assert times.tolist() == [1_780_282_800]

    def test_no_moments_give_no_deadlines(self, office):
        nothing = np.empty(0, dtype=np.int64)
        assert [
            office.deadlines(nothing, duration).size
            for duration in (business_hours(1), business_days(1), hours(1))
        ] + [office.elapsed(nothing, nothing).size] == [0] * 4
