import sys

import pytest

from leadflow.errors import InvalidValueError, MissingExtraError
from leadflow.values import EmailAddress

ADDRESSES = [
    ("Taro@Example.CO.JP", "taro@example.co.jp"),
    ("　taro@example.co.jp　\r\n", "taro@example.co.jp"),
    ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
    ("mailto:taro@example.jp", "taro@example.jp"),
    ("E-mail：taro@example.jp", "taro@example.jp"),
    ("青葉 太郎 <taro@example.jp>", "taro@example.jp"),
    ('"青葉, 太郎" <taro@example.jp>', "taro@example.jp"),
    ("青葉太郎 taro@example.jp", "taro@example.jp"),
    ("<taro@example.jp>", "taro@example.jp"),
    ("taro@example.jp（自宅）", "taro@example.jp"),
    ("taro@example,jp", "taro@example.jp"),
    ("taro @ example . jp", "taro@example.jp"),
    ("taro@example。jp", "taro@example.jp"),
    ("taro(at)example.jp", "taro@example.jp"),
    ("taro@example.jp.", "taro@example.jp"),
    ("taro@example.jp様", "taro@example.jp"),
    ("mailto:taro@example.jp?subject=a", "taro@example.jp"),
    ("taro+fair@example.jp", "taro+fair@example.jp"),
    ("o'brien_1-a@sub.example.jp", "o'brien_1-a@sub.example.jp"),
    ("taro.@docomo.ne.jp", "taro.@docomo.ne.jp"),
    ('"taro..a"@ezweb.ne.jp', "taro..a@ezweb.ne.jp"),
    ("taro@例え.jp", "taro@例え.jp"),
]


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_an_address_is_found_and_lower_case(text, expected):
    assert expected == str(EmailAddress.parse(text))


@pytest.mark.parametrize(
    "text",
    ["", "-", "なし", "taro", "@example.jp", "taro@", "taro@example", "taro@@example.jp", "taro@example..jp", "taro@-example.jp",
     "taro@example.j", "taro.@example.jp", ".taro@example.jp", "ta..ro@example.jp", "taro aoba@example.jp", "太郎@example.jp",
     "taro@192.168.0.1", "a" * 65 + "@example.jp", "a@" + "b" * 250 + ".jp", "a@b" * 400],
)  # fmt: skip
def test_what_is_no_address_is_refused(text):
    with pytest.raises(InvalidValueError):
        EmailAddress.parse(text)


def test_several_addresses_give_the_first_and_keep_the_rest():
    address = EmailAddress.parse("a@example.jp; b@example.jp,a@example.jp")
    assert ("a@example.jp", ("b@example.jp",)) == (str(address), address.others)


def test_classes_of_domains_and_local_parts():
    free = [
        "a@gmail.com",
        "a@yahoo.co.jp",
        "a@docomo.ne.jp",
        "a@i.softbank.jp",
        "a@coral.plala.or.jp",
        "a@nifty.com",
        "a@sute.jp",
    ]
    assert all(EmailAddress.parse(text).is_free_mail for text in free)
    assert not EmailAddress.parse("a@example.co.jp").is_free_mail
    roles = [
        "info@example.jp",
        "eigyo-2@example.jp",
        "no-reply@example.jp",
        "sales+x@example.jp",
        "recruit2026@example.jp",
    ]
    assert all(EmailAddress.parse(text).is_role for text in roles)
    assert not EmailAddress.parse("information.taro@example.jp".replace("information", "inoue")).is_role
    assert EmailAddress.parse("a@mailinator.com").is_disposable
    assert EmailAddress.parse("a.@ezweb.ne.jp").is_legacy_mobile
    assert not EmailAddress.parse("a@ezweb.ne.jp").is_legacy_mobile


def test_tags_fold_in_the_key_only():
    address = EmailAddress.parse("taro+fair@example.jp")
    assert ("taro@example.jp", "taro+fair") == (address.key, address.local)
    assert EmailAddress.parse("t.a.r.o+x@googlemail.com").key == EmailAddress.parse("taro@gmail.com").key
    assert EmailAddress.parse("t.aro@example.jp").key != EmailAddress.parse("taro@example.jp").key


def test_each_policy_has_a_switch():
    for text, switch in (
        ("taro.@ezweb.ne.jp", {"legacy_mobile": False}),
        ("taro@example,jp", {"repair": False}),
    ):
        with pytest.raises(InvalidValueError):
            EmailAddress.parse(text, **switch)


def test_strict_checking_is_that_of_the_library():
    assert str(EmailAddress.parse("taro@example.co.jp", strict=True)) == "taro@example.co.jp"
    with pytest.raises(InvalidValueError, match="email-validator"):
        EmailAddress.parse("taro..x@docomo.ne.jp", strict=True)


def test_strict_checking_without_the_library_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "email_validator", None)
    with pytest.raises(MissingExtraError, match=r"leadflow\[email\]"):
        EmailAddress.parse("taro@example.jp", strict=True)
