"""One lead decided about alone gets what it gets in a population, and writes the same."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import leadflow as lf
from leadflow.conditions import activity, field, grade, score
from leadflow.engine.appraising import appraise
from leadflow.engine.evaluation import evaluate, read_view
from leadflow.funnel import Funnel, FunnelStage, StagePath, Transition
from leadflow.records import Activity, ActivityLog, LeadBatch, SourceRecord, State

DAY = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
TITLES = ("部長", "課長", "主任", "学生")
KINDS = ("page_viewed", "appointment", "won", "lost", "back")

FUNNEL = Funnel(
    stages=(
        FunnelStage(name="Lead"),
        FunnelStage(name="MQL"),
        FunnelStage(name="SQL"),
        FunnelStage(name="Won", final=True),
        FunnelStage(name="Recycled", path=StagePath.DETOUR),
    ),
    transitions=(
        Transition(
            source="Lead", to="MQL", condition=(score("fit") >= 50) | (grade() == "A1"), automatic=True
        ),
        Transition(source="MQL", to="SQL", condition=activity("appointment").count() >= 1, automatic=True),
        Transition(source="MQL", to="Recycled", condition=activity("lost").count() >= 1, automatic=True),
        Transition(source="SQL", to="Won", condition=activity("won").count() >= 1, automatic=True),
        Transition(source="Recycled", to="MQL"),
    ),
    version="f1",
)
SCORING = lf.ScoringModel(
    fit=[lf.rule(field("title").contains_any("部長"), 80), lf.rule(field("city") == "港区", 10)],
    engagement=[lf.signal("page_viewed", points=10, half_life=lf.days(10)), lf.signal("won", points=90)],
    version="s1",
)


@st.composite
def lives(draw):
    """A lead with what it did, and the days on which it is decided about."""
    values = {"title": draw(st.sampled_from(TITLES)), "prefecture": "東京都"}
    if draw(st.booleans()):
        values["city"] = draw(st.sampled_from(["港区", "中央区"]))
    did = draw(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 9)), max_size=6))
    return values, did, draw(st.lists(st.integers(0, 12), min_size=1, max_size=4))


def story(make_flow, dump, life, decide):
    """Live one life over a new store, decided by a function, and return what the store holds."""
    values, did, days = life
    with lf.open_store("memory://") as store:
        flow = make_flow(store, funnel=FUNNEL, scoring=SCORING)
        record = SourceRecord(id="r1", source="list", observed_at=DAY, values=values)
        batch = LeadBatch.from_records([record])
        golden = lf.merge(batch, ["L1"])
        log = ActivityLog.of(
            Activity(lead_id="L1", kind=kind, at=DAY + dt.timedelta(days=day), key=f"{place}")
            for place, (kind, day) in enumerate(did)
        )
        with store.session() as session:
            session.add_records(batch, ["L1"])
            session.put_leads(golden)
            session.add_activities(log)
        told = []
        for day in days:
            with store.session() as session:
                view = read_view(session, ["L1"])
                told.append(decide(session, flow.rules, view, DAY + dt.timedelta(days=day)))
        return dump(store), told


def alone(session, rules, view, now):
    before = next(iter(view.states), State())
    done = appraise(session, rules, view.leads.lead(0), before, tuple(view.activities), now=now)
    return done.lead, done.score, done.stage, done.assignment


def together(session, rules, view, now):
    done = evaluate(session, rules, view, now=now)
    live = {"offered", "accepted", "followed_up"}
    held = [one for one in session.assignments(["L1"]) if one.state.value in live]
    return view.leads.lead(0), done.table.score(0), done.after.stages[0], held[-1] if held else None


@settings(max_examples=60, deadline=None)
@given(life=lives())
def test_one_lead_alone_is_decided_about_as_in_a_population(make_flow, dump, life):
    assert story(make_flow, dump, life, together) == story(make_flow, dump, life, alone)


@pytest.mark.parametrize("policy", [None])
def test_without_a_policy_nobody_is_handed_over(make_flow, dump, policy):
    def without(**changes):
        return lambda store, **more: make_flow(store, **more, **changes)

    life = ({"title": "部長"}, [("appointment", 1)], [2, 3])
    expected = story(without(routing=policy), dump, life, together)
    assert expected == story(without(routing=policy), dump, life, alone)
    assert expected[1][-1][-1] is None
