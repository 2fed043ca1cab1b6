"""Pairs of records that a person should look at: not alike enough to be linked, too alike to be ignored."""

import attrs

from leadflow.matching import DedupeResult
from leadflow.ports import StoreReader
from leadflow.records.events import Json

__all__ = ["ReviewPair", "pairs_to_review", "review_document"]

_KEPT = 1_000


@attrs.frozen(kw_only=True)
class ReviewPair:
    """Two records that may be the same lead.

    Attributes:
        first: a record id.
        second: the other record id.
        probability: that they are the same lead, from 0 to 1.

    Example:
        >>> ReviewPair(first="r1", second="r2", probability=0.6).probability
        0.6
    """

    first: str
    second: str
    probability: float


def review_document(result: DedupeResult) -> Json:
    """Return the pairs as plain data for the store, in the matcher's order, the first thousand."""
    return [
        {
            "first": str(row["record_a"]),
            "second": str(row["record_b"]),
            "probability": round(float(str(row["probability"])), 6),
        }
        for row in result.review.to_dicts()[:_KEPT]
    ]


def pairs_to_review(reader: StoreReader) -> tuple[ReviewPair, ...]:
    """Return the pairs that still wait: those that were judged or are one lead by now are left out.

    Args:
        reader: the store.
    """
    noted = reader.document("review")
    pairs = [
        ReviewPair(
            first=str(row["first"]), second=str(row["second"]), probability=float(str(row["probability"]))
        )
        for row in (noted if isinstance(noted, list) else [])
        if isinstance(row, dict)
    ]
    judged = {(verdict.first, verdict.second) for verdict in reader.verdicts()}
    lead_of = reader.lead_of([record_id for pair in pairs for record_id in (pair.first, pair.second)])
    return tuple(
        pair
        for pair in pairs
        if (min(pair.first, pair.second), max(pair.first, pair.second)) not in judged
        and lead_of.get(pair.first) != lead_of.get(pair.second)
    )
