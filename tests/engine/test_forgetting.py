"""A person who is forgotten is gone from the whole flow, in every store, and noticed when a list brings them back."""

import attrs
import pytest

import leadflow as lf
from leadflow.adapters.interchange import export_lines
from leadflow.engine import rebuild
from leadflow.errors import NotFoundError, StateError
from leadflow.merging import ConsentLedger
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    AssignmentState,
    Channel,
    Consent,
    ConsentState,
    Event,
    EventKind,
    VerdictKind,
)

EMAIL = "person1@company1.example.co.jp"


@pytest.fixture
def taken_in(make_store, make_flow, read, person, at, log):
    """A flow over every kind of store with ten people, and the lead id of the first, who is handed over."""
    with make_store() as store:
        flow = make_flow(store)
        rows = [person(1, 役職="部長"), *(person(number) for number in range(2, 11))]
        imported = read(*rows, source="fair")
        flow.ingest(imported, now=at(2), activities=log((EMAIL, "page_viewed", at(1, 10))))
        with store.snapshot() as reader:
            records, lead_ids = reader.records()
        yield flow, lead_ids[records["email"].to_list().index(EMAIL)], imported


def gone(flow, lead_id, at):
    flow.forget(lead_id, reason="request of the person", actor="privacy office", now=at(3))


def model_of(flow):
    """Return every text that the fitted matcher names, with what it counted of it."""
    with flow.store.snapshot() as reader:
        weights = reader.document("matcher")["weights"]
    counted = [one["frequencies"][kind] for one in weights["comparisons"] for kind in ("shares", "rarity")]
    return {text: bits for features in counted for texts in features.values() for text, bits in texts.items()}


def text_of(flow):
    with flow.store.snapshot() as reader:
        return "\n".join(export_lines(reader))


