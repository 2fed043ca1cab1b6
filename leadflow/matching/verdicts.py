"""What a person has decided about two records, for ever."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import attrs

from leadflow.errors import DefinitionError, InputError, VerdictConflictError

__all__ = ["Verdict", "rows_of_verdicts"]


@attrs.frozen
class Verdict:
    """A person's decision that two records are the same or distinct.

    Attributes:
        record_a: a record's id.
        record_b: another record's id.
        decision: ``"same"`` or ``"distinct"``.

    Example:
        >>> Verdict("r1", "r2", "distinct").decision
        'distinct'
    """

    record_a: str
    record_b: str
    decision: Literal["same", "distinct"]

    def __attrs_post_init__(self) -> None:
        if self.decision not in {"same", "distinct"}:
            raise DefinitionError("A verdict's decision must be 'same' or 'distinct'.")
        if self.record_a == self.record_b:
            raise DefinitionError("A verdict needs two different records.")


def rows_of_verdicts(
    verdicts: Iterable[Verdict], rows: Mapping[str, int]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Translate verdicts to pairs of rows; a verdict on records that are not there waits for them.

    Returns:
        Pairs that are the same and pairs that are distinct, each sorted.

    Raises:
        InputError: one is no verdict.
        VerdictConflictError: "same" verdicts connect two records that a "distinct" verdict keeps apart.

    Example:
        >>> rows_of_verdicts([Verdict("a", "b", "same")], {"a": 0, "b": 1})
        ([(0, 1)], [])
    """
    found: dict[str, list[tuple[int, int]]] = {"same": [], "distinct": []}
    for verdict in verdicts:
        if not isinstance(verdict, Verdict):
            raise InputError(f"A Verdict was expected, got {type(verdict).__name__}.")
        a, b = rows.get(verdict.record_a), rows.get(verdict.record_b)
        if a is not None and b is not None:
            found[verdict.decision].append((min(a, b), max(a, b)))
    same, distinct = sorted(set(found["same"])), sorted(set(found["distinct"]))
    _refuse_conflicts(same, distinct)
    return same, distinct


def _refuse_conflicts(same: Sequence[tuple[int, int]], distinct: Sequence[tuple[int, int]]) -> None:
    root: dict[int, int] = {}

    def find(row: int) -> int:
        while root.get(row, row) != row:
            row = root[row]
        return row

    for a, b in same:
        root[max(find(a), find(b))] = min(find(a), find(b))
    for a, b in distinct:
        if find(a) == find(b):
            raise VerdictConflictError(
                f"The verdicts contradict each other: rows {a} and {b} are 'distinct', but 'same' verdicts connect "
                "them. Withdraw one of these verdicts."
            )
