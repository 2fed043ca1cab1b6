"""What is learned, beside scikit-learn and closed forms."""

import datetime as dt
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from leadflow.columns import Column
from leadflow.conditions import activity, field, score
from leadflow.errors import DefinitionError, InputError
from leadflow.records import Activity, ActivityLog, LeadBatch
from leadflow.scoring import (
    Blend,
    EstimatorScorer,
    FittedScoring,
    LearnedScoring,
    RuleScorer,
    Scorer,
    ScoringModel,
    Smoothing,
    feature,
    roc_auc,
    rule,
)
from leadflow.scoring.bayes import fit_bayes
from leadflow.scoring.calibration import Calibration, fit_calibrator
from leadflow.scoring.logistic import fit_logistic

THEN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
FEATURES = [
    "title",
    feature("employees", kind="log_number"),
    "interests",
    field("email").ends_with(".ac.jp"),
    activity("webinar").count(within=90 * DAY),
]


def market(n=1500, seed=0):
    """Return leads, activities and outcomes that depend on title, size, interests and webinars."""
    dice = np.random.default_rng(seed)
    titles = dice.choice(["部長", "課長", "担当", ""], n)
    sizes = np.exp(dice.normal(5, 1.5, n)).astype(int)
    tags = [("検査",), ("検査", "搬送"), ("保全",), None]
    picked = dice.integers(0, 4, n)
    webinars = dice.poisson(0.7, n)
    odds = -3 + (titles == "部長") * 2 + 0.6 * (np.log1p(sizes) - 5) + 0.9 * webinars + (picked == 1) * 1.4
    won = dice.random(n) < 1 / (1 + np.exp(-odds))
    rows = [
        {
            "title": str(titles[i]) or None,
            "employees": int(sizes[i]) if dice.random() < 0.9 else None,
            "interests": tags[picked[i]],
            "email": "a@x.ac.jp" if i % 11 == 0 else "a@x.co.jp",
        }
        for i in range(n)
    ]
    batch = LeadBatch.from_dicts(rows)
    log = ActivityLog.of(
        Activity(lead_id=str(i), kind="webinar", at=THEN - (1 + j) * DAY)
        for i in range(n)
        for j in range(webinars[i])
    )
    return batch, log, won


@pytest.fixture(scope="module")
def history():
    return market()


class TestLogistic:
    @pytest.mark.parametrize("penalty", [0.01, 1.0, 50.0])
    def test_weights_are_those_of_scikit_learn(self, penalty):
        dice = np.random.default_rng(3)
        design = dice.normal(size=(800, 6))
        won = dice.random(800) < 1 / (1 + np.exp(-(design @ [1, -2, 0, 0.5, 0, 0.1] - 1)))
        peer = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=10_000).fit(design, won)
        own = fit_logistic(design, won, penalty=penalty)
        assert np.allclose(own.weights, peer.coef_[0], atol=2e-5)
        assert own.intercept == pytest.approx(float(peer.intercept_[0]), abs=2e-5)

    def test_a_start_from_some_rows_ends_where_all_rows_lead(self):
        dice = np.random.default_rng(3)
        design = dice.normal(size=(90_000, 3))
        won = dice.random(90_000) < 1 / (1 + np.exp(-(design @ [1, -2, 0] - 3)))
        peer = LogisticRegression(C=1.0, tol=1e-9, max_iter=1000).fit(design, won)
        assert np.allclose(fit_logistic(design, won).weights, peer.coef_[0], atol=1e-4)

    def test_separable_outcomes_still_end(self):
        design = np.arange(100.0)[:, None]
        learned = fit_logistic(design, np.arange(100) >= 50, penalty=1e-3)
        assert np.isfinite(learned.weights).all()


