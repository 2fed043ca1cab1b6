import unicodedata

import pytest

from leadflow.values import fold, tidy
from leadflow.values.folding import fold_variants, unify_dashes
from leadflow.values.variants import LOOSE, STRICT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("　ＡＢＣ\u3000ｱｵﾊﾞ ", "ABC アオバ"),
        ("㈱㍿①℡", "(株)株式会社1TEL"),
        ("カ゛ハ゜", "ガパ"),
        ("葛\U000e0100西", "葛西"),
        ("\ufeff青\u200b葉\u202c", "青葉"),
        ("a\r\n b\tc", "a b c"),
        ("O´Neil", "O'Neil"),
        ("神", "神"),
        ("髙橋", "髙橋"),
    ],
)
def test_tidy_unifies_what_only_differs_in_encoding(text, expected):
    assert expected == tidy(text)


@pytest.mark.parametrize("dash", "-‐‑‒–—―−－ーｰ─━⁃﹣")
def test_every_dash_becomes_the_one_that_is_meant(dash):
    assert tidy(f"デ{dash}タ 1{dash}2 Coca{dash}Cola 青葉{dash}若葉") == "データ 1-2 Coca-Cola 青葉-若葉"
    assert tidy(f"あ{dash}{dash}") == "あーー"


def test_dashes_at_the_start_are_hyphens():
    assert unify_dashes("ーア") == "-ア"


def test_fold_goes_on_to_case_and_variants():
    assert fold("髙ＳＨＩＭＡ－Ｙａ") == "高shima-ya"
    assert fold("Straße") == "strasse"
    assert fold("関ヶ原") == fold("関ケ原")


def test_variants_are_folded_as_far_as_asked():
    assert fold_variants("齋斎齊斉", "none") == "齋斎齊斉"
    assert fold_variants("齋斎齊斉", "strict") == "斎斎斉斉"
    assert len(set(fold_variants("齋斎齊斉", "loose"))) == 1
    assert fold("龍竜", variants="strict") == "龍竜"
    assert len(set(fold("龍竜", variants="loose"))) == 1


def test_the_tables_are_closed_and_made_of_single_normal_characters():
    for table in (STRICT, LOOSE):
        assert not [target for target in table.values() if ord(target) in table]
        assert all(len(target) == 1 for target in table.values())
        assert all(unicodedata.is_normalized("NFKC", chr(source)) for source in table)
        assert {
            "髙": "高",
            "﨑": "崎",
            "𠮷": "吉",
            "邉": "辺",
            "邊": "辺",
            "濵": "浜",
            "國": "国",
        }.items() <= {(chr(source), target) for source, target in table.items()}
    assert {
        source
        for source, target in STRICT.items()
        if fold_variants(target, "loose") != LOOSE.get(source, target)
    } == set()
