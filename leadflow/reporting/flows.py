"""The funnel over time: balance and flow that reconcile, conversion, velocity, cohorts."""

import itertools
from collections.abc import Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import FiscalCalendar, PeriodKind
from leadflow.records.batches import NO_TIME, Seconds
from leadflow.reporting.cells import month_codes
from leadflow.reporting.facts import Facts, Places
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.labels import LABELS, label
from leadflow.reporting.reports import Report
from leadflow.reporting.wordings import period_words

__all__ = ["STAGES", "Funnelled", "cohort_report", "flow_report", "funnel_report"]

STAGES: Final = ("Lead", "MQL", "SAL", "SQL", "Opportunity", "Won")
"""The way of the standard funnel, in order; other stages are listed after it."""

_DAY = 86_400
_MOST_COHORTS = 12
_LATEST = np.iinfo(np.int64).max


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
        log, stay_rows = facts.stays, facts.stay_rows
        used = np.bincount(log.stages.codes, minlength=len(log.stages.values)) > 0
        there = list(map(str, itertools.compress(log.stages.values, used.tolist())))
        stages = [stage for stage in way if stage in there]
        stages += sorted(stage for stage in there if stage not in way)
        places = {stage: place for place, stage in enumerate(stages)}
        table = np.array([places.get(str(stage), -1) for stage in log.stages.values], np.int64)

        def make() -> tuple[Places, Places, Seconds, Seconds]:
            known = stay_rows >= 0
            codes = table[log.stages.codes] if len(log) else np.empty(0, np.int64)
            if known.all():
                return codes, stay_rows, log.entered_at, log.ends()
            return codes[known], stay_rows[known], log.entered_at[known], log.ends()[known]

        codes, rows, entered, ended = facts.once("funnel", make, of=(log, stay_rows), at=stages)
        return cls(
            facts=facts,
            way=tuple(stage for stage in way if stage in there),
            stages=tuple(stages),
            codes=codes,
            rows=rows,
            entered=entered,
            ended=ended,
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
        flags: npt.NDArray[np.bool_] = self.furthest()[:, None] >= np.arange(max(len(self.way), 1))
        return flags

    def furthest(self) -> Places:
        """Return the furthest stage of the way in which each lead ever was.

        Returns:
            (n,) int64, places in ``way``; -1 for none of them.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> Funnelled.of(specimen_facts()).furthest().tolist()
            [2, 1, 0]
        """
        size = len(self.facts.leads)

        def make() -> Places:
            furthest = np.full(size, -1, np.int64)
            on_way = self.codes < len(self.way)
            rows, codes = (part if on_way.all() else part[on_way] for part in (self.rows, self.codes))
            np.maximum.at(furthest, rows, codes)
            return furthest

        return self.facts.once("furthest", make, of=(self.codes, self.rows), at=(size, self.way))

    def counts(self, times: Seconds, moments: Sequence[int]) -> npt.NDArray[np.int64]:
        """Count the stays of each stage whose time lies before moments.

        Args:
            times: (m,) int64 seconds, of each stay.
            moments: rising.

        Returns:
            (k, s) int64 by moment and stage.

        Example:
            >>> from leadflow.reporting.specimen import specimen_facts
            >>> funnel = Funnelled.of(specimen_facts())
            >>> funnel.counts(funnel.entered, [0, specimen_facts().now]).tolist()
            [[0, 0, 0], [3, 2, 1]]
        """
        width = len(self.stages)
        later = np.zeros(len(times), np.min_scalar_type(len(moments)))
        for moment in moments:
            later += (times >= moment).view(np.uint8)
        groups = later.astype(np.int64)
        groups *= width
        groups += self.codes
        both = np.bincount(groups, minlength=(len(moments) + 1) * width)
        before: npt.NDArray[np.int64] = np.cumsum(both.reshape(len(moments) + 1, width), axis=0)[:-1]
        return before

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
    totals = _reached_by(np.zeros(len(funnel.facts.leads), np.int64), funnel.furthest(), funnel.way)[
        0
    ].tolist()
    parts = funnel.facts.once(
        "funnel figures",
        lambda: _stage_figures(funnel, here),
        of=(funnel.codes, funnel.rows, funnel.entered, funnel.ended),
        at=(funnel.stages, funnel.way),
    )
    rows: list[tuple[Cell, ...]] = []
    for place, (stage, (now, different, median, most)) in enumerate(zip(funnel.stages, parts, strict=True)):
        on_way = place < len(funnel.way)
        total = totals[place] if on_way else different
        rows.append(
            (
                stage,
                now,
                total,
                total / totals[place - 1] if on_way and place and totals[place - 1] else None,
                total / totals[0] if on_way and place and totals[0] else None,
                median,
                most,
            )
        )

    def drill(row: int, column: str) -> tuple[str, ...]:
        mine = funnel.codes == row
        if column == "now":
            return funnel.ids(funnel.rows[mine & here])
        if row < len(funnel.way):
            return funnel.ids(np.flatnonzero(funnel.furthest() >= row))
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


def _reached_by(groups: Places, furthest: Places, way: Sequence[str]) -> npt.NDArray[np.int64]:
    """Count the leads of each group that reached each stage of a way; at least one group."""
    width = len(way) + 1
    size = (int(groups.max(initial=0)) + 1) * width
    counts = np.bincount(groups * width + furthest + 1, minlength=size).reshape(-1, width)
    reached: npt.NDArray[np.int64] = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1][:, 1:]
    return reached


