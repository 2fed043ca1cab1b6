"""Leads that turn out to be one: stage, owner, activities and ids of both survive."""

import pytest

import leadflow as lf
from leadflow.records import AssignmentState, Verdict
from leadflow.records.verdicts import VerdictKind

FIRST, SECOND = "person1@company1.example.co.jp", "person2@company2.example.co.jp"


def lead_ids(flow):
    with flow.store.snapshot() as reader:
        return {lead["email"]: lead["id"] for lead in reader.leads().to_dicts()}


def say(flow, at, kind, first, second):
    """Let a person decide about the records of two addresses."""
    with flow.store.session() as session:
        batch, _ = session.records()
        ids = dict(zip(batch["email"].to_list(), batch.ids, strict=True))
        pair = sorted((ids[first], ids[second]))
        session.put_verdicts(
            [Verdict(first=pair[0], second=pair[1], kind=kind, at=at(1), actor="boss", reason="known")]
        )


@pytest.fixture
def unite(read, person, at):
    """Let two leads turn out to be one at the next run."""

    def turn_out(flow, day, more=()):
        say(flow, at, VerdictKind.SAME, FIRST, SECOND)
        return flow.ingest(read(person(60), *more, source=f"day {day}", day=day), now=at(day))

    return turn_out


def two_leads(flow, read, person, at, log, *, first=None, second=None, activities=()):
    """Take in two leads, the first one known first."""
    flow.ingest(read(person(1, **(first or {})), source="one", day=1), now=at(1))
    flow.ingest(
        read(person(2, **(second or {})), source="two", day=2), now=at(2), activities=log(*activities)
    )
    return lead_ids(flow)


class TestMergedLeads:
    def test_the_one_that_was_there_first_stays_and_the_other_id_stands_for_it(
        self, flow, read, person, log, at, unite, check_consistent
    ):
        ids = two_leads(flow, read, person, at, log)
        report = unite(flow, 3)
        assert (report.merged_leads, report.leads) == (1, 2)
        for name in ids.values():
            story = flow.why(name)
            assert story.lead.id == ids[FIRST]
            assert story.former_ids == (ids[SECOND],)
        assert "merged" in [event.kind.value for event in flow.why(ids[SECOND]).events]
        check_consistent(flow.store, flow.funnel)

    @pytest.mark.parametrize("further", ["first", "second"])
    def test_the_stage_never_goes_backwards(
        self, flow, read, person, log, at, unite, check_consistent, further
    ):
        address = FIRST if further == "first" else SECOND
        ids = two_leads(
            flow, read, person, at, log,
            first={"役職": "部長"} if further == "first" else None,
            second={"役職": "部長"} if further == "second" else None,
            activities=[(address, "appointment", at(2))],
        )  # fmt: skip
        unite(flow, 3)
        with flow.store.snapshot() as reader:
            states = reader.states([ids[FIRST]])
            assert states.stages.to_list() == ["SQL"]
            assert reader.histories([ids[FIRST]])[ids[FIRST]].current == "SQL"
        check_consistent(flow.store, flow.funnel)

    def test_activities_of_both_count(self, flow, read, person, log, at, unite):
        ids = two_leads(
            flow, read, person, at, log,
            activities=[(FIRST, "page_viewed", at(1)), (SECOND, "page_viewed", at(2))],
        )  # fmt: skip
        unite(flow, 3)
        with flow.store.snapshot() as reader:
            assert len(reader.activities([ids[FIRST]])) == 2

    def test_later_activities_under_the_former_id_and_address_find_it(
        self, flow, read, person, log, at, unite
    ):
        ids = two_leads(flow, read, person, at, log)
        unite(flow, 3)
        late = log((ids[SECOND], "page_viewed", at(4)), (SECOND, "page_viewed", at(4, 10)))
        flow.ingest(now=at(5), activities=late)
        with flow.store.snapshot() as reader:
            assert len(reader.activities([ids[FIRST]])) == 2

    def test_merging_again_and_again_keeps_every_id(
        self, flow, read, person, log, at, unite, check_consistent
    ):
        ids = two_leads(flow, read, person, at, log)
        unite(flow, 3)
        third = lead_ids(flow)["person60@company60.example.co.jp"]
        say(flow, at, VerdictKind.SAME, SECOND, "person60@company60.example.co.jp")
        flow.ingest(read(person(61), source="more", day=4), now=at(4))
        for name in (*ids.values(), third):
            assert flow.why(name).lead.id == ids[FIRST]
        assert set(flow.why(third).former_ids) == {ids[SECOND], third}
        check_consistent(flow.store, flow.funnel)


