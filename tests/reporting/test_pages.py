"""The page, the text and the frames hold the same figures; everything that people typed is escaped."""

import datetime as dt
import html
import re
import unicodedata

import polars as pl
import pyarrow as pa
import pytest
import python_calamine

import leadflow as lf
from leadflow.adapters.digest import digest
from leadflow.adapters.workbook import write_workbook
from leadflow.errors import InputError, MissingExtraError, NotFoundError, UnknownNameError
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    GoldenBatch,
    LeadBatch,
    StageHistory,
    StageInterval,
)
from leadflow.reporting import (
    Hierarchy,
    Report,
    Target,
    Targets,
    Unit,
    Words,
    build_report,
    render_html,
    render_text,
)
from leadflow.reporting.boards import by_unit
from leadflow.reporting.plots import chart_svg
from leadflow.reporting.reminders import reminders
from leadflow.reporting.reports import width

AS_OF = dt.date(2026, 9, 17)


@pytest.fixture(scope="module")
def page(report):
    return render_html(report, language="en")


@pytest.mark.parametrize(
    ("amount", "ja", "en"),
    [
        (40_000_000, "20,000千円", "¥20M"),
        (2_000_000_000, "10億円", "¥1B"),
        (-40_000_000, "-20,000千円", "-¥20M"),
    ],
)
def test_an_axis_of_amounts_is_written_as_the_figures_beside_it(amount, ja, en):
    at = dt.datetime(2026, 9, 1, 3, tzinfo=dt.UTC)
    with lf.open_store("memory://") as store:
        with store.session() as session:
            leads = LeadBatch.from_dicts([{"company": "x"}], ids=["L1"])
            session.put_leads(GoldenBatch(leads=leads, winners={}, rules={}))
            session.add_activities(
                ActivityLog.of([Activity(lead_id="L1", kind="won", at=at, attributes={"amount": amount})])
            )
        with store.snapshot() as reader:
            report = build_report(
                reader,
                as_of=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC),
                targets=Targets(rows=(Target(kpi="won_amount", period="2026-09", unit="company", value=1),)),
            )
    assert ja in chart_svg(report["trend"], "ja")
    assert en in chart_svg(report["trend"], "en")


class TestWhatNobodyCanRead:
    """Control characters and halves of surrogate pairs in names end no program and reach no page, chart or terminal."""

    NAME = "東\x1b[31m\x07\ud83d\u202e日本\t一\n課"
    SHOWN = "東\ufffd[31m\ufffd\ufffd\ufffd日本 一 課"

    @pytest.fixture
    def odd(self):
        at = dt.datetime(2026, 9, 1, 3, tzinfo=dt.UTC)
        with lf.open_store("memory://") as store:
            with store.session() as session:
                leads = LeadBatch.from_dicts([{"lead_source": self.NAME, "campaign": self.NAME}], ids=["L1"])
                session.put_leads(GoldenBatch(leads=leads, winners={}, rules={}))
                won = Activity(lead_id="L1", kind="won", at=at, attributes={"by": "sato", "amount": 1})
                session.add_activities(ActivityLog.of([won]))
                stay = StageInterval(stage=self.NAME, entered_at=at)
                session.put_histories([StageHistory(lead_id="L1", intervals=(stay,))])
                offer = Assignment(id="a", lead_id="L1", owner="sato", offered_at=at, deadline=at)
                session.put_assignments([offer])
                session.put_document(
                    "imports",
                    {"x": {"source": self.NAME, "profile": [{"name": "company", "rows": 1, "valid": 1}]}},
                )
            units = (
                Unit(id="company", name=self.NAME, level="company"),
                Unit(id="east", name=self.NAME, level="team", parent="company"),
                Unit(id="sato", name=self.NAME, level="person", parent="east"),
            )
            with store.snapshot() as reader:
                return build_report(
                    reader,
                    as_of=dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC),
                    hierarchy=Hierarchy(units=units),
                    targets=Targets(rows=(Target(kpi="calls", period="2026-09", unit="sato", value=9),)),
                )

    def test_they_are_replaced_in_page_text_and_charts(self, odd):
        charts = [chart_svg(one, "ja") for one in odd.sections.values() if one.plot is not None]
        assert len(charts) >= 4
        sections = [one.text(language="en") for one in odd.sections.values()]
        for text in (render_html(odd), render_text(odd, across=80), *charts, *sections):
            assert {"\n"} >= {one for one in text if unicodedata.category(one) in {"Cc", "Cs"}}
            assert "\u202e" not in text
        assert self.SHOWN in html.unescape(render_html(odd))
        assert any(self.SHOWN in chart for chart in charts)

    def test_a_name_takes_one_line_of_a_table(self, odd):
        section = odd["ownership"]
        assert 2 + len(section) + len(section.notes) == len(section.text().splitlines())

    def test_they_are_replaced_in_a_workbook_and_in_mail(self, odd, tmp_path):
        write_workbook(odd, tmp_path / "r.xlsx")
        names = [
            row[3]
            for row in python_calamine.CalamineWorkbook.from_path(tmp_path / "r.xlsx")
            .get_sheet_by_name("目標と実績")
            .to_python()
        ]
        assert self.SHOWN in names
        payload = digest(odd, ["boss@example.jp"])[0].payload
        assert self.SHOWN in payload["html"]
        for part in payload.values():
            part.encode()


