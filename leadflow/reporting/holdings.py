"""What a store holds for reports, column by column; brought up to date by what was written since."""

import itertools
from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import MISSING, Codes, Column
from leadflow.conditions import clauses
from leadflow.conditions.readings import ActivityReading, AgeReading, FieldReading
from leadflow.ports import StoreReader
from leadflow.records import EventKind, Extract, Extracted, StoreTable
from leadflow.records.events import Json
from leadflow.records.extracts import APPENDED
from leadflow.reporting.growing import Growing
from leadflow.reporting.indexes import Indexes
from leadflow.reporting.joins import Join, joining
from leadflow.reporting.kpis import Activities, HandOverEvents, Kpi, Ratio, StageEntries
from leadflow.reporting.memos import Memo

__all__ = ["DIMENSIONS", "HELD_FIELDS", "TURNS", "Holdings", "Scope"]

Progress: TypeAlias = Callable[[str], None]
_Cells: TypeAlias = npt.NDArray[Any]

DIMENSIONS: Final = ("lead_source", "campaign", "industry", "prefecture")
"""The fields by which figures are split without being asked for."""

HELD_FIELDS: Final = (
    "company",
    "corporate_number",
    "full_name",
    "email",
    "phone",
    "department",
    "title",
    "prefecture",
    "industry",
    "employees",
    "lead_source",
)
"""The fields of which reports say how complete they are."""

TURNS: Final = ("accepted", "declined", "expired", "followed_up", "closed")
"""The kinds of journal entries after which a hand-over stands elsewhere; where, is called the same."""

_TERMS: Final = Extract(
    table=StoreTable.JOURNAL,
    times=("at",),
    members=("assignment_id", "deadline"),
    kinds=("assigned", "unroutable", "resumed", "rescheduled"),
)
"""What sets a deadline while a hand-over waits."""

_NEEDED: Final = ("company", "employees", "revenue", "created_at", "amount", "lead_source", "campaign")
_UNORDERED: Final = frozenset({StoreTable.STATES, StoreTable.STAGES})
"""The tables whose rows have no order that lasts: what is written anew comes behind."""
_FEW: Final = 100_000
"""Up to so many distinct values are kept in the order in which they first come."""


