"""Who conditions are asked about: one subject, or a whole population column by column."""

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Codes, Column
from leadflow.records.activities import Activity, ActivityLog
from leadflow.records.batches import NO_TIME, LeadBatch, to_seconds
from leadflow.records.leads import Lead

__all__ = ["STATES", "Population", "Subject"]

STATES = ("stage", "grade", "score", "fit", "engagement")
"""What is known of a lead beside its fields: where it stands and how it scores."""


@attrs.frozen(kw_only=True)
class Subject:
    """One lead with what is known about it.

    Attributes:
        lead: its fields.
        activities: what it did; later ones than ``as_of`` do not count.
        as_of: aware; the moment at which the question is asked.
        states: stage, grade, score, fit, engagement, as far as known.
    """

    lead: Lead
    activities: Sequence[Activity] = ()
    as_of: dt.datetime
    states: Mapping[str, str | float] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True, eq=False)
class Population:
    """Many leads with what is known about them.

    Attributes:
        batch: n leads.
        activities: what they did, by lead id; later ones than ``as_of`` do not count.
        as_of: aware; the moment at which the question is asked.
        states: stage and grade as ``Column`` of n cells; score, fit and engagement as (n,) float64.

    Example:
        >>> people = Population(batch=LeadBatch.from_dicts([{"title": "部長"}]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> len(people)
        1
    """

    batch: LeadBatch
    activities: ActivityLog = attrs.field(factory=lambda: ActivityLog.of([]))
    as_of: dt.datetime
    states: Mapping[str, Column | npt.NDArray[np.float64]] = MappingProxyType({})
    _memo: dict[str, Codes] = attrs.field(init=False, factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.batch)

    @property
    def now(self) -> int:
        """The moment of the question in seconds since 1970 UTC.

        Example:
            >>> Population(batch=LeadBatch.from_dicts([]), as_of=dt.datetime(1970, 1, 2, tzinfo=dt.UTC)).now
            86400
        """
        return to_seconds(self.as_of)

    @property
    def activity_rows(self) -> Codes:
        """(m,) int32, for each activity the row of its lead in the batch, or -1.

        Example:
            >>> Population(batch=LeadBatch.from_dicts([]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).activity_rows
            array([], dtype=int32)
        """
        if "rows" not in self._memo:
            self._memo["rows"] = self.activities.rows_in(self.batch.ids)
        return self._memo["rows"]

    def rows_of_kinds(self, kinds: tuple[str, ...]) -> npt.NDArray[np.intp]:
        """Return the positions of the activities of some kinds that happened by ``as_of`` to a lead of the batch.

        Returns:
            (j,) positions into ``activities``.

        Example:
            >>> people = Population(batch=LeadBatch.from_dicts([]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> people.rows_of_kinds(("call",)).tolist()
            []
        """
        log = self.activities
        wanted = log.kinds.test(lambda kind: kind in kinds)
        dated = (log.at > NO_TIME) & (log.at <= self.now)
        return np.flatnonzero(wanted & dated & (self.activity_rows >= 0))

    def subject(self, row: int) -> Subject:
        """Return one lead with what is known about it.

        Example:
            >>> people = Population(batch=LeadBatch.from_dicts([{"title": "部長"}]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> people.subject(0).lead.title
            '部長'
        """
        positions = np.flatnonzero(self.activity_rows == row)
        states: dict[str, str | float] = {}
        for name, values in self.states.items():
            value = values[row]
            if value is not None:
                states[name] = str(value) if isinstance(values, Column) else float(value)  # type: ignore[arg-type]
        return Subject(
            lead=self.batch.lead(row),
            activities=tuple(self.activities.activity(int(position)) for position in positions),
            as_of=self.as_of,
            states=states,
        )
