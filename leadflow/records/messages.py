"""A message to the outside world: written with the decision, delivered at least once."""

import datetime as dt
from collections.abc import Mapping

import attrs

from leadflow.records.events import Json

__all__ = ["Message"]


@attrs.frozen(kw_only=True)
class Message:
    """A notification or hand-over that waits in the outbox.

    Attributes:
        key: idempotency key: a message with the same key is enqueued once, and a receiver that has seen
            the key can drop a second delivery.
        kind: what it is, such as ``"assigned"`` or ``"escalated"``.
        to: the receiver's id: a person, a team, an external system.
        lead_id: the lead it is about; empty if none.
        created_at: when it was decided; aware.
        payload: plain data.

    Example:
        >>> Message(key="assigned:A1", kind="assigned", to="sato", lead_id="L1",
        ...     created_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).to
        'sato'
    """

    key: str
    kind: str
    to: str
    lead_id: str = ""
    created_at: dt.datetime
    payload: Mapping[str, Json] = attrs.field(factory=dict)

    def __repr__(self) -> str:
        return f"<Message {self.kind!r} to {self.to!r}>"
