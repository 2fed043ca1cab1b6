"""The packaged sample company is what the generator makes of its seed, and looks like life."""

import collections
import csv
import datetime as dt
import io
import json
import re

import pytest
from python_calamine import CalamineWorkbook

from leadflow.datasets import sample_company
from leadflow.testing.generator import generate_sample


@pytest.fixture(scope="module")
def company():
    return sample_company()


@pytest.fixture(scope="module")
def regenerated():
    return generate_sample()


@pytest.fixture(scope="module")
def activities(company):
    return [json.loads(line) for line in company.activities_path.read_text(encoding="utf-8").splitlines()]


def rows_of(path, encoding, skip=0):
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline="")))[skip:]


def sheet(source):
    return CalamineWorkbook.from_object(source).get_sheet_by_index(0).to_python()


class TestRegeneration:
    @pytest.mark.parametrize(
        "name",
        [
            "exhibition_2026.csv",
            "salesforce_leads.csv",
            "marketo_leads.csv",
            "web_forms.jsonl",
            "activities.jsonl",
            "organisation.json",
            "targets.csv",
        ],
    )
    def test_the_seed_gives_the_shipped_bytes(self, company, regenerated, name):
        shipped = (company.activities_path.parent / name).read_bytes()
        assert regenerated.files[name] == shipped

    def test_the_seed_gives_the_shipped_workbook(self, company, regenerated):
        made = sheet(io.BytesIO(regenerated.files["business_cards.xlsx"]))
        assert made == sheet(str(company.paths["business_cards"]))

    def test_the_seed_gives_the_shipped_truth(self, company, regenerated):
        assert [
            tuple(getattr(a, f) for f in ("source", "row", "line", "usable", "lead_id", "remark"))
            for a in regenerated.labels
        ] == [
            tuple(getattr(a, f) for f in ("source", "row", "line", "usable", "lead_id", "remark"))
            for a in company.truth
        ]


class TestTruth:
    def test_there_are_about_3000_rows_of_2000_people_at_500_companies(self, company):
        usable = [label for label in company.truth if label.usable]
        assert 2900 <= len(usable) <= 3100
        assert len({label.person_id for label in usable}) == 2000
        assert len({label.company_id for label in usable}) == 500

    def test_between_20_and_40_rows_cannot_be_used_and_say_why(self, company):
        unusable = [label for label in company.truth if not label.usable]
        assert 20 <= len(unusable) <= 40
        assert all(label.remark for label in unusable)

    def test_every_usable_row_names_its_lead(self, company):
        assert all(
            label.lead_id and label.person_id and label.company_id for label in company.truth if label.usable
        )

    def test_leads_repeat_within_and_between_lists(self, company):
        lists = collections.defaultdict(list)
        for label in company.truth:
            if label.usable:
                lists[label.lead_id].append(label.source)
        assert any(len(sources) > len(set(sources)) for sources in lists.values())
        assert sum(len(set(sources)) > 1 for sources in lists.values()) > 300

    def test_somebody_who_moved_has_two_leads(self, company):
        leads = collections.defaultdict(set)
        for label in company.truth:
            if label.usable:
                leads[label.person_id].add(label.lead_id)
        assert sum(len(ids) == 2 for ids in leads.values()) > 30

    @pytest.mark.parametrize(
        "source", ["exhibition_2026", "salesforce_leads", "marketo_leads", "business_cards", "web_forms"]
    )
    def test_rows_are_numbered_from_one(self, company, source):
        labels = company.labels(source)
        assert list(range(1, len(labels) + 1)) == [label.row for label in labels]


