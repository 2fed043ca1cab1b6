import datetime as dt

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow.calendars import BusinessCalendar, business_hours, days, hours
from leadflow.columns import Column
from leadflow.conditions import Population, Subject, field, grade, score, stage
from leadflow.errors import DefinitionError, TransitionError, UnknownNameError
from leadflow.funnel import (
    Funnel,
    FunnelStage,
    StageKind,
    StagePath,
    Transition,
    business_time_in_stage,
    entries,
    time_in_stage,
)
from leadflow.records import EventKind, Lead, LeadBatch, StageHistory


def moment(day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2026, 4, 1, hour, tzinfo=dt.UTC) + dt.timedelta(days=day - 1)


FUNNEL = Funnel.standard(version="v1")


class TestDefinition:
    """A funnel that cannot work is refused when it is made."""

    def make(self, stages, transitions):
        return Funnel(stages=stages, transitions=transitions)

    def test_unreachable_stage_is_named(self):
        with pytest.raises(DefinitionError, match="'Won' cannot be reached from 'Lead'"):
            self.make([FunnelStage(name="Lead", final=True), FunnelStage(name="Won", final=True)], [])

    def test_stage_without_way_out_is_named(self):
        stages = [FunnelStage(name="Lead"), FunnelStage(name="Stuck"), FunnelStage(name="Won", final=True)]
        ways = [Transition(source="Lead", to="Stuck"), Transition(source="Lead", to="Won")]
        with pytest.raises(DefinitionError, match="'Stuck' has no way out"):
            self.make(stages, ways)

    def test_stages_that_only_lead_to_each_other_are_a_trap(self):
        stages = [FunnelStage(name=name) for name in ("Lead", "A", "B")] + [
            FunnelStage(name="Won", final=True)
        ]
        ways = [("Lead", "A"), ("A", "B"), ("B", "A"), ("Lead", "Won")]
        with pytest.raises(DefinitionError, match="never to an end"):
            self.make(stages, [Transition(source=a, to=b) for a, b in ways])

    def test_loop_of_automatic_transitions_is_spelt_out(self):
        stages = [
            FunnelStage(name="Lead"),
            FunnelStage(name="MQL"),
            FunnelStage(name="Out", path=StagePath.DETOUR, final=True),
        ]
        ways = [
            Transition(source="Lead", to="MQL", condition=score() > 1, automatic=True),
            Transition(source="MQL", to="Out", condition=score() < 1, automatic=True),
            Transition(source="Out", to="Lead", condition=score() > 1, automatic=True),
        ]
        with pytest.raises(DefinitionError, match="Lead -> MQL -> Out -> Lead"):
            self.make(stages, ways)

    def test_automatic_transition_backwards_is_refused(self):
        stages = [FunnelStage(name="Lead"), FunnelStage(name="MQL", final=True)]
        ways = [Transition(source="Lead", to="MQL"), Transition(source="MQL", to="Lead", automatic=True)]
        with pytest.raises(DefinitionError, match="leads backwards"):
            self.make(stages, ways)

    def test_gate_must_let_every_lead_through(self):
        stages = [
            FunnelStage(name="Lead"),
            FunnelStage(name="Gate", kind=StageKind.GATE),
            FunnelStage(name="Won", final=True),
        ]
        ways = [
            Transition(source="Lead", to="Gate"),
            Transition(source="Gate", to="Won", condition=score() > 1, automatic=True),
        ]
        with pytest.raises(DefinitionError, match="can hold a lead"):
            self.make(stages, ways)

    def test_unknown_stage_suggests_the_near_miss(self):
        with pytest.raises(UnknownNameError, match="Did you mean 'Lead'"):
            self.make([FunnelStage(name="Lead", final=True)], [Transition(source="Leed", to="Lead")])

    def test_limit_belongs_to_sla_stages(self):
        with pytest.raises(DefinitionError, match="only an SLA stage can have one"):
            FunnelStage(name="Lead", limit=days(1))
        with pytest.raises(DefinitionError, match="needs a limit"):
            FunnelStage(name="Lead", kind=StageKind.SLA)

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ({"stages": [{"name": "A", "kind": "gat"}]}, "$.funnel.stages[0].kind"),
            ({"stages": [{"name": "A", "limit": "4 fortnights"}]}, "$.funnel.stages[0].limit"),
            ({"stages": [{"nam": "A"}]}, "$.funnel.stages[0].nam"),
            ({"stages": ["A"], "transitions": [{"from": "A"}]}, "$.funnel.transitions[0].to"),
            (
                {"stages": ["A"], "transitions": [{"from": "A", "to": "B", "when": {"field": "x", "iz": 1}}]},
                "$.funnel.transitions[0].when.iz",
            ),
            ({"stages": ["A"]}, "$.funnel"),
            (
                {"stages": ["B", {"name": "A", "kind": "sla", "limit": "1 day", "stale_to": "C"}]},
                "$.funnel.stages[1].stale_to",
            ),
            ({"standard": True, "stages": []}, "$.funnel.stages"),
        ],
    )
    def test_wrong_data_is_said_with_its_path(self, data, path):
        with pytest.raises(DefinitionError) as caught:
            Funnel.from_dict(data)
        assert path == caught.value.path
        assert caught.value.message.startswith("$.funnel")

    def test_definition_survives_plain_data(self):
        funnel = Funnel(
            stages=[
                FunnelStage(name="新規", kind=StageKind.SLA, limit=business_hours(4), label="新規リード"),
                FunnelStage(name="判定", kind=StageKind.GATE),
                FunnelStage(name="受注", final=True),
                FunnelStage(name="失注", path=StagePath.DETOUR, final=True),
            ],
            transitions=[
                Transition(source="新規", to="判定", condition=field("title").is_filled(), automatic=True),
                Transition(source="判定", to="受注", automatic=True),
                Transition(source="新規", to="失注", roles=["営業"], requires=["失注理由"]),
            ],
            version="2026-Q2",
        )
        assert funnel == Funnel.from_dict(funnel.to_dict())


