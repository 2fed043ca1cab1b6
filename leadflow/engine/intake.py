"""Taking lists in: which records are new, whose they are, and for which moments is decided."""

import datetime as dt
import hashlib
from collections.abc import Sequence

import numpy as np

from leadflow.capture import ImportedLeads
from leadflow.columns import Column
from leadflow.engine.evaluation import reached
from leadflow.engine.joining import join_leads
from leadflow.engine.linking import add_consents_of, derive_leads, link_population
from leadflow.engine.reviews import pairs_to_review
from leadflow.engine.runs import RunReport
from leadflow.errors import InputError
from leadflow.funnel import Funnel
from leadflow.matching import Matcher
from leadflow.merging import MergeStrategy
from leadflow.ports import StoreReader, StoreSession
from leadflow.records import EventBatch, EventKind, LeadBatch, StateBatch
from leadflow.records.batches import NO_TIME, Seconds, to_seconds
from leadflow.records.events import Json

__all__ = [
    "DECIDED",
    "check_distance",
    "check_lead",
    "check_moments",
    "decided",
    "moments_between",
    "note_imports",
    "take_in",
    "unknown",
]

_PLAUSIBLE_DAYS = 400
"""So long a store may rest before a run must say that it means it."""

DECIDED = "decided_until"
"""The document that says for which moment a run decided last."""


def take_in(
    session: StoreSession,
    new: LeadBatch,
    *,
    matcher: Matcher,
    strategy: MergeStrategy,
    funnel: Funnel,
    version: str,
    seed: int,
    now: dt.datetime,
    actor: str,
) -> tuple[RunReport, frozenset[str], LeadBatch]:
    """Keep new records, find whose they are, and derive the leads that they touch.

    Args:
        session: the store.
        new: records that the store does not have.
        matcher: how records are compared.
        strategy: which value survives.
        funnel: how far a stage is, for leads that turn out to be one.
        version: of the rules, for the journal.
        seed: of the samples with which the matcher is fitted.
        now: aware.
        actor: who imports.

    Returns:
        What changed, the leads into which others were merged, and the leads that were derived.
    """
    if not len(new):
        return RunReport(now=now), frozenset(), LeadBatch.of({})
    linked = link_population(session, new, matcher=matcher, verdicts=session.verdicts(), seed=seed)
    known = len(linked.batch) - len(new)
    of_new = linked.identities.lead_ids[known:]
    session.add_records(new, of_new)
    events = join_leads(session, linked.identities.merged, funnel, now=now, definition=version)
    moved = [
        row
        for row, lead_id in enumerate(linked.identities.lead_ids[:known])
        if lead_id in linked.identities.touched
    ]
    session.link([linked.batch.ids[row] for row in moved], [linked.identities.lead_ids[row] for row in moved])
    derived = derive_leads(
        session, linked.batch, linked.identities.lead_ids, linked.identities.touched, strategy
    )
    fitted = session.document("matcher_version")
    session.put_document("matcher_version", (fitted if isinstance(fitted, int) else 0) + 1)
    session.put_document("review", linked.review)
    session.put_document("matcher", dict(linked.model))  # type: ignore[arg-type]  # a model is plain data
    session.append(_captured(new, of_new, now, actor, version))
    add_consents_of(session, new, of_new, now, version)
    session.append(events)
    report = RunReport(
        now=now,
        new_records=len(new),
        new_leads=len(set(linked.identities.touched) - linked.before),
        merged_leads=len(linked.identities.merged),
        changed_leads=len(derived),
        review_pairs=len(pairs_to_review(session)),
    )
    return report, frozenset(linked.identities.merged.values()), derived


def unknown(session: StoreSession, batches: list[LeadBatch]) -> LeadBatch:
    """Return the rows that the store does not have, each once."""
    batch = LeadBatch.concatenate(batches)
    known = session.known_records(batch.ids)
    first = {record_id: row for row, record_id in reversed(list(enumerate(batch.ids)))}
    rows = [
        row for row, record_id in enumerate(batch.ids) if record_id not in known and first[record_id] == row
    ]
    return batch if len(rows) == len(batch) else batch.take(np.array(rows, np.intp))


