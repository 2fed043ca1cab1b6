"""Charts of reports, drawn by Altair: quiet, labelled directly, readable without colour."""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import attrs

from leadflow.errors import MissingExtraError
from leadflow.reporting.attainment import Attainment
from leadflow.reporting.figures import Cell, ColumnKind, Language, readable, written
from leadflow.reporting.headlines import standing
from leadflow.reporting.kpis import Kpi, Ratio, Unitary
from leadflow.reporting.labels import LABELS, label
from leadflow.reporting.reports import Report

if TYPE_CHECKING:
    import altair as alt

__all__ = ["chart_svg", "trend_panels", "with_plots"]

_WIDTH = 460
_INK, _MUTED, _ACTUAL, _BEHIND, _NEAR = "#33415c", "#8a94a6", "#2f6fb5", "#c2571a", "#b98a00"
_MOST_UNITS = 15
_MOST_ORIGINS = 8


def with_plots(report: Report, attainment: Attainment, *, doubtful: Callable[[Kpi | Ratio], float]) -> Report:
    """Return a report with its chart, if there is one for it and it has rows.

    Args:
        report: any section.
        attainment: names and kinds of the KPIs.
        doubtful: how much of the company's figure in the quarter needs a check: bars leave it out, as the headline does.

    Example:
        >>> from leadflow.reporting.specimen import specimen_report
        >>> [name for name, report in specimen_report().sections.items() if report.plot is not None]
        ['attainment', 'trend', 'funnel', 'ownership', 'won_origins']
    """
    if not len(report):
        return report
    match report.name:
        case "attainment":
            return attrs.evolve(
                report, plot=lambda one, language: _attainment(one, attainment, doubtful, language)
            )
        case "trend" if _panels(report, attainment):
            return attrs.evolve(report, plot=lambda one, language: _trend(one, attainment, language))
        case "funnel":
            return attrs.evolve(report, plot=_funnel)
        case "ownership" if any(level == "team" for level in report["level"]):
            return attrs.evolve(report, plot=lambda one, language: _ownership(one, attainment, language))
        case "won_origins":
            return attrs.evolve(report, plot=_origins)
        case _:
            return report


def chart_svg(report: Report, language: Language) -> str:
    """Return a report's chart as SVG with real text, drawn without network.

    Args:
        report: one with a chart.
        language: of its labels.

    Raises:
        MissingExtraError: Altair or vl-convert is not installed.
        NotFoundError: the report has no chart.

    Example:
        >>> from leadflow.reporting.specimen import specimen_report
        >>> chart_svg(specimen_report()["funnel"], "en")[:4]
        '<svg'
    """
    return _svg(report.chart(language=language))


def _svg(chart: "alt.TopLevelMixin") -> str:
    try:
        import vl_convert  # noqa: PLC0415  # optional: only who draws pays for it
    except ImportError as error:
        raise MissingExtraError.of("report", purpose="Drawing a chart") from error
    svg: str = vl_convert.vegalite_to_svg(chart.to_json())
    return svg


def _altair() -> ModuleType:
    try:
        return import_module("altair")
    except ImportError as error:
        raise MissingExtraError.of("report", purpose="Drawing a chart") from error


def _styled(chart: "alt.TopLevelMixin") -> "alt.TopLevelMixin":
    font = "sans-serif"
    return (
        chart.configure(
            background="transparent", font=font, padding={"left": 14, "right": 4, "top": 4, "bottom": 4}
        )
        .configure_view(strokeWidth=0)
        .configure_axis(
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelColor=_INK,
            titleColor=_INK,
            domain=False,
            ticks=False,
            gridColor="#d9dee7",
            labelLimit=190,
        )
        .configure_title(fontSize=13, anchor="start", color=_INK, fontWeight="bold")
        .configure_legend(labelFontSize=12, titleFontSize=12, labelColor=_INK, orient="top", title=None)
    )


