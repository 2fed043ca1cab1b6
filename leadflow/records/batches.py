"""A batch of leads or source records, held column by column."""

import datetime as dt
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from math import floor
from types import MappingProxyType
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import CLEARED, MISSING, Column
from leadflow.errors import InputError, MissingExtraError
from leadflow.records.leads import Lead
from leadflow.records.sources import SourceRecord

__all__ = ["NO_TIME", "LeadBatch", "Seconds", "from_seconds", "to_seconds"]

Seconds: TypeAlias = npt.NDArray[np.int64]

NO_TIME: Final = int(np.iinfo(np.int64).min)
"""The int64 that stands for "no time" in arrays of seconds."""


def to_seconds(moment: dt.datetime | None) -> int:
    """Return whole seconds since 1970-01-01 UTC, or ``NO_TIME`` for None.

    Raises:
        InputError: it is no moment, such as a date, or has no time zone.

    Example:
        >>> to_seconds(dt.datetime(1970, 1, 2, tzinfo=dt.timezone.utc))
        86400
    """
    if moment is None:
        return NO_TIME
    try:
        zone = moment.tzinfo
    except AttributeError:
        raise InputError(
            f"A moment must be an aware datetime, got {type(moment).__name__}: give a day its time and zone, such as with "
            "datetime.combine(day, time(), ZoneInfo('Asia/Tokyo'))."
        ) from None
    if zone is None:
        raise InputError(
            "A moment without time zone was given: pass an aware datetime, such as one with tzinfo=ZoneInfo('Asia/Tokyo')."
        )
    return floor(moment.timestamp())


