"""Which header means which field."""

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.adapters.reading import read_leads
from leadflow.capture.headers import detect_system, find_header, map_fields, map_headers
from leadflow.capture.synonyms import GENERIC, SYSTEMS, header_key
from leadflow.columns import Column
from leadflow.errors import InputError, UnknownNameError
from leadflow.records import FIELDS

EMPTY = Column.of([])


def fields(*headers, **values):
    columns = {header: Column.of(values.get(header, [])) for header in headers}
    return {column.header: column.field for column in map_headers(columns).columns}


SYSTEM_HEADERS = {
    "Salesforce": (
        "リード ID,姓,名,会社名,役職,メール,電話,携帯電話,町名・番地,市区郡,都道府県,郵便番号,リードソース,状況,評価,リード所有者,作成日",
        "external_id,last_name,first_name,company,title,email,phone,mobile,street,city,prefecture,postal_code,lead_source,status,rating,owner,created_at",
    ),
    "Salesforce ": (
        "Lead ID,Last Name,First Name,Company / Account,Title,Email,Phone,Mobile,Street,City,State/Province,Zip/Postal Code,Lead Source,Lead Status,No. of Employees,Annual Revenue,Email Opt Out,Do Not Call,Create Date",
        "external_id,last_name,first_name,company,title,email,phone,mobile,street,city,prefecture,postal_code,lead_source,status,employees,revenue,opt_out_email,opt_out_phone,created_at",
    ),
    "Marketo": (
        "Id,Email Address,First Name,Last Name,Company Name,Job Title,Phone Number,Lead Score,Unsubscribed,Updated At,Address",
        "external_id,email,first_name,last_name,company,title,phone,score,opt_out_email,updated_at,street",
    ),
    "Marketo ": (
        "メールアドレス,名前（姓）,名前（名）,企業名,リードのスコア,登録解除済み,更新日時",
        "email,last_name,first_name,company,score,opt_out_email,updated_at",
    ),
    "Eloqua": (
        "C_EmailAddress,C_FirstName,C_LastName,C_Company,C_BusPhone,C_Zip_Postal,C_State_Prov,C_Address1,C_Address2",
        "email,first_name,last_name,company,phone,postal_code,prefecture,street,building",
    ),
    "HubSpot": (
        "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lifecycle Stage,Lead Status,Create Date",
        "external_id,first_name,last_name,email,phone,owner,,status,created_at",
    ),
    "HubSpot ": (
        "レコードID,姓,名,Eメール,電話番号,コンタクト担当者,ライフサイクルステージ,リードステータス,都道府県/地域,作成日",
        "external_id,last_name,first_name,email,phone,owner,,status,prefecture,created_at",
    ),
    "Sansan": (
        "名刺ID,名刺交換日,会社名,部署名,役職,氏名［姓］,氏名［名］,氏名（カナ）［姓］,郵便番号(1),住所(1)［全て］,TEL-1(1),FAX(1),携帯電話(1),Email(1),URL(1),名刺所有者",
        "external_id,exchange_date,company,department,title,last_name,first_name,last_name_kana,postal_code,address,phone,fax,mobile,email,url,owner",
    ),
    "Eight": (
        "会社名,部署名,役職,姓,名,e-mail,郵便番号,住所,TEL会社,TEL直通,Fax,携帯電話,URL,名刺交換日",
        "company,department,title,last_name,first_name,email,postal_code,address,phone,phone_direct,fax,mobile,url,exchange_date",
    ),
    "IPROS": (
        "会社名,姓,名,姓ふりがな,名ふりがな,メールアドレス,ファイル項目,引き合い日,イプロス会員区分,コメント【動機】",
        "company,last_name,first_name,last_name_kana,first_name_kana,email,interests,created_at,,",
    ),
    "Zoom": (
        "Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time,Approval Status,Join Time,Leave Time",
        ",full_name,first_name,last_name,email,created_at,,,",
    ),
    "kintone": (
        "レコード番号,会社名,部署名,担当者名,役職,TEL,FAX,メールアドレス,作成者,作成日時,更新者,更新日時",
        "external_id,company,department,full_name,title,phone,fax,email,,created_at,,updated_at",
    ),
    "Cybozu": (
        "名前(姓),名前(名),よみ(姓),Tel,E-mail,会社名,会社よみ",
        "last_name,first_name,last_name_kana,phone,email,company,company_kana",
    ),
    "CyberMail": (
        "会社名,姓,名,会社メールアドレス1,会社電話番号1,住所(会社)都道府県",
        "company,last_name,first_name,email,phone,prefecture",
    ),
}


