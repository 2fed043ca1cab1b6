"""One submission: the same lead as a list would give, nothing twice, and the index keeps up with others."""

import pytest

import leadflow as lf
from leadflow.capture import Form
from leadflow.capture.imported import ImportedLeads
from leadflow.errors import InputError
from leadflow.records import LeadBatch


def payload(row, **more):
    return {"form": "contact", **row, **more}


class TestTwice:
    def test_the_same_submission_gives_the_same_lead_and_nothing_new(self, flow, person, at, dump):
        first = flow.capture(payload(person(1, 役職="部長")), now=at(5))
        before = dump(flow.store)
        second = flow.capture(payload(person(1, 役職="部長")), now=at(5))
        assert (first.is_new, second.is_new) == (True, False)
        assert (first.lead_id, first.record_id) == (second.lead_id, second.record_id)
        assert (first.lead, first.stage, first.assignment) == (second.lead, second.stage, second.assignment)
        assert before == dump(flow.store)

    def test_a_delivery_again_by_another_program_changes_nothing(self, make_flow, person, at, dump, tmp_path):
        with (
            lf.open_store(f"sqlite:///{tmp_path / 'leads.db'}") as one,
            lf.open_store(f"sqlite:///{tmp_path / 'leads.db'}") as other,
        ):
            first = make_flow(one).capture(payload(person(1)), now=at(5))
            before = dump(one)
            again = make_flow(other).capture(payload(person(1)), now=at(5))
            assert first.lead_id == again.lead_id
            assert before == dump(other)


class TestDecision:
    def test_somebody_known_is_recognised(self, flow, read, person, at, check_consistent):
        flow.ingest(read(*(person(i) for i in range(20))), now=at(2))
        decision = flow.capture(payload(person(7, 役職="部長")), now=at(5))
        assert (decision.is_new, decision.stage, decision.lead.title) == (False, "MQL", "部長")
        assert decision.lead.email == "person7@company7.example.co.jp"
        assert decision.assignment is not None
        assert decision.matches[0].probability > 0.9
        with flow.store.snapshot() as reader:
            assert len(reader.leads()) == 20
        check_consistent(flow.store, flow.funnel)

    def test_somebody_unknown_is_new(self, flow, read, person, at, check_consistent):
        flow.ingest(read(*(person(i) for i in range(20))), now=at(2))
        decision = flow.capture(payload(person(33)), now=at(5))
        assert (decision.is_new, decision.stage, decision.assignment) == (True, "Lead", None)
        check_consistent(flow.store, flow.funnel)

    def test_it_explains_itself(self, flow, person, at):
        text = flow.capture(payload(person(1, 役職="部長")), now=at(5)).explain()
        assert "a new lead, stage MQL" in text
        assert "-> sato" in text

    def test_what_cannot_be_used_is_a_warning_without_the_value(self, flow, person, at):
        decision = flow.capture(payload(person(1, 電話番号="himitsu-123")), now=at(5))
        assert len(decision.warnings) == 1
        assert "himitsu" not in decision.warnings[0]

    @pytest.mark.parametrize(
        "sent", [{"役職": "部長"}, {"氏名": "佐藤 太郎"}, {}, {"メール": "not an address"}]
    )
    def test_nobody_is_refused_and_leaves_nothing_behind(self, flow, at, dump, sent):
        before = dump(flow.store)
        with pytest.raises(InputError):
            flow.capture({"form": "contact", **sent}, now=at(5))
        assert before == dump(flow.store)


