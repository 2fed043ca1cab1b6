"""A dry run: what a strategy would change in which leads, before it does."""

import datetime as dt
from collections.abc import Hashable, Iterator, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.merging.population import merge
from leadflow.merging.strategies import MergeStrategy
from leadflow.records import LeadBatch

__all__ = ["Change", "MergePreview", "preview"]


@attrs.frozen(kw_only=True, repr=False)
class Change:
    """One field of one lead that would change.

    Attributes:
        lead_id: whose.
        field: which field.
        before: the value now; None if there is none.
        after: the value that it would get; None if it would be emptied.
        record_id: the record that would give it; empty if none.
        rule: the rule that decides.
    """

    lead_id: str
    field: str
    before: Hashable
    after: Hashable
    record_id: str
    rule: str

    def __repr__(self) -> str:
        return f"<Change of {self.field!r} in lead {self.lead_id!r}>"


@attrs.frozen(kw_only=True, repr=False)
class MergePreview:
    """Every change that a merge would make.

    Attributes:
        changes: by lead and field.
        new_leads: leads that are not there yet, in order.
        gone_leads: leads that would be there no more, because their records belong to others, in order.
        leads: how many leads there would be.
    """

    changes: tuple[Change, ...]
    new_leads: tuple[str, ...]
    gone_leads: tuple[str, ...] = ()
    leads: int

    def to_dicts(self) -> list[dict[str, Hashable]]:
        """Return the changes as rows of a table.

        Example:
            >>> MergePreview(changes=(), new_leads=(), leads=0).to_dicts()
            []
        """
        return [attrs.asdict(change) for change in self.changes]

    def summary(self) -> str:
        """Return in a few lines how many leads would change in which field; values are not shown.

        Example:
            >>> print(MergePreview(changes=(), new_leads=("L1",), leads=3).summary())
            3 leads: 1 new, 0 changed
        """
        counts: dict[str, int] = {}
        for change in self.changes:
            counts[change.field] = counts.get(change.field, 0) + 1
        changed = len({change.lead_id for change in self.changes})
        gone = f", {len(self.gone_leads)} gone" if self.gone_leads else ""
        lines = [f"{self.leads} leads: {len(self.new_leads)} new, {changed} changed{gone}"]
        lines += [
            f"  {field}: {count}"
            for field, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        return "\n".join(lines)

    def __len__(self) -> int:
        return len(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __repr__(self) -> str:
        return f"<MergePreview of {self.leads} leads, {len(self.changes)} changes>"


def preview(
    before: LeadBatch,
    batch: LeadBatch,
    lead_ids: npt.NDArray[np.integer] | Sequence[str],
    strategy: MergeStrategy | None = None,
    *,
    now: dt.datetime | None = None,
) -> MergePreview:
    """Compare the golden leads as they are with what a merge would make of them; nothing is written.

    Args:
        before: golden leads as they are, such as ``session.leads()``: those of which the batch has the records.
        batch: n source records, those that are stored and those that would come.
        lead_ids: (n,) the lead id of each record.
        strategy: the rules; ``MergeStrategy.standard()`` by default.
        now: the moment from which ages are measured; each lead's latest observation by default.

    Example:
        >>> before = LeadBatch.from_dicts([{"title": "課長"}], ids=["L1"])
        >>> batch = LeadBatch.from_dicts([{"title": "部長"}, {"city": "港区"}])
        >>> found = preview(before, batch, ["L1", "L2"])
        >>> [(change.lead_id, change.field, change.after) for change in found], found.new_leads
        ([('L1', 'title', '部長')], ('L2',))
    """
    golden = merge(batch, lead_ids, strategy, now=now)
    row_of = {lead_id: row for row, lead_id in enumerate(before.ids)}
    known = np.array([lead_id in row_of for lead_id in golden.leads.ids], np.bool_)
    after_rows = np.flatnonzero(known)
    before_rows = np.array([row_of[golden.leads.ids[row]] for row in after_rows.tolist()], np.intp)
    changes: list[Change] = []
    for name in dict.fromkeys((*before.columns, *golden.leads.columns)):
        old, new = before[name].take(before_rows), golden.leads[name].take(after_rows)
        winners = golden.winners.get(name, Column.constant(None, len(golden.leads))).take(after_rows)
        both = Column.concatenate([old, new]).codes
        for place in np.flatnonzero(
            np.maximum(both[: len(old)], -1) != np.maximum(both[len(old) :], -1)
        ).tolist():
            changes.append(  # noqa: PERF401  # a comprehension of six lines reads worse
                Change(
                    lead_id=golden.leads.ids[after_rows[place]],
                    field=name,
                    before=old[place],
                    after=new[place],
                    record_id="" if winners[place] is None else str(winners[place]),
                    rule=golden.rules.get(name, ""),
                )
            )
    changes.sort(key=lambda change: (change.lead_id, change.field))
    new_leads = tuple(
        lead_id for lead_id, old in zip(golden.leads.ids, known.tolist(), strict=True) if not old
    )
    there = set(golden.leads.ids)
    return MergePreview(
        changes=tuple(changes),
        new_leads=new_leads,
        gone_leads=tuple(lead_id for lead_id in before.ids if lead_id not in there),
        leads=len(golden.leads),
    )
