"""Which leads were written since when: what lets a reader bring its copy up to date."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, Select, bindparam, or_, select, update

from leadflow.adapters.sql.dialects import among, ids, insert_columns
from leadflow.adapters.sql.statements import rows_of, run
from leadflow.adapters.sql.tables import activities, assignments, meta, records, touched
from leadflow.records import StoreTable

__all__ = ["Changes"]

_WRITES: Final = select(meta.c.value).where(meta.c.name == "writes")
_COUNT: Final = update(meta).where(meta.c.name == "writes").values(value=bindparam("number"))
_AFTER: Final = select(touched.c.lead_id).where(touched.c.written_in > bindparam("number"))  # has the index
_TESTS: Final = [touched.c[f"{table}_in"] > bindparam("number") for table in StoreTable]
_REWRITTEN: Final = select(touched.c.lead_id, *_TESTS).where(
    touched.c.written_in > bindparam("number"), or_(*_TESTS)
)
_OF_RECORDS: Final = select(records.c.lead_id).where(among(records.c.record_id, "ids")).distinct()
_OF_ASSIGNMENTS: Final = select(assignments.c.lead_id).where(among(assignments.c.id, "ids")).distinct()
_OF_KEYS: Final = select(activities.c.lead_id).where(among(activities.c.key, "ids")).distinct()
_OF_FIRST: Final = (
    select(activities.c.lead_id)
    .where(activities.c.first_id.is_not(None), among(activities.c.first_id, "ids"))
    .distinct()
)


class Changes:
    """Collects the leads that one session writes, and tells which were written before."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pending: dict[str, None] = {}
        self._rewritten: dict[StoreTable, dict[str, None]] = {}
        self._number: int | None = None
        self._seen: tuple[tuple[int, int], Mapping[StoreTable, tuple[str, ...]]] | None = None

    def note(self, lead_ids: Iterable[str], *rewritten: StoreTable) -> None:
        """Remember that something of these leads is written.

        Args:
            lead_ids: the leads.
            rewritten: the tables whose rows of these leads are others now; none when rows were only appended.
        """
        found = dict.fromkeys(lead_ids)
        self._pending.update(found)
        for table in rewritten:
            self._rewritten.setdefault(table, {}).update(found)

    def note_records(self, record_ids: Sequence[str]) -> None:
        """Remember the leads that have these records now."""
        self._note_found(_OF_RECORDS, record_ids, StoreTable.RECORDS)

    def note_assignments(self, assignment_ids: Sequence[str]) -> None:
        """Remember the leads that have these assignments now."""
        self._note_found(_OF_ASSIGNMENTS, assignment_ids, StoreTable.ASSIGNMENTS)

    def note_activities(self, keys: Sequence[str]) -> None:
        """Remember the leads that have these activities now."""
        self._note_found(_OF_KEYS, keys, StoreTable.ACTIVITIES)

    def note_moved(self, first_ids: Sequence[str]) -> None:
        """Remember the leads that have activities now which came under these ids."""
        self._note_found(_OF_FIRST, first_ids, StoreTable.ACTIVITIES)

    def flush(self) -> None:
        """Write down what was collected."""
        if not self._pending:
            return
        if self._number is None:
            self._number = self.writes() + 1
            run(self._connection, _COUNT, {"number": str(self._number)})
        for lead_ids, tables in _alike(self._pending, self._rewritten):
            names = ("lead_id", "written_in", *(f"{table}_in" for table in tables))
            numbers = [self._number] * len(lead_ids)
            columns: list[Sequence[object]] = [list(lead_ids), *(numbers for _ in names[1:])]
            insert_columns(self._connection, touched, names, columns, clash="replace")
        self._pending.clear()
        self._rewritten.clear()
        self._seen = None

    def writes(self) -> int:
        """Return how many sessions have written, this one among them once it was flushed."""
        found = rows_of(self._connection, _WRITES)
        return int(found[0][0]) if found else 0

    def after(self, number: int, table: StoreTable | None) -> tuple[str, ...]:
        """Return the leads that were written after so many sessions, or whose rows of a table were rewritten."""
        if table is not None:
            return self._rewritten_after(number)[table]
        return tuple(sorted(str(row[0]) for row in rows_of(self._connection, _AFTER, {"number": number})))

    def _rewritten_after(self, number: int) -> Mapping[StoreTable, tuple[str, ...]]:
        """Return by table the leads of which it was rewritten after so many sessions; all tables are asked for at once."""
        key = (number, self.writes())
        if self._seen is None or self._seen[0] != key:
            rows = sorted(map(tuple, rows_of(self._connection, _REWRITTEN, {"number": number})))
            leads = [str(row[0]) for row in rows]
            flags = list(zip(*rows, strict=True))[1:] or [()] * len(StoreTable)
            of = zip(StoreTable, flags, strict=True)
            self._seen = key, {table: tuple(itertools.compress(leads, inside)) for table, inside in of}
        return self._seen[1]

    def _note_found(self, statement: Select[tuple[str]], chosen: Sequence[str], table: StoreTable) -> None:
        if chosen:
            found = rows_of(self._connection, statement, {"ids": ids(chosen)})
            self.note((str(row[0]) for row in found), table)


def _alike(
    lead_ids: Mapping[str, None], rewritten: Mapping[StoreTable, Mapping[str, None]]
) -> list[tuple[Mapping[str, None], tuple[StoreTable, ...]]]:
    """Group leads by the tables in which they were rewritten; most batches write all their leads everywhere."""
    groups: list[tuple[Mapping[str, None], tuple[StoreTable, ...]]] = [(lead_ids, ())]
    for table, inside in rewritten.items():
        parts = []
        for members, tables in groups:
            if members.keys() <= inside.keys():
                parts.append((members, (*tables, table)))
                continue
            both = {one: None for one in members if one in inside}
            rest = {one: None for one in members if one not in inside}
            parts += [(found, names) for found, names in ((both, (*tables, table)), (rest, tables)) if found]
        groups = parts
    return groups
