"""How figures and targets added up day by day within a period."""

import datetime as dt

import numpy as np

from leadflow.calendars import PeriodKind
from leadflow.reporting.attainment import Attainment
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.kpis import Kpi, Measure, Unitary, kpi_words
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report

__all__ = ["trend_report"]


def trend_report(
    attainment: Attainment, *, unit: str | None = None, kind: PeriodKind = PeriodKind.QUARTER
) -> Report:
    """Return for every counted KPI the cumulative actual and target of a unit, day by day.

    Args:
        attainment: the figures by day.
        unit: whose; the top's by default.
        kind: within which period.

    Raises:
        UnknownNameError: there is no such unit.

    Example:
        >>> from leadflow.reporting.specimen import specimen_attainment
        >>> trend_report(specimen_attainment()).where({"kpi": "won_amount", "day": dt.date(2026, 7, 10)})
        [{'kpi': 'won_amount', 'day': datetime.date(2026, 7, 10), 'actual': 3000000.0, 'target': 786885.2459016395}]
    """
    table = attainment
    period = table.fiscal.period(kind, table.today)
    (row,) = table.rows_of([unit or table.hierarchy.top]).tolist()
    start, stop = (period.start - table.first).days, (period.end - table.first).days
    over = (table.today - period.start).days + 1
    rows: list[tuple[Cell, ...]] = []
    kinds: list[ColumnKind] = []
    for kpi in table.kpis:
        if not isinstance(kpi, Kpi) or kpi.measure is Measure.DISTINCT:
            continue
        actual = np.cumsum(table.actuals[kpi.name][row, start:stop])
        targets = table.targets[kpi.name][row, start:stop]
        has_target = bool((~np.isnan(targets)).any())
        if not has_target and not actual.any():
            continue
        target = np.cumsum(np.nan_to_num(targets))
        for place in range(period.days):
            day = period.start + dt.timedelta(days=place)
            rows.append(
                (
                    kpi.name,
                    day,
                    float(actual[place]) if place < over else None,
                    float(target[place]) if has_target else None,
                )
            )
            kinds.append(ColumnKind.MONEY if kpi.shown_as is Unitary.MONEY else ColumnKind.COUNT)

    def drill(row: int, _: str) -> tuple[str, ...]:
        name, day = str(rows[row][0]), table.today
        if isinstance(told := rows[row][1], dt.date):
            day = min(told, day)
        return table.lead_ids(name, unit or table.hierarchy.top, period.start, day + dt.timedelta(days=1))

    columns = (
        ("kpi", ColumnKind.TEXT),
        ("day", ColumnKind.DATE),
        ("actual", ColumnKind.NUMBER),
        ("target", ColumnKind.NUMBER),
    )
    return Report.of(
        "trend",
        LABELS["trend_title"],
        [(name, shown, LABELS[name]) for name, shown in columns],
        rows,
        words={"kpi": kpi_words(table.kpis)},
        drill=drill,
        kinds={"actual": kinds, "target": kinds},
    )
