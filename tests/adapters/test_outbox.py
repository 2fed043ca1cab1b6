"""A message of the outbox arrives at least once, with the same key each time, whenever the process that sends it dies."""

import datetime as dt
import email
import email.policy
import os
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter

import numpy as np
import pytest
from aiosmtpd.controller import Controller

import leadflow as lf
from leadflow.adapters.smtp import Security, SmtpNotifier
from leadflow.records import Message

KILLS = int(os.environ.get("LEADFLOW_TEST_KILLS", "3"))
"""How many processes are killed at random moments; more for a long proof."""

AT = dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)
KEYS = tuple(f"assigned:A{number:02}" for number in range(15))

SENDER = """
import datetime as dt
import sys

import leadflow as lf
from leadflow.adapters.smtp import Security, SmtpNotifier

url, schema, port = sys.argv[1:4]
with lf.open_store(url, schema=schema or None) as store:
    notifier = SmtpNotifier(host="127.0.0.1", port=int(port), security=Security.NONE, sender="leads@example.co.jp")
    print("ready", flush=True)
    lf.LeadFlow(store=store).deliver(notifier, now=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC))
"""


class Receiver:
    """A real mail server that writes down what it got, and may kill who sent it before it answers."""

    def __init__(self):
        self.got = []
        self.victim = None
        self.deadly = 0

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  # the server's name
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.got.append(str(mail["Message-ID"]))
        if len(self.got) == self.deadly:
            self.victim.kill()
            self.victim.wait()
        return "250 OK"


@pytest.fixture
def receiver():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Receiver(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller.handler, port
    controller.stop()


@pytest.fixture
def place(request, tmp_path):
    """Where a store with messages in its outbox is: its URL and schema; in SQLite, unless a test asks for another."""
    if getattr(request, "param", "sqlite") == "sqlite":
        url, schema = f"sqlite:///{tmp_path}/leads.db", ""
    else:
        url, schema = request.getfixturevalue("postgres_url"), f"leadflow_{uuid.uuid4().hex}"
    waiting = [Message(key=key, kind="assigned", to="sato@example.co.jp", created_at=AT) for key in KEYS]
    with lf.open_store(url, schema=schema or None) as store, store.session() as session:
        session.enqueue(waiting)
    return url, schema


def started(place, receiver):
    """Start a process that delivers, and wait until it has opened the store."""
    handler, port = receiver
    process = subprocess.Popen([sys.executable, "-c", SENDER, *place, str(port)], stdout=subprocess.PIPE)
    handler.victim = process
    assert process.stdout.readline() == b"ready\n"
    process.stdout.close()
    return process


def noted(place):
    """Return the keys that the store has for delivered, and those that wait."""
    url, schema = place
    with lf.open_store(url, schema=schema or None) as store, store.snapshot() as reader:
        return reader.delivered(), tuple(message.key for message in reader.pending())


def ids_of(keys):
    notifier = SmtpNotifier(host="127.0.0.1", security=Security.NONE, sender="leads@example.co.jp")
    composed = (Message(key=key, kind="assigned", to="sato@example.co.jp", created_at=AT) for key in keys)
    return [str(notifier.compose(message)["Message-ID"]) for message in composed]


@pytest.mark.parametrize("place", ["sqlite", "postgres"], indirect=True)
def test_a_process_that_dies_between_the_delivery_and_its_mark_delivers_again_under_the_same_key(
    place, receiver
):
    handler, _ = receiver
    handler.deadly = 1
    assert started(place, receiver).wait() < 0
    assert handler.got == ids_of(KEYS[:1])
    assert noted(place) == ((), KEYS)
    assert started(place, receiver).wait() == 0
    assert handler.got == ids_of([*KEYS[:1], *KEYS])
    assert noted(place) == (KEYS, ())
    assert started(place, receiver).wait() == 0
    assert len(handler.got) == 1 + len(KEYS)


def test_a_process_that_dies_late_has_noted_all_but_the_last_few(place, receiver):
    handler, _ = receiver
    handler.deadly = 13
    assert started(place, receiver).wait() < 0
    assert noted(place) == (KEYS[:10], KEYS[10:])
    assert started(place, receiver).wait() == 0
    assert Counter(handler.got) == Counter(ids_of([*KEYS, *KEYS[10:13]]))
    assert noted(place) == (KEYS, ())


def test_nothing_is_lost_or_marked_too_early_when_processes_die_at_random_moments(place, receiver):
    handler, _ = receiver
    moments = np.random.default_rng(5)
    for _ in range(KILLS):
        process = started(place, receiver)
        time.sleep(moments.uniform(0, 0.15))
        process.kill()
        process.wait()
        delivered, waiting = noted(place)
        assert sorted((*delivered, *waiting)) == list(KEYS)
        assert set(ids_of(delivered)) <= set(handler.got)
    assert started(place, receiver).wait() == 0
    assert set(handler.got) == set(ids_of(KEYS))
    assert noted(place) == (KEYS, ())


def test_whatever_a_notifier_raises_for_one_message_the_others_are_delivered():
    class Picky:
        def send(self, message):
            if message.key != "good":
                raise {"odd": KeyError, "down": OSError, "old": lf.InputError}[message.key](
                    "山田 is not there"
                )

    keys = ("odd", "down", "good", "old")
    with lf.open_store("memory://") as store:
        with store.session() as session:
            session.enqueue([Message(key=key, kind="assigned", to="sato", created_at=AT) for key in keys])
        done = lf.LeadFlow(store=store).deliver(Picky(), now=AT)
        with store.snapshot() as reader:
            waiting = [message.key for message in reader.pending()]
    assert (done.sent, set(done.failed), waiting) == (
        ("good",),
        {"odd", "down", "old"},
        ["odd", "down", "old"],
    )
    assert done.failed["odd"] == "the notifier raised KeyError; send this message alone to see where"
