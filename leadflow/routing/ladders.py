"""The ladder of a lead that nobody accepts or follows up: which steps are due, each taken exactly once."""

import datetime as dt
from collections.abc import Iterable

import attrs

from leadflow.calendars import BusinessCalendar
from leadflow.errors import StateError
from leadflow.records.assignments import Assignment, AssignmentState
from leadflow.records.events import Event, EventKind
from leadflow.records.messages import Message
from leadflow.routing.handovers import expire
from leadflow.routing.slas import EscalationAction, EscalationStep, Sla
from leadflow.routing.teams import Teams

__all__ = ["DueStep", "deadline_of", "due_steps", "recompute_deadlines", "take_step"]


@attrs.frozen(kw_only=True)
class DueStep:
    """A step of the ladder whose time has come.

    Attributes:
        assignment: as it was when the step was found.
        number: the place of the step in the ladder, from 0.
        action: what it does.
        to: whom to tell: the owner, a superior, or the stated fallback.
        due_at: when its time came; aware.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> step = DueStep(assignment=Assignment(id="A", lead_id="L1", owner="sato", offered_at=at), number=0,
        ...     action=EscalationAction.REMIND, to="sato", due_at=at)
        >>> step.key
        'A:0'
    """

    assignment: Assignment
    number: int
    action: EscalationAction
    to: str
    due_at: dt.datetime

    @property
    def key(self) -> str:
        """The same for the same step of the same assignment, so that it is taken once.

        Example:
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> DueStep(assignment=Assignment(id="A", lead_id="L1", owner="sato", offered_at=at), number=2,
            ...     action=EscalationAction.POOL, to="desk", due_at=at).key
            'A:2'
        """
        after = "" if self.assignment.accepted_at is None else "accepted:"
        return f"{self.assignment.id}:{after}{self.number}"


def due_steps(
    assignments: Iterable[Assignment],
    sla: Sla,
    teams: Teams,
    now: dt.datetime,
    *,
    fallback: str = "",
    calendar: BusinessCalendar | None = None,
) -> list[DueStep]:
    """Return the steps that are due and were not taken, by time.

    The times are worked out from the moment of the offer, or of the acceptance, and the calendar as it is now, so
    that a holiday that was added counts. An assignment's ``step`` says how many steps it has behind it: asking again
    after they were taken returns nothing. When several steps of one assignment are due at once, they come in the
    order of the ladder, and nothing comes after the one that takes the offer back.

    Args:
        assignments: those that are neither on offer nor accepted, or whose clock stands still, have no steps.
        sla: the ladder.
        teams: the organisation, for calendars and superiors.
        now: aware.
        fallback: whom a step of the kind ``POOL`` names.
        calendar: of teams that have none of their own.

    Example:
        >>> from leadflow.calendars import hours
        >>> from leadflow.routing.slas import remind
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> one = Assignment(id="A", lead_id="L1", owner="sato", offered_at=at)
        >>> sla = Sla(accept_within=hours(4), escalate=[remind(hours(3))])
        >>> [step.to for step in due_steps([one], sla, Teams(teams=[], people=[]), at + hours(3))]
        ['sato']
    """
    found = []
    for assignment in assignments:
        start, steps = _ladder(assignment, sla)
        if not steps[assignment.step :] or assignment.paused is not None:
            continue
        hours = _calendar(assignment, teams, calendar)
        spans = [one.span(now) for one in assignment.pauses]
        superiors = 0
        for number, step in enumerate(steps):
            above = step.action is EscalationAction.SUPERVISOR
            superiors += above
            if number < assignment.step:
                continue
            due_at = hours.add(start, step.after, pauses=spans)
            if due_at > now:
                # Elapsed and business time may cross, but the ladder is climbed in its order.
                break
            to = _superior(assignment, teams, superiors, fallback) if above else assignment.owner
            to = fallback or assignment.owner if step.action is EscalationAction.POOL else to
            found.append(
                DueStep(assignment=assignment, number=number, action=step.action, to=to, due_at=due_at)
            )
            if step.action in {EscalationAction.REASSIGN, EscalationAction.POOL}:
                break
    return sorted(found, key=lambda step: (step.due_at, step.assignment.id, step.number))


