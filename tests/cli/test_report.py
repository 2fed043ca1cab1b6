"""``python -m leadflow report``: one store, every form, and errors of one sentence."""

import contextlib
import csv
import datetime as dt
import io
import json
import sqlite3
from pathlib import Path

import openpyxl
import pytest

import leadflow as lf
from leadflow.__main__ import main
from leadflow.columns import Column
from leadflow.records import Activity, ActivityLog, GoldenBatch, LeadBatch, SourceRecord
from leadflow.reporting.company import SECTIONS

AS_OF = "2026-09-16T15:00:00+09:00"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "leads.db"
    with lf.open_store(f"sqlite:///{path}") as opened, opened.session() as session:
        record = SourceRecord(id="r1", source="展示会", observed_at=_day(1), values={"company": "=1+1"})
        session.add_records(LeadBatch.from_records([record]), ["L1"])
        leads = LeadBatch.of({"company": Column.of(["=1+1"]), "amount": Column.of([9e9])}, ids=["L1"])
        session.put_leads(GoldenBatch(leads=leads, winners={}, rules={}))
        calls = [Activity(lead_id="L1", kind="call", at=_day(n), attributes={"by": "sato"}) for n in (1, 2)]
        session.add_activities(ActivityLog.of(calls))
    return f"sqlite:///{path}"


def _day(number):
    return dt.datetime(2026, 9, number, 9, tzinfo=dt.UTC)


