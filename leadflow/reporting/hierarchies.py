"""The units that figures are added up by: person, team, department, company; with dated moves."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.errors import DefinitionError, UnknownNameError, near_miss

__all__ = ["LEVELS", "UNASSIGNED", "Hierarchy", "Move", "Unit"]

LEVELS: Final = ("company", "department", "team", "person")
"""The levels of the usual hierarchy, from the top."""

UNASSIGNED: Final = "(unassigned)"
"""The unit below the top in which everything counts that nobody known did."""

Day = npt.NDArray[np.datetime64]
_Rows: TypeAlias = npt.NDArray[np.int64]
_Step: TypeAlias = tuple[_Rows, _Rows, _Rows]
"""The rows of units, those of one parent together; where each parent's begin; the rows of the parents."""


@attrs.frozen(kw_only=True)
class Unit:
    """Something that can have a target: a person, a team, a department, the company.

    Attributes:
        id: the id by which activities, assignments and targets name it.
        name: for people to read.
        level: what it is, such as ``"team"``.
        parent: the id of the unit above; empty for the top.
    """

    id: str
    name: str
    level: str
    parent: str = ""


@attrs.frozen(kw_only=True)
class Move:
    """A unit belongs to another parent from a day on.

    Attributes:
        unit: who moves.
        parent: to where.
        on: the first day in the new place.
    """

    unit: str
    parent: str
    on: dt.date


