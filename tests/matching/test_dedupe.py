"""Deduplication from end to end."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.errors import InputError, UnknownNameError, VerdictConflictError
from leadflow.matching import FittedMatcher, Matcher, Verdict, block_on, dedupe, link
from leadflow.matching import comparisons as c
from leadflow.matching.clusters import agglomerate
from leadflow.testing.generator import generate_leads_table

PLACES = (
    "アオバ",
    "みどり",
    "東都",
    "北斗",
    "中央",
    "光洋",
    "双葉",
    "若葉",
    "桜井",
    "富士見",
    "大和",
    "協栄",
    "山科",
    "丸喜",
)
TRADES = (
    *(
        "商事",
        "工業",
        "電機",
        "製作所",
        "精密",
        "物産",
        "印刷",
        "運輸",
        "化学",
        "産業",
        "食品",
        "建設",
        "薬品",
        "鉄工",
    ),
    "通商",
)


def partition(labels):
    groups = {}
    for row, label in enumerate(np.asarray(labels).tolist()):
        groups.setdefault(label, set()).add(row)
    return {frozenset(rows) for rows in groups.values()}


def f1(truth, found):
    same = truth[:, None] == truth[None, :]
    said = found[:, None] == found[None, :]
    upper = np.triu_indices(len(truth), 1)
    both = (same & said)[upper].sum()
    return 2 * both / (same[upper].sum() + said[upper].sum())


class TestZeroConfiguration:
    """``dedupe`` of tables whose columns nobody named."""

    def test_people_with_slips_of_the_keyboard_are_found(self, people):
        table, truth = people
        assert f1(truth, dedupe(table).cluster_ids) > 0.97

    def test_japanese_leads_are_found(self):
        table, truth = generate_leads_table(3, 1500)
        assert f1(truth, dedupe(table).cluster_ids) > 0.985

    def test_row_order_does_not_matter(self, people):
        table, _ = people
        order = np.random.default_rng(5).permutation(len(table["city"]))
        shuffled = {name: [cells[row] for row in order] for name, cells in table.items()}
        back = np.empty(len(order), np.int64)
        back[order] = dedupe(shuffled).cluster_ids
        assert partition(dedupe(table).cluster_ids) == partition(back)

    def test_the_same_seed_gives_the_same_weights(self, people):
        first, second = (dedupe(people[0], seed=4).pairs.bits for _ in range(2))
        assert first.tolist() == second.tolist()

    def test_links_between_two_lists_are_one_to_one_on_request(self, people):
        table, truth = people
        half = len(truth) // 2
        left = {name: cells[:half] for name, cells in table.items()}
        right = {name: cells[half:] for name, cells in table.items()}
        links = link(left, right, one_to_one=True)
        assert len(set(links.pairs.row_a.tolist())) == len(set(links.pairs.row_b.tolist())) == len(links) > 10
        right_truth = truth[half:]
        assert np.mean(truth[links.pairs.row_a] == right_truth[links.pairs.row_b]) > 0.95

    @pytest.mark.parametrize("companies", [2, 8, 200])
    def test_a_list_of_nothing_but_company_names_has_one_of_each(self, companies):
        cores = [f"{place}{trade}" for place in PLACES for trade in TRADES][:companies]
        written = [way.format(core) for core in cores for way in ("株式会社{}", "㈱{}", "{}（株）")]
        found = dedupe({"会社名": written}).cluster_ids
        assert partition(found) == {frozenset(range(k, k + 3)) for k in range(0, len(written), 3)}

    def test_two_namesakes_of_one_company_stay_apart_even_in_a_table_of_two(self):
        table = {
            "氏名": ["佐藤 太郎", "佐藤 太郎"],
            "会社名": ["㈱アオバ", "アオバ（株）"],
            "メール": ["t-sato@aoba.example.jp", "taro.sato2@aoba.example.jp"],
            "携帯": ["090-1111-2222", "080-3333-4444"],
        }
        found = dedupe(table).cluster_ids
        assert found[0] != found[1]

    def test_a_few_companies_with_addresses_are_known_by_their_names(self):
        table = {
            "会社名": ["㈱アオバ商事", "アオバ商事（株）", "みどり工業株式会社", "東都電機株式会社"],
            "市区町村": ["港区", None, "大阪市", "港区"],
        }
        assert partition(dedupe(table).cluster_ids) == {frozenset({0, 1}), frozenset({2}), frozenset({3})}


class TestThreshold:
    """The threshold is a probability and acts monotonically."""

    def test_a_higher_threshold_never_links_more_pairs(self, people):
        fitted = Matcher(comparisons=[c.text("surname"), c.date("dob"), c.email("email")]).fit(people[0])
        counts = [
            len(np.unique(fitted.dedupe(people[0], threshold=t).cluster_ids)) for t in (0.1, 0.5, 0.9, 0.99)
        ]
        assert sorted(counts) == counts

    @pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0, 7])
    def test_what_is_no_probability_is_refused(self, people, threshold):
        with pytest.raises(InputError, match="between 0 and 1"):
            dedupe(people[0], threshold=threshold)


class TestVerdicts:
    """What a person decided holds whatever the weights say."""

    def test_same_and_distinct_are_honoured(self, people):
        table, _ = people
        ids = dedupe(table).cluster_ids
        together = next(rows for rows in sorted(map(sorted, partition(ids))) if len(rows) > 1)
        others = [row for row in range(len(ids)) if ids[row] != ids[together[0]]]
        verdicts = [
            Verdict(str(together[0]), str(together[1]), "distinct"),
            Verdict(str(others[0]), str(others[-1]), "same"),
        ]
        after = dedupe(table, verdicts=verdicts).cluster_ids
        assert after[together[0]] != after[together[1]]
        assert after[others[0]] == after[others[-1]]

    def test_identical_records_can_be_kept_apart(self):
        table = {
            "name": ["anna smith"] * 2 + ["bob jones", "carol brown"],
            "dob": ["1980-01-01"] * 2 + ["1970-02-03", "1961-05-06"],
        }
        assert 3 == len(set(dedupe(table).cluster_ids.tolist()))
        assert 4 == len(set(dedupe(table, verdicts=[Verdict("0", "1", "distinct")]).cluster_ids.tolist()))

    def test_contradicting_verdicts_are_refused(self, people):
        verdicts = [Verdict("1", "2", "same"), Verdict("2", "3", "same"), Verdict("1", "3", "distinct")]
        with pytest.raises(VerdictConflictError):
            dedupe(people[0], verdicts=verdicts)


class TestStableIds:
    """Cluster ids survive the next run."""

    def test_ids_stay_when_records_are_added(self, people):
        table, _ = people
        some = {name: cells[:150] for name, cells in table.items()}
        before = dedupe(some)
        after = dedupe(table, previous=before)
        kept = [row for row in range(150) if (before.cluster_ids == before.cluster_ids[row]).sum() == 1]
        assert np.mean(after.cluster_ids[kept] == before.cluster_ids[kept]) > 0.9
        new = set(after.cluster_ids.tolist()) - set(before.cluster_ids.tolist())
        assert all(one > max(before.cluster_ids.tolist()) for one in new)


class TestExplanation:
    """Reasons add up to the decision."""

    def test_the_reasons_add_up(self, people):
        result = dedupe(people[0])
        for pair in result.pairs.to_dicts()[:20]:
            why = result.explain(pair["row_a"], pair["row_b"])
            assert why.prior + sum(reason.total for reason in why.reasons) == pytest.approx(why.total)
            assert why.total == pytest.approx(pair["match_weight"])

    def test_masked_values_do_not_appear(self, people):
        result = dedupe(people[0])
        text = str(result.explain(0, 1).masked())
        assert str(people[0]["email"][0]) not in text

    def test_a_row_that_is_not_there_is_refused(self, people):
        with pytest.raises(InputError, match="does not exist"):
            dedupe(people[0]).explain(0, 10_000)


class TestModelAsData:
    """A trained model goes through plain data."""

    def test_a_model_from_data_gives_the_same_weights(self, people):
        fitted = Matcher(
            comparisons=[
                c.person_name("first_name", "surname"),
                c.exact("city"),
                c.date("dob"),
                c.email("email"),
            ],
            blocking=[block_on("surname"), block_on("dob")],
        ).fit(people[0])
        again = FittedMatcher.from_dict(fitted.to_dict())
        assert fitted.dedupe(people[0]).pairs.to_dicts() == again.dedupe(people[0]).pairs.to_dicts()

    def test_labels_move_the_weights(self, people):
        table, truth = people
        matcher = Matcher(comparisons=[c.text("surname"), c.date("dob")])
        pairs = [(i, j) for i in range(100) for j in range(i) if truth[i] == truth[j]]
        plain, taught = matcher.fit(table), matcher.fit(table, labels=pairs)
        assert plain.weights.m[0].tolist() != taught.weights.m[0].tolist()


class TestBadInput:
    """A result or a documented error, never a hang."""

    @pytest.mark.parametrize("rows", [0, 1, 2])
    def test_tiny_tables_give_a_result(self, rows):
        fitted = Matcher(comparisons=[c.text("a"), c.exact("b")]).fit({"a": ["x"] * rows, "b": ["y"] * rows})
        assert rows == len(fitted.dedupe({"a": ["x"] * rows, "b": ["y"] * rows}))

    def test_equal_rows_do_not_build_all_pairs(self):
        table = {
            "name": ["anna smith"] * 50_000 + ["bob jones"],
            "dob": ["1980-01-01"] * 50_000 + ["1971-02-03"],
        }
        result = dedupe(table)
        assert 50_001 == len(result)

    def test_empty_columns_alone_cannot_be_compared(self):
        with pytest.raises(InputError, match="No column can be compared"):
            dedupe({"a": [None, None]})

    def test_an_unknown_column_suggests_the_near_miss(self, people):
        with pytest.raises(UnknownNameError, match="Did you mean 'surname'"):
            Matcher(comparisons=[c.text("surnam")]).fit(people[0])

    def test_an_oversized_block_is_refined(self):
        rng = np.random.default_rng(0)
        table = {
            "a": ["x"] * 3000,
            "b": [f"v{rng.integers(800)}" for _ in range(3000)],
            "c": [f"w{i // 2}" for i in range(3000)],
        }
        fitted = Matcher(
            comparisons=[c.exact("a"), c.exact("b"), c.exact("c")],
            blocking=[block_on("a"), block_on("b", "c")],
        ).fit(table)
        report = fitted.blocking_report(table)
        assert report.rules[0].refined_blocks == 1
        assert report.total < 200_000

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.one_of(st.none(), st.text(max_size=12), st.floats(), st.integers(), st.booleans()),
                st.one_of(st.none(), st.text(max_size=12)),
            ),
            max_size=12,
        )
    )
    def test_any_cells_give_a_partition(self, cells):
        table = {"name": [a for a, _ in cells], "company": [b for _, b in cells]}
        matcher = Matcher(
            comparisons=[c.person_name("name"), c.company("company"), c.phrase("name", name="again")]
        )
        assert len(cells) == len(matcher.fit(table).dedupe(table).cluster_ids)

    def test_very_long_cells_and_odd_scripts_are_compared(self):
        table = {"a": ["x" * 100_000, "שלום עולם", "e\u0301te\u0301", "été"], "b": ["1", "2", "3", "3"]}
        assert 4 == len(Matcher(comparisons=[c.phrase("a"), c.exact("b")]).fit(table).dedupe(table))


@pytest.mark.parametrize("seed", [-1, "x", 1.5, None])
def test_what_is_no_seed_is_refused(people, seed):
    with pytest.raises(InputError, match="seed"):
        dedupe(people[0], seed=seed)


def test_what_is_no_verdict_is_refused(people):
    with pytest.raises(InputError, match="Verdict"):
        dedupe(people[0], verdicts=[("0", "1")])


@pytest.mark.parametrize("labels", [5, [(0,)], [("a", "b")]])
def test_what_are_no_labels_is_refused(people, labels):
    with pytest.raises(InputError, match="Labels"):
        Matcher(comparisons=[c.text("city")]).fit(people[0], labels=labels)


def test_every_doubtful_component_is_merged_as_if_it_were_alone():
    rng = np.random.default_rng(3)
    bits = rng.normal(0, 8, (200, 10))
    together = agglomerate(bits, 5, 1.0)
    assert together.tolist() == [agglomerate(one[None, :], 5, 1.0)[0].tolist() for one in bits]
    for one, parts in zip(bits, together, strict=True):
        weights = dict(zip(itertools.combinations(range(5), 2), np.clip(one - 1.0, -12, 12), strict=True))
        clusters = [np.flatnonzero(parts == first).tolist() for first in np.unique(parts)]
        for a, b in itertools.combinations(clusters, 2):
            # No two clusters that are left would have been merged.
            assert np.mean([weights[min(x, y), max(x, y)] for x in a for y in b]) < 0.0
