"""Form submissions: a payload becomes a source record and an activity that remembers the form."""

import datetime as dt
import hashlib
import json
from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from leadflow.capture.deriving import derive_fields
from leadflow.capture.headers import map_fields
from leadflow.capture.importing import record_prefix
from leadflow.capture.normalising import normalise_cell, trimmed
from leadflow.columns import Cell, Column
from leadflow.errors import InputError, InvalidValueError, UnknownNameError, near_miss
from leadflow.records.activities import Activity
from leadflow.records.batches import to_seconds
from leadflow.records.fields import FIELDS
from leadflow.records.sources import SourceRecord
from leadflow.values import is_filler
from leadflow.values.filler import is_mark

__all__ = ["Captured", "Form"]

_LONGEST: Final = 131_072
_OWN_KEYS: Final = frozenset({"form"})
_CONTENT: Final = json.JSONEncoder(ensure_ascii=False)


@attrs.frozen(kw_only=True)
class Captured:
    """A submission after reading.

    Attributes:
        record: who it was, as far as the payload says.
        activity: that the form was submitted, with the form, the campaign and the interest. Its lead id is the
            record's id until the record is linked to a lead.
        refused: field to the reason why what was sent was not understood; the field counts as not sent.
    """

    record: SourceRecord
    activity: Activity
    refused: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Form:
    """How the payload of a form is read.

    What a payload says about a field has three values. A text sets the field. None or an empty text clears it:
    the person was asked and left it empty. A name that is absent, filler such as ``未入力``, and a text that is
    not understood say nothing. A browser posts every input of a page, also those that the person skipped; for such
    a form pass ``blank_clears=False``, and only None clears.

    Attributes:
        name: the form's name; it is the record's source and the activity's ``form``.
        fields: payload name to field name; other names are mapped by the headers that lists use, and what is not
            known then is kept as a custom value. A payload name mapped to an empty text is left out.
        campaign: the campaign that the form belongs to; a campaign in the payload goes before it.
        interest: the product or solution that a submission shows interest in; added to the payload's interests.
        source: the record's source; the form's name when empty.
        blank_clears: whether an empty text clears the field.

    Example:
        >>> form = Form("whitepaper-a", fields={"mail": "email"}, campaign="2026 spring", interest="検査装置")
        >>> captured = form.read(
        ...     {"mail": "ＳＡＴＯ@example.jp", "会社名": "㈱山田", "役職": ""},
        ...     at=dt.datetime(2026, 4, 1, 9, tzinfo=dt.timezone.utc),
        ... )
        >>> captured.record.values["email"], captured.record.values["company"], captured.record.cleared
        ('sato@example.jp', '株式会社山田', frozenset({'title'}))
        >>> captured.activity.kind, captured.activity.attributes["form"], captured.activity.attributes["interest"]
        ('form_submitted', 'whitepaper-a', '検査装置')
    """

    name: str
    fields: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)
    campaign: str = attrs.field(default="", kw_only=True)
    interest: str = attrs.field(default="", kw_only=True)
    source: str = attrs.field(default="", kw_only=True)
    blank_clears: bool = attrs.field(default=True, kw_only=True)
    _left_out: frozenset[str] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        unmapped = {name for name, field in self.fields.items() if not field}
        object.__setattr__(self, "_left_out", _OWN_KEYS | unmapped)
        for field in self.fields.values():
            if field and field not in FIELDS:
                raise UnknownNameError(
                    f"The form '{self.name[:40]}' names an unknown field: '{field[:40]}'.{near_miss(field, FIELDS)}"
                )

    def read(self, payload: Mapping[str, object], *, at: dt.datetime) -> Captured:
        """Read one submission.

        Args:
            payload: name to value: texts, numbers, truth values, lists of texts, None.
            at: when it was submitted; aware.

        Returns:
            The record and the activity. The same payload at the same time gives the same ids.

        Raises:
            InputError: the payload is not a mapping, is empty, or holds a value of more than 131,072 characters.

        Example:
            >>> at = dt.datetime(2026, 4, 1, tzinfo=dt.timezone.utc)
            >>> form = Form("contact")
            >>> form.read({"email": "a@example.jp"}, at=at).record.id == form.read({"email": "a@example.jp"}, at=at).record.id
            True
        """
        texts = self._texts(payload)
        source = self.source or self.name
        seconds = to_seconds(at)
        content = _CONTENT.encode([sorted(texts.items()), seconds])
        digest = hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
        record_id = record_prefix(source) + digest
        values, refused, cleared = self._values(texts)
        if self.campaign:
            values.setdefault("campaign", self.campaign)
        sent = values.get("interests")
        interests = tuple(map(str, sent)) if isinstance(sent, tuple) else ()
        if self.interest:
            values["interests"] = tuple(dict.fromkeys((*interests, self.interest)))
        record = SourceRecord(
            id=record_id,
            source=source,
            observed_at=at,
            values=MappingProxyType(values),
            cleared=frozenset(cleared - set(values)),
            raw=MappingProxyType({name: text for name, text in texts.items() if text is not None}),
        )
        facts: dict[str, Hashable] = {"form": self.name}
        if "campaign" in values:
            facts["campaign"] = values["campaign"]
        if self.interest:
            facts["interest"] = self.interest
        elif interests:
            facts["interest"] = ", ".join(interests)
        activity = Activity(
            lead_id=record_id, kind="form_submitted", at=at, key=f"form:{record_id}", attributes=facts
        )
        return Captured(record=record, activity=activity, refused=MappingProxyType(refused))

    def _texts(self, payload: Mapping[str, object]) -> dict[str, str | None]:
        if not isinstance(payload, Mapping):
            raise InputError(
                f"A payload of the form '{self.name[:40]}' must be a mapping of names to values."
            )
        texts = {str(name): _text(value) for name, value in payload.items()}
        if not texts:
            raise InputError(
                f"A payload of the form '{self.name[:40]}' is empty: it should name at least one field."
            )
        for name, text in texts.items():
            if text is not None and len(text) > _LONGEST:
                raise InputError(
                    f"A payload of the form '{self.name[:40]}' holds {len(text):,} characters under one name; "
                    f"at most {_LONGEST:,} are read.",
                    place=name[:40],
                )
        return texts

    def _values(
        self, texts: Mapping[str, str | None]
    ) -> tuple[dict[str, Hashable], dict[str, str], set[str]]:
        """Return the values, what was not understood and why, and what was emptied."""
        sent = {name: text for name, text in texts.items() if name not in self._left_out}
        cells: dict[str, Cell] = {}
        parsed: dict[str, Cell] = {}
        refused: dict[str, str] = {}
        cleared: set[str] = set()
        for name, field in self._targets(sent).items():
            text = sent[name]
            if text is None or (not text.strip() and self.blank_clears):
                cleared.add(field or name)
                continue
            if not text.strip() or (field is None and is_filler(text) and not is_mark(text)):
                continue
            if field is None:
                cells[name] = Cell(trimmed(text))
                continue
            done = normalise_cell(field, text)
            if done.refused:
                refused[field] = done.refused
            elif field not in cells or cells[field].value is None:
                cells[field] = done.cell
                if done.parsed is not None:
                    parsed[field] = done.parsed
        derived = derive_fields(cells, parsed).items()
        return {name: cell.value for name, cell in derived if cell.value is not None}, refused, cleared

    def _targets(self, sent: Mapping[str, str | None]) -> dict[str, str | None]:
        """Return the field of each payload name; None for a custom value."""
        if not sent:
            return {}
        given = {name: field for name, field in self.fields.items() if name in sent and field}
        try:
            return map_fields(sent, lambda name: Column.of([sent[name]]), mapping=given)
        except (InputError, InvalidValueError):
            return dict.fromkeys(sent)


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "; ".join(text for part in value if (text := _text(part)))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
