"""Where leads stand at a moment: score them, move them through the funnel, hand over who is ready."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import MISSING, Column
from leadflow.conditions import TRUE, Condition, Population, Subject, always, stage
from leadflow.engine.account_matching import AccountMatcher
from leadflow.engine.holdings import close_all
from leadflow.funnel import Funnel, StageChanges, StagePath
from leadflow.ports import StoreReader, StoreSession
from leadflow.records import (
    ActivityLog,
    Assignment,
    AssignmentState,
    LeadBatch,
    Message,
    StateBatch,
)
from leadflow.records.batches import NO_TIME, Seconds, from_seconds, to_seconds
from leadflow.records.events import Json
from leadflow.routing import RoutingPolicy, RoutingState, Teams
from leadflow.routing.handovers import offered
from leadflow.scoring import ScoreTable, ScoringModel

__all__ = [
    "LIVE",
    "Evaluation",
    "Rules",
    "View",
    "announce",
    "close_left",
    "evaluate",
    "living_states",
    "reached",
    "read_view",
    "ready_stages",
    "resting_stages",
    "route",
    "route_one",
]

LIVE = frozenset({AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP})
"""The states of an assignment under which somebody is accountable."""


@attrs.frozen(kw_only=True)
class Rules:
    """What decides about a lead that is already identified.

    Attributes:
        scoring: points and grades.
        funnel: stages and automatic transitions.
        routing: who gets whom; None hands nobody over.
        teams: the sales organisation.
        accounts: finds the named account of a lead.
        hand_over: which leads get an owner.
        version: of all of it together, for the journal.
    """

    scoring: ScoringModel
    funnel: Funnel
    routing: RoutingPolicy | None
    teams: Teams
    accounts: AccountMatcher
    hand_over: Condition
    version: str


@attrs.frozen(kw_only=True, eq=False)
class Evaluation:
    """What an evaluation changed, and the scores that it found.

    Attributes:
        table: the scores.
        changes: the stages entered.
        assignments: the hand-overs offered.
        regraded: how many grades are new or changed.
        after: where the leads stand now.
    """

    table: ScoreTable
    changes: StageChanges
    assignments: tuple[Assignment, ...]
    regraded: int
    after: StateBatch

    @property
    def unroutable(self) -> int:
        """How many hand-overs went to the fallback."""
        return sum(not assignment.routable for assignment in self.assignments)


@attrs.frozen(kw_only=True, eq=False)
class View:
    """Leads with everything that an evaluation looks at.

    Attributes:
        leads: n golden leads.
        activities: what they did.
        states: where they stand, in the order of the leads.
    """

    leads: LeadBatch
    activities: ActivityLog
    states: StateBatch

    def part(self, leads: LeadBatch, rows: npt.NDArray[np.int64]) -> "View":
        """Return some of the leads.

        Args:
            leads: m of the leads, as they are to be seen.
            rows: (m,) which rows of this view they are.
        """
        return View(leads=leads, activities=self.activities, states=_picked(self.states, leads.ids, rows))

    def moved_to(self, after: StateBatch) -> "View":
        """Return the view after an evaluation of some or all of its leads."""
        if after.ids == self.leads.ids:
            return attrs.evolve(self, states=after)
        rows, n = _rows_of(after.ids, self.leads.ids), len(self.leads)
        latest = np.where(rows >= 0, rows + n, np.arange(n))
        return attrs.evolve(self, states=_picked(_joined(self.states, after), self.leads.ids, latest))


def ready_stages(funnel: Funnel) -> Condition:
    """Return the condition under which a lead gets an owner when no other is stated.

    Args:
        funnel: the stages; those on the success path after the entry count, but not final ones.

    Example:
        >>> ready_stages(Funnel.standard()).text()
        '@stage is one of ["MQL", "SAL", "SQL", "Opportunity"]'
    """
    names = [
        one.name
        for one in funnel.stages
        if one.path is StagePath.SUCCESS and not one.final and one.name != funnel.entry
    ]
    return stage().is_in(*names) if names else ~always


def resting_stages(funnel: Funnel) -> frozenset[str]:
    """Return the stages in which nobody has to work on a lead, unless it is to be handed over there.

    Args:
        funnel: the stages; final ones and detours are meant.

    Example:
        >>> sorted(resting_stages(Funnel.standard()))
        ['Disqualified', 'Lost', 'Recycled', 'Won']
    """
    return frozenset(one.name for one in funnel.stages if one.final or one.path is StagePath.DETOUR)


def read_view(
    session: StoreSession, lead_ids: Sequence[str] | None = None, *, derived: LeadBatch | None = None
) -> View:
    """Read leads with everything that an evaluation looks at.

    Args:
        session: the store.
        lead_ids: these leads; by default all that were not erased.
        derived: leads just as they were put into the store; when they are all that it has they are not read again.
    """
    whole = derived is not None and lead_ids is None and session.counts()["leads"] == len(derived)
    leads = derived if derived is not None and whole else session.leads(lead_ids)
    states = session.states(lead_ids)
    erased = frozenset(session.tombstones().values()) if lead_ids is None else frozenset()
    if not erased.isdisjoint(leads.ids):
        leads = leads.take([row for row, lead_id in enumerate(leads.ids) if lead_id not in erased])
    return View(
        leads=leads,
        activities=session.activities(lead_ids),
        states=_picked(states, leads.ids, _rows_of(states.ids, leads.ids)),
    )


def living_states(reader: StoreReader) -> StateBatch:
    """Return where everybody stands who was not erased.

    Args:
        reader: the store.
    """
    states = reader.states()
    erased = frozenset(reader.tombstones().values())
    if erased.isdisjoint(states.ids):
        return states
    ids = [lead_id for lead_id in states.ids if lead_id not in erased]
    return _picked(states, ids, _rows_of(states.ids, ids))


def evaluate(
    session: StoreSession, rules: Rules, view: View, *, now: dt.datetime, joined: Collection[str] = ()
) -> Evaluation:
    """Score, stage and route leads as of a moment, and write what changed.

    Args:
        session: the store.
        rules: what decides.
        view: the leads.
        now: aware; later activities do not count. A lead that entered its stage later is decided about for that
            moment, so that histories never run backwards.
        joined: ids of leads into which others were merged since: a hand-over that one of these brings into a stage
            where nobody has to work on the lead any more ends there.
    """
    leads, before = view.leads, view.states
    now = max(now, reached(before) or now)
    table = rules.scoring.score_batch(leads, view.activities, as_of=now, previous=before.grades)
    population = Population(
        batch=leads, activities=view.activities, as_of=now, states={**table.states, "stage": before.stages}
    )
    changes = rules.funnel.evaluate_batch(population, before.stages)
    stages = changes.apply(before.stages)
    graded = table.events(before)
    if len(changes):
        session.enter_stages(changes.lead_ids, changes.intervals())
    session.append(graded)
    session.append(changes.events())

    entered = _entered(before, changes, now)
    moved = attrs.evolve(population, states={**table.states, "stage": stages})
    assignments = _hand_over(
        session, rules, moved, changes, owners=before.owners, entered=entered, joined=joined
    )
    after = StateBatch.of(
        leads.ids,
        stages=stages,
        stage_entered_at=entered,
        fit=table.fit,
        engagement=table.engagement,
        total=table.total,
        grades=table.grades,
        owners=_owners(before.owners, leads, assignments),
    )
    _put_changed(session, before, after)
    return Evaluation(
        table=table, changes=changes, assignments=assignments, regraded=len(graded), after=after
    )


def reached(states: StateBatch) -> dt.datetime | None:
    """Return the latest moment at which one of the leads entered its stage."""
    return from_seconds(int(states.stage_entered_at.max(initial=NO_TIME)))


def _hand_over(
    session: StoreSession,
    rules: Rules,
    population: Population,
    changes: StageChanges,
    *,
    owners: Column,
    entered: Seconds,
    joined: Collection[str],
) -> tuple[Assignment, ...]:
    """Close the hand-overs of leads that have left, and offer those that are ready and nobody's."""
    if rules.routing is None or not len(population):
        return ()
    now = population.as_of
    last = zip(changes.rows[changes.last].tolist(), changes.stages.take(changes.last), strict=True)
    arrived = {changes.ids[row]: str(stage) for row, stage in last}
    if joined:
        rows_of = {lead_id: row for row, lead_id in enumerate(population.batch.ids) if lead_id in joined}
        arrived |= {lead_id: str(population.states["stage"][row]) for lead_id, row in rows_of.items()}
    close_left(session, rules, population, arrived, now)
    ready = rules.hand_over.evaluate(population) == TRUE
    if not ready.any():
        return ()
    candidates = [population.batch.ids[row] for row in np.flatnonzero(ready).tolist()]
    had = session.assignments(candidates, states={*LIVE, AssignmentState.CLOSED})
    owned = {one.lead_id for one in had if one.state in LIVE}
    closed = _closings(had)
    # What was closed comes back only when the lead enters a stage again.
    ready &= np.fromiter(
        (
            lead_id not in owned and at > closed.get(lead_id, NO_TIME - 1)
            for lead_id, at in zip(population.batch.ids, entered.tolist(), strict=True)
        ),
        np.bool_,
        len(population),
    )
    rows = np.flatnonzero(ready)
    if not len(rows):
        return ()
    return route(session, rules, _subset(population, rows), now=now, earlier=owners.take(rows))


