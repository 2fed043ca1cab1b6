"""Stages that people, other systems and the passing of time set, over a store."""

import datetime as dt

import attrs
import pytest

import leadflow as lf
from leadflow.adapters.notifiers import MemoryNotifier
from leadflow.calendars import BusinessCalendar, business_days
from leadflow.conditions import score
from leadflow.errors import NotFoundError, TransitionError, UnknownNameError
from leadflow.funnel import Funnel, FunnelStage, StagePath, Transition
from leadflow.records import AssignmentState, EventKind

LIVE = {AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP}
OFFICE = BusinessCalendar.weekly(
    dict.fromkeys(range(5), ((dt.time(9), dt.time(18)),)), time_zone="Asia/Tokyo"
)


def funnel(stale_to=""):
    return Funnel(
        stages=(
            FunnelStage(name="Lead"),
            FunnelStage(name="MQL", limit=business_days(2), kind=lf.funnel.StageKind.SLA, stale_to=stale_to),
            FunnelStage(name="SQL"),
            FunnelStage(name="Won", final=True),
            FunnelStage(name="Dormant", path=StagePath.DETOUR),
            FunnelStage(name="Lost", path=StagePath.DETOUR, final=True),
        ),
        transitions=(
            Transition(source="Lead", to="MQL", condition=score("fit") >= 50, automatic=True),
            Transition(source="MQL", to="SQL", roles=("agent",)),
            Transition(source="MQL", to="Dormant"),
            Transition(source="Dormant", to="MQL"),
            Transition(source="SQL", to="Won"),
            Transition(source="SQL", to="Lost", requires=("lost_reason",)),
        ),
        version="f2",
    )


@pytest.fixture
def flow_of(make_flow):
    """Return a flow over an empty store whose funnel has an SLA stage."""
    stores = []

    def make(stale_to=""):
        store = lf.open_store("memory://")
        stores.append(store)
        base = make_flow(store)
        routing = attrs.evolve(base.routing, calendar=OFFICE, sla=None)
        return make_flow(store, funnel=funnel(stale_to), routing=routing)

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def mql(read, person, at):
    """Bring one lead into the SLA stage on Tuesday 1 September at nine, and return its id."""

    def enter(flow):
        flow.ingest(read(person(1, 役職="部長")), now=at(1))
        with flow.store.snapshot() as reader:
            return reader.states().ids[0]

    return enter


def events(flow, *kinds):
    with flow.store.snapshot() as reader:
        return list(reader.journal(kinds=kinds))


def live(flow):
    with flow.store.snapshot() as reader:
        return reader.assignments(states=LIVE)


class TestAdvance:
    def test_a_person_takes_a_lead_on_in_their_role(self, flow_of, mql, at, check_consistent):
        flow = flow_of()
        lead_id = mql(flow)
        history = flow.advance(lead_id, "SQL", actor="sato", reason="予算あり", now=at(2))
        assert (history.current, history.intervals[-1].actor) == ("SQL", "sato")
        assert events(flow, EventKind.STAGE_ENTERED)[-1].reason == "予算あり"
        check_consistent(flow.store, flow.funnel)

    def test_what_the_funnel_does_not_allow_changes_nothing(self, flow_of, mql, at, dump):
        flow = flow_of()
        lead_id = mql(flow)
        before = dump(flow.store)
        with pytest.raises(TransitionError, match="for agent"):
            flow.advance(lead_id, "SQL", actor="somebody", reason="x", now=at(2))
        with pytest.raises(TransitionError, match="Allowed from MQL"):
            flow.advance(lead_id, "Won", actor="sato", reason="x", now=at(2))
        with pytest.raises(UnknownNameError, match="Did you mean 'SQL'"):
            flow.advance(lead_id, "SQLL", actor="sato", reason="x", now=at(2))
        with pytest.raises(NotFoundError, match="check the id"):
            flow.advance("nobody", "SQL", actor="sato", reason="x", now=at(2))
        assert before == dump(flow.store)

    def test_a_lost_lead_needs_its_reason_and_closes_its_hand_over(self, flow_of, mql, at, check_consistent):
        flow = flow_of()
        lead_id = mql(flow)
        flow.advance(lead_id, "SQL", actor="sato", reason="met", now=at(2))
        with pytest.raises(TransitionError, match="lost_reason"):
            flow.advance(
                lead_id, "Lost", actor="sato", reason="lost", now=at(3), evidence={"lost_reason": "-"}
            )
        flow.advance(
            lead_id, "Lost", actor="sato", reason="lost", now=at(3), evidence={"lost_reason": "価格"}
        )
        assert live(flow) == ()
        assert events(flow, EventKind.CLOSED)[0].detail["outcome"] == "Lost"
        check_consistent(flow.store, flow.funnel)


class TestAdopt:
    def test_another_system_moves_a_lead_only_forward(self, flow_of, mql, at, check_consistent):
        flow = flow_of()
        lead_id = mql(flow)
        assert flow.adopt(lead_id, "Lead", actor="Salesforce", reason="sync", now=at(2)).current == "MQL"
        assert flow.adopt(lead_id, "SQL", actor="Salesforce", reason="sync", now=at(2)).current == "SQL"
        assert flow.adopt(lead_id, "MQL", actor="Marketo", reason="sync", now=at(3)).current == "SQL"
        assert len(events(flow, EventKind.STAGE_ENTERED)) == 3
        check_consistent(flow.store, flow.funnel)


