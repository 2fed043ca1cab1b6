"""A small company with three salespeople, and how to compare whole stores."""

import datetime as dt
from itertools import pairwise

import pytest

import leadflow as lf
from leadflow.calendars import hours
from leadflow.conditions import activity, field, score
from leadflow.funnel import Funnel, FunnelStage, Transition
from leadflow.records import Activity, ActivityLog
from leadflow.routing import Person, RoutingPolicy, Sla, Team, Teams, by_area, reassign, remind, supervisor

JST = dt.timezone(dt.timedelta(hours=9))


def _flow(store, **changes):
    sales = Teams(
        teams=[
            Team(id="kanto", members=("sato", "tanaka", "suzuki"), supervisor="boss"),
            Team(id="desk", members=("desk1",), supervisor="boss"),
        ],
        people=[Person(id=name) for name in ("sato", "tanaka", "suzuki", "desk1", "boss")],
    )
    policy = RoutingPolicy(
        cuts=[by_area({"kanto": ["東京都", "神奈川県"]})],
        fallback="desk",
        version="r1",
        sla=Sla(
            accept_within=hours(4), escalate=[remind(hours(3)), supervisor(hours(4)), reassign(hours(8))]
        ),
    )
    funnel = Funnel(
        stages=(
            FunnelStage(name="Lead"),
            FunnelStage(name="MQL"),
            FunnelStage(name="SQL"),
            FunnelStage(name="Won", final=True),
        ),
        transitions=(
            Transition(source="Lead", to="MQL", condition=score("fit") >= 50, automatic=True),
            Transition(
                source="MQL", to="SQL", condition=activity("appointment").count() >= 1, automatic=True
            ),
            Transition(source="SQL", to="Won", condition=activity("won").count() >= 1, automatic=True),
        ),
        version="f1",
    )
    scoring = lf.ScoringModel(
        fit=[lf.rule(field("title").contains_any("部長"), 80)],
        engagement=[lf.signal("page_viewed", points=10, half_life=lf.days(10))],
        version="s1",
    )
    settings = {"teams": sales, "routing": policy, "funnel": funnel, "scoring": scoring, "version": "v1"}
    return lf.LeadFlow(store=store, **(settings | changes))


@pytest.fixture(scope="session")
def make_flow():
    """Return the flow of the small company over a store; keyword arguments change its parts."""
    return _flow


@pytest.fixture
def flow():
    """The flow of the small company over an empty store."""
    with lf.open_store("memory://") as store:
        yield _flow(store)


@pytest.fixture(scope="session")
def at():
    """Return a moment of September 2026, Japanese time."""

    def moment(day, hour=9, minute=0):
        return dt.datetime(2026, 9, day, hour, minute, tzinfo=JST)

    return moment


@pytest.fixture(scope="session")
def read(at):
    """Read rows as a list that was observed on a day."""

    def rows(*people, source="list", day=1):
        return lf.read_leads(list(people), source=source, observed_at=at(day))

    return rows


