"""Candidate pairs: the union of what blocking rules find, in bounded memory and each pair once."""

from collections.abc import Iterator, Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.errors import InputError
from leadflow.matching.blocking import (
    BlockingRule,
    BlockKey,
    KeyCodes,
    blocks_of,
    combined,
    count_pairs,
    pairs_within,
)
from leadflow.matching.encoding import ABSENT, Int32, Int64, UInt64, joint_codes, mixed
from leadflow.matching.explaining import KeyDifference
from leadflow.matching.sorting import distinct_keys, group_starts, stable_order
from leadflow.records.tables import Table, Tabular

__all__ = ["BlockingReport", "Candidates", "RuleReport", "all_pairs", "count_candidates", "differing_keys"]

_CHUNK_PAIRS: Final = 1 << 21
_LARGEST_BLOCK: Final = 1000
_WINDOW: Final = 12
_MOST_PAIRS: Final = 2_000_000_000


@attrs.frozen(kw_only=True)
class RuleReport:
    """What one blocking rule found.

    Attributes:
        rule: the rule as text.
        pairs: pairs that agree on its keys.
        added: pairs that no earlier rule found; None where pairs were counted and not made.
        largest_block: the rows of its largest block.
        refined_blocks: blocks that were too large and were split by further keys.
    """

    rule: str
    pairs: int
    added: int | None
    largest_block: int
    refined_blocks: int


@attrs.frozen(kw_only=True)
class BlockingReport:
    """What every blocking rule found, in the order of the rules.

    Attributes:
        rules: one report per rule.
        total: candidate pairs; where they were only counted, the most there can be.
    """

    rules: tuple[RuleReport, ...]
    total: int

    def __str__(self) -> str:
        lines = [f"{'rule':<50}{'pairs':>12}{'added':>12}{'largest':>9}{'refined':>9}"]
        for report in self.rules:
            added = "" if report.added is None else f"{report.added:,}"
            lines.append(
                f"{report.rule[:49]:<50}{report.pairs:>12,}{added:>12}{report.largest_block:>9,}{report.refined_blocks:>9,}"
            )
        return "\n".join([*lines, f"{'together':<50}{'':>12}{self.total:>12,}"])


