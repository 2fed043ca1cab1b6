"""Every stay of every lead, column by column: what metrics count."""

from collections.abc import Iterable, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.errors import InputError
from leadflow.records.batches import NO_TIME, Seconds, to_seconds
from leadflow.records.events import Event, EventKind
from leadflow.records.stages import StageHistory

__all__ = ["StageLog"]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class StageLog:
    """Stays in stages, in any order.

    Attributes:
        lead_ids: (m,) whose stay; never missing.
        stages: (m,) where; never missing.
        entered_at: (m,) int64 seconds since 1970 UTC, read-only, inclusive.
        left_at: (m,) int64, read-only, exclusive; ``NO_TIME`` while the lead is there.

    Example:
        >>> import datetime as dt
        >>> from leadflow.funnel import Funnel
        >>> log = StageLog.of([Funnel.standard().start("L1", now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))])
        >>> len(log), log.stages.to_list()
        (1, ['Lead'])
    """

    lead_ids: Column
    stages: Column
    entered_at: Seconds
    left_at: Seconds

    @classmethod
    def of(cls, histories: Iterable[StageHistory]) -> "StageLog":
        """Make a log from histories.

        Example:
            >>> len(StageLog.of([]))
            0
        """
        rows = [(history.lead_id, stay) for history in histories for stay in history.intervals]
        return cls.from_columns(
            Column.of(lead_id for lead_id, _ in rows),
            Column.of(stay.stage for _, stay in rows),
            np.fromiter((to_seconds(stay.entered_at) for _, stay in rows), np.int64, len(rows)),
            np.fromiter((to_seconds(stay.left_at) for _, stay in rows), np.int64, len(rows)),
        )

    @classmethod
    def from_columns(
        cls, lead_ids: Column, stages: Column, entered_at: Seconds, left_at: Seconds
    ) -> "StageLog":
        """Make a log from columns of equal length.

        Args:
            lead_ids: (m,) whose stay.
            stages: (m,) where.
            entered_at: (m,) int64 seconds.
            left_at: (m,) int64 seconds, ``NO_TIME`` while the lead is there.

        Raises:
            InputError: the lengths differ, a cell is empty, or a stay ends before it begins.

        Example:
            >>> len(StageLog.from_columns(Column.of(["L1"]), Column.of(["Lead"]), np.array([0]), np.array([NO_TIME])))
            1
        """
        entered, left = _kept(entered_at), _kept(left_at)
        if len({len(lead_ids), len(stages), len(entered), len(left)}) != 1:
            raise InputError("The columns of a stage log must have one length.")
        if not (lead_ids.filled.all() and stages.filled.all() and (entered != NO_TIME).all()):
            raise InputError("Every stay of a stage log needs a lead, a stage and the moment of entry.")
        if ((left < entered) & (left != NO_TIME)).any():
            raise InputError("A stay of the stage log ends before it begins.")
        return cls(lead_ids=lead_ids, stages=stages, entered_at=entered, left_at=left)

    @classmethod
    def from_events(cls, events: Iterable[Event]) -> "StageLog":
        """Make a log from the journal; entries of other kinds are passed over.

        Args:
            events: in order of time for each lead.

        Example:
            >>> import datetime as dt
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> log = StageLog.from_events([Event(kind=EventKind.STAGE_ENTERED, lead_id="L1", at=at, detail={"stage": "Lead"})])
            >>> log.stages.to_list()
            ['Lead']
        """
        entered = [event for event in events if event.kind is EventKind.STAGE_ENTERED]
        times = np.fromiter((to_seconds(event.at) for event in entered), np.int64, len(entered))
        left = np.full(len(entered), NO_TIME, np.int64)
        last: dict[str, int] = {}
        for row, event in enumerate(entered):
            if event.lead_id in last:
                left[last[event.lead_id]] = times[row]
            last[event.lead_id] = row
        return cls.from_columns(
            Column.of(event.lead_id for event in entered),
            Column.of(str(event.detail["stage"]) for event in entered),
            times,
            left,
        )

    def spread(self, ids: Sequence[str], values: Column) -> Column:
        """Return a dimension of the leads for every stay, such as source, campaign, area or owner.

        Args:
            ids: (n,) lead ids.
            values: (n,) a value of each.

        Returns:
            (m,) the value of the stay's lead; missing where the lead is not among ``ids``.

        Example:
            >>> log = StageLog.from_columns(Column.of(["L1"]), Column.of(["Lead"]), np.array([0]), np.array([NO_TIME]))
            >>> log.spread(["L1"], Column.of(["seminar"])).to_list()
            ['seminar']
        """
        row_of = {lead_id: row for row, lead_id in enumerate(ids)}
        rows = np.fromiter((row_of.get(str(value), -1) for value in self.lead_ids.values), np.int64)
        codes = np.append(values.codes, np.int32(-1))[np.append(rows, -1)][self.lead_ids.codes]
        codes.flags.writeable = False
        return Column(codes=codes, values=values.values)

    def ends(self) -> Seconds:
        """Return (m,) int64, the end of every stay; the largest int64 while it is open.

        Example:
            >>> StageLog.of([]).ends().tolist()
            []
        """
        ends = self.left_at.copy()
        ends[ends == NO_TIME] = np.iinfo(np.int64).max
        return ends

    def code_of(self, stage: str) -> int:
        """Return the code of a stage in the column of stages, or -3 when nobody was there.

        Example:
            >>> StageLog.of([]).code_of("Lead")
            -3
        """
        return self.stages.values.index(stage) if stage in self.stages.values else -3

    def first_entry(self, stage: str, *, since: Seconds | None = None) -> Seconds:
        """Return when each lead first entered a stage.

        Args:
            stage: the stage.
            since: (k,) int64, per distinct lead the moment before which entries do not count.

        Returns:
            (k,) int64 per value of ``lead_ids``; the largest int64 where it never did.

        Example:
            >>> log = StageLog.from_columns(Column.of(["L1"]), Column.of(["Lead"]), np.array([7]), np.array([NO_TIME]))
            >>> log.first_entry("Lead").tolist()
            [7]
        """
        first = np.full(len(self.lead_ids.values), np.iinfo(np.int64).max)
        counts = self.stages.codes == self.code_of(stage)
        if since is not None:
            counts &= self.entered_at >= since[self.lead_ids.codes]
        np.minimum.at(first, self.lead_ids.codes[counts], self.entered_at[counts])
        return first

    def __len__(self) -> int:
        return len(self.entered_at)

    def __repr__(self) -> str:
        return f"<StageLog of {len(self)} stays, {len(self.lead_ids.values)} leads>"


def _kept(times: npt.NDArray[np.int64]) -> Seconds:
    """Return moments that nobody writes into: read-only ones as they are, of others a copy."""
    kept = np.array(times, np.int64) if times.flags.writeable else np.asarray(times, np.int64)
    kept.flags.writeable = False
    return kept
