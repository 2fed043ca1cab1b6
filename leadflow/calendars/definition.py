"""Calendars as plain data: the readers and writers behind ``to_dict`` and ``from_dict``.

Everything that is wrong is said with its path, such as ``$.calendar.hours.mon[0]``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from leadflow.calendars.holidays import NationalHolidays, YearlyClosure
from leadflow.calendars.windows import DayHours, TimeWindow, Weekday, WeekHours, day_hours
from leadflow.errors import DefinitionError, UnknownNameError, near_miss

__all__ = [
    "read_absences",
    "read_closures",
    "read_dates",
    "read_day_hours",
    "read_hours",
    "read_list",
    "read_national",
    "read_overrides",
    "read_table",
    "read_text",
    "write_absences",
    "write_day_hours",
    "write_hours",
]

_WEEKDAYS = {weekday.short: weekday for weekday in Weekday}


def read_table(
    data: object, *, path: str, known: Iterable[str] | None = None, required: Iterable[str] = ()
) -> Mapping[str, object]:
    """Check that data is a table with the right keys.

    Args:
        data: from a definition file.
        path: where it stands.
        known: the keys that are allowed; None allows every key.
        required: the keys that must be there.

    Raises:
        DefinitionError: the data is no table, or a key is missing.
        UnknownNameError: a key is not known.

    Example:
        >>> read_table({"hours": 1}, path="$", known=["hours"])
        {'hours': 1}
    """
    if not isinstance(data, Mapping):
        message = f"{path}: expected a table, got {type(data).__name__}."
        raise DefinitionError(message, path=path)
    allowed = None if known is None else tuple(known)
    for key in data:
        if not isinstance(key, str) or (allowed is not None and key not in allowed):
            message = f"{path}: '{key}' is not a setting here.{near_miss(str(key), allowed or ())}"
            raise UnknownNameError(message, path=f"{path}.{key}")
    for key in required:
        if key not in data:
            message = f"{path}: the setting '{key}' is needed and missing."
            raise DefinitionError(message, path=f"{path}.{key}")
    return data


def read_list(data: object, *, path: str) -> Sequence[object]:
    """Check that data is a list.

    Args:
        data: from a definition file.
        path: where it stands.

    Raises:
        DefinitionError: the data is no list.

    Example:
        >>> read_list([1, 2], path="$")
        [1, 2]
    """
    if isinstance(data, str | bytes) or not isinstance(data, Sequence):
        message = f"{path}: expected a list, got {type(data).__name__}."
        raise DefinitionError(message, path=path)
    return data


def read_text(data: object, *, path: str) -> str:
    """Check that data is a text.

    Args:
        data: from a definition file.
        path: where it stands.

    Raises:
        DefinitionError: the data is no text.

    Example:
        >>> read_text("Asia/Tokyo", path="$")
        'Asia/Tokyo'
    """
    if not isinstance(data, str):
        message = f"{path}: expected a text, got {type(data).__name__}."
        raise DefinitionError(message, path=path)
    return data


def read_day_hours(data: object, *, path: str) -> DayHours:
    """Read the windows of a day: a list of texts such as ``"09:00-18:00"``.

    Args:
        data: from a definition file.
        path: where it stands.

    Raises:
        DefinitionError: an entry is no window, or two overlap.

    Example:
        >>> write_day_hours(read_day_hours(["9:00-12:00", "13:00-18:00"], path="$"))
        ['09:00-12:00', '13:00-18:00']
    """
    windows = []
    for n, text in enumerate(read_list(data, path=path)):
        windows.append(TimeWindow.parse(read_text(text, path=f"{path}[{n}]"), path=f"{path}[{n}]"))
    return day_hours(windows, path=path)


def write_day_hours(windows: DayHours) -> list[str]:
    """Write what `read_day_hours` reads.

    Example:
        >>> write_day_hours((TimeWindow(opens=0, closes=86400),))
        ['00:00-24:00']
    """
    return [str(window) for window in windows]


def read_hours(data: object, *, path: str) -> WeekHours:
    """Read weekly hours: a table from ``mon`` … ``sun`` or a range such as ``mon-fri`` to lists of windows.

    Args:
        data: from a definition file.
        path: where it stands.

    Raises:
        DefinitionError: a day is given twice or its windows are wrong.
        UnknownNameError: a key is no day of the week.

    Example:
        >>> write_hours(read_hours({"mon-tue": ["09:00-17:00"]}, path="$"))
        {'mon': ['09:00-17:00'], 'tue': ['09:00-17:00']}
    """
    week: list[DayHours | None] = [None] * 7
    for key, windows in read_table(data, path=path).items():
        for weekday in _weekdays(key, path):
            if week[weekday] is not None:
                message = f"{path}: the hours of '{weekday.short}' are given twice; keep one."
                raise DefinitionError(message, path=f"{path}.{key}")
            week[weekday] = read_day_hours(windows, path=f"{path}.{key}")
    return tuple(day or () for day in week)


def write_hours(hours: WeekHours) -> dict[str, list[str]]:
    """Write what `read_hours` reads; closed days are left out.

    Example:
        >>> write_hours(((),) * 7)
        {}
    """
    return {weekday.short: write_day_hours(hours[weekday]) for weekday in Weekday if hours[weekday]}


def read_dates(data: object, *, path: str) -> frozenset[date]:
    """Read a list of dates (``2026-12-29``, as text or as TOML dates).

    Args:
        data: from a definition file.
        path: where it stands.

    Raises:
        DefinitionError: an entry is no date.

    Example:
        >>> read_dates(["2026-12-29"], path="$")
        frozenset({datetime.date(2026, 12, 29)})
    """
    return frozenset(_date(day, f"{path}[{n}]") for n, day in enumerate(read_list(data, path=path)))


def read_closures(data: object, *, path: str) -> tuple[YearlyClosure, ...]:
    """Read a list of yearly closures (``12-29/01-03``).

    Args:
        data: from a definition file.
        path: where it stands.

    Raises:
        DefinitionError: an entry is no closure.

    Example:
        >>> [str(closure) for closure in read_closures(["12-29/01-03", "06-01"], path="$")]
        ['12-29/01-03', '06-01']
    """
    places = ((text, f"{path}[{n}]") for n, text in enumerate(read_list(data, path=path)))
    return tuple(YearlyClosure.parse(read_text(text, path=place), path=place) for text, place in places)


def read_national(data: object, *, path: str) -> NationalHolidays:
    """Read whose national holidays are observed.

    Args:
        data: from a definition file.
        path: where it stands.

    Raises:
        UnknownNameError: the nation is not known.

    Example:
        >>> read_national("japan", path="$")
        <NationalHolidays.JAPAN: 'japan'>
    """
    name = read_text(data, path=path)
    known = [nation.value for nation in NationalHolidays]
    if name not in known:
        message = f"{path}: national holidays of '{name}' are not known.{near_miss(name, known)}"
        raise UnknownNameError(message, path=path)
    return NationalHolidays(name)


def read_overrides(data: object, *, path: str) -> dict[date, DayHours]:
    """Read a table from dates to the windows of that day; an empty list is closed.

    Args:
        data: from a definition file.
        path: where it stands.

    Raises:
        DefinitionError: a key is no date, or its windows are wrong.

    Example:
        >>> read_overrides({"2026-05-02": ["09:00-12:00"]}, path="$")
        {datetime.date(2026, 5, 2): (TimeWindow(opens=32400, closes=43200),)}
    """
    table = read_table(data, path=path)
    return {
        _date(key, f"{path}.{key}"): read_day_hours(windows, path=f"{path}.{key}")
        for key, windows in table.items()
    }


def read_absences(data: object, *, path: str) -> list[tuple[datetime, datetime]]:
    """Read a list of tables with ``start`` and ``end``, moments with a time zone.

    Args:
        data: from a definition file.
        path: where it stands.

    Raises:
        DefinitionError: an entry is no such table.

    Example:
        >>> absences = [{"start": "2026-05-01T13:00:00+09:00", "end": "2026-05-01T18:00:00+09:00"}]
        >>> [(end - start).total_seconds() for start, end in read_absences(absences, path="$")]
        [18000.0]
    """
    absences = []
    for n, entry in enumerate(read_list(data, path=path)):
        here = f"{path}[{n}]"
        table = read_table(entry, path=here, known=("start", "end"), required=("start", "end"))
        start, end = (_moment(table[key], f"{here}.{key}") for key in ("start", "end"))
        if end < start:
            message = f"{here}: the absence ends before it starts; swap or correct the two."
            raise DefinitionError(message, path=here)
        absences.append((start, end))
    return absences


def write_absences(absences: Iterable[tuple[int, int]]) -> list[dict[str, str]]:
    """Write what `read_absences` reads.

    Args:
        absences: (start, end) in seconds UTC.

    Example:
        >>> write_absences([(0, 3600)])
        [{'start': '1970-01-01T00:00:00+00:00', 'end': '1970-01-01T01:00:00+00:00'}]
    """
    return [
        {
            "start": datetime.fromtimestamp(start, UTC).isoformat(),
            "end": datetime.fromtimestamp(end, UTC).isoformat(),
        }
        for start, end in absences
    ]


def _weekdays(key: str, path: str) -> list[Weekday]:
    first, _, last = key.strip().lower().partition("-")
    for name in (first, last or first):
        if name not in _WEEKDAYS:
            message = f"{path}: '{key}' is not a day of the week or a range such as 'mon-fri'.{near_miss(name, _WEEKDAYS)}"
            raise UnknownNameError(message, path=f"{path}.{key}")
    start = _WEEKDAYS[first]
    length = (_WEEKDAYS[last or first] - start) % 7 + 1
    return [Weekday((start + n) % 7) for n in range(length)]


def _date(data: object, path: str) -> date:
    if isinstance(data, date) and not isinstance(data, datetime):
        return data
    try:
        return date.fromisoformat(read_text(data, path=path))
    except ValueError:
        message = f"{path}: expected a date such as 2026-12-29."
        raise DefinitionError(message, path=path) from None


def _moment(data: object, path: str) -> datetime:
    try:
        moment = data if isinstance(data, datetime) else datetime.fromisoformat(read_text(data, path=path))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = f"{path}: expected a moment with a time zone, such as 2026-12-29T09:00:00+09:00."
        raise DefinitionError(message, path=path)
    return moment
