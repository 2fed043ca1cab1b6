import sys

import pytest

from leadflow.errors import InvalidValueError, MissingExtraError
from leadflow.values import PersonName

NAMES = [
    ("　青葉\t花子 ", "青葉 花子"),
    ("青葉花子", "青葉花子"),
    ("青葉 花子 様", "青葉 花子"),
    ("青葉花子様", "青葉花子"),
    ("青葉 花子殿", "青葉 花子"),
    ("青葉・花子", "青葉 花子"),
    ("青葉 花子 先生", "青葉 花子"),
    ("ご担当者様", "ご担当者"),
    ("青葉　花子（アオバ　ハナコ）", "青葉 花子"),
    ("佐々木\u3000花子", "佐々木 花子"),
    ("Ms. Hanako Aoba", "Hanako Aoba"),
    ("Mr.Taro Aoba", "Taro Aoba"),
    ("Dr. Prof. Taro Aoba", "Taro Aoba"),
    ("Taro Aoba, Ph.D.", "Taro Aoba"),
    ("Aoba, Taro", "Taro Aoba"),
    ("ジョン・スミス", "ジョン・スミス"),
    ("ｱｵﾊﾞ ﾊﾅｺ", "アオバ ハナコ"),
    ("鵜殿 修", "鵜殿 修"),
    ("髙橋 曻", "髙橋 曻"),
]


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_a_canonical_name_keeps_its_characters_and_one_blank(text, expected):
    assert expected == str(PersonName.parse(text))


@pytest.mark.parametrize(
    ("text", "family", "given"),
    [
        ("青葉 花子", "青葉", "花子"),
        ("Hanako Aoba", "Aoba", "Hanako"),
        ("AOBA Hanako", "AOBA", "Hanako"),
        ("Hanako J. AOBA", "AOBA", "Hanako J."),
        ("Aoba, Hanako", "Aoba", "Hanako"),
        ("ジョン・スミス", "スミス", "ジョン"),
        ("青葉花子", "青葉花子", ""),
        ("Hanako", "Hanako", ""),
    ],
)
def test_family_and_given_name_follow_the_script_and_its_signs(text, family, given):
    name = PersonName.parse(text)
    assert (family, given) == (name.family, name.given)


def test_a_switch_reverses_latin_names_that_show_no_order():
    assert PersonName.parse("Aoba Hanako", latin_order="family_first").family == "Aoba"


@pytest.mark.parametrize(
    ("text", "reading", "expected"),
    [
        ("佐藤花子", "さとう はなこ", "佐藤 花子"),
        ("齋藤花子", "サイトウ　ハナコ", "齋藤 花子"),
        ("青葉はなこ", "ｱｵﾊﾞ ﾊﾅｺ", "青葉 はなこ"),
        ("青花", "アオ ハナ", "青 花"),
        ("あおばはなこ", "アオバ ハナコ", "あおば はなこ"),
        ("青葉花子", "アオバ ハナコ", "青葉花子"),
        ("佐藤花子", "サトウハナコ", "佐藤花子"),
    ],
)
def test_a_reading_divides_a_name_only_where_it_tells(text, reading, expected):
    name = PersonName.parse(text, reading=reading)
    assert expected == str(name)
    assert name.reading.startswith(("サ", "ア"))


def test_a_reading_in_brackets_is_kept():
    assert PersonName.parse("佐藤花子（さとう はなこ）様").reading == "サトウ ハナコ"
    assert str(PersonName.parse("佐藤花子（さとう はなこ）様")) == "佐藤 花子"
    assert PersonName.parse("青葉 花子（営業部）").reading == ""


def test_the_key_ignores_blanks_variants_and_latin_order():
    assert PersonName.parse("渡邉　健").key == PersonName.parse("渡辺健").key
    assert PersonName.parse("YAMADA Taro").key == PersonName.parse("Taro Yamada").key
    assert PersonName.parse("José Núñez").key == PersonName.parse("Jose NUNEZ").key
    assert PersonName.parse("斎藤 健").key != PersonName.parse("斉藤 健").key


def test_each_policy_has_a_switch():
    assert str(PersonName.parse("渡邉 健", shown_variants="strict")) == "渡辺 健"
    assert str(PersonName.parse("青葉 花子 様", honorifics=False)) == "青葉 花子 様"
    assert (
        PersonName.parse("斎藤 健", variants="loose").key == PersonName.parse("斉藤 健", variants="loose").key
    )


def test_division_by_statistics_is_gated():
    expected = {
        "長谷部花子": "長谷部 花子",
        "森健太": "森 健太",
        "山田": "山田",
        "林": "林",
        "営業部": "営業部",
        "株式会社青葉": "株式会社青葉",
        "John Smith": "John Smith",
        "佐藤 太郎": "佐藤 太郎",
    }
    assert expected == {text: str(PersonName.parse(text, split=True)) for text in expected}


def test_division_without_its_library_names_the_extra(monkeypatch):
    from leadflow.values import people

    people._divider.cache_clear()
    monkeypatch.setitem(sys.modules, "namedivider_core", None)
    with pytest.raises(MissingExtraError, match=r"leadflow\[ja\]"):
        PersonName.parse("佐藤花子", split=True)


@pytest.mark.parametrize(
    "text",
    ["", "-", "テスト太郎", "taro@example.jp", "090-1234-5678", "12", "https://example.jp", "青" * 201],
)
def test_what_is_no_name_is_refused(text):
    with pytest.raises(InvalidValueError):
        PersonName.parse(text)
