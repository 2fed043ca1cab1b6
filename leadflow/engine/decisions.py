"""What was decided about one submission."""

import attrs

from leadflow.matching.index import Match
from leadflow.records import Assignment, Lead
from leadflow.scoring import Score

__all__ = ["Decision"]


@attrs.frozen(kw_only=True)
class Decision:
    """What was decided about one submission.

    Attributes:
        lead_id: the lead that it belongs to.
        record_id: the source record that it became.
        is_new: nobody like this was known before.
        lead: the golden lead afterwards.
        matches: the records that it was compared with and resembles, best first.
        score: fit, engagement and grade, with reasons.
        stage: the stage the lead is in now.
        assignment: the open hand-over, or None when the lead is not to be handed over.
        warnings: cells that could not be used, by reason.
    """

    lead_id: str
    record_id: str
    is_new: bool
    lead: Lead
    matches: tuple[Match, ...] = ()
    score: Score
    stage: str
    assignment: Assignment | None = None
    warnings: tuple[str, ...] = ()

    def explain(self) -> str:
        """Return the decision as text: who it is, how hot, where it stands, whose it is, and why."""
        known = "a new lead" if self.is_new else "known"
        parts = [
            f"{self.lead_id}: {known}, stage {self.stage}, grade {self.score.grade}",
            self.score.explain(),
        ]
        parts += [self.assignment.explain()] if self.assignment is not None else []
        return "\n".join([*parts, *self.warnings])