class TestAdvancing:
    """People take leads along the ways that exist, for reasons, and history only grows."""

    def test_error_names_the_allowed_stages(self):
        history = FUNNEL.start("L1", now=moment(1))
        with pytest.raises(
            TransitionError, match="Allowed from Lead: MQL, SAL, SQL, Opportunity, Disqualified"
        ):
            FUNNEL.advance(history, "Won", now=moment(2), actor="sato", reason="")

    @pytest.mark.parametrize("reason", ["", "-", "未入力", "　"])
    def test_filler_is_no_evidence(self, reason):
        history = FUNNEL.adopt(StageHistory(lead_id="L1"), "Opportunity", now=moment(1), reason="CRM")
        with pytest.raises(TransitionError, match="lost_reason"):
            FUNNEL.advance(
                history, "Lost", now=moment(2), actor="sato", reason="x", evidence={"lost_reason": reason}
            )

    def test_evidence_is_kept_in_history_and_journal(self):
        history = FUNNEL.adopt(StageHistory(lead_id="L1"), "Opportunity", now=moment(1), reason="CRM")
        change = FUNNEL.change(
            history, "Lost", now=moment(2), actor="sato", reason="called", evidence={"lost_reason": "価格"}
        )
        assert change.event().detail["evidence"] == {"lost_reason": "価格"}
        assert change.event().kind is EventKind.STAGE_ENTERED
        assert FUNNEL.append(history, [change]).intervals[-1].reason == "called; lost_reason: 価格"

    def test_role_is_asked_for(self):
        funnel = Funnel(
            stages=[FunnelStage(name="A"), FunnelStage(name="B", final=True)],
            transitions=[Transition(source="A", to="B", roles=("sales",))],
        )
        history = funnel.start("L1", now=moment(1))
        with pytest.raises(TransitionError, match="for sales"):
            funnel.advance(history, "B", now=moment(2), actor="ito", reason="", role="marketing")
        assert (
            funnel.advance(history, "B", now=moment(2), actor="ito", reason="", role="sales").current == "B"
        )

    def test_condition_guards_a_person_but_not_the_automatic_way(self):
        funnel = Funnel(
            stages=[FunnelStage(name="A"), FunnelStage(name="B"), FunnelStage(name="C", final=True)],
            transitions=[
                Transition(source="A", to="B", condition=score() >= 100, automatic=True),
                Transition(source="B", to="C", condition=field("amount").is_filled()),
            ],
        )
        history = funnel.advance(
            funnel.start("L1", now=moment(1)), "B", now=moment(1), actor="ito", reason="known"
        )
        with pytest.raises(TransitionError, match="subject="):
            funnel.advance(history, "C", now=moment(2), actor="ito", reason="")
        with pytest.raises(TransitionError, match="amount is filled"):
            funnel.advance(
                history,
                "C",
                now=moment(2),
                actor="ito",
                reason="",
                subject=Subject(lead=Lead(), as_of=moment(2)),
            )

    def test_history_cannot_be_changed_in_the_past(self):
        history = FUNNEL.start("L1", now=moment(5))
        with pytest.raises(TransitionError, match="only grows at its end"):
            FUNNEL.advance(history, "MQL", now=moment(4), actor="sato", reason="")

    def test_stage_at_any_moment_is_exact(self):
        history = FUNNEL.start("L1", now=moment(1))
        history = FUNNEL.advance(history, "MQL", now=moment(3), actor="sato", reason="")
        assert [history.at(moment(d)) for d in (0, 1, 2, 3, 4)] == [None, "Lead", "Lead", "MQL", "MQL"]

    def test_reentry_is_counted_and_time_adds_up_over_stays(self):
        history = FUNNEL.adopt(StageHistory(lead_id="L1"), "MQL", now=moment(1), reason="")
        history = FUNNEL.advance(
            history,
            "Recycled",
            now=moment(3),
            actor="sato",
            reason="",
            evidence={"recycle_reason": "no budget"},
        )
        history = FUNNEL.advance(history, "MQL", now=moment(10), actor="sato", reason="budget")
        assert entries(history, "MQL") == 2
        assert time_in_stage(history, "MQL", now=moment(11)) == days(3)
        spent = business_time_in_stage(history, "MQL", now=moment(11), calendar=BusinessCalendar.always())
        assert spent == business_hours(72)

    def test_stale_moment_counts_business_time(self):
        calendar = BusinessCalendar.japan()
        history = FUNNEL.adopt(
            StageHistory(lead_id="L1"), "MQL", now=dt.datetime(2026, 5, 1, 3, tzinfo=dt.UTC), reason=""
        )
        due = FUNNEL.due_at(history, calendar=calendar)
        assert due is not None
        assert due.isoformat() == "2026-05-08T12:00:00+09:00"
        with pytest.raises(TransitionError, match="business time"):
            FUNNEL.due_at(history)


