"""The hand-over protocol over a store: one accountable person, the ladder, and its end at the pool."""

import datetime as dt

import pytest

import leadflow as lf
from leadflow.conditions import field
from leadflow.errors import NotFoundError, StateError
from leadflow.records import AssignmentState
from leadflow.routing import Need, Person, RoutingPolicy, RoutingState, Team, Teams, by_area

LIVE = {AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP}
HOUR = dt.timedelta(hours=1)


def live(flow):
    with flow.store.snapshot() as reader:
        return reader.assignments(states=LIVE)


def kinds(flow):
    with flow.store.snapshot() as reader:
        return [event.kind.value for event in reader.journal()]


@pytest.fixture
def offer(flow, read, person, at):
    """The offer of one hot lead, made on 1 September at nine."""
    flow.ingest(read(person(1, 役職="部長")), now=at(1))
    (one,) = live(flow)
    return one


class TestAccept:
    def test_the_owner_takes_the_lead_on(self, flow, offer, at, check_consistent):
        taken = flow.accept(offer.id, actor=offer.owner, now=at(1, 10))
        assert taken.state is AssignmentState.ACCEPTED
        assert live(flow) == (taken,)
        assert not flow.tick(now=at(30)).changed
        check_consistent(flow.store, flow.funnel)

    def test_nobody_else_can(self, flow, offer, at, dump):
        before = dump(flow.store)
        with pytest.raises(StateError, match="owner"):
            flow.accept(offer.id, actor="boss", now=at(1, 10))
        assert before == dump(flow.store)

    def test_twice_is_refused(self, flow, offer, at):
        flow.accept(offer.id, actor=offer.owner, now=at(1, 10))
        with pytest.raises(StateError, match="accepted"):
            flow.accept(offer.id, actor=offer.owner, now=at(1, 11))

    def test_an_unknown_offer_is_not_found(self, flow, at):
        with pytest.raises(NotFoundError, match="check the id"):
            flow.accept("nothing", actor="sato", now=at(1))

    def test_before_the_offer_is_refused(self, flow, offer, at):
        with pytest.raises(StateError, match="offered after"):
            flow.accept(offer.id, actor=offer.owner, now=at(1, 8))

    def test_the_next_run_does_not_offer_it_again(self, flow, offer, at):
        flow.accept(offer.id, actor=offer.owner, now=at(1, 10))
        assert flow.ingest(now=at(2)).assigned == 0


class TestDecline:
    def test_the_turn_comes_back_among_those_who_were_asked(self, make_flow, read, person, at):
        with lf.open_store("memory://") as store:
            people = [Person(id="a", skills=("vision",)), Person(id="b", skills=("vision",)), Person(id="c")]
            teams = Teams(teams=[Team(id="kanto", members=("a", "b", "c"))], people=people)
            policy = RoutingPolicy(
                cuts=[by_area({"kanto": ["東京都"]})],
                needs=[Need(condition=field("title") == "部長", skills=("vision",))],
                fallback="kanto",
            )
            flow = make_flow(store, teams=teams, routing=policy)
            flow.ingest(read(person(1, 役職="部長")), now=at(1))
            (one,) = live(flow)
            flow.decline(one.id, actor=one.owner, now=at(1, 10), reason="no time")
            with store.snapshot() as reader:
                behind = RoutingState.from_dict(reader.document("routing")).behind("kanto; knows vision")
            assert behind == {"a": 0.0, "b": 0.0}

    def test_it_goes_to_somebody_else_and_never_back(self, flow, offer, at, check_consistent):
        asked, present = [offer.owner], offer
        for hour in range(10, 12):
            present = flow.decline(present.id, actor=present.owner, now=at(1, hour), reason="no time")
            assert present.owner not in asked
            asked.append(present.owner)
            check_consistent(flow.store, flow.funnel)
        assert sorted(asked) == ["sato", "suzuki", "tanaka"]

    def test_when_everybody_declined_it_ends_at_the_fallback(self, flow, offer, at, check_consistent):
        present = offer
        for hour in range(10, 13):
            present = flow.decline(present.id, actor=present.owner, now=at(1, hour), reason="no time")
        assert (present.owner, present.routable) == ("desk1", False)
        last = flow.decline(present.id, actor="desk1", now=at(1, 13), reason="not us")
        assert (last.owner, last.routable) == ("boss", False)
        assert len(live(flow)) == 1
        check_consistent(flow.store, flow.funnel)

    def test_a_reason_is_needed(self, flow, offer, at, dump):
        before = dump(flow.store)
        with pytest.raises(StateError, match="reason"):
            flow.decline(offer.id, actor=offer.owner, now=at(1, 10), reason=" ")
        assert before == dump(flow.store)

    def test_what_was_accepted_cannot_be_declined(self, flow, offer, at):
        flow.accept(offer.id, actor=offer.owner, now=at(1, 10))
        with pytest.raises(StateError, match="accepted"):
            flow.decline(offer.id, actor=offer.owner, now=at(1, 11), reason="changed my mind")

    def test_at_the_moment_of_the_offer_the_new_offer_is_another_one(self, flow, offer, at, check_consistent):
        again = flow.decline(offer.id, actor=offer.owner, now=at(1), reason="no time")
        assert again.id != offer.id
        with flow.store.snapshot() as reader:
            assert [one.state.value for one in reader.assignments()] == ["declined", "offered"]
        check_consistent(flow.store, flow.funnel)

    def test_it_no_longer_counts_as_held(self, flow, offer, at):
        flow.decline(offer.id, actor=offer.owner, now=at(1, 10), reason="no time")
        with flow.store.snapshot() as reader:
            held = reader.document("routing")["open_leads"]
        assert sum(held.values()) == 1
        assert held.get(offer.owner, 0) == 0


