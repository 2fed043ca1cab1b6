"""What identifies an organisation: its core name, legal form, reading, number and site."""

import re
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache, partial
from typing import Final

import attrs

from leadflow.errors import InvalidValueError
from leadflow.matching.people import FREE_MAIL
from leadflow.matching.wordings import shortens
from leadflow.matching.words import (
    as_text,
    digits_of,
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
    "core_name",
    "derive_company",
    "derive_url",
    "host_of",
    "read_name",
    "remembering_company",
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


@attrs.frozen(kw_only=True)
class NameParts:
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
    parsed = _parsed(text)
    core = "" if parsed is None else parsed.key
    if parsed is None or not core:
        return NameParts()
    tokens = words(core.replace("'", "")) or None
    latin = core.isascii() and tokens is not None
    return NameParts(
        core=core,
        form=parsed.legal_form or None,
        ordered=" ".join(sorted(tokens)) if latin and tokens else None,
        tokens=tokens,
        initials="".join(sorted(word[0] for word in tokens)) if latin and tokens else None,
        acronym=acronym_of(tokens) if latin and tokens else None,
        reading=kana_romaji(core) if is_kana(core) else None,
        latin=latin_key(core),
        numerals=numerals_of(core),
        script=script_of(core),
    )


def core_name(cell: Hashable) -> str | None:
    """Return the first feature of ``derive_company`` for a name, without deriving the others.

    Example:
        >>> core_name("㈱日立製作所")
        '日立製作所'
    """
    text = as_text(cell)
    parsed = _parsed(text) if text else None
    return None if parsed is None else parsed.key or None


@lru_cache(maxsize=256)
def _parsed(text: str) -> CompanyName | None:
    """Read a name; the keys and the features of a record ask for the same one."""
    try:
        return CompanyName.parse(text)
    except InvalidValueError:
        return None


def derive_company(
    cells: tuple[Hashable, ...], read: Callable[[str], NameParts] = read_name
) -> tuple[object, ...]:
    """Derive the features of (name, reading, corporate number, site).

    Args:
        cells: the cells.
        read: reads the name; by default without remembering.

    Example:
        >>> derive_company(("㈱日立製作所", None, None, None))[:2]
        ('日立製作所', '株式会社')
    """
    name, kana, number, site = (*cells, None, None, None)[:4]
    text, kana_text, site_text = as_text(name), as_text(kana), as_text(site)
    parts = read(text) if text else NameParts()
    host = host_of(site_text) if site_text else None
    return (
        parts.core,
        parts.form,
        parts.ordered,
        parts.tokens,
        parts.initials,
        parts.acronym,
        parts.reading if kana_text is None else kana_romaji(_reading_core(kana_text)),
        parts.latin,
        digits_of(number) if number is not None else None,
        None if host in FREE_MAIL else host,
        parts.script,
        parts.numerals,
    )


def remembering_company() -> Callable[[tuple[Hashable, ...]], tuple[object, ...]]:
    """Return ``derive_company`` that reads each name once, for many cells.

    Example:
        >>> remembering_company()(("㈱日立製作所",))[0]
        '日立製作所'
    """
    return partial(derive_company, read=lru_cache(maxsize=None)(read_name))


_FORM_READING: Final = re.compile(
    r"カブシキ[ガカ]イシャ|ユウゲン[ガカ]イシャ|ゴウドウ[ガカ]イシャ|ゴウシ[ガカ]イシャ|ゴウメイ[ガカ]イシャ"
)


def _reading_core(kana: str) -> str:
    folded = folded_text(kana) or ""
    return _FORM_READING.sub("", folded).strip() or folded


def derive_url(cells: tuple[Hashable, ...]) -> tuple[object, ...]:
    """Derive the host of a URL and its first label.

    Example:
        >>> derive_url(("http://www.example.co.jp/",))
        ('example.co.jp', 'example')
    """
    text = folded_text(cells[0])
    host = host_of(text) if text else None
    return (host, host.partition(".")[0] if host else None)
