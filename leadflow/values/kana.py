"""Kana: readings of names, in full-width katakana."""

import re

import attrs

from leadflow.values.folding import tidy
from leadflow.values.parsed import CellReader, Cells, ParsedColumn
from leadflow.values.refusal import LONGEST, refusal

__all__ = ["Kana", "to_katakana"]

_KIND = "reading in kana"
_TO_KATAKANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_HAS_KANA = re.compile("[ァ-ヺ]")
_FOREIGN = re.compile(r"[^ァ-ヺー・ヽヾ\u3099\u309a A-Za-z0-9&'.,()/+!?-]")

_FOLDED = str.maketrans(
    "ァィゥェォッャュョヮヵヶヲヂヅヰヱ", "アイウエオツヤユヨワカケオジズイエ", "・ .,'-()"
)
_ROWS = {
    "ア": "アカガサザタダナハバパマヤラワ",
    "イ": "イキギシジチニヒビピミリ",
    "ウ": "ウクグスズツヌフブプムユルヴ",
    "エ": "エケゲセゼテデネヘベペメレ",
    "オ": "オコゴソゾトドノホボポモヨロ",
}
_LONG = re.compile(
    f"(?<=[{_ROWS['ア']}])[アー]|(?<=[{_ROWS['イ']}])[イー]|(?<=[{_ROWS['ウ']}])[ウー]"
    f"|(?<=[{_ROWS['エ']}])[エイー]|(?<=[{_ROWS['オ']}])[オウー]"
)


@attrs.frozen(kw_only=True, str=False)
class Kana:
    """A reading in kana; ``str(value)`` is full-width katakana with its blanks and middle dots.

    Attributes:
        raw: the text as it came; not part of equality.
        katakana: the reading in full-width katakana.

    Example:
        >>> str(Kana.parse("ｻﾄｳ　たろう"))
        'サトウ タロウ'
    """

    raw: str = attrs.field(eq=False)
    katakana: str

    @classmethod
    def parse(cls, text: str) -> "Kana":
        """Read kana of any width and kind.

        Args:
            text: the cell.

        Returns:
            The reading.

        Raises:
            InvalidValueError: if there is no kana, or kanji or another script beside it.

        Example:
            >>> str(Kana.parse("ゔぃくた－"))
            'ヴィクター'
        """
        return _read(text, tidy(text))

    @classmethod
    def parse_many(cls, cells: Cells) -> ParsedColumn["Kana"]:
        """Read a column of readings.

        Example:
            >>> Kana.parse_many(["やまだ", "ﾔﾏﾀﾞ", "山田"]).canonical.to_list()
            ['ヤマダ', 'ヤマダ', None]
        """
        return cls.reader().read_all(cells)

    @classmethod
    def reader(cls) -> CellReader["Kana"]:
        """Return how a cell is read as a reading, without any switch.

        Example:
            >>> str(Kana.reader().read("ﾔﾏﾀﾞ"))
            'ヤマダ'
        """
        return CellReader.tidied(_read)

    @property
    def key(self) -> str:
        """The comparison key: without separators, small kana as large, long vowels alike.

        オオノ, オーノ and オウノ have one key; オノ has another.

        Example:
            >>> Kana.parse("さとう ゆうこ").key == Kana.parse("ｻﾄｰﾕｳｺ").key
            True
            >>> Kana.parse("オノ").key == Kana.parse("オオノ").key
            False
        """
        folded = self.katakana.casefold().translate(_FOLDED)
        return _LONG.sub("ー", folded)

    def __str__(self) -> str:
        return self.katakana


def _read(text: str, shown: str) -> Kana:
    if len(text) > LONGEST:
        raise refusal(_KIND, text, f"it is longer than {LONGEST} characters")
    katakana = to_katakana(shown)
    if _HAS_KANA.search(katakana) is None:
        raise refusal(_KIND, text, "it has no kana")
    if _FOREIGN.search(katakana) is not None:
        raise refusal(_KIND, text, "it has characters that are not kana")
    return Kana(raw=text, katakana=katakana)


def to_katakana(text: str) -> str:
    """Turn hiragana into katakana and leave the rest.

    Example:
        >>> to_katakana("さとうゝ佐藤")
        'サトウヽ佐藤'
    """
    return text.translate(_TO_KATAKANA)
