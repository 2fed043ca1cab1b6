"""How far calendars are laid out."""

from datetime import UTC, datetime

import pytest

from leadflow.calendars import BusinessCalendar
from leadflow.calendars.horizon import LineMemo, reach
from leadflow.errors import InputError

YEAR = 366 * 86400


def at(year):
    return int(datetime(year, 7, 1, tzinfo=UTC).timestamp())


class TestLineMemo:
    def test_a_span_that_is_known_is_not_laid_out_again(self):
        memo, asked = LineMemo(), []

        def build(first, last):
            asked.append((first, last))
            return BusinessCalendar.always().lay_out(first, last)

        for moment in (at(2026), at(2026) + 86400, at(2026) - 86400):
            memo.cover(moment, moment, build)
        assert len(asked) == 1

    def test_neighbouring_years_grow_together_and_distant_ones_stay_apart(self):
        memo, build = LineMemo(), BusinessCalendar.always().lay_out
        for year in (2026, 2027, 1990):
            memo.cover(at(year), at(year), build)
        assert len(memo) == 2
        assert (
            memo.cover(at(2026), at(2027), build).last - memo.cover(at(2026), at(2026), build).first
            > 2 * YEAR - 86400 * 10
        )

    def test_it_does_not_grow_without_end(self):
        memo, build = LineMemo(), BusinessCalendar.always().lay_out
        for year in range(1900, 2026, 3):
            memo.cover(at(year), at(year), build)
        assert len(memo) == 8


class TestReach:
    def test_the_span_grows_until_it_is_enough(self):
        line = reach(
            BusinessCalendar.always().lay_out,
            at(2026),
            at(2026),
            ahead=False,
            enough=lambda line, _: line.first < at(2000),
        )
        assert line.first < at(2000)

    def test_the_end_of_the_calendar_is_an_error(self):
        with pytest.raises(InputError, match="2 to 9997"):
            reach(
                lambda _, last: BusinessCalendar.always().lay_out(last - 86400, last),
                at(2026),
                at(2026),
                ahead=True,
                enough=lambda *_: False,
            )
