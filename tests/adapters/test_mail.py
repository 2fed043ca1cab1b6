"""Messages in files."""

import pytest

from leadflow.adapters.mail import read_mail, read_mailbox
from leadflow.errors import InputError

MESSAGE = b"From: a@example.jp\nSubject: x\nDate: Wed, 01 Apr 2026 09:00:00 +0900\n\nbody\n"


def test_a_message_file_is_read(tmp_path):
    (tmp_path / "x.eml").write_bytes(MESSAGE)
    assert read_mail(tmp_path / "x.eml").record.raw["body"] == "body"


def test_a_mailbox_is_read_and_its_bad_messages_are_named(tmp_path):
    (tmp_path / "x.mbox").write_bytes(
        b"From a\n" + MESSAGE + b"\nFrom a\nSubject: nobody\n\nx\n\nFrom a\n" + MESSAGE
    )
    captured, refused = read_mailbox(tmp_path / "x.mbox")
    assert (len(captured), [number for number, _ in refused]) == (2, [2])


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_mailbox(tmp_path / "x.mbox")
    with pytest.raises(InputError, match="no such file"):
        read_mail(tmp_path / "x.eml")
