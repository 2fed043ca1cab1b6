"""The laws of scoring, for models, leads and activities of any kind."""

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.columns import Column
from leadflow.conditions import activity, field
from leadflow.records import Activity, ActivityLog, Lead, LeadBatch
from leadflow.scoring import Axis, Bant, Grade, Limits, Repeat, ScoringModel, band, batches, rule, signal

NOW = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)
TITLES = ("営業部長", "取締役", "課長", "学生", "Sales Manager")
KINDS = ("webinar", "open", "view", "unsubscribed", "heard by nobody")

titles = st.sampled_from(TITLES) | st.none()
employees = st.integers(1, 2000) | st.none()
leads = st.builds(
    lambda title, number, interests: {"title": title, "employees": number, "interests": interests},
    titles,
    employees,
    st.none() | st.sampled_from([("検査",), ("検査", "搬送")]),
)
ages = st.integers(-5 * 86400, 400 * 86400)
points = st.sampled_from([20, 5, -10, 0, 3.3, 0.1]) | st.floats(-50, 50, allow_nan=False, width=32)
durations = st.none() | st.integers(1, 200 * 86400).map(lambda s: dt.timedelta(seconds=s))
caps = st.none() | st.integers(1, 60)


@st.composite
def activities(draw, lead_ids=("0", "1", "2", "3")):
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(lead_ids),
                st.sampled_from(KINDS),
                ages,
                st.sampled_from("abc"),
                st.integers(0, 40),
            ),
            max_size=30,
        )
    )
    return [
        Activity(
            lead_id=lead_id,
            kind=kind,
            at=NOW - dt.timedelta(seconds=age),
            key=f"{key}",
            attributes={"page": page} if page != "c" else {},
        )
        for lead_id, kind, age, page, key in rows
    ]


@st.composite
def models(draw):
    signals = [
        signal(
            kind,
            points=draw(points),
            half_life=draw(durations),
            window=draw(durations),
            cap=draw(caps),
            repeat=policy,
            per="page" if policy is Repeat.ONCE_PER_VALUE else None,
            where=draw(st.sampled_from([None, {"page": "a"}, {"page": ["a", "b"]}])),
            name=f"{kind} {i}",
            group=draw(st.sampled_from(["", "mail"])),
        )
        for i, (kind, policy) in enumerate(
            draw(st.lists(st.tuples(st.sampled_from(KINDS[:4]), st.sampled_from(Repeat)), max_size=5))
        )
    ]
    fit = [
        rule(field("title").contains_any("部長", "manager"), draw(points), group="title"),
        rule(field("title").ends_with("学生"), draw(points), group="title"),
        band("employees", (1000, None, draw(points)), (100, 1000, draw(points)), missing=draw(points)),
        rule((field("employees") >= 300) & ~field("title").is_in("課長"), draw(points)),
        rule(activity("webinar").count(within=dt.timedelta(days=90)) >= 1, draw(points)),
        band(activity("view").age(), (None, dt.timedelta(days=7), draw(points))),
    ]
    groups = {item.group for item in [*fit, *signals]}
    return ScoringModel(
        fit=fit,
        engagement=signals,
        bant=Bant(need=[rule(field("interests").contains_any("検査"), draw(points))]),
        caps={group: draw(st.integers(1, 40)) for group in ("title", "mail") if group in groups},
        grade=Grade(fit=(30, 20, 10), engagement=(30, 20, 10), hysteresis=draw(st.integers(0, 8))),
        fit_limits=draw(st.sampled_from([Limits(), Limits(floor=0), Limits(floor=-10, ceiling=35.5)])),
        engagement_limits=draw(st.sampled_from([Limits(), Limits(floor=0, ceiling=40)])),
    )


@settings(max_examples=60)
@given(models(), st.lists(leads, min_size=1, max_size=4), activities())
def test_a_lead_in_a_batch_scores_as_alone_to_the_last_bit(model, people, log):
    batch = LeadBatch.from_dicts(people)
    table = model.score_batch(batch, ActivityLog.of(log), NOW)
    for row, lead in enumerate(batch):
        own = [item for item in log if item.lead_id == lead.id]
        alone = model.score(lead, own, NOW)
        assert (alone.fit, alone.engagement, alone.total, alone.grade) == (
            table.fit[row],
            table.engagement[row],
            table.total[row],
            table.grades[row],
        )
        assert table.score(row) == alone


