"""The report as an Excel workbook: a sheet for each section, real numbers and dates, native charts."""

import datetime as dt
import math
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import attrs

from leadflow.adapters.export import neutralise
from leadflow.errors import InputError, MissingExtraError
from leadflow.reporting import CompanyReport, Report
from leadflow.reporting.figures import Cell, ColumnKind, Language, readable, written
from leadflow.reporting.kpis import Unitary
from leadflow.reporting.labels import label
from leadflow.reporting.reports import ReportColumn, width
from leadflow.reporting.summaries import summary_sentence
from leadflow.reporting.words import Words

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

__all__ = ["write_workbook"]

_FORMATS: Final[Mapping[ColumnKind, str]] = {
    ColumnKind.TEXT: "@",
    ColumnKind.COUNT: "#,##0",
    ColumnKind.NUMBER: "#,##0.0",
    ColumnKind.SHARE: "0.0%",
    ColumnKind.DATE: "yyyy/mm/dd",
    ColumnKind.MOMENT: "yyyy/mm/dd hh:mm",
}
_MONEY: Final[
    Mapping[Language, str]
] = {  # the cell holds every yen; a spreadsheet can scale by thousands only
    "ja": '[>=10000]#,##0,"千円";[<=-10000]-#,##0,"千円";#,##0"円"',
    "en": '[>=1000000]"¥"#,##0.0,,"M";[<=-1000000]-"¥"#,##0.0,,"M";"¥"#,##0',
}
_HEAD_ROW = 2
_WIDEST, _NARROWEST = 90, 9
_WIDTHS: Final[Mapping[ColumnKind, int]] = {
    ColumnKind.DATE: 13,
    ColumnKind.MOMENT: 18,
}  # a date that does not fit is shown as ####
_ARROW = 3
"""So wide is the arrow of a filter beside the words of a header."""
_SUMMARY_WIDTH = 80
_LINE = 15
_A4 = 9
_FONT = "Yu Gothic"
_TREND_CHARTS: Final = Words("推移グラフ", "Trend charts")


@attrs.frozen(kw_only=True)
class _Styles:
    cells: "Mapping[ColumnKind, Format]"
    title: "Format"
    head: "Format"
    number_head: "Format"
    note: "Format"


def write_workbook(
    report: CompanyReport,
    path: str | os.PathLike[str],
    *,
    language: Language = "ja",
    sections: Sequence[str] | None = None,
) -> None:
    """Write the report as an Excel workbook.

    Every section has a sheet with its title, a header that stays in view, filters, number formats, print set-up and its
    notes. Attainment has data bars; the funnel has a native chart, and the trend a page of them. Texts that could act as formulas are
    neutralised.

    Args:
        report: what ``build_report`` made.
        path: the file, replaced when it is there.
        language: of titles and headers.
        sections: the names of those that are wanted; all by default.

    Raises:
        UnknownNameError: there is no such section.
        MissingExtraError: xlsxwriter is not installed.
        InputError: the file cannot be written, or another language.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> from leadflow.adapters.memory import MemoryStore
        >>> from leadflow.reporting import build_report
        >>> with MemoryStore().snapshot() as reader, tempfile.TemporaryDirectory() as folder:
        ...     write_workbook(build_report(reader, as_of=dt.datetime(2026, 9, 30, tzinfo=dt.UTC)), Path(folder) / "r.xlsx")
        ...     (Path(folder) / "r.xlsx").read_bytes()[:2]
        b'PK'
    """
    try:
        import xlsxwriter  # noqa: PLC0415  # optional: only who wants a workbook pays for it
        from xlsxwriter.exceptions import XlsxFileError  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError.of("excel", purpose="Writing a workbook") from error
    book = xlsxwriter.Workbook(
        os.fspath(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": _typed(report.company), "created": report.as_of.replace(tzinfo=None)})
    styles = _styles(book, language)
    _summary(book, report, styles, language)
    for section in report.sections.values() if sections is None else map(report.__getitem__, sections):
        if len(section) or sections is not None:
            _sheet(book, section, styles, report, language)
    try:
        book.close()
    except XlsxFileError as error:
        reason = error.__context__ or error
        raise InputError(
            f"The workbook cannot be written ({type(reason).__name__}): close it in Excel, or choose another place.",
            place=os.path.basename(os.fspath(path)),  # noqa: PTH119  # a text or a path
        ) from None


def _styles(book: "Workbook", language: Language) -> _Styles:
    base = {"font_name": _FONT, "font_size": 10, "valign": "top"}
    left = {"align": "left", "indent": 1}  # dates too stand under their header
    head = {"bold": True, "bottom": 2, "text_wrap": True, "bg_color": "#EEF2F8"}
    return _Styles(
        cells={
            kind: book.add_format({**base, "num_format": text, **({} if kind.is_number else left)})
            for kind, text in {**_FORMATS, ColumnKind.MONEY: _MONEY[language]}.items()
        },
        title=book.add_format({**base, "bold": True, "font_size": 14}),
        head=book.add_format({**base, **head, **left}),
        number_head=book.add_format({**base, **head, "align": "right"}),
        note=book.add_format({**base, "font_color": "#5A6576", "italic": True}),
    )


def _summary(book: "Workbook", report: CompanyReport, styles: _Styles, language: Language) -> None:
    sheet = book.add_worksheet("要点" if language == "ja" else "Summary")
    wrapped = book.add_format({"font_name": _FONT, "font_size": 11, "text_wrap": True, "valign": "top"})
    when = book.add_format(
        {
            "font_name": _FONT,
            "font_size": 10,
            "valign": "top",
            "align": "left",
            "num_format": _FORMATS[ColumnKind.MOMENT],
        }
    )
    moment = report.as_of.astimezone(report.attainment.calendar_zone)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, _SUMMARY_WIDTH)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, _typed(report.company), styles.title)
    sheet.write_datetime(1, 0, moment.replace(tzinfo=None), when)
    lines = [(1, summary_sentence(report).of(language))]
    for row, finding in enumerate(report.headline, 3):
        sheet.write_string(row, 0, f"{finding.standing.mark} {finding.standing.words.of(language)}", wrapped)
        lines.append((row, _typed(finding.text.of(language))))
    for row, text in lines:
        # a spreadsheet other than Excel does not make a row as high as its text
        sheet.set_row(row, 18 * math.ceil(width(text) / (_SUMMARY_WIDTH - 10)))
        sheet.write_string(row, 1, text, wrapped)
    _printed(sheet, landscape=False)


