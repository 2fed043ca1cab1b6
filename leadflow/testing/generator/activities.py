"""What people did between April and September 2026, with a plausible funnel."""

import datetime as dt
import json
from collections.abc import Sequence

import attrs

from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.forms import Submission
from leadflow.testing.generator.organisation import Organisation
from leadflow.testing.generator.population import Population, TrueLead
from leadflow.testing.generator.rendered import RenderedList
from leadflow.testing.generator.rows import stamp

__all__ = ["LoggedActivity", "draw_activities", "to_json_lines"]

_JST = dt.timezone(dt.timedelta(hours=9))
_END = dt.datetime(2026, 9, 30, 17, 0, tzinfo=_JST)
# National holidays on weekdays and the company's closing days within the span of the log.
_HOLIDAYS = {
    (4, 29),
    (5, 1),
    (5, 4),
    (5, 5),
    (5, 6),
    (7, 20),
    (8, 11),
    (8, 12),
    (8, 13),
    (8, 14),
    (9, 21),
    (9, 22),
    (9, 23),
}
_MAILINGS = ((4, 21), (5, 19), (6, 16), (7, 14), (8, 18), (9, 15))
_WEBINARS = (
    ("webinar-inspection", dt.date(2026, 5, 27)),
    ("webinar-energy", dt.date(2026, 7, 8)),
    ("webinar-maintenance", dt.date(2026, 9, 9)),
)
_PAGES = ("/products/{p}", "/cases/{p}", "/price/{p}", "/support", "/company/recruit")
_DOCUMENTS = ("catalog-{p}", "whitepaper-{p}", "case-{p}")


@attrs.frozen(kw_only=True)
class LoggedActivity:
    """One line of the activity log.

    Attributes:
        key: the idempotency key; a line that is delivered twice has the same.
        kind: such as "email_opened".
        at: when, aware.
        lead: whose; not written to the log.
        email: the address that the log knows, or empty.
        source: whose id ``external_id`` is: "marketo_leads", "salesforce_leads" or empty.
        external_id: the id in that list, or empty.
        attributes: page, product, campaign, amount in yen, staff and the like.
    """

    key: str
    kind: str
    at: dt.datetime
    lead: TrueLead
    email: str
    source: str
    external_id: str
    attributes: dict[str, str | int]


@attrs.frozen(kw_only=True)
class _Reference:
    lead: TrueLead
    marketo: str
    salesforce: str


def draw_activities(
    population: Population,
    organisation: Organisation,
    lists: Sequence[RenderedList],
    submissions: Sequence[Submission],
    *,
    seed: int,
    engaged_rate: float = 0.25,
) -> tuple[LoggedActivity, ...]:
    """Make up what people did: about a quarter engage, some of them meet, few buy.

    Morning mails are opened more often, evening mails lead to more appointments. One forecast amount
    is implausible for the size of the company.

    Args:
        population: who there is.
        organisation: who calls.
        lists: the lists whose ids the log uses.
        submissions: form submissions, which the log holds too.
        seed: equal seeds give equal logs.
        engaged_rate: the part of leads who do anything.

    Returns:
        In order of time.

    Example:
        >>> from leadflow.testing.generator import draw_organisation, generate_population
        >>> population = generate_population(0, people=60, companies=10)
        >>> log = draw_activities(population, draw_organisation(0), [], [], seed=0)
        >>> all(a.at <= b.at for a, b in zip(log, log[1:]))
        True
    """
    dice = Dice.of(seed, "activities")
    by_source = {rendered.source: rendered.external_ids for rendered in lists}
    drawn: list[LoggedActivity] = []
    submitted = {submission.lead.lead_id for submission in submissions}
    callers = organisation.members("inside-east") + organisation.members("inside-west")
    for lead in population.leads:
        rate = 0.5 if lead.lead_id in submitted else engaged_rate * 0.6
        if lead.role_mailbox or not dice.chance(rate):
            continue
        reference = _Reference(
            lead=lead,
            marketo=by_source.get("marketo_leads", {}).get(lead.lead_id, ("",))[0],
            salesforce=by_source.get("salesforce_leads", {}).get(lead.lead_id, ("",))[0],
        )
        heat = dice.rng.random()
        evening = dice.chance(0.5)
        drawn += _online(dice, reference, heat, evening=evening)
        if heat > 0.45:
            worker = dice.pick(callers).staff_id
            drawn += _sales(dice, reference, population.company(lead).employees, worker, evening=evening)
    drawn = [activity for activity in drawn if activity.at < _END]
    drawn += [_submitted(submission) for submission in submissions]
    drawn.sort(key=lambda activity: (activity.at, activity.lead.lead_id, activity.kind))
    numbered = [a if a.key else attrs.evolve(a, key=f"act-{n:05d}") for n, a in enumerate(drawn, start=1)]
    return tuple(_one_implausible(population, numbered))


