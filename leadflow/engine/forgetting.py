"""Forgetting a person in a running store: nobody works on them any more, and nothing of them is left."""

import datetime as dt

import attrs
import numpy as np

from leadflow.engine.evaluation import LIVE
from leadflow.engine.holdings import close_all
from leadflow.merging import forget, readmit, returning
from leadflow.ports import StoreSession
from leadflow.records import LeadBatch
from leadflow.records.events import Json

__all__ = ["forget_lead", "withheld"]


def forget_lead(
    session: StoreSession, lead_id: str, *, actor: str, reason: str, now: dt.datetime
) -> tuple[str, ...]:
    """Erase a person, close their hand-over and take them out of the pairs that wait for a person.

    Args:
        session: the store.
        lead_id: present or former lead id.
        actor: who decided.
        reason: why, in one sentence that names nobody.
        now: aware.

    Returns:
        The ids that their records had.

    Raises:
        NotFoundError: there is no such lead.
        StateError: it was erased before.
    """
    (present,) = session.resolve([lead_id])
    records, _ = session.records([present])
    forget(session, present, actor=actor, reason=reason, now=now)
    close_all(session, {present: "erased"}, session.assignments([present], states=LIVE), now=now)
    noted = session.document("review")
    gone = frozenset(records.ids)
    if isinstance(noted, list):
        pairs: list[Json] = [
            row
            for row in noted
            if isinstance(row, dict) and gone.isdisjoint((str(row["first"]), str(row["second"])))
        ]
        session.put_document("review", pairs)
    return records.ids


def withheld(
    session: StoreSession, new: LeadBatch, readmitted: frozenset[str]
) -> tuple[LeadBatch, tuple[str, ...]]:
    """Part the records of people who were erased from the others.

    Args:
        session: the store.
        new: records that the store does not have.
        readmitted: ids of records that may come in although their person was erased.

    Returns:
        The records to take in, and the ids of those that are held back.
    """
    back = returning(session, new)
    if not back.any():
        return new, ()
    allowed = np.fromiter((record_id in readmitted for record_id in new.ids), np.bool_, len(new))
    if (back & allowed).any():
        readmit(session, attrs.evolve(new.take(np.flatnonzero(back & allowed)), raw={}))
    held = np.flatnonzero(back & ~allowed)
    return new.take(np.flatnonzero(~back | allowed)), tuple(new.ids[row] for row in held.tolist())
