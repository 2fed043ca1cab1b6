"""What is expected of levels before anything is learnt, and of things that come together."""

import itertools
from collections.abc import Sequence
from typing import Final

import numpy as np

from leadflow.matching.comparison import Comparison
from leadflow.matching.encoding import Floats
from leadflow.matching.levels import Same
from leadflow.matching.weights import Frequencies, Weights

__all__ = [
    "domain_of_employer",
    "expected_m",
    "expected_u",
    "expected_u_together",
    "nothing_but_names",
    "one_employer",
    "one_thing",
    "untrained",
]

_EMPLOYER: Final = frozenset({"company", "phone", "fixed_phone", "postal_code", "address", "url"})
"""What colleagues share."""

_NAMING: Final = frozenset({"company", "title", "url", "email", "identifier", "corporate_number"})
"""What names one entity as far as a list that has nothing else can tell; people have namesakes."""

_PEOPLE: Final = frozenset({"person_name", "email", "mobile_phone"})

_RARE: Final = 0.001
_UNCOMMON: Final = 0.01
_COMMON: Final = 0.2
_SIMILAR: Final = 0.05
"""How many share a department or a post, or words of it."""
_PRIOR: Final = 1e-3
_DUPLICATES: Final = 0.2
_LIKELIEST: Final = 0.1
_ONE_DOMAIN: Final = 0.8
"""How many colleagues write from one domain."""
_NAMED: Final = 0.95
"""The probability that two of one name are one in a list that has nothing else."""


def expected_m(comparison: Comparison) -> Floats:
    """(levels + 2,) probabilities of levels among matches.

    Example:
        >>> from leadflow.matching.comparisons import exact
        >>> expected_m(exact("city")).round(2).tolist()
        [1.0, 0.9, 0.1]
    """
    shares = np.array([1.0, *(level.prior for level in comparison.levels), comparison.different_prior])
    shares[1:] /= shares[1:].sum()
    return shares


def expected_u(comparison: Comparison) -> Floats:
    """(levels + 2,) probabilities of levels among pairs that do not match.

    Example:
        >>> from leadflow.matching.comparisons import exact
        >>> expected_u(exact("city")).round(3).tolist()
        [1.0, 0.001, 0.999]
    """
    same, similar = (_COMMON, _SIMILAR) if comparison.kind == "phrase" else (_RARE, _UNCOMMON)
    shares = np.array([1.0, *(same if level.agrees else similar for level in comparison.levels), 1.0])
    shares[1:] /= shares[1:].sum()
    return shares


def expected_u_together(comparisons: Sequence[Comparison], k: int, j: int, u: Floats) -> Floats:
    """Expect of two that agree on one part of a thing by chance that half agree on another as matches do.

    Of colleagues all do: an office has one address, one postal code and one switchboard.

    Args:
        comparisons: of the table.
        k: the comparison of the other part.
        j: the comparison on which they agree.
        u: (levels + 2,) the probabilities of k by chance alone.

    Example:
        >>> from leadflow.matching import comparisons as c
        >>> expected_u_together([c.exact("zip"), c.exact("city")], 1, 0, np.array([1.0, 0.1, 0.9])).round(2).tolist()
        [1.0, 0.5, 0.5]
    """
    likely = expected_m(comparisons[k])
    if one_employer(comparisons, k, j) and comparisons[k].about == comparisons[j].about:
        return likely
    return np.asarray((u + likely) / 2.0)


def one_thing(comparisons: Sequence[Comparison], k: int, j: int) -> bool:
    """Whether two comparisons say one thing twice; a person is told apart by name, whatever the household.

    Example:
        >>> from leadflow.matching import comparisons as c
        >>> one_thing([c.postal_code("zip"), c.address("street")], 1, 0)
        True
    """
    about = comparisons[k].about
    people = any(comparison.kind == "person_name" for comparison in comparisons)
    return bool(about) and about == comparisons[j].about and not people


def one_employer(comparisons: Sequence[Comparison], k: int, j: int) -> bool:
    """Whether two comparisons both tell which company somebody works for.

    Example:
        >>> from leadflow.matching import comparisons as c
        >>> one_employer([c.person_name("name"), c.company("company"), c.phone("phone")], 2, 1)
        True
    """
    kinds = {comparison.kind for comparison in comparisons}
    return {"person_name", "company"} <= kinds and {comparisons[k].kind, comparisons[j].kind} <= _EMPLOYER


