"""Labelled samples: drawing, taking labels back, and what they serve."""

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.errors import InputError
from leadflow.matching import Matcher, PairTable
from leadflow.matching import comparisons as c
from leadflow.matching.labelling import sample_to_label
from leadflow.matching.labels import LabelledPairs, effective
from leadflow.matching.thresholds import threshold_table

COMPARED = (c.text("surname"), c.text("first_name"), c.date("dob"))


@pytest.fixture(scope="module")
def fitted(people):
    return Matcher(comparisons=COMPARED).fit(people[0])


@pytest.fixture(scope="module")
def result(fitted, people):
    return fitted.dedupe(people[0])


@pytest.fixture(scope="module")
def labelled(result, people):
    sample = sample_to_label(result, 60)
    return sample.labelled(decisions(sample, people[1]))


def decisions(sample, truth):
    return [
        "same" if truth[a] == truth[b] else "distinct"
        for a, b in zip(sample.pairs.row_a.tolist(), sample.pairs.row_b.tolist(), strict=True)
    ]


class TestSample:
    """What a person gets to label."""

    def test_both_records_stand_side_by_side_with_a_place_for_the_label(self, result, people):
        sample = sample_to_label(result, 20)
        for row in sample.to_dicts():
            assert row["label"] is None
            assert row["surname (a)"] == people[0]["surname"][row["row_a"]]
            assert row["surname (b)"] == people[0]["surname"][row["row_b"]]

    def test_every_band_is_drawn_and_the_weights_add_up_to_all_pairs(self, result):
        sample = sample_to_label(result, 40)
        assert len(sample) == 40
        assert set(sample.band.tolist()) == set(np.flatnonzero(sample.band_sizes).tolist())
        assert sample.weight.sum() == pytest.approx(len(result.pairs))

    def test_a_large_count_draws_every_pair_once(self, result):
        sample = sample_to_label(result, 10**6)
        assert len(sample) == len(result.pairs)
        assert set(sample.weight.tolist()) == {1.0}

    def test_the_seed_decides(self, result):
        assert sample_to_label(result, 20).to_dicts() == sample_to_label(result, 20).to_dicts()
        assert sample_to_label(result, 20).to_dicts() != sample_to_label(result, 20, seed=1).to_dicts()

    def test_it_goes_into_a_frame_and_a_notebook(self, result):
        sample = sample_to_label(result, 20)
        frame = pa.table(sample)
        assert frame.num_rows == 20
        assert (
            frame.column_names[:3] == ["label", "surname (a)", "surname (b)"] or "label" in frame.column_names
        )
        assert len(sample.labelled(frame["label"].to_pylist())) == 0
        assert sample._repr_html_().count("<table>") == 20

    @pytest.mark.parametrize(("count", "seed"), [(0, 0), (2.5, 0), (5, -1)])
    def test_odd_counts_and_seeds_are_refused(self, result, count, seed):
        with pytest.raises(InputError, match="whole number"):
            sample_to_label(result, count, seed=seed)

    def test_something_else_than_a_result_is_refused(self, result):
        with pytest.raises(InputError, match="result of dedupe, got PairTable"):
            sample_to_label(result.pairs, 5)


