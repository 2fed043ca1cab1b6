"""Golden leads, with the record that won each field: of one person, and of a whole population."""

import datetime as dt
from collections.abc import Hashable, Mapping

import attrs
import numpy as np

from leadflow.columns import Column
from leadflow.records.batches import LeadBatch, to_seconds

__all__ = ["Golden", "GoldenBatch"]


@attrs.frozen(kw_only=True, eq=False)
class GoldenBatch:
    """Derived leads and where each value came from.

    Attributes:
        leads: one row per lead; ``leads.ids`` are lead ids.
        winners: field to ``Column`` of n record ids: the record whose value survived; missing where
            the field is empty.
        rules: field to the name of the rule that decided it.
    """

    leads: LeadBatch
    winners: Mapping[str, Column]
    rules: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Golden:
    """One derived lead and where each value came from, as an object.

    Attributes:
        lead_id: the lead's id.
        values: field to the value that survived; none is None.
        source: the system or list of its latest record.
        observed_at: aware; the moment of its latest record, or None.
        winners: field to the id of the record whose value survived.
        rules: field to the name of the rule that decided it.

    Example:
        >>> golden = Golden(lead_id="L1", values={"title": "部長"}, winners={"title": "r1"}, rules={"title": "most_recent"})
        >>> golden.batch().leads.to_dicts()
        [{'id': 'L1', 'title': '部長'}]
    """

    lead_id: str
    values: Mapping[str, Hashable] = attrs.field(repr=False)
    source: str = ""
    observed_at: dt.datetime | None = None
    winners: Mapping[str, str]
    rules: Mapping[str, str]

    def batch(self) -> GoldenBatch:
        """Return a population of this lead alone."""
        leads = LeadBatch.of(
            {name: Column.of([value]) for name, value in self.values.items()},
            ids=(self.lead_id,),
            sources=Column.of([self.source]),
            observed_at=np.array([to_seconds(self.observed_at)], np.int64),
        )
        winners = {name: Column.of([record_id]) for name, record_id in self.winners.items()}
        return GoldenBatch(leads=leads, winners=winners, rules=self.rules)
