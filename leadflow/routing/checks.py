"""What is wrong with a policy and an organisation, found before any lead is routed."""

import datetime as dt
import enum
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import BusinessCalendar, BusinessDuration
from leadflow.conditions import TRUE
from leadflow.conditions.readings import Reading
from leadflow.conditions.regions import Regions, readings_of, regions_of
from leadflow.records.leads import Lead
from leadflow.routing.cuts import Cut, Rule
from leadflow.routing.slas import EscalationAction, Sla
from leadflow.routing.teams import Teams
from leadflow.values.prefectures import PREFECTURES

__all__ = ["CheckReport", "Finding", "FindingKind", "check_policy"]

_EXAMPLES: Final = 3
_ANY_DAY: Final = dt.date(2000, 1, 1)
"""Where open time is looked for when no day is given: weekly hours are the same from any day on."""
_LOOK_AHEAD_DAYS: Final = (30, 3660)
"""A calendar that opens does so soon; only one that does not is laid out for years."""


class FindingKind(enum.Enum):
    """What is wrong."""

    HOLE = "hole"
    """Leads that no accountable rule covers; they go to the fallback."""
    OVERLAP = "overlap"
    """Two rules of one cut cover a lead, and only their order decides."""
    UNREACHABLE = "unreachable"
    """A rule that never decides, because rules before it cover all its leads."""
    UNKNOWN_TARGET = "unknown target"
    """A rule, an account or the fallback names what is no team, department or person."""
    EMPTY_TEAM = "empty team"
    """Nobody takes the leads."""
    NO_CALENDAR = "no calendar"
    """A limit is business time, and nothing says when the team works; or a calendar says that somebody never does."""
    OWNER_LEFT = "owner left"
    """Somebody who left is still named."""
    NO_SUPERIOR = "no superior"
    """A step of the ladder has nobody to tell."""

    @property
    def serious(self) -> bool:
        """Whether routing cannot do what the policy says; the others are for a person to judge.

        Example:
            >>> FindingKind.HOLE.serious, FindingKind.EMPTY_TEAM.serious
            (False, True)
        """
        return self not in {FindingKind.HOLE, FindingKind.OVERLAP}


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: what.
        where: the cut, rule, team, account or person.
        text: in one sentence.
        example: a lead that shows it; None where it is not about leads.
        exact: whether it was found by going through all cases, rather than a sample.
    """

    kind: FindingKind
    where: str
    text: str
    example: Lead | None = attrs.field(default=None, eq=False)
    exact: bool = True


@attrs.frozen(kw_only=True)
class CheckReport:
    """Everything that is wrong with a policy.

    Attributes:
        findings: serious ones first.
        exact: cut to whether all its cases were gone through, rather than a sample.

    Example:
        >>> CheckReport(findings=(), exact={"area": True}).text()
        'Nothing is wrong. Gone through in full: area.'
    """

    findings: tuple[Finding, ...]
    exact: Mapping[str, bool] = attrs.field(factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing serious is wrong.

        Example:
            >>> CheckReport(findings=(Finding(kind=FindingKind.HOLE, where="area", text=""),)).ok
            True
        """
        return not any(finding.kind.serious for finding in self.findings)

    def of(self, kind: FindingKind) -> tuple[Finding, ...]:
        """Return the findings of one kind.

        Example:
            >>> CheckReport(findings=()).of(FindingKind.HOLE)
            ()
        """
        return tuple(finding for finding in self.findings if finding.kind is kind)

    def to_dicts(self) -> list[dict[str, object]]:
        """Return one dict per finding.

        Example:
            >>> CheckReport(findings=(Finding(kind=FindingKind.HOLE, where="area", text="x"),)).to_dicts()
            [{'kind': 'hole', 'where': 'area', 'text': 'x', 'serious': False, 'exact': True}]
        """
        return [
            {
                "kind": finding.kind.value,
                "where": finding.where,
                "text": finding.text,
                "serious": finding.kind.serious,
                "exact": finding.exact,
            }
            for finding in self.findings
        ]

    def text(self) -> str:
        """Return the report as text, one line per finding.

        Example:
            >>> CheckReport(findings=(Finding(kind=FindingKind.HOLE, where="area", text="nobody covers 沖縄県"),)).text()
            'hole: nobody covers 沖縄県'
        """
        lines = [f"{finding.kind.value}: {finding.text}" for finding in self.findings]
        full = [name for name, exact in self.exact.items() if exact]
        part = [name for name, exact in self.exact.items() if not exact]
        how = [f"Gone through in full: {', '.join(full)}."] if full else []
        how += [f"By sample: {', '.join(part)}."] if part else []
        if not lines:
            return " ".join(["Nothing is wrong.", *how])
        return "\n".join([*lines, *([" ".join(how)] if how else [])])

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)


