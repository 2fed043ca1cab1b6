"""The tables of a store as they stood at a moment; what is the same at two moments is the same object."""

import datetime as dt
import itertools
import weakref
from collections.abc import Hashable, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import MISSING, Codes, Column
from leadflow.funnel import StageLog
from leadflow.records import ActivityLog, Event, EventKind, Extracted, LeadBatch
from leadflow.records.batches import NO_TIME, Seconds, from_seconds, to_seconds
from leadflow.records.events import Json
from leadflow.reporting.cells import moment_told, moments
from leadflow.reporting.holdings import Holdings
from leadflow.reporting.offers import Answers, Named, Offers

__all__ = ["Corrections", "Happened", "View"]

Places = npt.NDArray[np.int64]
_LATEST = np.iinfo(np.int64).max


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Corrections:
    """Corrected values, in the order in which they were made.

    Attributes:
        events: the entries of the journal.
        leads: of each, the code of its lead in ``Holdings.ids``.
    """

    events: tuple[Event, ...]
    leads: tuple[int, ...]

    @classmethod
    def of(cls, held: Extracted, now: int) -> "Corrections":
        """Read the corrections that were made by a moment.

        Args:
            held: the entries of the journal with ``field``, ``old`` and ``new``.
            now: seconds.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> Corrections.of(specimen_holdings().tables["corrected"], 0).events
            ()
        """
        chosen = np.flatnonzero((held.times["at"] <= now) & (held.times["at"] != NO_TIME))
        made = held.take(chosen)
        cells = zip(
            made.lead_ids,
            made.times["at"].tolist(),
            *(made.texts[name] for name in ("actor", "reason")),
            *(made.members[name] for name in ("field", "old", "new")),
            made.positions.tolist(),
            strict=True,
        )
        found = []
        for lead_id, at, actor, reason, field, old, new, position in cells:
            moment = from_seconds(at)
            assert moment is not None, "chosen above"  # noqa: S101  # for the type checker
            detail: dict[str, Json] = {"field": _json(field), "old": _json(old), "new": _json(new)}
            found.append(
                Event(
                    kind=EventKind.CORRECTED,
                    lead_id=str(lead_id),
                    at=moment,
                    actor="" if actor is None else str(actor),
                    reason="" if reason is None else str(reason),
                    detail=detail,
                    sequence=position,
                )
            )
        return cls(events=tuple(found), leads=tuple(held.lead_ids.codes[chosen].tolist()))

    def cells(self, columns: Mapping[str, Column], lead_ids: Column) -> dict[str, dict[int, Hashable]]:
        """Return the corrected cells of columns: by name and row the value that counts instead.

        A correction names a lead, a field, the old and the new value; a cell that does not hold the old value stays.

        Args:
            columns: field or attribute to (n,) cells.
            lead_ids: (n,) whose cells; codes into ``Holdings.ids``.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> fixes = View(holdings=specimen_facts().holdings, now=specimen_facts().now).corrections()
            >>> fixes.cells({"amount": Column.of([None, 90_000_000_000])}, Column.of(["L1", "L2"]))
            {'amount': {1: 90000000}}
        """
        by_field: dict[str, list[tuple[int, Event]]] = {}
        for lead, event in zip(self.leads, self.events, strict=True):
            if event.detail.get("field") in columns:
                by_field.setdefault(str(event.detail["field"]), []).append((lead, event))
        found: dict[str, dict[int, Hashable]] = {}
        for field, corrections in by_field.items():
            column = columns[field]
            chosen = np.flatnonzero(column.codes >= 0)
            codes = lead_ids.codes[chosen]
            whose = np.zeros(
                max(int(codes.max(initial=-1)), *(lead for lead, _ in corrections)) + 1, np.bool_
            )
            whose[[lead for lead, _ in corrections]] = True
            chosen = chosen[whose[codes]]
            rows: dict[int, list[int]] = {}
            for row, lead in zip(chosen.tolist(), lead_ids.codes[chosen].tolist(), strict=True):
                rows.setdefault(lead, []).append(row)
            cells: dict[int, Hashable] = {}
            for lead, event in corrections:
                old, new = event.detail.get("old"), event.detail.get("new")
                for row in rows.get(lead, ()) if old is not None else ():
                    cell = cells.get(row, column[row])
                    if cell == _read_as(cell, old):
                        cells[row] = _read_as(cell, new)
            if cells:
                found[field] = cells
        return found


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Happened:
    """What happened by a moment.

    Attributes:
        log: the activities, without keys.
        rows: stands for the rows of the table.
        whole: whether the log holds all of them.
        cells: the corrected ones.
        before: the log of an earlier moment whose rows are the first ones of this log; None when there is none.
        first: the number of those rows.
    """

    log: ActivityLog
    rows: npt.NDArray[np.int64]
    whole: bool
    cells: Mapping[str, Mapping[int, Hashable]]
    before: "weakref.ref[ActivityLog] | None"
    first: int

    @property
    def since(self) -> tuple[ActivityLog, int] | None:
        """The log of an earlier moment whose rows are the first ones of this log, and their number.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> View(holdings=specimen_holdings(), now=0).activities().since is None
            True
        """
        log = None if self.before is None else self.before()
        return None if log is None else (log, self.first)


