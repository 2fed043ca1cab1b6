"""What the rules say about every lead of a population: decided in columns, put into words on request."""

from collections.abc import Callable, Sequence

import attrs
import numpy as np

from leadflow.columns import Codes, encode
from leadflow.routing.accounts import AccountMatch
from leadflow.routing.cuts import Cut, Rule
from leadflow.routing.plans import Errand, Need, RoutePlan, account_claim, make_errand, plan_route
from leadflow.routing.rulebooks import combine
from leadflow.routing.teams import Teams

__all__ = ["Routes"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Routes:
    """What the rules say about n leads.

    Attributes:
        errand_of: (n,) int32, read-only; indices into ``errands``.
        errands: for whom the rules ask.
        describe: a row to what the rules say about it, in words.
    """

    errand_of: Codes
    errands: tuple[Errand, ...]
    describe: Callable[[int], RoutePlan]

    @classmethod
    def of(
        cls,
        cuts: Sequence[Cut],
        rules: Sequence[Sequence[Rule]],
        answers: Sequence[tuple[Codes, Sequence[Sequence[int]]]],
        accounts: tuple[Codes, Sequence[AccountMatch]],
        *,
        precedence: Sequence[str],
        needs: Sequence[Need],
        teams: Teams,
    ) -> "Routes":
        """Decide for whom the rules ask.

        Args:
            cuts: of the policy.
            rules: of each cut.
            answers: for each cut, and then for the needs, (n,) indices and the positions of the rules that hold.
            accounts: (n,) indices into the matches, and these.
            precedence: names of cuts, the most important first.
            needs: of the policy.
            teams: the organisation.

        Example:
            >>> from leadflow.routing import by_area
            >>> from leadflow.routing.accounts import NO_ACCOUNT
            >>> cut, zero = by_area({"kanto": ["東京都"]}), np.zeros(1, np.int32)
            >>> routes = Routes.of([cut], [cut.rules()], [(zero, [(0,)]), (zero, [()])], (zero, [NO_ACCOUNT]),
            ...     precedence=["area"], needs=[], teams=Teams(teams=[], people=[]))
            >>> routes.errands[0].target, routes.describe(0).reasons
            ('kanto', ('area: kanto, because prefecture is "東京都"',))
        """
        found, matches = accounts
        claims = [account_claim(match, teams) for match in matches]
        target, owner = np.full(len(found), -1, np.int32), np.full(len(found), -1, np.int32)
        names: dict[str, int] = {}
        place = {cut.name: i for i, cut in enumerate(cuts)}
        for name in precedence:
            cut, (codes, patterns) = cuts[place[name]], answers[place[name]]
            if cut.named:
                account = _numbers([claim[0] for claim in claims], names)[found]
                owners = _numbers([claim[1] if claim[0] else "" for claim in claims], names)[found]
                fresh = target < 0
                np.copyto(owner, owners, where=fresh)
                np.copyto(target, account, where=fresh)
            first = [rules[place[name]][pattern[0]].target if pattern else "" for pattern in patterns]
            np.copyto(target, _numbers(first, names)[codes], where=target < 0)
        asked, kinds = answers[-1]
        texts = ("", *names)
        errand_of, rows = combine(
            [(target, len(names)), (owner, len(names)), (asked, len(kinds))], len(found)
        )
        errand_of.flags.writeable = False
        errands = tuple(
            make_errand(
                texts[target[row] + 1], texts[owner[row] + 1], [needs[i] for i in kinds[int(asked[row])]]
            )
            for row in rows.tolist()
        )

        def describe(row: int) -> RoutePlan:
            return plan_route(
                cuts,
                [
                    [each[i] for i in patterns[int(codes[row])]]
                    for each, (codes, patterns) in zip(rules, answers, strict=False)
                ],
                matches[int(found[row])],
                precedence=precedence,
                needs=[needs[i] for i in kinds[int(asked[row])]],
                teams=teams,
            )

        return cls(errand_of=errand_of, errands=errands, describe=describe)


def _numbers(texts: Sequence[str], known: dict[str, int]) -> Codes:
    codes, distinct = encode(text or None for text in texts)
    numbers = [known.setdefault(str(text), len(known)) for text in distinct]
    return np.array([*numbers, -1], np.int32)[codes]
