"""Whether a lead may be contacted, by all that is known of everybody who was merged into it."""

import datetime as dt

from leadflow.errors import NotFoundError
from leadflow.merging import ADDRESS_FIELDS, ConsentLedger, Permission, alias_of
from leadflow.ports import StoreReader
from leadflow.records import Channel

__all__ = ["permission_for"]


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
    (present,) = reader.resolve([lead_id])
    leads = reader.leads([present])
    if not len(leads):
        raise NotFoundError(
            f"There is no lead {lead_id!r} in the store: check the id, or whether the lead was erased."
        )
    records, _ = reader.records([present])
    fields = ADDRESS_FIELDS.get(channel, ())
    addresses = sorted({str(value) for name in fields for value in records[name] if value is not None})
    alias = alias_of(reader.secret())
    return ConsentLedger.of(reader.consents()).may_contact(
        leads.lead(0),
        channel,
        purpose,
        now=now,
        others=[*addresses, *map(alias, addresses)],
    )
