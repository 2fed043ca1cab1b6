import pytest

from leadflow.values import reading_key, romanise


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("さとう ゆうこ", "sato yuko"),
        ("オオノ", "ono"),
        ("ホンマ", "homma"),
        ("ナンバ", "namba"),
        ("ハットリ", "hattori"),
        ("ハッチョウ", "hatcho"),
        ("シンイチ", "shinichi"),
        ("チヅル", "chizuru"),
        ("リョウヘイ", "ryohei"),
        ("ヴィクター", "vikutaa"),
        ("ｻﾄｳ", "sato"),
    ],
)
def test_kana_is_written_as_on_a_passport(kana, latin):
    assert latin == romanise(kana)


def test_long_vowels_can_be_kept():
    assert romanise("サトウ ユウコ", long_vowels="keep") == "satou yuuko"


@pytest.mark.parametrize(
    "spellings",
    [
        ("さとう", "サトウ", "ｻﾄｳ", "SATO", "Satoh", "Satou", "Satō", "Satô", "サトー"),
        ("おおの", "Ohno", "Oono", "Ōno", "ONO"),
        ("しゅんいち", "Shunichi", "Shun'ichi", "Syunichi", "Syun-iti"),
        ("ほんま", "Honma", "Homma"),
        ("つちや", "Tsuchiya", "Tutiya"),
        ("ふじい", "Fujii", "Huzii", "Fuzii"),
        ("じゅんこ", "Junko", "Zyunko", "Jyunko"),
        ("ようへい", "Yohei", "Youhei"),
        ("ちば", "Chiba", "Tiba"),
        ("いとう たろう", "ITO Taro", "Itoh Tarou", "イトウ　タロウ"),
    ],
)
def test_all_spellings_of_a_reading_have_one_key(spellings):
    assert len({reading_key(text) for text in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Iida", "Ida"), ("Konno", "Kono"), ("Hatori", "Hattori"), ("Ota", "Oda"), ("Sato", "Saito")],
)
def test_other_readings_have_other_keys(one, other):
    assert reading_key(one) != reading_key(other)


def test_what_cannot_be_read_has_no_key():
    assert [""] * 4 == [reading_key(text) for text in ("佐藤", "佐藤 たろう", "", "ア" * 5000)]
