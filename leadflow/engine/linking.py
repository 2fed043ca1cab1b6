"""Linking records to leads in a store, and deriving the golden leads again."""

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import attrs
import numpy as np

from leadflow.capture.normalising import normalise_cell
from leadflow.engine.identity import Identities, references, resolve_identities
from leadflow.engine.permissions import enter_consents
from leadflow.engine.reviews import review_document
from leadflow.matching import Matcher
from leadflow.matching import Verdict as RecordPair
from leadflow.merging import MergeStrategy, erased_references, merge
from leadflow.ports import StoreSession
from leadflow.records import (
    ActivityLog,
    Consent,
    LeadBatch,
    SourceRecord,
    Verdict,
)
from leadflow.records.batches import from_seconds, to_seconds
from leadflow.records.compacting import compact_batch
from leadflow.records.consents import Basis, Channel, ConsentState
from leadflow.records.events import Json
from leadflow.records.tables import Table
from leadflow.records.verdicts import VerdictKind

__all__ = [
    "Linked",
    "add_consents_in",
    "add_consents_of",
    "derive_leads",
    "link_population",
    "record_pairs",
    "store_activities",
]


@attrs.frozen(kw_only=True, eq=False)
class Linked:
    """The population after linking.

    Attributes:
        batch: all source records, oldest first.
        before: ids of the leads that there were.
        identities: the lead of each.
        review: the pairs that a person should look at, as plain data.
        model: the fitted matcher as plain data.
    """

    batch: LeadBatch
    before: frozenset[str]
    identities: Identities
    review: Json
    model: Mapping[str, object]


def link_population(
    session: StoreSession, new: LeadBatch, *, matcher: Matcher, verdicts: Sequence[Verdict], seed: int
) -> Linked:
    """Find duplicates among everything that is stored and what is new.

    Args:
        session: the store.
        new: records that the store does not have.
        matcher: how records are compared.
        verdicts: decisions of people, honoured.
        seed: of the fitting's samples.
    """
    known, lead_ids = session.records()
    batch = (
        LeadBatch.concatenate([known, attrs.evolve(new, raw={})]) if len(known) else attrs.evolve(new, raw={})
    )
    table = Table.of(batch)
    fitted = matcher.fit(table, seed=seed)
    result = fitted.dedupe(table, verdicts=record_pairs(verdicts))
    previous = [*lead_ids, *([None] * len(new))]
    row_of = {record_id: row for row, record_id in enumerate(batch.ids)}
    apart = [
        (row_of[verdict.first], row_of[verdict.second])
        for verdict in verdicts
        if verdict.kind is VerdictKind.DISTINCT and verdict.first in row_of and verdict.second in row_of
    ]
    return Linked(
        batch=batch,
        before=frozenset(lead_ids),
        identities=resolve_identities(
            batch.ids, previous, result.cluster_ids, apart=apart, former=session.redirects()
        ),
        review=review_document(result),
        model=fitted.to_dict(),
    )


def record_pairs(verdicts: Sequence[Verdict]) -> list[RecordPair]:
    """Return people's verdicts as the matcher takes them.

    Example:
        >>> record_pairs([])
        []
    """
    return [RecordPair(verdict.first, verdict.second, verdict.kind.value) for verdict in verdicts]


def derive_leads(
    session: StoreSession,
    batch: LeadBatch,
    lead_ids: Sequence[str],
    touched: Iterable[str],
    strategy: MergeStrategy,
) -> LeadBatch:
    """Derive the golden leads whose records changed, and store them.

    Returns:
        The leads that were derived, as the store has them now.
    """
    wanted = set(touched)
    rows = np.fromiter((lead_id in wanted for lead_id in lead_ids), np.bool_, len(lead_ids))
    if not rows.any():
        return LeadBatch.of({})
    chosen = np.flatnonzero(rows)
    golden = merge(batch.take(chosen), [lead_ids[row] for row in chosen.tolist()], strategy)
    compacted = attrs.evolve(golden, leads=compact_batch(golden.leads))
    session.put_leads(compacted)
    return compacted.leads


