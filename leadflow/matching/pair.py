"""One pair: a query's cell and one of an index, read feature by feature as a level asks for them.

For few pairs plain numbers are far cheaper than arrays of one element; ``levels.Operands`` is the same for many.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler

__all__ = ["AskedCell", "HeldCells", "Pair"]

_ROUNDING: Final = 1e-7
_NOTHING: Final = (0.0, 0.0, 0.0)


class AskedCell(Protocol):
    """One feature of a query."""

    @property
    def text(self) -> str | None:
        """The text, of several tokens the first, None where absent; empty for a number."""
        ...

    @property
    def tokens(self) -> Sequence[tuple[str, float]] | None:
        """Each token and its weight in bits; None unless the feature is a set."""
        ...

    @property
    def number(self) -> float | None:
        """The number, NaN where absent; None unless the feature is a number."""
        ...


class HeldCells(Protocol):
    """One feature of the distinct cells of an index."""

    def text_at(self, cell: int) -> str | None:
        """The text of a cell, of several tokens the first, None where absent; empty for a number."""
        ...

    def tokens_at(self, cell: int) -> Sequence[str]:
        """The tokens of a cell."""
        ...

    def weights_at(self, cell: int) -> Sequence[float]:
        """The weight of each token of a cell in bits."""
        ...

    def number_at(self, cell: int) -> float:
        """The number of a cell, NaN where absent."""
        ...


class Pair:
    """A query's distinct cell and one of an index; moved on from cell to cell.

    Attributes:
        asked: feature name to the query's feature.
        held: feature name to the feature in the index.
        cell: the cell of the index.
        glancing: whether is only looked which texts are equal; what needs more is then not known, which is None.
    """

    __slots__ = ("_common", "_similar", "_texts", "asked", "cell", "glancing", "held")

    def __init__(self, asked: Mapping[str, AskedCell], held: Mapping[str, HeldCells]) -> None:
        self.asked = asked
        self.held = held
        self.cell = -1
        self.glancing = False
        self._texts: dict[str, str | None] = {}
        self._similar: dict[tuple[str, str], float] = {}
        self._common: dict[str, tuple[float, float, float]] = {}

    def move(self, cell: int, *, glancing: bool) -> None:
        """Look at a cell of the index."""
        self.glancing = glancing
        if cell != self.cell:
            self.cell = cell
            self._texts.clear()
            self._similar.clear()
            self._common.clear()

    def text(self, feature: str) -> str | None:
        """The index's text, of several tokens the first, None where absent; empty for a number."""
        if feature not in self._texts:
            self._texts[feature] = self.held[feature].text_at(self.cell)
        return self._texts[feature]

    def same(self, own: str, other: str) -> bool:
        """Whether the query has as one feature the text that the index has as another, or the same one."""
        text = self.asked[own].text
        return text is not None and text == self.text(other)

    def present(self, feature: str) -> bool:
        """Whether both sides have the feature."""
        return self.asked[feature].text is not None and self.text(feature) is not None

    def texts(self, feature: str) -> tuple[str, str]:
        """Both texts of a feature that is present."""
        return self.asked[feature].text, self.text(feature)  # type: ignore[return-value]  # present

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
        if not asked or self.text(feature) is None:
            return False
        others = self.held[feature].tokens_at(self.cell)
        return any(token in others for token, _ in asked)

    def common(self, feature: str) -> tuple[float, float, float] | None:
        """The weights of the shared tokens, of the query's and of the index's."""
        found = self._common.get(feature)
        if found is None:
            if self.glancing:
                return None if self.shares(feature) else _NOTHING
            held = self.held[feature]
            known = frozenset(held.tokens_at(self.cell))
            shared = own = 0.0
            for token, weight in self.asked[feature].tokens or ():
                own += weight
                if token in known:
                    shared += weight
            found = self._common[feature] = (shared, own, sum(held.weights_at(self.cell), 0.0))
        return found
