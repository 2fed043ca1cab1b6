"""Mail to lead: a message becomes a source record and an activity that keeps subject and body."""

import datetime as dt
import email
import email.policy
import hashlib
import html
import re
from collections.abc import Hashable
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from types import MappingProxyType
from typing import Final

from leadflow.capture.deriving import derive_fields
from leadflow.capture.encodings import decode_iso_2022_jp
from leadflow.capture.forms import Captured
from leadflow.capture.headers import known_headers, map_headers
from leadflow.capture.importing import record_prefix
from leadflow.capture.normalising import normalise_cell
from leadflow.columns import Cell, Column
from leadflow.errors import EncodingError, InputError
from leadflow.records.activities import Activity
from leadflow.records.sources import SourceRecord

__all__ = ["capture_mail"]

_LARGEST: Final = 50 << 20
_LONGEST_BODY: Final = 100_000
_LONGEST_PAGE: Final = 2_000_000
_LINE: Final = re.compile(
    r"^[^\S\n■●◆▼・*【\[>]*[■●◆▼・*【\[>]*[^\S\n]*([^:：\]】\n]{1,24}?)[\]】]?[^\S\n]*[:：][^\S\n]*(\S[^\n]{0,500})$",
    re.MULTILINE,
)
_TAG: Final = re.compile(r"<(/?)([a-z!][a-z0-9!-]{0,20})?[^<>]{0,5000}>", re.IGNORECASE)
_BREAKS: Final = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table"})
_HIDDEN: Final = frozenset({"script", "style", "head", "title"})


def capture_mail(message: bytes, *, at: dt.datetime | None = None, source: str = "mail") -> Captured:
    r"""Read a message as it came over the wire.

    The sender gives the e-mail address and the name. A body that lists fields one a line (``会社名：…``), as the
    mails of contact forms do, gives those too; what it says about a field goes before the sender. Subject and body
    are kept in the record's raw cells, the subject also in the activity.

    Args:
        message: the bytes of the message (RFC 5322), with any attachments.
        at: when it arrived; the message's own date when None.
        source: the record's source.

    Returns:
        The record and an activity of the kind ``mail_received``, with the message's id as idempotency key.

    Raises:
        InputError: the message has no sender, no date and none was given, or is larger than 50 MB.

    References:
        RFC 5322 (2008), "Internet Message Format".

    Example:
        >>> captured = capture_mail(
        ...     "From: =?UTF-8?B?5L2Q6JekIOWkqumDjg==?= <SATO@example.jp>\r\nSubject: 見積\r\n"
        ...     "Date: Wed, 01 Apr 2026 09:00:00 +0900\r\n\r\n会社名：㈱山田\r\n".encode()
        ... )
        >>> captured.record.values["email"], captured.record.values["full_name"], captured.record.values["company"]
        ('sato@example.jp', '佐藤 太郎', '株式会社山田')
    """
    if len(message) > _LARGEST:
        raise InputError(f"The message has {len(message) >> 20} MB; at most {_LARGEST >> 20} MB are read.")
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    name, address = parseaddr(_header(parsed, "Reply-To") or _header(parsed, "From"))
    if "@" not in address:
        name, address = parseaddr(_header(parsed, "From"))
    if "@" not in address:
        raise InputError("The message has no sender: expected a From header with an e-mail address.")
    moment = at or _date(parsed)
    if moment is None:
        raise InputError("The message has no date: pass the moment of its arrival with at=.")
    subject, body = _header(parsed, "Subject"), _body(parsed)
    found = _listed(body)
    texts = {"email": address, **({"full_name": name} if name and "@" not in name else {}), **found}
    cells: dict[str, Cell] = {}
    values_of: dict[str, Cell] = {}
    refused: dict[str, str] = {}
    for field, text in texts.items():
        done = normalise_cell(field, text)
        if done.refused:
            refused[field] = done.refused
            continue
        cells[field] = done.cell
        if done.parsed is not None:
            values_of[field] = done.parsed
    values = {
        field: cell.value for field, cell in derive_fields(cells, values_of).items() if cell.value is not None
    }
    message_id = (
        _header(parsed, "Message-ID").strip(" <>") or hashlib.blake2b(message, digest_size=12).hexdigest()
    )
    digest = hashlib.blake2b(message_id.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    record = SourceRecord(
        id=record_prefix(source) + digest,
        source=source,
        observed_at=moment,
        values=MappingProxyType(values),
        raw=MappingProxyType({"from": _header(parsed, "From"), "subject": subject, "body": body}),
    )
    facts: dict[str, Hashable] = {"subject": subject}
    to = parseaddr(_header(parsed, "To"))[1]
    if to:
        facts["to"] = to
    activity = Activity(
        lead_id=record.id,
        kind="mail_received",
        at=moment,
        key=f"mail:{message_id}",
        attributes=MappingProxyType(facts),
    )
    return Captured(record=record, activity=activity, refused=MappingProxyType(refused))


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = message.get(name)
    except (ValueError, IndexError, TypeError, AttributeError, LookupError):
        # The standard library's header parser fails on some malformed headers instead of noting a defect.
        return ""
    return "" if value is None else " ".join(str(value).split())


def _date(message: EmailMessage) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)


def _body(message: EmailMessage) -> str:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
    except (ValueError, KeyError, AttributeError, LookupError, TypeError):
        part = None
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    text = _decoded(data, (part.get_content_charset() or "utf-8").lower())
    if part.get_content_type() == "text/html":
        text = _page_text(text[:_LONGEST_PAGE])
    return text.replace("\r\n", "\n").strip()[:_LONGEST_BODY]


def _page_text(page: str) -> str:
    """Return the visible text of an HTML page, a line per paragraph."""
    parts: list[str] = []
    hidden, end = "", 0
    for tag in _TAG.finditer(page):
        name = (tag[2] or "").lower()
        if not hidden:
            parts.append(page[end : tag.start()])
            parts.append("\n" if name in _BREAKS else " ")
        end = tag.end()
        if name in _HIDDEN:
            hidden = "" if tag[1] else name
    parts.append("" if hidden else page[end:])
    lines = (" ".join(line.split()) for line in html.unescape("".join(parts)).split("\n"))
    return "\n".join(line for line in lines if line)


def _decoded(data: bytes, charset: str) -> str:
    if charset.startswith("iso-2022-jp") or charset in {"cp50220", "cp50221"}:
        try:
            return decode_iso_2022_jp(data)
        except EncodingError:
            return data.decode("ascii", "replace")
    name = "cp932" if charset.replace("-", "_") in {"shift_jis", "sjis", "x_sjis", "windows_31j"} else charset
    try:
        return data.decode(name)
    except (LookupError, UnicodeDecodeError):
        return data.decode("utf-8", "replace")


def _listed(body: str) -> dict[str, str]:
    """Return field to text for the lines of a body that are a label and a value."""
    lines = {label.strip(): text.strip() for label, text in _LINE.findall(body[:20_000])}
    known = {label: text for label, text in lines.items() if known_headers([label])}
    if not known:
        return {}
    try:
        header_map = map_headers({label: Column.of([text]) for label, text in known.items()})
    except InputError:
        return {}
    return {
        column.field: known[column.header]
        for column in header_map.columns
        if column.field and column.rank == 0
    }
