"""Measure deduplication of synthetic people by leadflow alone: seconds, peak memory, pairs and cluster F1.

Usage: ``python benchmarks/matching_speed.py [ROWS …]``. Every size runs in a process of its own, so that
the peak memory is that of the size. The time is that of fitting and deduplicating an Arrow table, from
columns to cluster ids. ``benchmarks/comparison/run.py`` measures the same beside other tools.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile


def main() -> None:
    """Time every size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--crowded", action="store_true", help="names from lists of fixed length")
    parser.add_argument("--without-numba", action="store_true", help="as if the extra 'fast' were not there")
    options = parser.parse_args()
    one = pathlib.Path(__file__).parent / "comparison" / "one.py"
    flags = ["--without-numba"] if options.without_numba else []
    print(
        f"{'rows':>9}{'fit s':>9}{'all s':>9}{'GB':>8}{'pairs':>12}{'precision':>10}{'recall':>8}{'F1':>8}",
        flush=True,
    )
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            people = pathlib.Path(folder) / "people.arrow"
            make = [sys.executable, str(one.parents[1] / "people.py"), str(rows), str(people)]
            subprocess.run([*make, *(["--crowded"] if options.crowded else [])], check=True)
            done = subprocess.run(
                [sys.executable, str(one), "leadflow", "speed", str(people), *flags],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
        told = json.loads(done.stdout)
        precision, recall, f1 = told["scores"]
        print(
            f"{rows:>9,}{told['training']:>9.2f}{told['seconds']:>9.2f}{told['gigabytes']:>8.2f}{told['pairs']:>12,}"
            f"{precision:>10.4f}{recall:>8.4f}{f1:>8.4f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