@attrs.frozen(kw_only=True)
class View:
    """What a store held as of a moment.

    Attributes:
        holdings: what was read, whatever the moment.
        now: seconds; what happened later does not count.

    Example:
        >>> from leadflow.reporting.specimen import specimen_holdings
        >>> held = specimen_holdings()
        >>> View(holdings=held, now=0).stays() is View(holdings=held, now=1).stays()
        True
    """

    holdings: Holdings
    now: int
    _counts: dict[int, int] = attrs.field(init=False, factory=dict, eq=False, repr=False)

    def corrections(self) -> Corrections:
        """Return the corrections that were made.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> View(holdings=specimen_holdings(), now=0).corrections().leads
            ()
        """
        held = self.holdings.tables["corrected"]
        return self.holdings.memo.once(
            "corrections",
            lambda: Corrections.of(held, self.now),
            of=(held.positions,),
            at=self._count(held.times["at"]),
        )

    def known_leads(self) -> Extracted:
        """Return the golden leads as they are kept, without those whose every record came later.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> len(View(holdings=specimen_holdings(), now=0).known_leads())
            0
        """
        held, first = self.holdings.tables["leads"], self._first()

        def make() -> Extracted:
            later = (first > self.now) & (first != _LATEST)
            return _part(held, np.flatnonzero(~later[held.lead_ids.codes])) if later.any() else held

        of = (held.positions, first)
        return self.holdings.memo.once("known leads", make, of=of, at=self._count(first))

    def lead_rows(self) -> Places:
        """Return (k + 1,) int64, the row of each of the ids among the leads, -1 where it is no lead, and -1 at the end.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts, specimen_holdings
            >>> View(holdings=specimen_holdings(), now=specimen_facts().now).lead_rows().tolist()
            [0, 1, 2, -1]
        """
        leads, size = self.known_leads(), len(self.holdings.ids)

        def make() -> Places:
            rows = np.full(size + 1, -1, np.int64)
            rows[leads.lead_ids.codes] = np.arange(len(leads))
            return rows

        return self.holdings.memo.once("lead rows", make, of=(leads.positions,), at=size)

    def leads(self) -> LeadBatch:
        """Return the golden leads, in which corrected values stand.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts, specimen_holdings
            >>> View(holdings=specimen_holdings(), now=specimen_facts().now).leads().ids
            ('L1', 'L2', 'L3')
        """
        held, fixed, ids = self.known_leads(), self.corrections(), self.holdings.ids

        def make() -> LeadBatch:
            columns = _corrected(held.members, fixed.cells(held.members, held.lead_ids))
            return LeadBatch.of(columns, ids=_ids(ids, held.lead_ids.codes))

        return self.holdings.memo.once("leads", make, of=(held.positions, fixed))

    def of_leads(self, table: str, text: str) -> Column:
        """Return a text of a table that has one row for each lead.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts, specimen_holdings
            >>> View(holdings=specimen_holdings(), now=specimen_facts().now).of_leads("states", "stage").to_list()
            ['Won', 'MQL', 'Lead']
        """
        held, leads = self.holdings.tables[table], self.known_leads()
        rows, count = self.lead_rows(), len(leads)

        def make() -> Places:
            place = np.full(count + 1, -1, np.int64)
            place[rows[held.lead_ids.codes]] = np.arange(len(held))
            return place[:count]

        of = (held.positions, leads.positions)
        place = self.holdings.memo.once((table, "of leads"), make, of=of)
        return self.holdings.memo.once((table, text), lambda: _picked(held.texts[text], place), of=of)

    def stages(self) -> Column:
        """Return the stage of each lead: that which is kept, or where a lead was that has moved since.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts, specimen_holdings
            >>> View(holdings=specimen_holdings(), now=specimen_facts().now).stages().to_list()
            ['Won', 'MQL', 'Lead']
        """
        kept, held, rows = self.of_leads("states", "stage"), self.holdings.tables["stays"], self.lead_rows()
        entered = held.times["entered_at"]
        begun = self._count(entered)
        if begun == len(entered):
            return kept

        def make() -> Column:
            whose, later = rows[held.lead_ids.codes], entered > self.now
            moved = np.zeros(len(kept) + 1, np.bool_)
            moved[whose[later]] = True
            then = np.flatnonzero(~later)
            then = then[np.argsort(entered[then], kind="stable")]
            last = np.full(len(kept) + 1, -1, np.int64)
            last[whose[then]] = then
            both = Column.concatenate([kept, held.texts["stage"]])
            stage = np.append(both.codes[len(kept) :], np.int32(MISSING))[last[:-1]]
            codes = np.where(moved[:-1], stage, both.codes[: len(kept)])
            codes.flags.writeable = False
            return Column(codes=codes, values=both.values)

        return self.holdings.memo.once("stages", make, of=(kept, held.positions), at=begun)

    def stays(self) -> StageLog:
        """Return the stays that began; one that ended later is open.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> len(View(holdings=specimen_holdings(), now=0).stays())
            0
        """
        held = self.holdings.tables["stays"]
        entered, left = held.times["entered_at"], held.times["left_at"]

        def make() -> StageLog:
            begun = entered <= self.now
            ends = np.where(left > self.now, NO_TIME, left)
            ends.flags.writeable = entered.flags.writeable = False
            if begun.all():
                return StageLog.from_columns(held.lead_ids, held.texts["stage"], entered, ends)
            rows = np.flatnonzero(begun)
            return StageLog.from_columns(
                _picked(held.lead_ids, rows), held.texts["stage"].take(rows), entered[rows], ends[rows]
            )

        at = (self._count(entered), self._count(left))
        return self.holdings.memo.once("stays", make, of=(held.positions,), at=at)

    def offers(self) -> Offers:
        """Return the hand-overs that were offered.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> len(View(holdings=specimen_holdings(), now=0).offers())
            0
        """
        held, turns, terms = (
            self.holdings.tables["offers"],
            self.holdings.tables["turns"],
            self.holdings.terms,
        )
        return self.holdings.memo.once(
            "offers",
            lambda: Offers.of(held, turns, self._named(), self.now, terms),
            of=(held.positions, turns.positions),
            at=(self._count(held.times["offered_at"]), self._count(turns.times["at"]), terms is None),
        )

    def answers(self) -> Answers:
        """Return what was written about the hand-overs that were offered.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> len(View(holdings=specimen_holdings(), now=0).answers().at)
            0
        """
        held, turns = self.holdings.tables["offers"], self.holdings.tables["turns"]
        return self.holdings.memo.once(
            "answers",
            lambda: Answers.of(held, turns, self._named(), self.now),
            of=(held.positions, turns.positions),
            at=(self._count(held.times["offered_at"]), self._count(turns.times["at"])),
        )

    def answered_since(self) -> tuple[str, ...]:
        """Return the leads whose hand-over waited and does not any more; their deadlines are kept in the journal alone.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> View(holdings=specimen_holdings(), now=0).answered_since()
            ()
        """
        turns = self.holdings.tables["turns"]
        if self._count(turns.times["at"]) == len(turns):
            return ()
        kept, then = self.holdings.tables["offers"].texts["state"], self.offers()
        offered = np.flatnonzero(self.holdings.tables["offers"].times["offered_at"] <= self.now)
        waited = then.states.test("offered".__eq__) & ~kept.take(offered).test("offered".__eq__)
        codes = np.unique(then.lead_ids.codes[waited])
        return tuple(self.holdings.ids[code] for code in codes.tolist())

    def _named(self) -> Named:
        """Return where the hand-overs stand that entries of the journal name."""
        memo, last = self.holdings.memo, self.holdings.memo.last("named")
        ids = self.holdings.tables["offers"].texts["id"]
        names = self.holdings.tables["turns"].members["assignment_id"]
        before = last if isinstance(last, Named) else None
        indexes = self.holdings.indexes
        return memo.once(
            "named", lambda: Named.of(ids.values, names.values, indexes, before), of=(ids, names)
        )

    def records(self) -> Extracted:
        """Return the source records that had been made or observed; one without a moment was always there.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> len(View(holdings=specimen_holdings(), now=0).records())
            0
        """
        held, times = self.holdings.tables["records"], self._moments()
        if self._count(times) == len(times):
            return held
        return self.holdings.memo.once(
            "records",
            lambda: _part(held, np.flatnonzero(times <= self.now)),
            of=(times,),
            at=self._count(times),
        )

    def record_times(self) -> Seconds:
        """Return (r,) int64 seconds, when each of ``records`` says that it was created, or was observed.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> len(View(holdings=specimen_holdings(), now=0).record_times())
            0
        """
        times, count = self._moments(), len(self.records())
        if count == len(times):
            return times
        return self.holdings.memo.once(
            "record times", lambda: times[times <= self.now], of=(times,), at=count
        )

    def born(self) -> Seconds:
        """Return (n,) int64 seconds, the earliest moment that the records of each lead state; ``NO_TIME`` where none does.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts, specimen_holdings
            >>> len(View(holdings=specimen_holdings(), now=specimen_facts().now).born())
            3
        """
        leads, first = self.known_leads(), self._first()

        def make() -> Seconds:
            moments = first[leads.lead_ids.codes]
            moments[moments == _LATEST] = NO_TIME
            return moments

        return self.holdings.memo.once("born", make, of=(first, leads.positions))

    def _moments(self) -> Seconds:
        """Return when every source record says that it was created, or was observed; no later than that."""
        held, fixed = self.holdings.tables["records"], self.corrections()
        dated = tuple(event.sequence for event in fixed.events if event.detail["field"] == "created_at")

        def make() -> Seconds:
            columns = {"created_at": held.members["created_at"]}
            if dated:
                columns |= _corrected(columns, fixed.cells(columns, held.lead_ids))
            stated, seen = moments(columns["created_at"]), held.times["observed_at"]
            np.copyto(stated, seen, where=(stated == NO_TIME) | ((stated >= seen) & (seen != NO_TIME)))
            return stated

        return self.holdings.memo.once("moments of records", make, of=(held.positions,), at=dated)

    def _first(self) -> Seconds:
        """Return the earliest moment that the records of each of the ids state, whatever the moment; else the latest int64."""
        held, times, size = self.holdings.tables["records"], self._moments(), len(self.holdings.ids)

        def make() -> Seconds:
            first, known = np.full(size, _LATEST), times != NO_TIME
            whole = bool(known.all())
            whose, when = held.lead_ids.codes, times
            np.minimum.at(first, whose if whole else whose[known], when if whole else when[known])
            return first

        return self.holdings.memo.once("first moments", make, of=(times,), at=size)

    def imports(self) -> Mapping[str, Mapping[str, Json]]:
        """Return the accounts of the lists that had been read, and of those that say no moment.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> dict(View(holdings=specimen_holdings(), now=0).imports())
            {}
        """
        return {
            name: account
            for name, account in self.holdings.imports.items()
            if to_seconds(moment_told(account.get("at"))) <= self.now
        }

    def activities(self) -> Happened:
        """Return what happened.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> len(View(holdings=specimen_holdings(), now=0).activities().log)
            0
        """
        held, fixed = self.holdings.tables["activities"], self.corrections()
        count = self._count(held.times["at"])

        def make() -> Happened:
            cells = fixed.cells(held.members, held.lead_ids)
            whole = count == len(held)
            before, first = self._grown_from(cells) if whole else (None, 0)
            return Happened(
                log=_log(
                    held, _corrected(held.members, cells), None if whole else held.times["at"] <= self.now
                ),
                rows=held.positions,
                whole=whole,
                cells=cells,
                before=before,
                first=first,
            )

        return self.holdings.memo.once("activities", make, of=(held.positions, fixed), at=count)

    def _grown_from(
        self, cells: Mapping[str, Mapping[int, Hashable]]
    ) -> "tuple[weakref.ref[ActivityLog] | None, int]":
        """Return the log of an earlier moment that holds the first rows as they are now, and their number."""
        last, now = self.holdings.memo.last("activities"), self.holdings.tables["activities"].positions
        if not isinstance(last, Happened) or not last.whole:
            return None, 0
        if last.rows is not now and last.rows is not self.holdings.grown:
            return None, 0
        size = len(last.rows)
        names = {*cells, *last.cells}
        old = {name: {row: to for row, to in cells.get(name, {}).items() if row < size} for name in names}
        if any(old[name] != last.cells.get(name, {}) for name in names):
            return None, 0
        return weakref.ref(last.log), size

    def _count(self, times: Seconds) -> int:
        """Count the moments that are over: of one table, the same number of them are the same ones."""
        known = self._counts.get(id(times))  # a column lives as long as the holdings
        if known is None:
            known = self._counts[id(times)] = int(np.count_nonzero(times <= self.now))
        return known


