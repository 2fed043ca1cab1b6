"""What the business keeps: leads, source records, activities, events, stages, assignments."""

from leadflow.records.activities import Activity, ActivityLog
from leadflow.records.assignments import Assignment, AssignmentState, Informed, Pause, RejectedCandidate
from leadflow.records.batches import LeadBatch
from leadflow.records.consents import ANY_PURPOSE, Basis, Channel, Consent, ConsentState
from leadflow.records.events import Event, EventBatch, EventKind
from leadflow.records.extracts import Extract, Extracted, StoreTable
from leadflow.records.fields import FIELDS, FieldKind, FieldSpec
from leadflow.records.golden import Golden, GoldenBatch
from leadflow.records.leads import Lead
from leadflow.records.messages import Message
from leadflow.records.origins import Origin
from leadflow.records.sources import SourceRecord
from leadflow.records.stages import StageHistory, StageInterval
from leadflow.records.states import State, StateBatch
from leadflow.records.verdicts import Verdict, VerdictKind

__all__ = [
    "ANY_PURPOSE",
    "FIELDS",
    "Activity",
    "ActivityLog",
    "Assignment",
    "AssignmentState",
    "Basis",
    "Channel",
    "Consent",
    "ConsentState",
    "Event",
    "EventBatch",
    "EventKind",
    "Extract",
    "Extracted",
    "FieldKind",
    "FieldSpec",
    "Golden",
    "GoldenBatch",
    "Informed",
    "Lead",
    "LeadBatch",
    "Message",
    "Origin",
    "Pause",
    "RejectedCandidate",
    "SourceRecord",
    "StageHistory",
    "StageInterval",
    "State",
    "StateBatch",
    "StoreTable",
    "Verdict",
    "VerdictKind",
]
