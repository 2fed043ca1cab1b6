"""The whole story of a lead: where its values came from, what happened, and whose it is."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import attrs

from leadflow.errors import NotFoundError
from leadflow.ports import StoreReader
from leadflow.records import FIELDS, Assignment, Event, Lead, Origin, StageHistory

__all__ = ["Story", "tell"]


@attrs.frozen(kw_only=True)
class Story:
    """Everything that is known about a lead, with reasons.

    Attributes:
        lead: the golden lead.
        former_ids: lead ids that were merged into it.
        provenance: field to the record, source, time and rule from which its value came.
        history: where it was in the funnel.
        assignments: every hand-over.
        events: its journal, oldest first, with that of the leads merged into it.
        time_zone: IANA name; in which the text tells days and times.
    """

    lead: Lead
    former_ids: tuple[str, ...]
    provenance: Mapping[str, Origin]
    history: StageHistory
    assignments: tuple[Assignment, ...]
    events: tuple[Event, ...]
    time_zone: str

    def text(self) -> str:
        """Return the story as text.

        Example:
            >>> import datetime as dt
            >>> import leadflow as lf
            >>> flow = lf.LeadFlow(store=lf.open_store("memory://"))
            >>> decision = flow.capture({"form": "contact", "email": "taro@example.co.jp"}, now=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
            >>> flow.why(decision.lead_id).text().splitlines()[1]
            '  E-mail: taro@example.co.jp (contact, 2026-04-01, most recent)'
        """
        zone = ZoneInfo(self.time_zone)
        lines = [self.lead.id + (f" (formerly {', '.join(self.former_ids)})" if self.former_ids else "")]
        for name, value in self.lead.values().items():
            label = FIELDS[name].label_en if name in FIELDS else name
            shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
            lines.append(f"  {label}: {shown}{_origin(self.provenance.get(name), zone)}")
        for event in self.events:
            told = event.reason or event.detail.get("source")
            because = f": {told}" if told else ""
            lines.append(
                f"  {event.at.astimezone(zone).isoformat()} {event.kind.value} by {event.actor}{because}"
            )
        lines += [line for assignment in self.assignments for line in assignment.explain().splitlines()]
        return "\n".join(lines)


def tell(reader: StoreReader, lead_id: str, *, time_zone: str) -> Story:
    """Collect the story of a lead.

    Args:
        reader: the store.
        lead_id: present or former lead id.
        time_zone: of the days and times in its text.

    Raises:
        NotFoundError: there is no such lead.
    """
    (present,) = reader.resolve([lead_id])
    leads = reader.leads([present])
    if not len(leads):
        raise NotFoundError(
            f"There is no lead {lead_id!r} in the store: check the id, or whether the lead was erased."
        )
    former = reader.merged_into(present)
    events = sorted(
        (event for name in (present, *former) for event in reader.journal(name)),
        key=lambda event: event.sequence,
    )
    return Story(
        lead=leads.lead(0),
        former_ids=former,
        provenance=reader.provenance([present]).get(present, {}),
        history=reader.histories([present]).get(present, StageHistory(lead_id=present)),
        assignments=reader.assignments([present]),
        events=tuple(events),
        time_zone=time_zone,
    )


def _origin(origin: Origin | None, zone: ZoneInfo) -> str:
    if origin is None:
        return ""
    when = "" if origin.observed_at is None else f", {origin.observed_at.astimezone(zone).date().isoformat()}"
    return f" ({origin.source}{when}{', ' if origin.rule else ''}{origin.rule.replace('_', ' ')})"
