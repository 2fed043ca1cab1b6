"""Stores in databases, seen from outside: plain SQL, versions, locks and errors."""

import datetime as dt
import resource
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import attrs
import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.adapters.sql import SqlStore, arrow, columns
from leadflow.adapters.sql.migrations import MIGRATIONS, migrate, version_of
from leadflow.adapters.sql.urls import unreachable
from leadflow.adapters.stores import open_store
from leadflow.columns import Column
from leadflow.errors import InputError, StoreError
from leadflow.merging import forget
from leadflow.records import (
    ActivityLog,
    Event,
    EventKind,
    Extract,
    GoldenBatch,
    LeadBatch,
    SourceRecord,
    StateBatch,
    StoreTable,
    Verdict,
    VerdictKind,
)

WRONG = "geheim"
NOW = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)


def some_lead(session):
    session.add_records(
        LeadBatch.from_records([SourceRecord(id="r1", source="Eight", values={"title": "部長"})]), ["L1"]
    )
    leads = LeadBatch.of(
        {"company": Column.of(["日立製作所"]), "title": Column.of(["部長"]), "展示会名": Column.of(["春"])},
        ids=["L1"],
    )
    session.put_leads(
        GoldenBatch(leads=leads, winners={"title": Column.of(["r1"])}, rules={"title": "longest"})
    )
    session.put_states(
        StateBatch.of(["L1"], stages=Column.of(["MQL"]), total=np.array([42.0]), grades=Column.of(["A1"]))
    )


def test_plain_sqlite3_reads_leads_with_their_state_from_one_view(tmp_path):
    path = tmp_path / "leads.db"
    with open_store(f"sqlite:///{path}") as store, store.session() as session:
        some_lead(session)
    database = sqlite3.connect(path)
    row = database.execute(
        "SELECT lead_id, company, title, stage, grade, score, more ->> '$.展示会名' FROM leads"
    ).fetchone()
    assert row == ("L1", "日立製作所", "部長", "MQL", "A1", 42.0, "春")
    assert database.execute("SELECT data ->> '$.title' FROM records").fetchone() == ("部長",)
    database.close()


def test_a_closed_sqlite_store_is_one_file(tmp_path):
    path = tmp_path / "leads.db"
    with open_store(f"sqlite:///{path}") as store, store.session() as session:
        some_lead(session)
    assert list(tmp_path.iterdir()) == [path]


def test_sqlite_is_opened_with_full_durability(tmp_path):
    with SqlStore(f"sqlite:///{tmp_path}/leads.db") as store, store._engine.connect() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        ]
    assert pragmas == ["wal", 2]


def test_opening_again_keeps_everything(tmp_path):
    url = f"sqlite:///{tmp_path}/leads.db"
    with open_store(url) as store, store.session() as session:
        some_lead(session)
        secret = session.secret()
    with open_store(url) as store, store.snapshot() as reader:
        assert reader.leads().lead(0).company == "日立製作所"
        assert reader.secret() == secret


