"""Reports of a few leads whose figures can be counted by hand."""

import datetime as dt
from zoneinfo import ZoneInfo

import attrs
import pytest

from leadflow.adapters.memory import MemoryStore
from leadflow.columns import Column
from leadflow.engine import correct
from leadflow.errors import DefinitionError, InputError, UnknownNameError
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    AssignmentState,
    Event,
    EventKind,
    GoldenBatch,
    LeadBatch,
    SourceRecord,
    StageHistory,
    StageInterval,
    StateBatch,
)
from leadflow.reporting import (
    Activities,
    Hierarchy,
    Kpi,
    Measure,
    Move,
    Ratio,
    Target,
    Targets,
    Unit,
    build_report,
    reminders,
    render_html,
    shortfall_by_field,
    shortfall_by_unit,
)
from leadflow.reporting.trends import trend_report

TREE = Hierarchy(
    units=(
        Unit(id="company", name="会社", level="company"),
        Unit(id="east", name="東日本", level="team", parent="company"),
        Unit(id="west", name="西日本", level="team", parent="company"),
        Unit(id="sato", name="佐藤", level="person", parent="east"),
        Unit(id="kato", name="加藤", level="person", parent="west"),
    )
)


def tokyo(*parts):
    return dt.datetime(*parts, tzinfo=ZoneInfo("Asia/Tokyo"))


def activity(lead_id, kind, at, **attributes):
    return Activity(lead_id=lead_id, kind=kind, at=at, attributes=attributes)


def small_store(leads, *, records=None, activities=(), stays=None, offers=(), events=(), imports=None):
    """Put leads (fields by id) into a store; each came on 1 January 2026 unless its records say otherwise."""
    store, ids = MemoryStore(), list(leads)
    told = records or [(one, "list", tokyo(2026, 1, 1), {}) for one in ids]
    sources = [
        SourceRecord(id=f"r{n}", source=source, observed_at=seen, values=values)
        for n, (_, source, seen, values) in enumerate(told)
    ]
    with store.session() as session:
        session.add_records(LeadBatch.from_records(sources), [lead_id for lead_id, *_ in told])
        batch = LeadBatch.from_dicts([leads[one] for one in ids], ids=ids)
        session.put_leads(GoldenBatch(leads=batch, winners={}, rules={}))
        session.add_activities(ActivityLog.of(activities))
        for lead_id, stages in (stays or {}).items():
            ends = [*(at for _, at in stages[1:]), None]
            intervals = tuple(
                StageInterval(stage=stage, entered_at=at, left_at=end)
                for (stage, at), end in zip(stages, ends, strict=True)
            )
            session.put_histories([StageHistory(lead_id=lead_id, intervals=intervals)])
            session.put_states(StateBatch.of([lead_id], stages=Column.of([stages[-1][0]])))
        session.put_assignments(list(offers))
        session.append(list(events))
        if imports:
            session.put_document("imports", imports)
    return store


def report_of_leads(store, as_of, **more):
    with store.snapshot() as reader:
        return build_report(reader, as_of=as_of, **{"hierarchy": TREE, **more})


def figures(report, kpi, period):
    rows = report["attainment"].where({"kpi": kpi, "period": period})
    return {row["unit"]: row["actual"] for row in rows}


