"""``python -m leadflow check``: holes are findings, mistakes are errors with file and line."""

import pytest

from leadflow.__main__ import main
from leadflow.datasets import sample_company

HOLES = """[organisation]
people = [{ id = "sato" }]
teams = [{ id = "tokyo", members = ["sato"] }]

[routing]
fallback = "tokyo"

[[routing.cuts]]
by = "area"

[routing.cuts.teams]
tokyo = ["東京都"]
"""


def check(path, capsys):
    status = main(["check", str(path)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_findings_are_printed_one_a_line_and_counted(write, capsys):
    path = write("holes.toml", HOLES)
    status, out, err = check(path, capsys)
    *findings, last = out.splitlines()
    assert (status, err) == (1, "")
    assert len(findings) > 0
    assert last == f"{path}: {len(findings)} finding{'s' if len(findings) > 1 else ''}"
    assert any("北海道" in finding for finding in findings)


def test_a_definition_without_organisation_has_no_findings(write, capsys):
    path = write("plain.toml", 'version = "1"\n')
    assert check(path, capsys) == (0, f"{path}: no findings\n", "")


def test_the_sample_definition_is_valid(capsys):
    status, out, err = check(sample_company().definition_path, capsys)
    assert err == ""
    assert status == (0 if "no findings" in out else 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('version = "1"\n[scorin]\n', "line 2"),
        ('version = "1"\n[[scoring.fit]]\nwhen = "title ~~ 3"\npoints = 1\n', "line 3"),
        ("version = \n", "line 1"),
    ],
)
def test_a_mistake_is_an_error_with_file_and_line(write, capsys, text, words):
    status, out, err = check(write("wrong.toml", text), capsys)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert "wrong.toml" in err
    assert words in err


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_what_is_no_file_is_an_error(write, capsys, name):
    write("other.toml", "")
    status, out, err = check(name, capsys)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1


def test_it_is_a_program(start, write, tmp_path):
    write("holes.toml", HOLES)
    assert start("check", "holes.toml", cwd=tmp_path, status=1).stderr == ""
