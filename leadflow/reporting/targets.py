"""Targets: how much of a KPI a unit is to reach in a period; changes are dated and kept."""

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.calendars import BusinessCalendar, FiscalCalendar, Period, PeriodKind
from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.reporting.hierarchies import Hierarchy

__all__ = ["Target", "Targets", "period_of"]

_QUARTER_MONTHS, _HALF_MONTHS = 3, 6


@attrs.frozen(kw_only=True)
class Target:
    """What a unit is to reach.

    Attributes:
        kpi: the KPI's name.
        period: a fiscal period's label: ``2026-04``, ``2026-Q1``, ``2026-H1``, ``FY2026``, ``2026-04-01`` for a day, or
            ``2026-04-06 week``.
        unit: the unit's id.
        value: how much; yen for amounts, a share for ratios.
        set_on: the day on which it was set; None for the beginning. A later one replaces it from that day's reports on.
        note: why it was set or changed.
    """

    kpi: str
    period: str
    unit: str
    value: float
    set_on: dt.date | None = None
    note: str = ""

    @classmethod
    def of(cls, row: Mapping[str, object]) -> "Target":
        """Read a target from a plain row.

        Args:
            row: ``kpi``, ``period``, ``unit``, ``value`` and, if changed, ``set_on`` and ``note``.

        Raises:
            DefinitionError: a name is missing, the value is no number, or ``set_on`` is no date.

        Example:
            >>> Target.of({"kpi": "calls", "period": "2026-04", "unit": "sato", "value": "1,200"}).value
            1200.0
        """
        names = ("kpi", "period", "unit", "value", "set_on", "note")
        told = {name: "" if row.get(name) is None else str(row[name]).strip() for name in names}
        missing = [name for name in names[:4] if not told[name]]
        if missing:
            raise DefinitionError(
                f"there is no {' and no '.join(missing)}; expected {', '.join(names[:3])} and value."
            )
        try:
            value = float(told["value"].replace(",", ""))
        except ValueError:
            raise DefinitionError("the value must be a number, such as 20 or 1,500,000.") from None
        try:
            set_on = dt.date.fromisoformat(told["set_on"]) if told["set_on"] else None
        except ValueError:
            raise DefinitionError("set_on must be a date such as 2026-04-01.") from None
        return cls(
            kpi=told["kpi"],
            period=told["period"],
            unit=told["unit"],
            value=value,
            set_on=set_on,
            note=told["note"],
        )


