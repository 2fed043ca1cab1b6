"""What cells are hashed by."""

from collections.abc import Hashable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadflow.columns import Column
from leadflow.matching.encoding import content_hashes, content_hashes_of_rows

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
