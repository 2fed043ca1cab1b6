"""What identifies a person: names in any order and script, mail addresses, telephone numbers."""

import re
from collections.abc import Hashable
from functools import lru_cache
from typing import Final

from leadflow.matching.words import as_text, folded_text, latin_key, numerals_of, romaji_of, script_of
from leadflow.values.folding import fold, fold_variants

__all__ = [
    "FREE_MAIL",
    "ROLE_MAILBOXES",
    "derive_fixed_phone",
    "derive_mobile_phone",
    "derive_person",
    "derive_phone",
    "person_key",
    "read_email",
    "read_kana",
    "read_phone",
    "whole_name",
]

_LAST_LETTER: Final = "\u4dff"
"""Behind it come kanji and, for which the same holds, the syllables of hangul."""

_SPACES: Final = re.compile(r"[\s・,]+")
_PUNCTUATION: Final = re.compile(r"[._\-]+")
_TAG: Final = re.compile(r"\+.*$")

FREE_MAIL: Final = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.co.jp",
        "yahoo.com",
        "yahoo.ne.jp",
        "ymail.ne.jp",
        "outlook.com",
        "outlook.jp",
        "hotmail.com",
        "hotmail.co.jp",
        "live.jp",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "aol.jp",
        "proton.me",
        "protonmail.com",
        "gmx.com",
        "gmx.net",
        "gmx.de",
        "mail.com",
        "mail.ru",
        "qq.com",
        "163.com",
        "126.com",
        "naver.com",
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "au.com",
        "softbank.ne.jp",
        "i.softbank.jp",
        "vodafone.ne.jp",
        "ymobile.ne.jp",
        "y-mobile.ne.jp",
        "uqmobile.jp",
        "nifty.com",
        "biglobe.ne.jp",
        "ocn.ne.jp",
        "so-net.ne.jp",
        "plala.or.jp",
        "dion.ne.jp",
        "asahi-net.or.jp",
        "hi-ho.ne.jp",
        "eonet.ne.jp",
        "jcom.home.ne.jp",
        "ybb.ne.jp",
        "goo.jp",
        "mail.goo.ne.jp",
        "infoseek.jp",
        "rakuten.jp",
        "excite.co.jp",
        "willcom.com",
        "hotmail.co.uk",
        "yahoo.co.uk",
        "btinternet.com",
        "comcast.net",
        "verizon.net",
        "att.net",
        "sbcglobal.net",
        "orange.fr",
        "web.de",
        "t-online.de",
    ]
)
"""Mail domains that anybody can have an address at."""

ROLE_MAILBOXES: Final = frozenset(
    [
        "info",
        "sales",
        "support",
        "contact",
        "admin",
        "office",
        "webmaster",
        "postmaster",
        "noreply",
        "no-reply",
        "recruit",
        "saiyo",
        "jinji",
        "soumu",
        "somu",
        "eigyo",
        "kouhou",
        "koho",
        "toiawase",
        "inquiry",
        "marketing",
        "press",
        "pr",
        "ir",
        "hr",
        "mail",
        "help",
        "service",
        "customer",
        "cs",
        "order",
        "accounting",
        "keiri",
        "kaihatsu",
        "general",
        "reception",
        "hello",
        "enquiries",
        "billing",
        "jobs",
        "team",
    ]
)
"""Local parts that name a role rather than a person."""


def read_kana(cell: Hashable) -> str | None:
    """Return the Latin key of a reading; an empty text where something stands that is none.

    Example:
        >>> read_kana("サトウ"), read_kana("佐藤"), read_kana("-")
        ('sato', '', None)
    """
    folded = folded_text(cell)
    return None if folded is None else romaji_of(folded) or ""


