"""Web-form submissions: one JSON payload a line, as the site's form handler logs them."""

import datetime as dt
import json
from collections.abc import Sequence

import attrs

from leadflow.testing.generator.dice import Dice
from leadflow.testing.generator.noise import Noise
from leadflow.testing.generator.population import PRODUCTS, Population, TrueLead
from leadflow.testing.generator.rendered import Record, RenderedList, external_ids, label, mixed_in
from leadflow.testing.generator.rows import MessyRow, render_row, stamp

__all__ = ["Submission", "render_forms"]

_FORMS = (
    ("whitepaper-inspection", 30, "外観検査自動化の進め方"),
    ("whitepaper-maintenance", 22, "予知保全はじめの一歩"),
    ("webinar-registration", 18, "省エネ計測ウェビナー"),
    ("catalog-request", 14, "総合カタログ2026"),
    ("contact", 16, ""),
)
_CAMPAIGNS = (
    ("google", "cpc", "brand-2026"),
    ("google", "cpc", "inspection-2026"),
    ("newsletter", "email", "nl-2026-06-morning"),
    ("newsletter", "email", "nl-2026-06-evening"),
    ("partner", "referral", "automation-portal"),
    ("", "", ""),
)
_MESSAGES = (
    "見積もりをお願いします。",
    "デモ機を借りることはできますか。",
    "現在の設備に後付けできるか教えてください。",
    "導入事例を紹介してほしい",
    "至急ご連絡ください。今月中に発注先を決める予定です。",
    "資料の送付をお願いいたします。",
)


@attrs.frozen(kw_only=True)
class Submission:
    """When which lead submitted which form.

    Attributes:
        submission_id: unique; an activity of the same key counts the submission once.
        lead: who.
        form: the form's name.
        at: when.
        campaign: where the visit came from, or empty.
    """

    submission_id: str
    lead: TrueLead
    form: str
    at: dt.datetime
    campaign: str


def render_forms(
    population: Population, leads: Sequence[TrueLead], *, seed: int, noise: Noise
) -> tuple[RenderedList, tuple[Submission, ...]]:
    """Write the submissions as JSON Lines.

    Args:
        population: where the leads are from.
        leads: who submitted, the same lead again for each further submission.
        seed: equal seeds give equal files.
        noise: how often what happens; people type their own address with care, so it is reduced.

    Returns:
        The list, and when who submitted what.

    Example:
        >>> from leadflow.testing.generator import generate_population
        >>> population = generate_population(0, people=40, companies=10)
        >>> rendered, submissions = render_forms(population, population.leads, seed=0, noise=Noise())
        >>> len(rendered.labels) > len(submissions) == len(population.leads)
        True
    """
    dice = Dice.of(seed, "forms")
    gentle = attrs.evolve(noise, email_missing=0.0, form_missing=noise.form_missing * 2)
    visits = sorted(
        (stamp(dice, dt.date(2026, 4, 1), dt.date(2026, 9, 29), from_hour=7, to_hour=22), lead.lead_id, lead)
        for lead in leads
    )
    records, submissions = [], []
    for number, (at, _, lead) in enumerate(visits, start=1):
        form, _, asset = dice.weighted(_FORMS, [f[1] for f in _FORMS])
        source, medium, campaign = dice.pick(_CAMPAIGNS)
        row = render_row(population, lead, dice, noise=gentle, reading_style=dice.pick(("full", "hiragana")))
        submission = Submission(
            submission_id=f"sub-{number:05d}", lead=lead, form=form, at=at, campaign=campaign
        )
        payload: dict[str, object] = {
            "submission_id": submission.submission_id,
            "form": form,
            "submitted_at": at.isoformat(),
            **_fields(row, dice, form),
            "product_interest": [name for key, name, _ in PRODUCTS if key in lead.products],
            "consent": not dice.chance(0.12),
        }
        if asset:
            payload["asset"] = asset
        if form == "contact":
            payload["message"] = dice.pick(_MESSAGES)
        if source:
            payload |= {"utm_source": source, "utm_medium": medium, "utm_campaign": campaign}
        submissions.append(submission)
        records.append(Record(cells=(_line(payload),), lead=lead, external_id=submission.submission_id))
    everything = mixed_in(dice, records, _unusable())
    content = "".join(record.cells[0] + "\n" for record in everything).encode()
    rendered = RenderedList(
        source="web_forms",
        file_name="web_forms.jsonl",
        content=content,
        labels=tuple(label(r, source="web_forms", row=n, line=n) for n, r in enumerate(everything, start=1)),
        external_ids=external_ids(everything),
    )
    return rendered, tuple(submissions)


def _fields(row: MessyRow, dice: Dice, form: str) -> dict[str, object]:
    names: dict[str, object] = (
        {"name": row.name}
        if form == "contact"
        else {
            "last_name": row.family,
            "first_name": row.given,
            "last_name_kana": row.family_kana,
            "first_name_kana": row.given_kana,
        }
    )
    return {
        "company": row.company,
        "department": row.department,
        "title": row.title,
        **names,
        "email": row.email,
        "phone": row.mobile if row.mobile and (row.lead.namesake or dice.chance(0.3)) else row.phone,
        "prefecture": row.prefecture,
    }


def _line(payload: dict[str, object]) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def _unusable() -> list[Record]:
    base = {"form": "contact", "submitted_at": "2026-06-10T03:12:44+09:00"}
    lines = (
        ("{}", "empty payload"),
        (_line({"submission_id": "sub-90001", **base, "name": "", "email": "", "phone": ""}), "no identity"),
        (
            _line({"submission_id": "sub-90002", **base, "name": "-", "email": "-", "company": "-"}),
            "only fillers",
        ),
        (
            _line(
                {
                    "submission_id": "sub-90003",
                    **base,
                    "name": "テスト 太郎",
                    "email": "test@test.example",
                    "company": "テスト",
                }
            ),
            "test row",
        ),
        ('{"submission_id":"sub-90004","form":"contact","submitted_at":"2026-06-1', "torn line"),
        ("null", "not an object"),
    )
    return [Record(cells=(text,), lead=None, usable=False, remark=remark) for text, remark in lines]
