"""E-mail addresses."""

import re

import attrs

from leadflow.errors import MissingExtraError
from leadflow.values.domains import DomainClass, classify_domain, registrable_domain, valid_host
from leadflow.values.folding import tidy
from leadflow.values.parsed import CellReader, Cells, ParsedColumn, parse_cells
from leadflow.values.refusal import LONGEST, refusal

__all__ = ["EmailAddress"]

_words = str.split

_KIND = "e-mail address"
_PLAIN = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,9}[a-z]{2,24}", re.ASCII
)
# A query of a mailto link, or a Japanese form of address.
_AFTER_DOMAIN = re.compile(r"(?:\?.*|(?<=[a-z])[^\x00-\u024f]+)$", re.DOTALL)
_LABEL = re.compile(
    r"^[\s<(\[]*(?:(?:mailto|e-?mail(?: ?address)?|mail|eメール|メール(?:アドレス)?|電子メール)[\s]*[:;][\s]*)+",
    re.IGNORECASE,
)
_AT_WORD = re.compile(r" ?[(\[{<] ?(?:at|アット|アットマーク|@) ?[)\]}>] ?", re.IGNORECASE)
_DOT_WORD = re.compile(r" ?[(\[{] ?(?:dot|ドット|\.) ?[)\]}] ?", re.IGNORECASE)
_ANGLED = re.compile(r"<\s*([^<>@]{0,200}@[^<>@]{1,260}?)\s*>?\s*$|<\s*([^<>@]{0,200}@[^<>@]{1,260}?)\s*>")
_SEVERAL = re.compile(r"[\s,;、/|]+")
_AROUND = re.compile(r"\s*([@.])\s*")
_TRAILING_NOTE = re.compile(r"\s*[(\[【][^()\[\]【】@]{0,40}[)\]】]\s*$")
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}", re.ASCII)
_QUOTED = re.compile(r'"([a-z0-9!#$%&\'*+/=?^_`{|}~.-]{1,62})"', re.ASCII)
_STRIP = " \t\r\n<>()[]{}「」『』\"'`,;:、。*"
_UNQUOTED_STRIP = _STRIP.replace('"', "")
_LONGEST_ADDRESS = 254

# These carriers gave out addresses with dots at the end of the local part and in a row until 2009.
_LEGACY_MOBILE = (
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "vodafone.ne.jp",
    "softbank.ne.jp",
    "disney.ne.jp",
    "au.com",
    "pdx.ne.jp",
    "willcom.com",
)
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_ROLES = frozenset(
    _words("""
    info information infos sales sale support supports contact contacts contactus admin administrator office webmaster postmaster hostmaster
    noreply no-reply no_reply donotreply do-not-reply recruit recruiting recruitment saiyo saiyou jinji soumu somu eigyo
    eigyou kouhou koho toiawase otoiawase inquiry inquiries enquiry enquiries marketing press pr ir hr media news newsletter
    mail mailbox magazine mailmag customer customers cs service services help helpdesk desk order orders shop store
    web www home master system it security abuse root billing account accounts accounting keiri invoice seikyu payment
    purchase purchasing koubai kobai legal houmu homu kikaku kanri hinshitsu gijutsu kaihatsu seizou seizo shizai
    reception uketsuke hisho secretary staff team all member members job jobs career careers feedback privacy event
    events seminar expo tenji user users company corporate honsha shisha jimu jimukyoku daihyo daihyou general ask hello hi
    """)
)
_ROLE_SPLIT = re.compile(r"[._-]|[0-9]+$")


