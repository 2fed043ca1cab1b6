"""Cells as they arrived."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.capture.cells import CellTableBuilder, InputFacts, unique_headers
from leadflow.errors import InputError

FACTS = InputFacts(name="x.csv", format="csv")


def build(headers, rows):
    builder = CellTableBuilder(headers, facts=FACTS)
    builder.add(rows, range(2, 2 + len(rows)))
    return builder.build()


CELL = st.text(alphabet="ab あ", max_size=3)
ROWS = st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=20)


class TestCellTable:
    @given(ROWS)
    def test_every_row_with_text_comes_back_with_its_number(self, rows):
        table = build(["a", "b", "c"], rows)
        back = list(zip(*(column.to_list() for column in table.columns.values()), strict=True))
        kept = [(n, row) for n, row in enumerate(rows, 2) if any(row)]
        assert [tuple(cell or "" for cell in row) for row in back] == [tuple(row) for _, row in kept]
        assert table.rows.tolist() == [n for n, _ in kept]
        assert table.blank_rows == len(rows) - len(kept)

    @given(ROWS, st.permutations([0, 1, 2]))
    def test_digests_do_not_depend_on_the_order_of_columns(self, rows, order):
        names = ["a", "b", "c"]
        other = build([names[i] for i in order], [[row[i] for i in order] for row in rows])
        assert build(names, rows).digests == other.digests

    @given(ROWS)
    def test_equal_rows_and_only_they_have_equal_digests(self, rows):
        table = build(["a", "b", "c"], rows)
        kept = [tuple(row) for row in rows if any(row)]
        assert len(set(table.digests)) == len(set(kept))

    def test_chunks_join(self):
        builder = CellTableBuilder(["a"], facts=FACTS)
        builder.add([["x"], ["y"]], [2, 3])
        builder.add([["x"]], [4])
        table = builder.build()
        assert (table.columns["a"].codes.tolist(), table.rows.tolist()) == ([0, 1, 0], [2, 3, 4])

    def test_short_rows_are_filled_up(self):
        assert build(["a", "b"], [["x"]]).columns["b"].to_list() == [None]

    def test_a_row_with_more_cells_is_refused_whole(self):
        table = build(["a", "b"], [["1", "2", "3"], ["4", "5", ""]])
        assert len(table) == 1
        assert table.refused[0].raw == {"a": "1", "b": "2", "leadflow:extra 1": "3"}
        assert table.refused[0].row == 2

    def test_columns_without_header_and_cells_are_left_out(self):
        assert list(build(["a", "", ""], [["1", "", "x"]]).columns) == ["a", "column 3"]

    def test_the_columns_of_a_reject_file_are_skipped(self):
        table = build(["leadflow:row", "a", "leadflow:reason"], [["7", "x", "why"]])
        assert list(table.columns) == ["a"]
        assert table.digests == build(["a"], [["x"]]).digests

    def test_a_cell_of_more_characters_than_a_cell_can_hold_is_an_error(self):
        with pytest.raises(InputError, match="column 1 holds 200,000 characters"):
            build(["a"], [["x" * 200_000]])

    def test_two_hundred_columns_are_read_and_three_thousand_refused(self):
        assert len(build([f"c{i}" for i in range(200)], [["x"] * 200]).columns) == 200
        with pytest.raises(InputError, match="3,000 columns"):
            build([f"c{i}" for i in range(3000)], [])

    def test_half_of_a_surrogate_pair_has_a_digest(self):
        assert len(build(["a"], [["\ud842"]]).digests) == 1


@given(st.lists(st.sampled_from(["a", "a (2)", "", " a ", "b"]), max_size=12))
def test_headers_are_made_unique(headers):
    names = unique_headers(headers)
    assert len(set(names)) == len(headers)
    assert all(names)
