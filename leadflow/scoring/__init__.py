"""Scoring: a pure function of lead, activities, model version and moment, that explains and proves itself.

Example:
    >>> import datetime as dt
    >>> from leadflow.records import Lead
    >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
    >>> ScoringModel.standard().score(Lead(title="取締役", employees=2000, industry="製造業"), [], as_of=now).grade
    'B4'
"""

from leadflow.scoring.accounts import AccountRule, AccountTable, Combine, score_accounts
from leadflow.scoring.advice import Advice, Change, what_would_make
from leadflow.scoring.bayes import Smoothing
from leadflow.scoring.calibration import Calibration, Isotonic, Platt
from leadflow.scoring.comparison import Comparison, compare_scores
from leadflow.scoring.crossings import Crossing, Direction, crossings
from leadflow.scoring.differences import ModelChange, ModelDifference, diff
from leadflow.scoring.drift import Drift, drift, population_stability
from leadflow.scoring.features import Feature, FeatureKind, feature
from leadflow.scoring.grades import Grade
from leadflow.scoring.learned import Contribution, FittedScoring, LearnedScoring, Method
from leadflow.scoring.metrics import Interval, average_precision, brier_score, log_loss, roc_auc
from leadflow.scoring.models import ScoringModel
from leadflow.scoring.proof import BackTest, TimeSplit, back_test, time_split
from leadflow.scoring.rules import Band, Bant, FitRule, Rule, Step, band, rule
from leadflow.scoring.scorers import Blend, EstimatorScorer, RuleScorer, Scorer
from leadflow.scoring.scores import Axis, Limits, Reason, ReasonKind, Score
from leadflow.scoring.shadows import AreaChange, ShadowRun, shadow_run
from leadflow.scoring.signals import Repeat, Signal, signal
from leadflow.scoring.tables import ScoreTable

__all__ = [
    "AccountRule",
    "AccountTable",
    "Advice",
    "AreaChange",
    "Axis",
    "BackTest",
    "Band",
    "Bant",
    "Blend",
    "Calibration",
    "Change",
    "Combine",
    "Comparison",
    "Contribution",
    "Crossing",
    "Direction",
    "Drift",
    "EstimatorScorer",
    "Feature",
    "FeatureKind",
    "FitRule",
    "FittedScoring",
    "Grade",
    "Interval",
    "Isotonic",
    "LearnedScoring",
    "Limits",
    "Method",
    "ModelChange",
    "ModelDifference",
    "Platt",
    "Reason",
    "ReasonKind",
    "Repeat",
    "Rule",
    "RuleScorer",
    "Score",
    "ScoreTable",
    "Scorer",
    "ScoringModel",
    "ShadowRun",
    "Signal",
    "Smoothing",
    "Step",
    "TimeSplit",
    "average_precision",
    "back_test",
    "band",
    "brier_score",
    "compare_scores",
    "crossings",
    "diff",
    "drift",
    "feature",
    "log_loss",
    "population_stability",
    "roc_auc",
    "rule",
    "score_accounts",
    "shadow_run",
    "signal",
    "time_split",
    "what_would_make",
]