def check_policy(
    cuts: Sequence[Cut],
    teams: Teams,
    *,
    precedence: Sequence[str],
    fallback: str,
    sla: Sla | None,
    calendar: BusinessCalendar | None,
    on: dt.date | None,
    limit: int = 100_000,
    seed: int = 0,
) -> CheckReport:
    """Check a policy against an organisation.

    Args:
        cuts: of the policy.
        teams: the organisation.
        precedence: names of cuts that can be accountable, the most important first.
        fallback: who takes what nobody else can.
        sla: of the policy.
        calendar: of teams that have none of their own.
        on: the day for which people who left are looked for, and from which on calendars are asked for open time; None
            finds everybody whose last day is known.
        limit: how many cases of a cut are gone through; beyond it they are sampled.
        seed: of the sample.

    Example:
        >>> from leadflow.routing import by_area
        >>> cut = by_area({"kanto": ["東京都"]})
        >>> report = check_policy([cut], Teams(teams=[], people=[]), precedence=["area"], fallback="desk", sla=None, calendar=None, on=None)
        >>> [finding.kind.value for finding in report]
        ['unknown target', 'unknown target', 'hole', 'hole']
    """
    known = {
        "prefecture": PREFECTURES,
        "industry": tuple(dict.fromkeys(name for team in teams.teams for name in team.industries)),
        "interests": tuple(dict.fromkeys(word for product in teams.products for word in product.words)),
    }
    rules = {cut.name: cut.rules() for cut in cuts}
    regions = {
        name: regions_of((rule.condition for rule in each), known=known, limit=limit, seed=seed)
        for name, each in rules.items()
    }
    findings = [
        *_targets(rules, teams, fallback),
        *_calendars(rules, teams, sla, calendar, fallback),
        *_closed(rules, teams, calendar, fallback, on or _ANY_DAY),
        *_people(rules, teams, sla, on),
    ]
    for name, each in rules.items():
        held = _held(each, regions[name])
        findings += _unreachable(name, each, held, regions[name])
        findings += _overlaps(name, each, held, regions[name])
    findings += _holes(
        [cut for cut in cuts if cut.name in precedence], rules, known=known, limit=limit, seed=seed
    )
    ordered = sorted(findings, key=lambda finding: not finding.kind.serious)
    return CheckReport(
        findings=tuple(ordered), exact={name: region.exact for name, region in regions.items()}
    )


def _held(rules: Sequence[Rule], regions: Regions) -> npt.NDArray[np.bool_]:
    held = np.zeros((regions.length, len(rules)), np.bool_)
    for i, rule in enumerate(rules):
        held[:, i] = regions.evaluate(rule.condition) == TRUE
    return held


def _unreachable(
    cut: str, rules: Sequence[Rule], held: npt.NDArray[np.bool_], regions: Regions
) -> Iterator[Finding]:
    if not rules:
        return
    first = set(np.argmax(held, axis=1)[held.any(axis=1)].tolist())
    for i, rule in enumerate(rules):
        if i in first:
            continue
        rows = np.flatnonzero(held[:, i])
        before = rules[int(np.argmax(held[rows[0]]))].label if rows.size else ""
        why = (
            f"every lead of it is covered earlier, for example by '{before}'"
            if rows.size
            else "no lead can satisfy it"
        )
        yield Finding(
            kind=FindingKind.UNREACHABLE,
            where=f"{cut}: {rule.label}",
            text=f"the rule '{rule.label}' of the cut '{cut}' never decides: {why}",
            example=regions.lead(int(rows[0])) if rows.size else None,
            exact=regions.exact,
        )


