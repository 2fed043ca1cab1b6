"""Target, actual and attainment by KPI, unit and period; with pace, what is needed, and a forecast."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import BusinessCalendar, FiscalCalendar, Period, PeriodKind
from leadflow.reporting.cells import ids_at
from leadflow.reporting.facts import Facts
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.forecasts import forecast_totals
from leadflow.reporting.happenings import Happenings
from leadflow.reporting.hierarchies import Hierarchy
from leadflow.reporting.kpis import Kpi, Measure, Ratio, Unitary, kpi_words
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report
from leadflow.reporting.target_changes import change_notes, changes_within
from leadflow.reporting.targets import Target, Targets
from leadflow.reporting.wordings import period_words
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
        ids: the ids of the leads by row, for those behind a figure.
        changed: the old and the new target of every change within the periods of the report, in the order of the changes.
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
    ids: Sequence[str]
    changed: tuple[tuple[Target, Target], ...] = ()
    _memo: dict[tuple[object, ...], npt.NDArray[Any]] = attrs.field(init=False, factory=dict)
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
        whole = [fiscal.period(kind, today) for kind in PERIODS]
        first = min(period.start for period in whole) - dt.timedelta(days=_HISTORY_DAYS)
        end = max(period.end for period in whole)
        set_by_now = targets.in_force(today)
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
            actuals={name: _by_day(rows, facts, hierarchy, first, end) for name, rows in happenings.items()},
            targets=facts.once(
                "targets",
                lambda: _spread(
                    set_by_now, kpis, hierarchy, calendar, fiscal, first=first, end=end, today=today
                ),
                of=(),
                at=(set_by_now, tuple(kpis), hierarchy, calendar, fiscal, first, end),
            ),
            ids=facts.leads.ids,
            changed=changes_within(targets, whole, fiscal=fiscal, day=today),
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
        if isinstance(kpi, Kpi) and kpi.measure is Measure.DISTINCT:
            return self.happenings[kpi.name].distinct(self.hierarchy, unit, first, end)
        return _known(self.actuals_of(kpi, [unit], first, end))

    def actuals_of(self, kpi: Kpi | Ratio, units: Sequence[str], first: dt.date, end: dt.date) -> Grid:
        """Return what units did in a stretch of days, as ``actual`` does.

        Returns:
            (k,) float64; NaN for a ratio of nothing.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.actuals_of(table.kpis[0], ["east", "sato"], dt.date(2026, 7, 1), dt.date(2026, 8, 1)).tolist()
            [1.0, 1.0]
        """
        rows = self.rows_of(units)
        if isinstance(kpi, Ratio):
            part, whole = (
                self.actuals_of(self.happenings[name].kpi, units, first, end)
                for name in (kpi.numerator, kpi.denominator)
            )
            return _ratios(part, whole)
        if kpi.measure is Measure.DISTINCT:
            happened = self.happenings[kpi.name]
            counts = [happened.distinct(self.hierarchy, unit, first, end) for unit in units]
            return np.array(counts, np.float64)
        return self._sums(kpi.name, first, end)[rows]

    def target(self, kpi: Kpi | Ratio, unit: str, first: dt.date, end: dt.date) -> float | None:
        """Return what a unit is to reach in a stretch of days; None when nobody set it.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.target(table.kpis[0], "company", dt.date(2026, 7, 1), dt.date(2026, 8, 1))
            22.0
        """
        return _known(self.targets_of(kpi, [unit], first, end))

    def targets_of(self, kpi: Kpi | Ratio, units: Sequence[str], first: dt.date, end: dt.date) -> Grid:
        """Return what units are to reach in a stretch of days, as ``target`` does.

        Returns:
            (k,) float64; NaN where nobody set it.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.targets_of(table.kpis[0], ["suzuki", "sato"], dt.date(2026, 7, 1), dt.date(2026, 8, 1)).tolist()
            [nan, 22.0]
        """
        rows = self.rows_of(units)
        own = self._target_sums(kpi.name, first, end)[rows]
        if not isinstance(kpi, Ratio):
            return own
        part, whole = (self._target_sums(name, first, end)[rows] for name in (kpi.numerator, kpi.denominator))
        return np.where(np.isnan(own), _ratios(part, whole), own)

    def due(self, kpi: Kpi | Ratio, unit: str, period: Period) -> float | None:
        """Return what a unit was to have reached by now: the targets of the days before, and of today the part that is over.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> round(table.due(table.kpis[0], "sato", table.fiscal.period(PeriodKind.MONTH, table.today)), 6)
            11.0
        """
        return _known(self.dues_of(kpi, [unit], period))

    def dues_of(self, kpi: Kpi | Ratio, units: Sequence[str], period: Period) -> Grid:
        """Return what units were to have reached by now, as ``due`` does.

        Returns:
            (k,) float64; NaN where nobody set a target.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> table = specimen_attainment()
            >>> table.dues_of(table.kpis[0], ["sato"], table.fiscal.period(PeriodKind.MONTH, table.today)).round(6).tolist()
            [11.0]
        """
        if isinstance(kpi, Ratio):
            return self.targets_of(kpi, units, period.start, period.end)
        tomorrow = self.today + dt.timedelta(days=1)
        before = self.targets_of(kpi, units, period.start, self.today)
        of_today = self.targets_of(kpi, units, self.today, tomorrow)
        due = np.nan_to_num(before) + np.nan_to_num(of_today) * self.elapsed
        return np.where(np.isnan(before) & np.isnan(of_today), np.nan, due)

    def lead_ids(self, kpi: str, unit: str, first: dt.date, end: dt.date) -> tuple[str, ...]:
        """Return the leads that counted for a unit in a stretch of days, each once, in order of time.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> specimen_attainment().lead_ids("mqls", "company", dt.date(2026, 7, 1), dt.date(2026, 8, 1))
            ('L1', 'L2')
        """
        rows = self.happenings[kpi]
        return ids_at(self.ids, rows.rows[rows.select(self.hierarchy, unit, first, end)])

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
        done: Grid = self.working_histories(kpi)[self.rows_of([unit])[0]]
        return done

    def working_histories(self, kpi: str) -> Grid:
        """Return what every unit did on each of the last working days that are over, as ``working_history`` does.

        Returns:
            (u, n) float64.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> specimen_attainment().working_histories("calls").sum(axis=1).tolist()
            [1.0, 1.0, 1.0, 0.0, 0.0]
        """
        key = ("history", kpi)
        if key not in self._memo:
            end = self.today + dt.timedelta(days=1) if self.elapsed >= 1 else self.today
            start = max(self.first, end - dt.timedelta(days=_HISTORY_DAYS))
            sums = np.cumsum(self._cut(self.actuals[kpi], start, end), axis=1)
            padded = np.concatenate([np.zeros((len(sums), 1)), sums], axis=1)
            # What happens on a day off counts for the working day after it, so that none of it is lost.
            self._memo[key] = np.diff(padded[:, self._working_ends(start, end)], axis=1)
        return self._memo[key]

    def rows_of(self, units: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the rows of units in the grids.

        Raises:
            UnknownNameError: there is no such unit.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> specimen_attainment().rows_of(["company"]).tolist()
            [0]
        """
        if not self._places:
            self._places.update((name, row) for row, name in enumerate(self.hierarchy.ids))
        for unit in units:
            if unit not in self._places:
                self.hierarchy.unit(unit)  # says which are there
        return np.fromiter(map(self._places.__getitem__, units), np.int64, len(units))

    def _working_ends(self, start: dt.date, end: dt.date) -> npt.NDArray[np.int64]:
        """Return 0, then how many days of a stretch are over at the end of each of its working days."""
        key = ("working", start, end)
        if key not in self._memo:
            working = self.calendar.working_dates(start, end)
            self._memo[key] = np.array([0, *((day - start).days + 1 for day in working)], np.int64)
        return self._memo[key]

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
            there = ~np.isnan(cut)
            if not there.any():  # most figures have no target
                self._memo[key] = np.full(len(cut), np.nan)
                return self._memo[key]
            known = np.count_nonzero(there, axis=1)
            ratio = any(kpi.name == name and isinstance(kpi, Ratio) for kpi in self.kpis)
            sums = np.where(there, cut, 0.0).sum(axis=1) / (np.maximum(known, 1) if ratio else 1.0)
            # A target of 20 that was spread over 21 days is 20 again.
            self._memo[key] = np.where(known > 0, np.round(sums, 9), np.nan)
        return self._memo[key]

    def __repr__(self) -> str:
        return (
            f"<Attainment of {len(self.kpis)} KPIs and {len(self.hierarchy.units)} units as of {self.today}>"
        )


