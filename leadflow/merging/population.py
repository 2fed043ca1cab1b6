"""Merging whole lists: every rule over all leads at once, column by column."""

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import CLEARED, MISSING, Codes, Column, Flags
from leadflow.errors import InputError
from leadflow.merging.choosing import chosen_by, joined, sortable, source_text
from leadflow.merging.fillers import all_texts, data_cells
from leadflow.merging.rules import Candidate
from leadflow.merging.strategies import MergeStrategy, Unit
from leadflow.records import GoldenBatch, LeadBatch
from leadflow.records.batches import NO_TIME, Seconds, from_seconds, to_seconds
from leadflow.records.compacting import compact_batch

__all__ = ["Conflict", "find_conflicts", "merge"]

Rows: TypeAlias = npt.NDArray[np.intp]


@attrs.frozen(kw_only=True)
class Conflict:
    """Values between which the rule could not decide, for a person to review.

    Attributes:
        lead_id: whose; empty for a lead that has no id yet.
        field: which field.
        values: the different values, the one that was kept first.
        record_ids: the record that holds each value.
    """

    lead_id: str
    field: str
    values: tuple[Hashable, ...] = attrs.field(repr=False)
    record_ids: tuple[str, ...]


def merge(
    batch: LeadBatch,
    lead_ids: npt.NDArray[np.integer] | Sequence[str],
    strategy: MergeStrategy | None = None,
    *,
    now: dt.datetime | None = None,
) -> GoldenBatch:
    """Derive the golden lead of every cluster of source records.

    Args:
        batch: n source records.
        lead_ids: (n,) the lead id of each record, or its cluster number. A lead that has only a number
            gets the smallest of its record ids.
        strategy: the rules; ``MergeStrategy.standard()`` by default.
        now: the moment from which ages are measured; each lead's latest observation by default.

    Returns:
        One row per lead, in the order of their first records, with the record that won each field.

    Raises:
        InputError: there is not one lead id per record.
        DefinitionError: a custom rule returned something else than a candidate.

    Example:
        >>> batch = LeadBatch.from_dicts([{"title": "部長"}, {"city": "港区"}, {"title": "課長"}])
        >>> golden = merge(batch, np.array([0, 0, 1]))
        >>> golden.leads.to_dicts()
        [{'id': '0', 'title': '部長', 'city': '港区'}, {'id': '2', 'title': '課長', 'city': None}]
        >>> golden.winners["city"].to_list()
        ['1', None]
    """
    chosen = strategy or MergeStrategy.standard()
    batch = compact_batch(batch)
    data = {name: data_cells(name, column) for name, column in batch.columns.items()}
    people = _People.of(batch, lead_ids, now)
    columns: dict[str, Column] = {}
    winners: dict[str, Column] = {}
    rules: dict[str, str] = {}
    for unit in chosen.units(tuple(batch.columns)):
        decided = _Decision(batch=batch, data=data, people=people, unit=unit)
        for name, (column, rows) in decided.survivors().items():
            if column.filled.any():
                columns[name], rules[name] = column, unit.label
                winners[name] = Column(codes=_frozen(rows.astype(np.int32)), values=batch.ids)
    leads = LeadBatch.of(
        {name: columns[name] for name in batch.columns if name in columns},
        ids=people.lead_ids,
        sources=batch.sources.take(people.latest),
        observed_at=batch.observed_at[people.latest],
    )
    return GoldenBatch(leads=leads, winners=MappingProxyType(winners), rules=MappingProxyType(rules))


