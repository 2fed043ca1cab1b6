"""What identifies an organisation: its core name, legal form, reading, number and site."""

import re
from collections.abc import Hashable, Sequence
from typing import Final

from leadflow.errors import InvalidValueError
from leadflow.matching.people import FREE_MAIL
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

__all__ = ["abbreviates", "acronym_of", "derive_company", "derive_url", "host_of"]

_SCHEME: Final = re.compile(r"^[a-z]+://")
_SHORT: Final = 4


def host_of(text: str) -> str | None:
    """Return the host of an address or URL without ``www``.

    Example:
        >>> host_of("https://www.example.co.jp/a"), host_of("a@example.com")
        ('example.co.jp', 'example.com')
    """
    host = _SCHEME.sub("", text.casefold()).rpartition("@")[2]
    for mark in "/?:#":
        host = host.partition(mark)[0]
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
        match = next((other for other in rest if _shortens(word, other) or _shortens(other, word)), None)
        if match is None:
            return 0.0
        rest.remove(match)
    return 1.0 if whole else 0.0


def _shortens(short: str, long: str) -> bool:
    if (
        len(short) < 2 or len(long) < 4 or len(short) >= len(long) or short[0] != long[0]
    ):  # initials and numerals
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def derive_company(cells: tuple[Hashable, ...]) -> tuple[object, ...]:
    """Derive the features of (name, reading, corporate number, site).

    Example:
        >>> derive_company(("㈱日立製作所", None, None, None))[:2]
        ('日立製作所', '株式会社')
    """
    name, kana, number, site = (*cells, None, None, None)[:4]
    text = as_text(name)
    core = form = ordered = initials = acronym = reading = latin = numerals = None
    tokens: tuple[str, ...] | None = None
    if text:
        try:
            parsed = CompanyName.parse(text)
        except InvalidValueError:
            parsed = None
        if parsed is not None and parsed.key:
            core, form = parsed.key, parsed.legal_form or None
            tokens = words(core.replace("'", "")) or None
            reading = kana_romaji(core) if is_kana(core) else None
            latin = latin_key(core)
            numerals = numerals_of(core)
            if core.isascii() and tokens:
                ordered = " ".join(sorted(tokens))
                initials = "".join(sorted(word[0] for word in tokens))
                acronym = acronym_of(tokens)
    if (kana_text := as_text(kana)) is not None:
        reading = kana_romaji(_reading_core(kana_text))
    host = host_of(as_text(site) or "")
    host = None if host in FREE_MAIL else host
    return (
        core,
        form,
        ordered,
        tokens,
        initials,
        acronym,
        reading,
        latin,
        digits_of(number),
        host,
        script_of(core),
        numerals,
    )


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