@attrs.frozen(kw_only=True, str=False)
class EmailAddress:
    """An e-mail address; ``str(value)`` is in lower case.

    Attributes:
        raw: the text as it came; not part of equality.
        local: what stands before the ``@``, with any ``+tag``.
        domain: what stands after it.
        others: further addresses in the same cell.

    Example:
        >>> address = EmailAddress.parse('"山田 太郎" <Taro＠Example．co．jp>')
        >>> str(address), address.is_free_mail
        ('taro@example.co.jp', False)
    """

    raw: str = attrs.field(eq=False)
    local: str
    domain: str
    others: tuple[str, ...] = attrs.field(default=(), eq=False)

    @classmethod
    def parse(
        cls, text: str, *, legacy_mobile: bool = True, repair: bool = True, strict: bool = False
    ) -> "EmailAddress":
        """Read an e-mail address.

        Args:
            text: the cell; full width, outer blanks, ``mailto:``, labels and display names are
                understood. Of several addresses the first is taken, the rest are in ``others``.
            legacy_mobile: accept the addresses with dots in a row or before the ``@`` that
                mobile carriers gave out.
            repair: mend a comma or a blank typed for or beside a dot, and ``(at)``.
            strict: let the library email-validator decide on the syntax; needs the extra ``email``.

        Returns:
            The address.

        Raises:
            InvalidValueError: if there is no address, or it breaks the syntax.
            MissingExtraError: if ``strict`` is asked for and the library is not installed.

        References:
            RFC 5321, "Simple Mail Transfer Protocol", 2008, section 4.5.3.1 (lengths);
            RFC 5322, "Internet Message Format", 2008, section 3.4.1 (syntax).

        Example:
            >>> str(EmailAddress.parse("taro@example,co,jp")), str(EmailAddress.parse("taro..y.@docomo.ne.jp"))
            ('taro@example.co.jp', 'taro..y.@docomo.ne.jp')
            >>> EmailAddress.parse("taro.@example.co.jp")
            Traceback (most recent call last):
            leadflow.errors.InvalidValueError: Not an e-mail address (19 characters): a dot stands where none may stand.
        """
        if len(text) > LONGEST:
            raise refusal(_KIND, text, f"it is longer than {LONGEST} characters")
        if not strict and _PLAIN.fullmatch(text) and len(text) <= _LONGEST_ADDRESS and text.index("@") <= 64:
            local, _, domain = text.partition("@")
            return cls(raw=text, local=local, domain=domain)
        found = _candidates(tidy(text).casefold(), repair=repair)
        if not found:
            raise refusal(_KIND, text, "it has no @")
        reasons = []
        valid = []
        for candidate in found:
            reason = _fault(candidate, legacy_mobile=legacy_mobile)
            if reason:
                reasons.append(reason)
            else:
                valid.append(_unquoted(candidate))
        if not valid:
            raise refusal(_KIND, text, reasons[0])
        if strict:
            _check_strictly(text, valid[0])
        local, _, domain = valid[0].rpartition("@")
        others = tuple(dict.fromkeys(other for other in valid[1:] if other != valid[0]))
        return cls(raw=text, local=local, domain=domain, others=others)

    @classmethod
    def parse_many(
        cls, cells: Cells, *, legacy_mobile: bool = True, repair: bool = True, strict: bool = False
    ) -> ParsedColumn["EmailAddress"]:
        """Read a column of addresses; the switches are those of `parse`.

        Example:
            >>> EmailAddress.parse_many(["Taro@Example.jp", "taro", "なし"]).bad.tolist()
            [1]
        """
        return parse_cells(
            cells, lambda text: cls.parse(text, legacy_mobile=legacy_mobile, repair=repair, strict=strict)
        )

    @classmethod
    def reader(cls) -> CellReader["EmailAddress"]:
        """Return how a cell is read as an address, without any switch.

        Example:
            >>> str(EmailAddress.reader().read("ＳＡＴＯ@example.jp"))
            'sato@example.jp'
        """
        return CellReader(cls.parse)

    @property
    def domain_class(self) -> DomainClass:
        """Who hands out addresses at the domain.

        Example:
            >>> EmailAddress.parse("taro@docomo.ne.jp").domain_class
            'carrier'
        """
        return classify_domain(self.domain)

    @property
    def is_free_mail(self) -> bool:
        """True if the domain belongs to a mail service, provider or carrier, not to an employer.

        Example:
            >>> EmailAddress.parse("taro@coral.ocn.ne.jp").is_free_mail
            True
        """
        return classify_domain(self.domain) != "organisation"

    @property
    def is_disposable(self) -> bool:
        """True if the domain is for throw-away addresses.

        Example:
            >>> EmailAddress.parse("a@sute.jp").is_disposable
            True
        """
        return classify_domain(self.domain) == "disposable"

    @property
    def is_role(self) -> bool:
        """True if the address belongs to a task, not to a person.

        Example:
            >>> EmailAddress.parse("info@example.jp").is_role, EmailAddress.parse("inoue@example.jp").is_role
            (True, False)
        """
        bare = self.local.partition("+")[0]
        return bare in _ROLES or _ROLE_SPLIT.split(bare, maxsplit=1)[0] in _ROLES

    @property
    def is_legacy_mobile(self) -> bool:
        """True if only the old rules of a mobile carrier allow this address.

        Example:
            >>> EmailAddress.parse("taro.@ezweb.ne.jp").is_legacy_mobile
            True
        """
        return _misplaced_dot(self.local)

    @property
    def registrable_domain(self) -> str:
        """The part of the domain that its owner registered.

        Example:
            >>> EmailAddress.parse("taro@mail.example.co.jp").registrable_domain
            'example.co.jp'
        """
        return registrable_domain(self.domain)

    @property
    def key(self) -> str:
        """The comparison key: without ``+tag``; at Gmail also without dots.

        Example:
            >>> EmailAddress.parse("taro+expo2026@example.jp").key
            'taro@example.jp'
            >>> EmailAddress.parse("Ta.Ro+x@googlemail.com").key
            'taro@gmail.com'
        """
        local = self.local.partition("+")[0] or self.local
        if self.domain in _GMAIL:
            return f"{local.replace('.', '')}@gmail.com"
        return f"{local}@{self.domain}"

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def _candidates(shown: str, *, repair: bool) -> list[str]:
    """Return the texts of a cell that may be addresses, in order."""
    if "@" not in shown or "[" in shown or "(" in shown:
        if repair:
            shown = _DOT_WORD.sub(".", _AT_WORD.sub("@", shown))
        if "@" not in shown:
            return []
    shown = _LABEL.sub("", shown)
    if "<" in shown:
        angled = [(match[1] or match[2]).strip() for match in _ANGLED.finditer(shown)]
        if angled:
            return [_mended(address, repair=repair) for address in angled]
    shown = _TRAILING_NOTE.sub("", shown).strip(_UNQUOTED_STRIP if '"@' in shown else _STRIP)
    if shown.count("@") == 1:
        return [_mended(shown, repair=repair)]
    words = [_LABEL.sub("", word).strip(_STRIP) for word in _SEVERAL.split(shown)]
    return [word for word in words if word.count("@") == 1] or [shown]


