"""Undoing a wrong merge: links go, both leads are derived again."""

import datetime as dt
from collections.abc import Sequence
from itertools import chain, count

from leadflow.engine.evaluation import Rules, evaluate, read_view
from leadflow.engine.forgetting import refuse_erased
from leadflow.engine.identity import new_lead_id, references
from leadflow.engine.linking import derive_leads
from leadflow.errors import InputError, NotFoundError, StateError
from leadflow.merging import MergeStrategy
from leadflow.ports import StoreSession
from leadflow.records import Event, EventKind, Verdict
from leadflow.records.verdicts import VerdictKind

__all__ = ["unmerge_records"]


def unmerge_records(
    session: StoreSession,
    lead_id: str,
    record_ids: Sequence[str],
    *,
    strategy: MergeStrategy,
    rules: Rules,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> str:
    """Take records out of a lead as a lead of their own; they keep apart from the other records for ever.

    They get back the lead id that one of them had before, or the one that they would have had alone, if no lead has
    it now. Activities follow the reference under which they arrived; the hand-over and the history stay with the lead,
    and those of the records begin anew.

    Returns:
        The lead id of the records from now on.
    """
    (present,) = session.resolve([lead_id])
    refuse_erased(session, [present])
    batch, _ = session.records([present])
    taken = list(dict.fromkeys(record_ids))
    if not taken:
        raise InputError("No record is named: pass the ids of the records that are somebody else.")
    if any(record_id not in batch.ids for record_id in taken):
        missing = next(record_id for record_id in taken if record_id not in batch.ids)
        raise NotFoundError(f"The lead {lead_id!r} has no record {missing!r}: look at flow.why({lead_id!r}).")
    others = [other for other in batch.ids if other not in taken]
    if not others:
        raise StateError(
            "The record is the only one of its lead, so there is nothing to undo."
            if len(taken) == 1
            else "These are all records of the lead, so there is nothing to undo: leave out those that stay."
        )
    own = _own_id(session, present, taken)
    session.restore([own])
    session.link(taken, [own] * len(taken))
    session.put_verdicts(
        [
            Verdict(first=one, second=other, kind=VerdictKind.DISTINCT, at=now, actor=actor, reason=reason)
            for one in taken
            for other in others
        ]
    )
    records, lead_ids = session.records([present, own])
    derive_leads(session, records, lead_ids, [present, own], strategy)
    session.restore_activities(
        {present: present, own: own, **references(records, lead_ids)}, among=[present, own]
    )
    session.append(
        [
            Event(
                kind=kind,
                lead_id=whose,
                at=now,
                actor=actor,
                reason=reason,
                definition=rules.version,
                detail={"record_id": record_id, told: other},
            )
            for kind, whose, told, other in (
                (EventKind.UNLINKED, present, "to", own),
                (EventKind.LINKED, own, "from", present),
            )
            for record_id in taken
        ]
    )
    evaluate(session, rules, read_view(session, [present, own]), now=now)
    return own


def _own_id(session: StoreSession, present: str, record_ids: Sequence[str]) -> str:
    """Return the lead id that the records had before the merge or would have had, or another when a lead has it now."""
    former = frozenset(session.merged_into(present))
    derived = [new_lead_id(record_id) for record_id in sorted(record_ids)]
    wanted = [*(one for one in derived if one in former), derived[0]]
    tries = (new_lead_id(f"{min(record_ids)} apart {number}") for number in count(1))
    return next(one for one in chain(wanted, tries) if not len(session.leads([one])))
