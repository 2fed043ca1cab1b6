"""GoldenMatch: Splink's settings converted by its own importer for speed, no configuration for accuracy."""

import time
from collections.abc import Mapping, Sequence

import goldenmatch
import numpy as np
import polars as pl
import pyarrow as pa
from task import Found, from_members

PACKAGE = "goldenmatch"


def speed(table: pa.Table) -> Found:
    """Convert the common rules and levels, train and cluster."""
    from with_splink import settings

    begin = time.perf_counter()
    config = goldenmatch.from_splink(settings().create_settings_dict("duckdb")).config
    result = goldenmatch.dedupe_df(pl.from_arrow(table), config=config)
    ids = from_members(len(table), [cluster["members"] for cluster in result.clusters.values()])
    return Found(cluster_ids=ids, training=0.0, seconds=time.perf_counter() - begin)


def accuracy(_name: str, columns: Mapping[str, Sequence[str | None]]) -> np.ndarray:
    """Deduplicate without configuration."""
    frame = pl.DataFrame({name: pl.Series(cells, dtype=pl.String) for name, cells in columns.items()})
    clusters = goldenmatch.dedupe_df(frame).clusters.values()
    return from_members(len(frame), [cluster["members"] for cluster in clusters])