class TestFigures:
    def test_a_ratio_of_different_leads_counts_each_lead_once(self):
        calls = [activity("L1", "call", tokyo(2026, 7, 1, hour), by="sato") for hour in (9, 10, 11)]
        store = small_store(
            {"L1": {}, "L2": {}}, activities=[*calls, activity("L2", "call", tokyo(2026, 7, 2), by="sato")]
        )
        called = Kpi(name="called", source=Activities(kinds=("call",)), measure=Measure.DISTINCT)
        large = Kpi(name="calls", source=Activities(kinds=("call",)))
        report = report_of_leads(
            store,
            tokyo(2026, 7, 3, 12),
            kpis=[called, large, Ratio(name="each", numerator="called", denominator="calls")],
        )
        assert {"company": 0.5, "east": 0.5, "sato": 0.5} == figures(report, "each", "month")

    def test_a_ratio_of_zero_is_a_figure_and_a_ratio_of_nothing_is_none(self):
        report = report_of_leads(
            small_store({"L1": {}}, activities=[activity("L1", "call", tokyo(2026, 7, 1), by="sato")]),
            tokyo(2026, 7, 3, 12),
        )
        assert {"company": 0.0, "east": 0.0, "sato": 0.0} == figures(report, "connect_rate", "month")
        assert figures(report, "connect_rate", "day")["sato"] is None

    def test_a_week_that_began_in_the_year_before_has_everybody_who_did_something_in_it(self):
        calls = [
            activity("L1", "call", tokyo(2026, 3, 30), by="sato"),
            activity("L1", "call", tokyo(2026, 4, 1), by="kato"),
        ]
        report = report_of_leads(small_store({"L1": {}}, activities=calls), tokyo(2026, 4, 2, 12))
        assert {"company": 2, "east": 1, "sato": 1, "west": 1, "kato": 1} == figures(report, "calls", "week")
        assert {"company": 1, "east": 0, "sato": 0, "west": 1, "kato": 1} == figures(report, "calls", "year")

    def test_different_leads_are_those_behind_the_figure(self):
        calls = [
            activity(one, "call", tokyo(2026, 7, 1), by="sato") for one in ("L1", "L1", "nobody", "somebody")
        ]
        called = Kpi(name="called", source=Activities(kinds=("call",)), measure=Measure.DISTINCT)
        report = report_of_leads(small_store({"L1": {}}, activities=calls), tokyo(2026, 7, 3), kpis=[called])
        assert ("L1",) == report.lead_ids("called")
        assert 1 == figures(report, "called", "month")["company"]

    def test_a_unit_that_is_not_there_suggests_the_near_miss(self):
        report = report_of_leads(small_store({"L1": {}}), tokyo(2026, 7, 3))
        for ask in (
            lambda: report.lead_ids("calls", unit="easst"),
            lambda: shortfall_by_unit(report.attainment, "calls", unit="easst"),
            lambda: trend_report(report.attainment, unit="easst"),
        ):
            with pytest.raises(UnknownNameError, match="'east'"):
                ask()

    @pytest.mark.parametrize(
        "source", [{"kinds": "call"}, {"kinds": ()}, {"kinds": ("call",), "where": {"place": "on site"}}]
    )
    def test_one_text_instead_of_several_is_refused(self, source):
        with pytest.raises(DefinitionError, match="in a tuple"):
            Activities(**source)


class TestDates:
    def test_a_lead_that_claims_to_be_made_after_it_was_seen_counts_when_it_was_seen_and_is_flagged(self):
        future = {"created_at": tokyo(2062, 4, 1)}
        store = small_store({"L1": future}, records=[("L1", "list", tokyo(2026, 7, 1), future)])
        report = report_of_leads(store, tokyo(2026, 7, 3, 12))
        assert ("L1",) == report.lead_ids("leads")
        assert [("created_at", "future")] == [(row["field"], row["rule"]) for row in report["plausibility"]]

    @pytest.mark.parametrize("refreshed", [False, True])
    def test_a_date_that_cannot_be_is_corrected_with_who_when_and_why(self, refreshed):
        wrong, right, now = tokyo(1926, 6, 30), tokyo(2026, 6, 30), tokyo(2026, 7, 3, 12)
        made = {"created_at": wrong}
        store = small_store({"L1": made}, records=[("L1", "list", tokyo(2026, 7, 1), made)])
        before = report_of_leads(store, now)
        assert [("created_at", "past")] == [(row["field"], row["rule"]) for row in before["plausibility"]]
        for value in ("2026-06-30", right.replace(tzinfo=None), wrong):
            with pytest.raises(InputError):
                correct(store, "L1", "created_at", value, actor="sato", reason="typed 19 for 20", now=now)
        event = correct(store, "L1", "created_at", right, actor="sato", reason="typed 19 for 20", now=now)
        assert {"field": "created_at", "old": wrong.isoformat(), "new": right.isoformat()} == event.detail
        after = report_of_leads(store, now, holdings=before.facts.holdings if refreshed else None)
        assert not len(after["plausibility"])
        assert right.timestamp() == after.facts.born[0]
        (row,) = after["corrections"]
        assert ("sato", "typed 19 for 20") == (row["actor"], row["reason"])
        again = correct(
            store, "L1", "created_at", tokyo(2026, 6, 29), actor="sato", reason="a day before", now=now
        )
        assert right.isoformat() == again.detail["old"]
        assert tokyo(2026, 6, 29).timestamp() == report_of_leads(store, now).facts.born[0]


