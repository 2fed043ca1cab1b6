"""Tables in memory, with an undo log: what a transaction changed can be taken back."""

from collections.abc import Callable, Hashable, Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Final, TypeVar

import attrs
import numpy as np

from leadflow.columns import CLEARED, MISSING, Codes, Column
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

_FULL_OF_SINGLES: Final = 256
"""So many batches of one row are joined; a submission puts one into each shelf."""

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
    """Rows of batches by id, in the order in which they came, without copying batches that are put whole."""

    def __init__(self, undo: UndoLog) -> None:
        self._undo = undo
        self._batches: dict[int, LeadBatch] = {}
        self._places: dict[str, tuple[int, int, int]] = {}  # id -> position, batch, row
        self._next = 0
        self._levels: dict[int, list[int]] = {}  # size of batches -> their numbers; some may be gone
        self._grown: set[int] = set()

    def __contains__(self, row_id: str) -> bool:
        return row_id in self._places

    def __len__(self) -> int:
        return len(self._places)

    def put(self, batch: LeadBatch) -> None:
        """Insert or replace the rows of a batch; replaced rows keep their position."""
        if not len(batch):
            return
        number = self._next
        position = number << 32
        self._next += 1
        self._hold(number, batch)
        self._undo.note(lambda: self._batches.pop(number, None))
        for row, row_id in enumerate(batch.ids):
            old = self._places.get(row_id)
            self._undo.put(self._places, row_id, (old[0] if old else position + row, number, row))

    def rename(self, new_of: Mapping[str, str]) -> None:
        """Give rows other ids and empty them; they keep their position."""
        for old, new in new_of.items():
            position, number, row = self._places[old]
            batch = self._batches[number]
            number = self._next
            self._next += 1
            emptied = LeadBatch.of(
                {}, ids=(new,), sources=batch.sources.take([row]), observed_at=batch.observed_at[[row]]
            )
            self._hold(number, emptied)
            self._undo.drop(self._places, old)
            self._undo.put(self._places, new, (position, number, 0))

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
        return tuple(self._batches[number].record(row, raw=False) for _, number, row in places)

    def _rows(self, row_ids: Sequence[str] | None, *, raw: bool) -> LeadBatch:
        if row_ids is None:
            places = sorted((*place, row_id) for row_id, place in self._places.items())
        else:
            known = {row_id: self._places[row_id] for row_id in row_ids if row_id in self._places}
            places = sorted((*place, row_id) for row_id, place in known.items())
        if not places:
            return LeadBatch.of({}, ids=())
        if len(places) <= _FEW or len({number for _, number, _, _ in places}) * 2 > len(places):
            cells = [(self._batches[number], row) for _, number, row, _ in places]
            return LeadBatch.gather(cells, ids=[row_id for *_, row_id in places], raw=raw)
        _, numbers, rows, found = zip(*places, strict=True)
        used = sorted(set(numbers))
        if len(used) == 1:
            batch = self._batches[used[0]]
            whole = len(rows) == len(batch) and rows == tuple(range(len(batch)))
            return batch if whole and found == batch.ids else attrs.evolve(batch.take(rows), ids=found)
        number_of, row_of = np.array(numbers), np.array(rows)
        members = [(number, np.flatnonzero(number_of == number)) for number in used]
        joined = LeadBatch.concatenate(
            [compact_batch(self._batches[number].take(row_of[where])) for number, where in members]
        )
        order = np.argsort(np.concatenate([where for _, where in members]), kind="stable")
        return attrs.evolve(joined.take(order), ids=found)

    def tidy(self) -> None:
        """Join small batches, so that neither their number nor replaced rows grow without bound."""
        grown, self._grown = self._grown, set()
        for level in grown:
            full = _FULL if level else _FULL_OF_SINGLES
            if len(self._levels[level]) >= full:
                numbers = [number for number in self._levels[level] if number in self._batches]
                self._levels[level] = numbers
                if len(numbers) >= full:
                    self._levels[level] = []
                    self._join(level, frozenset(numbers))

    def _hold(self, number: int, batch: LeadBatch) -> None:
        """Keep a batch, and remember that there is one more of its size."""
        self._batches[number] = batch
        level = 0 if len(batch) == 1 else 1 + len(batch).bit_length() // (_FAN.bit_length() - 1)
        self._levels.setdefault(level, []).append(number)
        self._grown.add(level)

    def _join(self, level: int, numbers: frozenset[int]) -> None:
        live = [
            row_id
            for held in sorted(numbers)
            for row_id in self._batches[held].ids
            if (place := self._places.get(row_id)) is not None and place[1] == held
        ]
        joined = (self.get(live) if level else self._singles(live)) if live else None
        number = self._next
        self._next += 1
        for old in numbers:
            del self._batches[old]
        if joined is not None:
            self._hold(number, joined)
            for row, row_id in enumerate(joined.ids):
                self._places[row_id] = (self._places[row_id][0], number, row)

    def _singles(self, row_ids: Sequence[str]) -> LeadBatch:
        """Return rows of batches of one row as one batch, in the order in which they first came."""
        ordered = sorted(row_ids, key=self._places.__getitem__)
        singles = [self._batches[self._places[row_id][1]] for row_id in ordered]
        return LeadBatch.of(
            _stacked([single.columns for single in singles]),
            ids=ordered,
            sources=Column.of([single.sources[0] for single in singles]),
            observed_at=np.array([single.observed_at.item() for single in singles], np.int64),
            raw=_stacked([single.raw for single in singles]),
        )


def _stacked(rows: Sequence[Mapping[str, Column]]) -> dict[str, Column]:
    """Return columns of n rows out of the columns of one cell that each row has, as ``LeadBatch.gather`` does.

    It goes through the cells that there are, and not through every column for every row.
    """
    codes: dict[str, list[int]] = {}
    values: dict[str, dict[Hashable, int]] = {}
    for row, columns in enumerate(rows):
        for name, column in columns.items():
            code: int = column.codes.item()
            if name not in codes:
                codes[name], values[name] = [MISSING] * len(rows), {}
            known = values[name]
            codes[name][row] = code if code < 0 else known.setdefault(column.values[code], len(known))
    return {
        name: Column(codes=_read_only(held), values=tuple(values[name]))
        for name, held in codes.items()
        if values[name] or CLEARED in held
    }


def _read_only(codes: list[int]) -> Codes:
    held = np.array(codes, np.int32)
    held.flags.writeable = False
    return held


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
