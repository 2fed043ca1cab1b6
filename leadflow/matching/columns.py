"""A table seen by comparisons: distinct cells, their features, and the levels of pairs of rows."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column, encode
from leadflow.matching.comparison import Comparison
from leadflow.matching.encoding import (
    ABSENT,
    Feature,
    FeatureLike,
    Floats,
    Int32,
    UInt64,
    content_hashes,
    content_hashes_of_rows,
    mixed,
)
from leadflow.matching.features import KINDS, Derived, Kind
from leadflow.matching.folding import folded_feature, plain_feature
from leadflow.matching.levels import Operands
from leadflow.matching.readings import readings_of
from leadflow.matching.similarity import compiled_levels
from leadflow.matching.sorting import distinct_keys
from leadflow.records.tables import Table

__all__ = ["KINDS_AT_ONCE", "ComparedColumns", "Levels", "compare", "row_hashes"]

Levels = npt.NDArray[np.uint8]


KINDS_AT_ONCE: Final[Mapping[str, Callable[[Sequence[Hashable]], Feature]]] = {
    "text": folded_feature,
    "custom": folded_feature,
    "exact": plain_feature,
    "source": plain_feature,
}
"""Kinds of which the one feature is the text itself, so that arrays encode a whole column at once."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ComparedColumns:
    """The columns of one comparison, each distinct combination of cells once.

    Attributes:
        comparison: what is compared.
        rows: (n,) int32, the row's distinct cells; ``ABSENT`` where all cells are missing.
        features: feature name to (u,) feature of the distinct cells.
        hashes: (u,) uint64, content hashes of the distinct cells.

    Example:
        >>> from leadflow.matching import comparisons as c
        >>> from leadflow.records.tables import Table
        >>> compared = ComparedColumns.of(c.exact("a"), Table.of({"a": ["x", None, "x"]}))
        >>> compared.rows.tolist()
        [0, -1, 0]
    """

    comparison: Comparison
    rows: Int32
    features: Mapping[str, Feature]
    hashes: UInt64

    @classmethod
    def of(cls, comparison: Comparison, table: Table) -> "ComparedColumns":
        """Encode a table's columns for a comparison.

        Raises:
            UnknownNameError: the table has no such column.
        """
        given = table.derived(cls.key(comparison), lambda: cls._derive(comparison, table))
        return attrs.evolve(given, comparison=comparison)

    @staticmethod
    def key(comparison: Comparison) -> Hashable:
        """Return the key under which a table holds what was derived of it for comparisons of this kind and columns."""
        return "compared", comparison.kind, comparison.columns

    @classmethod
    def _derive(cls, comparison: Comparison, table: Table) -> "ComparedColumns":
        columns = [table.column(name) if name else None for name in comparison.columns]
        if len(columns) == 1 and columns[0] is not None and comparison.kind in KINDS_AT_ONCE:
            column = columns[0]
            feature = table.derived(
                (comparison.kind, comparison.columns), lambda: KINDS_AT_ONCE[comparison.kind](column.values)
            )
            return cls(
                comparison=comparison,
                rows=np.maximum(column.codes, ABSENT),
                features={"text": feature},
                hashes=content_hashes(column.values),
            )
        rows, places = _distinct(columns, len(table))
        values = [None if column is None else column.values for column in columns]
        kind = KINDS[comparison.kind]
        read = [
            readings_of(table, name, kind.reading(place)) if name else None
            for place, name in enumerate(comparison.columns)
        ]
        return cls(
            comparison=comparison,
            rows=rows,
            features=_features_of(kind, read, places),
            hashes=_hashes(values, places),
        )

    def take(self, rows: npt.NDArray[np.intp]) -> "ComparedColumns":
        """Return the columns of some rows."""
        return attrs.evolve(self, rows=self.rows[rows])

    def codes(self, feature: str) -> Int32:
        """(n,) int32 codes of a feature per row, ``ABSENT`` where missing; of tokens the first."""
        return np.append(self.features[feature].first(), np.int32(ABSENT))[self.rows]


def _distinct(columns: Sequence[Column | None], n: int) -> tuple[Int32, list[Int32]]:
    """Return the distinct cells of each row, and of those the code in each column."""
    given = [column for column in columns if column is not None]
    if len(given) == 1:
        every = np.arange(len(given[0].values), dtype=np.int32)
        return np.maximum(given[0].codes, ABSENT), [
            np.full(len(every), ABSENT, np.int32) if column is None else every for column in columns
        ]
    key = np.zeros(n, np.int64)
    for column in given:
        size = len(column.values) + 1
        if key.size and int(key.max()) > np.iinfo(np.int64).max // size - size:
            key = distinct_keys(key)[1]
        key = key * size + np.maximum(column.codes, ABSENT) + 1
    first, back = distinct_keys(key)
    places = [
        np.full(len(first), ABSENT, np.int32) if column is None else np.maximum(column.codes[first], ABSENT)
        for column in columns
    ]
    empty = np.maximum.reduce(places) < 0
    return np.where(empty, ABSENT, np.arange(len(first)))[back].astype(np.int32), places


def _hashes(columns: Sequence[tuple[Hashable, ...] | None], places: Sequence[Int32]) -> UInt64:
    """Hash distinct cells: of one column by the cell itself, of several by the tuple of theirs."""
    if len(columns) == 1:
        return content_hashes(columns[0] or ())
    return content_hashes_of_rows(columns, places)