class TestForget:
    def test_nothing_that_says_who_it_was_is_left_and_the_counts_reconcile(self, taken_in, at):
        flow, lead_id, imported = taken_in
        record_id = imported.batch.ids[imported.batch["email"].to_list().index(EMAIL)]
        with flow.store.snapshot() as reader:
            before = dict(reader.counts())
        gone(flow, lead_id, at)
        assert [trace for trace in (EMAIL, "佐藤 太郎", record_id) if trace in text_of(flow)] == []
        with flow.store.snapshot() as reader:
            after = dict(reader.counts())
        same = ("records", "leads", "activities", "states", "stages", "assignments")
        assert {name: before[name] for name in same} == {name: after[name] for name in same}

    def test_the_fitted_matcher_forgets_what_only_their_records_had(self, make_flow, read, person, at):
        """What stands in several records, of one person too, is among the common texts that the model names."""
        theirs = {"携帯": "090-7777-6666", "会社名": "株式会社綾麗工房", "氏名": "綾小路 麗華子"}
        rows = [person(number, 役職="営業部長") for number in range(2, 42)]
        rows += [person(1, 役職=title, **theirs) for title in ("営業部長", "綾麗部長", "綾麗課長")]
        with lf.open_store("memory://") as store:
            flow = make_flow(store)
            flow.ingest(read(*rows, source="fair"), now=at(2))
            with store.snapshot() as reader:
                records, lead_ids = reader.records()
            before = model_of(flow)
            gone(flow, lead_ids[records["email"].to_list().index(EMAIL)], at)
            after = model_of(flow)
        theirs = ("9077776666", "綾麗", "綾小路", "麗華子")
        assert [text for text in theirs if text in before] == list(theirs)
        assert [text for text in after if any(one in text for one in theirs)] == []
        assert after.keys() <= before.keys()
        assert before["営業"] < after["営業"] < before["綾麗"]

    def test_nothing_is_noted_under_what_they_were_known_by(
        self, make_store, make_flow, read, person, at, log
    ):
        with make_store() as store:
            flow = make_flow(store)
            flow.ingest(now=at(1), activities=log((EMAIL, "page_viewed", at(1))))
            with store.snapshot() as reader:
                assert EMAIL in reader.touched(0)
            flow.ingest(read(person(1), person(2), source="fair"), now=at(2))
            with store.snapshot() as reader:
                records, lead_ids = reader.records()
                assert EMAIL in reader.touched(0)
            gone(flow, lead_ids[records["email"].to_list().index(EMAIL)], at)
            with store.snapshot() as reader:
                assert set(reader.touched(0)) == set(lead_ids)

    def test_their_hand_over_is_closed_and_never_opened_again(self, taken_in, at, log):
        flow, lead_id, _ = taken_in
        gone(flow, lead_id, at)
        flow.ingest(now=at(5), activities=log((lead_id, "appointment", at(4))))
        flow.tick(now=at(20))
        with flow.store.snapshot() as reader:
            states = [one.state for one in reader.assignments([lead_id])]
            kinds = [event.kind for event in reader.journal(lead_id)]
        assert states == [AssignmentState.CLOSED]
        assert kinds[kinds.index(EventKind.ERASED) + 1 :] == [EventKind.CLOSED]

    def test_a_list_that_brings_them_back_has_the_row_held_back_and_told(self, taken_in, read, person, at):
        flow, lead_id, imported = taken_in
        gone(flow, lead_id, at)
        again = flow.ingest(imported, now=at(4))
        assert (len(again.withheld), again.new_records, again.changed) == (1, 0, False)
        other = read(person(1, 部署="製造部"), person(30), source="another list", day=4)
        report = flow.ingest(other, now=at(4))
        assert (report.withheld, report.new_leads) == (other.batch.ids[:1], 1)
        assert "rows held back           1" in report.text()
        assert EMAIL not in text_of(flow)

    def test_activities_that_name_them_are_held_back(self, taken_in, at, log):
        flow, lead_id, _ = taken_in
        gone(flow, lead_id, at)
        told = log(
            (EMAIL, "page_viewed", at(4)), (lead_id, "call", at(4)), ("other@x.example", "call", at(4))
        )
        assert flow.ingest(now=at(5), activities=told).new_activities == 1
        assert EMAIL not in text_of(flow)

    def test_a_row_that_a_person_lets_in_is_a_new_lead(self, taken_in, read, person, at):
        flow, lead_id, _ = taken_in
        gone(flow, lead_id, at)
        card = read(person(1, 部署="製造部"), source="card", day=4)
        held = flow.ingest(card, now=at(4)).withheld
        report = flow.ingest(card, now=at(4), readmit=held)
        assert (report.withheld, report.new_leads) == ((), 1)
        with flow.store.snapshot() as reader:
            assert reader.lead_of(held)[held[0]] != lead_id

    def test_a_form_of_their_own_is_a_new_lead_with_a_notice(self, taken_in, at):
        flow, lead_id, _ = taken_in
        flow.capture({"form": "contact", "email": EMAIL}, now=at(2))  # the index is warm and has them
        gone(flow, lead_id, at)
        decision = flow.capture({"form": "contact", "email": EMAIL}, now=at(5))
        assert (decision.is_new, decision.lead_id == lead_id, decision.matches) == (True, False, ())
        assert ["erased before" in warning for warning in decision.warnings] == [True]
        again = flow.capture({"form": "contact", "email": EMAIL}, now=at(6))
        assert (again.is_new, again.lead_id, again.warnings) == (False, decision.lead_id, ())

    def test_a_replay_of_an_erased_submission_is_refused(self, taken_in, at):
        flow, lead_id, _ = taken_in
        payload = {"form": "contact", "email": EMAIL}
        flow.capture(payload, now=at(2))
        gone(flow, lead_id, at)
        with pytest.raises(StateError, match="was erased"):
            flow.capture(payload, now=at(2))

    def test_what_they_had_withdrawn_holds_again_when_they_come_back(self, taken_in, read, at, person):
        flow, lead_id, _ = taken_in
        flow.ingest(read(person(1, メール配信停止="1"), source="stops", day=2), now=at(2))
        gone(flow, lead_id, at)
        decision = flow.capture({"form": "contact", "email": EMAIL}, now=at(5))
        with flow.store.snapshot() as reader:
            ledger = ConsentLedger.of(reader.consents())
        assert not ledger.may_contact(decision.lead, Channel.EMAIL, now=at(5)).allowed

    def test_another_process_whose_index_still_has_them_does_not_find_them(self, taken_in, make_flow, at):
        flow, lead_id, _ = taken_in
        other = make_flow(flow.store)
        other.warm_up()
        gone(flow, lead_id, at)
        assert other.capture({"form": "contact", "email": EMAIL}, now=at(5)).is_new

    def test_nobody_and_the_same_person_twice_are_refused(self, taken_in, at):
        flow, lead_id, _ = taken_in
        with pytest.raises(NotFoundError):
            gone(flow, "nobody", at)
        gone(flow, lead_id, at)
        with pytest.raises(StateError, match="erased before"):
            gone(flow, lead_id, at)

    def test_a_replay_day_by_day_passes_over_them(self, taken_in, read, person, at):
        flow, lead_id, _ = taken_in
        gone(flow, lead_id, at)
        report = flow.ingest(read(person(40), source="later", day=5), now=at(9), since=at(4))
        assert report.new_leads == 1
        assert lf.LeadFlow(store=flow.store).stale(now=at(30)) == ()