class TestPage:
    def test_nothing_that_people_typed_is_markup(self, page):
        assert "会社0<b>" not in page
        assert "青空計測<株>" not in page
        assert "<script>" not in page.replace("<script>\n(function", "")
        assert "mail&lt;1&gt;" in page

    def test_it_refers_to_nothing_outside_itself(self, page):
        addresses = set(re.findall(r"(?:src|href)=\"([^\"]*)\"", page))
        assert all(address.startswith(("#", "data:")) for address in addresses)
        assert "url(http" not in page
        assert {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"} >= set(
            re.findall(r"https?://[^\"' <]*", page)
        )

    def test_it_is_small_and_says_its_language(self, page):
        assert len(page.encode()) < 1_500_000
        assert page.startswith('<!doctype html>\n<html lang="en" data-lang="en"')

    def test_the_same_report_gives_the_same_page(self, report, page):
        assert page == render_html(report, language="en")

    def test_both_languages_are_in_it(self, page):
        assert "Targets and attainment" in page
        assert "目標と実績" in page

    def test_another_language_is_refused(self, report):
        with pytest.raises(InputError, match="'ja' and 'en'"):
            render_html(report, language="fr")

    def test_an_address_that_is_no_web_address_makes_no_links(self, report):
        assert "javascript:" not in render_html(report, lead_url="javascript:alert('{id}')")

    def test_without_targets_nothing_is_held_against_them(self, page):
        held = ("四半期の達成率", "組織別（四半期")
        assert [words for words in held if words not in page] == []
        with lf.open_store("memory://") as store, store.snapshot() as reader:
            bare = render_html(build_report(reader, as_of=dt.datetime(2026, 9, 30, tzinfo=dt.UTC)))
        assert [words for words in held if words in bare] == []
        assert bare.count("担当者別</") < page.count("担当者別</")

    def test_the_figures_of_the_company_are_on_the_page(self, report, page):
        plain = html.unescape(re.sub(r"<[^>]+>", " ", page))
        for row in report["attainment"].where({"unit": "company", "kpi": "calls"}):
            assert f"{row['actual']:,.0f}" in plain

    def test_units_of_a_table_add_up_to_those_above(self, known):
        people = [Unit(id=f"p{n}", name=f"担当{n}", level="person", parent="company") for n in range(1, 8)]
        units = [
            Unit(id="company", name="社", level="company"),
            Unit(id="east", name="東", level="team", parent="company"),
            Unit(id="p0", name="担当0", level="person", parent="east"),
        ]
        with known.store.snapshot() as reader:
            told = build_report(
                reader,
                as_of=dt.datetime(2026, 9, 16, 15, tzinfo=dt.UTC),
                targets=Targets(rows=(Target(kpi="calls", period="2026-09", unit="east", value=9),)),
                hierarchy=Hierarchy(units=(*units, *people)),
            )
        shown = by_unit(
            told, ("company", "team", "unassigned"), more=told.attainment.hierarchy.beside_groups(AS_OF)
        )
        assert {"company", "east", "p1", "p7"} <= set(re.findall(r'data-unit="([^"]+)"', shown))
        assert 'data-unit="p0"' not in shown
        text = render_text(told, language="ja")
        assert "担当7" in text.rsplit("\n\n", 1)[-1]
        assert "担当0" not in text.rsplit("\n\n", 1)[-1]

    def test_the_leads_that_nobody_touched_are_named(self, report, page):
        (place,) = [n for n, unit in enumerate(report["ownership"]["unit"]) if unit == "company"]
        leads = report["ownership"].lead_ids(place, "untouched")
        assert leads
        assert list(leads) == re.findall(
            r"<span>(L[0-9]+)</span>", page.split('class="ids"')[1].split("</p>")[0]
        )
        linked = render_html(report, lead_url="https://crm.example/lead/{id}").split('class="ids"')[1]
        assert f'<a href="https://crm.example/lead/{leads[0]}"' in linked.split("</p>")[0]

    def test_drawings_need_the_extra(self, report, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "vl_convert", None)
        with pytest.raises(MissingExtraError, match="report"):
            chart_svg(report["funnel"], "ja")


