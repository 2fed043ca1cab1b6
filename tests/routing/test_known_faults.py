"""Faults of other systems' stages, routing and deadlines, each a test that this one does not share them."""

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import attrs
import pytest

from leadflow.calendars import BusinessCalendar, business_days, business_hours, days, hours
from leadflow.conditions import Population
from leadflow.errors import DefinitionError, TransitionError
from leadflow.funnel import Funnel
from leadflow.records import Lead, LeadBatch, StageHistory
from leadflow.routing import (
    Absence,
    Capacity,
    Person,
    RoutingPolicy,
    RoutingState,
    Sla,
    Team,
    Teams,
    by_area,
    due_steps,
)

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = dt.datetime(2026, 6, 8, 10, tzinfo=TOKYO)  # a Monday
OFFICE = BusinessCalendar.japan(((dt.time(9), dt.time(12)), (dt.time(13), dt.time(18))))
POLICY = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk", calendar=OFFICE)


def team(*people, **changes):
    return Teams(teams=[Team(id="kanto", members=tuple(one.id for one in people))], people=people, **changes)


def routed(teams, count, *, policy=POLICY, state=None):
    batch = LeadBatch.from_dicts([{"prefecture": "東京都"}] * count, ids=[f"L{i:03}" for i in range(count)])
    return policy.assign_batch(Population(batch=batch, as_of=NOW), teams, state or RoutingState(), now=NOW)


class TestDistribution:
    def test_the_oldest_member_does_not_get_all_thirty(self):
        """Odoo's sorting by quota without a tie-break gave one person every lead of the case."""
        offers, _ = routed(team(*(Person(id=f"p{i}") for i in range(3))), 30)
        assert sorted(offers.owners.to_list().count(f"p{i}") for i in range(3)) == [10, 10, 10]

    def test_equal_load_does_not_always_end_with_the_lowest_id(self):
        """EspoCRM's least busy rule gives every tie to the lowest id for ever."""
        teams, state, owners = team(Person(id="a"), Person(id="b")), RoutingState(), []
        for number in range(6):
            one, state = POLICY.decide(Lead(id=f"L{number}", prefecture="東京都"), teams, state, now=NOW)
            owners.append(one.owner)
            state = state.closed(one.owner)
        assert owners.count("a") == owners.count("b") == 3

    def test_somebody_without_any_lead_is_chosen_too(self):
        """SuiteCRM's least busy rule never sees users who have no case, and counts closed ones."""
        state = RoutingState(open_leads={"a": 30})
        teams = team(Person(id="a", capacity=Capacity(open_leads=30)), Person(id="new"))
        offers, _ = routed(teams, 3, state=state)
        assert offers.owners.to_list() == ["new"] * 3
        assert offers[0].rejected[0].reason == "capacity 30/30 open leads"
        freed = team(Person(id="a", capacity=Capacity(open_leads=30)))
        assert POLICY.assign(Lead(prefecture="東京都"), freed, state.closed("a"), now=NOW).owner == "a"

    def test_a_manual_assignment_does_not_move_the_turn(self):
        """EspoCRM's round robin goes on from the owner of whatever lead was created last."""
        teams = team(Person(id="a"), Person(id="b"))
        first, state = POLICY.decide(Lead(id="L1", prefecture="東京都"), teams, RoutingState(), now=NOW)
        by_hand = attrs.evolve(state, open_leads={**state.open_leads, "b": 5})
        second, _ = POLICY.decide(Lead(id="L2", prefecture="東京都"), teams, by_hand, now=NOW)
        assert (first.owner, second.owner) == ("a", "b")

    def test_weights_of_zero_crash_nothing(self):
        """Odoo divided by the sum of weights."""
        one = POLICY.assign(
            Lead(prefecture="東京都"), team(Person(id="a", weight=0)), RoutingState(), now=NOW
        )
        assert (one.owner, one.routable) == ("desk", False)

    def test_an_empty_team_is_an_outcome_and_no_index_error(self):
        """Frappe's assignment rule failed on an empty list, and SuiteCRM returned nobody."""
        one = POLICY.assign(Lead(prefecture="東京都"), team(), RoutingState(), now=NOW)
        assert (one.owner, one.routable) == ("desk", False)
        assert one.reasons[-2].startswith("unroutable")

    def test_people_who_left_get_nothing(self):
        """SuiteCRM and EspoCRM assigned leads to inactive users."""
        gone = Person(id="gone", left=dt.date(2026, 5, 31))
        offers, _ = routed(team(gone, Person(id="here")), 4)
        assert offers.owners.to_list() == ["here"] * 4
        assert offers[0].rejected[0].reason == "left on 2026-05-31"

    def test_everybody_on_leave_ends_at_the_fallback_and_says_so(self):
        """Chili Piper's documents contradict each other about a team that is all on leave."""
        away = Absence(first=dt.date(2026, 6, 1), last=dt.date(2026, 6, 30))
        one = POLICY.assign(
            Lead(prefecture="東京都"), team(Person(id="a", absences=(away,))), RoutingState(), now=NOW
        )
        assert (one.owner, one.rejected[0].reason) == ("desk", "on leave until 2026-06-30")

    def test_the_turn_survives_a_month_of_absence(self):
        """Odoo's quota looks back thirty days, so that a gap of leads at a holiday comes again every month."""
        people = (Person(id="a", absences=(Absence(first=NOW.date(), last=NOW.date()),)), Person(id="b"))
        _, state = routed(team(*people), 30)
        offers, _ = routed(team(Person(id="a"), Person(id="b")), 10, state=state)
        assert Counter(one.owner for one in offers) == {"a": 5, "b": 5}

    def test_a_lead_that_comes_back_after_a_merge_is_routed_again(self):
        """Odoo never assigned a lead that was a duplicate once; here only who holds it counts."""
        offers, state = routed(team(Person(id="a")), 1)
        again, _ = routed(team(Person(id="a")), 1, state=state.closed("a"))
        assert (offers[0].owner, again[0].owner) == ("a", "a")

    def test_two_processes_cannot_take_the_same_turn(self):
        """Pointers in sessions and files moved unlocked; here the state is data, and a stale one gives the same answer."""
        teams, state = team(Person(id="a"), Person(id="b")), RoutingState()
        lead = Lead(id="L1", prefecture="東京都")
        assert POLICY.decide(lead, teams, state, now=NOW) == POLICY.decide(lead, teams, state, now=NOW)


