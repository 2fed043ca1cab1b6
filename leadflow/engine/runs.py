"""What a run did."""

import datetime as dt
from collections.abc import Mapping

import attrs

__all__ = ["RunReport"]


@attrs.frozen(kw_only=True)
class RunReport:
    """What one run changed. A run that finds nothing new has only zeros.

    Attributes:
        now: the moment for which everything was decided.
        rows_read: rows in the lists that could be used.
        rows_rejected: rows that could not.
        withheld: ids of rows that are held back, because their person was erased; ``readmit`` lets them in.
        new_records: source records that the store did not have.
        new_leads: leads that did not exist before.
        merged_leads: leads that turned out to be another one.
        changed_leads: golden leads derived anew.
        review_pairs: pairs that a person should look at.
        new_activities: activities that the store did not have.
        regraded: leads whose grade changed.
        stage_changes: stages entered.
        assigned: leads that got an accountable owner.
        unroutable: leads for which only the fallback was left.
        leads: leads in the store afterwards.
        records: source records in the store afterwards.

    Example:
        >>> report = RunReport(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), new_records=2, new_leads=1)
        >>> report.changed
        True
    """

    now: dt.datetime
    rows_read: int = 0
    rows_rejected: int = 0
    withheld: tuple[str, ...] = ()
    new_records: int = 0
    new_leads: int = 0
    merged_leads: int = 0
    changed_leads: int = 0
    review_pairs: int = 0
    new_activities: int = 0
    regraded: int = 0
    stage_changes: int = 0
    assigned: int = 0
    unroutable: int = 0
    leads: int = 0
    records: int = 0

    @property
    def changed(self) -> bool:
        """Whether the run changed anything in the store.

        Example:
            >>> RunReport(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), leads=5).changed
            False
        """
        names = (
            "new_records",
            "new_leads",
            "merged_leads",
            "changed_leads",
            "new_activities",
            "regraded",
            "stage_changes",
            "assigned",
        )
        return any(getattr(self, name) for name in names)

    def to_dict(self) -> dict[str, object]:
        """Return the figures as plain data.

        Example:
            >>> RunReport(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).to_dict()["now"]
            '2026-04-01T00:00:00+00:00'
        """
        return {**attrs.asdict(self), "now": self.now.isoformat()}

    def text(self) -> str:
        """Return the figures as lines of text.

        Example:
            >>> print(RunReport(now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), rows_read=3).text().splitlines()[1])
            rows read                3
        """
        figures: Mapping[str, int] = {
            "rows read": self.rows_read,
            "rows rejected": self.rows_rejected,
            "rows held back": len(self.withheld),
            "new source records": self.new_records,
            "new leads": self.new_leads,
            "leads merged": self.merged_leads,
            "pairs to review": self.review_pairs,
            "new activities": self.new_activities,
            "grades changed": self.regraded,
            "stages entered": self.stage_changes,
            "assigned": self.assigned,
            "of these to fallback": self.unroutable,
            "leads in the store": self.leads,
            "records in the store": self.records,
        }
        lines = [f"Run as of {self.now.isoformat()}" + ("" if self.changed else ": nothing changed")]
        return "\n".join([*lines, *(f"{name:<20}{count:>6,}" for name, count in figures.items())])
