import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.values.numerals import kanji_number


def written(number):
    digits = "〇一二三四五六七八九"
    text = ""
    for unit, mark in ((1000, "千"), (100, "百"), (10, "十")):
        count, number = divmod(number, unit)
        text += ("" if count == 1 else digits[count]) + mark if count else ""
    return text + (digits[number] if number else "")


@settings(max_examples=200, derandomize=True)
@given(st.integers(1, 9999))
def test_both_ways_to_write_a_number_are_read(number):
    assert number == kanji_number(written(number))
    assert number == kanji_number("".join("〇一二三四五六七八九"[int(digit)] for digit in str(number)))


@pytest.mark.parametrize("text", ["", "十百", "一二十", "十十", "万", "一a", "二千三千"])
def test_what_is_not_well_formed_is_none(text):
    assert kanji_number(text) is None


def test_legal_and_old_writing():
    assert [1, 120, 21, 35] == [kanji_number(text) for text in ("壱", "壱百弐拾", "廿一", "卅五")]
