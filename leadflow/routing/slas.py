"""Until when a lead must be accepted, and what happens when it is not."""

import enum
from collections.abc import Iterable

import attrs

from leadflow.calendars import BusinessDuration, Duration, duration_from_data, duration_text
from leadflow.calendars.definition import read_list, read_table
from leadflow.errors import DefinitionError, near_miss
from leadflow.records.events import Json
from leadflow.routing.organisations import at

__all__ = ["EscalationAction", "EscalationStep", "Sla", "pool", "reassign", "remind", "supervisor"]


class EscalationAction(enum.Enum):
    """What a step of the ladder does."""

    REMIND = "remind"
    """Tell the owner again."""
    SUPERVISOR = "supervisor"
    """Tell the owner's superior; the owner stays accountable."""
    REASSIGN = "reassign"
    """The offer expires and somebody else of the team becomes accountable."""
    POOL = "pool"
    """The offer expires and the stated fallback becomes accountable."""


@attrs.frozen(kw_only=True)
class EscalationStep:
    """One step of the ladder.

    Attributes:
        action: what it does.
        after: how long after the offer, as elapsed or as business time.

    Raises:
        DefinitionError: it would be due before the offer.

    Example:
        >>> from leadflow.calendars import business_hours
        >>> EscalationStep(action=EscalationAction.REMIND, after=business_hours(3)).text()
        'remind after 3 business hours'
    """

    action: EscalationAction
    after: Duration

    def __attrs_post_init__(self) -> None:
        if _sign(self.after) < 0:
            raise DefinitionError(f"The step '{self.action.value}' must not be due before the offer.")

    def text(self) -> str:
        """Return the step as text.

        Example:
            >>> from leadflow.calendars import business_days
            >>> pool(business_days(2)).text()
            'pool after 2 business days'
        """
        return f"{self.action.value} after {duration_text(self.after)}"


def _steps(items: Iterable[EscalationStep]) -> tuple[EscalationStep, ...]:
    return tuple(items)


@attrs.frozen(kw_only=True)
class Sla:
    """The limit for accepting a lead, and the ladder for one that nobody accepts.

    Attributes:
        accept_within: from the offer; elapsed or business time.
        escalate: the steps, in order of time. Empty reminds after three quarters of the limit, tells the superior
            at the limit, reassigns after twice and gives up to the pool after three times the limit.
        follow_up_within: from the acceptance to the first recorded follow-up; None is no limit. The owner is reminded
            after three quarters of it, and the superior is told at the limit.

    Raises:
        DefinitionError: the limit is not positive, a step comes before the one above it, or the ladder goes on
            after the lead was taken away for good.

    Example:
        >>> from leadflow.calendars import business_hours
        >>> [step.text() for step in Sla(accept_within=business_hours(4)).escalate]
        ['remind after 3 business hours', 'supervisor after 4 business hours', 'reassign after 8 business hours', 'pool after 12 business hours']
    """

    accept_within: Duration
    escalate: tuple[EscalationStep, ...] = attrs.field(default=(), converter=_steps)
    follow_up_within: Duration | None = None

    def __attrs_post_init__(self) -> None:
        for limit in (self.accept_within, self.follow_up_within):
            if limit is not None and _sign(limit) <= 0:
                raise DefinitionError("The limits of an SLA must be longer than zero.")
        if not self.escalate:
            object.__setattr__(self, "escalate", _usual(self.accept_within))
        for above, step in zip(self.escalate, self.escalate[1:], strict=False):
            if above.action is EscalationAction.POOL:
                raise DefinitionError(
                    f"The step '{step.text()}' is never taken: the step 'pool' above it ends the ladder."
                )
            if type(above.after) is type(step.after) and _before(step.after, above.after):
                raise DefinitionError(
                    f"The step '{step.text()}' comes before the step above it, '{above.text()}'."
                )

    @property
    def follow_up_steps(self) -> tuple[EscalationStep, ...]:
        """The steps for a lead that was accepted and is not followed up, counted from the acceptance.

        Example:
            >>> from leadflow.calendars import business_hours
            >>> sla = Sla(accept_within=business_hours(4), follow_up_within=business_hours(16))
            >>> [step.text() for step in sla.follow_up_steps]
            ['remind after 12 business hours', 'supervisor after 16 business hours']
        """
        if self.follow_up_within is None:
            return ()
        return (*_early(self.follow_up_within), supervisor(self.follow_up_within))

    def to_dict(self) -> dict[str, Json]:
        """Return the SLA as plain data.

        Example:
            >>> from leadflow.calendars import business_hours
            >>> sla = Sla(accept_within=business_hours(4), escalate=[remind(business_hours(2))])
            >>> sla.to_dict()
            {'accept_within': '4 business hours', 'escalate': [{'do': 'remind', 'after': '2 business hours'}]}
        """
        data: dict[str, Json] = {
            "accept_within": duration_text(self.accept_within),
            "escalate": [
                {"do": step.action.value, "after": duration_text(step.after)} for step in self.escalate
            ],
        }
        if self.follow_up_within is not None:
            data["follow_up_within"] = duration_text(self.follow_up_within)
        return data

    @classmethod
    def from_dict(cls, data: object, *, path: str = "$.routing.sla") -> "Sla":
        """Read an SLA from plain data.

        Args:
            data: a table with ``accept_within`` and, as needed, ``escalate`` and ``follow_up_within``.
            path: where it stands, for errors.

        Raises:
            DefinitionError: something is wrong; the message and its ``path`` say where.

        Example:
            >>> Sla.from_dict({"accept_within": "1 business day"}).escalate[0].action
            <EscalationAction.SUPERVISOR: 'supervisor'>
        """
        table = read_table(data, path=path, known=("accept_within", "escalate", "follow_up_within"))
        if "accept_within" not in table:
            raise DefinitionError(
                f"{path} needs 'accept_within', such as '4 business hours'.", path=f"{path}.accept_within"
            )
        within = duration_from_data(table["accept_within"], path=f"{path}.accept_within")
        follow = table.get("follow_up_within")
        follow_up = None if follow is None else duration_from_data(follow, path=f"{path}.follow_up_within")
        steps = tuple(
            _step(item, f"{path}.escalate[{i}]")
            for i, item in enumerate(read_list(table.get("escalate", []), path=f"{path}.escalate"))
        )
        return at(path, lambda: cls(accept_within=within, escalate=steps, follow_up_within=follow_up))


