"""Who owns what, what became of every hand-over, and what is overdue."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import BusinessCalendar
from leadflow.columns import Codes, Column
from leadflow.records import AssignmentState
from leadflow.records.batches import NO_TIME, Seconds, from_seconds
from leadflow.reporting.cells import unit_codes
from leadflow.reporting.facts import Facts
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.hierarchies import Hierarchy
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Later, Report

__all__ = ["HandOvers", "declined_report", "follow_up_report", "overdue_report", "ownership_report"]

_OPEN: Final = (AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP)
_HOUR = 3600


@attrs.frozen(kw_only=True, eq=False, repr=False)
class HandOvers:
    """Every hand-over with its unit, its lateness, and whether anybody acted on it.

    Attributes:
        facts: what was read from the store.
        hierarchy: the units.
        units: (k,) int32, places in ``Hierarchy.ids``: the owner's unit, or ``UNASSIGNED``.
        late: (k,) float64, business hours since the deadline of a hand-over that still waits; NaN for others.
        touched: (k,) bool, whether staff recorded an activity with the lead since the hand-over.
        hours: (k,) float64, business hours from the offer to the acceptance; NaN where it was not accepted.
    """

    facts: Facts
    hierarchy: Hierarchy
    units: Codes
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
            >>> given.units.tolist(), given.late.tolist()
            ([2, 3], [nan, 56.0])
        """
        offers = facts.offers
        waits = offers.states.test(lambda state: state == AssignmentState.OFFERED.value)
        waits &= (offers.deadline != NO_TIME) & (offers.deadline < facts.now)
        late = np.full(len(offers), np.nan)
        if waits.any():
            due = offers.deadline[waits]
            late[waits] = calendar.elapsed(due, np.full(len(due), facts.now)) / _HOUR

        def accepting() -> npt.NDArray[np.float64]:
            hours = np.full(len(offers), np.nan)
            accepted = np.flatnonzero(offers.accepted_at != NO_TIME)
            ends = offers.accepted_at[accepted]
            hours[accepted] = calendar.elapsed(offers.offered_at[accepted], ends) / _HOUR
            return hours

        return cls(
            facts=facts,
            hierarchy=hierarchy,
            units=unit_codes(offers.owners, hierarchy.ids),
            late=late,
            touched=_touched(facts, staff),
            hours=facts.once("hours to accept", accepting, of=(offers,), at=calendar),
        )

    def leads(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> tuple[str, ...]:
        """Return the leads of some hand-overs, each once, in order.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
            >>> given = HandOvers.of(specimen_facts(), hierarchy=specimen_attainment().hierarchy, calendar=specimen_attainment().calendar)
            >>> given.leads(given.tests()["waiting"])
            ('L2',)
        """
        ids = self.facts.offers.lead_ids
        return tuple(dict.fromkeys(str(ids.values[code]) for code in ids.codes[rows].tolist()))

    def tests(self) -> Mapping[str, npt.NDArray[np.bool_]]:
        """Return by column of the report which hand-overs count in it.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
            >>> given = HandOvers.of(specimen_facts(), hierarchy=specimen_attainment().hierarchy, calendar=specimen_attainment().calendar)
            >>> given.tests()["overdue"].tolist()
            [False, True]
        """
        states = self.facts.offers.states
        of = {state: states.test(state.value.__eq__) for state in AssignmentState}
        is_open = np.logical_or.reduce([of[state] for state in _OPEN])
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
        return f"<HandOvers: {len(self.units)}>"


def ownership_report(given: HandOvers) -> Report:
    """Return by unit what was handed over, what is open, waiting, overdue, untouched, and how fast it was accepted.

    The figures of a unit hold those of all units below it today.

    Args:
        given: the hand-overs.

    Example:
        >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
        >>> given = HandOvers.of(specimen_facts(), hierarchy=specimen_attainment().hierarchy, calendar=specimen_attainment().calendar)
        >>> ownership_report(given).where({"unit": "east"})[0]["overdue"]
        1
    """
    hierarchy, today = given.hierarchy, given.facts.today
    ids = hierarchy.ids
    place = {unit: row for row, unit in enumerate(ids)}
    units = given.units
    above = hierarchy.above(today)
    tests = given.tests()
    counts = {
        name: above @ np.bincount(units.compress(test), minlength=len(ids)) for name, test in tests.items()
    }
    shown = [unit for unit in hierarchy.top_down(today) if counts["handed_over"][place[unit]]]
    accepted = np.flatnonzero(~np.isnan(given.hours))
    accepted = accepted[np.argsort(units[accepted], kind="stable")]
    ends = np.cumsum(np.bincount(units[accepted], minlength=len(ids)))
    stretches = np.split(given.hours[accepted], ends[:-1])
    rows: list[tuple[Cell, ...]] = []
    for unit_id in shown:
        unit = hierarchy.unit(unit_id)
        row = place[unit_id]
        hours = np.concatenate([stretches[below] for below in np.flatnonzero(above[row]).tolist()])
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
        return given.leads(below & tests.get(column, tests["handed_over"]))

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
    facts, offers = given.facts, given.facts.offers
    zone = ZoneInfo(facts.time_zone)
    ids = given.hierarchy.ids
    names = {unit.id: unit.name for unit in given.hierarchy.units}
    late = np.flatnonzero(~np.isnan(given.late))
    order = late[np.argsort(-given.late[late], kind="stable")]
    lead_rows = facts.offer_rows[order]
    owners, units = offers.owners, [names.get(unit) for unit in ids]

    def owner_names() -> list[Cell]:
        """Return the names of units, and the ids of owners that are none."""
        whose = [*map(str, owners.values), None]  # of a missing owner the last
        places = unit_codes(Column.of(whose), ids).tolist()
        told = [
            name if units[place] is None else units[place] for name, place in zip(whose, places, strict=True)
        ]
        return [told[code] for code in np.maximum(owners.codes[order], -1).tolist()]

    def moments(times: Seconds) -> list[Cell]:
        return [from_seconds(one, zone) for one in times[order].tolist()]

    team_names = offers.teams.map(lambda team: names.get(str(team), str(team)))
    makers: tuple[Callable[[], Sequence[Cell]], ...] = (
        lambda: _texts(offers.lead_ids, order),
        lambda: _texts(facts.leads["company"], lead_rows),
        lambda: _texts(facts.grades, lead_rows),
        lambda: _texts(owners, order),
        owner_names,
        lambda: [team or "" for team in _texts(team_names, order)],
        lambda: moments(offers.offered_at),
        lambda: moments(offers.deadline),
        given.late[order].tolist,
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
    return Report.of_cells(
        "overdue",
        LABELS["overdue_title"],
        [(name, kind, LABELS[name]) for name, kind in columns],
        [Later(size=len(order), make=make) for make in makers],
        drill=lambda row, _: given.leads(order[row : row + 1]),
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
    facts, offers = given.facts, given.facts.offers
    names = [state.value for state in AssignmentState]
    places = [*order, *sorted(str(one) for one in facts.stages.values if one not in order)]
    state = unit_codes(offers.states, [*names, ""]).astype(np.int64)
    now = facts.stages.codes[facts.offer_rows] if len(facts.stages) else np.full(len(offers), -1)
    now = np.where((facts.offer_rows < 0) | (now < 0), -1, now)
    table = np.array([*(places.index(str(one)) for one in facts.stages.values), len(places)], np.int64)
    groups = state * (len(places) + 1) + table[now]
    counts = np.bincount(groups, minlength=len(names) * (len(places) + 1))
    shown = np.flatnonzero(counts).tolist()
    rows: list[tuple[Cell, ...]] = [
        (
            names[group // (len(places) + 1)],
            [*places, None][group % (len(places) + 1)],
            int(counts[group]),
            int(counts[group]) / len(offers),
        )
        for group in shown
    ]

    def drill(row: int, _: str) -> tuple[str, ...]:
        return given.leads(groups == shown[row])

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


def declined_report(given: HandOvers) -> Report:
    """Return by unit for which reasons hand-overs were declined, the most frequent first.

    The figures of a unit hold those of all units below it today; they add up to ``declined`` of the ownership.

    Args:
        given: the hand-overs.

    Example:
        >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
        >>> given = HandOvers.of(specimen_facts(), hierarchy=specimen_attainment().hierarchy, calendar=specimen_attainment().calendar)
        >>> len(declined_report(given))
        0
    """
    hierarchy, said = given.hierarchy, given.facts.offers.reasons
    found = np.flatnonzero(given.tests()["declined"])
    used, why = np.unique(said.codes[found], return_inverse=True)
    names = [None if code < 0 else str(said.values[code]) for code in used.tolist()]
    whose, width = given.units[found].astype(np.int64), max(len(names), 1)
    own = np.bincount(whose * width + why, minlength=len(hierarchy.ids) * width).reshape(-1, width)
    counts = hierarchy.above(given.facts.today) @ own
    rows: list[tuple[Cell, ...]] = []
    groups: list[tuple[int, int]] = []
    for unit_id in hierarchy.top_down(given.facts.today) if len(found) else ():
        place, unit = hierarchy.ids.index(unit_id), hierarchy.unit(unit_id)
        mine, total = counts[place], int(counts[place].sum())
        for reason in sorted(np.flatnonzero(mine).tolist(), key=lambda one: (-mine[one], str(names[one]))):
            count = int(mine[reason])
            rows.append((unit.level, unit_id, unit.name, names[reason], count, count / total))
            groups.append((place, reason))

    def drill(row: int, _: str) -> tuple[str, ...]:
        place, reason = groups[row]
        below = hierarchy.above(given.facts.today)[place] > 0
        return given.leads(found[below[whose] & (why == reason)])

    columns = (
        ("level", ColumnKind.TEXT),
        ("unit", ColumnKind.TEXT),
        ("unit_name", ColumnKind.TEXT),
        ("reason", ColumnKind.TEXT),
        ("declined", ColumnKind.COUNT),
        ("share", ColumnKind.SHARE),
    )
    return Report.of(
        "declined",
        LABELS["declined_title"],
        [(name, kind, LABELS[name]) for name, kind in columns],
        rows,
        drill=drill,
    )


def _touched(facts: Facts, staff: str) -> npt.NDArray[np.bool_]:

    def make(before: Seconds | None, first: int) -> Seconds:
        last = facts.lengthened(before, np.int64(NO_TIME))
        known = facts.with_attribute(staff, first)
        np.maximum.at(last, facts.codes_of(known), facts.activities.at[known])
        return last

    last = facts.lengthened(facts.follow(("last touched", staff), make), np.int64(NO_TIME))
    touched: npt.NDArray[np.bool_] = last[facts.offers.lead_ids.codes] >= facts.offers.offered_at
    return touched & (facts.offer_rows >= 0)


def _texts(column: Column, rows: npt.NDArray[np.int64]) -> list[Cell]:
    """Return the cells of some rows as texts; of row -1, and of a missing cell, None."""
    texts: list[Cell] = [*map(str, column.values), None] if len(column.values) < len(rows) else []
    codes = np.append(column.codes, np.int32(-1))[rows]
    if texts:
        return [texts[code] for code in np.maximum(codes, -1).tolist()]
    return [None if code < 0 else str(column.values[code]) for code in codes.tolist()]
