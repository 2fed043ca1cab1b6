"""What routing remembers between leads, as data: who holds and took how many, and whose turn is next."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from leadflow.calendars.definition import read_table
from leadflow.errors import DefinitionError
from leadflow.records.events import Json
from leadflow.routing.shares import UNIT

__all__ = ["RoutingState"]

_KEPT_DAYS: Final = 38


def _frozen(table: Mapping[str, int]) -> Mapping[str, int]:
    # A table that is read-only already is shared: one lead must not cost a copy of everybody's counts.
    return table if isinstance(table, MappingProxyType) else MappingProxyType(dict(table))


def _nested(table: Mapping[str, Mapping[str, int]]) -> Mapping[str, Mapping[str, int]]:
    if isinstance(table, MappingProxyType):
        return table
    return MappingProxyType({key: _frozen(inner) for key, inner in table.items()})


@attrs.frozen(kw_only=True)
class RoutingState:
    """What routing remembers. Data in, data out: nothing is kept anywhere else.

    Attributes:
        open_leads: person to the number of leads they hold.
        taken: person to day (ISO) to the number of leads they got that day.
        deficits: pool (a team, with the skills asked for) to person to how far they are behind their share,
            in units of ``leadflow.routing.shares.UNIT`` per lead.

    Example:
        >>> RoutingState().closed("sato").open_leads
        mappingproxy({})
    """

    open_leads: Mapping[str, int] = attrs.field(factory=dict, converter=_frozen)
    taken: Mapping[str, Mapping[str, int]] = attrs.field(factory=dict, converter=_nested)
    deficits: Mapping[str, Mapping[str, int]] = attrs.field(factory=dict, converter=_nested)

    __hash__ = None  # type: ignore[assignment]  # it holds mappings

    def closed(self, person_id: str) -> "RoutingState":
        """Return the state after a person's lead was closed or taken away.

        Args:
            person_id: who held it.

        Example:
            >>> RoutingState(open_leads={"sato": 2}).closed("sato").open_leads["sato"]
            1
        """
        held = self.open_leads.get(person_id, 0)
        return attrs.evolve(self, open_leads={**self.open_leads, person_id: held - 1}) if held else self

    def credited(
        self, person_id: str, *, pool: str, day: dt.date, weights: Mapping[str, int] | None = None
    ) -> "RoutingState":
        """Return the state after a person gave a lead back: it neither counts as held nor as taken.

        The turn is undone: the person gets the credit of one lead back, and everybody returns the part of it that the
        lead had brought them.

        Args:
            person_id: who declined.
            pool: the team in whose turn they got it; others' turns are not affected.
            day: on which they got it.
            weights: by person, as turns are shared in the team; everybody alike by default.

        Example:
            >>> state = RoutingState(open_leads={"sato": 1}, taken={"sato": {"2026-04-01": 1}},
            ...     deficits={"kanto": {"sato": -UNIT // 2, "ito": UNIT // 2}})
            >>> back = state.credited("sato", pool="kanto", day=dt.date(2026, 4, 1))
            >>> back.open_leads["sato"], dict(back.taken["sato"]), back.behind("kanto")
            (0, {'2026-04-01': 0}, {'sato': 0.0, 'ito': 0.0})
        """
        state = self.closed(person_id)
        mine = dict(state.taken.get(person_id, {}))
        key = day.isoformat()
        if mine.get(key, 0):
            mine[key] -= 1
        known = self.deficits.get(pool, {})
        if person_id not in known:
            return attrs.evolve(state, taken={**state.taken, person_id: mine})
        parts = {person: 1 if weights is None else weights.get(person, 0) for person in known}
        total = sum(parts.values()) or 1
        after = {person: units - UNIT * parts[person] // total for person, units in known.items()}
        after[person_id] += sum(known.values()) - sum(after.values())
        return attrs.evolve(
            state, taken={**state.taken, person_id: mine}, deficits={**self.deficits, pool: after}
        )

    def counts(self, person_id: str, day: dt.date) -> dict[str, int]:
        """Return how many leads a person holds, and took on a day, in its week and in its month.

        Args:
            person_id: who.
            day: the day.

        Example:
            >>> RoutingState(taken={"sato": {"2026-04-01": 2, "2026-04-02": 1}}).counts("sato", dt.date(2026, 4, 2))
            {'open_leads': 0, 'day': 1, 'week': 3, 'month': 3}
        """
        # ISO dates sort as their days do.
        last, monday = day.isoformat(), (day - dt.timedelta(days=day.weekday())).isoformat()
        first = f"{last[:8]}01"
        week = month = 0
        days = self.taken.get(person_id, {})
        for at, number in days.items():
            if at <= last:
                week += number if at >= monday else 0
                month += number if at >= first else 0
        today = days.get(last, 0)
        return {"open_leads": self.open_leads.get(person_id, 0), "day": today, "week": week, "month": month}

    def behind(self, pool: str) -> Mapping[str, float]:
        """Return by how many leads each person of a pool is behind their share; negative is ahead.

        Args:
            pool: the team, with the skills asked for.

        Example:
            >>> RoutingState(deficits={"kanto": {"sato": UNIT // 2}}).behind("kanto")
            {'sato': 0.5}
        """
        return {person: units / UNIT for person, units in self.deficits.get(pool, {}).items()}

    def given(
        self,
        leads: Mapping[str, int],
        *,
        days: Mapping[str, dt.date],
        deficits: Mapping[str, Mapping[str, int]],
    ) -> "RoutingState":
        """Return the state after people got leads; days that no capacity looks back to are dropped.

        Args:
            leads: person to how many.
            days: person to the day on which.
            deficits: pool to person to how far they are behind now; other pools stay as they are.

        Example:
            >>> RoutingState().given({"sato": 2}, days={"sato": dt.date(2026, 4, 1)}, deficits={}).to_dict()["taken"]
            {'sato': {'2026-04-01': 2}}
        """
        held, taken = dict(self.open_leads), dict(self.taken)
        for person, number in leads.items():
            held[person] = held.get(person, 0) + number
            day = days[person].isoformat()
            oldest = (days[person] - dt.timedelta(days=_KEPT_DAYS)).isoformat()
            mine = {at: count for at, count in taken.get(person, {}).items() if at >= oldest}
            mine[day] = mine.get(day, 0) + number
            taken[person] = MappingProxyType(mine)
        # What did not change is shared as it is: looking through everybody's tables would be most of a lead's time.
        moved = {pool: _frozen(people) for pool, people in deficits.items()}
        return RoutingState(
            open_leads=MappingProxyType(held),
            taken=MappingProxyType(taken),
            deficits=MappingProxyType({**self.deficits, **moved}),
        )

    def to_dict(self) -> dict[str, Json]:
        """Return the state as plain data.

        Example:
            >>> RoutingState(open_leads={"sato": 1}).to_dict()
            {'open_leads': {'sato': 1}, 'taken': {}, 'deficits': {}}
        """
        return {
            "open_leads": dict(self.open_leads),
            "taken": {person: dict(days) for person, days in self.taken.items()},
            "deficits": {pool: dict(people) for pool, people in self.deficits.items()},
        }

    @classmethod
    def from_dict(cls, data: object, *, path: str = "$.state") -> "RoutingState":
        """Read a state from plain data; None is the beginning.

        Args:
            data: as `to_dict` makes it.
            path: where it stands, for errors.

        Raises:
            DefinitionError: it is of another shape.

        Example:
            >>> RoutingState.from_dict({"open_leads": {"sato": 1}}).open_leads["sato"]
            1
        """
        table = {} if data is None else read_table(data, path=path, known=("open_leads", "taken", "deficits"))

        def inner(key: str) -> dict[str, dict[str, int]]:
            tables = read_table(table.get(key, {}), path=f"{path}.{key}")
            return {name: _numbers(value, f"{path}.{key}.{name}") for name, value in tables.items()}

        return cls(
            open_leads=_numbers(table.get("open_leads", {}), f"{path}.open_leads"),
            taken=inner("taken"),
            deficits=inner("deficits"),
        )


def _numbers(data: object, path: str) -> dict[str, int]:
    numbers = {}
    for key, value in read_table(data, path=path).items():
        if isinstance(value, bool) or not isinstance(value, int):
            raise DefinitionError(f"{path}.{key} must be a whole number.", path=f"{path}.{key}")
        numbers[key] = value
    return numbers
