"""The command line: ``python -m leadflow demo | run | check | report``.

Exit status 0 when all went well, 1 when a check has findings (``report`` checks with ``--check``), 2 for a usage or input error. Errors are one
sentence on standard error; results go to standard output, progress to a terminal only.
"""

import argparse
import datetime as dt
import io
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leadflow.errors import InputError, LeadflowError

if TYPE_CHECKING:
    from leadflow.adapters.jobs import Job

__all__ = ["main"]

_OK, _FINDINGS, _WRONG_INPUT, _STOPPED = 0, 1, 2, 130
_DEMO_SINCE = "2026-04-01T00:00:00+09:00"
_DEMO_NOW = "2026-09-30T18:00:00+09:00"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after the program's name; those of the process by default.

    Returns:
        The exit status.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        status: int = options.command(options)
        sys.stdout.flush()
    except LeadflowError as error:
        place = (
            f"{error.place}: "
            if isinstance(error, InputError) and error.place and error.place not in error.message
            else ""
        )
        print(f"leadflow: {place}{error.message}", file=sys.stderr)
        return _WRONG_INPUT
    except BrokenPipeError:
        # Nobody reads on; what is still in the buffer would be an error when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _OK
    except KeyboardInterrupt:
        print("leadflow: stopped; what was not finished was not stored.", file=sys.stderr)
        return _STOPPED
    except OSError as error:
        print(f"leadflow: {error.filename or 'a file'}: {error.strerror or error}.", file=sys.stderr)
        return _WRONG_INPUT
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m leadflow", description="B2B lead management, from lists to reports."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="run everything on the packaged sample company")
    _outputs(demo)
    demo.set_defaults(command=_demo)

    run = commands.add_parser("run", help="run everything on your own lists")
    run.add_argument(
        "lists", nargs="+", metavar="LIST", type=Path, help="csv, tsv, xlsx, xls, xlsb, ods or jsonl"
    )
    run.add_argument(
        "--definition", type=Path, metavar="FILE", help="your rules as TOML; the standard ones by default"
    )
    run.add_argument(
        "--activities",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="activity log, jsonl or csv",
    )
    run.add_argument("--targets", type=Path, metavar="FILE", help="targets for the report, csv or workbook")
    run.add_argument(
        "--since",
        type=_moment,
        metavar="TIME",
        help="decide day by day from then on, instead of for now alone",
    )
    run.add_argument(
        "--rejects", type=Path, metavar="FILE", help="write refused rows here, to be corrected and read again"
    )
    _outputs(run)
    run.set_defaults(command=_run)

    _report_command(
        commands.add_parser("report", help="report on a store: one page, a workbook, a table or data")
    )

    check = commands.add_parser("check", help="validate a definition: holes, overlaps, unreachable rules")
    check.add_argument("definition", type=Path, metavar="FILE")
    check.set_defaults(command=_check)
    return parser


def _report_command(report: argparse.ArgumentParser) -> None:
    report.add_argument("store", metavar="STORE", help="the store's URL, such as sqlite:///leads.db")
    report.add_argument(
        "--kind",
        default="all",
        metavar="NAME",
        help="one section, such as attainment, funnel, ownership or quality_months; default: %(default)s",
    )
    report.add_argument(
        "--as-of", type=_moment, metavar="TIME", help="ISO time with offset; the present by default"
    )
    report.add_argument(
        "--format",
        choices=("html", "xlsx", "csv", "json", "text"),
        default="text",
        help="default: %(default)s",
    )
    report.add_argument(
        "--out", type=Path, metavar="FILE", help="where it goes; standard output by default, but for xlsx"
    )
    report.add_argument(
        "--definition",
        type=Path,
        metavar="FILE",
        help="organisation, calendar, fiscal year and stages as TOML",
    )
    report.add_argument(
        "--targets", type=Path, metavar="FILE", help="csv or workbook: kpi, period, unit, value"
    )
    report.add_argument(
        "--costs", type=Path, metavar="FILE", help="csv or workbook: name of campaign or origin, cost"
    )
    report.add_argument(
        "--moves",
        type=Path,
        metavar="FILE",
        help="csv or workbook: unit, parent, on: who belongs to whom from which day",
    )
    report.add_argument(
        "--previous",
        type=Path,
        metavar="FILE",
        help="an earlier report as json: says what changed in the past since",
    )
    report.add_argument("--lead-url", default="", metavar="URL", help="a lead's page, with {id} in it")
    report.add_argument("--language", choices=("ja", "en"), default="ja", help="default: %(default)s")
    report.add_argument(
        "--check", action="store_true", help="exit with 1 when something is behind or waits to be done"
    )
    report.set_defaults(command=_report)


