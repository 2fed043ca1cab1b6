"""Samples of candidate pairs for a person to label."""

from collections.abc import Sequence, Sized
from html import escape
from typing import Final, TypeAlias

import attrs
import numpy as np

from leadflow.errors import InputError, near_miss
from leadflow.matching.encoding import Floats, Int64
from leadflow.matching.labels import LabelledPair, LabelledPairs
from leadflow.matching.results import DedupeResult, PairTable, stream_of
from leadflow.seeds import generator

__all__ = ["Decision", "LabelSample", "sample_to_label"]

Decision: TypeAlias = str | bool | None
"""``"same"`` or True, ``"distinct"`` or False, None for a pair that was not labelled."""

_BANDS: Final = (0.1, 0.5, 0.9, 0.99)
_DECISIONS: Final = {"same": True, "distinct": False, "": None}


@attrs.frozen(kw_only=True, eq=False, repr=False)
class LabelSample:
    """Pairs drawn for labelling, with both records side by side.

    Attributes:
        pairs: the (n_pairs,) pairs, the heaviest first.
        band: (n_pairs,) int64, the band of probability that each was drawn from.
        band_sizes: (bands,) int64, candidate pairs in each band.
        names: the columns in which any drawn record has a value.
        records_a: per pair the cells of the first record, one per name.
        records_b: the same of the second.
    """

    pairs: PairTable
    band: Int64
    band_sizes: Int64
    names: tuple[str, ...]
    records_a: tuple[tuple[object, ...], ...]
    records_b: tuple[tuple[object, ...], ...]

    @property
    def weight(self) -> Floats:
        """(n_pairs,) float64, how many candidate pairs of its band each stands for."""
        drawn = np.bincount(self.band, minlength=len(self.band_sizes))
        return np.asarray(self.band_sizes[self.band] / drawn[self.band], np.float64)

    def labelled(self, decisions: Sequence[Decision]) -> LabelledPairs:
        """Take the labels back.

        A pair without a label is left out, and the labelled pairs of its band stand for it; nothing stands for a
        band in which none is labelled.

        Args:
            decisions: (n_pairs,) one per pair, in the order of the sample.

        Raises:
            InputError: there is not one decision per pair, or one is none of those allowed.
        """
        given = len(decisions) if isinstance(decisions, Sized) else type(decisions).__name__  # type: ignore[redundant-expr]  # callers err
        if given != len(self):
            raise InputError(
                f"The sample has {len(self)} pairs: as many decisions were expected, got {given}."
            )
        said = [_decided(place, decision) for place, decision in enumerate(decisions)]
        known = np.array([each is not None for each in said], np.bool_)
        drawn = np.bincount(self.band[known], minlength=len(self.band_sizes))
        pairs = self.pairs
        return LabelledPairs(
            labels=tuple(
                LabelledPair(
                    row_a=int(pairs.row_a[place]),
                    row_b=int(pairs.row_b[place]),
                    record_a=str(pairs.ids_a[int(pairs.row_a[place])]),
                    record_b=str(pairs.ids_b[int(pairs.row_b[place])]),
                    same=same,
                    weight=float(self.band_sizes[self.band[place]] / drawn[self.band[place]]),
                )
                for place, same in enumerate(said)
                if same is not None
            )
        )

    def to_dicts(self) -> list[dict[str, object]]:
        """Return one dict per pair, ``label`` empty for the person to fill in."""
        out = []
        for place, pair in enumerate(self.pairs.to_dicts()):
            row: dict[str, object] = {"label": None}
            for k, name in enumerate(self.names):
                row[f"{name} (a)"] = self.records_a[place][k]
                row[f"{name} (b)"] = self.records_b[place][k]
            out.append({**row, **pair, "weight": float(self.weight[place])})
        return out

    def __len__(self) -> int:
        return len(self.pairs)

    def __repr__(self) -> str:
        return f"<LabelSample of {len(self)} pairs>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        rows = self.to_dicts()
        columns: dict[str, object] = {"label": [""] * len(rows)}
        for name in list(rows[0])[1:] if rows else ():
            cells = [row[name] for row in rows]
            # The cells of one column of a table may be of several types.
            as_text = name.endswith((" (a)", " (b)"))
            columns[name] = [None if cell is None else str(cell) for cell in cells] if as_text else cells
        return stream_of(columns, requested_schema)

    def _repr_html_(self) -> str:
        parts = []
        chance = self.pairs.probability
        for place in range(len(self)):
            cells = zip(self.names, self.records_a[place], self.records_b[place], strict=True)
            body = "".join(
                f"<tr><th>{escape(name)}</th><td>{escape(_text(a))}</td><td>{escape(_text(b))}</td></tr>"
                for name, a, b in cells
                if a is not None or b is not None
            )
            head = f"pair {place}: probability {chance[place]:.3f}, stands for {self.weight[place]:.1f}"
            parts.append(f"<table><caption>{head}</caption><tbody>{body}</tbody></table>")
        return "".join(parts)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell)


