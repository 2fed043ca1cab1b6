"""The golden lead of one person: every value with its origin, and what lost against it."""

import datetime as dt
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs

from leadflow.errors import DefinitionError
from leadflow.merging.choosing import chosen_by, joined, sortable
from leadflow.merging.fillers import data_of
from leadflow.merging.population import Conflict
from leadflow.merging.rules import Candidate, Rule
from leadflow.merging.strategies import CONSENT_FLAGS, MergeStrategy, Unit
from leadflow.records import Golden, Lead, SourceRecord
from leadflow.records.batches import NO_TIME, from_seconds, to_seconds

__all__ = ["GoldenLead", "Loser", "Provenance", "merge_one", "merge_records"]

_LAST: Final = 2**63 - 1


@attrs.frozen(kw_only=True)
class Loser:
    """A value that did not survive.

    Attributes:
        value: the value.
        record_id: the record that holds it.
        source: the system or list of that record.
        observed_at: the moment for which it was known to hold; aware, or None.
        reason: why it lost, such as ``"older"`` or ``"less preferred source"``.
    """

    value: Hashable
    record_id: str
    source: str
    observed_at: dt.datetime | None
    reason: str

    def __repr__(self) -> str:
        return f"<Loser of {self.source!r}: {self.reason}>"


@attrs.frozen(kw_only=True)
class Provenance:
    """Where a surviving value came from, and what it won against.

    Attributes:
        value: the value that survived.
        record_id: the record that gave it; the latest one of several that were joined.
        source: the system or list of that record.
        observed_at: the moment for which it is known to hold; aware, or None.
        rule: the rule by which it survived.
        losers: different values that did not, the latest first.
    """

    value: Hashable
    record_id: str
    source: str
    observed_at: dt.datetime | None
    rule: str
    losers: tuple[Loser, ...] = ()

    def __repr__(self) -> str:
        return f"<Provenance from {self.source!r} by {self.rule!r}, {len(self.losers)} losers>"


@attrs.frozen(kw_only=True)
class GoldenLead:
    """One lead, derived from its source records.

    Attributes:
        lead: the surviving values.
        provenance: by field, where its value came from.
        conflicts: where neither the rule nor the time decided between different values.
        consent: the consent flags of the records, each at its most restrictive value.
        record_ids: the records that it was derived from, sorted.
    """

    lead: Lead
    provenance: Mapping[str, Provenance]
    conflicts: tuple[Conflict, ...]
    consent: Mapping[str, bool]
    record_ids: tuple[str, ...]

    def explain(self) -> str:
        """Return as text where every value came from and what it won against; values are not shown.

        Example:
            >>> record = SourceRecord(id="r1", source="Eight", values={"title": "部長"})
            >>> print(MergeStrategy().merge([record]).explain())
            title: from Eight (r1), most_recent
        """
        lines = []
        for name, origin in self.provenance.items():
            when = f", observed {origin.observed_at.isoformat()}" if origin.observed_at else ""
            lines.append(
                f"{name}: from {origin.source or 'no source'} ({origin.record_id}){when}, {origin.rule}"
            )
            lines += [
                f"  not {loser.source or 'no source'} ({loser.record_id}): {loser.reason}"
                for loser in origin.losers
            ]
        lines += [
            f"{conflict.field}: to be reviewed, {len(conflict.values)} values tie"
            for conflict in self.conflicts
        ]
        return "\n".join(lines)


@attrs.define(kw_only=True, eq=False)
class _Cell:
    """The cells of a unit in one record that holds at least one of them.

    Attributes:
        record: the record.
        place: its place among the records given.
        values: what it holds and no later clear has emptied.
        emptied: what a later clear has emptied.
        completeness: how much it holds, of the unit if that is a group.
    """

    record: SourceRecord
    place: int
    values: Mapping[str, Hashable]
    emptied: Mapping[str, Hashable]
    completeness: int

    def said(self, name: str) -> Hashable:
        return self.values.get(name, self.emptied.get(name))


