"""What thresholds give: precision and recall of links, from labels, from the truth or from the model."""

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Final, overload

import attrs
import numpy as np

from leadflow.errors import InputError
from leadflow.matching.encoding import Floats
from leadflow.matching.evaluation import evaluate
from leadflow.matching.labels import LabelledPairs, effective
from leadflow.matching.results import DedupeResult, PairTable, stream_of
from leadflow.records.tables import Table, Tabular

if TYPE_CHECKING:
    from leadflow.matching.matcher import FittedMatcher

__all__ = ["ThresholdRow", "ThresholdTable", "cluster_threshold_table", "estimate", "threshold_table"]

_Z: Final = 1.959964
_THRESHOLDS: Final = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)


@attrs.frozen(kw_only=True)
class ThresholdRow:
    """What one threshold gives.

    Attributes:
        threshold: the probability.
        links: pairs at or over it.
        precision: share of them that is labelled, or expected, to be true.
        recall: share of the true ones among the candidate pairs that they are.
        precision_interval: 95 % confidence interval of ``precision``; None unless from a sample of labels.
        recall_interval: the same of ``recall``.
    """

    threshold: float
    links: int
    precision: float
    recall: float
    precision_interval: tuple[float, float] | None = None
    recall_interval: tuple[float, float] | None = None

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@attrs.frozen(kw_only=True)
class ThresholdTable(Sequence[ThresholdRow]):
    """What each of several thresholds gives.

    Attributes:
        rows: one per threshold, in the order asked for.
        judged_by: what the figures come from, such as ``"40 labelled pairs"``.
    """

    rows: tuple[ThresholdRow, ...]
    judged_by: str

    @property
    def best(self) -> ThresholdRow:
        """The row with the highest F1; of equals the one with the highest threshold."""
        return max(self.rows, key=lambda row: (row.f1, row.threshold))

    def reaching(self, precision: float) -> ThresholdRow | None:
        """Return the row with the highest recall whose precision is at least this, or None.

        Example:
            >>> rows = (ThresholdRow(threshold=0.5, links=4, precision=0.9, recall=1.0),
            ...         ThresholdRow(threshold=0.9, links=3, precision=1.0, recall=0.8))
            >>> ThresholdTable(rows=rows, judged_by="the truth").reaching(0.95).threshold
            0.9
        """
        able = [row for row in self.rows if row.precision >= precision]
        return max(able, key=lambda row: (row.recall, row.precision, row.threshold), default=None)

    def to_dicts(self) -> list[dict[str, object]]:
        """Return one dict per threshold."""
        out: list[dict[str, object]] = []
        for row in self.rows:
            low, high = row.precision_interval or (None, None)
            least, most = row.recall_interval or (None, None)
            out.append(
                {
                    "threshold": row.threshold,
                    "links": row.links,
                    "precision": row.precision,
                    "precision_low": low,
                    "precision_high": high,
                    "recall": row.recall,
                    "recall_low": least,
                    "recall_high": most,
                    "f1": row.f1,
                }
            )
        return out

    @overload
    def __getitem__(self, place: int) -> ThresholdRow: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[ThresholdRow, ...]: ...
    def __getitem__(self, place: int | slice) -> ThresholdRow | tuple[ThresholdRow, ...]:
        return self.rows[place]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[ThresholdRow]:
        return iter(self.rows)

    def __str__(self) -> str:
        head = (
            f"{'threshold':>9} {'links':>9}  {'precision':<24} {'recall':<24} {'F1':>6}  ({self.judged_by})"
        )
        return "\n".join([head, *(" ".join(_cells(row)).rstrip() for row in self.rows)])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        rows = self.to_dicts()
        names = list(rows[0]) if rows else []
        return stream_of({name: [row[name] for row in rows] for name in names}, requested_schema)

    def _repr_html_(self) -> str:
        names = ("threshold", "links", "precision", "recall", "F1")
        head = "".join(f"<th>{name}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell.strip())}</td>" for cell in _cells(row)) + "</tr>"
            for row in self.rows
        )
        caption = f"<caption>judged by {escape(self.judged_by)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: ThresholdRow) -> tuple[str, ...]:
    return (
        f"{row.threshold:>9g}",
        f"{row.links:>9,} ",
        f"{_figure(row.precision, row.precision_interval):<24}",
        f"{_figure(row.recall, row.recall_interval):<24}",
        f"{row.f1:>6.4f}",
    )


