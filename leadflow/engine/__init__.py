"""The application service that carries a lead through everything, over ports."""

from leadflow.engine.account_matching import AccountMatcher
from leadflow.engine.corrections import correct
from leadflow.engine.decisions import Decision
from leadflow.engine.definitions import Definition
from leadflow.engine.delivery import Delivery
from leadflow.engine.flow import LeadFlow
from leadflow.engine.rebuilding import Rebuilt, rebuild
from leadflow.engine.reviews import ReviewPair
from leadflow.engine.runs import RunReport
from leadflow.engine.stories import Story
from leadflow.engine.ticks import StaleLead, Tick

__all__ = [
    "AccountMatcher",
    "Decision",
    "Definition",
    "Delivery",
    "LeadFlow",
    "Rebuilt",
    "ReviewPair",
    "RunReport",
    "StaleLead",
    "Story",
    "Tick",
    "correct",
    "rebuild",
]
