"""Spans that do not count."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.calendars.spans import join, shift_around, span_array
from leadflow.errors import InputError

pairs = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 12)).map(lambda pair: (pair[0], sum(pair))), max_size=6
)


class TestJoin:
    @given(pairs)
    def test_covers_the_same_seconds_in_order_and_apart(self, spans):
        joined = join(spans)
        covered = {second for start, end in spans for second in range(start, end)}
        assert covered == {second for start, end in joined.tolist() for second in range(start, end)}
        flat = joined.ravel()
        assert bool((flat[1:] > flat[:-1]).all())


class TestShiftAround:
    @given(pairs, st.integers(0, 60), st.integers(0, 80))
    def test_is_what_counting_second_by_second_gives(self, spans, moment, length):
        paused = {second for start, end in spans for second in range(start, end)}
        expected, left = moment, length
        while left:
            left -= expected not in paused
            expected += 1
        assert expected * 1_000_000 == shift_around(moment * 1_000_000, length * 1_000_000, join(spans))

    @given(pairs, st.integers(0, 60), st.integers(0, 80))
    def test_back_is_the_mirror_of_forth(self, spans, moment, length):
        mirrored = join([(-end, -start) for start, end in spans])
        assert -shift_around(-moment, length, mirrored) == shift_around(moment, -length, join(spans))


class TestSpanArray:
    def test_a_span_that_ends_before_it_starts_says_which(self):
        day = datetime(2026, 6, 1, tzinfo=UTC)
        with pytest.raises(InputError, match="pause 2 ends before") as caught:
            span_array([(day, day), (day.replace(hour=1), day)], what="pause")
        assert caught.value.place == "pause 2"

    def test_a_naive_moment_says_which(self):
        naive = datetime(2026, 6, 1, tzinfo=UTC).replace(tzinfo=None)
        with pytest.raises(InputError, match="start of absence 1 has no time zone"):
            span_array([(naive, naive)], what="absence")

    def test_no_spans_are_an_empty_array(self):
        assert (0, 2) == span_array([], what="pause").shape == np.empty((0, 2)).shape
