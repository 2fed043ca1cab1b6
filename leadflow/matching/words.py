"""From cells to words: the text work that several kinds of comparison share."""

import re
from collections.abc import Hashable
from functools import lru_cache
from operator import add
from typing import Final

import jellyfish

from leadflow.values.filler import is_filler
from leadflow.values.folding import fold

__all__ = [
    "as_text",
    "digits_of",
    "folded_text",
    "kana_romaji",
    "latin_key",
    "numerals_of",
    "romaji_of",
    "script_of",
    "sounds_like",
    "squeezed",
    "words",
]

_LONGEST: Final = 400
_REMEMBERED: Final = 1 << 17
"""How many words each pure function remembers: the same names come again in cell after cell."""

_WORD: Final = re.compile(r"[0-9]+|[a-z]+(?:'[a-z]+)*|[^\W_a-z0-9]+")
_NOT_DIGIT: Final = re.compile(r"[^0-9]")
_LATIN_WORD: Final = re.compile(r"[a-z0-9]+")
_NOT_WORD: Final = re.compile(r"[\W_]+")


def as_text(value: Hashable) -> str | None:
    """Return a cell as text; blank cells and filler are None, whole floats lose their point.

    Example:
        >>> as_text(312345678.0), as_text("未入力"), as_text("a ")
        ('312345678', None, 'a')
    """
    if type(value) is str:  # nearly every cell
        return _stripped(value)
    if value is None:
        return None
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124  # NaN
            return None
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, tuple):
        return ", ".join(text for text in map(as_text, value) if text) or None
    return _stripped(str(value))


def _stripped(value: str) -> str | None:
    text = value.strip()
    return text[:_LONGEST] if text and not is_filler(text) else None


def folded_text(value: Hashable) -> str | None:
    """Return a cell folded for comparison, None when nothing is left.

    Example:
        >>> folded_text("ＮＴＴ　データ"), folded_text("  ")
        ('ntt データ', None)
    """
    text = as_text(value)
    return (fold(text) or None) if text else None


def words(text: str) -> tuple[str, ...]:
    """Split folded text into words; runs of Japanese become character pairs.

    Example:
        >>> words("st. john's 12"), words("日立製作所")
        (('st', "john's", '12'), ('日立', '立製', '製作', '作所'))
    """
    out: list[str] = []
    for word in _WORD.findall(text):
        if word[0] > "ÿ" and len(word) > 2:  # pairs of characters
            out.extend(map(add, word, word[1:]))
        else:
            out.append(word)
    return tuple(dict.fromkeys(out))


def digits_of(value: Hashable) -> str | None:
    """Return the digits of a cell, None without any.

    Example:
        >>> digits_of("１-2 3")
        '123'
    """
    text = folded_text(value)
    return (_NOT_DIGIT.sub("", text) or None) if text else None


def squeezed(value: Hashable) -> str | None:
    """Return the letters and digits of a cell, folded.

    Example:
        >>> squeezed("SW1A 1AA")
        'sw1a1aa'
    """
    text = folded_text(value)
    return (_NOT_WORD.sub("", text) or None) if text else None


_ROMAJI_ROWS: Final = (
    ("アイウエオ", "", "aiueo"),
    ("カキクケコ", "k", "aiueo"),
    ("ガギグゲゴ", "g", "aiueo"),
    ("サ ス セ ソ".replace(" ", ""), "s", "aueo"),
    ("ザ ズ ゼ ゾ".replace(" ", ""), "z", "aueo"),
    ("タテト", "t", "aeo"),
    ("ダデド", "d", "aeo"),
    ("ナニヌネノ", "n", "aiueo"),
    ("ハヒヘホ", "h", "aieo"),
    ("バビブベボ", "b", "aiueo"),
    ("パピプペポ", "p", "aiueo"),
    ("マミムメモ", "m", "aiueo"),
    ("ヤユヨ", "y", "auo"),
    ("ラリルレロ", "r", "aiueo"),
    ("ワ", "w", "a"),
)
_ROMAJI: Final = {
    char: consonant + vowel
    for row, consonant, vowels in _ROMAJI_ROWS
    for char, vowel in zip(row, vowels, strict=True)
} | {
    "シ": "shi", "ジ": "ji", "チ": "chi", "ツ": "tsu", "ヂ": "ji", "ヅ": "zu", "フ": "fu", "ヲ": "o", "ン": "n",
    "ヴ": "bu", "ヰ": "i", "ヱ": "e", "ー": "", "・": "", "ヵ": "ka", "ヶ": "ke",
}  # fmt: skip
_SMALL: Final = {"ャ": "a", "ュ": "u", "ョ": "o", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}
_HIRAGANA: Final = {code: code + 0x60 for code in range(0x3041, 0x3097)}
_LONG_VOWELS: Final = re.compile(r"ou|oo|oh(?![aeiouy])|uu")
_LONG: Final = {"ou": "o", "oo": "o", "oh": "o", "uu": "u"}
_KUNREI: Final = (
    ("sya", "sha"), ("syu", "shu"), ("syo", "sho"), ("tya", "cha"), ("tyu", "chu"), ("tyo", "cho"),
    ("zya", "ja"), ("zyu", "ju"), ("zyo", "jo"), ("jya", "ja"), ("jyu", "ju"), ("jyo", "jo"),
    ("cya", "cha"), ("cyu", "chu"), ("cyo", "cho"), ("dzu", "zu"), ("l", "r"),
)  # fmt: skip
_KUNREI_SINGLE: Final = (
    (re.compile(r"si"), "shi"), (re.compile(r"ti"), "chi"), (re.compile(r"(?<![ts])tu"), "tsu"),
    (re.compile(r"(?<![scjg])hu"), "fu"), (re.compile(r"zi|di"), "ji"), (re.compile(r"du"), "zu"),
    (re.compile(r"m(?=[bp])"), "n"), (re.compile(r"tch"), "cch"),
)  # fmt: skip


