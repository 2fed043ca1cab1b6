"""Dates, times and fiscal years."""

import datetime as dt
import functools
import re
import warnings
import zoneinfo
from typing import Literal

from leadflow.columns import Column
from leadflow.errors import SuspiciousValueWarning
from leadflow.values.eras import era_of
from leadflow.values.filler import is_filler
from leadflow.values.folding import tidy
from leadflow.values.numerals import KANJI_DIGITS, kanji_number
from leadflow.values.parsed import Cells, ParsedColumn, parse_cells
from leadflow.values.refusal import refusal

__all__ = [
    "DateOrder",
    "EraOverrun",
    "fiscal_year",
    "parse_date",
    "parse_dates",
    "parse_datetime",
    "parse_datetimes",
]

_words = str.split

_KIND = "date"
_LONGEST_DATE = 100

DateOrder = Literal["refuse", "mdy", "dmy"]
"""How to read a date that ends with its year: only where one reading is possible, or in an order."""

EraOverrun = Literal["warn", "accept", "refuse"]
"""What to do with an era date outside the era, such as 平成32年."""

_ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[T ]?(?P<rest>[0-9]{4}(?:[0-9]{2})?))?")
_YMD = re.compile(r"(?:西暦 ?)?([0-9]{4}) ?(?:年|[-/.,]) ?([0-9]{1,2}) ?(?:月|[-/.,]) ?([0-9]{1,2})(?: ?日)?")
_ERA = re.compile(
    r"(令和?|平成?|昭和?|大正?|明治?|[RHSTM]) ?\.?(元|[0-9]{1,2}) ?(?:年|[-/.,]) ?([0-9]{1,2}) ?(?:月|[-/.,]) ?([0-9]{1,2})(?: ?日)?",
    re.IGNORECASE,
)
_ERA_COMPACT = re.compile(r"([RHSTM])([0-9]{2})([0-9]{2})([0-9]{2})", re.IGNORECASE)
_YEAR_LAST = re.compile(r"([0-9]{1,2}) ?[-/.] ?([0-9]{1,2}) ?[-/.] ?([0-9]{4})")
_TWO_DIGIT_YEAR = re.compile(r"'?([0-9]{2}) ?(?:年|[-/.]) ?([0-9]{1,2}) ?(?:月|[-/.]) ?([0-9]{1,2})(?: ?日)?")
_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_WEEKDAY_BEFORE = r"(?:(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )?"
_ENGLISH = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_WEEKDAY_BEFORE}{_MONTH}[ -]?{_DAY}(?:, ?|[ -])(?P<year>[0-9]{{4}})(?![0-9])",
        rf"{_WEEKDAY_BEFORE}{_DAY}(?: of)?[ -/.]?{_MONTH},?[ -/.]?(?P<year>[0-9]{{4}})(?![0-9])",
        rf"(?P<year>[0-9]{{4}})[ -/.]{_MONTH}[ -/.]{_DAY}(?![0-9])",
    )
)
_ENGLISH_MONTHS = {
    name: place for place, name in enumerate(_words("jan feb mar apr may jun jul aug sep oct nov dec"), 1)
}
_WEEKDAY = re.compile(
    r" ?(?:\( ?(?:[日月火水木金土](?:曜日?)?(?:[・/ ]?祝日?)?|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?) ?\)|[日月火水木金土]曜日?)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:T|,? ?)(?P<half>午前|午後|am|pm)? ?(?P<hour>[0-9]{1,2}) ?(?::|時) ?(?:(?P<minute>[0-9]{1,2}) ?(?:(?::|分) ?(?:(?P<second>[0-9]{1,2})(?:[.,](?P<fraction>[0-9]{1,9}))? ?秒?)?)?)?"
    r" ?(?P<half_after>a\.?m\.?|p\.?m\.?)? ?(?P<zone>z|utc|gmt|jst|[+-][0-9]{2}:?[0-9]{2})?(?:\[[A-Za-z_/]{1,40}\]| ?\([A-Za-z ]{1,40}\))?",
    re.IGNORECASE,
)
_KANJI_RUN = re.compile(f"[{KANJI_DIGITS}]+(?=[年月日時分秒])")
_BEFORE_UNIT = re.compile(rf"[{KANJI_DIGITS}]")
_EARLIEST = 1873