class TestNeverBackwards:
    """An import or a merge never takes progress back, and reopens nothing."""

    @pytest.mark.parametrize(
        ("present", "said", "expected"),
        [
            ("SQL", "Lead", "SQL"),
            ("MQL", "SQL", "SQL"),
            ("Disqualified", "Lead", "Disqualified"),
            ("Opportunity", "Lost", "Lost"),
            ("Won", "MQL", "Won"),
        ],
    )
    def test_import_moves_only_forward(self, present, said, expected):
        history = FUNNEL.adopt(StageHistory(lead_id="L1"), present, now=moment(1), reason="CRM")
        assert FUNNEL.adopt(history, said, now=moment(2), reason="list").current == expected

    @given(
        st.lists(
            st.lists(st.tuples(st.integers(1, 20), st.sampled_from(FUNNEL.names)), max_size=5), max_size=4
        )
    )
    def test_merge_is_the_furthest_at_every_moment_and_order_free(self, paths):
        histories = []
        for i, path in enumerate(paths):
            history = StageHistory(lead_id=f"L{i}")
            for day, name in sorted(path, key=lambda step: step[0]):
                history = FUNNEL.adopt(history, name, now=moment(day), reason="")
            histories.append(history)
        merged = FUNNEL.merge(histories, lead_id="L")
        assert FUNNEL.merge(reversed(histories), lead_id="L") == merged
        assert FUNNEL.merge([merged, *histories], lead_id="L") == merged
        for day in range(22):
            here = [at for history in histories if (at := history.at(moment(day))) is not None]
            expected = max(here, key=FUNNEL.rank, default=None)
            assert merged.at(moment(day)) == expected


