"""Undoing a wrong merge is exact, honoured for ever, and loses no id."""

import pytest

import leadflow as lf
from leadflow.engine import rebuild
from leadflow.errors import NotFoundError, StateError
from leadflow.records import Verdict
from leadflow.records.verdicts import VerdictKind

ADDRESSES = ("person1@company1.example.co.jp", "second@company1.example.co.jp")


def golden(flow, lead_id):
    with flow.store.snapshot() as reader:
        (row,) = reader.leads([lead_id]).to_dicts()
        return {name: value for name, value in row.items() if value is not None}


def record_ids(flow, lead_id):
    with flow.store.snapshot() as reader:
        return reader.records([lead_id])[0].ids


@pytest.fixture
def rows(person):
    """Two rows that look like one person."""
    return (
        person(1, TEL="03-1234-5678", 役職="課長"),
        person(1, TEL="03-1234-5678", 役職="部長", メール=ADDRESSES[1]),
    )


@pytest.fixture
def others(person):
    return [person(i) for i in range(10, 20)]


@pytest.fixture
def merged(flow, read, rows, others, log, at):
    """The two rows taken in as one lead, with an activity of each address."""
    seen = log((ADDRESSES[0], "page_viewed", at(1, 10)), (ADDRESSES[1], "appointment", at(1, 11)))
    flow.ingest(read(rows[0], *others, source="one", day=1), now=at(2), activities=seen)
    flow.ingest(read(rows[1], source="two", day=1), now=at(3))
    with flow.store.snapshot() as reader:
        records, lead_ids = reader.records()
        sizes = {lead_id: lead_ids.count(lead_id) for lead_id in lead_ids}
        (lead_id,) = [name for name, size in sizes.items() if size == 2]
        second = records.ids[-1]
    return lead_id, second


class TestUnmerge:
    def test_both_leads_are_what_they_would_have_been(
        self, make_flow, flow, merged, read, rows, others, at, check_consistent
    ):
        lead_id, second = merged
        with lf.open_store("memory://") as store:
            alone = make_flow(store)
            alone.ingest(read(rows[0], *others, source="one", day=1), now=at(2))
            first_alone = golden(alone, lead_id)
        with lf.open_store("memory://") as store:
            alone = make_flow(store)
            alone.ingest(read(rows[1], source="two", day=1), now=at(3))
            with store.snapshot() as reader:
                (second_alone,) = reader.leads().to_dicts()
        own = flow.unmerge(lead_id, second, actor="boss", reason="father and son", now=at(4))
        assert first_alone == golden(flow, lead_id)
        assert {name: value for name, value in second_alone.items() if value is not None} == golden(flow, own)
        check_consistent(flow.store, flow.funnel)

    def test_activities_go_back_to_whose_they_were(self, flow, merged, at):
        lead_id, second = merged
        own = flow.unmerge(lead_id, second, actor="boss", reason="father and son", now=at(4))
        with flow.store.snapshot() as reader:
            kinds = [[one.kind for one in reader.activities([name])] for name in (lead_id, own)]
        assert kinds == [["page_viewed"], ["appointment"]]

    def test_the_next_runs_keep_them_apart(self, flow, merged, read, person, at, check_consistent):
        lead_id, second = merged
        own = flow.unmerge(lead_id, second, actor="boss", reason="father and son", now=at(4))
        for day in (5, 6):
            assert (
                flow.ingest(read(person(40 + day), source=f"{day}", day=day), now=at(day)).merged_leads == 0
            )
        with flow.store.snapshot() as reader:
            assert reader.lead_of([second])[second] == own
        check_consistent(flow.store, flow.funnel)

    def test_the_journal_says_who_when_and_why(self, flow, merged, at):
        lead_id, second = merged
        own = flow.unmerge(lead_id, second, actor="boss", reason="father and son", now=at(4))
        (event,) = [one for one in flow.why(lead_id).events if one.kind.value == "unlinked"]
        assert (event.actor, event.at, event.reason) == ("boss", at(4), "father and son")
        assert event.detail == {"record_id": second, "to": own}

    def test_the_story_of_the_new_lead_begins_with_where_its_records_came_from(self, flow, merged, at):
        lead_id, second = merged
        own = flow.unmerge(lead_id, second, actor="boss", reason="father and son", now=at(4))
        (event,) = [one for one in flow.why(own).events if one.kind.value == "linked"]
        assert (event.actor, event.at, event.reason) == ("boss", at(4), "father and son")
        assert event.detail == {"record_id": second, "from": lead_id}

    def test_the_record_that_gave_the_lead_its_id_can_go_too(self, flow, merged, at, check_consistent):
        lead_id, second = merged
        first = next(one for one in record_ids(flow, lead_id) if one != second)
        own = flow.unmerge(lead_id, first, actor="boss", reason="father and son", now=at(4))
        assert own != lead_id
        assert (record_ids(flow, lead_id), record_ids(flow, own)) == ((second,), (first,))
        check_consistent(flow.store, flow.funnel)

    def test_a_former_id_gets_its_lead_back(self, flow, read, rows, person, log, at, check_consistent):
        flow.ingest(read(person(1), source="one", day=1), now=at(1))
        flow.ingest(read(person(2), source="two", day=1), now=at(2))
        with flow.store.snapshot() as reader:
            records, (kept, former) = reader.records()
        before = golden(flow, kept), golden(flow, former)
        flow.ingest(now=at(2), activities=log((former, "page_viewed", at(2))))
        with flow.store.session() as session:
            session.put_verdicts(
                [Verdict(first=records.ids[0], second=records.ids[1], kind=VerdictKind.SAME, at=at(2))]
            )
        flow.ingest(read(person(60), source="three", day=3), now=at(3))
        assert flow.why(former).lead.id == kept
        own = flow.unmerge(former, records.ids[1], actor="boss", reason="no", now=at(4))
        assert own == former
        assert flow.why(former).lead.id == former
        assert before == (golden(flow, kept), golden(flow, former))
        with flow.store.snapshot() as reader:
            assert len(reader.activities([former])) == 1
        check_consistent(flow.store, flow.funnel)

    def test_a_lead_never_gets_the_id_of_a_living_one(self, flow, merged, read, rows, at, check_consistent):
        lead_id, second = merged
        first = next(one for one in record_ids(flow, lead_id) if one != second)
        apart = flow.unmerge(lead_id, first, actor="boss", reason="no", now=at(4))
        more = read({**rows[0], "部署": "製造部"}, source="three", day=5)
        with flow.store.session() as session:
            session.put_verdicts(
                [Verdict(first=first, second=more.batch.ids[0], kind=VerdictKind.SAME, at=at(5))]
            )
        flow.ingest(more, now=at(5))
        assert set(record_ids(flow, apart)) > {first}
        third = flow.unmerge(apart, first, actor="boss", reason="no", now=at(6))
        assert third not in {lead_id, apart}
        assert record_ids(flow, third) == (first,)
        check_consistent(flow.store, flow.funnel)

    def test_the_only_record_cannot_go(self, flow, read, person, at, dump):
        flow.ingest(read(person(1)), now=at(1))
        with flow.store.snapshot() as reader:
            (lead_id,), (record_id,) = reader.leads().ids, reader.records()[0].ids
        before = dump(flow.store)
        with pytest.raises(StateError, match="only one"):
            flow.unmerge(lead_id, record_id, actor="boss", reason="no", now=at(2))
        assert before == dump(flow.store)

    def test_what_is_not_there_is_not_found(self, flow, merged, at):
        with pytest.raises(NotFoundError):
            flow.unmerge("nobody", merged[1], actor="boss", reason="no", now=at(4))
        with pytest.raises(NotFoundError, match=r"flow\.why"):
            flow.unmerge(merged[0], "nothing", actor="boss", reason="no", now=at(4))


