"""Splink on DuckDB: the rules and levels given for speed, an expert's settings for accuracy."""

import time
from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule
from task import NAME_LEVELS, RULES, SLIPS, Found

PACKAGE = "splink"

_THRESHOLD = 0.95
_EXPERT_THRESHOLD = 0.2  # the best of 0.2, 0.5, 0.8 and 0.95 on febrl3 and fake_1000, judged by their truth


def settings() -> SettingsCreator:
    """Return the common rules and levels."""
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            *(
                cl.JaroWinklerAtThresholds(name, list(levels)).configure(term_frequency_adjustments=True)
                for name, levels in NAME_LEVELS.items()
            ),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", list(SLIPS)),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in RULES],
    )


def speed(table: pa.Table) -> Found:
    """Train and cluster with two threads."""
    return _run(
        table,
        settings(),
        certain=[block_on("email"), block_on("surname", "date_of_birth")],
        training=[block_on("surname", "date_of_birth"), block_on("email")],
        recall=0.8,
    )


def accuracy(name: str, columns: Mapping[str, Sequence[str | None]]) -> np.ndarray | None:
    """Use settings in the manner of Splink's own tutorials, which exist for sets of people only."""
    table = pa.table({column: pa.array(cells, pa.string()) for column, cells in columns.items()})
    if name.startswith("febrl"):
        return _run(table, _febrl(), **_FEBRL, threshold=_EXPERT_THRESHOLD).cluster_ids
    if name.startswith("fake_1000"):
        return _run(table, _fake_1000(), **_FAKE_1000, threshold=_EXPERT_THRESHOLD).cluster_ids
    return None


def _febrl() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("soc_sec_id"),
            block_on("given_name", "surname"),
            block_on("date_of_birth"),
            block_on("postcode", "surname"),
            block_on("street_number", "address_1"),
            block_on("surname", "suburb"),
        ],
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            cl.JaroWinklerAtThresholds("suburb", [0.9]).configure(term_frequency_adjustments=True),
        ],
    )


_FEBRL = {
    "certain": [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")],
    "training": [block_on("date_of_birth"), block_on("surname")],
    "recall": 0.9,
}


def _fake_1000() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("first_name"),
            block_on("surname"),
            block_on("dob"),
            block_on("email"),
            CustomRule("l.first_name = r.surname and l.surname = r.first_name"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
        ],
        additional_columns_to_retain=[],
    )


_FAKE_1000 = {
    "certain": [block_on("first_name", "surname", "dob"), block_on("email")],
    "training": [block_on("first_name", "surname"), block_on("dob")],
    "recall": 0.7,
}


def _run(
    table: pa.Table,
    chosen: SettingsCreator,
    *,
    certain: Sequence,
    training: Sequence,
    recall: float,
    threshold: float = _THRESHOLD,
) -> Found:
    begin = time.perf_counter()
    table = table.add_column(0, "unique_id", pa.array(np.arange(len(table))))
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads TO 2")
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register(table), chosen)
    linker.training.estimate_probability_two_random_records_match(list(certain), recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    middle = time.perf_counter()
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=threshold
    )
    frame = connection.table(clusters.physical_name).select("unique_id", "cluster_id").fetchnumpy()
    ids = np.empty(len(table), np.int64)
    ids[frame["unique_id"]] = np.unique(np.asarray(frame["cluster_id"]).astype(str), return_inverse=True)[1]
    end = time.perf_counter()
    return Found(cluster_ids=ids, training=middle - begin, seconds=end - begin)
