"""How two names that share something differ: in a variant of a word, or in another word."""

import re
from typing import Final

from rapidfuzz.distance import JaroWinkler

from leadflow.matching.words import is_kana

__all__ = ["other_word", "shortens"]

_LITTLE: Final = frozenset(
    ["a", "an", "and", "at", "by", "da", "de", "del", "di", "du", "for", "la", "le", "of", "on", "the"]
)
_VARIANT: Final = 0.85
_WHOLE: Final = 0.9
_UNLIKE: Final = 0.4
_ASCII_OR_KANA: Final = re.compile("[\0-\x7f\u3041-\u30ff]")


def shortens(short: str, long: str) -> bool:
    """Say whether a word abbreviates another of at least four letters.

    It is at least two letters, begins with the same letter, and its letters occur in the other in that order.

    Example:
        >>> shortens("pkg", "packaging"), shortens("p", "packaging")
        (True, False)
    """
    if (
        len(short) < 2 or len(long) < 4 or len(short) >= len(long) or short[0] != long[0]
    ):  # initials and numerals
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def other_word(a: str, b: str) -> float:
    """Say whether each of two folded names has a word of its own that is no variant of one of the other's.

    A variant is an abbreviation, a typing error, initials, or the same letters divided otherwise. Names in Japanese
    are not divided into words: what is left between their common beginning and end is compared, if both sides write
    it in one script.

    Returns:
        1.0 or 0.0.

    Example:
        >>> other_word("acme foods", "acme systems"), other_word("acme pkg", "acme packaging")
        (1.0, 0.0)
        >>> other_word("三菱電機", "三菱重工"), other_word("トヨタ自動車", "豊田自動車")
        (1.0, 0.0)
    """
    if a.isascii() != b.isascii():
        return 0.0
    return float(_other_word(a, b) if a.isascii() else _other_part(a, b))


def _other_word(a: str, b: str) -> bool:
    left, right = a.split(), b.split()
    mine = [word for word in left if word not in right and word not in _LITTLE]
    theirs = [word for word in right if word not in left and word not in _LITTLE]
    if not mine or not theirs:
        return False
    for joined, words in (("".join(mine), theirs), ("".join(theirs), mine)):
        initials = "".join(word[0] for word in words)
        if joined == initials or JaroWinkler.similarity(joined, "".join(words)) >= _WHOLE:
            return False
    return _left_over(mine, theirs, shared=len(left) > len(mine)) and _left_over(
        theirs, mine, shared=len(right) > len(theirs)
    )


def _left_over(mine: list[str], theirs: list[str], *, shared: bool) -> bool:
    """Pair words off with their variants; say whether both sides have some left and anything is in common."""
    rest = sorted(theirs)
    alone = 0
    for word in sorted(mine):
        variant = next((other for other in rest if _are_variants(word, other)), None)
        if variant is None:
            alone += 1
        else:
            rest.remove(variant)
    return alone > 0 and bool(rest) and (shared or alone < len(mine))


def _are_variants(a: str, b: str) -> bool:
    if min(len(a), len(b)) == 1:
        return a[0] == b[0]
    return shortens(a, b) or shortens(b, a) or JaroWinkler.similarity(a, b) >= _VARIANT


def _other_part(a: str, b: str) -> bool:
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    a, b = a[start:], b[start:]
    end = 0
    while end < min(len(a), len(b)) and a[-1 - end] == b[-1 - end]:
        end += 1
    a, b = a[: len(a) - end], b[: len(b) - end]
    if (
        min(len(a), len(b)) < 2 or start + end < 2
    ):  # one character may be mistyped, and one in common is chance
        return False
    return _script(a) == _script(b) != "mixed" and JaroWinkler.similarity(a, b) < _UNLIKE


def _script(text: str) -> str:
    if is_kana(text):
        return "kana"
    if text.isascii():
        return "latin"
    return "mixed" if _ASCII_OR_KANA.search(text) else "kanji"
