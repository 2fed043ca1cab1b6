"""Durations: elapsed time and business time are two types.

Elapsed time is `datetime.timedelta`: 24 hours are 24 hours, whatever the night or the weekend.
Business time is `BusinessDuration`, which means nothing until a `BusinessCalendar` says when the business
is open. Nothing converts one into the other, and Python refuses to add or compare them.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from typing import TypeAlias

import attrs

from leadflow.errors import DefinitionError, near_miss

__all__ = [
    "BusinessDuration",
    "CalendarDuration",
    "Duration",
    "business_days",
    "business_hours",
    "business_minutes",
    "days",
    "duration_from_data",
    "duration_text",
    "hours",
    "minutes",
    "weeks",
]

CalendarDuration: TypeAlias = timedelta
"""Elapsed time, also called calendar duration: Python's own type."""

_MINUTE = 60
_HOUR = 3600
_DAY = 86400
_WEEK = 7 * _DAY

_ELAPSED_UNITS = {
    "week": _WEEK,
    "day": _DAY,
    "hour": _HOUR,
    "minute": _MINUTE,
    "second": 1,
    "週間": _WEEK,
    "日": _DAY,
    "日間": _DAY,
    "時間": _HOUR,
    "分": _MINUTE,
    "秒": 1,
}
_BUSINESS_UNITS = {
    "business hour": _HOUR,
    "business minute": _MINUTE,
    "business second": 1,
    "営業時間": _HOUR,
    "営業分": _MINUTE,
    "営業秒": 1,
}
_BUSINESS_DAYS = {"business day", "営業日"}
_UNIT_NAMES = (*_ELAPSED_UNITS, *_BUSINESS_UNITS, *sorted(_BUSINESS_DAYS))

_TERM = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[^\d\s.,+-][^\d.,+-]*?)(?:\s*,\s*|\s+(?=\d)|(?=\d)|$)"
)
_ISO = re.compile(
    r"P(?:(?P<week>\d+)W)?(?:(?P<day>\d+)D)?"
    r"(?:T(?:(?P<hour>\d+)H)?(?:(?P<minute>\d+)M)?(?:(?P<second>\d+(?:\.\d{1,6})?)S)?)?"
)


@attrs.frozen(kw_only=True)
class BusinessDuration:
    """A length of business time: working days, then open seconds.

    A business day is neither 24 hours nor a number of open hours, because working days differ in length:
    it is the step from one working day to the next. A duration may hold both; the days are stepped first.

    Attributes:
        days: working days; negative counts backwards.
        seconds: open time in seconds; its sign agrees with that of ``days``.

    Raises:
        DefinitionError: the two parts point in opposite directions.

    Example:
        >>> business_days(1) + business_hours(2)
        BusinessDuration(days=1, seconds=7200)
        >>> str(-business_hours(1.5))
        '-1 business hour 30 business minutes'
        >>> business_hours(24) == business_days(1)
        False
    """

    days: int = 0
    seconds: int = 0

    def __attrs_post_init__(self) -> None:
        if self.days * self.seconds < 0:
            message = (
                f"A business duration of {self.days} days and {self.seconds} seconds points both ways; "
                "give both parts the same sign."
            )
            raise DefinitionError(message)

    def __add__(self, other: "BusinessDuration") -> "BusinessDuration":
        if not isinstance(other, BusinessDuration):
            return NotImplemented
        return BusinessDuration(days=self.days + other.days, seconds=self.seconds + other.seconds)

    def __sub__(self, other: "BusinessDuration") -> "BusinessDuration":
        if not isinstance(other, BusinessDuration):
            return NotImplemented
        return BusinessDuration(days=self.days - other.days, seconds=self.seconds - other.seconds)

    def __mul__(self, factor: int) -> "BusinessDuration":
        if not isinstance(factor, int):
            return NotImplemented
        return BusinessDuration(days=self.days * factor, seconds=self.seconds * factor)

    __rmul__ = __mul__

    def __neg__(self) -> "BusinessDuration":
        return BusinessDuration(days=-self.days, seconds=-self.seconds)

    def __bool__(self) -> bool:
        """Return whether the duration is not zero."""
        return bool(self.days or self.seconds)

    def __str__(self) -> str:
        """Return the text that `duration_from_data` reads back."""
        terms = _terms(abs(self.seconds), (("business hour", _HOUR), ("business minute", _MINUTE)))
        rest = abs(self.seconds) % _MINUTE
        if self.days:
            terms.insert(0, _term(abs(self.days), "business day"))
        if rest or not terms:
            terms.append(_term(rest, "business second"))
        return ("-" if min(self.days, self.seconds) < 0 else "") + " ".join(terms)

    def to_data(self) -> str:
        """Return the duration as definition files hold it.

        Returns:
            The text that `duration_from_data` turns into an equal duration.

        Example:
            >>> business_hours(4).to_data()
            '4 business hours'
        """
        return str(self)