def domain_of_employer(comparisons: Sequence[Comparison], k: int, j: int) -> int:
    """Return the level on which mail addresses share a domain, if the other comparison is of the employer whose it is; else 0.

    Example:
        >>> from leadflow.matching import comparisons as c
        >>> given = [c.person_name("name"), c.company("company"), c.email("email")]
        >>> given[2].levels[domain_of_employer(given, 2, 1) - 1].label, domain_of_employer(given, 2, 0)
        ('same company domain', 0)
    """
    kinds = {comparison.kind for comparison in comparisons}
    if "person_name" not in kinds or (comparisons[k].kind, comparisons[j].kind) != ("email", "company"):
        return 0
    return [level.test for level in comparisons[k].levels].index(Same("site")) + 1


def nothing_but_names(comparisons: Sequence[Comparison]) -> bool:
    """Whether a table has one column alone, and it says what the entity is.

    Example:
        >>> from leadflow.matching import comparisons as c
        >>> nothing_but_names([c.company("name")]), nothing_but_names([c.person_name("name")])
        (True, False)
    """
    return len(comparisons) == 1 and comparisons[0].kind in _NAMING


def untrained(
    comparisons: tuple[Comparison, ...], frequencies: Sequence[Frequencies] = (), *, rows: int = 0
) -> Weights:
    """Return weights from prior knowledge alone, for a table with nothing to learn from.

    Where people are told apart by what colleagues share, two records are one by way of exception. In a list of
    anything else about every fifth record is taken for a duplicate, and in one that has nothing but names, those of
    one name are one.

    Args:
        comparisons: what is compared.
        frequencies: per comparison, how common its tokens are.
        rows: records of the table.

    Example:
        >>> from leadflow.matching import comparisons as c
        >>> untrained((c.exact("city"),)).prior
        0.001
        >>> round(untrained((c.company("name"), c.exact("city")), rows=11).prior, 2)
        0.04
    """
    kinds = {comparison.kind for comparison in comparisons}
    named = nothing_but_names(comparisons)
    prior = _PRIOR
    if rows > 1 and (named or (kinds & _NAMING and not kinds & _PEOPLE)):
        prior = min(_DUPLICATES * 2.0 / (rows - 1), _LIKELIEST)
    u = tuple(map(expected_u, comparisons))
    if named:
        u = (_u_of_names(comparisons[0], prior),)
    return Weights(
        comparisons=comparisons,
        prior=prior,
        m=tuple(map(expected_m, comparisons)),
        u=u,
        given={
            (k, j, in_part): expected_u_together(comparisons, k, j, u[k])
            for k in range(len(comparisons))
            for j in range(k)
            if one_thing(comparisons, k, j) or one_employer(comparisons, k, j)
            for in_part in (False, True)
        }
        | _mail_of_colleagues(comparisons),
        frequencies=tuple(frequencies) or tuple(Frequencies() for _ in comparisons),
    )


def _mail_of_colleagues(comparisons: Sequence[Comparison]) -> dict[tuple[int, int, bool], Floats]:
    """Expect of two people of one company that they have addresses of their own at its domain, namesakes too."""
    found: dict[tuple[int, int, bool], Floats] = {}
    for k, j in itertools.product(range(len(comparisons)), repeat=2):
        if domain := domain_of_employer(comparisons, k, j):
            u = expected_u(comparisons[k])
            u[[domain, -1]] = u[[domain, -1]].sum() * np.array([_ONE_DOMAIN, 1.0 - _ONE_DOMAIN])
            found |= {(k, j, in_part): u for in_part in (False, True)}
    return found


def _u_of_names(comparison: Comparison, prior: float) -> Floats:
    """(levels + 2,) probabilities of levels by chance if the likeliest agreement of matches is as good as a name."""
    u = expected_u(comparison)
    agrees = [code for code, level in enumerate(comparison.levels, 1) if level.agrees]
    odds = prior / (1.0 - prior)
    chance = expected_m(comparison)[agrees].max() * odds * (1.0 - _NAMED) / _NAMED
    u[agrees] = np.minimum(u[agrees], chance)
    return u
