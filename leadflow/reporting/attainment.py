"""Target, actual and attainment by KPI, unit and period; with pace, what is needed, and a forecast."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import BusinessCalendar, FiscalCalendar, Period, PeriodKind
from leadflow.reporting.facts import Facts
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.forecasts import forecast_total
from leadflow.reporting.happenings import Happenings
from leadflow.reporting.hierarchies import Hierarchy
from leadflow.reporting.kpis import Kpi, Measure, Ratio, Unitary
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report, Words
from leadflow.reporting.targets import Targets

__all__ = ["PERIODS", "Attainment", "attainment_report"]

PERIODS: Final = (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
"""The periods of a report, each up to the day of the report."""

_HISTORY_DAYS = 60

Grid = npt.NDArray[np.float64]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Attainment:
    """Actual figures and targets by unit and day, from which every period is added up.

    Attributes:
        hierarchy: the units; rows of the grids are in the order of its ``ids``.
        calendar: working days.
        fiscal: periods.
        as_of: the moment of the report.
        today: its local date.
        elapsed: the part of today's working time that is over, 0 to 1; 1 on a day without.
        first: the day of the grids' first column.
        kpis: which KPIs, in order.
        happenings: by KPI, what counted.
        actuals: by KPI, (u, d) float64.
        targets: by KPI, (u, d) float64; NaN where nobody has a target.
    """

    hierarchy: Hierarchy
    calendar: BusinessCalendar
    fiscal: FiscalCalendar
    as_of: dt.datetime
    today: dt.date
    elapsed: float
    first: dt.date
    kpis: tuple[Kpi | Ratio, ...]
    happenings: Mapping[str, Happenings]
    actuals: Mapping[str, Grid]
    targets: Mapping[str, Grid]

    @property
    def calendar_zone(self) -> ZoneInfo:
        """The time zone whose days count.

        Example:
            >>> Attainment.calendar_zone.fget is not None
            True
        """
        return ZoneInfo(self.calendar.time_zone)

    @classmethod
    def of(
        cls,
        facts: Facts,
        *,
        kpis: Sequence[Kpi | Ratio],
        targets: Targets,
        hierarchy: Hierarchy,
        calendar: BusinessCalendar,
        fiscal: FiscalCalendar,
    ) -> "Attainment":
        """Add up what happened and spread the targets.

        Args:
            facts: what was read from the store.
            kpis: which.
            targets: what was to be reached.
            hierarchy: the units.
            calendar: working days.
            fiscal: periods.

        Raises:
            DefinitionError: targets name what is not there, or overlap.

        Example:
            >>> Attainment.of.__name__
            'of'
        """
        today = facts.today
        targets.check(hierarchy=hierarchy, kpis=[kpi.name for kpi in kpis], fiscal=fiscal, day=today)
        whole = [fiscal.period(kind, today) for kind in PERIODS]
        first = min(period.start for period in whole) - dt.timedelta(days=_HISTORY_DAYS)
        end = max(period.end for period in whole)
        happenings = {kpi.name: Happenings.of(kpi, facts, hierarchy) for kpi in kpis if isinstance(kpi, Kpi)}
        return cls(
            hierarchy=hierarchy,
            calendar=calendar,
            fiscal=fiscal,
            as_of=facts.as_of,
            today=today,
            elapsed=_elapsed(facts.as_of, today, calendar),
            first=first,
            kpis=tuple(kpis),
            happenings=happenings,
            actuals={name: rows.by_day(hierarchy, first, end) for name, rows in happenings.items()},
            targets={
                kpi.name: targets.by_day(
                    kpi.name,
                    hierarchy=hierarchy,
                    calendar=calendar,
                    fiscal=fiscal,
                    first=first,
                    end=end,
                    day=today,
                )
                for kpi in kpis
            },
        )

    def actual(self, kpi: Kpi | Ratio, unit: str, first: dt.date, end: dt.date) -> float | None:
        """Return what a unit and those below it did in a stretch of days; None for a ratio of nothing.

        Args:
            kpi: which.
            unit: whose.
            first: the first day, not before the grids' first.
            end: the day after the last.

        Example:
            >>> Attainment.actual.__name__
            'actual'
        """
        if isinstance(kpi, Ratio):
            return _ratio(
                self._sum(self.actuals[kpi.numerator], unit, first, end),
                self._sum(self.actuals[kpi.denominator], unit, first, end),
            )
        if kpi.measure is Measure.DISTINCT:
            return self.happenings[kpi.name].distinct(self.hierarchy, unit, first, end)
        return self._sum(self.actuals[kpi.name], unit, first, end)

    def target(self, kpi: Kpi | Ratio, unit: str, first: dt.date, end: dt.date) -> float | None:
        """Return what a unit is to reach in a stretch of days; None when nobody set it.

        Example:
            >>> Attainment.target.__name__
            'target'
        """
        own = self._cut(self.targets[kpi.name], unit, first, end)
        known = ~np.isnan(own)
        if isinstance(kpi, Ratio):
            if known.any():
                working = known & (own > 0)
                days = self.calendar.working_days(first, end)
                return (
                    float(own[working].sum())
                    if days == 0
                    else float(own[working].mean())
                    if working.any()
                    else 0.0
                )
            return _ratio(
                *(self._target_sum(name, unit, first, end) for name in (kpi.numerator, kpi.denominator))
            )
        return math.fsum(own[known].tolist()) if known.any() else None

    def due(self, kpi: Kpi | Ratio, unit: str, period: Period) -> float | None:
        """Return what a unit was to have reached by now: the targets of the days before, and of today the part that is over.

        Example:
            >>> Attainment.due.__name__
            'due'
        """
        if isinstance(kpi, Ratio):
            return self.target(kpi, unit, period.start, period.end)
        tomorrow = self.today + dt.timedelta(days=1)
        before = self.target(kpi, unit, period.start, self.today)
        of_today = self.target(kpi, unit, self.today, tomorrow)
        if before is None and of_today is None:
            return None
        return (before or 0.0) + (of_today or 0.0) * self.elapsed

    def lead_ids(self, facts: Facts, kpi: str, unit: str, first: dt.date, end: dt.date) -> tuple[str, ...]:
        """Return the leads that counted for a unit in a stretch of days, each once, in order of time.

        Example:
            >>> Attainment.lead_ids.__name__
            'lead_ids'
        """
        rows = self.happenings[kpi]
        found = rows.rows[rows.select(self.hierarchy, unit, first, end)].tolist()
        return tuple(dict.fromkeys(facts.leads.ids[row] for row in found if row >= 0))

    def working_days_left(self, period: Period) -> float:
        """Return the working days of a period that are not over, today by its part.

        Example:
            >>> Attainment.working_days_left.__name__
            'working_days_left'
        """
        tomorrow = self.today + dt.timedelta(days=1)
        today = self.calendar.working_days(self.today, tomorrow) * (1 - self.elapsed)
        return self.calendar.working_days(tomorrow, period.end) + today

    def working_history(self, kpi: str, unit: str) -> Grid:
        """Return what a unit did on each of the last working days that are over, oldest first.

        Example:
            >>> Attainment.working_history.__name__
            'working_history'
        """
        end = self.today + dt.timedelta(days=1) if self.elapsed >= 1 else self.today
        start = max(self.first, end - dt.timedelta(days=_HISTORY_DAYS))
        daily = self._cut(self.actuals[kpi], unit, start, end)
        working = [(day - start).days for day in self.calendar.working_dates(start, end)]
        # What happens on a day off counts for the working day after it, so that none of it is lost.
        ends = np.array([0, *(place + 1 for place in working)], np.int64)
        sums = np.concatenate([[0.0], np.cumsum(daily)])
        done: Grid = np.diff(sums[ends])
        return done

    def _cut(self, grid: Grid, unit: str, first: dt.date, end: dt.date) -> Grid:
        row = self.hierarchy.ids.index(unit)
        return grid[row, max((first - self.first).days, 0) : max((end - self.first).days, 0)]

    def _sum(self, grid: Grid, unit: str, first: dt.date, end: dt.date) -> float:
        return math.fsum(self._cut(grid, unit, first, end).tolist())

    def _target_sum(self, name: str, unit: str, first: dt.date, end: dt.date) -> float:
        return math.fsum(np.nan_to_num(self._cut(self.targets[name], unit, first, end)).tolist())

    def __repr__(self) -> str:
        return (
            f"<Attainment of {len(self.kpis)} KPIs and {len(self.hierarchy.units)} units as of {self.today}>"
        )


def attainment_report(attainment: Attainment, facts: Facts) -> Report:
    """Return target, actual, attainment and pace of every KPI, unit and period, up to the moment of the report.

    Units are listed from the top down; one that has neither a target nor a figure in the year is left out.

    Args:
        attainment: the figures by day.
        facts: what was read from the store, for the leads behind the figures.

    Example:
        >>> attainment_report.__name__
        'attainment_report'
    """
    table = attainment
    tomorrow = table.today + dt.timedelta(days=1)
    periods = [(kind, table.fiscal.period(kind, table.today)) for kind in PERIODS]
    rows: list[tuple[Cell, ...]] = []
    kinds: list[ColumnKind] = []
    keys: list[tuple[str, str, Period]] = []
    for kpi in table.kpis:
        shown = {
            Unitary.COUNT: ColumnKind.COUNT,
            Unitary.MONEY: ColumnKind.MONEY,
            Unitary.SHARE: ColumnKind.SHARE,
        }[kpi.shown_as]
        for unit_id in table.hierarchy.top_down(table.today):
            year = periods[-1][1]
            if (
                not table.actual(kpi, unit_id, year.start, tomorrow)
                and table.target(kpi, unit_id, year.start, year.end) is None
            ):
                continue
            for kind, period in periods:
                rows.append(_row(table, kpi, unit_id, kind, period))
                kinds.append(shown)
                keys.append((kpi.name, unit_id, period))

    def drill(row: int, column: str) -> tuple[str, ...]:
        kpi, unit, period = keys[row]
        ratio = next((one for one in table.kpis if one.name == kpi and isinstance(one, Ratio)), None)
        counted = kpi if ratio is None else ratio.denominator if column == "denominator" else ratio.numerator
        return table.lead_ids(facts, counted, unit, period.start, tomorrow)

    labels = {kpi.name: kpi for kpi in table.kpis}
    unknown = {name: rows_.missing for name, rows_ in table.happenings.items() if rows_.missing}
    notes = [LABELS["note_pace"], LABELS["note_unassigned"]]
    notes += [
        Words(
            f"{labels[name].label('ja')}: 金額不明の{count:,}件は0円ではなく不明として、合計に含めていません。",
            f"{labels[name].label('en')}: {count:,} of unknown amount are left out of the total, not counted as zero.",
        )
        for name, count in unknown.items()
    ]
    values = ("target", "due", "actual", "gap", "needed_per_day", "forecast", "forecast_low", "forecast_high")
    columns = [(name, kind, LABELS[name]) for name, kind in _COLUMNS]
    return Report.of(
        "attainment",
        LABELS["attainment_title"],
        columns,
        rows,
        notes=notes,
        drill=drill,
        kinds=dict.fromkeys(values, kinds),
    )


_COLUMNS: Final = (
    ("kpi", ColumnKind.TEXT),
    ("level", ColumnKind.TEXT),
    ("unit", ColumnKind.TEXT),
    ("unit_name", ColumnKind.TEXT),
    ("period", ColumnKind.TEXT),
    ("period_label", ColumnKind.TEXT),
    ("target", ColumnKind.NUMBER),
    ("due", ColumnKind.NUMBER),
    ("actual", ColumnKind.NUMBER),
    ("gap", ColumnKind.NUMBER),
    ("attainment", ColumnKind.SHARE),
    ("pace", ColumnKind.SHARE),
    ("working_days_left", ColumnKind.NUMBER),
    ("needed_per_day", ColumnKind.NUMBER),
    ("forecast", ColumnKind.NUMBER),
    ("forecast_low", ColumnKind.NUMBER),
    ("forecast_high", ColumnKind.NUMBER),
)


def _row(
    table: Attainment, kpi: Kpi | Ratio, unit_id: str, kind: PeriodKind, period: Period
) -> tuple[Cell, ...]:
    unit = table.hierarchy.unit(unit_id)
    tomorrow = table.today + dt.timedelta(days=1)
    actual = table.actual(kpi, unit_id, period.start, tomorrow)
    target = table.target(kpi, unit_id, period.start, period.end)
    due = table.due(kpi, unit_id, period)
    left = table.working_days_left(period)
    forecast: tuple[Cell, Cell, Cell] = (None, None, None)
    if (
        isinstance(kpi, Kpi)
        and kpi.measure is not Measure.DISTINCT
        and actual is not None
        and kind is not PeriodKind.DAY
    ):
        forecast = forecast_total(actual, table.working_history(kpi.name, unit_id), left)
    needed = (
        max(target - actual, 0.0) / left
        if isinstance(kpi, Kpi) and target is not None and actual is not None and left > 0
        else None
    )
    return (
        kpi.name,
        unit.level,
        unit_id,
        unit.name,
        kind.value,
        period.label,
        target,
        due,
        actual,
        actual - due if actual is not None and due is not None else None,
        _ratio(actual, target),
        _ratio(actual, due),
        left,
        needed,
        *forecast,
    )


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def _elapsed(as_of: dt.datetime, today: dt.date, calendar: BusinessCalendar) -> float:
    begin, end = FiscalCalendar().period(PeriodKind.DAY, today).moments(calendar.time_zone)
    whole = calendar.between(begin, end).seconds
    return calendar.between(begin, min(as_of, end)).seconds / whole if whole else 1.0
