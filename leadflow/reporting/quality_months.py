"""Data quality over time: what each list brought month by month, how much of it was refused, known already, complete."""

from collections import Counter
from collections.abc import Mapping
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import FiscalCalendar, PeriodKind
from leadflow.columns import Flags
from leadflow.errors import InputError
from leadflow.records.batches import NO_TIME
from leadflow.records.events import Json
from leadflow.reporting.cells import moment_told, month_codes
from leadflow.reporting.facts import Facts, Places
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.firsts import earliest
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report
from leadflow.reporting.wordings import period_words
from leadflow.reporting.words import Words

__all__ = ["quality_months_report"]

_ALL = "(all)"
_LATEST = np.iinfo(np.int64).max
_Arrived: TypeAlias = tuple[int, int, float | None]
_NONE: Final[_Arrived] = (0, 0, None)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class _Arrivals:
    """Records with the month and the list in which they came.

    Attributes:
        records: (k,) their positions, rising.
        months: (k,) the number of the month of each.
        lists: (k,) the place of its list among ``names``; the last place for a list that is not known.
        names: of the lists.
        figures: by the label of a month and list how many records came, how many of them are duplicates, and how complete
            their leads are.
        numbers: by the label of a month its number.
    """

    records: Places
    months: Places
    lists: Places
    names: tuple[str, ...]
    figures: Mapping[tuple[str, str], _Arrived]
    numbers: Mapping[str, int]

    def of(self, month: str, source: str) -> Places:
        """Return the records of a month and a list."""
        inside = self.months == self.numbers.get(month, -1)
        if source != _ALL:  # nothing came of a list of which every row was refused
            inside &= self.lists == (
                self.names.index(source) if source in self.names else len(self.names) + 1
            )
        found: Places = self.records[inside]
        return found


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
    arrivals = facts.once("arrivals", lambda: _arrivals(facts, fiscal), of=of, at=at)
    names = [
        _ALL,
        *dict.fromkeys(
            [*map(str, facts.record_sources.values), *(source for _, source in read if source != _ALL)]
        ),
    ]
    rows: list[tuple[Cell, ...]] = []
    groups: list[tuple[str, str]] = []
    for month in (period.label for period in periods):
        for source in names:
            arrived, again, complete = arrivals.figures.get((month, source), _NONE)
            if not arrived and not read[month, source]:
                continue
            count, bad = read[month, source], rejected[month, source]
            rows.append(
                (
                    month,
                    source,
                    count or None,
                    bad if count else None,
                    bad / count if count else None,
                    arrived,
                    again,
                    again / arrived if arrived else None,
                    complete,
                )
            )
            groups.append((month, source))

    def drill(row: int, _: str) -> tuple[str, ...]:
        leads = np.unique(facts.record_rows[arrivals.of(*groups[row])])
        return tuple(facts.leads.ids[one] for one in leads.tolist() if one >= 0)

    return Report.of(
        "quality_months",
        LABELS["quality_months_title"],
        [(name, kind, LABELS[name]) for name, kind in _COLUMNS],
        rows,
        notes=(_NOTE,),
        words={"month": period_words(periods)},
        drill=drill,
    )


def _accounted(
    facts: Facts, fiscal: FiscalCalendar
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Return rows read and rows refused by month and list, from the accounts of the readings."""
    read: Counter[tuple[str, str]] = Counter()
    rejected: Counter[tuple[str, str]] = Counter()
    for account in facts.imports.values():
        at = moment_told(account.get("at"))
        if at is None:
            continue
        month = fiscal.period(PeriodKind.MONTH, at.astimezone(facts.zone).date()).label
        for source in (str(account.get("source") or ""), _ALL):
            read[month, source] += _count(account.get("read"))
            rejected[month, source] += _count(account.get("rejected"))
    return read, rejected


def _arrivals(facts: Facts, fiscal: FiscalCalendar) -> _Arrivals:
    """Return which records came when and from where, and the figures of every month and list."""
    times = facts.record_times
    known = np.flatnonzero((times != NO_TIME) & (times <= facts.now))
    leads = facts.record_leads.codes[known]
    often = np.flatnonzero((np.bincount(leads) > 1)[leads])  # most leads have one record
    first = earliest(leads[often], times[known[often]], len(facts.record_leads.values))
    again = np.zeros(len(known), np.bool_)
    again[often] = first[leads[often]] != np.arange(len(often))
    numbers = month_codes(fiscal, facts.days(times[known]))
    start = int(numbers.min(initial=_LATEST))
    months = numbers - start
    sources = facts.record_sources
    names, width = tuple(map(str, sources.values)), len(sources.values) + 1
    lists = np.arange(-1, width - 1)[sources.codes[known] + 1]
    lists[lists < 0] = width - 1
    labels = {
        month: fiscal.period_of_code(PeriodKind.MONTH, start + month).label
        for month in np.flatnonzero(np.bincount(months)).tolist()
    }
    tables = _tables(facts, facts.record_rows[known], months * width + lists, again, width)
    figures: dict[tuple[str, str], _Arrived] = {}
    for month, label in labels.items():
        for place, name in enumerate((*names, _ALL)):
            came, twice, leads, *filled = (table[month, place] for table in tables)
            complete = float(np.mean([count / leads for count in filled])) if leads else None
            figures[label, name] = int(came), int(twice), complete
    return _Arrivals(
        records=known,
        months=months,
        lists=lists,
        names=names,
        figures=figures,
        numbers={label: month for month, label in labels.items()},
    )


def _tables(
    facts: Facts, rows: Places, groups: Places, again: Flags, width: int
) -> list[npt.NDArray[np.float64]]:
    """Return counts by month and list, the last column for all lists: records, duplicates, leads, and those of them with a field.

    Args:
        facts: what was read from the store.
        rows: (k,) the row of each record's lead, or -1.
        groups: (k,) month * width + list of each record.
        again: (k,) whether it is a duplicate.
        width: how many lists there are, one that is not known among them.
    """
    size = (int(groups.max(initial=-1)) // width + 1) * width

    def table(of: Places, flags: Flags | None, twice: Places) -> npt.NDArray[np.float64]:
        counts = np.bincount(of, flags, size).reshape(-1, width)
        more = np.bincount(of[twice] // width, None if flags is None else flags[twice], size // width)
        return np.column_stack([counts[:, :-1], counts.sum(axis=1) - more]).astype(np.float64)

    nowhere = np.empty(0, np.int64)
    tables = [table(groups, None, nowhere), table(groups, again, nowhere)]
    there = np.flatnonzero(rows >= 0)
    there = there[_different(rows[there], groups[there])]
    whose, which = rows[there], groups[there]
    twice = np.flatnonzero(~_different(whose, which // width))  # a lead of two lists is one lead of the month
    tables.append(table(which, None, twice))
    for flags in facts.filled.values():
        tables.append(table(which, flags[whose], twice) if flags.any() else np.zeros_like(tables[0]))
    return tables


def _different(rows: Places, groups: Places) -> Flags:
    """Return of pairs of a row and a group which come for the first time; most rows come once."""
    often = np.flatnonzero((np.bincount(rows) > 1)[rows])
    keys = groups[often] * (int(rows.max(initial=0)) + 1) + rows[often]
    fresh = np.ones(len(rows), np.bool_)
    fresh[often] = False
    fresh[often[np.unique(keys, return_index=True)[1]]] = True
    return fresh


def _count(value: Json) -> int:
    return int(value) if isinstance(value, int | float) else 0
