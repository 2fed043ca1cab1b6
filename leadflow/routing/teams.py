"""The sales organisation as data: teams, people, departments, calendars and named accounts."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from leadflow.calendars import BusinessCalendar
from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.records.events import Json
from leadflow.routing.accounts import AccountBook
from leadflow.routing.people import Person

__all__ = ["Department", "Product", "Team", "Teams"]


@attrs.frozen(kw_only=True)
class Product:
    """Something that is sold.

    Attributes:
        id: unique.
        name: as people write it.
        solution: the solution it belongs to.

    Example:
        >>> Product(id="vision", name="画像検査装置", solution="品質検査の自動化").words
        ('vision', '画像検査装置')
    """

    id: str
    name: str = ""
    solution: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The texts by which an interest names it.

        Example:
            >>> Product(id="vision").words
            ('vision',)
        """
        return tuple(dict.fromkeys(word for word in (self.id, self.name) if word))


@attrs.frozen(kw_only=True)
class Department:
    """A part of the organisation that is cut in one way.

    Attributes:
        id: unique.
        name: for people to read.
        cut: ``"area"``, ``"account"``, ``"solution"``, ``"product"``, or another word for none of these.
        manager: the person's id.

    Example:
        >>> Department(id="area-sales", cut="area").cut
        'area'
    """

    id: str
    name: str = ""
    cut: str = ""
    manager: str = ""


@attrs.frozen(kw_only=True)
class Team:
    """People who share leads.

    Attributes:
        id: unique among teams, departments and people.
        name: for people to read.
        department: the department's id.
        members: the ids of those who take leads in turn.
        supervisor: the person's id.
        calendar: the name of a calendar; empty takes the policy's.
        prefectures: what an area team covers, for `cuts_of`.
        industries: what an account team covers.
        solutions: what a solution team covers.
        products: what a product team covers, by product id.

    Example:
        >>> Team(id="kanto", members=("u1", "u2"), prefectures=("東京都",)).members
        ('u1', 'u2')
    """

    id: str
    name: str = ""
    department: str = ""
    members: tuple[str, ...] = ()
    supervisor: str = ""
    calendar: str = ""
    prefectures: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    solutions: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if not self.id:
            raise DefinitionError("A team needs an id that is not empty.")
        if len(set(self.members)) < len(self.members):
            raise DefinitionError(f"The team '{self.id}' lists a member twice.")


def _teams(items: Iterable[Team]) -> tuple[Team, ...]:
    return tuple(items)


