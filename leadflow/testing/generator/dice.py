"""Seeded choices that stay the same from one numpy release to the next."""

import bisect
import itertools
import zlib
from collections.abc import Sequence
from typing import TypeVar

import attrs
import numpy as np

__all__ = ["Dice", "generator"]

T = TypeVar("T")


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Return a random stream of its own for one purpose, so that purposes do not disturb each other.

    Args:
        seed: the user's seed, at least 0.
        purpose: what the stream is for.

    Example:
        >>> generator(0, "names").random() == generator(0, "names").random()
        True
        >>> generator(0, "names").random() == generator(0, "phones").random()
        False
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(purpose.encode())])))


@attrs.frozen(kw_only=True, eq=False)
class Dice:
    """Choices drawn from one stream of uniform numbers.

    Only uniform doubles are drawn: numpy promises streams only for a release, but those of PCG64's
    doubles have never changed, and shipped files must come out equal for years.

    Attributes:
        rng: the stream; drawing advances it.
    """

    rng: np.random.Generator

    @classmethod
    def of(cls, seed: int, purpose: str) -> "Dice":
        """Return dice with a stream of their own for one purpose.

        Example:
            >>> Dice.of(1, "x").below(6) == Dice.of(1, "x").below(6)
            True
        """
        return cls(rng=generator(seed, purpose))

    def chance(self, probability: float) -> bool:
        """Return True with a probability.

        Example:
            >>> Dice.of(0, "x").chance(0.0), Dice.of(0, "x").chance(1.0)
            (False, True)
        """
        return bool(self.rng.random() < probability)

    def below(self, limit: int) -> int:
        """Return an integer from 0 to ``limit - 1``.

        Example:
            >>> Dice.of(0, "x").below(1)
            0
        """
        return int(self.rng.random() * limit)

    def between(self, low: int, high: int) -> int:
        """Return an integer from ``low`` to ``high``, both possible.

        Example:
            >>> Dice.of(0, "x").between(3, 3)
            3
        """
        return low + self.below(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices, all equally likely.

        Example:
            >>> Dice.of(0, "x").pick(["only"])
            'only'
        """
        return choices[self.below(len(choices))]

    def weighted(self, choices: Sequence[T], weights: Sequence[float]) -> T:
        """Return one of the choices in proportion to the weights.

        Example:
            >>> Dice.of(0, "x").weighted(["a", "b"], [0, 1])
            'b'
        """
        edges = list(itertools.accumulate(weights))
        return choices[min(bisect.bisect_right(edges, self.rng.random() * edges[-1]), len(choices) - 1)]

    def digits(self, count: int) -> str:
        """Return a text of decimal digits.

        Example:
            >>> len(Dice.of(0, "x").digits(4))
            4
        """
        return str(self.below(10**count)).zfill(count)

    def sample(self, choices: Sequence[T], count: int) -> list[T]:
        """Return different choices in random order, at most all of them.

        Example:
            >>> sorted(Dice.of(0, "x").sample("abc", 5))
            ['a', 'b', 'c']
        """
        order = np.argsort(self.rng.random(len(choices)), kind="stable")
        return [choices[int(position)] for position in order[:count]]
