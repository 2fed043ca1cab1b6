"""Activities indexed by kind and lead, and the points of a signal for every lead."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Codes, Column, Flags
from leadflow.records.activities import ActivityLog
from leadflow.records.batches import NO_TIME
from leadflow.scoring.joining import places_of
from leadflow.scoring.points import MAX_AGE, Points, settled_all
from leadflow.scoring.signals import Repeat, Signal, among

__all__ = ["ActivityIndex", "Positions", "order_by_kind", "signal_points"]

_FEW_KINDS: Final = 64

Positions = npt.NDArray[np.intp]
"""(k,) positions in an activity log, rising."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ActivityIndex:
    """A log of activities, ready to be asked by kind and by lead.

    Attributes:
        log: m activities.
        row_of_lead: (k + 2,) int32, read-only; the batch row of each distinct lead of the log, -1 for none;
            the last two entries stand for a missing and a cleared lead.
        repeated: (m,) bool where an idempotency key comes again, or None when none does.
        now: the moment of the question in seconds since 1970 UTC.
        ignored: why activities do not count, to how many.
    """

    log: ActivityLog
    row_of_lead: Codes
    repeated: Flags | None
    now: int
    ignored: dict[str, int]
    _memo: dict[str, tuple[Positions, Positions]] = attrs.field(init=False, factory=dict)

    @classmethod
    def of(
        cls, log: ActivityLog, ids: Sequence[str], now: int, *, pool: ThreadPoolExecutor | None = None
    ) -> "ActivityIndex":
        """Index a log for a batch of leads.

        Args:
            log: m activities.
            ids: (n,) lead ids.
            now: the moment of the question in seconds since 1970 UTC.
            pool: threads for the compiled kernels; None does it in numpy.

        Example:
            >>> ActivityIndex.of(ActivityLog.of([]), ["L1"], 0).ignored
            {}
        """
        row_of_lead = _row_of_lead(log, ids, pool)
        repeated = _repeated(log, row_of_lead)
        latest, earliest = (int(log.at.max()), int(log.at.min())) if len(log) else (now, now)
        counts = {
            "duplicate": 0 if repeated is None else int(np.count_nonzero(repeated)),
            "future": int(np.count_nonzero(log.at > now)) if latest > now else 0,
            "undated": int(np.count_nonzero(log.at < _oldest(now))) if earliest < _oldest(now) else 0,
            "unknown lead": _unknown(log, row_of_lead),
        }
        return cls(
            log=log,
            row_of_lead=row_of_lead,
            repeated=repeated,
            now=now,
            ignored={why: count for why, count in counts.items() if count},
        )

    def of_kind(self, kind: str) -> Positions:
        """Return the positions of the activities of a kind, each idempotency key once.

        Example:
            >>> ActivityIndex.of(ActivityLog.of([]), ["L1"], 0).of_kind("call").tolist()
            []
        """
        kinds = self.log.kinds
        if kind not in kinds.values:
            return np.empty(0, np.intp)
        if "kinds" not in self._memo:
            self.remember(order_by_kind(kinds))
        order, ends = self._memo["kinds"]
        code = kinds.values.index(kind)
        positions = order[ends[code] : ends[code + 1]]
        return positions if self.repeated is None else positions[~self.repeated[positions]]

    def of_row(self, row: int) -> list[int]:
        """Return the positions of the activities of one lead, in order.

        Args:
            row: the lead's row in the batch.

        Example:
            >>> ActivityIndex.of(ActivityLog.of([]), ["L1"], 0).of_row(0)
            []
        """
        if "rows" not in self._memo:
            rows = self.row_of_lead[self.log.lead_ids.codes]
            order = np.argsort(rows, kind="stable")
            self._memo["rows"] = (order, rows[order].astype(np.intp))
        order, sorted_rows = self._memo["rows"]
        first, last = np.searchsorted(sorted_rows, [row, row + 1])
        return [int(position) for position in order[first:last]]

    def row(self, position: int) -> int:
        """Return the batch row of an activity's lead, or -1.

        Example:
            >>> import datetime as dt
            >>> from leadflow.records import Activity
            >>> call = Activity(lead_id="L1", kind="call", at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> ActivityIndex.of(ActivityLog.of([call]), ["L0", "L1"], 0).row(0)
            1
        """
        return int(self.row_of_lead[self.log.lead_ids.codes[position]])

    def remember(self, order: tuple[Positions, Positions]) -> None:
        """Take the order by kind that ``order_by_kind`` has found.

        Example:
            >>> ActivityIndex.of(ActivityLog.of([]), ["L1"], 0).remember(order_by_kind(Column.of([])))
        """
        self._memo["kinds"] = order

    def release(self) -> None:
        """Forget the order by kind, which only scoring needs.

        Example:
            >>> ActivityIndex.of(ActivityLog.of([]), ["L1"], 0).release()
        """
        self._memo.pop("kinds", None)

    def countable(self) -> Flags:
        """Return which activities count for conditions: dated, not in the future, each key once.

        Returns:
            (m,) bool.

        Example:
            >>> ActivityIndex.of(ActivityLog.of([]), ["L1"], 0).countable().tolist()
            []
        """
        counts = (self.log.at <= self.now) & (self.log.at >= _oldest(self.now))
        return counts if self.repeated is None else counts & ~self.repeated


