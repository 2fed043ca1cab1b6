"""An enquiry about a product arrives from an existing account: exactly one person is accountable, in time, visibly."""

import datetime as dt

import attrs
import pytest

from leadflow.calendars import YEAR_END, BusinessCalendar, business_hours
from leadflow.errors import StateError
from leadflow.records import AssignmentState, EventKind, Lead
from leadflow.routing import (
    Account,
    AccountBook,
    EscalationAction,
    Person,
    RoutingPolicy,
    RoutingState,
    Sla,
    Team,
    Teams,
    accept,
    by_account,
    by_area,
    by_product,
    close,
    deadline_of,
    decline,
    digests,
    due_steps,
    expire,
    follow_up,
    offered,
    pause,
    pool,
    reassign,
    recompute_deadlines,
    remind,
    resume,
    supervisor,
    take_step,
)

TOKYO = dt.timezone(dt.timedelta(hours=9))
OFFICE = BusinessCalendar.japan(
    ((dt.time(9), dt.time(12)), (dt.time(13), dt.time(18))), company_holidays=[YEAR_END]
)


def tokyo(month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=TOKYO)


TEAMS = Teams(
    teams=[
        Team(id="account-sales", members=("aoki", "baba"), supervisor="chiba", calendar="office"),
        Team(id="robot-sales", members=("doi",), supervisor="endo", calendar="office"),
        Team(id="inside-sales", members=("fujii",), calendar="office"),
    ],
    people=[
        Person(id="head", role="manager"),
        Person(id="chiba", role="supervisor", reports_to="head"),
        Person(id="endo", role="supervisor", reports_to="head"),
        *(Person(id=name, reports_to="chiba") for name in ("aoki", "baba")),
        Person(id="doi", reports_to="endo"),
        Person(id="fujii", reports_to="head"),
    ],
    calendars={"office": OFFICE},
    accounts=AccountBook(
        accounts=[
            Account(
                id="KEY",
                company="葦原重工業株式会社",
                domains=("ashihara-hi.example",),
                team="account-sales",
                owner="aoki",
            )
        ]
    ),
)
SLA = Sla(
    accept_within=business_hours(4),
    escalate=[
        remind(business_hours(3)),
        supervisor(business_hours(4)),
        reassign(business_hours(8)),
        pool(business_hours(12)),
    ],
)
POLICY = RoutingPolicy(
    cuts=[by_area({"inside-sales": ["東京都"]}), by_account(), by_product({"robot-sales": ["robot"]})],
    accountable="account > product > area",
    sla=SLA,
    fallback="inside-sales",
    version="2026-Q2",
)
ENQUIRY = Lead(
    id="L1",
    company="㈱葦原重工業",
    department="設備部",
    email="new.person@ashihara-hi.example",
    prefecture="東京都",
    interests=("robot",),
)
FRIDAY = tokyo(5, 1, 17)  # before the holidays of Golden Week, until Wednesday 6 May


@pytest.fixture(name="offer")
def _offer():
    return POLICY.assign(ENQUIRY, TEAMS, RoutingState(), now=FRIDAY)


def steps(assignment, now):
    return due_steps([assignment], SLA, TEAMS, now, fallback=POLICY.fallback)


class TestOneAccountable:
    def test_account_sales_is_accountable_and_product_sales_is_told_so(self, offer):
        assert (offer.owner, offer.team) == ("aoki", "account-sales")
        reasons = {party.id: party.reason for party in offer.informed}
        assert reasons["endo"].endswith("account-sales is accountable (account)")
        assert reasons["endo"].startswith("product: robot-sales")

    def test_deadline_counts_open_hours_across_lunch_and_golden_week(self, offer):
        assert offer.deadline == tokyo(5, 7, 12)

    def test_offer_goes_to_the_journal_with_its_reasons(self, offer):
        event = offered(offer)
        assert (event.kind, event.detail["owner"], event.definition) == (
            EventKind.ASSIGNED,
            "aoki",
            "2026-Q2",
        )
        assert event.detail["informed"] == ["inside-sales", "endo"]


