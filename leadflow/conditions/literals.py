"""The constants of conditions: how they are written in text and in plain data, and compared."""

import datetime as dt
import json
import math
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from leadflow.errors import DefinitionError
from leadflow.records.events import Json

__all__ = [
    "Literal",
    "duration_from_text",
    "duration_to_text",
    "folded",
    "from_json",
    "ordinal",
    "to_json",
    "to_text",
]

Literal: TypeAlias = str | int | float | bool | dt.date | dt.datetime | dt.timedelta

_UNITS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_DURATION: Final = re.compile(r"(-?\d{1,9}) (second|minute|hour|day|week)s?")
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?")


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """Return the form in which texts are compared: width, composition and case do not matter.

    Example:
        >>> folded("ＡＢＣ ｶﾞ")
        'abc ガ'
    """
    return unicodedata.normalize("NFKC", text).casefold()


def ordinal(value: object) -> float | None:
    """Return where a value stands on its scale, or None when it has no order.

    Numbers stand for themselves, durations for their seconds, dates for the days and moments for the
    seconds since 1970 (UTC), so that a date and a moment are not compared by accident.

    Example:
        >>> ordinal(3), ordinal(dt.timedelta(minutes=1)), ordinal("x") is None
        (3.0, 60.0, True)
    """
    match value:
        case bool():
            return None
        case int() | float():
            return _as_float(value)
        case dt.timedelta():
            return value.total_seconds()
        case dt.datetime():
            return None if value.tzinfo is None else value.timestamp()
        case dt.date():
            return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC).timestamp()
        case _:
            return None


def duration_to_text(duration: dt.timedelta) -> str:
    """Return a duration in its largest whole unit.

    Example:
        >>> duration_to_text(dt.timedelta(days=30)), duration_to_text(dt.timedelta(minutes=90))
        ('30 days', '90 minutes')
    """
    seconds = int(duration.total_seconds())
    unit, size = next(
        ((name, size) for name, size in reversed(_UNITS.items()) if name != "week" and seconds % size == 0),
        ("second", 1),
    )
    number = seconds // size
    return f"{number} {unit}{'' if number == 1 else 's'}"


def duration_from_text(text: str) -> dt.timedelta:
    """Read a duration such as ``30 days`` or ``90 minutes``.

    Raises:
        DefinitionError: it is not of that form.

    Example:
        >>> duration_from_text("2 weeks").days
        14
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise DefinitionError(
            f"A duration was expected, such as '30 days' or '90 minutes', got {json.dumps(text[:40])}."
        )
    return dt.timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def to_json(value: Literal) -> Json:
    """Return a constant as plain data: dates and moments as ISO text, durations as words.

    A text that would be read as one of these is kept apart as ``{"text": …}``.

    Example:
        >>> to_json(dt.date(2026, 4, 1))
        '2026-04-01'
    """
    match value:
        case dt.timedelta():
            return duration_to_text(value)
        case dt.datetime() | dt.date():
            return value.isoformat()
        case str():
            return value if from_json(value) == value else {"text": value}
        case _:
            return value


def from_json(value: object, path: str = "$") -> Literal:
    """Read a constant from plain data; text that is a date, a moment or a duration becomes one.

    Args:
        value: text, number, truth value, date or moment (TOML has dates of its own).
        path: where it stands, for the error.

    Raises:
        DefinitionError: it is a list, a table or empty.

    Example:
        >>> from_json("2026-04-01"), from_json("30 days"), from_json("部長")
        (datetime.date(2026, 4, 1), datetime.timedelta(days=30), '部長')
    """
    if isinstance(value, str):
        if _ISO.fullmatch(value):
            try:
                return dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)
            except ValueError:
                return value
        return duration_from_text(value) if _DURATION.fullmatch(value) else value
    if isinstance(value, Mapping) and set(value) == {"text"} and isinstance(value["text"], str):
        return value["text"]
    if isinstance(value, bool | int | float | dt.date | dt.datetime | dt.timedelta):
        return value
    raise DefinitionError(
        f"{path} must be a text, number, date or true/false, got {type(value).__name__}.", path=path
    )


def to_text(value: Literal) -> str:
    """Return a constant as it is written in a condition's text.

    Example:
        >>> to_text("部長"), to_text(True), to_text(dt.timedelta(days=3))
        ('"部長"', 'true', '3 days')
    """
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool():
            return "true" if value else "false"
        case dt.timedelta():
            return duration_to_text(value)
        case dt.datetime() | dt.date():
            return value.isoformat()
        case _:
            return repr(value)


def _as_float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:  # an integer beyond all floats stands at the end of the scale
        return math.inf if number > 0 else -math.inf
