"""A forgotten person is gone everywhere, counted still, and noticed on return."""

import datetime as dt

import pytest

from leadflow.adapters.interchange import export_lines
from leadflow.adapters.stores import open_store
from leadflow.errors import NotFoundError, StateError
from leadflow.merging import MergeStrategy, alias_of, forget, merge, returning
from leadflow.records import (
    Channel,
    Consent,
    ConsentState,
    Event,
    EventKind,
    LeadBatch,
    Message,
    SourceRecord,
)

NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
WHO = {
    "email": "taro@example.jp",
    "full_name": "山田 太郎",
    "company": "日立製作所",
    "mobile": "+819012345678",
}


@pytest.fixture(params=["memory://", "sqlite://"])
def session(request):
    with open_store(request.param) as store, store.session() as opened:
        batch = LeadBatch.from_records(
            [
                SourceRecord(id="r1", source="Eight", values=WHO, raw={"氏名": "山田太郎"}),
                SourceRecord(id="r2", source="Marketo", values={"email": "hanako@example.jp"}),
            ]
        )
        opened.add_records(batch, ["L1", "L2"])
        opened.put_leads(merge(batch, ["L1", "L2"], MergeStrategy.standard()))
        opened.redirect(["L0"], ["L1"])
        opened.append(
            [
                Event(
                    kind=EventKind.CAPTURED,
                    lead_id="L1",
                    at=NOW,
                    reason="山田様より",
                    detail={"record_id": "r1"},
                ),
                Event(
                    kind=EventKind.CORRECTED,
                    lead_id="L0",
                    at=NOW,
                    detail={"field": "full_name", "new": "山田 太郎"},
                ),
            ]
        )
        opened.add_consents(
            [Consent(address="taro@example.jp", channel=Channel.EMAIL, state=ConsentState.WITHDRAWN, at=NOW)]
        )
        opened.enqueue(
            [
                Message(
                    key="m1", kind="assigned", to="sato", lead_id="L1", created_at=NOW, payload={"n": "山田"}
                )
            ]
        )
        yield opened


def gone(session, lead_id="L1"):
    return forget(session, lead_id, actor="dpo", reason="request of the person", now=NOW)


def test_nothing_of_the_person_is_left_in_the_whole_store(session):
    before = dict(session.counts())
    assert gone(session) == "L1"
    text = "\n".join(export_lines(session))
    assert [trace for trace in ("taro", "山田", "日立", "9012345678", '"r1"') if trace in text] == []
    assert "hanako" in text
    after = dict(session.counts())
    assert after == before | {"journal": before["journal"] + 1, "tombstones": after["tombstones"]}


def test_the_journal_says_who_erased_and_why(session):
    gone(session)
    (event,) = session.journal("L1", kinds={EventKind.ERASED})
    assert (event.actor, event.reason, event.detail["records"]) == ("dpo", "request of the person", 1)


@pytest.mark.parametrize(
    "returned",
    [
        {"email": "taro@example.jp"},
        {"mobile": "+819012345678", "email": "new@example.jp"},
        {"company": "日立製作所", "full_name": "山田 太郎"},
        {"company": "株式会社日立製作所", "full_name": "山田太郎"},
        {"email": "taro+fair@example.jp"},
    ],
)
def test_a_return_is_noticed_by_any_identifier(session, returned):
    batch = LeadBatch.from_dicts([returned, {"email": "hanako@example.jp", "company": "日立製作所"}])
    assert returning(session, batch).tolist() == [False, False]
    gone(session)
    assert returning(session, batch).tolist() == [True, False]
    assert [returning(session, batch.take([row])).tolist() for row in range(2)] == [[True], [False]]


def test_the_same_row_is_noticed_by_its_record_id(session):
    gone(session)
    assert returning(session, LeadBatch.from_dicts([{}, {}], ids=["r1", "r9"])).tolist() == [True, False]


def test_a_withdrawal_stays_known_under_the_alias_of_its_address(session):
    gone(session)
    alias = alias_of(session.secret())("taro@example.jp")
    assert [one.state for one in session.consents([alias])] == [ConsentState.WITHDRAWN]
    assert session.consents(["taro@example.jp"]) == ()


def test_waiting_messages_are_withdrawn(session):
    gone(session)
    assert session.pending() == ()


def test_a_former_id_stands_for_the_lead(session):
    assert gone(session, "L0") == "L1"


def test_forgetting_twice_and_forgetting_nobody_are_refused(session):
    with pytest.raises(NotFoundError):
        gone(session, "nobody")
    gone(session)
    with pytest.raises(StateError, match="erased before"):
        gone(session)
