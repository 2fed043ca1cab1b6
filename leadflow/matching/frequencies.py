"""How common values are, and how often different entities share one."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import attrs
import numpy as np

from leadflow.matching.columns import ComparedColumns
from leadflow.matching.encoding import ABSENT, Feature, Floats, Int32
from leadflow.matching.weights import Frequencies

if TYPE_CHECKING:
    from leadflow.matching.training import Sample

__all__ = ["count_frequencies", "token_frequencies", "without"]

_HALF: Final = 0.5
_SEEN_ONCE: Final = 0.1
"""Bits that every token weighs, one that all records have too."""


def token_frequencies(column: ComparedColumns) -> Frequencies:
    """Weigh the tokens of every set feature by their rarity, in bits.

    References:
        Spärck Jones, "A statistical interpretation of term specificity and its application in
        retrieval" (1972).
    """
    rarity, rarest = {}, {}
    filled = column.rows[column.rows >= 0]
    times = np.bincount(filled, minlength=len(column.hashes)).astype(np.float64)
    n = max(len(filled), 2)
    for name, feature in column.features.items():
        if not feature.is_set or feature.bank is None:
            continue
        held = feature.codes >= 0
        counts = np.bincount(
            feature.codes[held],
            weights=np.broadcast_to(times[:, None], feature.codes.shape)[held],
            minlength=len(feature.bank),
        )
        bits = np.log2(n / np.maximum(counts, 1.0)) + _SEEN_ONCE
        rarity[name] = dict(
            zip(feature.bank.texts[counts > 1].tolist(), bits[counts > 1].tolist(), strict=True)
        )
        rarest[name] = float(np.log2(n) + _SEEN_ONCE)
    return Frequencies(rarity=rarity, rarest=rarest)


def count_frequencies(
    columns: Sequence[ComparedColumns],
    tokens: Sequence[Frequencies],
    coincidences: Sequence[tuple["Sample", Floats]],
    u: Sequence[Floats],
    keys: Mapping[int, str],
) -> tuple[Frequencies, ...]:
    """Estimate for every value the probability that another entity shares it.

    Args:
        columns: the encoded comparisons.
        tokens: the token weights so far.
        coincidences: per sample that agrees on a key, the probability that each pair is no match.
        u: per comparison the probabilities of levels among pairs that do not match.
        keys: comparison to its key feature.
    """
    out = []
    by_comparison = {sample.agrees_on: (sample, no_match) for sample, no_match in coincidences}
    for k, column in enumerate(columns):
        names = dict.fromkeys(name for level in column.comparison.levels for name in level.frequency)
        shares: dict[str, dict[str, float]] = {}
        default: dict[str, float] = {}
        counted: dict[str, float] = {}
        held: dict[str, Floats] = {}
        for name in names:
            feature = column.features[name]
            codes = np.append(feature.first(), np.int32(ABSENT))[column.rows]
            drawn = by_comparison.get(k) if name == keys[k] or _same_key(column, name, keys[k]) else None
            held[name] = _shares(codes, len(feature.bank or ()), drawn, float(u[k][1]))
            shares[name], default[name] = _kept(feature, held[name])
            counted[name] = float(np.count_nonzero(codes >= 0))
        mean = {}
        for code, level in enumerate(column.comparison.levels, 1):
            if level.frequency:
                mean[code] = _mean(column, level.frequency, held)
        out.append(
            attrs.evolve(
                tokens[k],
                shares=shares,
                default=default,
                counted=counted,
                mean={code: m for code, m in mean.items() if m > 0},
            )
        )
    return tuple(out)


def without(known: Frequencies, column: ComparedColumns) -> Frequencies:
    """Take records out of what was counted; a text that at most one other record has is not kept any more.

    Args:
        known: what was counted of them and of others.
        column: the records' cells, encoded.

    Example:
        >>> from leadflow.matching import comparisons as c
        >>> from leadflow.records.tables import Table
        >>> given = Table.of({"title": ["sales director"] * 4 + ["sales staff"]})
        >>> columns = [ComparedColumns.of(c.phrase("title"), table) for table in (given, given.take([0, 1, 2]))]
        >>> known = token_frequencies(columns[0])
        >>> sorted(known.rarity["tokens"]), sorted(without(known, columns[1]).rarity["tokens"])
        (['director', 'sales'], ['sales'])
    """
    return attrs.evolve(
        known,
        shares={
            name: _fewer_shares(table, _texts(column, name), known.counted.get(name, 0.0))
            for name, table in known.shares.items()
        },
        rarity={
            name: _fewer_tokens(table, _texts(column, name), known.rarest[name] - _SEEN_ONCE)
            for name, table in known.rarity.items()
        },
    )


def _texts(column: ComparedColumns, name: str) -> Counter[str]:
    """Count in how many records each text of a feature stands."""
    feature = column.features[name]
    codes = feature.codes[column.rows[column.rows >= 0]]
    return Counter(() if feature.bank is None else feature.bank.texts[codes[codes >= 0]].tolist())


def _fewer_shares(shares: Mapping[str, float], own: Counter[str], n: float) -> dict[str, float]:
    """A share counts the other records that have the text, so it is more than they are by less than the records taken out."""
    left = {text: shares[text] * n - times for text, times in own.items() if text in shares}
    return {
        text: left[text] / n if text in left else share
        for text, share in shares.items()
        if left.get(text, 1.0) >= 1.0
    }


def _fewer_tokens(rarity: Mapping[str, float], own: Counter[str], bits_of_one: float) -> dict[str, float]:
    left = {
        text: 2.0 ** (bits_of_one + _SEEN_ONCE - rarity[text]) - times
        for text, times in own.items()
        if text in rarity
    }
    return {
        text: bits_of_one + _SEEN_ONCE - math.log2(left[text]) if text in left else bits
        for text, bits in rarity.items()
        if round(left.get(text, 2.0)) > 1
    }


def _same_key(column: ComparedColumns, name: str, key: str) -> bool:
    return {name, key} == {"address", "personal"} and column.comparison.kind == "email"


def _shares(codes: Int32, size: int, drawn: "tuple[Sample, Floats] | None", u: float) -> Floats:
    """(size,) for each value, the share of the rows that have it and are another entity."""
    filled = codes[codes >= 0]
    n = max(len(filled), 1)
    times = np.bincount(filled, minlength=size).astype(np.float64)
    partners = np.maximum(times - 1.0, 0.0)
    floor = _HALF
    if drawn is not None:
        sample, no_match = drawn
        overall = float(no_match.mean()) if no_match.size else 1.0
        here = codes[sample.i]
        ok = here >= 0
        seen = np.bincount(here[ok], minlength=size)
        apart = np.bincount(here[ok], weights=no_match[ok], minlength=size)
        # Where a value's pairs were drawn, their own verdict counts; elsewhere the average does.
        own = (apart + overall) / (seen + 1.0)
        partners = partners * own
        floor = min(_HALF, max(u * n, 1e-4))
    return np.asarray(np.maximum(partners, floor) / n)


def _kept(feature: Feature, shares: Floats) -> tuple[dict[str, float], float]:
    texts = feature.bank.texts if feature.bank is not None else np.empty(0, object)
    default = float(shares.min()) if shares.size else 1.0
    common = shares > default * 1.0001
    return dict(zip(texts[common].tolist(), shares[common].tolist(), strict=True)), default


def _mean(column: ComparedColumns, names: Sequence[str], held: Mapping[str, Floats]) -> float:
    product = np.ones(len(column.hashes))
    full = np.ones(len(column.hashes), np.bool_)
    for name in names:
        codes = column.features[name].first()
        product *= np.append(held[name], 1.0)[codes]
        full &= codes >= 0
    rows = column.rows[column.rows >= 0]
    rows = rows[full[rows]]
    return float(product[rows].mean()) if rows.size else 0.0
