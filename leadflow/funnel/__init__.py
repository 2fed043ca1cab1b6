"""The funnel: stages, the ways between them, histories, and metrics that reconcile."""

from leadflow.funnel.changes import StageChange, StageChanges
from leadflow.funnel.funnels import Funnel
from leadflow.funnel.histories import business_time_in_stage, entries, time_in_stage
from leadflow.funnel.stage_logs import StageLog
from leadflow.funnel.stages import FunnelStage, StageKind, StagePath
from leadflow.funnel.tables import MetricTable
from leadflow.funnel.transitions import Transition

__all__ = [
    "Funnel",
    "FunnelStage",
    "MetricTable",
    "StageChange",
    "StageChanges",
    "StageKind",
    "StageLog",
    "StagePath",
    "Transition",
    "business_time_in_stage",
    "entries",
    "time_in_stage",
]