@settings(max_examples=25)
@given(models(), st.lists(leads, min_size=1, max_size=4), activities())
def test_two_threads_score_as_one(model, people, log):
    batch, acts = LeadBatch.from_dicts(people), ActivityLog.of(log)
    alone = model.score_batch(batch, acts, NOW)
    large, batches._LARGE = batches._LARGE, 0
    try:
        together = model.score_batch(batch, acts, NOW)
    finally:
        batches._LARGE = large
    assert alone.to_dicts() == together.to_dicts()


@settings(max_examples=40)
@given(models(), leads, activities())
def test_the_reasons_add_up_to_the_score_to_the_last_bit(model, person, log):
    score = model.score(Lead.of("0", person), log, NOW)
    for axis, expected in ((Axis.FIT, score.fit), (Axis.ENGAGEMENT, score.engagement)):
        assert expected == sum(reason.points for reason in score.reasons if reason.axis is axis)
    assert score.total == sum(reason.points for reason in reversed(score.reasons))


@settings(max_examples=40)
@given(models(), leads, activities(), st.randoms(use_true_random=False))
def test_the_order_of_the_log_and_repeated_imports_do_not_matter(model, person, log, dice):
    shuffled = [*log, *log]
    dice.shuffle(shuffled)
    lead = Lead.of("0", person)
    once, again = model.score(lead, log, NOW), model.score(lead, shuffled, NOW)
    assert (once.fit, once.engagement, once.grade) == (again.fit, again.engagement, again.grade)
    batch = LeadBatch.from_leads([lead])
    tables = [model.score_batch(batch, ActivityLog.of(each), NOW) for each in (log, shuffled)]
    assert tables[0].total.tolist() == tables[1].total.tolist()


@settings(max_examples=40)
@given(models(), leads, activities())
def test_what_happens_later_does_not_change_an_earlier_score(model, person, log):
    lead = Lead.of("0", person)
    earlier = NOW - dt.timedelta(days=30)
    unique = {item.key: item for item in log}.values()
    then = [item for item in unique if item.at <= earlier]
    assert model.score(lead, unique, earlier).total == model.score(lead, then, earlier).total


@given(st.integers(1, 10**8), st.lists(st.integers(0, 2 * 10**9), min_size=2), st.floats(0.01, 100))
def test_an_activity_is_never_worth_more_when_it_is_older(half_life, times, worth):
    fading = signal("view", points=worth, half_life=dt.timedelta(seconds=half_life))
    values = [fading.worth(age) for age in sorted(times)]
    assert values == sorted(values, reverse=True)


@given(st.integers(3600, 10**8), st.integers(0, 2 * 10**9), st.floats(-1000, 1000))
def test_decay_is_the_closed_form_within_a_billionth_of_a_point(half_life, age, worth):
    fading = signal("view", points=worth, half_life=dt.timedelta(seconds=half_life))
    assert abs(fading.worth(age) - worth * 0.5 ** (age / half_life)) <= 2e-9


@settings(max_examples=40)
@given(models())
def test_a_model_survives_the_way_through_plain_data(model):
    assert ScoringModel.from_dict(model.to_dict()) == model


@given(
    st.lists(st.tuples(points, points), min_size=1, max_size=20),
    st.integers(0, 15),
    st.randoms(use_true_random=False),
)
def test_the_grid_answers_for_many_as_for_one(pairs, slack, dice):
    grade = Grade(fit=(30, 20, 10), engagement=(25, 15, 5), hysteresis=slack)
    fit, engagement = (np.array(side, np.float64) for side in zip(*pairs, strict=True))
    had = [dice.choice([*grade.names, None, "Z9"]) for _ in pairs]
    expected = [grade.of(f, e, previous=p) for (f, e), p in zip(pairs, had, strict=True)]
    assert expected == grade.of_all(fit, engagement, previous=Column.of(had)).to_list()


def test_a_lead_that_swings_around_a_threshold_keeps_its_grade():
    grade = Grade(hysteresis=5)
    swing = [74, 76, 73, 77, 71, 75, 69.9, 74]
    seen, previous = [], None
    for fit in swing:
        previous = grade.of(fit, 0, previous=previous)
        seen.append(previous[0])
    assert seen == ["B", "A", "A", "A", "A", "A", "B", "B"]
