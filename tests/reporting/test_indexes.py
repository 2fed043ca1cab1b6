"""What an index says is what looking through all values says, however the values became longer."""

from hypothesis import given
from hypothesis import strategies as st

from leadflow.reporting.cells import places_of
from leadflow.reporting.indexes import Indexes

MANY = tuple(f"L{n}" for n in range(2500))
some = st.lists(st.integers(0, 3500).map(lambda n: f"L{n}") | st.integers(), unique=True, max_size=30)


class TestIndexes:
    @given(st.sampled_from([0, 999, 1001, 2500]), st.lists(some, max_size=4))
    def test_it_finds_what_looking_through_all_finds(self, size, asked):
        indexes, values = Indexes(), MANY[:size]
        for wanted in asked:
            assert places_of(values, set(wanted)) == indexes.places("ids", values, set(wanted))
            longer, places = indexes.lengthened("ids", values, wanted)
            assert values == longer[: len(values)]
            assert places_of(longer, set(wanted)) == places
            assert set(longer) == {*values, *wanted}
            values = longer

    @given(some, some)
    def test_values_that_were_made_longer_in_two_ways_are_two(self, one, other):
        indexes = Indexes()
        first, _ = indexes.lengthened("ids", MANY, one)
        second, _ = indexes.lengthened("ids", MANY, other)
        wanted = {*one, *other, "L1"}
        assert places_of(first, wanted) == indexes.places("ids", first, wanted)
        assert places_of(second, wanted) == indexes.places("ids", second, wanted)
