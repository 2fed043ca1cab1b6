"""Dropping values that nothing uses: a few rows of a large population need not carry its dictionaries."""

import attrs
import numpy as np

from leadflow.columns import Column
from leadflow.records.batches import LeadBatch

__all__ = ["compact", "compact_batch"]


def compact(column: Column) -> Column:
    """Drop unused values of a column that has more of them than cells, such as one row of many.

    Example:
        >>> compact(Column.of(["a", "b", "c"]).take([1])).values
        ('b',)
    """
    if len(column.values) <= len(column.codes):
        return column
    used, inverse = np.unique(column.codes, return_inverse=True)
    empty = int(np.searchsorted(used, 0))
    codes = np.where(inverse < empty, used[inverse], inverse - empty).astype(np.int32)
    codes.flags.writeable = False
    return Column(codes=codes, values=tuple(column.values[code] for code in used[empty:].tolist()))


def compact_batch(batch: LeadBatch) -> LeadBatch:
    """Drop unused values of every column of a batch.

    Example:
        >>> compact_batch(LeadBatch.from_dicts([{"title": "部長"}, {"title": "課長"}]).take([1]))["title"].values
        ('課長',)
    """
    return attrs.evolve(
        batch,
        columns={name: compact(column) for name, column in batch.columns.items()},
        sources=compact(batch.sources),
        raw={name: compact(column) for name, column in batch.raw.items()},
    )
