"""What a person did, or what was done with them: the events that scoring and reports count."""

import datetime as dt
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Codes, Column
from leadflow.records.batches import Seconds, from_seconds, to_seconds
from leadflow.values.folding import storable

__all__ = ["Activity", "ActivityLog"]


@attrs.frozen(kw_only=True)
class Activity:
    """One thing that happened: a page view, a webinar attended, a call, a form submitted.

    Attributes:
        lead_id: the lead, or the address or external id by which the lead is found.
        kind: what happened, such as ``"webinar_attended"``.
        at: when; aware.
        key: idempotency key: an activity with the same key counts once. Derived from lead, kind, time
            and attributes when empty.
            Characters that no database keeps become U+FFFD in it, and then in id and kind.
        attributes: further facts, such as ``{"page": "/pricing", "campaign": "spring"}``.

    Example:
        >>> Activity(lead_id="L1", kind="call", at=dt.datetime(2026, 4, 1, tzinfo=dt.timezone.utc)).key
        'L1|call|1775001600'
    """

    lead_id: str
    kind: str
    at: dt.datetime
    key: str = ""
    attributes: Mapping[str, Hashable] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        if not self.key:
            parts = [self.lead_id, self.kind, str(to_seconds(self.at))]
            parts += [f"{name}={self.attributes[name]}" for name in sorted(self.attributes)]
            object.__setattr__(self, "key", "|".join(parts))
        if storable(self.key) is not self.key:
            for name in ("lead_id", "kind", "key"):
                object.__setattr__(self, name, storable(getattr(self, name)))

    def __repr__(self) -> str:
        return f"<Activity {self.kind!r} at {self.at.isoformat()} with {len(self.attributes)} attributes>"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ActivityLog:
    """Activities, column by column.

    Attributes:
        lead_ids: (m,) the lead of each activity.
        kinds: (m,) what happened.
        at: (m,) int64 seconds since 1970 UTC, read-only.
        keys: (m,) idempotency keys.
        attributes: name to column of m cells.

    Example:
        >>> log = ActivityLog.of([Activity(lead_id="L1", kind="call", at=dt.datetime(2026, 4, 1, tzinfo=dt.timezone.utc))])
        >>> len(log), log.kinds.to_list()
        (1, ['call'])
    """

    lead_ids: Column
    kinds: Column
    at: Seconds
    keys: Column
    attributes: Mapping[str, Column] = MappingProxyType({})

    @classmethod
    def of(cls, activities: Iterable[Activity]) -> "ActivityLog":
        """Make a log from activities, in the order given.

        Example:
            >>> len(ActivityLog.of([]))
            0
        """
        rows = list(activities)
        names = dict.fromkeys(name for row in rows for name in row.attributes)
        at = np.array([to_seconds(row.at) for row in rows], np.int64)
        at.flags.writeable = False
        return cls(
            lead_ids=Column.of([row.lead_id for row in rows]),
            kinds=Column.of([row.kind for row in rows]),
            at=at,
            keys=Column.of([row.key for row in rows]),
            attributes=MappingProxyType(
                {name: Column.of([row.attributes.get(name) for row in rows]) for name in names}
            ),
        )

    @classmethod
    def concatenate(cls, logs: Sequence["ActivityLog"]) -> "ActivityLog":
        """Join logs end to end.

        Example:
            >>> len(ActivityLog.concatenate([]))
            0
        """
        if not logs:
            return cls.of([])
        names = dict.fromkeys(name for log in logs for name in log.attributes)
        at = np.concatenate([log.at for log in logs])
        at.flags.writeable = False
        return cls(
            lead_ids=Column.concatenate([log.lead_ids for log in logs]),
            kinds=Column.concatenate([log.kinds for log in logs]),
            at=at,
            keys=Column.concatenate([log.keys for log in logs]),
            attributes=MappingProxyType(
                {
                    name: Column.concatenate(
                        [log.attributes.get(name, Column.constant(None, len(log))) for log in logs]
                    )
                    for name in names
                }
            ),
        )

    def take(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> "ActivityLog":
        """Return some activities, in the order given.

        Example:
            >>> len(ActivityLog.of([]).take(np.empty(0, np.intp)))
            0
        """
        at = self.at[rows]
        at.flags.writeable = False
        return ActivityLog(
            lead_ids=self.lead_ids.take(rows),
            kinds=self.kinds.take(rows),
            at=at,
            keys=self.keys.take(rows),
            attributes=MappingProxyType(
                {name: column.take(rows) for name, column in self.attributes.items()}
            ),
        )

    def relabel(self, lead_of: Mapping[str, str]) -> "ActivityLog":
        """Return the log with lead ids replaced where the mapping knows them.

        Example:
            >>> log = ActivityLog.of([Activity(lead_id="a", kind="call", at=dt.datetime(2026, 4, 1, tzinfo=dt.timezone.utc))])
            >>> log.relabel({"a": "L1"}).lead_ids.to_list()
            ['L1']
        """
        return attrs.evolve(
            self, lead_ids=self.lead_ids.map(lambda value: lead_of.get(str(value), str(value)))
        )

    def unique(self) -> "ActivityLog":
        """Return the log with each idempotency key once, the first one kept.

        Example:
            >>> a = Activity(lead_id="L1", kind="call", at=dt.datetime(2026, 4, 1, tzinfo=dt.timezone.utc))
            >>> len(ActivityLog.of([a, a]).unique())
            1
        """
        _, first = np.unique(self.keys.codes, return_index=True)
        return self if len(first) == len(self) else self.take(np.sort(first))

    def rows_in(self, ids: Sequence[str]) -> Codes:
        """Return for each activity the row of its lead among ``ids``, or -1.

        Args:
            ids: (n,) lead ids.

        Returns:
            (m,) int32.

        Example:
            >>> log = ActivityLog.of([Activity(lead_id="b", kind="call", at=dt.datetime(2026, 4, 1, tzinfo=dt.timezone.utc))])
            >>> log.rows_in(["a", "b"]).tolist()
            [1]
        """
        row_of = {lead_id: row for row, lead_id in enumerate(ids)}
        table = np.fromiter(
            (row_of.get(str(value), -1) for value in self.lead_ids.values),
            np.int32,
            len(self.lead_ids.values),
        )
        return np.append(table, np.int32(-1)).astype(np.int32)[np.maximum(self.lead_ids.codes, -1)]

    def activity(self, row: int) -> Activity:
        """Return one activity as an object.

        Example:
            >>> a = Activity(lead_id="L1", kind="call", at=dt.datetime(2026, 4, 1, tzinfo=dt.timezone.utc))
            >>> ActivityLog.of([a]).activity(0) == a
            True
        """
        at = from_seconds(self.at.item(row))
        assert at is not None, "an activity always has a time"  # noqa: S101  # guaranteed by the constructor
        cells = [(name, column[row]) for name, column in self.attributes.items()]
        return Activity(
            lead_id=str(self.lead_ids[row]),
            kind=str(self.kinds[row]),
            at=at,
            key=str(self.keys[row]),
            attributes={name: value for name, value in cells if value is not None},
        )

    def __len__(self) -> int:
        return len(self.at)

    def __iter__(self) -> Iterator[Activity]:
        return (self.activity(row) for row in range(len(self)))

    def __repr__(self) -> str:
        return f"<ActivityLog of {len(self)} activities, {len(self.kinds.values)} kinds>"