def _figure(value: float, interval: tuple[float, float] | None) -> str:
    return f"{value:.4f}" + (f" [{interval[0]:.4f}, {interval[1]:.4f}]" if interval else "")


def threshold_table(
    pairs: PairTable | DedupeResult,
    truth: Sequence[Hashable] | None = None,
    *,
    labels: LabelledPairs | Mapping[tuple[int, int], bool] | None = None,
    thresholds: Sequence[float] = _THRESHOLDS,
) -> ThresholdTable:
    """Say what thresholds would give on weighed pairs.

    Labels of a sample count by the number of candidate pairs that each stands for. Intervals are those of Wilson,
    of the share by weight and the effective number of labels. Recall is among the candidate pairs: what no rule
    compared, or what weighed less than the review band, is not seen.

    Args:
        pairs: a result, or its candidate pairs.
        truth: (n,) the true entity of each record.
        labels: what people said of some of the pairs, or pairs of rows to whether they are one; without truth and
            labels the model's own probabilities stand in.
        thresholds: probabilities.

    Raises:
        InputError: the pairs are none, truth and labels are both given, the truth's length is not that of the
            records, a labelled pair is not among the pairs, or a threshold is no probability.

    References:
        Enamorado, Fifield & Imai (2019), for error rates estimated from posterior probabilities; Wilson, "Probable
        inference, the law of succession, and statistical inference" (1927); Kish, "Survey Sampling" (1965), for
        the effective number; Korn & Graubard, "Confidence intervals for proportions with small expected number
        of positive counts estimated from survey data" (1998), for the one in the other.

    Example:
        >>> pairs = PairTable(row_a=np.array([0]), row_b=np.array([1]), bits=np.array([9.0]),
        ...     ids_a=["a", "b"], ids_b=["a", "b"])
        >>> threshold_table(pairs, ["x", "x"], thresholds=(0.5,))[0]
        ThresholdRow(threshold=0.5, links=1, precision=1.0, recall=1.0, precision_interval=None, recall_interval=None)
        >>> print(threshold_table(pairs, labels=LabelledPairs.of({(0, 1): True}), thresholds=(0.5,)))
        threshold     links  precision                recall                       F1  (1 labelled pairs)
              0.5         1  1.0000 [0.2065, 1.0000]  1.0000 [0.2065, 1.0000]  1.0000
    """
    held = pairs.pairs if isinstance(pairs, DedupeResult) else pairs
    if not isinstance(held, PairTable):
        raise InputError(f"Pass the result of dedupe or its pairs, got {type(held).__name__}.")
    if truth is not None and labels is not None:
        raise InputError("Give the truth of every record or the labels of a sample, not both.")
    wrong = [each for each in thresholds if not 0.0 <= each <= 1.0]
    if wrong:
        raise InputError(f"A threshold must be a probability from 0 to 1, got {wrong[0]!r}.")
    chance = held.probability
    links = [int((chance >= threshold).sum()) for threshold in thresholds]
    if labels is not None:
        said = LabelledPairs.of(labels) if isinstance(labels, Mapping) else labels
        return _by_labels(held, said, thresholds, links)
    if truth is None:
        true, judged_by = chance, "the model's own probabilities"
    else:
        true, judged_by = _by_truth(held, truth), "the truth"
    total = float(true.sum())
    rows = []
    for threshold, count in zip(thresholds, links, strict=True):
        right = float(true[chance >= threshold].sum())
        rows.append(
            ThresholdRow(
                threshold=threshold,
                links=count,
                precision=right / count if count else 1.0,
                recall=right / total if total else 1.0,
            )
        )
    return ThresholdTable(rows=tuple(rows), judged_by=judged_by)


