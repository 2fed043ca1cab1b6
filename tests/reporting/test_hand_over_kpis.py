"""KPIs of hand-overs are what the journal says, owner by owner and day by day."""

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

import leadflow as lf
from leadflow.errors import DefinitionError
from leadflow.records import (
    Assignment,
    AssignmentState,
    Event,
    EventKind,
    GoldenBatch,
    LeadBatch,
    SourceRecord,
)
from leadflow.reporting import (
    HandOverEvents,
    Kpi,
    Measure,
    Ratio,
    Target,
    Targets,
    Unit,
    build_report,
)
from leadflow.reporting.kpis import HAND_OVER_EVENTS

TOKYO = ZoneInfo("Asia/Tokyo")
KPIS = [
    *(Kpi(name=kind, source=HandOverEvents(kinds=(kind,))) for kind in HAND_OVER_EVENTS),
    Kpi(name="answered", source=HandOverEvents(kinds=("accepted", "declined")), measure=Measure.DISTINCT),
    Ratio(name="acceptance", numerator="accepted", denominator="offered"),
]
PEOPLE = [Unit(id=f"p{n}", name=f"担当{n}", level="person", parent="all") for n in range(3)]
JOURNAL = {"offered": EventKind.ASSIGNED} | {kind: EventKind(kind) for kind in HAND_OVER_EVENTS[1:]}


STATES = {EventKind.ACCEPTED: AssignmentState.ACCEPTED, EventKind.DECLINED: AssignmentState.DECLINED}


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def store(request, tmp_path_factory):
    """Leads that are offered to three people, and accepted, declined or left, some of them declined and offered again."""
    url = (
        "memory://"
        if request.param == "memory"
        else f"sqlite:///{tmp_path_factory.mktemp('kpis') / 'leads.db'}"
    )
    with lf.open_store(url) as store:
        with store.session() as session:
            _fill(session)
        yield store


def _fill(session):
    ids = [f"L{n}" for n in range(24)]
    at = [dt.datetime(2026, 7, 1 + n // 2, 8 + n % 12, tzinfo=TOKYO) for n in range(24)]
    records = [SourceRecord(id=f"r{n}", source="x", observed_at=at[n]) for n in range(24)]
    session.add_records(LeadBatch.from_records(records), ids)
    session.put_leads(
        GoldenBatch(leads=LeadBatch.from_dicts([{"company": "甲社"}] * 24, ids=ids), winners={}, rules={})
    )
    for n, again in [*((n, 0) for n in range(24)), *((n, 1) for n in range(2, 24, 6))]:
        offered = at[n] + dt.timedelta(days=again)
        answer = (EventKind.ACCEPTED, None, EventKind.DECLINED)[(n + again) % 3]
        one = Assignment(
            id=f"A{n}.{again}",
            lead_id=ids[n],
            owner=f"p{(n + again) % 3}",
            offered_at=offered,
            state=STATES.get(answer, AssignmentState.OFFERED),
        )
        detail = {"assignment_id": one.id, "owner": one.owner}
        events = [Event(kind=EventKind.ASSIGNED, lead_id=one.lead_id, at=offered, detail=detail)]
        if answer:
            answered = offered + dt.timedelta(hours=20)
            events.append(
                Event(kind=answer, lead_id=one.lead_id, at=answered, actor=one.owner, detail=detail)
            )
        session.put_assignments([one])
        session.append(events)


def told(store, kind):
    """Owner and local day of every entry of the journal."""
    with store.snapshot() as reader:
        events = list(reader.journal(kinds=[JOURNAL[kind]]))
    return Counter((event.detail["owner"], event.at.astimezone(TOKYO).date()) for event in events)


@pytest.fixture(scope="module")
def report(store):
    with store.snapshot() as reader:
        owners = sorted({one.owner for one in reader.assignments()})
        rows = [Target(kpi="accepted", period="2026-07", unit=owners[0], value=22)]
        return build_report(
            reader,
            as_of=dt.datetime(2026, 7, 31, 18, tzinfo=TOKYO),
            kpis=KPIS,
            targets=Targets(rows=tuple(rows)),
        )


@pytest.mark.parametrize("kind", ["offered", "accepted", "declined"])
def test_every_figure_is_that_of_the_journal(store, report, kind):
    expected = told(store, kind)
    assert expected
    happened = report.attainment.happenings[kind]
    ids = report.attainment.hierarchy.ids
    found = Counter(zip((ids[one] for one in happened.units.tolist()), happened.days.tolist(), strict=True))
    assert expected == found
    assert sum(expected.values()) == report["attainment"].where({"kpi": kind, "period": "month"})[0]["actual"]


def test_the_leads_behind_a_figure_are_those_that_were_declined(store, report):
    with store.snapshot() as reader:
        declined = {event.lead_id for event in reader.journal(kinds=[EventKind.DECLINED])}
    assert declined == set(report.lead_ids("declined"))


def test_a_ratio_and_a_target_work_as_for_any_other(store, report):
    month = {"period": "month"}
    offered, accepted = (sum(told(store, kind).values()) for kind in ("offered", "accepted"))
    (rate, *_) = report["attainment"].where({"kpi": "acceptance", **month})
    assert pytest.approx(accepted / offered) == rate["actual"]
    assert 22 in {row["target"] for row in report["attainment"].where({"kpi": "accepted", **month})}


@pytest.mark.parametrize("kinds", [(), ("acepted",), "accepted"])
def test_what_is_no_kind_is_refused(kinds):
    with pytest.raises(DefinitionError, match="accepted"):
        HandOverEvents(kinds=kinds)
