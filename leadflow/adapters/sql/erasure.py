"""Removing a person's data from every table, leaving anonymous rows."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from leadflow.adapters.cells import dump, load
from leadflow.adapters.erasing import (
    NAMING_RECORDS,
    anonymous_attributes,
    anonymous_detail,
    renamed_detail,
)
from leadflow.adapters.sql import progress
from leadflow.adapters.sql.dialects import among, holds_one_of, ids, item, pairs
from leadflow.adapters.sql.tables import (
    LEAD_COLUMNS,
    activities,
    consents,
    golden,
    journal,
    outbox,
    records,
    stages,
    touched,
    verdicts,
)
from leadflow.merging import anonymous_assignment
from leadflow.records import EventKind
from leadflow.records.events import Json

__all__ = ["erase"]

_OLD, _NEW = item("pairs")


def erase(connection: Connection, lead_ids: Sequence[str], alias: Callable[[str], str]) -> frozenset[str]:
    """Remove personal data of leads everywhere.

    Returns:
        Other leads, whose journal named records of theirs, or to which hand-overs of theirs went.
    """
    chosen = {"ids": ids(lead_ids)}
    found = connection.execute(
        select(records.c.record_id, records.c.data, records.c.raw).where(among(records.c.lead_id, "ids")),
        chosen,
    ).all()
    renamed = {row.record_id: alias(row.record_id) for row in found}
    connection.execute(
        update(records).values(record_id=_NEW, data="{}", raw="{}").where(records.c.record_id == _OLD),
        {"pairs": pairs(renamed)},
    )
    _consents(connection, [row.data for row in found], alias, renamed)
    _verdicts(connection, renamed)
    blank = dict.fromkeys((*LEAD_COLUMNS, "record_id")) | {"more": "{}", "winners": "{}"}
    connection.execute(update(golden).where(among(golden.c.lead_id, "ids")).values(blank), chosen)
    done = connection.execute(
        select(activities.c.key, activities.c.first_id, activities.c.attributes).where(
            among(activities.c.lead_id, "ids")
        ),
        chosen,
    ).all()
    if done:
        connection.execute(
            update(activities)
            .where(activities.c.key == bindparam("old"))
            .values(key=bindparam("new"), attributes=bindparam("kept"), first_id=None),
            [{"old": row.key, "new": alias(row.key), "kept": dump(_kept(row.attributes))} for row in done],
        )
    said = {value for row in found for text in (row.data, row.raw) for value in _texts(text)}
    _touched(connection, said | renamed.keys() | {row.first_id for row in done if row.first_id is not None})
    connection.execute(
        update(outbox)
        .values(payload="{}", delivered_at="withdrawn")
        .where(among(outbox.c.lead_id, "ids"), outbox.c.delivered_at.is_(None)),
        chosen,
    )
    connection.execute(update(outbox).values(payload="{}").where(among(outbox.c.lead_id, "ids")), chosen)
    handed = _journal(connection, lead_ids, renamed)
    others = _elsewhere(connection, lead_ids, renamed)
    connection.execute(update(stages).where(among(stages.c.lead_id, "ids")).values(reason=""), chosen)
    held = {one.id: one for one in progress.assignments_of(connection, lead_ids, None, None, None)}
    held |= {one.id: one for one in progress.assignments_of(connection, None, sorted(handed), None, None)}
    progress.put_assignments(connection, [anonymous_assignment(one) for one in held.values()])
    return others | ({one.lead_id for one in held.values()} - set(lead_ids))


def _consents(
    connection: Connection, data: Sequence[str], alias: Callable[[str], str], renamed: Mapping[str, str]
) -> None:
    values = {value for row in data for value in _texts(row)}
    known = connection.execute(
        select(consents.c.key, consents.c.address).where(among(consents.c.address, "ids")),
        {"ids": ids(sorted(values))},
    ).all()
    shared = {address for _, address in known if _used(connection, address)}
    if shared:
        connection.execute(
            update(consents)
            .where(among(consents.c.address, "shared"), consents.c.evidence == _OLD)
            .values(evidence=_NEW),
            {"shared": ids(sorted(shared)), "pairs": pairs(renamed)},
        )
    own = [(key, address) for key, address in known if address not in shared]
    if not own:
        return
    connection.execute(
        update(consents)
        .where(consents.c.key == bindparam("old"))
        .values(key=bindparam("new"), address=bindparam("hidden"), act="", evidence=""),
        [{"old": key, "new": alias(key), "hidden": alias(address)} for key, address in own],
    )


def _verdicts(connection: Connection, renamed: Mapping[str, str]) -> None:
    """Rename the person's records in verdicts; a pair is kept with the smaller id first, which may be the other one now."""
    named = among(verdicts.c.first, "ids") | among(verdicts.c.second, "ids")
    chosen = {"ids": ids(sorted(renamed))}
    found = connection.execute(select(verdicts).where(named), chosen).mappings().all()
    if not found:
        return
    connection.execute(delete(verdicts).where(named), chosen)
    pairs_now = (sorted(renamed.get(one, one) for one in (row["first"], row["second"])) for row in found)
    connection.execute(
        insert(verdicts),
        [
            {**row, "first": first, "second": second, "reason": ""}
            for row, (first, second) in zip(found, pairs_now, strict=True)
        ],
    )


