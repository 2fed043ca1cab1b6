"""Romanisation of kana and one comparison key for every way to spell a reading."""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from leadflow.values.folding import tidy
from leadflow.values.kana import to_katakana
from leadflow.values.refusal import LONGEST

__all__ = ["reading_key", "romanise"]

_SPELT = (
    "ア:a イ:i ウ:u エ:e オ:o カ:ka キ:ki ク:ku ケ:ke コ:ko ガ:ga ギ:gi グ:gu ゲ:ge ゴ:go "
    "サ:sa シ:shi ス:su セ:se ソ:so ザ:za ジ:ji ズ:zu ゼ:ze ゾ:zo タ:ta チ:chi ツ:tsu テ:te ト:to "
    "ダ:da ヂ:ji ヅ:zu デ:de ド:do ナ:na ニ:ni ヌ:nu ネ:ne ノ:no ハ:ha ヒ:hi フ:fu ヘ:he ホ:ho "
    "バ:ba ビ:bi ブ:bu ベ:be ボ:bo パ:pa ピ:pi プ:pu ペ:pe ポ:po マ:ma ミ:mi ム:mu メ:me モ:mo "
    "ヤ:ya ユ:yu ヨ:yo ラ:ra リ:ri ル:ru レ:re ロ:ro ワ:wa ヰ:i ヱ:e ヲ:o ン:n ヴ:vu ヷ:va ヸ:vi ヹ:ve ヺ:vo "
    "ァ:a ィ:i ゥ:u ェ:e ォ:o ャ:ya ュ:yu ョ:yo ヮ:wa ヵ:ka ヶ:ke "
    "キャ:kya キュ:kyu キョ:kyo ギャ:gya ギュ:gyu ギョ:gyo シャ:sha シュ:shu ショ:sho シェ:she "
    "ジャ:ja ジュ:ju ジョ:jo ジェ:je チャ:cha チュ:chu チョ:cho チェ:che ヂャ:ja ヂュ:ju ヂョ:jo "
    "ニャ:nya ニュ:nyu ニョ:nyo ヒャ:hya ヒュ:hyu ヒョ:hyo ビャ:bya ビュ:byu ビョ:byo ピャ:pya ピュ:pyu ピョ:pyo "
    "ミャ:mya ミュ:myu ミョ:myo リャ:rya リュ:ryu リョ:ryo ファ:fa フィ:fi フェ:fe フォ:fo フュ:fyu "
    "ティ:ti ディ:di トゥ:tu ドゥ:du デュ:dyu テュ:tyu ウィ:wi ウェ:we ウォ:wo ヴァ:va ヴィ:vi ヴェ:ve ヴォ:vo "
    "ツァ:tsa ツィ:tsi ツェ:tse ツォ:tso クァ:kwa クィ:kwi クェ:kwe クォ:kwo グァ:gwa イェ:ye スィ:si ズィ:zi"
)
_SYLLABLES: Mapping[str, str] = MappingProxyType(
    {kana: latin for kana, _, latin in (pair.partition(":") for pair in _SPELT.split())}
)
_SYLLABLE = re.compile("ッ+|ー+|[ァ-ヺ][ァィゥェォャュョヮ]|[ァ-ヺ]")
_READABLE = re.compile(r"[ァ-ヺー・a-z0-9 '&.,-]*")
_HAS_READING = re.compile("[ァ-ヺa-z]")
_BREAKS = re.compile(r"[・.,_/&]+")

# Kunrei, Nihon and passport spellings, with what Hepburn writes. Longer ones first.
_SPELLINGS = {
    "sya": "sha", "syu": "shu", "syo": "sho", "tya": "cha", "tyu": "chu", "tyo": "cho",
    "cya": "cha", "cyu": "chu", "cyo": "cho", "zya": "ja", "zyu": "ju", "zyo": "jo",
    "jya": "ja", "jyu": "ju", "jyo": "jo", "dya": "ja", "dyu": "ju", "dyo": "jo",
    "dzu": "zu", "dsu": "zu", "thi": "ti", "si": "shi", "zi": "ji", "tu": "tsu", "hu": "fu", "du": "zu", "ti": "chi", "di": "ji",
    "wo": "o", "vu": "bu", "v": "b", "l": "r", "kwa": "ka", "gwa": "ga",
}  # fmt: skip
_SPELLING = re.compile(
    "(?<![kstnhmrgbpjwycd])(?:hu|du)|"
    + "|".join(sorted(_SPELLINGS.keys() - {"hu", "du"}, key=lambda spelling: (-len(spelling), spelling)))
)
_SILENT_H = re.compile("(?<=o)h+(?=[bcdfghjkmnprstwyz]|$| )")
_LONG_O = re.compile("o[ou]+")
_LONG_U = re.compile("u{2,}")
_LONG_A = re.compile("a{2,}")
_LONG_E = re.compile("e{2,}")
_NASAL = re.compile("m(?=[bpm])")


