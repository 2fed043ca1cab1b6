"""Messages in files: one message (.eml) or a mailbox (mbox)."""

import datetime as dt
import mailbox
import os
from pathlib import Path

from leadflow.adapters.reading_bytes import ByteSource, Readable
from leadflow.capture.forms import Captured
from leadflow.capture.mails import capture_mail
from leadflow.errors import InputError

__all__ = ["read_mail", "read_mailbox"]


def read_mail(data: Readable, *, at: dt.datetime | None = None, source: str = "mail") -> Captured:
    r"""Read a message from a file.

    Args:
        data: a path, bytes or an open file.
        at: when it arrived; the message's own date when None.
        source: the record's source.

    Returns:
        The record and the activity.

    Raises:
        InputError: there is no such file, or the message has no sender or no date.

    Example:
        >>> message = b"From: a@example.jp\r\nDate: Wed, 01 Apr 2026 09:00:00 +0900\r\n\r\nx"
        >>> read_mail(message).record.values["email"]
        'a@example.jp'
    """
    file = ByteSource.of(data)
    file.head()
    return capture_mail(b"".join(file.chunks()), at=at, source=source)


def read_mailbox(
    path: str | os.PathLike[str], *, source: str = "mail"
) -> tuple[tuple[Captured, ...], tuple[tuple[int, str], ...]]:
    r"""Read all messages of an mbox file.

    Args:
        path: the file.
        source: the records' source.

    Returns:
        What was captured, and for each message that could not be the position from 1 and the reason.

    Raises:
        InputError: there is no such file.

    References:
        RFC 4155 (2005), "The application/mbox Media Type".

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "x.mbox"
        ...     _ = path.write_text("From x\nFrom: a@example.jp\nDate: Wed, 01 Apr 2026 09:00:00 +0900\n\nx\n\nFrom x\n\ny\n")
        ...     captured, refused = read_mailbox(path)
        >>> len(captured), refused[0][0]
        (1, 2)
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{file.name}: there is no such file. Check the path.", place=file.name)
    captured: list[Captured] = []
    refused: list[tuple[int, str]] = []
    box = mailbox.mbox(file, create=False)
    try:
        for number, key in enumerate(box.keys(), 1):
            try:
                captured.append(capture_mail(box.get_bytes(key), source=source))
            except InputError as error:
                refused.append((number, error.message))
    finally:
        box.close()
    return tuple(captured), tuple(refused)