def _outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", default="sqlite:///leads.db", metavar="URL", help="default: %(default)s")
    parser.add_argument(
        "--report", type=Path, default=Path("report.html"), metavar="FILE", help="default: %(default)s"
    )
    parser.add_argument(
        "--language", choices=("ja", "en"), default="ja", help="of the report; default: %(default)s"
    )
    parser.add_argument(
        "--now", type=_moment, metavar="TIME", help="ISO time with offset; the present by default"
    )


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("expected an ISO time such as 2026-09-30T18:00:00+09:00") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("the time needs its offset, such as 2026-09-30T18:00:00+09:00")
    return moment


def _demo(options: argparse.Namespace) -> int:
    from leadflow.adapters.definitions import load_definition  # noqa: PLC0415  # --help stays quick
    from leadflow.adapters.jobs import Job  # noqa: PLC0415
    from leadflow.datasets import sample_company  # noqa: PLC0415

    company = sample_company()
    job = Job(
        lists=tuple(company.paths.values()),
        definition=load_definition(company.definition_path),
        activities=(company.activities_path,),
        targets=company.targets_path,
        since=dt.datetime.fromisoformat(_DEMO_SINCE),
        store=options.store,
        report=options.report,
        language=options.language,
        now=options.now or dt.datetime.fromisoformat(_DEMO_NOW),
    )
    return _perform(job)


def _run(options: argparse.Namespace) -> int:
    from leadflow.adapters.clock import SystemClock  # noqa: PLC0415  # --help stays quick
    from leadflow.adapters.definitions import load_definition  # noqa: PLC0415
    from leadflow.adapters.jobs import Job  # noqa: PLC0415
    from leadflow.engine import Definition  # noqa: PLC0415

    job = Job(
        lists=tuple(options.lists),
        definition=load_definition(options.definition) if options.definition else Definition.standard(),
        activities=tuple(options.activities),
        targets=options.targets,
        since=options.since,
        store=options.store,
        report=options.report,
        rejects=options.rejects,
        language=options.language,
        now=options.now or SystemClock().now(),
        far_ahead=options.now is None,
    )
    return _perform(job)


def _perform(job: "Job") -> int:
    from leadflow.adapters.progress import terminal_progress  # noqa: PLC0415  # --help stays quick

    with terminal_progress() as progress:
        outcome = job.perform(progress)
    for problem in outcome.problems:
        print(f"leadflow: {problem}", file=sys.stderr)
    print(outcome.text())
    return _WRONG_INPUT if outcome.problems else _OK


def _report(options: argparse.Namespace) -> int:
    from leadflow.adapters.clock import SystemClock  # noqa: PLC0415  # --help stays quick
    from leadflow.adapters.definitions import load_definition  # noqa: PLC0415
    from leadflow.adapters.progress import terminal_progress  # noqa: PLC0415
    from leadflow.adapters.report_jobs import ReportFormat, ReportJob  # noqa: PLC0415
    from leadflow.engine import Definition  # noqa: PLC0415

    job = ReportJob(
        store=options.store,
        definition=load_definition(options.definition) if options.definition else Definition.standard(),
        as_of=options.as_of or SystemClock().now(),
        kind=options.kind,
        form=ReportFormat(options.format),
        out=options.out,
        targets=options.targets,
        costs=options.costs,
        moves=options.moves,
        previous=options.previous,
        language=options.language,
        lead_url=options.lead_url,
        across=shutil.get_terminal_size().columns if options.out is None and sys.stdout.isatty() else None,
    )
    with terminal_progress() as progress:
        outcome = job.perform(progress)
    sys.stdout.write(outcome.text)
    return _FINDINGS if options.check and outcome.findings else _OK


def _check(options: argparse.Namespace) -> int:
    from leadflow.adapters.definitions import load_definition  # noqa: PLC0415  # --help stays quick

    definition = load_definition(options.definition)
    findings = definition.check()
    for finding in findings:
        print(finding)
    count = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}" if findings else "no findings"
    print(f"{options.definition}: {count}")
    return _FINDINGS if findings else _OK


if __name__ == "__main__":
    sys.exit(main())
