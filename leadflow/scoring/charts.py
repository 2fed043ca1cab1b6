"""Charts of a back-test, for notebooks and reports."""

from typing import TYPE_CHECKING, Any

from leadflow.errors import MissingExtraError
from leadflow.scoring.proof import BackTest

if TYPE_CHECKING:
    import altair as alt

__all__ = ["calibration_chart", "gains_chart", "grades_chart"]


def gains_chart(test: BackTest) -> "alt.LayerChart":
    """Draw which part of the conversions the best part of the leads contains.

    Raises:
        MissingExtraError: Altair is not installed.

    Example:
        >>> from leadflow.scoring import back_test
        >>> chart = gains_chart(back_test([True, False] * 50, [0.9, 0.2] * 50))
        >>> chart.to_dict()["layer"][0]["encoding"]["x"]["title"]
        'part of leads'
    """
    alt = _altair()
    start = {"cumulative_leads": 0.0, "cumulative_gain": 0.0}
    rows = [start, *({key: row.to_dict()[key] for key in start} for row in test.gains)]
    x = alt.X("cumulative_leads:Q", title="part of leads", axis=alt.Axis(format="%"))
    y = alt.Y("cumulative_gain:Q", title="part of conversions", axis=alt.Axis(format="%"))
    curve = alt.Chart(alt.Data(values=rows)).mark_line(point=True).encode(x=x, y=y)
    ends = [{"cumulative_leads": 0, "cumulative_gain": 0}, {"cumulative_leads": 1, "cumulative_gain": 1}]
    chance = alt.Chart(alt.Data(values=ends)).mark_line(strokeDash=[4, 4], color="gray").encode(x=x, y=y)
    return curve + chance


def calibration_chart(test: BackTest) -> "alt.LayerChart":
    """Draw observed against predicted rates, with intervals.

    Raises:
        MissingExtraError: Altair is not installed.

    Example:
        >>> from leadflow.scoring import back_test
        >>> chart = calibration_chart(back_test([True, False] * 50, [0.9, 0.2] * 50))
        >>> len(chart.to_dict()["layer"])
        3
    """
    alt = _altair()
    data = alt.Data(values=[row.to_dict() for row in test.calibration])
    x = alt.X("predicted:Q", title="predicted rate", axis=alt.Axis(format="%"))
    y = alt.Y("observed:Q", title="observed rate", axis=alt.Axis(format="%"))
    points = alt.Chart(data).mark_point(filled=True).encode(x=x, y=y)
    bars = alt.Chart(data).mark_rule().encode(x=x, y="observed_low:Q", y2="observed_high:Q")
    ends = [{"predicted": 0, "observed": 0}, {"predicted": 1, "observed": 1}]
    perfect = alt.Chart(alt.Data(values=ends)).mark_line(strokeDash=[4, 4], color="gray").encode(x=x, y=y)
    return bars + points + perfect


def grades_chart(test: BackTest) -> "alt.LayerChart":
    """Draw the conversion rate of each grade, with intervals.

    Raises:
        MissingExtraError: Altair is not installed.

    Example:
        >>> from leadflow.columns import Column
        >>> from leadflow.scoring import back_test
        >>> test = back_test([True, False] * 50, [0.9, 0.2] * 50, grades=Column.of(["A1", "D4"] * 50))
        >>> grades_chart(test).to_dict()["layer"][0]["mark"]["type"]
        'bar'
    """
    alt = _altair()
    data = alt.Data(values=[row.to_dict() for row in test.grades])
    x = alt.X("grade:N", title="grade")
    bars = (
        alt.Chart(data)
        .mark_bar()
        .encode(x=x, y=alt.Y("rate:Q", title="conversion", axis=alt.Axis(format="%")))
    )
    rules = alt.Chart(data).mark_rule().encode(x=x, y="rate_low:Q", y2="rate_high:Q")
    return bars + rules


def _altair() -> Any:  # Altair is optional, also for the type checker
    try:
        import altair as alt  # noqa: PLC0415  # optional: only who draws pays for it
    except ImportError as error:
        raise MissingExtraError.of("report", purpose="Drawing a chart") from error
    return alt
