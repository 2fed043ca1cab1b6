"""Small pieces of HTML in two languages; everything is escaped."""

import html
from collections.abc import Callable

from leadflow.reporting.figures import Language
from leadflow.reporting.words import Words

__all__ = ["both", "in_both"]


def both(words: Words) -> str:
    """Return words in both languages, of which the page shows one.

    Example:
        >>> both(Words("担当者", "Owner"))
        '<span lang="ja">担当者</span><span lang="en">Owner</span>'
        >>> both(Words("A<b", "A<b"))
        'A&lt;b'
    """
    if words.ja == words.en:
        return html.escape(words.ja)
    return f'<span lang="ja">{html.escape(words.ja)}</span><span lang="en">{html.escape(words.en)}</span>'


def in_both(write: Callable[[Language], str]) -> str:
    """Return what a function writes in both languages.

    Example:
        >>> in_both(lambda language: "12")
        '12'
    """
    return both(Words(write("ja"), write("en")))
