"""Who can take a lead now, and who gets it: availability, capacity and turns, one lead after the other."""

import datetime as dt
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import attrs

from leadflow.calendars import BusinessCalendar, business_days
from leadflow.errors import DefinitionError
from leadflow.records.assignments import RejectedCandidate
from leadflow.routing.people import Capacity, Person
from leadflow.routing.plans import Errand
from leadflow.routing.shares import UNIT, Turns
from leadflow.routing.slas import Sla
from leadflow.routing.states import RoutingState
from leadflow.routing.teams import Teams

__all__ = [
    "ACCOUNT_OWNER",
    "EARLIER_OWNER",
    "FALLBACK_NOBODY",
    "FALLBACK_TURN",
    "TURN",
    "Crew",
    "Gift",
    "Round",
]

TURN: Final = 0
ACCOUNT_OWNER: Final = 1
EARLIER_OWNER: Final = 2
FALLBACK_TURN: Final = 3
FALLBACK_NOBODY: Final = 4

_NO_TURNS: Final = Turns(credits=(), whole=0, start=())


@attrs.frozen(kw_only=True, eq=False)
class Round:
    """Turns among people who stay the same: until somebody is full.

    Attributes:
        pool: under which name the turns are kept.
        target: the team, department or person.
        people: the ids of those who take turns.
        rejected: who could not, and why.
        turns: whose turn it is.
    """

    pool: str
    target: str
    people: tuple[str, ...]
    rejected: tuple[RejectedCandidate, ...]
    turns: Turns

    def rejected_at(self, turn: int) -> tuple[RejectedCandidate, ...]:
        """Return who was not chosen in a turn, and why.

        Args:
            turn: counted from 0.

        Example:
            >>> turns = Turns.among([1, 1], [0, 0])
            >>> turns.next()
            0
            >>> Round(pool="kanto", target="kanto", people=("sato", "ito"), rejected=(), turns=turns).rejected_at(0)[0].reason
            'not their turn (-0.50 of a lead from their share)'
        """
        chosen = self.turns.taken_by(turn)
        after = self.turns.deficits(turn + 1)
        waiting = tuple(
            RejectedCandidate(
                id=person, reason=f"not their turn ({-units / UNIT:+.2f} of a lead from their share)"
            )
            for i, (person, units) in enumerate(zip(self.people, after, strict=True))
            if i != chosen
        )
        return (*self.rejected, *waiting)


class Gift(NamedTuple):
    """Who got a lead, and how.

    Attributes:
        owner: the id.
        how: ``TURN``, ``ACCOUNT_OWNER``, ``EARLIER_OWNER``, ``FALLBACK_TURN`` or ``FALLBACK_NOBODY``.
        round: the turns that were asked last; None when nobody was asked.
        turn: the turn in it, from 0; -1 when no turn was taken.
        passed: who was asked before the turns, and why they could not; and who was asked in a first pool.
    """

    owner: str
    how: int
    round: Round | None = None
    turn: int = -1
    passed: tuple[RejectedCandidate, ...] = ()


@attrs.define(kw_only=True, eq=False)
class Gifts:
    """Who got n leads, and how; filled once and only read afterwards.

    Attributes:
        owners: (n,) ids.
        hows: (n,) as in `Gift`.
        rounds: (n,) the turns that were asked last.
        turns: (n,) the turn in it, or -1.
        passed: row to who was asked before, where there was anybody.
    """

    owners: list[str]
    hows: bytearray
    rounds: list[Round | None]
    turns: "array[int]"
    passed: dict[int, tuple[RejectedCandidate, ...]]

    @classmethod
    def empty(cls, length: int) -> "Gifts":
        """Return room for n leads.

        Args:
            length: n.

        Example:
            >>> len(Gifts.empty(3))
            3
        """
        return cls(
            owners=[""] * length,
            hows=bytearray(length),
            rounds=[None] * length,
            turns=array("q", bytes(8 * length)),
            passed={},
        )

    def gift(self, row: int) -> Gift:
        """Return who got one lead, and how.

        Example:
            >>> Gifts.empty(1).gift(0).owner
            ''
        """
        return Gift(
            self.owners[row], self.hows[row], self.rounds[row], self.turns[row], self.passed.get(row, ())
        )

    def __len__(self) -> int:
        return len(self.owners)


