"""What comparisons say about two records."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.errors import DefinitionError
from leadflow.matching import Matcher, block_on, dedupe
from leadflow.matching import comparisons as c
from leadflow.matching.columns import ComparedColumns, compare
from leadflow.matching.features import KINDS
from leadflow.records import LeadBatch
from leadflow.records.tables import Table

MADE = {
    "person": lambda: c.person_name("a", "b"),
    "company": lambda: c.company("a", kana="b"),
    "email": lambda: c.email("a"),
    "phone": lambda: c.phone("a", "b"),
    "mobile": lambda: c.phone("a", "b", numbers="mobile"),
    "address": lambda: c.address("a", "b"),
    "phrase": lambda: c.phrase("a"),
    "text": lambda: c.text("a"),
    "date": lambda: c.date("a"),
    "number": lambda: c.number("a"),
    "set": lambda: c.set_of("a"),
    "postal code": lambda: c.postal_code("a"),
    "url": lambda: c.url("a"),
    "identifier": lambda: c.identifier("a"),
}


def level(comparison, first, second):
    """The label of the level of two records given as tuples of cells."""
    names = [name for name in comparison.columns if name]
    table = Table.of({name: [first[k], second[k]] for k, name in enumerate(names)})
    held = ComparedColumns.of(comparison, table)
    code = compare(comparison, held.features, held.features, held.rows[:1], held.rows[1:], rarity={})
    return comparison.labels[code[0]]


@pytest.mark.parametrize(
    ("comparison", "first", "second", "expected"),
    [
        (c.company("a"), ("㈱日立製作所",), ("日立製作所",), "same name"),
        (c.company("a"), ("㈱日立製作所",), ("日立製作所（株）",), "same name and form"),
        (c.company("a"), ("㈱山田商店",), ("㈲山田商店",), "same name, other form"),
        (c.company("a"), ("Chemicals, Acme Ltd",), ("Acme Chemicals Ltd",), "same words"),
        (c.company("a"), ("Thornton Pkg Ltd",), ("Thornton Packaging PLC",), "abbreviated"),
        (c.company("a"), ("AC Corp",), ("Acme Chemicals Inc",), "initials"),
        (c.company("a"), ("トヨタ",), ("Toyota Corp",), "same reading"),
        (c.company("a"), ("第9回劣後ローン流動化㈱",), ("第11回劣後ローン流動化㈱",), "other number"),
        (c.company("a"), ("日立製作所",), ("Acme Ltd",), "missing"),
        (c.company("a"), ("日立製作所",), ("東芝",), "different"),
        (c.person_name("a"), ("髙橋 太郎",), ("高橋太郎",), "same name"),
        (c.person_name("a", "b"), ("smith", "anna"), ("anna", "smith"), "parts swapped"),
        (c.person_name("a"), ("佐藤太郎",), ("太郎 佐藤",), "parts swapped"),
        (c.person_name("a"), ("佐藤 太郎",), ("Taro Sato",), "missing"),
        (c.person_name("a"), ("岡本 太郎",), ("岩崎 花子",), "different"),
        (c.person_name("a"), ("佐藤 真",), ("佐藤 誠",), "same family name"),
        (c.person_name("a"), ("佐藤 太郎",), ("佐藤 次郎",), "same family name"),
        (c.person_name("a"), ("斎藤 健",), ("斉藤 健",), "one edit or a variant kanji"),
        (c.person_name("a"), ("Anna Smith",), ("Anna Smyth",), "one edit or a variant kanji"),
        (c.email("a"), ("Taro.Sato+x@Example.co.jp",), ("taro.sato@example.co.jp",), "same address"),
        (c.email("a"), ("info@example.co.jp",), ("info@example.co.jp",), "same shared address"),
        (c.email("a"), ("t.kato@example.jp",), ("h.kato@example.jp",), "same company domain"),
        (c.email("a"), ("taro@example.jp",), ("tarro@example.jp",), "one edit"),
        (c.phone("a"), ("03-1234-5678",), ("+81 3 1234 5678",), "same number"),
        (c.address("a"), ("文京区本郷二丁目４０番２号",), ("文京区本郷2-40-2",), "same"),
        (c.address("a"), ("3130 Piedmont Road",), ("3130 piedmont rd.",), "same"),
        (c.date("a"), ("1984-04-14",), ("19840414",), "same"),
        (c.date("a"), ("1984-04-14",), ("1984-04-15",), "one edit"),
        (c.number("a"), (100,), (100.5,), "within 1%"),
        (c.set_of("a"), ("a, b",), ("b;a",), "same"),
        (c.postal_code("a"), ("〒100-0001",), ("1000001",), "same"),
        (c.text("a"), (None,), ("x",), "missing"),
        (c.text("a"), ("未入力",), ("x",), "missing"),
    ],
)
def test_two_values_are_on_the_level_that_a_person_would_say(comparison, first, second, expected):
    padded = [(*each, *[None] * 5) for each in (first, second)]
    assert expected == level(comparison, *padded)


@pytest.mark.parametrize("name", sorted(MADE))
@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.one_of(st.none(), st.text("ab1-@. 佐藤タ株式会社", max_size=9))] * 2),
        min_size=2,
        max_size=6,
    )
)
def test_every_comparison_is_symmetric(name, rows):
    comparison = MADE[name]()
    table = Table.of({"a": [a for a, _ in rows], "b": [b for _, b in rows]})
    held = ComparedColumns.of(comparison, table)
    i, j = np.triu_indices(len(rows), 1)
    sides = [
        compare(comparison, held.features, held.features, held.rows[x], held.rows[y], rarity={}).tolist()
        for x, y in ((i, j), (j, i))
    ]
    assert sides[0] == sides[1]


@pytest.mark.parametrize("name", sorted(MADE))
@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.one_of(st.none(), st.text("ab1-@. 佐藤タ株式会社", max_size=4))] * 2),
        min_size=1,
        max_size=9,
    )
)
def test_cells_that_read_alike_have_the_features_of_their_own_reading(name, rows):
    comparison = MADE[name]()
    kind = KINDS[comparison.kind]
    held = ComparedColumns.of(comparison, Table.of({"a": [a for a, _ in rows], "b": [b for _, b in rows]}))
    for row, place in zip(rows, held.rows.tolist(), strict=True):
        cells = tuple(dict(zip("ab", row, strict=True)).get(name) for name in comparison.columns)
        if place < 0:
            assert all(cell is None for cell in cells)
            continue
        shown = [shown_at(feature, place) for feature in held.features.values()]
        assert shown == [None if part == () else part for part in kind.of(cells)][: len(shown)]


def test_the_names_of_a_company_under_many_addresses_are_derived_once():
    people = [f"{name}@example.jp" for name in "abcdefgh"]
    table = Table.of({"company": ["㈱山田", "山田株式会社"] * 4, "email": people})
    held = ComparedColumns.of(c.company("company", site="email"), table)
    assert len(held.hashes) == len(people)
    assert [shown_at(held.features["core"], place) for place in range(8)] == ["山田"] * 8
    assert [shown_at(held.features["site"], place) for place in range(8)] == ["example.jp"] * 8


def shown_at(feature, place):
    """What a feature says of a distinct cell, in the manner of ``Kind.of``."""
    if feature.numbers is not None:
        return None if np.isnan(feature.numbers[place]) else feature.numbers[place]
    codes = np.atleast_1d(feature.codes[place])
    texts = tuple(feature.bank.texts[code] for code in codes[codes >= 0])
    return (texts if feature.is_set else texts[0]) if texts else None


def test_comparisons_go_through_plain_data():
    for make in MADE.values():
        assert c.from_dict(make().to_dict()) == make()
    assert c.from_dict(c.source("s").to_dict()) == c.source("s")


def test_a_function_is_not_data():
    with pytest.raises(DefinitionError, match="function"):
        c.custom("a", lambda a, b: float(a == b)).to_dict()


@pytest.mark.parametrize("levels", [(0.8, 0.9), (1.2,), (0.0,)])
def test_thresholds_that_do_not_descend_are_refused(levels):
    with pytest.raises(DefinitionError, match="descend"):
        c.text("a", levels=levels)


def test_two_comparisons_of_one_name_are_refused():
    with pytest.raises(DefinitionError, match="named 'a'"):
        Matcher(comparisons=[c.text("a"), c.exact("a")])


def test_a_person_at_a_new_company_is_related_and_not_the_same():
    rows = [
        {
            "company": f"会社{k}商事",
            "full_name": f"姓{k} 名{k}",
            "email": f"p{k}@kaisha{k}.example",
            "mobile": f"+8190{k:08d}",
        }
        for k in range(10, 200)
    ]
    mover = {**rows[5], "company": "別所工業", "email": "p15@bessho.example"}
    again = dict(rows[7])
    result = dedupe(LeadBatch.from_dicts([*rows, mover, again]))
    assert result.cluster_ids[5] != result.cluster_ids[190]
    assert result.cluster_ids[7] == result.cluster_ids[191]
    assert (5, 190) in set(zip(result.related.row_a.tolist(), result.related.row_b.tolist(), strict=True))


def test_an_unknown_blocking_key_suggests_the_near_miss():
    from leadflow.matching import key

    with pytest.raises(DefinitionError, match="first3"):
        block_on(key("a", "frst3"))
