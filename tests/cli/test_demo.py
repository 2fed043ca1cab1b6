"""``python -m leadflow demo``, as somebody meets it who has just installed the package."""

import datetime as dt
import importlib.util
import re
import sqlite3
from html.parser import HTMLParser
from pathlib import Path

import pytest

import leadflow as lf
from leadflow.adapters.jobs import hierarchy_of
from leadflow.adapters.targets import read_targets
from leadflow.datasets import sample_company
from leadflow.reporting import build_report
from leadflow.reporting.flows import STAGES

pytestmark = pytest.mark.xdist_group("demo")

_LOADING = {"src", "srcset", "poster", "data", "background", "action", "formaction", "manifest", "ping"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def first(start, folder):
    return start("demo", cwd=folder)


def content(folder):
    """Return every row of every table."""
    with sqlite3.connect(folder / "leads.db") as database:
        names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        return {
            name: sorted(map(repr, database.execute(f'select * from "{name}"'))) for name in names
        }  # names of the schema


@pytest.fixture(scope="module")
def before(first, folder):
    assert first.returncode == 0
    return content(folder)


class Loads(HTMLParser):
    """Collects everything that a browser would fetch when it opens the page."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.texts = []
        self._style = False

    def handle_starttag(self, tag, attributes):
        self._style = tag == "style"
        for name, value in attributes:
            if name in _LOADING or (name in {"href", "xlink:href"} and tag not in {"a", "base"}):
                self.found.append((tag, name, value or ""))
            if name == "style":
                self.texts.append(value or "")

    def handle_data(self, data):
        if self._style:
            self.texts.append(data)

    def handle_endtag(self, tag):
        self._style = False


class TestDemo:
    def test_it_prints_what_it_did_and_nothing_else(self, first):
        assert first.stderr == ""
        assert first.stdout.startswith("Run as of 2026-09-30T18:00:00+09:00\n")
        figures = dict(re.findall(r"^([a-z][a-z ]+?) +([\d,]+)$", first.stdout, re.MULTILINE))
        assert figures["rows read"] == "2,970"
        assert figures["rows rejected"] == "34"
        assert figures["new source records"] == figures["records in the store"]
        assert figures["new leads"] == figures["leads in the store"]
        assert first.stdout.endswith("store  sqlite:///leads.db\nreport report.html\n")

    def test_it_writes_a_database_and_a_report(self, first, folder):
        assert first.returncode == 0
        assert {"leads.db", "report.html"} <= {path.name for path in folder.iterdir()}

    @pytest.mark.parametrize(
        ("table", "columns"),
        [
            ("records", {"record_id", "lead_id", "source", "observed_at", "raw"}),
            ("leads", {"lead_id", "company", "full_name", "email", "stage", "grade", "score", "owner"}),
            ("activities", {"key", "lead_id", "kind", "at"}),
            ("assignments", {"id", "lead_id", "owner", "team", "state", "offered_at", "deadline"}),
            ("journal", {"lead_id", "kind", "at", "actor", "reason", "definition"}),
            ("stages", {"lead_id", "stage", "entered_at", "left_at"}),
            ("consents", {"address", "channel", "state", "at"}),
        ],
    )
    def test_plain_sqlite_shows_the_table(self, before, folder, table, columns):
        assert before["records"]
        with sqlite3.connect(folder / "leads.db") as database:
            assert database.execute(f"select count(*) from {table}").fetchone()[0] > 0  # a name from above
            found = {row[1] for row in database.execute(f"pragma table_info({table})")}
        assert columns <= found

    def test_no_source_row_is_lost(self, before):
        assert len(before["records"]) == 2970

    def test_the_report_loads_nothing_from_anywhere(self, first, folder):
        assert first.returncode == 0
        page = (folder / "report.html").read_text(encoding="utf-8")
        loads = Loads()
        loads.feed(page)
        assert [one for one in loads.found if not one[2].startswith(("data:", "#"))] == []
        assert not [text for text in loads.texts if re.search(r"@import|url\(\s*['\"]?(?!data:|#)", text)]
        scripts = " ".join(re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL))
        assert not re.search(r"fetch\(|XMLHttpRequest|import\(|WebSocket|EventSource|sendBeacon", scripts)

    def test_a_second_run_changes_nothing(self, start, folder, before):
        again = start("demo", cwd=folder)
        assert again.stdout.startswith("Run as of 2026-09-30T18:00:00+09:00: nothing changed\n")
        assert before == content(folder)


def test_every_figure_of_the_sample_companys_report_is_that_of_plain_sql(first, folder):
    """The SQL is that of the benchmark; it reads the demo's database by other drivers and knows nothing of the package."""
    assert first.returncode == 0
    spec = importlib.util.spec_from_file_location(
        "reporting_peer", Path(__file__).parents[2] / "benchmarks" / "reporting_peer.py"
    )
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    company = sample_company()
    definition = lf.load_definition(company.definition_path)
    as_of = dt.datetime.fromisoformat("2026-09-30T18:00:00+09:00")  # when the demo was run
    hierarchy, calendar = hierarchy_of(definition), definition.routing.calendar
    with lf.open_store(f"sqlite:///{folder / 'leads.db'}") as store, store.snapshot() as reader:
        targets = read_targets(company.targets_path)
        report = build_report(reader, as_of=as_of, targets=targets, hierarchy=hierarchy, calendar=calendar)
    expected = peer.peer_figures(
        folder / "leads.db", as_of, hierarchy=hierarchy, way=STAGES, calendar=calendar
    )
    assert sum(map(len, expected.values())) > 1500
    assert expected == peer.figures_of(report)
