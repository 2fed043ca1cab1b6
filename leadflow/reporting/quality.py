"""What the lists were worth: rows refused and why, how full the fields are, duplicates found."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from leadflow.columns import Codes
from leadflow.records.events import Json
from leadflow.reporting.cells import moment_told
from leadflow.reporting.facts import Facts, Places
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.holdings import HELD_FIELDS
from leadflow.reporting.labels import LABELS, label
from leadflow.reporting.reports import Report
from leadflow.reporting.wordings import reason_words
from leadflow.reporting.words import Words

__all__ = ["completeness_report", "duplicates_report", "quality_report", "rejects_report"]


def quality_report(facts: Facts) -> Report:
    """Return one row per list: rows read, accepted and refused, cells not understood, the encoding.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> quality_report(specimen_facts())["reject_rate"]
        (0.2,)
    """
    rows: list[tuple[Cell, ...]] = []
    for account in _accounts(facts):
        read, rejected = _count(account.get("read")), _count(account.get("rejected"))
        invalid = account.get("invalid")
        rows.append(
            (
                _text(account.get("source")),
                None if (at := moment_told(account.get("at"))) is None else at.astimezone(facts.zone),
                _text(account.get("encoding")) or None,
                read,
                _count(account.get("accepted")),
                rejected,
                rejected / read if read else None,
                sum(_count(cell.get("count")) for cell in invalid if isinstance(cell, dict))
                if isinstance(invalid, list)
                else None,
            )
        )
    columns = (
        ("source", ColumnKind.TEXT, LABELS["source"]),
        ("at", ColumnKind.MOMENT, LABELS["at"]),
        ("encoding", ColumnKind.TEXT, LABELS["encoding"]),
        ("read", ColumnKind.COUNT, LABELS["read"]),
        ("accepted", ColumnKind.COUNT, LABELS["accepted_rows"]),
        ("rejected", ColumnKind.COUNT, LABELS["rejected"]),
        ("reject_rate", ColumnKind.SHARE, LABELS["reject_rate"]),
        ("invalid", ColumnKind.COUNT, LABELS["invalid"]),
    )
    return Report.of("quality", LABELS["quality_title"], columns, rows)


def rejects_report(facts: Facts) -> Report:
    """Return how many rows of each list were refused for which reason, the most frequent first.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> rejects_report(specimen_facts()).to_dicts()
        [{'source': '展示会', 'reason': 'no name', 'count': 1}]
    """
    counts: Counter[tuple[str, str]] = Counter()
    for account in _accounts(facts):
        reasons = account.get("reject_reasons")
        for reason, count in reasons.items() if isinstance(reasons, dict) else ():
            counts[_text(account.get("source")), reason] += _count(count)
    columns = (
        ("source", ColumnKind.TEXT, LABELS["source"]),
        ("reason", ColumnKind.TEXT, LABELS["reason"]),
        ("count", ColumnKind.COUNT, LABELS["count"]),
    )
    rows = [(source, reason, count) for (source, reason), count in counts.most_common()]
    words = {"reason": reason_words(reason for _, reason in counts)}
    return Report.of("rejects", LABELS["rejects_title"], columns, rows, words=words)


def completeness_report(facts: Facts) -> Report:
    """Return for the fields that matter what share of the leads, and of each list's records, has a value.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> completeness_report(specimen_facts()).where({"field": "company"})
        [{'field': 'company', 'filled': 3, 'completeness': 1.0, '展示会': 0.75}]
    """
    accounts = _accounts(facts)
    profiles = [(_text(account.get("source")), _profile(account)) for account in accounts]
    rows: list[tuple[Cell, ...]] = []
    shown = []
    for name in HELD_FIELDS:
        filled = facts.filled[name]
        if not filled.any() and not any(name in profile for _, profile in profiles):
            continue
        shown.append(name)
        rows.append(
            (
                name,
                int(filled.sum()),
                float(filled.mean()) if len(filled) else None,
                *(profile.get(name) for _, profile in profiles),
            )
        )

    def drill(row: int, _: str) -> tuple[str, ...]:
        missing = np.flatnonzero(~facts.filled[shown[row]])
        return tuple(facts.leads.ids[one] for one in missing.tolist())

    columns = [
        ("field", ColumnKind.TEXT, LABELS["field"]),
        ("filled", ColumnKind.COUNT, LABELS["filled"]),
        ("completeness", ColumnKind.SHARE, LABELS["completeness"]),
    ]
    columns += [
        (f"{source}#{n}" if _twice(profiles, source) else source, ColumnKind.SHARE, label(source))
        for n, (source, _) in enumerate(profiles, 1)
    ]
    note = Words(
        "数字の裏にあるリードは、その項目が空のリードです。",
        "The leads behind a row are those without a value.",
    )
    return Report.of("completeness", LABELS["completeness_title"], columns, rows, notes=(note,), drill=drill)


def duplicates_report(facts: Facts) -> Report:
    """Return by list how many of its records were duplicates, within it and of other lists.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> duplicates_report(specimen_facts())["duplicates"]
        (0, 0, 0, 1)
    """
    leads, sources = facts.record_leads.codes, facts.record_sources.codes
    names = [str(value) for value in facts.record_sources.values]
    of = (leads, facts.record_sources)
    whose, lists, lists_of = facts.once("lists", lambda: _lists_of(leads, sources, len(names)), of=of)
    shared = np.bincount(lists + 1, lists_of[whose] > 1, len(names) + 1)[1:]
    separate = np.bincount(lists + 1, minlength=len(names) + 1)[1:]
    records = np.bincount(sources + 1, minlength=len(names) + 1)[1:]
    figures = [*zip(names, records.tolist(), separate.tolist(), shared.tolist(), strict=True)]
    figures.append(("(all)", len(leads), int((lists_of > 0).sum()), int((lists_of > 1).sum())))
    rows: list[tuple[Cell, ...]] = [
        (name, count, mine, count - mine, (count - mine) / count if count else None, int(others))
        for name, count, mine, others in figures
    ]

    def drill(row: int, column: str) -> tuple[str, ...]:
        mine = sources == row if row < len(names) else np.ones(len(sources), np.bool_)
        found = np.bincount(leads[mine], minlength=len(facts.record_leads.values))
        wanted = found > (1 if column in {"duplicates", "duplicate_rate"} else 0)
        if column == "shared":
            wanted &= np.append(lists_of, np.zeros(len(wanted) - len(lists_of), np.int64)) > 1
        chosen = leads[mine & wanted[leads]]
        return tuple(str(facts.record_leads.values[one]) for one in dict.fromkeys(chosen.tolist()))

    columns = (
        ("source", ColumnKind.TEXT, LABELS["source"]),
        ("records", ColumnKind.COUNT, LABELS["records"]),
        ("leads", ColumnKind.COUNT, LABELS["distinct_leads"]),
        ("duplicates", ColumnKind.COUNT, LABELS["duplicates"]),
        ("duplicate_rate", ColumnKind.SHARE, LABELS["duplicate_rate"]),
        ("shared", ColumnKind.COUNT, LABELS["shared"]),
    )
    note = Words("最後の行は全リストの合計です。", "The last row is all lists together.")
    return Report.of(
        "duplicates",
        LABELS["duplicates_title"],
        columns,
        rows,
        notes=(LABELS["note_duplicates"], note),
        drill=drill,
    )


def _lists_of(leads: Codes, sources: Codes, size: int) -> tuple[Places, Places, Places]:
    """Return of the pairs of lead and list, each once and in order, both codes; and in how many lists each lead is."""
    width = size + 1
    both = np.sort(leads.astype(np.int64) * width + sources + 1)
    distinct = both[np.append(True, both[1:] != both[:-1])] if len(both) else both
    whose, lists = np.divmod(distinct, width)
    return whose, lists - 1, np.bincount(whose)


def _accounts(facts: Facts) -> list[Mapping[str, Json]]:
    return sorted(facts.imports.values(), key=lambda account: _text(account.get("at")))


def _profile(account: Mapping[str, Json]) -> dict[str, float]:
    shares: dict[str, float] = {}
    profile = account.get("profile")
    for column in profile if isinstance(profile, list) else ():
        if isinstance(column, dict) and (rows := _count(column.get("rows"))):
            shares[_text(column.get("name"))] = _count(column.get("valid")) / rows
    return shares


def _twice(profiles: list[tuple[str, dict[str, float]]], source: str) -> bool:
    return sum(name == source for name, _ in profiles) > 1


def _count(value: Json) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _text(value: Json) -> str:
    return "" if value is None else str(value)