def signal_points(
    signal: Signal, index: ActivityIndex, positions: Positions, n: int, day_offset: int
) -> Points:
    """Return what a signal gives each lead, before its cap.

    Args:
        signal: the signal.
        index: the activities.
        positions: those of the signal's kind.
        n: the number of leads.
        day_offset: seconds by which local days begin before UTC days.

    Returns:
        (n,) float64 points.
    """
    log = index.log
    for name, options in signal.where:
        column = log.attributes.get(name)
        positions = positions[:0] if column is None else positions[column.test(among(options))[positions]]
    ages = np.subtract(index.now, np.take(log.at, positions, mode="clip"))
    # one unsigned comparison is both: not in the future, and within reach
    in_reach = ages.view(np.uint64) < np.uint64(signal.reach)
    if not in_reach.all():
        positions, ages = positions[in_reach], ages[in_reach]
    rows = np.take(index.row_of_lead, np.take(log.lead_ids.codes, positions, mode="clip"), mode="wrap")
    if "unknown lead" in index.ignored:
        known = rows >= 0
        positions, ages, rows = positions[known], ages[known], rows[known]
    if signal.repeat is not Repeat.EVERY:
        kept = _latest(rows, ages, _occasions(signal, index, positions, day_offset))
        ages, rows = ages[kept], rows[kept]
    if signal.decay is None:
        return np.bincount(rows, minlength=n).astype(np.float64) * signal.points
    worth = signal.decay.factors(ages)
    worth *= signal.points
    # without a single activity bincount answers in integers
    return np.asarray(np.bincount(rows, settled_all(worth), minlength=n), np.float64)


def _occasions(
    signal: Signal, index: ActivityIndex, positions: Positions, day_offset: int
) -> npt.NDArray[np.int64] | None:
    match signal.repeat:
        case Repeat.ONCE_PER_DAY:
            return (index.log.at[positions] + day_offset) // 86400
        case Repeat.ONCE_PER_VALUE:
            column = index.log.attributes.get(signal.per or "")
            if column is None:
                return None
            return np.maximum(column.codes[positions], -1).astype(np.int64)
        case _:
            return None


def _latest(rows: Codes, ages: npt.NDArray[np.int64], occasions: npt.NDArray[np.int64] | None) -> Positions:
    """Return the place of the youngest activity of each lead and occasion."""
    if not len(rows):
        return np.empty(0, np.intp)
    keys = (ages, rows) if occasions is None else (ages, occasions, rows)
    order = np.lexsort(keys)
    differs = np.zeros(len(order), np.bool_)
    differs[0] = True
    for key in keys[1:]:
        ordered = key[order]
        differs[1:] |= ordered[1:] != ordered[:-1]
    return np.asarray(order[differs], np.intp)


def order_by_kind(kinds: Column) -> tuple[Positions, Positions]:
    """Return all positions in order of kind, and where each kind begins and ends; a counting sort.

    Args:
        kinds: (m,) the kinds of activities.

    Example:
        >>> order, ends = order_by_kind(Column.of(["b", "a", "b"]))
        >>> order.tolist(), ends.tolist()
        ([0, 2, 1], [0, 2, 3])
    """
    k = len(kinds.values)
    small = next(kind for kind in (np.uint8, np.uint16, np.uint32) if k < np.iinfo(kind).max - 1)
    # missing and cleared kinds become the two largest numbers and so come last
    codes = kinds.codes.astype(small)
    if k <= _FEW_KINDS:
        counts = np.array([0, *(np.count_nonzero(codes == code) for code in range(k))])
    else:
        counts = np.append(0, np.bincount(codes[kinds.codes >= 0], minlength=k))
    return np.argsort(codes, kind="stable"), np.cumsum(counts)


def _row_of_lead(log: ActivityLog, ids: Sequence[str], pool: ThreadPoolExecutor | None) -> Codes:
    values = log.lead_ids.values
    table = np.full(len(values) + 2, -1, np.int32)
    same = tuple(ids) == values
    table[:-2] = np.arange(len(values), dtype=np.int32) if same else places_of(values, ids, pool=pool)
    table.flags.writeable = False
    return table


def _repeated(log: ActivityLog, row_of_lead: Codes) -> Flags | None:
    """Return where an idempotency key comes again for the same lead; the earliest activity is the one kept."""
    codes = log.keys.codes
    if len(codes) < 2 or bool((codes[1:] > codes[:-1]).all() and codes[0] >= 0):
        return None
    counts = np.bincount(codes[codes >= 0], minlength=1)
    if counts.max() < 2:
        return None
    suspects = np.flatnonzero((codes >= 0) & (counts[np.maximum(codes, 0)] > 1))
    rows = row_of_lead[log.lead_ids.codes[suspects]]
    kinds = np.append(np.argsort(np.argsort([str(kind) for kind in log.kinds.values])), -1)
    kind_ranks = kinds[np.maximum(log.kinds.codes[suspects], -1)]
    order = np.lexsort((kind_ranks, log.at[suspects], codes[suspects], rows))
    again = (rows[order][1:] == rows[order][:-1]) & (
        codes[suspects][order][1:] == codes[suspects][order][:-1]
    )
    repeated = np.zeros(len(codes), np.bool_)
    repeated[suspects[order[1:][again]]] = True
    return repeated if again.any() else None


def _unknown(log: ActivityLog, row_of_lead: Codes) -> int:
    if bool((row_of_lead[:-2] >= 0).all()) and (not len(log) or int(log.lead_ids.codes.min()) >= 0):
        return 0
    return int(np.count_nonzero(row_of_lead[log.lead_ids.codes] < 0))


def _oldest(now: int) -> int:
    return max(now - MAX_AGE, NO_TIME)
