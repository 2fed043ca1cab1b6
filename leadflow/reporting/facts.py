"""What reports count, read from a store once: leads, what happened to them and when, as columns."""

import datetime as dt
from collections.abc import Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import local_days
from leadflow.columns import Codes, Column
from leadflow.funnel import StageLog
from leadflow.ports import StoreReader
from leadflow.records import ActivityLog, Assignment, Event, EventKind, LeadBatch, StateBatch
from leadflow.records.batches import NO_TIME, Seconds, to_seconds
from leadflow.records.events import Json

__all__ = ["Facts", "Places", "moments", "numbers", "unit_codes"]

Places = npt.NDArray[np.int64]

_LATEST = np.iinfo(np.int64).max


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Facts:
    """Everything that reports count, as of a moment.

    Attributes:
        as_of: aware; what happened later does not count.
        time_zone: the IANA zone whose days count.
        leads: n golden leads.
        states: where leads stand now.
        activities: what happened by ``as_of``.
        stays: stays in stages that began by ``as_of``; one that ended later is open.
        assignments: hand-overs offered by ``as_of``.
        record_leads: (r,) the lead of every source record.
        record_sources: (r,) where every source record came from.
        born: (n,) int64 seconds; when each lead became known, ``NO_TIME`` where unknown.
        imports: the accounts of the readings, by content.
        accepted: journal entries of acceptances.
        corrections: journal entries of corrected values.
    """

    as_of: dt.datetime
    time_zone: str
    leads: LeadBatch
    states: StateBatch
    activities: ActivityLog
    stays: StageLog
    assignments: tuple[Assignment, ...]
    record_leads: Column
    record_sources: Column
    born: Seconds
    imports: Mapping[str, Mapping[str, Json]]
    accepted: tuple[Event, ...] = ()
    corrections: tuple[Event, ...] = ()
    _memo: dict[str, Places] = attrs.field(init=False, factory=dict)
    _places: dict[str, int] = attrs.field(init=False, factory=dict)
    _owners: list[Column] = attrs.field(init=False, factory=list)

    @classmethod
    def read(cls, reader: StoreReader, *, as_of: dt.datetime, time_zone: str) -> "Facts":
        """Read everything from a store.

        Args:
            reader: one consistent view of the store.
            as_of: aware; what happened later does not count.
            time_zone: the IANA zone whose days count.

        Example:
            >>> from leadflow.adapters.memory import MemoryStore
            >>> with MemoryStore().snapshot() as reader:
            ...     len(Facts.read(reader, as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), time_zone="Asia/Tokyo").leads)
            0
        """
        now = to_seconds(as_of)
        leads = reader.leads()
        records, record_leads = reader.records()
        activities = reader.activities()
        if len(activities) and int(activities.at.max()) > now:
            activities = activities.take(np.flatnonzero(activities.at <= now))
        owners = Column.of(record_leads)
        noted = reader.document("imports")
        return cls(
            as_of=as_of,
            time_zone=time_zone,
            leads=leads,
            states=reader.states(),
            activities=activities,
            stays=_until(StageLog.of(reader.histories().values()), now),
            assignments=tuple(one for one in reader.assignments() if one.offered_at <= as_of),
            record_leads=owners,
            record_sources=records.sources,
            born=_born(leads, records, owners, now),
            imports={key: value for key, value in noted.items() if isinstance(value, dict)}
            if isinstance(noted, dict)
            else {},
            accepted=tuple(
                event for event in reader.journal(kinds=[EventKind.ACCEPTED]) if event.at <= as_of
            ),
            corrections=tuple(
                event for event in reader.journal(kinds=[EventKind.CORRECTED]) if event.at <= as_of
            ),
        )

    @property
    def now(self) -> int:
        """The moment of the report in seconds since 1970 UTC.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().now
            1784106000
        """
        return to_seconds(self.as_of)

    @property
    def today(self) -> dt.date:
        """The local date of the report.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().today.isoformat()
            '2026-07-15'
        """
        day: dt.date = local_days(np.array([self.now]), self.time_zone)[0].item()
        return day

    @property
    def stay_rows(self) -> Places:
        """(m,) int64, the lead's row of each stay, or -1 for a lead that is no longer there.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().stay_rows.tolist()
            [0, 0, 0, 1, 1, 2]
        """
        return self._rows("stays", self.stays.lead_ids)

    @property
    def activity_rows(self) -> Places:
        """(m,) int64, the lead's row of each activity, or -1 for somebody who is no lead.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().activity_rows.tolist()
            [0, 0, 0]
        """
        return self._rows("activities", self.activities.lead_ids)

    @property
    def record_rows(self) -> Places:
        """(r,) int64, the lead's row of each source record, or -1.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().record_rows.tolist()
            [0, 0, 1, 2]
        """
        return self._rows("records", self.record_leads)

    def days(self, times: Seconds) -> npt.NDArray[np.datetime64]:
        """Return the local date of each moment.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> facts = specimen_facts()
            >>> facts.days(facts.born).astype(str).tolist()
            ['2026-07-01', '2026-07-06', '2026-07-08']
        """
        return local_days(times, self.time_zone)

    def first_entries(self, stage: str) -> Seconds:
        """Return when each lead first entered a stage.

        Returns:
            (n,) int64 seconds; ``NO_TIME`` where it never did.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> (specimen_facts().first_entries("MQL") != NO_TIME).tolist()
            [True, True, False]
        """
        entered = np.full(len(self.leads) + 1, _LATEST)
        wanted = self.stays.stages.codes == self.stays.code_of(stage)
        np.minimum.at(entered, self.stay_rows[wanted], self.stays.entered_at[wanted])
        entered[entered == _LATEST] = NO_TIME
        return entered[:-1]

    def owners_at(self, rows: Places, times: Seconds) -> Column:
        """Return who was accountable for leads at moments: the owner of the latest hand-over by then.

        Args:
            rows: (k,) lead rows; -1 for nobody.
            times: (k,) int64 seconds.

        Returns:
            (k,) owners' ids; missing where nobody was.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> facts = specimen_facts()
            >>> facts.owners_at(np.arange(3), np.full(3, facts.now)).to_list()
            ['sato', 'suzuki', None]
        """
        lead, offered, owners = self._offers()
        if not len(lead):
            return Column.constant(None, len(rows))
        last = _last_at(lead, offered, np.asarray(rows, np.int64), times)
        codes = np.where(last >= 0, owners.codes[last], np.int32(-1)).astype(np.int32)
        codes.flags.writeable = False
        return Column(codes=codes, values=owners.values)

    @property
    def row_of(self) -> Mapping[str, int]:
        """The row of each lead id.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().row_of["L2"]
            1
        """
        if not self._places:
            self._places.update((lead_id, row) for row, lead_id in enumerate(self.leads.ids))
        return self._places

    def _offers(self) -> tuple[Places, Seconds, Column]:
        """Return lead row, moment and owner of every hand-over, by lead and moment."""
        if "lead" not in self._memo:
            place = self.row_of
            rows = np.array([place.get(one.lead_id, -1) for one in self.assignments], np.int64)
            offered = np.array([to_seconds(one.offered_at) for one in self.assignments], np.int64)
            order = np.lexsort((offered, rows))
            order = order[rows[order] >= 0]
            self._memo.update(lead=rows[order], offered=offered[order], order=order)
            self._owners.append(Column.of(one.owner for one in self.assignments).take(order))
        return self._memo["lead"], self._memo["offered"], self._owners[0]

    def _rows(self, name: str, column: Column) -> Places:
        if name not in self._memo:
            place = self.row_of
            table = np.fromiter(
                (place.get(str(value), -1) for value in column.values), np.int64, len(column.values)
            )
            rows = np.append(table, -1)[np.maximum(column.codes, -1)]
            rows.flags.writeable = False
            self._memo[name] = rows
        return self._memo[name]

    def __repr__(self) -> str:
        return f"<Facts of {len(self.leads)} leads and {len(self.activities)} activities as of {self.as_of.isoformat()}>"


