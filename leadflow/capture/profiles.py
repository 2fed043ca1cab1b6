"""The data quality of a list, column by column: filled, valid, distinct, filler, shared, implausible."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs
import numpy as np

from leadflow.columns import Column

__all__ = ["AmountRule", "ColumnProfile", "mask", "profile_column", "suspicious_amounts"]

_PERSONAL_KEYS: Final = frozenset({"email", "phone", "phone_direct", "mobile", "fax", "full_name"})
_SHARED_FROM: Final = 5


@attrs.frozen(kw_only=True)
class AmountRule:
    """When a deal is too large for the company that is said to make it.

    Attributes:
        share_of_revenue: an amount above this share of the company's yearly revenue is implausible.
        yen_per_employee: an amount above this many yen per employee is implausible.

    Example:
        >>> AmountRule().verdict(amount=2_000_000_000, employees=12, revenue=None)
        "more than 30,000,000 yen for each of the company's employees"
    """

    share_of_revenue: float = 0.5
    yen_per_employee: int = 30_000_000

    def verdict(self, *, amount: int, employees: int | None, revenue: int | None) -> str:
        """Return the rule that an amount breaks, or an empty text.

        Args:
            amount: yen.
            employees: of the company; None when unknown.
            revenue: yen a year; None when unknown.

        Example:
            >>> AmountRule().verdict(amount=60, employees=None, revenue=100)
            "more than 50% of the company's yearly revenue"
        """
        if revenue and amount > self.share_of_revenue * revenue:
            return f"more than {self.share_of_revenue:.0%} of the company's yearly revenue"
        if employees and amount > self.yen_per_employee * employees:
            return f"more than {self.yen_per_employee:,} yen for each of the company's employees"
        return ""


@attrs.frozen(kw_only=True)
class ColumnProfile:
    """What one column of a list is worth.

    Attributes:
        name: the field, or the header of a custom column.
        rows: rows in the list.
        filled: cells with any text.
        valid: cells with a value after normalising.
        invalid: cells whose text was not understood.
        filler: cells that said that there is no value, such as 未入力.
        distinct: different values.
        shared: values that stand in five rows or more though they should identify a person; the number of
            rows of the most frequent one is ``largest_share``.
        largest_share: rows that hold the most frequent value.
        problems: reason to count, most frequent first, with a masked example.
    """

    name: str
    rows: int
    filled: int
    valid: int
    invalid: int
    filler: int
    distinct: int
    shared: int
    largest_share: int
    problems: Mapping[str, tuple[int, str]] = attrs.field(factory=dict)

    @property
    def fill_rate(self) -> float:
        """The share of rows with a valid value, from 0 to 1.

        Example:
            >>> profile_column("title", Column.of(["部長", None]), Column.of(["部長", None])).fill_rate
            0.5
        """
        return self.valid / self.rows if self.rows else 0.0

    def to_dict(self) -> dict[str, object]:
        """Return the profile as plain data.

        Example:
            >>> profile_column("title", Column.of(["部長"]), Column.of(["部長"])).to_dict()["valid"]
            1
        """
        return {
            "name": self.name,
            "rows": self.rows,
            "filled": self.filled,
            "valid": self.valid,
            "invalid": self.invalid,
            "filler": self.filler,
            "distinct": self.distinct,
            "shared": self.shared,
            "largest_share": self.largest_share,
            "problems": {
                reason: {"count": count, "example": example}
                for reason, (count, example) in self.problems.items()
            },
        }


def profile_column(
    name: str,
    column: Column,
    raw: Column | None,
    *,
    invalid: int = 0,
    problems: Mapping[str, tuple[int, str]] = MappingProxyType({}),
) -> ColumnProfile:
    """Measure a column.

    Args:
        name: the field, or the header of a custom column.
        column: the values after normalising.
        raw: the texts as they arrived; None for a derived column.
        invalid: cells whose text was not understood.
        problems: reason to count and masked example.

    Example:
        >>> profile = profile_column("email", Column.of(["a@example.jp"] * 6), Column.of(["A@example.jp"] * 6))
        >>> profile.distinct, profile.shared, profile.largest_share
        (1, 1, 6)
    """
    codes = column.codes[column.codes >= 0]
    counts = np.bincount(codes, minlength=1) if len(codes) else np.zeros(1, np.int64)
    valid = len(codes)
    filled = valid if raw is None else int(np.count_nonzero(raw.codes >= 0))
    shared = int(np.count_nonzero(counts >= _SHARED_FROM)) if name in _PERSONAL_KEYS else 0
    return ColumnProfile(
        name=name,
        rows=len(column),
        filled=filled,
        valid=valid,
        invalid=invalid,
        filler=max(0, filled - valid - invalid),
        distinct=int(np.count_nonzero(counts)),
        shared=shared,
        largest_share=int(counts.max()),
        problems=dict(problems),
    )


def suspicious_amounts(columns: Mapping[str, Column], rule: AmountRule) -> dict[int, str]:
    """Return the rows whose deal amount does not fit the size of the company, with the rule that says so.

    Args:
        columns: field to column; ``amount``, ``employees`` and ``revenue`` are looked at.
        rule: the limits.

    Returns:
        Row index to the rule that is broken.

    Example:
        >>> columns = {"amount": Column.of([90, 10]), "revenue": Column.of([100, 100])}
        >>> suspicious_amounts(columns, AmountRule())
        {0: "more than 50% of the company's yearly revenue"}
    """
    amount = columns.get("amount")
    if amount is None or not ({"employees", "revenue"} & set(columns)):
        return {}
    found: dict[int, str] = {}
    for row in np.flatnonzero(amount.filled).tolist():
        cells = {
            name: columns[name][row] if name in columns else None
            for name in ("amount", "employees", "revenue")
        }
        numbers = {name: cell if isinstance(cell, int) else None for name, cell in cells.items()}
        verdict = rule.verdict(
            amount=numbers["amount"] or 0, employees=numbers["employees"], revenue=numbers["revenue"]
        )
        if verdict:
            found[row] = verdict
    return found


def mask(text: str) -> str:
    """Return a text whose shape shows and whose content does not.

    Digits become 9, Latin letters x, kanji 漢, kana あ or ア; punctuation stays. At most 24 characters.

    Example:
        >>> mask("03-12-ABC 佐藤たろウ")
        '99-99-xxx 漢漢ああア'
    """
    return "".join(_masked(character) for character in text[:24]) + ("…" if len(text) > 24 else "")


def _masked(character: str) -> str:
    if character.isdigit():
        return "9"
    if "ぁ" <= character <= "ゖ":
        return "あ"
    if "ァ" <= character <= "ヺ" or "ｦ" <= character <= "ﾟ":
        return "ア"
    if character.isalpha():
        return "x" if character < "\u2e80" else "漢"
    return character if character.isprintable() else "?"
