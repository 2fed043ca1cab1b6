"""Writing lists."""

import datetime as dt
import json

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.adapters.export import neutralise, write_csv, write_jsonl, write_xlsx
from leadflow.adapters.reading import read_leads
from leadflow.capture.parsing import unmarked
from leadflow.errors import EncodingError, InputError
from leadflow.records import LeadBatch

EVIL = [
    "=cmd|' /C calc'!A0",
    "+cmd|x",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "+81-3-1234-5678x",
    " =1+1",
]
GOOD = [
    "+81312345678",
    "+81312345678;ext=12",
    "+81 (3) 1234-5678",
    "-12.5",
    "-1,200",
    "-",
    "--",
    "-5%",
    "1+1",
    "",
    "a=b",
]


class TestNeutralise:
    @pytest.mark.parametrize("text", EVIL)
    def test_a_formula_becomes_text(self, text):
        assert neutralise(text) == f"'{text}"

    @pytest.mark.parametrize("text", GOOD)
    def test_numbers_and_phone_numbers_stay(self, text):
        assert neutralise(text) == text

    @given(st.text(max_size=30))
    def test_nothing_written_begins_a_formula(self, text):
        written = neutralise(text)
        if written[:1] in {"=", "@", "\t", "\r"}:
            raise AssertionError(written)
        if written[:1] in {"+", "-"}:
            assert not any(
                character.isalpha() or character in "|!=@"
                for character in written.replace(";ext=", "").upper().replace("E", "")
            )

    @pytest.mark.parametrize("text", EVIL[:4])
    def test_reading_takes_the_apostrophe_away(self, text):
        assert unmarked(neutralise(text)) == text


class TestWriteCsv:
    def test_a_batch_is_written_for_spreadsheets(self, tmp_path):
        batch = LeadBatch.from_dicts(
            [{"company": "㈱山田", "phone": "+81312345678", "tags": ("a", "b"), "employees": 3}]
        )
        assert write_csv(batch, tmp_path / "x.csv") == 1
        data = (tmp_path / "x.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        assert (
            data.decode("utf-8-sig") == "id,company,phone,tags,employees\r\n0,㈱山田,+81312345678,a; b,3\r\n"
        )

    def test_a_character_that_the_encoding_lacks_is_named_with_its_place(self, tmp_path):
        with pytest.raises(EncodingError, match=r"row 2, column 氏名: the character U\+20BB7"):
            write_csv([{"氏名": "佐藤"}, {"氏名": "𠮷田"}], tmp_path / "x.csv", encoding="cp932")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(("policy", "expected"), [("map", "吉田 〓―"), ("replace", "〓田 〓〓")])
    def test_such_characters_are_mapped_or_replaced_on_request(self, policy, expected, tmp_path):
        write_csv([{"氏名": "𠮷田 é—"}], tmp_path / "x.csv", encoding="cp932", unencodable=policy)
        assert (tmp_path / "x.csv").read_text(encoding="cp932").split("\n")[1] == expected

    def test_headers_are_neutralised_too(self, tmp_path):
        write_csv([{"=1+1": "x"}], tmp_path / "x.csv")
        assert (tmp_path / "x.csv").read_text(encoding="utf-8-sig").startswith("'=1+1")

    def test_a_file_that_cannot_be_written_is_an_error(self, tmp_path):
        with pytest.raises(InputError, match="cannot be written"):
            write_csv([{"a": "x"}], tmp_path / "nowhere" / "x.csv")

    def test_an_unknown_encoding_is_an_error(self, tmp_path):
        with pytest.raises(EncodingError, match="not known"):
            write_csv([{"a": "x"}], tmp_path / "x.csv", encoding="klingon")

    @given(
        st.lists(
            st.fixed_dictionaries(
                {"Email": st.just("a@example.jp"), "備考": st.text(alphabet="ab=+-@',\"\n 日本", max_size=8)}
            ),
            max_size=8,
        )
    )
    def test_what_is_written_is_read_again(self, tmp_path_factory, rows):
        path = tmp_path_factory.mktemp("round") / "x.csv"
        write_csv(rows, path)
        if not rows:
            return
        direct, back = read_leads(rows, source="x").batch, read_leads(path, source="x").batch
        assert back["memo"].to_list() == direct["memo"].to_list()


