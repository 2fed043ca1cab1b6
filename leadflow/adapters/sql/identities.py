"""Who stands for whom: redirects, verdicts and tombstones in SQL; and small documents."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, update

from leadflow.adapters.cells import dump, load, moment_of, moment_text
from leadflow.adapters.sql.dialects import among, ids, insert
from leadflow.adapters.sql.statements import rows_of
from leadflow.adapters.sql.tables import documents, meta, redirects, tombstones, verdicts
from leadflow.errors import StateError
from leadflow.records import Verdict, VerdictKind
from leadflow.records.events import Json

__all__ = [
    "add_tombstones",
    "document",
    "document_names",
    "lift_tombstones",
    "merged_into",
    "put_document",
    "put_secret",
    "put_verdicts",
    "redirect",
    "redirects_of",
    "resolve",
    "restore",
    "secret",
    "tombstones_of",
    "verdicts_of",
]

_NEXT: Final = select(redirects.c.old_id, redirects.c.new_id).where(among(redirects.c.old_id, "ids"))
_BEFORE: Final = select(redirects.c.old_id).where(among(redirects.c.new_id, "ids"))
_VERDICT_NAMES: Final = ("first", "second", "kind", "at", "actor", "reason")
_VERDICTS: Final = select(*(verdicts.c[name] for name in _VERDICT_NAMES)).order_by(
    verdicts.c.first, verdicts.c.second
)
_ERASED: Final = select(tombstones.c.digest, tombstones.c.lead_id)
_TOMBSTONES: Final = _ERASED.where(among(tombstones.c.digest, "ids"))
_SECRET: Final = select(meta.c.value).where(meta.c.name == "secret")
_DOCUMENT: Final = select(documents.c.value).where(documents.c.name == bindparam("document"))


def redirect(connection: Connection, old_ids: Sequence[str], new_ids: Sequence[str]) -> None:
    """Let old ids stand for new ones."""
    standing = dict(zip(old_ids, resolve(connection, new_ids), strict=True))
    if any(old == new for old, new in standing.items()):
        raise StateError("A lead id cannot stand for itself: the merge would go round in a circle.")
    rows = list(zip(old_ids, new_ids, strict=True))
    with connection.begin_nested():
        insert(connection, redirects, ("old_id", "new_id"), rows, clash="replace")
        resolve(connection, old_ids)


def resolve(connection: Connection, lead_ids: Sequence[str]) -> tuple[str, ...]:
    """Return what each id stands for now."""
    step: dict[str, str] = {}
    asked = list(dict.fromkeys(lead_ids))
    while asked:
        found = {str(row[0]): str(row[1]) for row in rows_of(connection, _NEXT, {"ids": ids(asked)})}
        step |= found
        asked = [new for new in dict.fromkeys(found.values()) if new not in step]
    return tuple(_end(lead_id, step) for lead_id in lead_ids)


def _end(lead_id: str, step: Mapping[str, str]) -> str:
    seen = {lead_id}
    while lead_id in step:
        lead_id = step[lead_id]
        if lead_id in seen:
            raise StateError("Lead ids stand for each other in a circle: undo one of the merges.")
        seen.add(lead_id)
    return lead_id


def restore(connection: Connection, lead_ids: Sequence[str]) -> None:
    """Let former ids stand for themselves again."""
    connection.execute(delete(redirects).where(among(redirects.c.old_id, "ids")), {"ids": ids(lead_ids)})


def redirects_of(connection: Connection) -> dict[str, str]:
    """Return every former id and what it directly stands for."""
    rows = connection.execute(select(redirects.c.old_id, redirects.c.new_id))
    return dict(sorted((str(row[0]), str(row[1])) for row in rows))


def merged_into(connection: Connection, lead_id: str) -> tuple[str, ...]:
    """Return every former id of a lead."""
    found: set[str] = set()
    asked = [lead_id]
    while asked:
        before = rows_of(connection, _BEFORE, {"ids": ids(asked)})
        asked = [old for (old,) in before if old not in found]
        found.update(asked)
    return tuple(sorted(found))


def put_verdicts(connection: Connection, batch: Sequence[Verdict]) -> None:
    """Insert or replace verdicts."""
    rows = [(v.first, v.second, v.kind.value, moment_text(v.at), v.actor, v.reason) for v in batch]
    insert(connection, verdicts, _VERDICT_NAMES, rows, clash="replace")


def verdicts_of(connection: Connection) -> tuple[Verdict, ...]:
    """Return every verdict."""
    return tuple(
        Verdict(
            first=first, second=second, kind=VerdictKind(kind), at=moment_of(at), actor=actor, reason=reason
        )
        for first, second, kind, at, actor, reason in rows_of(connection, _VERDICTS)
    )


def add_tombstones(connection: Connection, digests: Sequence[str], lead_id: str, at: dt.datetime) -> None:
    """Remember digests of an erased person."""
    rows = [(digest, lead_id, moment_text(at)) for digest in digests]
    insert(connection, tombstones, ("digest", "lead_id", "at"), rows, clash="skip")


def lift_tombstones(connection: Connection, digests: Sequence[str]) -> None:
    """Forget digests of an erased person."""
    connection.execute(delete(tombstones).where(among(tombstones.c.digest, "ids")), {"ids": ids(digests)})


def tombstones_of(connection: Connection, digests: Sequence[str] | None) -> Mapping[str, str]:
    """Return the erased lead of each known digest."""
    if digests is None:
        found = rows_of(connection, _ERASED)
    else:
        found = rows_of(connection, _TOMBSTONES, {"ids": ids(digests)})
    return {str(row[0]): str(row[1]) for row in found}


def secret(connection: Connection) -> bytes:
    """Return the store's key."""
    ((found,),) = rows_of(connection, _SECRET)
    return bytes.fromhex(str(found))


def put_secret(connection: Connection, key: bytes) -> None:
    """Replace the store's key."""
    connection.execute(update(meta).where(meta.c.name == "secret").values(value=key.hex()))


def document(connection: Connection, name: str) -> Json:
    """Return a document or None."""
    found = rows_of(connection, _DOCUMENT, {"document": name})
    return load(found[0][0]) if found else None


def document_names(connection: Connection) -> tuple[str, ...]:
    """Return the names of the documents."""
    return tuple(sorted(connection.execute(select(documents.c.name)).scalars()))


def put_document(connection: Connection, name: str, value: Json) -> None:
    """Insert, replace or remove a document."""
    if value is None:
        connection.execute(delete(documents).where(documents.c.name == name))
    else:
        insert(connection, documents, ("name", "value"), [(name, dump(value))], clash="replace")
