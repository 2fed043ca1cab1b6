"""What a flow consists of: a store, and the rules that are at work on it."""

import attrs

from leadflow.capture import Form
from leadflow.conditions import Condition
from leadflow.engine.account_matching import AccountMatcher
from leadflow.engine.captures import LiveIndex
from leadflow.engine.evaluation import Rules, ready_stages
from leadflow.funnel import Funnel
from leadflow.matching import Matcher
from leadflow.merging import MergeStrategy
from leadflow.ports import LeadStore
from leadflow.routing import RoutingPolicy, Teams
from leadflow.scoring import ScoringModel

__all__ = ["FlowSetting"]


@attrs.frozen(kw_only=True, eq=False)
class FlowSetting:
    """A store, and the rules that are at work on it.

    Attributes:
        store: where everything is kept.
        matcher: how records are compared.
        merge: which value survives.
        scoring: points and grades.
        funnel: stages and automatic transitions.
        routing: who gets whom; None hands nobody over.
        teams: the sales organisation.
        hand_over: which leads get an owner; those on the success path after the entry by default.
        accepted_by: kinds of activity with which a salesperson takes on an offered lead, such as ``"appointment"``.
        forms: web forms by name.
        version: the version of the rules, written into the journal.
        seed: of the samples with which the matcher is fitted.
    """

    store: LeadStore
    matcher: Matcher = attrs.field(factory=Matcher.for_leads)
    merge: MergeStrategy = attrs.field(factory=MergeStrategy.standard)
    scoring: ScoringModel = attrs.field(factory=ScoringModel.standard)
    funnel: Funnel = attrs.field(factory=Funnel.standard)
    routing: RoutingPolicy | None = None
    teams: Teams = attrs.field(factory=lambda: Teams(teams=(), people=()))
    hand_over: Condition = attrs.Factory(lambda self: ready_stages(self.funnel), takes_self=True)
    accepted_by: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()
    version: str = "standard"
    seed: int = 0
    _live: LiveIndex = attrs.field(init=False, factory=LiveIndex, repr=False)
    _accounts: AccountMatcher = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: AccountMatcher.of(self.teams.accounts), takes_self=True),
        repr=False,
    )

    @property
    def rules(self) -> Rules:
        """What decides about a lead that is already identified."""
        return Rules(
            scoring=self.scoring,
            funnel=self.funnel,
            routing=self.routing,
            teams=self.teams,
            accounts=self._accounts,
            hand_over=self.hand_over,
            version=self.version,
        )