def derive_person(readings: tuple[str | None, ...]) -> tuple[object, ...]:
    """Derive the features of a person.

    Args:
        readings: given, family and full name, folded; then what ``read_kana`` reads of each. Missing ones may be left out.

    Example:
        >>> derive_person(("太郎", "佐藤"))[:3]
        ('佐藤太郎', '太郎', '佐藤')
    """
    given, family, full, given_kana, family_kana, full_kana = (*readings, *(None,) * 6)[:6]
    if full is not None and given is None and family is None:
        given, family = _split(full)
    elif full is None and (given or family):
        full = " ".join(part for part in (family, given) if part)
    given_reading, family_reading = _reading(given_kana, given), _reading(family_kana, family)
    reading = _reading(full_kana, None)
    if reading and " " in reading and not (given_reading and family_reading):
        family_reading, _, given_reading = reading.partition(" ")
    if reading is None and given_reading and family_reading:
        reading = f"{family_reading} {given_reading}"
    if reading is None and full is not None:
        reading = _latin(full)
    whole = given is not None and family is not None
    plain = _whole(given, family, full)
    return (
        plain,
        given,
        family,
        " ".join(sorted(_words(full))) if full is not None and whole else None,
        " ".join(sorted(reading.split())) if reading else None,
        family_reading,
        given_reading,
        "".join(sorted((given[0], family[0]))) if given and family else None,
        f"{given}{family}" if whole and not full.isascii() else None,  # type: ignore[union-attr]  # whole
        script_of(full or given or family),
        _kanji(plain),
    )


def _kanji(plain: str | None) -> str | None:
    """Return a name that is not spelled but written in signs that mean something, variant ones as one."""
    return fold_variants(plain, "loose") if plain and max(plain) > _LAST_LETTER else None


def whole_name(full: str | None) -> str | None:
    """Return the first feature of ``derive_person`` for a full name, without deriving the others.

    Args:
        full: the name, folded.

    Example:
        >>> whole_name("佐藤 太郎") == derive_person((None, None, "佐藤 太郎"))[0]
        True
    """
    return None if full is None else _whole(*_split(full), full)


def person_key(full: str | None) -> str | None:
    """Return a full name as it is looked for: variant kanji that registers keep apart are one.

    Args:
        full: the name, folded.

    Example:
        >>> person_key("斎藤 健"), person_key("斉藤健")
        ('斉藤健', '斉藤健')
    """
    plain = whole_name(full)
    return None if plain is None else fold_variants(plain, "loose")


def _split(full: str) -> tuple[str | None, str | None]:
    """Return given and family name of a full name, None where it is one word."""
    parts = _words(full)
    if "" in parts:  # a separator that is no blank stands at an end
        parts = [part for part in parts if part]
    if len(parts) < 2:
        return None, None
    latin = full.isascii() and "," not in full
    return (parts[0], parts[-1]) if latin else (parts[-1], parts[0])


def _words(full: str) -> list[str]:
    """Divide a folded name, in which white space is one blank between characters."""
    return _SPACES.split(full) if "・" in full or "," in full else full.split(" ")


def _reading(kana: str | None, name: str | None) -> str | None:
    if kana is not None:
        return kana or None
    return _latin(name) if name is not None else None


def _latin(folded: str) -> str | None:
    return latin_key(folded) if folded.isascii() else None


def _whole(given: str | None, family: str | None, full: str | None) -> str | None:
    if full is None or (given is None) != (family is None):
        return None
    if (
        full.isascii() and family is not None and given is not None and len(_words(full)) == 2
    ):  # family and given
        return f"{family} {given}"
    return " ".join(sorted(_words(full))) if full.isascii() else "".join(_words(full))


def read_email(cell: Hashable) -> tuple[str | None, ...]:
    """Read what a mail address says.

    These are the address, the address if it is personal, its local part, its domain, the domain if it is
    a company's, the initials and digits of the local part, in which colleagues differ, a personal local part
    without punctuation, and the numbers in the domain, in which companies differ.

    Example:
        >>> read_email("Taro.Sato1+a@Example.co.jp")[2:]
        ('taro.sato1', 'example.co.jp', 'example.co.jp', 'ts1', 'tarosato1', '-')
        >>> read_email("info@gmail.com")[:5]
        ('info@gmail.com', None, None, 'gmail.com', None)
    """
    text = as_text(cell)
    if text is None:
        return (None,) * 8
    address = text.casefold() if text.isascii() else fold(text)
    local, at, domain = address.rpartition("@")
    if not at:
        return (address, None, None, None, None, _initials(address), None, None)
    if "+" in local:
        local = _TAG.sub("", local) or local
    domain, site, numerals = _read_domain(domain)
    if domain == _GMAIL:
        local = local.replace(".", "")
    address, initials = f"{local}@{domain}", _initials(local)
    if local.rstrip("0123456789-_") in ROLE_MAILBOXES:
        return (address, None, None, domain or None, site, initials, None, numerals)
    letters = _PUNCTUATION.sub("", local) or None
    return (address, address, local or None, domain or None, site, initials, letters, numerals)


