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
