"""Matchers: what is compared and how pairs are found; fitted matchers: the same with learnt weights."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.errors import DefinitionError, InputError
from leadflow.matching.blocking import BlockingRule, BlockKey, block_on
from leadflow.matching.candidates import BlockingReport, Candidates, all_pairs, differing_keys
from leadflow.matching.clusters import resolve, stable_ids
from leadflow.matching.column_pieces import derive_together
from leadflow.matching.columns import KINDS_AT_ONCE, ComparedColumns, Levels, row_hashes
from leadflow.matching.comparison import Comparison
from leadflow.matching.encoding import Floats, Int32, Int64, UInt64
from leadflow.matching.explaining import ComparisonReason, Explanation, shown
from leadflow.matching.frequencies import without
from leadflow.matching.results import DedupeResult, LinkResult, PairTable, RowNumbers
from leadflow.matching.scoring import Scored, Scorer
from leadflow.matching.similarity import load_kernels
from leadflow.matching.sorting import distinct_keys, stable_order
from leadflow.matching.threads import in_threads
from leadflow.matching.training import train
from leadflow.matching.verdicts import Verdict, rows_of_verdicts
from leadflow.matching.weights import Weights, bits_of, probability
from leadflow.records.tables import Table, Tabular

if TYPE_CHECKING:
    from leadflow.matching.index import Index

__all__ = ["FittedMatcher", "Matcher"]

_REVIEW_FLOOR = 0.02
_SMALL = 1500
_DEFAULT_THRESHOLD = 0.8
_APART = -6.0
_WORTH_KERNELS = 500_000
"""Records of the smallest table that compiled kernels are loaded for."""


def _comparisons(given: Iterable[Comparison]) -> tuple[Comparison, ...]:
    return tuple(given)


def _rules(given: Iterable[BlockingRule]) -> tuple[BlockingRule, ...]:
    return tuple(given)


def _names(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


@attrs.frozen(kw_only=True)
class Matcher:
    """What is compared, and which pairs are worth comparing.

    Attributes:
        comparisons: at least one, with different names.
        blocking: rules; without any, all pairs of small tables are compared and rules are suggested for
            larger ones.
        separating: comparisons on which two records must not differ to be one: a pair that differs there
            but matches in all is *related* instead.
    """

    comparisons: tuple[Comparison, ...] = attrs.field(converter=_comparisons)
    blocking: tuple[BlockingRule, ...] = attrs.field(converter=_rules, default=())
    separating: tuple[str, ...] = attrs.field(converter=_names, default=())

    def __attrs_post_init__(self) -> None:
        if not self.comparisons:
            raise DefinitionError("A matcher needs at least one comparison.")
        names = [comparison.name for comparison in self.comparisons]
        for name in names:
            if names.count(name) > 1:
                raise DefinitionError(f"Two comparisons are named '{name}': give one of them another name=.")
        for name in self.separating:
            if name not in names:
                raise DefinitionError(f"There is no comparison '{name}' to separate by; there are {names}.")

    @classmethod
    def for_leads(cls) -> "Matcher":
        """Return the matcher for lead batches: a lead is a person in a role at one company."""
        from leadflow.matching.leads import lead_matcher  # noqa: PLC0415  # it is made of matchers

        return lead_matcher()

    def fit(
        self, table: Tabular, *, seed: int = 0, labels: Sequence[tuple[int, int]] | None = None
    ) -> "FittedMatcher":
        """Learn weights from a table.

        Args:
            table: any table.
            seed: of the sampling.
            labels: ``LabelledPairs``, or pairs of rows known to be one entity; they adjust what was learnt without.

        Raises:
            UnknownNameError: a comparison or rule names a column that the table does not have.
        """
        from leadflow.matching.labels import learn_from  # noqa: PLC0415  # only when labels are given

        held = _padded(Table.of(table), self.comparisons, self.blocking)
        derive_together(self.comparisons, self.blocking, held)
        columns, order = _encoded(self.comparisons, held)
        rows, _ = distinct_keys(order)
        chosen = [column.take(rows) for column in columns]
        weights = train(chosen, order[rows], seed=seed)
        if labels is not None:
            weights = learn_from(weights, columns, labels)
        rules = self.blocking
        if not rules:
            from leadflow.matching.suggestions import suggest_rules  # noqa: PLC0415  # only without rules

            rules = suggest_rules(self.comparisons, held)
        return FittedMatcher(
            weights=weights,
            blocking=rules,
            separating=self.separating,
            all_below=0 if self.blocking else _SMALL,
        )

    def to_dict(self) -> dict[str, object]:
        """Return the matcher as plain data.

        Raises:
            DefinitionError: a comparison or key holds a function.
        """
        return {
            "comparisons": [comparison.to_dict() for comparison in self.comparisons],
            "blocking": [rule.to_dict() for rule in self.blocking],
            "separating": list(self.separating),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> "Matcher":
        """Read a matcher from plain data."""
        from leadflow.matching.comparisons import from_dict  # noqa: PLC0415  # a short name elsewhere

        return cls(
            comparisons=tuple(from_dict(each) for each in data["comparisons"]),  # type: ignore[attr-defined]
            blocking=_rules_of(data.get("blocking", [])),
            separating=tuple(data.get("separating", ())),  # type: ignore[arg-type]
        )


def _rules_of(data: object) -> tuple[BlockingRule, ...]:
    return tuple(
        block_on(*(BlockKey(str(column), str(using)) for column, using in each["keys"]))
        for each in data  # type: ignore[attr-defined]
    )


def _padded(table: Table, comparisons: Sequence[Comparison], blocking: Sequence[BlockingRule]) -> Table:
    if not table.is_lead_batch:
        return table
    wanted = [name for comparison in comparisons for name in comparison.columns if name]
    return table.with_missing([*wanted, *(each.column for rule in blocking for each in rule.keys)])


def _encoded(comparisons: Sequence[Comparison], table: Table) -> tuple[list[ComparedColumns], UInt64]:
    """Encode a table; return its columns and the content hash of each row."""
    jobs: list[Callable[[], object]] = [
        partial(ComparedColumns.of, comparison, table)
        for comparison in comparisons
        if comparison.kind in KINDS_AT_ONCE
    ]
    if len(table) >= _WORTH_KERNELS:
        jobs.insert(0, load_kernels)
    deque(in_threads(lambda job: job(), jobs), maxlen=0)
    # The others are read cell by cell, which holds the interpreter: threads would only take turns.
    columns = [ComparedColumns.of(comparison, table) for comparison in comparisons]
    return columns, row_hashes(columns) if len(table) else np.empty(0, np.uint64)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class FittedMatcher:
    """A matcher with learnt weights; it is data and never changes.

    Attributes:
        weights: the model.
        blocking: the rules that find candidate pairs.
        separating: comparisons that must not differ.
        all_below: tables of fewer distinct records are compared in full.
    """

    weights: Weights
    blocking: tuple[BlockingRule, ...]
    separating: tuple[str, ...] = ()
    all_below: int = 0

    def dedupe(
        self,
        table: Tabular,
        *,
        threshold: float | None = None,
        verdicts: Sequence[Verdict] = (),
        previous: "DedupeResult | Mapping[str, int] | None" = None,
    ) -> DedupeResult:
        """Find the records of one table that are one entity.

        Args:
            table: any table.
            threshold: probability from which a pair is a link; 0.8 by default.
            verdicts: decisions of people, honoured whatever the weights say.
            previous: an earlier result, or record id to cluster id: clusters keep their ids.

        Raises:
            UnknownNameError: the table lacks a column.
            VerdictConflictError: verdicts contradict each other.
            InputError: the threshold is not a probability.
        """
        held = self.padded(Table.of(table))
        limit = _checked(threshold)
        ids = held.ids if held.ids is not None else RowNumbers(len(held))
        same, distinct = rows_of_verdicts(
            verdicts, {record: row for row, record in enumerate(ids)} if verdicts else {}
        )
        columns, order, back, rows = self._representatives(
            held, {row for pair in (*same, *distinct) for row in pair}
        )
        chosen = [column.take(rows) for column in columns]
        scorer = Scorer.of(self.weights, chosen)
        candidates = self._candidates(held, order[rows], rows)
        floor = min(bits_of(_REVIEW_FLOOR), bits_of(limit))
        scored = scorer.score_all(self._chunks(candidates, len(rows)), floor=floor)
        related = self._separated(scored)
        links, apart = scored.take(~related), scored.take(related)
        place = {int(row): position for position, row in enumerate(rows)} if same or distinct else {}
        label = resolve(
            len(rows),
            links,
            lambda i, j: self._undecided(scorer, i, j),
            threshold=bits_of(limit),
            same=[(place[a], place[b]) for a, b in same],
            distinct=[(place[a], place[b]) for a, b in distinct],
        )
        full = self._expanded(label, scorer, rows, back, limit)
        earlier = _earlier(previous, ids)
        cluster_ids = stable_ids(full, earlier)
        cluster_ids.flags.writeable = False
        apart = apart.take(np.flatnonzero(apart.bits >= bits_of(limit)))
        return DedupeResult(
            cluster_ids=cluster_ids,
            record_ids=ids,
            threshold=limit,
            model=self,
            related=_pair_table(_in_rows(apart, rows), ids),
            table=held,
            scored=_in_rows(links, rows),
            report="" if candidates is None else str(candidates.report()),
        )

    def padded(self, table: Table) -> Table:
        """Give a lead batch the fields that it does not have; other tables must have every column."""
        return _padded(table, self.weights.comparisons, self.blocking)

    def _representatives(
        self, table: Table, keep: set[int]
    ) -> tuple[list[ComparedColumns], UInt64, Int64, Int64]:
        """Encode a table and choose one row per distinct content, and every row with a verdict."""
        columns, order = _encoded(self.weights.comparisons, table)
        content = order.copy()
        if keep:
            alone = np.array(sorted(keep))
            content[alone] = content[alone] ^ (np.arange(len(alone), dtype=np.uint64) + np.uint64(1))
        rows, back = distinct_keys(content)
        return columns, order, back, rows

    def _candidates(self, table: Table, order: UInt64, rows: Int64) -> Candidates | None:
        if len(rows) < self.all_below:
            return None
        return Candidates.of(self.blocking, table, order, rows=rows)

    @staticmethod
    def _chunks(candidates: Candidates | None, n: int) -> Iterator[tuple[Int32, Int32]]:
        return all_pairs(n) if candidates is None else candidates.chunks()

    def _separated(self, scored: Scored) -> npt.NDArray[np.bool_]:
        out = np.zeros(len(scored), np.bool_)
        for k, comparison in enumerate(self.weights.comparisons):
            if comparison.name in self.separating:
                out |= scored.levels[:, k] == len(comparison.levels) + 1
        return out

    def _undecided(self, scorer: Scorer, i: Int32, j: Int32) -> Floats:
        scored = scorer.score(i, j)
        bits = scored.bits.copy()
        bits[self._separated(scored)] = _APART
        return bits

    def _expanded(self, label: Int64, scorer: Scorer, rows: Int64, back: Int64, limit: float) -> Int64:
        """Give every row its representative's cluster, if equal content is proof enough."""
        out = rows[label][back]
        copies = np.flatnonzero(rows[back] != np.arange(len(back)))
        if copies.size:
            own = back[copies].astype(np.int32)
            # Copies are a class of pairs of their own: more of them than chance makes speak for all of them.
            sizes = np.bincount(back).astype(np.float64)
            share = float((sizes * (sizes - 1)).sum()) / (len(back) * (len(back) - 1.0))
            raised = max(float(np.log2(share / max(1.0 - share, 1e-9))) - self.weights.prior_bits, 0.0)
            weak = copies[scorer.score(own, own).bits + raised < bits_of(limit)]
            out[weak] = weak
        return np.asarray(out)

    def link(
        self,
        left: Tabular,
        right: Tabular,
        *,
        threshold: float | None = None,
        one_to_one: bool = False,
    ) -> LinkResult:
        """Find the records of two tables that are one entity.

        Args:
            left: any table.
            right: any table with the same columns.
            threshold: probability from which a pair is a link; 0.8 by default.
            one_to_one: whether a record has at most one partner, as between two clean lists; then the
                heaviest pairs are linked first.

        Raises:
            UnknownNameError: a table lacks a column.
            InputError: the threshold is not a probability.
        """
        a, b = self.padded(Table.of(left)), self.padded(Table.of(right))
        limit = _checked(threshold)
        both = Table.concatenate([a, b])
        columns, order = _encoded(self.weights.comparisons, both)
        rows = stable_order(order)
        source = np.repeat(np.array([0, 1], np.int32), [len(a), len(b)])[rows]
        scorer = Scorer.of(self.weights, [column.take(rows) for column in columns])
        if len(both) < self.all_below:
            chunks = all_pairs(len(both), source=source)
        else:
            chunks = Candidates.of(self.blocking, both, order[rows], rows=rows, source=source).chunks()
        floor = min(bits_of(_REVIEW_FLOOR), bits_of(limit))
        scored = scorer.score_all(chunks, floor=floor)
        scored = scored.take(~self._separated(scored))
        scored = _in_rows(scored, rows)
        heavy = np.lexsort((order[scored.j], order[scored.i], -scored.bits))
        scored = scored.take(heavy)
        linked = scored.bits >= bits_of(limit)
        chosen = _one_to_one(scored, linked) if one_to_one else linked
        table = PairTable(
            row_a=scored.i.astype(np.int64),
            row_b=scored.j.astype(np.int64) - len(a),
            bits=scored.bits,
            ids_a=a.ids or RowNumbers(len(a)),
            ids_b=b.ids or RowNumbers(len(b)),
        )
        doubt = np.flatnonzero((probability(scored.bits) < 0.99) | (linked & ~chosen))  # the band
        doubt = doubt[np.argsort(np.abs(scored.bits[doubt] - bits_of(limit)), kind="stable")]
        return LinkResult(pairs=table.take(np.flatnonzero(chosen)), review=table.take(doubt), threshold=limit)

    def explain(
        self,
        table: Tabular,
        row_a: int,
        row_b: int,
        *,
        threshold: float | None = None,
        together: bool | None = None,
    ) -> Explanation:
        """Explain the weight of two rows of a table."""
        held = self.padded(Table.of(table))
        limit = _checked(threshold)
        two = held.take([row_a, row_b])
        columns = [ComparedColumns.of(comparison, two) for comparison in self.weights.comparisons]
        scorer = Scorer.of(self.weights, columns)
        i, j = np.zeros(1, np.int32), np.ones(1, np.int32)
        levels = scorer.levels(i, j)
        weighed = scorer.weigh(i, j, levels)
        running = self.weights.prior_bits
        reasons = []
        for k, column in enumerate(columns):
            bits, extra = float(weighed.parts[0, k]), float(weighed.adjusted[0, k])
            running += bits + extra
            named = [two.column(name) if name else None for name in column.comparison.columns]
            cells = [
                tuple(None if each is None else each[row] for each in named) if there >= 0 else ()
                for row, there in enumerate(column.rows.tolist())
            ]
            reasons.append(
                ComparisonReason(
                    name=column.comparison.name,
                    value_a=shown(cells[0]),
                    value_b=shown(cells[1]),
                    level=column.comparison.labels[levels[0, k]],
                    bits=bits,
                    adjustment=extra,
                    running=running,
                    given=self._given(k, levels[0]),
                )
            )
        separated = self._separated(Scored(i=i, j=j, bits=weighed.total, levels=levels))[0]
        ids = held.ids or {row_a: str(row_a), row_b: str(row_b)}
        rules = self._rules_for(two, len(held))
        return Explanation(
            record_a=ids[row_a],
            record_b=ids[row_b],
            prior=self.weights.prior_bits,
            reasons=tuple(reasons),
            total=float(weighed.total[0]),
            probability=float(probability(weighed.total)[0]),
            threshold=limit,
            rules=rules,
            differing=() if rules else differing_keys(self.blocking, two),
            together=together,
            verdict="related, not the same: they differ in " + ", ".join(self.separating)
            if separated
            else "",
        )

    def _given(self, k: int, levels: Levels) -> str:
        weights = self.weights
        known = []
        for j, comparison in enumerate(weights.comparisons[:k]):
            agrees = weights.agreeing(j)
            explains = any(
                (k, j, part) in weights.given and levels[j] in agrees[part] for part in (False, True)
            )
            moved = (k, j) in weights.moved and levels[j] == len(comparison.levels) + 1
            if explains or moved:
                known.append(comparison.name)
        return ", ".join(known) if levels[k] else ""

    def _rules_for(self, two: Table, n: int) -> tuple[str, ...]:
        if n < self.all_below:
            return ("all pairs",)
        order = np.arange(2, dtype=np.uint64)
        return tuple(
            str(rule)
            for rule in self.blocking
            if any(len(i) for i, _ in Candidates.of([rule], two, order).chunks())
        )

    def blocking_report(self, table: Tabular) -> BlockingReport:
        """Count what each blocking rule finds and adds in a table."""
        held = self.padded(Table.of(table))
        _, order = _encoded(self.weights.comparisons, held)
        rows, _ = distinct_keys(order)
        candidates = Candidates.of(self.blocking, held, order[rows], rows=rows)
        for _ in candidates.chunks():
            pass
        return candidates.report()

    def index(self, table: Tabular) -> "Index":
        """Return a live index of a table's records."""
        from leadflow.matching.index import Index  # noqa: PLC0415  # it is made of fitted matchers

        return Index.of(self, table)

    def without(self, table: Tabular) -> "FittedMatcher":
        """Return the model without the texts that only these records have, and others counted without them.

        What it has learnt of comparisons stays, so that pairs of other records weigh what they did.

        Args:
            table: records that it was fitted to, of somebody who is erased.

        Example:
            >>> from leadflow.matching import comparisons as c
            >>> rows = [{"phone": f"03-1234-{1000 + row // 2}", "row": row} for row in range(40)]
            >>> model = Matcher(comparisons=[c.phone("phone"), c.number("row")]).fit(rows)
            >>> [len(one.weights.frequencies[0].rarity["numbers"]) for one in (model, model.without(rows[:2]))]
            [20, 19]
        """
        held = self.padded(Table.of(table))
        known = zip(self.weights.frequencies, self.weights.comparisons, strict=True)
        fewer = tuple(without(one, ComparedColumns.of(comparison, held)) for one, comparison in known)
        return attrs.evolve(self, weights=attrs.evolve(self.weights, frequencies=fewer))

    def to_dict(self) -> dict[str, object]:
        """Return the trained model as plain data.

        Raises:
            DefinitionError: a comparison or key holds a function.
        """
        return {
            "version": 1,
            "weights": self.weights.to_dict(),
            "blocking": [rule.to_dict() for rule in self.blocking],
            "separating": list(self.separating),
            "all_below": self.all_below,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> "FittedMatcher":
        """Read a trained model from plain data.

        Raises:
            DefinitionError: the data is not that of a model.
        """
        try:
            return cls(
                weights=Weights.from_dict(data["weights"]),  # type: ignore[arg-type]
                blocking=_rules_of(data["blocking"]),
                separating=tuple(data["separating"]),  # type: ignore[arg-type]
                all_below=int(data["all_below"]),  # type: ignore[call-overload]
            )
        except (KeyError, TypeError) as error:
            raise DefinitionError(
                "The data is not that of a fitted matcher: pass what to_dict() returned."
            ) from error

    def __repr__(self) -> str:
        names = ", ".join(comparison.name for comparison in self.weights.comparisons)
        return f"<FittedMatcher: {names}; {len(self.blocking)} blocking rules>"


def _in_rows(scored: Scored, rows: Int64) -> Scored:
    """Translate pairs of representatives to pairs of rows, the smaller row first."""
    one, other = rows[scored.i].astype(np.int32), rows[scored.j].astype(np.int32)
    return attrs.evolve(scored, i=np.minimum(one, other), j=np.maximum(one, other))


def _pair_table(scored: Scored, ids: Sequence[str]) -> PairTable:
    return PairTable(
        row_a=scored.i.astype(np.int64),
        row_b=scored.j.astype(np.int64),
        bits=scored.bits,
        ids_a=ids,
        ids_b=ids,
    )


def _checked(threshold: object) -> float:
    if threshold is None:
        return _DEFAULT_THRESHOLD
    if not isinstance(threshold, float | int) or not 0.0 < threshold < 1.0:
        raise InputError(f"The threshold must be a probability between 0 and 1, got {threshold!r}.")
    return float(threshold)


def _earlier(previous: "DedupeResult | Mapping[str, int] | None", ids: Sequence[str]) -> dict[int, int]:
    if previous is None:
        return {}
    held = (
        dict(zip(previous.record_ids, previous.cluster_ids.tolist(), strict=True))
        if isinstance(previous, DedupeResult)
        else previous
    )
    return {row: int(held[record]) for row, record in enumerate(ids) if record in held}


def _one_to_one(scored: Scored, linked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    chosen = np.zeros(len(scored), np.bool_)
    left: set[int] = set()
    right: set[int] = set()
    for place in np.flatnonzero(linked).tolist():
        a, b = int(scored.i[place]), int(scored.j[place])
        if a not in left and b not in right:
            chosen[place] = True
            left.add(a)
            right.add(b)
    return chosen
