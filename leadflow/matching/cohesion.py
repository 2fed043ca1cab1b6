"""Why a cluster holds together: the links of its maximum spanning tree, and the pairs that speak against it."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.matching.columns import ComparedColumns, row_hashes
from leadflow.matching.encoding import Floats, Int64
from leadflow.matching.explaining import Explanation
from leadflow.matching.scoring import Scorer
from leadflow.matching.sorting import distinct_keys
from leadflow.matching.verdicts import Verdict
from leadflow.matching.weights import probability

if TYPE_CHECKING:
    from leadflow.matching.matcher import FittedMatcher
    from leadflow.records.tables import Table

__all__ = ["ClusterExplanation", "ClusterLink", "explain_cluster", "spanning_tree"]

_How: TypeAlias = Literal["weighed", "copy", "verdict", "related"]
_Edge: TypeAlias = tuple[int, int, float, _How]

_MOST_WEIGHED: Final = 300
_MOST_SHOWN: Final = 20
_NOTES: Final = {
    "verdict": "a verdict says that they are the same",
    "weighed": "",
    "copy": "equal in all that is compared",
    "related": "related, not the same",
}


def spanning_tree(row_a: npt.NDArray[np.integer], row_b: npt.NDArray[np.integer]) -> npt.NDArray[np.intp]:
    """Choose the edges of a maximum spanning forest.

    Args:
        row_a: (edges,) one end of each edge, the strongest edge first.
        row_b: (edges,) the other end.

    Returns:
        The places of the chosen edges, ascending.

    References:
        Kruskal, "On the shortest spanning subtree of a graph and the traveling salesman problem" (1956).

    Example:
        >>> spanning_tree(np.array([0, 1, 0]), np.array([1, 2, 2])).tolist()
        [0, 1]
    """
    root: dict[int, int] = {}

    def find(row: int) -> int:
        while root.get(row, row) != row:
            root[row] = root.get(root[row], root[row])
            row = root[row]
        return row

    chosen = []
    for place, (one, other) in enumerate(zip(row_a.tolist(), row_b.tolist(), strict=True)):
        a, b = find(one), find(other)
        if a != b:
            root[max(a, b)] = min(a, b)
            chosen.append(place)
    return np.array(chosen, np.intp)


@attrs.frozen(kw_only=True)
class ClusterLink:
    """A pair of records of one cluster.

    Attributes:
        row_a: the smaller row.
        row_b: the larger row.
        record_a: the record id of ``row_a``.
        record_b: the record id of ``row_b``.
        bits: the match weight, prior included.
        probability: that the two are one entity, by that weight.
        how: ``"weighed"`` by the model; ``"copy"`` of all that is compared; forced by a ``"verdict"``; or
            ``"related"``, not the same, which speaks against the cluster.
    """

    row_a: int
    row_b: int
    record_a: str
    record_b: str
    bits: float
    probability: float
    how: _How

    def __str__(self) -> str:
        note = f"  {_NOTES[self.how]}" if _NOTES[self.how] else ""
        return f"{self.bits:>+8.2f}  {self.probability:.4f}  {self.record_a} | {self.record_b}{note}"


@attrs.frozen(kw_only=True)
class ClusterExplanation:
    """What holds a cluster together.

    Attributes:
        cluster_id: the cluster.
        record_ids: its records.
        threshold: the probability from which a pair is a link.
        links: the edges of its maximum spanning tree: what verdicts forced, then the strongest to the weakest.
        weakest: the reasons of the weakest link that no verdict forced; None where there is none. Without it the
            cluster falls in two.
        against: the pairs inside that speak against the cluster, the strongest objection first.
        partial: whether only candidate pairs were asked for objections, as the cluster is too large for all.
    """

    cluster_id: int
    record_ids: tuple[str, ...]
    threshold: float
    links: tuple[ClusterLink, ...]
    weakest: Explanation | None
    against: tuple[ClusterLink, ...]
    partial: bool = False

    def masked(self) -> "ClusterExplanation":
        """Return the explanation with the values hidden."""
        return attrs.evolve(self, weakest=None if self.weakest is None else self.weakest.masked())

    def to_dict(self) -> dict[str, object]:
        """Return the explanation as plain data."""
        return attrs.asdict(self)

    def __str__(self) -> str:
        lines = [self._head()]
        for title, links in self._parts():
            lines.append(f"{title}:")
            lines.extend(str(link) for link in links[:_MOST_SHOWN])
            if len(links) > _MOST_SHOWN:
                lines.append(f"{'':>8}  and {len(links) - _MOST_SHOWN:,} more")
        if self.weakest is not None:
            lines.extend(["why the weakest link holds:", str(self.weakest)])
        return "\n".join(lines)

    def _head(self) -> str:
        head = f"cluster {self.cluster_id}: {len(self.record_ids):,} records, {len(self.links):,} links"
        return head if self.weakest is None else f"{head}, the weakest of {self.weakest.total:+.2f} bits"

    def _parts(self) -> list[tuple[str, tuple[ClusterLink, ...]]]:
        against = "pairs inside that speak against it" + (" (of candidate pairs)" if self.partial else "")
        parts = (("links, the strongest first", self.links), (against, self.against))
        return [(title, links) for title, links in parts if links]

    def _repr_html_(self) -> str:
        out = [f"<p>{escape(self._head())}</p>"]
        for title, links in self._parts():
            body = "".join(
                f"<tr><td>{escape(link.record_a)}</td><td>{escape(link.record_b)}</td><td>{link.bits:+.2f}</td>"
                f"<td>{link.probability:.4f}</td><td>{escape(_NOTES[link.how])}</td></tr>"
                for link in links[:_MOST_SHOWN]
            )
            more = f", {_MOST_SHOWN} of {len(links):,}" if len(links) > _MOST_SHOWN else ""
            names = ("record_a", "record_b", "match_weight", "probability", "")
            head = "".join(f"<th>{name}</th>" for name in names)
            out.append(
                f"<table><caption>{escape(title)}{more}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            )
        if self.weakest is not None:
            out.append(f"<p>why the weakest link holds:</p>{self.weakest._repr_html_()}")  # the same drawing
        return "".join(out)


@attrs.frozen(eq=False, repr=False)
class _Weighing:
    """Weighs the records of a cluster, counted by their places in it."""

    model: "FittedMatcher"
    scorer: Scorer
    first: Int64
    back: Int64

    @classmethod
    def of(cls, model: "FittedMatcher", table: "Table") -> "_Weighing":
        columns = [ComparedColumns.of(comparison, table) for comparison in model.weights.comparisons]
        return cls(model, Scorer.of(model.weights, columns), *distinct_keys(row_hashes(columns)))

    def edges(self, i: Iterable[int], j: Iterable[int], how: _How) -> list[_Edge]:
        one, other = np.array(list(i), np.int32), np.array(list(j), np.int32)
        scored = self.scorer.score(one, other)
        apart = np.zeros(len(scored), np.bool_)
        for k, comparison in enumerate(self.model.weights.comparisons):
            if comparison.name in self.model.separating:
                apart |= scored.levels[:, k] == len(comparison.levels) + 1
        found = zip(one.tolist(), other.tolist(), scored.bits.tolist(), apart.tolist(), strict=True)
        return [(a, b, bits, "related" if how == "weighed" and far else how) for a, b, bits, far in found]

    def forced(self, ids: Sequence[str], verdicts: Sequence[Verdict]) -> list[_Edge]:
        places = {record: place for place, record in enumerate(ids)}
        pairs = [
            (places[each.record_a], places[each.record_b])
            for each in verdicts
            if each.decision == "same" and each.record_a in places and each.record_b in places
        ]
        return self.edges([a for a, _ in pairs], [b for _, b in pairs], "verdict")

    def copies(self) -> list[_Edge]:
        own = self.first[self.back]
        places = np.flatnonzero(own != np.arange(len(own)))
        return self.edges(own[places].tolist(), places.tolist(), "copy")

    def all_pairs(self) -> list[_Edge]:
        i, j = np.triu_indices(len(self.first), 1)
        return self.edges(self.first[i].tolist(), self.first[j].tolist(), "weighed")


def explain_cluster(
    model: "FittedMatcher",
    table: "Table",
    cluster_id: int,
    rows: Int64,
    pairs: tuple[Int64, Int64, Floats],
    *,
    record_ids: Sequence[str],
    threshold: float,
    verdicts: Sequence[Verdict] = (),
) -> ClusterExplanation:
    """Explain a cluster; ``DedupeResult.explain_cluster`` is the way to call it.

    Links are sought in this order: same-verdicts, copies, candidate pairs by weight; and only where these leave the
    cluster in parts, the other pairs by weight.

    Args:
        model: the model.
        table: the table.
        cluster_id: the cluster.
        rows: (r,) its rows, ascending.
        pairs: rows, rows and bits of its candidate pairs, the heaviest first.
        record_ids: (n,) the ids of all records.
        threshold: the probability from which a pair is a link.
        verdicts: decisions of people.
    """
    weighing = _Weighing.of(model, table.take(rows.tolist()))
    ids = [str(record_ids[row]) for row in rows.tolist()]
    place = {row: position for position, row in enumerate(rows.tolist())}
    a, b, bits = (each.tolist() for each in pairs)
    candidates: list[_Edge] = [
        (place[i], place[j], weight, "weighed") for i, j, weight in zip(a, b, bits, strict=True)
    ]
    partial = len(weighing.first) > _MOST_WEIGHED
    inside = candidates if partial else weighing.all_pairs()
    rest = sorted((edge for edge in inside if edge[3] == "weighed"), key=lambda edge: -edge[2])
    edges = [*weighing.forced(ids, verdicts), *weighing.copies(), *candidates, *rest]
    tree = spanning_tree(
        np.array([edge[0] for edge in edges], np.int64), np.array([edge[1] for edge in edges], np.int64)
    )

    def link(edge: _Edge) -> ClusterLink:
        weight, how = edge[2:]
        one, other = min(edge[:2]), max(edge[:2])
        chance = float(probability(np.array([weight]))[0])
        return ClusterLink(
            row_a=int(rows[one]),
            row_b=int(rows[other]),
            record_a=ids[one],
            record_b=ids[other],
            bits=weight,
            probability=chance,
            how=how,
        )

    links = [link(edges[k]) for k in tree.tolist()]
    links.sort(key=lambda each: (each.how != "verdict", -each.bits))
    weakest = links[-1] if links and links[-1].how != "verdict" else None
    against = [each for each in map(link, inside) if each.how == "related" or each.probability < threshold]
    return ClusterExplanation(
        cluster_id=int(cluster_id),
        record_ids=tuple(ids),
        threshold=threshold,
        links=tuple(links),
        weakest=None
        if weakest is None
        else model.explain(table, weakest.row_a, weakest.row_b, threshold=threshold, together=True),
        against=tuple(sorted(against, key=lambda each: each.bits)),
        partial=partial,
    )
