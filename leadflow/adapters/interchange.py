"""A whole store as JSON Lines: one versioned text that any store can take in, so that nobody is locked in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final, TypeAlias

import numpy as np

from leadflow.adapters.cells import dump, encode_rows, load, moment_text, seconds_texts
from leadflow.adapters.interchange_reading import TAKERS, Row
from leadflow.adapters.memory import MemoryStore
from leadflow.adapters.pauses import pauses_to_data
from leadflow.columns import Column
from leadflow.errors import InputError, LeadflowError, StoreError
from leadflow.ports import StoreReader, StoreSession
from leadflow.records import Assignment, Consent, Message, StageInterval, StateBatch
from leadflow.records.events import Json

__all__ = ["FORMAT_VERSION", "export_lines", "import_lines"]

FORMAT_VERSION: Final = 2
"""The version of the text; a reader takes this one and those before it. Since 2 a last line says how many there are."""

_CHUNK: Final = 20_000
_DAMAGE: Final = (KeyError, TypeError, AttributeError, ValueError, AssertionError, OverflowError)

_Numbered: TypeAlias = tuple[int, Row]
"""The number of a line and what it says."""


def export_lines(reader: StoreReader) -> Iterator[str]:
    """Write everything that a store keeps, line by line, without line ends.

    The first line names the format and its version, the last one the number of lines, so that a text that was cut off
    is noticed. What a store keeps is the same text whichever kind of store it is. The store's secret is part of it, since without it erased
    persons would not be recognised any more: keep the text as safe as the store.

    Args:
        reader: a session or snapshot; what it shows is one consistent moment.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore() as store, store.snapshot() as reader:
        ...     [load(line)["table"] for line in export_lines(reader)]
        ['leadflow', 'end']
    """
    yield dump({"table": "leadflow", "version": FORMAT_VERSION, "secret": reader.secret().hex()})
    number = 1
    for line in chain(
        _records(reader),
        _leads(reader),
        _activities(reader),
        _progress(reader),
        _decisions(reader),
        _identities(reader),
        _remainder(reader),
    ):
        number += 1
        yield line
    yield dump({"table": "end", "lines": number})


def import_lines(session: StoreSession, lines: Iterable[str]) -> Mapping[str, int]:
    """Take in what ``export_lines`` wrote.

    Args:
        session: of an empty store; an error leaves it empty.
        lines: with or without line ends.

    Returns:
        The number of rows by table.

    Raises:
        InputError: a line cannot be read; the message says which.
        StoreError: the store is not empty, or a newer leadflow wrote the text.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore() as first, first.session() as session:
        ...     session.put_document("routing", {"turn": 1})
        ...     lines = list(export_lines(session))
        >>> with MemoryStore() as second, second.session() as session:
        ...     counts = import_lines(session, lines)
        ...     counts["documents"], session.document("routing")
        (1, {'turn': 1})
    """
    if any(session.counts().values()):
        raise StoreError("Only an empty store can take in another one: open a new one.")
    waiting: list[_Numbered] = []
    table, version, taken, ended = "", 0, 0, False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _read(line, number)
        kind = str(row.get("table"))
        taken += 1
        if taken == 1:
            version = _begin(session, row, number)
            continue
        if kind == "end":
            ended = _ends(row, taken - 1, number)
            continue
        if kind not in TAKERS:
            raise _refusal(number, "it names a table that leadflow does not know.")
        if kind != table or len(waiting) >= _CHUNK:
            _take(session, table, waiting)
            table, waiting = kind, []
        waiting.append((number, row))
    if not taken or (version > 1 and not ended):
        raise InputError(
            "The text ends before its last line, which says how many there are: it was cut off. Copy the export again."
        )
    _take(session, table, waiting)
    return session.counts()


def _begin(session: StoreSession, row: Row, number: int) -> int:
    version, secret = row.get("version"), row.get("secret")
    if row.get("table") != "leadflow" or not isinstance(version, int) or not isinstance(secret, str):
        raise _refusal(number, "this is not leadflow's header line, so the text is no export of a store.")
    if version > FORMAT_VERSION:
        raise StoreError(
            f"The export has version {version} and this leadflow reads versions up to {FORMAT_VERSION}: upgrade leadflow."
        )
    try:
        session.put_secret(bytes.fromhex(secret))
    except ValueError:
        raise _refusal(number, "the secret in the header line is damaged: copy the export again.") from None
    return version


def _ends(row: Row, lines: int, number: int) -> bool:
    if row.get("lines") != lines:
        raise _refusal(
            number,
            f"it counts other lines than the {lines} before it: some were lost or added; copy the export again.",
        )
    return True


def _read(line: str, number: int) -> Row:
    try:
        row = load(line.removeprefix("\ufeff").strip())
    except (ValueError, StopIteration):
        row = None
    if not isinstance(row, dict):
        raise _refusal(number, "it is not a JSON object.")
    return row


def _take(session: StoreSession, table: str, rows: Sequence[_Numbered]) -> None:
    if not rows:
        return
    try:
        TAKERS[table](session, [row for _, row in rows])
    except _DAMAGE as error:
        raise _refusal(
            _place(table, rows),
            f"the row of the table {table!r} cannot be taken in ({type(error).__name__}): it lacks a member or has one"
            " of another kind. Copy the export again.",
        ) from None


def _refusal(number: int | str, why: str) -> InputError:
    return InputError(f"Line {number}: {why}", place=f"line {number}")


def _place(table: str, rows: Sequence[_Numbered]) -> int | str:
    """Return which line is damaged: the first that an empty store does not take in alone."""
    for number, row in rows:
        with MemoryStore() as scratch, scratch.session() as session:
            try:
                TAKERS[table](session, [row])
            except (*_DAMAGE, LeadflowError):
                return number
    return f"{rows[0][0]} to {rows[-1][0]}"


def _line(table: str, row: Row) -> str:
    return dump({"table": table, **row})


def _spliced(table: str, head: Row, objects: Mapping[str, str]) -> str:
    """Write a line whose last members are JSON already."""
    members = "".join(f',"{name}":{text}' for name, text in objects.items())
    return dump({"table": table, **head})[:-1] + members + "}"


def _sorted(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Put columns in the order of their names: stores keep them in the order in which they met them."""
    return dict(sorted(columns.items()))