def _spread(
    rows: Sequence[Target],
    kpis: Sequence[Kpi | Ratio],
    hierarchy: Hierarchy,
    calendar: BusinessCalendar,
    fiscal: FiscalCalendar,
    *,
    first: dt.date,
    end: dt.date,
    today: dt.date,
) -> Mapping[str, Grid]:
    """Check the targets that are in force and spread them over days, by KPI."""
    Targets(rows=tuple(rows)).check(
        hierarchy=hierarchy, kpis=[kpi.name for kpi in kpis], fiscal=fiscal, day=today
    )
    named: dict[str, list[Target]] = {kpi.name: [] for kpi in kpis}
    for row in rows:
        named[row.kpi].append(row)
    return {
        kpi.name: Targets(rows=tuple(named[kpi.name])).by_day(
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
    }


def _by_day(happened: Happenings, facts: Facts, hierarchy: Hierarchy, first: dt.date, end: dt.date) -> Grid:
    of = (happened.days, happened.units, happened.amounts)
    name = ("by day", happened.kpi.name)
    return facts.once(name, lambda: happened.by_day(hierarchy, first, end), of=of, at=(hierarchy, first, end))


def attainment_report(attainment: Attainment) -> Report:
    """Return target, actual, attainment and pace of every KPI, unit and period, up to the moment of the report.

    Units are listed from the top down; one that has neither a target nor a figure in any of the periods is left out.

    Args:
        attainment: the figures by day.

    Example:
        >>> from leadflow.reporting.specimen import specimen_attainment
        >>> report = attainment_report(specimen_attainment())
        >>> report.where({"kpi": "calls", "unit": "sato", "period": "month"})[0]["attainment"]
        0.045454545454545456
    """
    table = attainment
    periods = [table.fiscal.period(kind, table.today) for kind in PERIODS]
    units = table.hierarchy.top_down(table.today)
    cells: list[list[Cell]] = [[] for _ in _COLUMNS]
    kinds: list[ColumnKind] = []
    for kpi in table.kpis:
        found = _rows(table, kpi, units, periods)
        for column, more in zip(cells, found, strict=True):
            column.extend(more)
        kinds += [_SHOWN[kpi.shown_as]] * len(found[0])
    kpis, _, whose, *_ = cells

    def drill(row: int, column: str) -> tuple[str, ...]:
        kpi = next(one for one in table.kpis if one.name == kpis[row])
        counted = kpi.name
        if isinstance(kpi, Ratio):
            counted = kpi.denominator if column == "denominator" else kpi.numerator
        start = periods[row % len(periods)].start
        return table.lead_ids(counted, str(whose[row]), start, table.today + dt.timedelta(days=1))

    values = ("target", "due", "actual", "gap", "needed_per_day", "forecast", "forecast_low", "forecast_high")
    return Report.of_cells(
        "attainment",
        LABELS["attainment_title"],
        [(name, kind, LABELS[name]) for name, kind in _COLUMNS],
        list(map(tuple, cells)),
        words={
            "kpi": kpi_words(table.kpis),
            "period_label": period_words(periods),
        },
        notes=_notes(table),
        drill=drill,
        kinds=dict.fromkeys(values, kinds),
    )


_SHOWN: Final = {
    Unitary.COUNT: ColumnKind.COUNT,
    Unitary.MONEY: ColumnKind.MONEY,
    Unitary.SHARE: ColumnKind.SHARE,
}
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


def _notes(table: Attainment) -> list[Words]:
    notes = [LABELS["note_pace"], LABELS["note_unassigned"]]
    for happened in table.happenings.values():
        count, kpi = happened.missing, happened.kpi
        if count:
            ja = f"{kpi.label('ja')}: 金額不明の{count:,}件は0円ではなく不明として、合計に含めていません。"
            en = f"{kpi.label('en')}: {count:,} of unknown amount are left out of the total, not counted as zero."
            notes.append(Words(ja, en))
    changed = change_notes(table.changed, kpis=table.kpis, hierarchy=table.hierarchy, fiscal=table.fiscal)
    return [*notes, *changed]


def _rows(
    table: Attainment, kpi: Kpi | Ratio, units: Sequence[str], periods: Sequence[Period]
) -> list[Sequence[Cell]]:
    """Return the columns of one KPI, a row for each unit that has a figure or a target, and each period."""
    # a week may begin before its year, and end after it
    start, end = min(period.start for period in periods), max(period.end for period in periods)
    done = table.actuals_of(kpi, units, start, table.today + dt.timedelta(days=1))
    asked = table.targets_of(kpi, units, start, end)
    nothing = np.isnan(done) if isinstance(kpi, Ratio) else done == 0.0  # a share of none is a figure
    mine = [
        unit
        for unit, left_out in zip(units, (nothing & np.isnan(asked)).tolist(), strict=True)
        if not left_out
    ]
    named = [table.hierarchy.unit(unit) for unit in mine]
    figures = np.stack([_figures(table, kpi, mine, period) for period in periods], axis=-1)
    texts = ([kpi.name] * len(mine), [unit.level for unit in named], mine, [unit.name for unit in named])
    size = len(periods)
    found: list[Sequence[Cell]] = [[text for text in part for _ in range(size)] for part in texts]
    found.append([period.kind.value for period in periods] * len(mine))
    found.append([period.label for period in periods] * len(mine))
    for (name, _), part in zip(_COLUMNS[len(found) :], figures.reshape(len(figures), -1), strict=True):
        if name == "actual" and isinstance(kpi, Kpi) and kpi.measure is Measure.DISTINCT:
            found.append(part.astype(np.int64).tolist())
            continue
        shown = part.astype(object)
        shown[np.isnan(part)] = None
        found.append(shown.tolist())
    return found


def _figures(table: Attainment, kpi: Kpi | Ratio, units: Sequence[str], period: Period) -> Grid:
    """Return the figures of units in a period, from the target to the forecast; NaN for what is not known.

    Returns:
        (11, u) float64.
    """
    tomorrow = table.today + dt.timedelta(days=1)
    left = table.working_days_left(period)
    actual = table.actuals_of(kpi, units, period.start, tomorrow)
    target, due = table.targets_of(kpi, units, period.start, period.end), table.dues_of(kpi, units, period)
    unknown = np.full(len(units), np.nan)
    needed = np.maximum(target - actual, 0.0) / left if isinstance(kpi, Kpi) and left > 0 else unknown
    forecast = np.stack([unknown] * 3)
    if (
        isinstance(kpi, Kpi)
        and kpi.measure is not Measure.DISTINCT
        and period.kind is not PeriodKind.DAY
        and units
    ):
        history = table.working_histories(kpi.name)[table.rows_of(units)]
        told = forecast_totals(actual, history, left)
        forecast = np.array(told, np.float64).T
    return np.stack(
        [
            target,
            due,
            actual,
            actual - due,
            _ratios(actual, target),
            _ratios(actual, due),
            np.full(len(units), left),
            needed,
            *forecast,
        ]
    )


def _ratios(parts: Grid, wholes: Grid) -> Grid:
    """Return parts of wholes; NaN for a part of nothing."""
    shares: Grid = np.divide(parts, wholes, out=np.full(len(parts), np.nan), where=wholes != 0)
    return shares


def _known(figures: Grid) -> float | None:
    figure = float(figures[0])
    return None if math.isnan(figure) else figure


def _elapsed(as_of: dt.datetime, today: dt.date, calendar: BusinessCalendar) -> float:
    begin, end = FiscalCalendar().period(PeriodKind.DAY, today).moments(calendar.time_zone)
    whole = calendar.between(begin, end).seconds
    return calendar.between(begin, min(as_of, end)).seconds / whole if whole else 1.0