def merge_records(
    records: Sequence[SourceRecord], strategy: MergeStrategy, *, now: dt.datetime | None = None
) -> GoldenLead:
    """Derive the golden lead of one person's records; see ``MergeStrategy.merge``.

    Example:
        >>> record = SourceRecord(id="r1", source="Eight", values={"title": "部長"})
        >>> merge_records([record], MergeStrategy()).lead.title
        '部長'
    """
    if not records:
        raise DefinitionError("Merging needs at least one source record.")
    matter = _Matter.of(records, strategy, now)
    values: dict[str, Hashable] = {}
    provenance: dict[str, Provenance] = {}
    conflicts: list[Conflict] = []
    for unit in matter.units:
        decision = matter.decision(unit)
        for name, origin in decision.decide().items():
            values[name], provenance[name] = origin.value, origin
        conflicts += decision.conflicts()
    ids = tuple(sorted(record.id for record in records))
    return GoldenLead(
        lead=Lead.of(ids[0], values),
        provenance=MappingProxyType({name: provenance[name] for name in matter.names if name in provenance}),
        conflicts=tuple(conflicts),
        consent=MappingProxyType({name: bool(values[name]) for name in CONSENT_FLAGS if name in values}),
        record_ids=ids,
    )


def merge_one(records: Sequence[SourceRecord], lead_id: str, strategy: MergeStrategy) -> Golden:
    """Derive the golden lead of one person's few records as ``merge`` derives it, without arrays.

    Args:
        records: at least one; their order matters only for ``first_non_empty``.
        lead_id: the lead's id.
        strategy: the rules.

    Example:
        >>> record = SourceRecord(id="r1", source="Eight", values={"title": "部長"})
        >>> merge_one([record], "L1", MergeStrategy()).values
        {'title': '部長'}
    """
    matter = _Matter.of(records, strategy)
    kept: dict[str, tuple[Hashable, SourceRecord, str]] = {}
    nothing_cleared = not any(map(_has_cleared, records))
    for unit in matter.units:
        places = matter.holding(unit)
        if nothing_cleared and (len(places) <= 1 or unit.takes_latest) and not unit.rule.gathers:
            for place in places[:1]:  # all that is data in it survives
                held, record = matter.data[place], records[place]
                for name in unit.fields:
                    if name in held:
                        kept[name] = held[name], record, unit.label
            continue
        for name, (value, cell) in matter.decision(unit).survivors().items():
            kept[name] = value, cell.record, unit.label
    latest = records[matter.latest[0]]
    survivors = {name: kept[name] for name in matter.names if name in kept}
    return Golden(
        lead_id=lead_id,
        values={name: value for name, (value, _, _) in survivors.items()},
        source=latest.source,
        observed_at=latest.observed_at,
        winners={name: record.id for name, (_, record, _) in survivors.items()},
        rules={name: label for name, (_, _, label) in survivors.items()},
    )


@attrs.define(kw_only=True, eq=False)
class _Matter:
    """The records of one person, prepared for decisions.

    Attributes:
        records: the records.
        latest: their places, latest first, then by record id.
        names: the fields about which one of them says something.
        units: what is decided at once.
        data: per record, what is data.
        reference: the moment from which ages are measured.
    """

    records: Sequence[SourceRecord]
    latest: Sequence[int]
    names: Sequence[str]
    units: Sequence[Unit]
    data: Sequence[Mapping[str, Hashable]]
    reference: dt.datetime | None

    @classmethod
    def of(
        cls, records: Sequence[SourceRecord], strategy: MergeStrategy, now: dt.datetime | None = None
    ) -> "_Matter":
        """Prepare records."""
        latest = sorted(
            range(len(records)), key=lambda place: (_descending(records[place]), records[place].id)
        )
        said: dict[str, None] = {}
        for record in records:
            said.update(dict.fromkeys(record.values))
            said.update(dict.fromkeys(sorted(record.cleared)))
        names = tuple(said)
        return cls(
            records=records,
            latest=latest,
            names=names,
            units=strategy.units(names),
            data=[data_of(record.values) for record in records],
            reference=now or records[latest[0]].observed_at,
        )

    def holding(self, unit: Unit) -> list[int]:
        """Return the places of the records that hold something of a unit, latest first."""
        return [place for place in self.latest if not self.data[place].keys().isdisjoint(unit.fields)]

    def decision(self, unit: Unit) -> "_Decision":
        """Prepare the decision of a unit."""
        clears = _clears(unit, self.records)
        cells = []
        for place in self.latest:
            record, data = self.records[place], self.data[place]
            held = {name: data[name] for name in unit.fields if name in data}
            if not held:
                continue
            emptied = {
                name: held.pop(name)
                for name in clears
                if name in held and _empties(unit, clears[name], record)
            }
            full = len(held) if unit.grouped else len(data)
            cells.append(_Cell(record=record, place=place, values=held, emptied=emptied, completeness=full))
        return _Decision(unit=unit, cells=cells, reference=self.reference)


