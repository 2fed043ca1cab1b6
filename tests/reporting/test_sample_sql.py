"""Every figure in the report of the sample company is what plain SQL finds on its store.

The report is that of the tutorial's second evening: half a year decided day by day, one amount corrected, costs given.
"""

import contextlib
import csv
import datetime as dt
import itertools
import json
import math
import sqlite3
import statistics

import pytest

import leadflow as lf
from leadflow.adapters.jobs import hierarchy_of, success_path
from leadflow.adapters.targets import read_targets
from leadflow.datasets import sample_company
from leadflow.engine import correct
from leadflow.reporting import build_report, render_html

pytestmark = pytest.mark.xdist_group("sample_report")

APRIL = dt.datetime.fromisoformat("2026-04-01T00:00:00+09:00")
MONDAY = dt.datetime.fromisoformat("2026-09-28T18:00:00+09:00")
TUESDAY = MONDAY + dt.timedelta(days=1)
UNTIL = "'2026-09-29 09:00:00'"
COSTS = {"exhibition_2026": 3_000_000.0, "nl-2026-06-morning": 120_000.0}
WAY = ("Lead", "MQL", "SAL", "SQL", "Opportunity", "Won")
FIELDS = (
    *("company", "corporate_number", "full_name", "email", "phone", "department"),
    *("title", "prefecture", "industry", "employees", "lead_source"),
)
PERIODS = {
    "day": ("2026-09-29", "2026-09-30"),
    "week": ("2026-09-28", "2026-10-05"),
    "month": ("2026-09-01", "2026-10-01"),
    "quarter": ("2026-07-01", "2026-10-01"),
    "year": ("2026-04-01", "2027-04-01"),
}
CLOSED = (  # the holidays of the Cabinet Office's list, and the company's own days
    *("2026-02-11", "2026-02-23", "2026-03-20", "2026-04-29", "2026-05-03", "2026-05-04", "2026-05-05"),
    *("2026-05-06", "2026-07-20", "2026-08-11", "2026-09-21", "2026-09-22", "2026-09-23", "2026-10-12"),
    *("2026-11-03", "2026-11-23", "2027-01-01", "2027-01-11", "2027-02-11", "2027-02-23", "2027-03-21"),
    *("2027-03-22", "2026-05-01", "2026-08-12", "2026-08-13", "2026-08-14"),
)
VIEWS = f"""
create temp table days as with recursive every(day) as
  (select '2026-01-01' union all select date(day, '+1 day') from every where day < '2027-03-31')
  select day, strftime('%w', day) not in ('0', '6') and day not in (select day from closed) as working from every;
create temp table shifts as select strftime('%s', day || value, '-9 hours') + 0 as begins,
  strftime('%s', day || value, '-9 hours') + hours * 3600 as ends from days
  join (select ' 09:00:00' as value, 3 as hours union all select ' 13:00:00', 4.5) where working;
create temp table above as with recursive a(unit, top) as
  (select unit, unit from units union all select a.unit, u.parent from a join units u on u.unit = a.top where u.parent != '')
  select * from a;
create temp view corrected as select lead_id, json_extract(detail, '$.old') as old, json_extract(detail, '$.new') as new
  from journal where kind = 'corrected';
create temp table happened as select position, lead_id, kind, datetime(at) as at, json_extract(attributes, '$.by') as by,
  json_extract(attributes, '$.campaign') as campaign, coalesce((select new from corrected c where c.lead_id = a.lead_id
  and c.old = json_extract(attributes, '$.amount')), json_extract(attributes, '$.amount')) as yen
  from activities a where datetime(at) <= {UNTIL};
create temp table born as select lead_id, min(at) as at from (select lead_id,
  min(datetime(coalesce(json_extract(data, '$.created_at'), observed_at)), datetime(observed_at)) as at from records) where at <= {UNTIL} group by lead_id;
create temp table stays as select position, lead_id, stage, datetime(entered_at) as entered, case when datetime(left_at) <= {UNTIL}
  then datetime(left_at) end as gone from stages where datetime(entered_at) <= {UNTIL};
create temp table deals as select lead_id, coalesce((select yen from happened h where h.lead_id = g.lead_id and yen is not null
  order by at desc, position desc limit 1), (select new from corrected c where c.lead_id = g.lead_id and c.old =
  json_extract(g.more, '$.amount')), json_extract(g.more, '$.amount')) as yen from golden g;
create temp table counted as
  select 'calls' as kpi, lead_id, at, by, 1 as value from happened where kind = 'call'
  union all select 'calls_connected', lead_id, at, by, 1 from happened where kind = 'call_connected'
  union all select 'appointments', lead_id, at, by, 1 from happened where kind = 'appointment'
  union all select 'opportunities', lead_id, at, by, 1 from happened where kind = 'opportunity_created'
  union all select 'won_amount', lead_id, at, by, yen from happened where kind = 'won'
  union all select 'leads', lead_id, at, null, 1 from born
  union all select lower(stage) || 's', lead_id, min(entered), null, 1 from stays where stage in ('MQL', 'SAL') group by 1, 2
  union all select 'mql_amount', lead_id, min(entered), null, (select yen from deals d where d.lead_id = s.lead_id)
    from stays s where stage = 'MQL' group by lead_id;
create temp table figures as select kpi, lead_id, at, date(at, '+9 hours') as day, coalesce(by, (select owner from assignments s
  where s.lead_id = c.lead_id and datetime(offered_at) <= c.at order by datetime(offered_at) desc, position desc limit 1),
  '(unassigned)') as unit, coalesce(value, 0) as value from counted c;
create temp table asked as select kpi, unit, day, value / (select count(*) from days w where w.working and substr(w.day, 1, 7) =
  month) as value from targets join days on substr(day, 1, 7) = month and working;
create temp table origins as select lead_id, coalesce(lead_source, (select source from records r where r.lead_id = g.lead_id
  order by position limit 1)) as name from golden g;
create temp table campaigns as select lead_id, coalesce(campaign, (select campaign from happened h where h.lead_id = g.lead_id
  and campaign is not null order by at, position limit 1)) as name from golden g;
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The report, and the store as plain SQL sees it."""
    company = sample_company()
    definition = lf.load_definition(company.definition_path)
    path = tmp_path_factory.mktemp("sample") / "leads.db"
    with lf.open_store(f"sqlite:///{path}") as store:
        lists = [lf.read_leads(each) for each in company.paths.values()]
        activities = lf.read_activities(company.activities_path)
        definition.flow(store).ingest(*lists, activities=activities, now=MONDAY, since=APRIL)

        def report_of(as_of, previous=None):
            with store.snapshot() as reader:
                return build_report(
                    reader,
                    as_of=as_of,
                    targets=read_targets(company.targets_path),
                    hierarchy=hierarchy_of(definition),
                    calendar=definition.routing.calendar,
                    fiscal=definition.fiscal,
                    stages=success_path(definition),
                    costs=COSTS,
                    previous=previous,
                )

        told = report_of(MONDAY)
        (lead,) = told["plausibility"].lead_ids(0, "value")
        correct(store, lead, "amount", 9_800_000, actor="u021", reason="typed in thousands", now=MONDAY)
        report = report_of(TUESDAY, previous=told.baseline)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        _prepare(connection, company)
        yield report, connection, told


