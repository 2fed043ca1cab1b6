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
from leadflow.reporting.forecasts import forecast_totals
from leadflow.reporting.happenings import Happenings
from leadflow.reporting.hierarchies import Hierarchy
from leadflow.reporting.kpis import Kpi, Measure, Ratio, Unitary, kpi_words
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report
from leadflow.reporting.targets import Targets
from leadflow.reporting.words import Words

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
    _memo: dict[tuple[object, ...], Grid] = attrs.field(init=False, factory=dict)
    _places: dict[str, int] = attrs.field(init=False, factory=dict)

    @property
    def calendar_zone(self) -> ZoneInfo:
        """The time zone whose days count.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> specimen_attainment().calendar_zone.key
            'Asia/Tokyo'
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
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> specimen_attainment().actuals["calls"].shape
            (5, 425)
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
                    ratio=isinstance(kpi, Ratio),
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
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.actual(table.kpis[0], "east", dt.date(2026, 7, 1), dt.date(2026, 8, 1))
            1.0
        """
        if isinstance(kpi, Ratio):
            part, whole = (
                self._sums(name, first, end)[self._row(unit)] for name in (kpi.numerator, kpi.denominator)
            )
            return _ratio(float(part), float(whole))
        if kpi.measure is Measure.DISTINCT:
            return self.happenings[kpi.name].distinct(self.hierarchy, unit, first, end)
        return float(self._sums(kpi.name, first, end)[self._row(unit)])

    def target(self, kpi: Kpi | Ratio, unit: str, first: dt.date, end: dt.date) -> float | None:
        """Return what a unit is to reach in a stretch of days; None when nobody set it.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.target(table.kpis[0], "company", dt.date(2026, 7, 1), dt.date(2026, 8, 1))
            22.0
        """
        row = self._row(unit)
        own = float(self._target_sums(kpi.name, first, end)[row])
        if not isinstance(kpi, Ratio):
            return None if math.isnan(own) else own
        if not math.isnan(own):
            return own
        part, whole = (
            float(self._target_sums(name, first, end)[row]) for name in (kpi.numerator, kpi.denominator)
        )
        return None if math.isnan(part) or math.isnan(whole) else _ratio(part, whole)

    def due(self, kpi: Kpi | Ratio, unit: str, period: Period) -> float | None:
        """Return what a unit was to have reached by now: the targets of the days before, and of today the part that is over.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> round(table.due(table.kpis[0], "sato", table.fiscal.period(PeriodKind.MONTH, table.today)), 6)
            11.0
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
            >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
            >>> specimen_attainment().lead_ids(specimen_facts(), "mqls", "company", dt.date(2026, 7, 1), dt.date(2026, 8, 1))
            ('L1', 'L2')
        """
        rows = self.happenings[kpi]
        found = rows.rows[rows.select(self.hierarchy, unit, first, end)].tolist()
        return tuple(dict.fromkeys(facts.leads.ids[row] for row in found if row >= 0))

    def working_days_left(self, period: Period) -> float:
        """Return the working days of a period that are not over, today by its part.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.working_days_left(table.fiscal.period(PeriodKind.MONTH, table.today))
            11.0
        """
        key = ("left", period.start, period.end)
        if key not in self._memo:
            tomorrow = self.today + dt.timedelta(days=1)
            today = self.calendar.working_days(self.today, tomorrow) * (1 - self.elapsed)
            self._memo[key] = np.array([self.calendar.working_days(tomorrow, period.end) + today])
        return float(self._memo[key][0])

    def working_history(self, kpi: str, unit: str) -> Grid:
        """Return what a unit did on each of the last working days that are over, oldest first.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> specimen_attainment().working_history("calls", "sato")[-9:].tolist()
            [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
        """
        key = ("history", kpi)
        if key not in self._memo:
            end = self.today + dt.timedelta(days=1) if self.elapsed >= 1 else self.today
            start = max(self.first, end - dt.timedelta(days=_HISTORY_DAYS))
            working = [(day - start).days for day in self.calendar.working_dates(start, end)]
            # What happens on a day off counts for the working day after it, so that none of it is lost.
            ends = np.array([0, *(place + 1 for place in working)], np.int64)
            sums = np.cumsum(self._cut(self.actuals[kpi], start, end), axis=1)
            padded = np.concatenate([np.zeros((len(sums), 1)), sums], axis=1)
            self._memo[key] = np.diff(padded[:, ends], axis=1)
        done: Grid = self._memo[key][self._row(unit)]
        return done

    def _row(self, unit: str) -> int:
        if not self._places:
            self._places.update((name, row) for row, name in enumerate(self.hierarchy.ids))
        return self._places[unit]

    def _cut(self, grid: Grid, first: dt.date, end: dt.date) -> Grid:
        return grid[:, max((first - self.first).days, 0) : max((end - self.first).days, 0)]

    def _sums(self, name: str, first: dt.date, end: dt.date) -> Grid:
        """Return what every unit did in a stretch of days, added up once for all units."""
        key = ("actual", name, first, end)
        if key not in self._memo:
            self._memo[key] = self._cut(self.actuals[name], first, end).sum(axis=1)
        return self._memo[key]

    def _target_sums(self, name: str, first: dt.date, end: dt.date) -> Grid:
        """Return what every unit is to reach in a stretch of days; NaN for none; a ratio's is the mean of its days."""
        key = ("target", name, first, end)
        if key not in self._memo:
            cut = self._cut(self.targets[name], first, end)
            known = (~np.isnan(cut)).sum(axis=1)
            ratio = any(kpi.name == name and isinstance(kpi, Ratio) for kpi in self.kpis)
            sums = np.nansum(cut, axis=1) / (np.maximum(known, 1) if ratio else 1.0)
            # A target of 20 that was spread over 21 days is 20 again.
            self._memo[key] = np.where(known > 0, np.round(sums, 9), np.nan)
        return self._memo[key]

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
        >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
        >>> report = attainment_report(specimen_attainment(), specimen_facts())
        >>> report.where({"kpi": "calls", "unit": "sato", "period": "month"})[0]["attainment"]
        0.045454545454545456
    """
    table = attainment
    tomorrow = table.today + dt.timedelta(days=1)
    periods = [(kind, table.fiscal.period(kind, table.today)) for kind in PERIODS]
    units = table.hierarchy.top_down(table.today)
    rows: list[tuple[Cell, ...]] = []
    kinds: list[ColumnKind] = []
    keys: list[tuple[str, str, Period]] = []
    for kpi in table.kpis:
        shown = {
            Unitary.COUNT: ColumnKind.COUNT,
            Unitary.MONEY: ColumnKind.MONEY,
            Unitary.SHARE: ColumnKind.SHARE,
        }[kpi.shown_as]
        year = periods[-1][1]
        mine = [
            unit
            for unit in units
            if table.actual(kpi, unit, year.start, tomorrow)
            or table.target(kpi, unit, year.start, year.end) is not None
        ]
        by_period = [_rows(table, kpi, mine, kind, period) for kind, period in periods]
        for place, unit in enumerate(mine):
            for (_, period), found in zip(periods, by_period, strict=True):
                rows.append(found[place])
                kinds.append(shown)
                keys.append((kpi.name, unit, period))

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
        words={
            "kpi": kpi_words(table.kpis),
            "period_label": {period.label: Words(period.label_ja, period.label) for _, period in periods},
        },
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


def _rows(
    table: Attainment, kpi: Kpi | Ratio, units: Sequence[str], kind: PeriodKind, period: Period
) -> list[tuple[Cell, ...]]:
    tomorrow = table.today + dt.timedelta(days=1)
    left = table.working_days_left(period)
    actuals = [table.actual(kpi, unit, period.start, tomorrow) for unit in units]
    forecasts: Sequence[tuple[Cell, ...]] = [(None, None, None)] * len(units)
    if isinstance(kpi, Kpi) and kpi.measure is not Measure.DISTINCT and kind is not PeriodKind.DAY and units:
        history = np.stack([table.working_history(kpi.name, unit) for unit in units])
        forecasts = forecast_totals(np.array(actuals, np.float64), history, left)
    rows: list[tuple[Cell, ...]] = []
    for unit_id, actual, forecast in zip(units, actuals, forecasts, strict=True):
        unit = table.hierarchy.unit(unit_id)
        target = table.target(kpi, unit_id, period.start, period.end)
        due = table.due(kpi, unit_id, period)
        needed = (
            max(target - actual, 0.0) / left
            if isinstance(kpi, Kpi) and target is not None and actual is not None and left > 0
            else None
        )
        rows.append(
            (
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
        )
    return rows


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def _elapsed(as_of: dt.datetime, today: dt.date, calendar: BusinessCalendar) -> float:
    begin, end = FiscalCalendar().period(PeriodKind.DAY, today).moments(calendar.time_zone)
    whole = calendar.between(begin, end).seconds
    return calendar.between(begin, min(as_of, end)).seconds / whole if whole else 1.0
