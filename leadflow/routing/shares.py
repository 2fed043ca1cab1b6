"""Fair turns: whose turn it is, so that everybody stays within one lead of their weighted share.

Each lead gives every person who could take it a credit in proportion to their weight, and takes one whole
lead's credit from the person who gets it. What is left is the deficit: how far somebody is behind (positive)
or ahead (negative) of their share. Somebody who could not take leads (away, full, not yet hired) collects no
credit meanwhile, so newcomers and returners neither catch up on what they missed nor are passed over.

Among those whose credit is large enough, the turn goes to the one who would first be a whole lead behind. With
the same people throughout this keeps every deficit within one lead, after every single lead.

References:
    Tijdeman, R. (1980). The chairman assignment problem. Discrete Mathematics 32(3), 323-330: the rule, and the
    bound 1 - 1/(2k - 2) for k >= 2 people.
"""

from collections.abc import Sequence
from typing import Final

import attrs

__all__ = ["UNIT", "Turns"]

UNIT: Final = 720_720_000
"""The credit of one lead: divisible by every whole number to 16, so that usual weights share it without rest."""


@attrs.define(kw_only=True, eq=False)
class Turns:
    """Whose turn it is among people who stay the same.

    Attributes:
        credits: what a lead gives each person; read-only.
        whole: what a lead takes from the person who gets it: the sum of the credits.
        start: each person's deficit before the first turn; read-only.
        order: whose turn it was, until turns repeat.
        given: how many turns were taken.
        period: how many turns repeat at the end of ``order``; 0 while they are still being worked out.

    Example:
        >>> turns = Turns.among([1, 2], [0, 0])
        >>> [turns.next() for _ in range(6)]
        [1, 0, 1, 1, 0, 1]
        >>> turns.deficits(6)
        [0, 0]
    """

    credits: Sequence[int]
    whole: int
    start: Sequence[int]
    order: list[int] = attrs.field(factory=list)
    period: int = 0
    given: int = 0
    _now: list[int] = attrs.field(factory=list)
    _before: list[int] = attrs.field(factory=list)
    _cycle: int = 1

    @classmethod
    def among(cls, weights: Sequence[int], deficits: Sequence[int]) -> "Turns":
        """Begin to take turns.

        Args:
            weights: (k,) positive.
            deficits: (k,) in units of a lead's credit.

        Example:
            >>> Turns.among([1], [0]).next()
            0
        """
        total = sum(weights)
        share = [weight * (UNIT // total) for weight in weights]
        turns = cls(credits=share, whole=sum(share), start=tuple(deficits))
        turns._now, turns._before = list(deficits), list(deficits)
        turns._cycle = total
        return turns

    def next(self) -> int:
        """Return the position of the person whose turn it is, and take the turn.

        Example:
            >>> Turns.among([1, 1], [0, 5]).next()
            1
        """
        at = self.given
        self.given = at + 1
        if self.period:
            return self.order[self._place(at)]
        chosen = self._choose()
        self.order.append(chosen)
        # Credits are whole multiples of the weights, so the turns repeat once all deficits come back.
        if self.given % self._cycle == 0:
            if self._now == self._before:
                self.period = self._cycle
            self._before = list(self._now)
        return chosen

    def taken_by(self, turn: int) -> int:
        """Return the position of the person whose turn it was.

        Args:
            turn: counted from 0; one that was taken.

        Example:
            >>> turns = Turns.among([1, 2], [0, 0])
            >>> turns.next() == turns.taken_by(0)
            True
        """
        return self.order[self._place(turn)]

    def deficits(self, turns: int) -> list[int]:
        """Return each person's deficit after so many turns.

        Args:
            turns: at most as many as were taken.

        Example:
            >>> Turns.among([1, 1], [0, 0]).deficits(0)
            [0, 0]
        """
        if turns > len(self.order):
            turns = self._place(turns)
        elif turns == len(self.order):
            return list(self._now)
        behind = [begin + turns * credit for begin, credit in zip(self.start, self.credits, strict=True)]
        for person in self.order[:turns]:
            behind[person] -= self.whole
        return behind

    def _place(self, turn: int) -> int:
        if turn < len(self.order):
            return turn
        begin = len(self.order) - self.period
        return begin + (turn - begin) % self.period

    def _choose(self) -> int:
        now, people = self._now, len(self._now)
        for person, credit in enumerate(self.credits):
            now[person] += credit
        chosen = 0
        if people > 1:
            scale = 2 * people - 2
            limit = self.whole * (scale - 1)
            # A deficit that began far below zero may leave nobody with enough credit: then all are asked.
            ready = [i for i in range(people) if now[i] * scale >= self.whole] or range(people)
            chosen = min(ready, key=lambda i: ((limit - now[i] * scale) / self.credits[i], i))
        now[chosen] -= self.whole
        return chosen