def test_migrations_run_once_each_and_in_order(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/leads.db")
    ran = []
    steps = [*MIGRATIONS, lambda _: ran.append(2), lambda _: ran.append(3)]
    with engine.begin() as connection:
        assert version_of(connection) == 0
        assert migrate(connection, MIGRATIONS) == len(MIGRATIONS)
        first = len(MIGRATIONS)
        assert migrate(connection, steps[: first + 1]) == first + 1
        assert migrate(connection, steps) == first + 2
        assert migrate(connection, steps) == first + 2
        assert version_of(connection) == first + 2
    engine.dispose()
    assert ran == [2, 3]


def test_a_store_of_the_first_version_is_brought_up_and_counts_its_writes(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/leads.db")
    with engine.begin() as connection:
        migrate(connection, MIGRATIONS[:1])
        connection.execute(sa.text("DROP TABLE touched"))
    engine.dispose()
    with open_store(f"sqlite:///{tmp_path}/leads.db") as store:
        with store.session() as session:
            some_lead(session)
        with store.snapshot() as reader:
            assert (1, ("L1",)) == (reader.writes(), reader.touched(0))


def test_a_store_of_the_second_version_names_its_leads_for_every_table(tmp_path):
    path = f"sqlite:///{tmp_path}/leads.db"
    with open_store(path) as store, store.session() as session:
        some_lead(session)
    engine = sa.create_engine(path)
    with engine.begin() as connection:
        index_of_the_third_version(connection)
        for table in StoreTable:
            connection.execute(sa.text(f"ALTER TABLE touched DROP COLUMN {table}_in"))
        connection.execute(sa.text("UPDATE leadflow_meta SET value = '2' WHERE name = 'version'"))
    engine.dispose()
    with open_store(path) as store, store.snapshot() as reader:
        assert {("L1",)} == {reader.touched(0, table) for table in StoreTable}


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_store_of_the_third_version_reads_what_was_written_since_out_of_one_index(kind, tmp_path, request):
    url, schema = f"sqlite:///{tmp_path}/leads.db", None
    if kind == "postgres":
        url, schema = request.getfixturevalue("postgres_url"), f"leadflow_{uuid.uuid4().hex}"
    with open_store(url, schema=schema) as store, store.session() as session:
        some_lead(session)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        if schema is not None:
            connection.execute(sa.text(f"SET LOCAL search_path TO {schema}"))
        index_of_the_third_version(connection)
        connection.execute(sa.text("UPDATE leadflow_meta SET value = '3' WHERE name = 'version'"))
    with open_store(url, schema=schema) as store, store.snapshot() as reader:
        assert ("L1",) == reader.touched(0, StoreTable.LEADS)
    indexes = sa.inspect(engine).get_indexes("touched", schema=schema)
    assert ["ix_touched_changes"] == [index["name"] for index in indexes]


def index_of_the_third_version(connection):
    connection.execute(sa.text("DROP INDEX ix_touched_changes"))
    connection.execute(sa.text("CREATE INDEX ix_touched_written_in ON touched (written_in)"))


class TestArrowFetch:
    """Whole columns come through further views of the file, which must show what the first one shows."""

    @pytest.fixture(autouse=True)
    def _from_one_row_on(self, monkeypatch):
        monkeypatch.setattr(columns, "_MANY", -1)

    def test_it_leaves_the_locks_of_a_writer_of_this_process_alone(self, tmp_path, monkeypatch):
        path = tmp_path / "leads.db"
        other = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
        with open_store(f"sqlite:///{path}") as store:
            with store.session() as session:
                some_lead(session)
            monkeypatch.setattr(columns, "fetch_rows", None)  # it is not read row by row
            with store.session() as session:
                session.put_document("note", {"a": 1})
                with store.snapshot() as reader:
                    found = reader.extract(Extract(table=StoreTable.LEADS, members=("company",)))
                second = subprocess.run(
                    [sys.executable, "-c", other, str(path)], capture_output=True, text=True, check=False
                )
        assert found.members["company"].to_list() == ["日立製作所"]
        assert "database is locked" in second.stderr

    def test_readers_that_end_lose_nothing(self, tmp_path, monkeypatch):
        reader_of_one_answer = tmp_path / "reader.py"
        lines = (
            Path(arrow._READER)
            .read_text(encoding="utf-8")
            .replace("for line in sys.stdin", "for line in [sys.stdin.readline()]")
        )
        reader_of_one_answer.write_text(lines, encoding="utf-8")
        monkeypatch.setattr(arrow, "_READER", reader_of_one_answer)
        with open_store(f"sqlite:///{tmp_path}/leads.db") as store:
            with store.session() as session:
                some_lead(session)
            with store.snapshot() as reader:
                for _ in range(2):
                    found = reader.extract(Extract(table=StoreTable.LEADS, members=("company",)))
                    assert found.members["company"].to_list() == ["日立製作所"]

    def test_without_another_process_rows_come_one_by_one(self, tmp_path, monkeypatch):
        with open_store(f"sqlite:///{tmp_path}/leads.db") as store:
            with store.session() as session:
                some_lead(session)
            for executable in ("", str(tmp_path / "app"), str(tmp_path / "python")):
                monkeypatch.setattr(sys, "executable", executable)
                with store.snapshot() as reader:
                    found = reader.extract(Extract(table=StoreTable.LEADS, members=("company",)))
                assert found.members["company"].to_list() == ["日立製作所"]

    def test_a_writer_between_the_two_views_is_noticed(self, tmp_path):
        wanted = Extract(table=StoreTable.LEADS, members=("company",))
        with open_store(f"sqlite:///{tmp_path}/leads.db") as store, store.snapshot() as reader:
            assert reader.writes() == 0  # the first view begins here
            with store.session() as session:
                some_lead(session)
            assert [] == reader.extract(wanted).members["company"].to_list()
            with store.snapshot() as later:
                assert ["日立製作所"] == later.extract(wanted).members["company"].to_list()

    def test_texts_that_come_late_or_look_like_numbers_stay_texts(self, tmp_path):
        wanted = Extract(
            table=StoreTable.ACTIVITIES, texts=("kind",), times=("at",), members=("by",), kinds=("it's", "%d")
        )
        at = np.arange(70_000)
        log = ActivityLog(
            lead_ids=Column.of(f"{n}" for n in range(70_000)),
            kinds=Column.of("%d" if n % 2 else "it's" for n in range(70_000)),
            at=at,
            keys=Column.of(f"k{n}" for n in range(70_000)),
            attributes={"by": Column.of("007" if n == 69_999 else None for n in range(70_000))},
        )
        with open_store(f"sqlite:///{tmp_path}/a #%.db") as store:
            with store.session() as session:
                session.add_activities(log)
            with store.snapshot() as reader:
                found = reader.extract(wanted)
                some = reader.extract(wanted, ["69999", "7"])
        assert (at.tolist(), log.lead_ids.to_list()) == (found.times["at"].tolist(), found.lead_ids.to_list())
        assert log.kinds.to_list() == found.texts["kind"].to_list()
        assert ("007", ["%d", "%d"], [None, "007"]) == (
            found.members["by"][69_999],
            some.texts["kind"].to_list(),
            some.members["by"].to_list(),
        )


def test_a_store_of_a_newer_version_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path}/leads.db"
    open_store(url).close()
    database = sqlite3.connect(tmp_path / "leads.db")
    database.execute("UPDATE leadflow_meta SET value = '99' WHERE name = 'version'")
    database.commit()
    database.close()
    with pytest.raises(StoreError, match="version 99"):
        open_store(url)


def test_a_schema_in_postgres_that_has_tables_of_another_program_is_refused(postgres_url):
    schema = "another_program"
    with sa.create_engine(postgres_url, poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        connection.exec_driver_sql(f"CREATE TABLE {schema}.leads (id integer)")
    with pytest.raises(
        StoreError, match=r"has leads already, which leadflow did not make.*a schema of its own"
    ):
        open_store(postgres_url, schema=schema)


class TestPlaces:
    """A place where no store can be is refused before anything there is changed, with what to do."""

    def test_a_file_that_is_no_database_gives_one_clear_error(self, tmp_path):
        for text in ("会社名,氏名\n" * 400, "a", "SQLite format 3 is what I like"):
            path = tmp_path / "leads.db"
            path.write_text(text)
            with pytest.raises(StoreError, match=r"leads.db' is no SQLite database.*name another file"):
                open_store(f"sqlite:///{path}")
            assert path.read_text() == text
        assert list(tmp_path.iterdir()) == [path]

    def test_an_empty_file_becomes_a_store(self, tmp_path):
        (tmp_path / "leads.db").touch()
        with open_store(f"sqlite:///{tmp_path}/leads.db") as store, store.snapshot() as reader:
            assert reader.counts()["records"] == 0

    def test_a_folder_that_is_not_there_gives_one_clear_error(self, tmp_path):
        with pytest.raises(StoreError, match=r"needs the folder '.*nowhere', which is not there: make it"):
            open_store(f"sqlite:///{tmp_path}/nowhere/leads.db")
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_gives_one_clear_error(self, tmp_path):
        with pytest.raises(StoreError, match=r"is a folder, and a store is one file.*leads\.db"):
            open_store(f"sqlite:///{tmp_path}")

    def test_a_folder_that_may_not_be_written_gives_one_clear_error(self, tmp_path, monkeypatch):
        """The super-user may write everywhere, so that the answer of the system is made up."""
        monkeypatch.setattr("os.access", lambda path, _: path != tmp_path)
        with pytest.raises(StoreError, match=r"leads.db' cannot be written, as '.*' may not be"):
            open_store(f"sqlite:///{tmp_path}/leads.db")

    def test_a_folder_in_which_nobody_can_make_files_gives_one_clear_error(self):
        with pytest.raises(StoreError, match=r"SQLITE_CANTOPEN.*that '/proc/leads.db' may be written"):
            open_store("sqlite:////proc/leads.db")

    @pytest.mark.parametrize("mode", ["DELETE", "WAL"])
    @pytest.mark.parametrize("name", ["records", "Leads", "journal"])
    def test_a_database_of_another_program_is_left_as_it_is(self, tmp_path, name, mode):
        path = tmp_path / "crm.db"
        database = sqlite3.connect(path)
        database.execute(f"PRAGMA journal_mode = {mode}")
        database.execute(f"CREATE TABLE {name} (id INTEGER)")
        database.commit()
        database.close()
        before = path.read_bytes()
        with pytest.raises(StoreError, match=rf"crm.db' has {name.lower()} already.*name another file"):
            open_store(f"sqlite:///{path}")
        assert (path.read_bytes(), list(tmp_path.iterdir())) == (before, [path])

    def test_tables_of_other_names_do_not_disturb(self, tmp_path):
        database = sqlite3.connect(tmp_path / "crm.db")
        database.execute("CREATE TABLE invoices (id INTEGER)")
        database.commit()
        database.close()
        with open_store(f"sqlite:///{tmp_path}/crm.db") as store, store.snapshot() as reader:
            assert reader.counts()["records"] == 0


class TestUnreachable:
    """A PostgreSQL that cannot be reached is named, with what to do, and never with the password."""

    def refusal(self, url):
        with pytest.raises(StoreError) as refused:
            open_store(url.render_as_string(hide_password=False))
        assert "geheim" not in str(refused.value)
        assert refused.value.__cause__ is None
        return str(refused.value)

    @pytest.fixture
    def url(self, postgres_url):
        return sa.make_url(postgres_url)

    def test_nothing_listens_at_the_port(self, url):
        said = self.refusal(sa.make_url("postgresql+psycopg://me:geheim@127.0.0.1:1/leads"))
        assert (
            "at host '127.0.0.1', port 1, database 'leads': nothing listens there. Start the server" in said
        )

    def test_the_host_has_no_such_name(self):
        said = self.refusal(sa.make_url("postgresql://me:geheim@nowhere.invalid/leads"))
        assert "host 'nowhere.invalid', port 5432" in said
        assert "no computer is known by that name. Check the host" in said

    def test_no_server_has_a_socket_there(self, tmp_path):
        said = self.refusal(sa.make_url(f"postgresql+psycopg://me:geheim@/leads?host={tmp_path}"))
        assert f"host '{tmp_path}'" in said
        assert "Start the server" in said

    def test_the_database_is_not_there(self, url):
        said = self.refusal(url.set(database="nowhere", password=WRONG))
        assert "database 'nowhere': it has no such database. Create the database" in said

    def test_the_user_is_refused(self, url):
        said = self.refusal(url.set(username="nobody_here", password=WRONG))
        assert "it refused the user. Check user and password in the store's URL" in said

    def test_the_password_is_wrong(self, url):
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            file = connection.exec_driver_sql("SHOW hba_file").scalar_one()
            path = Path(file)
            before = path.read_text()
            path.write_text("local all asked scram-sha-256\nhost all asked all scram-sha-256\n" + before)
            try:
                connection.exec_driver_sql("SELECT pg_reload_conf()")
                connection.exec_driver_sql("CREATE ROLE asked LOGIN PASSWORD 'right'")
                connection.commit()
                said = self.refusal(url.set(username="asked", password=WRONG))
            finally:
                path.write_text(before)
                connection.exec_driver_sql("DROP ROLE IF EXISTS asked")
                connection.exec_driver_sql("SELECT pg_reload_conf()")
                connection.commit()
        assert "it refused the user. Check user and password" in said

    def test_another_cause_is_told_without_the_words_of_the_driver(self):
        said = str(unreachable(sa.make_url("postgresql://me:geheim@db/leads"), "geheim ist geheim"))
        assert said.startswith(
            "PostgreSQL cannot be reached at host 'db', port 5432, database 'leads': the connection"
        )
        assert "geheim" not in said


@pytest.mark.parametrize(
    ("url", "error", "said"),
    [
        ("nonsense", InputError, "cannot be read: write it like"),
        ("", InputError, "cannot be read: write it like"),
        ("mysql://localhost/leads", StoreError, "No store for 'mysql'"),
        (
            "postgresql+psycopg2://localhost/leads",
            StoreError,
            "driver 'psycopg2': use postgresql\\+psycopg://",
        ),
        ("sqlite+aiosqlite:///leads.db", StoreError, "driver 'aiosqlite': use sqlite:///"),
        ("sqlite://leads.db", InputError, "three slashes before the file"),
        ("postgresql://localhost:99999/leads", StoreError, "port 99999, and ports go from 1 to 65535"),
        ("postgresql://localhost:0/leads", StoreError, "port 0, and ports go from 1 to 65535"),
        ("postgresql://me:geheim:x@localhost:y/leads", InputError, "port in the store's URL is no number"),
        ("postgresql://me:ge@heim@/leads", StoreError, "Write an @ that is part of the password as %40"),
    ],
)
def test_a_wrong_url_is_refused(url, error, said):
    with pytest.raises(error, match=said) as refused:
        open_store(url)
    assert "heim" not in str(refused.value)


@pytest.mark.parametrize("schema", ["", "a" * 64, "展" * 22])
def test_a_schema_that_postgres_would_cut_off_is_refused(schema):
    with pytest.raises(StoreError, match="1 to 63 bytes"):
        open_store("postgresql://localhost/leads", schema=schema)


def test_a_user_without_the_right_to_make_a_schema_is_told(postgres_url):
    with sa.create_engine(postgres_url, poolclass=sa.NullPool).connect() as connection:
        connection.exec_driver_sql("CREATE ROLE barred LOGIN")
        connection.commit()
        try:
            with pytest.raises(StoreError, match=r"42501.*give the user the right"):
                open_store(
                    sa.make_url(postgres_url).set(username="barred").render_as_string(hide_password=False),
                    schema="barred",
                )
        finally:
            connection.exec_driver_sql("DROP ROLE barred")
            connection.commit()


def test_what_is_not_to_be_made_is_refused_and_not_made(tmp_path):
    for url in ("memory://", "sqlite://", f"sqlite:///{tmp_path}/leads.db"):
        with pytest.raises(StoreError):
            open_store(url, create=False)
    assert not any(tmp_path.iterdir())
    open_store(f"sqlite:///{tmp_path}/leads.db").close()
    with open_store(f"sqlite:///{tmp_path}/leads.db", create=False) as store, store.snapshot() as reader:
        assert () == reader.documents()


def test_neither_schema_nor_tables_are_made_in_postgres(postgres_url):
    for _ in range(2):  # the first time makes nothing that the second would find
        with pytest.raises(StoreError, match="no store"):
            open_store(postgres_url, schema="looked_at", create=False)
    open_store(postgres_url, schema="looked_at").close()
    open_store(postgres_url, schema="looked_at", create=False).close()


def test_a_schema_is_for_postgres_alone(tmp_path):
    for url in ("memory://", f"sqlite:///{tmp_path}/leads.db"):
        with pytest.raises(StoreError, match="schema"):
            open_store(url, schema="x")


def test_a_batch_that_doubles_a_table_leaves_its_indexes_as_they_were(tmp_path):
    ids = [f"L{number:06}" for number in range(20_000)]
    batch = LeadBatch.of({"title": Column.of(["部長"] * len(ids))}, ids=[f"R{one}" for one in ids])
    with SqlStore(f"sqlite:///{tmp_path}/leads.db") as store:
        before = indexes_of(store)
        with store.session() as session:
            session.add_records(batch, ids)
        assert indexes_of(store) == before
        with store.session() as session:
            with pytest.raises(StoreError, match="already kept"):
                session.add_records(batch, ids)
            session.add_records(attrs.evolve(batch, ids=tuple(f"S{one}" for one in ids)), ids)
        assert indexes_of(store) == before
        with store.snapshot() as reader:
            assert [record.id for record in reader.records_of("L000007")] == ["RL000007", "SL000007"]
            assert reader.counts()["records"] == 2 * len(ids)


def indexes_of(store):
    with store._engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name"
        )
        return [tuple(row) for row in rows]


def test_errors_never_quote_what_was_stored(make_store):
    with make_store() as store:
        with pytest.raises(StoreError) as refused, store.session() as session:
            session.append(
                [Event(kind=EventKind.CAPTURED, lead_id="山田 太郎", at=dt.datetime(2026, 4, 1))]
            )  # the point
        assert "山田" not in str(refused.value)


def test_a_database_error_names_its_code_and_no_values(tmp_path):
    with SqlStore(f"sqlite:///{tmp_path}/leads.db") as store:
        with pytest.raises(StoreError) as refused, store.session() as session:
            session._connection.exec_driver_sql("INSERT INTO records (record_id) VALUES ('山田 太郎')")
        assert "SQLITE_CONSTRAINT" in str(refused.value)
        assert "山田" not in str(refused.value)
        assert refused.value.__cause__ is None


def test_a_second_writer_waits_and_then_says_so_clearly(tmp_path):
    url = f"sqlite:///{tmp_path}/leads.db"
    with open_store(url) as first, open_store(url, wait=0.1) as second, first.session():
        with pytest.raises(StoreError, match="Another process has been writing"), second.session():
            pass
        with second.snapshot() as reader:
            assert reader.counts()["records"] == 0


def test_readers_do_not_wait_for_a_writer_and_see_what_was_committed(tmp_path):
    url = f"sqlite:///{tmp_path}/leads.db"
    with open_store(url) as first, open_store(url) as second, first.session() as session:
        some_lead(session)
        with second.snapshot() as reader:
            assert reader.counts()["records"] == 0


def test_a_session_inside_a_session_is_refused_and_not_a_deadlock(make_store):
    refused = pytest.raises(StoreError, match="already open in this thread")
    with make_store() as store, store.session(), refused, store.session():
        pass


class TestTheEndOfASession:
    """What is written is in a transaction, or is refused: nothing is written beside one, and nothing is lost unsaid."""

    def test_nothing_is_read_or_written_after_the_block(self, make_store):
        with make_store() as store:
            with store.session() as session:
                session.append([Event(kind=EventKind.SCORED, lead_id="L1", at=NOW)])
                entries = session.journal()
            with store.snapshot() as reader:
                later = reader.journal()
            for use in (
                lambda: session.put_document("routing", 1),
                session.writes,
                lambda: reader.document("routing"),
                lambda: list(entries),
                lambda: list(later),
            ):
                with pytest.raises(StoreError, match="The session has ended with its `with` block"):
                    use()
            with store.snapshot() as reader:
                assert reader.document("routing") is None

    def test_a_store_is_not_closed_under_an_open_session(self, make_store):
        with make_store() as store:
            with store.session() as session:
                session.put_document("routing", 1)
                with pytest.raises(StoreError, match="already open in this thread"):
                    store.close()
            with store.snapshot() as reader:
                assert reader.document("routing") == 1

    def test_closing_waits_for_the_session_of_another_thread(self, tmp_path):
        url, begun = f"sqlite:///{tmp_path}/leads.db", threading.Event()
        store = open_store(url)

        def write():
            with store.session() as session:
                begun.set()
                time.sleep(0.05)
                session.put_document("routing", 1)

        writer = threading.Thread(target=write)
        writer.start()
        begun.wait()
        store.close()
        writer.join()
        with open_store(url) as again, again.snapshot() as reader:
            assert reader.document("routing") == 1


class TestLostConnections:
    """A server that was started again is found by the next session."""

    def test_a_session_after_the_server_dropped_the_connection_goes_on(self, postgres_url):
        with open_store(postgres_url, schema=f"leadflow_{uuid.uuid4().hex}") as store:
            for number in range(2):
                dropped(postgres_url)
                with store.session() as session:
                    session.put_document("routing", number)
                dropped(postgres_url)
                with store.snapshot() as reader:
                    assert reader.document("routing") == number

    def test_a_session_that_is_cut_off_stores_nothing_and_says_what_to_do(self, postgres_url):
        with open_store(postgres_url, schema=f"leadflow_{uuid.uuid4().hex}") as store:
            lost = pytest.raises(StoreError, match=r"connection to the database was lost .*Do it again")
            with lost, store.session() as session:
                session.put_document("routing", 1)
                dropped(postgres_url)
                session.put_document("routing", 2)
            with store.session() as session:
                assert session.document("routing") is None


def dropped(url):
    """Let the server end every connection but this one."""
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )


