import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.errors import InvalidValueError
from leadflow.values import CorporateNumber
from leadflow.values.corporate_numbers import check_digit


@pytest.mark.parametrize(
    "text",
    ["7000012050002", "T7000012050002", "ｔ７００００１２０５０００２", "T-7000012050002", "7-0000-1205-0002", "法人番号：7000012050002",
     "登録番号 T7000012050002", "7000012050002.0", " 7000012050002 "],
)  # fmt: skip
def test_every_spelling_becomes_thirteen_digits(text):
    assert str(CorporateNumber.parse(text)) == "7000012050002"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "なし",
        "000012050002",
        "8000012050002",
        "7000012050003",
        "70000120500021",
        "7.00001E+12",
        "X7000012050002",
    ],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(InvalidValueError):
        CorporateNumber.parse(text)


@settings(max_examples=100, derandomize=True)
@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.integers(0, 9))
def test_exactly_one_first_digit_is_right(base, digit):
    expected = check_digit(base)
    assert 1 <= expected <= 9
    try:
        accepted = str(CorporateNumber.parse(f"{digit}{base}")) == f"{digit}{base}"
    except InvalidValueError:
        accepted = False
    assert (digit == expected) == accepted
