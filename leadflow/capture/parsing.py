"""Cells that are neither names nor numbers to dial: texts, flags, counts, tags, moments."""

import datetime as dt
import re
import unicodedata
from typing import Final

from leadflow.errors import InvalidValueError
from leadflow.values import is_filler, tidy

__all__ = [
    "JAPAN",
    "is_blank",
    "is_test_entry",
    "parse_count",
    "parse_flag",
    "parse_tags",
    "parse_text",
    "unmarked",
]

JAPAN: Final = dt.timezone(dt.timedelta(hours=9), "JST")
"""The zone of moments that say none: Japan Standard Time, which has no summer time."""

_LONGEST: Final = 32_767
_COUNT: Final = re.compile(r"([-+]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*([万千百億]?)")
_SCALE: Final = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "億": 100_000_000}
_TAG_BREAK: Final = re.compile(r"[、,;|\n；，｜]+")
_MARKER: Final = re.compile(r"'(?=\s*[=+\-@＝＋－＠0-9]|[\t\r\n])")
_TEST_NAME: Final = re.compile(
    r"(?:株式会社|\(株\))?\s*(?:テスト|てすと|test|ダミー|dummy)(?:\s*(?:テスト|てすと|test|ダミー|太郎|花子|たろう|はなこ|taro|hanako"
    r"|ユーザー?|user|会社|企業|株式会社|company|商事|アカウント|account|者|用|です|送信|入力|データ|data|[0-9]{1,4}))*\s*(?:\(株\)|株式会社)?",
    re.IGNORECASE,
)
_TOTAL: Final = re.compile(
    r"[\[(【<]?(?:総? ?合 ?計|総 ?計|小 ?計|中 ?計|累 ?計|計|(?:grand |sub[ -]?)?total)[\])】>:]*(?: ?\(.*\))?",
    re.IGNORECASE,
)
_FIRST_OF_TOTAL: Final = frozenset("総合小中累計gGsStTｇＧｓＳｔＴ[(【<［（＜ \u3000")
_FIRST_OF_TEST: Final = frozenset("株テてtTダdD")

_YES: Final = frozenset(
    [
        "1",
        "1.0",
        "true",
        "yes",
        "y",
        "t",
        "on",
        "ok",
        "はい",
        "有",
        "あり",
        "有り",
        "可",
        "可能",
        "希望",
        "希望する",
        "希望します",
        "同意",
        "同意する",
        "同意します",
        "同意済",
        "同意済み",
        "許可",
        "許諾",
        "承諾",
        "承諾する",
        "○",
        "〇",
        "◯",
        "◎",
        "✓",
        "✔",
        "☑",
        "レ",
        "済",
        "済み",
        "配信中",
        "登録",
        "登録済",
        "登録済み",
        "購読",
        "購読中",
        "受け取る",
        "受取る",
        "受信する",
        "要",
        "必要",
        "opt-in",
        "optin",
        "subscribed",
    ]
)
_NO: Final = frozenset(
    [
        "0",
        "0.0",
        "false",
        "no",
        "n",
        "f",
        "off",
        "ng",
        "いいえ",
        "無",
        "なし",
        "無し",
        "不可",
        "不可能",
        "希望しない",
        "希望しません",
        "同意しない",
        "同意しません",
        "不同意",
        "未同意",
        "不許可",
        "拒否",
        "×",
        "✕",
        "✗",
        "☓",
        "x",
        "未",
        "未済",
        "不要",
        "配信しない",
        "受け取らない",
        "受信しない",
        "しない",
        "未登録",
        "-",
        "ー",
    ]
)
_STOPPED: Final = frozenset(
    [
        "停止",
        "配信停止",
        "停止済",
        "停止済み",
        "停止中",
        "解除",
        "解除済",
        "解除済み",
        "登録解除",
        "拒否",
        "受信拒否",
        "配信拒否",
        "禁止",
        "架電禁止",
        "不要",
        "不可",
        "ng",
        "opt-out",
        "optout",
        "unsubscribed",
        "退会",
        "希望しない",
        "送信除外",
        "除外",
        "対象外",
    ]
)
_RUNNING: Final = frozenset(
    [
        "配信中",
        "可",
        "配信可",
        "許可",
        "希望",
        "希望する",
        "有効",
        "配信",
        "配信する",
        "登録中",
        "購読中",
        "opt-in",
        "optin",
        "subscribed",
        "対象",
    ]
)


