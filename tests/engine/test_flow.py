"""Ingesting lists: idempotent, order-free, one stage and one owner per lead."""

import subprocess
import sys
from pathlib import Path

import pytest

import leadflow as lf
from leadflow.errors import InputError
from leadflow.records import VerdictKind


def partition(store):
    """Return which records are the same lead."""
    with store.snapshot() as reader:
        records, lead_ids = reader.records()
    groups = {}
    for record_id, lead_id in zip(records.ids, lead_ids, strict=True):
        groups.setdefault(lead_id, set()).add(record_id)
    return {frozenset(group) for group in groups.values()}


@pytest.fixture
def lists(read, person):
    """Three lists in which person 1 and person 2 come several times."""
    return [
        read(person(1, 役職="部長"), person(2), person(3), source="exhibition", day=1),
        read(person(2, 役職="営業部長"), person(4), source="Marketo", day=2),
        read(
            person(1, TEL="03-1234-5678"),
            person(5, 役職="部長", 都道府県="青森県"),
            source="Salesforce",
            day=3,
        ),
    ]


class TestIngestTwice:
    def test_it_changes_nothing(self, flow, lists, log, at, dump):
        activities = log(("person2@company2.example.co.jp", "page_viewed", at(4)))
        first = flow.ingest(*lists, now=at(5), activities=activities)
        before = dump(flow.store)
        second = flow.ingest(*lists, now=at(5), activities=activities)
        assert (first.changed, second.changed) == (True, False)
        assert before == dump(flow.store)

    def test_lists_from_memory_have_an_account_each_and_the_same_rows_have_one(self, flow, read, person, at):
        nobody = [{**person(9), **dict.fromkeys(person(9), ""), "役職": title} for title in ("課長", "部長")]
        lists = [read(person(1)), read(person(2)), read(nobody[0]), read(nobody[1])]
        for imported in (*lists, read(person(1)), read(nobody[0])):
            flow.ingest(imported, now=at(5))
        with flow.store.snapshot() as reader:
            accounts = list(reader.document("imports").values())
        assert [(1, 0), (1, 0), (1, 1), (1, 1)] == [(one["read"], one["rejected"]) for one in accounts]

    def test_it_changes_nothing_in_another_process(self, make_flow, person, at, dump, tmp_path):
        url, path = f"sqlite:///{tmp_path / 'leads.db'}", tmp_path / "list.csv"
        lf_rows = [person(1, 役職="部長"), person(2, 役職=""), person(2, 役職="営業部長")]
        path.write_text(
            "\n".join(",".join(row) for row in (lf_rows[0], *(r.values() for r in lf_rows))), encoding="utf-8"
        )
        with lf.open_store(url) as store:
            make_flow(store).ingest(lf.read_leads(path), now=at(5))
            before = dump(store)
        script = (
            f"import sys; sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(lf.__file__).parents[1])!r}]\n"
            "import datetime as dt, leadflow as lf, conftest\n"
            f"with lf.open_store({url!r}) as store:\n"
            f"    imported = lf.read_leads({str(path)!r})\n"
            "    now = dt.datetime(2026, 9, 5, 9, tzinfo=conftest.JST)\n"
            "    print(conftest._flow(store).ingest(imported, now=now).changed)\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
        assert (done.stdout, done.stderr) == (b"False\n", b"")
        with lf.open_store(url) as store:
            assert before == dump(store)

    def test_time_alone_can_change_a_grade(self, flow, lists, log, at):
        flow.ingest(
            *lists, now=at(5), activities=log(("person2@company2.example.co.jp", "page_viewed", at(4)))
        )
        later = flow.ingest(now=at(5))
        assert later.changed is False

    def test_a_row_that_comes_twice_in_a_list_counts_once(self, flow, lists, at):
        report = flow.ingest(lists[0], lists[0], now=at(5))
        assert (report.rows_read, report.new_records, report.records) == (6, 3, 3)


class TestOrder:
    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
    def test_lists_one_by_one_in_any_order_give_the_leads_of_all_at_once(
        self, make_flow, lists, at, order, check_consistent
    ):
        with lf.open_store("memory://") as together, lf.open_store("memory://") as apart:
            make_flow(together).ingest(*lists, now=at(5))
            flow = make_flow(apart)
            for number in order:
                flow.ingest(lists[number], now=at(5))
            assert partition(together) == partition(apart)
            check_consistent(apart, flow.funnel)
            with together.snapshot() as a, apart.snapshot() as b:
                golden = [
                    {tuple(sorted(batch.lead(row).values().items(), key=str)) for row in range(len(batch))}
                    for batch in (a.leads(), b.leads())
                ]
            assert golden[0] == golden[1]

    def test_the_order_of_lists_in_one_call_does_not_matter_even_to_ids(self, make_flow, lists, at):
        found = []
        for order in ((0, 1, 2), (2, 0, 1)):
            with lf.open_store("memory://") as store:
                make_flow(store).ingest(*(lists[i] for i in order), now=at(5))
                with store.snapshot() as reader:
                    found.append({row["id"]: row for row in reader.leads().to_dicts()})
        assert found[0] == found[1]


class TestOneStageOneOwner:
    def test_every_lead_stands_somewhere_and_who_is_ready_has_one_owner(
        self, flow, lists, at, check_consistent
    ):
        report = flow.ingest(*lists, now=at(5))
        assert (report.leads, report.assigned, report.unroutable) == (5, 3, 1)
        check_consistent(flow.store, flow.funnel)

    def test_leads_are_shared_out_within_the_team(self, flow, read, person, at):
        flow.ingest(read(*(person(i, 役職="部長") for i in range(6))), now=at(5))
        with flow.store.snapshot() as reader:
            owners = sorted(one.owner for one in reader.assignments())
        assert owners == ["sato", "sato", "suzuki", "suzuki", "tanaka", "tanaka"]


class TestActivities:
    def test_they_wait_for_their_person(self, flow, read, person, log, at):
        waiting = log(("person1@company1.example.co.jp", "appointment", at(2)))
        flow.ingest(now=at(3), activities=waiting)
        flow.ingest(read(person(1, 役職="部長"), day=4), now=at(5))
        with flow.store.snapshot() as reader:
            (lead_id,) = reader.leads().ids
            assert [one.kind for one in reader.activities([lead_id])] == ["appointment"]
            assert reader.states().stages.to_list() == ["SQL"]

    def test_each_kind_of_reference_finds_the_lead(self, flow, read, person, log, at):
        flow.ingest(read({**person(1), "リード ID": "00Q1"}), now=at(2))
        with flow.store.snapshot() as reader:
            (lead_id,) = reader.leads().ids
            ((record_id,), _) = (reader.records()[0].ids, None)
        names = ("person1@company1.example.co.jp", "00Q1", record_id, lead_id)
        flow.ingest(
            now=at(5),
            activities=log(*((name, "page_viewed", at(3, hour)) for hour, name in enumerate(names))),
        )
        with flow.store.snapshot() as reader:
            assert len(reader.activities([lead_id])) == 4

    def test_what_happens_after_now_does_not_count_yet(self, flow, read, person, log, at):
        future = log(("person1@company1.example.co.jp", "appointment", at(20)))
        flow.ingest(read(person(1, 役職="部長")), now=at(5), activities=future)
        with flow.store.snapshot() as reader:
            assert reader.states().stages.to_list() == ["MQL"]
        flow.ingest(now=at(21))
        with flow.store.snapshot() as reader:
            assert reader.states().stages.to_list() == ["SQL"]


class TestSince:
    def test_nothing_is_decided_with_knowledge_of_later_days(self, flow, read, person, at):
        early = read(person(1), source="one", day=2)
        late = read(person(1, 役職="部長"), source="two", day=10)
        flow.ingest(early, late, now=at(20), since=at(1))
        (history,) = histories(flow)
        assert [stay.stage for stay in history.intervals] == ["Lead", "MQL"]
        assert history.intervals[0].entered_at <= at(3)
        assert at(10) <= history.intervals[1].entered_at <= at(11)

    def test_a_replay_does_not_touch_what_was_decided_before(
        self, flow, read, person, at, log, dump, check_consistent
    ):
        seen = log(*(("person1@company1.example.co.jp", "page_viewed", at(5, hour)) for hour in range(9, 15)))
        flow.ingest(read(person(1, 役職="部長"), day=2), now=at(10), since=at(1), activities=seen)
        before = dump(flow.store)
        flow.ingest(read(person(2, 役職="部長"), source="two", day=11), now=at(20), since=at(1))
        after = dump(flow.store)
        assert before["journal"] == after["journal"][: len(before["journal"])]
        lead_id = before["leads"][0].id
        assert before["histories"][lead_id] == after["histories"][lead_id]
        check_consistent(flow.store, flow.funnel)

    def test_journal_times_never_run_backwards(self, flow, read, person, at, log):
        rows = [read(person(i, 役職="部長"), source=f"s{i}", day=i + 1) for i in range(8)]
        flow.ingest(
            *rows,
            now=at(20),
            since=at(1),
            activities=log(("person3@company3.example.co.jp", "appointment", at(9))),
        )
        with flow.store.snapshot() as reader:
            decided = [
                e.at
                for e in reader.journal()
                if e.kind.value not in {"captured", "merged", "accepted", "followed_up"}
            ]
        assert decided == sorted(decided)

    def test_twice_changes_nothing(self, flow, read, person, at, dump):
        rows = read(person(1, 役職="部長"), person(2), day=2)
        flow.ingest(rows, now=at(20), since=at(1))
        before = dump(flow.store)
        assert flow.ingest(rows, now=at(20), since=at(1)).changed is False
        assert before == dump(flow.store)


def histories(flow):
    with flow.store.snapshot() as reader:
        return list(reader.histories().values())


class TestMoments:
    def test_a_moment_without_time_zone_is_refused(self, flow, at):
        naive = at(1).replace(tzinfo=None)
        for call in (
            lambda: flow.ingest(now=naive),
            lambda: flow.ingest(now=at(2), since=naive),
            lambda: flow.capture({"form": "f", "email": "a@example.jp"}, now=naive),
            lambda: flow.tick(now=naive),
        ):
            with pytest.raises(InputError, match="time zone"):
                call()

    def test_a_run_for_an_earlier_moment_keeps_histories_in_order(
        self, flow, read, person, at, check_consistent, log
    ):
        flow.ingest(read(person(1, 役職="部長")), now=at(10))
        flow.ingest(
            read(person(2, 役職="部長"), source="two"),
            now=at(5),
            activities=log(("person1@company1.example.co.jp", "appointment", at(4))),
        )
        check_consistent(flow.store, flow.funnel)


class TestFarAhead:
    def test_a_moment_years_after_everything_known_is_refused_and_changes_nothing(
        self, flow, read, person, at, dump
    ):
        flow.ingest(read(person(1)), now=at(1))
        before = dump(flow.store)
        late = at(2).replace(year=2062)
        with pytest.raises(lf.InputError, match="check the year"):
            flow.ingest(read(person(2)), now=late)
        assert before == dump(flow.store)

    def test_it_is_taken_when_it_is_meant_or_when_something_is_known_from_then(self, flow, read, person, at):
        flow.ingest(read(person(1)), now=at(1))
        late = at(2).replace(year=2062)
        assert flow.ingest(read(person(2)), now=late, far_ahead=True).new_records == 1
        seen = lf.read_leads([person(3)], source="list", observed_at=late.replace(year=2064))
        assert flow.ingest(seen, now=late.replace(year=2064)).new_records == 1

    @pytest.mark.parametrize("warm", [True, False])
    def test_a_submission_or_a_tick_from_years_after_is_refused_unless_it_is_meant(
        self, flow, read, person, at, dump, warm
    ):
        flow.ingest(read(person(1)), now=at(1))
        if warm:
            flow.capture({"form": "contact", "email": "now@now.example.co.jp"}, now=at(1, 10))
        before, late = dump(flow.store), at(2).replace(year=2062)
        for mistaken in (
            lambda: flow.tick(now=late),
            lambda: flow.capture({"form": "contact", "email": "late@late.example.co.jp"}, now=late),
        ):
            with pytest.raises(lf.InputError, match="check the year"):
                mistaken()
        assert before == dump(flow.store)
        meant = flow.capture(
            {"form": "contact", "email": "late@late.example.co.jp"}, now=late, far_ahead=True
        )
        assert meant.is_new
        flow.capture({"form": "contact", "email": "next@next.example.co.jp"}, now=late.replace(year=2063))
        assert flow.tick(now=late.replace(year=2064, day=1)).now.year == 2064

    def test_a_stage_that_a_person_or_a_system_gives_years_ahead_is_refused_unless_it_is_meant(
        self, flow, at, dump
    ):
        lead_id = flow.capture({"form": "contact", "email": "now@now.example.co.jp"}, now=at(1)).lead_id
        before, late = dump(flow.store), at(2).replace(year=2062)
        told = {"actor": "sato", "reason": "asked for a quote"}
        for change in (flow.advance, flow.adopt):
            with pytest.raises(lf.InputError, match="check the year"):
                change(lead_id, "MQL", now=late, **told)
        assert before == dump(flow.store)
        assert flow.advance(lead_id, "MQL", now=late, far_ahead=True, **told).current == "MQL"

    def test_a_hand_over_that_is_settled_years_ahead_is_refused_unless_it_is_meant(
        self, flow, read, person, at, dump
    ):
        flow.ingest(read(person(1, 役職="部長"), person(2)), now=at(1))
        with flow.store.snapshot() as reader:
            (offer,) = reader.assignments()
            records, _ = reader.records()
        before, late = dump(flow.store), at(2).replace(year=2062)
        told = {"actor": offer.owner, "now": late}
        for call in (
            lambda **more: flow.accept(offer.id, **more),
            lambda **more: flow.decline(offer.id, reason="busy", **more),
            lambda **more: flow.follow_up(offer.id, outcome="appointment", **more),
            lambda **more: flow.close(offer.id, outcome="lost", **more),
            lambda **more: flow.pause(offer.id, "away", **more),
            lambda **more: flow.resume(offer.id, **more),
            lambda **more: flow.unmerge(offer.lead_id, records.ids[0], reason="x", **more),
            lambda **more: flow.decide(*records.ids, verdict=VerdictKind.SAME, reason="x", **more),
        ):
            with pytest.raises(lf.InputError, match="check the year"):
                call(**told)
        assert before == dump(flow.store)
        assert flow.accept(offer.id, far_ahead=True, **told).accepted_at == late

    def test_the_first_run_may_be_for_any_moment(self, flow, read, person, at):
        assert flow.ingest(read(person(1)), now=at(1).replace(year=2090)).new_records == 1


@pytest.mark.parametrize("given", ["list.csv", [{"email": "taro@example.jp"}]])
def test_what_was_not_read_is_refused_with_the_step_before(flow, at, given):
    with pytest.raises(InputError, match="read_leads"):
        flow.ingest(given, now=at(1))


def test_activities_that_are_no_log_are_refused_with_what_makes_one(flow, at):
    call = lf.Activity(lead_id="L1", kind="call", at=at(1))
    with pytest.raises(InputError, match=r"ActivityLog\.of"):
        flow.ingest(activities=[call], now=at(1))


def test_a_store_is_named_by_a_text(tmp_path):
    with pytest.raises(InputError, match=r"sqlite:///leads\.db"):
        lf.open_store(tmp_path / "leads.db")
