"""What comparisons and blocking keys read of a large table, in pieces that helpers can take."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeAlias

from leadflow.accelerate import spread
from leadflow.columns import Column
from leadflow.matching.blocking import KEYS, BlockingRule, BlockKey, KeyCodes
from leadflow.matching.columns import KINDS_AT_ONCE, ComparedColumns
from leadflow.matching.comparison import Comparison
from leadflow.matching.features import KINDS
from leadflow.records.tables import Table

__all__ = ["derive_together"]

_Asked: TypeAlias = Comparison | BlockKey


def derive_together(
    comparisons: Sequence[Comparison], blocking: Sequence[BlockingRule], table: Table
) -> None:
    """Derive of a table what comparisons and keys will ask for, in pieces.

    What reads the same of the same column stays together, so that every cell is read once.

    Args:
        comparisons: what will be compared; those that arrays encode at once are left to whoever asks.
        blocking: the rules that find candidates; keys that are functions are left too.
        table: holds what was derived.

    Example:
        >>> from leadflow.matching import comparisons as c
        >>> table = Table.of({"name": ["x", "y"]})
        >>> derive_together([c.phrase("name")], [], table)
        >>> table.derived(ComparedColumns.key(c.phrase("name")), lambda: None).rows.tolist()
        [0, 1]
    """
    asked: dict[Hashable, _Asked] = {
        ComparedColumns.key(each): each for each in comparisons if each.kind not in KINDS_AT_ONCE
    }
    for key in dict.fromkeys(key for rule in blocking for key in rule.keys):
        if key.function is None and key.using != "value":
            asked[KeyCodes.key(key)] = key
    groups = _groups(list(asked.values()))
    columns = [{name: table.column(name) for one in group for name in _names(one)} for group in groups]
    order = sorted(
        range(len(groups)), key=lambda at: -sum(len(column.values) for column in columns[at].values())
    )
    pieces = [(_derived, (groups[at], columns[at])) for at in order]
    for at, found in zip(order, spread(pieces, size=len(table)), strict=True):
        for one, value in zip(groups[at], found, strict=True):
            table.derived(_key(one), lambda value=value: value)  # type: ignore[misc]  # bound at once


def _derived(asked: Sequence[_Asked], columns: Mapping[str, Column]) -> list[ComparedColumns | KeyCodes]:
    table = Table.of(columns)
    return [
        ComparedColumns.of(one, table) if isinstance(one, Comparison) else KeyCodes.of(one, table)
        for one in asked
    ]


def _key(asked: _Asked) -> Hashable:
    return ComparedColumns.key(asked) if isinstance(asked, Comparison) else KeyCodes.key(asked)


def _names(asked: _Asked) -> list[str]:
    return [name for name in asked.columns if name] if isinstance(asked, Comparison) else [asked.column]


def _reads(asked: _Asked) -> set[Hashable]:
    """Return what is read of which column."""
    if isinstance(asked, BlockKey):
        return {(asked.column, KEYS[asked.using].reads)}
    kind = KINDS[asked.kind]
    return {(name, kind.reading(place)) for place, name in enumerate(asked.columns) if name}


def _groups(asked: Sequence[_Asked]) -> list[list[_Asked]]:
    """Put together what reads the same of the same column."""
    groups: list[tuple[set[Hashable], list[_Asked]]] = []
    for one in asked:
        reads, members = _reads(one), [one]
        apart = []
        for group in groups:
            if group[0] & reads:
                reads, members = reads | group[0], [*group[1], *members]
            else:
                apart.append(group)
        groups = [*apart, (reads, members)]
    return [members for _, members in groups]
