"""What the cells of a column are: moments, months, numbers, places of units."""

import datetime as dt
from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from leadflow.calendars import FiscalCalendar, PeriodKind
from leadflow.columns import Codes, Column
from leadflow.records.batches import NO_TIME, Seconds, to_seconds
from leadflow.records.events import Json

__all__ = ["ids_at", "moment_told", "moments", "month_codes", "numbers", "places_of", "unit_codes"]

V = TypeVar("V", bound=Hashable)


def ids_at(ids: Sequence[str], rows: npt.NDArray[np.integer]) -> tuple[str, ...]:
    """Return the ids of leads, each once, in order; somebody who is no lead has none.

    Args:
        ids: the id of each lead.
        rows: (n,) which lead; negative for somebody who is none.

    Example:
        >>> ids_at(["L1", "L2"], np.array([1, -1, 0, 1]))
        ('L2', 'L1')
    """
    found: list[int] = rows.tolist()
    return tuple(dict.fromkeys(ids[row] for row in found if row >= 0))


def moment_told(value: Json) -> dt.datetime | None:
    """Return the aware moment that a text tells; None for what tells none, or has no time zone.

    Example:
        >>> moment_told("2026-07-01T09:00:00+09:00").isoformat(), moment_told("2026-07-01"), moment_told(7)
        ('2026-07-01T09:00:00+09:00', None, None)
    """
    try:
        moment = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


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
    return np.append(table, [NO_TIME, NO_TIME])[column.codes]


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
    return np.append(table, [np.nan, np.nan])[column.codes]


def month_codes(fiscal: FiscalCalendar, days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    """Number the months of many days, as ``FiscalCalendar.period_codes`` does, looking at each day of the span once.

    Example:
        >>> days = np.array(["2026-04-30", "2026-05-01", "2026-04-01"], "datetime64[D]")
        >>> (month_codes(FiscalCalendar(), days) - month_codes(FiscalCalendar(), days)[0]).tolist()
        [0, 1, 0]
    """
    if not len(days):
        return np.empty(0, np.int64)
    first = days.min()
    whole = np.arange(first, days.max() + np.timedelta64(1, "D"))
    codes: npt.NDArray[np.int64] = fiscal.period_codes(whole, PeriodKind.MONTH)[
        (days - first).astype(np.int64)
    ]
    return codes


def places_of(values: Sequence[V], wanted: AbstractSet[V]) -> dict[V, int]:
    """Return where some of many values stand; numbering them all would take longer than looking at each once.

    Example:
        >>> places_of(("a", "b", "c"), {"c", "a", "x"})
        {'a': 0, 'c': 2}
    """
    if not wanted:
        return {}
    there = np.flatnonzero(np.fromiter(map(wanted.__contains__, values), np.bool_, len(values)))
    return {values[place]: place for place in there.tolist()}


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
    return np.append(table, np.array([last, last], np.int32))[column.codes]
