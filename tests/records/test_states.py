"""States come back out of a batch as they went in."""

import math

from hypothesis import given
from hypothesis import strategies as st

from leadflow.records import State, StateBatch
from leadflow.records.batches import NO_TIME

points = st.floats(-1e6, 1e6)
names = st.none() | st.sampled_from(["Lead", "MQL", "A1"])
states = st.builds(
    State,
    stage=names,
    stage_entered_at=st.integers(0, 2**40) | st.just(NO_TIME),
    fit=points,
    engagement=points,
    total=points,
    grade=names,
    owner=names,
)


class TestStateBatch:
    @given(st.lists(states, max_size=5))
    def test_states_come_back_as_they_went_in(self, rows):
        batch = StateBatch.from_states([str(row) for row in range(len(rows))], rows)
        assert rows == list(batch)

    def test_what_nobody_knows_of_a_lead_is_an_empty_state(self):
        (state,) = StateBatch.of(["L1"])
        assert repr(State()) == repr(state)
        assert math.isnan(state.total)

    def test_arrays_cannot_be_written(self):
        batch = StateBatch.from_states(["L1"], [State()])
        arrays = (batch.stage_entered_at, batch.fit, batch.engagement, batch.total)
        assert [array.flags.writeable for array in arrays] == [False] * 4
