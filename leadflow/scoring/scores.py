"""A score with the reasons that add up to it."""

import datetime as dt
import enum
import html
from collections.abc import Mapping, Sequence

import attrs

from leadflow.records.events import Event, EventKind, Json
from leadflow.scoring.points import points_text, shown_parts
from leadflow.scoring.rules import BANT

__all__ = ["Axis", "Limits", "Reason", "ReasonKind", "Score", "scored"]


class Axis(enum.StrEnum):
    """The two sides of a score."""

    FIT = "fit"
    ENGAGEMENT = "engagement"


class ReasonKind(enum.StrEnum):
    """What gave or took the points."""

    RULE = "rule"
    """A condition that holds."""
    BAND = "band"
    """The step on which a value lies."""
    SIGNAL = "signal"
    """Activities of a kind, within the signal's own cap."""
    CAP = "cap"
    """What the cap of a group took away, or gave back."""
    LIMIT = "limit"
    """What the floor or ceiling of an axis took away, or gave back."""


@attrs.frozen(kw_only=True)
class Reason:
    """One part of a score.

    Attributes:
        axis: the side of the score that it belongs to.
        kind: what gave the points.
        name: the rule, band or signal, or the group that is capped, or the axis that is limited.
        points: what it adds; negative takes away.
        group: the group, or empty.
        count: how many activities counted; 0 for what is no signal.
        note: the step, the cap, or how long ago the latest was.
    """

    axis: Axis
    kind: ReasonKind
    name: str
    points: float
    group: str = ""
    count: int = 0
    note: str = ""

    def text(self) -> str:
        """Return the reason in words, without its points.

        Example:
            >>> Reason(axis=Axis.FIT, kind=ReasonKind.BAND, name="employees", points=12.0, note="in [300, 1000)").text()
            'employees in [300, 1000)'
        """
        times = f" ×{self.count}" if self.count else ""
        note = f" {self.note}" if self.note else ""
        match self.kind:
            case ReasonKind.CAP:
                return f"cap of group '{self.name}'{note}"
            case ReasonKind.LIMIT:
                return f"limit of {self.name}{note}"
            case ReasonKind.SIGNAL:
                return f"{self.name}{times}{',' if note else ''}{note}"
            case _:
                return f"{self.name}{note}"

    def to_dict(self) -> dict[str, Json]:
        """Return the reason as plain data.

        Example:
            >>> Reason(axis=Axis.FIT, kind=ReasonKind.RULE, name="title is filled", points=5.0).to_dict()
            {'axis': 'fit', 'kind': 'rule', 'name': 'title is filled', 'points': 5.0}
        """
        data: dict[str, Json] = {
            "axis": self.axis.value,
            "kind": self.kind.value,
            "name": self.name,
            "points": self.points,
        }
        if self.group:
            data["group"] = self.group
        if self.count:
            data["count"] = self.count
        if self.note:
            data["note"] = self.note
        return data


@attrs.frozen(kw_only=True)
class Limits:
    """The floor and the ceiling of one axis.

    Attributes:
        floor: the least points, or None.
        ceiling: the most points, or None.

    Example:
        >>> Limits(floor=0, ceiling=100).within(-5.0), Limits().within(-5.0)
        (0.0, -5.0)
    """

    floor: float | None = attrs.field(default=None, converter=attrs.converters.optional(float))
    ceiling: float | None = attrs.field(default=None, converter=attrs.converters.optional(float))

    def within(self, points: float) -> float:
        """Return points held between floor and ceiling.

        Example:
            >>> Limits(ceiling=100).within(120.0)
            100.0
        """
        if self.floor is not None and points < self.floor:
            return self.floor
        return self.ceiling if self.ceiling is not None and points > self.ceiling else points


