"""What the rules say about a lead, before anybody's capacity is asked: target, owner, who is informed, why."""

from collections.abc import Sequence

import attrs

from leadflow.conditions import Condition
from leadflow.errors import DefinitionError
from leadflow.records.assignments import Informed
from leadflow.routing.accounts import AccountMatch
from leadflow.routing.cuts import Cut, Rule
from leadflow.routing.teams import Teams

__all__ = ["Need", "RoutePlan", "plan_route"]


_LONGEST = 160


@attrs.frozen(kw_only=True)
class Need:
    """What the owner of some leads must be able to do.

    Attributes:
        condition: which leads.
        skills: that the owner must have, all of them.
        languages: that the owner must speak, all of them.

    Raises:
        DefinitionError: nothing is needed.

    Example:
        >>> from leadflow.conditions import field
        >>> Need(condition=~(field("country") == "日本"), languages=("en",)).text()
        'speaks en when not (country is "日本")'
    """

    condition: Condition
    skills: tuple[str, ...] = attrs.field(default=(), converter=tuple)
    languages: tuple[str, ...] = attrs.field(default=(), converter=tuple)

    def __attrs_post_init__(self) -> None:
        if not self.skills and not self.languages:
            raise DefinitionError("A need names at least one skill or language.")

    def text(self) -> str:
        """Return the need as text.

        Example:
            >>> from leadflow.conditions import always
            >>> Need(condition=always, skills=("vision",)).text()
            'knows vision when always'
        """
        knows = [f"knows {', '.join(self.skills)}"] if self.skills else []
        speaks = [f"speaks {', '.join(self.languages)}"] if self.languages else []
        return f"{' and '.join([*knows, *speaks])} when {self.condition.text()}"


@attrs.frozen(kw_only=True)
class RoutePlan:
    """What the rules say about a lead.

    Attributes:
        target: the id of the accountable team, department or person; empty when no rule applies.
        owner: the owner of the named account, who goes first; empty if none.
        reasons: why this target.
        informed: who else is told, whoever becomes the owner.
        skills: that the owner must have.
        languages: that the owner must speak.
        missing: why there is no target.

    Example:
        >>> RoutePlan(target="kanto").pool
        'kanto'
    """

    target: str = ""
    owner: str = ""
    reasons: tuple[str, ...] = ()
    informed: tuple[Informed, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    missing: str = ""

    @property
    def pool(self) -> str:
        """The people who take turns: the target, with the skills and languages asked for.

        Example:
            >>> RoutePlan(target="kanto", languages=("en",)).pool
            'kanto; speaks en'
        """
        return pool_name(self.target, self.skills, self.languages)


def pool_name(target: str, skills: Sequence[str], languages: Sequence[str]) -> str:
    """Return the name under which the turns of some people are kept.

    Example:
        >>> pool_name("kanto", ("vision",), ())
        'kanto; knows vision'
    """
    words = [target]
    if skills:
        words.append(f"knows {', '.join(skills)}")
    if languages:
        words.append(f"speaks {', '.join(languages)}")
    return "; ".join(words)


def plan_route(
    cuts: Sequence[Cut],
    matched: Sequence[Sequence[Rule]],
    match: AccountMatch,
    *,
    precedence: Sequence[str],
    needs: Sequence[Need],
    teams: Teams,
) -> RoutePlan:
    """Decide which target is accountable and who is informed.

    Args:
        cuts: of the policy.
        matched: for each cut the rules that hold, in order.
        match: the named account of the lead.
        precedence: names of cuts, the most important first; a cut that is not named only informs.
        needs: those that apply.
        teams: the organisation.

    Example:
        >>> from leadflow.routing import by_area
        >>> cut = by_area({"kanto": ["東京都"]})
        >>> plan_route([cut], [cut.rules()], AccountMatch(), precedence=["area"], needs=[], teams=Teams(teams=[], people=[])).target
        'kanto'
    """
    claims = _claims(cuts, matched, match, teams)
    order = {name: place for place, name in enumerate(precedence)}
    accountable = min(
        (claim for claim in claims if claim.cut in order), key=lambda c: (order[c.cut], c.place), default=None
    )
    skills = tuple(sorted({skill for need in needs for skill in need.skills}))
    languages = tuple(sorted({language for need in needs for language in need.languages}))
    notes = _notes(match, teams)
    if accountable is None:
        told = tuple(
            Informed(id=teams.contact(c.target), reason=f"{c.reason}; only informed") for c in claims
        )
        return RoutePlan(
            missing="no rule applies" if not claims else "only cuts outside of the precedence apply",
            informed=_once((*told, *notes)),
            reasons=_ambiguity(match),
            skills=skills,
            languages=languages,
        )
    because = [accountable.reason]
    others = [claim for claim in claims if claim is not accountable and claim.target != accountable.target]
    if others:
        because.append(
            f"accountable by {' > '.join(precedence)}"
            if len(precedence) > 1
            else f"accountable by {accountable.cut}"
        )
    told = tuple(
        Informed(
            id=claim.owner or teams.contact(claim.target),
            reason=f"{claim.reason}; {accountable.target} is accountable ({accountable.cut})",
        )
        for claim in others
    )
    return RoutePlan(
        target=accountable.target,
        owner=accountable.owner,
        reasons=(*because, *_ambiguity(match), *(need.text() for need in needs)),
        informed=_once((*told, *notes)),
        skills=skills,
        languages=languages,
    )


@attrs.frozen(kw_only=True)
class _Claim:
    """A target to which a cut leads."""

    cut: str
    place: int
    target: str
    owner: str = ""
    reason: str


def _claims(
    cuts: Sequence[Cut], matched: Sequence[Sequence[Rule]], match: AccountMatch, teams: Teams
) -> list[_Claim]:
    claims = []
    for cut, rules in zip(cuts, matched, strict=True):
        place = 0
        if cut.named and match.account is not None:
            team, owner = teams.accounts.responsible(match.account)
            home = teams.team_of(owner)
            target = team or (home.id if home is not None else owner)
            if target:
                reason = f"{cut.name}: named account {match.account.id}, by {match.evidence}"
                claims.append(_Claim(cut=cut.name, place=place, target=target, owner=owner, reason=reason))
                place += 1
        for rule in rules:
            text = rule.condition.text()
            short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
            claims.append(
                _Claim(
                    cut=cut.name,
                    place=place,
                    target=rule.target,
                    reason=f"{cut.name}: {rule.label}, because {short}",
                )
            )
            place += 1
    return claims


def _ambiguity(match: AccountMatch) -> tuple[str, ...]:
    if not match.ambiguous:
        return ()
    return (f"account ambiguous by {match.evidence}: {', '.join(match.alternatives)}",)


def _notes(match: AccountMatch, teams: Teams) -> tuple[Informed, ...]:
    if not match.ambiguous:
        return ()
    owners = []
    for account_id in match.alternatives:
        team, owner = teams.accounts.responsible(teams.accounts.account(account_id))
        if owner or team:
            owners.append(
                Informed(
                    id=owner or teams.contact(team),
                    reason=f"the lead may belong to account {account_id} ({match.evidence})",
                )
            )
    return tuple(owners)


def _once(informed: Sequence[Informed]) -> tuple[Informed, ...]:
    return tuple({party.id: party for party in reversed(informed)}.values())[::-1]
