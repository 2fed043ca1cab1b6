"""A definition: every rule of a company as one piece of data with a version."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from leadflow.calendars import FiscalCalendar
from leadflow.capture import Form
from leadflow.conditions import Condition, condition_from_data
from leadflow.engine.evaluation import ready_stages
from leadflow.errors import DefinitionError, UnknownNameError, near_miss
from leadflow.funnel import Funnel
from leadflow.matching import Matcher
from leadflow.merging import MergeStrategy
from leadflow.routing import RoutingPolicy, Teams
from leadflow.scoring import ScoringModel

if TYPE_CHECKING:
    from leadflow.engine.flow import LeadFlow
    from leadflow.ports import LeadStore

__all__ = ["Definition"]

_KEYS = (
    "version",
    "matching",
    "merge",
    "scoring",
    "funnel",
    "routing",
    "hand_over",
    "accepted_by",
    "organisation",
    "forms",
    "fiscal",
)


@attrs.frozen(kw_only=True, eq=False)
class Definition:
    """Every rule of a company.

    Attributes:
        version: named in the journal with every decision.
        company: the company's own name, for reports; from the organisation.
        matcher: how records are compared.
        merge: which value survives.
        scoring: points and grades.
        funnel: stages and automatic transitions.
        routing: who gets whom; None hands nobody over.
        teams: the sales organisation.
        hand_over: which leads get an owner; those on the success path after the entry by default.
        accepted_by: kinds of activity with which a salesperson takes on an offered lead.
        forms: web forms.
        fiscal: in which periods is planned and reported.

    Example:
        >>> Definition.from_dict({"version": "2026-Q2"}).version
        '2026-Q2'
    """

    version: str = "standard"
    company: str = ""
    matcher: Matcher = attrs.field(factory=Matcher.for_leads)
    merge: MergeStrategy = attrs.field(factory=MergeStrategy.standard)
    scoring: ScoringModel = attrs.field(factory=ScoringModel.standard)
    funnel: Funnel = attrs.field(factory=Funnel.standard)
    routing: RoutingPolicy | None = None
    teams: Teams = attrs.field(factory=lambda: Teams(teams=(), people=()))
    hand_over: Condition = attrs.Factory(lambda self: ready_stages(self.funnel), takes_self=True)
    accepted_by: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()
    fiscal: FiscalCalendar = attrs.field(factory=FiscalCalendar)

    @classmethod
    def standard(cls) -> "Definition":
        """Return the rules to start from, without an organisation to hand leads to.

        Example:
            >>> Definition.standard().routing is None
            True
        """
        return cls()

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> "Definition":
        """Read a definition from plain data, as a TOML file holds it. What is absent is standard.

        Args:
            data: tables by name; see the page on definition files.

        Raises:
            DefinitionError: something is wrong; the message names the path.

        Example:
            >>> Definition.from_dict({"scorin": {}})
            Traceback (most recent call last):
                ...
            leadflow.errors.UnknownNameError: $: 'scorin' is not part of a definition. Did you mean 'scoring'?
        """
        for key in data:
            if key not in _KEYS:
                raise UnknownNameError(
                    f"$: '{key}' is not part of a definition.{near_miss(key, _KEYS)}", path=f"$.{key}"
                )
        version = data.get("version", "standard")
        if not isinstance(version, str) or not version:
            raise DefinitionError("$.version must be a text that is not empty.", path="$.version")
        forms = data.get("forms", [])
        if not isinstance(forms, list):
            raise DefinitionError("$.forms must be a list of tables: [[forms]].", path="$.forms")
        read: dict[str, object] = {
            "version": version,
            "accepted_by": _texts(data.get("accepted_by", []), "$.accepted_by"),
            "forms": tuple(_form(form, f"$.forms[{i}]") for i, form in enumerate(forms)),
        }
        readers: Mapping[str, tuple[str, Callable[[object], object]]] = {
            "matching": ("matcher", lambda table: Matcher.from_dict(_table(table, "$.matching"))),
            "merge": ("merge", lambda table: MergeStrategy.from_dict(table, path="$.merge")),
            "scoring": ("scoring", lambda table: ScoringModel.from_dict(table, path="$.scoring")),
            "funnel": ("funnel", lambda table: Funnel.from_dict(table, path="$.funnel")),
            "organisation": ("teams", lambda table: Teams.from_dict(table, path="$.organisation")),
            "hand_over": ("hand_over", lambda table: condition_from_data(table, "$.hand_over")),
            "fiscal": ("fiscal", lambda table: FiscalCalendar.from_dict(table, path="$.fiscal")),
        }
        read |= {name: reader(data[key]) for key, (name, reader) in readers.items() if key in data}
        organisation = data.get("organisation")
        if isinstance(organisation, Mapping) and isinstance(organisation.get("company"), Mapping):
            read["company"] = organisation["company"].get("name")
            if not isinstance(read["company"], str) or not read["company"].strip():
                path = "$.organisation.company"
                raise DefinitionError(f"{path}: give the company's `name`, which heads reports.", path=path)
        if "routing" in data:
            teams = read.get("teams")
            calendars = teams.calendars if isinstance(teams, Teams) else {}
            read["routing"] = RoutingPolicy.from_dict(data["routing"], path="$.routing", calendars=calendars)
        definition = cls(**read)  # type: ignore[arg-type]  # each was read as what it is
        definition._check_stages()
        return definition

    def flow(self, store: "LeadStore") -> "LeadFlow":
        """Return the flow that applies these rules over a store.

        Example:
            >>> import leadflow as lf
            >>> Definition.standard().flow(lf.open_store("memory://")).version
            'standard'
        """
        from leadflow.engine.flow import LeadFlow  # noqa: PLC0415  # the flow is made of the same engines

        return LeadFlow(
            store=store,
            matcher=self.matcher,
            merge=self.merge,
            scoring=self.scoring,
            funnel=self.funnel,
            routing=self.routing,
            teams=self.teams,
            hand_over=self.hand_over,
            accepted_by=self.accepted_by,
            forms=self.forms,
            version=self.version,
        )

    def check(self) -> list[str]:
        """Return what is legal but probably not meant: holes, overlaps, unreachable rules.

        Example:
            >>> Definition.standard().check()
            []
        """
        if self.routing is None:
            return []
        return [
            f"{finding.kind.value}: {finding.text}" for finding in self.routing.check(self.teams).findings
        ]

    def _check_stages(self) -> None:
        from leadflow.conditions import clauses  # noqa: PLC0415  # only a definition that is read is checked
        from leadflow.conditions.questions import OneOf  # noqa: PLC0415
        from leadflow.conditions.readings import StateReading  # noqa: PLC0415

        for clause in clauses(self.hand_over):
            if clause.reading == StateReading(name="stage") and isinstance(clause.test, OneOf):
                for name in clause.test.options:
                    if name not in self.funnel.names:
                        raise UnknownNameError(
                            f"$.hand_over names the stage {name!r}, which the funnel does not have."
                            f"{near_miss(str(name), self.funnel.names)}",
                            path="$.hand_over",
                        )


def _texts(data: object, path: str) -> tuple[str, ...]:
    if not isinstance(data, list) or not all(isinstance(item, str) and item for item in data):
        raise DefinitionError(f"{path} must be a list of texts.", path=path)
    return tuple(data)


def _table(data: object, path: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise DefinitionError(f"{path} must be a table.", path=path)
    return data


def _form(data: object, path: str) -> Form:
    table = _table(data, path)
    known = ("name", "fields", "campaign", "interest", "source", "blank_clears")
    for key in table:
        if key not in known:
            raise UnknownNameError(
                f"{path}: '{key}' is not part of a form.{near_miss(key, known)}", path=f"{path}.{key}"
            )
    texts = {key: table.get(key, "") for key in ("name", "campaign", "interest", "source")}
    for key, text in texts.items():
        if not isinstance(text, str) or (key == "name" and not text):
            raise DefinitionError(
                f"{path}.{key} must be a text{' that is not empty' if key == 'name' else ''}.",
                path=f"{path}.{key}",
            )
    fields = _table(table.get("fields", {}), f"{path}.fields")
    blank_clears = table.get("blank_clears", True)
    if not isinstance(blank_clears, bool):
        raise DefinitionError(f"{path}.blank_clears must be true or false.", path=f"{path}.blank_clears")
    try:
        return Form(
            str(texts["name"]),
            fields={str(name): str(field) for name, field in fields.items()},
            campaign=str(texts["campaign"]),
            interest=str(texts["interest"]),
            source=str(texts["source"]),
            blank_clears=blank_clears,
        )
    except DefinitionError as error:
        raise type(error)(f"{path}: {error.message}", path=f"{path}.fields") from None