def _overlaps(
    cut: str, rules: Sequence[Rule], held: npt.NDArray[np.bool_], regions: Regions
) -> Iterator[Finding]:
    # That somebody is interested in two products is no flaw of the rules: only what one interest meets counts.
    single = np.ones(regions.length, np.bool_)
    for column in regions.columns.values():
        single &= ~column.test(lambda value: isinstance(value, tuple) and len(value) > 1)
    own, rows = held[single], np.flatnonzero(single)
    together = own.T.astype(np.float32) @ own.astype(np.float32)
    for i, j in zip(*np.nonzero(np.triu(together, 1)), strict=True):
        first, second = rules[int(i)], rules[int(j)]
        if first.target == second.target:
            continue
        row = int(rows[int(np.argmax(own[:, i] & own[:, j]))])
        yield Finding(
            kind=FindingKind.OVERLAP,
            where=f"{cut}: {first.label} / {second.label}",
            text=f"'{first.label}' and '{second.label}' of the cut '{cut}' both cover {regions.describe(row)}; their order decides",
            example=regions.lead(row),
            exact=regions.exact,
        )


def _holes(
    cuts: Sequence[Cut],
    rules: Mapping[str, Sequence[Rule]],
    *,
    known: Mapping[str, Sequence[str]],
    limit: int,
    seed: int,
) -> Iterator[Finding]:
    open_groups: list[tuple[Regions, npt.NDArray[np.intp]]] = []
    for group in _apart([rules[cut.name] for cut in cuts]):
        regions = regions_of((rule.condition for rule in group), known=known, limit=limit, seed=seed)
        uncovered = np.flatnonzero(~_held(group, regions).any(axis=1))
        if not uncovered.size:
            return
        open_groups.append((regions, uncovered))
    names = ", ".join(cut.name for cut in cuts)
    # A lead falls through only where every group leaves it, so each group contributes one part of an example.
    for number in range(min(_EXAMPLES, max((len(rows) for _, rows in open_groups), default=0))):
        picks = [(regions, int(rows[min(number, len(rows) - 1)])) for regions, rows in open_groups]
        values = {name: value for regions, row in picks for name, value in regions.lead(row).values().items()}
        yield Finding(
            kind=FindingKind.HOLE,
            where=names,
            text=f"no rule of {names} covers {'; '.join(regions.describe(row) for regions, row in picks)}",
            example=Lead.of("example", values),
            exact=all(regions.exact for regions, _ in picks),
        )


def _apart(cuts: Sequence[Sequence[Rule]]) -> list[list[Rule]]:
    """Group rules so that rules of different groups look at different places."""
    groups: list[tuple[set[Reading], list[Rule]]] = []
    for rule in (rule for rules in cuts for rule in rules):
        places = set(readings_of(rule.condition))
        touching = [group for group in groups if group[0] & places]
        joined = (
            places.union(*(group[0] for group in touching)),
            [*(r for group in touching for r in group[1]), rule],
        )
        groups = [*(group for group in groups if group not in touching), joined]
    return [rules for _, rules in groups]


def _targets(rules: Mapping[str, Sequence[Rule]], teams: Teams, fallback: str) -> Iterator[Finding]:
    named = [(rule.target, f"{cut}: {rule.label}") for cut, each in rules.items() for rule in each]
    named += [(account.team, f"account {account.id}") for account in teams.accounts if account.team]
    for target, where in dict.fromkeys((*named, (fallback, "fallback"))):
        if not teams.knows(target):
            text = f"'{target}', named by {where}, is no team, department or person"
            if where == "fallback":
                text += "; leads that fall through will wait under that name"
            yield Finding(kind=FindingKind.UNKNOWN_TARGET, where=where, text=text)
    for target in dict.fromkeys(target for target, _ in (*named, (fallback, ""))):
        members = teams.members(target)
        if teams.knows(target) and not any(member.weight for member in members):
            why = "nobody takes turns (all weights are 0)" if members else "it has no members"
            yield Finding(kind=FindingKind.EMPTY_TEAM, where=target, text=f"'{target}' gets leads, but {why}")


