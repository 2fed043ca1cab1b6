"""The HTML report: one self-contained file in two languages."""

import html
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from leadflow.reporting.boards import by_unit, company_board
from leadflow.reporting.company import CompanyReport
from leadflow.reporting.figures import Cell, ColumnKind, Language, readable, written
from leadflow.reporting.headlines import Finding, Standing
from leadflow.reporting.kpis import Kpi, Unitary
from leadflow.reporting.labels import LABELS
from leadflow.reporting.markup import both, in_both
from leadflow.reporting.plots import chart_svg, trend_panels
from leadflow.reporting.reports import Report, ReportColumn, width
from leadflow.reporting.styles import SCRIPT, STYLE
from leadflow.reporting.summaries import summary_sentence
from leadflow.reporting.words import Words

__all__ = ["render_html", "render_section"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_MOST_ROWS, _MOST_FOLDED = 40, 200
_LONG = 12
_ID = re.compile(r'((?:\bid|xlink:href|href)="#?|url\(#)([A-Za-z0-9_-]+)("|\))')
_LANGUAGES = ("ja", "en")
_LEVELS = ("company", "department", "team", "unassigned")


def render_html(report: CompanyReport, *, language: Language = "ja", lead_url: str = "") -> str:
    """Return the report as one HTML file that needs no network.

    Args:
        report: what ``build_report`` made.
        language: the language at first, ``"ja"`` or ``"en"``; a switch on the page changes it.
        lead_url: the address of a lead's page with ``{id}`` in it, http or https; without one, ids are not linked.

    Raises:
        InputError: another language.
        MissingExtraError: Altair or vl-convert is not installed.

    Example:
        >>> import datetime as dt
        >>> from leadflow.adapters.memory import MemoryStore
        >>> from leadflow.reporting import build_report
        >>> with MemoryStore().snapshot() as reader:
        ...     page = render_html(build_report(reader, as_of=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)), language="en")
        >>> page[:15], "http" in page.replace("http-equiv", "")
        ('<!doctype html>', False)
    """
    titles = Words(f"{report.company} 営業レポート", f"{report.company}: lead report")
    titles.of(language)  # refuses another language before anything is drawn
    link = _linker(lead_url)
    body = "".join(
        (
            _header(report, language),
            _hero(report),
            _targets(report),
            _owners(report, link),
            _section(
                "funnel",
                LABELS["funnel_title"],
                _chart(report["funnel"]),
                _tables(report, link, "funnel"),
                _folded(report, link, "flow", "cohorts"),
            ),
            _section(
                "origins",
                LABELS["origins_title"],
                _tables(report, link, "origins"),
                _chart(report["won_origins"]),
                _folded(report, link, "won_origins"),
                _folded(report, link, "campaigns"),
            ),
            _section(
                "quality",
                LABELS["quality_title"],
                _tables(report, link, "quality", "duplicates"),
                _folded(report, link, "quality_months", "rejects", "completeness"),
            ),
            _section(
                "plausibility",
                LABELS["plausibility_title"],
                _tables(report, link, "plausibility", "corrections"),
            ),
            _changes(report, link),
            _footer(report),
        )
    )
    return _file(titles, language, body)


def _file(titles: Words, language: Language, body: str) -> str:
    title = titles.of(language)
    page = (
        f'<!doctype html>\n<html lang="{language}" data-lang="{language}" data-title-ja="{html.escape(titles.ja)}" '
        f'data-title-en="{html.escape(titles.en)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n<title>{html.escape(title)}</title>\n'
        f'<link rel="icon" href="data:,">\n<style>{STYLE}</style>\n</head>\n<body>\n<div class="page">\n{body}\n</div>\n<script>{SCRIPT}</script>\n</body>\n</html>\n'
    )
    return "\n".join(map(readable, page.split("\n")))


def render_section(report: CompanyReport, name: str, *, language: Language = "ja", lead_url: str = "") -> str:
    """Return one section as an HTML file that needs no network, with every row.

    Args:
        report: what ``build_report`` made.
        name: of the section.
        language: the language at first, ``"ja"`` or ``"en"``.
        lead_url: the address of a lead's page with ``{id}`` in it, http or https; without one, ids are not linked.

    Raises:
        UnknownNameError: there is no such section.
        InputError: another language.

    Example:
        >>> from leadflow.reporting.specimen import specimen_report
        >>> render_section(specimen_report(), "funnel", language="en").count("<table>")
        1
    """
    section = report[name]
    titles = Words(f"{report.company} {section.title.ja}", f"{report.company}: {section.title.en}")
    body = (
        f"{_header(report, language, nav=False)}<main>"
        f"{_section(name, section.title, _chart(section), _table(section, _linker(lead_url), most=len(section)))}{_footer(report)}"
    )
    return _file(titles, language, body)


def _header(report: CompanyReport, language: Language, *, nav: bool = True) -> str:
    moment = report.as_of.astimezone(report.attainment.calendar_zone)
    when = Words(moment.strftime("%Y年%-m月%-d日 %H:%M 時点"), moment.strftime("As of %-d %B %Y, %H:%M"))
    buttons = "".join(
        f'<button type="button" data-set-lang="{code}" lang="" aria-pressed="{"true" if code == language else "false"}">{name}</button>'
        for code, name in (("ja", "日本語"), ("en", "English"))
    )
    links = (
        ("top", Words("要点", "Summary")),
        ("attainment", LABELS["attainment_title"]),
        ("ownership", LABELS["ownership_title"]),
        ("funnel", LABELS["funnel_title"]),
        ("origins", LABELS["origins_title"]),
        ("quality", LABELS["quality_title"]),
        ("plausibility", LABELS["plausibility_title"]),
    )
    entries = "".join(f'<a href="#{anchor}">{both(words)}</a>' for anchor, words in links)
    contents = f'<nav aria-label="目次 / Contents">{entries}</nav>' if nav else ""
    return (
        f"<header><h1>{html.escape(report.company)} {both(Words('営業レポート', 'Lead report'))}</h1><p>{both(when)}</p>"
        f'<div class="switch" role="group" aria-label="言語 / Language">{buttons}</div></header>'
        f"{contents}"
    )


def _hero(report: CompanyReport) -> str:
    todo = [one for one in report.headline if one.standing is Standing.DO]
    state = [one for one in report.headline if one.standing is not Standing.DO]
    left = _findings(Words("四半期の状況", "The quarter so far"), state) + _findings(
        Words("今日すること", "To do today"), todo
    )
    lead = f'<main><section id="top" aria-label="要点 / Summary"><p class="lead">{both(summary_sentence(report))}</p>'
    if not any(row["target"] for row in report["attainment"]):
        return f"{lead}{left}</section>"
    chart = _chart(
        report["attainment"],
        Words("四半期の達成率（縦線＝本日時点の目標）", "Attainment of the quarter (line: due by now)"),
    )
    return f'{lead}<div class="split"><div>{left}</div><div>{chart}</div></div></section>'


def _findings(title: Words, found: list[Finding]) -> str:
    if not found:
        return ""
    lines = "".join(
        f'<li class="is-{one.standing.value}"><span class="tag s-{one.standing.value}">{one.standing.mark} {both(one.standing.words)}</span>'
        f'<span>{both(one.text)} <a href="#{one.section}">{both(Words("詳細", "Detail"))}</a></span></li>'
        for one in found
    )
    return f'<h2 class="small">{both(title)}</h2><ul class="findings">{lines}</ul>'


def _changes(report: CompanyReport, link: Callable[[str], str]) -> str:
    if not len(report["changes"]):
        return ""
    return _section("changes", LABELS["changes_title"], _tables(report, link, "changes"))


def _targets(report: CompanyReport) -> str:
    units = by_unit(report, _LEVELS, more=_beside_groups(report))
    people = by_unit(report, ("person",))
    return _section(
        "attainment",
        LABELS["attainment_title"],
        company_board(report),
        _trends(report),
        units,
        f"<details><summary>{both(Words('担当者別', 'By person'))}</summary>{people}</details>"
        if people
        else "",
        _notes(report["attainment"]),
        _table(report["shortfall"], html.escape),
    )


def _beside_groups(report: CompanyReport) -> frozenset[str]:
    """Return who belongs to no team, so that the units of a table add up."""
    return report.attainment.hierarchy.beside_groups(report.attainment.today)


def _trends(report: CompanyReport) -> str:
    panels = trend_panels(report["trend"], report.attainment)
    if not panels:
        return ""
    figures = []
    for kpi, draw in panels:
        caption = Words(kpi.label("ja"), kpi.label("en"))
        drawn = {
            language: draw(language)
            for language in _LANGUAGES
            if language == "ja" or kpi.shown_as is Unitary.MONEY
        }
        languages = "" if len(drawn) == 1 else 'lang="{}"'
        images = "".join(
            f'<div {languages.format(language)} role="img" aria-label="{_described(report, kpi, language)}">{_own_ids(svg, f"{kpi.name}-{language}-")}</div>'
            for language, svg in drawn.items()
        )
        figures.append(f"<figure><figcaption>{both(caption)}</figcaption>{images}</figure>")
    title = Words(
        "四半期の累計：実線＝実績、破線＝目標", "Cumulative this quarter: solid is actual, dashed is target"
    )
    return f'<h3>{both(title)}</h3><div class="panels">{"".join(figures)}</div>'


def _described(report: CompanyReport, kpi: Kpi, language: Language) -> str:
    rows = [
        row
        for row in report["attainment"].where({"kpi": kpi.name, "period": "quarter"})
        if row["unit"] == report.attainment.hierarchy.top
    ]
    kind = ColumnKind.MONEY if kpi.shown_as is Unitary.MONEY else ColumnKind.COUNT
    figures = [
        f"{LABELS[name].of(language)} {written(row[name], kind, language)}"
        for row in rows
        for name in ("actual", "target")
    ]
    return html.escape(f"{kpi.label(language)}: {', '.join(figures)}")


def _own_ids(svg: str, prefix: str) -> str:
    """Number the ids within a drawing anew under a prefix: no two drawings share one, and a page is always the same."""
    numbers: dict[str, str] = {}

    def named(match: re.Match[str]) -> str:
        return f"{match[1]}{numbers.setdefault(match[2], f'{prefix}{len(numbers)}')}{match[3]}"

    return _ID.sub(named, svg)


def _owners(report: CompanyReport, link: Callable[[str], str]) -> str:
    overdue = report["overdue"]
    table = (
        _table(overdue, link)
        if len(overdue)
        else f"<p>{both(Words('期限を過ぎた引渡しはありません。', 'No hand-over is past its deadline.'))}</p>"
    )
    more = _beside_groups(report)
    units = _table(report["ownership"], link, keep=lambda row: row["level"] in _LEVELS or row["unit"] in more)
    people = _table(
        report["ownership"],
        link,
        keep=lambda row: row["level"] == "person",
        most=_MOST_FOLDED,
        title=Words("担当者ごとの状況", "Ownership and follow-up by person"),
    )
    return _section(
        "ownership",
        LABELS["ownership_title"],
        _chart(report["ownership"], Words("チーム別の対応中の引渡し", "Open hand-overs by team")),
        f'<div id="overdue">{table}</div>',
        units,
        _untouched(report, link),
        f"<details><summary>{both(Words('担当者別', 'By person'))}</summary>{people}</details>",
        _folded(report, link, "follow_up"),
        _folded(report, link, "declined"),
    )


def _untouched(report: CompanyReport, link: Callable[[str], str]) -> str:
    """Name the leads behind the one figure of the headline that no table of the page lists."""
    section = report["ownership"]
    if not len(section):
        return ""
    leads = section.lead_ids(section["unit"].index(report.attainment.hierarchy.top), "untouched")
    if not leads:
        return ""
    title = Words(f"未接触のリード：{len(leads):,}件", f"Untouched leads: {len(leads):,}")
    more = len(leads) - _MOST_FOLDED
    rest = both(Words(f"ほか{more:,}件", f"{more:,} more")) if more > 0 else ""
    listed = " ".join(f"<span>{link(lead)}</span>" for lead in leads[:_MOST_FOLDED])
    return f'<details><summary>{both(title)}</summary><p class="ids">{listed} {rest}</p></details>'


def _section(anchor: str, title: Words, *parts: str) -> str:
    return f'<section id="{anchor}" aria-labelledby="h-{anchor}"><h2 id="h-{anchor}">{both(title)}</h2>{"".join(parts)}</section>'


def _tables(report: CompanyReport, link: Callable[[str], str], *names: str) -> str:
    return "".join(_table(report[name], link) for name in names)


def _folded(report: CompanyReport, link: Callable[[str], str], *names: str) -> str:
    return "".join(
        f"<details><summary>{both(report[name].title)}</summary>{_table(report[name], link, most=_MOST_FOLDED)}</details>"
        for name in names
        if len(report[name])
    )


def _chart(report: Report, title: Words | None = None) -> str:
    if report.plot is None:
        return ""
    figures = []
    for language in _LANGUAGES:
        caption = (title or report.title).of(language)
        svg = chart_svg(report, language)
        svg = _own_ids(svg, f"{report.name}-{language}-")
        figures.append(
            f'<figure lang="{language}"><figcaption>{html.escape(caption)}</figcaption>'
            f'<div class="scroll" tabindex="0" role="group" aria-label="{html.escape(caption)}">'
            f'<div role="img" aria-label="{html.escape(caption)}">{svg}</div></div></figure>'
        )
    return "".join(figures)


def _table(
    report: Report,
    link: Callable[[str], str],
    *,
    keep: Callable[[Mapping[str, Cell]], bool] | None = None,
    most: int = _MOST_ROWS,
    title: Words | None = None,
) -> str:
    rows = [number for number, row in enumerate(report.to_dicts()) if keep is None or keep(row)]
    words = title or report.title
    if not rows:
        return f'<p class="note">{both(words)}: {both(LABELS["none"])}</p>'
    hidden = {"evidence_en", "unit", "owner"} & set(report.names)
    columns = [column for column in report.columns if column.name not in hidden]
    head = "".join(f'<th scope="col"{_class_of(column)}>{both(column.label)}</th>' for column in columns)
    lines = []
    classes = [_class_of(column) for column in columns]
    for number in rows[:most]:
        cells = []
        for place, column in enumerate(columns):
            text = _cell(report, column.name, number, link)
            tag = (
                f'<th scope="row"{classes[place]}>{text}</th>'
                if place == 0
                else f"<td{classes[place]}>{text}</td>"
            )
            cells.append(tag)
        lines.append(f"<tr>{''.join(cells)}</tr>")
    more = len(rows) - most
    rest = f'<p class="more">{both(Words(f"ほか{more:,}行", f"{more:,} more rows"))}</p>' if more > 0 else ""
    name = html.escape(f"{words.ja} / {words.en}")
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{name}"><table><caption>{both(words)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>{rest}{_notes(report)}"
    )


