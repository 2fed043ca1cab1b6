"""A tiny company with known figures: what the examples of reporting are computed from.

Three leads of one team. L1 came on 1 July 2026, became an MQL on 2 July, was handed over to Sato, who called on 3 July, and
was won for 3 million yen on 10 July. L2 came on 6 July, became an MQL on 7 July, was handed over to Suzuki and still waits.
L3 came on 8 July. The report is as of Wednesday 15 July 2026, 18:00 in Tokyo.
"""

import datetime as dt
from collections.abc import Hashable
from zoneinfo import ZoneInfo

import numpy as np

from leadflow.calendars import BusinessCalendar, FiscalCalendar
from leadflow.columns import Column
from leadflow.funnel import StageLog
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    AssignmentState,
    Event,
    EventKind,
    LeadBatch,
    StageHistory,
    StageInterval,
    StateBatch,
)
from leadflow.records.batches import to_seconds
from leadflow.reporting.attainment import Attainment
from leadflow.reporting.company import CompanyReport, report_of
from leadflow.reporting.facts import Facts
from leadflow.reporting.hierarchies import Hierarchy, Unit
from leadflow.reporting.kpis import STANDARD_KPIS
from leadflow.reporting.targets import Target, Targets

__all__ = ["specimen_attainment", "specimen_facts", "specimen_report"]

_HIERARCHY = Hierarchy(
    units=(
        Unit(id="company", name="A社", level="company"),
        Unit(id="east", name="東日本", level="team", parent="company"),
        Unit(id="sato", name="佐藤", level="person", parent="east"),
        Unit(id="suzuki", name="鈴木", level="person", parent="east"),
    )
)
_TARGETS = Targets(
    rows=(
        Target(kpi="calls", period="2026-07", unit="sato", value=22),
        Target(kpi="won_amount", period="2026-Q2", unit="company", value=6_000_000),
    )
)


def specimen_facts() -> Facts:
    """Return what the specimen's store would give.

    Example:
        >>> specimen_facts()
        <Facts of 3 leads and 3 activities as of 2026-07-15T18:00:00+09:00>
    """
    stays = {
        "L1": [("Lead", _at(1)), ("MQL", _at(2)), ("Won", _at(10))],
        "L2": [("Lead", _at(6)), ("MQL", _at(7))],
        "L3": [("Lead", _at(8))],
    }
    born = np.array([to_seconds(stay[0][1]) for stay in stays.values()], np.int64)
    rows: list[dict[str, Hashable]] = [
        {"company": "甲社", "lead_source": "展示会", "employees": 300, "campaign": "夏"},
        {"company": "乙社", "lead_source": "Web", "employees": 2, "amount": 90_000_000},
        {"company": "丙社", "lead_source": "Web"},
    ]
    return Facts(
        as_of=_at(15, 18),
        time_zone="Asia/Tokyo",
        leads=LeadBatch.from_dicts(rows, ids=list(stays)),
        states=StateBatch.of(list(stays), stages=Column.of(stay[-1][0] for stay in stays.values())),
        activities=ActivityLog.of(
            [
                Activity(lead_id="L1", kind="call", at=_at(3), attributes={"by": "sato"}),
                Activity(
                    lead_id="L1", kind="opportunity_created", at=_at(8), attributes={"amount": 3_000_000}
                ),
                Activity(lead_id="L1", kind="won", at=_at(10), attributes={"amount": 3_000_000}),
            ]
        ),
        stays=StageLog.of(_history(lead_id, entries) for lead_id, entries in stays.items()),
        assignments=(
            _hand_over("A1", "L1", "sato", 2, AssignmentState.FOLLOWED_UP),
            _hand_over("A2", "L2", "suzuki", 7, AssignmentState.OFFERED),
        ),
        record_leads=Column.of(["L1", "L1", "L2", "L3"]),
        record_sources=Column.of(["展示会", "名刺", "Web", "Web"]),
        born=born,
        imports={
            "a": {
                "source": "展示会",
                "at": "2026-07-01T09:00:00+09:00",
                "encoding": "cp932",
                "read": 5,
                "accepted": 4,
                "rejected": 1,
                "reject_reasons": {"no name": 1},
                "profile": [{"name": "company", "rows": 4, "valid": 3}],
            }
        },
        accepted=(
            Event(kind=EventKind.ACCEPTED, lead_id="L1", at=_at(2, 14), detail={"assignment_id": "A1"}),
        ),
        corrections=(
            Event(
                kind=EventKind.CORRECTED,
                lead_id="L2",
                at=_at(9),
                actor="sato",
                reason="typed in thousands",
                detail={"field": "amount", "old": 90_000_000_000, "new": 90_000_000},
            ),
        ),
    )


def specimen_attainment() -> Attainment:
    """Return the specimen's figures against its targets: 22 calls for Sato in July, 6 million yen won in the quarter.

    Example:
        >>> specimen_attainment()
        <Attainment of 10 KPIs and 4 units as of 2026-07-15>
    """
    return Attainment.of(
        specimen_facts(),
        kpis=STANDARD_KPIS,
        targets=_TARGETS,
        hierarchy=_HIERARCHY,
        calendar=BusinessCalendar.japan(),
        fiscal=FiscalCalendar(),
    )


def specimen_report() -> CompanyReport:
    """Return the specimen's whole report.

    Example:
        >>> specimen_report()["funnel"]["stage"]
        ('Lead', 'MQL', 'Won')
    """
    return report_of(specimen_facts(), targets=_TARGETS, hierarchy=_HIERARCHY)


def _at(day: int, hour: int = 10) -> dt.datetime:
    return dt.datetime(2026, 7, day, hour, tzinfo=ZoneInfo("Asia/Tokyo"))


def _history(lead_id: str, entries: list[tuple[str, dt.datetime]]) -> StageHistory:
    ends = [at for _, at in entries[1:]]
    stays = [
        StageInterval(stage=stage, entered_at=at, left_at=end)
        for (stage, at), end in zip(entries, [*ends, None], strict=True)
    ]
    return StageHistory(lead_id=lead_id, intervals=tuple(stays))


def _hand_over(key: str, lead_id: str, owner: str, day: int, state: AssignmentState) -> Assignment:
    return Assignment(
        id=key,
        lead_id=lead_id,
        owner=owner,
        team="east",
        offered_at=_at(day),
        deadline=_at(day, 16),
        state=state,
    )
