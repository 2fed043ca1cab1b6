"""Forgetting a person, and noticing when an import brings them back."""

import datetime as dt
import hmac
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

import attrs
import numpy as np

from leadflow.columns import Flags
from leadflow.errors import InvalidValueError, NotFoundError, StateError
from leadflow.merging.consent import mailbox_of
from leadflow.ports import StoreReader, StoreSession
from leadflow.records import (
    Assignment,
    ConsentState,
    Event,
    EventKind,
    LeadBatch,
    SourceRecord,
    StageHistory,
)
from leadflow.values import CompanyName, PersonName

__all__ = [
    "IDENTIFYING_FIELDS",
    "alias_of",
    "anonymous_assignment",
    "anonymous_history",
    "erased_references",
    "forget",
    "readmit",
    "returning",
]

IDENTIFYING_FIELDS: Final = ("email", "mobile", "phone_direct", "external_id")
"""Fields that identify a person by themselves; a shared phone or address does not."""

_COMBINED: Final = ("company", "full_name")
_FEW: Final = 100
"""Up to so many records it is faster to look their digests up than to ask whether there are any."""

_ADDRESSES: Final = ("email", "phone", "phone_direct", "mobile")


def alias_of(secret: bytes) -> Callable[[str], str]:
    """Return the function that turns an identifier into an anonymous one, by the store's secret.

    References:
        HMAC with SHA-256: RFC 2104 (1997), FIPS 180-4 (2015).

    Example:
        >>> alias = alias_of(b"secret")
        >>> alias("r1") == alias("r1"), alias("r1") == alias("r2"), len(alias("r1"))
        (True, False, 34)
    """
    keyed = hmac.new(secret, digestmod="sha256")

    def alias(text: str) -> str:
        one = keyed.copy()
        one.update(text.encode("utf-8", "surrogatepass"))
        return f"x-{one.hexdigest()[:32]}"

    return alias


def forget(session: StoreSession, lead_id: str, *, actor: str, reason: str, now: dt.datetime) -> str:
    """Remove a person's data everywhere, and keep an anonymous tombstone.

    Records, golden lead, activities, journal, consents and waiting messages lose what says who the person
    was; the rows stay, so that counts and reports reconcile. Keyed digests of the identifiers remain, from
    which nobody can learn the identifiers, but which ``returning`` recognises. Over a store that ``LeadFlow``
    works on, ``LeadFlow.forget`` also closes hand-overs and takes the person out of what was derived.

    Args:
        session: the transaction in which it happens, all or nothing.
        lead_id: the lead; a former id stands for the lead that it was merged into.
        actor: who decided.
        reason: why, in one sentence that names nobody.
        now: when.

    Returns:
        The id of the lead that was erased.

    Raises:
        NotFoundError: there is no such lead.
        StateError: it was erased before.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> from leadflow.records import SourceRecord
        >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> batch = LeadBatch.from_records([SourceRecord(id="r1", source="Eight", values={"email": "a@example.jp"})])
        >>> with MemoryStore() as store, store.session() as session:
        ...     session.add_records(batch, ["L1"])
        ...     erased = forget(session, "L1", actor="dpo", reason="request of the person", now=now)
        ...     session.records()[0].record(0).values, returning(session, batch).tolist()
        ({}, [True])
    """
    (present,) = session.resolve([lead_id])
    records, _ = session.records([present])
    if not len(records):
        raise NotFoundError("There is no lead of this id: look it up with `leads` or in the journal.")
    alias = alias_of(session.secret())
    digests = sorted(
        {digest for row in _digests(records, alias) for digest in row}
        | {
            alias(one) for one in (*records.ids, present)
        }  # the lead's own, as others may be known of an earlier one
    )
    if all(record_id.startswith("x-") for record_id in records.ids) and not records.columns:
        raise StateError("The lead was erased before; nothing of the person is left.")
    hidden = _apart(session, present, records, alias)
    session.erase([present, *session.merged_into(present)], hidden)
    session.add_tombstones(digests, present, now)
    session.append(
        [
            Event(
                kind=EventKind.ERASED,
                lead_id=present,
                at=now,
                actor=actor,
                reason=reason,
                detail={
                    "tombstone": alias(present),
                    "records": len(records),
                    "record_ids": [hidden(one) for one in records.ids],
                },
            )
        ]
    )
    return present


def returning(reader: StoreReader, batch: LeadBatch) -> Flags:
    """Tell which records belong to a person who was erased.

    Args:
        reader: the store.
        batch: n records that are about to be added.

    Returns:
        (n,) bool.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore() as store, store.snapshot() as reader:
        ...     returning(reader, LeadBatch.from_dicts([{"email": "a@example.jp"}])).tolist()
        [False]
    """
    if len(batch) > _FEW and not reader.tombstones():
        return np.zeros(len(batch), np.bool_)
    alias = alias_of(reader.secret())
    if len(batch) == 1:
        known = reader.tombstones([*_digests_of(batch.record(0, raw=False), alias), alias(batch.ids[0])])
        return np.full(1, bool(known))
    rows = [
        (*digests, alias(record_id))
        for digests, record_id in zip(_digests(batch, alias), batch.ids, strict=True)
    ]
    known = reader.tombstones(list({digest for row in rows for digest in row}))
    return np.fromiter((any(digest in known for digest in row) for row in rows), np.bool_, len(batch))