def parse_date(
    text: str,
    *,
    order: DateOrder = "refuse",
    two_digit_years: Literal["refuse", "western"] = "refuse",
    era_overrun: EraOverrun = "warn",
    excel_serial: bool = False,
) -> dt.date:
    """Read a date; a time after it is checked and dropped.

    Args:
        text: the cell: ISO, Japanese (2026年4月1日), eras (令和8年, R8.4.1, 元年), kanji numerals, eight
            digits, English month names; any width.
        order: how to read 04/05/2026.
        two_digit_years: ``"western"`` reads 26/4/1 as 2026-04-01; refused otherwise, since 26 may
            as well be a year of an era.
        era_overrun: what to do with 平成32年, which is written by systems set up before the era ended.
        excel_serial: read a bare number as days of a spreadsheet's calendar.

    Returns:
        The date.

    Raises:
        InvalidValueError: if there is no full date, it does not exist, or it could mean two days.

    Warns:
        SuspiciousValueWarning: if an era date lies outside its era.

    References:
        ISO 8601-1, 2019; Era Name Act (元号法), 1979.

    Example:
        >>> parse_date("令和六年四月一日"), parse_date("Ｒ６．４．１"), parse_date("Apr 1, 2024")
        (datetime.date(2024, 4, 1), datetime.date(2024, 4, 1), datetime.date(2024, 4, 1))
        >>> parse_date("2026/4")
        Traceback (most recent call last):
        leadflow.errors.InvalidValueError: Not a date (6 characters): it has no day, month and year in a known order.
    """
    date, overrun, _, _ = _read(text, order, two_digit_years, excel_serial=excel_serial)
    if overrun and era_overrun != "accept":
        _report_overrun(text, era_overrun, 1)
    return date


def parse_dates(
    cells: Cells,
    *,
    order: DateOrder = "refuse",
    two_digit_years: Literal["refuse", "western"] = "refuse",
    era_overrun: EraOverrun = "warn",
    excel_serial: bool = False,
) -> ParsedColumn[dt.date]:
    """Read a column of dates; the switches are those of `parse_date`.

    Example:
        >>> parsed = parse_dates(["2026/4/1", "令和8年4月1日", "未定", "26/4/1"])
        >>> parsed.canonical.to_list(), parsed.bad.tolist()
        (['2026-04-01', '2026-04-01', None, None], [3])
    """
    overruns = 0

    def parse(text: str) -> dt.date:
        nonlocal overruns
        date, overrun, _, _ = _read(text, order, two_digit_years, excel_serial=excel_serial)
        if overrun and era_overrun == "refuse":
            _report_overrun(text, era_overrun, 1)
        overruns += overrun
        return date

    parsed = parse_cells(_texts(cells), parse, is_empty=_is_empty)
    if overruns and era_overrun == "warn":
        _report_overrun("", era_overrun, overruns)
    return parsed


def parse_datetime(
    text: str,
    *,
    tz: dt.tzinfo | None = None,
    order: DateOrder = "refuse",
    two_digit_years: Literal["refuse", "western"] = "refuse",
    era_overrun: EraOverrun = "warn",
) -> dt.datetime:
    """Read a date and time; a date alone is its midnight.

    Args:
        text: the cell: a date as in `parse_date`, then 13:05, 13:05:30.5, 午後1時5分 or 1:05 PM, then
            perhaps ``Z``, ``+09:00``, ``JST`` or ``UTC``.
        tz: the zone of times that name none; Asia/Tokyo if not given.
        order: how to read 04/05/2026.
        two_digit_years: how to read 26/4/1.
        era_overrun: what to do with 平成32年.

    Returns:
        The time, always aware.

    Raises:
        InvalidValueError: if there is no date, or what follows it is not a time.

    Warns:
        SuspiciousValueWarning: if an era date lies outside its era.

    Example:
        >>> parse_datetime("2026年4月1日 午後1時05分").isoformat()
        '2026-04-01T13:05:00+09:00'
        >>> parse_datetime("2026-04-01T04:05:00Z").isoformat()
        '2026-04-01T04:05:00+00:00'
    """
    date, overrun, time, zone = _read(text, order, two_digit_years, excel_serial=False)
    if overrun and era_overrun != "accept":
        _report_overrun(text, era_overrun, 1)
    return dt.datetime.combine(date, time, zone or tz or _tokyo())


