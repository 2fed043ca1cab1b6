import numpy as np
import pytest

from leadflow.columns import CLEARED, MISSING, Column
from leadflow.errors import InvalidValueError
from leadflow.values import CompanyName, Kana, PhoneNumber, PostalCode
from leadflow.values.parsed import parse_cells


def test_every_cell_is_a_value_empty_or_bad():
    parsed = PostalCode.parse_many(["100-0001", None, "なし", "12", "〒100-0001", "", "12", "abc"])
    assert ["100-0001", None, None, None, "100-0001", None, None, None] == parsed.canonical.to_list()
    assert [3, 6, 7] == parsed.bad.tolist()
    assert [0, 0, 1] == parsed.bad_codes.tolist()
    assert parsed.reason(3) == parsed.reason(6) != parsed.reason(7)
    assert [parsed.reason(0), parsed.reason(1)] == ["", ""]
    assert 8 == len(parsed) == len(list(parsed))
    assert (str(parsed[4]), parsed[1], parsed[3]) == ("100-0001", None, None)


def test_each_distinct_text_is_parsed_once():
    seen = []

    def parse(text):
        seen.append(text)
        return text

    parsed = parse_cells(["a1", "b2", "a1"] * 100, parse)
    assert (["a1", "b2"], ("a1", "b2"), 300) == (seen, parsed.values, len(parsed))


def test_a_cleared_cell_stays_cleared():
    codes = np.array([0, MISSING, CLEARED], np.int32)
    parsed = PostalCode.parse_many(Column(codes=codes, values=("100-0001",)))
    assert [0, MISSING, CLEARED] == parsed.codes.tolist()
    assert [0, MISSING, CLEARED] == parsed.canonical.codes.tolist()


def test_arrays_are_read_only_and_typed():
    parsed = PostalCode.parse_many(["100-0001", "12"])
    assert ("int32", "int64", "int32") == (
        parsed.codes.dtype.name,
        parsed.bad.dtype.name,
        parsed.bad_codes.dtype.name,
    )
    for array in (parsed.codes, parsed.bad, parsed.bad_codes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_columns_of_nothing_and_of_other_objects():
    assert len(PostalCode.parse_many([])) == 0
    assert PostalCode.parse_many(Column.of([1000001, 1000002.0])).canonical.to_list() == [
        "100-0001",
        "100-0002",
    ]


def test_keys_are_missing_where_nothing_may_match():
    assert CompanyName.parse_many(["㈱青葉", "㈱"]).keys.to_list() == ["青葉", None]
    assert Kana.parse_many(["ｱｵﾊﾞ"]).keys.to_list() == ["アオバ"]


def test_reasons_never_quote_the_text():
    secrets = ["鷹司花子9381", "secret@@example.jp", "03-9381-93", "鷹司市9381丁目" * 200]
    for parse_many in (PhoneNumber.parse_many, PostalCode.parse_many, Kana.parse_many):
        parsed = parse_many(secrets)
        assert not [
            reason for reason in parsed.reasons if "鷹司" in reason or "9381" in reason or "secret" in reason
        ]
    with pytest.raises(InvalidValueError) as caught:
        PhoneNumber.parse("鷹司花子9381")
    assert "鷹司" not in repr(caught.value)


@pytest.mark.parametrize("text", ["100-0001", "なし", "12", "", "〒100-0001", "abc", None])
def test_a_cell_alone_is_parsed_as_it_is_among_others(text):
    among, alone = PostalCode.parse_many([text, "1000002"]), PostalCode.parse_many([text])
    assert among.canonical.to_list()[:1] == alone.canonical.to_list()
    assert (among.reason(0), among.codes.tolist()[:1]) == (alone.reason(0), alone.codes.tolist())
    assert [row for row in among.bad.tolist() if row == 0] == alone.bad.tolist()
    assert [among[0]] == alone.to_list()
    arrays = (alone.codes, alone.bad, alone.bad_codes)
    assert [array.dtype for array in arrays] == [
        array.dtype for array in (among.codes, among.bad, among.bad_codes)
    ]
    assert not any(array.flags.writeable for array in arrays)
