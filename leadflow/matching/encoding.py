"""Encoded features: what comparisons and blocking keys read instead of text.

A feature is derived once per distinct cell. Texts get a code each, so that equality is an integer
comparison; what similarity needs (lengths, first characters, a 64-bit set of characters) lies beside
the codes in arrays.
"""

import itertools
import zlib
from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from typing import Protocol, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import encode
from leadflow.matching.sorting import distinct_keys

__all__ = [
    "ABSENT",
    "Feature",
    "FeatureLike",
    "Floats",
    "Int32",
    "Int64",
    "Measures",
    "Spelling",
    "Tally",
    "TextBank",
    "UInt64",
    "content_hash",
    "content_hashes",
    "content_hashes_of_rows",
    "joint_codes",
    "mixed",
    "mixed_one",
    "spell",
]

Int32: TypeAlias = npt.NDArray[np.int32]
Int64: TypeAlias = npt.NDArray[np.int64]
UInt64: TypeAlias = npt.NDArray[np.uint64]
Floats: TypeAlias = npt.NDArray[np.float64]
Tally: TypeAlias = npt.NDArray[np.int64]

ABSENT = -1
"""The code of a feature that a record does not have."""

Spelling: TypeAlias = tuple[npt.NDArray[np.unsignedinteger], Int64]
"""Code points of texts end to end, and where each text begins."""

