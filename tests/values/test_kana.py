import pytest

from leadflow.errors import InvalidValueError
from leadflow.values import Kana


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("あおば　はなこ", "アオバ ハナコ"),
        ("ｱｵﾊﾞ ﾊﾅｺ", "アオバ ハナコ"),
        ("か゛く", "ガク"),
        ("ハ゜ン", "パン"),
        ("か\u3099く", "ガク"),
        ("ジェ－ン", "ジェーン"),
        ("ジェ−ン", "ジェーン"),
        ("ゔぃ", "ヴィ"),
        ("ヱビス", "ヱビス"),
        ("ジョン・スミス", "ジョン・スミス"),
        ("さゝき", "サヽキ"),
    ],
)
def test_kana_of_any_kind_becomes_full_width_katakana(text, expected):
    assert expected == str(Kana.parse(text))


@pytest.mark.parametrize("text", ["", "-", "青葉", "アオバ花子", "Aoba", "123", "ー", "ア" * 1001])
def test_what_is_not_kana_is_refused(text):
    with pytest.raises(InvalidValueError):
        Kana.parse(text)


def test_the_key_folds_spellings_and_keeps_names_apart():
    same = ("ユウコ", "ゆーこ", "ﾕｳｺ", "ユ ウコ")
    assert len({Kana.parse(text).key for text in same}) == 1
    assert Kana.parse("シヨウコ").key == Kana.parse("ショウコ").key
    assert Kana.parse("カヅオ").key == Kana.parse("カズヲ").key
    assert Kana.parse("オノ").key != Kana.parse("オオノ").key
    assert Kana.parse("ユミ").key != Kana.parse("ユウミ").key
