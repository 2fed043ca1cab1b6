"""What is read straight away, because it is plain, is what the general reading finds."""

import re
from unittest import mock

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.values import (
    CompanyName,
    PersonName,
    PostalAddress,
    addresses,
    filler,
    folding,
    legal_forms,
    people,
)
from leadflow.values.filler import is_filler, is_filler_as
from leadflow.values.folding import tidy

NEVER, ALWAYS = re.compile("(?!)"), re.compile("")
PIECES = [
    "山田",
    "青葉",
    "太郎",
    "花子",
    "中",
    "生",
    "様",
    "さん",
    "君",
    "先生",
    "々",
    "ヶ",
    "が",
    "の",
    "ノ",
    "ー",
    "-",
    "－",
    "・",
    "ッ",
    "ツ",
    "ア",
    "ｱ",
    "ﾞ",
    "株式会社",
    "有限会社",
    "合同会社",
    "(株)",
    "（株）",
    "㈱",
    "㈲",
    "医療法人",
    "社団",
    "協同組合",
    "農業協同組合",
    "カブシキガイシャ",
    "御中",
    "本社",
    "支店",
    "営業所",
    "課",
    "店",
    "社",
    "局",
    "サンプル",
    "テスト",
    "なし",
    "東京都",
    "千代田区",
    "京都府",
    "京都市",
    "大字",
    "字",
    "丁目",
    "番地",
    "番",
    "号",
    "1",
    "２",
    "12",
    "十",
    "ビル",
    "3F",
    "髙",
    "邉",
    "Ａ",
    "a",
    "(",
    ")",
    "゛",
    "゙",
    "\u200b",
]
TEXTS = st.lists(st.sampled_from([*PIECES, " ", "\u3000"]), max_size=7).map("".join)


@given(TEXTS, st.sampled_from(["none", "strict"]))
def test_names_of_people(text: str, variants: str) -> None:
    quick = PersonName.parse_many([text], shown_variants=variants)
    with mock.patch.object(people, "_PLAIN", NEVER):
        assert _told(PersonName.parse_many([text], shown_variants=variants)) == _told(quick)


@given(TEXTS)
def test_names_of_companies(text: str) -> None:
    quick = CompanyName.parse_many([text])
    with mock.patch.object(legal_forms, "_PLAIN", NEVER):
        assert _told(CompanyName.parse_many([text])) == _told(quick)


@given(TEXTS)
def test_addresses(text: str) -> None:
    quick = PostalAddress.parse_many([f"東京都千代田区{text}"])
    with (
        mock.patch.object(addresses, "_PLAIN_NUMBERS", NEVER),
        mock.patch.object(addresses, "_KEY_TOUCHED", ALWAYS),
    ):
        assert _told(PostalAddress.parse_many([f"東京都千代田区{text}"])) == _told(quick)


@given(TEXTS)
def test_texts_in_wide_letters(text: str) -> None:
    quick = tidy(text)
    with mock.patch.object(folding, "_NARROW", {}):
        assert tidy(text) == quick


@given(TEXTS)
def test_filler(text: str) -> None:
    assert is_filler_as(text, tidy(text)) == is_filler(text)
    with mock.patch.object(filler, "_DATA", NEVER):
        assert is_filler(text) == is_filler_as(text, tidy(text))


@pytest.mark.parametrize(
    ("kind", "patched", "text"),
    [
        (PersonName, (people, "_general"), "山田 花子"),
        (CompanyName, (legal_forms, "_find_prefix"), "㈱青葉電機"),
    ],
)
def test_plain_texts_are_read_straight_away(kind, patched, text) -> None:
    with mock.patch.object(*patched, side_effect=AssertionError):
        assert kind.parse(text).key in {"山田花子", "青葉電機"}


def _told(parsed) -> tuple:
    return [value and attrs.astuple(value) for value in parsed], parsed.reasons
