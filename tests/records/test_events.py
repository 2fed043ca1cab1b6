"""Journal entries as columns say the same as entries as objects, in every store."""

import datetime as dt

import pytest

import leadflow as lf
from leadflow.columns import Column
from leadflow.records import Event, EventBatch, EventKind

NOW = dt.datetime(2026, 4, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=9)))
BATCH = EventBatch(
    kind=EventKind.SCORED,
    lead_ids=("L1", "L2", "L1"),
    at=NOW,
    actor="sato",
    reasons=Column.of(["等級 B1", None, "x\ud800"]),
    definition="v1",
    details={"fit": Column.of([25.0, 1e-9, 25.0]), "grade": Column.of(['"B1"', None, "C4"])},
)


def objects() -> list[Event]:
    reasons, details = ["等級 B1", "", "x\ud800"], [(25.0, '"B1"'), (1e-9, None), (25.0, "C4")]
    return [
        Event(
            kind=EventKind.SCORED,
            lead_id=lead_id,
            at=NOW,
            actor="sato",
            reason=reason,
            definition="v1",
            detail={"fit": fit, "grade": grade},
        )
        for lead_id, reason, (fit, grade) in zip(BATCH.lead_ids, reasons, details, strict=True)
    ]


def test_iterating_makes_the_same_objects() -> None:
    assert list(BATCH) == objects()
    assert [BATCH[row] for row in range(len(BATCH))] == objects()


@pytest.mark.parametrize("url", ["memory://", "sqlite://"])
def test_a_store_reads_back_the_same_entries(url: str) -> None:
    batch = EventBatch(
        kind=BATCH.kind,
        lead_ids=BATCH.lead_ids,
        at=NOW,
        reasons=Column.of(["a", None, "b"]),
        details=BATCH.details,
    )
    with lf.open_store(url) as as_columns, lf.open_store(url) as as_objects:
        with as_columns.session() as session:
            session.append(batch)
        with as_objects.session() as session:
            session.append(list(batch))
        with as_columns.snapshot() as reader, as_objects.snapshot() as other:
            found = list(reader.journal())
            assert found == list(other.journal())
            assert [event.detail for event in found] == [event.detail for event in batch]
            assert reader.touched(0) == other.touched(0) == ("L1", "L2")
            assert len(list(reader.journal("L1"))) == 2


@pytest.mark.parametrize("url", ["memory://", "sqlite://"])
def test_no_entries_are_no_entries(url: str) -> None:
    nothing = EventBatch(kind=EventKind.SCORED, lead_ids=(), at=NOW, reasons=Column.of([]))
    with lf.open_store(url) as store, store.session() as session:
        session.append(nothing)
        assert not session.counts()["journal"]
        assert not session.touched(0)