@attrs.frozen(kw_only=True)
class Score:
    """How a lead scores at a moment under a version of the model, and why.

    The reasons of an axis add up to its points, and fit and engagement to the total, to the last bit
    (up to eight million points).

    Attributes:
        lead_id: whose score.
        fit: points for what the lead is.
        engagement: points for what it does.
        grade: letter by fit, digit by engagement.
        reasons: what gave the points, in the order of the model.
        as_of: the moment of the score.
        version: the model's version.
        ignored: why activities did not count (``future``, ``undated``, ``duplicate``, ``other lead``) to how many.

    Example:
        >>> reason = Reason(axis=Axis.FIT, kind=ReasonKind.RULE, name="title is filled", points=5.0)
        >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> score = Score(lead_id="L1", fit=5.0, engagement=0.0, grade="D4", reasons=(reason,), as_of=now, version="1")
        >>> score.total
        5.0
    """

    lead_id: str
    fit: float
    engagement: float
    grade: str
    reasons: tuple[Reason, ...]
    as_of: dt.datetime
    version: str
    ignored: Mapping[str, int] = attrs.field(factory=dict)

    @property
    def total(self) -> float:
        """Fit and engagement together."""
        return self.fit + self.engagement

    @property
    def bant(self) -> Mapping[str, float]:
        """Points by the four questions of BANT; caps of their groups count.

        Example:
            >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> Score(lead_id="L1", fit=0.0, engagement=0.0, grade="D4", reasons=(), as_of=now, version="1").bant["need"]
            0.0
        """
        points: dict[str, float] = {question: 0.0 for question in BANT}  # noqa: C420  # fromkeys would narrow the keys to literals
        for reason in self.reasons:
            group = reason.name if reason.kind is ReasonKind.CAP else reason.group
            if reason.axis is Axis.FIT and group in points:
                points[group] += reason.points
        return points

    @property
    def states(self) -> dict[str, str | float]:
        """The score as conditions ask for it: ``@grade``, ``@score``, ``@fit``, ``@engagement``.

        Example:
            >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> score = Score(lead_id="L1", fit=5.0, engagement=1.0, grade="D4", reasons=(), as_of=now, version="1")
            >>> score.states
            {'grade': 'D4', 'score': 6.0, 'fit': 5.0, 'engagement': 1.0}
        """
        return {"grade": self.grade, "score": self.total, "fit": self.fit, "engagement": self.engagement}

    def event(self, previous: str | None = None) -> Event:
        """Return the journal entry of the score.

        Args:
            previous: the grade before; None for a lead that had none.

        Example:
            >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> Score(lead_id="L1", fit=5.0, engagement=1.0, grade="D4", reasons=(), as_of=now, version="1").event("C4").reason
            'grade C4 to D4'
        """
        figures: dict[str, Json] = {
            "fit": self.fit,
            "engagement": self.engagement,
            "total": self.total,
            "grade": self.grade,
        }
        return scored(self.lead_id, figures, previous, at=self.as_of, definition=self.version)

    def explain(self) -> str:
        """Return the score and its reasons as text; the hundredths shown add up.

        Example:
            >>> reason = Reason(axis=Axis.FIT, kind=ReasonKind.RULE, name="title is filled", points=5.0)
            >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> score = Score(lead_id="L1", fit=5.0, engagement=0.0, grade="D4", reasons=(reason,), as_of=now, version="1")
            >>> print(score.explain())
            D4: fit 5 + engagement 0 = 5 (model 1, as of 2026-04-01T00:00:00+00:00)
            fit
                  +5  title is filled
        """
        shown = self._shown()
        fit, engagement = (
            sum(points for reason, points in shown if reason.axis is axis)
            for axis in (Axis.FIT, Axis.ENGAGEMENT)
        )
        title = f"{self.grade}: fit {points_text(fit)} + engagement {points_text(engagement)}"
        state = f"model {self.version}, as of {self.as_of.isoformat()}"
        lines = [f"{title} = {points_text(fit + engagement)} ({state})"]
        for axis in Axis:
            rows = [(reason, points) for reason, points in shown if reason.axis is axis]
            if rows:
                lines.append(axis.value)
            lines += [f"{points_text(points, sign=True):>8}  {reason.text()}" for reason, points in rows]
        if self.ignored:
            lines.append("not counted: " + ", ".join(f"{n} {why}" for why, n in self.ignored.items()))
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Json]:
        """Return the score and its reasons as plain data.

        Example:
            >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> score = Score(lead_id="L1", fit=5.0, engagement=0.0, grade="D4", reasons=(), as_of=now, version="1")
            >>> score.to_dict()["total"]
            5.0
        """
        return {
            "lead_id": self.lead_id,
            "grade": self.grade,
            "fit": self.fit,
            "engagement": self.engagement,
            "total": self.total,
            "version": self.version,
            "as_of": self.as_of.isoformat(),
            "reasons": [reason.to_dict() for reason in self.reasons],
            "ignored": dict(self.ignored),
        }

    def to_html(self) -> str:
        """Return the score as an HTML table with one bar per reason.

        Example:
            >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> score = Score(lead_id="L1", fit=5.0, engagement=0.0, grade="D4", reasons=(), as_of=now, version="1")
            >>> score.to_html().startswith("<table")
            True
        """
        shown = self._shown()
        widest = max((abs(points) for _, points in shown), default=0.0) or 1.0
        rows = []
        for reason, points in shown:
            colour = "#3b7dd8" if points >= 0 else "#c0504d"
            width = 100 * abs(points) / widest
            rows.append(
                f"<tr><td>{html.escape(reason.axis.value)}</td><td>{html.escape(reason.text())}</td>"
                f"<td style='text-align:right'>{points_text(points, sign=True)}</td>"
                f"<td style='width:12em'><div style='background:{colour};height:.8em;width:{width:.1f}%'></div></td></tr>"
            )
        title = (
            f"{self.grade}: fit {points_text(self.fit)} + engagement {points_text(self.engagement)}"
            f" = {points_text(self.total)}"
        )
        return f"<table><caption>{html.escape(title)}</caption>{''.join(rows)}</table>"

    def _repr_html_(self) -> str:
        return self.to_html()

    def _shown(self) -> Sequence[tuple[Reason, float]]:
        return list(zip(self.reasons, shown_parts([reason.points for reason in self.reasons]), strict=True))


def scored(
    lead_id: str, figures: Mapping[str, Json], previous: str | None, *, at: dt.datetime, definition: str
) -> Event:
    """Return the journal entry of a score.

    Args:
        lead_id: whose score.
        figures: fit, engagement, total and grade.
        previous: the grade before; None for a lead that had none.
        at: the moment of the score.
        definition: the model's version.

    Example:
        >>> scored("L1", {"grade": "B1"}, None, at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), definition="1").reason
        'grade B1'
    """
    return Event(
        kind=EventKind.SCORED,
        lead_id=lead_id,
        at=at,
        reason=graded(previous, figures["grade"]),
        definition=definition,
        detail={**figures, "previous": previous},
    )


def graded(previous: object, grade: object) -> str:
    """Say that a grade is new or has changed, for the journal.

    Example:
        >>> graded(None, "B1"), graded("C4", "B1")
        ('grade B1', 'grade C4 to B1')
    """
    return f"grade {grade}" if previous is None else f"grade {previous} to {grade}"
