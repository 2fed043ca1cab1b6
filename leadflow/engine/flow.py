"""LeadFlow: carries a lead through everything, over ports."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from functools import partial

import attrs

from leadflow.capture import Form, ImportedLeads
from leadflow.conditions import Condition
from leadflow.engine import delivery, handover, moves
from leadflow.engine.account_matching import AccountMatcher
from leadflow.engine.captures import LiveIndex, capture_one, lay_out_calendars
from leadflow.engine.decisions import Decision
from leadflow.engine.escalation import climb, reschedule
from leadflow.engine.evaluation import LIVE, Rules, View, living_states, read_view, ready_stages
from leadflow.engine.forgetting import forget_lead
from leadflow.engine.ingesting import ingest_lists
from leadflow.engine.intake import check_moments
from leadflow.engine.judging import judge
from leadflow.engine.reviews import ReviewPair, pairs_to_review
from leadflow.engine.runs import RunReport
from leadflow.engine.staleness import find_stale, mark_stale
from leadflow.engine.stories import Story, tell
from leadflow.engine.ticks import StaleLead, Tick
from leadflow.engine.unmerging import unmerge_records
from leadflow.funnel import Funnel
from leadflow.matching import Matcher
from leadflow.merging import MergeStrategy
from leadflow.ports import LeadStore, Notifier, StoreSession
from leadflow.records import ActivityLog, Assignment, StageHistory, VerdictKind
from leadflow.records.events import Json
from leadflow.routing import Digest, RoutingPolicy, Teams, digests
from leadflow.scoring import ScoringModel

__all__ = ["LeadFlow"]


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
    _accounts: AccountMatcher = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: AccountMatcher.of(self.teams.accounts), takes_self=True),
        repr=False,
    )

    @property
    def rules(self) -> Rules:
        """What decides about a lead that is already identified."""
        return Rules(
            scoring=self.scoring,
            funnel=self.funnel,
            routing=self.routing,
            teams=self.teams,
            accounts=self._accounts,
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
        readmit: Collection[str] = (),
        far_ahead: bool = False,
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
            readmit: record ids out of an earlier report's ``withheld``: rows of people who were erased and who have
                since given their data again.
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known.
            progress: hears the step, how much of it is done, and of how much.

        Returns:
            What changed. Rows of people who were erased are held back and told in ``withheld``.

        Raises:
            InputError: a moment has no time zone, or ``now`` is far ahead of everything that is known.

        Example:
            >>> import leadflow as lf
            >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
            >>> flow.ingest(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).changed
            False
        """
        check_moments(now, since)
        with self.store.session() as session:
            return ingest_lists(
                session,
                imports,
                activities,
                matcher=self.matcher,
                strategy=self.merge,
                rules=self.rules,
                seed=self.seed,
                now=now,
                actor=actor,
                since=since,
                readmit=frozenset(readmit),
                far_ahead=far_ahead,
                tick=self._tick,
                progress=progress,
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
            StateError: this very submission was erased.

        Example:
            >>> import leadflow as lf
            >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
            >>> decision = flow.capture({"form": "contact", "email": "taro@example.co.jp"}, now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> decision.is_new, decision.stage
            (True, 'Lead')
        """
        check_moments(now, None)
        name = str(payload.get("form", ""))
        form = next((form for form in self.forms if form.name == name), Form(name))
        captured = form.read({key: value for key, value in payload.items() if key != "form"}, at=now)
        decide = partial(
            capture_one,
            captured=captured,
            live=self._live,
            strategy=self.merge,
            rules=self.rules,
            now=now,
            actor=actor,
        )
        with self.store.session() as session:
            if self._live.is_current(session):
                return decide(session)
        self.warm_up(now=now)  # outside a session, so that no other writer waits for it
        with self.store.session() as session:
            self._live.warm_up(session, self.matcher, self.seed, None)
            return decide(session)

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
        check_moments(now, None)
        with self.store.session() as session:
            return handover.accept_offer(session, self.rules, assignment_id, actor=actor, now=now)

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
        check_moments(now, None)
        with self.store.session() as session:
            view = read_view(session, [handover.open_assignment(session, assignment_id).lead_id])
            return handover.decline_offer(
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
        check_moments(now, None)
        with self.store.session() as session:
            return handover.follow_up_lead(session, assignment_id, actor=actor, now=now, outcome=outcome)

    def close(self, assignment_id: str, *, actor: str, now: dt.datetime, outcome: str) -> Assignment:
        """Close a hand-over: nobody has to act on it any more, and its owner has room for another lead.

        A lead that enters a final stage or a detour closes its hand-over by itself. It is handed over again when it
        enters a stage for which leads get an owner, to the same person first.

        Args:
            assignment_id: of a hand-over that is not over.
            actor: who closes it.
            now: aware.
            outcome: what became of the lead; not empty.

        Raises:
            NotFoundError: there is no such assignment.
            StateError: it is over already, or no outcome is given.
        """
        check_moments(now, None)
        with self.store.session() as session:
            return handover.close_assignment(session, assignment_id, actor=actor, now=now, outcome=outcome)

    def pause(self, assignment_id: str, reason: str, *, actor: str, now: dt.datetime) -> Assignment:
        """Stop the clock of a hand-over: no reminder, no escalation, no stale stage until it is resumed or accepted.

        Args:
            assignment_id: of a hand-over that is not over.
            reason: why, for the journal; not empty.
            actor: who stops it.
            now: aware.

        Raises:
            NotFoundError: there is no such assignment.
            StateError: its clock stands still already, it is over, or no reason is given.
        """
        check_moments(now, None)
        with self.store.session() as session:
            return handover.pause_assignment(session, assignment_id, actor=actor, now=now, reason=reason)

    def resume(self, assignment_id: str, reason: str = "", *, actor: str, now: dt.datetime) -> Assignment:
        """Let the clock of a hand-over run again; its deadline moves by the time for which it stood still.

        Args:
            assignment_id: whose clock.
            reason: why; that of the pause when empty.
            actor: who lets it run.
            now: aware.

        Raises:
            NotFoundError: there is no such assignment.
            StateError: its clock does not stand still.
        """
        check_moments(now, None)
        with self.store.session() as session:
            return handover.resume_assignment(
                session, self.rules, assignment_id, actor=actor, now=now, reason=reason
            )

    def advance(
        self,
        lead_id: str,
        to: str,
        *,
        actor: str,
        reason: str,
        now: dt.datetime,
        role: str | None = None,
        evidence: Mapping[str, str] | None = None,
    ) -> StageHistory:
        """Let a person take a lead to a stage, and decide what follows from it.

        Args:
            lead_id: present or former lead id.
            to: the stage.
            actor: who.
            reason: why.
            now: aware.
            role: as what; that of the person in the organisation by default.
            evidence: what the transition requires, such as ``{"lost_reason": "price"}``.

        Raises:
            NotFoundError: there is no such lead.
            TransitionError: the funnel does not allow it; the message says what it does.
            UnknownNameError: the funnel has no such stage.

        Example:
            >>> import leadflow as lf
            >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> lead_id = flow.capture({"form": "contact", "email": "taro@example.co.jp"}, now=at).lead_id
            >>> flow.advance(lead_id, "MQL", actor="sato", reason="asked for a quote", now=at).current
            'MQL'
        """
        check_moments(now, None)
        with self.store.session() as session:
            return moves.advance_lead(
                session,
                self.rules,
                lead_id,
                to,
                actor=actor,
                role=role,
                reason=reason,
                evidence=evidence or {},
                now=now,
            )

    def adopt(self, lead_id: str, stage: str, *, actor: str, reason: str, now: dt.datetime) -> StageHistory:
        """Take over where another system says that a lead is: forward or to a detour, never backwards.

        Args:
            lead_id: present or former lead id.
            stage: what the other system says.
            actor: which system.
            reason: why it is believed.
            now: aware.

        Raises:
            NotFoundError: there is no such lead.
            TransitionError: the moment lies before the last change.
            UnknownNameError: the funnel has no such stage.
        """
        check_moments(now, None)
        with self.store.session() as session:
            return moves.adopt_stage(session, self.rules, lead_id, stage, actor=actor, reason=reason, now=now)

    def tick(self, *, now: dt.datetime) -> Tick:
        """Let time pass: deadlines, escalations, stale stages. Doing it again changes nothing.

        Args:
            now: aware.

        Returns:
            The steps that were taken (reminders, superiors told, leads offered to somebody else), the deadlines that
            moved because a calendar has changed, and the leads that have become stale.

        Example:
            >>> import leadflow as lf
            >>> lf.LeadFlow(store=lf.open_store("memory://")).tick(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).changed
            False
        """
        check_moments(now, None)
        with self.store.session() as session:
            return self._tick(session, read_view(session), now)

    def stale(self, *, now: dt.datetime) -> tuple[StaleLead, ...]:
        """Return every lead that is in a stage for longer than its limit, the longest overdue first.

        Args:
            now: aware.

        Example:
            >>> import leadflow as lf
            >>> lf.LeadFlow(store=lf.open_store("memory://")).stale(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            ()
        """
        check_moments(now, None)
        with self.store.snapshot() as reader:
            return find_stale(reader, self.rules, living_states(reader), now=now)

    def digests(self, *, now: dt.datetime) -> tuple[Digest, ...]:
        """Put a digest of untouched leads into the outbox for every owner and everybody above, once a week.

        Args:
            now: aware; the calendar week is that of its time zone.

        Returns:
            The digests, also of those who had theirs this week.

        Example:
            >>> import leadflow as lf
            >>> lf.LeadFlow(store=lf.open_store("memory://")).digests(now=dt.datetime(2026, 4, 6, tzinfo=dt.UTC))
            ()
        """
        check_moments(now, None)
        with self.store.session() as session:
            found = digests(session.assignments(states=LIVE), self.teams, now=now)
            session.enqueue([one.message() for one in found])
        return tuple(found)

    def deliver(self, notifier: Notifier, *, now: dt.datetime, limit: int | None = None) -> delivery.Delivery:
        """Hand the messages of the outbox to a notifier; what it refuses stays for the next time.

        Args:
            notifier: where to, such as ``leadflow.adapters.smtp.SmtpNotifier``.
            now: aware.
            limit: at most so many.

        Example:
            >>> import leadflow as lf
            >>> from leadflow.adapters.notifiers import MemoryNotifier
            >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
            >>> flow.deliver(MemoryNotifier(), now=dt.datetime(2026, 4, 6, tzinfo=dt.UTC)).complete
            True
        """
        check_moments(now, None)
        return delivery.deliver(self.store, notifier, now=now, limit=limit)

    def unmerge(self, lead_id: str, *record_ids: str, actor: str, reason: str, now: dt.datetime) -> str:
        """Take records out of a lead again, for ever, and derive both leads anew.

        Args:
            lead_id: present or former id of the lead that the records are linked to.
            record_ids: one record or several, which together become one lead.
            actor: who decides.
            reason: why.
            now: aware.

        Returns:
            The lead id of the records from now on.

        Raises:
            NotFoundError: there is no such lead, or it does not have one of the records.
            StateError: they are all records of the lead.
        """
        check_moments(now, None)
        with self.store.session() as session:
            return unmerge_records(
                session,
                lead_id,
                record_ids,
                strategy=self.merge,
                rules=self.rules,
                actor=actor,
                reason=reason,
                now=now,
            )

    def review(self) -> tuple[ReviewPair, ...]:
        """Return the pairs of records that a person should look at, as of the latest ingest; ``decide`` settles them.

        Returns:
            At most a thousand pairs, those that a person has judged left out.

        Example:
            >>> import leadflow as lf
            >>> lf.LeadFlow(store=lf.open_store("memory://")).review()
            ()
        """
        with self.store.snapshot() as reader:
            return pairs_to_review(reader)

    def decide(
        self, *record_ids: str, verdict: VerdictKind, actor: str, reason: str, now: dt.datetime
    ) -> tuple[str, ...]:
        """Enter a person's verdict on records; it takes effect now and holds for ever.

        ``SAME`` makes the records one lead, ``DISTINCT`` keeps every two of them apart in later runs. A later verdict
        on the same records replaces an earlier one.

        Args:
            record_ids: two records or more, such as those of a pair of ``review``.
            verdict: what they are to each other.
            actor: who decides.
            reason: why.
            now: aware.

        Returns:
            The lead id of each record from now on.

        Raises:
            NotFoundError: there is no such record.
            StateError: they are one lead already and shall be distinct, which ``unmerge`` does; or other records of
                their leads were held apart by a person.
        """
        check_moments(now, None)
        with self.store.session() as session:
            return judge(
                session,
                record_ids,
                verdict,
                strategy=self.merge,
                rules=self.rules,
                actor=actor,
                reason=reason,
                now=now,
            )

    def forget(self, lead_id: str, *, reason: str, actor: str, now: dt.datetime) -> None:
        """Erase a person everywhere in the store, and keep an anonymous tombstone; this cannot be undone.

        Their hand-over is closed and nothing is decided about them any more. A list that brings them back has those
        rows held back (``RunReport.withheld``), and so are activities that name them. A form that they submit
        themselves is taken in as a new lead, with a warning in the decision, and what they had withdrawn holds again.

        Args:
            lead_id: present or former lead id.
            reason: why, in one sentence that names nobody; it stays in the journal.
            actor: who decided.
            now: aware.

        Raises:
            NotFoundError: there is no such lead.
            StateError: it was erased before.
        """
        check_moments(now, None)
        with self.store.session() as session:
            gone = forget_lead(session, lead_id, actor=actor, reason=reason, now=now)
        self._live.drop(gone)

    def warm_up(
        self,
        *,
        now: dt.datetime | None = None,
        progress: Callable[[str, int, int | None], None] | None = None,
    ) -> None:
        """Build the index that ``capture`` asks, before the first submission comes; seconds for a large store.

        Without it the first ``capture`` does it, and again the first one after an ingest.

        Args:
            now: aware; the calendars are laid out from then on, so that the first hand-over need not wait for it.
            progress: hears the step, how much of it is done, and of how much.

        Example:
            >>> import leadflow as lf
            >>> lf.LeadFlow(store=lf.open_store("memory://")).warm_up()
        """
        if now is not None:
            check_moments(now, None)
            lay_out_calendars(self.rules, now)
        with self.store.snapshot() as reader:
            self._live.warm_up(reader, self.matcher, self.seed, progress)

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

    def _tick(self, session: StoreSession, view: View, now: dt.datetime) -> Tick:
        if self.accepted_by:
            handover.accept_by_activity(session, view.activities, self.accepted_by, now=now)
        rescheduled = reschedule(session, self.rules, now=now)
        steps = climb(session, self.rules, view, now=now)
        stale = mark_stale(session, self.rules, view, now=now)
        return Tick(now=now, steps=steps, rescheduled=rescheduled, stale=stale)
