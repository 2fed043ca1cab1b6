"""Values that do not fit: deals too large for the company, impossible dates and numbers, amounts beyond the history."""

import datetime as dt
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.records.batches import NO_TIME, to_seconds
from leadflow.reporting.cells import moments, numbers
from leadflow.reporting.facts import Facts
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.happenings import deal_amounts
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report
from leadflow.reporting.words import Words

_DAY = 86_400
_ENOUGH = 20

Yen = npt.NDArray[np.float64]

__all__ = ["PlausibilityRules", "corrections_report", "plausibility_report"]


@attrs.frozen(kw_only=True)
class PlausibilityRules:
    """When a value needs a check.

    Attributes:
        share_of_revenue: a deal above this share of the company's yearly revenue.
        yen_per_employee: a deal above this many yen for each employee.
        times_history: a deal above this many times the upper quartile of all deals.
        most_employees: a company of more people than this.
        earliest: a lead that claims to be captured before this day; spreadsheets make 1900 or 1970 of an empty date.

    Example:
        >>> PlausibilityRules().verdict(980_000_000, employees=12, revenue=None, usual=8_000_000)[0]
        'yen_per_employee'
    """

    share_of_revenue: float = 0.5
    yen_per_employee: float = 10_000_000
    times_history: float = 20.0
    most_employees: int = 400_000
    earliest: dt.date = dt.date(1990, 1, 1)

    def verdict(
        self, amount: float, *, employees: float | None, revenue: float | None, usual: float | None
    ) -> tuple[str, Words] | None:
        """Return the rule that a deal's amount breaks, with the evidence; None when it is plausible.

        Args:
            amount: yen.
            employees: of the company; None when unknown.
            revenue: yen a year; None when unknown.
            usual: the upper quartile of all deals; None when there are too few.

        Example:
            >>> PlausibilityRules().verdict(5_000_000, employees=300, revenue=None, usual=None) is None
            True
        """
        if revenue and revenue > 0 and amount > self.share_of_revenue * revenue:
            share = amount / revenue
            return "share_of_revenue", Words(f"売上高の{share:.1%}", f"{share:.1%} of yearly revenue")
        if employees and employees > 0 and amount > self.yen_per_employee * employees:
            return "yen_per_employee", Words(
                f"従業員{employees:,.0f}人、1人あたり{amount / employees / 10_000:,.0f}万円",
                f"{employees:,.0f} employees, ¥{amount / employees:,.0f} each",
            )
        if usual and amount > self.times_history * usual:
            return "times_history", Words(
                f"通常の商談（上位四分位）の{amount / usual:,.0f}倍",
                f"{amount / usual:,.0f} times the upper quartile of deals",
            )
        return None


def plausibility_report(facts: Facts, rules: PlausibilityRules | None = None) -> Report:
    """Return every value that needs a check, the largest amount first, with the rule and the evidence.

    Amounts and numbers of employees below zero, and dates of capture in the future, need one whatever the rules say.

    Args:
        facts: what was read from the store.
        rules: when a value needs a check.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> plausibility_report(specimen_facts())["evidence_en"]
        ('2 employees, ¥45,000,000 each',)
    """
    rules = rules or PlausibilityRules()
    columns = facts.leads["employees"], facts.leads["revenue"]
    people, revenue, limits = facts.once(
        "deal limits", lambda: _limits(rules, *columns), of=columns, at=rules
    )
    found = _deals(facts, rules, people=people, revenue=revenue, limits=limits)
    for row in np.flatnonzero(people > rules.most_employees).tolist():
        words = Words(f"{rules.most_employees:,}人を超える", f"more than {rules.most_employees:,}")
        value = float(people[row])
        line = _line(facts, row, field="employees", value=value, rule="most_employees", evidence=words)
        found.append((0.0, line))
    amounts = deal_amounts(facts)
    for field, values in (("amount", amounts), ("employees", people)):
        for row in np.flatnonzero(values < 0).tolist():
            words, value = Words("0未満", "less than zero"), float(values[row])
            found.append(
                (value, _line(facts, row, field=field, value=value, rule="negative", evidence=words))
            )
    created = moments(facts.leads["created_at"])
    first = dt.datetime.combine(rules.earliest, dt.time(), facts.zone)
    future = Words("発生日が未来", "captured in the future")
    past = Words(f"発生日が{rules.earliest}より前", f"captured before {rules.earliest}")
    for rule, words, flags in (
        ("future", future, created > facts.now + _DAY),
        ("past", past, (created != NO_TIME) & (created < to_seconds(first))),
    ):
        for row in np.flatnonzero(flags).tolist():
            line = _line(facts, row, field="created_at", value=None, rule=rule, evidence=words)
            found.append((0.0, line))
    found.sort(key=lambda one: -one[0])
    shown = (
        ("lead_id", ColumnKind.TEXT),
        ("company", ColumnKind.TEXT),
        ("field", ColumnKind.TEXT),
        ("value", ColumnKind.NUMBER),
        ("rule", ColumnKind.TEXT),
        ("evidence", ColumnKind.TEXT),
        ("evidence_en", ColumnKind.TEXT),
    )
    rows = [row for _, row in found]
    kinds = [ColumnKind.MONEY if row[2] == "amount" else ColumnKind.COUNT for row in rows]
    labels = {**LABELS, "evidence_en": Words("根拠", "Evidence")}
    return Report.of(
        "plausibility",
        LABELS["plausibility_title"],
        [(name, kind, labels[name]) for name, kind in shown],
        rows,
        drill=lambda row, _: (str(rows[row][0]),),
        kinds={"value": kinds},
    )


