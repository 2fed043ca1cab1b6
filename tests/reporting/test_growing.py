"""What is appended is what concatenation gives, and what was given out before stays as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.reporting.growing import Growing

cells = st.lists(st.integers(-9, 9), max_size=40).map(lambda found: np.array(found, np.int64))


class TestGrowing:
    @given(cells, st.lists(st.tuples(cells, st.integers(0, 9)), max_size=9))
    def test_whichever_array_is_appended_to_all_stay_what_they_were(self, first, steps):
        growing, known = Growing(), [(first, first.tolist())]
        for more, which in steps:
            array, expected = known[which % len(known)]
            known.append((growing.appended("days", array, more), [*expected, *more.tolist()]))
        for array, expected in known:
            assert expected == array.tolist()

    def test_nothing_is_copied_while_there_is_room(self):
        growing, first = Growing(), np.arange(1600)
        roomy = growing.appended("days", first, first[:0])
        longer = growing.appended("days", roomy, np.arange(100))
        assert np.shares_memory(roomy, longer)
        assert not np.shares_memory(longer, growing.appended("days", roomy, np.arange(100)))

    def test_what_is_given_out_cannot_be_written(self):
        longer = Growing().appended("days", np.arange(3), np.arange(2))
        with pytest.raises(ValueError, match="read-only"):
            longer[0] = 9
