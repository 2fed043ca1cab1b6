"""A person's verdict on records takes effect at once and holds for ever."""

import pytest

from leadflow.errors import InputError, NotFoundError, StateError
from leadflow.records import AssignmentState, EventKind, VerdictKind

SAME, DISTINCT = VerdictKind.SAME, VerdictKind.DISTINCT


@pytest.fixture
def two(flow, read, person, at, log):
    """Two leads of different people, each handed over or seen, and their record and lead ids."""
    flow.ingest(read(person(1, 役職="部長"), source="one"), now=at(1))
    flow.ingest(
        read(person(2), source="two"),
        now=at(2),
        activities=log(("person2@company2.example.co.jp", "page_viewed", at(1))),
    )
    with flow.store.snapshot() as reader:
        records, lead_ids = reader.records()
        return records.ids, lead_ids


def leads_of(flow):
    with flow.store.snapshot() as reader:
        return {lead["id"]: lead for lead in reader.leads().to_dicts()}


def judged(flow, records, verdict, at, day=3):
    return flow.decide(*records, verdict=verdict, actor="sato", reason="met them", now=at(day))


class TestSame:
    def test_the_records_are_one_lead_at_once(self, flow, two, at, check_consistent):
        records, (first, second) = two
        assert judged(flow, records, SAME, at) == (first, first)
        with flow.store.snapshot() as reader:
            assert reader.resolve([second]) == (first,)
            assert reader.leads().ids == (first,)
            assert len(reader.activities([first])) == 1
        check_consistent(flow.store, flow.funnel)

    def test_the_journal_says_who_when_and_why(self, flow, two, at):
        records, (first, _) = two
        judged(flow, records, SAME, at)
        (event,) = [one for one in flow.why(first).events if one.kind is EventKind.VERDICT]
        assert (event.actor, event.at, event.reason) == ("sato", at(3), "met them")
        assert event.detail == {"record_ids": list(records), "verdict": "same"}

    def test_later_runs_do_not_part_them(self, flow, two, read, person, at):
        records, (first, _) = two
        judged(flow, records, SAME, at)
        flow.ingest(read(person(50), source="later", day=4), now=at(4))
        with flow.store.snapshot() as reader:
            assert set(reader.lead_of(records).values()) == {first}

    def test_a_hand_over_ends_where_the_other_lead_is_done_with(
        self, flow, read, person, at, log, check_consistent
    ):
        flow.ingest(
            read(person(1, 役職="部長"), source="one"),
            now=at(1),
            activities=log(
                ("person1@company1.example.co.jp", "appointment", at(1)),
                ("person1@company1.example.co.jp", "won", at(1)),
            ),
        )
        flow.ingest(read(person(2, 役職="部長"), source="two"), now=at(2))
        with flow.store.snapshot() as reader:
            records = reader.records()[0].ids
            (offer,) = reader.assignments(states={AssignmentState.OFFERED})
        (kept, _) = judged(flow, records, SAME, at)
        with flow.store.snapshot() as reader:
            (after,) = [one for one in reader.assignments() if one.id == offer.id]
            (closing,) = reader.journal(kinds=[EventKind.CLOSED])
            assert (after.lead_id, after.state, after.closed_at) == (kept, AssignmentState.CLOSED, at(3))
            assert (closing.lead_id, closing.detail["outcome"]) == (kept, "Won")
        check_consistent(flow.store, flow.funnel)

    def test_undoing_it_gives_both_leads_back_also_after_later_edits(
        self, flow, two, read, person, at, check_consistent
    ):
        records, (first, second) = two
        before = leads_of(flow)
        judged(flow, records, SAME, at)
        flow.ingest(read(person(1, 役職="部長", 部署="製造部"), source="three", day=4), now=at(4))
        assert flow.unmerge(first, records[1], actor="boss", reason="no", now=at(5)) == second
        after = leads_of(flow)
        assert after[second] == {**before[second], "department": None}
        assert after[first] == {**before[first], "department": "製造部"}
        check_consistent(flow.store, flow.funnel)

    def test_it_is_refused_where_a_person_held_other_records_apart(self, flow, two, read, person, at, dump):
        records, (first, _) = two
        more = read(person(1, 役職="部長", 部署="製造部"), source="three", day=3)
        flow.ingest(more, now=at(3))
        judged(flow, (more.batch.ids[0], records[1]), DISTINCT, at)
        before = dump(flow.store)
        with pytest.raises(StateError, match="held records of these leads apart"):
            judged(flow, records, SAME, at, day=4)
        assert before == dump(flow.store)
        assert set(judged(flow, (*records, more.batch.ids[0]), SAME, at, day=5)) == {first}


class TestDistinct:
    def test_pairs_to_review_are_settled(self, flow, read, person, at):
        rows = [person(n, TEL="03-1234-5678") for n in range(1, 30)]
        flow.ingest(
            read(*rows, person(1, メール="x@company1.example.co.jp", 氏名="佐藤 太朗"), source="a"), now=at(1)
        )
        pairs = flow.review()
        for pair in pairs:
            judged(flow, (pair.first, pair.second), DISTINCT, at)
        assert flow.review() == ()
        with flow.store.snapshot() as reader:
            assert {one.kind for one in reader.verdicts()} <= {DISTINCT}

    def test_no_later_run_merges_them(self, flow, two, read, person, at):
        records, leads = two
        assert judged(flow, records, DISTINCT, at) == leads
        bridge = read(person(1, 役職="部長"), person(2), source="again", day=4)
        flow.ingest(bridge, now=at(4))
        with flow.store.snapshot() as reader:
            assert tuple(reader.lead_of(records)[one] for one in records) == leads

    def test_who_is_one_lead_already_is_unmerged_instead(self, flow, two, at):
        records, _ = two
        judged(flow, records, SAME, at)
        with pytest.raises(StateError, match=r"flow\.unmerge"):
            judged(flow, records, DISTINCT, at, day=4)


class TestRefusals:
    def test_a_verdict_needs_two_known_records(self, flow, two, at):
        records, _ = two
        with pytest.raises(InputError, match="at least two"):
            judged(flow, records[:1], SAME, at)
        with pytest.raises(NotFoundError, match=r"flow\.review"):
            judged(flow, (records[0], "nothing"), SAME, at)
