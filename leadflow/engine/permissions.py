"""What a lead said about being contacted, and whether it may be, by all that is known of everybody who was merged into it."""

import datetime as dt
from collections.abc import Iterable

from leadflow.errors import NotFoundError, StateError
from leadflow.merging import ADDRESS_FIELDS, ConsentLedger, Permission, alias_of
from leadflow.ports import StoreReader, StoreSession
from leadflow.records import Basis, Channel, Consent, ConsentState, Event, EventKind, LeadBatch
from leadflow.records.consents import check_channel
from leadflow.records.events import Json

__all__ = ["enter_consents", "note_consent", "permission_for"]


def permission_for(
    reader: StoreReader, lead_id: str, channel: Channel, purpose: str, *, now: dt.datetime
) -> Permission:
    """Ask the whole ledger about a lead and every address of its records, also those that did not survive.

    Args:
        reader: the store.
        lead_id: present or former lead id.
        channel: how.
        purpose: what for.
        now: entries after it do not count yet; aware.

    Raises:
        NotFoundError: there is no such lead.
        InputError: ``now`` is not aware, or the channel is something else, such as its name.
    """
    present, leads = _golden(reader, lead_id)
    addresses, alias = _addresses(reader, present, channel), alias_of(reader.secret())
    return ConsentLedger.of(reader.consents()).may_contact(
        leads.lead(0),
        channel,
        purpose,
        now=now,
        others=[*addresses, *map(alias, addresses)],
    )


def note_consent(
    session: StoreSession,
    lead_id: str,
    channel: Channel,
    state: ConsentState,
    *,
    purpose: str,
    basis: Basis,
    act: str,
    evidence: str,
    source: str,
    actor: str,
    now: dt.datetime,
) -> tuple[Consent, ...]:
    """Enter into the ledger and the journal what a lead said: a consent for its address, a withdrawal for every one it had.

    Args:
        session: writes both in one transaction.
        lead_id: present or former lead id.
        channel: how it may or may not be contacted.
        state: given or withdrawn.
        purpose: what for.
        basis: on what ground, of a consent.
        act: what the person did, with the wording shown.
        evidence: where the proof is kept.
        source: the system that told it.
        actor: who enters it; ``"self"`` for the person.
        now: aware; when the person acted.

    Returns:
        The entries, one for each address.

    Raises:
        NotFoundError: there is no such lead.
        StateError: it has no address for the channel.
        InputError: ``now`` is not aware, or the channel is something else, such as its name.
    """
    check_channel(channel)
    present, leads = _golden(session, lead_id)
    own = {str(value) for name in ADDRESS_FIELDS[channel] if (value := leads[name][0]) is not None}
    known = own if state is ConsentState.GIVEN else own.union(_addresses(session, present, channel))
    if not known:
        raise StateError(
            f"The lead {lead_id!r} has no address for {channel.value}: there is nothing to consent to."
        )
    entries = tuple(
        Consent(
            address=address,
            channel=channel,
            state=state,
            at=now,
            purpose=purpose,
            basis=basis,
            act=act,
            evidence=evidence,
            source=source,
            actor=actor,
        )
        for address in sorted(known)
    )
    enter_consents(session, [(present, entry) for entry in entries], now=now)
    return entries


def enter_consents(
    session: StoreSession, said: Iterable[tuple[str, Consent]], *, now: dt.datetime, definition: str = ""
) -> None:
    """Enter into the ledger what it does not hold yet, and into the journal once what was said of several addresses at once.

    The ledger alone keeps address and evidence.

    Args:
        session: writes both in one transaction.
        said: the lead and the entry, each.
        now: aware; when it is entered.
        definition: the version of the rules.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> entry = Consent(address="a@example.jp", channel=Channel.EMAIL, state=ConsentState.WITHDRAWN, at=at, actor="self")
        >>> with MemoryStore() as store, store.session() as session:
        ...     enter_consents(session, [("L1", entry)], now=at)
        ...     enter_consents(session, [("L1", entry)], now=at)
        ...     [(event.kind.value, event.actor, event.detail["channel"]) for event in session.journal()]
        [('consent_withdrawn', 'self', 'email')]
    """
    pairs = list(said)
    if not pairs:
        return
    held = {entry.key for entry in session.consents(list({entry.address for _, entry in pairs}))}
    pairs = [(lead_id, entry) for lead_id, entry in pairs if entry.key not in held]
    session.add_consents([entry for _, entry in pairs])
    acts = {
        (lead_id, entry.channel, entry.state, entry.purpose, entry.at, entry.evidence): entry
        for lead_id, entry in pairs
    }
    session.append([_event(act[0], entry, now, definition) for act, entry in acts.items()])


def _event(lead_id: str, entry: Consent, now: dt.datetime, definition: str) -> Event:
    given = entry.state is ConsentState.GIVEN
    detail: dict[str, Json] = {"channel": entry.channel.value, "purpose": entry.purpose}
    detail |= {"basis": entry.basis.value} if given else {}
    return Event(
        kind=EventKind.CONSENT_GIVEN if given else EventKind.CONSENT_WITHDRAWN,
        lead_id=lead_id,
        at=now,
        actor=entry.actor,
        reason=entry.act,
        definition=definition,
        detail=detail,
    )


def _golden(reader: StoreReader, lead_id: str) -> tuple[str, LeadBatch]:
    (present,) = reader.resolve([lead_id])
    leads = reader.leads([present])
    if not len(leads):
        raise NotFoundError(
            f"There is no lead {lead_id!r} in the store: check the id, or whether the lead was erased."
        )
    return present, leads


def _addresses(reader: StoreReader, lead_id: str, channel: Channel) -> list[str]:
    """Return every address of the records of a lead, also those that did not survive."""
    records, _ = reader.records([lead_id])
    fields = ADDRESS_FIELDS.get(channel, ())
    return sorted({str(value) for name in fields for value in records[name] if value is not None})