def _records(reader: StoreReader) -> Iterator[str]:
    batch, lead_ids = reader.records(raw=True)
    values, raws = (
        encode_rows(_sorted(batch.columns), len(batch)),
        encode_rows(_sorted(batch.raw), len(batch)),
    )
    cells = zip(
        batch.ids, lead_ids, batch.sources, seconds_texts(batch.observed_at), values, raws, strict=True
    )
    for record_id, lead_id, source, observed, data, raw in cells:
        head: Row = {
            "record_id": record_id,
            "lead_id": lead_id,
            "source": _text(source),
            "observed_at": observed,
        }
        yield _spliced("records", head, {"data": data, "raw": raw})


def _leads(reader: StoreReader) -> Iterator[str]:
    batch, origins = reader.leads(), reader.provenance()
    values = encode_rows(_sorted(batch.columns), len(batch), cleared=False)
    for lead_id, source, observed, data in zip(
        batch.ids, batch.sources, seconds_texts(batch.observed_at), values, strict=True
    ):
        won: Json = {
            name: [origin.record_id, origin.rule] for name, origin in sorted(origins[lead_id].items())
        }
        head: Row = {"lead_id": lead_id, "source": _text(source), "observed_at": observed, "origins": won}
        yield _spliced("leads", head, {"data": data})


def _activities(reader: StoreReader) -> Iterator[str]:
    log, first = reader.activities(), reader.moved_activities()
    attributes = encode_rows(_sorted(log.attributes), len(log), cleared=False)
    cells = zip(log.keys, log.lead_ids, log.kinds, seconds_texts(log.at), attributes, strict=True)
    for key, lead_id, kind, at, data in cells:
        head: Row = {"key": _text(key), "lead_id": _text(lead_id), "kind": _text(kind), "at": at}
        if str(key) in first:
            head["first_id"] = first[str(key)]
        yield _spliced("activities", head, {"data": data})


