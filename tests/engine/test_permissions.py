"""Whether a lead may be contacted, by all that is known of everybody who was merged into it."""

import pytest

from leadflow.errors import NotFoundError
from leadflow.records import Basis, Channel, Consent, ConsentState, VerdictKind


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
