"""Activities in SQL."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, func, select, update

from leadflow.adapters.cells import decode_rows, encode_rows, seconds_of, seconds_texts
from leadflow.adapters.sql.dialects import among, ids, insert_columns, item, pairs
from leadflow.adapters.sql.statements import rows_of, run
from leadflow.adapters.sql.tables import activities
from leadflow.columns import Column
from leadflow.records import ActivityLog

__all__ = ["add", "by_lead", "move", "moved", "relabel", "restore"]

_NAMES: Final = ("key", "lead_id", "kind", "at", "attributes")
_ALL: Final = select(*(activities.c[name] for name in _NAMES)).order_by(activities.c.position)
_BY_LEAD: Final = _ALL.where(among(activities.c.lead_id, "ids"))
_OLD, _NEW = item("pairs")
_THERE: Final = (
    select(activities.c.lead_id)
    .where(among(activities.c.lead_id, "ids"))
    .distinct()
    .order_by(activities.c.lead_id)
)
_FIRST: Final = func.coalesce(activities.c.first_id, activities.c.lead_id)
_RELABEL: Final = update(activities).values(lead_id=_NEW, first_id=_FIRST).where(activities.c.lead_id == _OLD)
_MOVE: Final = update(activities).values(lead_id=_NEW, first_id=_FIRST).where(activities.c.key == _OLD)
_MOVED: Final = select(activities.c.key, activities.c.first_id).where(
    activities.c.first_id.is_not(None), activities.c.first_id != activities.c.lead_id
)
_RESTORE: Final = (
    update(activities).values(lead_id=_NEW).where(activities.c.first_id == _OLD),
    update(activities)
    .values(lead_id=_NEW, first_id=_OLD)
    .where(activities.c.first_id.is_(None), activities.c.lead_id == _OLD, _OLD != _NEW),
)
_RESTORE_AMONG: Final = tuple(one.where(among(activities.c.lead_id, "ids")) for one in _RESTORE)


def add(connection: Connection, log: ActivityLog) -> int:
    """Add activities; known keys are passed over."""
    columns = (
        log.keys.to_list(),
        log.lead_ids.to_list(),
        log.kinds.to_list(),
        seconds_texts(log.at),
        encode_rows(log.attributes, len(log), cleared=False),
    )
    return insert_columns(connection, activities, _NAMES, columns, clash="skip")


def relabel(connection: Connection, lead_of: Mapping[str, str]) -> dict[str, str]:
    """Move activities by their present lead, and return the leads that had any."""
    if not lead_of:
        return {}
    there = rows_of(connection, _THERE, {"ids": ids(list(lead_of))})
    moved = {str(old): lead_of[str(old)] for (old,) in there}
    if moved:
        run(connection, _RELABEL, {"pairs": pairs(moved)})
    return moved


def restore(connection: Connection, lead_of: Mapping[str, str], among_leads: Sequence[str] | None) -> None:
    """Move activities by the id under which they came; only those that some leads have now, unless these are None."""
    if not lead_of:
        return
    chosen = {"pairs": pairs(lead_of)} | ({} if among_leads is None else {"ids": ids(among_leads)})
    for statement in _RESTORE if among_leads is None else _RESTORE_AMONG:
        run(connection, statement, chosen)


def move(connection: Connection, lead_of: Mapping[str, str]) -> None:
    """Move activities by their key."""
    if lead_of:
        run(connection, _MOVE, {"pairs": pairs(lead_of)})


def moved(connection: Connection) -> dict[str, str]:
    """Return the first lead id of activities that were moved."""
    return {str(row[0]): str(row[1]) for row in rows_of(connection, _MOVED)}


def by_lead(connection: Connection, lead_ids: Sequence[str] | None) -> ActivityLog:
    """Return activities in the order in which they were added."""
    statement = _ALL if lead_ids is None else _BY_LEAD
    rows = rows_of(connection, statement, {} if lead_ids is None else {"ids": ids(lead_ids)})
    keys, leads, kinds, at, attributes = list(zip(*rows, strict=True)) or [()] * len(_NAMES)
    seconds = seconds_of(at)
    seconds.flags.writeable = False
    return ActivityLog(
        lead_ids=Column.of(leads),
        kinds=Column.of(kinds),
        at=seconds,
        keys=Column.of(keys),
        attributes=decode_rows(attributes),
    )