class TestOwners:
    def owned(self, flow, read, person, at, log, who):
        hot = {"役職": "部長"}
        return two_leads(
            flow, read, person, at, log,
            first=hot if "first" in who else None,
            second=hot if "second" in who else None,
        )  # fmt: skip

    def assignments(self, flow):
        with flow.store.snapshot() as reader:
            return {one.owner: one for one in reader.assignments()}

    @pytest.mark.parametrize("who", ["first", "second"])
    def test_the_accountable_one_stays(self, flow, read, person, log, at, unite, check_consistent, who):
        ids = self.owned(flow, read, person, at, log, who)
        (before,) = self.assignments(flow).values()
        flow.accept(before.id, actor=before.owner, now=at(2, 10))
        assert unite(flow, 3).assigned == 0
        (after,) = self.assignments(flow).values()
        assert (after.lead_id, after.owner, after.state) == (
            ids[FIRST],
            before.owner,
            AssignmentState.ACCEPTED,
        )
        assert flow.why(ids[FIRST]).assignments == (after,)
        check_consistent(flow.store, flow.funnel)

    @pytest.mark.parametrize(
        ("accepting", "staying"), [((), "first"), (("second",), "second"), (("first", "second"), "first")]
    )
    def test_of_two_one_stays_the_other_is_informed_and_a_conflict_raised(
        self, flow, read, person, log, at, unite, check_consistent, accepting, staying
    ):
        ids = self.owned(flow, read, person, at, log, "first second")
        with flow.store.snapshot() as reader:
            offers = {
                name: reader.assignments([ids[address]])[0]
                for name, address in (("first", FIRST), ("second", SECOND))
            }
        for name in accepting:
            flow.accept(offers[name].id, actor=offers[name].owner, now=at(2, 10))
        unite(flow, 3)
        other = "second" if staying == "first" else "first"
        found = self.assignments(flow)
        kept, ended = found[offers[staying].owner], found[offers[other].owner]
        assert kept.state in {AssignmentState.OFFERED, AssignmentState.ACCEPTED}
        assert ended.state is AssignmentState.CLOSED
        assert offers[other].owner in {party.id for party in kept.informed}
        with flow.store.snapshot() as reader:
            told = {message.to for message in reader.pending() if message.kind == "informed"}
            (conflict,) = (message for message in reader.pending() if message.kind == "conflict")
            held = reader.document("routing")["open_leads"]
        assert offers[other].owner in told
        state = "accepted" if other in accepting else "offered"
        assert (conflict.to, conflict.payload["other_owner"], conflict.payload["other_state"]) == (
            kept.owner,
            offers[other].owner,
            state,
        )
        assert held.get(offers[other].owner, 0) == 0
        check_consistent(flow.store, flow.funnel)

    def test_the_ladder_goes_on_after_a_merge(self, flow, read, person, log, at, unite, check_consistent):
        self.owned(flow, read, person, at, log, "first second")
        unite(flow, 3)
        assert {step.action.value for step in flow.tick(now=at(4))} == {"remind", "supervisor", "reassign"}
        check_consistent(flow.store, flow.funnel)


class TestVerdicts:
    def test_what_a_person_held_apart_is_never_joined_not_even_through_others(
        self, flow, read, person, log, at, check_consistent
    ):
        two_leads(flow, read, person, at, log)
        say(flow, at, VerdictKind.DISTINCT, FIRST, SECOND)
        flow.ingest(read(person(1, 役職="課長"), source="three", day=3), now=at(3))
        with flow.store.snapshot() as reader:
            batch, owners = reader.records()
            assert len(set(owners)) == 2
            first, second, bridge = batch.ids
        with flow.store.session() as session:
            session.put_verdicts([Verdict(first=bridge, second=second, kind=VerdictKind.SAME, at=at(3))])
        flow.ingest(read(person(60), source="four", day=4), now=at(4))
        with flow.store.snapshot() as reader:
            lead_of = reader.lead_of([first, second, bridge])
        assert lead_of[first] == lead_of[bridge]
        assert lead_of[first] != lead_of[second]
        check_consistent(flow.store, flow.funnel)


class TestConsent:
    def entries(self, flow, address):
        with flow.store.snapshot() as reader:
            return reader.consents([address])

    def may(self, flow, at):
        with flow.store.snapshot() as reader:
            ledger = lf.merging.ConsentLedger.of(reader.consents())
            (lead,) = [reader.leads().lead(0)]
        return ledger.may_contact(lead, lf.records.Channel.EMAIL, now=at(20)).allowed

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_an_opt_out_in_one_list_survives_every_other_list(self, flow, read, person, at, order):
        lists = [
            read(person(1, メール送信除外="1"), source="Salesforce", day=1),
            read(person(1, メルマガ希望="はい"), source="Marketo", day=3),
        ]
        for number in order:
            flow.ingest(lists[number], now=at(4 + number))
        assert {entry.state.value for entry in self.entries(flow, FIRST)} == {"given", "withdrawn"}
        assert self.may(flow, at) is False

    def test_an_opt_in_alone_allows(self, flow, read, person, at):
        flow.ingest(read(person(1, メルマガ希望="はい"), source="Marketo", day=3), now=at(4))
        assert self.may(flow, at) is True

    def test_it_holds_for_everybody_who_shares_the_address(self, flow, read, person, at):
        flow.ingest(read(person(1, メール送信除外="1"), source="Salesforce", day=1), now=at(2))
        flow.capture({"form": "contact", "メール": FIRST, "メルマガ希望": "はい"}, now=at(3))
        assert self.may(flow, at) is False
