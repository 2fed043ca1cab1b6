"""What the cells of a column are: moments, numbers, places of units."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from leadflow.columns import Codes, Column
from leadflow.records.batches import NO_TIME, Seconds, to_seconds

__all__ = ["moments", "numbers", "unit_codes"]


def moments(column: Column) -> Seconds:
    """Return the moments in a column as int64 seconds; ``NO_TIME`` for what is no moment.

    Example:
        >>> moments(Column.of([dt.datetime(1970, 1, 2, tzinfo=dt.UTC), "x"])).tolist()[0]
        86400
    """
    table = np.fromiter(
        (to_seconds(value) if isinstance(value, dt.datetime) else NO_TIME for value in column.values),
        np.int64,
        len(column.values),
    )
    return np.append(table, NO_TIME)[np.maximum(column.codes, -1)]


def numbers(column: Column) -> npt.NDArray[np.float64]:
    """Return the numbers in a column; NaN for what is no number.

    Example:
        >>> numbers(Column.of([1, None, "x"])).tolist()
        [1.0, nan, nan]
    """
    table = np.fromiter(
        (
            float(value) if isinstance(value, int | float) and not isinstance(value, bool) else np.nan
            for value in column.values
        ),
        np.float64,
        len(column.values),
    )
    return np.append(table, np.nan)[np.maximum(column.codes, -1)]


def unit_codes(column: Column, ids: Sequence[str]) -> Codes:
    """Return for each cell the place of its id among ids, or the last place for what is not among them.

    Example:
        >>> unit_codes(Column.of(["b", None, "?"]), ["a", "b", "other"]).tolist()
        [1, 2, 2]
    """
    place = {unit: row for row, unit in enumerate(ids)}
    last = len(ids) - 1
    table = np.fromiter(
        (place.get(str(value), last) for value in column.values), np.int32, len(column.values)
    )
    return np.append(table, np.int32(last)).astype(np.int32)[np.maximum(column.codes, -1)]