def _sheet(
    book: "Workbook", section: Report, styles: _Styles, report: CompanyReport, language: Language
) -> None:
    sheet = book.add_worksheet(_sheet_name(section.title.of(language)))
    sheet.write_string(0, 0, section.title.of(language), styles.title)
    columns = list(section.columns_in(language))
    for place, column in enumerate(columns):
        head = styles.number_head if column.kind.is_number else styles.head
        sheet.write_string(_HEAD_ROW, place, _typed(column.label.of(language)), head)
        sheet.set_column(place, place, _column_width(column, language))
        for row in range(len(column.cells)):
            spot = (_HEAD_ROW + 1 + row, place)
            cell = column.shown(row, language)
            if cell is None and column.kind is ColumnKind.TEXT:  # a row without a name would say nothing
                cell = label("unknown").of(language)
            _write(sheet, spot, cell, kind=column.kind_of(row), styles=styles)
    # a spreadsheet other than Excel does not make a row as high as its text
    sheet.set_row(_HEAD_ROW, _LINE * max(_head_lines(column, language) for column in columns))
    last = _HEAD_ROW + len(section)
    sheet.autofilter(_HEAD_ROW, 0, last, len(columns) - 1)
    sheet.freeze_panes(_HEAD_ROW + 1, min(_frozen(columns), len(columns)))
    sheet.repeat_rows(_HEAD_ROW)
    for place, column in enumerate(columns):
        if column.name in {"attainment", "pace"}:
            sheet.conditional_format(
                _HEAD_ROW + 1,
                place,
                last,
                place,
                {
                    "type": "data_bar",
                    "data_bar_2010": True,  # the older kind draws a bar of a tenth for nothing
                    "bar_solid": True,
                    "bar_color": "#8DB4DE",
                    "min_type": "num",
                    "min_value": 0,
                    "max_type": "num",
                    "max_value": 1.5,
                },
            )
    for row, note in enumerate(section.notes, last + 2):
        sheet.write_string(row, 0, _typed(note.of(language)), styles.note)
    if section.name == "funnel":
        _bar_chart(book, sheet, section, language, last)
    if section.name == "trend":
        _trend_charts(book, report, sheet, styles, language)
    _printed(sheet, landscape=True)


def _write(
    sheet: "Worksheet", spot: tuple[int, int], cell: Cell, *, kind: ColumnKind, styles: _Styles
) -> None:
    row, place = spot
    style = styles.cells[kind]
    match cell:
        case None:
            sheet.write_blank(row, place, None, style)
        case bool():
            sheet.write_boolean(row, place, cell, style)
        case dt.datetime():
            sheet.write_datetime(row, place, cell.replace(tzinfo=None), styles.cells[ColumnKind.MOMENT])
        case dt.date():
            sheet.write_datetime(
                row, place, dt.datetime.combine(cell, dt.time()), styles.cells[ColumnKind.DATE]
            )
        case int() | float():
            if math.isfinite(cell):
                parted = kind is ColumnKind.COUNT and not float(cell).is_integer()
                sheet.write_number(row, place, cell, styles.cells[ColumnKind.NUMBER] if parted else style)
            else:
                sheet.write_blank(row, place, None, style)
        case _:
            sheet.write_string(row, place, _typed(str(cell)), style)


def _typed(text: str) -> str:
    """Return what people typed as a text that acts as no formula and that a workbook can hold."""
    return neutralise(readable(text))