@attrs.frozen(kw_only=True)
class Targets:
    """The targets of a company.

    Attributes:
        rows: in any order.

    Raises:
        DefinitionError: a target is set twice on one day, or is no finite number of zero or more.

    Example:
        >>> targets = Targets(rows=(Target(kpi="calls", period="2026-04", unit="sato", value=20),))
        >>> targets.in_force(dt.date(2026, 4, 1))[0].value
        20
    """

    rows: tuple[Target, ...] = ()

    def __attrs_post_init__(self) -> None:
        seen: set[tuple[object, ...]] = set()
        for row in self.rows:
            if not np.isfinite(row.value) or row.value < 0:
                raise DefinitionError(
                    f"The target of {row.kpi} for {row.unit} in {row.period} is {row.value}; expected zero or more."
                )
            key = (row.kpi, row.period, row.unit, row.set_on)
            if key in seen:
                when = f" on {row.set_on}" if row.set_on else ""
                raise DefinitionError(
                    f"The target of {row.kpi} for {row.unit} in {row.period} is set twice{when}; keep one, or date the change."
                )
            seen.add(key)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, object]]) -> "Targets":
        """Read targets from plain rows with ``kpi``, ``period``, ``unit``, ``value`` and, if changed, ``set_on`` and ``note``.

        Raises:
            DefinitionError: a name is missing or a value is no number.

        Example:
            >>> Targets.of([{"kpi": "calls", "period": "2026-04", "unit": "sato", "value": "20"}]).rows[0].value
            20.0
        """
        made = []
        for number, row in enumerate(rows, 1):
            try:
                made.append(Target.of(row))
            except DefinitionError as error:
                raise DefinitionError(f"Target {number}: {error}") from None
        return cls(rows=tuple(made))

    @property
    def kpis(self) -> tuple[str, ...]:
        """The KPIs that have a target, in order of appearance.

        Example:
            >>> Targets().kpis
            ()
        """
        return tuple(dict.fromkeys(row.kpi for row in self.rows))

    def in_force(self, day: dt.date) -> tuple[Target, ...]:
        """Return for every KPI, period and unit the target that was last set by a day.

        Example:
            >>> old = Target(kpi="calls", period="2026-04", unit="sato", value=20)
            >>> new = attrs.evolve(old, value=15, set_on=dt.date(2026, 4, 10), note="absence")
            >>> targets = Targets(rows=(old, new))
            >>> [targets.in_force(dt.date(2026, 4, day))[0].value for day in (9, 10)]
            [20, 15]
        """
        last: dict[tuple[str, str, str], Target] = {}
        for row in sorted(self.rows, key=lambda row: row.set_on or dt.date.min):
            if row.set_on is None or row.set_on <= day:
                last[row.kpi, row.period, row.unit] = row
        return tuple(last.values())

    def changes(self, day: dt.date) -> tuple[tuple[Target, Target], ...]:
        """Return every (old, new) target that was replaced by a day, in the order of the changes.

        Example:
            >>> Targets().changes(dt.date(2026, 4, 1))
            ()
        """
        last: dict[tuple[str, str, str], Target] = {}
        pairs = []
        for row in sorted(self.rows, key=lambda row: row.set_on or dt.date.min):
            if row.set_on is None or row.set_on <= day:
                key = (row.kpi, row.period, row.unit)
                if key in last:
                    pairs.append((last[key], row))
                last[key] = row
        return tuple(pairs)

    def check(
        self, *, hierarchy: Hierarchy, kpis: Sequence[str], fiscal: FiscalCalendar, day: dt.date
    ) -> None:
        """Refuse targets that name what is not there, or that overlap.

        Raises:
            DefinitionError: an unknown KPI or period, or two periods of one KPI and unit that overlap.
            UnknownNameError: an unknown unit.

        Example:
            >>> Targets().check(hierarchy=Hierarchy.flat([]), kpis=[], fiscal=FiscalCalendar(), day=dt.date(2026, 4, 1))
        """
        stretches: dict[tuple[str, str], list[tuple[Period, str]]] = {}
        named: dict[str, Period] = {}
        known = set(hierarchy.ids)
        for row in self.in_force(day):
            if row.kpi not in kpis:
                raise DefinitionError(
                    f"A target names the KPI '{row.kpi}', which is not defined. Known: {', '.join(kpis)}."
                )
            if row.unit not in known:
                raise UnknownNameError(
                    f"A target of {row.kpi} names the unit '{row.unit}', which the hierarchy does not have."
                    f"{near_miss(row.unit, known)}"
                )
            if row.period not in named:
                named[row.period] = period_of(row.period, fiscal)
            stretches.setdefault((row.kpi, row.unit), []).append((named[row.period], row.period))
        for (kpi, unit), periods in stretches.items():
            ordered = sorted(periods, key=lambda pair: pair[0].start)
            for (one, first), (two, second) in itertools.pairwise(ordered):
                if two.start < one.end:
                    raise DefinitionError(
                        f"The targets of {kpi} for {unit} overlap: {first} and {second}. Keep the shorter periods or the longer."
                    )

    def by_day(
        self,
        kpi: str,
        *,
        hierarchy: Hierarchy,
        calendar: BusinessCalendar,
        fiscal: FiscalCalendar,
        first: dt.date,
        end: dt.date,
        day: dt.date,
        ratio: bool = False,
    ) -> npt.NDArray[np.float64]:
        """Spread the targets of a KPI over days and add them up along the hierarchy.

        A target is spread evenly over the working days of its period, or over all its days when none is a working
        day. A unit without a target of its own has the sum of those below it.

        Args:
            kpi: which.
            hierarchy: the units.
            calendar: says which days are working days.
            fiscal: says what a period is.
            first: the first day wanted.
            end: the day after the last.
            day: targets that were set by then count.
            ratio: whether the KPI is a ratio: its target holds on every day and is neither spread nor added up.

        Returns:
            (u, d) float64 in the order of ``hierarchy.ids``; NaN where nobody has a target.

        Example:
            >>> targets = Targets.of([{"kpi": "calls", "period": "2026-04", "unit": "sato", "value": 21}])
            >>> april = dict(first=dt.date(2026, 4, 1), end=dt.date(2026, 5, 1), day=dt.date(2026, 4, 1))
            >>> spread = targets.by_day("calls", hierarchy=Hierarchy.flat(["sato"]), calendar=BusinessCalendar.japan(),
            ...     fiscal=FiscalCalendar(), **april)
            >>> float(np.nansum(spread[0])), float(spread[0, 0])
            (21.0, 1.0)
        """
        length = (end - first).days
        own = np.full((len(hierarchy.ids), length), np.nan)
        place = {unit: row for row, unit in enumerate(hierarchy.ids)}
        shares: dict[str, tuple[int, npt.NDArray[np.float64]]] = {}
        for row in self.in_force(day):
            if row.kpi != kpi:
                continue
            if row.period not in shares:
                shares[row.period] = _shares(period_of(row.period, fiscal), calendar, first, length)
            start, share = shares[row.period]
            if len(share):
                own[place[row.unit], start : start + len(share)] = row.value if ratio else row.value * share
        return own if ratio or np.isnan(own).all() else _rolled(own, hierarchy, first)


