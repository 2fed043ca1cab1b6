"""Choosing the threshold on clusters."""

from leadflow.matching import dedupe
from leadflow.matching.evaluation import evaluate
from leadflow.matching.thresholds import cluster_threshold_table


def test_every_row_is_what_that_threshold_gives(people):
    table, truth = people
    model = dedupe(table).model
    found = cluster_threshold_table(model, table, truth.tolist(), thresholds=(0.3, 0.8, 0.99))
    for row in found:
        scores = evaluate(truth.tolist(), model.dedupe(table, threshold=row.threshold).cluster_ids)
        assert (scores.precision.value, scores.recall.value) == (row.precision, row.recall)
    assert [row.links for row in found] == sorted((row.links for row in found), reverse=True)
    assert found.best.f1 == max(row.f1 for row in found)