def _log(held: Extracted, members: Mapping[str, Column], chosen: npt.NDArray[np.bool_] | None) -> ActivityLog:
    rows = None if chosen is None else np.flatnonzero(chosen)
    at = held.times["at"] if rows is None else held.times["at"][rows]
    at.flags.writeable = False
    return ActivityLog(
        lead_ids=held.lead_ids if rows is None else _picked(held.lead_ids, rows),
        kinds=held.texts["kind"] if rows is None else held.texts["kind"].take(rows),
        at=at,
        keys=Column(codes=np.broadcast_to(np.int32(MISSING), (len(at),)), values=()),
        attributes={name: column if rows is None else column.take(rows) for name, column in members.items()},
    )


def _corrected(
    columns: Mapping[str, Column], cells: Mapping[str, Mapping[int, Hashable]]
) -> Mapping[str, Column]:
    """Return columns in which some cells hold other values."""
    found = dict(columns)
    for name, changed in cells.items():
        column = columns[name]
        both = Column.concatenate([column, Column.of(changed.values())])
        codes = both.codes[: len(column)].copy()
        codes[list(changed)] = both.codes[len(column) :]
        codes.flags.writeable = False
        found[name] = Column(codes=codes, values=both.values)
    return found


def _part(held: Extracted, rows: Places) -> Extracted:
    """Return some rows, whose leads keep their numbers."""
    return attrs.evolve(held.take(rows), lead_ids=_picked(held.lead_ids, rows))


