"""Reading activity logs."""

import pytest

from leadflow.adapters.reading import read_activities
from leadflow.errors import InputError


class TestReadActivities:
    def test_json_lines_with_nested_attributes(self):
        log = read_activities(
            b'{"id":"a1","kind":"page_viewed","at":"2026-04-01T08:00:00+09:00","email":"A@example.jp","attributes":{"page":"/x","n":2}}\n'
        )
        activity = log.activity(0)
        assert (activity.key, activity.kind, activity.lead_id) == ("a1", "page_viewed", "a@example.jp")
        assert activity.at.isoformat() == "2026-03-31T23:00:00+00:00"
        assert activity.attributes == {"page": "/x", "n": 2}

    def test_delimited_text_with_japanese_headers(self):
        log = read_activities(
            "日時,種別,メールアドレス,キャンペーン\n2026/4/1 09:00,call,a@example.jp,春\n".encode("cp932")
        )
        assert (log.activity(0).kind, log.activity(0).attributes) == ("call", {"キャンペーン": "春"})
        assert log.activity(0).at.isoformat() == "2026-04-01T00:00:00+00:00"

    def test_an_external_id_stays_as_it_is(self):
        log = read_activities(b'{"kind":"call","at":"2026-04-01T00:00:00Z","external_id":"00Q5f"}')
        assert log.lead_ids.to_list() == ["00Q5f"]

    def test_lines_without_kind_time_or_person_are_named_together(self):
        data = b'{"kind":"call","at":"2026-04-01T00:00:00Z","email":"a@example.jp"}\n{"kind":"call"}\nnull\n'
        with pytest.raises(InputError, match=r"2 of 3 activities .*\(line 2, 3\)"):
            read_activities(data)

    @pytest.mark.parametrize(
        ("cell", "yen"),
        [("800000", 800_000), ("1,200,000円", 1_200_000), ("80万円", 800_000), ("要相談", "要相談")],
    )
    def test_an_amount_is_yen_also_where_the_file_has_text(self, cell, yen):
        """Delimited text has nothing but texts, and reports would leave the amount out as unknown."""
        log = read_activities(
            f'kind,at,email,by,amount\nwon,2026-04-01,a@example.jp,1001,"{cell}"\n'.encode()
        )
        assert log.activity(0).attributes == {"by": "1001", "amount": yen}

    def test_who_did_it_and_for_how_much_is_found_under_japanese_headers(self):
        log = read_activities(
            "日時,種別,メール,担当者,金額,メモ\n2026/4/1,won,a@example.jp,sato,300,可\n".encode("cp932")
        )
        assert log.activity(0).attributes == {"by": "sato", "amount": 300, "メモ": "可"}

    def test_a_column_that_bears_the_name_itself_goes_before_one_that_means_it(self):
        log = read_activities("at,kind,email,by,担当者\n2026-04-01,call,a@example.jp,sato,佐藤\n".encode())
        assert log.activity(0).attributes == {"by": "sato", "担当者": "佐藤"}