def _prepare(connection, company):
    data = json.loads(company.organisation_path.read_text(encoding="utf-8"))
    units = [("company", "", "company"), ("(unassigned)", "company", "unassigned")]
    units += [(row["id"], "company", "department") for row in data["departments"]]
    units += [(row["id"], row["department"], "team") for row in data["teams"]]
    units += [(row["id"], row["team"] or row["department"], "person") for row in data["people"]]
    with company.targets_path.open(encoding="utf-8-sig", newline="") as file:
        targets = [
            (row["kpi"], row["period"], row["unit"], float(row["value"])) for row in csv.DictReader(file)
        ]
    for name, columns, rows in (
        ("units", "unit, parent, level", units),
        ("targets", "kpi, month, unit, value real", targets),
        ("closed", "day", [(day,) for day in CLOSED]),
        ("costs", "name, yen real", list(COSTS.items())),
    ):
        connection.execute(f"create temp table {name} ({columns})")
        connection.executemany(
            f"insert into {name} values ({', '.join('?' * len(columns.split(',')))})",
            rows,
        )
    connection.executescript(VIEWS)


def rows_of(connection, sql, *values):
    return connection.execute(sql, values).fetchall()


def close(rows):
    """Rows in order, numbers that come of divisions within rounding."""
    return [
        tuple(pytest.approx(cell, rel=1e-9, abs=1e-6) if isinstance(cell, float) else cell for cell in row)
        for row in sorted(rows, key=lambda row: [str(cell) for cell in row if not isinstance(cell, float)])
    ]


