"""The live index."""

import datetime as dt
import json
import pickle
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.errors import DefinitionError, InputError, NotFoundError
from leadflow.matching import Matcher, block_on, dedupe
from leadflow.matching import comparisons as c
from leadflow.matching.index import Index
from leadflow.records import LeadBatch
from leadflow.testing.generator import generate_leads_table


def matcher():
    return Matcher(
        comparisons=[
            c.person_name("first_name", "surname"),
            c.text("city"),
            c.date("dob"),
            c.email("email"),
        ],
        blocking=[block_on("surname"), block_on("dob"), block_on("email")],
    )


def record(table, row):
    return {name: cells[row] for name, cells in table.items()}


def test_the_index_gives_the_weights_of_the_batch(people):
    table, _ = people
    fitted = matcher().fit(table)
    batch = {
        (pair["record_a"], pair["record_b"]): pair["match_weight"]
        for pair in fitted.dedupe(table).pairs.to_dicts()
    }
    index = fitted.index(table)
    for (a, b), bits in batch.items():
        found = {
            match.record_id: match.bits
            for match in index.query(record(table, int(a)), at_least=0.0, limit=500)
        }
        assert bits == pytest.approx(found[b])


def test_lead_batches_are_indexed_with_the_weights_of_the_batch():
    table, _ = generate_leads_table(5, 400)
    names = {
        "会社名": "company",
        "氏名": "full_name",
        "氏名カナ": "full_name_kana",
        "メール": "email",
        "電話番号": "phone",
        "携帯": "mobile",
        "住所": "address",
        "部署": "department",
    }
    rows = [{field: table[header][row] for header, field in names.items()} for row in range(400)]
    batch = LeadBatch.from_dicts(rows)
    fitted = Matcher.for_leads().fit(batch, seed=0)
    pairs = fitted.dedupe(batch).pairs.to_dicts()
    index = fitted.index(batch)
    assert len(pairs) > 50
    for pair in pairs:
        found = {
            m.record_id: m.bits for m in index.query(rows[int(pair["record_a"])], at_least=0.0, limit=500)
        }
        if pair["record_b"] in found:
            assert pair["match_weight"] == pytest.approx(found[pair["record_b"]])


def test_added_records_are_found_with_the_weights_of_the_batch(people):
    table, _ = people
    fitted = matcher().fit(table)
    whole = fitted.index(table)
    grown = fitted.index({name: cells[:120] for name, cells in table.items()})
    for row in range(120, 200):
        grown.add(str(row), record(table, row))
    for row in range(0, 200, 7):
        asked = record(table, row)
        expected = [(m.record_id, pytest.approx(m.bits)) for m in whole.query(asked)]
        assert expected == [(m.record_id, m.bits) for m in grown.query(asked)]


@given(row=st.integers(0, 199), at_least=st.sampled_from([1e-9, 0.02, 0.5, 0.9, 1.0]))
@settings(deadline=None)
def test_asking_for_less_gives_up_nothing_that_is_wanted(people, row, at_least):
    table, _ = people
    index = matcher().fit(table).index(table)
    every = index.query(record(table, row), at_least=0.0, limit=500)
    assert index.query(record(table, row), at_least=at_least, limit=500) == [
        match for match in every if match.probability >= at_least
    ]


def test_a_query_is_a_record(people):
    table, _ = people
    with pytest.raises(InputError, match="mapping"):
        matcher().fit(table).index(table).query("anna")


def test_removed_records_are_not_found(people):
    table, _ = people
    index = matcher().fit(table).index(table)
    index.remove("7")
    assert "7" not in {m.record_id for m in index.query(record(table, 7), at_least=0.0)}
    assert 199 == len(index)


def test_a_replaced_record_is_found_under_its_new_values(people):
    table, _ = people
    index = matcher().fit(table).index(table)
    new = {
        "first_name": "zelda",
        "surname": "quux",
        "city": "bath",
        "dob": "1901-02-03",
        "email": "z@q.example",
    }
    index.replace("7", new)
    assert "7" == index.query(new)[0].record_id
    assert "7" not in {m.record_id for m in index.query(record(table, 7), at_least=0.0)}


def test_an_index_survives_pickling(people):
    table, _ = people
    index = matcher().fit(table).index(table)
    again = pickle.loads(pickle.dumps(index))
    assert index.query(record(table, 3)) == again.query(record(table, 3))


