"""The report as text for a terminal, and the one sentence that stands above everything."""

from leadflow.reporting.company import CompanyReport
from leadflow.reporting.figures import ColumnKind, Language, readable, written
from leadflow.reporting.headlines import Standing
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report, laid_out
from leadflow.reporting.wordings import WORDINGS
from leadflow.reporting.words import Words

__all__ = ["render_text", "summary_sentence"]


def summary_sentence(report: CompanyReport) -> Words:
    """Return how many of the figures are behind in the quarter, and what to begin with.

    Example:
        >>> from leadflow.reporting.specimen import specimen_report
        >>> summary_sentence(specimen_report()).en
        '1 of 2 figures are behind their target for the quarter. Begin with the 1 hand-over past the deadline.'
    """
    top = report.attainment.hierarchy.top
    paces = [
        float(row["pace"])
        for row in report["attainment"]
        if row["unit"] == top and row["period"] == "quarter" and isinstance(row["pace"], int | float)
    ]
    behind = sum(one.standing in {Standing.BEHIND, Standing.NEAR} for one in report.headline)
    late = len(report["overdue"])
    if not paces:
        ja, en = f"リードは{len(report.facts.leads):,}件。", f"{len(report.facts.leads):,} leads."
    elif behind:
        ja = f"四半期は{len(paces)}指標のうち{behind}指標が本日時点の目標に届いていません。"
        en = f"{behind} of {len(paces)} figures are behind their target for the quarter."
    else:
        ja, en = (
            f"四半期は{len(paces)}指標すべてが計画どおりです。",
            f"All {len(paces)} figures are on plan for the quarter.",
        )
    if late:
        ja, en = (
            f"{ja}まず期限超過の引渡し{late:,}件の対応を。",
            f"{en} Begin with the {late:,} hand-over{'s' if late > 1 else ''} past the deadline.",
        )
    return Words(ja, en)


def render_text(report: CompanyReport, *, language: Language = "ja", across: int | None = None) -> str:
    """Return the report's main figures as text for a terminal.

    Args:
        report: what ``build_report`` made.
        language: ``"ja"`` or ``"en"``.
        across: how wide the tables may be; a wider one goes on below itself.

    Raises:
        InputError: another language.

    Example:
        >>> import datetime as dt
        >>> from leadflow.adapters.memory import MemoryStore
        >>> from leadflow.reporting import build_report
        >>> with MemoryStore().snapshot() as reader:
        ...     text = render_text(build_report(reader, as_of=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)), language="en")
        >>> text.splitlines()[1]
        '0 leads.'
    """
    moment = report.as_of.astimezone(report.attainment.calendar_zone)
    head = f"{report.company}  {moment.strftime('%Y-%m-%d %H:%M')}"
    lines = [head, summary_sentence(report).of(language)]
    lines += [f"{one.standing.mark} {one.text.of(language)}" for one in report.headline]
    blocks = ["\n".join(map(readable, lines)), _board(report, language, across)]
    blocks += [
        report[name].text(language=language, limit=10, across=across)
        for name in ("funnel", "quality", "duplicates")
        if len(report[name])
    ]
    units = report["ownership"]
    more = report.attainment.hierarchy.beside_groups(report.attainment.today)
    teams = [
        number
        for number, (level, unit) in enumerate(zip(units["level"], units["unit"], strict=True))
        if level in {"company", "team", "unassigned"} or unit in more
    ]
    if teams:
        blocks.append(
            _picked(units, teams, ("unit_name", "handed_over", "open", "overdue", "untouched"), language)
        )
    return "\n\n".join(block for block in blocks if block)


def _board(report: CompanyReport, language: Language, across: int | None) -> str:
    top = report.attainment.hierarchy.top
    rows = report["attainment"].to_dicts()
    kinds = next(column for column in report["attainment"].columns if column.name == "actual").kinds
    periods = ("day", "week", "month", "quarter", "year")
    names = {kpi.name: kpi.label(language) for kpi in report.attainment.kpis}
    cells: dict[str, dict[str, str]] = {}
    for row, kind in zip(rows, kinds, strict=True):
        if row["unit"] == top:
            share = (
                ""
                if row["attainment"] is None
                else f" {written(row['attainment'], ColumnKind.SHARE, language)}"
            )
            target = "" if row["target"] is None else f"/{written(row['target'], kind, language)}"
            cells.setdefault(str(row["kpi"]), {})[str(row["period"])] = (
                f"{written(row['actual'], kind, language)}{target}{share}"
            )
    if not cells:
        return ""
    table = [["", *(WORDINGS[period].of(language) for period in periods)]]
    table += [[names[kpi], *(found.get(period, "") for period in periods)] for kpi, found in cells.items()]
    return "\n".join([LABELS["attainment_title"].of(language), *_aligned(table, across)])


def _picked(report: Report, rows: list[int], names: tuple[str, ...], language: Language) -> str:
    chosen = [column for column in report.columns if column.name in names]
    table = [[column.label.of(language) for column in chosen]]
    table += [
        [written(column.cells[row], column.kind_of(row), language) for column in chosen] for row in rows
    ]
    return "\n".join([report.title.of(language), *_aligned(table)])


def _aligned(table: list[list[str]], across: int | None = None) -> list[str]:
    """Return the lines of a table of rows, the first column to the left and the others to the right."""
    columns = [list(cells) for cells in zip(*table, strict=True)]
    kinds = [ColumnKind.TEXT, *[ColumnKind.NUMBER] * (len(columns) - 1)]
    return laid_out(columns, kinds, across=across)
