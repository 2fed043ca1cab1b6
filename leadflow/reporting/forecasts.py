"""Where a figure will end if things go on as they did: run rate and interval."""

import math

import numpy as np
import numpy.typing as npt

__all__ = ["forecast_totals"]

_NORMAL_80 = 1.2815515655446004
_FEWEST_DAYS = 5


def forecast_totals(
    actuals: npt.NDArray[np.float64], history: npt.NDArray[np.float64], days_left: float
) -> list[tuple[float | None, ...]]:
    """Forecast the totals of a period from the run rate of recent working days.

    The remaining days are expected to be like those of the history, independent of each other: their sum has the mean
    m·k and the variance s²·k·(1 + k/n) for k remaining days and n days of history with mean m and standard deviation s.
    The interval holds 80 % under a normal distribution; it never goes below what is already reached.

    Args:
        actuals: (u,) float64, what each unit has reached.
        history: (u, n) float64, what each reached on each of the last working days.
        days_left: working days that are not over; may be a fraction.

    Returns:
        Per unit forecast, lower and upper bound; None for all when there are fewer than five days of history.

    References:
        Hahn, G. J. and Meeker, W. Q. (1991), "Statistical Intervals", chapter 4: prediction intervals for future
        observations of a normal distribution.

    Example:
        >>> forecast_totals(np.array([40.0]), np.array([[4.0, 6.0, 5.0, 5.0, 5.0]]), 2.0)[0][0]
        50.0
        >>> forecast_totals(np.array([40.0]), np.array([[4.0]]), 2.0)
        [(None, None, None)]
    """
    days = history.shape[1]
    if days < _FEWEST_DAYS:
        return [(None, None, None)] * len(actuals)
    expected = history.mean(axis=1) * days_left
    spread = history.std(axis=1, ddof=1) * math.sqrt(days_left * (1 + days_left / days))
    low = actuals + np.maximum(expected - _NORMAL_80 * spread, 0.0)
    middle, high = actuals + expected, actuals + expected + _NORMAL_80 * spread
    return list(zip(middle.tolist(), low.tolist(), high.tolist(), strict=True))
