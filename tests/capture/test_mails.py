"""Mail to lead."""

import datetime as dt
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.capture import capture_mail
from leadflow.errors import InputError


def message(
    body="よろしくお願いします。",
    *,
    charset="utf-8",
    subject="見積のお願い",
    sender="佐藤 太郎 <SATO@example.jp>",
):
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = "info@example.com"
    mail["Subject"] = subject
    mail["Date"] = "Wed, 01 Apr 2026 09:00:00 +0900"
    mail["Message-ID"] = "<1@example.jp>"
    mail.set_content(body, charset=charset)
    return mail


class TestCaptureMail:
    def test_sender_subject_and_body_are_kept(self):
        captured = capture_mail(message().as_bytes())
        record = captured.record
        assert (record.values["email"], record.values["full_name"]) == ("sato@example.jp", "佐藤 太郎")
        assert record.raw["subject"] == "見積のお願い"
        assert record.raw["body"] == "よろしくお願いします。"
        assert record.observed_at == dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        assert (captured.activity.kind, captured.activity.key) == ("mail_received", "mail:1@example.jp")

    def test_the_fields_of_a_contact_form_are_read_from_the_body(self):
        body = "お問い合わせがありました。\n\n【会社名】：㈱山田\n■お名前: 鈴木　花子\nメールアドレス：hanako@example.jp\n備考: 急ぎ\n"
        values = capture_mail(message(body).as_bytes()).record.values
        assert (values["company"], values["full_name"], values["email"]) == (
            "株式会社山田",
            "鈴木 花子",
            "hanako@example.jp",
        )

    @pytest.mark.parametrize("charset", ["iso-2022-jp", "cp932", "euc-jp", "utf-8"])
    def test_every_japanese_charset_is_read(self, charset):
        mail = message("会社名：日立製作所", charset=charset)
        assert capture_mail(mail.as_bytes()).record.values["company"] == "日立製作所"

    def test_a_page_without_plain_text_is_read_as_text(self):
        mail = message()
        mail.set_content("<style>x</style><p>会社名：日立</p><p>&lt;以上&gt;</p>", subtype="html")
        assert capture_mail(mail.as_bytes()).record.values["company"] == "日立"

    def test_replies_go_to_the_reply_address(self):
        mail = message()
        mail["Reply-To"] = "hanako@example.jp"
        assert capture_mail(mail.as_bytes()).record.values["email"] == "hanako@example.jp"

    def test_the_same_message_has_the_same_ids(self):
        assert capture_mail(message().as_bytes()).record.id == capture_mail(message().as_bytes()).record.id

    @pytest.mark.parametrize(
        "data", [b"", b"Subject: x\r\n\r\n", b"From: nobody\r\n\r\nx", b"From: a@example.jp\r\n\r\nx"]
    )
    def test_a_message_without_sender_or_date_is_an_error(self, data):
        with pytest.raises(InputError):
            capture_mail(data)

    @given(st.binary(max_size=400), st.binary(max_size=60))
    def test_any_bytes_are_read_or_refused(self, body, header):
        data = b"From: a@example.jp\r\nSubject: " + header + b"\r\n\r\n" + body
        try:
            captured = capture_mail(data, at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        except InputError:
            return
        assert captured.record.raw["from"] or captured.record.values
