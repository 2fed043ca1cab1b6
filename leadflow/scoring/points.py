"""Points and their decay: contributions that float64 adds exactly, in any order.

Every contribution is a whole multiple of ``QUANTUM`` (2**-30 points, a billionth). Sums of such numbers
are exact in float64 up to ``EXACT_UP_TO`` points, so that the parts of a score add up to it to the last
bit, whatever the order, for one lead as for a million.
"""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.conditions.literals import ordinal
from leadflow.errors import DefinitionError

__all__ = [
    "EXACT_UP_TO",
    "LOW_BITS",
    "MAX_AGE",
    "QUANTUM",
    "Decay",
    "Points",
    "checked_duration",
    "checked_points",
    "points_text",
    "settled",
    "settled_all",
    "shown_parts",
]

Points: TypeAlias = npt.NDArray[np.float64]

_BITS: Final = 30
_SCALE: Final = float(2**_BITS)

QUANTUM: Final = 1.0 / _SCALE
"""The unit of which every contribution is a whole multiple, in points."""

EXACT_UP_TO: Final = float(2 ** (53 - _BITS))
"""The sum of points up to which float64 adds contributions without rounding."""

LOW_BITS: Final = 12
"""How many bits of an age ``Decay`` looks up in its table of single seconds."""

_LOW: Final = 2**LOW_BITS

_LIVES: Final = 52
"""Half-lives after which a million points are less than half a ``QUANTUM``."""

MAX_AGE: Final = 2**31 - 1
"""Seconds (68 years) after which an activity is taken for undated: it never counts."""

_MAX_POINTS: Final = 1_000_000.0


def settled(points: float) -> float:
    """Return points rounded to the next multiple of ``QUANTUM``, half to even.

    Example:
        >>> settled(20), abs(settled(0.1) - 0.1) <= QUANTUM / 2
        (20.0, True)
    """
    return round(points * _SCALE) * QUANTUM


