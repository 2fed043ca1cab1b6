"""What reports count, read from a store once: leads, what happened to them and when, as columns."""

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import local_days
from leadflow.columns import Codes, Column, Flags
from leadflow.errors import NotFoundError, near_miss
from leadflow.funnel import StageLog
from leadflow.records import ActivityLog, Event, EventKind, Extracted, LeadBatch
from leadflow.records.batches import NO_TIME, Seconds, from_seconds, to_seconds
from leadflow.records.events import Json
from leadflow.reporting.holdings import Holdings
from leadflow.reporting.offers import Offers

__all__ = ["Facts", "Places", "corrected", "moments", "numbers", "unit_codes"]

Places = npt.NDArray[np.int64]

_LATEST = np.iinfo(np.int64).max


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Facts:
    """Everything that reports count, as of a moment.

    Attributes:
        as_of: aware; what happened later does not count.
        time_zone: the IANA zone whose days count.
        holdings: what was read from the store, whatever the moment.
        leads: n golden leads, with the fields that are in scope.
        filled: field to (n,) bool, where it has a value.
        stages: (n,) the stage of each lead now.
        grades: (n,) the grade of each lead now.
        activities: what happened by ``as_of``, as far as it is in scope; without keys.
        stays: stays in stages that began by ``as_of``; one that ended later is open.
        offers: hand-overs offered by ``as_of``.
        record_leads: (r,) the lead of every source record.
        record_sources: (r,) where every source record came from.
        record_times: (r,) int64 seconds, when every source record says that it was created, or was observed.
        born: (n,) int64 seconds; when each lead became known, ``NO_TIME`` where unknown.
        imports: the accounts of the readings, by content.
        corrections: journal entries of corrected values; leads and activities hold the new ones.
    """

    as_of: dt.datetime
    time_zone: str
    holdings: Holdings
    leads: LeadBatch
    filled: Mapping[str, Flags]
    stages: Column
    grades: Column
    activities: ActivityLog
    stays: StageLog
    offers: Offers
    record_leads: Column
    record_sources: Column
    record_times: Seconds
    born: Seconds
    imports: Mapping[str, Mapping[str, Json]]
    corrections: tuple[Event, ...] = ()
    _lead_rows: Places = attrs.field(alias="lead_rows")
    _memo: dict[str, Places] = attrs.field(init=False, factory=dict)
    _places: dict[str, int] = attrs.field(init=False, factory=dict)
    _owners: list[Column] = attrs.field(init=False, factory=list)

    @classmethod
    def of(cls, holdings: Holdings, *, as_of: dt.datetime, time_zone: str) -> "Facts":
        """Look at what a store holds as of a moment.

        Args:
            holdings: what was read.
            as_of: aware; what happened later does not count.
            time_zone: the IANA zone whose days count.

        Example:
            >>> from leadflow.reporting.specimen import specimen_holdings
            >>> len(Facts.of(specimen_holdings(), as_of=dt.datetime(2026, 7, 1, tzinfo=dt.UTC), time_zone="UTC").stays)
            0
        """
        now = to_seconds(as_of)
        held = holdings.tables
        leads, records = held["leads"], held["records"]
        corrections = _corrections(held["corrected"], now)
        rows = np.full(len(holdings.ids) + 1, -1, np.int64)
        rows[leads.lead_ids.codes] = np.arange(len(leads))
        stated = moments(records.members["created_at"])
        times = np.where(stated != NO_TIME, stated, records.times["observed_at"])
        state = _state_rows(held["states"], rows, len(leads))
        return cls(
            as_of=as_of,
            time_zone=time_zone,
            holdings=holdings,
            leads=LeadBatch.of(
                corrected(leads.members, leads.lead_ids, corrections),
                ids=list(map(holdings.ids.__getitem__, leads.lead_ids.codes.tolist())),
            ),
            filled=leads.filled,
            stages=_picked(held["states"].texts["stage"], state),
            grades=_picked(held["states"].texts["grade"], state),
            activities=_activities(held["activities"], now, corrections),
            stays=_stays(held["stays"], now),
            offers=Offers.of(held["offers"], held["accepted"], now),
            record_leads=records.lead_ids,
            record_sources=records.texts["source"],
            record_times=times,
            born=_born(rows[records.lead_ids.codes], times, len(leads), now),
            imports=holdings.imports,
            corrections=corrections,
            lead_rows=rows,
        )

    def field(self, name: str) -> Column:
        """Return a field of every lead.

        Raises:
            NotFoundError: it was not read.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().field("lead_source").to_list()
            ['展示会', 'Web', 'Web']
        """
        if name not in self.holdings.scope.fields:
            raise NotFoundError(
                f"The field '{name}' was not read for this report: name it in `dimensions` of `build_report`."
                f"{near_miss(name, self.holdings.scope.fields)}"
            )
        return self.leads[name]

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
    def zone(self) -> ZoneInfo:
        """The time zone whose days count.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().zone.key
            'Asia/Tokyo'
        """
        return ZoneInfo(self.time_zone)

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

    @property
    def offer_rows(self) -> Places:
        """(k,) int64, the lead's row of each hand-over, or -1.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().offer_rows.tolist()
            [0, 1]
        """
        return self._rows("offers", self.offers.lead_ids)

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
        lead, offered, owners = self._owned()
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

    def _owned(self) -> tuple[Places, Seconds, Column]:
        """Return lead row, moment and owner of every hand-over, by lead and moment."""
        if "lead" not in self._memo:
            rows, offered = self.offer_rows, self.offers.offered_at
            order = np.lexsort((offered, rows))
            order = order[rows[order] >= 0]
            self._memo.update(lead=rows[order], offered=offered[order])
            self._owners.append(self.offers.owners.take(order))
        return self._memo["lead"], self._memo["offered"], self._owners[0]

    def _rows(self, name: str, column: Column) -> Places:
        if name not in self._memo:
            rows = self._lead_rows[column.codes]
            rows.flags.writeable = False
            self._memo[name] = rows
        return self._memo[name]

    def __repr__(self) -> str:
        return f"<Facts of {len(self.leads)} leads and {len(self.activities)} activities as of {self.as_of.isoformat()}>"


