import datetime as dt
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.columns import Column
from leadflow.errors import InvalidValueError, SuspiciousValueWarning
from leadflow.values import fiscal_year, parse_date, parse_dates, parse_datetime, parse_datetimes

DATES = [
    ("2025/7/9", "2025-07-09"),
    ("2025-07-09", "2025-07-09"),
    ("2025.7.9", "2025-07-09"),
    ("２０２５年７月９日", "2025-07-09"),
    ("2025年 7月 9日（水）", "2025-07-09"),
    ("西暦2025年7月9日", "2025-07-09"),
    ("20250709", "2025-07-09"),
    ("2025−07−09", "2025-07-09"),
    ("2025/07/09 13:05:30", "2025-07-09"),
    ("2025-07-09T13:05:00+09:00", "2025-07-09"),
    ("令和7年7月9日", "2025-07-09"),
    ("令和七年七月九日", "2025-07-09"),
    ("二〇二五年七月九日", "2025-07-09"),
    ("R7.7.9", "2025-07-09"),
    ("令7.7.9", "2025-07-09"),
    ("r07/07/09", "2025-07-09"),
    ("R070709", "2025-07-09"),
    ("㋿7年7月9日", "2025-07-09"),
    ("令和元年5月1日", "2019-05-01"),
    ("平成元年1月8日", "1989-01-08"),
    ("昭和64年1月7日", "1989-01-07"),
    ("大正元年7月30日", "1912-07-30"),
    ("M45.7.29", "1912-07-29"),
    ("Jul 9, 2025", "2025-07-09"),
    ("9-Jul-2025", "2025-07-09"),
    ("July 9th, 2025", "2025-07-09"),
    ("Wed, 09 Jul 2025 10:00:00 +0900", "2025-07-09"),
    ("2025-Jul-09", "2025-07-09"),
    ("07/25/2025", "2025-07-25"),
    ("25/07/2025", "2025-07-25"),
    ("2024/2/29", "2024-02-29"),
]


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_a_date_is_read(text, expected):
    assert expected == parse_date(text).isoformat()


@pytest.mark.parametrize(
    "text",
    ["", "未定", "2025/7", "2025年7月", "7/9", "7月9日", "2025", "25/7/9", "'25.7.9", "1-Jul-25", "07/09/2025", "2025/2/29", "2025/13/1",
     "0000-00-00", "令和0年4月1日", "明治5年12月2日", "250709", "45847", "2025/7/9~2025/7/11", "2025/7/9頃", "2025/7/9 25:00",
     "2025年度", "10", "Wed", "May", "20251301", "2025/07/091", "1" * 101],
)  # fmt: skip
def test_what_is_no_single_day_is_refused(text):
    with pytest.raises(InvalidValueError):
        parse_date(text)


def test_each_policy_has_a_switch():
    assert dt.date(2025, 7, 9) == parse_date("07/09/2025", order="mdy")
    assert dt.date(2025, 9, 7) == parse_date("07/09/2025", order="dmy")
    assert dt.date(2025, 7, 9) == parse_date("25/7/9", two_digit_years="western")
    assert dt.date(2025, 7, 9) == parse_date("45847", excel_serial=True)


def test_a_date_after_the_end_of_its_era_is_counted_on_with_a_warning():
    with pytest.warns(SuspiciousValueWarning, match="outside their era"):
        assert dt.date(2020, 4, 1) == parse_date("平成32年4月1日")
    assert dt.date(2020, 4, 1) == parse_date("平成32年4月1日", era_overrun="accept")
    with pytest.raises(InvalidValueError):
        parse_date("平成32年4月1日", era_overrun="refuse")


def test_a_column_warns_once_and_takes_dates_of_frames():
    with pytest.warns(SuspiciousValueWarning, match="2 era dates|2 era date") as caught:
        parsed = parse_dates(["H32.4.1", "H33.4.1", "H30.4.1"])
    assert (1, 3) == (len(caught), len(parsed.values))
    column = Column.of(
        [dt.date(2025, 7, 9), dt.datetime(2025, 7, 9, 1, 2, tzinfo=dt.UTC), None, "不明", "7/9"]
    )
    parsed = parse_dates(column)
    assert ["2025-07-09", "2025-07-09", None, None, None] == parsed.canonical.to_list()
    assert parsed.bad.tolist() == [4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025/7/9", "2025-07-09T00:00:00+09:00"),
        ("2025年7月9日 13時05分", "2025-07-09T13:05:00+09:00"),
        ("2025年7月9日午後1時", "2025-07-09T13:00:00+09:00"),
        ("2025/7/9 1:05 PM", "2025-07-09T13:05:00+09:00"),
        ("2025/7/9 午前12:30", "2025-07-09T00:30:00+09:00"),
        ("2025-07-09T04:05:06.789Z", "2025-07-09T04:05:06.789000+00:00"),
        ("2025-07-09 04:05:06 UTC", "2025-07-09T04:05:06+00:00"),
        ("2025-07-09T04:05:06-0330", "2025-07-09T04:05:06-03:30"),
        ("20250709130500", "2025-07-09T13:05:00+09:00"),
        ("2025/7/9(水) 9:30", "2025-07-09T09:30:00+09:00"),
    ],
)
def test_a_time_is_aware(text, expected):
    assert expected == parse_datetime(text).isoformat()


def test_times_take_the_given_zone():
    assert parse_datetime("2025/7/9 1:00", tz=dt.UTC).isoformat() == "2025-07-09T01:00:00+00:00"
    assert parse_datetimes(["2025/7/9 1:00"], tz=dt.UTC).canonical.to_list() == ["2025-07-09T01:00:00+00:00"]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.dates(dt.date(1873, 1, 1), dt.date(2100, 12, 31)))
def test_every_spelling_of_a_day_is_read_back(day):
    spellings = [
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%b %d, %Y}",
    ]
    first_years = {"M": 1868, "T": 1912, "S": 1926, "H": 1989, "R": 2019}
    starts = {
        "M": dt.date(1873, 1, 1),
        "T": dt.date(1912, 7, 30),
        "S": dt.date(1926, 12, 25),
        "H": dt.date(1989, 1, 8),
        "R": dt.date(2019, 5, 1),
    }
    letter = max((start, letter) for letter, start in starts.items() if start <= day)[1]
    spellings.append(f"{letter}{day.year - first_years[letter] + 1}.{day.month}.{day.day}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [day] * len(spellings) == [parse_date(text) for text in spellings]


def test_a_fiscal_year_is_named_by_its_first_calendar_year():
    assert fiscal_year(dt.date(2026, 3, 31)) == 2025
    assert fiscal_year(dt.date(2026, 4, 1)) == 2026
    assert fiscal_year(dt.date(2026, 12, 31), start_month=1) == 2026
    with pytest.raises(ValueError, match="from 1 to 12"):
        fiscal_year(dt.date(2026, 4, 1), start_month=13)
