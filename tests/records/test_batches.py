"""Batches hold leads and source records column by column and give them back exactly."""

import datetime as dt
import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.adapters.cells import encode_rows
from leadflow.errors import InputError
from leadflow.records import FIELDS, Activity, ActivityLog, Lead, LeadBatch, SourceRecord
from leadflow.records.batches import from_seconds, to_seconds
from leadflow.records.leads import LEAD_FIELDS

NOW = dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)

values = st.dictionaries(
    st.sampled_from(["company", "title", "展示会名", "employees"]), st.sampled_from(["a", "b", 3]), max_size=4
)
records = st.lists(
    st.builds(
        SourceRecord,
        id=st.uuids().map(str),
        source=st.sampled_from(["Salesforce", "Marketo"]),
        observed_at=st.none() | st.just(NOW),
        values=values,
        cleared=st.sampled_from([frozenset(), frozenset({"city"})]),
        raw=st.dictionaries(st.sampled_from(["会社名", "役職"]), st.text(max_size=3), max_size=2),
    ),
    max_size=6,
)


class TestLeadBatch:
    @given(records)
    def test_source_records_come_back_as_they_went_in(self, rows):
        batch = LeadBatch.from_records(rows)
        assert rows == [batch.record(row) for row in range(len(batch))]

    @given(records)
    def test_a_row_alone_is_written_as_it_is_among_others(self, rows):
        many = encode_rows(LeadBatch.from_records(rows).columns, len(rows))
        one = [encode_rows(LeadBatch.from_records([row]).columns, 1) for row in rows]
        assert list(map(json.loads, many)) == [json.loads(text) for (text,) in one]

    @given(records, st.data())
    def test_taking_rows_takes_whole_records(self, rows, data):
        wanted = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=5)) if rows else []
        batch = LeadBatch.from_records(rows).take(wanted)
        assert [rows[i] for i in wanted] == [batch.record(row) for row in range(len(batch))]

    @given(records, records)
    def test_joining_batches_joins_their_records(self, a, b):
        joined = LeadBatch.concatenate([LeadBatch.from_records(a), LeadBatch.from_records(b)])
        assert [*a, *b] == [joined.record(row) for row in range(len(joined))]

    def test_columns_of_different_length_are_refused(self):
        short, long = LeadBatch.from_dicts([{"a": 1}])["a"], LeadBatch.from_dicts([{"a": 1}] * 2)["a"]
        with pytest.raises(InputError, match="one length"):
            LeadBatch.of({"a": short, "b": long})

    def test_a_frame_library_takes_a_batch_without_copying_by_hand(self):
        frame = pl.DataFrame(LeadBatch.from_dicts([{"title": "部長"}, {}]))
        assert frame.to_dicts() == [{"id": "0", "title": "部長"}, {"id": "1", "title": None}]


class TestLead:
    def test_the_table_of_fields_and_the_class_have_the_same_names(self):
        assert tuple(FIELDS) == LEAD_FIELDS

    @given(values)
    def test_a_lead_gives_back_the_values_it_was_made_of(self, given_values):
        assert given_values == Lead.of("L", given_values).values()

    def test_a_representation_shows_no_personal_data(self):
        assert "佐藤" not in repr(Lead(full_name="佐藤 太郎"))


class TestActivities:
    def test_the_same_activity_counts_once(self):
        call = Activity(lead_id="L1", kind="call", at=NOW)
        assert len(ActivityLog.of([call, call]).unique()) == 1

    def test_a_log_gives_back_the_activities_it_was_made_of(self):
        rows = [
            Activity(lead_id="L1", kind="page", at=NOW, attributes={"page": "/a"}),
            Activity(lead_id="L2", kind="call", at=NOW, attributes={"minutes": 3}),
        ]
        assert rows == list(ActivityLog.of(rows))

    def test_what_no_database_keeps_is_marked_in_ids_and_keys(self):
        visit = Activity(lead_id="a\0", kind="page\ud800", at=NOW, attributes={"page": "/価格\0"})
        assert (visit.lead_id, visit.kind) == ("a\ufffd", "page\ufffd")
        assert visit.key.endswith("|page=/価格\ufffd")
        assert visit.attributes["page"] == "/価格\0"

    def test_a_moment_without_time_zone_is_refused(self):
        with pytest.raises(InputError, match="time zone"):
            to_seconds(dt.datetime(2026, 4, 1))  # the fault under test

    @given(st.datetimes(timezones=st.just(dt.UTC)))
    def test_seconds_and_moments_are_inverse_to_the_second(self, moment):
        assert moment.replace(microsecond=0) == from_seconds(to_seconds(moment))
