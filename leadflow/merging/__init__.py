"""Survivorship: how several source records of one person become one golden lead, and how that is undone."""

from leadflow.merging.golden import GoldenLead, Loser, Provenance
from leadflow.merging.population import Conflict, find_conflicts, merge
from leadflow.merging.rules import (
    Candidate,
    Rule,
    concat,
    custom,
    earliest,
    first_non_empty,
    highest,
    longest,
    lowest,
    most_complete,
    most_frequent,
    most_recent,
    prefer,
    union,
)
from leadflow.merging.strategies import CONSENT_FLAGS, Group, MergeStrategy

__all__ = [
    "CONSENT_FLAGS",
    "Candidate",
    "Conflict",
    "GoldenLead",
    "Group",
    "Loser",
    "MergeStrategy",
    "Provenance",
    "Rule",
    "concat",
    "custom",
    "earliest",
    "find_conflicts",
    "first_non_empty",
    "highest",
    "longest",
    "lowest",
    "merge",
    "most_complete",
    "most_frequent",
    "most_recent",
    "prefer",
    "union",
]
