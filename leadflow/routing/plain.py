"""Routing policies as plain data: what definition files hold, and errors that name the path."""

from collections.abc import Callable, Mapping
from typing import Final

from leadflow.calendars import BusinessCalendar
from leadflow.calendars.definition import read_list, read_table, read_text
from leadflow.conditions import Condition, condition_from_data, condition_to_data
from leadflow.conditions.literals import duration_from_text
from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.records.events import Json
from leadflow.routing.areas import employees, industry, interest, place
from leadflow.routing.cuts import Cut, CutKind, Territory
from leadflow.routing.organisations import at, capacity_from_data
from leadflow.routing.people import Capacity
from leadflow.routing.plans import Need
from leadflow.routing.slas import Sla

__all__ = [
    "calendar_from_data",
    "cut_from_data",
    "cut_to_data",
    "need_from_data",
    "need_to_data",
    "read_parts",
]

_CUT: Final = ("by", "name", "named", "teams", "inside", "shown_by", "attribute", "within")


def cut_to_data(cut: Cut) -> dict[str, Json]:
    """Return a cut as plain data; what its territories cover is written as conditions.

    Example:
        >>> from leadflow.routing import by_area
        >>> cut_to_data(by_area({"kanto": ["東京都"]}))
        {'by': 'area', 'teams': {'kanto': {'field': 'prefecture', 'is': '東京都'}}}
    """
    data: dict[str, Json] = {"by": cut.kind.value}
    if cut.name != cut.kind.value:
        data["name"] = cut.name
    if cut.named:
        data["named"] = True
    inside: dict[str, Json] = {
        territory.target: cut_to_data(territory.inside)
        for territory in cut.territories
        if territory.inside is not None
    }
    plain = len({territory.target for territory in cut.territories}) == len(cut.territories)
    if plain:
        data["teams"] = {t.target: condition_to_data(t.condition) for t in cut.territories}
    else:
        data["teams"] = [
            {"team": t.target, "covers": condition_to_data(t.condition)} for t in cut.territories
        ]
    if inside:
        data["inside"] = inside
    return data


def cut_from_data(data: object, path: str) -> Cut:
    """Read a cut.

    Args:
        data: a table with ``by`` and ``teams``: a table from target to what it covers (a list of places, industries,
            solutions or products, a table of ``industries``, ``employees_from`` and ``employees_below``, or a
            condition), or a list of tables with ``team`` and ``covers`` where one target has several territories.
        path: where it stands.

    Raises:
        DefinitionError: something is wrong; the message and its ``path`` say where.

    Example:
        >>> cut_from_data({"by": "area", "teams": {"kanto": ["東京都"]}}, "$.routing.cuts[0]").rules()[0].text()
        'kanto: prefecture is "東京都"'
    """
    table = read_table(data, path=path, known=_CUT)
    known = [kind.value for kind in CutKind]
    if table.get("by") not in known:
        raise DefinitionError(
            f"{path}.by must be one of {', '.join(known)}.{near_miss(str(table.get('by'))[:40], known)}",
            path=f"{path}.by",
        )
    kind = CutKind(table["by"])
    read = _reader(kind, table, path)
    inner = read_table(table.get("inside", {}), path=f"{path}.inside")
    cuts = {target: cut_from_data(item, f"{path}.inside.{target}") for target, item in inner.items()}
    territories = tuple(
        Territory(target=target, condition=_covered(covers, here, read), inside=cuts.get(target))
        for target, covers, here in _territories(table.get("teams", {}), f"{path}.teams")
    )
    targets = [territory.target for territory in territories]
    for target in cuts:
        if target not in targets:
            raise UnknownNameError(
                f"{path}.inside: '{target}' is divided further but covers nothing.{near_miss(target, targets)}",
                path=f"{path}.inside.{target}",
            )
    named = table.get("named", kind is CutKind.ACCOUNT)
    if not isinstance(named, bool):
        raise DefinitionError(f"{path}.named must be true or false.", path=f"{path}.named")
    name = read_text(table.get("name", ""), path=f"{path}.name")
    return at(path, lambda: Cut(kind=kind, territories=territories, name=name, named=named))


def need_to_data(need: Need) -> dict[str, Json]:
    """Return a need as plain data.

    Example:
        >>> from leadflow.conditions import always
        >>> need_to_data(Need(condition=always, skills=("vision",)))
        {'when': {'all': []}, 'skills': ['vision']}
    """
    data: dict[str, Json] = {"when": condition_to_data(need.condition)}
    if need.skills:
        data["skills"] = list(need.skills)
    if need.languages:
        data["languages"] = list(need.languages)
    return data