def _calendars(
    rules: Mapping[str, Sequence[Rule]],
    teams: Teams,
    sla: Sla | None,
    calendar: BusinessCalendar | None,
    fallback: str,
) -> Iterator[Finding]:
    if sla is None or calendar is not None:
        return
    limits = (sla.accept_within, *(step.after for step in sla.escalate))
    if not any(isinstance(limit, BusinessDuration) for limit in limits):
        return
    for target in dict.fromkeys((*(rule.target for each in rules.values() for rule in each), fallback)):
        if teams.knows(target) and any(
            teams.calendar_of(member.id) is None for member in teams.members(target)
        ):
            yield Finding(
                kind=FindingKind.NO_CALENDAR,
                where=target,
                text=f"the limit counts business time, but nothing says when '{target}' works: give the team or the policy a calendar",
            )


def _closed(
    rules: Mapping[str, Sequence[Rule]],
    teams: Teams,
    calendar: BusinessCalendar | None,
    fallback: str,
    first: dt.date,
) -> Iterator[Finding]:
    """Find who never gets a lead, because their calendar has no open time."""
    targets = dict.fromkeys((*(rule.target for each in rules.values() for rule in each), fallback))
    people = dict.fromkeys(member.id for target in targets for member in teams.members(target))
    closed: dict[int, bool] = {}
    for person_id in people:
        own = teams.calendar_of(person_id) or calendar
        if own is None:
            continue
        if id(own) not in closed:
            ends = (first + dt.timedelta(days=days) for days in _LOOK_AHEAD_DAYS)
            closed[id(own)] = not any(own.working_days(first, end) for end in ends)
        if closed[id(own)]:
            years = _LOOK_AHEAD_DAYS[-1] // 366
            yield Finding(
                kind=FindingKind.NO_CALENDAR,
                where=person_id,
                text=f"'{person_id}' gets no leads: their calendar has no open time in the {years} years from {first}",
            )


def _people(
    rules: Mapping[str, Sequence[Rule]], teams: Teams, sla: Sla | None, on: dt.date | None
) -> Iterator[Finding]:
    targets = tuple(dict.fromkeys(rule.target for each in rules.values() for rule in each))
    yield from _owners(teams)
    for where, person_id, how in _named(teams, targets):
        left = teams.person(person_id).left if teams.is_person(person_id) else None
        if left is not None and (on is None or left < on):
            text = f"'{person_id}' left on {left} and {how}"
            yield Finding(kind=FindingKind.OWNER_LEFT, where=where, text=text)
    if sla is None or all(step.action is not EscalationAction.SUPERVISOR for step in sla.escalate):
        return
    for target in targets:
        lonely = [member.id for member in teams.members(target) if not teams.superiors(member.id)]
        if lonely:
            text = f"the ladder tells a superior, but {', '.join(lonely)} of '{target}' reports to nobody"
            yield Finding(kind=FindingKind.NO_SUPERIOR, where=target, text=text)


def _owners(teams: Teams) -> Iterator[Finding]:
    for account in teams.accounts:
        if account.owner and not teams.is_person(account.owner):
            yield Finding(
                kind=FindingKind.UNKNOWN_TARGET,
                where=f"account {account.id}",
                text=f"the owner '{account.owner}' of the account '{account.id}' is nobody",
            )


def _named(teams: Teams, targets: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield where somebody is named, who, and as what."""
    for account in teams.accounts:
        yield f"account {account.id}", account.owner, f"owns the account '{account.id}'"
    for team in teams.teams:
        for member in team.members:
            yield team.id, member, f"is still a member of '{team.id}'"
        yield team.id, team.supervisor, f"is still the supervisor of '{team.id}'"
    for target in targets:
        yield target, target, "is named by a rule"
