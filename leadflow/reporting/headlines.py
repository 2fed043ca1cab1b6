"""What a director reads first: what is behind, what is well, and what is to be done today."""

import datetime as dt
import enum
from collections import Counter
from collections.abc import Sequence

import attrs

from leadflow.calendars import Period, PeriodKind
from leadflow.reporting.attainment import Attainment
from leadflow.reporting.facts import Facts
from leadflow.reporting.figures import ColumnKind, Language, written
from leadflow.reporting.kpis import Kpi, Measure, Ratio, Unitary
from leadflow.reporting.reports import Report
from leadflow.reporting.words import Words

__all__ = ["ON_PACE", "Finding", "Standing", "doubtful_amount", "findings", "standing"]

ON_PACE = 1.0
"""The pace, actual by due, from which on a figure is on pace."""

_BEHIND = 0.9
_LISTED = 3


class Standing(enum.StrEnum):
    """How a figure stands against what is due by now, or what a finding asks for.

    Example:
        >>> Standing("behind").mark
        '▼'
    """

    AHEAD = "ahead"
    NEAR = "near"
    BEHIND = "behind"
    DO = "do"
    NONE = "none"

    @property
    def mark(self) -> str:
        """A sign that says it without colour."""
        return {"ahead": "●", "near": "▲", "behind": "▼", "do": "→", "none": "–"}[self.value]

    @property
    def words(self) -> Words:
        """What it means."""
        return {
            Standing.AHEAD: Words("順調", "on pace"),
            Standing.NEAR: Words("やや遅れ", "slightly behind"),
            Standing.BEHIND: Words("遅れ", "behind"),
            Standing.DO: Words("要対応", "to do"),
            Standing.NONE: Words("目標なし", "no target"),
        }[self]


@attrs.frozen(kw_only=True)
class Finding:
    """One sentence of the headline.

    Attributes:
        standing: what kind of finding it is.
        text: the sentence.
        section: the report that holds the detail.
        leads: how many leads it is about; 0 when it is about a figure.
    """

    standing: Standing
    text: Words
    section: str
    leads: int = 0


def standing(pace: float | None) -> Standing:
    """Return how a figure stands: on pace from 100 % of what is due, slightly behind from 90 %, else behind.

    Args:
        pace: actual by due; None when nothing is due.

    Example:
        >>> standing(1.02).value, standing(0.95).value, standing(0.5).value, standing(None).value
        ('ahead', 'near', 'behind', 'none')
    """
    if pace is None:
        return Standing.NONE
    return Standing.AHEAD if pace >= ON_PACE else Standing.NEAR if pace >= _BEHIND else Standing.BEHIND


def findings(
    attainment: Attainment,
    facts: Facts,
    *,
    overdue: Report,
    ownership: Report,
    implausible: Report | None = None,
    changes: Report | None = None,
) -> tuple[Finding, ...]:
    """Return the headline: figures of the company that are behind in the quarter, the worst first, then what to do today.

    Args:
        attainment: the figures.
        facts: what was read from the store.
        overdue: hand-overs past their deadline.
        ownership: hand-overs by unit.
        implausible: values that need a check.
        changes: what changed in days of an earlier report.

    Example:
        >>> from leadflow.reporting.specimen import specimen_report
        >>> print(specimen_report().headline[0].text.en)
        Calls: 1 this quarter, 9.1% of the 11 due by now. Largest gaps: 東日本 -10.
    """
    period = attainment.fiscal.period(PeriodKind.QUARTER, attainment.today)
    paces = []
    for kpi in attainment.kpis:
        due = attainment.due(kpi, attainment.hierarchy.top, period)
        actual = attainment.actual(kpi, attainment.hierarchy.top, period.start, _tomorrow(attainment))
        if due and actual is not None:
            doubtful = doubtful_amount(attainment, facts, kpi, period, implausible)
            paces.append(((actual - doubtful) / due, kpi, actual, due, doubtful))
    behind = sorted((one for one in paces if one[0] < ON_PACE), key=lambda one: one[0])
    said = [
        _behind(attainment, kpi, period, actual=actual, due=due, doubtful=doubtful)
        for _, kpi, actual, due, doubtful in behind
    ]
    well = [kpi for pace, kpi, *_ in paces if pace >= ON_PACE]
    if well:
        said.append(
            Finding(
                standing=Standing.AHEAD,
                text=Words(
                    f"{'、'.join(kpi.label('ja') for kpi in well)}は計画どおりか上回っています。",
                    f"{', '.join(kpi.label('en') for kpi in well)}: on or above plan.",
                ),
                section="attainment",
            )
        )
    return (
        *said,
        *_to_do(overdue, ownership, implausible),
        *_calls(attainment, behind, period),
        *_changed(changes),
    )


