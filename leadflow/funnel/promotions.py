"""Automatic transitions: which leads go where, for one lead and for a population with one result."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from leadflow.columns import Column, encode
from leadflow.conditions import TRUE, Condition, Population, Subject, Truth, clauses
from leadflow.conditions.readings import StateReading
from leadflow.errors import UnknownNameError, near_miss
from leadflow.funnel.changes import StageChange, StageChanges
from leadflow.funnel.transitions import Transition
from leadflow.records.stages import StageHistory

__all__ = ["promote", "promote_batch", "steps"]

ENTRY_REASON = "first stage"
_ALWAYS = "always"


def promote(
    subject: Subject,
    history: StageHistory,
    *,
    entry: str,
    leaving: Mapping[str, Sequence[Transition]],
    now: dt.datetime,
    definition: str,
) -> list[StageChange]:
    """Return the automatic changes of one lead, in order.

    Args:
        subject: the lead with what is known about it.
        history: where it is.
        entry: the stage in which a lead without history begins.
        leaving: stage to the automatic transitions that leave it, in order of priority.
        now: the moment of the changes.
        definition: the version of the funnel.

    Example:
        >>> from leadflow.records import Lead
        >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> promote(Subject(lead=Lead(id="L1"), as_of=at), StageHistory(lead_id="L1"), entry="Lead", leaving={},
        ...     now=at, definition="")[0].stage
        'Lead'
    """
    changes: list[StageChange] = []
    for change, condition in steps(
        subject, history.current, entry=entry, leaving=leaving, definition=definition
    ):
        told = attrs.evolve(change, lead_id=history.lead_id, at=now)
        if condition is not None:
            here = attrs.evolve(subject, states={**subject.states, "stage": change.previous or entry})
            told = attrs.evolve(told, explanation=condition.explain(here).text())
        changes.append(told)
    return changes


def steps(
    subject: Subject,
    current: str | None,
    *,
    entry: str,
    leaving: Mapping[str, Sequence[Transition]],
    definition: str,
) -> Iterator[tuple[StageChange, Condition | None]]:
    """Return the automatic changes of one lead, in order, each with the condition that held.

    Args:
        subject: the lead with what is known about it; its ``as_of`` is the moment of the changes.
        current: the stage that it is in; None before the first.
        entry: the stage in which a lead begins.
        leaving: stage to the automatic transitions that leave it, in order of priority; they make no loop.
        definition: the version of the funnel.

    Example:
        >>> from leadflow.records import Lead
        >>> someone = Subject(lead=Lead(id="L1"), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> [change.stage for change, _ in steps(someone, None, entry="Lead", leaving={}, definition="")]
        ['Lead']
    """

    def change(stage: str, reason: str) -> StageChange:
        return StageChange(
            lead_id=subject.lead.id,
            previous=current,
            stage=stage,
            at=subject.as_of,
            reason=reason,
            definition=definition,
        )

    if current is None:
        yield change(entry, ENTRY_REASON), None
        current = entry
    while current in leaving:
        here = Subject(
            lead=subject.lead,
            activities=subject.activities,
            as_of=subject.as_of,
            states={**subject.states, "stage": current},
        )
        way = next(
            (way for way in leaving[current] if way.condition is None or way.condition.holds(here)), None
        )
        if way is None:
            return
        yield change(way.to, _ALWAYS if way.condition is None else way.condition.text()), way.condition
        current = way.to


def promote_batch(
    population: Population,
    current: Column,
    *,
    names: Sequence[str],
    order: Sequence[str],
    transitions: Sequence[Transition],
    definition: str,
) -> StageChanges:
    """Return the automatic changes of a population.

    Args:
        population: n leads.
        current: (n,) the stage of each lead; missing before the first.
        names: the stages; the first one is where leads begin.
        order: the stages, so that automatic transitions lead only to later ones.
        transitions: in order of priority.
        definition: the version of the funnel.

    Raises:
        UnknownNameError: a lead is in a stage that the funnel does not have.

    Example:
        >>> from leadflow.records import LeadBatch
        >>> people = Population(batch=LeadBatch.from_dicts([{}]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> promote_batch(people, Column.of([None]), names=["Lead"], order=["Lead"], transitions=[], definition="").rows
        array([0])
    """
    at = _stage_numbers(current, names)
    rows: list[npt.NDArray[np.int64]] = []
    steps: list[tuple[str | None, str, str]] = []

    def move(which: npt.NDArray[np.int64], previous: str | None, stage: str, reason: str) -> None:
        at[which] = names.index(stage)
        rows.append(which)
        steps.append((previous, stage, reason))

    fresh = np.flatnonzero(at < 0)
    if fresh.size:
        move(fresh, None, names[0], ENTRY_REASON)
    truths: dict[Condition, Truth] = {}
    for name in order:
        here = np.flatnonzero(at == names.index(name))
        for way in transitions:
            if not way.automatic or way.source != name or not here.size:
                continue
            taken = np.ones(here.size, np.bool_)
            if way.condition is not None:
                taken = _truth(way.condition, population, name, truths)[here] == TRUE
            if taken.any():
                move(here[taken], name, way.to, _ALWAYS if way.condition is None else way.condition.text())
                here = here[~taken]
    return _changes(population, rows, steps, definition)


def _truth(condition: Condition, population: Population, stage: str, known: dict[Condition, Truth]) -> Truth:
    if any(
        isinstance(clause.reading, StateReading) and clause.reading.name == "stage"
        for clause in clauses(condition)
    ):
        states: Mapping[str, Column | npt.NDArray[np.float64]] = {
            **population.states,
            "stage": Column.constant(stage, len(population)),
        }
        return condition.evaluate(attrs.evolve(population, states=states))
    if condition not in known:
        known[condition] = condition.evaluate(population)
    return known[condition]


def _stage_numbers(current: Column, names: Sequence[str]) -> npt.NDArray[np.int32]:
    for value in current.values:
        if value not in names:
            raise UnknownNameError(f"The funnel has no stage '{value}'.{near_miss(str(value), names)}")
    table = np.array([*(names.index(str(value)) for value in current.values), -1], np.int32)
    return table[np.maximum(current.codes, -1)]


def _changes(
    population: Population,
    rows: Sequence[npt.NDArray[np.int64]],
    steps: Sequence[tuple[str | None, str, str]],
    definition: str,
) -> StageChanges:
    every = np.concatenate([np.empty(0, np.int64), *rows])
    order = np.argsort(every, kind="stable")
    which = np.repeat(np.arange(len(steps)), [len(part) for part in rows])[order]
    every = every[order]
    every.flags.writeable = False

    def spread(values: Sequence[str | None]) -> Column:
        codes, distinct = encode(values)
        cells = codes[which] if len(codes) else np.empty(0, np.int32)
        cells.flags.writeable = False
        return Column(codes=cells, values=distinct)

    return StageChanges(
        ids=population.batch.ids,
        rows=every,
        previous=spread([step[0] for step in steps]),
        stages=spread([step[1] for step in steps]),
        reasons=spread([step[2] for step in steps]),
        at=population.as_of,
        definition=definition,
    )
