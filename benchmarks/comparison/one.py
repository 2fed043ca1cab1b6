"""Give one task to one tool in this process and print what came of it as one line of JSON.

``python benchmarks/comparison/one.py leadflow speed people.arrow``, ``… leadflow accuracy FOLDER/febrl3``.
"""

import argparse
import importlib
import importlib.metadata
import json
import pathlib
import resource
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from labelled import read_set
from matching_index import measure
from people import read_people
from scores import pair_scores


def main() -> None:
    """Read the command line and do the task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tool")
    parser.add_argument("task", choices=("speed", "accuracy", "japanese", "index"))
    parser.add_argument(
        "what", help="a file of people, rows of Japanese leads, or the folder of a labelled set"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the Japanese leads")
    parser.add_argument("--without-numba", action="store_true", help="as if the extra 'fast' were not there")
    options = parser.parse_args()
    if options.without_numba:
        sys.modules["numba"] = None  # type: ignore[assignment]  # importing it now fails
    tool = importlib.import_module(f"with_{options.tool}")
    version = {"version": importlib.metadata.version(tool.PACKAGE)}
    if options.task == "index":
        print(json.dumps({**measure(read_people(pathlib.Path(options.what))[0]), **version}))
        return
    if options.task == "speed":
        table, truth = read_people(pathlib.Path(options.what))
        found = tool.speed(table)
        told = {
            "seconds": found.seconds,
            "training": found.training,
            "pairs": found.pairs,
            "gigabytes": _peak(),
        }
        ids: np.ndarray | None = found.cluster_ids
    else:
        columns, truth = _labelled(options.task, options.what, options.seed)
        begin = time.perf_counter()
        ids = tool.accuracy(pathlib.Path(options.what).name, columns)
        told = {"seconds": time.perf_counter() - begin, "gigabytes": _peak()}
    scores = None if ids is None else pair_scores(truth, ids)
    print(json.dumps({**told, "rows": len(truth), "scores": scores, **version}))


def _labelled(task: str, what: str, seed: int) -> tuple[dict[str, list[str | None]], np.ndarray]:
    if task == "japanese":
        from leadflow.testing import generate_leads_table

        return generate_leads_table(seed, int(what))
    return read_set(pathlib.Path(what), shuffle=1)


def _peak() -> float:
    """Return the most memory of this process so far, in gigabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


if __name__ == "__main__":
    main()
