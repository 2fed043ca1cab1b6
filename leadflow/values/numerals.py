"""Kanji numerals."""

import re

__all__ = ["KANJI_DIGITS", "kanji_number"]

KANJI_DIGITS = "〇零一二三四五六七八九十百千壱壹弌弐貳弍参參弎肆伍陸漆捌玖拾廿卅佰阡"
"""Characters of a number below 10,000, in plain and in legal writing."""

_ONES = {
    **dict(zip("〇零一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)),
    **dict(zip("壱壹弌弐貳弍参參弎肆伍陸漆捌玖", (1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9), strict=True)),
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "阡": 1000}
_POSITIONAL = re.compile("[〇零一二三四五六七八九]{1,9}")


def kanji_number(text: str) -> int | None:
    """Return the number that kanji numerals below 10,000 write.

    Args:
        text: numerals only, by place (二〇二六) or by units (二千二十六).

    Returns:
        The number, or None if the text is not well formed.

    Example:
        >>> kanji_number("二千二十六"), kanji_number("二〇二六"), kanji_number("廿一"), kanji_number("十二十")
        (2026, 2026, 21, None)
    """
    if _POSITIONAL.fullmatch(text):
        return int("".join(str(_ONES[character]) for character in text))
    total, pending, smallest = 0, 0, 10_000
    for character in text.replace("廿", "二十").replace("卅", "三十"):
        unit = _TENS.get(character)
        if unit is None:
            if pending or character not in _ONES:
                return None
            pending = _ONES[character]
            continue
        if unit >= smallest:
            return None
        smallest = unit
        total += (pending or 1) * unit
        pending = 0
    return total + pending if text else None
