import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.columns import Column
from leadflow.errors import InputError
from leadflow.funnel import Funnel, StageLog
from leadflow.funnel.metrics import ageing, cohorts, conversion, flow, flows_between, snapshot, velocity
from leadflow.records import Event, EventKind, StageHistory

DAY = 86400
FUNNEL = Funnel.standard()


def moment(day: float) -> dt.datetime:
    return dt.datetime(2026, 4, 1, tzinfo=dt.UTC) + dt.timedelta(days=day)


@st.composite
def histories(draw):
    """Histories along the ways of the standard funnel, at whole and half days."""
    found = []
    for i in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, 40)) / 2
        history = FUNNEL.start(f"L{i}", now=moment(at))
        for _ in range(draw(st.integers(0, 5))):
            targets = FUNNEL.targets(history.current)
            if not targets:
                break
            at += draw(st.integers(0, 20)) / 2
            evidence = {"recycle_reason": "later", "lost_reason": "price", "disqualified_reason": "student"}
            to = draw(st.sampled_from(targets))
            history = FUNNEL.advance(history, to, now=moment(at), actor="x", reason="", evidence=evidence)
        found.append(history)
    return found


class TestFlow:
    @given(histories(), st.integers(0, 60), st.integers(0, 30))
    def test_opening_plus_entered_minus_left_is_closing(self, found, begin, length):
        log = StageLog.of(found)
        by = log.spread([f"L{i}" for i in range(8)], Column.of(["web", "web", "seminar", None] * 2))
        for dimension in (None, by):
            for row in flow(log, start=moment(begin / 2), end=moment((begin + length) / 2), by=dimension):
                assert row["opening"] + row["entered"] - row["left"] == row["closing"]

    @given(histories(), st.integers(0, 60), st.integers(1, 30), st.integers(1, 30))
    def test_periods_join_without_gap(self, found, begin, first, second):
        log = StageLog.of(found)
        a, b, c = (moment(d / 2) for d in (begin, begin + first, begin + first + second))
        left, right, both = flow(log, start=a, end=b), flow(log, start=b, end=c), flow(log, start=a, end=c)
        assert left["closing"] == right["opening"]
        assert tuple(x + y for x, y in zip(left["entered"], right["entered"], strict=True)) == both["entered"]

    @given(histories(), st.integers(0, 60))
    def test_snapshot_agrees_with_every_history(self, found, day):
        log = StageLog.of(found)
        expected = dict.fromkeys(map(str, log.stages.values), 0)
        for history in found:
            if (at := history.at(moment(day / 2))) is not None:
                expected[at] += 1
        table = snapshot(log, at=moment(day / 2))
        assert expected == dict(zip(table["stage"], table["leads"], strict=True))

    @given(histories())
    def test_moves_into_a_stage_are_what_entered_it(self, found):
        log = StageLog.of(found)
        moves = flows_between(log, start=moment(0), end=moment(100))
        entered = flow(log, start=moment(0), end=moment(100))
        for stage, number in zip(entered["stage"], entered["entered"], strict=True):
            assert number == sum(row["moves"] for row in moves if row["to"] == stage)

    @given(histories())
    def test_journal_gives_the_same_log(self, found):
        events = [
            Event(
                kind=EventKind.STAGE_ENTERED,
                lead_id=one.lead_id,
                at=stay.entered_at,
                detail={"stage": stay.stage},
            )
            for one in found
            for stay in one.intervals
        ]
        direct, journal = StageLog.of(found), StageLog.from_events(events)
        assert direct.stages.to_list() == journal.stages.to_list()
        assert direct.left_at.tolist() == journal.left_at.tolist()

    def test_period_that_runs_backwards_is_refused(self):
        with pytest.raises(InputError, match="swap"):
            flow(StageLog.of([]), start=moment(2), end=moment(1))

    def test_dimension_of_another_length_is_refused(self):
        log = StageLog.of([FUNNEL.start("L1", now=moment(0))])
        with pytest.raises(InputError, match=r"StageLog\.spread"):
            snapshot(log, at=moment(1), by=Column.of([]))


def journey(lead_id: str, entered: float, reached: float | None) -> StageHistory:
    history = FUNNEL.adopt(StageHistory(lead_id=lead_id), "MQL", now=moment(entered), reason="")
    if reached is not None:
        history = FUNNEL.advance(history, "SQL", now=moment(reached), actor="x", reason="")
    return history


