"""How figures are written: 千円 and 億円, percentages with one decimal, dates; in Japanese and English."""

import datetime as dt
import enum
import math
import re
from typing import Final, TypeAlias

__all__ = ["UNKNOWN", "Cell", "ColumnKind", "Language", "money", "readable", "written"]

Cell: TypeAlias = str | int | float | bool | dt.date | dt.datetime | None
"""What a report's cell can be; None is unknown."""

Language: TypeAlias = str
"""``"ja"`` or ``"en"``."""

UNKNOWN: Final = "–"
"""What is written for an unknown figure, which is not zero."""

_OKU, _SEN = 100_000_000, 1_000
_BILLION, _MILLION = 1_000_000_000, 1_000_000
_BREAK: Final = re.compile("[\t\n\v\f\r\x85\u2028\u2029]")
_UNREADABLE: Final = re.compile("[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""What commands a terminal, turns the direction of what follows, or can stand in no file of text."""


class ColumnKind(enum.StrEnum):
    """What a column of a report holds.

    Example:
        >>> ColumnKind.SHARE.is_number, ColumnKind.TEXT.is_number
        (True, False)
    """

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    DATE = "date"
    MOMENT = "moment"

    @property
    def is_number(self) -> bool:
        """Whether cells are numbers, set to the right."""
        return self in {ColumnKind.COUNT, ColumnKind.NUMBER, ColumnKind.MONEY, ColumnKind.SHARE}


def money(yen: float, language: Language) -> str:
    """Write an amount of yen as people in sales read it.

    In Japanese amounts from 1億円 on are written in 億円 with two decimals and others in 千円; in English in
    millions and billions. Rounding is half to even.

    Args:
        yen: how much.
        language: ``"ja"`` or ``"en"``.

    Example:
        >>> money(123_456_789, "ja"), money(12_345_678, "ja"), money(900, "ja"), money(12_345_678, "en")
        ('1.23億円', '12,346千円', '900円', '¥12.3M')
        >>> money(0, "ja"), money(-2_500_000_000, "en"), money(1_200, "en")
        ('0円', '-¥2.50B', '¥1,200')
        >>> money(99_999_900, "ja"), money(999_960_000, "en")  # what rounds up to the next unit is written in it
        ('1.00億円', '¥1.00B')
    """
    sign, size = ("-" if yen < 0 else ""), abs(yen)
    if language == "ja":
        if round(size / _SEN) >= _OKU / _SEN:
            return f"{sign}{size / _OKU:,.2f}億円"
        if round(size) >= _SEN * 10:
            return f"{sign}{size / _SEN:,.0f}千円"
        return f"{sign}{size:,.0f}円"
    if round(size / _MILLION, 1) >= _BILLION / _MILLION:
        return f"{sign}¥{size / _BILLION:,.2f}B"
    if round(size) >= _MILLION:
        return f"{sign}¥{size / _MILLION:,.1f}M"
    return f"{sign}¥{size:,.0f}"


def readable(text: str) -> str:
    r"""Return a text that people typed as one line that every page, chart, workbook and terminal can show.

    Breaks of lines and tabs become spaces, and what is no character for people (control characters, halves of
    surrogate pairs, overrides of the direction) becomes the replacement character.

    Example:
        >>> readable("佐藤"), readable("a\tb\nc"), readable("\x1b[31m\ud83d")
        ('佐藤', 'a b c', '�[31m�')
    """
    return text if text.isprintable() else _UNREADABLE.sub("\ufffd", _BREAK.sub(" ", text))


def written(cell: Cell, kind: ColumnKind, language: Language = "ja") -> str:
    """Write a cell for people.

    Args:
        cell: the value; None and NaN are unknown.
        kind: what it is.
        language: ``"ja"`` or ``"en"``.

    Example:
        >>> written(0.8734, ColumnKind.SHARE), written(1234, ColumnKind.COUNT), written(None, ColumnKind.MONEY)
        ('87.3%', '1,234', '–')
        >>> written(dt.date(2026, 9, 30), ColumnKind.DATE, "ja"), written(2.25, ColumnKind.NUMBER)
        ('2026/09/30', '2.2')
    """
    match cell:
        case None:
            return UNKNOWN
        case bool():
            return ("はい" if cell else "いいえ") if language == "ja" else ("yes" if cell else "no")
        case dt.datetime():
            return cell.strftime("%Y/%m/%d %H:%M" if language == "ja" else "%Y-%m-%d %H:%M")
        case dt.date():
            return cell.strftime("%Y/%m/%d" if language == "ja" else "%Y-%m-%d")
        case int() | float():
            return _number(cell, kind, language)
        case _:
            return readable(str(cell))


def _number(value: float, kind: ColumnKind, language: Language) -> str:
    if not math.isfinite(value):
        return UNKNOWN
    match kind:
        case ColumnKind.MONEY:
            text = money(value, language)
        case ColumnKind.SHARE:
            text = f"{value:.1%}"
        case ColumnKind.COUNT if float(value).is_integer():
            text = f"{value:,.0f}"
        case _:
            text = f"{value:,.1f}"
    return text.removeprefix("-") if not any(digit in text for digit in "123456789") else text
