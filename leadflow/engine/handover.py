"""The hand-over protocol over a store: accept, decline, pause, resume, follow up, close."""

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np

from leadflow.engine.escalation import offer_again, with_deadline
from leadflow.engine.evaluation import Rules, View
from leadflow.engine.holdings import release
from leadflow.errors import NotFoundError
from leadflow.ports import StoreSession
from leadflow.records import ActivityLog, Assignment, AssignmentState, Event
from leadflow.records.batches import to_seconds
from leadflow.routing import handovers

__all__ = [
    "accept_by_activity",
    "accept_offer",
    "close_assignment",
    "decline_offer",
    "follow_up_lead",
    "open_assignment",
    "pause_assignment",
    "resume_assignment",
]


def open_assignment(session: StoreSession, assignment_id: str) -> Assignment:
    """Return an assignment by id.

    Raises:
        NotFoundError: there is none.
    """
    found = session.assignments(ids=[assignment_id])
    if not found:
        raise NotFoundError(f"There is no assignment {assignment_id!r}: check the id.")
    return found[0]


def accept_offer(
    session: StoreSession, rules: Rules, assignment_id: str, *, actor: str, now: dt.datetime
) -> Assignment:
    """Let the owner accept; see ``leadflow.routing.handovers.accept``."""
    taken, event = handovers.accept(open_assignment(session, assignment_id), actor=actor, now=now)
    return _keep_until(session, with_deadline(rules, taken, now), event)


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
        session,
        *handovers.decline(open_assignment(session, assignment_id), actor=actor, now=now, reason=reason),
    )
    return offer_again(session, rules, view, declined, now=now, why=f"declined: {reason}")


def follow_up_lead(
    session: StoreSession, assignment_id: str, *, actor: str, now: dt.datetime, outcome: str
) -> Assignment:
    """Record what came of the hand-over; see ``leadflow.routing.handovers.follow_up``."""
    return _keep(
        session,
        *handovers.follow_up(open_assignment(session, assignment_id), actor=actor, now=now, outcome=outcome),
    )


def close_assignment(
    session: StoreSession, assignment_id: str, *, actor: str, now: dt.datetime, outcome: str
) -> Assignment:
    """Close a hand-over, so that its owner has room again; see ``leadflow.routing.handovers.close``."""
    done = _keep(
        session,
        *handovers.close(open_assignment(session, assignment_id), actor=actor, now=now, outcome=outcome),
    )
    release(session, [done.owner])
    return done


def pause_assignment(
    session: StoreSession, assignment_id: str, *, actor: str, now: dt.datetime, reason: str
) -> Assignment:
    """Stop the clock of a hand-over; see ``leadflow.routing.handovers.pause``."""
    return _keep(
        session,
        *handovers.pause(open_assignment(session, assignment_id), actor=actor, now=now, reason=reason),
    )


def resume_assignment(
    session: StoreSession, rules: Rules, assignment_id: str, *, actor: str, now: dt.datetime, reason: str
) -> Assignment:
    """Let the clock of a hand-over run again, with its deadline moved; see ``leadflow.routing.handovers.resume``."""
    running, event = handovers.resume(
        open_assignment(session, assignment_id), actor=actor, now=now, reason=reason
    )
    return _keep_until(session, with_deadline(rules, running, now) if running.deadline else running, event)


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
        How many offers were accepted, or accepted leads followed up.
    """
    waiting = {
        one.lead_id: one
        for one in session.assignments(states={AssignmentState.OFFERED, AssignmentState.ACCEPTED})
    }
    wanted = (
        log.kinds.test(set(kinds).__contains__)
        & log.lead_ids.test(waiting.__contains__)
        & (log.at <= to_seconds(now))
    )
    done = 0
    for activity in sorted(log.take(np.flatnonzero(wanted)), key=lambda one: (one.at, one.key)):
        one = waiting.get(activity.lead_id)
        if one is None or activity.at < (one.accepted_at or one.offered_at):
            continue
        at = activity.at if one.paused is None else max(activity.at, one.paused.start)
        if one.state is AssignmentState.OFFERED:
            one = _keep(session, *handovers.accept(one, actor=one.owner, now=at))
        _keep(session, *handovers.follow_up(one, actor=one.owner, now=at, outcome=activity.kind))
        del waiting[activity.lead_id]
        done += 1
    return done


def _keep(session: StoreSession, assignment: Assignment, event: Event) -> Assignment:
    session.put_assignments([assignment])
    session.append([event])
    return assignment


def _keep_until(session: StoreSession, assignment: Assignment, event: Event) -> Assignment:
    until = None if assignment.deadline is None else assignment.deadline.isoformat()
    return _keep(session, assignment, attrs.evolve(event, detail={**event.detail, "deadline": until}))
