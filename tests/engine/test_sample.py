"""The sample company through the whole journey, compared with what is true about it."""

import collections
import datetime as dt

import pytest

import leadflow as lf
from leadflow.datasets import sample_company

pytestmark = pytest.mark.xdist_group("sample")

SINCE = dt.datetime.fromisoformat("2026-04-01T00:00:00+09:00")
NOW = dt.datetime.fromisoformat("2026-09-30T18:00:00+09:00")


@pytest.fixture(scope="module")
def company():
    return sample_company()


@pytest.fixture(scope="module")
def imports(company):
    return {name: lf.read_leads(path) for name, path in company.paths.items()}


@pytest.fixture(scope="module")
def world(company, imports):
    """The sample company decided day by day, once."""
    with lf.open_store("memory://") as store:
        flow = lf.load_definition(company.definition_path).flow(store)
        activities = lf.read_activities(company.activities_path)
        report = flow.ingest(*imports.values(), now=NOW, since=SINCE, activities=activities)
        yield flow, report, activities


def pairs(labels):
    return sum(n * (n - 1) // 2 for n in collections.Counter(labels).values())


@pytest.fixture(scope="module")
def entities(company, imports, world):
    """Return the found and the true lead of every source record."""
    flow, _, _ = world
    found, true = [], []
    with flow.store.snapshot() as reader:
        for name, imported in imports.items():
            usable = [label for label in company.labels(name) if label.usable]
            assert len(usable) == len(imported.batch)
            lead_of = reader.lead_of(imported.batch.ids)
            found += [lead_of[record_id] for record_id in imported.batch.ids]
            true += [label.lead_id for label in usable]
    return found, true


class TestDuplicates:
    """Measured on the packaged lists: see the asserted bounds, which leave a small margin."""

    def test_nearly_all_true_pairs_are_found(self, entities):
        found, true = entities
        assert pairs(zip(found, true, strict=True)) / pairs(true) >= 0.98

    def test_hardly_any_pair_is_wrong(self, entities):
        found, true = entities
        assert pairs(zip(found, true, strict=True)) / pairs(found) >= 0.99

    def test_there_are_about_as_many_leads_as_in_truth(self, entities):
        found, true = entities
        assert abs(len(set(found)) - len(set(true))) <= 0.02 * len(set(true))


class TestRejects:
    @pytest.mark.parametrize(
        "name", ["exhibition_2026", "salesforce_leads", "marketo_leads", "business_cards", "web_forms"]
    )
    def test_exactly_the_unusable_rows_that_hold_something_are_refused(self, company, imports, name):
        unusable = {
            label.line
            for label in company.labels(name)
            if not label.usable and label.remark not in {"empty row", "blank line"}
        }
        assert unusable == {reject.row for reject in imports[name].rejects}


class TestWorld:
    def test_everything_is_consistent_and_the_journal_tells_it_all(self, world, check_consistent):
        flow, _, _ = world
        check_consistent(flow.store, flow.funnel)

    def test_the_report_reconciles_with_the_store(self, world, imports):
        flow, report, activities = world
        with flow.store.snapshot() as reader:
            counts = reader.counts()
            events = collections.Counter(event.kind.value for event in reader.journal())
        assert report.rows_read == report.new_records == counts["records"] == events["captured"]
        assert report.leads == report.new_leads == counts["leads"] == counts["states"]
        assert report.stage_changes == events["stage_entered"] == counts["stages"]
        assert report.regraded == events["scored"]
        assert report.new_activities == counts["activities"] == len({one.key for one in activities})
        assert report.rows_rejected == sum(len(imported.rejects) for imported in imports.values())

    def test_the_funnel_is_followed(self, world):
        flow, _, _ = world
        with flow.store.snapshot() as reader:
            histories = reader.histories()
        assert {flow.funnel.violations(history) for history in histories.values()} == {()}
        assert {stay.stage for history in histories.values() for stay in history.intervals} >= {
            "Lead",
            "MQL",
            "Won",
        }

    def test_again_changes_nothing(self, world, company, imports):
        flow, _, activities = world
        again = flow.ingest(*imports.values(), now=NOW, since=SINCE, activities=activities)
        assert again.changed is False
        assert flow.ingest(*reversed(imports.values()), now=NOW).changed is False

    def test_a_known_visitor_who_fills_in_a_form_is_recognised(self, world, imports):
        flow, _, _ = world
        batch = imports["marketo_leads"].batch
        rows = [row for row in range(len(batch)) if batch["email"][row] is not None][:40]
        wrong = 0
        for row in rows:
            values = batch.record(row).values
            sent = {name: values[name] for name in ("email", "full_name", "company") if name in values}
            decision = flow.capture({"form": "catalog-request", **sent}, now=NOW)
            with flow.store.snapshot() as reader:
                wrong += decision.lead_id != reader.lead_of([batch.ids[row]])[batch.ids[row]]
        assert wrong <= 1
