"""What cells are hashed by."""

from collections.abc import Hashable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadflow.columns import Column
from leadflow.matching import comparisons as c
from leadflow.matching.columns import ComparedColumns
from leadflow.matching.encoding import Feature, content_hashes, content_hashes_of_rows
from leadflow.matching.features import KINDS
from leadflow.records.tables import Table

CELLS = st.none() | st.text(max_size=4) | st.tuples(st.text(max_size=2)) | st.just("\ud800")


class TestHashesOfRows:
    """Rows of several cells are hashed out of their distinct cells."""

    @given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1))
    def test_a_row_is_hashed_as_the_tuple_of_its_cells(self, rows: list[tuple[Hashable, ...]]) -> None:
        """Whatever the cells are."""
        columns = [Column.of(cells) for cells in zip(*rows, strict=True)]

        hashes = content_hashes_of_rows([each.values for each in columns], [each.codes for each in columns])

        assert content_hashes(rows).tolist() == hashes.tolist()

    def test_a_column_in_which_all_is_missing_counts_as_none(self) -> None:
        """It stands for a column that a table does not have."""
        hashes = content_hashes_of_rows([["a"], None], [np.zeros(1, np.int32), np.full(1, -1, np.int32)])

        assert content_hashes([("a", None)]).tolist() == hashes.tolist()


NAMES = st.none() | st.sampled_from(
    ["㈱日立製作所", "日立製作所", "Acme Chemicals Ltd", "オルフェモラ", "-", "アクメ"]
)
READINGS = st.none() | st.sampled_from(["ヒタチセイサクショ", "アクメ", "日立", "-"])
NUMBERS = st.none() | st.sampled_from(["7000012050002", "なし"])
SITES = st.none() | st.sampled_from(["a@example.jp", "b@example.jp", "a@gmail.com", "https://acme.example"])


class TestFeaturesOfPopulations:
    """What is encoded for a population is what is derived of each of its records."""

    @given(rows=st.lists(st.tuples(NAMES, READINGS, NUMBERS, SITES), min_size=1, max_size=12))
    def test_companies_have_the_features_of_their_cells(self, rows: list[tuple[Hashable, ...]]) -> None:
        """Also those that depend on one column alone, which are not derived for each combination."""
        table = Table.of(dict(zip("nkci", map(list, zip(*rows, strict=True)), strict=True)))

        compared = ComparedColumns.of(c.company("n", kana="k", corporate_number="c", site="i"), table)

        for row, place in zip(rows, compared.rows.tolist(), strict=True):
            if place >= 0:
                expected = KINDS["company"].of(row)
                assert list(expected) == [_value(each, place) for each in compared.features.values()]


def _value(feature: Feature, place: int) -> object:
    assert feature.bank is not None
    codes = np.atleast_1d(feature.codes[place])
    texts = tuple(feature.bank.texts[codes[codes >= 0]].tolist())
    return (texts or None) if feature.is_set else (texts[0] if texts else None)
