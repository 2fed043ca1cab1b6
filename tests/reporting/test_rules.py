"""Stated rules, each computed a second time by hand: moves, missing days, business hours, forecasts, corrections."""

import datetime as dt
import itertools
import math
import statistics

import pytest

from leadflow.adapters.memory import MemoryStore
from leadflow.engine import correct
from leadflow.records import Activity, ActivityLog
from leadflow.reporting import Hierarchy, Move, build_report

HOLIDAYS = {
    dt.date(2026, *day)
    for day in ((4, 29), (5, 4), (5, 5), (5, 6), (7, 20), (8, 11), (9, 21), (9, 22), (9, 23))
}
OPEN, SHUT = dt.time(9), dt.time(18)
NORMAL_80 = statistics.NormalDist().inv_cdf(0.9)


def works(day):
    return day.weekday() < 5 and day not in HOLIDAYS


def business_hours(begin, end, zone):
    """Hours between two moments in which a Japanese office is open, day by day."""
    begin, end = begin.astimezone(zone), end.astimezone(zone)
    total = dt.timedelta()
    for n in range((end.date() - begin.date()).days + 1):
        day = begin.date() + dt.timedelta(days=n)
        if works(day):
            opens, shuts = (dt.datetime.combine(day, time, zone) for time in (OPEN, SHUT))
            total += max(min(shuts, end) - max(opens, begin), dt.timedelta())
    return total.total_seconds() / 3600


def calls_by(known, report, people, first, last):
    """Calls of some people on the days from first to last, by hand."""
    days = (one.at.astimezone(report.facts.zone).date() for one in known.activities)
    return sum(
        one.kind == "call" and one.attributes.get("by") in people and first <= day <= last
        for one, day in zip(known.activities, days, strict=True)
        if one.at <= report.as_of
    )


class TestMoves:
    def test_a_move_in_mid_quarter_credits_each_team_with_its_own_days(self, known, report):
        hierarchy = report.attainment.hierarchy
        moved = dt.date(2026, 8, 10)
        move = Move(unit="p0", parent="kanto", on=moved)
        with known.store.snapshot() as reader:
            after = build_report(
                reader, as_of=report.as_of, hierarchy=Hierarchy(units=hierarchy.units, moves=(move,))
            )
        begin, today = dt.date(2026, 7, 1), report.as_of.date()
        expected = {
            "east": calls_by(known, report, {"p3", "p6"}, begin, today)
            + calls_by(known, report, {"p0"}, begin, moved - dt.timedelta(days=1)),
            "kanto": calls_by(known, report, {"p2", "p5"}, begin, today)
            + calls_by(known, report, {"p0"}, moved, today),
            "p0": calls_by(known, report, {"p0"}, begin, today),
        }
        found = {
            row["unit"]: row["actual"]
            for row in after["attainment"].where({"kpi": "calls", "period": "quarter"})
        }
        assert expected == {unit: found[unit] for unit in expected}
        assert calls_by(known, report, {"p0"}, moved, today) > 0
        before = report["attainment"].where({"kpi": "calls", "period": "quarter", "unit": "company"})
        assert before[0]["actual"] == found["company"]


class TestMissingDays:
    def test_a_day_on_which_nothing_was_recorded_counts_as_zero_and_is_listed(self):
        store = MemoryStore()
        days = (1, 2, 28)
        with store.session() as session:
            session.add_activities(
                ActivityLog.of(
                    Activity(
                        lead_id="L1", kind="call", at=dt.datetime(2026, 7, n, 3, tzinfo=dt.UTC), key=str(n)
                    )
                    for n in days
                )
            )
        with store.snapshot() as reader:
            report = build_report(reader, as_of=dt.datetime(2026, 7, 29, 9, tzinfo=dt.UTC))
        rows = report["trend"].where({"kpi": "calls"})[:29]
        assert [dt.date(2026, 7, n) for n in range(1, 30)] == [row["day"] for row in rows]
        assert [sum(day <= n for day in days) for n in range(1, 30)] == [row["actual"] for row in rows]


class TestBusinessHours:
    def test_lateness_is_the_time_in_which_the_office_was_open(self, report):
        rows = report["overdue"].to_dicts()
        expected = [business_hours(row["deadline"], report.as_of, report.facts.zone) for row in rows]
        assert expected == pytest.approx([row["hours_late"] for row in rows])
        assert max(expected) > 100

    def test_the_company_accepts_in_the_median_of_the_open_hours(self, known, report):
        hours = [
            business_hours(one.offered_at, known.accepted[one.id], report.facts.zone)
            for one in known.assignments
            if one.offered_at <= report.as_of and known.accepted.get(one.id, report.as_of) < report.as_of
        ]
        (row,) = report["ownership"].where({"unit": "company"})
        assert statistics.median(hours) == pytest.approx(row["hours_to_accept"])


class TestForecasts:
    def test_the_months_forecast_is_the_run_rate_of_the_last_working_days(self, report):
        table = report.attainment
        history = table.working_history("calls", "company").tolist()
        (row,) = report["attainment"].where({"kpi": "calls", "unit": "company", "period": "month"})
        left, size = row["working_days_left"], len(history)
        # 16 September 2026, 15:00: a third of the day, then 17, 18 and, after the holidays, 24, 25, 28, 29, 30
        assert 1 / 3 + 7 == pytest.approx(left)
        spread = NORMAL_80 * statistics.stdev(history) * math.sqrt(left * (1 + left / size))
        middle = statistics.mean(history) * left
        assert row["actual"] + middle == pytest.approx(row["forecast"])
        assert row["actual"] + middle + spread == pytest.approx(row["forecast_high"])
        assert row["actual"] + max(middle - spread, 0) == pytest.approx(row["forecast_low"])

    def test_the_history_holds_working_days_before_today_each_with_the_days_off_before_it(
        self, known, report
    ):
        history = report.attainment.working_history("calls", "p1").tolist()
        day, days = report.as_of.date() - dt.timedelta(days=1), []
        while len(days) <= len(history):
            if works(day):
                days.insert(0, day)
            day -= dt.timedelta(days=1)
        expected = [
            calls_by(known, report, {"p1"}, before + dt.timedelta(days=1), after)
            for before, after in itertools.pairwise(days)
        ]
        assert expected[1:] == history[1:]  # the first has only the days off that the stretch begins with


class TestCorrections:
    def test_reports_count_a_correction_and_the_golden_lead_keeps_what_arrived(self, make):
        store = MemoryStore()
        known = make(store)
        lead, old = next(iter(known.amounts.items()))
        at = dt.datetime(2026, 9, 16, 6, tzinfo=dt.UTC)
        with store.snapshot() as reader:
            before = reader.leads().to_dicts()
        correct(store, lead, "amount", old + 1, actor="p1", reason="typed wrong", now=at)
        with store.snapshot() as reader:
            golden = reader.leads().to_dicts()
            report = build_report(reader, as_of=at + dt.timedelta(hours=1))
        assert before == golden
        assert old + 1 == report.facts.leads["amount"][report.facts.row_of[lead]]
