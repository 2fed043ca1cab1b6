"""A store survives the death of its writers, and several writers at once."""

import threading
import uuid

from leadflow.adapters.stores import open_store
from leadflow.testing.durability import kill_writers, main, write_together


def test_a_killed_writer_leaves_nothing_half_done_in_sqlite(tmp_path):
    report = kill_writers(f"sqlite:///{tmp_path}/leads.db", kills=2, steps=6, seed=1)
    assert ((), 0, 2) == (report.differences, report.torn, report.kills)


def test_a_killed_writer_leaves_nothing_half_done_in_postgres(postgres_url):
    schema = f"leadflow_{uuid.uuid4().hex}"
    report = kill_writers(postgres_url, kills=2, steps=8, seed=2, schema=schema)
    assert ((), 0, 2) == (report.differences, report.torn, report.kills)


def test_processes_that_write_together_lose_nothing_and_double_nothing(tmp_path):
    assert write_together(f"sqlite:///{tmp_path}/leads.db", writers=3, steps=8) == ()


def test_processes_that_write_postgres_together_lose_nothing(postgres_url):
    assert write_together(postgres_url, writers=3, steps=8, schema=f"leadflow_{uuid.uuid4().hex}") == ()


def test_threads_take_turns(make_store):
    with make_store() as store:

        def count() -> None:
            for _ in range(20):
                with store.session() as session:
                    number = session.document("n")
                    session.put_document("n", (number or 0) + 1)

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with store.snapshot() as reader:
            assert reader.document("n") == 80


def test_the_command_line_says_whether_the_store_survived(tmp_path, capsys):
    url = f"sqlite:///{tmp_path}/leads.db"
    assert main([url, "--steps", "2"]) == 0
    with open_store(url) as store, store.session() as session:
        session.put_document("foreign", 1)
    assert main([url, "--writers", "1", "--steps", "2"]) == 1
    assert "documents" in capsys.readouterr().out
