"""Finding duplicates without configuration."""

from collections.abc import Mapping, Sequence

from leadflow.matching.leads import lead_matcher
from leadflow.matching.matcher import FittedMatcher, Matcher
from leadflow.matching.recognition import recognised_matcher
from leadflow.matching.results import DedupeResult, LinkResult
from leadflow.matching.verdicts import Verdict
from leadflow.records.tables import Table, Tabular

__all__ = ["dedupe", "link", "matcher_for"]


def matcher_for(table: Tabular) -> Matcher:
    """Return the matcher that fits a table's columns: leads by field name, others by recognition.

    Example:
        >>> matcher_for({"surname": ["smith"], "dob": ["1980-01-01"]}).comparisons[1].kind
        'date'
    """
    held = Table.of(table)
    return lead_matcher() if held.is_lead_batch else recognised_matcher(held)[0]


def dedupe(
    table: Tabular,
    *,
    threshold: float | None = None,
    seed: int = 0,
    verdicts: Sequence[Verdict] = (),
    previous: DedupeResult | Mapping[str, int] | None = None,
) -> DedupeResult:
    """Find the records of a table that are one entity, without configuration.

    Lead batches are matched as leads. Of other tables the columns are recognised by header and values.
    Weights are learnt from the table itself.

    Args:
        table: any table.
        threshold: probability from which a pair is a link; 0.8 by default.
        seed: of the sampling.
        verdicts: decisions of people, honoured whatever the weights say.
        previous: an earlier result, or record id to cluster id: clusters keep their ids.

    Raises:
        InputError: no column can be compared.

    Example:
        >>> table = {"name": ["Anna Smith", "Anna Smith", "Bob Jones"], "dob": ["1980-01-02", "1980-01-02", "1971-05-06"]}
        >>> dedupe(table).cluster_ids.tolist()
        [0, 0, 1]
    """
    held = Table.of(table)
    return _fitted(held, seed).dedupe(held, threshold=threshold, verdicts=verdicts, previous=previous)


def link(
    left: Tabular, right: Tabular, *, threshold: float | None = None, seed: int = 0, one_to_one: bool = False
) -> LinkResult:
    """Find the records of two tables that are one entity, without configuration.

    Args:
        left: any table.
        right: any table with the same columns.
        threshold: probability from which a pair is a link; 0.8 by default.
        seed: of the sampling.
        one_to_one: whether a record has at most one partner.

    Raises:
        InputError: no column can be compared.

    Example:
        >>> a = {"name": ["Anna Smith", "Bob Jones"], "dob": ["1980-01-02", "1971-05-06"]}
        >>> b = {"name": ["Anna Smith"], "dob": ["1980-01-02"]}
        >>> [(pair["row_a"], pair["row_b"]) for pair in link(a, b)]
        [(0, 0)]
    """
    a, b = Table.of(left), Table.of(right)
    fitted = _fitted(Table.concatenate([a, b]), seed)
    return fitted.link(a, b, threshold=threshold, one_to_one=one_to_one)


def _fitted(table: Table, seed: int) -> FittedMatcher:
    return matcher_for(table).fit(table, seed=seed)
