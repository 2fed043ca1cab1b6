"""What the rule model refuses, keeps and explains."""

import datetime as dt
import pickle
import tomllib

import pyarrow as pa
import pytest

from leadflow.columns import Column
from leadflow.conditions import activity, field, stage
from leadflow.errors import DefinitionError, InputError, NotFoundError, UnknownNameError
from leadflow.records import Activity, ActivityLog, EventKind, Lead, LeadBatch, StateBatch
from leadflow.scoring import (
    AccountRule,
    Bant,
    Direction,
    Grade,
    Limits,
    ReasonKind,
    ScoringModel,
    band,
    crossings,
    diff,
    rule,
    score_accounts,
    shadow_run,
    signal,
    what_would_make,
)

NOW = dt.datetime(2026, 4, 1, 9, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)

DEFINITION = """
version = "2026-Q2"
custom_fields = ["titles"]

[[fit]]
when = { field = "title", contains_any = ["部長", "取締役"] }
points = 20
group = "title"

[[fit]]
when = 'industry is "製造業"'
points = 5.5
name = "manufacturing"

[[fit]]
band = "employees"
steps = [{ from = 1000, points = 20 }, { from = 300, below = 1000, points = 12 }, { below = 30, points = -5 }]
missing = -1

[[fit]]
band = { activity = "call", measure = "age" }
steps = [{ below = "7 days", points = 3 }]

[[engagement]]
kind = "webinar_attended"
points = 20
half_life = "60 days"
window = "180 days"
cap = 60

[[engagement]]
kind = "page_viewed"
points = 2
repeat = "once_per_value"
per = "page"
where = { area = ["products", "pricing"] }
group = "web"

[bant]
budget = [{ when = "amount > 0", points = 10 }]

[caps]
title = 15
web = 10

[grade]
fit = [30, 20, 10]
engagement = [40, 20, 10]
hysteresis = 3
qualified = ["A1", "A2"]

[fit_limits]
floor = 0
ceiling = 100
"""


def at(days, kind="webinar_attended", **attributes):
    return Activity(lead_id="L1", kind=kind, at=NOW - days * DAY, attributes=attributes)


