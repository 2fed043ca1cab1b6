"""Verdicts of people: these records are the same person, or they are not, whatever a matcher says."""

import datetime as dt
from collections.abc import Sequence
from itertools import combinations

from leadflow.engine.evaluation import Rules, evaluate, read_view
from leadflow.engine.forgetting import refuse_erased
from leadflow.engine.joining import join_leads
from leadflow.engine.linking import derive_leads
from leadflow.errors import InputError, NotFoundError, StateError
from leadflow.merging import MergeStrategy
from leadflow.ports import StoreSession
from leadflow.records import Event, EventKind, Verdict, VerdictKind

__all__ = ["judge"]


def judge(
    session: StoreSession,
    record_ids: Sequence[str],
    verdict: VerdictKind,
    *,
    strategy: MergeStrategy,
    rules: Rules,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> tuple[str, ...]:
    """Keep a verdict on every two of some records, and let it take effect now.

    Returns:
        The lead id of each record from now on.
    """
    named = list(dict.fromkeys(record_ids))
    if len(named) < 2:  # a pair
        raise InputError("A verdict is about at least two records: pass the ids of both.")
    lead_of = session.lead_of(named)
    unknown = [record_id for record_id in named if record_id not in lead_of]
    if unknown:
        raise NotFoundError(
            f"There is no record {unknown[0]!r} in the store: take the ids from flow.review()."
        )
    leads = list(dict.fromkeys(lead_of[record_id] for record_id in named))
    refuse_erased(session, leads)
    if verdict is VerdictKind.DISTINCT and len(leads) < len(named):
        raise StateError(
            "Two of these records are one lead now: take one out with flow.unmerge, which keeps them apart for ever."
        )
    session.put_verdicts(
        [
            Verdict(first=one, second=other, kind=verdict, at=now, actor=actor, reason=reason)
            for one, other in combinations(named, 2)
        ]
    )
    kept = _first(session, leads) if verdict is VerdictKind.SAME else ""
    session.append(
        [
            Event(
                kind=EventKind.VERDICT,
                lead_id=kept or lead_of[record_id],
                at=now,
                actor=actor,
                reason=reason,
                definition=rules.version,
                detail={"record_ids": list(named), "verdict": verdict.value},
            )
            for record_id in (named[:1] if kept else named)
        ]
    )
    if verdict is VerdictKind.SAME and len(leads) > 1:
        _join(session, leads, kept, strategy=strategy, rules=rules, now=now)
    present = session.lead_of(named)
    return tuple(present[record_id] for record_id in record_ids)


def _first(session: StoreSession, leads: Sequence[str]) -> str:
    """Return the lead that was there first."""
    return session.leads(leads).ids[0]


def _join(
    session: StoreSession,
    leads: Sequence[str],
    kept: str,
    *,
    strategy: MergeStrategy,
    rules: Rules,
    now: dt.datetime,
) -> None:
    records, lead_ids = session.records(leads)
    lead_of = dict(zip(records.ids, lead_ids, strict=True))
    apart = [
        (one.first, one.second)
        for one in session.verdicts()
        if one.kind is VerdictKind.DISTINCT
        and one.first in lead_of
        and one.second in lead_of
        and lead_of[one.first] != lead_of[one.second]
    ]
    if apart:
        raise StateError(
            f"A person has held records of these leads apart, {apart[0][0]!r} and {apart[0][1]!r} among them: name these"
            " records too if they are the same person after all."
        )
    moved = [record_id for record_id, lead_id in lead_of.items() if lead_id != kept]
    events = join_leads(
        session, {old: kept for old in leads if old != kept}, rules.funnel, now=now, definition=rules.version
    )
    session.link(moved, [kept] * len(moved))
    derive_leads(session, records, [kept] * len(records), [kept], strategy)
    session.append(events)
    evaluate(session, rules, read_view(session, [kept]), now=now, joined=(kept,))
