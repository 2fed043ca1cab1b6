"""Regions: what conditions can tell apart, so that rules can be compared exactly instead of by chance."""

from collections.abc import Mapping

import numpy as np

from leadflow.columns import Column
from leadflow.conditions.readings import Reading
from leadflow.conditions.tree import AllOf, AnyOf, Clause, Condition, Not, clauses
from leadflow.conditions.truth import FALSE, TRUE, Truth, truth_of

__all__ = ["readings_of", "truth_over"]


def readings_of(*conditions: Condition) -> tuple[Reading, ...]:
    """Return every place at which some conditions look, each once, in order of appearance.

    Example:
        >>> from leadflow.conditions import field
        >>> [reading.text() for reading in readings_of((field("city") == "港区") & field("title").is_filled())]
        ['city', 'title']
    """
    return tuple(dict.fromkeys(clause.reading for condition in conditions for clause in clauses(condition)))


def truth_over(condition: Condition, columns: Mapping[Reading, Column], length: int) -> Truth:
    """Return the truth of a condition over columns of what its readings find.

    Args:
        condition: the condition.
        columns: every reading of the condition to (n,) what it finds.
        length: n.

    Returns:
        (n,) int8, the same as ``evaluate`` of a population with these readings.

    Example:
        >>> from leadflow.conditions import field
        >>> wish = field("employees") >= 300
        >>> truth_over(wish, {wish.reading: Column.of([299, 300, None])}, 3).tolist()
        [-1, 1, 0]
    """
    match condition:
        case Clause(reading=reading, test=test):
            column = columns[reading]
            answers = [truth_of(test.holds(value)) for value in column.values]
            table = np.array([*answers, truth_of(test.holds(None))], np.int8)
            truth: Truth = table[np.maximum(column.codes, -1)]
            return truth
        case Not(part=part):
            return -truth_over(part, columns, length)
        case AllOf(parts=parts):
            every = np.full(length, TRUE, np.int8)
            for part in parts:
                every = np.minimum(every, truth_over(part, columns, length))
            return every
        case AnyOf(parts=parts):
            some = np.full(length, FALSE, np.int8)
            for part in parts:
                some = np.maximum(some, truth_over(part, columns, length))
            return some
