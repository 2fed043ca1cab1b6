"""Why a figure is what it is: contributions of units, groups and stages that add up to the difference."""

import datetime as dt
import itertools
import math
from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np

from leadflow.calendars import BusinessCalendar, FiscalCalendar, Period, PeriodKind
from leadflow.columns import Flags
from leadflow.errors import NotFoundError, near_miss
from leadflow.records.batches import Seconds
from leadflow.reporting.attainment import Attainment
from leadflow.reporting.cells import ids_at, numbers
from leadflow.reporting.facts import Facts, Places
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.kpis import Kpi, Measure, Unitary
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report
from leadflow.reporting.words import Words

__all__ = ["shapley", "shortfall_by_field", "shortfall_by_stage", "shortfall_by_unit"]

_STEPS: Final = (
    "leads",
    "mql_rate",
    "opportunity_rate",
    "pipeline",
    "speed",
    "win_rate",
    "deal_size",
)


def shapley(before: Sequence[float], after: Sequence[float]) -> list[float]:
    """Split the change of a product into contributions of its factors that add up to it.

    Each factor's contribution is the mean, over all orders in which the factors could change one after the other, of what
    its change does to the product. Zeros are allowed; equal factors contribute nothing.

    Args:
        before: the factors before.
        after: the factors after, of the same length, at most seven.

    References:
        Shapley, L. S. (1953), "A Value for n-Person Games". Sun, J. W. (1998), "Changes in energy consumption and energy
        intensity: a complete decomposition model", Energy Economics 20.

    Example:
        >>> shapley([10, 0.5], [8, 0.5])
        [-1.0, 0.0]
    """
    size = len(before)
    orders = np.array(list(itertools.permutations(range(size))), np.int64)
    factors = np.full((size, len(orders)), np.reshape(before, (size, 1)), np.float64)
    every = np.arange(len(orders))
    changes = np.empty((len(orders), size))
    for places in orders.T:
        old = math.prod(factors)
        factors[places, every] = np.take(after, places)
        changes[every, places] = math.prod(factors) - old
    totals: list[float] = (changes.cumsum(axis=0)[-1] + 0.0).tolist()
    return [total / len(orders) for total in totals]


def shortfall_by_unit(
    attainment: Attainment, kpi: str, *, unit: str | None = None, period: PeriodKind = PeriodKind.QUARTER
) -> Report:
    """Split the gap between actual and due into those of the units directly below.

    The last row holds what the unit's own target asks for beyond the sum of the targets below it, and what the unit did
    itself; the contributions add up to the gap. Whoever moved within the period contributes for the days in which they
    were below the unit.

    Args:
        attainment: the figures.
        kpi: a counted KPI whose figures add up.
        unit: whose gap; the top's by default.
        period: up to the moment of the report.

    Raises:
        NotFoundError: there is no such KPI, or the unit has no target for it.
        UnknownNameError: there is no such unit.

    Example:
        >>> from leadflow.reporting.specimen import specimen_attainment
        >>> shortfall_by_unit(specimen_attainment(), "won_amount")["unit_name"]
        ('東日本', '(own)')
    """
    measured = _counted(attainment, kpi)
    whole = attainment.fiscal.period(period, attainment.today)
    whose = unit or attainment.hierarchy.top
    total = _gap(attainment, measured, whose, whole)
    if total is None:
        raise NotFoundError(
            f"There is no target of '{kpi}' for the unit in this period, so that there is no gap to explain."
        )
    gaps = _gaps_below(attainment, measured, whose, whole)
    rest = total - math.fsum(gaps.values())
    parts = [(one, attainment.hierarchy.unit(one).name, gap) for one, gap in gaps.items() if gap]
    parts.sort(key=lambda part: part[2])
    rows: list[tuple[Cell, ...]] = [(*part, part[2] / total if total else None) for part in parts]
    rows.append((whose, "(own)", rest, rest / total if total else None))
    kind = ColumnKind.MONEY if measured.shown_as is Unitary.MONEY else ColumnKind.NUMBER
    columns = [
        ("unit", ColumnKind.TEXT, LABELS["unit"]),
        ("unit_name", ColumnKind.TEXT, LABELS["unit_name"]),
        ("contribution", kind, LABELS["contribution"]),
        ("share", ColumnKind.SHARE, LABELS["share"]),
    ]

    def drill(row: int, _: str) -> tuple[str, ...]:
        happened, one = attainment.happenings[kpi], str(rows[row][0])
        if one == whose:
            first, end = np.datetime64(whole.start), np.datetime64(attainment.today)
            mine = happened.units == attainment.rows_of([whose])[0]
            found = [np.flatnonzero(mine & (happened.days >= first) & (happened.days <= end))]
        else:
            found = [
                happened.select(attainment.hierarchy, one, first, end)
                for first, end, units in _stretches(attainment, whose, whole)
                if one in units
            ]
        return ids_at(attainment.ids, happened.rows[np.concatenate(found)])

    return Report.of("shortfall", LABELS["shortfall_title"], columns, rows, drill=drill)


