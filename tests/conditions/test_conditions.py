"""The condition language: one meaning in Python, data and text, for one lead and for many."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.columns import Column
from leadflow.conditions import (
    FALSE,
    TRUE,
    UNKNOWN,
    Condition,
    Population,
    Subject,
    activity,
    all_of,
    always,
    any_of,
    condition_from_data,
    condition_to_data,
    field,
    grade,
    parse_condition,
    score,
    stage,
)
from leadflow.conditions.truth import truth_of
from leadflow.errors import DefinitionError, UnknownNameError
from leadflow.records import Activity, ActivityLog, Lead, LeadBatch

NOW = dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)
TITLES = ["部長", "営業部長", "課長", "ＭＡＮＡＧＥＲ", "manager", ""]
KINDS = ["webinar", "page", "won"]

texts = st.sampled_from(["部長", "課長", "manager", "取締役", "2026-04-01", "30 days", 'a"b\\', "名"])
numbers = st.integers(-5, 600) | st.sampled_from([0.5, 299.5])
durations = st.integers(1, 100).map(lambda n: dt.timedelta(days=n)) | st.integers(1, 100).map(
    lambda n: dt.timedelta(minutes=n)
)
moments = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31), timezones=st.just(dt.UTC)).map(
    lambda at: at.replace(microsecond=0)
)


@st.composite
def clauses_(draw: st.DrawFn) -> Condition:
    """One test of one reading."""
    place = draw(st.integers(0, 6))
    if place == 0:
        ref = field(draw(st.sampled_from(["title", "展示会 名", "is", "count", "interests"])))
        part = draw(st.lists(texts, min_size=1, max_size=3))
        return draw(
            st.sampled_from(
                [
                    ref.contains_any(*part),
                    ref.contains_all(*part),
                    ref.starts_with(*part),
                    ref.ends_with(*part),
                    ref.is_in(*part),
                    ref == part[0],
                    ref != part[0],
                    ref.is_filled(),
                    ref.is_missing(),
                ]
            )
        )
    if place == 1:
        low, high = sorted([draw(numbers), draw(numbers)])
        ref = field("employees")
        return draw(
            st.sampled_from(
                [ref >= low, ref > low, ref <= high, ref < high, ref.between(low, high), ref == low]
            )
        )
    if place == 2:
        return draw(
            st.sampled_from([stage() == "MQL", grade().is_in("A1", "B2"), score() >= 50, score("fit") < 10])
        )
    if place == 3:
        return field("created_at").age() <= draw(durations)
    if place == 4:
        return field("created_at") >= draw(moments)
    ref2 = activity(
        *draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True)),
        where=draw(st.sampled_from([None, {"page": "/a"}, {"page": ["/a", "/b"]}])),
    )
    within = draw(st.none() | durations)
    return draw(
        st.sampled_from(
            [
                ref2.count(within=within) >= draw(st.integers(0, 3)),
                ref2.days(within=within) >= 1,
                ref2.total("amount", within=within) > 100,
                ref2.age(within=within) < dt.timedelta(days=10),
                ref2.exists(within=within),
            ]
        )
    )


conditions = st.recursive(
    clauses_() | st.just(always),
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: all_of(*parts))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: any_of(*parts))
        | inner.map(lambda part: ~part)
    ),
    max_leaves=8,
)

leads = st.builds(
    Lead,
    title=st.none() | st.sampled_from(TITLES[:-1]),
    employees=st.none() | st.integers(-5, 600),
    interests=st.sampled_from([(), ("manager",), ("部長", "課長")]),
    created_at=st.none() | moments,
    custom=st.sampled_from([{}, {"展示会 名": "部長会"}, {"is": "課長", "count": "manager"}]),
)


@st.composite
def populations(draw: st.DrawFn) -> Population:
    """Some leads, what they did, and where they stand."""
    rows = draw(st.lists(leads, min_size=0, max_size=5))
    batch = LeadBatch.from_dicts([lead.values() for lead in rows])
    n = len(rows)
    made = draw(
        st.lists(
            st.tuples(
                st.integers(0, 6),
                st.sampled_from(KINDS),
                st.integers(-100, 100 * 86400),
                st.sampled_from(
                    [{}, {"page": "/a", "amount": 60}, {"page": "/B", "amount": 0.5}, {"amount": "many"}]
                ),
            ),
            max_size=8,
        )
    )
    log = ActivityLog.of(
        Activity(lead_id=str(row), kind=kind, at=NOW - dt.timedelta(seconds=ago), attributes=attributes)
        for row, kind, ago, attributes in made
    )
    states = {
        "stage": Column.of(draw(st.lists(st.sampled_from([None, "MQL", "SAL"]), min_size=n, max_size=n))),
        "score": __import__("numpy").array(
            draw(st.lists(st.sampled_from([0.0, 50.0, 80.0]), min_size=n, max_size=n)), dtype=float
        ),
    }
    return Population(batch=batch, activities=log, as_of=NOW, states=states)


class TestRoundTrips:
    @given(conditions)
    def test_plain_data_gives_the_same_condition_back(self, condition):
        data = json.loads(json.dumps(condition_to_data(condition)))
        assert condition == condition_from_data(data)

    @given(conditions)
    def test_readable_text_gives_the_same_condition_back(self, condition):
        assert condition == parse_condition(condition.text())


class TestOneMeaning:
    @given(conditions, populations())
    def test_a_batch_and_single_leads_give_one_result(self, condition, population):
        singly = [truth_of(condition.holds(population.subject(row))) for row in range(len(population))]
        assert singly == condition.evaluate(population).tolist()

    @given(conditions, populations())
    def test_the_explanation_has_the_truth_of_the_answer(self, condition, population):
        for row in range(len(population)):
            subject = population.subject(row)
            assert truth_of(condition.holds(subject)) == condition.explain(subject).truth

    @given(conditions, populations())
    def test_a_condition_that_does_not_hold_names_a_clause_that_failed(self, condition, population):
        for row in range(len(population)):
            explanation = condition.explain(population.subject(row))
            assert bool(explanation.failed) == (explanation.truth != TRUE)

    @given(conditions, conditions, populations())
    def test_the_laws_of_de_morgan_hold_in_three_values(self, a, b, population):
        left = (~(a & b)).evaluate(population).tolist()
        assert left == (~a | ~b).evaluate(population).tolist()


class TestMeaning:
    def ask(self, condition: Condition, **values: object) -> int:
        return truth_of(condition.holds(Subject(lead=Lead.of("L", values), as_of=NOW)))

    def test_a_missing_value_is_neither_true_nor_false(self):
        assert self.ask(field("employees") >= 300) == UNKNOWN
        assert self.ask(~(field("employees") >= 300)) == UNKNOWN

    def test_presence_is_what_a_missing_value_answers(self):
        assert self.ask(field("employees").is_filled()) == FALSE
        assert self.ask(field("employees").is_missing()) == TRUE

    def test_width_and_case_do_not_matter(self):
        assert self.ask(field("title") == "manager", title="ＭＡＮＡＧＥＲ") == TRUE

    def test_an_activity_exactly_as_old_as_the_window_is_out(self):
        week = dt.timedelta(days=7)
        log = [Activity(lead_id="L", kind="page", at=NOW - week)]
        subject = Subject(lead=Lead(), activities=log, as_of=NOW)
        assert False is activity("page").exists(within=week).holds(subject)
        assert True is activity("page").exists(within=week + dt.timedelta(seconds=1)).holds(subject)

    def test_what_has_not_happened_yet_does_not_count(self):
        log = [Activity(lead_id="L", kind="page", at=NOW + dt.timedelta(seconds=1))]
        assert False is activity("page").exists().holds(Subject(lead=Lead(), activities=log, as_of=NOW))

    def test_a_condition_refuses_to_be_used_as_a_truth_value(self):
        with pytest.raises(TypeError, match="no truth of its own"):
            bool(field("title") == "部長")


class TestErrors:
    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (
                {"field": "title", "contain_any": ["x"]},
                r"\$: 'contain_any' is not part .* Did you mean 'contains_any'",
            ),
            (
                {"all": [{"field": "title"}, {"field": "x", "filled": True}]},
                r"\$\.all\[0\] must ask one thing",
            ),
            ({"field": "employees", "at_least": 5, "at_most": 1}, r"range .* is empty"),
            ({"field": "employees", "at_least": 5, "above": 1}, "one lower and one upper bound"),
            ({"state": "stagee", "is": "x"}, "Did you mean 'stage'"),
            ({"activity": "x", "within": "30 moons", "at_least": 1}, "A duration was expected"),
            ({"activity": "x", "measure": "mean", "at_least": 1}, r"\$\.measure must be one of"),
            ({"any": [{"field": "x", "filled": True}], "field": "y"}, "must stand alone"),
            ({"field": "title", "contains_any": [""]}, r"contains_any\[0\] must be a text"),
            (["title"], "must be a table"),
        ],
    )
    def test_wrong_data_names_the_path_and_what_was_expected(self, data, said):
        with pytest.raises(DefinitionError, match=said):
            condition_from_data(data)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "title",
            "title is",
            "title is 部長",
            "employees >= ",
            "count(page) >= 1",
            "(title is filled",
            'x is "a" y',
        ],
    )
    def test_wrong_text_names_the_position(self, text):
        with pytest.raises(DefinitionError, match=r"wrong at character \d+: expected"):
            parse_condition(text)

    @given(st.text(max_size=40))
    def test_any_text_is_a_condition_or_a_definition_error(self, text):
        try:
            condition = parse_condition(text)
        except DefinitionError:
            return
        assert condition == parse_condition(condition.text())

    def test_deep_nesting_is_refused_and_not_a_crash(self):
        with pytest.raises(DefinitionError, match="nested brackets"):
            parse_condition("(" * 5000)

    def test_an_unknown_state_is_an_unknown_name(self):
        with pytest.raises(UnknownNameError):
            score("totl")


class TestShortCircuit:
    """What cannot change an answer is not asked."""

    def people(self):
        log = ActivityLog.of([Activity(lead_id="a", kind="call", at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))])
        batch = LeadBatch.from_dicts([{"title": "部長"}], ids=["a"])
        return Population(batch=batch, activities=log, as_of=dt.datetime(2026, 5, 1, tzinfo=dt.UTC))

    @pytest.mark.parametrize(
        "condition",
        [
            (activity("call").count() >= 1) & (field("title") == "課長"),
            (activity("call").count() >= 1) | (field("title") == "部長"),
        ],
    )
    def test_activities_are_not_counted_when_fields_have_settled_every_answer(self, condition):
        people = self.people()
        assert condition.evaluate(people).tolist() == [truth_of(condition.holds(people.subject(0)))]
        unasked = self.people()
        condition.evaluate(unasked)
        assert "rows" not in unasked._memo

    def test_activities_are_counted_when_a_field_leaves_it_open(self):
        people = self.people()
        condition = (activity("call").count() >= 1) & (field("title") == "部長")
        assert condition.evaluate(people).tolist() == [1]
        assert "rows" in people._memo