class TestLabels:
    """Labels come back."""

    def test_unlabelled_pairs_are_stood_for_by_the_rest_of_their_band(self, result, people):
        sample = sample_to_label(result, 40)
        said = decisions(sample, people[1])
        for band in np.unique(sample.band).tolist():
            places = np.flatnonzero(sample.band == band)
            if len(places) > 1:
                said[places[0]] = None
        assert sum(each.weight for each in sample.labelled(said).labels) == pytest.approx(len(result.pairs))

    def test_a_label_that_is_none_suggests_the_near_miss(self, result):
        sample = sample_to_label(result, 5)
        with pytest.raises(InputError, match="Did you mean 'same'"):
            sample.labelled(["smae"] + [None] * (len(sample) - 1))

    def test_there_is_one_label_per_pair(self, result):
        with pytest.raises(InputError, match=r"5 pairs.*got 1"):
            sample_to_label(result, 5).labelled(["same"])

    @pytest.mark.parametrize("wrong", [{(0, 0): True}, {(0, 1): True, (1, 0): False}])
    def test_contradicting_labels_are_refused(self, wrong):
        with pytest.raises(InputError, match="cannot be labelled so"):
            LabelledPairs.of(wrong)

    def test_a_label_beyond_the_table_is_refused(self):
        with pytest.raises(InputError, match="rows 0 to 1"):
            LabelledPairs.of({(0, 2): True}, record_ids=["a", "b"])

    def test_they_are_verdicts_that_dedupe_honours(self, fitted, people, labelled):
        result = fitted.dedupe(people[0], verdicts=labelled.verdicts())
        ids = result.cluster_ids
        assert labelled.same
        assert labelled.distinct
        assert all(ids[a] == ids[b] for a, b in labelled.same)
        assert all(ids[a] != ids[b] for a, b in labelled.distinct)


class TestThresholds:
    """A threshold from labels."""

    def test_labels_of_all_pairs_give_the_figures_of_the_truth(self, result, people):
        sample = sample_to_label(result, 10**6)
        by_labels = threshold_table(result, labels=sample.labelled(decisions(sample, people[1])))
        for one, other in zip(by_labels, threshold_table(result, people[1].tolist()), strict=True):
            assert (one.links, one.precision, one.recall) == pytest.approx(
                (other.links, other.precision, other.recall)
            )

    def test_intervals_of_samples_hold_the_truth_about_as_often_as_they_say(self, result, people):
        truth = {row.threshold: row for row in threshold_table(result, people[1].tolist())}
        held = []
        for seed in range(30):
            sample = sample_to_label(result, 60, seed=seed)
            rows = threshold_table(result, labels=sample.labelled(decisions(sample, people[1])))
            for row in rows:
                known = truth[row.threshold]
                for value, (low, high) in (
                    (known.precision, row.precision_interval),
                    (known.recall, row.recall_interval),
                ):
                    assert 0.0 <= low <= high <= 1.0
                    held.append(low - 1e-9 <= value <= high + 1e-9)
        assert np.mean(held) >= 0.9

    def test_weights_undo_the_drawing(self, result, people):
        truth = threshold_table(result, people[1].tolist(), thresholds=(0.5,))[0]
        drawn, plain = [], []
        for seed in range(30):
            sample = sample_to_label(result, 60, seed=seed)
            labels = sample.labelled(decisions(sample, people[1]))
            equal = LabelledPairs.of({(each.row_a, each.row_b): each.same for each in labels.labels})
            drawn.append(threshold_table(result, labels=labels, thresholds=(0.5,))[0].precision)
            plain.append(threshold_table(result, labels=equal, thresholds=(0.5,))[0].precision)
        assert abs(np.mean(drawn) - truth.precision) < abs(np.mean(plain) - truth.precision)

    def test_the_table_chooses_and_is_shown(self, result, labelled):
        table = threshold_table(result, labels=labelled)
        assert table.best.f1 == max(row.f1 for row in table)
        reached = table.reaching(table.best.precision)
        assert reached.precision >= table.best.precision
        assert table.reaching(1.1) is None
        assert table._repr_html_().count("<tr>") == 1 + len(table)
        assert "labelled pairs" in str(table)
        assert pa.table(table).num_rows == len(table)

    def test_labels_may_be_a_mapping(self, result):
        one = result.pairs.to_dicts()[0]
        table = threshold_table(result, labels={(one["row_b"], one["row_a"]): True})
        assert (table.judged_by, table[0].recall) == ("1 labelled pairs", 1.0)

    def test_labels_of_other_pairs_are_refused(self, result, people):
        known = set(zip(result.pairs.row_a.tolist(), result.pairs.row_b.tolist(), strict=True))
        other = next(pair for pair in itertools.combinations(range(len(people[1])), 2) if pair not in known)
        with pytest.raises(InputError, match="1 of 1 labelled pairs are not among"):
            threshold_table(result, labels=LabelledPairs.of({other: True}))

    def test_pairs_truth_and_thresholds_that_are_none_are_refused(self, result, labelled):
        with pytest.raises(InputError, match="got list"):
            threshold_table([])
        with pytest.raises(InputError, match="not both"):
            threshold_table(result, ["a"] * len(result), labels=labelled)
        with pytest.raises(InputError, match="truth has 1 records"):
            threshold_table(result, ["a"])
        with pytest.raises(InputError, match="probability from 0 to 1"):
            threshold_table(result, thresholds=(90,))

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(st.floats(-8, 8), st.booleans(), st.floats(0.5, 50)), min_size=1, max_size=20))
    def test_a_higher_threshold_never_finds_more(self, drawn):
        count = len(drawn)
        pairs = PairTable(
            row_a=np.arange(count),
            row_b=np.arange(count) + 100,
            bits=np.array([bits for bits, _, _ in drawn]),
            ids_a=["r"] * 200,
            ids_b=["r"] * 200,
        )
        labels = LabelledPairs.of({(k, k + 100): same for k, (_, same, _) in enumerate(drawn)})
        rows = threshold_table(pairs, labels=labels)
        assert [row.recall for row in rows] == sorted((row.recall for row in rows), reverse=True)
        assert [row.links for row in rows] == sorted((row.links for row in rows), reverse=True)
        assert effective(np.array([weight for _, _, weight in drawn])) <= count + 1e-9


