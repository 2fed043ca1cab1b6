"""The outside world as leadflow sees it: stores, clocks, notifiers, sources and sinks, as Protocols.

A session of a store is one transaction. It speaks in columns and in whole populations, so that a list of
a hundred thousand rows takes no object per row, and of one lead also in objects, so that a single form
submission takes no column per cell; both mean the same. Ids are texts; the caller makes them. Where a method takes ``lead_ids=None``, None means every lead, and an empty sequence means none.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, Self, runtime_checkable

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
from leadflow.records.events import Json

__all__ = ["Clock", "LeadSink", "LeadSource", "LeadStore", "Notifier", "StoreReader", "StoreSession"]


@runtime_checkable
class StoreReader(Protocol):
    """Everything that can be asked of a store, as of one moment."""

    def known_records(self, record_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids that the store already keeps as source records."""
        ...

    def records(
        self, lead_ids: Sequence[str] | None = None, *, raw: bool = False
    ) -> tuple[LeadBatch, tuple[str, ...]]:
        """Return source records in the order in which they were added, and the lead id of each.

        Args:
            lead_ids: whose records; None for all.
            raw: whether the cells as they arrived come along.
        """
        ...

    def records_of(self, lead_id: str) -> tuple[SourceRecord, ...]:
        """Return the source records of one lead in the order in which they were added, without the cells as they arrived.

        They are objects, because the few records of a lead cost more as columns than they hold.
        """
        ...

    def lead_of(self, record_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the present lead id of each record id that the store knows."""
        ...

    def leads(self, lead_ids: Sequence[str] | None = None) -> LeadBatch:
        """Return golden leads, in the order in which they were first put; unknown ids are left out."""
        ...

    def provenance(self, lead_ids: Sequence[str] | None = None) -> Mapping[str, Mapping[str, Origin]]:
        """Return by lead id, for every field with a value, where it came from."""
        ...

    def activities(self, lead_ids: Sequence[str] | None = None) -> ActivityLog:
        """Return activities in the order in which they were added."""
        ...

    def activities_of(self, lead_id: str) -> tuple[Activity, ...]:
        """Return the activities of one lead as objects, as ``activities`` gives them."""
        ...

    def moved_activities(self) -> Mapping[str, str]:
        """Return by key, for activities that were moved, the lead id under which they were first added."""
        ...

    def states(self, lead_ids: Sequence[str] | None = None) -> StateBatch:
        """Return the present states; leads without one are left out."""
        ...

    def state_of(self, lead_id: str) -> State:
        """Return the present state of one lead, an empty one of a lead without."""
        ...

    def histories(self, lead_ids: Sequence[str] | None = None) -> Mapping[str, StageHistory]:
        """Return stage histories by lead id; leads without one are left out."""
        ...

    def assignments(
        self,
        lead_ids: Sequence[str] | None = None,
        *,
        ids: Sequence[str] | None = None,
        states: Collection[AssignmentState] | None = None,
        due_before: dt.datetime | None = None,
    ) -> tuple[Assignment, ...]:
        """Return assignments in the order in which they were first put; every condition must hold.

        Args:
            lead_ids: whose; None for all.
            ids: these assignments; None for all.
            states: in one of these states; None for all.
            due_before: with a deadline at or before this moment; None for all.
        """
        ...

    def journal(
        self,
        lead_id: str | None = None,
        *,
        after: int = 0,
        kinds: Collection[EventKind] | None = None,
        limit: int | None = None,
    ) -> Iterator[Event]:
        """Return journal entries by rising ``sequence``.

        Args:
            lead_id: of this lead; None for all.
            after: only entries with a greater ``sequence``.
            kinds: only these kinds; None for all.
            limit: at most so many.
        """
        ...

    def extract(self, wanted: Extract, lead_ids: Sequence[str] | None = None) -> Extracted:
        """Return whole columns of a table, for reports: no object is made for a row.

        Args:
            wanted: the columns and the rows.
            lead_ids: whose rows; None for all.
        """
        ...

    def writes(self) -> int:
        """Return how many sessions have changed what ``extract`` reads; the same number means the same content."""
        ...

    def touched(self, after: int, table: StoreTable | None = None) -> tuple[str, ...]:
        """Return the leads of which a later session changed what ``extract`` reads, sorted; perhaps some more.

        Args:
            after: what ``writes`` returned when it was read.
            table: only leads whose rows of this table are others now. A lead that only got further activities or
                journal entries is not among those of these two tables: such rows have greater positions than all rows
                that were there (``Extract.after``).
        """
        ...

    def resolve(self, lead_ids: Sequence[str]) -> tuple[str, ...]:
        """Return for each id the lead id that it stands for now, through any chain of merges.

        An id that was never merged stands for itself.
        """
        ...

    def redirects(self) -> Mapping[str, str]:
        """Return every former id and the id that it directly stands for, sorted."""
        ...

    def merged_into(self, lead_id: str) -> tuple[str, ...]:
        """Return every former id that resolves to this lead, sorted, without the lead's own."""
        ...

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return every verdict, sorted by pair."""
        ...

    def consents(self, addresses: Sequence[str] | None = None) -> tuple[Consent, ...]:
        """Return entries of the consent ledger, in the order in which they were added.

        Args:
            addresses: canonical addresses; None for all.
        """
        ...

    def pending(self, limit: int | None = None) -> tuple[Message, ...]:
        """Return messages that were not delivered yet, oldest first."""
        ...

    def delivered(self) -> tuple[str, ...]:
        """Return the keys of messages that were delivered or withdrawn, sorted."""
        ...

    def tombstones(self, digests: Sequence[str] | None = None) -> Mapping[str, str]:
        """Return the erased lead's id for each of the digests that belongs to an erased person; None asks for all."""
        ...

    def secret(self) -> bytes:
        """Return the store's own random key, made when the store was created; for keyed digests."""
        ...

    def document(self, name: str) -> Json:
        """Return a small document, such as the routing state; None when there is none."""
        ...

    def documents(self) -> tuple[str, ...]:
        """Return the names of the documents, sorted."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Return the number of rows by table.

        The tables are records, leads, activities, states, stages, assignments, journal, redirects,
        verdicts, consents, outbox, tombstones and documents.
        """
        ...


@runtime_checkable
class StoreSession(StoreReader, Protocol):
    """One transaction that writes. What it wrote is visible to its own reads."""

    def add_records(self, batch: LeadBatch, lead_ids: Sequence[str]) -> None:
        """Keep source records for ever, each under a lead.

        Args:
            batch: n records with their raw cells; missing and cleared cells stay apart.
            lead_ids: (n,) the lead of each.

        Raises:
            StoreError: a record id is already kept; nothing was added.
        """
        ...

    def add_record(self, record: SourceRecord, lead_id: str) -> None:
        """Keep one source record for ever, as ``add_records`` does.

        Raises:
            StoreError: its id is already kept.
        """
        ...

    def link(self, record_ids: Sequence[str], lead_ids: Sequence[str]) -> None:
        """Move records to other leads; the records themselves do not change.

        Raises:
            NotFoundError: a record id is not kept.
        """
        ...

    def put_leads(self, golden: GoldenBatch) -> None:
        """Insert or replace golden leads and their provenance, by ``golden.leads.ids``."""
        ...

    def put_lead(self, golden: Golden) -> None:
        """Insert or replace one golden lead and its provenance, as ``put_leads`` does."""
        ...

    def remove_leads(self, lead_ids: Sequence[str]) -> None:
        """Remove golden leads and their states; records, activities, histories and journal stay."""
        ...

    def add_activities(self, log: ActivityLog) -> int:
        """Add activities; one whose key is already kept is passed over.

        Returns:
            How many were new.
        """
        ...

    def add_activity(self, activity: Activity) -> bool:
        """Add one activity as ``add_activities`` does, and return whether it is new."""
        ...

    def relabel_activities(self, lead_of: Mapping[str, str]) -> None:
        """Move every activity of a lead to another: present lead id to new lead id."""
        ...

    def restore_activities(self, lead_of: Mapping[str, str], *, among: Sequence[str] | None = None) -> None:
        """Move activities by the id under which they were first added, to undo a merge.

        Args:
            lead_of: the id at first to the lead id that they get now.
            among: only activities that these leads have now; None for all.
        """
        ...

    def move_activities(self, lead_of: Mapping[str, str]) -> None:
        """Move activities by their key to another lead."""
        ...

    def put_states(self, states: StateBatch) -> None:
        """Insert or replace the present state of leads."""
        ...

    def put_state(self, lead_id: str, state: State) -> None:
        """Insert or replace the present state of one lead."""
        ...

    def enter_stages(self, lead_ids: Sequence[str], intervals: Sequence[StageInterval]) -> None:
        """Append stays: the open stay of each lead is closed at the new one's ``entered_at``.

        Args:
            lead_ids: (n,) whose; a lead may come several times, in order of time.
            intervals: (n,) the stays.
        """
        ...

    def put_histories(self, histories: Sequence[StageHistory]) -> None:
        """Replace whole histories, as after a merge; one without stays removes it."""
        ...

    def put_assignments(self, assignments: Sequence[Assignment]) -> None:
        """Insert assignments or replace them by id."""
        ...

    def append(self, events: Iterable[Event]) -> None:
        """Append to the journal in the order given; the store numbers the entries."""
        ...

    def redirect(self, old_ids: Sequence[str], new_ids: Sequence[str]) -> None:
        """Let old lead ids stand for new ones, for ever or until ``restore``.

        Raises:
            StateError: a chain would come back to itself.
        """
        ...

    def restore(self, lead_ids: Sequence[str]) -> None:
        """Let former ids stand for themselves again, as after an unmerge."""
        ...

    def put_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Insert verdicts or replace them by pair."""
        ...

    def add_consents(self, consents: Sequence[Consent]) -> None:
        """Add to the ledger; an entry whose key is already kept is passed over."""
        ...

    def enqueue(self, messages: Sequence[Message]) -> None:
        """Put messages into the outbox; one whose key was ever enqueued is passed over."""
        ...

    def mark_delivered(self, keys: Sequence[str], at: dt.datetime) -> None:
        """Take messages out of ``pending``; their keys stay known."""
        ...

    def put_document(self, name: str, value: Json) -> None:
        """Insert or replace a document; None removes it."""
        ...

    def put_secret(self, secret: bytes) -> None:
        """Take over the secret of another store, with whose tombstones and aliases this one goes on."""
        ...

    def erase(self, lead_ids: Sequence[str], alias: Callable[[str], str]) -> None:
        """Remove personal data of leads everywhere and keep anonymous rows, so that counts still reconcile.

        Records and the golden lead lose their values, activities and journal entries their attributes and
        free text; messages are emptied and no longer pending. Entries of the consent ledger move to the
        alias of their address, unless another lead has the address too.

        Args:
            lead_ids: whose.
            alias: turns a record id, an activity key or an address into an anonymous one.
        """
        ...

    def add_tombstones(self, digests: Sequence[str], lead_id: str, at: dt.datetime) -> None:
        """Remember keyed digests of an erased person, so that a re-import is noticed."""
        ...

    def lift_tombstones(self, digests: Sequence[str]) -> None:
        """Forget digests of an erased person who came back by their own act; unknown ones are passed over."""
        ...


@runtime_checkable
class LeadStore(Protocol):
    """Keeps everything, and gives it back exactly; proven by ``leadflow.testing.stores.check_store``."""

    def session(self) -> AbstractContextManager[StoreSession]:
        """Open one transaction that holds the store's write lock.

        It is committed at the end of the ``with`` block and rolled back when an exception leaves it; after that it
        refuses everything. A second session, in this or another process, waits.
        """
        ...

    def snapshot(self) -> AbstractContextManager[StoreReader]:
        """Open one consistent view without the write lock, for reports and look-ups."""
        ...

    def close(self) -> None:
        """Give back what the store holds, after the session that is open; a closed store refuses further sessions."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...


@runtime_checkable
class Clock(Protocol):
    """Tells the time, at the edge only."""

    def now(self) -> dt.datetime:
        """Return the present moment, aware."""
        ...


@runtime_checkable
class Notifier(Protocol):
    """Delivers messages of the outbox."""

    def send(self, message: Message) -> None:
        """Deliver one message, or raise; it may come again with the same key."""
        ...


@runtime_checkable
class LeadSource(Protocol):
    """Gives leads from elsewhere."""

    @property
    def name(self) -> str:
        """The source's name in source records, such as ``"Salesforce"``."""
        ...

    def read(self, since: dt.datetime | None = None) -> Iterable[LeadBatch]:
        """Return source records that changed since a moment, batch by batch."""
        ...


@runtime_checkable
class LeadSink(Protocol):
    """Takes leads elsewhere."""

    @property
    def name(self) -> str:
        """The receiver's name."""
        ...

    def write(self, leads: LeadBatch) -> None:
        """Hand leads over; writing the same again changes nothing."""
        ...
