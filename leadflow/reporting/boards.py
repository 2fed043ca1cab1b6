"""The two tables of figures against targets on the page: the company by period, and units by KPI."""

import html
from collections.abc import Collection, Mapping, Sequence

from leadflow.calendars import PeriodKind
from leadflow.reporting.company import CompanyReport
from leadflow.reporting.figures import Cell, ColumnKind, written
from leadflow.reporting.headlines import doubtful_amount, standing
from leadflow.reporting.labels import LABELS, label
from leadflow.reporting.markup import both, in_both
from leadflow.reporting.wordings import WORDINGS, period_words
from leadflow.reporting.words import Words

__all__ = ["by_unit", "company_board"]

_PERIODS = ("day", "week", "month", "quarter", "year")
_DEPTH = {"department": "d1", "team": "d2", "person": "d2"}


def company_board(report: CompanyReport) -> str:
    """Return the company's figures: a row for each KPI, a column for each period, as HTML.

    Example:
        >>> from leadflow.reporting.specimen import specimen_report
        >>> company_board(specimen_report()).count("<tr>")
        8
    """
    top = report.attainment.hierarchy.top
    rows = {
        (str(row["kpi"]), str(row["period"])): (number, row)
        for number, row in enumerate(report["attainment"])
        if row["unit"] == top
    }
    if not rows:
        return f'<p class="note">{both(LABELS["none"])}</p>'
    kpis = [kpi for kpi in report.attainment.kpis if (kpi.name, "quarter") in rows]
    head = "".join(
        f'<th scope="col" class="n">{both(WORDINGS[period])}<br>{both(_dates(report, period))}</th>'
        for period in _PERIODS
    )
    body = "".join(
        f'<tr><th scope="row">{both(Words(kpi.label("ja"), kpi.label("en")))}</th>'
        + "".join(f'<td class="n">{_figure(report, *rows[kpi.name, period])}</td>' for period in _PERIODS)
        + "</tr>"
        for kpi in kpis
    )
    title = Words("全社の実績と目標", "The company against its targets")
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{title.ja} / {title.en}"><table><caption>{both(title)}</caption>'
        f'<thead><tr><th scope="col">{both(LABELS["kpi"])}</th>{head}</tr></thead><tbody>{body}</tbody></table></div>{_doubts(report)}'
    )


def by_unit(
    report: CompanyReport, levels: Sequence[str], *, more: Collection[str] = (), period: str = "quarter"
) -> str:
    """Return the figures of units: a row for each unit of some levels, a column for each KPI that has targets, as HTML.

    Args:
        report: what ``build_report`` made.
        levels: of which levels.
        more: the ids of further units.
        period: up to the moment of the report.

    Without targets there is nothing that figures could be held against, and the text is empty.

    Example:
        >>> from leadflow.reporting.specimen import specimen_report
        >>> by_unit(specimen_report(), ("person",)).count("<tr ")
        2
    """
    found: dict[str, dict[str, tuple[int, Mapping[str, Cell]]]] = {}
    for number, row in enumerate(report["attainment"]):
        shown = row["level"] in levels or row["unit"] in more
        if row["period"] == period and shown and (row["target"] or row["actual"]):
            found.setdefault(str(row["unit"]), {})[str(row["kpi"])] = (number, row)
    known = {str(row["kpi"]) for row in report["attainment"] if row["target"]}
    kpis = [
        kpi
        for kpi in report.attainment.kpis
        if kpi.name in known and any(kpi.name in cells for cells in found.values())
    ]
    if not found or not kpis:
        return ""
    head = "".join(
        f'<th scope="col" class="n">{both(Words(kpi.label("ja"), kpi.label("en")))}</th>' for kpi in kpis
    )
    lines = []
    for unit in report.attainment.hierarchy.top_down(report.attainment.today):
        if unit not in found:
            continue
        cells = found[unit]
        first = next(iter(cells.values()))[1]
        name = (
            both(label("unassigned"))
            if first["level"] == "unassigned"
            else html.escape(str(first["unit_name"]))
        )
        depth = _DEPTH.get(str(first["level"]), "")
        line = "".join(
            f'<td class="n">{_short(report, *cells[kpi.name]) if kpi.name in cells else ""}</td>'
            for kpi in kpis
        )
        lines.append(
            f'<tr data-unit="{html.escape(unit)}"><th scope="row" class="{depth}">{name}</th>{line}</tr>'
        )
    title = (
        Words("担当者別（四半期：実績／目標）", "By person (quarter to date: actual / target)")
        if tuple(levels) == ("person",)
        else Words("組織別（四半期：実績／目標）", "By unit (quarter to date: actual / target)")
    )
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{title.ja} / {title.en}"><table><caption>{both(title)}</caption>'
        f'<thead><tr><th scope="col">{both(LABELS["unit_name"])}</th>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'
    )


