"""The scoring model: rules, signals, caps and a grid of grades, as one frozen value with a version."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import attrs

from leadflow.columns import Column
from leadflow.conditions.readings import ActivityReading
from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.records.activities import Activity
from leadflow.records.batches import LeadBatch
from leadflow.records.events import Json
from leadflow.records.fields import FIELDS
from leadflow.records.leads import Lead
from leadflow.records.states import StateBatch
from leadflow.scoring.grades import Grade
from leadflow.scoring.points import checked_points
from leadflow.scoring.rules import Band, Bant, FitRule, Rule, looked_at
from leadflow.scoring.scores import Axis, Limits, Score
from leadflow.scoring.signals import Signal
from leadflow.scoring.tables import ScoreTable

__all__ = ["ScoringModel"]


def _rules(items: Iterable[FitRule]) -> tuple[FitRule, ...]:
    return tuple(items)


def _signals(items: Iterable[Signal]) -> tuple[Signal, ...]:
    return tuple(items)


def _names(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(items)


@attrs.frozen(kw_only=True)
class ScoringModel:
    """What makes a good lead, as data: a pure function of lead, activities, version and moment.

    Attributes:
        fit: rules and bands over what the lead is.
        engagement: signals over what it does.
        grade: the grid of grades.
        version: names this state of the model in scores, events and reports.
        bant: rules by budget, authority, need and timeframe; they count towards fit.
        caps: group to the most that its rules or signals together add, or take away.
        fit_limits: floor and ceiling of fit.
        engagement_limits: floor and ceiling of engagement.
        day_offset: how much earlier than in UTC a day begins, for signals that count once per day; Japan's
            nine hours by default.
        custom_fields: custom columns whose names resemble known fields.

    Raises:
        DefinitionError: the model contradicts itself; the message names the path of the fault.
        UnknownNameError: a field or group is not known and resembles one that is.

    Example:
        >>> from leadflow.conditions import field
        >>> from leadflow.scoring import rule, signal
        >>> model = ScoringModel(
        ...     fit=[rule(field("title").contains_any("部長", "取締役"), 20)],
        ...     engagement=[signal("webinar_attended", points=20, half_life=dt.timedelta(days=60), cap=60)],
        ...     version="2026-Q2",
        ... )
        >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
        >>> webinar = Activity(lead_id="L1", kind="webinar_attended", at=now - dt.timedelta(days=60))
        >>> print(model.score(Lead(id="L1", title="営業部長"), [webinar], as_of=now).explain())
        D4: fit 20 + engagement 10 = 30 (model 2026-Q2, as of 2026-04-01T00:00:00+00:00)
        fit
             +20  title contains any of ["部長", "取締役"]
        engagement
             +10  webinar_attended ×1, latest 60 days ago
    """

    fit: tuple[FitRule, ...] = attrs.field(default=(), converter=_rules)
    engagement: tuple[Signal, ...] = attrs.field(default=(), converter=_signals)
    grade: Grade = attrs.field(factory=Grade)
    version: str = "1"
    bant: Bant = attrs.field(factory=Bant)
    caps: Mapping[str, float] = attrs.field(factory=dict)
    fit_limits: Limits = attrs.field(factory=Limits)
    engagement_limits: Limits = attrs.field(factory=Limits)
    day_offset: dt.timedelta = dt.timedelta(hours=9)
    custom_fields: tuple[str, ...] = attrs.field(default=(), converter=_names)
    rules: tuple[FitRule, ...] = attrs.field(init=False, eq=False, repr=False)
    """All rules of fit: the model's own, then those of BANT."""
    listeners: Mapping[str, tuple[int, ...]] = attrs.field(init=False, eq=False, repr=False)
    """Kind of activity to the positions of the signals that count it."""
    asks_activities: bool = attrs.field(init=False, eq=False, repr=False)
    """Whether a rule of fit looks at activities."""

    def __attrs_post_init__(self) -> None:
        for i, item in enumerate(self.fit):
            _check_kind(item, Rule | Band, f"$.fit[{i}]", "a rule or a band")
        for i, counted in enumerate(self.engagement):
            _check_kind(counted, Signal, f"$.engagement[{i}]", "a signal")
        _check_kind(self.grade, Grade, "$.grade", "a Grade")
        _check_kind(self.bant, Bant, "$.bant", "a Bant")
        object.__setattr__(self, "rules", (*self.fit, *self.bant))
        asked = (reading for item in self.rules for reading in item.readings)
        object.__setattr__(self, "asks_activities", any(isinstance(each, ActivityReading) for each in asked))
        _check_names(self)
        _check_fields(self)
        object.__setattr__(self, "caps", _checked_caps(self))
        for axis, name in ((Axis.FIT, "fit_limits"), (Axis.ENGAGEMENT, "engagement_limits")):
            object.__setattr__(self, name, _checked_limits(self, axis, f"$.{name}"))
        if abs(self.day_offset) > dt.timedelta(hours=14):
            raise DefinitionError("$.day_offset must lie within ±14 hours.", path="$.day_offset")
        listeners: dict[str, tuple[int, ...]] = {}
        for i, counted in enumerate(self.engagement):
            listeners[counted.kind] = (*listeners.get(counted.kind, ()), i)
        object.__setattr__(self, "listeners", listeners)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that the rules look at.

        Example:
            >>> ScoringModel.standard().fields[0]
            'title'
        """
        return looked_at(self.rules)

    @classmethod
    def standard(cls) -> "ScoringModel":
        """Return a sensible start for a business that sells to companies.

        Example:
            >>> ScoringModel.standard().version
            'standard-1'
        """
        from leadflow.scoring.standard import standard_model  # noqa: PLC0415  # the standard model is made of this class

        return standard_model()

    @classmethod
    def from_dict(cls, data: object, *, path: str = "$") -> "ScoringModel":
        """Read a model from plain data, as ``to_dict`` or a definition file has it.

        Args:
            data: a table.
            path: where it stands, for errors, such as ``"$.scoring"``.

        Raises:
            DefinitionError: it is wrong; ``path`` of the error says where.

        Example:
            >>> ScoringModel.from_dict({"fit": [{"when": "employees >= 300", "points": 12}]}).fit[0].points
            12.0
        """
        from leadflow.scoring.definitions import model_from_data  # noqa: PLC0415  # definitions are made of this class

        return model_from_data(data, path)

    def to_dict(self) -> dict[str, Json]:
        """Return the model as plain data that TOML and JSON hold.

        Example:
            >>> ScoringModel(version="2026-Q2").to_dict()["version"]
            '2026-Q2'
        """
        from leadflow.scoring.definitions import model_to_data  # noqa: PLC0415  # definitions are made of this class

        return model_to_data(self)

    def score(
        self,
        lead: Lead,
        activities: Iterable[Activity] = (),
        as_of: dt.datetime | None = None,
        *,
        previous: str | None = None,
    ) -> Score:
        """Score one lead.

        Args:
            lead: the lead.
            activities: what it did; those of another lead id are left out when the lead has an id.
            as_of: aware; the moment of the score. Later activities do not count.
            previous: the grade that the lead had, for hysteresis.

        Raises:
            InputError: ``as_of`` is missing or has no time zone.

        Example:
            >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> ScoringModel.standard().score(Lead(title="部長", employees=1200), [], as_of=now).grade
            'B4'
        """
        from leadflow.scoring.single import score_one  # noqa: PLC0415  # the evaluation is made for this class

        return score_one(self, lead, activities, as_of, previous)

    def score_batch(
        self,
        batch: LeadBatch,
        activities: Iterable[Activity] | None = None,
        as_of: dt.datetime | None = None,
        *,
        previous: Column | StateBatch | None = None,
    ) -> ScoreTable:
        """Score many leads; each gets the score that ``score`` gives it, to the last bit.

        Args:
            batch: n leads, each id once.
            activities: what they did, by lead id; an ``ActivityLog`` is counted without a loop over objects.
            as_of: aware; the moment of the scores. Later activities do not count.
            previous: for hysteresis, the grades that the leads had: (n,) in row order, or the states by id.

        Raises:
            InputError: ``as_of`` is missing or has no time zone, or two leads with activities share an id.

        Example:
            >>> people = LeadBatch.from_dicts([{"title": "部長", "employees": 1200}, {"title": "学生"}])
            >>> now = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> ScoringModel.standard().score_batch(people, as_of=now).grades.to_list()
            ['B4', 'D4']
        """
        from leadflow.scoring.batches import score_many  # noqa: PLC0415  # the evaluation is made for this class

        return score_many(self, batch, activities, as_of, previous)


def _check_kind(item: object, kind: object, path: str, what: str) -> None:
    if not isinstance(item, kind):  # type: ignore[arg-type]  # a class or a union of classes
        raise DefinitionError(f"{path} must be {what}, got {type(item).__name__}.", path=path)


def _paths(model: ScoringModel) -> list[tuple[str, FitRule]]:
    bant = model.bant
    questions = ("budget", "authority", "need", "timeframe")
    return [(f"$.fit[{i}]", item) for i, item in enumerate(model.fit)] + [
        (f"$.bant.{question}[{i}]", item)
        for question in questions
        for i, item in enumerate(getattr(bant, question))
    ]


def _check_names(model: ScoringModel) -> None:
    named: Sequence[tuple[str, FitRule | Signal]] = _paths(model)
    for items in (named, [(f"$.engagement[{i}]", item) for i, item in enumerate(model.engagement)]):
        first: dict[str, str] = {}
        for path, item in items:
            if item.name in first:
                raise DefinitionError(
                    f"{path} has the same name as {first[item.name]}, so that reasons could not tell them apart: "
                    "merge the two, or give one a name=.",
                    path=path,
                )
            first[item.name] = path


def _check_fields(model: ScoringModel) -> None:
    known = {*FIELDS, *model.custom_fields}
    for path, item in _paths(model):
        for name in looked_at([item]):
            hint = "" if name in known else near_miss(name, FIELDS)
            if "Did you mean" in hint:
                raise UnknownNameError(
                    f"{path}: '{name}' is not a known field.{hint} If it is a column of your own, list it in custom_fields.",
                    path=path,
                )


def _checked_caps(model: ScoringModel) -> Mapping[str, float]:
    groups = {item.group for item in (*model.rules, *model.engagement) if item.group}
    caps = {}
    for group, cap in model.caps.items():
        path = f"$.caps.{group}"
        if group not in groups:
            raise UnknownNameError(
                f"{path}: no rule or signal is in this group.{near_miss(group, groups)}", path=path
            )
        caps[group] = checked_points(cap, path, positive=True)
    return caps


def _checked_limits(model: ScoringModel, axis: Axis, path: str) -> Limits:
    limits: Limits = model.fit_limits if axis is Axis.FIT else model.engagement_limits
    _check_kind(limits, Limits, path, "Limits")
    floor = None if limits.floor is None else checked_points(limits.floor, f"{path}.floor")
    ceiling = None if limits.ceiling is None else checked_points(limits.ceiling, f"{path}.ceiling")
    if floor is not None and ceiling is not None and floor >= ceiling:
        raise DefinitionError(f"{path}.floor must be below {path}.ceiling.", path=f"{path}.floor")
    best = (model.grade.fit if axis is Axis.FIT else model.grade.engagement)[0]
    if ceiling is not None and ceiling < best:
        raise DefinitionError(
            f"{path}.ceiling is {ceiling:g}, but the best grade starts at {best:g} points of {axis.value}, so no lead "
            "could reach it.",
            path=f"{path}.ceiling",
        )
    return Limits(floor=floor, ceiling=ceiling)
