"""Merge strategies as plain data, for definition files."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.merging.rules import RULE_NAMES, Rule, most_recent
from leadflow.merging.strategies import Group, MergeStrategy
from leadflow.records.events import Json

__all__ = ["rule_from", "rule_to", "strategy_from", "strategy_to"]

_STRATEGY_KEYS: Final = ("default", "fields", "groups", "locked", "max_age_days", "priority", "version")
_RULE_KEYS: Final = ("max_age_days", "rule", "separator", "sources")
_GROUP_KEYS: Final = ("anchor", "fields", "rule")


def strategy_to(strategy: MergeStrategy) -> dict[str, Json]:
    """Write a strategy as plain data.

    Raises:
        DefinitionError: a rule is a function.

    Example:
        >>> strategy_to(MergeStrategy(locked={"owner_id"}))
        {'default': 'most_recent', 'locked': ['owner_id']}
    """
    data: dict[str, Json] = {"default": rule_to(strategy.default)}
    if strategy.fields:
        data["fields"] = {name: rule_to(rule) for name, rule in strategy.fields.items()}
    if strategy.groups:
        data["groups"] = [_group_to(group) for group in strategy.groups]
    if strategy.locked:
        data["locked"] = [*sorted(strategy.locked)]
    if strategy.priority:
        data["priority"] = list(strategy.priority)
    if strategy.max_age is not None:
        data["max_age_days"] = _days(strategy.max_age)
    if strategy.version:
        data["version"] = strategy.version
    return data


def strategy_from(data: object, *, path: str = "$") -> MergeStrategy:
    """Read a strategy from plain data.

    Args:
        data: a table with ``default``, ``fields``, ``groups``, ``locked``, ``priority``, ``max_age_days`` and
            ``version``, each optional.
        path: where it stands, for errors.

    Raises:
        DefinitionError: something is wrong; the message and its ``path`` say where.

    Example:
        >>> strategy_from({"fields": {"email": {"rule": "prefer", "sources": ["Salesforce"]}}}).rule_of("email").describe()
        'prefer Salesforce, then most_recent'
    """
    table = _table(data, _STRATEGY_KEYS, path)
    fields = _table(table.get("fields", {}), None, f"{path}.fields")
    groups = _list(table.get("groups", []), f"{path}.groups")
    try:
        return MergeStrategy(
            default=rule_from(table["default"], path=f"{path}.default")
            if "default" in table
            else most_recent(),
            fields={name: rule_from(rule, path=f"{path}.fields.{name}") for name, rule in fields.items()},
            groups=[_group_from(group, f"{path}.groups[{place}]") for place, group in enumerate(groups)],
            locked=frozenset(_texts(table.get("locked", []), f"{path}.locked")),
            priority=_texts(table.get("priority", []), f"{path}.priority"),
            max_age=_age(table["max_age_days"], f"{path}.max_age_days") if "max_age_days" in table else None,
            version=str(table.get("version", "")),
        )
    except DefinitionError as error:
        if error.path.startswith(path):
            raise
        raise DefinitionError(error.message, path=error.path.replace("$", path, 1) or path) from None


def rule_to(rule: Rule) -> Json:
    """Write a rule as plain data: its name, or a table when there is more to say.

    Raises:
        DefinitionError: it is a function.

    Example:
        >>> from leadflow.merging.rules import concat
        >>> rule_to(concat(separator="、"))
        {'rule': 'concat', 'separator': '、'}
    """
    if rule.function is not None:
        raise DefinitionError("A custom rule is a function and cannot be written to a definition file.")
    data: dict[str, Json] = {"rule": rule.name}
    if rule.sources:
        data["sources"] = list(rule.sources)
    if rule.max_age is not None:
        data["max_age_days"] = _days(rule.max_age)
    if rule.separator != Rule(name="concat").separator:
        data["separator"] = rule.separator
    return rule.name if len(data) == 1 else data


def rule_from(data: object, *, path: str = "$") -> Rule:
    """Read a rule from plain data.

    Args:
        data: a rule's name, or a table with ``rule``, ``sources``, ``max_age_days`` and ``separator``.
            The rule ``prefer`` needs sources and takes the most recent value among equals.
        path: where it stands, for errors.

    Raises:
        DefinitionError: something is wrong; the message and its ``path`` say where.

    Example:
        >>> rule_from("longest").name
        'longest'
    """
    table = {"rule": data} if isinstance(data, str) else _table(data, _RULE_KEYS, path)
    name = table.get("rule", "most_recent")
    known = [*(rule for rule in RULE_NAMES if rule != "custom"), "prefer"]
    if not isinstance(name, str) or name not in known:
        raise UnknownNameError(
            f"{path}: there is no survivorship rule of this name.{near_miss(str(name), known)}", path=path
        )
    sources = _texts(table.get("sources", []), f"{path}.sources")
    if name == "prefer" and not sources:
        raise DefinitionError(f"{path}: the rule prefer needs sources, such as ['Salesforce'].", path=path)
    return Rule(
        name="most_recent" if name == "prefer" else name,
        sources=tuple(sources),
        max_age=_age(table["max_age_days"], f"{path}.max_age_days") if "max_age_days" in table else None,
        separator=str(table.get("separator", Rule(name="concat").separator)),
    )


def _group_to(group: Group) -> Json:
    if group.rule is None and not group.anchor:
        return list(group.fields)
    data: dict[str, Json] = {"fields": list(group.fields)}
    if group.rule is not None:
        data["rule"] = rule_to(group.rule)
    if group.anchor:
        data["anchor"] = group.anchor
    return data


def _group_from(data: object, path: str) -> Group:
    table = {"fields": data} if isinstance(data, list | tuple) else _table(data, _GROUP_KEYS, path)
    return Group(
        fields=tuple(_texts(table.get("fields", []), f"{path}.fields")),
        rule=rule_from(table["rule"], path=f"{path}.rule") if "rule" in table else None,
        anchor=str(table.get("anchor", "")),
    )


def _table(data: object, keys: tuple[str, ...] | None, path: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise DefinitionError(f"{path}: expected a table, got {type(data).__name__}.", path=path)
    for name in data:
        if keys is not None and name not in keys:
            raise UnknownNameError(
                f"{path}: {name!r} is not known here.{near_miss(str(name), keys)}", path=f"{path}.{name}"
            )
    return {str(name): value for name, value in data.items()}


def _list(data: object, path: str) -> list[object]:
    if not isinstance(data, list | tuple):
        raise DefinitionError(f"{path}: expected a list, got {type(data).__name__}.", path=path)
    return list(data)


def _texts(data: object, path: str) -> list[str]:
    members = _list(data, path)
    for place, member in enumerate(members):
        if not isinstance(member, str):
            raise DefinitionError(
                f"{path}[{place}]: expected a text, got {type(member).__name__}.", path=f"{path}[{place}]"
            )
    return [str(member) for member in members]


def _age(data: object, path: str) -> dt.timedelta:
    if isinstance(data, bool) or not isinstance(data, int | float) or data <= 0:
        raise DefinitionError(f"{path}: expected a positive number of days.", path=path)
    return dt.timedelta(days=data)


def _days(age: dt.timedelta) -> int | float:
    days = age / dt.timedelta(days=1)
    return int(days) if days.is_integer() else days