class TestDefinition:
    def test_toml_makes_the_model_and_the_model_makes_the_same_data(self):
        model = ScoringModel.from_dict(tomllib.loads(DEFINITION))
        assert ScoringModel.from_dict(model.to_dict()) == model
        assert (model.version, len(model.fit), model.bant.budget[0].group) == ("2026-Q2", 4, "budget")
        assert model.to_dict()["engagement"][0] == {
            "kind": "webinar_attended",
            "points": 20,
            "half_life": "60 days",
            "window": "180 days",
            "cap": 60,
        }

    def test_the_standard_model_survives_plain_data(self):
        model = ScoringModel.standard()
        assert ScoringModel.from_dict(model.to_dict()) == model

    @pytest.mark.parametrize(
        ("data", "path", "words"),
        [
            ({"fit": [{"when": "employees >= 3", "points": "x"}]}, "$.fit[0].points", "number"),
            ({"fit": [{"when": "employees >= 3"}]}, "$.fit[0]", "needs 'points'"),
            (
                {"fit": [{"when": {"field": "title", "contans_any": ["x"]}, "points": 1}]},
                "$.fit[0].when.contans_any",
                "contains_any",
            ),
            (
                {"fit": [{"when": {"field": "titel", "filled": True}, "points": 1}]},
                "$.fit[0]",
                "Did you mean 'title'?",
            ),
            (
                {"fit": [{"when": {"state": "grade", "is": "A1"}, "points": 1}]},
                "$.fit[0]",
                "before stages and grades",
            ),
            (
                {"bant": {"need": [{"when": {"field": "titel", "filled": True}, "points": 1}]}},
                "$.bant.need[0]",
                "title",
            ),
            (
                {
                    "fit": [
                        {
                            "band": "employees",
                            "steps": [{"from": 1, "below": 10, "points": 1}, {"from": 9, "points": 2}],
                        }
                    ]
                },
                "$.fit[0].steps",
                "overlap",
            ),
            (
                {"fit": [{"band": "employees", "steps": [{"from": 9, "below": 1, "points": 1}]}]},
                "$.fit[0].steps[0]",
                "empty",
            ),
            (
                {"fit": [{"when": "employees >= 3", "points": 1}, {"when": "employees >= 3", "points": 2}]},
                "$.fit[1]",
                "same name",
            ),
            (
                {"engagement": [{"kind": "call", "points": 1, "half_life": "-3 days"}]},
                "$.engagement[0].half_life",
                "longer than zero",
            ),
            (
                {"engagement": [{"kind": "call", "points": 1, "window": "soon"}]},
                "$.engagement[0].window",
                "30 days",
            ),
            ({"engagement": [{"kind": "call", "points": 1, "cap": 0}]}, "$.engagement[0].cap", "above zero"),
            (
                {"engagement": [{"kind": "call", "points": 1, "repeat": "evry"}]},
                "$.engagement[0].repeat",
                "every",
            ),
            (
                {"engagement": [{"kind": "call", "points": 1, "repeat": "once_per_value"}]},
                "$.engagement[0]",
                "per=",
            ),
            ({"grade": {"fit": [50, 75, 25]}}, "$.grade.fit[1]", "overlap"),
            ({"grade": {"qualified": ["Z1"]}}, "$.grade.qualified[0]", "A1 to D4"),
            ({"grade": {"hysteresis": -1}}, "$.grade.hysteresis", "negative"),
            (
                {"caps": {"mial": 5}, "engagement": [{"kind": "m", "points": 1, "group": "mail"}]},
                "$.caps.mial",
                "mail",
            ),
            ({"fit_limits": {"floor": 5, "ceiling": 5}}, "$.fit_limits.floor", "below"),
            ({"engagement_limits": {"ceiling": 60}}, "$.engagement_limits.ceiling", "best grade"),
            ({"versoin": "1"}, "$.versoin", "version"),
            ({"day_offset": "20 hours"}, "$.day_offset", "14 hours"),
            ([], "$", "table"),
        ],
    )
    def test_a_wrong_model_is_refused_with_the_path_of_the_fault(self, data, path, words):
        with pytest.raises(DefinitionError) as caught:
            ScoringModel.from_dict(data)
        assert caught.value.path == path
        assert str(caught.value).startswith(path.rpartition(".")[0] or path)
        assert words in str(caught.value)

    def test_paths_begin_where_the_model_stands_in_its_file(self):
        for data, path in (
            ({"fit": [{"when": "employees >= 3"}]}, "$.scoring.fit[0]"),
            ({"grade": {"fit": [50, 75]}}, "$.scoring.grade.fit[1]"),
            ({"caps": {"x": 5}}, "$.scoring.caps.x"),
        ):
            with pytest.raises(DefinitionError) as caught:
                ScoringModel.from_dict(data, path="$.scoring")
            assert caught.value.path == path
            assert str(caught.value).startswith(path)

    def test_a_column_of_ones_own_that_resembles_a_field_is_listed(self):
        with pytest.raises(UnknownNameError):
            ScoringModel(fit=[rule(field("titel").is_filled(), 1)])
        assert ScoringModel(fit=[rule(field("titel").is_filled(), 1)], custom_fields=["titel"]).fields == (
            "titel",
        )
        assert ScoringModel(fit=[rule(field("展示会名").is_filled(), 1)]).fields == ("展示会名",)

    def test_a_rule_that_asks_for_the_stage_is_refused(self):
        with pytest.raises(DefinitionError, match="before stages and grades"):
            rule(stage() == "MQL", 5)

    @pytest.mark.parametrize("points", [float("nan"), float("inf"), 2e6, True])
    def test_points_that_are_no_sensible_number_are_refused(self, points):
        with pytest.raises(DefinitionError):
            rule(field("title").is_filled(), points)