@attrs.define(eq=False, repr=False)
class Candidates:
    """The candidate pairs of a table, produced in chunks.

    Attributes:
        n: rows.
        rules: the blocking rules, the most selective first.
        keys: the codes of every key of the rules.
        order: (n,) uint64 content hashes; rows should be in their order, so that nothing depends on another.
        source: (n,) codes of the list each row is from when only pairs between lists are wanted.
        largest_block: blocks with more rows are refined.
    """

    n: int
    rules: tuple[BlockingRule, ...]
    keys: dict[BlockKey, KeyCodes]
    order: UInt64
    source: Int32 | None = None
    largest_block: int = _LARGEST_BLOCK
    _reports: list[RuleReport] = attrs.field(factory=list, init=False)

    @classmethod
    def of(
        cls,
        rules: Sequence[BlockingRule],
        table: Table,
        order: UInt64,
        *,
        rows: npt.NDArray[np.intp] | None = None,
        source: Int32 | None = None,
        largest_block: int = _LARGEST_BLOCK,
    ) -> "Candidates":
        """Prepare the candidates of a table, or of some of its rows.

        Raises:
            UnknownNameError: a rule names a column that the table does not have.
        """
        keys = {}
        for each in dict.fromkeys(each for rule in rules for each in rule.keys):
            codes = KeyCodes.of(each, table)
            keys[each] = codes if rows is None else _taken(codes, rows, len(table))
        n = len(table) if rows is None else len(rows)
        return cls(n, tuple(rules), keys, order, source, largest_block)

    def report(self) -> BlockingReport:
        """Say what every rule found; complete once all chunks were produced."""
        return BlockingReport(
            rules=tuple(self._reports), total=sum(each.added or 0 for each in self._reports)
        )

    def count(self) -> BlockingReport:
        """Count what every rule will find, without making the pairs.

        With ``source`` the pairs within a list are counted too.
        """
        reports = []
        for rule in self.rules:
            _, _, starts = self._blocks(rule)
            reports.append(self._report_of(rule, starts, None))
        most = min(sum(each.pairs for each in reports), self.n * (self.n - 1) // 2)
        return BlockingReport(rules=tuple(reports), total=most)

    def _blocks(self, rule: BlockingRule) -> tuple[KeyCodes, Int64, Int64]:
        codes = combined([self.keys[each] for each in rule.keys], self.n)
        return codes, *blocks_of(codes)

    def _report_of(self, rule: BlockingRule, starts: Int64, added: int | None) -> RuleReport:
        sizes = np.diff(starts)
        return RuleReport(
            rule=str(rule),
            pairs=count_pairs(starts),
            added=added,
            largest_block=int(sizes.max(initial=0)),
            refined_blocks=int((sizes > self.largest_block).sum()),
        )

    def chunks(self) -> Iterator[tuple[Int32, Int32]]:
        """Produce each candidate pair once, as two (n_pairs,) int32 arrays of rows, first < second.

        Raises:
            InputError: the rules give more pairs than can be compared.
        """
        self._reports = []
        complete: list[npt.NDArray[np.signedinteger]] = []
        listed: list[Int64] = []
        for rule in self.rules:
            codes, rows, starts = self._blocks(rule)
            large = np.diff(starts) > self.largest_block
            small_rows, small_starts = _chosen(rows, starts, ~large)
            if count_pairs(small_starts) > _MOST_PAIRS:
                raise InputError(
                    f"The blocking rule '{rule}' alone gives {count_pairs(starts):,} pairs: add a key to it, such as a postal code."
                )
            added = 0
            parts = [
                _chunked(small_rows, small_starts),
                *(self._refined(rule, rows[a:b]) for a, b in _spans(starts, large)),
            ]
            own: list[Int64] = []
            for number, part in enumerate(parts):
                must_list = codes.several or number > 0
                for first, second in part:
                    i, j = self._ordered(first, second)
                    i, j = _unseen(i, j, complete, listed, self.n)
                    if must_list and i.size:
                        pairs = _sorted_once(i.astype(np.int64) * self.n + j)
                        for earlier in own:
                            pairs = pairs[~_in_sorted(pairs, earlier)]
                        if pairs.size:
                            own.append(pairs)
                        i, j = (pairs // self.n).astype(np.int32), (pairs % self.n).astype(np.int32)
                    added += i.size
                    if i.size:
                        yield i, j
            listed.extend(own)
            if not codes.several:
                complete.append(_without(codes.codes, rows, starts, large))
            self._reports.append(self._report_of(rule, starts, added))

    def _ordered(self, first: Int64, second: Int64) -> tuple[Int32, Int32]:
        i = np.minimum(first, second).astype(np.int32)
        j = np.maximum(first, second).astype(np.int32)
        keep = i != j
        if self.source is not None:
            keep &= self.source[i] != self.source[j]
        return (i, j) if keep.all() else (i[keep], j[keep])

    def _refined(self, rule: BlockingRule, rows: Int64) -> Iterator[tuple[Int64, Int64]]:
        """Split one oversized block by every further key, then by sorted neighbourhood."""
        for each, codes in self.keys.items():
            if each in rule.keys or codes.several:
                continue
            part = codes.codes[rows]
            sub_rows, starts = blocks_of(KeyCodes(rows=rows, codes=part, several=False))
            fits = np.diff(starts) <= self.largest_block
            yield from _chunked(*_chosen(sub_rows, starts, fits))
        by_content = rows[stable_order(self._sorting(rule, rows))]
        for step in range(1, min(_WINDOW, len(rows))):
            yield by_content[:-step], by_content[step:]

    def _sorting(self, rule: BlockingRule, rows: Int64) -> UInt64:
        others = [
            codes.codes[rows]
            for each, codes in self.keys.items()
            if each not in rule.keys and not codes.several
        ]
        if not others:
            return self.order[rows]
        joint = joint_codes([np.maximum(codes, 0) for codes in others])
        grouped = distinct_keys(joint)[1]
        low = np.full(int(grouped.max()) + 1, np.iinfo(np.uint64).max, np.uint64)
        np.minimum.at(low, grouped, self.order[rows])
        return np.asarray(mixed(low)[grouped])


def _taken(codes: KeyCodes, rows: npt.NDArray[np.intp], n: int) -> KeyCodes:
    if not codes.several:
        return KeyCodes(rows=np.arange(len(rows)), codes=codes.codes[rows], several=False)
    new = np.full(n, -1, np.int64)
    new[rows] = np.arange(len(rows))
    kept = new[codes.rows] >= 0
    return KeyCodes(rows=new[codes.rows[kept]], codes=codes.codes[kept], several=True)


def _chosen(rows: Int64, starts: Int64, chosen: npt.NDArray[np.bool_]) -> tuple[Int64, Int64]:
    sizes = np.diff(starts)
    if chosen.all():
        return rows, starts
    return rows[np.repeat(chosen, sizes)], np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes[chosen])])


