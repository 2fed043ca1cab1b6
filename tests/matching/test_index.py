"""The live index."""

import pickle

import pytest

from leadflow.errors import InputError, NotFoundError
from leadflow.matching import Matcher, block_on
from leadflow.matching import comparisons as c
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
