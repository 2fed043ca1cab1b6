"""The kinds of comparison: which features each reads out of a record's cells."""

import datetime as dt
import re
from collections.abc import Callable, Hashable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs

from leadflow.matching.organisations import derive_company, derive_url, remembering_company
from leadflow.matching.people import (
    derive_email,
    derive_fixed_phone,
    derive_mobile_phone,
    derive_person,
    derive_phone,
)
from leadflow.matching.places import derive_address, derive_postal_code
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
        derive: cells to one value per feature, in that order.
        crossed: groups of text features whose values are compared with each other.
        remembering: makes a ``derive`` for many cells that does nothing twice.
    """

    features: Mapping[str, str]
    derive: Callable[[Cells], Derived]
    crossed: tuple[tuple[str, ...], ...] = ()
    remembering: Callable[[], Callable[[Cells], Derived]] | None = None

    def reader(self) -> Callable[[Cells], Derived]:
        """Return what derives the features of many cells."""
        return self.derive if self.remembering is None else self.remembering()


def _phrase(cells: Cells) -> Derived:
    text = folded_text(cells[0])
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


def _date(cells: Cells) -> Derived:
    value = cells[0]
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


def _number(cells: Cells) -> Derived:
    text = as_text(cells[0])
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


def _set_of(cells: Cells) -> Derived:
    items: set[str] = set()
    for cell in cells:
        if isinstance(cell, tuple):
            items.update(text for text in map(folded_text, cell) if text)
        elif (text := folded_text(cell)) is not None:
            items.update(part for part in _SEPARATOR.split(text) if part)
    if not items:
        return (None, None)
    return ("\x1f".join(sorted(items)), tuple(sorted(items)))


_PHRASE: Final = MappingProxyType(
    {"text": "text", "ordered": "text", "tokens": "tokens", "initials": "text", "numerals": "text"}
)
_PHONE: Final = MappingProxyType({"numbers": "tokens", "number": "text", "area": "text"})

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "exact": Kind(features={"text": "text"}, derive=lambda cells: (as_text(cells[0]),)),
        "source": Kind(features={"text": "text"}, derive=lambda cells: (as_text(cells[0]),)),
        "text": Kind(features={"text": "text"}, derive=lambda cells: (folded_text(cells[0]),)),
        "phrase": Kind(features=_PHRASE, derive=_phrase),
        "title": Kind(features=_PHRASE, derive=_phrase),
        "custom": Kind(features={"text": "text"}, derive=lambda cells: (folded_text(cells[0]),)),
        "identifier": Kind(features={"text": "text"}, derive=lambda cells: (squeezed(cells[0]),)),
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
                ),
                "text",
            ),
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
            derive=derive_company,
            remembering=remembering_company,
            crossed=(("reading", "latin"),),
        ),
        "email": Kind(
            features=dict.fromkeys(
                ("address", "personal", "local", "domain", "site", "initials", "letters", "site_numerals"),
                "text",
            ),
            derive=derive_email,
        ),
        "phone": Kind(features=_PHONE, derive=derive_phone),
        "fixed_phone": Kind(features=_PHONE, derive=derive_fixed_phone),
        "mobile_phone": Kind(features=_PHONE, derive=derive_mobile_phone),
        "postal_code": Kind(features={"code": "text", "area": "text"}, derive=derive_postal_code),
        "address": Kind(
            features={"text": "text", "place": "text", "block": "text", "tokens": "tokens"},
            derive=derive_address,
        ),
        "url": Kind(features={"host": "text", "name": "text"}, derive=derive_url),
        "date": Kind(features={"date": "text", "ordinal": "number", "month_day": "text"}, derive=_date),
        "number": Kind(features={"number": "number", "text": "text"}, derive=_number),
        "set_of": Kind(features={"text": "text", "items": "tokens"}, derive=_set_of),
        "corporate_number": Kind(features={"number": "text"}, derive=lambda cells: (digits_of(cells[0]),)),
    }
)
"""Every kind of comparison with its features, the most telling one first."""