def shortfall_by_field(
    attainment: Attainment, facts: Facts, kpi: str, field: str, *, period: PeriodKind = PeriodKind.QUARTER
) -> Report:
    """Split the change of a KPI since the period before by a field of the leads, such as source, industry or prefecture.

    The period before counts up to the same number of working days.

    Args:
        attainment: the figures.
        facts: what was read from the store.
        kpi: a counted KPI whose figures add up.
        field: a lead's field.
        period: up to the moment of the report.

    Raises:
        NotFoundError: there is no such KPI, or the field was not read.

    Example:
        >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
        >>> shortfall_by_field(specimen_attainment(), specimen_facts(), "leads", "lead_source")["contribution"]
        (1.0, 2.0)
    """
    happened = attainment.happenings[_counted(attainment, kpi).name]
    groups = facts.field(field)
    names = [*(str(value) for value in groups.values), None]
    codes = np.append(np.where(groups.codes < 0, len(names) - 1, groups.codes), len(names) - 1)[happened.rows]
    spans = _spans(facts, attainment.fiscal, attainment.calendar, period)
    totals = []
    for start, end in spans:
        inside = (happened.times >= start) & (happened.times < end)
        totals.append(
            np.bincount(codes[inside], np.nan_to_num(happened.amounts[inside]), len(names))
            .astype(np.float64)
            .tolist()
        )
    found = [(name, old, new, new - old) for name, old, new in zip(names, *totals, strict=True) if old or new]
    found.sort(key=lambda one: one[3])
    kind = ColumnKind.MONEY if happened.kpi.shown_as is Unitary.MONEY else ColumnKind.COUNT
    columns = [
        ("group", ColumnKind.TEXT, LABELS["dimension"]),
        ("before", kind, LABELS["before"]),
        ("after", kind, LABELS["after"]),
        ("contribution", kind, LABELS["contribution"]),
    ]

    def drill(row: int, column: str) -> tuple[str, ...]:
        start, end = spans[0 if column == "before" else 1]
        mine = (happened.times >= start) & (happened.times < end) & (codes == names.index(found[row][0]))
        return ids_at(facts.leads.ids, happened.rows[mine])

    return Report.of("shortfall", LABELS["shortfall_title"], columns, found, drill=drill)