def settled_all(points: Points) -> Points:
    """Return points rounded to the next multiples of ``QUANTUM``, half to even; equal to ``settled`` on each.

    Args:
        points: (n,) float64; overwritten.

    Example:
        >>> bool((settled_all(np.array([0.1, 20.0])) == [settled(0.1), settled(20.0)]).all())
        True
    """
    np.multiply(points, _SCALE, out=points)
    np.rint(points, out=points)
    return np.multiply(points, QUANTUM, out=points)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Decay:
    """Exponential decay: half of the points are left after each half-life.

    The factor of an age is the product of two table entries, so that one lead and a batch get the same
    bits, without a power per activity.

    Attributes:
        half_life: seconds.
        horizon: the age in whole seconds from which nothing is left of a million points.
        high: (horizon // 4096 + 1,) float64, read-only; the factor of every multiple of 4096 seconds.
        low: (4096,) float64, read-only; the factor of every second below.

    Example:
        >>> settled(20 * Decay.of(dt.timedelta(days=60)).factor(60 * 86400))
        10.0
    """

    half_life: float
    horizon: int
    high: Points
    low: Points
    _views: tuple[memoryview, memoryview] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        # a memory view hands out Python floats three times as fast as an array does
        object.__setattr__(self, "_views", (self.high.data, self.low.data))

    @classmethod
    def of(cls, half_life: dt.timedelta) -> "Decay":
        """Return the decay of a half-life.

        Example:
            >>> settled(Decay.of(dt.timedelta(days=1)).factor(2 * 86400))
            0.25
        """
        return _decay(half_life.total_seconds())

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the half-life; the tables are made anew."""
        return (_decay, (self.half_life,))

    def factor(self, age: int) -> float:
        """Return what is left of one point.

        Args:
            age: seconds, 0 or more.

        Example:
            >>> Decay.of(dt.timedelta(days=1)).factor(0)
            1.0
        """
        if age >= self.horizon:
            return 0.0
        high, low = self._views
        return float(high[age >> LOW_BITS] * low[age & (_LOW - 1)])

    def total(self, ages: Iterable[int], points: float) -> float:
        """Return what activities of one worth when fresh are worth together; each is settled on its own.

        Args:
            ages: seconds, from 0 to below ``horizon``.
            points: what each was worth when fresh.

        Example:
            >>> Decay.of(dt.timedelta(days=1)).total([0, 86400], 20.0)
            30.0
        """
        high, low = self._views
        return (
            sum(round(high[age >> LOW_BITS] * low[age & (_LOW - 1)] * points * _SCALE) for age in ages)
            * QUANTUM
        )

    def factors(self, ages: npt.NDArray[np.int64]) -> Points:
        """Return what is left of one point at many ages.

        Args:
            ages: (n,) int64 seconds, from 0 to below ``horizon``.

        Returns:
            (n,) float64, from 0 to 1.

        Example:
            >>> settled_all(Decay.of(dt.timedelta(days=1)).factors(np.array([0, 86400]))).tolist()
            [1.0, 0.5]
        """
        factors = np.take(self.high, ages >> LOW_BITS, mode="clip")
        return np.multiply(factors, np.take(self.low, ages & (_LOW - 1), mode="clip"), out=factors)


@lru_cache(maxsize=256)
def _decay(half_life: float) -> Decay:
    horizon = min(MAX_AGE + 1, math.ceil(half_life * _LIVES))
    high = np.exp2(-(np.arange((horizon >> LOW_BITS) + 1, dtype=np.float64) * _LOW) / half_life)
    low = np.exp2(-np.arange(_LOW, dtype=np.float64) / half_life)
    high.flags.writeable = False
    low.flags.writeable = False
    return Decay(half_life=half_life, horizon=horizon, high=high, low=low)


def checked_points(value: object, what: str, *, positive: bool = False) -> float:
    """Return points as a settled float, or refuse what is no sensible number.

    Args:
        value: a number.
        what: what the number is, as the subject of the message.
        positive: whether it must be above zero.

    Raises:
        DefinitionError: it is no finite number, or beyond a million.

    Example:
        >>> checked_points(20, "points")
        20.0
    """
    number = ordinal(value) if isinstance(value, int | float) else None
    if number is None or not math.isfinite(number):
        raise DefinitionError(f"{what} must be a finite number, got {type(value).__name__}.")
    if abs(number) > _MAX_POINTS:
        raise DefinitionError(f"{what} must lie within ±{_MAX_POINTS:,.0f}, got {number:g}.")
    if positive and number <= 0:
        raise DefinitionError(f"{what} must be above zero, got {number:g}.")
    return settled(number)


def checked_duration(value: dt.timedelta | None, what: str) -> dt.timedelta | None:
    """Return a duration of at least one second, or None.

    Raises:
        DefinitionError: it is no ``timedelta``, or shorter than a second.

    Example:
        >>> checked_duration(dt.timedelta(days=60), "half_life").days
        60
    """
    if value is None:
        return None
    if not isinstance(value, dt.timedelta):
        raise DefinitionError(
            f"{what} must be an elapsed duration such as days(60), got {type(value).__name__}."
        )
    if value < dt.timedelta(seconds=1):
        raise DefinitionError(f"{what} must be at least one second; leave it out for none.")
    return value


def points_text(points: float, *, sign: bool = False) -> str:
    """Return points as they are shown: to the hundredth, without idle zeros.

    Example:
        >>> points_text(14.1421), points_text(20, sign=True), points_text(-0.001)
        ('14.14', '+20', '0')
    """
    text = f"{points:.2f}".rstrip("0").rstrip(".")
    text = "0" if text in {"-0", ""} else text
    return f"+{text}" if sign and not text.startswith("-") else text


def shown_parts(parts: Sequence[float]) -> list[float]:
    """Return parts rounded to hundredths so that they still add up to their rounded sum.

    The hundredths that rounding down leaves over go to the parts that lost most (the method of largest
    remainders), the first of equals.

    References:
        Balinski, M. L., Young, H. P. (1982). Fair Representation, chapter 3 (Hamilton's method).

    Example:
        >>> shown_parts([1 / 3, 1 / 3, 1 / 3])
        [0.34, 0.33, 0.33]
    """
    exact = [part * 100 for part in parts]
    whole = [math.floor(part) for part in exact]
    left = round(math.fsum(exact)) - sum(whole)
    by_loss = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for i in by_loss[:left]:
        whole[i] += 1
    return [part / 100 for part in whole]
