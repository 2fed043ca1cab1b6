import datetime as dt
import json
from collections import Counter
from importlib.resources import files

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadflow.calendars import BusinessCalendar, Weekday, business_hours
from leadflow.columns import Column
from leadflow.conditions import Population, Subject, field
from leadflow.errors import DefinitionError, InputError, UnknownNameError
from leadflow.records import Activity, ActivityLog, Lead, LeadBatch
from leadflow.routing import (
    Absence,
    Account,
    AccountBook,
    AccountMatch,
    Capacity,
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
    place,
)
from leadflow.routing.shares import Turns

NOW = dt.datetime(2026, 6, 8, 1, tzinfo=dt.UTC)
OFFICE = BusinessCalendar.weekly(
    {day: [(dt.time(9), dt.time(18))] for day in list(Weekday)[:5]}, time_zone="Asia/Tokyo"
)

PEOPLE = (
    Person(id="mori", role="supervisor"),
    Person(id="sato", reports_to="mori", languages=("ja", "en"), capacity=Capacity(open_leads=3)),
    Person(id="tanaka", reports_to="mori", weight=2, capacity=Capacity(per_day=4)),
    Person(id="ito", reports_to="mori", skills=("vision",)),
    Person(id="kato", skills=("vision",), languages=("en",)),
    Person(id="ono"),
)
TEAMS = Teams(
    teams=[
        Team(id="kanto", members=("sato", "tanaka", "ito"), supervisor="mori", calendar="office"),
        Team(id="key", members=("kato", "ono"), calendar="office"),
        Team(id="vision", members=("ito", "kato"), calendar="office"),
        Team(id="desk", members=("ono",)),
    ],
    people=PEOPLE,
    calendars={"office": OFFICE},
    accounts=AccountBook(
        accounts=[
            Account(
                id="H", company="株式会社葦原重工", corporate_number="1000000000001", team="key", owner="kato"
            ),
            Account(id="HS", company="葦原販売", domains=("ashihara.example",), parent="H"),
            Account(id="X1", company="渚電子", team="key", owner="ono"),
            Account(id="X2", company="渚電子", domains=("nagisa.example",), team="vision", owner="ito"),
        ]
    ),
)
POLICY = RoutingPolicy(
    cuts=[
        by_area({"kanto": ["東京都", "神奈川県/川崎市", "250-"]}),
        by_account({"key": employees(1000)}),
        by_product({"vision": ["vision", "画像検査装置"]}, shown_by=["form_submitted"]),
    ],
    accountable="account > product > area",
    sla=Sla(accept_within=business_hours(4)),
    needs=[Need(condition=field("country") == "US", languages=["en"])],
    fallback="desk",
    version="v7",
)


def route(lead: Lead, *, state=None, teams=TEAMS, policy=POLICY, **options):
    return policy.assign(lead, teams, state or RoutingState(), now=NOW, **options)


