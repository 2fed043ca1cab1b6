"""Measure zero-configuration accuracy on labelled sets.

Usage: ``python benchmarks/matching_accuracy.py FOLDER [SET …]`` where each set is a folder with
``records.csv`` and ``truth.csv`` (columns record_id, entity).
"""

import argparse
import csv
import pathlib
import time

import numpy as np

from leadflow.matching import dedupe


def read(folder: pathlib.Path) -> tuple[dict[str, list[str | None]], np.ndarray]:
    """Read the records and the true entities of a set."""
    with (folder / "records.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    columns = {
        name: [row[place] or None for row in rows] for place, name in enumerate(header) if name != "record_id"
    }
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["record_id"]: row["entity"] for row in csv.DictReader(file)}
    entities = [truth[row[header.index("record_id")]] for row in rows]
    return columns, np.unique(entities, return_inverse=True)[1]


def pair_scores(truth: np.ndarray, found: np.ndarray) -> tuple[float, float, float]:
    """Return precision, recall and F1 over pairs."""

    def pairs(*labels: np.ndarray) -> int:
        sizes = np.unique(np.stack(labels), axis=1, return_counts=True)[1]
        return int((sizes * (sizes - 1) // 2).sum())

    both, right, said = pairs(truth, found), pairs(truth), pairs(found)
    precision, recall = both / max(said, 1), both / max(right, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def main() -> None:
    """Measure the sets of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("sets", nargs="*")
    options = parser.parse_args()
    names = options.sets or sorted(path.name for path in options.folder.iterdir() if path.is_dir())
    print(f"{'set':<14}{'records':>9}{'precision':>11}{'recall':>9}{'F1':>9}{'seconds':>9}")
    for name in names:
        columns, truth = read(options.folder / name)
        shuffle = np.random.default_rng(1).permutation(len(truth))
        columns = {key: [cells[row] for row in shuffle] for key, cells in columns.items()}
        begin = time.perf_counter()
        result = dedupe(columns)
        seconds = time.perf_counter() - begin
        precision, recall, f1 = pair_scores(truth[shuffle], result.cluster_ids)
        print(
            f"{name:<14}{len(truth):>9,}{precision:>11.4f}{recall:>9.4f}{f1:>9.4f}{seconds:>9.2f}", flush=True
        )


if __name__ == "__main__":
    main()
