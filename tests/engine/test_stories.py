"""A lead's story as text."""

import datetime as dt

import attrs
import pytest

import leadflow as lf
from leadflow.calendars import BusinessCalendar

MIDNIGHT_IN_JAPAN = dt.datetime(2026, 4, 15, 15, tzinfo=dt.UTC)


@pytest.fixture
def story(flow):
    """Return the story of a lead of a list that says a day of its own, by a calendar."""

    def tell(calendar):
        ours = attrs.evolve(flow, routing=attrs.evolve(flow.routing, calendar=calendar))
        cards = lf.read_leads([{"メール": "a@example.jp", "来場日": "令和8年4月16日"}], source="展示会")
        ours.ingest(cards, now=MIDNIGHT_IN_JAPAN)
        with ours.store.snapshot() as reader:
            (lead_id,) = reader.leads().ids
        return ours.why(lead_id).text()

    return tell


class TestText:
    def test_days_and_times_are_those_of_japan(self, story):
        """A day without a time is midnight in Japan, which is the day before in UTC."""
        text = story(None)
        assert "E-mail: a@example.jp (展示会, 2026-04-16" in text
        assert "2026-04-16T00:00:00+09:00 captured by leadflow: 展示会" in text

    def test_or_of_the_calendar_of_the_routing(self, story):
        berlin = BusinessCalendar.weekly({0: [(dt.time(9), dt.time(17))]}, time_zone="Europe/Berlin")
        text = story(berlin)
        assert "E-mail: a@example.jp (展示会, 2026-04-15" in text
        assert "2026-04-15T17:00:00+02:00 captured" in text
