"""Whether a lead may be contacted, by all that is known of everybody who was merged into it."""

import datetime as dt

import pytest

from leadflow.errors import NotFoundError, StateError
from leadflow.merging import ConsentLedger
from leadflow.records import Basis, Channel, Consent, ConsentState, EventKind, Lead, VerdictKind


def say(flow, state, address, at, **more):
    entry = Consent(address=address, channel=Channel.EMAIL, state=state, at=at, **more)
    with flow.store.session() as session:
        session.add_consents([entry])


@pytest.fixture
def two(flow, at):
    """Two leads with an address each, to both of which mail may go."""
    leads = [
        flow.capture({"form": "fair", "email": f"{name}@a.example.jp"}, now=at(1)) for name in ("old", "new")
    ]
    for name in ("old", "new"):
        say(flow, ConsentState.GIVEN, f"{name}@a.example.jp", at(1), basis=Basis.BUSINESS_CARD)
    return leads


def merged(flow, two, at):
    records = [decision.record_id for decision in two]
    return flow.decide(*records, verdict=VerdictKind.SAME, actor="boss", reason="one person", now=at)[0]


@pytest.mark.parametrize("withdrawn", ["old", "new"])
@pytest.mark.parametrize("first", ["merge", "withdrawal"])
def test_what_one_of_the_merged_withdrew_is_forbidden_for_both_until_they_are_taken_apart(
    flow, two, at, withdrawn, first
):
    if first == "merge":
        merged(flow, two, at(3))
    say(flow, ConsentState.WITHDRAWN, f"{withdrawn}@a.example.jp", at(2))
    lead_id = two[0].lead_id if first == "merge" else merged(flow, two, at(3))
    for name in (lead_id, *(decision.lead_id for decision in two)):  # a former id stands for the lead
        answer = flow.may_contact(name, Channel.EMAIL, "newsletter", now=at(4))
        assert (answer.allowed, answer.reason) == (False, "withdrawn on 2026-09-02")
        assert answer.reason_ja == "2026-09-02に撤回されています"
    other = next(decision for decision in two if decision.lead_id != lead_id)
    flow.unmerge(lead_id, other.record_id, actor="boss", reason="no", now=at(5))
    allowed = [bool(flow.may_contact(decision.lead_id, Channel.EMAIL, now=at(6))) for decision in two]
    assert allowed == [withdrawn != "old", withdrawn != "new"]


def test_a_withdrawal_of_an_erased_person_holds_for_who_shares_the_address(flow, two, at):
    say(flow, ConsentState.WITHDRAWN, "old@a.example.jp", at(2))
    flow.forget(two[0].lead_id, reason="request", actor="privacy", now=at(3))
    again = flow.capture({"form": "web", "email": "old@a.example.jp"}, now=at(4))
    say(flow, ConsentState.GIVEN, "old@a.example.jp", at(4), basis=Basis.OPT_IN, source="list")
    assert not flow.may_contact(again.lead_id, Channel.EMAIL, now=at(5))


def test_an_unknown_lead_is_refused(flow, at):
    with pytest.raises(NotFoundError):
        flow.may_contact("nobody", Channel.EMAIL, now=at(1))