class TestPlausibility:
    def test_values_below_zero_and_dates_of_another_age_are_flagged_and_fit_no_other_rule(self):
        leads = {
            "L1": {"amount": -5, "employees": 10},
            "L2": {"amount": 3_000_000, "employees": -3, "revenue": -1},
            "L3": {"created_at": tokyo(1899, 12, 30)},
            "L4": {"amount": 3_000_000, "employees": 0, "created_at": tokyo(1990, 1, 1)},
        }
        report = report_of_leads(small_store(leads), tokyo(2026, 7, 3))["plausibility"]
        assert {
            ("L1", "amount", "negative"),
            ("L2", "employees", "negative"),
            ("L3", "created_at", "past"),
        } == {(row["lead_id"], row["field"], row["rule"]) for row in report}
        assert len(report) == 3
        assert "マイナスの値" in report.text()


class TestLists:
    def test_a_list_of_which_every_row_was_refused_has_no_leads_behind_it(self):
        account = {"source": "bad", "at": "2026-07-01T09:00:00+09:00", "read": 5, "rejected": 5}
        report = report_of_leads(small_store({"L1": {}}, imports={"one": account}), tokyo(2026, 7, 3))
        months = report["quality_months"]
        assert () == months.lead_ids(months["source"].index("bad"), "read")


class TestCampaigns:
    def report(self, **costs):
        leads = {one: {"campaign": name} for one, name in (("L1", "X"), ("L2", "X"), ("L3", "Y"))}
        deals = [
            activity("L1", "opportunity_created", tokyo(2026, 7, 1)),
            activity("L1", "won", tokyo(2026, 7, 2), amount=900),
            activity("L3", "won", tokyo(2026, 7, 2), amount=700),
            activity("L3", "won", tokyo(2026, 7, 2)),
        ]
        return report_of_leads(small_store(leads, activities=deals), tokyo(2026, 7, 3), costs=costs)[
            "campaigns"
        ]

    def test_a_cost_is_told_per_stage_and_is_unknown_where_nobody_reached_it(self):
        (row,) = self.report(X=600).where({"campaign": "X"})
        each = [row[f"cost_per_{stage}"] for stage in ("lead", "mql", "opportunity", "won")]
        assert [300, None, 600, 600] == each
        assert 0.5 == row["roi"]

    def test_a_won_deal_of_unknown_amount_leaves_no_return(self):
        report = self.report(X=600, Y=100)
        (row,) = report.where({"campaign": "Y"})
        assert (2, 700, 100, None) == (row["won"], row["won_amount"], row["cost"], row["roi"])
        assert any(note.en.startswith("1 won of unknown amount") for note in report.notes)

    @pytest.mark.parametrize("cost", [-1, float("nan"), float("inf")])
    def test_a_cost_that_is_none_is_refused(self, cost):
        with pytest.raises(DefinitionError, match="cost of 'X'"):
            self.report(X=cost)


class TestMoments:
    @pytest.mark.parametrize("year", [1, 9999])
    def test_a_moment_beyond_the_calendars_is_refused(self, year):
        with pytest.raises(InputError, match="expected 1900 to 9900"):
            report_of_leads(small_store({}), dt.datetime(year, 6, 1, tzinfo=dt.UTC))


