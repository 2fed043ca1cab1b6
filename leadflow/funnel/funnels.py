"""The funnel: a company's stages, the ways between them, and who may take which."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import attrs

from leadflow.calendars import BusinessCalendar, BusinessDuration
from leadflow.columns import Column
from leadflow.conditions import Condition, Population, Subject
from leadflow.errors import TransitionError, UnknownNameError, near_miss
from leadflow.funnel import plain
from leadflow.funnel.changes import StageChange, StageChanges
from leadflow.funnel.graphs import automatic_order, automatic_ways, check_graph
from leadflow.funnel.histories import combine_histories
from leadflow.funnel.promotions import promote, promote_batch, steps
from leadflow.funnel.stages import FunnelStage, StageKind, StagePath
from leadflow.funnel.standard import standard_stages, standard_transitions
from leadflow.funnel.transitions import Transition
from leadflow.records.activities import Activity
from leadflow.records.batches import to_seconds
from leadflow.records.events import Json
from leadflow.records.leads import Lead
from leadflow.records.stages import StageHistory
from leadflow.values.filler import is_filler

__all__ = ["Funnel"]


def _stages(items: Iterable[FunnelStage]) -> tuple[FunnelStage, ...]:
    return tuple(items)


def _ways(items: Iterable[Transition]) -> tuple[Transition, ...]:
    return tuple(items)


@attrs.frozen(kw_only=True)
class Funnel:
    """A company's stages and the ways between them.

    Attributes:
        stages: in order; leads enter at the first, and on the success path later stages are further.
        transitions: in order of priority: of the automatic ones that leave a stage the first that holds is taken.
        version: named in every decision.

    Raises:
        DefinitionError: a stage is unreachable or has no way out, a gate can hold a lead, or automatic
            transitions lead backwards or in a loop.
        UnknownNameError: a transition names a stage that is not there.

    Example:
        >>> funnel = Funnel.standard()
        >>> history = funnel.start("L1", now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
        >>> history = funnel.advance(history, "MQL", now=dt.datetime(2026, 4, 2, tzinfo=dt.UTC), actor="sato", reason="asked for a quote")
        >>> history.current
        'MQL'
        >>> funnel.advance(history, "Won", now=dt.datetime(2026, 4, 3, tzinfo=dt.UTC), actor="sato", reason="signed")
        Traceback (most recent call last):
            ...
        leadflow.errors.TransitionError: There is no way from MQL to Won. Allowed from MQL: SAL, SQL, Opportunity, Recycled, Disqualified.
    """

    stages: tuple[FunnelStage, ...] = attrs.field(converter=_stages)
    transitions: tuple[Transition, ...] = attrs.field(converter=_ways)
    version: str = ""
    _order: tuple[str, ...] = attrs.field(init=False, eq=False, repr=False)
    _leaving: Mapping[str, Sequence[Transition]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        check_graph(self.stages, self.transitions)
        object.__setattr__(self, "_order", automatic_order(self.names, self.transitions))
        object.__setattr__(self, "_leaving", automatic_ways(self.transitions))

    @classmethod
    def standard(cls, *, qualified: Condition | None = None, version: str = "standard") -> "Funnel":
        """Return the funnel Lead, MQL, SAL, SQL, Opportunity, Won, with Recycled, Disqualified and Lost.

        Args:
            qualified: what makes a lead marketing-qualified; a grade of A1, A2 or B1, or a score of 100, by default.
            version: named in every decision.

        Example:
            >>> Funnel.standard().names
            ('Lead', 'MQL', 'SAL', 'SQL', 'Opportunity', 'Won', 'Recycled', 'Disqualified', 'Lost')
        """
        return cls(stages=standard_stages(), transitions=standard_transitions(qualified), version=version)

    @property
    def names(self) -> tuple[str, ...]:
        """The stages' names, in order.

        Example:
            >>> Funnel.standard().names[0]
            'Lead'
        """
        return tuple(stage.name for stage in self.stages)

    @property
    def entry(self) -> str:
        """The stage in which a lead begins.

        Example:
            >>> Funnel.standard().entry
            'Lead'
        """
        return self.stages[0].name

    def stage(self, name: str) -> FunnelStage:
        """Return a stage by its name.

        Raises:
            UnknownNameError: there is none.

        Example:
            >>> Funnel.standard().stage("Won").final
            True
        """
        found = next((stage for stage in self.stages if stage.name == name), None)
        if found is None:
            raise UnknownNameError(f"The funnel has no stage '{name}'.{near_miss(name, self.names)}")
        return found

    def rank(self, name: str) -> int:
        """Return how far a stage is: the entry, then the detours, then the success path.

        A merge or an import takes a lead only to a higher rank, so that a duplicate neither takes back progress
        nor reopens what a person closed.

        Example:
            >>> funnel = Funnel.standard()
            >>> funnel.rank("Lead") < funnel.rank("Disqualified") < funnel.rank("MQL") < funnel.rank("Won")
            True
        """
        stage, place = self.stage(name), self.names.index(name)
        if name == self.entry:
            return 0
        return place if stage.path is StagePath.DETOUR else place + len(self.stages)

    def targets(self, stage: str | None) -> tuple[str, ...]:
        """Return where a person may take a lead from a stage.

        Args:
            stage: None for a lead that is nowhere yet.

        Example:
            >>> Funnel.standard().targets("Opportunity")
            ('Won', 'Lost')
        """
        if stage is None:
            return (self.entry,)
        return tuple(way.to for way in self.transitions if way.source == stage)

    def start(
        self, lead_id: str, *, now: dt.datetime, actor: str = "leadflow", reason: str = "first stage"
    ) -> StageHistory:
        """Return the history of a lead that has just entered the funnel.

        Args:
            lead_id: the lead.
            now: aware.
            actor: who.
            reason: why.

        Example:
            >>> Funnel.standard().start("L1", now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)).current
            'Lead'
        """
        return self.advance(StageHistory(lead_id=lead_id), self.entry, now=now, actor=actor, reason=reason)

    def change(
        self,
        history: StageHistory,
        to: str,
        *,
        now: dt.datetime,
        actor: str,
        reason: str,
        role: str | None = None,
        evidence: Mapping[str, str] | None = None,
        subject: Subject | None = None,
    ) -> StageChange:
        """Return the change by which a person takes a lead to a stage, if it is allowed.

        Args:
            history: where the lead is and was.
            to: the stage.
            now: aware; not before the lead entered its present stage.
            actor: who decides.
            reason: why.
            role: as what they decide; needed where a transition is kept for some roles.
            evidence: what the transition requires, by name; filler such as ``"-"`` is none.
            subject: the lead as it is; needed where the transition has a condition and is not automatic.

        Raises:
            TransitionError: there is no such way, the role may not take it, evidence is missing, the condition
                does not hold, or the moment lies before the last change.
            UnknownNameError: the funnel has no such stage.

        Example:
            >>> funnel = Funnel.standard()
            >>> history = funnel.start("L1", now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> funnel.change(history, "SQL", now=dt.datetime(2026, 4, 2, tzinfo=dt.UTC), actor="sato", reason="met").explain()
            'L1: Lead -> SQL because met'
        """
        self.stage(to)
        given = dict(evidence or {})
        self._check_time(history, now)
        self._check_way(history.current, to, role=role, evidence=given, subject=subject)
        return StageChange(
            lead_id=history.lead_id,
            previous=history.current,
            stage=to,
            at=now,
            actor=actor,
            reason=reason,
            definition=self.version,
            evidence=given,
        )

    def advance(
        self,
        history: StageHistory,
        to: str,
        *,
        now: dt.datetime,
        actor: str,
        reason: str,
        role: str | None = None,
        evidence: Mapping[str, str] | None = None,
        subject: Subject | None = None,
    ) -> StageHistory:
        """Return the history after a person took the lead to a stage; see `change` for what is checked.

        Args:
            history: where the lead is and was.
            to: the stage.
            now: aware.
            actor: who decides.
            reason: why.
            role: as what they decide.
            evidence: what the transition requires, by name.
            subject: the lead as it is.

        Raises:
            TransitionError: the funnel does not allow it; the message names the stages that it does.
            UnknownNameError: the funnel has no such stage.

        Example:
            >>> funnel = Funnel.standard()
            >>> history = funnel.start("L1", now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> history = funnel.advance(history, "Disqualified", now=dt.datetime(2026, 4, 2, tzinfo=dt.UTC), actor="sato",
            ...     reason="checked", evidence={"disqualified_reason": "competitor"})
            >>> history.intervals[-1].reason
            'checked; disqualified_reason: competitor'
        """
        change = self.change(
            history, to, now=now, actor=actor, reason=reason, role=role, evidence=evidence, subject=subject
        )
        return self.append(history, [change])

    def append(self, history: StageHistory, changes: Sequence[StageChange]) -> StageHistory:
        """Return the history with changes added at its end; what is there stays as it is.

        Args:
            history: of the lead whose changes they are.
            changes: in order, each leaving the stage that the one before entered.

        Raises:
            TransitionError: a change does not follow on the history.

        Example:
            >>> Funnel.standard().append(StageHistory(lead_id="L1"), []).current is None
            True
        """
        intervals = list(history.intervals)
        for change in changes:
            present = intervals[-1].stage if intervals else None
            if change.previous != present or (intervals and change.at < intervals[-1].entered_at):
                raise TransitionError(
                    f"The change {change.previous} -> {change.stage} does not follow on a history that ends in {present}."
                )
            if intervals:
                intervals[-1] = attrs.evolve(intervals[-1], left_at=change.at)
            intervals.append(change.interval())
        return attrs.evolve(history, intervals=tuple(intervals))

    def adopt(
        self, history: StageHistory, stage: str, *, now: dt.datetime, actor: str = "leadflow", reason: str
    ) -> StageHistory:
        """Return the history after another system said where the lead is; never backwards.

        A lead that is nowhere yet begins there. Otherwise it goes there if that is further, or a detour to which
        a way leads from here; else nothing changes.

        Args:
            history: where the lead is and was.
            stage: what an import or a sync says.
            now: aware.
            actor: who says it.
            reason: why it is believed.

        Raises:
            UnknownNameError: the funnel has no such stage.
            TransitionError: the moment lies before the last change.

        Example:
            >>> funnel, at = Funnel.standard(), dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> history = funnel.adopt(StageHistory(lead_id="L1"), "SQL", now=at, reason="Salesforce")
            >>> funnel.adopt(history, "Lead", now=at, reason="Excel list").current
            'SQL'
        """
        target, present = self.stage(stage), history.current
        self._check_time(history, now)
        if present is not None:
            detour = target.path is StagePath.DETOUR and stage in self.targets(present)
            if stage == present or not (detour or self.rank(stage) > self.rank(present)):
                return history
        change = StageChange(
            lead_id=history.lead_id,
            previous=present,
            stage=stage,
            at=now,
            actor=actor,
            reason=reason,
            definition=self.version,
        )
        return self.append(history, [change])

    def merge(self, histories: Iterable[StageHistory], *, lead_id: str) -> StageHistory:
        """Return the history of a lead that several turned out to be; never backwards.

        Args:
            histories: of the leads that are one.
            lead_id: the id that stays.

        Returns:
            At every moment the stage of highest rank in which one of them was.

        Example:
            >>> funnel, at = Funnel.standard(), dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> won = funnel.adopt(StageHistory(lead_id="B"), "Won", now=at, reason="Salesforce")
            >>> funnel.merge([funnel.start("A", now=at), won], lead_id="A").current
            'Won'
        """
        return combine_histories(histories, lead_id=lead_id, rank=self.rank)

    def evaluate(
        self,
        lead: Lead | Subject,
        history: StageHistory,
        *,
        now: dt.datetime | None = None,
        activities: Sequence[Activity] = (),
        states: Mapping[str, str | float] | None = None,
    ) -> list[StageChange]:
        """Return the automatic changes that are due for a lead, a whole chain at once.

        Args:
            lead: the lead, or a subject that holds it with what is known about it.
            history: where the lead is and was; without intervals it begins at the entry.
            now: aware; needed with a lead, the subject's ``as_of`` otherwise.
            activities: what the lead did, when no subject is given.
            states: score, grade and the like, when no subject is given.

        Raises:
            TransitionError: there is no moment, or it lies before the last change.

        Example:
            >>> funnel, at = Funnel.standard(), dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
            >>> changes = funnel.evaluate(Lead(id="L1"), StageHistory(lead_id="L1"), now=at, states={"grade": "A1"})
            >>> [change.stage for change in changes]
            ['Lead', 'MQL']
        """
        if isinstance(lead, Subject):
            subject = lead
        elif now is None:
            raise TransitionError("Evaluating a lead needs the moment: pass now=.")
        else:
            subject = Subject(lead=lead, activities=activities, as_of=now, states=dict(states or {}))
        moment = subject.as_of if now is None else now
        self._check_time(history, moment)
        if history.current is not None:
            self.stage(history.current)
        return promote(
            subject,
            history,
            entry=self.entry,
            leaving=self._leaving,
            now=moment,
            definition=self.version,
        )

    def evaluate_one(self, subject: Subject, current: str | None) -> list[StageChange]:
        """Return what ``evaluate_batch`` returns of one lead, without arrays.

        Args:
            subject: the lead with what is known about it; its ``as_of`` is the moment of the changes.
            current: the stage that it is in; None for one that is nowhere yet.

        Raises:
            UnknownNameError: the lead is in a stage that the funnel does not have.

        Example:
            >>> someone = Subject(lead=Lead(id="L1"), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC), states={"grade": "A1"})
            >>> [change.stage for change in Funnel.standard().evaluate_one(someone, None)]
            ['Lead', 'MQL']
        """
        if current is not None:
            self.stage(current)
        found = steps(subject, current, entry=self.entry, leaving=self._leaving, definition=self.version)
        return [change for change, _ in found]

    def evaluate_batch(self, population: Population, current: Column) -> StageChanges:
        """Return the automatic changes that are due for a population, chains resolved.

        Args:
            population: n leads with what is known about them; its ``as_of`` is the moment of the changes.
            current: (n,) the stage of each lead; missing for one that is nowhere yet.

        Raises:
            UnknownNameError: a lead is in a stage that the funnel does not have.

        Example:
            >>> from leadflow.records import LeadBatch
            >>> people = Population(batch=LeadBatch.from_dicts([{}, {}]), as_of=dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
            ...     states={"grade": Column.of(["A1", "D4"])})
            >>> Funnel.standard().evaluate_batch(people, Column.of(["Lead", None])).to_dicts()[0]["stage"]
            'MQL'
        """
        return promote_batch(
            population,
            current,
            names=self.names,
            order=self._order,
            transitions=self.transitions,
            definition=self.version,
        )

    def due_at(
        self,
        history: StageHistory,
        *,
        calendar: BusinessCalendar | None = None,
        pauses: Iterable[tuple[dt.datetime, dt.datetime]] = (),
    ) -> dt.datetime | None:
        """Return when the lead becomes stale where it is, or None where no clock runs.

        Args:
            history: where the lead is and was.
            calendar: needed where the limit is business time.
            pauses: (start, end), aware: spans during which the clock stands still.

        Raises:
            TransitionError: the limit is business time and there is no calendar.

        Example:
            >>> funnel = Funnel.standard()
            >>> history = funnel.adopt(StageHistory(lead_id="L1"), "MQL", now=dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC), reason="")
            >>> funnel.due_at(history, calendar=BusinessCalendar.always()).isoformat()
            '2026-04-03T09:00:00+00:00'
        """
        if history.current is None:
            return None
        stage, entered = self.stage(history.current), history.intervals[-1].entered_at
        if stage.kind is not StageKind.SLA or stage.limit is None:
            return None
        if calendar is None:
            if isinstance(stage.limit, BusinessDuration):
                raise TransitionError(
                    f"The limit of the stage '{stage.name}' is business time: pass the calendar that says when the business is open."
                )
            calendar = BusinessCalendar.always()
        return calendar.add(entered, stage.limit, pauses=pauses)

    def violations(self, history: StageHistory) -> tuple[str, ...]:
        """Return what is impossible in a history: unknown stages, ways that do not exist, gaps.

        Args:
            history: such as one that another system wrote.

        Example:
            >>> Funnel.standard().violations(Funnel.standard().start("L1", now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)))
            ()
        """
        found = [
            f"unknown stage '{stay.stage}'" for stay in history.intervals if stay.stage not in self.names
        ]
        for before, after in zip(history.intervals, history.intervals[1:], strict=False):
            if before.left_at != after.entered_at:
                found.append(f"gap or overlap between {before.stage} and {after.stage}")
            forward = {before.stage, after.stage} <= set(self.names) and self.rank(after.stage) > self.rank(
                before.stage
            )
            if not forward and after.stage not in self.targets(before.stage):
                found.append(f"no way from {before.stage} to {after.stage}")
        return tuple(found)

    def to_dict(self) -> dict[str, Json]:
        """Return the funnel as plain data for a definition file.

        Example:
            >>> Funnel.from_dict(Funnel.standard().to_dict()) == Funnel.standard()
            True
        """
        return plain.funnel_to_data(self.stages, self.transitions, self.version)

    @classmethod
    def from_dict(cls, data: object, *, path: str = "$.funnel") -> "Funnel":
        """Read a funnel from the data of a definition file.

        Args:
            data: a table with ``stages`` and ``transitions``, or with ``standard = true``.
            path: where it stands, for errors.

        Raises:
            DefinitionError: something is wrong; the message and its ``path`` say where.

        Example:
            >>> Funnel.from_dict({"standard": True, "version": "2026-Q2"}).version
            '2026-Q2'
        """
        stages, transitions, version = plain.funnel_from_data(data, path)
        return plain.at(path, lambda: cls(stages=stages, transitions=transitions, version=version))

    def _check_time(self, history: StageHistory, now: dt.datetime) -> None:
        to_seconds(now)
        if history.intervals and now < history.intervals[-1].entered_at:
            raise TransitionError(
                f"A history only grows at its end: the lead entered {history.current} after the moment that was given."
            )

    def _check_way(
        self,
        present: str | None,
        to: str,
        *,
        role: str | None,
        evidence: Mapping[str, str],
        subject: Subject | None,
    ) -> None:
        here = "nowhere" if present is None else present
        allowed = self.targets(present)
        if to not in allowed:
            raise TransitionError(
                f"There is no way from {here} to {to}. Allowed from {here}: {', '.join(allowed) or 'nothing'}."
            )
        way = next((way for way in self.transitions if (way.source, way.to) == (present, to)), None)
        if way is None:
            return
        if way.roles and role not in way.roles:
            raise TransitionError(
                f"The way from {here} to {to} is for {' or '.join(way.roles)}: pass that as role=."
            )
        for name in way.requires:
            value = evidence.get(name, "")
            if not value.strip() or is_filler(value):
                raise TransitionError(
                    f"The way from {here} to {to} requires evidence: give '{name}' a meaningful value."
                )
        if way.condition is not None and not way.automatic:
            if subject is None:
                raise TransitionError(
                    f"The way from {here} to {to} has a condition: pass the lead as subject=."
                )
            if not way.condition.holds(subject):
                raise TransitionError(
                    f"The way from {here} to {to} is open only when {way.condition.text()}."
                )
