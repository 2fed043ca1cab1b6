"""Dictionary-encoded columns."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadflow.columns import CLEARED, MISSING, Column, encode

cells = st.lists(
    st.none() | st.sampled_from(["a", "b", "", "c"]) | st.tuples(st.text(max_size=2)), max_size=20
)


class TestColumn:
    @given(cells)
    def test_what_went_in_comes_out(self, values):
        assert values == Column.of(values).to_list()

    @given(cells)
    def test_each_distinct_value_is_stored_once(self, values):
        column = Column.of(values)
        assert len(set(column.values)) == len(column.values)

    @given(st.lists(cells, max_size=4))
    def test_joining_columns_joins_their_cells(self, parts):
        joined = Column.concatenate([Column.of(part) for part in parts])
        assert [cell for part in parts for cell in part] == joined.to_list()

    @given(cells)
    def test_mapping_equals_mapping_every_cell(self, values):
        def double(value):
            return None if value == "b" else (value, value)

        expected = [None if value is None else double(value) for value in values]
        assert expected == Column.of(values).map(double).to_list()

    @given(cells, st.integers(0, 19))
    def test_one_cell_is_worked_on_as_it_is_among_others(self, values, place):
        if place >= len(values):
            return
        whole, alone = Column.of(values), Column.of([values[place]])

        def marked(value):
            return None if value == "b" else (value,)

        assert whole.map(marked)[place] == alone.map(marked)[0]
        assert [whole.to_list()[place]] == alone.to_list()
        assert whole.codes[place] < 0 or alone.codes.tolist() == [0]

    @given(cells)
    def test_testing_equals_testing_every_cell(self, values):
        assert [value == "a" for value in values] == Column.of(values).test(lambda v: v == "a").tolist()

    @given(cells, st.data())
    def test_taking_rows_takes_their_cells_whatever_becomes_of_the_dictionary(self, values, data):
        rows = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=3)) if values else []
        assert [values[row] for row in rows] == Column.of(values).take(rows).to_list()

    def test_a_few_rows_of_many_values_keep_a_short_dictionary(self):
        column = Column.of(str(n) for n in range(1000)).take([5, 7, 5])
        assert (("5", "7"), [0, 1, 0]) == (column.values, column.codes.tolist())

    def test_cleared_cells_stay_apart_from_missing_ones(self):
        column = Column(codes=np.array([MISSING, CLEARED, 0], np.int32), values=("a",))
        assert column.map(lambda v: v).codes.tolist() == [MISSING, CLEARED, 0]
        assert column.to_list() == [None, None, "a"]

    def test_codes_cannot_be_changed(self):
        assert not Column.of(["a"]).codes.flags.writeable


def test_long_lists_and_iterables_are_encoded_like_short_lists():
    cells = [None if number % 7 == 3 else f"値{number * number % 31}" for number in range(150)]
    codes, values = encode(cells)
    for many in (cells * 9, iter(cells * 9)):
        long_codes, long_values = encode(many)
        assert long_values == values
        assert long_codes.tolist() == codes.tolist() * 9
        assert long_codes.dtype == codes.dtype
        assert not long_codes.flags.writeable
