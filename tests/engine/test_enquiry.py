"""The enquiry that nobody answered, told over a real database and a real mail server: it cannot be nobody's."""

import datetime as dt
import email
import email.policy
import socket

import pytest
from aiosmtpd.controller import Controller
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import leadflow as lf
from leadflow.adapters.smtp import Security, SmtpNotifier
from leadflow.calendars import BusinessCalendar, business_hours
from leadflow.conditions import field
from leadflow.errors import StateError, TransitionError
from leadflow.records import AssignmentState, EventKind
from leadflow.routing import (
    Account,
    AccountBook,
    Person,
    RoutingPolicy,
    Sla,
    Team,
    Teams,
    by_account,
    by_area,
    by_product,
    pool,
    reassign,
    remind,
    supervisor,
)

TOKYO = dt.timezone(dt.timedelta(hours=9))
OFFICE = BusinessCalendar.japan(((dt.time(9), dt.time(12)), (dt.time(13), dt.time(18))))
LIVE = {AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP}
SUPERIOR = {"aoki": "chiba", "baba": "chiba", "doi": "endo", "fujii": "head", "chiba": "head", "endo": "head"}
PEOPLE = [Person(id=name, reports_to=SUPERIOR.get(name, "")) for name in (*SUPERIOR, "head")]
TEAMS = Teams(
    teams=[
        Team(id="account-sales", members=("aoki", "baba"), supervisor="chiba", calendar="office"),
        Team(id="robot-sales", members=("doi",), supervisor="endo", calendar="office"),
        Team(id="inside-sales", members=("fujii",), supervisor="head", calendar="office"),
    ],
    people=PEOPLE,
    calendars={"office": OFFICE},
    accounts=AccountBook(
        accounts=[Account(id="KEY", company="葦原重工業株式会社", team="account-sales", owner="aoki")]
    ),
)
POLICY = RoutingPolicy(
    cuts=[by_area({"inside-sales": ["東京都"]}), by_account(), by_product({"robot-sales": ["robot"]})],
    accountable="account > product > area",
    sla=Sla(
        accept_within=business_hours(4),
        escalate=[
            remind(business_hours(3)),
            supervisor(business_hours(4)),
            reassign(business_hours(8)),
            pool(business_hours(12)),
        ],
    ),
    fallback="inside-sales",
)
ENQUIRY = {
    "form": "robot-enquiry",
    "会社名": "㈱葦原重工業",
    "部署": "設備部",
    "氏名": "橋本 直樹",
    "メール": "hashimoto@ashihara-hi.example",
    "都道府県": "東京都",
}
FRIDAY = dt.datetime(2026, 5, 1, 17, tzinfo=TOKYO)  # before the holidays of Golden Week


def flow_over(store):
    return lf.LeadFlow(
        store=store,
        teams=TEAMS,
        routing=POLICY,
        hand_over=field("interests").is_filled(),
        forms=[lf.Form("robot-enquiry", interest="robot")],
    )


def live(flow):
    with flow.store.snapshot() as reader:
        return reader.assignments(states=LIVE)