class TestBayes:
    @pytest.mark.parametrize(("smoothing", "added"), [(Smoothing.ODOO, 0.1), (Smoothing.LAPLACE, 1.0)])
    def test_probabilities_are_the_products_of_the_rates(self, smoothing, added):
        levels = np.array([[0, 1], [0, -1], [1, 0], [1, 1], [2, 0]], np.int32)
        won = np.array([True, True, False, True, False])
        fitted = fit_bayes(levels, [3, 2], won, smoothing=smoothing)
        # by hand: lead (0, missing); the second feature is skipped
        s_won = 3 / 5 * (2 + added) / (3 + 3 * added)
        s_lost = 2 / 5 * (0 + added) / (2 + 3 * added)
        expected = s_won / (s_won + s_lost)
        odds = fitted.log_odds(np.array([[0, -1]], np.int32))
        assert 1 / (1 + math.exp(-odds[0])) == pytest.approx(expected, abs=1e-12)

    def test_odoo_holds_probabilities_between_its_bounds(self):
        levels = np.repeat(np.array([[0], [1]], np.int32), 100_000, axis=0)
        fitted = fit_bayes(levels, [2], levels[:, 0] == 0, smoothing=Smoothing.ODOO)
        odds = fitted.log_odds(np.array([[0], [1]], np.int32))
        assert (1 / (1 + np.exp(-odds))).tolist() == pytest.approx([0.9999, 0.0001])


class TestCalibration:
    @settings(max_examples=50)
    @given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=2, max_size=60))
    def test_isotonic_is_that_of_scikit_learn(self, pairs):
        raw = np.array([p[0] for p in pairs], np.float64)
        won = np.array([p[1] for p in pairs])
        peer = IsotonicRegression(out_of_bounds="clip").fit(raw, won)
        asked = np.linspace(-1, 13, 57)
        assert np.allclose(
            fit_calibrator(Calibration.ISOTONIC, raw, won).apply(asked), peer.predict(asked), atol=1e-12
        )

    def test_platt_finds_the_curve_that_made_the_outcomes(self):
        dice = np.random.default_rng(1)
        raw = dice.normal(10, 4, 40_000)
        won = dice.random(40_000) < 1 / (1 + np.exp(-(0.5 * raw - 6)))
        curve = fit_calibrator(Calibration.PLATT, raw, won)
        assert (curve.slope, curve.intercept) == (pytest.approx(0.5, abs=0.02), pytest.approx(-6, abs=0.2))

    def test_nothing_is_fitted_for_none(self):
        with pytest.raises(DefinitionError):
            fit_calibrator(Calibration.NONE, np.zeros(2), np.array([True, False]))