class TestLearning:
    """Labels teach a model."""

    def test_matches_move_m_and_leave_u(self, people, labelled):
        matcher = Matcher(comparisons=COMPARED)
        plain = matcher.fit(people[0])
        taught = matcher.fit(people[0], labels=LabelledPairs.of(dict.fromkeys(labelled.same, True)))
        assert plain.weights.prior == taught.weights.prior
        assert plain.weights.m[0].tolist() != taught.weights.m[0].tolist()
        assert plain.weights.u[0].tolist() == taught.weights.u[0].tolist()

    def test_more_matches_than_expected_raise_the_prior_and_fewer_lower_it(self, people, labelled):
        matcher = Matcher(comparisons=COMPARED)
        pairs = list(labelled)
        many = LabelledPairs.of({pair: k > 0 for k, pair in enumerate(pairs)})
        few = LabelledPairs.of({pair: k == 0 for k, pair in enumerate(pairs)})
        taught = [matcher.fit(people[0], labels=labels).weights.prior for labels in (few, many)]
        assert taught[0] < matcher.fit(people[0]).weights.prior < taught[1]

    def test_with_both_kinds_the_model_expects_about_the_labelled_share(self, people, labelled):
        matcher = Matcher(comparisons=COMPARED)
        places = [(each.row_a, each.row_b) for each in labelled.labels]
        share = sum(each.weight for each in labelled.labels if each.same) / sum(
            each.weight for each in labelled.labels
        )

        def expected(fitted):
            chances = [fitted.explain(people[0], a, b).probability for a, b in places]
            return np.average(chances, weights=[each.weight for each in labelled.labels])

        before, after = (
            expected(matcher.fit(people[0], labels=each))
            for each in (LabelledPairs.of(dict.fromkeys(labelled.same, True)), labelled)
        )
        assert abs(after - share) <= abs(before - share)

    def test_pairs_as_a_mapping_are_not_all_taken_for_matches(self, people, labelled):
        matcher = Matcher(comparisons=COMPARED)
        said = {(each.row_a, each.row_b): each.same for each in labelled.labels}
        by_mapping = matcher.fit(people[0], labels=said)
        assert by_mapping.to_dict() == matcher.fit(people[0], labels=LabelledPairs.of(said)).to_dict()
