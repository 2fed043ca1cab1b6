"""What counts towards a KPI: one row per happening, with its day, unit, lead and amount."""

import datetime as dt

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Codes
from leadflow.conditions import TRUE, Population
from leadflow.records.batches import NO_TIME, Seconds
from leadflow.reporting.facts import Facts, Places, numbers, unit_codes
from leadflow.reporting.hierarchies import Hierarchy
from leadflow.reporting.kpis import Activities, Captured, Kpi, Measure, StageEntries

__all__ = ["Happenings", "deal_amounts"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Happenings:
    """Everything that counted towards one KPI.

    Attributes:
        kpi: which.
        times: (k,) int64 seconds.
        days: (k,) datetime64[D], local.
        units: (k,) int32, places in ``Hierarchy.ids``: who it counts for, not yet added up.
        rows: (k,) int64, rows of the leads; -1 for a lead that is not there.
        amounts: (k,) float64: 1 for counts; NaN for an amount that is unknown.
        missing: happenings whose amount is unknown; they are left out of totals, not counted as zero.
    """

    kpi: Kpi
    times: Seconds
    days: npt.NDArray[np.datetime64]
    units: Codes
    rows: Places
    amounts: npt.NDArray[np.float64]

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
            case Activities():
                rows, times, units, amounts = _of_activities(kpi.source, facts, hierarchy)
            case StageEntries():
                rows, times, units, amounts = _of_entries(kpi.source, facts, hierarchy)
            case Captured():
                rows = np.flatnonzero(facts.born != NO_TIME)
                times = facts.born[rows]
                units = unit_codes(facts.owners_at(rows, times), hierarchy.ids)
                amounts = np.ones(len(rows))
        if kpi.measure is not Measure.TOTAL:
            amounts = np.ones(len(rows))
        if kpi.condition is not None:
            population = Population(
                batch=facts.leads,
                activities=facts.activities,
                as_of=facts.as_of,
                states={"stage": facts.stages, "grade": facts.grades},
            )
            chosen = np.append(kpi.condition.evaluate(population) == TRUE, False)[rows]
            rows, times, units, amounts = rows[chosen], times[chosen], units[chosen], amounts[chosen]
        return cls(kpi=kpi, times=times, days=facts.days(times), units=units, rows=rows, amounts=amounts)

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
        positions = self.units[inside].astype(np.int64) * width + place[inside]
        leaves = np.bincount(
            positions, np.nan_to_num(self.amounts[inside]), len(hierarchy.ids) * width
        ).astype(np.float64)
        return hierarchy.roll_up(leaves.reshape(len(hierarchy.ids), width), first)

    def select(self, hierarchy: Hierarchy, unit: str, first: dt.date, end: dt.date) -> npt.NDArray[np.intp]:
        """Return the positions of what counted for a unit and those below it in a stretch of days, in order of time.

        Args:
            hierarchy: the units.
            unit: a unit's id.
            first: the first day.
            end: the day after the last.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.happenings["mqls"].select(table.hierarchy, "suzuki", dt.date(2026, 7, 1), dt.date(2026, 8, 1)).tolist()
            [1]
        """
        row = hierarchy.ids.index(unit)
        inside = (self.days >= np.datetime64(first)) & (self.days < np.datetime64(end))
        belongs = np.zeros(len(self.days), np.bool_)
        for start, stop, day in hierarchy.spans(first, end):
            below = hierarchy.above(day)[row] > 0
            place = (self.days - np.datetime64(first)).astype(np.int64)
            belongs |= inside & (place >= start) & (place < stop) & below[self.units]
        found = np.flatnonzero(belongs)
        return found[np.argsort(self.times[found], kind="stable")]

    def distinct(self, hierarchy: Hierarchy, unit: str, first: dt.date, end: dt.date) -> int:
        """Count the different leads of a unit in a stretch of days.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.happenings["mqls"].distinct(table.hierarchy, "east", dt.date(2026, 7, 1), dt.date(2026, 8, 1))
            2
        """
        return len(np.unique(self.rows[self.select(hierarchy, unit, first, end)]))

    def __len__(self) -> int:
        return len(self.times)

    def __repr__(self) -> str:
        return f"<Happenings of {self.kpi.name}: {len(self)}>"


def _of_activities(
    source: Activities, facts: Facts, hierarchy: Hierarchy
) -> tuple[Places, Seconds, Codes, npt.NDArray[np.float64]]:
    log = facts.activities
    wanted = log.kinds.test(lambda kind: kind in source.kinds)
    for name, options in source.where.items():
        column = log.attributes.get(name)
        wanted &= (
            np.zeros(len(log), np.bool_) if column is None else column.test(frozenset(options).__contains__)
        )
    chosen = np.flatnonzero(wanted)
    rows, times = facts.activity_rows[chosen], log.at[chosen]
    units = unit_codes(facts.owners_at(rows, times), hierarchy.ids)
    staff = log.attributes.get(source.staff)
    if staff is not None:
        named = staff.take(chosen)
        units = np.where(named.filled, unit_codes(named, hierarchy.ids), units).astype(np.int32)
    amount = log.attributes.get(source.amount)
    amounts = np.full(len(chosen), np.nan) if amount is None else numbers(amount.take(chosen))
    return rows, times, units, amounts


def _of_entries(
    source: StageEntries, facts: Facts, hierarchy: Hierarchy
) -> tuple[Places, Seconds, Codes, npt.NDArray[np.float64]]:
    first = facts.first_entries(source.stage)
    rows = np.flatnonzero(first != NO_TIME)
    times = first[rows]
    units = unit_codes(facts.owners_at(rows, times), hierarchy.ids)
    return rows, times, units, deal_amounts(facts, source.amount)[rows]


def deal_amounts(facts: Facts, name: str = "amount") -> npt.NDArray[np.float64]:
    """Return the amount of each lead's deal: the latest that an activity states, else that of the lead's field.

    Returns:
        (n,) float64 yen; NaN where unknown.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> deal_amounts(specimen_facts()).tolist()
        [3000000.0, 90000000.0, nan]
    """
    amounts = numbers(facts.leads[name])
    stated = facts.activities.attributes.get(name)
    if stated is not None:
        values = numbers(stated)
        known = np.flatnonzero(~np.isnan(values) & (facts.activity_rows >= 0))
        known = known[np.argsort(facts.activities.at[known], kind="stable")]
        amounts[facts.activity_rows[known]] = values[known]
    return amounts
