"""Present states, stage histories and assignments in SQL."""

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Select, bindparam, delete, select, update

from leadflow.adapters.cells import dump, load, moment_of, moment_text, seconds_of, seconds_texts
from leadflow.adapters.pauses import pauses_from_data, pauses_to_data
from leadflow.adapters.sql.dialects import Row, among, ids, insert, insert_columns, item, pairs
from leadflow.adapters.sql.statements import rows_of, run
from leadflow.adapters.sql.tables import assignments, stages, states
from leadflow.columns import Column
from leadflow.records import (
    Assignment,
    AssignmentState,
    Informed,
    RejectedCandidate,
    StageHistory,
    StageInterval,
    StateBatch,
)
from leadflow.records.events import Json
from leadflow.records.states import Points

__all__ = [
    "assignments_of",
    "enter_stages",
    "histories_of",
    "put_assignments",
    "put_histories",
    "put_states",
    "states_of",
]

_STATE_NAMES: Final = (
    "lead_id",
    "stage",
    "stage_entered_at",
    "fit",
    "engagement",
    "score",
    "grade",
    "owner",
)
_STAGE_NAMES: Final = ("lead_id", "stage", "entered_at", "left_at", "actor", "reason", "definition")
_ASSIGNMENT_NAMES: Final = (
    "id",
    "lead_id",
    "owner",
    "team",
    "offered_at",
    "deadline",
    "state",
    "step",
    "definition",
    "routable",
    "detail",
)
_STATES: Final = select(*(states.c[name] for name in _STATE_NAMES)).order_by(states.c.lead_id)
_STAGES: Final = select(*(stages.c[name] for name in _STAGE_NAMES)).order_by(
    stages.c.lead_id, stages.c.position
)
_ASSIGNMENTS: Final = select(*(assignments.c[name] for name in _ASSIGNMENT_NAMES)).order_by(
    assignments.c.position
)
_STATES_OF: Final = _STATES.where(among(states.c.lead_id, "ids"))
_STAGES_OF: Final = _STAGES.where(among(stages.c.lead_id, "ids"))
_OPEN: Final = select(stages.c.lead_id).where(stages.c.left_at.is_(None), among(stages.c.lead_id, "ids"))
_LEFT_OF, _LEFT_AT = item("pairs")
_CLOSE: Final = (
    update(stages).values(left_at=_LEFT_AT).where(stages.c.left_at.is_(None), stages.c.lead_id == _LEFT_OF)
)


def put_states(connection: Connection, batch: StateBatch) -> None:
    """Insert or replace states."""
    columns = (
        batch.ids,
        batch.stages.to_list(),
        seconds_texts(batch.stage_entered_at),
        _numbers(batch.fit),
        _numbers(batch.engagement),
        _numbers(batch.total),
        batch.grades.to_list(),
        batch.owners.to_list(),
    )
    insert_columns(connection, states, _STATE_NAMES, columns, clash="replace")


def states_of(connection: Connection, lead_ids: Sequence[str] | None) -> StateBatch:
    """Return states, sorted by lead id."""
    statement = _STATES if lead_ids is None else _STATES_OF
    rows = rows_of(connection, statement, {} if lead_ids is None else {"ids": ids(lead_ids)})
    cells = list(zip(*rows, strict=True)) or [()] * len(_STATE_NAMES)
    return StateBatch.of(
        cells[0],
        stages=Column.of(cells[1]),
        stage_entered_at=seconds_of(cells[2]),
        fit=np.array(cells[3], np.float64),
        engagement=np.array(cells[4], np.float64),
        total=np.array(cells[5], np.float64),
        grades=Column.of(cells[6]),
        owners=Column.of(cells[7]),
    )


def enter_stages(connection: Connection, lead_ids: Sequence[str], intervals: Sequence[StageInterval]) -> None:
    """Append stays and close the open ones."""
    stays: dict[str, list[StageInterval]] = {}
    for lead_id, interval in zip(lead_ids, intervals, strict=True):
        stays.setdefault(lead_id, []).append(interval)
    still_open = rows_of(connection, _OPEN, {"ids": ids(list(stays))})
    leaving = {lead_id: moment_text(stays[lead_id][0].entered_at) for (lead_id,) in still_open}
    if leaving:
        run(connection, _CLOSE, {"pairs": pairs(leaving)})
    insert(connection, stages, _STAGE_NAMES, _stays(stays))


def _stays(stays: Mapping[str, Sequence[StageInterval]]) -> list[Row]:
    """Return the rows of leads that enter stages one after the other; each stay ends where the next begins."""
    texts = _Moments()
    rows = []
    for lead_id, entered in stays.items():
        for place, stay in enumerate(entered, 1):
            left_at = entered[place].entered_at if place < len(entered) else stay.left_at
            rows.append(_stay(lead_id, stay, left_at, texts))
    return rows


def put_histories(connection: Connection, histories: Sequence[StageHistory]) -> None:
    """Replace whole histories."""
    whose = ids([history.lead_id for history in histories])
    connection.execute(delete(stages).where(among(stages.c.lead_id, "ids")), {"ids": whose})
    texts = _Moments()
    rows = [
        _stay(h.lead_id, interval, interval.left_at, texts) for h in histories for interval in h.intervals
    ]
    insert(connection, stages, _STAGE_NAMES, rows)