def from_seconds(seconds: int, zone: dt.tzinfo = dt.UTC) -> dt.datetime | None:
    """Return the aware moment of whole seconds since 1970-01-01 UTC, or None for ``NO_TIME``.

    Example:
        >>> from_seconds(86400).isoformat()
        '1970-01-02T00:00:00+00:00'
    """
    return None if seconds == NO_TIME else dt.datetime.fromtimestamp(int(seconds), zone)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class LeadBatch:
    """Leads or source records, column by column, each distinct value stored once.

    Attributes:
        ids: (n,) lead ids or record ids.
        columns: field or custom column name to ``Column`` of n cells, canonical values. A cell can be
            missing (not sent) or cleared (sent empty on purpose).
        sources: (n,) the system or list each row came from.
        observed_at: (n,) int64 seconds since 1970 UTC, read-only; ``NO_TIME`` where unknown.
        raw: header to ``Column`` of the cells as they arrived; empty when nothing was read.

    Example:
        >>> batch = LeadBatch.from_dicts([{"company": "日立製作所"}, {"company": "日立製作所", "title": "部長"}])
        >>> len(batch), batch["title"].to_list(), batch.lead(1).title
        (2, [None, '部長'], '部長')
    """

    ids: tuple[str, ...]
    columns: Mapping[str, Column]
    sources: Column
    observed_at: Seconds
    raw: Mapping[str, Column] = MappingProxyType({})

    @classmethod
    def of(
        cls,
        columns: Mapping[str, Column],
        *,
        ids: Sequence[str] | None = None,
        sources: Column | None = None,
        observed_at: Seconds | None = None,
        raw: Mapping[str, Column] | None = None,
    ) -> "LeadBatch":
        """Make a batch from columns of equal length.

        Args:
            columns: name to column.
            ids: (n,) ids; row numbers from 0 by default.
            sources: (n,) sources; missing by default.
            observed_at: (n,) int64 seconds; ``NO_TIME`` by default.
            raw: header to column as it arrived.

        Raises:
            InputError: the columns differ in length.

        Example:
            >>> LeadBatch.of({"title": Column.of(["部長"])}).ids
            ('0',)
        """
        lengths = {len(column) for column in columns.values()} | ({len(ids)} if ids is not None else set())
        if len(lengths) > 1:
            raise InputError(f"The columns of a batch must have one length, got {sorted(lengths)}.")
        n = lengths.pop() if lengths else 0
        times = np.full(n, NO_TIME, np.int64) if observed_at is None else np.asarray(observed_at, np.int64)
        times.flags.writeable = False
        return cls(
            ids=tuple(map(str, range(n))) if ids is None else tuple(ids),
            columns=MappingProxyType(dict(columns)),
            sources=Column.constant(None, n) if sources is None else sources,
            observed_at=times,
            raw=MappingProxyType(dict(raw or {})),
        )

    @classmethod
    def from_dicts(
        cls, rows: Iterable[Mapping[str, Hashable]], *, ids: Sequence[str] | None = None
    ) -> "LeadBatch":
        """Make a batch from one mapping of canonical values per row; an absent name is missing.

        Example:
            >>> LeadBatch.from_dicts([{"title": "部長"}])["title"][0]
            '部長'
        """
        table = list(rows)
        names = dict.fromkeys(name for row in table for name in row)
        columns = {name: Column.of(row.get(name) for row in table) for name in names}
        return cls.of(columns, ids=[str(i) for i in range(len(table))] if ids is None else ids)

    @classmethod
    def from_leads(cls, leads: Iterable[Lead]) -> "LeadBatch":
        """Make a batch from leads.

        Example:
            >>> LeadBatch.from_leads([Lead(id="L1", title="部長")]).ids
            ('L1',)
        """
        rows = list(leads)
        return cls.from_dicts([lead.values() for lead in rows], ids=[lead.id for lead in rows])

    @classmethod
    def from_records(cls, records: Iterable[SourceRecord]) -> "LeadBatch":
        """Make a batch from source records, keeping source, time, raw cells and cleared fields.

        Example:
            >>> LeadBatch.from_records([SourceRecord(id="r1", source="Eight", cleared=frozenset({"title"}))])["title"].codes
            array([-2], dtype=int32)
        """
        rows = list(records)
        times = np.array([to_seconds(row.observed_at) for row in rows], np.int64)
        times.flags.writeable = False
        return cls(
            ids=tuple([row.id for row in rows]),
            columns=MappingProxyType(
                _encoded([row.values for row in rows], [sorted(row.cleared) for row in rows])
            ),
            sources=Column.of([row.source for row in rows]),
            observed_at=times,
            raw=MappingProxyType(_encoded([row.raw for row in rows], [()] * len(rows))),
        )

    @classmethod
    def concatenate(cls, batches: Sequence["LeadBatch"]) -> "LeadBatch":
        """Join batches; a column that a batch does not have is missing in its rows.

        Example:
            >>> a, b = LeadBatch.from_dicts([{"title": "部長"}]), LeadBatch.from_dicts([{"city": "港区"}])
            >>> LeadBatch.concatenate([a, b])["title"].to_list()
            ['部長', None]
        """
        names = dict.fromkeys(name for batch in batches for name in batch.columns)
        headers = dict.fromkeys(header for batch in batches for header in batch.raw)
        return cls.of(
            {name: Column.concatenate([batch[name] for batch in batches]) for name in names},
            ids=[record_id for batch in batches for record_id in batch.ids],
            sources=Column.concatenate([batch.sources for batch in batches]),
            observed_at=np.concatenate([np.empty(0, np.int64), *(batch.observed_at for batch in batches)]),
            raw={
                header: Column.concatenate(
                    [batch.raw.get(header, Column.constant(None, len(batch))) for batch in batches]
                )
                for header in headers
            },
        )

    @classmethod
    def gather(
        cls, places: Sequence[tuple["LeadBatch", int]], *, ids: Sequence[str], raw: bool = True
    ) -> "LeadBatch":
        """Make a batch of a few rows of several batches; columns without a cell in them are left out.

        It goes cell by cell and so suits few rows; for many, ``take`` and ``concatenate`` are faster.

        Args:
            places: (n,) a batch and the row in it.
            ids: (n,) the ids of the rows.
            raw: whether the cells as they arrived come along.

        Example:
            >>> a, b = LeadBatch.from_dicts([{"title": "部長"}]), LeadBatch.from_dicts([{}, {"city": "港区"}])
            >>> LeadBatch.gather([(a, 0), (b, 1)], ids=["r1", "r2"]).to_dicts()
            [{'id': 'r1', 'title': '部長', 'city': None}, {'id': 'r2', 'title': None, 'city': '港区'}]
        """
        rows = [row for _, row in places]
        names = dict.fromkeys(name for batch, _ in places for name in batch.columns)
        headers = dict.fromkeys(header for batch, _ in places for header in batch.raw) if raw else {}
        columns = {
            name: found
            for name in names
            if (found := _gathered([batch.columns.get(name) for batch, _ in places], rows)) is not None
        }
        arrived = {
            header: found
            for header in headers
            if (found := _gathered([batch.raw.get(header) for batch, _ in places], rows)) is not None
        }
        return cls.of(
            columns,
            ids=ids,
            sources=_gathered([batch.sources for batch, _ in places], rows),
            observed_at=np.array([batch.observed_at[row] for batch, row in places], np.int64),
            raw=arrived,
        )

    def lead(self, row: int) -> Lead:
        """Return one row as a lead.

        Example:
            >>> LeadBatch.from_dicts([{"title": "部長"}]).lead(0)
            <Lead '0' with 1 values>
        """
        return Lead.of(self.ids[row], self._said(row)[0])

    def record(self, row: int, *, raw: bool = True) -> SourceRecord:
        """Return one row as a source record.

        Args:
            row: which.
            raw: whether the cells as they arrived come along.

        Example:
            >>> LeadBatch.from_dicts([{"title": "部長"}]).record(0).values
            {'title': '部長'}
        """
        source, (values, cleared) = self.sources[row], self._said(row)
        return SourceRecord(
            id=self.ids[row],
            source="" if source is None else str(source),
            observed_at=from_seconds(self.observed_at.item(row)),
            values=values,
            cleared=frozenset(cleared),
            raw={
                header: str(column[row])
                for header, column in (self.raw.items() if raw else ())
                if column.codes.item(row) != MISSING
            },
        )

    def _said(self, row: int) -> tuple[dict[str, Hashable], list[str]]:
        """Return the values of a row, and what it empties."""
        values: dict[str, Hashable] = {}
        cleared = []
        for name, column in self.columns.items():
            code: int = column.codes.item(row)
            if code >= 0:
                values[name] = column.values[code]
            elif code == CLEARED:
                cleared.append(name)
        return values, cleared

    def take(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_] | Sequence[int]) -> "LeadBatch":
        """Return some rows, in the order given.

        Example:
            >>> LeadBatch.from_dicts([{"title": "部長"}, {"title": "課長"}]).take([1])["title"].to_list()
            ['課長']
        """
        index = np.asarray(rows)
        index = np.flatnonzero(index) if index.dtype == np.bool_ else index.astype(np.intp)
        return LeadBatch.of(
            {name: column.take(index) for name, column in self.columns.items()},
            ids=[self.ids[row] for row in index.tolist()],
            sources=self.sources.take(index),
            observed_at=self.observed_at[index],
            raw={header: column.take(index) for header, column in self.raw.items()},
        )

    def with_columns(self, columns: Mapping[str, Column]) -> "LeadBatch":
        """Return the batch with columns added or replaced.

        Example:
            >>> LeadBatch.from_dicts([{"title": "部長"}]).with_columns({"city": Column.of(["港区"])}).lead(0).city
            '港区'
        """
        return attrs.evolve(self, columns=MappingProxyType({**self.columns, **columns}))

    def to_dicts(self) -> list[dict[str, Hashable]]:
        """Return one dict per row with every column; empty cells are None.

        Example:
            >>> LeadBatch.from_dicts([{"title": "部長"}]).to_dicts()
            [{'id': '0', 'title': '部長'}]
        """
        cells = [self.ids, *(column.to_list() for column in self.columns.values())]
        names = ["id", *self.columns]
        return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]

    def __getitem__(self, name: str) -> Column:
        return self.columns.get(name) or Column.constant(None, len(self))

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Lead]:
        return (self.lead(row) for row in range(len(self)))

    def __repr__(self) -> str:
        return f"<LeadBatch of {len(self)} rows: {', '.join(self.columns)}>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        try:
            import pyarrow as pa  # noqa: PLC0415  # optional: only who wants Arrow pays for it
        except ImportError as error:
            raise MissingExtraError.of("arrow", purpose="Handing a batch over as Arrow") from error
        table = pa.table(
            {"id": list(self.ids), **{name: column.to_list() for name, column in self.columns.items()}}
        )
        return table.__arrow_c_stream__(requested_schema)


