"""Which values are data: what people type into a field that may not stay empty is not."""

from collections.abc import Hashable, Mapping
from typing import Final

import numpy as np

from leadflow.columns import Column, Flags

__all__ = ["PLACEHOLDERS", "data_cells", "data_of"]

_WORDS: Final = """
    n/a na n.a. none null nil nan unknown undefined tbd tbc dummy test asdf なし 無し 無 ナシ 未入力 未記入 未設定
    未登録 未回答 未定 未確認 未選択 不明 不詳 該当なし 該当無し 特になし 特に無し 記載なし 無回答 空欄 同上 ダミー テスト
    選択してください
""".split()  # noqa: SIM905  # a list of words reads best as words
_MARKS: Final = (
    "- -- --- . .. ... ? ?? ??? * ** *** ー ― － 〃 ・ 。 × ×× ××× ○○ ○○○ 〇〇 〇〇〇 #N/A".split()  # noqa: SIM905  # see above
)
PLACEHOLDERS: Final[frozenset[Hashable]] = frozenset(
    form for word in _WORDS for form in (word, word.upper(), word.capitalize(), f"({word})", f"（{word}）")
) | {"", " ", "\u3000", (), *_MARKS}
"""Values that mean "no value". Reading a list finds many more; here it is the net below records that were not read."""


def data_of(values: Mapping[str, Hashable]) -> dict[str, Hashable]:
    """Return what is data of one record's values, and not filler or an empty set.

    Example:
        >>> data_of({"title": "部長", "city": "未入力", "tags": (), "memo": None})
        {'title': '部長'}
    """
    return {name: value for name, value in values.items() if value is not None and value not in PLACEHOLDERS}


def data_cells(column: Column) -> Flags:
    """Tell for each cell of a column whether it holds data.

    Returns:
        (n,) bool.

    Example:
        >>> data_cells(Column.of(["部長", "-", None])).tolist()
        [True, False, False]
    """
    if PLACEHOLDERS.isdisjoint(column.values):
        return column.filled
    good = np.array([*(value not in PLACEHOLDERS for value in column.values), False], np.bool_)
    return good[np.maximum(column.codes, -1)]
