"""Lead ids that are fetched as Arrow get one number each, in the order in which they come, however many come at once."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from leadflow.adapters.sql.arrow import _LeadIds

pieces = st.lists(st.lists(st.integers(0, 30).map("L{}".format), max_size=12), min_size=1, max_size=3)


class TestLeadIds:
    @given(st.lists(pieces, min_size=1, max_size=5))
    def test_each_table_is_numbered_as_by_a_dictionary(self, tables):
        numbering, index = _LeadIds(), {}
        for table in tables:
            coded = [numbering.coded(pa.chunked_array([pa.array(piece, pa.string())])) for piece in table]
            column = numbering.column(coded)
            expected = [index.setdefault(one, len(index)) for piece in table for one in piece]
            assert expected == column.codes.tolist()
            assert tuple(index) == column.values

    def test_a_few_ids_among_many_are_found(self):
        numbering, many = _LeadIds(), [f"L{n}" for n in range(1000)]
        numbering.column([numbering.coded(pa.chunked_array([pa.array(many)]))])
        few = pa.chunked_array([pa.array(["L7", "new", "L999"]), pa.array(["L7", "other", "new"])])
        column = numbering.column([numbering.coded(few)])
        assert [7, 1000, 999, 7, 1001, 1000] == column.codes.tolist()
        assert column.codes.dtype == np.int32
