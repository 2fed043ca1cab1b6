import pytest

from leadflow.errors import InvalidValueError
from leadflow.values import PostalCode


@pytest.mark.parametrize(
    "text",
    ["060-0001", "0600001", "〒060-0001", "〒 ０６０－０００１", "060ー0001", "060 0001", "郵便番号：060-0001", "JP-060-0001", "T060-0001",
     "600001", "60-0001", "600001.0", "(060-0001)", "ZIP 060-0001", "060−0001"],
)  # fmt: skip
def test_every_spelling_becomes_one(text):
    assert str(PostalCode.parse(text)) == "060-0001"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "なし",
        "12345",
        "12345678",
        "060-000",
        "0600001東京",
        "000-0000",
        "999-9999",
        "000-1234",
        "abc-defg",
        "1.0E+06",
        "0" * 1001,
    ],
)
def test_what_is_no_code_is_refused(text):
    with pytest.raises(InvalidValueError):
        PostalCode.parse(text)


def test_the_lost_zero_has_a_switch():
    with pytest.raises(InvalidValueError, match="6 digits"):
        PostalCode.parse("600001", restore_zero=False)


def test_dummies_are_empty_and_not_bad():
    parsed = PostalCode.parse_many(
        ["000-0000", "０００－００００", "0000000", "〒000-0000", "999-9999", "060-000"]
    )
    assert [5] == parsed.bad.tolist()
    assert parsed.values == ()