class TestStages:
    def test_a_merge_does_not_fall_back_to_the_lowest_stage(self):
        """Odoo's merge silently drops a lead to the lowest stage of the target team."""
        funnel = Funnel.standard()
        far = funnel.adopt(StageHistory(lead_id="A"), "Opportunity", now=NOW, reason="x")
        assert funnel.merge([funnel.start("B", now=NOW), far], lead_id="A").current == "Opportunity"

    def test_an_interface_cannot_take_a_lead_back(self):
        """Mautic's campaigns refuse a lower stage and its API does not; HubSpot ignores it without a word."""
        funnel = Funnel.standard()
        known = funnel.adopt(StageHistory(lead_id="A"), "SQL", now=NOW, reason="x")
        assert funnel.adopt(known, "MQL", now=NOW, reason="y") == known
        with pytest.raises(TransitionError, match="Allowed from SQL"):
            funnel.advance(known, "MQL", now=NOW, actor="a", reason="y")

    def test_a_stage_is_no_high_water_mark(self):
        """HubSpot's lifecycle stages have no recycling."""
        funnel = Funnel.standard()
        known = funnel.adopt(StageHistory(lead_id="A"), "SQL", now=NOW, reason="x")
        back = funnel.advance(
            known, "Recycled", now=NOW, actor="a", reason="x", evidence={"recycle_reason": "来期予算"}
        )
        assert funnel.advance(back, "MQL", now=NOW, actor="a", reason="x").current == "MQL"

    def test_the_first_entry_is_when_it_happened(self):
        """Frappe invents the first moment as one minute before now, in naive local time."""
        history = Funnel.standard().start("L", now=NOW)
        assert history.intervals[0].entered_at == NOW
        assert history.intervals[0].entered_at.tzinfo is not None

    def test_staleness_counts_from_the_entry_into_the_stage(self):
        """Krayin measures rotting from the creation of the lead."""
        funnel = Funnel.standard()
        old = funnel.start("L", now=NOW - days(400))
        history = funnel.advance(old, "MQL", now=NOW, actor="a", reason="x")
        assert funnel.due_at(history, calendar=OFFICE) == OFFICE.add(NOW, business_days(2))


