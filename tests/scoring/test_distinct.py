"""The short ways over distinct values and ids give the answers of the long ones."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from leadflow.columns import Column
from leadflow.conditions import Population, field
from leadflow.records import LeadBatch
from leadflow.scoring import band, joining, rule
from leadflow.scoring.distinct import DistinctValues
from leadflow.scoring.joining import places_of

NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
texts = st.sampled_from(
    ["営業部長", "ﾌﾞﾁｮｳ", "Director", "DIRECTOR 1", "", "a\nb", "ﾊﾞｽ", "ｶﾞ", "\u3099x", "Straße"]
) | st.text(max_size=6)
numbers = (
    st.integers(-5, 5)
    | st.floats(-5, 5)
    | st.sampled_from([float("inf"), -float("inf"), float("nan"), 10**20])
)
cells = st.lists(texts | st.none(), max_size=8) | st.lists(numbers | st.none(), max_size=8)
mixed = st.lists(
    texts | numbers | st.booleans() | st.none() | st.just(("検査", "b")) | st.just(NOW.date()), max_size=8
)

x = field("x")
CONDITIONS = [
    x.contains_any("部長", "rect", "ガ"),
    x.contains_any("b"),
    x.contains_all("d", "r"),
    x.starts_with("営業", "dir"),
    x.ends_with("1", "ss"),
    x.is_in("director", "ブチョウ", 3, 2.5),
    x == True,  # noqa: E712  # a comparison is a condition here
    x >= 2,
    x < 2.5,
    x.between(-1, 3),
    x.is_filled(),
    x.is_missing(),
    ~(x > 1) | (x.is_missing() & ~x.contains_any("b")),
]


@given(cells | mixed, st.sampled_from(CONDITIONS))
def test_a_condition_over_distinct_values_answers_as_evaluated(values, condition):
    column = Column.of([*values, None])
    batch = LeadBatch.of({"x": column})
    expected = condition.evaluate(Population(batch=batch, as_of=NOW))
    answers = DistinctValues.of("x", column, NOW).truth(condition)
    assert expected.tolist() == answers[column.codes].tolist()


@given(cells | mixed)
def test_a_band_over_distinct_values_answers_as_asked_one_by_one(values):
    item = band("x", (2, None, 5), (-1, 2, 3), (None, -3, -2), missing=1)
    column = Column.of([*values, None])
    points = DistinctValues.of("x", column, NOW).points(item)
    assert [item.points_of(value) for value in column] == points[column.codes].tolist()
    assert DistinctValues.of("x", column, NOW).points(rule(x >= 2, 7))[-1] == 0.0


ids = st.lists(st.text("ab部\n", max_size=70) | st.text(max_size=3), max_size=12)


@given(ids, ids.map(lambda names: list(dict.fromkeys(names))), st.booleans())
def test_ids_are_joined_as_a_dictionary_would(values, others, shared):
    if shared:
        values = [*others[::2], *values]
    expected = {other: place for place, other in enumerate(others)}
    small, joining._SMALL = joining._SMALL, 0
    try:
        found = places_of(tuple(values), others)
    finally:
        joining._SMALL = small
    assert [expected.get(value, -1) for value in values] == found.tolist()


def test_thousands_of_ids_are_joined_in_any_order():
    others = [f"lead-{i * 7919 % 10_007}" for i in range(10_007)]
    values = (*sorted(others)[:9000], "lead-x", "")
    expected = {other: place for place, other in enumerate(others)}
    assert [expected.get(value, -1) for value in values] == places_of(values, others).tolist()


def test_what_is_no_text_stands_nowhere():
    others = [str(i) for i in range(5000)]
    assert places_of((*others[:4999], 4999), others).tolist() == [*range(4999), -1]
