"""Who owns what, what became of every hand-over, and what is overdue."""

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import BusinessCalendar
from leadflow.records import Assignment, AssignmentState
from leadflow.records.batches import to_seconds
from leadflow.reporting.facts import Facts
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.hierarchies import UNASSIGNED, Hierarchy
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report

__all__ = ["HandOvers", "follow_up_report", "overdue_report", "ownership_report"]

_OPEN: Final = frozenset({AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP})
_HOUR = 3600


@attrs.frozen(kw_only=True, eq=False, repr=False)
class HandOvers:
    """Every hand-over with its unit, its lateness, and whether anybody acted on it.

    Attributes:
        facts: what was read from the store.
        hierarchy: the units.
        assignments: (k,) the hand-overs.
        units: (k,) the owner's unit, or ``UNASSIGNED``.
        late: (k,) float64, business hours since the deadline of a hand-over that still waits; NaN for others.
        touched: (k,) bool, whether staff recorded an activity with the lead since the hand-over.
        hours: (k,) float64, business hours from the offer to the acceptance; NaN where it was not accepted.
    """

    facts: Facts
    hierarchy: Hierarchy
    assignments: tuple[Assignment, ...]
    units: tuple[str, ...]
    late: npt.NDArray[np.float64]
    touched: npt.NDArray[np.bool_]
    hours: npt.NDArray[np.float64]

    @classmethod
    def of(
        cls, facts: Facts, *, hierarchy: Hierarchy, calendar: BusinessCalendar, staff: str = "by"
    ) -> "HandOvers":
        """Look at every hand-over as of the moment of the report.

        Args:
            facts: what was read from the store.
            hierarchy: the units.
            calendar: business hours.
            staff: the attribute of activities that names who of staff acted.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
            >>> given = HandOvers.of(specimen_facts(), hierarchy=specimen_attainment().hierarchy, calendar=specimen_attainment().calendar)
            >>> given.units, given.late.tolist()
            (('sato', 'suzuki'), [nan, 56.0])
        """
        given = facts.assignments
        known = frozenset(unit.id for unit in hierarchy.units)
        offered = np.fromiter((to_seconds(one.offered_at) for one in given), np.int64, len(given))
        waits = np.fromiter(
            (
                one.state is AssignmentState.OFFERED
                and one.deadline is not None
                and one.deadline < facts.as_of
                for one in given
            ),
            np.bool_,
            len(given),
        )
        late = np.full(len(given), np.nan)
        if waits.any():
            due = np.fromiter(
                (to_seconds(given[row].deadline) for row in np.flatnonzero(waits).tolist()), np.int64
            )
            late[waits] = calendar.elapsed(due, np.full(len(due), facts.now)) / _HOUR
        return cls(
            facts=facts,
            hierarchy=hierarchy,
            assignments=given,
            units=tuple(one.owner if one.owner in known else UNASSIGNED for one in given),
            late=late,
            touched=_touched(facts, offered, staff),
            hours=_hours(facts, offered, calendar),
        )

    def tests(self) -> Mapping[str, npt.NDArray[np.bool_]]:
        """Return by column of the report which hand-overs count in it.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
            >>> given = HandOvers.of(specimen_facts(), hierarchy=specimen_attainment().hierarchy, calendar=specimen_attainment().calendar)
            >>> given.tests()["overdue"].tolist()
            [False, True]
        """
        states = [one.state for one in self.assignments]
        of = {state: np.array([one is state for one in states], np.bool_) for state in AssignmentState}
        is_open = np.array([one in _OPEN for one in states], np.bool_)
        return {
            "handed_over": np.ones(len(states), np.bool_),
            "open": is_open,
            "waiting": of[AssignmentState.OFFERED],
            "overdue": ~np.isnan(self.late),
            "untouched": is_open & ~self.touched,
            "accepted": of[AssignmentState.ACCEPTED],
            "followed_up": of[AssignmentState.FOLLOWED_UP],
            "declined": of[AssignmentState.DECLINED],
            "expired": of[AssignmentState.EXPIRED],
            "closed": of[AssignmentState.CLOSED],
        }

    def __repr__(self) -> str:
        return f"<HandOvers: {len(self.assignments)}>"


