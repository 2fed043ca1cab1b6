"""Odd input: whatever stands in a cell, one lead and a batch agree; what makes no sense is refused with the reason."""

import datetime as dt
import math

import pytest

from leadflow.conditions import activity, field
from leadflow.errors import DefinitionError, InputError
from leadflow.records import Activity, ActivityLog, Lead, LeadBatch
from leadflow.scoring import ScoringModel, band, rule, signal

NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
HUGE = 10**400
ODD = [
    math.nan, math.inf, -math.inf, HUGE, -HUGE, -5, 0, True, False, "500", "", (), ("5", "部長"), "部長",
    dt.date(2020, 1, 1), NOW, dt.timedelta(days=1), 1e308, -0.0, 2**53, 2**53 + 1, None,
]  # fmt: skip

MODEL = ScoringModel(
    fit=[
        rule(field("x") >= 3, 1),
        rule(field("x").is_filled(), 2),
        rule(field("x").contains_any("5"), 4),
        rule(field("x") == 0, 8),
        band("x", (0, 10, 16), (10, None, 32), missing=64),
        rule(field("x").age() >= dt.timedelta(days=3), 128),
        rule(~(field("x") < 3), 256),
        rule(field("x").is_in("500", 500, True), 512),
        rule(field("x").starts_with("5"), 1024),
    ],
    custom_fields=["x"],
)


class TestCells:
    @pytest.mark.parametrize(
        "cells", [ODD, [1, HUGE, -HUGE], [1, 2.5, None], [1, True], [math.nan, 1]], ids=str
    )
    def test_one_lead_and_a_batch_agree_about_any_value(self, cells):
        people = LeadBatch.from_dicts([{"x": cell} for cell in cells])
        expected = [MODEL.score(people.lead(row), as_of=NOW).fit for row in range(len(cells))]
        assert expected == MODEL.score_batch(people, as_of=NOW).fit.tolist()

    def test_an_amount_that_is_no_finite_number_adds_nothing(self):
        won = [
            Activity(lead_id="a", kind="won", at=NOW, key=str(i), attributes={"amount": amount})
            for i, amount in enumerate([math.nan, math.inf, HUGE, "3", 5])
        ]
        rich = ScoringModel(fit=[rule(activity("won").total("amount") == 5, 10)])
        people = LeadBatch.from_dicts([{}], ids=["a"])
        assert rich.score(Lead(id="a"), won, as_of=NOW).fit == 10
        assert rich.score_batch(people, ActivityLog.of(won), as_of=NOW).fit.tolist() == [10]


class TestRefused:
    @pytest.mark.parametrize(
        ("make", "says"),
        [
            (lambda: field("x") == None, "is_missing"),  # noqa: E711  # the comparison is under test
            (lambda: field("x") == [1], "got list"),
            (lambda: field("x").contains_any(5), "got int"),
            (lambda: field("x").contains_any(["a"]), "got list"),
            (lambda: field("x") >= HUGE, "finite"),
            (lambda: rule(field("x").is_filled(), HUGE), "finite"),
        ],
    )
    def test_a_constant_that_makes_no_sense(self, make, says):
        with pytest.raises(DefinitionError, match=says):
            make()

    @pytest.mark.parametrize("moment", [None, NOW.date(), "2026-04-01", NOW.replace(tzinfo=None)])
    def test_a_moment_that_is_none(self, moment):
        with pytest.raises(InputError):
            MODEL.score(Lead(), as_of=moment)
        with pytest.raises(InputError):
            MODEL.score_batch(LeadBatch.from_dicts([{}]), as_of=moment)

    def test_a_list_instead_of_a_batch(self):
        with pytest.raises(InputError, match="from_leads"):
            MODEL.score_batch([Lead()], as_of=NOW)

    def test_an_id_in_two_rows_with_activities(self):
        model = ScoringModel(engagement=[signal("call", points=1)])
        twice = LeadBatch.from_dicts([{}, {}], ids=["a", "a"])
        with pytest.raises(InputError, match="an id of its own"):
            model.score_batch(twice, [Activity(lead_id="a", kind="call", at=NOW)], as_of=NOW)
        assert model.score_batch(twice, as_of=NOW).total.tolist() == [0.0, 0.0]


def test_a_batch_takes_activities_as_one_lead_does():
    model = ScoringModel(engagement=[signal("call", points=1)])
    calls = [Activity(lead_id="a", kind="call", at=NOW)]
    people = LeadBatch.from_dicts([{}], ids=["a"])
    assert model.score(people.lead(0), calls, as_of=NOW).total == 1
    assert model.score_batch(people, calls, as_of=NOW).total.tolist() == [1]
    assert model.score_batch(people, iter(calls), as_of=NOW).total.tolist() == [1]
