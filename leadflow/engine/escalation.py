"""The ladder over a store: steps that are due, offers to somebody else, the fallback at the end."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import attrs

from leadflow.columns import Column
from leadflow.conditions import Population
from leadflow.engine.evaluation import LIVE, Rules, View, announce, route
from leadflow.engine.holdings import release
from leadflow.errors import StateError
from leadflow.ports import StoreSession
from leadflow.records import Assignment, AssignmentState, Event, EventKind
from leadflow.routing import EscalationAction, RoutingPolicy, RoutingState
from leadflow.routing.ladders import DueStep, deadline_of, due_steps, recompute_deadlines, take_step

__all__ = ["climb", "offer_again", "reschedule", "with_deadline"]

_TRIES = 2
"""To how many people of a team a lead is offered before the fallback takes it."""


def climb(session: StoreSession, rules: Rules, view: View, *, now: dt.datetime) -> tuple[DueStep, ...]:
    """Take every step of the ladder that is due, each once, and route again what was taken back.

    Returns:
        The steps, by time.
    """
    policy = rules.routing
    if policy is None or policy.sla is None:
        return ()
    waiting = _timed(session)
    steps = due_steps(
        waiting, policy.sla, rules.teams, now, fallback=policy.fallback, calendar=policy.calendar
    )
    present = {assignment.id: assignment for assignment in waiting}
    for step in steps:
        after, events, messages = take_step(present[step.assignment.id], step, now=now)
        present[after.id] = after
        session.put_assignments([after])
        session.append(events)
        session.enqueue(messages)
        if after.state is not AssignmentState.EXPIRED:
            continue
        again = step.action is EscalationAction.REASSIGN and after.routable
        if again and len(session.assignments([after.lead_id], states={AssignmentState.EXPIRED})) < _TRIES:
            offer_again(session, rules, view, after, now=now, why="did not accept in time")
        else:
            _fall_back(session, rules, policy, after, now)
    return tuple(steps)


def reschedule(session: StoreSession, rules: Rules, *, now: dt.datetime) -> tuple[Assignment, ...]:
    """Move the deadlines that the calendars now give otherwise, such as after a holiday was added.

    Returns:
        The assignments with their new deadlines.
    """
    policy = rules.routing
    if policy is None or policy.sla is None:
        return ()
    waiting = _timed(session)
    moved = recompute_deadlines(waiting, policy.sla, rules.teams, now, calendar=policy.calendar)
    before = {one.id: one for one in waiting}
    session.put_assignments(moved)
    session.append([_rescheduled(before[one.id], one, now) for one in moved])
    return tuple(moved)


def with_deadline(rules: Rules, assignment: Assignment, now: dt.datetime) -> Assignment:
    """Return an assignment with the deadline that its state and the limits of the policy give."""
    policy = rules.routing
    if policy is None or policy.sla is None:
        return assignment
    deadline = deadline_of(assignment, policy.sla, rules.teams, now, calendar=policy.calendar)
    return attrs.evolve(assignment, deadline=deadline)


def offer_again(
    session: StoreSession, rules: Rules, view: View, former: Assignment, *, now: dt.datetime, why: str
) -> Assignment:
    """Offer a lead to somebody who did not have it yet.

    Who declined gets their turn back; who let the offer expire had it.

    Args:
        session: the store.
        rules: what decides.
        view: leads, among them this one.
        former: the last assignment of the lead.
        now: aware.
        why: why its owner is not asked again.
    """
    policy = rules.routing
    if policy is None:
        raise StateError("There is no routing policy, so the lead cannot be offered to somebody else.")
    row = view.leads.ids.index(former.lead_id)
    population = Population(batch=view.leads.take([row]), activities=view.activities, as_of=now)
    state = RoutingState.from_dict(session.document("routing"))
    if former.state is AssignmentState.DECLINED:
        weights = {person.id: person.weight for person in rules.teams.members(former.team)}
        state = state.credited(
            former.owner,
            pool=_pool(rules, policy, population, former),
            day=_day(former, rules, policy),
            weights=weights,
        )
    else:
        state = state.closed(former.owner)
    session.put_document("routing", state.to_dict())
    (offer,) = route(session, rules, population, now=now, excluded=_excluded(session, former, why))
    _own(session, offer)
    return offer


def _pool(rules: Rules, policy: RoutingPolicy, population: Population, former: Assignment) -> str:
    """Return in whose turn somebody got a lead: those of a team who have the skills that the lead asks for."""
    if not former.routable:
        return former.team
    accounts = rules.accounts.match_batch(population.batch)
    return policy.routes(population, rules.teams, accounts=accounts).describe(0).errand.pool


def _timed(session: StoreSession) -> list[Assignment]:
    """Return the assignments whose clock can run."""
    found = session.assignments(states={AssignmentState.OFFERED, AssignmentState.ACCEPTED})
    return [one for one in found if one.deadline is not None]


def _fall_back(
    session: StoreSession, rules: Rules, policy: RoutingPolicy, former: Assignment, now: dt.datetime
) -> None:
    release(session, [former.owner])
    offer, state = policy.fall_back(
        former,
        rules.teams,
        RoutingState.from_dict(session.document("routing")),
        now=now,
        excluded=_excluded(session, former, "did not accept in time"),
    )
    session.put_document("routing", state.to_dict())
    announce(session, [offer], now)
    _own(session, offer)


def _excluded(session: StoreSession, former: Assignment, why: str) -> Mapping[str, str]:
    """Return who had the lead and does not have it any more, and why, since it was last closed."""
    past: dict[str, str] = {}
    for one in session.assignments([former.lead_id]):
        if one.state is AssignmentState.CLOSED:
            past.clear()
        elif one.state not in LIVE:
            past[one.owner] = one.state.value
    return {**past, former.owner: why}


def _day(assignment: Assignment, rules: Rules, policy: RoutingPolicy) -> dt.date:
    calendar = rules.teams.calendar_of(assignment.owner) or policy.calendar
    if calendar is None:
        return assignment.offered_at.date()
    return assignment.offered_at.astimezone(ZoneInfo(calendar.time_zone)).date()


def _own(session: StoreSession, assignment: Assignment) -> None:
    states = session.states([assignment.lead_id])
    session.put_states(attrs.evolve(states, owners=Column.constant(assignment.owner, len(states))))


def _rescheduled(before: Assignment, after: Assignment, now: dt.datetime) -> Event:
    moments = {"previous": before.deadline, "deadline": after.deadline}
    return Event(
        kind=EventKind.RESCHEDULED,
        lead_id=after.lead_id,
        at=now,
        reason="the calendar or the pauses have changed",
        definition=after.definition,
        detail={
            "assignment_id": after.id,
            "owner": after.owner,
            **{name: None if moment is None else moment.isoformat() for name, moment in moments.items()},
        },
    )
