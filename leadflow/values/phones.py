"""Telephone numbers."""

import functools
import re
from typing import Literal, NamedTuple

import attrs

from leadflow.values.filler import is_filler
from leadflow.values.folding import tidy
from leadflow.values.parsed import CellReader, Cells, ParsedColumn, parse_cells
from leadflow.values.refusal import LONGEST, refusal

__all__ = ["PhoneKind", "PhoneNumber"]

_KIND = "phone number"

PhoneKind = Literal[
    "mobile", "fixed", "toll_free", "ip", "shared_cost", "premium", "pager", "personal", "other"
]
"""What a number reaches: ``ip`` is 050, ``toll_free`` 0120 and 0800, ``shared_cost`` 0570."""

# What most cells hold: 03-1234-5678, 03(1234)5678, +81-3-1234-5678, also in full width.
_PLAIN = re.compile(r"(?:0|\+81)[0-9-]{9,13}|0[0-9]{1,4}\([0-9]{1,4}\)[0-9]{3,4}")
_BARE = str.maketrans("０１２３４５６７８９", "0123456789", "-－()")
_WIDTH = str.maketrans("０１２３４５６７８９－", "0123456789-")
_EXTENSION = re.compile(
    r"[\s,;(\[【・-]*(?:内線(?:番号)?|内|extension|extn?\.?|ex\.|#|(?<![a-z])x)[)\]】]?\s*[:.=]?\s*([0-9]{1,8})(?![0-9-])\s*[)\]】]?",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:代表電話|電話番号|直通電話|携帯電話|固定電話|電話|携帯番号|携帯|代表番号|代表|直通|直|代|自宅|会社|勤務先|本社|連絡先|緊急"
    r"|大代|夜間|昼間|mobile|phone|office|direct|home|cell|tel|ph|mob|℡|☎|☏|📞|📱|✆|(?<![a-z])[tm](?=[.:]))[\s.:/]*",
    re.IGNORECASE,
)
_FAX = re.compile(r"(?:ファックス|ファクシミリ|ファクス|fax|(?<![a-z])f(?=[.:]))[\s.:/]*", re.IGNORECASE)
_BETWEEN = re.compile(r"[\n;,、，/|]|\s(?:or|または|又は|及び|と)\s|または|又は|→|⇒")
_FLOAT = re.compile(r"([0-9]{9,15})\.0+")
_WAVE = re.compile(r"(?<=[0-9)])\s*[~〜∼・.･･_=*]\s*(?=[0-9(])")
_TRUNK = re.compile(r"(\+ ?[0-9]{1,3})[\s-]*\(0\)[\s-]*")
_REMARK = re.compile(r"[(\[【<][^()\[\]【】<>0-9]{0,30}[)\]】>]")
_SEPARATORS = re.compile(r"[\s().\[\]【】-]+")
_SECOND_LINE = re.compile(r"(?<=[0-9]{4})-[0-9]{1,4}$")
_BRACKETED_EXTENSION = re.compile(r"[(\[](?:内線(?:番号)?|内|ext\.?)[)\]]", re.IGNORECASE)
_TWO_NUMBERS = re.compile(r"(?<=[0-9]{4})\s+(?=\+?[0-9(])")
_JUNK = re.compile(r"[^0-9+]")
_ALL_DUMMY = re.compile(r"([0-9])\1{5,}|0?(?:[1-9][0-9]{0,3})?0{6,}")


class _Rules(NamedTuple):
    mobile: re.Pattern[str]
    fixed: re.Pattern[str]
    special: re.Pattern[str]