class TestDeclined:
    def report(self, as_of):
        why = [("A1", "sato", "競合"), ("A2", "kato", "予算なし"), ("A3", "kato", "競合"), ("A4", "kato", "")]
        offers = [
            Assignment(
                id=one,
                lead_id=f"L{one[1]}",
                owner=owner,
                offered_at=tokyo(2026, 7, 1, 9),
                state=AssignmentState.DECLINED,
            )
            for one, owner, _ in why
        ]
        events = [
            Event(
                kind=EventKind.DECLINED,
                lead_id=f"L{one[1]}",
                at=tokyo(2026, 7, 1, 9 + int(one[1])),
                actor=owner,
                reason=reason,
                detail={"assignment_id": one},
            )
            for one, owner, reason in why
        ]
        leads = {f"L{n}": {} for n in range(1, 5)}
        return report_of_leads(small_store(leads, offers=offers, events=events), as_of)

    def test_reasons_are_counted_at_every_level_and_add_up_to_what_was_declined(self):
        report = self.report(tokyo(2026, 7, 3))
        assert {
            ("company", "競合"): 2,
            ("company", "予算なし"): 1,
            ("company", None): 1,
            ("east", "競合"): 1,
            ("sato", "競合"): 1,
            ("west", "競合"): 1,
            ("west", "予算なし"): 1,
            ("west", None): 1,
            ("kato", "競合"): 1,
            ("kato", "予算なし"): 1,
            ("kato", None): 1,
        } == {(row["unit"], row["reason"]): row["declined"] for row in report["declined"]}
        assert ("L1", "L3") == report["declined"].lead_ids(0, "declined")
        for row in report["ownership"]:
            told = report["declined"].where({"unit": row["unit"]})
            assert row["declined"] == sum(one["declined"] for one in told)
            assert pytest.approx(1.0) == sum(one["share"] for one in told)

    def test_a_report_of_the_past_knows_only_the_reasons_that_were_given_by_then(self):
        report = self.report(tokyo(2026, 7, 1, 11, 30))
        assert [("競合", 1), ("予算なし", 1)] == [
            (row["reason"], row["declined"]) for row in report["declined"] if row["unit"] in {"sato", "kato"}
        ]


class TestTargets:
    def test_a_change_is_told_from_its_day_on_with_both_values_and_the_reason(self):
        old = Target(kpi="won_amount", period="2026-07", unit="sato", value=2_000_000)
        new = Target(
            kpi="won_amount",
            period="2026-07",
            unit="sato",
            value=1_000_000,
            set_on=dt.date(2026, 7, 3),
            note="休職<b>",
        )
        last = Target(kpi="won_amount", period="2025-07", unit="sato", value=1)
        targets = Targets(rows=(old, new, last, attrs.evolve(last, set_on=dt.date(2025, 7, 2))))
        store = small_store({"L1": {}})
        before, after = (report_of_leads(store, tokyo(2026, 7, day, 12), targets=targets) for day in (2, 3))
        told = "目標の変更（2026-07-03から）：受注金額・佐藤・2026年7月　2,000千円→1,000千円（休職<b>）"
        assert [told] == [note.ja for note in after["attainment"].notes if "変更" in note.ja]
        assert not [note for note in before["attainment"].notes if "変更" in note.ja]
        assert "休職&lt;b&gt;" in render_html(after)
        assert "休職<b>" not in render_html(after)

    def test_of_many_changes_the_latest_are_told_and_the_others_counted(self):
        rows = [Target(kpi="calls", period="2026-07", unit="sato", value=1)]
        rows += [
            Target(kpi="calls", period="2026-07", unit="sato", value=day, set_on=dt.date(2026, 7, day))
            for day in range(2, 10)
        ]
        report = report_of_leads(small_store({}), tokyo(2026, 7, 20), targets=Targets(rows=tuple(rows)))
        told = [note.en for note in report["attainment"].notes if "hange" in note.en]
        assert told[0] == "Target changed on 2026-07-09: Calls, 佐藤, 2026-07, from 8 to 9."
        assert told[5:] == ["And 3 more changes of targets."]


class TestMoves:
    def test_the_gap_of_a_team_holds_of_whoever_moved_only_the_days_in_it(self):
        calls = [activity("L1", "call", tokyo(2026, 7, day, 10), by="sato") for day in (1, 2, 8, 9, 10)]
        tree = Hierarchy(units=TREE.units, moves=(Move(unit="sato", parent="west", on=dt.date(2026, 7, 8)),))
        targets = Targets(rows=(Target(kpi="calls", period="2026-07", unit="sato", value=44),))  # two a day
        report = report_of_leads(
            small_store({"L1": {}}, activities=calls), tokyo(2026, 7, 10, 18), hierarchy=tree, targets=targets
        )

        def contributions(unit):
            found = shortfall_by_unit(report.attainment, "calls", unit=unit)
            return dict(zip(found["unit"], map(pytest.approx, found["contribution"]), strict=True))

        assert {"sato": 2 - 10, "east": 0} == contributions("east")
        assert {"sato": 3 - 6, "west": 0} == contributions("west")
        assert {"east": 2 - 10, "west": 3 - 6, "company": 0} == contributions("company")


