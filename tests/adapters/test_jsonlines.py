"""JSON Lines and JSON."""

import pytest

from leadflow.adapters.reading import read_leads
from leadflow.errors import InputError, UnreadableFileError


class TestReadJsonLines:
    def test_objects_with_different_names_are_joined(self):
        batch = read_leads(
            b'{"email":"a@example.jp"}\n\n{"company":"x","email":"b@example.jp","n":1}\n'
        ).batch
        assert batch["company"].to_list() == [None, "x"]
        assert batch["n"].to_list() == [None, "1"]

    def test_lines_that_are_no_objects_are_refused_with_their_numbers(self):
        imported = read_leads(b'{"email":"a@example.jp"}\n{"email":"b@exa\nnull\n{}\n[1]\n')
        assert [reject.row for reject in imported.rejects] == [2, 3, 4, 5]
        assert imported.rejects[0].raw == {"line": '{"email":"b@exa'}
        assert imported.report.read == 5

    def test_nested_objects_become_dotted_columns(self):
        batch = read_leads(b'{"email":"a@example.jp","utm":{"source":"x","deep":{"y":1}}}').batch
        assert batch.lead(0).custom == {"utm.source": "x", "utm.deep.y": "1"}

    @pytest.mark.parametrize(
        "text",
        [
            '[{"email":"a@example.jp"}]',
            '{"total": 1,\n "records": [{"email":"a@example.jp"}]}',
            '{"email":\n"a@example.jp"}',
        ],
    )
    def test_a_json_document_is_read(self, text):
        assert read_leads(text.encode()).batch["email"].to_list() == ["a@example.jp"]

    def test_null_and_empty_texts_of_a_list_are_missing(self):
        batch = read_leads(b'{"email":"a@example.jp","title":null,"department":""}').batch
        assert batch["department"].codes.tolist() == [-1]

    @pytest.mark.parametrize(
        ("data", "error"),
        [(b'{"a', UnreadableFileError), (b"[1, 2]", UnreadableFileError), (b"[{}]", InputError)],
    )
    def test_what_holds_no_object_is_an_error(self, data, error, tmp_path):
        path = tmp_path / "x.jsonl"
        path.write_bytes(data)
        with pytest.raises(error):
            read_leads(path)

    def test_deep_nesting_does_not_overflow(self):
        data = b'{"email":"a@example.jp","x":' + b'{"a":' * 100 + b"1" + b"}" * 101
        assert len(read_leads(data).batch) == 1