class Inbox:
    """Keeps who got which mail."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  # the server's name
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((mail["To"].split("@")[0], mail["Subject"], mail["Message-ID"]))
        return "250 OK"


@pytest.fixture
def mails():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(Inbox(), hostname="127.0.0.1", port=port)
    server.start()
    addresses = {
        name: f"{name}@sales.example" for name in [*(person.id for person in PEOPLE), "inside-sales"]
    }
    yield (
        server.handler.mails,
        SmtpNotifier(
            host="127.0.0.1",
            port=port,
            security=Security.NONE,
            sender="leads@sales.example",
            addresses=addresses,
        ),
    )
    server.stop()


def test_the_story_from_capture_to_the_fallback(tmp_path, mails, check_consistent):
    inbox, notifier = mails
    with lf.open_store(f"sqlite:///{tmp_path / 'leads.db'}") as store:
        flow = flow_over(store)
        decision = flow.capture(ENQUIRY, now=FRIDAY)
        offer = decision.assignment
        assert (offer.owner, offer.deadline) == ("aoki", dt.datetime(2026, 5, 7, 12, tzinfo=TOKYO))
        assert [(one.id, "account-sales is accountable" in one.reason) for one in offer.informed] == [
            ("head", True),
            ("endo", True),
        ]
        owners, now = [], FRIDAY
        while now < dt.datetime(2026, 5, 13, tzinfo=TOKYO):
            changed = flow.tick(now=now).changed
            assert not flow.tick(now=now).changed
            (present,) = live(flow)
            owners += [present.owner] if present.owner not in owners[-1:] else []
            now += dt.timedelta(hours=1 if 10 <= now.hour < 18 else 16)
            if changed:
                assert flow.deliver(notifier, now=now).complete
                check_consistent(store, flow.funnel)
        assert owners == ["aoki", "baba", "fujii", "head"]
        assert (present.deadline, present.routable) == (None, False)
        for person in ("aoki", "baba", "fujii"):
            assert sum("対応をお待ちしている" in said for to, said, _ in inbox if to == person) == 1
        assert len({key for _, _, key in inbox}) == len(inbox)
        (own,) = [digest for digest in flow.digests(now=now) if digest.to == "head"]
        assert [one.lead_id for one in own.own] == [decision.lead_id]
        with store.snapshot() as reader:
            told = [event.kind for event in reader.journal(decision.lead_id)]
        assert told.count(EventKind.ASSIGNED) + told.count(EventKind.UNROUTABLE) == 4
        assert told.count(EventKind.EXPIRED) == 3


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            ["tick", "accept", "decline", "pause", "resume", "follow_up", "close", "again", "stage", "ingest"]
        ),
        st.integers(min_value=0, max_value=60),
    ),
    max_size=14,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_whatever_people_do_a_lead_has_one_owner_or_is_done(actions, check_consistent):
    with lf.open_store("memory://") as store:
        flow = flow_over(store)
        now = FRIDAY
        lead_id = flow.capture(ENQUIRY, now=now).lead_id
        for action, hours in actions:
            now += dt.timedelta(hours=hours)
            with store.snapshot() as reader:
                present = reader.assignments([lead_id])[-1]
            held = next(iter(live(flow)), present)
            try:
                act(flow, action, held, lead_id, now)
            except (StateError, TransitionError):
                continue
            check_consistent(store, flow.funnel)
            holders = live(flow)
            with store.snapshot() as reader:
                over = reader.assignments([lead_id], states={AssignmentState.CLOSED})
            assert len(holders) == 1 or over
            assert all(TEAMS.is_person(one.owner) for one in holders)
            with store.snapshot() as reader:
                room = reader.document("routing")["open_leads"]
            assert {name: n for name, n in room.items() if n} == dict.fromkeys(
                (one.owner for one in holders), 1
            )


def act(flow, action, held, lead_id, now):
    match action:
        case "tick":
            flow.tick(now=now)
            assert not flow.tick(now=now).changed
        case "accept":
            flow.accept(held.id, actor=held.owner, now=now)
        case "decline":
            flow.decline(held.id, actor=held.owner, now=now, reason="busy")
        case "pause":
            flow.pause(held.id, "away", actor=held.owner, now=now)
        case "resume":
            flow.resume(held.id, actor=held.owner, now=now)
        case "follow_up":
            flow.follow_up(held.id, actor=held.owner, now=now, outcome="call")
        case "close":
            flow.close(held.id, actor=held.owner, now=now, outcome="done")
        case "again":
            flow.capture(ENQUIRY | {"役職": f"部長{now.timestamp()}"}, now=now)
        case "stage":
            with flow.store.snapshot() as reader:
                current = reader.histories()[lead_id].current
            targets = flow.funnel.targets(current)
            to = targets[int(now.timestamp()) % len(targets)]
            evidence = dict.fromkeys(("recycle_reason", "disqualified_reason", "lost_reason"), "x1")
            flow.advance(lead_id, to, actor="aoki", reason="x", now=now, evidence=evidence)
        case _:
            flow.ingest(now=now)
