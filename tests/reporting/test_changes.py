"""Corrections of the past show: in the figures, with old and new value, and as what changed since the last report."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest

from leadflow.adapters.memory import MemoryStore
from leadflow.engine import correct
from leadflow.errors import InputError, NotFoundError
from leadflow.records import Activity, ActivityLog
from leadflow.reporting import Baseline, build_report, render_html

TOKYO = ZoneInfo("Asia/Tokyo")
THEN = dt.datetime(2026, 9, 16, 15, tzinfo=TOKYO)
NOW = THEN + dt.timedelta(days=7)


def told(store, as_of, previous=None):
    with store.snapshot() as reader:
        return build_report(reader, as_of=as_of, previous=previous)


@pytest.fixture
def store(make):
    filled = MemoryStore()
    make(filled)
    return filled


def won_of(store):
    with store.snapshot() as reader:
        return next(one for one in reader.activities() if one.kind == "won" and one.at < THEN)


class TestCorrections:
    def test_a_corrected_amount_counts_in_the_past_and_names_who_when_and_why(self, store):
        one = won_of(store)
        old = one.attributes["amount"]
        before = told(store, THEN)
        correct(store, one.lead_id, "amount", old + 700, actor="p1", reason="typed wrong", now=NOW)
        after = told(store, NOW, before.baseline)
        year = {"kpi": "won_amount", "unit": "company", "period": "year"}
        with store.snapshot() as reader:
            between = [a for a in reader.activities() if a.kind == "won" and THEN < a.at <= NOW]
        gained = sum(a.attributes["amount"] for a in between)
        assert (
            before["attainment"].where(year)[0]["actual"] + 700 + gained
            == after["attainment"].where(year)[0]["actual"]
        )
        (row,) = after["changes"].where({"kpi": "won_amount"})
        assert (one.at.astimezone(TOKYO).date(), 700.0) == (row["day"], row["difference"])
        assert (
            after["changes"].lead_ids(after["changes"]["kpi"].index("won_amount"), "after").count(one.lead_id)
            == 1
        )
        (noted,) = after["corrections"].to_dicts()
        assert (str(old), str(old + 700), "p1", "typed wrong") == tuple(
            noted[k] for k in ("old", "new", "actor", "reason")
        )
        assert any(found.section == "changes" for found in after.headline)
        assert 'id="changes"' in render_html(after)

    def test_it_does_not_count_before_it_was_made(self, store):
        one = won_of(store)
        before = told(store, THEN).to_dict()
        correct(store, one.lead_id, "amount", 1, actor="p1", reason="typed wrong", now=NOW)
        assert before == told(store, THEN).to_dict()

    def test_the_last_of_several_corrections_counts(self, store):
        one = won_of(store)
        for number, value in enumerate((5, 6, 7)):
            at = NOW + dt.timedelta(minutes=number)
            correct(store, one.lead_id, "amount", value, actor="p1", reason="typed wrong", now=at)
        report = told(store, NOW + dt.timedelta(hours=1))
        happened = report.attainment.happenings["won_amount"]
        row = report.facts.row_of[one.lead_id]
        assert [7.0] == [a for a, r in zip(happened.amounts, happened.rows, strict=True) if r == row]

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"actor": " "}, InputError),
            ({"reason": ""}, InputError),
            ({"lead_id": "nobody"}, NotFoundError),
            ({"field": "revenue"}, NotFoundError),
            ({"value": "9,800,000円"}, InputError),
            ({"value": float("nan")}, InputError),
        ],
    )
    def test_a_correction_without_who_why_or_what_is_refused(self, store, change, error):
        given = {
            "lead_id": won_of(store).lead_id,
            "field": "amount",
            "value": 1,
            "actor": "p1",
            "reason": "x",
        } | change
        lead_id, field, value = (given.pop(name) for name in ("lead_id", "field", "value"))
        with pytest.raises(error):
            correct(store, lead_id, field, value, now=NOW, **given)

    def test_a_correction_that_changes_nothing_is_refused(self, store):
        one = won_of(store)
        with pytest.raises(InputError, match="changes nothing"):
            correct(store, one.lead_id, "amount", one.attributes["amount"], actor="p1", reason="x", now=NOW)


class TestChanges:
    def test_a_call_that_is_told_late_is_a_change_of_its_day(self, store):
        before = told(store, THEN)
        late = Activity(lead_id="L0001", kind="call", at=THEN - dt.timedelta(days=5), attributes={"by": "p3"})
        with store.session() as session:
            session.add_activities(ActivityLog.of([late]))
        (row,) = told(store, NOW, before.baseline)["changes"].where({"kpi": "calls"})
        assert ("p3", dt.date(2026, 9, 11), 1.0) == (row["unit"], row["day"], row["difference"])

    def test_what_happened_since_is_no_change(self, store):
        changes = told(store, NOW, told(store, THEN).baseline)["changes"]
        assert [] == changes.where({"kpi": "calls"})
        assert "2026-09-16 15:00" in changes.notes[0].en

    def test_without_an_earlier_report_the_section_says_so(self, store):
        changes = told(store, NOW)["changes"]
        assert (0, True) == (len(changes), "No earlier report" in changes.notes[0].en)

    def test_a_baseline_travels_as_json(self, store):
        report = told(store, THEN)
        data = json.loads(json.dumps(report.to_dict(), ensure_ascii=False))
        assert report.baseline == Baseline.from_dict(data["baseline"])

    @pytest.mark.parametrize(
        "data", [None, [], {}, {"as_of": "x"}, {"as_of": "2026-07-01", "since": "2026-04-01", "figures": []}]
    )
    def test_something_else_than_a_baseline_is_refused(self, data):
        with pytest.raises(InputError):
            Baseline.from_dict(data)
