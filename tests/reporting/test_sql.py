"""The same report comes from any store, and its figures are those of plain SQL on the database."""

import contextlib
import datetime as dt
import sqlite3
from zoneinfo import ZoneInfo

import pytest

import leadflow as lf
from leadflow.records import Activity, ActivityLog, Event, EventKind
from leadflow.reporting import Hierarchy, Targets, Unit, build_report

AS_OF = dt.datetime(2026, 9, 16, 15, tzinfo=ZoneInfo("Asia/Tokyo"))
UNTIL = "'2026-09-16 06:00:00'"
KNOWN = f"(select * from golden where lead_id in (select lead_id from records where datetime(observed_at) <= {UNTIL}))"
"""The leads of which there was a record by then."""
STOOD = (
    "case when exists (select 1 from journal j where j.kind = 'accepted' and json_extract(detail, '$.assignment_id') = a.id"
    f" and datetime(j.at) > {UNTIL}) then 'offered' else a.state end"
)
"""Where a hand-over ``a`` stood then."""


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


def by_key(connection, sql):
    return {tuple(key): value for *key, value in connection.execute(sql)}


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
        f"select source, count(*), count(distinct lead_id) from records where datetime(observed_at) <= {UNTIL}"
        " group by source order by source"
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
        f"select count(*) from assignments a where {STOOD} = 'offered' and datetime(deadline) < {UNTIL}"
        f" and datetime(offered_at) <= {UNTIL}",
    )
    assert expected == len(report["overdue"])


def test_duplicates_and_arrivals_by_month_and_list(database):
    report, connection = database
    expected = connection.execute(
        "with told as (select lead_id, source, strftime('%Y-%m', datetime(observed_at, '+9 hours')) as month,"
        " row_number() over (partition by lead_id order by datetime(observed_at), position) as place from records"
        f" where datetime(observed_at) <= {UNTIL})"
        " select month, source, count(*), sum(place > 1) from told group by month, source"
        " union all select month, '(all)', count(*), sum(place > 1) from told group by month"
    ).fetchall()
    found = [
        (row["month"], row["source"], row["arrived"], row["duplicates"])
        for row in report["quality_months"]
        if row["arrived"]
    ]
    assert sorted(expected) == sorted(found)


def test_how_complete_the_leads_of_a_month_are(database):
    report, connection = database
    (row,) = report["quality_months"].where({"month": "2026-08", "source": "(all)"})
    expected = one(
        connection,
        "select avg((company is not null) + (lead_source is not null)) / 11.0 from golden where lead_id in"
        " (select lead_id from records where strftime('%Y-%m', datetime(observed_at, '+9 hours')) = '2026-08')",
    )
    assert pytest.approx(expected) == row["completeness"]


def test_rows_read_and_refused_in_the_month_of_the_import(database):
    (row,) = database[0]["quality_months"].where({"month": "2026-05", "source": "展示会"})
    assert (130, 10) == (row["read"], row["rejected"])


def test_how_full_each_field_is(database):
    report, connection = database
    for row in report["completeness"]:
        expected = one(
            connection,
            f"select sum({row['field']} is not null) from {KNOWN}",
        )
        assert expected == row["filled"]


def test_leads_that_came_in_each_month_and_how_far_they_got(database):
    report, connection = database
    born = (
        "select lead_id, strftime('%Y-%m', datetime(min(observed_at), '+9 hours')) as month from records"
        f" where datetime(observed_at) <= {UNTIL} group by lead_id"
    )
    won = f"select distinct lead_id from stages where stage = 'Won' and datetime(entered_at) <= {UNTIL}"
    expected = connection.execute(
        f"select month, count(*), avg(lead_id in ({won})) from ({born}) group by month order by month"
    ).fetchall()
    found = [(row["cohort"], row["leads"], row["Won"]) for row in report["cohorts"]]
    assert [(month, count, pytest.approx(share)) for month, count, share in expected] == found


