"""From cells to leads."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.adapters.reading import read_leads
from leadflow.capture.profiles import AmountRule
from leadflow.columns import MISSING
from leadflow.records.batches import NO_TIME, to_seconds

TOKYO = dt.timezone(dt.timedelta(hours=9))


def read(text, **options):
    return read_leads(text.encode(), **options)


class TestRows:
    def test_cells_become_canonical_and_raw_stays(self):
        imported = read("会社名,氏名,TEL\n㈱ﾄﾖﾀ,佐藤　太郎,03(1234)5678\n")
        lead = imported.batch.lead(0)
        assert (lead.company, lead.full_name, lead.phone) == ("株式会社トヨタ", "佐藤 太郎", "+81312345678")
        assert imported.batch.record(0).raw == {
            "会社名": "㈱ﾄﾖﾀ",
            "氏名": "佐藤　太郎",
            "TEL": "03(1234)5678",
        }

    def test_filler_and_empty_cells_are_missing(self):
        imported = read("氏名,会社名,メール,役職\n佐藤,山田,a@example.jp,未入力\n鈴木,山田,b@example.jp,\n")
        assert imported.batch["title"].codes.tolist() == [MISSING, MISSING]

    def test_an_invalid_cell_is_listed_and_its_row_kept(self):
        imported = read("氏名,メール,TEL\n佐藤,a@example.jp,12\n")
        assert imported.batch["phone"].to_list() == [None]
        assert [(cell.row, cell.column) for cell in imported.report.invalid] == [(2, "TEL")]
        assert imported.batch.raw["TEL"].to_list() == ["12"]

    def test_unknown_columns_are_custom_fields(self):
        assert read("Email,Q1. 時期\na@example.jp, 来年 \n").batch.lead(0).custom == {"Q1. 時期": "来年"}

    def test_a_second_column_fills_the_gaps_of_the_first_and_stays(self):
        imported = read("氏名,Email(1),Email(2)\n佐藤,,b@example.jp\n鈴木,a@example.jp,c@example.jp\n")
        assert imported.batch["email"].to_list() == ["b@example.jp", "a@example.jp"]
        assert imported.batch["Email(2)"].to_list() == ["b@example.jp", "c@example.jp"]

    def test_without_normalising_the_texts_stay(self):
        batch = read("氏名,メール\n佐藤　太郎,ＡＢ\n", normalize=False).batch
        assert batch.to_dicts() == [{"id": batch.ids[0], "full_name": "佐藤　太郎", "email": "ＡＢ"}]

    def test_postal_codes_of_another_country_are_kept(self):
        rows = "".join(f"person {n},{4000 + n}\n" for n in range(10))
        assert read("Name,Postcode\n" + rows).batch["postal_code"].to_list()[:2] == ["4000", "4001"]


class TestRejects:
    def test_a_row_that_names_nobody_is_refused_with_its_cells(self):
        imported = read("氏名,会社名,メール,TEL\n佐藤,,,\n佐藤,山田,,\n,,a@example.jp,\n")
        assert len(imported.batch) == 2
        (reject,) = imported.rejects
        assert (reject.row, dict(reject.raw)) == (2, {"氏名": "佐藤"})
        assert "names nobody" in reject.reason

    def test_the_column_is_named_when_its_value_was_the_only_hope(self):
        (reject,) = read("氏名,会社名,メール\n佐藤,,佐藤アットexample\n").rejects
        assert reject.column == "メール"

    def test_a_list_of_companies_needs_only_the_company(self):
        imported = read("会社名,住所\n山田,東京都港区芝1-1-1\n,東京都港区芝1-1-2\n")
        assert [imported.batch["company"].to_list(), len(imported.rejects)] == [["山田"], 1]

    def test_a_name_with_an_address_is_somebody_a_name_alone_nobody(self):
        imported = read("氏名,会社名,メール,住所\n佐藤,,,東京都港区芝1-1-1\n鈴木,,,\n")
        assert (imported.batch["full_name"].to_list(), len(imported.rejects)) == (["佐藤"], 1)

    def test_phone_numbers_of_another_country_keep_their_rows(self):
        rows = "".join(f"person {n},(212) 555-01{n:02}\n" for n in range(10))
        assert read("Name,Phone\n" + rows).batch["phone"].to_list()[:1] == ["(212) 555-0100"]

    def test_test_entries_are_refused(self):
        imported = read("氏名,メール\nテスト 太郎,a@example.jp\n佐藤,b@example.jp\n")
        assert [reject.row for reject in imported.rejects] == [2]

    @pytest.mark.parametrize(
        "row",
        [",合計,13名,,", "合　計,13社,13名,,", "総計,3,,4,", ",【小計】,13名,,", "Total,5 companies,5,,"],
    )
    def test_a_total_is_no_lead(self, row):
        """A total that stands in the columns of company and name would otherwise be somebody."""
        imported = read(f"No.,会社名,氏名,備考,メール\n1,山田,佐藤,,\n{row}\n")
        assert (imported.batch["company"].to_list(), [reject.row for reject in imported.rejects]) == (
            ["山田"],
            [3],
        )

    def test_who_can_be_reached_is_no_total_whatever_their_name(self):
        imported = read("会社名,氏名,メール\nTotal,Jean Petit,jean@total.example\n合計化学,佐藤,\n")
        assert (len(imported.batch), len(imported.rejects)) == (2, 0)

    @pytest.mark.parametrize(
        "text",
        ["会社名,氏名\nTotal,Jean Petit\n", "姓,名,会社名\n計,太郎,山田\n", "氏名,会社名\n計 太郎,山田\n"],
    )
    def test_who_is_named_is_no_total(self, text):
        imported = read(text)
        assert (len(imported.batch), len(imported.rejects)) == (1, 0)

    def test_a_repeated_header_is_refused(self):
        imported = read("氏名,メール\n佐藤,a@example.jp\n氏名,メール\n鈴木,b@example.jp\n")
        assert [(reject.row, reject.reason) for reject in imported.rejects] == [
            (3, "the row repeats the header")
        ]

    def test_rows_are_accounted_for(self):
        report = read("氏名,メール\n佐藤,a@example.jp\n,\n鈴木,\n田中,b@example.jp,x\n").report
        assert (report.read, report.accepted, report.rejected, report.blank) == (3, 1, 2, 1)

    @given(
        st.lists(st.tuples(*[st.sampled_from(["", "-", "佐藤", "a@example.jp", "x\ny"])] * 3), max_size=15)
    )
    def test_no_row_is_lost(self, rows):
        data = [dict(zip(("氏名", "会社名", "メール"), row, strict=True)) for row in rows]
        if not data:
            return
        report = read_leads(data).report
        assert report.accepted + report.rejected + report.blank == len(rows)


class TestIds:
    TEXT = "氏名,メール\n佐藤,a@example.jp\n鈴木,b@example.jp\n佐藤,a@example.jp\n"

    def test_reading_again_gives_the_same_ids(self):
        assert read(self.TEXT).batch.ids == read(self.TEXT).batch.ids

    def test_equal_rows_stay_with_ids_of_their_own(self):
        imported = read(self.TEXT)
        first, _, third = imported.batch.ids
        assert third == f"{first}-2"
        assert imported.report.repeated == 1

    def test_ids_depend_on_the_source(self):
        assert set(read(self.TEXT, source="A").batch.ids).isdisjoint(read(self.TEXT, source="B").batch.ids)

    def test_a_file_name_that_is_no_unicode_gives_a_source_that_every_store_keeps(self):
        assert read(self.TEXT, source="\udc93W\0").report.source == "\ufffdW\ufffd"

    def test_ids_depend_neither_on_encoding_nor_on_order_of_rows_and_columns(self):
        other = read_leads("メール,氏名\nb@example.jp,鈴木\na@example.jp,佐藤\n".encode("cp932"))
        assert set(other.batch.ids) <= set(read(self.TEXT).batch.ids)


class TestSourceAndTime:
    def test_the_source_is_the_system_that_wrote_the_header(self):
        assert set(read("リード ID,リード所有者,メール\n1,佐藤,a@example.jp\n").batch.sources) == {
            "Salesforce"
        }

    def test_the_source_is_else_the_name_of_the_file(self, tmp_path):
        path = tmp_path / "展示会2025.csv"
        path.write_text("メール\na@example.jp\n", encoding="utf-8")
        assert read_leads(path).report.source == "展示会2025"

    def test_the_time_of_a_row_is_its_last_change(self):
        imported = read(
            "メール,作成日,更新日時\na@example.jp,2026/4/1,2026/4/2 09:00\nb@example.jp,2026/4/1,\nc@example.jp,,\n"
        )
        moments = [
            to_seconds(dt.datetime(2026, 4, 2, 9, tzinfo=TOKYO)),
            to_seconds(dt.datetime(2026, 4, 1, tzinfo=TOKYO)),
        ]
        assert imported.batch.observed_at.tolist() == [*moments, NO_TIME]

    def test_a_given_time_holds_for_all_rows(self):
        at = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
        imported = read("メール,作成日\na@example.jp,2026/4/1\n", observed_at=at)
        assert imported.batch.observed_at.tolist() == [to_seconds(at)]


class TestReport:
    def test_implausible_amounts_are_named_with_their_rule(self):
        imported = read(
            "氏名,メール,商談金額,従業員数\n佐藤,a@example.jp,90億円,3\n鈴木,b@example.jp,90万円,3\n"
        )
        ((row, rule),) = imported.report.suspicious
        assert row == 2
        assert rule == AmountRule().verdict(amount=9_000_000_000, employees=3, revenue=None)

    def test_shared_values_stand_in_the_profile(self):
        rows = "".join(f"人{n},u{n}@example.jp,03-1234-5678\n" for n in range(300))
        profile = {column.name: column for column in read("氏名,メール,TEL\n" + rows).report.profile}
        assert (profile["phone"].shared, profile["phone"].largest_share) == (1, 300)
        assert profile["email"].shared == 0

    def test_the_profile_counts_filled_valid_invalid_and_filler(self):
        imported = read(
            "メール,TEL\na@example.jp,03-1234-5678\nb@example.jp,なし\nc@example.jp,12\nd@example.jp,\n"
        )
        phone = next(column for column in imported.report.profile if column.name == "phone")
        assert (phone.filled, phone.valid, phone.invalid, phone.filler, phone.distinct) == (3, 1, 1, 1, 1)
        ((count, example),) = phone.problems.values()
        assert (count, example) == (1, "99")

    def test_no_report_quotes_a_cell(self):
        imported = read("氏名,メール,TEL\n秘密花子,himitsu@@example.jp,098765\n")
        report = imported.report
        for text in (str(report), repr(report), report._repr_html_(), str(report.to_dict()), repr(imported)):
            assert not any(secret in text for secret in ("秘密", "himitsu", "098765"))

    def test_headers_are_escaped_in_html(self):
        assert "<script>" not in read("メール,<script>x</script>\na@example.jp,1\n").report._repr_html_()

    @pytest.mark.parametrize(
        "part", ["encoding", "delimiter", "header_row", "sheet", "preamble", "content_hash"]
    )
    def test_the_facts_of_the_reader_are_there(self, part):
        assert getattr(read("メール\na@example.jp\n").report, part) is not None
