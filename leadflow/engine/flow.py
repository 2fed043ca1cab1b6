"""LeadFlow: carries a lead through everything, over ports."""

import datetime as dt
from collections.abc import Callable, Mapping

import attrs
import numpy as np

from leadflow.capture import Form, ImportedLeads
from leadflow.conditions import Condition
from leadflow.engine.captures import LiveIndex, capture_one
from leadflow.engine.decisions import Decision
from leadflow.engine.evaluation import Rules, View, evaluate, reached, read_view, ready_stages
from leadflow.engine.handover import (
    accept_by_activity,
    accept_offer,
    climb,
    decline_offer,
    follow_up_lead,
    open_assignment,
)
from leadflow.engine.joining import join_leads
from leadflow.engine.linking import add_consents_of, derive_leads, link_population, store_activities
from leadflow.engine.pasts import Past
from leadflow.engine.reviews import ReviewPair, pairs_to_review
from leadflow.engine.runs import RunReport
from leadflow.engine.stories import Story, tell
from leadflow.engine.unmerging import unmerge_record
from leadflow.errors import InputError
from leadflow.funnel import Funnel
from leadflow.matching import Matcher
from leadflow.merging import MergeStrategy
from leadflow.ports import LeadStore, StoreSession
from leadflow.records import ActivityLog, Assignment, Event, EventKind, LeadBatch, StateBatch
from leadflow.records.events import Json
from leadflow.routing import RoutingPolicy, Teams
from leadflow.routing.ladders import DueStep
from leadflow.scoring import ScoringModel

__all__ = ["LeadFlow"]

_DECIDED = "decided_until"
"""The document that says for which moment a run decided last."""