@attrs.define(kw_only=True, eq=False)
class Crew:
    """The organisation at one moment, handing out leads one after the other.

    Attributes:
        teams: the organisation.
        state: before the first lead.
        now: aware.
        fallback: who takes what nobody else can.
        capacity: of people who have none of their own.
        calendar: of teams that have none of their own.
        sla: the limit for accepting.
        excluded: person to why they are not to be asked.
    """

    teams: Teams
    state: RoutingState
    now: dt.datetime
    fallback: str
    capacity: Capacity | None = None
    calendar: BusinessCalendar | None = None
    sla: Sla | None = None
    excluded: Mapping[str, str] = attrs.field(factory=dict)
    _pools: dict[str, "_Pool"] = attrs.field(init=False, factory=dict)
    _pools_of: dict[str, list["_Pool"]] = attrs.field(init=False, factory=dict)
    _rooms: dict[str, int | None] = attrs.field(init=False, factory=dict)
    _given: dict[str, int] = attrs.field(init=False, factory=dict)
    _absent: dict[str, str | None] = attrs.field(init=False, factory=dict)
    _times: dict[int, "_Times"] = attrs.field(init=False, factory=dict)
    _nobody: dict[Errand, Gift] = attrs.field(init=False, factory=dict)

    def give(self, errand: Errand, earlier: str = "") -> Gift:
        """Hand one lead out.

        Args:
            errand: for whom the rules ask.
            earlier: who owned an earlier lead of the same person, or empty.

        Example:
            >>> from leadflow.routing import Person, Team
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato", languages=("ja",))])
            >>> crew = Crew(teams=teams, state=RoutingState(), now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), fallback="desk")
            >>> crew.give(Errand(target="kanto")).owner, crew.give(Errand()).owner
            ('sato', 'desk')
        """
        if not earlier and errand in self._nobody:
            return self._held(self._nobody[errand])
        passed: tuple[RejectedCandidate, ...] = ()
        pool = self.pool_of(errand) if errand.target else None
        if errand.owner or earlier:
            for person, how in ((errand.owner, ACCOUNT_OWNER), (earlier, EARLIER_OWNER)):
                if not person or (how == EARLIER_OWNER and (pool is None or person not in pool.ids)):
                    continue
                why = self.refusal(person, errand.skills, errand.languages)
                if why is None:
                    self._take(person)
                    return Gift(
                        owner=person,
                        how=how,
                        round=None if pool is None else self._round(pool),
                        passed=passed,
                    )
                if pool is None or person not in pool.ids:
                    passed = (*passed, RejectedCandidate(id=person, reason=why))
        if pool is not None:
            taken = self._turn(pool, TURN, passed)
            if taken is not None:
                return taken
            passed = (*passed, *self._round(pool).rejected)
        gift = self._fall_back(passed)
        if gift.how == FALLBACK_NOBODY and not earlier:
            # Nobody who is full or away comes back within one moment.
            self._nobody[errand] = gift
        return self._held(gift) if gift.how == FALLBACK_NOBODY else gift

    def _held(self, gift: Gift) -> Gift:
        """Count a lead that waits with whoever leads the fallback, although it was nobody's turn."""
        if self.teams.is_person(gift.owner):
            self._take(gift.owner)
        return gift

    def _fall_back(self, passed: tuple[RejectedCandidate, ...]) -> Gift:
        if not self.teams.knows(self.fallback):
            return Gift(owner=self.fallback, how=FALLBACK_NOBODY, passed=passed)
        last = self.pool(self.fallback, self.fallback, (), ())
        taken = self._turn(last, FALLBACK_TURN, passed)
        if taken is not None:
            return taken
        passed = (*passed, *self._round(last).rejected)
        return Gift(owner=self.teams.contact(self.fallback), how=FALLBACK_NOBODY, passed=passed)

    def give_many(
        self,
        errands: Sequence[Errand],
        errand_of: Sequence[int],
        earlier: Sequence[str],
        order: Iterable[int],
    ) -> "Gifts":
        """Hand many leads out, each as `give` does.

        Args:
            errands: for whom the rules ask.
            errand_of: (n,) indices into them.
            earlier: (n,) who owned an earlier lead, or empty.
            order: (n,) the rows, in the order in which the leads are handed out.

        Example:
            >>> from leadflow.routing import Person, Team
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato", languages=("ja",))])
            >>> crew = Crew(teams=teams, state=RoutingState(), now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), fallback="desk")
            >>> crew.give_many([Errand(target="kanto"), Errand()], [0, 1], ["", ""], [0, 1]).owners
            ['sato', 'desk']
        """
        gifts = Gifts.empty(len(errand_of))
        owners, hows, rounds, turns = gifts.owners, gifts.hows, gifts.rounds, gifts.turns
        pools = [self.pool_of(errand) if errand.target and not errand.owner else None for errand in errands]
        take = self._take
        for row in order:
            number = errand_of[row]
            pool = pools[number]
            if pool is not None and not earlier[row]:
                # The usual case, without an object per lead.
                now = pool.round or self._round(pool)
                if now.people:
                    own = now.turns
                    turns[row] = own.given
                    person = now.people[own.next()]
                    owners[row] = person
                    rounds[row] = now
                    take(person)
                    continue
            gift = self.give(errands[number], earlier[row])
            owners[row] = gift.owner
            hows[row] = gift.how
            rounds[row] = gift.round
            turns[row] = gift.turn
            if gift.passed:
                gifts.passed[row] = gift.passed
        return gifts

    @property
    def pools(self) -> tuple[str, ...]:
        """The names of the pools that were asked so far.

        Example:
            >>> from leadflow.routing import Person, Team
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato", languages=("ja",))])
            >>> crew = Crew(teams=teams, state=RoutingState(), now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), fallback="desk")
            >>> crew.pools
            ()
        """
        return tuple(self._pools)

    def pool_of(self, errand: Errand) -> "_Pool":
        """Return the people who take turns for an errand.

        Args:
            errand: with a target.

        Example:
            >>> from leadflow.routing import Person, Team
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato", languages=("ja",))])
            >>> crew = Crew(teams=teams, state=RoutingState(), now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), fallback="desk")
            >>> crew.pool_of(Errand(target="kanto")).name
            'kanto'
        """
        return self.pool(errand.pool, errand.target, errand.skills, errand.languages)

    def pool(self, name: str, target: str, skills: Sequence[str], languages: Sequence[str]) -> "_Pool":
        """Return the people who take turns for a target.

        Args:
            name: under which the turns are kept.
            target: the team, department or person.
            skills: that they must have.
            languages: that they must speak.

        Example:
            >>> from leadflow.routing import Person, Team
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato", languages=("ja",))])
            >>> crew = Crew(teams=teams, state=RoutingState(), now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), fallback="desk")
            >>> [person.id for person in crew.pool("kanto", "kanto", (), ()).members]
            ['sato']
        """
        found = self._pools.get(name)
        if found is None:
            members = self.teams.members(target)
            found = _Pool(
                name=name,
                target=target,
                members=members,
                ids=frozenset(person.id for person in members),
                skills=tuple(skills),
                languages=tuple(languages),
            )
            self._pools[name] = found
            for person in members:
                self._pools_of.setdefault(person.id, []).append(found)
        return found

    def refusal(
        self, person_id: str, skills: Sequence[str] = (), languages: Sequence[str] = ()
    ) -> str | None:
        """Return why somebody cannot take a lead now, or None when they can.

        Args:
            person_id: who; an id that nobody has cannot.
            skills: that they must have.
            languages: that they must speak.

        Example:
            >>> from leadflow.routing import Person, Team
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato", languages=("ja",))])
            >>> crew = Crew(teams=teams, state=RoutingState(), now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), fallback="desk")
            >>> crew.refusal("sato", languages=["en"]), crew.refusal("sato")
            ('does not speak en', None)
        """
        if not self.teams.is_person(person_id):
            return "nobody has this id any more"
        person = self.teams.person(person_id)
        if person_id in self.excluded:
            return self.excluded[person_id]
        if person_id not in self._absent:
            try:
                self._absent[person_id] = self._unavailable(person)
            except DefinitionError:
                # One calendar that never opens must not keep everybody else's leads from being routed.
                self._absent[person_id] = "has a calendar without open time"
        away = self._absent[person_id]
        if away is not None:
            return away
        for have, wanted, verb in ((person.skills, skills, "know"), (person.languages, languages, "speak")):
            lacking = [word for word in wanted if word not in have]
            if lacking:
                return f"does not {verb} {', '.join(lacking)}"
        return self._full(person)

    def deadline(self, target: str) -> dt.datetime | None:
        """Return until when an offer made now to a person or team must be accepted; never where nothing ever opens.

        Args:
            target: the person or team whose calendar counts.

        Example:
            >>> from leadflow.routing import Person, Team
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato", languages=("ja",))])
            >>> crew = Crew(teams=teams, state=RoutingState(), now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), fallback="desk")
            >>> crew.deadline("sato") is None
            True
        """
        try:
            return self._moments(self.teams.calendar_of(target) or self.calendar).deadline
        except DefinitionError:
            return None

    def after(self) -> RoutingState:
        """Return the state after the leads handed out so far.

        Example:
            >>> from leadflow.routing import Person, Team
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato", languages=("ja",))])
            >>> crew = Crew(teams=teams, state=RoutingState(), now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), fallback="desk")
            >>> _ = crew.give(Errand(target="kanto"))
            >>> crew.after().open_leads["sato"]
            1
        """
        for pool in self._pools.values():
            self._settle(pool)
        return self.state.given(
            self._given,
            days={person: self._day(person) for person in self._given},
            deficits={pool.name: pool.behind for pool in self._pools.values() if pool.moved},
        )

    def _turn(self, pool: "_Pool", how: int, passed: tuple[RejectedCandidate, ...]) -> Gift | None:
        now = pool.round or self._round(pool)
        if not now.people:
            return None
        turn = now.turns.given
        person = now.people[now.turns.next()]
        self._take(person)
        return Gift(person, how, now, turn, passed)

    def _round(self, pool: "_Pool") -> Round:
        if pool.round is None:
            rejected, people, weights = [], [], []
            for person in pool.members:
                why = self.refusal(person.id, pool.skills, pool.languages)
                if why is None and not person.weight:
                    why = "takes no turns (weight 0)"
                if why is None:
                    people.append(person.id)
                    weights.append(person.weight)
                else:
                    rejected.append(RejectedCandidate(id=person.id, reason=why))
            if not pool.begun:
                pool.behind = dict(self.state.deficits.get(pool.name, {}))
                pool.begun = True
            turns = (
                Turns.among(weights, [pool.behind.get(person, 0) for person in people])
                if people
                else _NO_TURNS
            )
            pool.round = Round(
                pool=pool.name,
                target=pool.target,
                people=tuple(people),
                rejected=tuple(rejected),
                turns=turns,
            )
        return pool.round

    def _settle(self, pool: "_Pool") -> None:
        done = pool.round
        if done is not None and done.turns.given:
            behind = zip(done.people, done.turns.deficits(done.turns.given), strict=True)
            pool.behind = {**pool.behind, **dict(behind)}
            pool.moved = True
        pool.round = None

    def _take(self, person_id: str) -> None:
        self._given[person_id] = self._given.get(person_id, 0) + 1
        room = self._rooms.get(person_id, -1)
        if room == -1:
            room = self._room(self.teams.person(person_id))
        if room is None:
            self._rooms[person_id] = None
            return
        self._rooms[person_id] = room - 1
        if room <= 1:
            for pool in self._pools_of.get(person_id, ()):
                self._settle(pool)

    def _room(self, person: Person) -> int | None:
        limits = person.capacity or self.capacity
        return None if limits is None else limits.room(**self._counts(person))

    def _full(self, person: Person) -> str | None:
        limits = person.capacity or self.capacity
        if limits is None:
            return None
        room = self._rooms.get(person.id, -1)
        if room is None or room > 0:
            return None
        given = self._given.get(person.id, 0)
        return limits.refusal(**{what: number + given for what, number in self._counts(person).items()})

    def _counts(self, person: Person) -> dict[str, int]:
        return self.state.counts(person.id, self._day(person.id))

    def _day(self, person_id: str) -> dt.date:
        return self._moments(self.teams.calendar_of(person_id) or self.calendar).day

    def _unavailable(self, person: Person) -> str | None:
        calendar = self.teams.calendar_of(person.id) or self.calendar
        times = self._moments(calendar)
        if calendar is None:
            return person.away(times.day)
        moment, seen = times.opening, None
        for _ in person.absences:
            absence = person.absence_on(moment.date())
            if absence is None:
                break
            seen = absence
            back = dt.datetime.combine(absence.last + dt.timedelta(days=1), dt.time(), tzinfo=moment.tzinfo)
            moment = calendar.next_open(back)
        if (person.left is not None and moment.date() > person.left) or (
            person.joined is not None and moment.date() < person.joined
        ):
            return person.away(moment.date())
        # Who works rarely would have a late deadline of their own: the team's says who can take the lead in time.
        team = self.teams.team_of(person.id)
        common = times if team is None else self._moments(self.teams.calendar_of(team.id) or self.calendar)
        if moment > common.horizon:
            return f"does not work before {moment.date()}" if seen is None else f"on leave until {seen.last}"
        return None

    def _moments(self, calendar: BusinessCalendar | None) -> "_Times":
        key = id(calendar)
        if key not in self._times:
            self._times[key] = _Times.of(calendar, self.now, self.sla)
        return self._times[key]