def shortfall_by_stage(
    facts: Facts,
    *,
    fiscal: FiscalCalendar,
    calendar: BusinessCalendar,
    period: PeriodKind = PeriodKind.QUARTER,
) -> Report:
    """Split the change of the won amount since the period before: fewer leads, lower conversion, slower, smaller deals.

    The won amount is the product of leads, the rates from lead to MQL to opportunity, the opportunities in play for each
    new one (with those carried over), the share of them that was decided in the period (slower deals lower it), the share
    of the decided that was won, and the size of a deal. Each period counts what was entered in it, and the period before
    up to the same number of working days. Contributions are Shapley values and add up to the change. A step at which one
    of the periods counts nothing, though later steps count something, is passed over in both; and a factor that only one
    of them knows, since the other came to nothing before, contributes nothing.

    Args:
        facts: what was read from the store.
        fiscal: periods.
        calendar: working days.
        period: up to the moment of the report.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> report = shortfall_by_stage(specimen_facts(), fiscal=FiscalCalendar(), calendar=BusinessCalendar.japan())
        >>> report["contribution"][-1]
        3000000.0
    """
    spans = _spans(facts, fiscal, calendar, period)
    before, after = _factors(*(_counts(facts, start, end) for start, end in spans))
    old, new = _filled(before, after), _filled(after, before)
    parts = shapley(old, new)
    total = math.prod(new) - math.prod(old)
    shares = (ColumnKind.SHARE, ColumnKind.SHARE, ColumnKind.NUMBER, ColumnKind.SHARE, ColumnKind.SHARE)
    kinds = (ColumnKind.COUNT, *shares, ColumnKind.MONEY, ColumnKind.MONEY)
    rows: list[tuple[Cell, ...]] = [
        (name, before[place], after[place], part, part / total if total else None)
        for place, (name, part) in enumerate(zip(_STEPS, parts, strict=True))
    ]
    rows.append(("won_amount", math.prod(old), math.prod(new), total, 1.0 if total else None))
    columns = [
        ("step", ColumnKind.TEXT, Words("要因", "Factor")),
        ("before", ColumnKind.NUMBER, LABELS["before"]),
        ("after", ColumnKind.NUMBER, LABELS["after"]),
        ("contribution", ColumnKind.MONEY, LABELS["contribution"]),
        ("share", ColumnKind.SHARE, LABELS["share"]),
    ]
    note = Words(
        "前の四半期の同じ営業日数までと比べた受注金額の差の内訳です。合計は差に一致します。",
        "The won amount against the quarter before up to the same working day; the parts add up to the difference.",
    )
    return Report.of(
        "shortfall",
        LABELS["change_title"],
        columns,
        rows,
        notes=(note,),
        drill=lambda row, column: _leads_of_step(facts, rows[row][0], *spans[0 if column == "before" else 1]),
        kinds={"before": kinds, "after": kinds},
    )


def _counted(attainment: Attainment, kpi: str) -> Kpi:
    happened = attainment.happenings.get(kpi)
    if happened is None or happened.kpi.measure is Measure.DISTINCT:
        raise NotFoundError(
            f"There is no KPI '{kpi}' whose figures add up.{near_miss(kpi, attainment.happenings)}"
        )
    return happened.kpi


def _gap(table: Attainment, kpi: Kpi, unit: str, period: Period) -> float | None:
    due = table.due(kpi, unit, period)
    if due is None:
        return None
    return (table.actual(kpi, unit, period.start, table.today + dt.timedelta(days=1)) or 0.0) - due


def _gaps_below(table: Attainment, kpi: Kpi, whose: str, period: Period) -> dict[str, float]:
    """Return the gap of every unit directly below one, of the days in which it was there."""
    gaps: dict[str, float] = {}
    for first, end, units in _stretches(table, whose, period):
        if end > table.today:
            due = table.dues_of(kpi, units, attrs.evolve(period, start=first))
        else:
            due = table.targets_of(kpi, units, first, end)
        found = table.actuals_of(kpi, units, first, end) - np.nan_to_num(due)
        for unit, gap in zip(units, found.tolist(), strict=True):
            gaps[unit] = gaps.get(unit, 0.0) + gap
    return gaps


def _stretches(
    table: Attainment, whose: str, period: Period
) -> list[tuple[dt.date, dt.date, tuple[str, ...]]]:
    """Return the stretches of a period up to today within which nobody moves, with the units directly below one."""
    spans = table.hierarchy.spans(period.start, table.today + dt.timedelta(days=1))
    return [
        (first, period.start + dt.timedelta(days=stop), table.hierarchy.children(whose, first))
        for _, stop, first in spans
    ]