class TestText:
    def test_the_text_begins_with_company_moment_and_what_is_behind(self, report):
        first, second, *_ = render_text(report, language="ja").splitlines()
        assert "青空計測<株>  2026-09-16 15:00" == first
        assert second.startswith("四半期は")

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_a_text_fits_the_terminal_and_keeps_every_figure(self, report, language):
        whole, fitted = (render_text(report, language=language, across=across) for across in (None, 80))
        tables = fitted.split("\n\n")[1:]
        assert 80 >= max(width(line) for table in tables for line in table.splitlines() if line[:2] != "* ")
        assert 80 < max(width(line) for line in whole.splitlines() if line[:2] != "* ")
        assert set(whole.split()) == set(fitted.split())

    def test_a_table_whose_rows_share_their_names_says_them_once_above_each_group(self, report):
        section = report["attainment"]
        lines = section.text(language="en", across=80).splitlines()[1:]
        groups = "\n".join(line for line in lines if line[:2] != "* ").split("\n\nCalls · ")
        assert 80 >= max(map(width, lines[: -len(section.notes)]))
        named = {row["unit_name"] for row in section.where({"kpi": "calls"})} | {"Unassigned"}
        assert {group.splitlines()[0].rsplit(" · ", 1)[1] for group in groups[1:]} <= named
        calls = section.where({"kpi": "calls", "unit": "east", "period": "quarter"})[0]
        (east,) = [group for group in groups if group.startswith("Team · east · ")]
        assert 1 == east.count("東日本チーム")
        assert (
            f"{calls['actual']:,.0f}" in next(line for line in east.splitlines() if "Quarter" in line).split()
        )

    def test_columns_line_up_with_wide_characters(self, report):
        table = report["funnel"].text(language="ja")
        assert "到達リード数" in table.splitlines()[1]


class TestReport:
    def test_any_frame_library_takes_a_section(self, report):
        for section in report.sections.values():
            table = pa.table(section)
            assert len(section) == table.num_rows
            assert list(section.names) == pl.from_arrow(table).columns

    def test_a_notebook_shows_an_escaped_table(self, report):
        shown = report["overdue"]._repr_html_()
        assert "<b>" not in shown
        assert "会社" in shown

    def test_every_drawn_section_has_a_drawing_in_both_languages(self, report):
        for section in report.sections.values():
            if section.plot is not None:
                assert {True} == {
                    chart_svg(section, language).startswith("<svg") for language in ("ja", "en")
                }

    def test_a_section_without_drawing_or_leads_says_so(self):
        empty = Report.of("r", Words("", ""), [], [])
        with pytest.raises(NotFoundError, match="no chart"):
            empty.chart()
        with pytest.raises(UnknownNameError):
            empty.where({"nothing": 1})

    def test_an_unknown_figure_is_not_zero(self, report):
        assert "–" in report["campaigns"].text()


class TestReminders:
    def test_every_owner_with_something_to_do_and_their_team_is_reminded_once_a_day(self, report):
        messages = reminders(report)
        keys = [message.key for message in messages]
        assert len(set(keys)) == len(keys)
        assert {"p0", "east"} <= {message.to for message in messages}
        assert "company" not in {message.to for message in messages}

    def test_a_teams_reminder_holds_those_of_its_people(self, report):
        leads = {message.to: message.payload["leads"].get("overdue", []) for message in reminders(report)}
        people = [lead for name in ("p0", "p3", "p6") for lead in leads.get(name, [])]
        assert sorted(people) == sorted(leads["east"])

    def test_a_reminder_names_leads_by_id_alone(self, report):
        assert all("会社" not in message.payload["text"] for message in reminders(report))
