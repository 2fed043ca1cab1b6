import pytest

from leadflow.errors import InvalidValueError
from leadflow.values import Money


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,200万円", 12_000_000),
        ("１億２，０００万円", 120_000_000),
        ("1.5億", 150_000_000),
        ("2兆円", 2_000_000_000_000),
        ("500千円", 500_000),
        ("30百万円", 30_000_000),
        ("3億5千万円", 350_000_000),
        ("1万2千円", 12_000),
        ("五千万円", 50_000_000),
        ("一億二千万円", 120_000_000),
        ("金壱百万円也", 1_000_000),
        ("¥1,000", 1000),
        ("￥１，０００－", 1000),
        ("JPY 1000", 1000),
        ("1,000円(税込)", 1000),
        ("約100万円", 1_000_000),
        ("▲1,500", -1500),
        ("△1,500円", -1500),
        ("-1500", -1500),
        ("(1,500)", -1500),
        ("1000.0", 1000),
        ("2M", 2_000_000),
        ("0", 0),
    ],
)
def test_an_amount_is_whole_yen(text, amount):
    money = Money.parse(text)
    assert (amount, str(amount), "JPY") == (money.amount, str(money), money.currency)
    assert int(money) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "未定",
        "100万〜200万円",
        "100万円以上",
        "$100",
        "100ドル",
        "1,00",
        "1,2345",
        "1.5円",
        "円",
        "１つ",
        "9" * 99,
        "1万2億",
    ],
)
def test_what_is_no_single_amount_of_yen_is_refused(text):
    with pytest.raises(InvalidValueError):
        Money.parse(text)


def test_the_unit_of_the_column_counts_only_for_bare_numbers():
    assert Money.parse("1,200", unit=1000).amount == 1_200_000
    assert Money.parse("1,200万円", unit=1000).amount == 12_000_000
    assert Money.parse("1,200円", unit=1000).amount == 1200
