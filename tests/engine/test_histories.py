"""Whatever happens in whatever order: every store ends alike, and what is derived is what the facts say.

A history is a list of deeds. A deed names its subject by a number, which the store's content turns into a record, a lead
or a hand-over, so that equal stores live through equal histories.
"""

import datetime as dt
import json
import os

import attrs
import numpy as np
import pytest

import leadflow as lf
from leadflow.adapters.interchange import export_lines, import_lines
from leadflow.adapters.notifiers import MemoryNotifier
from leadflow.engine import rebuild
from leadflow.engine.corrections import correct
from leadflow.errors import LeadflowError
from leadflow.records import Activity, ActivityLog, Channel, Consent, ConsentState, VerdictKind

SEEDS = int(os.environ.get("LEADFLOW_TEST_HISTORIES", "2"))
"""How many histories every rule book lives through; more for a long proof."""

DEEDS = 75
ORIGIN = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
PEOPLE = 24


@attrs.frozen
class Deed:
    """One deed: what, three numbers that say with whom and how, and how many minutes after the one before."""

    kind: str
    a: int
    b: int
    c: int
    minutes: int


def deeds_of(seed, count):
    rng = np.random.default_rng(seed)
    kinds = [name for name, often in LIFE.items() for _ in range(often)]
    lapses = (0, 1, 7, 60, 300, 1500, 3000, -30)  # clocks of several processes do not agree
    return [
        Deed(
            str(rng.choice(kinds)),
            *(int(one) for one in rng.integers(0, 1 << 16, 3)),
            int(rng.choice(lapses)),
        )
        for _ in range(count)
    ]


LIFE = {
    "capture": 6,
    "ingest": 5,
    "ingest_with_activities": 2,
    "ingest_again": 2,
    "replay": 1,
    "readmit": 1,
    "activities": 3,
    "same": 4,
    "distinct": 1,
    "unmerge": 4,
    "correct": 1,
    "forget": 2,
    "accept": 3,
    "decline": 2,
    "follow_up": 2,
    "close": 2,
    "pause": 1,
    "resume": 1,
    "advance": 2,
    "adopt": 2,
    "tick": 3,
    "consent": 1,
    "digests": 1,
    "deliver": 1,
}
"""What happens, and how often."""