class TestStale:
    def test_a_stale_lead_is_told_once_and_stays_visible(self, flow_of, mql, at, dump, check_consistent):
        flow = flow_of()
        lead_id = mql(flow)
        assert not flow.tick(now=at(3, 8, 59)).stale
        (stale,) = flow.tick(now=at(3)).stale
        assert (stale.lead_id, stale.stage, stale.due_at) == (lead_id, "MQL", at(3))
        (event,) = events(flow, EventKind.STALE)
        assert (event.detail["owner"], event.reason.startswith("in MQL for more than 2 business days")) == (
            stale.owner,
            True,
        )
        notifier = MemoryNotifier()
        assert flow.deliver(notifier, now=at(3)).complete
        told = [message.to for message in notifier.messages if message.kind == "stale"]
        assert told == [stale.owner, "boss"]
        before = dump(flow.store)
        assert not flow.tick(now=at(10)).changed
        assert before == dump(flow.store)
        assert flow.stale(now=at(10)) == (stale,)
        check_consistent(flow.store, flow.funnel)

    def test_the_rule_of_the_funnel_sends_it_on_a_detour(self, flow_of, mql, at, check_consistent):
        flow = flow_of("Dormant")
        lead_id = mql(flow)
        assert [one.to for one in flow.tick(now=at(4)).stale] == ["Dormant"]
        with flow.store.snapshot() as reader:
            history = reader.histories()[lead_id]
        assert (history.current, history.intervals[-1].reason.startswith("stale: in MQL")) == (
            "Dormant",
            True,
        )
        assert flow.funnel.violations(history) == ()
        assert live(flow) == ()
        assert flow.stale(now=at(30)) == ()
        assert not flow.tick(now=at(30)).changed
        check_consistent(flow.store, flow.funnel)

    def test_who_comes_back_can_become_stale_again(self, flow_of, mql, at):
        flow = flow_of()
        lead_id = mql(flow)
        flow.tick(now=at(4))
        flow.advance(lead_id, "Dormant", actor="sato", reason="later", now=at(7))
        assert flow.stale(now=at(8)) == ()
        flow.tick(now=at(8))
        flow.advance(lead_id, "MQL", actor="sato", reason="now", now=at(14))
        assert [one.lead_id for one in flow.tick(now=at(20)).stale] == [lead_id]
        assert len(events(flow, EventKind.STALE)) == 2

    def test_a_pause_stops_this_clock_too(self, flow_of, mql, at):
        flow = flow_of()
        mql(flow)
        (offer,) = live(flow)
        flow.pause(offer.id, "長期休暇", actor="boss", now=at(2))
        assert flow.tick(now=at(9)).stale == ()
        flow.resume(offer.id, actor="boss", now=at(9))
        assert flow.tick(now=at(9, 17)).stale == ()
        assert len(flow.tick(now=at(14)).stale) == 1

    def test_a_holiday_that_is_added_makes_it_later(self, flow_of, mql, at):
        flow = flow_of()
        mql(flow)
        closed = attrs.evolve(flow.routing, calendar=OFFICE.with_holidays([dt.date(2026, 9, 2)]))
        later = attrs.evolve(flow, routing=closed)
        assert later.stale(now=at(3)) == ()
        assert [one.due_at for one in later.stale(now=at(4))] == [at(4)]

    def test_frequent_and_rare_ticks_tell_the_same(self, flow_of, mql, at):
        told = []
        for step in (dt.timedelta(hours=1), dt.timedelta(days=3)):
            flow = flow_of()
            mql(flow)
            moment = at(1)
            while moment <= at(28):
                flow.tick(now=moment)
                moment += step
            told.append([event.detail["due_at"] for event in events(flow, EventKind.STALE)])
        assert told[0] == told[1]


class TestDigest:
    def test_owner_and_superior_get_one_a_week(self, make_flow, read, person, at):
        with lf.open_store("memory://") as store:
            flow = make_flow(store)
            flow.ingest(read(person(1, 役職="部長"), person(2, 役職="部長")), now=at(1))
            found = flow.digests(now=at(2))
            assert {digest.to: len(digest.own) + len(digest.below) for digest in found}["boss"] == 2
            flow.digests(now=at(3))
            flow.digests(now=at(8))
            notifier = MemoryNotifier()
            flow.deliver(notifier, now=at(8))
            weekly = [one.key for one in notifier.messages if (one.kind, one.to) == ("digest", "boss")]
            assert weekly == ["digest:boss:2026-W36", "digest:boss:2026-W37"]


class TestDelivery:
    def test_what_is_refused_stays_and_holds_nothing_up(self, make_flow, read, person, at):
        class Picky(MemoryNotifier):
            def send(self, message):
                if message.to == "boss":
                    raise NotFoundError("The receiver has no address.")
                super().send(message)

        with lf.open_store("memory://") as store:
            flow = make_flow(store)
            flow.ingest(read(person(1, 役職="部長")), now=at(1))
            flow.tick(now=at(1, 13))
            first = flow.deliver(Picky(), now=at(1, 13))
            assert (len(first.sent), len(first.failed)) == (2, 1)
            second = MemoryNotifier()
            assert flow.deliver(second, now=at(1, 14)).complete
            assert [message.to for message in second.messages] == ["boss"]
            assert flow.deliver(second, now=at(1, 15)).sent == ()
