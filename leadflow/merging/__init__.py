"""Survivorship: how several source records of one person become one golden lead, and how that is undone."""

from leadflow.merging.consent import ADDRESS_FIELDS, ConsentLedger, Permission
from leadflow.merging.erasure import (
    alias_of,
    anonymous_assignment,
    anonymous_history,
    erased_references,
    forget,
    readmit,
    returning,
)
from leadflow.merging.golden import GoldenLead, Loser, Provenance, merge_one
from leadflow.merging.population import Conflict, find_conflicts, merge
from leadflow.merging.preview import Change, MergePreview, preview
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
    "ADDRESS_FIELDS",
    "CONSENT_FLAGS",
    "Candidate",
    "Change",
    "Conflict",
    "ConsentLedger",
    "GoldenLead",
    "Group",
    "Loser",
    "MergePreview",
    "MergeStrategy",
    "Permission",
    "Provenance",
    "Rule",
    "alias_of",
    "anonymous_assignment",
    "anonymous_history",
    "concat",
    "custom",
    "earliest",
    "erased_references",
    "find_conflicts",
    "first_non_empty",
    "forget",
    "highest",
    "longest",
    "lowest",
    "merge",
    "merge_one",
    "most_complete",
    "most_frequent",
    "most_recent",
    "prefer",
    "preview",
    "readmit",
    "returning",
    "union",
]