class TestPrecedence:
    """One target is accountable; everybody else concerned is informed, with the reason."""

    def test_account_comes_before_product_and_area(self):
        one = route(Lead(id="L1", prefecture="東京都", employees=5000, interests=("vision",)))
        assert one.team == "key"
        assert {party.id for party in one.informed} == {"mori", "vision"}
        assert "accountable by account > product > area" in one.reasons

    def test_order_of_precedence_is_data(self):
        other = attrs.evolve(POLICY, accountable="area>product > account")
        assert route(Lead(id="L1", prefecture="東京都", employees=5000), policy=other).team == "kanto"

    def test_cut_outside_of_the_precedence_only_informs(self):
        other = attrs.evolve(POLICY, accountable="area")
        one = route(Lead(id="L1", interests=("vision",)), policy=other)
        assert (one.team, one.routable) == ("desk", False)
        assert one.informed[-1].id == "vision"

    def test_unknown_cut_suggests_the_near_miss(self):
        with pytest.raises(UnknownNameError, match="Did you mean 'account'"):
            attrs.evolve(POLICY, accountable="acount > area")

    def test_fallback_is_required(self):
        with pytest.raises(DefinitionError, match="fallback"):
            RoutingPolicy(cuts=POLICY.cuts, fallback="")

    def test_nested_cuts_divide_further(self):
        inner = by_area({"auto-east": ["東京都"], "auto-west": ["大阪府"]})
        policy = RoutingPolicy(
            cuts=[
                by_account(
                    {"auto": ["輸送用機器"], "rest": field("industry").is_filled()}, inside={"auto": inner}
                ),
                by_solution({"s": ["設備保全"]}),
                by_product({"p": ["vision"]}),
            ],
            fallback="desk",
        )
        assert policy.notation == "2(1)+3+4"
        people = Population(
            batch=LeadBatch.from_dicts(
                [
                    {"industry": "輸送用機器", "prefecture": "大阪府"},
                    {"industry": "輸送用機器", "prefecture": "沖縄県"},
                    {"industry": "化学", "prefecture": "大阪府"},
                ]
            ),
            as_of=NOW,
        )
        routes = policy.routes(people, Teams(teams=[], people=[]))
        assert [routes.errands[code].target for code in routes.errand_of] == ["auto-west", "rest", "rest"]

    @pytest.mark.parametrize(
        ("lead", "team"),
        [
            (Lead(prefecture="神奈川県", city="川崎市中原区"), "kanto"),
            (Lead(prefecture="神奈川県", city="横浜市"), "desk"),
            (Lead(postal_code="250-0011"), "kanto"),
            (Lead(postal_code="251-0011"), "desk"),
            (Lead(), "desk"),
        ],
    )
    def test_areas_are_prefectures_cities_and_postal_codes(self, lead, team):
        assert route(lead).team == team

    @given(st.integers(0, 9999999), st.integers(0, 9999999))
    @settings(max_examples=50)
    def test_postal_range_is_exact(self, a, b):
        low, high = sorted((a, b))
        text = [f"{n:07d}"[:3] + "-" + f"{n:07d}"[3:] for n in (low, high)]
        area = place("..".join(text))
        for n in (n for n in (low, high, low - 1, high + 1, (low + high) // 2) if 0 <= n < 10**7):
            code = f"{n:07d}"
            lead = Lead(postal_code=f"{code[:3]}-{code[3:]}")
            assert area.holds(Subject(lead=lead, as_of=NOW)) == (low <= n <= high)

    def test_interest_shows_in_forms_too(self):
        form = Activity(lead_id="L1", kind="form_submitted", at=NOW, attributes={"product": "vision"})
        assert route(Lead(id="L1"), activities=[form]).team == "vision"


class TestAccounts:
    """A lead's account is found by number, company and domain, or is said to be ambiguous."""

    def test_corporate_number_decides(self):
        one = route(Lead(id="L", corporate_number="1000000000001", company="渚電子"))
        assert (one.owner, one.reasons[0]) == ("kato", "account: named account H, by corporate number")
        assert one.reasons[-1] == "owner of the account"

    def test_group_inherits_the_owner_of_its_parent(self):
        assert route(Lead(id="L", email="a@ashihara.example")).owner == "kato"

    def test_name_in_another_spelling_is_found(self):
        assert route(Lead(id="L", company="㈱葦原重工")).owner == "kato"

    def test_two_accounts_of_one_name_are_ambiguous_until_the_domain_decides(self):
        one = route(Lead(id="L", company="渚電子"))
        assert "account ambiguous by company name: X1, X2" in one.reasons
        assert {party.id for party in one.informed} == {"ito"}
        assert not one.routable
        both = route(Lead(id="L", company="渚電子", email="a@nagisa.example"))
        assert (both.owner, both.reasons[0]) == (
            "ito",
            "account: named account X2, by company name and domain",
        )

    def test_name_against_domain_is_ambiguous(self):
        match = TEAMS.accounts.match(Lead(company="葦原重工", email="a@nagisa.example"))
        assert (match.ambiguous, match.alternatives) == (True, ("H", "X2"))

    def test_owner_on_leave_is_informed_and_a_colleague_is_accountable(self):
        away = attrs.evolve(
            PEOPLE[4], absences=(Absence(first=dt.date(2026, 6, 1), last=dt.date(2026, 6, 12)),)
        )
        teams = attrs.evolve(TEAMS, people=[*PEOPLE[:4], away, PEOPLE[5]])
        one = route(Lead(id="L", corporate_number="1000000000001"), teams=teams)
        assert one.owner == "ono"
        assert [(r.id, r.reason) for r in one.rejected] == [("kato", "on leave until 2026-06-12")]
        assert one.informed[0].id == "kato"

    def test_another_matcher_can_be_asked_instead(self):
        match = AccountMatch(account=TEAMS.accounts.account("X1"), evidence="dedupe, weight 12.3")
        assert route(Lead(id="L"), account=match).owner == "ono"

    def test_population_finds_the_same_accounts(self):
        rows = [
            {"corporate_number": "1000000000001"},
            {"company": "渚電子", "email": "a@nagisa.example"},
            {"company": "渚電子"},
            {"email": "b@ASHIHARA.example"},
            {"company": "-"},
            {},
        ]
        batch = LeadBatch.from_dicts(rows)
        codes, matches = TEAMS.accounts.match_batch(batch)
        assert [TEAMS.accounts.match(lead) for lead in batch] == [matches[code] for code in codes]

    def test_groups_in_a_loop_are_refused(self):
        with pytest.raises(DefinitionError, match="loop"):
            AccountBook(
                accounts=[Account(id="A", company="a", parent="B"), Account(id="B", company="b", parent="A")]
            )


class TestWithinTheTeam:
    """Who can take the lead takes it in turn; who cannot is listed with the reason."""

    def test_every_rejected_candidate_has_a_reason(self):
        state = RoutingState(open_leads={"sato": 3}, taken={"tanaka": {"2026-06-08": 4}})
        one = route(Lead(id="L", prefecture="東京都"), state=state)
        assert one.owner == "ito"
        assert {r.id: r.reason for r in one.rejected} == {
            "sato": "capacity 3/3 open leads",
            "tanaka": "capacity 4/4 today",
        }

    def test_language_and_skill_are_asked_for(self):
        one = route(Lead(id="L", prefecture="東京都", country="US"))
        assert one.owner == "sato"
        assert {r.id: r.reason for r in one.rejected}["ito"] == "does not speak en"

    def test_owner_of_the_earlier_lead_goes_first_by_id_and_never_by_name(self):
        assert route(Lead(id="L", prefecture="東京都", owner_id="ito", owner="sato")).owner == "ito"
        assert (
            route(Lead(id="L", prefecture="東京都"), earlier="ito").reasons[-1] == "owner of the earlier lead"
        )

    def test_earlier_owner_of_another_team_does_not_take_it(self):
        assert route(Lead(id="L", prefecture="東京都", owner_id="ono")).owner != "ono"

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"left": dt.date(2026, 6, 5)}, "left on 2026-06-05"),
            ({"joined": dt.date(2026, 7, 1)}, "joins on 2026-07-01"),
            (
                {"absences": (Absence(first=dt.date(2026, 6, 8), last=dt.date(2026, 6, 9)),)},
                "on leave until 2026-06-09",
            ),
            ({"calendar": "fridays"}, "does not work before 2026-06-12"),
            ({"weight": 0}, "takes no turns (weight 0)"),
        ],
    )
    def test_who_is_not_there_gets_nothing(self, change, reason):
        teams = Teams(
            teams=[Team(id="kanto", members=("sato", "ito"), calendar="office")],
            people=[Person(id="sato"), attrs.evolve(Person(id="ito"), **change)],
            calendars={
                "office": OFFICE,
                "fridays": BusinessCalendar.weekly(
                    {Weekday.FRIDAY: [(dt.time(9), dt.time(18))]}, time_zone="Asia/Tokyo"
                ),
            },
        )
        one = route(Lead(id="L", prefecture="東京都"), teams=teams)
        assert one.owner == "sato"
        assert [(r.id, r.reason) for r in one.rejected] == [("ito", reason)]

    def test_leave_that_ends_before_the_deadline_is_no_obstacle(self):
        friday_night = dt.datetime(2026, 6, 5, 12, tzinfo=dt.UTC)
        away = Person(id="ito", absences=(Absence(first=dt.date(2026, 6, 4), last=dt.date(2026, 6, 5)),))
        teams = Teams(
            teams=[Team(id="kanto", members=("ito",), calendar="office")],
            people=[away],
            calendars={"office": OFFICE},
        )
        one = POLICY.assign(Lead(id="L", prefecture="東京都"), teams, RoutingState(), now=friday_night)
        assert (one.owner, one.deadline.isoformat()) == ("ito", "2026-06-08T13:00:00+09:00")

    def test_nobody_left_is_an_outcome_with_reasons(self):
        teams = attrs.evolve(TEAMS, people=[attrs.evolve(p, left=dt.date(2026, 1, 1)) for p in PEOPLE])
        one = route(Lead(id="L", prefecture="東京都"), teams=teams)
        assert (one.owner, one.routable) == ("desk", False)
        assert {r.id for r in one.rejected} == {"sato", "tanaka", "ito", "ono"}
        assert "unroutable: nobody of kanto can take it" in one.reasons
        assert one.informed[0].id == "mori"

    def test_excluded_people_are_passed_over_with_the_reason_given(self):
        one = route(
            Lead(id="L", prefecture="東京都"), excluded={"sato": "let the offer expire", "tanaka": "declined"}
        )
        assert one.owner == "ito"
        assert {r.reason for r in one.rejected} == {"let the offer expire", "declined"}


