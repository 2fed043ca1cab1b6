"""Conditions for the ways in which organisations are cut: places, industries, sizes, interests."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final

from leadflow.conditions import Condition, activity, any_of, field
from leadflow.errors import DefinitionError

__all__ = ["employees", "industry", "interest", "place", "postal_prefixes"]

_POSTAL: Final = re.compile(r"(\d{1,7})")
_DIGITS: Final = 7


def place(*places: str) -> Condition:
    """Return the condition that a lead is in one of some places.

    Args:
        places: a prefecture (``"東京都"``), a city within its prefecture (``"神奈川県/川崎市"``), a beginning of postal
            codes (``"150-"``) or a range of them (``"150-0001..150-0047"``, both included).

    Raises:
        DefinitionError: there are none, or a range runs backwards.

    Example:
        >>> place("東京都").text()
        'prefecture is "東京都"'
        >>> place("神奈川県/川崎市").text()
        'prefecture is "神奈川県" and city starts with any of ["川崎市"]'
        >>> place("150-0001..150-0019").text()
        'postal_code starts with any of ["150-0001", "150-0002", "150-0003", "150-0004", "150-0005", "150-0006", "150-0007", "150-0008", "150-0009", "150-001"]'
    """
    if not places:
        raise DefinitionError("An area needs at least one place, such as a prefecture.")
    prefectures: list[str] = []
    cities: list[list[str]] = []
    codes: list[str] = []
    for name in places:
        if name[:1].isdecimal():
            codes += postal_prefixes(name)
        elif "/" in name:
            cities.append(name.split("/", 1))
        else:
            prefectures.append(name)
    parts: list[Condition] = []
    if prefectures:
        parts.append(field("prefecture").is_in(*prefectures))
    # A ward follows the city's name in the same field: 川崎市 covers 川崎市中原区.
    parts += [
        (field("prefecture") == prefecture) & field("city").starts_with(city) for prefecture, city in cities
    ]
    if codes:
        parts.append(field("postal_code").starts_with(*codes))
    return any_of(*parts)


def postal_prefixes(codes: str) -> tuple[str, ...]:
    """Return the fewest beginnings that cover a range of postal codes.

    Args:
        codes: a beginning such as ``"150-"``, or a range of whole codes such as ``"100-0000..107-9999"``.

    Raises:
        DefinitionError: it is neither, or the range runs backwards.

    Example:
        >>> postal_prefixes("100-0000..107-9999")
        ('100-', '101-', '102-', '103-', '104-', '105-', '106-', '107-')
        >>> postal_prefixes("15")
        ('15',)
    """
    low_text, dots, high_text = codes.partition("..")
    low, high = low_text.replace("-", "").strip(), high_text.replace("-", "").strip()
    if not _POSTAL.fullmatch(low) or (dots and not (len(low) == len(high) == _DIGITS and high.isdecimal())):
        raise DefinitionError(
            f"The postal codes '{codes[:40]}' must be a beginning such as '150-' or a range such as '150-0001..150-0047'."
        )
    if not dots:
        return (_hyphenated(low),)
    first, last = int(low), int(high)
    if first > last:
        raise DefinitionError(f"The postal range '{codes}' runs backwards.")
    prefixes = []
    while first <= last:
        width = 0
        while (
            width < _DIGITS - 1 and first % 10 ** (width + 1) == 0 and first + 10 ** (width + 1) - 1 <= last
        ):
            width += 1
        prefixes.append(_hyphenated(f"{first:07d}"[: _DIGITS - width]))
        first += 10**width
    return tuple(prefixes)


def industry(*industries: str) -> Condition:
    """Return the condition that a lead's company is in one of some industries.

    Example:
        >>> industry("輸送用機器", "運輸").text()
        'industry is one of ["輸送用機器", "運輸"]'
    """
    return field("industry").is_in(*industries)


def employees(at_least: int | None = None, below: int | None = None) -> Condition:
    """Return the condition on the size of a lead's company.

    Args:
        at_least: the smallest number of employees; None is no bound.
        below: the number that is too many; None is no bound.

    Raises:
        DefinitionError: there is no bound.

    Example:
        >>> employees(300, 1000).text()
        'employees >= 300 and employees < 1000'
    """
    count = field("employees")
    if at_least is not None and below is not None:
        return (count >= at_least) & (count < below)
    if at_least is not None:
        return count >= at_least
    if below is not None:
        return count < below
    raise DefinitionError("A size of company needs at least one bound.")


def interest(
    *names: str,
    shown_by: Sequence[str] = (),
    attribute: str = "product",
    within: dt.timedelta | None = None,
) -> Condition:
    """Return the condition that a lead showed interest in one of some products or solutions.

    Args:
        names: of products or solutions, as interests and activities name them.
        shown_by: kinds of activity that show it too, such as ``("form_submitted", "document_downloaded")``.
        attribute: the activities' attribute that names the product or solution.
        within: how long an activity counts; for ever when None.

    Raises:
        DefinitionError: there are no names.

    Example:
        >>> interest("vision", shown_by=["form_submitted"]).text()
        'interests contains any of ["vision"] or count("form_submitted", product = "vision") >= 1'
    """
    if not names:
        raise DefinitionError("An interest needs at least one name of a product or solution.")
    stated = field("interests").contains_any(*names)
    if not shown_by:
        return stated
    return stated | activity(*shown_by, where={attribute: names}).exists(within=within)


def _hyphenated(digits: str) -> str:
    return f"{digits[:3]}-{digits[3:]}" if len(digits) >= 3 else digits