def plain(report, *names):
    rows = [tuple(row[name] for name in names or report.names) for row in report]
    assert rows
    return sorted(rows, key=lambda row: [str(cell) for cell in row if not isinstance(cell, float)])


def _actuals(connection):
    """What every unit did, those below it too: by KPI, unit and period."""
    found = {}
    for period, (first, end) in PERIODS.items():
        for kpi, unit, value in rows_of(
            connection,
            "select kpi, top, sum(value) from figures join above using (unit) where day >= ? and day < ? group by 1, 2",
            *(first, end),
        ):
            found[kpi, unit, period] = value
    return found


def _asked(connection, until="9999"):
    """What every unit was to do: its own target on a day, else the sum of those below it."""
    found = {}
    for period, (first, end) in PERIODS.items():
        own = {
            (kpi, unit): value
            for kpi, unit, value in rows_of(
                connection,
                "select kpi, unit, sum(value) from asked where day >= ? and day < ? and day <= ? group by 1, 2",
                *(first, end, until),
            )
        }
        below = {}
        for unit, parent, _ in rows_of(connection, "select unit, parent, level from units"):
            below.setdefault(parent, []).append(unit)

        def total(kpi, unit, own=own, below=below):
            if (kpi, unit) in own:
                return own[kpi, unit]
            parts = [total(kpi, one) for one in below.get(unit, [])]
            known = [part for part in parts if part is not None]
            return sum(known) if known else None

        for kpi in {kpi for kpi, _ in own}:
            for (unit,) in rows_of(connection, "select unit from units"):
                found[kpi, unit, period] = total(kpi, unit)
    return found


def test_actual_of_every_figure_unit_and_period(sample):
    report, connection, _ = sample
    expected = _actuals(connection)
    rows = [row for row in report["attainment"] if row["kpi"] != "connect_rate"]
    assert len(rows) > 1000
    found = {(row["kpi"], row["unit"], row["period"]): row["actual"] for row in rows}
    assert {key: expected.get(key, 0) for key in found} == found
    assert {key for key, value in expected.items() if value} <= found.keys()


def test_target_due_gap_attainment_and_pace_of_every_figure(sample):
    report, connection, _ = sample
    done, asked, due = _actuals(connection), _asked(connection), _asked(connection, "2026-09-29")
    for row in report["attainment"]:
        key = row["kpi"], row["unit"], row["period"]
        if row["kpi"] == "connect_rate":
            continue
        target, by_now, actual = asked.get(key), due.get(key), done.get(key, 0)
        if target is None:
            assert [None] * 5 == [row[name] for name in ("target", "due", "gap", "attainment", "pace")], key
            continue
        assert pytest.approx(target) == row["target"]
        assert pytest.approx(by_now) == row["due"]
        assert pytest.approx(actual - by_now, abs=1e-6) == row["gap"]
        assert pytest.approx(actual / target) == row["attainment"]
        assert pytest.approx(actual / by_now) == row["pace"]


def test_the_rate_is_the_ratio_of_the_sums_and_so_is_its_target(sample):
    report, connection, _ = sample
    done, asked = _actuals(connection), _asked(connection)
    for row in report["attainment"].where({"kpi": "connect_rate"}):
        key = row["unit"], row["period"]
        part, whole = (done.get((kpi, *key), 0) for kpi in ("calls_connected", "calls"))
        assert (part / whole if whole else None) == row["actual"]
        wanted = asked["calls_connected", *key] / asked["calls", *key]
        assert pytest.approx(wanted) == row["target"] == row["due"]


def test_what_every_remaining_working_day_must_bring(sample):
    report, connection, _ = sample
    done, asked = _actuals(connection), _asked(connection)
    for row in report["attainment"]:
        key = row["kpi"], row["unit"], row["period"]
        (left,) = rows_of(
            connection,
            "select count(*) from days where working and day > '2026-09-29' and day < ?",
            PERIODS[row["period"]][1],
        )[0]
        assert left == row["working_days_left"]
        if asked.get(key) is None or not left:
            assert row["needed_per_day"] is None
        elif row["kpi"] != "connect_rate":
            assert pytest.approx(max(asked[key] - done.get(key, 0), 0) / left) == row["needed_per_day"]


