"""Scoring a population: a million leads and ten million activities, beside the same model written in polars.

Both sides start from their own in-memory columns and give fit, engagement and total for every lead; the totals are
compared before any time is printed. Run: ``python benchmarks/scoring_batch.py [leads] [activities per lead]``.
"""

import argparse
import datetime as dt
import gc
import resource
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import polars as pl

from leadflow.columns import Column
from leadflow.conditions import field
from leadflow.records import ActivityLog, LeadBatch
from leadflow.scoring import ScoringModel, band, rule, signal

NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TITLES = [
    f"{place}{rank}"
    for place in ("営業", "製造", "情報システム", "購買", "総務", "研究開発", "")
    for rank in ("部長", "課長", "係長", "主任", "取締役", "担当", "Manager", "Director", "学生")
]
INDUSTRIES = [f"業種{i}" for i in range(30)]
PREFECTURES = [f"県{i}" for i in range(47)]
INTERESTS = ["ロボット", "検査", "搬送", "保全", "設計"]
KINDS = [f"kind_{i}" for i in range(12)]
EPOCH = 1_775_001_600


def people(n: int, dice: np.random.Generator) -> LeadBatch:
    """Return leads with the columns that the rules look at."""

    def column(values: list[object], missing: float) -> Column:
        codes = dice.integers(0, len(values), n).astype(np.int32)
        codes[dice.random(n) < missing] = -1
        return Column(codes=codes, values=tuple(values))

    sets = [tuple(w for b, w in enumerate(INTERESTS) if m >> b & 1) for m in range(1, 2 ** len(INTERESTS))]
    return LeadBatch.of(
        {
            "title": column(list(TITLES), 0.1),
            "industry": column(list(INDUSTRIES), 0.2),
            "prefecture": column(list(PREFECTURES), 0.1),
            "employees": column(list(range(1, 5001)), 0.3),
            "revenue": column([i * 1_000_000 for i in range(1, 20001)], 0.5),
            "interests": column(list(sets), 0.5),
            "lead_source": column(["web", "展示会", "名刺", "紹介", "電話"], 0.0),
            "email": column(
                [
                    f"u{i}@{'example.ac.jp' if i % 20 == 0 else 'example.co.jp'}"
                    for i in range(min(n, 50_000))
                ],
                0.1,
            ),
        },
        ids=[f"L{i:07d}" for i in range(n)],
    )


def happenings(batch: LeadBatch, per_lead: int, dice: np.random.Generator) -> ActivityLog:
    """Return activities in order of time, of leads in any order, each with a key of its own."""
    n, m = len(batch), len(batch) * per_lead
    order = dice.permutation(n)
    at = np.sort(EPOCH - dice.integers(0, 400 * 86400, m))
    at.flags.writeable = False
    return ActivityLog(
        lead_ids=Column(
            codes=dice.integers(0, n, m).astype(np.int32), values=tuple(f"L{i:07d}" for i in order.tolist())
        ),
        kinds=Column(codes=dice.integers(0, len(KINDS), m).astype(np.int32), values=tuple(KINDS)),
        at=at,
        keys=Column(codes=np.arange(m, dtype=np.int32), values=tuple(range(m))),
    )


def the_model() -> ScoringModel:
    """Return twelve rules of fit and twelve decaying, capped signals."""
    title, interests = field("title"), field("interests")
    return ScoringModel(
        fit=[
            rule(title.contains_any("部長", "取締役", "Director"), 20),
            rule(title.contains_any("課長", "Manager"), 12),
            rule(title.contains_any("学生"), -30),
            rule(field("industry").is_in(*INDUSTRIES[:8]), 10),
            rule(field("industry").is_in(*INDUSTRIES[20:]), -5),
            rule(field("prefecture").is_in(*PREFECTURES[:5]), 5),
            band("employees", (1000, None, 20), (300, 1000, 12), (100, 300, 6)),
            band("revenue", (10_000_000_000, None, 15), (1_000_000_000, 10_000_000_000, 8)),
            rule(interests.contains_any("ロボット", "検査"), 10),
            rule(interests.contains_all("搬送", "保全"), 6),
            rule(field("email").ends_with(".ac.jp"), -20),
            rule(field("lead_source").is_in("紹介", "展示会"), 7),
        ],
        engagement=[
            signal(kind, points=2 + i, half_life=(10 + 5 * i) * DAY, window=(60 + 20 * i) * DAY, cap=20 + i)
            for i, kind in enumerate(KINDS)
        ],
    )