def take_step(
    assignment: Assignment, step: DueStep, *, now: dt.datetime, actor: str = "leadflow"
) -> tuple[Assignment, tuple[Event, ...], tuple[Message, ...]]:
    """Take a step: remind or tell the superior, or take the offer back.

    After ``REASSIGN`` or ``POOL`` the assignment has expired; the lead is to be routed again without its owner, or
    to be given to the fallback.

    Args:
        assignment: as it is now, after the steps before this one.
        step: the next step of its ladder.
        now: aware.
        actor: who takes it.

    Returns:
        The assignment with the step behind it, the journal entries, and the messages for the outbox, whose keys are
        the same however often a step is taken.

    Raises:
        StateError: the step is not the next one, or the assignment is neither on offer nor accepted.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> one = Assignment(id="A", lead_id="L1", owner="sato", offered_at=at)
        >>> step = DueStep(assignment=one, number=0, action=EscalationAction.REMIND, to="sato", due_at=at)
        >>> after, events, messages = take_step(one, step, now=at)
        >>> after.step, events[0].kind.value, messages[0].to
        (1, 'reminded', 'sato')
    """
    if step.assignment.id != assignment.id or step.number < assignment.step:
        raise StateError(f"The step {step.key} was taken already, or belongs to another assignment.")
    climbed = attrs.evolve(assignment, step=step.number + 1)
    kind = EventKind.REMINDED if step.action is EscalationAction.REMIND else EventKind.ESCALATED
    event = Event(
        kind=kind,
        lead_id=assignment.lead_id,
        at=now,
        actor=actor,
        reason=_waiting(assignment),
        definition=assignment.definition,
        detail={
            "assignment_id": assignment.id,
            "owner": assignment.owner,
            "step": step.number,
            "action": step.action.value,
            "to": step.to,
        },
    )
    message = Message(
        key=f"{kind.value}:{step.key}",
        kind=kind.value,
        to=step.to,
        lead_id=assignment.lead_id,
        created_at=now,
        payload={
            "assignment_id": assignment.id,
            "owner": assignment.owner,
            "action": step.action.value,
            "why": _waiting(assignment),
            "deadline": None if assignment.deadline is None else assignment.deadline.isoformat(),
        },
    )
    if step.action in {EscalationAction.REASSIGN, EscalationAction.POOL}:
        gone, expired = expire(climbed, now=now, actor=actor)
        return gone, (event, expired), (message,)
    if assignment.state not in {AssignmentState.OFFERED, AssignmentState.ACCEPTED}:
        raise StateError(
            f"The assignment '{assignment.id}' is {assignment.state.value}, so its ladder has ended."
        )
    return climbed, (event,), (message,)


def deadline_of(
    assignment: Assignment,
    sla: Sla,
    teams: Teams,
    now: dt.datetime,
    *,
    calendar: BusinessCalendar | None = None,
) -> dt.datetime | None:
    """Return until when an offer must be accepted, or an accepted lead followed up.

    The calendars and pauses count as they are now.

    Args:
        assignment: the offer.
        sla: the limits.
        teams: the organisation.
        now: aware; where a pause that lasts is cut.
        calendar: of teams that have none of their own.

    Returns:
        None where no clock runs.

    Example:
        >>> from leadflow.calendars import hours
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> one = Assignment(id="A", lead_id="L1", owner="sato", offered_at=at)
        >>> deadline_of(one, Sla(accept_within=hours(4)), Teams(teams=[], people=[]), at).hour
        4
    """
    match assignment.state, assignment.accepted_at:
        case AssignmentState.OFFERED, _:
            start, limit = assignment.offered_at, sla.accept_within
        case AssignmentState.ACCEPTED, dt.datetime() as accepted_at if sla.follow_up_within is not None:
            start, limit = accepted_at, sla.follow_up_within
        case _:
            return None
    spans = [one.span(now) for one in assignment.pauses]
    return _calendar(assignment, teams, calendar).add(start, limit, pauses=spans)


def recompute_deadlines(
    assignments: Iterable[Assignment],
    sla: Sla,
    teams: Teams,
    now: dt.datetime,
    *,
    calendar: BusinessCalendar | None = None,
) -> list[Assignment]:
    """Return the assignments whose deadline has moved, such as after a holiday was added, with the new one.

    Args:
        assignments: those without a deadline, and those whose clock stands still, are passed over.
        sla: the limits.
        teams: the organisation, with its calendars as they are now.
        now: aware.
        calendar: of teams that have none of their own.

    Example:
        >>> from leadflow.calendars import hours
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> one = Assignment(id="A", lead_id="L1", owner="sato", offered_at=at, deadline=at)
        >>> [moved.deadline.hour for moved in recompute_deadlines([one], Sla(accept_within=hours(4)), Teams(teams=[], people=[]), at)]
        [4]
    """
    moved = []
    for assignment in assignments:
        if assignment.deadline is not None and assignment.paused is None:
            deadline = deadline_of(assignment, sla, teams, now, calendar=calendar)
            if deadline != assignment.deadline:
                moved.append(attrs.evolve(assignment, deadline=deadline))
    return moved


def _ladder(assignment: Assignment, sla: Sla) -> tuple[dt.datetime, tuple[EscalationStep, ...]]:
    """Return from when time counts and the steps; an assignment without a clock has none."""
    match assignment.state, assignment.accepted_at:
        case AssignmentState.OFFERED, _ if assignment.deadline is not None or assignment.routable:
            return assignment.offered_at, sla.escalate
        case AssignmentState.ACCEPTED, dt.datetime() as accepted_at:
            return accepted_at, sla.follow_up_steps
        case _:
            return assignment.offered_at, ()


def _waiting(assignment: Assignment) -> str:
    if assignment.accepted_at is None:
        return f"not accepted since {assignment.offered_at.isoformat()}"
    return f"not followed up since {assignment.accepted_at.isoformat()}"


def _calendar(assignment: Assignment, teams: Teams, calendar: BusinessCalendar | None) -> BusinessCalendar:
    return teams.calendar_of(assignment.owner) or calendar or BusinessCalendar.always()


def _superior(assignment: Assignment, teams: Teams, height: int, fallback: str) -> str:
    above = teams.superiors(assignment.owner) if teams.is_person(assignment.owner) else ()
    if not above:
        return (
            teams.contact(assignment.team) if teams.knows(assignment.team) else fallback or assignment.owner
        )
    return above[min(height, len(above)) - 1]
