"""Filler: what people type into a field that they were not allowed to leave empty."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from leadflow.values.folding import tidy

__all__ = ["FILLER_WORDS", "fillers_among", "is_filler", "is_filler_as", "is_mark", "may_be_filler"]

_JAPANESE = """
なし 無し 無 ナシ 無記入 未記入 未入力 未設定 未登録 未回答 未定 未確認 未取得 未選択 未詳 不明 ふめい 不詳 不定
該当なし 該当無し 該当ナシ 該当せず 特になし とくになし 特に無し 特にナシ 特にありません ありません 無いです ないです 記載なし 記載無し
情報なし データなし 登録なし 入力なし 回答なし 無回答 設定なし 指定なし 空欄 空白 ブランク 非公開 非公表 非開示 省略 割愛
同上 上に同じ 同じ ダミー ダミーデータ サンプル テスト てすと テストデータ テスト入力 テスト送信 テストです てすとです 試験
わからない 分からない わかりません ヌル 選択してください 選択して下さい 入力してください
"""
_LATIN = """
n/a, n.a., n.a, na, #n/a, #na, #n/a!, #value!, #ref!, #name?, #null!, #num!, #div/0!, nil, null, none, nan, nat, undefined,
unknown, unkown, not available, not applicable, not provided, not set, not given, no data, no value, nodata, missing, blank,
empty, tbd, tba, tbc, dummy, sample, test, testing, tester, test test, test user, test data, asdf, asdfgh, qwerty,
qwertyuiop, hoge, fuga, piyo, hogehoge, foo, bar, foobar, select, please select, lorem ipsum
"""
FILLER_WORDS = frozenset({*_JAPANESE.split(), *(" ".join(phrase.split()) for phrase in _LATIN.split(","))})
"""Texts that say there is no value, after width and case folding."""

_TEST = re.compile(
    r"(?:テスト|てすと|test|ダミー|dummy)[ _-]?(?:テスト|てすと|test|太郎|花子|たろう|タロウ|taro|hanako"
    r"|ユーザー?|user|様|会社|企業|株式会社|company|データ|data|入力|[0-9]{1,4})"
    r"|(?:株式会社|\(株\)) ?(?:テスト|ダミー|サンプル)(?:会社)?"
    r"|(?:サンプル|ダミー)(?:株式会社|会社|太郎|花子)"
)
_REPEATED = re.compile(r"([xX×○〇●◯◎□■△▲☓✕*あアぁァza])\1+|あいうえお|アイウエオ")
_AROUND = "()[]{}<>〈〉【】〔〕「」『』\"'“”. 。、!?:;-_*"
_LONGEST = 24
_BEGINNING = 3
"""So many characters tell of most texts that they are not filler."""

_STEMS = ("テスト", "てすと", "test", "dummy", "サンプル", "株式会社テ", "株式会社ダ", "株式会社サ")
"""What a text of ``_TEST`` begins with, up to its first mark that is no letter; ダミ is a word."""

_LETTER = "[0-9A-Za-z\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]"
_LETTERS = re.compile(f"{_LETTER}*")
_VOICING = str.maketrans("", "", "\u3099\u309a")


def _bare(text: str) -> str:
    """Return letters without case and voicing marks, which may also follow a letter: タ and ゛ make ダ."""
    return unicodedata.normalize("NFD", text.casefold()).translate(_VOICING)


def _letters(text: str) -> str:
    found = _LETTERS.match(text)
    return _bare(found[0]) if found else ""


_BARE_STEMS = (*map(_bare, _STEMS), *(2 * letter for letter in "xozaあアぁァ"))
# Every beginning of filler, up to its first character that is no letter.
_STARTS = frozenset(
    start[:size]
    for start in (
        *map(_letters, FILLER_WORDS),
        *_BARE_STEMS,
        "あいうえお",
        "アイウエオ",
    )
    for size in range(1, len(start) + 1)
)
# Characters that filler can begin with; a text that begins with another letter is not filler.
_FIRST = frozenset(word[0] for word in FILLER_WORDS) | frozenset("ーxoz×○〇●◯◎□■△▲☓✕*aあアぁァてテtダd株サs")
_NO_FIRST = re.escape(
    "".join(sorted({form for letter in _FIRST for form in (letter, letter.upper(), _bare(letter))}))
)
_NO_FIRST_TWO = "|".join(sorted(start for start in _STARTS if len(start) == 2 and start.isascii()))
# How most texts begin: with a letter or digit that filler does not begin with, two such letters, a legal form before a
# name. No mark that follows takes the letter away, so no long text that begins so is blank either.
_DATA = re.compile(
    f"(?![{_NO_FIRST}]){_LETTER}"
    f"|(?!(?i:{_NO_FIRST_TWO}))[0-9A-Za-z]{{2}}"
    rf"|(?:株式会社|\(株\))(?![テダサタ]){_LETTER}"
)


def is_filler(text: str) -> bool:
    """Tell whether a text says that there is no value, rather than a value.

    Blank texts, texts of punctuation alone, words such as なし, 未入力, N/A, Unknown and テスト,
    spreadsheet errors and rows of one placeholder character are filler. Placeholders that are
    particular to a kind, such as the postal code 000-0000, are known to that kind.

    Args:
        text: any text.

    Returns:
        True if the text is not data.

    Example:
        >>> [is_filler(text) for text in ("-", "なし", "未入力", "N/A", "Unknown", "テスト", "×××", "　")]
        [True, True, True, True, True, True, True, True]
        >>> [is_filler(text) for text in ("梨", "テスト設計研究所", "Naな")]
        [False, False, False]
    """
    if _DATA.match(text) is not None:
        return False
    if len(text) > _LONGEST:
        return not text.strip() or (len(text) <= 10 * _LONGEST and not any(map(str.isalnum, tidy(text))))
    return may_be_filler(text[:_BEGINNING]) and _is_filler(tidy(text))


def is_filler_as(text: str, shown: str) -> bool:
    """Tell what `is_filler` does of a text that was tidied already.

    Args:
        text: any text.
        shown: what `leadflow.values.folding.tidy` makes of it.

    Example:
        >>> is_filler_as("ﾅｼ", "ナシ")
        True
    """
    if _DATA.match(shown) is not None:
        return False
    if len(text) > _LONGEST:
        return not text.strip() or (len(text) <= 10 * _LONGEST and not any(map(str.isalnum, shown)))
    return may_be_filler(text[:_BEGINNING]) and _is_filler(shown)


def is_mark(text: str) -> bool:
    """Tell of filler whether it is a mark that people grade and answer with: ``×``, ``◎``, ``***``, ``✓``.

    Such a mark is data in a grade, a note or a question of somebody's own, and filler in any other field.

    Args:
        text: a text that `is_filler` takes for filler.

    Example:
        >>> [is_mark(text) for text in ("×", " ○○", "★★☆", "なし", "-", "―", "？")]
        [True, True, True, False, False, False, False]
    """
    return any(
        character in "*〇" or (not character.isascii() and unicodedata.category(character) in {"So", "Sm"})
        for character in tidy(text)
    )


def _is_filler(shown: str) -> bool:
    if not any(map(str.isalnum, shown)):
        return True
    if _REPEATED.fullmatch(shown):
        return True
    folded = shown.casefold()
    if folded in FILLER_WORDS or folded.replace(" ", "") in FILLER_WORDS:
        return True
    return folded.strip(_AROUND) in FILLER_WORDS or _TEST.fullmatch(folded) is not None


@lru_cache(maxsize=1 << 15)
def may_be_filler(beginning: str) -> bool:
    """Tell whether a text that begins so can be filler.

    Args:
        beginning: its first characters, any number of them.

    Example:
        >>> may_be_filler("Te"), may_be_filler("Tet"), may_be_filler("ｎ"), may_be_filler("佐藤")
        (True, False, True, False)
    """
    letters = _letters(beginning)
    if not letters:
        return not (beginning[:1] == "+" and beginning[1:2].isdecimal())
    return letters in _STARTS or letters.startswith(_BARE_STEMS)


def fillers_among(texts: Sequence[str]) -> set[str]:
    """Return the texts that are filler, as `is_filler` says of each; their beginnings spare most of them the question.

    Args:
        texts: distinct texts.

    Example:
        >>> sorted(fillers_among(["佐藤", "Teto", "ｎ/a", "なし"]))
        ['なし', 'ｎ/a']
    """
    begun = set(filter(may_be_filler, {text[:_BEGINNING] for text in texts}))
    return {text for text in texts if text[:_BEGINNING] in begun and is_filler(text)} if begun else set()
