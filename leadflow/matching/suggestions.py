"""Blocking rules suggested from the data: every way to agree that few enough pairs do."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from leadflow.matching.blocking import BlockingRule, BlockKey, KeyCodes
from leadflow.matching.comparison import Comparison
from leadflow.matching.encoding import content_hashes, joint_codes
from leadflow.matching.sorting import group_starts, stable_order
from leadflow.records.tables import Table

__all__ = ["suggest_rules"]

_KEYS_OF: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "exact": ("value",),
        "text": ("value", "sound", "first3"),
        "phrase": ("value", "first4"),
        "title": ("value", "first4"),
        "identifier": ("letters",),
        "email": ("value", "local", "domain"),
        "phone": ("phone", "phone_tail"),
        "fixed_phone": ("phone",),
        "mobile_phone": ("phone",),
        "postal_code": ("letters", "postal_area"),
        "address": ("place", "block"),
        "url": ("domain",),
        "date": ("digits", "month_day"),
        "number": ("value",),
        "set_of": ("value",),
        "corporate_number": ("digits",),
        "custom": ("value",),
    }
)
_TYPO_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "text": "typo",
        "phrase": "typo",
        "title": "typo",
        "identifier": "typo",
        "email": "local_typo",
        "phone": "phone_typo",
        "fixed_phone": "phone_typo",
        "mobile_phone": "phone_typo",
        "address": "typo",
        "date": "typo",
        "corporate_number": "typo",
    }
)
_SAMPLE: Final = 40_000
_TYPO_SAMPLE: Final = 10_000
_TYPO_PAIRS: Final = 6.0
_FREE_TYPO_PAIRS: Final = 150_000
_SINGLE_PAIRS: Final = 4.0
_JOINT_PAIRS: Final = 2.0
_FREE_PAIRS: Final = 100_000
_ALL_PAIRS: Final = 14.0
_MOST_FREE_PAIRS: Final = 1_500_000
_MOST_RULES: Final = 40


def suggest_rules(comparisons: Sequence[Comparison], table: Table) -> tuple[BlockingRule, ...]:
    """Suggest blocking rules.

    A key on which few pairs agree is a rule of its own; keys on which more agree are joined two by two.
    Counts are estimated from at most 40,000 rows chosen by content. Last come keys that agree in spite of
    one wrong letter, of the columns that tell most apart, as long as their pairs can be compared too.

    Args:
        comparisons: what will be compared.
        table: the table.

    Returns:
        The rules, the most selective first.

    Example:
        >>> from leadflow.matching import comparisons as c
        >>> table = Table.of({"a": ["x", "x", "y"], "b": ["1", "2", "2"]})
        >>> [str(rule) for rule in suggest_rules([c.text("a"), c.exact("b")], table)]
        ['a', 'b', 'first3(a)', 'sound(a)', 'typo(a)']
    """
    keys = [key for comparison in comparisons for key in _keys(comparison)]
    n = len(table)
    rows = _chosen_rows(table, [comparison.columns for comparison in comparisons])
    scale = (n / max(len(rows), 1)) ** 2
    derived = {key: KeyCodes.of(key, table) for key in keys}
    codes = {key: held.codes[rows] for key, held in derived.items() if not held.several}
    single_limit = max(_SINGLE_PAIRS * n, _FREE_PAIRS)
    joint_limit = max(_JOINT_PAIRS * n, _FREE_PAIRS / 2)
    budget = max(_ALL_PAIRS * n, _MOST_FREE_PAIRS)
    found: list[tuple[float, str, tuple[BlockKey, ...]]] = []
    broad: list[BlockKey] = []
    for key, chosen in codes.items():
        pairs = _pairs(chosen) * scale
        if pairs <= single_limit:
            found.append((pairs, str(key), (key,)))
        else:
            broad.append(key)
    for one, other in combinations(broad, 2):
        pairs = _pairs(joint_codes([codes[one], codes[other]])) * scale
        if one.column != other.column and pairs <= joint_limit:
            found.append((pairs + 1, f"{one}+{other}", (one, other)))
    rules = _affordable(found, budget) or ((BlockingRule(keys=tuple(broad[:3])),) if broad else ())
    return (*rules, *_typo_rules(comparisons, table, rows))


def _typo_rules(
    comparisons: Sequence[Comparison], table: Table, rows: npt.NDArray[np.intp]
) -> tuple[BlockingRule, ...]:
    """Keys that agree in spite of one wrong letter, the most selective first."""
    n = len(table)
    rows = rows[:_TYPO_SAMPLE]
    sample = table if len(rows) == n else table.take(rows)  # type: ignore[arg-type]  # rows
    scale = (n / max(len(rows), 1)) ** 2
    counted = []
    for key in dict.fromkeys(key for comparison in comparisons for key in _typo_keys(comparison)):
        pairs = _pairs(KeyCodes.of(key, sample).codes) * scale
        counted.append((pairs, str(key), key))
    budget = max(_TYPO_PAIRS * n, _FREE_TYPO_PAIRS)
    rules = []
    for pairs, _, key in sorted(counted, key=lambda each: each[:2]):
        budget -= pairs
        if budget < 0:
            break
        rules.append(BlockingRule(keys=(key,)))
    return tuple(rules)


def _typo_keys(comparison: Comparison) -> list[BlockKey]:
    if comparison.kind == "person_name":
        given, family, full, *readings = comparison.columns
        out = [BlockKey(column, "typo") for column in (given, family, *readings) if column]
        return [BlockKey(full, "person_typo"), *out] if full else out
    if comparison.kind == "company":
        name, kana, number, _ = comparison.columns
        out = [BlockKey(name, "core_typo")]
        return out + [BlockKey(column, "typo") for column in (kana, number) if column]
    using = _TYPO_OF.get(comparison.kind)
    return [BlockKey(column, using) for column in comparison.columns if column and using]


def _affordable(
    found: list[tuple[float, str, tuple[BlockKey, ...]]], budget: float
) -> tuple[BlockingRule, ...]:
    """Single keys first, the most selective ones, as long as their pairs can be compared."""
    found.sort(key=lambda each: (len(each[2]), each[0], each[1]))
    rules: list[BlockingRule] = []
    spent = 0.0
    for pairs, _, parts in found[:_MOST_RULES]:
        if rules and spent + pairs > budget:
            break
        spent += pairs
        rules.append(BlockingRule(keys=parts))
    return tuple(rules)


def _keys(comparison: Comparison) -> list[BlockKey]:
    columns = [column for column in comparison.columns if column]
    if comparison.kind == "source":
        return []
    if comparison.kind == "person_name":
        given, family, full, _, _, full_kana = comparison.columns
        out = [BlockKey(column, "value") for column in (given, family) if column]
        out += [BlockKey(column, "sound") for column in (given, family) if column]
        out += [BlockKey(full, "person")] if full else []
        out += [BlockKey(full_kana, "reading")] if full_kana else []
        return out
    if comparison.kind == "company":
        name, kana, number, site = comparison.columns
        out = [BlockKey(name, "core"), BlockKey(name, "core_prefix")]
        out += [BlockKey(kana, "reading"), BlockKey(kana, "reading_prefix")] if kana else []
        out += [BlockKey(number, "digits")] if number else []
        out += [BlockKey(site, "domain")] if site else []
        return out
    return [
        BlockKey(column, using) for column in columns for using in _KEYS_OF.get(comparison.kind, ("value",))
    ]


def _chosen_rows(table: Table, columns: Sequence[Sequence[str]]) -> npt.NDArray[np.intp]:
    """Rows in an order that depends on content alone, where not all are taken."""
    n = len(table)
    if n <= _TYPO_SAMPLE:
        return np.arange(n)
    total = np.zeros(n, np.uint64)
    for place, name in enumerate(dict.fromkeys(name for group in columns for name in group if name)):
        column = table.column(name)
        total += np.append(content_hashes(column.values), np.uint64(place))[np.maximum(column.codes, -1)]
    return stable_order(total)[:_SAMPLE]


def _pairs(codes: npt.NDArray[np.signedinteger]) -> float:
    sizes = np.diff(group_starts(np.sort(codes[codes >= 0]))).astype(np.float64)
    return float((sizes * (sizes - 1) / 2).sum())