class TestOneLead:
    def test_reasons_name_what_gave_the_points(self):
        model = ScoringModel.from_dict(tomllib.loads(DEFINITION))
        lead = Lead(id="L1", title="営業部長", industry="製造業", employees=500, amount=1)
        log = [
            at(0),
            at(60),
            at(200),
            at(1, "page_viewed", page="/a", area="pricing"),
            at(2, "page_viewed", page="/a", area="Pricing"),
        ]
        score = model.score(lead, log, as_of=NOW)
        assert score.explain().splitlines() == [
            "A2: fit 42.5 + engagement 32 = 74.5 (model 2026-Q2, as of 2026-04-01T09:00:00+00:00)",
            "fit",
            '     +20  title contains any of ["部長", "取締役"]',
            "    +5.5  manufacturing",
            "     +12  employees in [300, 1000)",
            "     +10  amount > 0",
            "      -5  cap of group 'title' at 15",
            "engagement",
            "     +30  webinar_attended ×2, latest just now",
            "      +2  page_viewed ×1, latest 1 day ago",
        ]
        assert score.bant == {"budget": 10.0, "authority": 0.0, "need": 0.0, "timeframe": 0.0}
        assert score.to_dict()["reasons"][0]["points"] == 20.0
        assert score.to_html().count("<tr>") == 7

    def test_text_of_a_reason_is_escaped_in_html(self):
        model = ScoringModel(fit=[rule(field("title").is_filled(), 5, name="<b>")])
        assert "<b>" not in model.score(Lead(title="x"), as_of=NOW).to_html()

    def test_the_hundredths_shown_add_up(self):
        model = ScoringModel(
            engagement=[
                signal(kind, points=1, half_life=d * DAY) for kind, d in (("a", 3), ("b", 7), ("c", 11))
            ]
        )
        text = model.score(Lead(id="L1"), [at(1, "a"), at(1, "b"), at(1, "c")], as_of=NOW).explain()
        shown = [float(line.split()[0]) for line in text.splitlines()[2:]]
        total = float(text.split(" = ")[1].split()[0])
        assert round(sum(shown), 2) == total

    def test_future_undated_repeated_and_foreign_activities_are_counted_out_loud(self):
        model = ScoringModel(engagement=[signal("webinar_attended", points=20)])
        undated = Activity(lead_id="L1", kind="webinar_attended", at=dt.datetime(1900, 1, 1, tzinfo=dt.UTC))
        other = Activity(lead_id="L2", kind="webinar_attended", at=NOW)
        log = [at(1), at(1), at(-1), undated, other]
        score = model.score(Lead(id="L1"), log, as_of=NOW)
        assert score.engagement == 20.0
        assert score.ignored == {"duplicate": 1, "future": 1, "undated": 1, "other lead": 1}
        assert score.explain().endswith("not counted: 1 duplicate, 1 other lead, 1 future, 1 undated")
        table = model.score_batch(LeadBatch.from_leads([Lead(id="L1")]), ActivityLog.of(log), NOW)
        assert table.ignored == {"duplicate": 1, "future": 1, "undated": 1, "unknown lead": 1}
        assert table.engagement.tolist() == [20.0]

    def test_an_activity_exactly_as_old_as_the_window_is_out(self):
        model = ScoringModel(engagement=[signal("webinar_attended", points=20, window=30 * DAY)])
        assert model.score(Lead(id="L1"), [at(30)], as_of=NOW).engagement == 0.0
        assert model.score(Lead(id="L1"), [at(30)], as_of=NOW - dt.timedelta(seconds=1)).engagement == 20.0

    def test_days_begin_at_midnight_in_japan(self):
        model = ScoringModel(engagement=[signal("open", points=1, repeat="once_per_day")])
        morning = [
            dt.datetime(2026, 3, 31, 23, 50, tzinfo=dt.UTC),
            dt.datetime(2026, 4, 1, 0, 10, tzinfo=dt.UTC),
        ]
        log = [Activity(lead_id="L1", kind="open", at=when) for when in morning]
        assert model.score(Lead(id="L1"), log, as_of=NOW).engagement == 1.0
        in_utc = ScoringModel(engagement=model.engagement, day_offset=dt.timedelta(0))
        assert in_utc.score(Lead(id="L1"), log, as_of=NOW).engagement == 2.0

    def test_a_negative_signal_is_capped_too(self):
        model = ScoringModel(engagement=[signal("bounce", points=-10, cap=15)])
        assert model.score(Lead(id="L1"), [at(d, "bounce") for d in range(5)], as_of=NOW).engagement == -15.0

    def test_limits_are_reasons(self):
        model = ScoringModel(fit=[rule(field("title").is_filled(), -5)], fit_limits=Limits(floor=0))
        score = model.score(Lead(title="x"), as_of=NOW)
        assert (score.fit, score.reasons[-1].kind, score.reasons[-1].points) == (0.0, ReasonKind.LIMIT, 5.0)

    @pytest.mark.parametrize("moment", [None, dt.datetime(2026, 4, 1)])  # the naive moment is the point
    def test_a_moment_without_zone_or_none_is_refused(self, moment):
        with pytest.raises(InputError):
            ScoringModel().score(Lead(), as_of=moment)
        with pytest.raises(InputError):
            ScoringModel().score_batch(LeadBatch.from_dicts([{}]), as_of=moment)