def find_conflicts(
    batch: LeadBatch,
    lead_ids: npt.NDArray[np.integer] | Sequence[str],
    strategy: MergeStrategy | None = None,
    *,
    now: dt.datetime | None = None,
) -> tuple[Conflict, ...]:
    """Return where neither the rule nor the time of observation decided between different values.

    Args:
        batch: n source records.
        lead_ids: (n,) the lead id of each record, or its cluster number.
        strategy: the rules; ``MergeStrategy.standard()`` by default.
        now: the moment from which ages are measured; each lead's latest observation by default.

    Example:
        >>> batch = LeadBatch.from_dicts([{"title": "部長"}, {"title": "課長"}])
        >>> find_conflicts(batch, np.array([0, 0]))[0].values
        ('部長', '課長')
    """
    chosen = strategy or MergeStrategy.standard()
    batch = compact_batch(batch)
    data = {name: data_cells(name, column) for name, column in batch.columns.items()}
    people = _People.of(batch, lead_ids, now)
    found: list[Conflict] = []
    for unit in chosen.units(tuple(batch.columns)):
        found += _Decision(batch=batch, data=data, people=people, unit=unit).conflicts()
    return tuple(sorted(found, key=lambda conflict: (conflict.lead_id, conflict.field)))


@attrs.frozen(kw_only=True, eq=False)
class _People:
    """Which record belongs to whom.

    Attributes:
        lead_ids: (k,) ids.
        lead_of: (n,) the lead's number of each record.
        alone: rows that are the only one of their lead.
        shared: rows of leads with several records, by lead, and within it latest first, then by record id.
        latest: (k,) the latest row of each lead.
        reference: (k,) seconds from which ages are measured.
    """

    lead_ids: tuple[str, ...]
    lead_of: Rows
    alone: Rows
    shared: Rows
    latest: Rows
    reference: Seconds

    @classmethod
    def of(
        cls, batch: LeadBatch, lead_ids: npt.NDArray[np.integer] | Sequence[str], now: dt.datetime | None
    ) -> "_People":
        if len(lead_ids) != len(batch):
            raise InputError(
                f"Merging needs one lead id per record, got {len(lead_ids)} for {len(batch)} records."
            )
        lead_of, names = _numbered(lead_ids)
        sizes = np.bincount(lead_of, minlength=int(lead_of.max(initial=-1)) + 1)
        in_company = sizes[lead_of] > 1
        alone, several = np.flatnonzero(~in_company), np.flatnonzero(in_company)
        observed = batch.observed_at[several]
        order = np.lexsort(
            (_id_ranks(batch.ids, several, lead_of, observed), _descending(observed), lead_of[several])
        )
        shared = several[order]
        latest = np.empty(len(sizes), np.intp)
        latest[lead_of[alone]] = alone
        first = _firsts(lead_of[shared])
        latest[lead_of[shared[first]]] = shared[first]
        if names is None:
            smallest = [batch.ids[row] for row in latest.tolist()]
            shared_ids = map(batch.ids.__getitem__, shared.tolist())
            for lead, record_id in zip(lead_of[shared].tolist(), shared_ids, strict=True):
                smallest[lead] = min(smallest[lead], record_id)
            names = tuple(smallest)
        reference = (
            batch.observed_at[latest] if now is None else np.full(len(sizes), to_seconds(now), np.int64)
        )
        return cls(
            lead_ids=names, lead_of=lead_of, alone=alone, shared=shared, latest=latest, reference=reference
        )