@attrs.frozen
class _Box:
    """A box that is ticked: its field, the field of the address that it is about, the channel, and what it means."""

    flag: str
    address: str
    channel: Channel
    state: ConsentState


_BOXES: Final = (
    _Box("opt_in", "email", Channel.EMAIL, ConsentState.GIVEN),
    _Box("opt_out_email", "email", Channel.EMAIL, ConsentState.WITHDRAWN),
    _Box("opt_out_phone", "phone", Channel.PHONE, ConsentState.WITHDRAWN),
    _Box("opt_out_phone", "mobile", Channel.PHONE, ConsentState.WITHDRAWN),
)


def add_consents_of(
    session: StoreSession, batch: LeadBatch, lead_ids: Sequence[str], now: dt.datetime, definition: str = ""
) -> None:
    """Enter into the ledger and the journal what the records say about consent.

    A box that was left empty is no withdrawal; it is no consent either. An opt-in without time counts from the epoch and a
    withdrawal from now, so that a list that does not say when can never override a withdrawal.

    Args:
        session: writes both in one transaction.
        batch: n new records.
        lead_ids: (n,) the lead of each.
        now: when they are taken in.
        definition: the version of the rules, for the journal.
    """
    said = []
    for box in _BOXES:
        if box.flag not in batch.columns or box.address not in batch.columns:
            continue
        ticked = batch[box.flag].test(partial(_is_ticked, box)) & batch[box.address].filled
        for row in np.flatnonzero(ticked).tolist():
            at = from_seconds(int(batch.observed_at[row]))
            source = "" if (told := batch.sources[row]) is None else str(told)
            record = SourceRecord(id=batch.ids[row], source=source, observed_at=at)
            said.append((lead_ids[row], _consent(box, str(batch[box.address][row]), record, now)))
    enter_consents(session, said, now=now, definition=definition)


def add_consents_in(
    session: StoreSession, record: SourceRecord, lead_id: str, now: dt.datetime, definition: str = ""
) -> None:
    """Enter into ledger and journal what one record says about consent, as ``add_consents_of`` does for many."""
    values = record.values
    said = [
        (lead_id, _consent(box, str(values[box.address]), record, now))
        for box in _BOXES
        if _is_ticked(box, values.get(box.flag)) and values.get(box.address) is not None
    ]
    enter_consents(session, said, now=now, definition=definition)


def _is_ticked(box: _Box, cell: Hashable) -> bool:
    """Tell whether a box was ticked; a text that nobody can read is taken for a withdrawal, and not for a consent."""
    if cell is None or isinstance(cell, int):
        return cell == 1
    read = normalise_cell(box.flag, str(cell))
    return box.state is ConsentState.WITHDRAWN if read.refused else read.cell.value is True


def _consent(box: _Box, address: str, record: SourceRecord, now: dt.datetime) -> Consent:
    """Return the entry of a box that was ticked in a record."""
    given = box.state is ConsentState.GIVEN
    known = from_seconds(to_seconds(record.observed_at))
    return Consent(
        address=address,
        channel=box.channel,
        state=box.state,
        at=known or (dt.datetime.fromtimestamp(0, dt.UTC) if given else now),
        basis=Basis.OPT_IN if given else Basis.UNKNOWN,
        act=f"column {box.flag}",
        evidence=record.id,
        source=record.source,
    )


def store_activities(session: StoreSession, log: ActivityLog | None) -> int:
    """Add activities and let every one follow the lead that its reference stands for.

    What is told of a person who was erased is left out.

    Returns:
        How many were new.
    """
    added = 0
    if log is not None:
        erased = erased_references(session, [str(name) for name in log.lead_ids.values])
        kept = log.take(np.flatnonzero(~log.lead_ids.test(erased.__contains__))) if erased else log
        added = session.add_activities(kept)
    present = [str(name) for name in session.activities().lead_ids.values]
    if not present:
        return added
    records, lead_ids = session.records()
    lead_of = references(records, lead_ids)
    resolved = zip(present, session.resolve(present), strict=True)
    moves = {name: lead for name, end in resolved if (lead := lead_of.get(name, end)) != name}
    if moves:
        session.relabel_activities(moves)
    return added
