"""Writing systems: readings in half width, hiragana and Latin letters."""

import unicodedata

__all__ = ["full_width", "half_width_kana", "hepburn", "hiragana"]

_VOICED = {
    unicodedata.normalize("NFKC", chr(code) + mark): chr(code) + mark
    for code in range(0xFF66, 0xFF9E)
    for mark in "ﾞﾟ"
    if len(unicodedata.normalize("NFKC", chr(code) + mark)) == 1
}
_PLAIN = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF61, 0xFF9E)}
_HALF = str.maketrans({**_PLAIN, **_VOICED})
_FULL = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "\u3000"})
_HIRAGANA = str.maketrans({chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7)})

# ICAO Doc 9303 and the Japanese passport rules use the Hepburn system (外務省 ヘボン式ローマ字綴方表, 2022).
_ROWS = {
    "": "アa イi ウu エe オo ンn ヴvu ャya ュyu ョyo ァa ィi ゥu ェe ォo",
    "k": "カka キki クku ケke コko ガga ギgi グgu ゲge ゴgo",
    "s": "サsa シshi スsu セse ソso ザza ジji ズzu ゼze ゾzo",
    "t": "タta チchi ツtsu テte トto ダda ヂji ヅzu デde ドdo",
    "n": "ナna ニni ヌnu ネne ノno",
    "h": "ハha ヒhi フfu ヘhe ホho バba ビbi ブbu ベbe ボbo パpa ピpi プpu ペpe ポpo",
    "m": "マma ミmi ムmu メme モmo ヤya ユyu ヨyo",
    "r": "ラra リri ルru レre ロro ワwa ヲo",
}
_LATIN = {pair[0]: pair[1:] for row in _ROWS.values() for pair in row.split()}
_SMALL = {"ャ": "a", "ュ": "u", "ョ": "o", "ェ": "e"}
_SIBILANTS = ("shi", "chi", "ji")
_SMALL_VOWELS = {"ァ": "a", "ィ": "i", "ェ": "e", "ォ": "o"}


def half_width_kana(text: str) -> str:
    """Return katakana in half width, voiced marks apart, as old systems write them.

    Example:
        >>> half_width_kana("トヨダ")
        'ﾄﾖﾀﾞ'
    """
    return text.translate(_HALF)


def full_width(text: str) -> str:
    """Return ASCII characters in full width, as some input methods write them.

    Example:
        >>> full_width("03-1")
        '０３－１'
    """
    return text.translate(_FULL)


def hiragana(text: str) -> str:
    """Return katakana as hiragana.

    Example:
        >>> hiragana("サトウ")
        'さとう'
    """
    return text.translate(_HIRAGANA)


def hepburn(katakana: str, *, long_vowels: bool = False) -> str:
    """Spell a reading in Latin letters by the Hepburn system.

    Args:
        katakana: the reading in full-width katakana; other characters are kept.
        long_vowels: write "ou" and "uu" instead of "o" and "u" as on passports.

    Returns:
        Lower-case Latin letters.

    References:
        Ministry of Foreign Affairs of Japan, ヘボン式ローマ字綴方表 (2022).

    Example:
        >>> hepburn("サトウ"), hepburn("サトウ", long_vowels=True), hepburn("ジュンイチ"), hepburn("ハットリ")
        ('sato', 'satou', 'junichi', 'hattori')
    """
    parts: list[str] = []
    double = False
    for character in katakana:
        if character == "ッ":
            double = True
            continue
        if character == "ー":
            if long_vowels and parts:
                parts.append(parts[-1][-1:])
            continue
        if character in _SMALL and parts and parts[-1].endswith("i"):
            stem = parts.pop()
            parts.append(stem[:-1] + ("" if stem.endswith(_SIBILANTS) else "y") + _SMALL[character])
            continue
        if character in _SMALL_VOWELS and parts and parts[-1] in {"fu", "vu", "te", "de", "u"}:
            parts.append((parts.pop()[:-1] or "w") + _SMALL_VOWELS[character])
            continue
        latin = _LATIN.get(character, character)
        parts.append(("t" if latin.startswith("ch") else latin[:1]) + latin if double else latin)
        double = False
    text = "".join(parts)
    return text if long_vowels else text.replace("ou", "o").replace("oo", "o").replace("uu", "u")
