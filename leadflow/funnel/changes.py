"""Changes of stage: one lead's as an object, a population's as columns."""

import datetime as dt
from collections.abc import Iterator, Mapping

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.records.events import Event, EventBatch, EventKind, Json
from leadflow.records.stages import StageInterval

__all__ = ["StageChange", "StageChanges"]


@attrs.frozen(kw_only=True)
class StageChange:
    """A lead goes from one stage to another.

    Attributes:
        lead_id: the lead.
        previous: the stage it leaves; None for the first.
        stage: the stage it enters.
        at: when; aware.
        actor: who decided.
        reason: why, in one sentence.
        definition: the version of the funnel.
        evidence: what was given with the decision, such as a lost reason.
        explanation: the clauses of the condition with what was found; empty when there was none.

    Example:
        >>> change = StageChange(lead_id="L1", previous="Lead", stage="MQL", reason="@score >= 100",
        ...     at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> change.explain()
        'L1: Lead -> MQL because @score >= 100'
    """

    lead_id: str
    previous: str | None
    stage: str
    at: dt.datetime
    actor: str = "leadflow"
    reason: str = ""
    definition: str = ""
    evidence: Mapping[str, str] = attrs.field(factory=dict)
    explanation: str = ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, as a tuple of sentences.

        Example:
            >>> StageChange(lead_id="L1", previous=None, stage="Lead", at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).reasons
            ()
        """
        given = tuple(f"{name}: {value}" for name, value in self.evidence.items())
        return (*((self.reason,) if self.reason else ()), *given)

    def explain(self) -> str:
        """Return the change as text.

        Example:
            >>> StageChange(lead_id="L1", previous=None, stage="Lead", at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).explain()
            'L1: enters Lead'
        """
        way = f"enters {self.stage}" if self.previous is None else f"{self.previous} -> {self.stage}"
        because = f" because {'; '.join(self.reasons)}" if self.reasons else ""
        detail = f"\n{self.explanation}" if self.explanation else ""
        return f"{self.lead_id}: {way}{because}{detail}"

    def interval(self) -> StageInterval:
        """Return the stay that begins with the change.

        Example:
            >>> StageChange(lead_id="L1", previous=None, stage="Lead", at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).interval().stage
            'Lead'
        """
        return StageInterval(
            stage=self.stage,
            entered_at=self.at,
            actor=self.actor,
            reason="; ".join(self.reasons),
            definition=self.definition,
        )

    def event(self) -> Event:
        """Return the journal entry of the change.

        Example:
            >>> StageChange(lead_id="L1", previous=None, stage="Lead", at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).event().detail["stage"]
            'Lead'
        """
        detail: dict[str, Json] = {"stage": self.stage, "previous": self.previous}
        if self.evidence:
            detail["evidence"] = dict(self.evidence)
        return Event(
            kind=EventKind.STAGE_ENTERED,
            lead_id=self.lead_id,
            at=self.at,
            actor=self.actor,
            reason=self.reason,
            definition=self.definition,
            detail=detail,
        )


@attrs.frozen(kw_only=True, eq=False, repr=False)
class StageChanges:
    """The automatic changes of a population, by row and, within a row, in the order in which they happen.

    Attributes:
        ids: (n,) the ids of the whole population.
        rows: (m,) int64, read-only; the row of each change, ascending.
        previous: (m,) the stage that is left; missing for the first.
        stages: (m,) the stage that is entered.
        reasons: (m,) why.
        at: the moment of all of them; aware.
        definition: the version of the funnel.

    Example:
        >>> from leadflow.conditions import Population
        >>> from leadflow.funnel import Funnel
        >>> from leadflow.records import LeadBatch
        >>> people = Population(batch=LeadBatch.from_dicts([{"title": "部長"}]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> changes = Funnel.standard().evaluate_batch(people, Column.of([None]))
        >>> len(changes), changes.stages.to_list()
        (1, ['Lead'])
    """

    ids: tuple[str, ...]
    rows: npt.NDArray[np.int64]
    previous: Column
    stages: Column
    reasons: Column
    at: dt.datetime
    definition: str = ""

    @property
    def lead_ids(self) -> list[str]:
        """(m,) the lead of each change.

        Example:
            >>> StageChanges(ids=("L1",), rows=np.array([0]), previous=Column.of([None]), stages=Column.of(["Lead"]),
            ...     reasons=Column.of([""]), at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).lead_ids
            ['L1']
        """
        return [self.ids[row] for row in self.rows.tolist()]

    @property
    def last(self) -> npt.NDArray[np.bool_]:
        """(m,) bool, true for the last change of each row: where the lead ends up.

        Example:
            >>> StageChanges(ids=("L1",), rows=np.array([0, 0]), previous=Column.of([None, "Lead"]),
            ...     stages=Column.of(["Lead", "MQL"]), reasons=Column.of(["", ""]),
            ...     at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).last.tolist()
            [False, True]
        """
        return np.append(self.rows[1:] != self.rows[:-1], np.ones(min(len(self.rows), 1), np.bool_))

    def change(self, position: int) -> StageChange:
        """Return one change as an object.

        Example:
            >>> StageChanges(ids=("L1",), rows=np.array([0]), previous=Column.of([None]), stages=Column.of(["Lead"]),
            ...     reasons=Column.of([""]), at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).change(0).lead_id
            'L1'
        """
        previous = self.previous[position]
        return StageChange(
            lead_id=self.ids[int(self.rows[position])],
            previous=None if previous is None else str(previous),
            stage=str(self.stages[position]),
            at=self.at,
            reason=str(self.reasons[position]),
            definition=self.definition,
        )

    def apply(self, current: Column) -> Column:
        """Return the stage of every lead after the changes.

        Args:
            current: (n,) the stages before.

        Example:
            >>> StageChanges(ids=("L1",), rows=np.array([0]), previous=Column.of([None]), stages=Column.of(["Lead"]),
            ...     reasons=Column.of([""]), at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).apply(Column.of([None])).to_list()
            ['Lead']
        """
        both = Column.concatenate([current, self.stages])
        codes = both.codes[: len(current)].copy()
        codes[self.rows[self.last]] = both.codes[len(current) :][self.last]
        codes.flags.writeable = False
        return Column(codes=codes, values=both.values)

    def intervals(self) -> list[StageInterval]:
        """(m,) the stays that begin with the changes; equal ones are one object.

        Example:
            >>> [stay.stage for stay in StageChanges(ids=("L1",), rows=np.array([0]), previous=Column.of([None]),
            ...     stages=Column.of(["Lead"]), reasons=Column.of([""]), at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).intervals()]
            ['Lead']
        """
        kinds = list(zip(map(str, self.stages), map(str, self.reasons), strict=True))
        stays = {
            (stage, reason): StageInterval(
                stage=stage, entered_at=self.at, reason=reason, definition=self.definition
            )
            for stage, reason in set(kinds)
        }
        return [stays[kind] for kind in kinds]

    def events(self) -> EventBatch:
        """Return the journal entries of the changes, in their order.

        Example:
            >>> [event.reason for event in StageChanges(ids=("L1",), rows=np.array([0]), previous=Column.of([None]),
            ...     stages=Column.of(["Lead"]), reasons=Column.of(["new"]), at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).events()]
            ['new']
        """
        return EventBatch(
            kind=EventKind.STAGE_ENTERED,
            lead_ids=self.lead_ids,
            at=self.at,
            reasons=self.reasons,
            definition=self.definition,
            details={"stage": self.stages, "previous": self.previous},
        )

    def to_dicts(self) -> list[dict[str, object]]:
        """Return one dict per change.

        Example:
            >>> StageChanges(ids=("L1",), rows=np.array([0]), previous=Column.of([None]), stages=Column.of(["Lead"]),
            ...     reasons=Column.of(["new"]), at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).to_dicts()
            [{'lead_id': 'L1', 'previous': None, 'stage': 'Lead', 'reason': 'new'}]
        """
        return [
            {"lead_id": self.ids[row], "previous": previous, "stage": stage, "reason": reason}
            for row, previous, stage, reason in zip(
                self.rows.tolist(), self.previous, self.stages, self.reasons, strict=True
            )
        ]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[StageChange]:
        cells = zip(self.rows.tolist(), self.previous, self.stages, self.reasons, strict=True)
        return (
            StageChange(
                lead_id=self.ids[row],
                previous=None if previous is None else str(previous),
                stage=str(stage),
                at=self.at,
                reason=str(reason),
                definition=self.definition,
            )
            for row, previous, stage, reason in cells
        )

    def __repr__(self) -> str:
        return f"<StageChanges of {len(self)} changes among {len(self.ids)} leads>"
