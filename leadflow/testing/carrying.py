"""The work that durability is proven with: lists, forms and behaviour carried through ``LeadFlow``, step by step."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from leadflow.adapters.definitions import load_definition
from leadflow.adapters.reading import read_leads
from leadflow.capture import ImportedLeads
from leadflow.datasets import sample_company
from leadflow.engine import LeadFlow
from leadflow.ports import LeadStore
from leadflow.records import Activity, ActivityLog
from leadflow.testing.generator import generate_leads_table
from leadflow.values import CompanyName

__all__ = ["Step", "carry_on", "flow_over", "steps_of", "strangers_of"]

_SENT: Final = ("email", "full_name", "company", "title", "phone")
_KINDS: Final = ("webinar_attended", "document_downloaded", "page_viewed", "appointment")


@attrs.frozen(kw_only=True, eq=False)
class Step:
    """One day: forms in the morning, then the ladder, then a list with behaviour in the evening.

    Attributes:
        submissions: form payloads.
        imported: the list.
        activities: what people of the list did.
        morning: when the forms come.
        evening: when the list is taken in.
    """

    submissions: tuple[Mapping[str, str], ...]
    imported: ImportedLeads
    activities: ActivityLog
    morning: dt.datetime
    evening: dt.datetime


def steps_of(seed: int, *, steps: int, rows: int, origin: dt.datetime) -> tuple[Step, ...]:
    """Make up days of work; a third of the rows repeat somebody of any day.

    Args:
        seed: equal seeds give equal steps.
        steps: how many days.
        rows: how many rows the list of a day has.
        origin: aware; the first midnight.

    Example:
        >>> len(steps_of(0, steps=2, rows=5, origin=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)))
        2
    """
    table, _ = generate_leads_table(seed, rows * steps)
    made = []
    for number in range(steps):
        morning = origin + dt.timedelta(days=number, hours=9)
        part = {name: list(cells[number * rows : (number + 1) * rows]) for name, cells in table.items()}
        imported = read_leads(part, source=f"list {number}", observed_at=morning)
        emails = [str(email) for email in imported.batch["email"].to_list() if email is not None]
        activities = ActivityLog.of(
            Activity(
                lead_id=email,
                kind=_KINDS[place % len(_KINDS)],
                at=morning + dt.timedelta(minutes=place),
                key=f"{number}-{place}",
            )
            for place, email in enumerate(emails)
        )
        made.append(
            Step(
                submissions=tuple(_submissions(imported)[:2]),
                imported=imported,
                activities=activities,
                morning=morning,
                evening=morning + dt.timedelta(hours=9),
            )
        )
    return tuple(made)


def strangers_of(seed: int, people: int) -> tuple[Mapping[str, str], ...]:
    """Make up people of different companies, as they fill in a form.

    Args:
        seed: equal seeds give equal people.
        people: how many.

    Example:
        >>> len({person["email"] for person in strangers_of(0, 5)})
        5
    """
    table, _ = generate_leads_table(seed, 4 * people + 40, 0.0, people_per_company=1)
    sent = {
        CompanyName.parse(person["company"]).key: person
        for person in _submissions(read_leads(table, source="forms"))
        if "company" in person
    }
    return tuple(sent.values())[:people]


def flow_over(store: LeadStore) -> LeadFlow:
    """Return the sample company's rules over a store.

    Args:
        store: any store.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore() as store:
        ...     len(flow_over(store).funnel.stages) > 3
        True
    """
    return load_definition(sample_company().definition_path).flow(store)


def carry_on(store: LeadStore, work: Sequence[Step]) -> None:
    """Do the steps whose list the store does not have yet.

    Args:
        store: any store.
        work: the steps, in order.
    """
    flow = flow_over(store)
    for step in work:
        with store.snapshot() as reader:
            if len(reader.known_records(step.imported.batch.ids)) == len(step.imported.batch):
                continue
        for submission in step.submissions:
            flow.capture({"form": "contact", **submission}, now=step.morning)
        flow.tick(now=step.morning)
        flow.ingest(step.imported, now=step.evening, activities=step.activities)


def _submissions(imported: ImportedLeads) -> list[dict[str, str]]:
    rows = (imported.batch.record(row).values for row in range(len(imported.batch)))
    return [
        {name: str(values[name]) for name in _SENT if name in values} for values in rows if "email" in values
    ]
