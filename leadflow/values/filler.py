"""Filler: what people type into a field that they were not allowed to leave empty."""

import re
import unicodedata

from leadflow.values.folding import tidy

__all__ = ["FILLER_WORDS", "is_filler", "is_filler_as"]

_JAPANESE = """
なし 無し 無 ナシ 無記入 未記入 未入力 未設定 未登録 未回答 未定 未確認 未取得 未選択 未詳 不明 ふめい 不詳 不定
該当なし 該当無し 該当せず 特になし とくになし 特に無し 特にありません ありません 無いです ないです 記載なし 記載無し
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
_TEST_COMPANY = ("株式会社テスト", "株式会社ダミー", "株式会社サンプル", "株式会社 ", "株式会社　")
_LONGEST = 24
# Characters that filler can begin with; a text that begins with another letter is not filler.
_FIRST = frozenset(word[0] for word in FILLER_WORDS) | frozenset("ーxoz×○〇●◯◎□■△▲☓✕aあアぁァてテtダd株サs")
_NO_FIRST = re.escape("".join(sorted(_FIRST | {letter.upper() for letter in _FIRST})))
# Pairs of letters and digits that filler can begin with; `N/A` and `x` have no second one.
_FIRST_TWO = frozenset(word[:2] for word in FILLER_WORDS) | frozenset(
    [
        "テス",
        "てす",
        "te",
        "ダミ",
        "du",
        "サン",
        "xx",
        "oo",
        "zz",
        "aa",
        "〇〇",
        "ああ",
        "アア",
        "ぁぁ",
        "ァァ",
        "あい",
        "アイ",
    ]
)
_NO_FIRST_TWO = "|".join(re.escape(pair) for pair in sorted(_FIRST_TWO) if pair.isascii())
_LETTER = "[0-9A-Za-z\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]"
# How most texts begin: with a letter or digit that filler does not begin with, two such letters, a legal form before a
# name. No mark that follows takes the letter away (of タ it makes ダ), so no long text that begins so is blank either.
_DATA = re.compile(
    f"(?![{_NO_FIRST}]){_LETTER}"
    f"|(?!(?i:{_NO_FIRST_TWO}))[0-9A-Za-z]{{2}}"
    f"|(?!{'|'.join(_TEST_COMPANY)})株"
    rf"|\(株\)(?![テダサタ]){_LETTER}"
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
    return not _begins_as_data(text) and _is_filler(tidy(text))


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
    return not _begins_as_data(text) and _is_filler(shown)


def _is_filler(shown: str) -> bool:
    if not any(map(str.isalnum, shown)):
        return True
    if _REPEATED.fullmatch(shown):
        return True
    folded = shown.casefold()
    if folded in FILLER_WORDS or folded.replace(" ", "") in FILLER_WORDS:
        return True
    return folded.strip(_AROUND) in FILLER_WORDS or _TEST.fullmatch(folded) is not None


def _begins_as_data(text: str) -> bool:
    """Tell by the first characters that a text is data where ``_DATA`` does not, so that it needs no folding."""
    first = text[:1]
    if first == "+":
        return text[1:2].isdecimal()
    if not first.isalnum() or not unicodedata.is_normalized("NFKC", first):
        return False
    if first == "株":  # or it would have been told
        return False
    if first.casefold() not in _FIRST:
        return True
    start = text[:2]
    if len(start) < 2 or not start.isalnum() or "ー" in start or start.casefold() in _FIRST_TWO:
        return False
    # What follows can change a letter: a voicing mark, also behind something invisible.
    return start.isascii() or (unicodedata.is_normalized("NFKC", text) and text.isprintable())
