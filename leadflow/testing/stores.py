"""A conformance kit for stores: whoever writes one proves it with ``check_store``."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs
import numpy as np

from leadflow.columns import CLEARED, MISSING, Column
from leadflow.errors import NotFoundError, StateError, StoreError
from leadflow.ports import LeadStore
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    AssignmentState,
    Basis,
    Channel,
    Consent,
    ConsentState,
    Event,
    EventKind,
    GoldenBatch,
    Informed,
    LeadBatch,
    Message,
    Pause,
    RejectedCandidate,
    SourceRecord,
    StageHistory,
    StageInterval,
    StateBatch,
    Verdict,
    VerdictKind,
)
from leadflow.testing.store_columns import gives_columns, tells_what_was_written
from leadflow.testing.store_contents import (
    at_day,
    batch_of,
    expect,
    expect_refusal,
    fill,
    golden_of,
    picture,
    record_of,
)
from leadflow.testing.store_erasure import (
    forgets_a_person,
    keeps_a_shared_address,
    keeps_pairs_of_an_erased_person,
)
from leadflow.testing.store_objects import keeps_one_as_it_keeps_many

__all__ = ["STORE_CHECKS", "StoreCheck", "check_store"]

StoreCheck: TypeAlias = Callable[[LeadStore], None]

_TOKYO: Final = dt.timezone(dt.timedelta(hours=9))


def check_store(make: Callable[[], LeadStore]) -> tuple[str, ...]:
    """Run every check on a fresh store each.

    Args:
        make: opens a new, empty store.

    Returns:
        The names of the checks, all of which passed.

    Raises:
        AssertionError: a promise of ``leadflow.ports`` is broken; the message says which.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> len(check_store(MemoryStore)) == len(STORE_CHECKS)
        True
    """
    for check in STORE_CHECKS.values():
        with make() as store:
            check(store)
    return tuple(STORE_CHECKS)


def _keeps_records(store: LeadStore) -> None:
    values = {
        "company": "株式会社髙﨑①",
        "employees": 300,
        "opt_in": False,
        "exchange_date": dt.date(2026, 4, 1),
        "created_at": dt.datetime(2026, 4, 1, 9, 30, 0, 123456, tzinfo=_TOKYO),
        "interests": ("IoT", "保守"),
        "memo": 'a "quoted"\ntext, with \\ and \u2028',
        "展示会名": "春",
        "順位": 1.5,
        "来場日": dt.date(2026, 4, 2),
    }
    record = SourceRecord(
        id="r1",
        source="展示会",
        observed_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
        values=values,
        cleared=frozenset({"title"}),
        raw={"会社名": "㈱髙﨑①", "空": ""},
    )
    bare = SourceRecord(id="r2", source="Eight", values={"company": "日立"})
    with store.session() as session:
        session.add_records(batch_of(record, bare), ["L1", "L2"])
    with store.snapshot() as reader:
        batch, lead_ids = reader.records(raw=True)
        expect(("L1", "L2"), lead_ids, "return the lead of each record")
        expect(record, batch.record(0), "keep every value, cleared fields and raw cells of a record exactly")
        expect(bare, batch.record(1), "keep apart what was not sent")
        expect(MISSING, int(batch["title"].codes[1]), "keep a missing cell missing")
        expect(CLEARED, int(batch["title"].codes[0]), "keep a cleared cell cleared")
        expect({}, dict(reader.records()[0].raw), "leave raw cells out unless they are asked for")
        expect(("r2",), reader.records(["L2", "nobody"])[0].ids, "return the records of some leads")
        expect((), reader.records([])[0].ids, "return no records for no leads")
        alone = (attrs.evolve(record, raw={}),)
        expect(alone, reader.records_of("L1"), "return the records of one lead without raw cells")
        expect((), reader.records_of("nobody"), "return no records of nobody")
        expect(frozenset({"r1"}), reader.known_records(["r1", "r9"]), "know its records")
        expect({"r2": "L2"}, dict(reader.lead_of(["r2", "r9"])), "know the lead of a record")


def _keeps_unusual_text(store: LeadStore) -> None:
    texts = [
        "nul \x00 inside",
        "lone \ud800 surrogate",
        "'; DROP TABLE records; --",
        "",
        "𠮷野家",
        "=cmd|'/c'!A0",
    ]
    records = [record_of(f"r{place}", company=text, memo=text) for place, text in enumerate(texts)]
    ids = [record.id for record in records]
    batch = batch_of(*records)
    golden = GoldenBatch(
        leads=LeadBatch.of({"company": batch["company"], "memo": batch["memo"]}, ids=ids),
        winners={},
        rules={},
    )
    with store.session() as session:
        session.add_records(batch, ids)
        session.put_leads(golden)
    with store.snapshot() as reader:
        expect(texts, reader.records()[0]["memo"].to_list(), "keep any text of a record")
        expect(texts, reader.leads()["company"].to_list(), "keep any text of a lead")


def _adds_all_or_nothing(store: LeadStore) -> None:
    with store.session() as session:
        session.add_records(batch_of(record_of("r1")), ["L1"])
    with store.session() as session:
        clash = batch_of(record_of("r2"), record_of("r1"))
        expect_refusal(StoreError, lambda: session.add_records(clash, ["L2", "L2"]), "refuse a record it has")
        expect(frozenset(), session.known_records(["r2"]), "add all records of a batch or none")
        session.add_records(batch_of(record_of("r3")), ["L3"])
    with store.snapshot() as reader:
        expect(("r1", "r3"), reader.records()[0].ids, "go on after a refusal")


def _rolls_back(store: LeadStore) -> None:
    with store.session() as session:
        fill(session, "a")
    before = picture(store)
    try:
        with store.session() as session:
            fill(session, "b")
            session.link(["a-r1"], ["b-L1"])
            session.remove_leads(["a-L1"])
            session.restore(["a-old"])
            session.put_document("a", None)
            session.mark_delivered(["a-m"], at_day(2))
            session.relabel_activities({"a-L1": "b-L1"})
            session.put_histories([StageHistory(lead_id="a-L1")])
            session.erase(["a-L1", "b-L1"], lambda text: f"hidden {text}")
            _stop()
    except _StopError:
        pass
    expect(before, picture(store), "take back everything when a session fails")


class _StopError(Exception):
    pass


def _stop() -> None:
    raise _StopError


def _moves_links(store: LeadStore) -> None:
    with store.session() as session:
        session.add_records(batch_of(record_of("r1"), record_of("r2"), record_of("r3")), ["L1", "L2", "L3"])
        session.link(["r1", "r3"], ["L2", "L1"])
        expect_refusal(
            NotFoundError, lambda: session.link(["r9"], ["L1"]), "refuse to link an unknown record"
        )
    with store.snapshot() as reader:
        expect(("L2", "L2", "L1"), reader.records()[1], "move links")
        expect(("r1", "r2"), reader.records(["L2"])[0].ids, "return the records of a lead in their order")


def _keeps_leads_and_provenance(store: LeadStore) -> None:
    records = batch_of(record_of("r1", title="部長"), record_of("r2", title="課長", city="港区"))
    leads = LeadBatch.of(
        {
            "title": Column.of(["課長", "主任"]),
            "city": Column.of(["港区", None]),
            "interests": Column.of([("IoT", "保守"), None]),
            "employees": Column.of([10**30, 5]),
            "展示会名": Column.of(["春", None]),
        },
        ids=["L1", "L2"],
    )
    winners = {"title": Column.of(["r1", None]), "city": Column.of(["r2", None])}
    with store.session() as session:
        session.add_records(records, ["L1", "L1"])
        session.put_leads(
            GoldenBatch(leads=leads, winners=winners, rules={"title": "longest", "city": "union"})
        )
    with store.snapshot() as reader:
        kept = reader.leads()
        expect(list(leads), list(kept), "keep golden leads exactly")
        expect(("L2",), reader.leads(["L2", "nobody"]).ids, "return some leads")
        expect((), reader.leads([]).ids, "return no leads for no ids")
        origins = reader.provenance(["L1"])["L1"]
        expect(
            {"title": "r1", "city": "r2"}, {n: o.record_id for n, o in origins.items()}, "know every origin"
        )
        expect("longest", origins["title"].rule, "know the rule of an origin")
        expect(
            ("Eight", at_day(1)),
            (origins["city"].source, origins["city"].observed_at),
            "know source and time",
        )
    with store.session() as session:
        session.put_leads(golden_of(["L1", "L3"], ["r1", "r2"], ["社長", None]))
        expect(("L1", "L2", "L3"), session.leads().ids, "keep the order of replaced leads")
        expect("社長", session.leads(["L1"]).lead(0).title, "replace a lead")
        expect(None, session.leads(["L1"]).lead(0).get("city"), "replace the whole lead")
        session.put_states(StateBatch.of(["L2"]))
        session.remove_leads(["L2"])
        expect(("L1", "L3"), session.leads().ids, "remove a lead")
        expect((), session.states().ids, "remove its state with a lead")


def _counts_activities_once(store: LeadStore) -> None:
    first = Activity(
        lead_id="L1", kind="webinar", at=at_day(1), key="k1", attributes={"page": "/価格", "minutes": 5}
    )
    second = Activity(lead_id="L2", kind="call", at=at_day(2), key="k2")
    with store.session() as session:
        expect(2, session.add_activities(ActivityLog.of([first, second, first])), "say how many are new")
        expect(0, session.add_activities(ActivityLog.of([first])), "pass over a known key")
        expect([first, second], list(session.activities()), "keep activities exactly")
        expect([second], list(session.activities(["L2"])), "return the activities of a lead")
        session.relabel_activities({"L2": "L1"})
        session.relabel_activities({"L1": "L3"})
        expect(["L3", "L3"], session.activities().lead_ids.to_list(), "move activities")
        session.restore_activities({"L2": "L2"})
        expect(
            ["L3", "L2"], session.activities().lead_ids.to_list(), "give activities back to where they came"
        )
        session.restore_activities({"L1": "L9", "L2": "L8"})
        expect(["L9", "L8"], session.activities().lead_ids.to_list(), "move activities by their first lead")
        session.restore_activities({"L1": "L5", "L2": "L6"}, among=["L9"])
        expect(["L5", "L8"], session.activities().lead_ids.to_list(), "give back only what a lead has")
        session.relabel_activities({"L5": "L9"})
        session.relabel_activities({"L9": "L8", "L8": "L9"})
        expect(["L8", "L9"], session.activities().lead_ids.to_list(), "move all at once")
        session.move_activities({"k1": "L7", "k9": "L7"})
        expect(["L7", "L9"], session.activities().lead_ids.to_list(), "move an activity by its key")
        expect({"k1": "L1", "k2": "L2"}, dict(session.moved_activities()), "know where moved activities came")


def _keeps_states_and_histories(store: LeadStore) -> None:
    states = StateBatch.of(
        ["L1", "L2"],
        stages=Column.of(["MQL", None]),
        stage_entered_at=np.array([60, 120]),
        fit=np.array([1.5, np.nan]),
        engagement=np.array([0.0, -2.25]),
        total=np.array([1.5, np.nan]),
        grades=Column.of(["A1", None]),
        owners=Column.of([None, "sato"]),
    )
    with store.session() as session:
        session.put_states(states)
        kept = session.states()
        for name in ("stages", "grades", "owners"):
            expect(getattr(states, name).to_list(), getattr(kept, name).to_list(), f"keep {name}")
        expect([60, 120], kept.stage_entered_at.tolist(), "keep times")
        for name in ("fit", "engagement", "total"):
            same = np.array_equal(getattr(states, name), getattr(kept, name), equal_nan=True)
            expect(expected=True, actual=same, promise=f"keep {name}")
        session.put_states(StateBatch.of(["L1"], owners=Column.of(["ito"])))
        expect(
            (["ito"], [None]),
            (session.states(["L1"]).owners.to_list(), session.states(["L1"]).stages.to_list()),
            "replace a state",
        )
        stay = StageInterval(stage="Lead", entered_at=at_day(1), actor="sato", reason="名刺", definition="v1")
        session.enter_stages(["L1", "L2"], [stay, stay])
        session.enter_stages(
            ["L1", "L1"],
            [
                StageInterval(stage="MQL", entered_at=at_day(2)),
                StageInterval(stage="SAL", entered_at=at_day(3)),
            ],
        )
        history = session.histories(["L1", "nobody"])
        expect(["L1"], list(history), "return histories of known leads")
        spans = [(one.stage, one.entered_at, one.left_at) for one in history["L1"].intervals]
        expect(
            [("Lead", at_day(1), at_day(2)), ("MQL", at_day(2), at_day(3)), ("SAL", at_day(3), None)],
            spans,
            "close a stay when the next begins",
        )
        expect(
            attrs.evolve(stay, left_at=at_day(2)),
            history["L1"].intervals[0],
            "keep who moved a lead, and why",
        )
        session.put_histories([StageHistory(lead_id="L1", intervals=(stay,)), StageHistory(lead_id="L2")])
        expect(
            {"L1": StageHistory(lead_id="L1", intervals=(stay,))},
            dict(session.histories()),
            "replace histories",
        )


def _keeps_assignments(store: LeadStore) -> None:
    full = Assignment(
        id="A1",
        lead_id="L1",
        owner="sato",
        team="関東",
        informed=(Informed(id="ito", reason="product"),),
        offered_at=at_day(1),
        deadline=at_day(3),
        reasons=("area: 関東",),
        rejected=(RejectedCandidate(id="kato", reason="capacity 30/30"),),
        step=1,
        pauses=(Pause(start=at_day(1), end=at_day(2), reason="出張中", actor="sato"), Pause(start=at_day(3))),
        definition="v1",
        routable=False,
    )
    accepted = Assignment(
        id="A2",
        lead_id="L2",
        owner="ito",
        offered_at=at_day(2),
        accepted_at=at_day(3),
        closed_at=at_day(4),
        state=AssignmentState.ACCEPTED,
    )
    with store.session() as session:
        session.put_assignments([full, accepted])
        expect((full, accepted), session.assignments(), "keep assignments exactly")
        expect((full,), session.assignments(["L1"]), "find assignments by lead")
        expect((accepted,), session.assignments(ids=["A2", "A9"]), "find assignments by id")
        expect(
            (accepted,), session.assignments(states={AssignmentState.ACCEPTED}), "find assignments by state"
        )
        expect(
            (full,), session.assignments(due_before=at_day(3)), "find what is due, the moment itself included"
        )
        expect((), session.assignments(due_before=at_day(2)), "find nothing before the deadline")
        expect((), session.assignments(["L1"], states={AssignmentState.ACCEPTED}), "require every condition")
        changed = Assignment(id="A1", lead_id="L1", owner="kato", offered_at=at_day(4))
        session.put_assignments([changed])
        expect((changed, accepted), session.assignments(), "replace an assignment in its place")


def _appends_to_the_journal(store: LeadStore) -> None:
    events = [
        Event(
            kind=kind,
            lead_id=lead,
            at=at_day(day),
            actor="sato",
            reason="理由",
            definition="v1",
            detail={"n": day, "x": [None, {"あ": 1.5}]},
        )
        for day, (kind, lead) in enumerate(
            [(EventKind.CAPTURED, "L1"), (EventKind.SCORED, "L2"), (EventKind.SCORED, "L1")], start=1
        )
    ]
    with store.session() as session:
        session.append(events[:2])
    with store.session() as session:
        session.append(iter(events[2:]))
    with store.snapshot() as reader:
        kept = list(reader.journal())
        expect(
            [(e.kind, e.lead_id, e.at, e.actor, e.reason, e.definition, dict(e.detail)) for e in events],
            [(e.kind, e.lead_id, e.at, e.actor, e.reason, e.definition, dict(e.detail)) for e in kept],
            "keep events exactly and in order",
        )
        numbers = [event.sequence for event in kept]
        expect(sorted(set(numbers)), numbers, "number events by rising sequence")
        expect(expected=True, actual=numbers[0] > 0, promise="number from one upwards")
        expect(kept[1:], list(reader.journal(after=numbers[0])), "return what came after")
        expect([kept[0], kept[2]], list(reader.journal("L1")), "return the events of a lead")
        expect([kept[2]], list(reader.journal("L1", kinds={EventKind.SCORED})), "return the events of a kind")
        expect(kept[:1], list(reader.journal(limit=1)), "stop at a limit")
        expect([], list(reader.journal(limit=0)), "return nothing for a limit of nothing")


def _resolves_former_ids(store: LeadStore) -> None:
    with store.session() as session:
        session.redirect(["L2"], ["L1"])
        session.redirect(["L1", "L4"], ["L3", "L3"])
        expect(
            ("L3", "L3", "L3", "L3", "L9"), session.resolve(["L1", "L2", "L3", "L4", "L9"]), "resolve chains"
        )
        expect(("L1", "L2", "L4"), session.merged_into("L3"), "know every former id")
        expect_refusal(StateError, lambda: session.redirect(["L3"], ["L2"]), "refuse a circle")
        expect_refusal(
            StateError, lambda: session.redirect(["L7", "L8"], ["L8", "L7"]), "refuse a circle within a call"
        )
        expect(("L3", "L7"), session.resolve(["L2", "L7"]), "keep redirects after a refusal")
        expect({"L1": "L3", "L2": "L1", "L4": "L3"}, dict(session.redirects()), "name its redirects")
        session.restore(["L1", "L8"])
        expect(
            ("L1", "L1", "L3"), session.resolve(["L1", "L2", "L4"]), "let a former id stand for itself again"
        )


def _keeps_ledgers(store: LeadStore) -> None:
    verdict = Verdict(
        first="r1", second="r2", kind=VerdictKind.DISTINCT, at=at_day(1), actor="sato", reason="兄弟"
    )
    same = Verdict(first="r2", second="r1", kind=VerdictKind.SAME, at=at_day(2))
    consent = Consent(
        address="a@example.jp",
        channel=Channel.EMAIL,
        state=ConsentState.GIVEN,
        at=at_day(1),
        purpose="newsletter",
        basis=Basis.BUSINESS_CARD,
        act="名刺交換",
        evidence="r1",
        source="Eight",
        actor="sato",
    )
    other = Consent(address="+81312345678", channel=Channel.PHONE, state=ConsentState.WITHDRAWN, at=at_day(2))
    with store.session() as session:
        expect(
            expected=True, actual=len(session.secret()) >= 16, promise="have a secret of at least 16 bytes"
        )
        session.put_verdicts([verdict])
        expect((verdict,), session.verdicts(), "keep a verdict exactly")
        session.put_verdicts([same])
        expect((same,), session.verdicts(), "replace the verdict on a pair")
        further = [attrs.evolve(verdict, first=first, second="r9") for first in ("r7", "r8")]
        session.put_verdicts(further)
        expect((same, *further), session.verdicts(), "keep several verdicts at once")
        session.add_consents([consent, other, consent])
        expect((consent, other), session.consents(), "keep several entries at once")
        session.add_consents([other])
        expect((consent, other), session.consents(), "keep each consent entry once and in order")
        expect((other,), session.consents(["+81312345678", "x"]), "find entries by address")
        session.add_tombstones(["d1", "d2"], "L1", at_day(1))
        session.add_tombstones(["d1"], "L1", at_day(1))
        expect({"d1": "L1"}, dict(session.tombstones(["d1", "d9"])), "know the digests of erased people")
        expect({"d1": "L1", "d2": "L1"}, dict(session.tombstones()), "name every digest")
        session.lift_tombstones(["d2", "d9"])
        expect({"d1": "L1"}, dict(session.tombstones()), "forget digests of people who came back")
        session.put_secret(b"0123456789abcdef")
        key = session.secret()
    with store.snapshot() as reader:
        expect((b"0123456789abcdef", key), (key, reader.secret()), "take over a secret")


def _delivers_once_per_key(store: LeadStore) -> None:
    first = Message(
        key="m1", kind="assigned", to="sato", lead_id="L1", created_at=at_day(1), payload={"件名": "新規"}
    )
    second = Message(key="m2", kind="assigned", to="ito", created_at=at_day(2))
    with store.session() as session:
        session.enqueue([first, second, first])
        expect((first, second), session.pending(), "keep messages exactly and once")
        expect((first,), session.pending(1), "return the oldest first")
        session.mark_delivered(["m1"], at_day(3))
    with store.session() as session:
        session.enqueue([first])
        expect((second,), session.pending(), "never deliver a delivered key again")
        expect(("m1",), session.delivered(), "know what was delivered")


def _keeps_documents(store: LeadStore) -> None:
    with store.session() as session:
        session.put_document("b", {"x": [1, 2.5, "あ", None, False]})
        session.put_document("a", [])
        session.put_document("a", "text")
        expect(("a", "b"), session.documents(), "name its documents")
        expect(
            ({"x": [1, 2.5, "あ", None, False]}, "text", None),
            (session.document("b"), session.document("a"), session.document("c")),
            "keep documents exactly",
        )
        session.put_document("b", None)
        expect(("a",), session.documents(), "remove a document")


def _refuses_when_closed(store: LeadStore) -> None:
    store.close()
    expect_refusal(StoreError, lambda: store.session().__enter__(), "refuse a session after it was closed")
    expect_refusal(StoreError, lambda: store.snapshot().__enter__(), "refuse a snapshot after it was closed")


def _shows_only_what_was_committed(store: LeadStore) -> None:
    with store.session() as session:
        session.put_document("a", 1)
        expect(1, session.document("a"), "show a session what it wrote")
    with store.snapshot() as reader:
        expect(1, reader.document("a"), "show what was committed")


STORE_CHECKS: Final[Mapping[str, StoreCheck]] = MappingProxyType(
    {
        "keeps records": _keeps_records,
        "keeps unusual text": _keeps_unusual_text,
        "adds all or nothing": _adds_all_or_nothing,
        "moves links": _moves_links,
        "keeps leads and provenance": _keeps_leads_and_provenance,
        "counts activities once": _counts_activities_once,
        "keeps states and histories": _keeps_states_and_histories,
        "keeps one as it keeps many": keeps_one_as_it_keeps_many,
        "keeps assignments": _keeps_assignments,
        "appends to the journal": _appends_to_the_journal,
        "resolves former ids": _resolves_former_ids,
        "keeps ledgers": _keeps_ledgers,
        "delivers once per key": _delivers_once_per_key,
        "keeps documents": _keeps_documents,
        "forgets a person": forgets_a_person,
        "keeps a shared address": keeps_a_shared_address,
        "keeps the pairs of an erased person": keeps_pairs_of_an_erased_person,
        "shows only what was committed": _shows_only_what_was_committed,
        "gives columns": gives_columns,
        "tells what was written": tells_what_was_written,
        "rolls back": _rolls_back,
        "refuses when closed": _refuses_when_closed,
    }
)
"""Every check by the promise that it tests."""
