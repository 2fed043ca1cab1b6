"""Time Splink on the same table, blocking rules and levels as ``benchmarks/matching_speed.py``.

Run it with a Python that has splink and duckdb: ``python benchmarks/comparison/splink_speed.py [ROWS …]``.
"""

import argparse
import pathlib
import resource
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from matching_speed import scores, synthetic


def measure(rows: int, threshold: float) -> None:
    """Time one size in this process."""
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    table, truth = synthetic(rows)
    table = table.add_column(0, "unique_id", pa.array(np.arange(rows)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    rules = [
        block_on("email"),
        block_on("surname", "date_of_birth"),
        block_on("first_name", "date_of_birth"),
        block_on("surname", "postcode"),
        block_on("first_name", "surname", "city"),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("first_name", [0.92, 0.88, 0.7]).configure(
                term_frequency_adjustments=True
            ),
            cl.JaroWinklerAtThresholds("surname", [0.92, 0.88, 0.7]).configure(
                term_frequency_adjustments=True
            ),
            cl.JaroWinklerAtThresholds("email", [0.92, 0.88]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=rules,
    )
    begin = time.perf_counter()
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads TO 2")
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register(table), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("email"), block_on("surname", "date_of_birth")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("surname", "date_of_birth"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("email"))
    middle = time.perf_counter()
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=threshold
    )
    found = clusters.as_record_dict() if rows <= 1000 else None
    frame = connection.table(clusters.physical_name).select("unique_id", "cluster_id").fetchnumpy()
    end = time.perf_counter()
    assert found is None or len(found) == rows
    ids = np.empty(rows, np.int64)
    ids[frame["unique_id"]] = np.unique(np.asarray(frame["cluster_id"]).astype(str), return_inverse=True)[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    precision, recall, f1 = scores(truth, ids)
    print(
        f"{rows:>9,}{middle - begin:>9.2f}{end - middle:>9.2f}{end - begin:>9.2f}{peak:>8.2f}{peak - before:>8.2f}"
        f"{precision:>10.4f}{recall:>8.4f}{f1:>8.4f}",
        flush=True,
    )


def main() -> None:
    """Time every size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--threshold", type=float, default=0.95)
    parser.add_argument("--one", action="store_true")
    options = parser.parse_args()
    if options.one:
        measure(options.rows[0], options.threshold)
        return
    print(
        f"{'rows':>9}{'train s':>9}{'predict':>9}{'all s':>9}{'GB':>8}{'GB more':>8}{'precision':>10}{'recall':>8}{'F1':>8}",
        flush=True,
    )
    for rows in options.rows:
        subprocess.run(
            [sys.executable, __file__, "--one", "--threshold", str(options.threshold), str(rows)], check=True
        )


if __name__ == "__main__":
    main()
