"""The figures of back-tests, beside scikit-learn and closed forms."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as peer

from leadflow.columns import Column
from leadflow.errors import InputError
from leadflow.records import Activity, ActivityLog, LeadBatch
from leadflow.scoring import (
    average_precision,
    back_test,
    brier_score,
    compare_scores,
    drift,
    log_loss,
    population_stability,
    roc_auc,
    time_split,
)
from leadflow.scoring.charts import calibration_chart, gains_chart, grades_chart
from leadflow.scoring.metrics import roc_auc_interval, structural_components, wilson_interval

pairs = st.lists(st.tuples(st.booleans(), st.integers(0, 20).map(lambda i: i / 20)), min_size=2, max_size=60)


def judged(n=2000, seed=0):
    dice = np.random.default_rng(seed)
    chance = dice.beta(1, 4, n)
    return dice.random(n) < chance, chance, dice


@given(pairs)
def test_figures_are_those_of_scikit_learn(rows):
    won, predicted = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    assume(0 < won.sum() < len(won))
    assert roc_auc(won, predicted) == pytest.approx(peer.roc_auc_score(won, predicted))
    assert average_precision(won, predicted) == pytest.approx(peer.average_precision_score(won, predicted))
    assert brier_score(won, predicted) == pytest.approx(peer.brier_score_loss(won, predicted))
    assert log_loss(won, predicted) == pytest.approx(peer.log_loss(won, predicted))


@given(pairs)
def test_delong_components_are_the_pairwise_comparisons(rows):
    won, predicted = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    assume(0 < won.sum() < len(won))
    better = (predicted[won][:, None] > predicted[~won]) + 0.5 * (predicted[won][:, None] == predicted[~won])
    by_positive, by_negative = structural_components(won, predicted)
    assert np.allclose(by_positive, better.mean(axis=1))
    assert np.allclose(by_negative, better.mean(axis=0))


@given(st.integers(0, 50), st.integers(1, 50), st.sampled_from([0.8, 0.95, 0.99]))
def test_rates_have_the_intervals_of_wilson(hits, trials, confidence):
    assume(hits <= trials)
    expected = stats.binomtest(hits, trials).proportion_ci(confidence, method="wilson")
    found = wilson_interval(hits, trials, confidence=confidence)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_interval_of_roc_auc_covers_the_truth_as_often_as_it_says():
    inside = 0
    for seed in range(200):
        dice = np.random.default_rng(seed)
        won = np.arange(120) < 40
        found = roc_auc_interval(won, dice.normal(won * 1.0, 1.0))
        inside += found.low <= stats.norm.cdf(1 / np.sqrt(2)) <= found.high
    assert 182 <= inside <= 199


def test_gains_and_grades_count_every_lead_once():
    won, chance, _ = judged()
    grades = Column.of(["A1" if p > 0.5 else "B2" if p > 0.2 else "D4" for p in chance])
    test = back_test(won, chance, grades=grades)
    assert sum(row.leads for row in test.gains) == sum(row.leads for row in test.grades) == len(won)
    assert sum(row.conversions for row in test.gains) == won.sum() == test.conversions
    assert (test.gains[-1].cumulative_gain, test.gains[-1].cumulative_leads) == (1.0, 1.0)
    best = np.argsort(-chance)[: len(won) // 10]
    assert test.gains[0].lift == pytest.approx(won[best].mean() / won.mean())
    assert [row.grade for row in test.grades] == ["A1", "B2", "D4"]
    assert test.pr_auc.low < test.pr_auc.estimate < test.pr_auc.high


def test_believable_probabilities_are_told_from_exaggerated_ones():
    won, chance, _ = judged(20_000)
    assert sum(row.believable for row in back_test(won, chance).calibration) >= 8
    assert sum(row.believable for row in back_test(won, chance**0.5).calibration) <= 2


def test_points_are_ranked_but_not_calibrated():
    won, chance, _ = judged()
    test = back_test(won, 100 * chance)
    assert (test.brier, test.log_loss, test.calibration) == (None, None, ())
    assert test.roc_auc == back_test(won, chance).roc_auc


def test_the_same_seed_gives_the_same_intervals():
    won, chance, _ = judged(300)
    assert back_test(won, chance, seed=4) == back_test(won, chance, seed=4)
    assert back_test(won, chance, seed=4).pr_auc != back_test(won, chance, seed=5).pr_auc


@pytest.mark.parametrize(
    ("won", "predicted"),
    [([True, False], [0.1]), ([True, True], [0.1, 0.2]), ([True, False], [0.1, float("nan")])],
)
def test_what_cannot_be_judged_is_refused(won, predicted):
    with pytest.raises(InputError):
        back_test(won, predicted)


def test_a_better_scorer_is_told_from_a_like_one():
    won, chance, dice = judged(4000)
    noisy = np.clip(chance + dice.normal(0, 0.4, len(chance)), 0, 1)
    better = compare_scores(won, noisy, chance)
    assert better.decided
    assert better.roc_auc.low > 0
    assert better.brier.high < 0
    assert better.roc_auc.estimate == pytest.approx(roc_auc(won, chance) - roc_auc(won, noisy))
    same = compare_scores(won, chance, chance)
    assert (same.roc_auc.estimate, same.top_rate.estimate, same.decided) == (0.0, 0.0, False)


def test_drift_names_what_moved():
    dice = np.random.default_rng(0)
    then = LeadBatch.from_dicts(
        [
            {"title": t, "employees": int(e)}
            for t, e in zip(dice.choice(["a", "b"], 500), dice.integers(1, 99, 500), strict=True)
        ]
    )
    now = LeadBatch.from_dicts(
        [
            {"title": t, "employees": int(e)}
            for t, e in zip(dice.choice(["a", "b"], 500), dice.integers(40, 199, 500), strict=True)
        ]
    )
    found = drift(then, now, ["title", "employees"], scores={"fit": ([1.0, 2.0], [1.0, 2.0])})
    assert found[0].name == "employees"
    assert {each.name: each.verdict for each in found} == {
        "employees": "act",
        "title": "stable",
        "fit": "stable",
    }
    for each in found:
        assert sum(part[1] for part in each.parts) == pytest.approx(1)


def test_stability_is_symmetric_and_zero_for_the_same():
    one, other = [10, 0, 7, 3], [4, 4, 4, 8]
    assert population_stability(one, other) == pytest.approx(population_stability(other, one))
    assert population_stability(one, one) == 0.0


def test_a_time_split_knows_nothing_of_later():
    cut = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    at, day = int(cut.timestamp()), 86400
    batch = LeadBatch.from_dicts([{}] * 5, ids=list("abcde"))
    log = ActivityLog.of(Activity(lead_id="a", kind="x", at=cut + dt.timedelta(days=d)) for d in (-1, 0, 1))
    split = time_split(
        batch,
        log,
        created_at=np.array([at - day, at, at + 1, at - day, at - day]),
        converted_at=np.array([at + day, np.iinfo(np.int64).min, at + day, at, at + 99 * day]),
        at=cut,
        horizon=dt.timedelta(days=30),
    )
    assert (split.batch.ids, split.outcomes.tolist(), len(split.activities)) == (
        ("a", "b", "e"),
        [True, False, False],
        2,
    )
    with pytest.raises(InputError):
        time_split(
            batch, log, created_at=np.zeros(5), converted_at=np.zeros(5), at=cut, horizon=dt.timedelta(0)
        )


def test_charts_show_the_rows_of_the_tables():
    won, chance, _ = judged()
    test = back_test(won, chance, grades=Column.of(["A1", "B1"] * 1000))
    assert len(gains_chart(test).to_dict()["layer"][0]["data"]["values"]) == 11
    assert len(calibration_chart(test).to_dict()["layer"][2]["data"]["values"]) == 2
    assert len(calibration_chart(test).to_dict()["data"]["values"]) == len(test.calibration)
    assert [row["grade"] for row in grades_chart(test).to_dict()["data"]["values"]] == ["A1", "B1"]
