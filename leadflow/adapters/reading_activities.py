"""Reading activity logs: what people did, from JSON Lines or delimited text."""

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import Final

from leadflow.adapters.delimited import read_delimited
from leadflow.adapters.frames import cell_text
from leadflow.adapters.jsonlines import flatten, read_objects
from leadflow.adapters.reading_bytes import ByteSource, Readable
from leadflow.capture.normalising import normalise_cell, parse_moment
from leadflow.capture.synonyms import header_key
from leadflow.errors import InputError, InvalidValueError
from leadflow.records.activities import Activity, ActivityLog

__all__ = ["read_activities"]

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": (
        "kind",
        "type",
        "activity",
        "activitytype",
        "event",
        "eventtype",
        "種別",
        "種類",
        "活動",
        "行動",
        "アクション",
        "活動種別",
    ),
    "at": (
        "at",
        "time",
        "timestamp",
        "datetime",
        "occurredat",
        "activitydate",
        "date",
        "日時",
        "発生日時",
        "活動日時",
        "日付",
        "活動日",
    ),
    "lead_id": (
        "leadid",
        "lead",
        "email",
        "emailaddress",
        "personid",
        "externalid",
        "contactid",
        "リードid",
        "メールアドレス",
        "メール",
        "外部id",
    ),
    "key": ("key", "id", "activityid", "eventid", "submissionid", "活動id"),
}
_ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "by": ("by", "担当者", "担当", "実施者", "担当者id"),
    "amount": ("amount", "金額", "商談金額", "案件金額", "受注金額"),
}
_HINTS: Final = {
    "kind": "kind",
    "at": "created_at",
    "email": "email",
    "lead_id": "external_id",
    "id": "external_id",
}


def read_activities(data: Readable, *, encoding: str | None = None) -> ActivityLog:
    """Read an activity log.

    Each activity has a kind, a time and somebody: a column ``lead_id``, or an e-mail address or external id by which
    the lead is found. Its own id, when there is one, becomes the idempotency key. Everything else, nested
    ``attributes`` included, becomes an attribute. Two of them have a name of their own, which reports count by: who of
    ours did it is ``by`` (also 担当者), and yen are ``amount`` (also 金額), a whole number also where the file has a text
    such as ``1,200,000円``. Lines without kind, time or person are refused together.

    Args:
        data: a path, bytes or open file: JSON Lines, JSON or delimited text.
        encoding: a Python codec name; found when None.

    Returns:
        The log, in the order of the file. Times without a zone are Japan Standard Time.

    Raises:
        InputError: a line has no kind, no time that can be read, or nobody.
        UnreadableFileError: the file is not one of the formats.

    Example:
        >>> log = read_activities(b'{"kind":"call","at":"2026-04-01T09:00:00+09:00","email":"A@example.jp","minutes":5}')
        >>> log.activity(0).lead_id, log.attributes["minutes"][0]
        ('a@example.jp', 5)
    """
    source = ByteSource.of(data)
    start = source.head().lstrip(b"\xef\xbb\xbf \t\r\n")
    rows = _of_json(source, encoding) if start[:1] in {b"{", b"["} else _of_delimited(source, encoding)
    activities, bad = [], []
    for number, row in rows:
        try:
            activities.append(_activity(row))
        except (InvalidValueError, KeyError, OverflowError):
            bad.append(number)
    if bad:
        shown = ", ".join(map(str, bad[:5])) + (" …" if len(bad) > 5 else "")
        raise InputError(
            f"{source.name}: {len(bad):,} of {len(rows):,} activities lack a kind, a time or a person (line {shown}). "
            'An activity looks like {"kind": "webinar_attended", "at": "2026-04-01T10:00:00+09:00", "email": "…"}.',
            place=f"{source.name}, line {bad[0]}",
        )
    return ActivityLog.of(activities)


def _of_json(source: ByteSource, encoding: str | None) -> list[tuple[int, dict[str, Hashable]]]:
    lines, _ = read_objects(source, encoding=encoding)
    rows: list[tuple[int, dict[str, Hashable]]] = []
    for number, found, _, _ in lines:
        if found is None:
            rows.append((number, {}))
            continue
        attributes = found.get("attributes")
        own = {name: value for name, value in found.items() if name != "attributes"}
        nested = flatten(attributes) if isinstance(attributes, Mapping) else {}
        rows.append((number, {name: _plain(value) for name, value in {**flatten(own), **nested}.items()}))
    return rows


def _of_delimited(source: ByteSource, encoding: str | None) -> list[tuple[int, dict[str, Hashable]]]:
    table = read_delimited(source, encoding=encoding, mapping=_HINTS)
    columns = {header: column.to_list() for header, column in table.columns.items()}
    return [
        (number, {header: cells[row] for header, cells in columns.items() if cells[row] is not None})
        for row, number in enumerate(table.rows.tolist())
    ]


def _plain(value: object) -> Hashable:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return cell_text(value)


def _activity(row: Mapping[str, Hashable]) -> Activity:
    by_key = {header_key(name): name for name in row if row[name] not in (None, "")}
    found: dict[str, str] = {}
    for part, names in _NAMES.items():
        name = next((by_key[key] for key in names if key in by_key), None)
        if name is not None:
            found[part] = name
    named = {
        next((by_key[key] for key in names if key in by_key), name): name
        for name, names in _ATTRIBUTES.items()
        if name not in row
    }
    attributes = {
        named.get(name, name): value
        for name, value in row.items()
        if name not in found.values() and value not in (None, "")
    }
    if isinstance(amount := attributes.get("amount"), str):
        yen = normalise_cell("amount", amount).cell.value
        attributes["amount"] = amount if yen is None else yen
    person = str(row[found["lead_id"]]).strip()
    return Activity(
        kind=str(row[found["kind"]]).strip(),
        at=_moment(row[found["at"]]),
        lead_id=person.casefold() if "@" in person else person,
        key=str(row[found["key"]]).strip() if "key" in found else "",
        attributes=attributes,
    )


def _moment(value: Hashable) -> dt.datetime:
    text = str(value).strip()
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return parse_moment(text)
    return moment if moment.tzinfo is not None else parse_moment(text)
