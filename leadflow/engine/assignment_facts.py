"""Hand-overs as the journal tells them: every term of an assignment, event by event."""

import datetime as dt
from collections.abc import Collection, Mapping
from itertools import zip_longest

import attrs

from leadflow.engine.evaluation import LIVE
from leadflow.merging import anonymous_assignment
from leadflow.records import Assignment, AssignmentState, Event, EventKind, Informed, Pause, RejectedCandidate
from leadflow.records.events import Json

__all__ = ["HAD_IT_TOO", "AssignmentLedger"]

HAD_IT_TOO = "had the lead too before it turned out to be the same"
"""Why somebody is informed whose lead turned out to be that of somebody else."""


@attrs.define(kw_only=True, eq=False)
class AssignmentLedger:
    """Where every hand-over stands after the events so far.

    Attributes:
        assignments: by id, in the order of the offers.
        owners: lead id to who has or had the lead last; a lead that is handed over again goes to them first.
        told_by: assignment id to the leads in whose entries it is.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> from leadflow.routing.handovers import accept, offered
        >>> offer = Assignment(id="A", lead_id="L1", owner="sato", team="kanto", offered_at=at)
        >>> taken, accepted = accept(offer, actor="sato", now=at)
        >>> ledger = AssignmentLedger()
        >>> for event in (offered(offer), accepted):
        ...     ledger.take(event)
        >>> ledger.assignments["A"] == taken
        True
    """

    assignments: dict[str, Assignment] = attrs.field(factory=dict)
    owners: dict[str, str] = attrs.field(factory=dict)
    told_by: dict[str, set[str]] = attrs.field(factory=dict)

    def take(self, event: Event) -> None:
        """Let one event happen; events that are about no hand-over change nothing.

        Args:
            event: the next one of the journal.
        """
        if "assignment_id" in event.detail:
            self.told_by.setdefault(str(event.detail["assignment_id"]), set()).add(event.lead_id)
        match event.kind:
            case EventKind.ASSIGNED | EventKind.UNROUTABLE:
                offer = _offer(event)
                self.assignments[offer.id] = offer
                self.owners[offer.lead_id] = offer.owner
            case EventKind.MERGED:
                self._merge(event.lead_id, str(event.detail["into"]))
            case _ if "assignment_id" in event.detail:
                one = _after(self.assignments[str(event.detail["assignment_id"])], event)
                self.assignments[one.id] = one
                if "kept" in event.detail:
                    self._keep(str(event.detail["kept"]), one.owner)
            case _:
                pass

    def erase(self, lead_ids: Collection[str]) -> None:
        """Leave out every sentence of hand-overs that leads have, or had for a while.

        Args:
            lead_ids: of a person who was erased.
        """
        for one in self.assignments.values():
            if one.lead_id in lead_ids or not self.told_by[one.id].isdisjoint(lead_ids):
                self.assignments[one.id] = anonymous_assignment(one)

    def _merge(self, lead_id: str, into: str) -> None:
        self.owners.pop(lead_id, None)
        for one in self.assignments.values():
            if one.lead_id == lead_id:
                self.assignments[one.id] = attrs.evolve(one, lead_id=into)
                if one.state in LIVE:  # when both had an owner, the entry on the one that ended follows
                    self.owners[into] = one.owner

    def _keep(self, kept_id: str, owner: str) -> None:
        kept = self.assignments[kept_id]
        self.owners[kept.lead_id] = kept.owner
        if owner == kept.owner:
            return
        informed = {party.id: party for party in kept.informed}
        informed[owner] = Informed(id=owner, reason=HAD_IT_TOO)
        self.assignments[kept_id] = attrs.evolve(kept, informed=tuple(informed.values()))


def _offer(event: Event) -> Assignment:
    detail = event.detail
    told = zip_longest(_texts(detail, "informed"), _texts(detail, "informed_why"), fillvalue="")
    return Assignment(
        id=str(detail["assignment_id"]),
        lead_id=event.lead_id,
        owner=str(detail["owner"]),
        team=str(detail.get("team") or ""),  # earlier versions did not note it
        informed=tuple(Informed(id=name, reason=why) for name, why in told),
        offered_at=event.at,
        deadline=_moment(detail, "deadline"),
        reasons=tuple(_texts(detail, "reasons")),
        rejected=tuple(
            RejectedCandidate(id=name, reason=why)
            for name, why in zip(_texts(detail, "rejected"), _texts(detail, "rejected_why"), strict=True)
        ),
        definition=event.definition,
        routable=event.kind is EventKind.ASSIGNED,
    )


def _after(one: Assignment, event: Event) -> Assignment:
    """Return an assignment after an event of its own, as ``leadflow.routing.handovers`` changed it."""
    match event.kind:
        case EventKind.ACCEPTED:
            until = _moment(event.detail, "deadline")
            awake = attrs.evolve(_ended(one, event.at), deadline=until, step=0)
            return attrs.evolve(awake, state=AssignmentState.ACCEPTED, accepted_at=event.at)
        case EventKind.DECLINED:
            return attrs.evolve(one, state=AssignmentState.DECLINED)
        case EventKind.EXPIRED:
            if "kept" in event.detail:
                return attrs.evolve(one, state=AssignmentState.CLOSED, closed_at=event.at)
            return attrs.evolve(one, state=AssignmentState.EXPIRED)
        case EventKind.FOLLOWED_UP:
            return attrs.evolve(one, state=AssignmentState.FOLLOWED_UP, deadline=None)
        case EventKind.CLOSED:
            awake = attrs.evolve(_ended(one, event.at), deadline=None)
            return attrs.evolve(awake, state=AssignmentState.CLOSED, closed_at=event.at)
        case _:
            return _on_the_clock(one, event)


def _on_the_clock(one: Assignment, event: Event) -> Assignment:
    """Return an assignment after an event that leaves its state as it is."""
    match event.kind:
        case EventKind.PAUSED:
            pause = Pause(start=event.at, reason=event.reason, actor=event.actor)
            return attrs.evolve(one, pauses=(*one.pauses, pause))
        case EventKind.RESUMED:
            return attrs.evolve(_ended(one, event.at), deadline=_moment(event.detail, "deadline"))
        case EventKind.RESCHEDULED:
            return attrs.evolve(one, deadline=_moment(event.detail, "deadline"))
        case EventKind.REMINDED | EventKind.ESCALATED:
            return attrs.evolve(one, step=int(str(event.detail["step"])) + 1)
        case _:
            return one


def _ended(one: Assignment, at: dt.datetime) -> Assignment:
    if one.paused is None:
        return one
    return attrs.evolve(one, pauses=(*one.pauses[:-1], attrs.evolve(one.pauses[-1], end=at)))


def _moment(detail: Mapping[str, Json], name: str) -> dt.datetime | None:
    text = detail.get(name)
    return dt.datetime.fromisoformat(text) if isinstance(text, str) else None


def _texts(detail: Mapping[str, Json], name: str) -> list[str]:
    members = detail.get(name)
    return [str(member) for member in members] if isinstance(members, list) else []
