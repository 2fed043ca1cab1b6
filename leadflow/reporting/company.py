"""The report of a company: every section as of one moment, read from a store once."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

import attrs

from leadflow.accelerate import collecting_rarely
from leadflow.calendars import BusinessCalendar, FiscalCalendar, PeriodKind
from leadflow.errors import InputError, NotFoundError, UnknownNameError, near_miss
from leadflow.ports import StoreReader
from leadflow.records.batches import to_seconds
from leadflow.reporting.attainment import Attainment, attainment_report
from leadflow.reporting.campaigns import campaigns_report, check_costs, origins_report, unused_costs
from leadflow.reporting.changes import Baseline, changes_report
from leadflow.reporting.facts import Facts
from leadflow.reporting.flows import STAGES, Funnelled, cohort_report, flow_report, funnel_report
from leadflow.reporting.headlines import Finding, doubtful_amount, findings
from leadflow.reporting.hierarchies import UNASSIGNED, Hierarchy
from leadflow.reporting.holdings import DIMENSIONS, Holdings, Scope
from leadflow.reporting.kpis import STANDARD_KPIS, Kpi, Ratio, check_kpis
from leadflow.reporting.origin_months import won_origins_report
from leadflow.reporting.ownership import (
    HandOvers,
    declined_report,
    follow_up_report,
    overdue_report,
    ownership_report,
)
from leadflow.reporting.plausibility import PlausibilityRules, corrections_report, plausibility_report
from leadflow.reporting.plots import with_plots
from leadflow.reporting.quality import completeness_report, duplicates_report, quality_report, rejects_report
from leadflow.reporting.quality_months import quality_months_report
from leadflow.reporting.reports import Report
from leadflow.reporting.shortfalls import shortfall_by_stage
from leadflow.reporting.targets import Targets
from leadflow.reporting.trends import trend_report
from leadflow.reporting.views import View

__all__ = ["SECTIONS", "CompanyReport", "build_report", "report_of"]

SECTIONS: Final = (
    "attainment",
    "trend",
    "shortfall",
    "funnel",
    "flow",
    "cohorts",
    "ownership",
    "overdue",
    "follow_up",
    "declined",
    "origins",
    "won_origins",
    "campaigns",
    "quality",
    "quality_months",
    "rejects",
    "completeness",
    "duplicates",
    "plausibility",
    "corrections",
    "changes",
)
"""The names of the sections, in the order in which they are read."""

_YEARS: Final = (1900, 9900)
"""The moments of which there can be a report, with the periods around them."""

Progress: TypeAlias = Callable[[str], None]
"""Told the name of each step before it begins."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class CompanyReport:
    """Every section of a report as of one moment.

    Attributes:
        company: the name of the company.
        as_of: aware; what happened later does not count.
        headline: what is behind, what is well, what to do today.
        sections: the reports by name, in the order in which they are read.
        attainment: the figures by unit and day, for further questions.
        facts: what was read from the store, for further questions.
    """

    company: str
    as_of: dt.datetime
    headline: tuple[Finding, ...]
    sections: Mapping[str, Report]
    attainment: Attainment
    facts: Facts

    @property
    def baseline(self) -> Baseline:
        """The figures by day, for a later report to say what changed in the past since.

        Example:
            >>> from leadflow.reporting.specimen import specimen_report
            >>> specimen_report().baseline
            <Baseline of 10 figures as of 2026-07-15T18:00:00+09:00>
        """
        return Baseline.of(self.attainment)

    def lead_ids(
        self, kpi: str, *, unit: str | None = None, period: PeriodKind = PeriodKind.QUARTER
    ) -> tuple[str, ...]:
        """Return the leads behind a figure of the attainment, up to the moment of the report.

        Args:
            kpi: a counted KPI's name.
            unit: whose; the whole company's by default.
            period: of which period.

        Raises:
            NotFoundError: there is no such KPI.
            UnknownNameError: there is no such unit.

        Example:
            >>> from leadflow.reporting.specimen import specimen_report
            >>> specimen_report().lead_ids("mqls")
            ('L1', 'L2')
        """
        if kpi not in self.attainment.happenings:
            raise NotFoundError(
                f"There is no counted KPI '{kpi}'.{near_miss(kpi, self.attainment.happenings)}"
            )
        start = self.attainment.fiscal.period(period, self.attainment.today).start
        end = self.attainment.today + dt.timedelta(days=1)
        return self.attainment.lead_ids(kpi, unit or self.attainment.hierarchy.top, start, end)

    def to_dict(self) -> dict[str, object]:
        """Return everything as plain data: texts, numbers, lists and tables.

        Example:
            >>> from leadflow.reporting.specimen import specimen_report
            >>> specimen_report().to_dict()["sections"]["rejects"]
            [{'source': '展示会', 'reason': 'no name', 'count': 1}]
        """
        return {
            "company": self.company,
            "as_of": self.as_of.isoformat(),
            "baseline": self.baseline.to_dict(),
            "headline": [
                {"standing": one.standing.value, "ja": one.text.ja, "en": one.text.en, "section": one.section}
                for one in self.headline
            ],
            "sections": {
                name: [
                    {
                        key: cell.isoformat() if isinstance(cell, dt.date) else cell
                        for key, cell in row.items()
                    }
                    for row in report.to_dicts()
                ]
                for name, report in self.sections.items()
            },
        }

    def __getitem__(self, name: str) -> Report:
        if name not in self.sections:
            raise UnknownNameError(f"The report has no section '{name}'.{near_miss(name, self.sections)}")
        return self.sections[name]

    def __repr__(self) -> str:
        return f"<CompanyReport as of {self.as_of.isoformat()}: {', '.join(self.sections)}>"