@attrs.frozen(kw_only=True, str=False)
class PhoneNumber:
    """A telephone number; ``str(value)`` is E.164, with ``;ext=`` for an extension.

    Attributes:
        raw: the text as it came; not part of equality.
        e164: ``+``, country code and national number.
        extension: digits to dial after the connection, or empty.
        kind: what the number reaches.
        others: further numbers of the cell, in canonical form.

    Example:
        >>> number = PhoneNumber.parse("０３－１２３４－５６７８（代）内線１２３")
        >>> str(number), number.kind
        ('+81312345678;ext=123', 'fixed')
    """

    raw: str = attrs.field(eq=False)
    e164: str
    extension: str = ""
    kind: PhoneKind
    others: tuple[str, ...] = attrs.field(default=(), eq=False)

    @classmethod
    def parse(
        cls,
        text: str,
        *,
        region: str = "JP",
        restore_zero: bool = True,
        check: Literal["valid", "possible"] = "valid",
    ) -> "PhoneNumber":
        """Read a telephone number.

        Args:
            text: the cell. Any width and dash, labels (代表, 直通, TEL), extensions (内線) and
                several numbers are understood; the first number counts, the rest are in ``others``.
            region: the country whose numbers need no country code, as ISO 3166 alpha-2.
            restore_zero: accept a Japanese number whose leading zero a spreadsheet took.
            check: ``"valid"`` asks for a number of the numbering plan, ``"possible"`` only for the
                right number of digits.

        Returns:
            The number.

        Raises:
            InvalidValueError: if no number of the cell passes the check.

        References:
            ITU-T Recommendation E.164, 2010; RFC 3966, "The tel URI", 2004 (``;ext=``).
            Numbering plans are those of the library phonenumbers.

        Example:
            >>> str(PhoneNumber.parse("312345678")), PhoneNumber.parse("03-1234-5678 / 090-1234-5678").others
            ('+81312345678', ('+819012345678',))
        """
        if len(text) > LONGEST:
            raise refusal(_KIND, text, f"it is longer than {LONGEST} characters")
        if region == "JP" and _PLAIN.fullmatch(text if text.isascii() else text.translate(_WIDTH)):
            found = _domestic(text.translate(_BARE), restore_zero=restore_zero)
            if found is not None:
                return cls(raw=text, e164=found[0], kind=found[1])
        numbers = _numbers(text, region, restore_zero=restore_zero, check=check)
        e164, kind, extension = numbers[0]
        others = tuple(dict.fromkeys(_canonical(other) for other in numbers[1:] if other[0] != e164))
        return cls(raw=text, e164=e164, kind=kind, extension=extension, others=others)

    @classmethod
    def parse_many(
        cls,
        cells: Cells,
        *,
        region: str = "JP",
        restore_zero: bool = True,
        check: Literal["valid", "possible"] = "valid",
    ) -> ParsedColumn["PhoneNumber"]:
        """Read a column of numbers; the switches are those of `parse`.

        Numbers of zeros and rows of one digit count as empty.

        Example:
            >>> PhoneNumber.parse_many(["03-1234-5678", "000-0000-0000", "12"]).bad.tolist()
            [2]
        """
        return parse_cells(
            cells,
            lambda text: cls.parse(text, region=region, restore_zero=restore_zero, check=check),
            is_empty=_is_empty,
        )

    @classmethod
    def reader(cls) -> CellReader["PhoneNumber"]:
        """Return how a cell is read as a number, without any switch.

        Example:
            >>> str(PhoneNumber.reader().read("03-1234-5678"))
            '+81312345678'
        """
        return CellReader(cls.parse, _is_empty)

    @property
    def key(self) -> str:
        """The comparison key: the number without extension.

        Example:
            >>> PhoneNumber.parse("03-1234-5678 内線1").key
            '+81312345678'
        """
        return self.e164

    @property
    def national(self) -> str:
        """A Japanese number as dialled at home, without dashes; others as E.164.

        Example:
            >>> PhoneNumber.parse("+81 3 1234 5678").national
            '0312345678'
        """
        return "0" + self.e164[3:] if self.e164.startswith("+81") else self.e164

    def __str__(self) -> str:
        return f"{self.e164};ext={self.extension}" if self.extension else self.e164


