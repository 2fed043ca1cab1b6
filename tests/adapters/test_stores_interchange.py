"""A whole store travels as JSON Lines between any two kinds."""

import json

import pytest

from leadflow.adapters.interchange import export_lines, import_lines
from leadflow.adapters.stores import open_store
from leadflow.errors import InputError, LeadflowError, StoreError
from leadflow.records import LeadBatch, SourceRecord
from leadflow.testing.store_contents import fill, picture


def filled(store):
    with store.session() as session:
        fill(session, "a")
        fill(session, "b")
        session.relabel_activities({"b-L1": "a-L1"})
        session.mark_delivered(["a-m"], fill_time())
    return store


def fill_time():
    import datetime as dt  # one moment, needed here alone

    return dt.datetime(2026, 4, 2, tzinfo=dt.UTC)


def test_what_one_store_exports_another_takes_in_exactly(make_store, tmp_path):
    with (
        make_store() as first,
        open_store(f"sqlite:///{tmp_path}/second.db") as second,
        make_store() as third,
    ):
        filled(first)
        with first.snapshot() as reader:
            lines = list(export_lines(reader))
        with second.session() as session:
            import_lines(session, lines)
        with second.snapshot() as reader:
            again = list(export_lines(reader))
        with third.session() as session:
            import_lines(session, (f"{line}\n" for line in again))
        assert lines == again
        assert picture(first) == picture(second) == picture(third)
        with third.session() as session:
            session.restore_activities({"b-L1": "b-L1"})
            assert session.activities(["b-L1"]).keys.to_list() == ["b-k"]


def test_an_export_is_the_same_text_in_whichever_order_a_store_met_the_columns(make_store):
    first = LeadBatch.from_records(
        [SourceRecord(id="r1", source="A", values={"title": "部長", "company": "海山"})]
    )
    second = LeadBatch.from_records(
        [
            SourceRecord(
                id="r2", source="A", values={"company": "海山", "email": "a@example.jp", "title": "課長"}
            )
        ]
    )
    with make_store() as one, make_store() as other:
        with one.session() as session:
            session.put_secret(b"secret of them all")
            session.add_records(first, ["L1"])
            session.add_records(second, ["L2"])
            lines = list(export_lines(session))
        with other.session() as session:
            import_lines(session, lines)
            assert lines == list(export_lines(session))
    assert '"data":{"company":"海山","title":"部長"}' in lines[1]


def test_a_store_that_is_not_empty_takes_nothing_in():
    with filled(open_store("memory://")) as store, store.session() as session:
        lines = list(export_lines(session))
        with pytest.raises(StoreError, match="Only an empty store"):
            import_lines(session, lines)


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        (['{"table":"leadflow","version":99,"secret":""}'], StoreError, "upgrade leadflow"),
        (['{"name":"a"}'], InputError, "header line"),
        (['{"table":"leadflow","version":1}'], InputError, "header line"),
        (['{"table":"leadflow","version":1,"secret":"zz"}'], InputError, "secret"),
        (["not json"], InputError, "Line 1"),
        ([], InputError, "cut off"),
        (
            ['{"table":"leadflow","version":1,"secret":""}', '{"table":"nonsense"}'],
            InputError,
            "does not know",
        ),
        (
            ['{"table":"leadflow","version":1,"secret":""}', '{"table":"records"}'],
            InputError,
            "cannot be taken in",
        ),
    ],
)
def test_a_damaged_export_is_refused_and_leaves_the_store_empty(lines, error, message):
    with open_store("memory://") as store:
        with pytest.raises(error, match=message), store.session() as session:
            import_lines(session, lines)
        with store.snapshot() as reader:
            assert not any(reader.counts().values())


def exported():
    with filled(open_store("memory://")) as store, store.snapshot() as reader:
        return list(export_lines(reader))


def taken_in(lines):
    with open_store("memory://") as store, store.session() as session:
        return import_lines(session, lines)


OPTIONAL = {"first_id", "accepted_at", "closed_at", "pauses"}
"""Members that exports of earlier versions do not have, or that say something only where they are."""


def refusal_of(lines):
    """Return what is said of lines that may be damaged; nothing else than leadflow's errors may leave."""
    try:
        taken_in(lines)
    except LeadflowError as error:
        return str(error)
    return ""


def test_an_export_that_was_cut_off_anywhere_is_refused():
    lines = exported()
    for end in range(len(lines)):
        with pytest.raises(InputError, match="cut off"):
            taken_in(lines[:end])
    for missing in range(1, len(lines) - 1):
        with pytest.raises(InputError, match="lost"):
            taken_in([*lines[:missing], *lines[missing + 1 :]])


def test_an_export_of_the_first_version_has_no_last_line():
    first, *rows, _ = exported()
    assert taken_in([first.replace('"version":2', '"version":1'), *rows])["records"] == 2


def test_empty_lines_and_a_byte_order_mark_do_no_harm():
    first, *rows = exported()
    assert taken_in(["", f"\ufeff{first}\r\n", "", *rows])["records"] == 2


@pytest.mark.parametrize("value", [None, 17, "個人", ["個人"], {"a": "個人"}, "absent"])
def test_a_damaged_line_is_named_by_its_number_and_not_quoted(value):
    lines = exported()
    for place, line in enumerate(lines[:-1]):
        row = json.loads(line)
        for name in sorted(row.keys() - {"table"}):
            kept = {key: cell for key, cell in row.items() if key != name}
            damaged = kept if value == "absent" else row | {name: value}
            told = refusal_of([*lines[:place], json.dumps(damaged, ensure_ascii=False), *lines[place + 1 :]])
            assert "個人" not in told
            if value == "absent" and name not in OPTIONAL:
                assert f"Line {place + 1}: " in told
