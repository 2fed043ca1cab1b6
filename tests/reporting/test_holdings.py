"""What is brought up to date is what reading everything would give, whatever was written in between."""

import datetime as dt

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
from leadflow.reporting import Activities, Kpi, build_report, render_text
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


writes = st.tuples(
    st.sampled_from([correct, act, merge, unmerge, hand_over, stage, bring, erase]),
    lead_ids,
    moments,
    st.integers(0, 60),
)


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


late_days = st.integers(200, 230).map(lambda n: AS_OF + dt.timedelta(days=n))
lone_activities = st.tuples(st.sampled_from([act, act, act, correct]), lead_ids, moments, st.integers(0, 60))
sessions_of = st.tuples(days, st.lists(writes, min_size=1, max_size=6))


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

    @given(st.lists(st.tuples(late_days, st.lists(lone_activities, max_size=6)), max_size=6))
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
        for as_of, steps in sessions:
            with store.session() as session:
                for write, lead, at, number in steps:
                    if write is merge and not session.known_records([f"r{number % 40}"]):
                        continue
                    write(session, lead, at, number)
            previous = report.baseline
            with store.snapshot() as reader:
                expected = told(build_report(reader, as_of=as_of, previous=previous))
                again = build_report(reader, as_of=as_of, previous=previous, holdings=report.facts.holdings)
                assert expected == told(again)
                if len(steps) % 2:
                    other = build_report(
                        reader, as_of=as_of, previous=previous, holdings=former.facts.holdings
                    )
                    assert expected == told(other)
            former, report = report, again

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
