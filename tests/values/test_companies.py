import pytest

from leadflow.errors import InvalidValueError
from leadflow.values import CompanyName

KEYS = [
    # The form stands before, after, abbreviated, in brackets of any kind, in a square.
    ("株式会社青葉電機", "青葉電機"),
    ("青葉電機株式会社", "青葉電機"),
    ("㈱青葉電機", "青葉電機"),
    ("青葉電機㍿", "青葉電機"),
    ("（株）青葉電機", "青葉電機"),
    ("青葉電機　（株）", "青葉電機"),
    ("【株】青葉電機", "青葉電機"),
    ("株）青葉電機", "青葉電機"),
    ("青葉電機（株", "青葉電機"),
    ("株式會社青葉電機", "青葉電機"),
    ("㈲みどり商店", "みどり商店"),
    ("（同）みどり", "みどり"),
    ("㈴みどり", "みどり"),
    # Other organisations; the longest form wins and nothing of it stays behind.
    ("一般財団法人青葉会", "青葉会"),
    ("（公社）青葉会", "青葉会"),
    ("社会医療法人社団青葉会", "青葉会"),
    ("医療法人 財団 青葉会", "青葉会"),
    ("有限責任監査法人青葉", "青葉"),
    ("認定NPO法人青葉", "青葉"),
    ("国立大学法人青葉大学", "青葉大学"),
    ("㈻青葉学園", "青葉学園"),
    ("(医)社団青葉会", "青葉会"),
    ("青葉製鋼㈱ 東日本製鉄所", "青葉製鋼"),
    ("ｱｵﾊﾞ(ｶ)ﾄｳｷﾖｳｼﾃﾝ", "アオバ"),
    ("青葉株式会社物語", "青葉株式会社物語"),
    ("青葉事業協同組合", "青葉"),
    ("青葉農業協同組合", "青葉農業協同組合"),
    # Forms of bank transfers.
    ("ｶ)ｱｵﾊﾞﾃﾞﾝｷ", "アオバデンキ"),
    ("ｱｵﾊﾞﾃﾞﾝｷ(ｶ", "アオバデンキ"),
    ("ﾕ)ﾐﾄﾞﾘ", "ミドリ"),
    ("ｶﾌﾞｼｷｶﾞｲｼﾔ ｱｵﾊﾞ", "アオバ"),
    # Parts of names that look like a form.
    ("合同製鐵株式会社", "合同製鉄"),
    ("公益サービス有限会社", "公益サービス"),
    ("相互印刷㈱", "相互印刷"),
    ("AGC株式会社", "agc"),
    ("Incyte", "incyte"),
    ("Coca-Cola", "coca-cola"),
    ("Costco", "costco"),
    ("富士SE", "富士se"),
    # Foreign forms stand as a separate last word.
    ("Aoba Denki Co., Ltd.", "aoba denki"),
    ("AOBA DENKI CO LTD", "aoba denki"),
    ("Aoba Denki Kabushiki Kaisha", "aoba denki"),
    ("KK Aoba Denki", "aoba denki"),
    ("Aoba Denki K.K.", "aoba denki"),
    ("Aoba GmbH & Co. KG", "aoba"),
    ("Aoba S.p.A.", "aoba"),
    ("Aoba Pty Ltd", "aoba"),
    ("Aoba Sdn Bhd", "aoba"),
    ("Müller AG", "müller"),
    ("Smith & Co.", "smith&co"),
    ("Smith & Co., Ltd.", "smith&co"),
    ("青葉電機Inc.", "青葉電機"),
    # Case, width, dashes, blanks, dots, variant kanji.
    ("ＡＯＢＡ－Ｎｅｔ株式会社", "aoba-net"),
    ("アオバデ－タ㈱", "アオバデータ"),
    ("青葉 電機 Data Works", "青葉電機data works"),
    ("ア・オ・バ株式会社", "アオバ"),
    ("髙﨑應用硏究株式会社", "高崎応用研究"),
    ("The Aoba Company, Limited", "aoba"),
    ("株式会社「青葉」", "青葉"),
    # Branches and departments.
    ("株式会社青葉電機 東京支店", "青葉電機"),
    ("青葉電機㈱関西支社", "青葉電機"),
    ("青葉電機（株）第一営業部 営業課", "青葉電機"),
    ("株式会社青葉電機本社", "青葉電機"),
    ("株式会社青葉電機名古屋営業所", "青葉電機"),
    ("株式会社青葉電機（大阪支店）", "青葉電機"),
    ("青葉大学 理工学部", "青葉大学"),
    ("株式会社青葉電機 御中", "青葉電機"),
    ("Aoba, Inc. Tokyo Branch", "aoba"),
    ("青葉新聞東京本社", "青葉新聞東京本社"),
    ("青葉 グループ株式会社", "青葉グループ"),
    ("青葉 薬局", "青葉薬局"),
    ("株式会社青葉（旧：若葉商事）", "青葉"),
]


@pytest.mark.parametrize(("text", "expected"), KEYS)
def test_a_company_key_is_the_core_name(text, expected):
    assert expected == CompanyName.parse(text).key


def test_a_name_that_is_only_a_form_has_an_empty_key():
    for text in ("株式会社", "㈱", "(有)", "Co., Ltd.", "一般社団法人"):
        assert CompanyName.parse(text).key == ""
    assert CompanyName.parse_many(["株式会社", "㈱"]).keys.to_list() == [None, None]


def test_the_parts_are_told_apart():
    company = CompanyName.parse("㈱青葉電機　関西 支社　営業部（旧若葉）")
    assert "株式会社青葉電機" == str(company)
    assert ("株式会社", "prefix", "関西 支社", "営業部") == (
        company.legal_form,
        company.form_position,
        company.branch,
        company.department,
    )
    assert company.note == "旧若葉"
    assert company.raw == "㈱青葉電機　関西 支社　営業部（旧若葉）"


def test_the_form_keeps_its_place_in_the_canonical_name():
    assert str(CompanyName.parse("青葉電機(株)")) == "青葉電機株式会社"
    assert str(CompanyName.parse("AOBA CO.,LTD")) == "AOBA Co., Ltd."
    assert CompanyName.parse("青葉電機").form_position is None


def test_equality_ignores_the_raw_text():
    assert CompanyName.parse("(株)青葉") == CompanyName.parse("㈱青葉")
    assert CompanyName.parse("(株)青葉") != CompanyName.parse("青葉(株)")


def test_each_policy_has_a_switch():
    assert CompanyName.parse("㈱青葉 本社", split_branch=False).key == "青葉本社"
    assert CompanyName.parse("The Aoba Co.", drop_article=False).key == "the aoba"
    assert CompanyName.parse("ア・オ・バ", drop_middle_dot=False).key == "ア・オ・バ"
    assert CompanyName.parse("髙島", variants="none").key == "髙島"
    assert CompanyName.parse("斎木", variants="loose").key == CompanyName.parse("斉木", variants="loose").key


@pytest.mark.parametrize(
    "text", ["", "-", "なし", "テスト株式会社", "株式会社テスト", "未入力", "?", "あ" * 1001]
)
def test_filler_and_overlong_text_is_refused(text):
    with pytest.raises(InvalidValueError) as caught:
        CompanyName.parse(text)
    assert (caught.value.kind, caught.value.length) == ("company name", len(text))
