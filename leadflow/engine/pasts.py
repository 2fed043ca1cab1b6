"""Leads as they were known at earlier moments, so that a replay decides nothing with hindsight."""

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.engine.evaluation import View
from leadflow.merging import MergeStrategy, merge
from leadflow.ports import StoreSession
from leadflow.records import LeadBatch
from leadflow.records.batches import to_seconds

__all__ = ["Past"]


@attrs.frozen(kw_only=True, eq=False)
class Past:
    """Every lead in every form that it had at one of some moments.

    Attributes:
        versions: m leads, each derived from the records that were known at a moment; sorted by lead.
        row_of: (m,) int64, which row of the view each is.
        known_from: (m,) int64, the number of the moment from which on each holds; ascending within a lead.
    """

    versions: LeadBatch
    row_of: npt.NDArray[np.int64]
    known_from: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls, session: StoreSession, view: View, moments: Sequence[dt.datetime], strategy: MergeStrategy
    ) -> "Past":
        """Derive all forms of a view's leads.

        A record counts from the first moment at or after its observation, and one that was observed after all of them
        from the last.

        Args:
            session: the store.
            view: all leads.
            moments: ascending.
            strategy: which value survives.
        """
        records, lead_ids = session.records()
        row_of_lead = {lead_id: row for row, lead_id in enumerate(view.leads.ids)}
        seen = [row for row, lead_id in enumerate(lead_ids) if lead_id in row_of_lead]
        if len(seen) < len(lead_ids):  # the others were erased
            records, lead_ids = records.take(seen), tuple(lead_ids[row] for row in seen)
        lead_rows = np.fromiter((row_of_lead[lead_id] for lead_id in lead_ids), np.int64, len(lead_ids))
        seconds = np.array([to_seconds(moment) for moment in moments], np.int64)
        first = np.minimum(np.searchsorted(seconds, records.observed_at), len(seconds) - 1)
        by_lead: dict[int, list[int]] = {}
        for record, lead in enumerate(lead_rows.tolist()):
            by_lead.setdefault(lead, []).append(record)
        taken: list[int] = []
        labels: list[str] = []
        forms: list[tuple[int, int]] = []
        for lead in sorted(by_lead):
            members = by_lead[lead]
            for number in np.unique(first[members]).tolist():
                known = [record for record in members if first[record] <= number]
                taken += known
                labels += [f"{len(forms)}"] * len(known)
                forms.append((lead, number))
        chosen = records.take(np.array(taken, np.intp))
        apart = tuple(f"{record_id}#{label}" for record_id, label in zip(chosen.ids, labels, strict=True))
        versions = merge(attrs.evolve(chosen, ids=apart), labels, strategy).leads
        rows, numbers = np.array(forms, np.int64).reshape(-1, 2).T
        return cls(versions=versions, row_of=rows, known_from=numbers)

    def at(self, view: View, number: int) -> View:
        """Return the leads that were known at a moment, as they were known.

        Args:
            view: all leads, with where they stand now.
            number: the moment's place.
        """
        known = np.flatnonzero(self.known_from <= number)
        rows = self.row_of[known]
        last = np.append(rows[1:] != rows[:-1], np.ones(min(len(rows), 1), np.bool_))
        ids = tuple(view.leads.ids[row] for row in rows[last].tolist())
        return view.part(attrs.evolve(self.versions.take(known[last]), ids=ids), rows[last])