class TestSystems:
    @pytest.mark.parametrize("name", SYSTEM_HEADERS)
    def test_a_systems_list_is_recognised_and_mapped(self, name):
        headers, expected = (text.split(",") for text in SYSTEM_HEADERS[name])
        header_map = map_headers(dict.fromkeys(headers, EMPTY))
        assert header_map.system == name.strip()
        assert [column.field or "" for column in header_map.columns] == expected

    def test_every_synonym_names_a_field(self):
        names = {field for system in (*SYSTEMS, GENERIC) for field in system.fields.values()}
        assert names - set(FIELDS) == set()

    def test_every_field_has_a_general_synonym(self):
        assert set(FIELDS) - set(GENERIC.fields.values()) == set()

    def test_a_hand_made_list_is_of_no_system(self):
        assert detect_system(["会社名", "氏名", "電話番号", "メールアドレス"]) is None

    def test_width_case_brackets_and_marks_do_not_matter(self):
        assert {header_key(text) for text in ("E-mail", "Ｅ－ＭＡＩＬ", "e mail【必須】", "※Email")} == {
            "email"
        }


class TestFindHeader:
    def test_the_header_stands_below_a_preamble(self):
        rows = [
            ["Eightで生成された名刺リストです。"],
            ["合計 2 件"],
            [],
            ["会社名", "氏名", "e-mail"],
            ["㈱山田", "佐藤", "a@example.jp"],
        ]
        assert find_header(rows) == 3

    def test_search_conditions_in_the_first_column_are_not_the_header(self):
        rows = [
            ["業種", "製造業"],
            ["都道府県", "東京都"],
            ["会社名", "姓", "名", "メールアドレス"],
            ["山田", "佐藤", "太郎", "a@example.jp"],
        ]
        assert find_header(rows) == 2

    def test_the_header_of_the_largest_block_is_taken(self):
        rows = [
            ["Attendee Report"],
            ["Topic", "Webinar ID", "Actual Start Time"],
            ["Attended", "User Name (Original Name)", "Join Time", "Leave Time"],
            ["Attended", "User Name (Original Name)", "First Name", "Last Name", "Email", "Join Time"],
        ]
        assert find_header(rows) == 3

    def test_a_mapping_makes_its_headers_known(self):
        assert find_header([["x"], ["Adresse", "Firma"]], mapping={"Firma": "company"}) == 1

    def test_no_known_column_is_an_error_that_quotes_no_cell(self):
        with pytest.raises(InputError) as caught:
            find_header([["秘密 太郎", "03-1234-5678"]])
        assert "秘密" not in str(caught.value)
        assert "mapping=" in str(caught.value)