class TestCaptureAndIngest:
    def test_they_agree_about_the_lead(self, make_flow, read, person, at):
        known = read(*(person(i) for i in range(20)))
        for sent in (person(7, 役職="部長"), person(33, 役職="課長")):
            captured = Form("contact").read(sent, at=at(5))
            found = []
            for way in ("capture", "ingest"):
                with lf.open_store("memory://") as store:
                    flow = make_flow(store)
                    flow.ingest(known, now=at(2))
                    if way == "capture":
                        flow.capture(payload(sent), now=at(5))
                    else:
                        batch = LeadBatch.from_records([captured.record])
                        flow.ingest(imported_of(batch, known), now=at(5))
                    with store.snapshot() as reader:
                        lead_id = reader.lead_of([captured.record.id])[captured.record.id]
                        others = set(reader.records([lead_id])[0].ids)
                        found.append((lead_id, others, reader.leads([lead_id]).to_dicts()))
            assert found[0] == found[1]

    def test_the_next_ingest_changes_no_captured_lead(self, flow, read, person, at):
        flow.ingest(read(*(person(i) for i in range(20))), now=at(2))
        ids = {i: flow.capture(payload(person(i, 役職="課長")), now=at(5)).lead_id for i in (3, 30, 31)}
        flow.ingest(read(person(50), source="later"), now=at(6))
        again = {i: flow.capture(payload(person(i, 役職="課長")), now=at(5)).lead_id for i in (3, 30, 31)}
        assert ids == again


def imported_of(batch, like):
    """Return a reading that holds just this batch."""
    import attrs  # one use

    made: ImportedLeads = attrs.evolve(like, batch=batch)
    return made


class TestIndexKeepsUp:
    def test_what_another_program_captured_is_recognised(self, make_flow, read, person, at, tmp_path):
        url = f"sqlite:///{tmp_path / 'leads.db'}"
        with lf.open_store(url) as one, lf.open_store(url) as other:
            here, there = make_flow(one), make_flow(other)
            here.ingest(read(*(person(i) for i in range(10))), now=at(2))
            here.capture(payload(person(40)), now=at(3))
            theirs = there.capture(payload(person(41)), now=at(3))
            decision = here.capture(payload(person(41, 役職="課長")), now=at(4))
            assert (decision.is_new, decision.lead_id) == (False, theirs.lead_id)

    def test_what_another_program_ingested_is_recognised(self, make_flow, read, person, at, tmp_path):
        url = f"sqlite:///{tmp_path / 'leads.db'}"
        with lf.open_store(url) as one, lf.open_store(url) as other:
            here, there = make_flow(one), make_flow(other)
            here.capture(payload(person(1)), now=at(2))
            there.ingest(read(*(person(i) for i in range(10, 20))), now=at(3))
            decision = here.capture(payload(person(15, 役職="課長")), now=at(4))
            assert decision.is_new is False

    def test_a_capture_that_failed_leaves_the_index_as_it_was(self, flow, person, at, monkeypatch):
        flow.capture(payload(person(1)), now=at(2))

        def fail(*_, **__):
            raise RuntimeError

        monkeypatch.setattr("leadflow.engine.captures.appraise", fail)
        with pytest.raises(RuntimeError):
            flow.capture(payload(person(2)), now=at(3))
        monkeypatch.undo()
        decision = flow.capture(payload(person(2, 役職="課長")), now=at(4))
        assert decision.is_new is True
        with flow.store.snapshot() as reader:
            assert len(reader.records()[0]) == 2


class TestActivitiesThatWaited:
    def test_they_join_when_their_person_submits_a_form(self, flow, person, log, at):
        flow.ingest(now=at(2), activities=log(("person1@company1.example.co.jp", "appointment", at(2))))
        decision = flow.capture(payload(person(1, 役職="部長")), now=at(3))
        assert decision.stage == "SQL"

    def test_they_join_when_a_known_person_tells_another_address(self, flow, read, person, log, at):
        flow.ingest(
            read(*(person(i, TEL=f"03-1234-56{i:02}") for i in range(20))),
            now=at(2),
            activities=log(("second@company7.example.co.jp", "appointment", at(2))),
        )
        sent = person(7, TEL="03-1234-5607", 役職="部長", メール="second@company7.example.co.jp")
        decision = flow.capture(payload(sent), now=at(3))
        assert (decision.is_new, decision.stage) == (False, "SQL")