@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [
        ("sqlite", "half \ud800", "half of a surrogate pair"),
        ("postgres", "half \ud800", "half of a surrogate pair"),
        ("postgres", "nul \0", "the character NUL"),
    ],
)
def test_what_a_database_cannot_keep_is_named(kind, text, name, tmp_path, request):
    url = f"sqlite:///{tmp_path}/leads.db" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    schema = None if kind == "sqlite" else f"leadflow_{uuid.uuid4().hex}"
    with open_store(url, schema=schema) as store:
        refused = pytest.raises(StoreError, match=f"{name}.*with its right encoding")
        with refused as said, store.session() as session:
            session.put_verdicts([Verdict(first="a", second=text, kind=VerdictKind.SAME, at=NOW)])
        assert said.value.__cause__ is None
        with store.snapshot() as reader:
            assert reader.verdicts() == ()


class TestTheFileBeneath:
    """A file that is removed or replaced while a store has it open takes nothing in that would be lost."""

    @pytest.fixture
    def store(self, tmp_path):
        with open_store(f"sqlite:///{tmp_path}/leads.db") as store:
            yield store

    def test_it_was_removed(self, store, tmp_path):
        (tmp_path / "leads.db").unlink()
        for use in (store.session, store.snapshot):
            with pytest.raises(StoreError, match=r"leads.db' was removed while the store was open"), use():
                pass

    def test_another_one_was_put_in_its_place(self, store, tmp_path):
        open_store(f"sqlite:///{tmp_path}/other.db").close()
        (tmp_path / "other.db").replace(tmp_path / "leads.db")
        with pytest.raises(StoreError, match="was replaced by another one"), store.session():
            pass

    def test_a_process_that_goes_to_another_folder_goes_on(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        with open_store("sqlite:///leads.db") as store:
            monkeypatch.chdir(tmp_path.parent)
            with store.session() as session:
                session.put_document("routing", 1)
            with store.snapshot() as reader:
                assert reader.document("routing") == 1


def test_an_erasure_that_was_committed_stands_when_its_log_cannot_be_emptied(tmp_path):
    """The file may not grow as far as it has already, so that the log takes the erasure and the file does not."""
    url = f"sqlite:///{tmp_path}/leads.db"
    with open_store(url) as store, store.session() as session:
        for name, lead_id, length in (("r0", "L0", 1_000_000), ("r2", "L1", 20_000)):
            values = {"memo": "x" * length}
            session.add_record(SourceRecord(id=name, source="Eight", values=values), lead_id)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_store(url) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
        try:
            with store.session() as session:
                forget(session, "L1", actor="dpo", reason="request", now=NOW)
            assert (tmp_path / "leads.db-wal").stat().st_size > 0
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        with store.snapshot() as reader:
            assert reader.records_of("L1")[0].values == {}


def test_a_child_process_can_go_on_with_an_inherited_store(tmp_path):
    script = (
        "import os, sys\n"
        "from leadflow.adapters.stores import open_store\n"
        "store = open_store(sys.argv[1])\n"
        "with store.session() as session: session.put_document('parent', 1)\n"
        "child = os.fork()\n"
        "with store.session() as session: session.put_document('child' if child == 0 else 'after', 2)\n"
        "if child == 0: os._exit(0)\n"
        "os.waitpid(child, 0)\n"
        "with store.snapshot() as reader: print(reader.documents())\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, f"sqlite:///{tmp_path}/leads.db"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "('after', 'child', 'parent')"


def test_what_is_not_a_number_is_stored_as_nothing_and_infinity_is_refused():
    amounts = LeadBatch.from_dicts([{"amount": float("nan")}, {"amount": 5.0}], ids=["L1", "L2"])
    endless = LeadBatch.from_dicts([{"amount": float("inf")}], ids=["L3"])
    with open_store("sqlite://") as store:
        with store.session() as session:
            session.put_leads(GoldenBatch(leads=amounts, winners={}, rules={}))
        with pytest.raises(StoreError, match="infinite"), store.session() as session:
            session.put_leads(GoldenBatch(leads=endless, winners={}, rules={}))
        with store.snapshot() as reader:
            wanted = Extract(table=StoreTable.LEADS, members=("amount",), filled=("amount",))
            found = reader.extract(wanted)
    assert [None, 5.0] == found.members["amount"].to_list()
    assert [False, True] == found.filled["amount"].tolist()


CELLS = {"r2": "nul \x00 inside", "r3": 300, "r4": ("a", "b")}
WINNERS = st.lists(
    st.dictionaries(
        st.sampled_from(["company", "title", "employees", "展示会名"]),
        st.sampled_from(["r1", "r2", "r3", "r4"]),
    ),
    min_size=2,
    max_size=4,
)


@settings(max_examples=40, deadline=None)
@given(WINNERS)
def test_a_golden_lead_alone_is_written_as_it_is_among_others(won):
    names = list(dict.fromkeys(name for row in won for name in row))
    golden = GoldenBatch(
        leads=LeadBatch.of(
            {
                name: Column.of([CELLS.get(row[name], name) if name in row else None for row in won])
                for name in names
            },
            ids=[f"L{row}" for row in range(len(won))],
        ),
        winners={name: Column.of([row.get(name) for row in won]) for name in names},
        rules=dict.fromkeys(names, "most_recent"),
    )

    def written(*parts):
        with SqlStore("sqlite://") as store:
            for part in parts:
                with store.session() as session:
                    session.put_leads(part)
            with store._engine.connect() as connection:
                return connection.execute(sa.text("select * from golden order by lead_id")).all()

    alone = [
        attrs.evolve(
            golden,
            leads=golden.leads.take([row]),
            winners={name: column.take([row]) for name, column in golden.winners.items()},
        )
        for row in range(len(won))
    ]
    assert written(golden) == written(*alone)


def test_an_erased_person_leaves_the_file_and_its_log_at_once(tmp_path):
    """Also while the store stays open, and however SQLite was built."""
    path = tmp_path / "leads.db"
    with open_store(f"sqlite:///{path}") as store:
        record = SourceRecord(
            id="r1", source="fair", values={"email": "kiryuin@himitsu.example.jp"}, raw={"氏名": "鬼龍院"}
        )
        with store.session() as session:
            session.add_records(LeadBatch.from_records([record]), ["L1"])
        traces = (b"kiryuin", "鬼龍院".encode())

        def found():
            held = b"".join(one.read_bytes() for one in tmp_path.glob("leads.db*"))
            return [trace in held for trace in traces]

        assert found() == [True, True]
        with store.session() as session:
            forget(session, "L1", actor="dpo", reason="request", now=NOW)
        assert found() == [False, False]
        assert sqlite3.connect(path).execute("SELECT count(*) FROM records").fetchone() == (1,)