def ownership_report(given: HandOvers) -> Report:
    """Return by unit what was handed over, what is open, waiting, overdue, untouched, and how fast it was accepted.

    The figures of a unit hold those of all units below it today.

    Args:
        given: the hand-overs.

    Example:
        >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
        >>> given = HandOvers.of(specimen_facts(), hierarchy=specimen_attainment().hierarchy, calendar=specimen_attainment().calendar)
        >>> ownership_report(given).where(unit="east")[0]["overdue"]
        1
    """
    hierarchy, today = given.hierarchy, given.facts.today
    ids = hierarchy.ids
    place = {unit: row for row, unit in enumerate(ids)}
    units = np.array([place[unit] for unit in given.units], np.int64)
    above = hierarchy.above(today)
    tests = given.tests()
    counts = {name: above @ np.bincount(units[test], minlength=len(ids)) for name, test in tests.items()}
    shown = [unit for unit in hierarchy.top_down(today) if counts["handed_over"][place[unit]]]
    rows: list[tuple[Cell, ...]] = []
    for unit_id in shown:
        unit = hierarchy.unit(unit_id)
        row = place[unit_id]
        hours = given.hours[(above[row] > 0)[units]] if len(units) else np.empty(0)
        hours = hours[~np.isnan(hours)]
        rows.append(
            (
                unit.level,
                unit_id,
                unit.name,
                *(int(counts[name][row]) for name in tests),
                float(np.median(hours)) if len(hours) else None,
            )
        )

    def drill(row: int, column: str) -> tuple[str, ...]:
        below = (above[place[shown[row]]] > 0)[units]
        chosen = np.flatnonzero(below & tests.get(column, tests["handed_over"]))
        return tuple(dict.fromkeys(given.assignments[one].lead_id for one in chosen.tolist()))

    columns = [("level", ColumnKind.TEXT), ("unit", ColumnKind.TEXT), ("unit_name", ColumnKind.TEXT)]
    columns += [(name, ColumnKind.COUNT) for name in tests]
    columns += [("hours_to_accept", ColumnKind.NUMBER)]
    return Report.of(
        "ownership",
        LABELS["ownership_title"],
        [(name, kind, LABELS[name]) for name, kind in columns],
        rows,
        notes=(LABELS["note_touched"],),
        drill=drill,
    )


def overdue_report(given: HandOvers) -> Report:
    """Return one row for every hand-over that waits past its deadline, the latest first.

    Example:
        >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
        >>> given = HandOvers.of(specimen_facts(), hierarchy=specimen_attainment().hierarchy, calendar=specimen_attainment().calendar)
        >>> overdue_report(given)["lead_id"]
        ('L2',)
    """
    facts = given.facts
    zone = ZoneInfo(facts.time_zone)
    teams = {unit.id: unit.name for unit in given.hierarchy.units}
    rows_of = facts.row_of
    grades = dict(zip(facts.states.ids, facts.states.grades.to_list(), strict=True))
    late = np.flatnonzero(~np.isnan(given.late))
    order = late[np.argsort(-given.late[late], kind="stable")].tolist()
    company = facts.leads["company"]
    rows: list[tuple[Cell, ...]] = []
    for one in order:
        assignment = given.assignments[one]
        row = rows_of.get(assignment.lead_id)
        unit = given.units[one]
        rows.append(
            (
                assignment.lead_id,
                None if row is None else _text(company[row]),
                _text(grades.get(assignment.lead_id)),
                assignment.owner,
                given.hierarchy.unit(unit).name if unit != UNASSIGNED else assignment.owner,
                teams.get(assignment.team, assignment.team),
                assignment.offered_at.astimezone(zone),
                None if assignment.deadline is None else assignment.deadline.astimezone(zone),
                float(given.late[one]),
            )
        )
    columns = (
        ("lead_id", ColumnKind.TEXT),
        ("company", ColumnKind.TEXT),
        ("grade", ColumnKind.TEXT),
        ("owner", ColumnKind.TEXT),
        ("owner_name", ColumnKind.TEXT),
        ("team", ColumnKind.TEXT),
        ("offered_at", ColumnKind.MOMENT),
        ("deadline", ColumnKind.MOMENT),
        ("hours_late", ColumnKind.NUMBER),
    )
    return Report.of(
        "overdue",
        LABELS["overdue_title"],
        [(name, kind, LABELS[name]) for name, kind in columns],
        rows,
        drill=lambda row, _: (str(rows[row][0]),),
    )