def _progress(reader: StoreReader) -> Iterator[str]:
    states = reader.states()
    for row, lead_id in enumerate(states.ids):
        yield _line("states", _state(states, row, lead_id))
    for lead_id, history in reader.histories().items():
        stays: list[Json] = [_stay(stay) for stay in history.intervals]
        yield _line("histories", {"lead_id": lead_id, "stays": stays})


def _decisions(reader: StoreReader) -> Iterator[str]:
    for one in reader.assignments():
        yield _line("assignments", _assignment(one))
    for event in reader.journal():
        yield _line(
            "journal",
            {
                "kind": event.kind.value,
                "lead_id": event.lead_id,
                "at": moment_text(event.at),
                "actor": event.actor,
                "reason": event.reason,
                "definition": event.definition,
                "detail": dict(event.detail),
            },
        )


def _identities(reader: StoreReader) -> Iterator[str]:
    for old, new in reader.redirects().items():
        yield _line("redirects", {"old": old, "new": new})
    for verdict in reader.verdicts():
        yield _line(
            "verdicts",
            {
                "first": verdict.first,
                "second": verdict.second,
                "kind": verdict.kind.value,
                "at": moment_text(verdict.at),
                "actor": verdict.actor,
                "reason": verdict.reason,
            },
        )
    for entry in reader.consents():
        yield _line("consents", _consent(entry))


def _remainder(reader: StoreReader) -> Iterator[str]:
    for message in reader.pending():
        yield _line("outbox", _message(message))
    for key in reader.delivered():
        yield _line("delivered", {"key": key})
    for digest, lead_id in sorted(reader.tombstones().items()):
        yield _line("tombstones", {"digest": digest, "lead_id": lead_id})
    for name in reader.documents():
        yield _line("documents", {"name": name, "value": reader.document(name)})


def _text(cell: object) -> str | None:
    return None if cell is None else str(cell)


def _state(states: StateBatch, row: int, lead_id: str) -> Row:
    numbers = {"fit": states.fit, "engagement": states.engagement, "total": states.total}
    return {
        "lead_id": lead_id,
        "stage": _text(states.stages[row]),
        "stage_entered_at": seconds_texts(states.stage_entered_at[row : row + 1])[0],
        **{name: None if np.isnan(points[row]) else float(points[row]) for name, points in numbers.items()},
        "grade": _text(states.grades[row]),
        "owner": _text(states.owners[row]),
    }


def _stay(stay: StageInterval) -> Row:
    return {
        "stage": stay.stage,
        "entered_at": moment_text(stay.entered_at),
        "left_at": None if stay.left_at is None else moment_text(stay.left_at),
        "actor": stay.actor,
        "reason": stay.reason,
        "definition": stay.definition,
    }


def _assignment(one: Assignment) -> Row:
    return {
        "id": one.id,
        "lead_id": one.lead_id,
        "owner": one.owner,
        "team": one.team,
        "informed": [[party.id, party.reason] for party in one.informed],
        "offered_at": moment_text(one.offered_at),
        "deadline": None if one.deadline is None else moment_text(one.deadline),
        "accepted_at": None if one.accepted_at is None else moment_text(one.accepted_at),
        "closed_at": None if one.closed_at is None else moment_text(one.closed_at),
        "state": one.state.value,
        "reasons": list(one.reasons),
        "rejected": [[candidate.id, candidate.reason] for candidate in one.rejected],
        "step": one.step,
        "pauses": pauses_to_data(one.pauses),
        "definition": one.definition,
        "routable": one.routable,
    }


def _consent(entry: Consent) -> Row:
    return {
        "key": entry.key,
        "address": entry.address,
        "channel": entry.channel.value,
        "state": entry.state.value,
        "at": moment_text(entry.at),
        "purpose": entry.purpose,
        "basis": entry.basis.value,
        "act": entry.act,
        "evidence": entry.evidence,
        "source": entry.source,
        "actor": entry.actor,
    }


def _message(message: Message) -> Row:
    return {
        "key": message.key,
        "kind": message.kind,
        "to": message.to,
        "lead_id": message.lead_id,
        "created_at": moment_text(message.created_at),
        "payload": dict(message.payload),
    }