class TestWriteXlsx:
    def test_texts_stay_texts_and_numbers_numbers(self, tmp_path):
        row = {
            "郵便番号": "0600000",
            "TEL": "+81312345678",
            "人数": 12,
            "式": "=1+1",
            "日": dt.date(2026, 4, 1),
            "同意": True,
            "空": None,
        }
        assert write_xlsx([row], tmp_path / "x.xlsx") == 1
        page = openpyxl.load_workbook(tmp_path / "x.xlsx").active
        assert [cell.value for cell in page[2]] == [
            "0600000",
            "+81312345678",
            12,
            "'=1+1",
            dt.datetime(2026, 4, 1),  # workbooks have no zones
            True,
            None,
        ]
        assert {cell.data_type for cell in page[2]} == {"s", "n", "d", "b"}

    def test_a_batch_is_read_again(self, tmp_path):
        batch = read_leads([{"会社名": "㈱山田", "メール": "a@example.jp", "TEL": "03-1234-5678"}]).batch
        write_xlsx(batch, tmp_path / "x.xlsx")
        back = read_leads(tmp_path / "x.xlsx").batch
        assert back.lead(0).phone == batch.lead(0).phone


class TestWriteJsonl:
    def test_moments_are_iso_and_missing_cells_left_out(self, tmp_path):
        rows = [{"at": dt.datetime(2026, 4, 1, tzinfo=dt.UTC), "tags": ("a",), "x": None, "f": "=1"}]
        write_jsonl(rows, tmp_path / "x.jsonl")
        assert json.loads((tmp_path / "x.jsonl").read_text(encoding="utf-8")) == {
            "at": "2026-04-01T00:00:00+00:00",
            "tags": ["a"],
            "f": "=1",
        }


class TestRejectFile:
    TEXT = "氏名,会社名,メール,備考\n佐藤,山田,a@example.jp,\n鈴木,,,=1+1\n田中,x,b@example.jp,y,余り\n"

    @pytest.mark.parametrize("write", [write_csv, write_xlsx])
    def test_a_corrected_reject_file_is_read_again(self, write, tmp_path):
        rejects = read_leads(self.TEXT.encode(), source="展示会").rejects
        path = tmp_path / ("rejects.csv" if write is write_csv else "rejects.xlsx")
        assert write(rejects, path) == 2
        unchanged = read_leads(path, source="展示会")
        assert (len(unchanged.batch), len(unchanged.rejects)) == (0, 2)
        rows = [dict(row) for row in rejects.to_dicts()]
        rows[0]["メール"] = "suzuki@example.jp"
        rows[1]["leadflow:extra 1"] = ""
        write(rows, path)
        corrected = read_leads(path, source="展示会")
        assert corrected.batch["email"].to_list() == ["suzuki@example.jp", "b@example.jp"]
        assert corrected.batch["memo"].to_list() == ["=1+1", "y"]
        assert "leadflow:row" not in corrected.batch.columns

    def test_a_corrected_row_has_the_id_that_the_row_would_have_had(self, tmp_path):
        good = read_leads(
            "氏名,会社名,メール,備考\n田中,x,b@example.jp,y\n".encode(), source="展示会"
        ).batch.ids
        rows = [dict(row) for row in read_leads(self.TEXT.encode(), source="展示会").rejects.to_dicts()][1:]
        rows[0]["leadflow:extra 1"] = ""
        write_csv(rows, tmp_path / "r.csv")
        assert read_leads(tmp_path / "r.csv", source="展示会").batch.ids == good