class TestTable:
    def table(self):
        people = LeadBatch.from_dicts([{"title": "部長"}, {"title": "<x>"}], ids=["L1", "L2"])
        model = ScoringModel(fit=[rule(field("title") == "部長", 80)], version="v")
        return model.score_batch(people, as_of=NOW)

    def test_it_reads_as_rows_and_as_arrow(self):
        table = self.table()
        assert pa.table(table).to_pylist() == table.to_dicts()
        assert [score.grade for score in table] == ["A4", "D4"] == table.grades.to_list()
        assert not table.fit.flags.writeable

    def test_its_html_holds_no_raw_text(self):
        html = self.table()._repr_html_()
        assert "<x>" not in html
        assert "A4" in html

    def test_a_row_that_is_not_there_is_refused(self):
        with pytest.raises(NotFoundError):
            self.table().score(2)
        assert self.table().score(-1).lead_id == "L2"

    def test_events_tell_only_what_changed(self):
        table = self.table()
        before = StateBatch.of(["L2", "L1"], grades=Column.of(["D4", "B4"]))
        events = table.events(before)
        assert [(event.kind, event.lead_id, event.detail["previous"]) for event in events] == [
            (EventKind.SCORED, "L1", "B4")
        ]
        assert events[0].detail["grade"] == "A4"
        assert len(table.events()) == 2

    def test_states_give_hysteresis_by_id(self):
        people = LeadBatch.from_dicts([{"title": "部長"}, {"title": "部長"}], ids=["L1", "L2"])
        model = ScoringModel(fit=[rule(field("title") == "部長", 73)], grade=Grade(hysteresis=5))
        before = StateBatch.of(["L9", "L2"], grades=Column.of(["A1", "A4"]))
        assert model.score_batch(people, as_of=NOW, previous=before).grades.to_list() == ["B4", "A4"]