class TestConversionAndTime:
    """Leads that have not had their time are unknown, not failures."""

    FOUND = (journey("a", 0, 2), journey("b", 0, 10), journey("c", 0, None), journey("d", 25, None))

    def test_young_leads_are_pending(self):
        table = conversion(
            StageLog.of(self.FOUND),
            "MQL",
            "SQL",
            start=moment(0),
            end=moment(30),
            as_of=moment(30),
            within=dt.timedelta(days=20),
        )
        assert table.to_dicts() == [{"entered": 4, "converted": 2, "pending": 1, "rate": 2 / 3}]

    def test_what_happened_after_as_of_is_not_known(self):
        table = conversion(
            StageLog.of(self.FOUND), "MQL", "SQL", start=moment(0), end=moment(30), as_of=moment(5)
        )
        assert (table["entered"], table["converted"]) == ((3,), (1,))

    def test_entry_before_the_period_does_not_count(self):
        log = StageLog.of([journey("a", 0, 2)])
        table = conversion(log, "MQL", "SQL", start=moment(1), end=moment(30), as_of=moment(30))
        assert table.to_dicts() == [{"entered": 0, "converted": 0, "pending": 0, "rate": None}]

    def test_median_does_not_hide_the_slow_ones(self):
        table = velocity(
            StageLog.of(self.FOUND), "MQL", "SQL", start=moment(0), end=moment(30), as_of=moment(30)
        )
        row = table.to_dicts()[0]
        assert (row["arrived"], row["mean_days"], row["p90_days"]) == (2, 6.0, None)
        # Half of all have arrived only after ten days: one of four after two, and then one of three at risk.
        assert row["median_days"] == 10.0

    @given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 40) | st.none()), min_size=1, max_size=12))
    def test_without_censoring_the_share_is_the_plain_one(self, pairs):
        found = [journey(f"L{i}", a, None if d is None else a + d) for i, (a, d) in enumerate(pairs)]
        table = cohorts(
            StageLog.of(found),
            "MQL",
            "SQL",
            edges=[moment(0), moment(31)],
            horizons=[dt.timedelta(days=20)],
            as_of=moment(100),
        )
        row = table.to_dicts()[0]
        plain = sum(d is not None and d <= 20 for _, d in pairs) / len(pairs)
        assert row["share"] == pytest.approx(plain)
        assert (row["entered"], row["observed"]) == (len(pairs), len(pairs))

    @given(
        st.lists(st.tuples(st.integers(0, 30), st.integers(1, 40) | st.none()), min_size=1, max_size=12),
        st.integers(31, 60),
    )
    def test_share_equals_the_estimate_by_hand(self, pairs, now):
        found = [journey(f"L{i}", a, None if d is None else a + d) for i, (a, d) in enumerate(pairs)]
        row = cohorts(
            StageLog.of(found),
            "MQL",
            "SQL",
            edges=[moment(0), moment(31)],
            horizons=[dt.timedelta(days=15)],
            as_of=moment(now),
        ).to_dicts()[0]
        seen = [(d, True) if d is not None and a + d <= now else (now - a, False) for a, d in pairs]
        survival = 1.0
        for t in sorted({time for time, event in seen if event and time <= 15}):
            risk = sum(time >= t for time, _ in seen)
            survival *= 1 - sum(event and time == t for time, event in seen) / risk
        expected = 1 - survival if max(now - a for a, _ in pairs) >= 15 else None
        assert row["share"] == (None if expected is None else pytest.approx(expected))

    def test_young_cohort_has_no_share_yet(self):
        row = cohorts(
            StageLog.of(self.FOUND),
            "MQL",
            "SQL",
            edges=[moment(20), moment(30)],
            horizons=[dt.timedelta(days=90)],
            as_of=moment(30),
        ).to_dicts()[0]
        assert (row["entered"], row["observed"], row["share"]) == (1, 0, None)

    def test_ageing_counts_everybody_once(self):
        log = StageLog.of(self.FOUND)
        table = ageing(log, at=moment(26), bounds=[dt.timedelta(days=7), dt.timedelta(days=30)])
        assert sum(table["leads"]) == 4
        assert ("SQL", "7-30 days", 2) in list(zip(*table.columns.values(), strict=True))


class TestTables:
    def test_table_renders_and_travels_as_arrow(self):
        import pyarrow as pa

        table = snapshot(StageLog.of([FUNNEL.start("L1", now=moment(0))]), at=moment(1))
        assert pa.table(table).to_pylist() == table.to_dicts()
        assert "<td>Lead</td>" in table._repr_html_()
        assert table.text().splitlines()[-1] == "Lead   1"

    def test_log_refuses_stays_that_end_before_they_begin(self):
        with pytest.raises(InputError, match="ends before it begins"):
            StageLog.from_columns(Column.of(["a"]), Column.of(["Lead"]), np.array([5]), np.array([4]))
