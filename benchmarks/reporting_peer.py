"""The figures of a report in hand-written SQL, which DuckDB runs over Arrow tables that ADBC reads from the store's file.

Everything that a report of the benchmark's store counts is here, except what SQL has no words for: business hours (lateness,
hours to accept), forecasts, and targets. Leads and activities have no corrected values that apply.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import adbc_driver_sqlite.dbapi
import duckdb
import pyarrow as pa

from leadflow.calendars import BusinessCalendar, FiscalCalendar, PeriodKind
from leadflow.reporting import UNASSIGNED, CompanyReport, Hierarchy
from leadflow.reporting.holdings import HELD_FIELDS

__all__ = ["Rows", "figures_of", "peer_figures"]

Rows = dict[str, list[list[Any]]]
"""By section, rows of texts and rounded numbers in a stable order."""

_TABLES: Final = (
    ("activities", "position, lead_id, kind, at as moment, attributes", "kind <> 'page_viewed'"),
    ("stages", "lead_id, stage, entered_at, left_at", "1"),
    (
        "records",
        "position, lead_id, source, observed_at, coalesce(json_extract(data, '$.created_at'), '') as created",
        "1",
    ),
    ("golden", f"lead_id, {', '.join(HELD_FIELDS)}, campaign, more", "1"),
    ("states", "lead_id, stage", "1"),
    ("assignments", "position, lead_id, owner, offered_at, deadline, state", "1"),
    ("journal", "position, kind, lead_id, at as moment, detail", "kind = 'corrected'"),
)

_PREPARED: Final = """
create temp table acts as select position, lead_id, kind, epoch(moment::timestamptz)::bigint as moment,
    json_extract_string(attributes, '$.by') as staff, json_extract_string(attributes, '$.campaign') as campaign,
    json_extract(attributes, '$.amount')::double as amount
    from activities where epoch(moment::timestamptz) <= $now;
create temp table stays as select lead_id, stage, epoch(entered_at::timestamptz)::bigint as entered,
    case when epoch(left_at::timestamptz) <= $now then epoch(left_at::timestamptz)::bigint end as ended
    from stages where epoch(entered_at::timestamptz) <= $now;
create temp table told as select position, lead_id, source,
    epoch(least(try_cast(created as timestamptz), observed_at::timestamptz))::bigint as moment from records;
create temp table offers as select position, lead_id, owner, state, epoch(offered_at::timestamptz)::bigint as offered,
    epoch(deadline::timestamptz)::bigint as due from assignments where epoch(offered_at::timestamptz) <= $now;
create temp table born as select lead_id, min(moment) as moment from told where moment <= $now group by lead_id;
create temp table first_mql as select lead_id, min(entered) as moment from stays where stage = 'MQL' group by lead_id;
create temp table first_sal as select lead_id, min(entered) as moment from stays where stage = 'SAL' group by lead_id;
create temp table deals as select g.lead_id, g.employees,
    coalesce(a.amount, json_extract(g.more, '$.amount')::double) as amount from golden g left join
    (select lead_id, arg_max(amount, (moment, position)) as amount from acts where amount is not null group by lead_id) a
    using (lead_id);
create temp table happened as
    with raw as (
        select 'calls' as kpi, lead_id, moment, staff, 1.0 as value from acts where kind = 'call'
        union all select 'calls_connected', lead_id, moment, staff, 1 from acts where kind = 'call_connected'
        union all select 'appointments', lead_id, moment, staff, 1 from acts where kind = 'appointment'
        union all select 'opportunities', lead_id, moment, staff, 1 from acts where kind = 'opportunity_created'
        union all select 'won_amount', lead_id, moment, staff, amount from acts where kind = 'won'
        union all select 'leads', lead_id, moment, null, 1 from born
        union all select 'mqls', lead_id, moment, null, 1 from first_mql
        union all select 'mql_amount', lead_id, first_mql.moment, null, amount from first_mql join deals using (lead_id)
        union all select 'sals', lead_id, moment, null, 1 from first_sal
    )
    select kpi, date(to_timestamp(raw.moment + 32400)) as day, value, coalesce(u.id, $unassigned) as unit
    from raw asof left join offers o on raw.lead_id = o.lead_id and raw.moment >= o.offered
    left join units u on u.id = coalesce(staff, o.owner);
