"""An assignment: who is accountable for a lead, who is informed, until when it must be accepted, and why."""

import datetime as dt
import enum

import attrs

__all__ = ["Assignment", "AssignmentState", "Informed", "Pause", "RejectedCandidate"]


class AssignmentState(enum.Enum):
    """Where a hand-over stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    FOLLOWED_UP = "followed_up"
    CLOSED = "closed"


@attrs.frozen(kw_only=True)
class Informed:
    """Somebody who is told, but not accountable.

    Attributes:
        id: a person's or team's id.
        reason: why they are told.
    """

    id: str
    reason: str


@attrs.frozen(kw_only=True)
class RejectedCandidate:
    """Somebody who could have been chosen and was not.

    Attributes:
        id: the person's id.
        reason: why not, such as ``"capacity 30/30"``.
    """

    id: str
    reason: str


@attrs.frozen(kw_only=True)
class Pause:
    """A time during which the clock of an assignment stands still.

    Attributes:
        start: aware.
        end: aware; None while it lasts.
        reason: why.
        actor: who decided.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> Pause(start=at, reason="the customer is away").span(at + dt.timedelta(days=1))[1].day
        2
    """

    start: dt.datetime
    end: dt.datetime | None = None
    reason: str = ""
    actor: str = "leadflow"

    def span(self, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """Return start and end; a pause that lasts ends now.

        Args:
            now: aware.

        Example:
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> Pause(start=at, end=at).span(at) == (at, at)
            True
        """
        return self.start, max(self.start, now) if self.end is None else self.end


@attrs.frozen(kw_only=True)
class Assignment:
    """Exactly one accountable owner for a lead.

    Attributes:
        id: stable; derived from the lead and the moment of the offer.
        lead_id: the lead.
        owner: the accountable person's id, or the fallback's.
        team: the team through which the owner was found.
        informed: who else is told, and why.
        offered_at: aware.
        deadline: aware; accept before it, or once accepted follow up before it. None when the policy sets no limit.
        accepted_at: aware; None before the acceptance.
        closed_at: aware; None while somebody has the lead.
        state: where the hand-over stands.
        reasons: why this owner, in order.
        rejected: who was considered and not chosen, and why.
        step: how many escalation steps were taken since the offer, or since the acceptance.
        pauses: when the clock stood still, oldest first; at most the last one lasts.
        definition: the version of the policy.
        routable: False when only the stated fallback was left.
    """

    id: str
    lead_id: str
    owner: str
    team: str = ""
    informed: tuple[Informed, ...] = ()
    offered_at: dt.datetime
    deadline: dt.datetime | None = None
    accepted_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    state: AssignmentState = AssignmentState.OFFERED
    reasons: tuple[str, ...] = ()
    rejected: tuple[RejectedCandidate, ...] = ()
    step: int = 0
    pauses: tuple[Pause, ...] = ()
    definition: str = ""
    routable: bool = True

    @property
    def paused(self) -> Pause | None:
        """The pause that lasts, or None while the clock runs.

        Example:
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> Assignment(id="a", lead_id="L1", owner="sato", offered_at=at).paused is None
            True
        """
        return next((one for one in self.pauses if one.end is None), None)

    def explain(self) -> str:
        """Return the decision as text: who, who else, until when, why, and why nobody else.

        Example:
            >>> at = dt.datetime(2026, 4, 1, 9, tzinfo=dt.timezone.utc)
            >>> print(Assignment(id="a", lead_id="L1", owner="sato", offered_at=at, reasons=("area: Kanto",),
            ...     rejected=(RejectedCandidate(id="tanaka", reason="capacity 30/30"),)).explain())
            L1 -> sato
              because area: Kanto
              not tanaka: capacity 30/30
        """
        lines = [f"{self.lead_id} -> {self.owner}"]
        if self.deadline is not None:
            lines[0] += f", to be accepted by {self.deadline.isoformat()}"
        lines += [f"  because {reason}" for reason in self.reasons]
        lines += [f"  informed {party.id}: {party.reason}" for party in self.informed]
        lines += [f"  not {candidate.id}: {candidate.reason}" for candidate in self.rejected]
        return "\n".join(lines)