def _captured(
    batch: LeadBatch, lead_ids: tuple[str, ...], now: dt.datetime, actor: str, version: str
) -> EventBatch:
    return EventBatch(
        kind=EventKind.CAPTURED,
        lead_ids=lead_ids,
        at=now,
        actor=actor,
        reasons=Column.constant(None, len(batch)),
        definition=version,
        details={
            "record_id": Column.of(batch.ids),
            "source": Column.of("" if source is None else source for source in batch.sources),
        },
    )


def note_imports(session: StoreSession, imports: Sequence[ImportedLeads], now: dt.datetime) -> None:
    """Keep the account of every reading, once per content, for the reports on data quality."""
    noted = session.document("imports")
    known = dict(noted) if isinstance(noted, dict) else {}
    for imported in imports:
        key = imported.report.content_hash or _content_of(imported)
        if key not in known:
            account: Json = {**imported.report.to_dict(), "at": now.isoformat()}  # type: ignore[dict-item]  # plain data
            known[key] = account
    if imports:
        session.put_document("imports", known)


def _content_of(imported: ImportedLeads) -> str:
    """Return a digest of a table that came from memory: of the rows that were taken, by their ids, and of those refused."""
    digest = hashlib.blake2b("\x1f".join(imported.batch.ids).encode(), digest_size=16)
    for reject in imported.rejects:
        cells = [str(reject.row), *(cell for pair in reject.raw.items() for cell in pair)]
        digest.update("\x1f".join(["\x1e", *cells]).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def decided(session: StoreReader, states: StateBatch) -> dt.datetime | None:
    """Return the latest moment for which something was decided."""
    noted = session.document(DECIDED)
    entered = reached(states)
    if not isinstance(noted, str):
        return entered
    return max(dt.datetime.fromisoformat(noted), entered or dt.datetime.fromtimestamp(0, dt.UTC))


def moments_between(
    since: dt.datetime | None, now: dt.datetime, decided: dt.datetime | None, *, replay: bool
) -> list[dt.datetime]:
    """Return the moments for which is decided, ascending; the time of a store never runs backwards."""
    last = now if decided is None else max(now, decided)
    if since is None or not replay:
        return [last]
    days = (since + dt.timedelta(days=day) for day in range(1, (now - since).days + 1))
    return [*(day for day in days if day < last and (decided is None or day > decided)), last]


def check_distance(now: dt.datetime, decided: dt.datetime | None, *arriving: Seconds) -> None:
    """Refuse a moment that is much later than everything that is known: most likely the year is wrong.

    A store does not go back, so that deciding for a mistaken moment would put an end to all clocks until then.

    Args:
        now: aware.
        decided: for which moment was decided last; a new store has none, and then every moment is possible.
        arriving: (n,) int64 seconds of what is taken in at the same time.

    Raises:
        InputError: it is more than 400 days later.
    """
    if decided is None:
        return
    known = max([to_seconds(decided), *(int(times.max(initial=NO_TIME)) for times in arriving)])
    days = (to_seconds(now) - known) // 86_400
    if days > _PLAUSIBLE_DAYS:
        raise InputError(
            f"`now` is {days:,} days after everything that the store and this call know, and a store never goes back: "
            "check the year, or pass far_ahead=True when the store has rested so long."
        )


def check_lead(session: StoreReader, lead_id: str, now: dt.datetime) -> None:
    """Refuse a moment that is much later than everything that is known of a lead: its stage cannot go back.

    Args:
        session: the store.
        lead_id: present or former lead id.
        now: aware.

    Raises:
        InputError: it is more than 400 days later.
    """
    check_distance(now, decided(session, session.states(session.resolve([lead_id]))))


def check_moments(now: dt.datetime, since: dt.datetime | None) -> None:
    """Refuse moments without a time zone.

    Raises:
        InputError: one has none.
    """
    for name, moment in (("now", now), ("since", since)):
        if moment is not None and moment.tzinfo is None:
            raise InputError(f"`{name}` must have a time zone: pass an aware datetime.")