@attrs.define(kw_only=True, eq=False)
class _Pool:
    """People who take turns, with how far each is behind."""

    name: str
    target: str
    members: tuple[Person, ...]
    ids: frozenset[str]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    behind: dict[str, int] = attrs.field(factory=dict)
    begun: bool = False
    moved: bool = False
    round: Round | None = None


@attrs.frozen(kw_only=True, eq=False)
class _Times:
    """The moments of one calendar that all who share it have in common."""

    day: dt.date
    opening: dt.datetime
    horizon: dt.datetime
    deadline: dt.datetime | None

    @classmethod
    def of(cls, calendar: BusinessCalendar | None, now: dt.datetime, sla: Sla | None) -> "_Times":
        if calendar is None:
            within = None if sla is None else sla.accept_within
            deadline = None if within is None else BusinessCalendar.always().add(now, within)
            return cls(day=now.date(), opening=now, horizon=deadline or now, deadline=deadline)
        opening = calendar.next_open(now)
        deadline = None if sla is None else calendar.add(now, sla.accept_within)
        # Without a limit, who works within a business day can take the lead.
        horizon = calendar.add(opening, business_days(1)) if deadline is None else deadline
        day = now.astimezone(ZoneInfo(calendar.time_zone)).date()
        return cls(day=day, opening=opening, horizon=horizon, deadline=deadline)