class TestFollowUp:
    def test_it_follows_acceptance(self, flow, offer, at):
        with pytest.raises(StateError, match="offered"):
            flow.follow_up(offer.id, actor=offer.owner, now=at(1, 10), outcome="appointment")
        flow.accept(offer.id, actor=offer.owner, now=at(1, 10))
        with pytest.raises(StateError, match="outcome"):
            flow.follow_up(offer.id, actor=offer.owner, now=at(1, 11), outcome="")
        done = flow.follow_up(offer.id, actor=offer.owner, now=at(1, 11), outcome="appointment")
        assert done.state is AssignmentState.FOLLOWED_UP
        assert kinds(flow)[-2:] == ["accepted", "followed_up"]


class TestLadder:
    def test_nothing_is_due_before_its_time(self, flow, offer, at, dump):
        before = dump(flow.store)
        assert not flow.tick(now=at(1, 11, 59)).changed
        assert before == dump(flow.store)

    def test_each_step_is_taken_once(self, flow, offer, at, dump):
        steps = [(step.action.value, step.to) for step in flow.tick(now=at(1, 12))]
        assert steps == [("remind", offer.owner)]
        before = dump(flow.store)
        assert not flow.tick(now=at(1, 12)).changed
        assert before == dump(flow.store)
        assert [(step.action.value, step.to) for step in flow.tick(now=at(1, 13))] == [("supervisor", "boss")]
        assert not flow.tick(now=at(1, 13)).changed

    def test_a_tick_that_comes_late_takes_all_steps_in_order(self, flow, offer, at, check_consistent):
        steps = flow.tick(now=at(2))
        assert [step.action.value for step in steps] == ["remind", "supervisor", "reassign"]
        (second,) = live(flow)
        assert second.owner != offer.owner
        assert second.offered_at == at(2)
        check_consistent(flow.store, flow.funnel)

    def test_it_ends_at_the_pool_and_stays_there(self, flow, offer, at, dump, check_consistent):
        owners = [offer.owner]
        for hour in range(24 * 4):
            flow.tick(now=at(1) + hour * HOUR)
            (present,) = live(flow)
            owners += [present.owner] if present.owner != owners[-1] else []
            check_consistent(flow.store, flow.funnel)
        assert len(set(owners[:2]) & {"sato", "suzuki", "tanaka"}) == 2
        assert owners[2:] == ["desk1", "boss"]
        assert (present.routable, present.deadline) == (False, None)
        before = dump(flow.store)
        assert not flow.tick(now=at(29)).changed
        assert before == dump(flow.store)

    def test_rare_ticks_and_frequent_ticks_end_alike(self, make_flow, read, person, at):

        ends = []
        for minutes in (20, 60 * 24):
            with lf.open_store("memory://") as store:
                flow = make_flow(store)
                flow.ingest(read(person(1, 役職="部長")), now=at(1))
                moment = at(1)
                while moment <= at(8):
                    flow.tick(now=moment)
                    moment += dt.timedelta(minutes=minutes)
                (last,) = live(flow)
                ends.append((last.owner, last.routable))
        assert ends[0] == ends[1] == ("boss", False)

    def test_every_step_leaves_a_message_once(self, flow, offer, at):
        for hour in (12, 12, 13, 17, 17):
            flow.tick(now=at(1, hour))
        with flow.store.snapshot() as reader:
            messages = reader.pending()
        assert len({message.key for message in messages}) == len(messages)
        assert [message.kind for message in messages] == [
            "assigned",
            "reminded",
            "escalated",
            "escalated",
            "assigned",
        ]

    def test_the_pool_can_accept(self, flow, offer, at):
        for hour in range(24 * 4):
            flow.tick(now=at(1) + hour * HOUR)
        (pooled,) = live(flow)
        assert flow.accept(pooled.id, actor="boss", now=at(20)).state is AssignmentState.ACCEPTED

    def test_without_routing_nothing_is_due(self, make_flow, read, person, at):

        with lf.open_store("memory://") as store:
            flow = make_flow(store, routing=None)
            assert flow.ingest(read(person(1, 役職="部長")), now=at(1)).assigned == 0
            assert not flow.tick(now=at(9)).changed


class TestAcceptByActivity:
    def test_a_call_after_the_offer_counts(self, make_flow, read, person, log, at, check_consistent):

        with lf.open_store("memory://") as store:
            flow = make_flow(store, accepted_by=("call_connected",))
            flow.ingest(read(person(1, 役職="部長")), now=at(1))
            flow.ingest(
                now=at(1, 11), activities=log(("person1@company1.example.co.jp", "call_connected", at(1, 10)))
            )
            assert not flow.tick(now=at(1, 12)).changed
            (one,) = live(flow)
            assert one.state is AssignmentState.FOLLOWED_UP
            check_consistent(store, flow.funnel)

    def test_a_call_before_the_offer_does_not(self, make_flow, read, person, log, at):

        with lf.open_store("memory://") as store:
            flow = make_flow(store, accepted_by=("call_connected",))
            early = log(("person1@company1.example.co.jp", "call_connected", at(1, 8)))
            flow.ingest(read(person(1, 役職="部長")), now=at(1), activities=early)
            assert [step.action.value for step in flow.tick(now=at(1, 12))] == ["remind"]
