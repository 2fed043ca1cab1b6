"""Delivering the outbox: every message at least once, one that fails stays for the next time."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import attrs

from leadflow.errors import LeadflowError
from leadflow.ports import LeadStore, Notifier
from leadflow.records import Message

__all__ = ["Delivery", "deliver"]

_AT_ONCE: Final = 10
"""After so many messages is noted what was delivered: a note takes the database about as long as a mail takes."""


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

    The store is not locked while a message is on its way. What was delivered is noted after every ten messages, so that
    at most so many come again, with the same keys, when the process dies before it could note them.

    Args:
        store: whose outbox.
        notifier: where to.
        now: aware; noted as the moment of delivery.
        limit: at most so many.

    Returns:
        What was delivered and what was not. Whatever the notifier raises for one message does not hold up the others.
    """
    with store.snapshot() as reader:
        waiting = reader.pending(limit)
    done = Delivery()
    for first in range(0, len(waiting), _AT_ONCE):
        done = _deliver_some(store, notifier, waiting[first : first + _AT_ONCE], done, now)
    return done


def _deliver_some(
    store: LeadStore, notifier: Notifier, waiting: Sequence[Message], before: Delivery, now: dt.datetime
) -> Delivery:
    """Hand over a few messages and note it, and return what became of these and those before."""
    sent: list[str] = []
    failed: dict[str, str] = {}
    try:
        for message in waiting:
            try:
                notifier.send(message)
            except (LeadflowError, OSError) as error:
                failed[message.key] = str(error)
            except Exception as error:  # noqa: BLE001  # a notifier of somebody else's may raise anything
                failed[message.key] = (
                    f"the notifier raised {type(error).__name__}; send this message alone to see where"
                )
            else:
                sent.append(message.key)
    finally:
        if sent:
            with store.session() as session:
                session.mark_delivered(sent, now)
    return Delivery(sent=(*before.sent, *sent), failed={**before.failed, **failed})
