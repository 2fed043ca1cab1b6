"""Conditions: a test of a reading, and the connectives *all*, *any* and *not*."""

from collections.abc import Iterator
from typing import TypeAlias

import attrs
import numpy as np

from leadflow.conditions.population import Population, Subject
from leadflow.conditions.questions import ValueTest
from leadflow.conditions.readings import ActivityReading, Reading
from leadflow.conditions.truth import FALSE, TRUE, Truth, truth_of, word
from leadflow.errors import DefinitionError

__all__ = [
    "AllOf",
    "AnyOf",
    "Clause",
    "Condition",
    "Explanation",
    "Not",
    "all_of",
    "always",
    "any_of",
    "clauses",
]


@attrs.frozen(kw_only=True)
class Explanation:
    """Why a condition holds for a subject, or does not, clause by clause.

    Attributes:
        condition: the condition as text.
        truth: ``TRUE``, ``UNKNOWN`` or ``FALSE``.
        observed: the value looked at; None for a connective or a missing value.
        parts: the explanations of the clauses.
    """

    condition: str
    truth: int
    observed: object = None
    parts: "tuple[Explanation, ...]" = ()

    @property
    def failed(self) -> "tuple[Explanation, ...]":
        """The clauses because of which the condition does not hold, innermost.

        Example:
            >>> Explanation(condition="title is filled", truth=FALSE).failed[0].condition
            'title is filled'
        """
        if self.truth == TRUE:
            return ()
        if not self.parts or self.condition.startswith("not "):
            return (self,)
        return tuple(failed for part in self.parts if part.truth != TRUE for failed in part.failed)

    def text(self, indent: int = 0) -> str:
        """Return the explanation as an indented tree.

        Example:
            >>> print(Explanation(condition="employees >= 300", truth=FALSE, observed=12).text())
            no: employees >= 300 (is 12)
        """
        seen = "" if self.observed is None else f" (is {self.observed})"
        own = f"{'  ' * indent}{word(self.truth)}: {self.condition}{seen}"
        return "\n".join([own, *(part.text(indent + 1) for part in self.parts)])


class _Connected:
    """The operators that join conditions."""

    __slots__ = ()

    def __and__(self, other: "Condition") -> "Condition":
        return all_of(self, other)  # type: ignore[arg-type]  # every subclass is a member of Condition

    def __or__(self, other: "Condition") -> "Condition":
        return any_of(self, other)  # type: ignore[arg-type]  # every subclass is a member of Condition

    def __invert__(self) -> "Not":
        return Not(part=self)  # type: ignore[arg-type]  # every subclass is a member of Condition

    def __bool__(self) -> bool:
        raise TypeError(
            "A condition has no truth of its own: join conditions with & | ~, and ask with evaluate() or holds()."
        )


@attrs.frozen(kw_only=True)
class Clause(_Connected):
    """A test of what a reading finds.

    Attributes:
        reading: where to look.
        test: what to ask.
    """

    reading: Reading
    test: ValueTest

    def evaluate(self, population: Population) -> Truth:
        """Return the truth for every lead, (n,) int8."""
        column = self.reading.column(population)
        answers = np.fromiter(
            (truth_of(self.test.holds(value)) for value in column.values), np.int8, len(column.values)
        )
        missing = truth_of(self.test.holds(None))
        return np.append(answers, np.int8(missing)).astype(np.int8)[np.maximum(column.codes, -1)]

    def holds(self, subject: Subject) -> bool | None:
        """Say whether it holds for one lead; None is unknown."""
        return self.test.holds(self.reading.value(subject))

    def explain(self, subject: Subject) -> Explanation:
        """Say why it holds for one lead, or does not."""
        value = self.reading.value(subject)
        return Explanation(condition=self.text(), truth=truth_of(self.test.holds(value)), observed=value)

    def text(self) -> str:
        """Return the condition as text."""
        return f"{self.reading.text()} {self.test.text()}"


@attrs.frozen(kw_only=True)
class AllOf(_Connected):
    """Every part holds. Without parts it always holds; a single part would be that part."""

    parts: "tuple[Condition, ...]"

    def __attrs_post_init__(self) -> None:
        if len(self.parts) == 1:
            raise DefinitionError(
                "'all' needs no part (always) or at least two; a single condition stands for itself."
            )

    def evaluate(self, population: Population) -> Truth:
        """Return the truth for every lead, (n,) int8."""
        truth = np.full(len(population), TRUE, np.int8)
        for part in _cheapest_first(self.parts):
            if not (truth > FALSE).any():  # no further part changes an answer
                break
            truth = np.minimum(truth, part.evaluate(population))
        return truth

    def holds(self, subject: Subject) -> bool | None:
        """Say whether it holds for one lead; None is unknown."""
        unknown = False
        for part in self.parts:
            answer = part.holds(subject)
            if answer is False:
                return False
            unknown = unknown or answer is None
        return None if unknown else True

    def explain(self, subject: Subject) -> Explanation:
        """Say why it holds for one lead, or does not."""
        return _joined(self, tuple(part.explain(subject) for part in self.parts), self.holds(subject))

    def text(self) -> str:
        """Return the condition as text."""
        return " and ".join(_bracketed(part) for part in self.parts) or "always"


