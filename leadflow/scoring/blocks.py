"""What plain signals give a large population, added up by compiled kernels on two threads.

A signal is plain here when every activity of its kind counts. The numpy code of ``engagement`` gives the same to
the last bit, and does alone what is left: signals that count once, or only activities with some attribute.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import numpy.typing as npt

from leadflow.scoring.engagement import ActivityIndex
from leadflow.scoring.points import LOW_BITS, QUANTUM, Points
from leadflow.scoring.signals import Repeat, Signal

if TYPE_CHECKING:
    from leadflow.scoring.kernels import Happenings, Worths
    from leadflow.scoring.models import ScoringModel

__all__ = ["WORKERS", "plain_signals", "sum_by_blocks"]

WORKERS: Final = 2
"""Threads that share a large population."""

_BLOCK_BYTES: Final = 2**18
_MOST_BLOCKS: Final = 1024
_MOST_RECORDS: Final = 2**24
_LARGEST_PLACE: Final = 2**31

_Integers = npt.NDArray[np.int64]

_Result = TypeVar("_Result")


def plain_signals(model: "ScoringModel") -> tuple[int, ...]:
    """Return the positions of the signals that the kernels can add up.

    A group with a cap is left whole: all of its signals are plain, or none is taken.

    Example:
        >>> from leadflow.scoring import ScoringModel, signal
        >>> plain_signals(ScoringModel(engagement=[signal("call", points=5), signal("visit", points=5, repeat="once")]))
        (0,)
    """
    special = {item.group for item in model.engagement if item.group in model.caps and not _is_plain(item)}
    return tuple(
        i for i, item in enumerate(model.engagement) if _is_plain(item) and item.group not in special
    )


def sum_by_blocks(
    model: "ScoringModel", chosen: Sequence[int], index: ActivityIndex, n: int, pool: ThreadPoolExecutor
) -> Points:
    """Return what some plain signals give each lead, within the caps of signals and groups.

    Args:
        model: the model.
        chosen: positions of its signals; see ``plain_signals``.
        index: the activities.
        n: the number of leads.
        pool: threads that share the work.

    Returns:
        (n,) float64 points.
    """
    signals = [model.engagement[i] for i in chosen]
    total = np.zeros(n)
    if not signals or not n or not len(index.log):
        return total
    signal_bits = (len(signals) - 1).bit_length()
    row_bits = _row_bits(n, signal_bits)
    of = _happenings(signals, index)
    capacities = _capacities(of, pool)
    # a part of the leads at a time, so that neither memory nor the numbers of places grow without bound
    parts = max(-(-sum(capacities) // _MOST_RECORDS), -(-n // (_LARGEST_PLACE >> signal_bits)))
    height = -(-n // parts)
    worths = _worths(model, signals)
    for first in range(0, n, height):
        rows = (first, min(first + height, n))
        _sum_part(
            of,
            worths,
            total[slice(*rows)],
            rows=rows,
            layout=(row_bits, signal_bits),
            capacities=capacities,
            pool=pool,
        )
    return total


def _is_plain(item: Signal) -> bool:
    return item.repeat is Repeat.EVERY and not item.where


def _row_bits(n: int, signal_bits: int) -> int:
    """Return the bits of a row within a block: the sums of a block fit a cache, and blocks are not too many."""
    bits = max((_BLOCK_BYTES // 8).bit_length() - 1 - signal_bits, 4)
    while n >> bits > _MOST_BLOCKS:
        bits += 1
    return bits


def _happenings(signals: Sequence[Signal], index: ActivityIndex) -> "Happenings":
    from leadflow.scoring.kernels import Happenings  # noqa: PLC0415  # loads numba: only large populations come here

    log = index.log
    listeners = [[i for i, item in enumerate(signals) if item.kind == kind] for kind in log.kinds.values]
    reach = np.array([item.reach for item in signals], np.int64)
    longest = [max((int(reach[i]) for i in members), default=0) for members in listeners]
    return Happenings(
        kinds=log.kinds.codes,
        leads=log.lead_ids.codes,
        at=log.at,
        repeated=np.zeros(0, np.bool_) if index.repeated is None else index.repeated,
        row_of_lead=index.row_of_lead,
        now=index.now,
        starts=np.cumsum([0, *map(len, listeners)]),
        members=np.array([i for members in listeners for i in members], np.int64),
        longest=np.array([*longest, 0], np.int64),
        reach=reach,
    )


def _worths(model: "ScoringModel", signals: Sequence[Signal]) -> "Worths":
    from leadflow.scoring.kernels import Worths  # noqa: PLC0415  # loads numba: only large populations come here

    groups = list(dict.fromkeys(item.group for item in signals if item.group in model.caps))
    high, starts = [np.zeros(0)], list[int]()
    low = np.ones((len(signals), 1 << LOW_BITS))
    for i, item in enumerate(signals):
        starts.append(-1 if item.decay is None else sum(map(len, high)))
        if item.decay is not None:
            high.append(item.decay.high[: (item.reach >> LOW_BITS) + 1])
            low[i] = item.decay.low
    return Worths(
        points=np.array([item.points for item in signals]),
        caps=np.array([np.inf if item.cap is None else item.cap for item in signals]),
        groups=np.array([groups.index(item.group) if item.group in groups else -1 for item in signals]),
        group_caps=np.array([model.caps[group] for group in groups], np.float64),
        high=np.concatenate(high),
        high_starts=np.array(starts, np.int64),
        low=low,
        low_bits=LOW_BITS,
        scale=1 / QUANTUM,
    )


def _capacities(of: "Happenings", pool: ThreadPoolExecutor) -> list[int]:
    """Return how many records the activities of each share can make at most."""
    from leadflow.scoring.kernels import capacity  # noqa: PLC0415  # loads numba: only large populations come here

    return _all(pool, (partial(capacity, of, *share) for share in _shares(len(of.at))))


def _sum_part(
    of: "Happenings",
    worths: "Worths",
    total: Points,
    *,
    rows: tuple[int, int],
    layout: tuple[int, int],
    capacities: Sequence[int],
    pool: ThreadPoolExecutor,
) -> None:
    """Add to the total of some rows what activities give them: collect, sort by block, add up."""
    from leadflow.scoring import kernels  # noqa: PLC0415  # loads numba: only large populations come here

    blocks = (len(total) - 1 >> layout[0]) + 1
    slices = _shares(len(of.at))
    counts = np.zeros((len(slices), blocks), np.int64)

    def collected(i: int) -> _Integers:
        raw = np.empty(capacities[i], np.int64)
        return raw[: kernels.collect(of, *slices[i], rows, layout, raw, counts[i])]

    raws = _all(pool, (partial(collected, i) for i in range(len(slices))))
    ends = np.append(0, np.cumsum(counts.sum(axis=0)))
    places = ends[:-1] + np.cumsum(counts, axis=0) - counts
    records = np.empty(ends[-1], np.int64)
    sorting = (
        partial(kernels.sort_by_block, raw, sum(layout), place, records)
        for raw, place in zip(raws, places, strict=True)
    )
    _all(pool, sorting)
    raws.clear()
    _all(
        pool,
        (partial(kernels.add_sums, records, ends, share, layout, worths, total) for share in _shares(blocks)),
    )


def _shares(n: int) -> list[tuple[int, int]]:
    """Return a range cut into one part per worker."""
    return list(pairwise(n * i // WORKERS for i in range(WORKERS + 1)))


def _all(pool: ThreadPoolExecutor, tasks: Iterable[Callable[[], _Result]]) -> list[_Result]:
    return [future.result() for future in [pool.submit(task) for task in tasks]]
