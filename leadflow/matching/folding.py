"""Folding the distinct cells of a column, with a short way for text that is folded already."""

from collections.abc import Callable, Hashable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from leadflow.matching.encoding import Feature
from leadflow.matching.words import as_text, folded_text
from leadflow.values.filler import FILLER_WORDS

__all__ = ["folded_feature", "plain_feature"]

_LONGEST: Final = 400


def _marks(characters: bytes) -> npt.NDArray[np.bool_]:
    out = np.zeros(128, np.bool_)
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
    plain = _plain(values)
    if plain is None:
        return Feature.of_texts(fold(value) for value in values)
    odd = np.flatnonzero(~plain).tolist()
    if not odd:
        return Feature.of_distinct(values)  # type: ignore[arg-type]  # texts, as was checked
    texts: list[str | None] = list(values)  # type: ignore[arg-type]  # texts
    for place in odd:
        texts[place] = fold(values[place])
    return Feature.of_texts(texts)


def _plain(values: Sequence[Hashable]) -> npt.NDArray[np.bool_] | None:
    """(k,) bool: text that folding does not change and that is no filler; None if not all are texts."""
    if set(map(type, values)) != {str}:
        return None
    points = np.frombuffer("".join(values).encode("utf-32-le", "surrogatepass"), np.uint32)  # type: ignore[arg-type]  # texts
    kept = np.minimum(points, 127).astype(np.uint8)
    lengths = np.fromiter(map(len, values), np.int64, len(values))  # type: ignore[arg-type]  # texts
    out = np.zeros(len(values), np.bool_)
    some = np.flatnonzero(lengths)
    if some.size:
        starts = (np.cumsum(lengths) - lengths)[some]
        out[some] = np.logical_and.reduceat(_PLAIN[kept], starts)
        # Filler comes in punctuation of all sorts: what begins or ends with it goes the long way.
        out[some] &= _ALPHANUMERIC[kept[starts]] & _ALPHANUMERIC[kept[starts + lengths[some] - 1]]
        # One character over and over is filler more often than not: the long way decides.
        out[some] &= np.maximum.reduceat(kept, starts) != np.minimum.reduceat(kept, starts)
    if not FILLER_WORDS.isdisjoint(values):
        out &= np.fromiter((value not in FILLER_WORDS for value in values), np.bool_, len(values))
    return out & (lengths < _LONGEST) & (lengths > 1)
