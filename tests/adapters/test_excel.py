"""Workbooks."""

import datetime as dt
import io
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import polars as pl
import pytest
import xlsxwriter

from leadflow.adapters.reading import read_leads
from leadflow.errors import InputError, MissingExtraError, UnknownNameError, UnreadableFileError

DATA = Path(__file__).parent / "data"
HEADER = ["会社名", "氏名", "郵便番号", "TEL", "E-mail", "名刺交換日", "従業員数"]
ROWS = [
    ["㈱山田", "佐藤　太郎", 600000, 312345678, "a@example.jp", dt.date(2026, 4, 15), 1200],
    ["鈴木㈲", "鈴木 花子", "100-0001", "03-1234-5679", "b@example.jp", 45748, None],
]
EXPECTED = [
    ("株式会社山田", "060-0000", "+81312345678", dt.date(2026, 4, 15), 1200),
    ("鈴木有限会社", "100-0001", "+81312345679", dt.date(2025, 4, 1), None),
]


def by_openpyxl():
    book = openpyxl.Workbook()
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def by_xlsxwriter():
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"default_date_format": "yyyy/mm/dd"})
    page = book.add_worksheet()
    for place, row in enumerate([HEADER, *ROWS]):
        page.write_row(place, 0, row)
    book.close()
    return buffer.getvalue()


def by_pandas():
    buffer = io.BytesIO()
    pd.DataFrame(ROWS, columns=HEADER).to_excel(buffer, index=False)
    return buffer.getvalue()


def by_polars():
    buffer = io.BytesIO()
    texts = [["" if cell is None else str(cell) for cell in row] for row in ROWS]
    pl.DataFrame(texts, schema=HEADER, orient="row").write_excel(buffer)
    return buffer.getvalue()


def cells(imported):
    names = ("company", "postal_code", "phone", "exchange_date", "employees")
    return list(zip(*(imported.batch[name].to_list() for name in names), strict=True))


class TestWriters:
    @pytest.mark.parametrize("write", [by_openpyxl, by_xlsxwriter, by_pandas, by_polars])
    def test_a_workbook_of_every_writer_reads_alike(self, write):
        assert cells(read_leads(write())) == EXPECTED

    @pytest.mark.parametrize("name", ["libreoffice_list.ods", "libreoffice_list.xls"])
    def test_old_and_open_formats_are_read(self, name):
        imported = read_leads(DATA / name)
        assert (imported.report.sheet, imported.report.header_row) == ("来場者", 3)
        assert imported.report.facts.other_sheets == ("集計",)
        assert imported.batch["postal_code"].to_list() == ["060-0000", "100-0001", None]
        assert imported.batch["mobile"].to_list() == [None, None, "+819012345678"]
        assert imported.batch["exchange_date"].to_list() == [dt.date(2026, 4, 15), dt.date(2025, 4, 1), None]
        assert imported.batch["employees"].to_list() == [1200, 1234, None]


class TestDamage:
    def test_whole_floats_scientific_notation_and_error_cells(self):
        book = openpyxl.Workbook()
        for row in (["会社名", "メール", "TEL", "法人番号"], ["山田", "a@example.jp", 9012345678.0, "#N/A"]):
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        imported = read_leads(buffer.getvalue())
        assert imported.batch.lead(0).mobile == "+819012345678"
        assert imported.batch.raw["TEL"].to_list() == ["9012345678"]
        assert imported.batch.lead(0).corporate_number is None

    def test_hidden_rows_are_read_and_counted(self):
        book = openpyxl.Workbook()
        for row in (["会社名", "メール"], ["山田", "a@example.jp"], ["鈴木", "b@example.jp"]):
            book.active.append(row)
        book.active.row_dimensions[3].hidden = True
        buffer = io.BytesIO()
        book.save(buffer)
        imported = read_leads(buffer.getvalue())
        assert len(imported.batch) == 2
        assert imported.report.facts.notes == ("1 hidden rows were read like the others.",)

    def test_rows_are_numbered_as_in_the_sheet(self):
        book = openpyxl.Workbook()
        for row in (["来場者"], [None], ["会社名", "メール"], [None], ["テスト", "a@example.jp"]):
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        assert [reject.row for reject in read_leads(buffer.getvalue()).rejects] == [5]


class TestSheets:
    def workbook(self):
        book = openpyxl.Workbook()
        book.active.title = "集計"
        book.active.append(["合計", 2])
        for name, mail in (("東京", "a@example.jp"), ("大阪", "b@example.jp")):
            page = book.create_sheet(name)
            page.append(["会社名", "メール"])
            page.append(["山田", mail])
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    def test_the_sheet_with_most_known_headers_is_read(self):
        assert read_leads(self.workbook()).report.sheet == "東京"

    @pytest.mark.parametrize("sheet", ["大阪", 2])
    def test_a_sheet_is_named_or_numbered(self, sheet):
        assert read_leads(self.workbook(), sheet=sheet).batch["email"].to_list() == ["b@example.jp"]

    def test_an_unknown_sheet_is_an_error_that_lists_the_others(self):
        with pytest.raises(UnknownNameError, match="集計"):
            read_leads(self.workbook(), sheet="名古屋")
        with pytest.raises(UnknownNameError, match="no sheet 7"):
            read_leads(self.workbook(), sheet=7)

    def test_a_sheet_without_known_headers_is_an_error(self):
        with pytest.raises(InputError, match="sheet 集計"):
            read_leads(self.workbook(), sheet="集計")

    def test_an_empty_workbook_is_an_error(self):
        buffer = io.BytesIO()
        openpyxl.Workbook().save(buffer)
        with pytest.raises(InputError, match="is empty"):
            read_leads(buffer.getvalue())


class TestUnreadable:
    def test_an_encrypted_workbook_is_a_clear_error(self):
        with pytest.raises(UnreadableFileError, match="is encrypted"):
            read_leads(DATA / "encrypted.xlsx")

    @pytest.mark.parametrize("cut", [100, 1000, 3000])
    def test_a_truncated_workbook_is_a_clear_error(self, cut):
        with pytest.raises(UnreadableFileError):
            read_leads(by_openpyxl()[:cut])

    def test_without_the_extra_the_error_names_it(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "python_calamine", None)
        with pytest.raises(MissingExtraError, match=r"leadflow\[excel\]"):
            read_leads(by_openpyxl())

    def test_a_cell_at_the_end_of_nowhere_is_a_clear_error(self):
        book = openpyxl.Workbook()
        book.active["A1"], book.active["XFD1048576"] = "Email", "x"
        buffer = io.BytesIO()
        book.save(buffer)
        with pytest.raises(UnreadableFileError, match="far away"):
            read_leads(buffer.getvalue())

    def test_a_sector_chain_in_a_circle_is_a_clear_error(self):
        data = bytearray((DATA / "libreoffice_list.xls").read_bytes())
        first_table = int.from_bytes(data[76:80], "little")
        place = (first_table + 1) * 512
        data[place : place + 512] = b"".join((1 - n % 2).to_bytes(4, "little") for n in range(128))
        with pytest.raises(UnreadableFileError, match="damaged"):
            read_leads(bytes(data))

    @pytest.mark.parametrize("damage", [(30, 4), (44, 255), (76, 200)])
    def test_a_damaged_compound_header_is_a_clear_error(self, damage):
        place, byte = damage
        data = bytearray((DATA / "libreoffice_list.xls").read_bytes())
        data[place : place + 4] = bytes([byte]) * 4
        with pytest.raises(UnreadableFileError):
            read_leads(bytes(data))
