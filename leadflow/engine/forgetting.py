"""Forgetting a person in a running store: nobody works on them any more, and nothing of them is left."""

import datetime as dt
from collections.abc import Iterable
from itertools import chain

import attrs
import numpy as np

from leadflow.engine.evaluation import LIVE
from leadflow.engine.holdings import close_all
from leadflow.engine.journal_facts import JournalFacts
from leadflow.errors import StateError
from leadflow.funnel import Funnel
from leadflow.matching import FittedMatcher
from leadflow.merging import forget, readmit, returning
from leadflow.ports import StoreSession
from leadflow.records import EventKind, LeadBatch
from leadflow.records.events import Json

__all__ = ["forget_lead", "refuse_erased", "withheld"]


def forget_lead(
    session: StoreSession, lead_id: str, *, funnel: Funnel, actor: str, reason: str, now: dt.datetime
) -> tuple[str, ...]:
    """Erase a person, close their hand-over and take them out of the pairs that wait for a person.

    Args:
        session: the store.
        lead_id: present or former lead id.
        funnel: how far a stage is, for leads that had the person's stays for a while.
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
    whose = frozenset((present, *session.merged_into(present)))
    _forget_model(session, records)
    forget(session, present, actor=actor, reason=reason, now=now)
    close_all(session, {present: "erased"}, session.assignments([present], states=LIVE), now=now)
    _forget_elsewhere(session, whose, funnel)
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


def _forget_model(session: StoreSession, records: LeadBatch) -> None:
    """Take the person's records out of what the fitted matcher counted: it names texts that a few records have."""
    model = session.document("matcher")
    if isinstance(model, dict):
        fewer = FittedMatcher.from_dict(model).without(records).to_dict()
        session.put_document("matcher", fewer)  # type: ignore[arg-type]  # a model is plain data


def _forget_elsewhere(session: StoreSession, whose: frozenset[str], funnel: Funnel) -> None:
    """Derive anew the histories of other leads that took over stays of the person's before a merge was undone."""
    heirs = _heirs(session, whose)
    if not heirs:
        return
    merges = [(one.lead_id, str(one.detail["into"])) for one in session.journal(kinds=[EventKind.MERGED])]
    kin, before = set(heirs), 0
    while len(kin) > before:
        before = len(kin)
        kin |= {old for old, into in merges if into in kin}
    entries = chain.from_iterable(session.journal(lead_id) for lead_id in sorted(kin))
    facts = JournalFacts.of(sorted(entries, key=lambda event: event.sequence), funnel)
    held = session.histories(sorted(heirs))
    told = (facts.histories.get(lead_id) for lead_id in sorted(heirs))
    session.put_histories([one for one in told if one is not None and held.get(one.lead_id) != one])


def _heirs(session: StoreSession, whose: frozenset[str]) -> frozenset[str]:
    """Return other leads into which leads were merged, directly or through others."""
    found, waiting = set(whose), sorted(whose)
    while waiting:
        lead_id = waiting.pop()
        intos = {str(event.detail["into"]) for event in session.journal(lead_id, kinds=[EventKind.MERGED])}
        waiting += sorted(intos - found)
        found |= intos
    return frozenset(found - whose)


def refuse_erased(session: StoreSession, lead_ids: Iterable[str]) -> None:
    """Refuse to decide about people who were erased: their rows stand for nobody, and count as they are.

    Args:
        session: the store.
        lead_ids: present lead ids.

    Raises:
        StateError: one of them was erased.
    """
    for lead_id in lead_ids:
        if next(iter(session.journal(lead_id, kinds=[EventKind.ERASED], limit=1)), None) is not None:
            raise StateError(
                f"The person of the lead {lead_id!r} was erased, so nothing is decided about it any more: leave it out."
            )


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
