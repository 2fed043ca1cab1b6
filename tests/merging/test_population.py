"""Merging a whole list equals merging each lead alone, and the laws of merging hold for both."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.merging import (
    CONSENT_FLAGS,
    Group,
    MergeStrategy,
    concat,
    custom,
    earliest,
    find_conflicts,
    first_non_empty,
    highest,
    longest,
    lowest,
    merge,
    merge_one,
    most_complete,
    most_frequent,
    most_recent,
    prefer,
    union,
)
from leadflow.records import LeadBatch, SourceRecord

DAY = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
TEXTS = (
    "title",
    "department",
    "city",
    "street",
    "company",
    "corporate_number",
    "memo",
    "owner_id",
    "展示会名",
)
SINGLE = {
    "most_recent": most_recent(),
    "earliest": earliest(),
    "prefer": prefer("A", "B"),
    "prefer longest": prefer("B", then=longest()),
    "most_complete": most_complete(),
    "most_frequent": most_frequent(),
    "longest": longest(),
    "highest": highest(),
    "lowest": lowest(),
    "aged": most_frequent(max_age=dt.timedelta(days=2)),
    "custom": custom(lambda candidates: min(candidates, key=lambda one: (str(one.value), one.record_id))),
}


@st.composite
def source_records(draw, count):
    values = {}
    cleared = set()
    for name in TEXTS:
        kind = draw(st.sampled_from(["absent", "absent", "value", "value", "value", "cleared", "filler"]))
        if kind == "value":
            values[name] = draw(st.sampled_from(["あ", "いい", "ううう", "x1"]))
        elif kind == "filler":
            values[name] = draw(st.sampled_from(["-", "未入力", "Unknown"]))
        elif kind == "cleared":
            cleared.add(name)
        if draw(st.integers(0, 9)) == 0:  # a record may contradict itself
            cleared.add(name)
    if draw(st.booleans()):
        values["tags"] = draw(st.sampled_from([("b",), ("a", "b"), ("c", "a"), ()]))
    if draw(st.booleans()):
        values["employees"] = draw(st.integers(0, 3))
    for flag in CONSENT_FLAGS:
        if draw(st.booleans()):
            values[flag] = draw(st.booleans())
    observed = draw(st.one_of(st.none(), st.integers(0, 4)))
    return SourceRecord(
        id=f"r{count:02}",
        source=draw(st.sampled_from(["A", "B", "C"])),
        observed_at=None if observed is None else DAY + dt.timedelta(days=observed),
        values=values,
        cleared=frozenset(cleared),
    )


@st.composite
def populations(draw):
    size = draw(st.integers(1, 9))
    records = [draw(source_records(count)) for count in range(size)]
    clusters = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    order = draw(st.permutations(range(size)))
    return [records[i] for i in order], [clusters[i] for i in order]


@st.composite
def strategies(draw, *, ordered=False):
    rules = {**SINGLE, "first_non_empty": first_non_empty()} if ordered else SINGLE
    pick = st.sampled_from(sorted(rules))
    groups = []
    if draw(st.booleans()):
        rule = rules[
            draw(st.sampled_from(["most_recent", "most_complete", "longest", "most_frequent", "aged"]))
        ]
        groups.append(Group(fields=("city", "street"), rule=rule))
    if draw(st.booleans()):
        groups.append(Group(fields=("company", "corporate_number"), anchor="company", rule=most_recent()))
    return MergeStrategy(
        default=rules[draw(pick.filter(lambda name: name not in {"custom", "highest", "lowest"}))],
        fields={
            "title": rules[draw(pick)],
            "展示会名": rules[draw(pick)],
            "employees": rules[draw(st.sampled_from(["highest", "lowest", "most_recent"]))],
            "tags": union(),
            "memo": concat(separator="/"),
        },
        groups=groups,
        locked=draw(st.sampled_from([frozenset(), frozenset({"owner_id"})])),
        priority=draw(st.sampled_from([(), ("B",), ("C", "A")])),
        max_age=draw(st.sampled_from([None, dt.timedelta(days=1)])),
    )


def by_cluster(records, clusters):
    groups = {}
    for record, cluster in zip(records, clusters, strict=True):
        groups.setdefault(cluster, []).append(record)
    return groups


@settings(max_examples=60, deadline=None)
@given(populations(), strategies(ordered=True), st.sampled_from([None, DAY + dt.timedelta(days=3)]))
def test_a_population_is_merged_as_each_lead_alone(population, strategy, now):
    records, clusters = population
    golden = merge(LeadBatch.from_records(records), np.array(clusters), strategy, now=now)
    alone = {
        one.record_ids[0]: one
        for group in by_cluster(records, clusters).values()
        for one in [strategy.merge(group, now=now)]
    }
    assert sorted(alone) == sorted(golden.leads.ids)
    for row, lead_id in enumerate(golden.leads.ids):
        expected = alone[lead_id]
        assert expected.lead.values() == golden.leads.lead(row).values()
        origins = {name: origin.record_id for name, origin in expected.provenance.items()}
        assert origins == {
            name: column[row] for name, column in golden.winners.items() if column[row] is not None
        }
        labels = {name: origin.rule for name, origin in expected.provenance.items()}
        assert labels == {name: golden.rules[name] for name in labels}


@settings(max_examples=100, deadline=None)
@given(populations(), strategies(ordered=True))
def test_a_few_records_are_merged_without_arrays_as_a_population_is(population, strategy):
    for group in by_cluster(*population).values():
        expected = merge(LeadBatch.from_records(group), ["L1"] * len(group), strategy)
        golden = merge_one(group, "L1", strategy).batch()
        assert expected.leads.ids == golden.leads.ids
        assert expected.leads.lead(0) == golden.leads.lead(0)
        assert expected.leads.sources.to_list() == golden.leads.sources.to_list()
        assert expected.leads.observed_at.tolist() == golden.leads.observed_at.tolist()
        assert dict(expected.rules) == dict(golden.rules)
        assert {name: column.to_list() for name, column in expected.winners.items()} == {
            name: column.to_list() for name, column in golden.winners.items()
        }


@settings(max_examples=60, deadline=None)
@given(populations(), strategies())
def test_conflicts_of_a_population_are_those_of_each_lead(population, strategy):
    records, clusters = population
    batch = LeadBatch.from_records(records)
    found = {
        (one.lead_id, one.field): set(one.values)
        for one in find_conflicts(batch, np.array(clusters), strategy)
    }
    expected = {}
    for group in by_cluster(records, clusters).values():
        golden = strategy.merge(group)
        expected |= {(golden.lead.id, one.field): set(one.values) for one in golden.conflicts}
    assert expected == found


@settings(max_examples=60, deadline=None)
@given(populations(), strategies(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(population, strategy, random):
    records, _ = population
    shuffled = list(records)
    random.shuffle(shuffled)
    assert strategy.merge(records).lead == strategy.merge(shuffled).lead


@settings(max_examples=60, deadline=None)
@given(populations(), strategies())
def test_no_value_appears_that_no_source_had(population, strategy):
    records, _ = population
    lead = strategy.merge(records).lead
    for name, value in lead.values().items():
        held = [record.values[name] for record in records if name in record.values]
        if name == "tags":
            assert set(value) <= {tag for tags in held for tag in tags}
        elif name == "memo":
            assert set(value.split("/")) <= set(held)
        else:
            assert value in held


@settings(max_examples=60, deadline=None)
@given(populations(), strategies())
def test_merging_again_and_merging_one_record_change_nothing(population, strategy):
    records, _ = population
    golden = strategy.merge(records)
    assert golden == strategy.merge(records)
    single = strategy.merge(records[:1])
    assert single.lead.values().keys() <= records[0].values.keys()


@settings(max_examples=60, deadline=None)
@given(populations(), strategies())
def test_the_most_restrictive_consent_always_survives(population, strategy):
    records, _ = population
    golden = strategy.merge(records)
    for flag, restrictive in CONSENT_FLAGS.items():
        said = [record.values[flag] for record in records if flag in record.values]
        expected = None if not said else restrictive if restrictive in said else not restrictive
        assert expected == golden.consent.get(flag)


def test_lead_ids_may_be_given_and_leads_come_in_the_order_of_their_first_record():
    batch = LeadBatch.from_dicts([{"title": "部長"}, {"title": "課長"}, {"city": "港区"}])
    golden = merge(batch, ["L2", "L1", "L2"], MergeStrategy())
    assert golden.leads.ids == ("L2", "L1")
    assert golden.leads["title"].to_list() == ["部長", "課長"]


def test_an_empty_population_gives_no_leads():
    assert len(merge(LeadBatch.from_dicts([]), np.empty(0, np.int64)).leads) == 0


@pytest.mark.parametrize("given_ids", [["L1"], np.array([1, 2, 3])])
def test_a_wrong_number_of_lead_ids_is_refused(given_ids):
    with pytest.raises(ValueError, match="one lead id per record"):
        merge(LeadBatch.from_dicts([{"title": "部長"}, {"title": "課長"}]), given_ids)