def test_the_forecast_is_the_run_rate_of_sixty_days_with_an_interval_of_eighty_percent(sample):
    report, connection, _ = sample
    working = [
        day
        for (day,) in rows_of(
            connection, "select day from days where working and day > '2026-07-31' and day <= '2026-09-29'"
        )
    ]
    checked = 0
    for row in report["attainment"]:
        if row["period"] not in {"month", "quarter", "year"} or row["kpi"] == "connect_rate":
            continue
        by_day = rows_of(
            connection,
            "select day, sum(value) from figures join above using (unit) where kpi = ? and top = ? and day > '2026-07-31' group by day",
            *(row["kpi"], row["unit"]),
        )
        done = [0.0] * len(working)
        for day, value in by_day:  # a day off counts for the working day after it
            done[next(place for place, one in enumerate(working) if day <= one)] += value
        left, size = row["working_days_left"], len(working)
        expected = statistics.mean(done) * left
        spread = 1.2815515655446004 * statistics.stdev(done) * math.sqrt(left * (1 + left / size))
        assert pytest.approx(row["actual"] + expected) == row["forecast"]
        assert pytest.approx(row["actual"] + max(expected - spread, 0)) == row["forecast_low"]
        assert pytest.approx(row["actual"] + expected + spread) == row["forecast_high"]
        checked += 1
    assert checked > 500


def test_the_cumulative_figures_and_targets_of_every_day_of_the_quarter(sample):
    report, connection, _ = sample
    for row in report["trend"]:
        day = row["day"].isoformat()
        (done,) = rows_of(
            connection,
            "select coalesce(sum(value), 0) from figures where kpi = ? and day between '2026-07-01' and ?",
            *(row["kpi"], day),
        )[0]
        assert (done if day <= "2026-09-29" else None) == row["actual"]
    totals = rows_of(
        connection,
        "with own as (select distinct kpi from asked where unit = 'company') select kpi, day, sum(sum(value)) over"
        " (partition by kpi order by day) from asked where day between '2026-07-01' and '2026-09-30' and"
        " (unit = 'company' or kpi not in (select kpi from own)) group by kpi, day",
    )
    found = {(row["kpi"], row["day"].isoformat()): row["target"] for row in report["trend"]}
    assert {(kpi, day): pytest.approx(value) for kpi, day, value in totals} == {
        (kpi, day): found[kpi, day] for kpi, day, _ in totals
    }
    assert {kpi for (kpi, _), target in found.items() if target is not None} == {kpi for kpi, _, _ in totals}


def _chain(connection, first, end):
    """Leads, MQLs, opportunities, those in play, decided, won, and the won amount of a stretch of days."""
    inside = "date(at, '+9 hours') >= ? and date(at, '+9 hours') < ?"
    queries = (
        f"select count(*) from born where {inside}",
        f"select count(*) from (select min(entered) as at from stays where stage = 'MQL' group by lead_id) where {inside}",
        f"select count(*) from happened where kind = 'opportunity_created' and {inside}",
        (
            "select count(*) from happened h where kind = 'opportunity_created' and date(at, '+9 hours') < ?1 and not exists"
            " (select 1 from happened o where o.lead_id = h.lead_id and o.kind in ('won', 'lost') and date(o.at, '+9 hours') <"
            " ?1) and ?2 = ?2"
        ),
        f"select count(*) from happened where kind in ('won', 'lost') and {inside}",
        f"select count(*) from happened where kind = 'won' and {inside}",
        f"select coalesce(sum(yen), 0) from happened where kind = 'won' and {inside}",
    )
    counts = [rows_of(connection, sql, first, end)[0][0] for sql in queries]
    counts[3] += counts[2]
    return counts


def _factors(chain):
    """Each step by the step before it; unknown after a step of nothing."""
    return [None if not last else value / last for last, value in itertools.pairwise([1, *chain])]


def _shapley(before, after):
    """The mean over every order in which the factors can change."""
    parts = [0.0] * len(before)
    for order in itertools.permutations(range(len(before))):
        now = list(before)
        for place in order:
            old = math.prod(now)
            now[place] = after[place]
            parts[place] += math.prod(now) - old
    return [part / math.factorial(len(before)) for part in parts]


