"""What came of campaigns and origins: leads, MQLs, opportunities, won amount, cost, ROI."""

from collections.abc import Mapping
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from leadflow.columns import MISSING, Column
from leadflow.errors import DefinitionError, near_miss
from leadflow.records.batches import NO_TIME, Seconds
from leadflow.reporting.cells import numbers
from leadflow.reporting.facts import Facts, Places
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.firsts import note_earlier
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report
from leadflow.reporting.words import Words

__all__ = ["campaigns_report", "check_costs", "origin_of_leads", "origins_report", "unused_costs"]


_FIGURES: Final = (
    ("leads", ColumnKind.COUNT),
    ("mqls", ColumnKind.COUNT),
    ("opportunities", ColumnKind.COUNT),
    ("won", ColumnKind.COUNT),
    ("won_amount", ColumnKind.MONEY),
    ("cost", ColumnKind.MONEY),
    ("cost_per_lead", ColumnKind.MONEY),
    ("cost_per_mql", ColumnKind.MONEY),
    ("cost_per_opportunity", ColumnKind.MONEY),
    ("cost_per_won", ColumnKind.MONEY),
    ("roi", ColumnKind.SHARE),
)


def check_costs(costs: Mapping[str, float]) -> None:
    """Refuse costs that are none.

    Args:
        costs: campaign or origin to yen.

    Raises:
        DefinitionError: a cost is no finite number of zero or more.

    Example:
        >>> check_costs({"夏": 0})
    """
    for name, cost in costs.items():
        if not 0 <= cost < float("inf"):
            raise DefinitionError(
                f"The cost of '{name}' is {cost}; expected yen of zero or more. Leave it out when it is unknown."
            )


def unused_costs(costs: Mapping[str, float], campaigns: Report, origins: Report) -> tuple[Words, ...]:
    """Say which costs belong to no campaign and no origin, so that a name in another spelling does not go unnoticed.

    Args:
        costs: campaign or origin to yen.
        campaigns: results by campaign.
        origins: results by origin.

    Returns:
        One note, or none.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> costs = {"夏": 5, "web": 9}
        >>> reports = campaigns_report(specimen_facts(), costs=costs), origins_report(specimen_facts(), costs=costs)
        >>> unused_costs(costs, *reports)[0].en
        "Costs of names that are no campaign and no origin are not counted: 'web'. Did you mean 'Web'?"
    """
    known = [str(name) for name in (*campaigns["campaign"], *origins["origin"]) if name is not None]
    unused = [name for name in costs if name not in known]
    if not unused:
        return ()
    hint = near_miss(unused[0], known) if len(unused) == 1 else ""
    return (
        Words(
            f"どのキャンペーン・獲得経路にもない名前の費用は数えていません：{'、'.join(unused)}。",
            f"Costs of names that are no campaign and no origin are not counted: "
            f"{', '.join(map(repr, unused))}.{hint}",
        ),
    )


def campaigns_report(facts: Facts, *, costs: Mapping[str, float] | None = None) -> Report:
    """Return results by the lead's first campaign: that of its golden record, else the first that an activity names.

    Args:
        facts: what was read from the store.
        costs: campaign to yen; one that is not there has an unknown cost.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> campaigns_report(specimen_facts(), costs={"夏": 1_000_000})["roi"]
        (2.0, None)
    """
    first = facts.leads["campaign"]
    named = facts.activities.attributes.get("campaign")
    if named is not None:
        _, positions = facts.follow("first campaigns", partial(_first_campaigns, facts))
        found = facts.lengthened(positions, np.int64(-1))[facts.lead_codes]
        rows = np.flatnonzero(found >= 0)
        first = _completed(first, rows, named.take(found[rows]))
    return _results("campaigns", "campaign", facts, first, costs or {})


def _first_campaigns(
    facts: Facts, before: tuple[Seconds, Places] | None, first: int
) -> tuple[Seconds, Places]:
    """Return when an activity first named a campaign of each of ``Holdings.ids``, and its position; -1 for none."""
    known = facts.with_attribute("campaign", first)
    times, positions = before or (None, None)
    never, none = np.int64(np.iinfo(np.int64).max), np.int64(-1)
    times, positions = facts.lengthened(times, never), facts.lengthened(positions, none)
    note_earlier(times, positions, facts.codes_of(known), facts.activities.at[known], known)
    return times, positions


def origins_report(facts: Facts, *, costs: Mapping[str, float] | None = None) -> Report:
    """Return results by origin: the lead's source field, else the list of its first record.

    Args:
        facts: what was read from the store.
        costs: origin to yen; one that is not there has an unknown cost.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> report = origins_report(specimen_facts())
        >>> list(zip(report["origin"], report["leads"], report["won_amount"], strict=True))
        [('展示会', 1, 3000000.0), ('Web', 2, 0.0)]
    """
    return _results("origins", "origin", facts, origin_of_leads(facts), costs or {})


