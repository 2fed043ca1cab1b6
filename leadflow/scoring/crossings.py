"""Crossings: which leads moved over a threshold of the grid, and in which direction."""

import enum
from collections.abc import Sequence

import attrs
import numpy as np

from leadflow.records.events import Json
from leadflow.records.states import StateBatch
from leadflow.scoring.grades import Grade
from leadflow.scoring.joining import places_of
from leadflow.scoring.tables import ScoreTable

__all__ = ["Crossing", "Direction", "crossings"]


class Direction(enum.StrEnum):
    """Which way a lead moved on the grid."""

    UP = "up"
    """Better on one side and no worse on the other."""
    DOWN = "down"
    """Worse on one side and no better on the other."""
    MIXED = "mixed"
    """Better on one side, worse on the other."""
    NEW = "new"
    """Graded for the first time."""


@attrs.frozen(kw_only=True)
class Crossing:
    """One lead whose grade is another than before.

    Attributes:
        lead_id: the lead.
        previous: the grade before; None when there was none.
        grade: the grade now.
        direction: which way it moved.
        qualified: True when it became marketing-qualified, False when it ceased to be, None when neither.

    Example:
        >>> Crossing(lead_id="L1", previous="B2", grade="A2", direction=Direction.UP, qualified=True).to_dict()["direction"]
        'up'
    """

    lead_id: str
    previous: str | None
    grade: str
    direction: Direction
    qualified: bool | None

    def to_dict(self) -> dict[str, Json]:
        """Return the crossing as plain data."""
        return {
            "lead_id": self.lead_id,
            "previous": self.previous,
            "grade": self.grade,
            "direction": self.direction.value,
            "qualified": self.qualified,
        }


def crossings(before: StateBatch | ScoreTable, after: ScoreTable, grade: Grade) -> Sequence[Crossing]:
    """Return the leads whose grade changed, in row order of the later table.

    Args:
        before: the grades before; leads that are not in it are new.
        after: the scores now.
        grade: the grid, which says what is better.

    Example:
        >>> import datetime as dt
        >>> from leadflow.records import LeadBatch
        >>> from leadflow.scoring import ScoringModel
        >>> model, now = ScoringModel.standard(), dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> then = model.score_batch(LeadBatch.from_dicts([{"title": "課長"}], ids=["L1"]), as_of=now)
        >>> later = model.score_batch(LeadBatch.from_dicts([{"title": "部長"}], ids=["L1"]), as_of=now)
        >>> [(moved.previous, moved.grade, str(moved.direction)) for moved in crossings(then, later, model.grade)]
        [('D4', 'C4', 'up')]
    """
    ids = before.lead_ids if isinstance(before, ScoreTable) else before.ids
    places = places_of(after.lead_ids, ids)
    names = {name: i for i, name in enumerate(after.grades.values)}
    translated = np.array([names.get(value, -2) for value in before.grades.values] + [-1], np.int32)
    had = np.append(before.grades.codes, np.int32(-1))[places]
    changed = np.flatnonzero(translated[np.maximum(had, -1)] != after.grades.codes)
    found = []
    for row in changed.tolist():
        previous = None if had[row] < 0 else str(before.grades.values[had[row]])
        now = str(after.grades[row])
        found.append(
            Crossing(
                lead_id=after.lead_ids[row],
                previous=previous,
                grade=now,
                direction=_direction(grade, previous, now),
                qualified=_qualified(grade, previous, now),
            )
        )
    return found


def _direction(grade: Grade, previous: str | None, now: str) -> Direction:
    was, is_now = grade.rank(previous), grade.rank(now)
    if was[0] < 0:
        return Direction.NEW
    moves = {(new > old) - (new < old) for old, new in zip(was, is_now, strict=True)} - {0}
    if moves == {-1}:
        return Direction.UP
    return Direction.DOWN if moves == {1} else Direction.MIXED


def _qualified(grade: Grade, previous: str | None, now: str) -> bool | None:
    was, is_now = previous in grade.qualified, now in grade.qualified
    return None if was == is_now else is_now
