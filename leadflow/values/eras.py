"""Japanese eras."""

import datetime as dt
from typing import NamedTuple

__all__ = ["ERAS", "Era", "era_of"]


class Era(NamedTuple):
    """An era: its name, its letter and its first day."""

    name: str
    letter: str
    first_day: dt.date
    last_day: dt.date


ERAS = (
    Era("令和", "R", dt.date(2019, 5, 1), dt.date.max),
    Era("平成", "H", dt.date(1989, 1, 8), dt.date(2019, 4, 30)),
    Era("昭和", "S", dt.date(1926, 12, 25), dt.date(1989, 1, 7)),
    Era("大正", "T", dt.date(1912, 7, 30), dt.date(1926, 12, 24)),
    # Before 1873 the calendar was lunar: its dates are not those of the Gregorian calendar.
    Era("明治", "M", dt.date(1873, 1, 1), dt.date(1912, 7, 29)),
)
"""The eras of the Gregorian calendar in Japan, latest first.

References:
    Era Name Act (元号法), 1979, and the cabinet orders of 1989 and 2019; Dajōkan decree 337 of 1872.
"""

_FIRST_YEARS = {"令和": 2019, "平成": 1989, "昭和": 1926, "大正": 1912, "明治": 1868}
_BY_NAME = {spelling: era for era in ERAS for spelling in (era.name, era.name[0], era.letter)}


def era_of(spelling: str) -> tuple[Era, int] | None:
    """Return an era and the Gregorian year of its first year.

    Args:
        spelling: the name in kanji, its first kanji, or the capital letter.

    Returns:
        The era and the year, or None if there is no such era.

    Example:
        >>> era, first_year = era_of("R")
        >>> era.name, first_year
        ('令和', 2019)
    """
    era = _BY_NAME.get(spelling)
    return (era, _FIRST_YEARS[era.name]) if era is not None else None
