"""Every figure of a company's report agrees with counting the plain lists one by one."""

import datetime as dt
import statistics
from zoneinfo import ZoneInfo

import pytest

from leadflow.adapters.memory import MemoryStore
from leadflow.calendars import BusinessCalendar, PeriodKind
from leadflow.errors import InputError, NotFoundError, UnknownNameError
from leadflow.records import AssignmentState
from leadflow.reporting import UNASSIGNED, build_report

TOKYO = ZoneInfo("Asia/Tokyo")
AS_OF = dt.datetime(2026, 9, 16, 15, tzinfo=TOKYO)
STARTS = {
    "day": dt.date(2026, 9, 16),
    "week": dt.date(2026, 9, 14),
    "month": dt.date(2026, 9, 1),
    "quarter": dt.date(2026, 7, 1),
    "year": dt.date(2026, 4, 1),
}
TEAM_OF = {f"p{n}": ("east", "west", "kanto")[n % 3] for n in range(7)}
ABOVE = {"east": "inside", "west": "inside", "kanto": "field", "inside": "company", "field": "company"}


def units_of(person):
    if person not in TEAM_OF:
        return {UNASSIGNED, "company"}
    team = TEAM_OF[person]
    return {person, team, ABOVE[team], "company"}


def owner_at(known, lead_id, moment):
    offers = [one for one in known.assignments if one.lead_id == lead_id and one.offered_at <= moment]
    return max(offers, key=lambda one: one.offered_at).owner if offers else None


def happened(known, kpi):
    """Everything that counts towards a KPI: (lead, moment, person, amount)."""
    kinds = {
        "calls": "call",
        "calls_connected": "call_connected",
        "appointments": "appointment",
        "opportunities": "opportunity_created",
        "won_amount": "won",
    }
    rows = []
    if kpi in kinds:
        for one in known.activities:
            if one.kind == kinds[kpi]:
                who = one.attributes.get("by") or owner_at(known, one.lead_id, one.at)
                rows.append(
                    (one.lead_id, one.at, who, one.attributes.get("amount", 0) if kpi == "won_amount" else 1)
                )
    elif kpi == "leads":
        first = {}
        for lead_id, _, at in known.records:
            first[lead_id] = min(at, first.get(lead_id, at))
        rows = [(lead_id, at, owner_at(known, lead_id, at), 1) for lead_id, at in first.items()]
    else:
        stage = {"mqls": "MQL", "sals": "SAL"}[kpi]
        rows = [
            (lead_id, at, owner_at(known, lead_id, at), 1)
            for lead_id, stays in known.histories.items()
            for name, at, _ in stays
            if name == stage
        ]
    return [row for row in rows if row[1] <= AS_OF]


@pytest.mark.parametrize(
    "kpi",
    ["calls", "calls_connected", "appointments", "leads", "mqls", "sals", "opportunities", "won_amount"],
)
class TestAttainment:
    def test_actual_figures_agree_with_a_plain_count(self, report, known, kpi):
        rows = happened(known, kpi)
        for row in report["attainment"].where({"kpi": kpi}):
            expected = sum(
                amount
                for _, at, who, amount in rows
                if at.astimezone(TOKYO).date() >= STARTS[row["period"]] and row["unit"] in units_of(who)
            )
            assert expected == row["actual"]

    def test_a_unit_that_is_left_out_did_nothing(self, report, known, kpi):
        shown = {row["unit"] for row in report["attainment"].where({"kpi": kpi})}
        acted = {
            unit
            for _, at, who, _ in happened(known, kpi)
            if at.astimezone(TOKYO).date() >= STARTS["year"]
            for unit in units_of(who)
        }
        assert acted - shown == set()

    def test_the_leads_behind_a_figure_are_those_that_were_counted(self, report, known, kpi):
        section = report["attainment"]
        for number, row in enumerate(section):
            if row["kpi"] == kpi:
                expected = {
                    lead_id
                    for lead_id, at, who, _ in happened(known, kpi)
                    if at.astimezone(TOKYO).date() >= STARTS[row["period"]] and row["unit"] in units_of(who)
                }
                assert expected == set(section.lead_ids(number, "actual"))


