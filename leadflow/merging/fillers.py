"""Which values are data: what people type into a field that may not stay empty is not."""

import unicodedata
from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from itertools import product
from typing import Final

import numpy as np

from leadflow.columns import Column, Flags
from leadflow.records import FIELDS
from leadflow.values.filler import FILLER_WORDS

__all__ = ["data_cells", "data_of", "placeholders"]

_MARKS: Final = (
    "- -- --- . .. ... ? ?? ??? * ** *** ー ― － 〃 ・ 。 × ×× ××× ○○ ○○○ 〇〇 〇〇〇".split()  # noqa: SIM905  # reads best
)
_ANSWERS: Final = frozenset("×○〇*")
"""Marks that say something where people grade and answer; the readers keep them there too."""

_MARKED_FIELDS: Final = frozenset({"rating", "memo"})
_PLAIN_FIELDS: Final = frozenset(FIELDS) - _MARKED_FIELDS
_AROUND: Final = (("", ""), ("(", ")"), ("（", "）"))
_SPACES: Final = ("", " ", "\u3000")
_WIDE: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@cache
def placeholders() -> frozenset[Hashable]:
    """Return the values that mean "no value" in a plain field.

    They are the words of ``leadflow.values.is_filler`` as they are typed: in both cases and widths, in brackets, among
    spaces. A set is asked instead of the function, which takes a hundred times as long, since a list of a million rows has
    millions of distinct values. Reading a list finds more; here it is the net below records that were not read.

    Example:
        >>> {"n/a", "Ｎ／Ａ", " なし ", "（未入力）", "ﾅｼ", ()} <= placeholders()
        True
    """
    words = (form for word in FILLER_WORDS for form in _typed(word))
    spaced = (f"{before}{word}{after}" for word in words for before, after in product(_SPACES, repeat=2))
    return frozenset([*spaced, *_SPACES, (), *_MARKS])


def data_of(values: Mapping[str, Hashable]) -> dict[str, Hashable]:
    """Return what is data of one record's values, and not filler or an empty set.

    Example:
        >>> data_of({"title": "部長", "city": " 未入力", "tags": (), "memo": None, "rating": "×"})
        {'title': '部長', 'rating': '×'}
    """
    never = placeholders()
    return {
        name: value
        for name, value in values.items()
        if value is not None and (value not in never or _answers(name, value))
    }


def data_cells(field: str, column: Column) -> Flags:
    """Tell for each cell of a column whether it holds data.

    Args:
        field: the column's name.
        column: n cells.

    Returns:
        (n,) bool.

    Example:
        >>> data_cells("title", Column.of(["部長", "ｎ／ａ", "×", None])).tolist()
        [True, False, False, False]
        >>> data_cells("rating", Column.of(["×", "-"])).tolist()
        [True, False]
    """
    never = placeholders()
    if never.isdisjoint(column.values):
        return column.filled
    good = np.array(
        [*(value not in never or _answers(field, value) for value in column.values), False], np.bool_
    )
    return good[np.maximum(column.codes, -1)]


def _answers(field: str, value: Hashable) -> bool:
    """Tell whether a mark is an answer: in a grade, a note, or a question of somebody's own."""
    return (
        field not in _PLAIN_FIELDS and isinstance(value, str) and bool(value) and _ANSWERS.issuperset(value)
    )


def _typed(word: str) -> Iterator[str]:
    """Return how a word is typed: in both cases and widths, and in brackets."""
    around = (
        _AROUND if word[0].isalnum() else _AROUND[:1]
    )  # nobody puts an error of a spreadsheet in brackets
    for case in {word, word.upper(), word.capitalize(), word.title()}:
        for width in {case, case.translate(_WIDE), _narrow(case)}:
            for begin, end in around:
                yield f"{begin}{width}{end}"


@cache
def _narrow_kana() -> dict[int, str]:
    """Return the half-width form of each full-width katakana, which Unicode gives the other way round."""
    marks = ("", "\uff9e", "\uff9f")
    narrow = ("".join(pair) for pair in product(map(chr, range(0xFF66, 0xFF9E)), marks))
    wide = {form: unicodedata.normalize("NFKC", form) for form in narrow}
    return {ord(full): form for form, full in wide.items() if len(full) == 1}


def _narrow(text: str) -> str:
    return text.translate(_narrow_kana())
