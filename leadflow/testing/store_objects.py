"""Checks that what a store keeps of one lead as objects is what it keeps of a population."""

import datetime as dt
from typing import Final

import attrs

from leadflow.errors import StoreError
from leadflow.ports import LeadStore, StoreReader
from leadflow.records import Activity, ActivityLog, Golden, SourceRecord, State, StateBatch
from leadflow.testing.store_contents import at_day, batch_of, expect, expect_refusal

__all__ = ["keeps_one_as_it_keeps_many"]

_MOMENT: Final = dt.datetime(2026, 4, 1, 9, 30, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=9)))
_RECORDS: Final = [
    SourceRecord(
        id=f"r{place}",
        source=source,
        observed_at=observed_at,
        values={"title": title, "展示会名": None, "interests": ("IoT",)},
        cleared=frozenset({"city", "memo"}),
        raw={"役職": title, "空": ""},
    )
    for place, (source, observed_at, title) in enumerate([("Eight", _MOMENT, "部長"), ("", None, "課長")])
]
_GOLDEN: Final = Golden(
    lead_id="L0",
    values={"title": "課長", "interests": ("IoT",)},
    source="Eight",
    observed_at=_MOMENT,
    winners={"title": "r1", "interests": "r0"},
    rules={"title": "longest", "interests": "union"},
)
_ACTIVITIES: Final = [
    Activity(lead_id="L0", kind="call", at=_MOMENT, key="k0", attributes={"page": "/価格", "none": None}),
    Activity(lead_id="r1", kind="visit", at=at_day(2), key="k1"),
]
_STATES: Final = [
    State(stage="MQL", stage_entered_at=60, fit=1.5, engagement=0.0, total=1.5, grade="A1"),
    State(owner="sato"),
]


def keeps_one_as_it_keeps_many(store: LeadStore) -> None:
    """Check that a record, a lead, an activity and a state mean the same as an object and in a population."""
    with store.session() as session:
        session.add_records(batch_of(*_RECORDS), ["many0", "many0"])
        session.put_leads(attrs.evolve(_GOLDEN, lead_id="many0").batch())
        session.add_activities(
            ActivityLog.of([attrs.evolve(one, lead_id="many0", key=f"many{one.key}") for one in _ACTIVITIES])
        )
        session.put_states(StateBatch.from_states(["many0", "many1"], _STATES))
        for place, record in enumerate(_RECORDS):
            session.add_record(attrs.evolve(record, id=f"o{place}"), "L0")
        again = attrs.evolve(_RECORDS[0], id="o0")
        expect_refusal(StoreError, lambda: session.add_record(again, "L1"), "refuse a record it has")
        session.put_lead(_GOLDEN)
        expect(
            [True, True, False],
            [session.add_activity(one) for one in [*_ACTIVITIES, _ACTIVITIES[0]]],
            "say whether an activity is new",
        )
        session.relabel_activities({"r1": "L0"})
        for lead_id, state in zip(["L0", "L1"], _STATES, strict=True):
            session.put_state(lead_id, state)
    with store.snapshot() as reader:
        _expect_one_as_many(reader)


def _expect_one_as_many(reader: StoreReader) -> None:
    many, one = (reader.records([lead_id], raw=True)[0] for lead_id in ("many0", "L0"))
    expect(
        [attrs.evolve(record, id=f"o{place}") for place, record in enumerate(map(many.record, range(2)))],
        [one.record(row) for row in range(2)],
        "keep a record alone as among others",
    )
    expect(
        tuple(attrs.evolve(record, raw={}) for record in map(one.record, range(2))),
        reader.records_of("L0"),
        "return the records of one lead that came alone",
    )
    many, one = (reader.leads([lead_id]) for lead_id in ("many0", "L0"))
    expect(
        (many.lead(0).values(), many.sources.to_list(), many.observed_at.tolist()),
        (one.lead(0).values(), one.sources.to_list(), one.observed_at.tolist()),
        "keep a lead alone as among others",
    )
    many_from, one_from = (reader.provenance([lead_id])[lead_id] for lead_id in ("many0", "L0"))
    expect(
        {name: origin.rule for name, origin in many_from.items()},
        {name: origin.rule for name, origin in one_from.items()},
        "know the origins of a lead that came alone",
    )
    expect(tuple(reader.activities(["L0"])), reader.activities_of("L0"), "return one lead's activities")
    many_kept = [attrs.evolve(each, lead_id="", key="") for each in reader.activities_of("many0")]
    one_kept = [attrs.evolve(each, lead_id="", key="") for each in reader.activities_of("L0")]
    expect(many_kept, one_kept, "keep an activity alone as among others")
    expect((), reader.activities_of("nobody"), "return no activities of nobody")
    many_states, one_states = reader.states(["many0", "many1"]), reader.states(["L0", "L1"])
    expect(repr(list(many_states)), repr(list(one_states)), "keep a state alone as among others")
    expect(
        repr(list(one_states)),
        repr([reader.state_of(lead_id) for lead_id in ("L0", "L1")]),
        "return the state of one lead",
    )
    expect(repr(State()), repr(reader.state_of("nobody")), "return an empty state of nobody")
