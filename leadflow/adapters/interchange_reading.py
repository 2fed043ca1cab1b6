"""Taking in the tables of an exported store."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from leadflow.adapters.cells import decode_rows, dump, moment_of, seconds_of
from leadflow.adapters.pauses import pauses_from_data
from leadflow.columns import Column
from leadflow.ports import StoreSession
from leadflow.records import (
    ActivityLog,
    Assignment,
    AssignmentState,
    Basis,
    Channel,
    Consent,
    ConsentState,
    Event,
    EventKind,
    GoldenBatch,
    Informed,
    LeadBatch,
    Message,
    RejectedCandidate,
    StageHistory,
    StageInterval,
    StateBatch,
    Verdict,
    VerdictKind,
)
from leadflow.records.batches import from_seconds
from leadflow.records.events import Json

__all__ = ["TAKERS", "Row"]

Row = dict[str, Json]


def _records(session: StoreSession, rows: Sequence[Row]) -> None:
    batch = LeadBatch.of(
        decode_rows([dump(row["data"]) for row in rows]),
        ids=[_text(row, "record_id") for row in rows],
        sources=_column(rows, "source"),
        observed_at=_seconds(rows, "observed_at"),
        raw=decode_rows([dump(row["raw"]) for row in rows]),
    )
    session.add_records(batch, [_text(row, "lead_id") for row in rows])


def _leads(session: StoreSession, rows: Sequence[Row]) -> None:
    groups: dict[str, list[Row]] = {}
    for (
        row
    ) in rows:  # leads that were derived under the same rules go together, in runs that keep their order
        rules = dump({name: _list(origin)[1] for name, origin in sorted(_object(row, "origins").items())})
        groups.setdefault(rules, []).append(row)
    place = {_text(row, "lead_id"): position for position, row in enumerate(rows)}
    golden = [(group, _golden(group)) for group in groups.values()]
    if len(golden) == 1:
        session.put_leads(golden[0][1])
        return
    bare = [GoldenBatch(leads=LeadBatch.of({}, ids=list(place)), winners={}, rules={})]
    for batch in (*bare, *(one for _, one in golden)):  # the bare ones fix the order
        session.put_leads(batch)


def _golden(rows: Sequence[Row]) -> GoldenBatch:
    origins = [{name: _list(origin) for name, origin in _object(row, "origins").items()} for row in rows]
    names = dict.fromkeys(name for origin in origins for name in origin)
    leads = LeadBatch.of(
        decode_rows([dump(row["data"]) for row in rows]),
        ids=[_text(row, "lead_id") for row in rows],
        sources=_column(rows, "source"),
        observed_at=_seconds(rows, "observed_at"),
    )
    winners = {name: Column.of(str(o[name][0]) if name in o else None for o in origins) for name in names}
    rules = {name: str(next(o[name][1] for o in origins if name in o)) for name in names}
    return GoldenBatch(leads=leads, winners=winners, rules=rules)


def _activities(session: StoreSession, rows: Sequence[Row]) -> None:
    at = _seconds(rows, "at")
    at.flags.writeable = False
    log = ActivityLog(
        lead_ids=Column.of(str(row.get("first_id", row["lead_id"])) for row in rows),
        kinds=_column(rows, "kind"),
        at=at,
        keys=_column(rows, "key"),
        attributes=decode_rows([dump(row["data"]) for row in rows]),
    )
    session.add_activities(log)
    session.move_activities({_text(row, "key"): _text(row, "lead_id") for row in rows if "first_id" in row})


def _states(session: StoreSession, rows: Sequence[Row]) -> None:
    session.put_states(
        StateBatch.of(
            [_text(row, "lead_id") for row in rows],
            stages=_column(rows, "stage"),
            stage_entered_at=_seconds(rows, "stage_entered_at"),
            fit=_points(rows, "fit"),
            engagement=_points(rows, "engagement"),
            total=_points(rows, "total"),
            grades=_column(rows, "grade"),
            owners=_column(rows, "owner"),
        )
    )


def _histories(session: StoreSession, rows: Sequence[Row]) -> None:
    session.put_histories(
        [
            StageHistory(
                lead_id=_text(row, "lead_id"),
                intervals=tuple(_interval(stay) for stay in _list(row["stays"])),
            )
            for row in rows
        ]
    )


def _interval(stay: Json) -> StageInterval:
    row = _dict(stay)
    left_at = row["left_at"]
    return StageInterval(
        stage=_text(row, "stage"),
        entered_at=moment_of(_text(row, "entered_at")),
        left_at=None if left_at is None else moment_of(str(left_at)),
        actor=_text(row, "actor"),
        reason=_text(row, "reason"),
        definition=_text(row, "definition"),
    )


def _assignments(session: StoreSession, rows: Sequence[Row]) -> None:
    session.put_assignments([_assignment(row) for row in rows])


def _assignment(row: Row) -> Assignment:
    deadline, accepted_at, closed_at = row["deadline"], row.get("accepted_at"), row.get("closed_at")
    pairs = {name: [_list(pair) for pair in _list(row[name])] for name in ("informed", "rejected")}
    return Assignment(
        id=_text(row, "id"),
        lead_id=_text(row, "lead_id"),
        owner=_text(row, "owner"),
        team=_text(row, "team"),
        informed=tuple(Informed(id=str(who), reason=str(why)) for who, why in pairs["informed"]),
        offered_at=moment_of(_text(row, "offered_at")),
        deadline=None if deadline is None else moment_of(str(deadline)),
        accepted_at=None if accepted_at is None else moment_of(str(accepted_at)),
        closed_at=None if closed_at is None else moment_of(str(closed_at)),
        state=AssignmentState(_text(row, "state")),
        reasons=tuple(str(reason) for reason in _list(row["reasons"])),
        rejected=tuple(RejectedCandidate(id=str(who), reason=str(why)) for who, why in pairs["rejected"]),
        step=int(_text(row, "step")),
        pauses=pauses_from_data(row.get("pauses", [])),
        definition=_text(row, "definition"),
        routable=bool(row["routable"]),
    )


def _journal(session: StoreSession, rows: Sequence[Row]) -> None:
    session.append(
        Event(
            kind=EventKind(_text(row, "kind")),
            lead_id=_text(row, "lead_id"),
            at=moment_of(_text(row, "at")),
            actor=_text(row, "actor"),
            reason=_text(row, "reason"),
            definition=_text(row, "definition"),
            detail=_object(row, "detail"),
        )
        for row in rows
    )


def _redirects(session: StoreSession, rows: Sequence[Row]) -> None:
    session.redirect([_text(row, "old") for row in rows], [_text(row, "new") for row in rows])


def _verdicts(session: StoreSession, rows: Sequence[Row]) -> None:
    session.put_verdicts(
        [
            Verdict(
                first=_text(row, "first"),
                second=_text(row, "second"),
                kind=VerdictKind(_text(row, "kind")),
                at=moment_of(_text(row, "at")),
                actor=_text(row, "actor"),
                reason=_text(row, "reason"),
            )
            for row in rows
        ]
    )


def _consents(session: StoreSession, rows: Sequence[Row]) -> None:
    session.add_consents(
        [
            Consent(
                key=_text(row, "key"),
                address=_text(row, "address"),
                channel=Channel(_text(row, "channel")),
                state=ConsentState(_text(row, "state")),
                at=moment_of(_text(row, "at")),
                purpose=_text(row, "purpose"),
                basis=Basis(_text(row, "basis")),
                act=_text(row, "act"),
                evidence=_text(row, "evidence"),
                source=_text(row, "source"),
                actor=_text(row, "actor"),
            )
            for row in rows
        ]
    )


def _outbox(session: StoreSession, rows: Sequence[Row]) -> None:
    session.enqueue(
        [
            Message(
                key=_text(row, "key"),
                kind=_text(row, "kind"),
                to=_text(row, "to"),
                lead_id=_text(row, "lead_id"),
                created_at=moment_of(_text(row, "created_at")),
                payload=_object(row, "payload"),
            )
            for row in rows
        ]
    )


def _delivered(session: StoreSession, rows: Sequence[Row]) -> None:
    keys = [_text(row, "key") for row in rows]
    then = from_seconds(0)
    assert then is not None, "the epoch is a time"  # noqa: S101  # only NO_TIME is none
    session.enqueue([Message(key=key, kind="delivered", to="", created_at=then) for key in keys])
    session.mark_delivered(keys, then)


def _tombstones(session: StoreSession, rows: Sequence[Row]) -> None:
    then = from_seconds(0)
    assert then is not None, "the epoch is a time"  # noqa: S101  # only NO_TIME is none
    for row in rows:
        session.add_tombstones([_text(row, "digest")], _text(row, "lead_id"), then)


def _documents(session: StoreSession, rows: Sequence[Row]) -> None:
    for row in rows:
        session.put_document(_text(row, "name"), row["value"])


def _text(row: Mapping[str, Json], name: str) -> str:
    return str(row[name])


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError("expected a list")
    return value


def _dict(value: Json) -> Row:
    if not isinstance(value, dict):
        raise TypeError("expected an object")
    return value


def _object(row: Row, name: str) -> Row:
    return _dict(row[name])


def _column(rows: Sequence[Row], name: str) -> Column:
    return Column.of(None if row[name] is None else str(row[name]) for row in rows)


def _seconds(rows: Sequence[Row], name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return seconds_of([None if row[name] is None else str(row[name]) for row in rows])


def _points(rows: Sequence[Row], name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([np.nan if row[name] is None else float(str(row[name])) for row in rows], np.float64)


TAKERS: Final[Mapping[str, Callable[[StoreSession, Sequence[Row]], None]]] = {
    "records": _records,
    "leads": _leads,
    "activities": _activities,
    "states": _states,
    "histories": _histories,
    "assignments": _assignments,
    "journal": _journal,
    "redirects": _redirects,
    "verdicts": _verdicts,
    "consents": _consents,
    "outbox": _outbox,
    "delivered": _delivered,
    "tombstones": _tombstones,
    "documents": _documents,
}
"""By table, what takes its rows in."""
