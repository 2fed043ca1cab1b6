"""What a box of a form or list says about consent, whatever the column is called and however the answer is written."""

import pytest

from leadflow.engine.linking import add_consents_in, add_consents_of
from leadflow.records import Channel, ConsentState, LeadBatch, SourceRecord

GIVEN, WITHDRAWN = ConsentState.GIVEN, ConsentState.WITHDRAWN


def states(flow):
    with flow.store.snapshot() as reader:
        return [entry.state for entry in reader.consents() if entry.channel is Channel.EMAIL]


@pytest.mark.parametrize(
    ("box", "answer", "expected"),
    [
        ("opt_out_email", "いいえ", []),
        ("opt_out_email", "はい", [WITHDRAWN]),
        ("opt_out_email", "停止", [WITHDRAWN]),
        ("opt_out_email", "-", []),
        ("opt_in", "いいえ", []),
        ("opt_in", "はい", [GIVEN]),
    ],
)
def test_a_form_may_name_the_fields_themselves(flow, at, box, answer, expected):
    flow.capture({"form": "contact", "email": "a@b.example", box: answer}, now=at(1))
    assert expected == states(flow)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    ("box", "answer", "expected"),
    [
        ("opt_out_email", "いいえ", []),
        ("opt_out_email", "本人に確認", [WITHDRAWN]),  # nobody can read it: no mail is the safe side
        ("opt_in", "いいえ", []),
        ("opt_in", "本人に確認", []),
        ("opt_in", True, [GIVEN]),
        ("opt_out_email", False, []),
    ],
)
def test_a_record_may_hold_a_text_where_a_box_is_expected(flow, at, box, answer, expected, many):
    values = {"email": "a@b.example", box: answer}
    record = SourceRecord(id="r1", source="api", observed_at=at(1), values=values)
    with flow.store.session() as session:
        if many:
            add_consents_of(session, LeadBatch.from_records([record]), ["L1"], at(1))
        else:
            add_consents_in(session, record, "L1", at(1))
    assert expected == states(flow)
