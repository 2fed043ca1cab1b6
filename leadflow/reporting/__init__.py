"""Reports that people act on: targets, attainment, follow-up, and why."""

from leadflow.reporting.attainment import Attainment
from leadflow.reporting.changes import Baseline
from leadflow.reporting.company import CompanyReport, build_report, report_of
from leadflow.reporting.figures import ColumnKind
from leadflow.reporting.headlines import Finding, Standing
from leadflow.reporting.hierarchies import UNASSIGNED, Hierarchy, Move, Unit
from leadflow.reporting.holdings import Holdings
from leadflow.reporting.kpis import (
    STANDARD_KPIS,
    Activities,
    Captured,
    HandOverEvents,
    Kpi,
    Measure,
    Ratio,
    StageEntries,
    Unitary,
)
from leadflow.reporting.pages import render_html, render_section
from leadflow.reporting.plausibility import PlausibilityRules
from leadflow.reporting.reminders import reminders
from leadflow.reporting.reports import Report
from leadflow.reporting.shortfalls import shortfall_by_field, shortfall_by_stage, shortfall_by_unit
from leadflow.reporting.summaries import render_text
from leadflow.reporting.targets import Target, Targets
from leadflow.reporting.words import Words

__all__ = [
    "STANDARD_KPIS",
    "UNASSIGNED",
    "Activities",
    "Attainment",
    "Baseline",
    "Captured",
    "ColumnKind",
    "CompanyReport",
    "Finding",
    "HandOverEvents",
    "Hierarchy",
    "Holdings",
    "Kpi",
    "Measure",
    "Move",
    "PlausibilityRules",
    "Ratio",
    "Report",
    "StageEntries",
    "Standing",
    "Target",
    "Targets",
    "Unit",
    "Unitary",
    "Words",
    "build_report",
    "reminders",
    "render_html",
    "render_section",
    "render_text",
    "report_of",
    "shortfall_by_field",
    "shortfall_by_stage",
    "shortfall_by_unit",
]