def need_from_data(data: object, path: str) -> Need:
    """Read a need.

    Args:
        data: a table with ``when`` and ``skills`` or ``languages``.
        path: where it stands.

    Raises:
        DefinitionError: something is wrong.

    Example:
        >>> need_from_data({"when": {"field": "country", "is": "US"}, "languages": ["en"]}, "$").languages
        ('en',)
    """
    table = read_table(data, path=path, known=("when", "skills", "languages"))
    if "when" not in table:
        raise DefinitionError(
            f"{path} needs 'when', the condition under which it applies.", path=f"{path}.when"
        )
    condition = condition_from_data(table["when"], f"{path}.when")
    skills, languages = (_texts(table.get(key, []), f"{path}.{key}") for key in ("skills", "languages"))
    return at(path, lambda: Need(condition=condition, skills=skills, languages=languages))


def calendar_from_data(
    data: object, calendars: Mapping[str, BusinessCalendar], path: str
) -> BusinessCalendar | None:
    """Read a calendar: a table, or the name of one of the organisation's.

    Args:
        data: None is no calendar.
        calendars: by name.
        path: where it stands.

    Raises:
        UnknownNameError: there is no calendar of that name.

    Example:
        >>> calendar_from_data(None, {}, "$.routing.calendar") is None
        True
    """
    if isinstance(data, str):
        if data not in calendars:
            raise UnknownNameError(
                f"{path}: there is no calendar '{data}'.{near_miss(data, calendars)}", path=path
            )
        return calendars[data]
    return None if data is None else BusinessCalendar.from_dict(data, path=path)


def read_parts(
    data: object, path: str
) -> tuple[Mapping[str, object], tuple[Cut, ...], tuple[Need, ...], Capacity | None, Sla | None]:
    """Read the parts of a policy that are tables.

    Args:
        data: the policy's table.
        path: where it stands.

    Returns:
        The table itself, the cuts, the needs, the capacity and the SLA.

    Raises:
        DefinitionError: something is wrong; the message and its ``path`` say where.

    Example:
        >>> read_parts({"fallback": "desk"}, "$.routing")[1:]
        ((), (), None, None)
    """
    known = ("cuts", "accountable", "capacity", "calendar", "sla", "fallback", "needs", "version")
    table = read_table(data, path=path, known=known)
    cuts, needs = (read_list(table.get(key, []), path=f"{path}.{key}") for key in ("cuts", "needs"))
    capacity, sla = table.get("capacity"), table.get("sla")
    return (
        table,
        tuple(cut_from_data(item, f"{path}.cuts[{i}]") for i, item in enumerate(cuts)),
        tuple(need_from_data(item, f"{path}.needs[{i}]") for i, item in enumerate(needs)),
        None if capacity is None else capacity_from_data(capacity, f"{path}.capacity"),
        None if sla is None else Sla.from_dict(sla, path=f"{path}.sla"),
    )


def _territories(data: object, path: str) -> list[tuple[str, object, str]]:
    if isinstance(data, Mapping):
        return [(str(target), covers, f"{path}.{target}") for target, covers in data.items()]
    found = []
    for i, item in enumerate(read_list(data, path=path)):
        here = f"{path}[{i}]"
        table = read_table(item, path=here, known=("team", "covers"))
        if "covers" not in table:
            raise DefinitionError(f"{here} needs 'team' and 'covers'.", path=here)
        found.append(
            (read_text(table.get("team", ""), path=f"{here}.team"), table["covers"], f"{here}.covers")
        )
    return found


def _covered(covers: object, path: str, read: Callable[[tuple[str, ...]], Condition]) -> Condition:
    if isinstance(covers, list | tuple):
        names = _texts(covers, path)
        return at(path, lambda: read(names))
    if isinstance(covers, Mapping) and covers.keys() & {"industries", "employees_from", "employees_below"}:
        return _company(covers, path)
    return condition_from_data(covers, path)


def _company(covers: Mapping[str, object], path: str) -> Condition:
    table = read_table(covers, path=path, known=("industries", "employees_from", "employees_below"))
    bounds: list[int | None] = []
    for key in ("employees_from", "employees_below"):
        value = table.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise DefinitionError(f"{path}.{key} must be a whole number.", path=f"{path}.{key}")
        bounds.append(value)
    names = _texts(table.get("industries", []), f"{path}.industries")
    if bounds == [None, None]:
        return at(path, lambda: industry(*names))
    size = at(path, lambda: employees(*bounds))
    return industry(*names) & size if names else size


def _reader(kind: CutKind, table: Mapping[str, object], path: str) -> Callable[[tuple[str, ...]], Condition]:
    if kind is CutKind.AREA:
        return lambda names: place(*names)
    if kind is CutKind.ACCOUNT:
        return lambda names: industry(*names)
    shown_by = _texts(table.get("shown_by", []), f"{path}.shown_by")
    attribute = read_text(table.get("attribute", kind.value), path=f"{path}.attribute")
    text = table.get("within")
    within = (
        None
        if text is None
        else at(f"{path}.within", lambda: duration_from_text(read_text(text, path=f"{path}.within")))
    )
    return lambda names: interest(*names, shown_by=shown_by, attribute=attribute, within=within)


def _texts(data: object, path: str) -> tuple[str, ...]:
    items = read_list(data, path=path)
    return tuple(read_text(item, path=f"{path}[{i}]") for i, item in enumerate(items))