def _mended(address: str, *, repair: bool) -> str:
    address = _LABEL.sub("", address).strip(_UNQUOTED_STRIP if '"@' in address else _STRIP)
    if not repair:
        return address
    local, _, domain = _AROUND.sub(r"\1", address).rpartition("@")
    name, _, last = local.rpartition(" ")
    if name and not name.isascii():
        # A Japanese name before the address. Of a Latin one the blank may be a mistyped dot.
        local = last
    domain = domain.replace(",", ".").replace("。", ".").replace("、", ".").strip(" .")
    domain = _AFTER_DOMAIN.sub("", domain)
    words = domain.split(" ")
    if len(words) > 1 and valid_host(words[0]):
        domain = words[0]
    return f"{local}@{domain}"


def _misplaced_dot(local: str) -> bool:
    return local.startswith(".") or local.endswith(".") or ".." in local


def _unquoted(address: str) -> str:
    return address.replace('"', "")


def _fault(address: str, *, legacy_mobile: bool) -> str:
    """Return why an address is refused, or an empty text."""
    local, _, domain = address.rpartition("@")
    quoted = _QUOTED.fullmatch(local)
    if quoted is not None:
        local = quoted[1]
    if not local:
        return "nothing stands before the @"
    if not domain:
        return "nothing stands after the @"
    if "@" in local:
        return "it has more than one @"
    if len(local) > 64 or len(local) + len(domain) + 1 > _LONGEST_ADDRESS:
        return "it is longer than an address may be"
    if _LOCAL.fullmatch(local) is None:
        return "a character before the @ is not allowed there"
    if not valid_host(domain) or "_" in domain:
        return "what stands after the @ is not a domain such as example.co.jp"
    if _misplaced_dot(local) and not (legacy_mobile and domain.endswith(_LEGACY_MOBILE)):
        return "a dot stands where none may stand"
    return ""


def _check_strictly(text: str, address: str) -> None:
    try:
        import email_validator  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise MissingExtraError.of("email", purpose="Strict checking of e-mail addresses") from None
    try:
        email_validator.validate_email(address, check_deliverability=False)
    except email_validator.EmailNotValidError:
        raise refusal(_KIND, text, "email-validator does not accept its syntax") from None
