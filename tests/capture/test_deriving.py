"""Fields that follow from others."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadflow.adapters.reading import read_leads
from leadflow.capture.deriving import derive_fields, fill
from leadflow.capture.headers import map_headers
from leadflow.capture.normalising import normalise_cell, normalise_column
from leadflow.columns import CLEARED, Column


def lead(**cells):
    return read_leads([{"Email": "a@example.jp", **cells}]).batch.lead(0)


class TestNames:
    def test_the_whole_name_follows_from_its_parts(self):
        assert lead(姓="佐藤", 名="太郎").full_name == "佐藤 太郎"
        assert lead(**{"Last Name": "Smith", "First Name": "John"}).full_name == "John Smith"

    def test_the_parts_follow_from_a_separated_name(self):
        found = lead(氏名="佐藤　太郎")
        assert (found.last_name, found.first_name) == ("佐藤", "太郎")

    def test_a_reading_tells_where_a_name_divides(self):
        found = lead(氏名="佐藤太郎", フリガナ="サトウ タロウ")
        assert (found.last_name, found.first_name, found.full_name) == ("佐藤", "太郎", "佐藤 太郎")

    def test_an_unseparated_name_stays_whole(self):
        found = lead(氏名="佐藤太郎")
        assert (found.full_name, found.last_name) == ("佐藤太郎", None)

    def test_readings_are_joined_and_divided(self):
        assert lead(姓="佐藤", 名="太郎", セイ="さとう", メイ="ﾀﾛｳ").full_name_kana == "サトウ タロウ"
        assert lead(氏名="佐藤 太郎", フリガナ="サトウ　タロウ").last_name_kana == "サトウ"

    def test_a_reading_in_brackets_is_the_reading(self):
        assert lead(氏名="佐藤 太郎（サトウ タロウ）").full_name_kana == "サトウ タロウ"


class TestPhones:
    def test_a_second_number_goes_to_the_field_of_its_kind(self):
        found = lead(電話番号="03-1234-5678 / 090-1234-5678")
        assert (found.phone, found.mobile) == ("+81312345678", "+819012345678")
        assert lead(電話番号="03-1234-5678、03-1234-5679").phone_direct == "+81312345679"

    def test_a_mobile_in_the_phone_column_is_also_the_mobile(self):
        found = read_leads(
            [{"氏名": "佐藤", "電話番号": number} for number in ("090-1234-5678", "03-1234-5678")]
        ).batch
        assert found["mobile"].to_list() == ["+819012345678", None]

    def test_a_given_mobile_is_not_replaced(self):
        found = lead(電話番号="090-1234-5678", 携帯番号="080-1234-5678")
        assert found.mobile == "+818012345678"


class TestAddresses:
    def test_parts_follow_from_the_address(self):
        found = lead(住所="〒100-0001 東京都千代田区千代田１丁目１番１号　宮殿ビル３階")
        assert (found.postal_code, found.prefecture, found.city) == ("100-0001", "東京都", "千代田区")
        assert (found.street, found.building) == ("千代田1-1-1", "宮殿ビル3階")

    def test_the_address_follows_from_its_parts(self):
        found = lead(都道府県="東京都", 市区町村="港区", 番地="芝１丁目２番３号", ビル名="芝ビル")
        assert (found.address, found.street) == ("東京都港区芝1-2-3 芝ビル", "芝1-2-3")

    def test_the_prefecture_is_completed_from_the_city_or_its_own_column(self):
        assert lead(住所="横浜市中区本町6-50").prefecture == "神奈川県"
        assert lead(都道府県="広島", 住所="府中市府川町315").address == "広島県府中市府川町315"

    def test_a_prefecture_alone_is_no_address(self):
        assert lead(都道府県="東京都").address is None

    def test_an_address_abroad_stays_text(self):
        found = lead(Street="8 Stanley Street", City="Winston Hills", State="NSW")
        assert (found.address, found.street) == ("8 Stanley Street, Winston Hills, NSW", "8 Stanley Street")
        assert lead(Address="350 Fifth Avenue, New York").street is None


def test_a_department_typed_into_the_company_is_the_department():
    assert lead(会社名="株式会社山田製作所 営業部").department == "営業部"


CELLS = st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=12)


class TestColumns:
    @given(CELLS, st.data())
    def test_fill_takes_the_first_value_there_is(self, first, data):
        second = data.draw(
            st.lists(st.sampled_from(["a", "c", None]), min_size=len(first), max_size=len(first))
        )
        expected = [a if a is not None else b for a, b in zip(first, second, strict=True)]
        assert fill(Column.of(first), Column.of(second)).to_list() == expected

    def test_fill_keeps_what_was_cleared(self):
        cleared = Column(codes=np.array([CLEARED], np.int32), values=())
        assert fill(cleared, Column.of(["x"])).codes.tolist() == [CLEARED]

    @given(CELLS, st.data())
    def test_combine_is_the_function_of_each_row(self, first, data):
        second = data.draw(
            st.lists(st.sampled_from(["x", "y", None]), min_size=len(first), max_size=len(first))
        )
        combined = Column.of(first).combined(lambda a, b: None if a is None else (a, b), Column.of(second))
        assert combined.to_list() == [
            None if a is None else (a, b) for a, b in zip(first, second, strict=True)
        ]


CARDS = {
    "会社名": ["㈱山田製作所", "株式会社鈴木 営業部", "未入力"],
    "氏名": ["-", "佐藤　太郎", "鈴木花子（スズキ ハナコ）", "John Smith", "高橋"],
    "フリガナ": ["サトウ タロウ", "スズキハナコ"],
    "姓": ["佐藤", "Smith"],
    "名": ["太郎", "John"],
    "電話番号": ["03-1234-5678 / 090-1234-5678", "090-1234-5678", "himitsu"],
    "携帯番号": ["080-1234-5678", "03-1234-5679"],
    "都道府県": ["東京", "広島県"],
    "市区町村": ["港区", "府中市"],
    "住所": ["〒100-0001 東京都千代田区千代田1-1-1", "府中市府川町315", "350 Fifth Avenue"],
    "従業員数": ["1,200名", "多い"],
    "メルマガ配信停止": ["希望する", "-", ""],
}


@given(
    st.lists(
        st.fixed_dictionaries({}, optional={name: st.sampled_from(texts) for name, texts in CARDS.items()}),
        min_size=1,
        max_size=5,
    ),
    st.data(),
)
def test_a_row_alone_is_read_as_it_is_among_others(rows, data):
    place = data.draw(st.integers(0, len(rows) - 1))
    mapping = {"氏名": "full_name", "名": "first_name", "電話番号": "phone", "住所": "address"}
    mapping |= {"メルマガ配信停止": "opt_out_email"}
    columns = {name: Column.of([row.get(name) for row in rows]) for name in CARDS}
    fields = {column.header: column.field for column in map_headers(columns, mapping=mapping).columns}

    def derived(some):
        done = {
            field: normalise_column(field, Column.of([row.get(name) for row in some]))
            for name, field in fields.items()
            if field is not None and any(name in row for row in rows[place : place + 1])
        }
        parsed = {field: one.parsed for field, one in done.items() if one.parsed is not None}
        found = derive_fields({field: one.column for field, one in done.items()}, parsed)
        reasons = {
            field: [None if code < 0 else one.reasons[code] for code in one.bad.tolist()]
            for field, one in done.items()
        }
        return {name: column.to_list() for name, column in found.items()}, reasons

    def derived_without_arrays(row):
        done = {
            field: normalise_cell(field, row[name])
            for name, field in fields.items()
            if field is not None and name in row
        }
        parsed = {field: one.parsed for field, one in done.items() if one.parsed is not None}
        found = derive_fields({field: one.cell for field, one in done.items()}, parsed)
        reasons = {field: one.refused or None for field, one in done.items()}
        return {name: cell.value for name, cell in found.items() if cell.value is not None}, reasons

    among, alone = derived(rows), derived(rows[place : place + 1])
    for many, one in zip(among, alone, strict=True):
        assert {name: cells[place] for name, cells in many.items() if cells[place] is not None} == {
            name: cells[0] for name, cells in one.items() if cells[0] is not None
        }
    values, reasons = derived_without_arrays(rows[place])
    assert values == {name: cells[0] for name, cells in alone[0].items() if cells[0] is not None}
    assert reasons == {name: why for name, (why,) in alone[1].items()}
