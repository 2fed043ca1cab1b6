"""One submission, decided at once: who it is, how hot, whose."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs

from leadflow.capture import Captured
from leadflow.engine.evaluation import LIVE, evaluate
from leadflow.engine.identity import resolve_identities
from leadflow.engine.linking import add_consents_of, as_verdicts, relabel
from leadflow.engine.runs import Decision
from leadflow.errors import InputError
from leadflow.matching import FittedMatcher, Index, Match
from leadflow.merging import merge
from leadflow.ports import StoreSession
from leadflow.records import ActivityLog, Event, EventKind, LeadBatch, SourceRecord
from leadflow.records.fields import FIELDS

if TYPE_CHECKING:
    from leadflow.engine.flow import LeadFlow

__all__ = ["LiveIndex", "capture_one"]
