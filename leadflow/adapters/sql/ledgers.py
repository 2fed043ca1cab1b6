"""The journal, the consent ledger and the outbox in SQL: what is only ever added to."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Select, bindparam, select, update

from leadflow.adapters.cells import dump, encode_rows, load, moment_of, moment_text
from leadflow.adapters.sql.dialects import Row, among, ids, insert, insert_columns
from leadflow.adapters.sql.statements import rows_of
from leadflow.adapters.sql.tables import consents, journal, outbox
from leadflow.columns import CLEARED, Column
from leadflow.records import Basis, Channel, Consent, ConsentState, Event, EventBatch, EventKind, Message
from leadflow.records.events import Json

__all__ = [
    "add_consents",
    "append",
    "consents_of",
    "delivered",
    "enqueue",
    "mark_delivered",
    "pending",
    "read",
]

_EVENT_NAMES: Final = ("kind", "lead_id", "at", "actor", "reason", "definition", "detail")
_CONSENT_NAMES: Final = (
    "key",
    "address",
    "channel",
    "purpose",
    "state",
    "at",
    "basis",
    "act",
    "evidence",
    "source",
    "actor",
)
_MESSAGE_NAMES: Final = ("key", "kind", "receiver", "lead_id", "created_at", "payload")
_EVENTS: Final = select(journal.c.position, *(journal.c[name] for name in _EVENT_NAMES))
_CONSENTS: Final = select(*(consents.c[name] for name in _CONSENT_NAMES)).order_by(consents.c.position)
_CONSENTS_OF: Final = _CONSENTS.where(among(consents.c.address, "ids"))
_PENDING: Final = (
    select(*(outbox.c[name] for name in _MESSAGE_NAMES))
    .where(outbox.c.delivered_at.is_(None))
    .order_by(outbox.c.position)
)
_PAGE: Final = 5000


def append(connection: Connection, events: Sequence[Event] | EventBatch) -> None:
    """Append to the journal."""
    if isinstance(events, EventBatch):
        insert_columns(connection, journal, _EVENT_NAMES, _columns(events))
    else:
        insert(connection, journal, _EVENT_NAMES, list(_rows(events)))


def _rows(events: Iterable[Event]) -> Iterator[Row]:
    moments: dict[dt.datetime, str] = {}
    for event in events:
        at = moments.get(event.at)
        if at is None:
            at = moments[event.at] = moment_text(event.at)
        detail = dump(dict(event.detail)) if event.detail else "{}"
        yield (event.kind.value, event.lead_id, at, event.actor, event.reason, event.definition, detail)


def _columns(events: EventBatch) -> Sequence[Sequence[object]]:
    n = len(events)
    details = {
        name: Column(codes=np.where(column.codes < 0, np.int32(CLEARED), column.codes), values=column.values)
        for name, column in events.details.items()
    }  # a cleared cell is written as null
    return (
        [events.kind.value] * n,
        events.lead_ids,
        [moment_text(events.at)] * n,
        [events.actor] * n,
        ["" if reason is None else str(reason) for reason in events.reasons],
        [events.definition] * n,
        encode_rows(details, n),
    )


def read(
    connection: Callable[[], Connection],
    lead_id: str | None,
    after: int,
    kinds: Collection[EventKind] | None,
    limit: int | None,
) -> Iterator[Event]:
    """Return journal entries, a page at a time; the connection is asked for at each."""
    chosen: dict[str, str] = {}
    if lead_id is not None:
        chosen["lead_id"] = lead_id
    if kinds is not None:
        chosen["kinds"] = ids([kind.value for kind in kinds])
    page = _page_by(frozenset(chosen))
    left = limit
    kind_of = {kind.value: kind for kind in EventKind}
    while left is None or left > 0:
        size = _PAGE if left is None else min(_PAGE, left)
        asked = {**chosen, "after": after, "size": size}
        rows = rows_of(connection(), page, asked)
        moments = {row[3]: moment_of(row[3]) for row in rows}
        for position, kind, lead, at, actor, reason, definition, detail in rows:
            yield Event(
                kind=kind_of[kind],
                lead_id=lead,
                at=moments[at],
                actor=actor,
                reason=reason,
                definition=definition,
                detail=_object(detail),
                sequence=position,
            )
            after = position
        if len(rows) < size:
            return
        left = None if left is None else left - len(rows)


@lru_cache(maxsize=4)
def _page_by(names: frozenset[str]) -> Select[Any]:
    """Return the question for a page of the journal; making it takes longer than a look-up by index."""
    conditions = {
        "lead_id": journal.c.lead_id == bindparam("lead_id"),
        "kinds": among(journal.c.kind, "kinds"),
    }
    statement = _EVENTS.where(
        journal.c.position > bindparam("after"),
        *(condition for name, condition in conditions.items() if name in names),
    )
    return statement.order_by(journal.c.position).limit(bindparam("size"))


def add_consents(connection: Connection, entries: Sequence[Consent]) -> None:
    """Add to the ledger; known keys are passed over."""
    rows = [
        (
            entry.key,
            entry.address,
            entry.channel.value,
            entry.purpose,
            entry.state.value,
            moment_text(entry.at),
            entry.basis.value,
            entry.act,
            entry.evidence,
            entry.source,
            entry.actor,
        )
        for entry in entries
    ]
    insert(connection, consents, _CONSENT_NAMES, rows, clash="skip")


def consents_of(connection: Connection, addresses: Sequence[str] | None) -> tuple[Consent, ...]:
    """Return entries of the ledger."""
    statement = _CONSENTS if addresses is None else _CONSENTS_OF
    rows = rows_of(connection, statement, {} if addresses is None else {"ids": ids(addresses)})
    return tuple(
        Consent(
            key=key,
            address=address,
            channel=Channel(channel),
            purpose=purpose,
            state=ConsentState(state),
            at=moment_of(at),
            basis=Basis(basis),
            act=act,
            evidence=evidence,
            source=source,
            actor=actor,
        )
        for key, address, channel, purpose, state, at, basis, act, evidence, source, actor in map(tuple, rows)
    )


def enqueue(connection: Connection, messages: Sequence[Message]) -> None:
    """Put messages into the outbox; known keys are passed over."""
    rows = [
        (m.key, m.kind, m.to, m.lead_id, moment_text(m.created_at), dump(dict(m.payload))) for m in messages
    ]
    insert(connection, outbox, _MESSAGE_NAMES, rows, clash="skip")


def pending(connection: Connection, limit: int | None) -> tuple[Message, ...]:
    """Return undelivered messages, oldest first."""
    return tuple(
        Message(
            key=key,
            kind=kind,
            to=to,
            lead_id=lead_id,
            created_at=moment_of(created_at),
            payload=_object(payload),
        )
        for key, kind, to, lead_id, created_at, payload in map(
            tuple, connection.execute(_PENDING.limit(limit))
        )
    )


def delivered(connection: Connection) -> tuple[str, ...]:
    """Return the keys of delivered messages."""
    return tuple(
        sorted(connection.execute(select(outbox.c.key).where(outbox.c.delivered_at.is_not(None))).scalars())
    )


def mark_delivered(connection: Connection, keys: Sequence[str], at: dt.datetime) -> None:
    """Take messages out of the pending ones."""
    waiting = update(outbox).where(outbox.c.delivered_at.is_(None), among(outbox.c.key, "ids"))
    connection.execute(waiting.values(delivered_at=moment_text(at)), {"ids": ids(keys)})


def _object(text: str) -> dict[str, Json]:
    value = load(text) if text != "{}" else {}
    assert isinstance(value, dict), "written by this package"  # noqa: S101  # the column holds objects only
    return value
