"""A made-up company with half a year of history, and everything that is known about it in plain lists."""

import datetime as dt
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pytest

from leadflow.adapters.memory import MemoryStore
from leadflow.calendars import BusinessCalendar, FiscalCalendar
from leadflow.columns import Column
from leadflow.records import (
    Activity,
    ActivityLog,
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
from leadflow.reporting import Hierarchy, Target, Targets, Unit, build_report

TOKYO = ZoneInfo("Asia/Tokyo")
AS_OF = dt.datetime(2026, 9, 16, 15, tzinfo=TOKYO)
FIRST = dt.datetime(2026, 4, 1, tzinfo=TOKYO)
STAGES = ("Lead", "MQL", "SAL", "Opportunity", "Won")
HIERARCHY = Hierarchy(
    units=(
        Unit(id="company", name="青空計測<株>", level="company"),
        Unit(id="inside", name="内勤営業部", level="department", parent="company"),
        Unit(id="field", name="外勤営業部", level="department", parent="company"),
        Unit(id="east", name="東日本チーム", level="team", parent="inside"),
        Unit(id="west", name="西日本チーム", level="team", parent="inside"),
        Unit(id="kanto", name="関東チーム", level="team", parent="field"),
        *(
            Unit(id=f"p{n}", name=f"担当{n}", level="person", parent=("east", "west", "kanto")[n % 3])
            for n in range(7)
        ),
    )
)


@attrs.frozen(kw_only=True)
class Known:
    """What was put into the store, as plain lists.

    Attributes:
        store: the store.
        activities: everything that happened, also after the report.
        histories: by lead, (stage, entered at, left at or None).
        assignments: every hand-over.
        accepted: assignment id to the moment.
        records: (lead id, source, moment).
        companies: lead id to company.
        amounts: lead id to the amount in its field.
    """

    store: MemoryStore
    activities: list[Activity]
    histories: dict[str, list[tuple[str, dt.datetime, dt.datetime | None]]]
    assignments: list[Assignment]
    accepted: dict[str, dt.datetime]
    records: list[tuple[str, str, dt.datetime]]
    companies: dict[str, str]
    amounts: dict[str, int]


def fill(store, seed=0, leads=120):
    """Put half a year of a made-up company into a store and return what was put."""
    rng = np.random.default_rng(seed)

    def later(moment, hours):
        return moment + dt.timedelta(seconds=int(rng.integers(60, int(hours * 3600))))

    known = Known(
        store=store,
        activities=[],
        histories={},
        assignments=[],
        accepted={},
        records=[],
        companies={},
        amounts={},
    )
    for n in range(leads):
        lead_id = f"L{n:04d}"
        born = later(FIRST, 24 * 170)
        known.companies[lead_id] = f"会社{n % 30}<b>&"
        if n % 5 == 0:
            known.amounts[lead_id] = int(rng.integers(1, 90)) * 100_000
        known.records.append((lead_id, "展示会", born))
        if n % 3 == 0:
            known.records.append((lead_id, ("Salesforce", "展示会")[n % 2], later(born, 100)))
        moments = [born]
        for _ in range(int(rng.choice([0, 1, 2, 3, 4], p=[0.3, 0.3, 0.2, 0.12, 0.08]))):
            moments.append(later(moments[-1], 24 * 12))
        known.histories[lead_id] = [
            (STAGES[i], at, moments[i + 1] if i + 1 < len(moments) else None) for i, at in enumerate(moments)
        ]
        if len(moments) > 1:
            _hand_over(known, lead_id, moments[1], rng, later)
        if len(moments) > 3:
            amount = int(rng.integers(5, 400)) * 100_000
            known.activities.append(
                Activity(
                    lead_id=lead_id, kind="opportunity_created", at=moments[3], attributes={"amount": amount}
                )
            )
            if len(moments) > 4:
                won = Activity(lead_id=lead_id, kind="won", at=moments[4], attributes={"amount": amount})
                known.activities.append(won)
        for _ in range(int(rng.integers(0, 9))):
            kind = str(rng.choice(["call", "call_connected", "appointment", "email_opened"]))
            by = {"by": f"p{rng.integers(0, 8)}"} if kind != "email_opened" else {"campaign": "mail<1>"}
            at = later(born, 24 * 30)
            known.activities.append(Activity(lead_id=lead_id, kind=kind, at=at, attributes=by))
    _put(store, known)
    return known


def _hand_over(known, lead_id, at, rng, later):
    states = [
        AssignmentState.OFFERED,
        AssignmentState.ACCEPTED,
        AssignmentState.DECLINED,
        AssignmentState.CLOSED,
    ]
    for turn in range(int(rng.integers(1, 3))):
        offered = at if turn == 0 else later(at, 200)
        assignment = Assignment(
            id=f"A-{lead_id}-{turn}",
            lead_id=lead_id,
            owner=f"p{rng.integers(0, 8)}",
            offered_at=offered,
            deadline=offered + dt.timedelta(hours=8),
            state=states[int(rng.integers(0, 4))],
        )
        known.assignments.append(assignment)
        if assignment.state is AssignmentState.ACCEPTED:
            known.accepted[assignment.id] = later(offered, 30)


def _put(store, known):
    ids = list(known.histories)
    batch = LeadBatch.from_dicts(
        [
            {
                "company": known.companies[i],
                "amount": known.amounts.get(i),
                "lead_source": None if n % 4 else "紹介",
            }
            for n, i in enumerate(ids)
        ],
        ids=ids,
    )
    records = LeadBatch.from_records(
        [
            SourceRecord(
                id=f"r{n}", source=source, observed_at=at, values={"company": known.companies[lead_id]}
            )
            for n, (lead_id, source, at) in enumerate(known.records)
        ]
    )
    with store.session() as session:
        session.add_records(records, [lead_id for lead_id, _, _ in known.records])
        session.put_leads(GoldenBatch(leads=batch, winners={}, rules={}))
        session.add_activities(ActivityLog.of(known.activities))
        session.put_histories(
            [
                StageHistory(
                    lead_id=lead_id,
                    intervals=tuple(StageInterval(stage=s, entered_at=a, left_at=b) for s, a, b in stays),
                )
                for lead_id, stays in known.histories.items()
            ]
        )
        session.put_states(StateBatch.of(ids, stages=Column.of(known.histories[i][-1][0] for i in ids)))
        session.put_assignments(known.assignments)
        session.append(
            Event(kind=EventKind.ACCEPTED, lead_id=key.split("-")[1], at=at, detail={"assignment_id": key})
            for key, at in known.accepted.items()
        )
        session.put_document("imports", IMPORTS)


IMPORTS = {
    "one": {
        "source": "展示会",
        "at": "2026-05-01T09:00:00+09:00",
        "encoding": "cp932",
        "read": 130,
        "accepted": 120,
        "rejected": 10,
        "reject_reasons": {"no name": 7, "no address <script>": 3},
        "invalid": [{"column": "電話", "reason": "x", "count": 4}],
        "profile": [{"name": "company", "rows": 120, "valid": 118}],
    }
}


def targets():
    """Monthly targets per person for calls, and per department for won amount, from April to September."""
    months = [f"2026-{month:02d}" for month in range(4, 10)]
    rows = [Target(kpi="calls", period=m, unit=f"p{n}", value=3 + n) for m in months for n in range(7)]
    rows += [
        Target(kpi="won_amount", period=m, unit=d, value=9_000_000)
        for m in months
        for d in ("inside", "field")
    ]
    rows += [Target(kpi="leads", period="FY2026", unit="company", value=300)]
    return Targets(rows=tuple(rows))


@pytest.fixture(scope="session")
def known():
    return fill(MemoryStore())


@pytest.fixture(scope="session")
def report(known):
    with known.store.snapshot() as reader:
        return build_report(
            reader,
            as_of=AS_OF,
            targets=targets(),
            hierarchy=HIERARCHY,
            calendar=BusinessCalendar.japan(),
            fiscal=FiscalCalendar(),
            costs={"mail<1>": 400_000},
        )


@pytest.fixture(scope="session")
def make():
    """The builder of made-up companies and the constants of the fixture."""
    return fill
