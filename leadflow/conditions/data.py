"""Conditions as plain data: dicts that JSON and TOML can hold, and back.

A clause names where to look (``field``, ``age_of``, ``state`` or ``activity``) and what to ask (``is``,
``in``, ``at_least``, ``above``, ``at_most``, ``below``, ``contains_any``, ``contains_all``,
``starts_with``, ``ends_with``, ``filled``); ``all``, ``any`` and ``not`` connect. A text is read as the
readable form.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from leadflow.conditions.literals import Literal, duration_from_text, duration_to_text, from_json, to_json
from leadflow.conditions.questions import Contains, EndsWith, Filled, OneOf, Range, StartsWith, ValueTest
from leadflow.conditions.readings import (
    ActivityReading,
    AgeReading,
    FieldReading,
    Measure,
    Reading,
    StateReading,
)
from leadflow.conditions.tree import AllOf, AnyOf, Clause, Condition, Not
from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.records.events import Json

__all__ = ["condition_from_data", "condition_to_data"]

_TESTS: Final = (
    "is", "in", "at_least", "above", "at_most", "below", "contains_any", "contains_all", "starts_with", "ends_with", "filled",
)  # fmt: skip
_READINGS: Final = ("field", "age_of", "state", "activity")
_ACTIVITY: Final = ("measure", "attribute", "where", "within")
_BOUNDS: Final = ("at_least", "above", "at_most", "below")

_T = TypeVar("_T")


def condition_to_data(condition: Condition) -> dict[str, Json]:
    """Return a condition as plain data.

    Example:
        >>> from leadflow.conditions import field
        >>> condition_to_data(field("employees") >= 300)
        {'field': 'employees', 'at_least': 300}
    """
    match condition:
        case AllOf(parts=parts):
            return {"all": [condition_to_data(part) for part in parts]}
        case AnyOf(parts=parts):
            return {"any": [condition_to_data(part) for part in parts]}
        case Not(part=part):
            return {"not": condition_to_data(part)}
        case Clause(reading=reading, test=test):
            return {**_reading_data(reading), **_test_data(test)}


def condition_from_data(data: object, path: str = "$") -> Condition:
    """Read a condition from plain data, or from its readable text.

    Args:
        data: a dict as ``condition_to_data`` makes it, or a text.
        path: where it stands in the definition, for errors.

    Raises:
        DefinitionError: it is wrong; the message names the path.

    Example:
        >>> condition_from_data({"field": "title", "contains_any": ["部長"]}).text()
        'title contains any of ["部長"]'
    """
    if isinstance(data, str):
        from leadflow.conditions.parsing import parse_condition  # noqa: PLC0415  # the parser builds on this module's siblings

        return parse_condition(data, path=path)
    table = _table(data, path)
    connectives = [key for key in ("all", "any", "not") if key in table]
    if connectives:
        if len(table) != 1:
            raise DefinitionError(
                f"{path}: '{connectives[0]}' must stand alone in its table, got also {_others(table, connectives[0])}.",
                path=path,
            )
        key = connectives[0]
        if key == "not":
            return Not(part=condition_from_data(table["not"], f"{path}.not"))
        parts = tuple(
            condition_from_data(part, f"{path}.{key}[{i}]")
            for i, part in enumerate(_list(table[key], f"{path}.{key}"))
        )
        return _at(path, lambda: AllOf(parts=parts) if key == "all" else AnyOf(parts=parts))
    return _clause(table, path)


def _clause(table: Mapping[str, object], path: str) -> Clause:
    places = [key for key in _READINGS if key in table]
    if len(places) != 1:
        raise DefinitionError(
            f"{path} must name one place to look ({', '.join(_READINGS)}), got {', '.join(places) or 'none'}.",
            path=path,
        )
    allowed = {places[0], *_TESTS, *(_ACTIVITY if places[0] == "activity" else ())}
    for key in table:
        if key not in allowed:
            raise UnknownNameError(
                f"{path}: '{key}' is not part of a condition.{near_miss(key, allowed)}", path=f"{path}.{key}"
            )
    reading = _at(path, lambda: _reading(places[0], table, path))
    return Clause(reading=reading, test=_at(path, lambda: _test(table, path)))


def _reading(place: str, table: Mapping[str, object], path: str) -> Reading:
    if place == "activity":
        kinds = table["activity"]
        within = table.get("within")
        where = _table(table.get("where", {}), f"{path}.where")
        try:
            measure = Measure(str(table.get("measure", "count")))
        except ValueError:
            raise DefinitionError(
                f"{path}.measure must be one of {', '.join(Measure)}.", path=f"{path}.measure"
            ) from None
        return ActivityReading(
            kinds=_texts(kinds, f"{path}.activity"),
            measure=measure,
            attribute=None if "attribute" not in table else _text(table["attribute"], f"{path}.attribute"),
            where=tuple(
                (name, _literals(options, f"{path}.where.{name}")) for name, options in sorted(where.items())
            ),
            within=None if within is None else duration_from_text(_text(within, f"{path}.within")),
        )
    name = _text(table[place], f"{path}.{place}")
    make: Mapping[str, Callable[[], Reading]] = {
        "field": lambda: FieldReading(name=name),
        "age_of": lambda: AgeReading(name=name),
        "state": lambda: StateReading(name=name),
    }
    return make[place]()


def _test(table: Mapping[str, object], path: str) -> ValueTest:
    asked = [key for key in _TESTS if key in table]
    if any(key in _BOUNDS for key in asked):
        both = {"at_least", "above"} <= set(asked) or {"at_most", "below"} <= set(asked)
        if both or any(key not in _BOUNDS for key in asked):
            raise DefinitionError(
                f"{path} must have one lower and one upper bound at most and no other test, got {', '.join(asked)}.",
                path=path,
            )
        bound = {key: from_json(table[key], f"{path}.{key}") for key in asked}
        low, high = bound.get("at_least", bound.get("above")), bound.get("at_most", bound.get("below"))
        return Range(low=low, high=high, low_open="above" in bound, high_open="below" in bound)
    if len(asked) != 1:
        raise DefinitionError(
            f"{path} must ask one thing ({', '.join(_TESTS)}), got {', '.join(asked) or 'none'}.", path=path
        )
    key, place = asked[0], f"{path}.{asked[0]}"
    value = table[key]
    match key:
        case "is":
            return OneOf(options=(from_json(value, place),))
        case "in":
            return OneOf(options=_literals(_list(value, place), place))
        case "contains_any" | "contains_all":
            return Contains(parts=_texts(value, place), every=key == "contains_all")
        case "starts_with":
            return StartsWith(parts=_texts(value, place))
        case "ends_with":
            return EndsWith(parts=_texts(value, place))
        case _:
            if not isinstance(value, bool):
                raise DefinitionError(f"{place} must be true or false.", path=place)
            return Filled(present=value)


def _reading_data(reading: Reading) -> dict[str, Json]:
    match reading:
        case FieldReading(name=name):
            return {"field": name}
        case AgeReading(name=name):
            return {"age_of": name}
        case StateReading(name=name):
            return {"state": name}
        case ActivityReading():
            data: dict[str, Json] = {
                "activity": reading.kinds[0] if len(reading.kinds) == 1 else list(reading.kinds)
            }
            if reading.measure is not Measure.COUNT:
                data["measure"] = reading.measure.value
            if reading.attribute is not None:
                data["attribute"] = reading.attribute
            if reading.where:
                data["where"] = {
                    name: [to_json(option) for option in options] for name, options in reading.where
                }
            if reading.within is not None:
                data["within"] = duration_to_text(reading.within)
            return data


def _test_data(test: ValueTest) -> dict[str, Json]:
    match test:
        case OneOf(options=options):
            return (
                {"is": to_json(options[0])}
                if len(options) == 1
                else {"in": [to_json(option) for option in options]}
            )
        case Range():
            data: dict[str, Json] = {}
            if test.low is not None:
                data["above" if test.low_open else "at_least"] = to_json(test.low)
            if test.high is not None:
                data["below" if test.high_open else "at_most"] = to_json(test.high)
            return data
        case Contains(parts=parts, every=every):
            return {"contains_all" if every else "contains_any": list(parts)}
        case StartsWith(parts=parts):
            return {"starts_with": list(parts)}
        case EndsWith(parts=parts):
            return {"ends_with": list(parts)}
        case Filled(present=present):
            return {"filled": present}


def _at(path: str, make: Callable[[], _T]) -> _T:
    try:
        return make()
    except DefinitionError as error:
        if error.path:
            raise
        raise type(error)(f"{path}: {error.message}", path=path) from None


def _table(data: object, path: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise DefinitionError(f"{path} must be a table, got {type(data).__name__}.", path=path)
    return data


def _list(data: object, path: str) -> Sequence[object]:
    if not isinstance(data, list | tuple):
        raise DefinitionError(f"{path} must be a list, got {type(data).__name__}.", path=path)
    return data


def _text(data: object, path: str) -> str:
    if not isinstance(data, str) or not data:
        raise DefinitionError(f"{path} must be a text that is not empty.", path=path)
    return data


def _texts(data: object, path: str) -> tuple[str, ...]:
    items = data if isinstance(data, list | tuple) else [data]
    return tuple(_text(item, f"{path}[{i}]") for i, item in enumerate(items))


def _literals(data: object, path: str) -> tuple[Literal, ...]:
    items = data if isinstance(data, list | tuple) else [data]
    return tuple(from_json(item, f"{path}[{i}]") for i, item in enumerate(items))


def _others(table: Mapping[str, object], key: str) -> str:
    return ", ".join(f"'{other}'" for other in table if other != key)
