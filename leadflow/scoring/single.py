"""Scoring one lead with its reasons, in a tenth of a millisecond."""

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from math import floor
from typing import TYPE_CHECKING

from leadflow.conditions import Subject
from leadflow.errors import InputError
from leadflow.records.activities import Activity
from leadflow.records.batches import to_seconds
from leadflow.records.leads import Lead
from leadflow.scoring.points import MAX_AGE, points_text
from leadflow.scoring.rules import FitRule, Rule
from leadflow.scoring.scores import Axis, Limits, Reason, ReasonKind, Score
from leadflow.scoring.signals import Repeat, Signal

if TYPE_CHECKING:
    from leadflow.scoring.models import ScoringModel

__all__ = ["moment", "score_one"]


def moment(as_of: dt.datetime | None) -> int:
    """Return the moment of a score in seconds since 1970 UTC.

    Raises:
        InputError: it is missing or has no time zone.

    Example:
        >>> moment(dt.datetime(1970, 1, 2, tzinfo=dt.UTC))
        86400
    """
    if as_of is None:
        raise InputError(
            "Scoring needs as_of=, the moment of the score, as an aware datetime: there is no hidden clock."
        )
    if not isinstance(as_of, dt.datetime):
        raise InputError(f"as_of must be an aware datetime, got {type(as_of).__name__}.")
    return to_seconds(as_of)


def score_one(
    model: "ScoringModel",
    lead: Lead,
    activities: Iterable[Activity],
    as_of: dt.datetime | None,
    previous: str | None,
) -> Score:
    """Score one lead; see ``ScoringModel.score``."""
    now = moment(as_of)
    assert as_of is not None  # noqa: S101  # moment() has refused it
    ignored: dict[str, int] = {}
    dated = _countable(lead.id, activities, now, ignored)
    looked_at = [entry[1] for entries in dated.values() for entry in entries] if model.asks_activities else ()
    subject = Subject(lead=lead, activities=looked_at, as_of=as_of)
    fit_reasons = _fit_reasons(model.rules, subject)
    engagement_reasons = _engagement_reasons(model, dated, now)
    fit = _settle(fit_reasons, model.caps, model.fit_limits, Axis.FIT)
    engagement = _settle(engagement_reasons, model.caps, model.engagement_limits, Axis.ENGAGEMENT)
    return Score(
        lead_id=lead.id,
        fit=fit,
        engagement=engagement,
        grade=model.grade.of(fit, engagement, previous=previous),
        reasons=(*fit_reasons, *engagement_reasons),
        as_of=as_of,
        version=model.version,
        ignored=ignored,
    )


def _countable(
    lead_id: str, activities: Iterable[Activity], now: int, ignored: dict[str, int]
) -> dict[str, list[tuple[int, Activity]]]:
    """Return by kind the activities that can count, with their times; note why the others do not."""
    seen: dict[str, tuple[int, Activity]] = {}
    keep = seen.setdefault
    for activity in activities:
        if lead_id and activity.lead_id != lead_id:
            ignored["other lead"] = ignored.get("other lead", 0) + 1
            continue
        when = activity.at
        entry = (to_seconds(when) if when.tzinfo is None else floor(when.timestamp()), activity)
        known = keep(activity.key, entry)
        if known is not entry:
            ignored["duplicate"] = ignored.get("duplicate", 0) + 1
            # of two that claim to be the same the earlier counts, so that the order of the log does not matter
            if (entry[0], activity.kind) < (known[0], known[1].kind):
                seen[activity.key] = entry
    dated: dict[str, list[tuple[int, Activity]]] = {}
    oldest = now - MAX_AGE
    for entry in seen.values():
        at, activity = entry
        if oldest <= at <= now:
            entries = dated.get(activity.kind)
            if entries is None:
                dated[activity.kind] = [entry]
            else:
                entries.append(entry)
        else:
            why = "future" if at > now else "undated"
            ignored[why] = ignored.get(why, 0) + 1
    return dated


def _fit_reasons(rules: tuple[FitRule, ...], subject: Subject) -> list[Reason]:
    reasons = []
    for item in rules:
        points = item.points_for(subject)
        if points:
            reasons.append(
                Reason(
                    axis=Axis.FIT,
                    kind=ReasonKind.RULE if isinstance(item, Rule) else ReasonKind.BAND,
                    name=item.name,
                    points=points,
                    group=item.group,
                    note=item.note(subject),
                )
            )
    return reasons


def _engagement_reasons(
    model: "ScoringModel", dated: Mapping[str, list[tuple[int, Activity]]], now: int
) -> list[Reason]:
    day_offset = int(model.day_offset.total_seconds())
    reasons = []
    for signal in model.engagement:
        entries = dated.get(signal.kind)
        if entries:
            ages = _counted_ages(signal, entries, now, day_offset)
            gross = signal.total(ages)
            if gross:
                reasons.append(_signal_reason(signal, ages, gross))
    return reasons


def _counted_ages(
    signal: Signal, entries: list[tuple[int, Activity]], now: int, day_offset: int
) -> list[int]:
    if signal.where:
        entries = [entry for entry in entries if signal.matches(entry[1])]
    reach = signal.reach
    if signal.repeat is Repeat.EVERY:
        return [age for at, _ in entries if (age := now - at) < reach]
    latest: dict[Hashable, int] = {}
    per_day = signal.repeat is Repeat.ONCE_PER_DAY
    per = signal.per
    for at, activity in entries:
        occasion = (
            (at + day_offset) // 86400 if per_day else None if per is None else activity.attributes.get(per)
        )
        age = now - at
        if age < latest.get(occasion, reach):
            latest[occasion] = age
    return list(latest.values())


def _signal_reason(signal: Signal, ages: list[int], gross: float) -> Reason:
    points = signal.limited(gross)
    note = f"latest {_ago(min(ages))}"
    if points != gross:
        note += f", capped from {points_text(gross)}"
    return Reason(
        axis=Axis.ENGAGEMENT,
        kind=ReasonKind.SIGNAL,
        name=signal.name,
        points=points,
        group=signal.group,
        count=len(ages),
        note=note,
    )


def _settle(reasons: list[Reason], caps: Mapping[str, float], limits: Limits, axis: Axis) -> float:
    """Add the reasons up; append what caps and limits change as reasons of their own."""
    if caps:
        sums: dict[str, float] = {}
        for reason in reasons:
            if reason.group in caps:
                sums[reason.group] = sums.get(reason.group, 0.0) + reason.points
        for group, points in sums.items():
            cap = caps[group]
            held = max(-cap, min(cap, points))
            if held != points:
                reasons.append(
                    Reason(
                        axis=axis,
                        kind=ReasonKind.CAP,
                        name=group,
                        points=held - points,
                        note=f"at {points_text(held)}",
                    )
                )
    total = sum((reason.points for reason in reasons), 0.0)
    held = limits.within(total)
    if held != total:
        reasons.append(
            Reason(
                axis=axis,
                kind=ReasonKind.LIMIT,
                name=axis.value,
                points=held - total,
                note=f"at {points_text(held)}",
            )
        )
    return held


def _ago(seconds: int) -> str:
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = seconds // size
            return f"{number} {name}{'' if number == 1 else 's'} ago"
    return "just now"
