"""One cell is normalised as a column of it alone."""

from hypothesis import given
from hypothesis import strategies as st

from leadflow.capture.normalising import normalise_cell, normalise_column
from leadflow.columns import Column
from leadflow.records.fields import FIELDS

TYPED = st.one_of(
    st.text(max_size=30),
    st.text("㈱髙﨑ｱｶﾞガ゛1２０-－ー・.@aＺ様部課 　'\u0301\u200b〒都県市区", max_size=20),
    st.sampled_from(
        [
            "",
            "-",
            "未入力",
            "'03-1234-5678",
            "２０２６/4/1",
            "45748.5",
            "R8.4.15",
            "1,200名",
            "はい",
            "停止",
            "○",
            "IoT; 保守",
        ]
    ),
)


@given(st.sampled_from(sorted(FIELDS)), TYPED)
def test_a_cell_is_normalised_as_a_column_of_it_alone(field, text):
    column, cell = normalise_column(field, Column.of([text])), normalise_cell(field, text)
    assert column.column.to_list() == [cell.cell.value]
    assert [column.reasons[code] if code >= 0 else "" for code in column.bad.tolist()] == [cell.refused]
    if not cell.refused:
        assert (column.parsed is None) is (cell.parsed is None)
    if column.parsed is not None and cell.parsed is not None:
        assert column.parsed.to_list() == [cell.parsed.value]
