"""Texts, flags, counts, tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.capture.normalising import parse_moment
from leadflow.capture.parsing import is_test_entry, parse_count, parse_flag, parse_tags, parse_text
from leadflow.errors import InvalidValueError


class TestFlags:
    @pytest.mark.parametrize(
        "text", ["1", "はい", "○", "TRUE", "希望する", "同意する", "可", "済", "レ", "ＯＮ", "1.0"]
    )
    def test_a_yes_is_true(self, text):
        assert parse_flag(text) is True

    @pytest.mark.parametrize("text", ["0", "いいえ", "×", "false", "希望しない", "不可", "未", "停止"])
    def test_a_no_is_false(self, text):
        assert parse_flag(text) is False

    def test_the_words_of_stopping_turn_round_in_a_column_of_stops(self):
        assert parse_flag("配信停止", stops=True) is True
        assert parse_flag("配信中", stops=True) is False
        assert parse_flag("1", stops=True) is True

    def test_another_word_is_refused_without_being_quoted(self):
        with pytest.raises(InvalidValueError) as caught:
            parse_flag("佐藤")
        assert "佐藤" not in str(caught.value)


class TestCounts:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("300", 300),
            ("1,200名", 1200),
            ("１，２００人", 1200),
            ("300～999名", 300),
            ("1000名以上", 1000),
            ("約50人", 50),
            ("1万人", 10_000),
            ("1.5万人", 15_000),
            ("312.0", 312),
            ("-5", -5),
        ],
    )
    def test_a_number_is_read_from_its_cell(self, text, expected):
        assert parse_count(text) == expected

    @given(st.text(max_size=300))
    def test_any_text_is_a_number_or_refused(self, text):
        try:
            number = parse_count(text)
        except InvalidValueError as error:
            number = -error.length
        assert isinstance(number, int)


class TestMoments:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026/04/15 10:05", "2026-04-15T10:05:00+09:00"),
            ("2026-04-15T01:05:09Z", "2026-04-15T01:05:09+00:00"),
            ("2026年4月15日 午後3時", "2026-04-15T15:00:00+09:00"),
            ("令和8年4月15日", "2026-04-15T00:00:00+09:00"),
            ("46127.5", "2026-04-15T12:00:00+09:00"),
            ("45748", "2025-04-01T00:00:00+09:00"),
        ],
    )
    def test_a_moment_is_aware(self, text, expected):
        assert parse_moment(text).isoformat() == expected


class TestTexts:
    def test_the_apostrophe_that_marks_text_goes(self):
        assert parse_text("'=1+1") == "=1+1"
        assert parse_text("'tis") == "'tis"

    def test_line_breaks_stay_and_blank_lines_go(self):
        assert parse_text("一行目 \r\n\r\n　二行目") == "一行目\n二行目"

    def test_tags_are_split_and_stand_once(self):
        assert parse_tags("A、B;C|D\nE，A") == ("A", "B", "C", "D", "E")

    @pytest.mark.parametrize(
        "text",
        [
            "テスト",
            "テスト 太郎",
            "test test",
            "TEST123",
            "テスト株式会社",
            "(株)テスト",
            "ダミー会社",
            "テストです",
        ],
    )
    def test_a_test_entry_is_recognised(self, text):
        assert is_test_entry(text)

    @pytest.mark.parametrize(
        "text", ["テスト設計研究所", "Testa Rossa", "天須都 太郎", "テストーニ", "Protest", ""]
    )
    def test_a_name_that_only_resembles_one_is_not(self, text):
        assert not is_test_entry(text)
