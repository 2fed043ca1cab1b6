"""What other systems lose or corrupt when they merge, and what must happen instead."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.adapters.stores import open_store
from leadflow.funnel import Funnel
from leadflow.merging import MergeStrategy, merge, prefer
from leadflow.records import (
    Activity,
    ActivityLog,
    Event,
    EventKind,
    LeadBatch,
    SourceRecord,
    StageHistory,
    StageInterval,
)


def day(number):
    return dt.datetime(2026, 4, number, tzinfo=dt.UTC)


def record(record_id, number=1, source="CRM", cleared=(), **values):
    return SourceRecord(
        id=record_id, source=source, observed_at=day(number), values=values, cleared=frozenset(cleared)
    )


@pytest.fixture(params=["memory://", "sqlite://"])
def session(request):
    with open_store(request.param) as store, store.session() as opened:
        yield opened


def derive(session, strategy=None):
    batch, lead_ids = session.records()
    session.put_leads(merge(batch, lead_ids, strategy or MergeStrategy.standard()))


class TestMerging:
    def test_a_one_time_action_that_both_duplicates_did_counts_once(self, session):
        click = Activity(lead_id="L1", kind="webinar", at=day(1), key="webinar-7:taro")
        same = Activity(lead_id="L2", kind="webinar", at=day(1), key="webinar-7:taro")
        other = Activity(lead_id="L2", kind="call", at=day(2))
        session.add_activities(ActivityLog.of([click, same, other]))
        session.relabel_activities({"L2": "L1"})
        assert session.activities(["L1"]).kinds.to_list() == ["webinar", "call"]

    def test_an_anonymous_session_cannot_destroy_a_known_id(self, session):
        session.add_records(
            LeadBatch.from_records([record("r1", 1, email="a@example.jp"), record("r2", 9)]), ["L1", "L2"]
        )
        session.link(["r2"], ["L1"])
        session.redirect(["L2"], ["L1"])
        derive(session)
        assert session.leads().ids == ("L1",)
        assert session.leads().lead(0).email == "a@example.jp"
        assert session.resolve(["L1", "L2"]) == ("L1", "L1")

    def test_ids_of_merged_leads_resolve_for_ever_through_further_merges(self, session):
        for old, new in [("L1", "L2"), ("L2", "L3"), ("L3", "L4")]:
            session.redirect([old], [new])
        assert session.resolve(["L1", "L2", "L3"]) == ("L4", "L4", "L4")

    def test_the_history_of_the_merged_lead_stays_readable_under_its_id(self, session):
        session.append([Event(kind=EventKind.CAPTURED, lead_id="L2", at=day(1))])
        session.redirect(["L2"], ["L1"])
        told = [event.kind for one in ("L1", *session.merged_into("L1")) for event in session.journal(one)]
        assert told == [EventKind.CAPTURED]

    def test_the_stage_never_falls_back_to_the_lowest(self):
        funnel = Funnel.standard()
        far = StageHistory(
            lead_id="L1",
            intervals=(
                StageInterval(stage="Lead", entered_at=day(1), left_at=day(2)),
                StageInterval(stage="MQL", entered_at=day(2)),
            ),
        )
        fresh = StageHistory(lead_id="L2", intervals=(StageInterval(stage="Lead", entered_at=day(5)),))
        for order in ([far, fresh], [fresh, far]):
            assert funnel.merge(order, lead_id="L1").current == "MQL"

    def test_the_company_is_not_dropped_with_its_text_still_showing(self):
        golden = MergeStrategy.standard().merge(
            [
                record("r1", 1, company="日立製作所", corporate_number="7010001008844"),
                record("r2", 5, company="日立製作所", title="部長"),
            ]
        )
        assert (golden.lead.company, golden.lead.corporate_number) == ("日立製作所", "7010001008844")

    def test_custom_columns_survive(self):
        golden = MergeStrategy().merge([record("r1", 1, 展示会名="春"), record("r2", 2, 担当メモ="済")])
        assert golden.lead.custom == {"展示会名": "春", "担当メモ": "済"}

    def test_no_row_is_ever_deleted_by_an_import_that_merges(self, session):
        rows = [record(f"r{n}", n, email="a@example.jp", title=f"役職{n}") for n in range(1, 6)]
        session.add_records(LeadBatch.from_records(rows), ["L1"] * 5)
        derive(session)
        assert len(session.records(["L1"])[0]) == 5

    def test_more_than_250_merges_into_one_lead_are_no_limit(self):
        rows = [record(f"r{n:03}", 1 + n % 28, title=f"役職{n}") for n in range(400)]
        assert len(MergeStrategy().merge(rows).record_ids) == 400

    def test_the_same_rule_holds_for_every_field_and_object(self):
        rows = [record("r1", 1, company="旧", title="旧"), record("r2", 2, company="新", title="新")]
        lead = MergeStrategy().merge(rows).lead
        assert (lead.company, lead.title) == ("新", "新")

    def test_zero_and_false_are_values_and_not_emptiness(self):
        lead = (
            MergeStrategy()
            .merge([record("r1", 1, employees=5), record("r2", 2, employees=0, bounced=False)])
            .lead
        )
        assert (lead.employees, lead.bounced) == (0, False)


class TestUnmerging:
    def test_an_unmerge_is_exact_also_after_later_records(self, session):
        rows = [record("r1", 1, title="課長", city="港区"), record("r2", 2, title="部長", memo="内線 5")]
        session.add_records(LeadBatch.from_records(rows), ["L1", "L2"])
        session.add_activities(ActivityLog.of([Activity(lead_id="L2", kind="call", at=day(1), key="k")]))
        derive(session)
        before = [lead.values() for lead in session.leads()]
        session.link(["r2"], ["L1"])
        session.redirect(["L2"], ["L1"])
        session.relabel_activities({"L2": "L1"})
        session.remove_leads(["L2"])
        derive(session)
        session.add_records(LeadBatch.from_records([record("r3", 3, department="営業部")]), ["L1"])
        derive(session)
        assert session.leads(["L1"]).lead(0).title == "部長"

        session.link(["r2"], ["L2"])
        session.restore(["L2"])
        session.restore_activities({"L2": "L2"})
        derive(session)
        assert session.leads(["L1"]).lead(0).values() == before[0] | {"department": "営業部"}
        assert session.leads(["L2"]).lead(0).values() == before[1]
        assert session.resolve(["L2"]) == ("L2",)
        assert session.activities(["L2"]).keys.to_list() == ["k"]

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.integers(0, 3), min_size=1, max_size=8),
        st.lists(st.integers(0, 3), min_size=8, max_size=8),
    )
    def test_merging_and_unmerging_give_back_every_lead(self, first, second):
        rows = [record(f"r{n}", n + 1, title=f"役職{n % 3}", city=f"市{n}") for n in range(len(first))]
        batch = LeadBatch.from_records(rows)
        strategy = MergeStrategy.standard()
        with open_store("memory://") as store, store.session() as session:
            session.add_records(batch, [f"L{n}" for n in first])
            derive(session, strategy)
            before = {lead.id: lead for lead in session.leads()}
            session.link(batch.ids, [f"L{n}" for n in second[: len(first)]])
            derive(session, strategy)
            session.link(batch.ids, [f"L{n}" for n in first])
            derive(session, strategy)
            assert before == {lead.id: lead for lead in session.leads(list(before))}


class TestSync:
    def test_filler_of_a_required_field_never_overwrites_and_is_never_echoed(self):
        golden = MergeStrategy().merge(
            [record("r1", 1, title="部長"), record("r2", 9, title="Unknown", city="未入力")]
        )
        assert (golden.lead.title, golden.lead.city) == ("部長", None)

    def test_clearing_a_field_propagates(self):
        assert (
            MergeStrategy()
            .merge([record("r1", 1, title="部長"), record("r2", 2, cleared=["title"])])
            .lead.title
            is None
        )

    def test_a_blank_that_was_not_a_clear_changes_nothing(self):
        assert (
            MergeStrategy().merge([record("r1", 1, title="部長"), record("r2", 2, title=None)]).lead.title
            == "部長"
        )

    def test_old_data_that_arrives_late_does_not_overwrite_new_data(self):
        rows = [record("r9", 9, title="部長"), record("r1", 1, source="展示会", title="主任")]
        assert MergeStrategy().merge(rows).lead.title == "部長"

    def test_a_lower_source_never_overwrites_a_higher_one_whatever_came_last(self):
        rows = [
            record("r1", 1, source="Salesforce", title="部長"),
            record("r2", 9, source="Marketo", title="主任"),
        ]
        assert MergeStrategy(default=prefer("Salesforce", "Marketo")).merge(rows).lead.title == "部長"

    def test_rebuilding_all_leads_from_the_records_gives_the_same_leads(self, session):
        rows = [record(f"r{n}", 1 + n % 9, title=f"役職{n}", email=f"p{n % 4}@example.jp") for n in range(12)]
        session.add_records(LeadBatch.from_records(rows), [f"L{n % 4}" for n in range(12)])
        derive(session)
        kept = {lead.id: lead for lead in session.leads()}
        batch, lead_ids = session.records()
        order = np.random.default_rng(1).permutation(len(batch))
        again = merge(batch.take(order), [lead_ids[row] for row in order.tolist()], MergeStrategy.standard())
        assert kept == {lead.id: lead for lead in again.leads}