@attrs.define(kw_only=True, eq=False)
class _Decision:
    """One unit of the strategy, decided for one person.

    Attributes:
        cells: the records that hold a value, latest first.
        reference: the moment from which ages are measured.
    """

    unit: Unit
    cells: Sequence[_Cell]
    reference: dt.datetime | None

    def decide(self) -> dict[str, Provenance]:
        """Return the survivor of each field that has one, and what lost against it."""
        lost: dict[str, str] = {}
        alive = self._sieved(lost)
        if not alive:
            return {}
        winner = self._winner(alive)
        for cell in alive if len(alive) > 1 else ():
            tied = _seconds(cell.record) == _seconds(winner.record)
            lost.setdefault(cell.record.id, "equal, and its record id is greater" if tied else "older")
        decided = {}
        for name, (value, giver) in self._given(alive, winner).items():
            losers = [
                self._loser(other, name, lost.get(other.record.id, "not chosen"))
                for other in self.cells
                if not self.unit.rule.gathers and other is not giver and other.said(name) not in {None, value}
            ]
            decided[name] = self._origin(value, giver.record, losers)
        return decided

    def survivors(self) -> dict[str, tuple[Hashable, _Cell]]:
        """Return the surviving value of each field that has one, and the cell that gives it."""
        alive = self._sieved({})
        return self._given(alive, self._winner(alive)) if alive else {}

    def _winner(self, alive: Sequence[_Cell]) -> _Cell:
        """Return the one of the best cells that decides."""
        if self.unit.rule.function is None:
            return alive[0]
        (name,) = self.unit.fields
        return self._asked(name, alive)

    def _given(self, alive: Sequence[_Cell], winner: _Cell) -> dict[str, tuple[Hashable, _Cell]]:
        """Return the value of each field that the best cells give, and the cell that gives it."""
        if self.unit.rule.gathers:
            (name,) = self.unit.fields
            return {name: (joined([cell.values[name] for cell in alive], self.unit.rule, name), winner)}
        return {
            name: (giver.values[name], giver)
            for name in self.unit.fields
            if (giver := winner if name in winner.values else self._by_anchor(name, winner)) is not None
        }

    def conflicts(self) -> list[Conflict]:
        """Return where the best candidates are equally late and differ."""
        if self.unit.rule.gathers or self.unit.rule.function is not None:
            return []
        alive = self._sieved({})
        alive = [cell for cell in alive if _seconds(cell.record) == _seconds(alive[0].record)]
        found = []
        for name in self.unit.fields:
            values: dict[Hashable, str] = {}
            for cell in alive:
                if name in cell.values:
                    values.setdefault(cell.values[name], cell.record.id)
            if len(values) > 1:
                ids = tuple(values.values())
                found.append(Conflict(lead_id="", field=name, values=tuple(values), record_ids=ids))
        return found

    def _sieved(self, lost: dict[str, str]) -> list[_Cell]:
        rule, alive = self.unit.rule, [cell for cell in self.cells if cell.values]
        if len(alive) <= 1:
            return alive
        if rule.max_age is not None and self.reference is not None:
            until = to_seconds(self.reference) - int(rule.max_age.total_seconds())
            young = [_seconds(cell.record) >= until and cell.record.observed_at is not None for cell in alive]
            alive = _best(alive, young, lost, "older than max_age")
        if rule.sources:
            alive = _best(alive, [-_rank(rule, cell.record) for cell in alive], lost, "less preferred source")
        keys = self._keys(alive)
        return alive if keys is None else _best(alive, keys, lost, f"not {rule.name}")

    def _keys(self, alive: Sequence[_Cell]) -> Sequence[int] | None:
        match self.unit.rule.name:
            case "earliest":
                return [-_seconds(cell.record) if cell.record.observed_at else NO_TIME for cell in alive]
            case "most_complete":
                return [cell.completeness for cell in alive]
            case "first_non_empty":
                return [-cell.place for cell in alive]
            case "most_frequent":
                held = [tuple(sorted(cell.values.items(), key=lambda pair: pair[0])) for cell in alive]
                counts = Counter(held)
                return [counts[values] for values in held]
            case "longest":
                return [sum(len(str(value)) for value in cell.values.values()) for cell in alive]
            case "highest" | "lowest":
                (name,) = self.unit.fields
                places = sorted({cell.values[name] for cell in alive}, key=sortable)
                sign = 1 if self.unit.rule.name == "highest" else -1
                return [sign * places.index(cell.values[name]) for cell in alive]
            case _:
                return None

    def _by_anchor(self, name: str, winner: _Cell) -> _Cell | None:
        anchor = self.unit.anchor
        if not anchor or anchor not in winner.values:
            return None
        agreeing = (
            cell
            for cell in self.cells
            if name in cell.values and anchor in cell.values and cell.values[anchor] == winner.values[anchor]
        )
        return next(agreeing, None)

    def _asked(self, name: str, alive: Sequence[_Cell]) -> _Cell:
        if len({cell.values[name] for cell in alive}) == 1:
            return alive[0]
        candidates = [
            Candidate(
                value=cell.values[name],
                record_id=cell.record.id,
                source=cell.record.source,
                observed_at=from_seconds(_seconds(cell.record)),
            )
            for cell in alive
        ]
        return alive[chosen_by(self.unit.rule, name, candidates)]

    def _origin(self, value: Hashable, record: SourceRecord, losers: Sequence[Loser]) -> Provenance:
        return Provenance(
            value=value,
            record_id=record.id,
            source=record.source,
            observed_at=record.observed_at,
            rule=self.unit.label,
            losers=tuple(losers),
        )

    def _loser(self, cell: _Cell, name: str, reason: str) -> Loser:
        return Loser(
            value=cell.said(name),
            record_id=cell.record.id,
            source=cell.record.source,
            observed_at=cell.record.observed_at,
            reason="cleared later" if name in cell.emptied else reason,
        )


