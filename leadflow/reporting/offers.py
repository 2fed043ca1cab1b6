"""Every hand-over as columns: whose, to whom, since when, and what became of it."""

from collections.abc import Hashable

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.records.batches import NO_TIME, Seconds
from leadflow.records.extracts import Extracted
from leadflow.reporting.indexes import Indexes

__all__ = ["Named", "Offers"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Named:
    """Where the hand-overs that acceptances name stand.

    Attributes:
        ids: (k,) the ids of the hand-overs.
        names: (j,) the ids that acceptances name, each once.
        places: (j,) int64, the place of each among ``ids``; -1 for none of them.

    Example:
        >>> few = Named.of(("A1", "A2"), ("A2", "A3"), Indexes())
        >>> few.places.tolist(), Named.of(("A1", "A2", "A3"), ("A2", "A3", "A1"), Indexes(), few).places.tolist()
        ([1, -1], [1, 2, 0])
    """

    ids: tuple[Hashable, ...]
    names: tuple[Hashable, ...]
    places: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls,
        ids: tuple[Hashable, ...],
        names: tuple[Hashable, ...],
        indexes: Indexes,
        before: "Named | None" = None,
    ) -> "Named":
        """Look up every name, or those that are new and those whose hand-over is.

        Args:
            ids: the ids of the hand-overs, each once.
            names: the ids that acceptances name, each once.
            indexes: where both stand.
            before: of fewer of them, perhaps.

        Example:
            >>> Named.of((), ("A1",), Indexes()).places.tolist()
            [-1]
        """
        if before is None or (ids[: len(before.ids)], names[: len(before.names)]) != (
            before.ids,
            before.names,
        ):
            before = cls(ids=(), names=(), places=np.empty(0, np.int64))
        known, fresh = before.names, names[len(before.names) :]
        places = np.append(before.places, np.full(len(fresh), -1))
        later = {one: place for place, one in enumerate(ids[len(before.ids) :], len(before.ids))}
        # an acceptance can be written before its hand-over
        for one, row in indexes.places(("accepted", "assignment_id"), names, later.keys()).items():
            places[row] = later[one]
        there = indexes.places(("offers", "id"), ids, frozenset(fresh))
        places[len(known) :] = [there.get(one, -1) for one in fresh]
        return cls(ids=ids, names=names, places=places)


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
    def of(cls, offers: Extracted, accepted: Extracted, named: Named, now: int) -> "Offers":
        """Join hand-overs with the journal's entries of their acceptance.

        Args:
            offers: hand-overs.
            accepted: acceptances with their ``assignment_id``.
            named: where the hand-overs stand that these name.
            now: seconds; what was offered or accepted later does not count.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> tables = specimen_holdings().tables
            >>> len(Offers.of(tables["offers"], tables["accepted"], Named.of((), (), Indexes()), 0))
            0
        """
        ids = offers.texts["id"]
        codes = np.append(named.places, -1)[np.maximum(accepted.members["assignment_id"].codes, -1)]
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