def _last_at(lead: Places, offered: Seconds, rows: Places, times: Seconds) -> Places:
    """Return for each (row, time) the position of the latest offer of that lead by then, or -1; offers are sorted."""
    last = np.full(len(rows), -1, np.int64)
    counts = np.bincount(lead, minlength=int(max(rows.max(initial=-1), lead.max(initial=-1))) + 1)
    begins = np.concatenate([[0], np.cumsum(counts)])
    waiting = np.flatnonzero(rows >= 0)
    place = begins[rows[waiting]]
    ends = begins[rows[waiting] + 1]
    # a lead has few offers: each turn looks at the next offer of those that have one more
    while len(waiting):
        fits = place < ends
        fits[fits] = offered[place[fits]] <= times[waiting[fits]]
        waiting, place, ends = waiting[fits], place[fits], ends[fits]
        last[waiting] = place
        place = place + 1
    return last


def corrected(
    columns: Mapping[str, Column], lead_ids: Column, corrections: Sequence[Event]
) -> Mapping[str, Column]:
    """Return columns in which a corrected value stands instead of the old one.

    A correction names a lead, a field, the old and the new value; a cell that does not hold the old value stays.

    Args:
        columns: field or attribute to (n,) cells.
        lead_ids: (n,) whose cells.
        corrections: in the order in which they were made.

    Example:
        >>> fix = Event(kind=EventKind.CORRECTED, lead_id="L1", at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
        ...     detail={"field": "amount", "old": 900, "new": 9})
        >>> corrected({"amount": Column.of([900, 900])}, Column.of(["L1", "L2"]), [fix])["amount"].to_list()
        [9, 900]
    """
    by_field: dict[str, list[Event]] = {}
    for event in corrections:
        if event.detail.get("field") in columns:
            by_field.setdefault(str(event.detail["field"]), []).append(event)
    if not by_field:
        return columns
    named = {event.lead_id for events in by_field.values() for event in events}
    place = {value: code for code, value in enumerate(lead_ids.values) if value in named}
    found = dict(columns)
    for field, events in by_field.items():
        whose = np.zeros(len(lead_ids.values) + 1, np.bool_)
        whose[[place[event.lead_id] for event in events if event.lead_id in place]] = True
        rows: dict[int, list[int]] = {}
        for row in np.flatnonzero(whose[lead_ids.codes]).tolist():
            rows.setdefault(int(lead_ids.codes[row]), []).append(row)
        cells: dict[int, Hashable] = {}
        for event in events:
            for row in rows.get(place.get(event.lead_id, -1), ()):
                old, new = event.detail.get("old"), event.detail.get("new")
                if old is not None and cells.get(row, columns[field][row]) == old:
                    cells[row] = new if isinstance(new, str | int | float) else str(new)
        if cells:
            both = Column.concatenate([columns[field], Column.of(cells.values())])
            codes = both.codes[: len(lead_ids)].copy()
            codes[list(cells)] = both.codes[len(lead_ids) :]
            codes.flags.writeable = False
            found[field] = Column(codes=codes, values=both.values)
    return found


