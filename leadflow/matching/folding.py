"""Folding the distinct cells of a column, with a short way for text that is folded already."""

import itertools
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from leadflow.matching.encoding import ABSENT, Feature, Spelling, TextBank, spell
from leadflow.matching.words import as_text, folded_text
from leadflow.values.filler import FILLER_WORDS

__all__ = ["folded_feature", "plain_feature"]

_LONGEST: Final = 400


def _marks(characters: bytes) -> npt.NDArray[np.bool_]:
    out = np.zeros(256, np.bool_)
    out[np.frombuffer(characters, np.uint8)] = True
    return out


_ALPHANUMERIC: Final = _marks(b"abcdefghijklmnopqrstuvwxyz0123456789")
_PLAIN: Final = _ALPHANUMERIC | _marks(b"@._-")


def folded_feature(values: Sequence[Hashable]) -> Feature:
    """Encode the folded text of distinct cells.

    Example:
        >>> folded_feature(["Leeds", "leeds", "-"]).codes.tolist()
        [0, 0, -1]
    """
    return _encoded(values, folded_text)


def plain_feature(values: Sequence[Hashable]) -> Feature:
    """Encode the text of distinct cells as it is.

    Example:
        >>> plain_feature(["Leeds", "leeds"]).codes.tolist()
        [0, 1]
    """
    return _encoded(values, as_text)


def _encoded(values: Sequence[Hashable], fold: Callable[[Hashable], str | None]) -> Feature:
    if set(map(type, values)) != {str}:
        return Feature.of_texts(map(fold, values))
    texts: Sequence[str] = values  # type: ignore[assignment]  # as was checked
    spelling = spell(texts)
    odd = np.flatnonzero(~_plain(texts, spelling)).tolist()
    if not odd:
        return Feature.of_distinct(texts, spelling)
    return _with_folded(list(texts), {place: fold(texts[place]) for place in odd})


def _with_folded(texts: list[str], folded: Mapping[int, str | None]) -> Feature:
    """Encode distinct texts of which some fold to another, perhaps to one that is there already."""
    place_of: dict[str | None, int] = dict.fromkeys(folded.values(), ABSENT)
    for place, text in enumerate(texts):
        if text in place_of and place not in folded:
            place_of[text] = place
    codes = np.arange(len(texts), dtype=np.int32)
    for place, changed in folded.items():
        if changed is not None and place_of[changed] == ABSENT:
            place_of[changed], texts[place] = place, changed
        codes[place] = place_of[changed]
    used = np.zeros(len(texts), np.bool_)
    used[codes[codes >= 0]] = True
    renumbered = np.append(np.cumsum(used, dtype=np.int32) - 1, np.int32(ABSENT))
    return Feature(codes=renumbered[codes], bank=TextBank.of([*itertools.compress(texts, used.tolist())]))


def _plain(texts: Sequence[str], spelling: Spelling) -> npt.NDArray[np.bool_]:
    """(k,) bool: text that folding does not change and that is no filler."""
    points, starts = spelling
    kept = points if points.itemsize == 1 else np.minimum(points, 127).astype(np.uint8)
    lengths = np.diff(starts)
    out = np.zeros(len(texts), np.bool_)
    some = np.flatnonzero(lengths)
    if some.size:
        begin = starts[some]
        out[some] = np.logical_and.reduceat(_PLAIN[kept], begin)
        # Filler comes in punctuation of all sorts: what begins or ends with it goes the long way.
        out[some] &= _ALPHANUMERIC[kept[begin]] & _ALPHANUMERIC[kept[starts[some + 1] - 1]]
        # One character over and over is filler more often than not: the long way decides.
        out[some] &= np.maximum.reduceat(kept, begin) != np.minimum.reduceat(kept, begin)
    if not FILLER_WORDS.isdisjoint(texts):
        out &= np.fromiter((text not in FILLER_WORDS for text in texts), np.bool_, len(texts))
    return out & (lengths < _LONGEST) & (lengths > 1)
