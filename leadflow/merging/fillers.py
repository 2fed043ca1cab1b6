"""Which values are data: what people type into a field that may not stay empty is not."""

from collections.abc import Hashable, Mapping, Sequence
from math import isnan
from typing import Final, TypeGuard

import numpy as np

from leadflow.columns import Column, Flags
from leadflow.records import FIELDS
from leadflow.values.filler import fillers_among, is_filler, is_mark, may_be_filler

__all__ = ["all_texts", "data_cells", "data_of", "is_data"]

_MARKED_FIELDS: Final = frozenset({"rating", "memo"})
_PLAIN_FIELDS: Final = frozenset(FIELDS) - _MARKED_FIELDS
_BEGINNING: Final = 3
"""So many characters tell of most texts that they are data; they are remembered."""


def is_data(field: str, value: Hashable) -> bool:
    """Tell whether a value is data, and not nothing, filler or a set in which nothing else is.

    Example:
        >>> [is_data("title", value) for value in ("部長", "ｎ/a", "×", None, 0, ("なし",), float("nan"))]
        [True, False, False, False, True, False, False]
    """
    if isinstance(value, str):
        return not (may_be_filler(value[:_BEGINNING]) and is_filler(value) and not _answers(field, value))
    if isinstance(value, tuple | frozenset):
        return any(is_data(field, member) for member in value)
    return value is not None and not (isinstance(value, float) and isnan(value))


def data_of(values: Mapping[str, Hashable]) -> dict[str, Hashable]:
    """Return what is data of one record's values, and not filler or an empty set.

    Example:
        >>> data_of({"title": "部長", "city": " 未入力", "tags": (), "memo": None, "rating": "×"})
        {'title': '部長', 'rating': '×'}
    """
    return {name: value for name, value in values.items() if is_data(name, value)}


def data_cells(field: str, column: Column) -> Flags:
    """Tell for each cell of a column whether it holds data.

    Args:
        field: the column's name.
        column: n cells.

    Returns:
        (n,) bool.

    Example:
        >>> data_cells("title", Column.of(["部長", "ｎ/a", "×", None])).tolist()
        [True, False, False, False]
        >>> data_cells("rating", Column.of(["×", "-"])).tolist()
        [True, False]
    """
    never = _never(field, column.values)
    if not never:
        return column.filled
    good = np.array([*(value not in never for value in column.values), False], np.bool_)
    return good[np.maximum(column.codes, -1)]


def _never(field: str, values: Sequence[Hashable]) -> set[Hashable]:
    """Return the values that are not data, as ``is_data`` says of each."""
    try:
        return {text for text in fillers_among(values) if not _answers(field, text)}  # type: ignore[arg-type]  # or it fails
    except TypeError:  # not all of them are texts
        return {value for value in values if not is_data(field, value)}


def all_texts(values: Sequence[Hashable]) -> TypeGuard[Sequence[str]]:
    """Tell whether every value is a text.

    Example:
        >>> all_texts(("部長", "")), all_texts(("部長", 1))
        (True, False)
    """
    return {str}.issuperset(map(type, values))


def _answers(field: str, text: str) -> bool:
    """Tell whether filler is an answer: a mark in a grade, a note, or a question of somebody's own."""
    return field not in _PLAIN_FIELDS and is_mark(text)
