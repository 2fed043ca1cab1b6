"""A stage: a place in the funnel, and how long a lead may stay there."""

import enum

import attrs

from leadflow.calendars import BusinessDuration, Duration, duration_text
from leadflow.errors import DefinitionError

__all__ = ["FunnelStage", "StageKind", "StagePath"]


class StageKind(enum.Enum):
    """How time counts in a stage."""

    INVENTORY = "inventory"
    """Leads wait here; no clock runs."""
    GATE = "gate"
    """Decided at once: a lead that enters leaves in the same evaluation."""
    SLA = "sla"
    """A time limit runs; after it the lead is stale."""


class StagePath(enum.Enum):
    """Where a stage lies."""

    SUCCESS = "success"
    """On the way to the deal; later stages are further."""
    DETOUR = "detour"
    """Beside the way: recycled, disqualified, lost, dormant."""


@attrs.frozen(kw_only=True)
class FunnelStage:
    """A stage of the funnel.

    Attributes:
        name: unique in the funnel, in the company's own words.
        kind: how time counts.
        limit: the longest stay; elapsed or business time. Required for an SLA stage, refused for others.
        stale_to: the stage to which a lead goes that stayed longer, along a transition that is there; empty leaves it
            where it is, to be seen as stale.
        path: success path or detour.
        final: nothing needs to lead out of it.
        label: what people read; the name when empty.

    Raises:
        DefinitionError: the name is empty, or the limit does not fit the kind.

    Example:
        >>> from leadflow.calendars import business_hours
        >>> FunnelStage(name="MQL", kind=StageKind.SLA, limit=business_hours(16)).text()
        'MQL (sla, 16 business hours)'
    """

    name: str
    kind: StageKind = StageKind.INVENTORY
    limit: Duration | None = None
    stale_to: str = ""
    path: StagePath = StagePath.SUCCESS
    final: bool = False
    label: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.name.strip():
            raise DefinitionError("A stage needs a name that is not empty.")
        if (self.kind is StageKind.SLA) != (self.limit is not None):
            raise DefinitionError(
                f"The stage '{self.name}' is of kind '{self.kind.value}': an SLA stage needs a limit, and only an "
                "SLA stage can have one."
            )
        if self.stale_to and self.limit is None:
            raise DefinitionError(
                f"The stage '{self.name}' has no limit, so no lead becomes stale in it: leave out stale_to."
            )
        if self.limit is not None and not _positive(self.limit):
            raise DefinitionError(f"The limit of the stage '{self.name}' must be longer than zero.")
        if self.final and self.kind is StageKind.GATE:
            raise DefinitionError(f"The stage '{self.name}' is a gate, so it cannot be final.")

    @property
    def title(self) -> str:
        """The label, or the name when there is none.

        Example:
            >>> FunnelStage(name="MQL", label="有望リード").title
            '有望リード'
        """
        return self.label or self.name

    def text(self) -> str:
        """Return the stage as text.

        Example:
            >>> FunnelStage(name="Won", final=True).text()
            'Won (inventory, final)'
        """
        facts = [self.kind.value]
        if self.limit is not None:
            facts.append(duration_text(self.limit))
        if self.stale_to:
            facts.append(f"then {self.stale_to}")
        if self.path is StagePath.DETOUR:
            facts.append("detour")
        if self.final:
            facts.append("final")
        return f"{self.name} ({', '.join(facts)})"


def _positive(limit: Duration) -> bool:
    if isinstance(limit, BusinessDuration):
        return bool(limit) and limit.days >= 0 and limit.seconds >= 0
    return limit.total_seconds() > 0