@attrs.frozen(kw_only=True)
class Scope:
    """What the reports of some KPIs need of a store.

    Attributes:
        fields: fields of leads.
        kinds: kinds of activities; None for all.
        attributes: attributes of activities.
        having: activities with one of these attributes are needed whatever their kind.

    Example:
        >>> from leadflow.reporting.kpis import STANDARD_KPIS
        >>> Scope.of(STANDARD_KPIS).attributes
        ('by', 'amount', 'campaign')
    """

    fields: tuple[str, ...]
    kinds: tuple[str, ...] | None
    attributes: tuple[str, ...]
    having: tuple[str, ...]

    @classmethod
    def of(cls, kpis: Sequence[Kpi | Ratio], *, dimensions: Sequence[str] = DIMENSIONS) -> "Scope":
        """Return what the reports of some KPIs need.

        Args:
            kpis: which.
            dimensions: further fields by which figures are to be split.

        Example:
            >>> from leadflow.reporting.kpis import Activities, Kpi
            >>> Scope.of([Kpi(name="demos", source=Activities(kinds=("demo",), staff="who"))]).having
            ('by', 'amount', 'campaign', 'who')
        """
        fields: dict[str, None] = dict.fromkeys((*_NEEDED, *dimensions))
        kinds: dict[str, None] = dict.fromkeys(("opportunity_created", "won", "lost"))
        having: dict[str, None] = dict.fromkeys(("by", "amount", "campaign"))
        others: dict[str, None] = {}
        whole = False
        for kpi in kpis:
            if isinstance(kpi, Ratio):
                continue
            match kpi.source:
                case Activities() as source:
                    kinds.update(dict.fromkeys(source.kinds))
                    having.update(dict.fromkeys((source.staff, source.amount)))
                    others.update(dict.fromkeys(source.where))
                case StageEntries() | HandOverEvents() as entries:
                    fields.update(dict.fromkeys((entries.amount,)))
                    having.update(dict.fromkeys((entries.amount,)))
                case _:
                    pass
            for clause in clauses(kpi.condition) if kpi.condition is not None else ():
                match clause.reading:
                    case FieldReading(name=name) | AgeReading(name=name):
                        fields[name] = None
                    case ActivityReading() as reading:
                        whole = True
                        named = (name for name, _ in reading.where)
                        others.update(dict.fromkeys((*named, *filter(None, [reading.attribute]))))
                    case _:
                        pass
        return cls(
            fields=tuple(fields),
            kinds=None if whole else tuple(kinds),
            attributes=tuple(dict.fromkeys((*having, *others))),
            having=tuple(having),
        )

    def covers(self, other: "Scope") -> bool:
        """Return whether what was read for this scope is enough for another.

        Example:
            >>> from leadflow.reporting.kpis import STANDARD_KPIS
            >>> Scope.of(STANDARD_KPIS).covers(Scope.of([]))
            True
        """
        kinds = self.kinds is None or (other.kinds is not None and set(other.kinds) <= set(self.kinds))
        having = self.kinds is None or set(other.having) <= set(self.having)
        return (
            kinds
            and having
            and set(other.fields) <= set(self.fields)
            and set(other.attributes) <= set(self.attributes)
        )

    def extracts(self) -> Mapping[str, Extract]:
        """Return what is to be read, by the name that it has in ``Holdings``.

        Example:
            >>> from leadflow.reporting.kpis import STANDARD_KPIS
            >>> list(Scope.of(STANDARD_KPIS).extracts())
            ['leads', 'records', 'activities', 'states', 'stays', 'offers', 'turns', 'corrected']
        """
        return {
            "leads": Extract(table=StoreTable.LEADS, members=self.fields, filled=HELD_FIELDS),
            "records": Extract(
                table=StoreTable.RECORDS, texts=("source",), times=("observed_at",), members=("created_at",)
            ),
            "activities": Extract(
                table=StoreTable.ACTIVITIES,
                texts=("kind",),
                times=("at",),
                members=self.attributes,
                kinds=self.kinds,
                having=() if self.kinds is None else self.having,
            ),
            "states": Extract(table=StoreTable.STATES, texts=("stage", "grade")),
            "stays": Extract(table=StoreTable.STAGES, texts=("stage",), times=("entered_at", "left_at")),
            "offers": Extract(
                table=StoreTable.ASSIGNMENTS,
                texts=("id", "owner", "team", "state"),
                times=("offered_at", "deadline"),
            ),
            "turns": Extract(
                table=StoreTable.JOURNAL,
                texts=("kind", "reason"),
                times=("at",),
                members=("assignment_id",),
                kinds=TURNS,
            ),
            "corrected": Extract(
                table=StoreTable.JOURNAL,
                texts=("actor", "reason"),
                times=("at",),
                members=("field", "old", "new"),
                kinds=(EventKind.CORRECTED.value,),
            ),
        }


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Holdings:
    """What a store held when it was read; lead ids of all tables are codes into one tuple.

    Attributes:
        scope: what was read.
        writes: how many sessions had written.
        ids: (k,) every lead id that occurs, each once.
        tables: by name of ``Scope.extracts``, the columns.
        imports: the accounts of the readings of lists, by content.
        memo: what reports worked out of the tables, for those of later holdings.
        indexes: where ids and other values stand, for later holdings.
        growing: the columns to which rows are only appended, for later holdings.
        terms: when hand-overs that waited at a moment of the past were due then; None where nobody asked.
        grown: the positions of the activities that were held before, when others only came after them; else None.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> from leadflow.reporting.kpis import STANDARD_KPIS
        >>> with MemoryStore().snapshot() as reader:
        ...     held = Holdings.read(reader, Scope.of(STANDARD_KPIS))
        ...     held.refreshed(reader).writes
        0
    """

    scope: Scope
    writes: int
    ids: tuple[str, ...]
    tables: Mapping[str, Extracted]
    imports: Mapping[str, Mapping[str, Json]]
    memo: Memo = attrs.field(factory=Memo)
    indexes: Indexes = attrs.field(factory=Indexes)
    growing: Growing = attrs.field(factory=Growing)
    terms: Extracted | None = None
    grown: npt.NDArray[np.int64] | None = None

    @classmethod
    def of(
        cls,
        scope: Scope,
        tables: Mapping[str, Extracted],
        *,
        writes: int = 0,
        imports: Mapping[str, Mapping[str, Json]] | None = None,
    ) -> "Holdings":
        """Make holdings of what was extracted.

        Args:
            scope: what was read.
            tables: by name of ``Scope.extracts``, the columns.
            writes: how many sessions had written.
            imports: the accounts of the readings of lists.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> specimen_holdings().ids
            ('L1', 'L2', 'L3')
        """
        ids: tuple[str, ...] = ()
        places: dict[str, int] = {}
        coded = {}
        for name, part in tables.items():
            values = part.lead_ids.values
            if ids[: len(values)] == values[: len(ids)]:  # the reader numbered them already, as those before
                ids = ids if len(ids) >= len(values) else tuple(map(str, values))
                codes = part.lead_ids.codes
            else:
                if len(places) != len(ids):
                    places = dict(zip(ids, range(len(ids)), strict=True))
                for value in part.lead_ids.values:
                    places.setdefault(str(value), len(places))
                codes = _codes(part.lead_ids, places)
                ids = tuple(places)
            coded[name] = _with_codes(part, codes)
        return cls(
            scope=scope,
            writes=writes,
            ids=ids,
            tables=MappingProxyType({name: _with_ids(part, ids) for name, part in coded.items()}),
            imports=imports or {},
        )

    @classmethod
    def read(cls, reader: StoreReader, scope: Scope, *, progress: Progress | None = None) -> "Holdings":
        """Read everything that is in scope.

        Args:
            reader: one consistent view of the store.
            scope: what is needed.
            progress: told the name of each step before it begins.

        Example:
            >>> from leadflow.adapters.memory import MemoryStore
            >>> with MemoryStore().snapshot() as reader:
            ...     Holdings.read(reader, Scope.of([]))
            <Holdings of 0 leads up to write 0>
        """
        tables = {}
        writes = reader.writes()
        for name, wanted in scope.extracts().items():
            if progress is not None:
                progress(f"read {name}")
            tables[name] = reader.extract(wanted)
        return cls.of(scope, tables, writes=writes, imports=_imports(reader)).prepared()

    def prepared(self) -> "Holdings":
        """Return the same with what the first refresh would have to make: room for what is appended, the slots of ids.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> specimen_holdings().prepared()
            <Holdings of 3 leads up to write 0>
        """
        self.indexes.number("ids", self.ids)
        wanted, nothing = self.scope.extracts(), np.empty(0, np.intp)
        tables = {
            name: self._joined(name, part, part.take(nothing), partial(self._behind, name))
            if wanted[name].table in APPENDED
            else part
            for name, part in self.tables.items()
        }
        return attrs.evolve(
            self, tables=MappingProxyType({name: _with_ids(part, self.ids) for name, part in tables.items()})
        )

    def with_terms(self, reader: StoreReader, lead_ids: Sequence[str]) -> "Holdings":
        """Return the same with what the journal says of the deadlines of some leads' hand-overs.

        Args:
            reader: the view that was read.
            lead_ids: whose; none for nothing.

        Example:
            >>> from leadflow.adapters.memory import MemoryStore
            >>> with MemoryStore().snapshot() as reader:
            ...     Holdings.read(reader, Scope.of([])).with_terms(reader, []).terms is None
            True
        """
        if not lead_ids:
            return self if self.terms is None else attrs.evolve(self, terms=None)
        former = list(reader.redirects())
        whose = set(lead_ids)
        present = zip(former, reader.resolve(former), strict=True)
        asked = sorted(whose | {old for old, new in present if new in whose})
        return attrs.evolve(self, terms=reader.extract(_TERMS, asked))

    def refreshed(self, reader: StoreReader, *, progress: Progress | None = None) -> "Holdings":
        """Return what the store holds now; equal to reading everything.

        Of each table only the rows of leads for which it was rewritten since are read, and the rows that were appended.

        Args:
            reader: one consistent view of the same store, not older.
            progress: told the name of each step before it begins.

        Example:
            >>> from leadflow.adapters.memory import MemoryStore
            >>> with MemoryStore().snapshot() as reader:
            ...     Holdings.read(reader, Scope.of([])).refreshed(reader)
            <Holdings of 0 leads up to write 0>
        """
        if progress is not None:
            progress("read changes")
        writes = reader.writes()
        if writes == self.writes:
            return attrs.evolve(self, imports=_imports(reader))
        found = {
            name: self._written(reader, wanted, self.tables[name])
            for name, wanted in self.scope.extracts().items()
        }
        rewritten = self._places({one for part in found.values() for one in part.touched})
        stale = {name: part.stale(self.tables[name], rewritten) for name, part in found.items()}
        values = (part.fresh.lead_ids.values for part in found.values())
        named = dict.fromkeys(map(str, itertools.chain.from_iterable(values)))
        ids, places = self.indexes.lengthened("ids", self.ids, list(named))
        joined = {
            name: self._replaced(
                name, stale[name], _with_codes(part.fresh, _codes(part.fresh.lead_ids, places))
            )
            for name, part in found.items()
        }
        return attrs.evolve(
            self,
            writes=writes,
            ids=ids,
            tables=MappingProxyType({name: _with_ids(part, ids) for name, part in joined.items()}),
            imports=_imports(reader),
            grown=_first_of(joined["activities"], self.tables["activities"], stale=stale["activities"]),
        )

    def _written(self, reader: StoreReader, wanted: Extract, held: Extracted) -> "_Written":
        """Return what was written into a table since."""
        touched = reader.touched(self.writes, wanted.table)
        if wanted.table in APPENDED:
            return self._appended(reader, wanted, held, touched)
        fresh = reader.extract(wanted, touched) if touched else held.take(np.empty(0, np.intp))
        if wanted.table in _UNORDERED:
            behind = np.arange(len(fresh)) + (int(held.positions[-1]) + 1 if len(held) else 0)
            fresh = attrs.evolve(fresh, positions=behind)
        return _Written(touched=touched, fresh=fresh)

    def _appended(
        self, reader: StoreReader, wanted: Extract, held: Extracted, touched: Sequence[str]
    ) -> "_Written":
        """Return what was written anew in a table that is only appended to otherwise, and what was appended."""
        if not touched:
            return _Written(touched=touched, fresh=_behind(reader, wanted, held.positions))
        # an activity that lost its attributes in an erasure may be out of scope now
        narrow = bool(wanted.having)
        whole = reader.extract(attrs.evolve(wanted, kinds=None, having=()) if narrow else wanted, touched)
        there = whole.take(np.flatnonzero(_in_scope(wanted, whole))) if narrow else whole
        found = _Written(touched=touched, fresh=there, moved=whole.positions)
        stale = found.stale(held, self._places(frozenset(touched)))
        more = _behind(reader, wanted, held.positions if stale is None else held.positions[~stale])
        again = more.lead_ids.test(frozenset(touched).__contains__)
        both = Extracted.concatenate([found.fresh, more.take(np.flatnonzero(~again))])
        return attrs.evolve(found, fresh=both)

    def _places(self, lead_ids: AbstractSet[str]) -> dict[str, int]:
        return self.indexes.places("ids", self.ids, lead_ids)

    def _replaced(self, name: str, stale: npt.NDArray[np.bool_] | None, fresh: Extracted) -> Extracted:
        """Return a table that is held without the stale rows and with the fresh ones, in the order of positions."""
        held = self.tables[name]
        if stale is None and not len(fresh):
            return held
        join = joining(held.positions, stale, fresh.positions)
        return self._joined(name, held, fresh, join or partial(self._behind, name), appended=join is None)

    def _behind(self, name: str, part: str, first: _Cells, second: _Cells) -> _Cells:
        return self.growing.appended((name, part), first, second)

    def _joined(
        self, name: str, held: Extracted, fresh: Extracted, join: Join, *, appended: bool = True
    ) -> Extracted:
        """Return what a table holds, column by column, joined with fresh rows."""

        def column(part: str, first: Column, second: Column) -> Column:
            more: tuple[Hashable, ...] = second.values
            values, places = self.indexes.lengthened((name, part), first.values, more)
            table = np.fromiter(map(places.__getitem__, more), np.int32, len(more))
            codes = np.append(table, np.int32(MISSING))[np.maximum(second.codes, -1)]
            found = _column(join(part, first.codes, codes), values)
            return found if appended else _in_order(found)  # what is only appended brings its values in order

        return Extracted(
            lead_ids=_column(join("lead_id", held.lead_ids.codes, fresh.lead_ids.codes), ()),
            positions=join("position", held.positions, fresh.positions).astype(np.int64, copy=False),
            texts={part: column(part, one, fresh.texts[part]) for part, one in held.texts.items()},
            times={
                part: join(part, one, fresh.times[part]).astype(np.int64, copy=False)
                for part, one in held.times.items()
            },
            members={part: column(part, one, fresh.members[part]) for part, one in held.members.items()},
            filled={
                part: join(part, one, fresh.filled[part]).astype(np.bool_, copy=False)
                for part, one in held.filled.items()
            },
        )

    def __repr__(self) -> str:
        return f"<Holdings of {len(self.tables['leads'])} leads up to write {self.writes}>"


