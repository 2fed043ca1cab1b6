"""What a store holds, for tests: one row in every table, everything in comparable form, and expectations."""

import datetime as dt
from collections.abc import Callable
from typing import Final

import numpy as np

from leadflow.columns import Column
from leadflow.ports import LeadStore, StoreSession
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    Channel,
    Consent,
    ConsentState,
    Event,
    EventKind,
    GoldenBatch,
    LeadBatch,
    Message,
    SourceRecord,
    StageInterval,
    StateBatch,
    Verdict,
    VerdictKind,
)

__all__ = ["at_day", "batch_of", "expect", "expect_refusal", "fill", "golden_of", "picture", "record_of"]

_TOKYO: Final = dt.timezone(dt.timedelta(hours=9))


def expect(expected: object, actual: object, promise: str) -> None:
    """Compare, and name the broken promise when they differ.

    Raises:
        AssertionError: they differ.

    Example:
        >>> expect(1, 2, "count")
        Traceback (most recent call last):
        AssertionError: A store must count: expected 1, got 2.
    """
    if expected != actual:
        raise AssertionError(f"A store must {promise}: expected {expected!r}, got {actual!r}.")


def expect_refusal(kind: type[Exception], action: Callable[[], object], promise: str) -> None:
    """Require that an action is refused.

    Raises:
        AssertionError: it was not.

    Example:
        >>> expect_refusal(ZeroDivisionError, lambda: 1 // 0, "divide by numbers alone")
    """
    try:
        action()
    except kind:
        return
    raise AssertionError(f"A store must {promise}, by raising {kind.__name__}.")


def at_day(day: int, hour: int = 9) -> dt.datetime:
    """Return an hour of a day in April 2026, Tokyo time.

    Example:
        >>> at_day(1).isoformat()
        '2026-04-01T09:00:00+09:00'
    """
    return dt.datetime(2026, 4, day, hour, tzinfo=_TOKYO)


def record_of(record_id: str, **texts: str) -> SourceRecord:
    """Make a source record with some texts and a raw cell.

    Example:
        >>> record_of("r1", title="部長").values
        {'title': '部長'}
    """
    return SourceRecord(
        id=record_id, source="Eight", observed_at=at_day(1), values=dict(texts), raw={"見出し": "生の値"}
    )


def batch_of(*records: SourceRecord) -> LeadBatch:
    """Make a batch of records.

    Example:
        >>> len(batch_of(record_of("r1")))
        1
    """
    return LeadBatch.from_records(records)


def golden_of(lead_ids: list[str], record_ids: list[str], titles: list[str | None]) -> GoldenBatch:
    """Make golden leads that have a title and the record that it came from.

    Example:
        >>> golden_of(["L1"], ["r1"], ["部長"]).winners["title"].to_list()
        ['r1']
    """
    winners = [record if title else None for record, title in zip(record_ids, titles, strict=True)]
    leads = LeadBatch.of(
        {"title": Column.of(titles)},
        ids=lead_ids,
        sources=Column.constant("Eight", len(lead_ids)),
        observed_at=np.full(len(lead_ids), 60),
    )
    return GoldenBatch(leads=leads, winners={"title": Column.of(winners)}, rules={"title": "longest"})


def fill(session: StoreSession, prefix: str) -> None:
    """Write one row into every table, under ids that begin with a prefix.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore() as store, store.session() as session:
        ...     fill(session, "a")
        ...     set(session.counts().values())
        {1}
    """
    lead, record = f"{prefix}-L1", f"{prefix}-r1"
    address = f"{prefix}@example.jp"
    session.add_records(batch_of(record_of(record, title="部長", email=address)), [lead])
    session.put_leads(golden_of([lead], [record], ["部長"]))
    session.add_activities(
        ActivityLog.of(
            [
                Activity(
                    lead_id=lead,
                    kind="call",
                    at=at_day(1),
                    key=f"{prefix}-k",
                    attributes={"page": f"/{prefix}"},
                )
            ]
        )
    )
    session.put_states(StateBatch.of([lead], stages=Column.of(["Lead"]), total=np.array([1.5])))
    session.enter_stages([lead], [StageInterval(stage="Lead", entered_at=at_day(1))])
    session.put_assignments([Assignment(id=f"{prefix}-A", lead_id=lead, owner="sato", offered_at=at_day(1))])
    detail = {"record_id": record, "source": "Eight", "evidence": "佐藤様の名刺"}
    session.append([Event(kind=EventKind.CAPTURED, lead_id=lead, at=at_day(1), reason="名刺", detail=detail)])
    session.redirect([f"{prefix}-old"], [lead])
    session.put_verdicts(
        [Verdict(first=record, second=f"{prefix}-r2", kind=VerdictKind.DISTINCT, at=at_day(1), reason="兄弟")]
    )
    session.add_consents(
        [
            Consent(
                address=address,
                channel=Channel.EMAIL,
                state=ConsentState.WITHDRAWN,
                at=at_day(1),
                act="電話で佐藤様より",
            )
        ]
    )
    session.enqueue(
        [
            Message(
                key=f"{prefix}-m",
                kind="assigned",
                to="sato",
                lead_id=lead,
                created_at=at_day(1),
                payload={"name": "佐藤"},
            )
        ]
    )
    session.add_tombstones([f"{prefix}-digest"], f"{prefix}-gone", at_day(1))
    session.put_document(prefix, {"turn": 1, "名": [1, 2.5, None, True]})


def picture(store: LeadStore) -> dict[str, object]:
    """Return everything that a store says, in comparable form.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore() as one, MemoryStore() as other:
        ...     picture(one) == picture(other)
        True
    """
    with store.snapshot() as reader:
        batch, lead_ids = reader.records(raw=True)
        leads, states = reader.leads(), reader.states()
        return {
            "records": [batch.record(row) for row in range(len(batch))],
            "links": lead_ids,
            "leads": (list(leads), leads.observed_at.tolist()),
            "provenance": reader.provenance(),
            "activities": list(reader.activities()),
            "states": (
                states.ids,
                states.stages.to_list(),
                [str(points) for points in states.total.tolist()],
            ),
            "histories": reader.histories(),
            "assignments": reader.assignments(),
            "journal": [
                (event.kind, event.lead_id, event.at, event.reason, event.detail)
                for event in reader.journal()
            ],
            "redirects": reader.resolve(["a-old", "b-old"]),
            "verdicts": reader.verdicts(),
            "consents": reader.consents(),
            "pending": reader.pending(),
            "tombstones": reader.tombstones(["a-digest", "b-digest"]),
            "documents": {name: reader.document(name) for name in reader.documents()},
            "counts": dict(reader.counts()),
        }
