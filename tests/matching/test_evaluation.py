"""Scores, thresholds and charts."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.errors import InputError
from leadflow.matching import charts, dedupe
from leadflow.matching.evaluation import evaluate
from leadflow.matching.thresholds import estimate, threshold_table

LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=14)


@settings(max_examples=30, deadline=None)
@given(LABELS)
def test_pair_scores_equal_those_of_counting_pairs(labels):
    truth, found = zip(*labels, strict=True)
    pairs = list(itertools.combinations(range(len(labels)), 2))
    same = {(a, b) for a, b in pairs if truth[a] == truth[b]}
    said = {(a, b) for a, b in pairs if found[a] == found[b]}
    scores = evaluate(truth, np.array(found))
    assert (len(same & said) / len(said) if said else 1.0) == pytest.approx(scores.precision.value)
    assert (len(same & said) / len(same) if same else 1.0) == pytest.approx(scores.recall.value)


@settings(max_examples=20, deadline=None)
@given(LABELS)
def test_b_cubed_equals_its_definition(labels):
    truth, found = map(np.array, zip(*labels, strict=True))
    expected = np.mean([np.mean(truth[found == found[k]] == truth[k]) for k in range(len(truth))])
    assert expected == pytest.approx(evaluate(truth.tolist(), found).b_cubed_precision.value)


def test_the_truth_scores_one():
    scores = evaluate([1, 1, 2], np.array([5, 5, 7]))
    assert (1.0, 1.0, 1.0) == (scores.f1.value, scores.cluster_f1.value, scores.b_cubed_f1.value)


def test_lengths_must_agree():
    with pytest.raises(InputError):
        evaluate([1], np.array([1, 2]))


def test_thresholds_trade_recall_for_precision(people):
    table, truth = people
    rows = threshold_table(dedupe(table).pairs, truth.tolist())
    assert sorted((row.recall for row in rows), reverse=True) == [row.recall for row in rows]
    assert rows[-1].precision >= rows[0].precision


def test_estimates_without_labels_are_near_the_truth(people):
    table, truth = people
    result = dedupe(table)
    assert evaluate(truth.tolist(), result.cluster_ids).precision.value == pytest.approx(
        estimate(result).precision, abs=0.05
    )


def test_charts_are_drawn(people):
    result = dedupe(people[0])
    pair = result.pairs.to_dicts()[0]
    assert "layer" in charts.waterfall_chart(result.explain(pair["row_a"], pair["row_b"])).to_dict()
    assert (
        "spec" in charts.weights_chart(result.model.weights).to_dict()
        or "mark" in charts.weights_chart(result.model.weights).to_dict()
    )
    assert ["area", "line"] == [
        layer["mark"]["type"]
        for layer in charts.threshold_chart(threshold_table(result.pairs)).to_dict()["layer"]
    ]