@attrs.frozen(kw_only=True, eq=False)
class LeadFlow:
    """The whole journey over one store: from a list or a form to an accountable person.

    Attributes:
        store: where everything is kept.
        matcher: how records are compared.
        merge: which value survives.
        scoring: points and grades.
        funnel: stages and automatic transitions.
        routing: who gets whom; None hands nobody over.
        teams: the sales organisation.
        hand_over: which leads get an owner; those on the success path after the entry by default.
        accepted_by: kinds of activity with which a salesperson takes on an offered lead, such as ``"appointment"``.
        forms: web forms by name.
        version: the version of the rules, written into the journal.
        seed: of the samples with which the matcher is fitted.

    Example:
        >>> import leadflow as lf
        >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
        >>> imported = lf.read_leads([{"氏名": "佐藤 太郎", "会社名": "㈱日立製作所", "メール": "taro@example.co.jp"}], source="展示会")
        >>> flow.ingest(imported, now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).new_leads
        1
    """

    store: LeadStore
    matcher: Matcher = attrs.field(factory=Matcher.for_leads)
    merge: MergeStrategy = attrs.field(factory=MergeStrategy.standard)
    scoring: ScoringModel = attrs.field(factory=ScoringModel.standard)
    funnel: Funnel = attrs.field(factory=Funnel.standard)
    routing: RoutingPolicy | None = None
    teams: Teams = attrs.field(factory=lambda: Teams(teams=(), people=()))
    hand_over: Condition = attrs.Factory(lambda self: ready_stages(self.funnel), takes_self=True)
    accepted_by: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()
    version: str = "standard"
    seed: int = 0
    _live: LiveIndex = attrs.field(init=False, factory=LiveIndex, repr=False)

    @property
    def rules(self) -> Rules:
        """What decides about a lead that is already identified."""
        return Rules(
            scoring=self.scoring,
            funnel=self.funnel,
            routing=self.routing,
            teams=self.teams,
            hand_over=self.hand_over,
            version=self.version,
        )

    def ingest(
        self,
        *imports: ImportedLeads,
        now: dt.datetime,
        activities: ActivityLog | None = None,
        actor: str = "leadflow",
        since: dt.datetime | None = None,
        progress: Callable[[str, int, int | None], None] | None = None,
    ) -> RunReport:
        """Take lists and activities into the store and carry every lead on. Doing it again changes nothing.

        Args:
            imports: what ``read_leads`` returned.
            now: aware; the moment for which everything is decided. The time of a store never runs backwards: after
                a run for a later moment it is that one.
            activities: what people did; each is found by lead id, record id, external id or e-mail address.
            actor: who imports, for the journal.
            since: aware; stages and hand-overs are decided for the end of every day (UTC) from then on, as if the
                rules had been at work, instead of for ``now`` alone. Only what was known on the day counts, except
                who is whom. Days for which a run decided already are over.
            progress: hears the step, how much of it is done, and of how much.

        Returns:
            What changed.

        Raises:
            InputError: a moment has no time zone.

        Example:
            >>> import leadflow as lf
            >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
            >>> flow.ingest(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).changed
            False
        """
        _check_moments(now, since)
        with self.store.session() as session:
            new = _unknown(session, [imported.batch for imported in imports])
            report = self._take_in(session, new, now=now, actor=actor)
            added = store_activities(session, activities)
            _note_imports(session, imports, now)
            regraded = stages = assigned = unroutable = 0
            view = read_view(session)
            moments = _moments(since, now, _decided(session, view.states), replay=bool(len(new) or added))
            past = None if len(moments) == 1 else Past.of(session, view, moments, self.merge)
            for number, moment in enumerate(moments, start=1):
                known = view if past is None else past.at(view, number - 1)
                done = evaluate(session, self.rules, known, now=moment)
                view = view.moved_to(done.after)
                if since is not None:
                    steps = self._tick(session, view, moment)
                    moved = dict.fromkeys(step.assignment.lead_id for step in steps)
                    view = view.moved_to(session.states(list(moved))) if moved else view
                if progress is not None:
                    progress("deciding day by day", number, len(moments))
                regraded += done.regraded
                stages += len(done.changes)
                assigned += len(done.assignments)
                unroutable += done.unroutable
            session.put_document(_DECIDED, moments[-1].astimezone(dt.UTC).isoformat())
            counts = session.counts()
        return attrs.evolve(
            report,
            rows_read=sum(len(imported.batch) for imported in imports),
            rows_rejected=sum(len(imported.rejects) for imported in imports),
            new_activities=added,
            regraded=regraded,
            stage_changes=stages,
            assigned=assigned,
            unroutable=unroutable,
            leads=counts["leads"],
            records=counts["records"],
        )

    def capture(self, payload: Mapping[str, Json], *, now: dt.datetime, actor: str = "leadflow") -> Decision:
        """Take one form submission and answer who it is, how hot, and whose.

        Args:
            payload: the submitted names and values; ``form`` names the form.
            now: aware; when it was submitted.
            actor: who captures, for the journal.

        Returns:
            The decision with its reasons. The same submission again gives the same lead and changes nothing.

        Raises:
            InputError: the payload identifies nobody.

        Example:
            >>> import leadflow as lf
            >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
            >>> decision = flow.capture({"form": "contact", "email": "taro@example.co.jp"}, now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> decision.is_new, decision.stage
            (True, 'Lead')
        """
        _check_moments(now, None)
        name = str(payload.get("form", ""))
        form = next((form for form in self.forms if form.name == name), Form(name))
        captured = form.read({key: value for key, value in payload.items() if key != "form"}, at=now)
        with self.store.session() as session:
            return capture_one(
                session,
                captured,
                self._live,
                matcher=self.matcher,
                strategy=self.merge,
                rules=self.rules,
                seed=self.seed,
                now=now,
                actor=actor,
            )

    def accept(self, assignment_id: str, *, actor: str, now: dt.datetime) -> Assignment:
        """Let the owner take on a lead that was offered.

        Args:
            assignment_id: of the offer.
            actor: the owner's id.
            now: aware.

        Raises:
            NotFoundError: there is no such assignment.
            StateError: it is not on offer, or the actor is not its owner.
        """
        _check_moments(now, None)
        with self.store.session() as session:
            return accept_offer(session, assignment_id, actor=actor, now=now)

    def decline(self, assignment_id: str, *, actor: str, now: dt.datetime, reason: str) -> Assignment:
        """Let the owner decline a lead, and offer it to somebody else.

        Args:
            assignment_id: of the offer.
            actor: the owner's id.
            now: aware.
            reason: why; not empty.

        Returns:
            The new assignment.

        Raises:
            NotFoundError: there is no such assignment.
            StateError: it is not on offer, the actor is not its owner, or no reason is given.
        """
        _check_moments(now, None)
        with self.store.session() as session:
            lead_id = open_assignment(session, assignment_id).lead_id
            view = read_view(session, [lead_id])
            return decline_offer(
                session, self.rules, view, assignment_id, actor=actor, now=now, reason=reason
            )

    def follow_up(self, assignment_id: str, *, actor: str, now: dt.datetime, outcome: str) -> Assignment:
        """Record what came of a hand-over.

        Args:
            assignment_id: of an accepted offer.
            actor: the owner's id.
            now: aware.
            outcome: such as ``"appointment"``.

        Raises:
            NotFoundError: there is no such assignment.
            StateError: it was not accepted, or the actor is not its owner.
        """
        _check_moments(now, None)
        with self.store.session() as session:
            return follow_up_lead(session, assignment_id, actor=actor, now=now, outcome=outcome)

    def tick(self, *, now: dt.datetime) -> tuple[DueStep, ...]:
        """Let time pass: take every step of the ladder that is due, each once.

        Args:
            now: aware.

        Returns:
            The steps that were taken: reminders, superiors told, leads offered to somebody else.

        Example:
            >>> import leadflow as lf
            >>> lf.LeadFlow(store=lf.open_store("memory://")).tick(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            ()
        """
        _check_moments(now, None)
        with self.store.session() as session:
            return self._tick(session, read_view(session), now)

    def unmerge(self, lead_id: str, record_id: str, *, actor: str, reason: str, now: dt.datetime) -> str:
        """Take a record out of a lead again, for ever, and derive both leads anew.

        Args:
            lead_id: present or former id of the lead that the record is linked to.
            record_id: the record.
            actor: who decides.
            reason: why.
            now: aware.

        Returns:
            The lead id of the record from now on.

        Raises:
            NotFoundError: there is no such lead, or it does not have this record.
            StateError: the record is the lead's only one.
        """
        _check_moments(now, None)
        with self.store.session() as session:
            return unmerge_record(
                session,
                lead_id,
                record_id,
                strategy=self.merge,
                rules=self.rules,
                actor=actor,
                reason=reason,
                now=now,
            )

    def review(self) -> tuple[ReviewPair, ...]:
        """Return the pairs of records that a person should look at, as of the latest ingest.

        Returns:
            At most a thousand pairs, those that a person has judged left out.

        Example:
            >>> import leadflow as lf
            >>> lf.LeadFlow(store=lf.open_store("memory://")).review()
            ()
        """
        with self.store.snapshot() as reader:
            return pairs_to_review(reader)

    def why(self, lead_id: str) -> Story:
        """Tell a lead's whole story: where each value came from, what happened, when, and why.

        Args:
            lead_id: present or former lead id.

        Raises:
            NotFoundError: there is no such lead.

        Example:
            >>> import leadflow as lf
            >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
            >>> decision = flow.capture({"form": "contact", "email": "taro@example.co.jp"}, now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> [event.kind.value for event in flow.why(decision.lead_id).events]
            ['captured', 'scored', 'stage_entered']
        """
        with self.store.snapshot() as reader:
            return tell(reader, lead_id)

    def _tick(self, session: StoreSession, view: View, now: dt.datetime) -> tuple[DueStep, ...]:
        if self.accepted_by:
            accept_by_activity(session, view.activities, self.accepted_by, now=now)
        return climb(session, self.rules, view, now=now)

    def _take_in(self, session: StoreSession, new: LeadBatch, *, now: dt.datetime, actor: str) -> RunReport:
        if not len(new):
            return RunReport(now=now)
        linked = link_population(
            session, new, matcher=self.matcher, verdicts=session.verdicts(), seed=self.seed
        )
        known = len(linked.batch) - len(new)
        of_new = linked.identities.lead_ids[known:]
        before = set(session.leads().ids)
        session.add_records(new, of_new)
        events = join_leads(session, linked.identities.merged, self.funnel, now=now, definition=self.version)
        moved = [
            row
            for row, lead_id in enumerate(linked.identities.lead_ids[:known])
            if lead_id in linked.identities.touched
        ]
        session.link(
            [linked.batch.ids[row] for row in moved], [linked.identities.lead_ids[row] for row in moved]
        )
        changed = derive_leads(
            session, linked.batch, linked.identities.lead_ids, linked.identities.touched, self.merge
        )
        add_consents_of(session, new, now)
        version = session.document("matcher_version")
        session.put_document("matcher_version", (version if isinstance(version, int) else 0) + 1)
        session.put_document("review", linked.review)
        session.put_document("matcher", dict(linked.model))  # type: ignore[arg-type]  # a model is plain data
        session.append([*_captured(new, of_new, now, actor, self.version), *events])
        return RunReport(
            now=now,
            new_records=len(new),
            new_leads=len(set(linked.identities.touched) - before),
            merged_leads=len(linked.identities.merged),
            changed_leads=changed,
            review_pairs=len(pairs_to_review(session)),
        )