class TestTargets:
    def test_a_months_target_is_due_by_working_days(self, report):
        calendar = BusinessCalendar.japan()
        (row,) = report["attainment"].where({"kpi": "calls", "unit": "p0", "period": "month"})
        whole = calendar.working_days(dt.date(2026, 9, 1), dt.date(2026, 10, 1))
        over = calendar.working_days(dt.date(2026, 9, 1), dt.date(2026, 9, 16)) + 6 / 9
        assert pytest.approx(3.0) == row["target"]
        assert pytest.approx(3.0 * over / whole) == row["due"]
        assert pytest.approx(whole - over) == row["working_days_left"]

    def test_targets_of_people_add_up_to_teams_departments_and_the_company(self, report):
        section = report["attainment"]
        for period in STARTS:
            own = {row["unit"]: row["target"] for row in section.where({"kpi": "calls", "period": period})}
            assert pytest.approx(own["p0"] + own["p3"] + own["p6"]) == own["east"]
            assert pytest.approx(own["east"] + own["west"]) == own["inside"]
            assert pytest.approx(own["inside"] + own["field"]) == own["company"]

    def test_what_is_needed_per_day_reaches_the_target(self, report):
        for row in report["attainment"]:
            if row["needed_per_day"]:
                reached = row["actual"] + row["needed_per_day"] * row["working_days_left"]
                assert pytest.approx(row["target"]) == reached

    def test_a_ratio_has_the_ratio_of_the_sums(self, report):
        section = report["attainment"]
        for row in section.where({"kpi": "connect_rate"}):
            key = {"unit": row["unit"], "period": row["period"]}
            connected = [one["actual"] for one in section.where({"kpi": "calls_connected", **key})]
            calls = [one["actual"] for one in section.where({"kpi": "calls", **key})]
            expected = connected[0] / calls[0] if connected and calls and calls[0] else None
            assert row["actual"] in {
                expected,
                None if not connected else expected,
                0.0 if not connected else expected,
            }


class TestFunnel:
    def test_balances_and_flows_reconcile_for_every_stage_and_month(self, report):
        rows = report["flow"].to_dicts()
        assert all(row["opening"] + row["entered"] - row["left"] == row["closing"] for row in rows)
        by_stage = {}
        for row in rows:
            assert by_stage.get(row["stage"], row["opening"]) == row["opening"]
            by_stage[row["stage"]] = row["closing"]

    def test_the_last_balance_is_where_the_leads_are_now(self, report, known):
        now = {}
        for stays in known.histories.values():
            for stage, entered, left in stays:
                if entered <= AS_OF and (left is None or left > AS_OF):
                    now[stage] = now.get(stage, 0) + 1
        last = {row["stage"]: row["closing"] for row in report["flow"].where({"month": "2026-09"})}
        assert now == {stage: count for stage, count in last.items() if count}
        assert now == {row["stage"]: row["now"] for row in report["funnel"] if row["now"]}

    def test_a_lead_beyond_a_stage_has_reached_it(self, report, known):
        order = ["Lead", "MQL", "SAL", "Opportunity", "Won"]
        furthest = [
            max(order.index(stage) for stage, entered, _ in stays if entered <= AS_OF)
            for stays in known.histories.values()
            if any(entered <= AS_OF for _, entered, _ in stays)
        ]
        for row in report["funnel"]:
            expected = sum(place >= order.index(row["stage"]) for place in furthest)
            assert expected == row["reached"]

    def test_the_median_stay_agrees_with_a_plain_median(self, report, known):
        days = [
            (left - entered).total_seconds() / 86400
            for stays in known.histories.values()
            for stage, entered, left in stays
            if stage == "Lead" and left is not None and left <= AS_OF
        ]
        assert pytest.approx(statistics.median(days)) == report["funnel"]["median_days"][0]

    def test_cohorts_hold_every_lead_once(self, report, known):
        born = {lead_id for lead_id, _, at in known.records if at <= AS_OF}
        assert len(born) == sum(report["cohorts"]["leads"])


class TestOwnership:
    def test_counts_by_owner_agree_with_the_list_of_hand_overs(self, report, known):
        offered = [one for one in known.assignments if one.offered_at <= AS_OF]
        for row in report["ownership"]:
            mine = [one for one in offered if row["unit"] in units_of(one.owner)]
            waiting = [one for one in mine if one.state is AssignmentState.OFFERED]
            late = [one for one in waiting if one.deadline < AS_OF]
            expected = (len(mine), len(waiting), len(late))
            assert expected == (row["handed_over"], row["waiting"], row["overdue"])

    def test_untouched_means_that_nobody_of_staff_acted_since_the_hand_over(self, report, known):
        live = {AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.FOLLOWED_UP}
        acted = [one for one in known.activities if "by" in one.attributes and one.at <= AS_OF]
        untouched = [
            one
            for one in known.assignments
            if one.offered_at <= AS_OF
            and one.state in live
            and not any(
                a.lead_id == one.lead_id and a.at >= one.offered_at.replace(microsecond=0) for a in acted
            )
        ]
        (company,) = report["ownership"].where({"level": "company"})
        assert len(untouched) == company["untouched"]

    def test_overdue_hand_overs_come_with_their_lateness_the_latest_first(self, report):
        hours = report["overdue"]["hours_late"]
        assert len(hours) > 3
        assert sorted(hours, reverse=True) == list(hours)
        calendar = BusinessCalendar.japan()
        (first, *_) = report["overdue"].to_dicts()
        assert calendar.between(first["deadline"], AS_OF).seconds / 3600 == first["hours_late"]

    def test_every_hand_over_is_followed_up_in_one_row(self, report, known):
        offered = sum(one.offered_at <= AS_OF for one in known.assignments)
        assert offered == sum(report["follow_up"]["count"])
        assert pytest.approx(1.0) == sum(report["follow_up"]["share"])


