"""Laws that hold for every kind of value, tried on pieces of real fields and on any text."""

import contextlib
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadflow.errors import InvalidValueError
from leadflow.values import (
    CompanyName,
    CorporateNumber,
    EmailAddress,
    Kana,
    Money,
    PersonName,
    PhoneNumber,
    PostalAddress,
    PostalCode,
    WebDomain,
    fold,
    is_filler,
    parse_date,
    parse_datetime,
    reading_key,
    romanise,
    tidy,
)

FIELDS = """
株式会社 (株) ㈱ 株) (株 有限会社 Co.,Ltd. Inc KK K.K. 青葉 製作所 東京 支店 本社 営業部 御中 様 さん Mr. 旧 ABC abc - ー － ‐ ・ , . / @ ( ) [
] 「 & 一 二 十 百 千 万 億 丁目 番地 号 番 の 1 2 10 0 03 090 1234 5678 +81 内線 ;ext= ext x TEL FAX 年 月 日 令和 R 元 2026 東京都 千代田区
丸の内 市 区 町 村 郡 ビル 階 F 上る 大字 example.co.jp gmail.com taro mailto: < > " docomo.ne.jp 山田 太郎 ヤマダ ｻﾄｳ ﾞ ゛ Yamada TARO the 円 ¥ ▲
〒 100-0001 T 7000012050002 ﾀﾅｶ (ｶ ｶ) İ ß ﬁ ℡ AG co limited gmbh 第 条 北海道 午後 : Z JST pm Apr センター 研究所 課
"""
PIECES = FIELDS.split()
TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from([*PIECES, " ", "\u3000", "\u200b", "\n"]), max_size=9).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join),
)
PARSERS = {
    "company": CompanyName.parse,
    "person": PersonName.parse,
    "kana": Kana.parse,
    "phone": PhoneNumber.parse,
    "postal code": PostalCode.parse,
    "address": PostalAddress.parse,
    "e-mail": EmailAddress.parse,
    "web domain": WebDomain.parse,
    "corporate number": CorporateNumber.parse,
    "money": Money.parse,
    "date": lambda text: parse_date(text, era_overrun="accept"),
    "date and time": lambda text: parse_datetime(text, era_overrun="accept"),
}


def canonical(value):
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@pytest.mark.parametrize("kind", PARSERS)
@settings(
    max_examples=250,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
@given(text=TEXTS)
def test_any_text_is_refused_or_has_a_stable_canonical_form(kind, text):
    parse = PARSERS[kind]
    try:
        value = parse(text)
    except InvalidValueError as error:
        length = error.length
    else:
        length = len(text)
        again = parse(canonical(value))
        assert canonical(value) == canonical(again) != ""
        assert getattr(value, "key", "") == getattr(again, "key", "")
        hash(value)
    assert length == len(text)


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(text=TEXTS)
def test_folding_twice_changes_nothing(text):
    assert tidy(text) == tidy(tidy(text))
    for variants in ("none", "strict", "loose"):
        assert fold(text, variants=variants) == fold(fold(text, variants=variants), variants=variants)
    assert reading_key(text) == reading_key(reading_key(text))
    assert isinstance(romanise(text), str)
    assert isinstance(is_filler(text), bool)


@settings(max_examples=60, derandomize=True, deadline=None, database=None)
@given(cells=st.lists(st.one_of(st.none(), TEXTS), max_size=8))
def test_a_column_is_read_as_its_cells_are(cells):
    for cls in (CompanyName, PersonName, PostalAddress, EmailAddress, Money):
        parsed = cls.parse_many(cells)
        assert len(cells) == len(parsed)
        for row, cell in enumerate(cells):
            if parsed[row] is not None:
                assert cls.parse(cell) == parsed[row]
            elif cell is not None:
                assert is_filler(cell) or row in parsed.bad.tolist()


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "0",
        "(株",
        "ー",
        "1-",
        "a@",
        "<a@",
        "1丁目",
        "a ",
        "co., ",
        "゛",
        "a\u0301",
        "部 ",
        "内線1",
        "1\n",
        "1万",
    ],
)
def test_a_text_of_a_hundred_thousand_characters_is_no_burden(piece):
    text = piece * (100_000 // len(piece))
    for function in (*PARSERS.values(), is_filler, fold, reading_key, romanise):
        for length in (len(text), 1000, 200, 100):
            start = time.process_time()
            with contextlib.suppress(InvalidValueError):
                function(text[:length])
            assert time.process_time() - start < 1.0
