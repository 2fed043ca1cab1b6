"""The clock of a hand-over: pauses, holidays that are added, follow-up, closing, and who has room again."""

import datetime as dt

import attrs
import pytest

import leadflow as lf
from leadflow.calendars import BusinessCalendar, business_hours, hours
from leadflow.errors import NotFoundError, StateError
from leadflow.records import AssignmentState, EventKind
from leadflow.routing import Capacity, Person, RoutingPolicy, Sla, Team, Teams, by_area

LIVE = {AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP}
OFFICE = BusinessCalendar.weekly(
    dict.fromkeys(range(5), ((dt.time(9), dt.time(18)),)), time_zone="Asia/Tokyo"
)


def live(flow):
    with flow.store.snapshot() as reader:
        return reader.assignments(states=LIVE)


def events(flow, *kinds):
    with flow.store.snapshot() as reader:
        return list(reader.journal(kinds=kinds))


def offer_of(flow, read, person, at, number=1):
    flow.ingest(read(person(number, 役職="部長")), now=at(1))
    return next(one for one in live(flow) if one.state is AssignmentState.OFFERED)


@pytest.fixture(params=["memory://", "sqlite://"])
def store(request):
    with lf.open_store(request.param) as opened:
        yield opened


class TestClock:
    def test_what_happens_to_a_lead_does_not_set_its_clock_back(
        self, make_flow, store, read, person, at, log
    ):
        """The ladder of OCA's CRM starts again with any message, activity or change of stage."""
        flow = make_flow(store)
        offer = offer_of(flow, read, person, at)
        seen = log(*(("person1@company1.example.co.jp", "page_viewed", at(1, hour)) for hour in (10, 11)))
        flow.ingest(read(person(1, 部署="製造部"), source="two"), now=at(1, 11), activities=seen)
        flow.capture({"form": "contact", "email": "person1@company1.example.co.jp"}, now=at(1, 11))
        (same,) = live(flow)
        assert (same.id, same.deadline) == (offer.id, offer.deadline)
        assert [step.action.value for step in flow.tick(now=at(1, 12))] == ["remind"]


class TestPause:
    def test_nothing_is_due_while_the_clock_stands_still(self, make_flow, store, read, person, at):
        flow = make_flow(store)
        offer = offer_of(flow, read, person, at)
        flow.pause(offer.id, "お客様が出張中", actor=offer.owner, now=at(1, 10))
        assert not flow.tick(now=at(5)).changed
        (waiting,) = live(flow)
        assert waiting.paused.reason == "お客様が出張中"

    def test_the_deadline_moves_by_the_time_of_the_pause(
        self, make_flow, store, read, person, at, check_consistent
    ):
        flow = make_flow(store)
        offer = offer_of(flow, read, person, at)
        flow.pause(offer.id, "x", actor=offer.owner, now=at(1, 10))
        back = flow.resume(offer.id, actor=offer.owner, now=at(3, 10))
        assert back.deadline - offer.deadline == dt.timedelta(days=2)
        assert not flow.tick(now=at(3, 11)).changed
        assert [step.action.value for step in flow.tick(now=at(3, 12))] == ["remind"]
        check_consistent(store, flow.funnel)

    def test_both_are_in_the_journal_with_actor_and_reason(self, make_flow, store, read, person, at):
        flow = make_flow(store)
        offer = offer_of(flow, read, person, at)
        flow.pause(offer.id, "お盆休み", actor="boss", now=at(1, 10))
        flow.resume(offer.id, "連絡が取れた", actor=offer.owner, now=at(2, 10))
        paused, resumed = events(flow, EventKind.PAUSED, EventKind.RESUMED)
        assert (paused.actor, paused.reason) == ("boss", "お盆休み")
        assert (resumed.actor, resumed.reason) == (offer.owner, "連絡が取れた")
        assert resumed.detail["deadline"] == live(flow)[0].deadline.isoformat()

    def test_what_makes_no_sense_is_refused(self, make_flow, store, read, person, at, dump):
        flow = make_flow(store)
        offer = offer_of(flow, read, person, at)
        before = dump(store)
        with pytest.raises(StateError, match="does not stand still"):
            flow.resume(offer.id, actor="boss", now=at(1, 10))
        with pytest.raises(StateError, match="only for a reason"):
            flow.pause(offer.id, "", actor="boss", now=at(1, 10))
        with pytest.raises(NotFoundError):
            flow.pause("nothing", "x", actor="boss", now=at(1, 10))
        assert before == dump(store)

    def test_accepting_ends_a_pause(self, make_flow, store, read, person, at):
        flow = make_flow(store)
        offer = offer_of(flow, read, person, at)
        flow.pause(offer.id, "x", actor=offer.owner, now=at(1, 10))
        taken = flow.accept(offer.id, actor=offer.owner, now=at(1, 12))
        assert (taken.paused, taken.pauses[0].end) == (None, at(1, 12))