def _spread(columns: Sequence[Sequence[object] | None], places: Sequence[Int32]) -> list[list[object]]:
    """Return of each column what stands at its places."""
    return [
        [None] * len(at)
        if column is None
        else np.fromiter((*column, None), object, len(column) + 1)[at].tolist()
        for column, at in zip(columns, places, strict=True)
    ]


def _features_of(
    kind: Kind, read: Sequence[Sequence[Hashable] | None], places: Sequence[Int32]
) -> dict[str, Feature]:
    """Encode every feature of distinct cells by what was read of each column; what reads alike is derived once."""
    encoded = [None if each is None else encode(each) for each in read]
    alike = any(found is not None and len(found[1]) * 2 < len(found[0]) for found in encoded)
    if not alike:
        return _features(kind, map(kind.derive, zip(*_spread(read, places), strict=True)))
    columns = [
        None if found is None else Column(codes=np.append(found[0], np.int32(ABSENT))[at], values=found[1])
        for found, at in zip(encoded, places, strict=True)
    ]
    same, firsts = _distinct(columns, len(places[0]))
    values = [None if column is None else column.values for column in columns]
    features = _features(kind, map(kind.derive, zip(*_spread(values, firsts), strict=True)))
    return {name: feature.take(same) for name, feature in features.items()}


def _features(kind: Kind, cells: Iterable[Derived]) -> dict[str, Feature]:
    """Encode every feature of distinct cells."""
    derived = list(zip(*cells, strict=True)) or [()] * len(kind.features)
    columns = dict(zip(kind.features, derived, strict=True))
    out: dict[str, Feature] = {}
    for group in kind.crossed:
        out.update(zip(group, Feature.together([columns[name] for name in group]), strict=True))
    for name, shape in kind.features.items():
        if name in out:
            continue
        if shape == "text":
            out[name] = Feature.of_texts(columns[name])
        elif shape == "tokens":
            out[name] = Feature.of_tokens(columns[name])
        else:
            out[name] = Feature.of_numbers(columns[name])
    return {name: out[name] for name in kind.features}


def compare(
    comparison: Comparison,
    left: Mapping[str, FeatureLike],
    right: Mapping[str, FeatureLike],
    ia: Int32,
    ib: Int32,
    *,
    rarity: Mapping[str, Floats],
    places: Mapping[str, Int32] | None = None,
) -> Levels:
    """Return the level of pairs of distinct cells.

    Args:
        comparison: what is compared.
        left: the features of the left cells.
        right: the features of the right cells; codes mean the same texts on both sides.
        ia: (n_pairs,) left cells, ``ABSENT`` where missing.
        ib: (n_pairs,) right cells.
        rarity: token feature to the weights of tokens, as in ``Operands``.
        places: as in ``Operands``.

    Returns:
        (n_pairs,) uint8; 0 is missing, then the levels, and last "different".
    """
    known = _compiled(comparison, left, ia, ib) if left is right else None
    if known is None:
        out, rest = np.zeros(len(ia), np.uint8), ((ia >= 0) & (ib >= 0)).nonzero()[0]
    else:
        out, rest = known
        out[rest] = 0
    pairs = Operands(
        left,
        right,
        ia.take(rest),
        ib.take(rest),
        {} if places is None else places,
        rarity,
        comparison.cutoffs,
    )
    for code, level in enumerate(comparison.levels, 1):
        if not rest.size:
            return out
        answers = level.test.holds(pairs)
        hits = answers.nonzero()[0]
        if hits.size:
            out[rest.take(hits)] = code
            keep = (~answers).nonzero()[0]
            rest, pairs = rest.take(keep), pairs.narrowed(keep)
    if comparison.comparable is not None:
        out[rest[comparison.comparable.holds(pairs)]] = len(comparison.levels) + 1
        return out
    comparable = np.zeros(len(rest), np.bool_)
    for features in comparison.needed:
        comparable |= np.logical_and.reduce([pairs.present(feature) for feature in features])
    out[rest[comparable]] = len(comparison.levels) + 1
    return out


def _compiled(
    comparison: Comparison, features: Mapping[str, FeatureLike], ia: Int32, ib: Int32
) -> tuple[Levels, npt.NDArray[np.intp]] | None:
    """The levels of many pairs of one table that a compiled kernel knows, and the pairs that it does not."""
    steps = comparison.steps
    if steps is None or (bank := features[steps.feature].bank) is None:
        return None
    # As in ``Similar``, a similarity may be a rounding short of its step.
    close = [step - 1e-6 for step in steps.closeness]
    return compiled_levels(bank, features[steps.feature].codes, ia, ib, metric=steps.metric, steps=close)


def row_hashes(columns: Sequence[ComparedColumns]) -> UInt64:
    """Hash the content of rows over all comparisons, the same in every process and row order.

    Returns:
        (n,) uint64.
    """
    total = np.zeros(len(columns[0].rows), np.uint64)
    for place, column in enumerate(columns):
        salted = mixed(column.hashes ^ np.uint64(0x9E3779B97F4A7C15 * (place + 1) % (1 << 64)))
        total += np.append(salted, np.uint64(place + 1))[column.rows]
    return mixed(total)