def period_of(label: str, fiscal: FiscalCalendar) -> Period:
    """Return the period that a label names.

    Args:
        label: ``2026-04``, ``2026-Q1``, ``2026-H1``, ``FY2026``, ``2026-04-01`` or ``2026-04-06 week``.
        fiscal: whose quarters and years.

    Raises:
        DefinitionError: the label names no period.

    Example:
        >>> period_of("2026-Q2", FiscalCalendar()).start.isoformat()
        '2026-07-01'
    """
    text = label.strip()
    try:
        if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
            return fiscal.period(PeriodKind.MONTH, dt.date(int(match[1]), int(match[2]), 1))
        if match := re.fullmatch(r"(\d{4}-\d{2}-\d{2})( week)?", text):
            return fiscal.period(
                PeriodKind.WEEK if match[2] else PeriodKind.DAY, dt.date.fromisoformat(match[1])
            )
        if match := re.fullmatch(r"(?:FY(\d{4})|(\d{4})-Q([1-4])|(\d{4})-H([12]))", text):
            year = int(match[1] or match[2] or match[4])
            kind = PeriodKind.YEAR if match[1] else PeriodKind.QUARTER if match[2] else PeriodKind.HALF
            months = (int(match[3] or 1) - 1) * _QUARTER_MONTHS + (int(match[5] or 1) - 1) * _HALF_MONTHS
            return _within_year(fiscal, kind, year, months)
    except (ValueError, OverflowError):  # what ends after the last year
        pass
    raise DefinitionError(
        f"'{label}' names no period; expected 2026-04, 2026-Q1, 2026-H1, FY2026, 2026-04-01 or '2026-04-06 week'."
    )


def _within_year(fiscal: FiscalCalendar, kind: PeriodKind, year: int, months: int) -> Period:
    starts = next(
        y for y in (year - 1, year) if fiscal.fiscal_year(dt.date(y, fiscal.start_month, 1)) == year
    )
    ahead, month = divmod(fiscal.start_month - 1 + months, 12)
    return fiscal.period(kind, dt.date(starts + ahead, month + 1, 1))


def _shares(
    period: Period, calendar: BusinessCalendar, first: dt.date, length: int
) -> tuple[int, npt.NDArray[np.float64]]:
    """Return where the period begins in a stretch of days, and the share of each of its days that lie in the stretch."""
    share = np.zeros(period.days)
    working = [(day - period.start).days for day in calendar.working_dates(period.start, period.end)]
    share[working or slice(None)] = 1.0 / (len(working) or period.days)
    offset = (period.start - first).days
    low, high = max(0, -offset), max(0, min(period.days, length - offset))
    return max(offset, 0), share[low:high]


def _rolled(own: npt.NDArray[np.float64], hierarchy: Hierarchy, first: dt.date) -> npt.NDArray[np.float64]:
    total = own.copy()
    place = {unit: row for row, unit in enumerate(hierarchy.ids)}
    for start, stop, day in hierarchy.spans(first, first + dt.timedelta(days=own.shape[1])):
        above = hierarchy.parents(day)
        depth = {unit: len(hierarchy.path(unit, day)) for unit in hierarchy.ids}
        below: dict[str, list[int]] = {}
        for unit in sorted(hierarchy.ids, key=lambda unit: -depth[unit]):
            row = total[place[unit], start:stop]
            if unit in below:
                parts = total[below[unit], start:stop]
                added = np.where(np.isnan(parts).all(axis=0), np.nan, np.nansum(parts, axis=0))
                total[place[unit], start:stop] = np.where(np.isnan(row), added, row)
            if unit in above:
                below.setdefault(above[unit], []).append(place[unit])
    return total
