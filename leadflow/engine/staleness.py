"""Leads that stay in an SLA stage for longer than its limit: found, told, and moved where the funnel says so."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from leadflow.calendars import BusinessCalendar, duration_text
from leadflow.engine.evaluation import LIVE, Rules, View
from leadflow.engine.moves import enter
from leadflow.engine.ticks import StaleLead
from leadflow.funnel import FunnelStage, StageChange
from leadflow.ports import StoreReader, StoreSession
from leadflow.records import Assignment, Event, EventKind, Message, StateBatch
from leadflow.records.batches import NO_TIME, from_seconds, to_seconds
from leadflow.records.events import Json

__all__ = ["find_stale", "mark_stale"]

_NOTED = "stale"
"""The document that says which stays were noted as stale: lead id to the second of its entry."""


def find_stale(
    reader: StoreReader, rules: Rules, states: StateBatch, *, now: dt.datetime
) -> tuple[StaleLead, ...]:
    """Return the leads whose stay is longer than the limit of their stage, by the moment at which it was over.

    The limit runs by the owner's calendar, else by that of the policy, else day and night, and stands still while
    the hand-over is paused.

    Args:
        reader: the store, for owners and pauses.
        rules: the stages, calendars and people.
        states: where leads stand.
        now: aware.
    """
    timed = {stage.name: stage for stage in rules.funnel.stages if stage.limit is not None}
    rows = np.flatnonzero(states.stages.test(timed.__contains__) & (states.stage_entered_at > NO_TIME))
    over = _over(rules, states, rows, timed, to_seconds(now))
    lead_ids = [states.ids[row] for row in over]
    held: Mapping[str, Assignment] = (
        {one.lead_id: one for one in reader.assignments(lead_ids, states=LIVE)} if over else {}
    )
    found = []
    for row in over:
        lead_id, stage = states.ids[row], timed[str(states.stages[row])]
        entered_at = from_seconds(int(states.stage_entered_at[row]))
        one = held.get(lead_id)
        if entered_at is None or stage.limit is None or (one is not None and one.paused is not None):
            continue
        owner = "" if one is None else one.owner
        pauses = () if one is None else tuple(pause.span(now) for pause in one.pauses)
        due_at = _calendar(rules, _text(states.owners[row])).add(entered_at, stage.limit, pauses=pauses)
        if due_at <= now:
            found.append(
                StaleLead(
                    lead_id=lead_id,
                    stage=stage.name,
                    entered_at=entered_at,
                    due_at=due_at,
                    owner=owner,
                    to=stage.stale_to,
                )
            )
    return tuple(sorted(found, key=lambda one: (one.due_at, one.lead_id)))


def mark_stale(session: StoreSession, rules: Rules, view: View, *, now: dt.datetime) -> tuple[StaleLead, ...]:
    """Note every stay that has become stale, once: in the journal, to the owner and their superior, and in the stage.

    Returns:
        The leads that have become stale since this was done last.
    """
    found = find_stale(session, rules, view.states, now=now)
    document = session.document(_NOTED)
    noted: dict[str, Json] = dict(document) if isinstance(document, dict) else {}
    new = [one for one in found if noted.get(one.lead_id) != to_seconds(one.entered_at)]
    session.append([_event(one, rules, now) for one in new])
    session.enqueue([message for one in new for message in _messages(one, rules, now)])
    moved = [one for one in new if one.to]
    if moved:
        enter(session, rules, view, [_change(one, rules, now) for one in moved], now=now)
    gone = {one.lead_id for one in moved}
    after: dict[str, Json] = {
        one.lead_id: to_seconds(one.entered_at) for one in found if one.lead_id not in gone
    }
    if after != noted:
        session.put_document(_NOTED, after)
    return tuple(new)


def _over(
    rules: Rules,
    states: StateBatch,
    rows: "np.ndarray[tuple[int], np.dtype[np.intp]]",
    timed: Mapping[str, FunnelStage],
    now: int,
) -> list[int]:
    """Return the rows whose limit is over when pauses are not looked at; a pause only makes it later."""
    groups: dict[tuple[str, str], list[int]] = {}
    stages, owners = states.stages.take(rows).to_list(), states.owners.take(rows).to_list()
    for row, stage, owner in zip(rows.tolist(), stages, owners, strict=True):
        groups.setdefault((str(stage), _text(owner)), []).append(row)
    over: list[int] = []
    for (stage, owner), members in groups.items():
        limit = timed[stage].limit
        if limit is not None:
            due = _calendar(rules, owner).deadlines(states.stage_entered_at[members], limit)
            over += np.array(members)[due <= now].tolist()
    return sorted(over)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _calendar(rules: Rules, owner: str) -> BusinessCalendar:
    policy = rules.routing
    own = rules.teams.calendar_of(owner) if owner else None
    return own or (None if policy is None else policy.calendar) or BusinessCalendar.always()


def _event(one: StaleLead, rules: Rules, now: dt.datetime) -> Event:
    return Event(
        kind=EventKind.STALE,
        lead_id=one.lead_id,
        at=now,
        reason=_reason(one, rules),
        definition=rules.funnel.version,
        detail={
            "stage": one.stage,
            "entered_at": one.entered_at.isoformat(),
            "due_at": one.due_at.isoformat(),
            "owner": one.owner,
            "to": one.to,
        },
    )


def _messages(one: StaleLead, rules: Rules, now: dt.datetime) -> Sequence[Message]:
    """Tell the owner and the superior; where nobody has the lead, whoever leads the fallback."""
    teams, policy = rules.teams, rules.routing
    if one.owner:
        told = (one.owner, *(teams.superiors(one.owner)[:1] if teams.is_person(one.owner) else ()))
    else:
        told = () if policy is None else (teams.contact(policy.fallback),)
    return [
        Message(
            key=f"stale:{one.lead_id}:{one.stage}:{to_seconds(one.entered_at)}:{to}",
            kind="stale",
            to=to,
            lead_id=one.lead_id,
            created_at=now,
            payload={"stage": one.stage, "owner": one.owner, "why": _reason(one, rules), "to": one.to},
        )
        for to in told
    ]


def _change(one: StaleLead, rules: Rules, now: dt.datetime) -> StageChange:
    return StageChange(
        lead_id=one.lead_id,
        previous=one.stage,
        stage=one.to,
        at=max(now, one.entered_at),
        reason=f"stale: {_reason(one, rules)}",
        definition=rules.funnel.version,
    )


def _reason(one: StaleLead, rules: Rules) -> str:
    limit = rules.funnel.stage(one.stage).limit
    words = "" if limit is None else f" for more than {duration_text(limit)}"
    return f"in {one.stage}{words}, since {one.entered_at.isoformat()}"
