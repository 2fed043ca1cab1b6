"""What a glance at texts tells about the level of a pair, and what then remains to be found out.

Which texts are equal, absent, or exchanged settles most levels of a comparison. The same picture gives the same
answer for every query, so that it is found once. A few pairs are looked at text by text, many by their codes.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.matching.asked import Asked
from leadflow.matching.comparison import Comparison
from leadflow.matching.encoding import ABSENT
from leadflow.matching.levels import AllOf, AnyOf, Crossed, Test
from leadflow.matching.pair import Pair
from leadflow.matching.prospects import NOT_THERE, Possible

__all__ = ["Glance", "Glances"]

_MOST: Final = 10_000
_FEW: Final = 8


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Glance:
    """What a picture tells.

    Attributes:
        possible: the levels that the pair may have.
        open: the levels that may hold, in order, and their tests.
        otherwise: the level when none of them holds; None when that is open too.
    """

    possible: Possible
    open: tuple[tuple[int, Test], ...]
    otherwise: int | None


@attrs.define(eq=False, repr=False)
class Glances:
    """The glances of a comparison.

    Attributes:
        comparison: what is compared.
        texts: the features of which codes are looked at.
        tokens: the features that are sets.
        crossed: the pairs of features that may be exchanged.
    """

    comparison: Comparison
    texts: tuple[str, ...]
    tokens: tuple[str, ...]
    crossed: tuple[tuple[str, str], ...]
    _known: dict[tuple[str, ...], dict[int, Glance]] = attrs.field(factory=dict)

    @classmethod
    def of(cls, comparison: Comparison, tokens: frozenset[str]) -> "Glances":
        """Prepare the glances of a comparison.

        Args:
            comparison: what is compared.
            tokens: its features that are sets.
        """
        tests = [level.test for level in comparison.levels]
        atoms = _atoms([*tests, comparison.comparable] if comparison.comparable else tests)
        names = dict.fromkeys(name for test in atoms for name in _read(test))
        crossed = [
            pair
            for test in atoms
            if isinstance(test, Crossed)
            for pair in ((test.first, test.second), (test.second, test.first))
        ]
        return cls(
            comparison,
            tuple(names),
            tuple(name for name in names if name in tokens),
            tuple(dict.fromkeys(crossed)),
        )

    def at(self, asked: Asked, cells: Sequence[int]) -> list[Glance]:
        """Return what a glance tells about the cells of some rows of an index.

        Args:
            asked: the query.
            cells: the distinct cell of each row, ``ABSENT`` where missing.
        """
        told = asked.texts(self.texts)
        known = self._known.setdefault(tuple(told), {})
        if len(known) > _MOST:
            known.clear()
        there = [cell for cell in set(cells) if cell >= 0]
        pictures = self._pictures if len(there) > _FEW else self._few_pictures
        found = {ABSENT: _NOTHING}
        for cell, picture in zip(there, pictures(asked, told, there), strict=True):
            glance = known.get(picture)
            if glance is None:
                glance = known[picture] = self._look(asked, cell)
            found[cell] = glance
        return [found[cell] for cell in cells]

    def level(self, pair: Pair, glance: Glance) -> int:
        """Return the level of a pair in full, as ``columns.compare`` does of many."""
        for code, test in glance.open:
            if test.holds_for(pair):
                return code
        if glance.otherwise is not None:
            return glance.otherwise
        comparable = self.comparison.comparable
        return len(self.comparison.levels) + 1 if comparable is None or comparable.holds_for(pair) else 0

    def _few_pictures(self, asked: Asked, told: Mapping[str, str], cells: Sequence[int]) -> list[int]:
        """Numbers that are equal where all texts look alike, as far as the query has something to compare them with."""
        held = asked.held
        crossed = [(told[first], second) for first, second in self.crossed if first in told]
        tokens = [(asked.tokens(name), held[name]) for name in self.tokens if name in told]
        pictures = []
        for cell in cells:
            picture = 0
            there: dict[str, str | None] = {}
            for name, text in told.items():
                other = there[name] = held[name].text_at(cell)
                picture = 3 * picture + (0 if other is None else 2 if other == text else 1)
            for text, name in crossed:
                other = there[name] if name in there else held[name].text_at(cell)
                picture = 2 * picture + (text == other)
            for own, feature in tokens:
                picture = 2 * picture + (not own.isdisjoint(feature.tokens_at(cell)))
            pictures.append(picture)
        return pictures

    def _pictures(self, asked: Asked, told: Mapping[str, str], cells: Sequence[int]) -> list[int]:
        """The same numbers, of many cells by codes."""
        crossing = [(first, second) for first, second in self.crossed if first in told]
        codes: dict[str, npt.NDArray[np.int32]] = {}
        for name in dict.fromkeys((*told, *(second for _, second in crossing))):
            held = asked.held[name].all_codes()
            codes[name] = held[cells] if held.ndim == 1 else held[cells, 0]
        pictures = np.zeros(len(cells), np.int64)
        for name in told:
            pictures *= 3
            pictures += codes[name] >= 0
            pictures += codes[name] == asked[name].every_code[0]
        for first, second in crossing:
            pictures *= 2
            pictures += codes[second] == asked[first].every_code[0]
        for name in self.tokens:
            if name in told:
                tokens = asked[name].every_code
                pictures *= 2
                pictures += (asked.held[name].all_codes()[cells][:, :, None] == tokens).any(axis=(1, 2))
        numbers: list[int] = pictures.tolist()
        return numbers

    def _look(self, asked: Asked, cell: int) -> Glance:
        """What the picture of a pair tells."""
        pair = Pair(asked, asked.held)
        pair.move(cell, glancing=True)
        comparison = self.comparison
        left_open: list[tuple[int, Test]] = []
        for code, level in enumerate(comparison.levels, 1):
            answer = level.test.holds_for(pair)
            if answer:
                return Glance(
                    possible=frozenset([code, *(each for each, _ in left_open)]),
                    open=tuple(left_open),
                    otherwise=code,
                )
            if answer is None:
                left_open.append((code, level.test))
        if comparison.comparable is not None:
            differs = comparison.comparable.holds_for(pair)
        else:
            differs = any(all(map(pair.present, group)) for group in comparison.needed)
        last = len(comparison.levels) + 1
        ends = (0, last) if differs is None else (last,) if differs else (0,)
        return Glance(
            possible=frozenset([*ends, *(code for code, _ in left_open)]),
            open=tuple(left_open),
            otherwise=ends[0] if len(ends) == 1 else None,
        )


_NOTHING: Final = Glance(possible=NOT_THERE, open=(), otherwise=0)
"""What is told of a cell that is not there."""


def _atoms(tests: list[Test]) -> list[Test]:
    out: list[Test] = []
    for test in tests:
        out += _atoms(list(test.tests)) if isinstance(test, AllOf | AnyOf) else [test]
    return out


def _read(test: Test) -> tuple[str, ...]:
    return test.features() or (test.feature,)  # type: ignore[attr-defined]  # of Unknown, which needs none
