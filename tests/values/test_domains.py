import pytest

from leadflow.errors import InvalidValueError
from leadflow.values import WebDomain
from leadflow.values.domains import classify_domain, registrable_domain


@pytest.mark.parametrize(
    ("text", "host", "key"),
    [
        ("https://www.example.co.jp/path?q=1", "example.co.jp", "example.co.jp"),
        ("http://shop.example.co.jp:8080", "shop.example.co.jp", "example.co.jp"),
        ("ｗｗｗ．Example．com", "example.com", "example.com"),
        ("URL：https://example.jp", "example.jp", "example.jp"),
        ("taro@mail.example.jp", "mail.example.jp", "example.jp"),
        ("www2.example.co.uk", "example.co.uk", "example.co.uk"),
        ("https://www.city.chiyoda.tokyo.jp/", "city.chiyoda.tokyo.jp", "city.chiyoda.tokyo.jp"),
        ("https://aoba.wixsite.com/home", "aoba.wixsite.com", "aoba.wixsite.com"),
        ("https://www.facebook.com/aoba", "facebook.com", ""),
        ("gmail.com", "gmail.com", ""),
    ],
)
def test_a_host_and_its_key(text, host, key):
    domain = WebDomain.parse(text)
    assert (host, key) == (str(domain), domain.key)


@pytest.mark.parametrize("text", ["", "なし", "http://", "example", "a b.jp", "-a.jp", "a..jp", "x" * 2001])
def test_what_has_no_host_is_refused(text):
    with pytest.raises(InvalidValueError):
        WebDomain.parse(text)


def test_classes_reach_subdomains_of_providers():
    assert ["provider", "carrier", "free", "disposable", "organisation"] == [
        classify_domain(name)
        for name in ("a.ocn.ne.jp", "ezweb.ne.jp", "yahoo.co.jp", "sute.jp", "ocn.example.jp")
    ]


def test_what_an_owner_registered():
    assert registrable_domain("a.b.example.ac.jp") == "example.ac.jp"
    assert registrable_domain("co.jp") == "co.jp"
    assert registrable_domain("a.example.com.sg") == "example.com.sg"
