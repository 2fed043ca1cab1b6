"""Notifiers that need no server: one that keeps messages, one that writes them to a log."""

import logging

import attrs

from leadflow.records import Message

__all__ = ["LogNotifier", "MemoryNotifier"]


@attrs.define(kw_only=True, eq=False)
class MemoryNotifier:
    """Keeps messages in the order of their delivery, each key once; for tests and notebooks.

    Attributes:
        messages: what was delivered.

    Example:
        >>> import datetime as dt
        >>> notifier = MemoryNotifier()
        >>> for _ in range(2):
        ...     notifier.send(Message(key="assigned:A1", kind="assigned", to="sato", created_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)))
        >>> [message.to for message in notifier.messages]
        ['sato']
    """

    messages: list[Message] = attrs.field(factory=list)

    def send(self, message: Message) -> None:
        """Keep one message; one whose key is known is passed over."""
        if all(message.key != known.key for known in self.messages):
            self.messages.append(message)


@attrs.frozen(kw_only=True)
class LogNotifier:
    """Writes kind, receiver, lead and key of each message to a log, and nothing personal.

    Attributes:
        logger: where to.
        level: how loudly.

    Example:
        >>> import datetime as dt
        >>> LogNotifier().send(Message(key="k", kind="assigned", to="sato", created_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)))
    """

    logger: logging.Logger = attrs.field(factory=lambda: logging.getLogger("leadflow.notifications"))
    level: int = logging.INFO

    def send(self, message: Message) -> None:
        """Write one message."""
        self.logger.log(
            self.level,
            "%s to %s about %s (%s)",
            message.kind,
            message.to,
            message.lead_id or "-",
            message.key,
        )