def _best(cells: list[_Cell], keys: Sequence[int], lost: dict[str, str], reason: str) -> list[_Cell]:
    top = max(keys, default=0)
    for cell, key in zip(cells, keys, strict=True):
        if key != top:
            lost[cell.record.id] = reason
    return [cell for cell, key in zip(cells, keys, strict=True) if key == top]


def _clears(unit: Unit, records: Sequence[SourceRecord]) -> dict[str, list[SourceRecord]]:
    """Return by field the records that empty it; one that also sends it does not."""
    clears: dict[str, list[SourceRecord]] = {}
    for record in records if not unit.firm else ():
        for name in unit.fields if record.cleared else ():
            if name in record.cleared and record.values.get(name) is None:
                clears.setdefault(name, []).append(record)
    return clears


def _empties(unit: Unit, clears: Sequence[SourceRecord], record: SourceRecord) -> bool:
    """Tell whether a later clear of a source that is at least as good empties what a record holds."""
    rank, seconds = _rank(unit.rule, record), _seconds(record)
    return any(_rank(unit.rule, clear) <= rank and _seconds(clear) > seconds for clear in clears)


def _has_cleared(record: SourceRecord) -> bool:
    return bool(record.cleared)


def _rank(rule: Rule, record: SourceRecord) -> int:
    return rule.sources.index(record.source) if record.source in rule.sources else len(rule.sources)


def _seconds(record: SourceRecord) -> int:
    return to_seconds(record.observed_at)


def _descending(record: SourceRecord) -> int:
    return -_seconds(record) if record.observed_at is not None else _LAST