def _closings(had: Sequence[Assignment]) -> Mapping[str, int]:
    """Return when each lead was closed last."""
    last: dict[str, int] = {}
    for one in had:
        if one.closed_at is not None:
            last[one.lead_id] = max(last.get(one.lead_id, NO_TIME), to_seconds(one.closed_at))
    return last


def close_left(
    session: StoreSession, rules: Rules, population: Population, entered: Mapping[str, str], now: dt.datetime
) -> None:
    """Close the hand-overs of leads that entered a final stage or a detour and are not to be handed over there.

    Args:
        session: the store.
        rules: what decides.
        population: leads with where they stand now.
        entered: lead id to the stage that the lead has just entered, or in which others were merged into it.
        now: aware.
    """
    ends = resting_stages(rules.funnel)
    left = {lead_id: stage for lead_id, stage in entered.items() if stage in ends}
    if not left:
        return
    ready = rules.hand_over.evaluate(population) == TRUE
    stay = {population.batch.ids[row] for row in np.flatnonzero(ready).tolist()}
    outcomes = {lead_id: stage for lead_id, stage in left.items() if lead_id not in stay}
    close_all(session, outcomes, session.assignments(list(outcomes), states=LIVE), now=now)


def route(
    session: StoreSession,
    rules: Rules,
    population: Population,
    *,
    now: dt.datetime,
    earlier: Column | None = None,
    excluded: Mapping[str, str] | None = None,
) -> tuple[Assignment, ...]:
    """Offer leads to somebody each, and keep, note and tell it.

    Args:
        session: the store.
        rules: what decides.
        population: n leads that nobody has.
        now: aware.
        earlier: (n,) who had each lead before; where it is missing, the lead's field ``owner_id`` says so.
        excluded: person to why they are not to be asked.
    """
    if rules.routing is None:
        return ()
    stated = population.batch["owner_id"]
    offers, state = rules.routing.assign_batch(
        population,
        rules.teams,
        RoutingState.from_dict(session.document("routing")),
        now=now,
        earlier=stated if earlier is None else _first_filled(earlier, stated),
        accounts=rules.accounts.match_batch(population.batch),
        excluded=excluded,
    )
    session.put_document("routing", state.to_dict())
    made = tuple(offers)
    announce(session, made, now)
    return made