class TestForgettingAfterAnUnmerge:
    @pytest.fixture
    def parted(self, taken_in, at):
        """A flow, the lead and record that were merged by mistake and parted, and the lead that stays with its record."""
        flow, _, imported = taken_in
        kept, taken = imported.batch.ids[1:3]
        judged = {"actor": "boss", "reason": "asked person 3"}
        merged, _ = flow.decide(kept, taken, verdict=VerdictKind.SAME, now=at(3), **judged)
        own = flow.unmerge(merged, taken, now=at(4), **judged)
        return flow, (own, taken), (merged, kept)

    def test_the_journal_of_the_other_lead_does_not_name_them_either(self, parted, at):
        flow, (own, taken), _ = parted
        flow.forget(own, reason="request", actor="privacy office", now=at(5))
        assert [trace for trace in (taken, "asked person 3") if trace in text_of(flow)] == []
        with flow.store.snapshot() as reader:
            assert taken not in reader.touched(0)

    def test_their_records_stay_out_of_the_other_lead_when_links_are_made_anew(self, parted, at):
        flow, (own, _), (other, kept) = parted
        flow.forget(own, reason="request", actor="privacy office", now=at(5))
        assert rebuild(flow).leads == 0
        with flow.store.snapshot() as reader:
            assert reader.records([other])[0].ids == (kept,)

    def test_the_records_that_were_taken_out_stay_where_they_are(self, parted, at):
        flow, (own, taken), (other, kept) = parted
        flow.forget(other, reason="request", actor="privacy office", now=at(5))
        assert kept not in text_of(flow)
        assert rebuild(flow).leads == 0
        with flow.store.snapshot() as reader:
            assert reader.lead_of([taken]) == {taken: own}

    def test_the_hand_over_that_went_to_the_other_lead_says_nothing_of_them(self, parted, at):
        flow, (own, _), (other, _) = parted
        told = {"owner": "sato", "team": "", "deadline": None}
        told |= {name: [] for name in ("informed", "informed_why", "rejected", "rejected_why")}
        offer = Assignment(
            id="theirs",
            lead_id=other,
            owner="sato",
            offered_at=at(3),
            state=AssignmentState.CLOSED,
            reasons=("account of 佐藤 KK",),
        )
        kept = attrs.evolve(offer, id="other's", reasons=("account of the other",))
        with flow.store.session() as session:
            session.put_assignments([offer, kept])
            session.append(
                Event(
                    kind=EventKind.ASSIGNED,
                    lead_id=whose,
                    at=at(3),
                    detail={**told, "assignment_id": one.id, "reasons": list(one.reasons)},
                )
                for whose, one in ((own, offer), (other, kept))
            )
        flow.forget(own, reason="request", actor="privacy office", now=at(5))
        assert "佐藤 KK" not in text_of(flow)
        with flow.store.snapshot() as reader:
            first, second = reader.assignments(ids=["theirs", "other's"])
        assert (first.reasons, second.reasons) == ((), ("account of the other",))

    def test_a_submission_that_was_taken_out_can_be_forgotten(self, taken_in, at):
        flow, _, _ = taken_in
        decision = flow.capture({"form": "contact", "email": EMAIL}, now=at(3))
        own = flow.unmerge(decision.lead_id, decision.record_id, actor="boss", reason="no", now=at(4))
        flow.forget(own, reason="request", actor="privacy office", now=at(5))
        assert decision.record_id not in text_of(flow)
        assert not rebuild(flow).changed

    def test_the_proof_of_a_shared_address_no_longer_names_their_record(self, taken_in, read, person, at):
        flow, lead_id, imported = taken_in
        record_id = imported.batch.ids[0]
        other = person(77, メール=EMAIL)
        report = flow.ingest(read(other, source="other", day=3), now=at(3))
        assert report.new_records == 1
        entry = Consent(
            address=EMAIL,
            channel=Channel.EMAIL,
            state=ConsentState.WITHDRAWN,
            at=at(3),
            evidence=record_id,
        )
        with flow.store.session() as session:
            session.add_consents([entry])
        gone(flow, lead_id, at)
        assert record_id not in text_of(flow)

    def test_a_stay_that_the_other_lead_took_over_says_nothing_of_them(self, parted_stays, at):
        flow, own, other = parted_stays
        assert "met 佐藤 of KK" in text_of(flow)
        flow.forget(own, reason="request", actor="privacy office", now=at(6))
        assert "met 佐藤 of KK" not in text_of(flow)
        with flow.store.snapshot() as reader:
            stays = reader.histories([other])[other].intervals
        assert [stay.stage for stay in stays] == ["Lead", "SQL"]
        assert not rebuild(flow).changed

    def test_a_stay_of_the_other_lead_is_kept_when_it_was_the_other_s(self, parted_stays, at):
        flow, own, other = parted_stays
        flow.adopt(other, "Won", actor="crm", reason="ordered 3 pumps", now=at(6))
        flow.forget(own, reason="request", actor="privacy office", now=at(7))
        assert "ordered 3 pumps" in text_of(flow)
        assert not rebuild(flow).changed

    @pytest.fixture
    def parted_stays(self, taken_in, at):
        """A flow, a lead that was far when it was merged by mistake, and the lead that stays and took over how far."""
        flow, _, imported = taken_in
        kept, taken = imported.batch.ids[1:3]
        judged = {"actor": "boss", "reason": "asked person 3"}
        with flow.store.snapshot() as reader:
            far = reader.lead_of([taken])[taken]
        flow.adopt(far, "SQL", actor="crm", reason="met 佐藤 of KK", now=at(3))
        merged, _ = flow.decide(kept, taken, verdict=VerdictKind.SAME, now=at(4), **judged)
        return flow, flow.unmerge(merged, taken, now=at(5), **judged), merged


