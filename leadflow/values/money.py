"""Amounts of money in yen."""

import re
from fractions import Fraction

import attrs

from leadflow.values.folding import tidy
from leadflow.values.numerals import KANJI_DIGITS, kanji_number
from leadflow.values.parsed import Cells, ParsedColumn, parse_cells
from leadflow.values.refusal import refusal

__all__ = ["Money"]

_KIND = "amount of money"
_LONGEST_AMOUNT = 100

_UNITS = {
    "千": 10**3,
    "百": 10**2,
    "十": 10,
    "万": 10**4,
    "萬": 10**4,
    "億": 10**8,
    "兆": 10**12,
    "k": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "mm": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "million": 10**6,
    "thousand": 10**3,
    "billion": 10**9,
    "mil": 10**6,
}
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_PART = re.compile(
    rf"({_NUMBER}|[{KANJI_DIGITS}]+) ?(百万|千万|十万|百億|千億|十億|百兆|千兆|十兆|[千百十万萬億兆])?"
)
_PLAIN = re.compile(r"[¥￥\\]?([0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,15})(円?)")
_BEFORE = re.compile(
    r"^(?:(?:約|およそ|計|合計|金額?|予算|税込み?|税抜き?|@|jpy|yen|¥|\\|日本円)[ :]*)+", re.IGNORECASE
)
_AFTER = re.compile(
    r"[ .]*(?:\((?:税込み?|税抜き?|税別|税|jpy|円|消費税込み?)\)|円整|円也|円|也|yen|jpy|-|\(?税込み?\)?|\(?税抜き?\)?|\(?税別\)?|程度|くらい|ぐらい|前後|強|弱)$",
    re.IGNORECASE,
)
_LATIN_UNIT = re.compile(rf"({_NUMBER}) ?(k|mn|mm|mil|m|bn|b|million|thousand|billion)", re.IGNORECASE)
_FOREIGN = re.compile(
    r"[$€£₩₹]|usd|eur|gbp|cny|krw|twd|hkd|sgd|ドル|ユーロ|ポンド|元|ウォン|dollars?|euros?", re.IGNORECASE
)
_RANGE = re.compile(r"[0-9万億円] ?(?:[~〜∼]|から|-) ?[0-9¥]|以上|以下|未満|超|以内|[~〜]")
_LARGEST = 10**18


@attrs.frozen(kw_only=True, str=False, order=False)
class Money:
    """An amount of yen; ``str(value)`` is the number of yen in digits.

    Attributes:
        raw: the text as it came; not part of equality.
        amount: whole yen; negative for a deduction.
        currency: ``"JPY"``.

    Example:
        >>> Money.parse("１億２，０００万円").amount
        120000000
    """

    raw: str = attrs.field(eq=False)
    amount: int
    currency: str = "JPY"

    @classmethod
    def parse(cls, text: str, *, unit: int = 1) -> "Money":
        """Read an amount of yen.

        Args:
            text: the cell: digits of any width, thousands separators, 千 百万 億 兆 and other units,
                kanji numerals, ``¥``, 円, and ``▲``, ``△``, ``-`` or brackets for a deduction.
            unit: yen per counted unit for numbers that name none, such as 1000 for a column
                headed (千円).

        Returns:
            The amount.

        Raises:
            InvalidValueError: if it is no amount, a range, another currency or not whole yen.

        Example:
            >>> Money.parse("五千万円").amount, Money.parse("▲1,500").amount, Money.parse("12", unit=1000).amount
            (50000000, -1500, 12000)
        """
        if len(text) > _LONGEST_AMOUNT:
            raise refusal(_KIND, text, f"it is longer than {_LONGEST_AMOUNT} characters")
        plain = _PLAIN.fullmatch(text)
        if plain is not None:
            digits = int(plain[1].replace(",", ""))
            return cls(raw=text, amount=digits if plain[2] else digits * unit)
        bare, negative = _bare(text, tidy(text))
        amount = _amount(bare, unit)
        if amount is None:
            raise refusal(_KIND, text, "it is not a number of yen such as 1,200万円")
        if amount.denominator != 1:
            raise refusal(_KIND, text, "it is not a whole number of yen")
        if amount >= _LARGEST:
            raise refusal(_KIND, text, "it is more money than there is")
        return cls(raw=text, amount=-int(amount) if negative else int(amount))

    @classmethod
    def parse_many(cls, cells: Cells, *, unit: int = 1) -> ParsedColumn["Money"]:
        """Read a column of amounts.

        Example:
            >>> Money.parse_many(["¥1,000", "未定", "$5"]).canonical.to_list()
            ['1000', None, None]
        """
        return parse_cells(cells, lambda text: cls.parse(text, unit=unit))

    @property
    def key(self) -> str:
        """The comparison key: the canonical form.

        Example:
            >>> Money.parse("1万円").key
            '10000'
        """
        return str(self.amount)

    def __int__(self) -> int:
        return self.amount

    def __str__(self) -> str:
        return str(self.amount)


def _bare(text: str, shown: str) -> tuple[str, bool]:
    """Remove sign, currency and remarks."""
    if _RANGE.search(shown) is not None:
        raise refusal(_KIND, text, "it is a range; give one amount")
    bare = shown
    negative = False
    if len(bare) > 2 and bare[0] == "(" and bare[-1] == ")" and bare[1:-1].strip("¥ ,.0123456789円") == "":
        bare, negative = bare[1:-1], True
    for _ in range(3):
        if bare[:1] in {"▲", "△", "-", "+"}:
            negative = negative or bare[0] != "+"
            bare = bare[1:].strip()
        bare = _BEFORE.sub("", bare)
        bare = _AFTER.sub("", bare)
    if _FOREIGN.search(bare) is not None:
        raise refusal(_KIND, text, "it is in another currency than yen")
    return bare.strip(), negative


def _amount(bare: str, unit: int) -> Fraction | None:
    latin = _LATIN_UNIT.fullmatch(bare)
    if latin is not None:
        return Fraction(latin[1].replace(",", "")) * _UNITS[latin[2].casefold()]
    total = Fraction(0)
    place, smallest, named = 0, Fraction(_LARGEST), False
    while place < len(bare):
        match = _PART.match(bare, place)
        if match is None:
            return None
        number, word = _number(match[1]), match[2] or ""
        if number is None:
            return None
        scale = Fraction(1)
        for character in word:
            scale *= _UNITS[character]
        if scale >= smallest or (not word and named and number >= smallest):
            return None
        named = named or bool(word)
        smallest = scale
        total += number * scale
        place = match.end()
        if bare[place : place + 1] in {",", " "} and word:
            place += 1
        if not word and place < len(bare):
            return None
    if not bare:
        return None
    return total if named else total * unit


def _number(text: str) -> Fraction | None:
    if text[0] in KANJI_DIGITS:
        number = kanji_number(text)
        return None if number is None else Fraction(number)
    return Fraction(text.replace(",", ""))
