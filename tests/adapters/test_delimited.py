"""Delimited text."""

import csv
import io

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.adapters.delimited import read_delimited
from leadflow.adapters.reading import read_leads
from leadflow.adapters.reading_bytes import ByteSource
from leadflow.errors import EncodingError

HEADER = ["会社名", "氏名", "メール"]


def read(data, **options):
    return read_delimited(ByteSource.of(data), **options)


class TestLayout:
    @pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_every_delimiter_and_line_end_is_recognised(self, delimiter, end):
        text = end.join(delimiter.join(row) for row in (HEADER, ["㈱山田", "佐藤", "a@example.jp"])) + end
        table = read(text.encode("cp932"))
        assert (table.facts.delimiter, list(table.columns), len(table)) == (delimiter, HEADER, 1)

    def test_the_header_below_a_preamble_and_the_preamble_are_reported(self):
        table = read(
            "来場者リスト,2026\n\n合計：2件\n会社名,氏名,メール\n㈱山田,佐藤,a@example.jp\n".encode()
        )
        assert table.facts.header_row == 4
        assert table.facts.preamble == ("来場者リスト 2026", "合計：2件")
        assert table.rows.tolist() == [5]

    def test_the_separator_line_of_excel_is_a_preamble(self):
        assert read("sep=;\n会社名;メール\n山田;a@example.jp\n".encode()).facts.delimiter == ";"

    def test_line_breaks_in_cells_keep_rows_and_line_numbers_right(self):
        text = '会社名,備考,メール\n山田,"一行目\r\n二行目\n""三""行目",a@example.jp\n鈴木,x,b@example.jp\n'
        table = read(text.encode())
        assert table.rows.tolist() == [2, 5]
        assert table.columns["備考"][0] == '一行目\r\n二行目\n"三"行目'

    def test_a_line_break_in_a_header_is_a_blank(self):
        assert list(read('会社名,"メール\nアドレス"\n山田,a@example.jp\n'.encode()).columns) == [
            "会社名",
            "メール アドレス",
        ]


CELL = st.text(alphabet='ab,;\t"\n\r 日本', max_size=6)


class TestRoundTrip:
    @given(
        st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=30),
        st.sampled_from(["utf-8", "cp932", "utf-16", "euc_jp"]),
    )
    def test_what_the_csv_module_writes_is_read(self, rows, codec):
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerows([HEADER, *rows])
        table = read(stream.getvalue().encode(codec))
        back = list(zip(*(column.to_list() for column in table.columns.values()), strict=True))
        assert back == [tuple(cell or None for cell in row) for row in rows if any(row)]

    @given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=12))
    def test_line_numbers_are_those_of_the_csv_module(self, rows):
        stream = io.StringIO(newline="")
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
        reader = csv.reader(io.StringIO(stream.getvalue(), newline=""))
        expected, previous = [], 0
        for row in reader:
            expected += [previous + 1] if any(row) else []
            previous = reader.line_num
        assert read(stream.getvalue().encode()).rows.tolist() == expected[1:]

    def test_pandas_and_polars_files_are_read(self, tmp_path):
        frame = {
            "会社名": ["㈱山田", "鈴木,商事"],
            "郵便番号": ["060-0000", "1000001"],
            "メール": ["a@example.jp", "b@example.jp"],
        }
        pd.DataFrame(frame).to_csv(tmp_path / "p.csv", index=False, encoding="cp932")
        pl.DataFrame(frame).write_csv(tmp_path / "q.csv", include_bom=True, separator="\t")
        first, second = (read_leads(tmp_path / name, source="x").batch for name in ("p.csv", "q.csv"))
        assert first.to_dicts() == second.to_dicts()
        assert first["postal_code"].to_list() == ["060-0000", "100-0001"]


def test_chunks_and_files_of_many_rows_join(tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("メール\n" + "".join(f"u{n}@example.jp\n" for n in range(10_000)), encoding="utf-8")
    seen = []
    table = read_delimited(ByteSource.of(path), progress=seen.append)
    assert (len(table), seen[-1], len(seen) > 1) == (10_000, 10_000, True)
    assert table.rows.tolist() == list(range(2, 10_002))


class TestDamagedBytes:
    def data(self):
        lines = [f"会社{n},佐藤,u{n}@example.jp" for n in range(40)]
        data = "\n".join([",".join(HEADER), *lines]).encode()
        return data.replace("会社7,".encode(), "会社7".encode() + b"\xff,")

    def test_one_broken_byte_costs_one_row_not_the_file(self):
        imported = read_leads(self.data())
        assert (len(imported.batch), imported.report.encoding) == (39, "utf-8")
        (reject,) = imported.rejects
        assert (reject.row, reject.reason) == (9, "the row has bytes that are not UTF-8")
        assert reject.raw["会社名"] == "会社7\ufffd"
        assert imported.report.facts.notes

    def test_it_stays_an_error_when_the_encoding_is_given(self):
        with pytest.raises(EncodingError, match="line 9 does not fit"):
            read_leads(self.data(), encoding="utf-8")