class TestAfterwards:
    def test_nothing_is_decided_about_a_person_who_was_erased(self, taken_in, at):
        flow, lead_id, imported = taken_in
        flow.capture({"form": "contact", "email": EMAIL}, now=at(2))
        gone(flow, lead_id, at)
        with flow.store.snapshot() as reader:
            first, second = reader.records([lead_id])[0].ids
        before = text_of(flow)
        how = {"actor": "boss", "reason": "met them", "now": at(4)}
        someone = imported.batch.ids[4]
        for decide in (
            lambda: flow.decide(first, someone, verdict=VerdictKind.SAME, **how),
            lambda: flow.decide(first, someone, verdict=VerdictKind.DISTINCT, **how),
            lambda: flow.unmerge(lead_id, second, **how),
            lambda: flow.advance(lead_id, "Won", **how),
            lambda: flow.adopt(lead_id, "Won", **how),
        ):
            with pytest.raises(StateError, match="was erased, so nothing is decided"):
                decide()
        assert text_of(flow) == before

    def test_somebody_who_is_let_in_again_and_erased_again_leaves_as_many_rows(self, taken_in, at, log):
        """The very same row comes back each time, with the same activity and the same consents."""
        flow, _, _ = taken_in
        told = log((EMAIL, "page_viewed", at(1, 10)))
        row = {
            "氏名": "佐藤 太郎",
            "会社名": "㈱東海工業",
            "メール": EMAIL,
            "役職": "部長",
            "メルマガ": "はい",
        }
        imported = lf.read_leads([row], source="card", observed_at=at(1))
        leads = []
        for day in (4, 6, 8):
            held = flow.ingest(imported, now=at(day)).withheld
            flow.ingest(imported, now=at(day), activities=told, readmit=held)
            (record_id,) = imported.batch.ids
            with flow.store.snapshot() as reader:
                leads.append(reader.lead_of([record_id])[record_id])
                assert reader.states(leads[-1:]).stages.to_list() == ["MQL"]
                before = reader.counts()
            assert not rebuild(flow).changed
            flow.forget(leads[-1], reason="request", actor="privacy office", now=at(day + 1))
            with flow.store.snapshot() as reader:
                after = reader.counts()
            same = ("records", "leads", "activities", "consents", "states", "stages")
            assert [before[name] for name in same] == [after[name] for name in same]
            assert EMAIL not in text_of(flow)
        assert len(set(leads)) == 3


def test_who_acted_and_what_was_won_still_add_up(make_store, make_flow, at):
    """The calls of a salesperson and last quarter's won amount are as they were; what else was noted is gone."""
    with make_store() as store:
        flow = make_flow(store)
        lead_id = flow.capture({"form": "fair", "email": "taro@example.jp"}, now=at(1)).lead_id
        told = {"by": "sato", "note": "taro called back"}
        log = ActivityLog.of(
            [
                Activity(lead_id="taro@example.jp", kind="call", at=at(2), key="k1", attributes=told),
                Activity(
                    lead_id="taro@example.jp",
                    kind="won",
                    at=at(3),
                    key="k2",
                    attributes={"amount": 3_000_000},
                ),
                Activity(
                    lead_id="taro@example.jp",
                    kind="won",
                    at=at(4),
                    key="k3",
                    attributes={"amount": "tell taro"},
                ),
            ]
        )
        flow.ingest(activities=log, now=at(5))
        flow.forget(lead_id, reason="request", actor="privacy", now=at(6))
        with store.snapshot() as reader:
            left = [dict(one.attributes) for one in reader.activities() if one.kind in {"call", "won"}]
        assert [{"by": "sato"}, {"amount": 3_000_000}, {}] == left