_HEAD = 4
_NARROW = 256
_RUN = 1 << 12
"""Texts measured at once: their code points fit a processor's cache."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Measures:
    """What bounds the similarity of texts.

    Attributes:
        lengths: (k,) int32, in code points.
        masks: (k,) uint64; bit ``b`` is set when a character that hashes to ``b`` occurs.
        heads: (k, 4) uint32, the first four code points, 0 beyond the end.
        spelling: the code points end to end, uint8 or uint32, and (k + 1,) int64 where each text begins;
            None for texts that are kept one by one.
    """

    lengths: Int32
    masks: UInt64
    heads: npt.NDArray[np.uint32]
    spelling: Spelling | None = None

    @classmethod
    def of(cls, texts: Sequence[str], spelling: Spelling | None = None) -> "Measures":
        """Measure texts.

        Args:
            texts: the texts.
            spelling: what ``spell`` gives for them, where it is known already.

        Example:
            >>> measures = Measures.of(["abc", "高橋"])
            >>> measures.lengths.tolist(), measures.heads[1].tolist()
            ([3, 2], [39640, 27211, 0, 0])
        """
        points, starts = spell(texts) if spelling is None else spelling
        lengths = np.diff(starts).astype(np.int32)
        heads = np.zeros((len(texts), _HEAD), np.uint32)
        for place in range(_HEAD):
            long_enough = np.flatnonzero(lengths > place)
            heads[long_enough, place] = points[starts[long_enough] + place]
        return cls(lengths=lengths, masks=_masks(points, starts), heads=heads, spelling=(points, starts))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class TextBank:
    """Distinct texts with what bounds their similarity.

    Attributes:
        texts: (k,) object array of ``str``.
        measures: what bounds their similarity, measured when it is first asked for: most texts are only ever told
            apart by their codes.

    Example:
        >>> bank = TextBank.of(["abc", "高橋"])
        >>> len(bank), bank.measures.lengths.tolist()
        (2, [3, 2])
    """

    texts: npt.NDArray[np.object_]
    _measures: Measures | None = attrs.field(default=None, alias="measures")
    _spelling: Spelling | None = attrs.field(default=None, alias="spelling")

    @classmethod
    def of(cls, texts: Sequence[str], spelling: Spelling | None = None) -> "TextBank":
        """Keep texts.

        Args:
            texts: the texts.
            spelling: what ``spell`` gives for them, where it is known already.

        Example:
            >>> len(TextBank.of([]))
            0
        """
        held = np.empty(len(texts), object)
        held[:] = texts
        return cls(texts=held, spelling=spelling)

    @cached_property
    def measures(self) -> Measures:
        """What bounds the similarity of the texts."""
        return self._measures or Measures.of(self.texts.tolist(), self._spelling)

    def __len__(self) -> int:
        return len(self.texts)


def spell(texts: Sequence[str]) -> Spelling:
    """Return the code points of texts end to end.

    Returns:
        Points, read-only, uint8 where all are under 256 and else uint32, and (k + 1,) int64 where each text begins.

    Example:
        >>> points, starts = spell(["ab", "高"])
        >>> points.tolist(), starts.tolist()
        ([97, 98, 39640], [0, 2, 3])
    """
    joined = "".join(texts)
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=starts[1:])
    if joined.isascii():
        return np.frombuffer(joined.encode("ascii"), np.uint8), starts
    points: npt.NDArray[np.unsignedinteger] = np.frombuffer(
        joined.encode("utf-32-le", "surrogatepass"), np.uint32
    )
    if int(points.max()) < _NARROW:
        points = points.astype(np.uint8)
        points.flags.writeable = False  # as all others are: kernels are compiled for what they get
    return points, starts


def _masks(points: npt.NDArray[np.unsignedinteger], starts: Int64) -> UInt64:
    out = np.zeros(len(starts) - 1, np.uint64)
    for begin in range(0, len(out), _RUN):
        edges = starts[begin : begin + _RUN + 1]
        filled = np.flatnonzero(np.diff(edges))
        if filled.size:
            here = points[edges[0] : edges[-1]]
            bits = _NARROW_BITS[here] if here.itemsize == 1 else _bits_of(here.astype(np.uint64))
            out[begin + filled] = np.bitwise_or.reduceat(bits, edges[filled] - edges[0])
    return out


def _bits_of(points: UInt64) -> UInt64:
    return np.asarray(np.left_shift(np.uint64(1), (points * _MULTIPLIER) >> np.uint64(58)))


_NARROW_BITS = _bits_of(np.arange(_NARROW, dtype=np.uint64))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Feature:
    """One derived value per distinct cell of a comparison.

    Attributes:
        codes: (u,) int32 for a text, or (u, t) for a set of tokens padded with ``ABSENT``; an index
            into ``bank``.
        bank: the distinct texts; None for a number.
        numbers: (u,) float64 with NaN where absent; None for texts.

    Example:
        >>> Feature.of_texts(["a", None, "a"]).codes.tolist()
        [0, -1, 0]
    """

    codes: Int32
    bank: TextBank | None = None
    numbers: Floats | None = None

    @classmethod
    def of_texts(cls, texts: Iterable[str | None]) -> "Feature":
        """Encode one optional text per distinct cell.

        Example:
            >>> len(Feature.of_texts(["x", "y", None]).bank.texts)
            2
        """
        codes, distinct = encode(texts)
        return cls(codes=codes, bank=TextBank.of(distinct))  # type: ignore[arg-type]  # texts

    @classmethod
    def of_distinct(cls, texts: Sequence[str], spelling: Spelling | None = None) -> "Feature":
        """Encode distinct cells whose texts are distinct too.

        Example:
            >>> Feature.of_distinct(["a", "b"]).codes.tolist()
            [0, 1]
        """
        return cls(codes=np.arange(len(texts), dtype=np.int32), bank=TextBank.of(texts, spelling))

    @classmethod
    def together(cls, columns: Sequence[Sequence[str | None]]) -> "list[Feature]":
        """Encode several text features with one bank, so that codes can be compared across them.

        Example:
            >>> first, second = Feature.together([["a", "b"], ["b", None]])
            >>> first.codes.tolist(), second.codes.tolist()
            ([0, 1], [1, -1])
        """
        joint = cls.of_texts([text for column in columns for text in column])
        edges = np.cumsum([0, *map(len, columns)])
        return [cls(codes=joint.codes[a:b], bank=joint.bank) for a, b in itertools.pairwise(edges.tolist())]

    @classmethod
    def of_tokens(cls, tokens: Iterable[tuple[str, ...] | None], *, limit: int = 12) -> "Feature":
        """Encode a set of tokens per distinct cell; those beyond ``limit`` are left out.

        Example:
            >>> Feature.of_tokens([("a", "b"), None, ("b",)]).codes.tolist()
            [[0, 1], [-1, -1], [1, -1]]
        """
        rows = [
            tuple(dict.fromkeys(each))[:limit] if each and len(each) > 1 else each or () for each in tokens
        ]
        sizes = np.fromiter(map(len, rows), np.int64, len(rows))
        width = int(sizes.max(initial=1))
        codes = np.full((len(rows), width), ABSENT, np.int32)
        flat, distinct = encode(itertools.chain.from_iterable(rows))
        codes[np.arange(width) < sizes[:, None]] = flat
        return cls(codes=codes, bank=TextBank.of(distinct))  # type: ignore[arg-type]  # texts

    @classmethod
    def of_numbers(cls, numbers: Iterable[float | None]) -> "Feature":
        """Encode one optional number per distinct cell.

        Example:
            >>> Feature.of_numbers([1.0, None]).codes.tolist()
            [0, -1]
        """
        values = np.array([np.nan if number is None else number for number in numbers], np.float64)
        return cls(codes=np.where(np.isnan(values), ABSENT, 0).astype(np.int32), numbers=values)

    @property
    def is_set(self) -> bool:
        """Whether a cell holds several tokens.

        Example:
            >>> Feature.of_tokens([("a",)]).is_set
            True
        """
        return self.codes.ndim == 2  # one column per token

    def first(self) -> Int32:
        """(u,) the code of the distinct cell, of several tokens the first.

        Example:
            >>> Feature.of_tokens([("a", "b"), None]).first().tolist()
            [0, -1]
        """
        return self.codes[:, 0] if self.is_set else self.codes

    def take(self, cells: Int32) -> "Feature":
        """Return the feature of some of the distinct cells; ``ABSENT`` has none.

        Example:
            >>> Feature.of_texts(["a", "b"]).take(np.array([1, -1, 1], np.int32)).codes.tolist()
            [1, -1, 1]
        """
        codes = np.concatenate([self.codes, np.full((1, *self.codes.shape[1:]), ABSENT, np.int32)])[cells]
        numbers = None if self.numbers is None else np.append(self.numbers, np.nan)[cells]
        return Feature(codes=codes, bank=self.bank, numbers=numbers)

    def present(self) -> npt.NDArray[np.bool_]:
        """(u,) bool: whether the distinct cell has the feature.

        Example:
            >>> Feature.of_texts(["a", None]).present().tolist()
            [True, False]
        """
        return np.asarray(self.first() >= 0)


class FeatureLike(Protocol):
    """What comparison levels read of a feature."""

    @property
    def codes(self) -> Int32:
        """As in ``Feature``."""
        ...

    @property
    def bank(self) -> TextBank | None:
        """As in ``Feature``."""
        ...

    @property
    def numbers(self) -> Floats | None:
        """As in ``Feature``."""
        ...


def content_hashes(values: Sequence[Hashable]) -> UInt64:
    """Hash values the same way in every process and for every order.

    Returns:
        (k,) uint64.

    References:
        CRC-32 as in zlib (RFC 1952, 1996), spread over 64 bits by Fibonacci hashing (Knuth 1973).

    Example:
        >>> bool(content_hashes(["a"])[0] == content_hashes(["b", "a"])[1])
        True
    """
    types = set(map(type, values))
    texts = values if types <= {str} else [*map(_text if str in types else repr, values)]
    try:
        raw = np.fromiter(map(zlib.crc32, map(str.encode, texts)), np.uint64, len(texts))  # type: ignore[arg-type]  # texts
    except UnicodeEncodeError:  # a lone surrogate
        raw = np.fromiter((zlib.crc32(_encoded(text)) for text in texts), np.uint64, len(texts))  # type: ignore[arg-type]
    return mixed(raw)


def content_hashes_of_rows(columns: Sequence[Sequence[Hashable] | None], places: Sequence[Int32]) -> UInt64:
    """Hash rows of several cells as ``content_hashes`` does their tuples, with each distinct cell written out once.

    Args:
        columns: the distinct cells of each column; None for one in which every cell is missing.
        places: (k,) per column the cell of each row, ``ABSENT`` where it is missing.

    Returns:
        (k,) uint64.

    Example:
        >>> rows = content_hashes_of_rows([["a", "b"], [1]], [np.array([0, 1]), np.array([-1, 0])])
        >>> (rows == content_hashes([("a", None), ("b", 1)])).tolist()
        [True, True]
    """
    written = [
        itertools.repeat(_MISSING_CELL, len(at)) if cells is None else _written(cells)[at].tolist()
        for cells, at in zip(columns, places, strict=True)
    ]
    rows = map(b", ".join, zip(*written, strict=True))
    opening = zlib.crc32(b"(")
    raw = np.fromiter((zlib.crc32(b")", zlib.crc32(row, opening)) for row in rows), np.uint64, len(places[0]))
    return mixed(raw)


def _written(cells: Sequence[Hashable]) -> npt.NDArray[np.object_]:
    return np.fromiter((*map(_encoded, map(repr, cells)), _MISSING_CELL), object, len(cells) + 1)


_MISSING_CELL = b"None"


def _text(value: Hashable) -> str:
    return value if type(value) is str else repr(value)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def mixed(codes: UInt64) -> UInt64:
    """Scramble 64-bit integers.

    References:
        The finaliser of splitmix64: Steele, Lea & Flood, "Fast splittable pseudorandom number
        generators" (2014).

    Example:
        >>> int(mixed(np.array([1], np.uint64))[0])
        10451216379200822465
    """
    x = codes + _MULTIPLIER
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)))


def mixed_one(code: int) -> int:
    """Scramble one integer as ``mixed`` does.

    Example:
        >>> mixed_one(1) == int(mixed(np.array([1], np.uint64))[0])
        True
    """
    x = (code + 0x9E3779B97F4A7C15) & _ALL_BITS
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _ALL_BITS
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _ALL_BITS
    return x ^ (x >> 31)


def content_hash(text: str) -> int:
    """Hash one text as ``content_hashes`` does.

    Example:
        >>> content_hash("佐藤") == int(content_hashes(["佐藤"])[0])
        True
    """
    return mixed_one(zlib.crc32(text.encode("utf-8", "surrogatepass")))


_ALL_BITS = (1 << 64) - 1


def joint_codes(columns: Sequence[npt.NDArray[np.signedinteger]]) -> npt.NDArray[np.signedinteger]:
    """Give equal rows of several code columns one code; a row with an absent part is absent.

    Returns:
        (n,) int64, or the only column itself; codes are not consecutive.

    Example:
        >>> joint_codes([np.array([0, 0, -1]), np.array([1, 1, 1])]).tolist()
        [1, 1, -1]
    """
    if len(columns) == 1:
        return columns[0]
    key = columns[0].astype(np.int64)
    absent = key < 0
    for column in columns[1:]:
        width = int(column.max(initial=0)) + 1
        absent |= column < 0
        if key.size and int(key.max(initial=0)) >= np.iinfo(np.int64).max // (width + 1):
            key = distinct_keys(np.maximum(key, 0))[1]
        key = key * width + column
    key[absent] = ABSENT
    return key
