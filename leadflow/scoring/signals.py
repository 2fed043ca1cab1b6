"""What a lead is worth by what it does: signals of activity that fade, repeat and are capped."""

import datetime as dt
import enum
from collections.abc import Callable, Mapping, Sequence

import attrs

from leadflow.conditions.literals import Literal, folded
from leadflow.errors import DefinitionError
from leadflow.records.activities import Activity
from leadflow.scoring.points import MAX_AGE, Decay, checked_duration, checked_points, settled

__all__ = ["Repeat", "Signal", "signal"]


class Repeat(enum.StrEnum):
    """How often the same kind of activity counts. Of several that count once, the latest does."""

    EVERY = "every"
    """Each activity counts."""
    ONCE = "once"
    """One activity per lead counts."""
    ONCE_PER_DAY = "once_per_day"
    """One activity per lead and day counts."""
    ONCE_PER_VALUE = "once_per_value"
    """One activity per lead and value of an attribute counts, such as once per page."""


@attrs.frozen(kw_only=True)
class Signal:
    """Points for activities of one kind.

    An activity of age *a* is worth ``points * 0.5 ** (a / half_life)`` while ``0 <= a < window``.

    Attributes:
        kind: the kind of activity.
        points: for a fresh one; positive or negative.
        half_life: after which half of the points are left; None does not fade.
        window: older activities do not count, nor one exactly that old; None counts all.
        cap: the most that all of them can add, or take away, for a lead.
        repeat: how often the same counts.
        per: the attribute whose values count once each, for ``Repeat.ONCE_PER_VALUE``.
        where: attribute name to the constants of which it must have one; pairs, in order of name.
        name: how reasons and differences between models call it.
        group: signals of one group can share a cap; empty for none.

    Example:
        >>> signal("webinar_attended", points=20, half_life=dt.timedelta(days=60)).worth(60 * 86400)
        10.0
    """

    kind: str
    points: float
    half_life: dt.timedelta | None = None
    window: dt.timedelta | None = None
    cap: float | None = None
    repeat: Repeat = Repeat.EVERY
    per: str | None = None
    where: tuple[tuple[str, tuple[Literal, ...]], ...] = ()
    name: str
    group: str = ""
    _decay: Decay | None = attrs.field(init=False, eq=False, repr=False)
    _reach: int = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.kind:
            raise DefinitionError(
                "A signal needs the kind of activity that it counts, such as 'webinar_attended'."
            )
        if (self.repeat is Repeat.ONCE_PER_VALUE) != (self.per is not None):
            raise DefinitionError(
                "repeat 'once_per_value' needs per=, the attribute whose values count once each, and no other takes it."
            )
        checked_duration(self.half_life, "half_life")
        checked_duration(self.window, "window")
        if self.cap is not None:
            object.__setattr__(self, "cap", checked_points(self.cap, "The cap of a signal", positive=True))
        object.__setattr__(self, "points", checked_points(self.points, "The points of a signal"))
        object.__setattr__(self, "_decay", None if self.half_life is None else Decay.of(self.half_life))
        # ages are whole seconds: below a window of 1.5 s lie 0 s and 1 s
        reach = MAX_AGE + 1 if self.window is None else -int(-self.window.total_seconds() // 1)
        faded = MAX_AGE + 1 if self._decay is None else self._decay.horizon
        object.__setattr__(self, "_reach", min(reach, faded))

    @property
    def decay(self) -> Decay | None:
        """The decay of its half-life."""
        return self._decay

    @property
    def reach(self) -> int:
        """The age in whole seconds from which activities no longer count: out of the window, or faded to nothing."""
        return self._reach

    def worth(self, age: int) -> float:
        """Return what one activity is worth.

        Args:
            age: seconds since it happened; negative lies in the future.

        Returns:
            Points; 0 in the future and from the window on.

        Example:
            >>> webinar = signal("webinar_attended", points=20, window=dt.timedelta(days=180))
            >>> webinar.worth(86400), webinar.worth(180 * 86400), webinar.worth(-1)
            (20.0, 0.0, 0.0)
        """
        if not 0 <= age < self._reach:
            return 0.0
        return self.points if self._decay is None else settled(self.points * self._decay.factor(age))

    def total(self, ages: Sequence[int]) -> float:
        """Return what activities are worth together, before the cap.

        Args:
            ages: seconds since they happened, from 0 to below ``reach``.

        Example:
            >>> signal("call", points=20, half_life=dt.timedelta(days=1)).total([0, 86400])
            30.0
        """
        return self.points * len(ages) if self._decay is None else self._decay.total(ages, self.points)

    def limited(self, points: float) -> float:
        """Return a sum of points held within the cap.

        Example:
            >>> signal("email_opened", points=1, cap=10).limited(25.0)
            10.0
        """
        return points if self.cap is None else max(-self.cap, min(self.cap, points))

    def matches(self, activity: Activity) -> bool:
        """Say whether an activity's attributes are the ones asked for.

        Example:
            >>> when = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> view = Activity(lead_id="L1", kind="page_viewed", at=when, attributes={"page": "/pricing"})
            >>> signal("page_viewed", points=5, where={"page": "/pricing"}).matches(view)
            True
        """
        return all(
            (value := activity.attributes.get(name)) is not None and among(options)(value)
            for name, options in self.where
        )


def signal(
    kind: str,
    *,
    points: float,
    half_life: dt.timedelta | None = None,
    window: dt.timedelta | None = None,
    cap: float | None = None,
    repeat: Repeat | str = Repeat.EVERY,
    per: str | None = None,
    where: Mapping[str, Literal | Sequence[Literal]] | None = None,
    name: str | None = None,
    group: str | None = None,
) -> Signal:
    """Give points for a kind of activity.

    Args:
        kind: the kind of activity, such as ``"webinar_attended"``.
        points: for a fresh one, within ±1,000,000.
        half_life: after which half of the points are left.
        window: after which nothing is left; together with ``half_life`` or alone.
        cap: the most that the signal adds, or takes away, for a lead.
        repeat: ``"every"``, ``"once"``, ``"once_per_day"`` or ``"once_per_value"``.
        per: the attribute for ``"once_per_value"``.
        where: attribute name to a constant, or to several of which one must match.
        name: unique within the model; the kind by default.
        group: the group whose cap it shares.

    Raises:
        DefinitionError: a number, duration or combination makes no sense.

    Example:
        >>> signal("page_viewed", points=2, repeat="once_per_value", per="page", cap=20).repeat
        <Repeat.ONCE_PER_VALUE: 'once_per_value'>
    """
    pairs = tuple((attribute, _options(options)) for attribute, options in sorted((where or {}).items()))
    try:
        policy = Repeat(repeat)
    except ValueError:
        raise DefinitionError(f"repeat must be one of {', '.join(Repeat)}.") from None
    return Signal(
        kind=kind,
        points=points,
        half_life=half_life,
        window=window,
        cap=cap,
        repeat=policy,
        per=per,
        where=pairs,
        name=name or kind,
        group=group or "",
    )


def among(options: tuple[Literal, ...]) -> Callable[[object], bool]:
    """Return the test that a value is one of some constants; width and case of texts do not matter.

    Example:
        >>> among(("/pricing",))("/Pricing")
        True
    """
    wanted = {folded(option) if isinstance(option, str) else option for option in options}
    return lambda value: (folded(value) if isinstance(value, str) else value) in wanted


def _options(options: Literal | Sequence[Literal]) -> tuple[Literal, ...]:
    if isinstance(options, str) or not isinstance(options, Sequence):
        return (options,)
    return tuple(options)
