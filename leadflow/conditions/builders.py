"""How conditions are written in Python: ``field("title").contains_any("部長") & (activity("webinar").count() >= 2)``."""

import datetime as dt
from collections.abc import Mapping, Sequence

import attrs

from leadflow.conditions.literals import Literal
from leadflow.conditions.questions import Contains, EndsWith, Filled, OneOf, Range, StartsWith
from leadflow.conditions.readings import (
    ActivityReading,
    AgeReading,
    FieldReading,
    Measure,
    Reading,
    StateReading,
)
from leadflow.conditions.tree import Clause, Condition, Not

__all__ = ["ActivityRef", "ValueRef", "activity", "field", "grade", "score", "stage"]


@attrs.frozen(eq=False)
class ValueRef:
    """A place to look, waiting for the question; comparing it makes a condition.

    Attributes:
        reading: where to look.

    Example:
        >>> (ValueRef(FieldReading(name="employees")) >= 300).text()
        'employees >= 300'
    """

    reading: Reading

    def __eq__(self, value: object) -> Condition:  # type: ignore[override]  # a comparison is a condition here
        return Clause(reading=self.reading, test=OneOf(options=(value,)))  # type: ignore[arg-type]  # checked when it is compared

    def __ne__(self, value: object) -> Condition:  # type: ignore[override]  # a comparison is a condition here
        return Not(part=self == value)

    def __ge__(self, bound: Literal) -> Condition:
        return Clause(reading=self.reading, test=Range(low=bound))

    def __gt__(self, bound: Literal) -> Condition:
        return Clause(reading=self.reading, test=Range(low=bound, low_open=True))

    def __le__(self, bound: Literal) -> Condition:
        return Clause(reading=self.reading, test=Range(high=bound))

    def __lt__(self, bound: Literal) -> Condition:
        return Clause(reading=self.reading, test=Range(high=bound, high_open=True))

    __hash__ = None  # type: ignore[assignment]  # it compares to conditions, so it cannot be a key

    def between(self, low: Literal | None, high: Literal | None) -> Condition:
        """Ask whether the value lies within two bounds, both included; None is no bound.

        Example:
            >>> field("employees").between(300, None).text()
            'employees >= 300'
        """
        return Clause(reading=self.reading, test=Range(low=low, high=high))

    def is_in(self, *options: Literal) -> Condition:
        """Ask whether the value is one of some constants.

        Example:
            >>> field("prefecture").is_in("東京都", "神奈川県").text()
            'prefecture is one of ["東京都", "神奈川県"]'
        """
        return Clause(reading=self.reading, test=OneOf(options=options))

    def contains_any(self, *parts: str) -> Condition:
        """Ask whether the text contains one of some texts, or the set has one of them as a member.

        Example:
            >>> field("title").contains_any("部長", "取締役").text()
            'title contains any of ["部長", "取締役"]'
        """
        return Clause(reading=self.reading, test=Contains(parts=parts))

    def contains_all(self, *parts: str) -> Condition:
        """Ask whether the text contains all of some texts, or the set has them all as members.

        Example:
            >>> field("interests").contains_all("検査", "搬送").text()
            'interests contains all of ["検査", "搬送"]'
        """
        return Clause(reading=self.reading, test=Contains(parts=parts, every=True))

    def starts_with(self, *parts: str) -> Condition:
        """Ask whether the text begins with one of some texts.

        Example:
            >>> field("postal_code").starts_with("100-").text()
            'postal_code starts with any of ["100-"]'
        """
        return Clause(reading=self.reading, test=StartsWith(parts=parts))

    def ends_with(self, *parts: str) -> Condition:
        """Ask whether the text ends with one of some texts.

        Example:
            >>> field("email").ends_with(".ac.jp").text()
            'email ends with any of [".ac.jp"]'
        """
        return Clause(reading=self.reading, test=EndsWith(parts=parts))

    def is_filled(self) -> Condition:
        """Ask whether there is a value.

        Example:
            >>> field("corporate_number").is_filled().text()
            'corporate_number is filled'
        """
        return Clause(reading=self.reading, test=Filled())

    def is_missing(self) -> Condition:
        """Ask whether there is no value.

        Example:
            >>> field("corporate_number").is_missing().text()
            'corporate_number is missing'
        """
        return Clause(reading=self.reading, test=Filled(present=False))

    def age(self) -> "ValueRef":
        """Return how long ago the date or moment in the field was, to be compared with a duration.

        Example:
            >>> (field("created_at").age() <= dt.timedelta(days=30)).text()
            'age of created_at <= 30 days'
        """
        name = self.reading.name if isinstance(self.reading, FieldReading) else self.reading.text()
        return ValueRef(AgeReading(name=name))


