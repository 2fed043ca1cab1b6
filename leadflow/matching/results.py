"""The results of matching: clusters, weighed pairs, the band to review, reasons."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, overload

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.errors import InputError, MissingExtraError
from leadflow.matching.cohesion import explain_cluster, spanning_tree
from leadflow.matching.encoding import Floats, Int64
from leadflow.matching.scoring import Scored
from leadflow.matching.verdicts import Verdict
from leadflow.matching.weights import probability

if TYPE_CHECKING:
    from leadflow.matching.cohesion import ClusterExplanation
    from leadflow.matching.explaining import Explanation
    from leadflow.matching.matcher import FittedMatcher
    from leadflow.records.tables import Table

__all__ = ["Cluster", "DedupeResult", "LinkResult", "PairTable", "RowNumbers", "stream_of"]

_MOST_HTML_ROWS = 20


class RowNumbers(Sequence[str]):
    """Row numbers as record ids, for tables that have no ids.

    Example:
        >>> RowNumbers(3)[2], len(RowNumbers(3))
        ('2', 3)
    """

    def __init__(self, count: int) -> None:
        self._range = range(count)

    def __len__(self) -> int:
        return len(self._range)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...
    def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
        found = self._range[place]
        return str(found) if isinstance(found, int) else tuple(map(str, found))


@attrs.frozen(kw_only=True)
class Cluster:
    """Records that are one entity.

    Attributes:
        id: the cluster's id.
        rows: its rows, ascending.
        record_ids: their record ids.
        weakest: the weight in bits of the weakest link that holds it together; None for one record, and for
            records that are equal in all that is compared.
    """

    id: int
    rows: tuple[int, ...]
    record_ids: tuple[str, ...]
    weakest: float | None

    def __len__(self) -> int:
        return len(self.rows)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PairTable:
    """Weighed pairs of records.

    Attributes:
        row_a: (n_pairs,) int64 rows.
        row_b: (n_pairs,) int64 rows.
        bits: (n_pairs,) float64 match weights, prior included.
        ids_a: (n,) the record ids that ``row_a`` points to.
        ids_b: (m,) the record ids that ``row_b`` points to.
    """

    row_a: Int64
    row_b: Int64
    bits: Floats
    ids_a: Sequence[str]
    ids_b: Sequence[str]

    @property
    def probability(self) -> Floats:
        """(n_pairs,) float64, the probability that each pair is one entity."""
        return probability(self.bits)

    def to_dicts(self) -> list[dict[str, object]]:
        """Return one dict per pair."""
        return [
            {
                "record_a": self.ids_a[a],
                "record_b": self.ids_b[b],
                "row_a": a,
                "row_b": b,
                "match_weight": bits,
                "probability": chance,
            }
            for a, b, bits, chance in zip(
                self.row_a.tolist(),
                self.row_b.tolist(),
                self.bits.tolist(),
                self.probability.tolist(),
                strict=True,
            )
        ]

    def take(self, chosen: npt.NDArray[np.intp]) -> "PairTable":
        """Return some pairs, in the order given."""
        return attrs.evolve(self, row_a=self.row_a[chosen], row_b=self.row_b[chosen], bits=self.bits[chosen])

    def __len__(self) -> int:
        return len(self.row_a)

    def __iter__(self) -> Iterator[dict[str, object]]:
        return iter(self.to_dicts())

    def __repr__(self) -> str:
        return f"<PairTable of {len(self)} pairs>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return stream_of(
            {
                "record_a": [self.ids_a[a] for a in self.row_a.tolist()],
                "record_b": [self.ids_b[b] for b in self.row_b.tolist()],
                "row_a": self.row_a,
                "row_b": self.row_b,
                "match_weight": self.bits,
                "probability": self.probability,
            },
            requested_schema,
        )

    def _repr_html_(self) -> str:
        shown = self.take(np.arange(min(len(self), _MOST_HTML_ROWS))).to_dicts()
        names = ("record_a", "record_b", "match_weight", "probability")
        head = "".join(f"<th>{name}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_shown(row[name]))}</td>" for name in names) + "</tr>"
            for row in shown
        )
        more = f"<caption>{len(self):,} pairs</caption>"
        return f"<table>{more}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def stream_of(columns: dict[str, object], requested_schema: object) -> object:
    """Hand columns over through the Arrow C stream interface.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415  # optional: only who wants Arrow pays for it
    except ImportError as error:
        raise MissingExtraError.of("arrow", purpose="Handing a result over as Arrow") from error
    return pa.table(columns).__arrow_c_stream__(requested_schema)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class DedupeResult:
    """The clusters of one table.

    Attributes:
        cluster_ids: (n,) int64, read-only, in input row order; numbered by first appearance, or as before
            where ``previous`` was given.
        record_ids: (n,) the records' ids; row numbers when the table has none.
        threshold: the probability from which a pair is a link.
        model: the fitted matcher.
        related: pairs that are the same person in another role, or else related but not the same.
    """

    cluster_ids: Int64
    record_ids: Sequence[str]
    threshold: float
    model: "FittedMatcher"
    related: PairTable
    _table: "Table" = attrs.field(alias="table")
    _scored: Scored = attrs.field(alias="scored")
    _report: str = attrs.field(alias="report", default="")

    @cached_property
    def pairs(self) -> PairTable:
        """The candidate pairs from the review band upwards, the heaviest first.

        Of records that are equal in all that was compared, one stands for all.
        """
        order = np.lexsort((self._scored.j, self._scored.i, -self._scored.bits))
        return PairTable(
            row_a=self._scored.i[order].astype(np.int64),
            row_b=self._scored.j[order].astype(np.int64),
            bits=self._scored.bits[order],
            ids_a=self.record_ids,
            ids_b=self.record_ids,
        )

    @cached_property
    def review(self) -> PairTable:
        """The pairs that a person should look at, the weakest evidence first.

        They are the links that hold a cluster together with less than 99 % probability, the pairs of one
        cluster that speak against it, and the pairs of two clusters that were nearly linked.
        """
        pairs = self.pairs
        together = self.cluster_ids[pairs.row_a] == self.cluster_ids[pairs.row_b]
        chance = pairs.probability
        doubtful = np.where(together, chance < 0.99, chance >= min(0.2, self.threshold))  # the band
        chosen = np.flatnonzero(doubtful)
        return pairs.take(chosen[np.argsort(np.abs(chance[chosen] - self.threshold), kind="stable")])

    @cached_property
    def clusters(self) -> tuple[Cluster, ...]:
        """Every cluster, in the order of its id."""
        order = np.argsort(self.cluster_ids, kind="stable")
        ids = self.cluster_ids[order]
        edges = np.flatnonzero(np.diff(ids, prepend=-1, append=-1)) if ids.size else np.zeros(1, np.int64)
        weakest = self._weakest()
        out = []
        for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            rows = tuple(order[a:b].tolist())
            cluster = int(ids[a])
            out.append(
                Cluster(
                    id=cluster,
                    rows=rows,
                    record_ids=tuple(str(self.record_ids[row]) for row in rows),
                    weakest=weakest.get(cluster) if len(rows) > 1 else None,
                )
            )
        return tuple(out)

    def _weakest(self) -> dict[int, float]:
        """Per cluster, the weakest link of its maximum spanning tree."""
        pairs = self.pairs
        together = np.flatnonzero(self.cluster_ids[pairs.row_a] == self.cluster_ids[pairs.row_b])
        tree = together[spanning_tree(pairs.row_a[together], pairs.row_b[together])]
        clusters = self.cluster_ids[pairs.row_a[tree]].tolist()
        return dict(zip(clusters, pairs.bits[tree].tolist(), strict=True))  # the last of each is its weakest

    def record(self, row: int) -> dict[str, object]:
        """Return the filled cells of one row by column name.

        Raises:
            InputError: there is no such row.
        """
        self._check(row)
        cells = self._table.take([row])
        values = ((name, cells.column(name).to_list()[0]) for name in cells.names)
        return {name: value for name, value in values if value is not None}

    def explain_cluster(self, cluster_id: int, *, verdicts: Sequence[Verdict] = ()) -> "ClusterExplanation":
        """Say what holds a cluster together: its links, the weakest of them, and what speaks against it.

        Args:
            cluster_id: an id that ``cluster_ids`` has.
            verdicts: the decisions that ``dedupe`` was given, so that what they forced is named.

        Raises:
            InputError: there is no such cluster.

        Example:
            >>> from leadflow.matching import dedupe
            >>> table = {"name": ["Anna Smith", "Anna Smyth", "Bob Jones"], "dob": ["1980-01-02"] * 2 + ["1971-05-06"]}
            >>> print(dedupe(table).explain_cluster(0))
            cluster 0: 2 records, 1 links, the weakest of ... bits
            ...
        """
        rows = np.flatnonzero(self.cluster_ids == cluster_id)
        if not rows.size:
            raise InputError(
                f"There is no cluster {cluster_id!r}: take the id of a row from cluster_ids, or of one of clusters."
            )
        pairs = self.pairs
        inside = np.flatnonzero(
            (self.cluster_ids[pairs.row_a] == cluster_id) & (self.cluster_ids[pairs.row_b] == cluster_id)
        )
        return explain_cluster(
            self.model,
            self._table,
            cluster_id,
            rows,
            (pairs.row_a[inside], pairs.row_b[inside], pairs.bits[inside]),
            record_ids=self.record_ids,
            threshold=self.threshold,
            verdicts=verdicts,
        )

    def explain(self, row_a: int, row_b: int) -> "Explanation":
        """Say why two rows were or were not put together.

        Raises:
            InputError: there is no such row.
        """
        for row in (row_a, row_b):
            self._check(row)
        together = bool(self.cluster_ids[row_a] == self.cluster_ids[row_b])
        return self.model.explain(self._table, row_a, row_b, threshold=self.threshold, together=together)

    def _check(self, row: int) -> None:
        if not 0 <= row < len(self):
            raise InputError(f"Row {row} does not exist: the table has the rows 0 to {len(self) - 1}.")

    def summary(self) -> str:
        """Return a few lines on what was found."""
        sizes = np.unique(self.cluster_ids, return_counts=True)[1] if len(self) else np.zeros(0, np.int64)
        many = sizes[sizes > 1]
        lines = [
            f"{len(self):,} records, {len(sizes):,} entities, {len(self) - len(sizes):,} duplicates",
            f"{len(many):,} clusters of 2 or more, the largest of {int(sizes.max(initial=0))}",
            f"threshold {self.threshold:.2%}, {len(self.review):,} pairs to review, {len(self.related):,} related",
        ]
        return "\n".join(lines + ([self._report] if self._report else []))

    def to_dicts(self) -> list[dict[str, object]]:
        """Return one dict per record with its cluster id."""
        return [
            {"record_id": record, "cluster_id": cluster}
            for record, cluster in zip(self.record_ids, self.cluster_ids.tolist(), strict=True)
        ]

    def __len__(self) -> int:
        return len(self.cluster_ids)

    def __iter__(self) -> Iterator[Cluster]:
        return iter(self.clusters)

    def __repr__(self) -> str:
        return f"<DedupeResult: {len(self)} records, {len(np.unique(self.cluster_ids))} entities>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return stream_of(
            {"record_id": list(self.record_ids), "cluster_id": self.cluster_ids}, requested_schema
        )

    def _repr_html_(self) -> str:
        large = sorted((c for c in self.clusters if len(c) > 1), key=lambda c: (-len(c), c.id))[
            :_MOST_HTML_ROWS
        ]
        rows = "".join(
            f"<tr><td>{c.id}</td><td>{len(c)}</td><td>{escape(', '.join(c.record_ids[:8]))}</td></tr>"
            for c in large
        )
        lines = "<br>".join(escape(line) for line in self.summary().splitlines())
        head = "<tr><th>cluster</th><th>records</th><th>record ids</th></tr>"
        return f"<p>{lines}</p><table><thead>{head}</thead><tbody>{rows}</tbody></table>"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class LinkResult:
    """The links between two tables.

    Attributes:
        pairs: the links, the heaviest first; ``row_a`` counts in the left table, ``row_b`` in the right.
        review: the pairs near the threshold, the weakest evidence first.
        threshold: the probability from which a pair is a link.
    """

    pairs: PairTable
    review: PairTable
    threshold: float

    def to_dicts(self) -> list[dict[str, object]]:
        """Return one dict per link."""
        return self.pairs.to_dicts()

    def __len__(self) -> int:
        return len(self.pairs)

    def __iter__(self) -> Iterator[dict[str, object]]:
        return iter(self.pairs)

    def __repr__(self) -> str:
        return f"<LinkResult: {len(self)} links>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.pairs.__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        return self.pairs._repr_html_()  # the same table
