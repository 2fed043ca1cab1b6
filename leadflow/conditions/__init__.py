"""One condition language for scoring, stages, routing, lists and suppression.

A condition is a small frozen tree. It is asked of one lead (``holds``, ``explain``) or of a whole
population (``evaluate``) with one result; it is written in Python, as plain data, or as text.

Example:
    >>> import datetime as dt
    >>> from leadflow.records import Lead
    >>> hot = field("title").contains_any("部長", "取締役") & (field("employees") >= 300)
    >>> hot.text()
    'title contains any of ["部長", "取締役"] and employees >= 300'
    >>> someone = Subject(lead=Lead(title="課長", employees=500), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
    >>> print(hot.explain(someone).text())
    no: title contains any of ["部長", "取締役"] and employees >= 300
      no: title contains any of ["部長", "取締役"] (is 課長)
      yes: employees >= 300 (is 500)
"""

from leadflow.conditions.builders import ActivityRef, ValueRef, activity, field, grade, score, stage
from leadflow.conditions.data import condition_from_data, condition_to_data
from leadflow.conditions.parsing import parse_condition
from leadflow.conditions.population import Population, Subject
from leadflow.conditions.tree import (
    AllOf,
    AnyOf,
    Clause,
    Condition,
    Explanation,
    Not,
    all_of,
    always,
    any_of,
    clauses,
)
from leadflow.conditions.truth import FALSE, TRUE, UNKNOWN, Truth

__all__ = [
    "FALSE",
    "TRUE",
    "UNKNOWN",
    "ActivityRef",
    "AllOf",
    "AnyOf",
    "Clause",
    "Condition",
    "Explanation",
    "Not",
    "Population",
    "Subject",
    "Truth",
    "ValueRef",
    "activity",
    "all_of",
    "always",
    "any_of",
    "clauses",
    "condition_from_data",
    "condition_to_data",
    "field",
    "grade",
    "parse_condition",
    "score",
    "stage",
]
