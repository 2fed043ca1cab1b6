"""LeadFlow: carries a lead through everything, over ports."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from functools import partial

import attrs

from leadflow.accelerate import collecting_rarely
from leadflow.capture import Form, ImportedLeads
from leadflow.engine.captures import capture_one, lay_out_calendars
from leadflow.engine.decisions import Decision
from leadflow.engine.forgetting import forget_lead
from leadflow.engine.hand_over_flow import HandOverFlow
from leadflow.engine.ingesting import ingest_lists
from leadflow.engine.intake import check_lead, check_moments
from leadflow.engine.judging import judge
from leadflow.engine.permissions import note_consent, permission_for
from leadflow.engine.reviews import ReviewPair, pairs_to_review
from leadflow.engine.runs import RunReport
from leadflow.engine.stories import Story, tell
from leadflow.engine.unmerging import unmerge_records
from leadflow.errors import InputError
from leadflow.merging import Permission
from leadflow.records import ANY_PURPOSE, ActivityLog, Basis, Channel, Consent, ConsentState, VerdictKind
from leadflow.records.events import Json

__all__ = ["LeadFlow"]


@attrs.frozen(kw_only=True, eq=False)
class LeadFlow(HandOverFlow):
    """The whole journey over one store: from a list or a form to an accountable person.

    It takes in, tells who is whom and undoes; what happens to hand-overs and stages is in ``HandOverFlow``, and what it
    consists of in ``FlowSetting``.

    Example:
        >>> import leadflow as lf
        >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
        >>> imported = lf.read_leads([{"氏名": "佐藤 太郎", "会社名": "㈱日立製作所", "メール": "taro@example.co.jp"}], source="展示会")
        >>> flow.ingest(imported, now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).new_leads
        1
    """

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
            InputError: something is not what ``read_leads`` returned, activities are no log, a moment has no time zone, or
                ``now`` is far ahead of everything that is known.

        Example:
            >>> import leadflow as lf
            >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
            >>> flow.ingest(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).changed
            False
        """
        check_moments(now, since)
        for given in imports:
            if not isinstance(given, ImportedLeads):
                raise InputError(
                    f"`ingest` takes what `read_leads` returned, got {type(given).__name__}: read the list first."
                )
        if activities is not None and not isinstance(activities, ActivityLog):
            raise InputError(
                f"`ingest` takes activities as an ActivityLog, got {type(activities).__name__}: make one with "
                "`read_activities` or `ActivityLog.of`."
            )
        with collecting_rarely(), self.store.session() as session:
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

    def capture(
        self,
        payload: Mapping[str, Json],
        *,
        now: dt.datetime,
        actor: str = "leadflow",
        far_ahead: bool = False,
    ) -> Decision:
        """Take one form submission and answer who it is, how hot, and whose.

        Args:
            payload: the submitted names and values; ``form`` names the form.
            now: aware; when it was submitted.
            actor: who captures, for the journal.
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known.

        Returns:
            The decision with its reasons. The same submission again gives the same lead and changes nothing.

        Raises:
            InputError: the payload identifies nobody, or ``now`` is far ahead of everything that is known.
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
            far_ahead=far_ahead,
        )
        with self.store.session() as session:
            if self._live.is_current(session):
                return decide(session)
        self.warm_up(now=now)  # outside a session, so that no other writer waits for it
        with self.store.session() as session:
            self._live.warm_up(session, self.matcher, self.seed, None)
            return decide(session)

    def unmerge(
        self,
        lead_id: str,
        *record_ids: str,
        actor: str,
        reason: str,
        now: dt.datetime,
        far_ahead: bool = False,
    ) -> str:
        """Take records out of a lead again, for ever, and derive both leads anew.

        Args:
            lead_id: present or former id of the lead that the records are linked to.
            record_ids: one record or several, which together become one lead.
            actor: who decides.
            reason: why.
            now: aware.
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known of the lead.

        Returns:
            The lead id of the records from now on.

        Raises:
            InputError: ``now`` is far ahead of everything that is known of the lead.
            NotFoundError: there is no such lead, or it does not have one of the records.
            StateError: they are all records of the lead, or its person was erased.
        """
        check_moments(now, None)
        with self.store.session() as session:
            if not far_ahead:
                check_lead(session, lead_id, now)
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
        self,
        *record_ids: str,
        verdict: VerdictKind,
        actor: str,
        reason: str,
        now: dt.datetime,
        far_ahead: bool = False,
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
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known of the leads.

        Returns:
            The lead id of each record from now on.

        Raises:
            InputError: ``now`` is far ahead of everything that is known of the leads.
            NotFoundError: there is no such record.
            StateError: they are one lead already and shall be distinct, which ``unmerge`` does; other records of
                their leads were held apart by a person; or the person of one was erased.
        """
        check_moments(now, None)
        with self.store.session() as session:
            if not far_ahead:
                for lead_id in sorted(set(session.lead_of(record_ids).values())):
                    check_lead(session, lead_id, now)
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
            gone = forget_lead(session, lead_id, funnel=self.funnel, actor=actor, reason=reason, now=now)
        self._live.drop(gone)

    def warm_up(
        self,
        *,
        now: dt.datetime | None = None,
        progress: Callable[[str, int, int | None], None] | None = None,
    ) -> None:
        """Build the index that ``capture`` asks, before the first submission comes; seconds for a large store.

        Without it the first ``capture`` does it, and again the first one after an ingest. A process that captures for
        long and has warmed up may call ``gc.freeze()``, so that no full garbage collection walks through the index.

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

    def may_contact(
        self, lead_id: str, channel: Channel, purpose: str = ANY_PURPOSE, *, now: dt.datetime
    ) -> Permission:
        """Tell whether a lead may be contacted, and why; true or false in a condition.

        What was withdrawn for any address of any record that was merged into the lead, or of anybody who shares one, is
        forbidden. For many leads, make the ledger once: ``ConsentLedger.of(reader.consents())``.

        Args:
            lead_id: present or former lead id.
            channel: how.
            purpose: what for.
            now: aware; what was said after it does not count yet.

        Raises:
            NotFoundError: there is no such lead.
            InputError: ``now`` is not aware, or the channel is something else, such as its name.

        Example:
            >>> import leadflow as lf
            >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
            >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> decision = flow.capture({"form": "contact", "email": "taro@example.co.jp"}, now=now)
            >>> flow.may_contact(decision.lead_id, Channel.EMAIL, "newsletter", now=now).reason
            'no basis is known for email'
        """
        with self.store.snapshot() as reader:
            return permission_for(reader, lead_id, channel, purpose, now=now)

    def note_consent(
        self,
        lead_id: str,
        channel: Channel,
        state: ConsentState,
        *,
        now: dt.datetime,
        purpose: str = ANY_PURPOSE,
        basis: Basis = Basis.UNKNOWN,
        act: str = "",
        evidence: str = "",
        source: str = "",
        actor: str = "self",
    ) -> tuple[Consent, ...]:
        """Enter into the ledger and the journal what a person said: a consent, or a withdrawal for every address they had.

        Args:
            lead_id: present or former lead id.
            channel: how they may or may not be contacted.
            state: given or withdrawn.
            now: aware; when they said it.
            purpose: what for.
            basis: on what ground, of a consent.
            act: what they did, with the wording shown.
            evidence: where the proof is kept.
            source: the system that told it.
            actor: who enters it; ``"self"`` for the person, who alone can lift a withdrawal.

        Returns:
            The entries, one for each address.

        Raises:
            NotFoundError: there is no such lead.
            StateError: it has no address for the channel.
            InputError: ``now`` is not aware, or channel, state or basis is something else, such as its name.

        Example:
            >>> import leadflow as lf
            >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
            >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> decision = flow.capture({"form": "contact", "email": "taro@example.co.jp"}, now=now)
            >>> _ = flow.note_consent(decision.lead_id, Channel.EMAIL, ConsentState.GIVEN, now=now, basis=Basis.BUSINESS_CARD)
            >>> flow.may_contact(decision.lead_id, Channel.EMAIL, now=now).reason
            'given on 2026-04-01, basis: business card'
        """
        with self.store.session() as session:
            return note_consent(
                session,
                lead_id,
                channel,
                state,
                purpose=purpose,
                basis=basis,
                act=act,
                evidence=evidence,
                source=source,
                actor=actor,
                now=now,
            )

    def why(self, lead_id: str) -> Story:
        """Tell a lead's whole story: where each value came from, what happened, when, and why.

        Its text tells days and times in the zone of the routing's calendar; in Japan's without one.

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
        calendar = None if self.routing is None else self.routing.calendar
        zone = "Asia/Tokyo" if calendar is None else calendar.time_zone
        with self.store.snapshot() as reader:
            return tell(reader, lead_id, time_zone=zone)
