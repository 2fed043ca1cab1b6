"""Readings: what a cell says, read once for all comparisons and blocking keys of a table or of a record."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeAlias

from leadflow.records.tables import Table

__all__ = ["Reading", "RecordReadings", "readings_of"]

Reading: TypeAlias = Callable[[Hashable], Any]
"""A function of one cell that is not missing; None where the cell says nothing."""


def readings_of(table: Table, column: str, reads: Reading) -> Sequence[Any]:
    """Read the distinct cells of a column, once.

    Args:
        table: the table.
        column: the name of one of its columns.
        reads: what is read; the same function means the same reading.

    Returns:
        One reading per distinct cell.

    Raises:
        UnknownNameError: the table has no such column.

    Example:
        >>> readings_of(Table.of({"a": ["x", None, "yy"]}), "a", len)
        [1, 2]
    """
    return table.derived(("read", column, reads), lambda: [*map(reads, table.column(column).values)])


class RecordReadings(dict[tuple[str, Reading], Any]):
    """What the cells of one record say, by column and reading; read when first asked for.

    Attributes:
        record: column to cell.

    Example:
        >>> said = RecordReadings({"a": "xy"})
        >>> said["a", len], said["b", len]
        (2, None)
    """

    def __init__(self, record: Mapping[str, Hashable]) -> None:
        super().__init__()
        self.record = record

    def __missing__(self, key: tuple[str, Reading]) -> Any:
        name, reads = key
        cell = self.record.get(name)
        value = self[key] = None if cell is None else reads(cell)
        return value
