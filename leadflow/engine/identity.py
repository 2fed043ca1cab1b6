"""Which records are which lead: clusters of today joined with the links of yesterday.

A lead id, once given, stands for ever. Records that are linked stay linked; a cluster that touches
several leads merges them into the one that was there first, and the others' ids resolve to it.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, count

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Codes, Column
from leadflow.records import LeadBatch

__all__ = ["Identities", "new_lead_id", "references", "resolve_identities"]


@attrs.frozen(kw_only=True, eq=False)
class Identities:
    """The lead of every record.

    Attributes:
        lead_ids: (n,) lead ids, in the order of the records.
        merged: former lead id to the lead id that it stands for now.
        touched: lead ids whose set of records changed, in order of first record.
    """

    lead_ids: tuple[str, ...]
    merged: Mapping[str, str]
    touched: tuple[str, ...]


def resolve_identities(
    record_ids: Sequence[str],
    previous: Sequence[str | None],
    cluster_ids: npt.NDArray[np.int64],
    *,
    apart: Sequence[tuple[int, int]] = (),
    former: Collection[str] = (),
) -> Identities:
    """Give every record a lead.

    Args:
        record_ids: (n,) record ids, oldest first.
        previous: (n,) the lead id of each record that has one.
        cluster_ids: (n,) int64; records with one number are the same lead.
        apart: pairs of rows that a person held apart: not even other records between them make them one lead,
            unless they are linked already.
        former: ids of leads that were merged into others, which no new lead gets.

    Returns:
        The lead of every record. A new lead's id is derived from its smallest record id, so that it does
        not depend on the order of the records.

    Example:
        >>> import numpy as np
        >>> found = resolve_identities(["r1", "r2", "r3"], ["A", "B", None], np.array([0, 0, 1]))
        >>> found.lead_ids[:2], dict(found.merged)
        (('A', 'A'), {'B': 'A'})
    """
    n = len(record_ids)
    old = Column.of(previous)
    clusters = np.unique(cluster_ids, return_inverse=True)[1].astype(np.int64)
    labels = _held_apart(_components(clusters, old.codes), clusters, old.codes, apart)
    count = int(labels.max()) + 1 if n else 0

    kept = np.full(count, -1, np.int64)
    had = np.flatnonzero(old.codes >= 0)
    kept[labels[had][::-1]] = old.codes[had][::-1]
    names: list[str | None] = [None if code < 0 else str(old.values[code]) for code in kept.tolist()]
    smallest: dict[int, str] = {}
    for row in np.flatnonzero(kept[labels] < 0).tolist():
        label, record_id = int(labels[row]), record_ids[row]
        smallest[label] = min(record_id, smallest.get(label, record_id))
    given = {*map(str, old.values), *former}
    ids = [name if name is not None else _free_id(smallest[label], given) for label, name in enumerate(names)]

    first = {str(old.values[code]): ids[label] for code, label in _label_of_each(old.codes, labels)}
    merged = {lead_id: now for lead_id, now in first.items() if lead_id != now}
    grew = np.unique(labels[old.codes < 0]).tolist() if n else []
    touched = dict.fromkeys([*(ids[label] for label in grew), *merged.values()])
    return Identities(
        lead_ids=tuple(ids[label] for label in labels.tolist()), merged=merged, touched=tuple(touched)
    )


def references(batch: LeadBatch, lead_ids: Sequence[str]) -> dict[str, str]:
    """Return by which references an activity finds its lead: record ids, external ids and e-mail addresses.

    Args:
        batch: n source records, oldest first.
        lead_ids: (n,) the lead of each.

    Returns:
        Reference to lead id. A reference that several leads share stands for the one that had it first.

    Example:
        >>> batch = LeadBatch.from_dicts([{"email": "a@example.jp"}, {"email": "a@example.jp"}], ids=["r1", "r2"])
        >>> references(batch, ["A", "B"])["a@example.jp"]
        'A'
    """
    found: dict[str, str] = {}
    for name in ("email", "external_id"):
        column = batch[name]
        codes, rows = np.unique(column.codes, return_index=True)
        for code, row in zip(codes.tolist(), rows.tolist(), strict=True):
            if code >= 0:
                found[str(column.values[code])] = lead_ids[int(row)]
    found.update(zip(batch.ids, lead_ids, strict=True))
    return found


def _components(clusters: npt.NDArray[np.int64], leads: Codes) -> npt.NDArray[np.int64]:
    """Number the groups in which two records share a cluster or a lead, directly or through others."""
    labels = clusters.copy()
    linked = leads >= 0
    while True:
        before = labels.copy()
        if linked.any():
            lowest = np.full(int(leads.max()) + 1, np.iinfo(np.int64).max)
            np.minimum.at(lowest, leads[linked], labels[linked])
            labels[linked] = lowest[leads[linked]]
        lowest = np.full(int(clusters.max(initial=-1)) + 1, np.iinfo(np.int64).max)
        np.minimum.at(lowest, clusters, labels)
        labels = lowest[clusters]
        if np.array_equal(before, labels):
            return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _held_apart(
    labels: npt.NDArray[np.int64],
    clusters: npt.NDArray[np.int64],
    leads: Codes,
    apart: Sequence[tuple[int, int]],
) -> npt.NDArray[np.int64]:
    """Take groups apart that join what must stay apart: links stay, and clusters join only what they may."""
    distinct: dict[int, set[int]] = {}
    for a, b in apart:
        if labels[a] == labels[b] and (leads[a] < 0 or leads[a] != leads[b]):
            distinct.setdefault(a, set()).add(b)
            distinct.setdefault(b, set()).add(a)
    labels = labels.copy()
    for label in {int(labels[row]) for row in distinct}:
        rows = np.flatnonzero(labels == label).tolist()
        group_of: dict[int, set[int]] = {}
        linked: dict[int, set[int]] = {}
        for row in rows:
            group = linked.setdefault(int(leads[row]), set()) if leads[row] >= 0 else set()
            group.add(row)
            group_of[row] = group
        members: dict[int, list[int]] = {}
        for row in rows:
            earlier = members.setdefault(int(clusters[row]), [])
            for other in earlier:
                mine, theirs = group_of[row], group_of[other]
                if mine is theirs or any(distinct.get(one, set()) & theirs for one in mine):
                    continue
                theirs |= mine
                group_of.update(dict.fromkeys(mine, theirs))
            earlier.append(row)
        groups = {id(group): group for group in group_of.values()}
        for number, group in enumerate(groups.values()):
            labels[list(group)] = label if number == 0 else int(labels.max()) + 1
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)


def _label_of_each(codes: Codes, labels: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    unique, rows = np.unique(codes, return_index=True)
    return [(int(code), int(labels[row])) for code, row in zip(unique, rows, strict=True) if code >= 0]


def _free_id(record_id: str, given: Collection[str]) -> str:
    """Return the id of a new lead; where a record of a person who was erased comes again, the erased lead has the usual one."""
    others = (new_lead_id(f"{record_id} again {number}") for number in count(1))
    return next(lead_id for lead_id in chain([new_lead_id(record_id)], others) if lead_id not in given)


def new_lead_id(record_id: str) -> str:
    """Return the id of a lead whose smallest record id this is.

    Example:
        >>> new_lead_id("r1") == new_lead_id("r1")
        True
    """
    return "L" + hashlib.blake2b(record_id.encode(), digest_size=8).hexdigest()
