"""One lead at a moment: scored, moved through the funnel and handed over as a population would be, without arrays."""

import datetime as dt
from collections.abc import Sequence

import attrs

from leadflow.conditions import Subject
from leadflow.engine.evaluation import LIVE, Rules, resting_stages, route_one
from leadflow.engine.holdings import close_all
from leadflow.ports import StoreSession
from leadflow.records import Activity, Assignment, AssignmentState, Lead, State
from leadflow.records.batches import NO_TIME, from_seconds, to_seconds
from leadflow.scoring import Score

__all__ = ["Appraisal", "appraise", "look_up"]


@attrs.frozen(kw_only=True)
class Appraisal:
    """Where one lead stands after it was looked at.

    Attributes:
        lead: the lead.
        score: with reasons.
        stage: the stage that it is in.
        assignment: the open hand-over, or None.
    """

    lead: Lead
    score: Score
    stage: str
    assignment: Assignment | None


def appraise(
    session: StoreSession,
    rules: Rules,
    lead: Lead,
    before: State,
    activities: Sequence[Activity],
    *,
    now: dt.datetime,
) -> Appraisal:
    """Score, stage and route one lead as of a moment, and write what changed, as ``evaluate`` does.

    Args:
        session: the store.
        rules: what decides.
        lead: the golden lead.
        before: where it stands.
        activities: what it did.
        now: aware; a lead that entered its stage later is decided about for that moment.
    """
    now = max(now, from_seconds(before.stage_entered_at) or now)
    score = rules.scoring.score(lead, activities, now, previous=before.grade)
    states = score.states
    subject = Subject(
        lead=lead,
        activities=activities,
        as_of=now,
        states=states if before.stage is None else {**states, "stage": before.stage},
    )
    changes = rules.funnel.evaluate_one(subject, before.stage)
    graded = [] if score.grade == before.grade else [score.event(before.grade)]
    if changes:
        session.enter_stages([lead.id] * len(changes), [change.interval() for change in changes])
    session.append([*graded, *(change.event() for change in changes)])
    stage = changes[-1].stage if changes else before.stage
    after = State(
        stage=stage,
        stage_entered_at=to_seconds(now) if changes else before.stage_entered_at,
        fit=score.fit,
        engagement=score.engagement,
        total=score.total,
        grade=score.grade,
        owner=before.owner,
    )
    moved = Subject(lead=lead, activities=activities, as_of=now, states={**states, "stage": str(stage)})
    ready = rules.hand_over.holds(moved) is True
    if changes and not ready and rules.routing is not None and stage in resting_stages(rules.funnel):
        held = session.assignments([lead.id], states=LIVE)
        close_all(session, {lead.id: str(stage)}, held, now=now)
    had = session.assignments([lead.id])
    held_by = [one for one in had if one.state in LIVE]
    if ready and not held_by and after.stage_entered_at > _closed(had):
        offer = route_one(session, rules, moved, before.owner)
        if offer is not None:
            held_by = [offer]
            after = attrs.evolve(after, owner=offer.owner)
    if after != before:
        session.put_state(lead.id, after)
    return Appraisal(lead=lead, score=score, stage=str(stage), assignment=held_by[-1] if held_by else None)


def look_up(
    session: StoreSession,
    rules: Rules,
    lead: Lead,
    before: State,
    activities: Sequence[Activity],
    *,
    now: dt.datetime,
) -> Appraisal:
    """Tell where a lead stands and what its score is as of a moment, and change nothing.

    Args:
        session: the store.
        rules: what decides.
        lead: the golden lead.
        before: where it stands.
        activities: what it did.
        now: aware.
    """
    held = session.assignments([lead.id], states=LIVE)
    return Appraisal(
        lead=lead,
        score=rules.scoring.score(lead, activities, now, previous=before.grade),
        stage=str(before.stage),
        assignment=held[-1] if held else None,
    )


def _closed(had: Sequence[Assignment]) -> int:
    """Return when the lead was closed last: it comes back only when it enters a stage again."""
    ends = [
        to_seconds(one.closed_at)
        for one in had
        if one.state is AssignmentState.CLOSED and one.closed_at is not None
    ]
    return max(ends, default=NO_TIME - 1)
