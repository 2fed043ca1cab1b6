"""Contributions add up to the difference that they explain."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.calendars import PeriodKind
from leadflow.errors import NotFoundError
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
