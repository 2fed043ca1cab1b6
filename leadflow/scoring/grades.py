"""Grades: a letter for fit and a digit for engagement, with hysteresis so that leads do not flap."""

import itertools
import string
from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import MISSING, Column
from leadflow.errors import DefinitionError
from leadflow.scoring.points import Points, checked_points

__all__ = ["Grade"]

_LETTERS: Final = string.ascii_uppercase
_MOST: Final = 9

Levels = npt.NDArray[np.int32]


def _thresholds(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(checked_points(value, "A threshold") for value in values)


def _texts(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class Grade:
    """The grid of grades: A, B, C, D by fit and 1, 2, 3, 4 by engagement.

    Attributes:
        fit: the least points of A, B, C …, falling; fewer points are the last letter.
        engagement: the least points of 1, 2, 3 …, falling; fewer points are the last digit.
        hysteresis: how many points below a threshold a lead that had the better letter or digit keeps it.
        qualified: the grades that make a marketing-qualified lead.

    Example:
        >>> grade = Grade(fit=(75, 50, 25), engagement=(75, 50, 25), hysteresis=5)
        >>> grade.of(80, 60), grade.of(72, 60), grade.of(72, 60, previous="A2"), grade.of(69, 60, previous="A2")
        ('A2', 'B2', 'A2', 'B2')
    """

    fit: tuple[float, ...] = attrs.field(default=(75.0, 50.0, 25.0), converter=_thresholds)
    engagement: tuple[float, ...] = attrs.field(default=(75.0, 50.0, 25.0), converter=_thresholds)
    hysteresis: float = 0.0
    qualified: tuple[str, ...] = attrs.field(default=("A1", "A2", "B1"), converter=_texts)

    def __attrs_post_init__(self) -> None:
        for name, values in (("fit", self.fit), ("engagement", self.engagement)):
            if not 1 <= len(values) <= _MOST - 1:
                raise DefinitionError(
                    f"$.{name} needs from 1 to {_MOST - 1} thresholds, got {len(values)}.", path=f"$.{name}"
                )
            for i, (above, below) in enumerate(itertools.pairwise(values), start=1):
                if below >= above:
                    raise DefinitionError(
                        f"$.{name}[{i}] must be below {above:g}, got {below:g}: thresholds fall from the best "
                        "grade down, otherwise grades overlap.",
                        path=f"$.{name}[{i}]",
                    )
        object.__setattr__(self, "hysteresis", checked_points(self.hysteresis, "hysteresis"))
        if self.hysteresis < 0:
            raise DefinitionError("$.hysteresis must not be negative.", path="$.hysteresis")
        known = set(self.names)
        for i, grade in enumerate(self.qualified):
            if grade not in known:
                path = f"$.qualified[{i}]"
                raise DefinitionError(
                    f"{path}: there is no such grade; the grid goes from {self.names[0]} to {self.names[-1]}.",
                    path=path,
                )

    @property
    def letters(self) -> str:
        """The letters, best first.

        Example:
            >>> Grade().letters
            'ABCD'
        """
        return _LETTERS[: len(self.fit) + 1]

    @property
    def digits(self) -> str:
        """The digits, best first.

        Example:
            >>> Grade().digits
            '1234'
        """
        return string.digits[1 : len(self.engagement) + 2]

    @property
    def names(self) -> tuple[str, ...]:
        """All grades, letter by letter, best first.

        Example:
            >>> Grade().names[:5]
            ('A1', 'A2', 'A3', 'A4', 'B1')
        """
        return tuple(letter + digit for letter in self.letters for digit in self.digits)

    def of(self, fit: float, engagement: float, *, previous: str | None = None) -> str:
        """Return the grade of a lead.

        Args:
            fit: points.
            engagement: points.
            previous: the grade that it had, if any; a grade that is not on the grid is ignored.

        Example:
            >>> Grade().of(75, 24.9)
            'A4'
        """
        had = self._levels_of(previous)
        letter = _level(fit, self.fit, self.hysteresis, had[0])
        digit = _level(engagement, self.engagement, self.hysteresis, had[1])
        return _LETTERS[letter] + string.digits[1 + digit]

    def of_all(self, fit: Points, engagement: Points, *, previous: Column | None = None) -> Column:
        """Return the grades of many leads.

        Args:
            fit: (n,) float64 points.
            engagement: (n,) float64 points.
            previous: (n,) the grades that they had, as far as they had one.

        Returns:
            (n,) Column over ``names``.

        Example:
            >>> Grade().of_all(np.array([80.0, 10.0]), np.array([60.0, 30.0])).to_list()
            ['A2', 'D3']
        """
        had = None
        if previous is not None:
            table = np.array(
                [self._levels_of(str(value)) for value in previous.values] + [(-1, -1)], np.int32
            )
            had = table[np.maximum(previous.codes, MISSING)]
        letters = _levels(fit, self.fit, self.hysteresis, None if had is None else had[:, 0])
        digits = _levels(engagement, self.engagement, self.hysteresis, None if had is None else had[:, 1])
        letters *= np.int32(len(self.digits))
        letters += digits
        letters.flags.writeable = False
        return Column(codes=letters, values=self.names)

    def least(self, grade: str) -> tuple[float | None, float | None]:
        """Return the least fit and engagement of a grade, None where there is no least.

        Raises:
            DefinitionError: there is no such grade.

        Example:
            >>> Grade().least("A2"), Grade().least("D4")
            ((75.0, 50.0), (None, None))
        """
        letter, digit = self._levels_of(grade)
        if letter < 0:
            raise DefinitionError(
                f"There is no such grade; the grid goes from {self.names[0]} to {self.names[-1]}."
            )
        return (
            self.fit[letter] if letter < len(self.fit) else None,
            self.engagement[digit] if digit < len(self.engagement) else None,
        )

    def rank(self, grade: str | None) -> tuple[int, int]:
        """Return the letter's and the digit's place, 0 the best; (-1, -1) when it is not on the grid.

        Example:
            >>> Grade().rank("B1")
            (1, 0)
        """
        return self._levels_of(grade)

    def _levels_of(self, grade: str | None) -> tuple[int, int]:
        if grade is None or len(grade) != 2:
            return -1, -1
        letter, digit = self.letters.find(grade[0]), self.digits.find(grade[1])
        return (letter, digit) if letter >= 0 and digit >= 0 else (-1, -1)


def _level(points: float, thresholds: tuple[float, ...], slack: float, had: int) -> int:
    level = sum([points < threshold for threshold in thresholds])
    if 0 <= had < level:
        return max(had, sum(points + slack < threshold for threshold in thresholds))
    return level


def _levels(points: Points, thresholds: tuple[float, ...], slack: float, had: Levels | None) -> Levels:
    levels = np.zeros(len(points), np.int32)
    for threshold in thresholds:
        levels += points < threshold
    if had is not None:
        eased = np.zeros(len(points), np.int32)
        for threshold in thresholds:
            eased += points + slack < threshold
        np.copyto(levels, np.maximum(had, eased), where=(had >= 0) & (had < levels))
    return levels
