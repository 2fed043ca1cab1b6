"""One transaction on tables in memory, as the ports describe it."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, cast

import attrs

from leadflow.adapters.cells import dump, load, moment_text
from leadflow.adapters.memory import columns, erasure, rows
from leadflow.adapters.memory.tables import MemoryTables
from leadflow.adapters.turns import Ended
from leadflow.columns import Column
from leadflow.errors import NotFoundError, StateError, StoreError
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    AssignmentState,
    Consent,
    Event,
    EventKind,
    Extract,
    Extracted,
    Golden,
    GoldenBatch,
    LeadBatch,
    Message,
    Origin,
    SourceRecord,
    StageHistory,
    StageInterval,
    State,
    StateBatch,
    StoreTable,
    Verdict,
)
from leadflow.records.batches import from_seconds
from leadflow.records.events import Json

__all__ = ["MemorySession"]

_NOWHERE: Final = State()

_RULES = "\x00rules"
"""The raw column that says which rules decided a golden lead; no header can be called that."""


class MemorySession:
    """One transaction in memory; ``leadflow.ports.StoreSession`` says what each method promises."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    def end(self) -> None:
        """Refuse everything from now on; the store does so at the end of the session."""
        self._tables = cast("MemoryTables", Ended())

    def known_records(self, record_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids that are kept."""
        return frozenset(record_id for record_id in record_ids if record_id in self._tables.records)

    def records(
        self, lead_ids: Sequence[str] | None = None, *, raw: bool = False
    ) -> tuple[LeadBatch, tuple[str, ...]]:
        """Return source records and the lead id of each."""
        tables = self._tables
        wanted = None
        if lead_ids is not None:
            wanted = [
                record_id
                for lead_id in dict.fromkeys(lead_ids)
                for record_id in tables.records_of.get(lead_id, ())
            ]
        batch = tables.records.get(wanted, raw=raw)
        return batch, tuple(tables.lead_of[record_id] for record_id in batch.ids)

    def records_of(self, lead_id: str) -> tuple[SourceRecord, ...]:
        """Return the source records of one lead."""
        return self._tables.records.found(self._tables.records_of.get(lead_id, ()))

    def lead_of(self, record_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the lead of each known record."""
        known = self._tables.lead_of
        return {record_id: known[record_id] for record_id in record_ids if record_id in known}

    def leads(self, lead_ids: Sequence[str] | None = None) -> LeadBatch:
        """Return golden leads."""
        return self._tables.golden.get(None if lead_ids is None else list(dict.fromkeys(lead_ids)), raw=False)

    def provenance(self, lead_ids: Sequence[str] | None = None) -> Mapping[str, Mapping[str, Origin]]:
        """Return by lead and field where each value came from."""
        tables = self._tables
        batch = tables.golden.get(None if lead_ids is None else list(dict.fromkeys(lead_ids)))
        winners = {name: column.to_list() for name, column in batch.raw.items() if name != _RULES}
        filled = {name: column.filled.tolist() for name, column in batch.columns.items()}
        rules = batch.raw.get(_RULES, Column.constant(None, len(batch))).to_list()
        used = {str(cell) for cells in winners.values() for cell in cells if cell is not None}
        origins = self._origins([record_id for record_id in used if record_id in tables.records])
        answer = {}
        for row, lead_id in enumerate(batch.ids):
            rule_of = tables.rules.get(str(rules[row]), {})
            answer[lead_id] = {
                name: attrs.evolve(origins[str(cells[row])], rule=rule_of.get(name, ""))
                for name, cells in winners.items()
                if str(cells[row]) in origins and filled[name][row]
            }
        return answer

    def activities(self, lead_ids: Sequence[str] | None = None) -> ActivityLog:
        """Return activities."""
        tables = self._tables
        if lead_ids is None:
            rows = list(tables.activities.values())
        else:
            keys = (
                key for lead_id in dict.fromkeys(lead_ids) for key in tables.activities_of.get(lead_id, ())
            )
            rows = [tables.activities[key] for key in keys]
        rows.sort(key=lambda row: row[0])
        return ActivityLog.of(row[2] for row in rows)

    def activities_of(self, lead_id: str) -> tuple[Activity, ...]:
        """Return the activities of one lead."""
        tables = self._tables
        found = [tables.activities[key] for key in tables.activities_of.get(lead_id, ())]
        found.sort(key=lambda row: row[0])
        return tuple([activity for _, _, activity in found])

    def moved_activities(self) -> Mapping[str, str]:
        """Return the first lead id of activities that were moved."""
        rows = self._tables.activities.items()
        return {key: first for key, (_, first, activity) in rows if first != activity.lead_id}

    def states(self, lead_ids: Sequence[str] | None = None) -> StateBatch:
        """Return present states."""
        table = self._tables.states
        found = sorted(table if lead_ids is None else {lead_id for lead_id in lead_ids if lead_id in table})
        return StateBatch.from_states(found, [table[lead_id] for lead_id in found])

    def state_of(self, lead_id: str) -> State:
        """Return the present state of one lead."""
        return self._tables.states.get(lead_id, _NOWHERE)

    def histories(self, lead_ids: Sequence[str] | None = None) -> Mapping[str, StageHistory]:
        """Return stage histories by lead."""
        table = self._tables.stages
        found = sorted(table if lead_ids is None else {lead_id for lead_id in lead_ids if lead_id in table})
        return {lead_id: StageHistory(lead_id=lead_id, intervals=table[lead_id]) for lead_id in found}

    def assignments(
        self,
        lead_ids: Sequence[str] | None = None,
        *,
        ids: Sequence[str] | None = None,
        states: Collection[AssignmentState] | None = None,
        due_before: dt.datetime | None = None,
    ) -> tuple[Assignment, ...]:
        """Return assignments that meet every condition."""
        tables = self._tables
        if ids is not None:
            found = [tables.assignments[one] for one in dict.fromkeys(ids) if one in tables.assignments]
        elif lead_ids is not None:
            keys = (
                key for lead_id in dict.fromkeys(lead_ids) for key in tables.assignments_of.get(lead_id, ())
            )
            found = [tables.assignments[key] for key in keys]
        else:
            found = list(tables.assignments.values())
        whose = None if lead_ids is None else frozenset(lead_ids)
        chosen = [
            one
            for one in found
            if (whose is None or one.lead_id in whose)
            and (states is None or one.state in states)
            and (due_before is None or (one.deadline is not None and one.deadline <= due_before))
        ]
        return tuple(sorted(chosen, key=lambda one: tables.assignment_positions[one.id]))

    def journal(
        self,
        lead_id: str | None = None,
        *,
        after: int = 0,
        kinds: Collection[EventKind] | None = None,
        limit: int | None = None,
    ) -> Iterator[Event]:
        """Return journal entries."""
        tables, given = self._tables, 0
        places = (
            range(max(after, 0), len(tables.journal))
            if lead_id is None
            else [place for place in tables.journal_of.get(lead_id, ()) if place >= after]
        )
        for place in places:
            if limit is not None and given >= limit:
                return
            if kinds is None or tables.journal[place].kind in kinds:
                given += 1
                yield tables.journal[place]

    def extract(self, wanted: Extract, lead_ids: Sequence[str] | None = None) -> Extracted:
        """Return whole columns of a table."""
        return columns.read(self._tables, wanted, lead_ids)

    def writes(self) -> int:
        """Return how many sessions have written."""
        return self._tables.writes

    def touched(self, after: int, table: StoreTable | None = None) -> tuple[str, ...]:  # noqa: ARG002  # some more
        """Return the leads that later sessions wrote, whatever the table."""
        return tuple(sorted(lead for lead, number in self._tables.touched.items() if number > after))

    def resolve(self, lead_ids: Sequence[str]) -> tuple[str, ...]:
        """Return what each id stands for now."""
        return tuple(self._end(lead_id) for lead_id in lead_ids)

    def redirects(self) -> Mapping[str, str]:
        """Return every former id and what it directly stands for."""
        return dict(sorted(self._tables.redirects.items()))

    def merged_into(self, lead_id: str) -> tuple[str, ...]:
        """Return every former id of a lead."""
        found: set[str] = set()
        asked = [lead_id]
        while asked:
            before = [old for one in asked for old in self._tables.redirected_to.get(one, ())]
            asked = [old for old in before if old not in found]
            found.update(asked)
        return tuple(sorted(found))

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return every verdict."""
        return tuple(self._tables.verdicts[pair] for pair in sorted(self._tables.verdicts))

    def consents(self, addresses: Sequence[str] | None = None) -> tuple[Consent, ...]:
        """Return entries of the consent ledger."""
        tables = self._tables
        keys: Iterable[str] = tables.consents
        if addresses is not None:
            keys = [
                key for address in dict.fromkeys(addresses) for key in tables.consents_of.get(address, ())
            ]
        rows = sorted((tables.consents[key] for key in keys), key=lambda row: row[0])
        return tuple(entry for _, entry in rows)

    def pending(self, limit: int | None = None) -> tuple[Message, ...]:
        """Return undelivered messages."""
        oldest = sorted(self._tables.pending, key=self._tables.pending.__getitem__)
        return tuple(self._tables.outbox[key] for key in oldest[:limit])

    def delivered(self) -> tuple[str, ...]:
        """Return the keys of delivered messages."""
        return tuple(sorted(self._tables.outbox.keys() - self._tables.pending.keys()))

    def tombstones(self, digests: Sequence[str] | None = None) -> Mapping[str, str]:
        """Return the erased lead of each known digest."""
        known = self._tables.tombstones
        if digests is None:
            return dict(known)
        return {digest: known[digest] for digest in digests if digest in known}

    def secret(self) -> bytes:
        """Return the store's own key."""
        return self._tables.secret

    def document(self, name: str) -> Json:
        """Return a document or None."""
        return load(self._tables.documents[name]) if name in self._tables.documents else None

    def documents(self) -> tuple[str, ...]:
        """Return the names of the documents."""
        return tuple(sorted(self._tables.documents))

    def counts(self) -> Mapping[str, int]:
        """Return the number of rows by table."""
        tables = self._tables
        return {
            "records": len(tables.records),
            "leads": len(tables.golden),
            "activities": len(tables.activities),
            "states": len(tables.states),
            "stages": sum(map(len, tables.stages.values())),
            "assignments": len(tables.assignments),
            "journal": len(tables.journal),
            "redirects": len(tables.redirects),
            "verdicts": len(tables.verdicts),
            "consents": len(tables.consents),
            "outbox": len(tables.outbox),
            "tombstones": len(tables.tombstones),
            "documents": len(tables.documents),
        }

    def add_records(self, batch: LeadBatch, lead_ids: Sequence[str]) -> None:
        """Keep source records."""
        tables = self._tables
        if len(set(batch.ids)) < len(batch) or self.known_records(batch.ids):
            raise _already_kept()
        tables.touch(lead_ids)
        tables.records.put(batch)
        for record_id, lead_id in zip(batch.ids, lead_ids, strict=True):
            tables.link(record_id, lead_id)

    def add_record(self, record: SourceRecord, lead_id: str) -> None:
        """Keep one source record."""
        tables = self._tables
        if record.id in tables.records:
            raise _already_kept()
        tables.touch((lead_id,))
        tables.records.put_one(rows.of_record(record))
        tables.link(record.id, lead_id)

    def link(self, record_ids: Sequence[str], lead_ids: Sequence[str]) -> None:
        """Move records to leads."""
        tables = self._tables
        if any(record_id not in tables.records for record_id in record_ids):
            raise NotFoundError("A record to be linked is not in the store: add it first with `add_records`.")
        tables.touch([*lead_ids, *(tables.lead_of[record_id] for record_id in record_ids)])
        for record_id, lead_id in zip(record_ids, lead_ids, strict=True):
            tables.undo.drop(tables.records_of[tables.lead_of[record_id]], record_id)
            tables.link(record_id, lead_id)

    def put_leads(self, golden: GoldenBatch) -> None:
        """Insert or replace golden leads."""
        tables, leads = self._tables, golden.leads
        tables.touch(leads.ids)
        rules = tables.rules_as_text(golden.rules)
        raw = {name: column for name, column in golden.winners.items() if name in leads.columns}
        raw[_RULES] = Column.constant(rules, len(leads))
        tables.golden.put(attrs.evolve(leads, raw=raw))

    def put_lead(self, golden: Golden) -> None:
        """Insert or replace one golden lead."""
        self._tables.touch((golden.lead_id,))
        raw = {**golden.winners, _RULES: self._tables.rules_as_text(golden.rules)}
        self._tables.golden.put_one(rows.of_golden(golden, raw))

    def remove_leads(self, lead_ids: Sequence[str]) -> None:
        """Remove golden leads and their states."""
        self._tables.touch(lead_ids)
        self._tables.golden.remove(lead_ids)
        for lead_id in lead_ids:
            self._tables.undo.drop(self._tables.states, lead_id)

    def add_activities(self, log: ActivityLog) -> int:
        """Add activities whose keys are new."""
        return sum(map(self._tables.add_activity, log))

    def add_activity(self, activity: Activity) -> bool:
        """Add one activity whose key is new."""
        return self._tables.add_activity(rows.of_activity(activity))

    def relabel_activities(self, lead_of: Mapping[str, str]) -> None:
        """Move activities by their present lead."""
        moved = [
            (key, new) for old, new in lead_of.items() for key in self._tables.activities_of.get(old, ())
        ]
        for key, new in moved:
            self._move_activity(key, new)

    def restore_activities(self, lead_of: Mapping[str, str], *, among: Sequence[str] | None = None) -> None:
        """Move activities by the id under which they came."""
        tables = self._tables
        keys: Iterable[str] = (
            tables.activities
            if among is None
            else chain.from_iterable(tables.activities_of.get(lead_id, ()) for lead_id in among)
        )
        moved = [(key, lead_of[first]) for key in keys if (first := tables.activities[key][1]) in lead_of]
        for key, new in moved:
            self._move_activity(key, new)

    def move_activities(self, lead_of: Mapping[str, str]) -> None:
        """Move activities by their key."""
        for key, lead_id in lead_of.items():
            if key in self._tables.activities:
                self._move_activity(key, lead_id)

    def put_states(self, states: StateBatch) -> None:
        """Insert or replace states."""
        self._tables.touch(states.ids)
        for lead_id, state in zip(states.ids, states, strict=True):
            self._tables.undo.put(self._tables.states, lead_id, state)

    def put_state(self, lead_id: str, state: State) -> None:
        """Insert or replace the state of one lead."""
        self._tables.touch((lead_id,))
        self._tables.undo.put(self._tables.states, lead_id, state)

    def enter_stages(self, lead_ids: Sequence[str], intervals: Sequence[StageInterval]) -> None:
        """Append stays."""
        tables = self._tables
        tables.touch(lead_ids)
        for lead_id, interval in zip(lead_ids, intervals, strict=True):
            stays = tables.stages.get(lead_id, ())
            if stays and stays[-1].left_at is None:
                stays = (*stays[:-1], attrs.evolve(stays[-1], left_at=interval.entered_at))
            tables.undo.put(tables.stages, lead_id, (*stays, interval))

    def put_histories(self, histories: Sequence[StageHistory]) -> None:
        """Replace whole histories."""
        self._tables.touch(history.lead_id for history in histories)
        for history in histories:
            if history.intervals:
                self._tables.undo.put(self._tables.stages, history.lead_id, tuple(history.intervals))
            else:
                self._tables.undo.drop(self._tables.stages, history.lead_id)

    def put_assignments(self, assignments: Sequence[Assignment]) -> None:
        """Insert or replace assignments."""
        tables = self._tables
        for one in map(rows.of_assignment, assignments):
            old = tables.assignments.get(one.id)
            tables.touch([one.lead_id] if old is None else [one.lead_id, old.lead_id])
            if old is None:
                tables.undo.put(tables.assignment_positions, one.id, len(tables.assignments))
            elif old.lead_id != one.lead_id:
                tables.undo.drop(tables.assignments_of[old.lead_id], one.id)
            tables.undo.put(tables.assignments, one.id, one)
            tables.undo.put(tables.assignments_of.setdefault(one.lead_id, {}), one.id, None)

    def append(self, events: Iterable[Event]) -> None:
        """Append to the journal."""
        tables = self._tables
        for event in events:
            tables.touch([event.lead_id])
            if event.at.tzinfo is None:
                moment_text(event.at)  # refuses it, as every store does
            place = len(tables.journal)
            tables.undo.extend(tables.journal, [rows.of_event(event, place + 1)])
            tables.undo.extend(tables.journal_of.setdefault(event.lead_id, []), [place])

    def redirect(self, old_ids: Sequence[str], new_ids: Sequence[str]) -> None:
        """Let old ids stand for new ones."""
        tables = self._tables
        ends = self.resolve(new_ids)
        if any(old == new for old, new in zip(old_ids, ends, strict=True)):
            raise StateError("A lead id cannot stand for itself: the merge would go round in a circle.")
        before = {old: tables.redirects.get(old) for old in old_ids}
        for old, new in zip(old_ids, new_ids, strict=True):
            self._unlink(old)
            tables.undo.put(tables.redirects, old, new)
            tables.undo.put(tables.redirected_to.setdefault(new, {}), old, None)
        try:
            self.resolve(old_ids)
        except StateError:
            for old, former in before.items():
                self._unlink(old)
                if former is not None:
                    tables.undo.put(tables.redirects, old, former)
                    tables.undo.put(tables.redirected_to.setdefault(former, {}), old, None)
            raise

    def restore(self, lead_ids: Sequence[str]) -> None:
        """Let former ids stand for themselves again."""
        for lead_id in lead_ids:
            self._unlink(lead_id)

    def put_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Insert or replace verdicts."""
        for verdict in verdicts:
            self._tables.undo.put(self._tables.verdicts, (verdict.first, verdict.second), verdict)

    def add_consents(self, consents: Sequence[Consent]) -> None:
        """Add to the consent ledger."""
        tables = self._tables
        for entry in consents:
            if entry.key not in tables.consents:
                tables.undo.put(tables.consents, entry.key, (len(tables.consents), entry))
                tables.undo.put(tables.consents_of.setdefault(entry.address, {}), entry.key, None)

    def enqueue(self, messages: Sequence[Message]) -> None:
        """Put messages into the outbox."""
        tables = self._tables
        for message in messages:
            if message.key not in tables.outbox:
                tables.undo.put(tables.pending, message.key, len(tables.outbox))
                tables.undo.put(tables.outbox, message.key, message)

    def mark_delivered(self, keys: Sequence[str], at: dt.datetime) -> None:  # noqa: ARG002  # nobody asks memory when
        """Take messages out of the pending ones."""
        for key in keys:
            self._tables.undo.drop(self._tables.pending, key)

    def put_document(self, name: str, value: Json) -> None:
        """Insert, replace or remove a document."""
        if value is None:
            self._tables.undo.drop(self._tables.documents, name)
        else:
            self._tables.undo.put(self._tables.documents, name, dump(value))

    def put_secret(self, secret: bytes) -> None:
        """Take over the secret of another store."""
        tables, former = self._tables, self._tables.secret
        tables.undo.note(lambda: setattr(tables, "secret", former))
        tables.secret = secret

    def erase(self, lead_ids: Sequence[str], alias: Callable[[str], str]) -> None:
        """Remove personal data of leads."""
        self._tables.touch(lead_ids)
        erasure.erase(self._tables, lead_ids, alias)

    def add_tombstones(self, digests: Sequence[str], lead_id: str, at: dt.datetime) -> None:  # noqa: ARG002  # see above
        """Remember digests of an erased person."""
        for digest in digests:
            if digest not in self._tables.tombstones:
                self._tables.undo.put(self._tables.tombstones, digest, lead_id)

    def lift_tombstones(self, digests: Sequence[str]) -> None:
        """Forget digests of an erased person."""
        for digest in digests:
            self._tables.undo.drop(self._tables.tombstones, digest)

    def _origins(self, record_ids: Sequence[str]) -> dict[str, Origin]:
        batch = self._tables.records.get(record_ids)
        return {
            record_id: Origin(
                record_id=record_id,
                source="" if source is None else str(source),
                observed_at=from_seconds(observed),
            )
            for record_id, source, observed in zip(
                batch.ids, batch.sources.to_list(), batch.observed_at.tolist(), strict=True
            )
        }

    def _move_activity(self, key: str, lead_id: str) -> None:
        tables = self._tables
        position, first, activity = tables.activities[key]
        tables.touch([activity.lead_id, lead_id])
        tables.undo.drop(tables.activities_of[activity.lead_id], key)
        moved = Activity(
            lead_id=lead_id,
            kind=activity.kind,
            at=activity.at,
            key=key,
            attributes=activity.attributes,
        )
        tables.undo.put(tables.activities, key, (position, first, moved))
        tables.undo.put(tables.activities_of.setdefault(lead_id, {}), key, None)

    def _unlink(self, old: str) -> None:
        tables = self._tables
        if old in tables.redirects:
            tables.undo.drop(tables.redirected_to[tables.redirects[old]], old)
            tables.undo.drop(tables.redirects, old)

    def _end(self, lead_id: str) -> str:
        seen = {lead_id}
        while lead_id in self._tables.redirects:
            lead_id = self._tables.redirects[lead_id]
            if lead_id in seen:
                raise StateError("Lead ids stand for each other in a circle: undo one of the merges.")
            seen.add(lead_id)
        return lead_id


def _already_kept() -> StoreError:
    return StoreError(
        "A record of the batch is already kept: leave out the ids that `known_records` returns."
    )
