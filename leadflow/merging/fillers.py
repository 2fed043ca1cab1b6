"""Which values are data: what people type into a field that may not stay empty is not."""

from collections.abc import Callable, Hashable
from typing import Final

import numpy as np

from leadflow.columns import Column, Flags
from leadflow.records import FIELDS, FieldKind

__all__ = ["PLACEHOLDERS", "data_cells", "is_data"]

_CHECKED: Final = frozenset({FieldKind.TEXT, FieldKind.COMPANY, FieldKind.TAGS})
"""Kinds whose canonical form can be filler; the others could not have been parsed from it."""

_WORDS: Final = """
    n/a na n.a. none null nil nan unknown undefined tbd tbc dummy test asdf なし 無し 無 ナシ 未入力 未記入 未設定
    未登録 未回答 未定 未確認 未選択 不明 不詳 該当なし 該当無し 特になし 特に無し 記載なし 無回答 空欄 同上 ダミー テスト
    選択してください
""".split()  # noqa: SIM905  # a list of words reads best as words
_MARKS: Final = (
    "- -- --- . .. ... ? ?? ??? * ** *** ー ― － 〃 ・ 。 × ×× ××× ○○ ○○○ 〇〇 〇〇〇 #N/A".split()  # noqa: SIM905  # see above
)
PLACEHOLDERS: Final = frozenset(
    form for word in _WORDS for form in (word, word.upper(), word.capitalize(), f"({word})", f"（{word}）")
) | {"", " ", "\u3000", *_MARKS}
"""Texts that mean "no value". Reading a list finds many more; here it is the net below records that were not read."""


def is_data(name: str, value: Hashable) -> bool:
    """Tell whether a value of a field is data, and not filler or an empty set.

    Example:
        >>> is_data("title", "部長"), is_data("title", "未入力"), is_data("tags", ())
        (True, False, False)
    """
    return _test_of(name)(value)


def data_cells(name: str, column: Column) -> Flags:
    """Tell for each cell of a column whether it holds data.

    Returns:
        (n,) bool.

    Example:
        >>> data_cells("title", Column.of(["部長", "-", None])).tolist()
        [True, False, False]
    """
    test = _test_of(name)
    if test is _always:
        return column.filled
    bad = [code for code, value in enumerate(column.values) if not test(value)]
    if not bad:
        return column.filled
    good = np.ones(len(column.values) + 1, np.bool_)
    good[bad] = False
    good[-1] = False
    return good[np.maximum(column.codes, -1)]


def _test_of(name: str) -> Callable[[Hashable], bool]:
    spec = FIELDS.get(name)
    return _is_meant if spec is None or spec.kind in _CHECKED else _always


def _always(_value: Hashable) -> bool:
    return True


def _is_meant(value: Hashable) -> bool:
    return value not in PLACEHOLDERS and value != ()
