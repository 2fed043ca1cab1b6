"""Where the value of a golden lead's field came from."""

import datetime as dt

import attrs

__all__ = ["Origin"]


@attrs.frozen(kw_only=True)
class Origin:
    """The source record that won a field, and the rule by which it won.

    Attributes:
        record_id: the winning record.
        source: the system or list of that record.
        observed_at: the moment for which the value is known to hold; aware, or None.
        rule: the name of the survivorship rule.

    Example:
        >>> Origin(record_id="r1", source="Salesforce", rule="prefer").source
        'Salesforce'
    """

    record_id: str
    source: str
    observed_at: dt.datetime | None = None
    rule: str = ""
