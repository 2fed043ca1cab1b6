"""What people and clocks do to the leads of a store: accept, decline, advance, let time pass, deliver."""

import datetime as dt
from collections.abc import Mapping

import attrs

from leadflow.engine import delivery, handover, moves
from leadflow.engine.escalation import climb, reschedule
from leadflow.engine.evaluation import LIVE, View, living_states, read_view
from leadflow.engine.flow_setting import FlowSetting
from leadflow.engine.intake import check_distance, check_lead, check_moments, decided
from leadflow.engine.staleness import find_stale, mark_stale
from leadflow.engine.ticks import StaleLead, Tick
from leadflow.ports import Notifier, StoreSession
from leadflow.records import Assignment, StageHistory
from leadflow.routing import Digest, digests

__all__ = ["HandOverFlow"]


@attrs.frozen(kw_only=True, eq=False)
class HandOverFlow(FlowSetting):
    """Hand-overs and stages over one store; ``LeadFlow`` adds how leads come in and who is whom."""

    def accept(
        self, assignment_id: str, *, actor: str, now: dt.datetime, far_ahead: bool = False
    ) -> Assignment:
        """Let the owner take on a lead that was offered.

        Args:
            assignment_id: of the offer.
            actor: the owner's id.
            now: aware.
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known of the lead.

        Raises:
            InputError: ``now`` is far ahead of everything that is known of the lead.
            NotFoundError: there is no such assignment.
            StateError: it is not on offer, or the actor is not its owner.
        """
        check_moments(now, None)
        with self.store.session() as session:
            if not far_ahead:
                _check_hand_over(session, assignment_id, now)
            return handover.accept_offer(session, self.rules, assignment_id, actor=actor, now=now)

    def decline(
        self, assignment_id: str, *, actor: str, now: dt.datetime, reason: str, far_ahead: bool = False
    ) -> Assignment:
        """Let the owner decline a lead, and offer it to somebody else.

        Args:
            assignment_id: of the offer.
            actor: the owner's id.
            now: aware.
            reason: why; not empty.
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known of the lead.

        Returns:
            The new assignment.

        Raises:
            InputError: ``now`` is far ahead of everything that is known of the lead.
            NotFoundError: there is no such assignment.
            StateError: it is not on offer, the actor is not its owner, or no reason is given.
        """
        check_moments(now, None)
        with self.store.session() as session:
            if not far_ahead:
                _check_hand_over(session, assignment_id, now)
            view = read_view(session, [handover.open_assignment(session, assignment_id).lead_id])
            return handover.decline_offer(
                session, self.rules, view, assignment_id, actor=actor, now=now, reason=reason
            )

    def follow_up(
        self, assignment_id: str, *, actor: str, now: dt.datetime, outcome: str, far_ahead: bool = False
    ) -> Assignment:
        """Record what came of a hand-over.

        Args:
            assignment_id: of an accepted offer.
            actor: the owner's id.
            now: aware.
            outcome: such as ``"appointment"``.
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known of the lead.

        Raises:
            InputError: ``now`` is far ahead of everything that is known of the lead.
            NotFoundError: there is no such assignment.
            StateError: it was not accepted, or the actor is not its owner.
        """
        check_moments(now, None)
        with self.store.session() as session:
            if not far_ahead:
                _check_hand_over(session, assignment_id, now)
            return handover.follow_up_lead(session, assignment_id, actor=actor, now=now, outcome=outcome)

    def close(
        self, assignment_id: str, *, actor: str, now: dt.datetime, outcome: str, far_ahead: bool = False
    ) -> Assignment:
        """Close a hand-over: nobody has to act on it any more, and its owner has room for another lead.

        A lead that enters a final stage or a detour closes its hand-over by itself. It is handed over again when it
        enters a stage for which leads get an owner, to the same person first.

        Args:
            assignment_id: of a hand-over that is not over.
            actor: who closes it.
            now: aware.
            outcome: what became of the lead; not empty.
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known of the lead.

        Raises:
            InputError: ``now`` is far ahead of everything that is known of the lead.
            NotFoundError: there is no such assignment.
            StateError: it is over already, or no outcome is given.
        """
        check_moments(now, None)
        with self.store.session() as session:
            if not far_ahead:
                _check_hand_over(session, assignment_id, now)
            return handover.close_assignment(session, assignment_id, actor=actor, now=now, outcome=outcome)

    def pause(
        self, assignment_id: str, reason: str, *, actor: str, now: dt.datetime, far_ahead: bool = False
    ) -> Assignment:
        """Stop the clock of a hand-over: no reminder, no escalation, no stale stage until it is resumed or accepted.

        Args:
            assignment_id: of a hand-over that is not over.
            reason: why, for the journal; not empty.
            actor: who stops it.
            now: aware.
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known of the lead.

        Raises:
            InputError: ``now`` is far ahead of everything that is known of the lead.
            NotFoundError: there is no such assignment.
            StateError: its clock stands still already, it is over, or no reason is given.
        """
        check_moments(now, None)
        with self.store.session() as session:
            if not far_ahead:
                _check_hand_over(session, assignment_id, now)
            return handover.pause_assignment(session, assignment_id, actor=actor, now=now, reason=reason)

    def resume(
        self, assignment_id: str, reason: str = "", *, actor: str, now: dt.datetime, far_ahead: bool = False
    ) -> Assignment:
        """Let the clock of a hand-over run again; its deadline moves by the time for which it stood still.

        Args:
            assignment_id: whose clock.
            reason: why; that of the pause when empty.
            actor: who lets it run.
            now: aware.
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known of the lead.

        Raises:
            InputError: ``now`` is far ahead of everything that is known of the lead.
            NotFoundError: there is no such assignment.
            StateError: its clock does not stand still.
        """
        check_moments(now, None)
        with self.store.session() as session:
            if not far_ahead:
                _check_hand_over(session, assignment_id, now)
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
        far_ahead: bool = False,
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
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known of the lead.

        Raises:
            InputError: ``now`` is far ahead of everything that is known of the lead.
            NotFoundError: there is no such lead.
            StateError: its person was erased.
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
            if not far_ahead:
                check_lead(session, lead_id, now)
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

    def adopt(
        self,
        lead_id: str,
        stage: str,
        *,
        actor: str,
        reason: str,
        now: dt.datetime,
        far_ahead: bool = False,
    ) -> StageHistory:
        """Take over where another system says that a lead is: forward or to a detour, never backwards.

        Args:
            lead_id: present or former lead id.
            stage: what the other system says.
            actor: which system.
            reason: why it is believed.
            now: aware.
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known of the lead.

        Raises:
            InputError: ``now`` is far ahead of everything that is known of the lead.
            NotFoundError: there is no such lead.
            StateError: its person was erased.
            TransitionError: the moment lies before the last change.
            UnknownNameError: the funnel has no such stage.
        """
        check_moments(now, None)
        with self.store.session() as session:
            if not far_ahead:
                check_lead(session, lead_id, now)
            return moves.adopt_stage(session, self.rules, lead_id, stage, actor=actor, reason=reason, now=now)

    def tick(self, *, now: dt.datetime, far_ahead: bool = False) -> Tick:
        """Let time pass: deadlines, escalations, stale stages. Doing it again changes nothing.

        Args:
            now: aware.
            far_ahead: confirms that ``now`` is more than 400 days after everything that is known.

        Returns:
            The steps that were taken (reminders, superiors told, leads offered to somebody else), the deadlines that
            moved because a calendar has changed, and the leads that have become stale.

        Raises:
            InputError: ``now`` is far ahead of everything that is known.

        Example:
            >>> import leadflow as lf
            >>> lf.LeadFlow(store=lf.open_store("memory://")).tick(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).changed
            False
        """
        check_moments(now, None)
        with self.store.session() as session:
            view = read_view(session)
            if not far_ahead:
                check_distance(now, decided(session, view.states))
            return self._tick(session, view, now)

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

    def _tick(self, session: StoreSession, view: View, now: dt.datetime) -> Tick:
        if self.accepted_by:
            handover.accept_by_activity(session, view.activities, self.accepted_by, now=now)
        rescheduled = reschedule(session, self.rules, now=now)
        steps = climb(session, self.rules, view, now=now)
        stale = mark_stale(session, self.rules, view, now=now)
        return Tick(now=now, steps=steps, rescheduled=rescheduled, stale=stale)


def _check_hand_over(session: StoreSession, assignment_id: str, now: dt.datetime) -> None:
    """Refuse a moment that is much later than everything that is known of the lead of a hand-over."""
    check_lead(session, handover.open_assignment(session, assignment_id).lead_id, now)