def shares(weights: list[int], counts: Counter, total: int) -> float:
    whole = sum(weights)
    return max(abs(counts[i] - total * weight / whole) for i, weight in enumerate(weights))


class TestFairness:
    """Nobody is ever more than one lead away from their weighted share."""

    @given(st.lists(st.integers(1, 12), min_size=1, max_size=9), st.integers(1, 120))
    def test_every_prefix_is_within_one_lead(self, weights, length):
        turns, counts = Turns.among(weights, [0] * len(weights)), Counter()
        bound = 1 if len(weights) < 2 else 1 - 1 / (2 * len(weights) - 2)
        for n in range(1, length + 1):
            counts[turns.next()] += 1
            assert shares(weights, counts, n) <= bound + 1e-6
        exact = [
            n * share - counts[i] * turns.whole for i, share in enumerate(turns.credits) for n in [length]
        ]
        assert exact == turns.deficits(length)
        again = Turns.among(weights, [0] * len(weights))
        assert [again.next() for _ in range(length)] == [turns.taken_by(i) for i in range(length)]

    @given(
        st.lists(st.integers(1, 5), min_size=1, max_size=6),
        st.lists(st.integers(1, 30), min_size=1, max_size=5),
    )
    @settings(max_examples=30)
    def test_batches_of_any_size_stay_within_one_lead(self, weights, sizes):
        people = [Person(id=f"p{i}", weight=weight) for i, weight in enumerate(weights)]
        teams = Teams(teams=[Team(id="kanto", members=tuple(p.id for p in people))], people=people)
        policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
        state, counts, total = RoutingState(), Counter(), 0
        for size in sizes:
            batch = LeadBatch.from_dicts(
                [{"prefecture": "東京都"}] * size, ids=[f"{total + i:05d}" for i in range(size)]
            )
            offers, state = policy.assign_batch(Population(batch=batch, as_of=NOW), teams, state, now=NOW)
            counts.update(int(str(owner)[1:]) for owner in offers.owners)
            total += size
            assert shares(weights, counts, total) <= 1

    def test_newcomer_neither_catches_up_nor_is_passed_over(self):
        policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")

        def run(people, count, state, begin):
            teams = Teams(teams=[Team(id="kanto", members=tuple(p.id for p in people))], people=people)
            batch = LeadBatch.from_dicts(
                [{"prefecture": "東京都"}] * count, ids=[f"{begin + i:05d}" for i in range(count)]
            )
            offers, after = policy.assign_batch(Population(batch=batch, as_of=NOW), teams, state, now=NOW)
            return Counter(offers.owners), after

        old = [Person(id="a"), Person(id="b")]
        _, state = run(old, 100, RoutingState(), 0)
        counts, state = run([*old, Person(id="new")], 30, state, 100)
        assert counts == {"a": 10, "b": 10, "new": 10}
        away = [Person(id="a", left=dt.date(2026, 1, 1)), Person(id="b"), Person(id="new")]
        _, state = run(away, 50, state, 200)
        counts, _ = run([*old, Person(id="new")], 30, state, 300)
        assert counts == {"a": 10, "b": 10, "new": 10}


