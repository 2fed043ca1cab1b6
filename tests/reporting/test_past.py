"""A report of a moment that is made later is the report that was made then, whatever happened in between."""

import datetime as dt

import pytest

import leadflow as lf
from leadflow.adapters.jobs import hierarchy_of, success_path
from leadflow.columns import Column
from leadflow.datasets import sample_company
from leadflow.records import (
    Assignment,
    AssignmentState,
    Event,
    EventKind,
    GoldenBatch,
    LeadBatch,
    SourceRecord,
    StageHistory,
    StageInterval,
    StateBatch,
)
from leadflow.reporting import build_report

APRIL = dt.datetime.fromisoformat("2026-04-01T00:00:00+09:00")
JULY = dt.datetime.fromisoformat("2026-07-01T18:00:00+09:00")
SEPTEMBER = dt.datetime.fromisoformat("2026-09-28T18:00:00+09:00")


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """The report of an evening in July, made on that evening and again in September."""
    company = sample_company()
    definition = lf.load_definition(company.definition_path)
    lists = [lf.read_leads(each) for each in company.paths.values()]
    activities = lf.read_activities(company.activities_path)
    with lf.open_store(f"sqlite:///{tmp_path_factory.mktemp('past')}/leads.db") as store:

        def report_of_july():
            with store.snapshot() as reader:
                return build_report(
                    reader,
                    as_of=JULY,
                    hierarchy=hierarchy_of(definition),
                    calendar=definition.routing.calendar,
                    fiscal=definition.fiscal,
                    stages=success_path(definition),
                )

        flow = definition.flow(store)
        flow.ingest(*lists, activities=activities, now=JULY, since=APRIL)
        then = report_of_july()
        flow.ingest(*lists, activities=activities, now=SEPTEMBER, since=JULY)
        yield then, report_of_july()


def test_every_section_is_the_same(twice):
    then, later = twice
    assert sum(then["ownership"]["waiting"]) > len(then["overdue"]) > 0
    for name, section in then.sections.items():
        columns = [column for column in section.names if column != "grade"]  # grades are as they are kept
        assert [[row[column] for column in columns] for row in section] == [
            [row[column] for column in columns] for row in later[name]
        ], name


def test_the_leads_behind_the_hand_overs_are_the_same(twice):
    then, later = twice
    for column in ("waiting", "overdue", "untouched", "expired", "followed_up", "closed"):
        assert then["ownership"].lead_ids(0, column) == later["ownership"].lead_ids(0, column)


def at(day, hour=10):
    return dt.datetime(2026, 9, day, hour, tzinfo=dt.UTC)


def test_what_came_moved_or_was_answered_later_is_as_it_was(tmp_path):
    offer = {"lead_id": "L1", "offered_at": at(2), "deadline": at(30), "state": AssignmentState.ACCEPTED}
    told = {"assignment_id": "A1", "owner": "p1", "deadline": at(2, 18).isoformat()}
    leads = LeadBatch.from_dicts([{"company": "甲社"}, {"company": "乙社"}], ids=["L1", "L2"])
    records = LeadBatch.from_records(
        [SourceRecord(id=f"r{n}", source="Web", observed_at=at(n), values={}) for n in (1, 9)]
    )
    with lf.open_store(f"sqlite:///{tmp_path}/leads.db") as store:
        with store.session() as session:
            session.add_records(records, ["L1", "L2"])
            session.put_leads(GoldenBatch(leads=leads, winners={}, rules={}))
            session.put_states(StateBatch.of(["L1", "L2"], stages=Column.of(["SAL", "Lead"])))
            stays = (
                StageInterval(stage="Lead", entered_at=at(1), left_at=at(5)),
                StageInterval(stage="SAL", entered_at=at(5)),
            )
            session.put_histories([StageHistory(lead_id="L1", intervals=stays)])
            session.put_assignments([Assignment(id="A1", owner="p1", **offer)])
            session.append(
                [
                    Event(
                        kind=EventKind.ASSIGNED, lead_id="L0", at=at(2), detail=told
                    ),  # before two leads were one
                    Event(kind=EventKind.ACCEPTED, lead_id="L1", at=at(5), detail={"assignment_id": "A1"}),
                ]
            )
            session.redirect(["L0"], ["L1"])
        with store.snapshot() as reader:
            third, today = (build_report(reader, as_of=at(day)) for day in (3, 10))
    assert third.facts.leads.ids == ("L1",)
    assert [("offered", "Lead", 1)] == [
        (r["handed_over"], r["stage"], r["count"]) for r in third["follow_up"]
    ]
    assert [at(2, 18)] == list(third["overdue"]["deadline"])
    assert 1 == third["duplicates"].to_dicts()[-1]["records"]
    assert today.facts.leads.ids == ("L1", "L2")
    assert [("accepted", "SAL", 1)] == [
        (r["handed_over"], r["stage"], r["count"]) for r in today["follow_up"]
    ]
    assert not len(today["overdue"])
