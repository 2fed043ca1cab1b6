"""Pauses of a hand-over as plain data, as every store keeps them."""

from collections.abc import Iterable

from leadflow.adapters.cells import moment_of, moment_text
from leadflow.errors import StoreError
from leadflow.records import Pause
from leadflow.records.events import Json

__all__ = ["pauses_from_data", "pauses_to_data"]


def pauses_to_data(pauses: Iterable[Pause]) -> list[Json]:
    """Return pauses as plain data.

    Example:
        >>> import datetime as dt
        >>> pauses_to_data([Pause(start=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), reason="away", actor="sato")])
        [['2026-04-01T00:00:00+00:00', None, 'away', 'sato']]
    """
    return [
        [moment_text(one.start), None if one.end is None else moment_text(one.end), one.reason, one.actor]
        for one in pauses
    ]


def pauses_from_data(data: Json) -> tuple[Pause, ...]:
    """Read what `pauses_to_data` wrote.

    Raises:
        StoreError: the data have another shape.

    Example:
        >>> pauses_from_data([["2026-04-01T00:00:00+00:00", None, "away", "sato"]])[0].actor
        'sato'
    """
    if not isinstance(data, list):
        raise StoreError(
            "The pauses of an assignment must be a list: the store was written by something else."
        )
    return tuple(_pause(item) for item in data)


def _pause(item: Json) -> Pause:
    if not isinstance(item, list) or len(item) != 4:  # start, end, reason, actor
        raise StoreError("A pause must have a start, an end, a reason and an actor.")
    start, end, reason, actor = item
    return Pause(
        start=moment_of(str(start)),
        end=None if end is None else moment_of(str(end)),
        reason=str(reason),
        actor=str(actor),
    )
