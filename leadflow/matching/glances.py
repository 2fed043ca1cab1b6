"""What a glance at codes tells about the level of a pair, and what then remains to be found out.

Which codes are equal, absent, or exchanged settles most levels of a comparison. The same picture gives the same
answer for every query, so that it is found once.
"""

from collections.abc import Mapping
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.matching.comparison import Comparison
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
    _known: dict[tuple[bool, ...], dict[int, Glance]] = attrs.field(factory=dict)

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

    def at(self, pair: Pair, cells: npt.NDArray[np.int32]) -> list[Glance]:
        """Return what a glance tells about many distinct cells of an index.

        Args:
            pair: with the query; it is moved to cells that give a new picture.
            cells: (n,) with ``ABSENT`` where missing.
        """
        codes = [(name, pair.asked[name].code) for name in self.texts]
        known = self._known.setdefault(tuple([code >= 0 for _, code in codes]), {})
        asked = {name: code for name, code in codes if code >= 0}
        if len(known) > _MOST:
            known.clear()
        if len(cells) > _FEW and (cells >= 0).any():
            pictures = self._pictures(pair, asked, cells).tolist()
        else:
            pictures = [self._picture(pair, asked, cell) if cell >= 0 else -1 for cell in cells.tolist()]
        out = []
        for place, picture in enumerate(pictures):
            glance = known.get(picture)
            if glance is None:
                glance = known[picture] = self._look(pair, int(cells[place]))
            out.append(glance)
        return out

    def level(self, pair: Pair, glance: Glance) -> int:
        """Return the level of a pair in full, as ``columns.compare`` does of many."""
        for code, test in glance.open:
            if test.holds_for(pair):
                return code
        if glance.otherwise is not None:
            return glance.otherwise
        comparable = self.comparison.comparable
        return len(self.comparison.levels) + 1 if comparable is None or comparable.holds_for(pair) else 0

    def _picture(self, pair: Pair, asked: Mapping[str, int], cell: int) -> int:
        """A number that is equal where all codes look alike, as far as the query has something to compare them with."""
        held = pair.held
        picture = 0
        for name, code in asked.items():
            other = held[name].code_at(cell)
            picture = 3 * picture + (0 if other < 0 else 2 if other == code else 1)
        for first, second in self.crossed:
            if first in asked:
                picture = 2 * picture + (asked[first] == held[second].code_at(cell))
        for name in self.tokens:
            if name in asked:
                others = held[name].all_codes()[cell].tolist()
                picture = 2 * picture + any(code in others for code, _ in pair.asked[name].tokens or ())
        return picture

    def _pictures(
        self, pair: Pair, asked: Mapping[str, int], cells: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.int64]:
        """(n,) the pictures of many cells, negative where missing."""
        crossing = [(first, second) for first, second in self.crossed if first in asked]
        codes: dict[str, npt.NDArray[np.int32]] = {}
        for name in dict.fromkeys((*asked, *(second for _, second in crossing))):
            held = pair.held[name].all_codes()
            codes[name] = held[cells] if held.ndim == 1 else held[cells, 0]
        pictures = np.zeros(len(cells), np.int64)
        for name, code in asked.items():
            pictures *= 3
            pictures += codes[name] >= 0
            pictures += codes[name] == code
        for first, second in crossing:
            pictures *= 2
            pictures += codes[second] == asked[first]
        for name in self.tokens:
            if name in asked:
                tokens = [code for code, _ in pair.asked[name].tokens or ()]
                pictures *= 2
                pictures += (pair.held[name].all_codes()[cells][:, :, None] == tokens).any(axis=(1, 2))
        pictures[cells < 0] = -1
        return pictures

    def _look(self, pair: Pair, cell: int) -> Glance:
        """What the picture of a pair tells."""
        if cell < 0:
            return Glance(possible=NOT_THERE, open=(), otherwise=0)
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


def _atoms(tests: list[Test]) -> list[Test]:
    out: list[Test] = []
    for test in tests:
        out += _atoms(list(test.tests)) if isinstance(test, AllOf | AnyOf) else [test]
    return out


def _read(test: Test) -> tuple[str, ...]:
    return test.features() or (test.feature,)  # type: ignore[attr-defined]  # of Unknown, which needs none