def _attainment(
    report: Report, attainment: Attainment, doubtful: Callable[[Kpi | Ratio], float], language: Language
) -> "alt.TopLevelMixin":
    """Bars of attainment in the quarter for the whole company, with a tick where the figure should be by now."""
    alt = _altair()
    kpis = {kpi.name: kpi for kpi in attainment.kpis}
    rows = []
    for number, row in enumerate(report.to_dicts()):
        if row["unit"] != attainment.hierarchy.top or row["period"] != "quarter" or not row["target"]:
            continue
        kind = report.columns[report.names.index("actual")].kind_of(number)
        kpi = kpis[str(row["kpi"])]
        left_out = doubtful(kpi)
        actual, target, due = (_number(row[name]) for name in ("actual", "target", "due"))
        share = (actual - left_out) / target
        where = standing(None if row["pace"] is None else (actual - left_out) / due)
        shown = [
            written(share, ColumnKind.SHARE, language),
            _of(actual - left_out, row["target"], kind, language),
        ]
        if left_out:
            unsure = written(left_out, kind, language)
            shown.append(
                f"（要確認の{unsure}を除く）" if language == "ja" else f"(without {unsure} to check)"
            )
        rows.append(
            {
                "kpi": readable(kpi.label(language)),
                "share": min(max(share, 0.0), 1.5),  # a bar to the left would take the place of the names
                "due": min(due / target, 1.5),
                "standing": where.value,
                "text": f"{where.mark} {'  '.join(shown)}",
            }
        )
    order = [row["kpi"] for row in rows]
    y = alt.Y("kpi:N", sort=order, title=None)
    base = alt.Chart(alt.Data(values=rows))
    bars = base.mark_bar(height=14, cornerRadiusEnd=2).encode(
        y=y,
        x=alt.X(
            "share:Q", title=None, axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(domain=[0, 1.75])
        ),
        color=alt.Color(
            "standing:N",
            scale=alt.Scale(
                domain=["ahead", "near", "behind", "none"], range=[_ACTUAL, _NEAR, _BEHIND, _MUTED]
            ),
            legend=None,
        ),
    )
    ticks = base.mark_tick(thickness=3, size=22, color=_INK).encode(y=y, x="due:Q")
    texts = base.mark_text(align="left", dx=6, dy=-13, fontSize=12, color=_INK).encode(
        y=y, x=alt.value(0), text="text:N"
    )
    return _styled((bars + ticks + texts).properties(width=_WIDTH, height=alt.Step(44)))


def _of(actual: float, target: Cell, kind: ColumnKind, language: Language) -> str:
    return f"{written(actual, kind, language)} / {written(_rounded(target, kind), kind, language)}"


def _trend(report: Report, attainment: Attainment, language: Language) -> "alt.TopLevelMixin":
    """Small multiples of the cumulative actual against the cumulative target."""
    kpis = _panels(report, attainment)
    panels = [_panel(report, kpi, language).properties(title=readable(kpi.label(language))) for kpi in kpis]
    return _styled(_altair().concat(*panels, columns=4, spacing=18))


def trend_panels(report: Report, attainment: Attainment) -> list[tuple[Kpi, Callable[[Language], str]]]:
    """Return for each KPI with a target its small chart as SVG, drawn when asked for.

    Args:
        report: the section ``trend``.
        attainment: names and kinds of the KPIs.

    Example:
        >>> from leadflow.reporting.specimen import specimen_report
        >>> report = specimen_report()
        >>> [kpi.name for kpi, _ in trend_panels(report["trend"], report.attainment)]
        ['calls', 'won_amount']
    """

    def drawn(kpi: Kpi) -> Callable[[Language], str]:
        return lambda language: _svg(_styled(_panel(report, kpi, language)))

    return [(kpi, drawn(kpi)) for kpi in _panels(report, attainment)]


