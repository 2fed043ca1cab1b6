"""A notifier that sends messages of the outbox as mail, through any SMTP server."""

import enum
import hashlib
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import attrs

from leadflow.adapters.letters import Letters
from leadflow.errors import DefinitionError, LeadflowError, NotFoundError
from leadflow.records import Message

__all__ = ["Security", "SmtpNotifier"]


class Security(enum.StrEnum):
    """How the connection is protected: TLS from the start, TLS after a greeting, or not at all.

    Example:
        >>> Security("starttls").default_port
        587
    """

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"

    @property
    def default_port(self) -> int:
        """The usual port."""
        return {"tls": 465, "starttls": 587, "none": 25}[self.value]


@attrs.frozen(kw_only=True)
class SmtpNotifier:
    """Sends each message as one mail with text and, where the payload has it, HTML.

    The mail's ``Message-ID`` is derived from the message's key, so that a mail that is delivered twice is recognised as
    one. ``payload`` may hold ``subject``, ``text`` and ``html``; without them the letters put kind, lead and facts into words.

    Attributes:
        host: the server.
        sender: the address that mails come from.
        addresses: mail address by receiver's id; a receiver that is an address itself needs no entry.
        port: the server's port; the usual one for the security by default.
        security: how the connection is protected.
        username: to log in with; empty for none.
        password: to log in with; never shown.
        timeout: seconds to wait for the server.
        letters: how messages are put into words.

    Raises:
        DefinitionError: the sender is no address, or a password would travel unprotected.

    Example:
        >>> SmtpNotifier(host="mail.example.co.jp", sender="leads@example.co.jp").server
        ('mail.example.co.jp', 587)
    """

    host: str
    sender: str
    addresses: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    port: int = 0
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = attrs.field(default="", repr=False)
    timeout: float = 30.0
    letters: Letters = attrs.field(factory=Letters)

    def __attrs_post_init__(self) -> None:
        if "@" not in parseaddr(self.sender)[1]:
            raise DefinitionError("The sender of mails must be an address such as leads@example.co.jp.")
        if self.username and self.security is Security.NONE:
            raise DefinitionError(
                "A password would travel unprotected: use 'tls' or 'starttls', or log in without one."
            )

    @property
    def server(self) -> tuple[str, int]:
        """Host and port.

        Example:
            >>> SmtpNotifier(host="localhost", port=25, security=Security.NONE, sender="a@example.jp").server
            ('localhost', 25)
        """
        return self.host, self.port or self.security.default_port

    def send(self, message: Message) -> None:
        """Deliver one message.

        Args:
            message: from the outbox.

        Raises:
            NotFoundError: the receiver has no address.
            LeadflowError: the server cannot be reached or refuses the mail; the message can be sent again.

        Example:
            >>> import datetime as dt
            >>> SmtpNotifier(host="localhost", sender="a@example.jp").send(
            ...     Message(key="k", kind="assigned", to="sato", created_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)))
            Traceback (most recent call last):
                ...
            leadflow.errors.NotFoundError: The receiver of a message of the kind 'assigned' has no mail address: add its id to `addresses`.
        """
        mail = self.compose(message)
        try:
            with self._connected() as server:
                server.send_message(mail)
        except smtplib.SMTPException as error:
            code = f" ({error.smtp_code})" if isinstance(error, smtplib.SMTPResponseException) else ""
            raise LeadflowError(
                f"The mail server {self.server[0]} refused a message of the kind '{message.kind}'{code}: check sender, receiver and login."
            ) from error
        except OSError as error:
            raise LeadflowError(
                f"The mail server {self.server[0]}:{self.server[1]} cannot be reached ({type(error).__name__}): check host, port and security."
            ) from error

    def compose(self, message: Message) -> EmailMessage:
        """Return the mail of a message.

        Raises:
            NotFoundError: the receiver has no address.

        Example:
            >>> import datetime as dt
            >>> notifier = SmtpNotifier(host="localhost", sender="a@example.jp")
            >>> mail = notifier.compose(Message(key="k", kind="digest", to="b@example.jp", payload={"subject": "件名"},
            ...     created_at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)))
            >>> mail["Subject"], mail["To"]
            ('件名', 'b@example.jp')
        """
        receiver = self.addresses.get(message.to, message.to if "@" in message.to else "")
        if not receiver:
            raise NotFoundError(
                f"The receiver of a message of the kind '{message.kind}' has no mail address: add its id to `addresses`."
            )
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, receiver
        mail["Subject"] = self.letters.subject(message)
        mail["Date"] = format_datetime(message.created_at)
        domain = parseaddr(self.sender)[1].rsplit("@", 1)[-1]
        mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:40]}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(self.letters.text(message))
        page = message.payload.get("html")
        if isinstance(page, str) and page:
            mail.add_alternative(page, subtype="html")
        return mail

    def _connected(self) -> smtplib.SMTP:
        host, port = self.server
        context = ssl.create_default_context()
        if self.security is Security.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self.timeout, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=self.timeout)
        try:
            if self.security is Security.STARTTLS:
                server.starttls(context=context)
            if self.username:
                server.login(self.username, self.password)
        except BaseException:
            server.close()
            raise
        return server
