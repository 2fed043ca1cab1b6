import re

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.errors import InvalidValueError
from leadflow.values import PhoneNumber, phones

NUMBERS = [
    ("03-1234-5678", "+81312345678"),
    ("０３－１２３４－５６７８", "+81312345678"),
    ("03（1234）5678", "+81312345678"),
    ("03ｰ1234ー5678", "+81312345678"),
    ("03～1234～5678", "+81312345678"),
    ("03.1234.5678", "+81312345678"),
    ("03/1234/5678", "+81312345678"),
    ("+81-(0)3-1234-5678", "+81312345678"),
    ("＋８１ ３ １２３４ ５６７８", "+81312345678"),
    ("81-3-1234-5678", "+81312345678"),
    ("010-81-3-1234-5678", "+81312345678"),
    ("TEL：03-1234-5678", "+81312345678"),
    ("電話 03-1234-5678（代表）", "+81312345678"),
    ("03-1234-5678㈹", "+81312345678"),
    ("03-1234-5678（総務部）", "+81312345678"),
    ("T. 03-1234-5678", "+81312345678"),
    ("312345678", "+81312345678"),
    ("312345678.0", "+81312345678"),
    ("9012345678", "+819012345678"),
    ("0120-123-456", "+81120123456"),
    ("0800-123-4567", "+818001234567"),
    ("050-1234-5678", "+815012345678"),
    ("0570-012-345", "+81570012345"),
    ("0463-12-3456", "+81463123456"),
    ("03-1234-5678 内線 123", "+81312345678;ext=123"),
    ("03-1234-5678（内）123", "+81312345678;ext=123"),
    ("03-1234-5678(内123)", "+81312345678;ext=123"),
    ("03-1234-5678（代）内線１２３", "+81312345678;ext=123"),
    ("03-1234-5678 ext. 123", "+81312345678;ext=123"),
    ("03-1234-5678 x123", "+81312345678;ext=123"),
    ("03-1234-5678;ext=123", "+81312345678;ext=123"),
    ("03-1234-5678/5679", "+81312345678"),
    ("03-1234-5678~9", "+81312345678"),
    ("03-1234-5678・5679", "+81312345678"),
    ("+1 650-253-0000", "+16502530000"),
    ("+44 20 7946 0958", "+442079460958"),
]


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_a_number_becomes_e164(text, expected):
    assert expected == str(PhoneNumber.parse(text))


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("03-1234-5678 / 090-1234-5678", ("+819012345678",)),
        ("03-1234-5678\n090-1234-5678", ("+819012345678",)),
        ("03-1234-5678、090-1234-5678（携帯）", ("+819012345678",)),
        ("03-1234-5678 090-1234-5678", ("+819012345678",)),
        ("TEL 03-1234-5678 FAX 03-1234-5679", ()),
        ("03-1234-5678 / 03-1234-5678", ()),
    ],
)
def test_further_numbers_of_a_cell_are_kept_and_faxes_are_not(text, others):
    number = PhoneNumber.parse(text)
    assert ("+81312345678", others) == (str(number), number.others)


def test_a_lone_fax_number_is_a_number():
    assert str(PhoneNumber.parse("FAX：03-1234-5679")) == "+81312345679"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("090-1234-5678", "mobile"),
        ("03-1234-5678", "fixed"),
        ("0120-123-456", "toll_free"),
        ("050-1234-5678", "ip"),
        ("0570-012-345", "shared_cost"),
        ("0990-123-456", "premium"),
        ("+1 800-253-0000", "toll_free"),
    ],
)
def test_the_kind_follows_the_numbering_plan(text, kind):
    assert kind == PhoneNumber.parse(text).kind


@pytest.mark.parametrize(
    "text",
    ["", "-", "なし", "110", "03-1234-567", "O3-1234-5678", "0120-000-000", "03-0000-0000", "000-0000-0000", "3.12E+08",
     "1-650-253-0000", "03-1234-56789012", "内線123", "0" * 1001],
)  # fmt: skip
def test_what_is_no_number_is_refused(text):
    with pytest.raises(InvalidValueError):
        PhoneNumber.parse(text)


def test_each_policy_has_a_switch():
    with pytest.raises(InvalidValueError):
        PhoneNumber.parse("312345678", restore_zero=False)
    assert str(PhoneNumber.parse("650-253-0000", region="US")) == "+16502530000"
    assert str(PhoneNumber.parse("011-111-1112", check="possible")) == "+81111111112"


def test_dummies_are_empty_and_not_bad():
    parsed = PhoneNumber.parse_many(["000-0000-0000", "0000000000", "1111111111", "03-1234-5678"])
    assert [None, None, None, "+81312345678"] == parsed.canonical.to_list()
    assert parsed.bad.tolist() == []


def test_key_and_national_form_leave_the_extension_out():
    number = PhoneNumber.parse("03-1234-5678 内線9")
    assert ("+81312345678", "0312345678", "9") == (number.key, number.national, number.extension)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.from_regex(r"0[1-9][0-9]{8,9}", fullmatch=True))
def test_bare_japanese_numbers_are_judged_as_by_the_library(digits):
    try:
        number = phonenumbers.parse(digits, "JP")
        valid = phonenumbers.is_valid_number(number)
    except phonenumbers.NumberParseException:
        number, valid = None, False
    try:
        canonical = str(PhoneNumber.parse(digits))
    except InvalidValueError:
        canonical = ""
    expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""
    if not digits.endswith("000000"):
        assert expected == canonical


_DIGITS = st.text("0123456789", min_size=1, max_size=4)
_STYLES = st.sampled_from(
    [
        "0{}-{}-{}",
        "0{}({}){}",
        "+81-{}-{}-{}",
        "+81{}{}{}",
        "0{}{}{}",
        "+810{}-{}-{}",
        "0{}－{}－{}",
        "0081-{}-{}-{}",
    ]
)


@given(_STYLES, _DIGITS, _DIGITS, _DIGITS, st.booleans())
def test_the_usual_spellings_are_read_as_all_others_are(style, area, exchange, line, wide):
    text = style.format(area, exchange, line)
    if wide:
        text = text.translate(str.maketrans("0123456789-", "０１２３４５６７８９－"))

    def read():
        try:
            number = PhoneNumber.parse(text)
        except InvalidValueError as error:
            return error.message
        return number.e164, number.kind, number.extension, number.others

    spared = read()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(phones, "_PLAIN", re.compile("never"))
        assert read() == spared