@pytest.fixture(scope="session")
def person():
    """Return a row about somebody, recognisable by number."""
    families, given = "佐藤鈴木高橋田中渡辺伊藤山本中村小林加藤", "太郎花子一郎恵子健二幸子直樹由美誠久美"

    def row(number, **more):
        i = 2 * (number % 10)
        j = 2 * (number // 10 % 9)
        return {
            "会社名": f"株式会社{'東西南北春夏秋冬'[number % 8]}{'海山川空星'[number % 5]}工業{number}",
            "氏名": f"{families[i : i + 2]} {given[j : j + 2]}",
            "メール": f"person{number}@company{number}.example.co.jp",
            "都道府県": "東京都",
            **more,
        }

    return row


@pytest.fixture(scope="session")
def log():
    """Make activities out of (reference, kind, moment)."""

    def activities(*items):
        return ActivityLog.of(
            Activity(lead_id=reference, kind=kind, at=moment, key=f"{reference}|{kind}|{moment.isoformat()}")
            for reference, kind, moment in items
        )

    return activities


@pytest.fixture(scope="session")
def dump():
    """Return everything that a store holds, to be compared."""

    def everything(store):
        with store.snapshot() as reader:
            records, lead_ids = reader.records(raw=True)
            leads = reader.leads()
            states = reader.states()
            return {
                "records": [(records.record(row), lead_ids[row]) for row in range(len(records))],
                "leads": [leads.lead(row) for row in range(len(leads))],
                "provenance": {name: dict(each) for name, each in reader.provenance().items()},
                "activities": list(reader.activities()),
                "states": {
                    "ids": states.ids,
                    "stages": states.stages.to_list(),
                    "entered": states.stage_entered_at.tolist(),
                    "total": states.total.tolist(),
                    "grades": states.grades.to_list(),
                    "owners": states.owners.to_list(),
                },
                "histories": dict(reader.histories()),
                "assignments": reader.assignments(),
                "journal": list(reader.journal()),
                "verdicts": reader.verdicts(),
                "consents": reader.consents(),
                "pending": reader.pending(),
                "documents": {name: reader.document(name) for name in reader.documents()},
                "counts": dict(reader.counts()),
            }

    return everything


def rebuilt(events):
    """Return stage and owner of every lead as the journal alone tells them."""
    stages, holders, lead_of = {}, {}, {}
    for event in events:
        match event.kind.value:
            case "stage_entered":
                assert event.detail["previous"] == stages.get(event.lead_id)
                stages[event.lead_id] = event.detail["stage"]
            case "assigned" | "unroutable":
                lead_of[event.detail["assignment_id"]] = event.lead_id
                holders[event.detail["assignment_id"]] = event.detail["owner"]
            case "declined" | "expired":
                del holders[event.detail["assignment_id"]]
            case "merged":
                stages.pop(event.lead_id, None)
                lead_of = {
                    one: event.detail["into"] if lead == event.lead_id else lead
                    for one, lead in lead_of.items()
                }
            case _:
                pass
    return stages, {lead_of[one]: owner for one, owner in holders.items()}


@pytest.fixture(scope="session")
def check_consistent():
    """Check what must hold in every store at every moment."""

    def check(store, funnel):
        with store.snapshot() as reader:
            _, lead_ids = reader.records()
            leads, states = reader.leads().ids, reader.states()
            histories, assignments = reader.histories(), reader.assignments()
            events = list(reader.journal())
            present = dict(
                zip(
                    (event.lead_id for event in events),
                    reader.resolve([e.lead_id for e in events]),
                    strict=True,
                )
            )
            assert set(leads) == set(lead_ids), "a lead has records, and records have a lead"
            assert set(leads) == set(states.ids), "every lead stands somewhere"
            stage_of = dict(zip(states.ids, states.stages.to_list(), strict=True))
            entered_of = dict(zip(states.ids, states.stage_entered_at.tolist(), strict=True))
            for lead_id in leads:
                intervals = histories[lead_id].intervals
                assert histories[lead_id].current == stage_of[lead_id], (
                    "the history ends where the lead stands"
                )
                assert int(intervals[-1].entered_at.timestamp()) == entered_of[lead_id]
                assert [stay.left_at for stay in intervals[:-1]] == [
                    stay.entered_at for stay in intervals[1:]
                ]
                assert all(a.entered_at <= b.entered_at for a, b in pairwise(intervals))
                assert stage_of[lead_id] in funnel.names
            live = [one for one in assignments if one.state.value in {"offered", "accepted", "followed_up"}]
            holders = [one.lead_id for one in live]
            assert len(holders) == len(set(holders)), "nobody shares accountability"
            assert set(holders) <= set(leads), "an assignment is about a lead that exists"
            owners = {
                lead: owner for lead, owner in zip(states.ids, states.owners.to_list(), strict=True) if owner
            }
            last = {one.lead_id: one.owner for one in assignments if one.state.value == "closed"}
            assert owners == {**last, **{one.lead_id: one.owner for one in live}}
            assert (stage_of, owners) == rebuilt(events), (
                "the journal tells where everybody stands and whose they are"
            )
            handed_over = {
                present[event.lead_id] for event in events if event.kind.value in {"assigned", "unroutable"}
            }
            assert handed_over == {*last, *holders}, "who was handed over has somebody, or is done"

    return check