def test_what_changed_the_won_amount_and_that_the_parts_add_up(sample):
    report, connection, _ = sample
    (over,) = rows_of(
        connection, "select count(*) from days where working and day between '2026-07-01' and '2026-09-29'"
    )[0]
    ends = [
        day
        for (day,) in rows_of(
            connection, "select day from days where working and day between '2026-04-01' and '2026-06-30'"
        )
    ]
    same = dt.date.fromisoformat(ends[min(over, len(ends)) - 1]) + dt.timedelta(days=1)
    end = "2026-07-01" if over >= len(ends) else same.isoformat()
    before, after = (
        _chain(connection, *span) for span in (("2026-04-01", end), ("2026-07-01", "2026-09-30"))
    )
    shown = [row for row in report["shortfall"] if row["step"] != "won_amount"]
    old, new = _factors(before), _factors(after)
    assert [None if one is None else pytest.approx(one) for one in old] == [row["before"] for row in shown]
    assert [pytest.approx(one) for one in new] == [row["after"] for row in shown]
    assert None in old  # nothing was won, so no deal had a size: it is taken to be what it is now
    parts = _shapley([after if one is None else one for one, after in zip(old, new, strict=True)], new)
    assert [pytest.approx(part, abs=1e-3) for part in parts] == [row["contribution"] for row in shown]
    (total,) = report["shortfall"].where({"step": "won_amount"})
    assert (before[-1], pytest.approx(after[-1])) == (total["before"], total["after"])
    assert pytest.approx(after[-1] - before[-1]) == sum(row["contribution"] for row in shown)


def test_the_funnel_with_conversion_and_velocity(sample):
    report, connection, _ = sample
    reached = [
        rows_of(
            connection,
            f"select count(distinct lead_id) from stays where stage in ({', '.join('?' * len(WAY[place:]))})",
            *WAY[place:],
        )[0][0]
        for place in range(len(WAY))
    ]
    for place, row in enumerate(report["funnel"]):
        days = [
            value
            for (value,) in rows_of(
                connection,
                "select (strftime('%s', gone) - strftime('%s', entered)) / 86400.0 from stays where stage = ? and gone"
                " is not null order by 1",
                row["stage"],
            )
        ]
        here, ever = rows_of(
            connection,
            "select sum(gone is null), count(distinct lead_id) from stays where stage = ?",
            row["stage"],
        )[0]
        on_way = place < len(WAY)
        assert (here, reached[place] if on_way else ever) == (row["now"], row["reached"])
        assert (reached[place] / reached[place - 1] if on_way and place else None) == row["conversion"]
        assert (reached[place] / reached[0] if on_way and place else None) == row["from_first"]
        assert (pytest.approx(statistics.median(days)) if days else None) == row["median_days"]
        spot = 0.9 * (len(days) - 1)
        low = math.floor(spot)
        most = days[low] + (spot - low) * (days[math.ceil(spot)] - days[low]) if days else None
        assert (None if most is None else pytest.approx(most)) == row["p90_days"]


def test_the_flow_of_every_stage_and_month(sample):
    report, connection, _ = sample
    assert 6 * len(report["funnel"]) == len(report["flow"])
    for row in report["flow"]:
        first = f"{row['month']}-01"
        expected = rows_of(
            connection,
            "select sum(date(entered, '+9 hours') < ?1 and (gone is null or date(gone, '+9 hours') >= ?1)),"
            " sum(strftime('%Y-%m', entered, '+9 hours') = ?2), coalesce(sum(strftime('%Y-%m', gone, '+9 hours') = ?2), 0)"
            " from stays where stage = ?3",
            *(first, row["month"], row["stage"]),
        )[0]
        opening, entered, left = expected
        assert (opening, entered, left, opening + entered - left) == (
            row["opening"],
            row["entered"],
            row["left"],
            row["closing"],
        )


def test_the_page_is_small_and_holds_the_flow_up_to_the_last_month(sample):
    report, _, _ = sample
    page = render_html(report, language="en")
    assert len(page.encode()) < 1_500_000
    table = page.split("Flow through stages by month</span></caption>")[1].split("</table>")[0]
    assert len(report["flow"]) == table.count('<th scope="row"')
    assert len(report["flow"]) > 40


def test_cohorts_by_month_of_capture(sample):
    report, connection, _ = sample
    shares = ", ".join(
        f"avg(lead_id in (select lead_id from stays where stage in ({', '.join(map(repr, WAY[place:]))})))"
        for place in range(1, len(WAY))
    )
    expected = rows_of(
        connection,
        f"select strftime('%Y-%m', at, '+9 hours') as month, count(*), {shares}"
        " from born group by month order by month desc limit 12",
    )
    assert close(expected) == plain(report["cohorts"])


