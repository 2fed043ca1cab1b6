"""What the business keeps: leads, source records, activities, events, stages, assignments."""

from leadflow.records.activities import Activity, ActivityLog
from leadflow.records.assignments import Assignment, AssignmentState, Informed, RejectedCandidate
from leadflow.records.batches import LeadBatch
from leadflow.records.events import Event, EventKind
from leadflow.records.fields import FIELDS, FieldKind, FieldSpec
from leadflow.records.golden import GoldenBatch
from leadflow.records.leads import Lead
from leadflow.records.sources import SourceRecord
from leadflow.records.stages import StageHistory, StageInterval

__all__ = [
    "FIELDS",
    "Activity",
    "ActivityLog",
    "Assignment",
    "AssignmentState",
    "Event",
    "EventKind",
    "FieldKind",
    "FieldSpec",
    "GoldenBatch",
    "Informed",
    "Lead",
    "LeadBatch",
    "RejectedCandidate",
    "SourceRecord",
    "StageHistory",
    "StageInterval",
]