class TestCalendarChange:
    def test_a_holiday_that_is_added_moves_deadlines_at_the_next_tick(
        self, make_flow, store, read, person, at, dump
    ):
        def flow_with(calendar):
            policy = RoutingPolicy(
                cuts=[by_area({"kanto": ["東京都"]})],
                fallback="kanto",
                calendar=calendar,
                sla=Sla(accept_within=business_hours(12)),
            )
            return make_flow(store, routing=policy)

        flow = flow_with(OFFICE)
        offer = offer_of(flow, read, person, at)
        assert offer.deadline == at(2, 12)
        later = flow_with(OFFICE.with_holidays([dt.date(2026, 9, 2)]))
        tick = later.tick(now=at(1, 10))
        assert [one.deadline for one in tick.rescheduled] == [at(3, 12)] == [live(later)[0].deadline]
        (event,) = events(later, EventKind.RESCHEDULED)
        assert (event.detail["previous"], event.detail["deadline"]) == (
            offer.deadline.isoformat(),
            tick.rescheduled[0].deadline.isoformat(),
        )
        before = dump(store)
        assert not later.tick(now=at(1, 10)).changed
        assert before == dump(store)
        assert [step.action.value for step in later.tick(now=at(2, 17))] == ["remind"]
        assert [step.action.value for step in later.tick(now=at(3, 12))] == ["supervisor"]


class TestFollowUp:
    def test_an_accepted_lead_that_nobody_follows_up_is_seen(self, make_flow, store, read, person, at):
        base = make_flow(store).routing
        policy = attrs.evolve(base, sla=attrs.evolve(base.sla, follow_up_within=hours(8)))
        flow = make_flow(store, routing=policy)
        offer = offer_of(flow, read, person, at)
        taken = flow.accept(offer.id, actor=offer.owner, now=at(1, 10))
        assert taken.deadline == at(1, 18)
        found = [(step.action.value, step.to) for step in flow.tick(now=at(2))]
        assert found == [("remind", offer.owner), ("supervisor", "boss")]
        assert not flow.tick(now=at(3)).changed
        done = flow.follow_up(taken.id, actor=offer.owner, now=at(3), outcome="appointment")
        assert (done.state, done.deadline) == (AssignmentState.FOLLOWED_UP, None)

    def test_an_activity_follows_up_what_was_accepted_by_hand(self, make_flow, store, read, person, log, at):
        flow = make_flow(store, accepted_by=("call_connected",))
        offer = offer_of(flow, read, person, at)
        flow.accept(offer.id, actor=offer.owner, now=at(1, 10))
        flow.ingest(
            now=at(1, 12), activities=log(("person1@company1.example.co.jp", "call_connected", at(1, 11)))
        )
        flow.tick(now=at(1, 12))
        assert live(flow)[0].state is AssignmentState.FOLLOWED_UP


class TestClose:
    def test_the_owner_has_room_again(self, make_flow, store, read, person, at):
        one = Teams(
            teams=[Team(id="kanto", members=("sato",), supervisor="boss")],
            people=[Person(id="sato", capacity=Capacity(open_leads=1)), Person(id="boss")],
        )
        flow = make_flow(store, teams=one)
        offer = offer_of(flow, read, person, at)
        flow.ingest(read(person(2, 役職="部長")), now=at(1))
        assert [each.owner for each in live(flow)] == ["sato", "desk"]
        flow.accept(offer.id, actor="sato", now=at(1, 10))
        flow.close(offer.id, actor="sato", now=at(2), outcome="no budget")
        flow.ingest(read(person(3, 役職="部長")), now=at(2))
        assert [each.owner for each in live(flow)] == ["desk", "sato"]

    def test_it_does_not_come_back_until_the_lead_enters_a_stage_again(
        self, make_flow, store, read, person, log, at, check_consistent
    ):
        flow = make_flow(store)
        offer = offer_of(flow, read, person, at)
        flow.accept(offer.id, actor=offer.owner, now=at(1, 10))
        flow.close(offer.id, actor=offer.owner, now=at(1, 11), outcome="no budget")
        assert flow.ingest(now=at(2)).assigned == 0
        check_consistent(store, flow.funnel)
        flow.ingest(now=at(3), activities=log(("person1@company1.example.co.jp", "appointment", at(3))))
        (again,) = live(flow)
        assert (again.owner, again.reasons[-1]) == (offer.owner, "owner of the earlier lead")
        check_consistent(store, flow.funnel)

    def test_a_lead_that_is_won_closes_its_hand_over(
        self, make_flow, store, read, person, log, at, check_consistent
    ):
        flow = make_flow(store)
        offer = offer_of(flow, read, person, at)
        who = "person1@company1.example.co.jp"
        flow.ingest(now=at(5), activities=log((who, "appointment", at(3)), (who, "won", at(4))))
        assert live(flow) == ()
        (event,) = events(flow, EventKind.CLOSED)
        assert (event.detail["owner"], event.detail["outcome"]) == (offer.owner, "Won")
        with store.snapshot() as reader:
            assert reader.document("routing")["open_leads"][offer.owner] == 0
            assert reader.states().owners.to_list() == [offer.owner]
        check_consistent(store, flow.funnel)


class TestFairnessOverTheStore:
    def test_who_declines_keeps_the_turn_and_who_ignores_an_offer_had_it(
        self, make_flow, store, read, person, at
    ):
        flow = make_flow(store)
        offer = offer_of(flow, read, person, at)

        def behind():
            with store.snapshot() as reader:
                return reader.document("routing")["deficits"]["kanto"]

        flow.decline(offer.id, actor=offer.owner, now=at(1, 10), reason="competitor")
        after = behind()
        assert sum(after.values()) == 0
        assert after[offer.owner] == 0
        (second,) = live(flow)
        flow.tick(now=at(3))
        assert behind()[second.owner] < 0
