"""Scoring one lead: with a hundred activities and reasons, and beside rule-engine over six rules.

Run: ``python benchmarks/scoring_single.py``; the second table needs the package ``rule-engine``.
"""

import datetime as dt
import timeit

import numpy as np

from leadflow.columns import Column
from leadflow.conditions import field
from leadflow.records import Activity, Lead, LeadBatch
from leadflow.scoring import ScoringModel, rule

NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
KINDS = ("email_opened", "email_clicked", "page_viewed", "webinar_attended", "document_downloaded")


def fastest(work: object, number: int) -> float:
    """Return the microseconds of the fastest of seven series, per call."""
    return min(timeit.repeat(work, number=number, repeat=7)) / number * 1e6  # type: ignore[arg-type]  # a callable


def one_lead() -> None:
    """Time a lead with a hundred activities under the standard model."""
    model = ScoringModel.standard()
    lead = Lead(
        id="L1",
        company="日立製作所",
        title="営業部長",
        department="営業部",
        employees=1200,
        industry="製造業",
        phone="+81312345678",
        interests=("検査",),
        email="taro@example.co.jp",
    )
    log = [
        Activity(
            lead_id="L1",
            kind=KINDS[i % 5],
            at=NOW - dt.timedelta(hours=17 * i + 1),
            attributes={"page": f"/{i % 9}"},
        )
        for i in range(100)
    ]
    score = model.score(lead, log, as_of=NOW)
    assert score.total == sum(reason.points for reason in score.reasons)
    print(
        f"one lead, 100 activities, {len(model.rules)} rules, {len(model.engagement)} signals, {len(score.reasons)} reasons"
    )
    print(f"  score with reasons      {fastest(lambda: model.score(lead, log, as_of=NOW), 200):8.1f} µs")
    print(f"  score without activity  {fastest(lambda: model.score(lead, [], as_of=NOW), 500):8.1f} µs")


def beside_rule_engine() -> None:
    """Time six rules over a batch, per lead, beside rule-engine over dictionaries."""
    try:
        import rule_engine  # the peer is optional
    except ImportError:
        print("rule-engine is not installed: no second table")
        return
    n = 200_000
    dice = np.random.default_rng(0)
    columns = {
        "title": Column(
            codes=dice.integers(0, 4, n).astype(np.int32), values=("営業部長", "課長", "取締役", "担当")
        ),
        "industry": Column(
            codes=dice.integers(0, 3, n).astype(np.int32), values=("製造業", "小売業", "金融業")
        ),
        "employees": Column(codes=dice.integers(0, 5000, n).astype(np.int32), values=tuple(range(5000))),
        "prefecture": Column(
            codes=dice.integers(0, 3, n).astype(np.int32), values=("東京都", "大阪府", "愛知県")
        ),
        "email": Column(
            codes=dice.integers(0, 1000, n).astype(np.int32),
            values=tuple(f"u{i}@x.{'ac' if i % 9 == 0 else 'co'}.jp" for i in range(1000)),
        ),
    }
    batch = LeadBatch.of(columns)
    model = ScoringModel(
        fit=[
            rule(field("title").contains_any("部長", "取締役"), 20),
            rule(field("industry").is_in("製造業", "金融業"), 10),
            rule(field("employees") >= 300, 12),
            rule(field("employees") < 30, -5),
            rule(field("prefecture") == "東京都", 5),
            rule(field("email").ends_with(".ac.jp"), -20),
        ]
    )
    rules = [
        (rule_engine.Rule(text), points)
        for text, points in (
            ('title =~~ "部長|取締役"', 20.0),
            ('industry in ["製造業", "金融業"]', 10.0),
            ("employees >= 300", 12.0),
            ("employees < 30", -5.0),
            ('prefecture == "東京都"', 5.0),
            ('email =~~ "\\\\.ac\\\\.jp$"', -20.0),
        )
    ]
    some = batch.take(range(1000)).to_dicts()

    def theirs() -> list[float]:
        return [sum(points for each, points in rules if each.matches(row)) for row in some]

    assert theirs() == model.score_batch(batch, as_of=NOW).fit[:1000].tolist()
    peer = fastest(theirs, 1) / len(some)
    own = fastest(lambda: model.score_batch(batch, as_of=NOW), 3) / n
    print(
        f"six rules, per lead: rule-engine {peer:6.2f} µs, leadflow in batch {own:6.4f} µs, {peer / own:,.0f} x"
    )


if __name__ == "__main__":
    one_lead()
    beside_rule_engine()
