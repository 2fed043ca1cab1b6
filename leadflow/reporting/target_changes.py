"""Which targets were changed since when, and why: what a reader of the attainment has to know."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from leadflow.calendars import FiscalCalendar, Period
from leadflow.reporting.figures import ColumnKind, Language, written
from leadflow.reporting.hierarchies import Hierarchy
from leadflow.reporting.kpis import Kpi, Ratio, Unitary
from leadflow.reporting.targets import Target, Targets, period_of
from leadflow.reporting.wordings import period_words
from leadflow.reporting.words import Words

__all__ = ["change_notes", "changes_within"]

_MOST: Final = 5
_KINDS: Final[Mapping[Unitary, ColumnKind]] = {
    Unitary.COUNT: ColumnKind.COUNT,
    Unitary.MONEY: ColumnKind.MONEY,
    Unitary.SHARE: ColumnKind.SHARE,
}


def changes_within(
    targets: Targets, periods: Sequence[Period], *, fiscal: FiscalCalendar, day: dt.date
) -> tuple[tuple[Target, Target], ...]:
    """Return every (old, new) target that was changed by a day and whose period touches some periods.

    Args:
        targets: all of them.
        periods: which periods; at least one.
        fiscal: what a period is.
        day: changes that were set by then count.

    Example:
        >>> changes_within(Targets(), [FiscalCalendar().period("day", dt.date(2026, 4, 1))], fiscal=FiscalCalendar(), day=dt.date(2026, 4, 1))
        ()
    """
    start, end = min(period.start for period in periods), max(period.end for period in periods)

    def touches(row: Target) -> bool:
        period = period_of(row.period, fiscal)
        return period.start < end and start < period.end

    return tuple(pair for pair in targets.changes(day) if touches(pair[1]))


def change_notes(
    changes: Sequence[tuple[Target, Target]],
    *,
    kpis: Sequence[Kpi | Ratio],
    hierarchy: Hierarchy,
    fiscal: FiscalCalendar,
) -> list[Words]:
    """Return a sentence for each of the latest changes, the latest first, and how many more there are.

    Args:
        changes: (old, new), in the order of the changes.
        kpis: those that have targets.
        hierarchy: the units.
        fiscal: what a period is.

    Example:
        >>> from leadflow.reporting.kpis import STANDARD_KPIS
        >>> old = Target(kpi="calls", period="2026-04", unit="sato", value=20)
        >>> new = Target(kpi="calls", period="2026-04", unit="sato", value=15, set_on=dt.date(2026, 4, 10), note="absence")
        >>> change_notes([(old, new)], kpis=STANDARD_KPIS, hierarchy=Hierarchy.flat(["sato"]), fiscal=FiscalCalendar())[0].en
        'Target changed on 2026-04-10: Calls, sato, 2026-04, from 20 to 15 (absence).'
    """
    named = {kpi.name: kpi for kpi in kpis}

    def told(old: Target, new: Target, language: Language) -> tuple[str, str, str, str, str]:
        kpi = named[new.kpi]
        (period,) = period_words([period_of(new.period, fiscal)]).values()
        before, after = (written(row.value, _KINDS[kpi.shown_as], language) for row in (old, new))
        return kpi.label(language), hierarchy.unit(new.unit).name, period.of(language), before, after

    notes = []
    for old, new in reversed(changes[-_MOST:]):
        kpi, unit, period, before, after = told(old, new, "ja")
        why = f"（{new.note}）" if new.note else ""
        ja = f"目標の変更（{new.set_on}から）：{kpi}・{unit}・{period}　{before}→{after}{why}"
        kpi, unit, period, before, after = told(old, new, "en")
        why = f" ({new.note})" if new.note else ""
        en = f"Target changed on {new.set_on}: {kpi}, {unit}, {period}, from {before} to {after}{why}."
        notes.append(Words(ja, en))
    more = len(changes) - _MOST
    if more > 0:
        notes.append(
            Words(f"ほかに目標の変更が{more:,}件あります。", f"And {more:,} more changes of targets.")
        )
    return notes
