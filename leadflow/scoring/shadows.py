"""Shadow runs: what a new model would change, before it decides anything."""

import datetime as dt
import html
from collections.abc import Iterator

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.records.activities import ActivityLog
from leadflow.records.batches import LeadBatch
from leadflow.records.events import Json
from leadflow.scoring.models import ScoringModel
from leadflow.scoring.points import Points
from leadflow.scoring.tables import ScoreTable

__all__ = ["AreaChange", "ShadowRun", "shadow_run"]


@attrs.frozen(kw_only=True)
class AreaChange:
    """How many qualified leads one area gets under either model.

    Attributes:
        area: the area; None where leads have none.
        leads: how many leads it has.
        before: qualified under the old model.
        after: qualified under the new one.
        gained: qualified only under the new one.
        lost: qualified only under the old one.
    """

    area: str | None
    leads: int
    before: int
    after: int
    gained: int
    lost: int

    @property
    def change(self) -> int:
        """How many more the new model qualifies; negative for fewer."""
        return self.after - self.before


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ShadowRun:
    """The same leads at the same moment under two models.

    Attributes:
        old: the scores under the model in force.
        new: the scores under the model on trial.
        migration: (grades, grades) int64, read-only; leads by old grade (rows) and new grade (columns).
        grades: the grades of rows and columns: the old model's, then those that only the new one has.
        areas: qualified leads per area, the largest change first.
    """

    old: ScoreTable
    new: ScoreTable
    migration: npt.NDArray[np.int64]
    grades: tuple[str, ...]
    areas: tuple[AreaChange, ...]

    @property
    def changed(self) -> npt.NDArray[np.intp]:
        """(k,) rows of the leads whose grade changes."""
        return np.flatnonzero(_codes(self.old.grades, self.grades) != _codes(self.new.grades, self.grades))

    @property
    def difference(self) -> Points:
        """(n,) float64, how many points more each lead has under the new model."""
        return self.new.total - self.old.total

    @property
    def qualified_change(self) -> int:
        """How many more leads the new model qualifies; negative for fewer."""
        return sum(area.change for area in self.areas)

    def to_dicts(self) -> list[dict[str, Json]]:
        """Return one dict per area."""
        return [{**attrs.asdict(area), "change": area.change} for area in self.areas]

    def text(self) -> str:
        """Return the outcome in a few lines."""
        difference = self.difference
        n = len(difference)
        moved = f"the grade of {len(self.changed)} of {n} leads changes, {self.qualified_change:+d} qualified"
        lines = [f"model {self.old.version} -> {self.new.version}: {moved}"]
        if n:
            low, middle, high = np.percentile(difference, [5, 50, 95])
            lines.append(f"points: median {middle:+.1f}, 90 % between {low:+.1f} and {high:+.1f}")
        lines += [
            f"{area.area or 'no area'}: {area.before} -> {area.after} qualified (+{area.gained} -{area.lost}) of {area.leads}"
            for area in self.areas
        ]
        return "\n".join(lines)

    def __len__(self) -> int:
        return len(self.areas)

    def __iter__(self) -> Iterator[AreaChange]:
        return iter(self.areas)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self.text())}</pre>"


def shadow_run(
    old: ScoringModel,
    new: ScoringModel,
    batch: LeadBatch,
    activities: ActivityLog | None = None,
    *,
    as_of: dt.datetime,
    area: str | Column = "prefecture",
) -> ShadowRun:
    """Score the same leads under two models and compare.

    Args:
        old: the model in force; its grid says who is qualified under it.
        new: the model on trial, with its own grid.
        batch: n leads.
        activities: what they did.
        as_of: aware; the moment of the scores.
        area: the column whose values are the areas, or (n,) areas, such as sales territories.

    Example:
        >>> from leadflow.conditions import field
        >>> from leadflow.scoring import Grade, rule
        >>> grid = Grade(fit=(30, 20, 10), engagement=(3, 2, 1), qualified=["A4"])
        >>> old = ScoringModel(fit=[rule(field("title").is_filled(), 20)], grade=grid, version="1")
        >>> new = ScoringModel(fit=[rule(field("title").is_filled(), 35)], grade=grid, version="2")
        >>> people = LeadBatch.from_dicts([{"title": "部長", "prefecture": "東京都"}, {"prefecture": "大阪府"}])
        >>> print(shadow_run(old, new, people, as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).text())
        model 1 -> 2: the grade of 1 of 2 leads changes, +1 qualified
        points: median +7.5, 90 % between +0.8 and +14.2
        東京都: 0 -> 1 qualified (+1 -0) of 1
        大阪府: 0 -> 0 qualified (+0 -0) of 1
    """
    before = old.score_batch(batch, activities, as_of)
    after = new.score_batch(batch, activities, as_of)
    grades = tuple(dict.fromkeys([*old.grade.names, *new.grade.names]))
    k = len(grades)
    cells = _codes(before.grades, grades).astype(np.int64) * k + _codes(after.grades, grades)
    migration = np.bincount(cells, minlength=k * k).reshape(k, k)
    migration.flags.writeable = False
    was = before.grades.test(lambda grade: grade in old.grade.qualified)
    now = after.grades.test(lambda grade: grade in new.grade.qualified)
    column = batch[area] if isinstance(area, str) else area
    return ShadowRun(
        old=before, new=after, migration=migration, grades=grades, areas=_area_changes(column, was, now)
    )


def _area_changes(
    areas: Column, was: npt.NDArray[np.bool_], now: npt.NDArray[np.bool_]
) -> tuple[AreaChange, ...]:
    codes = np.maximum(areas.codes, -1) + 1
    size = len(areas.values) + 1
    leads, before, after, gained, lost = (
        np.bincount(codes[rows], minlength=size)
        for rows in (np.ones(len(codes), np.bool_), was, now, now & ~was, was & ~now)
    )
    changes = [
        AreaChange(
            area=None if i == 0 else str(areas.values[i - 1]),
            leads=int(leads[i]),
            before=int(before[i]),
            after=int(after[i]),
            gained=int(gained[i]),
            lost=int(lost[i]),
        )
        for i in range(size)
        if leads[i]
    ]
    return tuple(sorted(changes, key=lambda area: (-abs(area.change), -area.leads)))


def _codes(grades: Column, names: tuple[str, ...]) -> npt.NDArray[np.int64]:
    places = np.array([names.index(str(value)) for value in grades.values], np.int64)
    return places[grades.codes]
