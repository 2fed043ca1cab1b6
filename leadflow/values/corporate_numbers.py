"""Corporate numbers (法人番号), also as they stand in invoice registration numbers (T + 13 digits)."""

import re

import attrs

from leadflow.values.folding import tidy
from leadflow.values.parsed import CellReader, Cells, ParsedColumn
from leadflow.values.refusal import LONGEST, refusal

__all__ = ["CorporateNumber"]

_KIND = "corporate number"
_LABEL = re.compile(
    r"^[\s:]*(?:(?:(?:適格請求書発行事業者)?登録番号|法人番号|インボイス(?:登録)?番号|corporate number|no\.?)[\s:=#]*)?t?[\s:.-]*",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\s-]+")
_FLOAT = re.compile(r"([0-9]{13})\.0+")


@attrs.frozen(kw_only=True, str=False)
class CorporateNumber:
    """A corporate number with a right check digit; ``str(value)`` is its 13 digits.

    Attributes:
        raw: the text as it came; not part of equality.
        digits: the 13 digits, the first being the check digit.

    Example:
        >>> str(CorporateNumber.parse("T-7000012050002"))
        '7000012050002'
    """

    raw: str = attrs.field(eq=False)
    digits: str

    @classmethod
    def parse(cls, text: str) -> "CorporateNumber":
        """Read a corporate number.

        Args:
            text: the cell; a label, a leading ``T``, blanks and dashes are understood.

        Returns:
            The number.

        Raises:
            InvalidValueError: if there are not 13 digits or the check digit is wrong.

        References:
            Ordinance on the designation of corporate numbers
            (法人番号の指定等に関する省令), 2014, article 2.

        Example:
            >>> CorporateNumber.parse("7000012050003")
            Traceback (most recent call last):
            leadflow.errors.InvalidValueError: Not a corporate number (13 characters): its check digit is wrong.
        """
        if len(text) > LONGEST:
            raise refusal(_KIND, text, f"it is longer than {LONGEST} characters")
        digits = text
        if not (len(text) == 13 and text.isascii() and text.isdigit()):
            digits = _SEPARATORS.sub("", _LABEL.sub("", tidy(text)))
            floating = _FLOAT.fullmatch(digits)
            if floating is not None:
                digits = floating[1]
        if not (digits.isascii() and digits.isdigit()):
            raise refusal(_KIND, text, "it has other characters than digits; expected 13 digits")
        if len(digits) != 13:
            raise refusal(_KIND, text, f"it has {len(digits)} digits; expected 13")
        if int(digits[0]) != check_digit(digits[1:]):
            raise refusal(_KIND, text, "its check digit is wrong")
        return cls(raw=text, digits=digits)

    @classmethod
    def parse_many(cls, cells: Cells) -> ParsedColumn["CorporateNumber"]:
        """Read a column of corporate numbers.

        Example:
            >>> CorporateNumber.parse_many(["7000012050002", "7000012050003"]).bad.tolist()
            [1]
        """
        return cls.reader().read_all(cells)

    @classmethod
    def reader(cls) -> CellReader["CorporateNumber"]:
        """Return how a cell is read as a corporate number, without any switch.

        Example:
            >>> str(CorporateNumber.reader().read("7000012050002"))
            '7000012050002'
        """
        return CellReader(cls.parse)

    @property
    def key(self) -> str:
        """The comparison key: the 13 digits.

        Example:
            >>> CorporateNumber.parse("7000012050002").key
            '7000012050002'
        """
        return self.digits

    def __str__(self) -> str:
        return self.digits


def check_digit(base: str) -> int:
    """Return the check digit, from 1 to 9, of the twelve digits that follow it.

    References:
        Ordinance on the designation of corporate numbers, 2014, article 2:
        ``9 - (sum of digit times weight) mod 9``, weights 1 and 2 in turn from the right.

    Example:
        >>> check_digit("000012050002")
        7
    """
    digits = [int(digit) for digit in reversed(base)]
    return 9 - (sum(digits[::2]) + 2 * sum(digits[1::2])) % 9