Duration: TypeAlias = timedelta | BusinessDuration
"""Either kind of duration; functions that take one tell them apart with ``match``."""


def weeks(n: float) -> timedelta:
    """Return ``n`` weeks of elapsed time.

    Example:
        >>> weeks(2)
        datetime.timedelta(days=14)
    """
    return timedelta(weeks=n)


def days(n: float) -> timedelta:
    """Return ``n`` times 24 hours of elapsed time.

    Example:
        >>> days(60) == hours(60 * 24)
        True
    """
    return timedelta(days=n)


def hours(n: float) -> timedelta:
    """Return ``n`` hours of elapsed time.

    Example:
        >>> hours(1.5)
        datetime.timedelta(seconds=5400)
    """
    return timedelta(hours=n)


def minutes(n: float) -> timedelta:
    """Return ``n`` minutes of elapsed time.

    Example:
        >>> minutes(90) == hours(1.5)
        True
    """
    return timedelta(minutes=n)


def business_days(n: int) -> BusinessDuration:
    """Return ``n`` working days, whatever their length.

    Example:
        >>> business_days(2)
        BusinessDuration(days=2, seconds=0)
    """
    if not isinstance(n, int):
        message = f"Business days are counted in whole days, got {n!r}; for a part of a day use business_hours(...)."
        raise DefinitionError(message)
    return BusinessDuration(days=n)


def business_hours(n: float) -> BusinessDuration:
    """Return ``n`` hours of open time.

    Args:
        n: hours; a fraction is allowed where it makes whole seconds.

    Raises:
        DefinitionError: ``n`` hours are not whole seconds.

    Example:
        >>> business_hours(4)
        BusinessDuration(days=0, seconds=14400)
    """
    return BusinessDuration(seconds=_whole_seconds(n, _HOUR, "business hours"))


def business_minutes(n: float) -> BusinessDuration:
    """Return ``n`` minutes of open time.

    Args:
        n: minutes; a fraction is allowed where it makes whole seconds.

    Raises:
        DefinitionError: ``n`` minutes are not whole seconds.

    Example:
        >>> business_minutes(15)
        BusinessDuration(days=0, seconds=900)
    """
    return BusinessDuration(seconds=_whole_seconds(n, _MINUTE, "business minutes"))


def duration_text(duration: Duration) -> str:
    """Write a duration of either kind as definition files hold it.

    Args:
        duration: elapsed or business time.

    Returns:
        The text that `duration_from_data` turns into an equal duration of the same kind.

    Example:
        >>> duration_text(hours(36)), duration_text(business_days(1))
        ('1 day 12 hours', '1 business day')
    """
    match duration:
        case BusinessDuration():
            return str(duration)
        case timedelta():
            size = abs(duration)
            whole = size.days * _DAY + size.seconds
            terms = _terms(whole, (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)))
            rest = whole % _MINUTE
            if size.microseconds:
                terms.append(f"{rest}.{size.microseconds:06d}".rstrip("0") + " seconds")
            elif rest or not terms:
                terms.append(_term(rest, "second"))
            return ("-" if duration < timedelta(0) else "") + " ".join(terms)


def duration_from_data(data: object, *, path: str = "$") -> Duration:
    """Read a duration from a definition file.

    Args:
        data: a text such as ``"4 business hours"``, ``"1 day 12 hours"``, ``"3営業日"`` or ``"PT30M"`` (ISO 8601
            durations are elapsed time), or a mapping from units to numbers such as ``{"business_hours": 4}``.
            Plain units are elapsed time; business time always says so.
        path: where the data stands in the definition, for the error message.

    Returns:
        A `datetime.timedelta` or a `BusinessDuration`.

    Raises:
        DefinitionError: the data is no duration, or mixes elapsed and business time.

    References:
        ISO 8601-1:2019, 5.5.2 (durations); years and months have no fixed length and are refused.

    Example:
        >>> duration_from_data("4 business hours")
        BusinessDuration(days=0, seconds=14400)
        >>> duration_from_data({"days": 1, "hours": 12}) == duration_from_data("P1DT12H")
        True
    """
    match data:
        case timedelta() | BusinessDuration():
            return data
        case str():
            return _from_text(data, path)
        case Mapping():
            return _from_terms([(_number(n, f"{path}.{unit}"), str(unit)) for unit, n in data.items()], path)
        case _:
            message = (
                f"{path}: a duration is a text such as '4 business hours' or a table such as "
                f"{{business_hours = 4}}, got {type(data).__name__}."
            )
            raise DefinitionError(message, path=path)