class TestDeadlines:
    def test_a_lunch_break_overwrites_no_window(self):
        """Frappe keeps one window for each weekday."""
        assert OFFICE.add(NOW, business_hours(4)) == dt.datetime(2026, 6, 8, 15, tzinfo=TOKYO)

    def test_a_calendar_without_a_working_day_is_refused_and_loops_for_ever_nowhere(self):
        """Frappe and OCA hang when no day is open."""
        with pytest.raises(DefinitionError):
            BusinessCalendar.weekly({}, time_zone="Asia/Tokyo")

    def test_a_window_across_midnight_is_not_turned_round(self):
        """Mautic swaps start and stop, so that 22 to 6 becomes 6 to 22."""
        night = BusinessCalendar.weekly(
            dict.fromkeys(range(7), ((dt.time(22), dt.time(6)),)), time_zone="Asia/Tokyo"
        )
        assert night.is_open(dt.datetime(2026, 6, 8, 23, tzinfo=TOKYO))
        assert not night.is_open(dt.datetime(2026, 6, 8, 12, tzinfo=TOKYO))

    def test_one_day_and_ten_hours_has_one_meaning(self):
        """LeadAngel counts the day by the clock and the hours by working time."""
        with pytest.raises(TypeError):
            business_hours(10) + days(1)
        assert OFFICE.add(NOW, days(1)) == NOW + dt.timedelta(days=1)
        assert OFFICE.add(NOW, business_days(1)) == NOW + dt.timedelta(days=1)

    def test_a_week_without_monday_is_counted_right(self):
        """osTicket miscounts schedules in which Monday is missing."""
        late = BusinessCalendar.weekly(
            dict.fromkeys(range(1, 5), ((dt.time(9), dt.time(18)),)), time_zone="Asia/Tokyo"
        )
        assert late.add(NOW, business_hours(1)) == dt.datetime(2026, 6, 9, 10, tzinfo=TOKYO)

    def test_department_and_agent_have_calendars_of_their_own(self):
        """osTicket knows only one of the two."""
        short = BusinessCalendar.weekly({0: ((dt.time(9), dt.time(11)),)}, time_zone="Asia/Tokyo")
        teams = Teams(
            teams=[Team(id="kanto", members=("a",), calendar="office")],
            people=[Person(id="a", calendar="short")],
            calendars={"office": OFFICE, "short": short},
        )
        assert (teams.calendar_of("kanto"), teams.calendar_of("a")) == (OFFICE, short)

    def test_outside_of_hours_no_time_passes_and_nothing_is_zero(self):
        """GLPI gives no time at all where an enquiry comes outside of hours."""
        sunday = dt.datetime(2026, 6, 7, 12, tzinfo=TOKYO)
        assert OFFICE.add(sunday, business_hours(1)) == dt.datetime(2026, 6, 8, 10, tzinfo=TOKYO)

    def test_the_steps_of_a_ladder_are_not_taken_twice(self):
        """Job queues repeat reminders after a restart; a step is counted on the assignment."""
        sla = Sla(accept_within=hours(4))
        one = POLICY.assign(Lead(id="L", prefecture="東京都"), team(Person(id="a")), RoutingState(), now=NOW)
        taken = attrs.evolve(one, step=len(sla.escalate))
        assert due_steps([taken], sla, team(Person(id="a")), NOW + days(30)) == []

    def test_a_person_whose_calendar_never_opens_stops_nobody_elses_leads(self):
        """OCA and Frappe hang; here the person is passed over with the reason."""
        closed = OFFICE.without([(NOW - days(1), NOW + days(365 * 7000))])
        teams = Teams(
            teams=[Team(id="kanto", members=("a", "b"), calendar="office")],
            people=[Person(id="a", calendar="closed"), Person(id="b")],
            calendars={"office": OFFICE, "closed": closed},
        )
        policy = attrs.evolve(POLICY, sla=Sla(accept_within=business_hours(4)))
        one = policy.assign(Lead(id="L", prefecture="東京都"), teams, RoutingState(), now=NOW)
        assert (one.owner, one.rejected[0].reason) == ("b", "has a calendar without open time")
