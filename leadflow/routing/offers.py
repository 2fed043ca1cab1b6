"""Many assignments at once: stored by what they share, made into objects when they are looked at."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import overload

import attrs

from leadflow.columns import Column
from leadflow.records.assignments import Assignment, Informed, RejectedCandidate
from leadflow.records.batches import to_seconds
from leadflow.routing.crews import (
    ACCOUNT_OWNER,
    EARLIER_OWNER,
    FALLBACK_NOBODY,
    FALLBACK_TURN,
    TURN,
    Gift,
    Gifts,
)
from leadflow.routing.plans import RoutePlan
from leadflow.routing.routes import Routes
from leadflow.routing.teams import Teams

__all__ = ["Offers", "make_assignment"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Offers(Sequence[Assignment]):
    """Assignments of a population, one per lead, in the order of its rows.

    Attributes:
        ids: (n,) lead ids.
        gifts: (n,) who got each lead, and how.
        routes: what the rules say.
        deadlines: target or person to the moment until which their offers must be accepted.
        teams: the organisation.
        now: when the offers are made; aware.
        fallback: who takes what nobody else can.
        definition: the version of the policy.
        attempt: how many people were excluded; offers of one moment differ by it.
    """

    ids: tuple[str, ...]
    gifts: Gifts
    routes: Routes
    deadlines: Mapping[str, dt.datetime | None]
    teams: Teams
    now: dt.datetime
    fallback: str
    definition: str = ""
    attempt: int = 0

    @property
    def owners(self) -> Column:
        """(n,) the accountable owner's id of every lead.

        Example:
            >>> from leadflow.conditions import Population
            >>> from leadflow.records import LeadBatch
            >>> from leadflow.routing import RoutingPolicy, RoutingState, by_area
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
            >>> people = Population(batch=LeadBatch.from_dicts([{}], ids=["L1"]), as_of=at)
            >>> offers, _ = policy.assign_batch(people, Teams(teams=[], people=[]), RoutingState(), now=at)
            >>> offers.owners.to_list()
            ['desk']
        """
        return Column.of(self.gifts.owners)

    @property
    def unroutable(self) -> tuple[int, ...]:
        """The rows for which only the stated fallback was left.

        Example:
            >>> from leadflow.conditions import Population
            >>> from leadflow.records import LeadBatch
            >>> from leadflow.routing import RoutingPolicy, RoutingState, by_area
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
            >>> people = Population(batch=LeadBatch.from_dicts([{}], ids=["L1"]), as_of=at)
            >>> offers, _ = policy.assign_batch(people, Teams(teams=[], people=[]), RoutingState(), now=at)
            >>> offers.unroutable
            (0,)
        """
        return tuple(row for row, how in enumerate(self.gifts.hows) if how >= FALLBACK_TURN)

    def to_dicts(self) -> list[dict[str, object]]:
        """Return one dict per lead: lead, owner, team, deadline, whether it was routable.

        Example:
            >>> from leadflow.conditions import Population
            >>> from leadflow.records import LeadBatch
            >>> from leadflow.routing import RoutingPolicy, RoutingState, by_area
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
            >>> people = Population(batch=LeadBatch.from_dicts([{}], ids=["L1"]), as_of=at)
            >>> offers, _ = policy.assign_batch(people, Teams(teams=[], people=[]), RoutingState(), now=at)
            >>> offers.to_dicts()
            [{'lead_id': 'L1', 'owner': 'desk', 'team': 'desk', 'deadline': None, 'routable': False}]
        """
        return [
            {
                "lead_id": one.lead_id,
                "owner": one.owner,
                "team": one.team,
                "deadline": one.deadline,
                "routable": one.routable,
            }
            for one in self
        ]

    @overload
    def __getitem__(self, row: int) -> Assignment: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Assignment]: ...
    def __getitem__(self, row: int | slice) -> Assignment | Sequence[Assignment]:
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(len(self)))]
        gift = self.gifts.gift(row)
        return make_assignment(
            self.ids[row],
            gift,
            self.routes.describe(row),
            deadline=self.deadlines.get(gift.owner),
            teams=self.teams,
            now=self.now,
            fallback=self.fallback,
            definition=self.definition,
            attempt=self.attempt,
        )

    def __iter__(self) -> Iterator[Assignment]:
        return (self[row] for row in range(len(self)))

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<Offers of {len(self)} leads>"


def make_assignment(
    lead_id: str,
    gift: Gift,
    plan: RoutePlan,
    *,
    deadline: dt.datetime | None,
    teams: Teams,
    now: dt.datetime,
    fallback: str,
    definition: str,
    attempt: int = 0,
) -> Assignment:
    """Return the assignment of a lead, with every reason.

    Args:
        lead_id: the lead.
        gift: who got it, and how.
        plan: what the rules say.
        deadline: until when it must be accepted.
        teams: the organisation.
        now: when it is offered.
        fallback: who takes what nobody else can.
        definition: the version of the policy.
        attempt: how many people were excluded; offers of one moment differ by it.

    Example:
        >>> from leadflow.routing.plans import Errand
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> one = make_assignment("L1", Gift(owner="desk", how=FALLBACK_NOBODY), RoutePlan(errand=Errand(), missing="no rule applies"),
        ...     deadline=None, teams=Teams(teams=[], people=[]), now=at, fallback="desk", definition="1")
        >>> one.owner, one.routable, one.reasons
        ('desk', False, ('unroutable: no rule applies', 'fallback desk'))
    """
    fell = gift.how >= FALLBACK_TURN
    informed = plan.informed
    if fell and plan.errand.target:
        told = Informed(
            id=teams.contact(plan.errand.target), reason=f"nobody of {plan.errand.target} could take the lead"
        )
        informed = (told, *informed)
    if plan.errand.owner and plan.errand.owner != gift.owner:
        informed = (
            Informed(id=plan.errand.owner, reason="owner of the account, who cannot take the lead now"),
            *informed,
        )
    rejected = gift.passed
    if gift.round is not None:
        rejected = (*rejected, *(gift.round.rejected_at(gift.turn) if gift.turn >= 0 else _stood_back(gift)))
    return Assignment(
        id=f"{lead_id}@{to_seconds(now)}" + (f".{attempt}" if attempt else ""),
        lead_id=lead_id,
        owner=gift.owner,
        team=fallback if fell else plan.errand.target,
        informed=tuple(party for party in informed if party.id != gift.owner),
        offered_at=now,
        deadline=deadline,
        reasons=(*plan.reasons, *_how(gift, plan, fallback)),
        rejected=tuple(candidate for candidate in rejected if candidate.id != gift.owner),
        definition=definition,
        routable=not fell,
    )


def _how(gift: Gift, plan: RoutePlan, fallback: str) -> tuple[str, ...]:
    match gift.how:
        case _ if gift.how == ACCOUNT_OWNER:
            return ("owner of the account",)
        case _ if gift.how == EARLIER_OWNER:
            return ("owner of the earlier lead",)
        case _ if gift.how == TURN:
            number = 0 if gift.round is None else len(gift.round.people)
            return (f"next in turn among {number} of {plan.errand.pool}",)
        case _:
            why = plan.missing or f"nobody of {plan.errand.pool} can take it"
            how = (
                f"next in turn of the fallback {fallback}"
                if gift.how != FALLBACK_NOBODY
                else f"fallback {fallback}"
            )
            return (f"unroutable: {why}", how)


def _stood_back(gift: Gift) -> tuple[RejectedCandidate, ...]:
    """Return who was not asked because somebody goes first, and who could not have taken the lead anyway."""
    if gift.round is None:
        return ()
    first = "the account's owner" if gift.how == ACCOUNT_OWNER else "the owner of the earlier lead"
    others = tuple(RejectedCandidate(id=person, reason=f"{first} goes first") for person in gift.round.people)
    return (*gift.round.rejected, *others)
