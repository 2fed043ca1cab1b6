"""Mails go through a real SMTP server on this machine, once each, in two forms, without injected headers."""

import datetime as dt
import email
import email.policy
import socket

import pytest
from aiosmtpd.controller import Controller

from leadflow.adapters.letters import Letters
from leadflow.adapters.smtp import Security, SmtpNotifier
from leadflow.errors import DefinitionError, LeadflowError, NotFoundError
from leadflow.ports import Notifier
from leadflow.records import Message

AT = dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)


class Inbox:
    """Keeps what the server receives; refuses one receiver."""

    def __init__(self):
        self.mails = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802  # the server's name
        if address.startswith("gone@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  # the server's name
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"


@pytest.fixture
def inbox():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Inbox(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller.handler, port
    controller.stop()


def notifier(port, **settings):
    return SmtpNotifier(
        host="127.0.0.1",
        port=port,
        security=Security.NONE,
        sender="leads@example.co.jp",
        addresses={"sato": "sato@example.co.jp"},
        timeout=5,
        **settings,
    )


def message(**parts):
    return Message(**{"key": "k1", "kind": "digest", "to": "sato", "created_at": AT, **parts})


def test_it_is_a_notifier():
    assert isinstance(notifier(25), Notifier)


def test_text_and_html_arrive_in_one_mail(inbox):
    handler, port = inbox
    payload = {"subject": "営業レポート 髙﨑①", "text": "本文①", "html": "<p>本文</p>"}
    notifier(port).send(message(payload=payload))
    ((receivers, mail),) = handler.mails
    assert ["sato@example.co.jp"] == receivers
    assert "営業レポート 髙﨑①" == mail["Subject"]
    assert "本文①" == mail.get_body(("plain",)).get_content().strip()
    assert "<p>本文</p>" == mail.get_body(("html",)).get_content().strip()


def test_the_same_key_gives_the_same_message_id(inbox):
    handler, port = inbox
    for key in ("k1", "k1", "k2"):
        notifier(port).send(message(key=key))
    ids = [mail["Message-ID"] for _, mail in handler.mails]
    assert ids[0] == ids[1] != ids[2]


def test_a_subject_cannot_bring_headers(inbox):
    handler, port = inbox
    notifier(port).send(message(payload={"subject": "a\r\nBcc: all@example.jp"}))
    ((receivers, mail),) = handler.mails
    assert ["sato@example.co.jp"] == receivers
    assert mail["Bcc"] is None


def test_a_message_without_text_tells_its_kind_lead_and_facts(inbox):
    handler, port = inbox
    letters = Letters(link="https://crm.example.co.jp/leads/{lead_id}", names={"sato": "佐藤 太郎"})
    payload = {"deadline": "2026-10-01T15:30:00+00:00", "owner": "sato", "reasons": ["担当地域: 関東"]}
    notifier(port, letters=letters).send(message(kind="assigned", lead_id="L/1", payload=payload))
    mail = handler.mails[0][1]
    assert "新しいリードの担当になりました: L/1（期限 2026/10/02 00:30）" == mail["Subject"]
    assert [
        "新しいリードの担当になりました。受諾するか、辞退してください。",
        "",
        "リード: L/1",
        "期限: 2026/10/02 00:30",
        "担当: 佐藤 太郎",
        "理由: 担当地域: 関東",
        "https://crm.example.co.jp/leads/L%2F1",
    ] == mail.get_content().splitlines()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("assigned", {}),
        ("informed", {}),
        ("reminded", {"action": "remind"}),
        *(("escalated", {"action": action}) for action in ("supervisor", "reassign", "pool")),
        ("conflict", {"other_owner": "ito"}),
        ("stale", {"stage": "MQL"}),
    ],
)
def test_every_kind_has_words_of_its_own(language, kind, payload):
    letters, one = Letters(language=language), message(kind=kind, lead_id="L1", payload=payload)
    assert kind not in letters.subject(one)
    assert letters.text(one).isascii() is (language == "en")


@pytest.mark.parametrize("link", ["https://crm.example.co.jp/leads/", "javascript:{lead_id}"])
def test_a_link_that_leads_nowhere_is_refused(link):
    with pytest.raises(DefinitionError, match="lead_id"):
        Letters(link=link)


def test_a_line_break_in_a_fact_makes_no_line_of_its_own():
    one = message(kind="stale", lead_id="L1", payload={"stage": "MQL\nhttps://evil.example/"})
    assert "\nhttps" not in Letters().text(one)


def test_there_is_no_word_of_a_deadline_where_there_is_none():
    assert "deadline" not in Letters(language="en").text(
        message(kind="assigned", lead_id="L1", payload={"deadline": None})
    )


def test_who_has_no_name_is_called_by_the_id():
    one = message(kind="informed", lead_id="L1", payload={"owner": "ito"})
    assert "担当: ito" in Letters(names={"ito": ""}).text(one)


def test_a_zone_that_is_not_there_is_refused_before_a_mail_is_written():
    with pytest.raises(DefinitionError, match="time zone"):
        Letters(time_zone="Mars/Base")


def test_texts_of_ones_own_are_sent_whatever_characters_they_have(inbox):
    handler, port = inbox
    notifier(port).send(message(payload={"subject": "件名\ud83d\x1b[1m", "text": "一行目\ud83d\n二行目"}))
    mail = handler.mails[0][1]
    assert "件名\ufffd\ufffd[1m" == mail["Subject"]
    assert ["一行目\ufffd", "二行目"] == mail.get_content().splitlines()


def test_a_receiver_without_address_is_named_by_kind_only():
    with pytest.raises(NotFoundError) as caught:
        notifier(25).send(message(to="tanaka"))
    assert "tanaka" not in str(caught.value)


def test_a_refusal_is_an_error_that_quotes_no_address(inbox):
    _, port = inbox
    with pytest.raises(LeadflowError, match="refused") as caught:
        notifier(port).send(message(to="gone@example.jp"))
    assert "gone@" not in str(caught.value)


def test_a_server_that_is_not_there_is_an_error_that_can_be_tried_again():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(LeadflowError, match="cannot be reached"):
        notifier(port).send(message())


def test_a_password_never_travels_unprotected_and_is_never_shown():
    with pytest.raises(DefinitionError, match="unprotected"):
        notifier(25, username="u", password="secret")  # noqa: S106  # not a real one
    safe = SmtpNotifier(host="h", sender="a@b.jp", username="u", password="secret")  # noqa: S106  # not a real one
    assert "secret" not in repr(safe)


def test_a_sender_must_be_an_address():
    with pytest.raises(DefinitionError, match="sender"):
        SmtpNotifier(host="h", sender="leads")
