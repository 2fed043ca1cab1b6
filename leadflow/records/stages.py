"""Where a lead was in the funnel, and when: half-open intervals, append-only."""

import datetime as dt

import attrs

__all__ = ["StageHistory", "StageInterval"]


@attrs.frozen(kw_only=True)
class StageInterval:
    """A stay in one stage.

    Attributes:
        stage: the stage's name.
        entered_at: aware, inclusive.
        left_at: aware, exclusive; None while the lead is there.
        actor: who moved the lead in.
        reason: why.
        definition: the version of the funnel under which it was decided.
    """

    stage: str
    entered_at: dt.datetime
    left_at: dt.datetime | None = None
    actor: str = "leadflow"
    reason: str = ""
    definition: str = ""


@attrs.frozen(kw_only=True)
class StageHistory:
    """All stays of one lead, oldest first, without gaps.

    Attributes:
        lead_id: whose history.
        intervals: each begins where the one before ended; the last is open.

    Example:
        >>> day = lambda d: dt.datetime(2026, 4, d, tzinfo=dt.timezone.utc)
        >>> history = StageHistory(lead_id="L1", intervals=(
        ...     StageInterval(stage="Lead", entered_at=day(1), left_at=day(3)),
        ...     StageInterval(stage="MQL", entered_at=day(3)),
        ... ))
        >>> history.at(day(2)), history.at(day(3)), history.current
        ('Lead', 'MQL', 'MQL')
    """

    lead_id: str
    intervals: tuple[StageInterval, ...] = ()

    @property
    def current(self) -> str | None:
        """The stage the lead is in, or None before the first.

        Example:
            >>> StageHistory(lead_id="L1").current is None
            True
        """
        return self.intervals[-1].stage if self.intervals else None

    def at(self, moment: dt.datetime) -> str | None:
        """Return the stage at a moment, or None before the first.

        Example:
            >>> StageHistory(lead_id="L1").at(dt.datetime(2026, 4, 1, tzinfo=dt.timezone.utc)) is None
            True
        """
        for interval in reversed(self.intervals):
            if interval.entered_at <= moment:
                return interval.stage
        return None