def _decided(place: int, decision: Decision) -> bool | None:
    if decision is None or isinstance(decision, bool | np.bool_):
        return None if decision is None else bool(decision)
    text = str(decision).strip().lower()
    if text not in _DECISIONS:
        raise InputError(
            f"The label of pair {place} is none of 'same', 'distinct' and None.{near_miss(text, ['same', 'distinct'])}"
        )
    return _DECISIONS[text]


def sample_to_label(result: DedupeResult, count: int = 50, *, seed: int = 0) -> LabelSample:
    """Draw candidate pairs for a person to label, as many from each band of probability.

    Bands are under 10, 50, 90 and 99 %, and what is over. A band with fewer pairs than its part gives all it has,
    and the others more.

    Args:
        result: the result to judge.
        count: how many pairs; of each band at least one is drawn.
        seed: of the drawing, 0 or more.

    Raises:
        InputError: there is no result, or the count or seed is not a whole number.

    References:
        Cochran, "Sampling Techniques" (1977), for stratified samples and their weights.

    Example:
        >>> from leadflow.matching import dedupe
        >>> table = {"name": ["Anna Smith", "Anna Smyth", "Bob Jones"], "dob": ["1980-01-02"] * 2 + ["1971-05-06"]}
        >>> sample = sample_to_label(dedupe(table), 10)
        >>> sample.to_dicts()[0]["name (a)"], sample.to_dicts()[0]["name (b)"], sample.to_dicts()[0]["label"]
        ('Anna Smith', 'Anna Smyth', None)
        >>> sample.labelled(["same"])
        <LabelledPairs: 1 same, 0 distinct>
    """
    if not isinstance(result, DedupeResult):
        raise InputError(f"A sample is drawn from the result of dedupe, got {type(result).__name__}.")
    wanted_of: tuple[tuple[str, object, int], ...] = (("count", count, 1), ("seed", seed, 0))
    for name, value, least in wanted_of:
        if not isinstance(value, int) or value < least:
            raise InputError(f"The {name} must be a whole number of {least} or more, got {value!r}.")
    pairs = result.pairs
    rng = generator(seed)
    bands = np.digitize(pairs.probability, _BANDS)
    sizes = np.bincount(bands, minlength=len(_BANDS) + 1)
    wanted = _shares(sizes, count)
    drawn = [rng.permutation(np.flatnonzero(bands == band))[: wanted[band]] for band in range(len(sizes))]
    chosen = np.sort(np.concatenate(drawn)).astype(np.intp)
    sample = pairs.take(chosen)
    left = [result.record(row) for row in sample.row_a.tolist()]
    right = [result.record(row) for row in sample.row_b.tolist()]
    names = tuple(dict.fromkeys(name for cells in (*left, *right) for name in cells))
    return LabelSample(
        pairs=sample,
        band=bands[chosen].astype(np.int64),
        band_sizes=sizes.astype(np.int64),
        names=names,
        records_a=tuple(tuple(cells.get(name) for name in names) for cells in left),
        records_b=tuple(tuple(cells.get(name) for name in names) for cells in right),
    )


def _shares(sizes: Int64, count: int) -> list[int]:
    """Divide a count evenly among bands, the smallest first; what one lacks goes to the larger."""
    out = [0] * len(sizes)
    held = [band for band in np.argsort(sizes, kind="stable").tolist() if sizes[band]]
    for done, band in enumerate(held):
        out[band] = min(int(sizes[band]), max(1, (count - sum(out)) // (len(held) - done)))
    return out