@pytest.fixture(scope="module")
def fitted(people):
    return matcher().fit(people[0])


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "replace", "remove"]), st.integers(0, 199), st.integers(0, 199)),
        max_size=25,
    )
)
def test_an_index_from_data_gives_the_answers_of_the_one_written(people, fitted, steps):
    table, _ = people
    index = fitted.index({name: cells[:80] for name, cells in table.items()})
    for what, one, other in steps:
        if what == "replace":
            index.replace(str(one), record(table, other))
        elif what == "add" and str(one) not in index:
            index.add(str(one), record(table, other))
        elif what == "remove" and str(one) in index:
            index.remove(str(one))
    again = Index.from_dict(json.loads(json.dumps(index.to_dict())))
    picked = pickle.loads(pickle.dumps(index))
    assert len(again) == len(picked) == len(index)
    for row in range(0, 200, 9):
        asked = record(table, row)
        expected = index.query(asked, at_least=0.0, limit=500)
        assert expected == picked.query(asked, at_least=0.0, limit=500)
        assert [(m.record_id, pytest.approx(m.bits)) for m in expected] == [
            (m.record_id, m.bits) for m in again.query(asked, at_least=0.0, limit=500)
        ]
    for match in index.query(record(table, 3)):
        assert str(index.explain(record(table, 3), match.record_id)) == str(
            again.explain(record(table, 3), match.record_id)
        )


def test_an_index_of_lead_batches_goes_through_data():
    batch = LeadBatch.from_dicts(
        [
            {"full_name": "佐藤 花子", "company": "株式会社青葉精密", "email": "hanako@aoba.example"},
            {"full_name": "鈴木 一郎", "mobile": "+819012345678"},
        ]
    )
    index = Matcher.for_leads().fit(batch).index(batch)
    index.add("new", {"full_name": "佐藤 花子", "email": "hanako@aoba.example", "note": "not compared"})
    again = Index.from_dict(json.loads(json.dumps(index.to_dict())))
    asked = {"full_name": "佐藤花子", "email": "hanako@aoba.example"}
    assert {"0", "new"} == {match.record_id for match in again.query(asked, at_least=0.0)}
    assert index.query(asked, at_least=0.0) == again.query(asked, at_least=0.0)


def test_dates_numbers_and_sets_go_through_data():
    table = {
        "born": [dt.date(1980, 1, 2), dt.date(1971, 5, 6), None],
        "paid": [Decimal("1.50"), 2.5, float("nan")],
        "tags": [["a", "b"], ["b"], None],
    }
    fitted = Matcher(
        comparisons=[c.exact("born"), c.number("paid"), c.set_of("tags")], blocking=[block_on("born")]
    ).fit(table)
    index = fitted.index(table)
    index.add("x", {"born": dt.date(1980, 1, 2), "paid": float("nan"), "tags": ["b", "a"]})
    again = Index.from_dict(json.loads(json.dumps(index.to_dict())))
    asked = {"born": dt.date(1980, 1, 2), "paid": 1.5, "tags": ["a"]}
    assert ["0", "x"] == sorted(match.record_id for match in again.query(asked, at_least=0.0))
    assert index.query(asked, at_least=0.0) == again.query(asked, at_least=0.0)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("columns"),
        lambda data: data["columns"]["city"]["codes"].append(0),
        lambda data: data["columns"]["city"]["codes"].__setitem__(0, 10_000),
        lambda data: data["columns"]["city"]["values"].__setitem__(0, {"date": "not a day"}),
        lambda data: data.__setitem__("record_ids", 7),
    ],
)
def test_what_is_not_the_data_of_an_index_is_refused(people, change):
    table, _ = people
    data = matcher().fit(table).index(table).to_dict()
    change(data)
    with pytest.raises(DefinitionError, match="data"):
        Index.from_dict(data)


def test_the_bytes_of_an_index_are_those_of_what_it_holds(people):
    table, _ = people
    fitted = matcher().fit(table)
    whole = fitted.index(table)
    part = fitted.index({name: cells[:100] for name, cells in table.items()})
    arrays = sum(column.rows.held.nbytes for column in whole._columns)
    texts = {text for column in ("email", "surname") for text in table[column] if text}
    assert whole.nbytes > arrays + sum(len(text) for text in texts)
    before = part.nbytes
    for row in range(100, 200):
        part.add(str(row), record(table, row))
    assert before < part.nbytes < 4 * whole.nbytes
    assert len(pickle.dumps(whole)) / 3 < whole.nbytes


