"""Measure zero-configuration accuracy on labelled sets.

Usage: ``python benchmarks/matching_accuracy.py FOLDER [SET …]`` where each set is a folder with
``records.csv`` and ``truth.csv`` (columns record_id, entity).
"""

import argparse
import pathlib
import time

from labelled import read_set
from scores import pair_scores

from leadflow.matching import dedupe


def main() -> None:
    """Measure the sets of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("sets", nargs="*")
    options = parser.parse_args()
    names = options.sets or sorted(path.name for path in options.folder.iterdir() if path.is_dir())
    print(f"{'set':<14}{'records':>9}{'precision':>11}{'recall':>9}{'F1':>9}{'seconds':>9}")
    for name in names:
        columns, truth = read_set(options.folder / name, shuffle=1)
        begin = time.perf_counter()
        result = dedupe(columns)
        seconds = time.perf_counter() - begin
        precision, recall, f1 = pair_scores(truth, result.cluster_ids)
        print(
            f"{name:<14}{len(truth):>9,}{precision:>11.4f}{recall:>9.4f}{f1:>9.4f}{seconds:>9.2f}", flush=True
        )


if __name__ == "__main__":
    main()
