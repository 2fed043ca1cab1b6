"""Undoing a wrong merge: one link goes, both leads are derived again."""

import datetime as dt

from leadflow.engine.evaluation import Rules, evaluate, read_view
from leadflow.engine.identity import new_lead_id, references
from leadflow.engine.linking import derive_leads
from leadflow.errors import NotFoundError, StateError
from leadflow.merging import MergeStrategy
from leadflow.ports import StoreSession
from leadflow.records import Event, EventKind, Verdict
from leadflow.records.verdicts import VerdictKind

__all__ = ["unmerge_record"]


def unmerge_record(
    session: StoreSession,
    lead_id: str,
    record_id: str,
    *,
    strategy: MergeStrategy,
    rules: Rules,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> str:
    """Take a record out of a lead; it keeps apart from the lead's other records for ever.

    The record gets back the lead id that it had alone, if no lead has it now. Activities follow the reference under
    which they arrived; the hand-over and the history stay with the lead, and the record's begin anew.

    Returns:
        The lead id of the record from now on.
    """
    (present,) = session.resolve([lead_id])
    batch, _ = session.records([present])
    if record_id not in batch.ids:
        raise NotFoundError(
            f"The lead {lead_id!r} has no record {record_id!r}: look at flow.why({lead_id!r})."
        )
    others = [other for other in batch.ids if other != record_id]
    if not others:
        raise StateError("The record is the only one of its lead, so there is nothing to undo.")
    own = _own_id(session, record_id)
    session.restore([own])
    session.link([record_id], [own])
    session.put_verdicts(
        [
            Verdict(
                first=record_id, second=other, kind=VerdictKind.DISTINCT, at=now, actor=actor, reason=reason
            )
            for other in others
        ]
    )
    records, lead_ids = session.records([present, own])
    derive_leads(session, records, lead_ids, [present, own], strategy)
    session.restore_activities({present: present, own: own, **references(records, lead_ids)})
    session.append(
        [
            Event(
                kind=EventKind.UNLINKED,
                lead_id=present,
                at=now,
                actor=actor,
                reason=reason,
                definition=rules.version,
                detail={"record_id": record_id, "to": own},
            )
        ]
    )
    evaluate(session, rules, read_view(session, [present, own]), now=now)
    return own


def _own_id(session: StoreSession, record_id: str) -> str:
    """Return the lead id that the record had alone, or another one when a lead has it now."""
    own, tries = new_lead_id(record_id), 0
    while len(session.leads([own])):
        tries += 1
        own = new_lead_id(f"{record_id} apart {tries}")
    return own