class TestEscalation:
    """Nobody can let it lie: reminder, superior, somebody else, and at last the pool."""

    def test_nothing_is_due_while_the_office_is_closed(self, offer):
        assert steps(offer, tokyo(5, 6, 23)) == []

    def test_ladder_from_reminder_to_another_owner_to_the_pool(self, offer):
        one, journal, told = offer, [], []
        climbed = []
        for day, hour in ((7, 11), (7, 12), (7, 16)):
            for step in steps(one, tokyo(5, day, hour)):
                one, events, messages = take_step(one, step, now=tokyo(5, day, hour))
                journal += events
                told += [(message.kind, message.to) for message in messages]
                climbed.append(step.action)
        assert climbed == [EscalationAction.REMIND, EscalationAction.SUPERVISOR]
        assert told == [("reminded", "aoki"), ("escalated", "chiba")]
        at = tokyo(5, 7, 17)
        (step,) = steps(one, at)
        one, events, _ = take_step(one, step, now=at)
        assert (step.action, one.state) == (EscalationAction.REASSIGN, AssignmentState.EXPIRED)
        assert [event.kind for event in events] == [EventKind.ESCALATED, EventKind.EXPIRED]
        second = POLICY.assign(
            ENQUIRY, TEAMS, RoutingState(), now=at, excluded={"aoki": "let the offer expire"}
        )
        assert second.owner == "baba"
        assert ("aoki", "let the offer expire") in {(r.id, r.reason) for r in second.rejected}
        third = POLICY.assign(
            ENQUIRY, TEAMS, RoutingState(), now=at, excluded={"aoki": "expired", "baba": "declined"}
        )
        assert (third.owner, third.routable, third.informed[0].id) == ("fujii", False, "aoki")

    def test_pool_gives_the_lead_to_somebody_of_the_fallback_in_turn(self, offer):
        at = tokyo(5, 8, 12)
        one, after = POLICY.fall_back(offer, TEAMS, RoutingState(open_leads={"aoki": 1}), now=at)
        assert (one.owner, one.team, one.routable, after.open_leads["fujii"]) == (
            "fujii",
            "inside-sales",
            False,
            1,
        )
        assert one.deadline is not None

    def test_offers_of_one_moment_have_different_ids(self, offer):
        again = POLICY.assign(ENQUIRY, TEAMS, RoutingState(), now=FRIDAY, excluded={"aoki": "declined"})
        assert again.id != offer.id

    def test_step_is_taken_once_however_often_the_clock_ticks(self, offer):
        at = tokyo(5, 7, 12)
        found = steps(offer, at)
        assert found == steps(offer, at)
        one = offer
        for step in found:
            one, _, messages = take_step(one, step, now=at)
        assert steps(one, at) == []
        with pytest.raises(StateError, match="taken already"):
            take_step(one, found[0], now=at)
        again = take_step(offer, found[0], now=at + dt.timedelta(hours=1))[2]
        assert [message.key for message in again] == [f"reminded:{offer.id}:0"]
        assert messages[0].key != again[0].key

    def test_clock_that_was_asleep_takes_the_steps_in_order_and_stops_at_the_reassignment(self, offer):
        found = steps(offer, tokyo(6, 1, 12))
        assert [step.action.value for step in found] == ["remind", "supervisor", "reassign"]

    def test_accepted_offer_has_no_steps(self, offer):
        taken, _ = accept(offer, actor="aoki", now=tokyo(5, 7, 9))
        assert steps(taken, tokyo(6, 1, 12)) == []

    def test_holiday_that_is_added_moves_deadline_and_ladder(self, offer):
        closed = attrs.evolve(TEAMS, calendars={"office": OFFICE.with_holidays([dt.date(2026, 5, 7)])})
        (moved,) = recompute_deadlines([offer], SLA, closed, FRIDAY)
        assert moved.deadline == tokyo(5, 8, 12)
        assert due_steps([offer], SLA, closed, tokyo(5, 7, 18)) == []
        assert recompute_deadlines([moved], SLA, closed, FRIDAY) == []

    def test_ladder_stands_still_during_a_pause(self, offer):
        stopped, event = pause(offer, actor="aoki", now=tokyo(5, 7, 10), reason="お客様が不在")
        assert (event.kind, event.reason) == (EventKind.PAUSED, "お客様が不在")
        assert steps(stopped, tokyo(5, 20, 12)) == []
        with pytest.raises(StateError, match="stands still already"):
            pause(stopped, actor="aoki", now=tokyo(5, 7, 11), reason="x")
        with pytest.raises(StateError, match="only for a reason"):
            pause(offer, actor="aoki", now=tokyo(5, 7, 11), reason=" ")
        ended, event = resume(stopped, actor="aoki", now=tokyo(5, 8, 10))
        assert (event.kind, event.reason) == (EventKind.RESUMED, "お客様が不在")
        assert deadline_of(ended, SLA, TEAMS, tokyo(5, 8, 10)) == tokyo(5, 8, 12)
        with pytest.raises(StateError, match="does not stand still"):
            resume(ended, actor="aoki", now=tokyo(5, 8, 11))
        with pytest.raises(StateError, match="until a later moment"):
            pause(ended, actor="aoki", now=tokyo(5, 8, 9), reason="x")

    def test_pauses_add_up(self, offer):
        for day in (7, 8):
            offer, _ = pause(offer, actor="aoki", now=tokyo(5, day, 10), reason="x")
            offer, _ = resume(offer, actor="aoki", now=tokyo(5, day, 12))
        assert deadline_of(offer, SLA, TEAMS, tokyo(5, 8, 12)) == tokyo(5, 7, 15)

    def test_accepted_lead_that_is_not_followed_up_has_a_ladder_of_its_own(self, offer):
        sla = attrs.evolve(SLA, follow_up_within=business_hours(8))
        taken, _ = accept(offer, actor="aoki", now=tokyo(5, 7, 9))
        assert deadline_of(taken, sla, TEAMS, tokyo(5, 7, 9)) == tokyo(5, 7, 18)
        found = due_steps([taken], sla, TEAMS, tokyo(5, 7, 18))
        assert [(step.action.value, step.to, step.due_at) for step in found] == [
            ("remind", "aoki", tokyo(5, 7, 16)),
            ("supervisor", "chiba", tokyo(5, 7, 18)),
        ]
        reminded, (event,), (message,) = take_step(taken, found[0], now=tokyo(5, 7, 18))
        assert event.reason == f"not followed up since {taken.accepted_at.isoformat()}"
        assert message.key == f"reminded:{offer.id}:accepted:0"
        assert [step.number for step in due_steps([reminded], sla, TEAMS, tokyo(5, 7, 18))] == [1]
        done, _ = follow_up(taken, actor="aoki", now=tokyo(5, 7, 10), outcome="appointment")
        assert due_steps([done], sla, TEAMS, tokyo(6, 7, 10)) == []
        assert deadline_of(done, sla, TEAMS, tokyo(6, 7, 10)) is None