def remind(after: Duration) -> EscalationStep:
    """Remind the owner so long after the offer.

    Example:
        >>> from leadflow.calendars import business_hours
        >>> remind(business_hours(3)).text()
        'remind after 3 business hours'
    """
    return EscalationStep(action=EscalationAction.REMIND, after=after)


def supervisor(after: Duration) -> EscalationStep:
    """Tell the owner's superior so long after the offer.

    Example:
        >>> from leadflow.calendars import business_hours
        >>> supervisor(business_hours(4)).text()
        'supervisor after 4 business hours'
    """
    return EscalationStep(action=EscalationAction.SUPERVISOR, after=after)


def reassign(after: Duration) -> EscalationStep:
    """Make somebody else accountable so long after the offer.

    Example:
        >>> from leadflow.calendars import business_days
        >>> reassign(business_days(1)).text()
        'reassign after 1 business day'
    """
    return EscalationStep(action=EscalationAction.REASSIGN, after=after)


def pool(after: Duration) -> EscalationStep:
    """Make the stated fallback accountable so long after the offer.

    Example:
        >>> from leadflow.calendars import business_days
        >>> pool(business_days(2)).text()
        'pool after 2 business days'
    """
    return EscalationStep(action=EscalationAction.POOL, after=after)


def _usual(within: Duration) -> tuple[EscalationStep, ...]:
    return (*_early(within), supervisor(within), reassign(within * 2), pool(within * 3))


def _early(within: Duration) -> tuple[EscalationStep, ...]:
    """Return the reminder after three quarters of a limit; whole business days are not divided."""
    if not isinstance(within, BusinessDuration):
        return (remind(within * 3 / 4),)
    return () if within.days else (remind(BusinessDuration(seconds=within.seconds * 3 // 4)),)


def _step(item: object, path: str) -> EscalationStep:
    table = read_table(item, path=path, known=("do", "after"))
    known = [action.value for action in EscalationAction]
    if table.get("do") not in known:
        raise DefinitionError(
            f"{path}.do must be one of {', '.join(known)}.{near_miss(str(table.get('do'))[:40], known)}",
            path=f"{path}.do",
        )
    after = duration_from_data(table.get("after"), path=f"{path}.after")
    return at(path, lambda: EscalationStep(action=EscalationAction(table["do"]), after=after))


def _sign(duration: Duration) -> int:
    if isinstance(duration, BusinessDuration):
        amount: float = duration.days or duration.seconds
    else:
        amount = duration.total_seconds()
    return (amount > 0) - (amount < 0)


def _before(first: Duration, second: Duration) -> bool:
    if isinstance(first, BusinessDuration) and isinstance(second, BusinessDuration):
        # Days and open seconds are compared only where one of the two is the same.
        if first.days == second.days:
            return first.seconds < second.seconds
        return first.days < second.days and first.seconds <= second.seconds
    return (
        not isinstance(first, BusinessDuration)
        and not isinstance(second, BusinessDuration)
        and first < second
    )
