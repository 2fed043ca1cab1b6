"""A query of a live index: its side of every comparison, beside the distinct cells that the index holds."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import attrs

from leadflow.matching.asked import Asked
from leadflow.matching.columns import Levels, compare
from leadflow.matching.comparison import Comparison
from leadflow.matching.encoding import Int32
from leadflow.matching.features import Derived, Kind
from leadflow.matching.glances import Glance, Glances
from leadflow.matching.growing import GrowingFeature, GrowingRows
from leadflow.matching.pair import Pair
from leadflow.matching.prospects import Possible
from leadflow.matching.readings import Reading
from leadflow.matching.weights import Frequencies

__all__ = ["IndexedColumn", "Question", "question_of", "ratio_of"]


@attrs.define(eq=False, repr=False)
class IndexedColumn:
    """The features of one comparison.

    Attributes:
        comparison: what is compared.
        kind: how its cells are read.
        reads: each of its columns with what is read of its cells.
        frequencies: of its features.
        rows: the distinct cell of each record.
        features: by name.
        ratios: level code to the log2 frequency ratio of each distinct cell.
        glances: what looks alike.
    """

    comparison: Comparison
    kind: Kind
    reads: tuple[tuple[str, Reading], ...]
    frequencies: Frequencies
    rows: GrowingRows
    features: dict[str, GrowingFeature]
    ratios: dict[int, GrowingRows]
    glances: Glances

    def levels(self, asked: Asked, here: Int32, ib: Int32) -> Levels:
        """The levels between a query's cells and some of the distinct cells."""
        return compare(
            self.comparison,
            asked,
            {name: feature.view() for name, feature in self.features.items()},
            here,
            ib,
            rarity={
                name: feature.token_weights() for name, feature in self.features.items() if feature.is_set
            },
            places=asked.places(),
        )


class Side:
    """A query's side of one comparison, with what is known of the distinct cells asked so far."""

    __slots__ = ("_cells", "_column", "_glances", "_levels", "_pair", "_ratios", "asked")

    def __init__(self, column: IndexedColumn, derived: Derived) -> None:
        self.asked = Asked(column.features, derived)
        self._column = column
        self._pair: Pair | None = None
        self._cells: Sequence[int] = ()
        self._glances: Sequence[Glance] = ()
        self._levels: dict[int, int] = {}
        self._ratios: dict[int, float] = {}

    def glance(self, rows: Sequence[int]) -> list[Possible]:
        """The levels that rows of the index may have, by their codes."""
        self._cells = self._column.rows.at(rows)
        self._glances = self._column.glances.at(self.asked, self._cells)
        return [glance.possible for glance in self._glances]

    def level(self, place: int) -> int:
        """The level of one of the rows glanced at."""
        cell = self._cells[place]
        level = self._levels.get(cell)
        if level is None:
            if self._pair is None:
                self._pair = Pair(self.asked, self._column.features)
            self._pair.move(cell, glancing=False)
            level = self._levels[cell] = self._column.glances.level(self._pair, self._glances[place])
        return level

    def ratio(self, level: int) -> float:
        """The log2 frequency ratio of the query's cell at a level."""
        ratio = self._ratios.get(level)
        if ratio is None:
            ratio = self._ratios[level] = ratio_of(self._column, level, self.asked.values_of)
        return ratio


Question: TypeAlias = dict[int, Side]
"""A query: its side of each comparison for which it has something."""


def question_of(columns: Sequence[IndexedColumn], derived: Sequence[Derived | None]) -> Question:
    """Take a query's side of every comparison for which it has something."""
    return {
        k: Side(column, given)
        for k, (column, given) in enumerate(zip(columns, derived, strict=True))
        if given is not None
    }


def ratio_of(column: IndexedColumn, code: int, values: Mapping[str, object]) -> float:
    """The log2 frequency ratio of one cell, as ``Frequencies.of_levels`` gives it for many."""
    return column.frequencies.of_texts(code, column.comparison, values)
