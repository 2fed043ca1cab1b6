"""What the rules say about a lead, before anybody's capacity is asked: target, owner, who is informed, why."""

from collections.abc import Iterable, Sequence

import attrs

from leadflow.conditions import Condition
from leadflow.errors import DefinitionError
from leadflow.records.assignments import Informed
from leadflow.routing.accounts import AccountMatch
from leadflow.routing.cuts import Cut, Rule
from leadflow.routing.teams import Teams

__all__ = ["Errand", "Need", "RoutePlan", "account_claim", "make_errand", "plan_route", "pool_name"]


def _words(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(items)


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
    skills: tuple[str, ...] = attrs.field(default=(), converter=_words)
    languages: tuple[str, ...] = attrs.field(default=(), converter=_words)

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
class Errand:
    """For whom the rules ask: what handing a lead out needs to know.

    Attributes:
        target: the id of the accountable team, department or person; empty when no rule applies.
        owner: the owner of the named account, who goes first; empty if none.
        skills: that the owner must have.
        languages: that the owner must speak.
        pool: the people who take turns: the target, with the skills and languages asked for.

    Example:
        >>> Errand(target="kanto", languages=("en",)).pool
        'kanto; speaks en'
    """

    target: str = ""
    owner: str = ""
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    pool: str = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "pool", pool_name(self.target, self.skills, self.languages))


@attrs.frozen(kw_only=True)
class RoutePlan:
    """What the rules say about a lead.

    Attributes:
        errand: for whom they ask.
        reasons: why.
        informed: who else is told, whoever becomes the owner.
        missing: why there is no target.

    Example:
        >>> RoutePlan(errand=Errand(target="kanto")).errand.target
        'kanto'
    """

    errand: Errand
    reasons: tuple[str, ...] = ()
    informed: tuple[Informed, ...] = ()
    missing: str = ""


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
        >>> plan_route([cut], [cut.rules()], AccountMatch(), precedence=["area"], needs=[], teams=Teams(teams=[], people=[])).errand.target
        'kanto'
    """
    claims = _claims(cuts, matched, match, teams)
    order = {name: place for place, name in enumerate(precedence)}
    accountable = min(
        (claim for claim in claims if claim.cut in order), key=lambda c: (order[c.cut], c.place), default=None
    )
    errand = make_errand(
        "" if accountable is None else accountable.target,
        "" if accountable is None else accountable.owner,
        needs,
    )
    notes = _notes(match, teams)
    if accountable is None:
        told = tuple(
            Informed(id=teams.contact(c.target), reason=f"{c.reason}; only informed") for c in claims
        )
        return RoutePlan(
            missing="no rule applies" if not claims else "only cuts outside of the precedence apply",
            informed=_once((*told, *notes)),
            reasons=_ambiguity(match),
            errand=errand,
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
        errand=errand,
        reasons=(*because, *_ambiguity(match), *(need.text() for need in needs)),
        informed=_once((*told, *notes)),
    )


@attrs.frozen(kw_only=True)
class _Claim:
    """A target to which a cut leads."""

    cut: str
    place: int
    target: str
    owner: str = ""
    reason: str


def make_errand(target: str, owner: str, needs: Sequence[Need]) -> Errand:
    """Return for whom the rules ask.

    Args:
        target: the accountable team, department or person.
        owner: the owner of the named account.
        needs: those that apply.

    Example:
        >>> make_errand("kanto", "", []).pool
        'kanto'
    """
    return Errand(
        target=target,
        owner=owner,
        skills=tuple(sorted({skill for need in needs for skill in need.skills})),
        languages=tuple(sorted({language for need in needs for language in need.languages})),
    )


def account_claim(match: AccountMatch, teams: Teams) -> tuple[str, str]:
    """Return the target and the owner to which a named account leads; empty texts where it leads nowhere.

    Example:
        >>> account_claim(AccountMatch(), Teams(teams=[], people=[]))
        ('', '')
    """
    if match.account is None:
        return "", ""
    team, owner = teams.accounts.responsible(match.account)
    home = teams.team_of(owner)
    return team or (home.id if home is not None else owner), owner


def _claims(
    cuts: Sequence[Cut], matched: Sequence[Sequence[Rule]], match: AccountMatch, teams: Teams
) -> list[_Claim]:
    claims = []
    for cut, rules in zip(cuts, matched, strict=True):
        target, owner = account_claim(match, teams) if cut.named else ("", "")
        if target and match.account is not None:
            reason = f"{cut.name}: named account {match.account.id}, by {match.evidence}"
            claims.append(_Claim(cut=cut.name, place=-1, target=target, owner=owner, reason=reason))
        claims += [
            _Claim(cut=cut.name, place=place, target=rule.target, reason=rule.reason)
            for place, rule in enumerate(rules)
        ]
    return claims


def _ambiguity(match: AccountMatch) -> tuple[str, ...]:
    if not match.alternatives:
        return ()
    if not match.ambiguous:
        return (f"account possible by {match.evidence}: {match.alternatives[0]}",)
    return (f"account ambiguous by {match.evidence}: {', '.join(match.alternatives)}",)


def _notes(match: AccountMatch, teams: Teams) -> tuple[Informed, ...]:
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
