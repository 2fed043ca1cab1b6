"""Routing at size: a population, one lead, a check of the rules, and a replay, with every figure that is measured.

Run: ``python benchmarks/routing_speed.py [leads]``; a million leads by default.
"""

import datetime as dt
import sys
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import attrs
import numpy as np

from leadflow.calendars import OBON, YEAR_END, BusinessCalendar, business_hours
from leadflow.columns import Column
from leadflow.conditions import Population, field
from leadflow.records import Lead, LeadBatch
from leadflow.routing import (
    Absence,
    Account,
    AccountBook,
    Capacity,
    Cut,
    Need,
    Person,
    RoutingPolicy,
    RoutingState,
    Sla,
    Team,
    Teams,
    by_account,
    by_area,
    by_product,
    by_solution,
    employees,
    industry,
    place,
)

PREFECTURES = [f"第{i}県" for i in range(47)]
CITIES = [f"市{i}" for i in range(200)]
INDUSTRIES = [f"業種{i}" for i in range(25)]
SOLUTIONS = [f"解決{i}" for i in range(40)]
PRODUCTS = [f"製品{i}" for i in range(60)]
_T = TypeVar("_T")
NOW = dt.datetime(2026, 6, 8, 1, tzinfo=dt.UTC)


def organisation() -> Teams:
    """Return 300 people in 50 teams, with calendars, absences, weights and capacity."""
    people, teams = [], []
    for t in range(50):
        members = []
        for m in range(6):
            number = t * 6 + m
            away = (
                (Absence(first=dt.date(2026, 6, 1), last=dt.date(2026, 6, 30)),) if number % 20 == 3 else ()
            )
            people.append(
                Person(
                    id=f"u{number:03d}",
                    weight=1 + number % 3,
                    languages=("ja", "en") if number % 3 == 0 else ("ja",),
                    capacity=Capacity(open_leads=3000 + 37 * (number % 50)),
                    absences=away,
                )
            )
            members.append(people[-1].id)
        teams.append(Team(id=f"t{t:02d}", members=tuple(members), calendar="office" if t % 2 else "desk"))
    office = BusinessCalendar.japan(company_holidays=[YEAR_END, OBON])
    desk = BusinessCalendar.japan(((dt.time(8, 30), dt.time(12)), (dt.time(13), dt.time(19))))
    accounts = AccountBook(
        accounts=[
            Account(
                id=f"A{i}",
                company=f"株式会社会社{i}",
                corporate_number=f"{i:013d}",
                domains=(f"c{i}.example",),
                team=f"t{i % 50:02d}",
                owner=f"u{i % 300:03d}",
            )
            for i in range(300)
        ]
    )
    return Teams(teams=teams, people=people, calendars={"office": office, "desk": desk}, accounts=accounts)


def policy() -> RoutingPolicy:
    """Return a policy of 4 cuts and 200 rules."""
    areas = {f"t{i % 50:02d}/{i}": place(p) for i, p in enumerate(PREFECTURES)}
    areas |= {f"t{i % 50:02d}/c{i}": place(f"{PREFECTURES[0]}/{CITIES[i]}") for i in range(3)}
    companies = {f"t{i % 50:02d}/{i}": industry(name) & employees(300) for i, name in enumerate(INDUSTRIES)}
    companies |= {
        f"t{(i + 7) % 50:02d}/s{i}": industry(name) & employees(None, 300)
        for i, name in enumerate(INDUSTRIES)
    }
    cuts = [
        _numbered(by_area(areas)),
        _numbered(by_account(companies)),
        _numbered(by_solution({f"t{i % 50:02d}/{i}": [name] for i, name in enumerate(SOLUTIONS)})),
        _numbered(by_product({f"t{(i + 3) % 50:02d}/{i}": [name] for i, name in enumerate(PRODUCTS)})),
    ]
    return RoutingPolicy(
        cuts=cuts,
        accountable="account > product > solution > area",
        sla=Sla(accept_within=business_hours(4)),
        needs=[Need(condition=field("country") == "US", languages=("en",))],
        fallback="t00",
        version="benchmark",
    )


def _numbered(cut: Cut) -> Cut:
    # Several rules lead to one team: the text before the slash is the team.
    return attrs.evolve(
        cut, territories=[attrs.evolve(t, target=t.target.split("/")[0]) for t in cut.territories]
    )