"""

_QUERIES: Final[Mapping[str, str]] = {
    "attainment": """
        with periods(period, since) as (values ('day', $day::date), ('week', $week::date), ('month', $month::date),
            ('quarter', $quarter::date), ('year', $year::date)),
        mine as (select above.upper as unit, kpi, day, value from happened join above on above.lower = happened.unit),
        sums as (select kpi, unit, period, sum(value) as total from mine join periods on day >= since group by all)
        select kpi, unit, period, total from sums where total <> 0 union all
        select 'connect_rate', unit, period, sum(total) filter (kpi = 'calls_connected') / sum(total) filter (kpi = 'calls')
        from sums where kpi in ('calls', 'calls_connected') group by unit, period
        having sum(total) filter (kpi = 'calls_connected') > 0 and sum(total) filter (kpi = 'calls') > 0""",
    "trend": """
        with days as (select unnest(generate_series($quarter::date, $day::date, interval 1 day))::date as day),
        named as (select distinct kpi from happened where day >= $quarter::date)
        select named.kpi, days.day::varchar, coalesce(sum(value), 0) from days cross join named
        left join happened h on h.kpi = named.kpi and h.day between $quarter::date and days.day group by all""",
    "shortfall": """
        with spans(begun, ended) as (values ($old_begin, $old_end), ($new_begin, $new_end)),
        over_ as (select begun, array_agg(distinct lead_id) as leads from acts join spans on acts.moment < begun
            where kind in ('won', 'lost') group by begun)
        select (select count(*) from born where moment >= begun and moment < ended),
            (select count(*) from first_mql where moment >= begun and moment < ended),
            (select count(*) from acts where kind = 'opportunity_created' and moment >= begun and moment < ended),
            (select count(*) from acts a where kind = 'opportunity_created' and moment < begun and not exists
                (select 1 from acts w where w.lead_id = a.lead_id and w.kind in ('won', 'lost') and w.moment < begun)),
            (select count(*) from acts where kind in ('won', 'lost') and moment >= begun and moment < ended),
            (select count(*) from acts where kind = 'won' and moment >= begun and moment < ended),
            (select coalesce(sum(amount), 0) from acts where kind = 'won' and moment >= begun and moment < ended)
        from spans order by begun""",
    "funnel": """
        with far as (select lead_id, max(place) as place from stays join way using (stage) group by lead_id)
        select stage, count(*) filter (ended is null),
            (select count(*) from far where far.place >= way.place),
            median((ended - entered) / 86400.0), quantile_cont((ended - entered) / 86400.0, 0.9)
        from way join stays using (stage) group by stage, way.place union all
        select stage, count(*) filter (ended is null), count(distinct lead_id), median((ended - entered) / 86400.0),
            quantile_cont((ended - entered) / 86400.0, 0.9)
        from stays where stage not in (select stage from way) group by stage""",
    "flow": """
        with months as (select strftime(m, '%Y-%m') as month, epoch(m::timestamp) - 32400 as begun,
            least(epoch((m + interval 1 month)::timestamp) - 32400, $now + 1) as ended
            from generate_series($month::date - interval 5 month, $month::date, interval 1 month) t(m))
        select month, stage, count(*) filter (entered < begun and coalesce(ended_at, 9e18) >= begun),
            count(*) filter (entered >= begun and entered < ended),
            count(*) filter (ended_at >= begun and ended_at < ended),
            count(*) filter (entered < ended and coalesce(ended_at, 9e18) >= ended)
        from months cross join (select stage, entered, stays.ended as ended_at from stays) group by all""",
    "cohorts": """
        with far as (select lead_id, max(place) as place from stays join way using (stage) group by lead_id)
        select strftime(to_timestamp(born.moment + 32400), '%Y-%m'), count(*), avg((coalesce(place, -1) >= 1)::int),
            avg((coalesce(place, -1) >= 4)::int), avg((coalesce(place, -1) >= 5)::int)
        from born left join far using (lead_id) group by 1 order by 1 desc limit 12""",
    "ownership": """
        with touches as (select lead_id, max(moment) as moment from acts where staff is not null group by lead_id),
        given as (select coalesce(u.id, $unassigned) as unit, state, due, state in ('offered', 'accepted', 'followed_up')
            as is_open, coalesce(t.moment >= offered, false) as touched from offers left join units u on u.id = owner
            left join touches t using (lead_id))
        select above.upper, count(*), count(*) filter (is_open), count(*) filter (state = 'offered'),
            count(*) filter (state = 'offered' and due < $now), count(*) filter (is_open and not touched),
            count(*) filter (state = 'accepted'), count(*) filter (state = 'closed')
        from given join above on above.lower = given.unit group by 1""",
    "overdue": "select lead_id from offers where state = 'offered' and due < $now",
    "follow_up": """
        select o.state, s.stage, count(*) from offers o left join states s using (lead_id) group by 1, 2""",
    "origins": """
        with listed as (select lead_id, arg_min(source, position) as source from told group by lead_id)
        select coalesce(lead_source::varchar, source), count(*), count(m.lead_id), coalesce(sum(made), 0), coalesce(sum(wins), 0),
            coalesce(sum(yen), 0)
        from golden left join listed using (lead_id) left join first_mql m using (lead_id)
        left join results using (lead_id) group by 1""",
    "campaigns": """
        with named as (select lead_id, arg_min(campaign, (moment, position)) as campaign from acts
            where campaign is not null group by lead_id)
        select coalesce(g.campaign::varchar, n.campaign), count(*), count(m.lead_id), coalesce(sum(made), 0), coalesce(sum(wins), 0),
            coalesce(sum(yen), 0)
        from golden g left join named n using (lead_id) left join first_mql m using (lead_id)
        left join results using (lead_id) group by 1""",
    "quality_months": """
        with placed as (select lead_id, source, strftime(to_timestamp(moment + 32400), '%Y-%m') as month,
            row_number() over (partition by lead_id order by moment, position) as place from told where moment <= $now),
        each as (select month, source, lead_id, place from placed union all select month, '(all)', lead_id, place from placed)
        select month, source, count(*), count(*) filter (place > 1), (select avg(share) from full_ where full_.lead_id in
            (select lead_id from each e where e.month = each.month and e.source = each.source))
        from each where month > strftime($month::date - interval 12 month, '%Y-%m') group by month, source""",
    "won_origins": """
        with listed as (select lead_id, arg_min(source, position) as source from told group by lead_id),
        won as (select strftime(to_timestamp(moment + 32400), '%Y-%m') as month,
            coalesce(lead_source::varchar, source) as origin, amount
            from acts left join golden using (lead_id) left join listed using (lead_id) where kind = 'won')
        select month, origin, count(*), count(*) / sum(count(*)) over (partition by month), sum(coalesce(amount, 0))
        from won where month > strftime($month::date - interval 12 month, '%Y-%m') group by month, origin""",
    "completeness": " union all ".join(
        f"select '{name}', count({name}) from golden having count({name}) > 0"  # noqa: S608  # from the tuple
        for name in HELD_FIELDS
    ),
    "duplicates": """
        with wide as (select lead_id, count(distinct source) > 1 as shared from told group by lead_id)
        select source, count(*), count(distinct lead_id), count(distinct lead_id) filter (shared)
        from told join wide using (lead_id) group by source union all
        select '(all)', count(*), count(distinct lead_id), count(distinct lead_id) filter (shared)
        from told join wide using (lead_id)""",
    "plausibility": """
        with usual as (select quantile_cont(amount, 0.75) as value from deals where amount > 0)
        select lead_id, case when amount > 1e7 * nullif(employees, 0) then 'yen_per_employee' else 'times_history' end
        from deals, usual where amount > 1e7 * nullif(employees, 0) or amount > 20 * usual.value""",
    "corrections": """
        select lead_id, json_extract_string(detail, '$.old'), json_extract_string(detail, '$.new') from journal
        where epoch(moment::timestamptz) <= $now""",
}


def peer_figures(
    path: Path,
    as_of: dt.datetime,
    *,
    hierarchy: Hierarchy,
    way: Sequence[str],
    calendar: BusinessCalendar | None = None,
) -> Rows:
    """Read the store's file and compute every figure in SQL.

    Args:
        path: the SQLite file.
        as_of: the moment of the report.
        hierarchy: the units, without moves.
        way: the stages in order.
        calendar: working days; Japan's by default. Days are those of Tokyo, fiscal years begin in April.
    """
    database = duckdb.connect()
    database.execute("set timezone = 'UTC'")
    with adbc_driver_sqlite.dbapi.connect(f"{path.resolve().as_uri()}?mode=ro") as source:
        for name, columns, condition in _TABLES:
            with source.cursor() as cursor:
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": "65536"})
                cursor.execute(f"select {columns} from {name} where {condition}")  # noqa: S608  # from the tuple above
                database.register(name, cursor.fetch_arrow_table())
    values = _values(as_of, calendar or BusinessCalendar.japan())
    above = [(low, up) for low in hierarchy.ids for up in hierarchy.path(low, values["day"])]
    database.register("units", pa.table({"id": [unit.id for unit in hierarchy.units]}))
    database.register(
        "above", pa.table({"lower": [low for low, _ in above], "upper": [up for _, up in above]})
    )
    database.register("way", pa.table({"stage": list(way), "place": list(range(len(way)))}))
    for statement in _PREPARED.split(";"):
        if statement.strip():
            database.execute(statement, _used(statement, values))
    database.execute(
        "create temp table results as select lead_id, count(*) filter (kind = 'opportunity_created') as made,"
        " count(*) filter (kind = 'won') as wins, sum(amount) filter (kind = 'won') as yen from acts group by lead_id"
    )
    shares = " + ".join(f"({name} is not null)::int" for name in HELD_FIELDS)
    database.execute(
        f"create temp table full_ as select lead_id, ({shares}) / {len(HELD_FIELDS)}.0 as share from golden"  # noqa: S608  # from the tuple
    )
    return {
        name: _stable(database.execute(query, _used(query, values)).fetchall())
        for name, query in _QUERIES.items()
    }


def figures_of(report: CompanyReport) -> Rows:
    """Return the same figures of a report, in the same shape."""
    steps = report["shortfall"]
    chains = []
    for side in ("before", "after"):
        chain = [1.0]
        for factor in steps[side][:-1]:
            chain.append(chain[-1] * float(factor or 0))
        leads, mqls, made, in_play, ended, won, yen = chain[1:]
        chains.append((leads, mqls, made, in_play - made, ended, won, yen))
    columns = {
        "attainment": ("kpi", "unit", "period", "actual"),
        "funnel": ("stage", "now", "reached", "median_days", "p90_days"),
        "flow": ("month", "stage", "opening", "entered", "left", "closing"),
        "cohorts": ("cohort", "leads", "MQL", "Opportunity", "Won"),
        "ownership": ("unit", "handed_over", "open", "waiting", "overdue", "untouched", "accepted", "closed"),
        "overdue": ("lead_id",),
        "follow_up": ("handed_over", "stage", "count"),
        "origins": ("origin", "leads", "mqls", "opportunities", "won", "won_amount"),
        "campaigns": ("campaign", "leads", "mqls", "opportunities", "won", "won_amount"),
        "quality_months": ("month", "source", "arrived", "duplicates", "completeness"),
        "won_origins": ("month", "origin", "won", "share", "won_amount"),
        "completeness": ("field", "filled"),
        "duplicates": ("source", "records", "leads", "shared"),
        "plausibility": ("lead_id", "rule"),
        "corrections": ("lead_id", "old", "new"),
    }
    rows = {
        name: list(zip(*(report[name][one] for one in those), strict=True)) for name, those in columns.items()
    }
    rows["attainment"] = [row for row in rows["attainment"] if row[-1]]
    rows["quality_months"] = [row for row in rows["quality_months"] if row[2]]  # others tell of imports alone
    trend = zip(*(report["trend"][name] for name in ("kpi", "day", "actual")), strict=True)
    rows["trend"] = [(kpi, day.isoformat(), actual) for kpi, day, actual in trend if actual is not None]
    rows["shortfall"] = chains
    return {name: _stable(rows[name]) for name in _QUERIES}


def _values(as_of: dt.datetime, calendar: BusinessCalendar) -> dict[str, Any]:
    """Return what the statements are told: moments and days."""
    fiscal = FiscalCalendar()
    today = as_of.astimezone(dt.timezone(dt.timedelta(hours=9))).date()
    starts = {kind.value: fiscal.period(kind, today).start for kind in PeriodKind if kind.value != "half"}
    quarter = fiscal.period(PeriodKind.QUARTER, today)
    before = fiscal.shift(quarter, -1)
    over = calendar.working_days(quarter.start, today + dt.timedelta(days=1))
    days = calendar.working_dates(before.start, before.end)
    until = before.end if over >= len(days) else days[over - 1] + dt.timedelta(days=1)

    def moment(day: dt.date) -> int:
        return round(dt.datetime.combine(day, dt.time(), dt.timezone(dt.timedelta(hours=9))).timestamp())

    now = round(as_of.timestamp())
    spans = {"old_begin": moment(before.start), "old_end": moment(until)}
    spans |= {"new_begin": moment(quarter.start), "new_end": now + 1}
    return {**starts, **spans, "now": now, "unassigned": UNASSIGNED}


def _used(statement: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a statement names: DuckDB refuses others."""
    return {name: value for name, value in values.items() if f"${name}" in statement}


def _stable(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    cells = [[f"{cell:.9g}" if isinstance(cell, int | float) else cell for cell in row] for row in rows]
    return sorted(cells, key=lambda row: [str(cell) for cell in row])