def build_report(
    reader: StoreReader,
    *,
    as_of: dt.datetime,
    targets: Targets | None = None,
    hierarchy: Hierarchy | None = None,
    calendar: BusinessCalendar | None = None,
    fiscal: FiscalCalendar | None = None,
    kpis: Sequence[Kpi | Ratio] = STANDARD_KPIS,
    stages: Sequence[str] = STAGES,
    costs: Mapping[str, float] | None = None,
    plausibility: PlausibilityRules | None = None,
    previous: Baseline | None = None,
    dimensions: Sequence[str] = DIMENSIONS,
    holdings: Holdings | None = None,
    progress: Progress | None = None,
) -> CompanyReport:
    """Compute every report of a company from one consistent view of its store.

    Args:
        reader: the store, as of one moment.
        as_of: aware; what happened later does not count, so that an old report can be computed again.
        targets: what was to be reached; none by default.
        hierarchy: the units; everybody who acted or owns, directly below the company, by default.
        calendar: working days, business hours and the time zone whose days count; Japan's by default.
        fiscal: fiscal periods; years from April by default.
        kpis: what people are measured by.
        stages: the stages from the first to success; others are listed after them.
        costs: campaign or origin to yen; one that is not there has an unknown cost.
        plausibility: when a value needs a check.
        previous: the ``baseline`` of an earlier report: the section ``changes`` says what is different in its days.
        dimensions: the fields of leads by which changes can be split.
        holdings: those of an earlier report of the same store, ``report.facts.holdings``: only what was written since
            is read, and the report is the same.
        progress: told the name of each step before it begins.

    Raises:
        InputError: ``as_of`` has no time zone, or lies beyond 1900 to 9900.
        DefinitionError: KPIs or targets contradict each other or the hierarchy, or a cost is no number of zero or more.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore().snapshot() as reader:
        ...     report = build_report(reader, as_of=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC))
        >>> report["funnel"].to_dicts()
        []
    """
    _check(kpis, costs, as_of)
    calendar = BusinessCalendar.japan() if calendar is None else calendar
    scope = Scope.of(kpis, dimensions=dimensions)
    with collecting_rarely():
        held = (
            Holdings.read(reader, scope, progress=progress)
            if holdings is None or not holdings.scope.covers(scope)
            else holdings.refreshed(reader, progress=progress)
        )
        held = held.with_terms(reader, View(holdings=held, now=to_seconds(as_of)).answered_since())
        return report_of(
            Facts.of(held, as_of=as_of, time_zone=calendar.time_zone),
            targets=targets,
            hierarchy=hierarchy,
            calendar=calendar,
            fiscal=fiscal,
            kpis=kpis,
            stages=stages,
            costs=costs,
            plausibility=plausibility,
            previous=previous,
            progress=progress,
        )


def _check(kpis: Sequence[Kpi | Ratio], costs: Mapping[str, float] | None, as_of: dt.datetime) -> None:
    if as_of.tzinfo is None:
        raise InputError("`as_of` must have a time zone: pass an aware datetime.")
    if not _YEARS[0] <= as_of.year <= _YEARS[1]:
        raise InputError(f"`as_of` lies in the year {as_of.year}; expected {_YEARS[0]} to {_YEARS[1]}.")
    check_kpis(kpis)
    check_costs(costs or {})