def test_ownership_of_every_unit(sample):
    report, connection, _ = sample
    expected = rows_of(
        connection,
        "with given as (select a.*, (select datetime(min(at)) from journal j where j.kind = 'accepted' and"
        " json_extract(detail, '$.assignment_id') = a.id) as taken, exists (select 1 from happened h where h.lead_id ="
        " a.lead_id and h.by is not null and h.at >= datetime(offered_at)) as touched from assignments a)"
        " select level, top, count(*), sum(state in ('offered', 'accepted', 'followed_up')), sum(state = 'offered'),"
        f" sum(state = 'offered' and datetime(deadline) < {UNTIL}), sum(state in ('offered', 'accepted', 'followed_up')"
        " and not touched), sum(state = 'accepted'), sum(state = 'followed_up'), sum(state = 'declined'),"
        " sum(state = 'expired'), sum(state = 'closed') from given join above on above.unit = owner join units on"
        " units.unit = top group by top",
    )
    names = [name for name in report["ownership"].names if name not in {"unit_name", "hours_to_accept"}]
    assert sorted(expected) == plain(report["ownership"], *names)


HOURS = (
    "(select sum(max(0, min(ends, strftime('%s', {1}) + 0) - max(begins, strftime('%s', {0}) + 0))) / 3600.0 from shifts"
    " where ends > strftime('%s', {0}) + 0 and begins < strftime('%s', {1}) + 0)"
)


def test_business_hours_until_hand_overs_were_accepted(sample):
    report, connection, _ = sample
    taken = rows_of(
        connection,
        "with taken as (select a.owner as unit, a.offered_at, min(j.at) as at from assignments a join journal j on j.kind ="
        " 'accepted' and json_extract(j.detail, '$.assignment_id') = a.id group by a.id) select top,"
        f" {HOURS.format('offered_at', 'at')} from taken join above using (unit)",
    )
    assert taken
    for row in report["ownership"]:
        hours = [value for unit, value in taken if unit == row["unit"]]
        assert (pytest.approx(statistics.median(hours), abs=1e-3) if hours else None) == row[
            "hours_to_accept"
        ]


def test_every_hand_over_past_its_deadline(sample):
    report, connection, _ = sample
    expected = rows_of(
        connection,
        "select lead_id, company, grade, a.owner, datetime(offered_at), datetime(deadline),"
        f" {HOURS.format('deadline', UNTIL)} from assignments a join golden using (lead_id) left join states using"
        f" (lead_id) where state = 'offered' and datetime(deadline) < {UNTIL}",
    )
    found = [
        (
            *(row[name] for name in ("lead_id", "company", "grade", "owner")),
            *(f"{row[name].astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}" for name in ("offered_at", "deadline")),
            row["hours_late"],
        )
        for row in report["overdue"]
    ]
    assert found
    assert close(expected) == sorted(found)


def test_what_became_of_every_hand_over(sample):
    report, connection, _ = sample
    expected = rows_of(
        connection,
        "select state, stage, count(*), count(*) * 1.0 / sum(count(*)) over () from assignments left join states using"
        " (lead_id) group by 1, 2",
    )
    assert close(expected) == plain(report["follow_up"])


@pytest.mark.parametrize("kind", ["origins", "campaigns"])
def test_results_costs_and_returns(sample, kind):
    report, connection, _ = sample
    expected = rows_of(
        connection,
        "with won as (select lead_id, count(*) as deals, sum(yen) as yen from happened where kind = 'won' group by 1),"
        " made as (select lead_id, count(*) as deals from happened where kind = 'opportunity_created' group by 1),"
        " told as (select name, count(*) as leads, sum(lead_id in (select lead_id from stays where stage = 'MQL')) as mqls,"
        " coalesce(sum(made.deals), 0) as made, coalesce(sum(won.deals), 0) as won, coalesce(sum(won.yen), 0.0) as yen"
        f" from {kind} left join made using (lead_id) left join won using (lead_id) group by name)"
        " select told.*, costs.yen, costs.yen / leads, costs.yen / nullif(mqls, 0), costs.yen / nullif(made, 0),"
        " costs.yen / nullif(won, 0), (told.yen - costs.yen) / costs.yen"
        " from told left join costs using (name)",
    )
    assert sum(row[6] is not None for row in expected) == 1
    assert close(expected) == plain(report[kind])


