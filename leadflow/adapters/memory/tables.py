"""Tables in memory, with an undo log: what a transaction changed can be taken back."""

from collections.abc import Callable, Hashable, Iterable, Mapping, MutableMapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

import attrs
import numpy as np

from leadflow.adapters.cells import dump
from leadflow.records import (
    Activity,
    Assignment,
    Consent,
    Event,
    LeadBatch,
    Message,
    SourceRecord,
    StageInterval,
    State,
    Verdict,
)
from leadflow.records.compacting import compact_batch

__all__ = ["MemoryTables", "Shelf", "UndoLog"]

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")
_FAN: Final = 16
_FULL: Final = 16
"""So many batches of about one size are joined."""

_FULL_ALONE: Final = 256
"""So many rows that came alone are joined; a submission puts one into each shelf."""

_NOTHING: Final = object()
"""What stood where nothing stood."""

_FEW: Final = 64
"""Up to so many rows, or so many rows of batches that give hardly more than one each, are put together cell by cell."""


class UndoLog:
    """Remembers how to take changes back.

    A step is an entry of a table or a slice of a list with what stood there, or a function to be called.
    """

    def __init__(self) -> None:
        self._steps: list[tuple[Any, Any, Any]] = []

    def note(self, step: Callable[[], object]) -> None:
        """Remember how to take one change back."""
        self._steps.append((None, None, step))

    def put(self, table: MutableMapping[_Key, _Value], key: _Key, value: _Value) -> None:
        """Set an entry of a table."""
        self._steps.append((table, key, table.get(key, _NOTHING)))
        table[key] = value

    def drop(self, table: MutableMapping[_Key, _Value], key: _Key) -> None:
        """Remove an entry of a table, if it is there."""
        if key in table:
            self._steps.append((table, key, table.pop(key)))

    def extend(self, rows: list[_Value], more: Iterable[_Value]) -> None:
        """Append to a list."""
        self._steps.append((rows, slice(len(rows), None), _NOTHING))
        rows.extend(more)

    def clear(self) -> None:
        """Forget how to take changes back: they are committed."""
        self._steps.clear()

    def run(self) -> None:
        """Take every change back, the last one first."""
        while self._steps:
            table, key, before = self._steps.pop()
            if table is None:
                before()
            elif before is _NOTHING:
                del table[key]
            else:
                table[key] = before


