"""The strategies find what they promise."""

import pytest
from hypothesis import find, given, settings
from hypothesis.errors import NoSuchExample

from leadflow.testing.strategies import company_names, japanese_text, messy_cells, person_names

QUICK = settings(max_examples=5000, database=None)


class TestStrategies:
    @given(japanese_text(min_size=2, max_size=5))
    def test_texts_keep_their_length(self, text):
        assert 2 <= len(text) <= 5

    @given(company_names(), person_names())
    def test_names_are_never_empty(self, company, person):
        assert company.strip()
        assert person.strip()

    @pytest.mark.parametrize("character", ["髙", "ｱ", "亜", "あ"])
    def test_texts_reach_every_kind_of_character(self, character):
        block = ord(character) >> 8
        assert find(japanese_text(), lambda text: any(ord(c) >> 8 == block for c in text), settings=QUICK)

    @pytest.mark.parametrize("cell", [None, "", "未入力", "=1+1"])
    def test_cells_reach_what_lists_hold(self, cell):
        assert cell == find(messy_cells(), lambda found: found == cell, settings=QUICK)

    def test_company_names_stand_before_and_behind_their_form(self):
        for check in (str.startswith, str.endswith):
            try:
                find(company_names(), lambda name, check=check: check(name, "㈱"), settings=QUICK)
            except NoSuchExample:
                pytest.fail("the form never stands at one of the ends")
