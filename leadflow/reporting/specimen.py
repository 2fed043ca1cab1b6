"""A tiny company with known figures: what the examples of reporting are computed from.

Three leads of one team. L1 came on 1 July 2026, became an MQL on 2 July, was handed over to Sato, who called on 3 July, and
was won for 3 million yen on 10 July. L2 came on 6 July, became an MQL on 7 July, was handed over to Suzuki and still waits.
L3 came on 8 July. The report is as of Wednesday 15 July 2026, 18:00 in Tokyo.
"""

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from leadflow.calendars import BusinessCalendar, FiscalCalendar
from leadflow.columns import Column, Flags
from leadflow.records import Extracted
from leadflow.records.batches import to_seconds
from leadflow.records.events import Json
from leadflow.reporting.attainment import Attainment
from leadflow.reporting.company import CompanyReport, report_of
from leadflow.reporting.facts import Facts
from leadflow.reporting.hierarchies import Hierarchy, Unit
from leadflow.reporting.holdings import HELD_FIELDS, Holdings, Scope
from leadflow.reporting.kpis import STANDARD_KPIS
from leadflow.reporting.targets import Target, Targets

__all__ = ["specimen_attainment", "specimen_facts", "specimen_holdings", "specimen_report"]

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
_IMPORT: Final[Mapping[str, Json]] = {
    "source": "展示会",
    "at": "2026-07-01T09:00:00+09:00",
    "encoding": "cp932",
    "read": 5,
    "accepted": 4,
    "rejected": 1,
    "reject_reasons": {"no name": 1},
    "profile": [{"name": "company", "rows": 4, "valid": 3}],
}


def specimen_holdings() -> Holdings:
    """Return what the specimen's store would give.

    Example:
        >>> specimen_holdings()
        <Holdings of 3 leads up to write 0>
    """
    scope = Scope.of(STANDARD_KPIS)
    stays = {
        "L1": [("Lead", _at(1)), ("MQL", _at(2)), ("Won", _at(10))],
        "L2": [("Lead", _at(6)), ("MQL", _at(7))],
        "L3": [("Lead", _at(8))],
    }
    fields: list[dict[str, Hashable]] = [
        {"company": "甲社", "lead_source": "展示会", "employees": 300, "campaign": "夏"},
        {"company": "乙社", "lead_source": "Web", "employees": 2, "amount": 90_000_000},
        {"company": "丙社", "lead_source": "Web"},
    ]
    made = {"by": "sato"}, {"amount": 3_000_000}, {"amount": 3_000_000}
    correction = {"field": "amount", "old": 90_000_000_000, "new": 90_000_000}
    entered = [(lead, stage, at) for lead, stay in stays.items() for stage, at in stay]
    left = [at for stay in stays.values() for at in (*(at for _, at in stay[1:]), None)]
    tables = {
        "leads": _extracted(list(stays), members=_columns(scope.fields, fields), filled=_filled(fields)),
        "records": _extracted(
            ["L1", "L1", "L2", "L3"],
            texts={"source": ["展示会", "名刺", "Web", "Web"]},
            times={"observed_at": [_at(1), _at(1), _at(6), _at(8)]},
            members=_columns(["created_at"], [{}] * 4),
        ),
        "activities": _extracted(
            ["L1", "L1", "L1"],
            texts={"kind": ["call", "opportunity_created", "won"]},
            times={"at": [_at(3), _at(8), _at(10)]},
            members=_columns(scope.attributes, made),
        ),
        "states": _extracted(
            list(stays), texts={"stage": [stay[-1][0] for stay in stays.values()], "grade": [None] * 3}
        ),
        "stays": _extracted(
            [lead for lead, _, _ in entered],
            texts={"stage": [stage for _, stage, _ in entered]},
            times={"entered_at": [at for _, _, at in entered], "left_at": left},
        ),
        "offers": _extracted(
            ["L1", "L2"],
            texts={
                "id": ["A1", "A2"],
                "owner": ["sato", "suzuki"],
                "team": ["east", "east"],
                "state": ["followed_up", "offered"],
            },
            times={"offered_at": [_at(2), _at(7)], "deadline": [_at(2, 16), _at(7, 16)]},
        ),
        "turns": _extracted(
            ["L1"] * 2,
            texts={"kind": ["accepted", "followed_up"], "reason": [None, None]},
            times={"at": [_at(2, 14), _at(3)]},
            members=_columns(["assignment_id"], [{"assignment_id": "A1"}] * 2),
        ),
        "corrected": _extracted(
            ["L2"],
            texts={"actor": ["sato"], "reason": ["typed in thousands"]},
            times={"at": [_at(9)]},
            members=_columns(list(correction), [correction]),
        ),
    }
    return Holdings.of(scope, tables, imports={"a": _IMPORT})


def specimen_facts() -> Facts:
    """Return what is known of the specimen as of its moment.

    Example:
        >>> specimen_facts()
        <Facts of 3 leads and 3 activities as of 2026-07-15T18:00:00+09:00>
    """
    return Facts.of(specimen_holdings(), as_of=_at(15, 18), time_zone="Asia/Tokyo")


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


def _extracted(
    lead_ids: Sequence[str],
    *,
    texts: Mapping[str, Sequence[str | None]] | None = None,
    times: Mapping[str, Sequence[dt.datetime | None]] | None = None,
    members: Mapping[str, Column] | None = None,
    filled: Mapping[str, Flags] | None = None,
) -> Extracted:
    return Extracted(
        lead_ids=Column.of(lead_ids),
        positions=np.arange(len(lead_ids)),
        texts={name: Column.of(cells) for name, cells in (texts or {}).items()},
        times={
            name: np.array([to_seconds(at) for at in moments], np.int64)
            for name, moments in (times or {}).items()
        },
        members=members or {},
        filled=filled or {},
    )


def _columns(names: Sequence[str], rows: Sequence[Mapping[str, Hashable]]) -> dict[str, Column]:
    return {name: Column.of(row.get(name) for row in rows) for name in names}


def _filled(rows: Sequence[Mapping[str, Hashable]]) -> dict[str, Flags]:
    return {name: np.array([row.get(name) is not None for row in rows], np.bool_) for name in HELD_FIELDS}