def _last_at(lead: Places, offered: Seconds, rows: Places, times: Seconds) -> Places:
    """Return for each (row, time) the position of the latest offer of that lead by then, or -1; offers are sorted."""
    merged = np.concatenate([offered, times])
    rank = np.searchsorted(np.unique(merged), merged)
    width = int(rank.max()) + 1 if len(rank) else 1
    keys = lead * width + rank[: len(offered)]
    wanted = rows * width + rank[len(offered) :]
    last = np.searchsorted(keys, wanted, side="right") - 1
    fits = (last >= 0) & (rows >= 0)
    fits &= lead[np.maximum(last, 0)] == rows
    return np.where(fits, last, -1)


def _until(log: StageLog, now: int) -> StageLog:
    begun = log.entered_at <= now
    left = np.where(log.left_at > now, NO_TIME, log.left_at)
    if begun.all() and (left == log.left_at).all():
        return log
    rows = np.flatnonzero(begun)
    return StageLog.from_columns(
        log.lead_ids.take(rows), log.stages.take(rows), log.entered_at[rows], left[rows]
    )


def _born(leads: LeadBatch, records: LeadBatch, owners: Column, now: int) -> Seconds:
    """Return when each lead became known: the earliest creation that its records state, or their observation."""
    place = {lead_id: row for row, lead_id in enumerate(leads.ids)}
    table = np.fromiter((place.get(str(value), -1) for value in owners.values), np.int64, len(owners.values))
    rows = np.append(table, -1)[owners.codes] if len(owners) else np.empty(0, np.int64)
    stated = moments(records["created_at"])
    known = np.where(stated != NO_TIME, stated, records.observed_at)
    first = np.full(len(leads) + 1, _LATEST)
    counts = (known != NO_TIME) & (known <= now)
    np.minimum.at(first, rows[counts], known[counts])
    first[first == _LATEST] = NO_TIME
    born = first[:-1].copy()
    born.flags.writeable = False
    return born


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
