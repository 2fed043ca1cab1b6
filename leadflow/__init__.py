"""leadflow: B2B lead management as an embeddable library.

Everything between *a form was submitted, a list arrived* and *one named salesperson accepted the lead,
and the numbers say what worked*. Names are loaded when they are first used: importing ``leadflow`` loads
neither numpy nor any optional library.

Example:
    >>> import leadflow as lf
    >>> lf.Lead(company="日立製作所", title="部長").title
    '部長'
"""

from importlib import import_module
from typing import TYPE_CHECKING

from leadflow.accelerate import HELPERS

if TYPE_CHECKING:
    from leadflow.adapters.definitions import load_definition
    from leadflow.adapters.reading import read_activities, read_leads
    from leadflow.adapters.stores import open_store
    from leadflow.calendars import (
        BusinessCalendar,
        FiscalCalendar,
        business_days,
        business_hours,
        days,
        hours,
        minutes,
        weeks,
    )
    from leadflow.capture import Form
    from leadflow.engine import Decision, LeadFlow, RunReport
    from leadflow.errors import (
        AmbiguousInputWarning,
        DefinitionError,
        EncodingError,
        InputError,
        InvalidValueError,
        LeadflowError,
        LeadflowWarning,
        MissingExtraError,
        NotFoundError,
        StateError,
        StoreError,
        SuspiciousValueWarning,
        TransitionError,
        UnknownNameError,
        UnreadableFileError,
        VerdictConflictError,
    )
    from leadflow.funnel import Funnel, FunnelStage
    from leadflow.matching import Matcher, dedupe, link
    from leadflow.merging import (
        GoldenLead,
        MergeStrategy,
        concat,
        earliest,
        first_non_empty,
        highest,
        longest,
        lowest,
        merge,
        most_complete,
        most_frequent,
        most_recent,
        prefer,
        union,
    )
    from leadflow.records import Activity, ActivityLog, Assignment, Event, Lead, LeadBatch, SourceRecord
    from leadflow.routing import RoutingPolicy, Sla, by_account, by_area, by_product, by_solution
    from leadflow.scoring import Grade, ScoringModel, rule, signal

_HOMES = {
    "leadflow.adapters.definitions": ("load_definition",),
    "leadflow.adapters.reading": ("read_activities", "read_leads"),
    "leadflow.adapters.stores": ("open_store",),
    "leadflow.calendars": (
        "BusinessCalendar", "FiscalCalendar", "business_days", "business_hours", "days", "hours", "minutes", "weeks",
    ),
    "leadflow.capture": ("Form",),
    "leadflow.engine": ("Decision", "LeadFlow", "RunReport"),
    "leadflow.errors": (
        "AmbiguousInputWarning", "DefinitionError", "EncodingError", "InputError", "InvalidValueError", "LeadflowError",
        "LeadflowWarning", "MissingExtraError", "NotFoundError", "StateError", "StoreError", "SuspiciousValueWarning",
        "TransitionError", "UnknownNameError", "UnreadableFileError", "VerdictConflictError",
    ),
    "leadflow.funnel": ("Funnel", "FunnelStage"),
    "leadflow.matching": ("Matcher", "dedupe", "link"),
    "leadflow.merging": (
        "GoldenLead", "MergeStrategy", "concat", "earliest", "first_non_empty", "highest", "longest", "lowest", "merge",
        "most_complete", "most_frequent", "most_recent", "prefer", "union",
    ),
    "leadflow.records": ("Activity", "ActivityLog", "Assignment", "Event", "Lead", "LeadBatch", "SourceRecord"),
    "leadflow.routing": ("RoutingPolicy", "Sla", "by_account", "by_area", "by_product", "by_solution"),
    "leadflow.scoring": ("Grade", "ScoringModel", "rule", "signal"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"

__all__ = [
    "Activity",
    "ActivityLog",
    "AmbiguousInputWarning",
    "Assignment",
    "BusinessCalendar",
    "Decision",
    "DefinitionError",
    "EncodingError",
    "Event",
    "FiscalCalendar",
    "Form",
    "Funnel",
    "FunnelStage",
    "GoldenLead",
    "Grade",
    "InputError",
    "InvalidValueError",
    "Lead",
    "LeadBatch",
    "LeadFlow",
    "LeadflowError",
    "LeadflowWarning",
    "Matcher",
    "MergeStrategy",
    "MissingExtraError",
    "NotFoundError",
    "RoutingPolicy",
    "RunReport",
    "ScoringModel",
    "Sla",
    "SourceRecord",
    "StateError",
    "StoreError",
    "SuspiciousValueWarning",
    "TransitionError",
    "UnknownNameError",
    "UnreadableFileError",
    "VerdictConflictError",
    "__version__",
    "business_days",
    "business_hours",
    "by_account",
    "by_area",
    "by_product",
    "by_solution",
    "concat",
    "days",
    "dedupe",
    "earliest",
    "first_non_empty",
    "highest",
    "hours",
    "link",
    "load_definition",
    "longest",
    "lowest",
    "merge",
    "minutes",
    "most_complete",
    "most_frequent",
    "most_recent",
    "open_store",
    "prefer",
    "read_activities",
    "read_leads",
    "rule",
    "signal",
    "union",
    "weeks",
]


HELPERS.start = lambda functions: import_module("leadflow.adapters.helpers").start(functions)
HELPERS.most = lambda: import_module("leadflow.adapters.helpers").how_many()


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        from leadflow.errors import near_miss  # noqa: PLC0415  # only a misspelt name pays for it

        raise AttributeError(f"leadflow has no '{name}'.{near_miss(name, _HOME_OF)}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
