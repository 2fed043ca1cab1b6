"""leadflow: the rules and levels given for speed, no configuration for accuracy."""

import re
import time
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from task import NAME_LEVELS, RULES, Found

import leadflow as lf
from leadflow.matching import Matcher, block_on
from leadflow.matching import comparisons as c
from leadflow.records.tables import Table

PACKAGE = "leadflow"


def matcher() -> Matcher:
    """Return the common rules and levels. An identifier has levels for one and two edits, as the dates need."""
    return Matcher(
        comparisons=[
            *(c.text(name, levels=levels) for name, levels in NAME_LEVELS.items()),
            c.identifier("date_of_birth"),
            c.exact("city"),
            c.exact("postcode"),
        ],
        blocking=[block_on(*columns) for columns in RULES],
    )


def speed(table: pa.Table) -> Found:
    """Fit and deduplicate."""
    begin = time.perf_counter()
    held = Table.of(table)
    fitted = matcher().fit(held, seed=0)
    middle = time.perf_counter()
    result = fitted.dedupe(held)
    end = time.perf_counter()
    pairs = re.search(r"^together\s+([0-9,]+)$", result.summary(), re.MULTILINE)
    assert pairs is not None
    return Found(
        cluster_ids=np.asarray(result.cluster_ids),
        training=middle - begin,
        seconds=end - begin,
        pairs=int(pairs[1].replace(",", "")),
    )


def accuracy(_name: str, columns: Mapping[str, Sequence[str | None]]) -> np.ndarray:
    """Deduplicate without configuration."""
    return np.asarray(lf.dedupe(columns).cluster_ids)