class TestSeveral:
    def test_records_that_go_together_stay_one_lead_under_their_former_id(
        self, flow, read, others, person, at, check_consistent
    ):
        flow.ingest(read(person(1), source="one", day=1), now=at(1))
        flow.ingest(read(person(2), source="two", day=1), now=at(2))
        flow.ingest(read(person(2, 部署="製造部"), *others, source="three", day=2), now=at(3))
        with flow.store.snapshot() as reader:
            records, (kept, former, again, *_) = reader.records()
        assert former == again
        before = golden(flow, kept), golden(flow, former)
        flow.decide(
            records.ids[0], records.ids[1], verdict=VerdictKind.SAME, actor="x", reason="wrong", now=at(4)
        )
        assert flow.unmerge(kept, *records.ids[1:3], actor="boss", reason="no", now=at(6)) == former
        assert (golden(flow, kept), golden(flow, former)) == before
        with flow.store.snapshot() as reader:
            assert len(reader.verdicts()) == 2
        check_consistent(flow.store, flow.funnel)

    def test_not_all_records_can_go(self, flow, merged, at):
        lead_id, _ = merged
        with pytest.raises(StateError, match="all records"):
            flow.unmerge(lead_id, *record_ids(flow, lead_id), actor="boss", reason="no", now=at(4))

    def test_a_record_must_be_named(self, flow, merged, at):
        with pytest.raises(lf.InputError, match="No record"):
            flow.unmerge(merged[0], actor="boss", reason="no", now=at(4))


class TestOthers:
    def test_an_activity_of_a_third_lead_stays_there_though_they_share_its_address(
        self, make_store, make_flow, person, read, log, at, dump
    ):
        """A shared mailbox stands for the lead that had it first; undoing a merge of others does not change that."""
        shared = {"メール": "info@company.example.co.jp"}
        rows = [person(number, **shared) for number in (1, 2)]
        with make_store() as store:
            flow = make_flow(store)
            seen = log((shared["メール"], "page_viewed", at(1, 10)))
            flow.ingest(read(rows[0], person(12), person(13), source="one"), now=at(2), activities=seen)
            flow.ingest(read(rows[1], source="two"), now=at(3))
            with store.snapshot() as reader:
                records, lead_ids = reader.records()
                (first,) = set(reader.activities().lead_ids.to_list())
            second, third = records.ids[-1], records.ids[1]
            assert (lead_ids[0], lead_ids[-1] == first) == (first, False)
            how = {"actor": "boss", "reason": "asked them"}
            kept, _ = flow.decide(third, second, verdict=VerdictKind.SAME, now=at(4), **how)
            flow.unmerge(kept, second, now=at(5), **how)
            with store.snapshot() as reader:
                assert reader.activities().lead_ids.to_list() == [first]
            assert not rebuild(flow).changed