LEADS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "prefecture": st.sampled_from(["東京都", "大阪府"]),
            "employees": st.sampled_from([10, 1000]),
            "interests": st.sampled_from([("vision",), ("other",), ("vision", "other")]),
            "country": st.sampled_from(["US", "日本"]),
            "company": st.sampled_from(["渚電子", "㈱葦原重工", "他社"]),
            "owner_id": st.sampled_from(["ito", "ono", "nobody"]),
        },
    ),
    max_size=25,
)


class TestLaws:
    """Routing is total, has one accountable owner, and does not depend on order."""

    @given(LEADS, st.randoms(use_true_random=False))
    @settings(max_examples=60)
    def test_order_of_rows_does_not_matter(self, rows, random):
        ids = [f"L{i:02d}" for i in range(len(rows))]
        order = list(range(len(rows)))
        random.shuffle(order)
        results = []
        for index in (range(len(rows)), order):
            batch = LeadBatch.from_dicts([rows[i] for i in index], ids=[ids[i] for i in index])
            offers, state = POLICY.assign_batch(
                Population(batch=batch, as_of=NOW), TEAMS, RoutingState(), now=NOW
            )
            results.append(({offer.lead_id: offer for offer in offers}, state.to_dict()))
        assert results[0] == results[1]

    @given(LEADS, st.sets(st.sampled_from([person.id for person in PEOPLE])))
    @settings(max_examples=60)
    def test_population_equals_one_by_one_and_everybody_is_routed_once(self, rows, gone):
        left = [attrs.evolve(one, left=dt.date(2026, 1, 1)) if one.id in gone else one for one in PEOPLE]
        teams = attrs.evolve(TEAMS, people=left)
        ids = [f"L{i:02d}" for i in range(len(rows))]
        batch = LeadBatch.from_dicts(rows, ids=ids)
        form = Activity(lead_id="L00", kind="form_submitted", at=NOW, attributes={"product": "vision"})
        people = Population(batch=batch, activities=ActivityLog.of([form]), as_of=NOW)
        offers, after = POLICY.assign_batch(people, teams, RoutingState(), now=NOW)
        state, expected = RoutingState(), []
        for row in range(len(rows)):
            one, state = POLICY.decide(people.subject(row), teams, state, now=NOW)
            expected.append(one)
        assert expected == list(offers)
        assert state == after
        assert all(offer.owner for offer in offers)
        assert sum(after.open_leads.values()) == sum(teams.is_person(offer.owner) for offer in offers)

    def test_better_leads_are_served_first_where_capacity_is_short(self):
        teams = Teams(
            teams=[Team(id="kanto", members=("sato",))],
            people=[Person(id="sato", capacity=Capacity(open_leads=1))],
        )
        people = Population(
            batch=LeadBatch.from_dicts([{"prefecture": "東京都"}] * 3, ids=["a", "b", "c"]),
            as_of=NOW,
            states={"score": np.array([10.0, np.nan, 90.0])},
        )
        offers, _ = POLICY.assign_batch(people, teams, RoutingState(), now=NOW)
        assert [offer.owner for offer in offers] == ["desk", "desk", "sato"]
        assert offers.unroutable == (0, 1)

    def test_lead_that_comes_twice_is_refused(self):
        people = Population(batch=LeadBatch.from_dicts([{}, {}], ids=["a", "a"]), as_of=NOW)
        with pytest.raises(InputError, match="twice"):
            POLICY.assign_batch(people, TEAMS, RoutingState(), now=NOW)

    def test_moment_without_time_zone_is_refused(self):
        with pytest.raises(InputError, match="time zone"):
            POLICY.assign(Lead(), TEAMS, RoutingState(), now=dt.datetime(2026, 6, 8))  # the point of the test

    def test_given_back_lead_restores_the_turn(self):
        lead = Lead(id="L", prefecture="東京都")
        one, state = POLICY.decide(lead, TEAMS, RoutingState(), now=NOW)
        weights = {person.id: person.weight for person in TEAMS.members("kanto")}
        back = state.credited(one.owner, pool="kanto", day=dt.date(2026, 6, 8), weights=weights)
        assert back.counts(one.owner, dt.date(2026, 6, 8)) == {
            "open_leads": 0,
            "day": 0,
            "week": 0,
            "month": 0,
        }
        assert set(back.behind("kanto").values()) == {0.0}


