"""Contributions add up to the difference that they explain."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.adapters.memory import MemoryStore
from leadflow.calendars import PeriodKind
from leadflow.errors import NotFoundError
from leadflow.records import (
    Activity,
    ActivityLog,
    GoldenBatch,
    LeadBatch,
    SourceRecord,
    StageHistory,
    StageInterval,
)
from leadflow.reporting import build_report
from leadflow.reporting.forecasts import forecast_totals
from leadflow.reporting.shortfalls import shapley, shortfall_by_field, shortfall_by_unit

factors = st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)), min_size=1, max_size=5)


class TestShapley:
    @given(factors)
    def test_contributions_add_up_to_the_change_of_the_product(self, pairs):
        before, after = zip(*pairs, strict=True)
        change = math.prod(after) - math.prod(before)
        size = math.prod(max(old, new, 1.0) for old, new in pairs)
        assert pytest.approx(change, abs=1e-9 * size) == math.fsum(shapley(before, after))

    @given(factors)
    def test_a_factor_that_does_not_change_contributes_nothing(self, pairs):
        before, after = zip(*pairs, strict=True)
        parts = shapley(before, after)
        assert all(part == 0 for part, old, new in zip(parts, before, after, strict=True) if old == new)

    def test_two_factors_share_their_common_part_equally(self):
        assert [4.0, 5.0] == shapley([2, 3], [3, 5])


class TestByUnit:
    @pytest.mark.parametrize("kpi", ["calls", "won_amount"])
    @pytest.mark.parametrize("period", [PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR])
    def test_the_gaps_of_the_units_add_up_to_the_gap_above(self, report, kpi, period):
        (row,) = report["attainment"].where({"kpi": kpi, "unit": "company", "period": period.value})
        parts = shortfall_by_unit(report.attainment, kpi, period=period)["contribution"]
        assert pytest.approx(row["gap"]) == math.fsum(parts)

    def test_without_target_there_is_no_gap_to_explain(self, report):
        with pytest.raises(NotFoundError, match="no target"):
            shortfall_by_unit(report.attainment, "appointments")


class TestByField:
    @pytest.mark.parametrize("field", ["lead_source", "company", "prefecture"])
    def test_the_groups_add_up_to_the_figure_of_the_period(self, report, field):
        parts = shortfall_by_field(report.attainment, report.facts, "leads", field)
        (row,) = report["attainment"].where({"kpi": "leads", "unit": "company", "period": "quarter"})
        assert row["actual"] == sum(parts["after"])
        assert sum(parts["after"]) - sum(parts["before"]) == sum(parts["contribution"])

    def test_a_figure_that_does_not_add_up_is_refused(self, report):
        with pytest.raises(NotFoundError, match="connect_rate"):
            shortfall_by_field(report.attainment, report.facts, "connect_rate", "company")


class TestByStage:
    def test_the_steps_add_up_to_the_change_of_the_won_amount(self, report, known):
        *steps, total = report["shortfall"].to_dicts()
        assert pytest.approx(total["contribution"]) == math.fsum(step["contribution"] for step in steps)
        (row,) = report["attainment"].where({"kpi": "won_amount", "unit": "company", "period": "quarter"})
        assert pytest.approx(row["actual"]) == total["after"]
        assert len(known.activities) > 0


class TestSlower:
    """Half of the deals take one month longer: all of the shortfall is speed, none of it conversion or size."""

    @pytest.fixture
    def slow(self):
        store = MemoryStore()
        log = []
        for n in range(40):
            begun = dt.datetime(2026, 4, 3, 9, tzinfo=dt.UTC) + dt.timedelta(days=91 * (n >= 20))
            late = 120 if n >= 30 else 30
            end = ("won", "lost")[n % 2]
            log.append(
                Activity(lead_id=f"L{n}", kind="opportunity_created", at=begun, attributes={"amount": 100})
            )
            amount = {"amount": 100} if end == "won" else {}
            log.append(
                Activity(lead_id=f"L{n}", kind=end, at=begun + dt.timedelta(days=late), attributes=amount)
            )
        leads = LeadBatch.from_dicts([{"company": "甲社"}] * 40, ids=[f"L{n}" for n in range(40)])
        stays = [
            StageHistory(
                lead_id=f"L{n}",
                intervals=(StageInterval(stage="MQL", entered_at=log[2 * n].at - dt.timedelta(days=1)),),
            )
            for n in range(40)
        ]
        records = LeadBatch.from_records(
            [
                SourceRecord(id=f"r{n}", source="x", observed_at=log[2 * n].at - dt.timedelta(days=2))
                for n in range(40)
            ]
        )
        with store.session() as session:
            session.add_records(records, [f"L{n}" for n in range(40)])
            session.put_leads(GoldenBatch(leads=leads, winners={}, rules={}))
            session.add_activities(ActivityLog.of(log))
            session.put_histories(stays)
        with store.snapshot() as reader:
            return build_report(reader, as_of=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC))

    def test_slower_deals_are_told_apart_from_fewer_and_smaller_ones(self, slow):
        parts = dict(zip(slow["shortfall"]["step"], slow["shortfall"]["contribution"], strict=True))
        assert pytest.approx(-500.0) == parts["won_amount"]
        assert {"speed": -500.0} == {
            name: round(part, 6) for name, part in parts.items() if name != "won_amount" and abs(part) > 1e-6
        }

    def test_a_period_without_leads_still_shows_what_was_won(self, known):
        with known.store.snapshot() as reader:
            report = build_report(reader, as_of=dt.datetime(2026, 12, 20, tzinfo=dt.UTC))
        *steps, total = report["shortfall"].to_dicts()
        assert 0 == next(step["after"] for step in steps if step["step"] == "leads") or total["after"] >= 0
        (row,) = report["attainment"].where({"kpi": "won_amount", "unit": "company", "period": "quarter"})
        assert pytest.approx(row["actual"]) == total["after"]


class TestNothingBefore:
    def test_what_only_one_period_knows_contributes_nothing(self):
        """No quarter before, and no lead ever an MQL: all of it comes from there being leads."""
        store, at = MemoryStore(), dt.datetime(2026, 7, 6, 9, tzinfo=dt.UTC)
        ids = [f"L{n}" for n in range(30)]
        log = [
            Activity(lead_id=f"L{n}", kind=kind, at=at + dt.timedelta(days=later), attributes={"amount": 100})
            for n in range(9)
            for kind, later in (("opportunity_created", 3), ("won" if n < 4 else "lost", 20))
        ]
        with store.session() as session:
            session.add_records(
                LeadBatch.from_records(
                    [SourceRecord(id=f"r{n}", source="x", observed_at=at) for n in range(30)]
                ),
                ids,
            )
            leads = LeadBatch.from_dicts([{"company": "甲社"}] * 30, ids=ids)
            session.put_leads(GoldenBatch(leads=leads, winners={}, rules={}))
            session.add_activities(ActivityLog.of(log))
        with store.snapshot() as reader:
            report = build_report(reader, as_of=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC))
        parts = dict(zip(report["shortfall"]["step"], report["shortfall"]["contribution"], strict=True))
        assert 400 == parts.pop("won_amount") == parts.pop("leads")
        assert {0.0} == set(parts.values())


class TestForecast:
    @given(st.floats(0, 1e9), st.lists(st.floats(0, 1e6), min_size=5, max_size=30), st.floats(0, 60))
    def test_the_forecast_lies_within_its_interval_and_never_below_what_is_reached(
        self, actual, history, left
    ):
        middle, low, high = forecast_totals(np.array([actual]), np.array([history]), left)[0]
        assert actual <= low <= middle + 1e-6 <= high + 2e-6

    def test_four_of_five_intervals_hold_what_came(self):
        rng = np.random.default_rng(1)
        held = 0
        for _ in range(2000):
            days = rng.poisson(6, 60).astype(float)
            _, low, high = forecast_totals(np.zeros(1), days[None, :40], 20.0)[0]
            held += low <= days[40:].sum() <= high
        assert 0.77 <= held / 2000 <= 0.83