def _from_text(text: str, path: str) -> Duration:
    body = text.strip()
    sign = -1 if body.startswith("-") else 1
    body = body.removeprefix("-").strip()
    iso = _ISO.fullmatch(body)
    if iso and body[-1] not in "PT":
        return _from_terms([(sign * Fraction(n), unit) for unit, n in iso.groupdict().items() if n], path)
    terms = []
    at = 0
    while at < len(body):
        term = _TERM.match(body, at)
        if term is None:
            message = (
                f"{path}: cannot read the duration at character {at + 1}; expected a number and a unit, such as "
                "'4 business hours', '30 minutes' or 'PT30M'."
            )
            raise DefinitionError(message, path=path)
        terms.append((sign * Fraction(term["number"]), term["unit"]))
        at = term.end()
    return _from_terms(terms, path)


def _from_terms(terms: list[tuple[Fraction, str]], path: str) -> Duration:
    elapsed: list[Fraction] = []
    open_seconds: list[Fraction] = []
    working_days: list[Fraction] = []
    for number, name in terms:
        unit = _unit(name, path)
        if unit in _BUSINESS_DAYS:
            working_days.append(number)
        elif unit in _BUSINESS_UNITS:
            open_seconds.append(number * _BUSINESS_UNITS[unit])
        else:
            elapsed.append(number * _ELAPSED_UNITS[unit])
    if elapsed and (open_seconds or working_days):
        message = f"{path}: elapsed and business time cannot be mixed in one duration; write 'business' on every unit or on none."
        raise DefinitionError(message, path=path)
    if elapsed:
        return _elapsed(sum(elapsed, Fraction(0)), path)
    if not open_seconds and not working_days:
        message = f"{path}: the duration is empty; expected a number and a unit, such as '4 business hours'."
        raise DefinitionError(message, path=path)
    step, seconds = sum(working_days, Fraction(0)), sum(open_seconds, Fraction(0))
    if step.denominator != 1 or seconds.denominator != 1:
        message = (
            f"{path}: business time is counted in whole working days and whole seconds; use smaller units."
        )
        raise DefinitionError(message, path=path)
    return BusinessDuration(days=int(step), seconds=int(seconds))


def _elapsed(seconds: Fraction, path: str) -> timedelta:
    try:
        return timedelta(microseconds=round(seconds * 1_000_000))
    except OverflowError:
        message = f"{path}: the duration is longer than {timedelta.max.days} days; use a shorter one."
        raise DefinitionError(message, path=path) from None


def _unit(name: str, path: str) -> str:
    spaced = " ".join(name.replace("_", " ").split()).lower()
    for unit in (spaced, spaced.removesuffix("s")):
        if unit in _ELAPSED_UNITS or unit in _BUSINESS_UNITS or unit in _BUSINESS_DAYS:
            return unit
    message = f"{path}: '{spaced}' is not a unit of time.{near_miss(spaced, _UNIT_NAMES)}"
    raise DefinitionError(message, path=path)


def _number(value: object, path: str) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"{path}: expected a number, got {type(value).__name__}."
        raise DefinitionError(message, path=path)
    try:
        return Fraction(str(value))
    except ValueError:
        message = f"{path}: expected a finite number, got {value}."
        raise DefinitionError(message, path=path) from None


def _whole_seconds(n: float, unit: int, name: str) -> int:
    seconds = _number(n, name) * unit
    if seconds.denominator != 1:
        message = f"{n} {name} are not whole seconds; use a smaller unit."
        raise DefinitionError(message)
    return int(seconds)


def _terms(seconds: int, units: tuple[tuple[str, int], ...]) -> list[str]:
    terms = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            terms.append(_term(count, name))
    return terms


def _term(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
