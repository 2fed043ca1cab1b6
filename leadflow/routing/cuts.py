"""The four ways in which a sales organisation is cut, in any combination and nesting."""

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import attrs

from leadflow.conditions import Condition, all_of
from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.routing.areas import industry, interest, place

__all__ = ["Cut", "CutKind", "Rule", "Territory", "by_account", "by_area", "by_product", "by_solution"]


_LONGEST: Final = 160


class CutKind(enum.Enum):
    """By what leads are divided."""

    AREA = "area"
    ACCOUNT = "account"
    SOLUTION = "solution"
    PRODUCT = "product"

    @property
    def number(self) -> int:
        """The digit by which notations such as ``2(1)+3`` name it.

        Example:
            >>> CutKind.SOLUTION.number
            3
        """
        return list(CutKind).index(self) + 1


@attrs.frozen(kw_only=True)
class Territory:
    """What one team, or one inner cut, covers.

    Attributes:
        target: the id of a team, department or person; with ``inside`` only a label.
        condition: which leads.
        inside: a cut that divides these leads further.
    """

    target: str
    condition: Condition
    inside: "Cut | None" = None


@attrs.frozen(kw_only=True)
class Rule:
    """A territory with everything around it: which leads go to which target.

    Attributes:
        cut: the name of the outermost cut.
        target: the id of a team, department or person.
        condition: which leads, the conditions of outer territories included.
        label: the way to it, such as ``"mobility / kanto"``.
        reason: what a decision by this rule says.
    """

    cut: str
    target: str
    condition: Condition
    label: str
    reason: str = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        text = self.condition.text()
        short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        object.__setattr__(self, "reason", f"{self.cut}: {self.label}, because {short}")

    def text(self) -> str:
        """Return the rule as text.

        Example:
            >>> Rule(cut="area", target="kanto", condition=place("東京都"), label="kanto").text()
            'kanto: prefecture is "東京都"'
        """
        return f"{self.label}: {self.condition.text()}"


def _territories(items: Iterable[Territory]) -> tuple[Territory, ...]:
    return tuple(items)


@attrs.frozen(kw_only=True)
class Cut:
    """One way of dividing leads among teams.

    Attributes:
        kind: by what.
        territories: in order; the first that holds counts, the others are informed.
        name: by which the precedence names it; the kind when empty.
        named: whether the named accounts of the organisation come first; account cuts only.

    Raises:
        DefinitionError: there is nothing to divide by, or a cut that is not by account uses named accounts.

    Example:
        >>> by_area({"kanto": ["東京都", "神奈川県"], "kansai": ["大阪府"]}).rules()[1].text()
        'kansai: prefecture is "大阪府"'
    """

    kind: CutKind
    territories: tuple[Territory, ...] = attrs.field(converter=_territories)
    name: str = ""
    named: bool = False

    def __attrs_post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.kind.value)
        if self.named and self.kind is not CutKind.ACCOUNT:
            raise DefinitionError(
                f"The cut '{self.name}' is by {self.kind.value}; named accounts belong to a cut by account."
            )
        if not self.territories and not self.named:
            raise DefinitionError(f"The cut '{self.name}' has no territories.")

    def rules(self) -> tuple[Rule, ...]:
        """Return all territories of the cut and of the cuts inside, in order of precedence.

        Example:
            >>> inner = by_area({"auto-east": ["東京都"], "auto-west": ["大阪府"]})
            >>> [rule.label for rule in by_account({"auto": ["輸送用機器"]}, inside={"auto": inner}).rules()]
            ['auto / auto-east', 'auto / auto-west']
        """
        return tuple(self._rules((), ()))

    @property
    def notation(self) -> str:
        """The cut in digits: 1 area, 2 account, 3 solution, 4 product; inner cuts in brackets.

        Example:
            >>> by_account({"auto": ["輸送用機器"]}, inside={"auto": by_area({"east": ["東京都"]})}).notation
            '2(1)'
        """
        inner = dict.fromkeys(t.inside.notation for t in self.territories if t.inside is not None)
        return f"{self.kind.number}({'+'.join(inner)})" if inner else str(self.kind.number)

    def _rules(self, around: tuple[Condition, ...], labels: tuple[str, ...]) -> Iterator[Rule]:
        for territory in self.territories:
            conditions, path = (*around, territory.condition), (*labels, territory.target)
            if territory.inside is None:
                yield Rule(
                    cut=self.name,
                    target=territory.target,
                    condition=all_of(*conditions),
                    label=" / ".join(path),
                )
            else:
                for rule in territory.inside._rules(conditions, path):  # noqa: SLF001  # the same class, one level in
                    yield attrs.evolve(rule, cut=self.name)