def _head_lines(column: ReportColumn, language: Language) -> int:
    return math.ceil((width(column.label.of(language)) + 1) / _column_width(column, language))


def _column_width(column: ReportColumn, language: Language) -> float:
    """As wide as the cells and half of the header, so that many columns still print large."""
    head = width(column.label.of(language))
    if column.kind is ColumnKind.TEXT:
        cells = (column.shown(row, language) for row in range(min(len(column.cells), 200)))
        widths = [head + _ARROW, *(width(cell) + 3 for cell in cells if isinstance(cell, str))]
    else:
        filled = (row for row, cell in enumerate(column.cells) if isinstance(cell, int | float))
        numbers = (_number_width(column.cells[row], column.kind_of(row), language) for row in filled)
        widths = [_WIDTHS.get(column.kind, 0), math.ceil(head / 2) + _ARROW, *numbers]
    return min(max(_NARROWEST, *widths), _WIDEST)


def _number_width(cell: Cell, kind: ColumnKind, language: Language) -> int:
    if kind is ColumnKind.MONEY and language == "ja" and isinstance(cell, int | float):
        return (
            width(f"{cell / 1000:,.0f}千円") + 1
        )  # the cell shows thousands, where other texts scale further
    return width(written(cell, kind, language)) + 1


def _frozen(columns: list[ReportColumn]) -> int:
    texts = 0
    for column in columns:
        if column.kind is not ColumnKind.TEXT:
            break
        texts += 1
    return min(texts, 4) if texts > 1 else 1


def _chart(book: "Workbook", kind: str) -> "Chart":
    chart = book.add_chart({"type": kind})
    assert chart is not None, "xlsxwriter knows this kind"  # noqa: S101  # bar and line are among its own
    return chart


def _bar_chart(book: "Workbook", sheet: "Worksheet", section: Report, language: Language, last: int) -> None:
    place = section.names.index("reached")
    chart = _chart(book, "bar")
    chart.add_series(
        {
            "name": [sheet.get_name(), _HEAD_ROW, place],
            "categories": [sheet.get_name(), _HEAD_ROW + 1, 0, last, 0],
            "values": [sheet.get_name(), _HEAD_ROW + 1, place, last, place],
            "fill": {"color": "#2F6FB5"},
            "data_labels": {"value": True},
        }
    )
    chart.set_title({"name": section.title.of(language)})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"none": True})
    chart.set_size({"width": 560, "height": 320})
    sheet.insert_chart(last + 3 + len(section.notes), 0, chart, {"description": section.title.of(language)})


def _trend_charts(
    book: "Workbook", report: CompanyReport, table: "Worksheet", styles: _Styles, language: Language
) -> None:
    """Draw a chart of each KPI, all on one page of a sheet of their own: beside the table a page would end within one."""
    section = report["trend"]
    page = book.add_worksheet(_TREND_CHARTS.of(language))
    page.write_string(0, 0, _TREND_CHARTS.of(language), styles.title)
    names = section["kpi"]
    spots = {kpi: (names.index(kpi), len(names) - 1 - names[::-1].index(kpi)) for kpi in dict.fromkeys(names)}
    day = section.names.index("day")
    drawn = [kpi for kpi in report.attainment.kpis if kpi.name in spots]
    for number, kpi in enumerate(drawn):
        first, last = (row + _HEAD_ROW + 1 for row in spots[kpi.name])
        chart = _chart(book, "line")
        for name, color, dash in (("actual", "#2F6FB5", "solid"), ("target", "#8A94A6", "dash")):
            place = section.names.index(name)
            if section[name][spots[kpi.name][0]] is None:  # no target
                continue
            chart.add_series(
                {
                    "name": label(name).of(language),
                    "categories": [table.get_name(), first, day, last, day],
                    "values": [table.get_name(), first, place, last, place],
                    "line": {"color": color, "width": 2, "dash_type": dash},
                }
            )
        chart.set_title({"name": readable(kpi.label(language)), "name_font": {"size": 11}})
        chart.set_x_axis(
            {"date_axis": True, "num_format": "m/d", "major_unit": 1, "major_unit_type": "months"}
        )
        if kpi.shown_as is Unitary.MONEY:
            chart.set_y_axis({"num_format": _MONEY[language]})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 440, "height": 260})
        row, side = divmod(number, 2)
        page.insert_chart(
            _HEAD_ROW + row * 14, side * 7, chart, {"description": readable(kpi.label(language))}
        )
    _printed(page, landscape=False, pages=1)


def _printed(sheet: "Worksheet", *, landscape: bool, pages: int = 0) -> None:
    """Set the page up: as wide as one sheet of paper, over so many of them, or as many as there are rows for."""
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, pages)
    sheet.set_footer("&C&P / &N")
    sheet.hide_gridlines(1)


def _sheet_name(title: str) -> str:
    return "".join(" " if character in "[]:*?/\\'" else character for character in title)[:31].strip()
