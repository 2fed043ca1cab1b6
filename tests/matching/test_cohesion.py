"""Why a cluster holds together."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.errors import InputError
from leadflow.matching import Matcher, Verdict, dedupe
from leadflow.matching import comparisons as c
from leadflow.matching.cohesion import spanning_tree

EDGES = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(-5, 30)).filter(
        lambda edge: edge[0] != edge[1]
    ),
    min_size=1,
    max_size=30,
)


def reached(start, edges):
    found, waiting = {start}, [start]
    while waiting:
        row = waiting.pop()
        for a, b in edges:
            for one, other in ((a, b), (b, a)):
                if one == row and other not in found:
                    found.add(other)
                    waiting.append(other)
    return found


@settings(max_examples=80, deadline=None)
@given(EDGES)
def test_without_the_weakest_link_of_the_tree_only_weaker_pairs_connect_the_two_parts(edges):
    edges = sorted(edges, key=lambda edge: -edge[2])
    tree = spanning_tree(np.array([a for a, _, _ in edges]), np.array([b for _, b, _ in edges]))
    links = [edges[place][:2] for place in tree.tolist()]
    one, other, weakest = edges[tree[-1]]
    side = reached(one, links[:-1])
    assert other in reached(one, links)
    assert other not in side
    far = reached(one, links) - side
    assert all(bits <= weakest for a, b, bits in edges if {a, b} & side and {a, b} & far)


@pytest.fixture(scope="module")
def result(people):
    return dedupe(people[0], threshold=0.5)


def test_the_tree_holds_every_record_and_its_weakest_link_is_that_of_the_cluster(result):
    large = [cluster for cluster in result.clusters if len(cluster) > 1]
    for cluster in large:
        explained = result.explain_cluster(cluster.id)
        links = [(link.row_a, link.row_b) for link in explained.links]
        assert len(links) == len(cluster) - 1
        assert set(cluster.rows) == reached(cluster.rows[0], links)
        bits = [link.bits for link in explained.links]
        assert bits == sorted(bits, reverse=True)
        assert explained.weakest.total == pytest.approx(bits[-1])
        if cluster.weakest is not None:
            assert cluster.weakest == pytest.approx(bits[-1])
    assert max(map(len, large)) > 2


def test_pairs_under_the_threshold_speak_against_a_cluster(people):
    fitted = Matcher(comparisons=[c.text("first_name"), c.text("surname"), c.date("dob")]).fit(people[0])
    named = {
        "first_name": ["anna"] * 3,
        "surname": ["smith", "smyth", "jones"],
        "dob": ["1980-01-02", "1980-01-02", "1971-06-03"],
    }
    forced = [Verdict("0", "2", "same")]
    result = fitted.dedupe(named, verdicts=forced)
    explained = result.explain_cluster(0, verdicts=forced)
    assert [link.how for link in explained.links if {link.row_a, link.row_b} == {0, 2}] == ["verdict"]
    assert {(0, 2), (1, 2)} == {(link.row_a, link.row_b) for link in explained.against}
    assert "a verdict says that they are the same" in str(explained)
    assert (explained.weakest.record_a, explained.weakest.record_b) == ("0", "1")


def test_copies_are_links(people):
    table, _ = people
    doubled = {name: [*cells, *cells[:30]] for name, cells in table.items()}
    result = dedupe(doubled)
    explained = result.explain_cluster(int(result.cluster_ids[0]))
    assert "copy" in {link.how for link in explained.links}


def test_one_record_has_no_links(result):
    alone = next(cluster for cluster in result.clusters if len(cluster) == 1)
    explained = result.explain_cluster(alone.id)
    assert (explained.links, explained.weakest, explained.against) == ((), None, ())


def test_it_is_text_plain_data_and_html_and_hides_values_on_request(result):
    cluster = max(result.clusters, key=len)
    explained = result.explain_cluster(cluster.id)
    surname = explained.weakest.reasons[0].value_a
    assert json.loads(json.dumps(explained.to_dict()))["cluster_id"] == cluster.id
    assert surname in str(explained)
    assert surname not in str(explained.masked())
    assert surname not in explained.masked()._repr_html_()
    assert explained._repr_html_().count("<table>") >= 2


def test_an_unknown_cluster_is_refused(result):
    with pytest.raises(InputError, match="no cluster 100000"):
        result.explain_cluster(100_000)
