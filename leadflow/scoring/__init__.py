"""Scoring: a pure function of lead, activities, model version and moment, that explains and proves itself.

Example:
    >>> import datetime as dt
    >>> from leadflow.records import Lead
    >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
    >>> ScoringModel.standard().score(Lead(title="取締役", employees=2000, industry="製造業"), [], as_of=now).grade
    'B4'
"""

from leadflow.scoring.grades import Grade
from leadflow.scoring.models import ScoringModel
from leadflow.scoring.rules import Band, Bant, FitRule, Rule, Step, band, rule
from leadflow.scoring.scores import Axis, Limits, Reason, ReasonKind, Score
from leadflow.scoring.signals import Repeat, Signal, signal
from leadflow.scoring.tables import ScoreTable

__all__ = [
    "Axis",
    "Band",
    "Bant",
    "FitRule",
    "Grade",
    "Limits",
    "Reason",
    "ReasonKind",
    "Repeat",
    "Rule",
    "Score",
    "ScoreTable",
    "ScoringModel",
    "Signal",
    "Step",
    "band",
    "rule",
    "signal",
]