class TestNoting:
    def test_a_consent_is_for_the_address_of_today_and_a_withdrawal_for_every_one(self, flow, at):
        old = flow.capture({"form": "fair", "email": "taro@old.example.jp"}, now=at(1))
        new = flow.capture({"form": "web", "email": "taro@new.example.jp"}, now=at(2))
        lead_id, _ = flow.decide(
            old.record_id,
            new.record_id,
            verdict=VerdictKind.SAME,
            actor="sato",
            reason="one person",
            now=at(3),
        )
        given = flow.note_consent(
            lead_id, Channel.EMAIL, ConsentState.GIVEN, now=at(4), basis=Basis.OPT_IN, act="box 'mail me'"
        )
        assert ["taro@new.example.jp"] == [entry.address for entry in given]
        assert flow.may_contact(lead_id, Channel.EMAIL, now=at(5))
        gone = flow.note_consent(old.lead_id, Channel.EMAIL, ConsentState.WITHDRAWN, now=at(6))
        assert ["taro@new.example.jp", "taro@old.example.jp"] == [entry.address for entry in gone]
        assert not flow.may_contact(lead_id, Channel.EMAIL, now=at(7))

    def test_the_story_tells_it_without_the_address(self, flow, at):
        lead_id = flow.capture({"form": "fair", "email": "taro@example.jp"}, now=at(1)).lead_id
        flow.note_consent(lead_id, Channel.EMAIL, ConsentState.WITHDRAWN, now=at(2), act="unsubscribe link")
        event = flow.why(lead_id).events[-1]
        assert (EventKind.CONSENT_WITHDRAWN, "self", "unsubscribe link") == (
            event.kind,
            event.actor,
            event.reason,
        )
        assert {"channel": "email", "purpose": "*"} == dict(event.detail)

    @pytest.mark.parametrize("many", [False, True])
    def test_a_box_that_was_ticked_is_told_too(self, flow, read, at, many):
        if many:
            flow.ingest(read({"メール": "taro@example.jp", "メルマガ希望": "はい"}, day=1), now=at(2))
        else:
            flow.capture({"form": "fair", "email": "taro@example.jp", "opt_in": "はい"}, now=at(2))
        with flow.store.snapshot() as reader:
            (event,) = reader.journal(kinds=[EventKind.CONSENT_GIVEN])
        assert {"channel": "email", "purpose": "*", "basis": "opt_in"} == dict(event.detail)

    @pytest.mark.parametrize("phones", [{}, {"phone": "03-1234-5678", "mobile": "090-1234-5678"}])
    def test_what_the_ledger_holds_is_not_told_again(self, flow, at, phones):
        """A request that is sent twice, or one box about two numbers, is one word of the person."""
        lead_id = flow.capture({"form": "fair", "email": "taro@example.jp", **phones}, now=at(1)).lead_id
        channel = Channel.PHONE if phones else Channel.EMAIL
        for _ in range(2):
            flow.note_consent(lead_id, channel, ConsentState.WITHDRAWN, now=at(2))
        with flow.store.snapshot() as reader:
            assert 1 == len(list(reader.journal(kinds=[EventKind.CONSENT_WITHDRAWN])))
            assert max(1, len(phones)) == len(reader.consents())

    @pytest.mark.parametrize("many", [False, True])
    def test_a_box_about_two_numbers_is_one_word(self, flow, read, at, many):
        if many:
            cells = {"電話番号": "03-1234-5678", "携帯電話": "090-1234-5678", "電話拒否": "はい"}
            flow.ingest(read({"メール": "taro@example.jp", **cells}, day=1), now=at(2))
        else:
            cells = {"phone": "03-1234-5678", "mobile": "090-1234-5678", "opt_out_phone": "はい"}
            flow.capture({"form": "fair", "email": "taro@example.jp", **cells}, now=at(2))
        with flow.store.snapshot() as reader:
            assert 2 == len(reader.consents())
            assert 1 == len(list(reader.journal(kinds=[EventKind.CONSENT_WITHDRAWN])))

    def test_nothing_is_written_for_who_cannot_be_reached_that_way(self, flow, at):
        lead_id = flow.capture({"form": "fair", "email": "taro@example.jp"}, now=at(1)).lead_id
        with pytest.raises(StateError, match="no address for phone"):
            flow.note_consent(lead_id, Channel.PHONE, ConsentState.WITHDRAWN, now=at(2))
        with pytest.raises(NotFoundError):
            flow.note_consent("nobody", Channel.EMAIL, ConsentState.WITHDRAWN, now=at(2))
        with flow.store.snapshot() as reader:
            assert () == reader.consents()


def test_days_are_told_in_the_zone_of_who_asks():
    tokyo = dt.timezone(dt.timedelta(hours=9))
    said = dt.datetime(2026, 5, 8, 8, tzinfo=tokyo).astimezone(dt.UTC)
    stop = Consent(address="a@b.example", channel=Channel.EMAIL, state=ConsentState.WITHDRAWN, at=said)
    answer = ConsentLedger.of([stop]).may_contact(
        Lead(email="a@b.example"), Channel.EMAIL, now=dt.datetime(2026, 5, 9, tzinfo=tokyo)
    )
    assert "withdrawn on 2026-05-08" == answer.reason
