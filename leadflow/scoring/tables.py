"""The scores of many leads, column by column, with the reasons of each on request."""

import datetime as dt
import html
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import attrs
import numpy as np

from leadflow.columns import Column
from leadflow.errors import MissingExtraError, NotFoundError
from leadflow.records.events import EventBatch, EventKind, Json
from leadflow.records.states import StateBatch
from leadflow.scoring.points import Points, points_text
from leadflow.scoring.scores import Score, graded

__all__ = ["ScoreTable"]

_SHOWN_ROWS = 20


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ScoreTable:
    """How many leads score at a moment under a version of the model.

    Attributes:
        lead_ids: (n,) whose scores.
        fit: (n,) float64 points, read-only.
        engagement: (n,) float64 points, read-only.
        total: (n,) float64 points, read-only.
        grades: (n,) the grades.
        as_of: the moment of the scores.
        version: the model's version.
        ignored: why activities did not count (``future``, ``undated``, ``duplicate``, ``unknown lead``) to how many.
        absent_fields: fields that the model looks at and the batch has no column for.

    Example:
        >>> from leadflow.records import LeadBatch
        >>> from leadflow.scoring import ScoringModel
        >>> people = LeadBatch.from_dicts([{"title": "部長", "employees": 1200}, {"title": "学生"}])
        >>> table = ScoringModel.standard().score_batch(people, as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> len(table), table.grades.to_list(), table.score(0).grade
        (2, ['B4', 'D4'], 'B4')
    """

    lead_ids: tuple[str, ...]
    fit: Points
    engagement: Points
    total: Points
    grades: Column
    as_of: dt.datetime
    version: str
    ignored: Mapping[str, int] = MappingProxyType({})
    absent_fields: tuple[str, ...] = ()
    _score: Callable[[int], Score] = attrs.field(alias="score")

    def score(self, row: int) -> Score:
        """Return one lead's score with its reasons, computed on request.

        Args:
            row: position in the table; negative counts from the end.

        Raises:
            NotFoundError: there is no such row.

        Example:
            >>> from leadflow.records import LeadBatch
            >>> from leadflow.scoring import ScoringModel
            >>> people = LeadBatch.from_dicts([{"title": "部長"}])
            >>> table = ScoringModel.standard().score_batch(people, as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> table.score(0).fit, table.fit.tolist()
            (25.0, [25.0])
        """
        if not -len(self) <= row < len(self):
            raise NotFoundError(f"There is no row {row}: the table has {len(self)} rows.")
        return self._score(row % len(self))

    @property
    def states(self) -> Mapping[str, Column | Points]:
        """The scores as conditions ask for them: ``@grade``, ``@score``, ``@fit``, ``@engagement``."""
        return MappingProxyType(
            {"grade": self.grades, "score": self.total, "fit": self.fit, "engagement": self.engagement}
        )

    def events(self, previous: StateBatch | None = None) -> EventBatch:
        """Return a ``SCORED`` event for every lead whose grade is new or has changed.

        Args:
            previous: the states before; leads that are not in it are new.

        Returns:
            Events in row order, with fit, engagement, total, grade and the previous grade.

        Example:
            >>> from leadflow.records import LeadBatch
            >>> from leadflow.scoring import ScoringModel
            >>> people = LeadBatch.from_dicts([{"title": "部長"}], ids=["L1"])
            >>> table = ScoringModel.standard().score_batch(people, as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> [event.detail["grade"] for event in table.events()]
            ['C4']
        """
        before = self._grades_before(previous)
        both = Column.concatenate([before, self.grades]).codes
        rows = np.flatnonzero(both[: len(self)] != both[len(self) :])
        was, grades = before.take(rows), self.grades.take(rows)
        figures = {"fit": self.fit, "engagement": self.engagement, "total": self.total}
        return EventBatch(
            kind=EventKind.SCORED,
            lead_ids=[self.lead_ids[row] for row in rows.tolist()],
            at=self.as_of,
            reasons=Column.of(map(graded, was, grades)),
            definition=self.version,
            details={
                **{name: Column.of(points[rows].tolist()) for name, points in figures.items()},
                "grade": grades,
                "previous": was,
            },
        )

    def to_dicts(self) -> list[dict[str, Json]]:
        """Return one dict per lead.

        Example:
            >>> from leadflow.records import LeadBatch
            >>> from leadflow.scoring import ScoringModel
            >>> people = LeadBatch.from_dicts([{"title": "部長"}], ids=["L1"])
            >>> ScoringModel.standard().score_batch(people, as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).to_dicts()
            [{'lead_id': 'L1', 'fit': 25.0, 'engagement': 0.0, 'total': 25.0, 'grade': 'C4'}]
        """
        return [{"lead_id": self.lead_ids[row], **self._row(row)} for row in range(len(self))]

    def __len__(self) -> int:
        return len(self.lead_ids)

    def __iter__(self) -> Iterator[Score]:
        return (self._score(row) for row in range(len(self)))

    def __repr__(self) -> str:
        return f"<ScoreTable of {len(self)} leads, model {self.version}>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        try:
            import pyarrow as pa  # noqa: PLC0415  # optional: only who wants Arrow pays for it
        except ImportError as error:
            raise MissingExtraError.of("arrow", purpose="Handing scores over as Arrow") from error
        table = pa.table(
            {
                "lead_id": list(self.lead_ids),
                "fit": self.fit,
                "engagement": self.engagement,
                "total": self.total,
                "grade": self.grades.to_list(),
            }
        )
        return table.__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(self.lead_ids[row])}</td><td>{self.grades[row]}</td>"
            f"<td>{points_text(self.fit[row])}</td><td>{points_text(self.engagement[row])}</td>"
            f"<td>{points_text(self.total[row])}</td></tr>"
            for row in range(min(len(self), _SHOWN_ROWS))
        )
        notes = [f"{len(self)} leads, model {self.version}, as of {self.as_of.isoformat()}"]
        notes += [f"{n} activities not counted: {why}" for why, n in self.ignored.items()]
        if self.absent_fields:
            notes.append(f"no column for {', '.join(self.absent_fields)}")
        return (
            f"<table><caption>{html.escape('; '.join(notes))}</caption><thead><tr><th>lead</th><th>grade</th>"
            f"<th>fit</th><th>engagement</th><th>total</th></tr></thead><tbody>{rows}</tbody></table>"
        )

    def _grades_before(self, previous: StateBatch | None) -> Column:
        if previous is None:
            return Column.constant(None, len(self))
        if previous.ids == self.lead_ids:
            return previous.grades
        had = dict(zip(previous.ids, previous.grades, strict=True))
        return Column.of(map(had.get, self.lead_ids))

    def _row(self, row: int) -> dict[str, Json]:
        return {
            "fit": float(self.fit[row]),
            "engagement": float(self.engagement[row]),
            "total": float(self.total[row]),
            "grade": str(self.grades[row]),
        }