class TestProtocol:
    """What does not fit the state is refused; every step is a journal entry."""

    def test_way_of_a_lead_that_is_taken_up(self, offer):
        taken, first = accept(offer, actor="aoki", now=tokyo(5, 7, 9))
        done, second = follow_up(taken, actor="aoki", now=tokyo(5, 7, 10), outcome="appointment")
        over, third = close(done, actor="aoki", now=tokyo(5, 20, 10), outcome="won")
        assert over.state is AssignmentState.CLOSED
        assert [e.kind for e in (first, second, third)] == [
            EventKind.ACCEPTED,
            EventKind.FOLLOWED_UP,
            EventKind.CLOSED,
        ]
        assert first.detail["late"] is False

    def test_late_acceptance_is_possible_while_nobody_else_has_it_and_said(self, offer):
        assert accept(offer, actor="aoki", now=tokyo(5, 7, 13))[1].detail["late"] is True

    @pytest.mark.parametrize(
        ("act", "message"),
        [
            (lambda one: accept(one, actor="doi", now=tokyo(5, 7, 9)), "Only the owner"),
            (lambda one: decline(one, actor="aoki", now=tokyo(5, 7, 9), reason=" "), "only for a reason"),
            (
                lambda one: follow_up(one, actor="aoki", now=tokyo(5, 7, 9), outcome="x"),
                "it must be accepted",
            ),
            (lambda one: close(one, actor="aoki", now=tokyo(5, 7, 9), outcome=" "), "needs an outcome"),
            (
                lambda one: pause(one, actor="aoki", now=tokyo(4, 1, 9), reason="x"),
                "offered after the moment",
            ),
            (lambda one: accept(one, actor="aoki", now=tokyo(4, 1, 9)), "offered after the moment"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, offer, act, message):
        with pytest.raises(StateError, match=message):
            act(offer)

    def test_expired_offer_cannot_be_accepted_any_more(self, offer):
        gone, _ = expire(offer, now=tokyo(5, 8, 17))
        with pytest.raises(StateError, match="is expired"):
            accept(gone, actor="aoki", now=tokyo(5, 8, 18))


class TestDigest:
    def test_owner_and_everybody_above_hear_of_untouched_leads(self, offer):
        taken, _ = accept(attrs.evolve(offer, id="A2", lead_id="L2"), actor="aoki", now=tokyo(5, 7, 9))
        touched, _ = follow_up(taken, actor="aoki", now=tokyo(5, 7, 10), outcome="appointment")
        found = digests(
            [offer, taken, attrs.evolve(touched, id="A3", lead_id="L3")], TEAMS, now=tokyo(5, 11, 9)
        )
        assert {digest.to: (len(digest.own), len(digest.below)) for digest in found} == {
            "aoki": (2, 0),
            "chiba": (0, 2),
            "head": (0, 2),
        }
        assert found[0].text().splitlines() == [
            "aoki: 2 leads are waiting",
            "  L2: accepted 9 days ago",
            "  L1: offered 9 days ago",
        ]
        assert len({digest.message().key for digest in found}) == 3