def parse_datetimes(
    cells: Cells,
    *,
    tz: dt.tzinfo | None = None,
    order: DateOrder = "refuse",
    two_digit_years: Literal["refuse", "western"] = "refuse",
    era_overrun: EraOverrun = "warn",
) -> ParsedColumn[dt.datetime]:
    """Read a column of dates and times; the switches are those of `parse_datetime`.

    Example:
        >>> parse_datetimes(["2026/4/1 9:30", "-"]).canonical.to_list()
        ['2026-04-01T09:30:00+09:00', None]
    """
    overruns = 0
    default = tz or _tokyo()

    def parse(text: str) -> dt.datetime:
        nonlocal overruns
        date, overrun, time, zone = _read(text, order, two_digit_years, excel_serial=False)
        if overrun and era_overrun == "refuse":
            _report_overrun(text, era_overrun, 1)
        overruns += overrun
        return dt.datetime.combine(date, time, zone or default)

    parsed = parse_cells(_texts(cells), parse, is_empty=_is_empty)
    if overruns and era_overrun == "warn":
        _report_overrun("", era_overrun, overruns)
    return parsed


def fiscal_year(date: dt.date, start_month: int = 4) -> int:
    """Return the fiscal year of a date: the calendar year in which it began.

    Args:
        date: the date.
        start_month: the first month of the fiscal year, from 1 to 12; April in Japan.

    Returns:
        The year.

    References:
        Public Finance Act (財政法), 1947, article 11.

    Example:
        >>> import datetime
        >>> fiscal_year(datetime.date(2026, 3, 31)), fiscal_year(datetime.date(2026, 4, 1))
        (2025, 2026)
    """
    if not 1 <= start_month <= 12:
        raise ValueError(f"start_month must be from 1 to 12, got {start_month}")
    return date.year if date.month >= start_month else date.year - 1


@functools.cache
def _tokyo() -> dt.tzinfo:
    return zoneinfo.ZoneInfo("Asia/Tokyo")


def _texts(cells: Cells) -> Cells:
    """Write cells that already are dates as text, as frames and spreadsheets deliver them."""
    if isinstance(cells, Column):
        return cells.map(lambda cell: cell if isinstance(cell, str) else _text(cell))
    return cells


def _text(cell: object) -> str:
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def _is_empty(text: str) -> bool:
    return text.startswith("0000-00-00") or (not text[:4].isdigit() and is_filler(text))


def _report_overrun(text: str, era_overrun: EraOverrun, count: int) -> None:
    if era_overrun == "refuse":
        raise refusal(_KIND, text, "it lies outside its era")
    warnings.warn(
        f"{count} era date(s) lie outside their era, such as a year after its end; they were counted "
        'on from its first year. Check them, or pass era_overrun="accept".',
        SuspiciousValueWarning,
        stacklevel=3,
    )


_MIDNIGHT = dt.time()
_Read = tuple[dt.date, bool, dt.time, dt.tzinfo | None]


def _read(text: str, order: DateOrder, two_digit_years: str, *, excel_serial: bool) -> _Read:
    match = _ISO.fullmatch(text)
    if match is not None:
        return _date(text, int(match[1]), int(match[3]), int(match[4])), False, _MIDNIGHT, None
    if len(text) > _LONGEST_DATE:
        raise refusal(_KIND, text, f"it is longer than {_LONGEST_DATE} characters")
    shown = tidy(text)
    if "年" in shown and _BEFORE_UNIT.search(shown):
        shown = _KANJI_RUN.sub(_arabic, shown)
    if shown.isascii() and shown.isdigit():
        return _read_digits(text, shown, excel_serial=excel_serial)
    date, overrun, end = _leading_date(text, shown, order, two_digit_years)
    if end == len(shown):
        return date, overrun, _MIDNIGHT, None
    rest = _WEEKDAY.sub("", shown[end:], count=1).strip(" .,")
    if not rest:
        return date, overrun, _MIDNIGHT, None
    time, zone = _time(text, rest)
    return date, overrun, time, zone


def _arabic(run: re.Match[str]) -> str:
    number = kanji_number(run[0])
    return run[0] if number is None else str(number)


def _read_digits(text: str, digits: str, *, excel_serial: bool) -> _Read:
    match = _COMPACT.fullmatch(digits)
    if match is not None:
        date = _date(text, int(match[1]), int(match[2]), int(match[3]))
        rest = match["rest"]
        if rest is None:
            return date, False, _MIDNIGHT, None
        return date, False, _clock(text, int(rest[:2]), int(rest[2:4]), int(rest[4:] or 0), 0), None
    if excel_serial and 4 <= len(digits) <= 6:
        # Day 60 of a spreadsheet is 29 February 1900, which never was; later days are off by one.
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(digits)), False, _MIDNIGHT, None
    if excel_serial:
        raise refusal(_KIND, text, "it is no day number of a spreadsheet")
    raise refusal(_KIND, text, "it is a number; only eight digits YYYYMMDD are a date")


