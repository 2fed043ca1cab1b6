"""A conformance kit for stores: whoever writes one proves it with ``check_store``."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

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
    RejectedCandidate,
    SourceRecord,
    StageHistory,
    StageInterval,
    StateBatch,
    Verdict,
    VerdictKind,
)

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


def _expect(expected: object, actual: object, promise: str) -> None:
    if expected != actual:
        raise AssertionError(f"A store must {promise}: expected {expected!r}, got {actual!r}.")


def _expect_refusal(kind: type[Exception], action: Callable[[], object], promise: str) -> None:
    try:
        action()
    except kind:
        return
    raise AssertionError(f"A store must {promise}, by raising {kind.__name__}.")


def _at(day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, 4, day, hour, tzinfo=_TOKYO)


def _record(record_id: str, **texts: str) -> SourceRecord:
    return SourceRecord(
        id=record_id, source="Eight", observed_at=_at(1), values=dict(texts), raw={"見出し": "生の値"}
    )


def _batch(*records: SourceRecord) -> LeadBatch:
    return LeadBatch.from_records(records)


def _golden(lead_ids: list[str], record_ids: list[str], titles: list[str | None]) -> GoldenBatch:
    winners = [record if title else None for record, title in zip(record_ids, titles, strict=True)]
    leads = LeadBatch.of(
        {"title": Column.of(titles)},
        ids=lead_ids,
        sources=Column.constant("Eight", len(lead_ids)),
        observed_at=np.full(len(lead_ids), 60),
    )
    return GoldenBatch(leads=leads, winners={"title": Column.of(winners)}, rules={"title": "longest"})


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
        session.add_records(_batch(record, bare), ["L1", "L2"])
    with store.snapshot() as reader:
        batch, lead_ids = reader.records(raw=True)
        _expect(("L1", "L2"), lead_ids, "return the lead of each record")
        _expect(record, batch.record(0), "keep every value, cleared fields and raw cells of a record exactly")
        _expect(bare, batch.record(1), "keep apart what was not sent")
        _expect(MISSING, int(batch["title"].codes[1]), "keep a missing cell missing")
        _expect(CLEARED, int(batch["title"].codes[0]), "keep a cleared cell cleared")
        _expect({}, dict(reader.records()[0].raw), "leave raw cells out unless they are asked for")
        _expect(("r2",), reader.records(["L2", "nobody"])[0].ids, "return the records of some leads")
        _expect((), reader.records([])[0].ids, "return no records for no leads")
        _expect(frozenset({"r1"}), reader.known_records(["r1", "r9"]), "know its records")
        _expect({"r2": "L2"}, dict(reader.lead_of(["r2", "r9"])), "know the lead of a record")


def _keeps_unusual_text(store: LeadStore) -> None:
    texts = ["nul \x00 inside", "lone \ud800 surrogate", "'; DROP TABLE records; --", "", "𠮷野家", "=cmd|'/c'!A0"]
    records = [_record(f"r{place}", company=text, memo=text) for place, text in enumerate(texts)]
    ids = [record.id for record in records]
    batch = _batch(*records)
    golden = GoldenBatch(
        leads=LeadBatch.of({"company": batch["company"], "memo": batch["memo"]}, ids=ids), winners={}, rules={}
    )
    with store.session() as session:
        session.add_records(batch, ids)
        session.put_leads(golden)
    with store.snapshot() as reader:
        _expect(texts, reader.records()[0]["memo"].to_list(), "keep any text of a record")
        _expect(texts, reader.leads()["company"].to_list(), "keep any text of a lead")


def _adds_all_or_nothing(store: LeadStore) -> None:
    with store.session() as session:
        session.add_records(_batch(_record("r1")), ["L1"])
    with store.session() as session:
        clash = _batch(_record("r2"), _record("r1"))
        _expect_refusal(StoreError, lambda: session.add_records(clash, ["L2", "L2"]), "refuse a record it has")
        _expect(frozenset(), session.known_records(["r2"]), "add all records of a batch or none")
        session.add_records(_batch(_record("r3")), ["L3"])
    with store.snapshot() as reader:
        _expect(("r1", "r3"), reader.records()[0].ids, "go on after a refusal")


def _rolls_back(store: LeadStore) -> None:
    with store.session() as session:
        _fill(session_store=store, prefix="a", session=session)
    before = _picture(store)
    try:
        with store.session() as session:
            _fill(session_store=store, prefix="b", session=session)
            session.link(["a-r1"], ["b-L1"])
            session.remove_leads(["a-L1"])
            session.restore(["a-old"])
            session.put_document("a", None)
            session.mark_delivered(["a-m"], _at(2))
            session.relabel_activities({"a-L1": "b-L1"})
            session.put_histories([StageHistory(lead_id="a-L1")])
            session.erase(["a-L1", "b-L1"], lambda text: f"x{hash(text)}")
            raise _StopError
    except _StopError:
        pass
    _expect(before, _picture(store), "take back everything when a session fails")


class _StopError(Exception):
    pass