def to_json_lines(activities: Sequence[LoggedActivity], *, seed: int, redelivered: float = 0.004) -> bytes:
    """Write a log as JSON Lines; a few lines come twice, as from a queue that delivers at least once.

    Example:
        >>> to_json_lines([], seed=0)
        b''
    """
    dice = Dice.of(seed, "delivery")
    lines = []
    for activity in activities:
        plain: dict[str, object] = {"id": activity.key, "kind": activity.kind, "at": activity.at.isoformat()}
        if activity.external_id:
            plain |= {"source": activity.source, "external_id": activity.external_id}
        else:
            plain["email"] = activity.email
        plain["attributes"] = activity.attributes
        line = json.dumps(plain, ensure_ascii=False, separators=(",", ":")) + "\n"
        lines += [line, line] if dice.chance(redelivered) else [line]
    return "".join(lines).encode()


def _activity(
    reference: _Reference, kind: str, at: dt.datetime, attributes: dict[str, str | int], *, system: str
) -> LoggedActivity:
    external = {"marketo_leads": reference.marketo, "salesforce_leads": reference.salesforce}.get(system, "")
    return LoggedActivity(
        key="",
        kind=kind,
        at=at,
        lead=reference.lead,
        email="" if external else reference.lead.email,
        source=system if external else "",
        external_id=external,
        attributes=attributes,
    )


def _online(dice: Dice, reference: _Reference, heat: float, *, evening: bool) -> list[LoggedActivity]:
    found = []
    product = dice.pick(reference.lead.products)
    arm, hour = ("evening", 18) if evening else ("morning", 8)
    for month, day in _MAILINGS:
        if not dice.chance((0.1 if evening else 0.2) + 0.3 * heat):
            continue
        opened = dt.datetime(2026, month, day, hour, dice.below(60), dice.below(60), tzinfo=_JST)
        mailing: dict[str, str | int] = {"campaign": f"nl-2026-{month:02d}-{arm}"}
        found.append(_activity(reference, "email_opened", opened, mailing, system="marketo_leads"))
        if dice.chance(0.12 + 0.4 * heat):
            clicked = opened + dt.timedelta(minutes=dice.between(1, 50))
            found.append(_activity(reference, "email_clicked", clicked, mailing, system="marketo_leads"))
    for _ in range(dice.below(2 + int(heat * 5))):
        page = dice.weighted(_PAGES, (50, 20, 20 * heat + 1, 8, 2)).format(p=product)
        at = stamp(dice, dt.date(2026, 4, 1), dt.date(2026, 9, 29), from_hour=8, to_hour=22)
        found.append(_activity(reference, "page_viewed", at, {"page": page, "product": product}, system=""))
    if dice.chance(0.15 + 0.35 * heat):
        at = stamp(dice, dt.date(2026, 4, 1), dt.date(2026, 9, 29))
        document = dice.pick(_DOCUMENTS).format(p=product)
        found.append(
            _activity(
                reference, "document_downloaded", at, {"document": document, "product": product}, system=""
            )
        )
    for name, date in _WEBINARS:
        if dice.chance(0.03 + 0.2 * heat):
            at = dt.datetime(date.year, date.month, date.day, 14, dice.below(10), tzinfo=_JST)
            found.append(
                _activity(
                    reference,
                    "webinar_attended",
                    at,
                    {"webinar": name, "minutes": dice.between(5, 60)},
                    system="",
                )
            )
    if dice.chance(0.02):
        at = stamp(dice, dt.date(2026, 5, 1), dt.date(2026, 9, 29))
        found.append(_activity(reference, "unsubscribed", at, {}, system="marketo_leads"))
    return found