def route_one(
    session: StoreSession, rules: Rules, subject: Subject, earlier: str | None
) -> Assignment | None:
    """Offer one lead to somebody as ``route`` does, without arrays; None when nobody is handed over.

    Args:
        session: the store.
        rules: what decides.
        subject: a lead that nobody has; its ``as_of`` is when the offer is made.
        earlier: who had the lead before; where nobody had, the lead's field ``owner_id`` says so.
    """
    if rules.routing is None:
        return None
    offer, state = rules.routing.decide(
        subject,
        rules.teams,
        RoutingState.from_dict(session.document("routing")),
        now=subject.as_of,
        earlier=earlier,
        account=rules.accounts.match(subject.lead),
    )
    session.put_document("routing", state.to_dict())
    announce(session, [offer], subject.as_of)
    return offer


def announce(session: StoreSession, offers: Sequence[Assignment], now: dt.datetime) -> None:
    """Keep new offers, note them in the journal and tell owner and informed, all in one transaction."""
    session.put_assignments(offers)
    session.append([offered(offer) for offer in offers])
    session.enqueue([message for offer in offers for message in _messages(offer, now)])


def _messages(assignment: Assignment, now: dt.datetime) -> list[Message]:
    facts: dict[str, Json] = {"assignment_id": assignment.id, "reasons": list(assignment.reasons)}
    own = Message(
        key=f"assigned:{assignment.id}",
        kind="assigned",
        to=assignment.owner,
        lead_id=assignment.lead_id,
        created_at=now,
        payload={
            **facts,
            "deadline": None if assignment.deadline is None else assignment.deadline.isoformat(),
        },
    )
    others = [
        Message(
            key=f"informed:{assignment.id}:{party.id}",
            kind="informed",
            to=party.id,
            lead_id=assignment.lead_id,
            created_at=now,
            payload={**facts, "why": party.reason, "owner": assignment.owner},
        )
        for party in assignment.informed
    ]
    return [own, *others]