def _spans(
    facts: Facts, fiscal: FiscalCalendar, calendar: BusinessCalendar, kind: PeriodKind
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the seconds of the period before and of this one, up to the same number of working days."""
    whole = fiscal.period(kind, facts.today)
    earlier = fiscal.shift(whole, -1)
    over = calendar.working_days(whole.start, facts.today + dt.timedelta(days=1))
    days = calendar.working_dates(earlier.start, earlier.end)
    until = (
        earlier.end if over >= len(days) else days[over - 1] + dt.timedelta(days=1) if over else earlier.start
    )
    day = fiscal.period(PeriodKind.DAY, until)
    begun = round(earlier.moments(facts.time_zone)[0].timestamp())
    ended = round(day.moments(facts.time_zone)[0].timestamp())
    return (begun, ended), (round(whole.moments(facts.time_zone)[0].timestamp()), facts.now + 1)


def _leads_of_step(facts: Facts, step: Cell, start: int, end: int) -> tuple[str, ...]:
    """Return the leads that a step of a period counts: those that came, became MQLs, had opportunities, were decided, won."""
    ids, times = facts.leads.ids, facts.activities.at

    def of_kind(kind: str) -> Places:
        found = times[facts.of_kind(kind)]
        return facts.rows_of_kind(kind)[(found >= start) & (found < end)]

    match step:
        case "leads":
            return ids_at(ids, np.flatnonzero((facts.born >= start) & (facts.born < end)))
        case "mql_rate":
            entered = facts.first_entries("MQL")
            return ids_at(ids, np.flatnonzero((entered >= start) & (entered < end)))
        case "opportunity_rate":
            return ids_at(ids, of_kind("opportunity_created"))
        case "pipeline":
            return ids_at(ids, np.concatenate([_carried(facts, start), of_kind("opportunity_created")]))
        case "speed":
            return ids_at(ids, np.concatenate([of_kind("won"), of_kind("lost")]))
        case _:
            return ids_at(ids, of_kind("won"))


def _carried(facts: Facts, start: int) -> Places:
    """Return the row of the lead of every opportunity that was made before a moment and not decided by then."""
    times = facts.activities.at
    over = np.zeros(len(facts.leads) + 1, np.bool_)
    for kind in ("won", "lost"):
        over[facts.rows_of_kind(kind)[times[facts.of_kind(kind)] < start]] = True
    over[-1] = (
        True  # an opportunity of somebody who is no lead cannot be followed, so that it is not carried over
    )
    opened = facts.rows_of_kind("opportunity_created")[times[facts.of_kind("opportunity_created")] < start]
    return opened[~over[opened]]


def _counts(facts: Facts, start: int, end: int) -> tuple[float, ...]:
    """Return what a period counts at each step on the way to what was won, and at last that amount."""

    def inside(times: Seconds) -> Flags:
        within: Flags = (times >= start) & (times < end)  # no time is before all others
        return within

    log = facts.activities
    made, won, lost = (facts.of_kind(kind) for kind in ("opportunity_created", "won", "lost"))
    ended = np.concatenate([won, lost])
    carried = len(_carried(facts, start))
    deals = won[inside(log.at[won])]
    opportunities = int(inside(log.at[made]).sum())
    amount = log.attributes.get("amount")
    yen = 0.0 if amount is None else float(np.nansum(numbers(amount.take(deals))))
    return (
        int(inside(facts.born).sum()),
        int(inside(facts.first_entries("MQL")).sum()),
        opportunities,
        opportunities + carried,
        int(inside(log.at[ended]).sum()),
        len(deals),
        yen,
    )


def _factors(*periods: Sequence[float]) -> list[list[float | None]]:
    """Return of each period what each step makes of the one before; None where that says nothing, as of the rate of no leads."""
    passed = {
        place
        for counts in periods
        for place, count in enumerate(counts)
        if not count and any(counts[place + 1 :])
    }
    found: list[list[float | None]] = []
    for counts in periods:
        last: float | None = 1.0
        factors: list[float | None] = []
        for place, count in enumerate(counts):
            known = last if place not in passed else None
            factors.append(None if known is None else count / known)
            if known is not None:
                last = count or None
        found.append(factors)
    return found


def _filled(factors: Sequence[float | None], others: Sequence[float | None]) -> list[float]:
    """Return factors of which the product is the whole: one that says nothing is that of the other period, or one."""
    pairs = zip(factors, others, strict=True)
    return [next((one for one in pair if one is not None), 1.0) for pair in pairs]
