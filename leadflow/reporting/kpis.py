"""KPIs as data: what is counted, and whose it is."""

import enum
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Final, TypeAlias

import attrs

from leadflow.conditions import Condition
from leadflow.errors import DefinitionError
from leadflow.reporting.words import Words

__all__ = [
    "HAND_OVER_EVENTS",
    "STANDARD_KPIS",
    "Activities",
    "Captured",
    "HandOverEvents",
    "Kpi",
    "KpiSource",
    "Measure",
    "Ratio",
    "StageEntries",
    "Unitary",
    "check_kpis",
    "kpi_words",
]


class Measure(enum.StrEnum):
    """What is made of the things that happened.

    Example:
        >>> [measure.value for measure in Measure]
        ['count', 'total', 'distinct']
    """

    COUNT = "count"
    TOTAL = "total"
    DISTINCT = "distinct"


class Unitary(enum.StrEnum):
    """What a figure is, and so how it is written.

    Example:
        >>> Unitary("money") is Unitary.MONEY
        True
    """

    COUNT = "count"
    MONEY = "money"
    SHARE = "share"


@attrs.frozen(kw_only=True)
class Activities:
    """Activities of some kinds.

    Attributes:
        kinds: any of them counts.
        where: attribute name to the constants of which it must have one.
        staff: the attribute that names who acted; when it is absent, the lead's owner at that moment acted.
        amount: the attribute that ``Measure.TOTAL`` adds up.

    Raises:
        DefinitionError: there are no kinds, or kinds or constants are one text instead of several.

    Example:
        >>> Activities(kinds=("demo",), where={"place": ("on site", "online")}).staff
        'by'
    """

    kinds: tuple[str, ...]
    where: Mapping[str, tuple[Hashable, ...]] = attrs.field(factory=dict)
    staff: str = "by"
    amount: str = "amount"

    def __attrs_post_init__(self) -> None:
        if not self.kinds or not _are_several(self.kinds):
            raise DefinitionError('A KPI of activities needs their kinds in a tuple, such as ("call",).')
        for name, constants in self.where.items():
            if not _are_several(constants):
                raise DefinitionError(
                    f"The KPI's condition on '{name}' needs its constants in a tuple, such as (\"on site\",)."
                )


def _are_several(values: object) -> bool:
    return isinstance(values, Collection) and not isinstance(values, str | bytes)


@attrs.frozen(kw_only=True)
class StageEntries:
    """Leads that entered a stage for the first time; they count for their owner at that moment.

    Attributes:
        stage: the stage.
        amount: the lead's field that ``Measure.TOTAL`` adds up, unless a dated amount of its deal is known.
    """

    stage: str
    amount: str = "amount"


HAND_OVER_EVENTS: Final = ("offered", "accepted", "declined", "expired", "followed_up", "closed")
"""What can happen to a hand-over, in the words of the journal."""


@attrs.frozen(kw_only=True)
class HandOverEvents:
    """What the journal says of hand-overs, such as that one was accepted; it counts for whom the lead was offered to.

    Attributes:
        kinds: any of ``HAND_OVER_EVENTS`` counts.
        amount: the lead's field that ``Measure.TOTAL`` adds up, unless a dated amount of its deal is known.

    Raises:
        DefinitionError: there are no kinds, one of them is another, or they are one text instead of several.

    Example:
        >>> HandOverEvents(kinds=("accepted",)).kinds
        ('accepted',)
    """

    kinds: tuple[str, ...]
    amount: str = "amount"

    def __attrs_post_init__(self) -> None:
        if not self.kinds or not _are_several(self.kinds) or not set(self.kinds) <= set(HAND_OVER_EVENTS):
            raise DefinitionError(
                f"A KPI of hand-overs needs kinds in a tuple, of: {', '.join(HAND_OVER_EVENTS)}."
            )


@attrs.frozen(kw_only=True)
class Captured:
    """Leads that became known: the earliest moment that any of their source records states."""


KpiSource: TypeAlias = Activities | StageEntries | HandOverEvents | Captured


