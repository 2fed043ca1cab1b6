"""What a pair can still become while its comparisons are answered one by one, remembered for all queries.

What codes tell leads to the root of a tree, and answers from there to a node that knows the most that the pair's weight can reach.
Unlike ``scoring.Bounds``, it knows which comparisons depend on the answers: who shares a company shares its address
and its switchboard, so that these add little more. Nodes are made when a pair gets there first.
"""

import math
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import attrs
import numpy as np

from leadflow.matching.weights import Weights

__all__ = ["NOT_THERE", "Leaf", "Possible", "Prospect", "Prospects"]

_MOST_NODES: Final = 50_000

Possible: TypeAlias = frozenset[int]
"""The levels that a comparison may still turn out to have."""

_ALONE: Final = tuple(frozenset([level]) for level in range(256))
"""Each level as the only one possible; levels are bytes."""

NOT_THERE: Final[Possible] = _ALONE[0]
"""Of a comparison for which one side has nothing."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Leaf:
    """Pairs whose levels are all known.

    Attributes:
        levels: per comparison the level.
        total: bits, prior included, without adjustment for frequency.
        adjustable: comparison, level, and the parts of u that shrink with a value's frequency and that do not.
    """

    levels: tuple[int, ...]
    total: float
    adjustable: tuple[tuple[int, int, float, float], ...]


class Prospect:
    """A node: pairs of which the same is known.

    Attributes:
        possible: per comparison the levels that are still possible.
        best: the most bits that these pairs can reach.
        asks: the comparison to be answered next; negative when all are.
        answers: the level of that comparison to the node after it.
        leaf: when all is answered and somebody has asked.
    """

    __slots__ = ("answers", "asks", "best", "leaf", "possible")

    def __init__(self, possible: tuple[Possible, ...], best: float, asks: int) -> None:
        self.possible = possible
        self.best = best
        self.asks = asks
        self.answers: dict[int, Prospect] = {}
        self.leaf: Leaf | None = None


@attrs.define(eq=False, repr=False)
class _Exceptions:
    """Numbers by level that hold when another comparison has certain levels; the first that has decides.

    Attributes:
        usual: the numbers that hold otherwise.
        others: other comparison, its levels, and the numbers then.
    """

    usual: list[float]
    others: list[tuple[int, Possible, list[float]]]

    def which(self, possible: Sequence[Possible]) -> tuple[int, ...]:
        """Which of the others may hold, as places; negative for the usual numbers."""
        out = []
        for place, (j, levels, _) in enumerate(self.others):
            if not levels.isdisjoint(possible[j]):
                out.append(place)
                if possible[j] <= levels:
                    return tuple(out)
        return (*out, -1)

    def at(self, possible: Sequence[Possible], k: int) -> float:
        """The number of a comparison's level where one level of each comparison is possible."""
        (level,) = possible[k]
        others = (numbers for j, levels, numbers in self.others if possible[j] <= levels)
        return next(others, self.usual)[level]

    def numbers(self, which: tuple[int, ...]) -> list[list[float]]:
        """The numbers at places."""
        return [self.others[place][-1] if place >= 0 else self.usual for place in which]


@attrs.define(eq=False, repr=False)
class _Reach:
    """The most bits of each level of one comparison, in view of what is known of the others.

    Attributes:
        k: the comparison.
        likely: m, which moves where another comparison differs.
        chances: u, which is another given that another comparison agrees.
        lowest: level to the least frequency ratio of any value.
        only_against: as in ``Weights``.
    """

    k: int
    likely: _Exceptions
    chances: _Exceptions
    lowest: dict[int, float]
    only_against: bool
    _known: dict[tuple[tuple[int, ...], tuple[int, ...], Possible], tuple[float, float]] = attrs.field(
        factory=dict
    )

    @classmethod
    def of(cls, weights: Weights, k: int) -> "_Reach":
        given = [
            (j, frozenset(weights.agreeing(j)[in_part]), chance.tolist())
            for j, in_part, chance in weights.sources(k)
        ]
        moved = [
            (j, frozenset([len(weights.comparisons[j].levels) + 1]), likely.tolist())
            for j, likely in weights.movers(k)
        ]
        return cls(
            k,
            _Exceptions(weights.m[k].tolist(), moved),
            _Exceptions(weights.u[k].tolist(), given),
            weights.frequencies[k].lowest(weights.comparisons[k]),
            weights.only_against(k),
        )

    def most(self, possible: Sequence[Possible]) -> tuple[float, float]:
        """The most bits of any level that is possible, and the least such bound."""
        moved, given = self.likely.which(possible), self.chances.which(possible)
        key = (moved, given, possible[self.k])
        found = self._known.get(key)
        if found is None:
            likely, chances = self.likely.numbers(moved), self.chances.numbers(given)
            bits = [self._bits(code, likely, chances) for code in possible[self.k]]
            found = self._known[key] = (max(bits), min(bits))
        return found

    def chance(self, possible: Sequence[Possible], likely: float) -> float:
        """Return u where one level of each comparison is possible, and m is so much."""
        (level,) = possible[self.k]
        found = self.chances.at(possible, self.k)
        return max(found, likely) if self.only_against and level == len(self.chances.usual) - 1 else found

    def _bits(self, code: int, likely: list[list[float]], chances: list[list[float]]) -> float:
        if code == 0:
            return 0.0
        rarest, usual = 2.0 ** self.lowest.get(code, 0.0), self.chances.usual[code]
        # The part of u that exceeds the usual one does not shrink with a value's frequency.
        least = min(min(usual, chance[code]) * rarest + max(chance[code] - usual, 0.0) for chance in chances)
        most = max(each[code] for each in likely)
        return math.inf if least <= 0.0 else math.log2(most / least) if most > 0.0 else -math.inf