@attrs.frozen(kw_only=True)
class AnyOf(_Connected):
    """At least one of several parts holds."""

    parts: "tuple[Condition, ...]"

    def __attrs_post_init__(self) -> None:
        if len(self.parts) < 2:
            raise DefinitionError("'any' needs at least two parts; a single condition stands for itself.")

    def evaluate(self, population: Population) -> Truth:
        """Return the truth for every lead, (n,) int8."""
        truth = np.full(len(population), FALSE, np.int8)
        for part in _cheapest_first(self.parts):
            if not (truth < TRUE).any():  # no further part changes an answer
                break
            truth = np.maximum(truth, part.evaluate(population))
        return truth

    def holds(self, subject: Subject) -> bool | None:
        """Say whether it holds for one lead; None is unknown."""
        unknown = False
        for part in self.parts:
            answer = part.holds(subject)
            if answer:
                return True
            unknown = unknown or answer is None
        return None if unknown else False

    def explain(self, subject: Subject) -> Explanation:
        """Say why it holds for one lead, or does not."""
        return _joined(self, tuple(part.explain(subject) for part in self.parts), self.holds(subject))

    def text(self) -> str:
        """Return the condition as text."""
        return " or ".join(_bracketed(part) for part in self.parts)


@attrs.frozen(kw_only=True)
class Not(_Connected):
    """The part does not hold; unknown stays unknown."""

    part: "Condition"

    def evaluate(self, population: Population) -> Truth:
        """Return the truth for every lead, (n,) int8."""
        return -self.part.evaluate(population)

    def holds(self, subject: Subject) -> bool | None:
        """Say whether it holds for one lead; None is unknown."""
        answer = self.part.holds(subject)
        return None if answer is None else not answer

    def explain(self, subject: Subject) -> Explanation:
        """Say why it holds for one lead, or does not."""
        return _joined(self, (self.part.explain(subject),), self.holds(subject))

    def text(self) -> str:
        """Return the condition as text."""
        return f"not {self.part.text()}" if isinstance(self.part, Not) else f"not ({self.part.text()})"


Condition: TypeAlias = Clause | AllOf | AnyOf | Not
always = AllOf(parts=())
"""The condition that holds for every lead."""


def all_of(*conditions: Condition) -> Condition:
    """Return the condition that every one of some conditions holds.

    Example:
        >>> all_of().text()
        'always'
    """
    parts = tuple(
        inner for part in conditions for inner in (part.parts if isinstance(part, AllOf) else (part,))
    )
    return parts[0] if len(parts) == 1 else AllOf(parts=parts)


def any_of(*conditions: Condition) -> Condition:
    """Return the condition that at least one of some conditions holds.

    Raises:
        DefinitionError: there are no conditions.

    Example:
        >>> from leadflow.conditions import field
        >>> any_of(field("title").is_filled(), field("department").is_filled()).text()
        'title is filled or department is filled'
    """
    parts = tuple(
        inner for part in conditions for inner in (part.parts if isinstance(part, AnyOf) else (part,))
    )
    return parts[0] if len(parts) == 1 else AnyOf(parts=parts)


def clauses(condition: Condition) -> Iterator[Clause]:
    """Return every test in a condition, in order of writing.

    Example:
        >>> list(clauses(always))
        []
    """
    match condition:
        case Clause():
            yield condition
        case Not(part=part):
            yield from clauses(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from clauses(part)


def _cheapest_first(parts: "tuple[Condition, ...]") -> "list[Condition]":
    """Order parts by their work: a field is asked once per distinct value, activities are counted one by one."""
    return sorted(
        parts, key=lambda part: sum(isinstance(each.reading, ActivityReading) for each in clauses(part))
    )


def _joined(condition: Condition, parts: tuple[Explanation, ...], answer: bool | None) -> Explanation:  # noqa: FBT001
    return Explanation(condition=condition.text(), truth=truth_of(answer), parts=parts)


def _bracketed(condition: Condition) -> str:
    joined = isinstance(condition, AllOf | AnyOf) and condition.parts
    return f"({condition.text()})" if joined else condition.text()
