"""Japanese postal codes."""

import re

import attrs

from leadflow.values.filler import is_filler
from leadflow.values.folding import tidy
from leadflow.values.parsed import CellReader, Cells, ParsedColumn, parse_cells
from leadflow.values.refusal import LONGEST, refusal

__all__ = ["PostalCode"]

_KIND = "postal code"
_PLAIN = re.compile(r"([0-9]{3})-?([0-9]{4})")
_LABEL = re.compile(
    r"^[\s:]*(?:(?:〒|〶|郵便番号|郵便|postal ?code|zip ?code|zip|post ?code|jp(?=[- ]?[0-9])|t(?=[0-9]{3}-?[0-9]{4}$))[\s:.-]*)+",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"([0-9]{2,3})[- ./]{1,3}([0-9]{4})")
_FLOAT = re.compile(r"([0-9]{6,7})\.0+")
_SEPARATORS = re.compile(r"[\s.・_-]+")
_DUMMY = frozenset({"0000000", "9999999"})


@attrs.frozen(kw_only=True, str=False)
class PostalCode:
    """A Japanese postal code; ``str(value)`` is ``NNN-NNNN``.

    Attributes:
        raw: the text as it came; not part of equality.
        digits: the seven digits.

    Example:
        >>> str(PostalCode.parse("〒１００−０００１"))
        '100-0001'
    """

    raw: str = attrs.field(eq=False)
    digits: str

    @classmethod
    def parse(cls, text: str, *, restore_zero: bool = True) -> "PostalCode":
        """Read a postal code.

        Args:
            text: the cell; ``〒``, a label, a country prefix and any dash are understood.
            restore_zero: give back the leading zero that a spreadsheet took from six digits.

        Returns:
            The postal code.

        Raises:
            InvalidValueError: if there are not seven digits, or they are a dummy such as 000-0000.

        References:
            Japan Post, "郵便番号制マニュアル", 2024.

        Example:
            >>> str(PostalCode.parse("600000"))
            '060-0000'
        """
        if len(text) > LONGEST:
            raise refusal(_KIND, text, f"it is longer than {LONGEST} characters")
        shown = tidy(text)
        plain = _PLAIN.fullmatch(shown)
        digits = plain[1] + plain[2] if plain else _digits(text, shown, restore_zero=restore_zero)
        if digits in _DUMMY:
            raise refusal(_KIND, text, "it is a dummy of one repeated digit")
        if digits.startswith("000"):
            raise refusal(_KIND, text, "no area has a code that begins with 000")
        return cls(raw=text, digits=digits)

    @classmethod
    def parse_many(cls, cells: Cells, *, restore_zero: bool = True) -> ParsedColumn["PostalCode"]:
        """Read a column of postal codes; 000-0000 counts as empty.

        Example:
            >>> PostalCode.parse_many(["1000001", "000-0000"]).canonical.to_list()
            ['100-0001', None]
        """
        return parse_cells(cells, lambda text: cls.parse(text, restore_zero=restore_zero), is_empty=_is_empty)

    @classmethod
    def reader(cls) -> CellReader["PostalCode"]:
        """Return how a cell is read as a postal code, without any switch.

        Example:
            >>> str(PostalCode.reader().read("〒1000001"))
            '100-0001'
        """
        return CellReader(cls.parse, _is_empty)

    @property
    def key(self) -> str:
        """The comparison key: the canonical form.

        Example:
            >>> PostalCode.parse("100 0001").key
            '100-0001'
        """
        return f"{self.digits[:3]}-{self.digits[3:]}"

    def __str__(self) -> str:
        return f"{self.digits[:3]}-{self.digits[3:]}"


def _is_empty(text: str) -> bool:
    if _PLAIN.fullmatch(text):
        return text.replace("-", "") in _DUMMY
    return is_filler(text) or (len(text) < 12 and _SEPARATORS.sub("", tidy(text).lstrip("〒")) in _DUMMY)


def _digits(text: str, shown: str, *, restore_zero: bool) -> str:
    bare = _LABEL.sub("", shown).strip(" -:()[]")
    floating = _FLOAT.fullmatch(bare)
    if floating is not None:
        bare = floating[1]
    split = _DIGITS.fullmatch(bare)
    digits = split[1] + split[2] if split else bare.replace(" ", "") if not bare.isdigit() else bare
    if not (digits.isascii() and digits.isdigit()):
        found = sum(character in "0123456789" for character in shown)
        reason = "it has other characters than digits" if found else "it has no digits"
        raise refusal(_KIND, text, f"{reason}; expected 7 digits, such as 100-0001")
    if len(digits) == 6 and restore_zero:
        return "0" + digits
    if len(digits) != 7:
        raise refusal(_KIND, text, f"it has {len(digits)} digits; expected 7, such as 100-0001")
    return digits