@attrs.frozen(kw_only=True)
class Hierarchy:
    """Units, each below one other, and the moves between them.

    What was done on a day counts for the units above on that day; so a move in mid-quarter leaves the past where
    it was. What nobody known did counts in ``UNASSIGNED``, directly below the top, so that totals reconcile.

    Attributes:
        units: in the order in which reports list them; parents need not come first.
        moves: changes of parent.

    Raises:
        DefinitionError: ids are not unique or one is kept for others, there is not one top, somebody moves twice on one
            day, or the parents form a circle.
        UnknownNameError: a parent or a moved unit is not there.

    Example:
        >>> company = Hierarchy(units=(
        ...     Unit(id="company", name="A社", level="company"),
        ...     Unit(id="east", name="東日本", level="team", parent="company"),
        ...     Unit(id="sato", name="佐藤", level="person", parent="east"),
        ... ))
        >>> company.path("sato", dt.date(2026, 4, 1))
        ('sato', 'east', 'company')
    """

    units: tuple[Unit, ...]
    moves: tuple[Move, ...] = ()
    _by_id: dict[str, Unit] = attrs.field(init=False, repr=False, eq=False, factory=dict)
    _above: dict[dt.date, dict[str, str]] = attrs.field(init=False, repr=False, eq=False, factory=dict)
    _matrices: dict[dt.date, npt.NDArray[np.float64]] = attrs.field(
        init=False, repr=False, eq=False, factory=dict
    )
    _levels: dict[dt.date, Sequence[_Step]] = attrs.field(init=False, repr=False, eq=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        self._by_id.update((unit.id, unit) for unit in self.units)
        ids = [unit.id for unit in self.units]
        if len(set(ids)) != len(ids):
            twice = sorted({name for name in ids if ids.count(name) > 1})
            raise DefinitionError(
                f"The hierarchy has units twice: {', '.join(twice)}. Give each unit its own id."
            )
        if UNASSIGNED in ids:
            raise DefinitionError(
                f"The hierarchy has a unit '{UNASSIGNED}', which is kept for what nobody known did; give it another id."
            )
        tops = [unit.id for unit in self.units if not unit.parent]
        if len(tops) != 1:
            found = (
                f" ({', '.join(tops[:5])})" if tops else ", so that the parents go in a circle" if ids else ""
            )
            raise DefinitionError(
                f"The hierarchy has {len(tops)} units without parent{found}; expected exactly one, the top."
            )
        known = set(ids)
        for who, each in (
            *((f"'{unit.id}' needs", unit.parent) for unit in self.units if unit.parent),
            *(("a move names", name) for move in self.moves for name in (move.unit, move.parent)),
        ):
            if each not in known:
                raise UnknownNameError(
                    f"The hierarchy has no unit '{each}', which {who}.{near_miss(each, known)}"
                )
        moved = Counter((move.unit, move.on) for move in self.moves)
        for (unit, day), times in moved.items():
            if times > 1:
                raise DefinitionError(
                    f"The hierarchy moves '{unit}' {times} times on {day}; keep the move that holds at the end of the day."
                )
        for day in (dt.date.min, *self.changes):
            self._check_circles(day)

    @classmethod
    def from_organisation(
        cls, organisation: Mapping[str, object], *, moves: Iterable[Move] = ()
    ) -> "Hierarchy":
        """Read the hierarchy from the plain data of an organisation.

        Args:
            organisation: with ``company`` (``name``), ``departments`` (``id``, ``name``), ``teams`` (``id``, ``name``,
                ``department``, ``members``) and ``people`` (``id``, ``name``, ``team``, ``department``). Who names
                no team belongs to the first that has them among its members.
            moves: dated changes.

        Raises:
            DefinitionError: the data has another shape, or is no hierarchy.

        Example:
            >>> company = Hierarchy.from_organisation({
            ...     "company": {"name": "A社"}, "departments": [{"id": "sales", "name": "営業部"}], "teams": [],
            ...     "people": [{"id": "u1", "name": "佐藤", "department": "sales", "team": ""}],
            ... })
            >>> [unit.id for unit in company.units], company.units[-1].parent
            (['company', 'sales', 'u1'], 'sales')
        """
        company = organisation.get("company")
        name = str(company.get("name", "")) if isinstance(company, Mapping) else ""
        units = [Unit(id="company", name=name or "company", level="company")]
        units += [
            Unit(id=row["id"], name=row.get("name", row["id"]), level="department", parent="company")
            for row in _rows(organisation, "departments")
        ]
        units += [
            Unit(
                id=row["id"],
                name=row.get("name", row["id"]),
                level="team",
                parent=row.get("department") or "company",
            )
            for row in _rows(organisation, "teams")
        ]
        home = _home(organisation)
        units += [
            Unit(
                id=row["id"],
                name=row.get("name", row["id"]),
                level="person",
                parent=row.get("team") or home.get(row["id"]) or row.get("department") or "company",
            )
            for row in _rows(organisation, "people")
        ]
        return cls(units=tuple(units), moves=tuple(moves))

    @classmethod
    def flat(cls, people: Sequence[str], *, name: str = "company") -> "Hierarchy":
        """Return a company in which everybody is directly below the top.

        Example:
            >>> Hierarchy.flat(["sato"]).path("sato", dt.date(2026, 4, 1))
            ('sato', 'company')
        """
        top = Unit(id="company", name=name, level="company")
        return cls(
            units=(
                top,
                *(Unit(id=person, name=person, level="person", parent="company") for person in people),
            )
        )

    @property
    def top(self) -> str:
        """The id of the unit above all others.

        Example:
            >>> Hierarchy.flat([]).top
            'company'
        """
        return next(unit.id for unit in self.units if not unit.parent)

    @property
    def changes(self) -> tuple[dt.date, ...]:
        """The days on which somebody moves, each once, in order.

        Example:
            >>> Hierarchy.flat([]).changes
            ()
        """
        return tuple(sorted({move.on for move in self.moves}))

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all units in order, with ``UNASSIGNED`` at the end.

        Example:
            >>> Hierarchy.flat(["sato"]).ids
            ('company', 'sato', '(unassigned)')
        """
        return (*(unit.id for unit in self.units), UNASSIGNED)

    def unit(self, unit_id: str) -> Unit:
        """Return a unit by its id.

        Raises:
            UnknownNameError: there is no such unit.

        Example:
            >>> Hierarchy.flat(["sato"]).unit("sato").level
            'person'
        """
        if unit_id == UNASSIGNED:
            return Unit(id=UNASSIGNED, name=UNASSIGNED, level="unassigned", parent=self.top)
        found = self._by_id.get(unit_id)
        if found is not None:
            return found
        raise UnknownNameError(f"The hierarchy has no unit '{unit_id}'.{near_miss(unit_id, self.ids)}")

    def parents(self, day: dt.date) -> dict[str, str]:
        """Return the parent of every unit on a day; the top has none.

        Example:
            >>> Hierarchy.flat(["sato"]).parents(dt.date(2026, 4, 1))["sato"]
            'company'
        """
        return dict(self._parents(day))

    def path(self, unit_id: str, day: dt.date) -> tuple[str, ...]:
        """Return a unit and all units above it on a day, up to the top.

        Raises:
            UnknownNameError: there is no such unit.

        Example:
            >>> Hierarchy.flat(["sato"]).path(UNASSIGNED, dt.date(2026, 4, 1))
            ('(unassigned)', 'company')
        """
        above = self._parents(day)
        path = [self.unit(unit_id).id]
        while path[-1] in above:
            path.append(above[path[-1]])
        return tuple(path)

    def children(self, unit_id: str, day: dt.date) -> tuple[str, ...]:
        """Return the units directly below one on a day, in order.

        Example:
            >>> Hierarchy.flat(["sato"]).children("company", dt.date(2026, 4, 1))
            ('sato', '(unassigned)')
        """
        above = self.parents(day)
        return tuple(unit for unit in self.ids if above.get(unit) == unit_id)

    def beside_groups(self, day: dt.date) -> frozenset[str]:
        """Return the units without any below them that stand beside units with some, such as a manager beside teams.

        A table of teams adds up to the departments above only with them.

        Example:
            >>> units = [("company", ""), ("sales", "company"), ("team", "sales"), ("sato", "team"), ("boss", "sales")]
            >>> company = Hierarchy(units=tuple(Unit(id=one, name=one, level="", parent=above) for one, above in units))
            >>> sorted(company.beside_groups(dt.date(2026, 4, 1)))
            ['(unassigned)', 'boss']
        """
        above = self._parents(day)
        groups = set(above.values())
        mixed = {above[unit] for unit in groups if unit in above}
        return frozenset(unit for unit, parent in above.items() if unit not in groups and parent in mixed)

    def top_down(self, day: dt.date) -> tuple[str, ...]:
        """Return all units, each below its own parent as of a day, ``UNASSIGNED`` last.

        Example:
            >>> Hierarchy.flat(["sato"]).top_down(dt.date(2026, 4, 1))
            ('company', 'sato', '(unassigned)')
        """
        below: dict[str, list[str]] = {}
        for unit, parent in self.parents(day).items():
            below.setdefault(parent, []).append(unit)
        place = {unit: row for row, unit in enumerate(self.ids)}
        order, waiting = [], [self.top]
        while waiting:
            unit = waiting.pop()
            order.append(unit)
            waiting += sorted(
                (one for one in below.get(unit, []) if one != UNASSIGNED), key=lambda one: -place[one]
            )
        return (*order, UNASSIGNED)

    def spans(self, first: dt.date, end: dt.date) -> list[tuple[int, int, dt.date]]:
        """Cut a stretch of days where somebody moves.

        Args:
            first: the first day.
            end: the day after the last.

        Returns:
            (from, to, day) with positions counted from ``first``, half-open, and a day within.

        Example:
            >>> Hierarchy.flat([]).spans(dt.date(2026, 4, 1), dt.date(2026, 4, 11))
            [(0, 10, datetime.date(2026, 4, 1))]
        """
        cuts = [first, *(day for day in self.changes if first < day < end), end]
        return [((a - first).days, (b - first).days, a) for a, b in itertools.pairwise(cuts)]

    def above(self, day: dt.date) -> npt.NDArray[np.float64]:
        """Return who is above whom on a day.

        Returns:
            (u, u) float64, read-only, 1 where the row's unit is the column's unit or above it, in the order of ``ids``.

        Example:
            >>> Hierarchy.flat(["sato"]).above(dt.date(2026, 4, 1)).tolist()
            [[1.0, 1.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
        """
        since = self._since(day)
        if since not in self._matrices:
            place = {unit: row for row, unit in enumerate(self.ids)}
            parent = self._parents(day)
            matrix = np.eye(len(place))
            for unit, column in place.items():
                at = unit
                while at in parent:
                    at = parent[at]
                    matrix[place[at], column] = 1.0
            matrix.flags.writeable = False
            self._matrices[since] = matrix
        return self._matrices[since]

    def roll_up(self, leaves: npt.NDArray[np.float64], first: dt.date) -> npt.NDArray[np.float64]:
        """Add up what units did themselves to all units above them, day by day.

        Args:
            leaves: (u, d) float64, by unit in the order of ``ids`` and by day.
            first: the day of the first column.

        Returns:
            (u, d) float64.

        Example:
            >>> Hierarchy.flat(["sato"]).roll_up(np.array([[0.0], [2.0], [1.0]]), dt.date(2026, 4, 1)).tolist()
            [[3.0], [2.0], [1.0]]
        """
        total = leaves.copy()
        used = int(np.flatnonzero(leaves.any(axis=0)).max(initial=-1)) + 1  # nobody did anything after today
        for start, stop, day in self.spans(first, first + dt.timedelta(days=used)) if used else ():
            part = total[:, start:stop]
            for below, begins, above in self._steps(day):
                part[above] += np.add.reduceat(part[below], begins, axis=0)
        return total

    def _steps(self, day: dt.date) -> Sequence[_Step]:
        """Return the levels of a day from the lowest to that below the top."""
        since = self._since(day)
        if since not in self._levels:
            place = {unit: row for row, unit in enumerate(self.ids)}
            parent = self._parents(day)
            levels: dict[int, list[tuple[int, int]]] = {}
            for unit in parent:
                pair = place[parent[unit]], place[unit]
                levels.setdefault(len(self.path(unit, day)), []).append(pair)
            self._levels[since] = [_step(sorted(levels[depth])) for depth in sorted(levels, reverse=True)]
        return self._levels[since]

    def _since(self, day: dt.date) -> dt.date:
        return max((move.on for move in self.moves if move.on <= day), default=dt.date.min)

    def _parents(self, day: dt.date) -> Mapping[str, str]:
        since = self._since(day)
        if since not in self._above:
            above = {unit.id: unit.parent for unit in self.units if unit.parent}
            for move in sorted(self.moves, key=lambda move: move.on):
                if move.on <= day:
                    above[move.unit] = move.parent
            self._above[since] = {**above, UNASSIGNED: self.top}
        return self._above[since]

    def _check_circles(self, day: dt.date) -> None:
        above = self.parents(day)
        for unit in self.units:
            at, steps = unit.id, 0
            while at in above:
                at, steps = above[at], steps + 1
                if steps > len(self.units):
                    raise DefinitionError(
                        f"The hierarchy goes in a circle above '{unit.id}'; give each unit a parent nearer to the top."
                    )


def _step(pairs: Sequence[tuple[int, int]]) -> _Step:
    """Return the units of one level by their parents.

    Args:
        pairs: parent and unit, in the order of the parents.
    """
    parents, units = np.array(pairs, np.int64).T
    above, begins = np.unique(parents, return_index=True)
    return units, begins, above


def _home(organisation: Mapping[str, object]) -> dict[str, str]:
    """Return the first team of everybody whom a team names as a member, as routing does."""
    teams = organisation.get("teams")
    home: dict[str, str] = {}
    for row in teams if isinstance(teams, list) else ():
        members = row.get("members") if isinstance(row, Mapping) else None
        for member in members if isinstance(members, list | tuple) else ():
            home.setdefault(str(member), str(row["id"]))
    return home


def _rows(organisation: Mapping[str, object], name: str) -> list[dict[str, str]]:
    rows = organisation.get(name, [])
    if not isinstance(rows, list):
        raise DefinitionError(f"$.{name}: expected a list of tables with an id.", path=f"$.{name}")
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping) or not isinstance(row.get("id"), str) or not row["id"]:
            path = f"$.{name}[{place}]"
            raise DefinitionError(
                f'{path}: expected a table with an id that is a text, such as "id": "u1".', path=path
            )
    return [{str(key): str(value) for key, value in row.items() if isinstance(value, str)} for row in rows]
