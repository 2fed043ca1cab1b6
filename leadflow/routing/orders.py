"""In which order leads are handed out, so that the result does not depend on how they were listed."""

import numpy as np

from leadflow.columns import Column
from leadflow.conditions import Population
from leadflow.errors import InputError

__all__ = ["rows_by_id", "rows_by_score"]


def rows_by_id(population: Population) -> list[int]:
    """Return the rows of a population by id.

    Args:
        population: n leads.

    Raises:
        InputError: an id comes twice.

    Example:
        >>> import datetime as dt
        >>> from leadflow.records import LeadBatch
        >>> rows_by_id(Population(batch=LeadBatch.from_dicts([{}, {}], ids=["b", "a"]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)))
        [1, 0]
    """
    ids = population.batch.ids
    if len(set(ids)) < len(ids):
        raise InputError("A lead comes twice in the population; route each lead once.")
    return sorted(range(len(ids)), key=ids.__getitem__)


def rows_by_score(population: Population) -> list[int]:
    """Return the rows of a population by falling score, where scores are known, and then by id.

    Args:
        population: n leads.

    Raises:
        InputError: an id comes twice.

    Example:
        >>> import datetime as dt
        >>> from leadflow.records import LeadBatch
        >>> people = Population(batch=LeadBatch.from_dicts([{}, {}], ids=["a", "b"]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
        ...     states={"score": np.array([10.0, 90.0])})
        >>> rows_by_score(people)
        [1, 0]
    """
    rows = rows_by_id(population)
    scores = population.states.get("score")
    if scores is None or isinstance(scores, Column):
        return rows
    falling = np.where(np.isnan(scores), np.inf, -scores)[rows]
    ordered: list[int] = np.asarray(rows)[np.argsort(falling, kind="stable")].tolist()
    return ordered
