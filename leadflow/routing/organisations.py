"""The sales organisation as plain data: what ``organisation.json`` and definition files hold."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from leadflow.calendars import BusinessCalendar
from leadflow.calendars.definition import read_list, read_table, read_text
from leadflow.errors import DefinitionError
from leadflow.records.events import Json
from leadflow.routing.accounts import Account, AccountBook
from leadflow.routing.people import Absence, Capacity, Person
from leadflow.routing.teams import Department, Product, Team, Teams

__all__ = ["at", "capacity_from_data", "capacity_to_data", "organisation_from_data", "organisation_to_data"]

_TOP: Final = ("company", "products", "calendars", "departments", "teams", "people", "accounts")
_TEAM: Final = (
    "id", "name", "department", "members", "supervisor", "calendar", "prefectures", "industries", "solutions", "products",
)  # fmt: skip
_PERSON: Final = (
    "id", "name", "kana", "email", "role", "reports_to", "department", "team", "skills", "languages", "capacity", "weight",
    "absences", "joined", "left", "calendar",
)  # fmt: skip
_ACCOUNT: Final = (
    "id", "company", "names", "corporate_number", "domain", "domains", "parent", "team", "owner",
)  # fmt: skip
_CAPACITY: Final = ("open_leads", "per_day", "per_week", "per_month")
_T = TypeVar("_T")


def at(path: str, make: Callable[[], _T]) -> _T:
    """Return what a function makes, and give a definition error that has no path this one.

    Args:
        path: where the definition stands.
        make: makes the object.

    Raises:
        DefinitionError: the function raised it.

    Example:
        >>> at("$.teams", lambda: 1)
        1
    """
    try:
        return make()
    except DefinitionError as error:
        if error.path:
            raise
        raise type(error)(f"{path}: {error.message}", path=path) from None


def organisation_from_data(data: object, path: str = "$.teams") -> Teams:
    """Read an organisation.

    Args:
        data: a table; a calendar is as `BusinessCalendar.from_dict` reads it, or a list entry with ``id``,
            ``timezone``, ``hours`` as pairs of times, ``holidays = "JP"`` and ``closed`` days.
        path: where it stands.

    Raises:
        DefinitionError: something is wrong; the message and its ``path`` say where.

    Example:
        >>> organisation_from_data({"teams": [], "people": [{"id": "sato", "left": ""}]}).person("sato").left is None
        True
    """
    table = read_table(data, path=path, known=_TOP)

    def each(key: str, read: Callable[[object, str], _T]) -> tuple[_T, ...]:
        here = f"{path}.{key}"
        return tuple(
            read(item, f"{here}[{i}]") for i, item in enumerate(read_list(table.get(key, []), path=here))
        )

    calendars = _calendars(table.get("calendars", {}), f"{path}.calendars")
    products, departments = each("products", _product), each("departments", _department)
    teams, people, accounts = each("teams", _team), each("people", _person), each("accounts", _account)
    book = at(f"{path}.accounts", lambda: AccountBook(accounts=accounts))
    return at(
        path,
        lambda: Teams(
            teams=teams,
            people=people,
            departments=departments,
            calendars=calendars,
            accounts=book,
            products=products,
        ),
    )


def organisation_to_data(teams: Teams) -> dict[str, Json]:
    """Return an organisation as plain data; settings that hold nothing are left out.

    Example:
        >>> organisation_to_data(Teams(teams=[], people=[Person(id="sato")]))["people"]
        [{'id': 'sato'}]
    """
    calendars: dict[str, object] = {name: calendar.to_dict() for name, calendar in teams.calendars.items()}
    data: dict[str, object] = {
        "products": [_filled(id=p.id, name=p.name, solution=p.solution) for p in teams.products],
        "calendars": calendars,
        "departments": [
            _filled(id=d.id, name=d.name, cut=d.cut, manager=d.manager) for d in teams.departments
        ],
        "teams": [_filled(**{key: getattr(team, key) for key in _TEAM}) for team in teams.teams],
        "people": [_person_data(person) for person in teams.people],
        "accounts": [
            _filled(
                id=a.id,
                company=a.company,
                names=a.names,
                corporate_number=a.corporate_number,
                domains=a.domains,
                parent=a.parent,
                team=a.team,
                owner=a.owner,
            )
            for a in teams.accounts
        ],
    }
    return {key: value for key, value in data.items() if value}  # type: ignore[misc]  # built of plain data only


def capacity_to_data(capacity: Capacity) -> dict[str, Json]:
    """Return a capacity as plain data.

    Example:
        >>> capacity_to_data(Capacity(per_day=5))
        {'per_day': 5}
    """
    limits = {key: getattr(capacity, key) for key in _CAPACITY}
    return {key: limit for key, limit in limits.items() if limit is not None}


def capacity_from_data(data: object, path: str) -> Capacity:
    """Read a capacity.

    Args:
        data: a table from period to number.
        path: where it stands.

    Raises:
        DefinitionError: a limit is no number of leads.

    Example:
        >>> capacity_from_data({"open_leads": 30}, "$.capacity").open_leads
        30
    """
    table = read_table(data, path=path, known=_CAPACITY)
    limits = {key: _whole(table[key], f"{path}.{key}") if key in table else None for key in _CAPACITY}
    return at(path, lambda: Capacity(**limits))


def _product(item: object, path: str) -> Product:
    table = read_table(item, path=path, known=("id", "name", "solution"))
    return Product(
        id=_id(table, path), name=_text(table, "name", path), solution=_text(table, "solution", path)
    )


def _department(item: object, path: str) -> Department:
    table = read_table(item, path=path, known=("id", "name", "cut", "manager"))
    return Department(
        id=_id(table, path),
        name=_text(table, "name", path),
        cut=_text(table, "cut", path),
        manager=_text(table, "manager", path),
    )


def _team(item: object, path: str) -> Team:
    table = read_table(item, path=path, known=_TEAM)
    lists = {
        key: _texts(table, key, path)
        for key in ("members", "prefectures", "industries", "solutions", "products")
    }
    name, department = _text(table, "name", path), _text(table, "department", path)
    supervisor, calendar = _text(table, "supervisor", path), _text(table, "calendar", path)
    return at(
        path,
        lambda: Team(
            id=_id(table, path),
            name=name,
            department=department,
            supervisor=supervisor,
            calendar=calendar,
            **lists,
        ),
    )


def _person(item: object, path: str) -> Person:
    table = read_table(item, path=path, known=_PERSON)
    capacity = table.get("capacity")
    absences = read_list(table.get("absences", []), path=f"{path}.absences")
    texts = {
        key: _text(table, key, path)
        for key in ("name", "kana", "email", "reports_to", "department", "team", "calendar")
    }
    limits = None if capacity is None else capacity_from_data(capacity, f"{path}.capacity")
    away = tuple(_absence(absence, f"{path}.absences[{i}]") for i, absence in enumerate(absences))
    return at(
        path,
        lambda: Person(
            id=_id(table, path),
            role=_text(table, "role", path) or "agent",
            skills=_texts(table, "skills", path),
            languages=_texts(table, "languages", path),
            capacity=limits,
            weight=_whole(table.get("weight", 1), f"{path}.weight"),
            absences=away,
            joined=_day(table.get("joined"), f"{path}.joined"),
            left=_day(table.get("left"), f"{path}.left"),
            **texts,
        ),
    )


def _absence(item: object, path: str) -> Absence:
    table = read_table(item, path=path, known=("from", "to", "reason"))
    first, last = _day(table.get("from"), f"{path}.from"), _day(table.get("to"), f"{path}.to")
    if first is None or last is None:
        raise DefinitionError(f"{path}: an absence has 'from' and 'to', both days of absence.", path=path)
    return at(path, lambda: Absence(first=first, last=last, reason=_text(table, "reason", path)))


def _account(item: object, path: str) -> Account:
    table = read_table(item, path=path, known=_ACCOUNT)
    single = _text(table, "domain", path)
    texts = {
        key: _text(table, key, path)
        for key in ("id", "company", "corporate_number", "parent", "team", "owner")
    }
    domains = _texts(table, "domains", path) or ((single,) if single else ())
    names = _texts(table, "names", path)
    return at(path, lambda: Account(names=names, domains=domains, **texts))


def _calendars(data: object, path: str) -> dict[str, BusinessCalendar]:
    if isinstance(data, Mapping):
        return {
            str(name): BusinessCalendar.from_dict(item, path=f"{path}.{name}") for name, item in data.items()
        }
    calendars = {}
    for i, item in enumerate(read_list(data, path=path)):
        here = f"{path}[{i}]"
        table = dict(read_table(item, path=here))
        name = _id(table, here)
        del table["id"]
        calendars[name] = BusinessCalendar.from_dict(_respelt(table, here), path=here)
    return calendars


def _respelt(table: Mapping[str, object], path: str) -> dict[str, object]:
    spelt = dict(table)
    if "timezone" in spelt:
        spelt["time_zone"] = spelt.pop("timezone")
    if spelt.get("holidays") == "JP":
        spelt["national"] = "japan"
        del spelt["holidays"]
    if "closed" in spelt:
        spelt["holidays"] = spelt.pop("closed")
    hours = read_table(spelt.get("hours", {}), path=f"{path}.hours")
    spelt["hours"] = {
        day: [
            _window(window, f"{path}.hours.{day}[{i}]")
            for i, window in enumerate(read_list(windows, path=f"{path}.hours.{day}"))
        ]
        for day, windows in hours.items()
    }
    return spelt


def _window(window: object, path: str) -> str:
    if isinstance(window, str):
        return window
    pair = read_list(window, path=path)
    if len(pair) != 2:
        raise DefinitionError(
            f"{path}: opening hours are a pair of times such as ['09:00', '18:00'].", path=path
        )
    return f"{read_text(pair[0], path=path)}-{read_text(pair[1], path=path)}"


def _person_data(person: Person) -> dict[str, Json]:
    data = _filled(
        **{key: getattr(person, key) for key in _PERSON if key not in {"capacity", "weight", "absences"}}
    )
    if data.get("role") == "agent":
        del data["role"]
    if person.capacity is not None:
        data["capacity"] = capacity_to_data(person.capacity)
    if person.weight != 1:
        data["weight"] = person.weight
    if person.absences:
        data["absences"] = [
            {"from": away.first.isoformat(), "to": away.last.isoformat(), "reason": away.reason}
            for away in person.absences
        ]
    return data


def _filled(**values: str | dt.date | Sequence[str] | None) -> dict[str, Json]:
    data: dict[str, Json] = {}
    for key, value in values.items():
        if isinstance(value, dt.date):
            data[key] = value.isoformat()
        elif isinstance(value, str):
            data |= {key: value} if value else {}
        elif value:
            data[key] = list(value)
    return data


def _id(table: Mapping[str, object], path: str) -> str:
    value = table.get("id")
    if not isinstance(value, str) or not value:
        raise DefinitionError(f"{path} needs an 'id' that is a text and not empty.", path=f"{path}.id")
    return value


def _text(table: Mapping[str, object], key: str, path: str) -> str:
    value = table.get(key, "")
    return "" if value is None else read_text(value, path=f"{path}.{key}")


def _texts(table: Mapping[str, object], key: str, path: str) -> tuple[str, ...]:
    items = read_list(table.get(key, []), path=f"{path}.{key}")
    return tuple(read_text(item, path=f"{path}.{key}[{i}]") for i, item in enumerate(items))


def _whole(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise DefinitionError(f"{path} must be a whole number.", path=path)
    return value


def _day(value: object, path: str) -> dt.date | None:
    if value is None or value == "":
        return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(read_text(value, path=path))
    except ValueError:
        raise DefinitionError(f"{path} must be a date such as 2026-12-29.", path=path) from None