def test_what_came_in_and_went_out_of_a_stage_in_a_month(database):
    report, connection = database
    for row in report["flow"].where({"month": "2026-08"}):
        opening, entered, left = connection.execute(
            "select sum(datetime(entered_at) < '2026-07-31 15:00:00' and (left_at is null or datetime(left_at) >="
            " '2026-07-31 15:00:00')), sum(datetime(entered_at) between '2026-07-31 15:00:00' and"
            " '2026-08-31 14:59:59'), sum(datetime(left_at) between '2026-07-31 15:00:00' and '2026-08-31 14:59:59')"
            " from stages where stage = ?",
            (row["stage"],),
        ).fetchone()
        assert (opening, entered, left or 0) == (row["opening"], row["entered"], row["left"])


def test_what_became_of_the_hand_overs(database):
    report, connection = database
    expected = connection.execute(
        f"select {STOOD}, (select stage from stages s where s.lead_id = a.lead_id and datetime(entered_at) <= {UNTIL}"
        " order by datetime(entered_at) desc, position desc limit 1), count(*) from assignments a"
        f" where datetime(offered_at) <= {UNTIL} group by 1, 2"
    ).fetchall()
    found = [(row["handed_over"], row["stage"], row["count"]) for row in report["follow_up"]]
    assert sorted(expected) == sorted(found)


def test_results_by_origin(database):
    report, connection = database
    expected = connection.execute(
        "select coalesce(g.lead_source, (select source from records r where r.lead_id = g.lead_id order by position"
        " limit 1)) as origin, count(*),"
        f" sum(exists (select 1 from stages s where s.lead_id = g.lead_id and stage = 'MQL' and datetime(entered_at)"
        f" <= {UNTIL})),"
        " sum((select coalesce(sum(json_extract(attributes, '$.amount')), 0) from activities a where a.lead_id ="
        f" g.lead_id and kind = 'won' and datetime(at) <= {UNTIL})) from {KNOWN} g group by origin"
    ).fetchall()
    found = [(row["origin"], row["leads"], row["mqls"], row["won_amount"]) for row in report["origins"]]
    assert sorted(expected) == sorted(found)


def test_results_by_the_first_campaign_that_an_activity_names(database):
    report, connection = database
    expected = connection.execute(
        "select (select json_extract(attributes, '$.campaign') from activities a where a.lead_id = g.lead_id and"
        f" json_extract(attributes, '$.campaign') is not null and datetime(at) <= {UNTIL} order by at, position"
        f" limit 1) as named, count(*) from {KNOWN} g group by named"
    ).fetchall()
    found = [(row["campaign"], row["leads"]) for row in report["campaigns"]]
    assert sorted(expected, key=str) == sorted(found, key=str)


def test_how_long_leads_stay_in_a_stage(database):
    report, connection = database
    for row in report["funnel"]:
        days = [
            value
            for (value,) in connection.execute(
                "select (unixepoch(left_at) - unixepoch(entered_at)) / 86400.0 from stages where stage = ? and"
                f" datetime(left_at) <= {UNTIL} order by 1",
                (row["stage"],),
            )
        ]
        middle = len(days) // 2
        expected = (days[middle] + days[~middle]) / 2 if days else None
        assert expected == (None if not days else pytest.approx(row["median_days"]))


def test_amounts_that_are_too_large_for_the_history(database):
    report, connection = database
    assert {row["rule"] for row in report["plausibility"]} <= {"times_history"}
    expected = one(
        connection,
        "with deals as (select g.lead_id, coalesce((select json_extract(attributes, '$.amount') from activities a"
        " where a.lead_id = g.lead_id and json_extract(attributes, '$.amount') is not null and"
        f" datetime(at) <= {UNTIL} order by at desc limit 1), json_extract(more, '$.amount')) as amount from golden g)"
        " select count(*) from deals where amount > 20 * (select amount from deals where amount is not null order by"
        " amount limit 1 offset (select count(*) * 3 / 4 from deals where amount is not null))",
    )
    assert expected == len(report["plausibility"])