@attrs.frozen(kw_only=True, eq=False)
class _Decision:
    """One unit of the strategy, decided for all leads."""

    batch: LeadBatch
    data: Mapping[str, Flags]
    people: _People
    unit: Unit

    def survivors(self) -> dict[str, tuple[Column, Rows]]:
        """Return per field the surviving values, (k,), and the winning rows, (k,), -1 where there is none."""
        cells = {name: self._standing(name) for name in self.unit.fields}
        if self.unit.rule.gathers:
            (name,) = self.unit.fields
            return {name: self._gathered(name, cells[name])}
        if len(self.batch) == 1:  # a new lead: all that is data survives
            return {name: (self.batch[name], self.people.latest) for name, flags in cells.items() if flags[0]}
        rows = self._sieved(cells)
        leads = self.people.lead_of[rows]
        first = _firsts(leads)
        best = rows[first]
        if self.unit.rule.function is not None:
            (name,) = self.unit.fields
            best = self._by_function(name, rows, first)
        winner = np.full(len(self.people.lead_ids), -1, np.intp)
        winner[self.people.lead_of[best]] = best
        any_cell = _any(cells)
        single = self.people.alone[any_cell[self.people.alone]]
        winner[self.people.lead_of[single]] = single
        return {
            name: self._taken(name, self._filled_by_anchor(name, winner, cells), cells[name])
            for name in cells
        }

    def conflicts(self) -> list[Conflict]:
        """Return where the best candidates are equally late and differ."""
        if self.unit.rule.gathers or self.unit.rule.function is not None:
            return []
        cells = {name: self._standing(name) for name in self.unit.fields}
        rows = self._sieved(cells)
        rows = self._best(rows, self.batch.observed_at[rows])
        leads = self.people.lead_of[rows]
        found = []
        for name in self.unit.fields:
            codes = np.where(cells[name][rows], self.batch[name].codes[rows], -1)
            starts = np.flatnonzero(_firsts(leads))
            low = np.minimum.reduceat(codes, starts) if len(starts) else codes
            high = np.maximum.reduceat(codes, starts) if len(starts) else codes
            for lead in leads[starts[low != high]].tolist():
                found += self._conflict(name, lead, rows[leads == lead], cells[name])
        return found

    def _conflict(self, name: str, lead: int, rows: Rows, cells: Flags) -> list[Conflict]:
        values: dict[Hashable, str] = {}
        for row in rows.tolist():
            if cells[row]:
                values.setdefault(self.batch[name][row], self.batch.ids[row])
        if len(values) < 2:
            return []
        return [
            Conflict(
                lead_id=self.people.lead_ids[lead],
                field=name,
                values=tuple(values),
                record_ids=tuple(values.values()),
            )
        ]

    def _sieved(self, cells: Mapping[str, Flags]) -> Rows:
        """Return the rows of shared leads that the rule leaves, by lead, latest first."""
        rule, observed = self.unit.rule, self.batch.observed_at
        rows = self.people.shared[_any(cells)[self.people.shared]]
        if rule.max_age is not None:
            age = self.people.reference[self.people.lead_of[rows]] - observed[rows]
            young = (observed[rows] != NO_TIME) & (age <= int(rule.max_age.total_seconds()))
            rows = self._best(rows, young)
        if rule.sources:
            rows = self._best(rows, self._ranks()[self.batch.sources.codes[rows]])
        match rule.name:
            case "earliest":
                rows = self._best(rows, np.where(observed[rows] == NO_TIME, NO_TIME, -observed[rows]))
            case "most_complete":
                rows = self._best(rows, self._completeness(rows, cells))
            case "first_non_empty":
                rows = self._best(rows, -rows)
            case "most_frequent":
                rows = self._best(rows, self._frequency(rows, cells))
            case "longest" | "highest" | "lowest":
                rows = self._best(rows, self._measure(rows, cells))
            case _:
                pass  # most_recent is the order itself; the others gather or ask a function
        return rows

    def _best(self, rows: Rows, key: npt.NDArray[np.generic]) -> Rows:
        """Keep the rows that have the greatest key of their lead."""
        if not len(rows):
            return rows
        starts = np.flatnonzero(_firsts(self.people.lead_of[rows]))
        sizes = np.diff(np.append(starts, len(rows)))
        best: npt.NDArray[np.bool_] = key == np.repeat(np.maximum.reduceat(key, starts), sizes)
        return rows[best]

    def _ranks(self) -> npt.NDArray[np.int64]:
        """Return by source code how good the source is; the last entry is for "no source"."""
        order = {source: -place for place, source in enumerate(self.unit.rule.sources)}
        last = -len(order)
        return np.array([*(order.get(str(source), last) for source in self.batch.sources.values), last])

    def _standing(self, name: str) -> Flags:
        """Tell which cells hold data that no later clear of a source that is at least as good has emptied."""
        held, shared = self.data[name], self.people.shared
        cleared = self.batch[name].codes == CLEARED
        emptying = shared[cleared[shared]]
        if self.unit.firm or not len(emptying):
            return held
        rows = shared[held[shared]]
        rank_of = self._ranks()[self.batch.sources.codes]
        lead_of, observed = self.people.lead_of, self.batch.observed_at
        standing = held.copy()
        for rank in np.unique(rank_of[rows]).tolist():
            able = emptying[rank_of[emptying] >= rank]
            until = np.full(len(self.people.lead_ids), NO_TIME, np.int64)
            np.maximum.at(until, lead_of[able], observed[able])
            standing[rows[(rank_of[rows] == rank) & (observed[rows] < until[lead_of[rows]])]] = False
        return standing

    def _completeness(self, rows: Rows, cells: Mapping[str, Flags]) -> npt.NDArray[np.int64]:
        counted = cells
        if not self.unit.grouped:
            counted = self.data
        total = np.zeros(len(rows), np.int64)
        for flags in counted.values():
            total += flags[rows]
        return total

    def _frequency(self, rows: Rows, cells: Mapping[str, Flags]) -> npt.NDArray[np.int64]:
        joint = self.people.lead_of[rows].astype(np.int64)
        for name, flags in cells.items():
            codes = np.where(flags[rows], self.batch[name].codes[rows], -1) + 1
            _, joint = np.unique(joint * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)
        return np.bincount(joint)[joint]

    def _measure(self, rows: Rows, cells: Mapping[str, Flags]) -> npt.NDArray[np.int64]:
        total = np.zeros(len(rows), np.int64)
        for name, flags in cells.items():
            column = self.batch[name]
            if self.unit.rule.name == "longest":
                sizes = np.array([*(len(str(value)) for value in column.values), 0], np.int64)
            else:
                places = sorted(range(len(column.values)), key=lambda code: sortable(column.values[code]))
                sizes = np.empty(len(places) + 1, np.int64)
                sizes[places] = np.arange(len(places))
                sizes = sizes if self.unit.rule.name == "highest" else -sizes
            total += np.where(flags[rows], sizes[np.maximum(column.codes[rows], -1)], 0)
        return total

    def _by_function(self, name: str, rows: Rows, first: Flags) -> Rows:
        best = rows[first].copy()
        codes = self.batch[name].codes[rows]
        starts = np.flatnonzero(first).tolist()
        for place, (start, end) in enumerate(zip(starts, [*starts[1:], len(rows)], strict=False)):
            if (codes[start:end] != codes[start]).any():
                best[place] = self._asked(name, rows[start:end])
        return best

    def _asked(self, name: str, rows: Rows) -> int:
        candidates = [
            Candidate(
                value=self.batch[name][row],
                record_id=self.batch.ids[row],
                source=source_text(self.batch.sources[row]),
                observed_at=from_seconds(int(self.batch.observed_at[row])),
            )
            for row in rows.tolist()
        ]
        return int(rows[chosen_by(self.unit.rule, name, candidates)])

    def _filled_by_anchor(self, name: str, winner: Rows, cells: Mapping[str, Flags]) -> Rows:
        anchor = self.unit.anchor
        if not anchor or name == anchor:
            return winner
        codes, lead_of = self.batch[anchor].codes, self.people.lead_of
        lacking = (winner >= 0) & cells[anchor][winner] & ~cells[name][winner]
        rows = self.people.shared[cells[name][self.people.shared]]
        rows = rows[lacking[lead_of[rows]] & cells[anchor][rows]]
        rows = rows[codes[rows] == codes[winner[lead_of[rows]]]]
        rows = rows[_firsts(lead_of[rows])]
        filled = winner.copy()
        filled[lead_of[rows]] = rows
        return filled

    def _taken(self, name: str, winner: Rows, cells: Flags) -> tuple[Column, Rows]:
        column = self.batch[name]
        there = (winner >= 0) & cells[winner]
        codes = np.where(there, column.codes[winner], np.int32(MISSING)).astype(np.int32)
        return Column(codes=_frozen(codes), values=column.values), np.where(there, winner, -1)

    def _gathered(self, name: str, cells: Flags) -> tuple[Column, Rows]:
        """Join the values of each lead; equal ones were joined already."""
        rows = self._sieved({name: cells})
        first = _firsts(self.people.lead_of[rows])
        winner = np.full(len(self.people.lead_ids), -1, np.intp)
        single = self.people.alone[cells[self.people.alone]]
        winner[self.people.lead_of[single]] = single
        winner[self.people.lead_of[rows[first]]] = rows[first]
        column = self.batch[name]
        if self.unit.rule.name == "union" or not all_texts(column.values):
            column = column.map(lambda value: joined([value], self.unit.rule, name))
        codes = np.where(winner >= 0, column.codes[winner], np.int32(MISSING)).astype(np.int32)
        values = self._join_differing(column, codes, rows, first)
        return Column(codes=_frozen(codes), values=values), winner

    def _join_differing(self, column: Column, codes: Codes, rows: Rows, first: Flags) -> tuple[Hashable, ...]:
        """Put joined values into ``codes`` for the leads whose records differ; return all values."""
        held = column.codes[rows]
        starts = np.flatnonzero(first)
        if not len(starts):
            return column.values
        differing = np.minimum.reduceat(held, starts) != np.maximum.reduceat(held, starts)
        ends = np.append(starts[1:], len(rows))
        spans = zip(starts[differing].tolist(), ends[differing].tolist(), strict=True)
        leads = self.people.lead_of[rows[starts[differing]]].tolist()
        index = dict(zip(column.values, range(len(column.values)), strict=True))
        known: dict[tuple[int, ...], int] = {}
        held_list = held.tolist()
        for lead, (start, end) in zip(leads, spans, strict=True):
            parts = tuple(held_list[start:end])
            code = known.get(parts)
            if code is None:
                value = joined([column.values[part] for part in parts], self.unit.rule, self.unit.fields[0])
                code = known[parts] = index.setdefault(value, len(index))
            codes[lead] = code
        return tuple(index)


