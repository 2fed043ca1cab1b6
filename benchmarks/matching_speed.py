"""Measure deduplication of synthetic leads: seconds, peak memory, pairs and cluster F1.

Usage: ``python benchmarks/matching_speed.py [ROWS …]``. Every size runs in a process of its own, so that
the peak memory is that of the size. The time is that of fitting and deduplicating an Arrow table, from
columns to cluster ids.
"""

import argparse
import resource
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa

SYLLABLES = (
    "ka",
    "mi",
    "to",
    "sa",
    "no",
    "ri",
    "ha",
    "shi",
    "ta",
    "mu",
    "ko",
    "re",
    "ya",
    "so",
    "ne",
    "chi",
    "wa",
    "fu",
    "ki",
    "o",
)


def words(rng: np.random.Generator, count: int, least: int, most: int) -> np.ndarray:
    """Make up words of a few syllables."""
    parts = np.array(SYLLABLES)
    sizes = rng.integers(least, most + 1, count)
    return np.array(["".join(parts[rng.integers(0, len(parts), size)]) for size in sizes.tolist()])


def slip(rng: np.random.Generator, cells: np.ndarray) -> np.ndarray:
    """Mistype one character in each text."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    out = []
    for text, where, letter in zip(
        cells.tolist(), rng.random(len(cells)).tolist(), rng.integers(0, 36, len(cells)).tolist(), strict=True
    ):
        place = int(where * len(text))
        out.append(text[:place] + letters[letter] + text[place + 1 :])
    return np.array(out)


def synthetic(rows: int, seed: int = 0, duplicate_rate: float = 0.3) -> tuple[pa.Table, np.ndarray]:
    """Leads with Zipf-distributed names, of which some are repeated with slips and gaps."""
    rng = np.random.default_rng(seed)
    people = rows - int(rows * duplicate_rate)
    first, last = np.unique(words(rng, 4000, 2, 3)), np.unique(words(rng, 20_000, 2, 4))
    towns = np.unique(words(rng, 1500, 2, 4))
    popular = lambda n, size: (n ** rng.random(size)).astype(np.int64) - 1  # noqa: E731  # Zipf-like
    town = popular(len(towns), people)
    columns = {
        "first_name": first[popular(len(first), people)],
        "surname": last[popular(len(last), people)],
        "date_of_birth": np.datetime_as_string(
            np.datetime64("1950-01-01") + rng.integers(0, 18_000, people).astype("timedelta64[D]")
        ),
        "city": towns[town],
        "postcode": np.char.zfill((town * 37 % 9000 * 100 + rng.integers(0, 60, people)).astype("U7"), 7),
    }
    number = rng.integers(0, 1000, people).astype("U4")
    mail = np.char.add(np.char.add(columns["first_name"], "."), np.char.add(columns["surname"], number))
    columns["email"] = np.char.add(
        mail, np.array(["@gmail.com", "@example.co.jp", "@mail.example"])[rng.integers(0, 3, people)]
    )
    truth = np.concatenate([np.arange(people), rng.integers(0, people, rows - people)])
    table = {}
    repeated = np.arange(rows) >= people
    for name, cells in columns.items():
        full = cells[truth].astype(object)
        typed = np.flatnonzero(repeated & (rng.random(rows) < 0.12))
        full[typed] = slip(rng, full[typed].astype(str))
        full[rng.random(rows) < 0.05] = None
        table[name] = full
    order = rng.permutation(rows)
    return pa.table({name: pa.array(cells[order], pa.string()) for name, cells in table.items()}), truth[
        order
    ]


def matcher() -> object:
    """Return the comparisons and rules that are timed."""
    from leadflow.matching import Matcher, block_on  # the parent process times nothing
    from leadflow.matching import comparisons as c

    return Matcher(
        comparisons=[
            c.text("first_name", levels=(0.92, 0.88, 0.7)),
            c.text("surname", levels=(0.92, 0.88, 0.7)),
            c.text("email", levels=(0.92, 0.88)),
            c.identifier("date_of_birth"),
            c.exact("city"),
            c.exact("postcode"),
        ],
        blocking=[
            block_on("email"),
            block_on("surname", "date_of_birth"),
            block_on("first_name", "date_of_birth"),
            block_on("surname", "postcode"),
            block_on("first_name", "surname", "city"),
        ],
    )


def measure(rows: int) -> None:
    """Time one size in this process."""
    table, truth = synthetic(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    from leadflow.records.tables import Table

    begin = time.perf_counter()
    held = Table.of(table)
    fitted = matcher().fit(held, seed=0)
    middle = time.perf_counter()
    result = fitted.dedupe(held)
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    precision, recall, f1 = scores(truth, result.cluster_ids)
    print(
        f"{rows:>9,}{middle - begin:>9.2f}{end - middle:>9.2f}{end - begin:>9.2f}{peak:>8.2f}{peak - before:>8.2f}"
        f"{precision:>10.4f}{recall:>8.4f}{f1:>8.4f}",
        flush=True,
    )
    print(result.summary(), file=sys.stderr)


def scores(truth: np.ndarray, found: np.ndarray) -> tuple[float, float, float]:
    """Return precision, recall and F1 over pairs."""

    def pairs(labels: np.ndarray) -> int:
        sizes = np.unique(labels, return_counts=True)[1]
        return int((sizes * (sizes - 1) // 2).sum())

    both = pairs(truth * (len(truth) + 1) + found)
    precision, recall = both / max(pairs(found), 1), both / max(pairs(truth), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-12)


def main() -> None:
    """Time every size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--one", action="store_true", help="measure in this process")
    options = parser.parse_args()
    if options.one:
        measure(options.rows[0])
        return
    print(
        f"{'rows':>9}{'fit s':>9}{'dedupe s':>9}{'all s':>9}{'GB':>8}{'GB more':>8}{'precision':>10}{'recall':>8}{'F1':>8}",
        flush=True,
    )
    for rows in options.rows:
        subprocess.run([sys.executable, __file__, "--one", str(rows)], check=True)


if __name__ == "__main__":
    main()