class TestHeaderInTwoRows:
    """Spreadsheets merge cells of two rows; the text stands in the upper one."""

    @pytest.mark.parametrize(
        "rows",
        [
            (",ご担当者,,当社担当", "会社名,氏名,メール,"),
            ("会社名,ご担当者,,当社担当", ",氏名,メール,"),
            ("お客様,,,当社担当", "会社名,氏名,メール"),
        ],
    )
    def test_empty_cells_of_the_lower_row_are_named_above(self, rows):
        text = "\n".join(["名簿", *rows, "㈱山田,佐藤 花子,sato@yamada.example,大野"])
        imported = read_leads(text.encode("cp932"))
        assert imported.batch.lead(0).values() == {
            "company": "株式会社山田",
            "full_name": "佐藤 花子",
            "last_name": "佐藤",
            "first_name": "花子",
            "email": "sato@yamada.example",
            "owner": "大野",
        }

    def test_a_title_names_no_column(self):
        imported = read_leads("展示会名簿,,\n,会社名,メール\n1,山田,sato@yamada.example\n".encode())
        assert "展示会名簿" not in imported.batch.columns

    def test_in_a_workbook_too(self, tmp_path):
        sheet = (book := openpyxl.Workbook()).active
        for row in (
            ["会社", None, "担当", "Q1 時期"],
            ["会社名", "メール"],
            ["㈱山田", "sato@yamada.example", "大野", "来年"],
        ):
            sheet.append(row)
        book.save(tmp_path / "list.xlsx")
        imported = read_leads(tmp_path / "list.xlsx")
        assert (imported.report.header_row, len(imported.rejects)) == (2, 0)
        assert dict(imported.batch.record(0).raw) == {
            "会社名": "㈱山田",
            "メール": "sato@yamada.example",
            "担当": "大野",
            "column 4": "来年",
        }

    def test_what_tells_of_the_list_names_no_column(self):
        """It is another in each export, and a column of another name makes another record."""
        lists = [f"出力日時：4/{day} 09:12\n,会社名,メール\n1,山田,a@example.jp\n" for day in (20, 21)]
        first, second = (read_leads(text.encode(), source="展示会").batch for text in lists)
        assert first.ids == second.ids
        assert "column 1" in first.to_dicts()[0]

    def test_a_row_of_words_under_the_header_is_a_row(self):
        assert find_header([["会社名", "氏名", "メール", "備考"], ["", "", "", "氏名"]]) == 0


class TestMapHeaders:
    def test_exact_headers_go_before_words_inside_headers(self):
        assert fields("会社名", "名", "姓", "部署名") == {
            "会社名": "company",
            "名": "first_name",
            "姓": "last_name",
            "部署名": "department",
        }

    def test_the_exhibition_set_is_known(self):
        expected = {
            "来場者番号": "external_id",
            "貴社名": "company",
            "フリガナ": "full_name_kana",
            "〒": "postal_code",
            "携帯番号": "mobile",
            "確度": "rating",
            "メルマガ可否": "opt_in",
            "配信停止": "opt_out_email",
            "ヒアリング内容": "memo",
        }
        assert fields(*expected) == expected

    def test_numbered_headers_go_to_the_same_field_in_order(self):
        columns = dict.fromkeys(("メールアドレス(2)", "メールアドレス(1)"), EMPTY)
        ranks = {column.header: column.rank for column in map_headers(columns).columns}
        assert ranks == {"メールアドレス(2)": 1, "メールアドレス(1)": 0}

    def test_a_column_of_consent_is_not_an_e_mail_address_because_it_says_mail(self):
        assert fields("メールアドレス", "メール配信の希望有無")["メール配信の希望有無"] is None

    def test_a_word_inside_the_header_counts_when_the_values_fit(self):
        assert fields("弊社窓口の電話番号はこちら", 弊社窓口の電話番号はこちら=["03-1234-5678"]) == {
            "弊社窓口の電話番号はこちら": "phone"
        }

    def test_an_unknown_header_of_e_mail_addresses_is_recognised_by_them(self):
        assert (
            fields("社名", "アカウント", アカウント=["a@example.jp", "b@example.jp"])["アカウント"] == "email"
        )

    def test_a_question_about_a_budget_without_numbers_stays_a_custom_column(self):
        assert fields("氏名", "予算", 予算=["申請中", "確保済み", "未定です"])["予算"] is None

    def test_the_callers_mapping_wins(self):
        header_map = map_headers(
            dict.fromkeys(("会社名", "屋号"), EMPTY), mapping={"屋号": "company", "会社名": ""}
        )
        assert [(column.header, column.field, column.confidence) for column in header_map.columns] == [
            ("会社名", None, 1.0),
            ("屋号", "company", 1.0),
        ]

    def test_a_mapping_of_an_unknown_header_suggests_the_near_one(self):
        with pytest.raises(UnknownNameError, match="Did you mean '会社名称'"):
            map_headers({"会社名称": EMPTY}, mapping={"会社名称x": "company"})

    def test_a_mapping_to_an_unknown_field_suggests_the_near_one(self):
        with pytest.raises(UnknownNameError, match="Did you mean 'company'"):
            map_headers({"会社名": EMPTY}, mapping={"会社名": "compny"})


