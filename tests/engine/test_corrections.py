"""Corrections keep what stood there, who, when and why."""

import pytest

import leadflow as lf
from leadflow.engine import correct
from leadflow.errors import InputError


@pytest.fixture
def lead_id(flow, at):
    return flow.capture({"form": "fair", "email": "taro@example.jp", "title": "課長"}, now=at(1)).lead_id


def put(flow, lead_id, field, value, at):
    return correct(flow.store, lead_id, field, value, actor="sato", reason="misheard", now=at)


@pytest.fixture
def worth(flow, lead_id, at):
    won = lf.Activity(lead_id=lead_id, kind="won", at=at(1), attributes={"amount": 980_000_000})
    flow.ingest(activities=lf.ActivityLog.of([won]), now=at(1))
    return lead_id


class TestNumbers:
    @pytest.mark.parametrize("value", ["9.8百万", None, True, float("nan"), float("inf")])
    def test_a_number_is_corrected_by_a_number_alone(self, flow, worth, at, value):
        with pytest.raises(InputError, match="is no number"):
            put(flow, worth, "amount", value, at(2))

    def test_it_stays_so_after_a_correction(self, flow, worth, at):
        put(flow, worth, "amount", 9_800_000, at(2))
        with pytest.raises(InputError, match="is no number"):
            put(flow, worth, "amount", "9.8百万", at(3))

    def test_a_number_that_was_put_for_a_text_can_be_taken_back(self, flow, lead_id, at):
        put(flow, lead_id, "title", 1, at(2))
        assert {"field": "title", "old": 1, "new": "部長"} == dict(
            put(flow, lead_id, "title", "部長", at(3)).detail
        )
