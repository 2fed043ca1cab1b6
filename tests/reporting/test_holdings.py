"""What is brought up to date is what reading everything would give, whatever was written in between."""

import datetime as dt
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import leadflow as lf
from leadflow.adapters.memory import MemoryStore
from leadflow.columns import Column
from leadflow.conditions import activity, field
from leadflow.errors import NotFoundError
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    AssignmentState,
    Event,
    EventKind,
    GoldenBatch,
    LeadBatch,
    SourceRecord,
    StageHistory,
    StageInterval,
    StateBatch,
)
from leadflow.reporting import Activities, Hierarchy, Kpi, Unit, build_report, render_text
from leadflow.reporting.hierarchies import Move
from leadflow.reporting.holdings import Holdings, Scope
from leadflow.reporting.shortfalls import shortfall_by_field

AS_OF = dt.datetime(2026, 9, 16, 6, tzinfo=dt.UTC)
LEADS = [f"L{n:04d}" for n in (0, 1, 2, 5, 9)] + ["new", "nobody"]
lead_ids = st.sampled_from(LEADS)
moments = st.integers(-3, 20).map(lambda n: AS_OF - dt.timedelta(days=9 * n, hours=n))
days = st.integers(-40, 40).map(lambda n: AS_OF + dt.timedelta(days=n, hours=n % 24))


def correct(session, lead, at, number):
    """A value of the past is corrected: the amount of a lead, with the journal's entry."""
    leads = LeadBatch.from_dicts([{"company": "訂正", "amount": number * 1000}], ids=[lead])
    session.put_leads(GoldenBatch(leads=leads, winners={}, rules={}))
    detail = {"field": "amount", "old": 1, "new": number}
    session.append([Event(kind=EventKind.CORRECTED, lead_id=lead, at=at, actor="p1", detail=detail)])


def act(session, lead, at, number):
    """Something of the past is told late."""
    kind = ("call", "won", "email_opened", "demo")[number % 4]
    attributes = ({"by": "p2"}, {"amount": number * 1000}, {"campaign": f"c{number % 3}"}, {})[number % 4]
    one = Activity(lead_id=lead, kind=kind, at=at, key=f"late{number}", attributes=attributes)
    session.add_activities(ActivityLog.of([one]))


def merge(session, lead, _at, number):
    """Two leads become one, and one of them is gone."""
    into = LEADS[number % 3]
    if lead != into:
        session.relabel_activities({lead: into})
        session.put_histories([StageHistory(lead_id=lead, intervals=())])
        session.remove_leads([lead])
        record = f"r{number % 40}"
        session.link([record], [into])


def unmerge(session, lead, *_):
    """Activities go back to where they came from."""
    session.restore_activities({lead: lead})


def hand_over(session, lead, at, number):
    """A hand-over is made, changed or accepted."""
    key = f"A-{lead}-{number % 3}"
    state = list(AssignmentState)[number % len(AssignmentState)]
    offered = at - dt.timedelta(days=1)
    session.put_assignments(
        [
            Assignment(
                id=key, lead_id=lead, owner=f"p{number % 9}", offered_at=offered, deadline=at, state=state
            )
        ]
    )
    session.append(
        [Event(kind=EventKind.ACCEPTED, lead_id=lead, at=at, detail={"assignment_id": key, "n": number})]
    )


def stage(session, lead, at, number):
    """The history is told anew, with a stage that nobody had."""
    name = ("MQL", "Recycled", "Won")[number % 3]
    session.put_histories([StageHistory(lead_id=lead, intervals=(StageInterval(stage=name, entered_at=at),))])
    session.put_states(StateBatch.of([lead], stages=Column.of([name]), grades=Column.of(["A1"])))


def bring(session, lead, at, number):
    """A record arrives from a list that is new."""
    record = SourceRecord(
        id=f"n{number}", source=f"list {number % 2}", observed_at=at, values={"title": "部長"}
    )
    if not session.known_records([record.id]):
        session.add_records(LeadBatch.from_records([record]), [lead])


def erase(session, lead, *_):
    """Somebody asks to be forgotten."""
    session.erase([lead], lambda text: f"hidden-{text}" if not text.startswith("hidden") else text)