class TestAmbiguous:
    def test_a_person_in_charge_beside_another_name_is_ours(self):
        assert fields("氏名", "担当者")["担当者"] == "owner"

    def test_a_person_in_charge_alone_is_theirs_when_every_row_has_another(self):
        names = ["佐藤 太郎", "鈴木 花子", "高橋 一郎", "田中 次郎"]
        assert fields("会社名", "担当者", 担当者=names)["担当者"] == "full_name"

    def test_a_person_in_charge_alone_is_ours_when_few_people_have_many_rows(self):
        assert fields("会社名", "担当者", 担当者=["佐藤", "鈴木"] * 20)["担当者"] == "owner"

    def test_a_given_name_stands_beside_a_family_name(self):
        assert fields("名", "姓")["名"] == "first_name"

    def test_names_that_are_companies_are_the_company(self):
        assert fields("名前", "TEL", 名前=["㈱山田", "鈴木商事株式会社"])["名前"] == "company"

    def test_a_telephone_column_of_mobiles_is_the_mobile(self):
        assert fields("氏名", "TEL", TEL=["090-1234-5678", "080-1234-5678"])["TEL"] == "mobile"

    def test_a_contact_column_is_what_it_holds(self):
        assert fields("氏名", "連絡先", 連絡先=["a@example.jp", "b@example.jp"])["連絡先"] == "email"
        assert fields("氏名", "連絡先", 連絡先=["03-1234-5678"])["連絡先"] == "phone"

    def test_a_rank_is_a_grade_or_a_score(self):
        assert fields("氏名", "ランク", ランク=["A", "B", "C"])["ランク"] == "rating"
        assert fields("氏名", "ランク", ランク=[str(n) for n in range(0, 100, 7)])["ランク"] == "score"

    def test_the_reason_and_a_confidence_below_one_are_stated(self):
        mapping = map_headers({"氏名": EMPTY, "担当者": EMPTY}).columns[1]
        assert mapping.confidence < 0.9
        assert mapping.why.startswith("by its values")


class TestMapFields:
    @given(
        st.dictionaries(
            st.sampled_from(["email", "TEL", "名", "担当者", "予算", "更新日", "Q1 電話番号", "メモ欄", ""]),
            st.lists(
                st.sampled_from(["a@b.jp", "090-1111-2222", "佐藤 太郎", "2026/4/1", "300", "はい", None]),
                min_size=2,
                max_size=2,
            ).map(Column.of),
            min_size=1,
        ),
        st.sampled_from([{}, {"名": ""}, {"予算": "memo"}]),
    )
    def test_fields_are_those_of_the_whole_map(self, columns, mapping):
        mapping = {header: field for header, field in mapping.items() if header in columns}
        try:
            expected = {each.header: each.field for each in map_headers(columns, mapping=mapping).columns}
        except InputError:
            with pytest.raises(InputError):
                map_fields(columns, columns.__getitem__, mapping=mapping)
        else:
            assert expected == map_fields(columns, columns.__getitem__, mapping=mapping)
