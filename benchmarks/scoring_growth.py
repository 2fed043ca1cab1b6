"""How the time of scoring a population grows with leads, activities and rules.

Run: ``python benchmarks/scoring_growth.py``. Doubling one of them should not more than double the time.
"""

import attrs
import numpy as np
from scoring_batch import NOW, fastest, happenings, people, the_model

from leadflow.scoring import ScoringModel


def measured(leads: int, per_lead: int, copies: int) -> float:
    """Return the seconds of scoring one population."""
    dice = np.random.default_rng(0)
    batch = people(leads, dice)
    log = happenings(batch, per_lead, dice)
    plain = the_model()
    model = ScoringModel(
        fit=[attrs.evolve(item, name=f"{item.name} {i}") for i in range(copies) for item in plain.fit],
        engagement=[
            attrs.evolve(item, name=f"{item.name} {i}") for i in range(copies) for item in plain.engagement
        ],
    )
    return fastest(lambda: model.score_batch(batch, log, NOW), 3)


def main() -> None:
    """Print a line per doubling."""
    print("  leads  activities  rules + signals  seconds")
    for leads, per_lead, copies in (
        (100_000, 10, 1), (200_000, 10, 1), (400_000, 10, 1), (800_000, 10, 1),
        (100_000, 20, 1), (100_000, 40, 1), (100_000, 80, 1),
        (100_000, 10, 2), (100_000, 10, 4), (100_000, 10, 8),
    ):  # fmt: skip
        seconds = measured(leads, per_lead, copies)
        print(f"{leads:7,}  {leads * per_lead:10,}  {24 * copies:15}  {seconds:7.3f}")


if __name__ == "__main__":
    main()
