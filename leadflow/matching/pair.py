"""One pair: a query's cell and one of an index, read feature by feature as a level asks for them.

For few pairs plain numbers are far cheaper than arrays of one element; ``levels.Operands`` is the same for many.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, JaroWinkler

__all__ = ["AskedCell", "HeldCells", "Pair"]

_ROUNDING: Final = 1e-7
_NOTHING: Final = (0.0, 0.0, 0.0)


class AskedCell(Protocol):
    """One feature of a query."""

    @property
    def code(self) -> int:
        """The text's code, of several tokens the first, negative where absent."""
        ...

    @property
    def text(self) -> str:
        """The text."""
        ...

    @property
    def tokens(self) -> Sequence[tuple[int, float]] | None:
        """The code and the weight in bits of each token; None unless the feature is a set."""
        ...

    @property
    def number(self) -> float | None:
        """The number, NaN where absent; None unless the feature is a number."""
        ...


class HeldCells(Protocol):
    """One feature of the distinct cells of an index."""

    def all_codes(self) -> npt.NDArray[np.int32]:
        """(u,) the codes of all cells, (u, t) of a set."""
        ...

    def code_at(self, cell: int) -> int:
        """The code of a cell's text, of several tokens the first, negative where absent."""
        ...

    def text_of(self, code: int) -> str:
        """The text of a code."""
        ...

    def tokens_at(self, cell: int) -> Sequence[tuple[int, float]]:
        """The code and the weight in bits of each token of a cell."""
        ...

    def number_at(self, cell: int) -> float:
        """The number of a cell, NaN where absent."""
        ...


class Pair:
    """A query's distinct cell and one of an index; moved on from cell to cell.

    Attributes:
        asked: feature name to the query's feature.
        held: feature name to the feature in the index; codes of both mean the same texts.
        cell: the cell of the index.
        glancing: whether only codes are looked at; what needs more is then not known, which is None.
    """

    __slots__ = ("_codes", "_common", "_similar", "asked", "cell", "glancing", "held")

    def __init__(self, asked: Mapping[str, AskedCell], held: Mapping[str, HeldCells]) -> None:
        self.asked = asked
        self.held = held
        self.cell = -1
        self.glancing = False
        self._codes: dict[str, int] = {}
        self._similar: dict[tuple[str, str], float] = {}
        self._common: dict[str, tuple[float, float, float]] = {}

    def move(self, cell: int, *, glancing: bool) -> None:
        """Look at a cell of the index."""
        self.glancing = glancing
        if cell != self.cell:
            self.cell = cell
            self._codes.clear()
            self._similar.clear()
            self._common.clear()

    def code(self, feature: str) -> int:
        """The code of the index's text, of several tokens the first, negative where absent."""
        code = self._codes.get(feature)
        if code is None:
            code = self._codes[feature] = self.held[feature].code_at(self.cell)
        return code

    def present(self, feature: str) -> bool:
        """Whether both sides have the feature."""
        return self.asked[feature].code >= 0 and self.code(feature) >= 0

    def texts(self, feature: str) -> tuple[str, str]:
        """Both texts of a feature that is present."""
        return self.asked[feature].text, self.held[feature].text_of(self.code(feature))

    def reaches(self, feature: str, metric: str, at_least: float) -> bool | None:
        """Whether two texts are at least so similar, with the rounding of ``levels.Similar``."""
        if not self.present(feature):
            return False
        if self.glancing:
            return None
        found = self._similar.get((feature, metric))
        if found is None:
            a, b = self.texts(feature)
            if metric == "edits":
                found = -float(OSA.distance(a, b))
            else:
                found = float(JaroWinkler.normalized_similarity(a, b))
            self._similar[feature, metric] = found
        floor = at_least - 1e-6
        if abs(found - floor) > _ROUNDING:
            return found > floor
        return float(np.float32(found)) >= floor

    def within(self, feature: str, limit: float, *, relative: bool) -> bool:
        """Whether two numbers differ by no more than a limit, or a share of the larger magnitude."""
        a, b = self.asked[feature].number, self.held[feature].number_at(self.cell)
        if a is None:
            return False
        most = limit * max(abs(a), abs(b)) if relative else limit
        return abs(a - b) <= most + 1e-12

    def shares(self, feature: str) -> bool:
        """Whether a token is in both sets."""
        asked = self.asked[feature].tokens
        if not asked or self.code(feature) < 0:
            return False
        codes = {code for code, _ in self.held[feature].tokens_at(self.cell)}
        return any(code in codes for code, _ in asked)

    def common(self, feature: str) -> tuple[float, float, float] | None:
        """The weights of the shared tokens, of the query's and of the index's."""
        found = self._common.get(feature)
        if found is None:
            if self.glancing:
                return None if self.shares(feature) else _NOTHING
            others = self.held[feature].tokens_at(self.cell)
            codes = {code for code, _ in others}
            shared = own = 0.0
            for code, weight in self.asked[feature].tokens or ():
                own += weight
                if code in codes:
                    shared += weight
            found = self._common[feature] = (shared, own, sum((weight for _, weight in others), 0.0))
        return found
