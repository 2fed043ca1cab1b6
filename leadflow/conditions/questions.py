"""What can be asked of one value: equality, sets, ranges, text, presence.

Each test answers for one value; a column is answered by asking its distinct values. Texts are
compared folded (width and case do not matter).
"""

import datetime as dt
import math
import re
from collections.abc import Callable
from typing import TypeAlias

import attrs

from leadflow.conditions.literals import Literal, folded, ordinal, to_text
from leadflow.errors import DefinitionError

__all__ = ["Contains", "EndsWith", "Filled", "OneOf", "Range", "StartsWith", "ValueTest"]


@attrs.frozen(kw_only=True)
class OneOf:
    """The value is one of some constants; of a set, one member is.

    Attributes:
        options: the constants; one of them makes this an equality.

    Example:
        >>> OneOf(options=("東京都",)).holds("東京都")
        True
    """

    options: tuple[Literal, ...]
    _folded: frozenset[object] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if not self.options:
            raise DefinitionError("A test 'is one of' needs at least one value.")
        for option in self.options:
            _check_constant(option)
        if any(isinstance(option, float) and not math.isfinite(option) for option in self.options):
            raise DefinitionError("A test 'is' needs a finite number.")
        object.__setattr__(self, "_folded", frozenset(_comparable(option) for option in self.options))

    def holds(self, value: object) -> bool | None:
        """Say whether the value, or a member of it, is among the options."""
        if value is None:
            return None
        if isinstance(value, tuple):
            return any(_comparable(member) in self._folded for member in value)
        return _comparable(value) in self._folded

    def text(self) -> str:
        """Return the test as text."""
        if len(self.options) == 1:
            return f"is {to_text(self.options[0])}"
        return f"is one of [{', '.join(map(to_text, self.options))}]"


@attrs.frozen(kw_only=True)
class Range:
    """The value lies between two bounds, either of which may be absent.

    Attributes:
        low: number, date, moment or duration, or None.
        high: of the same scale, or None.
        low_open: the bound itself is out.
        high_open: the bound itself is out.

    Example:
        >>> Range(low=300).holds(300), Range(low=300, low_open=True).holds(300), Range(low=300).holds("x") is None
        (True, False, True)
    """

    low: Literal | None = None
    high: Literal | None = None
    low_open: bool = False
    high_open: bool = False
    _low: float = attrs.field(init=False, repr=False, eq=False)
    _high: float = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise DefinitionError("A range needs at least one bound.")
        low = -math.inf if self.low is None else ordinal(self.low)
        high = math.inf if self.high is None else ordinal(self.high)
        finite = all(bound is None or math.isfinite(ordinal(bound) or 0.0) for bound in (self.low, self.high))
        if low is None or high is None or not finite:
            raise DefinitionError(
                "The bounds of a range must be finite numbers, dates, aware moments or durations."
            )
        if any(isinstance(bound, dt.timedelta) and bound.microseconds for bound in (self.low, self.high)):
            raise DefinitionError("A duration in a condition must be whole seconds.")
        if self.low is not None and self.high is not None and _scale(self.low) != _scale(self.high):
            raise DefinitionError(
                f"The bounds of a range must be of one kind, got {_scale(self.low)} and {_scale(self.high)}."
            )
        if low > high or (low == high and (self.low_open or self.high_open)):
            raise DefinitionError(
                f"The range {self.text()} is empty: its lower bound must be below its upper bound."
            )
        object.__setattr__(self, "_low", low)
        object.__setattr__(self, "_high", high)

    def holds(self, value: object) -> bool | None:
        """Say whether the value lies within; None for a value of another kind."""
        bound = self.low if self.low is not None else self.high
        if value is None or _scale(value) != _scale(bound):
            return None
        place = ordinal(value)
        if place is None or math.isnan(place):
            return None
        above = place > self._low if self.low_open else place >= self._low
        return above and (place < self._high if self.high_open else place <= self._high)

    def text(self) -> str:
        """Return the test as text."""
        if self.low is None and self.high is not None:
            return f"{'<' if self.high_open else '<='} {to_text(self.high)}"
        if self.high is None and self.low is not None:
            return f"{'>' if self.low_open else '>='} {to_text(self.low)}"
        assert self.low is not None and self.high is not None  # noqa: S101, PT018  # the constructor refuses both absent
        left, right = "(" if self.low_open else "[", ")" if self.high_open else "]"
        return f"in {left}{to_text(self.low)}, {to_text(self.high)}{right}"