@attrs.define(eq=False, repr=False)
class Prospects:
    """The trees of a model; they grow with what is asked, up to a limit.

    Attributes:
        weights: the model.

    Example:
        >>> from leadflow.matching import Matcher, block_on, comparisons as c
        >>> people = {"name": ["anna smith", "bob jones"], "city": ["leeds", "york"]}
        >>> matcher = Matcher(comparisons=[c.text("name"), c.exact("city")], blocking=[block_on("name")])
        >>> prospects = Prospects.of(matcher.fit(people).weights)
        >>> alike, unlike = frozenset([1]), frozenset([2, 3, 4])
        >>> prospects.root((alike, alike)).best > prospects.root((unlike, alike)).best
        True
    """

    weights: Weights
    _reach: list[_Reach]
    _roots: dict[tuple[Possible, ...], Prospect] = attrs.field(factory=dict)
    _leaves: dict[tuple[int, ...], Leaf] = attrs.field(factory=dict)
    _size: int = 0

    @classmethod
    def of(cls, weights: Weights) -> "Prospects":
        """Start the tree of a model."""
        return cls(weights, [_Reach.of(weights, k) for k in range(len(weights.comparisons))])

    def root(self, possible: tuple[Possible, ...]) -> Prospect:
        """Return where pairs start of which codes tell what is possible."""
        found = self._roots.get(possible)
        if found is None:
            if self._size > _MOST_NODES:
                self._roots.clear()
                self._leaves.clear()
                self._size = 0
            found = self._roots[possible] = self._node(possible)
            self._size += 1
        return found

    def after(self, node: Prospect, level: int) -> Prospect:
        """Return the node to which the level of the comparison that a node asks for leads."""
        found = node.answers.get(level)
        if found is None:
            k = node.asks
            possible = (*node.possible[:k], frozenset([level]), *node.possible[k + 1 :])
            found = node.answers[level] = self._node(possible)
            self._size += 1
        return found

    def leaf_of(self, node: Prospect) -> Leaf:
        """Return the weights of a node that asks nothing more."""
        if node.leaf is None:
            node.leaf = self.leaf(tuple(level for (level,) in node.possible))
        return node.leaf

    def leaf(self, levels: tuple[int, ...]) -> Leaf:
        """Return the weights of levels."""
        found = self._leaves.get(levels)
        if found is None:
            possible = [_ALONE[level] for level in levels]
            likely = [reach.likely.at(possible, reach.k) for reach in self._reach]
            chance = [reach.chance(possible, m) for reach, m in zip(self._reach, likely, strict=True)]
            parts = np.log2(np.array(likely) / np.array(chance))
            found = self._leaves[levels] = Leaf(
                levels=levels,
                # Added up as ``Weights.of_patterns`` does, so that not even the last bit differs.
                total=float((self.weights.prior_bits + parts[None, :].sum(axis=1))[0]),
                adjustable=tuple(
                    (k, level, min(usual, chance[k]), max(chance[k] - usual, 0.0))
                    for k, level in enumerate(levels)
                    if level in self._reach[k].lowest
                    for usual in (self._reach[k].chances.usual[level],)
                ),
            )
        return found

    def _node(self, possible: tuple[Possible, ...]) -> Prospect:
        """Make a node, which asks next what can take most from what is hoped for."""
        best, asks, most_lost = self.weights.prior_bits, -1, -math.inf
        for k, reach in enumerate(self._reach):
            most, least = reach.most(possible)
            best += most
            lost = (most - least) / (2 + len(possible[k]))  # levels that are open cost time
            if len(possible[k]) > 1 and lost > most_lost:
                asks, most_lost = k, lost
        return Prospect(possible, best, asks)

    def __reduce__(self) -> tuple[Any, tuple[Weights]]:
        return Prospects.of, (self.weights,)