class TestQuality:
    def test_duplicates_are_records_less_leads(self, report, known):
        total = report["duplicates"].to_dicts()[-1]
        there = [lead_id for lead_id, _, at in known.records if at <= AS_OF]
        leads = len(set(there))
        assert (len(there), leads, len(there) - leads) == (
            total["records"],
            total["leads"],
            total["duplicates"],
        )

    def test_rejects_come_from_the_account_of_the_reading(self, report):
        assert [("no name", 7), ("no address <script>", 3)] == [
            (row["reason"], row["count"]) for row in report["rejects"]
        ]
        assert (10 / 130) == report["quality"]["reject_rate"][0]

    def test_the_leads_behind_a_completeness_are_those_without_a_value(self, report, known):
        section = report["completeness"]
        row = section["field"].index("lead_source")
        there = {lead_id for lead_id, _, at in known.records if at <= AS_OF}
        empty = [one for n, one in enumerate(known.companies) if n % 4 and one in there]
        assert empty == list(section.lead_ids(row, "filled"))


class TestCampaigns:
    @pytest.mark.parametrize("name", ["campaigns", "origins"])
    def test_every_lead_has_one_campaign_and_one_origin(self, report, known, name):
        assert len({lead_id for lead_id, _, at in known.records if at <= AS_OF}) == sum(report[name]["leads"])

    def test_won_amounts_of_campaigns_and_origins_add_up_to_all_that_was_won(self, report, known):
        won = sum(
            one.attributes["amount"] for one in known.activities if one.kind == "won" and one.at <= AS_OF
        )
        assert won == sum(report["campaigns"]["won_amount"]) == sum(report["origins"]["won_amount"])

    def test_an_unknown_cost_is_unknown_and_gives_no_return(self, report):
        (known_cost,) = report["campaigns"].where({"campaign": "mail<1>"})
        (unknown,) = report["campaigns"].where({"campaign": None})
        assert known_cost["roi"] == (known_cost["won_amount"] - 400_000) / 400_000
        assert (unknown["cost"], unknown["roi"], unknown["cost_per_lead"]) == (None, None, None)


class TestMoment:
    def test_an_old_report_can_be_computed_again_from_what_was_known_then(self, known):
        with known.store.snapshot() as reader:
            early = build_report(reader, as_of=dt.datetime(2026, 6, 1, tzinfo=TOKYO))
        born = {lead_id for lead_id, _, at in known.records if at <= dt.datetime(2026, 6, 1, tzinfo=TOKYO)}
        assert len(born) == sum(early["cohorts"]["leads"])

    def test_a_moment_without_time_zone_is_refused(self):
        with MemoryStore().snapshot() as reader, pytest.raises(InputError, match="time zone"):
            build_report(reader, as_of=dt.datetime(2026, 9, 30))  # that it has none is the point

    def test_the_day_begins_at_midnight_in_the_calendars_zone(self, known):
        moment = dt.datetime(2026, 7, 1, 0, 30, tzinfo=TOKYO)
        with known.store.snapshot() as reader:
            report = build_report(reader, as_of=moment.astimezone(dt.UTC))
        assert dt.date(2026, 7, 1) == report.attainment.today
        assert report.attainment.fiscal.period(PeriodKind.QUARTER, report.attainment.today).label == "2026-Q2"


class TestSections:
    def test_an_unknown_section_or_figure_suggests_the_near_miss(self, report):
        with pytest.raises(UnknownNameError, match="'funnel'"):
            report["funel"]
        with pytest.raises(NotFoundError, match="'calls'"):
            report.lead_ids("call")

    def test_an_empty_store_has_an_empty_report(self):
        with MemoryStore().snapshot() as reader:
            empty = build_report(reader, as_of=AS_OF)
        assert [] == empty["attainment"].to_dicts()
        assert () == empty.headline

    def test_everything_is_plain_data(self, report):
        import json  # only here

        plain = json.loads(json.dumps(report.to_dict(), ensure_ascii=False))
        assert set(report.sections) == set(plain["sections"])
