"""Learning 200,000 leads with 40 features, beside scikit-learn's LogisticRegression(lbfgs).

Run: ``python benchmarks/scoring_learned.py``.
"""

import gc
import time
import warnings
from collections.abc import Callable

import numpy as np
from sklearn.linear_model import LogisticRegression

from leadflow.scoring import roc_auc
from leadflow.scoring.logistic import fit_logistic


def alternately(first: Callable[[], object], second: Callable[[], object], times: int) -> tuple[float, float]:
    """Return the seconds of the fastest run of either, run in turns."""
    best = [float("inf"), float("inf")]
    for _ in range(times):
        for i, work in enumerate((first, second)):
            gc.collect()
            start = time.perf_counter()
            work()
            best[i] = min(best[i], time.perf_counter() - start)
    return best[0], best[1]


def main() -> None:
    """Print the times and what the weights are worth on leads not seen."""
    warnings.simplefilter("ignore")
    dice = np.random.default_rng(0)
    n, p = 200_000, 40
    truth = dice.normal(size=p) * (dice.random(p) < 0.6) * 0.4
    for name, half in (("numbers", 0), ("half numbers, half yes or no", p // 2)):
        design = dice.normal(size=(2 * n, p))
        design[:, :half] = design[:, :half] > 1
        won = dice.random(2 * n) < 1 / (1 + np.exp(-(design @ truth - 2)))
        seen, outcomes = design[:n], won[:n]
        peer = LogisticRegression(solver="lbfgs").fit(seen, outcomes)
        learned = fit_logistic(seen, outcomes)
        ours, theirs = alternately(
            lambda seen=seen, outcomes=outcomes: fit_logistic(seen, outcomes),
            lambda seen=seen, outcomes=outcomes: LogisticRegression(solver="lbfgs").fit(seen, outcomes),
            3,
        )
        own_auc = roc_auc(won[n:], learned.log_odds(design[n:]))
        peer_auc = roc_auc(won[n:], peer.decision_function(design[n:]))
        print(f"{n:,} x {p}, {name}")
        print(f"  leadflow      {ours:6.3f} s   ROC AUC on as many new leads {own_auc:.5f}")
        print(
            f"  scikit-learn  {theirs:6.3f} s   ROC AUC on as many new leads {peer_auc:.5f}   {theirs / ours:.1f} x leadflow"
        )


if __name__ == "__main__":
    main()
