"""Form submissions."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.capture import Form
from leadflow.errors import InputError, LeadflowError, UnknownNameError
from leadflow.records import LeadBatch

AT = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)


def read(payload, **options):
    return Form("whitepaper-a", **options).read(payload, at=AT)


class TestRead:
    def test_payload_names_are_mapped_by_the_usual_headers(self):
        values = read({"お名前": "佐藤　太郎", "貴社名": "㈱山田", "mail": "ＡＢ@example.jp"}).record.values
        assert (values["full_name"], values["company"], values["email"]) == (
            "佐藤 太郎",
            "株式会社山田",
            "ab@example.jp",
        )

    def test_the_forms_own_mapping_goes_first(self):
        assert read({"f1": "a@example.jp"}, fields={"f1": "email"}).record.values == {"email": "a@example.jp"}

    def test_a_name_mapped_to_nothing_is_left_out(self):
        record = read({"email": "a@example.jp", "csrf": "x"}, fields={"csrf": ""}).record
        assert record.values == {"email": "a@example.jp"}

    def test_unknown_names_are_custom_values(self):
        assert read({"email": "a@example.jp", "q9": " 来年 "}).record.values["q9"] == "来年"

    def test_a_mark_answers_a_custom_question_and_filler_does_not(self):
        values = read({"email": "a@example.jp", "q1": "×", "q2": "◎", "q3": "なし", "q4": "-"}).record.values
        assert values == {"email": "a@example.jp", "q1": "×", "q2": "◎"}

    def test_raw_keeps_what_was_sent(self):
        assert read({"email": " A@example.jp "}).record.raw == {"email": " A@example.jp "}

    def test_the_activity_remembers_form_campaign_and_interest(self):
        captured = read({"email": "a@example.jp"}, campaign="春", interest="検査装置")
        assert captured.activity.kind == "form_submitted"
        assert captured.activity.lead_id == captured.record.id
        assert captured.activity.attributes == {
            "form": "whitepaper-a",
            "campaign": "春",
            "interest": "検査装置",
        }
        assert captured.record.values["interests"] == ("検査装置",)

    def test_a_campaign_in_the_payload_goes_before_the_forms(self):
        assert (
            read({"email": "a@example.jp", "utm_campaign": "夏"}, campaign="春").activity.attributes[
                "campaign"
            ]
            == "夏"
        )

    def test_the_same_submission_has_the_same_ids_and_another_time_others(self):
        payload = {"email": "a@example.jp"}
        first, again = read(payload), read(dict(payload))
        later = Form("whitepaper-a").read(payload, at=AT + dt.timedelta(seconds=1))
        assert (first.record.id, first.activity.key) == (again.record.id, again.activity.key)
        assert later.record.id != first.record.id

    def test_names_are_derived(self):
        assert read({"last_name": "佐藤", "first_name": "太郎"}).record.values["full_name"] == "佐藤 太郎"


class TestThreeValues:
    def test_null_and_blank_clear_and_absent_says_nothing(self):
        record = read({"email": "a@example.jp", "役職": None, "部署": ""}).record
        assert record.cleared == {"title", "department"}
        assert "company" not in record.values

    def test_filler_says_nothing(self):
        record = read({"email": "a@example.jp", "役職": "未入力", "q9": "-"}).record
        assert (set(record.values), record.cleared) == ({"email"}, frozenset())

    def test_a_browser_forms_blanks_say_nothing_on_request(self):
        record = read({"email": "a@example.jp", "役職": "", "部署": None}, blank_clears=False).record
        assert record.cleared == {"department"}

    def test_what_is_not_understood_says_nothing_and_is_told(self):
        captured = read({"email": "a@example.jp", "TEL": "12"})
        assert "phone" not in captured.record.values
        assert "12" not in captured.refused["phone"].replace("(2 characters)", "")

    def test_cleared_fields_reach_a_batch(self):
        batch = LeadBatch.from_records([read({"email": "a@example.jp", "役職": ""}).record])
        assert batch["title"].codes.tolist() == [-2]


class TestBadInput:
    def test_an_empty_payload_is_an_error(self):
        with pytest.raises(InputError):
            read({})

    def test_a_payload_that_is_no_mapping_is_an_error(self):
        with pytest.raises(InputError):
            read(["email"])

    def test_a_value_of_ten_megabytes_is_an_error(self):
        with pytest.raises(InputError, match="10,000,000 characters"):
            read({"memo": "x" * 10_000_000})

    def test_an_unknown_field_is_an_error_when_the_form_is_made(self):
        with pytest.raises(UnknownNameError, match="Did you mean 'email'"):
            Form("x", fields={"a": "emali"})

    def test_a_time_without_zone_is_an_error(self):
        with pytest.raises(InputError):
            Form("x").read({"email": "a@example.jp"}, at=dt.datetime(2026, 4, 1))  # the error under test

    @given(
        st.dictionaries(
            st.sampled_from(["email", "氏名", "TEL", "住所", "x", "", "created_at", "employees"])
            | st.text(max_size=5),
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text(max_size=40)
            | st.lists(st.text(max_size=5), max_size=3),
            max_size=6,
        )
    )
    def test_any_payload_is_read_or_refused(self, payload):
        try:
            read(payload)
        except LeadflowError:
            assert not payload
