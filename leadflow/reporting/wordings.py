"""The words for coded cells of reports, such as levels, states and rules."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from leadflow.calendars import Period, PeriodKind
from leadflow.records import FIELDS
from leadflow.reporting.words import Words

__all__ = ["WORDINGS", "coded", "period_words", "reason_words"]

WORDINGS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "company": Words("全社", "Company"),
        "department": Words("部門", "Department"),
        "team": Words("チーム", "Team"),
        "person": Words("担当", "Person"),
        "unassigned": Words("未割当", "Unassigned"),
        "total": Words("合計", "Total"),
        "offered": Words("受諾待ち", "Waiting"),
        "accepted": Words("受諾済み", "Accepted"),
        "declined": Words("辞退", "Declined"),
        "expired": Words("失効", "Expired"),
        "followed_up": Words("フォロー済み", "Followed up"),
        "closed": Words("完了", "Closed"),
        "leads": Words("リード数", "Number of leads"),
        "mql_rate": Words("MQL化率", "Leads that become MQLs"),
        "opportunity_rate": Words("商談化率", "MQLs that become opportunities"),
        "pipeline": Words("進行中商談（新規1件あたり）", "Opportunities in play per new one"),
        "speed": Words("期間内に決着した割合（速さ）", "Decided within the period (speed)"),
        "win_rate": Words("受注率", "Decided opportunities that are won"),
        "deal_size": Words("受注単価", "Size of a won deal"),
        "won_amount": Words("受注金額", "Won amount"),
        "share_of_revenue": Words("売上高に比べて過大", "Large for the revenue"),
        "yen_per_employee": Words("従業員数に比べて過大", "Large for the employees"),
        "times_history": Words("過去の商談に比べて過大", "Large for past deals"),
        "most_employees": Words("従業員数が過大", "Too many employees"),
        "future": Words("日付が未来", "Date in the future"),
        "past": Words("日付が古すぎる", "Date too long ago"),
        "negative": Words("マイナスの値", "Less than zero"),
        "day": Words("本日", "Today"),
        "week": Words("今週", "Week to date"),
        "month": Words("今月", "Month to date"),
        "quarter": Words("四半期", "Quarter to date"),
        "half": Words("半期", "Half to date"),
        "year": Words("年度", "Fiscal year to date"),
    }
)
"""The words by code."""


_ONES: Final[Mapping[str, Mapping[str, Words]]] = MappingProxyType(
    {
        "source": {"(all)": WORDINGS["total"]},
        "unit_name": {
            "(unassigned)": WORDINGS["unassigned"],
            "(own)": Words("直接の分・目標の差", "Own, and its own target"),
        },
        "field": {name: Words(spec.label_ja, spec.label_en) for name, spec in FIELDS.items()},
    }
)
_REASONS: Final = tuple(
    (re.compile(pattern), ja, en)
    for pattern, ja, en in (
        (
            r"the row names nobody: it has no e-mail address, no phone number, and not both a name and a company",
            "連絡先がない（メール・電話がなく、氏名と会社名もそろわない）",
            "Names nobody: no e-mail address, no phone number, and not both a name and a company",
        ),
        (
            r"the row is a test entry: its name or company says so",
            "テスト入力（氏名か会社名から判断）",
            "A test entry: its name or company says so",
        ),
        (
            r"the row is a total: it adds others up and names nobody",
            "集計行（合計・小計など）",
            "A total: it adds others up and names nobody",
        ),
        (
            r"the row has more cells than the header: (\d+) instead of (\d+)",
            r"見出しより列が多い（見出し\2列に対し\1列）",
            r"More cells than the header: \1 instead of \2",
        ),
        (
            r"the row has bytes that are not (.+)",
            r"\1として読めない文字がある",
            r"Bytes that are not \1",
        ),
        (r"the object is empty", "中身が空", "An empty object"),
        (r"the line is not valid JSON", "JSONとして読めない行", "A line that is not valid JSON"),
        (r"the line is not a JSON object", "JSONオブジェクトでない行", "A line that is not a JSON object"),
    )
)
"""The reasons for which readings refuse rows, and what people read instead."""
_CODED: Final = frozenset({"level", "period", "handed_over", "step", "rule"})


def period_words(periods: Iterable[Period]) -> Mapping[str, Words]:
    """Return the names of periods in both languages by their label.

    Example:
        >>> import datetime as dt
        >>> from leadflow.calendars import FiscalCalendar, PeriodKind
        >>> period_words([FiscalCalendar().period(PeriodKind.MONTH, dt.date(2026, 7, 1))])["2026-07"].ja
        '2026年7月'
        >>> period_words([FiscalCalendar().period(PeriodKind.QUARTER, dt.date(2026, 7, 1))])["2026-Q2"].en
        'FY2026 Q2'
    """
    return {period.label: Words(period.label_ja, _english(period)) for period in periods}


def _english(period: Period) -> str:
    match period.kind:
        case PeriodKind.WEEK:
            return f"Week of {period.start.isoformat()}"
        case PeriodKind.QUARTER | PeriodKind.HALF:  # 2026-Q2 would be read as the quarter from April
            return f"FY{period.label.replace('-', ' ')}"
        case _:
            return period.label


def reason_words(reasons: Iterable[str]) -> Mapping[str, Words]:
    """Return the words of the reasons for which rows were refused; a reason of another reader stands for itself.

    Example:
        >>> reason_words(["the row has more cells than the header: 24 instead of 22", "no name"])
        {'the row has more cells than the header: 24 instead of 22': Words(ja='見出しより列が多い（見出し22列に対し24列）', en='More cells than the header: 24 instead of 22')}
    """
    found = {}
    for reason in reasons:
        for pattern, ja, en in _REASONS:
            if match := pattern.fullmatch(reason):
                found[reason] = Words(match.expand(ja), match.expand(en))
    return found


def coded(column: str) -> Mapping[str, Words]:
    """Return the words for the codes of a column; empty for a column that holds none.

    Example:
        >>> coded("field")["title"].ja, coded("level")["team"].en, coded("company")
        ('役職', 'Team', {})
    """
    return WORDINGS if column in _CODED else _ONES.get(column, {})