def test_a_missing_number_of_a_frame_is_missing_in_a_query_too(people):
    table, _ = people
    index = matcher().fit(table).index(table)
    asked = {**record(table, 3), "email": None}
    assert index.query(asked) == index.query({**asked, "email": float("nan")})
    assert index.query(asked) == index.query({**asked, "email": np.float64("nan")})


def test_ids_are_unique_and_known(people):
    table, _ = people
    index = matcher().fit(table).index(table)
    with pytest.raises(InputError, match="already"):
        index.add("7", record(table, 7))
    with pytest.raises(NotFoundError):
        index.remove("nobody")


def test_an_explanation_adds_up_to_the_weight(people):
    table, _ = people
    index = matcher().fit(table).index(table)
    best = index.query(record(table, 3))[0]
    assert best.bits == pytest.approx(index.explain(record(table, 3), best.record_id).total)


def test_a_lead_with_few_fields_is_explained_beside_one_with_others():
    batch = LeadBatch.from_dicts(
        [
            {"full_name": "佐藤 花子", "company": "株式会社青葉精密", "email": "hanako@aoba.example"},
            {"full_name": "鈴木 一郎", "mobile": "+819012345678"},
        ]
    )
    index = Matcher.for_leads().fit(batch).index(batch)
    index.add("new", {"full_name": "佐藤 花子", "email": "hanako@aoba.example"})
    assert "email" in str(index.explain({"email": "hanako@aoba.example"}, "0"))
    assert "name" in str(index.explain({"full_name": "佐藤 花子"}, "new"))


def one_by_one_and_together(fitted, table, asked, monkeypatch):
    """What an index answers by following candidates one by one, and by comparing all of them at once."""
    answers = []
    for many in (10_000, -1):
        monkeypatch.setattr("leadflow.matching.index._MANY", many)
        index = fitted.index(table)
        answers.append(
            [
                [(m.record_id, pytest.approx(m.bits, abs=1e-9), m.related) for m in index.query(one, **how)]
                for one in asked
                for how in ({"at_least": 0.0, "limit": 500}, {}, {"at_least": 0.9})
            ]
        )
    return answers


def test_candidates_are_weighed_alike_one_by_one_and_together(monkeypatch):
    table, _ = generate_leads_table(5, 300)
    fitted = dedupe(table).model
    asked = [record(table, row) for row in range(0, 300, 12)]
    asked += [
        {**one, "氏名": "", "会社名": "株式会社未知", "メール": "nobody@new.example"} for one in asked[:5]
    ]
    one_by_one, together = one_by_one_and_together(fitted, table, asked, monkeypatch)
    assert sum(map(len, together)) > 500
    assert one_by_one == [[(a, bits.expected, b) for a, bits, b in each] for each in together]


def test_values_of_every_kind_are_weighed_alike_one_by_one_and_together(monkeypatch):
    rng = np.random.default_rng(3)
    words = ["acme foods", "acme food", "acme systems", "beta co 12", "beta co 13", "", None]
    table = {
        "kind": rng.choice(["a", "b"], 120).tolist(),
        "title": rng.choice(words, 120).tolist(),
        "text": rng.choice(words, 120).tolist(),
        "own": rng.choice(words, 120).tolist(),
        "paid": rng.choice([1.0, 1.02, 7.5, float("nan")], 120).tolist(),
        "born": rng.choice(["1980-01-02", "1980-02-01", "1980-01-03", "soon"], 120).tolist(),
        "tags": [tuple(rng.choice(["x", "y", "z"], 2).tolist()) for _ in range(120)],
        "post": rng.choice(["150-0001", "150-0002", "1600023"], 120).tolist(),
    }
    fitted = Matcher(
        comparisons=[
            c.phrase("title"),
            c.text("text"),
            c.custom("own", lambda a, b: float(a[:4] == b[:4]), levels=(0.5,)),
            c.number("paid"),
            c.date("born"),
            c.set_of("tags"),
            c.postal_code("post"),
        ],
        blocking=[block_on("kind")],
    ).fit(table)
    asked = [record(table, row) for row in range(0, 120, 6)]
    asked += [{**one, "tags": ("x", "unseen"), "title": "unseen beta 12"} for one in asked[:4]]
    one_by_one, together = one_by_one_and_together(fitted, table, asked, monkeypatch)
    assert sum(map(len, together)) > 500
    assert one_by_one == [[(a, bits.expected, b) for a, bits, b in each] for each in together]