@attrs.frozen(kw_only=True)
class ActivityRef:
    """Activities of some kinds, waiting for what is to be measured.

    Attributes:
        kinds: any of them counts.
        where: attribute name to the constants of which it must have one.
    """

    kinds: tuple[str, ...]
    where: Mapping[str, Literal | Sequence[Literal]]

    def count(self, *, within: dt.timedelta | None = None) -> ValueRef:
        """Return how many there are, zero when there are none.

        Args:
            within: the length of the window that ends at the moment of the question.

        Example:
            >>> (activity("webinar").count(within=dt.timedelta(days=30)) >= 2).text()
            'count("webinar", within 30 days) >= 2'
        """
        return self._measure(Measure.COUNT, within)

    def days(self, *, within: dt.timedelta | None = None) -> ValueRef:
        """Return on how many different days there are any.

        Example:
            >>> (activity("page_viewed").days() >= 3).text()
            'days("page_viewed") >= 3'
        """
        return self._measure(Measure.DAYS, within)

    def total(self, attribute: str, *, within: dt.timedelta | None = None) -> ValueRef:
        """Return the sum of a numeric attribute, zero when there are none.

        Example:
            >>> (activity("won").total("amount") > 0).text()
            'total(amount of "won") > 0'
        """
        return self._measure(Measure.TOTAL, within, attribute)

    def age(self, *, within: dt.timedelta | None = None) -> ValueRef:
        """Return how long ago the latest was; missing when there are none.

        Example:
            >>> (activity("call").age() > dt.timedelta(days=90)).text()
            'age("call") > 90 days'
        """
        return self._measure(Measure.AGE, within)

    def exists(self, *, within: dt.timedelta | None = None) -> Condition:
        """Ask whether there are any.

        Example:
            >>> activity("unsubscribed").exists().text()
            'count("unsubscribed") >= 1'
        """
        return self.count(within=within) >= 1

    def _measure(
        self, measure: Measure, within: dt.timedelta | None, attribute: str | None = None
    ) -> ValueRef:
        where = tuple((name, _options(self.where[name])) for name in sorted(self.where))
        return ValueRef(
            ActivityReading(
                kinds=self.kinds, measure=measure, attribute=attribute, where=where, within=within
            )
        )


def _options(given: Literal | Sequence[Literal]) -> tuple[Literal, ...]:
    if isinstance(given, Sequence) and not isinstance(given, str):
        return tuple(given)
    return (given,)


def field(name: str) -> ValueRef:
    """Look at a field or a custom column.

    Args:
        name: a name in ``leadflow.records.FIELDS``, or a custom column's header.

    Example:
        >>> (field("title") == "部長").text()
        'title is "部長"'
    """
    return ValueRef(FieldReading(name=name))


def activity(*kinds: str, where: Mapping[str, Literal | Sequence[Literal]] | None = None) -> ActivityRef:
    """Look at activities.

    Args:
        kinds: kinds of activity; any of them counts.
        where: attribute name to a constant, or to several of which one must match.

    Example:
        >>> activity("page_viewed", where={"page": "/pricing"}).exists().text()
        'count("page_viewed", page = "/pricing") >= 1'
    """
    return ActivityRef(kinds=kinds, where=where or {})


def stage() -> ValueRef:
    """Look at the stage that the lead is in.

    Example:
        >>> (stage() == "MQL").text()
        '@stage is "MQL"'
    """
    return ValueRef(StateReading(name="stage"))


def grade() -> ValueRef:
    """Look at the lead's grade.

    Example:
        >>> grade().is_in("A1", "A2").text()
        '@grade is one of ["A1", "A2"]'
    """
    return ValueRef(StateReading(name="grade"))


def score(part: str = "score") -> ValueRef:
    """Look at the lead's score.

    Args:
        part: ``"score"`` (the total), ``"fit"`` or ``"engagement"``.

    Example:
        >>> (score("fit") >= 50).text()
        '@fit >= 50'
    """
    return ValueRef(StateReading(name=part))
