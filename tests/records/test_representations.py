"""What is printed or logged of a record names kinds, fields and ids, and quotes no value."""

import datetime as dt

import pytest

import leadflow as lf
from leadflow.merging import find_conflicts
from leadflow.records import Event, EventKind
from leadflow.records.golden import Golden

NOW = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)
TWINS = [
    lf.SourceRecord(id=name, source="展示会", observed_at=NOW, values={"full_name": f"鷹司 {name}"})
    for name in "ab"
]


@pytest.mark.parametrize(
    ("thing", "named"),
    [
        (
            lf.Activity(lead_id="鷹司@example.jp", kind="mail", at=NOW, attributes={"body": "鷹司です"}),
            "'mail'",
        ),
        (
            Event(
                kind=EventKind.CORRECTED,
                lead_id="L1",
                at=NOW,
                detail={"field": "full_name", "old": "鷹司", "new": "鷹"},
            ),
            "field, old, new",
        ),
        (Golden(lead_id="L1", values={"full_name": "鷹司"}, winners={"full_name": "r1"}, rules={}), "'r1'"),
        (find_conflicts(lf.LeadBatch.from_records(TWINS), ["L1", "L1"]), "'full_name'"),
        (lf.MergeStrategy().merge(TWINS), "'full_name'"),
    ],
)
def test_a_representation_shows_no_personal_data(thing, named):
    shown = repr(thing)
    assert "鷹" not in shown
    assert named in shown


def test_the_story_of_a_corrected_lead_shows_none_either():
    flow = lf.LeadFlow(store=lf.open_store("memory://"))
    lead_id = flow.capture(
        {"form": "contact", "氏名": "鷹司 太郎", "メール": "a@example.jp"}, now=NOW
    ).lead_id
    lf.engine.correct(flow.store, lead_id, "full_name", "鷹司 次郎", actor="sato", reason="misheard", now=NOW)
    assert "鷹司" not in repr(flow.why(lead_id))
