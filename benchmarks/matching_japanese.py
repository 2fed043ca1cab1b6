"""Measure zero-configuration accuracy on generated Japanese lead lists.

Usage: ``python benchmarks/matching_japanese.py [ROWS …]``.
"""

import argparse
import time

from scores import pair_scores

from leadflow.matching import dedupe
from leadflow.testing.generator import generate_leads_table


def main() -> None:
    """Measure several seeds of every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="*", default=[2000, 10_000])
    options = parser.parse_args()
    print(f"{'rows':>9}{'seed':>6}{'precision':>11}{'recall':>9}{'F1':>9}{'seconds':>9}")
    for rows in options.rows:
        for seed in (1, 2, 3):
            table, truth = generate_leads_table(seed, rows)
            begin = time.perf_counter()
            result = dedupe(table)
            seconds = time.perf_counter() - begin
            precision, recall, f1 = pair_scores(truth, result.cluster_ids)
            print(f"{rows:>9,}{seed:>6}{precision:>11.4f}{recall:>9.4f}{f1:>9.4f}{seconds:>9.2f}", flush=True)


if __name__ == "__main__":
    main()
