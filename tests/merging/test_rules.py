"""Each survivorship rule decides as it says."""

import datetime as dt

import numpy as np
import pytest

from leadflow.errors import DefinitionError, InputError, UnknownNameError
from leadflow.merging import (
    Group,
    MergeStrategy,
    concat,
    custom,
    earliest,
    first_non_empty,
    highest,
    longest,
    lowest,
    merge,
    most_complete,
    most_frequent,
    most_recent,
    prefer,
    union,
)
from leadflow.records import LeadBatch, SourceRecord


def day(number):
    return dt.datetime(2026, 4, number, tzinfo=dt.UTC)


def record(record_id, number, *, source="Eight", cleared=(), **values):
    return SourceRecord(
        id=record_id,
        source=source,
        observed_at=None if number is None else day(number),
        values=values,
        cleared=frozenset(cleared),
    )


def title(rule, *records, **options):
    return MergeStrategy(fields={"title": rule}, **options).merge(records).lead.title


OLD = record("r1", 1, source="Salesforce", title="課長", city="港区", street="芝1")
NEW = record("r2", 5, source="Marketo", title="部長代理")
MID = record("r3", 3, source="Eight", title="課長")


class TestSingleValues:
    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            (most_recent(), "部長代理"),
            (earliest(), "課長"),
            (prefer("Salesforce"), "課長"),
            (prefer("ZoomInfo", "Marketo"), "部長代理"),
            (most_complete(), "課長"),
            (most_frequent(), "課長"),
            (longest(), "部長代理"),
            (highest(), "部長代理"),
            (lowest(), "課長"),
            (custom(lambda candidates: candidates[1]), "課長"),
        ],
    )
    def test_each_rule_keeps_its_value_in_any_order(self, rule, expected):
        assert expected == title(rule, OLD, NEW, MID) == title(rule, NEW, MID, OLD)

    def test_first_non_empty_follows_the_order_given(self):
        assert title(first_non_empty(), NEW, OLD) == "部長代理"
        assert title(first_non_empty(), record("r0", 9), OLD, NEW) == "課長"

    def test_a_preferred_source_wins_whatever_came_last(self):
        assert title(prefer("Salesforce", "Marketo"), OLD, NEW) == "課長"

    def test_among_values_of_the_preferred_source_the_next_rule_decides(self):
        later = record("r4", 9, source="Salesforce", title="次長")
        assert title(prefer("Salesforce"), OLD, later, NEW) == "次長"
        assert title(prefer("Salesforce", then=earliest()), OLD, later, NEW) == "課長"

    def test_the_priority_of_the_strategy_holds_for_rules_without_sources(self):
        assert title(most_recent(), OLD, NEW, priority=["Salesforce"]) == "課長"
        assert title(prefer("Marketo"), OLD, NEW, priority=["Salesforce"]) == "部長代理"

    def test_a_value_older_than_max_age_loses_even_from_a_preferred_source(self):
        rule = prefer("Salesforce", then=most_recent(max_age=dt.timedelta(days=2)))
        assert title(rule, OLD, NEW) == "部長代理"
        assert title(rule, OLD) == "課長"

    def test_age_is_measured_from_now_when_it_is_given(self):
        strategy = MergeStrategy(fields={"title": prefer("Salesforce")}, max_age=dt.timedelta(days=3))
        assert strategy.merge([OLD, MID], now=day(4)).lead.title == "課長"
        assert strategy.merge([OLD, MID], now=day(5)).provenance["title"].source == "Eight"

    def test_a_locked_field_keeps_its_first_value_and_no_clear_empties_it(self):
        first = record("r1", 1, owner_id="sato")
        later = record("r2", 2, owner_id="ito")
        cleared = record("r3", 3, cleared=["owner_id"])
        golden = MergeStrategy(locked={"owner_id"}).merge([cleared, later, first])
        assert golden.lead.owner_id == "sato"
        assert golden.provenance["owner_id"].rule == "locked"

    def test_a_value_without_time_is_the_oldest(self):
        assert title(most_recent(), record("r1", None, title="社長"), OLD) == "課長"

    def test_a_custom_rule_must_return_a_candidate(self):
        with pytest.raises(DefinitionError, match="must return one of the candidates"):
            title(custom(lambda _: "部長"), OLD, NEW)

    def test_a_custom_rule_that_raises_is_told_with_its_field(self):
        with pytest.raises(DefinitionError, match="'title' raised ZeroDivisionError") as refused:
            title(custom(lambda _: 1 / 0), OLD, NEW)
        assert isinstance(refused.value.__cause__, ZeroDivisionError)
        with pytest.raises(DefinitionError, match="'title' raised ZeroDivisionError"):
            merge(
                LeadBatch.from_records([OLD, NEW]),
                ["L", "L"],
                MergeStrategy(fields={"title": custom(lambda _: 1 / 0)}),
            )

    @pytest.mark.parametrize("moment", [dt.datetime(2026, 4, 1), dt.date(2026, 4, 1), "2026-04-01"])
    def test_a_moment_that_is_not_aware_is_refused(self, moment):
        one = SourceRecord(id="r1", source="CRM", observed_at=moment, values={"title": "部長"})
        with pytest.raises(InputError, match="aware datetime"):
            MergeStrategy().merge([one])
        with pytest.raises(InputError, match="aware datetime"):
            LeadBatch.from_records([one])