def cluster_threshold_table(
    model: "FittedMatcher",
    table: Tabular,
    truth: Sequence[Hashable],
    *,
    thresholds: Sequence[float] = _THRESHOLDS,
    seed: int = 0,
) -> ThresholdTable:
    """Say what thresholds give on whole clusters, in which one wrong link joins all records of two entities.

    Args:
        model: what links.
        table: the table whose truth is known.
        truth: (n,) the true entity of each record.
        thresholds: probabilities.
        seed: of the resampling of entities behind the intervals.

    Raises:
        InputError: the truth has another length than the table.

    Example:
        >>> from leadflow.matching import Matcher
        >>> from leadflow.matching import comparisons as c
        >>> people = {"name": ["Anna Smith", "Anna Smith", "Bob Jones"], "dob": ["1980-01-02"] * 2 + ["1971-05-06"]}
        >>> fitted = Matcher(comparisons=[c.person_name("name"), c.date("dob")]).fit(people)
        >>> cluster_threshold_table(fitted, people, ["a", "a", "b"]).best.f1
        1.0
    """
    held = Table.of(table)
    rows = []
    for threshold in thresholds:
        result = model.dedupe(held, threshold=threshold)
        scores = evaluate(truth, result.cluster_ids, seed=seed)
        sizes = np.unique(result.cluster_ids, return_counts=True)[1]
        rows.append(
            ThresholdRow(
                threshold=threshold,
                links=int((sizes * (sizes - 1) // 2).sum()),
                precision=scores.precision.value,
                recall=scores.recall.value,
                precision_interval=(scores.precision.low, scores.precision.high),
                recall_interval=(scores.recall.low, scores.recall.high),
            )
        )
    return ThresholdTable(rows=tuple(rows), judged_by="clusters and the truth")


def _by_truth(pairs: PairTable, truth: Sequence[Hashable]) -> Floats:
    held = list(truth)
    if len(held) != len(pairs.ids_a):
        raise InputError(f"The truth has {len(held)} records, the result {len(pairs.ids_a)}.")
    both = zip(pairs.row_a.tolist(), pairs.row_b.tolist(), strict=True)
    return np.array([held[a] == held[b] for a, b in both], np.float64)


def _by_labels(
    pairs: PairTable, labels: LabelledPairs, thresholds: Sequence[float], links: Sequence[int]
) -> ThresholdTable:
    place = {pair: k for k, pair in enumerate(zip(pairs.row_a.tolist(), pairs.row_b.tolist(), strict=True))}
    unknown = sum(pair not in place for pair in labels)
    if unknown:
        raise InputError(
            f"{unknown} of {len(labels)} labelled pairs are not among the candidate pairs: draw the sample from this "
            "result, with the same matcher and seed."
        )
    chance = pairs.probability[np.array([place[pair] for pair in labels], np.intp)]
    same = np.array([each.same for each in labels.labels], np.bool_)
    weight = np.array([each.weight for each in labels.labels], np.float64)
    rows = []
    for threshold, count in zip(thresholds, links, strict=True):
        linked = chance >= threshold
        precision, sure = _share(weight[linked], same[linked])
        recall, found = _share(weight[same], linked[same])
        rows.append(
            ThresholdRow(
                threshold=threshold,
                links=count,
                precision=precision,
                recall=recall,
                precision_interval=sure,
                recall_interval=found,
            )
        )
    return ThresholdTable(rows=tuple(rows), judged_by=f"{len(labels)} labelled pairs")


def _share(weight: Floats, right: np.ndarray) -> tuple[float, tuple[float, float]]:
    """Return a weighted share and its Wilson interval; 1 of nothing, of which nothing is known."""
    count = effective(weight)
    if not count:
        return 1.0, (0.0, 1.0)
    share = float(weight[right].sum() / weight.sum())
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z / (1 + _Z**2 / count) * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return share, (max(min(middle - half, share), 0.0), min(max(middle + half, share), 1.0))


def estimate(result: DedupeResult) -> ThresholdRow:
    """Estimate precision and recall among candidate pairs without labels, from the model's probabilities.

    Example:
        >>> from leadflow.matching import dedupe
        >>> table = {"name": ["Anna Smith", "Anna Smith", "Bob Jones"], "dob": ["1980-01-02"] * 2 + ["1971-05-06"]}
        >>> estimate(dedupe(table)).threshold
        0.8
    """
    return threshold_table(result, thresholds=(result.threshold,))[0]