def _panels(report: Report, attainment: Attainment) -> list[Kpi]:
    names = {name for name, target in zip(report["kpi"], report["target"], strict=True) if target is not None}
    return [kpi for kpi in attainment.kpis if isinstance(kpi, Kpi) and kpi.name in names]


def _panel(report: Report, kpi: Kpi, language: Language) -> "alt.TopLevelMixin":
    alt = _altair()
    data = [
        {"day": str(row["day"]), "what": which, "value": row[which]}
        for row in report.where({"kpi": kpi.name})
        for which in ("actual", "target")
        if row[which] is not None
    ]
    axis = (
        alt.Axis(tickCount=4, labelExpr=_money_axis(language))
        if kpi.shown_as is Unitary.MONEY
        else alt.Axis(tickCount=4)
    )
    what = ["actual", "target"]
    return (
        alt.Chart(alt.Data(values=data), width=200, height=120)
        .mark_line(strokeWidth=2.2, interpolate="step-after")
        .encode(
            x=alt.X(
                "day:T",
                title=None,
                scale=alt.Scale(type="utc"),
                axis=alt.Axis(format="%-m/%-d", tickCount=3, grid=False),
            ),
            y=alt.Y("value:Q", title=None, axis=axis),
            color=alt.Color("what:N", scale=alt.Scale(domain=what, range=[_ACTUAL, _MUTED]), legend=None),
            strokeDash=alt.StrokeDash(
                "what:N", scale=alt.Scale(domain=what, range=[[1, 0], [5, 4]]), legend=None
            ),
        )
    )


def _funnel(report: Report, language: Language) -> "alt.TopLevelMixin":
    """Bars of the leads that reached each stage, with the conversion from the stage before."""
    alt = _altair()
    rows = [
        {
            "stage": readable(str(row["stage"])),
            "reached": row["reached"],
            "text": written(row["reached"], ColumnKind.COUNT, language)
            + (
                ""
                if row["conversion"] is None
                else f"（{written(row['conversion'], ColumnKind.SHARE, language)}）"
                if language == "ja"
                else f" ({written(row['conversion'], ColumnKind.SHARE, language)})"
            ),
        }
        for place, row in enumerate(report.to_dicts())
        if place == 0 or row["conversion"] is not None
    ]
    y = alt.Y("stage:N", sort=[row["stage"] for row in rows], title=None)
    base = alt.Chart(alt.Data(values=rows))
    most = max((_number(row["reached"]) for row in rows), default=1.0) or 1.0
    bars = base.mark_bar(height=22, cornerRadiusEnd=2, color=_ACTUAL).encode(
        y=y,
        x=alt.X(
            "reached:Q",
            title=LABELS["reached"].of(language),
            axis=alt.Axis(tickCount=4),
            scale=alt.Scale(domain=[0, most * 1.35]),
        ),
    )
    texts = base.mark_text(align="left", dx=6, fontSize=12, color=_INK).encode(
        y=y, x="reached:Q", text="text:N"
    )
    return _styled((bars + texts).properties(width=_WIDTH - 60, height=alt.Step(36)))


