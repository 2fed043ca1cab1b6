"""What counts towards a KPI: one row per happening, with its day, unit, lead and amount."""

import datetime as dt
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Codes, Column
from leadflow.conditions import TRUE, Population
from leadflow.records.batches import NO_TIME, Seconds
from leadflow.reporting.cells import numbers, unit_codes
from leadflow.reporting.facts import Facts, Places
from leadflow.reporting.hierarchies import Hierarchy
from leadflow.reporting.kpis import Activities, Captured, HandOverEvents, Kpi, Measure, StageEntries
from leadflow.reporting.views import View

__all__ = ["Happenings", "deal_amounts"]

Yen = npt.NDArray[np.float64]
_Parts: TypeAlias = tuple[Seconds, npt.NDArray[np.datetime64], Codes, Codes, Yen]
"""Times, days, units, leads and amounts."""
_Acted: TypeAlias = tuple[Seconds, npt.NDArray[np.datetime64], Codes, Codes, Yen, Places]
"""Times, days, the units that are named, leads, amounts, and the places where no unit is named."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Happenings:
    """Everything that counted towards one KPI.

    Attributes:
        kpi: which.
        times: (k,) int64 seconds.
        days: (k,) datetime64[D], local.
        units: (k,) int32, places in ``Hierarchy.ids``: who it counts for, not yet added up.
        leads: (k,) int32, the number of each one's lead among ``Holdings.ids``.
        amounts: (k,) float64: 1 for counts; NaN for an amount that is unknown.
        missing: happenings whose amount is unknown; they are left out of totals, not counted as zero.
    """

    kpi: Kpi
    times: Seconds
    days: npt.NDArray[np.datetime64]
    units: Codes
    leads: Codes
    amounts: npt.NDArray[np.float64]
    _lead_rows: Places = attrs.field(alias="lead_rows")

    @classmethod
    def of(cls, kpi: Kpi, facts: Facts, hierarchy: Hierarchy) -> "Happenings":
        """Collect what counted towards a KPI.

        Args:
            kpi: which.
            facts: what was read from the store.
            hierarchy: whose units; what nobody of them did counts for ``UNASSIGNED``.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> specimen_attainment().happenings["won_amount"].amounts.tolist()
            [3000000.0]
        """
        match kpi.source:
            case Activities() as source:
                parts = _of_activities(kpi, source, facts, hierarchy)
            case StageEntries() as source:
                parts = _of_moments(
                    facts.first_entries(source.stage), ("entered", source.stage), facts, hierarchy
                )
                if kpi.measure is Measure.TOTAL:
                    parts = (*parts[:-1], deal_amounts(facts, source.amount)[facts.lead_rows[parts[3]]])
            case HandOverEvents() as source:
                parts = _of_hand_overs(source, facts, hierarchy)
                if kpi.measure is Measure.TOTAL:
                    parts = (*parts[:-1], deal_amounts(facts, source.amount)[facts.lead_rows[parts[3]]])
            case Captured():
                parts = _of_moments(facts.born, ("captured",), facts, hierarchy)
        times, days, units, leads, amounts = parts
        if kpi.condition is not None:
            population = Population(
                batch=facts.leads,
                activities=facts.activities,
                as_of=facts.as_of,
                states={"stage": facts.stages, "grade": facts.grades},
            )
            holds = np.append(kpi.condition.evaluate(population) == TRUE, False)
            chosen = holds[facts.lead_rows[leads]]
            times, days, units = times[chosen], days[chosen], units[chosen]
            leads, amounts = leads[chosen], amounts[chosen]
        return cls(
            kpi=kpi,
            times=times,
            days=days,
            units=units,
            leads=leads,
            amounts=amounts,
            lead_rows=facts.lead_rows,
        )

    @property
    def rows(self) -> Places:
        """(k,) int64, rows of the leads; -1 for a lead that is not there.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> specimen_attainment().happenings["mqls"].rows.tolist()
            [0, 1]
        """
        return self._lead_rows[self.leads]

    @property
    def missing(self) -> int:
        """How many have an unknown amount.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> specimen_attainment().happenings["won_amount"].missing
            0
        """
        return int(np.isnan(self.amounts).sum())

    def by_day(self, hierarchy: Hierarchy, first: dt.date, end: dt.date) -> npt.NDArray[np.float64]:
        """Add up by unit and day, along the hierarchy.

        Args:
            hierarchy: the units.
            first: the first day.
            end: the day after the last.

        Returns:
            (u, d) float64 in the order of ``hierarchy.ids``.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.happenings["calls"].by_day(table.hierarchy, dt.date(2026, 7, 2), dt.date(2026, 7, 4)).tolist()
            [[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]
        """
        width = (end - first).days
        place = (self.days - np.datetime64(first)).astype(np.int64)
        inside = (place >= 0) & (place < width)
        chosen = slice(None) if inside.all() else inside
        positions = self.units[chosen] * np.int64(width) + place[chosen]
        amounts = np.nan_to_num(self.amounts[chosen]) if self.kpi.measure is Measure.TOTAL else None
        leaves = np.bincount(positions, amounts, len(hierarchy.ids) * width).astype(np.float64)
        return hierarchy.roll_up(leaves.reshape(len(hierarchy.ids), width), first)

    def select(self, hierarchy: Hierarchy, unit: str, first: dt.date, end: dt.date) -> npt.NDArray[np.intp]:
        """Return the positions of what counted for a unit and those below it in a stretch of days, in order of time.

        Args:
            hierarchy: the units.
            unit: a unit's id.
            first: the first day.
            end: the day after the last.

        Raises:
            UnknownNameError: there is no such unit.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.happenings["mqls"].select(table.hierarchy, "suzuki", dt.date(2026, 7, 1), dt.date(2026, 8, 1)).tolist()
            [1]
        """
        row = hierarchy.ids.index(hierarchy.unit(unit).id)
        inside = (self.days >= np.datetime64(first)) & (self.days < np.datetime64(end))
        belongs = np.zeros(len(self.days), np.bool_)
        for start, stop, day in hierarchy.spans(first, end):
            below = hierarchy.above(day)[row] > 0
            place = (self.days - np.datetime64(first)).astype(np.int64)
            belongs |= inside & (place >= start) & (place < stop) & below[self.units]
        found = np.flatnonzero(belongs)
        return found[np.argsort(self.times[found], kind="stable")]

    def distinct(self, hierarchy: Hierarchy, unit: str, first: dt.date, end: dt.date) -> int:
        """Count the different leads of a unit in a stretch of days; somebody who is no lead is none.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.happenings["mqls"].distinct(table.hierarchy, "east", dt.date(2026, 7, 1), dt.date(2026, 8, 1))
            2
        """
        found = np.unique(self.rows[self.select(hierarchy, unit, first, end)])
        return int(np.count_nonzero(found >= 0))

    def __len__(self) -> int:
        return len(self.times)

    def __repr__(self) -> str:
        return f"<Happenings of {self.kpi.name}: {len(self)}>"


def _of_moments(moments: Seconds, name: tuple[str, ...], facts: Facts, hierarchy: Hierarchy) -> _Parts:
    """Return what happened to each lead at most once, and counts for its owner at that moment."""

    def make() -> _Parts:
        rows = np.flatnonzero(moments != NO_TIME)
        times = moments[rows]
        units = unit_codes(facts.owners_at(rows, times), hierarchy.ids)
        return times, facts.days(times), units, facts.lead_codes[rows], np.ones(len(rows))

    of = (moments, facts.offers, facts.lead_positions)
    return facts.once(("happenings", name), make, of=of, at=(hierarchy.ids, facts.time_zone))


def _of_hand_overs(source: HandOverEvents, facts: Facts, hierarchy: Hierarchy) -> _Parts:
    """Return what happened to hand-overs, for whom they were offered to."""
    offers, answers = facts.offers, View(holdings=facts.holdings, now=facts.now).answers()
    chosen = np.flatnonzero(answers.kinds.test(frozenset(source.kinds).__contains__))
    rows, times = answers.offers[chosen], answers.at[chosen]
    if "offered" in source.kinds:
        rows, times = np.append(np.arange(len(offers)), rows), np.append(offers.offered_at, times)
    units = unit_codes(offers.owners, hierarchy.ids)[rows]
    return times, facts.days(times), units, offers.lead_ids.codes[rows], np.ones(len(rows))


def _of_activities(kpi: Kpi, source: Activities, facts: Facts, hierarchy: Hierarchy) -> _Parts:
    total = kpi.measure is Measure.TOTAL
    chosen = _chosen(source, facts)

    def make(before: _Acted | None, first: int) -> _Acted:
        fresh = chosen[np.searchsorted(chosen, first) :]
        if before is not None and not len(fresh):
            return before
        times = facts.activities.at[fresh]
        amounts = _amounts(source, facts, fresh) if total else np.ones(len(fresh))
        named, nameless = _named(source, facts, hierarchy, fresh)
        leads = facts.activities.lead_ids.codes[fresh]
        found = (times, facts.days(times), named, leads, amounts, nameless)
        if before is None:
            return found
        return (
            np.concatenate([before[0], found[0]]),
            np.concatenate([before[1], found[1]]),
            np.concatenate([before[2], found[2]]),
            np.concatenate([before[3], found[3]]),
            np.concatenate([before[4], found[4]]),
            np.concatenate([before[5], found[5] + len(before[0])]),
        )

    at = (source, total, hierarchy.ids, facts.time_zone)
    acted = facts.follow(("happenings of", kpi.name), make, at=at)
    times, days, named, leads, amounts, nameless = acted

    def owned() -> Codes:
        units, rows = named.copy(), facts.lead_rows[leads[nameless]]
        units[nameless] = unit_codes(facts.owners_at(rows, times[nameless]), hierarchy.ids)
        return units

    of = (named, facts.offers, facts.lead_positions)
    units = facts.once(("units of", kpi.name), owned, of=of, at=hierarchy.ids) if len(nameless) else named
    return times, days, units, leads, amounts


def _chosen(source: Activities, facts: Facts) -> Places:
    """Return the positions of the activities that count, in order."""
    kinds = [facts.of_kind(kind) for kind in dict.fromkeys(source.kinds)]
    chosen = kinds[0] if len(kinds) == 1 else np.sort(np.concatenate([np.empty(0, np.int64), *kinds]))
    for name, options in source.where.items():
        column = facts.activities.attributes.get(name)
        fits = np.zeros(len(chosen), np.bool_)
        if column is not None:
            fits = column.take(chosen).test(frozenset(options).__contains__)
        chosen = chosen[fits]
    return chosen


def _named(source: Activities, facts: Facts, hierarchy: Hierarchy, chosen: Places) -> tuple[Codes, Places]:
    """Return who is named as having acted, and where nobody is: there the lead's owner at that moment did."""
    staff = facts.activities.attributes.get(source.staff)
    named = Column.constant(None, len(chosen)) if staff is None else staff.take(chosen)
    return unit_codes(named, hierarchy.ids), np.flatnonzero(~named.filled)


def _amounts(source: Activities, facts: Facts, chosen: Places) -> npt.NDArray[np.float64]:
    amount = facts.activities.attributes.get(source.amount)
    return np.full(len(chosen), np.nan) if amount is None else numbers(amount.take(chosen))


def deal_amounts(facts: Facts, name: str = "amount") -> npt.NDArray[np.float64]:
    """Return the amount of each lead's deal: the latest that an activity states, else that of the lead's field.

    Returns:
        (n,) float64 yen; NaN where unknown.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> deal_amounts(specimen_facts()).tolist()
        [3000000.0, 90000000.0, nan]
    """
    stated = facts.activities.attributes.get(name)
    column = facts.leads[name]

    def latest(before: tuple[Seconds, Yen] | None, first: int) -> tuple[Seconds, Yen]:
        """Return when an activity last stated an amount of each lead, and which."""
        told, amounts = before or (None, None)
        told, amounts = (
            facts.lengthened(told, np.int64(NO_TIME)),
            facts.lengthened(amounts, np.float64(np.nan)),
        )
        fresh = facts.with_attribute(name, first)
        if stated is not None and len(fresh):
            codes, values, at = facts.codes_of(fresh), numbers(stated.take(fresh)), facts.activities.at[fresh]
            order = np.argsort(at, kind="stable")
            order = order[~np.isnan(values[order])]
            order = order[at[order] >= told[codes[order]]]
            amounts[codes[order]], told[codes[order]] = values[order], at[order]
        return told, amounts

    _, found = facts.follow(("stated amounts", name), latest)

    def make() -> Yen:
        mine = facts.lengthened(found, np.float64(np.nan))[facts.lead_codes]
        np.copyto(mine, numbers(column), where=np.isnan(mine))
        return mine

    return facts.once(("deal amounts", name), make, of=(found, column, facts.lead_positions))
