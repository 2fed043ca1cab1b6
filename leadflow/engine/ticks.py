"""What a tick of the clock did: steps of the ladder, deadlines that moved, leads that have become stale."""

import datetime as dt
from collections.abc import Iterator

import attrs

from leadflow.records import Assignment
from leadflow.routing.ladders import DueStep

__all__ = ["StaleLead", "Tick"]


@attrs.frozen(kw_only=True)
class StaleLead:
    """A lead that has been in an SLA stage for longer than its limit.

    Attributes:
        lead_id: which.
        stage: where it is, or was until the funnel's rule moved it.
        entered_at: since when; aware.
        due_at: when the limit was over; aware.
        owner: who is accountable; empty when nobody is.
        to: the stage to which the funnel's rule sends it; empty when it stays.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> StaleLead(lead_id="L1", stage="MQL", entered_at=at, due_at=at + dt.timedelta(days=2), owner="sato").text()
        'L1: in MQL since 2026-04-01T00:00:00+00:00, stale since 2026-04-03T00:00:00+00:00, with sato'
    """

    lead_id: str
    stage: str
    entered_at: dt.datetime
    due_at: dt.datetime
    owner: str = ""
    to: str = ""

    def text(self) -> str:
        """Return it as text."""
        facts = [
            f"in {self.stage} since {self.entered_at.isoformat()}",
            f"stale since {self.due_at.isoformat()}",
        ]
        facts += [f"with {self.owner}"] if self.owner else []
        facts += [f"now {self.to}"] if self.to else []
        return f"{self.lead_id}: {', '.join(facts)}"


@attrs.frozen(kw_only=True)
class Tick:
    """What a tick of the clock did; its steps when it is iterated.

    Attributes:
        now: the moment; aware.
        steps: of the ladder, by time: reminders, superiors told, offers taken back.
        rescheduled: hand-overs whose deadline moved, because a calendar has changed.
        stale: leads that have become stale since the last tick.

    Example:
        >>> tick = Tick(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> tick.changed, list(tick)
        (False, [])
    """

    now: dt.datetime
    steps: tuple[DueStep, ...] = ()
    rescheduled: tuple[Assignment, ...] = ()
    stale: tuple[StaleLead, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything happened."""
        return bool(self.steps or self.rescheduled or self.stale)

    @property
    def lead_ids(self) -> tuple[str, ...]:
        """The leads to which something happened, each once."""
        return tuple(
            dict.fromkeys(
                (
                    *(step.assignment.lead_id for step in self.steps),
                    *(one.lead_id for one in self.rescheduled),
                    *(one.lead_id for one in self.stale),
                )
            )
        )

    def text(self) -> str:
        """Return what happened as text, one line each.

        Example:
            >>> Tick(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).text()
            'Tick at 2026-04-01T00:00:00+00:00: nothing happened'
        """
        lines = [f"Tick at {self.now.isoformat()}" + ("" if self.changed else ": nothing happened")]
        lines += [f"  {step.assignment.lead_id}: {step.action.value} -> {step.to}" for step in self.steps]
        lines += [
            f"  {one.lead_id}: deadline moved to {one.deadline.isoformat()}"
            for one in self.rescheduled
            if one.deadline is not None
        ]
        return "\n".join([*lines, *(f"  {one.text()}" for one in self.stale)])

    def __iter__(self) -> Iterator[DueStep]:
        return iter(self.steps)