class TestData:
    """Policies, organisations and states are data, and errors name the path."""

    def test_policy_survives_plain_data(self):
        policy = attrs.evolve(POLICY, capacity=Capacity(open_leads=30), calendar=OFFICE)
        data = json.loads(json.dumps(policy.to_dict()))
        assert RoutingPolicy.from_dict(data) == policy

    def test_organisation_survives_plain_data(self):
        assert Teams.from_dict(json.loads(json.dumps(TEAMS.to_dict()))) == TEAMS

    def test_state_survives_plain_data(self):
        _, state = POLICY.decide(Lead(id="L", prefecture="東京都"), TEAMS, RoutingState(), now=NOW)
        assert RoutingState.from_dict(json.loads(json.dumps(state.to_dict()))) == state
        assert RoutingState.from_dict(None) == RoutingState()

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"cuts": [{"by": "arae"}]}, "$.routing.cuts[0].by"),
            ({"cuts": [{"by": "area", "teams": {"x": []}}]}, "$.routing.cuts[0].teams.x"),
            ({"cuts": [{"by": "area", "teams": {"x": ["150-00..1"]}}]}, "$.routing.cuts[0].teams.x"),
            (
                {"cuts": [{"by": "account", "teams": {"x": {"employees_from": "3"}}}]},
                "$.routing.cuts[0].teams.x.employees_from",
            ),
            (
                {"sla": {"accept_within": "4 business hours", "escalate": [{"do": "shout"}]}},
                "$.routing.sla.escalate[0].do",
            ),
            ({"capacity": {"open_leads": -1}}, "$.routing.capacity"),
            ({"needs": [{"languages": ["en"]}]}, "$.routing.needs[0].when"),
            ({"calendar": "nowhere"}, "$.routing.calendar"),
            ({"accountable": "area > colour"}, "$.routing"),
            ({"fallbak": "x"}, "$.routing.fallbak"),
        ],
    )
    def test_wrong_policy_is_said_with_its_path(self, change, path):
        data = {"cuts": [{"by": "area", "teams": {"kanto": ["東京都"]}}], "fallback": "desk", **change}
        with pytest.raises(DefinitionError) as caught:
            RoutingPolicy.from_dict(data)
        assert path == caught.value.path

    @pytest.mark.parametrize(
        ("data", "path"),
        [
            ({"teams": [{"name": "x"}]}, "$.teams.teams[0].id"),
            ({"people": [{"id": "a", "left": "soon"}]}, "$.teams.people[0].left"),
            (
                {"people": [{"id": "a", "absences": [{"from": "2026-01-02", "to": "2026-01-01"}]}]},
                "$.teams.people[0].absences[0]",
            ),
            ({"teams": [{"id": "t", "members": ["nobody"]}]}, "$.teams"),
            ({"people": [{"id": "a", "reports_to": "b"}, {"id": "b", "reports_to": "a"}]}, "$.teams"),
            (
                {"calendars": [{"id": "c", "timezone": "Mars/Base", "hours": {"mon": [["09:00", "18:00"]]}}]},
                "$.teams.calendars[0].time_zone",
            ),
            ({"accounts": [{"team": "t"}]}, "$.teams.accounts[0]"),
        ],
    )
    def test_wrong_organisation_is_said_with_its_path(self, data, path):
        with pytest.raises(DefinitionError) as caught:
            Teams.from_dict(data)
        assert path == caught.value.path

    def test_sample_organisation_is_read_and_routed(self):
        data = json.loads(files("leadflow").joinpath("datasets/sample/organisation.json").read_text("utf-8"))
        teams = Teams.from_dict(data)
        assert Teams.from_dict(teams.to_dict()) == teams
        policy = RoutingPolicy(
            cuts=[
                by_area({team.id: team.prefectures for team in teams.teams if team.prefectures}),
                by_account({team.id: team.industries for team in teams.teams if team.industries}),
            ],
            accountable="account > area",
            sla=Sla(accept_within=business_hours(4)),
            fallback="inside-sales",
        )
        account = next(account for account in teams.accounts if account.owner)
        one = policy.assign(Lead(id="L", company=account.company), teams, RoutingState(), now=NOW)
        assert one.team == account.team
        assert one.deadline is not None
        assert len(teams.superiors(one.owner)) == 3


