"""A merge strategy: the rules, agreed in advance, by which several source records become one lead."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

import attrs

from leadflow.errors import DefinitionError
from leadflow.merging.rules import (
    Rule,
    check_max_age,
    concat,
    earliest,
    highest,
    lowest,
    most_complete,
    most_recent,
    union,
)
from leadflow.records import FIELDS, FieldKind, SourceRecord
from leadflow.records.events import Json

if TYPE_CHECKING:
    from leadflow.merging.golden import GoldenLead

__all__ = ["CONSENT_FLAGS", "Group", "MergeStrategy", "Unit"]

CONSENT_FLAGS: Final[Mapping[str, bool]] = {"opt_in": False, "opt_out_email": True, "opt_out_phone": True}
"""The flags that say whether a person may be contacted, and the value that restricts; it always wins."""

C = TypeVar("C")

_REMEMBERED: Final = 1024
"""So many sets of fields are remembered with what is decided at once in them."""

_NOT_FOR_GROUPS: Final = frozenset({"concat", "custom", "highest", "lowest", "union"})


@attrs.frozen(kw_only=True)
class Group:
    """Fields that survive together: one record gives them all, so that an address is never mixed.

    Attributes:
        fields: the fields; the rule of the first one decides unless ``rule`` is given.
        rule: which record gives them.
        anchor: one of the fields, or empty. Where the winning record lacks another field, a record that
            agrees with it on the anchor may give it: a corporate number from one with the same company.

    Example:
        >>> Group(fields=("company", "corporate_number"), anchor="company").anchor
        'company'
    """

    fields: tuple[str, ...]
    rule: Rule | None = None
    anchor: str = ""

    def __attrs_post_init__(self) -> None:
        if len(set(self.fields)) != len(self.fields) or not self.fields:
            raise DefinitionError("A group of a merge strategy needs at least one field, each once.")
        if self.rule is not None:
            _checked(self.rule, "$.groups")
        if self.anchor and self.anchor not in self.fields:
            raise DefinitionError(f"The anchor {self.anchor!r} of a group must be one of its fields.")


@attrs.frozen(kw_only=True)
class Unit:
    """What is decided at once: one field, or the fields of a group.

    Attributes:
        fields: the fields.
        rule: how they survive, priorities and ages of the strategy included.
        label: the rule in a few words.
        anchor: the group's anchor, or empty.
        grouped: whether it is a group, also when only one of its fields is there.
        firm: a clear does not empty it: locked fields and consent flags.
    """

    fields: tuple[str, ...]
    rule: Rule
    label: str
    anchor: str = ""
    grouped: bool = False
    firm: bool = False

    @property
    def takes_latest(self) -> bool:
        """Whether the latest record that holds something of it decides alone, when nothing was cleared.

        Example:
            >>> MergeStrategy().units(["title"])[0].takes_latest
            True
        """
        rule = self.rule
        return rule.name == "most_recent" and not (self.anchor or rule.sources or rule.max_age)


def _groups(groups: Sequence[Group | Sequence[str]]) -> tuple[Group, ...]:
    return tuple(group if isinstance(group, Group) else Group(fields=_names(group)) for group in groups)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return _several(names, tuple)


def _name_set(names: Iterable[str]) -> frozenset[str]:
    return _several(names, frozenset)


def _several(names: Iterable[str], kind: Callable[[Iterable[str]], C]) -> C:
    if isinstance(names, str):
        raise DefinitionError(
            f"The names of a merge strategy must be several, got a text: write [{names!r}]."
        )
    return kind(names)


def _checked(rule: object, path: str) -> None:
    if not isinstance(rule, Rule):
        raise DefinitionError(
            f"{path}: expected a survivorship rule such as longest(), got {type(rule).__name__}; a function of one's "
            "own is wrapped as custom(function).",
            path=path,
        )


@attrs.frozen(kw_only=True)
class MergeStrategy:
    """The rules by which source records become one golden lead.

    A value that was not sent never overwrites, filler is not data, and an explicit clear empties the
    values that were observed before it, unless they come from a source that the rule prefers. The consent
    flags are outside of the rules: the most restrictive value always wins.

    Attributes:
        default: for every field that has no rule of its own.
        fields: rules by field or custom column.
        groups: fields that survive together, as tuples of names or ``Group``.
        locked: fields whose first known value stays for ever.
        priority: sources, best first, for every rule that names none: a lower one never overwrites a
            higher one, whatever came last. Gathering rules and locked fields are not affected.
        max_age: for every rule that has none: beyond it a value loses to any younger one.
        version: the version that the journal names.

    Example:
        >>> strategy = MergeStrategy(fields={"title": most_recent()}, groups=[("postal_code", "city")])
        >>> strategy.rule_of("city").name
        'most_recent'
    """

    default: Rule = attrs.field(factory=most_recent)
    fields: Mapping[str, Rule] = attrs.field(factory=dict)
    groups: Sequence[Group] = attrs.field(factory=tuple, converter=_groups)
    locked: frozenset[str] = attrs.field(factory=frozenset, converter=_name_set)
    priority: Sequence[str] = attrs.field(factory=tuple, converter=_names)
    max_age: dt.timedelta | None = None
    version: str = ""
    _known: dict[tuple[str, ...], tuple[Unit, ...]] = attrs.field(
        init=False, factory=dict, eq=False, repr=False
    )

    def __attrs_post_init__(self) -> None:
        check_max_age(self.max_age)
        _checked(self.default, "$.default")
        for name, rule in self.fields.items():
            _checked(rule, f"$.fields.{name}")
        seen: set[str] = set()
        for group in self.groups:
            for name in group.fields:
                if name in seen:
                    raise DefinitionError(
                        f"The field {name!r} is in two groups: a field survives with one group."
                    )
                seen.add(name)
                if name in self.locked or name in CONSENT_FLAGS:
                    raise DefinitionError(
                        f"The field {name!r} cannot be in a group: it is locked or a consent flag."
                    )
            rule = group.rule or self.fields.get(group.fields[0], self.default)
            if rule.name in _NOT_FOR_GROUPS:
                raise DefinitionError(f"The rule {rule.name!r} cannot choose the record of a group.")
        for name, rule in self.fields.items():
            _check_field(name, rule)
        if self.default.gathers:
            raise DefinitionError(
                "The default rule must choose a value, not join values: give the field its own rule."
            )

    @classmethod
    def standard(cls) -> "MergeStrategy":
        """Return a strategy that fits leads of most companies.

        The latest value wins; name parts, the company's particulars and the address survive together; tags
        are joined, notes strung together, and the first known creation date and external id stay.

        Example:
            >>> strategy = MergeStrategy.standard()
            >>> strategy.rule_of("interests").name, strategy.rule_of("street").name
            ('union', 'most_complete')
        """
        address = ("postal_code", "prefecture", "city", "street", "building", "address", "country")
        company = (
            "company",
            "company_kana",
            "company_en",
            "corporate_number",
            "industry",
            "employees",
            "revenue",
        )
        return cls(
            fields={
                "interests": union(),
                "tags": union(),
                "memo": concat(),
                "created_at": lowest(),
                "updated_at": highest(),
                "lead_source": earliest(),
                "campaign": earliest(),
                "score": highest(),
            },
            groups=(
                Group(fields=address, rule=most_complete()),
                Group(fields=company, anchor="company"),
                Group(fields=("full_name", "last_name", "first_name"), rule=most_complete()),
                Group(fields=("full_name_kana", "last_name_kana", "first_name_kana"), rule=most_complete()),
                Group(fields=("email", "bounced"), anchor="email"),
                Group(fields=("owner_id", "owner")),
            ),
            locked=frozenset({"external_id"}),
            version="standard-1",
        )

    def rule_of(self, field: str) -> Rule:
        """Return the rule that decides a field, with the strategy's priority and age applied.

        Example:
            >>> MergeStrategy(priority=("Salesforce",)).rule_of("title").describe()
            'prefer Salesforce, then most_recent'
        """
        return next(iter(self.units([field]))).rule

    def units(self, names: Sequence[str]) -> tuple[Unit, ...]:
        """Return what is decided at once, for the fields that some records have.

        Example:
            >>> [unit.fields for unit in MergeStrategy(groups=[("city", "street")]).units(["street", "title"])]
            [('street',), ('title',)]
        """
        wanted = tuple(names)
        known = self._known.get(wanted)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[wanted] = self._units(wanted)
        return known

    def _units(self, names: tuple[str, ...]) -> tuple[Unit, ...]:
        present = dict.fromkeys(names)
        group_of = {name: group for group in self.groups for name in group.fields}
        units: list[Unit] = []
        done: set[str] = set()
        for name in present:
            if name in done:
                continue
            group = group_of.get(name)
            if group is None:
                units.append(self._single(name))
                continue
            members = tuple(member for member in group.fields if member in present)
            done.update(members)
            rule = self._applied(group.rule or self.fields.get(group.fields[0], self.default))
            anchor = group.anchor if group.anchor in present else ""
            units.append(Unit(fields=members, rule=rule, label=rule.describe(), anchor=anchor, grouped=True))
        return tuple(units)

    def merge(self, records: Sequence[SourceRecord], *, now: dt.datetime | None = None) -> "GoldenLead":
        """Derive the golden lead of the records of one person.

        Args:
            records: at least one; their order matters only for ``first_non_empty``.
            now: the moment from which ages are measured; the latest observation by default.

        Returns:
            The lead, whose id is the smallest record id, with the origin of every value.

        Raises:
            DefinitionError: there is no record, or a custom rule returned something else.

        Example:
            >>> day = lambda d: dt.datetime(2026, 4, d, tzinfo=dt.UTC)
            >>> golden = MergeStrategy().merge([
            ...     SourceRecord(id="r1", source="Eight", observed_at=day(1), values={"title": "課長", "city": "港区"}),
            ...     SourceRecord(id="r2", source="Marketo", observed_at=day(2), values={"title": "部長"}),
            ... ])
            >>> golden.lead.title, golden.lead.city, golden.provenance["title"].source
            ('部長', '港区', 'Marketo')
        """
        from leadflow.merging.golden import merge_records  # noqa: PLC0415  # it needs this class

        return merge_records(records, self, now=now)

    def to_dict(self) -> dict[str, Json]:
        """Write the strategy as plain data, as it stands in a definition file.

        Raises:
            DefinitionError: a rule is a function.

        Example:
            >>> MergeStrategy(locked={"owner_id"}).to_dict()
            {'default': 'most_recent', 'locked': ['owner_id']}
        """
        from leadflow.merging.plain import strategy_to  # noqa: PLC0415  # it needs this class

        return strategy_to(self)

    @classmethod
    def from_dict(cls, data: object, *, path: str = "$.merge") -> "MergeStrategy":
        """Read a strategy from the data of a definition file.

        Args:
            data: a table with ``default``, ``fields``, ``groups``, ``locked``, ``priority``, ``max_age_days`` and
                ``version``, each optional.
            path: where it stands, for errors.

        Raises:
            DefinitionError: something is wrong; the message and its ``path`` say where.

        Example:
            >>> MergeStrategy.from_dict({"default": "longest"}).default.name
            'longest'
        """
        from leadflow.merging.plain import strategy_from  # noqa: PLC0415  # it needs this class

        return strategy_from(data, path=path)

    def _single(self, name: str) -> Unit:
        if name in CONSENT_FLAGS:
            strict = highest() if CONSENT_FLAGS[name] else lowest()
            return Unit(fields=(name,), rule=strict, label="most_restrictive", firm=True)
        if name in self.locked:
            return Unit(fields=(name,), rule=earliest(), label="locked", firm=True)
        rule = self._applied(self.fields.get(name, self.default))
        return Unit(fields=(name,), rule=rule, label=rule.describe())

    def _applied(self, rule: Rule) -> Rule:
        if self.priority and not rule.sources and not rule.gathers:
            rule = attrs.evolve(rule, sources=tuple(self.priority))
        if self.max_age is not None and rule.max_age is None:
            rule = attrs.evolve(rule, max_age=self.max_age)
        return rule


def _check_field(name: str, rule: Rule) -> None:
    if name in CONSENT_FLAGS:
        raise DefinitionError(
            f"The field {name!r} cannot have a rule: the most restrictive consent always survives.",
            path=f"$.fields.{name}",
        )
    spec = FIELDS.get(name)
    if spec is not None and rule.name == "union" and spec.kind is not FieldKind.TAGS:
        raise DefinitionError(
            f"The field {name!r} holds one value, so union cannot join it: use concat for texts.",
            path=f"$.fields.{name}",
        )
    if rule.name == "concat" and spec is not None and spec.kind is not FieldKind.TEXT:
        raise DefinitionError(
            f"The field {name!r} holds {spec.kind.value}, and only texts can be strung together.",
            path=f"$.fields.{name}",
        )