def _unknown(session: StoreSession, batches: list[LeadBatch]) -> LeadBatch:
    """Return the rows that the store does not have, each once."""
    batch = LeadBatch.concatenate(batches)
    known = session.known_records(batch.ids)
    first = {record_id: row for row, record_id in reversed(list(enumerate(batch.ids)))}
    rows = [
        row for row, record_id in enumerate(batch.ids) if record_id not in known and first[record_id] == row
    ]
    return batch if len(rows) == len(batch) else batch.take(np.array(rows, np.intp))


def _captured(
    batch: LeadBatch, lead_ids: tuple[str, ...], now: dt.datetime, actor: str, version: str
) -> list[Event]:
    return [
        Event(
            kind=EventKind.CAPTURED,
            lead_id=lead_id,
            at=now,
            actor=actor,
            definition=version,
            detail={"record_id": record_id, "source": "" if source is None else str(source)},
        )
        for record_id, lead_id, source in zip(batch.ids, lead_ids, batch.sources.to_list(), strict=True)
    ]


def _note_imports(session: StoreSession, imports: tuple[ImportedLeads, ...], now: dt.datetime) -> None:
    """Keep the account of every reading, once per content, for the reports on data quality."""
    noted = session.document("imports")
    known = dict(noted) if isinstance(noted, dict) else {}
    for imported in imports:
        key = (
            imported.report.content_hash
            or f"{imported.report.source}:{imported.report.read}:{imported.report.accepted}"
        )
        if key not in known:
            account: Json = {**imported.report.to_dict(), "at": now.isoformat()}  # type: ignore[dict-item]  # plain data
            known[key] = account
    if imports:
        session.put_document("imports", known)


def _decided(session: StoreSession, states: StateBatch) -> dt.datetime | None:
    """Return the latest moment for which something was decided."""
    noted = session.document(_DECIDED)
    entered = reached(states)
    if not isinstance(noted, str):
        return entered
    return max(dt.datetime.fromisoformat(noted), entered or dt.datetime.fromtimestamp(0, dt.UTC))


def _moments(
    since: dt.datetime | None, now: dt.datetime, decided: dt.datetime | None, *, replay: bool
) -> list[dt.datetime]:
    """Return the moments for which is decided, ascending; the time of a store never runs backwards."""
    last = now if decided is None else max(now, decided)
    if since is None or not replay:
        return [last]
    days = (since + dt.timedelta(days=day) for day in range(1, (now - since).days + 1))
    return [*(day for day in days if day < last and (decided is None or day > decided)), last]


def _check_moments(now: dt.datetime, since: dt.datetime | None) -> None:
    for name, moment in (("now", now), ("since", since)):
        if moment is not None and moment.tzinfo is None:
            raise InputError(f"`{name}` must have a time zone: pass an aware datetime.")