class TestEmptiness:
    def test_what_was_not_sent_never_overwrites(self):
        assert title(most_recent(), OLD, record("r9", 9, city="新宿区")) == "課長"

    @pytest.mark.parametrize("filler", ["-", "未入力", "Unknown", "N/A", "なし"])
    def test_filler_is_not_data(self, filler):
        assert title(most_recent(), OLD, record("r9", 9, title=filler)) == "課長"
        assert title(most_recent(), record("r9", 9, title=filler)) is None

    def test_filler_is_not_data_in_a_field_of_any_kind(self):
        golden = MergeStrategy().merge(
            [
                record("r1", 1, email="a@example.jp", postal_code="-", tags=()),
                record("r2", 2, email="Unknown"),
            ]
        )
        assert golden.lead.values() == {"email": "a@example.jp"}

    @pytest.mark.parametrize(
        "filler",
        [
            *(
                "ｎ／ａ",
                "ｎ/a",
                "N／a",
                " n / a ",
                "uNknown",
                "Ｔest",
                "テスト太郎",
                "xxx",
                "【なし】",
                "なし。",
                "該当ナシ",
            ),
            *(
                " なし ",
                "な し",
                "未入力\u3000",
                "ﾅｼ",
                "（無し）",
                "Not Available",
                "ダミーデータ",
                "タ\u3099ミー",
            ),
            *("-", "―", "—", "ｰ", "？", "", "\t", "\n", "\xa0", "\u2003", "\u200b", "\ufeff"),
        ],
    )
    def test_filler_loses_in_any_width_and_case_and_among_spaces(self, filler):
        records = [record("r1", 1, title="部長"), record("r2", 9, title=filler)]
        assert title(most_recent(), *records) == "部長"
        batch = LeadBatch.from_records(records)
        assert merge(batch, np.array([0, 0]), MergeStrategy()).leads["title"].to_list() == ["部長"]

    @pytest.mark.parametrize("name", ["rating", "memo", "展示会アンケート"])
    @pytest.mark.parametrize("answer", ["×", "○○", "***", "◎", "★★☆", "✓"])
    def test_a_mark_is_an_answer_where_people_grade_and_answer(self, name, answer):
        one = record("r1", 1, **{name: answer, "title": answer})
        assert MergeStrategy().merge([one]).lead.values() == {name: answer}
        golden = merge(LeadBatch.from_records([one]), np.array([0]), MergeStrategy())
        assert golden.leads.lead(0).values() == {name: answer}

    def test_an_explicit_clear_empties_what_was_there_before(self):
        assert title(most_recent(), OLD, record("r9", 9, cleared=["title"])) is None

    def test_a_value_after_the_clear_stays(self):
        assert title(most_recent(), OLD, record("r9", 4, cleared=["title"]), NEW) == "部長代理"

    def test_a_less_preferred_source_cannot_clear(self):
        rule = prefer("Salesforce", "Marketo")
        clear = record("r9", 9, source="Marketo", cleared=["title"])
        assert title(rule, OLD, clear) == "課長"
        assert title(rule, NEW, clear) is None

    @pytest.mark.parametrize("rule", [most_recent(), most_complete(), longest()])
    def test_a_clear_of_one_field_of_a_group_empties_that_field_alone(self, rule):
        whole = record("r1", 1, city="港区", street="芝1", building="芝ビル")
        clear = record("r2", 2, cleared=["building"])
        strategy = MergeStrategy(groups=[Group(fields=("city", "street", "building"), rule=rule)])
        assert strategy.merge([whole, clear]).lead.values() == {"city": "港区", "street": "芝1"}
        merged = merge(LeadBatch.from_records([whole, clear]), ["L", "L"], strategy)
        assert merged.leads.lead(0).values() == {"city": "港区", "street": "芝1"}

    def test_what_was_cleared_does_not_come_back_with_its_group(self):
        whole = record("r1", 1, city="港区", street="芝1", building="芝ビル")
        moved = record("r2", 2, city="新宿区", cleared=["building"])
        strategy = MergeStrategy(groups=[Group(fields=("city", "street", "building"), rule=most_complete())])
        golden = strategy.merge([whole, moved])
        assert golden.lead.values() == {"city": "港区", "street": "芝1"}
        merged = merge(LeadBatch.from_records([whole, moved]), ["L", "L"], strategy)
        assert merged.leads.lead(0).values() == {"city": "港区", "street": "芝1"}

    def test_a_clear_cannot_empty_a_consent_flag(self):
        golden = MergeStrategy().merge(
            [record("r1", 1, opt_out_email=True), record("r2", 2, cleared=["opt_out_email"])]
        )
        assert golden.consent == {"opt_out_email": True}


