"""One transaction on a database, as the ports describe it."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, cast

from sqlalchemy import Connection, func, select

from leadflow.adapters.sql import behaviour, columns, erasure, goldens, identities, ledgers, progress, sources
from leadflow.adapters.sql.changes import Changes
from leadflow.adapters.sql.statements import rows_of
from leadflow.adapters.sql.tables import TABLES
from leadflow.adapters.turns import Ended
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    AssignmentState,
    Consent,
    Event,
    EventBatch,
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
from leadflow.records.events import Json

__all__ = ["SqlSession"]


_COUNTS: Final = {name: select(func.count()).select_from(table) for name, table in TABLES.items()}


class SqlSession:
    """One transaction on a database; ``leadflow.ports.StoreSession`` says what each method promises."""

    def __init__(self, connection: Connection, fetch: columns.Fetch | None = None) -> None:
        """Speak to a database.

        Args:
            connection: in a transaction.
            fetch: a faster way to read whole columns; row by row without one.
        """
        self._connection = connection
        self._fetch = fetch
        self._changes = Changes(connection)
        self._erased = False

    def end(self) -> None:
        """Refuse everything from now on; the store does so at the end of the session."""
        self._connection = cast("Connection", Ended())
        self._changes = Changes(self._connection)

    @property
    def erased(self) -> bool:
        """Whether somebody was erased in this transaction."""
        return self._erased

    def known_records(self, record_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids that are kept."""
        return sources.known(self._connection, record_ids)

    def records(
        self, lead_ids: Sequence[str] | None = None, *, raw: bool = False
    ) -> tuple[LeadBatch, tuple[str, ...]]:
        """Return source records and the lead id of each."""
        return sources.by_lead(self._connection, lead_ids, raw=raw)

    def records_of(self, lead_id: str) -> tuple[SourceRecord, ...]:
        """Return the source records of one lead."""
        return sources.of_lead(self._connection, lead_id)

    def lead_of(self, record_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the lead of each known record."""
        return sources.lead_of(self._connection, record_ids)

    def leads(self, lead_ids: Sequence[str] | None = None) -> LeadBatch:
        """Return golden leads."""
        return goldens.by_id(self._connection, lead_ids)

    def provenance(self, lead_ids: Sequence[str] | None = None) -> Mapping[str, Mapping[str, Origin]]:
        """Return by lead and field where each value came from."""
        return goldens.origins(self._connection, lead_ids)

    def activities(self, lead_ids: Sequence[str] | None = None) -> ActivityLog:
        """Return activities."""
        return behaviour.by_lead(self._connection, lead_ids)

    def activities_of(self, lead_id: str) -> tuple[Activity, ...]:
        """Return the activities of one lead."""
        return tuple(self.activities([lead_id]))

    def moved_activities(self) -> Mapping[str, str]:
        """Return the first lead id of activities that were moved."""
        return behaviour.moved(self._connection)

    def states(self, lead_ids: Sequence[str] | None = None) -> StateBatch:
        """Return present states."""
        return progress.states_of(self._connection, lead_ids)

    def state_of(self, lead_id: str) -> State:
        """Return the present state of one lead."""
        return next(iter(self.states([lead_id])), State())

    def histories(self, lead_ids: Sequence[str] | None = None) -> Mapping[str, StageHistory]:
        """Return stage histories by lead."""
        return progress.histories_of(self._connection, lead_ids)

    def assignments(
        self,
        lead_ids: Sequence[str] | None = None,
        *,
        ids: Sequence[str] | None = None,
        states: Collection[AssignmentState] | None = None,
        due_before: dt.datetime | None = None,
    ) -> tuple[Assignment, ...]:
        """Return assignments that meet every condition."""
        return progress.assignments_of(self._connection, lead_ids, ids, states, due_before)

    def journal(
        self,
        lead_id: str | None = None,
        *,
        after: int = 0,
        kinds: Collection[EventKind] | None = None,
        limit: int | None = None,
    ) -> Iterator[Event]:
        """Return journal entries."""
        return ledgers.read(lambda: self._connection, lead_id, after, kinds, limit)

    def extract(self, wanted: Extract, lead_ids: Sequence[str] | None = None) -> Extracted:
        """Return whole columns of a table."""
        return columns.read(self._connection, wanted, lead_ids, self._fetch)

    def writes(self) -> int:
        """Return how many sessions have written."""
        self.flush()
        return self._changes.writes()

    def touched(self, after: int, table: StoreTable | None = None) -> tuple[str, ...]:
        """Return the leads that later sessions wrote."""
        self.flush()
        return self._changes.after(after, table)

    def flush(self) -> None:
        """Write down which leads this session has written; the store does so at the end of the session."""
        self._changes.flush()

    def resolve(self, lead_ids: Sequence[str]) -> tuple[str, ...]:
        """Return what each id stands for now."""
        return identities.resolve(self._connection, lead_ids)

    def redirects(self) -> Mapping[str, str]:
        """Return every former id and what it directly stands for."""
        return identities.redirects_of(self._connection)

    def merged_into(self, lead_id: str) -> tuple[str, ...]:
        """Return every former id of a lead."""
        return identities.merged_into(self._connection, lead_id)

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return every verdict."""
        return identities.verdicts_of(self._connection)

    def consents(self, addresses: Sequence[str] | None = None) -> tuple[Consent, ...]:
        """Return entries of the consent ledger."""
        return ledgers.consents_of(self._connection, addresses)

    def pending(self, limit: int | None = None) -> tuple[Message, ...]:
        """Return undelivered messages."""
        return ledgers.pending(self._connection, limit)

    def delivered(self) -> tuple[str, ...]:
        """Return the keys of delivered messages."""
        return ledgers.delivered(self._connection)

    def tombstones(self, digests: Sequence[str] | None = None) -> Mapping[str, str]:
        """Return the erased lead of each known digest."""
        return identities.tombstones_of(self._connection, digests)

    def secret(self) -> bytes:
        """Return the store's own key."""
        return identities.secret(self._connection)

    def document(self, name: str) -> Json:
        """Return a document or None."""
        return identities.document(self._connection, name)

    def documents(self) -> tuple[str, ...]:
        """Return the names of the documents."""
        return identities.document_names(self._connection)

    def counts(self) -> Mapping[str, int]:
        """Return the number of rows by table."""
        return {name: int(rows_of(self._connection, statement)[0][0]) for name, statement in _COUNTS.items()}

    def add_records(self, batch: LeadBatch, lead_ids: Sequence[str]) -> None:
        """Keep source records."""
        sources.add(self._connection, batch, lead_ids)
        self._changes.note(lead_ids, StoreTable.RECORDS)

    def add_record(self, record: SourceRecord, lead_id: str) -> None:
        """Keep one source record."""
        self.add_records(LeadBatch.from_records([record]), [lead_id])

    def link(self, record_ids: Sequence[str], lead_ids: Sequence[str]) -> None:
        """Move records to leads."""
        self._changes.note_records(record_ids)
        sources.link(self._connection, record_ids, lead_ids)
        self._changes.note(lead_ids, StoreTable.RECORDS)

    def put_leads(self, golden: GoldenBatch) -> None:
        """Insert or replace golden leads."""
        goldens.put(self._connection, golden)
        self._changes.note(golden.leads.ids, StoreTable.LEADS)

    def put_lead(self, golden: Golden) -> None:
        """Insert or replace one golden lead."""
        self.put_leads(golden.batch())

    def remove_leads(self, lead_ids: Sequence[str]) -> None:
        """Remove golden leads and their states."""
        goldens.remove(self._connection, lead_ids)
        self._changes.note(lead_ids, StoreTable.LEADS, StoreTable.STATES)

    def add_activities(self, log: ActivityLog) -> int:
        """Add activities whose keys are new."""
        added = behaviour.add(self._connection, log)
        if added:
            self._changes.note(map(str, log.lead_ids.values))
        return added

    def add_activity(self, activity: Activity) -> bool:
        """Add one activity whose key is new."""
        return self.add_activities(ActivityLog.of([activity])) == 1

    def relabel_activities(self, lead_of: Mapping[str, str]) -> None:
        """Move activities by their present lead."""
        moved = behaviour.relabel(self._connection, lead_of)
        self._changes.note([*moved, *moved.values()], StoreTable.ACTIVITIES)

    def restore_activities(self, lead_of: Mapping[str, str], *, among: Sequence[str] | None = None) -> None:
        """Move activities by the id under which they came."""
        self._changes.note_moved(list(lead_of))
        behaviour.restore(self._connection, lead_of, among)
        self._changes.note([*lead_of, *lead_of.values()], StoreTable.ACTIVITIES)

    def move_activities(self, lead_of: Mapping[str, str]) -> None:
        """Move activities by their key."""
        self._changes.note_activities(list(lead_of))
        behaviour.move(self._connection, lead_of)
        self._changes.note(lead_of.values(), StoreTable.ACTIVITIES)

    def put_states(self, states: StateBatch) -> None:
        """Insert or replace states."""
        progress.put_states(self._connection, states)
        self._changes.note(states.ids, StoreTable.STATES)

    def put_state(self, lead_id: str, state: State) -> None:
        """Insert or replace the state of one lead."""
        self.put_states(StateBatch.from_states((lead_id,), (state,)))

    def enter_stages(self, lead_ids: Sequence[str], intervals: Sequence[StageInterval]) -> None:
        """Append stays."""
        progress.enter_stages(self._connection, lead_ids, intervals)
        self._changes.note(lead_ids, StoreTable.STAGES)

    def put_histories(self, histories: Sequence[StageHistory]) -> None:
        """Replace whole histories."""
        progress.put_histories(self._connection, histories)
        self._changes.note((history.lead_id for history in histories), StoreTable.STAGES)

    def put_assignments(self, assignments: Sequence[Assignment]) -> None:
        """Insert or replace assignments."""
        self._changes.note_assignments([one.id for one in assignments])
        progress.put_assignments(self._connection, assignments)
        self._changes.note((one.lead_id for one in assignments), StoreTable.ASSIGNMENTS)

    def append(self, events: Iterable[Event]) -> None:
        """Append to the journal."""
        noted = events if isinstance(events, EventBatch) else list(events)
        ledgers.append(self._connection, noted)
        self._changes.note(
            noted.lead_ids if isinstance(noted, EventBatch) else (event.lead_id for event in noted)
        )

    def redirect(self, old_ids: Sequence[str], new_ids: Sequence[str]) -> None:
        """Let old ids stand for new ones."""
        identities.redirect(self._connection, old_ids, new_ids)

    def restore(self, lead_ids: Sequence[str]) -> None:
        """Let former ids stand for themselves again."""
        identities.restore(self._connection, lead_ids)

    def put_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Insert or replace verdicts."""
        identities.put_verdicts(self._connection, verdicts)

    def add_consents(self, consents: Sequence[Consent]) -> None:
        """Add to the consent ledger."""
        ledgers.add_consents(self._connection, consents)

    def enqueue(self, messages: Sequence[Message]) -> None:
        """Put messages into the outbox."""
        ledgers.enqueue(self._connection, messages)

    def mark_delivered(self, keys: Sequence[str], at: dt.datetime) -> None:
        """Take messages out of the pending ones."""
        ledgers.mark_delivered(self._connection, keys, at)

    def put_document(self, name: str, value: Json) -> None:
        """Insert, replace or remove a document."""
        identities.put_document(self._connection, name, value)

    def put_secret(self, secret: bytes) -> None:
        """Take over the secret of another store."""
        identities.put_secret(self._connection, secret)

    def erase(self, lead_ids: Sequence[str], alias: Callable[[str], str]) -> None:
        """Remove personal data of leads."""
        others = erasure.erase(self._connection, lead_ids, alias)
        self._changes.note(lead_ids, *StoreTable)
        self._changes.note(others, StoreTable.JOURNAL, StoreTable.ASSIGNMENTS)
        self._erased = True

    def add_tombstones(self, digests: Sequence[str], lead_id: str, at: dt.datetime) -> None:
        """Remember digests of an erased person."""
        identities.add_tombstones(self._connection, digests, lead_id, at)

    def lift_tombstones(self, digests: Sequence[str]) -> None:
        """Forget digests of an erased person."""
        identities.lift_tombstones(self._connection, digests)
