"""A store survives the death of the processes that ingest into it, and many that capture at once."""

import os
import threading
import uuid

from leadflow.adapters.stores import open_store
from leadflow.testing.durability import Address, capture_together, ingest_together, kill_ingests, main

KILLS = int(os.environ.get("LEADFLOW_TEST_KILLS", "3"))
"""How many processes are killed on each database; more for a long proof."""


def test_a_killed_ingest_leaves_nothing_half_done_in_sqlite(tmp_path):
    address = Address(url=f"sqlite:///{tmp_path}/leads.db")
    report = kill_ingests(address, kills=KILLS, steps=3, rows=25, seed=1)
    assert ((), KILLS) == (report.differences, report.kills)


def test_a_killed_ingest_leaves_nothing_half_done_in_postgres(postgres_url):
    address = Address(url=postgres_url, schema=f"leadflow_{uuid.uuid4().hex}")
    report = kill_ingests(address, kills=KILLS, steps=2, rows=25, seed=2)
    assert ((), KILLS) == (report.differences, report.kills)


def test_processes_that_capture_together_lose_nobody_and_double_nobody(tmp_path):
    assert capture_together(Address(url=f"sqlite:///{tmp_path}/leads.db"), writers=3, people=8) == ()


def test_processes_that_capture_into_postgres_together_lose_nobody(postgres_url):
    address = Address(url=postgres_url, schema=f"leadflow_{uuid.uuid4().hex}")
    assert capture_together(address, writers=3, people=8) == ()


def test_processes_that_ingest_the_same_and_overlapping_lists_do_nothing_twice(tmp_path):
    assert ingest_together(Address(url=f"sqlite:///{tmp_path}/leads.db"), writers=3, people=15) == ()


def test_processes_that_ingest_together_into_postgres_do_nothing_twice(postgres_url):
    address = Address(url=postgres_url, schema=f"leadflow_{uuid.uuid4().hex}")
    assert ingest_together(address, writers=3, people=15) == ()


def test_a_store_that_lost_something_is_found_out(tmp_path):
    """The proof itself can fail: a process that writes something else is noticed."""
    url = f"sqlite:///{tmp_path}/leads.db"
    with open_store(str(Address(url=url).numbered(1).url)) as store, store.session() as session:
        session.put_document("foreign", 1)
    report = kill_ingests(Address(url=url), kills=1, steps=1, rows=5)
    assert {"documents", "counts"} <= set(report.differences)


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
    assert main([url, "--writers", "2", "--importers", "1", "--people", "4"]) == 0
    assert "one lead for every person" in capsys.readouterr().out
    assert main([url, "--writers", "1", "--people", "4"]) == 1
    assert "were lost" in capsys.readouterr().out
