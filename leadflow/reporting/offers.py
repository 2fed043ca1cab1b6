"""Every hand-over as columns: whose, to whom, since when, and what became of it."""

import datetime as dt
from collections.abc import Hashable, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import MISSING, Column
from leadflow.records.batches import NO_TIME, Seconds, to_seconds
from leadflow.records.extracts import Extracted
from leadflow.reporting.indexes import Indexes

__all__ = ["Answers", "Named", "Offers"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Named:
    """Where the hand-overs stand that entries of the journal name.

    Attributes:
        ids: (k,) the ids of the hand-overs.
        names: (j,) the ids that entries name, each once.
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
            names: the ids that entries name, each once.
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
        # an entry can be written before its hand-over
        for one, row in indexes.places(("turns", "assignment_id"), names, later.keys()).items():
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
        reasons: (k,) why each was declined; missing where it was not, or nobody said why.

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
    reasons: Column

    @classmethod
    def of(
        cls, offers: Extracted, turns: Extracted, named: Named, now: int, terms: Extracted | None = None
    ) -> "Offers":
        """Look at hand-overs as they stood at a moment, by the journal's entries about them.

        A hand-over about which nothing was written since stands as it is kept.

        Args:
            offers: hand-overs.
            turns: the entries after which one stands elsewhere, in the order of the journal.
            named: where the hand-overs stand that these name.
            now: seconds; what happened later does not count.
            terms: what was written of the deadlines of those that waited then, and do not now.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> tables = specimen_holdings().tables
            >>> len(Offers.of(tables["offers"], tables["turns"], Named.of((), (), Indexes()), 0))
            0
        """
        ids, kinds, times = offers.texts["id"], turns.texts["kind"], turns.times["at"]
        codes = np.append(named.places, -1)[np.maximum(turns.members["assignment_id"].codes, -1)]
        known = (codes >= 0) & (times <= now)
        accepted = known & kinds.test("accepted".__eq__)
        moments = np.full(len(ids.values) + 1, NO_TIME)
        moments[codes[accepted]] = times[accepted]  # of several the last counts, as the journal has it
        declined, said = np.flatnonzero(known & kinds.test("declined".__eq__)), turns.texts["reason"]
        reasons = np.full(len(ids.values) + 1, MISSING, np.int32)
        told = np.where(said.take(declined).test(bool), said.codes[declined], MISSING)
        reasons[codes[declined]] = told
        rows = np.flatnonzero(offers.times["offered_at"] <= now)
        whole = len(rows) == len(offers)
        part = offers if whole else offers.take(rows)
        owners = (
            offers.lead_ids
            if whole
            else Column(codes=offers.lead_ids.codes[rows], values=offers.lead_ids.values)
        )
        which = ids.codes[rows]
        states, deadline = part.texts["state"], part.times["deadline"]
        since = np.zeros(len(ids.values) + 1, np.bool_)
        since[codes[(codes >= 0) & (times > now)]] = True
        again = np.flatnonzero(since[which])
        if len(again):
            last = np.full(len(ids.values), MISSING, np.int32)
            last[codes[known]] = kinds.codes[known]
            then = Column(codes=last[which[again]], values=kinds.values).to_list()
            states = _written(states, again, ["offered" if one is None else one for one in then])
            due, deadline = {} if terms is None else _due(terms, now), deadline.copy()
            for row in again[[one is None for one in then]].tolist():
                deadline[row] = due.get(ids.values[which[row]], deadline[row])
        return cls(
            lead_ids=owners,
            owners=part.texts["owner"],
            teams=part.texts["team"],
            states=states,
            offered_at=part.times["offered_at"],
            deadline=deadline,
            accepted_at=moments[which],
            reasons=_frozen(reasons[which], said.values),
        )

    def __len__(self) -> int:
        return len(self.offered_at)

    def __repr__(self) -> str:
        return f"<Offers: {len(self)} hand-overs>"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Answers:
    """What the journal says that became of hand-overs, entry by entry.

    Attributes:
        offers: (t,) int64, the row of the hand-over among ``Offers``.
        kinds: (t,) in the words of the journal.
        at: (t,) int64 seconds.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts, specimen_holdings
        >>> from leadflow.reporting.views import View
        >>> View(holdings=specimen_holdings(), now=specimen_facts().now).answers().kinds.to_list()
        ['accepted', 'followed_up']
    """

    offers: npt.NDArray[np.int64]
    kinds: Column
    at: Seconds

    @classmethod
    def of(cls, offers: Extracted, turns: Extracted, named: Named, now: int) -> "Answers":
        """Read what was written by a moment about hand-overs that had been put.

        Args:
            offers: hand-overs.
            turns: the entries, in the order of the journal.
            named: where the hand-overs stand that these name.
            now: seconds; what happened later does not count.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> tables = specimen_holdings().tables
            >>> len(Answers.of(tables["offers"], tables["turns"], Named.of((), (), Indexes()), 0).at)
            0
        """
        ids, times = offers.texts["id"], turns.times["at"]
        there = np.flatnonzero(offers.times["offered_at"] <= now)
        row = np.full(len(ids.values) + 1, -1, np.int64)
        row[ids.codes[there]] = np.arange(len(there))
        rows = row[np.append(named.places, -1)[np.maximum(turns.members["assignment_id"].codes, -1)]]
        known = np.flatnonzero((rows >= 0) & (times <= now))
        return cls(offers=rows[known], kinds=turns.texts["kind"].take(known), at=times[known])


def _frozen(codes: npt.NDArray[np.int32], values: tuple[Hashable, ...]) -> Column:
    codes.flags.writeable = False
    return Column(codes=codes, values=values)


def _written(column: Column, rows: npt.NDArray[np.intp], values: Sequence[Hashable]) -> Column:
    """Return a column with other values in some rows."""
    both = Column.concatenate([column, Column.of(values)])
    codes = both.codes[: len(column)].copy()
    codes[rows] = both.codes[len(column) :]
    return _frozen(codes, both.values)


def _due(terms: Extracted, now: int) -> dict[Hashable, int]:
    """Return by id when hand-overs were due at a moment, by the entries that set a deadline, in the order of the journal."""
    ids, deadlines = terms.members["assignment_id"], terms.members["deadline"]
    entries = zip(ids, deadlines, terms.times["at"].tolist(), strict=True)
    return {
        one: NO_TIME if moment is None else to_seconds(dt.datetime.fromisoformat(str(moment)))
        for one, moment, at in entries
        if at <= now
    }