def romanise(kana: str, *, long_vowels: Literal["fold", "keep"] = "fold") -> str:
    """Write kana in Latin letters, in the Hepburn way of passports.

    Args:
        kana: a reading in kana of any kind; other characters stay.
        long_vowels: ``"fold"`` writes ō and ū as one letter (passports, business cards),
            ``"keep"`` writes them as kana does (``ou``, ``uu``).

    Returns:
        The reading in lower case.

    References:
        Ministry of Foreign Affairs, "ヘボン式ローマ字綴方表", 2024.

    Example:
        >>> romanise("さとう ゆうこ"), romanise("サトウ", long_vowels="keep")
        ('sato yuko', 'satou')
        >>> romanise("ほんま じゅんいちろう"), romanise("ハッチョウ")
        ('homma junichiro', 'hatcho')
    """
    text = to_katakana(tidy(kana))
    latin = _spell(text)
    latin = re.sub("n(?=[bmp])", "m", latin)
    if long_vowels == "fold":
        latin = _LONG_U.sub("u", _LONG_O.sub("o", latin))
    return latin


def reading_key(text: str) -> str:
    """Return one key for all spellings of a reading, in kana or in Latin letters.

    Long vowels (``ou, oo, oh, ō``; ``uu, ū``), Kunrei and passport spellings (``si/shi``,
    ``tu/tsu``, ``m`` before b, p and m), apostrophes and case fold together. Long i stays, since
    飯田 and 井田 are Iida and Ida on a passport too.

    Args:
        text: a reading; blanks between its words stay.

    Returns:
        The key, or an empty text (which matches nothing) if the text holds kanji or another
        script that cannot be read.

    Example:
        >>> {reading_key(text) for text in ("さとう", "サトウ", "ｻﾄｳ", "SATO", "Satoh", "Satou", "Satō")}
        {'sato'}
        >>> reading_key("Honma Syun'iti") == reading_key("ホンマ　シュンイチ"), reading_key("佐藤")
        (True, '')
    """
    if len(text) > LONGEST:
        return ""
    shown = tidy(text)
    if not shown.isascii():
        # Macrons and circumflexes go; the marks of voiced kana must stay composed.
        shown = to_katakana(shown)
        if any("\u00c0" <= character <= "\u024f" for character in shown):
            shown = "".join(
                unicodedata.normalize("NFD", character)[0] if "\u00c0" <= character <= "\u024f" else character
                for character in shown
            )
    shown = _BREAKS.sub(" ", shown.casefold())
    if _READABLE.fullmatch(shown) is None or _HAS_READING.search(shown) is None:
        return ""
    latin = _spell(shown).replace("'", "").replace("-", "")
    latin = _SPELLING.sub(lambda match: _SPELLINGS[match[0]], latin)
    latin = _NASAL.sub("n", latin).replace("cch", "tch")
    latin = _LONG_U.sub("u", _LONG_O.sub("o", _SILENT_H.sub("", latin)))
    latin = _LONG_E.sub("e", _LONG_A.sub("a", latin))
    return " ".join(latin.split())


def _spell(text: str) -> str:
    if text.isascii():
        return text
    pieces: list[str] = []
    place = 0
    doubled = False
    for match in _SYLLABLE.finditer(text):
        if match.start() > place:
            pieces.append(text[place : match.start()])
        place = match.end()
        kana = match[0]
        if kana[0] == "ッ":
            doubled = True
            continue
        if kana[0] == "ー":
            vowel = pieces[-1][-1:] if pieces else ""
            pieces.append(vowel if vowel and vowel in "aiueo" else "")
            continue
        latin = _SYLLABLES.get(kana) or _SYLLABLES[kana[0]] + _SYLLABLES[kana[1]]
        if doubled:
            latin = (
                ("t" if latin.startswith("ch") else latin[0]) + latin if latin[0] not in "aiueo" else latin
            )
            doubled = False
        pieces.append(latin)
    pieces.append(text[place:])
    return "".join(pieces)
