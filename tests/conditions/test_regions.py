import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.conditions import Population, Subject, activity, all_of, any_of, field, grade, score
from leadflow.conditions.regions import readings_of, regions_of, representatives, truth_over
from leadflow.conditions.truth import truth_of
from leadflow.records import Lead, LeadBatch

AT = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)

CLAUSES = st.sampled_from(
    [
        field("employees") >= 300,
        field("employees").between(100, 300),
        field("employees") < 1000,
        field("employees") == 300,
        field("prefecture") == "東京都",
        field("prefecture").is_in("東京都", "大阪府"),
        field("title").contains_any("部長", "長"),
        field("title").contains_all("部", "長"),
        field("title") == "部長",
        field("title").starts_with("部", "部長"),
        field("title").ends_with("長"),
        field("title").is_missing(),
        field("interests").contains_any("a", "b"),
        field("interests").contains_all("b", "c"),
        field("interests") == "c",
        field("opt_in") == True,  # noqa: E712  # a comparison makes the condition
        field("exchange_date") >= dt.date(2026, 4, 1),
        field("exchange_date").between(dt.date(2026, 3, 1), dt.date(2026, 4, 2)),
    ]
)
CONDITIONS = st.recursive(
    CLAUSES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: all_of(*parts)),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: any_of(*parts)),
        inner.map(lambda part: ~part),
    ),
    max_leaves=4,
)
LEADS = st.builds(
    Lead,
    employees=st.sampled_from([None, 1, 99, 100, 200, 299, 300, 301, 999, 1000, 5000]),
    prefecture=st.sampled_from([None, "東京都", "大阪府", "沖縄県"]),
    title=st.sampled_from([None, "部長", "営業部長", "部", "長", "課長", "部員", "長部", "社員"]),
    interests=st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True).map(tuple),
    opt_in=st.sampled_from([None, True, False]),
    exchange_date=st.sampled_from(
        [None, *(dt.date(2026, month, day) for month in (2, 3, 4) for day in (1, 2, 3))]
    ),
)


class TestExactness:
    """No lead can answer the conditions in a way that no region does."""

    @given(st.lists(CONDITIONS, min_size=1, max_size=3), st.lists(LEADS, min_size=1, max_size=10))
    @settings(max_examples=150)
    def test_every_lead_is_in_a_region(self, conditions, leads):
        regions = regions_of(conditions, limit=1_000_000)
        assert regions.exact
        answers = {tuple(row) for row in np.array([regions.evaluate(c) for c in conditions]).T.tolist()}
        for lead in leads:
            subject = Subject(lead=lead, as_of=AT)
            assert tuple(truth_of(c.holds(subject)) for c in conditions) in answers

    @given(CONDITIONS)
    def test_every_region_of_fields_is_a_lead_that_answers_so(self, condition):
        regions = regions_of([condition])
        truths = regions.evaluate(condition)
        for row in range(0, regions.length, max(regions.length // 20, 1)):
            subject = Subject(lead=regions.lead(row), as_of=AT)
            assert truth_of(condition.holds(subject)) == truths[row]

    @given(CONDITIONS, st.lists(LEADS, max_size=10))
    def test_columns_answer_as_a_population_does(self, condition, leads):
        people = Population(batch=LeadBatch.from_leads(leads), as_of=AT)
        columns = {reading: reading.column(people) for reading in readings_of(condition)}
        assert truth_over(condition, columns, len(leads)).tolist() == condition.evaluate(people).tolist()


class TestRepresentatives:
    def test_whole_numbers_have_nothing_between_neighbours(self):
        wish = field("employees").between(300, 301)
        values, exact = representatives(wish.reading, [wish])
        assert (sorted(v for v in values if v is not None), exact) == ([299, 300], True)

    def test_scores_have_something_between_any_two(self):
        wish = any_of(score() < 1, score() > 1)
        assert set(representatives(readings_of(wish)[0], [wish])[0]) == {0, 1, 2, None}

    def test_count_is_never_missing(self):
        wish = activity("webinar").count() >= 2
        values, exact = representatives(readings_of(wish)[0], [wish])
        assert (set(values), exact) == ({2, 1}, True)

    def test_latest_activity_can_be_missing(self):
        wish = activity("call").age() > dt.timedelta(days=90)
        assert None in representatives(readings_of(wish)[0], [wish])[0]

    def test_known_values_are_preferred_to_something_else(self):
        wish = field("prefecture") == "東京都"
        assert representatives(wish.reading, [wish], known=["沖縄県"])[0] == ("東京都", "沖縄県", None)

    def test_grade_has_each_constant_something_else_and_nothing(self):
        wish = any_of(grade() == "A1", grade() == "B1")
        assert len(representatives(readings_of(wish)[0], [wish])[0]) == 4


class TestSampling:
    def test_too_many_regions_are_sampled_from_a_seed_and_said_so(self):
        conditions = [
            field(name).is_in(*map(str, range(30))) & (field(name) == "1") for name in ("x", "y", "z")
        ]
        conditions += [field("x") == str(i) for i in range(30)]
        first, again = (regions_of(conditions, limit=10, samples=50, seed=3) for _ in range(2))
        assert (first.exact, first.length) == (False, 50)
        assert [first.describe(i) for i in range(50)] == [again.describe(i) for i in range(50)]

    @pytest.mark.parametrize(("wish", "exact"), [("any", True), ("all", False), ("not", False)])
    def test_many_members_are_exact_only_where_each_rule_asks_for_one(self, wish, exact):
        rules = [field("interests").contains_any(f"p{i}") for i in range(20)]
        more = {
            "any": field("interests").contains_any("p1", "p2"),
            "all": field("interests").contains_all("p1", "p2"),
            "not": ~field("interests").contains_any("p1"),
        }
        assert regions_of([*rules, more[wish]]).exact is exact