def _cell(report: Report, name: str, row: int, link: Callable[[str], str]) -> str:
    column = next(column for column in report.columns if column.name == name)
    cell, kind = column.cells[row], column.kind_of(row)
    if name == "lead_id":
        return link(str(cell))
    if name == "evidence":
        return both(Words(str(cell), str(report["evidence_en"][row])))
    if cell is None and kind is ColumnKind.TEXT:
        return both(LABELS["unknown"])
    return in_both(lambda language: column.text(row, language))


def _notes(report: Report) -> str:
    return "".join(f'<p class="note">{both(note)}</p>' for note in report.notes)


def _footer(report: CompanyReport) -> str:
    facts = report.facts
    words = Words(
        f"リード{len(facts.leads):,}件、元データ{len(facts.record_leads):,}行、活動{len(facts.activities):,}件から集計。",
        f"Computed from {len(facts.leads):,} leads, {len(facts.record_leads):,} source records and {len(facts.activities):,} activities.",
    )
    return f"</main><footer>{both(words)}</footer>"


def _class_of(column: ReportColumn) -> str:
    if column.kind.is_number:
        return ' class="n"'
    long = any(isinstance(cell, str) and width(cell) > _LONG for cell in column.cells[:_MOST_ROWS])
    return ' class="t"' if long else ""


def _linker(lead_url: str) -> Callable[[str], str]:
    if not lead_url.startswith(("http://", "https://")) or "{id}" not in lead_url:
        return html.escape

    def link(lead_id: str) -> str:
        address = lead_url.replace("{id}", quote(lead_id, safe=""))
        return f'<a href="{html.escape(address)}" rel="noreferrer">{html.escape(lead_id)}</a>'

    return link
