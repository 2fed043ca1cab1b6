"""Where leads stand now: stage, score, grade and owner, column by column."""

import math
from collections.abc import Iterator, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.errors import InputError
from leadflow.records.batches import NO_TIME, Seconds

__all__ = ["Points", "State", "StateBatch"]

Points = npt.NDArray[np.float64]


@attrs.frozen(kw_only=True)
class State:
    """The present state of one lead, as an object.

    Attributes:
        stage: the stage that it is in; None before the first.
        stage_entered_at: seconds since 1970 UTC; ``NO_TIME`` where unknown.
        fit: points; NaN before the first score. So are the next two.
        engagement: points.
        total: points.
        grade: the grade, such as ``"A1"``.
        owner: the accountable owner's id.

    Example:
        >>> State(stage="Lead").grade is None
        True
    """

    stage: str | None = None
    stage_entered_at: int = NO_TIME
    fit: float = math.nan
    engagement: float = math.nan
    total: float = math.nan
    grade: str | None = None
    owner: str | None = None


@attrs.frozen(kw_only=True, eq=False, repr=False)
class StateBatch:
    """The present state of leads.

    Attributes:
        ids: (n,) lead ids, each once.
        stages: (n,) the stage each lead is in; missing before the first.
        stage_entered_at: (n,) int64 seconds since 1970 UTC, read-only; ``NO_TIME`` where unknown.
        fit: (n,) float64 points, read-only; NaN before the first score. So are the next two.
        engagement: (n,) float64 points.
        total: (n,) float64 points.
        grades: (n,) the grade, such as ``"A1"``.
        owners: (n,) the accountable owner's id.

    Example:
        >>> states = StateBatch.of(["L1", "L2"], stages=Column.of(["Lead", None]))
        >>> len(states), states.stages.to_list(), states.row_of["L2"]
        (2, ['Lead', None], 1)
    """

    ids: tuple[str, ...]
    stages: Column
    stage_entered_at: Seconds
    fit: Points
    engagement: Points
    total: Points
    grades: Column
    owners: Column

    @classmethod
    def of(
        cls,
        ids: Sequence[str],
        *,
        stages: Column | None = None,
        stage_entered_at: Seconds | None = None,
        fit: Points | None = None,
        engagement: Points | None = None,
        total: Points | None = None,
        grades: Column | None = None,
        owners: Column | None = None,
    ) -> "StateBatch":
        """Make states; what is not given is unknown.

        Args:
            ids: (n,) lead ids.
            stages: (n,) stages.
            stage_entered_at: (n,) int64 seconds.
            fit: (n,) points.
            engagement: (n,) points.
            total: (n,) points.
            grades: (n,) grades.
            owners: (n,) owners' ids.

        Raises:
            InputError: a column has not one cell per id.

        Example:
            >>> StateBatch.of(["L1"]).total.tolist()
            [nan]
        """
        n = len(ids)
        given = (stages, stage_entered_at, fit, engagement, total, grades, owners)
        if any(len(column) != n for column in given if column is not None):
            raise InputError(f"Every column of a StateBatch must have one cell per id: {n} ids were given.")
        empty = Column.constant(None, n)
        return cls(
            ids=tuple(ids),
            stages=empty if stages is None else stages,
            stage_entered_at=_read_only(
                np.full(n, NO_TIME, np.int64) if stage_entered_at is None else stage_entered_at
            ),
            fit=_points(fit, n),
            engagement=_points(engagement, n),
            total=_points(total, n),
            grades=empty if grades is None else grades,
            owners=empty if owners is None else owners,
        )

    @classmethod
    def from_states(cls, ids: Sequence[str], states: Sequence[State]) -> "StateBatch":
        """Make states from objects, which suits few of them.

        Args:
            ids: (n,) lead ids.
            states: (n,) the state of each.

        Example:
            >>> StateBatch.from_states(["L1"], [State(stage="Lead", total=5.0)]).total.tolist()
            [5.0]
        """
        entered = np.array([one.stage_entered_at for one in states], np.int64)
        points = np.array(
            [
                [one.fit for one in states],
                [one.engagement for one in states],
                [one.total for one in states],
            ],
            np.float64,
        )
        entered.flags.writeable = points.flags.writeable = False
        fit, engagement, total = points
        return cls(
            ids=tuple(ids),
            stages=Column.of([one.stage for one in states]),
            stage_entered_at=entered,
            fit=fit,
            engagement=engagement,
            total=total,
            grades=Column.of([one.grade for one in states]),
            owners=Column.of([one.owner for one in states]),
        )

    @property
    def row_of(self) -> Mapping[str, int]:
        """The row of each lead id.

        Example:
            >>> StateBatch.of(["L1", "L2"]).row_of
            {'L1': 0, 'L2': 1}
        """
        return {lead_id: row for row, lead_id in enumerate(self.ids)}

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[State]:
        rows = zip(
            self.stages.to_list(),
            self.stage_entered_at.tolist(),
            self.fit.tolist(),
            self.engagement.tolist(),
            self.total.tolist(),
            self.grades.to_list(),
            self.owners.to_list(),
            strict=True,
        )
        for stage, entered, fit, engagement, total, grade, owner in rows:
            yield State(
                stage=stage,
                stage_entered_at=entered,
                fit=fit,
                engagement=engagement,
                total=total,
                grade=grade,
                owner=owner,
            )

    def __repr__(self) -> str:
        return f"<StateBatch of {len(self)} leads>"


def _points(points: Points | None, length: int) -> Points:
    values = np.full(length, np.nan) if points is None else np.array(points, np.float64)
    values.flags.writeable = False
    return values


def _read_only(times: Seconds) -> Seconds:
    copy = np.array(times, np.int64)
    copy.flags.writeable = False
    return copy