def _doubts(report: CompanyReport) -> str:
    """Say of which amounts a part needs a check, as the headline leaves that part out and the board does not."""
    table = report.attainment
    quarter = table.fiscal.period(PeriodKind.QUARTER, table.today)
    lines = []
    for kpi in table.kpis:
        doubtful = doubtful_amount(table, report.facts, kpi, quarter, report["plausibility"])
        if doubtful:
            ja, en = (written(doubtful, ColumnKind.MONEY, language) for language in ("ja", "en"))
            words = Words(
                f"{kpi.label('ja')}：四半期の実績は、確認が必要な{ja}を含みます。冒頭の要点はこれを除いた値です。",
                f"{kpi.label('en')}: this quarter's figure holds {en} that needs a check; the headline leaves it out.",
            )
            lines.append(f'<p class="note">{both(words)}</p>')
    return "".join(lines)


def _figure(report: CompanyReport, number: int, row: Mapping[str, Cell]) -> str:
    kind = _kind(report, number)
    parts = [
        f'<span class="figure">{in_both(lambda language: written(row["actual"], kind, language))}</span>'
    ]
    if row["target"] is not None:
        parts.append(f'<span class="of">/ {_target(row, kind)}</span>{_mark(row)}{_bar(row)}')
    return "".join(parts)


def _short(report: CompanyReport, number: int, row: Mapping[str, Cell]) -> str:
    kind = _kind(report, number)
    actual = in_both(lambda language: written(row["actual"], kind, language))
    if row["target"] is None:
        return actual
    return f'{actual}<span class="of">/ {_target(row, kind)}</span>{_mark(row)}'


def _target(row: Mapping[str, Cell], kind: ColumnKind) -> str:
    return in_both(lambda language: written(row["target"], kind, language))


def _mark(row: Mapping[str, Cell]) -> str:
    pace = row["pace"]
    if pace is None and row["attainment"] is None:
        return ""
    where = standing(float(pace) if isinstance(pace, int | float) else None)
    share = in_both(lambda language: written(row["attainment"], ColumnKind.SHARE, language))
    return f'<span class="mark s-{where.value}" title="{where.words.ja} / {where.words.en}"><span aria-hidden="true">{where.mark}</span> {share}</span>'


def _bar(row: Mapping[str, Cell]) -> str:
    share, target, due = row["attainment"], row["target"], row["due"]
    if (
        not isinstance(share, int | float)
        or not isinstance(target, int | float)
        or not isinstance(due, int | float)
        or not target
    ):
        return ""
    pace = row["pace"]
    where = standing(float(pace) if isinstance(pace, int | float) else None)
    return (
        f'<span class="bar b-{where.value}" aria-hidden="true"><i style="width:{min(share, 1):.1%}"></i>'
        f'<b style="left:calc({min(due / target, 1):.1%} - 1px)"></b></span>'
    )


def _kind(report: CompanyReport, number: int) -> ColumnKind:
    columns = report["attainment"].columns
    return next(column for column in columns if column.name == "actual").kind_of(number)


def _dates(report: CompanyReport, period: str) -> Words:
    table = report.attainment
    found = table.fiscal.period(PeriodKind(period), table.today)
    return period_words([found])[found.label]
