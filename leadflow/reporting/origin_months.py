"""Where won deals came from over time: the share of each origin by month."""

import numpy as np

from leadflow.calendars import FiscalCalendar, PeriodKind
from leadflow.reporting.campaigns import origin_of_leads
from leadflow.reporting.cells import ids_at, numbers
from leadflow.reporting.facts import Facts
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report
from leadflow.reporting.wordings import period_words
from leadflow.reporting.words import Words

__all__ = ["won_origins_report"]


def won_origins_report(facts: Facts, *, fiscal: FiscalCalendar, months: int = 12) -> Report:
    """Return by month and origin how many deals were won, their share of the month's, and what they were worth.

    The shares of a month add up to one. A deal of somebody who is no lead has an unknown origin; an unknown amount counts
    as nothing in the sum, never in the count. Months without won deals are left out.

    Args:
        facts: what was read from the store.
        fiscal: periods.
        months: at most so many, the last one up to the moment of the report.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> won_origins_report(specimen_facts(), fiscal=FiscalCalendar()).to_dicts()
        [{'month': '2026-07', 'origin': '展示会', 'won': 1, 'share': 1.0, 'won_amount': 3000000.0}]
    """
    log = facts.activities
    last = fiscal.period(PeriodKind.MONTH, facts.today)
    begin = np.datetime64(fiscal.shift(last, 1 - months).start)
    won = facts.of_kind("won")
    days = facts.days(log.at[won])
    shown = days >= begin
    won, days, leads = won[shown], days[shown], facts.rows_of_kind("won")[shown]
    origins = origin_of_leads(facts)
    names = [*map(str, origins.values), None]
    codes = np.append(np.where(origins.codes < 0, len(names) - 1, origins.codes), len(names) - 1)
    mine = codes[leads]
    periods = fiscal.period_codes(days, PeriodKind.MONTH) if len(days) else np.empty(0, np.int64)
    amount = log.attributes.get("amount")
    yen = np.zeros(len(won)) if amount is None else np.nan_to_num(numbers(amount.take(won)))
    rows: list[tuple[Cell, ...]] = []
    groups = []
    told = [(code, fiscal.period_of_code(PeriodKind.MONTH, code)) for code in np.unique(periods).tolist()]
    for month, period in told:
        inside = periods == month
        counts = np.bincount(mine[inside], minlength=len(names))
        sums = np.bincount(mine[inside], yen[inside], len(names))
        for code in sorted(np.flatnonzero(counts).tolist(), key=lambda one: (-counts[one], str(names[one]))):
            share = int(counts[code]) / int(inside.sum())
            rows.append((period.label, names[code], int(counts[code]), share, float(sums[code])))
            groups.append(leads[inside & (mine == code)])

    def drill(row: int, _: str) -> tuple[str, ...]:
        return ids_at(facts.leads.ids, groups[row])

    columns = (
        ("month", ColumnKind.TEXT),
        ("origin", ColumnKind.TEXT),
        ("won", ColumnKind.COUNT),
        ("share", ColumnKind.SHARE),
        ("won_amount", ColumnKind.MONEY),
    )
    note = Words(
        "構成比は、その月の受注件数に占める割合です。受注のない月は表示しません。",
        "Share is of the deals won in the month. Months without won deals are left out.",
    )
    return Report.of(
        "won_origins",
        LABELS["won_origins_title"],
        [(name, kind, LABELS[name]) for name, kind in columns],
        rows,
        notes=(note,),
        drill=drill,
        words={"month": period_words(period for _, period in told)},
    )