class TestReplay:
    """Last quarter under another policy: who changes hands, and what it does."""

    def people(self, n: int) -> Population:
        batch = LeadBatch.from_dicts(
            [{"prefecture": "東京都", "interests": ("vision",)} for _ in range(n)],
            ids=[f"{i:04d}" for i in range(n)],
        )
        return Population(batch=batch, as_of=NOW)

    def test_same_policy_changes_nothing(self):
        at = np.array([int(NOW.timestamp()) - 3600 * i for i in range(40)])
        report = POLICY.replay(self.people(40), TEAMS, at=at, before=POLICY)
        assert report.changed.tolist() == []
        assert report.unroutable_before == int(report.after.unroutable.sum())

    def test_changed_precedence_moves_leads_and_load(self):
        at = np.array([int(NOW.timestamp()) - 86400 * i for i in range(20)])
        other = attrs.evolve(POLICY, accountable="area > product > account")
        report = other.replay(self.people(20), TEAMS, at=at, before=POLICY, accepted_at=at + 3600 * 5)
        assert sum(move["leads"] for move in report.moves()) == len(report.changed) > 0
        load = report.load()
        assert sum(row["before"] for row in load) == sum(row["after"] for row in load) == 20
        assert max(report.after.unfairness.values()) <= 1
        assert report.late_after is not None
        assert "change hands" in report.text()

    def test_capacity_comes_back_when_leads_are_done(self):
        teams = Teams(
            teams=[Team(id="kanto", members=("sato",))],
            people=[Person(id="sato", capacity=Capacity(open_leads=1))],
        )
        policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
        at = np.array([int(NOW.timestamp()) + 86400 * day for day in (0, 1, 5)])
        report = policy.replay(
            self.people(3), teams, at=at, before=Column.of([None] * 3), open_for=dt.timedelta(days=4)
        )
        assert report.after.owners.to_list() == ["sato", "desk", "sato"]