@attrs.frozen(kw_only=True)
class Contains:
    """The text contains some texts; a set has them as members.

    Attributes:
        parts: the texts looked for.
        every: all of them must be there; otherwise one is enough.

    Example:
        >>> Contains(parts=("部長", "取締役")).holds("営業部長"), Contains(parts=("ロボット",)).holds(("ロボット", "検査"))
        (True, True)
    """

    parts: tuple[str, ...]
    every: bool = False
    _folded: tuple[str, ...] = attrs.field(init=False, repr=False, eq=False)
    _any: re.Pattern[str] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_folded", _texts(self.parts))
        object.__setattr__(self, "_any", re.compile("|".join(map(re.escape, self._folded))))

    def holds(self, value: object) -> bool | None:
        """Say whether the parts are in the text or the set."""
        if value is None:
            return None
        if isinstance(value, tuple):
            members = frozenset(folded(str(member)) for member in value)
            return members.issuperset(self._folded) if self.every else not members.isdisjoint(self._folded)
        text = folded(str(value))
        if self.every:
            return all(part in text for part in self._folded)
        return self._any.search(text) is not None

    def text(self) -> str:
        """Return the test as text."""
        return f"contains {'all' if self.every else 'any'} of [{', '.join(map(to_text, self.parts))}]"


@attrs.frozen(kw_only=True)
class StartsWith:
    """The text begins with one of some texts.

    Example:
        >>> StartsWith(parts=("100-",)).holds("100-0001")
        True
    """

    parts: tuple[str, ...]
    _folded: tuple[str, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_folded", _texts(self.parts))

    def holds(self, value: object) -> bool | None:
        """Say whether the text, or a member of the set, begins so."""
        return _any_member(value, lambda text: text.startswith(self._folded))

    def text(self) -> str:
        """Return the test as text."""
        return f"starts with any of [{', '.join(map(to_text, self.parts))}]"


@attrs.frozen(kw_only=True)
class EndsWith:
    """The text ends with one of some texts.

    Example:
        >>> EndsWith(parts=(".ac.jp",)).holds("taro@example.ac.jp")
        True
    """

    parts: tuple[str, ...]
    _folded: tuple[str, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_folded", _texts(self.parts))

    def holds(self, value: object) -> bool | None:
        """Say whether the text, or a member of the set, ends so."""
        return _any_member(value, lambda text: text.endswith(self._folded))

    def text(self) -> str:
        """Return the test as text."""
        return f"ends with any of [{', '.join(map(to_text, self.parts))}]"


@attrs.frozen(kw_only=True)
class Filled:
    """There is a value; the one test that a missing value answers.

    Attributes:
        present: False asks for the absence.

    Example:
        >>> Filled().holds(None), Filled(present=False).holds(None)
        (False, True)
    """

    present: bool = True

    def holds(self, value: object) -> bool | None:
        """Say whether there is a value."""
        return (value is not None and value != ()) == self.present

    def text(self) -> str:
        """Return the test as text."""
        return "is filled" if self.present else "is missing"


ValueTest: TypeAlias = OneOf | Range | Contains | StartsWith | EndsWith | Filled


def _comparable(value: object) -> object:
    if isinstance(value, str):
        return folded(value)
    return (type(value), value) if isinstance(value, bool) else value


def _any_member(value: object, asks: Callable[[str], bool]) -> bool | None:
    if value is None:
        return None
    members = value if isinstance(value, tuple) else (value,)
    return any(asks(folded(str(member))) for member in members)


def _check_constant(option: object) -> None:
    if option is None:
        raise DefinitionError("Nothing is equal to None: ask is_missing() or is_filled().")
    if not isinstance(option, str | int | float | dt.date | dt.timedelta):
        raise DefinitionError(
            f"A test 'is' compares with a text, number, date or duration, got {type(option).__name__}; "
            "several constants are given one by one, as in is_in('a', 'b')."
        )


def _check_text(part: object) -> None:
    if not isinstance(part, str):
        raise DefinitionError(
            f"A text test looks for texts, got {type(part).__name__}; several are given one by one, "
            "as in contains_any('a', 'b')."
        )


def _texts(parts: tuple[str, ...]) -> tuple[str, ...]:
    for part in parts:
        _check_text(part)
    texts = tuple(folded(part) for part in parts)
    if not texts or not all(texts):
        raise DefinitionError("A text test needs at least one text, and none may be empty.")
    return texts


def _scale(value: object) -> str:
    match value:
        case bool():
            return "truth value"
        case int() | float():
            return "number"
        case dt.timedelta():
            return "duration"
        case dt.datetime():
            return "moment"
        case dt.date():
            return "date"
        case _:
            return "text"
