"""Orders and groups of integer keys."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from leadflow.matching.sorting import distinct_keys, group_starts, stable_order

KEYS = st.one_of(
    arrays(np.int32, st.integers(0, 40), elements=st.integers(0, 5)),
    arrays(np.int64, st.integers(0, 40), elements=st.integers(0, 2**63 - 1)),
    arrays(
        np.uint64, st.integers(0, 40), elements=st.sampled_from([0, 1, 2**40, 2**63, 2**63 + 1, 2**64 - 1])
    ),
)


class TestSorting:
    @given(KEYS)
    def test_the_order_is_that_of_a_stable_sort(self, keys):
        assert np.argsort(keys, kind="stable").tolist() == stable_order(keys).tolist()

    @given(KEYS)
    def test_distinct_keys_are_those_of_numpy(self, keys):
        first, back = distinct_keys(keys)
        _, expected_first, expected_back = np.unique(keys, return_index=True, return_inverse=True)
        assert (expected_first.tolist(), expected_back.tolist()) == (first.tolist(), back.tolist())

    @given(KEYS)
    def test_groups_cover_all_keys(self, keys):
        ordered = keys[stable_order(keys)]
        starts = group_starts(ordered)
        assert len(keys) == starts[-1]
        assert all(len(set(ordered[a:b].tolist())) == 1 for a, b in itertools.pairwise(starts.tolist()))
