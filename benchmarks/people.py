"""A table of people with known truth, whose names and towns grow with its size.

``python benchmarks/people.py 1000000 people.arrow`` writes one with the truth in a last column.

Longer lists show more different names: family names in Japanese telephone books grow as the 0.65th power of
the people listed, so here given and family names do; a list also reaches more towns as it grows, almost in
proportion. With names from a list of fixed length (``crowded``) the chance that two people share a name stays
the same, so that pairs with equal keys grow with the square of the rows.

References:
    Miyazima, Lee, Nagamine & Miyajima, "Power-law distribution of family names in Japanese societies",
    Physica A 278 (2000).
"""

import argparse
import pathlib

import numpy as np
import pyarrow as pa
from pyarrow import feather

__all__ = ["COLUMNS", "people_table", "read_people"]

COLUMNS = ("first_name", "surname", "date_of_birth", "city", "postcode", "email")

_SYLLABLES = np.array(
    [
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
    ]
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_TRUTH = "person"
_MILLION = 1_000_000
_GIVEN, _FAMILY, _TOWNS = 4000, 20_000, 1500  # at a million rows
_NAME_GROWTH, _TOWN_GROWTH = 0.65, 0.9
_FLAT = 0.6  # frequency falls as rank to this power: the commonest of 20,000 names has 2 %
_SLIPS, _GAPS = 0.12, 0.05


def people_table(
    rows: int, *, seed: int = 0, duplicate_rate: float = 0.3, crowded: bool = False
) -> tuple[pa.Table, np.ndarray]:
    """Make up people, of whom some are repeated with slips and gaps.

    Args:
        rows: how many rows.
        seed: equal seeds give equal tables.
        duplicate_rate: the part of rows that repeat an earlier person.
        crowded: names and towns from lists of fixed length in which the first has 10 %, whatever the size.

    Returns:
        Six text columns with 5 % of the cells empty, and (rows,) int64, the true person of each row.

    Example:
        >>> table, person = people_table(100)
        >>> table.num_columns, len(set(person.tolist()))
        (6, 70)
    """
    rng = np.random.default_rng(seed)
    people = rows - int(rows * duplicate_rate)
    size = 1.0 if crowded else rows / _MILLION
    draw = _by_rank if crowded else _by_flat_rank
    first = _names(rng, max(int(_GIVEN * size**_NAME_GROWTH), 50), least=2)
    last = _names(rng, max(int(_FAMILY * size**_NAME_GROWTH), 200), least=2)
    towns = _names(rng, max(int(_TOWNS * size**_TOWN_GROWTH), 20), least=2)
    town = draw(rng, len(towns), people)
    columns = {
        "first_name": first[draw(rng, len(first), people)],
        "surname": last[draw(rng, len(last), people)],
        "date_of_birth": np.datetime_as_string(
            np.datetime64("1950-01-01") + rng.integers(0, 18_000, people).astype("timedelta64[D]")
        ),
        "city": towns[town],
        "postcode": np.char.zfill((town.astype(np.int64) * 60 + rng.integers(0, 60, people)).astype("U7"), 7),
    }
    number = rng.integers(0, 1000, people).astype("U4")
    mail = np.char.add(np.char.add(columns["first_name"], "."), np.char.add(columns["surname"], number))
    hosts = np.array(["@gmail.com", "@example.co.jp", "@mail.example"])
    columns["email"] = np.char.add(mail, hosts[rng.integers(0, 3, people)])
    truth = np.concatenate([np.arange(people), rng.integers(0, people, rows - people)])
    repeated = np.arange(rows) >= people
    order = rng.permutation(rows)
    table = {}
    for name in COLUMNS:
        cells = columns[name][truth].astype(object)
        typed = np.flatnonzero(repeated & (rng.random(rows) < _SLIPS))
        cells[typed] = _mistyped(rng, cells[typed].astype(str))
        cells[rng.random(rows) < _GAPS] = None
        table[name] = pa.array(cells[order], pa.string())
    return pa.table(table), truth[order]


def _by_rank(rng: np.random.Generator, count: int, size: int) -> np.ndarray:
    return ((count + 1) ** rng.random(size)).astype(np.int64) - 1


def _by_flat_rank(rng: np.random.Generator, count: int, size: int) -> np.ndarray:
    return np.minimum((count * rng.random(size) ** (1 / (1 - _FLAT))).astype(np.int64), count - 1)


def _names(rng: np.random.Generator, count: int, *, least: int) -> np.ndarray:
    """Make up different words, short ones first, as many as asked for."""
    seen: dict[str, None] = {}
    length = least
    while len(seen) < count:
        wanted = min(count - len(seen), len(_SYLLABLES) ** length // 3)
        for parts in rng.integers(0, len(_SYLLABLES), (wanted * 2, length)):
            seen.setdefault("".join(_SYLLABLES[parts]))
        length += 1
    names = np.array(list(seen)[:count])
    rng.shuffle(names)
    return names


def _mistyped(rng: np.random.Generator, cells: np.ndarray) -> np.ndarray:
    """Mistype one character in each text."""
    out = []
    for text, where, letter in zip(
        cells.tolist(), rng.random(len(cells)).tolist(), rng.integers(0, 36, len(cells)).tolist(), strict=True
    ):
        place = int(where * len(text))
        out.append(text[:place] + _LETTERS[letter] + text[place + 1 :])
    return np.array(out, dtype=object)


def read_people(path: pathlib.Path) -> tuple[pa.Table, np.ndarray]:
    """Read a table that was written, and the true person of each row."""
    table = feather.read_table(path)
    return table.drop_columns([_TRUTH]), table[_TRUTH].to_numpy()


def main() -> None:
    """Write a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", type=int)
    parser.add_argument("path", type=pathlib.Path)
    parser.add_argument("--crowded", action="store_true", help="names from lists of fixed length")
    options = parser.parse_args()
    table, truth = people_table(options.rows, crowded=options.crowded)
    feather.write_feather(
        table.append_column(_TRUTH, pa.array(truth)), options.path, compression="uncompressed"
    )


if __name__ == "__main__":
    main()