class Shelf:
    """Rows by id, in the order in which they came: of batches, which are kept whole, and rows that came alone."""

    def __init__(self, undo: UndoLog) -> None:
        self._undo = undo
        self._batches: dict[int, LeadBatch] = {}
        self._alone: dict[int, SourceRecord] = {}  # by number, as a batch of that one row would have it
        self._places: dict[str, tuple[int, int, int]] = {}  # id -> position, batch, row
        self._next = 0
        self._levels: dict[
            int, list[int]
        ] = {}  # size of batches -> their numbers, rows alone 0; some may be gone
        self._grown: set[int] = set()

    def __contains__(self, row_id: str) -> bool:
        return row_id in self._places

    def __len__(self) -> int:
        return len(self._places)

    def put(self, batch: LeadBatch) -> None:
        """Insert or replace the rows of a batch; replaced rows keep their position."""
        if not len(batch):
            return
        number = self._hold(batch)
        self._undo.note(lambda: self._batches.pop(number, None))
        for row, row_id in enumerate(batch.ids):
            self._place(row_id, number, row)

    def put_one(self, row: SourceRecord) -> None:
        """Insert or replace one row; a replaced one keeps its position.

        Args:
            row: with whole seconds and without missing values, as a batch would give it back.
        """
        number = self._number(0)
        self._undo.put(self._alone, number, row)
        self._place(row.id, number, 0)

    def rename(self, new_of: Mapping[str, str]) -> None:
        """Give rows other ids and empty them; they keep their position."""
        for old, new in new_of.items():
            position, number, row = self._places[old]
            batch = self._batch(number)
            emptied = LeadBatch.of(
                {}, ids=(new,), sources=batch.sources.take([row]), observed_at=batch.observed_at[[row]]
            )
            self._undo.drop(self._places, old)
            self._undo.put(self._places, new, (position, self._hold(emptied), 0))

    def position(self, row_id: str) -> int:
        """Return where a row stands; a row that is replaced keeps its position."""
        return self._places[row_id][0]

    def remove(self, row_ids: Iterable[str]) -> None:
        """Remove rows."""
        for row_id in row_ids:
            self._undo.drop(self._places, row_id)

    def get(self, row_ids: Sequence[str] | None = None, *, raw: bool = True) -> LeadBatch:
        """Return rows in the order in which they first came; unknown ids are left out.

        Args:
            row_ids: which; all by default.
            raw: whether the raw columns are wanted.
        """
        found = self._rows(row_ids, raw=raw)
        return found if raw or not found.raw else attrs.evolve(found, raw={})

    def found(self, row_ids: Iterable[str]) -> tuple[SourceRecord, ...]:
        """Return rows as records without raw cells, in the order in which they first came.

        Args:
            row_ids: which; all of them are there.
        """
        places = sorted(map(self._places.__getitem__, row_ids))
        return tuple([self._record(number, row) for _, number, row in places])

    def _rows(self, row_ids: Sequence[str] | None, *, raw: bool) -> LeadBatch:
        if row_ids is None:
            places = sorted((*place, row_id) for row_id, place in self._places.items())
        else:
            known = {row_id: self._places[row_id] for row_id in row_ids if row_id in self._places}
            places = sorted((*place, row_id) for row_id, place in known.items())
        if not places:
            return LeadBatch.of({}, ids=())
        if len(places) <= _FEW or len({number for _, number, _, _ in places}) * 2 > len(places):
            cells = [(self._batch(number), row) for _, number, row, _ in places]
            return LeadBatch.gather(cells, ids=[row_id for *_, row_id in places], raw=raw)
        _, numbers, rows, found = zip(*places, strict=True)
        used = sorted(set(numbers))
        if len(used) == 1:
            batch = self._batch(used[0])
            whole = len(rows) == len(batch) and rows == tuple(range(len(batch)))
            return batch if whole and found == batch.ids else attrs.evolve(batch.take(rows), ids=found)
        number_of, row_of = np.array(numbers), np.array(rows)
        members = [(number, np.flatnonzero(number_of == number)) for number in used]
        joined = LeadBatch.concatenate(
            [compact_batch(self._batch(number).take(row_of[where])) for number, where in members]
        )
        order = np.argsort(np.concatenate([where for _, where in members]), kind="stable")
        return attrs.evolve(joined.take(order), ids=found)

    def tidy(self) -> None:
        """Join small batches, so that neither their number nor replaced rows grow without bound."""
        grown, self._grown = self._grown, set()
        for level in grown:
            full = _FULL if level else _FULL_ALONE
            if len(self._levels[level]) >= full:
                kept = self._batches if level else self._alone
                numbers = [number for number in self._levels[level] if number in kept]
                self._levels[level] = numbers
                if len(numbers) >= full:
                    self._levels[level] = []
                    self._join(numbers)

    def _place(self, row_id: str, number: int, row: int) -> None:
        """Say where a row is now; one that was there before keeps its position."""
        old = self._places.get(row_id)
        position = old[0] if old else (number << 32) + row
        self._undo.put(self._places, row_id, (position, number, row))

    def _hold(self, batch: LeadBatch) -> int:
        """Keep a batch, and return its number."""
        number = self._number(1 + len(batch).bit_length() // (_FAN.bit_length() - 1))
        self._batches[number] = batch
        return number

    def _number(self, level: int) -> int:
        """Return the next number, and remember that there is one more of a size."""
        number = self._next
        self._next += 1
        self._levels.setdefault(level, []).append(number)
        self._grown.add(level)
        return number

    def _batch(self, number: int) -> LeadBatch:
        """Return a batch, or a row that came alone as one."""
        row = self._alone.get(number)
        return self._batches[number] if row is None else LeadBatch.from_records([row])

    def _record(self, number: int, row: int) -> SourceRecord:
        """Return a row as a record without raw cells."""
        alone = self._alone.get(number)
        if alone is None:
            return self._batches[number].record(row, raw=False)
        return SourceRecord(
            id=alone.id,
            source=alone.source,
            observed_at=alone.observed_at,
            values=alone.values,
            cleared=alone.cleared,
        )

    def _ids(self, number: int) -> tuple[str, ...]:
        alone = self._alone.get(number)
        return self._batches[number].ids if alone is None else (alone.id,)

    def _join(self, numbers: Sequence[int]) -> None:
        """Put what is still there of some batches, or of some rows that came alone, into one batch."""
        live = [
            row_id
            for held in sorted(numbers)
            for row_id in self._ids(held)
            if (place := self._places.get(row_id)) is not None and place[1] == held
        ]
        joined = self._joined(live) if live else None
        for old in numbers:
            self._alone.pop(old, None)
            self._batches.pop(old, None)
        if joined is not None:
            number = self._hold(joined)
            for row, row_id in enumerate(joined.ids):
                self._places[row_id] = (self._places[row_id][0], number, row)

    def _joined(self, row_ids: Sequence[str]) -> LeadBatch:
        """Return rows as one batch, in the order in which they first came."""
        ordered = sorted(row_ids, key=self._places.__getitem__)
        alone = [self._alone.get(self._places[row_id][1]) for row_id in ordered]
        rows = [row for row in alone if row is not None]
        return LeadBatch.from_records(rows) if len(rows) == len(ordered) else self.get(row_ids)


class MemoryTables:
    """Every table of a store in memory."""

    def __init__(self, *, secret: bytes) -> None:
        self.secret = secret
        self.undo = UndoLog()
        self.records = Shelf(self.undo)
        self.lead_of: dict[str, str] = {}
        self.records_of: dict[str, dict[str, None]] = {}
        self.golden = Shelf(self.undo)  # the winners travel as the raw columns
        self.rules: dict[str, dict[str, str]] = {}
        self.states: dict[str, State] = {}
        self.activities: dict[str, tuple[int, str, Activity]] = {}  # key -> position, first lead id, activity
        self.activities_of: dict[str, dict[str, None]] = {}
        self.stages: dict[str, tuple[StageInterval, ...]] = {}
        self.assignments: dict[str, Assignment] = {}
        self.assignments_of: dict[str, dict[str, None]] = {}
        self.assignment_positions: dict[str, int] = {}
        self.journal: list[Event] = []
        self.journal_of: dict[str, list[int]] = {}
        self.redirects: dict[str, str] = {}
        self.redirected_to: dict[str, dict[str, None]] = {}
        self.verdicts: dict[tuple[str, str], Verdict] = {}
        self.consents: dict[str, tuple[int, Consent]] = {}  # key -> position, entry
        self.consents_of: dict[str, dict[str, None]] = {}
        self.outbox: dict[str, Message] = {}
        self.pending: dict[str, int] = {}  # key -> position
        self.tombstones: dict[str, str] = {}
        self.documents: dict[str, str] = {}
        self.writes = 0
        self.touched: dict[str, int] = {}
        self._counted = False

    def link(self, record_id: str, lead_id: str) -> None:
        """Note the lead of a record."""
        self.undo.put(self.lead_of, record_id, lead_id)
        self.undo.put(self.records_of.setdefault(lead_id, {}), record_id, None)

    def add_activity(self, activity: Activity) -> bool:
        """Add an activity unless its key is known, and return whether it is new."""
        if activity.key in self.activities:
            return False
        self.touch((activity.lead_id,))
        self.undo.put(self.activities, activity.key, (len(self.activities), activity.lead_id, activity))
        self.undo.put(self.activities_of.setdefault(activity.lead_id, {}), activity.key, None)
        return True

    def rules_as_text(self, rules: Mapping[str, str]) -> str:
        """Keep by which rule each field was decided, and return the text under which it is found."""
        text = _rules_text(tuple(sorted(rules.items())))
        if text not in self.rules:
            self.undo.put(self.rules, text, dict(rules))
        return text

    def touch(self, lead_ids: Iterable[str]) -> None:
        """Note that this session writes something of these leads."""
        for lead_id in lead_ids:
            if not self._counted:
                self._counted = True
                self.writes += 1
            if self.touched.get(lead_id) != self.writes:
                self.undo.put(self.touched, lead_id, self.writes)

    def commit(self) -> None:
        """Keep what was changed."""
        self._counted = False
        self.undo.clear()
        self.records.tidy()
        self.golden.tidy()

    def roll_back(self) -> None:
        """Take back what was changed since the last commit."""
        self.undo.run()
        self.writes -= self._counted
        self._counted = False


@lru_cache(maxsize=256)
def _rules_text(rules: tuple[tuple[str, str], ...]) -> str:
    """Return by which rule each field was decided as text; it is the same for many leads."""
    return dump(dict(rules))
