"""The same report comes from any store, and its figures are those of plain SQL on the database."""

import contextlib
import datetime as dt
import sqlite3
from zoneinfo import ZoneInfo

import pytest

import leadflow as lf
from leadflow.reporting import build_report

AS_OF = dt.datetime(2026, 9, 16, 15, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.fixture(scope="module")
def database(make, tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "leads.db"
    with lf.open_store(f"sqlite:///{path}") as store:
        make(store)
        with store.snapshot() as reader:
            report = build_report(reader, as_of=AS_OF)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        yield report, connection


def one(connection, sql, *values):
    return connection.execute(sql, values).fetchone()[0]


def test_memory_and_database_give_the_same_report(database, known):
    with known.store.snapshot() as reader:
        expected = build_report(reader, as_of=AS_OF).to_dict()
    assert expected == database[0].to_dict()


@pytest.mark.parametrize(("kpi", "kind"), [("calls", "call"), ("appointments", "appointment")])
@pytest.mark.parametrize("person", ["p0", "p3", "p7"])
def test_calls_of_a_person_in_the_quarter(database, kpi, kind, person):
    report, connection = database
    expected = one(
        connection,
        "select count(*) from activities where kind = ? and json_extract(attributes, '$.by') = ?"
        " and datetime(at) >= '2026-06-30 15:00:00' and datetime(at) <= '2026-09-16 06:00:00'",
        kind,
        person,
    )
    (row,) = report["attainment"].where({"kpi": kpi, "unit": person, "period": "quarter"})
    assert expected == row["actual"]


def test_won_amount_of_the_year(database):
    report, connection = database
    expected = one(
        connection,
        "select sum(json_extract(attributes, '$.amount')) from activities where kind = 'won'"
        " and datetime(at) <= '2026-09-16 06:00:00'",
    )
    (row,) = report["attainment"].where({"kpi": "won_amount", "unit": "company", "period": "year"})
    assert expected == row["actual"]


def test_leads_that_entered_a_stage_in_the_month(database):
    report, connection = database
    expected = one(
        connection,
        "select count(distinct lead_id) from stages where stage = 'MQL' and datetime(entered_at)"
        " between '2026-08-31 15:00:00' and '2026-09-16 06:00:00'",
    )
    (row,) = report["attainment"].where({"kpi": "mqls", "unit": "company", "period": "month"})
    assert expected == row["actual"]


def test_where_the_leads_are(database):
    report, connection = database
    expected = dict(
        connection.execute(
            "select stage, count(*) from stages where datetime(entered_at) <= '2026-09-16 06:00:00'"
            " and (left_at is null or datetime(left_at) > '2026-09-16 06:00:00') group by stage"
        )
    )
    assert expected == {row["stage"]: row["now"] for row in report["funnel"] if row["now"]}


def test_records_and_leads_by_list(database):
    report, connection = database
    expected = connection.execute(
        "select source, count(*), count(distinct lead_id) from records group by source order by source"
    ).fetchall()
    found = [
        (row["source"], row["records"], row["leads"])
        for row in report["duplicates"]
        if row["source"] != "(all)"
    ]
    assert expected == sorted(found)


def test_hand_overs_past_their_deadline(database):
    report, connection = database
    expected = one(
        connection,
        "select count(*) from assignments where state = 'offered' and datetime(deadline) < '2026-09-16 06:00:00'"
        " and datetime(offered_at) <= '2026-09-16 06:00:00'",
    )
    assert expected == len(report["overdue"])
