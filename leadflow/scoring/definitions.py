"""Scoring models as plain data: what a definition file holds under ``[scoring]``, and back."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from leadflow.conditions import Clause, condition_from_data, condition_to_data
from leadflow.conditions.literals import duration_from_text, duration_to_text, from_json, to_json
from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.records.events import Json
from leadflow.scoring.grades import Grade
from leadflow.scoring.models import ScoringModel
from leadflow.scoring.points import points_text, settled
from leadflow.scoring.rules import BANT, Band, Bant, FitRule, Rule, Step, filled
from leadflow.scoring.scores import Limits
from leadflow.scoring.signals import Repeat, Signal, signal

__all__ = ["model_from_data", "model_to_data"]

_MODEL: Final = (
    "version", "fit", "engagement", "grade", "bant", "caps", "fit_limits", "engagement_limits", "day_offset", "custom_fields",
)  # fmt: skip
_RULE: Final = ("when", "points", "name", "group")
_BAND: Final = ("band", "steps", "missing", "name", "group")
_STEP: Final = ("from", "below", "points")
_SIGNAL: Final = ("kind", "points", "half_life", "window", "cap", "repeat", "per", "where", "name", "group")
_GRADE: Final = ("fit", "engagement", "hysteresis", "qualified")
_LIMITS: Final = ("floor", "ceiling")

_T = TypeVar("_T")


def model_to_data(model: ScoringModel) -> dict[str, Json]:
    """Return a model as plain data; what is as by default is left out.

    Example:
        >>> from leadflow.conditions import field
        >>> from leadflow.scoring import rule
        >>> model_to_data(ScoringModel(fit=[rule(field("employees") >= 300, 12)]))["fit"]
        [{'when': {'field': 'employees', 'at_least': 300}, 'points': 12}]
    """
    data: dict[str, Json] = {"version": model.version}
    if model.fit:
        data["fit"] = [_rule_data(item) for item in model.fit]
    if model.engagement:
        data["engagement"] = [_signal_data(item) for item in model.engagement]
    bant: dict[str, Json] = {
        question: [_rule_data(item, in_group=False) for item in items]
        for question in BANT
        if (items := getattr(model.bant, question))
    }
    if bant:
        data["bant"] = bant
    data["grade"] = _grade_data(model.grade)
    if model.caps:
        data["caps"] = {group: _number(cap) for group, cap in model.caps.items()}
    for name, limits in (("fit_limits", model.fit_limits), ("engagement_limits", model.engagement_limits)):
        if limits != Limits():
            data[name] = _limits_data(limits)
    if model.day_offset != ScoringModel().day_offset:
        data["day_offset"] = duration_to_text(model.day_offset)
    if model.custom_fields:
        data["custom_fields"] = list(model.custom_fields)
    return data


def model_from_data(data: object, path: str = "$") -> ScoringModel:
    """Read a model from plain data.

    Args:
        data: a table.
        path: where it stands, for errors.

    Raises:
        DefinitionError: it is wrong; the message and ``path`` of the error say where.

    Example:
        >>> try:
        ...     model_from_data({"engagement": [{"kind": "webinar", "points": 5, "half_live": "9 days"}]})
        ... except DefinitionError as error:
        ...     print(error)
        $.engagement[0]: 'half_live' is not known here. Did you mean 'half_life'?
    """
    table = _table(data, path, _MODEL)
    fit = tuple(_rule(item, where) for where, item in _items(table, "fit", path))
    signals = tuple(_signal(item, where) for where, item in _items(table, "engagement", path))
    bant_table = _table(table.get("bant", {}), f"{path}.bant", BANT)
    budget, authority, need, timeframe = (
        tuple(_rule(item, where) for where, item in _items(bant_table, question, f"{path}.bant"))
        for question in BANT
    )
    caps = _table(table.get("caps", {}), f"{path}.caps")
    grade = _grade(table.get("grade", {}), f"{path}.grade")
    fit_limits = _limits(table.get("fit_limits", {}), f"{path}.fit_limits")
    engagement_limits = _limits(table.get("engagement_limits", {}), f"{path}.engagement_limits")
    offset = _duration(table.get("day_offset", "9 hours"), f"{path}.day_offset")
    custom = tuple(_text(item, where) for where, item in _items(table, "custom_fields", path))
    version = table.get("version", "1")
    return _rooted(
        path,
        lambda: ScoringModel(
            fit=fit,
            engagement=signals,
            grade=grade,
            version=_text(str(version), f"{path}.version"),
            bant=Bant(budget=budget, authority=authority, need=need, timeframe=timeframe),
            caps={group: _points(cap, f"{path}.caps.{group}") for group, cap in caps.items()},
            fit_limits=fit_limits,
            engagement_limits=engagement_limits,
            day_offset=offset,
            custom_fields=custom,
        ),
    )


def _rule(data: object, path: str) -> FitRule:
    is_band = isinstance(data, Mapping) and "band" in data
    table = _table(data, path, _BAND if is_band else _RULE)
    if is_band:
        return _band(table, path)
    condition = condition_from_data(_needed(table, "when", path), f"{path}.when")
    points = _points(_needed(table, "points", path), f"{path}.points")
    name = _optional_text(table, "name", path) or condition.text()
    group = _optional_text(table, "group", path) or ""
    return _at(f"{path}", lambda: Rule(condition=condition, points=points, name=name, group=group))


def _band(table: Mapping[str, object], path: str) -> Band:
    what = table["band"]
    place = {"field": what} if isinstance(what, str) else _table(what, f"{path}.band")
    asked = condition_from_data({**place, "filled": True}, f"{path}.band")
    if not isinstance(asked, Clause):
        raise DefinitionError(f"{path}.band must name one place to look.", path=f"{path}.band")
    steps = tuple(_step(item, where) for where, item in _items(table, "steps", path))
    missing = _points(table.get("missing", 0), f"{path}.missing")
    name = _optional_text(table, "name", path) or asked.reading.text()
    group = _optional_text(table, "group", path) or ""
    return _at(
        f"{path}.steps",
        lambda: Band(reading=asked.reading, steps=steps, missing=missing, name=name, group=group),
    )


def _step(data: object, path: str) -> Step:
    table = _table(data, path, _STEP)
    low = None if "from" not in table else from_json(table["from"], f"{path}.from")
    high = None if "below" not in table else from_json(table["below"], f"{path}.below")
    points = _points(_needed(table, "points", path), f"{path}.points")
    return _at(path, lambda: Step(low=low, high=high, points=points))


def _signal(data: object, path: str) -> Signal:
    table = _table(data, path, _SIGNAL)
    kind = _text(_needed(table, "kind", path), f"{path}.kind")
    points = _points(_needed(table, "points", path), f"{path}.points")
    half_life = _optional_duration(table, "half_life", path)
    window = _optional_duration(table, "window", path)
    cap = None if "cap" not in table else _points(table["cap"], f"{path}.cap")
    if cap is not None and cap <= 0:
        raise DefinitionError(f"{path}.cap must be above zero, got {cap:g}.", path=f"{path}.cap")
    repeat = _optional_text(table, "repeat", path) or "every"
    if repeat not in set(Repeat):
        raise UnknownNameError(
            f"{path}.repeat: '{repeat}' is no policy.{near_miss(repeat, set(Repeat))}", path=f"{path}.repeat"
        )
    where = {}
    for name, options in _table(table.get("where", {}), f"{path}.where").items():
        place = f"{path}.where.{name}"
        items = options if isinstance(options, list | tuple) else [options]
        where[name] = [from_json(option, place) for option in items]
    return _at(
        path,
        lambda: signal(
            kind,
            points=points,
            half_life=half_life,
            window=window,
            cap=cap,
            repeat=repeat,
            per=_optional_text(table, "per", path),
            where=where,
            name=_optional_text(table, "name", path),
            group=_optional_text(table, "group", path),
        ),
    )


def _grade(data: object, path: str) -> Grade:
    table = _table(data, path, _GRADE)
    plain = Grade()
    fit = tuple(_points(item, where) for where, item in _items(table, "fit", path)) or plain.fit
    engagement = (
        tuple(_points(item, where) for where, item in _items(table, "engagement", path)) or plain.engagement
    )
    hysteresis = _points(table.get("hysteresis", 0), f"{path}.hysteresis")
    qualified = plain.qualified
    if "qualified" in table:
        qualified = tuple(_text(item, where) for where, item in _items(table, "qualified", path))
    return _rooted(
        path, lambda: Grade(fit=fit, engagement=engagement, hysteresis=hysteresis, qualified=qualified)
    )


def _limits(data: object, path: str) -> Limits:
    table = _table(data, path, _LIMITS)
    bounds = {name: _points(value, f"{path}.{name}") for name, value in table.items()}
    return Limits(floor=bounds.get("floor"), ceiling=bounds.get("ceiling"))


def _rule_data(item: FitRule, *, in_group: bool = True) -> dict[str, Json]:
    data: dict[str, Json]
    match item:
        case Rule():
            data = {"when": condition_to_data(item.condition), "points": _number(item.points)}
            default = item.condition.text()
        case Band():
            place = condition_to_data(filled(item.reading))
            del place["filled"]
            data = {
                "band": place["field"] if set(place) == {"field"} else place,
                "steps": [_step_data(step) for step in item.steps],
            }
            if item.missing:
                data["missing"] = _number(item.missing)
            default = item.reading.text()
    if item.name != default:
        data["name"] = item.name
    if item.group and in_group:
        data["group"] = item.group
    return data


def _grade_data(grade: Grade) -> dict[str, Json]:
    data: dict[str, Json] = {
        "fit": [_number(value) for value in grade.fit],
        "engagement": [_number(value) for value in grade.engagement],
    }
    if grade.hysteresis:
        data["hysteresis"] = _number(grade.hysteresis)
    if grade.qualified != Grade().qualified:
        data["qualified"] = list(grade.qualified)
    return data


def _limits_data(limits: Limits) -> dict[str, Json]:
    bounds = (("floor", limits.floor), ("ceiling", limits.ceiling))
    return {bound: _number(value) for bound, value in bounds if value is not None}


def _step_data(step: Step) -> dict[str, Json]:
    data: dict[str, Json] = {}
    if step.low is not None:
        data["from"] = to_json(step.low)
    if step.high is not None:
        data["below"] = to_json(step.high)
    data["points"] = _number(step.points)
    return data


def _signal_data(item: Signal) -> dict[str, Json]:
    data: dict[str, Json] = {"kind": item.kind, "points": _number(item.points)}
    if item.half_life is not None:
        data["half_life"] = duration_to_text(item.half_life)
    if item.window is not None:
        data["window"] = duration_to_text(item.window)
    if item.cap is not None:
        data["cap"] = _number(item.cap)
    if item.repeat is not Repeat.EVERY:
        data["repeat"] = item.repeat.value
    if item.per is not None:
        data["per"] = item.per
    if item.where:
        data["where"] = {name: [to_json(option) for option in options] for name, options in item.where}
    if item.name != item.kind:
        data["name"] = item.name
    if item.group:
        data["group"] = item.group
    return data


def _number(value: float) -> Json:
    """Write points as a person would: whole where they are, else as short as they read back to the same."""
    if value == int(value):
        return int(value)
    short = float(points_text(value))
    return short if settled(short) == value else value


def _table(data: object, path: str, known: Sequence[str] = ()) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise DefinitionError(f"{path} must be a table, got {type(data).__name__}.", path=path)
    for key in data:
        if known and key not in known:
            raise UnknownNameError(
                f"{path}: '{key}' is not known here.{near_miss(str(key), known)}", path=f"{path}.{key}"
            )
    return data


def _items(table: Mapping[str, object], key: str, path: str) -> list[tuple[str, object]]:
    items = table.get(key, ())
    if not isinstance(items, list | tuple):
        raise DefinitionError(
            f"{path}.{key} must be a list, got {type(items).__name__}.", path=f"{path}.{key}"
        )
    return [(f"{path}.{key}[{i}]", item) for i, item in enumerate(items)]


def _needed(table: Mapping[str, object], key: str, path: str) -> object:
    if key not in table:
        raise DefinitionError(f"{path} needs '{key}'.", path=path)
    return table[key]


def _points(value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1_000_000:
        raise DefinitionError(f"{path} must be a number of points within ±1,000,000.", path=path)
    return float(value)


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise DefinitionError(f"{path} must be a text that is not empty.", path=path)
    return value


def _optional_text(table: Mapping[str, object], key: str, path: str) -> str | None:
    return None if key not in table else _text(table[key], f"{path}.{key}")


def _duration(value: object, path: str) -> dt.timedelta:
    if isinstance(value, dt.timedelta):
        return value
    text = _text(value, path)
    return _at(path, lambda: duration_from_text(text))


def _optional_duration(table: Mapping[str, object], key: str, path: str) -> dt.timedelta | None:
    if key not in table:
        return None
    duration = _duration(table[key], f"{path}.{key}")
    if duration <= dt.timedelta(0):
        raise DefinitionError(f"{path}.{key} must be longer than zero.", path=f"{path}.{key}")
    return duration


def _at(path: str, make: Callable[[], _T]) -> _T:
    """Make something; an error without a path of its own gets this one."""
    try:
        return make()
    except DefinitionError as error:
        if error.path:
            raise
        raise type(error)(f"{path}: {error.message}", path=path) from None


def _rooted(path: str, make: Callable[[], _T]) -> _T:
    """Make something; the paths of its errors, which begin at ``$``, are put below this one."""
    try:
        return make()
    except DefinitionError as error:
        if error.path.startswith(path) and path != "$":
            raise
        place = error.path.replace("$", path, 1) if error.path else path
        told = error.message.removeprefix(error.path)
        joint = "" if error.path else ": "
        raise type(error)(f"{place}{joint}{told}", path=place) from None