def population(n: int, seed: int = 0) -> Population:
    """Return n leads: every field that the rules look at, one lead in a hundred of a named account."""
    rng = np.random.default_rng(seed)

    def pick(values: Sequence[Hashable], missing: float) -> Column:
        codes = rng.integers(0, len(values), n).astype(np.int32)
        codes[rng.random(n) < missing] = -1
        codes.flags.writeable = False
        return Column(codes=codes, values=tuple(values))

    pairs = [
        rng.choice(PRODUCTS + SOLUTIONS, rng.integers(1, 3), replace=False).tolist() for _ in range(4000)
    ]
    interests = tuple(dict.fromkeys(map(tuple, pairs)))
    companies = [f"会社{i}" for i in range(30_000)]
    columns = {
        "prefecture": pick(PREFECTURES, 0.05),
        "city": pick(CITIES, 0.1),
        "industry": pick(INDUSTRIES, 0.3),
        "employees": pick(list(range(1, 5000, 7)), 0.2),
        "interests": pick(interests, 0.4),
        "country": pick(["日本"] * 1 + ["US"], 0.8),
        "company": pick(companies, 0.05),
        "email": Column(
            codes=np.arange(n, dtype=np.int32), values=tuple(f"p{i}@c{i % 30_000}.example" for i in range(n))
        ),
    }
    ids = [f"L{i:07d}" for i in rng.permutation(n)]
    return Population(batch=LeadBatch.of(columns, ids=ids), as_of=NOW)


def timed(name: str, bar: str, call: Callable[[], _T], times: int = 1) -> _T:
    """Run a call, print how long it took, and return what it returned."""
    best, busy = float("inf"), float("inf")
    for _ in range(times):
        start, cpu = time.perf_counter(), time.process_time()
        result = call()
        best, busy = min(best, time.perf_counter() - start), min(busy, time.process_time() - cpu)
    print(f"{name:<40} {best * 1000:>12.3f} ms ({busy * 1000:,.3f} ms of CPU)   bar {bar}")
    return result


def main() -> None:
    """Measure and print."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    teams, rules, people = organisation(), policy(), population(n)
    print(
        f"{n:,} leads, {sum(len(cut.rules()) for cut in rules.cuts)} rules in {rules.notation}, {len(teams.people)} people"
    )
    rules.routes(population(1000), teams)
    timed("rules of all leads", "-", lambda: rules.routes(people, teams))
    offers, _ = timed(
        "route all leads",
        "10,000 ms for a million",
        lambda: rules.assign_batch(people, teams, RoutingState(), now=NOW),
    )
    kinds = Counter(offers.gifts.gift(row).how for row in range(0, n, 97))
    print("   of a sample:", dict(kinds), "unroutable:", len(offers.unroutable))
    timed("make 10,000 of them into objects", "-", lambda: offers[:10_000])
    leads = [people.batch.lead(row) for row in range(0, n, max(n // 2000, 1))]
    state = RoutingState()
    rules.assign(leads[0], teams, state, now=NOW)

    def one_by_one() -> None:
        after = state
        for lead in leads:
            one, after = rules.decide(lead, teams, after, now=NOW)
            assert one.owner

    timed(f"{len(leads)} leads one by one", f"{len(leads) // 2} ms", one_by_one, times=3)
    report = timed("check of 200 rules", "2,000 ms", lambda: rules.check(teams), times=2)
    print("   ", Counter(finding.kind.value for finding in report), dict(report.exact))
    came = int(NOW.timestamp()) - np.random.default_rng(1).integers(0, 90 * 86400, n)
    changed = attrs.evolve(rules, accountable="product > account > solution > area")
    owners = offers.owners
    timed(
        "replay against what was",
        "20,000 ms for a million",
        lambda: changed.replay(people, teams, at=came, before=owners),
    )
    replay = timed(
        "replay against another policy",
        "20,000 ms for a million",
        lambda: changed.replay(people, teams, at=came, before=rules),
    )
    print("   ", replay)
    again = rules.assign(Lead(id="L", prefecture=PREFECTURES[3]), teams, RoutingState(), now=NOW)
    assert again.team == "t03"


if __name__ == "__main__":
    main()
