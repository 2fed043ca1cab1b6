"""The hand-over in a store: accept, decline, follow up, and the ladder that runs when nobody does."""

import datetime as dt
from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from leadflow.columns import Column
from leadflow.conditions import Population
from leadflow.engine.evaluation import LIVE, Rules, View, announce
from leadflow.errors import NotFoundError, StateError
from leadflow.ports import StoreSession
from leadflow.records import ActivityLog, Assignment, AssignmentState, Event
from leadflow.records.batches import to_seconds
from leadflow.routing import EscalationAction, RoutingState
from leadflow.routing.handovers import accept, decline, follow_up
from leadflow.routing.ladders import DueStep, due_steps, take_step

__all__ = [
    "accept_by_activity",
    "accept_offer",
    "climb",
    "decline_offer",
    "follow_up_lead",
    "open_assignment",
]


_TRIES = 2
"""To how many people a lead is offered before the pool takes it."""


def open_assignment(session: StoreSession, assignment_id: str) -> Assignment:
    """Return an assignment by id.

    Raises:
        NotFoundError: there is none.
    """
    found = session.assignments(ids=[assignment_id])
    if not found:
        raise NotFoundError(f"There is no assignment {assignment_id!r}: check the id.")
    return found[0]


def accept_offer(session: StoreSession, assignment_id: str, *, actor: str, now: dt.datetime) -> Assignment:
    """Let the owner accept; see ``leadflow.routing.handovers.accept``."""
    return _keep(session, *accept(open_assignment(session, assignment_id), actor=actor, now=now))


def follow_up_lead(
    session: StoreSession, assignment_id: str, *, actor: str, now: dt.datetime, outcome: str
) -> Assignment:
    """Record what came of the hand-over; see ``leadflow.routing.handovers.follow_up``."""
    return _keep(
        session, *follow_up(open_assignment(session, assignment_id), actor=actor, now=now, outcome=outcome)
    )


def decline_offer(
    session: StoreSession,
    rules: Rules,
    view: View,
    assignment_id: str,
    *,
    actor: str,
    now: dt.datetime,
    reason: str,
) -> Assignment:
    """Let the owner decline for a reason, and offer the lead to somebody else.

    Returns:
        The new assignment.
    """
    declined = _keep(
        session, *decline(open_assignment(session, assignment_id), actor=actor, now=now, reason=reason)
    )
    return _offer_again(session, rules, view, declined, now=now, why=f"declined: {reason}")


def climb(session: StoreSession, rules: Rules, view: View, *, now: dt.datetime) -> tuple[DueStep, ...]:
    """Take every step of the ladder that is due, each once, and route again what was taken back.

    Returns:
        The steps, by time.
    """
    policy = rules.routing
    if policy is None or policy.sla is None:
        return ()
    offered = [
        one for one in session.assignments(states={AssignmentState.OFFERED}) if one.deadline is not None
    ]
    steps = due_steps(
        offered, policy.sla, rules.teams, now, fallback=policy.fallback, calendar=policy.calendar
    )
    present = {assignment.id: assignment for assignment in offered}
    for step in steps:
        after, events, messages = take_step(present[step.assignment.id], step, now=now)
        present[after.id] = after
        session.put_assignments([after])
        session.append(events)
        session.enqueue(messages)
        if step.action is EscalationAction.REASSIGN and _tries(session, after.lead_id) < _TRIES:
            _offer_again(session, rules, view, after, now=now, why="did not accept in time")
        elif step.action in {EscalationAction.REASSIGN, EscalationAction.POOL}:
            _give_to_pool(session, rules, after, now)
    return tuple(steps)


def accept_by_activity(
    session: StoreSession, log: ActivityLog, kinds: Sequence[str], *, now: dt.datetime
) -> int:
    """Let what salespeople did with a lead after the offer count as acceptance and follow-up.

    Args:
        session: the store.
        log: activities of any leads.
        kinds: the kinds that count, such as ``"appointment"``.
        now: aware; later activities do not count.

    Returns:
        How many offers were accepted.
    """
    offers = {
        assignment.lead_id: assignment for assignment in session.assignments(states={AssignmentState.OFFERED})
    }
    wanted = (
        log.kinds.test(set(kinds).__contains__)
        & log.lead_ids.test(offers.__contains__)
        & (log.at <= to_seconds(now))
    )
    accepted = 0
    for activity in sorted(log.take(np.flatnonzero(wanted)), key=lambda one: (one.at, one.key)):
        offer = offers.get(activity.lead_id)
        if offer is None or activity.at < offer.offered_at:
            continue
        taken = _keep(session, *accept(offer, actor=offer.owner, now=activity.at))
        _keep(session, *follow_up(taken, actor=offer.owner, now=activity.at, outcome=activity.kind))
        del offers[activity.lead_id]
        accepted += 1
    return accepted


def _tries(session: StoreSession, lead_id: str) -> int:
    return len(session.assignments([lead_id], states={AssignmentState.EXPIRED}))


def _keep(session: StoreSession, assignment: Assignment, event: Event) -> Assignment:
    session.put_assignments([assignment])
    session.append([event])
    return assignment


def _offer_again(
    session: StoreSession, rules: Rules, view: View, former: Assignment, *, now: dt.datetime, why: str
) -> Assignment:
    policy = rules.routing
    if policy is None:
        raise StateError("There is no routing policy, so the lead cannot be offered to somebody else.")
    excluded: Mapping[str, str] = {
        former.owner: why,
        **{
            one.owner: one.state.value
            for one in session.assignments([former.lead_id])
            if one.state not in LIVE
        },
    }
    row = view.leads.ids.index(former.lead_id)
    population = Population(batch=view.leads.take([row]), activities=view.activities, as_of=now)
    state = RoutingState.from_dict(session.document("routing") or {}).closed(former.owner)
    offers, after = policy.assign_batch(population, rules.teams, state, now=now, excluded=excluded)
    session.put_document("routing", after.to_dict())
    announce(session, offers, now)
    _own(session, offers[0])
    return offers[0]


def _give_to_pool(session: StoreSession, rules: Rules, former: Assignment, now: dt.datetime) -> None:
    policy = rules.routing
    assert policy is not None  # noqa: S101  # a step of the ladder needs a policy
    state = RoutingState.from_dict(session.document("routing") or {}).closed(former.owner)
    session.put_document("routing", state.to_dict())
    pooled = attrs.evolve(
        former,
        id=f"{former.id}-pool",
        owner=policy.fallback,
        team=policy.fallback,
        informed=(),
        offered_at=now,
        deadline=None,
        state=AssignmentState.OFFERED,
        reasons=("nobody accepted in time",),
        step=0,
        routable=False,
    )
    announce(session, [pooled], now)
    _own(session, pooled)


def _own(session: StoreSession, assignment: Assignment) -> None:
    states = session.states([assignment.lead_id])
    session.put_states(attrs.evolve(states, owners=Column.constant(assignment.owner, len(states))))
