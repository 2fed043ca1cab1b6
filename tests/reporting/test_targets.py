"""Targets spread over working days, add up along the hierarchy, and are refused when they contradict each other."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.calendars import BusinessCalendar, FiscalCalendar, PeriodKind
from leadflow.errors import DefinitionError, UnknownNameError
from leadflow.reporting import Hierarchy, Target, Targets, Unit
from leadflow.reporting.targets import period_of

FISCAL = FiscalCalendar()
CALENDAR = BusinessCalendar.japan()
TREE = Hierarchy(
    units=(
        Unit(id="company", name="", level="company"),
        Unit(id="a", name="", level="team", parent="company"),
        Unit(id="b", name="", level="team", parent="company"),
        Unit(id="p", name="", level="person", parent="a"),
        Unit(id="q", name="", level="person", parent="a"),
    )
)
YEAR = {"first": dt.date(2026, 4, 1), "end": dt.date(2027, 4, 1), "day": dt.date(2027, 3, 31)}
periods = st.sampled_from(["2026-04", "2026-05", "2026-Q2", "2026-H2", "2026-05-06", "2026-05-02", "FY2026"])


def spread(targets, kpi="calls", **others):
    return targets.by_day(kpi, hierarchy=TREE, calendar=CALENDAR, fiscal=FISCAL, **{**YEAR, **others})


class TestSpread:
    @given(periods, st.floats(0, 1e12), st.sampled_from(["p", "q", "a", "b", "company"]))
    def test_the_days_of_a_target_add_up_to_it_at_every_level_above(self, period, value, unit):
        days = spread(Targets(rows=(Target(kpi="calls", period=period, unit=unit, value=value),)))
        for name in TREE.path(unit, YEAR["first"]):
            assert pytest.approx(value) == np.nansum(days[TREE.ids.index(name)])

    def test_only_working_days_have_a_part_of_the_target(self):
        days = spread(Targets(rows=(Target(kpi="calls", period="2026-05", unit="p", value=18),)))[3]
        may = days[30:61]
        working = {day.day - 1 for day in CALENDAR.working_dates(dt.date(2026, 5, 1), dt.date(2026, 6, 1))}
        assert working == set(np.flatnonzero(may > 0).tolist())

    def test_a_period_without_working_day_spreads_over_all_its_days(self):
        days = spread(Targets(rows=(Target(kpi="calls", period="2026-05-03", unit="p", value=2),)))[3]
        assert 2.0 == days[32]

    def test_a_units_own_target_wins_over_the_sum_of_those_below_it(self):
        rows = [("company", 100), ("a", 40), ("b", 50), ("p", 1)]
        made = Targets(rows=tuple(Target(kpi="calls", period="2026-04", unit=u, value=v) for u, v in rows))
        totals = np.nansum(spread(made), axis=1)
        assert [100, 40, 50, 1] == pytest.approx(totals[:4].tolist())

    def test_a_ratio_keeps_its_target_on_every_day_and_is_not_added_up(self):
        made = Targets(rows=(Target(kpi="rate", period="2026-04", unit="p", value=0.5),))
        days = spread(made, "rate", ratio=True)
        assert {0.5} == set(days[3][:30].tolist())
        assert np.isnan(days[1]).all()


class TestPeriods:
    @given(
        st.sampled_from(list(PeriodKind)),
        st.dates(dt.date(2000, 1, 1), dt.date(2060, 1, 1)),
        st.integers(1, 12),
    )
    def test_every_label_of_a_fiscal_period_names_it(self, kind, day, start):
        fiscal = FiscalCalendar(start_month=start)
        period = fiscal.period(kind, day)
        assert period == period_of(period.label, fiscal)

    @pytest.mark.parametrize("label", ["2026", "2026-13", "2026-Q5", "april", "2026-02-30", "", "9999-12-31"])
    def test_another_text_is_refused(self, label):
        with pytest.raises(DefinitionError, match="names no period"):
            period_of(label, FISCAL)

    def test_a_leap_day_is_a_day(self):
        assert dt.date(2028, 2, 29) == period_of("2028-02-29", FISCAL).start


class TestRefusals:
    def check(self, *rows):
        Targets(rows=rows).check(hierarchy=TREE, kpis=["calls"], fiscal=FISCAL, day=YEAR["day"])

    def test_overlapping_periods_of_one_unit_are_refused(self):
        month = Target(kpi="calls", period="2026-04", unit="p", value=1)
        quarter = Target(kpi="calls", period="2026-Q1", unit="p", value=1)
        with pytest.raises(DefinitionError, match="overlap"):
            self.check(month, quarter)

    def test_an_unknown_unit_or_kpi_is_refused(self):
        with pytest.raises(UnknownNameError):
            self.check(Target(kpi="calls", period="2026-04", unit="x", value=1))
        with pytest.raises(DefinitionError, match="'cals'"):
            self.check(Target(kpi="cals", period="2026-04", unit="p", value=1))

    def test_the_same_target_twice_is_refused_unless_dated(self):
        row = Target(kpi="calls", period="2026-04", unit="p", value=1)
        with pytest.raises(DefinitionError, match="twice"):
            Targets(rows=(row, row))

    @pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
    def test_a_target_is_zero_or_more(self, value):
        with pytest.raises(DefinitionError, match="zero or more"):
            Targets(rows=(Target(kpi="calls", period="2026-04", unit="p", value=value),))

    @pytest.mark.parametrize(
        "row", [{"kpi": "calls"}, {"kpi": "c", "period": "2026-04", "unit": "p", "value": "x"}]
    )
    def test_a_row_that_lacks_something_is_refused_with_its_number(self, row):
        with pytest.raises(DefinitionError, match="Target 1"):
            Targets.of([row])


class TestChanges:
    def test_a_change_counts_from_its_day_and_the_old_target_is_kept(self):
        old = Target(kpi="calls", period="2026-04", unit="p", value=20)
        new = Target(
            kpi="calls", period="2026-04", unit="p", value=10, set_on=dt.date(2026, 4, 15), note="leave"
        )
        made = Targets(rows=(new, old))
        assert [20.0] == [row.value for row in made.in_force(dt.date(2026, 4, 14))]
        assert [10.0] == [row.value for row in made.in_force(dt.date(2026, 4, 15))]
        assert ((old, new),) == made.changes(dt.date(2026, 4, 30))