def is_blank(text: str) -> bool:
    """Tell whether a text has no visible character.

    Example:
        >>> is_blank("　"), is_blank("×")
        (True, False)
    """
    return not text.strip()


def is_test_entry(text: str) -> bool:
    """Tell whether a name or company was typed to try the form out.

    Example:
        >>> [is_test_entry(text) for text in ("テスト 太郎", "株式会社テスト", "test test", "テスト設計研究所", "テスラ")]
        [True, True, True, False, False]
    """
    if len(text) >= 40:
        return False
    first = text.removeprefix("株式会社")[:1]
    if first.isalnum() and first not in _FIRST_OF_TEST and unicodedata.is_normalized("NFKC", first):
        return False
    return _TEST_NAME.fullmatch(tidy(text)) is not None


def is_total(text: str) -> bool:
    """Tell whether a cell says that its row adds others up.

    Example:
        >>> [is_total(text) for text in ("合　計", "【総計】", "小計（東京）", "Grand Total", "合計化学", "計")]
        [True, True, True, True, False, True]
    """
    return len(text) < 40 and text[:1] in _FIRST_OF_TOTAL and _TOTAL.fullmatch(tidy(text)) is not None


def parse_text(text: str) -> str:
    r"""Return a text as a reader sees it; line breaks stay.

    A leading apostrophe before a digit or sign, which spreadsheets write to mark text, goes.

    Raises:
        InvalidValueError: the text is longer than a spreadsheet's cell.

    Example:
        >>> parse_text(" ｼｽﾃﾑ 部\n第１課 "), parse_text("'0312345678")
        ('システム 部\n第1課', '0312345678')
    """
    if len(text) > _LONGEST:
        raise InvalidValueError(
            f"the text is longer than {_LONGEST:,} characters", kind="text", length=len(text)
        )
    bare = unmarked(text)
    if "\n" not in bare and "\r" not in bare:
        return tidy(bare)
    return "\n".join(line for part in bare.splitlines() if (line := tidy(part)))


def unmarked(text: str) -> str:
    """Return a text without the apostrophe that marks it as text in a spreadsheet.

    Example:
        >>> unmarked("'+81312345678"), unmarked("'tis")
        ('+81312345678', "'tis")
    """
    return text[1:] if text[:1] == "'" and _MARKER.match(text) else text


def parse_flag(text: str, *, stops: bool = False) -> bool:
    """Read a yes or no.

    Args:
        text: such as ``"1"``, ``"希望しない"`` or ``"○"``.
        stops: whether the column says that something is stopped, so that ``"停止"`` is a yes.

    Raises:
        InvalidValueError: the text is neither.

    Example:
        >>> parse_flag("○"), parse_flag("配信停止"), parse_flag("配信停止", stops=True), parse_flag("可", stops=True)
        (True, False, True, False)
    """
    word = tidy(text).casefold().strip(" 。.")
    for yes, no in ((_STOPPED, _RUNNING) if stops else (_RUNNING, _STOPPED), (_YES, _NO)):
        if word in yes:
            return True
        if word in no:
            return False
    raise InvalidValueError(
        f"Not a yes or no ({len(text)} characters): expected a word such as はい, いいえ, 1 or 0.",
        kind="flag",
        length=len(text),
    )


def parse_count(text: str) -> int:
    """Read a whole number; of a range such as ``"300～999名"`` the lower end counts.

    Raises:
        InvalidValueError: there is no number.

    Example:
        >>> [parse_count(text) for text in ("１，２００名", "300～999名", "約5千人", "1万人以上", "48.0")]
        [1200, 300, 5000, 10000, 48]
    """
    found = _COUNT.search(tidy(text)) if len(text) < 200 else None
    if found is None:
        raise InvalidValueError(
            f"Not a number ({len(text)} characters): expected digits, such as 300.",
            kind="number",
            length=len(text),
        )
    whole, _, fraction = found[1].replace(",", "").partition(".")
    scale = _SCALE[found[2]]
    return int(float(f"{whole}.{fraction or 0}") * scale) if fraction and scale > 1 else int(whole) * scale


def parse_tags(text: str) -> tuple[str, ...]:
    """Split a cell into tags at commas, semicolons, bars and line breaks; each tag once.

    Example:
        >>> parse_tags("画像検査装置、流量計; 流量計")
        ('画像検査装置', '流量計')
    """
    return tuple(
        dict.fromkeys(tag for part in _TAG_BREAK.split(text) if (tag := tidy(part)) and not is_filler(tag))
    )
