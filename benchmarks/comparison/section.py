"""Writing the section "Finding duplicates" of the measured results."""

import pathlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["write_section"]

_NAMES = {
    "leadflow": "leadflow",
    "splink": "Splink",
    "goldenmatch": "GoldenMatch",
    "recordlinkage": "recordlinkage",
}


def write_section(held: Mapping[str, Any], path: pathlib.Path) -> None:
    """Replace the section in a Markdown file by what was measured."""
    text = path.read_text("utf-8")
    parts = [_head(held)]
    for name, write in (
        ("speed", _speed),
        ("growth", _growth),
        ("accuracy", _accuracy),
        ("japanese", _japanese),
        ("index", _index),
    ):
        if name in held:
            parts.append(f"{write(held[name]['rows'])}\n\n{_when(held[name])}")
    body = "\n\n".join(parts)
    found = re.search(r"^## Finding duplicates\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, "the file has no section 'Finding duplicates'"
    path.write_text(
        f"{text[: found.start()]}## Finding duplicates\n\n{body}\n\n{text[found.end() :]}", "utf-8"
    )


def _head(held: Mapping[str, Any]) -> str:
    latest = max((part["to"] for part in held.values()), key=lambda each: each["time"])
    versions = ", ".join(f"{name} {version}" for name, version in latest["versions"].items())
    return (
        f"Measured on {latest['cores']} cores of an {latest['processor']} ({latest['memory']} GB), Python "
        f"{latest['python']}; {versions}.\nEvery measurement is a process of its own. All outputs are scored by the "
        "same code: pairs of records in one cluster.\n`python benchmarks/comparison/run.py FOLDER` writes this "
        "section and the chart.\n\n![Seconds and accuracy of the tools](comparison/chart.svg)"
    )


def _when(part: Mapping[str, Any]) -> str:
    begun, ended = part["from"], part["to"]
    return f"From {begun['time']} to {ended['time']}; load average {begun['load']} before, {ended['load']} after."


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _scores(row: Mapping[str, Any]) -> list[str]:
    return [f"{score:.4f}" for score in row["scores"]] if row.get("scores") else ["–"] * 3


def _run(row: Mapping[str, Any]) -> list[str]:
    tool = _NAMES[row["tool"]] + (" without numba" if "--without-numba" in row["flags"] else "")
    if "failed" in row:
        return [tool, *["failed"] * 7]
    pairs = f"{row['pairs']:,}" if row["pairs"] else "–"
    return [
        tool,
        f"{row['rows']:,}",
        f"{row['seconds']:.1f}",
        f"{row['gigabytes']:.2f}",
        pairs,
        *_scores(row),
    ]


_RUN = ("tool", "rows", "seconds", "peak GB", "pairs compared", "precision", "recall", "F1")


def _speed(rows: Sequence[Mapping[str, Any]]) -> str:
    runs = max(len(row.get("all", ())) for row in rows)
    return (
        "### Speed\n\nSynthetic people of six columns, 30 % of the rows duplicates with slips and gaps "
        "(`benchmarks/people.py`, crowded: names\nand towns from lists of fixed length whose first entries have 7 "
        "to 9 %). The same five blocking rules for every tool, and the\nsame levels for leadflow and Splink (`benchmarks/comparison/task.py`). From an "
        f"Arrow table to cluster ids, training included, two threads; the median of\n{runs} runs in turns. Peak "
        "memory is that of the whole process, table included. Default thresholds, Splink at 0.95.\nleadflow compares "
        "records that are equal in every column once only. GoldenMatch is given Splink's settings by its own\n"
        "importer; recordlinkage knows one level a column and no clusters.\n\n"
        + _table(_RUN, [_run(row) for row in rows])
    )


def _growth(rows: Sequence[Mapping[str, Any]]) -> str:
    return (
        "### Growth\n\nThe same rules on tables whose names and towns grow with the rows, as those of real lists "
        "do; one run of each size.\n\n" + _table(_RUN, [_run(row) for row in rows])
    )


def _accuracy(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(dict.fromkeys(row["set"] for row in rows))
    held = {(row["set"], row["tool"]): row for row in rows}
    cells = [
        [
            name,
            f"{next(row['rows'] for row in rows if row['set'] == name and 'rows' in row):,}",
            *_scores(held[name, "leadflow"]),
            _scores(held[name, "goldenmatch"])[2],
            _scores(held[name, "splink"])[2],
        ]
        for name in names
    ]
    header = (
        "set",
        "rows",
        "leadflow precision",
        "recall",
        "F1",
        "GoldenMatch F1",
        "Splink F1, an expert's settings",
    )
    return (
        "### Accuracy\n\nShuffled rows, no labels. leadflow and GoldenMatch without configuration; Splink with "
        "settings in the manner of its\ntutorials, which exist for people only, at the threshold that suits it best. leadflow's rules were made with "
        "these sets at hand. GoldenMatch gave 0.694 on fake_1000 in another environment; why is not known.\n\n"
        + _table(header, cells)
    )


def _japanese(rows: Sequence[Mapping[str, Any]]) -> str:
    cells = [[str(row["seed"]), f"{row['rows']:,}", *_scores(row), f"{row['seconds']:.1f}"] for row in rows]
    return (
        "### Japanese leads\n\nThe project's own generator (`leadflow.testing.generate_leads_table`), without "
        "configuration.\n\n" + _table(("seed", "rows", "precision", "recall", "F1", "seconds"), cells)
    )


def _index(rows: Sequence[Mapping[str, Any]]) -> str:
    row = rows[0]
    return (
        f"### Live index\n\n{row['rows']:,} records of the table above (`benchmarks/matching_index.py`): built in "
        f"{row['built']:.1f} s, at most {row['bytes']:.0f} bytes\na record; one query p50 {row['p50']:.2f} ms, p99 "
        f"{row['p99']:.2f} ms; adding a record p50 {row['add']:.2f} ms."
    )
