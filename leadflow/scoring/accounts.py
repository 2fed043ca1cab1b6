"""Account scores: what the people of one company are worth together."""

import enum
from collections.abc import Iterator, Mapping

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column
from leadflow.conditions import Condition, Population
from leadflow.conditions.truth import TRUE
from leadflow.errors import DefinitionError, InputError, MissingExtraError
from leadflow.records.batches import LeadBatch
from leadflow.records.events import Json
from leadflow.scoring.points import Points, checked_points
from leadflow.scoring.tables import ScoreTable

__all__ = ["AccountRule", "AccountTable", "Combine", "score_accounts"]


class Combine(enum.StrEnum):
    """How the points of an account's people become the account's."""

    MAX = "max"
    """The best person's."""
    CAPPED_SUM = "capped_sum"
    """All together, up to a cap."""
    MEAN = "mean"
    """The average."""


@attrs.frozen(kw_only=True)
class AccountRule:
    """How an account is scored from its people.

    Attributes:
        fit: how fit is combined.
        engagement: how engagement is combined.
        cap: the most that a capped sum gives.
        roles: the buying group: role to the condition by which a person fills it, such as ``decision maker``.
        coverage_points: points for a complete buying group; a part of the roles gives that part.

    Example:
        >>> AccountRule(cap=200).engagement
        <Combine.CAPPED_SUM: 'capped_sum'>
    """

    fit: Combine = attrs.field(default=Combine.MAX, converter=Combine)
    engagement: Combine = attrs.field(default=Combine.CAPPED_SUM, converter=Combine)
    cap: float = 150.0
    roles: Mapping[str, Condition] = attrs.field(factory=dict)
    coverage_points: float = 0.0

    def __attrs_post_init__(self) -> None:
        checked_points(self.cap, "$.cap", positive=True)
        checked_points(self.coverage_points, "$.coverage_points")
        if self.coverage_points and not self.roles:
            raise DefinitionError(
                "$.coverage_points needs roles, the buying group that is to be covered.", path="$.roles"
            )


@attrs.frozen(kw_only=True, eq=False, repr=False)
class AccountTable:
    """The scores of accounts.

    Attributes:
        accounts: (a,) the accounts, in order of first appearance.
        people: (a,) int64, how many leads each has.
        fit: (a,) float64 points, read-only.
        engagement: (a,) float64 points, read-only.
        coverage: (a,) float64, read-only; the part of the buying group that is known, from 0 to 1; 0 without roles.
        total: (a,) float64 points, read-only: fit, engagement and the points for coverage.
        missing_roles: (a,) the roles that nobody of the account fills.
    """

    accounts: tuple[str, ...]
    people: npt.NDArray[np.int64]
    fit: Points
    engagement: Points
    coverage: Points
    total: Points
    missing_roles: tuple[tuple[str, ...], ...]

    def to_dicts(self) -> list[dict[str, Json]]:
        """Return one dict per account."""
        return [
            {
                "account": account,
                "people": int(self.people[row]),
                "fit": float(self.fit[row]),
                "engagement": float(self.engagement[row]),
                "coverage": float(self.coverage[row]),
                "total": float(self.total[row]),
                "missing_roles": list(self.missing_roles[row]),
            }
            for row, account in enumerate(self.accounts)
        ]

    def __len__(self) -> int:
        return len(self.accounts)

    def __iter__(self) -> Iterator[dict[str, Json]]:
        return iter(self.to_dicts())

    def __repr__(self) -> str:
        return f"<AccountTable of {len(self)} accounts>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        try:
            import pyarrow as pa  # noqa: PLC0415  # optional: only who wants Arrow pays for it
        except ImportError as error:
            raise MissingExtraError.of("arrow", purpose="Handing account scores over as Arrow") from error
        return pa.Table.from_pylist(self.to_dicts()).__arrow_c_stream__(requested_schema)


def score_accounts(
    table: ScoreTable,
    batch: LeadBatch,
    account: str | Column = "corporate_number",
    *,
    rule: AccountRule | None = None,
) -> AccountTable:
    """Score accounts from the scores of their people.

    Args:
        table: the scores of n leads.
        batch: the same leads.
        account: the column that says to which account a lead belongs, or (n,) account ids; leads without are left out.
        rule: how points are combined; the best fit and the capped sum of engagement by default.

    Raises:
        InputError: the table and the batch are not of the same leads.

    Example:
        >>> import datetime as dt
        >>> from leadflow.conditions import field
        >>> from leadflow.scoring import ScoringModel
        >>> people = LeadBatch.from_dicts([{"company": "甲社", "title": "部長"}, {"company": "甲社", "title": "課長"}])
        >>> scores = ScoringModel.standard().score_batch(people, as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> roles = {"head": field("title").contains_any("部長"), "executive": field("title").contains_any("取締役")}
        >>> group = AccountRule(roles=roles, coverage_points=20)
        >>> score_accounts(scores, people, "company", rule=group).to_dicts()
        [{'account': '甲社', 'people': 2, 'fit': 25.0, 'engagement': 0.0, 'coverage': 0.5, 'total': 35.0, 'missing_roles': ['executive']}]
    """
    if table.lead_ids != batch.ids:
        raise InputError("The score table and the batch must hold the same leads in the same order.")
    how = rule or AccountRule()
    column = batch[account] if isinstance(account, str) else account
    rows = np.flatnonzero(column.codes >= 0)
    used, first, own = np.unique(column.codes[rows], return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(used), np.int64)
    place[order] = np.arange(len(used))
    own = place[own]
    accounts = tuple(str(column.values[code]) for code in used[order])
    a = len(accounts)
    people = np.bincount(own, minlength=a)
    fit = _combined(table.fit[rows], own, people, how.fit, how.cap)
    engagement = _combined(table.engagement[rows], own, people, how.engagement, how.cap)
    filled = np.zeros((a, len(how.roles)), np.bool_)
    population = Population(batch=batch, as_of=table.as_of, states=table.states)
    for place_of_role, condition in enumerate(how.roles.values()):
        filled[own[condition.evaluate(population)[rows] == TRUE], place_of_role] = True
    coverage = filled.mean(axis=1) if how.roles else np.zeros(a)
    total = fit + engagement + coverage * how.coverage_points
    for array in (people, fit, engagement, coverage, total):
        array.flags.writeable = False
    names = tuple(how.roles)
    return AccountTable(
        accounts=accounts,
        people=people,
        fit=fit,
        engagement=engagement,
        coverage=coverage,
        total=total,
        missing_roles=tuple(
            tuple(name for name, there in zip(names, row, strict=True) if not there) for row in filled
        ),
    )


def _combined(
    points: Points, own: npt.NDArray[np.int64], people: npt.NDArray[np.int64], how: Combine, cap: float
) -> Points:
    a = len(people)
    if how is Combine.MAX:
        best = np.full(a, -np.inf)
        np.maximum.at(best, own, points)
        return best
    sums = np.bincount(own, points, minlength=a).astype(np.float64)
    if how is Combine.MEAN:
        means: Points = sums / people
        return means
    return np.minimum(sums, cap)
