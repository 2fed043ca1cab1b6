"""One run: lists and activities are taken in, and every lead is carried on for one moment or day by day."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

import attrs

from leadflow.capture import ImportedLeads
from leadflow.engine.evaluation import Rules, View, evaluate, read_view
from leadflow.engine.forgetting import withheld
from leadflow.engine.intake import (
    DECIDED,
    check_distance,
    decided,
    moments_between,
    note_imports,
    take_in,
    unknown,
)
from leadflow.engine.linking import store_activities
from leadflow.engine.pasts import Past
from leadflow.engine.runs import RunReport
from leadflow.engine.ticks import Tick
from leadflow.matching import Matcher
from leadflow.merging import MergeStrategy
from leadflow.ports import StoreSession
from leadflow.records import ActivityLog

__all__ = ["DECIDED_ENTRIES", "ingest_lists"]

DECIDED_ENTRIES: Final = "decided_entries"
"""The document that says how many entries the journal had after the run that decided last."""


def ingest_lists(
    session: StoreSession,
    imports: Sequence[ImportedLeads],
    activities: ActivityLog | None,
    *,
    matcher: Matcher,
    strategy: MergeStrategy,
    rules: Rules,
    seed: int,
    now: dt.datetime,
    actor: str,
    since: dt.datetime | None,
    readmit: frozenset[str],
    far_ahead: bool,
    tick: Callable[[StoreSession, View, dt.datetime], Tick],
    progress: Callable[[str, int, int | None], None] | None,
) -> RunReport:
    """Take lists and activities in and carry every lead on; ``LeadFlow.ingest`` says what it promises.

    Args:
        session: the store.
        imports: the lists.
        activities: what people did.
        matcher: how records are compared.
        strategy: which value survives.
        rules: what decides.
        seed: of the samples with which the matcher is fitted.
        now: aware.
        actor: who imports.
        since: aware; the moment from which on is decided day by day.
        readmit: ids of records that may come in although their person was erased.
        far_ahead: whether now may be much later than everything that is known.
        tick: lets time pass at a moment of a replay.
        progress: hears the step, how much of it is done, and of how much.
    """
    new, held_back = withheld(session, unknown(session, [imported.batch for imported in imports]), readmit)
    report, joined, derived = take_in(
        session,
        new,
        matcher=matcher,
        strategy=strategy,
        funnel=rules.funnel,
        version=rules.version,
        seed=seed,
        now=now,
        actor=actor,
    )
    added = store_activities(session, activities)
    note_imports(session, imports, now)
    view = read_view(session, derived=derived)
    before = decided(session, view.states)
    if not far_ahead:
        check_distance(now, before, new.observed_at, *([] if activities is None else [activities.at]))
    moments = moments_between(since, now, before, replay=bool(len(new) or added))
    past = None if len(moments) == 1 else Past.of(session, view, moments, strategy)
    regraded = stages = assigned = unroutable = 0
    for number, moment in enumerate(moments, start=1):
        known = view if past is None else past.at(view, number - 1)
        done = evaluate(session, rules, known, now=moment, joined=joined)
        view = view.moved_to(done.after)
        if since is not None:
            moved = tick(session, view, moment).lead_ids
            view = view.moved_to(session.states(moved)) if moved else view
        if progress is not None:
            progress("deciding day by day", number, len(moments))
        regraded += done.regraded
        stages += len(done.changes)
        assigned += len(done.assignments)
        unroutable += done.unroutable
    session.put_document(DECIDED, moments[-1].astimezone(dt.UTC).isoformat())
    counts = session.counts()
    session.put_document(DECIDED_ENTRIES, counts["journal"])
    return attrs.evolve(
        report,
        rows_read=sum(len(imported.batch) for imported in imports),
        rows_rejected=sum(len(imported.rejects) for imported in imports),
        withheld=held_back,
        new_activities=added,
        regraded=regraded,
        stage_changes=stages,
        assigned=assigned,
        unroutable=unroutable,
        leads=counts["leads"],
        records=counts["records"],
    )
