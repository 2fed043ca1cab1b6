"""The routing policy: which leads go to whom, as data, and the decision about a lead or a population."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import attrs
import numpy as np

from leadflow.calendars import BusinessCalendar
from leadflow.calendars.definition import read_text
from leadflow.columns import Codes, Column
from leadflow.conditions import Population, Subject
from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.records.activities import Activity
from leadflow.records.assignments import Assignment
from leadflow.records.batches import Seconds, to_seconds
from leadflow.records.events import Json
from leadflow.records.leads import Lead
from leadflow.routing import plain
from leadflow.routing.accounts import AccountMatch
from leadflow.routing.checks import CheckReport, check_policy
from leadflow.routing.crews import FALLBACK_NOBODY, Crew
from leadflow.routing.cuts import Cut, Rule
from leadflow.routing.offers import Offers, make_assignment
from leadflow.routing.orders import rows_by_score
from leadflow.routing.organisations import at, capacity_to_data
from leadflow.routing.people import Capacity
from leadflow.routing.plans import Errand, Need, RoutePlan, plan_route
from leadflow.routing.replays import Course, ReplayReport, compare, run_course
from leadflow.routing.routes import Routes
from leadflow.routing.rulebooks import Rulebook
from leadflow.routing.slas import Sla
from leadflow.routing.states import RoutingState
from leadflow.routing.teams import Teams

__all__ = ["RoutingPolicy"]


def _spaced(precedence: str) -> str:
    return " > ".join(name.strip() for name in precedence.split(">")) if precedence.strip() else ""


def _cuts(items: Iterable[Cut]) -> tuple[Cut, ...]:
    return tuple(items)


def _needs(items: Iterable[Need]) -> tuple[Need, ...]:
    return tuple(items)


@attrs.frozen(kw_only=True)
class RoutingPolicy:
    """Which leads go to whom.

    Attributes:
        cuts: the ways in which the organisation is divided, in any combination and nesting.
        accountable: names of cuts, most important first, such as ``"account > product > area"``: whose target is
            accountable when several apply. All others are informed. The order of ``cuts`` when empty.
        capacity: of people who have none of their own.
        calendar: of teams that have none of their own.
        sla: the limit for accepting, and the ladder; None is no limit.
        fallback: the team, department, person or queue that takes what nobody else can.
        needs: what the owners of some leads must know or speak.
        version: named in every decision.

    Raises:
        DefinitionError: there are no cuts, two have one name, or there is no fallback.
        UnknownNameError: the precedence names a cut that is not there.

    Example:
        >>> from leadflow.routing import Person, Team, by_area
        >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
        >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato")])
        >>> lead, at = Lead(id="L1", prefecture="東京都"), dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> print(policy.assign(lead, teams, RoutingState(), now=at).explain())
        L1 -> sato
          because area: kanto, because prefecture is "東京都"
          because next in turn among 1 of kanto
    """

    cuts: tuple[Cut, ...] = attrs.field(converter=_cuts)
    accountable: str = attrs.field(default="", converter=_spaced)
    capacity: Capacity | None = None
    calendar: BusinessCalendar | None = None
    sla: Sla | None = None
    fallback: str
    needs: tuple[Need, ...] = attrs.field(default=(), converter=_needs)
    version: str = ""
    _rules: tuple[tuple[Rule, ...], ...] = attrs.field(init=False, eq=False, repr=False)
    _books: tuple[Rulebook, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.cuts:
            raise DefinitionError("A routing policy needs at least one cut, such as by_area({...}).")
        if not self.fallback:
            raise DefinitionError("A routing policy needs a fallback: who takes what nobody else can.")
        names = [cut.name for cut in self.cuts]
        if len(set(names)) < len(names):
            raise DefinitionError("Two cuts have the same name; give one of them another with name=.")
        for name in self.precedence:
            if name not in names:
                raise UnknownNameError(
                    f"The precedence names the cut '{name}', which is not there.{near_miss(name, names)}"
                )
        if len(set(self.precedence)) < len(self.precedence):
            raise DefinitionError(f"The precedence '{self.accountable}' names a cut twice.")
        rules = tuple(cut.rules() for cut in self.cuts)
        object.__setattr__(self, "_rules", rules)
        conditions = [[rule.condition for rule in each] for each in rules]
        books = (*map(Rulebook.of, conditions), Rulebook.of(need.condition for need in self.needs))
        object.__setattr__(self, "_books", books)

    @property
    def precedence(self) -> tuple[str, ...]:
        """The names of the cuts that can be accountable, the most important first.

        Example:
            >>> from leadflow.routing import by_account, by_area
            >>> RoutingPolicy(cuts=[by_area({"x": ["東京都"]}), by_account()], accountable="account > area", fallback="x").precedence
            ('account', 'area')
        """
        return (
            tuple(self.accountable.split(" > ")) if self.accountable else tuple(cut.name for cut in self.cuts)
        )

    @property
    def notation(self) -> str:
        """The cuts in digits: 1 area, 2 account, 3 solution, 4 product; inner cuts in brackets.

        Example:
            >>> from leadflow.routing import by_account, by_area
            >>> RoutingPolicy(cuts=[by_area({"x": ["東京都"]}), by_account()], fallback="x").notation
            '1+2'
        """
        return "+".join(cut.notation for cut in self.cuts)

    def assign(
        self,
        lead: Lead | Subject,
        teams: Teams,
        state: RoutingState,
        *,
        now: dt.datetime,
        activities: Sequence[Activity] = (),
        earlier: str | None = None,
        account: AccountMatch | None = None,
        excluded: Mapping[str, str] | None = None,
    ) -> Assignment:
        """Decide about one lead; see `decide` for the arguments.

        Example:
            >>> from leadflow.routing import by_area
            >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
            >>> lead, at = Lead(id="L1"), dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> one = policy.assign(lead, Teams(teams=[], people=[]), RoutingState(), now=at)
            >>> one.owner, one.routable
            ('desk', False)
        """
        return self.decide(
            lead,
            teams,
            state,
            now=now,
            activities=activities,
            earlier=earlier,
            account=account,
            excluded=excluded,
        )[0]

    def decide(
        self,
        lead: Lead | Subject,
        teams: Teams,
        state: RoutingState,
        *,
        now: dt.datetime,
        activities: Sequence[Activity] = (),
        earlier: str | None = None,
        account: AccountMatch | None = None,
        excluded: Mapping[str, str] | None = None,
    ) -> tuple[Assignment, RoutingState]:
        """Decide about one lead, and return what is to be remembered.

        Args:
            lead: the lead, or a subject that holds it with what is known about it.
            teams: the organisation.
            state: what is remembered.
            now: when the offer is made; aware.
            activities: what the lead did, when no subject is given.
            earlier: the id of who owned an earlier lead of the same person; the lead's ``owner_id`` by default.
            account: the account that another matcher found; the organisation's own book is asked by default.
            excluded: person to why they are not to be asked, such as that they let the offer expire.

        Returns:
            The assignment, with exactly one accountable owner, and the state after it.

        Example:
            >>> from leadflow.routing import Person, Team, by_area
            >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato")])
            >>> _, after = policy.decide(Lead(id="L1", prefecture="東京都"), teams, RoutingState(), now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> after.open_leads["sato"]
            1
        """
        to_seconds(now)
        subject = lead if isinstance(lead, Subject) else Subject(lead=lead, activities=activities, as_of=now)
        match = teams.accounts.match(subject.lead) if account is None else account
        plan = self._plan([book.matches(subject) for book in self._books], match, teams)
        crew = self._crew(teams, state, now, excluded)
        before = (subject.lead.owner_id or "") if earlier is None else earlier
        gift = crew.give(plan.errand, before if before and teams.is_person(before) else "")
        one = make_assignment(
            subject.lead.id,
            gift,
            plan,
            deadline=crew.deadline(gift.owner),
            teams=teams,
            now=now,
            fallback=self.fallback,
            definition=self.version,
            attempt=len(excluded or ()),
        )
        return one, crew.after()

    def fall_back(
        self,
        former: Assignment,
        teams: Teams,
        state: RoutingState,
        *,
        now: dt.datetime,
        reason: str = "nobody accepted in time",
        excluded: Mapping[str, str] | None = None,
    ) -> tuple[Assignment, RoutingState]:
        """Give a lead to the fallback: in turn to its people, else to whoever leads it.

        Where nobody of the fallback can take it, it waits without a deadline, since there is nobody left to go to.

        Args:
            former: the last assignment of the lead.
            teams: the organisation.
            state: what is remembered.
            now: when the offer is made; aware.
            reason: why.
            excluded: person to why they are not to be asked.

        Returns:
            The assignment, and the state after it.

        Example:
            >>> from leadflow.routing import by_area
            >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> former = Assignment(id="A", lead_id="L1", owner="sato", offered_at=at)
            >>> one, _ = policy.fall_back(former, Teams(teams=[], people=[]), RoutingState(), now=at)
            >>> one.owner, one.reasons
            ('desk', ('unroutable: nobody accepted in time', 'fallback desk'))
        """
        to_seconds(now)
        barred = {former.owner: "did not accept", **(excluded or {})}
        crew = self._crew(teams, state, now, barred)
        plan = RoutePlan(errand=Errand(), missing=reason)
        gift = crew.give(plan.errand)
        one = make_assignment(
            former.lead_id,
            gift,
            plan,
            deadline=None if gift.how == FALLBACK_NOBODY else crew.deadline(gift.owner),
            teams=teams,
            now=now,
            fallback=self.fallback,
            definition=self.version,
            attempt=len(barred),
        )
        return one, crew.after()

    def assign_batch(
        self,
        population: Population,
        teams: Teams,
        state: RoutingState,
        *,
        now: dt.datetime,
        earlier: Column | None = None,
        accounts: tuple[Codes, Sequence[AccountMatch]] | None = None,
        excluded: Mapping[str, str] | None = None,
    ) -> tuple[Offers, RoutingState]:
        """Decide about a population; the result does not depend on the order of its rows.

        Leads are taken by falling score, where scores are known, and then by id, and each is decided as `decide`
        does.

        Args:
            population: n leads, each id once, with what is known about them.
            teams: the organisation.
            state: what is remembered.
            now: when the offers are made; aware.
            earlier: (n,) ids of who owned an earlier lead of the same person; the column ``owner_id`` by default.
            accounts: (n,) indices into the matches that another matcher found, and these; the organisation's own
                book is asked by default.
            excluded: person to why they are not to be asked.

        Returns:
            A sequence of assignments in the order of the rows, and the state after them.

        Raises:
            InputError: an id comes twice.

        Example:
            >>> from leadflow.records import LeadBatch
            >>> from leadflow.routing import Person, Team, by_area
            >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato", "tanaka"))], people=[Person(id="sato"), Person(id="tanaka")])
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> people = Population(batch=LeadBatch.from_dicts([{"prefecture": "東京都"}] * 2), as_of=at)
            >>> offers, after = policy.assign_batch(people, teams, RoutingState(), now=at)
            >>> [offer.owner for offer in offers], dict(after.open_leads)
            (['sato', 'tanaka'], {'sato': 1, 'tanaka': 1})
        """
        to_seconds(now)
        routes = self.routes(population, teams, accounts=accounts)
        before = self._earlier(population, teams, earlier)
        crew = self._crew(teams, state, now, excluded)
        gifts = crew.give_many(routes.errands, routes.errand_of.tolist(), before, rows_by_score(population))
        offers = Offers(
            ids=population.batch.ids,
            gifts=gifts,
            routes=routes,
            deadlines={owner: crew.deadline(owner) for owner in dict.fromkeys(gifts.owners)},
            teams=teams,
            now=now,
            fallback=self.fallback,
            definition=self.version,
            attempt=len(excluded or ()),
        )
        return offers, crew.after()

    def routes(
        self,
        population: Population,
        teams: Teams,
        *,
        accounts: tuple[Codes, Sequence[AccountMatch]] | None = None,
    ) -> Routes:
        """Return what the rules say about every lead, before anybody's capacity is asked.

        Args:
            population: n leads.
            teams: the organisation.
            accounts: (n,) indices into the matches that another matcher found, and these.

        Example:
            >>> from leadflow.records import LeadBatch
            >>> from leadflow.routing import by_area
            >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
            >>> people = Population(batch=LeadBatch.from_dicts([{"prefecture": "東京都"}]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> routes = policy.routes(people, Teams(teams=[], people=[]))
            >>> routes.errands[routes.errand_of[0]].target
            'kanto'
        """
        return Routes.of(
            self.cuts,
            self._rules,
            [book.match_batch(population) for book in self._books],
            teams.accounts.match_batch(population.batch) if accounts is None else accounts,
            precedence=self.precedence,
            needs=self.needs,
            teams=teams,
        )

    def check(
        self, teams: Teams, *, on: dt.date | None = None, limit: int = 100_000, seed: int = 0
    ) -> CheckReport:
        """Check the policy against an organisation: holes, overlaps, rules that never decide, teams that cannot.

        Args:
            teams: the organisation.
            on: the day for which people who left are looked for, and from which on calendars are asked for open time;
                None finds everybody whose last day is known.
            limit: how many cases of a cut are gone through; beyond it they are sampled, and the report says so.
            seed: of the sample.

        Example:
            >>> from leadflow.routing import Person, Team, by_area
            >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="kanto")
            >>> teams = Teams(teams=[Team(id="kanto", members=("sato",))], people=[Person(id="sato")])
            >>> print(policy.check(teams).text())
            hole: no rule of area covers prefecture 北海道
            hole: no rule of area covers prefecture missing
            Gone through in full: area.
        """
        return check_policy(
            self.cuts,
            teams,
            precedence=self.precedence,
            fallback=self.fallback,
            sla=self.sla,
            calendar=self.calendar,
            on=on,
            limit=limit,
            seed=seed,
        )

    def replay(
        self,
        population: Population,
        teams: Teams,
        *,
        at: Seconds,
        before: "Column | RoutingPolicy",
        accepted_at: Seconds | None = None,
        state: RoutingState | None = None,
        open_for: dt.timedelta = dt.timedelta(days=14),
        accounts: tuple[Codes, Sequence[AccountMatch]] | None = None,
    ) -> ReplayReport:
        """Route leads that came in the past under this policy, and compare.

        Args:
            population: n leads; what they did counts up to its ``as_of``.
            teams: the organisation.
            at: (n,) int64 seconds since 1970 UTC, when each lead came.
            before: (n,) who owned each lead, or the policy to compare with.
            accepted_at: (n,) int64 seconds, when each lead was accepted; ``NO_TIME`` where it never was.
            state: what was remembered before the first lead.
            open_for: how long a lead counts against the capacity of its owner.
            accounts: (n,) indices into the matches that another matcher found, such as the
                ``leadflow.engine.AccountMatcher`` by which `LeadFlow` routes, and these; the organisation's own book
                is asked by default.

        Raises:
            InputError: there is not one moment and one owner per lead.

        Example:
            >>> from leadflow.records import LeadBatch
            >>> from leadflow.routing import by_area
            >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
            >>> people = Population(batch=LeadBatch.from_dicts([{}]), as_of=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
            >>> print(policy.replay(people, Teams(teams=[], people=[]), at=np.array([1_780_000_000]), before=policy).text())
            0 of 1 leads change hands (0.0%)
            left to the fallback: 1, before 1
        """
        begin = state or RoutingState()
        after = self._course(population, teams, begin, at=at, open_for=open_for, accounts=accounts)
        if isinstance(before, RoutingPolicy):
            was: Column | Course = before._course(  # noqa: SLF001  # another value of the same class
                population, teams, begin, at=at, open_for=open_for, accounts=accounts
            )
        else:
            was = before
        return compare(population, was, after, accepted_at=accepted_at)

    def to_dict(self) -> dict[str, Json]:
        """Return the policy as plain data for a definition file.

        Example:
            >>> from leadflow.routing import by_area
            >>> policy = RoutingPolicy(cuts=[by_area({"kanto": ["東京都"]})], fallback="desk")
            >>> RoutingPolicy.from_dict(policy.to_dict()) == policy
            True
        """
        data: dict[str, Json] = {
            "version": self.version,
            "cuts": [plain.cut_to_data(cut) for cut in self.cuts],
            "accountable": " > ".join(self.precedence),
            "fallback": self.fallback,
        }
        if not self.accountable:
            del data["accountable"]
        if self.capacity is not None:
            data["capacity"] = capacity_to_data(self.capacity)
        if self.calendar is not None:
            data["calendar"] = self.calendar.to_dict()  # type: ignore[assignment]  # built of plain data only
        if self.sla is not None:
            data["sla"] = self.sla.to_dict()
        if self.needs:
            data["needs"] = [plain.need_to_data(need) for need in self.needs]
        return data

    @classmethod
    def from_dict(
        cls,
        data: object,
        *,
        path: str = "$.routing",
        calendars: Mapping[str, BusinessCalendar] | None = None,
    ) -> "RoutingPolicy":
        """Read a policy from the data of a definition file.

        Args:
            data: a table with ``cuts`` and ``fallback`` and, as needed, ``accountable``, ``capacity``, ``calendar``,
                ``sla``, ``needs`` and ``version``.
            path: where it stands, for errors.
            calendars: by the names under which ``calendar`` can call them.

        Raises:
            DefinitionError: something is wrong; the message and its ``path`` say where.

        Example:
            >>> RoutingPolicy.from_dict({"cuts": [{"by": "area", "teams": {"kanto": ["東京都"]}}], "fallback": "desk"}).notation
            '1'
        """
        table, cuts, needs, capacity, sla = plain.read_parts(data, path)
        calendar = plain.calendar_from_data(table.get("calendar"), calendars or {}, f"{path}.calendar")
        texts = {
            key: read_text(table.get(key, ""), path=f"{path}.{key}")
            for key in ("accountable", "fallback", "version")
        }
        return at(
            path, lambda: cls(cuts=cuts, needs=needs, capacity=capacity, sla=sla, calendar=calendar, **texts)
        )

    def _course(
        self,
        population: Population,
        teams: Teams,
        state: RoutingState,
        *,
        at: Seconds,
        open_for: dt.timedelta,
        accounts: tuple[Codes, Sequence[AccountMatch]] | None,
    ) -> Course:
        routes = self.routes(population, teams, accounts=accounts)
        earlier = self._earlier(population, teams, None)
        crew = self._crew(teams, state, population.as_of, None)
        return run_course(population, teams, routes, earlier, crew, at=at, open_for=open_for)

    def _plan(self, matched: Sequence[Sequence[int]], match: AccountMatch, teams: Teams) -> RoutePlan:
        return plan_route(
            self.cuts,
            [[rules[i] for i in found] for rules, found in zip(self._rules, matched, strict=False)],
            match,
            precedence=self.precedence,
            needs=[self.needs[i] for i in matched[-1]],
            teams=teams,
        )

    def _crew(
        self, teams: Teams, state: RoutingState, now: dt.datetime, excluded: Mapping[str, str] | None
    ) -> Crew:
        return Crew(
            teams=teams,
            state=state,
            now=now,
            fallback=self.fallback,
            capacity=self.capacity,
            calendar=self.calendar,
            sla=self.sla,
            excluded=excluded or {},
        )

    def _earlier(self, population: Population, teams: Teams, earlier: Column | None) -> list[str]:
        column = population.batch["owner_id"] if earlier is None else earlier
        known = np.array([*(str(v) if teams.is_person(str(v)) else "" for v in column.values), ""], object)
        owners: list[str] = known[np.maximum(column.codes, -1)].tolist()
        return owners