def _ownership(report: Report, attainment: Attainment, language: Language) -> "alt.TopLevelMixin":
    """Stacked bars of open hand-overs by team: overdue, waiting in time, accepted and followed up."""
    hierarchy, today = attainment.hierarchy, attainment.today
    alt = _altair()
    parts = ("overdue", "waiting", "accepted", "followed_up")
    more = hierarchy.beside_groups(today)
    teams = [
        row
        for row in report.to_dicts()
        if (row["level"] in {"team", "unassigned"} or row["unit"] in more) and row["open"]
    ]
    teams = sorted(teams, key=lambda row: (-_number(row["overdue"]), -_number(row["open"])))[:_MOST_UNITS]
    what = [LABELS[part].of(language) for part in parts]
    rows = []
    for row in teams:
        counts = {part: _number(row[part]) for part in parts}
        counts["waiting"] -= counts["overdue"]
        name = (
            label("unassigned").of(language)
            if row["level"] == "unassigned"
            else readable(str(row["unit_name"]))
        )
        rows += [
            {"team": name, "what": LABELS[part].of(language), "count": count, "order": place}
            for place, (part, count) in enumerate(counts.items())
            if count
        ]
    names = list(dict.fromkeys(row["team"] for row in rows))
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(height=16)
        .encode(
            y=alt.Y("team:N", sort=names, title=None),
            x=alt.X(
                "count:Q",
                stack="zero",
                title=LABELS["open"].of(language),
                axis=alt.Axis(tickCount=5, format="d"),
            ),
            color=alt.Color(
                "what:N",
                sort=what,
                scale=alt.Scale(domain=what, range=[_BEHIND, "#9db8d9", _ACTUAL, "#1d4a7d"]),
            ),
            order="order:Q",
        )
    )
    late = label("overdue").of(language)
    totals = [
        {
            "team": name,
            "total": _number(row["open"]),
            "text": f"{row['open']:,}" + (f"  ▼ {late} {row['overdue']:,}" if row["overdue"] else ""),
        }
        for name, row in zip(names, teams, strict=True)
    ]
    texts = (
        alt.Chart(alt.Data(values=totals))
        .mark_text(align="left", dx=5, color=_INK)
        .encode(y=alt.Y("team:N", sort=names), x="total:Q", text="text:N")
    )
    return _styled((chart + texts).properties(width=_WIDTH - 110, height=alt.Step(26)))


def _origins(report: Report, language: Language) -> "alt.TopLevelMixin":
    """A table of the share of won deals by month and origin, darker where it is larger."""
    alt = _altair()
    totals: dict[Cell, float] = {}
    for row in report.to_dicts():
        totals[row["origin"]] = totals.get(row["origin"], 0.0) + _number(row["won"])
    main = sorted(totals, key=lambda origin: -totals[origin])[:_MOST_ORIGINS]
    unknown, others = (LABELS[name].of(language) for name in ("unknown", "others"))
    names = {origin: unknown if origin is None else readable(str(origin)) for origin in main}
    months = report.columns[report.names.index("month")]
    shares: dict[tuple[Cell, str], float] = {}
    for number, row in enumerate(report.to_dicts()):
        spot = months.shown(number, language), names.get(row["origin"], others)
        shares[spot] = shares.get(spot, 0.0) + _number(row["share"])
    rows = [
        {"month": month, "origin": name, "share": share, "text": written(share, ColumnKind.SHARE, language)}
        for (month, name), share in shares.items()
    ]
    spots = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("month:O", title=None, sort=None, axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("origin:N", title=None, sort=[*names.values(), others]),
    )
    shades = spots.mark_rect(color=_ACTUAL, cornerRadius=2).encode(
        opacity=alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.08, 0.6]), legend=None)
    )
    texts = spots.mark_text(color=_INK, fontSize=12).encode(text="text:N")
    return _styled((shades + texts).properties(width=alt.Step(70), height=alt.Step(26)))


def _money_axis(language: Language) -> str:
    """Write the amounts of an axis in the units of the figures beside it."""
    units = (
        ((1e8, 1e8, "億円"), (1e4, 1e3, "千円")) if language == "ja" else ((1e9, 1e9, "B"), (1e6, 1e6, "M"))
    )
    steps = "".join(
        f"abs(datum.value) >= {least} ? format(abs(datum.value) / {size}, ',.2~f') + '{unit}' : "
        for least, size, unit in units
    )
    plain = "format(abs(datum.value), ',')" + (" + '円'" if language == "ja" else "")
    sign = "(datum.value < 0 ? '-' : '')" + ("" if language == "ja" else " + '¥'")
    return f"{sign} + ({steps}{plain})"


def _rounded(cell: Cell, kind: ColumnKind) -> Cell:
    return float(round(cell)) if kind is ColumnKind.COUNT and isinstance(cell, float) else cell


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0
