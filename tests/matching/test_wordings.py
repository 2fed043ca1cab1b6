"""How two names that share something differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.matching.wordings import other_word

NAMES = st.lists(
    st.sampled_from(["acme", "foods", "food", "systems", "pkg", "packaging", "三菱", "電機", "a"]),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("acme systems", "acme foods"),
        ("sterling partners", "sterling pkg"),
        ("ritz carlton cafe", "ritz carlton dining room"),
        ("三菱電機", "三菱重工"),
        ("日立システムズ", "日立ソリューションズ"),
    ],
)
def test_names_with_a_word_each_of_their_own_are_two_things(a, b):
    assert other_word(a, b) == 1.0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("acme packaging", "acme pkg"),  # an abbreviation
        ("acme systems", "acme sistems"),  # a typing error
        ("acme web tech", "acme webtech"),  # divided otherwise
        ("acme r c", "acme rc"),  # initials
        ("acme", "acme foods"),  # nothing of its own on one side
        ("the acme", "acme of"),  # little words
        ("トヨタ自動車", "豊田自動車"),  # two scripts of one word
        ("新日本電気", "新日本電器"),  # one character may be mistyped
        ("acme foods", "日立製作所"),  # nothing to compare
    ],
)
def test_variants_of_one_word_are_none_of_their_own(a, b):
    assert other_word(a, b) == 0.0


@given(NAMES, NAMES)
def test_the_order_of_the_names_does_not_matter(left, right):
    a, b = " ".join(left), " ".join(right)
    assert other_word(a, b) == other_word(b, a)
