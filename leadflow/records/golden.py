"""Golden leads of a whole population, with the record that won each field."""

from collections.abc import Mapping

import attrs

from leadflow.columns import Column
from leadflow.records.batches import LeadBatch

__all__ = ["GoldenBatch"]


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