def follow_up_report(given: HandOvers, order: Sequence[str]) -> Report:
    """Return for every hand-over's state in which stage its lead is now: what became of it.

    Args:
        given: the hand-overs.
        order: the stages, in the order of the funnel.

    Example:
        >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
        >>> given = HandOvers.of(specimen_facts(), hierarchy=specimen_attainment().hierarchy, calendar=specimen_attainment().calendar)
        >>> follow_up_report(given, ["Lead", "MQL", "Won"])["stage"]
        ('MQL', 'Won')
    """
    facts = given.facts
    stages = dict(zip(facts.states.ids, facts.states.stages.to_list(), strict=True))
    now = [_text(stages.get(one.lead_id)) or "" for one in given.assignments]
    keys = [(state, stage) for state in AssignmentState for stage in (*order, "")]
    groups: dict[tuple[AssignmentState, str], list[int]] = {key: [] for key in keys}
    for position, (assignment, stage) in enumerate(zip(given.assignments, now, strict=True)):
        groups.setdefault((assignment.state, stage), []).append(position)
    shown = [key for key, positions in groups.items() if positions]
    total = len(given.assignments)
    rows: list[tuple[Cell, ...]] = [
        (state.value, stage or None, len(groups[state, stage]), len(groups[state, stage]) / total)
        for state, stage in shown
    ]

    def drill(row: int, _: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(given.assignments[one].lead_id for one in groups[shown[row]]))

    columns = (
        ("handed_over", ColumnKind.TEXT),
        ("stage", ColumnKind.TEXT),
        ("count", ColumnKind.COUNT),
        ("share", ColumnKind.SHARE),
    )
    return Report.of(
        "follow_up",
        LABELS["follow_up_title"],
        [(name, kind, LABELS[name]) for name, kind in columns],
        rows,
        drill=drill,
    )


def _touched(facts: Facts, offered: npt.NDArray[np.int64], staff: str) -> npt.NDArray[np.bool_]:
    by = facts.activities.attributes.get(staff)
    last = np.full(len(facts.leads) + 1, np.iinfo(np.int64).min)
    if by is not None:
        np.maximum.at(last, facts.activity_rows[by.filled], facts.activities.at[by.filled])
    last[-1] = np.iinfo(np.int64).min
    place = facts.row_of
    rows = np.fromiter(
        (place.get(one.lead_id, -1) for one in facts.assignments), np.int64, len(facts.assignments)
    )
    touched: npt.NDArray[np.bool_] = last[rows] >= offered
    return touched


def _hours(
    facts: Facts, offered: npt.NDArray[np.int64], calendar: BusinessCalendar
) -> npt.NDArray[np.float64]:
    at = {str(event.detail.get("assignment_id")): to_seconds(event.at) for event in facts.accepted}
    hours = np.full(len(facts.assignments), np.nan)
    rows = [row for row, one in enumerate(facts.assignments) if one.id in at]
    if rows:
        ends = np.array([at[facts.assignments[row].id] for row in rows], np.int64)
        hours[rows] = calendar.elapsed(offered[rows], ends) / _HOUR
    return hours


def _text(value: object) -> str | None:
    return None if value is None else str(value)
