"""``python -m leadflow run`` on somebody's own lists, good and bad."""

import csv
import io
import os
import pty
import sqlite3
import subprocess
import sys
import zipfile

import pytest

from leadflow.__main__ import main

NOW = "2026-09-30T18:00:00+09:00"
GOOD = """会社名,氏名,メール,TEL,都道府県,役職,備考
株式会社山田製作所,佐藤 太郎,taro@yamada.example.co.jp,03-1234-5678,東京都,部長,=cmd|' /C calc'!A0
㈱山田製作所,佐藤太郎,taro@yamada.example.co.jp,,東京都,部長,<script>alert(1)</script>
有限会社青森商店,鈴木 花子,hanako@aomori.example.jp,017-123-4567,青森県,課長,
名無し商事,,,,,,"=HYPERLINK(""http://evil.example/"")"
,@SUM(A1),,,,,-1+cmd|x
"""
DEFINITION = """version = "own-1"
hand_over = { state = "stage", is = "MQL" }

[organisation]
people = [{ id = "sato" }, { id = "boss" }]
teams = [{ id = "tokyo", members = ["sato"], supervisor = "boss" }]

[scoring]
version = "own-1"
fit = [{ when = 'title contains any of ["部長"]', points = 80, name = "<b>部長</b>" }]

[scoring.grade]
fit = [75, 50, 25]
engagement = [75, 50, 25]

[[funnel.stages]]
name = "Lead"

[[funnel.stages]]
name = "MQL"
final = true

[[funnel.transitions]]
from = "Lead"
to = "MQL"
automatic = true
when = '@fit >= 75'

[routing]
fallback = "tokyo"

[routing.sla]
accept_within = "4 hours"

[[routing.cuts]]
by = "area"

[routing.cuts.teams]
tokyo = ["東京都"]
"""
TARGETS = "kpi,period,unit,value\nleads,2026-09,company,10\n"