_Found = tuple[str, PhoneKind, str]


def _canonical(found: _Found) -> str:
    return f"{found[0]};ext={found[2]}" if found[2] else found[0]


def _is_empty(text: str) -> bool:
    if len(text) > 24:
        return is_filler(text)
    digits = _JUNK.sub("", text if text.isascii() else tidy(text))
    if digits:
        return _ALL_DUMMY.fullmatch(digits) is not None
    return is_filler(text)


@functools.cache
def _rules() -> _Rules:
    """Take the Japanese numbering plan from phonenumbers, whose own matching is slow."""
    import phonenumbers  # noqa: PLC0415 - heavy: loaded with the first number

    plan = phonenumbers.PhoneMetadata.metadata_for_region("JP", None)
    if plan is None or plan.mobile is None or plan.fixed_line is None:
        never = re.compile(r"(?!)")
        return _Rules(never, never, never)
    return _Rules(
        re.compile(str(plan.mobile.national_number_pattern), re.ASCII),
        re.compile(str(plan.fixed_line.national_number_pattern), re.ASCII),
        re.compile(r"120[0-9]{6}|800[0-9]{7}|50[1-9][0-9]{7}|570[0-9]{6}|990[0-9]{6}"),
    )


_SPECIAL: dict[str, PhoneKind] = {
    "12": "toll_free",
    "80": "toll_free",
    "50": "ip",
    "57": "shared_cost",
    "99": "premium",
}


def _japanese(digits: str, *, restore_zero: bool) -> tuple[str, PhoneKind] | None:
    """Read bare digits as a number of the Japanese plan."""
    if digits[:1] == "0":
        national = digits[1:]
    elif restore_zero:
        national = digits
    else:
        return None
    if len(national) == 9 or len(national) == 10:
        rules = _rules()
        if len(national) == 9:
            if rules.fixed.fullmatch(national):
                return None if national.endswith("0000000") else ("+81" + national, "fixed")
        elif rules.mobile.fullmatch(national) and not national.startswith("800"):
            return "+81" + national, "mobile"
        if rules.special.fullmatch(national) and not national.endswith("000000"):
            return "+81" + national, _SPECIAL[national[:2]]
    return None


def _numbers(text: str, region: str, *, restore_zero: bool, check: str) -> list[_Found]:
    """Return the numbers of a cell, phones before faxes."""
    shown = _cleaned(text)
    found: list[_Found] = []
    faxes: list[_Found] = []
    pieces = [piece for piece in _BETWEEN.split(shown) if any(map(str.isdigit, piece))]
    if not pieces:
        raise refusal(_KIND, text, "it has no digits")
    for piece in pieces:
        fax = False
        for part in _at_fax(piece):
            fax = _FAX.search(part) is not None
            for number in _read_piece(_FAX.sub("", part), region, restore_zero=restore_zero, check=check):
                (faxes if fax else found).append(number)
    if not found and not faxes and len(pieces) > 1:
        joined = _BETWEEN.sub("-", shown)
        found = _read_piece(joined, region, restore_zero=restore_zero, check=check)
    found = found or faxes
    if not found:
        digits = sum(map(str.isdigit, shown))
        reason = f"its {digits} digits are no number of the plan of {region}; other countries need +"
        raise refusal(_KIND, text, reason)
    return found


def _cleaned(text: str) -> str:
    # Line breaks separate numbers, so they are kept from becoming blanks.
    shown = (
        "\n".join(tidy(line) for line in text.splitlines()) if "\n" in text or "\r" in text else tidy(text)
    )
    floating = _FLOAT.fullmatch(shown)
    if floating is not None:
        return floating[1]
    shown = _TRUNK.sub(r"\1 ", _WAVE.sub("-", shown))
    return _REMARK.sub(
        " ", _LABEL.sub("", _BRACKETED_EXTENSION.sub(" ext ", shown.replace(";ext=", " ext ")))
    )


