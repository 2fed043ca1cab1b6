"""Leads that turn out to be one: the one that was there first takes over everything from the others."""

import datetime as dt
from collections.abc import Mapping, Sequence

import attrs

from leadflow.columns import Column
from leadflow.engine.assignment_facts import HAD_IT_TOO
from leadflow.engine.evaluation import LIVE
from leadflow.engine.holdings import release
from leadflow.funnel import Funnel
from leadflow.ports import StoreSession
from leadflow.records import Assignment, AssignmentState, Event, EventKind, Informed, Message, StageHistory
from leadflow.records.batches import to_seconds

__all__ = ["join_leads"]

_PROGRESS = (AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP)


def join_leads(
    session: StoreSession, merged: Mapping[str, str], funnel: Funnel, *, now: dt.datetime, definition: str
) -> list[Event]:
    """Let merged leads stand for the one that stays: activities, histories, hand-overs, redirects.

    The stage is the furthest that one of them reached. Of several accountable people the one who came furthest with
    the lead stays, of equals the one who got it first; the others are informed, and as both may be at work, a conflict
    is raised: the one who stays is told who else had the lead and how far they were.

    Args:
        session: the store.
        merged: former lead id to the lead id that stays.
        funnel: how far a stage is.
        now: aware.
        definition: the version of the rules.

    Returns:
        The journal entries.
    """
    if not merged:
        return []
    session.relabel_activities(merged)
    parties: dict[str, list[str]] = {}
    for old, new in merged.items():
        parties.setdefault(new, [new]).append(old)
    events = [
        Event(
            kind=EventKind.MERGED,
            lead_id=old,
            at=now,
            reason="their records are the same lead",
            definition=definition,
            detail={"into": new},
        )
        for old, new in merged.items()
    ]
    for new, members in parties.items():
        events += _join_histories(session, new, members, funnel, now=now, definition=definition)
        events += _join_assignments(session, new, members, now)
    session.redirect(list(merged), list(merged.values()))
    session.remove_leads(list(merged))
    return events


def _join_histories(
    session: StoreSession,
    lead_id: str,
    members: Sequence[str],
    funnel: Funnel,
    *,
    now: dt.datetime,
    definition: str,
) -> list[Event]:
    histories = session.histories(members)
    joined = funnel.merge([histories[member] for member in members if member in histories], lead_id=lead_id)
    session.put_histories([joined])
    before = histories.get(lead_id, StageHistory(lead_id=lead_id)).current
    states = session.states([lead_id])
    if joined.current is None or not len(states):
        return []
    entered = states.stage_entered_at.copy()
    entered[:] = to_seconds(joined.intervals[-1].entered_at)
    entered.flags.writeable = False
    stages = Column.constant(joined.current, len(states))
    session.put_states(attrs.evolve(states, stages=stages, stage_entered_at=entered))
    if joined.current == before:
        return []
    return [
        Event(
            kind=EventKind.STAGE_ENTERED,
            lead_id=lead_id,
            at=now,
            reason="a lead that is the same was further",
            definition=definition,
            detail={"stage": joined.current, "previous": before},
        )
    ]


def _join_assignments(
    session: StoreSession, lead_id: str, members: Sequence[str], now: dt.datetime
) -> list[Event]:
    moved = {one.id: attrs.evolve(one, lead_id=lead_id) for one in session.assignments(members)}
    live = sorted(
        (one for one in moved.values() if one.state in LIVE),
        key=lambda one: (-_PROGRESS.index(one.state), one.offered_at, one.id),
    )
    events: list[Event] = []
    if live:
        kept, *others = live
        told = tuple(one for one in others if one.owner != kept.owner)
        informed = {party.id: party for party in kept.informed}
        informed |= {one.owner: Informed(id=one.owner, reason=HAD_IT_TOO) for one in told}
        moved[kept.id] = attrs.evolve(kept, informed=tuple(informed.values()))
        moved |= {one.id: attrs.evolve(one, state=AssignmentState.CLOSED, closed_at=now) for one in others}
        events = [_ended(one, kept, now) for one in others]
        session.enqueue([message for one in told for message in _messages(one, kept, now)])
        release(session, [one.owner for one in others])
        states = session.states([lead_id])
        session.put_states(attrs.evolve(states, owners=Column.constant(kept.owner, len(states))))
    session.put_assignments(list(moved.values()))
    return events


def _ended(one: Assignment, kept: Assignment, now: dt.datetime) -> Event:
    return Event(
        kind=EventKind.EXPIRED,
        lead_id=one.lead_id,
        at=now,
        reason=f"the lead is the same as one that {kept.owner} has",
        definition=one.definition,
        detail={"assignment_id": one.id, "owner": one.owner, "kept": kept.id},
    )


def _messages(one: Assignment, kept: Assignment, now: dt.datetime) -> list[Message]:
    conflict = Message(
        key=f"conflict:{kept.id}:{one.id}",
        kind="conflict",
        to=kept.owner,
        lead_id=one.lead_id,
        created_at=now,
        payload={
            "assignment_id": kept.id,
            "why": "the lead is the same as one that somebody else has: agree on who has told the customer what",
            "other_owner": one.owner,
            "other_state": one.state.value,
        },
    )
    informed = Message(
        key=f"informed:{kept.id}:{one.id}",
        kind="informed",
        to=one.owner,
        lead_id=one.lead_id,
        created_at=now,
        payload={
            "assignment_id": kept.id,
            "why": "the lead is the same as one that somebody else has",
            "owner": kept.owner,
        },
    )
    return [conflict, informed]
