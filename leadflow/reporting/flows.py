"""The funnel over time: balance and flow that reconcile, conversion, velocity, cohorts."""

from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import FiscalCalendar, PeriodKind
from leadflow.records.batches import NO_TIME, Seconds
from leadflow.reporting.facts import Facts, Places
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.labels import LABELS, label
from leadflow.reporting.reports import Report

__all__ = ["STAGES", "Funnelled", "cohort_report", "flow_report", "funnel_report"]

STAGES: Final = ("Lead", "MQL", "SAL", "SQL", "Opportunity", "Won")
"""The way of the standard funnel, in order; other stages are listed after it."""

_DAY = 86_400
_MOST_COHORTS = 12


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Funnelled:
    """Stays in stages by lead, with the stages in the order of the funnel.

    Attributes:
        facts: what was read from the store.
        way: the stages from the first to success, in order.
        stages: the way, then every other stage that occurs.
        codes: (m,) int64, the place of each stay's stage in ``stages``.
        rows: (m,) int64, the lead of each stay.
        entered: (m,) int64 seconds.
        ended: (m,) int64 seconds; the largest int64 while open.
    """

    facts: Facts
    way: tuple[str, ...]
    stages: tuple[str, ...]
    codes: Places
    rows: Places
    entered: Seconds
    ended: Seconds

    @classmethod
    def of(cls, facts: Facts, way: Sequence[str] = STAGES) -> "Funnelled":
        """Put stages in order.

        Args:
            facts: what was read from the store.
            way: the stages from the first to success; those that never occur are left out.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> Funnelled.of(specimen_facts()).stages
            ('Lead', 'MQL', 'Won')
        """
        log = facts.stays
        there = [str(stage) for stage in log.stages.values]
        stages = [stage for stage in way if stage in there]
        stages += sorted(stage for stage in there if stage not in way)
        table = np.array([stages.index(stage) for stage in there], np.int64)
        known = facts.stay_rows >= 0
        codes = table[log.stages.codes] if len(log) else np.empty(0, np.int64)
        return cls(
            facts=facts,
            way=tuple(stage for stage in way if stage in there),
            stages=tuple(stages),
            codes=codes[known],
            rows=facts.stay_rows[known],
            entered=log.entered_at[known],
            ended=log.ends()[known],
        )

    def reached(self) -> npt.NDArray[np.bool_]:
        """Return whether each lead was ever in a stage of the way, or beyond it.

        Returns:
            (n, s) bool by lead and stage of the way.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> Funnelled.of(specimen_facts()).reached().astype(int).tolist()
            [[1, 1, 1], [1, 1, 0], [1, 0, 0]]
        """
        seen = np.zeros((len(self.facts.leads), max(len(self.way), 1)), np.bool_)
        on_way = self.codes < len(self.way)
        seen[self.rows[on_way], self.codes[on_way]] = True
        flags: npt.NDArray[np.bool_] = np.logical_or.accumulate(seen[:, ::-1], axis=1)[:, ::-1]
        return flags

    def balance(self, moment: int) -> npt.NDArray[np.int64]:
        """Count the leads that are in each stage at a moment.

        Returns:
            (s,) int64.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> Funnelled.of(specimen_facts()).balance(specimen_facts().now).tolist()
            [1, 1, 1]
        """
        inside = (self.entered < moment) & (self.ended >= moment)
        return np.bincount(self.codes[inside], minlength=len(self.stages))

    def ids(self, rows: Places) -> tuple[str, ...]:
        """Return lead ids of rows, each once, in order.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> Funnelled.of(specimen_facts()).ids(np.array([2, 0, 2]))
            ('L1', 'L3')
        """
        return tuple(self.facts.leads.ids[row] for row in np.unique(rows).tolist())

    def __repr__(self) -> str:
        return f"<Funnelled: {len(self.rows)} stays in {len(self.stages)} stages>"


def funnel_report(funnel: Funnelled) -> Report:
    """Return by stage how many leads are there, how many ever reached it, conversion and velocity.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> report = funnel_report(Funnelled.of(specimen_facts()))
        >>> report["now"], report.lead_ids(1, "now")
        ((1, 1, 1), ('L2',))
    """
    here = funnel.ended == np.iinfo(np.int64).max
    now = np.bincount(funnel.codes[here], minlength=len(funnel.stages))
    reached = funnel.reached()
    totals = reached.sum(axis=0).tolist() if funnel.way else []
    rows: list[tuple[Cell, ...]] = []
    for place, stage in enumerate(funnel.stages):
        mine = funnel.codes == place
        on_way = place < len(funnel.way)
        total = totals[place] if on_way else len(np.unique(funnel.rows[mine]))
        left = mine & ~here
        days = (funnel.ended[left] - funnel.entered[left]) / _DAY
        rows.append(
            (
                stage,
                int(now[place]),
                total,
                total / totals[place - 1] if on_way and place and totals[place - 1] else None,
                total / totals[0] if on_way and place and totals[0] else None,
                float(np.median(days)) if len(days) else None,
                float(np.quantile(days, 0.9)) if len(days) else None,
            )
        )

    def drill(row: int, column: str) -> tuple[str, ...]:
        mine = funnel.codes == row
        if column == "now":
            return funnel.ids(funnel.rows[mine & here])
        if row < len(funnel.way):
            return funnel.ids(np.flatnonzero(reached[:, row]))
        return funnel.ids(funnel.rows[mine])

    columns = (
        ("stage", ColumnKind.TEXT),
        ("now", ColumnKind.COUNT),
        ("reached", ColumnKind.COUNT),
        ("conversion", ColumnKind.SHARE),
        ("from_first", ColumnKind.SHARE),
        ("median_days", ColumnKind.NUMBER),
        ("p90_days", ColumnKind.NUMBER),
    )
    return Report.of(
        "funnel",
        LABELS["funnel_title"],
        [(name, kind, LABELS[name]) for name, kind in columns],
        rows,
        notes=(LABELS["note_reached"],),
        drill=drill,
    )


