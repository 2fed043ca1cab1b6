"""Business arithmetic is equal to looking at the clock minute by minute.

The model below knows nothing of intervals: it lists the minutes of four weeks, reads the clock at each, marks
those that are open, and counts.
"""

import functools
import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import jpholiday
import numpy as np
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from leadflow.calendars import BusinessCalendar, BusinessDuration, NationalHolidays, TimeWindow, YearlyClosure
from leadflow.calendars.windows import day_hours

MINUTE = 60
DAY_MINUTES = 1440
SPAN_DAYS = 28
# Each begins so that a change of clocks, where there is one, lies within the span.
SPANS = [
    ("Asia/Tokyo", date(2026, 4, 20)),
    ("UTC", date(2024, 2, 20)),
    ("America/New_York", date(2026, 3, 1)),
    ("America/New_York", date(2026, 10, 24)),
    ("Europe/Berlin", date(2026, 10, 14)),
    ("America/Havana", date(2026, 10, 24)),
    ("Australia/Lord_Howe", date(2026, 3, 27)),
    ("America/St_Johns", date(2006, 10, 20)),
    ("Asia/Kathmandu", date(2026, 12, 20)),
]


@functools.cache
def clock(zone, first):
    """Return the UTC minutes of the span and what the clock shows at each, both in minutes since 1970."""
    begin = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()) // MINUTE
    times = np.arange(begin, begin + SPAN_DAYS * DAY_MINUTES)
    info = ZoneInfo(zone)
    shown = (datetime.fromtimestamp(int(time) * MINUTE, info).replace(tzinfo=UTC) for time in times)
    return times, np.array([int(reading.timestamp()) // MINUTE for reading in shown])


def own_minutes(calendar, first, zone):
    """Return the day to which each minute belongs, or -1 where the calendar itself is closed."""
    _, shown = clock(zone, first)
    owner = np.full(shown.size, -1)
    overrides = dict(calendar.overrides)
    for offset in range(-3, SPAN_DAYS + 3):
        day = first + timedelta(days=offset)
        closed = day in calendar.holidays or any(closure.covers(day) for closure in calendar.closures)
        windows = overrides.get(day, () if closed else calendar.hours[day.weekday()])
        number = (day - date(1970, 1, 1)).days
        for window in windows:
            opens, closes = (
                number * DAY_MINUTES + seconds // MINUTE for seconds in (window.opens, window.closes)
            )
            begin = int(np.argmax(shown >= opens)) if (shown >= opens).any() else shown.size
            early = shown < closes
            end = shown.size - int(np.argmax(early[::-1])) if early.any() else 0
            inside = np.arange(begin, max(begin, end))
            owner[inside[owner[inside] == -1]] = number
    return owner


def minutes_of(calendar, first):
    """Return the day of each open minute, -1 for closed ones, with absences and other calendars applied."""
    times, _ = clock(calendar.time_zone, first)
    owner = own_minutes(calendar, first, calendar.time_zone)
    for start, end in calendar.absences:
        owner[(times >= start // MINUTE) & (times < end // MINUTE)] = -1
    for other in calendar.within:
        owner[minutes_of(other, first) == -1] = -1
    return owner


windows = st.one_of(
    st.builds(
        lambda opens, length: TimeWindow(opens=opens * MINUTE, closes=(opens + length) * MINUTE),
        st.one_of(st.integers(0, 1439), st.integers(0, 23).map(lambda hour: hour * 60)),
        st.one_of(st.integers(1, 1439), st.integers(1, 12).map(lambda hour: hour * 60)),
    ),
    st.just(TimeWindow(opens=0, closes=86400)),
)


def apart(found):
    kept = []
    for window in sorted(found, key=lambda window: window.opens):
        if not kept or window.opens >= kept[-1].closes:
            kept.append(window)
    return day_hours(kept)


days_of_hours = st.lists(windows, max_size=3).map(apart)
working_hours = st.lists(windows, min_size=1, max_size=3).map(apart)


@st.composite
def calendars(draw, zone, first, *, nested=True):
    dates = st.integers(-1, SPAN_DAYS).map(lambda n: first + timedelta(days=n))
    begin = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
    absences = draw(
        st.lists(st.tuples(st.integers(0, SPAN_DAYS * DAY_MINUTES), st.integers(1, 3000)), max_size=2)
    )
    calendar = BusinessCalendar(
        hours=tuple(draw(working_hours) if n < 3 else draw(days_of_hours) for n in range(7)),
        time_zone=zone,
        holidays=frozenset(draw(st.lists(dates, max_size=3))),
        closures=tuple(draw(st.lists(st.builds(closure_of, dates, st.integers(0, 5)), max_size=1))),
        overrides=tuple(sorted(draw(st.dictionaries(dates, days_of_hours, max_size=2)).items())),
    )
    calendar = calendar.without(
        (
            datetime.fromtimestamp(begin + start * MINUTE, UTC),
            datetime.fromtimestamp(begin + (start + length) * MINUTE, UTC),
        )
        for start, length in absences
    )
    if nested and draw(st.booleans()):
        others = [other for other, beginning in SPANS if beginning == first]
        calendar = calendar.intersect(draw(calendars(draw(st.sampled_from(others)), first, nested=False)))
    return calendar


def closure_of(day, length):
    last = day + timedelta(days=length)
    return YearlyClosure(first=(day.month, day.day), last=(last.month, last.day))


@st.composite
def cases(draw):
    zone, first = draw(st.sampled_from(SPANS))
    return draw(calendars(zone, first)), first


def moment(minute, zone="UTC"):
    return datetime.fromtimestamp(int(minute) * MINUTE, ZoneInfo(zone))


def utc(due):
    """Return a moment in UTC: Python compares moments of one zone by their clocks, which tell an hour twice."""
    return due.astimezone(UTC)


positions = st.one_of(
    st.integers(7 * DAY_MINUTES, 14 * DAY_MINUTES), st.integers(7 * 24, 14 * 24).map(lambda hour: hour * 60)
)
lengths = st.one_of(st.integers(1, 3000), st.integers(1, 50).map(lambda hour: hour * 60))
many = settings(max_examples=50, deadline=None)


class TestMinuteByMinute:
    @many
    @given(cases(), st.data())
    def test_every_minute_is_open_or_closed_as_the_clock_says(self, case, data):
        calendar, first = case
        times, _ = clock(calendar.time_zone, first)
        owner = minutes_of(calendar, first)
        line = calendar.lay_out(int(times[0]) * MINUTE, int(times[-1]) * MINUTE)
        inner = slice(2 * DAY_MINUTES, -2 * DAY_MINUTES)
        assert np.array_equal(owner[inner] >= 0, line.is_open(times[inner] * MINUTE))
        at = data.draw(positions)
        assert bool(owner[at] >= 0) == calendar.is_open(moment(times[at]))

    @many
    @given(cases(), positions, lengths, st.booleans())
    def test_adding_open_minutes_is_counting_them(self, case, at, length, back):
        calendar, first = case
        times, _ = clock(calendar.time_zone, first)
        before = np.concatenate(([0], np.cumsum(minutes_of(calendar, first) >= 0)))
        if back:
            reached = before[: at + 1] <= before[at] - length
            assume(reached[2 * DAY_MINUTES :].any())
            expected = times[np.flatnonzero(reached)[-1]]
        else:
            reached = before[at:-1] >= before[at] + length
            assume(reached[: -2 * DAY_MINUTES].any())
            expected = times[at + np.argmax(reached)]
        duration = BusinessDuration(seconds=(-length if back else length) * MINUTE)
        assert moment(expected) == utc(calendar.add(moment(times[at]), duration))

    @many
    @given(cases(), positions, positions)
    def test_time_between_is_the_number_of_open_minutes(self, case, a, b):
        calendar, first = case
        times, _ = clock(calendar.time_zone, first)
        before = np.concatenate(([0], np.cumsum(minutes_of(calendar, first) >= 0)))
        expected = BusinessDuration(seconds=int(before[b] - before[a]) * MINUTE)
        assert expected == calendar.between(moment(times[a]), moment(times[b]))

    @many
    @given(cases(), positions)
    def test_the_next_opening_is_the_next_open_minute(self, case, at):
        calendar, first = case
        times, _ = clock(calendar.time_zone, first)
        ahead = minutes_of(calendar, first)[at : -2 * DAY_MINUTES] >= 0
        assume(ahead.any())
        assert moment(times[at + np.argmax(ahead)]) == utc(calendar.next_open(moment(times[at])))

    @many
    @given(cases(), positions, st.integers(1, 6), st.booleans())
    def test_adding_business_days_keeps_the_time_of_day_on_working_days(self, case, at, count, back):
        calendar, first = case
        times, shown = clock(calendar.time_zone, first)
        owner = minutes_of(calendar, first)
        expected = business_day_model(owner, shown, at, -count if back else count)
        assume(expected is not None)
        duration = BusinessDuration(days=-count if back else count)
        assert moment(times[expected]) == utc(calendar.add(moment(times[at]), duration))

    @many
    @given(cases())
    def test_working_days_are_the_days_that_own_open_minutes(self, case):
        calendar, first = case
        owner = minutes_of(calendar, first)
        inner = [first + timedelta(days=n) for n in range(4, SPAN_DAYS - 4)]
        numbers = {int(number) for number in owner}
        expected = tuple(day for day in inner if (day - date(1970, 1, 1)).days in numbers)
        assert expected == calendar.working_dates(inner[0], inner[-1] + timedelta(days=1))

    @many
    @given(cases(), positions, st.integers(0, 4000))
    def test_open_spans_list_what_between_counts(self, case, at, length):
        calendar, first = case
        times, _ = clock(calendar.time_zone, first)
        owner = minutes_of(calendar, first)
        spans = calendar.open_spans(moment(times[at]), moment(times[at + length]))
        listed = {
            minute
            for opening, closing in spans
            for minute in range(int(opening.timestamp()) // MINUTE, int(closing.timestamp()) // MINUTE)
        }
        assert {int(times[n]) for n in range(at, at + length) if owner[n] >= 0} == listed
        assert all(utc(earlier[1]) < utc(later[0]) for earlier, later in itertools.pairwise(spans))


def business_day_model(owner, shown, at, count):
    """Return where a step of business days leads, or None where the span is too short to tell."""
    ahead = count > 0
    if owner[at] >= 0:
        day, here = owner[at], at
    elif owner[at - 1] >= 0:
        day, here = owner[at - 1], at
    else:
        open_minutes = np.flatnonzero(owner >= 0)
        side = open_minutes[open_minutes > at] if ahead else open_minutes[open_minutes < at]
        if not side.size:
            return None
        here = side[0] if ahead else side[-1] + 1
        day = owner[side[0] if ahead else side[-1]]
    days = np.unique(owner[owner >= 0])
    position = int(np.searchsorted(days, day)) + count
    inner = range(int(days[0]) + 3, int(days[-1]) - 2)
    if not 0 <= position < days.size or int(days[position]) not in inner:
        return None
    minutes = np.flatnonzero(owner == days[position])
    wall = shown[here] + (days[position] - day) * DAY_MINUTES
    same = min(max(int(np.argmax(shown >= wall)), int(minutes[0])), int(minutes[-1]) + 1)
    if owner[same] == days[position]:
        return same
    if ahead:
        return int(minutes[minutes < same][-1]) + 1
    closing = int(minutes[-1]) + 1 == same or owner[same - 1] == days[position]
    return same if closing else int(minutes[minutes > same][0])


class TestLaws:
    @many
    @given(cases(), positions, st.integers(0, 59), st.integers(-200_000, 200_000))
    def test_between_gives_back_what_was_added(self, case, at, second, length):
        calendar, first = case
        start = moment(clock(calendar.time_zone, first)[0][at]) + timedelta(
            seconds=second, microseconds=123_456
        )
        duration = BusinessDuration(seconds=length)
        assert duration == calendar.between(start, calendar.add(start, duration))

    @many
    @given(cases(), positions, st.integers(1, 100_000), st.integers(1, 100_000))
    def test_open_time_may_be_added_in_two_steps(self, case, at, a, b):
        calendar, first = case
        start = moment(clock(calendar.time_zone, first)[0][at]) + timedelta(microseconds=999_999)
        once = calendar.add(start, BusinessDuration(seconds=a + b))
        twice = calendar.add(calendar.add(start, BusinessDuration(seconds=a)), BusinessDuration(seconds=b))
        assert utc(once) == utc(twice)

    @many
    @given(
        cases(),
        st.lists(st.timedeltas(timedelta(0), timedelta(days=7)), min_size=2, max_size=6),
        st.one_of(
            st.integers(-90_000, 90_000).map(lambda n: BusinessDuration(seconds=n)),
            st.integers(-4, 4).map(lambda n: BusinessDuration(days=n)),
            st.integers(1, 3).map(lambda n: BusinessDuration(days=n, seconds=n * 1800)),
        ),
    )
    def test_who_comes_later_is_never_due_earlier(self, case, offsets, duration):
        calendar, first = case
        # Within the hour that comes twice, the same time of day cannot keep the order of the two.
        assume(not duration.days or calendar.time_zone in {"Asia/Tokyo", "UTC", "Asia/Kathmandu"})
        begin = moment(clock(calendar.time_zone, first)[0][7 * DAY_MINUTES])
        due = [utc(calendar.add(begin + offset, duration)) for offset in sorted(offsets)]
        assert sorted(due) == due

    @many
    @given(
        cases(),
        st.lists(st.integers(7 * 86400, 14 * 86400), max_size=8),
        st.one_of(
            st.integers(-90_000, 90_000).map(lambda n: BusinessDuration(seconds=n)),
            st.integers(-4, 4).map(lambda n: BusinessDuration(days=n)),
            st.integers(-10_000, 10_000).map(lambda n: timedelta(seconds=n)),
            st.just(BusinessDuration(days=1, seconds=60)),
        ),
    )
    def test_many_at_once_are_as_one_by_one(self, case, offsets, duration):
        calendar, first = case
        begin = int(clock(calendar.time_zone, first)[0][0]) * MINUTE
        times = np.array([begin + offset for offset in offsets], dtype=np.int64)
        fresh = attrs.evolve(calendar)
        single = [fresh.add(datetime.fromtimestamp(int(time), UTC), duration) for time in times]
        assert [int(due.timestamp()) for due in single] == calendar.deadlines(times, duration).tolist()

    @many
    @given(cases(), st.lists(st.tuples(positions, positions), max_size=8))
    def test_many_elapsed_times_are_as_one_by_one(self, case, pairs):
        calendar, first = case
        times, _ = clock(calendar.time_zone, first)
        starts, ends = (np.array([times[pair[n]] * MINUTE for pair in pairs], dtype=np.int64) for n in (0, 1))
        single = [calendar.between(moment(times[a]), moment(times[b])).seconds for a, b in pairs]
        assert single == calendar.elapsed(starts, ends).tolist()

    @many
    @given(
        cases(),
        positions,
        st.lists(st.tuples(positions, st.integers(0, 2000)), max_size=3),
        st.one_of(
            st.integers(-90_000, 90_000).map(lambda n: BusinessDuration(seconds=n)),
            st.integers(-3, 3).map(lambda n: BusinessDuration(days=n)),
        ),
    )
    def test_a_pause_counts_as_an_absence(self, case, at, spans, duration):
        calendar, first = case
        times, _ = clock(calendar.time_zone, first)
        pauses = [(moment(times[start]), moment(times[start] + length)) for start, length in spans]
        start, later = moment(times[at]), moment(times[at] + 5000)
        assert utc(calendar.without(pauses).add(start, duration)) == utc(
            calendar.add(start, duration, pauses=pauses)
        )
        assert calendar.without(pauses).between(start, later) == calendar.between(start, later, pauses=pauses)

    @many
    @given(cases(), positions, st.integers(1, 90_000))
    def test_what_was_asked_before_changes_no_answer(self, case, at, length):
        calendar, first = case
        start = moment(clock(calendar.time_zone, first)[0][at])
        expected = utc(attrs.evolve(calendar).add(start, BusinessDuration(seconds=length)))
        calendar.is_open(start - timedelta(days=900))
        calendar.next_open(start + timedelta(days=400))
        assert expected == utc(calendar.add(start, BusinessDuration(seconds=length)))

    @many
    @given(cases())
    def test_a_calendar_survives_its_data(self, case):
        calendar, _ = case
        assert calendar == BusinessCalendar.from_dict(calendar.to_dict())

    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 364), st.integers(1, 500_000))
    @example(125, 60)
    def test_the_japanese_calendar_skips_its_holidays(self, day, length):
        calendar = BusinessCalendar.japan()
        start = datetime(2026, 1, 1, 10, tzinfo=ZoneInfo("Asia/Tokyo")) + timedelta(days=day)
        due = calendar.add(start, BusinessDuration(seconds=length))
        explicit = attrs.evolve(
            calendar,
            national=NationalHolidays.NONE,
            holidays=japanese_days(),
        )
        assert explicit.add(start, BusinessDuration(seconds=length)) == due


@functools.cache
def japanese_days():
    return frozenset(day for day, _ in jpholiday.between(date(2025, 12, 1), date(2027, 12, 31)))
