"""The generator makes up large tables with the true lead of each row."""

import collections
import csv
import unicodedata

import numpy as np
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.testing import Noise, generate_leads_table, write_csv
from leadflow.testing.generator import COLUMNS
from leadflow.testing.generator.pools import company_pool


@pytest.fixture(scope="module")
def made():
    return generate_leads_table(2, 20_000)


class TestTable:
    def test_it_has_the_stated_columns_and_as_many_rows_as_asked_for(self, made):
        table, entity = made
        assert tuple(table) == COLUMNS
        assert {20_000} == {len(cells) for cells in table.values()} | {len(entity)}

    def test_the_duplicate_rate_is_the_part_of_rows_beyond_the_first_of_a_lead(self, made):
        assert len(np.unique(made[1])) == 14_000

    def test_equal_seeds_give_equal_tables(self, made):
        table, entity = generate_leads_table(2, 20_000)
        assert made[0] == table
        assert np.array_equal(made[1], entity)

    def test_duplicates_are_mixed_into_the_table(self, made):
        first = made[1][:14_000]
        assert len(np.unique(first)) < 14_000

    @settings(max_examples=25)
    @given(st.integers(min_value=0, max_value=60), st.floats(min_value=0, max_value=0.9))
    def test_any_size_and_rate_works(self, rows, rate):
        table, entity = generate_leads_table(0, rows, rate)
        assert rows == len(entity) == len(table["会社名"])
        assert rows - int(rows * rate) == len(np.unique(entity))

    @pytest.mark.parametrize(("rows", "rate"), [(-1, 0.3), (10, 1.0), (10, -0.1)])
    def test_impossible_sizes_are_refused(self, rows, rate):
        with pytest.raises(ValueError, match="duplicate_rate"):
            generate_leads_table(0, rows, rate)

    def test_rows_keep_a_personal_address_or_a_mobile(self, made):
        table, _ = made
        assert all(mail or mobile for mail, mobile in zip(table["メール"], table["携帯"], strict=True))

    def test_without_noise_rows_of_one_lead_are_equal(self):
        table, entity = generate_leads_table(4, 3000, noise=Noise.none())
        keys = collections.defaultdict(set)
        for row, lead in enumerate(entity.tolist()):
            keys[lead].add(
                tuple(table[c][row] for c in ("会社名", "メール", "電話番号", "携帯", "住所", "部署", "役職"))
            )
        assert {1} == {len(rows) for rows in keys.values()}

    def test_mail_reaches_nobody_and_numbers_are_valid(self):
        table, _ = generate_leads_table(4, 3000, noise=Noise.none())
        for mail, phone in zip(table["メール"], table["電話番号"], strict=True):
            local, domain = mail.split("@")
            assert domain.endswith(".example") or (domain == "gmail.com" and "_" in local)
            assert phonenumbers.is_valid_number(phonenumbers.parse(phone, "JP"))

    def test_namesakes_share_a_company(self):
        table, entity = generate_leads_table(4, 20_000, noise=Noise.none())
        people = collections.defaultdict(set)
        for row, lead in enumerate(entity.tolist()):
            name = unicodedata.normalize("NFKC", table["氏名"][row] or "").replace(" ", "")
            people[table["会社名"][row], name].add(lead)
        assert sum(len(leads) > 1 for leads in people.values()) > 20

    def test_cells_are_python_strings_or_none(self, made):
        assert {str, type(None)} == {type(cell) for cells in made[0].values() for cell in cells}


class TestCompanyPool:
    def test_more_companies_than_plain_names_still_differ(self):
        pool = company_pool(np.random.default_rng(0), 90_000)
        assert 90_000 == len(set(pool.spellings[6].tolist())) == len(set(pool.domain.tolist()))

    def test_too_many_companies_are_refused(self):
        with pytest.raises(ValueError, match="can be composed"):
            company_pool(np.random.default_rng(0), 10_000_000)


class TestWriteCsv:
    def test_a_table_is_read_back_as_it_was(self, tmp_path, made):
        path = tmp_path / "list.csv"
        write_csv(path, made[0])
        with path.open(encoding="cp932", newline="") as stream:
            rows = list(csv.reader(stream))
        assert list(COLUMNS) == rows[0]
        assert [tuple(cell or "" for cell in row) for row in zip(*made[0].values(), strict=True)] == [
            tuple(row) for row in rows[1:]
        ]

    def test_utf_8_is_possible_and_an_empty_table_has_a_header(self, tmp_path):
        path = tmp_path / "list.csv"
        write_csv(path, {"氏名": []}, encoding="utf-8")
        assert path.read_bytes().decode() == "氏名\r\n"

    def test_a_table_of_many_chunks_has_one_header(self, tmp_path):
        path = tmp_path / "list.csv"
        write_csv(path, {"n": [str(number) for number in range(120_001)]}, encoding="utf-8")
        assert ["n", *map(str, range(120_001))] == path.read_text(encoding="utf-8").split()