@lru_cache(maxsize=1 << 15)
def _read_domain(domain: str) -> tuple[str, str | None, str]:
    """Return a domain as it is compared, the same if it is a company's, and the numbers in it."""
    bare = domain.strip(". ")
    if bare in FREE_MAIL:
        bare = _GMAIL if bare == "googlemail.com" else bare
        return bare, None, numerals_of(bare)
    return bare, bare or None, numerals_of(bare)


_GMAIL: Final = "gmail.com"
_TOKEN: Final = re.compile(r"[^\W\d_]+|[0-9]+")
_INITIAL: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]|[0-9]+")
"""Of Latin tokens what initials keep: one letter, or all digits."""


def _initials(local: str) -> str:
    if local.isascii():
        return "".join(_INITIAL.findall(local))
    return "".join([token if token.isdigit() else token[0] for token in _TOKEN.findall(local)])


_EXTENSION: Final = re.compile(r"(?:;ext=|ext\.?|内線|内|x|#).*$")
_NOT_DIGIT: Final = re.compile(r"[^0-9]")
_CANONICAL: Final = re.compile(r"\+81[0-9]{2,15}")
"""A number of Japan in E.164, without extension, as nearly all are."""


def derive_phone(numbers: tuple[str | None, ...]) -> tuple[object, ...]:
    """Derive the set of numbers, the first one and its beginning.

    Args:
        numbers: as ``read_phone`` reads them; the functions below take the same.

    Example:
        >>> derive_phone(("312345678", None, "312345678"))
        (('312345678',), '312345678', '31234')
    """
    return _numbers([number for number in numbers if number is not None])


def derive_fixed_phone(numbers: tuple[str | None, ...]) -> tuple[object, ...]:
    """Derive the numbers that are not those of mobile telephones.

    Example:
        >>> derive_fixed_phone(("9012345678", "312345678"))[0]
        ('312345678',)
    """
    return _numbers([number for number in numbers if number is not None and not _MOBILE.fullmatch(number)])


def derive_mobile_phone(numbers: tuple[str | None, ...]) -> tuple[object, ...]:
    """Derive the numbers of mobile telephones: the first cell's, and others that are such in Japan.

    Example:
        >>> derive_mobile_phone((None, "9012345678", "312345678"))[0]
        ('9012345678',)
    """
    first = numbers[0]
    return _numbers(
        [
            number
            for number in numbers
            if number is not None and (number == first or _MOBILE.fullmatch(number))
        ]
    )


_MOBILE: Final = re.compile(r"[789]0[0-9]{8}")
"""Mobile numbers without trunk prefix: 070, 080, 090 (Ministry of Internal Affairs, 2024)."""


def _numbers(found: list[str]) -> tuple[object, ...]:
    if not found:
        return (None, None, None)
    first = found[0]
    return (tuple(dict.fromkeys(found)) if len(found) > 1 else (first,), first, first[:5])


def read_phone(cell: Hashable) -> str | None:
    """Read a number without country and trunk prefix, and without extension.

    Example:
        >>> read_phone("+81312345678;ext=12"), read_phone("03-1234-5678"), read_phone("+1 703-555-0100")
        ('312345678', '312345678', '17035550100')
    """
    if type(cell) is str and _CANONICAL.fullmatch(cell):
        return cell[3:].lstrip("0")
    text = as_text(cell)
    if text is None:
        return None
    text = text if text.isascii() else fold(text)
    digits = _NOT_DIGIT.sub("", _EXTENSION.sub("", text))
    if len(digits) < 4 or len(set(digits)) < 2:  # too short for a number, or 0000000
        return None
    if text.startswith("+81"):
        return digits[2:].lstrip("0")
    number = digits[-10:].lstrip("0")
    # With its country code +1 703 555 0100 is not taken for a mobile telephone of Japan.
    return digits if text.startswith("+") and _MOBILE.fullmatch(number) else number or None
