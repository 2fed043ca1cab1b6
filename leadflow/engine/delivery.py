"""Delivering the outbox: every message at least once, one that fails stays for the next time."""

import datetime as dt

import attrs

from leadflow.errors import LeadflowError
from leadflow.ports import LeadStore, Notifier

__all__ = ["Delivery", "deliver"]


@attrs.frozen(kw_only=True)
class Delivery:
    """What became of the messages of an outbox.

    Attributes:
        sent: keys of those that were delivered.
        failed: key to why it was not; these stay in the outbox.

    Example:
        >>> Delivery(sent=("assigned:A1",)).complete
        True
    """

    sent: tuple[str, ...] = ()
    failed: dict[str, str] = attrs.field(factory=dict)

    @property
    def complete(self) -> bool:
        """Whether nothing is left."""
        return not self.failed


def deliver(store: LeadStore, notifier: Notifier, *, now: dt.datetime, limit: int | None = None) -> Delivery:
    """Hand the messages that wait in the outbox to a notifier, oldest first.

    The store is not locked while a message is on its way. A message that was handed over when the process dies before
    it could be noted comes again with the same key.

    Args:
        store: whose outbox.
        notifier: where to.
        now: aware; noted as the moment of delivery.
        limit: at most so many.

    Returns:
        What was delivered and what was not. A refusal of one message does not hold up the others.
    """
    with store.snapshot() as reader:
        waiting = reader.pending(limit)
    sent: list[str] = []
    failed: dict[str, str] = {}
    try:
        for message in waiting:
            try:
                notifier.send(message)
            except (LeadflowError, OSError) as error:
                failed[message.key] = str(error)
            else:
                sent.append(message.key)
    finally:
        if sent:
            with store.session() as session:
                session.mark_delivered(sent, now)
    return Delivery(sent=tuple(sent), failed=failed)