def _used(connection: Connection, address: str) -> bool:
    """Tell whether a record that is not erased holds the address; its owner still needs the entry."""
    holding = (
        select(records.c.record_id).where(records.c.data.contains(dump(address), autoescape=True)).limit(1)
    )
    return connection.execute(holding).first() is not None


def _touched(connection: Connection, said: Collection[str]) -> None:
    """Forget that something was written under what the person is known by; activities can wait there."""
    leads = select(golden.c.lead_id)
    connection.execute(
        delete(touched).where(among(touched.c.lead_id, "ids"), touched.c.lead_id.not_in(leads)),
        {"ids": ids(sorted(said))},
    )


def _kept(attributes: str) -> dict[str, Json]:
    told = load(attributes)
    return dict(anonymous_attributes(told)) if isinstance(told, dict) else {}


def _texts(row: str) -> list[str]:
    value = load(row)
    return [one for one in value.values() if isinstance(one, str)] if isinstance(value, dict) else []


def _journal(connection: Connection, lead_ids: Sequence[str], renamed: Mapping[str, str]) -> set[str]:
    """Empty the entries of leads; return the hand-overs that they tell of, which a merge may have given to other leads."""
    entries = connection.execute(
        select(journal.c.position, journal.c.detail).where(
            among(journal.c.lead_id, "ids"), journal.c.kind != EventKind.ERASED.value
        ),
        {"ids": ids(lead_ids)},
    ).all()
    details = [(position, load(text)) for position, text in entries]
    _rewrite(
        connection,
        {
            position: anonymous_detail(detail, renamed)
            for position, detail in details
            if isinstance(detail, dict)
        },
    )
    return {
        str(detail["assignment_id"])
        for _, detail in details
        if isinstance(detail, dict) and "assignment_id" in detail
    }


def _elsewhere(connection: Connection, lead_ids: Sequence[str], renamed: Mapping[str, str]) -> frozenset[str]:
    """Rename the person's records in the entries of leads that had them, or were held against them."""
    entries = connection.execute(
        select(journal.c.position, journal.c.lead_id, journal.c.detail).where(
            journal.c.kind.in_([kind.value for kind in NAMING_RECORDS]),
            ~among(journal.c.lead_id, "ids"),
            holds_one_of(journal.c.detail, "named"),
        ),
        {"ids": ids(lead_ids), "named": ids([dump(record_id) for record_id in renamed])},
    ).all()
    told = [
        (position, lead_id, renamed_detail(detail, renamed))
        for position, lead_id, text in entries
        if isinstance(detail := load(text), dict) and renamed_detail(detail, renamed) != detail
    ]
    _rewrite(connection, {position: detail for position, _, detail in told})
    return frozenset(lead_id for _, lead_id, _ in told)


def _rewrite(connection: Connection, details: Mapping[int, Mapping[str, Json]]) -> None:
    if details:
        connection.execute(
            update(journal)
            .where(journal.c.position == bindparam("entry"))
            .values(reason="", detail=bindparam("kept")),
            [{"entry": position, "kept": dump(dict(detail))} for position, detail in details.items()],
        )
