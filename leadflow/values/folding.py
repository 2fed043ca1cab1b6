"""Text folding: from text as people type it to text that can be shown and text that can be compared.

Two levels. `tidy` keeps what a reader sees and removes what only differs in encoding: widths,
composed and decomposed marks, invisible characters, the dozen dashes of a Japanese keyboard.
`fold` goes on to case and variant kanji and is for comparison only.
"""

import re
import unicodedata
from typing import Literal

from leadflow.values.variants import LOOSE, STRICT, VARIANT

__all__ = ["Variants", "drop_inner_spaces", "fold", "fold_variants", "storable", "tidy", "unify_dashes"]

Variants = Literal["none", "strict", "loose"]
"""How far variant kanji are folded: not at all, the same character written otherwise, or also
characters that only name registers keep apart (斎 and 斉, 龍 and 竜)."""

# Controls other than white space, soft hyphen, zero-width and bidirectional marks, the byte order
# mark, variation selectors: nothing a reader sees.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_VOICING = re.compile(" ?[\u309b\u309c]")
_COMBINING = {"\u309b": "\u3099", "\u309c": "\u309a"}

_KANA = "\u3041-\u3096\u309d\u309e\u30a1-\u30fa\u30fd\u30fe"
_DASH = "\\-\u2010-\u2015\u2043\u2212\u23af\u2500\u2501\ufe58\ufe63\uff0d"
_MISPLACED_DASH = re.compile(f"[{_DASH[2:]}]|(?<=[{_KANA}ー])-|(?<![{_KANA}ー])ー")
_DASH_RUN = re.compile(f"(?<=[{_KANA}])[{_DASH}ー]+|[{_DASH}ー]+")
_AFTER_KANA = re.compile(f"[{_KANA}]")

# Kana, the common kanji and printable ASCII with dashes where they are meant and single blanks: most texts are tidy as they are.
_TIDY = re.compile(
    f"(?:[{_KANA}\u4e00-\u9fff!-,./-~]++|(?<=[{_KANA}ー])ー++|(?<![{_KANA}ー])-++|(?<=[^ ]) (?=[^ ]))++"
)

# What makes most other texts untidy, with its NFKC form: wide ASCII, the wide blank, forms of companies in one character.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    ord("㈱"): "(株)",
    ord("㈲"): "(有)",
}

# A blank between two characters of which one is Japanese separates nothing in a name.
_INNER_SPACE = re.compile("(?<=[^\x00-\u024f]) | (?=[^\x00-\u024f])")


def tidy(text: str) -> str:
    r"""Return the text as a reader sees it, in one encoding of each character.

    Invisible characters go, NFKC unifies widths and composition (also of the spacing voicing
    marks U+309B and U+309C, which NFKC alone splits off), dashes follow `unify_dashes`, white
    space of any kind becomes one blank and is removed at the ends. Case and kanji stay.

    Args:
        text: any text.

    Returns:
        The tidied text; `tidy(tidy(text)) == tidy(text)`.

    References:
        Unicode Standard Annex 15, "Unicode Normalization Forms", 2025.

    Example:
        >>> tidy("　ﾄﾖﾀ自動車\u200b  ＡＢＣ ")
        'トヨタ自動車 ABC'
        >>> tidy("カ゛ク")
        'ガク'
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if " " in text else text
    if _TIDY.fullmatch(text):
        return text
    narrow = text.translate(_NARROW)
    if _TIDY.fullmatch(narrow):
        return narrow
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
    if "\u309b" in text or "\u309c" in text:
        text = _VOICING.sub(lambda mark: _COMBINING[mark[0][-1]], text)
    if not unicodedata.is_normalized("NFKC", text):
        # An acute accent that stands alone was typed for an apostrophe; NFKC would split it.
        text = text.replace("\u00b4", "'")
        text = unicodedata.normalize("NFKC", text)
        # Some compatibility forms expand to a blank and a mark, or to a default-ignorable.
        if _INVISIBLE.search(text):
            text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return unify_dashes(" ".join(text.split()))


def unify_dashes(text: str) -> str:
    """Turn every dash into the one that is meant where it stands.

    After kana a dash of any kind is the long-vowel mark ``ー``; anywhere else it is ``-``.

    Args:
        text: text whose widths are already unified.

    Returns:
        The text with only ``ー`` and ``-`` as dashes.

    Example:
        >>> unify_dashes("デ－タ 1ー1−1 Coca‐Cola")
        'データ 1-1-1 Coca-Cola'
    """
    if _MISPLACED_DASH.search(text) is None:
        return text
    return _DASH_RUN.sub(_meant, text)


def fold_variants(text: str, variants: Variants = "strict") -> str:
    """Replace variant kanji by the common form; for comparison, never for display.

    Args:
        text: text whose widths are already unified.
        variants: how far to go.

    Returns:
        The text, as long as it was.

    Example:
        >>> fold_variants("髙﨑 渡邉 慶應義塾")
        '高崎 渡辺 慶応義塾'
        >>> fold_variants("斎藤 斉藤"), fold_variants("斎藤 斉藤", "loose")
        ('斎藤 斉藤', '斉藤 斉藤')
    """
    if variants == "none" or VARIANT.search(text) is None:
        return text
    return text.translate(STRICT if variants == "strict" else LOOSE)


def fold(text: str, *, variants: Variants = "strict") -> str:
    """Return the form in which two texts are compared.

    This is `tidy`, then case folding, then the folding of variant kanji.

    Args:
        text: any text.
        variants: how far variant kanji are folded.

    Returns:
        The folded text; `fold(fold(text)) == fold(text)`.

    Example:
        >>> fold("ＮＴＴデ－タ") == fold("nttデータ")
        True
        >>> fold("髙島屋"), fold("髙島屋", variants="none")
        ('高島屋', '髙島屋')
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split()).casefold()
    shown = tidy(text)
    folded = shown.casefold()
    if folded != shown and not folded.isascii():
        # Case folding can take a text out of NFKC (İ, ϓ); one more round closes it.
        folded = tidy(folded)
    return fold_variants(folded, variants)


def storable(text: str) -> str:
    r"""Mark what no database keeps in a text, the character NUL and halves of surrogate pairs, as damaged.

    Returns:
        The very text where there is nothing to mark.

    Example:
        >>> storable("page\0 1"), storable("展示会")
        ('page\ufffd 1', '展示会')
    """
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def drop_inner_spaces(text: str) -> str:
    """Remove the blanks that touch a Japanese character and keep those inside Latin text.

    Example:
        >>> drop_inner_spaces("日立 製作所 Data Center")
        '日立製作所Data Center'
    """
    return _INNER_SPACE.sub("", text) if " " in text else text


def _meant(run: re.Match[str]) -> str:
    start = run.start()
    mark = "ー" if start and _AFTER_KANA.match(run.string, start - 1) else "-"
    return mark * (run.end() - start)