def capture(session, _lead, at, number):
    """Leads that nobody knew arrive, with their records, a stage and something that they did; some come again."""
    ids = [f"captured{number}-{n}" for n in range(number % 3 + 1)]
    rows = [
        {"company": f"会社{number % 30}", "amount": n * 1000 or None, "title": "課長"}
        for n in range(len(ids))
    ]
    session.put_leads(GoldenBatch(leads=LeadBatch.from_dicts(rows, ids=ids), winners={}, rules={}))
    records = [
        SourceRecord(id=one, source=f"list {number % 4}", observed_at=at, values={"company": "新"})
        for one in ids
    ]
    known = session.known_records([record.id for record in records])
    fresh = [record for record in records if record.id not in known]
    if fresh:
        session.add_records(LeadBatch.from_records(fresh), [record.id for record in fresh])
    stage(session, ids[-1], at, number)
    act(session, ids[0], at, number + 1)


def split(session, lead, at, number):
    """A lead that was merged stands for itself again, with its record, its history and its activities."""
    unmerge(session, lead)
    restored = LeadBatch.from_dicts([{"company": "元", "employees": number}], ids=[lead])
    session.put_leads(GoldenBatch(leads=restored, winners={}, rules={}))
    if session.known_records([f"r{number % 40}"]):
        session.link([f"r{number % 40}"], [lead])
    stage(session, lead, at, number)


KINDS = [correct, act, merge, unmerge, split, hand_over, stage, bring, erase, capture]
writes = st.tuples(st.sampled_from(KINDS), lead_ids, moments, st.integers(0, 60))


def organised(*, p2):
    """A company in which somebody is in one team or the other, and may move."""
    teams = [Unit(id=name, name=name, level="team", parent="company") for name in ("east", "west")]
    people = [Unit(id=f"p{n}", name=f"担当{n}", level="person", parent="east") for n in range(2)]
    people.append(Unit(id="p2", name="担当2", level="person", parent=p2))
    moves = [Move(unit="p1", on=AS_OF.date() - dt.timedelta(days=30), parent="west")] if p2 == "west" else []
    return Hierarchy(
        units=(Unit(id="company", name="社", level="company"), *teams, *people), moves=tuple(moves)
    )


organisations = st.sampled_from([None, organised(p2="east"), organised(p2="west")])


def told(report):
    behind = [
        section.lead_ids(row, column)
        for section in report.sections.values()
        if section.drill is not None
        for row in range(len(section))[:: max(len(section) - 1, 1)]
        for column in section.names
        if section.name != "attainment" or column in ("actual", "denominator")
    ]
    return (
        report.to_dict(),
        render_text(report),
        report.lead_ids("calls"),
        report.lead_ids("won_amount"),
        behind,
    )


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    return f"sqlite:///{tmp_path_factory.mktemp('store') / 'leads.db'}"


late_moments = st.integers(1, 15).map(lambda n: AS_OF + dt.timedelta(days=190 + n, hours=n))
late_days = st.integers(200, 230).map(lambda n: AS_OF + dt.timedelta(days=n))
lone_activities = st.tuples(st.sampled_from([act, act, act, correct]), lead_ids, moments, st.integers(0, 60))
sessions_of = st.tuples(days, st.lists(writes, min_size=1, max_size=6), organisations)
ahead = st.tuples(
    st.sampled_from([capture, capture, act, act, hand_over, stage, correct, merge, split]),
    lead_ids,
    late_moments,
    st.integers(0, 60),
)


