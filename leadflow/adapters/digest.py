"""The report as a mail: subject, text and HTML that mail programs show, for any ``Notifier``."""

import html
from collections.abc import Iterable, Mapping

from leadflow.records import Message
from leadflow.reporting import CompanyReport, render_text
from leadflow.reporting.figures import Cell, ColumnKind, Language, readable, written
from leadflow.reporting.headlines import standing
from leadflow.reporting.summaries import summary_sentence
from leadflow.reporting.wordings import WORDINGS

__all__ = ["digest"]

_ACROSS = 78  # what a mail program shows without breaking lines (RFC 5322, section 2.1.1)
_PERIODS = ("day", "week", "month", "quarter")
_COLOURS = {"behind": "#b34a12", "near": "#8a6700", "ahead": "#1f6f4a", "none": "#5a6576", "do": "#2f6fb5"}
_CELL = 'style="padding:5px 4px;border-bottom:1px solid #dde2ea;text-align:{}"'
_BODY = "font:14px/1.6 'Hiragino Sans','Yu Gothic',Meiryo,sans-serif;color:#1c2433;max-width:680px;overflow-wrap:anywhere"


def digest(
    report: CompanyReport, to: Iterable[str], *, language: Language = "ja", link: str = ""
) -> tuple[Message, ...]:
    """Return the report's summary as one message for each receiver.

    Args:
        report: what ``build_report`` made.
        to: the receivers' ids or mail addresses.
        language: ``"ja"`` or ``"en"``.
        link: the address of the whole report, http or https; none by default.

    Returns:
        Messages of the kind ``"digest"`` with ``subject``, ``text`` and ``html`` in the payload. The key holds receiver
        and day, so that an outbox sends the digest of a day once.

    Raises:
        InputError: another language.

    Example:
        >>> import datetime as dt
        >>> from leadflow.adapters.memory import MemoryStore
        >>> from leadflow.reporting import build_report
        >>> with MemoryStore().snapshot() as reader:
        ...     report = build_report(reader, as_of=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC))
        >>> digest(report, ["boss@example.co.jp"], language="en")[0].key
        'digest:boss@example.co.jp:2026-09-30'
    """
    day = report.attainment.today
    sentence = summary_sentence(report).of(language)
    title = "営業レポート" if language == "ja" else "Lead report"
    allowed = link if link.startswith(("http://", "https://")) else ""
    text = render_text(report, language=language, across=_ACROSS) + (f"\n\n{allowed}" if allowed else "")
    page = _page(report, sentence, language, allowed)
    return tuple(
        Message(
            key=f"digest:{receiver}:{day.isoformat()}",
            kind="digest",
            to=receiver,
            created_at=report.as_of,
            payload={
                "subject": " ".join(f"{title} {written(day, ColumnKind.DATE, language)} {sentence}".split()),
                "text": text,
                "html": page,
            },
        )
        for receiver in to
    )


def _page(report: CompanyReport, sentence: str, language: Language, link: str) -> str:
    found = "".join(
        f'<li style="margin:4px 0"><b style="color:{_COLOURS[one.standing.value]}">{one.standing.mark} '
        f"{html.escape(one.standing.words.of(language))}</b> {html.escape(one.text.of(language))}</li>"
        for one in report.headline
    )
    more = (
        f'<p><a href="{html.escape(link)}">{"レポート全体を見る" if language == "ja" else "Open the whole report"}</a></p>'
        if link
        else ""
    )
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{html.escape(report.company)}</title></head>'
        f'<body style="{_BODY}"><h1 style="font-size:18px">{html.escape(report.company)}</h1>'
        f'<p style="font-size:16px"><b>{html.escape(sentence)}</b></p><ul style="padding-left:18px">{found}</ul>'
        f"{_table(report, language)}{more}</body></html>"
    )
    return readable(page)


def _table(report: CompanyReport, language: Language) -> str:
    section = report["attainment"]
    kinds = next(column for column in section.columns if column.name == "actual").kinds
    top = report.attainment.hierarchy.top
    cells: dict[str, dict[str, str]] = {}
    for row, kind in zip(section, kinds, strict=True):
        if row["unit"] == top and row["target"] is not None:
            cells.setdefault(str(row["kpi"]), {})[str(row["period"])] = _figure(row, kind, language)
    if not cells:
        return ""
    labels = {kpi.name: kpi.label(language) for kpi in report.attainment.kpis}
    right, left = _CELL.format("right"), _CELL.format("left;min-width:4.5em")
    head = "".join(
        f'<th scope="col" {right}>{html.escape(WORDINGS[period].of(language))}</th>' for period in _PERIODS
    )
    body = "".join(
        f'<tr><th scope="row" {left}>{html.escape(labels[kpi])}</th>'
        + "".join(f"<td {right}>{found.get(period, '')}</td>" for period in _PERIODS)
        + "</tr>"
        for kpi, found in cells.items()
    )
    return f'<div style="overflow-x:auto" tabindex="0"><table style="border-collapse:collapse;font-size:12px;overflow-wrap:normal"><thead><tr><td {left}></td>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _figure(row: Mapping[str, Cell], kind: ColumnKind, language: Language) -> str:
    pace = row["pace"]
    where = standing(float(pace) if isinstance(pace, int | float) else None)
    actual, target = written(row["actual"], kind, language), written(row["target"], kind, language)
    figures = f'<span style="white-space:nowrap"><b>{html.escape(actual)}</b> /</span> <span style="white-space:nowrap">{html.escape(target)}</span>'
    if row["attainment"] is None:  # nothing has happened that could be held against the target
        return figures
    share = html.escape(written(row["attainment"], ColumnKind.SHARE, language))
    return f'{figures}<br><span style="color:{_COLOURS[where.value]};white-space:nowrap">{where.mark} {share}</span>'
