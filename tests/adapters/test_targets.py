"""Targets and hierarchies are read from files as they come, and a wrong file is named with its place."""

import datetime as dt
import json

import openpyxl
import pytest

from leadflow.adapters.targets import read_costs, read_hierarchy, read_moves, read_targets
from leadflow.calendars import FiscalCalendar
from leadflow.datasets import sample_company
from leadflow.errors import DefinitionError, EncodingError, InputError, UnreadableFileError
from leadflow.reporting import STANDARD_KPIS

ROWS = "kpi,period,unit,value\r\ncalls,2026-04,u058,5\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_usual_encodings_are_read(tmp_path, encoding):
    path = tmp_path / "targets.csv"
    path.write_bytes(ROWS.replace("u058", "営業一課").encode(encoding))
    (row,) = read_targets(path).rows
    assert ("calls", "営業一課", 5.0) == (row.kpi, row.unit, row.value)


def test_the_targets_of_the_sample_company_fit_its_organisation():
    company = sample_company()
    hierarchy = read_hierarchy(company.organisation_path)
    targets = read_targets(company.targets_path)
    day = dt.date(2026, 9, 30)
    targets.check(
        hierarchy=hierarchy, kpis=[kpi.name for kpi in STANDARD_KPIS], fiscal=FiscalCalendar(), day=day
    )
    assert {"company", "department", "team", "person"} == {unit.level for unit in hierarchy.units}


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"kpi,period,unit\ncalls,2026-04,u1\n", DefinitionError, "no column value"),
        (
            b"kpi,period,unit,value\ncalls,2026-04,u1,many\n",
            DefinitionError,
            r"targets.csv, line 2: the value",
        ),
        (
            b"kpi,period,unit,value\ncalls,2026-04,u1,1\ncalls,2026-05,,1\n",
            DefinitionError,
            "line 3: there is no unit",
        ),
        (b"kpi,period,unit,value\ncalls,2026-04\n", DefinitionError, "line 2: there is no unit and no value"),
        (b"kpi,period,unit,value,set_on\ncalls,2026-04,u1,1,2026/4/1\n", DefinitionError, "line 2: set_on"),
        (b"", DefinitionError, "no column kpi, period, unit, value"),
        (b"PK\x03\x04", UnreadableFileError, "not a workbook"),
        (b"\x81", EncodingError, "neither UTF-8 nor CP932"),
    ],
)
def test_a_wrong_table_of_targets_is_refused(tmp_path, content, error, words):
    path = tmp_path / "targets.csv"
    path.write_bytes(content)
    with pytest.raises(error, match=words):
        read_targets(path)


def test_rows_without_text_are_passed_over(tmp_path):
    path = tmp_path / "targets.csv"
    path.write_text(ROWS + ",,,\r\n\r\n", encoding="cp932")
    assert 1 == len(read_targets(path).rows)


def test_an_empty_table_has_no_targets(tmp_path):
    path = tmp_path / "targets.csv"
    path.write_bytes(b"kpi,period,unit,value\n")
    assert () == read_targets(path).rows


@pytest.mark.parametrize(("content", "words"), [("{", "no JSON"), ("[1]", "JSON object")])
def test_an_organisation_that_is_none_is_refused(tmp_path, content, words):
    path = tmp_path / "organisation.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_hierarchy(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="cannot be read") as caught:
        read_targets(tmp_path / "none.csv")
    assert "none.csv" == caught.value.place


@pytest.mark.parametrize("row", ["u1,,2026-08-17", ",east,2026-08-17", "u1,east,17.8.", "u1,east"])
def test_a_wrong_move_is_refused_with_its_line(tmp_path, row):
    path = tmp_path / "moves.csv"
    path.write_text(f"unit,parent,on\nu2,営業一課,2026-08-17\n{row}\n", encoding="cp932")
    with pytest.raises(DefinitionError, match=r"moves\.csv, line 3"):
        read_moves(path)


def test_people_without_team_belong_to_their_department(tmp_path):
    path = tmp_path / "organisation.json"
    plain = {
        "departments": [{"id": "d", "name": "D"}],
        "people": [{"id": "p", "department": "d", "team": ""}],
    }
    path.write_text(json.dumps(plain), encoding="utf-8")
    assert "d" == read_hierarchy(path).unit("p").parent


def a_workbook(path, *rows, before=("目標",)):
    """Write a sheet of notes and one with a title, a gap and the rows, as people keep them."""
    book = openpyxl.Workbook()
    book.active.append(["説明", "kpi ごとに一行"])
    sheet = book.create_sheet("目標")
    for row in ([*before], [], *rows):
        sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_as_the_csv_of_its_sheet_is(tmp_path):
    path = a_workbook(
        tmp_path / "targets.xlsx",
        ["kpi", "period", "unit", "value", "set_on", "note"],
        ["calls", "2026-04", "u058", 20],
        [None, None, None, None],
        ["calls", "2026-04", "u058", "1,500", dt.date(2026, 4, 10), "休職"],
        ["calls", "2026-Q2", 58, 7.5],
    )
    plain = tmp_path / "targets.csv"
    plain.write_text(
        "kpi,period,unit,value,set_on,note\ncalls,2026-04,u058,20,,\n"
        'calls,2026-04,u058,"1,500",2026-04-10,休職\ncalls,2026-Q2,58,7.5,,\n',
        encoding="cp932",
    )
    assert read_targets(plain) == read_targets(path)


def test_a_month_that_a_spreadsheet_took_for_a_day_is_refused(tmp_path):
    path = a_workbook(
        tmp_path / "targets.xlsx", ["kpi", "period", "unit", "value"], ["calls", dt.date(2026, 4, 1), "u1", 5]
    )
    with pytest.raises(DefinitionError, match=r"targets\.xlsx, sheet 目標, row 4: the period is a date"):
        read_targets(path)


def test_a_wrong_row_of_a_workbook_is_named_by_sheet_and_row(tmp_path):
    path = a_workbook(
        tmp_path / "targets.xlsx", ["kpi", "period", "unit", "value"], ["calls", "2026-04", "u1", "many"]
    )
    with pytest.raises(DefinitionError, match=r"sheet 目標, row 4: the value"):
        read_targets(path)


def test_a_workbook_without_the_columns_says_which_are_expected(tmp_path):
    path = a_workbook(tmp_path / "targets.xlsx", ["kpi", "unit"], ["calls", "u1"])
    with pytest.raises(DefinitionError, match=r"No sheet of targets\.xlsx .* kpi, period, unit and value"):
        read_targets(path)


def test_costs_and_moves_are_read_from_workbooks_too(tmp_path):
    costs = a_workbook(tmp_path / "costs.xlsx", ["name", "cost"], ["展示会", 1_200_000])
    moves = a_workbook(
        tmp_path / "moves.xlsx", ["unit", "parent", "on"], ["u058", "west", dt.date(2026, 8, 17)]
    )
    assert {"展示会": 1_200_000.0} == read_costs(costs)
    assert dt.date(2026, 8, 17) == read_moves(moves)[0].on