def report_of(
    facts: Facts,
    *,
    targets: Targets | None = None,
    hierarchy: Hierarchy | None = None,
    calendar: BusinessCalendar | None = None,
    fiscal: FiscalCalendar | None = None,
    kpis: Sequence[Kpi | Ratio] = STANDARD_KPIS,
    stages: Sequence[str] = STAGES,
    costs: Mapping[str, float] | None = None,
    plausibility: PlausibilityRules | None = None,
    previous: Baseline | None = None,
    progress: Progress | None = None,
) -> CompanyReport:
    """Compute every report of a company from what was read from its store; ``build_report`` explains the rest.

    Args:
        facts: what was read, as of its moment.
        targets: what was to be reached.
        hierarchy: the units.
        calendar: working days and business hours; in the time zone of the facts.
        fiscal: fiscal periods.
        kpis: what people are measured by.
        stages: the stages from the first to success.
        costs: campaign or origin to yen.
        plausibility: when a value needs a check.
        previous: the ``baseline`` of an earlier report.
        progress: told the name of each step before it begins.

    Raises:
        DefinitionError: KPIs or targets contradict each other or the hierarchy, or a cost is no number of zero or more.

    Example:
        >>> from leadflow.reporting.specimen import specimen_facts
        >>> report_of(specimen_facts())["funnel"]["reached"]
        (3, 2, 1)
    """
    _check(kpis, costs, facts.as_of)
    tell: Progress = progress or (lambda _: None)
    calendar = BusinessCalendar.japan() if calendar is None else calendar
    fiscal = FiscalCalendar() if fiscal is None else fiscal
    hierarchy = _everybody(facts) if hierarchy is None else hierarchy
    tell("attainment")
    attainment = Attainment.of(
        facts, kpis=kpis, targets=targets or Targets(), hierarchy=hierarchy, calendar=calendar, fiscal=fiscal
    )
    tell("funnel")
    funnel = Funnelled.of(facts, stages)
    given = HandOvers.of(facts, hierarchy=hierarchy, calendar=calendar)
    tell("sections")
    sections = _sections(
        attainment,
        funnel,
        given,
        calendar=calendar,
        costs=costs or {},
        plausibility=plausibility,
        previous=previous,
    )
    return CompanyReport(
        company=hierarchy.unit(hierarchy.top).name,
        as_of=facts.as_of,
        headline=_headline(attainment, facts, sections),
        sections=sections,
        attainment=attainment,
        facts=facts,
    )


def _headline(attainment: Attainment, facts: Facts, sections: Mapping[str, Report]) -> tuple[Finding, ...]:
    return findings(
        attainment,
        facts,
        overdue=sections["overdue"],
        ownership=sections["ownership"],
        implausible=sections["plausibility"],
        changes=sections["changes"],
    )


def _sections(
    attainment: Attainment,
    funnel: Funnelled,
    given: HandOvers,
    *,
    calendar: BusinessCalendar,
    costs: Mapping[str, float],
    plausibility: PlausibilityRules | None,
    previous: Baseline | None,
) -> dict[str, Report]:
    """Return every section by name, in the order in which they are read."""
    facts = given.facts
    reports = (
        attainment_report(attainment),
        trend_report(attainment),
        shortfall_by_stage(facts, fiscal=attainment.fiscal, calendar=calendar),
        funnel_report(funnel),
        flow_report(funnel, fiscal=attainment.fiscal),
        cohort_report(funnel, fiscal=attainment.fiscal),
        ownership_report(given),
        overdue_report(given),
        follow_up_report(given, funnel.stages),
        declined_report(given),
        origins_report(facts, costs=costs),
        won_origins_report(facts, fiscal=attainment.fiscal),
        campaigns_report(facts, costs=costs),
        quality_report(facts),
        quality_months_report(facts, fiscal=attainment.fiscal),
        rejects_report(facts),
        completeness_report(facts),
        duplicates_report(facts),
        plausibility_report(facts, plausibility),
        corrections_report(facts),
        changes_report(attainment, facts, previous),
    )
    implausible = next(report for report in reports if report.name == "plausibility")
    quarter = attainment.fiscal.period(PeriodKind.QUARTER, attainment.today)

    def doubtful(kpi: Kpi | Ratio) -> float:
        return doubtful_amount(attainment, facts, kpi, quarter, implausible)

    sections = {report.name: with_plots(report, attainment, doubtful=doubtful) for report in reports}
    said = unused_costs(costs, sections["campaigns"], sections["origins"])
    for name in ("campaigns", "origins") if said else ():
        sections[name] = attrs.evolve(sections[name], notes=(*sections[name].notes, *said))
    return sections


def _everybody(facts: Facts) -> Hierarchy:
    """Return a flat company of everybody who acted or owns a lead."""
    by = facts.activities.attributes.get("by")
    acted = () if by is None else (str(value) for value in by.values)
    owners = (str(value) for value in facts.offers.owners.values)
    taken = {"", "company", UNASSIGNED}
    return Hierarchy.flat([name for name in sorted({*acted, *owners}) if name not in taken])