@attrs.frozen(kw_only=True)
class Kpi:
    """A figure that people are measured by.

    Attributes:
        name: the name in targets and reports.
        source: what happened.
        measure: count it, add up its amount, or count the different leads (a lead that counts in two teams counts once
            in their department, so that distinct figures do not add up).
        condition: only leads that fulfil it as of the report count; None for all.
        shown_as: how the figure is written.
        label_ja: in Japanese; the name when empty.
        label_en: in English; the name when empty.

    Raises:
        DefinitionError: it has no name, or ``Captured`` with a total.

    Example:
        >>> Kpi(name="demos", source=Activities(kinds=("demo",)), label_ja="デモ").label("ja")
        'デモ'
    """

    name: str
    source: KpiSource
    measure: Measure = Measure.COUNT
    condition: Condition | None = None
    shown_as: Unitary = Unitary.COUNT
    label_ja: str = ""
    label_en: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.name:
            raise DefinitionError("A KPI needs a name.")
        if isinstance(self.source, Captured) and self.measure is Measure.TOTAL:
            raise DefinitionError(
                f"The KPI '{self.name}' adds up an amount of captured leads, which have none at that moment."
            )

    def label(self, language: str) -> str:
        """Return the name for people.

        Example:
            >>> STANDARD_KPIS[0].label("ja")
            '架電数'
        """
        return (self.label_ja if language == "ja" else self.label_en) or self.name


@attrs.frozen(kw_only=True)
class Ratio:
    """One KPI as a share of another; its target follows from theirs unless it has one of its own.

    Attributes:
        name: the name in targets and reports.
        numerator: a KPI's name.
        denominator: a KPI's name.
        label_ja: in Japanese; the name when empty.
        label_en: in English; the name when empty.

    Example:
        >>> Ratio(name="connect_rate", numerator="calls_connected", denominator="calls").shown_as.value
        'share'
    """

    name: str
    numerator: str
    denominator: str
    label_ja: str = ""
    label_en: str = ""

    @property
    def shown_as(self) -> Unitary:
        """How the figure is written: a share."""
        return Unitary.SHARE

    def label(self, language: str) -> str:
        """Return the name for people.

        Example:
            >>> Ratio(name="r", numerator="a", denominator="b").label("en")
            'r'
        """
        return (self.label_ja if language == "ja" else self.label_en) or self.name


def check_kpis(kpis: Sequence[Kpi | Ratio]) -> None:
    """Refuse KPIs of one name, and ratios of what is not there.

    Raises:
        DefinitionError: a name comes twice, or a ratio names no counted KPI.

    Example:
        >>> check_kpis(STANDARD_KPIS)
    """
    names = [kpi.name for kpi in kpis]
    if len(set(names)) != len(names):
        raise DefinitionError("Two KPIs have the same name; give each its own.")
    counted = {kpi.name for kpi in kpis if isinstance(kpi, Kpi)}
    for kpi in kpis:
        if isinstance(kpi, Ratio) and not {kpi.numerator, kpi.denominator} <= counted:
            raise DefinitionError(
                f"The ratio '{kpi.name}' needs the KPIs '{kpi.numerator}' and '{kpi.denominator}'."
            )


STANDARD_KPIS: Final[tuple[Kpi | Ratio, ...]] = (
    Kpi(name="calls", source=Activities(kinds=("call",)), label_ja="架電数", label_en="Calls"),
    Kpi(
        name="calls_connected",
        source=Activities(kinds=("call_connected",)),
        label_ja="有効架電数",
        label_en="Effective connects",
    ),
    Ratio(
        name="connect_rate",
        numerator="calls_connected",
        denominator="calls",
        label_ja="有効架電率",
        label_en="Connect rate",
    ),
    Kpi(
        name="appointments",
        source=Activities(kinds=("appointment",)),
        label_ja="アポイント数",
        label_en="Appointments",
    ),
    Kpi(name="leads", source=Captured(), label_ja="新規リード数", label_en="New leads"),
    Kpi(name="mqls", source=StageEntries(stage="MQL"), label_ja="MQL数", label_en="MQLs"),
    Kpi(
        name="mql_amount",
        source=StageEntries(stage="MQL"),
        measure=Measure.TOTAL,
        shown_as=Unitary.MONEY,
        label_ja="MQL金額",
        label_en="MQL amount",
    ),
    Kpi(name="sals", source=StageEntries(stage="SAL"), label_ja="SAL数", label_en="SALs"),
    Kpi(
        name="opportunities",
        source=Activities(kinds=("opportunity_created",)),
        label_ja="商談数",
        label_en="Opportunities",
    ),
    Kpi(
        name="won_amount",
        source=Activities(kinds=("won",)),
        measure=Measure.TOTAL,
        shown_as=Unitary.MONEY,
        label_ja="受注金額",
        label_en="Won amount",
    ),
)
"""Calls, effective connects and their rate, appointments, leads, MQLs and their amount, SALs, opportunities, won amount."""


def kpi_words(kpis: Sequence[Kpi | Ratio]) -> Mapping[str, Words]:
    """Return the names of KPIs in both languages by their code.

    Example:
        >>> kpi_words(STANDARD_KPIS)["calls"].en
        'Calls'
    """
    return {kpi.name: Words(kpi.label("ja"), kpi.label("en")) for kpi in kpis}
