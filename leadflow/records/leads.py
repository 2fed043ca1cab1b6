"""A lead: one person in the role of one company, as the business sees them."""

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import Final

import attrs

__all__ = ["LEAD_FIELDS", "Lead"]


@attrs.frozen(kw_only=True)
class Lead:
    """One person in the role of one company.

    Text fields hold the canonical form of their value type (``leadflow.values``); a field without a
    value is None, a set without members is ``()``. Money is whole yen.

    Attributes:
        id: the stable lead id, or a record id while nothing is merged.
        custom: columns that are not in ``leadflow.records.FIELDS``, by their header.

    Example:
        >>> lead = Lead(id="L1", company="日立製作所", title="部長", employees=300)
        >>> lead.get("title"), lead.get("email")
        ('部長', None)
    """

    id: str = ""
    company: str | None = None
    company_kana: str | None = None
    company_en: str | None = None
    corporate_number: str | None = None
    department: str | None = None
    title: str | None = None
    full_name: str | None = None
    last_name: str | None = None
    first_name: str | None = None
    full_name_kana: str | None = None
    last_name_kana: str | None = None
    first_name_kana: str | None = None
    salutation: str | None = None
    email: str | None = None
    phone: str | None = None
    phone_direct: str | None = None
    mobile: str | None = None
    fax: str | None = None
    url: str | None = None
    country: str | None = None
    postal_code: str | None = None
    prefecture: str | None = None
    city: str | None = None
    street: str | None = None
    building: str | None = None
    address: str | None = None
    industry: str | None = None
    employees: int | None = None
    revenue: int | None = None
    amount: int | None = None
    interests: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    lead_source: str | None = None
    campaign: str | None = None
    status: str | None = None
    rating: str | None = None
    score: int | None = None
    owner: str | None = None
    owner_id: str | None = None
    memo: str | None = None
    opt_in: bool | None = None
    opt_out_email: bool | None = None
    opt_out_phone: bool | None = None
    bounced: bool | None = None
    exchange_date: dt.date | None = None
    created_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    external_id: str | None = None
    custom: Mapping[str, Hashable] = attrs.field(factory=dict)

    def get(self, name: str) -> Hashable:
        """Return a field's value, or None when there is none.

        Args:
            name: a known field, or the header of a custom column.

        Example:
            >>> Lead(custom={"展示会名": "春"}).get("展示会名")
            '春'
        """
        if name in _NAMES:
            value: Hashable = getattr(self, name)
            return None if value == () else value
        return self.custom.get(name)

    @classmethod
    def of(cls, lead_id: str, values: Mapping[str, Hashable]) -> "Lead":
        """Make a lead from values by field name; unknown names become custom columns.

        Example:
            >>> Lead.of("L1", {"company": "日立製作所", "展示会名": "春"}).custom
            {'展示会名': '春'}
        """
        known: dict[str, Hashable] = {
            name: value for name, value in values.items() if name in _NAMES and value is not None
        }
        custom = {name: value for name, value in values.items() if name not in _NAMES and value is not None}
        return cls(id=lead_id, custom=custom, **known)  # type: ignore[arg-type]  # names are checked, values are the batch's

    def values(self) -> dict[str, Hashable]:
        """Return every field that has a value, known ones first.

        Example:
            >>> Lead(id="L1", company="日立製作所", custom={"x": 1}).values()
            {'company': '日立製作所', 'x': 1}
        """
        known = {name: value for name in LEAD_FIELDS if (value := self.get(name)) is not None}
        return {**known, **self.custom}

    def __repr__(self) -> str:
        return f"<Lead {self.id!r} with {len(self.values())} values>"


LEAD_FIELDS: Final[tuple[str, ...]] = tuple(
    attribute.name for attribute in attrs.fields(Lead) if attribute.name not in {"id", "custom"}
)
_NAMES: Final = frozenset(LEAD_FIELDS)