def _activities(held: Extracted, now: int, corrections: Sequence[Event]) -> ActivityLog:
    members = corrected(held.members, held.lead_ids, corrections)
    at = held.times["at"]
    rows = None if not len(at) or int(at.max()) <= now else np.flatnonzero(at <= now)
    if rows is not None:
        at = at[rows]
    at.flags.writeable = False
    return ActivityLog(
        lead_ids=held.lead_ids if rows is None else _picked(held.lead_ids, rows),
        kinds=held.texts["kind"] if rows is None else held.texts["kind"].take(rows),
        at=at,
        keys=Column.constant(None, len(at)),
        attributes={name: column if rows is None else column.take(rows) for name, column in members.items()},
    )


def _stays(held: Extracted, now: int) -> StageLog:
    entered, left = held.times["entered_at"], held.times["left_at"]
    left = np.where(left > now, NO_TIME, left)
    rows = np.flatnonzero(entered <= now)
    if len(rows) == len(entered):
        return StageLog.from_columns(held.lead_ids, held.texts["stage"], entered, left)
    stages = held.texts["stage"].take(rows)
    return StageLog.from_columns(_picked(held.lead_ids, rows), stages, entered[rows], left[rows])


def _state_rows(states: Extracted, rows: Places, leads: int) -> Places:
    """Return for each lead the row of its state, or -1."""
    place = np.full(leads + 1, -1, np.int64)
    place[rows[states.lead_ids.codes]] = np.arange(len(states))
    return place[:leads]


def _picked(column: Column, rows: Places) -> Column:
    """Return the cells of some rows with the whole dictionary; -1 is missing."""
    codes = np.append(column.codes, np.int32(-1))[rows]
    codes.flags.writeable = False
    return Column(codes=codes, values=column.values)


def _born(rows: Places, times: Seconds, leads: int, now: int) -> Seconds:
    """Return when each lead became known: the earliest moment that its records state."""
    first = np.full(leads + 1, _LATEST)
    counts = (times != NO_TIME) & (times <= now)
    np.minimum.at(first, rows[counts], times[counts])
    first[first == _LATEST] = NO_TIME
    born = first[:-1].copy()
    born.flags.writeable = False
    return born


def _corrections(held: Extracted, now: int) -> tuple[Event, ...]:
    cells = zip(
        held.lead_ids,
        held.times["at"].tolist(),
        *(held.texts[name] for name in ("actor", "reason")),
        *(held.members[name] for name in ("field", "old", "new")),
        held.positions.tolist(),
        strict=True,
    )
    found = []
    for lead_id, at, actor, reason, field, old, new, position in cells:
        moment = from_seconds(at)
        if moment is not None and at <= now:
            detail: dict[str, Json] = {"field": _json(field), "old": _json(old), "new": _json(new)}
            found.append(
                Event(
                    kind=EventKind.CORRECTED,
                    lead_id=str(lead_id),
                    at=moment,
                    actor="" if actor is None else str(actor),
                    reason="" if reason is None else str(reason),
                    detail=detail,
                    sequence=position,
                )
            )
    return tuple(found)


def _json(cell: object) -> Json:
    return cell if cell is None or isinstance(cell, bool | int | float | str) else str(cell)


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
