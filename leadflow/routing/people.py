"""Who sells: people with their skills, capacity, weight, absences and superior."""

import datetime as dt

import attrs

from leadflow.errors import DefinitionError

__all__ = ["Absence", "Capacity", "Person"]


@attrs.frozen(kw_only=True)
class Capacity:
    """How many leads a person can take; None is no limit.

    Attributes:
        open_leads: at the same time.
        per_day: new ones in a day.
        per_week: new ones in a calendar week, from Monday.
        per_month: new ones in a calendar month.

    Raises:
        DefinitionError: a limit is negative.

    Example:
        >>> Capacity(open_leads=30, per_day=5).per_week is None
        True
    """

    open_leads: int | None = None
    per_day: int | None = None
    per_week: int | None = None
    per_month: int | None = None

    def __attrs_post_init__(self) -> None:
        for limit in (self.open_leads, self.per_day, self.per_week, self.per_month):
            if limit is not None and limit < 0:
                raise DefinitionError(f"A capacity is a number of leads from 0, got {limit}.")

    def refusal(self, *, open_leads: int, day: int, week: int, month: int) -> str | None:
        """Return why no further lead fits, or None when one does.

        Args:
            open_leads: held now.
            day: taken today.
            week: taken this week.
            month: taken this month.

        Example:
            >>> Capacity(open_leads=30).refusal(open_leads=30, day=0, week=0, month=0)
            'capacity 30/30 open leads'
        """
        for have, limit, what in (
            (open_leads, self.open_leads, "open leads"),
            (day, self.per_day, "today"),
            (week, self.per_week, "this week"),
            (month, self.per_month, "this month"),
        ):
            if limit is not None and have >= limit:
                return f"capacity {have}/{limit} {what}"
        return None

    def room(self, *, open_leads: int, day: int, week: int, month: int) -> int | None:
        """Return how many further leads fit, or None when there is no limit.

        Args:
            open_leads: held now.
            day: taken today.
            week: taken this week.
            month: taken this month.

        Example:
            >>> Capacity(open_leads=30, per_day=5).room(open_leads=28, day=1, week=1, month=1)
            2
        """
        pairs = (
            (open_leads, self.open_leads),
            (day, self.per_day),
            (week, self.per_week),
            (month, self.per_month),
        )
        return min((limit - have for have, limit in pairs if limit is not None), default=None)


@attrs.frozen(kw_only=True)
class Absence:
    """Days on which a person is away.

    Attributes:
        first: the first day.
        last: the last day, away too.
        reason: why; never shown in decisions.

    Raises:
        DefinitionError: it ends before it begins.

    Example:
        >>> Absence(first=dt.date(2026, 12, 28), last=dt.date(2027, 1, 5)).covers(dt.date(2027, 1, 5))
        True
    """

    first: dt.date
    last: dt.date
    reason: str = attrs.field(default="", repr=False)

    def __attrs_post_init__(self) -> None:
        if self.last < self.first:
            raise DefinitionError(f"An absence from {self.first} to {self.last} ends before it begins.")

    def covers(self, day: dt.date) -> bool:
        """Say whether the person is away on a day.

        Example:
            >>> Absence(first=dt.date(2026, 5, 1), last=dt.date(2026, 5, 1)).covers(dt.date(2026, 5, 2))
            False
        """
        return self.first <= day <= self.last


@attrs.frozen(kw_only=True)
class Person:
    """Somebody who takes leads, or leads those who do.

    Attributes:
        id: stable and unique; a name is never an identity.
        name: for people to read.
        role: such as ``"agent"``, ``"supervisor"``, ``"manager"``.
        reports_to: the superior's id, empty at the top.
        department: the department's id.
        team: the team's id.
        skills: what the person knows.
        languages: such as ``("ja", "en")``.
        capacity: how many leads; None takes the policy's.
        weight: the share of leads relative to the others of the team; 0 takes none in turn.
        absences: days away.
        joined: the first day of work; None is always.
        left: the last day of work; None is never.
        calendar: the name of a calendar of their own; empty takes the team's.
        email: where to write to.
        kana: the reading of the name.

    Raises:
        DefinitionError: the id is empty or the weight is negative.

    Example:
        >>> Person(id="u1", name="佐藤 太郎", weight=2).weight
        2
    """

    id: str
    name: str = attrs.field(default="", repr=False)
    role: str = "agent"
    reports_to: str = ""
    department: str = ""
    team: str = ""
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    capacity: Capacity | None = None
    weight: int = 1
    absences: tuple[Absence, ...] = ()
    joined: dt.date | None = None
    left: dt.date | None = None
    calendar: str = ""
    email: str = attrs.field(default="", repr=False)
    kana: str = attrs.field(default="", repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.id:
            raise DefinitionError("A person needs an id that is not empty.")
        if self.weight < 0:
            raise DefinitionError(
                f"The weight of the person '{self.id}' must not be negative, got {self.weight}."
            )

    def away(self, day: dt.date) -> str | None:
        """Return why the person does not work on a day, or None when they may.

        Args:
            day: in the person's time zone.

        Example:
            >>> Person(id="u1", left=dt.date(2026, 6, 30)).away(dt.date(2026, 7, 1))
            'left on 2026-06-30'
        """
        if self.left is not None and day > self.left:
            return f"left on {self.left}"
        if self.joined is not None and day < self.joined:
            return f"joins on {self.joined}"
        absence = self.absence_on(day)
        return None if absence is None else f"on leave until {absence.last}"

    def absence_on(self, day: dt.date) -> Absence | None:
        """Return the absence of a day that ends last, or None.

        Args:
            day: in the person's time zone.

        Example:
            >>> Person(id="u1").absence_on(dt.date(2026, 7, 1)) is None
            True
        """
        return max(
            (absence for absence in self.absences if absence.covers(day)), key=lambda a: a.last, default=None
        )
