"""Data quality over time: what each list brought month by month, how much of it was refused, known already, complete."""

import datetime as dt
from collections import Counter
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from leadflow.calendars import FiscalCalendar, PeriodKind
from leadflow.errors import InputError
from leadflow.records.batches import NO_TIME
from leadflow.records.events import Json
from leadflow.reporting.facts import Facts, Places
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.firsts import earliest
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report
from leadflow.reporting.wordings import period_words
from leadflow.reporting.words import Words

__all__ = ["quality_months_report"]

_ALL = "(all)"
_Arrived: TypeAlias = tuple[Places, int, float | None]
_NONE: Final[_Arrived] = (np.empty(0, np.int64), 0, None)


_COLUMNS: Final = (
    ("month", ColumnKind.TEXT),
    ("source", ColumnKind.TEXT),
    ("read", ColumnKind.COUNT),
    ("rejected", ColumnKind.COUNT),
    ("reject_rate", ColumnKind.SHARE),
    ("arrived", ColumnKind.COUNT),
    ("duplicates", ColumnKind.COUNT),
    ("duplicate_rate", ColumnKind.SHARE),
    ("completeness", ColumnKind.SHARE),
)
_NOTE: Final = Words(
    "読込と除外は取込の月、元データは発生・観測の月で数えます。充足率は、そのリードの主な項目に今ある値の割合です。",
    "Rows read and refused count in the month of the import, records in the month in which they were made or "
    "observed. Completeness is the share of the main fields that their leads have now.",
)


def quality_months_report(facts: Facts, *, fiscal: FiscalCalendar, months: int = 12) -> Report:
    """Return by month and list the rows read and refused, new records, duplicates found, and how complete the leads are.

    Rows read and refused count in the month of the import; records in the month in which they were made or observed. A
    record is a duplicate when its lead had an earlier one. Completeness is the mean share of the fields of
    ``HELD_FIELDS`` that the leads of those records have now.

    Args:
        facts: what was read from the store.
        fiscal: periods.
        months: at most so many, the last one that of the report.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> report = quality_months_report(specimen_facts(), fiscal=FiscalCalendar())
        >>> row, = report.where({"source": "展示会"})
        >>> row["month"], row["rejected"], row["arrived"], row["duplicates"]
        ('2026-07', 1, 1, 0)
    """
    if months < 1:
        raise InputError("`months` must be at least 1.")
    last = fiscal.period(PeriodKind.MONTH, facts.today)
    periods = [fiscal.shift(last, -back) for back in range(months)]
    read, rejected = _accounted(facts, fiscal)
    until = int(np.count_nonzero(facts.record_times <= facts.now))
    of = (facts.record_times, facts.record_leads.codes, facts.record_sources, facts.lead_positions)
    at = (until, fiscal, facts.time_zone)
    arrived = facts.once("arrivals", lambda: _arrivals(facts, fiscal), of=of, at=at)
    names = [
        _ALL,
        *dict.fromkeys(
            [*map(str, facts.record_sources.values), *(source for _, source in read if source != _ALL)]
        ),
    ]
    rows: list[tuple[Cell, ...]] = []
    groups: list[Places] = []
    for month in (period.label for period in periods):
        for source in names:
            mine, again, complete = arrived.get((month, source), _NONE)
            if not len(mine) and not read[month, source]:
                continue
            count, bad = read[month, source], rejected[month, source]
            rows.append(
                (
                    month,
                    source,
                    count or None,
                    bad if count else None,
                    bad / count if count else None,
                    len(mine),
                    again,
                    again / len(mine) if len(mine) else None,
                    complete,
                )
            )
            groups.append(mine)
    return Report.of(
        "quality_months",
        LABELS["quality_months_title"],
        [(name, kind, LABELS[name]) for name, kind in _COLUMNS],
        rows,
        notes=(_NOTE,),
        words={"month": period_words(periods)},
        drill=lambda row, _: tuple(facts.leads.ids[one] for one in _leads_of(facts, groups[row]).tolist()),
    )


def _accounted(
    facts: Facts, fiscal: FiscalCalendar
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Return rows read and rows refused by month and list, from the accounts of the readings."""
    read: Counter[tuple[str, str]] = Counter()
    rejected: Counter[tuple[str, str]] = Counter()
    for account in facts.imports.values():
        at = _moment(account.get("at"))
        if at is None or at > facts.as_of:
            continue
        month = fiscal.period(PeriodKind.MONTH, at.astimezone(facts.zone).date()).label
        for source in (str(account.get("source") or ""), _ALL):
            read[month, source] += _count(account.get("read"))
            rejected[month, source] += _count(account.get("rejected"))
    return read, rejected


def _leads_of(facts: Facts, records: Places) -> Places:
    """Return the rows of the leads of some records, each once, in order."""
    there = np.zeros(len(facts.leads) + 1, np.bool_)
    there[facts.record_rows[records]] = True
    return np.flatnonzero(there[:-1])


def _arrivals(facts: Facts, fiscal: FiscalCalendar) -> dict[tuple[str, str], _Arrived]:
    """Return by month and list the positions of records, how many are duplicates, how complete their leads are."""
    times = facts.record_times
    known = np.flatnonzero((times != NO_TIME) & (times <= facts.now))
    if not len(known):
        return {}
    leads = facts.record_leads.codes[known]
    first = earliest(leads, times[known], len(facts.record_leads.values))
    again = first[leads] != np.arange(len(known))
    months = fiscal.period_codes(facts.days(times[known]), PeriodKind.MONTH)
    names = [*map(str, facts.record_sources.values), ""]
    start, width = int(months.min()), len(names)
    groups = (months - start) * width + facts.record_sources.codes[
        known
    ] % width  # a list that is not known is the last
    order = np.argsort(groups.astype(np.int32), kind="stable")
    sizes = np.bincount(groups, minlength=(int(months.max()) - start + 1) * width).reshape(-1, width)
    ends = np.cumsum(sizes).reshape(-1, width)
    found: dict[tuple[str, str], _Arrived] = {}

    def arrived(mine: Places) -> _Arrived:
        return known[mine], int(again[mine].sum()), _completeness(facts, _leads_of(facts, known[mine]))

    for month in np.flatnonzero(sizes.any(axis=1)).tolist():
        label = fiscal.period_of_code(PeriodKind.MONTH, start + month).label
        whole = np.sort(order[ends[month, 0] - sizes[month, 0] : ends[month, -1]])
        found[label, _ALL] = arrived(whole)
        for code in np.flatnonzero(sizes[month, :-1]).tolist():
            mine = order[ends[month, code] - sizes[month, code] : ends[month, code]]
            found[label, names[code]] = arrived(mine)
    return found


def _completeness(facts: Facts, leads: npt.NDArray[np.int64]) -> float | None:
    if not len(leads):
        return None
    return float(np.mean([flags[leads].mean() for flags in facts.filled.values()]))


def _moment(value: Json) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _count(value: Json) -> int:
    return int(value) if isinstance(value, int | float) else 0
