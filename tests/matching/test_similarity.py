"""Similarities of many pairs: compiled kernels, array code and rapidfuzz agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from leadflow.matching import comparisons as c
from leadflow.matching import kernels, similarity
from leadflow.matching.columns import ComparedColumns, compare
from leadflow.matching.encoding import TextBank
from leadflow.records.tables import Table

TEXTS = st.lists(
    st.text(st.sampled_from("ab岡本é😀"), min_size=1, max_size=80), min_size=1, max_size=30, unique=True
)
CUTOFFS = st.sampled_from([0.0, 0.5, 0.7, 0.85, 0.92])


def all_pairs(texts):
    n = len(texts)
    i, j = np.divmod(np.arange(n * n, dtype=np.int32), np.int32(n))
    return i.astype(np.int32), j.astype(np.int32)


@pytest.fixture(params=["compiled", "arrays"])
def way(request, monkeypatch):
    """Compare small inputs too by kernels, or never."""
    similarity.load_kernels()
    monkeypatch.setattr(similarity, "_WORTH_CALLING", 1 if request.param == "compiled" else 1 << 60)
    return request.param


@pytest.mark.usefixtures("way")
class TestSimilarity:
    @given(texts=TEXTS, cutoff=CUTOFFS)
    def test_jaro_winkler_is_rapidfuzz_s(self, texts, cutoff):
        bank, (i, j) = TextBank.of(texts), all_pairs(texts)
        found = similarity.jaro_winkler(bank, i, bank, j, cutoff=cutoff)
        exact = np.array([JaroWinkler.similarity(texts[a], texts[b]) for a, b in zip(i, j, strict=True)])
        clear = np.abs(exact - cutoff) > 1e-5
        assert found[clear] == pytest.approx(np.where(exact >= cutoff, exact, 0.0)[clear], abs=1e-6)
        assert (found[~clear] >= cutoff - 1e-5).all()

    @given(texts=TEXTS, most=st.integers(0, 4))
    def test_edits_are_rapidfuzz_s(self, texts, most):
        bank, (i, j) = TextBank.of(texts), all_pairs(texts)
        found = similarity.edit_closeness(bank, i, bank, j, cutoff=-most)
        exact = np.array([OSA.distance(texts[a], texts[b]) for a, b in zip(i, j, strict=True)])
        assert np.where(exact <= most, -exact, -np.inf).tolist() == found.tolist()


def test_texts_longer_than_a_word_are_compared_too():
    similarity.load_kernels()
    texts = ["a" * (kernels.LONGEST + 1), "a" * kernels.LONGEST + "b"]
    bank = TextBank.of(texts)
    pairs = np.zeros(1 << 13, np.int32), np.ones(1 << 13, np.int32)
    found = similarity.jaro_winkler(bank, pairs[0], bank, pairs[1], cutoff=0.5)
    assert found == pytest.approx(np.full(1 << 13, JaroWinkler.similarity(*texts)), abs=1e-6)


@given(
    cells=st.lists(st.none() | st.text(st.sampled_from("ab岡é😀"), max_size=70), min_size=1, max_size=40),
    comparison=st.sampled_from(
        [c.text("a", levels=(0.92, 0.88, 0.7)), c.text("a", levels=(0.6,)), c.identifier("a"), c.exact("a")]
    ),
)
def test_compiled_levels_are_those_of_the_arrays(cells, comparison):
    similarity.load_kernels()
    column = ComparedColumns.of(comparison, Table.of({"a": cells}))
    i, j = all_pairs(cells)
    ia, ib = column.rows[i], column.rows[j]
    with pytest.MonkeyPatch.context() as patch:
        found = []
        for fewest in (1, 1 << 60):
            patch.setattr(similarity, "_WORTH_CALLING", fewest)
            found.append(compare(comparison, column.features, column.features, ia, ib, rarity={}).tolist())
    assert found[0] == found[1]


def test_levels_that_no_single_text_decides_are_left_to_the_arrays():
    assert c.text("a").steps is not None
    assert c.date("a").steps is None
    assert c.person_name("a").steps is None
