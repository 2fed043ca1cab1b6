"""The report as a job of its own: a store in, a page, a workbook, a table, data or text out."""

import csv
import datetime as dt
import enum
import io
import json
from collections.abc import Mapping
from pathlib import Path

import attrs

from leadflow.adapters.export import neutralise
from leadflow.adapters.jobs import hierarchy_of, success_path
from leadflow.adapters.progress import Progress
from leadflow.adapters.stores import open_store
from leadflow.adapters.targets import read_costs, read_moves, read_targets
from leadflow.adapters.workbook import write_workbook
from leadflow.engine import Definition
from leadflow.errors import InputError, UnknownNameError, near_miss
from leadflow.reporting import (
    CompanyReport,
    Hierarchy,
    Report,
    build_report,
    render_html,
    render_section,
    render_text,
)
from leadflow.reporting.changes import Baseline
from leadflow.reporting.company import SECTIONS
from leadflow.reporting.figures import Cell, Language
from leadflow.reporting.headlines import Standing

__all__ = ["ReportFormat", "ReportJob", "ReportOutcome"]

_ALL = "all"


class ReportFormat(enum.StrEnum):
    """How a report comes out.

    Example:
        >>> ReportFormat("xlsx").value
        'xlsx'
    """

    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"
    TEXT = "text"


@attrs.frozen(kw_only=True)
class ReportOutcome:
    """What a report job made.

    Attributes:
        text: what is written to standard output; empty when everything went to a file.
        findings: whether something is behind or waits to be done.
    """

    text: str
    findings: bool