def test_the_cumulative_figures_of_the_quarter(database):
    report, connection = database
    calls = connection.execute(
        "select date(at, '+9 hours'), count(*) from activities where kind = 'call' and datetime(at) >="
        f" '2026-06-30 15:00:00' and datetime(at) <= {UNTIL} group by 1"
    ).fetchall()
    for row in report["trend"].where({"kpi": "calls"}):
        if row["actual"] is not None:
            assert sum(n for day, n in calls if day <= row["day"].isoformat()) == row["actual"]


def test_what_is_behind_the_won_amount(database):
    report, connection = database
    step = dict(zip(report["shortfall"]["step"], report["shortfall"]["after"], strict=True))
    count = "select count(*) from {} and datetime({}) >= '2026-06-30 15:00:00' and datetime({}) <= " + UNTIL
    leads = one(
        connection,
        "select count(*) from (select min(datetime(observed_at)) as born from records group by lead_id)"
        f" where born between '2026-06-30 15:00:00' and {UNTIL}",
    )
    won = one(connection, count.format("activities where kind = 'won'", "at", "at"))
    made = one(connection, count.format("activities where kind = 'opportunity_created'", "at", "at"))
    assert (leads, pytest.approx(won)) == (
        step["leads"],
        step["leads"]
        * step["mql_rate"]
        * step["opportunity_rate"]
        * step["pipeline"]
        * step["speed"]
        * step["win_rate"],
    )
    assert pytest.approx(made) == step["leads"] * step["mql_rate"] * step["opportunity_rate"]


def test_the_origins_of_won_deals_by_month(database):
    report, connection = database
    expected = connection.execute(
        "with won as (select strftime('%Y-%m', datetime(at, '+9 hours')) as month, coalesce(g.lead_source,"
        " (select source from records r where r.lead_id = g.lead_id order by position limit 1)) as origin,"
        " json_extract(attributes, '$.amount') as yen from activities a join golden g using (lead_id)"
        f" where kind = 'won' and datetime(at) <= {UNTIL})"
        " select month, origin, count(*), count(*) * 1.0 / sum(count(*)) over (partition by month), sum(yen)"
        " from won group by month, origin"
    ).fetchall()
    found = [tuple(row.values()) for row in report["won_origins"]]
    assert found
    assert sorted(expected) == sorted(found)


def test_rows_refused_by_list_and_reason(database):
    report, connection = database
    expected = connection.execute(
        "select json_extract(account.value, '$.source'), reason.key, sum(reason.value) from documents,"
        " json_each(documents.value) account, json_each(account.value, '$.reject_reasons') reason"
        " where documents.name = 'imports' group by 1, 2"
    ).fetchall()
    found = [tuple(row.values()) for row in report["rejects"]]
    assert found
    assert sorted(expected) == sorted(found)


HOLIDAYS = ("2026-07-20", "2026-08-11", "2026-09-21", "2026-09-22", "2026-09-23")
TARGETS = [
    (f"2026-{month:02d}", f"p{n}", 10 * month + n)
    for month in (7, 8, 9)
    for n in range(7)
    if (month, n) != (8, 3)
]