def origin_of_leads(facts: Facts) -> Column:
    """Return the origin of each lead: its source field, else the list of its first record.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> origin_of_leads(specimen_facts()).to_list()
        ['展示会', 'Web', 'Web']
    """
    rows, sources, stated = facts.record_rows, facts.record_sources, facts.leads["lead_source"]

    def make() -> Column:
        known = np.flatnonzero((rows >= 0) & sources.filled)[::-1]
        return _completed(stated, rows[known], sources.take(known))

    return facts.once("origins", make, of=(rows, sources, stated))


def _completed(column: Column, rows: Places, cells: Column) -> Column:
    """Return a column of the leads in which missing cells hold the cell that is last for their row."""
    names = Column(codes=np.arange(len(cells.values), dtype=np.int32), values=cells.values)
    both = Column.concatenate([Column(codes=column.codes[:0], values=column.values), names])
    empty = np.flatnonzero(column.codes[rows] < 0)
    codes = column.codes.copy()
    codes[rows[empty]] = np.append(both.codes, np.int32(MISSING))[np.maximum(cells.codes[empty], MISSING)]
    codes.flags.writeable = False
    return Column(codes=codes, values=both.values)


def _results(name: str, dimension: str, facts: Facts, groups: Column, costs: Mapping[str, float]) -> Report:
    codes = np.where(groups.codes < 0, len(groups.values), groups.codes).astype(np.int64)
    size = len(groups.values) + 1
    mql = np.flatnonzero(facts.first_entries("MQL") != NO_TIME)
    deals, won = _leads_with(facts, "opportunity_created"), _leads_with(facts, "won")

    def counted(rows: Places | slice) -> list[int]:
        totals: list[int] = np.bincount(codes[rows], minlength=size).tolist()
        return totals

    leads, mqls, opportunities, wins = (counted(rows) for rows in (slice(None), mql, deals, won))
    amounts, missing = _won_amounts(facts)
    yen: list[float] = np.bincount(codes, amounts, size).tolist()
    unknown = counted(missing)
    order = sorted(
        (code for code in range(size) if leads[code]),
        key=lambda code: (
            code == size - 1,
            -yen[code],
            -mqls[code],
            -leads[code],
            str(groups.values[code]) if code < size - 1 else "",
        ),
    )
    rows: list[tuple[Cell, ...]] = []
    for code in order:
        group = str(groups.values[code]) if code < size - 1 else None
        cost = None if group is None else costs.get(group)
        rows.append(
            (
                group,
                leads[code],
                mqls[code],
                opportunities[code],
                wins[code],
                yen[code],
                cost,
                *(
                    cost / count[code] if cost is not None and count[code] else None
                    for count in (leads, mqls, opportunities, wins)
                ),
                (yen[code] - cost) / cost if cost and not unknown[code] else None,
            )
        )

    def drill(row: int, column: str) -> tuple[str, ...]:
        within = {"mqls": mql, "opportunities": deals, "won": won, "won_amount": won}.get(column)
        chosen = np.flatnonzero(codes == order[row])
        if within is not None:
            chosen = np.intersect1d(chosen, within)
        return tuple(facts.leads.ids[one] for one in chosen.tolist())

    columns = ((dimension, ColumnKind.TEXT), *_FIGURES)
    return Report.of(
        name,
        LABELS[f"{name}_title"],
        [(column, kind, LABELS[column]) for column, kind in columns],
        rows,
        notes=(LABELS["note_cost"], *_unknown_amounts(len(missing))),
        drill=drill,
    )


def _leads_with(facts: Facts, kind: str) -> Places:
    """Return the row of the lead of every activity of a kind."""
    rows = facts.rows_of_kind(kind)
    return rows[rows >= 0]


def _unknown_amounts(count: int) -> tuple[Words, ...]:
    ja = f"金額不明の受注{count:,}件は0円ではなく不明として、受注金額に含めず、その行のROIも不明です。"
    en = f"{count:,} won of unknown amount: left out of the won amount, not counted as zero, and their row has no ROI."
    return (Words(ja, en),) if count else ()


def _won_amounts(facts: Facts) -> tuple[npt.NDArray[np.float64], Places]:
    """Return what was won of each lead, and of every won deal without an amount the row of its lead."""
    amount = facts.activities.attributes.get("amount")
    won, rows = facts.of_kind("won"), facts.rows_of_kind("won")
    there = np.flatnonzero(rows >= 0)
    yen = np.full(len(there), np.nan) if amount is None else numbers(amount.take(won[there]))
    known = np.bincount(rows[there], np.nan_to_num(yen), len(facts.leads)).astype(np.float64, copy=False)
    return known, rows[there[np.isnan(yen)]]
