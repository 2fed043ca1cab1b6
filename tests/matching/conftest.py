"""Small tables of people and companies."""

import numpy as np
import pytest

FIRST = ["anna", "bob", "carol", "david", "emma", "frank", "grace", "henry", "irene", "jack", "karen", "liam"]
LAST = ["smith", "jones", "taylor", "brown", "wilson", "evans", "thomas", "roberts", "walker", "wright"]
CITIES = ["leeds", "york", "london", "bath", "derby"]


def make_people(seed=0, people=120, rows=200):
    """Rows of made-up people, some twice with a slip of the keyboard, and who each row is."""
    rng = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(people), rng.integers(0, people, rows - people)])
    who = [
        (
            FIRST[rng.integers(len(FIRST))],
            LAST[rng.integers(len(LAST))],
            CITIES[rng.integers(len(CITIES))],
            f"{rng.integers(1950, 2000)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
        )
        for _ in range(people)
    ]
    table = {"first_name": [], "surname": [], "city": [], "dob": [], "email": []}
    for row, person in enumerate(truth.tolist()):
        first, last, city, dob = who[person]
        email = f"{first}.{last}{person}@example.com"
        if row >= people:
            place = rng.integers(len(last))
            last = last[:place] + "x" + last[place + 1 :]
            email = None if rng.random() < 0.3 else email
        for name, cell in zip(table, (first, last, city, dob, email), strict=True):
            table[name].append(cell)
    order = rng.permutation(rows)
    return {name: [cells[row] for row in order] for name, cells in table.items()}, truth[order]


@pytest.fixture(scope="session")
def people():
    return make_people()