def doubtful_amount(
    table: Attainment, facts: Facts, kpi: Kpi | Ratio, period: Period, implausible: Report | None
) -> float:
    """Return how much of the company's amount in a period belongs to leads whose deal needs a check.

    Args:
        table: the figures.
        facts: what was read from the store.
        kpi: a KPI that adds up amounts; of another, nothing is in doubt.
        period: up to the moment of the report.
        implausible: values that need a check.

    Returns:
        Yen.

    Example:
        >>> from leadflow.reporting.specimen import specimen_report
        >>> report = specimen_report()
        >>> amount = next(kpi for kpi in report.attainment.kpis if kpi.name == "mql_amount")
        >>> quarter = report.attainment.fiscal.period(PeriodKind.QUARTER, report.attainment.today)
        >>> doubtful_amount(report.attainment, report.facts, amount, quarter, report["plausibility"])
        90000000.0
    """
    if implausible is None or isinstance(kpi, Ratio) or kpi.measure is not Measure.TOTAL:
        return 0.0
    happened = table.happenings[kpi.name]
    flagged = {
        lead_id
        for lead_id, field in zip(implausible["lead_id"], implausible["field"], strict=True)
        if field == "amount"
    }
    chosen = happened.select(table.hierarchy, table.hierarchy.top, period.start, _tomorrow(table))
    return sum(
        float(amount)
        for row, amount in zip(happened.rows[chosen].tolist(), happened.amounts[chosen].tolist(), strict=True)
        if row >= 0 and facts.leads.ids[row] in flagged and amount == amount  # noqa: PLR0124  # only NaN differs from itself
    )


def _behind(
    table: Attainment, kpi: Kpi | Ratio, period: Period, *, actual: float, due: float, doubtful: float
) -> Finding:
    pace = (actual - doubtful) / due
    kind = {
        Unitary.COUNT: ColumnKind.COUNT,
        Unitary.MONEY: ColumnKind.MONEY,
        Unitary.SHARE: ColumnKind.SHARE,
    }[kpi.shown_as]
    if kpi.shown_as is Unitary.COUNT:
        due = round(due)

    def text(language: Language) -> tuple[str, str, str]:
        return (
            written(actual - doubtful, kind, language),
            written(due, kind, language),
            written(pace, ColumnKind.SHARE, language),
        )

    ja, en = text("ja"), text("en")
    where_ja, where_en = _where(table, kpi, period)
    if doubtful:
        where_ja = f"確認が必要な{written(doubtful, kind, 'ja')}を除いた値です（含めると{written(actual, kind, 'ja')}）。"
        where_en = f"This leaves out {written(doubtful, kind, 'en')} that needs a check ({written(actual, kind, 'en')} with it)."
    return Finding(
        standing=standing(pace),
        text=Words(
            f"{kpi.label('ja')}：四半期の実績{ja[0]}、本日時点の目標{ja[1]}に対し{ja[2]}。{where_ja}",
            f"{kpi.label('en')}: {en[0]} this quarter, {en[2]} of the {en[1]} due by now. {where_en}".rstrip(),
        ),
        section="attainment",
    )