class TestGathering:
    def test_union_joins_tags_sorted_and_once(self):
        records = [record("r1", 1, tags=("保守", "IoT")), record("r2", 2, tags=("AI", "IoT"))]
        golden = MergeStrategy(fields={"tags": union()}).merge(records)
        assert golden.lead.tags == ("AI", "IoT", "保守")
        assert golden.provenance["tags"].record_id == "r2"

    @pytest.mark.parametrize("kind", [tuple, list, set, frozenset])
    def test_tags_may_come_in_any_collection(self, kind):
        records = [record("r1", 1, tags=kind(["保守"])), record("r2", 2, tags=kind(["AI"]))]
        strategy = MergeStrategy(fields={"tags": union()})
        assert strategy.merge(records).lead.tags == ("AI", "保守")
        merged = merge(LeadBatch.from_records(records), ["L", "L"], strategy)
        assert merged.leads["tags"].to_list() == [("AI", "保守")]

    def test_filler_among_tags_is_left_out_and_widths_are_one(self):
        records = [
            record("r1", 1, tags=("ＩｏＴ", "保守")),
            record("r2", 2, tags=("IoT", "なし")),
            record("r3", 3, tags=("-",)),
        ]
        strategy = MergeStrategy(fields={"tags": union()})
        assert strategy.merge(records).lead.tags == ("IoT", "保守")
        merged = merge(LeadBatch.from_records(records), ["L", "L", "M"], strategy)
        assert merged.leads["tags"].to_list() == [("IoT", "保守"), None]

    def test_notes_that_differ_in_width_alone_are_one(self):
        records = [
            record("r1", 1, memo="ＡＢＣ 様"),
            record("r2", 2, memo="ABC 様"),
            record("r3", 3, memo="済"),
        ]
        strategy = MergeStrategy(fields={"memo": concat(separator=" / ")})
        assert strategy.merge(records).lead.memo == "ＡＢＣ 様 / 済"

    def test_concat_strings_texts_together_oldest_first_and_once(self):
        records = [record("r3", 3, memo="c"), record("r1", 1, memo="a"), record("r2", 2, memo="a")]
        assert MergeStrategy(fields={"memo": concat(separator=" / ")}).merge(records).lead.memo == "a / c"

    @pytest.mark.parametrize(
        ("field", "rule"), [("title", union()), ("employees", concat()), ("opt_in", longest())]
    )
    def test_a_rule_that_does_not_fit_the_field_is_refused(self, field, rule):
        with pytest.raises(DefinitionError) as refused:
            MergeStrategy(fields={field: rule})
        assert refused.value.path == f"$.fields.{field}"


class TestGroups:
    def test_an_address_is_never_mixed(self):
        fresh = record("r2", 5, city="新宿区")
        golden = MergeStrategy(groups=[("postal_code", "city", "street")]).merge([OLD, fresh])
        assert (golden.lead.city, golden.lead.street) == ("新宿区", None)

    def test_the_most_complete_address_can_win(self):
        fresh = record("r2", 5, city="新宿区")
        golden = MergeStrategy(groups=[Group(fields=("city", "street"), rule=most_complete())]).merge(
            [OLD, fresh]
        )
        assert (golden.lead.city, golden.lead.street) == ("港区", "芝1")

    def test_a_record_that_agrees_on_the_anchor_fills_a_gap(self):
        known = record("r1", 1, company="日立製作所", corporate_number="7010001008844")
        fresh = record("r2", 5, company="日立製作所")
        moved = record("r3", 9, company="東芝")
        strategy = MergeStrategy(groups=[Group(fields=("company", "corporate_number"), anchor="company")])
        assert strategy.merge([known, fresh]).lead.corporate_number == "7010001008844"
        assert strategy.merge([known, moved]).lead.corporate_number is None

    @pytest.mark.parametrize(
        "wrong",
        [
            {"groups": [("city", "street"), ("street",)]},
            {"groups": [("city", "city")]},
            {"groups": [()]},
            {"groups": [("owner_id",)], "locked": {"owner_id"}},
            {"groups": [("opt_in", "city")]},
            {"groups": [("city", "street")], "fields": {"city": highest()}},
            {"default": union()},
            {"default": longest},
            {"fields": {"title": lambda candidates: candidates[0]}},
            {"fields": {"title": "longest"}},
            {"groups": ["postal_code"]},
            {"locked": "owner_id"},
            {"priority": "Salesforce"},
            {"max_age": 365},
            {"max_age": dt.timedelta(days=-1)},
        ],
    )
    def test_a_contradictory_strategy_is_refused(self, wrong):
        with pytest.raises(DefinitionError):
            MergeStrategy(**wrong)


