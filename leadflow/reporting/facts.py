"""What reports count, read from a store once: leads, what happened to them and when, as columns."""

import datetime as dt
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import local_days
from leadflow.columns import MISSING, Codes, Column, Flags
from leadflow.errors import NotFoundError, near_miss
from leadflow.funnel import StageLog
from leadflow.records import ActivityLog, Event, Extracted, LeadBatch
from leadflow.records.batches import NO_TIME, Seconds, to_seconds
from leadflow.records.events import Json
from leadflow.reporting.holdings import Holdings
from leadflow.reporting.offers import Offers
from leadflow.reporting.views import Happened, View

__all__ = ["Facts", "Places"]

T = TypeVar("T")
V = TypeVar("V", bound=np.generic)
Places = npt.NDArray[np.int64]

_LATEST = np.iinfo(np.int64).max


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Facts:
    """Everything that reports count, as of a moment.

    Attributes:
        as_of: aware; what happened later does not count.
        time_zone: the IANA zone whose days count.
        holdings: what was read from the store, whatever the moment.
        leads: n golden leads, with the fields that are in scope; those whose every record came later are not known.
        filled: field to (n,) bool, where it has a value.
        stages: (n,) the stage of each lead then.
        grades: (n,) the grade of each lead as it is kept.
        activities: what happened by ``as_of``, as far as it is in scope; without keys.
        stays: stays in stages that began by ``as_of``; one that ended later is open.
        offers: hand-overs offered by ``as_of``, as they stood then.
        record_leads: (r,) the lead of every source record that was made or observed by ``as_of``, or has no moment.
        record_sources: (r,) where each of them came from.
        record_times: (r,) int64 seconds, when each says that it was created, or was observed.
        born: (n,) int64 seconds; when each lead became known, ``NO_TIME`` where unknown.
        imports: the accounts of the readings by then, by content.
        corrections: journal entries of corrected values; leads and activities hold the new ones.
        lead_rows: (k + 1,) int64, the row of each of ``Holdings.ids``, -1 where it is no lead, and -1 at the end.
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
    lead_rows: Places
    _happened: Happened = attrs.field(alias="happened")
    _known: Extracted = attrs.field(alias="known")
    _places: dict[str, int] = attrs.field(init=False, factory=dict)

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
        seen = View(holdings=holdings, now=to_seconds(as_of))
        happened = seen.activities()
        records, known = seen.records(), seen.known_leads()
        return cls(
            as_of=as_of,
            time_zone=time_zone,
            holdings=holdings,
            leads=seen.leads(),
            filled=known.filled,
            stages=seen.stages(),
            grades=seen.of_leads("states", "grade"),
            activities=happened.log,
            stays=seen.stays(),
            offers=seen.offers(),
            record_leads=records.lead_ids,
            record_sources=records.texts["source"],
            record_times=seen.record_times(),
            born=seen.born(),
            imports=seen.imports(),
            corrections=seen.corrections().events,
            lead_rows=seen.lead_rows(),
            happened=happened,
            known=known,
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
    def lead_positions(self) -> Places:
        """(n,) int64, rising; the same object while no lead came, went or was written anew, so that rows are the same.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().lead_positions.tolist()
            [0, 1, 2]
        """
        return self._known.positions

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

    @property
    def lead_codes(self) -> Codes:
        """(n,) int32, the number of each lead among ``Holdings.ids``, which stays the same when other leads come or go.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().lead_codes.tolist()
            [0, 1, 2]
        """
        return self._known.lead_ids.codes

    def codes_of(self, activities: Places) -> Places:
        """Return the number of whose some activities are, among ``Holdings.ids``; what is kept by it stays right.

        Args:
            activities: (k,) positions in the log.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().codes_of(np.arange(3)).tolist()
            [0, 0, 0]
        """
        return self.activities.lead_ids.codes[activities].astype(np.int64)

    def lengthened(self, before: npt.NDArray[V] | None, fill: V) -> npt.NDArray[V]:
        """Return what is known of each of ``Holdings.ids`` as an array of its own, with those that were not known before.

        Args:
            before: (j,) by number; None for nothing.
            fill: what is known of the others.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().lengthened(np.array([7]), np.int64(0)).tolist()
            [7, 0, 0]
        """
        size = len(self.holdings.ids)
        if before is None:
            return np.full(size, fill)
        return np.append(before, np.full(max(size - len(before), 0), fill))

    def rows_of(self, activities: Places) -> Places:
        """Return the lead's row of some activities, or -1 for somebody who is no lead.

        Args:
            activities: (k,) positions in the log.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().rows_of(np.arange(3)).tolist()
            [0, 0, 0]
        """
        return self.lead_rows.take(self.activities.lead_ids.codes.take(activities))

    def of_kind(self, kind: str) -> Places:
        """Return the positions of the activities of a kind, in order.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().of_kind("won").tolist()
            [2]
        """

        def make(before: Places | None, first: int) -> Places:
            kinds = self.activities.kinds
            code = kinds.values.index(kind) if kind in kinds.values else MISSING - 2
            found = np.flatnonzero(kinds.codes[first:] == code) + first
            if before is None:
                return found
            return np.concatenate([before, found]) if len(found) else before

        return self.follow(("kind", kind), make)

    def rows_of_kind(self, kind: str) -> Places:
        """Return the lead's row of every activity of a kind, or -1 for somebody who is no lead.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().rows_of_kind("won").tolist()
            [0]
        """
        found = self.of_kind(kind)
        return self.once(("rows of", kind), lambda: self.rows_of(found), of=(found, self.lead_rows))

    def with_attribute(self, name: str, first: int = 0) -> Places:
        """Return the positions of the activities that have an attribute, in order.

        Args:
            name: the attribute's.
            first: of the activities from this position on.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> specimen_facts().with_attribute("amount").tolist()
            [1, 2]
        """
        column = self.activities.attributes.get(name)
        return np.empty(0, np.int64) if column is None else np.flatnonzero(column.codes[first:] >= 0) + first

    def once(self, name: Hashable, make: Callable[[], T], *, of: tuple[object, ...], at: object = None) -> T:
        """Return what an earlier report of the same store made of the same columns, or make it: see ``Memo.once``.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> facts = specimen_facts()
            >>> facts.once("leads in all", lambda: len(facts.leads), of=(facts.leads,))
            3
        """
        return self.holdings.memo.once(name, make, of=of, at=at)

    def follow(
        self,
        name: Hashable,
        make: Callable[[T | None, int], T],
        *,
        of: tuple[object, ...] = (),
        at: object = None,
    ) -> T:
        """Return what is made of the activities, from what an earlier report made of the first of them: see ``Memo.grown``.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> facts = specimen_facts()
            >>> facts.follow("activities in all", lambda before, first: len(facts.activities))
            3
        """
        memo, since = self.holdings.memo, self._happened.since
        return memo.grown(name, make, rows=self.activities, since=since, of=of, at=at)

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

        def make() -> Seconds:
            entered = np.full(len(self.leads) + 1, _LATEST)
            wanted = np.flatnonzero(self.stays.stages.codes == self.stays.code_of(stage))
            np.minimum.at(entered, self.stay_rows[wanted], self.stays.entered_at[wanted])
            entered[entered == _LATEST] = NO_TIME
            return entered[:-1]

        return self.once(("first", stage), make, of=(self.stays, self.lead_positions))

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
        first, begins, offered, owners = self._owned()
        last = _last_at(first, begins, offered, np.asarray(rows, np.int64), times)
        codes = np.append(owners.codes, np.int32(MISSING))[last]
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

    def _owned(self) -> tuple[Seconds, Places, Seconds, Column]:
        """Return when each lead's hand-overs begin and where; of all by lead and moment, when they were and to whom."""

        def make() -> tuple[Seconds, Places, Seconds, Column]:
            rows, offered = self.offer_rows, self.offers.offered_at
            order = np.argsort(rows, kind="stable")
            again, back = np.diff(rows[order]) == 0, np.diff(offered[order]) < 0
            if (again & back).any():  # few are written later than what followed them
                order = np.lexsort((offered, rows))
            order = order[np.searchsorted(rows[order], 0) :]
            counts = np.bincount(rows[order], minlength=len(self.leads))
            begins = np.zeros(len(counts) + 1, np.int64)
            np.cumsum(counts, out=begins[1:])
            offered, some = offered[order], np.flatnonzero(counts)
            first = np.full(len(counts) + 1, _LATEST)  # of a lead without any, and of nobody
            first[some] = offered[begins[some]]
            return first, begins, offered, self.offers.owners.take(order)

        return self.once("owned", make, of=(self.offers, self.lead_positions))

    def _rows(self, name: str, column: Column) -> Places:
        codes = column.codes
        return self.once((name, "rows"), lambda: self.lead_rows.take(codes), of=(codes, self.lead_positions))

    def __repr__(self) -> str:
        return f"<Facts of {len(self.leads)} leads and {len(self.activities)} activities as of {self.as_of.isoformat()}>"


def _last_at(first: Seconds, begins: Places, offered: Seconds, rows: Places, times: Seconds) -> Places:
    """Return for each (row, time) the position of the latest offer of that lead by then, or -1; offers are sorted."""
    last = np.full(len(rows), -1, np.int64)
    waiting = np.flatnonzero(first[rows] <= times)
    place = begins[rows[waiting]]
    ends = begins[rows[waiting] + 1]
    # a lead has few offers: each turn looks at the next offer of those that have one more
    while len(waiting):
        last[waiting] = place
        place = place + 1
        fits = place < ends
        fits[fits] = offered[place[fits]] <= times[waiting[fits]]
        waiting, place, ends = waiting[fits], place[fits], ends[fits]
    return last
