"""One lead at a moment: scored, moved through the funnel and handed over as a population would be, without arrays."""

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np

from leadflow.columns import Column
from leadflow.conditions import Subject
from leadflow.engine.evaluation import LIVE, Rules, View, resting_stages, route_one
from leadflow.engine.holdings import close_all
from leadflow.ports import StoreSession
from leadflow.records import Assignment, AssignmentState, Lead, StateBatch
from leadflow.records.batches import NO_TIME, from_seconds, to_seconds
from leadflow.scoring import Score

__all__ = ["Appraisal", "appraise"]


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


@attrs.frozen(kw_only=True)
class _Standing:
    """Where a lead stood before, cell by cell as in ``StateBatch``."""

    stage: str | None = None
    entered: int = NO_TIME
    points: tuple[float, float, float] | None = None
    grade: str | None = None
    owner: str | None = None

    @classmethod
    def of(cls, states: StateBatch) -> "_Standing":
        """Read a batch of one state or none."""
        if not len(states):
            return cls()
        stage, grade, owner = states.stages[0], states.grades[0], states.owners[0]
        return cls(
            stage=None if stage is None else str(stage),
            entered=int(states.stage_entered_at[0]),
            points=(float(states.fit[0]), float(states.engagement[0]), float(states.total[0])),
            grade=None if grade is None else str(grade),
            owner=None if owner is None else str(owner),
        )

    def states(self, lead_id: str) -> StateBatch:
        """Return a batch of this one state."""
        fit, engagement, total = self.points or (np.nan, np.nan, np.nan)
        return StateBatch.of(
            (lead_id,),
            stages=Column.of([self.stage]),
            stage_entered_at=np.array([self.entered], np.int64),
            fit=np.array([fit]),
            engagement=np.array([engagement]),
            total=np.array([total]),
            grades=Column.of([self.grade]),
            owners=Column.of([self.owner]),
        )


def appraise(session: StoreSession, rules: Rules, view: View, *, now: dt.datetime) -> Appraisal:
    """Score, stage and route one lead as of a moment, and write what changed, as ``evaluate`` does.

    Args:
        session: the store.
        rules: what decides.
        view: one lead; its states may be empty for a lead that has none yet.
        now: aware; a lead that entered its stage later is decided about for that moment.
    """
    before, lead = _Standing.of(view.states), view.leads.lead(0)
    now = max(now, from_seconds(before.entered) or now)
    activities = tuple(view.activities)
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
    after = _Standing(
        stage=stage,
        entered=to_seconds(now) if changes else before.entered,
        points=(score.fit, score.engagement, score.total),
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
    if ready and not held_by and after.entered > _closed(had):
        offer = route_one(session, rules, moved, before.owner)
        if offer is not None:
            held_by = [offer]
            after = attrs.evolve(after, owner=offer.owner)
    if after != before:
        session.put_states(after.states(lead.id))
    return Appraisal(lead=lead, score=score, stage=str(stage), assignment=held_by[-1] if held_by else None)


def _closed(had: Sequence[Assignment]) -> int:
    """Return when the lead was closed last: it comes back only when it enters a stage again."""
    ends = [
        to_seconds(one.closed_at)
        for one in had
        if one.state is AssignmentState.CLOSED and one.closed_at is not None
    ]
    return max(ends, default=NO_TIME - 1)
