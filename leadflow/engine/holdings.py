"""What people hold: closing hand-overs, and giving back the room that they took."""

import datetime as dt
from collections.abc import Iterable, Mapping

from leadflow.ports import StoreSession
from leadflow.records import Assignment
from leadflow.routing import RoutingState
from leadflow.routing.handovers import close

__all__ = ["close_all", "release"]


def close_all(
    session: StoreSession, outcomes: Mapping[str, str], held: Iterable[Assignment], *, now: dt.datetime
) -> None:
    """Close the hand-overs of leads that nobody has to work on any more; their owners have room again.

    Args:
        session: the store.
        outcomes: lead id to what became of it.
        held: assignments under which somebody is accountable; those of other leads are passed over.
        now: aware.
    """
    done = [
        close(one, actor="leadflow", now=max(now, one.offered_at), outcome=outcomes[one.lead_id])
        for one in held
        if one.lead_id in outcomes
    ]
    session.put_assignments([one for one, _ in done])
    session.append([event for _, event in done])
    release(session, [one.owner for one, _ in done])


def release(session: StoreSession, owners: Iterable[str]) -> None:
    """Let people hold one lead less each.

    Args:
        session: the store.
        owners: whose; somebody who comes twice holds two less.
    """
    names = list(owners)
    if not names:
        return
    state = RoutingState.from_dict(session.document("routing"))
    for name in names:
        state = state.closed(name)
    session.put_document("routing", state.to_dict())