class TestLists:
    def test_the_exhibition_list_is_cp932_and_nothing_else(self, company):
        content = company.paths["exhibition_2026"].read_bytes()
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")
        with pytest.raises(UnicodeDecodeError):
            content.decode("shift_jis")
        text = content.decode("cp932")
        assert text.count("\r\n") == text.count("\n")
        assert text.splitlines()[6].startswith("来場者番号,読取日時,会社名")
        for sign in ("㈱", "(株)", "（株）", "ｻﾄｳ"):
            assert sign in text

    def test_the_exhibition_list_has_a_label_per_record(self, company):
        rows = rows_of(company.paths["exhibition_2026"], "cp932", skip=7)
        assert len(rows) == len(company.labels("exhibition_2026"))
        odd = {
            label.row
            for label in company.labels("exhibition_2026")
            if label.remark == "wrong number of columns"
        }
        assert odd == {n for n, row in enumerate(rows, start=1) if len(row) != 22}

    @pytest.mark.parametrize(
        ("name", "encoding", "preamble"),
        [
            ("exhibition_2026", "cp932", 6),
            ("salesforce_leads", "utf-8-sig", 0),
            ("marketo_leads", "utf-8", 0),
        ],
    )
    def test_labels_know_the_line_of_their_record(self, company, name, encoding, preamble):
        text = company.paths[name].read_bytes().decode(encoding)
        physical = re.split(r"\r\n|\n", text)
        rows = rows_of(company.paths[name], encoding, skip=preamble + 1)
        for label, row in zip(company.labels(name), rows, strict=True):
            if row and row[0] and "," not in row[0]:
                assert physical[label.line - 1].startswith(row[0])

    def test_the_salesforce_list_has_a_byte_order_mark_and_line_breaks_in_cells(self, company):
        content = company.paths["salesforce_leads"].read_bytes()
        assert content[:3] == b"\xef\xbb\xbf"
        rows = rows_of(company.paths["salesforce_leads"], "utf-8-sig")
        assert {"リード ID", "姓", "名", "会社名", "状況", "リード所有者", "メール送信除外", "作成日"} <= set(
            rows[0]
        )
        assert any("\n" in cell for row in rows for cell in row)
        assert len(rows) - 1 == len(company.labels("salesforce_leads"))

    def test_the_marketo_list_is_plain_utf_8_with_english_labels(self, company):
        rows = rows_of(company.paths["marketo_leads"], "utf-8")
        assert {"Id", "First Name", "Email Address", "Company Name", "Unsubscribed", "Created At"} <= set(
            rows[0]
        )
        assert len(rows) - 1 == len(company.labels("marketo_leads"))

    def test_the_workbook_holds_numbers_that_excel_damaged(self, company):
        rows = sheet(str(company.paths["business_cards"]))
        phones = [row[rows[0].index("TEL-1(1)")] for row in rows[1:]]
        dates = [row[rows[0].index("名刺交換日")] for row in rows[1:]]
        assert sum(isinstance(cell, float) for cell in phones) > 30
        assert any(isinstance(cell, str) and cell.endswith(".0") for cell in phones)
        assert {float, str, dt.date} <= {type(cell) for cell in dates}
        assert any(isinstance(cell, str) and cell.startswith("令和") for cell in dates)
        assert len(rows) - 1 == len(company.labels("business_cards"))

    def test_web_forms_are_payloads_with_offset_and_consent(self, company):
        lines = company.paths["web_forms"].read_text(encoding="utf-8").splitlines()
        labels = company.labels("web_forms")
        assert len(lines) == len(labels)
        for line, label in zip(lines, labels, strict=True):
            if label.usable:
                payload = json.loads(line)
                assert dt.timedelta(hours=9) == dt.datetime.fromisoformat(payload["submitted_at"]).utcoffset()
                assert isinstance(payload["consent"], bool)
        torn = [line for line, label in zip(lines, labels, strict=True) if label.remark == "torn line"]
        assert len(torn) == 1
        with pytest.raises(json.JSONDecodeError):
            json.loads(torn[0])

    def test_formulas_and_international_numbers_are_in_the_cells(self, company):
        cells = [
            cell
            for name, encoding in (("exhibition_2026", "cp932"), ("salesforce_leads", "utf-8-sig"))
            for row in rows_of(company.paths[name], encoding)
            for cell in row
        ]
        assert any(cell.startswith("=cmd|") for cell in cells)
        assert any(re.fullmatch(r"\+81[-\d]+", cell) for cell in cells)

    def test_everything_together_is_small(self, company):
        folder = company.activities_path.parent
        assert sum(path.stat().st_size for path in folder.iterdir()) < 1_700_000


class TestActivities:
    def test_they_are_aware_and_within_the_span(self, activities):
        for activity in activities:
            at = dt.datetime.fromisoformat(activity["at"])
            assert at.tzinfo is not None
            assert "2026-04-01" <= at.date().isoformat() <= "2026-09-30"

    def test_a_few_are_delivered_twice_with_the_same_key(self, activities):
        counts = collections.Counter(activity["id"] for activity in activities)
        assert 1 <= sum(count > 1 for count in counts.values()) <= 30

    def test_each_names_a_person_by_mail_or_by_an_id_of_a_list(self, company, activities):
        ids = {
            "marketo_leads": {row[0] for row in rows_of(company.paths["marketo_leads"], "utf-8")},
            "salesforce_leads": {row[0] for row in rows_of(company.paths["salesforce_leads"], "utf-8-sig")},
        }
        for activity in activities:
            assert ("email" in activity) != ("external_id" in activity)
            if "external_id" in activity:
                assert activity["external_id"] in ids[activity["source"]]

    def test_about_a_quarter_of_the_leads_engage(self, regenerated):
        engaged = {activity.lead.lead_id for activity in regenerated.activities}
        assert 0.2 <= len(engaged) / len(regenerated.population.leads) <= 0.3

    def test_evening_mails_are_opened_less_and_lead_to_more_appointments(self, activities):
        opened = collections.Counter(
            a["attributes"]["campaign"].rsplit("-", 1)[1] for a in activities if a["kind"] == "email_opened"
        )
        booked = collections.Counter(
            a["attributes"]["mail"] for a in activities if a["kind"] == "appointment"
        )
        assert opened["morning"] > opened["evening"]
        assert booked["evening"] > booked["morning"]

    def test_one_forecast_is_implausible(self, activities):
        amounts = sorted(a["attributes"]["amount"] for a in activities if a["kind"] == "opportunity_created")
        assert amounts[-1] > 10 * amounts[-2]


class TestOrganisationAndTargets:
    def test_references_resolve(self, company):
        plain = json.loads(company.organisation_path.read_text(encoding="utf-8"))
        people = {person["id"] for person in plain["people"]}
        teams = {team["id"] for team in plain["teams"]}
        departments = {department["id"] for department in plain["departments"]}
        calendars = {calendar["id"] for calendar in plain["calendars"]}
        assert {department["manager"] for department in plain["departments"]} <= people
        for team in plain["teams"]:
            assert {team["supervisor"], *team["members"]} <= people
            assert team["department"] in departments
            assert team["calendar"] in calendars
        for account in plain["accounts"]:
            assert account["team"] in teams
            assert account["owner"] in people
        assert {person["reports_to"] for person in plain["people"]} - {""} <= people

    def test_targets_are_numbers_for_known_units_and_months(self, company):
        with company.targets_path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        plain = json.loads(company.organisation_path.read_text(encoding="utf-8"))
        units = {"company", *(p["id"] for p in plain["people"]), *(d["id"] for d in plain["departments"])}
        assert {row["unit"] for row in rows} <= units
        assert {f"2026-{month:02d}" for month in range(4, 10)} == {row["period"] for row in rows}
        assert all(int(row["value"]) > 0 for row in rows)
