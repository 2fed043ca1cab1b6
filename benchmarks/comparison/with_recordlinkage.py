"""recordlinkage: the rules given, one binary level per column, weights by its expectation maximisation.

It has no levels and no clusters: a similarity counts from 0.88 on, and linked records are joined by closure.
"""

import time
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import recordlinkage
from recordlinkage.index import Block
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from task import NAME_LEVELS, RULES, Found

PACKAGE = "recordlinkage"

_SIMILAR = 0.88


def speed(table: pa.Table) -> Found:
    """Index, compare, train and join."""
    begin = time.perf_counter()
    frame = table.to_pandas()
    pairs = _pairs(frame)
    compare = recordlinkage.Compare(n_jobs=1)
    for column in NAME_LEVELS:
        compare.string(column, column, method="jarowinkler", threshold=_SIMILAR, label=column)
    compare.string(
        "date_of_birth", "date_of_birth", method="damerau_levenshtein", threshold=0.75, label="date_of_birth"
    )
    compare.exact("city", "city", label="city")
    compare.exact("postcode", "postcode", label="postcode")
    features = compare.compute(pairs, frame)
    classifier = recordlinkage.ECMClassifier()
    middle = time.perf_counter()
    links = classifier.fit_predict(features)
    trained = time.perf_counter()
    one, other = (links.get_level_values(level).to_numpy() for level in (0, 1))
    graph = coo_array((np.ones(len(links), np.int8), (one, other)), shape=(len(frame), len(frame)))
    ids = connected_components(graph, directed=False)[1]
    end = time.perf_counter()
    return Found(
        cluster_ids=np.asarray(ids), training=trained - middle, seconds=end - begin, pairs=len(pairs)
    )


def _pairs(frame: pd.DataFrame) -> pd.MultiIndex:
    """Index by every rule and join; the index of one rule may name a pair the other way round."""
    parts = [Block(left_on=list(columns)).index(frame.dropna(subset=list(columns))) for columns in RULES]
    both = np.concatenate(
        [np.stack([part.get_level_values(level) for level in (0, 1)]) for part in parts], axis=1
    )
    packed = np.unique(both.min(axis=0) * len(frame) + both.max(axis=0))
    return pd.MultiIndex.from_arrays(np.divmod(packed, len(frame)))


def accuracy(_name: str, _columns: Mapping[str, Sequence[str | None]]) -> None:
    """Say that nothing is found: it does nothing without being told columns and rules."""