class TestReminders:
    def test_an_owner_outside_the_hierarchy_is_reminded_too(self):
        offers = [
            Assignment(id=f"A{n}", lead_id=f"L{n}", owner=owner, offered_at=tokyo(2026, 7, 1, 9))
            for n, owner in enumerate(("stranger", "kato"))
        ]
        report = report_of_leads(small_store({"L0": {}, "L1": {}}, offers=offers), tokyo(2026, 7, 2))
        found = {message.to: message.payload["leads"] for message in reminders(report)}
        assert ["west", "kato", "stranger"] == list(found)
        assert {"waiting": ["L0"], "untouched": ["L0"]} == found["stranger"]


class TestWhy:
    """From every figure of a trend and of a shortfall to its leads."""

    @pytest.fixture
    def report(self):
        happened = [
            ("L1", "opportunity_created", tokyo(2026, 6, 1), {}),
            ("L2", "opportunity_created", tokyo(2026, 7, 6), {}),
            ("L2", "lost", tokyo(2026, 7, 7), {}),
            ("L1", "won", tokyo(2026, 7, 8), {"amount": 5}),
            ("nobody", "won", tokyo(2026, 7, 8), {"amount": 5}),
            ("L3", "call", tokyo(2026, 7, 2), {"by": "sato"}),
            ("L2", "call", tokyo(2026, 7, 9), {"by": "sato"}),
            ("L1", "call", tokyo(2026, 7, 9), {"by": "east"}),
        ]
        days = {
            "L0": tokyo(2026, 4, 1),
            "L1": tokyo(2026, 4, 3),
            "L2": tokyo(2026, 7, 3),
            "L3": tokyo(2026, 7, 2),
        }
        store = small_store(
            {one: {"lead_source": "Web" if one == "L3" else None} for one in days},
            records=[(one, "list", day, {}) for one, day in days.items()],
            activities=[activity(one, kind, at, **more) for one, kind, at, more in happened],
            stays={"L2": [("Lead", tokyo(2026, 7, 3)), ("MQL", tokyo(2026, 7, 4))]},
        )
        tree = Hierarchy(units=TREE.units, moves=(Move(unit="sato", parent="west", on=dt.date(2026, 7, 8)),))
        asked = {"company": 9, "east": 4}
        rows = [
            Target(kpi="calls", period="2026-07", unit=unit, value=value) for unit, value in asked.items()
        ]
        return report_of_leads(
            store, tokyo(2026, 7, 10, 18), hierarchy=tree, targets=Targets(rows=tuple(rows))
        )

    def test_the_trend(self, report):
        trend = report["trend"]
        places = {(row["kpi"], row["day"].day): n for n, row in enumerate(trend) if row["day"].month == 7}
        behind = {day: trend.lead_ids(places["calls", day], "actual") for day in (1, 2, 8, 9, 31)}
        assert {1: (), 2: ("L3",), 8: ("L3",), 9: ("L3", "L2", "L1"), 31: ("L3", "L2", "L1")} == behind

    def test_the_units_below_with_their_days_there_and_the_unit_itself(self, report):
        found = shortfall_by_unit(report.attainment, "calls")
        told = {unit: found.lead_ids(n, "contribution") for n, unit in enumerate(found["unit"])}
        assert {"east": ("L3", "L1"), "west": ("L2",), "company": ()} == told
        found = shortfall_by_unit(report.attainment, "calls", unit="east")
        told = {unit: found.lead_ids(n, "contribution") for n, unit in enumerate(found["unit"])}
        assert ("L3",) == told["sato"]
        assert ("L1",) == told["east"]

    def test_the_groups_of_a_field(self, report):
        found = shortfall_by_field(report.attainment, report.facts, "leads", "lead_source")
        told = {
            row["group"]: (found.lead_ids(n, "before"), found.lead_ids(n, "after"))
            for n, row in enumerate(found)
        }
        assert {None: (("L0", "L1"), ("L2",)), "Web": ((), ("L3",))} == told

    def test_the_steps_of_the_won_amount(self, report):
        found = report["shortfall"]
        assert {
            "leads": ("L2", "L3"),
            "mql_rate": ("L2",),
            "opportunity_rate": ("L2",),
            "pipeline": ("L1", "L2"),
            "speed": ("L1", "L2"),
            "win_rate": ("L1",),
            "deal_size": ("L1",),
            "won_amount": ("L1",),
        } == {step: found.lead_ids(n, "after") for n, step in enumerate(found["step"])}
        assert ("L0", "L1") == found.lead_ids(0, "before")