@attrs.frozen(kw_only=True, eq=False)
class _Written:
    """What was written into a table.

    Attributes:
        touched: the leads whose rows were written anew.
        fresh: the rows that are to be taken over.
        moved: the positions of rows that are written anew whosever they were: those that waited under the address of
            somebody who was erased are told of under the lead alone.
    """

    touched: Sequence[str]
    fresh: Extracted
    moved: npt.NDArray[np.int64] = attrs.field(factory=lambda: np.empty(0, np.int64))

    def stale(self, held: Extracted, places: Mapping[str, int]) -> npt.NDArray[np.bool_] | None:
        """Return which of the rows that are held are not to be kept, or None when all are."""
        rewritten = [places[one] for one in self.touched if one in places]
        stale = np.zeros(len(held), np.bool_)
        if rewritten:
            whose = np.zeros(max(int(held.lead_ids.codes.max(initial=-1)), *rewritten) + 1, np.bool_)
            whose[rewritten] = True
            stale = whose[held.lead_ids.codes]
        if len(self.moved) and len(held):
            place = np.minimum(np.searchsorted(held.positions, self.moved), len(held) - 1)
            stale[place[held.positions[place] == self.moved]] = True
        return stale if stale.any() else None


def _behind(reader: StoreReader, wanted: Extract, kept: npt.NDArray[np.int64]) -> Extracted:
    """Return the rows behind those that are kept: a row that is kept is still there, so what was appended comes later."""
    return reader.extract(attrs.evolve(wanted, after=int(kept[-1]) if len(kept) else -1))


