"""Projections made anew: what the records, the activities and the journal say, whatever the tables beside them hold."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import attrs
import numpy as np

from leadflow.columns import Column
from leadflow.engine.assignment_facts import AssignmentLedger
from leadflow.engine.evaluation import View
from leadflow.engine.flow import LeadFlow
from leadflow.engine.intake import DECIDED
from leadflow.funnel import Funnel, StageChange
from leadflow.merging import merge
from leadflow.ports import StoreReader, StoreSession
from leadflow.records import Assignment, Event, EventKind, StageHistory, StageInterval, StateBatch
from leadflow.records.batches import from_seconds, to_seconds

__all__ = ["JournalFacts", "Rebuilt", "rebuild"]

_DECIDING = frozenset(
    {EventKind.CAPTURED, EventKind.UNLINKED, EventKind.MERGED, EventKind.VERDICT, EventKind.STAGE_ENTERED}
)
"""After an event of these kinds the lead was decided about for its moment."""


@attrs.frozen(kw_only=True)
class JournalFacts:
    """What the journal alone says.

    Attributes:
        lead_of: record id to the lead that it is linked to.
        histories: lead id to where it was; former leads keep theirs.
        assignments: every hand-over with its terms, by id, in the order of the offers; without a team where the
            entry names none, as those of earlier versions.
        owners: lead id to who has or had the lead last.
        decided_at: lead id to the latest moment at which something about it alone was decided.
        erased: leads of people who were erased.
    """

    lead_of: Mapping[str, str]
    histories: Mapping[str, StageHistory]
    assignments: Mapping[str, Assignment]
    owners: Mapping[str, str]
    decided_at: Mapping[str, dt.datetime]
    erased: frozenset[str]

    @classmethod
    def of(cls, events: Iterable[Event], funnel: Funnel) -> "JournalFacts":
        """Go through a journal.

        Args:
            events: by rising sequence, from the first on.
            funnel: how far a stage is, for leads that turned out to be one.

        Example:
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> captured = Event(kind=EventKind.CAPTURED, lead_id="L1", at=at, detail={"record_id": "r1"})
            >>> JournalFacts.of([captured], Funnel.standard()).lead_of
            {'r1': 'L1'}
        """
        ledger = _Ledger(funnel=funnel)
        for event in events:
            ledger.take(event)
        return cls(
            lead_of=ledger.lead_of,
            histories=ledger.histories,
            assignments=ledger.hand_overs.assignments,
            owners=ledger.hand_overs.owners,
            decided_at=ledger.decided_at,
            erased=frozenset(ledger.erased),
        )


@attrs.define(kw_only=True, eq=False)
class _Ledger:
    """Where everything stands after the events so far."""

    funnel: Funnel
    lead_of: dict[str, str] = attrs.field(factory=dict)
    records_of: dict[str, dict[str, None]] = attrs.field(factory=dict)
    histories: dict[str, StageHistory] = attrs.field(factory=dict)
    hand_overs: AssignmentLedger = attrs.field(factory=AssignmentLedger)
    decided_at: dict[str, dt.datetime] = attrs.field(factory=dict)
    erased: set[str] = attrs.field(factory=set)

    def take(self, event: Event) -> None:
        lead_id, detail = event.lead_id, event.detail
        match event.kind:
            case EventKind.CAPTURED:
                self._link(str(detail["record_id"]), lead_id)
            case EventKind.UNLINKED:
                self._link(str(detail["record_id"]), str(detail["to"]))
            case EventKind.MERGED:
                self._merge(lead_id, str(detail["into"]))
            case EventKind.STAGE_ENTERED:
                known = self.histories.get(lead_id, StageHistory(lead_id=lead_id))
                self.histories[lead_id] = _entered(known, event)
            case EventKind.ERASED:
                self.erased.add(lead_id)
            case _:
                pass
        self.hand_overs.take(event)
        if event.kind in _DECIDING:
            self.decided_at[lead_id] = max(event.at, self.decided_at.get(lead_id, event.at))

    def _link(self, record_id: str, lead_id: str) -> None:
        self.records_of.get(self.lead_of.get(record_id, ""), {}).pop(record_id, None)
        self.lead_of[record_id] = lead_id
        self.records_of.setdefault(lead_id, {})[record_id] = None

    def _merge(self, lead_id: str, into: str) -> None:
        for record_id in list(self.records_of.get(lead_id, ())):
            self._link(record_id, into)
        joined = [self.histories[one] for one in (into, lead_id) if one in self.histories]
        self.histories[into] = self.funnel.merge(joined, lead_id=into)


@attrs.frozen(kw_only=True)
class Rebuilt:
    """How many projections were not as they are now; a store that is in order has only zeros.

    Attributes:
        leads: golden leads that were missing, superfluous or had other values.
        histories: stage histories that were missing or different.
        states: present states that were missing or different.
        assignments: hand-overs that were missing or different.

    Example:
        >>> Rebuilt(leads=0, histories=0, states=0, assignments=0).changed
        False
    """

    leads: int
    histories: int
    states: int
    assignments: int

    @property
    def changed(self) -> bool:
        """Whether anything was different."""
        return bool(self.leads or self.histories or self.states or self.assignments)


def rebuild(flow: LeadFlow) -> Rebuilt:
    """Derive golden leads, stage histories, scores and hand-overs anew and write them, in one transaction.

    Links, stages and hand-overs with all their terms come out of the journal alone; golden leads out of the linked
    records by the merge strategy; scores out of golden leads and activities by the scoring model, as of the moment for
    which each lead was decided last. Entries of an earlier version that name no team leave the one that the store has.

    Args:
        flow: the rules and the store.

    Returns:
        What was different before.

    Example:
        >>> import leadflow as lf
        >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
        >>> decision = flow.capture({"form": "contact", "email": "taro@example.co.jp"}, now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> rebuild(flow).changed
        False
    """
    with flow.store.session() as session:
        facts = JournalFacts.of(session.journal(), flow.funnel)
        leads = _golden(session, flow, facts)
        known = session.histories()
        wrong = [one for lead_id, one in facts.histories.items() if known.get(lead_id) != one]
        session.put_histories(wrong)
        held = {one.id: one for one in session.assignments()}
        told = [_with_team(one, held.get(one.id)) for one in facts.assignments.values()]
        other = [one for one in told if held.get(one.id) != one]
        session.put_assignments(other)
        return Rebuilt(
            leads=leads,
            histories=len(wrong),
            states=_states(session, flow, facts),
            assignments=len(other),
        )


def _with_team(one: Assignment, held: Assignment | None) -> Assignment:
    """Return a hand-over with the team that the store knows where the journal, of an earlier version, names none."""
    return one if one.team or held is None else attrs.evolve(one, team=held.team)


def _golden(session: StoreSession, flow: LeadFlow, facts: JournalFacts) -> int:
    records, _ = session.records()
    session.link(records.ids, [facts.lead_of[record_id] for record_id in records.ids])
    records, lead_ids = session.records()
    before = {lead.id: lead for lead in session.leads()}
    session.remove_leads(sorted(before.keys() - set(lead_ids)))
    session.put_leads(merge(records, lead_ids, flow.merge))
    after = {lead.id: lead for lead in session.leads()}
    return sum(before.get(name) != after.get(name) for name in before.keys() | after.keys())


def _states(session: StoreSession, flow: LeadFlow, facts: JournalFacts) -> int:
    leads = session.leads()
    living = leads.take([row for row, lead_id in enumerate(leads.ids) if lead_id not in facts.erased])
    view = View(leads=living, activities=session.activities(), states=StateBatch.of(living.ids))
    last = [facts.histories[lead_id].intervals[-1] for lead_id in living.ids]
    moments = _moments(session, facts, living.ids)
    points = {name: np.full(len(living), np.nan) for name in ("fit", "engagement", "total")}
    grades: list[object] = [None] * len(living)
    for moment in np.unique(moments).tolist():
        rows = np.flatnonzero(moments == moment)
        as_of = from_seconds(moment)
        assert as_of is not None, "a lead was decided about"  # noqa: S101  # _moments gives one to each
        table = flow.scoring.score_batch(view.leads.take(rows), view.activities, as_of=as_of)
        for name, values in points.items():
            values[rows] = getattr(table, name)
        for row, grade in zip(rows.tolist(), table.grades.to_list(), strict=True):
            grades[row] = grade
    after = StateBatch.of(
        living.ids,
        stages=Column.of(stay.stage for stay in last),
        stage_entered_at=np.array([to_seconds(stay.entered_at) for stay in last], np.int64),
        **points,
        grades=Column.of(grades),
        owners=Column.of(facts.owners.get(lead_id) for lead_id in living.ids),
    )
    before = _rows(session.states(living.ids))
    session.put_states(after)
    return sum(before.get(lead_id) != row for lead_id, row in _rows(after).items())


def _moments(reader: StoreReader, facts: JournalFacts, lead_ids: Sequence[str]) -> np.ndarray:
    noted = reader.document(DECIDED)
    ran = dt.datetime.fromisoformat(noted) if isinstance(noted, str) else None
    return np.array(
        [
            to_seconds(max(at, ran) if ran is not None else at)
            for at in (facts.decided_at[lead_id] for lead_id in lead_ids)
        ],
        np.int64,
    )


def _rows(states: StateBatch) -> dict[str, tuple[object, ...]]:
    cells = zip(
        states.ids,
        states.stages.to_list(),
        states.stage_entered_at.tolist(),
        (str(number) for number in states.fit.tolist()),
        (str(number) for number in states.engagement.tolist()),
        (str(number) for number in states.total.tolist()),
        states.grades.to_list(),
        states.owners.to_list(),
        strict=True,
    )
    return {str(row[0]): row[1:] for row in cells}


def _entered(history: StageHistory, event: Event) -> StageHistory:
    """Return the history with one more stay; a merge has brought the lead to the stage that it notes already."""
    stays: tuple[StageInterval, ...] = tuple(history.intervals)
    stage = str(event.detail["stage"])
    if stays and history.current == stage and event.detail["previous"] is not None:
        return history
    change = StageChange(
        lead_id=history.lead_id,
        previous=history.current,
        stage=stage,
        at=event.at,
        actor=event.actor,
        reason=event.reason,
        definition=event.definition,
        evidence=event.detail.get("evidence") or {},  # type: ignore[arg-type]  # texts by name
    )
    if stays:
        stays = (*stays[:-1], attrs.evolve(stays[-1], left_at=event.at))
    return StageHistory(lead_id=history.lead_id, intervals=(*stays, change.interval()))
