"""What changed in the past since the last report: figures of days that were already told."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

import attrs
import numpy as np

from leadflow.errors import InputError
from leadflow.records.batches import to_seconds
from leadflow.records.events import Json
from leadflow.reporting.attainment import Attainment
from leadflow.reporting.cells import ids_at
from leadflow.reporting.facts import Facts
from leadflow.reporting.figures import Cell, ColumnKind
from leadflow.reporting.happenings import Happenings
from leadflow.reporting.kpis import Unitary, kpi_words
from leadflow.reporting.labels import LABELS
from leadflow.reporting.reports import Report
from leadflow.reporting.words import Words

__all__ = ["Baseline", "changes_report"]


@attrs.frozen(kw_only=True, repr=False)
class Baseline:
    """The figures of a report by KPI, unit and day, to compare a later report with.

    Attributes:
        as_of: the moment of the report.
        figures: (KPI, unit, day) to what the unit itself did on that day.
        since: the first day that is compared.

    Example:
        >>> from leadflow.reporting.specimen import specimen_attainment
        >>> baseline = Baseline.of(specimen_attainment())
        >>> baseline.figures["calls", "sato", dt.date(2026, 7, 3)]
        1.0
        >>> Baseline.from_dict(baseline.to_dict()) == baseline
        True
    """

    as_of: dt.datetime
    since: dt.date
    figures: Mapping[tuple[str, str, dt.date], float]

    @classmethod
    def of(cls, attainment: Attainment) -> "Baseline":
        """Take the figures of a report.

        Args:
            attainment: the report's.

        Example:
            >>> from leadflow.reporting.specimen import specimen_attainment
            >>> len(Baseline.of(specimen_attainment()).figures)
            10
        """
        found: dict[tuple[str, str, dt.date], float] = {}
        for happened in attainment.happenings.values():
            found |= _figures(attainment, happened, attainment.first, to_seconds(attainment.as_of))
        return cls(as_of=attainment.as_of, since=attainment.first, figures=found)

    def to_dict(self) -> dict[str, Json]:
        """Return the figures as plain data.

        Example:
            >>> Baseline(as_of=dt.datetime(2026, 7, 1, tzinfo=dt.UTC), since=dt.date(2026, 4, 1), figures={}).to_dict()["figures"]
            []
        """
        rows: list[Json] = [
            [kpi, unit, day.isoformat(), value] for (kpi, unit, day), value in sorted(self.figures.items())
        ]
        return {"as_of": self.as_of.isoformat(), "since": self.since.isoformat(), "figures": rows}

    @classmethod
    def from_dict(cls, data: object) -> "Baseline":
        """Read what ``to_dict`` wrote.

        Raises:
            InputError: the data has another shape.

        Example:
            >>> Baseline.from_dict({"as_of": "2026-07-01T00:00:00+00:00", "since": "2026-04-01", "figures": []}).as_of.month
            7
        """
        try:
            table: dict[str, Any] = dict(
                cast("Mapping[str, Any]", data)
            )  # what is no mapping is refused below
            as_of = dt.datetime.fromisoformat(table["as_of"])
            since = dt.date.fromisoformat(table["since"])
            figures = {
                (str(kpi), str(unit), dt.date.fromisoformat(day)): float(value)
                for kpi, unit, day, value in table["figures"]
            }
        except (KeyError, TypeError, ValueError):
            raise InputError(
                "The earlier report cannot be read: expected the `baseline` of what `CompanyReport.to_dict` or "
                "`leadflow report --format json` wrote."
            ) from None
        if as_of.tzinfo is None:
            raise InputError("The earlier report's `as_of` has no time zone.")
        return cls(as_of=as_of, since=since, figures=figures)

    def __repr__(self) -> str:
        return f"<Baseline of {len(self.figures)} figures as of {self.as_of.isoformat()}>"


def changes_report(attainment: Attainment, facts: Facts, previous: Baseline | None) -> Report:
    """Return every figure of a day before the earlier report that is another now, the latest day first.

    What happened by the moment of the earlier report is counted again with what is known now: late entries, corrected
    amounts, merged leads and changed hand-overs show as differences.

    Args:
        attainment: the figures now.
        facts: what was read from the store.
        previous: the figures then; None when there is no earlier report.

    Example:
        >>> from leadflow.reporting.specimen import specimen_attainment, specimen_facts
        >>> now = specimen_attainment()
        >>> then = attrs.evolve(Baseline.of(now), figures={("calls", "sato", dt.date(2026, 7, 3)): 2.0})
        >>> changes_report(now, specimen_facts(), then).where({"kpi": "calls"})[0]["difference"]
        -1.0
    """
    names = {kpi.name: kpi for kpi in attainment.kpis}
    ids = attainment.hierarchy.ids
    rows = [] if previous is None else _differences(attainment, previous)
    kinds = [
        ColumnKind.MONEY if names[str(row[1])].shown_as is Unitary.MONEY else ColumnKind.COUNT for row in rows
    ]

    def drill(row: int, _: str) -> tuple[str, ...]:
        day, kpi, unit = rows[row][0], str(rows[row][1]), str(rows[row][2])
        assert isinstance(day, dt.date), "the first column"  # noqa: S101  # for the type checker
        happened = attainment.happenings[kpi]
        mine = (happened.days == np.datetime64(day)) & (
            happened.units == (ids.index(unit) if unit in ids else len(ids))
        )
        return ids_at(facts.leads.ids, happened.rows[mine])

    columns = (
        ("day", ColumnKind.DATE, Words("日付", "Day")),
        ("kpi", ColumnKind.TEXT, LABELS["kpi"]),
        ("unit", ColumnKind.TEXT, LABELS["unit"]),
        ("unit_name", ColumnKind.TEXT, LABELS["unit_name"]),
        ("before", ColumnKind.NUMBER, Words("前回", "Then")),
        ("after", ColumnKind.NUMBER, Words("今回", "Now")),
        ("difference", ColumnKind.NUMBER, LABELS["gap"]),
    )
    return Report.of(
        "changes",
        LABELS["changes_title"],
        columns,
        rows,
        words={"kpi": kpi_words(attainment.kpis)},
        notes=(_note(facts, previous),),
        drill=drill,
        kinds=dict.fromkeys(("before", "after", "difference"), kinds),
    )


def _differences(attainment: Attainment, previous: Baseline) -> list[tuple[Cell, ...]]:
    """Return day, KPI, unit, its name, the figure then and now, and the difference; the latest day first."""
    units = {unit: attainment.hierarchy.unit(unit).name for unit in attainment.hierarchy.ids}
    since, until = max(previous.since, attainment.first), to_seconds(previous.as_of)
    found: list[tuple[dt.date, tuple[Cell, ...]]] = []
    for kpi, happened in attainment.happenings.items():
        now = _figures(attainment, happened, since, until)
        then = {
            key: value
            for key, value in previous.figures.items()
            if key[0] == kpi and key[2] >= attainment.first
        }
        for key in {*now, *then}:
            before, after = then.get(key, 0.0), now.get(key, 0.0)
            if before != after:
                _, unit, day = key
                name = units.get(unit, unit)
                found.append((day, (day, kpi, unit, name, before, after, after - before)))
    found.sort(key=lambda one: (-one[0].toordinal(), str(one[1][1]), str(one[1][2])))
    return [row for _, row in found]


def _note(facts: Facts, previous: Baseline | None) -> Words:
    if previous is None:
        return Words(
            "前回のレポートが指定されていないため、比較していません。",
            "No earlier report was given to compare with.",
        )
    count = sum(event.at > previous.as_of for event in facts.corrections)
    moment = previous.as_of.astimezone(facts.zone).strftime("%Y-%m-%d %H:%M")
    return Words(
        f"前回（{moment}）までの出来事を今の記録で数え直した差です。その後の訂正は{count:,}件（「訂正の記録」を参照）。",
        f"What had happened by the last report ({moment}), counted again with what is known now. "
        f"Corrections since: {count:,} (see Corrections).",
    )


def _figures(
    attainment: Attainment, happened: Happenings, since: dt.date, until: int
) -> dict[tuple[str, str, dt.date], float]:
    """Return what each unit itself did on each day, up to a moment."""
    ids = attainment.hierarchy.ids
    inside = (happened.times <= until) & (happened.days >= np.datetime64(since))
    days = (happened.days[inside] - np.datetime64(since)).astype(np.int64)
    keys, places = np.unique(days * len(ids) + happened.units[inside], return_inverse=True)
    sums = np.bincount(places, np.nan_to_num(happened.amounts[inside]), len(keys))
    return {
        (happened.kpi.name, ids[key % len(ids)], since + dt.timedelta(days=key // len(ids))): value
        for key, value in zip(keys.tolist(), sums.tolist(), strict=True)
        if value
    }