class TestEvaluating:
    """Automatic changes are the same for one lead and for a population, whole chains at once."""

    CHAIN = Funnel(
        stages=[
            FunnelStage(name="Lead"),
            FunnelStage(name="Gate", kind=StageKind.GATE),
            FunnelStage(name="MQL"),
            FunnelStage(name="Nurture", path=StagePath.DETOUR),
            FunnelStage(name="SQL", final=True),
        ],
        transitions=[
            Transition(source="Lead", to="Gate", condition=score() >= 50, automatic=True),
            Transition(source="Gate", to="MQL", condition=grade().is_in("A1", "A2"), automatic=True),
            Transition(source="Gate", to="Nurture", automatic=True),
            Transition(
                source="MQL", to="SQL", condition=(stage() == "MQL") & (score() >= 90), automatic=True
            ),
            Transition(source="Nurture", to="MQL"),
        ],
        version="chain",
    )

    def test_chain_is_resolved_in_one_call(self):
        changes = self.CHAIN.evaluate(
            Lead(id="L1"), StageHistory(lead_id="L1"), now=moment(1), states={"grade": "A1", "score": 95.0}
        )
        assert [change.stage for change in changes] == ["Lead", "Gate", "MQL", "SQL"]
        assert changes[-1].explain().startswith('L1: MQL -> SQL because @stage is "MQL" and @score >= 90')
        history = self.CHAIN.append(StageHistory(lead_id="L1"), changes)
        assert (history.current, self.CHAIN.evaluate(Lead(id="L1"), history, now=moment(2))) == ("SQL", [])

    @given(
        st.lists(
            st.tuples(
                st.sampled_from([None, "Lead", "MQL", "Nurture", "SQL"]),
                st.sampled_from([None, "A1", "A2", "D4"]),
                st.sampled_from([float("nan"), 0.0, 50.0, 95.0]),
            ),
            max_size=20,
        )
    )
    def test_population_equals_one_by_one(self, rows):
        ids = [f"L{i}" for i in range(len(rows))]
        people = Population(
            batch=LeadBatch.from_dicts([{}] * len(rows), ids=ids),
            as_of=moment(1),
            states={
                "grade": Column.of(row[1] for row in rows),
                "score": np.array([row[2] for row in rows], float),
            },
        )
        current = Column.of(row[0] for row in rows)
        changes = self.CHAIN.evaluate_batch(people, current)
        expected = []
        for i, row in enumerate(rows):
            history = StageHistory(lead_id=ids[i])
            if row[0] is not None:
                history = self.CHAIN.adopt(history, row[0], now=moment(1), reason="")
            expected += self.CHAIN.evaluate(people.subject(i), history)
        found = [(change.lead_id, change.previous, change.stage, change.reason) for change in changes]
        assert [(one.lead_id, one.previous, one.stage, one.reason) for one in expected] == found
        after = changes.apply(current).to_list()
        assert self.CHAIN.evaluate_batch(people, Column.of(after)).to_dicts() == []

    def test_unknown_stage_in_a_population_is_refused(self):
        people = Population(batch=LeadBatch.from_dicts([{}]), as_of=moment(1))
        with pytest.raises(UnknownNameError, match="Did you mean 'MQL'"):
            FUNNEL.evaluate_batch(people, Column.of(["MQ"]))

    def test_impossible_paths_are_found(self):
        wrong = FUNNEL.adopt(StageHistory(lead_id="L1"), "Won", now=moment(1), reason="")
        change = FUNNEL.start("L1", now=moment(2)).intervals[0]
        path = StageHistory(
            lead_id="L1",
            intervals=(attrs.evolve(wrong.intervals[0], left_at=moment(2, 9) - hours(1)), change),
        )
        assert FUNNEL.violations(path) == ("gap or overlap between Won and Lead", "no way from Won to Lead")
