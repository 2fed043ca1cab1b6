"""One submission, decided at once: who it is, how hot, whose."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

import attrs

from leadflow.capture import Captured
from leadflow.engine.appraising import appraise, look_up
from leadflow.engine.decisions import Decision
from leadflow.engine.evaluation import Rules
from leadflow.engine.identity import new_lead_id
from leadflow.engine.intake import check_distance, decided
from leadflow.engine.linking import add_consents_in
from leadflow.errors import DefinitionError, InputError, StateError
from leadflow.matching import FittedMatcher, Matcher
from leadflow.matching.index import Index, Match
from leadflow.merging import MergeStrategy, merge_one, readmit, returning
from leadflow.ports import StoreReader, StoreSession
from leadflow.records import Event, EventKind, Lead, LeadBatch, SourceRecord, State

__all__ = ["LiveIndex", "capture_one", "lay_out_calendars"]

_LINK = 0.5
_NOWHERE = State()
"""Where a new lead stands."""
_FOLLOWED = frozenset({EventKind.CAPTURED, EventKind.ERASED})


@attrs.define(eq=False)
class LiveIndex:
    """An index over the store's records that follows the journal; other processes may write too.

    Attributes:
        index: the records; None before the first question.
        version: of the model that the store had when the index was built.
        sequence: the journal entry up to which the index follows.
        expected: records that this process captured, by id; the index takes them in when the journal has them, which
            it has not when their transaction failed.
        latest: the latest moment that the store knew when the index followed it last; None while it knew none.
        anybody_erased: whether somebody was erased from the store, who may come back.
    """

    index: Index | None = None
    version: object = None
    sequence: int = 0
    expected: dict[str, SourceRecord] = attrs.field(factory=dict)
    latest: dt.datetime | None = None
    anybody_erased: bool = False

    def is_current(self, reader: StoreReader) -> bool:
        """Tell whether the index is there and of the store's present model."""
        return self.index is not None and reader.document("matcher_version") == self.version

    def warm_up(
        self,
        reader: StoreReader,
        matcher: Matcher,
        seed: int,
        progress: Callable[[str, int, int | None], None] | None,
    ) -> None:
        """Build the index, unless it is there and of the store's present model; it takes seconds for a large store.

        Args:
            reader: the store; a snapshot will do, so that nobody waits.
            matcher: how records are compared, for a store without a fitted model.
            seed: of the fitting's samples.
            progress: hears the step, how much of it is done, and of how much.
        """
        if self.is_current(reader):
            return
        version = reader.document("matcher_version")
        sequence = reader.counts()["journal"]
        batch, _ = reader.records()
        if progress is not None:
            progress("building the index", 0, len(batch))
        model = reader.document("matcher")
        fitted = FittedMatcher.from_dict(model) if isinstance(model, dict) else matcher.fit(batch, seed=seed)
        self.index, self.version, self.sequence = fitted.index(batch), version, sequence
        self.latest = decided(reader, reader.states())
        self.anybody_erased = bool(reader.tombstones())
        if progress is not None:
            progress("building the index", len(batch), len(batch))

    def follow(self, session: StoreSession) -> None:
        """Take in what was captured and who was erased since the last time; the index must be warm."""
        assert self.index is not None, "warm"  # noqa: S101  # LeadFlow.capture sees to it
        for event in session.journal(after=self.sequence, kinds=_FOLLOWED):
            self.sequence = max(self.sequence, event.sequence)
            if event.kind is EventKind.ERASED:
                self.anybody_erased = True
                continue
            self._take(session, self.index, event)
            self.latest = max(event.at, self.latest or event.at)
        self.expected.clear()

    def ask(self, session: StoreSession, record: SourceRecord) -> tuple[tuple[Match, ...], Mapping[str, str]]:
        """Return the records that a new one resembles, best first, and the lead of each; the index must be warm."""
        assert self.index is not None, "warm"  # noqa: S101  # LeadFlow.capture sees to it
        found = self.index.query(record.values)
        lead_of = session.lead_of([match.record_id for match in found])
        self.drop([match.record_id for match in found if match.record_id not in lead_of])
        self.expected[record.id] = record
        return tuple(match for match in found if match.record_id in lead_of), lead_of

    def drop(self, record_ids: Iterable[str]) -> None:
        """Leave out records that were erased."""
        for record_id in record_ids:
            if self.index is not None and record_id in self.index:
                self.index.remove(record_id)

    def _take(self, session: StoreSession, index: Index, event: Event) -> None:
        record_id = str(event.detail["record_id"])
        if record_id in index:
            return
        if record_id in self.expected:
            index.add(record_id, self.expected[record_id].values)
            return
        (present,) = session.resolve([event.lead_id])
        records, _ = session.records([present])
        if record_id in records.ids:
            index.add(record_id, records.record(records.ids.index(record_id)).values)


