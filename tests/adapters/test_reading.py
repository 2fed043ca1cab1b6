"""Reading lists from anything."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.adapters.reading import read_activities, read_leads
from leadflow.errors import EncodingError, InputError, LeadflowError, UnreadableFileError

LIST = "会社名,氏名,メール\r\n㈱山田,佐藤　太郎,a@example.jp\r\n"


def archive():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(
            zipfile.ZipInfo("a.txt"), "x"
        )  # without the time, so that every process makes the same bytes
    return buffer.getvalue()


class TestInputs:
    def test_path_bytes_and_file_objects_read_alike(self, tmp_path):
        path = tmp_path / "list.csv"
        path.write_bytes(LIST.encode("cp932"))
        with path.open("rb") as opened:
            inputs = [
                path,
                str(path),
                path.read_bytes(),
                io.BytesIO(path.read_bytes()),
                io.StringIO(LIST),
                opened,
            ]
            batches = [read_leads(data, source="x").batch.to_dicts() for data in inputs]
        assert all(batch == batches[0] for batch in batches)

    def test_the_ending_does_not_decide_on_the_format(self, tmp_path):
        path = tmp_path / "list.xls"
        path.write_bytes(LIST.encode("cp932"))
        assert len(read_leads(path).batch) == 1

    def test_progress_is_told(self):
        seen = []
        read_leads(LIST.encode(), progress=seen.append)
        assert seen == [1]


class TestBadInput:
    @pytest.mark.parametrize(
        ("data", "error", "words"),
        [
            (b"", InputError, "is empty"),
            (b" \r\n\t\n", InputError, "is empty"),
            (b"\xef\xbb\xbf", InputError, "is empty"),
            (b"a,b\n1,2\n", InputError, "mapping="),
            (
                b"Email,memo\na@example.jp," + b'"' + b"x" * 10_000_000 + b'"\n',
                InputError,
                "131,072 characters",
            ),
            (b'Email,memo\na@example.jp,"never closed\n' + b"b,c\n" * 100_000, InputError, "never closed"),
            (archive(), UnreadableFileError, "not a workbook"),
            (b"PK\x03\x04 damaged", UnreadableFileError, "not a workbook"),
            (b"Email\na\x00@example.jp\n", UnreadableFileError, "NUL byte at position 7"),
            (LIST.encode("utf-16-le"), UnreadableFileError, "utf-16-le"),
            (b"%PDF-1.7", UnreadableFileError, "PDF"),
            (b"<html><table></table></html>", UnreadableFileError, "web page"),
            (b'{"broken', UnreadableFileError, "JSON"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, UnreadableFileError, "not a workbook"),
        ],
        ids=lambda value: value[:12] if isinstance(value, bytes) else None,
    )
    def test_it_is_one_clear_error_that_says_what_to_do(self, data, error, words):
        with pytest.raises(error, match=words) as caught:
            read_leads(data)
        message = str(caught.value)
        assert message.startswith("the bytes")
        assert len(message) < 400

    def test_a_missing_file_and_a_folder_are_named(self, tmp_path):
        with pytest.raises(InputError, match=r"nothing\.csv: there is no such file"):
            read_leads(tmp_path / "nothing.csv")
        with pytest.raises(InputError, match="is a folder"):
            read_leads(tmp_path)

    @pytest.mark.parametrize("encoding", ["utf-8", "euc_jp", "utf-16", "ascii"])
    def test_the_wrong_encoding_is_an_error_that_names_the_right_one(self, encoding):
        with pytest.raises(EncodingError, match="fit cp932"):
            read_leads(LIST.encode("cp932"), encoding=encoding)

    def test_an_unknown_encoding_is_an_error(self):
        with pytest.raises(EncodingError, match="not known"):
            read_leads(LIST.encode(), encoding="klingon")

    def test_two_hundred_columns_are_read(self):
        headers = ["Email", *(f"質問{n}" for n in range(199))]
        text = ",".join(headers) + "\n" + ",".join(["a@example.jp", *["x"] * 199]) + "\n"
        assert len(read_leads(text.encode()).batch.columns) == 200

    def test_a_header_without_rows_is_an_empty_batch(self):
        assert len(read_leads(b"Email,Name\n").batch) == 0


START = st.sampled_from(
    [
        b"",
        b"Email,",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"PK\x03\x04",
        b"{",
        b"[",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\x1b$B",
        "氏名\t".encode(),
    ]
)


class TestAnyBytes:
    @settings(max_examples=200)
    @given(START, st.binary(max_size=200), st.booleans())
    def test_they_are_read_or_refused(self, start, rest, with_header):
        data = (b"Email,Name,Phone,Address,Updated At,Employees\n" if with_header else b"") + start + rest
        for read in (read_leads, read_activities):
            message = ""
            try:
                read(data)
            except LeadflowError as error:
                message = str(error)
            assert len(message) < 500

    @given(
        st.lists(st.lists(st.text(max_size=12), min_size=6, max_size=6), max_size=6),
        st.sampled_from([",", "\t", ";"]),
    )
    def test_any_cells_under_a_header_are_read(self, rows, delimiter):
        lines = [["Email", "氏名", "TEL", "住所", "会社名", "登録日"], *rows]
        text = "\n".join(
            delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in lines
        )
        try:
            report = read_leads(text.encode("utf-8", "replace")).report
        except LeadflowError:
            assert "\x00" in text
            return
        assert report.accepted + report.rejected <= len(rows)


class TestSampleFiles:
    @pytest.mark.parametrize(
        ("name", "source", "encoding"),
        [
            ("exhibition_2026.csv", "exhibition_2026", "cp932"),
            ("salesforce_leads.csv", "Salesforce", "utf-8-sig"),
            ("marketo_leads.csv", "Marketo", "utf-8"),
            ("business_cards.xlsx", "Sansan", ""),
            ("web_forms.jsonl", "web_forms", "utf-8"),
        ],
    )
    def test_each_list_of_the_sample_company_is_recognised(self, name, source, encoding):
        path = Path(__file__).parents[2] / "leadflow" / "datasets" / "sample" / name
        report = read_leads(path).report
        assert (report.source, report.encoding) == (source, encoding)
        assert 0 < report.rejected < 0.05 * report.read
        assert all(
            column.field
            for column in report.mapping
            if column.header in {"氏名", "会社名", "Email Address", "メール", "email"}
        )