def _gathered(columns: Sequence[Column | None], rows: Sequence[int]) -> Column | None:
    """Return one cell of each column, or None when nothing was said in any of them."""
    index: dict[Hashable, int] = {}
    codes = []
    for column, row in zip(columns, rows, strict=True):
        code: int = MISSING if column is None else column.codes.item(row)
        if column is not None and code >= 0:
            code = index.setdefault(column.values[code], len(index))
        codes.append(code)
    if not index and CLEARED not in codes:
        return None
    return _column(codes, index)


def _encoded(rows: Sequence[Mapping[str, Hashable]], cleared: Sequence[Sequence[str]]) -> dict[str, Column]:
    """Return columns out of the cells that each row has; they may be few of many columns."""
    codes: dict[str, list[int]] = {}
    values: dict[str, dict[Hashable, int]] = {}
    for place, (row, emptied) in enumerate(zip(rows, cleared, strict=True)):
        for name in (*row, *emptied):
            if name not in codes:
                codes[name], values[name] = [MISSING] * len(rows), {}
        for name, cell in row.items():
            if cell is not None:
                index = values[name]
                codes[name][place] = index.setdefault(cell, len(index))
        for name in emptied:
            if codes[name][place] == MISSING:
                codes[name][place] = CLEARED
    return {name: _column(held, values[name]) for name, held in codes.items()}


def _column(codes: list[int], values: Iterable[Hashable]) -> Column:
    if codes == [0]:
        return Column.of(list(values))
    held = np.array(codes, np.int32)
    held.flags.writeable = False
    return Column(codes=held, values=tuple(values))
