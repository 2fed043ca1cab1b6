"""Drawing the comparison: seconds by size, and accuracy by set."""

import pathlib
from collections.abc import Mapping
from typing import Any

import altair as alt
import vl_convert

__all__ = ["write_chart"]

_COLOURS = {
    "leadflow": "#0b6e99",
    "Splink": "#d9822b",
    "GoldenMatch": "#8c8c8c",
    "recordlinkage": "#b8a9c9",
}
_NAMES = dict(zip(("leadflow", "splink", "goldenmatch", "recordlinkage"), _COLOURS, strict=True))


def write_chart(held: Mapping[str, Any], path: pathlib.Path) -> None:
    """Draw what was measured as SVG."""
    parts = []
    timed = [
        {"tool": _NAMES[row["tool"]], "rows": f"{row['rows']:,} rows", "seconds": row["seconds"]}
        for row in held.get("speed", {}).get("rows", ())
        if "seconds" in row and not row["flags"]
    ]
    if timed:
        parts.append(_bars(timed, across="rows", value="seconds", title="Seconds, same rules and levels"))
    scored = [
        {"tool": _NAMES[row["tool"]], "set": row["set"], "F1": row["scores"][2]}
        for row in held.get("accuracy", {}).get("rows", ())
        if row.get("scores")
    ]
    if scored:
        parts.append(_bars(scored, across="set", value="F1", title="F1 of clusters, no labels"))
    if not parts:
        return
    chart = alt.vconcat(*parts).configure_view(stroke=None).configure_axis(grid=False, domain=False)
    path.write_text(vl_convert.vegalite_to_svg(chart.to_dict()), "utf-8")


def _bars(rows: list[dict[str, Any]], *, across: str, value: str, title: str) -> alt.LayerChart:
    tools = [tool for tool in _COLOURS if any(row["tool"] == tool for row in rows)]
    groups = list(dict.fromkeys(row[across] for row in rows))
    base = alt.Chart(alt.Data(values=rows), title=title).encode(
        x=alt.X(f"{across}:N", sort=groups, title=None, axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("tool:N", sort=tools),
        y=alt.Y(f"{value}:Q", title=None),
    )
    form = ".2f" if value == "F1" else ".1f"
    bars = base.mark_bar().encode(
        color=alt.Color(
            "tool:N",
            sort=tools,
            title=None,
            scale=alt.Scale(domain=tools, range=[_COLOURS[tool] for tool in tools]),
        )
    )
    words = base.mark_text(dy=-5, fontSize=9).encode(text=alt.Text(f"{value}:Q", format=form))
    return (bars + words).properties(width=620, height=170)