def readmit(session: StoreSession, batch: LeadBatch) -> None:
    """Take up again people who were erased and came back by their own act.

    Their new records no longer count as returning. What they had withdrawn holds again under their clear address: a
    person who comes back has not given consent by that. The rows from before stay noticed by their record ids.

    Args:
        session: the transaction in which their new records are added.
        batch: n records for which ``returning`` said yes.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> from leadflow.records import SourceRecord
        >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> old, new = (
        ...     LeadBatch.from_records([SourceRecord(id=name, source="Eight", values={"email": "a@example.jp"})])
        ...     for name in ("r1", "r2")
        ... )
        >>> with MemoryStore() as store, store.session() as session:
        ...     session.add_records(old, ["L1"])
        ...     erased = forget(session, "L1", actor="dpo", reason="request of the person", now=now)
        ...     readmit(session, new)
        ...     returning(session, new).tolist(), returning(session, old).tolist()
        ([False], [True])
    """
    alias = alias_of(session.secret())
    session.lift_tombstones(sorted({digest for row in _digests(batch, alias) for digest in row}))
    addresses = {
        alias(str(value)): str(value)
        for name in _ADDRESSES
        if name in batch.columns
        for value in batch[name].values
    }
    session.add_consents(
        [
            attrs.evolve(entry, address=addresses[entry.address], key="")
            for entry in session.consents(list(addresses))
            if entry.state is ConsentState.WITHDRAWN
        ]
    )


def erased_references(reader: StoreReader, references: Iterable[str]) -> frozenset[str]:
    """Return those references of activities that stand for somebody who was erased.

    Args:
        reader: the store.
        references: lead ids, record ids, external ids or e-mail addresses.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore() as store, store.snapshot() as reader:
        ...     erased_references(reader, ["a@example.jp"])
        frozenset()
    """
    erased = frozenset(reader.tombstones().values())
    if not erased:
        return frozenset()
    alias = alias_of(reader.secret())
    digests = {
        name: (alias(name), *(alias(f"{field}={_same(field, name)}") for field in ("email", "external_id")))
        for name in references
    }
    known = reader.tombstones([digest for row in digests.values() for digest in row])
    ends = dict(zip(digests, reader.resolve(list(digests)), strict=True))
    return frozenset(
        name
        for name, row in digests.items()
        if ends[name] in erased or any(digest in known for digest in row)
    )


def _apart(
    reader: StoreReader, lead_id: str, records: LeadBatch, alias: Callable[[str], str]
) -> Callable[[str], str]:
    """Return what names rows anonymously, and otherwise than those of a person who was erased before and came back.

    Addresses keep their alias, by which what was withdrawn is found when the person comes back. Keys of activities and
    consents, and the ids of records that came again, are named under the lead.
    """
    again = bool(reader.known_records([alias(one) for one in records.ids]))
    same = {str(value) for column in records.columns.values() for value in column.values}
    same = same - set(records.ids) if again else same | set(records.ids)

    def hidden(text: str) -> str:
        return alias(text if text in same else f"{lead_id}={text}")

    return hidden


def anonymous_assignment(one: Assignment) -> Assignment:
    """Keep who had the lead and when, and leave out every sentence: it may name the person or their company.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> offer = Assignment(id="A1", lead_id="L1", owner="sato", offered_at=at, reasons=("account of Sato KK",))
        >>> anonymous_assignment(offer).reasons
        ()
    """
    return attrs.evolve(
        one,
        reasons=(),
        rejected=(),
        informed=tuple(attrs.evolve(party, reason="") for party in one.informed),
        pauses=tuple(attrs.evolve(pause, reason="") for pause in one.pauses),
    )


def anonymous_history(history: StageHistory) -> StageHistory:
    """Keep where a lead was and when, and leave out why: it may name the person or their company.

    Example:
        >>> from leadflow.records import StageInterval
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> stay = StageInterval(stage="SQL", entered_at=at, reason="met Sato of Sato KK")
        >>> anonymous_history(StageHistory(lead_id="L1", intervals=(stay,))).intervals[0].reason
        ''
    """
    stays = tuple(attrs.evolve(stay, reason="") for stay in history.intervals)
    return attrs.evolve(history, intervals=stays)


def _digests_of(record: SourceRecord, alias: Callable[[str], str]) -> list[str]:
    """Return the digests of one record, as ``_digests`` does of many."""
    values = record.values
    found = [alias(f"{name}={_same(name, values[name])}") for name in IDENTIFYING_FIELDS if name in values]
    if all(name in values for name in _COMBINED):
        found.append(alias("=".join(("who", *(_same(name, values[name]) for name in _COMBINED)))))
    return found


def _same(name: str, value: object) -> str:
    """Return what a value has in common with others that are written differently and mean the same."""
    text = str(value)
    try:
        match name:
            case "email":
                return mailbox_of(text)
            case "company":
                return CompanyName.parse(text).key
            case "full_name":
                return PersonName.parse(text).key
    except InvalidValueError:
        pass
    return text


def _digests(batch: LeadBatch, alias: Callable[[str], str]) -> list[tuple[str, ...]]:
    columns: list[Sequence[str | None]] = []
    for name in IDENTIFYING_FIELDS:
        if name in batch.columns:
            table = {value: alias(f"{name}={_same(name, value)}") for value in batch[name].values}
            columns.append([None if value is None else table[value] for value in batch[name]])
    if all(name in batch.columns for name in _COMBINED):
        known = [batch[name].map(partial(_same, name)) for name in _COMBINED]
        pairs: Iterable[tuple[object, ...]] = zip(*known, strict=True)
        columns.append(
            [None if None in pair else alias("=".join(map(str, ("who", *pair)))) for pair in pairs]
        )
    return [tuple(cell for cell in row if cell is not None) for row in zip(*columns, strict=True)] or [
        ()
    ] * len(batch)
