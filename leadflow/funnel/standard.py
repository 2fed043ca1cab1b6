"""The funnel that most companies know: lead, MQL, SAL, SQL, opportunity, won; and its detours."""

from leadflow.calendars import business_days
from leadflow.conditions import Condition, any_of, grade, score
from leadflow.funnel.stages import FunnelStage, StageKind, StagePath
from leadflow.funnel.transitions import Transition

__all__ = ["standard_stages", "standard_transitions"]

_SUCCESS = ("Lead", "MQL", "SAL", "SQL", "Opportunity")
_LIMITS = {"MQL": 2, "SAL": 5, "SQL": 20}


def standard_stages() -> tuple[FunnelStage, ...]:
    """Return the stages of the standard funnel.

    Example:
        >>> [stage.name for stage in standard_stages()]
        ['Lead', 'MQL', 'SAL', 'SQL', 'Opportunity', 'Won', 'Recycled', 'Disqualified', 'Lost']
    """
    way = (
        FunnelStage(name=name, kind=StageKind.SLA, limit=business_days(_LIMITS[name]))
        if name in _LIMITS
        else FunnelStage(name=name)
        for name in _SUCCESS
    )
    detours = (
        FunnelStage(name="Recycled", path=StagePath.DETOUR),
        FunnelStage(name="Disqualified", path=StagePath.DETOUR, final=True),
        FunnelStage(name="Lost", path=StagePath.DETOUR, final=True),
    )
    return (*way, FunnelStage(name="Won", final=True), *detours)


def standard_transitions(qualified: Condition | None = None) -> tuple[Transition, ...]:
    """Return the transitions of the standard funnel.

    Args:
        qualified: what makes a lead marketing-qualified; a grade of A1, A2 or B1, or a score of 100, by default.

    Example:
        >>> standard_transitions()[0].text()
        'Lead -> MQL automatically when @grade is one of ["A1", "A2", "B1"] or @score >= 100'
    """
    rule = any_of(grade().is_in("A1", "A2", "B1"), score() >= 100) if qualified is None else qualified
    forward = [Transition(source="Lead", to="MQL", condition=rule, automatic=True)]
    forward += [
        Transition(source=source, to=to)
        for i, source in enumerate(_SUCCESS)
        for to in _SUCCESS[i + 1 :]
        if (source, to) != ("Lead", "MQL")
    ]
    return (
        *forward,
        Transition(source="Opportunity", to="Won"),
        *(
            Transition(source=source, to="Recycled", requires=("recycle_reason",))
            for source in ("MQL", "SAL", "SQL")
        ),
        *(
            Transition(source=source, to="Disqualified", requires=("disqualified_reason",))
            for source in ("Lead", "MQL", "SAL", "SQL", "Recycled")
        ),
        *(
            Transition(source=source, to="Lost", requires=("lost_reason",))
            for source in ("SQL", "Opportunity")
        ),
        Transition(source="Recycled", to="MQL"),
        Transition(source="Recycled", to="SAL"),
        Transition(source="Lost", to="Recycled"),
        Transition(source="Disqualified", to="Lead"),
    )
