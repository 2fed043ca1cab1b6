"""Blocking: which pairs of records are worth comparing.

A rule names keys; two records are a candidate pair when all keys of one rule agree. The pairs of
several rules are united without duplicates. A block that is too large is refined by further keys, and
in the last resort its records are sorted and compared with their neighbours; nothing is dropped
without a word.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs
import jellyfish
import numpy as np
import numpy.typing as npt

from leadflow.columns import encode
from leadflow.errors import DefinitionError, near_miss
from leadflow.matching.encoding import ABSENT, Int64, joint_codes
from leadflow.matching.folding import folded_feature
from leadflow.matching.organisations import NameParts, read_company, read_site
from leadflow.matching.people import person_key, read_email, read_kana, read_phone, whole_name
from leadflow.matching.places import derive_address, read_postal_code
from leadflow.matching.readings import Reading, RecordReadings, readings_of
from leadflow.matching.sorting import group_starts, stable_order
from leadflow.matching.words import as_text, digits_of, folded_text, latin_key, squeezed, words
from leadflow.records.tables import Table

__all__ = [
    "KEYS",
    "BlockKey",
    "BlockingRule",
    "KeyCodes",
    "block_on",
    "blocks_of",
    "combined",
    "count_pairs",
    "key",
    "one_letter_apart",
    "pairs_within",
]


def _prefix(size: int) -> "KeyReading":
    return KeyReading(folded_text, lambda text: text[:size])


def _phonetic(text: str) -> str | None:
    letters = latin_key(text)
    return jellyfish.metaphone(letters) or None if letters else None


def _core(parts: NameParts) -> str | None:
    return parts.core


def _core_prefix(parts: NameParts) -> str | None:
    core = parts.core
    if not core:
        return None
    return core[:4] if core.isascii() else core[:2]


def _month_day(digits: str) -> str | None:
    return digits[4:8] if len(digits) >= 8 else None  # yyyymmdd


def _place(text: str) -> str | None:
    return derive_address((text,))[1]  # type: ignore[return-value]  # a text


def _block(text: str) -> str | None:
    return derive_address((text,))[2]  # type: ignore[return-value]  # a text


_SHORT: Final = 12


def one_letter_apart(text: str) -> tuple[str, ...]:
    """Return keys of which two texts share one when they differ in one letter: wrong, missing or added.

    A short text has itself and each text that lacks one of its letters; so neighbours may also be
    exchanged. Of a long one, one half has no slip: its keys are its halves, and the halves that it would
    have if it were one letter too long.

    Args:
        text: not empty.

    References:
        The two ideas are those of Mor & Fraenkel, "A hash code method for detecting and correcting spelling
        errors" (1982) and of Li, Deng, Wang & Feng, "Pass-Join: a partition-based method for similarity
        joins" (2011).

    Example:
        >>> one_letter_apart("anna")
        ('anna', 'nna', 'ana', 'ann')
        >>> set(one_letter_apart("schneiderhahn")) & set(one_letter_apart("schneiderhan"))
        {'12<schnei'}
    """
    size = len(text)
    out = [text]
    if size <= _SHORT and size > (3 if text.isascii() else 2):  # else too little is left
        out += [text[:place] + text[place + 1 :] for place in range(size)]
    for length in (size - 1, size):
        if length >= _SHORT:
            half = length // 2
            out += [f"{length}<{text[:half]}", f"{length}>{text[half - length :]}"]
    return tuple(dict.fromkeys(out))


Keys: TypeAlias = str | tuple[str, ...] | None
"""The key of a cell, its keys, or none."""

KeyFunction = Callable[[Hashable], Keys]


@attrs.frozen
class KeyReading:
    """How a key is made of a cell.

    Attributes:
        reads: what is read of the cell; comparisons that read the same share it.
        then: makes the key of what was read, unless that is None or empty; by default it is the key.

    Example:
        >>> KEYS["first2"]("Smith")
        'sm'
    """

    reads: Reading
    then: Callable[[Any], Keys] | None = None

    def __call__(self, cell: Hashable) -> Keys:
        return self.of(self.reads(cell))

    def of(self, read: Any) -> Keys:
        """Return the key of what was read."""
        if not read or self.then is None:
            return read or None
        return self.then(read)

    def of_all(self, readings: Sequence[Any]) -> list[Keys]:
        """Return the key of each of many readings."""
        then = self.then
        if then is None:
            return [read or None for read in readings]
        return [then(read) if read else None for read in readings]


def _typo(reads: Reading, then: Callable[[Any], str | None] = str) -> KeyReading:
    def keys(read: Any) -> Keys:
        text = then(read)
        return one_letter_apart(text) if text else None

    return KeyReading(reads, keys)


KEYS: Final[Mapping[str, KeyReading]] = MappingProxyType(
    {
        "value": KeyReading(folded_text),
        "letters": KeyReading(squeezed),
        "first1": _prefix(1),
        "first2": _prefix(2),
        "first3": _prefix(3),
        "first4": _prefix(4),
        "sound": KeyReading(as_text, _phonetic),
        "reading": KeyReading(read_kana),
        "reading_prefix": KeyReading(read_kana, itemgetter(slice(4))),
        "core": KeyReading(read_company, _core),
        "core_prefix": KeyReading(read_company, _core_prefix),
        "person": KeyReading(folded_text, person_key),
        "phone": KeyReading(read_phone),
        "phone_tail": KeyReading(read_phone, itemgetter(slice(-4, None))),
        "local": KeyReading(read_email, itemgetter(2)),
        "domain": KeyReading(read_site),
        "digits": KeyReading(digits_of),
        "month_day": KeyReading(digits_of, _month_day),
        "postal_area": KeyReading(read_postal_code, itemgetter(1)),
        "place": KeyReading(as_text, _place),
        "block": KeyReading(as_text, _block),
        "words": KeyReading(folded_text, words),
        "typo": _typo(squeezed),
        "person_typo": _typo(folded_text, whole_name),
        "core_typo": _typo(read_company, _core),
        "local_typo": _typo(read_email, itemgetter(2)),
        "phone_typo": _typo(read_phone),
    }
)
"""What a key can be made of a cell; ``words`` and those that end in ``typo`` make several keys of one cell."""


@attrs.frozen
class BlockKey:
    """One key of a rule.

    Attributes:
        column: the column.
        using: what is made of its cells, a name of ``KEYS``.
        function: an own function instead; then ``using`` is its name.
    """

    column: str
    using: str = "value"
    function: KeyFunction | None = attrs.field(default=None, eq=False)

    def derive(self, cell: Hashable) -> Keys:
        """Return the key or keys of a cell.

        Example:
            >>> BlockKey("name", "first2").derive("Smith")
            'sm'
        """
        function: KeyFunction = self.function or KEYS[self.using]
        return function(cell) if cell is not None else None

    def derive_of(self, said: RecordReadings) -> Keys:
        """Return the key or keys of a record, out of what is read of it anyway.

        Example:
            >>> BlockKey("name", "first2").derive_of(RecordReadings({"name": "Smith"}))
            'sm'
        """
        if self.function is not None:
            return self.derive(said.record.get(self.column))
        key_of = KEYS[self.using]
        return key_of.of(said[self.column, key_of.reads])

    def __str__(self) -> str:
        return self.column if self.using == "value" else f"{self.using}({self.column})"


def key(column: str, using: str | KeyFunction = "value") -> BlockKey:
    """Make a blocking key of a column.

    Args:
        column: the column.
        using: a name of ``KEYS`` such as ``"first3"``, or a function from a cell to a key or None.

    Raises:
        DefinitionError: there is no key of that name.

    Example:
        >>> str(key("company", "core_prefix"))
        'core_prefix(company)'
    """
    if callable(using):
        return BlockKey(column, getattr(using, "__name__", "function"), using)
    if using not in KEYS:
        raise DefinitionError(f"There is no blocking key '{using}'.{near_miss(using, KEYS)}")
    return BlockKey(column, using)


@attrs.frozen(kw_only=True)
class BlockingRule:
    """Records whose keys all agree are compared.

    Attributes:
        keys: at least one key.
    """

    keys: tuple[BlockKey, ...]

    def __str__(self) -> str:
        return " + ".join(map(str, self.keys))

    def to_dict(self) -> dict[str, object]:
        """Return the rule as plain data.

        Raises:
            DefinitionError: a key is an own function.

        Example:
            >>> block_on("city").to_dict()
            {'keys': [['city', 'value']]}
        """
        for each in self.keys:
            if each.function is not None:
                raise DefinitionError(f"The blocking key '{each}' is a function, which is not data.")
        return {"keys": [[each.column, each.using] for each in self.keys]}


def block_on(*keys: str | BlockKey) -> BlockingRule:
    """Compare records that agree on all of some columns or keys.

    Raises:
        DefinitionError: no key was given.

    Example:
        >>> str(block_on("surname", key("company", "core_prefix")))
        'surname + core_prefix(company)'
    """
    if not keys:
        raise DefinitionError("A blocking rule needs at least one column or key.")
    return BlockingRule(keys=tuple(BlockKey(each) if isinstance(each, str) else each for each in keys))


@attrs.frozen(kw_only=True, eq=False, repr=False)
class KeyCodes:
    """The keys of a table's rows.

    Attributes:
        rows: (m,) int64, the row of each entry; every row once unless the key has several values.
        codes: (m,) int32 or int64, ``ABSENT`` where a row has no key.
        several: whether a row can have several keys.
        texts: (k,) the keys.
    """

    rows: Int64
    codes: npt.NDArray[np.signedinteger]
    several: bool
    texts: tuple[str, ...] = ()

    @classmethod
    def of(cls, block_key: BlockKey, table: Table) -> "KeyCodes":
        """Derive a key for every row, once per distinct cell.

        Raises:
            UnknownNameError: the table has no such column.

        Example:
            >>> from leadflow.records.tables import Table
            >>> KeyCodes.of(BlockKey("a"), Table.of({"a": ["X", "x", None]})).codes.tolist()
            [0, 0, -1]
        """
        if block_key.function is None:
            return table.derived(cls.key(block_key), lambda: cls._derive(block_key, table))
        return cls._derive(block_key, table)

    @staticmethod
    def key(block_key: BlockKey) -> Hashable:
        """Return the key under which a table holds its rows' keys."""
        return "key", block_key.column, block_key.using

    @classmethod
    def _derive(cls, block_key: BlockKey, table: Table) -> "KeyCodes":
        column = table.column(block_key.column)
        if block_key.using == "value" and block_key.function is None:
            feature = table.derived(("text", (block_key.column,)), lambda: folded_feature(column.values))
            codes = np.append(feature.codes, np.int32(ABSENT))[np.maximum(column.codes, ABSENT)]
            texts = tuple(feature.bank.texts.tolist()) if feature.bank is not None else ()
            return cls(rows=np.arange(len(table)), codes=codes, several=False, texts=texts)
        if block_key.function is None:
            key_of = KEYS[block_key.using]
            derived = key_of.of_all(readings_of(table, block_key.column, key_of.reads))
        else:
            derived = [*map(block_key.function, column.values)]
        if not any(issubclass(kind, tuple) for kind in set(map(type, derived))):
            codes, distinct = encode(derived)
            spread = np.append(codes, np.int32(ABSENT))[np.maximum(column.codes, ABSENT)]
            return cls(
                rows=np.arange(len(table)), codes=spread, several=False, texts=tuple(map(str, distinct))
            )
        index: dict[str, int] = {}
        lists = [
            [index.setdefault(one, len(index)) for one in ((each,) if isinstance(each, str) else each or ())]
            for each in derived
        ]
        sizes = np.array([*map(len, lists), 0], np.int64)
        flat = np.fromiter((code for each in lists for code in each), np.int32, int(sizes.sum()))
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])[:-1]
        where = np.maximum(column.codes, ABSENT)
        counts = sizes[where]
        rows = np.repeat(np.arange(len(table)), counts)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        return cls(rows=rows, codes=flat[starts[where[rows]] + within], several=True, texts=tuple(index))