def _where(table: Attainment, kpi: Kpi | Ratio, period: Period) -> tuple[str, str]:
    """Name the teams with the largest gaps, where teams have targets."""
    gaps = []
    for unit in table.hierarchy.units:
        if unit.level not in {"team", "department"} or isinstance(kpi, Ratio):
            continue
        due = table.due(kpi, unit.id, period)
        actual = table.actual(kpi, unit.id, period.start, _tomorrow(table))
        if due is not None and actual is not None and actual < due:
            gaps.append((actual - due, unit.level, unit.name))
    level = "team" if any(gap[1] == "team" for gap in gaps) else "department"
    worst = sorted(gap for gap in gaps if gap[1] == level)[:2]
    if not worst:
        return "", ""
    kind = ColumnKind.MONEY if kpi.shown_as is Unitary.MONEY else ColumnKind.COUNT
    parts = [(name, gap) for gap, _, name in worst]
    ja = "、".join(f"{name} {written(_whole(gap, kind), kind, 'ja')}" for name, gap in parts)
    en = ", ".join(f"{name} {written(_whole(gap, kind), kind, 'en')}" for name, gap in parts)
    return f"差が大きいのは{ja}。", f"Largest gaps: {en}."


def _whole(gap: float, kind: ColumnKind) -> float:
    return float(round(gap)) if kind is ColumnKind.COUNT else gap


def _to_do(overdue: Report, ownership: Report, implausible: Report | None) -> list[Finding]:
    said = []
    if len(overdue):
        by_name: Counter[str] = Counter()
        for name, count in Counter(overdue["owner_name"]).items():
            by_name[str(name)] += count
        most = by_name.most_common(_LISTED)
        said.append(
            Finding(
                standing=Standing.DO,
                text=Words(
                    f"受諾期限を過ぎた引渡しが{len(overdue):,}件。多い順に{'、'.join(f'{name} {count}件' for name, count in most)}。",
                    f"{_many(len(overdue), 'hand-over is', 'hand-overs are')} past the deadline; most with {', '.join(f'{name} ({count})' for name, count in most)}.",
                ),
                section="overdue",
                leads=len(overdue),
            )
        )
    company = [row for row in ownership.to_dicts() if row["level"] == "company"]
    untouched = int(str(company[0]["untouched"])) if company else 0
    if untouched:
        said.append(
            Finding(
                standing=Standing.DO,
                text=Words(
                    f"引渡し後、まだ誰も接触していない対応中リードが{untouched:,}件。",
                    f"{_many(untouched, 'open lead has', 'open leads have')} not been touched since the hand-over.",
                ),
                section="ownership",
                leads=untouched,
            )
        )
    if implausible is not None and len(implausible):
        said.append(
            Finding(
                standing=Standing.DO,
                text=Words(
                    f"確認が必要な金額・値が{len(implausible):,}件。見込みに含める前に確認してください。",
                    f"{_many(len(implausible), 'value does', 'values do')} not fit: check before it counts in a forecast.",
                ),
                section="plausibility",
                leads=len(implausible),
            )
        )
    return said


def _calls(
    table: Attainment, behind: Sequence[tuple[float, Kpi | Ratio, float, float, float]], period: Period
) -> list[Finding]:
    """Say what is needed per working day for the first counted figure that is behind, while days are left."""
    left = table.working_days_left(period)
    for _, kpi, actual, _, _ in behind:
        target = table.target(kpi, table.hierarchy.top, period.start, period.end)
        if isinstance(kpi, Ratio) or target is None or left < 1:
            continue
        kind = ColumnKind.MONEY if kpi.shown_as is Unitary.MONEY else ColumnKind.NUMBER
        needed = max(target - actual, 0.0) / left
        return [
            Finding(
                standing=Standing.DO,
                text=Words(
                    f"{kpi.label('ja')}の四半期目標には、残り{left:.0f}営業日で1日あたり{written(needed, kind, 'ja')}が必要です。",
                    f"{kpi.label('en')} need {written(needed, kind, 'en')} per working day in the {left:.0f} that are left.",
                ),
                section="attainment",
            )
        ]
    return []


def _changed(changes: Report | None) -> list[Finding]:
    if changes is None or not len(changes):
        return []
    days = len(set(changes["day"]))
    return [
        Finding(
            standing=Standing.DO,
            text=Words(
                f"前回のレポート以降、過去{days:,}日分の数字が変わりました（{len(changes):,}件）。",
                f"Figures of {_many(days, 'past day', 'past days')} are not what the last report said.",
            ),
            section="changes",
        )
    ]


def _tomorrow(table: Attainment) -> dt.date:
    return table.today + dt.timedelta(days=1)


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"