def test_origins_of_won_deals_by_month(sample):
    report, connection, _ = sample
    expected = rows_of(
        connection,
        "select strftime('%Y-%m', at, '+9 hours') as month, name, count(*), count(*) * 1.0 / sum(count(*)) over (partition by"
        " strftime('%Y-%m', at, '+9 hours')), sum(yen) from happened join origins using (lead_id) where kind = 'won' group by 1, 2",
    )
    assert close(expected) == plain(report["won_origins"])


ACCOUNTS = "from documents, json_each(documents.value) account where documents.name = 'imports'"


def test_the_account_of_every_list(sample):
    report, connection, _ = sample
    expected = rows_of(
        connection,
        "select json_extract(account.value, '$.source'), json_extract(account.value, '$.encoding'), json_extract(account.value,"
        " '$.read'), json_extract(account.value, '$.accepted'), json_extract(account.value, '$.rejected'),"
        " json_extract(account.value, '$.rejected') * 1.0 / json_extract(account.value, '$.read'), (select"
        f" coalesce(sum(json_extract(value, '$.count')), 0) from json_each(account.value, '$.invalid')) {ACCOUNTS}",
    )
    names = ("source", "encoding", "read", "accepted", "rejected", "reject_rate", "invalid")
    expected = [(row[0], row[1] or None, *row[2:]) for row in expected]
    assert close(expected) == plain(report["quality"], *names)
    for source, accepted in rows_of(connection, "select source, count(*) from records group by source"):
        assert [accepted] == [row["accepted"] for row in report["quality"].where({"source": source})]


def test_rejects_by_list_and_reason(sample):
    report, connection, _ = sample
    expected = rows_of(
        connection,
        "select json_extract(account.value, '$.source'), reason.key, sum(reason.value) from documents,"
        " json_each(documents.value) account, json_each(account.value, '$.reject_reasons') reason"
        " where documents.name = 'imports' group by 1, 2",
    )
    assert sorted(expected) == plain(report["rejects"])


def test_completeness_of_leads_and_of_every_list(sample):
    report, connection, _ = sample
    for row in report["completeness"]:
        filled, share = rows_of(
            connection,
            f"select sum({row['field']} is not null), avg({row['field']} is not null) from golden",
        )[0]
        assert (filled, pytest.approx(share)) == (row["filled"], row["completeness"])
        shares = rows_of(
            connection,
            "select json_extract(account.value, '$.source'), json_extract(field.value, '$.valid') * 1.0 /"
            " json_extract(field.value, '$.rows') from documents, json_each(documents.value) account,"
            " json_each(account.value, '$.profile') field where documents.name = 'imports' and"
            " json_extract(field.value, '$.name') = ?",
            row["field"],
        )
        for source, share in shares:
            assert pytest.approx(share) == row[source]
    assert set(FIELDS) == set(report["completeness"]["field"])


def test_duplicates_within_and_across_lists(sample):
    report, connection, _ = sample
    expected = rows_of(
        connection,
        "with lists as (select lead_id, count(distinct source) as n from records group by lead_id)"
        " select source, count(*), count(distinct lead_id), count(*) - count(distinct lead_id), (count(*) - count(distinct"
        " lead_id)) * 1.0 / count(*), count(distinct case when n > 1 then lead_id end) from records join lists using"
        " (lead_id) group by source union all select '(all)', count(*), count(distinct lead_id), count(*) - count(distinct"
        " lead_id), (count(*) - count(distinct lead_id)) * 1.0 / count(*), count(distinct case when n > 1 then lead_id end)"
        " from records join lists using (lead_id)",
    )
    assert close(expected) == plain(report["duplicates"])