def combined(parts: Sequence[KeyCodes], n: int) -> KeyCodes:
    """Combine the keys of one rule into one key.

    Raises:
        DefinitionError: more than one key of the rule has several values.
    """
    several = [part for part in parts if part.several]
    if len(several) > 1:
        raise DefinitionError("A blocking rule can have one key with several values, such as words, not two.")
    single = [part.codes for part in parts if not part.several]
    if not several:
        return KeyCodes(rows=np.arange(n), codes=joint_codes(single), several=False)
    base = several[0]
    columns = [base.codes, *(codes[base.rows] for codes in single)]
    return KeyCodes(rows=base.rows, codes=joint_codes(columns), several=True)


def blocks_of(codes: KeyCodes) -> tuple[Int64, Int64]:
    """Sort rows into blocks; the rows of one block keep their order.

    Args:
        codes: the rule's key per row.

    Returns:
        (m,) rows sorted by block, and (b + 1,) where each block begins; blocks of one row are left out.
    """
    filled = np.flatnonzero(codes.codes >= 0)
    rows, keys = codes.rows[filled], codes.codes[filled]
    place = stable_order(keys)
    rows = rows[place]
    edges = group_starts(keys[place])
    sizes = np.diff(edges)
    large = np.repeat(sizes > 1, sizes)
    kept = sizes[sizes > 1]
    return rows[large], np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])


def pairs_within(rows: Int64, starts: Int64) -> tuple[Int64, Int64]:
    """List all pairs within blocks.

    Args:
        rows: (m,) rows sorted by block.
        starts: (b + 1,) where each block begins.

    Returns:
        Two (n_pairs,) arrays of rows.

    Example:
        >>> [part.tolist() for part in pairs_within(np.array([5, 6, 7]), np.array([0, 3]))]
        [[5, 5, 6], [6, 7, 7]]
    """
    ends = np.repeat(starts[1:], np.diff(starts))
    place = np.arange(len(rows))
    counts = ends - place - 1
    first = np.repeat(place, counts)
    offsets = np.cumsum(counts) - counts
    second = np.arange(len(first)) - np.repeat(offsets, counts) + first + 1
    return rows[first], rows[second]


def count_pairs(starts: Int64) -> int:
    """Count the pairs within blocks.

    Example:
        >>> count_pairs(np.array([0, 3, 5]))
        4
    """
    sizes = np.diff(starts)
    return int((sizes * (sizes - 1) // 2).sum())
