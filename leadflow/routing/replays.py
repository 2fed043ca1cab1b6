"""Last quarter under another policy: who changes hands, who gets how much, how fair, and what would be late."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import BusinessCalendar
from leadflow.columns import Column
from leadflow.conditions import Population
from leadflow.errors import InputError
from leadflow.records.batches import NO_TIME, Seconds
from leadflow.routing.crews import FALLBACK_TURN, Crew
from leadflow.routing.orders import rows_by_id
from leadflow.routing.routes import Routes
from leadflow.routing.shares import UNIT
from leadflow.routing.slas import Sla
from leadflow.routing.states import RoutingState
from leadflow.routing.teams import Teams

__all__ = ["Course", "ReplayReport", "compare", "run_course"]

_DAY: Final = 86400


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Course:
    """What a policy would have done with leads as they came.

    Attributes:
        owners: (n,) the accountable owner's id.
        unroutable: (n,) bool, read-only; only the fallback was left.
        deadlines: (n,) int64 seconds, read-only; ``NO_TIME`` without a limit.
        unfairness: pool to the largest distance of anybody from their share at the end of a day, in leads.
        state: after the last lead.
    """

    owners: Column
    unroutable: npt.NDArray[np.bool_]
    deadlines: Seconds
    unfairness: Mapping[str, float]
    state: RoutingState


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ReplayReport:
    """The difference that a policy makes.

    Attributes:
        ids: (n,) lead ids.
        before: (n,) who owned each lead; missing where nobody did.
        after: what the replayed policy would have done.
        late_before: how many leads were accepted after the deadline of the policy before; None where not known.
        late_after: how many would have been late under the replayed policy's deadlines, accepted when they were;
            None where not known.
        unroutable_before: how many only the fallback was left for; None where not known.

    Example:
        >>> import datetime as dt
        >>> from leadflow.records import LeadBatch
        >>> from leadflow.routing import Person, RoutingPolicy, Team, by_area
        >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="kanto")
        >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato")])
        >>> people = Population(batch=LeadBatch.from_dicts([{"prefecture": "東京都"}]), as_of=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
        >>> report = policy.replay(people, teams, at=np.array([1_780_000_000]), before=Column.of(["tanaka"]))
        >>> report.changed.tolist(), report.load()
        ([0], [{'person': 'sato', 'before': 0, 'after': 1}, {'person': 'tanaka', 'before': 1, 'after': 0}])
    """

    ids: tuple[str, ...]
    before: Column
    after: Course
    late_before: int | None = None
    late_after: int | None = None
    unroutable_before: int | None = None

    @property
    def changed(self) -> npt.NDArray[np.intp]:
        """The rows of the leads that change hands, ascending.

        Example:
            >>> course = Course(owners=Column.of(["sato"]), unroutable=np.array([False]), deadlines=np.array([NO_TIME]),
            ...     unfairness={}, state=RoutingState())
            >>> report = ReplayReport(ids=("L1",), before=Column.of(["ito"]), after=course)
            >>> report.changed.tolist()
            [0]
        """
        both = Column.concatenate([self.before, self.after.owners])
        codes = np.maximum(both.codes, -1)
        return np.flatnonzero(codes[: len(self.ids)] != codes[len(self.ids) :])

    def moves(self) -> list[dict[str, str | int | None]]:
        """Return from whom to whom leads would go, most first: person before, person after, how many.

        Example:
            >>> course = Course(owners=Column.of(["sato"]), unroutable=np.array([False]), deadlines=np.array([NO_TIME]),
            ...     unfairness={}, state=RoutingState())
            >>> report = ReplayReport(ids=("L1",), before=Column.of(["ito"]), after=course)
            >>> report.moves()
            [{'before': 'ito', 'after': 'sato', 'leads': 1}]
        """
        pairs = Counter((self.before[int(row)], self.after.owners[int(row)]) for row in self.changed)
        ordered = sorted(pairs.items(), key=lambda item: (-item[1], str(item[0])))
        return [
            {"before": None if old is None else str(old), "after": str(new), "leads": count}
            for (old, new), count in ordered
        ]

    def load(self) -> list[dict[str, str | int]]:
        """Return how many leads each person had and would have had, by id.

        Example:
            >>> course = Course(owners=Column.of(["sato"]), unroutable=np.array([False]), deadlines=np.array([NO_TIME]),
            ...     unfairness={}, state=RoutingState())
            >>> report = ReplayReport(ids=("L1",), before=Column.of(["ito"]), after=course)
            >>> report.load()
            [{'person': 'ito', 'before': 1, 'after': 0}, {'person': 'sato', 'before': 0, 'after': 1}]
        """
        old, new = (_count(column) for column in (self.before, self.after.owners))
        return [
            {"person": person, "before": old.get(person, 0), "after": new.get(person, 0)}
            for person in sorted({*old, *new})
        ]

    def text(self) -> str:
        """Return the report as text.

        Example:
            >>> course = Course(owners=Column.of(["sato"]), unroutable=np.array([False]), deadlines=np.array([NO_TIME]),
            ...     unfairness={}, state=RoutingState())
            >>> report = ReplayReport(ids=("L1",), before=Column.of(["ito"]), after=course)
            >>> print(report.text())
            1 of 1 leads change hands (100.0%)
              ito -> sato: 1
            left to the fallback: 0
        """
        share = f" ({len(self.changed) / len(self.ids):.1%})" if self.ids else ""
        lines = [f"{len(self.changed)} of {len(self.ids)} leads change hands{share}"]
        lines += [
            f"  {move['before'] or 'nobody'} -> {move['after']}: {move['leads']}"
            for move in self.moves()[:10]
        ]
        fallback = int(self.after.unroutable.sum())
        was = "" if self.unroutable_before is None else f", before {self.unroutable_before}"
        lines.append(f"left to the fallback: {fallback}{was}")
        worst = max(self.after.unfairness.items(), key=lambda item: item[1], default=None)
        if worst is not None:
            lines.append(f"furthest from a fair share: {worst[1]:.2f} leads in {worst[0]}")
        if self.late_after is not None:
            earlier = "" if self.late_before is None else f", before {self.late_before}"
            lines.append(f"accepted late: {self.late_after}{earlier}")
        return "\n".join(lines)

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<ReplayReport of {len(self)} leads, {len(self.changed)} change hands>"


def run_course(
    population: Population,
    teams: Teams,
    routes: Routes,
    earlier: Sequence[str],
    crew: Crew,
    *,
    at: Seconds,
    open_for: dt.timedelta,
) -> Course:
    """Hand leads out as they came, day by day.

    Within a day the leads are taken in the order of their moments and then of their ids. Availability is that at
    the day's first lead, and a lead counts as open for a fixed time.

    Args:
        population: n leads.
        teams: the organisation.
        routes: what the rules say.
        earlier: (n,) who owned an earlier lead, or empty.
        crew: the settings of the policy; its ``now`` is not used.
        at: (n,) int64 seconds, when each lead came.
        open_for: how long a lead counts against the capacity of its owner.

    Raises:
        InputError: there is not one moment per lead.

    Example:
        >>> from leadflow.records import LeadBatch
        >>> from leadflow.routing import RoutingPolicy, by_area
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> people = Population(batch=LeadBatch.from_dicts([{}]), as_of=at)
        >>> teams = Teams(teams=[], people=[])
        >>> routes = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk").routes(people, teams)
        >>> crew = Crew(teams=teams, state=RoutingState(), now=at, fallback="desk")
        >>> run_course(people, teams, routes, [""], crew, at=np.array([0]), open_for=dt.timedelta(days=14)).owners.to_list()
        ['desk']
    """
    n = len(population)
    if len(at) != n or (np.asarray(at) == NO_TIME).any():
        raise InputError(f"A replay needs the moment at which each lead came: {n} leads, {len(at)} moments.")
    moments = np.asarray(at, np.int64)
    by_id = np.asarray(rows_by_id(population), np.int64)
    order = by_id[np.argsort(moments[by_id], kind="stable")]
    days = moments[order] // _DAY
    begins = np.flatnonzero(np.diff(days, prepend=days[0] - 1)) if n else np.empty(0, np.int64)
    owners, before = np.full(n, "", object), np.array(earlier, object)
    unroutable = np.zeros(n, np.bool_)
    unfairness: dict[str, float] = {}
    due: dict[int, Counter[str]] = {}
    state = crew.state
    for begin, end in zip(begins.tolist(), [*begins[1:].tolist(), n], strict=True):
        rows, today = order[begin:end], int(days[begin])
        closing: Counter[str] = Counter()
        for day in [day for day in due if day <= today]:
            closing += due.pop(day)
        state = _closed(state, closing)
        shift = attrs.evolve(crew, state=state, now=dt.datetime.fromtimestamp(int(moments[rows[0]]), dt.UTC))
        gifts = shift.give_many(
            routes.errands, routes.errand_of[rows].tolist(), before[rows].tolist(), range(len(rows))
        )
        owners[rows] = gifts.owners
        unroutable[rows] = np.frombuffer(gifts.hows, np.uint8) >= FALLBACK_TURN
        state = shift.after()
        due.setdefault(today + max(int(open_for.total_seconds()) // _DAY, 1), Counter()).update(gifts.owners)
        for pool in shift.pools:
            distance = max((abs(units) for units in state.deficits.get(pool, {}).values()), default=0) / UNIT
            unfairness[pool] = max(unfairness.get(pool, 0.0), distance)
    unroutable.flags.writeable = False
    column = Column.of(owners.tolist())
    deadlines = _deadlines(column, moments, teams, crew.sla, crew.calendar)
    return Course(
        owners=column, unroutable=unroutable, deadlines=deadlines, unfairness=unfairness, state=state
    )


def compare(
    population: Population,
    before: Course | Column,
    after: Course,
    *,
    accepted_at: Seconds | None,
) -> ReplayReport:
    """Compare what was, or another policy's course, with a course.

    Args:
        population: n leads.
        before: a course, or (n,) who owned each lead.
        after: a course.
        accepted_at: (n,) int64 seconds, when each lead was accepted; ``NO_TIME`` where it never was.

    Raises:
        InputError: there is not one owner per lead.

    Example:
        >>> from leadflow.records import LeadBatch
        >>> course = Course(owners=Column.of(["sato"]), unroutable=np.array([False]), deadlines=np.array([NO_TIME]),
        ...     unfairness={}, state=RoutingState())
        >>> people = Population(batch=LeadBatch.from_dicts([{}]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> len(compare(people, Column.of(["ito"]), course, accepted_at=None).changed)
        1
    """
    owners = before.owners if isinstance(before, Course) else before
    if len(owners) != len(population):
        raise InputError(
            f"A replay needs one owner before per lead: {len(population)} leads, {len(owners)} owners."
        )
    course = before if isinstance(before, Course) else None
    return ReplayReport(
        ids=population.batch.ids,
        before=owners,
        after=after,
        late_before=None if course is None else _late(course, accepted_at),
        late_after=_late(after, accepted_at),
        unroutable_before=None if course is None else int(course.unroutable.sum()),
    )


def _late(course: Course, accepted_at: Seconds | None) -> int | None:
    if accepted_at is None or (course.deadlines == NO_TIME).all():
        return None
    accepted = np.where(accepted_at == NO_TIME, np.iinfo(np.int64).max, accepted_at)
    return int((accepted > course.deadlines).sum())


def _closed(state: RoutingState, leads: Mapping[str, int]) -> RoutingState:
    held = {person: max(count - leads.get(person, 0), 0) for person, count in state.open_leads.items()}
    return attrs.evolve(state, open_leads=held)


def _deadlines(
    owners: Column, at: Seconds, teams: Teams, sla: Sla | None, calendar: BusinessCalendar | None
) -> Seconds:
    deadlines = np.full(len(at), NO_TIME, np.int64)
    if sla is not None:
        hours = [
            teams.calendar_of(str(owner)) or calendar or BusinessCalendar.always() for owner in owners.values
        ]
        distinct: list[BusinessCalendar] = []
        for one in hours:
            if one not in distinct:
                distinct.append(one)
        of_owner = np.array([*(distinct.index(one) for one in hours), -1], np.int64)[owners.codes]
        for number, one in enumerate(distinct):
            rows = np.flatnonzero(of_owner == number)
            deadlines[rows] = one.deadlines(at[rows], sla.accept_within)
    deadlines.flags.writeable = False
    return deadlines


def _count(column: Column) -> dict[str, int]:
    counts = np.bincount(column.codes[column.filled], minlength=len(column.values))
    return {str(value): int(count) for value, count in zip(column.values, counts, strict=True) if count}