def flow_report(funnel: Funnelled, *, fiscal: FiscalCalendar, months: int = 6) -> Report:
    """Return by month and stage the opening balance, what came in, what went out, and the closing balance.

    Args:
        funnel: the stays.
        fiscal: periods.
        months: how many, the last one up to the moment of the report.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> report = flow_report(Funnelled.of(specimen_facts()), fiscal=FiscalCalendar(), months=1)
        >>> report.to_dicts()[1]
        {'month': '2026-07', 'stage': 'MQL', 'opening': 0, 'entered': 2, 'left': 1, 'closing': 1}
    """
    facts = funnel.facts
    last = fiscal.period(PeriodKind.MONTH, facts.today)
    rows: list[tuple[Cell, ...]] = []
    spans: list[tuple[int, int, int]] = []
    for back in range(months - 1, -1, -1):
        period = fiscal.shift(last, -back)
        begin, end = (round(moment.timestamp()) for moment in period.moments(facts.time_zone))
        # The moment of the report belongs to it: what happened at that very second counts.
        end = min(end, facts.now + 1)
        came = (funnel.entered >= begin) & (funnel.entered < end)
        went = (funnel.ended >= begin) & (funnel.ended < end)
        opening, closing = funnel.balance(begin), funnel.balance(end)
        entered = np.bincount(funnel.codes[came], minlength=len(funnel.stages))
        left = np.bincount(funnel.codes[went], minlength=len(funnel.stages))
        for place, stage in enumerate(funnel.stages):
            rows.append(
                (
                    period.label,
                    stage,
                    int(opening[place]),
                    int(entered[place]),
                    int(left[place]),
                    int(closing[place]),
                )
            )
            spans.append((begin, end, place))

    def drill(row: int, column: str) -> tuple[str, ...]:
        begin, end, place = spans[row]
        mine = funnel.codes == place
        chosen = {
            "opening": mine & (funnel.entered < begin) & (funnel.ended >= begin),
            "entered": mine & (funnel.entered >= begin) & (funnel.entered < end),
            "left": mine & (funnel.ended >= begin) & (funnel.ended < end),
        }.get(column, mine & (funnel.entered < end) & (funnel.ended >= end))
        return funnel.ids(funnel.rows[chosen])

    columns = (
        ("month", ColumnKind.TEXT),
        ("stage", ColumnKind.TEXT),
        ("opening", ColumnKind.COUNT),
        ("entered", ColumnKind.COUNT),
        ("left", ColumnKind.COUNT),
        ("closing", ColumnKind.COUNT),
    )
    return Report.of(
        "flow",
        LABELS["flow_title"],
        [(name, kind, LABELS[name]) for name, kind in columns],
        rows,
        notes=(LABELS["note_flow"],),
        drill=drill,
    )


def cohort_report(funnel: Funnelled, *, fiscal: FiscalCalendar) -> Report:
    """Return by month of capture how many leads there are and what share of them has reached each stage by now.

    Args:
        funnel: the stays.
        fiscal: periods.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> cohort_report(Funnelled.of(specimen_facts()), fiscal=FiscalCalendar()).to_dicts()
        [{'cohort': '2026-07', 'leads': 3, 'MQL': 0.6666666666666666, 'Won': 0.3333333333333333}]
    """
    facts = funnel.facts
    known = np.flatnonzero(facts.born != NO_TIME)
    codes = (
        fiscal.period_codes(facts.days(facts.born[known]), PeriodKind.MONTH)
        if len(known)
        else np.empty(0, np.int64)
    )
    months = np.unique(codes)[-_MOST_COHORTS:]
    reached = funnel.reached()
    later = funnel.way[1:]
    members = [known[codes == month] for month in months.tolist()]
    rows: list[tuple[Cell, ...]] = [
        (
            fiscal.period_of_code(PeriodKind.MONTH, month).label,
            len(group),
            *(float(reached[group, place + 1].mean()) for place in range(len(later))),
        )
        for month, group in zip(months.tolist(), members, strict=True)
    ]

    def drill(row: int, column: str) -> tuple[str, ...]:
        group = members[row]
        return funnel.ids(group[reached[group, funnel.way.index(column)]] if column in funnel.way else group)

    columns = [("cohort", ColumnKind.TEXT, LABELS["cohort"]), ("leads", ColumnKind.COUNT, LABELS["leads"])]
    columns += [(stage, ColumnKind.SHARE, label(stage)) for stage in later]
    return Report.of("cohorts", LABELS["cohorts_title"], columns, rows, drill=drill)
