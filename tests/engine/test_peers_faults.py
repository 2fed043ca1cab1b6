"""What other systems get wrong when leads turn out to be one, and what happens through the whole flow instead."""

import pytest

from leadflow.merging import ConsentLedger
from leadflow.records import Channel, VerdictKind

MAIL = "person{0}@company{0}.example.co.jp".format


@pytest.fixture
def known(flow, read, person, at):
    """A store that knows twenty people."""
    flow.ingest(read(*(person(number) for number in range(20, 40)), source="known"), now=at(1))
    return flow


def ids(flow, imported):
    with flow.store.snapshot() as reader:
        lead_of = reader.lead_of(imported.batch.ids)
    return [lead_of[record_id] for record_id in imported.batch.ids]


def standing(flow, lead_id):
    with flow.store.snapshot() as reader:
        states = reader.states([lead_id])
    return states.total.tolist(), states.stages.to_list(), states.owners.to_list()


def same(flow, *imports, at):
    records = [imported.batch.ids[0] for imported in imports]
    return flow.decide(*records, verdict=VerdictKind.SAME, actor="boss", reason="one person", now=at)[0]


def test_points_are_counted_anew_from_what_both_did_and_not_added_up(known, read, person, log, at):
    first, second = read(person(1), source="a"), read(person(2), source="b")
    clicks = log((MAIL(1), "page_viewed", at(2)), (MAIL(2), "page_viewed", at(2, 10)))
    known.ingest(first, second, now=at(3), activities=clicks)
    ((one,), *_), ((other,), *_) = (
        standing(known, lead_id) for lead_id in ids(known, first) + ids(known, second)
    )
    kept = same(known, first, second, at=at(3))
    with known.store.snapshot() as reader:
        assert len(reader.activities([kept])) == 2
    assert standing(known, kept)[0] == [pytest.approx(one + other)]
    known.ingest(now=at(3), activities=clicks)
    assert standing(known, kept)[0] == [pytest.approx(one + other)]


def test_an_unsubscribed_duplicate_does_not_make_the_survivor_mailable(known, read, person, at):
    kept = read(person(1, 役職="部長"), source="a")
    stopped = read(person(1, 部署="製造部", メール配信停止="1"), source="b", day=2)
    known.ingest(kept, stopped, now=at(3))
    (lead_id, again) = ids(known, kept) + ids(known, stopped)
    assert lead_id == again
    with known.store.snapshot() as reader:
        ledger, lead = ConsentLedger.of(reader.consents()), reader.leads([lead_id]).lead(0)
    assert not ledger.may_contact(lead, Channel.EMAIL, now=at(4)).allowed


def test_a_merge_never_takes_a_lead_back_to_an_earlier_stage_or_to_another_owner(
    known, read, person, log, at
):
    far, fresh = read(person(1, 役職="部長"), source="a"), read(person(2), source="b", day=2)
    known.ingest(far, now=at(2), activities=log((MAIL(1), "appointment", at(1, 10))))
    known.ingest(fresh, now=at(3))
    before = standing(known, ids(known, far)[0])
    assert before[1] == ["SQL"]
    kept = same(known, fresh, far, at=at(4))
    assert standing(known, kept)[1:] == before[1:]


def test_a_form_joins_the_lead_that_it_is_about(known, read, person, at):
    listed = read(person(1), source="a")
    known.ingest(listed, now=at(2))
    row = person(1)
    sent = {"form": "web", "email": row["メール"], "full_name": row["氏名"], "company": row["会社名"]}
    decision = known.capture(sent, now=at(3))
    assert (decision.is_new, decision.lead_id) == (False, ids(known, listed)[0])


def test_namesakes_at_two_companies_stay_two_people(known, read, person, at):
    namesakes = read(person(1), person(2, 氏名=person(1)["氏名"]), source="a")
    known.ingest(namesakes, now=at(2))
    assert len(set(ids(known, namesakes))) == 2


def test_two_people_who_share_a_switchboard_stay_two_people(known, read, person, at):
    company = person(1)["会社名"]
    colleagues = read(
        person(1, TEL="03-1234-5678"), person(2, 会社名=company, TEL="03-1234-5678"), source="a"
    )
    known.ingest(colleagues, now=at(2))
    assert len(set(ids(known, colleagues))) == 2


def test_the_id_of_a_merged_lead_is_found_for_ever_and_its_journal_with_it(known, read, person, at):
    first, second = read(person(1), source="a"), read(person(2), source="b")
    known.ingest(first, second, now=at(2))
    (old,) = set(ids(known, first) + ids(known, second)) - {same(known, first, second, at=at(3))}
    story = known.why(old)
    assert old in story.former_ids
    assert [event.kind.value for event in story.events if event.lead_id == old][:1] == ["captured"]


def test_no_source_row_is_deleted_and_the_merge_can_be_undone(known, read, person, at):
    first, second = read(person(1), source="a"), read(person(2), source="b")
    known.ingest(first, second, now=at(2))
    kept = same(known, first, second, at=at(3))
    with known.store.snapshot() as reader:
        records, _ = reader.records([kept], raw=True)
    assert set(records.ids) == {*first.batch.ids, *second.batch.ids}
    assert records.raw
    known.unmerge(kept, second.batch.ids[0], actor="boss", reason="no", now=at(4))
    assert len(set(ids(known, first) + ids(known, second))) == 2
