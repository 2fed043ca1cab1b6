"""A dry run tells what a merge would change, and changes nothing."""

import datetime as dt

from leadflow.merging import MergeStrategy, merge, prefer, preview
from leadflow.records import LeadBatch, SourceRecord


def records():
    day = lambda number: dt.datetime(2026, 4, number, tzinfo=dt.UTC)  # noqa: E731  # a table of records reads best so
    return LeadBatch.from_records(
        [
            SourceRecord(id="r1", source="CRM", observed_at=day(1), values={"title": "課長", "city": "港区"}),
            SourceRecord(id="r2", source="MA", observed_at=day(2), values={"title": "部長"}),
            SourceRecord(id="r3", source="MA", observed_at=day(2), values={"title": "主任"}),
        ]
    )


def test_the_same_strategy_changes_nothing():
    before = merge(records(), ["L1", "L1", "L2"], MergeStrategy()).leads
    assert len(preview(before, records(), ["L1", "L1", "L2"], MergeStrategy())) == 0


def test_another_strategy_shows_each_change_with_its_reason():
    before = merge(records(), ["L1", "L1", "L2"], MergeStrategy()).leads
    found = preview(before, records(), ["L1", "L1", "L2"], MergeStrategy(fields={"title": prefer("CRM")}))
    assert found.to_dicts() == [
        {
            "lead_id": "L1",
            "field": "title",
            "before": "部長",
            "after": "課長",
            "record_id": "r1",
            "rule": "prefer CRM, then most_recent",
        }
    ]
    assert found.summary() == "2 leads: 0 new, 1 changed\n  title: 1"


def test_an_unmerge_shows_what_the_remaining_lead_loses():
    before = merge(records(), ["L1", "L1", "L2"], MergeStrategy()).leads
    found = preview(before, records(), ["L9", "L1", "L2"], MergeStrategy())
    assert [(change.field, change.before, change.after) for change in found] == [("city", "港区", None)]
    assert found.new_leads == ("L9",)


def test_a_merge_shows_which_lead_would_be_gone():
    before = merge(records(), ["L1", "L1", "L2"], MergeStrategy()).leads
    found = preview(before, records(), ["L1", "L1", "L1"], MergeStrategy())
    assert (found.gone_leads, found.new_leads) == (("L2",), ())
    assert found.summary() == "1 leads: 0 new, 0 changed, 1 gone"
