"""The work that every tool is given: one table of people, one set of blocking rules, one set of levels."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import attrs
import numpy as np
import pyarrow as pa

__all__ = ["NAME_LEVELS", "RULES", "SLIPS", "Found", "Tool", "from_members"]

RULES: tuple[tuple[str, ...], ...] = (
    ("email",),
    ("surname", "date_of_birth"),
    ("first_name", "date_of_birth"),
    ("surname", "postcode"),
    ("first_name", "surname", "city"),
)
"""Two people are compared when they agree on all columns of one of these."""

NAME_LEVELS: Mapping[str, tuple[float, ...]] = {
    "first_name": (0.92, 0.88, 0.7),
    "surname": (0.92, 0.88, 0.7),
    "email": (0.92, 0.88),
}
"""Jaro-Winkler similarities under equality from which a level counts, per column."""

SLIPS = (1, 2)
"""Edits of a date of birth, transpositions counting one, up to which a level counts. City and postcode agree or not."""


@attrs.frozen(kw_only=True, eq=False)
class Found:
    """What a tool found.

    Attributes:
        cluster_ids: (n,) labels of clusters in row order.
        training: seconds of learning the weights.
        seconds: all seconds, from the Arrow table to the labels, training included.
        pairs: candidate pairs compared, 0 where the tool does not tell.
    """

    cluster_ids: np.ndarray
    training: float
    seconds: float
    pairs: int = 0


class Tool(Protocol):
    """A module of this folder named after its tool."""

    PACKAGE: str
    """The distribution whose version is told."""

    def speed(self, table: pa.Table) -> Found:
        """Find the duplicates of people under the common rules and levels."""

    def accuracy(self, name: str, columns: Mapping[str, Sequence[str | None]]) -> np.ndarray | None:
        """Find the duplicates of a labelled set; None where the tool has no way to do so."""


def from_members(rows: int, clusters: Sequence[Sequence[int]]) -> np.ndarray:
    """Turn lists of rows into labels.

    Example:
        >>> from_members(4, [[2, 0]]).tolist()
        [0, 1, 0, 3]
    """
    out = np.arange(rows)
    for members in clusters:
        out[np.asarray(members, np.int64)] = min(members)
    return out
