"""Compare leadflow with Splink, GoldenMatch and recordlinkage, and write the results.

``python benchmarks/comparison/run.py FOLDER`` needs ``pip install ".[all,peers]"`` and FOLDER with the
labelled sets (``febrl3/records.csv``, ``febrl3/truth.csv``, …). Every measurement is a process of its own; tools
take turns, and the median of the runs counts. What is measured is kept in ``results.json``, so that a part can be
measured again (``--only speed``) or the text alone be written again (``--only none``). The section "Finding
duplicates" of ``benchmarks/RESULTS.md`` and ``benchmarks/comparison/chart.svg`` are written from it.
"""

import argparse
import datetime as dt
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence

import attrs
from chart import write_chart
from section import write_section

HERE = pathlib.Path(__file__).parent
RESULTS = HERE / "results.json"
PARTS = ("speed", "growth", "accuracy", "japanese", "index")
SETS = ("febrl3", "febrl4", "fake_1000", "restaurant", "orgs_hard", "edinet")
PLAIN = ("--without-numba",)


def main() -> None:
    """Measure the parts that are asked for and write everything anew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=pathlib.Path, nargs="?", help="of the labelled sets, for accuracy")
    parser.add_argument("--only", nargs="*", choices=(*PARTS, "none"), default=PARTS)
    parser.add_argument("--runs", type=int, default=3, help="of each tool in the table of speeds")
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    if "accuracy" in options.only and options.folder is None:
        parser.error("accuracy needs the folder of the labelled sets")
    held = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    for part in PARTS:
        if part in options.only:
            begun = _conditions()
            held[part] = {"rows": _measure(part, options), "from": begun, "to": _conditions()}
            RESULTS.write_text(json.dumps(held, indent=1, ensure_ascii=False) + "\n", "utf-8")
    write_chart(held, HERE / "chart.svg")
    write_section(held, HERE.parent / "RESULTS.md")


def _measure(part: str, options: argparse.Namespace) -> list[dict[str, object]]:
    million, tenth = options.rows, options.rows // 10
    with tempfile.TemporaryDirectory() as made:
        tables = _Tables(pathlib.Path(made))
        if part == "speed":
            large, small = tables.path(million, crowded=True), tables.path(tenth, crowded=True)
            # The first call of a kernel compiles it; it is kept on disk for all later processes.
            _one("leadflow", "speed", small)
            plan = [("leadflow", large, ()), ("leadflow", large, PLAIN), ("splink", large, ())]
            # The other two take minutes for the large one.
            plan += [(tool, small, ()) for tool in ("leadflow", "splink", "recordlinkage", "goldenmatch")]
            return _in_turns(plan, runs=options.runs)
        if part == "growth":
            sizes = (tenth, million, 3 * million)
            plan = [(tool, tables.path(rows), ()) for rows in sizes for tool in ("leadflow", "splink")]
            return _in_turns(plan, runs=1)
        if part == "index":
            return [_one("leadflow", "index", tables.path(million))]
    if part == "accuracy":
        tools = ("leadflow", "splink", "goldenmatch")
        return [
            {"set": name, "tool": tool, **_one(tool, "accuracy", str(options.folder / name))}
            for name in SETS
            for tool in tools
        ]
    return [
        {"seed": seed, **_one("leadflow", "japanese", "10000", "--seed", str(seed))} for seed in (1, 2, 3)
    ]


@attrs.frozen
class _Tables:
    """Tables made by a process of their own, so that making them is in nobody's memory."""

    folder: pathlib.Path

    def path(self, rows: int, *, crowded: bool = False) -> str:
        """Return the file of a table, made when it is asked for first."""
        file = self.folder / f"{rows}{'-crowded' if crowded else ''}.arrow"
        if not file.exists():
            command = [sys.executable, str(HERE.parent / "people.py"), str(rows), str(file)]
            subprocess.run([*command, *(["--crowded"] if crowded else [])], check=True)
        return str(file)


def _in_turns(plan: Sequence[tuple[str, str, tuple[str, ...]]], *, runs: int) -> list[dict[str, object]]:
    """Run every tool once, then every tool again, and give the median run of each."""
    spent: list[list[Mapping[str, object]]] = [[] for _ in plan]
    for _ in range(runs):
        for place, (tool, table, flags) in enumerate(plan):
            spent[place].append(_one(tool, "speed", table, *flags))
    out: list[dict[str, object]] = []
    for (tool, _, flags), told in zip(plan, spent, strict=True):
        well = [each for each in told if "failed" not in each]
        if not well:
            out.append({"tool": tool, "flags": flags, **told[0]})
            continue
        seconds = [float(str(each["seconds"])) for each in well]
        middle = well[seconds.index(statistics.median_low(seconds))]
        out.append({"tool": tool, "flags": flags, **middle, "all": seconds})
    return out


def _one(*arguments: str) -> Mapping[str, object]:
    """Measure in a process of its own; a tool that fails is told as such, not left out."""
    print(*arguments, end=" ", flush=True)
    done = subprocess.run(
        [sys.executable, str(HERE / "one.py"), *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode:
        print("failed", done.stderr.strip().splitlines()[-1:], flush=True)
        return {"failed": done.stderr.strip().splitlines()[-1:]}
    told: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    print(told, flush=True)
    return told


def _conditions() -> dict[str, object]:
    """Say when and where: the load tells what else ran."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    names = [
        line.partition(":")[2].strip()
        for line in pathlib.Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        if line.startswith("model name")
    ]
    return {
        "time": dt.datetime.now(dt.UTC).isoformat(timespec="minutes"),  # noqa: TID251  # when it was measured
        "load": round(os.getloadavg()[0], 1),
        "processor": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "memory": round(memory),
        "python": platform.python_version(),
        "versions": _versions(),
    }


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    out = {}
    for name in (
        "numpy",
        "rapidfuzz",
        "numba",
        "pyarrow",
        "splink",
        "duckdb",
        "goldenmatch",
        "recordlinkage",
    ):
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            out[name] = "absent"
    return out


if __name__ == "__main__":
    main()