def run(capsys, *arguments):
    status = main(["report", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.fixture
def targets(tmp_path):
    path = tmp_path / "targets.csv"
    path.write_text("kpi,period,unit,value\ncalls,2026-09,sato,20\n", encoding="utf-8")
    return path


class TestForms:
    def test_text_of_everything_and_of_one_section(self, store, targets, capsys):
        status, out, err = run(capsys, store, "--as-of", AS_OF, "--targets", targets, "--language", "en")
        assert (0, "") == (status, err)
        assert "Calls" in out
        _, out, _ = run(capsys, store, "--as-of", AS_OF, "--kind", "completeness")
        assert out.startswith("項目の充足率")

    def test_csv_has_the_rows_of_the_section_with_formulas_neutralised(
        self, store, targets, capsys, tmp_path
    ):
        arguments = (store, "--as-of", AS_OF, "--targets", targets, "--format", "csv", "--kind")
        _, out, _ = run(capsys, *arguments, "attainment")
        rows = list(csv.DictReader(io.StringIO(out)))
        assert ("2.0", "20.0") == next(
            (row["actual"], row["target"])
            for row in rows
            if row["unit"] == "sato" and row["period"] == "month"
        )
        run(capsys, *arguments, "plausibility", "--out", tmp_path / "p.csv")
        assert (tmp_path / "p.csv").read_bytes().startswith(b"\xef\xbb\xbf")
        _, out, _ = run(capsys, *arguments, "overdue")
        assert ["lead_id"] == out.splitlines()[0].split(",")[:1]

    @pytest.mark.parametrize("kind", ["all", "attainment"])
    def test_json_is_plain_data(self, store, capsys, kind):
        _, out, _ = run(capsys, store, "--as-of", AS_OF, "--format", "json", "--kind", kind)
        data = json.loads(out)
        assert set(SECTIONS) == set(data["sections"]) if kind == "all" else isinstance(data, list)

    @pytest.mark.filterwarnings("ignore:.*xtension is not supported")  # openpyxl does not know all data bars
    @pytest.mark.parametrize("kind", ["all", "completeness"])
    def test_a_workbook_has_every_section_or_the_one_that_was_wanted(self, store, capsys, tmp_path, kind):
        path = tmp_path / "r.xlsx"
        status, out, _ = run(
            capsys,
            store,
            "--as-of",
            AS_OF,
            "--format",
            "xlsx",
            "--out",
            path,
            "--kind",
            kind,
            "--language",
            "en",
        )
        names = openpyxl.load_workbook(path).sheetnames
        assert (0, "", True) == (status, out, "Completeness by field" in names)
        assert (len(names) > 5) == (kind == "all")

    @pytest.mark.parametrize("kind", ["all", "funnel", "changes", "completeness"])
    def test_a_page_needs_no_network(self, store, capsys, tmp_path, kind):
        run(capsys, store, "--as-of", AS_OF, "--format", "html", "--out", tmp_path / "r.html", "--kind", kind)
        page = (tmp_path / "r.html").read_text(encoding="utf-8")
        assert page.startswith("<!doctype html>")
        assert "http://" not in page.replace("http://www.w3.org", "")

    def test_every_section_comes_out_as_text_csv_and_page(self, store, capsys):
        for kind in SECTIONS:
            for form in ("text", "csv", "html"):
                assert 0 == run(capsys, store, "--as-of", AS_OF, "--kind", kind, "--format", form)[0]

    def test_an_earlier_report_tells_what_changed(self, store, capsys, tmp_path):
        run(capsys, store, "--as-of", AS_OF, "--format", "json", "--out", tmp_path / "old.json")
        data = json.loads((tmp_path / "old.json").read_text(encoding="utf-8"))
        data["baseline"]["figures"][0][3] += 5
        (tmp_path / "old.json").write_text(json.dumps(data), encoding="utf-8")
        arguments = (store, "--as-of", AS_OF, "--previous", tmp_path / "old.json", "--kind", "changes")
        _, out, _ = run(capsys, *arguments, "--format", "csv")
        assert 2 == len(out.splitlines())

    def test_costs_give_a_return(self, store, capsys, tmp_path):
        (tmp_path / "costs.csv").write_text('name,cost\n展示会,"1,000"\n', encoding="cp932")
        arguments = ("--costs", tmp_path / "costs.csv", "--kind", "origins", "--format", "json")
        _, out, _ = run(capsys, store, "--as-of", AS_OF, *arguments)
        assert 1000.0 == json.loads(out)[0]["cost"]

    def test_a_cost_whose_name_is_not_known_is_said(self, store, capsys, tmp_path):
        (tmp_path / "costs.csv").write_text("name,cost\n展覧会,1000\n", encoding="utf-8")
        arguments = ("--costs", tmp_path / "costs.csv", "--kind", "origins", "--language", "en")
        _, out, _ = run(capsys, store, "--as-of", AS_OF, *arguments)
        assert "are not counted: '展覧会'" in out

    def test_a_move_in_mid_quarter_leaves_the_past_where_it_was(self, store, capsys, write):
        people = [{"id": "sato", "name": "佐藤", "team": "west", "department": "sales"}]
        teams = [
            {"id": name, "name": name, "department": "sales", "members": []} for name in ("east", "west")
        ]
        plain = {"departments": [{"id": "sales", "name": "営業部"}], "teams": teams, "people": people}
        write("organisation.json", json.dumps(plain, ensure_ascii=False))
        definition = write("leadflow.toml", '[organisation]\nfile = "organisation.json"\n')
        moves = write("moves.csv", "unit,parent,on\nsato,east,2026-04-01\nsato,west,2026-09-02\n")
        arguments = ("--definition", definition, "--kind", "attainment", "--format", "json")
        calls = {}
        for more in ((), ("--moves", moves)):
            _, out, _ = run(capsys, store, "--as-of", AS_OF, *arguments, *more)
            rows = [row for row in json.loads(out) if (row["kpi"], row["period"]) == ("calls", "quarter")]
            calls[len(more)] = {row["unit"]: row["actual"] for row in rows}
        assert {"company": 2.0, "sales": 2.0, "west": 2.0, "sato": 2.0} == calls[0]
        assert {"company": 2.0, "sales": 2.0, "east": 1.0, "west": 1.0, "sato": 2.0} == calls[2]


class TestStatus:
    def test_something_behind_is_a_finding_when_it_is_checked(self, store, targets, capsys):
        arguments = (store, "--as-of", AS_OF, "--targets", targets)
        assert 1 == run(capsys, *arguments, "--check")[0]
        assert 0 == run(capsys, *arguments)[0]

    def test_a_store_that_is_not_there_is_not_made(self, capsys, tmp_path):
        for scheme in ("sqlite", "sqlite+pysqlite"):
            status, _, err = run(capsys, f"{scheme}:///{tmp_path}/none.db")
            assert (2, 1, []) == (status, err.count("\n"), list(tmp_path.iterdir()))
            assert "no store" in err

    @pytest.mark.parametrize("made", [False, True])
    def test_a_file_that_is_no_store_stays_as_it_is(self, capsys, tmp_path, made):
        path = tmp_path / "crm.db"
        path.touch()
        if made:
            with contextlib.closing(sqlite3.connect(path)) as database:
                database.execute("CREATE TABLE invoices (id)")
        before = path.read_bytes()
        status, out, err = run(capsys, f"sqlite:///{path}")
        assert (2, "", 1, True) == (status, out, err.count("\n"), "no store" in err)
        assert (before, [path]) == (path.read_bytes(), list(tmp_path.iterdir()))

    @pytest.mark.parametrize("form", ["html", "xlsx", "json"])
    def test_the_report_is_not_written_over_what_it_is_read_from(
        self, store, targets, capsys, monkeypatch, form
    ):
        monkeypatch.chdir(targets.parent)
        path = Path(store.removeprefix("sqlite:///"))
        for out in (path, "targets.csv"):
            before = Path(out).read_bytes()
            options = ("--as-of", AS_OF, "--targets", targets, "--format", form, "--out", out)
            status, said, err = run(capsys, store, *options)
            assert (2, "", 1, True) == (status, said, err.count("\n"), "--out" in err)
            assert before == Path(out).read_bytes()

    def test_half_of_a_surrogate_pair_stops_no_file(self, capsys, tmp_path):
        with lf.open_store(f"sqlite:///{tmp_path}/leads.db") as opened, opened.session() as session:
            leads = LeadBatch.of({"campaign": Column.of(["夏\ud83d"])}, ids=["L1"])
            session.put_leads(GoldenBatch(leads=leads, winners={}, rules={}))
        for form in ("csv", "json", "text", "html", "xlsx"):
            options = ("--kind", "campaigns", "--format", form, "--out", tmp_path / f"r.{form}")
            assert (0, "", "") == run(capsys, f"sqlite:///{tmp_path}/leads.db", "--as-of", AS_OF, *options)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--kind", "attainmnt"], "'attainment'"),
            (["--format", "csv"], "--kind"),
            (["--format", "xlsx"], "--out"),
            (["--targets", "none.csv"], "none.csv"),
            (["--previous", "none.json"], "none.json"),
            (["--costs", "none.csv"], "none.csv"),
            (["--moves", "moves.csv"], "--definition"),
            (["--out", "no/such/folder.txt"], "folder.txt"),
            (["--out", "."], "--out"),
            (["--lead-url", "ftp://crm.example/{id}"], "https://crm.example/lead/{id}"),
            (["--lead-url", "https://crm.example/lead"], "https://crm.example/lead/{id}"),
        ],
    )
    def test_a_mistake_is_one_sentence_with_the_way_out(self, store, capsys, arguments, said):
        status, out, err = run(capsys, store, "--as-of", AS_OF, *arguments)
        assert (2, "", 1) == (status, out, err.count("\n"))
        assert said in err

    @pytest.mark.parametrize("rows", ["展示会,-1", "展示会,x", "展示会,1\n展示会,2", "展示会,inf"])
    def test_wrong_costs_are_refused_with_their_line(self, store, capsys, tmp_path, rows):
        (tmp_path / "costs.csv").write_text(f"name,cost\n{rows}\n", encoding="utf-8")
        status, _, err = run(capsys, store, "--costs", tmp_path / "costs.csv")
        assert (2, True) == (status, "costs.csv, line" in err)
