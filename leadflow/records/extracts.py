"""What is read of a store column by column: whole tables for reports, without an object for each row."""

import enum
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column, Flags
from leadflow.errors import InputError, UnknownNameError, near_miss
from leadflow.records.batches import Seconds

__all__ = ["APPENDED", "Extract", "Extracted", "StoreTable"]


class StoreTable(enum.StrEnum):
    """The tables that are read column by column.

    Example:
        >>> StoreTable("stages") is StoreTable.STAGES
        True
    """

    LEADS = "leads"
    RECORDS = "records"
    ACTIVITIES = "activities"
    STATES = "states"
    STAGES = "stages"
    ASSIGNMENTS = "assignments"
    JOURNAL = "journal"


_TEXTS: Final[Mapping[StoreTable, tuple[str, ...]]] = MappingProxyType(
    {
        StoreTable.LEADS: (),
        StoreTable.RECORDS: ("source",),
        StoreTable.ACTIVITIES: ("kind",),
        StoreTable.STATES: ("stage", "grade", "owner"),
        StoreTable.STAGES: ("stage",),
        StoreTable.ASSIGNMENTS: ("id", "owner", "team", "state"),
        StoreTable.JOURNAL: ("kind", "actor", "reason"),
    }
)
_TIMES: Final[Mapping[StoreTable, tuple[str, ...]]] = MappingProxyType(
    {
        StoreTable.LEADS: (),
        StoreTable.RECORDS: ("observed_at",),
        StoreTable.ACTIVITIES: ("at",),
        StoreTable.STATES: (),
        StoreTable.STAGES: ("entered_at", "left_at"),
        StoreTable.ASSIGNMENTS: ("offered_at", "deadline"),
        StoreTable.JOURNAL: ("at",),
    }
)
_WITH_MEMBERS: Final = frozenset(
    {StoreTable.LEADS, StoreTable.RECORDS, StoreTable.ACTIVITIES, StoreTable.JOURNAL}
)
APPENDED: Final = frozenset({StoreTable.ACTIVITIES, StoreTable.JOURNAL})
"""The tables whose new rows have a greater position than every row that is there."""
_WITH_KINDS: Final = APPENDED


@attrs.frozen(kw_only=True)
class Extract:
    """Which columns of a table are wanted, and of which rows.

    Attributes:
        table: the table.
        texts: its own columns, such as ``("kind",)`` of the activities.
        times: its own moments, such as ``("at",)``.
        members: fields of leads and records, attributes of activities, details of the journal.
        filled: fields of leads of which only is asked whether they have a value.
        kinds: activities or journal entries of these kinds; None for all.
        having: activities that have one of these attributes come too, whatever their kind; ``members`` must hold the
            names, and ``texts`` the kind.
        after: only rows with a greater position; None for all.

    Raises:
        UnknownNameError: the table has no such column.
        InputError: the table has no members, kinds or fields, or a name holds a quote or a backslash.

    Example:
        >>> Extract(table=StoreTable.ACTIVITIES, texts=("kind",), times=("at",), members=("by",)).members
        ('by',)
        >>> Extract(table=StoreTable.STAGES, times=("entered",))
        Traceback (most recent call last):
            ...
        leadflow.errors.UnknownNameError: The table 'stages' has no column 'entered'. Did you mean 'entered_at'?
    """

    table: StoreTable
    texts: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    kinds: tuple[str, ...] | None = None
    having: tuple[str, ...] = ()
    after: int | None = None

    def __attrs_post_init__(self) -> None:
        for names, known in ((self.texts, _TEXTS[self.table]), (self.times, _TIMES[self.table])):
            for name in names:
                if name not in known:
                    raise UnknownNameError(
                        f"The table '{self.table.value}' has no column '{name}'.{near_miss(name, known)}"
                    )
        refused = (
            (bool(self.members) and self.table not in _WITH_MEMBERS)
            or (bool(self.filled) and self.table is not StoreTable.LEADS)
            or (self.kinds is not None and self.table not in _WITH_KINDS)
            or (bool(self.having) and self.table is not StoreTable.ACTIVITIES)
            or not set(self.having) <= set(self.members)
            or (bool(self.having) and "kind" not in self.texts)
            or (self.after is not None and self.table not in APPENDED)
        )
        if refused:
            raise InputError(f"The table '{self.table.value}' has no such columns or rows to choose from.")
        for name in (*self.members, *self.filled, *self.having):
            if '"' in name or "\\" in name:
                raise InputError(
                    "The name of a member holds a quote or a backslash, by which no store finds it: rename it."
                )


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Extracted:
    """What a store gave for an ``Extract``: n rows in the order of their positions.

    Attributes:
        lead_ids: (n,) the lead of each row.
        positions: (n,) int64, rising; rows keep their position when they are replaced.
        texts: name to (n,) column; a text that is not there is missing.
        times: name to (n,) int64 seconds since 1970 UTC; ``NO_TIME`` where there is none.
        members: name to (n,) column of typed values; cleared and absent ones are missing.
        filled: name to (n,) bool.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore().snapshot() as reader:
        ...     len(reader.extract(Extract(table=StoreTable.LEADS)))
        0
    """

    lead_ids: Column
    positions: npt.NDArray[np.int64]
    texts: Mapping[str, Column] = MappingProxyType({})
    times: Mapping[str, Seconds] = MappingProxyType({})
    members: Mapping[str, Column] = MappingProxyType({})
    filled: Mapping[str, Flags] = MappingProxyType({})

    def take(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> "Extracted":
        """Return some rows, in the order given.

        Example:
            >>> nothing = Extracted(lead_ids=Column.of([]), positions=np.empty(0, np.int64))
            >>> len(nothing.take(np.empty(0, np.intp)))
            0
        """
        return Extracted(
            lead_ids=self.lead_ids.take(rows),
            positions=self.positions[rows],
            texts={name: column.take(rows) for name, column in self.texts.items()},
            times={name: times[rows] for name, times in self.times.items()},
            members={name: column.take(rows) for name, column in self.members.items()},
            filled={name: flags[rows] for name, flags in self.filled.items()},
        )

    @classmethod
    def concatenate(cls, parts: Sequence["Extracted"]) -> "Extracted":
        """Join what was extracted with the same columns, in the order of positions.

        Example:
            >>> part = Extracted(lead_ids=Column.of(["L1"]), positions=np.array([7]))
            >>> Extracted.concatenate([part, part.take(np.empty(0, np.intp))]).positions.tolist()
            [7]
        """
        first = parts[0]
        positions = np.concatenate([part.positions for part in parts])
        joined = cls(
            lead_ids=Column.concatenate([part.lead_ids for part in parts]),
            positions=positions,
            texts={name: Column.concatenate([part.texts[name] for part in parts]) for name in first.texts},
            times={name: np.concatenate([part.times[name] for part in parts]) for name in first.times},
            members={
                name: Column.concatenate([part.members[name] for part in parts]) for name in first.members
            },
            filled={name: np.concatenate([part.filled[name] for part in parts]) for name in first.filled},
        )
        if len(positions) < 2 or (positions[1:] >= positions[:-1]).all():
            return joined
        return joined.take(np.argsort(positions, kind="stable"))

    def __len__(self) -> int:
        return len(self.positions)

    def __repr__(self) -> str:
        names = (*self.texts, *self.times, *self.members, *self.filled)
        return f"<Extracted: {len(self)} rows of {', '.join(names)}>"