def _at_fax(piece: str) -> list[str]:
    match = _FAX.search(piece)
    if match is None or not match.start():
        return [piece]
    return [part for part in (piece[: match.start()], piece[match.start() :]) if any(map(str.isdigit, part))]


def _read_piece(piece: str, region: str, *, restore_zero: bool, check: str) -> list[_Found]:
    extension = ""
    match = _EXTENSION.search(piece)
    if match is not None:
        extension = match[1]
        piece = piece[: match.start()] + " " + piece[match.end() :]
    piece = piece.strip(" -:.,()[]【】<>\"'*")
    if sum(map(str.isdigit, piece)) > 15 or ("+" in piece[1:]):
        parts = _TWO_NUMBERS.split(piece)
        if len(parts) > 1:
            found = [
                number
                for part in parts
                for number in _read_piece(part, region, restore_zero=restore_zero, check=check)
            ]
            return [(found[0][0], found[0][1], extension), *found[1:]] if found else []
    bare = _SEPARATORS.sub("", piece)
    if not bare.lstrip("+").isdigit() or not bare.isascii():
        return []
    number = _one(bare, region, restore_zero=restore_zero, check=check)
    if number is None and region == "JP":
        # The last digits of a second line: 03-1234-5678~9, 03-1234-5678・5679.
        bare = _SEPARATORS.sub("", _SECOND_LINE.sub("", piece))
        number = _one(bare, region, restore_zero=restore_zero, check=check)
    return [(number[0], number[1], extension)] if number is not None else []


def _one(bare: str, region: str, *, restore_zero: bool, check: str) -> tuple[str, PhoneKind] | None:
    if region == "JP":
        found = _domestic(bare, restore_zero=restore_zero)
        if found is not None:
            return found
        if bare.startswith("81") and len(bare) in (11, 12, 13):
            local = bare[2:]
            found = _japanese(local if local.startswith("0") else "0" + local, restore_zero=False)
            if found is not None:
                return found
    return _by_library(bare, region, restore_zero=restore_zero, check=check)


def _domestic(bare: str, *, restore_zero: bool) -> tuple[str, PhoneKind] | None:
    """Read the digits of a number in Japan, with or without country code."""
    if bare.startswith(("+81", "01081", "0081")):
        local = bare.split("81", 1)[1]
        found = _japanese(local if local.startswith("0") else "0" + local, restore_zero=False)
        if found is not None:
            return found
    return _japanese(bare, restore_zero=restore_zero)


def _by_library(bare: str, region: str, *, restore_zero: bool, check: str) -> tuple[str, PhoneKind] | None:
    import phonenumbers  # noqa: PLC0415 - heavy: loaded with the first number

    if region == "JP" and not restore_zero and bare[:1] not in {"0", "+"}:
        return None
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return None
    accepted = (
        phonenumbers.is_valid_number(number) if check == "valid" else phonenumbers.is_possible_number(number)
    )
    national = str(number.national_number)
    if not accepted or national.endswith("0000000") or _ALL_DUMMY.fullmatch(national):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.country_code == 81 and national.endswith("000000") and national[:3] in {"120", "570", "990"}:
        return None
    return e164, _library_kind(phonenumbers.number_type(number))


def _library_kind(number_type: int) -> PhoneKind:
    import phonenumbers  # noqa: PLC0415 - heavy: loaded with the first number

    types = phonenumbers.PhoneNumberType
    kinds: dict[int, PhoneKind] = {
        types.MOBILE: "mobile",
        types.FIXED_LINE: "fixed",
        types.FIXED_LINE_OR_MOBILE: "fixed",
        types.TOLL_FREE: "toll_free",
        types.VOIP: "ip",
        types.UAN: "shared_cost",
        types.SHARED_COST: "shared_cost",
        types.PREMIUM_RATE: "premium",
        types.PAGER: "pager",
        types.PERSONAL_NUMBER: "personal",
    }
    return kinds.get(number_type, "other")
