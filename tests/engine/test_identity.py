"""Lead ids: stable, order-free, and never split by themselves."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadflow.engine.identity import references, resolve_identities
from leadflow.records import LeadBatch


@st.composite
def worlds(draw: st.DrawFn):
    """Some records with a cluster each, a part of them linked to leads already."""
    n = draw(st.integers(0, 12))
    clusters = draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    previous = draw(st.lists(st.sampled_from([None, "A", "B", "C"]), min_size=n, max_size=n))
    return [f"r{i}" for i in range(n)], previous, np.array(clusters, np.int64)


def partition(labels):
    return {frozenset(i for i, other in enumerate(labels) if other == label) for label in labels}


def closure(n, *labelings):
    """Brute force: join rows that share a label in any labeling."""
    groups = [{i} for i in range(n)]
    for labels in labelings:
        for i in range(n):
            for j in range(n):
                if labels[i] is not None and labels[i] == labels[j]:
                    joined = groups[i] | groups[j]
                    for k in joined:
                        groups[k] = joined
    return {frozenset(group) for group in groups}


class TestResolveIdentities:
    @given(worlds())
    def test_records_share_a_lead_exactly_when_clusters_and_links_connect_them(self, world):
        ids, previous, clusters = world
        found = resolve_identities(ids, previous, clusters)
        assert closure(
            len(ids), previous, clusters.tolist(), previous, clusters.tolist(), previous
        ) == partition(found.lead_ids)

    @given(worlds())
    def test_every_former_id_still_stands_for_the_lead_of_its_records(self, world):
        ids, previous, clusters = world
        found = resolve_identities(ids, previous, clusters)
        for row, lead_id in enumerate(previous):
            if lead_id is not None:
                assert found.lead_ids[row] == found.merged.get(lead_id, lead_id)

    @given(worlds())
    def test_resolving_again_changes_nothing(self, world):
        ids, previous, clusters = world
        once = resolve_identities(ids, previous, clusters)
        again = resolve_identities(ids, once.lead_ids, clusters)
        assert (once.lead_ids, {}, ()) == (again.lead_ids, dict(again.merged), again.touched)

    @given(worlds(), st.randoms(use_true_random=False))
    def test_new_leads_do_not_depend_on_the_order_of_records(self, world, random):
        ids, _, clusters = world
        order = list(range(len(ids)))
        random.shuffle(order)
        straight = resolve_identities(ids, [None] * len(ids), clusters).lead_ids
        shuffled = resolve_identities([ids[i] for i in order], [None] * len(ids), clusters[order]).lead_ids
        assert [straight[i] for i in order] == list(shuffled)


class TestReferences:
    def test_a_shared_address_stands_for_the_lead_that_had_it_first(self):
        batch = LeadBatch.from_dicts([{"email": "info@example.jp"}] * 2, ids=["r1", "r2"])
        assert references(batch, ["A", "B"]) == {"info@example.jp": "A", "r1": "A", "r2": "B"}


class TestHeldApart:
    @given(worlds(), st.data())
    def test_what_a_person_held_apart_is_one_lead_only_when_it_was_before(self, world, data):
        ids, previous, clusters = world
        rows = st.integers(0, max(len(ids) - 1, 0))
        drawn = data.draw(st.lists(st.tuples(rows, rows), max_size=4)) if ids else []
        apart = [(a, b) for a, b in drawn if a != b]
        found = resolve_identities(ids, previous, clusters, apart=apart)
        for a, b in apart:
            if previous[a] is None or previous[a] != previous[b]:
                assert found.lead_ids[a] != found.lead_ids[b]
        for a, lead in enumerate(previous):
            for b, other in enumerate(previous):
                if lead is not None and lead == other:
                    assert found.lead_ids[a] == found.lead_ids[b]

    @given(worlds())
    def test_nothing_held_apart_changes_nothing(self, world):
        ids, previous, clusters = world
        plain = resolve_identities(ids, previous, clusters)
        assert plain.lead_ids == resolve_identities(ids, previous, clusters, apart=[]).lead_ids