def polars_frames(batch: LeadBatch, log: ActivityLog, *, texts: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the same inputs as frames.

    With ``texts`` the ids and kinds are texts, as leadflow gets them and as they come out of any store; without, they
    are row numbers and small integers that somebody has prepared.
    """
    columns = {
        name: pl.Series(name, column.to_list())
        for name, column in batch.columns.items()
        if name != "interests"
    }
    columns["interests"] = pl.Series(
        "interests", [list(v) if v else None for v in batch["interests"].to_list()]
    )
    if texts:
        ids, kinds = pl.Series(log.lead_ids.values), pl.Series(log.kinds.values)
        leads = pl.DataFrame({"lead": pl.Series(batch.ids), **columns})
        acts = pl.DataFrame({"lead": ids[log.lead_ids.codes], "kind": kinds[log.kinds.codes], "at": log.at})
    else:
        kinds = log.kinds.codes.astype(np.int8)
        leads = pl.DataFrame({"lead": np.arange(len(batch), dtype=np.int32), **columns})
        acts = pl.DataFrame({"lead": log.rows_in(batch.ids), "kind": kinds, "at": log.at})
    return leads, acts


def polars_scores(leads: pl.DataFrame, acts: pl.DataFrame, model: ScoringModel) -> np.ndarray:
    """Score with polars expressions, lazily, on all its threads."""
    title, interests, employees, revenue = (pl.col(c) for c in ("title", "interests", "employees", "revenue"))

    def points(condition: pl.Expr, worth: float) -> pl.Expr:
        return pl.when(condition.fill_null(False)).then(worth).otherwise(0.0)

    fit = leads.lazy().select(
        "lead",
        fit=points(title.str.contains("部長|取締役|Director"), 20)
        + points(title.str.contains("課長|Manager"), 12)
        + points(title.str.contains("学生", literal=True), -30)
        + points(pl.col("industry").is_in(INDUSTRIES[:8]), 10)
        + points(pl.col("industry").is_in(INDUSTRIES[20:]), -5)
        + points(pl.col("prefecture").is_in(PREFECTURES[:5]), 5)
        + pl.when(employees >= 1000)
        .then(20.0)
        .when(employees >= 300)
        .then(12.0)
        .when(employees >= 100)
        .then(6.0)
        .otherwise(0.0)
        + pl.when(revenue >= 10_000_000_000)
        .then(15.0)
        .when(revenue >= 1_000_000_000)
        .then(8.0)
        .otherwise(0.0)
        + points(interests.list.contains("ロボット") | interests.list.contains("検査"), 10)
        + points(interests.list.contains("搬送") & interests.list.contains("保全"), 6)
        + points(pl.col("email").str.ends_with(".ac.jp"), -20)
        + points(pl.col("lead_source").is_in(["紹介", "展示会"]), 7),
    )
    table = pl.LazyFrame(
        {
            "kind": KINDS if acts["kind"].dtype == pl.String else np.arange(len(KINDS), dtype=np.int8),
            "points": [s.points for s in model.engagement],
            "half_life": [s.half_life.total_seconds() for s in model.engagement],
            "window": [int(s.window.total_seconds()) for s in model.engagement],
            "cap": [s.cap for s in model.engagement],
        }
    )
    age = EPOCH - pl.col("at")
    engagement = (
        acts.lazy()
        .join(table, on="kind")
        .with_columns(age=age)
        .filter((pl.col("age") >= 0) & (pl.col("age") < pl.col("window")))
        .with_columns(worth=pl.col("points") * 0.5 ** (pl.col("age") / pl.col("half_life")))
        .group_by("lead", "kind")
        .agg(pl.col("worth").sum(), pl.col("cap").first())
        .with_columns(worth=pl.min_horizontal("worth", "cap"))
        .group_by("lead")
        .agg(engagement=pl.col("worth").sum())
    )
    joined = fit.join(engagement, on="lead", how="left").sort("lead").collect()
    return (joined["fit"] + joined["engagement"].fill_null(0.0)).to_numpy()


def fastest(work: Callable[[], object], times: int) -> float:
    """Return the seconds of the fastest of several runs."""
    return in_turns([work], times)[0][0]


def in_turns(works: Sequence[Callable[[], object]], times: int) -> list[tuple[float, float]]:
    """Return the wall and processor seconds of the fastest run of each, run in turns."""
    best = [(float("inf"), float("inf"))] * len(works)
    for _ in range(times):
        for i, work in enumerate(works):
            gc.collect()
            start, used = time.perf_counter(), time.process_time()
            work()
            best[i] = (
                min(best[i][0], time.perf_counter() - start),
                min(best[i][1], time.process_time() - used),
            )
    return best


def peak_beyond(work: Callable[[], object]) -> float:
    """Return the megabytes of resident memory that a run adds at its peak, sampled every millisecond."""

    def resident() -> float:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
            return int(file.read().split()[1]) * resource.getpagesize() / 1e6

    gc.collect()
    before, peak, done = resident(), [0.0], threading.Event()

    def watch() -> None:
        while not done.is_set():
            peak[0] = max(peak[0], resident())
            time.sleep(0.001)

    watcher = threading.Thread(target=watch)
    watcher.start()
    work()
    done.set()
    watcher.join()
    return peak[0] - before


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("leads", type=int, nargs="?", default=1_000_000)
    arguments.add_argument("per_lead", type=int, nargs="?", default=10)
    arguments.add_argument("--times", type=int, default=3)
    options = arguments.parse_args()
    dice = np.random.default_rng(0)
    batch = people(options.leads, dice)
    log = happenings(batch, options.per_lead, dice)
    model = the_model()
    memory = peak_beyond(lambda: model.score_batch(batch, log, NOW))
    ours = model.score_batch(batch, log, NOW)
    frames = [polars_frames(batch, log, texts=texts) for texts in (True, False)]
    for leads, acts in frames:
        assert np.abs(ours.total - polars_scores(leads, acts, model)).max() < 1e-6, "the two do not agree"
    works = [lambda: model.score_batch(batch, log, NOW)]
    works += [partial(polars_scores, leads, acts, model) for leads, acts in frames]
    found = in_turns(works, options.times)
    print(
        f"{len(batch):,} leads, {len(log):,} activities, 12 rules, 12 signals; best of {options.times} runs in turns"
    )
    for name, (wall, used) in zip(
        ("leadflow", "polars, ids as texts", "polars, ids as row numbers"), found, strict=True
    ):
        print(
            f"{name:28}  {wall:6.3f} s ({wall / found[0][0]:4.1f} x)   processor {used:6.3f} s ({used / found[0][1]:4.1f} x)"
        )
    print(f"leadflow's peak beyond its inputs: {memory:.0f} MB; polars has {pl.thread_pool_size()} threads")


if __name__ == "__main__":
    main()