def test_targets_of_periods_along_the_hierarchy(known):
    path = {
        "company": "",
        "east": "company",
        "west": "company",
        **{f"p{n}": ("east", "west")[n % 2] for n in range(7)},
    }
    units = [Unit(id=unit, name=unit, level="unit", parent=parent) for unit, parent in path.items()]
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table targets (month text, unit text, value real)")
        connection.executemany("insert into targets values (?, ?, ?)", TARGETS)
        connection.execute("create table units (unit text, parent text)")
        connection.executemany("insert into units values (?, ?)", path.items())
        connection.execute("create table holidays (day text)")
        connection.executemany("insert into holidays values (?)", [(day,) for day in HOLIDAYS])
        expected = connection.execute(
            "with recursive days(day) as (select '2026-07-01' union all select date(day, '+1 day') from days"
            " where day < '2026-09-30'), working as (select day, substr(day, 1, 7) as month from days where"
            " strftime('%w', day) not in ('0', '6') and day not in (select day from holidays)),"
            " spread as (select unit, day, value / (select count(*) from working w where w.month = t.month) as value"
            " from targets t join working using (month)),"
            " above(unit, top) as (select unit, unit from units union all"
            " select a.unit, u.parent from above a join units u on u.unit = a.top where u.parent != ''),"
            " periods(period, first, last) as (values ('day', '2026-09-16', '2026-09-16'),"
            " ('week', '2026-09-14', '2026-09-20'), ('month', '2026-09-01', '2026-09-30'),"
            " ('quarter', '2026-07-01', '2026-09-30'))"
            " select top, period, sum(value) from spread join above using (unit) join periods on day between first"
            " and last group by top, period"
        ).fetchall()
    targets = Targets.of(
        {"kpi": "calls", "period": month, "unit": unit, "value": value} for month, unit, value in TARGETS
    )
    with known.store.snapshot() as reader:
        report = build_report(reader, as_of=AS_OF, targets=targets, hierarchy=Hierarchy(units=tuple(units)))
    found = {
        (row["unit"], row["period"]): row["target"]
        for row in report["attainment"].where({"kpi": "calls"})
        if row["period"] != "year" and row["target"] is not None
    }
    assert {(unit, period): pytest.approx(value) for unit, period, value in expected} == found


def test_what_changed_since_an_earlier_report(make, tmp_path):
    told = (
        "with won as (select a.*, json_extract(attributes, '$.amount') as yen from activities a)"
        " select date(at, '+9 hours'), case kind when 'call' then 'calls' else 'won_amount' end as kpi,"
        " coalesce(json_extract(attributes, '$.by'), (select owner from assignments s where s.lead_id = won.lead_id"
        " and datetime(s.offered_at) <= datetime(won.at) order by datetime(s.offered_at) desc limit 1),"
        " '(unassigned)') as unit, case kind when 'call' then count(*) else sum(coalesce((select"
        " json_extract(detail, '$.new') from journal j where j.kind = 'corrected' and j.lead_id = won.lead_id and"
        " json_extract(detail, '$.old') = yen), yen)) end from won where kind in ('call', 'won')"
        " and datetime(at) <= '2026-09-10 06:00:00' group by 1, 2, 3"
    )
    path = tmp_path / "leads.db"
    with lf.open_store(f"sqlite:///{path}") as store, contextlib.closing(sqlite3.connect(path)) as connection:
        make(store)
        with store.snapshot() as reader:
            first = build_report(reader, as_of=AS_OF - dt.timedelta(days=6))
        before = by_key(connection, told)
        lead, yen = connection.execute(
            "select lead_id, json_extract(attributes, '$.amount') from activities where kind = 'won'"
            " and datetime(at) <= '2026-09-10 06:00:00' limit 1"
        ).fetchone()
        detail = {"field": "amount", "old": yen, "new": yen // 10}
        late = [
            Activity(
                lead_id=lead,
                kind="call",
                at=AS_OF - dt.timedelta(days=days),
                key=f"late{days}",
                attributes={"by": "p1"},
            )
            for days in (3, 8, 20)
        ]
        with store.session() as session:
            session.add_activities(ActivityLog.of(late))
            session.append(
                [Event(kind=EventKind.CORRECTED, lead_id=lead, at=AS_OF, actor="p1", detail=detail)]
            )
        with store.snapshot() as reader:
            report = build_report(reader, as_of=AS_OF, previous=first.baseline)
        after = by_key(connection, told)
    expected = {
        key: (before.get(key, 0), after.get(key, 0))
        for key in before.keys() | after.keys()
        if before.get(key, 0) != after.get(key, 0)
    }
    found = {
        (row["day"].isoformat(), row["kpi"], row["unit"]): (row["before"], row["after"])
        for row in report["changes"]
        if row["kpi"] in {"calls", "won_amount"}
    }
    assert len(expected) == 3
    assert expected == found
