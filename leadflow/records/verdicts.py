"""A person's verdict on two records: the same lead, or distinct for ever."""

import datetime as dt
import enum

import attrs

__all__ = ["Verdict", "VerdictKind"]


class VerdictKind(enum.Enum):
    """What was decided."""

    SAME = "same"
    DISTINCT = "distinct"


@attrs.frozen(kw_only=True)
class Verdict:
    """A decision on a pair of source records that later runs honour.

    Attributes:
        first: a record id.
        second: the other record id. The pair has no order: it is kept with the smaller id first.
        kind: same or distinct; a later verdict on a pair replaces the earlier one.
        at: when; aware.
        actor: who decided.
        reason: why, in one sentence.

    Example:
        >>> Verdict(first="r2", second="r1", kind=VerdictKind.DISTINCT, at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).first
        'r1'
    """

    first: str
    second: str
    kind: VerdictKind
    at: dt.datetime
    actor: str = "leadflow"
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        if self.second < self.first:
            first, second = self.second, self.first
            object.__setattr__(self, "first", first)
            object.__setattr__(self, "second", second)
