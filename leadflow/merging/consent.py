"""Whether a person may be contacted: the most restrictive word about any of their addresses decides."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs
import numpy as np

from leadflow.columns import Column, Flags
from leadflow.errors import InvalidValueError
from leadflow.records import ANY_PURPOSE, FIELDS, Basis, Channel, Consent, ConsentState, Lead, LeadBatch
from leadflow.records.batches import to_seconds
from leadflow.records.consents import canonical_address, check_channel
from leadflow.values import EmailAddress

__all__ = ["ADDRESS_FIELDS", "ConsentLedger", "Permission", "mailbox_of"]

ADDRESS_FIELDS: Final[Mapping[Channel, tuple[str, ...]]] = {
    Channel.EMAIL: ("email",),
    Channel.PHONE: ("phone", "phone_direct", "mobile"),
    Channel.POST: ("address",),
    Channel.MESSAGE: ("mobile",),
}
"""The fields of a lead that hold its addresses, by channel."""

_OPT_OUT: Final[Mapping[Channel, str]] = {Channel.EMAIL: "opt_out_email", Channel.PHONE: "opt_out_phone"}
_DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})
"""Domains where dots make no other mailbox."""
_CHANNEL_JA: Final[Mapping[Channel, str]] = {
    Channel.EMAIL: "メール",
    Channel.PHONE: "電話",
    Channel.POST: "郵便",
    Channel.MESSAGE: "メッセージ",
}
_BASIS_JA: Final[Mapping[Basis, str]] = {
    Basis.OPT_IN: "事前の同意",
    Basis.BUSINESS_CARD: "名刺交換",
    Basis.BUSINESS_RELATION: "取引関係",
    Basis.PUBLISHED_ADDRESS: "公表されたアドレス",
    Basis.UNKNOWN: "不明",
}
_BASIS_NEEDED: Final = frozenset({Channel.EMAIL, Channel.MESSAGE})


@attrs.frozen(kw_only=True)
class Permission:
    """The answer to "may we?", true or false in a condition.

    Attributes:
        allowed: whether the contact is allowed.
        reason: why, in one sentence without personal data.
        reason_ja: the same in Japanese.
        entry: the entry of the ledger that decided, if one did.

    Example:
        >>> bool(Permission(allowed=False, reason="no address"))
        False
    """

    allowed: bool
    reason: str
    reason_ja: str = ""
    entry: Consent | None = None

    def __bool__(self) -> bool:
        return self.allowed


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConsentLedger:
    """Entries about addresses, ready to be asked.

    A withdrawal stands until the person lifts it: only a later opt-in that they gave themselves does, never
    an import. An entry about every purpose speaks about each one. E-mail and messages need a basis; for the
    others silence is consent. Who withdrew one address of a mailbox, such as ``taro+news@example.jp``, withdrew
    them all; what was given holds for the very address.

    Attributes:
        entries: (channel, mailbox or address) to its entries, oldest first; a withdrawal comes after what was said
            at the same moment.

    References:
        特定電子メールの送信の適正化等に関する法律 (2002, as amended 2008), article 3 paragraphs 1 and 3.

    Example:
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> ledger = ConsentLedger.of([Consent(
        ...     address="a@example.jp", channel=Channel.EMAIL, state=ConsentState.WITHDRAWN, at=at)])
        >>> ledger.may_contact(Lead(email="a@example.jp"), Channel.EMAIL, "newsletter", now=at).reason
        'withdrawn on 2026-04-01'
    """

    entries: Mapping[tuple[Channel, str], tuple[Consent, ...]]

    @classmethod
    def of(cls, consents: Iterable[Consent]) -> "ConsentLedger":
        """Make a ledger from entries in any order.

        Example:
            >>> len(ConsentLedger.of([]).entries)
            0
        """
        found: dict[tuple[Channel, str], list[Consent]] = {}
        for entry in consents:
            found.setdefault((entry.channel, mailbox_of(entry.address)), []).append(entry)
        return cls(entries={key: tuple(sorted(group, key=_order)) for key, group in found.items()})

    def may_contact(
        self,
        lead: Lead,
        channel: Channel,
        purpose: str = ANY_PURPOSE,
        *,
        now: dt.datetime,
        others: Sequence[str] = (),
    ) -> Permission:
        """Tell whether a lead may be contacted, and why.

        Args:
            lead: a golden lead, with its consent flags.
            channel: how.
            purpose: what for.
            now: entries after it do not count yet; the reason tells days in its time zone.
            others: further addresses of the same person: those of the source records that did not survive,
                and the anonymous aliases of erased ones. What they forbid is forbidden.

        Raises:
            InputError: ``now`` is not aware, or the channel is something else, such as its name.

        Example:
            >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> ledger = ConsentLedger.of([])
            >>> ledger.may_contact(Lead(email="a@example.jp"), Channel.EMAIL, now=now).reason
            'no basis is known for email'
            >>> ledger.may_contact(Lead(phone="+81312345678"), Channel.PHONE, now=now).allowed
            True
        """
        check_channel(channel)
        to_seconds(now)
        own = [str(value) for name in ADDRESS_FIELDS[channel] if (value := lead.get(name)) is not None]
        how, how_ja = channel.value, _CHANNEL_JA[channel]
        if not own:
            return _no(f"there is no address for {how}", f"{how_ja}の宛先がありません")
        flag = _OPT_OUT.get(channel)
        if flag is not None and lead.get(flag) is True:
            return _no(f"a source says {flag}", f"取込元に「{FIELDS[flag].label_ja}」とあります")
        if lead.opt_in is False and channel in _BASIS_NEEDED:
            return _no("a source says that consent was refused", "取込元に、同意しないとあります")
        standing = [self._standing(channel, address, purpose, now) for address in (*own, *others)]
        for entry in standing:
            if entry is not None and entry.state is ConsentState.WITHDRAWN:
                day = entry.at.astimezone(now.tzinfo).date().isoformat()
                return _no(f"withdrawn on {day}", f"{day}に撤回されています", entry)
        for entry in standing[: len(own)]:
            if entry is not None:
                day, basis = entry.at.astimezone(now.tzinfo).date().isoformat(), entry.basis
                return _yes(
                    f"given on {day}, basis: {basis.value.replace('_', ' ')}",
                    f"{day}に得ています（根拠: {_BASIS_JA[basis]}）",
                    entry,
                )
        if lead.opt_in is True:
            return _yes("a source says opt_in", "取込元に、同意するとあります")
        if channel in _BASIS_NEEDED:
            return _no(f"no basis is known for {how}", f"{how_ja}を送る根拠がわかりません")
        return _yes("nothing forbids it", "妨げるものはありません")

    def allowed(
        self, batch: LeadBatch, channel: Channel, purpose: str = ANY_PURPOSE, *, now: dt.datetime
    ) -> Flags:
        """Tell for each lead of a batch whether it may be contacted.

        Args:
            batch: n golden leads, with their consent flags.
            channel: how.
            purpose: what for.
            now: entries after it do not count yet.

        Returns:
            (n,) bool, as ``may_contact`` says of each.

        Example:
            >>> batch = LeadBatch.from_leads([Lead(email="a@example.jp", opt_in=True), Lead(email="b@example.jp")])
            >>> ConsentLedger.of([]).allowed(batch, Channel.EMAIL, now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).tolist()
            [True, False]
        """
        check_channel(channel)
        to_seconds(now)
        n = len(batch)
        spoken = any(of is channel for of, _ in self.entries)
        forbidden, given, reachable = np.zeros(n, np.bool_), np.zeros(n, np.bool_), np.zeros(n, np.bool_)
        for name in ADDRESS_FIELDS[channel]:
            column = batch[name]
            standing = [
                self._standing(channel, str(value), purpose, now) if spoken else None
                for value in column.values
            ]
            reachable |= column.filled
            forbidden |= _where(column, [_says(entry, ConsentState.WITHDRAWN) for entry in standing])
            given |= _where(column, [_says(entry, ConsentState.GIVEN) for entry in standing])
        flag = _OPT_OUT.get(channel)
        if flag is not None:
            forbidden |= batch[flag].test(lambda value: value is True)
        if channel in _BASIS_NEEDED:
            forbidden |= batch["opt_in"].test(lambda value: value is False)
            given |= batch["opt_in"].test(lambda value: value is True)
            return reachable & given & ~forbidden
        return reachable & ~forbidden

    def _standing(self, channel: Channel, address: str, purpose: str, now: dt.datetime) -> Consent | None:
        """Return the entry that holds for an address, or None when nothing was said."""
        standing: Consent | None = None
        address = canonical_address(address, channel)
        for entry in self.entries.get((channel, mailbox_of(address)), ()):
            if entry.at > now or not _speaks_of(entry, purpose):
                continue
            if entry.state is ConsentState.GIVEN and entry.address != address:
                continue
            forbidden = standing is not None and standing.state is ConsentState.WITHDRAWN
            if not forbidden or entry.state is ConsentState.WITHDRAWN or _lifts(entry):
                standing = entry
        return standing

    def __repr__(self) -> str:
        return f"<ConsentLedger of {len(self.entries)} addresses>"


def _no(reason: str, reason_ja: str, entry: Consent | None = None) -> Permission:
    return Permission(allowed=False, reason=reason, reason_ja=reason_ja, entry=entry)


def _yes(reason: str, reason_ja: str, entry: Consent | None = None) -> Permission:
    return Permission(allowed=True, reason=reason, reason_ja=reason_ja, entry=entry)


def mailbox_of(address: str) -> str:
    """Return what all addresses of one mailbox have in common; other addresses stand for themselves.

    Example:
        >>> mailbox_of("taro+news@example.jp")
        'taro@example.jp'
    """
    local, at, domain = address.partition("@")
    if not at or ("+" not in local and domain not in _DOTLESS):
        return address
    try:
        return EmailAddress.parse(address).key
    except InvalidValueError:
        return address


def _says(entry: Consent | None, state: ConsentState) -> bool:
    return entry is not None and entry.state is state


def _where(column: Column, answers: Sequence[bool]) -> Flags:
    """Spread answers about the distinct values over the cells; empty cells are False."""
    return np.array([*answers, False], np.bool_)[np.maximum(column.codes, -1)]


def _speaks_of(entry: Consent, purpose: str) -> bool:
    """A withdrawal of anything forbids everything when no purpose is named; a consent must name it or all."""
    if purpose == ANY_PURPOSE:
        return entry.purpose == ANY_PURPOSE or entry.state is ConsentState.WITHDRAWN
    return entry.purpose in {purpose, ANY_PURPOSE}


def _lifts(entry: Consent) -> bool:
    return entry.actor == "self" and entry.basis is Basis.OPT_IN


def _order(entry: Consent) -> tuple[dt.datetime, bool, str]:
    return entry.at, entry.state is ConsentState.WITHDRAWN, entry.key
