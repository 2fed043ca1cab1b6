"""A source record: one row or one submission as it arrived, never changed afterwards."""

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import Any

import attrs

__all__ = ["SourceRecord"]


def _hashable(values: Mapping[str, Hashable]) -> Mapping[str, Hashable]:
    """Return the values with lists and sets of tags as tuples."""
    if {list, set}.isdisjoint(map(type, values.values())):
        return values
    return {name: _frozen(value) for name, value in values.items()}


def _frozen(value: Any) -> Hashable:
    if isinstance(value, set):
        return tuple(sorted(value))
    return tuple(value) if isinstance(value, list) else value


@attrs.frozen(kw_only=True)
class SourceRecord:
    """One row of a list or one submission of a form.

    Attributes:
        id: a stable id derived from the source and the content, so that reading again changes nothing.
        source: the system or list that it came from, such as ``"Salesforce"``.
        observed_at: aware; the moment for which the values are known to hold, or None.
        values: field name to canonical value; a name that is absent was not sent. Several values are a tuple; a list or set
            becomes one.
        cleared: names that were sent empty on purpose and so empty what was there; one that has a value as well is not.
        raw: the cells as they arrived, by header.

    Example:
        >>> record = SourceRecord(id="r1", source="Marketo", values={"email": "a@example.jp"})
        >>> record.values["email"], record.cleared
        ('a@example.jp', frozenset())
    """

    id: str
    source: str
    observed_at: dt.datetime | None = None
    values: Mapping[str, Hashable] = attrs.field(factory=dict, converter=_hashable)
    cleared: frozenset[str] = frozenset()
    raw: Mapping[str, str] = attrs.field(factory=dict)

    def __repr__(self) -> str:
        return f"<SourceRecord {self.id!r} from {self.source!r} with {len(self.values)} values>"
