"""The kinds of comparison: which features each reads out of a record's cells."""

import datetime as dt
import re
from collections.abc import Callable, Hashable, Mapping
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs

from leadflow.matching.organisations import (
    derive_company,
    read_company,
    read_reading,
    read_site,
    read_url,
)
from leadflow.matching.people import (
    derive_fixed_phone,
    derive_mobile_phone,
    derive_person,
    derive_phone,
    read_email,
    read_kana,
    read_phone,
)
from leadflow.matching.places import derive_address, read_postal_code
from leadflow.matching.readings import Reading
from leadflow.matching.words import as_text, digits_of, folded_text, numerals_of, squeezed, words
from leadflow.values.folding import fold

__all__ = ["KINDS", "Cells", "Derived", "Kind"]

Cells: TypeAlias = tuple[Hashable, ...]
"""One cell per column of a comparison; None where missing."""

Derived: TypeAlias = tuple[object, ...]
"""One value per feature: a text, a tuple of tokens, a number, or None."""


@attrs.frozen(kw_only=True)
class Kind:
    """How one kind of comparison reads cells.

    Attributes:
        features: feature name to its type: ``text``, ``tokens`` or ``number``.
        reads: what is read of a cell of each column; the last also of all further columns.
        derive: what was read of a record's cells to one value per feature, in that order; by default the one thing
            read holds them.
        crossed: groups of text features whose values are compared with each other.

    Example:
        >>> KINDS["phone"].of(("03-1234-5678", None))
        (('312345678',), '312345678', '31234')
    """

    features: Mapping[str, str]
    reads: tuple[Reading, ...]
    derive: Callable[[tuple[Any, ...]], Derived] = itemgetter(0)
    crossed: tuple[tuple[str, ...], ...] = ()

    def reading(self, place: int) -> Reading:
        """Return what is read of a cell of one of the columns."""
        return self.reads[min(place, len(self.reads) - 1)]

    def of(self, cells: Cells) -> Derived:
        """Return one value per feature of one record's cells, not all of which are missing."""
        return self.derive(
            tuple(None if cell is None else self.reading(place)(cell) for place, cell in enumerate(cells))
        )


def _phrase(cell: Hashable) -> Derived:
    text = folded_text(cell)
    if text is None:
        return (None,) * 5
    spelled = text.replace("&", " and ").replace("'s ", "s ").replace("'", "") if text.isascii() else text
    tokens = words(spelled)
    if not tokens:
        return (text, None, None, None, None)
    ordered = sorted(tokens)
    plain = " ".join(tokens) if text.isascii() else text.replace(" ", "")
    return (plain, " ".join(ordered), tokens, "".join(word[0] for word in ordered), numerals_of(text))


_ISO_DATE: Final = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?")


def _date(value: Hashable) -> Derived:
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return (value.strftime("%Y%m%d"), float(value.toordinal()), value.strftime("%m%d"))
    text = as_text(value)
    if text is None:
        return (None, None, None)
    folded = fold(text)
    match = _ISO_DATE.match(folded)
    if not match:
        return (folded or None, None, None)
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    key = f"{year:04d}{month:02d}{day:02d}"
    try:
        ordinal: float | None = float(dt.date(year, month, day).toordinal())
    except ValueError:
        ordinal = None
    return (key, ordinal, key[4:])


def _number(cell: Hashable) -> Derived:
    text = as_text(cell)
    if text is None:
        return (None, None)
    try:
        number = float(fold(text).replace(",", ""))
    except ValueError:
        return (None, fold(text))
    if number != number or number in {float("inf"), float("-inf")}:  # noqa: PLR0124  # NaN
        return (None, None)
    return (number, repr(number))


_SEPARATOR: Final = re.compile(r"\s*[,;|/、；，・\n]\s*")


def _items(cell: Hashable) -> frozenset[str]:
    if isinstance(cell, tuple):
        return frozenset(text for text in map(folded_text, cell) if text)
    text = folded_text(cell)
    return frozenset() if text is None else frozenset(part for part in _SEPARATOR.split(text) if part)


def _set_of(readings: tuple[frozenset[str] | None, ...]) -> Derived:
    items = sorted(frozenset().union(*filter(None, readings)))
    return ("\x1f".join(items), tuple(items)) if items else (None, None)


_PHRASE: Final = MappingProxyType(
    {"text": "text", "ordered": "text", "tokens": "tokens", "initials": "text", "numerals": "text"}
)
_PHONE: Final = MappingProxyType({"numbers": "tokens", "number": "text", "area": "text"})

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "exact": Kind(features={"text": "text"}, reads=(as_text,), derive=tuple),
        "source": Kind(features={"text": "text"}, reads=(as_text,), derive=tuple),
        "text": Kind(features={"text": "text"}, reads=(folded_text,), derive=tuple),
        "phrase": Kind(features=_PHRASE, reads=(_phrase,)),
        "title": Kind(features=_PHRASE, reads=(_phrase,)),
        "custom": Kind(features={"text": "text"}, reads=(folded_text,), derive=tuple),
        "identifier": Kind(features={"text": "text"}, reads=(squeezed,), derive=tuple),
        "person_name": Kind(
            features=dict.fromkeys(
                (
                    "full",
                    "given",
                    "family",
                    "ordered",
                    "reading",
                    "family_reading",
                    "given_reading",
                    "initials",
                    "swapped",
                    "script",
                    "kanji",
                ),
                "text",
            ),
            reads=(folded_text, folded_text, folded_text, read_kana),
            derive=derive_person,
            crossed=(("full", "swapped"), ("given", "family")),
        ),
        "company": Kind(
            features={
                "core": "text",
                "form": "text",
                "ordered": "text",
                "tokens": "tokens",
                "initials": "text",
                "acronym": "text",
                "reading": "text",
                "latin": "text",
                "number": "text",
                "site": "text",
                "script": "text",
                "numerals": "text",
            },
            reads=(read_company, read_reading, digits_of, read_site),
            derive=derive_company,
            crossed=(("reading", "latin"),),
        ),
        "email": Kind(
            features=dict.fromkeys(
                ("address", "personal", "local", "domain", "site", "initials", "letters", "site_numerals"),
                "text",
            ),
            reads=(read_email,),
        ),
        "phone": Kind(features=_PHONE, reads=(read_phone,), derive=derive_phone),
        "fixed_phone": Kind(features=_PHONE, reads=(read_phone,), derive=derive_fixed_phone),
        "mobile_phone": Kind(features=_PHONE, reads=(read_phone,), derive=derive_mobile_phone),
        "postal_code": Kind(features={"code": "text", "area": "text"}, reads=(read_postal_code,)),
        "address": Kind(
            features={"text": "text", "place": "text", "block": "text", "tokens": "tokens"},
            reads=(as_text,),
            derive=derive_address,
        ),
        "url": Kind(features={"host": "text", "name": "text"}, reads=(read_url,)),
        "date": Kind(features={"date": "text", "ordinal": "number", "month_day": "text"}, reads=(_date,)),
        "number": Kind(features={"number": "number", "text": "text"}, reads=(_number,)),
        "set_of": Kind(features={"text": "text", "items": "tokens"}, reads=(_items,), derive=_set_of),
        "corporate_number": Kind(features={"number": "text"}, reads=(digits_of,), derive=tuple),
    }
)
"""Every kind of comparison with its features, the most telling one first."""