def _stage_figures(
    funnel: Funnelled, here: npt.NDArray[np.bool_]
) -> list[tuple[int, int, float | None, float | None]]:
    """Return of each stage the leads that are there, those that ever were off the way, and how many days they stayed."""
    gone = np.flatnonzero(~here)
    left, stayed = funnel.codes[gone], (funnel.ended[gone] - funnel.entered[gone]) / _DAY
    sizes = (np.bincount(codes, minlength=len(funnel.stages)) for codes in (funnel.codes, left))
    now = np.subtract(*sizes)
    found = []
    for place in range(len(funnel.stages)):
        on_way = place < len(funnel.way)
        different = 0 if on_way else len(np.unique(funnel.rows[funnel.codes == place]))
        days = stayed[left == place]
        median = float(np.median(days)) if len(days) else None
        most = float(np.quantile(days, 0.9)) if len(days) else None
        found.append((int(now[place]), different, median, most))
    return found


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
    periods = [fiscal.shift(last, -back) for back in range(months - 1, -1, -1)]
    moments = [round(period.moments(facts.time_zone)[0].timestamp()) for period in periods]
    # The moment of the report belongs to it: what happened at that very second counts.
    moments.append(min(round(last.moments(facts.time_zone)[1].timestamp()), facts.now + 1))
    came, went = funnel.counts(funnel.entered, moments), funnel.counts(funnel.ended, moments)
    # no stay ends before it begins, so that whoever came and has not left is there
    there, entered, left = came - went, np.diff(came, axis=0), np.diff(went, axis=0)
    rows: list[tuple[Cell, ...]] = []
    spans: list[tuple[int, int, int]] = []
    for turn, period in enumerate(periods):
        for place, stage in enumerate(funnel.stages):
            figures = (there[turn], entered[turn], left[turn], there[turn + 1])
            rows.append((period.label, stage, *(int(figure[place]) for figure in figures)))
            spans.append((moments[turn], moments[turn + 1], place))

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
        words={"month": period_words(periods)},
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
    born = facts.born

    def make() -> tuple[Places, Places]:
        known = np.flatnonzero(born != NO_TIME)
        return known, month_codes(fiscal, facts.days(born[known]))

    known, codes = facts.once("cohorts", make, of=(born,), at=(fiscal, facts.time_zone))
    first, later = int(codes.min(initial=_LATEST)), funnel.way[1:]
    sizes = np.bincount(codes - first)
    reached = _reached_by(codes - first, funnel.furthest()[known], funnel.way)
    months = np.flatnonzero(sizes)[-_MOST_COHORTS:].tolist()
    periods = [fiscal.period_of_code(PeriodKind.MONTH, first + month) for month in months]
    rows: list[tuple[Cell, ...]] = [
        (
            period.label,
            int(sizes[month]),
            *(int(reached[month, place + 1]) / int(sizes[month]) for place in range(len(later))),
        )
        for month, period in zip(months, periods, strict=True)
    ]

    def drill(row: int, column: str) -> tuple[str, ...]:
        group = known[codes == first + months[row]]
        if column not in funnel.way:
            return funnel.ids(group)
        return funnel.ids(group[funnel.furthest()[group] >= funnel.way.index(column)])

    columns = [("cohort", ColumnKind.TEXT, LABELS["cohort"]), ("leads", ColumnKind.COUNT, LABELS["leads"])]
    columns += [(stage, ColumnKind.SHARE, label(stage)) for stage in later]
    words = {"cohort": period_words(periods)}
    return Report.of("cohorts", LABELS["cohorts_title"], columns, rows, drill=drill, words=words)
