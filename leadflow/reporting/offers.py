"""Every hand-over as columns: whose, to whom, since when, and what became of it."""

import attrs
import numpy as np

from leadflow.columns import Column
from leadflow.records.batches import NO_TIME, Seconds
from leadflow.records.extracts import Extracted

__all__ = ["Offers"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Offers:
    """Hand-overs in the order in which they were first put.

    Attributes:
        lead_ids: (k,) whose.
        owners: (k,) to whom.
        teams: (k,) of which team; empty texts where unknown.
        states: (k,) the values of ``AssignmentState``.
        offered_at: (k,) int64 seconds.
        deadline: (k,) int64 seconds; ``NO_TIME`` without one.
        accepted_at: (k,) int64 seconds; ``NO_TIME`` where nobody accepted.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> specimen_facts().offers.owners.to_list()
        ['sato', 'suzuki']
    """

    lead_ids: Column
    owners: Column
    teams: Column
    states: Column
    offered_at: Seconds
    deadline: Seconds
    accepted_at: Seconds

    @classmethod
    def of(cls, offers: Extracted, accepted: Extracted, now: int) -> "Offers":
        """Join hand-overs with the journal's entries of their acceptance.

        Args:
            offers: hand-overs.
            accepted: acceptances with their ``assignment_id``.
            now: seconds; what was offered or accepted later does not count.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> tables = specimen_holdings().tables
            >>> len(Offers.of(tables["offers"], tables["accepted"], 0))
            0
        """
        ids, named = offers.texts["id"], accepted.members["assignment_id"]
        place = {value: code for code, value in enumerate(ids.values)}
        table = np.fromiter((place.get(value, -1) for value in named.values), np.int64, len(named.values))
        codes = np.append(table, -1)[np.maximum(named.codes, -1)]
        times = accepted.times["at"]
        known = (codes >= 0) & (times <= now)
        moments = np.full(len(ids.values) + 1, NO_TIME)
        moments[codes[known]] = times[known]  # of several the last counts, as the journal has it
        rows = np.flatnonzero(offers.times["offered_at"] <= now)
        whole = len(rows) == len(offers)
        part = offers if whole else offers.take(rows)
        owners = (
            offers.lead_ids
            if whole
            else Column(codes=offers.lead_ids.codes[rows], values=offers.lead_ids.values)
        )
        return cls(
            lead_ids=owners,
            owners=part.texts["owner"],
            teams=part.texts["team"],
            states=part.texts["state"],
            offered_at=part.times["offered_at"],
            deadline=part.times["deadline"],
            accepted_at=moments[ids.codes[rows]],
        )

    def __len__(self) -> int:
        return len(self.offered_at)

    def __repr__(self) -> str:
        return f"<Offers: {len(self)} hand-overs>"
