"""Routing: exactly one accountable owner for every lead, in time, for stated reasons."""

from leadflow.routing.accounts import Account, AccountBook, AccountMatch
from leadflow.routing.areas import employees, industry, interest, place
from leadflow.routing.checks import CheckReport, Finding, FindingKind
from leadflow.routing.cuts import Cut, CutKind, Territory, by_account, by_area, by_product, by_solution
from leadflow.routing.digests import Digest, digests
from leadflow.routing.handovers import accept, close, decline, expire, follow_up, offered, pause, resume
from leadflow.routing.ladders import DueStep, deadline_of, due_steps, recompute_deadlines, take_step
from leadflow.routing.offers import Offers
from leadflow.routing.people import Absence, Capacity, Person
from leadflow.routing.plans import Need
from leadflow.routing.policies import RoutingPolicy
from leadflow.routing.replays import ReplayReport
from leadflow.routing.slas import EscalationAction, EscalationStep, Sla, pool, reassign, remind, supervisor
from leadflow.routing.states import RoutingState
from leadflow.routing.teams import Department, Product, Team, Teams

__all__ = [
    "Absence",
    "Account",
    "AccountBook",
    "AccountMatch",
    "Capacity",
    "CheckReport",
    "Cut",
    "CutKind",
    "Department",
    "Digest",
    "DueStep",
    "EscalationAction",
    "EscalationStep",
    "Finding",
    "FindingKind",
    "Need",
    "Offers",
    "Person",
    "Product",
    "ReplayReport",
    "RoutingPolicy",
    "RoutingState",
    "Sla",
    "Team",
    "Teams",
    "Territory",
    "accept",
    "by_account",
    "by_area",
    "by_product",
    "by_solution",
    "close",
    "deadline_of",
    "decline",
    "digests",
    "due_steps",
    "employees",
    "expire",
    "follow_up",
    "industry",
    "interest",
    "offered",
    "pause",
    "place",
    "pool",
    "reassign",
    "recompute_deadlines",
    "remind",
    "resume",
    "supervisor",
    "take_step",
]
