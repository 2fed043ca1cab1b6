"""Finding the records that are one entity, with reasons.

``dedupe`` and ``link`` need no configuration; ``Matcher`` gives control over comparisons and blocking;
a fitted matcher is data, and its ``index`` answers for one record at a time.
"""

from leadflow.matching import comparisons
from leadflow.matching.blocking import BlockingRule, BlockKey, block_on, key
from leadflow.matching.candidates import BlockingReport, count_candidates
from leadflow.matching.comparison import Comparison
from leadflow.matching.explaining import ComparisonReason, Explanation
from leadflow.matching.labelling import LabelSample
from leadflow.matching.labels import LabelledPairs
from leadflow.matching.matcher import FittedMatcher, Matcher
from leadflow.matching.results import Cluster, DedupeResult, LinkResult, PairTable
from leadflow.matching.verdicts import Verdict
from leadflow.matching.zero import dedupe, link

__all__ = [
    "BlockKey",
    "BlockingReport",
    "BlockingRule",
    "Cluster",
    "Comparison",
    "ComparisonReason",
    "DedupeResult",
    "Explanation",
    "FittedMatcher",
    "LabelSample",
    "LabelledPairs",
    "LinkResult",
    "Matcher",
    "PairTable",
    "Verdict",
    "block_on",
    "comparisons",
    "count_candidates",
    "dedupe",
    "key",
    "link",
]
