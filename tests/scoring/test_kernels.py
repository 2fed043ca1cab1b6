"""The compiled kernels give what the numpy code gives, to the last bit."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from leadflow.columns import Column
from leadflow.errors import InputError
from leadflow.records import ActivityLog, LeadBatch
from leadflow.scoring import Limits, ScoringModel, batches, blocks, signal
from leadflow.scoring.joining import places_of

NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
EPOCH = int(NOW.timestamp())
DAY = dt.timedelta(days=1)

MODEL = ScoringModel(
    engagement=[
        signal("call", points=5, half_life=10 * DAY, window=60 * DAY, cap=20),
        signal("call", points=-0.1, name="calls tire", group="talk"),
        signal("mail", points=1 / 3, half_life=dt.timedelta(seconds=7), group="talk"),
        signal("visit", points=8, repeat="once_per_day", half_life=30 * DAY, group="met"),
        signal("trade show", points=8, cap=30, group="met"),
        signal("form", points=40, where={"page": "/pricing"}),
        signal("bounced", points=-30, half_life=400 * DAY),
        signal("never", points=1),
    ],
    caps={"talk": 6, "met": 50},
    engagement_limits=Limits(floor=-80, ceiling=120),
)


def the_log(dice, leads, m):
    def column(values, missing):
        codes = dice.integers(0, len(values), m).astype(np.int32)
        codes[dice.random(m) < missing] = -1
        return Column(codes=codes, values=tuple(values))

    at = EPOCH - dice.integers(-20 * 86400, 500 * 86400, m)
    at[dice.random(m) < 0.02] = -(2**33)
    return ActivityLog(
        lead_ids=column([f"L{i}" for i in dice.permutation(leads + 3)], 0.02),
        kinds=column(["mail", "call", "visit", "unheard", "trade show", "form", "bounced"], 0.02),
        at=at,
        keys=column(range(m), 0.02),
        attributes={"page": column(["/pricing", "/"], 0.2)},
    )


@pytest.mark.parametrize("seed", range(12))
def test_a_population_scores_the_same_compiled_and_not(seed, monkeypatch):
    dice = np.random.default_rng(seed)
    leads, m = int(dice.choice([1, 40, 3000])), int(dice.choice([1, 50, 20_000]))
    batch = LeadBatch.of({}, ids=[f"L{i}" for i in range(leads)])
    log = the_log(dice, leads, m)
    expected = MODEL.score_batch(batch, log, NOW)
    monkeypatch.setattr(batches, "_LARGE", 0)
    monkeypatch.setattr(batches, "_COMPILED", 0)
    monkeypatch.setattr(blocks, "_MOST_RECORDS", 5000)
    found = MODEL.score_batch(batch, log, NOW)
    assert expected.engagement.tolist() == found.engagement.tolist()
    assert expected.ignored == found.ignored
    row = int(dice.integers(leads))
    assert found.score(row).engagement == found.engagement[row]


def test_a_population_without_activities_of_a_known_kind_gets_nothing(monkeypatch):
    monkeypatch.setattr(batches, "_LARGE", 0)
    monkeypatch.setattr(batches, "_COMPILED", 0)
    batch = LeadBatch.of({}, ids=["a", "b"])
    assert MODEL.score_batch(batch, None, NOW).engagement.tolist() == [0.0, 0.0]
    assert len(MODEL.score_batch(LeadBatch.of({}), None, NOW)) == 0


class TestJoiningIds:
    @pytest.mark.parametrize(
        "names",
        [
            pytest.param(lambda n: [f"L{i:07d}" for i in range(n)], id="of one length"),
            pytest.param(lambda n: ["会社" * (i % 5) + str(i) for i in range(n)], id="not ascii"),
            pytest.param(lambda n: [f"{i}\0{i}" for i in range(n)], id="with a zero"),
            pytest.param(lambda n: [f"{i}\n" for i in range(n)], id="with a line break"),
            pytest.param(lambda n: ["", *(f"x{i}" * 40 for i in range(n - 1))], id="long, one empty"),
        ],
    )
    def test_ids_stand_where_a_dictionary_finds_them(self, names):
        ids = names(6000)
        dice = np.random.default_rng(0)
        values = [ids[i] if i < 6000 else f"other {i}" for i in dice.permutation(9000).tolist()]
        expected = {name: i for i, name in enumerate(ids)}
        with ThreadPoolExecutor(2) as pool:
            found = places_of(values, ids, pool=pool)
        assert [expected.get(value, -1) for value in values] == found.tolist()

    def test_an_id_in_several_rows_is_refused_when_it_is_asked_for(self):
        ids = [f"{i % 4999}" for i in range(6000)]
        with ThreadPoolExecutor(2) as pool, pytest.raises(InputError, match="1 lead ids"):
            places_of([*(f"x{i}" for i in range(6000)), "7"], ids, pool=pool)
        assert places_of(["4990", "x"], ids).tolist() == [4990, -1]