def _subset(population: Population, rows: npt.NDArray[np.intp]) -> Population:
    states = {
        name: values.take(rows) if isinstance(values, Column) else values[rows]
        for name, values in population.states.items()
    }
    return attrs.evolve(population, batch=population.batch.take(rows), states=states)


def _rows_of(ids: Sequence[str], wanted: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the row of each wanted id, or -1."""
    row_of = {lead_id: row for row, lead_id in enumerate(ids)}
    return np.fromiter((row_of.get(lead_id, -1) for lead_id in wanted), np.int64, len(wanted))


def _picked(states: StateBatch, ids: Sequence[str], rows: npt.NDArray[np.int64]) -> StateBatch:
    """Return some states under their ids; row -1 is an empty state."""
    if tuple(ids) == states.ids:  # an id stands once, so these are all rows in order
        return states
    empty = StateBatch.of(["?"])

    def array(name: str) -> npt.NDArray[np.float64]:
        values: npt.NDArray[np.float64] = np.append(getattr(states, name), getattr(empty, name))[rows]
        return values

    def column(cells: Column) -> Column:
        codes = np.append(cells.codes, np.int32(MISSING)).astype(np.int32)[rows]
        codes.flags.writeable = False
        return Column(codes=codes, values=cells.values)

    return StateBatch.of(
        ids,
        stages=column(states.stages),
        stage_entered_at=np.append(states.stage_entered_at, empty.stage_entered_at)[rows],
        fit=array("fit"),
        engagement=array("engagement"),
        total=array("total"),
        grades=column(states.grades),
        owners=column(states.owners),
    )


def _joined(a: StateBatch, b: StateBatch) -> StateBatch:
    return StateBatch.of(
        (*a.ids, *b.ids),
        stages=Column.concatenate([a.stages, b.stages]),
        stage_entered_at=np.concatenate([a.stage_entered_at, b.stage_entered_at]),
        fit=np.concatenate([a.fit, b.fit]),
        engagement=np.concatenate([a.engagement, b.engagement]),
        total=np.concatenate([a.total, b.total]),
        grades=Column.concatenate([a.grades, b.grades]),
        owners=Column.concatenate([a.owners, b.owners]),
    )


def _first_filled(first: Column, second: Column) -> Column:
    both = Column.concatenate([first, second])
    codes = np.where(both.codes[: len(first)] >= 0, both.codes[: len(first)], both.codes[len(first) :])
    codes.flags.writeable = False
    return Column(codes=codes, values=both.values)


def _owners(before: Column, leads: LeadBatch, assignments: Sequence[Assignment]) -> Column:
    if not assignments:
        return before
    owner_of = {assignment.lead_id: assignment.owner for assignment in assignments}
    return Column.of(
        owner_of.get(lead_id, owner) for lead_id, owner in zip(leads.ids, before.to_list(), strict=True)
    )


def _entered(before: StateBatch, changes: StageChanges, now: dt.datetime) -> npt.NDArray[np.int64]:
    entered = before.stage_entered_at.copy()
    entered[changes.rows] = to_seconds(now)
    return entered


def _put_changed(session: StoreSession, before: StateBatch, after: StateBatch) -> None:
    differs = np.zeros(len(after), np.bool_)
    for name in ("fit", "engagement", "total"):
        old, new = getattr(before, name), getattr(after, name)
        differs |= (old != new) & ~(np.isnan(old) & np.isnan(new))
    differs |= before.stage_entered_at != after.stage_entered_at
    for name in ("stages", "grades", "owners"):
        both = Column.concatenate([getattr(before, name), getattr(after, name)]).codes
        differs |= both[: len(after)] != both[len(after) :]
    rows = np.flatnonzero(differs)
    if len(rows):
        session.put_states(_picked(after, [after.ids[row] for row in rows.tolist()], rows))
