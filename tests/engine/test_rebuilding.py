"""Golden leads, stages, scores and hand-overs are projections: made anew out of the facts they are what they were."""

import attrs
import pytest

import leadflow as lf
from leadflow.engine import rebuild
from leadflow.engine.journal_facts import JournalFacts
from leadflow.records import AssignmentState, VerdictKind
from leadflow.routing import handovers


@pytest.fixture
def lived_in(make_store, make_flow, read, person, at, log):
    """A flow over every kind of store in which everything has happened."""
    with make_store() as store:
        flow = make_flow(store)
        rows = [person(number, 役職="部長" if number % 3 else "主任") for number in range(1, 13)]
        seen = log(*((row["メール"], "page_viewed", at(1, 10)) for row in rows[::2]))
        flow.ingest(read(*rows, source="one"), now=at(2), activities=seen)
        flow.ingest(read(person(2, 部署="製造部"), person(30), source="two", day=3), now=at(3))
        with store.snapshot() as reader:
            records, _ = reader.records()
            (offer, other, *_) = reader.assignments()
        flow.accept(offer.id, actor=offer.owner, now=at(3, 10))
        flow.decline(other.id, actor=other.owner, reason="予算なし", now=at(3, 10))
        flow.tick(now=at(3, 14))
        with store.snapshot() as reader:
            paused, done, closed, *_ = [
                one for one in reader.assignments() if one.state is AssignmentState.OFFERED
            ]
        judging = {"actor": "boss", "now": at(3, 15)}
        flow.pause(paused.id, "customer is away", **judging)
        flow.accept(done.id, actor=done.owner, now=at(3, 15))
        flow.follow_up(done.id, actor=done.owner, now=at(3, 16), outcome="appointment")
        flow.close(closed.id, outcome="recycled", **judging)
        judged = {"actor": "boss", "reason": "met them"}
        first, second, third = records.ids[3], records.ids[4], records.ids[5]
        flow.decide(first, second, third, verdict=VerdictKind.SAME, now=at(4), **judged)
        with store.snapshot() as reader:
            lead_id = reader.lead_of([first])[first]
        flow.unmerge(lead_id, third, now=at(5), **judged)
        flow.capture({"form": "contact", "email": rows[7]["メール"], "title": "部長"}, now=at(6, 11))
        decision = flow.capture({"form": "contact", "email": "new@new.example.co.jp"}, now=at(6, 12))
        flow.advance(decision.lead_id, "MQL", actor="boss", reason="met them", now=at(6, 13))
        with store.snapshot() as reader:
            gone = reader.lead_of([records.ids[8]])[records.ids[8]]
        flow.forget(gone, now=at(7), **judged)
        yield flow


def projections(flow, dump):
    held = dump(flow.store)
    leads = {lead.id: lead for lead in held["leads"]}
    return leads, *(held[name] for name in ("provenance", "states", "histories", "assignments", "records"))


def test_a_store_in_order_is_left_as_it_is(lived_in, dump):
    before = projections(lived_in, dump)
    assert not rebuild(lived_in).changed
    assert before == projections(lived_in, dump)


def test_projections_that_were_lost_or_damaged_come_back_exactly(lived_in, dump):
    flow = lived_in
    before = projections(flow, dump)
    with flow.store.session() as session:
        erased = set(session.tombstones().values())
        living = [lead_id for lead_id in session.leads().ids if lead_id not in erased]
        session.link(session.records()[0].ids[:3], [living[-1]] * 3)
        held = session.assignments()
        session.put_assignments(
            [
                type(one)(id=one.id, lead_id=one.lead_id, owner="nobody", offered_at=one.offered_at)
                for one in held
            ]
        )
        session.put_histories([type(one)(lead_id=one.lead_id) for one in session.histories().values()])
        session.remove_leads(living)
    done = rebuild(flow)
    assert (done.leads >= len(living), done.states, done.histories > 0) == (True, len(living), True)
    assert done.assignments == len(held) > 5
    assert before == projections(flow, dump)
    assert not rebuild(flow).changed


def test_a_journal_that_names_no_team_leaves_the_team_that_the_store_has(
    make_store, make_flow, read, person, at, monkeypatch
):
    """Entries of earlier versions do not say through which team an owner was found."""

    def without_team(offer):
        event = handovers.offered(offer)
        return attrs.evolve(
            event, detail={name: fact for name, fact in event.detail.items() if name != "team"}
        )

    monkeypatch.setattr("leadflow.engine.evaluation.offered", without_team)
    with make_store() as store:
        flow = make_flow(store)
        flow.ingest(read(person(1, 役職="部長")), now=at(1))
        with store.snapshot() as reader:
            (before,) = reader.assignments()
            facts = JournalFacts.of(reader.journal(), flow.funnel)
        assert (before.team, facts.assignments[before.id].team) == ("kanto", "")
        assert not rebuild(flow).changed
        with store.snapshot() as reader:
            assert (before,) == reader.assignments()


class TestMoments:
    """Scores are those of the moment for which each lead was decided about last, also when it was not the latest."""

    @pytest.fixture
    def watched(self, make_store, make_flow, read, person, at, log):
        """A flow over every kind of store with three people who did something, and their record ids."""
        with make_store() as store:
            flow = make_flow(store)
            imported = read(person(1), person(2), person(3))
            seen = log(*((row["メール"], "page_viewed", at(1)) for row in map(person, (1, 2, 3))))
            flow.ingest(imported, now=at(5), activities=seen)
            yield flow, imported.batch.ids

    def test_a_verdict_that_changes_no_lead_decides_nothing(self, watched, at):
        flow, ids = watched
        flow.decide(*ids[:2], verdict=VerdictKind.DISTINCT, actor="boss", reason="met them", now=at(9))
        assert not rebuild(flow).changed

    def test_a_merge_counts_for_its_own_moment_though_a_run_knew_of_a_later_one(self, watched, at):
        flow, ids = watched
        flow.ingest(now=at(8))
        flow.decide(*ids[:2], verdict=VerdictKind.SAME, actor="boss", reason="met them", now=at(7))
        assert not rebuild(flow).changed
        flow.ingest(now=at(9))
        assert not rebuild(flow).changed

    def test_a_submission_that_is_delivered_again_leaves_the_lead_as_it_is(self, watched, at, log, dump):
        flow, _ = watched
        payload = {"form": "contact", "email": "new@new.example.co.jp"}
        decision = flow.capture(payload, now=at(5))
        flow.ingest(now=at(9), activities=log((payload["email"], "page_viewed", at(4))))
        before = dump(flow.store)
        again = flow.capture(payload, now=at(5))
        assert (again.lead_id, again.stage, again.is_new) == (decision.lead_id, "Lead", False)
        assert before == dump(flow.store)
        assert not rebuild(flow).changed

    def test_a_grade_that_a_lead_keeps_by_hysteresis_is_kept(self, make_flow, read, person, at, log):
        flow = make_flow(
            lf.open_store("memory://"),
            scoring=lf.ScoringModel(
                engagement=[lf.signal("page_viewed", points=52, half_life=lf.days(10))],
                grade=lf.Grade(hysteresis=10),
            ),
        )
        flow.ingest(read(person(1)), now=at(2), activities=log((person(1)["メール"], "page_viewed", at(2))))
        flow.ingest(now=at(3))
        with flow.store.snapshot() as reader:
            states = reader.states()
        assert (states.grades.to_list(), states.engagement[0] < 50) == (["D2"], True)
        assert not rebuild(flow).changed