def _in_scope(wanted: Extract, rows: Extracted) -> npt.NDArray[np.bool_]:
    """Return which rows an extract of some kinds asks for."""
    chosen = rows.texts["kind"].test(frozenset(wanted.kinds or ()).__contains__)
    for name in wanted.having:
        chosen |= rows.members[name].filled
    return chosen


def _imports(reader: StoreReader) -> dict[str, Mapping[str, Json]]:
    noted = reader.document("imports")
    members = noted.items() if isinstance(noted, dict) else ()
    return {key: value for key, value in members if isinstance(value, dict)}


def _first_of(
    table: Extracted, held: Extracted, *, stale: npt.NDArray[np.bool_] | None
) -> npt.NDArray[np.int64] | None:
    """Return the positions of what was held when it is the first part of the table, none of it written anew."""
    size = len(held)
    if table is held or not size or stale is not None or table.positions[size - 1] != held.positions[-1]:
        return None
    return held.positions


def _codes(lead_ids: Column, places: Mapping[str, int]) -> Codes:
    """Return the codes of lead ids in one shared tuple, in which each has its place."""
    table = np.fromiter(map(places.__getitem__, map(str, lead_ids.values)), np.int32, len(lead_ids.values))
    return table[lead_ids.codes] if len(lead_ids) else np.empty(0, np.int32)


