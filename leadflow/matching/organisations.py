"""What identifies an organisation: its core name, legal form, reading, number and site."""

import re
from collections.abc import Hashable, Sequence
from typing import Final, NamedTuple

from leadflow.errors import InvalidValueError
from leadflow.matching.people import FREE_MAIL
from leadflow.matching.wordings import shortens
from leadflow.matching.words import (
    as_text,
    folded_text,
    is_kana,
    kana_romaji,
    latin_key,
    numerals_of,
    script_of,
    words,
)
from leadflow.values.companies import CompanyName

__all__ = [
    "NameParts",
    "abbreviates",
    "acronym_of",
    "derive_company",
    "host_of",
    "read_company",
    "read_name",
    "read_reading",
    "read_site",
    "read_url",
]

_SCHEME: Final = re.compile(r"^[a-z]+://")
_PATH: Final = re.compile(r"[/?:#]")
_SHORT: Final = 4


def host_of(text: str) -> str | None:
    """Return the host of an address or URL without ``www``.

    Example:
        >>> host_of("https://www.example.co.jp/a"), host_of("a@example.com")
        ('example.co.jp', 'example.com')
    """
    host = text.casefold().rpartition("@")[2]
    if "/" in host or ":" in host:
        host = _SCHEME.sub("", host)
    if _PATH.search(host) is not None:
        host = _PATH.split(host, 1)[0]
    return host.removeprefix("www.").strip(". ") or None


def acronym_of(tokens: Sequence[str]) -> str | None:
    """Return the initials of several words, or a single short word as it is.

    Example:
        >>> acronym_of(["acme", "chemicals"]), acronym_of(["ac"]), acronym_of(["chemicals"])
        ('ac', 'ac', None)
    """
    if len(tokens) == 1:
        return tokens[0] if len(tokens[0]) <= _SHORT else None
    return "".join(word[0] for word in tokens)


def abbreviates(a: str, b: str) -> float:
    """Say whether two names agree word by word, in any order, when words may be abbreviated.

    A word abbreviates another of at least four letters when it is at least two letters, begins with the
    same letter and its letters occur in the other in that order.

    Returns:
        1.0 or 0.0.

    Example:
        >>> abbreviates("thornton pkg", "thornton packaging"), abbreviates("a b", "a c")
        (1.0, 0.0)
    """
    left, right = a.split(" "), b.split(" ")
    if len(left) != len(right):
        return 0.0
    rest = list(right)
    whole = 0
    for word in left:
        if word in rest:
            rest.remove(word)
            whole += 1
            continue
        match = next((other for other in rest if shortens(word, other) or shortens(other, word)), None)
        if match is None:
            return 0.0
        rest.remove(match)
    return 1.0 if whole else 0.0


class NameParts(NamedTuple):
    """What a company's name says, each part None where it says nothing.

    Attributes:
        core: the comparison key of the core name.
        form: the legal form.
        ordered: the words in alphabetical order.
        tokens: the words.
        initials: the words' first letters in alphabetical order.
        acronym: the words' first letters in their order.
        reading: the Latin key of a kana name.
        latin: the Latin key of a Latin name.
        numerals: the numbers in the name.
        script: which script the core name is in.
    """

    core: str | None = None
    form: str | None = None
    ordered: str | None = None
    tokens: tuple[str, ...] | None = None
    initials: str | None = None
    acronym: str | None = None
    reading: str | None = None
    latin: str | None = None
    numerals: str | None = None
    script: str | None = None


def read_name(text: str) -> NameParts:
    """Read a company's name.

    Example:
        >>> read_name("Acme Chemicals Ltd").acronym
        'ac'
    """
    try:
        parsed = CompanyName.parse(text)
    except InvalidValueError:
        return NameParts()
    core = parsed.key
    if not core:
        return NameParts()
    tokens = words(core.replace("'", "")) or None
    latin = tokens if core.isascii() else None
    return NameParts(
        core=core,
        form=parsed.legal_form or None,
        ordered=" ".join(sorted(latin)) if latin else None,
        tokens=tokens,
        initials="".join(sorted(word[0] for word in latin)) if latin else None,
        acronym=acronym_of(latin) if latin else None,
        reading=kana_romaji(core) if is_kana(core) else None,
        latin=latin_key(core) if core.isascii() else None,
        numerals=numerals_of(core),
        script=script_of(core),
    )


def read_company(cell: Hashable) -> NameParts | None:
    """Read a cell as the name of a company.

    Example:
        >>> read_company("㈱日立製作所").core, read_company("-")
        ('日立製作所', None)
    """
    text = as_text(cell)
    return read_name(text) if text else None


def read_reading(cell: Hashable) -> str | None:
    """Return the Latin key of a company's kana without its legal form; an empty text where there is none.

    Example:
        >>> read_reading("カブシキガイシャサトウ")
        'sato'
    """
    text = as_text(cell)
    return None if text is None else kana_romaji(_reading_core(text)) or ""


def read_site(cell: Hashable) -> str | None:
    """Return the host of an address or URL, unless anybody can have an address there.

    Example:
        >>> read_site("taro@example.co.jp"), read_site("taro@gmail.com")
        ('example.co.jp', None)
    """
    text = as_text(cell)
    host = host_of(text) if text else None
    return None if host in FREE_MAIL else host


def derive_company(
    readings: tuple[NameParts | None, str | None, str | None, str | None],
) -> tuple[object, ...]:
    """Derive the features of a company.

    Args:
        readings: what ``read_company``, ``read_reading``, ``digits_of`` and ``read_site`` read of name, kana, corporate
            number and site.

    Example:
        >>> derive_company((read_company("㈱日立製作所"), None, None, None))[:2]
        ('日立製作所', '株式会社')
    """
    name, kana, number, site = readings
    parts = _NOTHING if name is None else name
    return (
        parts.core,
        parts.form,
        parts.ordered,
        parts.tokens,
        parts.initials,
        parts.acronym,
        parts.reading if kana is None else kana or None,
        parts.latin,
        number,
        site,
        parts.script,
        parts.numerals,
    )


_NOTHING: Final = NameParts()
_FORM_READING: Final = re.compile(
    r"カブシキ[ガカ]イシャ|ユウゲン[ガカ]イシャ|ゴウドウ[ガカ]イシャ|ゴウシ[ガカ]イシャ|ゴウメイ[ガカ]イシャ"
)


def _reading_core(kana: str) -> str:
    folded = folded_text(kana) or ""
    return _FORM_READING.sub("", folded).strip() or folded


def read_url(cell: Hashable) -> tuple[str | None, str | None]:
    """Read the host of a URL and its first label.

    Example:
        >>> read_url("http://www.example.co.jp/")
        ('example.co.jp', 'example')
    """
    text = folded_text(cell)
    host = host_of(text) if text else None
    return (host, host.partition(".")[0] if host else None)