def _people(items: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(items)


def _departments(items: Iterable[Department]) -> tuple[Department, ...]:
    return tuple(items)


def _products(items: Iterable[Product]) -> tuple[Product, ...]:
    return tuple(items)


def _calendars(table: Mapping[str, BusinessCalendar]) -> Mapping[str, BusinessCalendar]:
    return MappingProxyType(dict(table))


@attrs.frozen(kw_only=True)
class Teams:
    """The sales organisation.

    Attributes:
        teams: who shares leads.
        people: everybody, superiors too.
        departments: which teams belong together.
        calendars: name to calendar.
        accounts: the named accounts.
        products: what is sold.

    Raises:
        DefinitionError: an id is used twice, or superiors form a loop.
        UnknownNameError: a member, superior or calendar is not there.

    Example:
        >>> teams = Teams(
        ...     teams=[Team(id="kanto", members=("sato", "tanaka"), supervisor="mori")],
        ...     people=[Person(id="mori"), Person(id="sato", reports_to="mori"), Person(id="tanaka")],
        ... )
        >>> [person.id for person in teams.members("kanto")], teams.superiors("tanaka")
        (['sato', 'tanaka'], ('mori',))
    """

    teams: tuple[Team, ...] = attrs.field(converter=_teams)
    people: tuple[Person, ...] = attrs.field(converter=_people)
    departments: tuple[Department, ...] = attrs.field(default=(), converter=_departments)
    calendars: Mapping[str, BusinessCalendar] = attrs.field(factory=dict, converter=_calendars)
    accounts: AccountBook = attrs.field(factory=AccountBook)
    products: tuple[Product, ...] = attrs.field(default=(), converter=_products)
    _people: Mapping[str, Person] = attrs.field(init=False, eq=False, repr=False)
    _teams: Mapping[str, Team] = attrs.field(init=False, eq=False, repr=False)
    _home: Mapping[str, Team] = attrs.field(init=False, eq=False, repr=False)

    __hash__ = None  # type: ignore[assignment]  # it holds a mapping

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_people", {person.id: person for person in self.people})
        object.__setattr__(self, "_teams", {team.id: team for team in self.teams})
        home = {member: team for team in reversed(self.teams) for member in team.members}
        home |= {person.id: self._teams[person.team] for person in self.people if person.team in self._teams}
        object.__setattr__(self, "_home", home)
        self._check_ids()
        self._check_references()
        for person in self.people:
            self._check_line(person)

    def person(self, person_id: str) -> Person:
        """Return a person by id.

        Raises:
            UnknownNameError: there is nobody of that id.

        Example:
            >>> Teams(teams=[], people=[Person(id="sato")]).person("sato").id
            'sato'
        """
        if person_id not in self._people:
            raise UnknownNameError(
                f"There is nobody with the id '{person_id}'.{near_miss(person_id, self._people)}"
            )
        return self._people[person_id]

    def team(self, team_id: str) -> Team:
        """Return a team by id.

        Raises:
            UnknownNameError: there is no such team.

        Example:
            >>> Teams(teams=[Team(id="kanto")], people=[]).team("kanto").members
            ()
        """
        if team_id not in self._teams:
            raise UnknownNameError(f"There is no team '{team_id}'.{near_miss(team_id, self._teams)}")
        return self._teams[team_id]

    def knows(self, target: str) -> bool:
        """Say whether a target is a team, a department or a person.

        Example:
            >>> Teams(teams=[Team(id="kanto")], people=[]).knows("kansai")
            False
        """
        return (
            target in self._teams or target in self._people or any(d.id == target for d in self.departments)
        )

    def is_person(self, target: str) -> bool:
        """Say whether a target is a person.

        Example:
            >>> Teams(teams=[], people=[Person(id="sato")]).is_person("sato")
            True
        """
        return target in self._people

    def members(self, target: str) -> tuple[Person, ...]:
        """Return who takes the leads of a team, of all teams of a department, or the person itself, by id.

        Args:
            target: the id of a team, department or person; an unknown one has no members.

        Example:
            >>> Teams(teams=[Team(id="kanto")], people=[]).members("kanto")
            ()
        """
        if target in self._teams:
            ids = set(self._teams[target].members)
        elif target in self._people:
            ids = {target}
        else:
            ids = {member for team in self.teams if team.department == target for member in team.members}
        return tuple(self._people[person_id] for person_id in sorted(ids))

    def team_of(self, person_id: str) -> Team | None:
        """Return the team of a person, or None.

        Example:
            >>> Teams(teams=[], people=[Person(id="sato")]).team_of("sato") is None
            True
        """
        return self._home.get(person_id)

    def superiors(self, person_id: str) -> tuple[str, ...]:
        """Return the people above a person, nearest first: whom they report to, or their team's supervisor.

        Example:
            >>> Teams(teams=[], people=[Person(id="sato")]).superiors("sato")
            ()
        """
        found: list[str] = []
        at = person_id
        while at:
            at = self._superior(at)
            if not at or at in found or at == person_id:
                break
            found.append(at)
        return tuple(found)

    def contact(self, target: str) -> str:
        """Return whom to tell about a target: the person, a team's supervisor, a department's manager, or its id.

        Example:
            >>> Teams(teams=[Team(id="kanto")], people=[]).contact("kanto")
            'kanto'
        """
        if target in self._teams:
            return self._teams[target].supervisor or target
        department = next((d for d in self.departments if d.id == target), None)
        return (department.manager or target) if department is not None else target

    def calendar_of(self, target: str) -> BusinessCalendar | None:
        """Return the calendar of a person, a team or a department's first team, or None when it has none.

        Example:
            >>> Teams(teams=[Team(id="kanto")], people=[]).calendar_of("kanto") is None
            True
        """
        if target in self._people and self._people[target].calendar:
            return self.calendars[self._people[target].calendar]
        team = self._teams.get(target) or self._home.get(target)
        if team is None:
            team = next((team for team in self.teams if team.department == target), None)
        return self.calendars[team.calendar] if team is not None and team.calendar else None

    def to_dict(self) -> dict[str, Json]:
        """Return the organisation as plain data.

        Example:
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato")])
            >>> Teams.from_dict(teams.to_dict()) == teams
            True
        """
        from leadflow.routing.organisations import organisation_to_data  # noqa: PLC0415  # the writer knows this class

        return organisation_to_data(self)

    @classmethod
    def from_dict(cls, data: object, *, path: str = "$.teams") -> "Teams":
        """Read an organisation from plain data.

        Args:
            data: a table with ``teams`` and ``people`` and, as needed, ``departments``, ``calendars``, ``accounts``,
                ``products`` and ``company``.
            path: where it stands, for errors.

        Raises:
            DefinitionError: something is wrong; the message and its ``path`` say where.

        Example:
            >>> Teams.from_dict({"teams": [{"id": "kanto"}], "people": []}).team("kanto").name
            ''
        """
        from leadflow.routing.organisations import organisation_from_data  # noqa: PLC0415  # the reader knows this class

        return organisation_from_data(data, path)

    def _superior(self, person_id: str) -> str:
        person = self._people[person_id]
        if person.reports_to:
            return person.reports_to
        team = self._home.get(person_id)
        return team.supervisor if team is not None and team.supervisor != person_id else ""

    def _check_ids(self) -> None:
        ids = [team.id for team in self.teams] + [person.id for person in self.people]
        ids += [department.id for department in self.departments]
        seen: set[str] = set()
        for name in ids:
            if name in seen:
                raise DefinitionError(f"The id '{name}' is used twice among teams, people and departments.")
            seen.add(name)

    def _check_references(self) -> None:
        for team in self.teams:
            for person_id in (*team.members, *((team.supervisor,) if team.supervisor else ())):
                if person_id not in self._people:
                    raise UnknownNameError(
                        f"The team '{team.id}' names '{person_id}', who is nobody.{near_miss(person_id, self._people)}"
                    )
        named = {team.id: team.calendar for team in self.teams} | {
            person.id: person.calendar for person in self.people
        }
        for name, calendar in named.items():
            if calendar and calendar not in self.calendars:
                raise UnknownNameError(
                    f"'{name}' names the calendar '{calendar}', which is not there.{near_miss(calendar, self.calendars)}"
                )

    def _check_line(self, person: Person) -> None:
        seen = [person.id]
        while person.reports_to:
            if person.reports_to not in self._people:
                raise UnknownNameError(
                    f"'{person.id}' reports to '{person.reports_to}', who is nobody.{near_miss(person.reports_to, self._people)}"
                )
            person = self._people[person.reports_to]
            if person.id in seen:
                raise DefinitionError(f"The superiors of {', '.join(seen)} form a loop.")
            seen.append(person.id)
