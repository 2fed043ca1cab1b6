"""The work that durability is proven with, step by step: lists, forms and behaviour, and what people decide about them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from leadflow.adapters.definitions import load_definition
from leadflow.adapters.reading import read_leads
from leadflow.capture import ImportedLeads
from leadflow.datasets import sample_company
from leadflow.engine import LeadFlow, rebuild
from leadflow.ports import LeadStore
from leadflow.records import Activity, ActivityLog, VerdictKind
from leadflow.records.events import Json
from leadflow.testing.generator import generate_leads_table
from leadflow.values import CompanyName

__all__ = ["Step", "carry_on", "flow_over", "steps_of", "strangers_of"]

_SENT: Final = ("email", "full_name", "company", "title", "phone")
_SECRET: Final = bytes(32)
_BOSS: Final = "boss"
_REASON: Final = "asked them"
_KINDS: Final = ("webinar_attended", "document_downloaded", "page_viewed", "appointment")


@attrs.frozen(kw_only=True, eq=False)
class Step:
    """One day: forms in the morning, the ladder, what people decide, then a list with behaviour in the evening.

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
    """Do the steps whose list the store does not have yet; what is left of a step that was stopped is done.

    Every morning somebody judges two rows of the list of the day before to be one person, undoes what was judged the
    day before that, and erases a person; then everything derived is made anew from the journal.

    Args:
        store: any store; a new one gets the secret that all stores of this work share, so that they can be compared.
        work: the steps, in order.
    """
    with store.session() as session:
        if not session.counts()["journal"]:
            session.put_secret(_SECRET)
    flow = flow_over(store)
    for number, step in enumerate(work):
        with store.snapshot() as reader:
            noted = reader.document("imports")
        if step.imported.report.source in _sources(noted):
            continue
        for submission in step.submissions:
            flow.capture({"form": "contact", **submission}, now=step.morning)
        flow.tick(now=step.morning)
        if number > 1:
            _undo(flow, work[number - 2].imported.batch.ids, step.morning)
        if number > 0:
            _judge(flow, work[number - 1].imported.batch.ids, step.morning)
            _forget(flow, work[number - 1].imported.batch.ids, step.morning)
            rebuild(flow)
        flow.ingest(step.imported, now=step.evening, activities=step.activities)


def _sources(noted: Json) -> list[object]:
    accounts = noted.values() if isinstance(noted, dict) else ()
    return [account.get("source") for account in accounts if isinstance(account, dict)]


def _judge(flow: LeadFlow, record_ids: Sequence[str], now: dt.datetime) -> None:
    pair = record_ids[:2]
    with flow.store.snapshot() as reader:
        judged = {frozenset((verdict.first, verdict.second)) for verdict in reader.verdicts()}
        there = len(reader.known_records(pair)) == 2
    if there and frozenset(pair) not in judged:
        flow.decide(*pair, verdict=VerdictKind.SAME, now=now, actor=_BOSS, reason=_REASON)


def _undo(flow: LeadFlow, record_ids: Sequence[str], now: dt.datetime) -> None:
    first, second = record_ids[:2]
    with flow.store.snapshot() as reader:
        lead_of = reader.lead_of([first, second])
    if len(lead_of) == 2 and lead_of[first] == lead_of[second]:
        flow.unmerge(lead_of[first], second, now=now, actor=_BOSS, reason=_REASON)


def _forget(flow: LeadFlow, record_ids: Sequence[str], now: dt.datetime) -> None:
    with flow.store.snapshot() as reader:
        lead_of = reader.lead_of(record_ids[-1:])
    for lead_id in lead_of.values():
        flow.forget(lead_id, now=now, actor=_BOSS, reason=_REASON)


def _submissions(imported: ImportedLeads) -> list[dict[str, str]]:
    rows = (imported.batch.record(row).values for row in range(len(imported.batch)))
    return [
        {name: str(values[name]) for name in _SENT if name in values} for values in rows if "email" in values
    ]
