"""Survivorship rules: which of several values stays."""

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from typing import Final

import attrs

from leadflow.errors import DefinitionError

__all__ = [
    "RULE_NAMES",
    "Candidate",
    "Rule",
    "check_max_age",
    "concat",
    "custom",
    "earliest",
    "first_non_empty",
    "highest",
    "longest",
    "lowest",
    "most_complete",
    "most_frequent",
    "most_recent",
    "prefer",
    "union",
]

RULE_NAMES: Final = (
    "concat",
    "custom",
    "earliest",
    "first_non_empty",
    "highest",
    "longest",
    "lowest",
    "most_complete",
    "most_frequent",
    "most_recent",
    "union",
)


@attrs.frozen(kw_only=True)
class Candidate:
    """A value that may stay, for a custom rule.

    Attributes:
        value: the canonical value.
        record_id: the record that holds it.
        source: the system or list of the record.
        observed_at: the moment for which it is known to hold; aware, or None.

    Example:
        >>> Candidate(value="部長", record_id="r1", source="Marketo").value
        '部長'
    """

    value: Hashable
    record_id: str
    source: str
    observed_at: dt.datetime | None = None


Chooser = Callable[[Sequence[Candidate]], Candidate]


@attrs.frozen(kw_only=True)
class Rule:
    """How one field's value survives.

    First, values older than ``max_age`` lose to younger ones. Then the sources decide, if the rule names
    any: only values of the best source that has one stay. Then the rule decides; what it leaves open goes
    to the later observation, and then to the smaller record id.

    Attributes:
        name: one of ``RULE_NAMES``.
        sources: the preferred sources, best first; a source that is not named comes after them.
        max_age: beyond it a value loses to any younger one.
        separator: between the texts of ``concat``.
        function: chooses for ``custom``.

    Example:
        >>> most_recent().name, prefer("Salesforce", then=longest()).describe()
        ('most_recent', 'prefer Salesforce, then longest')
    """

    name: str
    sources: tuple[str, ...] = ()
    max_age: dt.timedelta | None = None
    separator: str = "\n"
    function: Chooser | None = None

    def __attrs_post_init__(self) -> None:
        check_max_age(self.max_age)

    @property
    def gathers(self) -> bool:
        """Whether the rule joins values instead of choosing one.

        Example:
            >>> union().gathers, longest().gathers
            (True, False)
        """
        return self.name in {"union", "concat"}

    def describe(self) -> str:
        """Return the rule in a few words, for explanations and the ``rules`` of a batch.

        Example:
            >>> most_recent(max_age=dt.timedelta(days=365)).describe()
            'most_recent within 365 days'
        """
        words = self.name
        if self.max_age is not None:
            words += f" within {self.max_age.days} days"
        return f"prefer {' > '.join(self.sources)}, then {words}" if self.sources else words


def check_max_age(max_age: object) -> None:
    """Refuse what is no positive duration.

    Raises:
        DefinitionError: it is none.

    Example:
        >>> check_max_age(dt.timedelta(days=365))
    """
    if max_age is not None and (not isinstance(max_age, dt.timedelta) or max_age <= dt.timedelta(0)):
        raise DefinitionError(
            "The max_age of a merge must be a positive duration, such as timedelta(days=365)."
        )


def most_recent(*, max_age: dt.timedelta | None = None) -> Rule:
    """Keep the value that was observed last; a value without time is the oldest.

    Args:
        max_age: beyond it a value loses to any younger one.

    Example:
        >>> most_recent().describe()
        'most_recent'
    """
    return Rule(name="most_recent", max_age=max_age)


def earliest(*, max_age: dt.timedelta | None = None) -> Rule:
    """Keep the value that was observed first; a value without time comes last.

    Args:
        max_age: beyond it a value loses to any younger one.

    Example:
        >>> earliest().describe()
        'earliest'
    """
    return Rule(name="earliest", max_age=max_age)


def prefer(*sources: str, then: Rule | None = None) -> Rule:
    """Keep the value of the first of these sources that has one, whatever came last.

    Args:
        sources: best first; a source that is not named comes after all of them.
        then: decides between values of one source; most recent by default.

    Raises:
        DefinitionError: no source is named.

    Example:
        >>> prefer("Salesforce", "Marketo").describe()
        'prefer Salesforce > Marketo, then most_recent'
    """
    if not sources:
        raise DefinitionError("prefer needs at least one source, such as prefer('Salesforce').")
    return attrs.evolve(then or most_recent(), sources=tuple(sources))


def most_complete(*, max_age: dt.timedelta | None = None) -> Rule:
    """Keep the value of the record that has the most fields filled; in a group, of the group's fields.

    Args:
        max_age: beyond it a value loses to any younger one.

    Example:
        >>> most_complete().describe()
        'most_complete'
    """
    return Rule(name="most_complete", max_age=max_age)


def most_frequent(*, max_age: dt.timedelta | None = None) -> Rule:
    """Keep the value that most records hold.

    Args:
        max_age: beyond it a value loses to any younger one.

    Example:
        >>> most_frequent().describe()
        'most_frequent'
    """
    return Rule(name="most_frequent", max_age=max_age)


def longest(*, max_age: dt.timedelta | None = None) -> Rule:
    """Keep the value with the most characters.

    Args:
        max_age: beyond it a value loses to any younger one.

    Example:
        >>> longest().describe()
        'longest'
    """
    return Rule(name="longest", max_age=max_age)


def highest(*, max_age: dt.timedelta | None = None) -> Rule:
    """Keep the greatest value: number, date, or text in code-point order.

    Args:
        max_age: beyond it a value loses to any younger one.

    Example:
        >>> highest().describe()
        'highest'
    """
    return Rule(name="highest", max_age=max_age)


def lowest(*, max_age: dt.timedelta | None = None) -> Rule:
    """Keep the smallest value: number, date, or text in code-point order.

    Args:
        max_age: beyond it a value loses to any younger one.

    Example:
        >>> lowest().describe()
        'lowest'
    """
    return Rule(name="lowest", max_age=max_age)


def union(*, max_age: dt.timedelta | None = None) -> Rule:
    """Keep every tag of every record, sorted; for fields that hold several values.

    Args:
        max_age: beyond it a value loses to any younger one.

    Example:
        >>> union().describe()
        'union'
    """
    return Rule(name="union", max_age=max_age)


def concat(*, separator: str = "\n", max_age: dt.timedelta | None = None) -> Rule:
    """Keep every different text, oldest first; for notes.

    Args:
        separator: stands between two texts.
        max_age: beyond it a value loses to any younger one.

    Example:
        >>> concat(separator=" / ").separator
        ' / '
    """
    return Rule(name="concat", separator=separator, max_age=max_age)


def first_non_empty(*, max_age: dt.timedelta | None = None) -> Rule:
    """Keep the value of the first record that has one, in the order in which the records are given.

    This is the only rule for which that order matters.

    Args:
        max_age: beyond it a value loses to any younger one.

    Example:
        >>> first_non_empty().describe()
        'first_non_empty'
    """
    return Rule(name="first_non_empty", max_age=max_age)


def custom(function: Chooser) -> Rule:
    """Keep what a function chooses among different values.

    Args:
        function: gets the candidates, most recent first, when at least two of them differ, and returns
            one of them. It must give the same answer for the same candidates.

    Example:
        >>> custom(lambda candidates: candidates[-1]).name
        'custom'
    """
    return Rule(name="custom", function=function)