def _spans(starts: Int64, chosen: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    return [(int(starts[block]), int(starts[block + 1])) for block in np.flatnonzero(chosen)]


def _chunked(rows: Int64, starts: Int64) -> Iterator[tuple[Int64, Int64]]:
    sizes = np.diff(starts)
    pairs = np.cumsum(sizes * (sizes - 1) // 2)
    begin = 0
    while begin < len(sizes):
        done = int(pairs[begin - 1]) if begin else 0
        end = max(int(np.searchsorted(pairs, done + _CHUNK_PAIRS)), begin + 1)
        base = starts[begin]
        yield pairs_within(rows[base : starts[end]], starts[begin : end + 1] - base)
        begin = end


def _without(
    codes: npt.NDArray[np.signedinteger], rows: Int64, starts: Int64, large: npt.NDArray[np.bool_]
) -> npt.NDArray[np.signedinteger]:
    if not large.any():
        return codes
    out = codes.copy()
    for begin, end in _spans(starts, large):
        out[rows[begin:end]] = ABSENT
    return out


def _unseen(
    i: Int32, j: Int32, complete: Sequence[npt.NDArray[np.signedinteger]], listed: Sequence[Int64], n: int
) -> tuple[Int32, Int32]:
    for codes in complete:
        left = codes.take(i)
        new = ((left != codes.take(j)) | (left < 0)).nonzero()[0]
        i, j = i.take(new), j.take(new)
    if listed and i.size:
        pairs = i.astype(np.int64) * n + j
        new = np.ones(len(pairs), np.bool_)
        for earlier in listed:
            new &= ~_in_sorted(pairs, earlier)
        i, j = i[new], j[new]
    return i, j


def _sorted_once(values: Int64) -> Int64:
    ordered = np.sort(values)
    return np.asarray(ordered[group_starts(ordered)[:-1]])


def _in_sorted(values: Int64, ordered: Int64) -> npt.NDArray[np.bool_]:
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[place] == values)


def count_candidates(rules: Sequence[BlockingRule], table: Tabular) -> BlockingReport:
    """Count the pairs that blocking rules will give, before anything is compared.

    Equal records are counted one by one here; a run compares one of them.

    Args:
        rules: blocking rules, such as ``fitted.blocking``.
        table: any table.

    Returns:
        Per rule the pairs, the rows of its largest block and how many blocks are too large and will be
        split by further keys. A pair that several values of one key find is counted for each.

    Raises:
        UnknownNameError: a rule names a column that the table does not have.

    Example:
        >>> from leadflow.matching.blocking import block_on
        >>> report = count_candidates([block_on("a")], {"a": ["x", "x", "x", "y"]})
        >>> report.rules[0].pairs, report.rules[0].largest_block
        (3, 3)
    """
    held = Table.of(table)
    return Candidates.of(rules, held, np.arange(len(held), dtype=np.uint64)).count()


def all_pairs(n: int, *, source: Int32 | None = None) -> Iterator[tuple[Int32, Int32]]:
    """Produce every pair of n rows in chunks; with ``source`` only pairs between lists.

    Example:
        >>> [i.tolist() for i in next(all_pairs(3))]
        [[0, 0, 1], [1, 2, 2]]
    """
    step = max(1, _CHUNK_PAIRS // max(n, 1))
    for begin in range(0, n - 1, step):
        first = np.arange(begin, min(begin + step, n - 1))
        counts = n - 1 - first
        i = np.repeat(first, counts)
        j = np.arange(len(i)) - np.repeat(np.cumsum(counts) - counts, counts) + i + 1
        if source is not None:
            keep = source[i] != source[j]
            i, j = i[keep], j[keep]
        yield i.astype(np.int32), j.astype(np.int32)


def differing_keys(rules: Sequence[BlockingRule], two: Table) -> tuple[KeyDifference, ...]:
    """Say on which keys of each rule two records differ; a rule that finds them has none.

    Args:
        rules: blocking rules.
        two: a table of the two records.

    Example:
        >>> from leadflow.matching.blocking import block_on
        >>> two = Table.of({"a": ["x", "x"], "b": ["y", None]})
        >>> [str(each) for each in differing_keys([block_on("a"), block_on("a", "b")], two)]
        ["rule a + b: b is 'y' and missing"]
    """
    out = []
    for rule in rules:
        for each in rule.keys:
            column = two.column(each.column)
            derived = [each.derive(column[row]) for row in range(2)]
            first, second = ((made,) if isinstance(made, str) else made or () for made in derived)
            if not set(first) & set(second):
                a, b = (values[0] if values else "" for values in (first, second))
                out.append(KeyDifference(rule=str(rule), key=str(each), value_a=a, value_b=b))
    return tuple(out)