@pytest.fixture(scope="module")
def own(tmp_path_factory, start):
    """Own lists, a definition, activities and targets, run once."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "展示会.csv").write_bytes(GOOD.encode("cp932"))
    (folder / "second.csv").write_text("氏名,会社名,メール\n,ひとり商店,\n", encoding="utf-8")
    (folder / "rules.toml").write_text(DEFINITION, encoding="utf-8")
    (folder / "targets.csv").write_text(TARGETS, encoding="utf-8")
    (folder / "log.jsonl").write_text(
        '{"kind": "form_submitted", "at": "2026-09-29T10:00:00+09:00", "email": "hanako@aomori.example.jp", "id": "a1"}\n',
        encoding="utf-8",
    )
    arguments = ["run", "展示会.csv", "second.csv", "--definition", "rules.toml", "--activities", "log.jsonl"]
    arguments += ["--targets", "targets.csv", "--rejects", "rejects.csv", "--report", "own.html"]
    arguments += ["--store", "sqlite:///own.db", "--now", NOW, "--language", "en"]
    return folder, start(*arguments, cwd=folder)


class TestOwnLists:
    def test_everything_named_is_used(self, own):
        folder, done = own
        assert done.stderr == ""
        assert "rows read                3" in done.stdout
        assert "rows rejected            3" in done.stdout
        assert "new activities           1" in done.stdout
        assert "assigned                 1" in done.stdout
        assert done.stdout.endswith("store  sqlite:///own.db\nreport own.html\n")
        with sqlite3.connect(folder / "own.db") as database:
            rows = database.execute("select full_name, stage, owner from leads order by full_name").fetchall()
            moments = {row[0] for row in database.execute("select at from journal")}
            versions = {row[0] for row in database.execute("select definition from journal")}
        assert rows == [("佐藤 太郎", "MQL", "sato"), ("鈴木 花子", "Lead", None)]
        assert moments == {"2026-09-30T09:00:00+00:00"}
        assert "own-1" in versions

    def test_targets_reach_the_report(self, own):
        _, done = own
        assert "/10" in done.stdout

    def test_refused_rows_come_back_with_list_row_and_reason(self, own):
        folder, _ = own
        text = (folder / "rejects.csv").read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["leadflow:row"] for row in rows] == ["展示会.csv, 5", "展示会.csv, 6", "second.csv, 2"]
        assert all(row["leadflow:reason"] for row in rows)
        assert rows[0]["会社名"] == "名無し商事"

    def test_formulas_come_out_neutralised(self, own):
        folder, _ = own
        text = (folder / "rejects.csv").read_text(encoding="utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert '\'=HYPERLINK("http://evil.example/")' in cells
        assert "'@SUM(A1)" in cells
        assert "'-1+cmd|x" in cells
        assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r")]

    def test_cells_are_text_in_the_report(self, own):
        folder, _ = own
        page = (folder / "own.html").read_text(encoding="utf-8")
        assert "<script>alert" not in page
        assert "<b>部長" not in page

    def test_corrected_rows_can_be_read_again(self, own, tmp_path, capsys):
        folder, _ = own
        corrected = (
            (folder / "rejects.csv")
            .read_text(encoding="utf-8-sig")
            .replace("名無し商事,,", "名無し商事,田中 一,")
        )
        (tmp_path / "corrected.csv").write_text(corrected, encoding="utf-8")
        arguments = [
            str(tmp_path / "corrected.csv"),
            "--store",
            "memory://",
            "--report",
            str(tmp_path / "r.html"),
        ]
        assert main(["run", *arguments]) == 0
        assert "rows read                1" in capsys.readouterr().out


def run(*arguments, capsys):
    """Run in this process and return status, output and errors."""
    try:
        status = main(["run", *map(str, arguments), "--now", NOW])
    except SystemExit as error:
        status = error.code
    said = capsys.readouterr()
    return status, said.out, said.err


def one_sentence(text):
    """Return the only line of the errors."""
    lines = text.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("leadflow: ")
    assert lines[0].rstrip().endswith((".", "'", "…"))
    return lines[0]


BAD = {
    "empty.csv": b"",
    "blank.csv": b"\n\n  \n",
    "wrong_bytes.csv": "会社名,氏名\n".encode() + b"\xff\x80\x81\xa0\xfd" * 40 + b"\n",
    "unknown_header.csv": b"foo,bar,baz\n1,2,3\n",
    "huge_cell.csv": "会社名,氏名,メール,備考\n株式会社ひみつ,佐藤 花子,himitsu@example.co.jp,".encode()
    + b"x" * 10_000_000,
    "no_workbook.xlsx": None,
    "torn_workbook.xlsx": b"PK\x03\x04" + b"\0" * 200,
    "nul.csv": "会社名,氏名,メール\n株式会社ひみつ\0,佐藤 次郎,himitsu@example.co.jp\n".encode(),
    "only_nul.csv": b"\0" * 1000,
    "broken.jsonl": b'{"email": \n not json\n',
    "picture.csv": b"\x89PNG\r\n\x1a\n" + b"\x01\x02" * 50,
    "document.pdf": b"%PDF-1.4\n",
}


def bad_bytes(name):
    if BAD[name] is not None:
        return BAD[name]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "hello")
    return buffer.getvalue()


class TestBadLists:
    @pytest.mark.parametrize("name", sorted(BAD))
    def test_a_bad_list_is_one_sentence_that_names_it(self, write, capsys, name):
        write(name, bad_bytes(name))
        status, out, err = run(name, "--store", "memory://", capsys=capsys)
        assert (status, out) == (2, "")
        assert name in one_sentence(err)

    def test_the_others_are_read_all_the_same(self, write, start, tmp_path):
        for name in BAD:
            write(name, bad_bytes(name))
        (tmp_path / "folder.csv").mkdir()
        write("good.csv", GOOD)
        names = [*BAD, "folder.csv", "missing.csv"]
        done = start("run", *names[:5], "good.csv", *names[5:], "--now", NOW, cwd=tmp_path, status=2)
        said = done.stderr.splitlines()
        assert len(said) == len(names)
        assert [
            name for name, line in zip(names, said, strict=True) if not line.startswith(f"leadflow: {name}")
        ] == []
        assert "rows read                3" in done.stdout
        assert "himitsu" not in done.stderr
        assert "ひみつ" not in done.stderr
        with sqlite3.connect(tmp_path / "leads.db") as database:
            assert database.execute("select count(*) from leads").fetchone() == (2,)

    def test_two_hundred_columns_are_read(self, write, capsys):
        header = [f"質問{i}" for i in range(197)] + ["会社名", "氏名", "メール"]
        cells = ["x"] * 197 + ["株式会社青森", "田中 一", "ichi@example.co.jp"]
        write("wide.csv", ",".join(header) + "\n" + ",".join(cells) + "\n")
        status, out, err = run("wide.csv", "--store", "memory://", capsys=capsys)
        assert (status, err) == (0, "")
        assert "rows read                1" in out

    def test_a_header_alone_is_a_list_without_rows(self, write, capsys):
        write("header.csv", "会社名,氏名,メール\n")
        status, out, _ = run("header.csv", "--store", "memory://", capsys=capsys)
        assert status == 0
        assert ": nothing changed\n" in out

    def test_the_same_list_twice_counts_once(self, write, capsys):
        write("good.csv", GOOD)
        _, out, _ = run("good.csv", "good.csv", "--store", "memory://", capsys=capsys)
        assert "records in the store     3" in out


class TestWrongUsage:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ([], "LIST"),
            (["good.csv", "--now", "2026-09-30"], "offset"),
            (["good.csv", "--now", "yesterday"], "ISO time"),
            (["good.csv", "--language", "fr"], "--language"),
            (["good.csv", "--colour"], "--colour"),
        ],
    )
    def test_it_is_explained_with_the_usage(self, write, capsys, arguments, words):
        write("good.csv", GOOD)
        with pytest.raises(SystemExit) as stopped:
            main(["run", *arguments])
        assert stopped.value.code == 2
        said = capsys.readouterr().err
        assert said.startswith("usage:")
        assert words in said

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--store", "leads.db"], "sqlite:///leads.db"),
            (["--store", "mysql://someone:himitsu@host/leads"], "sqlite:///leads.db"),
            (["--store", "sqlite:////proc/leads.db"], "database"),
            (["--store", "sqlite:///damaged.db"], "database"),
            (["--store", "memory://", "--definition", "missing.toml"], "missing.toml"),
            (["--store", "memory://", "--activities", "missing.jsonl"], "missing.jsonl"),
            (["--store", "memory://", "--targets", "missing.csv"], "missing.csv"),
            (["--store", "memory://", "--report", "/proc/report.html"], "report.html"),
            (["--store", "memory://", "--report", "good.csv/report.html"], "report.html"),
            (["--store", "memory://", "--rejects", "/proc/rejects.csv"], "rejects.csv"),
        ],
    )
    def test_what_cannot_be_used_is_one_sentence(self, write, capsys, arguments, words):
        write("good.csv", GOOD)
        write("damaged.db", b"not a database at all, but long enough to be looked at\n" * 40)
        status, _, err = run("good.csv", *arguments, capsys=capsys)
        assert status == 2
        assert words in one_sentence(err)
        assert "himitsu" not in err

    def test_a_damaged_database_is_left_as_it_is(self, write, capsys):
        damaged = write("damaged.db", b"not a database at all\n" * 400)
        write("good.csv", GOOD)
        before = damaged.read_bytes()
        assert run("good.csv", "--store", "sqlite:///damaged.db", capsys=capsys)[0] == 2
        assert before == damaged.read_bytes()

    def test_no_command_is_a_usage_error(self, start, tmp_path):
        done = start(cwd=tmp_path, status=2)
        assert done.stderr.startswith("usage: python -m leadflow")
        assert done.stdout == ""

    def test_help_is_help(self, start, tmp_path):
        done = start("run", "--help", cwd=tmp_path)
        for option in ("--definition", "--activities", "--targets", "--rejects", "--since", "--now"):
            assert option in done.stdout


class TestSince:
    def test_stages_are_entered_on_the_day(self, write, capsys):
        write("good.jsonl", '{"email": "a@example.jp", "submitted_at": "2026-09-10T10:00:00+09:00"}\n')
        status, _, err = run(
            "good.jsonl",
            "--store",
            "sqlite:///since.db",
            "--since",
            "2026-09-01T00:00:00+09:00",
            capsys=capsys,
        )
        assert (status, err) == (0, "")
        with sqlite3.connect("since.db") as database:
            ((entered,),) = database.execute("select entered_at from stages").fetchall()
        assert entered.startswith("2026-09-10")


class TestPipes:
    def test_a_reader_that_goes_away_is_no_error(self, write, tmp_path, environment):
        write("good.csv", GOOD)
        done = subprocess.run(
            [
                "bash",
                "-c",
                'set -o pipefail; "$0" -m leadflow run good.csv --store memory:// | head -1',
                sys.executable,
            ],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.stderr == ""
        assert done.returncode == 0
        assert done.stdout.startswith("Run as of")

    def test_a_reader_that_was_never_there_is_no_error(self, write, tmp_path, environment):
        write("good.csv", GOOD)
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [sys.executable, "-m", "leadflow", "run", "good.csv", "--store", "memory://"],
            cwd=tmp_path,
            env=environment,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
        os.close(writing)
        assert (done.returncode, done.stderr) == (0, b"")

    def test_progress_shows_on_a_terminal_only(self, write, tmp_path, environment):
        write("good.csv", GOOD)
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "leadflow", "run", "good.csv", "--store", "memory://"],
            cwd=tmp_path,
            env={**environment, "TERM": "xterm"},
            stdout=subprocess.PIPE,
            stderr=theirs,
        ) as process:
            os.close(theirs)
            shown = everything_from(ours)
            out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert b"reading lists" in shown
        assert b"reading lists" not in out
        assert b"\x1b" not in out


def everything_from(terminal):
    """Return what a program shows on a terminal until it ends."""
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux says so when the other end is closed
            part = b""
        if not part:
            os.close(terminal)
            return shown
        shown += part