def histories_of(connection: Connection, lead_ids: Sequence[str] | None) -> Mapping[str, StageHistory]:
    """Return histories by lead id."""
    statement = _STAGES if lead_ids is None else _STAGES_OF
    rows = rows_of(connection, statement, {} if lead_ids is None else {"ids": ids(lead_ids)})
    return {
        lead_id: StageHistory(lead_id=lead_id, intervals=tuple(_interval(row) for row in group))
        for lead_id, group in groupby(rows, key=lambda row: str(row[0]))
    }


def put_assignments(connection: Connection, batch: Sequence[Assignment]) -> None:
    """Insert assignments or replace them by id."""
    rows = [
        (
            one.id,
            one.lead_id,
            one.owner,
            one.team,
            moment_text(one.offered_at),
            None if one.deadline is None else moment_text(one.deadline),
            one.state.value,
            one.step,
            one.definition,
            one.routable,
            _detail(one),
        )
        for one in batch
    ]
    insert(connection, assignments, _ASSIGNMENT_NAMES, rows, clash="replace")


def assignments_of(
    connection: Connection,
    lead_ids: Sequence[str] | None,
    assignment_ids: Sequence[str] | None,
    wanted: Collection[AssignmentState] | None,
    due_before: dt.datetime | None,
) -> tuple[Assignment, ...]:
    """Return assignments that meet every condition."""
    parameters: dict[str, str] = {}
    if lead_ids is not None:
        parameters["lead_ids"] = ids(lead_ids)
    if assignment_ids is not None:
        parameters["ids"] = ids(assignment_ids)
    if wanted is not None:
        parameters["states"] = ids([state.value for state in wanted])
    if due_before is not None:
        parameters["due_before"] = moment_text(due_before)
    statement = _assignments_by(frozenset(parameters))
    return tuple(_assignment(row) for row in rows_of(connection, statement, parameters))


@lru_cache(maxsize=16)
def _assignments_by(names: frozenset[str]) -> Select[Any]:
    """Return the question with these conditions; making it takes longer than a look-up by index."""
    conditions = {
        "lead_ids": among(assignments.c.lead_id, "lead_ids"),
        "ids": among(assignments.c.id, "ids"),
        "states": among(assignments.c.state, "states"),
        "due_before": assignments.c.deadline <= bindparam("due_before"),
    }
    return _ASSIGNMENTS.where(*(condition for name, condition in conditions.items() if name in names))


def _numbers(points: Points) -> list[float | None]:
    return [None if math.isnan(value) else value for value in points.tolist()]


class _Moments(dict[dt.datetime | None, str | None]):
    """The texts of the moments of some rows; most rows of a run have the same."""

    def __missing__(self, moment: dt.datetime | None) -> str | None:
        text = self[moment] = None if moment is None else moment_text(moment)
        return text


def _stay(lead_id: str, interval: StageInterval, left_at: dt.datetime | None, texts: _Moments) -> Row:
    return (
        lead_id,
        interval.stage,
        texts[interval.entered_at],
        texts[left_at],
        interval.actor,
        interval.reason,
        interval.definition,
    )


def _interval(row: Sequence[Any]) -> StageInterval:
    _, stage, entered_at, left_at, actor, reason, definition = row
    return StageInterval(
        stage=stage,
        entered_at=moment_of(entered_at),
        left_at=None if left_at is None else moment_of(left_at),
        actor=actor,
        reason=reason,
        definition=definition,
    )


def _detail(one: Assignment) -> str:
    informed: list[Json] = [[party.id, party.reason] for party in one.informed]
    rejected: list[Json] = [[candidate.id, candidate.reason] for candidate in one.rejected]
    detail: dict[str, Json] = {"informed": informed, "reasons": list(one.reasons), "rejected": rejected}
    for name, moment in (("accepted_at", one.accepted_at), ("closed_at", one.closed_at)):
        if moment is not None:
            detail[name] = moment_text(moment)
    if one.pauses:
        detail["pauses"] = pauses_to_data(one.pauses)
    return dump(detail)


def _assignment(row: Sequence[Any]) -> Assignment:
    cells = dict(zip(_ASSIGNMENT_NAMES, row, strict=True))
    detail = load(str(cells["detail"]))
    assert isinstance(detail, dict), "written by this package"  # noqa: S101  # the column holds objects only
    deadline = cells["deadline"]
    return Assignment(
        id=str(cells["id"]),
        lead_id=str(cells["lead_id"]),
        owner=str(cells["owner"]),
        team=str(cells["team"]),
        informed=tuple(Informed(id=who, reason=why) for who, why in _pairs_of(detail["informed"])),
        offered_at=moment_of(str(cells["offered_at"])),
        deadline=None if deadline is None else moment_of(str(deadline)),
        accepted_at=moment_of(str(detail["accepted_at"])) if "accepted_at" in detail else None,
        closed_at=moment_of(str(detail["closed_at"])) if "closed_at" in detail else None,
        state=AssignmentState(cells["state"]),
        reasons=tuple(str(reason) for reason in _list_of(detail["reasons"])),
        rejected=tuple(RejectedCandidate(id=who, reason=why) for who, why in _pairs_of(detail["rejected"])),
        step=int(str(cells["step"])),
        pauses=pauses_from_data(detail.get("pauses", [])),
        definition=str(cells["definition"]),
        routable=bool(cells["routable"]),
    )


def _list_of(value: Json) -> list[Json]:
    assert isinstance(value, list), "written by this package"  # noqa: S101  # the column holds lists there
    return value


def _pairs_of(value: Json) -> list[tuple[str, str]]:
    return [(str(_list_of(pair)[0]), str(_list_of(pair)[1])) for pair in _list_of(value)]