class TestReasons:
    def test_every_value_names_its_origin_and_its_losers(self):
        golden = MergeStrategy(fields={"title": prefer("Salesforce")}).merge([OLD, NEW, MID])
        origin = golden.provenance["title"]
        assert (origin.value, origin.record_id, origin.source, origin.observed_at) == (
            "課長",
            "r1",
            "Salesforce",
            day(1),
        )
        assert [(loser.value, loser.reason) for loser in origin.losers] == [
            ("部長代理", "less preferred source")
        ]
        assert golden.record_ids == ("r1", "r2", "r3")

    def test_a_tie_between_different_values_is_a_conflict(self):
        golden = MergeStrategy().merge([record("r2", 1, title="部長"), record("r1", 1, title="課長")])
        assert golden.lead.title == "課長"
        (conflict,) = golden.conflicts
        assert (conflict.field, conflict.values, conflict.record_ids) == (
            "title",
            ("課長", "部長"),
            ("r1", "r2"),
        )

    def test_the_explanation_shows_no_values(self):
        text = MergeStrategy().merge([OLD, NEW, record("r4", 5, title="社長")]).explain()
        assert "title: from Marketo (r2)" in text
        assert "to be reviewed, 2 values tie" in text
        assert not any(value in text for value in ("課長", "部長代理", "社長"))

    def test_merging_nothing_is_refused(self):
        with pytest.raises(DefinitionError, match="at least one"):
            MergeStrategy().merge([])


class TestPlainData:
    def test_a_strategy_survives_the_round_trip(self):
        strategy = MergeStrategy(
            default=most_frequent(max_age=dt.timedelta(days=1.5)),
            fields={
                "email": prefer("Salesforce", then=longest()),
                "memo": concat(separator="; "),
                "tags": union(),
            },
            groups=[
                ("city", "street"),
                Group(fields=("company", "industry"), rule=longest(), anchor="company"),
            ],
            locked={"owner_id"},
            priority=["Salesforce"],
            max_age=dt.timedelta(days=365),
            version="2026-Q2",
        )
        for one in (strategy, MergeStrategy.standard(), MergeStrategy()):
            assert one == MergeStrategy.from_dict(one.to_dict())

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ([], "$.merge"),
            ({"feilds": {}}, "$.merge.feilds"),
            ({"fields": {"title": "lngest"}}, "$.merge.fields.title"),
            ({"fields": {"title": {"rule": "prefer"}}}, "$.merge.fields.title"),
            (
                {"fields": {"title": {"rule": "longest", "sources": ["a", 1]}}},
                "$.merge.fields.title.sources[1]",
            ),
            (
                {"fields": {"title": {"rule": "longest", "max_age_days": -1}}},
                "$.merge.fields.title.max_age_days",
            ),
            ({"fields": {"opt_in": "longest"}}, "$.merge.fields.opt_in"),
            ({"groups": [{"fields": ["city"], "anchr": ""}]}, "$.merge.groups[0].anchr"),
            ({"groups": "city"}, "$.merge.groups"),
            ({"max_age_days": "x"}, "$.merge.max_age_days"),
        ],
    )
    def test_an_error_names_its_place(self, data, path):
        with pytest.raises(DefinitionError) as refused:
            MergeStrategy.from_dict(data)
        assert refused.value.path == path

    def test_a_near_miss_is_suggested(self):
        with pytest.raises(UnknownNameError, match="Did you mean 'longest'"):
            MergeStrategy.from_dict({"default": "lngest"})

    def test_a_function_cannot_be_written(self):
        with pytest.raises(DefinitionError, match="function"):
            MergeStrategy(default=custom(lambda candidates: candidates[0])).to_dict()
