import datetime as dt

import attrs
import pytest

from leadflow.calendars import BusinessCalendar, business_hours, hours
from leadflow.conditions import field
from leadflow.routing import (
    Account,
    AccountBook,
    FindingKind,
    Person,
    RoutingPolicy,
    RoutingState,
    Sla,
    Team,
    Teams,
    by_account,
    by_area,
    by_product,
    employees,
)
from leadflow.values.prefectures import PREFECTURES

TEAMS = Teams(
    teams=[
        Team(id="east", members=("a",)),
        Team(id="west", members=("b",)),
        Team(id="robots", members=("c",)),
    ],
    people=[Person(id="a"), Person(id="b"), Person(id="c")],
)
EAST, WEST = PREFECTURES[:20], PREFECTURES[20:]


def check(*cuts, teams=TEAMS, fallback="east", **options):
    on = options.pop("on", None)
    return RoutingPolicy(cuts=cuts, fallback=fallback, **options).check(teams, on=on)


class TestHoles:
    """Leads that nobody covers are found, with an example that routing confirms."""

    def test_forgotten_prefecture_is_the_example(self):
        report = check(by_area({"east": EAST, "west": [p for p in WEST if p != "沖縄県"]}))
        hole = report.of(FindingKind.HOLE)[0]
        assert (hole.example.prefecture, hole.exact) == ("沖縄県", True)
        assert "prefecture 沖縄県" in hole.text

    def test_hole_must_be_left_by_every_accountable_cut(self):
        area = by_area(
            {"east": EAST, "west": field("prefecture").is_filled() | field("prefecture").is_missing()}
        )
        assert check(area, by_product({"robots": ["robot"]})).of(FindingKind.HOLE) == ()

    def test_cut_that_only_informs_closes_no_hole(self):
        everything = field("prefecture").is_filled() | field("prefecture").is_missing()
        report = check(
            by_area({"east": everything}), by_product({"robots": ["robot"]}), accountable="product"
        )
        assert report.of(FindingKind.HOLE)

    @pytest.mark.parametrize("limit", [100_000, 50])
    def test_every_example_really_falls_through(self, limit):
        policy = RoutingPolicy(
            cuts=[
                by_area({"east": EAST}),
                by_account({"west": employees(300, 1000) & (field("industry") == "化学")}),
                by_product({"robots": ["robot", "アーム"]}),
            ],
            fallback="nobody",
        )
        report = policy.check(TEAMS, limit=limit)
        holes = report.of(FindingKind.HOLE)
        assert holes
        for hole in holes:
            one = policy.assign(
                hole.example, TEAMS, RoutingState(), now=dt.datetime(2026, 6, 8, tzinfo=dt.UTC)
            )
            assert one.routable is False

    def test_sample_is_called_a_sample(self):
        many = by_account(
            {
                "east": employees(300)
                & field("industry").is_in(*map(str, range(50)))
                & field("title").is_filled()
            }
        )
        exact = RoutingPolicy(cuts=[many], fallback="east")
        assert exact.check(TEAMS).exact == {"account": True}
        assert exact.check(TEAMS, limit=3).exact == {"account": False}
        assert "By sample: account." in exact.check(TEAMS, limit=3).text()


class TestRules:
    def test_overlap_within_a_cut_is_shown_with_a_lead(self):
        report = check(by_area({"east": EAST, "west": [*WEST, EAST[0]]}))
        (overlap,) = report.of(FindingKind.OVERLAP)
        assert overlap.example.prefecture == EAST[0]
        assert report.ok

    def test_interest_in_two_products_is_no_overlap(self):
        assert check(by_product({"robots": ["robot"], "east": ["sensor"]})).of(FindingKind.OVERLAP) == ()

    def test_one_product_in_two_teams_is(self):
        report = check(by_product({"robots": ["robot", "arm"], "east": ["arm", "sensor"]}))
        assert report.of(FindingKind.OVERLAP)[0].example.interests == ("arm",)

    def test_rule_that_never_decides_is_found(self):
        report = check(by_account({"east": employees(100), "west": employees(300)}))
        (finding,) = report.of(FindingKind.UNREACHABLE)
        assert "'west'" in finding.text
        assert "'east'" in finding.text
        assert not report.ok

    def test_rule_that_contradicts_itself_is_found(self):
        nothing = (field("employees") >= 300) & (field("employees") < 300)
        (finding,) = check(by_account({"east": employees(1), "west": nothing})).of(FindingKind.UNREACHABLE)
        assert finding.text.endswith("no lead can satisfy it")


class TestOrganisation:
    def test_unknown_and_empty_targets_are_named(self):
        report = check(by_area({"north": ["北海道"]}), teams=attrs.evolve(TEAMS, teams=[Team(id="east")]))
        kinds = {(finding.kind, finding.where) for finding in report}
        assert (FindingKind.UNKNOWN_TARGET, "area: north") in kinds
        assert (FindingKind.EMPTY_TEAM, "east") in kinds

    def test_business_time_needs_a_calendar(self):
        cut = by_area({"east": EAST})
        assert check(cut, sla=Sla(accept_within=business_hours(4))).of(FindingKind.NO_CALENDAR)
        assert not check(cut, sla=Sla(accept_within=hours(4))).of(FindingKind.NO_CALENDAR)
        office = BusinessCalendar.always()
        assert not check(cut, sla=Sla(accept_within=business_hours(4)), calendar=office).of(
            FindingKind.NO_CALENDAR
        )

    def test_calendars_that_never_open_are_found(self):
        office = BusinessCalendar.weekly(
            dict.fromkeys(range(5), ((dt.time(9), dt.time(18)),)), time_zone="Asia/Tokyo"
        )
        start = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        away = {
            "office": office,
            "closed": office.without([(start, start + dt.timedelta(days=365 * 100))]),
            "back in June": office.without([(start, start + dt.timedelta(days=70))]),
        }
        people = [Person(id="a", calendar="closed"), Person(id="b", calendar="back in June"), Person(id="c")]
        teams = attrs.evolve(TEAMS, people=people, calendars=away)
        cut = by_area({"east": EAST, "west": WEST})
        found = check(cut, teams=teams, on=dt.date(2026, 4, 2)).of(FindingKind.NO_CALENDAR)
        assert [finding.where for finding in found] == ["a"]
        assert "no open time" in found[0].text

    def test_people_who_left_are_found_wherever_they_are_named(self):
        gone = Person(id="a", left=dt.date(2026, 6, 30))
        book = AccountBook(
            accounts=[Account(id="K", company="葦原", owner="a"), Account(id="J", company="渚", owner="z")]
        )
        teams = attrs.evolve(TEAMS, people=[gone, *TEAMS.people[1:]], accounts=book)
        report = check(by_account({"east": employees(1)}), teams=teams, on=dt.date(2026, 7, 1))
        assert {finding.where for finding in report.of(FindingKind.OWNER_LEFT)} == {"account K", "east"}
        assert [finding.where for finding in report.of(FindingKind.UNKNOWN_TARGET)] == ["account J"]
        assert not check(by_account({"east": employees(1)}), teams=teams, on=dt.date(2026, 6, 30)).of(
            FindingKind.OWNER_LEFT
        )

    def test_ladder_without_anybody_above_is_found(self):
        report = check(by_area({"east": EAST}), sla=Sla(accept_within=hours(4)))
        assert [finding.where for finding in report.of(FindingKind.NO_SUPERIOR)] == ["east"]