def _picked(column: Column, rows: Sequence[int] | Places) -> Column:
    """Return the cells of some rows with the whole dictionary; -1 is missing."""
    codes = np.append(column.codes, np.int32(MISSING))[rows]
    codes.flags.writeable = False
    return Column(codes=codes, values=column.values)


def _ids(ids: tuple[str, ...], codes: Codes) -> Sequence[str]:
    """Return the ids that codes stand for: most leads stand in the order in which they were numbered."""
    cuts = np.flatnonzero(np.diff(codes) != 1) + 1
    begins, ends = (
        codes[np.append(0, cuts)[: len(codes)]],
        codes[np.append(cuts, len(codes))[: len(codes)] - 1],
    )
    stretches = [ids[begin : end + 1] for begin, end in zip(begins.tolist(), ends.tolist(), strict=True)]
    return stretches[0] if len(stretches) == 1 else list(itertools.chain.from_iterable(stretches))


def _read_as(cell: Hashable, told: Json) -> Hashable:
    """Return what the journal tells of a value as the same kind of value as a cell is."""
    if isinstance(cell, dt.datetime):
        return moment_told(told)
    return told if isinstance(told, str | int | float) else str(told)


def _json(cell: object) -> Json:
    return cell if cell is None or isinstance(cell, bool | int | float | str) else str(cell)