def kana_romaji(text: str) -> str | None:
    """Return the Latin key of a reading; long vowels and the spellings of romanisations are folded.

    References:
        The Hepburn table of Cabinet Notification 1 (1954, second table) and the passport spelling of
        the Ministry of Foreign Affairs, without long vowels.

    Example:
        >>> kana_romaji("サトウ タロウ"), kana_romaji("しんばし"), kana_romaji("ジョウ")
        ('sato taro', 'shinbashi', 'jo')
    """
    return romaji_of(fold(text))


def romaji_of(folded: str) -> str | None:
    """Return what ``kana_romaji`` does, of text that is folded already.

    Example:
        >>> romaji_of("サトウ タロウ")
        'sato taro'
    """
    keys = [*map(_reading_key, folded.split(" "))]
    if None in keys:
        return latin_key(" ".join(map(_romaji, folded.split(" "))))
    return " ".join(filter(None, keys)) or None


@lru_cache(maxsize=_REMEMBERED)
def _reading_key(word: str) -> str | None:
    """Return the Latin key of one word of a reading; None where it depends on the others, as of letters that are not Latin."""
    romaji = _romaji(word)
    return latin_key(romaji) or "" if romaji.isascii() else None


def _romaji(word: str) -> str:
    out: list[str] = []
    double = False
    for char in word.translate(_HIRAGANA):
        if char == "ッ":
            double = True
            continue
        if char in _SMALL:
            previous = out.pop() if out else ""
            stem = previous[:-1] if previous else ""
            glide = "" if stem in {"sh", "ch", "j"} or char in "ァィゥェォ" else "y"
            out.append(stem + glide + _SMALL[char])
            continue
        sound = _ROMAJI.get(char)
        if sound is None:
            sound = char if char.isalnum() else ""
        if double and sound:
            sound = ("c" if sound.startswith("ch") else sound[0]) + sound
            double = False
        out.append(sound)
    return "".join(out)


def latin_key(text: str) -> str | None:
    """Return the key of a Latin spelling under which romanisations of one reading agree.

    Example:
        >>> latin_key("Satoh"), latin_key("satou"), latin_key("Zyunko"), latin_key("Junko")
        ('sato', 'sato', 'junko', 'junko')
        >>> latin_key("日立") is None
        True
    """
    folded = fold(text)
    return " ".join(map(_latin_word, _LATIN_WORD.findall(folded))) or None if folded.isascii() else None


@lru_cache(maxsize=_REMEMBERED)
def _latin_word(word: str) -> str:
    for old, new in _KUNREI:
        word = word.replace(old, new)
    for pattern, new in _KUNREI_SINGLE:
        word = pattern.sub(new, word)
    return _LONG_VOWELS.sub(lambda vowels: _LONG[vowels[0]], word)


def script_of(text: str | None) -> str | None:
    """Return which script a text is in as far as comparison goes: ``latin`` or ``other``.

    Example:
        >>> script_of("Satō"), script_of("佐藤"), script_of(None)
        ('latin', 'other', None)
    """
    if not text:
        return None
    return "latin" if text.isascii() or max(text) < "\u0250" else "other"


_KANA: Final = re.compile("[\u3041-\u30ff ]*")


def is_kana(text: str) -> bool:
    """Return whether a folded text is all kana.

    Example:
        >>> is_kana("トヨタ"), is_kana("日立")
        (True, False)
    """
    return _KANA.fullmatch(text) is not None


_ORDINAL: Final = re.compile(r"[0-9]+|[一二三四五六七八九十]+(?=[号回次期])|(?<=第)[一二三四五六七八九十]+")
_MAY_COUNT: Final = re.compile(r"[0-9一二三四五六七八九十ivx]")
_ROMAN: Final = re.compile(r"(?<![a-z])(?:x{0,2}(?:ix|iv|v?i{1,3})|x{1,2}|v)(?![a-z])")


def numerals_of(text: str) -> str:
    """Return the numbers in a folded name: series and volumes differ in nothing else.

    Example:
        >>> numerals_of("第9回ローン2号"), numerals_of("holding vii"), numerals_of("日立")
        ('9 2', 'vii', '-')
    """
    if _MAY_COUNT.search(text) is None:
        return "-"
    return " ".join([*_ORDINAL.findall(text), *_ROMAN.findall(text)]) or "-"


def sounds_like(text: str) -> str | None:
    """Return the phonetic key of Latin text, None for other scripts.

    References:
        Philips, "Hanging on the Metaphone" (1990), as implemented by jellyfish.

    Example:
        >>> sounds_like("Smith") == sounds_like("Smyth")
        True
    """
    folded = fold(text)
    letters = "".join(char for char in folded if "a" <= char <= "z")
    return jellyfish.metaphone(letters) or None if letters else None
