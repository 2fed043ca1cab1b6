"""Links, stages and hand-overs as the journal alone tells them."""

import datetime as dt
from collections.abc import Iterable, Mapping

import attrs

from leadflow.engine.assignment_facts import AssignmentLedger
from leadflow.funnel import Funnel, StageChange
from leadflow.merging import anonymous_history
from leadflow.records import Assignment, Event, EventKind, StageHistory, StageInterval

__all__ = ["Deciding", "JournalFacts"]

_DECIDING = frozenset({EventKind.CAPTURED, EventKind.UNLINKED, EventKind.STAGE_ENTERED})
"""After an event of these kinds the lead was decided about for its moment; after a merge it is the one that stays."""


@attrs.frozen
class Deciding:
    """What made a lead be decided about last.

    Attributes:
        entry: the place of the entry in the journal, from 1.
        at: its moment.

    Example:
        >>> Deciding(1, dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).entry
        1
    """

    entry: int
    at: dt.datetime


@attrs.frozen(kw_only=True)
class JournalFacts:
    """What the journal alone says.

    Attributes:
        lead_of: record id to the lead that it is linked to.
        histories: lead id to where it was; former leads keep theirs.
        assignments: every hand-over with its terms, by id, in the order of the offers; without a team where the
            entry names none, as those of earlier versions.
        owners: lead id to who has or had the lead last.
        decided: lead id to the last entry after which it was decided about alone, not in a run.
        grades: lead id to its grade, which is kept while points are short of it by less than the hysteresis.
        erased: leads of people who were erased, former ids among them.
    """

    lead_of: Mapping[str, str]
    histories: Mapping[str, StageHistory]
    assignments: Mapping[str, Assignment]
    owners: Mapping[str, str]
    decided: Mapping[str, Deciding]
    grades: Mapping[str, str]
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
        for entry, event in enumerate(events, start=1):
            ledger.take(entry, event)
        return cls(
            lead_of=ledger.lead_of,
            histories=ledger.histories,
            assignments=ledger.hand_overs.assignments,
            owners=ledger.hand_overs.owners,
            decided=ledger.decided,
            grades=ledger.grades,
            erased=frozenset(ledger.erased),
        )


@attrs.define(kw_only=True, eq=False)
class _Ledger:
    """Where everything stands after the events so far."""

    funnel: Funnel
    lead_of: dict[str, str] = attrs.field(factory=dict)
    records_of: dict[str, dict[str, None]] = attrs.field(factory=dict)
    stands_for: dict[str, str] = attrs.field(factory=dict)
    histories: dict[str, StageHistory] = attrs.field(factory=dict)
    hand_overs: AssignmentLedger = attrs.field(factory=AssignmentLedger)
    decided: dict[str, Deciding] = attrs.field(factory=dict)
    grades: dict[str, str] = attrs.field(factory=dict)
    erased: set[str] = attrs.field(factory=set)

    def take(self, entry: int, event: Event) -> None:
        lead_id, detail = event.lead_id, event.detail
        match event.kind:
            case EventKind.CAPTURED:
                self._link(str(detail["record_id"]), lead_id)
            case EventKind.UNLINKED:
                self._link(str(detail["record_id"]), str(detail["to"]))
                self.stands_for.pop(str(detail["to"]), None)
            case EventKind.MERGED:
                self._merge(lead_id, str(detail["into"]))
                self.decided[str(detail["into"])] = Deciding(entry, event.at)
            case EventKind.SCORED:
                self.grades[lead_id] = str(detail["grade"])
            case EventKind.STAGE_ENTERED:
                known = self.histories.get(lead_id, StageHistory(lead_id=lead_id))
                self.histories[lead_id] = _entered(known, event)
            case EventKind.ERASED:
                self._erase(lead_id)
            case _:
                pass
        self.hand_overs.take(event)
        if event.kind in _DECIDING:
            self.decided[lead_id] = Deciding(entry, event.at)

    def _link(self, record_id: str, lead_id: str) -> None:
        self.records_of.get(self.lead_of.get(record_id, ""), {}).pop(record_id, None)
        self.lead_of[record_id] = lead_id
        self.records_of.setdefault(lead_id, {})[record_id] = None

    def _merge(self, lead_id: str, into: str) -> None:
        self.stands_for[lead_id] = into
        self.grades.pop(lead_id, None)
        for record_id in list(self.records_of.get(lead_id, ())):
            self._link(record_id, into)
        joined = [self.histories[one] for one in (into, lead_id) if one in self.histories]
        self.histories[into] = self.funnel.merge(joined, lead_id=into)

    def _erase(self, lead_id: str) -> None:
        """Leave out every sentence about a person, also what they have from leads that were merged into theirs for a while."""
        whose = {lead_id, *(old for old in self.stands_for if self._present(old) == lead_id)}
        self.erased |= whose
        for name in whose & self.histories.keys():
            self.histories[name] = anonymous_history(self.histories[name])
        self.hand_overs.erase(whose)

    def _present(self, lead_id: str) -> str:
        while lead_id in self.stands_for:
            lead_id = self.stands_for[lead_id]
        return lead_id


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
