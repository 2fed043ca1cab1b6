"""The main job: lists in, a store and a report out."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import attrs

from leadflow.adapters.export import write_csv
from leadflow.adapters.progress import Progress
from leadflow.adapters.reading import read_activities, read_leads
from leadflow.adapters.stores import open_store
from leadflow.adapters.targets import read_targets
from leadflow.capture import ImportedLeads
from leadflow.capture.synonyms import REJECT_HEADERS
from leadflow.engine import Definition, RunReport
from leadflow.errors import InputError, MissingExtraError
from leadflow.funnel import StagePath
from leadflow.records import ActivityLog
from leadflow.reporting import Hierarchy, build_report, render_html, render_text

__all__ = ["Job", "Outcome", "hierarchy_of", "success_path"]


@attrs.frozen(kw_only=True)
class Outcome:
    """What a job did.

    Attributes:
        run: what changed in the store.
        summary: the report as text.
        store: where the store is.
        report: where the report is.
        problems: one sentence per list that could not be read; the others were.
    """

    run: RunReport
    summary: str
    store: str
    report: Path
    problems: tuple[str, ...] = ()

    def text(self) -> str:
        """Return what a terminal shows at the end."""
        return f"{self.run.text()}\n\n{self.summary}\n\nstore  {self.store}\nreport {self.report}"


@attrs.frozen(kw_only=True)
class Job:
    """Lists and rules in, a store and a report out.

    Attributes:
        lists: files that ``read_leads`` reads.
        definition: the rules.
        activities: activity logs.
        targets: a table of targets for the report.
        store: the store's URL.
        report: where the HTML goes.
        rejects: where refused rows go, or None.
        language: of the report, ``"ja"`` or ``"en"``.
        now: aware; the moment for which everything is decided.
        far_ahead: whether ``now`` may be much later than everything that the store knows, as when a clock tells it.
        since: aware; from when on stages and hand-overs are decided day by day, see ``LeadFlow.ingest``.
    """

    lists: tuple[Path, ...]
    definition: Definition
    activities: tuple[Path, ...] = ()
    targets: Path | None = None
    store: str
    report: Path
    rejects: Path | None = None
    language: str = "ja"
    now: dt.datetime
    far_ahead: bool = False
    since: dt.datetime | None = None

    def perform(self, progress: Progress) -> Outcome:
        """Do the job.

        Args:
            progress: hears how far it has come.

        Returns:
            What it did. A list that cannot be read is a problem in it and does not stop the others.

        Raises:
            InputError: no list could be read, or an activity log or table of targets could not.
            StoreError: the store cannot be used.
        """
        read, problems = self._read(progress)
        if self.lists and not read:
            raise InputError(" ".join(problems))
        imports = tuple(read.values())
        logs = [read_activities(path) for path in self.activities]
        targets = None if self.targets is None else read_targets(self.targets)
        with open_store(self.store) as store:
            progress("deciding", 0, None)
            flow = self.definition.flow(store)
            run = flow.ingest(
                *imports,
                now=self.now,
                activities=ActivityLog.concatenate(logs),
                since=self.since,
                far_ahead=self.far_ahead,
                progress=progress,
            )
            progress("reporting", 0, None)
            with store.snapshot() as reader:
                report = build_report(
                    reader,
                    as_of=self.now,
                    targets=targets,
                    hierarchy=hierarchy_of(self.definition),
                    calendar=None if self.definition.routing is None else self.definition.routing.calendar,
                    fiscal=self.definition.fiscal,
                    stages=success_path(self.definition),
                )
        self.report.write_text(render_html(report, language=self.language), encoding="utf-8")
        if self.rejects is not None:
            write_csv(_rejected(read), self.rejects)
        return Outcome(
            run=run,
            summary=render_text(report, language=self.language),
            store=self.store,
            report=self.report,
            problems=tuple(problems),
        )

    def _read(self, progress: Progress) -> tuple[dict[Path, ImportedLeads], list[str]]:
        imports: dict[Path, ImportedLeads] = {}
        problems = []
        for number, path in enumerate(self.lists):
            progress("reading lists", number, len(self.lists))
            try:
                imports[path] = read_leads(path)
            except (InputError, MissingExtraError) as error:
                problems.append(
                    error.message if path.name in error.message else f"{path.name}: {error.message}"
                )
        progress("reading lists", len(self.lists), len(self.lists))
        return imports, problems


def _rejected(imports: Mapping[Path, ImportedLeads]) -> list[dict[str, str]]:
    """Return the refused rows of all lists; where there are several, a row is named with its list."""
    several = len(imports) > 1
    return [
        {
            name: f"{path.name}, {cell}" if several and name == REJECT_HEADERS[0] else cell
            for name, cell in row.items()
        }
        for path, imported in imports.items()
        for row in imported.rejects.to_dicts()
    ]


def success_path(definition: Definition) -> tuple[str, ...]:
    """Return the stages from the first to success.

    Example:
        >>> success_path(Definition.standard())[0]
        'Lead'
    """
    return tuple(stage.name for stage in definition.funnel.stages if stage.path is StagePath.SUCCESS)


def hierarchy_of(definition: Definition) -> Hierarchy | None:
    """Return the units of a definition's organisation; None when it has no people.

    Example:
        >>> hierarchy_of(Definition.standard()) is None
        True
    """
    if not definition.teams.people:
        return None
    return Hierarchy.from_organisation(
        {**definition.teams.to_dict(), "company": {"name": definition.company}}
    )
