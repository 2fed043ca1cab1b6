"""A whole store travels as JSON Lines between any two kinds."""

import pytest

from leadflow.adapters.interchange import export_lines, import_lines
from leadflow.adapters.stores import open_store
from leadflow.errors import InputError, StoreError
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
        (["not json"], InputError, "Line 1"),
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
