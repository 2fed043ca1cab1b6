"""Charts of matching, for notebooks and reports; they need the extra ``report``."""

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, cast

from leadflow.errors import MissingExtraError
from leadflow.matching.explaining import Explanation
from leadflow.matching.thresholds import ThresholdRow
from leadflow.matching.weights import Weights

if TYPE_CHECKING:
    import altair as alt

__all__ = ["threshold_chart", "waterfall_chart", "weights_chart"]


def waterfall_chart(explanation: Explanation) -> "alt.LayerChart":
    """Draw how the reasons of a decision add up.

    Raises:
        MissingExtraError: altair is not installed.

    Example:
        >>> from leadflow.matching import dedupe
        >>> table = {"name": ["Anna Smith", "Anna Smith"], "dob": ["1980-01-02", "1980-01-02"]}
        >>> waterfall_chart(dedupe(table).explain(0, 1)).to_dict()["layer"][0]["mark"]["type"]
        'bar'
    """
    alt = _altair("Drawing a waterfall")
    steps: list[dict[str, object]] = [
        {"step": "prior", "start": 0.0, "end": explanation.prior, "bits": explanation.prior, "level": ""}
    ]
    before = explanation.prior
    for reason in explanation.reasons:
        steps.append(
            {
                "step": reason.name,
                "start": before,
                "end": reason.running,
                "bits": reason.total,
                "level": reason.level,
            }
        )
        before = reason.running
    steps.append(
        {"step": "total", "start": 0.0, "end": explanation.total, "bits": explanation.total, "level": ""}
    )
    base = alt.Chart(alt.Data(values=steps)).encode(
        x=alt.X("step:N", sort=None, title=None),
        tooltip=[alt.Tooltip("step:N"), alt.Tooltip("level:N"), alt.Tooltip("bits:Q", format="+.2f")],
    )
    bars = base.mark_bar().encode(
        y=alt.Y("start:Q", title="match weight (bits)"),
        y2="end:Q",
        color=alt.condition("datum.bits >= 0", alt.value("#22aa77"), alt.value("#cc4433")),
    )
    labels = base.mark_text(dy=-6).encode(y="end:Q", text=alt.Text("bits:Q", format="+.1f"))
    return bars + labels


def weights_chart(weights: Weights) -> "alt.Chart":
    """Draw the weight of every level of every comparison.

    Raises:
        MissingExtraError: altair is not installed.
    """
    alt = _altair("Drawing match weights")
    rows = [
        {"comparison": comparison.name, "level": label, "bits": float(bits), "order": code}
        for k, comparison in enumerate(weights.comparisons)
        for code, (label, bits) in enumerate(zip(comparison.labels, weights.level_weights(k), strict=True))
        if code
    ]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("bits:Q", title="match weight (bits)"),
            y=alt.Y("level:N", sort=alt.SortField("order"), title=None),
            row=alt.Row("comparison:N", sort=None, title=None),
            color=alt.condition("datum.bits >= 0", alt.value("#22aa77"), alt.value("#cc4433")),
        )
        .resolve_scale(y="independent")
    )


def threshold_chart(rows: Sequence[ThresholdRow]) -> "alt.LayerChart":
    """Draw precision and recall over the threshold, with a band for their confidence intervals.

    Args:
        rows: a ``ThresholdTable``, or some of its rows.

    Raises:
        MissingExtraError: altair is not installed.
    """
    alt = _altair("Drawing thresholds")
    values: list[dict[str, object]] = []
    for row in rows:
        for name, value, interval in (
            ("precision", row.precision, row.precision_interval),
            ("recall", row.recall, row.recall_interval),
        ):
            low, high = interval or (value, value)
            values.append(
                {"threshold": row.threshold, "measure": name, "value": value, "low": low, "high": high}
            )
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("threshold:Q", scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("measure:N", title=None),
        tooltip=[
            alt.Tooltip(f"{name}:{kind}")
            for name, kind in (
                ("measure", "N"),
                ("threshold", "Q"),
                ("value", "Q"),
                ("low", "Q"),
                ("high", "Q"),
            )
        ],
    )
    band = base.mark_area(opacity=0.2).encode(
        y=alt.Y("low:Q", title="share", scale=alt.Scale(zero=False)), y2="high:Q"
    )
    line = base.mark_line(point=True).encode(y=alt.Y("value:Q", title="share", scale=alt.Scale(zero=False)))
    return alt.layer(band, line)


def _altair(purpose: str) -> ModuleType:
    try:
        import altair as alt  # noqa: PLC0415  # optional
    except ImportError as error:
        raise MissingExtraError.of("report", purpose=purpose) from error
    return cast("ModuleType", alt)
