"""Blocking keys, suggested rules and counts of candidate pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.errors import UnknownNameError
from leadflow.matching import Matcher, block_on, count_candidates, key
from leadflow.matching import comparisons as c
from leadflow.matching.blocking import KEYS, one_letter_apart
from leadflow.matching.candidates import Candidates
from leadflow.matching.suggestions import suggest_rules
from leadflow.records.tables import Table

LATIN = "abcdefghijklmnoprstuvw"
KANJI = "青葉精密東海電機山川木村中野石井上田高橋北南西大小松竹梅"


def slipped(text, place, letter, what):
    """A text with one letter wrong, missing or added."""
    if what == "missing":
        return text[:place] + text[place + 1 :]
    return text[:place] + letter + text[place + (what == "wrong") :]


@given(
    st.one_of(
        st.text(LATIN, min_size=4, max_size=30),
        st.text(KANJI, min_size=3, max_size=30),
        st.from_regex(r"[0-9]{8,14}", fullmatch=True),
    ),
    st.integers(0, 29),
    st.sampled_from("xz7鶴"),
    st.sampled_from(["wrong", "missing", "added"]),
)
def test_texts_one_letter_apart_share_a_key(text, place, letter, what):
    other = slipped(text, place % len(text), letter, what)
    assert set(one_letter_apart(text)) & set(one_letter_apart(other))


@given(st.text(LATIN, min_size=4, max_size=11), st.permutations(range(11)))
def test_short_texts_three_letters_apart_share_no_key(text, places):
    other = list(text)
    for place, letter in zip([place for place in places if place < len(text)][:3], "xyz", strict=True):
        other[place] = letter
    assert not set(one_letter_apart(text)) & set(one_letter_apart("".join(other)))


def made_up(alphabet, domain, rows=1600, seed=1):
    """People and companies, of which the last two are one with a slip in every cell."""
    rng = np.random.default_rng(seed)

    def word(low, high):
        return "".join(rng.choice(list(alphabet), rng.integers(low, high)))

    japanese = alphabet == KANJI
    size = (4, 6) if japanese else (10, 14)
    table = {"氏名": [], "会社名": [], "メール": []}
    for _ in range(rows):
        table["氏名"].append(word(*size))
        table["会社名"].append(("株式会社" + word(5, 8)) if japanese else word(8, 14) + " Ltd")
        local = "".join(rng.choice(list(LATIN), 9))
        table["メール"].append(f"{local}@{''.join(rng.choice(list(LATIN), 7))}.{domain}")
    name, company, mail = (cells[-1] for cells in table.values())
    at = company.index("株式会社") + 4 if japanese else 0
    letter = "鶴" if japanese else "x"
    table["氏名"].append(slipped(name, 1, letter, "wrong"))
    table["会社名"].append(slipped(company, at, letter, "wrong"))
    left, right = mail.split("@")
    table["メール"].append(slipped(left, 0, "x", "wrong") + "@" + slipped(right, 0, "z", "wrong"))
    return table


@pytest.mark.parametrize(("alphabet", "domain"), [(LATIN, "example"), (KANJI, "example.jp")])
def test_two_records_with_a_slip_in_every_blocking_column_are_compared(alphabet, domain):
    table = Table.of(made_up(alphabet, domain))
    rules = suggest_rules([c.person_name("氏名"), c.company("会社名"), c.email("メール")], table)
    exact = [rule for rule in rules if not any(each.using.endswith("typo") for each in rule.keys)]
    n = len(table)

    def compared(some):
        made = Candidates.of(some, table, np.arange(n, dtype=np.uint64))
        return any(((i == n - 2) & (j == n - 1)).any() for i, j in made.chunks())

    assert exact
    assert not compared(exact)
    assert compared(rules)


def test_suggested_rules_do_not_depend_on_the_order_of_rows():
    rng = np.random.default_rng(3)
    table = {name: [f"{name}{rng.integers(9000)}" for _ in range(12_000)] for name in ("surname", "city")}
    order = rng.permutation(12_000)
    shuffled = {name: [cells[row] for row in order] for name, cells in table.items()}
    compared = [c.text("surname"), c.text("city")]
    assert suggest_rules(compared, Table.of(table)) == suggest_rules(compared, Table.of(shuffled))


def test_a_typo_key_that_finds_too_many_pairs_is_not_suggested():
    rng = np.random.default_rng(3)
    table = {
        "a": [f"anna{rng.integers(4)}" for _ in range(4000)],
        "b": [f"{rng.integers(10**11)}" for _ in range(4000)],
    }
    rules = list(map(str, suggest_rules([c.text("a"), c.text("b")], Table.of(table))))
    assert "typo(b)" in rules
    assert "typo(a)" not in rules


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("pqr"), st.sampled_from(["anna", "ann", "bob x", None])), max_size=40),
    st.sampled_from([[block_on("a")], [block_on("a", "b"), block_on(key("b", "typo")), block_on("b")]]),
)
def test_counts_are_those_of_the_pairs_made(cells, rules):
    table = Table.of({"a": [a for a, _ in cells], "b": [b for _, b in cells]})
    candidates = Candidates.of(rules, table, np.arange(len(table), dtype=np.uint64))
    made = sum(len(i) for i, _ in candidates.chunks())
    counted, real = count_candidates(rules, table), candidates.report()
    assert [(r.pairs, r.largest_block, r.refined_blocks) for r in counted.rules] == [
        (r.pairs, r.largest_block, r.refined_blocks) for r in real.rules
    ]
    assert made == real.total <= counted.total


def test_the_count_of_a_million_equal_rows_is_told_without_making_pairs():
    report = count_candidates([block_on("a")], {"a": ["x"] * 1_000_000})
    assert 499_999_500_000 == report.rules[0].pairs == report.total
    assert (1_000_000, 1) == (report.rules[0].largest_block, report.rules[0].refined_blocks)
    assert "499,999,500,000" in str(report)


def test_a_count_names_the_near_miss_of_a_column():
    with pytest.raises(UnknownNameError, match="Did you mean 'surname'"):
        count_candidates([block_on("surnam")], {"surname": ["x"]})


@pytest.mark.parametrize("using", sorted(KEYS))
def test_a_key_of_any_cell_is_texts_or_nothing(using):
    for cell in ("", "-", "x" * 100_000, "שלום", 7, 1.5, "株式会社", "a@b.example"):
        made = KEYS[using](cell)
        texts = () if made is None else (made,) if isinstance(made, str) else made
        assert all(isinstance(text, str) for text in texts)
        assert len(texts) < 200_000


def test_an_explanation_names_the_rules_and_the_keys_that_kept_two_records_from_being_compared():
    table = {
        "name": ["anna smith", "anna smyth", "anna smith"],
        "city": ["leeds", "leeds", "leeds"],
        "born": ["1980-01-02", None, "1980-01-02"],
    }
    fitted = Matcher(
        comparisons=[c.text("name"), c.exact("city"), c.date("born")],
        blocking=[block_on("name"), block_on("city", key("born", "digits"))],
    ).fit(table)
    why = fitted.explain(table, 0, 1)
    text = str(why)
    assert "rule name: name is 'anna smith' and 'anna smyth'" in text
    assert "rule city + digits(born): digits(born) is '19800102' and missing" in text
    assert "rule city + digits(born): city" not in text
    assert ("name", "name") == (why.differing[0].rule, why.differing[0].key)
    assert "smyth" not in str(why.masked())
    assert "digits(born) is &#x27;19800102&#x27; and missing" in why._repr_html_()
    assert () == fitted.explain(table, 0, 2).differing