def test_quality_by_month_and_list(sample):
    report, connection, _ = sample
    filled = " + ".join(f"({field} is not null)" for field in FIELDS)
    expected = rows_of(
        connection,
        "with told as (select lead_id, source, position, min(datetime(coalesce(json_extract(data, '$.created_at'), observed_at)), datetime(observed_at))"
        " as at from records), placed as (select *, strftime('%Y-%m', at, '+9 hours') as month, row_number() over"
        f" (partition by lead_id order by at, position) as place from told where at <= {UNTIL}), named as (select lead_id,"
        " source, month, place from placed union all select lead_id, '(all)', month, place from placed), sizes as (select"
        f" lead_id, ({filled}) / 11.0 as full from golden), whole as (select"
        " month, source, avg(full) as complete from (select distinct month, source, lead_id, full from"
        " named join sizes using (lead_id)) group by month, source) select month, source, count(*), sum(place > 1),"
        " sum(place > 1) * 1.0 / count(*), complete from named join whole using (month, source) group by month, source",
    )
    expected = [row for row in expected if row[0] > "2025-09"]
    names = ("month", "source", "arrived", "duplicates", "duplicate_rate", "completeness")
    arrived = [row for row in report["quality_months"] if row["arrived"]]
    found = sorted(tuple(row[name] for name in names) for row in arrived)
    assert close(expected) == found
    read = rows_of(
        connection,
        "select strftime('%Y-%m', datetime(json_extract(account.value, '$.at')), '+9 hours'), json_extract(account.value,"
        f" '$.source'), json_extract(account.value, '$.read'), json_extract(account.value, '$.rejected') {ACCOUNTS}",
    )
    told = [
        (row["month"], row["source"], row["read"], row["rejected"])
        for row in report["quality_months"]
        if row["read"] and row["source"] != "(all)"
    ]
    assert sorted(read) == sorted(told)
    (whole,) = (row for row in report["quality_months"] if row["read"] and row["source"] == "(all)")
    assert sum(row[2] for row in read) == whole["read"]
    assert sum(row[3] for row in read) / sum(row[2] for row in read) == pytest.approx(whole["reject_rate"])


def test_values_that_need_a_check(sample):
    report, connection, told = sample
    suspects = (
        "with known as (select yen from deals where yen > 0 order by yen), spot as (select (count(*) - 1) * 0.75 as at from"
        " known), usual as (select (select yen from known limit 1 offset (select cast(at as int) from spot)) * (1 - at + cast(at"
        " as int)) + (select yen from known limit 1 offset (select cast(at as int) + 1 from spot)) * (at - cast(at as int)) as"
        " yen from spot)"
        " select lead_id, deals.yen from deals join golden using (lead_id), usual where deals.yen > 10000000.0 * employees"
        " or deals.yen > 0.5 * json_extract(more, '$.revenue') or deals.yen > 20 * usual.yen"
    )
    assert [] == rows_of(connection, suspects) == report["plausibility"].to_dicts()
    (lead, old) = connection.execute("select lead_id, old from corrected").fetchone()
    assert [(lead, float(old))] == [(row["lead_id"], row["value"]) for row in told["plausibility"]]


def test_corrections_and_what_they_changed_in_the_past(sample):
    report, connection, _ = sample
    made = rows_of(
        connection,
        "select datetime(at), lead_id, json_extract(detail, '$.field'), cast(json_extract(detail, '$.old') as text),"
        " cast(json_extract(detail, '$.new') as text), actor, reason from journal where kind = 'corrected'",
    )
    found = [
        (f"{row['at'].astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}", *list(row.values())[1:])
        for row in report["corrections"]
    ]
    assert made == found
    changed = rows_of(
        connection,
        "select day, kpi, unit, new - old from figures join corrected using (lead_id) where value = new",
    )
    found = [
        (row["day"].isoformat(), row["kpi"], row["unit"], row["difference"])
        for row in report["changes"]
        if row["unit"] != "(unassigned)"
    ]
    assert changed
    assert sorted(changed) == sorted(found)


def test_the_headline_says_what_the_figures_say(sample):
    report, connection, _ = sample
    done, due = _actuals(connection), _asked(connection, "2026-09-29")
    behind = {
        kpi
        for kpi, unit, period in due
        if (unit, period) == ("company", "quarter")
        and done.get((kpi, unit, period), 0) < due[kpi, unit, period] * 0.97
    }
    said = " ".join(one.text.en for one in report.headline if one.standing.value in {"behind", "near"})
    names = {"leads": "New leads", "calls": "Calls", "calls_connected": "Effective connects"}
    assert behind == {*names, "mql_amount"}
    assert all(name in said for name in (*names.values(), "MQL amount"))
    late = rows_of(
        connection,
        f"select count(*) from assignments where state = 'offered' and datetime(deadline) < {UNTIL}",
    )[0][0]
    todo = " ".join(one.text.en for one in report.headline if one.standing.value == "do")
    assert f"{late} hand-over" in todo
