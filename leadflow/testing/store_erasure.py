"""What a store must do when a person is erased."""

from collections.abc import Mapping

import attrs

from leadflow.ports import LeadStore
from leadflow.records import (
    Assignment,
    Channel,
    Consent,
    ConsentState,
    Event,
    EventKind,
    Informed,
    RejectedCandidate,
    Verdict,
    VerdictKind,
)
from leadflow.testing.store_contents import at_day, batch_of, expect, fill, picture, record_of

__all__ = ["forgets_a_person", "keeps_a_shared_address", "keeps_pairs_of_an_erased_person"]


def forgets_a_person(store: LeadStore) -> None:
    """Check that nothing that says who a person was is left after an erasure, and that the counts reconcile.

    Args:
        store: an empty store.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore() as store:
        ...     forgets_a_person(store)
    """
    with store.session() as session:
        fill(session, "a")
        fill(session, "b")
        taken_out = Event(
            kind=EventKind.UNLINKED,
            lead_id="b-L1",
            at=at_day(2),
            reason="a-r1 is somebody else",
            detail={"record_id": "a-r1", "to": "a-L1"},
        )
        session.append([taken_out])
        told = Assignment(
            id="a-A2",
            lead_id="a-L1",
            owner="sato",
            offered_at=at_day(2),
            reasons=("account of 佐藤",),
            rejected=(RejectedCandidate(id="kato", reason="kin of 佐藤"),),
            informed=(Informed(id="ito", reason="knows 佐藤"),),
        )
        session.put_assignments([told])
        before = dict(session.counts())
        session.erase(["a-L1"], lambda text: f"hidden-{len(text)}-{sum(map(ord, text))}")
        expect(before, dict(session.counts()), "keep anonymous rows, so that counts reconcile")
    seen = repr(_plain(picture(store)))
    for trace in ("a@example.jp", "a-r1", "/a", "a-k"):
        expect(expected=False, actual=f"'{trace}'" in seen, promise="forget what it knew of an erased person")
    with store.snapshot() as reader:
        erased = reader.records(["a-L1"], raw=True)[0].record(0)
        expect(({}, {}, "Eight"), (dict(erased.values), dict(erased.raw), erased.source), "empty the records")
        expect({}, reader.leads(["a-L1"]).lead(0).values(), "empty the golden lead")
        (event,) = reader.journal("a-L1")
        expect(
            ("", "Eight"),
            (event.reason, event.detail.get("source")),
            "keep only anonymous facts in the journal",
        )
        expect(
            ("b-m",),
            tuple(message.key for message in reader.pending()),
            "withdraw messages about an erased person",
        )
        (kept,) = reader.assignments(ids=["a-A2"])
        expect(
            expected=False, actual="佐藤" in str(attrs.asdict(kept)), promise="empty why somebody was chosen"
        )
        expect((), reader.consents(["a@example.jp"]), "hide the address in the consent ledger")
        expect(
            ("", ""),
            (reader.consents()[0].act, reader.consents()[0].evidence),
            "empty act and evidence in the consent ledger",
        )
        withdrawn = [entry.address for entry in reader.consents()]
        expect("b@example.jp", withdrawn[1], "keep the consent entries of others")
        expect("部長", reader.leads(["b-L1"]).lead(0).title, "keep everybody else")


def keeps_a_shared_address(store: LeadStore) -> None:
    """Check that an address that somebody else has too keeps its consents.

    Args:
        store: an empty store.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore() as store:
        ...     keeps_a_shared_address(store)
    """
    entry = Consent(
        address="info@example.jp",
        channel=Channel.EMAIL,
        state=ConsentState.WITHDRAWN,
        at=at_day(1),
        evidence="r1",
    )
    with store.session() as session:
        session.add_records(
            batch_of(record_of("r1", email="info@example.jp"), record_of("r2", email="info@example.jp")),
            ["L1", "L2"],
        )
        session.add_consents([entry])
        session.erase(["L1"], lambda text: f"hidden-{len(text)}")
        expect(
            (attrs.evolve(entry, evidence="hidden-2"),),
            session.consents(["info@example.jp"]),
            "keep the consent of an address that another lead has, with the record that proves it renamed",
        )


def keeps_pairs_of_an_erased_person(store: LeadStore) -> None:
    """Check that a verdict names an erased person's records by their aliases, and stays one on its pair.

    Args:
        store: an empty store.

    Example:
        >>> from leadflow.adapters.memory import MemoryStore
        >>> with MemoryStore() as store:
        ...     keeps_pairs_of_an_erased_person(store)
    """
    aliases = {"r1": "x-9", "r2": "x-1"}
    same = Verdict(first="r1", second="r2", kind=VerdictKind.SAME, at=at_day(1), reason="twins of 佐藤")
    other = attrs.evolve(same, first="r2", second="r3")
    hidden = attrs.evolve(same, first="x-1", second="x-9", reason="")
    later = attrs.evolve(hidden, kind=VerdictKind.DISTINCT, at=at_day(2))
    outside = attrs.evolve(other, first="r3", second="x-1", reason="")
    with store.session() as session:
        session.add_records(batch_of(*map(record_of, ("r1", "r2", "r3"))), ["L1", "L1", "L2"])
        session.put_verdicts([same, other])
        session.erase(["L1"], lambda text: aliases.get(text, f"hidden-{text}"))
        expect((outside, hidden), session.verdicts(), "name an erased person's records by their aliases")
        session.put_verdicts([later])
        expect((outside, later), session.verdicts(), "keep one verdict on a pair whose order has changed")


def _plain(value: object) -> object:
    """Return objects as plain data: what is shown of them quotes no values."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return attrs.asdict(value) if attrs.has(type(value)) else value  # type: ignore[arg-type]  # it has