class Life:
    """One flow that lives through deeds."""

    def __init__(self, flow, person):
        self.flow, self.person = flow, person
        self.now = ORIGIN
        self.lists = []

    def do(self, deed):
        """Do a deed, and return what came of it; a refusal is an answer like any other."""
        self.now += dt.timedelta(minutes=deed.minutes)
        try:
            return str(getattr(self, f"_{deed.kind}")(deed))
        except LeadflowError as error:
            return f"{type(error).__name__}: {error}"

    def _row(self, number, variant):
        more = {
            1: {"役職": ("部長", "主任", "n/a", "本部長")[variant // 2 % 4]},
            16: {"電話番号": f"03-1234-{number:04d}"},
            64: {"メルマガ": "はい"},
            256: {"メール": f"p{number}@other{number}.example.jp"},
        }
        row = self.person(number)
        for bit, cells in more.items():
            row |= cells if variant & bit else {}
        return row

    def _list(self, deed):
        rows = [
            self._row((deed.a + place * (deed.b % 5 + 1)) % PEOPLE, deed.c >> place)
            for place in range(1 + deed.b % 3)
        ]
        observed_at = self.now - dt.timedelta(hours=deed.b % 50)
        imported = lf.read_leads(rows, source=f"list {deed.c % 4}", observed_at=observed_at)
        self.lists.append(imported)
        return imported

    def _log(self, deed):
        leads, (records, _) = self._leads(), self._records()
        references = [self.person((deed.a + place) % PEOPLE)["メール"] for place in range(3)]
        if leads and deed.b & 1:
            references[0] = leads[deed.c % len(leads)]
        if records and deed.b & 2:
            references[1] = records[deed.c % len(records)]
        kind = ("page_viewed", "appointment", "won", "page_viewed")[(deed.b >> 2) % 4]
        return ActivityLog.of(
            Activity(
                lead_id=reference,
                kind="page_viewed" if place else kind,
                at=self.now - dt.timedelta(minutes=deed.c % 5000 * (deed.b >> 4 & 1)),
                key=f"{deed.a}-{deed.b}-{place}",
            )
            for place, reference in enumerate(references)
        )

    def _records(self):
        with self.flow.store.snapshot() as reader:
            records, lead_ids = reader.records()
        return records.ids, lead_ids

    def _leads(self):
        with self.flow.store.snapshot() as reader:
            return reader.leads().ids

    def _why(self, deed):
        return {"actor": "boss", "reason": f"because {deed.a}", "now": self.now}

    def _capture(self, deed):
        names = {
            "会社名": "company",
            "氏名": "full_name",
            "役職": "title",
            "電話番号": "phone",
            "メルマガ": "opt_in",
        }
        names |= {"メール": "email", "都道府県": "prefecture"}
        row = self._row(deed.a % PEOPLE, deed.b)
        payload = {names[header]: cell for header, cell in row.items()}
        done = self.flow.capture({"form": f"form {deed.c % 3}", **payload}, now=self.now)
        return done.lead_id, done.stage, done.score.total

    def _ingest(self, deed):
        return self.flow.ingest(self._list(deed), now=self.now)

    def _ingest_with_activities(self, deed):
        return self.flow.ingest(self._list(deed), now=self.now, activities=self._log(deed))

    def _ingest_again(self, deed):
        return self.flow.ingest(*self.lists[deed.a % 8 : deed.a % 8 + 1], now=self.now)

    def _replay(self, deed):
        since = self.now - dt.timedelta(days=3)
        return self.flow.ingest(self._list(deed), now=self.now, activities=self._log(deed), since=since)

    def _readmit(self, deed):
        again = self.lists[deed.a % 16 : deed.a % 16 + 1]
        held = self.flow.ingest(*again, now=self.now).withheld
        return self.flow.ingest(*again, now=self.now, readmit=held)

    def _activities(self, deed):
        return self.flow.ingest(now=self.now, activities=self._log(deed))

    def _same(self, deed, verdict=VerdictKind.SAME):
        records, _ = self._records()
        if len(records) < 2:
            return None
        named = [
            records[number % len(records)] for number in (deed.a, deed.b, deed.c)[: 2 + deed.minutes % 2]
        ]
        return self.flow.decide(*named, verdict=verdict, **self._why(deed))

    def _distinct(self, deed):
        return self._same(deed, VerdictKind.DISTINCT)

    def _unmerge(self, deed):
        members = {}
        for record_id, lead_id in zip(*self._records(), strict=True):
            members.setdefault(lead_id, []).append(record_id)
        several = [(lead_id, ids) for lead_id, ids in members.items() if len(ids) > 1]
        if not several:
            return None
        lead_id, ids = several[deed.a % len(several)]
        first = deed.c % len(ids)
        taken = (ids[first:] + ids[:first])[: 1 + deed.b % (len(ids) - 1)]
        return self.flow.unmerge(lead_id, *taken, **self._why(deed))

    def _of_a_lead(self, deed, act, *more):
        leads = self._leads()
        return act(leads[deed.a % len(leads)], *more, **self._why(deed)) if leads else None

    def _correct(self, deed):
        field, value = ("title", "company", "phone")[deed.b % 3], f"corrected {deed.c}"
        return self._of_a_lead(
            deed, lambda *lead, **why: correct(self.flow.store, *lead, **why).detail, field, value
        )

    def _forget(self, deed):
        return self._of_a_lead(deed, self.flow.forget)

    def _advance(self, deed):
        return self._of_a_lead(
            deed, self.flow.advance, self.flow.funnel.names[deed.b % len(self.flow.funnel.names)]
        )

    def _adopt(self, deed):
        return self._of_a_lead(
            deed, self.flow.adopt, self.flow.funnel.names[deed.b % len(self.flow.funnel.names)]
        )

    def _of_a_hand_over(self, deed, act, *states, paused=None, **more):
        with self.flow.store.snapshot() as reader:
            held = [
                one
                for one in reader.assignments()
                if one.state.value in states and paused in (None, one.paused is not None)
            ]
        one = held[deed.a % len(held)] if held else None
        return act(one.id, actor=one.owner, now=self.now, **more) if one else None

    def _accept(self, deed):
        return self._of_a_hand_over(deed, self.flow.accept, "offered")

    def _decline(self, deed):
        return self._of_a_hand_over(deed, self.flow.decline, "offered", reason=f"no {deed.b}")

    def _follow_up(self, deed):
        return self._of_a_hand_over(deed, self.flow.follow_up, "accepted", outcome="appointment")

    def _close(self, deed):
        return self._of_a_hand_over(
            deed, self.flow.close, "offered", "accepted", "followed_up", outcome="recycled"
        )

    def _pause(self, deed):
        return self._of_a_hand_over(deed, self.flow.pause, "offered", "accepted", reason=f"wait {deed.b}")

    def _resume(self, deed):
        return self._of_a_hand_over(deed, self.flow.resume, "offered", "accepted", paused=True)

    def _tick(self, deed):
        return self.flow.tick(now=self.now)

    def _digests(self, deed):
        return self.flow.digests(now=self.now)

    def _deliver(self, deed):
        return self.flow.deliver(MemoryNotifier(), now=self.now, limit=1 + deed.a % 5)

    def _consent(self, deed):
        told = Consent(
            address=self.person(deed.a % PEOPLE)["メール"],
            channel=Channel.EMAIL,
            state=(ConsentState.GIVEN, ConsentState.WITHDRAWN)[deed.b % 2],
            at=self.now,
            act="phone",
        )
        with self.flow.store.session() as session:
            session.add_consents([told])


def lines_of(store):
    """Return all that a store holds; the model's last bits may differ by the order in which a store keeps cells."""
    with store.snapshot() as reader:
        rows = [json.loads(line) for line in export_lines(reader)]
    return [json.dumps(row, sort_keys=True) for row in rows if row.get("name") != "matcher"]


def copy_of(store):
    copy = lf.open_store("memory://")
    with store.snapshot() as reader, copy.session() as session:
        import_lines(session, export_lines(reader))
    return copy


def derived(store):
    """Return everything in a store that can be derived, without the order of the rows."""
    kinds = ('"table": "leads"', '"table": "states"', '"table": "histories"', '"table": "assignments"')
    return sorted(line for line in lines_of(store) if any(kind in line for kind in kinds))


def damage(store):
    """Lose what can be derived: all stays, and golden leads and states of everybody who was not erased."""
    with store.session() as session:
        session.put_histories([attrs.evolve(one, intervals=()) for one in session.histories().values()])
        erased = set(session.tombstones().values())
        session.remove_leads([lead_id for lead_id in session.leads().ids if lead_id not in erased])


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("rules", ["small company", "standard"])
def test_stores_live_through_a_history_alike_and_all_can_be_derived_again(
    rules, seed, make_flow, person, tmp_path
):
    urls = ("memory://", f"sqlite:///{tmp_path}/leads.db")
    book = make_flow if rules == "small company" else lambda store: lf.LeadFlow(store=store)
    flows = [book(lf.open_store(url)) for url in urls]
    for flow in flows:
        with flow.store.session() as session:
            session.put_secret(bytes(32))
    first, second = (Life(flow, person) for flow in flows)
    for number, deed in enumerate(deeds_of(seed, DEEDS), start=1):
        assert first.do(deed) == second.do(deed), deed
        if number % 15:
            continue
        held = lines_of(first.flow.store)
        assert held == lines_of(second.flow.store)
        copy = copy_of(first.flow.store)
        assert held == lines_of(copy), "an export that was taken in exports the same"
        again = attrs.evolve(first.flow, store=copy)
        before = derived(copy)
        assert not rebuild(again).changed, deed
        assert before == derived(copy)
        damage(copy)
        rebuild(again)
        assert before == derived(copy)
    for flow in flows:
        flow.store.close()