class TestAroundTheModel:
    def test_crossings_tell_the_direction_and_the_qualification(self):
        grid = Grade(qualified=("A1",))
        model = ScoringModel(
            fit=[band("employees", (75, None, 80), (50, 75, 60))],
            engagement=[signal("x", points=80)],
            grade=grid,
        )
        log = ActivityLog.of([Activity(lead_id=i, kind="x", at=NOW) for i in ("a", "b", "d")])
        people = LeadBatch.from_dicts(
            [{"employees": 80}, {"employees": 60}, {"employees": 80}, {"employees": 1}], ids=list("abcd")
        )
        table = model.score_batch(people, log, NOW)
        before = StateBatch.of(list("abc"), grades=Column.of(["B1", "A1", "B3"]))
        found = [(each.lead_id, each.direction, each.qualified) for each in crossings(before, table, grid)]
        assert found == [
            ("a", Direction.UP, True),
            ("b", Direction.DOWN, False),
            ("c", Direction.MIXED, None),
            ("d", Direction.NEW, None),
        ]

    def test_a_difference_names_every_changed_part(self):
        old = ScoringModel.from_dict(tomllib.loads(DEFINITION))
        data = old.to_dict()
        data["version"] = "2026-Q3"
        data["engagement"][0]["cap"] = 80
        data["grade"]["fit"] = [40, 20, 10]
        del data["fit"][1]
        changes = diff(old, ScoringModel.from_dict(data)).text().splitlines()
        assert changes == [
            "model 2026-Q2 -> 2026-Q3: 3 changes",
            "fit['manufacturing']: removed",
            "engagement['webinar_attended'].cap: 60 -> 80",
            "grade.fit: [30, 20, 10] -> [40, 20, 10]",
        ]
        assert not diff(old, old)

    def test_a_shadow_run_counts_every_lead_once(self):
        old = ScoringModel(
            fit=[rule(field("title") == "部長", 80)], engagement=[signal("x", points=80)], version="1"
        )
        new = ScoringModel(
            fit=[rule(field("title").is_in("部長", "課長"), 80)], engagement=old.engagement, version="2"
        )
        people = LeadBatch.from_dicts(
            [
                {"title": title, "prefecture": place}
                for title in ("部長", "課長", "係長")
                for place in ("東京都", "大阪府")
            ]
        )
        log = ActivityLog.of([Activity(lead_id=i, kind="x", at=NOW) for i in people.ids])
        run = shadow_run(old, new, people, log, as_of=NOW)
        assert run.migration.sum() == len(people)
        assert run.changed.tolist() == [2, 3]
        assert (run.qualified_change, [area.change for area in run.areas]) == (2, [1, 1])

    def test_advice_is_true(self):
        model = ScoringModel.standard()
        lead = Lead(id="L1", title="課長", employees=50)
        for grade in ("A1", "A2", "B1", "C3"):
            advice = what_would_make(model, grade, lead, [at(10)], as_of=NOW)
            assert advice.reached
            wanted, got = model.grade.rank(grade), model.grade.rank(advice.then.grade)
            assert got[0] <= wanted[0]
            assert got[1] <= wanted[1]

    def test_advice_asks_for_nothing_that_is_there_already(self):
        advice = what_would_make(ScoringModel.standard(), "D4", Lead(id="L1"), as_of=NOW)
        assert (advice.reached, advice.changes, advice.text()) == (True, (), "The lead is D4 already.")

    def test_advice_says_when_a_grade_is_out_of_reach(self):
        model = ScoringModel(
            fit=[rule(field("title").is_filled(), 30)], engagement=[signal("x", points=10, cap=30)]
        )
        advice = what_would_make(model, "A1", Lead(id="L1"), as_of=NOW)
        assert not advice.reached
        assert advice.then.grade == "C3"

    def test_accounts_combine_their_people(self):
        model = ScoringModel(
            fit=[band("employees", (1, None, 10), (None, 1, 4))], engagement=[signal("x", points=40)]
        )
        people = LeadBatch.from_dicts(
            [{"company": c, "employees": e} for c, e in (("乙", 0), ("甲", 5), ("乙", 5), (None, 5))]
        )
        log = ActivityLog.of(
            [Activity(lead_id=i, kind="x", at=NOW, key=f"{i}{n}") for i in "02" for n in range(2)]
        )
        table = model.score_batch(people, log, NOW)
        rows = score_accounts(table, people, "company", rule=AccountRule(cap=150, fit="mean")).to_dicts()
        assert [(row["account"], row["people"], row["fit"], row["engagement"]) for row in rows] == [
            ("乙", 2, 7.0, 150.0),
            ("甲", 1, 10.0, 0.0),
        ]

    def test_the_buying_group_asks_for_grades_too(self):
        with pytest.raises(DefinitionError, match="roles"):
            AccountRule(coverage_points=5)

    def test_rules_on_activities_count_each_key_once_in_a_batch_too(self):
        model = ScoringModel(fit=[rule(activity("x").count() >= 2, 10)], bant=Bant())
        log = [Activity(lead_id="0", kind="x", at=NOW, key="same")] * 2
        assert model.score_batch(LeadBatch.from_dicts([{}]), ActivityLog.of(log), NOW).fit.tolist() == [0.0]

    def test_models_and_scores_can_be_sent_to_another_process(self):
        model = ScoringModel.from_dict(tomllib.loads(DEFINITION))
        again = pickle.loads(pickle.dumps(model))  # our own bytes
        score = model.score(Lead(id="L1", title="部長"), [at(3)], as_of=NOW)
        assert again == model
        assert pickle.loads(pickle.dumps(score)) == again.score(
            Lead(id="L1", title="部長"), [at(3)], as_of=NOW
        )  # our own bytes