def _sales(
    dice: Dice, reference: _Reference, employees: int, worker: str, *, evening: bool
) -> list[LoggedActivity]:
    found = []
    at = stamp(dice, dt.date(2026, 4, 6), dt.date(2026, 9, 11), from_hour=9, to_hour=16)
    product = dice.pick(reference.lead.products)
    connected = False
    for _ in range(dice.between(1, 3)):
        at = _workday(at)
        found.append(_activity(reference, "call", at, {"by": worker}, system="salesforce_leads"))
        if dice.chance(0.5):
            spoken: dict[str, str | int] = {"by": worker, "minutes": dice.between(1, 15)}
            later = at + dt.timedelta(minutes=1)
            found.append(_activity(reference, "call_connected", later, spoken, system="salesforce_leads"))
            connected = True
            break
        at += dt.timedelta(days=dice.between(1, 6), minutes=dice.between(-50, 50))
    if not connected or not dice.chance(0.62 if evening else 0.38):
        return found
    campaign = "evening" if evening else "morning"
    at = _workday(at + dt.timedelta(days=dice.between(2, 12)))
    meeting: dict[str, str | int] = {"by": worker, "product": product, "mail": campaign}
    found.append(_activity(reference, "appointment", at, meeting, system="salesforce_leads"))
    if not dice.chance(0.55):
        return found
    at = _workday(at + dt.timedelta(days=dice.between(3, 25)))
    amount = max(600_000, round(employees**0.5 * dice.between(120, 420)) * 1000)
    deal: dict[str, str | int] = {"product": product, "amount": amount}
    found.append(_activity(reference, "opportunity_created", at, deal, system="salesforce_leads"))
    outcome = dice.weighted(("won", "lost", ""), (25, 25, 50))
    if outcome:
        closing = (
            deal if outcome == "won" else {**deal, "reason": dice.pick(("価格", "時期", "競合", "機能"))}
        )
        at = _workday(at + dt.timedelta(days=dice.between(10, 60)))
        found.append(_activity(reference, outcome, at, closing, system="salesforce_leads"))
    return found


def _submitted(submission: Submission) -> LoggedActivity:
    attributes: dict[str, str | int] = {"form": submission.form, "product": submission.lead.products[0]}
    if submission.campaign:
        attributes["campaign"] = submission.campaign
    return LoggedActivity(
        key=submission.submission_id,
        kind="form_submitted",
        at=submission.at,
        lead=submission.lead,
        email=submission.lead.email,
        source="",
        external_id="",
        attributes=attributes,
    )


def _workday(at: dt.datetime) -> dt.datetime:
    saturday = 5
    while at.weekday() >= saturday or (at.month, at.day) in _HOLIDAYS:
        at += dt.timedelta(days=1)
    return at


def _one_implausible(population: Population, activities: list[LoggedActivity]) -> list[LoggedActivity]:
    deals = [n for n, a in enumerate(activities) if a.kind == "opportunity_created"]
    if deals:
        at = min(deals, key=lambda n: (population.company(activities[n].lead).employees, n))
        attributes = {**activities[at].attributes, "amount": 980_000_000}
        activities[at] = attrs.evolve(activities[at], attributes=attributes)
    return activities