@attrs.frozen(kw_only=True)
class ReportJob:
    """A store and targets in, a report out.

    Attributes:
        store: the store's URL.
        definition: organisation, calendar, fiscal year and stages.
        as_of: aware; what happened later does not count.
        kind: the name of a section, or ``"all"``.
        form: how it comes out.
        out: the file; None for standard output.
        targets: a table of targets.
        costs: a table of costs by campaign or origin.
        moves: a table of who belongs to whom from which day on.
        previous: what an earlier job wrote as JSON with all sections.
        language: ``"ja"`` or ``"en"``.
        lead_url: the address of a lead's page with ``{id}`` in it.
        across: how wide a text may be; as wide as its tables by default.

    Raises:
        UnknownNameError: there is no such section.
        InputError: a workbook needs a file, a table of all sections was asked for, the file would be written over what
            the report is read from or into no folder, or the address of leads has no place for the id.
    """

    store: str
    definition: Definition
    as_of: dt.datetime
    kind: str = _ALL
    form: ReportFormat = ReportFormat.TEXT
    out: Path | None = None
    targets: Path | None = None
    costs: Path | None = None
    moves: Path | None = None
    previous: Path | None = None
    language: Language = "ja"
    lead_url: str = ""
    across: int | None = None

    def __attrs_post_init__(self) -> None:
        known = (_ALL, *SECTIONS)
        if self.kind not in known:
            raise UnknownNameError(
                f"There is no report '{self.kind[:40]}'.{near_miss(self.kind, known)} Known: {', '.join(known)}."
            )
        if self.form is ReportFormat.XLSX and self.out is None:
            raise InputError("A workbook needs a file to be written to: give --out report.xlsx.")
        if self.form is ReportFormat.CSV and self.kind == _ALL:
            raise InputError("A CSV file holds one table: choose one with --kind, such as --kind attainment.")
        if self.lead_url and not (
            self.lead_url.startswith(("http://", "https://")) and "{id}" in self.lead_url
        ):
            raise InputError(
                "The address of a lead's page needs http or https and the place of the id: "
                "write it like https://crm.example/lead/{id}."
            )
        if self.moves is not None and not self.definition.teams.people:
            raise InputError("Moves need an organisation in which they happen: give --definition with one.")
        if self.out is not None:
            self._check_out(self.out)

    def _check_out(self, out: Path) -> None:
        """Refuse a file that cannot be written or is read, before long work is done."""
        if out.is_dir() or not out.parent.is_dir():
            raise InputError(
                f"The report cannot be written to {out}: name a file in a folder that is there with --out."
            )
        store = Path(self.store.partition(":///")[2].partition("?")[0])
        for read in (store, self.targets, self.costs, self.moves):
            if read is not None and out.exists() and read.exists() and out.samefile(read):
                raise InputError(
                    f"The report would be written over {out}, which it is read from: name another file with --out."
                )

    def perform(self, progress: Progress) -> ReportOutcome:
        """Compute the report and write it.

        Args:
            progress: hears how far it has come.

        Raises:
            InputError: a file cannot be read or written.
            StoreError: the store cannot be used.
        """
        report = self._built(progress)
        progress("writing", 0, None)
        text = self._written(report)
        findings = any(
            one.standing in {Standing.BEHIND, Standing.NEAR, Standing.DO} for one in report.headline
        )
        if self.out is None or self.form is ReportFormat.XLSX:
            return ReportOutcome(text=text, findings=findings)
        signed = self.form is ReportFormat.CSV  # by its signature a spreadsheet recognises UTF-8
        encoding = "utf-8-sig" if signed else "utf-8"
        self.out.write_text(text, encoding=encoding, errors="replace", newline="")
        return ReportOutcome(text="", findings=findings)

    def _built(self, progress: Progress) -> CompanyReport:
        steps: list[str] = []

        def step(name: str) -> None:
            steps.append(name)
            progress(name, len(steps), None)

        previous = None if self.previous is None else _baseline(self.previous)
        targets = None if self.targets is None else read_targets(self.targets)
        costs: Mapping[str, float] = {} if self.costs is None else read_costs(self.costs)
        definition = self.definition
        hierarchy = hierarchy_of(definition)
        if hierarchy is not None and self.moves is not None:
            hierarchy = Hierarchy(units=hierarchy.units, moves=read_moves(self.moves))
        with open_store(self.store, create=False) as store, store.snapshot() as reader:
            return build_report(
                reader,
                as_of=self.as_of,
                targets=targets,
                hierarchy=hierarchy,
                calendar=None if definition.routing is None else definition.routing.calendar,
                fiscal=definition.fiscal,
                stages=success_path(definition),
                costs=costs,
                previous=previous,
                progress=step,
            )

    def _written(self, report: CompanyReport) -> str:
        whole = self.kind == _ALL
        match self.form:
            case ReportFormat.HTML:
                if whole:
                    return render_html(report, language=self.language, lead_url=self.lead_url)
                return render_section(report, self.kind, language=self.language, lead_url=self.lead_url)
            case ReportFormat.XLSX:
                assert self.out is not None, "checked when the job was made"  # noqa: S101  # for the type checker
                write_workbook(
                    report, self.out, language=self.language, sections=None if whole else (self.kind,)
                )
                return ""
            case ReportFormat.CSV:
                return _csv(report[self.kind])
            case ReportFormat.JSON:
                data = report.to_dict()
                if not whole:
                    sections = data["sections"]
                    assert isinstance(sections, dict), "by to_dict"  # noqa: S101  # for the type checker
                    return json.dumps(sections[self.kind], ensure_ascii=False, indent=1) + "\n"
                return json.dumps(data, ensure_ascii=False) + "\n"
            case ReportFormat.TEXT:
                if whole:
                    return render_text(report, language=self.language, across=self.across) + "\n"
                return report[self.kind].text(language=self.language, across=self.across) + "\n"


def _csv(section: Report) -> str:
    """Return a section with the names in code, which a program can count on in either language."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(section.names)
    writer.writerows([_cell(cell) for cell in row.values()] for row in section)
    return stream.getvalue()


def _cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case dt.date():
            return cell.isoformat()
        case str():
            return neutralise(cell)
        case _:
            return str(cell)


def _baseline(path: Path) -> Baseline:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"The earlier report cannot be read: {error.strerror}.", place=path.name) from None
    except ValueError:
        raise InputError(
            "The earlier report is no JSON: give the file that `leadflow report --format json` wrote.",
            place=path.name,
        ) from None
    return Baseline.from_dict(data.get("baseline") if isinstance(data, dict) else None)
