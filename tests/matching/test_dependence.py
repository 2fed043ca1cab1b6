"""What is said twice about one thing is one piece of evidence."""

import numpy as np
import pytest

import leadflow as lf
from leadflow.matching import Matcher
from leadflow.matching.evaluation import evaluate
from leadflow.matching.prospects import Prospects
from leadflow.matching.recognition import recognise, recognised_matcher
from leadflow.records.tables import Table

TRADES = ("Foods", "Systems", "Chemicals", "Instruments", "Logistics", "Textiles")
SYLLABLES = ("ka", "mo", "ri", "ste", "lun", "dor", "vex", "hal", "pin", "gar")


def word(rng):
    return "".join(rng.choice(SYLLABLES, 3)).capitalize()


def slipped(rng, text):
    place = int(rng.integers(1, len(text)))
    return text[:place] + text[place + 1 :]


def sisters(seed=0, groups=150):
    """Sister companies at one address, each listed twice, once with a slip or a shortened trade."""
    rng = np.random.default_rng(seed)
    rows, truth = [], []
    for group in range(groups):
        name, street = word(rng), f"{rng.integers(1, 200)} {word(rng)} Street"
        postcode, city = f"{word(rng)[:2].upper()}{rng.integers(10, 99)} {group % 10}AB", word(rng)
        for number, trade in enumerate(rng.choice(TRADES, 2, replace=False).tolist()):
            site = f"www.{name}{trade}.example".lower()
            for spelled in (f"{name} {trade} Ltd", f"{slipped(rng, name)} {trade}"):
                rows.append((spelled, street, city, postcode, site if rng.random() < 0.8 else None))
                truth.append((group, number))
    order = rng.permutation(len(rows))
    names = ("org_name", "street", "city", "postcode", "website")
    return {name: [rows[row][k] for row in order] for k, name in enumerate(names)}, [
        truth[row] for row in order
    ]


def colleagues(seed=0, companies=40):
    """People of some companies that share mail domain, address and postal code; no column names the company."""
    rng = np.random.default_rng(seed)
    rows, truth = [], []
    for company in range(companies):
        domain, place = f"{word(rng)}{company}.example".lower(), f"{rng.integers(1, 99)} {word(rng)} Road"
        code = f"{rng.integers(100, 999)}-{rng.integers(1000, 9999)}"
        for person in range(8):
            given, family = word(rng), word(rng)
            mail = f"{given}.{family}@{domain}".lower()
            rows.append((f"{given} {family}", mail, code, place))
            truth.append((company, person))
            if rng.random() < 0.3:
                rows.append(
                    (f"{given} {slipped(rng, family)}", mail if rng.random() < 0.5 else None, code, place)
                )
                truth.append((company, person))
    order = rng.permutation(len(rows))
    return {
        name: [rows[row][k] for row in order]
        for k, name in enumerate(("name", "email", "postcode", "address"))
    }, [truth[row] for row in order]


class TestPlaces:
    def test_sister_companies_at_one_address_stay_apart(self):
        table, truth = sisters()
        scores = evaluate(truth, lf.dedupe(table).cluster_ids)
        assert scores.precision.value > 0.97
        assert scores.recall.value > 0.9

    def test_colleagues_stay_apart_in_a_list_without_companies(self):
        table, truth = colleagues()
        scores = evaluate(truth, lf.dedupe(table).cluster_ids)
        assert scores.precision.value > 0.97
        assert scores.recall.value > 0.85

    def test_numbered_companies_with_one_local_part_are_two(self):
        rng = np.random.default_rng(0)
        rows = [
            {
                "会社名": f"株式会社新規{n}",
                "氏名": f"{rng.choice(['佐藤', '鈴木', '高橋', '田中'])} {rng.choice(['太郎', '花子', '健', '翔'])}",
                "メール": f"{word(rng).lower()}{n}@shinki{n}.example",
            }
            for n in range(200)
        ]
        for n in (3, 5):
            rows[n] = {
                "会社名": f"株式会社新規{n}",
                "氏名": "佐藤 太郎",
                "メール": f"taro.sato@shinki{n}.example",
            }
        clusters = lf.dedupe(rows).cluster_ids
        assert clusters[3] != clusters[5]


class TestCopies:
    def test_exact_copies_are_one_when_chance_does_not_explain_them(self):
        names = [
            f"{word(np.random.default_rng(n))} {word(np.random.default_rng(n + 999))}" for n in range(300)
        ]
        clusters = lf.dedupe({"name": names * 2}).cluster_ids
        assert (clusters[:300] == clusters[300:]).mean() > 0.99


class TestHeaders:
    @pytest.mark.parametrize(
        ("header", "role"),
        [
            ("Billing City", "city"),
            ("contact_first_name", "given_name"),
            ("Vorname", "given_name"),
            ("ville", "city"),
        ],
    )
    def test_a_header_is_known_by_its_end_and_in_other_languages(self, header, role):
        table = Table.of({header: ["Leeds", "York", "Bath"]})
        assert [role] == [each.role for each in recognise(table)]

    def test_of_very_many_columns_the_most_telling_are_compared(self):
        rng = np.random.default_rng(0)
        table = {f"c{k}": [f"v{v}" for v in rng.integers(0, 5 + k, 300)] for k in range(80)}
        matcher, found = recognised_matcher(
            Table.of({**table, "email": [f"m{n}@x.example" for n in range(300)]})
        )
        kinds = [comparison.kind for comparison in matcher.comparisons]
        assert "email" in kinds
        assert len(kinds) <= 24
        assert sum(each.role == "ignored" for each in found) == 81 - len(kinds)


class TestUntrained:
    def test_colleagues_are_two_before_anything_was_learnt(self):
        colleague = {
            "company": "株式会社青葉精密",
            "phone": "03-3123-4567",
            "postal_code": "330-0846",
            "address": "埼玉県さいたま市大宮区大門町1-1",
        }
        rows = [
            {**colleague, "full_name": "佐藤 花子", "email": "hanako.sato@aoba.example"},
            {**colleague, "full_name": "鈴木 一郎", "email": "ichiro.suzuki@aoba.example"},
        ]
        batch = lf.read_leads(rows, source="form").batch
        for known in (batch.take([0]), batch):
            assert Matcher.for_leads().fit(known).explain(batch, 0, 1).probability < 0.5

    def test_the_same_person_is_one_before_anything_was_learnt(self):
        row = {
            "company": "株式会社青葉精密",
            "full_name": "佐藤 花子",
            "email": "hanako.sato@aoba.example",
            "phone": "03-3123-4567",
        }
        batch = lf.read_leads([row, {**row, "company": "㈱青葉精密", "phone": None}], source="form").batch
        assert Matcher.for_leads().fit(batch).explain(batch, 0, 1).probability > 0.9


def test_a_leaf_of_the_index_weighs_what_its_pattern_weighs_to_the_last_bit():
    rows, _ = sisters(groups=60)
    weights = recognised_matcher(Table.of(rows))[0].fit(rows, seed=0).weights
    prospects, rng = Prospects.of(weights), np.random.default_rng(0)
    patterns = np.stack(
        [rng.integers(0, len(each.levels) + 2, 500) for each in weights.comparisons], axis=1
    ).astype(np.uint8)
    expected = weights.of_patterns(patterns)
    assert weights.given
    for row, pattern in enumerate(patterns.tolist()):
        leaf = prospects.leaf(tuple(pattern))
        assert expected.total[row] == leaf.total
        for k, level, independent, together in leaf.adjustable:
            assert (level, expected.independent[row, k], expected.together[row, k]) == (
                pattern[k],
                independent,
                together,
            )
