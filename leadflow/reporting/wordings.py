"""The words for coded cells of reports, such as levels, states and rules."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from leadflow.calendars import Period
from leadflow.records import FIELDS
from leadflow.reporting.words import Words

__all__ = ["WORDINGS", "coded", "period_words"]

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
        "reason": {
            "the row names nobody: it has no e-mail address, no phone number, and not both a name and a company": Words(
                "連絡先がない（メール・電話がなく、氏名と会社名もそろわない）",
                "Names nobody: no e-mail address, no phone number, and not both a name and a company",
            ),
            "the row is a test entry: its name or company says so": Words(
                "テスト入力（氏名か会社名から判断）", "A test entry: its name or company says so"
            ),
        },
        "field": {name: Words(spec.label_ja, spec.label_en) for name, spec in FIELDS.items()},
    }
)
_CODED: Final = frozenset({"level", "period", "handed_over", "step", "rule"})


def period_words(periods: Iterable[Period]) -> Mapping[str, Words]:
    """Return the names of periods in both languages by their label.

    Example:
        >>> import datetime as dt
        >>> from leadflow.calendars import FiscalCalendar, PeriodKind
        >>> period_words([FiscalCalendar().period(PeriodKind.MONTH, dt.date(2026, 7, 1))])["2026-07"].ja
        '2026年7月'
    """
    return {period.label: Words(period.label_ja, period.label) for period in periods}


def coded(column: str) -> Mapping[str, Words]:
    """Return the words for the codes of a column; empty for a column that holds none.

    Example:
        >>> coded("field")["title"].ja, coded("level")["team"].en, coded("company")
        ('役職', 'Team', {})
    """
    return WORDINGS if column in _CODED else _ONES.get(column, {})