def by_area(
    teams: Mapping[str, Condition | Sequence[str]],
    *,
    inside: Mapping[str, Cut] | None = None,
    name: str = "",
) -> Cut:
    """Divide leads by where they are.

    Args:
        teams: target to places, as `leadflow.routing.place` reads them, or to a condition.
        inside: for some of them a cut that divides their leads further; their names are then labels only.
        name: of the cut; ``"area"`` by default.

    Raises:
        DefinitionError: a place is not understood.
        UnknownNameError: ``inside`` names what is not among ``teams``.

    Example:
        >>> by_area({"kanto": ["東京都"]}).notation
        '1'
    """
    return _cut(CutKind.AREA, teams, inside, name, lambda names: place(*names))


def by_account(
    teams: Mapping[str, Condition | Sequence[str]] | None = None,
    *,
    named: bool = True,
    inside: Mapping[str, Cut] | None = None,
    name: str = "",
) -> Cut:
    """Divide leads by the company: named accounts first, then industry and size.

    Args:
        teams: target to industries, or to a condition such as `leadflow.routing.employees`.
        named: whether the named accounts of the organisation and their groups come first.
        inside: for some of them a cut that divides their leads further; their names are then labels only.
        name: of the cut; ``"account"`` by default.

    Raises:
        UnknownNameError: ``inside`` names what is not among ``teams``.

    Example:
        >>> by_account({"mobility": ["輸送用機器"]}).named
        True
    """
    return _cut(CutKind.ACCOUNT, teams or {}, inside, name, lambda names: industry(*names), named=named)


def by_solution(
    teams: Mapping[str, Condition | Sequence[str]],
    *,
    shown_by: Sequence[str] = (),
    attribute: str = "solution",
    within: dt.timedelta | None = None,
    inside: Mapping[str, Cut] | None = None,
    name: str = "",
) -> Cut:
    """Divide leads by the solution in which they showed interest.

    Args:
        teams: target to solutions, or to a condition.
        shown_by: kinds of activity that show interest beside the lead's stated interests.
        attribute: the activities' attribute that names the solution.
        within: how long an activity counts; for ever when None.
        inside: for some of them a cut that divides their leads further; their names are then labels only.
        name: of the cut; ``"solution"`` by default.

    Raises:
        UnknownNameError: ``inside`` names what is not among ``teams``.

    Example:
        >>> by_solution({"maintenance": ["設備保全"]}).rules()[0].text()
        'maintenance: interests contains any of ["設備保全"]'
    """

    def read(names: Sequence[str]) -> Condition:
        return interest(*names, shown_by=shown_by, attribute=attribute, within=within)

    return _cut(CutKind.SOLUTION, teams, inside, name, read)


def by_product(
    teams: Mapping[str, Condition | Sequence[str]],
    *,
    shown_by: Sequence[str] = (),
    attribute: str = "product",
    within: dt.timedelta | None = None,
    inside: Mapping[str, Cut] | None = None,
    name: str = "",
) -> Cut:
    """Divide leads by the product in which they showed interest.

    Args:
        teams: target to products, or to a condition.
        shown_by: kinds of activity that show interest beside the lead's stated interests.
        attribute: the activities' attribute that names the product.
        within: how long an activity counts; for ever when None.
        inside: for some of them a cut that divides their leads further; their names are then labels only.
        name: of the cut; ``"product"`` by default.

    Raises:
        UnknownNameError: ``inside`` names what is not among ``teams``.

    Example:
        >>> by_product({"vision-team": ["vision", "画像検査装置"]}).name
        'product'
    """

    def read(names: Sequence[str]) -> Condition:
        return interest(*names, shown_by=shown_by, attribute=attribute, within=within)

    return _cut(CutKind.PRODUCT, teams, inside, name, read)


def _cut(
    kind: CutKind,
    teams: Mapping[str, Condition | Sequence[str]],
    inside: Mapping[str, Cut] | None,
    name: str,
    read: Callable[[Sequence[str]], Condition],
    *,
    named: bool = False,
) -> Cut:
    inner = inside or {}
    for target in inner:
        if target not in teams:
            raise UnknownNameError(
                f"'{target}' is divided further but covers nothing.{near_miss(target, teams)}"
            )
    territories = []
    for target, covers in teams.items():
        if isinstance(covers, str):
            covers = [covers]  # noqa: PLW2901  # one name is a list of one
        condition = read(covers) if isinstance(covers, Sequence) else covers
        territories.append(Territory(target=target, condition=condition, inside=inner.get(target)))
    return Cut(kind=kind, territories=tuple(territories), name=name, named=named)
