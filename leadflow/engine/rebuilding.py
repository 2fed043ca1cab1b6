"""Projections made anew: what the records, the activities and the journal say, whatever the tables beside them hold."""

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np

from leadflow.columns import Column
from leadflow.engine.evaluation import View
from leadflow.engine.flow import LeadFlow
from leadflow.engine.ingesting import DECIDED_ENTRIES
from leadflow.engine.intake import DECIDED
from leadflow.engine.journal_facts import JournalFacts
from leadflow.merging import merge
from leadflow.ports import StoreReader, StoreSession
from leadflow.records import Assignment, StateBatch
from leadflow.records.batches import from_seconds, to_seconds

__all__ = ["Rebuilt", "rebuild"]


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
    had = Column.of(facts.grades.get(lead_id) for lead_id in living.ids)
    points = {name: np.full(len(living), np.nan) for name in ("fit", "engagement", "total")}
    grades: list[object] = [None] * len(living)
    for moment in np.unique(moments).tolist():
        rows = np.flatnonzero(moments == moment)
        as_of = from_seconds(moment)
        assert as_of is not None, "a lead was decided about"  # noqa: S101  # _moments gives one to each
        table = flow.scoring.score_batch(
            view.leads.take(rows), view.activities, as_of=as_of, previous=had.take(rows)
        )
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
    """Return for which moment each lead was decided about last: in a run, or alone after it."""
    noted, entries = reader.document(DECIDED), reader.document(DECIDED_ENTRIES)
    ran = dt.datetime.fromisoformat(noted) if isinstance(noted, str) else None

    def moment(lead_id: str) -> dt.datetime:
        alone = facts.decided[lead_id]
        if ran is None:
            last = alone.at
        elif isinstance(entries, int):
            last = ran if alone.entry <= entries else alone.at
        else:  # earlier versions did not note how far the journal was after the run
            last = max(ran, alone.at)
        return max(last, facts.histories[lead_id].intervals[-1].entered_at)

    return np.array([to_seconds(moment(lead_id)) for lead_id in lead_ids], np.int64)


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