def _numbered(lead_ids: npt.NDArray[np.integer] | Sequence[str]) -> tuple[Rows, tuple[str, ...] | None]:
    """Number the leads in the order of their first record."""
    if isinstance(lead_ids, np.ndarray) and lead_ids.dtype.kind in "iu":
        _, first, inverse = np.unique(lead_ids, return_index=True, return_inverse=True)
        place = np.empty(len(first), np.intp)
        place[np.argsort(first)] = np.arange(len(first))
        return place[inverse], None
    column = Column.of(str(lead_id) for lead_id in lead_ids)
    return column.codes.astype(np.intp), tuple(str(value) for value in column.values)


def _id_ranks(ids: Sequence[str], rows: Rows, lead_of: Rows, observed: Seconds) -> npt.NDArray[np.int64]:
    """Return the alphabetical place of the record ids, as far as it decides anything."""
    order = np.lexsort((observed, lead_of[rows]))
    leads, times = lead_of[rows][order], observed[order]
    same = (leads[1:] == leads[:-1]) & (times[1:] == times[:-1])
    tied = order[np.append(same, False) | np.insert(same, 0, False)] if len(rows) else order
    ranks = np.zeros(len(rows), np.int64)
    tied_ids = [ids[int(row)] for row in rows[tied]]
    for rank, place in enumerate(sorted(range(len(tied_ids)), key=tied_ids.__getitem__)):
        ranks[tied[place]] = rank
    return ranks


def _descending(observed: Seconds) -> Seconds:
    return np.where(observed == NO_TIME, np.iinfo(np.int64).max, -observed)


def _firsts(leads: Rows) -> Flags:
    """Tell which rows begin a new lead."""
    begins = np.ones(len(leads), np.bool_)
    np.not_equal(leads[1:], leads[:-1], out=begins[1:])
    return begins


def _any(cells: Mapping[str, Flags]) -> Flags:
    flags = list(cells.values())
    return flags[0] if len(flags) == 1 else np.logical_or.reduce(flags)


def _frozen(codes: Codes) -> Codes:
    codes.flags.writeable = False
    return codes
