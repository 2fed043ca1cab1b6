"""Stages that people and other systems set: checked by the funnel, kept, and followed by what is due then."""

import datetime as dt
from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from leadflow.columns import Column
from leadflow.conditions import Population
from leadflow.engine.evaluation import Rules, View, close_left, evaluate, read_view
from leadflow.engine.forgetting import refuse_erased
from leadflow.errors import NotFoundError
from leadflow.funnel import StageChange
from leadflow.ports import StoreSession
from leadflow.records import StageHistory
from leadflow.records.batches import to_seconds

__all__ = ["adopt_stage", "advance_lead", "enter"]


def advance_lead(
    session: StoreSession,
    rules: Rules,
    lead_id: str,
    to: str,
    *,
    actor: str,
    role: str | None,
    reason: str,
    evidence: Mapping[str, str],
    now: dt.datetime,
) -> StageHistory:
    """Let a person take a lead to a stage; see ``leadflow.funnel.Funnel.advance``.

    Args:
        session: the store.
        rules: what decides.
        lead_id: present or former lead id.
        to: the stage.
        actor: who.
        role: as what; that of the person in the organisation when None.
        reason: why.
        evidence: what the transition requires.
        now: aware.
    """
    view, history = _read(session, lead_id)
    if role is None and rules.teams.is_person(actor):
        role = rules.teams.person(actor).role
    subject = _population(view, now).subject(0)
    change = rules.funnel.change(
        history, to, now=now, actor=actor, reason=reason, role=role, evidence=evidence, subject=subject
    )
    enter(session, rules, view, [change], now=now)
    return session.histories([history.lead_id])[history.lead_id]


def adopt_stage(
    session: StoreSession,
    rules: Rules,
    lead_id: str,
    stage: str,
    *,
    actor: str,
    reason: str,
    now: dt.datetime,
) -> StageHistory:
    """Take over where another system says that a lead is, never backwards; see ``leadflow.funnel.Funnel.adopt``."""
    view, history = _read(session, lead_id)
    after = rules.funnel.adopt(history, stage, now=now, actor=actor, reason=reason)
    if after == history:
        return history
    change = StageChange(
        lead_id=history.lead_id,
        previous=history.current,
        stage=stage,
        at=now,
        actor=actor,
        reason=reason,
        definition=rules.funnel.version,
    )
    enter(session, rules, view, [change], now=now)
    return session.histories([history.lead_id])[history.lead_id]


def enter(
    session: StoreSession, rules: Rules, view: View, changes: Sequence[StageChange], *, now: dt.datetime
) -> None:
    """Keep changes of stage, close the hand-overs that they end, and decide what follows.

    Args:
        session: the store.
        rules: what decides.
        view: leads, among them those that change.
        changes: at most one for each lead.
        now: aware.
    """
    session.enter_stages([one.lead_id for one in changes], [one.interval() for one in changes])
    session.append([one.event() for one in changes])
    row_of = {lead_id: row for row, lead_id in enumerate(view.leads.ids)}
    rows = np.array([row_of[one.lead_id] for one in changes], np.int64)
    part = view.part(view.leads.take(rows), rows)
    states = attrs.evolve(
        part.states,
        stages=Column.of(one.stage for one in changes),
        stage_entered_at=np.array([to_seconds(one.at) for one in changes], np.int64),
    )
    session.put_states(states)
    moved = part.moved_to(states)
    close_left(session, rules, _population(moved, now), {one.lead_id: one.stage for one in changes}, now)
    evaluate(session, rules, moved, now=now)


def _read(session: StoreSession, lead_id: str) -> tuple[View, StageHistory]:
    (present,) = session.resolve([lead_id])
    view = read_view(session, [present])
    if not len(view.leads):
        raise NotFoundError(f"There is no lead {lead_id!r}: check the id.")
    refuse_erased(session, [present])
    return view, session.histories([present]).get(present, StageHistory(lead_id=present))


def _population(view: View, now: dt.datetime) -> Population:
    states = view.states
    return Population(
        batch=view.leads,
        activities=view.activities,
        as_of=now,
        states={
            "stage": states.stages,
            "grade": states.grades,
            "score": states.total,
            "fit": states.fit,
            "engagement": states.engagement,
        },
    )
