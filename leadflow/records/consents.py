"""Consent as a ledger: what was allowed or forbidden for an address, when, by what act, on what basis."""

import datetime as dt
import enum
import re
from collections.abc import Mapping
from typing import Final

import attrs

from leadflow.errors import InputError, InvalidValueError
from leadflow.records.batches import to_seconds
from leadflow.values import EmailAddress, PhoneNumber, PostalAddress

__all__ = ["ANY_PURPOSE", "Basis", "Channel", "Consent", "ConsentState", "canonical_address", "check_channel"]

_CANONICAL: Final = re.compile(r"[a-z0-9._%-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|\+[0-9]+|x-[0-9a-f]{32}")
"""Most addresses as the records hold them, and aliases of erased ones: nothing is left to be read."""

ANY_PURPOSE = "*"
"""The purpose of an entry that speaks about every purpose."""


class Channel(enum.Enum):
    """How a person can be contacted."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"
    MESSAGE = "message"


class ConsentState(enum.Enum):
    """What the entry says."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Basis(enum.Enum):
    """On what ground a contact is allowed.

    References:
        特定電子メールの送信の適正化等に関する法律 (2002, as amended 2008), article 3 paragraph 1: (1) prior consent, (2) an address that
        was notified to the sender, as by handing over a business card, (3) a business relation,
        (4) an address that its owner published for a business.
    """

    OPT_IN = "opt_in"
    BUSINESS_CARD = "business_card"
    BUSINESS_RELATION = "business_relation"
    PUBLISHED_ADDRESS = "published_address"
    UNKNOWN = "unknown"


_KINDS: Final[Mapping[Channel, type[EmailAddress | PhoneNumber | PostalAddress]]] = {
    Channel.EMAIL: EmailAddress,
    Channel.PHONE: PhoneNumber,
    Channel.POST: PostalAddress,
    Channel.MESSAGE: PhoneNumber,
}


@attrs.frozen(kw_only=True)
class Consent:
    """One entry of the consent ledger.

    Attributes:
        address: e-mail address, phone number or postal address; the entry holds for everybody who uses it. An
            address or number that can be read is kept in its canonical form, whatever its case, width and dashes.
        channel: how.
        state: given or withdrawn.
        at: when the person acted; aware.
        purpose: what for, such as ``"newsletter"``; ``ANY_PURPOSE`` for everything.
        basis: on what ground, for an entry that gives.
        act: what the person did, with the wording shown, such as ``"form whitepaper-a, box 'mail me'"``.
        evidence: where the proof is kept: a document id, a URL, a record id.
        source: the system or list that told it.
        actor: who entered it; ``"self"`` when the person did, which alone can lift a withdrawal.
        key: idempotency key: an entry with the same key is stored once. Derived when empty.

    Raises:
        InputError: the moment is not aware, or a channel, state or basis is something else, such as its name.

    Example:
        >>> entry = Consent(address="a@example.jp", channel=Channel.EMAIL, state=ConsentState.WITHDRAWN,
        ...     at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), act="unsubscribe link")
        >>> entry.key
        'email|a@example.jp|*|withdrawn|2026-04-01T00:00:00+00:00|'
    """

    address: str
    channel: Channel
    state: ConsentState
    at: dt.datetime
    purpose: str = ANY_PURPOSE
    basis: Basis = Basis.UNKNOWN
    act: str = ""
    evidence: str = ""
    source: str = ""
    actor: str = "leadflow"
    key: str = ""

    def __attrs_post_init__(self) -> None:
        check_channel(self.channel)
        for value, kind in ((self.state, ConsentState), (self.basis, Basis)):
            if not isinstance(value, kind):
                raise InputError(f"A consent needs a {kind.__name__} there, got {type(value).__name__}.")
        to_seconds(self.at)
        object.__setattr__(self, "address", canonical_address(self.address, self.channel))
        if not self.key:
            when = self.at.astimezone(dt.UTC).isoformat()
            parts = (self.channel.value, self.address, self.purpose, self.state.value, when, self.source)
            object.__setattr__(self, "key", "|".join(parts))

    def __repr__(self) -> str:
        return f"<Consent {self.state.value} for {self.channel.value}, purpose {self.purpose!r}>"


def check_channel(channel: Channel) -> None:
    """Refuse what is no channel, such as its name.

    Raises:
        InputError: it is none.

    Example:
        >>> check_channel(Channel.EMAIL)
    """
    if not isinstance(channel, Channel):
        raise InputError(f"A channel must be a Channel, such as Channel.EMAIL, got {type(channel).__name__}.")


def canonical_address(address: str, channel: Channel) -> str:
    """Return an address as the ledger and the records keep it; what cannot be read stays as it is.

    Example:
        >>> canonical_address("Taro@Example.JP", Channel.EMAIL), canonical_address("03-1234-5678", Channel.PHONE)
        ('taro@example.jp', '+81312345678')
    """
    if _CANONICAL.fullmatch(address):
        return address
    try:
        return str(_KINDS[channel].parse(address))
    except InvalidValueError:
        return address
