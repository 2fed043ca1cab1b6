"""A transition: a way from one stage to another, and who may take it on what grounds."""

from collections.abc import Iterable

import attrs

from leadflow.conditions import Condition
from leadflow.errors import DefinitionError

__all__ = ["Transition"]


def _names(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(items)


@attrs.frozen(kw_only=True)
class Transition:
    """A way from one stage to another.

    Attributes:
        source: the stage it leaves.
        to: the stage it enters.
        condition: what must hold of the lead. For an automatic transition None means always; a person who takes
            an automatic transition by hand decides without it.
        automatic: taken by `Funnel.evaluate` as soon as the condition holds.
        roles: who may take it by hand; empty means everybody.
        requires: evidence that must be given by hand, such as ``("lost_reason",)``.

    Raises:
        DefinitionError: it leads nowhere, or an automatic transition asks for evidence.

    Example:
        >>> from leadflow.conditions import score
        >>> Transition(source="Lead", to="MQL", condition=score() >= 100, automatic=True).text()
        'Lead -> MQL automatically when @score >= 100'
    """

    source: str
    to: str
    condition: Condition | None = None
    automatic: bool = False
    roles: tuple[str, ...] = attrs.field(default=(), converter=_names)
    requires: tuple[str, ...] = attrs.field(default=(), converter=_names)

    def __attrs_post_init__(self) -> None:
        if self.source == self.to:
            raise DefinitionError(f"The transition from '{self.source}' must lead to another stage.")
        if self.automatic and self.requires:
            raise DefinitionError(
                f"The transition {self.source} -> {self.to} is automatic, so nobody can give the evidence that it "
                f"requires ({', '.join(self.requires)}); make it one or the other."
            )

    def text(self) -> str:
        """Return the transition as text.

        Example:
            >>> Transition(source="SQL", to="Lost", roles=("sales",), requires=("lost_reason",)).text()
            'SQL -> Lost by sales, with lost_reason'
        """
        words = [f"{self.source} -> {self.to}"]
        if self.automatic:
            words.append(" automatically")
        if self.condition is not None:
            words.append(f" when {self.condition.text()}")
        if self.roles:
            words.append(f" by {' or '.join(self.roles)}")
        if self.requires:
            words.append(f", with {', '.join(self.requires)}")
        return "".join(words)