def _with_codes(part: Extracted, codes: Codes) -> Extracted:
    return attrs.evolve(part, lead_ids=_column(codes, ()))


def _with_ids(part: Extracted, ids: tuple[str, ...]) -> Extracted:
    return attrs.evolve(part, lead_ids=attrs.evolve(part.lead_ids, values=ids))


def _in_order(column: Column) -> Column:
    """Return a column with its values in the order in which they first come, and no others, unless there are many."""
    size, count = len(column.codes), len(column.values)
    if count > _FEW:
        return column
    first = np.full(count + 1, size, np.int64)
    begin, end = 0, max(count, 1)
    while begin < size and (first[:-1] == size).any():  # most values come early
        part = column.codes[begin:end]
        found = np.full(count + 1, size, np.int64)
        places = np.arange(begin, begin + len(part))
        found[part[::-1]] = places[::-1]  # the last write, which is the first row, stays
        np.minimum(first, found, out=first)
        begin, end = end, end * 4
    first = first[:-1]
    order = np.argsort(first, kind="stable")
    used = order[: int((first < size).sum())]
    if len(used) == count and (used == np.arange(count)).all():
        return column
    table = np.full(count + 1, MISSING, np.int32)
    table[used] = np.arange(len(used))
    return _column(table[np.maximum(column.codes, -1)], tuple(column.values[one] for one in used.tolist()))


def _column(codes: npt.NDArray[np.generic], values: tuple[object, ...]) -> Column:
    whole = codes.astype(np.int32, copy=False)
    whole.flags.writeable = False
    return Column(codes=whole, values=values)