def corrections_report(facts: Facts) -> Report:
    """Return every correction in the journal: old and new value, who, when and why; the newest first.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> corrections_report(specimen_facts())["reason"]
        ('typed in thousands',)
    """
    rows: list[tuple[Cell, ...]] = [
        (
            event.at.astimezone(ZoneInfo(facts.time_zone)),
            event.lead_id,
            _shown(event.detail.get("field")),
            _shown(event.detail.get("old")),
            _shown(event.detail.get("new")),
            event.actor,
            event.reason,
        )
        for event in sorted(facts.corrections, key=lambda event: event.at, reverse=True)
    ]
    columns = (
        ("at", ColumnKind.MOMENT, Words("日時", "At")),
        ("lead_id", ColumnKind.TEXT, LABELS["lead_id"]),
        ("field", ColumnKind.TEXT, LABELS["field"]),
        ("old", ColumnKind.TEXT, LABELS["old"]),
        ("new", ColumnKind.TEXT, LABELS["new"]),
        ("actor", ColumnKind.TEXT, LABELS["actor"]),
        ("reason", ColumnKind.TEXT, LABELS["reason"]),
    )
    return Report.of(
        "corrections", LABELS["corrections_title"], columns, rows, drill=lambda row, _: (str(rows[row][1]),)
    )


def _deals(
    facts: Facts, rules: PlausibilityRules, *, people: Yen, revenue: Yen, limits: Yen
) -> list[tuple[float, tuple[Cell, ...]]]:
    """Return the amounts of the deals that are too large, and their lines."""
    amounts = deal_amounts(facts)
    known = np.flatnonzero(amounts > 0)
    usual = float(np.quantile(amounts[known], 0.75)) if len(known) >= _ENOUGH else None
    most = rules.times_history * usual if usual else np.inf
    suspects = np.flatnonzero((amounts > limits) | (amounts > most))
    found = []
    for row in suspects[amounts[suspects] > 0].tolist():
        amount = float(amounts[row])
        staff, yearly = _known(float(people[row])), _known(float(revenue[row]))
        verdict = rules.verdict(amount, employees=staff, revenue=yearly, usual=usual)
        if verdict is not None:
            rule, evidence = verdict
            line = _line(facts, row, field="amount", value=amount, rule=rule, evidence=evidence)
            found.append((amount, line))
    return found


def _limits(rules: PlausibilityRules, employees: Column, revenue: Column) -> tuple[Yen, Yen, Yen]:
    """Return of each lead's company its people, its revenue, and the amount above which a deal is too large for it."""
    people, yen = numbers(employees), numbers(revenue)
    known = (np.where(column > 0, column, np.nan) for column in (people, yen))
    limits = np.fmin(
        *(
            share * column
            for share, column in zip((rules.yen_per_employee, rules.share_of_revenue), known, strict=True)
        )
    )
    return people, yen, np.where(np.isnan(limits), np.inf, limits)


def _line(
    facts: Facts, row: int, *, field: str, value: float | None, rule: str, evidence: Words
) -> tuple[Cell, ...]:
    company = facts.leads["company"][row]
    return (
        facts.leads.ids[row],
        None if company is None else str(company),
        field,
        value,
        rule,
        evidence.ja,
        evidence.en,
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _shown(value: object) -> str | None:
    return None if value is None else str(value)