class TestLearnedScoring:
    @pytest.mark.parametrize("method", ["logistic", "naive_bayes"])
    @pytest.mark.parametrize("calibration", ["none", "platt", "isotonic"])
    def test_it_foretells_new_leads_and_survives_plain_data(self, history, method, calibration):
        batch, log, won = history
        learned = LearnedScoring(features=FEATURES, method=method, calibration=calibration)
        fitted = learned.fit(batch, won, log, as_of=THEN, seed=0)
        assert isinstance(fitted, Scorer)
        new, new_log, new_won = market(seed=9)
        predicted = fitted.probabilities(new, new_log, as_of=THEN)
        assert roc_auc(new_won, predicted) > 0.7
        if calibration != "none":
            assert predicted.mean() == pytest.approx(new_won.mean(), abs=0.04)
        again = FittedScoring.from_dict(json.loads(json.dumps(fitted.to_dict())))
        assert again.probabilities(new, new_log, as_of=THEN).tolist() == predicted.tolist()

    def test_contributions_add_up_to_the_log_odds(self, history):
        batch, log, won = history
        for method in ("logistic", "naive_bayes"):
            learned = LearnedScoring(features=FEATURES, method=method, calibration="none")
            fitted = learned.fit(batch, won, log, as_of=THEN)
            sums = fitted.contributions(batch, log, as_of=THEN).sum(axis=1)
            predicted = fitted.probabilities(batch, log, as_of=THEN)
            assert np.allclose(1 / (1 + np.exp(-sums)), predicted, atol=1e-12)
            parts = fitted.explain(batch, 5, log, as_of=THEN)
            assert parts[0].name == "base"
            assert sum(part.log_odds for part in parts) == pytest.approx(sums[5])

    def test_what_happens_after_the_cut_off_is_not_looked_at(self, history):
        batch, log, won = history
        later = ActivityLog.of(
            Activity(lead_id=str(i), kind="webinar", at=THEN + DAY) for i in range(len(batch)) if won[i]
        )
        learned = LearnedScoring(features=FEATURES)
        one = learned.fit(batch, won, log, as_of=THEN, seed=0)
        other = learned.fit(batch, won, ActivityLog.concatenate([log, later]), as_of=THEN, seed=0)
        assert one.to_dict() == other.to_dict()

    def test_outcomes_and_fields_of_the_past_and_future_are_refused(self, history):
        batch, log, won = history
        cut = int(THEN.timestamp())
        decided = np.full(len(batch), cut + 1)
        decided[0] = cut
        with pytest.raises(InputError, match="1 outcomes were decided before"):
            LearnedScoring(features=["title"]).fit(batch, won, log, as_of=THEN, decided_at=decided)
        late = LeadBatch.of(dict(batch.columns), ids=batch.ids, observed_at=np.full(len(batch), cut + 1))
        with pytest.raises(InputError, match="observed after the cut-off"):
            LearnedScoring(features=["title"]).fit(late, won, log, as_of=THEN)

    def test_too_little_history_is_refused_with_the_counts(self, history):
        batch, log, won = history
        with pytest.raises(InputError, match="got 100 leads with"):
            LearnedScoring(features=["title"]).fit(batch.take(range(100)), won[:100], log, as_of=THEN)
        with pytest.raises(InputError, match="with 0 and 1500"):
            LearnedScoring(features=["title"]).fit(batch, np.zeros(len(batch)), log, as_of=THEN)

    def test_the_same_seed_learns_the_same(self, history):
        batch, log, won = history
        learned = LearnedScoring(features=FEATURES)
        runs = [learned.fit(batch, won, log, as_of=THEN, seed=seed).to_dict() for seed in (1, 1, 2)]
        assert runs[0] == runs[1] != runs[2]

    def test_values_never_seen_and_missing_columns_are_scored(self, history):
        batch, log, won = history
        for method in ("logistic", "naive_bayes"):
            fitted = LearnedScoring(features=FEATURES, method=method).fit(batch, won, log, as_of=THEN)
            odd = LeadBatch.from_dicts([{"title": "新しい役職", "interests": ("別",)}, {}])
            predicted = fitted.probabilities(odd, as_of=THEN)
            assert ((predicted > 0) & (predicted < 1)).all()

    def test_a_date_or_a_state_is_no_feature(self):
        with pytest.raises(DefinitionError, match="may know the outcome"):
            feature(score())
        batch = LeadBatch.of({"exchange_date": Column.of([THEN.date()] * 300)})
        with pytest.raises(DefinitionError, match="age"):
            LearnedScoring(features=["exchange_date"]).fit(batch, np.arange(300) % 2, as_of=THEN)


class TestScorers:
    def test_an_estimator_of_scikit_learn_fits_behind_the_protocol(self, history):
        batch, log, won = history
        scorer = EstimatorScorer.fit(LogisticRegression(max_iter=1000), FEATURES, batch, won, log, as_of=THEN)
        own = LearnedScoring(features=FEATURES, calibration="none").fit(batch, won, log, as_of=THEN)
        assert isinstance(scorer, Scorer)
        theirs, ours = (each.probabilities(batch, log, as_of=THEN) for each in (scorer, own))
        assert np.allclose(theirs, ours, atol=2e-3)

    def test_a_blend_lies_between_its_parts(self, history):
        batch, log, won = history
        rules = ScoringModel(fit=[rule(field("title") == "部長", 30)])
        scorers = [
            RuleScorer.fit(rules, batch, won, log, as_of=THEN),
            LearnedScoring(features=FEATURES).fit(batch, won, log, as_of=THEN),
        ]
        parts = [scorer.probabilities(batch, log, as_of=THEN) for scorer in scorers]
        both = Blend(scorers=scorers, weights=[1, 3]).probabilities(batch, log, as_of=THEN)
        assert (both >= np.minimum(*parts) - 1e-12).all()
        assert (both <= np.maximum(*parts) + 1e-12).all()

    def test_weights_that_make_no_sense_are_refused(self):
        for weights in ([], [0], [-1]):
            with pytest.raises(DefinitionError, match="weight"):
                Blend(scorers=[object()] * len(weights), weights=weights)