def lay_out_calendars(rules: Rules, now: dt.datetime) -> None:
    """Lay out every calendar by which leads are handed over, which the first question does otherwise.

    Args:
        rules: with the policy and the teams.
        now: aware; its year and the next one are laid out.
    """
    if rules.routing is None:
        return
    for calendar in (*rules.teams.calendars.values(), rules.routing.calendar):
        with suppress(DefinitionError):  # one that never opens is told of when somebody is asked
            if calendar is not None:
                calendar.next_open(now)
                calendar.next_open(now + dt.timedelta(days=366))


def capture_one(
    session: StoreSession,
    captured: Captured,
    live: LiveIndex,
    *,
    strategy: MergeStrategy,
    rules: Rules,
    now: dt.datetime,
    actor: str,
    far_ahead: bool,
) -> Decision:
    """Take one submission into the store and decide about its lead.

    A submission that resembles several leads joins the one that it resembles most; the others are in the
    decision's matches, for a person to look at.

    Args:
        session: the store.
        captured: the submission as a form read it.
        live: the index to ask, warm.
        strategy: which value survives.
        rules: what decides about the lead.
        now: aware.
        actor: who captures.
        far_ahead: whether now may be much later than everything that is known.

    Raises:
        InputError: the submission identifies nobody, or ``now`` is far ahead of everything that is known.
        StateError: this very submission was erased.
    """
    record = captured.record
    known = session.lead_of([record.id])
    matches: tuple[Match, ...] = ()
    notices = [f"{name}: {reason}" for name, reason in captured.refused.items()]
    if record.id in known:
        lead_id, is_new = known[record.id], False
        lead = session.leads([lead_id]).lead(0)
    else:
        _check_usable(record)
        live.follow(session)
        if live.anybody_erased:
            notices += _welcome_back(session, LeadBatch.from_records([record]))
        matches, lead_of = live.ask(session, record)
        if not far_ahead:
            check_distance(now, live.latest)
        lead_id, is_new = _lead_for(record, matches, lead_of)
        lead = _take_in(session, captured, lead_id, strategy, is_new=is_new)
        session.append([_event(record, lead_id, now=now, actor=actor, definition=rules.version)])
        add_consents_in(session, record, lead_id, now, rules.version)
    before = _NOWHERE if is_new else session.state_of(lead_id)
    appraising = look_up if record.id in known else appraise
    done = appraising(session, rules, lead, before, session.activities_of(lead_id), now=now)
    return Decision(
        lead_id=lead_id,
        record_id=record.id,
        is_new=is_new,
        lead=done.lead,
        matches=matches,
        score=done.score,
        stage=done.stage,
        assignment=done.assignment,
        warnings=tuple(notices),
    )


def _check_usable(record: SourceRecord) -> None:
    values = record.values
    reachable = not values.keys().isdisjoint(("email", "phone", "phone_direct", "mobile"))
    named = not values.keys().isdisjoint(("full_name", "last_name")) and "company" in values
    if not (reachable or named):
        raise InputError(
            "The submission identifies nobody: an e-mail address, a phone number, or a name with a company is needed."
        )


def _welcome_back(session: StoreSession, batch: LeadBatch) -> list[str]:
    """Take up again who was erased and now writes by themselves; a replay of what was erased is refused."""
    if not returning(session, batch).any():
        return []
    if not returning(session, LeadBatch.of({}, ids=batch.ids)).any():
        readmit(session, batch)
        return ["the person was erased before and came back by their own act; nothing from before is known"]
    raise StateError(
        "This submission was erased at the request of its person, so it is not taken in again: drop it from the queue that sent it."
    )


def _lead_for(
    record: SourceRecord, matches: tuple[Match, ...], lead_of: Mapping[str, str]
) -> tuple[str, bool]:
    best = next((match for match in matches if match.probability >= _LINK and not match.related), None)
    return (new_lead_id(record.id), True) if best is None else (lead_of[best.record_id], False)


def _take_in(
    session: StoreSession,
    captured: Captured,
    lead_id: str,
    strategy: MergeStrategy,
    *,
    is_new: bool,
) -> Lead:
    """Keep the record and what follows from it, and return the golden lead."""
    record = captured.record
    known = () if is_new else session.records_of(lead_id)
    session.add_record(record, lead_id)
    golden = merge_one([*known, record], lead_id, strategy)
    session.put_lead(golden)
    session.add_activity(captured.activity)
    # Activities that still stand under a reference waited for somebody who has it.
    waiting = [str(record.values[name]) for name in ("email", "external_id") if name in record.values]
    session.relabel_activities(dict.fromkeys((captured.activity.lead_id, *waiting), lead_id))
    return Lead.of(lead_id, golden.values)


def _event(record: SourceRecord, lead_id: str, *, now: dt.datetime, actor: str, definition: str) -> Event:
    return Event(
        kind=EventKind.CAPTURED,
        lead_id=lead_id,
        at=now,
        actor=actor,
        definition=definition,
        detail={"record_id": record.id, "source": record.source},
    )