def _leading_date(text: str, shown: str, order: DateOrder, two_digit_years: str) -> tuple[dt.date, bool, int]:
    match = _YMD.match(shown)
    if match is not None:
        _no_more_digits(text, shown, match.end())
        return _date(text, int(match[1]), int(match[2]), int(match[3])), False, match.end()
    match = _ERA.match(shown) or _ERA_COMPACT.match(shown)
    if match is not None:
        _no_more_digits(text, shown, match.end())
        return (*_era_date(text, match), match.end())
    for pattern in _ENGLISH:
        match = pattern.match(shown)
        if match is not None:
            month = _ENGLISH_MONTHS[match["month"][:3].casefold()]
            return _date(text, int(match["year"]), month, int(match["day"])), False, match.end()
    match = _YEAR_LAST.match(shown)
    if match is not None:
        _no_more_digits(text, shown, match.end())
        return _year_last(text, int(match[1]), int(match[2]), int(match[3]), order), False, match.end()
    match = _TWO_DIGIT_YEAR.match(shown)
    if match is not None:
        _no_more_digits(text, shown, match.end())
        if two_digit_years == "western":
            return _date(text, 2000 + int(match[1]), int(match[2]), int(match[3])), False, match.end()
        reason = 'its year has two digits and may be of an era; give four, or pass two_digit_years="western"'
        raise refusal(_KIND, text, reason)
    raise refusal(_KIND, text, "it has no day, month and year in a known order")


def _no_more_digits(text: str, shown: str, end: int) -> None:
    if shown[end : end + 1].isdigit() or shown[end : end + 1] in {"/", "~", "〜"}:
        raise refusal(_KIND, text, "something else follows the date")


def _date(text: str, year: int, month: int, day: int) -> dt.date:
    if year < _EARLIEST:
        raise refusal(_KIND, text, f"its year is before {_EARLIEST}")
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise refusal(_KIND, text, "there is no such day") from None


def _era_date(text: str, match: re.Match[str]) -> tuple[dt.date, bool]:
    found = era_of(match[1].upper())
    year = 1 if match[2] == "元" else int(match[2])
    if found is None or year == 0:
        raise refusal(_KIND, text, "an era has no year 0")
    era, first_year = found
    date = _date(text, first_year + year - 1, int(match[3]), int(match[4]))
    return date, not era.first_day <= date <= era.last_day


def _year_last(text: str, first: int, second: int, year: int, order: DateOrder) -> dt.date:
    if order == "mdy":
        return _date(text, year, first, second)
    if order == "dmy":
        return _date(text, year, second, first)
    if first > 12 >= second:
        return _date(text, year, second, first)
    if second > 12 >= first or first == second:
        return _date(text, year, first, second)
    raise refusal(_KIND, text, 'day and month could be either way round; pass order="mdy" or "dmy"')


def _time(text: str, rest: str) -> tuple[dt.time, dt.tzinfo | None]:
    match = _TIME.fullmatch(rest)
    if match is None:
        raise refusal(_KIND, text, "what follows the date is not a time of day")
    hour = int(match["hour"])
    half = (match["half"] or match["half_after"] or "").casefold().replace(".", "")
    if half:
        if hour > 12:
            raise refusal(_KIND, text, "there is no such time of day")
        hour = hour % 12 + (12 if half in {"午後", "pm"} else 0)
    fraction = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    time = _clock(text, hour, int(match["minute"] or 0), int(match["second"] or 0), fraction)
    return time, _zone(text, match["zone"])


def _clock(text: str, hour: int, minute: int, second: int, fraction: int) -> dt.time:
    try:
        return dt.time(hour, minute, second, fraction)
    except ValueError:
        raise refusal(_KIND, text, "there is no such time of day") from None


def _zone(text: str, zone: str | None) -> dt.tzinfo | None:
    if zone is None:
        return None
    name = zone.casefold()
    if name == "jst":
        return _tokyo()
    if name in {"z", "utc", "gmt"}:
        return dt.UTC
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 14 or minutes > 59:
        raise refusal(_KIND, text, "there is no such offset from UTC")
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if zone[0] == "-" else offset)