class TestRefreshing:
    @given(st.lists(sessions_of, min_size=1, max_size=4))
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_refreshed_report_is_the_report_that_reads_everything(self, make, sessions):
        store = MemoryStore()
        make(store, leads=12)
        self.check(store, sessions)

    @given(st.lists(sessions_of, min_size=1, max_size=3))
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_it_is_on_a_database_too(self, make, tmp_path_factory, sessions):
        path = tmp_path_factory.mktemp("store") / "leads.db"
        with lf.open_store(f"sqlite:///{path}") as store:
            make(store, leads=12)
            self.check(store, sessions)

    @given(
        st.lists(
            st.tuples(late_days, st.lists(ahead, max_size=5), st.just(organised(p2="west"))),
            min_size=2,
            max_size=5,
        )
    )
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_days_that_bring_leads_go_on_from_what_was_made_of_those_before(
        self, make, tmp_path_factory, sessions
    ):
        path = tmp_path_factory.mktemp("store") / "leads.db"
        with lf.open_store(f"sqlite:///{path}") as store:
            make(store, leads=12)
            self.check(store, sessions, first=AS_OF + dt.timedelta(days=200))

    @given(st.lists(st.tuples(late_days, st.lists(lone_activities, max_size=6), st.none()), max_size=6))
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_days_that_only_bring_activities_go_on_from_what_was_made_of_those_before(
        self, make, tmp_path_factory, sessions
    ):
        path = tmp_path_factory.mktemp("store") / "leads.db"
        with lf.open_store(f"sqlite:///{path}") as store:
            make(store, leads=12)
            self.check(store, sessions, first=AS_OF + dt.timedelta(days=200))

    def check(self, store, sessions, *, first=AS_OF):
        """The last report goes on to the next; then so does the one before it, with which it shares what was worked out."""
        with store.snapshot() as reader:
            former = report = build_report(reader, as_of=first)
        for as_of, steps, hierarchy in sessions:
            with store.session() as session:
                for write, lead, at, number in steps:
                    if write is merge and not session.known_records([f"r{number % 40}"]):
                        continue
                    write(session, lead, at, number)
            previous = report.baseline
            with store.snapshot() as reader:
                built = partial(build_report, reader, as_of=as_of, previous=previous, hierarchy=hierarchy)
                expected = told(built())
                again = built(holdings=report.facts.holdings)
                assert expected == told(again)
                if len(steps) % 2:
                    assert expected == told(built(holdings=former.facts.holdings))
            former, report = report, again

    @pytest.mark.parametrize("url", ["memory://", "sqlite"])
    def test_what_waited_under_an_address_goes_with_the_person_who_is_erased(self, make, tmp_path, url):
        address, lead = "a@example.jp", "L0001"
        with lf.open_store(url if url == "memory://" else f"sqlite:///{tmp_path / 'leads.db'}") as store:
            make(store, leads=12)
            with store.session() as session:
                for number in range(4):
                    act(session, address, AS_OF - dt.timedelta(days=3), number)
            with store.snapshot() as reader:
                held = build_report(reader, as_of=AS_OF).facts.holdings
            with store.session() as session:
                session.relabel_activities({address: lead})
                record = SourceRecord(id="mail", source="list", observed_at=AS_OF, values={"email": address})
                session.add_records(LeadBatch.from_records([record]), [lead])
            with store.session() as session:
                erase(session, lead)
                assert address not in session.touched(0)
            with store.snapshot() as reader:
                assert told(build_report(reader, as_of=AS_OF)) == told(
                    build_report(reader, as_of=AS_OF, holdings=held)
                )

    def test_a_report_of_an_earlier_moment_needs_no_reading(self, known):
        early = AS_OF - dt.timedelta(days=60)
        with known.store.snapshot() as reader:
            report = build_report(reader, as_of=AS_OF)
            again = build_report(reader, as_of=early, holdings=report.facts.holdings)
            assert told(build_report(reader, as_of=early)) == told(again)

    def test_holdings_of_other_kpis_are_read_anew(self, known):
        demos = Kpi(
            name="mails", source=Activities(kinds=("email_opened",), where={"campaign": ("mail<1>",)})
        )
        with known.store.snapshot() as reader:
            held = build_report(reader, as_of=AS_OF).facts.holdings
            report = build_report(reader, as_of=AS_OF, kpis=[demos], holdings=held)
            assert told_of(build_report(reader, as_of=AS_OF, kpis=[demos])) == told_of(report)
        assert report["attainment"].where({"unit": "company"})


def told_of(report):
    return report.to_dict()


class TestScope:
    def test_a_condition_on_activities_needs_all_of_them(self):
        busy = Kpi(
            name="busy",
            source=Activities(kinds=("call",)),
            condition=(activity("webinar", where={"place": ["Tokyo"]}).count() >= 1) & (field("rank") == "A"),
        )
        scope = Scope.of([busy])
        assert (None, True, True) == (scope.kinds, "rank" in scope.fields, "place" in scope.attributes)

    def test_a_field_that_was_not_read_is_named_with_the_way_to_read_it(self, known):
        with known.store.snapshot() as reader:
            report = build_report(reader, as_of=AS_OF)
            with pytest.raises(NotFoundError, match="dimensions"):
                shortfall_by_field(report.attainment, report.facts, "leads", "city")
            report = build_report(reader, as_of=AS_OF, dimensions=("city",))
        assert shortfall_by_field(report.attainment, report.facts, "leads", "city")["group"] == (None,)

    def test_the_same_store_read_twice_is_the_same(self, known):
        with known.store.snapshot() as reader:
            held = Holdings.read(reader, Scope.of([]))
            assert np.array_equal(
                held.tables["leads"].positions, held.refreshed(reader).tables["leads"].positions
            )
