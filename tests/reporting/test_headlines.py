"""The headline says what is behind, the worst first, and is not deceived by an amount that cannot be right."""

import datetime as dt
from zoneinfo import ZoneInfo

import attrs
import pytest

from leadflow.columns import Column
from leadflow.records import Activity, ActivityLog
from leadflow.reporting import Hierarchy, Standing, Target, Targets
from leadflow.reporting.boards import company_board
from leadflow.reporting.company import report_of
from leadflow.reporting.figures import ColumnKind, money, written
from leadflow.reporting.headlines import standing
from leadflow.reporting.specimen import specimen_facts
from leadflow.reporting.summaries import summary_sentence

TOKYO = ZoneInfo("Asia/Tokyo")


def test_an_amount_that_needs_a_check_does_not_make_a_figure_look_well():
    facts = specimen_facts()
    targets = Targets(rows=(Target(kpi="mql_amount", period="2026-07", unit="company", value=30_000_000),))
    report = report_of(facts, targets=targets, hierarchy=Hierarchy.flat([]))
    (row,) = report["attainment"].where({"kpi": "mql_amount", "unit": "company", "period": "quarter"})
    assert row["pace"] > 1
    first = report.headline[0]
    assert Standing.BEHIND is first.standing
    assert "leaves out ¥90.0M" in first.text.en
    assert "90,000千円を除いた値" in first.text.ja
    assert summary_sentence(report).en.startswith("1 of 1 figures are behind")
    board = company_board(report)
    assert "figure holds ¥90.0M that needs a check; the headline leaves it out" in board
    assert "確認が必要な90,000千円を含みます" in board


def test_periods_are_named_in_the_language_of_the_reader():
    report = report_of(specimen_facts())["attainment"]
    japanese, english = report.text(language="ja"), report.text(language="en")
    for name in ("2026年度", "2026年度 第2四半期", "2026年7月13日の週"):
        assert name in japanese
    assert "FY2026" in english
    assert "FY2026" not in japanese


def test_the_worst_figure_comes_first():
    rows = (
        Target(kpi="calls", period="2026-07", unit="company", value=2),
        Target(kpi="leads", period="2026-07", unit="company", value=60),
    )
    report = report_of(
        specimen_facts(), targets=Targets(rows=rows), hierarchy=Hierarchy.flat(["sato", "suzuki"])
    )
    behind = [one for one in report.headline if one.standing is Standing.BEHIND]
    assert behind[0].text.en.startswith("New leads: 3 this quarter")


def test_activities_after_the_report_do_not_count():
    facts = specimen_facts()
    later = ActivityLog.of([Activity(lead_id="L3", kind="call", at=dt.datetime(2026, 7, 16, tzinfo=TOKYO))])
    log = ActivityLog.concatenate([facts.activities, later])
    day = attrs.evolve(facts, activities=log)
    (row,) = report_of(day)["attainment"].where({"kpi": "calls", "unit": "company", "period": "quarter"})
    assert 1 == row["actual"]


def test_a_correction_is_kept_with_old_and_new_value_who_when_and_why():
    (row,) = report_of(specimen_facts())["corrections"].to_dicts()
    assert ("90000000000", "90000000", "sato", "typed in thousands") == (
        row["old"],
        row["new"],
        row["actor"],
        row["reason"],
    )


def test_what_a_namesake_did_is_not_credited_by_name():
    facts = specimen_facts()
    report = report_of(facts, hierarchy=Hierarchy.flat(["佐藤"]))
    (row,) = report["attainment"].where({"kpi": "calls", "unit": "(unassigned)", "period": "quarter"})
    assert 1 == row["actual"]


@pytest.mark.parametrize(
    ("pace", "expected"), [(1.0, "ahead"), (0.9, "near"), (0.899, "behind"), (None, "none")]
)
def test_standing_has_a_mark_and_words_beside_its_colour(pace, expected):
    found = standing(pace)
    assert expected == found.value
    assert len(found.mark) == 1
    assert found.words.ja


@pytest.mark.parametrize(
    ("yen", "ja", "en"),
    [
        (99_999_999, "1.00億円", "¥100.0M"),
        (100_000_000, "1.00億円", "¥100.0M"),
        (9_999, "9,999円", "¥9,999"),
    ],
)
def test_amounts_change_their_unit_where_people_do(yen, ja, en):
    assert (ja, en) == (money(yen, "ja"), money(yen, "en"))


def test_nothing_is_written_as_less_than_nothing():
    assert "0.0%" == written(-0.0001, ColumnKind.SHARE)
    assert "0" == written(-0.0, ColumnKind.COUNT)


def test_columns_of_a_specimen_are_read_only():
    facts = specimen_facts()
    with pytest.raises(ValueError, match="read-only"):
        facts.stays.entered_at[0] = 0
    assert isinstance(facts.record_leads, Column)


class TestFirstChart:
    def test_an_amount_that_needs_a_check_is_left_out_as_in_the_headline(self):
        targets = Targets.of(
            {"kpi": kpi, "period": "2026-Q2", "unit": "company", "value": 10_000_000}
            for kpi in ("mql_amount", "won_amount")
        )
        report = report_of(specimen_facts(), targets=targets)
        texts = [
            [row["text"] for row in report["attainment"].chart(language=language).to_dict()["data"]["values"]]
            for language in ("ja", "en")
        ]
        ja, en = texts
        assert [True, True] == ["30.0%" in text for text in ja]
        assert [True, False] == ["要確認" in text for text in ja] == ["without ¥90.0M" in text for text in en]
