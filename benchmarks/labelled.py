"""Reading a labelled set: a folder with ``records.csv`` and ``truth.csv`` (columns record_id, entity)."""

import csv
import pathlib

import numpy as np

__all__ = ["read_set"]


def read_set(folder: pathlib.Path, *, shuffle: int) -> tuple[dict[str, list[str | None]], np.ndarray]:
    """Read the records in an order that tells nothing, and their true entities.

    Args:
        folder: of the set.
        shuffle: seed of the order of rows.

    Returns:
        Column name to cells, None where empty, without the record ids; and (n,) int64 entities.
    """
    with (folder / "records.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["record_id"]: row["entity"] for row in csv.DictReader(file)}
    order = np.random.default_rng(shuffle).permutation(len(rows))
    rows = [rows[place] for place in order]
    entities = [truth[row[header.index("record_id")]] for row in rows]
    columns = {
        name: [row[place] or None for row in rows] for place, name in enumerate(header) if name != "record_id"
    }
    return columns, np.unique(entities, return_inverse=True)[1]
