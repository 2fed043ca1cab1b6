"""A workbook opens in other programs with real numbers, and no cell of it can act."""

import datetime as dt
import zipfile

import openpyxl
import pytest
import python_calamine

from leadflow.adapters.memory import MemoryStore
from leadflow.adapters.workbook import write_workbook
from leadflow.errors import InputError
from leadflow.records import (
    Activity,
    ActivityLog,
    Assignment,
    GoldenBatch,
    LeadBatch,
    StageHistory,
    StageInterval,
)
from leadflow.reporting import Hierarchy, Target, Targets, build_report

# openpyxl does not know the data bars that begin at nothing, and says so
pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")

AS_OF = dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def report():
    store = MemoryStore()
    at = dt.datetime(2026, 9, 1, 3, tzinfo=dt.UTC)
    with store.session() as session:
        session.put_leads(
            GoldenBatch(
                leads=LeadBatch.from_dicts([{"company": "=cmd|' /C calc'!A0"}], ids=["L1"]),
                winners={},
                rules={},
            )
        )
        session.add_activities(
            ActivityLog.of(
                [
                    Activity(
                        lead_id="L1", kind="call", at=at + dt.timedelta(days=day), attributes={"by": "=1+1"}
                    )
                    for day in range(20)
                ]
            )
        )
        stay = StageInterval(stage="Lead", entered_at=at)
        session.put_histories([StageHistory(lead_id="L1", intervals=(stay,))])
        session.put_assignments([Assignment(id="a", lead_id="L1", owner="=1+1", offered_at=at, deadline=at)])
    targets = Targets(rows=(Target(kpi="calls", period="2026-09", unit="=1+1", value=40),))
    with store.snapshot() as reader:
        return build_report(
            reader, as_of=AS_OF, targets=targets, hierarchy=Hierarchy.flat(["=1+1"], name="@company")
        )


@pytest.fixture(scope="module", params=["ja", "en"])
def path(report, request, tmp_path_factory):
    target = tmp_path_factory.mktemp("workbook") / "report.xlsx"
    write_workbook(report, target, language=request.param)
    return target


def test_every_section_with_rows_has_a_sheet_in_both_readers(report, path):
    expected = 2 + sum(
        len(section) > 0 for section in report.sections.values()
    )  # the points first, and the charts
    assert expected == len(openpyxl.load_workbook(path).sheetnames)
    assert expected == len(python_calamine.CalamineWorkbook.from_path(path).sheet_names)


def test_figures_are_numbers_and_shares_are_written_as_percentages(report, path):
    sheet = openpyxl.load_workbook(path).worksheets[1]
    place = report["attainment"].names.index("attainment") + 1
    cells = [sheet.cell(4 + row, place) for row in range(len(report["attainment"]))]
    assert list(report["attainment"]["attainment"]) == pytest.approx([cell.value for cell in cells])
    assert {"0.0%"} == {cell.number_format for cell in cells}


def sheet_of(path, report, name):
    titles = {report[name].title.ja, report[name].title.en}
    (found,) = [sheet for sheet in openpyxl.load_workbook(path).worksheets if sheet["A1"].value in titles]
    return found


def test_a_day_is_headed_as_a_day_and_parts_of_a_count_keep_a_decimal(report, path):
    sheet = sheet_of(path, report, "trend")
    assert sheet["B3"].value in {"日付", "Day"}
    formats = {cell.value: cell.number_format for cell in sheet["D"][3:] if cell.value is not None}
    whole = {value for value in formats if float(value).is_integer()}
    assert whole
    assert formats.keys() - whole
    assert {value: "#,##0" if value in whole else "#,##0.0" for value in formats} == formats


def test_amounts_are_whole_yen_shown_in_the_units_of_the_language(report, path):
    sheet = sheet_of(path, report, "origins")
    cell = sheet["F4"]
    assert 0 == cell.value
    assert ("千円" if sheet["A1"].value == report["origins"].title.ja else '"M"') in cell.number_format


def test_what_has_no_name_is_called_unknown_and_a_moment_has_room(report, path):
    assert sheet_of(path, report, "campaigns")["A4"].value in {"不明", "Unknown"}
    sheet = sheet_of(path, report, "overdue")
    assert ("yyyy/mm/dd hh:mm", "left") == (sheet["G4"].number_format, sheet["G4"].alignment.horizontal)
    assert sheet.column_dimensions["G"].width > len("2026/09/01 12:00")


def test_a_header_is_as_high_as_its_words(report, path):
    sheet = sheet_of(path, report, "ownership")
    (place,) = [
        cell for cell in sheet[3] if cell.value in {"受諾までの時間（中央値）", "Hours to accept (median)"}
    ]
    assert place.alignment.wrap_text
    assert sheet.row_dimensions[3].height >= 30


def test_no_bar_is_drawn_for_nothing(path):
    with zipfile.ZipFile(path) as archive:
        text = archive.read("xl/worksheets/sheet2.xml").decode()
    assert 'minLength="0"' in text


def test_moments_are_real_dates_in_local_time(report, path):
    book = python_calamine.CalamineWorkbook.from_path(path)
    (name,) = [
        name for name in book.sheet_names if name in {report["overdue"].title.ja, report["overdue"].title.en}
    ]
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    assert dt.datetime(2026, 9, 1, 12) in rows[3]


def test_no_cell_is_a_formula_and_no_text_begins_like_one(path):
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not (isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-1", "@")))


def test_headers_stay_in_view_pages_are_set_up_and_charts_are_native(path):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    assert sheet.freeze_panes is not None
    assert sheet.page_setup.fitToHeight == 0
    assert "landscape" == sheet.page_setup.orientation
    assert sheet.conditional_formatting
    with zipfile.ZipFile(path) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        assert len(charts) == 2
        assert not [name for name in archive.namelist() if "externalLink" in name]


def test_a_place_that_cannot_be_written_is_an_input_error(report, tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_workbook(report, tmp_path / "nowhere" / "report.xlsx")


def test_the_charts_of_the_trend_are_on_one_page_of_their_own(path):
    book = openpyxl.load_workbook(path)
    (page,) = [sheet for sheet in book.worksheets if sheet.title in {"推移グラフ", "Trend charts"}]
    number = book.worksheets.index(page) + 1
    with zipfile.ZipFile(path) as archive:
        table, charts = (archive.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (number - 1, number))
    assert "<drawing" in charts
    assert "<drawing" not in table
    assert '<pageSetUpPr fitToPage="1"/>' in charts
    assert "fitToHeight" not in charts  # one page, which is what is meant where nothing is said


def test_numbers_have_room_and_no_more(report, path):
    sheet = sheet_of(path, report, "attainment")
    for place, column in enumerate(report["attainment"].columns):
        if column.kind.is_number:
            letter = openpyxl.utils.get_column_letter(place + 1)
            longest = max(len(f"{cell:,.0f}") for cell in column.cells if cell is not None)
            assert longest < sheet.column_dimensions[letter].width + 1 < 30
