"""Source records in SQL."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, select, update

from leadflow.adapters.cells import decode_row, decode_rows, encode_rows, moment_of, seconds_of, seconds_texts
from leadflow.adapters.sql.dialects import among, ids, insert_columns, item, pairs
from leadflow.adapters.sql.statements import rows_of, run
from leadflow.adapters.sql.tables import records
from leadflow.columns import Column
from leadflow.errors import NotFoundError, StoreError
from leadflow.records import LeadBatch, SourceRecord

__all__ = ["add", "by_lead", "known", "lead_of", "link", "of_lead"]

_NAMES = ("record_id", "lead_id", "source", "observed_at", "data", "raw")
_HEAD = select(
    records.c.record_id, records.c.lead_id, records.c.source, records.c.observed_at, records.c.data
)
_WITH_RAW = _HEAD.add_columns(records.c.raw)
_OF_LEADS = among(records.c.lead_id, "ids")
_READ = {
    (False, False): _HEAD.order_by(records.c.position),
    (False, True): _HEAD.where(_OF_LEADS).order_by(records.c.position),
    (True, False): _WITH_RAW.order_by(records.c.position),
    (True, True): _WITH_RAW.where(_OF_LEADS).order_by(records.c.position),
}
"""What reads records, by whether raw cells come along and whether only those of some leads are wanted."""

_ANY = select(records.c.position).limit(1)
_KNOWN = select(records.c.record_id).where(among(records.c.record_id, "ids"))
_LEAD_OF = select(records.c.record_id, records.c.lead_id).where(among(records.c.record_id, "ids"))
_OF_LEAD = _HEAD.where(records.c.lead_id == bindparam("lead")).order_by(records.c.position)
_OLD, _NEW = item("pairs")
_LINK = update(records).values(lead_id=_NEW).where(records.c.record_id == _OLD)


def known(connection: Connection, record_ids: Sequence[str]) -> frozenset[str]:
    """Return those of the ids that are kept."""
    if not rows_of(connection, _ANY):  # a new store need not look a whole list up
        return frozenset()
    return frozenset(str(row[0]) for row in rows_of(connection, _KNOWN, {"ids": ids(record_ids)}))


def lead_of(connection: Connection, record_ids: Sequence[str]) -> Mapping[str, str]:
    """Return the lead of each known record."""
    found = rows_of(connection, _LEAD_OF, {"ids": ids(record_ids)})
    return {str(row[0]): str(row[1]) for row in found}


def add(connection: Connection, batch: LeadBatch, lead_ids: Sequence[str]) -> None:
    """Keep records; all or none."""
    n = len(batch)
    columns = (
        batch.ids,
        lead_ids,
        batch.sources.to_list(),
        seconds_texts(batch.observed_at),
        encode_rows(batch.columns, n),
        encode_rows(batch.raw, n),
    )
    if n == 1:  # nothing to take back, so that no savepoint is needed
        kept = insert_columns(connection, records, _NAMES, columns, clash="skip") == 1
    else:
        kept = _all_kept(connection, columns)
    if not kept:
        raise StoreError(
            "A record of the batch is already kept: leave out the ids that `known_records` returns."
        )


def _all_kept(connection: Connection, columns: Sequence[Sequence[object]]) -> bool:
    try:
        with connection.begin_nested():
            insert_columns(connection, records, _NAMES, columns)
    except _integrity_error(connection):
        return False
    return True


def _integrity_error(connection: Connection) -> type[Exception]:
    driver = connection.dialect.dbapi
    assert driver is not None, "connected"  # noqa: S101  # a connection has a driver
    return driver.IntegrityError


def link(connection: Connection, record_ids: Sequence[str], lead_ids: Sequence[str]) -> None:
    """Move records to leads."""
    wanted = dict(zip(record_ids, lead_ids, strict=True))
    if wanted and run(connection, _LINK, {"pairs": pairs(wanted)}).rowcount != len(wanted):
        raise NotFoundError("A record to be linked is not in the store: add it first with `add_records`.")


def of_lead(connection: Connection, lead_id: str) -> tuple[SourceRecord, ...]:
    """Return the records of one lead as objects, without raw cells."""
    found = []
    for record_id, _, source, observed_at, data in rows_of(connection, _OF_LEAD, {"lead": lead_id}):
        values, cleared = decode_row(data)
        found.append(
            SourceRecord(
                id=record_id,
                source=source or "",
                observed_at=None if observed_at is None else moment_of(observed_at),
                values=values,
                cleared=cleared,
            )
        )
    return tuple(found)


def by_lead(
    connection: Connection, lead_ids: Sequence[str] | None, *, raw: bool
) -> tuple[LeadBatch, tuple[str, ...]]:
    """Return records and the lead of each."""
    statement = _READ[raw, lead_ids is not None]
    rows = rows_of(connection, statement, {} if lead_ids is None else {"ids": ids(lead_ids)})
    cells = list(zip(*rows, strict=True)) or [()] * (6 if raw else 5)
    batch = LeadBatch.of(
        decode_rows(cells[4]),
        ids=cells[0],
        sources=Column.of(cells[2]),
        observed_at=seconds_of(cells[3]),
        raw=decode_rows(cells[5]) if raw else None,
    )
    return batch, tuple(cells[1])
