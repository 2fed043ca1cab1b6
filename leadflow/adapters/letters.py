"""What a message of the outbox says to a person: subject and text in Japanese or English, with a link to the lead."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

import attrs

from leadflow.calendars.zones import zone_of
from leadflow.errors import DefinitionError
from leadflow.records import Message
from leadflow.records.events import Json
from leadflow.reporting.cells import moment_told
from leadflow.reporting.figures import ColumnKind, Language, readable, written
from leadflow.reporting.words import Words

__all__ = ["Letters"]

_SAYS: Final[Mapping[str, Words]] = {
    "assigned": Words("新しいリードの担当になりました", "A new lead is yours"),
    "informed": Words("リードについてのお知らせです", "For your information: a lead"),
    "reminded": Words("対応をお待ちしているリードがあります", "A lead is waiting for you"),
    "supervisor": Words(
        "メンバーの対応を待っているリードがあります", "A lead is waiting for somebody of your team"
    ),
    "reassign": Words(
        "期限までに対応がなかったため、担当が替わります",
        "Nobody answered in time, so the lead goes to somebody else",
    ),
    "pool": Words(
        "期限までに対応がなかったため、受け皿へ移ります",
        "Nobody answered in time, so the lead goes to the pool",
    ),
    "conflict": Words("同じお客様を他の担当者も持っています", "Somebody else has the same customer"),
    "stale": Words("リードが同じ段階に長くとどまっています", "A lead has not moved for long"),
    "digest": Words("対応を待っているリードの一覧です", "The leads that are waiting"),
}
"""By kind; of an escalation by what it does."""

_ASKS: Final[Mapping[str, Words]] = {
    "assigned": Words("受諾するか、辞退してください。", "Please accept or decline it."),
    "reminded": Words("受諾または対応をお願いします。", "Please accept it or follow it up."),
    "supervisor": Words("担当者に確認してください。", "Please ask its owner."),
    "conflict": Words(
        "お客様に誰が何を伝えたか、確認し合ってください。", "Please agree on who has told the customer what."
    ),
}
_FACTS: Final[Mapping[str, Words]] = {
    "deadline": Words("期限", "Deadline"),
    "owner": Words("担当", "Owner"),
    "other_owner": Words("もう一人の担当", "The other owner"),
    "stage": Words("段階", "Stage"),
    "why": Words("理由", "Why"),
    "reasons": Words("理由", "Why"),
}
_PEOPLE: Final = frozenset({"owner", "other_owner"})


@attrs.frozen(kw_only=True)
class Letters:
    """How messages are put into words. Nothing personal of a lead is said: who may see it follows the link.

    Attributes:
        language: ``"ja"`` or ``"en"``.
        link: the address of a lead in your system, with ``{lead_id}`` in it; none by default.
        time_zone: the IANA zone in which moments are told.
        names: what people and teams are called, by id; who has an empty name is called by the id.

    Raises:
        DefinitionError: the link is no address, or does not say where the lead's id goes, or there is no such time zone.
        InputError: another language.

    Example:
        >>> import datetime as dt
        >>> letters = Letters(link="https://crm.example.co.jp/leads/{lead_id}", names={"sato": "佐藤 太郎"})
        >>> message = Message(key="k", kind="assigned", to="sato", lead_id="L1", payload={"deadline": "2026-04-02T04:00:00+00:00"},
        ...     created_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> letters.subject(message)
        '新しいリードの担当になりました: L1（期限 2026/04/02 13:00）'
        >>> print(letters.text(message))
        新しいリードの担当になりました。受諾するか、辞退してください。
        <BLANKLINE>
        リード: L1
        期限: 2026/04/02 13:00
        https://crm.example.co.jp/leads/L1
    """

    language: Language = "ja"
    link: str = ""
    time_zone: str = "Asia/Tokyo"
    names: Mapping[str, str] = attrs.field(factory=dict, repr=False)

    def __attrs_post_init__(self) -> None:
        _SAYS["assigned"].of(self.language)
        zone_of(self.time_zone)
        if self.link and (
            urlsplit(self.link).scheme not in {"http", "https"} or "{lead_id}" not in self.link
        ):
            raise DefinitionError(
                "The link of letters must be an http or https address with {lead_id} in it, such as "
                "https://crm.example.co.jp/leads/{lead_id}."
            )

    def subject(self, message: Message) -> str:
        """Return one line: the payload's own ``subject`` where there is one.

        Example:
            >>> import datetime as dt
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> Letters(language="en").subject(Message(key="k", kind="stale", to="sato", lead_id="L1", created_at=at))
            'A lead has not moved for long: L1'
        """
        own = message.payload.get("subject")
        if own:
            return " ".join(readable(str(own)).split())
        said = self._says(message) + (f": {message.lead_id}" if message.lead_id else "")
        until = self._moment(message.payload.get("deadline"))
        if until:
            said += f"（期限 {until}）" if self.language == "ja" else f" (by {until})"
        return " ".join(readable(said).split())

    def text(self, message: Message) -> str:
        """Return what happened, what is asked for, the facts and the link: the payload's own ``text`` where there is one.

        Example:
            >>> import datetime as dt
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> print(Letters(language="en").text(Message(key="k", kind="informed", to="sato", lead_id="L1", payload={"owner": "ito"},
            ...     created_at=at)))
            For your information: a lead.
            <BLANKLINE>
            Lead: L1
            Owner: ito
        """
        own = message.payload.get("text")
        if own:
            return "\n".join(map(readable, str(own).splitlines()))
        stop = "。" if self.language == "ja" else "."
        ask = _ASKS.get(_act(message))
        gap = "" if self.language == "ja" else " "
        lines = [self._says(message) + stop + (gap + ask.of(self.language) if ask else ""), ""]
        if message.lead_id:
            lines.append(f"{Words('リード', 'Lead').of(self.language)}: {message.lead_id}")
        for name, label in _FACTS.items():
            if name == "why" and message.kind != "informed":
                continue  # the first sentence says it
            told = self._fact(name, message.payload.get(name))
            lines += [f"{label.of(self.language)}: {told}"] if told else []
        if self.link and message.lead_id:
            lines.append(self.link.replace("{lead_id}", quote(message.lead_id, safe="")))
        return "\n".join(map(readable, lines)).rstrip("\n")

    def _says(self, message: Message) -> str:
        known = _SAYS.get(_act(message)) or _SAYS.get(message.kind)
        return message.kind if known is None else known.of(self.language)

    def _fact(self, name: str, value: Json) -> str:
        if name == "deadline":
            return self._moment(value)
        if isinstance(value, list):
            return "; ".join(map(str, value))
        said = "" if value is None else str(value)
        return (self.names.get(said) or said) if name in _PEOPLE else said

    def _moment(self, value: Json) -> str:
        told = moment_told(value)
        if told is None:
            return ""
        moment = told.astimezone(zone_of(self.time_zone))
        return f"{written(moment.date(), ColumnKind.DATE, self.language)} {moment:%H:%M}"


def _act(message: Message) -> str:
    """Return what an escalation does; of another message its kind."""
    return str(message.payload.get("action")) if message.kind == "escalated" else message.kind
